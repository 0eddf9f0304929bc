"""Two versions of a series against each other, as `git range-diff` prints them, from the texts of the patches alone.

Three steps, each after a file of git 2.39 to 2.55 (nothing that matters here differs between them):
- a patch becomes the text that range-diff.c compares: author, message, and the diff without blob ids and line numbers;
- equal diffs are pairs; the others are assigned so that the diffs between them are small (linear-assignment.c). How big
  a diff of two diffs is, and what it looks like, follows git's own diff (xdiff/), since every line of it counts;
- the pairs are listed in the order of the new version.

Work is bounded by counts, never by a clock, so that the same input gives the same answer:
- `_WEIGHED_LINES` lines, shared evenly among the patches without an equal diff, decide which of them are counterparts;
- `_PAIRING_STEPS` and `_SHOWING_STEPS` steps of the search for common lines are done in one call. Without any left, the
  number of lines that two patches do not share stands for the size of their diff, and where a diff to show was not
  searched, all lines are removed and added;
- two versions with more than `_MAX_PATCHES` patches together pair by equal diff, then by equal title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tracker.core.assignment import Assignment
from tracker.core.linediff import CONTEXT, Lines, align, behind, hunks
from tracker.core.rangetext import SPACE, PatchText, Text, one_line, text_of_patch
from tracker.core.sliding import Work, indent_of

__all__ = ["Pair", "PatchText", "range_diff", "render"]

_WEIGHED_LINES = 1_000_000
_PAIRING_STEPS = 4_000_000
_SHOWING_STEPS = 4_000_000
_MAX_PATCHES = 400

Mark = Literal["=", "!", "<", ">"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A patch and what became of it.

    old, new: indices into both versions, None where it has no counterpart. mark: "=" same in all that is compared, "!"
    changed, "<" only old, ">" only new. lines: the diff of both texts as git prints it, indented by 4; empty but for
    "!". cost: lines of the diff between both diffs with its context and hunk headers; of a patch without counterpart
    what it costs to leave it alone, `creation_factor` percent of its lines. 0 where series are too long to weigh.
    """

    old: int | None
    new: int | None
    mark: Mark
    lines: tuple[str, ...]
    cost: int


def range_diff(old: Sequence[PatchText], new: Sequence[PatchText], *, creation_factor: int = 60) -> tuple[Pair, ...]:
    """Both versions paired, each patch once, in the order in which `git range-diff` lists them.

    creation_factor: percent of its own size that a diff between two patches may have before they count as unrelated
    (git range-diff --creation-factor). Never raises.
    """
    old_texts, new_texts = [text_of_patch(patch) for patch in old], [text_of_patch(patch) for patch in new]
    vocabulary: dict[bytes, int] = {}
    exact = _equal_diffs(old_texts, new_texts)
    if len(old) + len(new) > _MAX_PATCHES:
        pairs = exact | _equal_titles(old, new, exact)
        table = None
    else:
        table = _weigh(old_texts, new_texts, exact, max(creation_factor, 0), vocabulary)
        pairs = _assigned(table, exact, len(old), len(new))
    work = Work(_SHOWING_STEPS)
    out: list[Pair] = []
    for i, j in _listing(len(old), len(new), pairs):
        cost = table[len(new) if j is None else j][len(old) if i is None else i] if table else 0
        if i is None or j is None:
            out.append(Pair(i, j, "<" if j is None else ">", (), cost))
        elif old_texts[i].lines == new_texts[j].lines:
            out.append(Pair(i, j, "=", (), cost))
        else:
            lines = _shown_diff(old_texts[i].lines, new_texts[j].lines, vocabulary, work)
            out.append(Pair(i, j, "!", tuple(line.decode("utf-8", "replace") for line in lines), cost))
    return tuple(out)


def render(pairs: Sequence[Pair], old: Sequence[PatchText], new: Sequence[PatchText]) -> list[str]:
    """The lines of `git range-diff --no-color` for *pairs* of *old* and *new*, with their labels for commit ids."""
    highest = max([len(old), len(new), *(patch.n for patch in (*old, *new))])
    width = len(str(1 + highest))
    dashes = ""
    out: list[str] = []
    for pair in pairs:
        left = old[pair.old] if pair.old is not None else None
        right = new[pair.new] if pair.new is not None else None
        shown = left or right
        if shown is None:
            continue
        dashes = dashes or "-" * len(shown.label)
        sides = [f"{patch.n if patch else '-':>{width}}:  {patch.label if patch else dashes}" for patch in (left, right)]
        out.append(f"{sides[0]} {pair.mark} {sides[1]} {one_line(shown.title)}")
        out.extend(pair.lines)
    return out


def _listing(old: int, new: int, pairs: dict[int, int]) -> Iterator[tuple[int | None, int | None]]:
    """Indices in git's order: the new version's, a dropped patch as soon as all old ones before it were listed."""
    seen: set[int] = set()
    paired = set(pairs.values())
    pos = 0
    for j in range(new + 1):
        while pos < old and (pos in seen or pos not in paired):
            if pos not in seen:
                yield pos, None
            pos += 1
        if j < new:
            i = pairs.get(j)
            yield i, j
            if i is not None:
                seen.add(i)


# --- pairs (range-diff.c, find_exact_matches and get_correspondences)


def _equal_diffs(old: list[Text], new: list[Text]) -> dict[int, int]:
    """New to old index of patches with the same diff. Of several in the old version git takes the last one first."""
    stacks: dict[bytes, list[int]] = {}
    for i, text in enumerate(old):
        stacks.setdefault(b"\n".join(text.diff), []).append(i)
    found = ((j, stacks.get(b"\n".join(text.diff))) for j, text in enumerate(new))
    return {j: stack.pop() for j, stack in found if stack}


