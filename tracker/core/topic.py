"""Series to topics: what a user follows, and its JSON (schema 1).

Which series are one idea is lineage's matter; here they become a topic with its mails, title and events. Commits and
releases are not looked for, so nothing is claimed about them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.core.aftermath import Aftermath, aftermath
from tracker.core.dates import day, iso
from tracker.core.debate import WHOLE, Ask
from tracker.core.facts import Facts
from tracker.core.findings import Successor
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.lineage import Link
from tracker.core.maintainers import Maintainers
from tracker.core.owners import Owner, Owners, addresses
from tracker.core.patchline import is_offer
from tracker.core.people import Person
from tracker.core.recipients import people_among
from tracker.core.review import Review, review, tag_json
from tracker.core.series import Series, SeriesPatch
from tracker.core.silence import OPEN
from tracker.core.spots import UNKNOWN, Record
from tracker.core.status import Case, Judgement, judge
from tracker.core.thread import ancestors, build_threads
from tracker.core.versions import OFFERED

_NO_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH = 50
_TAG_EVENTS = {"given": "tagged", "conditional": "tagged", "promised": "promised", "refused": "refused", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Topic:
    """One idea. anchor: the message its number belongs to. first, last: dates of its oldest and newest mail, seconds UTC.

    series: its revisions, oldest first; links: how each is tied to one before it (None for the first). replies: its
    mails that post nothing. asked: people in To: of the newest revision; owners: who stands for its files in MAINTAINERS.
    overtaken: what took its place.
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
    aftermath: Aftermath
    asked: tuple[Person, ...] = ()
    owners: tuple[Owner, ...] = ()
    overtaken: Successor | None = None

    @property
    def slug(self) -> str:
        """The title as one word for the command line."""
        return slug(self.title)

    @property
    def moved(self) -> int | None:
        """When anything last moved, if its status grows stale; None when it does not."""
        return self.judgement.moved if self.judgement.status in OPEN else None

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


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside a topic's own threads.

    outside: mails that say what became of its patches; found, seen: landings and events that git trees show; records:
    recorded facts. overtaken: the topic that took its place. maintainers: lower-case addresses of people
    known to maintain a tree. aliases: as for same_person. files: who stands for which files. titles: as for
    aftermath.
    """

    outside: tuple[Facts, ...] = ()
    found: tuple[Landing, ...] = ()
    seen: tuple[Event, ...] = ()
    records: tuple[Record, ...] = ()
    maintainers: frozenset[str] = frozenset()
    overtaken: Successor | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)
    files: Maintainers | None = None
    titles: Mapping[str, int] = field(default_factory=dict)


_NOTHING = Known()


def build_topic(
    series: Sequence[Series], links: Sequence[Link | None], mails: Iterable[Facts], foreign: Collection[str] = (),
    also: Known = _NOTHING,
) -> Topic:  # fmt: skip
    """The topic of *series*, oldest first. mails: of all their threads, or of a thread that nobody posted a patch in.

    foreign: covers and patches of other topics in these threads; what hangs below them belongs there.
    """
    known = {mail.msgid: mail for mail in sorted(mails, key=lambda mail: (mail.date or 0, mail.msgid))}
    members = {msgid for one in series for msgid in one.members}
    own = [mail for mail in known.values() if mail.msgid in members or _is_ours(mail.msgid, known, members, foreign)]
    dates = [mail.date for mail in own if mail.date is not None]
    replies = tuple(mail for mail in own if mail.msgid not in members)
    title = newest(series).title if series else own[0].subject.title
    facts = {mail.msgid: mail for mail in own}
    lists = tuple(dict.fromkeys(name for mail in own for name in mail.lists))
    newest_one = newest(series) if series else None
    owners = _owners(newest_one, lists, also)
    maintainers = also.maintainers | addresses(owners, (mail.sender for mail in own), also.aliases)
    after = aftermath(
        series, facts, also.outside, records=also.records, found=also.found, seen=also.seen, maintainers=maintainers,
        titles=also.titles,
    )  # fmt: skip
    said = review(series, facts, aliases=also.aliases)
    asked = _asked(newest_one, facts, lists)
    case = Case(
        tuple(series), newest_one, said, facts, after.landings, after.events, also.overtaken, maintainers, also.aliases,
        owners=owners, asked=asked, treed=also.maintainers,
    )  # fmt: skip
    return Topic(
        anchor=series[0].id if series else build_threads(own)[0].msgid,
        title=title or "(no subject)", series=tuple(series), links=tuple(links),
        lists=lists, asked=asked, owners=owners,
        first=min(dates, default=None), last=max(dates, default=None), judgement=judge(case), replies=replies,
        review=said, aftermath=after, overtaken=also.overtaken,
    )  # fmt: skip


def _owners(newest_one: Series | None, lists: Sequence[str], also: Known) -> tuple[Owner, ...]:
    """Who stands for the files of a revision."""
    if newest_one is None or also.files is None:
        return ()
    return Owners(also.files, lists).of(file for patch in newest_one.patches for file in patch.files)


def _asked(newest_one: Series | None, mails: Mapping[str, Facts], lists: Sequence[str]) -> tuple[Person, ...]:
    """Whom a revision is sent to: the people in To: of its cover letter, without one or without any of its first patch."""
    if newest_one is None:
        return ()
    first = newest_one.patches[0].msgid if newest_one.patches else ""
    several = (people_among(mails[one].to, lists) for one in (newest_one.id, first) if one in mails)
    return next(filter(None, several), ())


def newest(series: Sequence[Series]) -> Series:
    """The newest revision: the last that was posted as such, since a reply may still offer a piece of code after it."""
    posted = [one for one in series if not is_offer(one)]
    return posted[-1] if posted else series[-1]


def _is_ours(msgid: str, known: Mapping[str, Facts], members: Collection[str], foreign: Collection[str]) -> bool:
    """Whether a mail belongs to the topic: the nearest posting above it does, or there is none.

    A patch that a reply offers instead is a topic of its own, and yet an answer to what it answers.
    """
    if msgid in foreign and not known[msgid].subject.reply:
        return False
    if not foreign:
        return True
    return next((above in members for above in ancestors(msgid, known) if above in members or above in foreign), True)


def revision_label(series: Series) -> str:
    """`RFC`, `RFC v2`, `v1`, `v5.1`, or `alternative` for a patch that a reply offered."""
    if is_offer(series):
        return OFFERED
    number = series.label.lower() or "v1"
    if series.rfc:
        return "RFC" if number == "v1" else f"RFC {number}"
    return number


def topic_json(topic: Topic) -> dict[str, Any]:
    """The keys of TOPIC in schema 1 that depend on mail alone; the user's own (followed, unread …) are added by the store."""
    judged = topic.judgement
    revisions = [
        _revision(*one, judged.patches or {}) for one in zip(topic.series, topic.links, topic.review.replaces, strict=True)
    ]
    return {
        "slug": topic.slug, "title": topic.title, "status": judged.status, "status_reason": judged.reason,
        "confidence": round(judged.confidence, 2), "evidence": [evidence_json(one) for one in judged.evidence],
        "manual": False, "turn": judged.turn, "turn_who": [person_json(one) for one in judged.turn_who],
        "turn_since": iso(judged.turn_since), "moved": iso(topic.moved),
        "superseded_by": _successor(topic), "lists": list(topic.lists), "revisions": revisions,
        "tags": [tag_json(tag) for tag in topic.review.tags],
        "recipients": [person_json(one) for one in topic.asked],
        "maintainers": [{**person_json(one.person), "role": one.letter} for one in topic.owners],
        "landings": [_landing(one) for one in topic.aftermath.landings],
        "events": _events(topic), "asks": [_ask(ask) for ask in judged.asks],
    }  # fmt: skip


