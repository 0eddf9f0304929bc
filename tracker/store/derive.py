"""Series and topics from the stored facts: only threads that changed are looked at again.

What stands in `series`, `topic` and `topic_thread` can be deleted at any time; `derive` makes it anew, and a topic keeps
its number because `topic_id` in the user's database remembers which message the number belongs to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from tracker.core.facts import Facts
from tracker.core.series import NEARBY, Series
from tracker.core.topic import Topic, build_topic, topic_json
from tracker.store.codec import load

_COLUMNS = "facts, msgid, date, received, name, email, subject, kind, abridged"
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BATCH = 500


def facts_of(con: sqlite3.Connection, tids: Iterable[int]) -> dict[int, list[Facts]]:
    """The facts of every message in these threads, by thread."""
    out: dict[int, list[Facts]] = {}
    wanted = json.dumps(list(tids))
    for tid, *columns in con.execute(
        f"SELECT tid, {_COLUMNS} FROM message WHERE tid IN (SELECT value FROM json_each(?))", (wanted,)
    ):
        out.setdefault(tid, []).append(load(*columns))
    return out


def derive(con: sqlite3.Connection) -> int:
    """Bring series and topics up to date with the changed threads; returns how many were looked at."""
    followed = _followed_threads(con)
    count = 0
    while tids := [row[0] for row in con.execute("SELECT tid FROM dirty ORDER BY tid LIMIT ?", (_BATCH,))]:
        posting = {
            row[0]
            for row in con.execute(
                "SELECT DISTINCT tid FROM message WHERE kind IN ('cover','patch') AND tid IN (SELECT value FROM json_each(?))",
                (json.dumps(tids),),
            )
        }
        facts = facts_of(con, [tid for tid in tids if tid in posting or tid in followed])
        topics: list[tuple[tuple[int, ...], Topic]] = []
        done: set[int] = set()
        for tid, mails in facts.items():
            if tid in done:
                continue
            members = {tid: mails, **_scattered(con, tid, mails)}
            done.update(members)
            topic = build_topic([mail for some in members.values() for mail in some], bare=tid in followed)
            if topic is not None:
                topics.append((tuple(members), topic))
        _write(con, set(tids) | done, topics)
        con.executemany("DELETE FROM dirty WHERE tid=?", [(tid,) for tid in {*tids, *done}])
        count += len(tids)
    return count


def _followed_threads(con: sqlite3.Connection) -> set[int]:
    return {row[0] for row in con.execute("SELECT tid FROM message WHERE msgid IN (SELECT msgid FROM u.followed)")}


def _scattered(con: sqlite3.Connection, tid: int, mails: Sequence[Facts]) -> dict[int, list[Facts]]:
    """Threads that hold parts of the same posting, sent without references between them: the facts of each."""
    found: dict[int, list[Facts]] = {}
    todo = [mail for mail in mails if mail.posting and mail.subject.total and not mail.parents and mail.date is not None]
    if len({mail.msgid for mail in mails if mail.posting}) > 1:
        return found  # a part that has its others in the same thread is not scattered
    for mail in todo:
        rows = con.execute(
            "SELECT DISTINCT tid, subject FROM message WHERE kind IN ('cover','patch') AND email=? AND date BETWEEN ? AND ? "
            "AND tid<>?", (mail.sender.email, (mail.date or 0) - 2 * NEARBY, (mail.date or 0) + 2 * NEARBY, tid),
        ).fetchall()  # fmt: skip
        near = [row[0] for row in rows if f"/{mail.subject.total}" in row[1]]
        for other, others in facts_of(con, near).items():
            if all(one.subject.total == mail.subject.total for one in others if one.posting):
                found[other] = others
    return found


def _write(con: sqlite3.Connection, tids: set[int], topics: Sequence[tuple[tuple[int, ...], Topic]]) -> None:
    """Replace what was derived from the threads *tids*."""
    gone = [(tid,) for tid in tids]
    old = {
        row[0]
        for row in con.execute(
            "SELECT topic FROM topic_thread WHERE tid IN (SELECT value FROM json_each(?))", (json.dumps(list(tids)),)
        )
    }
    con.executemany("DELETE FROM series WHERE tid=?", gone)
    con.executemany("DELETE FROM topic_thread WHERE tid=?", gone)
    kept = set()
    for members, topic in topics:
        number = _number(con, topic)
        kept.add(number)
        _write_topic(con, number, members, topic)
    con.executemany("DELETE FROM topic WHERE id=?", [(one,) for one in old - kept])


def _write_topic(con: sqlite3.Connection, number: int, members: tuple[int, ...], topic: Topic) -> None:
    con.execute(
        "INSERT OR REPLACE INTO topic VALUES (?,?,?,?,?,?,?,?,?,?)",
        (number, topic.anchor, topic.slug, topic.title, topic.judgement.status, topic.judgement.turn, topic.first,
         topic.last, topic.patches, _compact(topic_json(topic))),
    )  # fmt: skip
    con.executemany("INSERT OR REPLACE INTO topic_thread VALUES (?,?)", [(tid, number) for tid in members])
    con.executemany(
        "INSERT OR REPLACE INTO series VALUES (?,?,?,?)",
        [(one.id, members[0], number, _compact({"members": one.members, "n": n})) for n, one in enumerate(topic.series)],
    )


def _number(con: sqlite3.Connection, topic: Topic) -> int:
    """The number of a topic: the lowest that any of its series has had, else a new one."""
    anchors: list[str] = [topic.anchor, *(member for one in topic.series for member in _anchors(one))]
    row = con.execute(
        "SELECT min(id) FROM u.topic_id WHERE anchor IN (SELECT value FROM json_each(?))", (json.dumps(anchors),)
    ).fetchone()
    if row[0] is not None:
        return int(row[0])
    number = con.execute("INSERT INTO u.topic_id(anchor) VALUES (?)", (topic.anchor,)).lastrowid
    assert number is not None
    return number


def _anchors(series: Series) -> tuple[str, ...]:
    """Which messages may have stood for the series before: its cover may have come late, or its first patch."""
    return series.members
