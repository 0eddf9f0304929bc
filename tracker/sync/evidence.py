"""Mails elsewhere on a topic's server that say what became of its patches: pull requests, stable trees, reverts, reports.

Looked for by the patches' titles and by the commits known so far, in few searches. A hit is a candidate: what it means is
judged from the mail itself. Of a pull request or a report that speaks of the topic the whole thread is fetched, since the
answer that it was pulled or fixed names neither title nor commit.
"""

from __future__ import annotations

from collections.abc import Collection

from tracker.sources.base import NotFound, SourceError
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
_WHOLE_THREADS = ("pulled", "regression", "revert-asked")


def look_up(session: Session, servers: Servers, number: int, url: str) -> int:
    """Find out what became of a topic, and of those one step from it; returns how many mails are new to the store."""
    try:
        fresh = look_around(session, servers, number, url)
        related = [one for one in read.related(session.con, number) if one["kind"] != "alternative"]
        for one in related[:_MAX_RELATED]:
            fresh += _whole(session, servers, url, [_anchor(session, one["topic"])])
            fresh += look_around(session, servers, one["topic"], url, rounds=1)
    except SourceError as error:
        session.fail(error)
        return 0
    return fresh


def look_around(session: Session, servers: Servers, number: int, url: str, *, rounds: int = _ROUNDS) -> int:
    """What became of one topic. Raises SourceError."""
    con, lore = session.con, servers.get(url)
    asked: set[str] = set()
    fresh = 0
    for _ in range(rounds):
        titles, ids = names.public_names(con, number)
        if not ids:
            break  # it came from a local file: nothing of it may be told
        queries = [query for query in aftermath_query(titles, names.public_commits(con, number)) if query not in asked]
        asked.update(queries)
        hits = [hit.msgid for query in queries for hit in lore.list_ids(query, limit=200)]
        wanted = names.unknown(con, hits)[:_MAX_MAILS]
        if wanted:
            where = source(con, "lore", lore.url, private=False)
            fresh += len(add_mail(session, lore.fetch_ids(wanted), where).new)
        if ids:
            number = read.topic_of(con, ids[0]) or number
        fresh += follow_up(session, servers, number, url)
        if not wanted:
            break
    return fresh


def follow_up(session: Session, servers: Servers, number: int, url: str, among: Collection[str] | None = None) -> int:
    """Fetch the threads of pull requests and reports that speak of a topic; *among*: only of these mails."""
    events = read.topic(session.con, number).data["events"]
    found = [event["evidence"].get("msgid") for event in events if event["kind"] in _WHOLE_THREADS]
    wanted = [one for one in dict.fromkeys(found) if one and (among is None or one in among)]
    return _whole(session, servers, url, wanted[:_MAX_THREADS])


def _whole(session: Session, servers: Servers, url: str, msgids: Collection[str]) -> int:
    fresh = 0
    for msgid in msgids:
        if names.is_private(session.con, msgid):
            continue
        try:
            fresh += len(fetch_thread(session, servers, msgid, url))
        except NotFound:
            continue  # it came from another server
    return fresh


def _anchor(session: Session, number: int) -> str:
    revisions = read.topic(session.con, number).data["revisions"]
    return str(revisions[-1]["series"]) if revisions else ""
