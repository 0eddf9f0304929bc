"""Queries in Xapian's language and pages of hits, without a server."""

from __future__ import annotations

from urllib.parse import quote_plus

import pytest

from tracker.sources.listing import Hit, commit_query, ids_query, news_query, parse_feed, parse_page, safe_id, searchable


def test_a_news_query_has_titles_ids_and_the_time() -> None:
    """Titles are phrases in the subject or in unquoted words, ids phrases anywhere, commits words; all under one time limit."""
    assert news_query(1700000000, ["fs: don't block", "fs: don't block"], ["a@example.org"], ["2a010c4128534"]) == [
        'rt:1700000000.. AND (s:"fs don\'t block" OR nq:"fs don\'t block" OR "a@example.org" OR 2a010c412853*)'
    ]
    assert news_query(1700000000, [], []) == []


def test_news_queries_fit_into_urls() -> None:
    """Many clauses are spread over queries that are each short enough once quoted, and none is lost."""
    titles = [f"subsystem: change number {n} of “many” 変更" for n in range(300)]
    queries = news_query(1700000000, titles, [f"{n}@example.org" for n in range(300)], room=2000)
    assert all(len(quote_plus(query)) <= 2000 for query in queries)
    joined = " ".join(queries)
    assert all(f"number {n} of" in joined and f'"{n}@example.org"' in joined for n in range(300))
    assert len(queries) < 40


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("fs: don't block i_writecount during exec", "fs don't block i_writecount during exec"),
        ('Revert "x86: fix it"', "Revert x86 fix it"),
        ("a (b) 100% rt:5.. *", "a b 100 rt 5.."),
        ("Report", ""),
        ("   ", ""),
        ("x\x00y\nz \x07 word", ""),
        ("word " * 100, ("word " * 30).strip()),
    ],
)
def test_titles_become_phrases(title: str, phrase: str) -> None:
    """Characters that end a phrase or mean something to the server are gone; one word alone would find too much."""
    assert searchable(title) == phrase


def test_ids_are_grouped_by_number_and_length() -> None:
    """A query has at most 200 ids and at most so many characters; only ids without special characters are safe."""
    queries = ids_query([f"{n}@e.org" for n in range(401)], room=100_000)
    assert [query.count("mid:") for query in queries] == [200, 200, 1]
    assert all(len(quote_plus(query)) <= 300 for query in ids_query([f"{n}@e.org" for n in range(99)], room=300))
    assert safe_id("20240530145810.GA2205585@perftesting")
    for bad in ("", "a b@c", 'a"b@c', "a(b@c", "d:2020..@c", "é@c", "x" * 201, "a%20b@c", "a*@c"):
        assert not safe_id(bad), bad


def test_commits_are_searched_by_what_all_abbreviations_share() -> None:
    """12 digits and a wildcard find every longer form; fewer digits stay as they are; other texts give no query."""
    assert commit_query("2A010C41285345da60cece35575b4e0af7e7bf44") == "2a010c412853*"
    assert commit_query("2a010c4") == "2a010c4*"
    assert commit_query("2a010c") == commit_query("zzzzzzzz") == commit_query("") == ""


PAGE = """<html><head><title>x - search results</title><link
rel=alternate
title="Atom feed"
href="?q=x&amp;x=A"></head><pre> 1. <b><a
href="a%2Fb&#43;c@example.org/">[PATCH] &lt;x&gt; &amp; &#34;y&#34;</a></b>
    - by Ann @ home, Ltd @ 2026-01-05  8:15 UTC [9%]

 2. <b><a
href="d@example.org/">(no subject)</a></b>
    - by  @ 2026-01-05 18:15 UTC [0%]

</pre><hr><pre id=t>Results 1-2 of 400  <a
href="?q=x&amp;o=200"
rel=next>next (older)</a> | <a
href="?q=x&amp;o=-1">reverse</a></pre></html>"""


def test_a_page_is_read() -> None:
    """Ids, subjects and names are unescaped, times are UTC, and the link to the next page is seen."""
    parsed = parse_page(PAGE)
    assert parsed is not None
    hits, more = parsed
    assert hits == [
        Hit("a/b+c@example.org", '[PATCH] <x> & "y"', "Ann @ home, Ltd", 1767600900),
        Hit("d@example.org", "", "", 1767636900),
    ]
    assert more
    last = parse_page(PAGE.replace("rel=next", "rel=prev"))
    assert last is not None
    assert not last[1]


def test_other_pages_are_none() -> None:
    """A page that is no result page is None, one without a hit that is understood has no hits; so with feeds."""
    assert parse_page("<html>Making sure you're not a bot!</html>") is None
    assert parse_page(PAGE.replace("- by", "-- from")) == ([], True)
    assert parse_feed("<html>") is None
    assert parse_feed("<feed><entry><title>no link</title></entry></feed>") == []


def test_hostile_pages_take_no_time() -> None:
    """Megabytes of beginnings of hits end in no hits, in linear time (the test would hang otherwise)."""
    for piece in ('<b><a\nhref="', '<b><a\nhref="x">', '<b><a href="x">y</a></b> - by a @ ', "<entry>", '<a href="'):
        assert parse_page("Atom feed" + piece * 50_000) == ([], False)
        assert not parse_feed("<feed>" + piece * 50_000)
