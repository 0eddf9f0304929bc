"""What people said about the patches of a topic, each with what it is about: from replies, and from trailers in postings.

Nothing is judged here: whether something still counts, was kept or taken back is decided in review.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.facts import Facts
from tracker.core.intent import Intent
from tracker.core.patchline import Lineup, Place
from tracker.core.people import Person
from tracker.core.thread import ancestors
from tracker.core.trailers import Trailer
from tracker.core.who import People

REFUSAL = "Nacked-by"
NAMELESS = "tag"  # "drop my tag"
AGREEMENT = "agreement"
_CO_AUTHORS = ("Co-developed-by", "Co-authored-by")
_DATE_TRUST = 2 * 86_400  # seconds that a Date may be away from when the list's server took the mail


@dataclass(slots=True)
class Saying:
    """One thing somebody said about one tag. Fields are those of review.Tag, but with numbers for people and places.

    said: in this mail; when: seconds UTC; series: index of the revision. confirmed: for a carried one, the reply.
    """

    name: str
    person: int
    verdict: str
    source: str
    said: Facts
    when: int
    series: int
    places: tuple[Place, ...]
    scope: str
    part: str | None
    quote: str
    mismatch: bool = False
    withdraws: bool = False
    confirmed: str | None = None

    @property
    def key(self) -> tuple[str, int]:
        return (self.name, self.person)


@dataclass(frozen=True, slots=True)
class Remark:
    """An agreement in plain words: the reply, and what it is about."""

    intent: Intent
    said: Facts
    series: int
    places: tuple[Place, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A review trailer in a posting, and the mail it stands in."""

    person: Person
    trailer: Trailer
    mail: Facts


@dataclass(slots=True)
class Case:
    """A topic while it is read.

    members: cover or patch -> its revision, and whether it is the cover. missing: a mail that is not at hand -> the first
    revision below it. listed: place -> (name, person) -> the trailer. authors: place -> numbers of people.
    """

    lineup: Lineup
    mails: Mapping[str, Facts]
    people: People
    patch_ids: frozenset[str]
    members: dict[str, tuple[int, bool]] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    listed: dict[Place, dict[tuple[str, int], Listed]] = field(default_factory=dict)
    authors: dict[Place, set[int]] = field(default_factory=dict)

    def lines(self, places: Iterable[Place]) -> list[int]:
        return [self.lineup.line(place) for place in places]


@dataclass(frozen=True, slots=True)
class Position:
    """What a reply answers: a revision, and its patches; whole: it answers the cover letter."""

    series: int
    places: tuple[Place, ...]
    whole: bool


Reply = tuple[Facts, Position]


def sent(mail: Facts | None) -> int:
    """When a mail was sent, in seconds UTC: the list server's time where its Date cannot be true, 0 when unknown."""
    if mail is None:
        return 0
    if mail.received is not None and (mail.date is None or abs(mail.date - mail.received) > _DATE_TRUST):
        return mail.received
    return mail.date or 0


def open_case(lineup: Lineup, mails: Mapping[str, Facts], aliases: Mapping[str, str]) -> tuple[Case, list[Reply]]:
    """A case with its postings read, and the replies that say something about them, oldest first.

    People have the spelling of their replies, else that of the trailers in postings.
    """
    ids = {patch.patch_id for series in lineup.revisions for patch in series.patches}
    case = Case(lineup, mails, People(aliases), frozenset(one for one in ids if one))
    for index, series in enumerate(lineup.revisions):
        case.members.update((patch.msgid, (index, False)) for patch in series.patches)
        if series.cover:
            case.members[series.cover] = (index, True)
        for mail in filter(None, (mails.get(patch.msgid) for patch in series.patches)):
            for msgid in mail.parents:
                if msgid not in mails:
                    case.missing.setdefault(msgid, index)
    speaking = [mail for mail in mails.values() if mail.intents and not mail.robot]
    speaking.sort(key=lambda mail: (sent(mail), mail.msgid))
    replies = [(mail, where) for mail in speaking if (where := position(case, mail)) is not None]
    for mail, _ in replies:
        _know_sender(case.people, mail)
    for index, series in enumerate(lineup.revisions):
        for at, patch in enumerate(series.patches):
            _read_patch(case, (index, at), mails.get(patch.msgid))
        if series.cover:
            _read_cover(case, index, mails.get(series.cover))
    return case, replies


def _know_sender(people: People, mail: Facts) -> None:
    """A trailer that a reply gives as its sender's own names him too, maybe with another address."""
    people.number(mail.sender)
    own = {intent.line for intent in mail.intents if not intent.mismatch}
    for trailer in mail.trailers:
        if trailer.person is not None and trailer.line in own:
            people.tie(mail.sender, trailer.person)


