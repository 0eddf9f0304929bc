"""The conditions of the table in status.py: each looks at a topic and says whether its status holds, why, and who acts next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.dates import day
from tracker.core.debate import CONDITION, WHOLE, Ask, Debate, Word
from tracker.core.facts import Facts
from tracker.core.fate import DROPPED, LANDED, REVERTED, Fate
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.people import Person
from tracker.core.review import Review, Tag
from tracker.core.said import sent
from tracker.core.series import Series
from tracker.core.talkrules import QUESTION, REFUSED

_MAX_WORDS = 60
AUTHOR, REVIEWER, MAINTAINER, NOBODY, UNKNOWN = "author", "reviewer", "maintainer", "nobody", "unknown"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules may look at; there is no clock in it.

    revisions: oldest first; newest: the newest posted one. mails: all mails of the topic by id. landings, events: what is
    known of its commits. superseded: what proves that another topic took its place. maintainers: addresses in lower case.
    aliases: as for people.same_person.
    """

    revisions: tuple[Series, ...]
    newest: Series | None
    review: Review
    mails: Mapping[str, Facts]
    landings: tuple[Landing, ...] = ()
    events: tuple[Event, ...] = ()
    superseded: tuple[Evidence, ...] = ()
    maintainers: frozenset[str] = frozenset()
    aliases: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Who acts next: one of the five words, with names where they are known, since when in seconds UTC."""

    word: str
    who: tuple[Person, ...] = ()
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a status holds. reason: one sentence; confidence: 0 to 1."""

    reason: str
    evidence: tuple[Evidence, ...]
    confidence: float
    turn: Turn


@dataclass(frozen=True, slots=True)
class View:
    """A case with what was said and what landed worked out. fates: by patch of the newest revision."""

    case: Case
    debate: Debate
    fates: Mapping[str, Fate]
    patches: tuple[str, ...]

    def number(self, place: str) -> str:
        """ (2/3) of a patch of a series, '' of others, to stand behind a verb."""
        newest = self.case.newest
        if newest is None or place == WHOLE or newest.expected < 2:
            return ""
        return next((f" ({one.n}/{newest.expected})" for one in self.case.review.patches if one.msgid == place), "")

    @property
    def author(self) -> tuple[Person, ...]:
        return (self.case.newest.author,) if self.case.newest else ()

    def known_maintainers(self) -> tuple[Person, ...]:
        """Those who maintain a tree here and took part in the talk about the newest revision."""
        return tuple(self.debate.people.person(number) for number in sorted(self.debate.maintainers - self.debate.authors))

    def posted(self) -> int | None:
        newest = self.case.newest
        if newest is None:
            return None
        return sent(self.case.mails.get(newest.id)) or newest.date


# --- words of reasons


def name(person: Person) -> str:
    return person.name or person.email or "somebody"


def cut(words: str) -> str:
    """At most 60 characters of a quote, ended at a word."""
    text = " ".join(words.split())
    return text if len(text) <= _MAX_WORDS else text[: _MAX_WORDS - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def mail_proof(*mails: Facts | None) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(Evidence(msgid=mail.msgid) for mail in mails if mail is not None))


def _said(view: View, ask: Ask, verb: str) -> str:
    who = name(view.debate.people.person(ask.person))
    return f'{who} {verb}{view.number(ask.place)}, {day(sent(ask.mail))}: "{cut(ask.quote)}"'


def _where(landing: Landing) -> str:
    branch = landing.branch if landing.branch and landing.branch not in landing.tree else ""
    return " ".join(filter(None, (landing.tree, branch))) or "a tree"


def _as(landing: Landing) -> str:
    return f" as {landing.commit[:12]}" if landing.commit else ""


def _by(landing: Landing) -> str:
    return f" by {name(landing.by)}" if landing.by else ""


