"""The home screen as lines, without Textual: the first frame is printed from them while Textual is still being loaded."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.faces.tui.draw.home import PREVIEW_LINES, WIDE, Tab, footer, framed, heading, tab_bar, topic_row
from tracker.faces.tui.draw.line import DIM, REVERSE, Line, Span, line, text_of
from tracker.faces.tui.draw.topic import preview
from tracker.faces.tui.library import ALL, FOLLOWING, TABS, Library, Wish
from tracker.store.read import TopicRow

KEYS = (("↵", "open"), ("/", "filter"), ("f", "follow"), ("a", "add"), ("?", "help"), ("Q", "quit"))
SNAPSHOT = "The snapshot that ships with tracker: one patch's story. Press a to follow a thread of your own."


@dataclass(frozen=True)
class View:
    """What the home screen shows at the start. numbers: the first topics of the list; total: how many there are."""

    tabs: list[Tab]
    active: int
    numbers: array[int]
    total: int
    at: int
    topic: dict[str, Any] | None
    me: tuple[str, ...]
    now: int
    snapshot: bool
    row: Callable[[Sequence[int], int], TopicRow | None]


def first_view(library: Library, rows: int) -> View:
    """What to show first: what is followed, else everything; of the snapshot the story."""
    tabs = library.tabs()
    active = ALL if library.snapshot else library.first_tab()
    node, _ = library.parse(tabs[active].query)
    numbers = library.listing(Wish(node), max(rows, 1))
    if len(numbers) < rows:
        total = len(numbers)
    else:
        from tracker.store import browse

        total = browse.count(library.con, node, library.me)
    tabs[active] = Tab(tabs[active].name, tabs[active].query, total)
    story = library.story() if library.snapshot else None
    at = numbers.index(story) if story is not None and story in numbers else 0
    topic = library.topic(numbers[at]) if numbers else None
    return View(tabs, active, numbers, total, at, topic, library.me, library.now, library.snapshot, library.row)


def sizes(columns: int, rows: int, shown: bool) -> tuple[int, int, int, int]:
    """Columns and rows of the list's frame and of the preview's; the latter 0 where it is not shown."""
    body = rows - 2
    if not shown:
        return columns, body, 0, 0
    if columns >= WIDE:
        beside = max(46, columns * 36 // 100)
        return columns - beside, body, beside, body
    below = min(PREVIEW_LINES, max(0, body - 8))
    return columns, body - below, columns, below


def home_lines(view: View, columns: int, rows: int) -> list[Line]:
    """The whole screen."""
    width, height, beside, below = sizes(columns, rows, True)
    room = width - 2
    body = [heading(room)]
    told = view.tabs[view.active].query != TABS[FOLLOWING].query
    for at in range(min(len(view.numbers), height - 3)):
        topic = view.row(view.numbers, at)
        one = topic_row(topic, room, view.now, view.me, tell_followed=told) if topic else ()
        body.append(line((text_of(one), f"1;{REVERSE}")) if at == view.at else one)
    if not view.numbers:
        body.append(line(("  Nothing here yet.", DIM)))
    left = framed(body, list_title(view.tabs[view.active].name, view.at, view.total), width, height)
    right: list[Line] = []
    if below:
        lines = preview_lines(view.topic, beside - 2, view.me, view.snapshot)
        right = framed(lines, preview_title(view.topic), beside, below, DIM)
    body = [(*a, *b) for a, b in zip(left, right, strict=True)] if beside and beside != columns else [*left, *right]
    bar = tab_bar(view.tabs, view.active, columns)
    return [bar, *body, footer(KEYS, line(("loading…", DIM)), columns)]


def list_title(name: str, at: int, total: int, what: str = "") -> str:
    """`Following · 3/31`."""
    return f"{name}{what} · {at + 1:,}/{total:,}" if total else f"{name}{what} · 0"


def preview_title(topic: dict[str, Any] | None) -> str:
    """`#7 fs: don't block …`."""
    from tracker.faces.tui.draw.line import safe

    return f"#{topic['id']} {safe(topic['title'])}" if topic else ""


def preview_lines(topic: dict[str, Any] | None, room: int, me: Sequence[str], snapshot: bool) -> list[Line]:
    """What stands in the preview."""
    from tracker.faces.tui.draw.line import WARN, wrap

    teach = wrap(SNAPSHOT, room, WARN) if snapshot else []
    return [*teach, *(preview(topic, room, me) if topic else [line(Span("Nothing is selected.", DIM))])]
