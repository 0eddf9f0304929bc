"""Series to topics: what a user follows, and its JSON (schema 1).

A topic is made of the series of one thread, oldest first. Series of other threads join it once lineage is known;
commits and releases are not looked for here, so nothing is claimed about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.dates import day, iso
from tracker.core.facts import Facts
from tracker.core.people import Person
from tracker.core.series import Series, SeriesPatch, find_series
from tracker.core.status import Judgement, judge
from tracker.core.thread import build_threads, components

_NO_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Topic:
    """One idea. anchor: the message its number belongs to. first, last: dates of its oldest and newest mail, seconds UTC."""

    anchor: str
    title: str
    series: tuple[Series, ...]
    messages: tuple[str, ...]
    lists: tuple[str, ...]
    first: int | None
    last: int | None
    judgement: Judgement
    replies: tuple[Facts, ...]

    @property
    def slug(self) -> str:
        """The title as one word for the command line."""
        return slug(self.title)

    @property
    def patches(self) -> int:
        """How many patches the newest revision has."""
        return len(self.series[-1].patches) if self.series else 0


def slug(title: str) -> str:
    """Lower-case words of a title joined by dashes, at most 50 characters, 'untitled' when there is none."""
    text = _NO_SLUG.sub("-", title.lower()).strip("-")
    if len(text) > _SLUG_LENGTH:
        text = text[:_SLUG_LENGTH].rpartition("-")[0] or text[:_SLUG_LENGTH]
    return text or "untitled"


def build_topic(mails: Iterable[Facts], *, bare: bool = False) -> Topic | None:
    """The topic of the mails of one thread, or None when nobody posted a patch in it.

    bare: make one all the same, for a thread that somebody follows; its status is `discussion`.
    """
    known = sorted(mails, key=lambda mail: (mail.date or 0, mail.msgid))
    series = find_series(known)
    if not series and not (bare and known):
        return None
    members = {msgid for one in series for msgid in one.members}
    replies = tuple(mail for mail in known if mail.msgid not in members)
    dates = [mail.date for mail in known if mail.date is not None]
    first = series[0] if series else None
    return Topic(
        anchor=first.id if first else build_threads(known)[0].msgid,
        title=(series[-1].title if series else known[0].subject.title) or "(no subject)",
        series=series, messages=tuple(mail.msgid for mail in known),
        lists=tuple(dict.fromkeys(name for mail in known for name in mail.lists)),
        first=min(dates, default=None), last=max(dates, default=None),
        judgement=judge(series, replies), replies=replies,
    )  # fmt: skip


def split_threads(mails: Sequence[Facts]) -> list[list[Facts]]:
    """*mails* by thread: what any chain of references connects is together."""
    top = components(mails)
    threads: dict[str, list[Facts]] = {}
    for mail in mails:
        threads.setdefault(top[mail.msgid], []).append(mail)
    return list(threads.values())


def revision_label(series: Series) -> str:
    """`RFC`, `RFC v2`, `v1`, `v5.1`, or `alternative` for a patch that a reply offered."""
    if series.patches and series.patches[0].inline:
        return "alternative"
    number = series.label.lower() or "v1"
    if series.rfc:
        return "RFC" if number == "v1" else f"RFC {number}"
    return number


def topic_json(topic: Topic) -> dict[str, Any]:
    """The keys of TOPIC in schema 1 that depend on mail alone; the user's own (followed, unread …) are added by the store."""
    revisions = [_revision(one, topic.series[number - 1] if number else None) for number, one in enumerate(topic.series)]
    return {
        "slug": topic.slug, "title": topic.title, "status": topic.judgement.status,
        "status_reason": topic.judgement.reason, "confidence": topic.judgement.confidence,
        "evidence": [{"msgid": msgid} for msgid in topic.judgement.evidence], "manual": False,
        "turn": topic.judgement.turn, "turn_who": [], "turn_since": iso(topic.last),
        "lists": list(topic.lists), "revisions": revisions, "tags": [], "landings": [],
        "events": _events(topic), "related": [],
    }  # fmt: skip


def person_json(person: Person) -> dict[str, str]:
    """PERSON of schema 1."""
    return {"name": person.name, "email": person.email}


def _revision(series: Series, before: Series | None) -> dict[str, Any]:
    link = None
    if before is not None:
        evidence = [{"msgid": before.id}, {"msgid": series.id}]
        link = {"how": "thread", "confidence": 0.5, "evidence": evidence, "manual": False}
    return {
        "series": series.id, "version": series.version, "label": revision_label(series), "rfc": series.rfc,
        "resend": series.resend, "prefixes": list(series.prefixes), "subject": series.subject,
        "author": person_json(series.author), "date": iso(series.date), "complete": series.complete,
        "expected": series.expected, "change_id": series.change_id, "base_commit": series.base_commit,
        "cover": series.cover, "replaces": [], "patches": [_patch(one) for one in series.patches], "link": link,
    }  # fmt: skip


def _patch(patch: SeriesPatch) -> dict[str, Any]:
    return {
        "n": patch.n, "msgid": patch.msgid, "subject": patch.title, "patch_id": patch.patch_id,
        "files": list(patch.files), "inline": patch.inline, "status": "unknown",
    }  # fmt: skip


def _events(topic: Topic) -> list[dict[str, Any]]:
    found = []
    for number, series in enumerate(topic.series):
        kind = "revised" if number else "posted"
        text = f"{revision_label(series)} by {series.author.name or series.author.email}, {day(series.date)}"
        found.append(_event(kind, series.id, series.date, text))
    for mail in topic.replies:
        if mail.kind == "reply" and not mail.robot:
            found.append(_event("replied", mail.msgid, mail.date, mail.sender.name or mail.sender.email))
    return sorted(found, key=lambda event: (event["at"] or "", event["id"]))


def _event(kind: str, msgid: str, at: int | None, text: str) -> dict[str, Any]:
    return {
        "id": f"{kind}:{msgid}",
        "at": iso(at),
        "seen_at": None,
        "kind": kind,
        "text": text,
        "evidence": {"msgid": msgid},
    }
