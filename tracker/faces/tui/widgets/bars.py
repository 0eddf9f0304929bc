"""Lines of one row: the tabs, the footer, headings."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tracker.faces.tui.draw.line import Line, fit
from tracker.faces.tui.widgets.look import strip


class Bar(Widget):
    """Some lines at the width there is; a click tells where."""

    class Clicked(Message):
        """x: the column."""

        def __init__(self, bar: Bar, x: int, y: int) -> None:
            super().__init__()
            self.bar = bar
            self.x = x
            self.y = y

        @property
        def control(self) -> Bar:
            return self.bar

    def __init__(self, make: Callable[[int], list[Line]], *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._make = make
        self._lines: list[Line] = []
        self._for = -1

    def renew(self) -> None:
        """Make the lines again."""
        self._for = -1
        self.refresh()

    def render_line(self, y: int) -> Strip:
        room = self.size.width
        if self._for != room:
            self._lines, self._for = self._make(room), room
        if y >= len(self._lines):
            return Strip.blank(room, self.rich_style)
        return strip(fit(self._lines[y], room)).adjust_cell_length(room).apply_style(self.rich_style)

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked(self, event.x, event.y))
