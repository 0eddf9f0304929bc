"""Who said what about which patch, and what of it still counts for the newest revision.

Rules (the meaning of the words is in intent.py, which patch is which in patchline.py, what a reply is about in said.py):
- a tag counts for a patch of the newest revision when it was given for it, when the patch is the same (patch-id) or when
  the newest posting lists it; not when its person took it back, refused the patch later, or wrote the patch;
- a condition is met when a later posting lists the tag, or when its person gives or keeps it; a promise is kept when any
  tag of its person comes later, in a reply or first listed in a posting;
- a refusal falls when its person gives or keeps a tag for the same patch later, or takes it back;
- a trailer in another person's name is a mismatch: it counts nowhere, keeps nothing and confirms nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.core.carried import from_postings
from tracker.core.dates import iso
from tracker.core.facts import Facts
from tracker.core.patchline import Place, is_offer, line_up
from tracker.core.people import Person
from tracker.core.said import Case, Remark, Saying, from_replies, open_case, sent
from tracker.core.series import Series, SeriesPatch
from tracker.core.settle import Settled, settle

DAY = 86_400
PATIENCE = 14 * DAY  # seconds after which an open promise is overdue
CHANGED, NOT_CARRIED, GONE, NO_DIFF, OWN = "patch changed", "not carried", "patch gone", "no diff at hand", "own patch"
_NO_ALIASES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Tag:
    """One thing said about a review tag.

    name: 'Reviewed-by', 'Acked-by', 'Tested-by', 'Nacked-by', or 'tag' where the words name none. who: of a mismatch whom
    the trailer names; everybody has one spelling in a topic. sender: who wrote the mail. verdict: given, conditional,
    promised, refused, withdrawn or kept. source: 'reply' or 'posting'; of the latter msgid is the first mail that lists
    it, and confirmed_by the reply in which its person gave it for a patch that has no successor there, None without one.
    scope: 'series' or 'patches'; patches: message ids, as they were when it was said. date: seconds UTC. withdraws: what
    stands on a condition is taking it back. own: its person wrote the patches, so it counts for none of them.
    current: it counts for the newest revision, or was said of a patch of it that is not at hand. newest: what the patches
    are there; holds: those it counts for; lost: those it does not, each with the reason; unlisted: those it counts for
    though their posting, which came later, does not list it. lost_in: revisions that have one of the patches but do not
    list it; why: the reason of the last, else why it is not current. state: of promises and conditions 'open', 'kept' or
    'overdue'; settled_by: the mail that kept it, met the condition or ended the refusal.
    """

    name: str
    who: Person
    sender: Person
    verdict: str
    source: str
    confirmed_by: str | None
    scope: str
    part: str | None
    series: str
    patches: tuple[str, ...]
    msgid: str
    date: int | None
    quote: str
    mismatch: bool = False
    withdraws: bool = False
    own: bool = False
    attested: str = "unchecked"
    current: bool = False
    newest: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    unlisted: tuple[str, ...] = ()
    lost_in: tuple[str, ...] = ()
    why: str = ""
    state: str | None = None
    settled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement in plain words ("LGTM", "Ack."): shown, never a tag. conditional: "looks good once …"."""

    who: Person
    msgid: str
    date: int | None
    quote: str
    scope: str
    series: str
    patches: tuple[str, ...]
    conditional: bool


