"""What the user decides about topics: which mails are one idea, and which are not. Kept for good, shown as made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.store import own, read
from tracker.store.db import transaction
from tracker.store.derive import derive
from tracker.sync.session import Session


def decide(session: Session, kind: str, a: str, b: str) -> tuple[int | None, int | None]:
    """Say that the series of two mails are one idea (kind 'link') or are not ('unlink'); returns the topics of both now.

    The newest word about a pair counts. Lineage found by itself gives way to it.
    """
    con = session.con
    first, second = sorted((a, b))
    with transaction(con, session.config.user_db):
        con.execute("INSERT OR REPLACE INTO u.decision VALUES (?,?,?,?)", (kind, first, second, session.now))
        con.execute("INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM message WHERE msgid IN (?,?)", (a, b))
        derive(con)
    return read.topic_of_series(con, a), read.topic_of_series(con, b)


def representatives(session: Session, names: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """A series for each of two names: the mail itself when the name is one, else the topic's oldest series."""
    found = []
    for name, number in zip(names, numbers, strict=True):
        msgid = name.strip().strip("<>")
        series = read.series_with(session.con, msgid)
        found.append(series or read.topic(session.con, number).data["revisions"][0]["series"])
    return found


def set_status(session: Session, number: int, status: str | None) -> None:
    """Overrule the status of a topic by hand; None takes that back. Kept for good, shown as made by hand."""
    with transaction(session.con, session.config.user_db):
        own.set_status(session.con, number, status, session.now)


def snooze(session: Session, number: int, until: int | None) -> None:
    """Let a topic wait until then (seconds UTC); None wakes it at once."""
    with transaction(session.con, session.config.user_db):
        own.snooze(session.con, number, until, session.now)


def note(session: Session, number: int, text: str | None) -> None:
    """Keep a note about a topic; None removes all of its notes. Notes never leave this machine."""
    with transaction(session.con, session.config.user_db):
        own.note(session.con, number, text, session.now)
