"""The conditions of the table in status.py about review: each says whether its status holds, why, and who acts next."""

from __future__ import annotations

import re

from tracker.core.dates import day
from tracker.core.debate import CONDITION, NOBODY_KNOWN, STRANGER, WHOLE, Ask, Word
from tracker.core.findings import (
    AUTHOR,
    MAINTAINER,
    NOBODY,
    REVIEWER,
    STANDING,
    UNKNOWN,
    Finding,
    Turn,
    View,
    ask_turn,
    cut,
    mail_proof,
    name,
)
from tracker.core.landing import Event, Evidence
from tracker.core.meaning import ALL
from tracker.core.review import Tag
from tracker.core.said import sent
from tracker.core.silence import AT_ONCE, LATE, SOON
from tracker.core.talkrules import CONCEDED, QUESTION, REFUSED, REQUEST


def _said(view: View, ask: Ask, verb: str) -> str:
    who = name(view.debate.people.person(ask.person))
    return f'{who} {verb}{view.number(ask.place)}, {day(sent(ask.mail))}: "{cut(ask.quote)}"'


def _named(ref: str) -> Evidence:
    """A message id or a commit that words name."""
    return Evidence(msgid=ref) if "@" in ref else Evidence(commit=ref)


def superseded(view: View) -> Finding | None:
    other = view.case.overtaken
    if other is not None:
        how = "its author posted the change anew" if other.anew else "another patch took its place and landed"
        by = "" if other.anew else f" by {other.author}"
        return Finding(f'{how}, {day(other.at)}: "{cut(other.title)}"{by}', other.evidence, 0.8, Turn(NOBODY, (), other.at))
    for word in reversed(view.debate.superseded):
        inside = any(ref in view.case.mails for ref in word.talk.refs)
        elsewhere = word.talk.refs or not re.search(r"\bv ?\d", word.talk.quote)
        if not inside and elsewhere and _of_whole(view, word):
            proof = mail_proof(word.mail) + tuple(_named(ref) for ref in word.talk.refs[:1])
            reason = f'{name(view.debate.who(word.mail))} says so, {day(sent(word.mail))}: "{cut(word.talk.quote)}"'
            return Finding(reason, proof, 0.7, Turn(NOBODY, (), sent(word.mail) or None))
    return None


def _of_whole(view: View, word: Word) -> bool:
    return word.place == WHOLE or len(view.patches) < 2 or ALL.search(word.talk.quote) is not None


def newer_unseen(view: View) -> Finding | None:
    mail = view.debate.newer
    if mail is None:
        return None
    reason = f"{mail.subject.version_label} is answered on {day(sent(mail))}, but was not seen here"
    return Finding(reason, mail_proof(mail), 0.5, Turn(UNKNOWN))


def claimed(view: View) -> Finding | None:
    for word in reversed(view.debate.claims):
        if _of_whole(view, word):
            who = name(view.debate.who(word.mail))
            when = day(sent(word.mail))
            reason = f'{who}, not known here to keep a tree, says it is applied, {when}: "{cut(word.talk.quote)}"'
            return Finding(reason, mail_proof(word.mail), 0.5, Turn(UNKNOWN, (), sent(word.mail) or None))
    return None


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


def open_asks(view: View) -> list[Ask]:
    """What waits for the author: conditions and refusals that stand, and requests and questions without an answer."""
    return [ask for ask in view.debate.asks if ask.kind in STANDING or ask.answered is None]


