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

The file has three parts that know little of each other: texts, the diff of two lists of lines, the assignment.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from operator import eq, sub
from typing import Literal, NamedTuple

from tracker.core.diffpath import file_name, git_paths, plain_paths

_WEIGHED_LINES = 1_000_000
_PAIRING_STEPS = 4_000_000
_SHOWING_STEPS = 4_000_000
_MAX_PATCHES = 400
_CONTEXT = 3
_SPACE = b" \t\r\n"  # what git's isspace() knows (ctype.c)

Mark = Literal["=", "!", "<", ">"]


@dataclass(frozen=True, slots=True)
class PatchText:
    """One patch of a series.

    n: its number. title: without "[PATCH …]". author: "Name <mail>". message: the commit message below the title, as
    UTF-8. diff: from "diff --git" on; what is no diff in or behind it is skipped, b"" for none. label: printed where
    git has the abbreviated commit id.
    """

    n: int
    title: str
    author: str
    message: bytes
    diff: bytes
    label: str = "-------"


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
    old_texts, new_texts = [_text_of(patch) for patch in old], [_text_of(patch) for patch in new]
    vocabulary: dict[bytes, int] = {}
    exact = _equal_diffs(old_texts, new_texts)
    if len(old) + len(new) > _MAX_PATCHES:
        pairs = exact | _equal_titles(old, new, exact)
        table = None
    else:
        table = _weigh(old_texts, new_texts, exact, max(creation_factor, 0), vocabulary)
        pairs = _assigned(table, exact, len(old), len(new))
    work = _Work(_SHOWING_STEPS)
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
        out.append(f"{sides[0]} {pair.mark} {sides[1]} {_one_line(shown.title)}")
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


# --- texts (range-diff.c, read_patches)

_HEADER = re.compile(
    rb"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|rename old|rename new"
    rb"|similarity index|dissimilarity index|index|---|\+\+\+) (.*)",
    re.DOTALL,
)
_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@(.*)", re.DOTALL)
_BINARY = (b"GIT binary patch", b"Binary files ")
_HUNK_ENDS = (b"diff --git ", b"@@ -")
_COUNTED = {b"+": (0, 1), b"-": (1, 0), b" ": (1, 1), b"": (1, 1)}  # lines before and after; a context line may lose its space
_NO_NEWLINE = b" \\ No newline at end of file"
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f]")
_TAB = 8


class _Text(NamedTuple):
    """What git compares of a patch. start: where the diff begins in lines, 0 without one. size: lines of the diff, but
    for the blank ones between files."""

    lines: list[bytes]
    start: int
    size: int

    @property
    def diff(self) -> list[bytes]:
        return self.lines[self.start :]


def _text_of(patch: PatchText) -> _Text:
    author, title = (_one_line(value).encode("utf-8", "replace") for value in (patch.author, patch.title))
    lines = [b" ## Metadata ##", b"Author: " + author, b"", b" ## Commit message ##"]
    lines += _message_lines(title + b"\n\n" + patch.message)
    diff, size = _diff_lines(patch.diff)
    if not diff:
        return _Text(lines, 0, 0)
    return _Text([*lines, b"", *diff], len(lines) + 1, size)


def _one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _message_lines(message: bytes) -> list[bytes]:
    """A commit message as `git log` indents it, after the clean-up of `git am` (git stripspace)."""
    out: list[bytes] = []
    blank = False
    for line in message.split(b"\n"):
        line = line.rstrip(_SPACE)
        if not line:
            blank = True
            continue
        if blank and out:
            out.append(b"")
        blank = False
        out.append(b"    " + _expand_tabs(line))
    return out


def _expand_tabs(line: bytes) -> bytes:
    """Tabs become spaces up to the next column of 8; none do behind text whose width git cannot tell (pretty.c)."""
    if b"\t" not in line:
        return line
    parts = line.split(b"\t")
    out: list[bytes] = []
    for index, part in enumerate(parts[:-1]):
        width = _width(part)
        if width is None:
            return b"".join(out) + b"\t".join(parts[index:])
        out.append(part + b" " * (_TAB - width % _TAB))
    return b"".join(out) + parts[-1]


