"""How the topics of a list went, read from the store in few queries, for core/liststats.py to count."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tracker.core.dates import parse_iso
from tracker.core.liststats import Course
from tracker.core.people import Person
from tracker.core.subject import parse_subject
from tracker.core.versions import is_offered, posted
from tracker.store.read import TopicRow

# Dates in a mail that differ by more than this (seconds) from when a server got it are not believed.
_TRUST = 2 * 86_400
_OF_LIST = """
    id IN (SELECT series.topic FROM list JOIN message ON message.id = list.message JOIN member USING (msgid)
           JOIN series ON series.id = member.series WHERE list.list = ?1 OR substr(list.list, 1, length(?1) + 1) = ?1 || '.')
"""
# As the rules of status.py put it when somebody's word alone is known.
_CLAIM = re.compile(r"\bsays? (?:it is|they are|\d+ (?:is|are)|this is) applied\b")
_STABLE = ("autosel", "manualsel", "stable", "backport", "stable-commit")
_ENDORSED = ("given", "kept")


class _Draft(NamedTuple):
    """A course as far as the topic tells it. first: the mail of its first version; replies: mails that answer it."""

    course: Course
    first: str
    replies: tuple[str, ...]


class _Mail(NamedTuple):
    who: Person
    at: int | None
    robot: bool


def rows_of_list(con: sqlite3.Connection, name: str | None, since: int | None) -> Iterator[TopicRow]:
    """Topics with a patch on the list *name* (None: on any), with a mail at *since* (seconds UTC) or later (None: whenever).

    One by one, since all of them may be more than fits into memory. name: as lore calls it (`linux-unionfs`), the List-Id
    (`linux-unionfs.vger.kernel.org`) or the address.
    """
    text = (name or "").strip().strip("<>").lower().replace("@", ".")
    where = _OF_LIST if text else "(?1 = '' AND id IN (SELECT topic FROM series))"
    columns = "id, slug, title, status, turn, first, last, data"
    query = f"SELECT {columns} FROM topic WHERE {where} AND coalesce(last, 0) >= ?2 ORDER BY id"
    for number, slug, title, status, turn, first, last, data in con.execute(query, (text, since or 0)):
        yield TopicRow(number, slug, title, status, turn, first, last, False, 0, json.loads(data))


def courses(con: sqlite3.Connection, rows: Iterable[TopicRow], *, private: bool = False) -> list[Course]:
    """How each topic of *rows* went; with *private* also as far as only mail from local files tells."""
    drafts = [_draft(row) for row in rows]
    also = _other_answers(con, [one.course.number for one in drafts], private=private)
    answers = [(*one.replies, *also.get(one.course.number, ())) for one in drafts]
    mails = _mails(con, {msgid for one, some in zip(drafts, answers, strict=True) for msgid in (one.first, *some)})
    return [_finished(one, mails, some) for one, some in zip(drafts, answers, strict=True)]


def _other_answers(con: sqlite3.Connection, numbers: Sequence[int], *, private: bool) -> dict[int, list[str]]:
    """Answers that are more than a reply, by the topic answered: a patch of one's own, which may be another topic, or a word
    that the patches were applied."""
    parents = {
        msgid: json.loads(above)
        for msgid, subject, above in con.execute(
            "SELECT msgid, subject, json_extract(facts, '$.p') AS above FROM message "
            "WHERE kind IN ('patch', 'notice') AND above IS NOT NULL AND (? OR NOT private) AND tid IN "
            "(SELECT tid FROM topic_thread WHERE topic IN (SELECT value FROM json_each(?)))", (private, json.dumps(numbers)),
        )
        if parse_subject(subject).reply
    }
    wanted = json.dumps(list({one for above in parents.values() for one in above}))
    query = (
        "SELECT msgid, topic FROM member JOIN series ON series.id = member.series WHERE topic IS NOT NULL "
        "AND msgid IN (SELECT value FROM json_each(?))"
    )
    topics = dict(con.execute(query, (wanted,)))
    found: dict[int, list[str]] = {}
    for msgid, above in parents.items():
        answered = next((topics[one] for one in reversed(above) if one in topics), None)
        if answered is not None:
            found.setdefault(answered, []).append(msgid)
    return found


def _replies(data: Mapping[str, Any]) -> list[str]:
    """The mails that are nothing but an answer to a topic."""
    return [event["evidence"]["msgid"] for event in data["events"] if event["kind"] == "replied"]


def _mails(con: sqlite3.Connection, msgids: Collection[str]) -> dict[str, _Mail]:
    found = con.execute(
        "SELECT msgid, name, email, CASE WHEN received IS NOT NULL AND (date IS NULL OR abs(date - received) > ?) THEN received "
        "ELSE date END, json_extract(facts, '$.r') FROM message WHERE msgid IN (SELECT value FROM json_each(?))",
        (_TRUST, json.dumps(list(msgids))),
    )
    return {msgid: _Mail(Person(name, email), at, bool(robot)) for msgid, name, email, at, robot in found}


def _finished(draft: _Draft, mails: Mapping[str, _Mail], answers: Collection[str]) -> Course:
    """The course with the dates and senders that only the mails themselves tell."""
    replies = [mails[msgid] for msgid in dict.fromkeys(answers) if msgid in mails and not mails[msgid].robot]
    posted = mails[draft.first].at if draft.first in mails else draft.course.posted
    return replace(draft.course, posted=posted, replies=tuple((one.who, one.at) for one in replies))


def _draft(row: TopicRow) -> _Draft:
    data = row.data
    first = data["revisions"][0]
    versions = {(one["rfc"], one["label"]) for one in data["revisions"] if not is_offered(one) and not one["resend"]}
    posted_ones = posted(data)
    course = Course(
        number=row.number, title=row.title, msgid=posted_ones[-1]["series"], status=row.status, turn=data["turn"],
        turn_since=parse_iso(data["turn_since"] or ""), turn_who=tuple(_person(one) for one in data["turn_who"]),
        posted=parse_iso(first["date"] or ""), replies=(),
        authors=tuple(dict.fromkeys(_person(one["author"]) for one in (first, *posted_ones))),
        landed=_landed(data, ("maintainer", "next", "mainline")), mainline=_landed(data, ("mainline",)),
        versions=max(1, len(versions)),
        tags=tuple(dict.fromkeys((tag["name"], _person(tag["who"])) for tag in data["tags"] if _counts(tag))),
        stable=_is_stable(posted_ones[-1]), claimed=data["status"] == "unknown" or bool(_CLAIM.search(data["status_reason"])),
        promises=tuple(_person(tag["who"]) for tag in data["tags"] if tag["verdict"] == "promised" and tag["state"] == "open"),
    )  # fmt: skip
    return _Draft(course, first["series"], tuple(_replies(data)))


def _is_stable(revision: Mapping[str, Any]) -> bool:
    """Whether a posting is aimed at a stable release, as its subject says."""
    words = {prefix.casefold() for prefix in revision["prefixes"]}
    return not words.isdisjoint(_STABLE) or bool(parse_subject(revision["subject"]).stables)


def _landed(data: Mapping[str, Any], roles: Collection[str]) -> int | None:
    """When the first patch was in a tree with one of these roles."""
    dates = [parse_iso(one["date"] or "") for one in data["landings"] if one["role"] in roles and not one["dropped"]]
    return min((one for one in dates if one is not None), default=None)


def _counts(tag: Mapping[str, Any]) -> bool:
    given = tag["verdict"] in _ENDORSED or (tag["verdict"] == "conditional" and tag["state"] == "kept")
    return bool(given and tag["current"] and not tag["mismatch"] and not tag["own"])


def _person(data: Mapping[str, str]) -> Person:
    return Person(data["name"], data["email"])


def lists(con: sqlite3.Connection, limit: int) -> list[str]:
    """The lists with the most mails here, the busiest first."""
    rows = con.execute("SELECT list FROM list GROUP BY list ORDER BY count(*) DESC, list LIMIT ?", (limit,))
    return [row[0] for row in rows]
