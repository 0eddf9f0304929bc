"""The history as a graph in memory: an order of the commits, and labels that flow from commits to their ancestors.

Places are numbers n; a smaller one is newer, and a parent's is greater than its children's. A label is the place of a
tagged commit or a merge; each commit takes the oldest of its own and its children's, which is the first one to have it.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

STEP = 64  # between the places of two commits, so that one can be moved between others
NONE = -1


@dataclass(slots=True)
class Dense:
    """A whole history: index -> place (ascending), first parent's index or NONE; further parents of merges.

    region: ids of sets of branches. tag, release, merge: an index or NONE. All of the same length.
    """

    places: array[int] = field(default_factory=lambda: array("q"))
    first: array[int] = field(default_factory=lambda: array("i"))
    more: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def index(self, place: int) -> int:
        """The index of the commit at *place*, NONE when there is none."""
        at = bisect_left(self.places, place)
        return at if at < len(self.places) and self.places[at] == place else NONE


def displaced(places: array[int], parents: Callable[[int], Iterable[int]], order: array[int]) -> dict[int, int]:
    """New places for commits that stand before one of their children: slot -> place, as few as are needed.

    places: slot -> place, STEP apart. parents: slots of a slot's parents. order: all slots. One pass over the history
    (Kahn's topological sort), and only when there is such a commit: clocks of committers are wrong now and then.
    """
    if not any(places[parent] <= places[slot] for slot in order for parent in parents(slot)):
        return {}
    waiting = array("i", bytes(4 * len(places)))
    for slot in order:
        for parent in parents(slot):
            waiting[parent] += 1
    moved: dict[int, int] = {}
    taken: set[int] = set()
    ready = [slot for slot in order if not waiting[slot]]
    base = places[order[0]] % STEP
    while ready:
        slot = ready.pop()
        place = moved.get(slot, places[slot])
        if slot in moved:  # all of its children have their places now
            while place in taken or place % STEP == base:
                place += 1
            moved[slot] = place
            taken.add(place)
        for parent in parents(slot):
            if moved.get(parent, places[parent]) <= place:
                moved[parent] = place + 1
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    return moved


class Regions:
    """Sets of branches as small ids: most of a history's commits share few of them. Id 0 is the empty set."""

    def __init__(self, masks: Mapping[int, int] | None = None) -> None:
        self.masks: dict[int, int] = dict(masks or {0: 0})
        self._ids = {mask: one for one, mask in self.masks.items()}
        self._unions: dict[tuple[int, int], int] = {}
        self._next = max(self.masks, default=0) + 1

    def id_of(self, mask: int) -> int:
        """The id of a set of bits; a new one where needed."""
        found = self._ids.get(mask)
        if found is None:
            found = self._ids[mask] = self._next
            self.masks[found] = mask
            self._next += 1
        return found

    def union(self, a: int, b: int) -> int:
        """The id of both sets together."""
        key = (a, b)
        found = self._unions.get(key)
        if found is None:
            found = self._unions[key] = self.id_of(self.masks[a] | self.masks[b])
        return found


@dataclass(slots=True)
class Labels:
    """What flows down a history, by index; see `Dense`."""

    region: array[int]
    tag: array[int]
    release: array[int]
    merge: array[int]


def label_all(
    graph: Dense, regions: Regions, tips: Iterable[tuple[int, int]], tags: Iterable[int], releases: Iterable[int], main: int
) -> Labels:
    """All labels of a history in one pass, newest commit first.

    tips: index and bit of each branch. tags, releases: indexes of tagged commits. main: index of the main branch's tip,
    NONE for none.
    """
    count = len(graph.places)
    region = array("i", bytes(4 * count))
    tag, release, merge = (array("i", [NONE]) * count for _ in range(3))
    for index, bit in tips:
        region[index] = regions.id_of(regions.masks[region[index]] | 1 << bit)
    for index in tags:
        tag[index] = index
    for index in releases:
        release[index] = index
    while main != NONE:
        merge[main] = main
        main = graph.first[main]
    _flow(graph, regions, Labels(region, tag, release, merge))
    return Labels(region, tag, release, merge)


def _flow(graph: Dense, regions: Regions, labels: Labels) -> None:
    region, tag, release, merge = labels.region, labels.tag, labels.release, labels.merge
    union, more = regions.union, graph.more
    for child, parent in enumerate(graph.first):
        if parent == NONE:
            continue
        for other in (parent, *more[child]) if child in more else (parent,):
            if region[child] != region[other]:
                region[other] = union(region[other], region[child])
            if tag[child] > tag[other]:
                tag[other] = tag[child]
            if release[child] > release[other]:
                release[other] = release[child]
            if merge[child] > merge[other]:
                merge[other] = merge[child]


# --- parts of a history that stay in the database


@dataclass(slots=True)
class Node:
    """One commit's row. Places or None; region: an id."""

    first: int | None
    more: tuple[int, ...]
    region: int
    tag: int | None
    release: int | None
    merge: int | None

    @property
    def parents(self) -> tuple[int, ...]:
        return (self.first, *self.more) if self.first is not None else ()


class Sparse:
    """The graph by place, read as far as it is walked on. changed: places whose node differs from what was read."""

    def __init__(self, load: Callable[[int], Node]) -> None:
        self._load = load
        self._nodes: dict[int, Node] = {}
        self.changed: set[int] = set()

    def __getitem__(self, place: int) -> Node:
        node = self._nodes.get(place)
        if node is None:
            node = self._nodes[place] = self._load(place)
        return node

    def spread(self, start: int, what: str, value: int) -> None:
        """Labels the commit at *start* and its ancestors with *value*, but for those that have an older one."""
        stack = [start]
        while stack:
            place = stack.pop()
            node = self[place]
            known = getattr(node, what)
            if known is None or known < value:
                setattr(node, what, value)
                self.changed.add(place)
                stack.extend(node.parents)

    def forget_merges(self, gone: set[int]) -> None:
        """Takes the labels away that name one of the merges in *gone*."""
        stack = list(gone)
        while stack:
            place = stack.pop()
            node = self[place]
            if node.merge in gone:
                node.merge = None
                self.changed.add(place)
                stack.extend(node.parents)

    def difference(self, old: int, new: int) -> tuple[list[int], list[int]]:
        """What only *old* has and what only *new* has, of both tips' histories. Newest first."""
        marks = {old: 1, new: 2} if old != new else {}
        heap = list(marks)
        heapq.heapify(heap)
        single = len(heap)  # how many in the heap are known to one side only
        lost: list[int] = []
        gained: list[int] = []
        while single:
            place = heapq.heappop(heap)
            mark = marks.pop(place)
            if mark != 3:
                single -= 1
                (lost if mark == 1 else gained).append(place)
            for parent in self[place].parents:
                known = marks.get(parent)
                if known is None:
                    heapq.heappush(heap, parent)
                    single += mark != 3
                elif known != 3 and known | mark == 3:
                    single -= 1
                marks[parent] = (known or 0) | mark
        return lost, gained

    def chain(self, tip: int) -> Iterator[int]:
        """First parents from *tip* down to the first one that is on the main branch's chain already."""
        place: int | None = tip
        while place is not None and self[place].merge != place:
            yield place
            place = self[place].first
