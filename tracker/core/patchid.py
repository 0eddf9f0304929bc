"""Patch ids as `git patch-id --stable` gives them: what builtin/patch-id.c of git does, quirks included.

Since git 2.39 the builtin did not change in what it prints, but for 2.46.1, whose stricter reading of "diff " lines was
taken back. `patch.parse_diff` reads the diffs that git writes faster and to the same result; this is for all others,
and what that is held against.
"""

from __future__ import annotations

import hashlib
import re

WHITE = b" \t\n\r"  # what git's isspace() knows (ctype.c)

_AFTER_NUL = re.compile(rb"\0[^\n]*")
# A commit id, alone or as `git log` and `git format-patch` write it in front of a patch: it ends the patch before it.
_NEXT_PATCH = re.compile(rb"(?:commit |From )?[0-9a-fA-F]{40}")
_SKIPPED = re.compile(rb"\\ [^\n]{10}(?:\n|[^\n])")  # "\ No newline …": 13 bytes at least
# Lines that can neither be counted in a hunk nor end it.
_DULL_LINES = re.compile(rb"(?:(?![ +\-\\0-9a-fA-Fc])[^\n]*(?:\n|\Z))+")
_INDEX = re.compile(rb"index ([^\n]*?)\.\.(?:([^ \n]*) |([^\n]*))")
_OID_MAX = 64  # characters of an object id that git keeps
_ATOI = re.compile(rb"[ \t\n\v\f\r]*([+-]?[0-9]*)")
_DIGITS = re.compile(rb"[0-9]*")


def patch_ids(data: bytes) -> tuple[str, ...]:
    """All ids that `git patch-id --stable` prints for *data*, in its order, 40 hex digits each.

    Git starts a new one behind each line that cannot belong to a diff, so two diffs with text between them have two,
    and prose that begins with "diff " has one.
    """
    return stable_ids(data, 0, -1)


def stable_ids(data: bytes, pos: int, most: int) -> tuple[str, ...]:
    """The first *most* ids (-1: all) of *data* from offset *pos* on."""
    if b"\0" in data:  # git handles lines as C strings
        data, pos = _AFTER_NUL.sub(b"", data[pos:]), 0
    ids: list[str] = []
    while len(ids) != most:
        if not data.startswith(b"diff ", pos):
            pos = data.find(b"\ndiff ", pos) + 1
            if pos == 0:
                break
        reader = _Reader(data, pos)
        ids.append(reader.read())
        pos = reader.pos
    return tuple(ids)


def digest_number(text: bytes, raw: bytes = b"") -> int:
    """The hash of one file's diff without its white space, as a number to add up (diff.c, flush_one_hunk).

    raw: what is hashed behind it as it stands.
    """
    digest = hashlib.sha1(text.translate(None, WHITE) + raw, usedforsecurity=False).digest()
    return int.from_bytes(digest, "little")


def id_of_sum(total: int) -> str:
    """The id that a sum of `digest_number`s stands for: 20 bytes, the carry out of the last one lost."""
    return (total & (1 << 160) - 1).to_bytes(20, "little").hex()