def changes_requested(view: View) -> Finding | None:
    build = _build_failure(view)
    plan = max(view.debate.plans, key=lambda word: sent(word.mail), default=None)
    asks = open_asks(view)
    ask = max(asks, key=_weight, default=None)
    if plan is not None:
        verb = "grants an objection" if plan.talk.kind == CONCEDED else "announces a change"
        reason = f'{name(view.debate.who(plan.mail))} {verb}, {day(sent(plan.mail))}: "{cut(plan.talk.quote)}"'
        proof = mail_proof(plan.mail, ask.mail if ask else None)
        lost_after = None if plan.talk.kind == CONCEDED else LATE
        return Finding(reason, proof, 0.8, Turn(AUTHOR, view.author, sent(plan.mail) or None), lost_after)
    if ask is not None:
        reason = _said(view, ask, _VERBS.get(ask.kind, "asks for a change"))
        disputed = f"; {name(view.debate.who(ask.answered))} answered {day(sent(ask.answered))}" if ask.answered else ""
        since = min(sent(one.mail) for one in asks) or None
        proof = mail_proof(ask.mail, ask.answered)
        sure = 0.6 if ask.answered else 0.7
        return Finding(reason + disputed, proof, sure, Turn(AUTHOR, view.author, since), _talked_on(view, ask))
    if build is not None:
        reason = f"a build failure is open: {cut(build.text)}, {day(build.at)}"
        return Finding(reason, (build.evidence,), 0.7, Turn(AUTHOR, view.author, build.at))
    return None


def _talked_on(view: View, ask: Ask) -> int | None:
    """When others wrote again after a request, it need not be the last word; a question is plainer."""
    later = ask.kind in (REQUEST, CONDITION) and any(sent(mail) > sent(ask.mail) for mail in view.debate.answers)
    return AT_ONCE if later else None


def _weight(ask: Ask) -> tuple[int, bool, int]:
    """Refusals and requests say more than questions; of the same the newest."""
    order = (QUESTION, REQUEST, CONDITION, REFUSED)
    return (order.index(ask.kind) if ask.kind in order else 2, ask.answered is None, sent(ask.mail))


def _build_failure(view: View) -> Event | None:
    """The newest open one of after the posting that answers no older version; of a patch by itself one that answers it."""
    posted, mails = view.posted() or 0, view.case.mails
    older = {msgid for one in view.case.revisions if one is not view.case.newest for msgid in one.members}

    def meant(event: Event) -> bool:
        mail = mails.get(event.evidence.msgid)
        if view.alone:
            return mail is not None and view.patches[0] in mail.parents
        return mail is None or not mail.parents or mail.parents[-1] not in older

    found = (event for event in view.case.events if event.kind == "build-report" and event.open and (event.at or 0) >= posted)
    return max(filter(meant, found), key=lambda event: event.at or 0, default=None)


_GIVEN = ("given", "kept", "conditional")
_ROBOT = re.compile(r"lkp@intel\.com|[^@]*bot[+@]", re.IGNORECASE)  # "Tested-by: syzbot+ID@…" is no review


def tags_that_hold(view: View, msgid: str) -> list[Tag]:
    """Tags that count for a patch of the newest revision; one on a condition counts once that is met.

    A patch for a stable tree lists the tags of its original; these are no review of it.
    """
    newest = view.case.newest
    original = newest is not None and newest.stable is not None
    return [
        tag
        for tag in view.case.review.tags
        if msgid in tag.holds and not tag.mismatch and not tag.own and tag.verdict in _GIVEN
        and not (tag.verdict == "conditional" and tag.state != "kept") and not (original and tag.source == "posting")
        and view.debate.people.number(tag.who) not in view.debate.authors and not _ROBOT.match(tag.who.email)
    ]  # fmt: skip


def reviewed(view: View) -> Finding | None:
    rows = [tags_that_hold(view, msgid) for msgid in view.patches]
    if not rows or not all(rows):
        return None
    newest = view.case.newest
    if newest is not None and len(view.patches) < newest.expected and not view.alone:
        return None
    tags = list(dict.fromkeys(tag for row in rows for tag in row))
    last = max((tag.date or 0 for tag in tags), default=0) or None
    people = list(dict.fromkeys(f"{tag.name} {name(tag.who)}" for tag in tags))
    more = f" and {len(people) - 2} more" if len(people) > 2 else ""
    each = "every patch has a tag: " if len(rows) > 1 else ""
    reason = f"{each}{', '.join(people[:2])}{more}, {day(last)}"
    proof = tuple(dict.fromkeys(Evidence(msgid=tag.msgid) for tag in tags))
    taking = _taking(view)  # who said so may well have done it without another word
    turn = taking or Turn(MAINTAINER, view.known_maintainers() or view.owning(), last)
    return Finding(reason, proof[:20], 0.9, turn, AT_ONCE if taking else SOON)


