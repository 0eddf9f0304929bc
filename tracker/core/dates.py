"""Dates of mails (RFC 5322 section 3.3 and what is written instead) as seconds since 1970 UTC."""

from __future__ import annotations

import re
from datetime import date as _date
from time import gmtime, strftime

_USUAL = re.compile(
    rb"\s*(?:[A-Za-z]{3},\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+([+-])(\d\d)(\d\d)(?!\d)"
)
_MONTHS = {name: n for n, name in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_EPOCH = _date(1970, 1, 1).toordinal()
# Years outside of this are clocks that were never set, or attacks on sorting by date.
_FIRST, _LAST = 1970, 2100


def parse_date(value: bytes) -> int | None:
    """The instant a Date value names, or None when it names none between 1970 and 2100.

    A missing zone counts as UTC, as `-0000` does. The common form is read by one expression, the rest by the
    standard library's `parsedate_tz`; both agree on what they both read.
    """
    match = _USUAL.match(value)
    if match is None or match[2].lower() not in _MONTHS:
        return _unusual(value)
    day, month, year, hour, minute, second, sign, zone_h, zone_m = match.groups()
    return _seconds(
        int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second or 0),
        (int(zone_h) * 3600 + int(zone_m) * 60) * (-1 if sign == b"-" else 1),
    )  # fmt: skip


def _unusual(value: bytes) -> int | None:
    from email.utils import parsedate_tz  # here, because few dates need it and it takes as long to import as `list` to run

    try:
        parts = parsedate_tz(value[:200].decode("latin-1"))
    except (ValueError, IndexError, TypeError, OverflowError):  # each was seen from parsedate_tz on broken dates
        return None
    if parts is None:
        return None
    year, month, day, hour, minute, second, *_, zone = parts
    return _seconds(year, month, day, hour, minute, second, zone or 0)


def _seconds(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: int) -> int | None:
    if not (_FIRST <= year <= _LAST and hour < 24 and minute < 60 and second <= 60 and abs(zone) < 86400):
        return None
    try:
        days = _date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    instant = days * 86400 + hour * 3600 + minute * 60 + second - zone
    return instant if instant >= 0 else None


def iso(seconds: int | None) -> str | None:
    """ISO 8601 in UTC, `2024-05-31T13:01:43Z`."""
    return None if seconds is None else strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(seconds))


def day(seconds: int | None) -> str:
    """The UTC day, `2024-05-31`, or `unknown`."""
    return "unknown" if seconds is None else strftime("%Y-%m-%d", gmtime(seconds))


def parse_iso(text: str) -> int | None:
    """Seconds of what `iso` wrote, None for anything else."""
    try:
        year, month, day_, hour, minute, second = (int(text[at : at + size]) for at, size in _ISO_PLACES)
    except ValueError:
        return None
    return _seconds(year, month, day_, hour, minute, second, 0)


_ISO_PLACES = ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2))
