"""Changes of a diff moved to where people expect them, as git does (xdiff/xdiffi.c, xdl_change_compact)."""

from __future__ import annotations

from dataclasses import dataclass

TAB = 8
_SLIDING_MAX = 100
_INDENT_MAX = 200
_BLANKS_MAX = 20
_INDENT_WEIGHT = 60


@dataclass(slots=True)
class Work:
    """Steps that may still be done."""

    left: int


@dataclass(slots=True)
class _Run:
    """Changed lines, movable where the line in front of or behind them equals the last or the first.

    gap: how many unchanged lines are in front. edges: on the other side, the index of each unchanged line, from -1 on.
    """

    ids: list[int]
    changed: bytearray
    edges: list[int]
    work: Work
    start: int = 0
    end: int = 0
    gap: int = 0

    def faces_change(self) -> bool:
        """Whether the other side has changed lines at the same place."""
        return self.edges[self.gap + 1] - self.edges[self.gap] > 1

    def up(self) -> bool:
        """One line towards the start, taking in the lines it meets; False when it cannot."""
        if self.start == 0 or self.ids[self.start - 1] != self.ids[self.end - 1] or self.work.left <= 0:
            return False
        self.work.left -= 1
        self.changed[self.start - 1], self.changed[self.end - 1] = 1, 0
        self.start, self.end, self.gap = self.changed.rfind(0, 0, self.start) + 1, self.end - 1, self.gap - 1
        return True

    def down(self) -> bool:
        """One line towards the end, taking in the lines it meets; False when it cannot."""
        if self.end == len(self.ids) or self.ids[self.start] != self.ids[self.end] or self.work.left <= 0:
            return False
        self.work.left -= 1
        self.changed[self.start], self.changed[self.end] = 0, 1
        self.start, self.end, self.gap = self.start + 1, self.changed.find(0, self.end), self.gap + 1
        return True

    def settle(self) -> tuple[int, int]:
        """Moves it up and down as far as it goes, until it meets nothing more. Where it ended highest up, and the last
        place where it faced a change, -1 for none."""
        while True:
            size = self.end - self.start
            while self.up():
                pass
            highest, facing = self.end, self.end if self.faces_change() else -1
            while self.down():
                facing = self.end if self.faces_change() else facing
            if size == self.end - self.start:
                return highest, facing


def slide_changes(ids: list[int], changed: bytearray, other: bytearray, indents: dict[int, int] | None, work: Work) -> None:
    """Moves each run of changes as far down as it goes, or up to where the other side has a change or the indents fit."""
    run = _Run(ids, changed, [-1, *(i for i, mark in enumerate(other) if not mark)], work)
    while (start := changed.find(1, run.end)) >= 0:
        run.gap += start - run.end
        run.start, run.end = start, changed.find(0, start)
        highest, facing = run.settle()
        if run.end == highest:
            continue
        if facing >= 0:
            while not run.faces_change() and run.up():
                pass
        elif indents is not None:
            best = _best_end(ids, indents, run.start, run.end, highest)
            while run.end > best and run.up():
                pass


def _best_end(ids: list[int], indents: dict[int, int], start: int, end: int, highest: int) -> int:
    """Where a run of changes that may end anywhere from *highest* to *end* looks best."""
    size = end - start
    first = max(highest, end - size - 1, end - _SLIDING_MAX)
    best, best_score = end, (0, 0)
    for place in range(first, end + 1):
        sides = _split_score(ids, indents, place), _split_score(ids, indents, place - size)
        score = sides[0][0] + sides[1][0], sides[0][1] + sides[1][1]
        deeper = (score[0] > best_score[0]) - (score[0] < best_score[0])
        if place == first or _INDENT_WEIGHT * deeper + score[1] - best_score[1] <= 0:
            best, best_score = place, score
    return best


def _split_score(ids: list[int], indents: dict[int, int], split: int) -> tuple[int, int]:
    """How deep the text is at *split*, and how bad a place it is to begin or end a change (score_add_split)."""
    here = indents[ids[split]] if split < len(ids) else -1
    blank_before, before = _nearest_indent(ids, indents, range(split - 1, -1, -1))
    blank_after, after = _nearest_indent(ids, indents, range(split + 1, len(ids)))
    blanks = 1 + blank_after if here == -1 else 0
    indent = here if here != -1 else after
    penalty = (before == -1 and blank_before == 0) + 21 * (split >= len(ids)) - 30 * (blank_before + blanks) + 6 * blanks
    spaced = blank_before + blanks != 0
    if indent == -1 or before == -1 or indent == before:
        return indent, penalty
    if indent > before:
        return indent, penalty + (10 if spaced else -4)
    if after != -1 and after > indent:
        return indent, penalty + (17 if spaced else 24)
    return indent, penalty + (17 if spaced else 23)


def _nearest_indent(ids: list[int], indents: dict[int, int], places: range) -> tuple[int, int]:
    """Blank lines at *places* in front of the first other line, and its indent: -1 without one, 0 behind 20 blank ones."""
    blanks = 0
    for place in places:
        indent = indents[ids[place]]
        if indent != -1:
            return blanks, indent
        blanks += 1
        if blanks == _BLANKS_MAX:
            return blanks, 0
    return blanks, -1


def indent_of(line: bytes) -> int:
    """Columns of white space in front, at most 200, -1 for a blank line."""
    text = line.lstrip(b" \t\r\n\v\f")
    column = 0
    for char in line[: len(line) - len(text)].translate(None, b"\r\n\v\f"):
        column += 1 if char == 32 else TAB - column % TAB
        if column >= _INDENT_MAX:
            return _INDENT_MAX
    return column if text else -1
