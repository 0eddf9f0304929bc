"""Series to groups of one idea each. The result does not depend on the order in which the series are given.

Links are taken from the surest down. None but a certain one ties two groups that contradict each other, so a chain of
links, weak or strong, never makes one topic of two streams of work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from tracker.core.likeness import Pair
from tracker.core.lineage import ACCEPTED, CERTAIN, SURE, Link, Relation, anew, link
from tracker.core.traits import Traits, keys

_ADOPTED = 0.8  # how sure it is that an adopted alternative belongs to what it was offered for
# How many series before and behind one in time, among those with the same key, it is compared with.
_NEAREST = {"a": 4, "l": 12, "w": 12}
_NEAREST_ELSE = 30


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the user decided: pairs of message ids whose series are one idea, and pairs whose series are not."""

    links: tuple[tuple[str, str], ...] = ()
    unlinks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The series of one idea in their order, and for each how it is tied to those before it (None for the first)."""

    series: tuple[str, ...]
    links: tuple[Link | None, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    """All groups, by the ids of their first series, and the relations between series of different groups."""

    groups: tuple[Group, ...]
    related: tuple[Relation, ...]


_NO_DECISIONS = Decisions()


def nearest(key: str) -> int:
    """How many series before and behind one are compared with it because of *key*, by (when, id)."""
    return _NEAREST.get(key[0], _NEAREST_ELSE)


def candidates(series: Iterable[Traits]) -> list[tuple[Traits, Traits]]:
    """The pairs that share a key and are near each other in time among those that do."""
    index: dict[str, list[Traits]] = {}
    for one in sorted(series, key=lambda one: (one.when, one.id)):
        for key in keys(one):
            index.setdefault(key, []).append(one)
    found: dict[tuple[str, str], tuple[Traits, Traits]] = {}
    for key, several in index.items():
        for at, one in enumerate(several):
            for other in several[at + 1 : at + 1 + nearest(key)]:
                found.setdefault((one.id, other.id), (one, other))
    return list(found.values())


def component(
    start: Iterable[Traits],
    near: Callable[[Traits], Iterable[Traits]],
    decided: Callable[[Traits], Iterable[Traits]] = lambda _: (),
) -> tuple[Traits, ...]:
    """Everything whose grouping may depend on *start*: grouping that alone gives what grouping all would give it.

    near: the series that share a key with one, for each key up to `nearest(key)` before and behind it in time. decided:
    those that the user linked it to. When series are added or change, *start* is those and what is near them, as it was
    and as it is now: they may have come between two others.
    """
    found = {one.id: one for one in start}
    todo = list(found.values())
    while todo:
        one = todo.pop()
        tied = [other for other in near(one) if other.id not in found and isinstance(link(one, other), Link)]
        for other in (*tied, *decided(one)):
            if other.id not in found:
                found[other.id] = other
                todo.append(other)
    return tuple(sorted(found.values(), key=_order))


def group(series: Iterable[Traits], decisions: Decisions = _NO_DECISIONS) -> Lineage:
    """The groups of *series*. Compares only those with a common key."""
    known = {one.id: one for one in series}
    links: list[Link] = []
    related: list[Relation] = []
    for one, other in candidates(known.values()):
        found = link(one, other)
        if isinstance(found, Link):
            links.append(found)
        elif found is not None:
            related.append(found)
    return join(known, links, related, decisions)


def join(
    known: Mapping[str, Traits], links: Iterable[Link], related: Iterable[Relation], decisions: Decisions = _NO_DECISIONS
) -> Lineage:
    """The groups that *links* make of the series *known*, and the relations that are left between them."""
    of = {msgid: one.id for one in known.values() for msgid in one.members}
    joiner = _Joiner(known, _pairs(decisions.unlinks, of))
    by_hand = [_manual(a, b, known) for a, b in _pairs(decisions.links, of)]
    found = sorted(links, key=lambda one: (-one.confidence, *_span(one, known)))
    for one in by_hand:
        joiner.tie(one)
    accepted = [one for one in found if one.confidence >= ACCEPTED]
    joiner.tied = {(one.earlier, one.later) for one in accepted}
    refused = [one for one in accepted if not joiner.tie(one)]
    offers = _nearest_bases([one for one in found if one.confidence < ACCEPTED], known)
    taken = _adopt(offers, accepted, known, joiner)
    ties = [*by_hand, *accepted, *taken]
    left = [Relation(one.later, one.earlier, "alternative", 0.8, one.evidence) for one in offers]
    left += [again for one in refused if (again := anew(Pair(known[one.earlier], known[one.later]))) is not None]
    return Lineage(_groups(known, ties, joiner), _related([*related, *left], joiner))


def _span(one: Link, known: Mapping[str, Traits]) -> tuple[int, str, str]:
    """Short links first."""
    return (known[one.later].when - known[one.earlier].when, one.earlier, one.later)


def _order(one: Traits) -> tuple[int, int, str]:
    return (one.when, one.version, one.id)


def _pairs(decided: Iterable[tuple[str, str]], of: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted({(min(of[a], of[b]), max(of[a], of[b])) for a, b in decided if a in of and b in of and of[a] != of[b]})


def _manual(a: str, b: str, known: Mapping[str, Traits]) -> Link:
    first, second = sorted((a, b), key=lambda one: _order(known[one]))
    return Link(first, second, "manual", 1.0, (first, second))


_Number = tuple[int, bool, str]


@dataclass(slots=True)
class _Joiner:
    """Groups being made. tied: pairs that some accepted link ties directly, so they contradict nothing.

    numbers: of each group, its whole series by the number they claim.
    """

    known: Mapping[str, Traits]
    apart: Sequence[tuple[str, str]]
    tied: set[tuple[str, str]] = field(default_factory=set)
    group_of: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[str, dict[_Number, list[str]]] = field(default_factory=dict)
    forbidden: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one, t in self.known.items():
            self.group_of[one] = one
            self.members[one] = [one]
            shares = t.offered or t.resend or t.partial  # its number may be another's, too
            self.numbers[one] = {} if shares else {(t.version, t.rfc, t.label or f"v{t.version}"): [one]}
        for a, b in self.apart:
            self.forbidden.setdefault(a, set()).add(b)
            self.forbidden.setdefault(b, set()).add(a)

    def tie(self, found: Link) -> bool:
        """Make one group of the two that *found* ties, unless they contradict each other."""
        a, b = self.group_of[found.earlier], self.group_of[found.later]
        if a == b:
            return True
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        if any(not self.forbidden[one].isdisjoint(self.members[a]) for one in self.members[b] if one in self.forbidden):
            return False
        if self._contradict(found.confidence, self.numbers[a], self.numbers[b]):
            return False
        for one in self.members[b]:
            self.group_of[one] = a
        self.members[a].extend(self.members.pop(b))
        for number, several in self.numbers.pop(b).items():
            self.numbers[a].setdefault(number, []).extend(several)
        return True

    def _contradict(self, confidence: float, some: Mapping[_Number, list[str]], others: Mapping[_Number, list[str]]) -> bool:
        """Whether both have a whole series of the same number, which nothing ties directly; a sure link forgives one."""
        if confidence >= CERTAIN:
            return False
        forgiven = 1 if confidence >= SURE else 0
        for number, several in others.items():
            for one, other in product(several, some.get(number, ())):
                if (one, other) not in self.tied and (other, one) not in self.tied:
                    if not forgiven:
                        return True
                    forgiven -= 1
        return False


def _nearest_bases(offers: Sequence[Link], known: Mapping[str, Traits]) -> list[Link]:
    """Of the series above each offered patch only the nearest."""
    best: dict[str, Link] = {}
    for one in offers:
        if one.later not in best or _height(one, known) < _height(best[one.later], known):
            best[one.later] = one
    return sorted(best.values(), key=lambda one: _span(one, known))


def _height(offer: Link, known: Mapping[str, Traits]) -> tuple[int, str]:
    """How far the mail that shows it is above the offered patch."""
    members, above = known[offer.earlier].members, known[offer.later].above
    return (next((at for at, one in enumerate(above) if one in members), len(above)), offer.earlier)


def _adopt(offers: Sequence[Link], accepted: Sequence[Link], known: Mapping[str, Traits], joiner: _Joiner) -> list[Link]:
    """Ties alternatives that a later series adopted to what they were offered for."""
    adopted: dict[str, list[Traits]] = {}
    for one in accepted:
        if known[one.earlier].offered and not known[one.later].offered:
            adopted.setdefault(one.earlier, []).append(known[one.later])
    taken = []
    for offer in offers:
        base, patch = known[offer.earlier], known[offer.later]
        goes_on = [one for one in adopted.get(offer.later, ()) if _takes_place(base, patch, one, known, joiner)]
        if not goes_on:
            continue
        sure = Link(offer.earlier, offer.later, "reply", _ADOPTED, offer.evidence)
        joiner.tied.update([(base.id, patch.id), *((base.id, one.id) for one in goes_on)])
        if joiner.tie(sure):
            taken.append(sure)
    return taken


def _takes_place(base: Traits, offer: Traits, later: Traits, known: Mapping[str, Traits], joiner: _Joiner) -> bool:
    """Whether *later*, which adopts what was offered below *base*, goes on with what *base* began.

    It does when it is a newer version of *base*; or when another person's alternative was posted in the same thread, and
    *base* has no newer version of its own. An author's further patch is a follow-up.
    """
    if joiner.group_of[base.id] == joiner.group_of[later.id]:
        return True
    if base.thread != later.thread or not offer.sender.isdisjoint(base.people):
        return False
    return all(known[one].offered or known[one].when <= later.when for one in joiner.members[joiner.group_of[base.id]])


def _groups(known: Mapping[str, Traits], ties: Sequence[Link], joiner: _Joiner) -> tuple[Group, ...]:
    by_later: dict[str, list[Link]] = {}
    by_earlier: dict[str, list[Link]] = {}
    for one in ties:
        if joiner.group_of[one.earlier] == joiner.group_of[one.later]:
            by_later.setdefault(one.later, []).append(one)
            by_earlier.setdefault(one.earlier, []).append(one)
    groups = []
    for members in joiner.members.values():
        ordered = sorted((known[one] for one in members), key=_order)
        links = [None, *(_best(by_later.get(one.id) or by_earlier.get(one.id) or [], known) for one in ordered[1:])]
        groups.append(Group(tuple(one.id for one in ordered), tuple(links)))
    return tuple(sorted(groups, key=lambda one: one.series))


def _best(links: Sequence[Link], known: Mapping[str, Traits]) -> Link | None:
    """The surest link, of equals that to the newest series."""
    return max(links, key=lambda one: (one.confidence, known[one.earlier].when, one.earlier), default=None)


def _related(related: Iterable[Relation], joiner: _Joiner) -> tuple[Relation, ...]:
    apart = [one for one in related if joiner.group_of[one.series] != joiner.group_of[one.other]]
    return tuple(sorted(set(apart), key=lambda one: (one.series, one.other, one.kind)))
