"""Charsets and encoded words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.charset import decode_bytes, decode_header, unfold


@pytest.mark.parametrize(
    ("data", "charset", "text", "right"),
    [
        (b"plain", None, "plain", True),
        ("grün".encode(), "utf-8", "grün", True),
        ("grün".encode(), None, "grün", True),
        ("grün".encode("latin-1"), "iso-8859-1", "grün", True),
        ("grün".encode("latin-1"), "utf-8", "grün", False),
        ("“x”".encode("cp1252"), "us-ascii", "“x”", False),
        ("привет".encode("koi8-r"), "KOI8-R", "привет", True),
        (b"\x81\x8d", None, "\x81\x8d", False),
        (b"x", "no-such-charset", "x", False),
        (b"41", "hex", "41", False),
    ],
)
def test_bytes_are_read_with_the_declared_charset_or_told_wrong(data: bytes, charset: str | None, text: str, right: bool) -> None:
    """Every label, right, wrong, missing or hostile, gives text and says whether it was right."""
    assert decode_bytes(data, charset) == (text, right)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?gr=C3=BCn?=", "grün"),
        (b"=?UTF-8?B?Z3LDvG4=?= <a@example.org>", "grün <a@example.org>"),
        (b"=?utf-8?q?a=C3?= =?utf-8?q?=BC?=", "aü"),  # a character cut in two by the mailer
        (b"=?utf-8?q?a?=\n =?utf-8?q?b?=", "ab"),  # white space between words is not text
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?iso-8859-1?q?=E4?= =?utf-8?q?=C3=A4?=", "ää"),
        (b"=?utf-8?b?Z3LDvG4?=", "grün"),  # padding left out
        (b"caf\xe9", "café"),
        ("raw ü".encode(), "raw ü"),
        (b" folded\n\tline ", "folded\tline"),
        (b"=?broken", "=?broken"),
        (b"=?utf-8?q?a=0Ab?=", "a b"),  # an encoded line break must not make a second line
    ],
)
def test_header_values_become_text(raw: bytes, text: str) -> None:
    """RFC 2047 words, raw 8-bit bytes and folded lines come out as a reader sees them."""
    assert decode_header(raw) == text


def test_unfolding_keeps_the_white_space() -> None:
    """RFC 5322 section 2.2.3: only the line break goes."""
    assert unfold(b"a\r\n b\n\tc") == b"a b\tc"


@given(st.binary(max_size=300))
def test_nothing_raises_and_no_line_breaks_come_out(raw: bytes) -> None:
    """Any bytes at all give one line of text."""
    text = decode_header(raw)
    assert "\n" not in text
    assert "\r" not in text
