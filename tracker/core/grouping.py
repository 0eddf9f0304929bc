"""Series to groups of one idea each. The result does not depend on the order in which the series are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.lineage import Link, Relation, link
from tracker.core.thread import find
from tracker.core.traits import Traits, keys

_NEAREST = {"a": 4, "l": 12, "w": 12}
_NEAREST_ELSE = 30
ACCEPTED = 0.5


@dataclass(frozen=True, slots=True)
class Group:
    """The series of one idea in their order, and for each how it is tied to those before it (None for the first)."""

    series: tuple[str, ...]
    links: tuple[Link | None, ...]


@dataclass(frozen=True, slots=True)
class Lineage:
    groups: tuple[Group, ...]
    related: tuple[Relation, ...]


def candidates(series: Iterable[Traits]) -> list[tuple[Traits, Traits]]:
    """The pairs that share a key and are near each other in time among those that do."""
    index: dict[str, list[Traits]] = {}
    for one in sorted(series, key=lambda one: (one.when, one.id)):
        for key in keys(one):
            index.setdefault(key, []).append(one)
    found: dict[tuple[str, str], tuple[Traits, Traits]] = {}
    for key, several in index.items():
        nearest = _NEAREST.get(key[0], _NEAREST_ELSE)
        for at, one in enumerate(several):
            for other in several[at + 1 : at + 1 + nearest]:
                found.setdefault((one.id, other.id), (one, other))
    return list(found.values())


def group(series: Iterable[Traits]) -> Lineage:
    known = {one.id: one for one in series}
    links: list[Link] = []
    related: list[Relation] = []
    for one, other in candidates(known.values()):
        found = link(one, other)
        if isinstance(found, Link):
            links.append(found)
        elif found is not None:
            related.append(found)
    links.sort(key=lambda one: (-one.confidence, known[one.later].when - known[one.earlier].when, one.earlier, one.later))
    top: dict[str, str] = {}
    for one in links:
        if one.confidence < ACCEPTED:
            continue
        a, b = find(top, one.earlier), find(top, one.later)
        if a != b:
            top[max(a, b)] = min(a, b)
    members: dict[str, list[Traits]] = {}
    for t in known.values():
        members.setdefault(find(top, t.id), []).append(t)
    best: dict[str, Link] = {}
    for one in links:
        best.setdefault(one.later, one)
    groups = []
    for some in members.values():
        some.sort(key=lambda t: (t.when, t.version, t.id))
        groups.append(Group(tuple(t.id for t in some), tuple(best.get(t.id) for t in some)))
    groups.sort(key=lambda g: g.series)
    return Lineage(tuple(groups), tuple(related))
