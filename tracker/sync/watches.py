"""Watches: queries whose future topics are followed by themselves. Kept in the configuration ([[watch]]) or by hand.

A server is asked with the query as it was written; what the store brought from elsewhere (list archives) is looked through
too. `section:"NAME"` stands for the files of a section of MAINTAINERS.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tracker.config import Config
from tracker.core.maintainers import Section, read_maintainers
from tracker.core.query import Both, Either, Node, Not, parse_query
from tracker.core.subject import parse_subject
from tracker.sources.base import BadInput, SourceError
from tracker.store import conditions, names, read, search
from tracker.store.db import transaction
from tracker.sync import owners
from tracker.sync.fetching import fetch_thread
from tracker.sync.follow import follow_known
from tracker.sync.learn import note_reached
from tracker.sync.servers import Servers
from tracker.sync.session import Session

_SECTION = re.compile(r'section:(?:"([^"]*)"|([^\s()"]+))')
_LOCAL_ONLY = re.compile(r"(?:^|[\s(-])(?:is|turn|status|kind):|(?:^|[\s(-])age[<>]")
_SLACK = 2 * 86_400  # seconds that mail may be late
_MOST = 20  # topics that one watch may follow in one sync
_MAX_HITS = 400
_MAX_PATTERNS = 60


class Watch(NamedTuple):
    """since: from when on topics count, seconds UTC; looked: when it was last looked for them. by_hand: not in the file."""

    query: str
    since: int
    looked: int | None
    by_hand: bool


def watches(con: sqlite3.Connection, config: Config, now: int) -> list[Watch]:
    """All watches, those of the configuration first; one that is new there begins now."""
    rows = {
        query: Watch(query, since, looked, server is not None)
        for query, server, since, looked in con.execute("SELECT query, server, since, looked FROM u.watch ORDER BY since, query")
    }
    from_file = [rows.get(one.query, Watch(one.query, now, None, False)) for one in config.watches]
    there = {one.query for one in from_file}
    return [*from_file, *(one for one in rows.values() if one.by_hand and one.query not in there)]


def add(session: Session, query: str) -> None:
    """Watch *query* from now on. Raises BadInput for a query that cannot be read."""
    understand(session.con, session.config, query, session.now)
    with transaction(session.con, session.config.user_db):
        session.con.execute(
            "INSERT INTO u.watch VALUES (?, '', ?, NULL) ON CONFLICT(query) DO UPDATE SET server=''", (query, session.now)
        )


def remove(session: Session, query: str) -> bool:
    """Watch *query* no more; returns whether it was watched by hand. What it found stays followed."""
    with transaction(session.con, session.config.user_db):
        done = session.con.execute("DELETE FROM u.watch WHERE query=? AND server IS NOT NULL", (query,))
        return done.rowcount > 0


def look(session: Session, servers: Servers) -> tuple[str, ...]:
    """Follow what matches a watch and is new; returns the servers that are asked for it. Failures are told."""
    every = watches(session.con, session.config, session.now)
    failed: SourceError | None = None
    for watch in every:
        try:
            _look(session, servers, watch)
        except SourceError as error:
            session.fail(error)
            failed = failed if isinstance(error, BadInput) else failed or error
            continue
        with transaction(session.con, session.config.user_db):
            session.con.execute(
                "INSERT INTO u.watch VALUES (?1, NULL, ?2, ?3) ON CONFLICT(query) DO UPDATE SET looked=?3",
                (watch.query, watch.since, session.now),
            )
    if all(_LOCAL_ONLY.search(watch.query) for watch in every):
        return ()
    return _note(session, servers, failed)


def _note(session: Session, servers: Servers, failed: SourceError | None) -> tuple[str, ...]:
    """Keep whether the server of the watches answered, to all of them and to what was asked of it before in this run."""
    try:
        url = servers.default
    except BadInput:  # each watch has told it
        return ()
    if failed is not None:
        note_reached(session, url, failed.message)
    elif not any(error.where.startswith(url.rstrip("/")) for error in session.failures):
        note_reached(session, url)
    return (url,)


def _look(session: Session, servers: Servers, watch: Watch) -> None:
    node, text, sections = understand(session.con, session.config, watch.query, session.now)
    since = max(watch.since, (watch.looked or 0) - _SLACK)
    url = ""
    hits: list[str] = []
    if not session.config.offline and not _LOCAL_ONLY.search(text):
        lore = servers.get(None)
        url = lore.url
        for hit in lore.list_ids(f"({text}) rt:{since}..", limit=_MAX_HITS):
            subject = parse_subject(hit.subject)
            if not subject.reply:
                hits.append(hit.msgid)
    wanted = [*hits, *_local(session.con, node, since)]
    done = 0
    for msgid in dict.fromkeys(wanted):
        if _is_followed(session.con, msgid):
            continue
        if done >= _MOST:
            session.say(f"watch {watch.query}: more than {_MOST} new topics; the rest comes with the next sync, or narrow it")
            break
        if url and names.unknown(session.con, [msgid]):
            fetch_thread(session, servers, msgid, url)
        done += _follow(session, watch, msgid, url, sections)


def _local(con: sqlite3.Connection, node: Node, since: int) -> list[str]:
    """Postings in the store that match, sent since then and not followed, oldest first; none of the user's own files."""
    values: list[Any] = []
    where = search.condition(node, values)
    rows = con.execute(
        f"SELECT msgid FROM message WHERE {where} AND kind IN ('cover','patch') AND NOT private "
        "AND coalesce(received, date) >= ? ORDER BY coalesce(received, date) LIMIT ?", (*values, since, _MAX_HITS),
    )  # fmt: skip
    return [row[0] for row in rows]


