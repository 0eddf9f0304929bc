"""What the user decides about topics: which mails are one idea, and which are not. Kept for good, shown as made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.store import read
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
