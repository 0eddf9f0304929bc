"""Which topics another one took the place of: its patch was offered instead, or takes up a draft, and it landed; or the author
made the same change again under another title.

What is offered instead stands in `relation` as 'alternative'. 'follows' counts for drafts (code in a reply, an RFC), for the
same title and for the same lines: another patch that follows a real posting may as well stand on top of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker.core import versions
from tracker.core.dates import parse_iso
from tracker.core.fate import LANDED
from tracker.core.findings import Successor
from tracker.core.grouping import Group
from tracker.core.landing import Evidence
from tracker.core.lineage import ANEW, Link
from tracker.core.patchline import is_offer
from tracker.core.series import Series
from tracker.core.subject import normal_title, parse_subject
from tracker.core.topic import newest
from tracker.store.lineage import files_of

_STEPS = 3  # from a posting over an alternative to what was made of it
# What such a topic says of itself is surer than what another topic says of it.
_SURE = (*LANDED, "partly-applied", "reverted", "dropped", "discussion")
_Later = tuple[str, bool, Mapping[str, Any]]  # a series, whether it has the same lines, TOPIC that it is one of


def successor(con: sqlite3.Connection, series: Sequence[str], posted: int | None, *, draft: bool) -> Successor | None:
    """The topic that took the place of one with *series*, whose newest revision was *posted* then; None when there is none.

    draft: that revision is code in a reply or an RFC. Only what landed later than that counts; of several the nearest, then the
    first to land. If there is none, what its author posted anew counts.
    """
    seen = set(series)
    here: list[tuple[Sequence[str], bool]] = [(series, draft)]
    again: list[Successor] = []
    for step in range(_STEPS):
        found: list[tuple[int, Successor]] = []
        there: list[tuple[Sequence[str], bool]] = []
        for ids, open_end in here:
            for one, anew, data in _later(con, ids, open_end):
                own = [revision["series"] for revision in data["revisions"]]
                if not seen.isdisjoint(own):
                    continue
                seen.update(own)
                landed = _landed(data)
                if landed is not None and landed >= (posted or 0):
                    found.append((landed, _told(one, data, landed)))
                at = _posted(one, data)
                if anew and step == 0 and at is not None and at > (posted or 0):
                    again.append(_told(one, data, at, anew=True))
                there.append((own, _is_draft(data)))
        if found:
            return min(found, key=lambda pair: (pair[0], pair[1].series))[1]
        here = there
    return min(again, key=lambda one: (one.at, one.series), default=None)


def successor_of(con: sqlite3.Connection, series: Sequence[Series]) -> Successor | None:
    """As `successor`, of a topic with these series, oldest first."""
    last = newest(series)
    return successor(con, [one.id for one in series], last.date, draft=last.rfc or is_offer(last))


def _later(con: sqlite3.Connection, ids: Sequence[str], draft: bool) -> list[_Later]:
    """The topics with a series that was posted in the place of one of *ids*, by that series."""
    rows = con.execute(
        "SELECT series.id, group_concat(kind), max(confidence), topic.data FROM relation "
        "JOIN series ON series.id = relation.series JOIN topic ON topic.id = series.topic "
        "WHERE relation.other IN (SELECT value FROM json_each(?1)) "
        "AND relation.series NOT IN (SELECT value FROM json_each(?1)) AND kind IN ('alternative', 'follows') "
        "GROUP BY series.id ORDER BY series.id", (json.dumps(list(ids)),),
    ).fetchall()  # fmt: skip
    if draft:  # an offer is settled, too, when what it was offered for lands
        rows += con.execute(
            "SELECT series.id, kind, 0.0, topic.data FROM relation JOIN series ON series.id = relation.other "
            "JOIN topic ON topic.id = series.topic WHERE relation.series IN (SELECT value FROM json_each(?1)) "
            "AND relation.other NOT IN (SELECT value FROM json_each(?1)) AND kind = 'alternative' ORDER BY series.id",
            (json.dumps(list(ids)),),
        ).fetchall()
    own, touched = {_title(con, one) for one in ids}, files_of(con, ids)
    found: list[_Later] = []
    for one, kinds, sure, data in rows:
        anew = kinds == "follows" and sure >= ANEW
        if draft or anew or "alternative" in kinds or _title(con, one) in own:  # the same posted once more
            theirs = files_of(con, [one])  # a fix may be offered to who posts a test for it, or for a part of a series only
            least = 1 if draft else (len(touched) + 1) // 2
            if not (touched and theirs) or len(touched & theirs) >= least:
                found.append((one, anew, json.loads(data)))
    return found


def _title(con: sqlite3.Connection, msgid: str) -> str:
    """The title that a mail posts, in the form to compare."""
    row = con.execute("SELECT subject FROM message WHERE msgid=?", (msgid,)).fetchone()
    return normal_title(parse_subject(row[0]).title) if row else msgid


def _is_draft(data: Mapping[str, Any]) -> bool:
    last = versions.posted(data)[-1]
    return bool(last["rfc"] or versions.is_offered(last))


def _landed(data: Mapping[str, Any]) -> int | None:
    """When a topic landed for good, the first time; None when it did not."""
    if data["status"] not in LANDED:
        return None
    dates = [parse_iso(one["date"] or "") for one in data["landings"] if not (one["reverted"] or one["dropped"])]
    return min((one for one in dates if one is not None), default=None)


def _posted(series: str, data: Mapping[str, Any]) -> int | None:
    return next((parse_iso(one["date"] or "") for one in data["revisions"] if one["series"] == series), None)


def _told(series: str, data: Mapping[str, Any], at: int, *, anew: bool = False) -> Successor:
    proof = [Evidence(msgid=series)]
    if not anew:
        proof += [Evidence(msgid=one["msgid"]) for one in data["evidence"] if "msgid" in one]
    author = versions.posted(data)[-1]["author"]
    return Successor(series, data["title"], author["name"] or author["email"], at, tuple(dict.fromkeys(proof[:4])), anew)


def changed(con: sqlite3.Connection, numbers: Iterable[int]) -> list[Group]:
    """The topics whose successor is not the one they name, of *numbers* and those that lead to them, as they are grouped."""
    groups: list[Group] = []
    for status, text in _earlier(con, set(numbers)):
        data = json.loads(text)
        posted = parse_iso(versions.posted(data)[-1]["date"] or "")
        own = [one["series"] for one in data["revisions"]]
        found = successor(con, own, posted, draft=_is_draft(data)) if status not in _SURE else None
        told = data["superseded_by"]
        if (told and told["series"]) != (found and found.series):
            groups.append(Group(tuple(own), tuple(_link(one) for one in data["revisions"])))
    return groups


def _link(revision: Mapping[str, Any]) -> Link | None:
    """What ties a revision to an earlier one, as far as TOPIC tells."""
    tie = revision["link"]
    proof = tuple(one["msgid"] for one in tie["evidence"]) if tie else ()
    return Link(proof[0] if proof else "", revision["series"], tie["how"], tie["confidence"], proof) if tie else None


def _earlier(con: sqlite3.Connection, numbers: set[int]) -> list[tuple[str, str]]:
    """Status and TOPIC of those of *numbers* and of what leads to them that has, or had, something in its place."""
    every, fresh = set(numbers), set(numbers)
    for _ in range(_STEPS):
        rows = con.execute(
            "SELECT DISTINCT old.topic FROM series new JOIN relation ON relation.series = new.id "
            "JOIN series old ON old.id = relation.other WHERE old.topic IS NOT NULL "
            "AND kind IN ('alternative', 'follows') AND new.topic IN (SELECT value FROM json_each(?1)) UNION "
            "SELECT new.topic FROM series old JOIN relation ON relation.other = old.id "
            "JOIN series new ON new.id = relation.series WHERE new.topic IS NOT NULL "
            "AND kind = 'alternative' AND old.topic IN (SELECT value FROM json_each(?1))",
            (json.dumps(sorted(fresh)),),
        )
        fresh = {row[0] for row in rows} - every
        every |= fresh
    return con.execute(
        "SELECT status, data FROM topic WHERE id IN (SELECT value FROM json_each(?1)) AND "
        "(json_extract(data, '$.superseded_by') IS NOT NULL OR EXISTS (SELECT 1 FROM series JOIN relation "
        "ON relation.other = series.id WHERE series.topic = topic.id AND kind IN ('alternative', 'follows')) "
        "OR EXISTS (SELECT 1 FROM series JOIN relation ON relation.series = series.id WHERE series.topic = topic.id "
        "AND kind = 'alternative')) ORDER BY id",
        (json.dumps(sorted(every)),),
    ).fetchall()
