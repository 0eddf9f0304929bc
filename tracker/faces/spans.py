"""Lengths of time in words, and dates that people type."""

from __future__ import annotations

import re

from tracker.core.query import Span, parse_query
from tracker.faces.exits import UsageError
from tracker.faces.plain import plain

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3_600, 86_400, 31_557_600
_LENGTH = re.compile(r"(\d{1,5})([hdwmy])")
_UNITS = {"h": _HOUR, "d": _DAY, "w": 7 * _DAY, "m": 30 * _DAY, "y": 365 * _DAY}


def duration(seconds: float | None) -> str:
    """`40 min`, `5.2 h`, `1.9 d`, `38 d`, `2.1 y`; `?` when it is not known."""
    if seconds is None:
        return "?"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY:
        return f"{seconds / _HOUR:.1f} h"
    if seconds < 1000 * _DAY:
        days = seconds / _DAY
        return f"{days:.1f} d" if days < 10 else f"{days:.0f} d"
    return f"{seconds / _YEAR:.1f} y"


def span(what: str, text: str) -> int:
    """The seconds of `12h`, `3d`, `2w`, `1m`, `1y`. Raises UsageError, which names *what* asked for it."""
    found = _LENGTH.fullmatch(text)
    if found is None:
        raise UsageError(f"{what}: {plain(text)!r} is no time; write 3d, 2w or 1m")
    return int(found[1]) * _UNITS[found[2]]


def moment(text: str, now: int, option: str) -> int:
    """The first second (UTC) of what *text* names: 2024-05-31, 2024-05, 2024, 3.days.ago, or how long ago: 90d, 6w, 1y.

    option: named in the error. Raises UsageError.
    """
    length = _LENGTH.fullmatch(text.strip())
    if length:
        return max(0, now - int(length[1]) * _UNITS[length[2]])
    found = parse_query(f'd:"{text.strip()}"', now).node if '"' not in text and ".." not in text else None
    if isinstance(found, Span) and found.since is not None:
        return found.since
    raise UsageError(f"{option}: {plain(text)!r} is no date; write 2024-05-31, 2024, 3.days.ago, or 90d")