class _Reader:
    """One run of get_one_patchid() of builtin/patch-id.c, from the "diff " line at *pos* on.

    before, after: lines still expected of the hunk, -1 in a header, as there. oids: both object ids of the last index
    line, which stand for a binary file. What git feeds to its hash is collected a file at a time.
    """

    __slots__ = ("after", "before", "binary", "data", "oids", "pieces", "pos", "total")

    def __init__(self, data: bytes, pos: int) -> None:
        self.data = data
        self.pos = pos
        self.before = self.after = -1
        self.binary = False
        self.pieces: list[bytes] = []
        self.total = 0
        self.oids = b""

    def read(self) -> str:
        """The id; `pos` is then behind the line that ended the patch."""
        going = True
        while going and self.pos < len(self.data):
            if self.binary or self.before == -1:
                going = self._header()
            elif self.before == 0 and self.after == 0:
                going = self._between()
            else:
                going = self._body()
        self._flush()
        return id_of_sum(self.total)

    def _flush(self, raw: bytes = b"") -> None:
        self.total += digest_number(b"".join(self.pieces), raw)
        self.pieces.clear()

    def _line(self) -> bytes | None:
        """The next line, None at the end of the patch; lines about missing newlines are left out."""
        data = self.data
        while self.pos < len(data):
            start = self.pos
            self.pos = data.find(b"\n", start) + 1 or len(data)
            if _NEXT_PATCH.match(data, start):
                return None
            if not _SKIPPED.match(data, start):
                return data[start : self.pos]
        return None

    def _header(self) -> bool:
        """One line of a file's header; False at the end of the patch."""
        line = self._line()
        if line is None:
            return False
        if self.binary:  # git skips all lines to the next "diff ", and does not hash that one
            if line.startswith(b"diff "):
                self.binary, self.before = False, -1
        elif line.startswith((b"GIT binary patch", b"Binary files")):
            self.binary, self.before = True, 0
            self._flush(self.oids)
        elif line.startswith(b"index "):
            match = _INDEX.match(line)
            if match is not None:
                self.oids = match[1][:_OID_MAX] + (match[2] or match[3])[:_OID_MAX]
        elif line.startswith(b"--- "):
            self.before, self.after = 0, 1
            self.pieces.append(line)
        elif line[:1].isalpha():
            self.pieces.append(line)
        else:
            return False
        return True

    def _between(self) -> bool:
        """The line behind a hunk: another hunk, another file, or the end of the patch."""
        line = self._line()
        if line is None:
            return False
        if line.startswith(b"@@ -"):
            self._scan_counts(line)
        elif line.startswith(b"diff "):
            self._flush()
            self.before = self.after = -1
            self.pieces.append(line)
        else:
            return False
        return True

    def _scan_counts(self, line: bytes) -> None:
        """scan_hunk_header(): of an odd hunk header the counts in front of the odd place still count."""
        self.before, end = _scan_range(line, 4)
        if end >= 0 and line[end : end + 2] == b" +":
            self.after, _ = _scan_range(line, end + 2)

    def _body(self) -> bool:
        """Lines of a hunk until its counts are used up; git takes any line, and only three kinds count."""
        data, size = self.data, len(self.data)
        start = pos = self.pos
        going = True
        while going and pos < size:
            first = data[pos]
            if first in b" +-":
                pos = data.find(b"\n", pos) + 1 or size
                self.before -= first != 43  # +
                self.after -= first != 45  # -
                if self.before == -1 or (self.before == 0 and self.after == 0):
                    break
            elif (dull := _DULL_LINES.match(data, pos)) is not None:
                pos = dull.end()
            else:
                going = _NEXT_PATCH.match(data, pos) is None
                end = data.find(b"\n", pos) + 1 or size
                if not going or _SKIPPED.match(data, pos):
                    self.pieces.append(data[start:pos])
                    start = end
                pos = end
        self.pieces.append(data[start:pos])
        self.pos = pos
        return going


def _scan_range(line: bytes, pos: int) -> tuple[int, int]:
    """The count of "N" or "N,COUNT" at *pos*, and the offset behind it, -1 when it is none."""
    start = pos
    pos = _digits_end(line, pos)
    value = 1
    if line[pos : pos + 1] == b",":
        start = pos + 1
        value, pos = _atoi(line, start), _digits_end(line, start)
    return value, pos if pos > start else -1


def _digits_end(line: bytes, pos: int) -> int:
    match = _DIGITS.match(line, pos)
    return match.end() if match else pos


def _atoi(line: bytes, pos: int) -> int:
    """C's atoi(): strtol() held within 64 bits, of which an int keeps the low 32."""
    match = _ATOI.match(line, pos)
    digits = match[1] if match else b""
    if not digits.strip(b"+-"):
        return 0
    value = int(digits) if len(digits) < 25 else (-1 if digits[:1] == b"-" else 1) << 63
    value = max(-(1 << 63), min(value, (1 << 63) - 1))
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)
