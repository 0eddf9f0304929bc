"""The body of a patch mail as `git mailinfo` takes it apart, and patches that replies and attachments offer.

`split_mail` follows git's mailinfo.c line by line in what it decides, not in how it reads: bodies come whole, with
their transfer encoding undone and as UTF-8. (Git makes UTF-8 of the message only and copies the patch as it came.)
Nothing here raises.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from tracker.core.charset import decode_header
from tracker.core.patch import Diff, parse_diff

_SPACE = b" \t\r\n"  # what git's isspace() knows (ctype.c)
# mailinfo.c, patchbreak(): where the commit message ends.
_BREAK = rb"(?:diff -|Index: |--- (?![ \t\r\n])|---[ \t\r]*\n)"
_BREAK_AT_START = re.compile(_BREAK)
_NEXT_BREAK = re.compile(rb"\n(?=" + _BREAK + rb")")
_INBODY = re.compile(rb"(From|Subject|Date):[ \t\r\n]*", re.IGNORECASE)
_QUOTED_FROM = re.compile(rb">From [0-9a-f]{40} Mon Sep 17 00:00:00 2001\n")
_SNIP = re.compile(rb">8|8<|>%|%<")
# mailinfo.c, is_scissors_line(): dashes, scissors, white space, and runs of anything else.
_SNIPS = (b">8", b"8<", b">%", b"%<")
_SCISSORS, _GAP = 2, 3
_SCISSORS_TOKENS = re.compile(rb"(-+)|(>8|8<|>%|%<)|([ \t\r\n]+)|(?:(?!>8|8<|>%|%<)[^- \t\r\n])+")


@dataclass(frozen=True, slots=True)
class Split:
    """A body taken apart.

    inbody: headers in front of the message, ("From" | "Subject" | "Date", value as it stands, folded lines joined);
    git takes them only from a mail that has a patch. message: the commit message, up to but without "---".
    patch: from "---" or the first line of a diff on. scissors: a scissors line was found and what is above it dropped.
    """

    inbody: tuple[tuple[str, bytes], ...]
    message: bytes
    patch: bytes
    scissors: bool


def split_mail(body: bytes, *, scissors: bool = False, inbody: bool = True) -> Split:
    """*body* as `git mailinfo` splits it (git 2.39, mailinfo.c: handle_commit_msg).

    scissors: obey scissors lines, as --scissors does. inbody: look for headers, False as with --no-inbody-headers.
    Like git's, this works on LF; a line of CRLF is not blank to it.
    """
    headers, start = _inbody_headers(body, 0, scissors, inbody)
    end = _find_break(body, start)
    used = False
    while scissors and (cut := _find_scissors(body, start, _line_end(body, end))) >= 0:
        used = True
        headers, start = _inbody_headers(body, cut, scissors, inbody)
        if end < start:
            end = _find_break(body, start)
    return Split(tuple(headers.items()), body[start:end], body[end:], used)


def _line_end(body: bytes, pos: int) -> int:
    return body.find(b"\n", pos) + 1 or len(body)


def _find_break(body: bytes, pos: int) -> int:
    """The offset of the first line at or behind the line at *pos* that ends a commit message, else the end."""
    if _BREAK_AT_START.match(body, pos):
        return pos
    match = _NEXT_BREAK.search(body, pos)
    return match.end() if match is not None else len(body)


def _find_scissors(body: bytes, pos: int, limit: int) -> int:
    """The offset behind the first scissors line from *pos* on that begins before *limit*, -1 when there is none."""
    while (match := _SNIP.search(body, pos, limit)) is not None:
        start = body.rfind(b"\n", pos, match.start()) + 1 or pos
        pos = _line_end(body, match.end())
        if is_scissors_line(body[start:pos]):
            return pos
    return -1


def is_scissors_line(line: bytes) -> bool:
    """Whether git takes *line*, with its newline, for a scissors line (mailinfo.c, is_scissors_line).

    At least 8 visible characters, more than a third of them dashes, scissors and the gaps between them, and the gaps
    less than half of those.
    """
    line = line.split(b"\0", 1)[0]
    visible = len(line.strip(_SPACE))
    perforation = gap = scissors = 0
    inside = False
    for match in _SCISSORS_TOKENS.finditer(line):
        size, kind = match.end() - match.start(), match.lastindex
        if kind is None:
            inside = False
        elif kind == _GAP:
            perforation += size if inside else 0
            gap += size if inside else 0
        else:
            inside = True
            perforation += size
            scissors += kind == _SCISSORS
    if line.rstrip(_SPACE).endswith(_SNIPS):
        visible -= 1  # git takes the first character of a pair for the last visible one
    return scissors > 0 and 8 <= visible < perforation * 3 and gap * 2 < perforation


def _inbody_headers(body: bytes, pos: int, scissors: bool, wanted: bool) -> tuple[dict[str, bytes], int]:
    """Headers at *pos* behind blank lines, and the offset where the message starts.

    mailinfo.c: check_inbody_header() with the part of handle_commit_msg() that counts blank lines.
    """
    found: dict[str, bytes] = {}
    name, value = "", [b""]  # the header that may go on in the next line
    while pos < len(body):
        end = _line_end(body, pos)
        line = body[pos:end]
        if name and (line == b"\n" or line[:1] not in b" \t"):
            found[name] = _joined(value)
            if line == b"\n":
                return found, end
            name = ""
        if name:
            if scissors and is_scissors_line(line):
                break
            value.append(line)
        elif line != b"\n":
            opened = _open_header(line, found) if wanted else None
            if opened is None:
                break
            name, value = opened
        pos = end
    if name:
        found[name] = _joined(value)
    return found, pos


def _open_header(line: bytes, found: dict[str, bytes]) -> tuple[str, list[bytes]] | None:
    """Name and first line of the header that *line* opens, None when it is text.

    Lines that belong to the headers and cannot go on have no name; a "[PATCH]" line goes into *found* at once.
    """
    if line.startswith(b"[PATCH]") and line[7:8] in (b" ", b"\t", b"\r", b"\n"):
        found["Subject"] = line.strip(_SPACE)
        return "", []
    match = _INBODY.match(line)
    if match is not None:
        name = match[1].decode().capitalize()
        return (name, [line[match.end() :]]) if name not in found else None
    return ("", []) if _QUOTED_FROM.fullmatch(line) else None


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line.removesuffix(b"\n") for line in lines).strip(_SPACE)


# --- patches that replies and attachments offer

# Lines that say "a patch starts here", with the newline before them.
_FORMAT_PATCH = re.compile(rb"\n>?From ([0-9a-f]{40}) Mon Sep 17 00:00:00 2001[ \t]*\n")
_SHOWN_COMMIT = re.compile(rb"\ncommit ([0-9a-f]{40})[^\n]*\n(?=(?:Merge: [^\n]*\n)?Author: )")
_HG_EXPORT = re.compile(rb"\n# HG changeset patch\n(?=# )")
_HG_FIELD = re.compile(rb"# (?:(User|Date|Node ID) +)?([^\n]*)\n")
_SHA = re.compile(rb"[0-9a-f]{40}")
_FIELD = re.compile(rb"([!-9;-~]+):([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
# What opens a paragraph where people paste a patch with its headers, or with its title alone.
_PASTED = re.compile(rb"\n[ \t]*\n(?=(?:From|Subject):[ \t]*\S|\[(?=[^]\n]*PATCH)[^]\n]*\][ \t]*\S)")
# A whole mail that was forwarded, or quoted without quote marks: the patch in it is not offered.
_FORWARDED = re.compile(
    rb"\n[ \t]*(?:-{2,}[ \t]*(?:Original|Forwarded) [Mm]essage|Begin forwarded message:"
    rb"|From:[^\n]*\n(?:Date:[^\n]*\n)?(?:Sent|To):)"
)
_INDENT = re.compile(rb"^    ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Offer:
    """A patch that stands unquoted in a text, with what is said about it there.

    subject, author ("Name <mail>"), date: decoded headers in front of it, None where there are none. sha: the commit
    that `git format-patch`, `git show` or `hg export` made it from. message: the commit message; of a patch without
    headers of its own the unquoted text in front of it.
    """

    subject: str | None
    author: str | None
    date: str | None
    sha: str | None
    message: bytes
    diff: Diff


@dataclass(frozen=True, slots=True)
class _Heading:
    fields: dict[str, bytes]
    message: bytes
    sha: bytes | None = None


def offered_patch(body: bytes) -> Offer | None:
    """The patch that a reply or an attachment offers, None when *body* has no unquoted diff.

    Its headers and its message are looked for in front of the diff: behind the last "From SHA" line of
    `git format-patch`, "commit SHA" line of `git show`, "# HG changeset patch" or scissors line, else in the last
    paragraph behind all quoted lines that starts with From:, Subject: or [PATCH]. A mail forwarded or quoted without
    quote marks offers nothing.
    """
    diff = parse_diff(body)
    if diff is None:
        return None
    head = b"\n\n" + body[: diff.start].replace(b"\r\n", b"\n")  # all lines have one before them
    heading = _marked_heading(head)
    if heading is None:
        if _FORWARDED.search(head):
            return None
        heading = _pasted_heading(head)
    subject, author, date = (
        decode_header(heading.fields[name]).strip() or None if name in heading.fields else None
        for name in ("Subject", "From", "Date")
    )
    sha = heading.sha.decode() if heading.sha and heading.sha.strip(b"0") else None
    return Offer(subject, author, date, sha, heading.message, diff)


def _marked_heading(head: bytes) -> _Heading | None:
    """What stands behind the last line that says "a patch starts here", None without one."""
    at, heading = -1, None
    for pattern, read in ((_FORMAT_PATCH, _read_mail), (_SHOWN_COMMIT, _read_shown), (_HG_EXPORT, _read_hg)):
        found = deque(pattern.finditer(head), 1)  # the last one
        if found and found[0].end() > at:
            at = found[0].end()
            heading = read(head[at:], found[0][1] if pattern.groups else None)
    cut = _last_scissors(head)
    if cut > at:
        split = split_mail(head[cut:])
        return _Heading(dict(split.inbody), split.message)
    return heading


def _last_scissors(head: bytes) -> int:
    """The offset behind the last scissors line that is not quoted, -1 when there is none."""
    last, pos = -1, 0
    while (pos := _find_scissors(head, pos, len(head))) >= 0:
        start = head.rfind(b"\n", 0, pos - 1) + 1
        if not head.startswith(b">", start) or head.startswith((b">8", b">%"), start):
            last = pos
    return last


def _read_mail(text: bytes, sha: bytes | None) -> _Heading:
    """A mail as `git format-patch` writes it: headers to the first blank line, then a body with headers of its own."""
    fields, end = _fields(text)
    split = split_mail(text[end:])
    return _Heading(fields | dict(split.inbody), split.message, sha)


def _fields(text: bytes) -> tuple[dict[str, bytes], int]:
    """Header fields, folded as they stand, by capitalized name, and the offset behind the last one."""
    fields: dict[str, bytes] = {}
    pos = 0
    while (match := _FIELD.match(text, pos)) is not None:
        fields.setdefault(match[1].decode().capitalize(), match[2])
        pos = match.end()
    return fields, pos


def _read_shown(text: bytes, sha: bytes | None) -> _Heading:
    """A commit as `git show` writes it: Author and Date, then title and message indented by four."""
    shown, end = _fields(text)
    title, _, rest = _INDENT.sub(b"", text[end:]).lstrip(b"\n").partition(b"\n")
    date = shown.get("Date", shown.get("Authordate", b""))
    fields = {"Subject": title, "From": shown.get("Author", b""), "Date": date}
    return _Heading(fields, split_mail(rest, inbody=False).message, sha)


def _read_hg(text: bytes, _: bytes | None) -> _Heading:
    """A changeset as `hg export` writes it: comment lines, then title and message."""
    names = {b"User": "From", b"Date": "Date"}
    fields: dict[str, bytes] = {}
    sha, pos = None, 0
    while (match := _HG_FIELD.match(text, pos)) is not None:
        if match[1] in names:
            fields[names[match[1]]] = match[2]
        elif match[1] and _SHA.fullmatch(match[2]):
            sha = match[2]
        pos = match.end()
    fields["Subject"], _, rest = text[pos:].partition(b"\n")
    return _Heading(fields, split_mail(rest, inbody=False).message, sha)


def _pasted_heading(head: bytes) -> _Heading:
    """Headers that open a paragraph behind the last quoted line; without them what is said there."""
    quote = head.rfind(b"\n>")
    tail = b"\n\n" + head[_line_end(head, quote + 1) :] if quote >= 0 else head
    at = -1
    for match in _PASTED.finditer(tail):
        if tail.startswith(b"[", match.end()):
            at = match.end()
            continue
        fields, _ = _inbody_headers(tail, match.end(), False, True)
        if "Subject" in fields or b"@" in fields.get("From", b""):
            at = match.end()
    if at < 0:
        said = split_mail(tail, inbody=False).message.strip(b"\n")
        return _Heading({}, said + b"\n" if said else b"")
    title, _, rest = tail[at:].partition(b"\n")
    if title.startswith(b"["):
        return _Heading({"Subject": title}, split_mail(rest).message)
    split = split_mail(tail[at:])
    return _Heading(dict(split.inbody), split.message)