def _is_followed(con: sqlite3.Connection, msgid: str) -> bool:
    number = read.topic_of(con, msgid)
    return number is not None and bool(con.execute(f"SELECT ? IN ({read.FOLLOWED_TOPICS})", (number,)).fetchone()[0])


def _was_found(con: sqlite3.Connection, number: int) -> bool:
    """Whether a watch has found this topic before: if it is not followed now, the user does not want it."""
    found = con.execute(
        "SELECT EXISTS(SELECT 1 FROM u.watched JOIN member USING (msgid) JOIN series ON series.id = member.series WHERE topic=?)",
        (number,),
    )
    return bool(found.fetchone()[0])


def _follow(session: Session, watch: Watch, msgid: str, url: str, sections: Sequence[Section]) -> int:
    """Follow the topic of a posting that was found, if it is one; returns how many are followed since."""
    con = session.con
    number = read.topic_of_series(con, msgid)
    if number is None or _is_followed(con, msgid) or _was_found(con, number):
        return 0
    if sections and not _touches(read.topic(con, number).data["revisions"], sections):
        return 0
    follow_known(session, msgid, url or None)
    with transaction(con, session.config.user_db):
        con.execute("INSERT OR IGNORE INTO u.watched VALUES (?,?,?)", (msgid, watch.query, session.now))
    return 1


def _touches(revisions: Iterable[dict[str, Any]], sections: Sequence[Section]) -> bool:
    files = {file for revision in revisions for patch in revision["patches"] for file in patch["files"]}
    return any(section.depth(file) is not None for section in sections for file in files)


# --- queries


def understand(con: sqlite3.Connection, config: Config, query: str, now: int) -> tuple[Node, str, tuple[Section, ...]]:
    """A watch's query as a tree, its text for a server, and the sections of MAINTAINERS in it. Raises BadInput."""
    sections: list[Section] = []

    def files(match: re.Match[str]) -> str:
        section = _section(con, config, match[1] or match[2])
        sections.append(section)
        starts = dict.fromkeys(_start(one.text) for one in section.files)
        patterns = [f'dfn:"{one}"' for one in starts if one][:_MAX_PATTERNS]
        if not patterns:
            raise BadInput(f"section {section.name!r} of MAINTAINERS names no files to look for", query)
        return f"({' OR '.join(patterns)})"

    text = _SECTION.sub(files, query)
    parsed = parse_query(text, now)
    if parsed.node is None:
        raise BadInput(parsed.problem or "an empty query", f"watch {query}")
    if _only_topics(parsed.node):
        raise BadInput("a watch has to say something about mails: s: f: dfn: l: …", f"watch {query}")
    return parsed.node, text, tuple(sections)


def _start(pattern: str) -> str:
    """What of a pattern of files stands before its first wildcard, whole folders and names only."""
    head = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    return head if head == pattern else head.rpartition("/")[0]


def _only_topics(node: Node) -> bool:
    match node:
        case Both(parts) | Either(parts):
            return all(_only_topics(part) for part in parts)
        case Not():
            return True
        case _:
            return conditions.is_about_topics(node)


def _section(con: sqlite3.Connection, config: Config, name: str) -> Section:
    file = owners.find(con, config)
    if file is None:
        raise BadInput("no MAINTAINERS at hand: name its path as 'maintainers' in config.toml, or add a tree with a path")
    try:
        sections = read_maintainers(owners.read(file).decode("utf-8", "replace")).sections
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", file) from error
    wanted = name.casefold()
    found = [one for one in sections if one.name.casefold() == wanted] or [
        one for one in sections if wanted in one.name.casefold()
    ]
    if len(found) != 1:
        several = ", ".join(one.name for one in found[:6])
        raise BadInput(f"several sections are called like {name!r}: {several}" if found else f"no section {name!r}", file)
    return found[0]
