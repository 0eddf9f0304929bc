"""Series to topics: what a user follows, and its JSON (schema 1).

Which series are one idea is lineage's matter; here they become a topic with its mails, title and events. Commits and
releases are not looked for, so nothing is claimed about them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.dates import day, iso
from tracker.core.facts import Facts
from tracker.core.lineage import Link
from tracker.core.people import Person
from tracker.core.review import Review, review, tag_json
from tracker.core.series import Series, SeriesPatch
from tracker.core.status import Judgement, judge
from tracker.core.thread import ancestors, build_threads

_NO_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH = 50
_TAG_EVENTS = {"given": "tagged", "conditional": "tagged", "promised": "promised", "refused": "refused", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Topic:
    """One idea. anchor: the message its number belongs to. first, last: dates of its oldest and newest mail, seconds UTC.

    series: its revisions, oldest first; links: how each is tied to one before it (None for the first). replies: its
    mails that post nothing.
    """

    anchor: str
    title: str
    series: tuple[Series, ...]
    links: tuple[Link | None, ...]
    lists: tuple[str, ...]
    first: int | None
    last: int | None
    judgement: Judgement
    replies: tuple[Facts, ...]
    review: Review

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


def build_topic(
    series: Sequence[Series], links: Sequence[Link | None], mails: Iterable[Facts], foreign: Collection[str] = ()
) -> Topic:
    """The topic of *series*, oldest first. mails: of all their threads, or of a thread that nobody posted a patch in.

    foreign: covers and patches of other topics in these threads; what hangs below them belongs there.
    """
    known = {mail.msgid: mail for mail in sorted(mails, key=lambda mail: (mail.date or 0, mail.msgid))}
    members = {msgid for one in series for msgid in one.members}
    own = [mail for mail in known.values() if mail.msgid in members or _is_ours(mail.msgid, known, members, foreign)]
    dates = [mail.date for mail in own if mail.date is not None]
    replies = tuple(mail for mail in own if mail.msgid not in members)
    title = newest(series).title if series else own[0].subject.title
    return Topic(
        anchor=series[0].id if series else build_threads(own)[0].msgid,
        title=title or "(no subject)", series=tuple(series), links=tuple(links),
        lists=tuple(dict.fromkeys(name for mail in own for name in mail.lists)),
        first=min(dates, default=None), last=max(dates, default=None), judgement=judge(series, replies), replies=replies,
        review=review(series, {mail.msgid: mail for mail in own}),
    )  # fmt: skip


def newest(series: Sequence[Series]) -> Series:
    """The newest revision: the last that was posted as such, since a reply may still offer a piece of code after it."""
    posted = [one for one in series if not (one.patches and one.patches[0].inline)]
    return posted[-1] if posted else series[-1]


def _is_ours(msgid: str, known: Mapping[str, Facts], members: Collection[str], foreign: Collection[str]) -> bool:
    """Whether a mail belongs to the topic: the nearest posting above it does, or there is none."""
    if msgid in foreign:
        return False
    if not foreign:
        return True
    return next((above in members for above in ancestors(msgid, known) if above in members or above in foreign), True)


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
    since = None if topic.judgement.turn == "unknown" else iso(topic.last)
    revisions = [_revision(one, link, topic.series) for one, link in zip(topic.series, topic.links, strict=True)]
    return {
        "slug": topic.slug, "title": topic.title, "status": topic.judgement.status,
        "status_reason": topic.judgement.reason, "confidence": topic.judgement.confidence,
        "evidence": [{"msgid": msgid} for msgid in topic.judgement.evidence], "manual": False,
        "turn": topic.judgement.turn, "turn_who": [], "turn_since": since,
        "lists": list(topic.lists), "revisions": revisions, "tags": [tag_json(tag) for tag in topic.review.tags], "landings": [],
        "events": _events(topic),
    }  # fmt: skip


def person_json(person: Person) -> dict[str, str]:
    """PERSON of schema 1."""
    return {"name": person.name, "email": person.email}


def _revision(series: Series, link: Link | None, every: Sequence[Series]) -> dict[str, Any]:
    tie = link and {
        "how": link.how, "confidence": round(link.confidence, 2), "evidence": [{"msgid": one} for one in link.evidence],
        "manual": link.how == "manual",
    }  # fmt: skip
    return {
        "series": series.id, "version": series.version, "label": revision_label(series), "rfc": series.rfc,
        "resend": series.resend, "prefixes": list(series.prefixes), "subject": series.subject,
        "author": person_json(series.author), "date": iso(series.date), "complete": series.complete,
        "expected": series.expected, "change_id": series.change_id, "base_commit": series.base_commit,
        "cover": series.cover, "replaces": _replaced(series, every), "patches": [_patch(one) for one in series.patches],
        "link": tie or None,
    }  # fmt: skip


def _replaced(series: Series, every: Sequence[Series]) -> list[str]:
    """Of a posting of some numbers only ([PATCH v5.1 3/7]): the patches of the last whole version that it replaces."""
    if series.complete or series.cover is not None:
        return []
    before = [one for one in every if one.complete and one.expected == series.expected and (one.date or 0) <= (series.date or 0)]
    numbers = {patch.n for patch in series.patches}
    whole = before[-1].patches if before else ()
    return [patch.msgid for patch in whole if patch.n in numbers and patch.msgid not in series.members]


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
    for tag in topic.review.tags:
        if tag.source == "reply" and not tag.mismatch and tag.verdict in _TAG_EVENTS:
            text = f"{tag.name} {tag.who.name or tag.who.email}: {tag.quote}"
            found.append(_event(_TAG_EVENTS[tag.verdict], tag.msgid, tag.date, text, tag.name))
    for one in topic.review.agreements:
        found.append(_event("agreement", one.msgid, one.date, f"{one.who.name or one.who.email}: {one.quote}"))
    return sorted(found, key=lambda event: (event["at"] or "", event["id"]))


def _event(kind: str, msgid: str, at: int | None, text: str, what: str = "") -> dict[str, Any]:
    name = ":".join(filter(None, (kind, what, msgid)))
    return {"id": name, "at": iso(at), "seen_at": None, "kind": kind, "text": text, "evidence": {"msgid": msgid}}
