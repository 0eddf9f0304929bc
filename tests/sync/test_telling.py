"""Errors of servers in few words."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest

from tracker.sources.base import BadInput, NotFound, Unavailable
from tracker.sources.lore import news_query, versions_query
from tracker.sync.telling import in_brief

HOST = "https://lists.example.org/all"
SLOW = "no answer in time; try again later"


def told(query: str, message: str = SLOW, behind: str = "") -> str:
    return in_brief(Unavailable(message, f"{HOST}/?q={quote_plus(query)}{behind}"))


def test_a_search_is_told_in_words() -> None:
    """The server, the first of what was looked for, since when; no code of a URL."""
    titles = [f"demo{n}: make part {n} lockless" for n in range(7)]
    (query,) = news_query(1_717_000_000, titles, ["1@example.org"])
    assert told(query, "late", "&o=200") == (
        'lists.example.org/all: a search for "demo0 make part 0 lockless" and others since 2024-05-29: late'
    )
    assert told(query).endswith(": " + SLOW)
    (query,) = versions_query(["fix it all"], ["ann@example.org"], [])
    assert told(query, "late") == 'lists.example.org/all: a search for "fix it all" and others: late'
    assert told("s:overlayfs dfn:fs/exec.c", "late") == "lists.example.org/all: a search for s:overlayfs dfn:fs/exec.c: late"


@pytest.mark.parametrize("query", ["x" * 5_000, '"' + "y z" * 3_000 + '"', "&&&;==%", "rt:9999999999.. ", "%ff%00"])
@pytest.mark.parametrize("message", ["late", "m" * 400])
def test_it_is_one_short_line(query: str, message: str) -> None:
    """Whatever was asked and answered, 111 characters are enough, and the server and the reason are there."""
    line = told(query, message)
    assert len(line) <= 111
    assert line.startswith("lists.example.org/all: ")
    assert line.rstrip("…").endswith(message[:20])


def test_threads_and_mails_are_named_and_other_errors_stay() -> None:
    """What is about one mail names it; an error about a server as such or about a file is short already."""
    assert in_brief(Unavailable("late", f"{HOST}/1%2F2@example.org/t.mbox.gz")) == (
        "lists.example.org/all: the thread of 1/2@example.org: late"
    )
    mail = Unavailable("late", "http://127.0.0.1:81/all/1@example.org/raw")
    assert in_brief(mail) == "127.0.0.1:81/all: the mail 1@example.org: late"
    for error in (NotFound("it has no mail 1@example.org", HOST), BadInput("no mail in it", "/home/ann/q?q=1.mbox")):
        assert in_brief(error) == str(error)
    assert in_brief(Unavailable("late", "http://example.org:99999999/?q=x")).endswith(": late")
