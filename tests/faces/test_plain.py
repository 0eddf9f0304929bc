"""Text from mails on a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.faces.plain import cut, escape_controls, pad, plain, plain_lines, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("\x1b[31mred", "^[[31mred"),
        ("a\x07\x7f", "a^G^?"),
        ("a\rb\tc\nd", "a b c d"),
        ("\x9b31m", "<U+009B>31m"),
        ("abc\u202efdp.exe", "abc<U+202E>fdp.exe"),
        ("zero\u200bwidth", "zero<U+200B>width"),
        ("\ud800", "<U+D800>"),
        ("José 山田", "José 山田"),
    ],
)
def test_controls_become_visible(text: str, shown: str) -> None:
    """Nothing a mail says can move the cursor, change colours or reverse our words."""
    assert plain(text) == shown


def test_lines_and_tabs_of_a_text_stay() -> None:
    """A body keeps its shape."""
    assert plain_lines("a\tb\n\x1bc") == "a\tb\n^[c"


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [("abcdef", 4, "abc…"), ("abc", 4, "abc"), ("山田太郎", 5, "山田…"), ("e\u0301clair", 3, "e\u0301c…"), ("abc", 0, "")],
)
def test_cutting_counts_columns(text: str, columns: int, shown: str) -> None:
    """Wide characters take two columns, combining marks none."""
    assert cut(text, columns) == shown
    assert width(shown) <= columns


@given(st.text(), st.integers(1, 20))
def test_padding_is_exact(text: str, columns: int) -> None:
    """A cell has exactly its width, whatever stands in it."""
    assert width(pad(plain(text), columns)) == columns


@given(st.text())
def test_json_keeps_its_value(text: str) -> None:
    """Escaped controls read back as what they were."""
    assert json.loads(escape_controls(json.dumps([text], ensure_ascii=False))) == [text]
    assert "\x9b" not in escape_controls(json.dumps("\x9b", ensure_ascii=False))