# --- postings


_TAG_KEY = re.compile(r"(?!not-|almost-|un)[a-z -]{0,60}[ -]by", re.IGNORECASE)
# Misspelt ones too: reviwed-by, naked-by.
_TAG_VERB = re.compile(r"(?<![a-z])(?:(re?v[iew]{2,5}d)|(ac?ked)|(tested)|(nac?k(?:ed)?))(?![a-z])", re.IGNORECASE)
_TAG_NAMES = ("Reviewed-by", "Acked-by", "Tested-by", REFUSAL)


def tag_names(key: str) -> tuple[str, ...]:
    """The tags that a trailer's key gives: two for `Reviewed-and-tested-by`, none for keys that are no review."""
    if _TAG_KEY.fullmatch(key) is None:
        return ()
    return tuple(dict.fromkeys(_TAG_NAMES[(match.lastindex or 1) - 1] for match in _TAG_VERB.finditer(key)))


def trailers_of(mail: Facts) -> Iterable[tuple[str, Person, Trailer]]:
    """The review trailers of a posting. Of a reply that offers a patch those only that are not the reply's own words."""
    own = {intent.line for intent in mail.intents} if mail.subject.reply else ()
    for trailer in mail.trailers:
        if trailer.person is not None and not trailer.quoted and trailer.line not in own:
            for name in tag_names(trailer.key):
                yield name, trailer.person, trailer


def _read_patch(case: Case, place: Place, mail: Facts | None) -> None:
    patch = case.lineup.patch(place)
    authors = case.authors.setdefault(place, set())
    if mail is None:
        authors.add(case.people.number(case.lineup.revisions[place[0]].author))
        return
    written = [one.author for one in mail.patches if one.patch_id == patch.patch_id] or [mail.sender]
    written += [one.person for one in mail.trailers if one.key in _CO_AUTHORS and one.person]
    authors.update(case.people.number(one) for one in written)
    _list(case, [place], mail)


def _read_cover(case: Case, index: int, mail: Facts | None) -> None:
    if mail is not None:
        _list(case, [(index, at) for at in range(len(case.lineup.revisions[index].patches))], mail)


def _list(case: Case, places: Iterable[Place], mail: Facts) -> None:
    for name, person, trailer in trailers_of(mail):
        key = (name, case.people.number(person))
        for place in places:
            case.listed.setdefault(place, {}).setdefault(key, Listed(person, trailer, mail))


# --- where a reply belongs


def position(case: Case, mail: Facts) -> Position | None:
    """What *mail* is an answer to: the nearest cover or patch above it, None when that is none of this topic's."""
    missing: list[str] = []
    for msgid in ancestors(mail.msgid, case.mails):
        found = case.members.get(msgid)
        if found is not None:
            doubtful = missing and not _same_place(mail, case.mails.get(msgid))
            return _by_subject(case, mail, found[0]) if doubtful else _at(case, msgid, *found)
        above = case.mails.get(msgid)
        if above is None:
            missing.append(msgid)
        elif above.posting and _foreign(case, above):
            return None
    return _beside(case, mail, missing)


def _beside(case: Case, mail: Facts, missing: Sequence[str]) -> Position | None:
    """What *mail* answers when no posting above it is at hand, but patches hang below the same missing mail: by its counter."""
    index = next((case.missing[msgid] for msgid in missing if msgid in case.missing), None)
    return None if index is None or mail.subject.n is None else _by_subject(case, mail, index)


def _same_place(mail: Facts, above: Facts | None) -> bool:
    """Whether the subject of a reply has the counter and version of *above*, or none at all."""
    if above is None or not mail.subject.patch:
        return True
    one, two = mail.subject, above.subject
    return (one.n, one.total, one.version_label.lower()) == (two.n, two.total, two.version_label.lower())


def _at(case: Case, msgid: str, series: int, cover: bool) -> Position:
    if cover:
        return Position(series, case.lineup.whole[series], True)
    patches = case.lineup.revisions[series].patches
    return Position(series, tuple((series, at) for at, patch in enumerate(patches) if patch.msgid == msgid), False)


def _by_subject(case: Case, mail: Facts, nearest: int) -> Position | None:
    """What the subject says it answers, where the mail it answers is not at hand: `Re: [PATCH v2 2/3] …`."""
    subject = mail.subject
    for index in dict.fromkeys((nearest, *reversed(range(len(case.lineup.revisions))))):
        series = case.lineup.revisions[index]
        if series.label.lower() != subject.version_label.lower() or series.expected != (subject.total or 1):
            continue
        if subject.n == 0:
            return Position(index, case.lineup.whole[index], True)
        places = tuple((index, at) for at, patch in enumerate(series.patches) if patch.n == (subject.n or 1))
        return Position(index, places, False)
    return None


