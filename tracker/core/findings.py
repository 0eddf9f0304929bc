"""What the rules of status.py look at (Case, View) and what they give (Finding, Turn)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.address import plain_email
from tracker.core.debate import CONDITION, WHOLE, Ask, Debate
from tracker.core.facts import Facts
from tracker.core.fate import Fate
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.owners import MAINTAINER as OWNS
from tracker.core.owners import Owner
from tracker.core.people import Person, same_person
from tracker.core.review import Review
from tracker.core.said import sent
from tracker.core.series import Series
from tracker.core.talkrules import REFUSED

_MAX_WORDS = 60
_MAX_NAMED = 5  # people whose turn it is
STANDING = (CONDITION, REFUSED)  # an answer alone does not settle these
AUTHOR, REVIEWER, MAINTAINER, NOBODY, UNKNOWN = "author", "reviewer", "maintainer", "nobody", "unknown"


@dataclass(frozen=True, slots=True)
class Successor:
    """A topic that took another's place, by one of its series.

    at: when it landed or, with *anew*, when the author posted the same change under this title, seconds UTC. evidence: its
    posting first, then what shows the landing.
    """

    series: str
    title: str
    author: str
    at: int
    evidence: tuple[Evidence, ...]
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the rules may look at; there is no clock in it.

    revisions: oldest first; newest: the newest posted one. mails: all mails of the topic by id. landings, events: what is
    known of its commits. overtaken: the topic that took its place. maintainers: addresses in lower case.
    aliases: as for people.same_person. owners: who stands for its files. asked: the people in To: of the newest revision.
    treed: those of maintainers who are known to have a tree; None: all of them.
    """

    revisions: tuple[Series, ...]
    newest: Series | None
    review: Review
    mails: Mapping[str, Facts]
    landings: tuple[Landing, ...] = ()
    events: tuple[Event, ...] = ()
    overtaken: Successor | None = None
    maintainers: frozenset[str] = frozenset()
    aliases: Mapping[str, str] | None = None
    owners: tuple[Owner, ...] = ()
    asked: tuple[Person, ...] = ()
    treed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Who acts next: one of the five words, with names where they are known, since when in seconds UTC."""

    word: str
    who: tuple[Person, ...] = ()
    since: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a status holds. reason: one sentence; confidence: 0 to 1; lost_after: as Judgement's."""

    reason: str
    evidence: tuple[Evidence, ...]
    confidence: float
    turn: Turn
    lost_after: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A case with what was said and what landed worked out. fates: by patch of the newest revision.

    patches: those that are judged, by message id; alone: it is one of several, judged by itself.
    """

    case: Case
    debate: Debate
    fates: Mapping[str, Fate]
    patches: tuple[str, ...]
    alone: bool = False

    def number(self, place: str) -> str:
        """(2/3) of a patch of a series, '' of others, to stand behind a verb."""
        newest = self.case.newest
        if newest is None or place == WHOLE or newest.expected < 2:
            return ""
        return next((f" ({one.n}/{newest.expected})" for one in self.case.review.patches if one.msgid == place), "")

    @property
    def author(self) -> tuple[Person, ...]:
        return (self.case.newest.author,) if self.case.newest else ()

    def known_maintainers(self) -> tuple[Person, ...]:
        """Those who maintain a tree here and took part in the talk about the newest revision."""
        several = (self.debate.people.person(number) for number in sorted(self.debate.maintainers - self.debate.authors))
        treed = self.case.treed
        return tuple(one for one in several if treed is None or one.email.lower() in treed)

    def _owned_by(self, letter: str = "") -> list[Person]:
        """Who stands for the files in MAINTAINERS, of one letter or of both; authors among them."""
        return [one.person for one in self.case.owners if letter in ("", one.letter)]

    def owning(self) -> tuple[Person, ...]:
        """Those whom the patches wait for: who is M: for their files, of these others than the authors if any; at most 5."""
        if self.alone:  # of one patch only the status is asked for
            return ()
        several = self._owned_by(OWNS)
        return self._named(several, but_authors=True) or self._named(several)

    def called(self) -> tuple[Person, ...]:
        """Those who are asked to look at it: who stands in To:, owners of the files first, then the other owners; at most 5."""
        if self.alone:
            return ()
        owners = self._owned_by()
        theirs = {plain_email(one.email): one for one in owners}
        asked = sorted(self.case.asked, key=lambda one: plain_email(one.email) not in theirs)
        spelled = [one if one.name else theirs.get(plain_email(one.email), one) for one in asked]
        return self._named([*spelled, *owners], but_authors=True)

    def _named(self, several: Iterable[Person], *, but_authors: bool = False) -> tuple[Person, ...]:
        authors = [self.debate.people.person(number) for number in self.debate.authors] if but_authors else []
        found: dict[str, Person] = {}
        for one in several:
            if plain_email(one.email) in found or any(same_person(one, author, self.case.aliases) for author in authors):
                continue
            found[plain_email(one.email)] = one
            if len(found) == _MAX_NAMED:
                break
        return tuple(found.values())

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


def ask_turn(view: View, asks: Sequence[Ask]) -> Turn:
    """Whose turn open asks make it: the author's, else that of who got the newest answer."""
    waiting = [ask for ask in asks if ask.answered is None or ask.kind in STANDING]
    if waiting:
        return Turn(AUTHOR, view.author, min(sent(ask.mail) for ask in waiting) or None)
    last = max((ask for ask in asks if ask.answered), key=lambda ask: sent(ask.answered), default=None)
    if last is None:
        return Turn(UNKNOWN)
    return Turn(REVIEWER, (view.debate.people.person(last.person),), sent(last.answered) or None)
