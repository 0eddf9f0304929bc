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


def displaced(
    places: array[int], parents: Callable[[int], Iterable[int]], order: array[int], early: Iterable[int]
) -> dict[int, int]:
    """New places for commits that stand before one of their children: slot -> place, as few as are needed.

    places: slot -> place, STEP apart. parents: slots of a slot's parents. order: all slots. early: those listed after one
    of their parents; the clocks of committers are wrong now and then. Costs little where few are; never more than one
    pass over the history (Kahn's topological sort).
    """
    heap = [(places[slot], slot) for slot in early]
    heapq.heapify(heap)
    moved = _Moved(places)
    budget = len(order)
    while heap:
        place, slot = heapq.heappop(heap)
        if place != moved.place(slot):
            continue  # it went on since
        for parent in parents(slot):
            if moved.place(parent) <= place:
                heapq.heappush(heap, (moved.put(parent, place + 1), parent))
                budget -= 1
        if budget < 0:
            return _sorted(places, parents, order)
    return moved.found


class _Moved:
    """Places of commits that moved, each of them free: neither another one's nor where any may have been."""

    def __init__(self, places: array[int]) -> None:
        self._places = places
        self._taken: set[int] = set()
        self._base = places[0] % STEP if places else 0
        self.found: dict[int, int] = {}

    def place(self, slot: int) -> int:
        return self.found.get(slot, self._places[slot])

    def put(self, slot: int, place: int) -> int:
        """Moves a commit to the first free place from *place* on; returns it."""
        self._taken.discard(self.found.get(slot, 0))
        while place in self._taken or place % STEP == self._base:
            place += 1
        self._taken.add(place)
        self.found[slot] = place
        return place


def _sorted(places: array[int], parents: Callable[[int], Iterable[int]], order: array[int]) -> dict[int, int]:
    waiting = array("i", bytes(4 * len(places)))
    for slot in order:
        for parent in parents(slot):
            waiting[parent] += 1
    moved = _Moved(places)
    least: dict[int, int] = {}
    ready = [slot for slot in order if not waiting[slot]]
    while ready:
        slot = ready.pop()
        # All of its children have their places now.
        place = moved.put(slot, least.pop(slot)) if slot in least else places[slot]
        for parent in parents(slot):
            if least.get(parent, places[parent]) <= place:
                least[parent] = place + 1
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    return moved.found


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

    def changed_nodes(self) -> Iterator[tuple[int, Node]]:
        """Places and nodes that differ from what was read."""
        return ((place, self._nodes[place]) for place in self.changed)

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

    def move_main(self, old: int, new: int) -> None:
        """Labels merges anew after the main branch went from *old* to *new*, also where it was rewound or rebuilt.

        What left the first-parent chain is no merge any more, even where the branch still has it.
        """
        chain = list(self.chain(new))
        join = self[chain[-1]].first if chain else new
        left: set[int] = set()
        place: int | None = old
        while place is not None and place != join:
            left.add(place)
            place = self[place].first
        stack = list(left)
        while stack:
            at = stack.pop()
            node = self[at]
            if node.merge in left:
                node.merge = None
                self.changed.add(at)
                stack.extend(node.parents)
        for place in reversed(chain):
            self.spread(place, "merge", place)

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
