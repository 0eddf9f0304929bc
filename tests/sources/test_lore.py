"""Threads, mails and searches of a real public-inbox."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker.sources.base import BadInput, NotFound, NotMail, Refused, Unavailable
from tracker.sources.listing import news_query
from tracker.sources.lore import LORE, Lore, default_server, server_url

from .conftest import (
    CHANGE_ID,
    COMMIT,
    COPIES,
    COPY,
    COVER,
    MANY,
    OTHERS,
    PAGES,
    THREAD,
    Recorder,
    as_mboxrd,
    make_mail,
    msgid_of,
    quiet_about_open_files,
)

Make = Callable[..., Lore]
JANUARY = 1767225600  # 2026-01-01 00:00 UTC


def test_a_thread_arrives_whole_and_with_its_own_bytes(inbox: Any, lore: Make) -> None:
    """The mails of a thread, asked for by any of its ids, are those that were sent, byte by byte, in one request."""
    server = lore(f"{inbox.url}/all/")
    assert sorted(server.thread(msgid_of(THREAD[2]))) == sorted(THREAD)
    assert server.requests_made == 1


def test_an_id_with_every_odd_character_is_quoted(inbox: Any, lore: Make) -> None:
    """Slashes, percent signs and plus signs in an id reach the server as that id, for threads and for mails."""
    server = lore(f"{inbox.url}/all")
    assert server.message("a+b/c%25d=e@example.org") == [THREAD[3]]
    assert len(server.thread("a+b/c%25d=e@example.org")) == len(THREAD)
    assert server.requests_made == 2


def test_an_id_is_one_part_of_the_path(recorder: Recorder, lore: Make) -> None:
    """Nothing in an id can make the path of another request of it."""
    with pytest.raises(NotFound):
        lore(f"{recorder.url}/all").message("../a/b?x=m&q=#%2F@example.org")
    assert [path for _, path, _ in recorder.seen] == ["/all/..%2Fa%2Fb%3Fx%3Dm%26q%3D%23%252F@example.org/raw"]


def test_an_id_nobody_has_is_not_found(inbox: Any, lore: Make) -> None:
    """An unknown id is NotFound, for the thread after looking on the server's other lists, and says which id."""
    server = lore(f"{inbox.url}/all/")
    with pytest.raises(NotFound, match=r"nobody@example\.org"):
        server.thread("nobody@example.org")
    with pytest.raises(NotFound, match=r"nobody@example\.org"):
        server.message("nobody@example.org")


def test_a_thread_of_another_list_is_found_through_liblore(inbox: Any, lore: Make) -> None:
    """A thread that is not on the list asked is found by liblore where the server says it is."""
    server = lore(f"{inbox.url}/many/")
    assert sorted(server.thread(COVER)) == sorted(THREAD)
    assert server.requests_made > 1


def test_copies_that_differ_are_all_given(inbox: Any, lore: Make) -> None:
    """A mail that two lists have with different text comes as two mails."""
    assert sorted(lore(f"{inbox.url}/all/").message(COPY)) == sorted(COPIES)


def test_a_search_gives_mails_and_no_threads(inbox: Any, lore: Make) -> None:
    """A search gives just what matches, `limit` the newest of it, and nothing found is an empty list."""
    server = lore(f"{inbox.url}/all/")
    assert server.search('s:"ring: step 1"') == [THREAD[1]]
    assert len(server.search("manymails")) == PAGES
    assert len(server.search("manymails", limit=7)) == 7
    assert server.search("wordthatnobodywrote") == []


def test_an_empty_search_is_refused_here(inbox: Any, lore: Make) -> None:
    """An empty query, which public-inbox answers with all it has, never leaves."""
    server = lore(f"{inbox.url}/all/")
    for search in (server.search, server.list_ids):
        with pytest.raises(BadInput, match="empty search"):
            search(" ")
    assert server.requests_made == 0


def test_a_list_of_hits_is_read_from_the_page(inbox: Any, lore: Make) -> None:
    """A hit has the id unescaped, the subject, the author and the date to the minute."""
    (hit,) = lore(f"{inbox.url}/all/").list_ids('m:"a+b/c%25d=e@example.org"')
    assert (hit.msgid, hit.author) == ("a+b/c%25d=e@example.org", "Ann Author")
    assert (hit.subject, hit.date) == ("Re: [PATCH 0/2] ring: make it lockless", JANUARY + 6 * 86400 + 43200)