def _width(part: bytes) -> int | None:
    """Columns of a terminal that *part* takes, None when it is no UTF-8 or has control characters."""
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return None
    if _CONTROLS.search(text):
        return None
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def _diff_lines(data: bytes) -> tuple[list[bytes], int]:
    """The diff as git compares it, and how many of these lines it counts."""
    if data.partition(b"\n")[0].endswith(b"\r"):  # the mail has CRLF, not the files
        data = data.replace(b"\r\n", b"\n")
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    out: list[bytes] = []
    files = pos = 0
    name = b""
    while pos < len(lines):
        line = lines[pos]
        hunk = _HUNK.match(line) if files else None
        if hunk is not None:
            out.append(b"@@" + (b" " + name + b":" + hunk[3] if hunk[3] else b""))
            pos = _take_hunk(lines, pos + 1, int(hunk[1] or 1), int(hunk[2] or 1), out)
        elif _starts_file(lines, pos):
            if files:
                out.append(b"")
            files += 1
            pos, name = _take_header(lines, pos, out)
        else:
            pos += 1
    return out, len(out) - max(files - 1, 0)


def _starts_file(lines: list[bytes], pos: int) -> bool:
    """Whether a file begins at *pos*: with git's header, or with the two name lines of any other tool."""
    if lines[pos].startswith(b"diff --git "):
        return True
    return (
        lines[pos].startswith(b"--- ")
        and pos + 2 < len(lines)
        and lines[pos + 1].startswith(b"+++ ")
        and lines[pos + 2].startswith(b"@@ -")
    )


def _take_header(lines: list[bytes], pos: int, out: list[bytes]) -> tuple[int, bytes]:
    """Reads the header at *pos*, appends its section line; gives the position behind it and the name for its hunks."""
    start = pos
    pos += lines[pos].startswith(b"diff --git ")
    fields: dict[bytes, bytes] = {}
    while pos < len(lines) and (match := _HEADER.match(lines[pos])) is not None:
        fields.setdefault(match[1], match[2])
        pos += 1
    if b"---" in fields and b"+++" in fields:
        old, new = plain_paths(file_name(fields[b"---"]), file_name(fields[b"+++"]))
    else:
        old, new = git_paths(lines[start].removeprefix(b"diff --git "), b"\n".join(lines[start + 1 : pos]))
    before, after = (_one_line(name or "").encode("utf-8", "replace") for name in (old, new))
    added, deleted = old is None or b"new file mode" in fields, new is None or b"deleted file mode" in fields
    name = before if deleted and not added else after
    title = name + (b" (new)" if added else b" (deleted)" if deleted else b"")
    if not added and not deleted and (b"rename from" in fields or b"rename old" in fields):
        title = before + b" => " + after
    modes = fields.get(b"old mode"), fields.get(b"new mode")
    if modes[0] and modes[1] and modes[0] != modes[1]:
        title += b" (mode change %s => %s)" % modes
    out.append(b" ## " + title + b" ##")
    if pos < len(lines) and lines[pos].startswith(_BINARY):
        sides = (b"/dev/null" if added else before, b"/dev/null" if deleted else after)
        out.append(b" Binary files %s and %s differ" % sides)
    return pos, name


def _take_hunk(lines: list[bytes], pos: int, before: int, after: int, out: list[bytes]) -> int:
    """Appends the lines of a hunk, *before* and *after* being their numbers; gives the position behind them."""
    while pos < len(lines):
        line = lines[pos]
        if line[:1] == b"\\":
            line = _NO_NEWLINE
        elif before <= 0 and after <= 0:
            break
        elif (counted := _COUNTED.get(line[:1])) is not None:
            before, after = before - counted[0], after - counted[1]
            line = line or b" "
        elif line.startswith(_HUNK_ENDS):
            break
        else:  # the end of a line that a mailer wrapped
            line = b" " + line
        out.append(line)
        pos += 1
    return pos


# --- pairs (range-diff.c, find_exact_matches and get_correspondences)


def _equal_diffs(old: list[_Text], new: list[_Text]) -> dict[int, int]:
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


