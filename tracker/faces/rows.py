"""Values to cells: glyphs, status words, ages, people. Shared by every face, so that they all speak alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.faces.plain import plain

DAY = 86_400

# glyph and colour (an SGR number) of every status; the word itself always stands beside them.
STATUS = {
    "reverted": ("↶", "31"), "released": ("✔", "32"), "merged": ("✔", "32"), "in-next": ("◆", "32"), "applied": ("◆", "32"),
    "partly-applied": ("◈", "32"), "dropped": ("✘", "31"), "superseded": ("→", "2"), "rejected": ("✘", "31"),
    "changes-requested": ("✎", "33"), "reviewed": ("★", "36"), "in-review": ("◷", "36"), "stalled": ("…", "2"),
    "posted": ("○", "0"), "discussion": ("¶", "0"), "unknown": ("?", "0"),
}  # fmt: skip


def glyph(status: str) -> str:
    """The sign that stands before a status word."""
    return STATUS.get(status, STATUS["unknown"])[0]


def colour(status: str) -> str:
    """The SGR number of a status."""
    return STATUS.get(status, STATUS["unknown"])[1]


def status_words(status: str) -> str:
    """A status as people write it: `changes requested`."""
    return status.replace("-", " ")


def age(seconds: int | None, now: int) -> str:
    """How long ago: `3h`, `12d`, `2y`; `?` when it is not known."""
    if seconds is None:
        return "?"
    days = max(0, now - seconds) // DAY
    if days == 0:
        return f"{max(0, now - seconds) // 3600}h"
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def age_days(seconds: int | None, now: int) -> int | None:
    """Whole days since then, or None when it is not known."""
    return None if seconds is None else max(0, now - seconds) // DAY


def person(value: Mapping[str, str]) -> str:
    """The name of a PERSON, else the address, safe to print."""
    return plain(value["name"] or value["email"] or "(nobody)")


def turn_words(turn: str, who: Sequence[Mapping[str, str]]) -> str:
    """Whose turn it is, by name where one is known."""
    return person(who[0]) if who else turn


def parts(revision: Mapping[str, Any]) -> str:
    """How much of a revision is at hand: `3 patches`, `2 of 3 patches`, `cover only`."""
    have, expected = len(revision["patches"]), revision["expected"]
    if not have:
        return f"cover only, {expected} expected"
    if revision["complete"]:
        return f"{have} patch" if have == 1 else f"{have} patches"
    return f"{have} of {expected} patches"
