"""What the user has read: marks on mails of followed topics."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tracker.store.db import transaction
from tracker.sync.session import Session


def mark(session: Session, msgids: Sequence[str], *, read: bool) -> list[str]:
    """Mark these mails as read or unread; returns those that were not so marked before. Others than arrivals have no mark."""
    con = session.con
    wanted = json.dumps(list(msgids))
    changed = [
        row[0]
        for row in con.execute(
            "SELECT msgid FROM u.arrival WHERE read<>? AND msgid IN (SELECT value FROM json_each(?))", (read, wanted)
        )
    ]
    with transaction(con, session.config.user_db):
        con.executemany("UPDATE u.arrival SET read=? WHERE msgid=?", [(read, one) for one in changed])
    return changed


def mark_topic(session: Session, number: int, *, read: bool) -> list[str]:
    """Mark all mails of a topic; returns those that were not so marked before."""
    rows = session.con.execute(
        "SELECT msgid FROM topic_thread JOIN message USING (tid) JOIN u.arrival USING (msgid) WHERE topic=?", (number,)
    )
    return mark(session, [row[0] for row in rows.fetchall()], read=read)