def test_long_lists_are_paged(inbox: Any, lore: Make) -> None:
    """All hits come, 200 to a request, each once; with a limit no page is asked for in vain."""
    server = lore(f"{inbox.url}/all/")
    assert sorted(hit.msgid for hit in server.list_ids("manymails")) == sorted(map(msgid_of, MANY))
    assert server.requests_made == 2
    assert len(server.list_ids("manymails", limit=3)) == 3
    assert server.requests_made == 3
    assert server.list_ids("wordthatnobodywrote") == []


def test_a_query_the_server_does_not_understand_is_refused(inbox: Any, lore: Make) -> None:
    """A query with a syntax error is an error at once, not an empty result."""
    server = lore(f"{inbox.url}/all/")
    with pytest.raises(Refused, match="query"):
        server.list_ids("ring OR (")
    assert server.requests_made == 1


def test_many_ids_come_in_few_requests(inbox: Any, lore: Make) -> None:
    """230 ids, one that nobody has and one that no query can have, take one request for each 200 and one of its own."""
    server = lore(f"{inbox.url}/all/")
    odd = "a+b/c%25d=e@example.org"
    mails = server.fetch_ids([*map(msgid_of, MANY), "nobody@example.org", odd, odd, ""])
    assert sorted(mails) == sorted([*MANY, THREAD[3]])
    assert server.requests_made == 3


def test_a_change_id_and_a_commit_find_their_mails(inbox: Any, lore: Make) -> None:
    """The change-id finds the cover letter; a commit is found by 12 digits and by 40, whichever was asked."""
    server = lore(f"{inbox.url}/all/")
    assert [hit.msgid for hit in server.by_change_id(CHANGE_ID)] == [COVER]
    for sha in (COMMIT, COMMIT[:12], COMMIT[:9].upper()):
        assert {hit.msgid for hit in server.by_commit(sha)} == {"applied@example.org", "upstream@example.org"}
    with pytest.raises(BadInput, match="hex digits"):
        server.by_commit("not a commit")


def test_news_are_found_by_title_and_by_link(inbox: Any, lore: Make) -> None:
    """One query finds answers by their subject and mails that quote an id, and only those received since then."""
    server = lore(f"{inbox.url}/all/")
    titles, msgids = ["ring: make it lockless", "Report"], [COVER]
    (all_of_it,) = news_query(JANUARY, titles, msgids)
    (later,) = news_query(JANUARY + 9 * 86400, titles, msgids)
    replies = {msgid_of(raw) for raw in (*THREAD[:1], *THREAD[3:])}
    assert {hit.msgid for hit in server.list_ids(all_of_it)} == {*replies, "link@example.org", "late@example.org"}
    assert {hit.msgid for hit in server.list_ids(later)} == {"link@example.org", "late@example.org"}


def test_titles_with_syntax_of_the_server_in_them_are_searched_for_safely(inbox: Any, lore: Make) -> None:
    """Quotes, operators, prefixes and dates in a title neither break the query nor change what it means."""
    server = lore(f"{inbox.url}/all/")
    hostile = ['a "b) OR (s:ring', "rt:1.. d:2020.. dt:x foo", "100% of* the (ring)", "“curly” AND NOT mid:x"]
    queries = news_query(JANUARY, hostile, ['x" OR s:"ring'])
    assert [server.list_ids(query) for query in queries] == [[]]


def test_new_mail_arrives_with_the_next_request(inbox: Any, lore: Make) -> None:
    """A mail that the server gets later is in the next answer: nothing is cached here, and no miss either."""
    server = lore(f"{inbox.url}/all/")
    with pytest.raises(NotFound):
        server.message("once@example.org")
    first, reply = make_mail("once@example.org", "only once"), make_mail("twice@example.org", "reply", parent="once@example.org")
    with quiet_about_open_files():
        inbox.add("many", [first])
    assert server.thread("once@example.org") == [first]
    with quiet_about_open_files():
        inbox.add("many", [reply])
    assert sorted(server.thread("once@example.org")) == sorted([first, reply])


# Configuration


def git_config(home: Path, *pairs: tuple[str, str]) -> None:
    for key, value in pairs:
        subprocess.run(["git", "config", "--file", str(home / "gitconfig"), "--add", key, value], check=True)


@pytest.mark.parametrize(
    ("mask", "server"),
    [
        (None, LORE),
        ("https://lore.kernel.org/all/%s", LORE),
        ("https://lore.kernel.org/r/%s", LORE),
        ("https://inbox.example.org/%s", "https://inbox.example.org/all"),
        ("http://127.0.0.1:8080/list/%s", "http://127.0.0.1:8080/list"),
    ],
)
def test_the_default_server_is_that_of_b4(sealed: Path, mask: str | None, server: str) -> None:
    """git's b4.midmask names the server, a bare one gets /all as in b4, and without it it is lore.kernel.org."""
    if mask:
        git_config(sealed, ("b4.midmask", mask))
    assert default_server() == server


