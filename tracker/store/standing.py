"""How topics stand today: an open state that nothing moves grows stale, and the user's word overrules both.

What is stored is judged without a clock. A connection that answers the user sees a view of the same name instead of the
table `topic`, so that every question to it (lists, filters, counts, order) meets the status of today.
"""

from __future__ import annotations

import sqlite3

from tracker.store import own

DAY = 86_400
_COLUMNS = "id, anchor, slug, title, {status} AS status, turn, first, last, patches, moved, data, status AS judged"


def stand(con: sqlite3.Connection, now: int, stalled_after: int) -> None:
    """Let *con*, which must not write topics, see them as of *now* (seconds UTC). stalled_after: days. May be called again."""
    con.execute("DROP VIEW IF EXISTS temp.topic")
    con.execute("DROP TABLE IF EXISTS temp.by_hand")
    con.execute("CREATE TEMP TABLE by_hand(topic INTEGER PRIMARY KEY, status TEXT NOT NULL)")
    said = own.everything(con)
    con.executemany("INSERT INTO by_hand VALUES (?,?)", [(number, one.status) for number, one in said.items() if one.status])
    aged = f"CASE WHEN moved <= {int(now) - int(stalled_after) * DAY} THEN 'stalled' ELSE status END"
    status = f"coalesce((SELECT by_hand.status FROM by_hand WHERE by_hand.topic = t.id), {aged})" if said else aged
    con.execute(f"CREATE TEMP VIEW topic AS SELECT {_COLUMNS.format(status=status)} FROM main.topic t")


def leave(con: sqlite3.Connection) -> None:
    """Let *con* see topics as they are stored, so that it may write them again."""
    con.execute("DROP VIEW IF EXISTS temp.topic")
    con.execute("DROP TABLE IF EXISTS temp.by_hand")
