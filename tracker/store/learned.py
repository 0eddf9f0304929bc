"""What was learned of topics and when, what the digests have told of it, and which sources answer.

Learning is by arrival: a late mail or an old landing found today is learned today. Numbers in `learned` only grow, in the
order in which transactions were committed, so "everything after n" misses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from tracker.core.dates import iso
from tracker.core.news import Unseen
from tracker.store import read

# Facts that are told by mail first and proven by a commit later: the proof takes the place of the word, and is no news.
PROVEN = ("applied", "in-next", "merged", "released", "backported", "reverted", "replaced", "dropped")


class Told(NamedTuple):
    """What the digests of a profile have told of a topic: all that was learned up to n, and how it stood then."""

    n: int
    status: str
    turn: str


def known(con: sqlite3.Connection, topics: Collection[int]) -> dict[int, dict[str, tuple[int, int]]]:
    """topic -> event id -> (when it was first seen, whether it is background) of these topics."""
    found: dict[int, dict[str, tuple[int, int]]] = {}
    rows = con.execute(
        "SELECT topic, event, seen_at, background FROM u.learned WHERE topic IN (SELECT value FROM json_each(?))",
        (json.dumps(list(topics)),),
    )
    for topic, event, at, background in rows:
        found.setdefault(topic, {})[event] = (at, background)
    return found


def seen_at(con: sqlite3.Connection, topic: int) -> dict[str, str | None]:
    """Event id -> ISO 8601 time when it was first seen here."""
    return {event: iso(at) for event, (at, _) in known(con, (topic,)).get(topic, {}).items()}


def add(con: sqlite3.Connection, topic: int, events: Iterable[str], at: int, *, background: bool) -> None:
    """Keep that these events of a topic were seen for the first time."""
    con.executemany(
        "INSERT OR IGNORE INTO u.learned(topic, event, seen_at, background) VALUES (?,?,?,?)",
        [(topic, event, at, background) for event in events],
    )


def rename(con: sqlite3.Connection, topic: int, old: str, new: str) -> None:
    """An event is known by another id now: it is better proven."""
    con.execute("UPDATE OR IGNORE u.learned SET event=? WHERE topic=? AND event=?", (new, topic, old))


def stands(con: sqlite3.Connection) -> dict[int, tuple[str, str]]:
    """topic -> the status and turn it was last seen with."""
    rows = con.execute("SELECT topic, status, turn FROM u.stood WHERE n IN (SELECT max(n) FROM u.stood GROUP BY topic)")
    return {topic: (status, turn) for topic, status, turn in rows}


def stand(con: sqlite3.Connection, topic: int, at: int, status: str, turn: str) -> None:
    """Keep that a topic stands so since now."""
    con.execute("INSERT INTO u.stood(topic, at, status, turn) VALUES (?,?,?,?)", (topic, at, status, turn))


def rehome(con: sqlite3.Connection) -> None:
    """Hand what is known of topics that are parts of others now to these. What was told of a part stays told."""
    gone = con.execute(
        "SELECT DISTINCT l.topic, i.anchor FROM u.learned l JOIN u.topic_id i ON i.id = l.topic "
        "WHERE l.topic NOT IN (SELECT id FROM main.topic)"
    ).fetchall()
    for number, anchor in gone:
        home = read.topic_of(con, anchor)
        if home is None or home == number:
            continue  # its mail is not at hand
        con.execute(
            "UPDATE OR IGNORE u.learned SET topic=?2, background = background OR "
            "n <= coalesce((SELECT min(n) FROM u.told WHERE topic=?1), 0) WHERE topic=?1", (number, home),
        )  # fmt: skip
        for table in ("learned", "stood", "told"):
            con.execute(f"DELETE FROM u.{table} WHERE topic=?", (number,))


# --- what digests have told


def told(con: sqlite3.Connection, profile: str) -> dict[int, Told]:
    """topic -> what the digests of that profile have told of it."""
    rows = con.execute("SELECT topic, n, status, turn FROM u.told WHERE profile=?", (profile,))
    return {topic: Told(n, status, turn) for topic, n, status, turn in rows}


def fresh(con: sqlite3.Connection, profile: str, topics: Collection[int]) -> dict[int, set[str]]:
    """topic -> ids of events that were learned and not told by that profile's digests; background is left out."""
    found: dict[int, set[str]] = {}
    rows = con.execute(
        "SELECT l.topic, l.event FROM u.learned l LEFT JOIN u.told t ON t.topic = l.topic AND t.profile = ? "
        "WHERE NOT l.background AND l.n > coalesce(t.n, 0) AND l.topic IN (SELECT value FROM json_each(?))",
        (profile, json.dumps(list(topics))),
    )
    for topic, event in rows:
        found.setdefault(topic, set()).add(event)
    return found


def upto(con: sqlite3.Connection) -> int:
    """The number of the newest thing learned."""
    return int(con.execute("SELECT coalesce(max(n), 0) FROM u.learned").fetchone()[0])


# --- sources


def reached(con: sqlite3.Connection, source: str, at: int, error: str = "") -> None:
    """Keep that a source answered at that time, or that it did not (*error*)."""
    if error:
        con.execute(
            "INSERT INTO u.reached VALUES (?1, NULL, ?2, ?3) ON CONFLICT(source) DO UPDATE "
            "SET failed = coalesce(failed, ?2), error = ?3", (source, at, error),
        )  # fmt: skip
    else:
        con.execute("INSERT OR REPLACE INTO u.reached VALUES (?,?,NULL,'')", (source, at))


