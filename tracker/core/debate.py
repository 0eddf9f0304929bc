"""What people said about the newest revision, and what of it is still open.

Asking is a question or a request (talk.py) in answer to a mail of the author, a condition or a refusal (review tags). Rules:
- the author answers by any reply below it. What is answered waits for who asked, but a condition or a refusal stays open;
- who asked closes it by a tag or an agreement for that patch, by letting it go, by taking the patch, or by hearing the answer and
  asking no more; nobody else does, but a maintainer who will take the patch ends the author's plans and all but refusals;
- what was said about an older revision is gone with it, unless a maintainer asks when the newer one is out already; robots and
  mails about other topics say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.facts import Facts
from tracker.core.patchline import is_offer
from tracker.core.people import Person
from tracker.core.review import Review, Tag
from tracker.core.said import sent
from tracker.core.series import Series
from tracker.core.talk import Talk
from tracker.core.talkrules import CONCEDED, HANDED, NEW_VERSION, QUESTION, REFUSED, REQUEST, SUPERSEDED, TAKING, WITHDRAWN
from tracker.core.who import People

CONDITION = "condition"
_MAX_ABOVE = 500
_GRANTED = re.compile(
    r"(?:\W*\b(?:ok|okay|ah|oh|yes|right|hm+|yeah|well|thanks))*\W*(?:i see\b|you(?:'re| are) (?:\w+ )?right|good point"
    r"|fair (?:enough|point)|(?:that )?makes sense|understood|agreed)", re.IGNORECASE,
)
_MENDED = re.compile(r"\balready\b|\bfixed\b")
# Words of somebody with a tree of his own, whoever he is.
_OWN_TREE = re.compile(
    r"\b(?:my|our|the) (?:[\w./-]+ )?(?:tree|queue|branch)\b|-(?:next|fixes|rc\d)\b|\bfor-\w|\bnext rc\b|\bmerge window\b",
    re.IGNORECASE,
)
_MENDING = re.compile(r"\b(?:fix|fold|squash|amend|adjust|tweak|drop|edit|apply|queue|merge|pick)\b", re.IGNORECASE)
NOBODY_KNOWN = -1  # the number of who is asked to apply a patch without being named
STRANGER = -2  # the same, who is named and not known
WHOLE = ""  # the place of what is said about the cover letter, or about all patches


@dataclass(slots=True)
class Ask:
    """Something people wait for. kind: question, request, refused or condition. place: message id of a patch, or WHOLE.

    answered: the author's first reply below it.
    """

    kind: str
    mail: Facts
    person: int
    place: str
    quote: str
    answered: Facts | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """Something an author or a maintainer announced."""

    mail: Facts
    person: int
    place: str
    talk: Talk


@dataclass(slots=True)
class Debate:
    """The talk about the newest revision. Numbers are those of people.

    names: (first name in lower case, number) of who is known here. asks: open ones, oldest first. plans: the author announced
    a change or a new version, or granted an objection. dropped: a maintainer took it out again. answers: of others than the
    author and robots; heard: the same by place. taking: others will apply it, or are asked to. claims: others than known
    maintainers say that they did. last: the newest mail of anybody but robots. newer: a reply to a version not at hand.
    """

    authors: set[int]
    people: People
    names: frozenset[tuple[str, int]] = frozenset()
    maintainers: set[int] = field(default_factory=set)
    asks: list[Ask] = field(default_factory=list)
    plans: list[Word] = field(default_factory=list)
    withdrawn: list[Word] = field(default_factory=list)
    superseded: list[Word] = field(default_factory=list)
    dropped: list[Word] = field(default_factory=list)
    taking: list[Word] = field(default_factory=list)
    claims: list[Word] = field(default_factory=list)
    answers: list[Facts] = field(default_factory=list)
    heard: dict[str, list[Facts]] = field(default_factory=dict)
    last: Facts | None = None
    newer: Facts | None = None

    def who(self, mail: Facts) -> Person:
        return self.people.person(self.people.number(mail.sender))


def hear(
    revisions: Sequence[Series], newest: Series, review: Review, mails: Mapping[str, Facts], maintainers: frozenset[str],
    aliases: Mapping[str, str],
) -> Debate:  # fmt: skip
    """Read the replies to *newest* in the order they were sent."""
    people = People(aliases)
    authors = {people.number(newest.author)}
    authors |= {people.number(one.author) for msgid in newest.members if msgid in mails for one in mails[msgid].patches}
    debate = Debate(authors, people, _first_names(people, newest, mails))
    spots = _Spots(revisions, newest, review, mails)
    tags = _by_mail(review.tags)
    agreed = {one.msgid for one in review.agreements if not one.conditional}
    replies = [mail for mail in mails.values() if not mail.robot and mail.msgid not in spots.members]
    late: set[str] = set()
    for mail in sorted(replies, key=lambda mail: (sent(mail), mail.msgid)):
        place = spots.place(mail)
        asks = _asks_late(mail, maintainers) and people.number(mail.sender) not in authors
        if place is None and (asks or (late and not late.isdisjoint(_above(mail, mails)))):
            place = spots.late(mail)
            late.update(() if place is None else (mail.msgid,))
        if spots.is_unseen(mail):
            debate.newer = mail
        if place is None or mail.kind in ("notice", "pull", "other"):
            continue
        person = people.number(mail.sender)
        if mail.sender.email.lower() in maintainers:
            debate.maintainers.add(person)
            gone = [one for one in mail.notices if (one.kind, one.source) == ("dropped", "human") and not one.reason]
            asked = any(one.kind == REQUEST for one in mail.talk)  # "dropped, please fix that"
            debate.dropped += [] if asked else [Word(mail, person, place, Talk("dropped", one.quote)) for one in gone]
        debate.last = mail
        if person in authors:
            _of_author(debate, mail, place, person, mails)
        else:
            said = tags.get(mail.msgid, ())
            _of_other(debate, mail, place, person, mails)
            _close(debate, place, person, said, mail.msgid in agreed)
            _conditions(debate, mail, newest, said)
    return debate


def _asks_late(mail: Facts, maintainers: frozenset[str]) -> bool:
    """Whether a maintainer asks for something; where he does so under an older version, the newer one is meant, too."""
    asks = any(one.kind in (REFUSED, REQUEST, QUESTION) for one in mail.talk)
    return asks and mail.sender.email.lower() in maintainers


def _first_names(people: People, newest: Series, mails: Mapping[str, Facts]) -> frozenset[tuple[str, int]]:
    """(first name in lower case, number) of all who wrote here, or are named in To: or the trailers of the newest revision."""
    posted = [mails[msgid] for msgid in newest.members if msgid in mails]
    several = [mail.sender for mail in mails.values() if not mail.robot]
    several += [one for mail in posted for one in (*mail.to, *(each.person for each in mail.trailers if each.person))]
    return frozenset((one.name.split()[0].casefold(), people.number(one)) for one in several if one.name.strip())


def _by_mail(tags: Iterable[Tag]) -> dict[str, list[Tag]]:
    """The tags that replies give, set a condition for or refuse, by mail."""
    found: dict[str, list[Tag]] = {}
    for tag in tags:
        if tag.source == "reply" and not tag.mismatch:
            found.setdefault(tag.msgid, []).append(tag)
    return found


def _above(mail: Facts, mails: Mapping[str, Facts]) -> Iterator[str]:
    """The ids above a mail, nearest first, as its own References and those of the mails above tell; at most 500."""
    seen = {mail.msgid}
    here: Facts | None = mail
    while here is not None and len(seen) <= _MAX_ABOVE:
        fresh = [msgid for msgid in reversed(here.parents) if msgid not in seen]
        yield from fresh
        seen.update(fresh)
        here = mails.get(fresh[-1]) if fresh else None


# --- where a reply belongs


class _Spots:
    """The postings of a topic, and which patch of the newest revision a reply hangs below."""

    def __init__(self, revisions: Sequence[Series], newest: Series, review: Review, mails: Mapping[str, Facts]) -> None:
        self.mails = mails
        posted = [one for one in revisions if not is_offer(one)] or list(revisions)
        self.members = {msgid for one in posted for msgid in one.members}
        self.version = max((one.version for one in revisions), default=1)
        self.newest = newest
        self.current = {patch.msgid: patch.msgid for patch in review.patches}
        self.current.update((patch.msgid, patch.msgid) for patch in newest.patches)
        if newest.cover:
            self.current[newest.cover] = WHOLE
        elif newest.id not in self.current:
            self.current[newest.id] = WHOLE
        self.ghosts = {
            parent
            for msgid in newest.members
            if msgid in mails
            for parent in mails[msgid].parents[-1:]
            if parent not in mails and not newest.cover
        }

    def is_unseen(self, mail: Facts) -> bool:
        """Whether a reply is to a version that is newer than all at hand."""
        subject = mail.subject
        if not (subject.reply and subject.patch) or subject.version <= self.version or mail.patches:
            return False
        return sent(mail) > (self.newest.date or 0) and not any(one.inline for one in self.newest.patches)

    def place(self, mail: Facts) -> str | None:
        """The patch of the newest revision it is about, WHOLE for its cover; None when it is about something else."""
        missing = False
        for msgid in _above(mail, self.mails):
            if msgid in self.current:
                return self._checked(mail, self.current[msgid]) if missing else self.current[msgid]
            if msgid in self.members:
                return self._by_subject(mail) if missing else None
            above = self.mails.get(msgid)
            if msgid in self.ghosts:
                return self._checked(mail, WHOLE)
            if above is None:
                missing = True
            elif above.posting and not above.subject.reply:
                return None
        return self._by_subject(mail)

    def late(self, mail: Facts) -> str | None:
        """What of the newest revision is meant by a reply to an older one that was sent later; None when it was not."""
        if sent(mail) <= (sent(self.mails.get(self.newest.id)) or self.newest.date or 0):
            return None
        below = any(msgid in self.members for msgid in _above(mail, self.mails))
        places = set(self.current.values())
        return (places.pop() if len(places) == 1 else WHOLE) if below else None

    def _checked(self, mail: Facts, place: str) -> str | None:
        """*place* unless the subject names another patch of the newest revision, or another version."""
        subject = mail.subject
        if not subject.patch or subject.n is None:
            return place
        return self._by_subject(mail)

    def _by_subject(self, mail: Facts) -> str | None:
        subject, newest = mail.subject, self.newest
        if not (subject.reply and subject.patch) or subject.version_label.lower() != newest.label.lower():
            return None
        if (subject.total or 1) != newest.expected:
            return None
        if subject.n == 0:
            return WHOLE
        return next((one.msgid for one in newest.patches if one.n == (subject.n or 1)), None)


# --- who says what


def _of_author(debate: Debate, mail: Facts, place: str, person: int, mails: Mapping[str, Facts]) -> None:
    above = set(_above(mail, mails))
    for ask in debate.asks:
        if ask.answered is None and ask.mail.msgid in above:
            ask.answered = mail
    for talk in mail.talk:
        word = Word(mail, person, place, talk)
        if talk.kind == NEW_VERSION or (talk.kind == CONCEDED and _gives_in(debate, mail, talk, mails)):
            debate.plans.append(word)
        elif talk.kind == HANDED:
            debate.taking.append(_handed(debate, mail, place, talk))
        elif talk.kind == WITHDRAWN:
            debate.withdrawn.append(word)
        elif talk.kind == SUPERSEDED and not _MENDED.search(talk.quote):  # "already fixed in 2/3" answers a comment
            debate.superseded.append(word)


def _gives_in(debate: Debate, mail: Facts, talk: Talk, mails: Mapping[str, Facts]) -> bool:
    """Whether an author grants what somebody objected to the patch."""
    above = mails.get(mail.parents[-1]) if mail.parents else None
    if above is None or not _GRANTED.match(talk.quote) or debate.people.number(above.sender) in debate.authors:
        return False
    return not any(one.kind in (CONCEDED, TAKING) for one in above.talk)


def _of_other(debate: Debate, mail: Facts, place: str, person: int, mails: Mapping[str, Facts]) -> None:
    debate.answers.append(mail)
    debate.heard.setdefault(place, []).append(mail)
    above = set(_above(mail, mails))
    talks = {talk.kind: talk for talk in mail.talk}
    asked = [talks[kind] for kind in (REFUSED, REQUEST, WITHDRAWN, QUESTION) if kind in talks]
    taking = talks.get(TAKING) or _mends(talks.get(NEW_VERSION))
    if taking is not None and (person in debate.maintainers or TAKING in talks):
        asked = []
        debate.asks = [ask for ask in debate.asks if ask.person != person]
    if taking is not None and (person in debate.maintainers or (TAKING in talks and _OWN_TREE.search(taking.quote))):
        debate.taking.append(Word(mail, person, place, taking))
        debate.plans = []
        debate.asks = [ask for ask in debate.asks if ask.kind == REFUSED]
    if HANDED in talks:
        debate.taking.append(_handed(debate, mail, place, talks[HANDED]))
    if person not in debate.maintainers:
        done = [one for one in mail.notices if (one.kind, one.source, one.reason) == ("applied", "human", "")]
        debate.claims += [Word(mail, person, place, Talk("applied", one.quote)) for one in done]
    if CONCEDED in talks:
        debate.asks = [ask for ask in debate.asks if ask.person != person or ask.mail.msgid not in above]
    elif not asked:  # heard the answer and asks no more
        debate.asks = [
            ask for ask in debate.asks if not (ask.person == person and ask.answered and ask.answered.msgid in above)
        ]  # fmt: skip
    if SUPERSEDED in talks and (person in debate.maintainers or talks[SUPERSEDED].refs):
        debate.superseded.append(Word(mail, person, place, talks[SUPERSEDED]))
    called = _called(debate, asked[0]) if asked else set()
    if asked and _answers_author(debate, mail, mails) and (not called or called & debate.authors):
        kind = REQUEST if asked[0].kind == WITHDRAWN else asked[0].kind  # another's "please drop this" is a request
        debate.asks.append(Ask(kind, mail, person, place, asked[0].quote))


def _mends(plan: Talk | None) -> Talk | None:
    """A maintainer's plan when it is about the patch at hand ("I'll fix that up"), not about sending something else."""
    return plan if plan is not None and _MENDING.search(plan.quote) else None


