"""Charts as SVG inside of a page, drawn by pygal and stripped to shapes and words; the page's stylesheet colours them.

Only elements and attributes that draw are kept: no scripts, styles, links or ids. What a chart shows stands in a table
beside it, so it is one picture with a name to a screen reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from tracker.faces.plain import cut
from tracker.faces.report.words import safe

_TAGS = {"svg", "g", "rect", "line", "path", "circle", "text", "tspan"}
_ATTRIBUTES = {
    "class", "cx", "cy", "d", "dx", "dy", "height", "r", "rx", "ry", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1",
    "y2",
}  # fmt: skip
_DAY = 86_400
_LABEL = 40  # columns of a label
_TOLD = 160
_RED = 5  # the colour of trouble


def bars(name: str, about: str, labels: Sequence[str], series: Sequence[tuple[int, Sequence[int]]]) -> str:
    """Stacked columns. name, about: what the picture is called, and what can be seen in it; series: (colour, a value a label).

    Colours are numbers of the stylesheet's `k` classes.
    """
    chart = _chart("StackedBar", height=280)
    chart.y_labels = _counts(max((sum(column) for column in zip(*(values for _, values in series), strict=True)), default=0))
    chart.x_labels = [_label(one) for one in labels]
    chart.x_label_rotation = 40 if len(labels) > 8 else 0
    chart.x_labels_major_count = 16
    chart.show_minor_x_labels = len(labels) <= 24
    for _, values in series:
        chart.add("", list(values))
    return _svg(chart, name, about, [colour for colour, _ in series])


def rows(name: str, about: str, pairs: Sequence[tuple[str, int]]) -> str:
    """A bar a row, the first on top."""
    chart = _chart("HorizontalBar", height=60 + 26 * len(pairs))
    chart.x_labels = [_label(label) for label, _ in reversed(pairs)]
    chart.y_labels = _counts(max((value for _, value in pairs), default=0))
    chart.print_values = True
    chart.print_values_position = "top"
    chart.add("", [value for _, value in reversed(pairs)])
    return _svg(chart, name, about)


@dataclass(frozen=True, slots=True)
class Dot:
    """Something at a time (seconds UTC) on a lane. short: written beside it where there is room; told: when one asks for it."""

    at: int
    lane: int
    short: str
    told: str
    trouble: bool


def lanes(name: str, about: str, names: Sequence[str], dots: Sequence[Dot]) -> str:
    """Dots in time on lanes. names: of the lanes, the topmost first."""
    chart = _chart("DateTimeLine", height=80 + 44 * len(names))
    chart.stroke = False
    chart.dots_size = 6
    chart.print_labels = True
    chart.y_labels = [{"value": place, "label": _label(lane)} for place, lane in enumerate(reversed(names))]
    chart.range = (-0.5, len(names) - 0.5)
    first, last = min(dot.at for dot in dots), max(dot.at for dot in dots)
    edge = max((last - first) // 40, _DAY // 2)
    first, last = max(0, first - edge), last + edge
    chart.xrange = (_moment(first), _moment(last))
    chart.x_labels = [_moment(at) for at in _ticks(first, last)]
    chart.x_value_formatter = lambda at: f"{at:%Y-%m-%d}" if isinstance(at, datetime) else ""
    written = _with_room(dots, (last - first) // 12)
    for trouble in (False, True):
        chart.add("", [_dot(dot, len(names) - 1 - dot.lane, dot in written) for dot in dots if dot.trouble is trouble])
    return _svg(chart, name, about, (0, _RED))


def _dot(dot: Dot, height: int, written: bool) -> dict[str, Any]:
    told = _label(dot.told, _TOLD)
    return {"value": (_moment(dot.at), height), "label": _label(dot.short, 12) if written else "", "formatter": lambda _: told}


def _with_room(dots: Sequence[Dot], room: int) -> list[Dot]:
    """Those whose words touch no other's on their lane: the next one written is *room* seconds away."""
    last: dict[int, int] = {}
    found = []
    for dot in sorted(dots, key=lambda dot: dot.at):
        if dot.short and dot.at - last.get(dot.lane, dot.at - room - 1) >= room:
            last[dot.lane] = dot.at
            found.append(dot)
    return found


