"""What of a topic may be told to a server: titles, ids, addresses of mail that a server has, never of the user's own files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from tracker.store import read


def public_names(con: sqlite3.Connection, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Titles of a topic's covers and patches, and the ids of its series, oldest first; nothing of mail from local files."""
    from tracker.core.subject import parse_subject

    titles: dict[str, None] = {}
    ids: list[str] = []
    for revision in read.topic(con, number).data["revisions"]:
        members = [revision["cover"], *(patch["msgid"] for patch in revision["patches"])]
        public = {one for one in members if one and not is_private(con, one)}
        if revision["series"] in public:
            ids.append(revision["series"])
            titles[parse_subject(revision["subject"]).title] = None
        titles.update({patch["subject"]: None for patch in revision["patches"] if patch["msgid"] in public})
    if not ids:
        for row in con.execute(
            "SELECT subject, msgid FROM message WHERE NOT private AND tid IN (SELECT tid FROM topic_thread WHERE topic=?) "
            "ORDER BY date LIMIT 1", (number,),
        ):  # fmt: skip
            titles[parse_subject(row[0]).title] = None
            ids.append(row[1])
    return tuple(titles), tuple(ids)


class Origin(NamedTuple):
    """What tells other versions of a topic: see `origin`."""

    anchor: str
    titles: tuple[str, ...]
    people: tuple[str, ...]
    change_ids: tuple[str, ...]
    named: tuple[str, ...]


def origin(con: sqlite3.Connection, number: int) -> Origin:
    """Titles of covers and lone patches, authors' addresses, change-ids, and the mails named as earlier versions.

    Nothing of mail that came from a local file only.
    """
    titles: dict[str, None] = {}
    people: dict[str, None] = {}
    change_ids: dict[str, None] = {}
    named: dict[str, None] = {}
    revisions = read.topic(con, number).data["revisions"]
    for revision in revisions:
        if is_private(con, revision["series"]):
            continue
        titles[public_title(revision)] = None
        people[revision["author"]["email"]] = None
        if revision["change_id"]:
            change_ids[revision["change_id"]] = None
        row = con.execute("SELECT facts FROM message WHERE msgid=?", (revision["series"],)).fetchone()
        hints = json.loads(row[0]).get("h") if row else None
        named.update(dict.fromkeys(hints[0] if hints else ()))
    anchor = revisions[0]["series"] if revisions else ""
    return Origin(anchor, tuple(titles), tuple(people), tuple(change_ids), tuple(named))


def public_commits(con: sqlite3.Connection, number: int) -> tuple[str, ...]:
    """The commits that a topic's patches became, as far as a public mail or a record names them; 12 digits or more."""
    found: dict[str, None] = {}
    for landing in read.topic(con, number).data["landings"]:
        names = (landing["commit"], landing["reverted_by"], landing["replaced_by"])
        found.update((sha, None) for sha in names if sha and len(sha) >= 12 and _is_public(con, sha))
    return tuple(found)


def _is_public(con: sqlite3.Connection, sha: str) -> bool:
    """Whether a public mail says something of a commit, or a record does."""
    named = con.execute(
        "SELECT 1 FROM notice_key JOIN message ON message.id = notice_key.message WHERE key = ? AND NOT private LIMIT 1",
        (f"c:{sha[:7]}",),
    ).fetchone()
    recorded = con.execute("SELECT 1 FROM record WHERE data LIKE ? LIMIT 1", (f'["{sha}%',)).fetchone()
    return named is not None or recorded is not None


def public_title(revision: dict[str, Any]) -> str:
    """The title of a REVISION, without prefixes."""
    from tracker.core.subject import parse_subject

    if revision["patches"] and revision["patches"][0]["inline"]:
        return str(revision["patches"][0]["subject"])
    return parse_subject(revision["subject"]).title


def subjects_of(con: sqlite3.Connection, number: int) -> set[str]:
    """The titles under which people wrote in a topic, without prefixes; nothing of mail from local files."""
    rows = con.execute(
        "SELECT DISTINCT subject FROM message WHERE NOT private AND tid IN (SELECT tid FROM topic_thread WHERE topic=?)",
        (number,),
    )
    from tracker.core.subject import parse_subject

    return {parse_subject(row[0]).title for row in rows}


def is_private(con: sqlite3.Connection, msgid: str) -> bool:
    """Whether a mail came from a local file only (or is not at hand at all)."""
    row = con.execute("SELECT private FROM message WHERE msgid=?", (msgid,)).fetchone()
    return row is None or bool(row[0])


def unknown(con: sqlite3.Connection, msgids: Iterable[str]) -> list[str]:
    """Those of *msgids* that the store does not have, without repeats; mail from local files counts as unknown."""
    wanted = list(dict.fromkeys(msgids))
    known = {
        row[0]
        for row in con.execute(
            "SELECT msgid FROM message WHERE NOT private AND msgid IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
    }
    return [one for one in wanted if one not in known]
