"""Questions to the store. Each is one query with plain values as its answer; none changes anything."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tracker.store import attestation


class MessageRow(NamedTuple):
    """A stored mail without its text. date: seconds UTC."""

    id: int
    msgid: str
    tid: int
    date: int | None
    kind: str
    subject: str
    name: str
    email: str
    private: bool
    abridged: bool


class FollowedRow(NamedTuple):
    """What is followed. number: its topic, None when its mail is not at hand; abridged: some of its mails are."""

    msgid: str
    title: str
    server: str | None
    since: int
    number: int | None
    abridged: bool


class TopicRow(NamedTuple):
    """One line of `list`, with the JSON of the topic."""

    number: int
    slug: str
    title: str
    status: str
    turn: str
    first: int | None
    last: int | None
    followed: bool
    unread: int
    data: dict[str, Any]


_MESSAGE = "id, msgid, tid, date, kind, subject, name, email, private, abridged"
# The topics that are followed: those of followed covers and patches, else the first one in the thread of a followed mail.
FOLLOWED_TOPICS = (
    "SELECT topic FROM u.followed CROSS JOIN member USING (msgid) JOIN series ON series.id = member.series UNION "
    "SELECT min(topic) FROM u.followed f JOIN message m USING (msgid) JOIN topic_thread t USING (tid) "
    "WHERE NOT EXISTS (SELECT 1 FROM member WHERE member.msgid = f.msgid) GROUP BY f.msgid"
)
_UNATTESTED = f"""
    WITH mine(topic) AS ({FOLLOWED_TOPICS}), wanted(msgid) AS (
        SELECT msgid FROM member JOIN series ON series.id = member.series JOIN mine USING (topic) UNION
        SELECT json_extract(tag.value, '$.msgid') FROM topic JOIN mine ON mine.topic = topic.id, json_each(data, '$.tags') tag)
    SELECT m.id, m.msgid FROM wanted JOIN message m USING (msgid)
    WHERE NOT private AND NOT abridged
    AND NOT EXISTS (SELECT 1 FROM u.attestation a WHERE a.msgid = m.msgid AND (result <> 'unchecked' OR at > ?))
    AND (SELECT count(*) FROM u.attestation a WHERE a.msgid = m.msgid) < ?
    ORDER BY date DESC, m.msgid LIMIT ?
"""


def is_empty(con: sqlite3.Connection) -> bool:
    """Whether nothing was synced, imported or followed yet."""
    return not con.execute("SELECT EXISTS(SELECT 1 FROM message) OR EXISTS(SELECT 1 FROM u.followed)").fetchone()[0]


def lacks_local_mail(con: sqlite3.Connection) -> bool:
    """Whether the index was lost (the cache was deleted) while the user's own mail is still there."""
    query = "SELECT NOT EXISTS(SELECT 1 FROM message) AND EXISTS(SELECT 1 FROM u.local_mail)"
    return bool(con.execute(query).fetchone()[0])


def message_row(con: sqlite3.Connection, msgid: str) -> MessageRow | None:
    """The mail with that id."""
    row = con.execute(f"SELECT {_MESSAGE} FROM message WHERE msgid=?", (msgid,)).fetchone()
    return _message(row) if row else None


def _message(row: Sequence[Any]) -> MessageRow:
    number, msgid, tid, date, kind, subject, name, email, private, abridged = row
    return MessageRow(number, msgid, tid, date, kind, subject, name, email, bool(private), bool(abridged))


def kind_of(con: sqlite3.Connection, msgid: str) -> str | None:
    """The kind of a stored mail."""
    row = con.execute("SELECT kind FROM message WHERE msgid=?", (msgid,)).fetchone()
    return row[0] if row else None


