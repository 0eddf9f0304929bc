"""What the user says of topics: a status by hand, that a topic may wait, notes. Kept under a message of the topic, so that it
outlives every rebuild of the cache and follows the topic when lineage joins or splits it."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from tracker.store import read


class Own(NamedTuple):
    """What the user says of one topic. status: '' for none; until: seconds UTC, None for none; notes: (when, text)."""

    status: str = ""
    status_at: int | None = None
    until: int | None = None
    notes: tuple[tuple[int, str], ...] = ()


def everything(con: sqlite3.Connection) -> dict[int, Own]:
    """What the user says, by topic; topics of which he says nothing are left out."""
    found: dict[int, Own] = {}
    topics: dict[str, int | None] = {}

    def of(msgid: str) -> int | None:
        if msgid not in topics:
            topics[msgid] = read.topic_of(con, msgid)
        return topics[msgid]

    for msgid, status, at in con.execute("SELECT msgid, status, at FROM u.manual ORDER BY at"):
        if (number := of(msgid)) is not None:
            found[number] = found.get(number, Own())._replace(status=status, status_at=at)
    for msgid, until in con.execute("SELECT msgid, until FROM u.snooze ORDER BY at"):
        if (number := of(msgid)) is not None:
            found[number] = found.get(number, Own())._replace(until=until)
    for msgid, at, text in con.execute("SELECT msgid, at, text FROM u.note ORDER BY id"):
        if (number := of(msgid)) is not None:
            own = found.get(number, Own())
            found[number] = own._replace(notes=(*own.notes, (at, text)))
    return found


def set_status(con: sqlite3.Connection, number: int, status: str | None, at: int) -> None:
    """Say what the status of a topic is; None takes that back."""
    _clear(con, "manual", number)
    if status is not None:
        con.execute("INSERT OR REPLACE INTO u.manual VALUES (?,?,?)", (_anchor(con, number), status, at))


def snooze(con: sqlite3.Connection, number: int, until: int | None, at: int) -> None:
    """Let a topic wait until then (seconds UTC); None wakes it."""
    _clear(con, "snooze", number)
    if until is not None:
        con.execute("INSERT OR REPLACE INTO u.snooze VALUES (?,?,?)", (_anchor(con, number), until, at))


def note(con: sqlite3.Connection, number: int, text: str | None, at: int) -> None:
    """Add a note to a topic; None removes all of them."""
    if text is None:
        _clear(con, "note", number)
    else:
        con.execute("INSERT INTO u.note(msgid, at, text) VALUES (?,?,?)", (_anchor(con, number), at, text))


def drop_note(con: sqlite3.Connection, number: int, text: str) -> bool:
    """Remove the newest note of a topic with this text; returns whether there was one."""
    for row, msgid in con.execute("SELECT id, msgid FROM u.note WHERE text=? ORDER BY id DESC", (text,)).fetchall():
        if read.topic_of(con, msgid) == number:
            con.execute("DELETE FROM u.note WHERE id=?", (row,))
            return True
    return False


def _anchor(con: sqlite3.Connection, number: int) -> str:
    return str(con.execute("SELECT anchor FROM topic WHERE id=?", (number,)).fetchone()[0])


def _clear(con: sqlite3.Connection, table: str, number: int) -> None:
    ids = [row[0] for row in con.execute(f"SELECT DISTINCT msgid FROM u.{table}") if read.topic_of(con, row[0]) == number]
    con.executemany(f"DELETE FROM u.{table} WHERE msgid=?", [(one,) for one in ids])
