"""Unified diffs in the body of a mail: the files they touch, their size, and their patch id.

Everything works on bytes: a body with its transfer encoding undone, as UTF-8, with LF or CRLF line ends. Nothing here
raises. Diffs as git writes them, which is what nearly every patch mail has, are counted and hashed a file at a time
with a few calls into compiled code; any other file is walked through line by line, as forgiving as `git apply`, in the
formats of quilt, hg, svn, cvs and GNU diff.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from tracker.core.diffpath import RENAME, file_name, git_paths, plain_paths, text_of
from tracker.core.patchid import digest_number, id_of_sum, stable_ids

# The usual header of a text file in a git diff. Groups: what is hashed of it (two), the old and the new path.
_USUAL_HEADER = re.compile(
    rb"(diff --git [^\n]*\n(?:(?:new|deleted|old|similarity|dissimilarity|rename|copy) [^\n]*\n)*)index [^\n]*\n"
    rb'(--- (?:a/([^"\t\r\n]+)|/dev/null)\n\+\+\+ (?:b/([^"\t\r\n]+)|/dev/null)\n)(?=@@ -)'
)
# A hunk, from the newline in front of it: its two counts, and all lines that a hunk can have, as many as there are.
_HUNK_LINES = re.compile(rb"\n@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@.*((?:\n[ +\-\\].*)*+)")
_NO_NEWLINES = re.compile(rb"\n\\ .{10,}")
_ALL_BUT_MARKS = bytes(set(range(256)) - set(b"\n +-\\"))
_FIRST_BYTES = re.compile(rb"\n(.)", re.DOTALL)

_EXTENDED = (
    rb"(?:index|old mode|new mode|new file mode|deleted file mode|copy from|copy to|rename from|rename to|rename old"
    rb"|rename new|similarity index|dissimilarity index) [^\n]*(?:\n|\Z)"
)
# git diff: the header of one file (gitformat-diff, "Generating patch text with -p"), up to its first hunk.
_GIT_FILE = re.compile(
    rb"diff --git (?P<names>[^\n]*(?:\nb/[^\n]*)?)(?:\n|\Z)(?P<extended>(?:" + _EXTENDED + rb")*)"
    rb"(?:--- (?P<old>[^\n]*)\n\+\+\+ (?P<new>[^\n]*)(?:\n|\Z)"
    rb"|(?P<binary>Binary files |GIT binary patch)[^\n]*(?:\n|\Z))?"
)
# Every other tool: the two file lines in front of a hunk, and the lines with the command or the name before them.
_PLAIN_FILE = re.compile(
    rb"(?:Index: [^\n]*\n(?:[^\n]*\n){0,6}?)?(?:diff -[^\n]*\n)?"
    rb"--- (?P<old>[^\n]*)\n\+\+\+ (?P<new>[^\n]*)\n(?=@@ -\d)"
)
_FILE_START = re.compile(rb"\n(?=diff -|Index: |--- )")
_HUNK = re.compile(rb"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@[^\n]*(?:\n|\Z)")
_BINARY_BLOCKS = re.compile(rb"(?:(?:literal|delta) \d+\r?\n(?:[A-Za-z][^\n]*\n)*(?:\r?\n)?)*")
_NO_NEWLINE = re.compile(rb"\\ [^\n]*(?:\n|\Z)")
_WRAP_AT = 50  # bytes at least in a line that a mailer wraps
_NOT_WRAPPED = re.compile(rb"@@ -|diff -|Index: |>")
# A line that `git log` and `git format-patch` put in front of a patch: it ends the patch before it.
_NEXT_PATCH = re.compile(rb"\n(?:commit |From )?[0-9a-fA-F]{40}")


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a diff does to one file. old, new: its paths without a/ and b/, None where it does not exist on that side.

    added, removed: changed lines, 0 of a binary file.
    """

    old: str | None
    new: str | None
    added: int
    removed: int
    binary: bool

    @property
    def path(self) -> str:
        """The path after the change, of a deleted file the one before it."""
        return self.new or self.old or ""


@dataclass(frozen=True, slots=True)
class Diff:
    """One patch: all diffs of a text up to the next "From SHA" or "commit SHA" line.

    patch_id: 40 hex digits as `git patch-id --stable` prints them, None where git prints none: it wants
    a "diff " line. added, removed: sums over the files. start, end: offsets in the text, from the first header line to
    behind the last line of the last hunk.
    """

    patch_id: str | None
    files: tuple[FileDiff, ...]
    added: int
    removed: int
    start: int
    end: int


