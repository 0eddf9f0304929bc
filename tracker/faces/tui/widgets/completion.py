"""Completion of the query language while a filter is typed."""

from __future__ import annotations

from textual.suggester import Suggester

from tracker.core.query import VALUES, WORDS
from tracker.faces.rows import STATUS

_TURNS = ("me", "author", "reviewer", "maintainer", "nobody")
_STATES = ("followed", "unread", "mine", "snoozed")
_KINDS = ("cover", "patch", "reply", "pull", "notice", "other")
CHOICES = (
    *(f"is:{one}" for one in _STATES), *(f"status:{one}" for one in STATUS), *(f"turn:{one}" for one in _TURNS), "age<30d",
    *(f"kind:{one}" for one in _KINDS), *(f"{one}:" for one in (*WORDS, *VALUES)),
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
