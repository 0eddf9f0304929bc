"""`follow`: from what the user typed to a thread in the store and a followed topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.core.message import parse
from tracker.core.subject import parse_subject
from tracker.core.target import Target
from tracker.sources.base import BadInput, NotFound, SourceError, Unavailable
from tracker.sources.lore import versions_query
from tracker.store import names, read
from tracker.store.db import transaction
from tracker.store.derive import derive
from tracker.store.mail import source
from tracker.sync.evidence import look_up
from tracker.sync.fetching import fetch_thread
from tracker.sync.servers import Servers
from tracker.sync.session import Session, add_mail, note_arrivals

_ROUNDS = 3
_HEX = re.compile(rb"\b[0-9a-f]{7,40}\b")
# A change-id or a commit id names few threads; a search that finds more than this is no way to name a topic.
_MAX_THREADS = 20


@dataclass(frozen=True, slots=True)
class Followed:
    """A topic now followed. mails: how many of its mails are at hand; news: how many of them are new to the store."""

    number: int
    mails: int
    news: int


def follow_target(session: Session, servers: Servers, target: Target) -> list[Followed]:
    """Fetch what *target* names and follow it. Raises SourceError when no source has it."""
    if target.kind == "msgid":
        return [follow_thread(session, servers, target.value, target.server)]
    if session.config.offline:
        return _follow_known_target(session, target)
    lore = servers.get(target.server)
    hits = lore.by_change_id(target.value) if target.kind == "change-id" else lore.by_commit(target.value)
    if not hits:
        raise NotFound(f"no mail names {target.kind} {target.value}", lore.url)
    if target.kind == "commit":
        wanted = _naming(session, servers, target, [hit.msgid for hit in hits])
    else:
        wanted = [hit.msgid for hit in hits if not hit.subject.lower().startswith("re:")] or [hits[0].msgid]
    return follow_many(session, servers, wanted, target.server)


def _follow_known_target(session: Session, target: Target) -> list[Followed]:
    """Follow the topics in the store that have a change-id or a commit. Raises Unavailable when there are none."""
    con = session.con
    found = []
    for (number,) in con.execute("SELECT id FROM topic WHERE instr(data, ?) ORDER BY id", (target.value,)).fetchall():
        data = read.topic(con, number).data
        if target.kind == "commit":
            named = any(one["commit"].startswith(target.value) for one in data["landings"])
        else:
            named = any(one["change_id"] == target.value for one in data["revisions"])
        found += [number] if named else []
    if not found:
        raise _not_here(f"{target.kind} {target.value}")
    session.say(_NOT_ASKED)
    anchors = [names.origin(con, number).anchor for number in found]
    numbers = dict.fromkeys(follow_known(session, anchor, None) for anchor in anchors)
    return [Followed(number, read.count_mails(con, number), 0) for number in numbers]


_NOT_ASKED = "--offline: followed as it is in the store, no server was asked for news of it"


def _not_here(what: str) -> Unavailable:
    return Unavailable(f"{what} is not in the store, and --offline asks no server")


def _naming(session: Session, servers: Servers, target: Target, hits: Sequence[str]) -> list[str]:
    """Of the mails that mention a commit, those that say it was made of a patch in their own thread.

    People quote commit ids in any discussion, so only notices of robots and maintainers ("commit: SHA") count.
    """
    lore = servers.get(target.server)
    raws = lore.fetch_ids(list(hits)[:_MAX_THREADS])
    add_mail(session, raws, source(session.con, "lore", lore.url, private=False))
    named = [parse(raw).msgid for raw in raws if _names_commit(raw, target.value)]
    notices = [msgid for msgid in named if read.kind_of(session.con, msgid) == "notice"]
    if not notices:
        mentioned = f"{len(named)} mails seen mention it" if len(named) != 1 else "one mail mentions it"
        raise NotFound(
            f"{mentioned}, but none says which patch became {target.value}; try 'tracker search --remote {target.value}'",
            lore.url,
        )
    return notices


def _names_commit(raw: bytes, sha: str) -> bool:
    """Whether a mail names this commit: in full or by an abbreviation, not merely one that begins alike."""
    words = {word.decode() for word in _HEX.findall(raw)}
    return any(sha.startswith(word) or word.startswith(sha) for word in words)


def follow_many(session: Session, servers: Servers, msgids: Iterable[str], server: str | None) -> list[Followed]:
    """Follow the threads of several mails, each thread once."""
    done: dict[int, Followed] = {}
    for msgid in msgids:
        if len(done) >= _MAX_THREADS:
            session.say(f"more than {_MAX_THREADS} threads were found; the rest is left out, narrow the search")
            break
        known = read.topic_of(session.con, msgid)
        if known in done:
            continue
        found = follow_thread(session, servers, msgid, server)
        done[found.number] = found
    return list(done.values())


def follow_thread(session: Session, servers: Servers, msgid: str, server: str | None) -> Followed:
    """Fetch the thread of *msgid* and follow its topic.

    A mail that is in the store already is followed even when the server fails, and the failure is told; with --offline
    that is no failure. One that came from a local file only is asked for when the user names a server by giving its URL,
    else never.
    """
    con = session.con
    known = read.message_row(con, msgid)
    fresh = 0
    url = ""
    if known is not None and known.private and server is None:
        session.say(f"{msgid} came from a file of yours: no server is asked about it; follow its URL to allow that")
    elif session.config.offline:
        if known is None:
            raise _not_here(msgid)
        session.say(_NOT_ASKED)
    else:
        try:
            lore = servers.get(server)
            fresh = len(fetch_thread(session, servers, msgid, lore.url))
            url = lore.answers_at
        except SourceError as error:
            if known is None:
                raise
            session.fail(error)
    if read.message_row(con, msgid) is None:
        raise BadInput(f"the server's answer does not hold {msgid}", url)
    number = follow_known(session, msgid, url or None)
    if url:
        fresh += fetch_versions(session, servers, number, url)
        number = follow_known(session, msgid, url)
        fresh += look_up(session, servers, number, url)
        number = follow_known(session, msgid, url)
    return Followed(number, read.count_mails(con, number), fresh)


def fetch_versions(session: Session, servers: Servers, number: int, url: str) -> int:
    """Look for older and newer versions of a topic on its server and store their threads; returns how many mails are new.

    By the change-id, by title and author, and by the mails that its postings name as earlier versions. Another version
    may name further ones, so this is done until nothing new comes, at most three times. Whether what was found belongs to
    the topic is for lineage to say.
    """
    con = session.con
    fresh = 0
    asked: set[str] = set()
    try:
        for _ in range(_ROUNDS):
            origin = names.origin(con, number)
            queries = [query for query in versions_query(origin.titles, origin.people, origin.change_ids) if query not in asked]
            asked.update(queries)
            hits = [hit for query in queries for hit in servers.get(url).list_ids(query, limit=200)]
            postings = [hit.msgid for hit in hits if not parse_subject(hit.subject).reply]
            before = fresh
            for msgid in [*origin.named, *postings][:_MAX_THREADS]:
                if names.unknown(con, [msgid]) and msgid not in asked:
                    asked.add(msgid)
                    fresh += len(fetch_thread(session, servers, msgid, url))
            number = read.topic_of(con, origin.anchor) or number
            if fresh == before:
                break
    except NotFound:
        pass  # a named version may be on no server
    except SourceError as error:
        session.fail(error)
    return fresh


# The server that gave the mail ?1; NULL for one that only files of the user's and archives have.
_CAME_FROM = (
    "SELECT s.name FROM source s JOIN seen_at a ON a.source = s.id JOIN message m ON m.id = a.message "
    "WHERE m.msgid = ?1 AND NOT m.private AND s.kind = 'lore' ORDER BY s.id LIMIT 1"
)


def follow_known(session: Session, msgid: str, server: str | None) -> int:
    """Follow the topic of a mail in the store, and return its number. Its mails count as read: news start now.

    server: where it is asked for from now on; None: as before, else where the mail came from.
    """
    con = session.con
    msgid = read.posting_above(con, msgid)
    with transaction(con, session.config.user_db):
        title = con.execute("SELECT subject FROM message WHERE msgid=?", (msgid,)).fetchone()[0]
        con.execute(
            f"INSERT INTO u.followed VALUES (?1, ?2, coalesce(?3, ({_CAME_FROM})), ?4) "
            "ON CONFLICT(msgid) DO UPDATE SET server=coalesce(?3, server)",
            (msgid, title, server, session.now),
        )
        if read.topic_of(con, msgid) is None:  # a thread without patches becomes a topic by being followed
            con.execute("INSERT OR IGNORE INTO dirty SELECT tid FROM message WHERE msgid=?", (msgid,))
            derive(con)
    number = read.topic_of(con, msgid)
    assert number is not None
    note_arrivals(session, read=True)
    return number


def follow_file(session: Session, ids: Sequence[str]) -> list[Followed]:
    """Follow every topic that mails of a local file belong to."""
    con = session.con
    done: dict[int, Followed] = {}
    for msgid in ids:
        number = read.topic_of(con, msgid)
        if number is None or number in done:
            continue
        done[number] = Followed(follow_known(session, msgid, None), read.count_mails(con, number), len(ids))
    if not done and ids:
        number = follow_known(session, ids[0], None)
        done[number] = Followed(number, read.count_mails(con, number), len(ids))
    return list(done.values())


def unfollow(session: Session, number: int) -> bool:
    """Follow a topic no more; returns whether it was followed. Its mail stays."""
    con = session.con
    gone = [(row.msgid,) for row in read.followed(con) if row.number == number]
    with transaction(con, session.config.user_db):
        con.executemany("DELETE FROM u.followed WHERE msgid=?", gone)
        con.execute("INSERT OR IGNORE INTO dirty SELECT tid FROM topic_thread WHERE topic=?", (number,))
        derive(con)
    return bool(gone)