class _Found(NamedTuple):
    """One file of a patch. digest: its part of the patch id, None where only the slow reader can tell."""

    file: FileDiff
    digest: int | None
    start: int
    end: int


class _Hunks(NamedTuple):
    """The hunks of one file. lines: of each, all its lines behind their newlines. end: offset behind them."""

    added: int
    removed: int
    lines: list[bytes]
    end: int


def parse_diff(data: bytes) -> Diff | None:
    """The patch in *data*, or None when there is none: quoted ("> diff") and indented diffs are none.

    A diff counts when its header is complete: "diff --git" with a line of git's extended header, a binary patch or
    file names behind it, or "---" and "+++" lines in front of a hunk. A hunk ends at a line that no hunk has, and
    what follows one that is longer than its header says is taken for text.
    """
    if b"\n@@ -" not in data and b"\ndiff --git " not in data and not data.startswith(b"diff --git "):
        return None
    files: list[FileDiff] = []
    digests: list[int | None] = []
    start = end = run_end = 0  # run: the files without text between them, to which git gives one id
    while (found := _next_file(data, end, bool(files))) is not None:
        if not files:
            start = run_end = found.start
        if found.start == run_end:
            digests.append(found.digest)
            run_end = found.end
        files.append(found.file)
        end = found.end
    if not files:
        return None
    added, removed = sum(file.added for file in files), sum(file.removed for file in files)
    return Diff(_run_id(data, start, run_end, digests), tuple(files), added, removed, start, end)


def _run_id(data: bytes, start: int, end: int, digests: list[int | None]) -> str | None:
    """The patch id of the files from *start* to *end*: their digests added up, or what the slow reader says."""
    known = [digest for digest in digests if digest is not None]
    if len(known) == len(digests) and b"\0" not in data and not data.startswith((b"diff ", b"@@ -"), end):
        return id_of_sum(sum(known))
    return next(iter(stable_ids(data, start, 1)), None)


def patch_id(data: bytes) -> str | None:
    """The id of the patch in *data* as 40 hex digits, None when there is no diff or only one that git gives no id.

    Equal to the first line of `git patch-id --stable` for the text from the first diff on. Git itself also gives ids
    to prose that begins with "diff "; `patch_ids` has those, too.
    """
    diff = parse_diff(data)
    return diff.patch_id if diff is not None else None


def _next_file(data: bytes, pos: int, inside: bool) -> _Found | None:
    """The next file at or behind *pos*. inside: a patch has begun there, which ends before the next "From SHA" line."""
    found = _usual_file(data, pos)
    if found is not None:
        return found
    header = _next_header(data, pos, inside)
    if header is None:
        return None
    start = header.start()
    return (_usual_file(data, start) if start != pos else None) or _read_file(data, header)


# --- diffs as git writes them


def _usual_file(data: bytes, pos: int) -> _Found | None:
    """The file at *pos* when its header is a usual one of git and its hunks have as many lines as they say."""
    header = _USUAL_HEADER.match(data, pos)
    if header is None:
        return None
    hunks = _count_hunks(data, header.end() - 1)
    if hunks is None:
        return None
    hashed, file_lines, old, new = header.groups()
    file = FileDiff(text_of(old) if old else None, text_of(new) if new else None, hunks.added, hunks.removed, False)
    return _Found(file, digest_number(hashed + file_lines + b"".join(hunks.lines)), pos, hunks.end)


def _count_hunks(data: bytes, pos: int) -> _Hunks | None:
    """The hunks from the newline at *pos* on, None when they do not have as many lines as their headers say."""
    added = removed = 0
    out: list[bytes] = []
    whole = True
    while whole and (match := _HUNK_LINES.match(data, pos)) is not None:
        before, after, lines = match.groups()
        pos = match.end()
        # What is left is short, and the first byte of each line is still behind its newline.
        marks = lines.translate(None, _ALL_BUT_MARKS)
        if b"\n\\" in marks:
            lines = _NO_NEWLINES.sub(b"", lines)
            marks = lines.translate(None, _ALL_BUT_MARKS)
            if b"\n\\" in marks:
                return None
        total, plus, minus = marks.count(b"\n"), marks.count(b"\n+"), marks.count(b"\n-")
        old, new = int(before or 1), int(after or 1)
        if total - plus != old or total - minus != new:
            whole = False  # a signature or a footer looks like more lines
            size = _hunk_size(lines, old, new)
            if size < 0 or not data.endswith(lines[size:], 0, pos):
                return None
            pos -= len(lines) - size
            lines = lines[:size]
            plus, minus = lines.count(b"\n+"), lines.count(b"\n-")
        added, removed = added + plus, removed + minus
        out.append(lines)
    return _Hunks(added, removed, out, min(pos + 1, len(data)))


