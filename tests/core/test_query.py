"""The query language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.query import Both, Either, Node, Not, Span, Term, parse_query

NOW = 1_717_243_200  # 2024-06-01T12:00:00Z


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("ring", Term("", "ring")),
        ("ring buffer", Both((Term("", "ring"), Term("", "buffer")))),
        ("ring AND buffer", Both((Term("", "ring"), Term("", "buffer")))),
        ("ring OR buffer lock", Either((Term("", "ring"), Both((Term("", "buffer"), Term("", "lock")))))),
        ('s:"during exec"', Term("s", "during exec")),
        ("S:exec", Term("s", "exec")),
        ("-f:anna", Not(Term("f", "anna"))),
        ("NOT f:anna", Not(Term("f", "anna"))),
        ("(a OR b) c", Both((Either((Term("", "a"), Term("", "b"))), Term("", "c")))),
        ("ovl: fix", Both((Term("", "ovl"), Term("", "fix")))),
        ("coun*", Term("", "coun", start=True)),
        ("https://example.org/x", Term("", "https://example.org/x")),
        ("d:2024-05-31", Span("date", 1717113600, 1717200000)),
        ("d:20240531..", Span("date", 1717113600, None)),
        ("d:..2024", Span("date", None, 1735689600)),
        ("rt:1717113600..", Span("received", 1717113600, None)),
        ("d:2.days.ago..", Span("date", NOW - 2 * 86400, None)),
        ("d:yesterday", Span("date", 1717113600, 1717200000)),
        ("status:posted,in-review", Term("status", "posted,in-review")),
        ("-is:mine", Not(Term("is", "mine"))),
        ("age<30d", Span("age", NOW - 30 * 86400, None)),
        ("age:>2w", Span("age", None, NOW - 14 * 86400)),
    ],
)
def test_queries_become_trees(text: str, node: Node) -> None:
    """Words, phrases, prefixes, dates and operators, as public-inbox reads them."""
    assert parse_query(text, NOW).node == node


@pytest.mark.parametrize("text", ["(ring", "ring)", "dfhh:ring", "d:soon", "d:20241399", "NOT", "s:", "age:old"])
def test_wrong_queries_say_what_is_wrong(text: str) -> None:
    """No guess: a problem in words, and no tree."""
    query = parse_query(text, NOW)
    assert query.node is None
    assert query.problem


def test_an_empty_query_is_no_mistake() -> None:
    """Nothing to look for is no error of the language; the caller decides."""
    assert parse_query("  ", NOW) == parse_query("", NOW)
    assert parse_query("", NOW).problem == ""


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    """Whatever is typed, there is a tree or a problem or nothing to look for."""
    query = parse_query(text, NOW)
    assert query.node is None or query.problem == ""


def test_deep_nesting_is_refused() -> None:
    """A thousand parentheses are a problem, not a crash."""
    assert parse_query("(" * 1000 + "a" + ")" * 1000, NOW).problem


def test_long_names_of_prefixes() -> None:
    """list:, to:, from: and subject: are lore's l:, t:, f: and s:."""
    for long, short in (("list", "l"), ("to", "t"), ("from", "f"), ("subject", "s")):
        assert parse_query(f"{long}:demo", NOW).node == parse_query(f"{short}:demo", NOW).node