def test_b4s_setting_is_what_an_unnamed_server_uses(sealed: Path, inbox: Any, lore: Make) -> None:
    """A `Lore` without a URL asks the server of b4.midmask."""
    git_config(sealed, ("b4.midmask", f"{inbox.url}/all/%s"))
    assert len(lore(None).thread(COVER)) == len(THREAD)


@pytest.mark.parametrize("url", ["lore.kernel.org", "ftp://example.org/all", "https://", "http://[::1", "-x"])
def test_what_is_no_url_is_told(url: str) -> None:
    """A server that is no http URL is an error that says what it must be."""
    with pytest.raises(BadInput, match=r"must be a URL such as"):
        server_url(url)


def test_mirrors_of_the_git_configuration_are_used(sealed: Path, recorder: Recorder, lore: Make) -> None:
    """liblore's `fallback` origin is asked first, and the server itself when that one fails."""
    mirror = Recorder()
    try:
        git_config(sealed, (f"liblore.{recorder.url}.fallback", mirror.url))
        mirror.answers["/all/x@example.org/raw"] = 503, {}, b""
        recorder.answers["/all/x@example.org/raw"] = 200, {}, as_mboxrd(THREAD[:1])
        assert lore(f"{recorder.url}/all").message("x@example.org") == THREAD[:1]
        assert len(mirror.seen) == len(recorder.seen) == 1
    finally:
        mirror.close()


def test_we_say_who_we_are_and_keep_our_mark_to_our_servers(sealed: Path, recorder: Recorder, lore: Make) -> None:
    """The User-Agent is ours, with liblore's mark of this installation for the server, without it elsewhere."""
    other = Recorder()
    try:
        git_config(sealed, (f"liblore.{recorder.url}.useragentplus", "mark-1"))
        recorder.answers["/all/x@example.org/raw"] = 302, {"Location": f"{other.url}/y"}, b""
        other.answers["/y"] = 200, {}, as_mboxrd(THREAD[:1])
        lore(f"{recorder.url}/all", user_agent="tracker/9").message("x@example.org")
        assert [agent for _, _, agent in recorder.seen] == ["tracker/9+mark-1"]
        assert [agent for _, _, agent in other.seen] == ["tracker/9"]
    finally:
        other.close()


def test_searches_that_fetch_are_posts_without_a_body(recorder: Recorder, lore: Make) -> None:
    """`search` sends POST with the query in the URL; `requests_made` counts what was sent."""
    server = lore(f"{recorder.url}/all")
    recorder.answers["/all/?x=m&q=s%3Aring"] = 200, {}, gzip.compress(as_mboxrd(OTHERS))
    assert server.search("s:ring") == OTHERS
    assert [seen[:2] for seen in recorder.seen] == [("POST", "/all/?x=m&q=s%3Aring")]
    assert server.requests_made == 1


def test_a_page_of_another_form_is_read_from_the_feed(recorder: Recorder, lore: Make) -> None:
    """When the result page is not understood the Atom feed is, and a page of something else is NotMail."""
    server = lore(f"{recorder.url}/all")
    recorder.answers["/all/?q=ring"] = 200, {}, b'<html><a href="?x=A">Atom feed</a> in another form</html>'
    recorder.answers["/all/?q=ring&x=A"] = (
        200,
        {},
        (
            b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><author><name>Ann &amp; Co</name>'
            b'</author><title type="html">ring &#34;x&#34;</title><updated>2026-01-05T12:00:07Z</updated>'
            b'<link href="http://example.org/all/a%2Fb@example.org/"/></entry></feed>'
        ),
    )
    (hit,) = server.list_ids("ring")
    assert (hit.msgid, hit.subject, hit.author) == ("a/b@example.org", 'ring "x"', "Ann & Co")
    assert hit.date == JANUARY + 4 * 86400 + 43200 + 7
    recorder.answers["/all/?q=ring&x=A"] = 200, {}, b"<html>no feed</html>"
    with pytest.raises(NotMail, match="form this version does not know"):
        server.list_ids("ring")


def test_a_server_that_is_not_there_is_unavailable(lore: Make, naps: list[float]) -> None:
    """A refused connection is Unavailable after the retries, with longer and longer waits, and says why in words."""
    with pytest.raises(Unavailable, match="Connection refused"):
        lore("http://127.0.0.1:1/all").message("x@example.org")
    assert len(naps) == 2
    assert 0.5 <= naps[0] <= 1 <= naps[1] <= 2