def _chart(kind: str, *, height: int) -> Any:
    draw: Callable[..., Any] = getattr(_pygal(), kind)
    return draw(
        width=760, height=height, show_legend=False, js=(), margin=8,
        disable_xml_declaration=True, explicit_size=False, truncate_label=_LABEL, no_prefix=True,
        no_data_text="nothing to draw", integer_values=True, tooltip_border_radius=0,
        value_formatter=lambda value: f"{value:g}" if isinstance(value, float) else str(value), style=_style(),
    )  # fmt: skip


def _pygal() -> Any:
    """pygal without the hook on imports that it sets: that is for plugins with maps, and Python warns of its form."""
    import sys

    import pygal

    sys.meta_path[:] = [hook for hook in sys.meta_path if type(hook).__module__ != "pygal"]
    return pygal


def _style() -> Any:
    """Sizes that pygal makes room for; colours are the stylesheet's."""
    return _pygal().style.Style(
        font_family="sans-serif", label_font_size=12, major_label_font_size=12, value_font_size=12, value_label_font_size=12,
        legend_font_size=12, title_font_size=12, no_data_font_size=16,
    )


def _label(text: str, columns: int = _LABEL) -> str:
    return cut(safe(text), columns)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _ticks(first: int, last: int) -> list[int]:
    """Midnights between two instants (seconds UTC), evenly, at most six."""
    days = max(1, -(-(last - first) // (6 * _DAY)))
    start = -(-first // _DAY)
    return [day * _DAY for day in range(start, last // _DAY + 1, days)]


def _counts(most: int) -> list[int]:
    """Where an axis of counts up to *most* is marked: whole numbers, at most seven."""
    step = next(factor * 10**power for power in range(20) for factor in (1, 2, 5) if factor * 10**power * 6 >= most)
    return list(range(0, most + step, step))


# --- from pygal's SVG to the page's


def _svg(chart: Any, name: str, about: str, colours: Sequence[int] = (0,)) -> str:
    drawn = ElementTree.fromstring(chart.render(is_unicode=True))
    root = _kept(drawn, {f"color-{number}": f"k{colour}" for number, colour in enumerate(colours)})
    assert root is not None
    root.attrib = {"viewBox": root.attrib["viewBox"], "class": "chart " + root.attrib.get("class", ""), "role": "img"}
    root.set("aria-label", f"{safe(name)}. {safe(about)}")
    title = ElementTree.Element("title")
    title.text = safe(name)
    root.insert(0, title)
    return ElementTree.tostring(root, encoding="unicode")


def _kept(node: ElementTree.Element, classes: Mapping[str, str]) -> ElementTree.Element | None:
    """*node* without what does not draw; what pygal's script would show when the mouse is over a shape becomes its title."""
    tag = _local(node.tag)
    if tag not in _TAGS or (tag == "rect" and not {"width", "height"} <= node.attrib.keys()):  # pygal's bar for nothing
        return None
    made = ElementTree.Element(tag, {key: value for key, value in node.attrib.items() if key in _ATTRIBUTES})
    made.set("class", " ".join(classes.get(one, one) for one in made.get("class", "").split()))
    made.text = node.text if tag in ("text", "tspan") else None
    said = {child.get("class", ""): child.text or "" for child in node if _local(child.tag) == "desc"}
    if said.get("value"):
        title = ElementTree.SubElement(made, "title")
        title.text = ": ".join(one for one in (said.get("x_label"), said["value"]) if one)
    made.extend(kept for child in node if (kept := _kept(child, classes)) is not None)
    return made


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
