"""Dates of mails."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.dates import day, iso, parse_date


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"Fri, 31 May 2024 15:01:43 +0200", 1717160503),
        (b"31 May 2024 15:01 +0200", 1717160460),
        (b"Fri, 31 May 2024 13:01:43 GMT", 1717160503),
        (b"Fri, 31 May 2024 13:01:43", 1717160503),  # no zone: UTC
        (b"Fri May 31 13:01:43 2024", 1717160503),
        (b"Fri, 31 May 2024 15:01:43 +0200 (CEST)", 1717160503),
        (b"Fri, 31 Feb 2024 15:01:43 +0200", None),
        (b"Fri, 31 May 20777777777777724 15:01:43 +0200", None),
        (b"Thu, 01 Jan 1000 00:00:00 +0000", None),
        (b"yesterday", None),
        (b"", None),
        (b"\x00\xff", None),
    ],
)
def test_dates_are_instants_or_none(value: bytes, seconds: int | None) -> None:
    """The usual form, the odd ones, and nonsense."""
    assert parse_date(value) == seconds


def test_instants_are_printed_in_utc() -> None:
    """ISO 8601 with Z, and a day of its own for what is unknown."""
    assert iso(1717160503) == "2024-05-31T13:01:43Z"
    assert iso(None) is None
    assert (day(1717160503), day(None)) == ("2024-05-31", "unknown")


@given(st.binary(max_size=80))
def test_no_bytes_raise(value: bytes) -> None:
    """Whatever stands in a Date field, there is an answer between 1970 and 2101, or none."""
    found = parse_date(value)
    assert found is None or 0 <= found < 4_133_980_800