def _equal_titles(old: Sequence[PatchText], new: Sequence[PatchText], exact: dict[int, int]) -> dict[int, int]:
    """New to old index of the other patches that have the same title, first to first."""
    taken = set(exact.values())
    queues: dict[str, list[int]] = {}
    for i in reversed(range(len(old))):
        if i not in taken:
            queues.setdefault(old[i].title, []).append(i)
    found = ((j, queues.get(patch.title)) for j, patch in enumerate(new) if j not in exact)
    return {j: queue.pop() for j, queue in found if queue}


def _weigh(old: list[Text], new: list[Text], exact: dict[int, int], factor: int, vocabulary: dict[bytes, int]) -> list[list[int]]:
    """Git's square table of costs: rows are new patches, then one more for each old one that stays alone; columns are
    old patches, then one more for each new one.

    Git never pairs what costs more than staying alone does on both sides together, and how much more has no say in what
    it does pair. A bound that is cheap to have keeps most of the diffs undone.
    """
    taken = set(exact.values())
    weighed = _WEIGHED_LINES // max(len(old) + len(new) - 2 * len(exact), 1)
    alone_old, alone_new = ([min(text.size, weighed) * factor // 100 for text in texts] for texts in (old, new))
    never = max(1 << 16, sum(alone_old) + sum(alone_new) + 1)  # git: COST_MAX
    table = [[never] * len(old) + [never if j in exact else cost] * len(new) for j, cost in enumerate(alone_new)]
    last = [never if i in taken else cost for i, cost in enumerate(alone_old)] + [0] * len(new)
    table += [list(last) for _ in old]
    for j, i in exact.items():
        table[j][i] = 0
    old_lines = {i: Lines(text.diff[:weighed], vocabulary) for i, text in enumerate(old) if i not in taken}
    new_lines = {j: Lines(text.diff[:weighed], vocabulary) for j, text in enumerate(new) if j not in exact}
    candidates: list[tuple[int, int, int]] = []
    for j, right in new_lines.items():
        for i, left in old_lines.items():
            table[j][i] = bound = _least_cost(left, right)
            if bound <= alone_old[i] + alone_new[j]:
                candidates.append((bound, j, i))
    work = Work(_PAIRING_STEPS)
    for _, j, i in sorted(candidates):
        cost = _diff_cost(old_lines[i], new_lines[j], work)
        if work.left <= 0:
            break
        table[j][i] = cost
    return table


def _least_cost(left: Lines, right: Lines) -> int:
    """No diff is smaller: it has a hunk header, every line not shared, and 3 lines of context if there are as many."""
    shared = len(left.keys & right.keys)
    return len(left.ids) + len(right.ids) - 2 * shared + 1 + min(CONTEXT, shared)


def _assigned(table: list[list[int]], exact: dict[int, int], old: int, new: int) -> dict[int, int]:
    """New to old index of the pairs git makes of *table*; those of equal diffs stay where the assignment leaves them alone."""
    rows = Assignment(table).solve()
    found = {i: rows[i] for i in range(old) if 0 <= rows[i] < new}
    return {j: i for j, i in exact.items() if i not in found} | {j: i for i, j in found.items()}


def _diff_cost(left: Lines, right: Lines, work: Work) -> int:
    """How many lines the diff has (range-diff.c, diffsize)."""
    total = 0
    for hunk in hunks(align(left, right, work, None)):
        first, last = hunk[0], hunk[-1]
        end = last.new + last.added + behind(last, len(left.ids), len(right.ids))
        total += 1 + end - max(first.new - CONTEXT, 0) + sum(change.removed for change in hunk)
    return total


# --- the diff of two texts

# What stands behind "@@" of a hunk: the last line in front of it that fits (range-diff.c, section_headers).
_SECTION = re.compile(rb" ## (.*) ##\Z|.?@@ (.*)\Z", re.DOTALL)
_SECTION_MAX = 80  # bytes (xdiff/xemit.c, struct func_line)


def _shown_diff(old: list[bytes], new: list[bytes], vocabulary: dict[bytes, int], work: Work) -> list[bytes]:
    """The diff of two texts, indented by 4, with sections for line numbers."""
    left, right = Lines(old, vocabulary), Lines(new, vocabulary)
    indents = {vocabulary[line]: indent_of(line) for line in (*old, *new)}
    out: list[bytes] = []
    section = b""
    searched = 0
    for hunk in hunks(align(left, right, work, indents)):
        start = max(hunk[0].old - CONTEXT, 0)
        section = next((found for i in range(start - 1, searched - 1, -1) if (found := _section(old[i])) is not None), section)
        searched = max(start, searched)
        out.append(b"    @@ " + section if section else b"    @@")
        pos = max(hunk[0].new - CONTEXT, 0)
        for change in hunk:
            out += [b"     " + line for line in new[pos : change.new]]
            out += [b"    -" + line for line in old[change.old : change.old + change.removed]]
            pos = change.new + change.added
            out += [b"    +" + line for line in new[change.new : pos]]
        out += [b"     " + line for line in new[pos : pos + behind(hunk[-1], len(old), len(new))]]
    return out


def _section(line: bytes) -> bytes | None:
    """The name of the section that *line* opens, None when it opens none; cut as git cuts it, before broken UTF-8."""
    match = _SECTION.match(line.removesuffix(b"\r"))
    if match is None:
        return None
    name = (match[1] if match[1] is not None else match[2])[:_SECTION_MAX].rstrip(SPACE)
    try:
        name.decode()
    except UnicodeDecodeError as error:
        return name[: error.start]
    return name
