"""Folding and escaping for any text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tracker.faces.digest.markdown import escape
from tracker.faces.digest.text import COLUMNS
from tracker.faces.plain import fold, plain, width

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400).map(plain)


@given(TEXTS)
def test_no_line_is_too_wide_and_nothing_is_lost(text: str) -> None:
    """Only an address may be wider than the page; the words come out as they went in."""
    lines = fold(text, COLUMNS, "    - ", "      ")
    assert all(width(line) <= COLUMNS or "://" in line for line in lines)
    assert lines[0].startswith("    -")
    whole = "".join(line[6:] for line in lines)
    assert whole.replace(" ", "") == text.replace(" ", "").rstrip()


@given(TEXTS, st.integers(20, 40))
def test_very_narrow_terminals(text: str, columns: int) -> None:
    """What is folded with half of the line indented still fits, and ends."""
    lines = fold(text, columns, "", " " * (columns // 2))
    assert all(width(line) <= columns or "://" in line for line in lines)


@given(TEXTS)
def test_markdown_has_no_bare_mark(text: str) -> None:
    """Every character that could begin a link, HTML, code or emphasis has a backslash before it."""
    assert not re.search(r"[`*_\[\]<>#|~&]", re.sub(r"\\.", "", escape(text)))
    assert re.sub(r"\\(.)", r"\1", escape(text)) == text