class _Lines:
    """Lines as numbers. counts: of each. keys: each line with the number of equal lines before it."""

    __slots__ = ("counts", "ids", "keys")

    def __init__(self, lines: Sequence[bytes], vocabulary: dict[bytes, int]) -> None:
        self.ids = [vocabulary.setdefault(line, len(vocabulary)) for line in lines]
        self.counts: Counter[int] = Counter()
        self.keys: set[int] = set()
        for number in self.ids:
            self.keys.add(number << 32 | self.counts[number])
            self.counts[number] += 1


def _weigh(
    old: list[_Text], new: list[_Text], exact: dict[int, int], factor: int, vocabulary: dict[bytes, int]
) -> list[list[int]]:
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
    old_lines = {i: _Lines(text.diff[:weighed], vocabulary) for i, text in enumerate(old) if i not in taken}
    new_lines = {j: _Lines(text.diff[:weighed], vocabulary) for j, text in enumerate(new) if j not in exact}
    candidates: list[tuple[int, int, int]] = []
    for j, right in new_lines.items():
        for i, left in old_lines.items():
            table[j][i] = bound = _least_cost(left, right)
            if bound <= alone_old[i] + alone_new[j]:
                candidates.append((bound, j, i))
    work = _Work(_PAIRING_STEPS)
    for _, j, i in sorted(candidates):
        cost = _diff_cost(old_lines[i], new_lines[j], work)
        if work.left <= 0:
            break
        table[j][i] = cost
    return table


def _least_cost(left: _Lines, right: _Lines) -> int:
    """No diff is smaller: it has a hunk header, every line not shared, and 3 lines of context if there are as many."""
    shared = len(left.keys & right.keys)
    return len(left.ids) + len(right.ids) - 2 * shared + 1 + min(_CONTEXT, shared)


def _assigned(table: list[list[int]], exact: dict[int, int], old: int, new: int) -> dict[int, int]:
    """New to old index of the pairs git makes of *table*; those of equal diffs stay where the assignment leaves them alone."""
    rows = _Assignment(table).solve()
    found = {i: rows[i] for i in range(old) if 0 <= rows[i] < new}
    return {j: i for j, i in exact.items() if i not in found} | {j: i for i, j in found.items()}


# --- the diff of two texts


@dataclass(slots=True)
class _Work:
    """Steps that may still be done."""

    left: int


class _Change(NamedTuple):
    """Lines that differ between two places where they do not. old, new: index of the first one. removed, added: how many."""

    old: int
    removed: int
    new: int
    added: int


def _hunks(changes: list[_Change]) -> Iterator[list[_Change]]:
    """Changes with no more between them than their contexts (xdiff/xemit.c, xdl_get_hunk)."""
    first = 0
    for index in range(1, len(changes) + 1):
        before = changes[index - 1]
        if index == len(changes) or changes[index].old - (before.old + before.removed) > 2 * _CONTEXT:
            yield changes[first:index]
            first = index


def _behind(last: _Change, old: int, new: int) -> int:
    """How many lines of context follow the last change of a hunk, the texts having *old* and *new* lines."""
    return min(_CONTEXT, old - last.old - last.removed, new - last.new - last.added)


def _diff_cost(left: _Lines, right: _Lines, work: _Work) -> int:
    """How many lines the diff has (range-diff.c, diffsize)."""
    total = 0
    for hunk in _hunks(_align(left, right, work, None)):
        first, last = hunk[0], hunk[-1]
        end = last.new + last.added + _behind(last, len(left.ids), len(right.ids))
        total += 1 + end - max(first.new - _CONTEXT, 0) + sum(change.removed for change in hunk)
    return total


# What stands behind "@@" of a hunk: the last line in front of it that fits (range-diff.c, section_headers).
_SECTION = re.compile(rb" ## (.*) ##\Z|.?@@ (.*)\Z", re.DOTALL)
_SECTION_MAX = 80  # bytes (xdiff/xemit.c, struct func_line)


