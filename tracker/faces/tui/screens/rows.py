"""The rows of the home screen's list."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker.faces.tui.draw.home import topic_row
from tracker.faces.tui.draw.line import DIM, Line, line
from tracker.faces.tui.screens.base import telling

if TYPE_CHECKING:
    from tracker.faces.tui.screens.home import Home


class Rows(Sequence[Line]):
    """The rows of a list, drawn when they are looked at."""

    def __init__(self, home: Home, numbers: array[int], room: int) -> None:
        self._home = home
        self._numbers = numbers
        self._room = room

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, at: Any) -> Any:
        library = self._home.tracker.library
        topic = None
        with telling(self._home.tracker):
            topic = library.row(self._numbers, at)
        if topic is None:
            return line(("  (gone)", DIM))
        return topic_row(topic, self._room, library.now, library.me, tell_followed=self._home.tells_followed)
