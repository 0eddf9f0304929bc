"""Charts as SVG inside of a page, drawn by pygal and stripped to shapes and words; the page's stylesheet colours them.

Only elements and attributes that draw are kept: no scripts, styles, links or ids. What a chart shows stands in a table
beside it, so it is one picture with a name to a screen reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from tracker.faces.plain import cut, plain

_TAGS = {"svg", "g", "rect", "line", "path", "circle", "text", "tspan"}
_ATTRIBUTES = {
    "class", "cx", "cy", "d", "dy", "dx", "height", "r", "rx", "ry", "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
_LABEL = 40  # columns of a label


def bars(name: str, about: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Stacked columns. name, about: what the picture is called, and what can be seen in it; series: (legend, a value a label)."""
    chart = _chart("StackedBar", legend=len(series) > 1, height=280)
    chart.x_labels = [_label(one) for one in labels]
    chart.x_label_rotation = 35 if len(labels) > 14 else 0
    chart.x_labels_major_count = 20
    chart.show_minor_x_labels = len(labels) <= 30
    for legend, values in series:
        chart.add(legend, list(values))
    return _svg(chart, name, about)


def rows(name: str, about: str, pairs: Sequence[tuple[str, int]]) -> str:
    """A bar a row, the first on top."""
    chart = _chart("HorizontalBar", legend=False, height=60 + 26 * len(pairs))
    chart.x_labels = [_label(label) for label, _ in reversed(pairs)]
    chart.print_values = True
    chart.print_values_position = "top"
    chart.add("", [value for _, value in reversed(pairs)])
    return _svg(chart, name, about)


def lanes(name: str, about: str, names: Sequence[str], dots: Sequence[tuple[int, int, str]]) -> str:
    """Dots in time on lanes. names: of the lanes, the topmost first; dots: (seconds UTC, lane, what the dot says)."""
    chart = _chart("DateTimeLine", legend=False, height=90 + 40 * len(names))
    chart.stroke = False
    chart.dots_size = 6
    chart.truncate_label = -1
    chart.y_labels = [{"value": place, "label": _label(lane)} for place, lane in enumerate(reversed(names))]
    chart.range = (-0.5, len(names) - 0.5)
    dates = [at for at, _, _ in dots]
    chart.xrange = _around(min(dates), max(dates))
    chart.x_labels = _ticks(*chart.xrange)
    chart.x_value_formatter = lambda at: f"{at:%Y-%m-%d}" if isinstance(at, datetime) else str(at)
    for lane in range(len(names)):
        own = [(_moment(at), len(names) - 1 - lane, text) for at, where, text in dots if where == lane]
        chart.add("", [{"value": (at, height), "label": _label(text, 120)} for at, height, text in own])
    return _svg(chart, name, about)


def _chart(kind: str, *, legend: bool, height: int) -> Any:
    import pygal

    draw: Callable[..., Any] = getattr(pygal, kind)
    return draw(
        width=760, height=height, show_legend=legend, legend_at_bottom=True, legend_at_bottom_columns=4, js=(), margin=8,
        disable_xml_declaration=True, explicit_size=False, truncate_label=_LABEL, truncate_legend=_LABEL, no_prefix=True,
        no_data_text="nothing to draw", show_minor_y_labels=False, integer_values=True, tooltip_border_radius=0,
        value_formatter=lambda value: f"{value:g}" if isinstance(value, float) else str(value), style=_style(),
    )  # fmt: skip


def _style() -> Any:
    """Sizes that pygal makes room for; colours are the stylesheet's."""
    from pygal.style import Style

    return Style(
        font_family="sans-serif", label_font_size=12, major_label_font_size=12, value_font_size=12, value_label_font_size=12,
        legend_font_size=12, title_font_size=12, no_data_font_size=16,
    )


def _label(text: str, columns: int = _LABEL) -> str:
    return cut(plain(text), columns)


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _around(first: int, last: int) -> tuple[datetime, datetime]:
    """A little more time than the dots take, so that none is cut."""
    edge = max((last - first) // 40, 43_200)
    return _moment(max(0, first - edge)), _moment(last + edge)


def _ticks(first: datetime, last: datetime) -> list[datetime]:
    """Six moments, evenly."""
    step = (last - first) / 6
    return [first + step * number for number in range(1, 6)]


# --- from pygal's SVG to the page's


def _svg(chart: Any, name: str, about: str) -> str:
    drawn = ElementTree.fromstring(chart.render(is_unicode=True))
    root = _kept(drawn)
    assert root is not None
    root.attrib = {"viewBox": root.attrib["viewBox"], "class": "chart " + root.attrib.get("class", ""), "role": "img"}
    root.set("aria-label", f"{plain(name)}. {plain(about)}")
    title = ElementTree.Element("title")
    title.text = plain(name)
    root.insert(0, title)
    return ElementTree.tostring(root, encoding="unicode")


def _kept(node: ElementTree.Element) -> ElementTree.Element | None:
    """*node* without what does not draw; what pygal's script would show when the mouse is over a shape becomes its title."""
    tag = _local(node.tag)
    if tag not in _TAGS:
        return None
    made = ElementTree.Element(tag, {key: value for key, value in node.attrib.items() if key in _ATTRIBUTES})
    made.text = node.text if tag in ("text", "tspan") else None
    said = [child.text or "" for child in node if _local(child.tag) == "desc" and child.get("class") in ("value", "label", "x_label")]
    if any(said):
        title = ElementTree.SubElement(made, "title")
        title.text = ": ".join(one for one in reversed(said) if one)
    made.extend(child for child in map(_kept, node) if child is not None)
    return made


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