def _called(debate: Debate, talk: Talk) -> set[int]:
    """Whom words are addressed to by name: `Jon, could you …`; nobody when the name is not known."""
    name = talk.to.casefold()
    if not name:
        return set()
    return {number for first, number in debate.names if first == name or (len(name) > 2 and first.startswith(name))}


def _handed(debate: Debate, mail: Facts, place: str, talk: Talk) -> Word:
    """Somebody else is asked to apply it."""
    called = _called(debate, talk) - debate.authors
    return Word(mail, next(iter(called)) if len(called) == 1 else STRANGER if talk.to else NOBODY_KNOWN, place, talk)


def _answers_author(debate: Debate, mail: Facts, mails: Mapping[str, Facts]) -> bool:
    """Whether a reply answers a mail of the author, or one that is not at hand."""
    above = mails.get(mail.parents[-1]) if mail.parents else None
    return above is None or debate.people.number(above.sender) in debate.authors


def _close(debate: Debate, place: str, person: int, tags: Sequence[Tag], agreed: bool) -> None:
    """A tag or an agreement closes what its person asked before about these patches."""
    given = [tag for tag in tags if tag.verdict in ("given", "kept")]
    if not given and not agreed:
        return
    whole = (agreed and place == WHOLE) or any(tag.scope == "series" for tag in given)
    patches = {place}.union(*(tag.patches for tag in given))
    debate.asks = [ask for ask in debate.asks if ask.person != person or not (whole or ask.place in patches)]


def _conditions(debate: Debate, mail: Facts, newest: Series, tags: Sequence[Tag]) -> None:
    """Conditions that nobody met and refusals that stand, said in *mail* about the newest revision."""
    for tag in tags:
        refused = tag.verdict == REFUSED and tag.current
        if refused or (tag.verdict == "conditional" and tag.state == "open" and not tag.withdraws and tag.series == newest.id):
            places = tag.newest if tag.scope == "patches" and tag.newest else (WHOLE,)
            kind = REFUSED if refused else CONDITION
            person = debate.people.number(tag.who)
            debate.asks += [Ask(kind, mail, person, place, tag.quote) for place in places]
