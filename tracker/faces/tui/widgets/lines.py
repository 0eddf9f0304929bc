"""One widget for every list and text: draws only the lines that are seen, keeps cursor and viewport when refilled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tracker.faces.plain import width
from tracker.faces.tui.draw.line import LINK, Line, Sheet, fit, text_of
from tracker.faces.tui.widgets.look import CURSOR, CURSOR_ELSEWHERE, strip

_EMPTY = Sheet(())
_KEPT = 1_000  # drawn lines that are kept for being shown again


class Lines(ScrollView, can_focus=True):
    """Shows a `Sheet`, made for the width there is. With keys it has a cursor, without it scrolls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", show=False),
        Binding("k,up", "move(-1)", "up", show=False),
        Binding("g,home", "first", "first", show=False),
        Binding("G,end", "last", "last", show=False),
        Binding("ctrl+d", "half(1)", "half a page down", show=False),
        Binding("ctrl+u", "half(-1)", "half a page up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "page down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "page up", show=False),
        Binding("enter", "open", "open", show=False),
    ]

    cursor: reactive[int] = reactive(-1, init=False, repaint=False)  # `watch_cursor` draws its two lines

    class Moved(Message):
        """The cursor stands on another key."""

        def __init__(self, lines: Lines, key: Hashable | None) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        @property
        def control(self) -> Lines:
            return self.lines

    class Opened(Message):
        """Enter, or a second click, on a key."""

        def __init__(self, lines: Lines, key: Hashable) -> None:
            super().__init__()
            self.lines = lines
            self.key = key

        @property
        def control(self) -> Lines:
            return self.lines

    class Link(Message):
        """A click on a link in a text."""

        def __init__(self, url: str) -> None:
            super().__init__()
            self.url = url

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.sheet = _EMPTY
        self._make: Callable[[int], Sheet] = lambda _room: _EMPTY
        self._room = 0
        self._wanted: Hashable | None = None
        self.needle = ""
        self._strips: dict[tuple[int, int, int], Strip] = {}

    # --- what is shown

    def show(self, make: Callable[[int], Sheet], *, key: Hashable | None = None, top: bool = False) -> None:
        """Show what *make* gives for a width. The cursor stays on its key and on its place of the screen, else on its line.

        key: put the cursor there. top: something else is shown, start at its top.
        """
        self._make = make
        if top:
            self.set_reactive(Lines.cursor, -1)
            self.sheet = _EMPTY
            self._wanted = key
            self.scroll_to(0, 0, animate=False, immediate=True)
        elif key is not None:
            self._wanted = key
        if self._columns:
            self._remake()
        else:  # hidden: made when there is room again
            self._room = 0

    @property
    def _columns(self) -> int:
        return self.scrollable_content_region.width

    @property
    def key(self) -> Hashable | None:
        """What the cursor stands on."""
        keys = self.sheet.keys
        return keys[self.cursor] if keys is not None and 0 <= self.cursor < len(keys) else None

    def _remake(self) -> None:
        old, before, offset = self.key, self.cursor, self.cursor - self.scroll_offset.y
        self._room = self._columns
        self.sheet = self._make(self._room)
        self._strips.clear()
        self.virtual_size = Size(self._room, len(self.sheet.lines))
        wanted = self._wanted if self._wanted is not None else old
        at = self._find(wanted)
        if at < 0:
            at = self._nearest(min(max(before, 0), len(self.sheet.lines) - 1))
        self._wanted = None
        self.set_reactive(Lines.cursor, at)
        if at >= 0 and before >= 0:
            self.scroll_to(0, max(0, at - offset), animate=False, immediate=True)
        if at >= 0:
            self._reveal()
        if self.key != old:
            self.post_message(self.Moved(self, self.key))
        self.refresh()

    def _find(self, key: Hashable | None) -> int:
        keys = self.sheet.keys
        if key is None or keys is None:
            return -1
        if 0 <= self.cursor < len(keys) and keys[self.cursor] == key:
            return self.cursor
        try:
            return keys.index(key)
        except ValueError:
            return -1

    def _nearest(self, at: int) -> int:
        """The line nearest to *at* that has a key, -1 when none has."""
        keys = self.sheet.keys
        if keys is None or not len(keys):
            return -1
        for step in range(len(keys)):
            for one in (at + step, at - step):
                if 0 <= one < len(keys) and keys[one] is not None:
                    return one
        return -1

    def on_resize(self, _event: events.Resize) -> None:
        if self._columns and self._columns != self._room:
            self._remake()
        elif self.cursor >= 0:
            self._reveal()

    # --- moving

    def watch_cursor(self, old: int, new: int) -> None:
        self._reveal()
        self.refresh_lines(old)
        self.refresh_lines(new)
        self.post_message(self.Moved(self, self.key))

    def _reveal(self) -> None:
        height = self.scrollable_content_region.height
        top = self.scroll_offset.y
        if self.cursor < 0 or not height:
            return
        if self.cursor < top:
            first = self.cursor if self._nearest(0) != self.cursor else 0
            self.scroll_to(0, first, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(0, self.cursor - height + 1, animate=False, immediate=True)

    def _has_cursor(self) -> bool:
        return self.cursor >= 0

    def _step(self, by: int) -> None:
        keys = self.sheet.keys
        if keys is None:
            return
        at, target = self.cursor, self.cursor
        left = abs(by)
        while left and 0 <= at + (1 if by > 0 else -1) < len(keys):
            at += 1 if by > 0 else -1
            if keys[at] is not None:
                target = at
            left -= 1 if keys[at] is not None or abs(by) > 1 else 0
        self.cursor = target

    def action_move(self, by: int) -> None:
        if self._has_cursor():
            self._step(by)
        else:
            self.scroll_relative(y=by, animate=False, immediate=True)

    def _far(self, lines: int) -> None:
        if not self._has_cursor():
            self.scroll_relative(y=lines, animate=False, immediate=True)
            return
        at = self._nearest(min(max(self.cursor + lines, 0), len(self.sheet.lines) - 1))
        self.scroll_relative(y=lines, animate=False, immediate=True)
        self.cursor = at

    def action_half(self, by: int) -> None:
        self._far(by * max(1, self.size.height // 2))

    def action_page(self, by: int) -> None:
        self._far(by * max(1, self.size.height - 2))

    def action_first(self) -> None:
        if self._has_cursor():
            self.cursor = self._nearest(0)
        self.scroll_to(0, 0, animate=False, immediate=True)

    def action_last(self) -> None:
        last = len(self.sheet.lines) - 1
        if self._has_cursor():
            self.cursor = self._nearest(last)
        self.scroll_to(0, max(0, last), animate=False, immediate=True)

    def action_open(self) -> None:
        if self.key is not None:
            self.post_message(self.Opened(self, self.key))

    def go_to(self, at: int) -> None:
        """Bring a line to the upper part of the screen, and the cursor where there is one."""
        if self._has_cursor() and self.sheet.keys is not None and self.sheet.keys[at] is not None:
            self.cursor = at
        self.scroll_to(0, max(0, at - 2), animate=False, immediate=True)

    # --- searching

    def search(self, needle: str, *, back: bool = False, again: bool = True) -> bool:
        """Go to the next line with *needle* in it, whatever its case; from the start when there is none below."""
        self.needle = needle
        self._strips.clear()
        self.refresh()
        if not needle:
            return False
        lines = self.sheet.lines
        start = self.cursor if self._has_cursor() else self.scroll_offset.y + 2
        order = list(range(len(lines)))
        at = min(max(start, 0), len(order))
        turn = order[at + again :] + order[: at + again]
        if back:
            turn = [*reversed(order[:at]), *reversed(order[at:])]
        low = needle.lower()
        for number in turn:
            if low in text_of(lines[number]).lower():
                self.go_to(number)
                return True
        return False

    # --- mouse

    def on_click(self, event: events.Click) -> None:
        at = self.scroll_offset.y + event.y - self.gutter.top
        keys = self.sheet.keys
        if keys is None and 0 <= at < len(self.sheet.lines):
            text = text_of(self.sheet.lines[at])
            for found in LINK.finditer(text):
                if width(text[: found.start()]) <= event.x - self.gutter.left < width(text[: found.end()]):
                    self.post_message(self.Link(found[0].rstrip(".,;:!?")))
        if keys is None or not 0 <= at < len(keys) or keys[at] is None:
            return
        again = at == self.cursor
        self.cursor = at
        if again and event.chain > 1:
            self.action_open()

    # --- drawing

    def render_line(self, y: int) -> Strip:
        at = self.scroll_offset.y + y
        room = self.size.width
        if not 0 <= at < len(self.sheet.lines):
            return self._blank(room)
        selection = self.text_selection
        span = selection.get_span(at) if selection is not None else None
        if span is not None:
            return self._finished(_selected(self._draw(at, room), span), at, room)
        key = (at, room, at == self.cursor and 1 + self.has_focus)
        found = self._strips.get(key)
        if found is None:
            if len(self._strips) > _KEPT:
                self._strips.clear()
            found = self._strips[key] = self._finished(self._draw(at, room), at, room)
        return found

    def _blank(self, room: int) -> Strip:
        key = (-1, room, 0)
        found = self._strips.get(key)
        if found is None:
            found = self._strips[key] = Strip.blank(room, self.rich_style)
        return found

    def _draw(self, at: int, room: int) -> Strip:
        one = fit(self.sheet.lines[at], room)
        if at == self.cursor:
            return strip(one, CURSOR if self.has_focus else CURSOR_ELSEWHERE)
        if self.needle and self.needle.lower() in text_of(one).lower():
            return _found(one, self.needle)
        return strip(one)

    def _finished(self, shown: Strip, at: int, room: int) -> Strip:
        return shown.adjust_cell_length(room).apply_style(self.rich_style).apply_offsets(0, at)

    def notify_style_update(self) -> None:
        """Other colours: draw anew."""
        super().notify_style_update()
        self._strips.clear()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that the mouse marked, as it stands on the screen."""
        if len(self.sheet.lines) > 50_000:
            return None
        return selection.extract("\n".join(text_of(one).rstrip() for one in self.sheet.lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()


def _found(one: Line, needle: str) -> Strip:
    """The line with every place of *needle* reversed."""
    segments: list[Segment] = []
    text, low = text_of(one), needle.lower()
    plain = strip(one)
    at = 0
    for number, piece in enumerate(_split(text, low)):
        columns = width(piece)
        part = plain.crop(at, at + columns)
        segments += [Segment(seg.text, (seg.style or CURSOR) + CURSOR) for seg in part] if number % 2 else list(part)
        at += columns
    return Strip(segments, plain.cell_length)


def _split(text: str, low: str) -> list[str]:
    """Pieces of *text*; every second one is what was looked for."""
    pieces: list[str] = []
    folded = text.lower()
    if len(folded) != len(text):  # a letter that grows in lower case: places would not agree
        return [text]
    at = 0
    while (found := folded.find(low, at)) >= 0:
        pieces += [text[at:found], text[found : found + len(low)]]
        at = found + len(low)
    return [*pieces, text[at:]]


def _selected(shown: Strip, span: tuple[int, int]) -> Strip:
    start, end = span
    text = "".join(segment.text for segment in shown)
    end = len(text) if end == -1 else end
    first, last = width(text[:start]), width(text[:end])
    middle = [Segment(segment.text, (segment.style or CURSOR) + CURSOR) for segment in shown.crop(first, last)]
    return Strip([*shown.crop(0, first), *middle, *shown.crop(last, shown.cell_length)], shown.cell_length)