def topic_of(con: sqlite3.Connection, msgid: str) -> int | None:
    """The number of the topic that a mail belongs to: of the nearest posting it answers, else the first one of its thread."""
    own = topic_of_series(con, posting_above(con, msgid))
    if own is not None:
        return own
    row = con.execute(
        "SELECT min(topic) FROM topic_thread WHERE tid=(SELECT tid FROM message WHERE msgid=?)", (msgid,)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def resolve(con: sqlite3.Connection, text: str) -> list[int]:
    """The topics that a short id (7, #7), a slug or its beginning, or a message id names; more than one is ambiguous."""
    text = text.strip().removeprefix("#")
    if text.isdecimal() and len(text) < 12:
        return [row[0] for row in con.execute("SELECT id FROM topic WHERE id=?", (int(text),))]
    found = topic_of(con, text.strip("<>"))
    if found is not None:
        return [found]
    exact = [row[0] for row in con.execute("SELECT id FROM topic WHERE slug=? ORDER BY id", (text,))]
    if exact:
        return exact
    return [
        row[0] for row in con.execute("SELECT id FROM topic WHERE substr(slug, 1, ?)=? ORDER BY id LIMIT 20", (len(text), text))
    ]


def count_mails(con: sqlite3.Connection, number: int) -> int:
    """How many mails of a topic are at hand."""
    return int(
        con.execute(
            "SELECT count(*) FROM message WHERE tid IN (SELECT tid FROM topic_thread WHERE topic=?)", (number,)
        ).fetchone()[0]
    )


def topics(con: sqlite3.Connection, *, every: bool) -> list[TopicRow]:
    """Followed topics, or all of them, newest first; their tags are not filled with what `attestation` knows."""
    followed = {row[0] for row in con.execute(FOLLOWED_TOPICS)}
    unread = _unread(con)
    rows = con.execute(
        "SELECT id, slug, title, status, turn, first, last, data FROM topic ORDER BY coalesce(last, 0) DESC, id"
        if every
        else f"SELECT id, slug, title, status, turn, first, last, data FROM topic WHERE id IN ({FOLLOWED_TOPICS}) "
        "ORDER BY coalesce(last, 0) DESC, id"
    )
    return [_topic(row, row[0] in followed, unread) for row in rows]


def topic(con: sqlite3.Connection, number: int) -> TopicRow:
    """One topic by its number; KeyError when there is none."""
    row = con.execute("SELECT id, slug, title, status, turn, first, last, data FROM topic WHERE id=?", (number,)).fetchone()
    if row is None:
        raise KeyError(number)
    is_followed = con.execute(f"SELECT ? IN ({FOLLOWED_TOPICS})", (number,)).fetchone()[0]
    unread = con.execute(
        "SELECT count(*) FROM topic_thread JOIN message USING (tid) JOIN u.arrival USING (msgid) WHERE NOT read AND topic=?",
        (number,),
    ).fetchone()[0]
    found = _topic(row, bool(is_followed), {number: unread})
    attestation.fill(con, found.data["tags"])
    return found


def _topic(row: Sequence[Any], is_followed: bool, unread: dict[int, int]) -> TopicRow:
    number, slug, title, status, turn, first, last, data = row
    return TopicRow(number, slug, title, status, turn, first, last, is_followed, unread.get(number, 0), json.loads(data))


def _unread(con: sqlite3.Connection) -> dict[int, int]:
    return dict(
        con.execute(
            "SELECT topic, count(*) FROM u.arrival JOIN message USING (msgid) JOIN topic_thread USING (tid) "
            "WHERE NOT read GROUP BY topic"
        )
    )


def followed(con: sqlite3.Connection) -> list[FollowedRow]:
    """Everything that is followed, also what the cache does not hold at the moment."""
    rows = con.execute(
        "SELECT f.msgid, f.title, f.server, f.since, "
        "coalesce((SELECT max(abridged) FROM message a WHERE a.tid = m.tid), 0) "
        "FROM u.followed f LEFT JOIN message m ON m.msgid = f.msgid ORDER BY f.since, f.msgid"
    ).fetchall()
    return [
        FollowedRow(msgid, title, server, since, topic_of(con, msgid), bool(abridged))
        for msgid, title, server, since, abridged in rows
    ]


def newest_dates(con: sqlite3.Connection, numbers: Sequence[int], limit: int) -> list[int]:
    """When the newest mails of these topics were received (else sent), newest first."""
    return [
        row[0]
        for row in con.execute(
            "SELECT coalesce(received, date) AS at FROM message WHERE at IS NOT NULL AND tid IN (SELECT tid FROM topic_thread "
            "WHERE topic IN (SELECT value FROM json_each(?))) ORDER BY at DESC LIMIT ?", (json.dumps(list(numbers)), limit),
        )
    ]  # fmt: skip


def answers_to_ghosts(con: sqlite3.Connection, msgids: Iterable[str]) -> set[str]:
    """Those mails of *msgids* whose parent is named but not at hand."""
    found = set()
    for msgid in msgids:
        row = con.execute("SELECT facts FROM message WHERE msgid=?", (msgid,)).fetchone()
        parents = json.loads(row[0]).get("p", []) if row else []
        if parents and con.execute("SELECT 1 FROM ghost WHERE msgid=?", (parents[-1],)).fetchone():
            found.add(msgid)
    return found


def writers(con: sqlite3.Connection, number: int) -> list[str]:
    """The addresses of everybody who answered in a topic's threads."""
    rows = con.execute(
        "SELECT DISTINCT email FROM message JOIN topic_thread USING (tid) WHERE topic=? AND kind='reply'", (number,)
    )
    return [row[0] for row in rows]


def threads_of(con: sqlite3.Connection, number: int) -> list[int]:
    """The threads of a topic."""
    return [row[0] for row in con.execute("SELECT tid FROM topic_thread WHERE topic=? ORDER BY tid", (number,))]


def topics_of_threads(con: sqlite3.Connection, tids: Iterable[int]) -> list[int]:
    """The topics that some threads belong to."""
    query = "SELECT DISTINCT topic FROM topic_thread WHERE tid IN (SELECT value FROM json_each(?)) ORDER BY topic"
    return [row[0] for row in con.execute(query, (json.dumps(list(tids)),))]


def rows_by_id(con: sqlite3.Connection, tids: Iterable[int]) -> dict[str, MessageRow]:
    """All mails of some threads by message id."""
    rows = con.execute(f"SELECT {_MESSAGE} FROM message WHERE tid IN (SELECT value FROM json_each(?))", (json.dumps(list(tids)),))
    return {row[1]: _message(row) for row in rows}


def series_of_thread(con: sqlite3.Connection, tids: Iterable[int]) -> dict[str, str]:
    """Message id of a cover or patch -> the series it belongs to."""
    return dict(
        con.execute(
            "SELECT msgid, series FROM member WHERE msgid IN "
            "(SELECT msgid FROM message WHERE tid IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(tids)),),
        )
    )


def sources_of(con: sqlite3.Connection, number: int) -> list[str]:
    """Where a topic's mails were seen: URLs of servers, names of archives and files."""
    return [
        row[0]
        for row in con.execute(
            "SELECT DISTINCT s.name FROM source s JOIN seen_at a ON a.source = s.id JOIN message m ON m.id = a.message "
            "WHERE m.tid IN (SELECT tid FROM topic_thread WHERE topic=?) ORDER BY s.name", (number,),
        )
    ]  # fmt: skip


def is_unsorted(con: sqlite3.Connection) -> bool:
    """Whether mail is stored that no topic was made of yet."""
    return con.execute("SELECT 1 FROM dirty LIMIT 1").fetchone() is not None


def archives(con: sqlite3.Connection) -> list[tuple[str, str]]:
    """Path and list name of every list archive that was imported."""
    return list(con.execute("SELECT path, list FROM u.archive ORDER BY path"))


def count_by_topic(con: sqlite3.Connection, msgids: Iterable[str]) -> dict[int, int]:
    """How many of these mails belong to which topic."""
    return dict(
        con.execute(
            "SELECT topic, count(*) FROM message JOIN topic_thread USING (tid) WHERE msgid IN (SELECT value FROM json_each(?)) "
            "GROUP BY topic ORDER BY topic", (json.dumps(list(msgids)),),
        )
    )  # fmt: skip


def totals(con: sqlite3.Connection) -> dict[str, int]:
    """How much the store holds: messages, copies, topics, followed, ghosts, local mails."""
    tables = {
        "messages": "message", "copies": "copy", "topics": "topic", "followed": "u.followed",
        "missing ancestors": "ghost", "mails of your own files": "u.local_mail",
    }  # fmt: skip
    return {name: int(con.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for name, table in tables.items()}


def different_copies(con: sqlite3.Connection) -> list[tuple[str, int]]:
    """Message ids that came with another body too, and how many such copies there are."""
    return list(
        con.execute(
            "SELECT msgid, count(*) FROM copy JOIN message ON message.id = copy.message WHERE NOT same_body "
            "GROUP BY msgid ORDER BY msgid"
        )
    )


def defects(con: sqlite3.Connection) -> list[tuple[str, int, str]]:
    """Each oddity with how many mails have it and the id of one of them."""
    return list(
        con.execute(
            "SELECT word, count(*), min(msgid) FROM defect JOIN message ON message.id = defect.message "
            "GROUP BY word ORDER BY 2 DESC, 1"
        )
    )


def mails_with_defects(con: sqlite3.Connection) -> list[tuple[str, str]]:
    """Every odd mail: its id, and its oddities joined by commas."""
    return list(
        con.execute(
            "SELECT msgid, group_concat(word, ', ') FROM (SELECT msgid, word FROM defect "
            "JOIN message ON message.id = defect.message ORDER BY msgid, word) GROUP BY msgid ORDER BY msgid"
        )
    )


def related(con: sqlite3.Connection, number: int) -> list[dict[str, Any]]:
    """Topics that revert, re-apply, backport, fix … this one, or that this one does that to (`by`: "this" or "other")."""
    one = "SELECT o.topic, t.title, t.status, r.kind, r.confidence, r.evidence, '{by}' FROM series s JOIN relation r ON {own} "
    rest = "JOIN series o ON o.id = {other} JOIN topic t ON t.id = o.topic WHERE s.topic=?1 AND o.topic<>?1"
    both = [
        (one + rest).format(by="this", own="r.series = s.id", other="r.other"),
        (one + rest).format(by="other", own="r.other = s.id", other="r.series"),
    ]
    rows = con.execute(f"{' UNION ALL '.join(both)} ORDER BY 1, 4, 5 DESC", (number,))
    found: dict[tuple[int, str, str], dict[str, Any]] = {}
    for topic_number, title, status, kind, confidence, evidence, by in rows:
        entry = {
            "topic": topic_number, "title": title, "status": status, "kind": kind, "by": by, "confidence": confidence,
            "evidence": [{"msgid": one} for one in json.loads(evidence)],
        }  # fmt: skip
        found.setdefault((topic_number, kind, by), entry)
    return list(found.values())


def series_with(con: sqlite3.Connection, msgid: str) -> str | None:
    """The series that a cover or patch belongs to."""
    row = con.execute("SELECT series FROM member WHERE msgid=?", (msgid,)).fetchone()
    return row[0] if row else None


def topic_of_series(con: sqlite3.Connection, msgid: str) -> int | None:
    """The topic of the series that a cover or patch belongs to."""
    row = con.execute("SELECT topic FROM member JOIN series ON series.id = member.series WHERE msgid=?", (msgid,)).fetchone()
    return row[0] if row else None


def posting_above(con: sqlite3.Connection, msgid: str) -> str:
    """The nearest cover or patch that a mail answers, the mail itself when there is none or it is one."""
    row = con.execute("SELECT facts FROM message WHERE msgid=?", (msgid,)).fetchone()
    above = json.loads(row[0]).get("p", []) if row else []
    return next((one for one in (msgid, *reversed(above)) if series_with(con, one) is not None), msgid)


def is_complete(con: sqlite3.Connection, msgid: str) -> bool:
    """Whether all patches of the series that a cover or patch belongs to are at hand."""
    series, number = series_with(con, msgid), topic_of_series(con, msgid)
    if series is None or number is None:
        return True
    return all(one["complete"] for one in topic(con, number).data["revisions"] if one["series"] == series)


def unattested(con: sqlite3.Connection, since: int, tries: int, limit: int) -> list[tuple[int, str]]:
    """(row number, message id) of mails with patches or tags in followed topics that nothing is known of, newest first.

    Those that could not be checked before *since* (seconds UTC) are among them, up to *tries* times. Never mail that came
    from local files only, nor mail that is not here in full.
    """
    return list(con.execute(_UNATTESTED, (since, tries, limit)))
