"""Completion of the query language while a filter is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widgets import Input

from tracker.core.query import VALUES, WORDS
from tracker.faces.doubts import KINDS, STATES, TURNS
from tracker.faces.rows import STATUS

CHOICES = (
    *(f"is:{one}" for one in STATES), *(f"status:{one}" for one in STATUS), *(f"turn:{one}" for one in TURNS), "age<30d",
    *(f"kind:{one}" for one in KINDS), *(f"{one}:" for one in (*WORDS, *VALUES)),
)  # fmt: skip


class Completion(Suggester):
    """Completes the last word: prefixes of the language, and the values some of them have."""

    def __init__(self) -> None:
        super().__init__(use_cache=False)

    async def get_suggestion(self, value: str) -> str | None:
        head, blank, last = value.rpartition(" ")
        sign = "-" if last.startswith("-") else ""
        word = last.removeprefix("-").lower()
        found = next((one for one in CHOICES if len(word) > 1 and one.startswith(word) and one != word), None)
        return f"{head}{blank}{sign}{found}" if found else None


class QueryInput(Input):
    """A field for a query: Tab completes, as the right arrow does at the end."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "complete", show=False)]

    def action_complete(self) -> None:
        """Take up what is suggested."""
        self.cursor_position = len(self.value)
        self.action_cursor_right()