def in_review(view: View) -> Finding | None:
    answers = view.debate.answers
    if not answers:
        return None
    people = list(dict.fromkeys(name(view.debate.who(mail)) for mail in answers))
    last = answers[-1]
    several = f"{len(people)} people, last {name(view.debate.who(last))}"
    others = people[0] if len(people) == 1 else several
    waits = _promise(view) is not None and _taking(view) is None
    lost_after = None if waits else AT_ONCE
    return Finding(f"answered by {others}, {day(sent(last))}", mail_proof(last), 0.8, _review_turn(view), lost_after)


def _promise(view: View) -> Turn | None:
    """Somebody said that he will review it."""
    open_ones = (tag for tag in view.case.review.tags if tag.verdict == "promised" and tag.state in ("open", "overdue"))
    tag = max(open_ones, key=lambda tag: tag.date or 0, default=None)
    return Turn(REVIEWER, (tag.who,), tag.date) if tag else None


def _review_turn(view: View) -> Turn:
    """Who will take it acts next. Answered questions and open promises wait for their people; after the author's last word so
    do the others.
    """
    turn = _taking(view) or ask_turn(view, view.debate.asks)
    if turn.word != UNKNOWN:
        return turn
    promise = _promise(view)
    if promise is not None:
        return promise
    last = view.debate.last
    if last is not None and view.debate.people.number(last.sender) in view.debate.authors:
        above = view.case.mails.get(last.parents[-1]) if last.parents else None
        who = (view.debate.who(above),) if above and not above.robot and above in view.debate.answers else ()
        return Turn(REVIEWER, who, sent(last) or None)
    silent = [msgid for msgid in view.patches if msgid not in view.debate.heard and not tags_that_hold(view, msgid)]
    if silent and len(view.patches) > 1:
        return Turn(REVIEWER, (), view.posted())
    return Turn(UNKNOWN, (), sent(last) if last else None)


def _taking(view: View) -> Turn | None:
    """Somebody said that he will apply it, or was asked to."""
    word = max(view.debate.taking, key=lambda word: sent(word.mail), default=None)
    if word is None:
        return None
    if word.person == NOBODY_KNOWN:
        who = view.known_maintainers() or view.owning()
    else:
        who = () if word.person == STRANGER else (view.debate.people.person(word.person),)
    return Turn(MAINTAINER, who, sent(word.mail) or None)


def stable_review(view: View) -> Finding | None:
    """A posting that announces a backport for a stable release; it is taken in silence, so silence says nothing."""
    newest = view.case.newest
    mail = view.case.mails.get(newest.patches[0].msgid) if newest is not None and newest.patches else None
    found = [one for one in mail.notices if one.kind == "stable-review" and one.reason != "backport"] if mail else []
    if mail is None or not found:
        return None
    where = f"stable {found[0].branch}".rstrip()
    reason = f"announced for {where} by {name(mail.sender)}, {day(sent(mail))}; no mail here says whether it was taken"
    return Finding(reason, mail_proof(mail), 0.5, Turn(UNKNOWN))


def posted(view: View) -> Finding | None:
    newest = view.case.newest
    if newest is None:
        return None
    label = newest.label.lower() or "v1"
    what = "RFC" if newest.rfc and label == "v1" else f"RFC {label}" if newest.rfc else label
    reason = f"{what} by {name(newest.author)}, {day(newest.date)}, has no answer here"
    return Finding(reason, (Evidence(msgid=newest.id),), 0.9, Turn(REVIEWER, view.called(), view.posted()))


def discussion(view: View) -> Finding | None:
    if view.case.newest is not None:
        return None
    first = min(view.case.mails.values(), key=lambda mail: (mail.date or 0, mail.msgid), default=None)
    return Finding("no patch was posted in this thread", mail_proof(first), 1.0, Turn(UNKNOWN))
