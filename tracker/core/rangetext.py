"""What `git range-diff` compares of a patch: author, message, and the diff without blob ids and line numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from tracker.core.diffpath import file_name, git_paths, plain_paths
from tracker.core.sliding import TAB

SPACE = b" \t\r\n"  # what git's isspace() knows (ctype.c)


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


class Text(NamedTuple):
    """What git compares of a patch. start: where the diff begins in lines, 0 without one. size: lines of the diff, but
    for the blank ones between files."""

    lines: list[bytes]
    start: int
    size: int

    @property
    def diff(self) -> list[bytes]:
        return self.lines[self.start :]


def text_of_patch(patch: PatchText) -> Text:
    author, title = (one_line(value).encode("utf-8", "replace") for value in (patch.author, patch.title))
    lines = [b" ## Metadata ##", b"Author: " + author, b"", b" ## Commit message ##"]
    lines += _message_lines(title + b"\n\n" + patch.message)
    diff, size = _diff_lines(patch.diff)
    if not diff:
        return Text(lines, 0, 0)
    return Text([*lines, b"", *diff], len(lines) + 1, size)


def one_line(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


def _message_lines(message: bytes) -> list[bytes]:
    """A commit message as `git log` indents it, after the clean-up of `git am` (git stripspace)."""
    out: list[bytes] = []
    blank = False
    for line in message.split(b"\n"):
        line = line.rstrip(SPACE)
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
        out.append(part + b" " * (TAB - width % TAB))
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
    before, after = (one_line(name or "").encode("utf-8", "replace") for name in (old, new))
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
