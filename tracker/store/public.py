"""What of the topics may be shown to others: nothing of mail that came from the user's own files only.

A topic of such mail alone is left out. One that has some of it is judged again from the rest, as if that mail had never come.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tracker.core.facts import Facts
from tracker.core.lineage import Link
from tracker.core.mailkeys import topic_keys
from tracker.core.series import Series, find_series
from tracker.core.silence import aged
from tracker.core.topic import Known, Topic, build_topic, topic_json
from tracker.store import maintainers, outside, read, sightings
from tracker.store.derive import facts_of
from tracker.store.read import TopicRow
from tracker.store.standing import DAY

# Found by where mails were seen: few sources are private, and the table of mails is big.
_LOCAL = """
    SELECT m.id, m.tid, m.msgid FROM source s JOIN seen_at a ON a.source = s.id JOIN message m ON m.id = a.message
    WHERE s.private AND m.private
"""
_TOUCHED = f"""
    WITH local AS ({_LOCAL})
    SELECT topic FROM local JOIN topic_thread USING (tid) UNION
    SELECT topic FROM local JOIN notice_key ON notice_key.message = local.id JOIN topic_key USING (key)
"""


class Material(NamedTuple):
    """What a topic is read from. revisions: oldest first; mails: of all its threads, by message id."""

    revisions: tuple[Series, ...]
    mails: Mapping[str, Facts]


def touched(con: sqlite3.Connection) -> frozenset[int]:
    """The topics that mail from local files has a part in."""
    return frozenset(row[0] for row in con.execute(_TOUCHED))


def all_local(con: sqlite3.Connection) -> frozenset[str]:
    """Every mail that came from local files only."""
    return frozenset(row[0] for row in con.execute(f"SELECT msgid FROM ({_LOCAL})"))


def local_ids(con: sqlite3.Connection, msgids: Iterable[str]) -> set[str]:
    """Those of *msgids* that came from local files only."""
    names = json.dumps(list(msgids))
    query = "SELECT msgid FROM message WHERE private AND msgid IN (SELECT value FROM json_each(?))"
    return {row[0] for row in con.execute(query, (names,))}


def shared(con: sqlite3.Connection, rows: Iterable[TopicRow], now: int, stalled_after: int) -> Iterator[TopicRow | None]:
    """*rows* as others may see them at *now* (seconds UTC); None for each that is left out. stalled_after: days."""
    some = touched(con)
    for row in rows:
        yield shared_row(con, row, now, stalled_after) if row.number in some else row


def shared_row(con: sqlite3.Connection, row: TopicRow, now: int, stalled_after: int) -> TopicRow | None:
    """A topic as it would be without mail from local files; None when nothing is left of its patches."""
    held = material(con, row, private=False)
    if not held.revisions and (row.data["revisions"] or not held.mails):
        return None
    topic = _judged(con, row, held)
    judged = topic.judgement
    status, turn, _ = aged(judged, now, stalled_after * DAY)
    return row._replace(
        slug=topic.slug, title=topic.title, status=status, turn=turn, first=topic.first, last=topic.last, data=topic_json(topic)
    )


def material(con: sqlite3.Connection, row: TopicRow, *, private: bool) -> Material:
    """The revisions and mails of a topic; with *private* also those from local files."""
    several = facts_of(con, read.threads_of(con, row.number)).values()
    mails = {mail.msgid: mail for some in several for mail in some}
    for msgid in () if private else local_ids(con, mails):
        del mails[msgid]
    members = _members(con, row.number)
    revisions = [one for one in find_series(mails.values()) if not members.isdisjoint(one.members)]
    order = {one["series"]: place for place, one in enumerate(row.data["revisions"])}
    revisions.sort(key=lambda one: (order.get(one.id, len(order)), one.date or 0))
    return Material(tuple(revisions), mails)


def _members(con: sqlite3.Connection, number: int) -> set[str]:
    query = "SELECT msgid FROM member JOIN series ON series.id = member.series WHERE topic=?"
    return {row[0] for row in con.execute(query, (number,))}


def _judged(con: sqlite3.Connection, row: TopicRow, held: Material) -> Topic:
    own = held.revisions
    members = {msgid for one in own for msgid in one.members}
    foreign = {one for one in _all_members(con, row.number) if one not in members}
    told = outside.gather(con, {"": topic_keys(own)})[""] if own else []
    hidden = local_ids(con, (mail.msgid for mail in told))
    landings, events = sightings.of_patches(con, [patch.msgid for one in own for patch in one.patches])
    told = [mail for mail in told if mail.msgid not in hidden]
    known = Known(
        outside=tuple(told), found=landings, seen=events, titles=outside.posted_titles(con, told),
        records=outside.records(con), maintainers=outside.maintainers(con), aliases=outside.aliases(con),
        files=maintainers.load(con),
    )  # fmt: skip
    return build_topic(own, _links(row.data["revisions"], own), held.mails.values(), foreign, known)


def _all_members(con: sqlite3.Connection, number: int) -> Collection[str]:
    """Every cover and patch in the topic's threads."""
    query = (
        "SELECT msgid FROM member JOIN message USING (msgid) WHERE NOT private AND tid IN "
        "(SELECT tid FROM topic_thread WHERE topic=?)"
    )
    return {row[0] for row in con.execute(query, (number,))}


def _links(revisions: Sequence[Mapping[str, Any]], own: Sequence[Series]) -> list[Link | None]:
    """How each of *own* is tied to one before it, as far as what proves it is theirs."""
    members = {msgid for one in own for msgid in one.members}
    ties = {one["series"]: one["link"] for one in revisions}
    found: list[Link | None] = []
    for place, one in enumerate(own):
        tie = ties.get(one.id)
        proofs = tuple(proof["msgid"] for proof in tie["evidence"] if proof["msgid"] in members) if tie else ()
        earlier = own[place - 1].id
        found.append(Link(earlier, one.id, tie["how"], tie["confidence"], proofs) if tie and place else None)
    return found