def _successor(topic: Topic) -> dict[str, Any] | None:
    """The topic that took this one's place, null unless that decides the status."""
    other = topic.overtaken
    if other is None or topic.judgement.status != "superseded":
        return None
    return {"series": other.series, "title": other.title, "evidence": [evidence_json(one) for one in other.evidence]}


def _ask(ask: Ask) -> dict[str, Any]:
    """What waits for the author. kind: question, request, refused or condition; patch: null for the whole series."""
    return {
        "kind": ask.kind, "who": person_json(ask.mail.sender), "text": ask.quote, "at": iso(ask.mail.date),
        "patch": None if ask.place == WHOLE else ask.place, "evidence": {"msgid": ask.mail.msgid},
    }  # fmt: skip


def person_json(person: Person) -> dict[str, str]:
    """PERSON of schema 1."""
    return {"name": person.name, "email": person.email}


def _revision(series: Series, link: Link | None, replaces: Sequence[str], patches: Mapping[str, str]) -> dict[str, Any]:
    tie = link and {
        "how": link.how, "confidence": round(link.confidence, 2), "evidence": [{"msgid": one} for one in link.evidence],
        "manual": link.how == "manual",
    }  # fmt: skip
    return {
        "series": series.id, "version": series.version, "label": revision_label(series), "rfc": series.rfc,
        "resend": series.resend, "prefixes": list(series.prefixes), "subject": series.subject,
        "author": person_json(series.author), "date": iso(series.date), "complete": series.complete,
        "expected": series.expected, "change_id": series.change_id, "base_commit": series.base_commit,
        "cover": series.cover, "replaces": list(replaces),
        "patches": [_patch(one, patches.get(one.msgid, "unknown")) for one in series.patches],
        "link": tie or None,
    }  # fmt: skip


