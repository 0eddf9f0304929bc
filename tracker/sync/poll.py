"""`sync`: news for what is followed, in few requests, and never the same mail twice.

One search a server asks for everything received since a date that has a followed title or names a followed message; the
answer lists ids only, and one more request brings those mails that are new. The date reaches back as far as one page of
known mail does, because a server orders mail by its Received or Date field and a late mail may carry an old date.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.core.subject import parse_subject
from tracker.sources.base import SourceError, Truncated
from tracker.sources.lore import Lore, news_query
from tracker.store import names, read
from tracker.store.db import transaction
from tracker.store.mail import source
from tracker.sync.attesting import attest_followed
from tracker.sync.evidence import awaited, follow_up_all
from tracker.sync.fetching import fetch_thread
from tracker.sync.follow import follow_known
from tracker.sync.importer import import_archive
from tracker.sync.landings import look_into_trees
from tracker.sync.learn import learn, note_reached, note_trees
from tracker.sync.servers import Servers
from tracker.sync.session import Session, add_mail, note_arrivals
from tracker.sync.watches import look

# Of known mail, this many may be listed again: it leaves room for as many new ones on a page of 200.
_KNOWN_ON_A_PAGE = 120
# Clocks of lists and servers differ, and a list may be down: look this far back past the last poll (seconds).
_SLACK = 7 * 86_400
_MAX_IDS = 6


@dataclass(slots=True)
class News:
    """What a sync brought: ids of new mails of followed topics; others it had to look at; requests made."""

    new: list[str]
    others: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True)
class _Watch:
    """One followed topic at one server."""

    number: int
    msgid: str
    titles: tuple[str, ...]
    ids: tuple[str, ...]
    commits: tuple[str, ...]


def sync(session: Session, servers: Servers, only: Sequence[int] = ()) -> News:
    """Bring what is followed up to date; *only*: these topics, whose whole threads are fetched again.

    Failures are kept in `session.failures`, and every source is asked whatever became of the others.
    """
    news = News([])
    for row in read.followed(session.con):
        if row.server is not None and ((only and row.number in only) or row.number is None or row.abridged):
            _whole_thread(session, servers, row)
    asked = {} if only else _watches(session)
    watched: tuple[str, ...] = ()
    if not only:
        for url, watches in asked.items():
            try:
                news.others += _poll(session, servers.get(url), servers, watches)
                note_reached(session, url)
            except SourceError as error:
                session.fail(error)
                note_reached(session, url, error.message)
        _archives(session)
        watched = look(session, servers)
    look_into_trees(session, only or None)
    note_trees(session, None if only else (*asked, *watched))
    news.new = note_arrivals(session, read=False)
    attest_followed(session)
    learn(session)
    news.requests = servers.requests
    return news


def _whole_thread(session: Session, servers: Servers, row: read.FollowedRow) -> None:
    try:
        fetch_thread(session, servers, row.msgid, row.server or servers.default)
        if row.number is None:
            follow_known(session, row.msgid, row.server)
    except SourceError as error:
        session.fail(error)


def _archives(session: Session) -> None:
    """New mail in the list archives that were imported, where they are still at hand."""
    for path, name in read.archives(session.con):
        if not Path(path).exists():
            session.say(f"{path}: the archive is not there any more; its mail stays")
            continue
        try:
            import_archive(session, Path(path), name or None)
        except SourceError as error:
            session.fail(error)


def _watches(session: Session) -> dict[str, list[_Watch]]:
    """What to ask each server for. Mail that came from a local file only is never named to a server."""
    found: dict[str, list[_Watch]] = {}
    for row in read.followed(session.con):
        if row.server is None or row.number is None:
            continue
        titles, ids = names.public_names(session.con, row.number)
        if titles or ids:
            titles = (*titles, *awaited(session.con, row.number))
            found.setdefault(row.server, []).append(
                _Watch(row.number, row.msgid, titles, ids[-_MAX_IDS:], names.public_commits(session.con, row.number)[-_MAX_IDS:])
            )
    return found


def _poll(session: Session, lore: Lore, servers: Servers, watches: Sequence[_Watch]) -> int:
    """Ask one server; returns how many mails came that belong to no followed topic."""
    con = session.con
    where = source(con, "lore", lore.url, private=False)
    cursor = json.loads(where.cursor) if where.cursor else {}
    since = _since(session, [watch.number for watch in watches], cursor.get("polled"))
    titles = list(dict.fromkeys(title for watch in watches for title in watch.titles))
    ids = list(dict.fromkeys(one for watch in watches for one in watch.ids))
    commits = list(dict.fromkeys(one for watch in watches for one in watch.commits))
    hits = [hit.msgid for query in news_query(since, titles, ids, commits) for hit in lore.list_ids(query)]
    fresh = names.unknown(con, hits)
    fault: Truncated | None = None
    if fresh:
        try:
            raws = list(lore.fetch_ids(fresh))
        except Truncated as error:
            raws, fault = list(error.messages), error
        add_mail(session, raws, where)
        _close_gaps(session, servers, lore.url, watches, fresh)
        _whole_versions(session, servers, lore.url, watches, fresh)
        numbers = [read.topic_of(con, watch.msgid) for watch in watches]
        follow_up_all(session, servers, [one for one in numbers if one is not None], lore.url, fresh)
    _newest_threads(session, servers, lore, watches)
    if fault is not None:
        raise fault  # the cursor stays: what is missing is asked for again
    with transaction(con, session.config.mail_db):
        con.execute("UPDATE source SET cursor=? WHERE id=?", (json.dumps({"polled": session.now}), where.id))
    followed = {watch.number for watch in watches}
    return sum(read.topic_of(con, msgid) not in followed for msgid in fresh)


def _whole_versions(session: Session, servers: Servers, url: str, watches: Sequence[_Watch], fresh: Sequence[str]) -> None:
    """A posting among the news is a new version: fetch all of its thread, since its other patches may be renamed."""
    followed = {watch.number for watch in watches}
    done: set[int] = set()
    for msgid in fresh:
        row = read.message_row(session.con, msgid)
        if row is None or row.kind not in ("cover", "patch") or row.tid in done:
            continue
        if read.topic_of(session.con, msgid) in followed and not read.is_complete(session.con, msgid):
            done.add(row.tid)
            fetch_thread(session, servers, msgid, url)


def _newest_threads(session: Session, servers: Servers, lore: Lore, watches: Sequence[_Watch]) -> None:
    """Fetch threads that the server's front page shows under a followed title with a newest mail that is not known.

    A server's search may be half a minute behind its mail, and does not find an answer under another subject; the
    front page costs one request and tells of both, as long as the thread is among the newest.
    """
    titles = {title for watch in watches for title in names.subjects_of(session.con, watch.number)}
    shown = [hit.msgid for hit in lore.recent() if parse_subject(hit.subject).title in titles]
    for msgid in names.unknown(session.con, shown):
        fetch_thread(session, servers, msgid, lore.url)


def _since(session: Session, numbers: Sequence[int], polled: int | None) -> int:
    dates = read.newest_dates(session.con, numbers, _KNOWN_ON_A_PAGE)
    candidates = [date for date in (dates[-1] if dates else None, polled and polled - _SLACK) if date is not None]
    return max(0, min([*candidates, session.now]) - 1)


def _close_gaps(session: Session, servers: Servers, url: str, watches: Sequence[_Watch], fresh: Sequence[str]) -> None:
    """A new mail that answers one we never saw shows that the search missed some: fetch that thread whole."""
    gaps = read.answers_to_ghosts(session.con, fresh)
    for watch in watches:
        for msgid in fresh:
            if msgid in gaps and read.topic_of(session.con, msgid) == watch.number:
                fetch_thread(session, servers, msgid, url)
                break