def _landing_proof(landings: Iterable[Landing]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for one in landings:
        bare = Evidence(commit=one.commit, tree=one.tree) if one.commit else Evidence(record=_where(one))
        found += one.evidence or (bare,)
    return tuple(dict.fromkeys(found))


# --- after the landing


_OF_EVENT = {"regression": AUTHOR, "backport-failed": AUTHOR, "build-report": AUTHOR, "revert-asked": MAINTAINER}


def _open_event(view: View) -> Event | None:
    found = [event for event in view.case.events if event.open and event.kind in _OF_EVENT]
    return max(found, key=lambda event: event.at or 0, default=None)


def _landed_turn(view: View, since: int | None) -> Turn:
    event = _open_event(view)
    if event is None:
        return Turn(NOBODY, (), since)
    word = _OF_EVENT[event.kind]
    return Turn(word, view.author if word == AUTHOR else view.known_maintainers(), event.at)


def _with_event(view: View, reason: str) -> str:
    event = _open_event(view)
    return f"{reason}; open: {cut(event.text)}" if event else reason


def _all_landed(view: View) -> list[Fate]:
    """The fates of all patches when every one landed, else nothing."""
    found = [view.fates[msgid] for msgid in view.patches if msgid in view.fates]
    return found if found and len(found) == len(view.patches) and all(fate.landed for fate in found) else []


def _least(view: View) -> Fate | None:
    return min(_all_landed(view), key=lambda fate: LANDED.index(fate.word), default=None)


def _landed(view: View, word: str, text: str) -> Finding | None:
    least = _least(view)
    if least is None or least.word != word:
        return None
    all_fates = _all_landed(view)
    one = least.landing
    count = f"all {len(all_fates)} patches " if len(all_fates) > 1 else ""
    reason = count + text.format(where=_where(one), sha=_as(one), by=_by(one), tag=one.first_tag, release=one.first_release)
    since = max((fate.landing.date or 0 for fate in all_fates), default=0) or None
    if word != LANDED[-1]:
        reason += f", {day(since)}" if since else ""
    confidence = min(fate.landing.confidence for fate in all_fates)
    proof = _landing_proof(fate.landing for fate in all_fates)
    return Finding(_with_event(view, reason), proof, confidence, _landed_turn(view, since))


def reverted(view: View) -> Finding | None:
    found = [view.fates[msgid] for msgid in view.patches if msgid in view.fates]
    gone = [fate for fate in found if fate.word == REVERTED]
    if not gone or any(fate.landed for fate in found):
        return None
    one = gone[0].landing
    reason = f"{_where(one)} had it{_as(one)} and reverted it with {one.reverted_by[:12]}; not applied again"
    proof = _landing_proof(fate.landing for fate in gone)
    proof += tuple(dict.fromkeys(Evidence(commit=fate.landing.reverted_by, tree=fate.landing.tree) for fate in gone))
    when = max((event.at for event in view.case.events if event.kind == "reverted" and event.at), default=None)
    return Finding(_with_event(view, reason), proof, min(fate.landing.confidence for fate in gone), _landed_turn(view, when))


def released(view: View) -> Finding | None:
    return _landed(view, "released", "released in {release}{sha}")


def merged(view: View) -> Finding | None:
    return _landed(view, "merged", "merged into {where}{sha}{by}")


def in_next(view: View) -> Finding | None:
    return _landed(view, "in-next", "in linux-next{sha}")


def applied(view: View) -> Finding | None:
    return _landed(view, "applied", "applied to {where}{by}{sha}")


def partly_applied(view: View) -> Finding | None:
    landed = {msgid: view.fates[msgid] for msgid in view.patches if msgid in view.fates and view.fates[msgid].landed}
    if not landed or len(landed) == len(view.patches):
        return None
    one = next(iter(landed.values())).landing
    numbers = [str(patch.n) for patch in view.case.review.patches if patch.msgid in landed]
    since = max((fate.landing.date or 0 for fate in landed.values()), default=0) or None
    which = f"patch {numbers[0]}" if len(numbers) == 1 else f"patches {', '.join(numbers)}"
    reason = f"{len(landed)} of {len(view.patches)} patches landed: {which} in {_where(one)}{_by(one)}, {day(since)}"
    rest = [ask for ask in view.debate.asks if ask.place not in landed]
    turn = _ask_turn(view, rest) if rest else _landed_turn(view, since)
    if turn.word == NOBODY:
        turn = Turn(MAINTAINER, view.known_maintainers() or ((one.by,) if one.by else ()), since)
    return Finding(
        _with_event(view, reason), _landing_proof(fate.landing for fate in landed.values()),
        min(fate.landing.confidence for fate in landed.values()), turn,
    )  # fmt: skip


def dropped(view: View) -> Finding | None:
    found = [view.fates[msgid] for msgid in view.patches if msgid in view.fates]
    gone = [fate for fate in found if fate.word == DROPPED]
    if not gone or any(fate.landed for fate in found):
        return None
    one = gone[0].landing
    event = max((event for event in view.case.events if event.kind == "dropped"), key=lambda event: event.at or 0, default=None)
    reason = f"was in {_where(one)}{_as(one)} and was taken out again" + (f", {day(event.at)}" if event else "")
    proof = ((event.evidence,) if event else ()) + _landing_proof(fate.landing for fate in gone)
    return Finding(reason, proof, 0.8 if event else 0.6, Turn(UNKNOWN, (), event.at if event else None))


# --- before it


def superseded(view: View) -> Finding | None:
    if view.case.superseded:
        return Finding("another series took its place", view.case.superseded, 0.9, Turn(NOBODY, (), view.posted()))
    for word in reversed(view.debate.superseded):
        inside = any(ref in view.case.mails for ref in word.talk.refs)
        elsewhere = word.talk.refs or not re.search(r"\bv ?\d", word.talk.quote)
        if not inside and elsewhere and _of_whole(view, word):
            proof = mail_proof(word.mail) + tuple(Evidence(msgid=ref) for ref in word.talk.refs[:1])
            reason = f'{name(view.debate.who(word.mail))} says so, {day(sent(word.mail))}: "{cut(word.talk.quote)}"'
            return Finding(reason, proof, 0.7, Turn(NOBODY, (), sent(word.mail) or None))
    return None


def _of_whole(view: View, word: Word) -> bool:
    return word.place == WHOLE or len(view.patches) < 2 or "series" in word.talk.quote.lower()


def newer_unseen(view: View) -> Finding | None:
    mail = view.debate.newer
    if mail is None:
        return None
    reason = f"{mail.subject.version_label} is answered on {day(sent(mail))}, but was not seen here"
    return Finding(reason, mail_proof(mail), 0.5, Turn(UNKNOWN))


def rejected(view: View) -> Finding | None:
    plans = [sent(word.mail) for word in view.debate.plans]
    later = max(plans, default=0)
    for ask in reversed(view.debate.asks):
        if ask.kind == REFUSED and ask.person in view.debate.maintainers and _whole_ask(view, ask) and sent(ask.mail) >= later:
            return Finding(_said(view, ask, "refuses it"), mail_proof(ask.mail), 0.85, Turn(NOBODY, (), sent(ask.mail) or None))
    for word in reversed(view.debate.withdrawn):
        if _of_whole(view, word) and sent(word.mail) >= later:
            reason = f'{name(view.debate.who(word.mail))} takes it back, {day(sent(word.mail))}: "{cut(word.talk.quote)}"'
            return Finding(reason, mail_proof(word.mail), 0.8, Turn(NOBODY, (), sent(word.mail) or None))
    return next(filter(None, (_self_refused(view, tag) for tag in view.case.review.tags)), None)


def _whole_ask(view: View, ask: Ask) -> bool:
    return ask.place == WHOLE or len(view.patches) < 2


def _self_refused(view: View, tag: Tag) -> Finding | None:
    newest = view.case.newest
    mail = view.case.mails.get(tag.msgid)
    if tag.verdict != REFUSED or not tag.own or tag.source != "reply" or newest is None or mail is None or not tag.current:
        return None
    if tag.series != newest.id or set(view.patches) - set(tag.newest):
        return None
    reason = f'{name(tag.who)} takes it back, {day(tag.date)}: "{cut(tag.quote)}"'
    return Finding(reason, mail_proof(mail), 0.85, Turn(NOBODY, (), tag.date))


_VERBS = {QUESTION: "asks", CONDITION: "gives a tag on a condition", REFUSED: "refuses it"}


def changes_requested(view: View) -> Finding | None:
    build = _build_failure(view)
    plan = max(view.debate.plans, key=lambda word: sent(word.mail), default=None)
    asks = [ask for ask in view.debate.asks if ask.kind != QUESTION or ask.answered is None]
    ask = max(asks, key=_weight, default=None)
    if plan is not None:
        reason = f'{name(view.debate.who(plan.mail))} announces a change, {day(sent(plan.mail))}: "{cut(plan.talk.quote)}"'
        proof = mail_proof(plan.mail, ask.mail if ask else None)
        return Finding(reason, proof, 0.8, Turn(AUTHOR, view.author, sent(plan.mail) or None))
    if ask is not None:
        reason = _said(view, ask, _VERBS.get(ask.kind, "asks for a change"))
        disputed = f"; {name(view.debate.who(ask.answered))} answered {day(sent(ask.answered))}" if ask.answered else ""
        since = min(sent(one.mail) for one in asks) or None
        proof = mail_proof(ask.mail, ask.answered)
        return Finding(reason + disputed, proof, 0.6 if ask.answered else 0.7, Turn(AUTHOR, view.author, since))
    if build is not None:
        return Finding(f"{cut(build.text)}, {day(build.at)}", (build.evidence,), 0.7, Turn(AUTHOR, view.author, build.at))
    return None


def _weight(ask: Ask) -> tuple[int, bool, int]:
    """Refusals and requests say more than questions; of the same the newest."""
    order = (QUESTION, CONDITION, "request", REFUSED)
    return (order.index(ask.kind) if ask.kind in order else 2, ask.answered is None, sent(ask.mail))


def _build_failure(view: View) -> Event | None:
    posted = view.posted() or 0
    found = [event for event in view.case.events if event.kind == "build-report" and event.open and (event.at or 0) >= posted]
    return max(found, key=lambda event: event.at or 0, default=None)


def _ask_turn(view: View, asks: Sequence[Ask]) -> Turn:
    waiting = [ask for ask in asks if ask.answered is None or ask.kind != QUESTION]
    if waiting:
        return Turn(AUTHOR, view.author, min(sent(ask.mail) for ask in waiting) or None)
    last = max((ask for ask in asks if ask.answered), key=lambda ask: sent(ask.answered), default=None)
    if last is None:
        return Turn(UNKNOWN)
    return Turn(REVIEWER, (view.debate.people.person(last.person),), sent(last.answered) or None)


_GIVEN = ("given", "kept", "conditional")


def tags_that_hold(view: View, msgid: str) -> list[Tag]:
    """Tags that count for a patch of the newest revision; one on a condition counts once that is met."""
    return [
        tag
        for tag in view.case.review.tags
        if msgid in tag.holds and not tag.mismatch and not tag.own and tag.verdict in _GIVEN
        and not (tag.verdict == "conditional" and tag.state != "kept")
        and view.debate.people.number(tag.who) not in view.debate.authors
    ]  # fmt: skip


def reviewed(view: View) -> Finding | None:
    rows = [tags_that_hold(view, msgid) for msgid in view.patches]
    if not rows or not all(rows):
        return None
    newest = view.case.newest
    if newest is not None and len(view.patches) < newest.expected:
        return None
    tags = list(dict.fromkeys(tag for row in rows for tag in row))
    last = max((tag.date or 0 for tag in tags), default=0) or None
    people = list(dict.fromkeys(f"{tag.name} {name(tag.who)}" for tag in tags))
    more = f" and {len(people) - 2} more" if len(people) > 2 else ""
    each = "every patch has a tag: " if len(rows) > 1 else ""
    reason = f"{each}{', '.join(people[:2])}{more}, {day(last)}"
    proof = tuple(dict.fromkeys(Evidence(msgid=tag.msgid) for tag in tags))
    return Finding(reason, proof[:20], 0.9, Turn(MAINTAINER, view.known_maintainers(), last))


def in_review(view: View) -> Finding | None:
    answers = view.debate.answers
    if not answers:
        return None
    people = list(dict.fromkeys(name(view.debate.who(mail)) for mail in answers))
    last = answers[-1]
    several = f"{len(people)} people, last {name(view.debate.who(last))}"
    others = people[0] if len(people) == 1 else several
    return Finding(f"answered by {others}, {day(sent(last))}", mail_proof(last), 0.8, _review_turn(view))


def _review_turn(view: View) -> Turn:
    """Answered questions and open promises wait for their people; after the author's last word so do the others."""
    turn = _ask_turn(view, view.debate.asks)
    if turn.word != UNKNOWN:
        return turn
    promise = max(
        (tag for tag in view.case.review.tags if tag.verdict == "promised" and tag.state in ("open", "overdue")),
        key=lambda tag: tag.date or 0,
        default=None,
    )
    if promise is not None:
        return Turn(REVIEWER, (promise.who,), promise.date)
    last = view.debate.last
    if last is not None and view.debate.people.number(last.sender) in view.debate.authors:
        above = view.case.mails.get(last.parents[-1]) if last.parents else None
        who = (view.debate.who(above),) if above and not above.robot and above in view.debate.answers else ()
        return Turn(REVIEWER, who, sent(last) or None)
    silent = [msgid for msgid in view.patches if msgid not in view.debate.heard and not tags_that_hold(view, msgid)]
    if silent and len(view.patches) > 1:
        return Turn(REVIEWER, (), view.posted())
    return Turn(UNKNOWN, (), sent(last) if last else None)


def posted(view: View) -> Finding | None:
    newest = view.case.newest
    if newest is None:
        return None
    label = newest.label.lower() or "v1"
    what = "RFC" if newest.rfc and label == "v1" else f"RFC {label}" if newest.rfc else label
    reason = f"{what} by {name(newest.author)}, {day(newest.date)}, has no answer here"
    return Finding(reason, (Evidence(msgid=newest.id),), 0.9, Turn(REVIEWER, (), view.posted()))


def discussion(view: View) -> Finding | None:
    if view.case.newest is not None:
        return None
    first = min(view.case.mails.values(), key=lambda mail: (mail.date or 0, mail.msgid), default=None)
    return Finding("no patch was posted in this thread", mail_proof(first), 1.0, Turn(UNKNOWN))


def unknown(view: View) -> Finding | None:
    return Finding("nothing is known of it", (), 0.0, Turn(UNKNOWN))