@dataclass(frozen=True, slots=True)
class Review:
    """All tags and agreements of a topic, oldest first.

    patches: those of the newest revision, a partial reroll completed by the series it belongs to; newest: its series id.
    replaces: for each revision the message ids of the patches of an earlier one that it puts others in the place of.
    """

    tags: tuple[Tag, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    patches: tuple[SeriesPatch, ...] = ()
    newest: str | None = None
    replaces: tuple[tuple[str, ...], ...] = ()


def review(
    revisions: Sequence[Series], mails: Mapping[str, Facts], *, aliases: Mapping[str, str] = _NO_ALIASES,
    now: int | None = None, patience: int = PATIENCE,
) -> Review:  # fmt: skip
    """What was said about the patches of one topic.

    revisions: its series, oldest first. mails: the facts of all mails of all its threads. aliases: as for
    people.same_person. now: seconds UTC; without it no promise is overdue. Never raises.
    """
    if not revisions:
        return Review()
    lineup = line_up(revisions, mails)
    case, replies = open_case(lineup, mails, aliases)
    patches = tuple(lineup.patch(place) for place in lineup.whole[lineup.newest])
    newest = revisions[lineup.newest].id
    if not replies and not case.listed:
        return Review((), (), patches, newest, lineup.replaces)
    said, remarks = from_replies(case, replies)
    said += from_postings(case, said)
    said.sort(key=lambda one: (one.when, one.said.msgid))
    judge = _Judge(case, lineup.current)
    tags = tuple(judge.tag(one) for one in settle(case, said))
    if now is not None:
        tags = with_time(tags, now, patience)
    return Review(tags, tuple(_agreement(case, one) for one in remarks), patches, newest, lineup.replaces)


def with_time(tags: Iterable[Tag], now: int, patience: int = PATIENCE) -> tuple[Tag, ...]:
    """*tags* with those promises overdue that are open for longer than *patience* seconds at *now*."""
    return tuple(
        replace(tag, state="overdue")
        if tag.verdict == "promised" and tag.state == "open" and tag.date is not None and now - tag.date > patience
        else tag
        for tag in tags
    )


# --- what counts today


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says what of a saying counts for the newest revision. current: line -> place of each of its patches."""

    case: Case
    current: Mapping[int, Place]

    def tag(self, entry: Settled) -> Tag:
        said, lineup = entry.said, self.case.lineup
        newest = {line: lineup.patch(self.current[line]).msgid for line in entry.lines if line in self.current}
        standing = {line: self._standing(entry, line) for line in newest} if entry.counts else {}
        holds = [line for line, why in standing.items() if not why]
        lost_in = self._lost_in(entry) if entry.counts and said.verdict != "refused" else []
        unseen = entry.counts and not said.places and said.series == lineup.newest and not self._own(said)
        return Tag(
            name=said.name, who=self.case.people.person(said.person), sender=said.said.sender, verdict=said.verdict,
            source=said.source, confirmed_by=said.confirmed, scope=said.scope, part=said.part,
            series=lineup.revisions[said.series].id,
            patches=tuple(dict.fromkeys(lineup.patch(place).msgid for place in said.places)),
            msgid=said.said.msgid, date=said.said.date, quote=said.quote, mismatch=said.mismatch,
            withdraws=said.withdraws, own=self._own(said),
            current=bool(holds) or unseen, newest=tuple(newest.values()), holds=tuple(newest[line] for line in holds),
            lost=tuple((newest[line], why) for line, why in standing.items() if why),
            unlisted=tuple(newest[line] for line in holds if self._unlisted(entry, line)),
            lost_in=tuple(lineup.revisions[index].id for index, _ in lost_in),
            why=lost_in[-1][1] if lost_in else _why(entry, standing), state=entry.state, settled_by=entry.settled_by,
        )  # fmt: skip

    def _own(self, said: Saying) -> bool:
        """Whether its person wrote all that it is about; what is not at hand, who posted the series."""
        if not said.places:
            return said.person == self.case.people.number(self.case.lineup.revisions[said.series].author)
        return all(said.person in self.case.authors.get(place, ()) for place in said.places)

    def _standing(self, entry: Settled, line: int) -> str:
        """'' when it counts for the newest form of a patch, else why it does not."""
        place, base = self.current[line], entry.base.get(line)
        if line in entry.dropped:
            return entry.dropped[line]
        if base is None:  # a condition that was met for other patches
            return NOT_CARRIED
        if entry.said.verdict != "refused" and entry.said.person in self.case.authors.get(place, ()):
            return OWN
        if base == place or entry.said.key in self.case.listed.get(place, ()):
            return ""
        return self._difference(base, place)

    def _difference(self, base: Place, place: Place) -> str:
        one, two = self.case.lineup.patch(base).patch_id, self.case.lineup.patch(place).patch_id
        if one is None or two is None:
            return NO_DIFF
        return "" if one == two else CHANGED

    def _unlisted(self, entry: Settled, line: int) -> bool:
        """Whether the newest posting came later and leaves out a tag that counts for it."""
        place = self.current[line]
        if entry.said.verdict == "refused" or entry.said.key in self.case.listed.get(place, ()):
            return False
        return place[0] > entry.base[line][0] and self._posted(place[0]) >= entry.said.when

    def _posted(self, index: int) -> int:
        return sent(self.case.mails.get(self.case.lineup.revisions[index].id))

    def _lost_in(self, entry: Settled) -> list[tuple[int, str]]:
        """The later revisions that have a patch of it and do not list it, each with the reason."""
        found = []
        said, lineup = entry.said, self.case.lineup
        lines = [line for line in entry.lines if line in entry.base and line not in entry.dropped]
        for index in range(said.series + 1, len(lineup.revisions)):
            if is_offer(lineup.revisions[index]) or self._posted(index) < said.when:
                continue
            there = [(line, (index, lineup.there[index][line])) for line in lines if line in lineup.there[index]]
            missing = [
                (entry.base[line], place)
                for line, place in there
                if place[0] > entry.base[line][0] and not self._accounted(said, place)
            ]
            if missing:
                reasons = [self._difference(base, place) for base, place in missing]
                found.append((index, NOT_CARRIED if "" in reasons else reasons[0]))
        return found

    def _accounted(self, said: Saying, place: Place) -> bool:
        return said.key in self.case.listed.get(place, ()) or said.person in self.case.authors.get(place, ())


def _why(entry: Settled, standing: Mapping[int, str]) -> str:
    """Why it does not count: of the patches that are still there the first reason, else that they are gone."""
    if not entry.counts:
        return next(iter(entry.dropped.values()), "")
    if not standing:
        return GONE if entry.lines else ""
    return next(filter(None, standing.values()), "")


def _agreement(case: Case, remark: Remark) -> Agreement:
    lineup = case.lineup
    return Agreement(
        remark.said.sender, remark.said.msgid, remark.said.date, remark.intent.quote, remark.scope,
        lineup.revisions[remark.series].id, tuple(dict.fromkeys(lineup.patch(place).msgid for place in remark.places)),
        remark.intent.verdict == "conditional",
    )  # fmt: skip


# --- JSON


def tag_json(tag: Tag) -> dict[str, Any]:
    """TAG of schema 1. Keys beyond it: sender, withdraws, own, newest, holds, lost, unlisted, why (see Tag)."""
    return {
        "name": tag.name, "who": _person(tag.who), "verdict": tag.verdict, "source": tag.source,
        "confirmed_by": tag.confirmed_by, "scope": tag.scope, "part": tag.part, "series": tag.series,
        "patches": list(tag.patches), "msgid": tag.msgid, "date": iso(tag.date), "quote": tag.quote,
        "mismatch": tag.mismatch, "attested": tag.attested, "current": tag.current, "lost_in": list(tag.lost_in),
        "state": tag.state, "settled_by": tag.settled_by, "sender": _person(tag.sender), "withdraws": tag.withdraws,
        "own": tag.own, "newest": list(tag.newest), "holds": list(tag.holds),
        "lost": [{"patch": msgid, "why": why} for msgid, why in tag.lost], "unlisted": list(tag.unlisted), "why": tag.why,
    }  # fmt: skip


def _person(person: Person) -> dict[str, str]:
    return {"name": person.name, "email": person.email}