def unseen(con: sqlite3.Connection) -> tuple[Unseen, ...]:
    """The sources that do not answer."""
    rows = con.execute("SELECT source, at, failed, error FROM u.reached WHERE failed IS NOT NULL ORDER BY source")
    return tuple(Unseen(*row) for row in rows)


def forget_sources(con: sqlite3.Connection, kept: Collection[str]) -> None:
    """Drop what is known of sources that are asked no more."""
    con.execute("DELETE FROM u.reached WHERE source NOT IN (SELECT value FROM json_each(?))", (json.dumps(list(kept)),))


# --- digests on their way


class Post(NamedTuple):
    """A part of a digest that is to be delivered. channel: 'mail' or 'notify'; targets: addresses or URLs."""

    id: int
    digest: int
    channel: str
    targets: tuple[str, ...]
    data: bytes


def make(
    con: sqlite3.Connection, profile: str, at: int, msgid: str, tells: Mapping[int, Told],
    posts: Sequence[tuple[str, Sequence[str], bytes]], *, mailed: bool = False,
) -> int:  # fmt: skip
    """Keep a digest with all that is to be delivered of it; returns its number. posts: channel, targets, data.

    mailed: it becomes a mail, though not by what is in *posts*.
    """
    data = json.dumps({str(topic): list(one) for topic, one in tells.items()})
    mailed = mailed or any(channel == "mail" for channel, _, _ in posts)
    number = con.execute(
        "INSERT INTO u.digest(profile, at, msgid, told, mailed) VALUES (?,?,?,?,?)", (profile, at, msgid, data, mailed)
    ).lastrowid
    assert number is not None
    con.executemany(
        "INSERT INTO u.outbox(digest, channel, targets, data) VALUES (?,?,?,?)",
        [(number, channel, json.dumps(list(targets)), body) for channel, targets, body in posts],
    )
    return number


def waiting(con: sqlite3.Connection, profile: str) -> list[Post]:
    """What of that profile's digests has still to be delivered, oldest first."""
    rows = con.execute(
        "SELECT o.id, o.digest, channel, targets, data FROM u.outbox o JOIN u.digest d ON d.id = o.digest "
        "WHERE profile=? AND done IS NULL ORDER BY o.id", (profile,),
    )  # fmt: skip
    return [Post(number, digest, channel, tuple(json.loads(targets)), data) for number, digest, channel, targets, data in rows]


def delivered(con: sqlite3.Connection, post: Post, left: Sequence[str]) -> None:
    """A part was delivered to all but *left*."""
    if left:
        con.execute("UPDATE u.outbox SET targets=? WHERE id=?", (json.dumps(list(left)), post.id))
    else:
        con.execute("DELETE FROM u.outbox WHERE id=?", (post.id,))


def finish(con: sqlite3.Connection, digest: int, at: int) -> bool:
    """Close a digest when nothing of it is left to deliver: what it tells counts as told. Returns whether it is closed."""
    if con.execute("SELECT EXISTS(SELECT 1 FROM u.outbox WHERE digest=?)", (digest,)).fetchone()[0]:
        return False
    row = con.execute("SELECT profile, told FROM u.digest WHERE id=? AND done IS NULL", (digest,)).fetchone()
    if row is not None:
        rows = [(row[0], int(topic), *one) for topic, one in json.loads(row[1]).items()]
        con.executemany("INSERT OR REPLACE INTO u.told VALUES (?,?,?,?,?)", rows)
        con.execute("UPDATE u.digest SET done=?, told='' WHERE id=?", (at, digest))
    return True


def discard(con: sqlite3.Connection, digest: int) -> None:
    """Drop a digest that was not delivered: what it tells is news again."""
    con.execute("DELETE FROM u.outbox WHERE digest=?", (digest,))
    con.execute("DELETE FROM u.digest WHERE id=? AND done IS NULL", (digest,))


def overview(con: sqlite3.Connection) -> list[tuple[str, int | None, int | None]]:
    """Each profile that digests were made for, when the last one was delivered, and when one was made that still waits."""
    return list(
        con.execute(
            "SELECT profile, max(CASE WHEN done IS NOT NULL THEN at END), min(CASE WHEN done IS NULL THEN at END) "
            "FROM u.digest GROUP BY profile ORDER BY profile"
        )
    )


def previous(con: sqlite3.Connection, profile: str) -> tuple[int, str] | None:
    """When the last digest of a profile that was delivered was made, and its message id, '' when it was no mail."""
    row = con.execute(
        "SELECT at, CASE WHEN mailed THEN msgid ELSE '' END FROM u.digest WHERE profile=? AND done IS NOT NULL "
        "ORDER BY id DESC LIMIT 1", (profile,),
    ).fetchone()  # fmt: skip
    return None if row is None else (row[0], row[1])


def mailed(con: sqlite3.Connection, profile: str) -> str:
    """The message id of the last digest of a profile that went out as a mail, '' when none did."""
    row = con.execute(
        "SELECT msgid FROM u.digest WHERE profile=? AND done IS NOT NULL AND mailed ORDER BY id DESC LIMIT 1", (profile,)
    ).fetchone()
    return "" if row is None else str(row[0])
