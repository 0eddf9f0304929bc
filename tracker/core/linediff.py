"""The diff of two lists of lines as git's own diff (xdiff/) makes it: which lines differ. sliding.py places the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from operator import eq
from typing import NamedTuple

from tracker.core.sliding import Work, slide_changes

CONTEXT = 3


class Lines:
    """Lines as numbers. counts: of each. keys: each line with the number of equal lines before it."""

    __slots__ = ("counts", "ids", "keys")

    def __init__(self, lines: Sequence[bytes], vocabulary: dict[bytes, int]) -> None:
        self.ids = [vocabulary.setdefault(line, len(vocabulary)) for line in lines]
        self.counts: Counter[int] = Counter()
        self.keys: set[int] = set()
        for number in self.ids:
            self.keys.add(number << 32 | self.counts[number])
            self.counts[number] += 1


class Change(NamedTuple):
    """Lines that differ between two places where they do not. old, new: index of the first one. removed, added: how many."""

    old: int
    removed: int
    new: int
    added: int


def hunks(changes: list[Change]) -> Iterator[list[Change]]:
    """Changes with no more between them than their contexts (xdiff/xemit.c, xdl_get_hunk)."""
    first = 0
    for index in range(1, len(changes) + 1):
        before = changes[index - 1]
        if index == len(changes) or changes[index].old - (before.old + before.removed) > 2 * CONTEXT:
            yield changes[first:index]
            first = index


def behind(last: Change, old: int, new: int) -> int:
    """How many lines of context follow the last change of a hunk, the texts having *old* and *new* lines."""
    return min(CONTEXT, old - last.old - last.removed, new - last.new - last.added)


def align(left: Lines, right: Lines, work: Work, indents: dict[int, int] | None) -> list[Change]:
    """The changes between two texts as git finds them. indents: of the lines, to place changes where people expect them."""
    old, new = left.ids, right.ids
    start = next((i for i, same in enumerate(map(eq, old, new)) if not same), min(len(old), len(new)))
    limit = min(len(old), len(new)) - start
    same_end = next((i for i, same in enumerate(map(eq, reversed(old), reversed(new))) if not same), limit)
    same_end = min(same_end, limit)
    ends = len(old) - same_end, len(new) - same_end
    old_changed, new_changed = bytearray(len(old) + 1), bytearray(len(new) + 1)  # a 0 behind the last line
    work.left -= len(old) + len(new)
    if work.left <= 0:
        old_changed[start : ends[0]] = b"\1" * (ends[0] - start)
        new_changed[start : ends[1]] = b"\1" * (ends[1] - start)
        return _changes(old_changed, new_changed)
    old_kept = _kept(old, start, ends[0], right.counts, old_changed)
    new_kept = _kept(new, start, ends[1], left.counts, new_changed)
    search = _Search([old[i] for i in old_kept], [new[i] for i in new_kept], work)
    search.run()
    for index in search.old_marks:
        old_changed[old_kept[index]] = 1
    for index in search.new_marks:
        new_changed[new_kept[index]] = 1
    slide_changes(old, old_changed, new_changed, indents, work)
    slide_changes(new, new_changed, old_changed, indents, work)
    return _changes(old_changed, new_changed)


def _changes(old: bytearray, new: bytearray) -> list[Change]:
    """Runs of marked lines on both sides between the same unmarked ones."""
    out: list[Change] = []
    i = j = 0
    next_old, next_new = old.find(1), new.find(1)
    while next_old >= 0 or next_new >= 0:
        gaps = [after - at for after, at in ((next_old, i), (next_new, j)) if after >= 0]
        i, j = i + min(gaps), j + min(gaps)
        end_old, end_new = old.find(0, i), new.find(0, j)
        out.append(Change(i, end_old - i, j, end_new - j))
        next_old = old.find(1, end_old) if end_old > i else next_old
        next_new = new.find(1, end_new) if end_new > j else next_new
        i, j = end_old, end_new
    return out


# --- lines left out of the search (xdiff/xprepare.c, xdl_cleanup_records)

_NONE, _SOME, _MANY = 0, 1, 2  # equal lines on the other side
_MANY_MAX = 1024
_WINDOW = 100  # lines


def _kept(ids: list[int], start: int, end: int, others: Counter[int], changed: bytearray) -> list[int]:
    """Indices from *start* to *end* of the lines that are searched for; the others are marked in *changed*.

    Not searched are lines without equal on the other side, and among many of those the lines that have too many.
    """
    many = min(_root(len(ids)), _MANY_MAX)
    numbers = [others.get(number, 0) for number in ids[start:end]]
    kinds = bytes(_NONE if not n else _MANY if n >= many else _SOME for n in numbers)
    kept: list[int] = []
    for index, kind in enumerate(kinds):
        if kind == _SOME or (kind == _MANY and not _lost_in_noise(kinds, index)):
            kept.append(start + index)
        else:
            changed[start + index] = 1
    return kept


def _lost_in_noise(kinds: bytes, index: int) -> bool:
    """Whether unmatched lines are on both sides of *index* up to the next useful line, and 3 times as many as frequent ones."""
    left = max(index - _WINDOW, 0)
    left = max(kinds.rfind(_SOME, left, index) + 1, left)
    right = min(index + _WINDOW + 1, len(kinds))
    stop = kinds.find(_SOME, index + 1, right)
    right = stop if stop >= 0 else right
    none_left, none_right = kinds.count(_NONE, left, index), kinds.count(_NONE, index + 1, right)
    frequent = 2 + kinds.count(_MANY, left, index) + kinds.count(_MANY, index + 1, right)
    return bool(none_left and none_right) and frequent * 4 < frequent + none_left + none_right


def _root(number: int) -> int:
    """A power of two near the square root (xdiff/xutils.c, xdl_bogosqrt)."""
    return 1 << (number.bit_length() + 1) // 2


# --- the search (E. Myers, "An O(ND) Difference Algorithm and its Variations", 1986; xdiff/xdiffi.c, xdl_split)

FAR = 1 << 62
_MAX_COST = 256


class _Front:
    """How far paths came on each diagonal (old index minus new index), from one corner of a box."""

    __slots__ = ("high", "low", "outside", "reach")

    def __init__(self, reach: list[int], outside: int) -> None:
        self.reach = reach  # by diagonal, negative ones from the end of the list
        self.outside = outside
        self.low = self.high = 0

    def restart(self, diagonal: int, at: int) -> None:
        self.low = self.high = diagonal
        self.reach[diagonal] = at

    def widen(self, lowest: int, highest: int) -> None:
        """One more diagonal on each side, one less where the box ends."""
        if self.low > lowest:
            self.low -= 1
            self.reach[self.low - 1] = self.outside
        else:
            self.low += 1
        if self.high < highest:
            self.high += 1
            self.reach[self.high + 1] = self.outside
        else:
            self.high -= 1


class _Box(NamedTuple):
    """A part of both texts, behind the last line of each side. minimal: the search in it may not be cut short."""

    old: int
    old_end: int
    new: int
    new_end: int
    minimal: bool


class _Search:
    """Marks the lines of two lists that are not on the shortest path between them, or on one that is short enough."""

    __slots__ = ("_back", "_forth", "_max_cost", "_new", "_old", "_work", "new_marks", "old_marks")

    def __init__(self, old: list[int], new: list[int], work: Work) -> None:
        self._old, self._new, self._work = old, new, work
        diagonals = len(old) + len(new) + 3
        self._forth, self._back = _Front([0] * diagonals, -1), _Front([0] * diagonals, FAR)
        self._max_cost = max(_root(diagonals), _MAX_COST)
        self.old_marks: list[int] = []
        self.new_marks: list[int] = []

    def run(self) -> None:
        """Splits boxes until one side of each is empty: what is left on the other side is marked."""
        old, new = self._old, self._new
        boxes = [_Box(0, len(old), 0, len(new), False)]
        while boxes:
            i, i_end, j, j_end, minimal = boxes.pop()
            while i < i_end and j < j_end and old[i] == new[j]:
                i, j = i + 1, j + 1
            while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
                i_end, j_end = i_end - 1, j_end - 1
            halves = self._split(_Box(i, i_end, j, j_end, minimal)) if i < i_end and j < j_end else None
            if halves is None:
                self.old_marks += range(i, i_end)
                self.new_marks += range(j, j_end)
            else:
                boxes += halves

    def _split(self, box: _Box) -> tuple[_Box, _Box] | None:
        """Both parts of *box* around a point of the path, None when the steps are used up."""
        lowest, highest = box.old - box.new_end, box.old_end - box.new
        forth, back = self._forth, self._back
        forth.restart(box.old - box.new, box.old)
        back.restart(box.old_end - box.new_end, box.old_end)
        odd = bool((forth.low - back.low) & 1)
        for cost in count(1):
            forth.widen(lowest, highest)
            point = self._step_forth(box, odd)
            if point is None:
                back.widen(lowest, highest)
                point = self._step_back(box, not odd)
            if point is not None:
                return _halves(box, point, True, True)
            if self._work.left <= 0:
                return None
            if cost >= self._max_cost and not box.minimal:
                break
        return self._furthest(box)

    def _step_forth(self, box: _Box, meet: bool) -> tuple[int, int] | None:
        """Takes every forward path one line further; the point where one meets a backward path, if *meet* looks for it."""
        old, new, reach, other = self._old, self._new, self._forth.reach, self._back.reach
        i_end, j_end = box.old_end, box.new_end
        low, high = (self._back.low, self._back.high) if meet else (1, 0)
        steps = self._forth.high - self._forth.low
        for diagonal in range(self._forth.high, self._forth.low - 1, -2):
            i = reach[diagonal - 1] + 1 if reach[diagonal - 1] >= reach[diagonal + 1] else reach[diagonal + 1]
            j = i - diagonal
            steps -= i
            while i < i_end and j < j_end and old[i] == new[j]:
                i += 1
                j += 1
            steps += i
            reach[diagonal] = i
            if low <= diagonal <= high and other[diagonal] <= i:
                return i, j
        self._work.left -= steps
        return None

    def _step_back(self, box: _Box, meet: bool) -> tuple[int, int] | None:
        """The same for the paths from the end."""
        old, new, reach, other = self._old, self._new, self._back.reach, self._forth.reach
        i_start, j_start = box.old, box.new
        low, high = (self._forth.low, self._forth.high) if meet else (1, 0)
        steps = self._back.high - self._back.low
        for diagonal in range(self._back.high, self._back.low - 1, -2):
            i = reach[diagonal - 1] if reach[diagonal - 1] < reach[diagonal + 1] else reach[diagonal + 1] - 1
            j = i - diagonal
            steps += i
            while i > i_start and j > j_start and old[i - 1] == new[j - 1]:
                i -= 1
                j -= 1
            steps -= i
            reach[diagonal] = i
            if low <= diagonal <= high and i <= other[diagonal]:
                return i, j
        self._work.left -= steps
        return None

    def _furthest(self, box: _Box) -> tuple[_Box, _Box]:
        """The box cut where the path is that came furthest, for one where the search got too expensive."""
        forth = -1, 0
        for diagonal in range(self._forth.high, self._forth.low - 1, -2):
            i = min(self._forth.reach[diagonal], box.old_end, box.new_end + diagonal)
            forth = max(forth, (2 * i - diagonal, i), key=_distance)
        back = FAR, 0
        for diagonal in range(self._back.high, self._back.low - 1, -2):
            i = max(self._back.reach[diagonal], box.old, box.new + diagonal)
            back = min(back, (2 * i - diagonal, i), key=_distance)
        if box.old_end + box.new_end - back[0] < forth[0] - box.old - box.new:
            return _halves(box, (forth[1], forth[0] - forth[1]), True, False)
        return _halves(box, (back[1], back[0] - back[1]), False, True)


def _distance(place: tuple[int, int]) -> int:
    return place[0]


def _halves(box: _Box, point: tuple[int, int], minimal_low: bool, minimal_high: bool) -> tuple[_Box, _Box]:
    i, j = point
    return box._replace(old_end=i, new_end=j, minimal=minimal_low), box._replace(old=i, new=j, minimal=minimal_high)
