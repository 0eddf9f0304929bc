"""Topics as they stood at an earlier time, judged anew from the mails and facts of that time.

Which series are one idea is taken as it is known today. Of a commit that a record or a tree shows, what came later (its
replacement, its revert, its release) is left out; a first tag is told as it is known today.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tracker.core.facts import Facts
from tracker.core.findings import Successor
from tracker.core.landing import Event, Landing
from tracker.core.lineage import Link
from tracker.core.mailkeys import topic_keys
from tracker.core.series import Series, find_series
from tracker.core.silence import aged, why
from tracker.core.spots import Record, same_commit
from tracker.core.topic import Known, build_topic, topic_json
from tracker.store import maintainers, outside, overtaken, read, sightings
from tracker.store.derive import facts_of

_DAY = 86_400


def topic_at(con: sqlite3.Connection, number: int, at: int, stalled_after: int) -> dict[str, Any] | None:
    """TOPIC of schema 1, without what is the user's own, of the mails before *at* (seconds UTC); None when there were none.

    stalled_after: days. Raises KeyError when there is no such topic.
    """
    now = read.topic(con, number)
    posted = [one["series"] for one in now.data["revisions"]]
    facts = [mail for mails in facts_of(con, read.threads_of(con, number)).values() for mail in mails]
    mails = [mail for mail in facts if (mail.date or 0) < at]
    found = {one.id: one for one in find_series(mails)}
    own = [found[one] for one in posted if one in found]
    if not mails or (posted and not own):
        return None
    foreign = {msgid for one in found.values() if one.id not in posted for msgid in one.members}
    links = {one["series"]: _link(one) for one in now.data["revisions"]}
    topic = build_topic(own, [links[one.id] for one in own], mails, foreign, _known(con, own, at))
    judged = topic.judgement
    status, turn, who = aged(judged, at, stalled_after * _DAY)
    data = topic_json(replace(topic, judgement=replace(judged, turn=turn, turn_who=who)))
    if status != judged.status:
        data["status_reason"] = why(status, (data["moved"] or "")[:10], judged.status, judged.reason)
    return {**data, "id": number, "status": status, "notes": []}


def _link(revision: dict[str, Any]) -> Link | None:
    tie = revision["link"]
    if not tie:
        return None
    names = tuple(one["msgid"] for one in tie["evidence"] if "msgid" in one)
    return Link("", revision["series"], tie["how"], tie["confidence"], names)


def _known(con: sqlite3.Connection, own: Sequence[Series], at: int) -> Known:
    told: list[Facts] = []
    if own:
        told = [mail for mail in outside.gather(con, {"": topic_keys(own)})[""] if (mail.date or 0) < at]
    landings, events = sightings.of_patches(con, [patch.msgid for one in own for patch in one.patches])
    return Known(
        titles=outside.posted_titles(con, told),
        outside=tuple(told), maintainers=outside.maintainers(con), aliases=outside.aliases(con), files=maintainers.load(con),
        records=_records(outside.records(con), at), found=_landings(landings, events, at),
        seen=tuple(one for one in events if (one.at or 0) < at), overtaken=_successor(con, own, at),
    )  # fmt: skip


def _successor(con: sqlite3.Connection, own: Sequence[Series], at: int) -> Successor | None:
    """The topic that had taken the place of this one: of today's, if it had done so."""
    if not own:
        return None
    found = overtaken.successor_of(con, own)
    return found if found is not None and found.at < at else None


def _records(records: Sequence[Record], at: int) -> tuple[Record, ...]:
    """Those of commits before *at*, without what these did not know."""
    before = [one for one in records if one.date is not None and one.date < at]

    def known(sha: str) -> str:
        return sha if any(same_commit(one.sha, sha) for one in before) else ""

    return tuple(replace(one, reverted_by=known(one.reverted_by), replaced_by=known(one.replaced_by)) for one in before)


def _landings(landings: Sequence[Landing], events: Sequence[Event], at: int) -> tuple[Landing, ...]:
    before = [one for one in landings if one.date is not None and one.date < at]
    later = [event.evidence.commit for event in events if (event.at or 0) >= at]
    return tuple(
        replace(
            one,
            reverted_by="" if any(same_commit(one.reverted_by, sha) for sha in later) else one.reverted_by,
            replaced_by=one.replaced_by if any(same_commit(one.replaced_by, other.commit) for other in before) else "",
            first_release=one.first_release if one.released is not None and one.released < at else "",
        )
        for one in before
    )


def numbers_before(con: sqlite3.Connection, numbers: Sequence[int], until: int) -> list[int]:
    """Those topics of *numbers* that had a mail before *until*."""
    rows = con.execute(
        "SELECT id FROM topic WHERE id IN (SELECT value FROM json_each(?)) AND coalesce(first, 0) < ? ORDER BY id",
        (json.dumps(list(numbers)), until),
    )
    return [row[0] for row in rows]