def _patch(patch: SeriesPatch, status: str) -> dict[str, Any]:
    return {
        "n": patch.n, "msgid": patch.msgid, "subject": patch.title, "patch_id": patch.patch_id,
        "files": list(patch.files), "inline": patch.inline, "status": status,
    }  # fmt: skip


def _events(topic: Topic) -> list[dict[str, Any]]:
    found = []
    for number, series in enumerate(topic.series):
        kind = "revised" if number else "posted"
        text = f"{revision_label(series)} by {series.author.name or series.author.email}, {day(series.date)}"
        found.append(_event(kind, series.id, series.date, text))
    for mail in topic.replies:
        if mail.kind in ("reply", "patch") and not mail.robot:
            found.append(_event("replied", mail.msgid, mail.date, mail.sender.name or mail.sender.email))
    for tag in topic.review.tags:
        if tag.source == "reply" and not tag.mismatch and tag.verdict in _TAG_EVENTS:
            text = f"{tag.name} {tag.who.name or tag.who.email}: {tag.quote}"
            found.append(_event(_TAG_EVENTS[tag.verdict], tag.msgid, tag.date, text, tag.name))
    for one in topic.review.agreements:
        found.append(_event("agreement", one.msgid, one.date, f"{one.who.name or one.who.email}: {one.quote}"))
    found += [_told(one) for one in topic.aftermath.events]
    found.sort(key=lambda event: (event["at"] or "", event["id"]))
    seen: dict[str, int] = {}
    for event in found:  # one mail may prove several things of one kind
        seen[event["id"]] = times = seen.get(event["id"], 0) + 1
        event["id"] += f":{times}" if times > 1 else ""
    return found


def _told(event: Event) -> dict[str, Any]:
    proof = evidence_json(event.evidence)
    name = ":".join((event.kind, *proof.values()))
    return {
        "id": name, "at": iso(event.at), "seen_at": None, "kind": event.kind, "text": event.text, "evidence": proof,
        "open": event.open,
    }  # fmt: skip


def evidence_json(evidence: Evidence) -> dict[str, str]:
    """EVIDENCE of schema 1."""
    if evidence.msgid:
        return {"msgid": evidence.msgid}
    return {"commit": evidence.commit, "tree": evidence.tree} if evidence.commit else {"record": evidence.record}


def _landing(one: Landing) -> dict[str, Any]:
    return {
        "patch": one.patch, "commit": one.commit, "merge": one.merge or None, "tree": one.tree, "role": one.role,
        "branch": one.branch, "by": person_json(one.by) if one.by else None, "date": iso(one.date),
        "first_tag": one.first_tag or None, "first_release": one.first_release or None, "how": one.how,
        "confidence": round(one.confidence, 2), "evidence": [evidence_json(each) for each in one.evidence],
        "replaced_by": one.replaced_by or None, "reverted_by": (one.reverted_by if one.reverted_by != UNKNOWN else "") or None,
        "reverted": bool(one.reverted_by), "dropped": one.dropped,
    }  # fmt: skip


def _event(kind: str, msgid: str, at: int | None, text: str, what: str = "") -> dict[str, Any]:
    name = ":".join(filter(None, (kind, what, msgid)))
    return {"id": name, "at": iso(at), "seen_at": None, "kind": kind, "text": text, "evidence": {"msgid": msgid}}