def _foreign(case: Case, above: Facts) -> bool:
    """Whether *above* opens something else: a posting of another topic, or a patch of its own that a reply offers.

    A reply that only shows a patch of this topic again opens nothing.
    """
    return not above.subject.reply or any(patch.patch_id not in case.patch_ids for patch in above.patches)


def about(case: Case, mail: Facts, intent: Intent, where: Position) -> tuple[tuple[Place, ...], str]:
    """The patches that *intent* is about, and its scope: 'series' or 'patches'. Words beat position."""
    if intent.scope.kind == "series":
        return case.lineup.whole[where.series], "series"
    numbers = set(intent.scope.numbers)
    expected = case.lineup.revisions[where.series].expected
    if intent.scope.kind == "patches" and any(number <= expected for number in numbers):
        whole = case.lineup.whole[where.series]
        return tuple(place for place in whole if case.lineup.patch(place).n in numbers), "patches"
    return where.places, "series" if where.whole else "patches"


# --- replies


def from_replies(case: Case, replies: Iterable[Reply]) -> tuple[list[Saying], list[Remark]]:
    """What *replies*, oldest first, say about tags, and their plain agreements. The same said twice is there once."""
    found: list[Saying] = []
    remarks: list[Remark] = []
    known: dict[int, set[tuple[object, ...]]] = {}
    names: dict[int, dict[str, None]] = {}
    for mail, where in replies:
        aside = _is_aside(case, where.series, mail)
        for intent in mail.intents:
            if aside and (intent.name == AGREEMENT or (intent.name == REFUSAL and not _is_trailer(mail, intent))):
                continue
            places, scope = about(case, mail, intent, where)
            if intent.name == AGREEMENT:
                if not _wrote(case, where.series, mail):
                    remarks.append(Remark(intent, mail, where.series, places, scope))
                continue
            person = case.people.number(intent.who)
            for name in _named(case, intent, person, where, names):
                one = Saying(
                    name, person, intent.verdict, "reply", mail, sent(mail), where.series, places, scope, intent.part,
                    intent.quote, intent.mismatch, intent.withdraws,
                )  # fmt: skip
                if not _repeated(one, known):
                    found.append(one)
    return found, remarks


def _is_aside(case: Case, series: int, mail: Facts) -> bool:
    """Whether a reply answers somebody who is no author: its "ACK" or "NAK" in plain words is to what that one said."""
    person = case.people.number(mail.sender)
    for msgid in ancestors(mail.msgid, case.mails):
        above = case.mails.get(msgid)
        if above is None or msgid in case.members or above.posting or _wrote(case, series, above):
            return False
        if case.people.number(above.sender) != person:  # what follows up on his own mail answers what that one answered
            return True
    return False


def _is_trailer(mail: Facts, intent: Intent) -> bool:
    return any(trailer.line == intent.line and not trailer.quoted for trailer in mail.trailers)


def _wrote(case: Case, series: int, mail: Facts) -> bool:
    """Whether an author says it: his "Ack" is to a comment on his patch."""
    person = case.people.number(mail.sender)
    if person == case.people.number(case.lineup.revisions[series].author):
        return True
    return any(person in case.authors.get(place, ()) for place in case.lineup.whole[series])


def _named(
    case: Case, intent: Intent, person: int, where: Position, names: dict[int, dict[str, None]]
) -> tuple[str, ...]:  # fmt: skip
    """The tag that an intent names; of "keep my tag" those that the person gave before."""
    given = names.setdefault(person, {})
    if intent.name != NAMELESS:
        if not intent.mismatch and intent.name != REFUSAL:
            given[intent.name] = None
        return (intent.name,)
    if intent.verdict == "withdrawn":
        return (NAMELESS,)
    carried = [key[0] for place in case.lineup.whole[where.series] for key in case.listed.get(place, ()) if key[1] == person]
    return tuple(dict.fromkeys((*given, *carried))) or (NAMELESS,)


def _repeated(one: Saying, known: dict[int, set[tuple[object, ...]]]) -> bool:
    """Whether the same person has said the same of the same patches, and took nothing back since."""
    said = known.setdefault(one.person, set())
    key = (one.name, one.verdict, one.series, one.places, one.part, one.mismatch, one.withdraws)
    if key in said:
        return True
    if one.verdict in ("withdrawn", "refused") and not one.mismatch:
        said.clear()
    said.add(key)
    return False
