"""How topics stand today: an open state that nothing moves grows stale, and the user's word overrules both.

What is stored is judged without a clock. A connection that answers the user sees a view of the same name instead of the
table `topic`, so that every question to it (lists, filters, counts, order) meets the status of today.
"""

from __future__ import annotations

import sqlite3

from tracker.core.dates import iso
from tracker.core.silence import STALLED, UNKNOWN
from tracker.store import own

DAY = 86_400
# What the user may say a topic is, after which nobody has to act.
ENDED = frozenset(("applied", "in-next", "merged", "released", "reverted", "dropped", "superseded", "rejected"))
_COLUMNS = (
    "id, anchor, slug, title, {status} AS status, {turn} AS turn, first, last, patches, moved, {data} AS data, status AS judged"
)
# {limit}: what moved at that time or before is stalled, or lost sight of; then nobody's turn is known.
_LOST = "moved + lost_after <= {limit}"
_AGED = {
    "turn": f"CASE WHEN {_LOST} THEN '{UNKNOWN}' ELSE turn END",
    "data": f"CASE WHEN {_LOST} THEN json_set(data, '$.turn', '{UNKNOWN}', '$.turn_who', json('[]')) ELSE data END",
}
_BY_HAND = {
    "turn": f"CASE WHEN t.id IN (SELECT topic FROM by_hand WHERE ended IS NOT NULL) THEN 'nobody' ELSE {_AGED['turn']} END",
    "data": "coalesce((SELECT json_set(t.data, '$.turn', 'nobody', '$.turn_who', json('[]'), '$.turn_since', ended) "
    f"FROM by_hand WHERE by_hand.topic = t.id AND ended IS NOT NULL), {_AGED['data']})",
}


def stand(con: sqlite3.Connection, now: int, stalled_after: int) -> None:
    """Let *con*, which must not write topics, see them as of *now* (seconds UTC). stalled_after: days. May be called again."""
    con.execute("DROP VIEW IF EXISTS temp.topic")
    con.execute("DROP TABLE IF EXISTS temp.by_hand")
    con.execute("CREATE TEMP TABLE by_hand(topic INTEGER PRIMARY KEY, status TEXT NOT NULL, ended TEXT)")
    said = {number: one for number, one in own.everything(con).items() if one.status}
    con.executemany("INSERT INTO by_hand VALUES (?,?,?)", [(number, one.status, _ended(one)) for number, one in said.items()])
    limit = int(now) - int(stalled_after) * DAY
    aged = f"CASE WHEN {_LOST.format(limit=limit)} THEN '{UNKNOWN}' WHEN moved <= {limit} THEN '{STALLED}' ELSE status END"
    status = f"coalesce((SELECT by_hand.status FROM by_hand WHERE by_hand.topic = t.id), {aged})" if said else aged
    parts = {name: sql.format(limit=limit) for name, sql in (_BY_HAND if said else _AGED).items()}
    columns = _COLUMNS.format(status=status, **parts)
    con.execute(f"CREATE TEMP VIEW topic AS SELECT {columns} FROM main.topic t")


def _ended(said: own.Own) -> str | None:
    """Since when nobody has to act, in ISO 8601, when the user says that a topic came to its end."""
    return (iso(said.status_at) or "") if said.status in ENDED else None


def leave(con: sqlite3.Connection) -> None:
    """Let *con* see topics as they are stored, so that it may write them again."""
    con.execute("DROP VIEW IF EXISTS temp.topic")
    con.execute("DROP TABLE IF EXISTS temp.by_hand")