def _hunk_size(lines: bytes, before: int, after: int) -> int:
    """How many bytes of *lines* make up the counts of their hunk where more follow, -1 when none do."""
    unsigned = lines.removesuffix(b"\n-- ")
    total = unsigned.count(b"\n")
    if total - unsigned.count(b"\n+") == before and total - unsigned.count(b"\n-") == after:
        return len(unsigned)
    pos = 0
    for first in b"".join(_FIRST_BYTES.findall(lines)):
        before -= first != 43  # +
        after -= first != 45  # -
        pos = lines.find(b"\n", pos + 1)
        if before <= 0 and after <= 0:
            break
    return (pos if pos > 0 else len(lines)) if before == after == 0 else -1


# --- diffs as anybody writes them


def _header_at(data: bytes, pos: int) -> re.Match[bytes] | None:
    if data.startswith(b"diff --git ", pos):
        match = _GIT_FILE.match(data, pos)
        if match is not None and (match["extended"] or match["new"] is not None or match["binary"]):
            return match
    return _PLAIN_FILE.match(data, pos)


def _next_header(data: bytes, pos: int, inside: bool) -> re.Match[bytes] | None:
    """The header of the next file at or after *pos*. inside: a patch has begun and may end before that file."""
    if (pos == 0 or data[pos - 1] == 10) and (match := _header_at(data, pos)) is not None:
        return match
    gap = max(pos - 1, 0)
    for line in _FILE_START.finditer(data, gap):
        match = _header_at(data, line.end())
        if match is not None:
            return None if inside and _NEXT_PATCH.search(data, gap, line.end()) else match
    return None


def _read_file(data: bytes, header: re.Match[bytes]) -> _Found:
    """The file whose header was found, its hunks walked through."""
    pos = header.end()
    groups = header.groupdict()
    if groups["new"] is None:
        binary = bool(groups["binary"])
        if groups["binary"] == b"GIT binary patch":
            pos = _blocks_end(data, pos)
        file = FileDiff(*git_paths(groups["names"], groups["extended"]), 0, 0, binary)
        return _Found(file, None, header.start(), pos)
    hunks = _count_hunks(data, pos - 1) or _walk_hunks(data, pos)
    if groups.get("extended") and RENAME.search(groups["extended"]):
        old, new = git_paths(groups["names"], groups["extended"])
    else:
        old, new = plain_paths(file_name(groups["old"]), file_name(groups["new"]))
    return _Found(FileDiff(old, new, hunks.added, hunks.removed, False), None, header.start(), hunks.end)


def _walk_hunks(data: bytes, pos: int) -> _Hunks:
    """The hunks at *pos*, whatever became of them in the mail."""
    added = removed = 0
    while (match := _HUNK.match(data, pos)) is not None:
        plus, minus, pos = _walk_hunk(data, match.end(), int(match[1] or 1), int(match[2] or 1))
        added += plus
        removed += minus
    return _Hunks(added, removed, [], pos)


def _walk_hunk(data: bytes, pos: int, before: int, after: int) -> tuple[int, int, int]:
    """Added and removed lines of the hunk at *pos*, and the offset behind it.

    It ends where its counts are used up, or at lines that no hunk has. An empty line is a context line whose space was
    lost (git: apply.c, apply_fragment). A single line that fits nowhere is the rest of the long line before it, which
    a mailer wrapped.
    """
    added = removed = 0
    wrapped = data.rfind(b"\n", 0, pos - 1) + _WRAP_AT < pos
    while (before > 0 or after > 0) and pos < len(data):
        first = data[pos]
        end = data.find(b"\n", pos) + 1 or len(data)
        if first == 43:  # +
            after, added = after - 1, added + 1
        elif first == 45:  # -
            before, removed = before - 1, removed + 1
        elif first in b" \r\n":
            before, after = before - 1, after - 1
        elif first != 92 and (not wrapped or _NOT_WRAPPED.match(data, pos)):  # a backslash: "\ No newline …"
            return added, removed, pos
        wrapped = first in b" +-" and end - pos > _WRAP_AT
        pos = end
    match = _NO_NEWLINE.match(data, pos)
    return added, removed, match.end() if match else pos


def _blocks_end(data: bytes, pos: int) -> int:
    match = _BINARY_BLOCKS.match(data, pos)
    return match.end() if match else pos
