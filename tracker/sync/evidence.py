"""Mails elsewhere on a topic's server that say what became of its patches: pull requests, stable trees, reverts, reports.

Looked for by the patches' titles and by the commits known so far, in few searches. A hit is a candidate: what it means is
judged from the mail itself. Of a pull request or a report that speaks of the topic the whole thread is fetched, since the
answer that it was pulled or fixed names neither title nor commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from tracker.core.subject import parse_subject
from tracker.sources.base import NotFound, SourceError, Truncated
from tracker.sources.lore import aftermath_query
from tracker.store import names, read
from tracker.store.mail import source
from tracker.sync.fetching import fetch_thread
from tracker.sync.servers import Servers
from tracker.sync.session import Session, add_mail

_ROUNDS = 2
_MAX_MAILS = 150  # fetched for one topic
_MAX_THREADS = 6
_MAX_RELATED = 6
_MAX_AWAITED = 2
_MAX_SERIES = 100  # patches: the thread of a stable review has a thousand mails that are about everything else
_WHOLE_THREADS = ("pulled", "regression", "revert-asked")


@dataclass(slots=True)
class _Look:
    """One look at a server. asked: its queries so far; whole: threads that were fetched; fresh: how many mails were new."""

    session: Session
    servers: Servers
    url: str
    asked: set[str] = field(default_factory=set)
    whole: set[int] = field(default_factory=set)
    fresh: int = 0


def look_up(session: Session, servers: Servers, number: int, url: str) -> int:
    """Find out what became of a topic, whose threads were just fetched, and of those one step from it.

    Returns how many mails are new to the store.
    """
    con = session.con
    look = _Look(session, servers, url, whole=set(read.threads_of(con, number)))
    try:
        anchor = _anchor(con, number)
        _look_around(look, number, _ROUNDS)
        number = read.topic_of(con, anchor) or number
        related = [one["topic"] for one in read.related(con, number) if one["kind"] != "alternative"]
        for msgid in [_anchor(con, one) for one in dict.fromkeys(related)][:_MAX_RELATED]:
            _fetch_whole(look, [msgid] if _expected(con, msgid) <= _MAX_SERIES else [])
            now = read.topic_of(con, msgid)
            if now is not None:
                _look_around(look, now, 1)
    except SourceError as error:
        session.fail(error)
    return look.fresh


def _look_around(look: _Look, number: int, rounds: int) -> None:
    """What became of one topic. Raises SourceError."""
    con, lore = look.session.con, look.servers.get(look.url)
    for _ in range(rounds):
        titles, ids = names.public_names(con, number)
        if not ids:
            return  # it came from a local file: nothing of it may be told
        wanted = aftermath_query(titles, sorted(names.public_commits(con, number)))
        queries = [query for query in wanted if query not in look.asked]
        look.asked.update(queries)
        hits = [hit.msgid for query in queries for hit in lore.list_ids(query, limit=200)]
        unknown = names.unknown(con, hits)[:_MAX_MAILS]
        _fetch(look, unknown)
        number = read.topic_of(con, ids[0]) or number
        _fetch_whole(look, _to_follow_up(con, number)[:_MAX_THREADS])
        if not unknown:
            return


def _fetch(look: _Look, msgids: Sequence[str]) -> None:
    """Store these mails; what arrived of a cut answer is kept, and told."""
    if not msgids:
        return
    lore = look.servers.get(look.url)
    where = source(look.session.con, "lore", lore.url, private=False)
    try:
        raws = list(lore.fetch_ids(msgids))
    except Truncated as error:
        raws = list(error.messages)
        look.session.fail(error)
    look.fresh += len(add_mail(look.session, raws, where).new)


def follow_up_all(session: Session, servers: Servers, numbers: Iterable[int], url: str, among: Collection[str]) -> int:
    """Fetch the threads of the pull requests and reports *among* these mails that speak of topics, each thread once."""
    look = _Look(session, servers, url)
    for number in numbers:
        wanted = [one for one in _to_follow_up(session.con, number) if one in among]
        _fetch_whole(look, wanted[:_MAX_THREADS])
    return look.fresh


def _to_follow_up(con: sqlite3.Connection, number: int) -> list[str]:
    events = read.topic(con, number).data["events"]
    found = [event["evidence"].get("msgid") for event in events if event["kind"] in _WHOLE_THREADS]
    return [one for one in dict.fromkeys(found) if one]


def _fetch_whole(look: _Look, msgids: Collection[str]) -> None:
    """Store the threads of these mails, each once. Mail that came from a local file only is never named to a server."""
    con = look.session.con
    for msgid in msgids:
        row = read.message_row(con, msgid)
        if row is None or row.private or row.tid in look.whole:
            continue
        try:
            look.fresh += len(fetch_thread(look.session, look.servers, msgid, look.url))
        except NotFound:
            continue  # it came from another server
        found = read.message_row(con, msgid)
        look.whole.add(found.tid if found else row.tid)


def awaited(con: sqlite3.Connection, number: int) -> tuple[str, ...]:
    """The titles of the newest public pull requests for a topic that no mail answered yet.

    The answer that one was pulled stands under its title, and names neither the patches nor their commits.
    """
    events = read.topic(con, number).data["events"]
    asked = [event["evidence"].get("msgid") for event in events if event["kind"] == "pulled"]
    found: dict[str, None] = {}
    for msgid in reversed(list(dict.fromkeys(filter(None, asked)))):
        row = read.message_row(con, msgid)
        answered = con.execute("SELECT 1 FROM notice_key WHERE key=? LIMIT 1", (f"m:{msgid}",)).fetchone()
        if row is not None and not row.private and answered is None:
            found[parse_subject(row.subject).title] = None
    return tuple(found)[:_MAX_AWAITED]


def _expected(con: sqlite3.Connection, msgid: str) -> int:
    """How many patches the posting has that a cover or patch belongs to."""
    number = read.topic_of(con, msgid)
    revisions = read.topic(con, number).data["revisions"] if number is not None else []
    return max((int(one["expected"]) for one in revisions), default=0)


def _anchor(con: sqlite3.Connection, number: int) -> str:
    revisions = read.topic(con, number).data["revisions"]
    return str(revisions[-1]["series"]) if revisions else ""