def _shown_diff(old: list[bytes], new: list[bytes], vocabulary: dict[bytes, int], work: _Work) -> list[bytes]:
    """The diff of two texts, indented by 4, with sections for line numbers."""
    left, right = _Lines(old, vocabulary), _Lines(new, vocabulary)
    indents = {vocabulary[line]: _indent(line) for line in (*old, *new)}
    out: list[bytes] = []
    section = b""
    searched = 0
    for hunk in _hunks(_align(left, right, work, indents)):
        start = max(hunk[0].old - _CONTEXT, 0)
        section = next((found for i in range(start - 1, searched - 1, -1) if (found := _section(old[i])) is not None), section)
        searched = max(start, searched)
        out.append(b"    @@ " + section if section else b"    @@")
        pos = max(hunk[0].new - _CONTEXT, 0)
        for change in hunk:
            out += [b"     " + line for line in new[pos : change.new]]
            out += [b"    -" + line for line in old[change.old : change.old + change.removed]]
            pos = change.new + change.added
            out += [b"    +" + line for line in new[change.new : pos]]
        out += [b"     " + line for line in new[pos : pos + _behind(hunk[-1], len(old), len(new))]]
    return out


def _section(line: bytes) -> bytes | None:
    """The name of the section that *line* opens, None when it opens none; cut as git cuts it, before broken UTF-8."""
    match = _SECTION.match(line.removesuffix(b"\r"))
    if match is None:
        return None
    name = (match[1] if match[1] is not None else match[2])[:_SECTION_MAX].rstrip(_SPACE)
    try:
        name.decode()
    except UnicodeDecodeError as error:
        return name[: error.start]
    return name


def _align(left: _Lines, right: _Lines, work: _Work, indents: dict[int, int] | None) -> list[_Change]:
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
    _slide_changes(old, old_changed, new_changed, indents, work)
    _slide_changes(new, new_changed, old_changed, indents, work)
    return _changes(old_changed, new_changed)


def _changes(old: bytearray, new: bytearray) -> list[_Change]:
    """Runs of marked lines on both sides between the same unmarked ones."""
    out: list[_Change] = []
    i = j = 0
    next_old, next_new = old.find(1), new.find(1)
    while next_old >= 0 or next_new >= 0:
        gaps = [after - at for after, at in ((next_old, i), (next_new, j)) if after >= 0]
        i, j = i + min(gaps), j + min(gaps)
        end_old, end_new = old.find(0, i), new.find(0, j)
        out.append(_Change(i, end_old - i, j, end_new - j))
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

_FAR = 1 << 62
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

    def __init__(self, old: list[int], new: list[int], work: _Work) -> None:
        self._old, self._new, self._work = old, new, work
        diagonals = len(old) + len(new) + 3
        self._forth, self._back = _Front([0] * diagonals, -1), _Front([0] * diagonals, _FAR)
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
        back = _FAR, 0
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


# --- changes moved to better places (xdiff/xdiffi.c, xdl_change_compact)

_SLIDING_MAX = 100
_INDENT_MAX = 200
_BLANKS_MAX = 20
_INDENT_WEIGHT = 60


@dataclass(slots=True)
class _Run:
    """Changed lines, movable where the line in front of or behind them equals the last or the first.

    gap: how many unchanged lines are in front. edges: on the other side, the index of each unchanged line, from -1 on.
    """

    ids: list[int]
    changed: bytearray
    edges: list[int]
    work: _Work
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


def _slide_changes(ids: list[int], changed: bytearray, other: bytearray, indents: dict[int, int] | None, work: _Work) -> None:
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


def _indent(line: bytes) -> int:
    """Columns of white space in front, at most 200, -1 for a blank line."""
    text = line.lstrip(b" \t\r\n\v\f")
    column = 0
    for char in line[: len(line) - len(text)].translate(None, b"\r\n\v\f"):
        column += 1 if char == 32 else _TAB - column % _TAB
        if column >= _INDENT_MAX:
            return _INDENT_MAX
    return column if text else -1


# --- the assignment (R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
# assignment problems", Computing 38, 1987; linear-assignment.c)


@dataclass(slots=True)
class _Assignment:
    """A square table of costs and who has whom. prices: of the columns. rows, columns: by column and by row, -1 for none.

    Ties are broken as git does, which is why the order of every loop matters here.
    """

    table: list[list[int]]
    prices: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)

    def solve(self) -> list[int]:
        """The row of each column, -1 where git leaves one without."""
        size = len(self.table)
        if size < 2:
            return [0] * size
        self.prices, self.rows, self.columns = [0] * size, [-1] * size, [-1] * size
        contested = self._reduce_columns()
        free = self._transfer(contested)
        for _ in range(2):
            free = self._reduce_rows(free)
        for row in free:
            self._augment(row)
        return self.rows

    def _reduce_columns(self) -> set[int]:
        """Each column's price becomes its lowest cost; rows that several columns want get the last one. Which rows these are."""
        contested = set()
        for column, costs in reversed(list(enumerate(zip(*self.table, strict=True)))):
            self.prices[column] = min(costs)
            row = costs.index(self.prices[column])
            if self.columns[row] < 0:
                self.columns[row], self.rows[column] = column, row
            else:
                contested.add(row)
        return contested

    def _transfer(self, contested: set[int]) -> list[int]:
        """A row that alone wants its column lowers the price by what its next best costs more. The rows without a column."""
        for row, column in enumerate(self.columns):
            if column >= 0 and row not in contested:
                rest = list(map(sub, self.table[row], self.prices))
                del rest[column]
                self.prices[column] -= min(rest)
        return [row for row, column in enumerate(self.columns) if column < 0]

    def _reduce_rows(self, free: list[int]) -> list[int]:
        """Free rows take their cheapest column, whoever had it; the rows that are free then."""
        queue = free[::-1]
        left: list[int] = []
        turns = 50 * len(self.table)  # far more than it takes; a row displaced later waits
        while queue:
            row = queue.pop()
            turns -= 1
            costs = list(map(sub, self.table[row], self.prices))
            lowest = min(costs)
            column = first = costs.index(lowest)
            costs[first] = _FAR
            gain = min(costs) - lowest
            if gain > 0:
                self.prices[column] -= gain
            else:
                column = costs.index(lowest)
                if self.rows[column] >= 0:
                    column = first
            displaced = self.rows[column]
            if displaced >= 0:
                (queue if gain > 0 and turns > 0 else left).append(displaced)
            self.columns[row], self.rows[column] = column, row
        return left

    def _augment(self, start: int) -> None:
        """Gives the row *start* a column along the shortest path of exchanges."""
        distances = list(map(sub, self.table[start], self.prices))
        before = [start] * len(distances)
        order = list(range(len(distances)))  # columns: done up to low, at the same distance up to high, others
        low = high = done = nearest = 0
        end, found = -1, False
        while not found:
            if low == high:
                done = low
                nearest, high, end = self._nearest(order, distances, low, end)
                # Git goes on from the last column it looked at, not from the free one. So the path is not always
                # the shortest, and a pair not always the best: the price of making the same pairs.
                found = any(self.rows[column] < 0 for column in order[low:high])
            else:
                low, high, end, found = self._scan(order, distances, before, low, high, nearest, end)
        for column in order[:done]:
            self.prices[column] += distances[column] - nearest
        for _ in order:
            row = before[end]
            self.rows[end] = row
            self.columns[row], end = end, self.columns[row]
            if row == start or end < 0:
                break

    def _nearest(self, order: list[int], distances: list[int], low: int, end: int) -> tuple[int, int, int]:
        """Moves the columns at the least distance to *low*. That distance, the end of them, the last column looked at."""
        least, high = distances[order[low]], low + 1
        for place in range(high, len(order)):
            end = order[place]
            if distances[end] <= least:
                if distances[end] < least:
                    least, high = distances[end], low
                order[place], order[high] = order[high], end
                high += 1
        return least, high, end

    def _scan(
        self, order: list[int], distances: list[int], before: list[int], low: int, high: int, nearest: int, end: int
    ) -> tuple[int, int, int, bool]:
        """Looks for shorter ways by the column at *low*. Both bounds, the last column looked at, whether it is a free one
        at the least distance."""
        column = order[low]
        row = self.rows[column]
        costs, prices = self.table[row], self.prices
        base = costs[column] - prices[column] - nearest
        for place in range(high, len(order)):
            end = order[place]
            distance = costs[end] - prices[end] - base
            if distance < distances[end]:
                distances[end], before[end] = distance, row
                if distance == nearest:
                    if self.rows[end] < 0:
                        return low + 1, high, end, True
                    order[place], order[high] = order[high], end
                    high += 1
        return low + 1, high, end, False
