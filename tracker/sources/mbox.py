"""Mail from mbox files, packed or not, in pieces of bounded size, as raw bytes.

Which lines separate mails, and which `>From ` lines were quoted by the writer, is decided once for a file from its
first "From " line (there is no other mark; public-inbox's lei names the variant there, too):

| first line                               | variant | a separator is             | unquoted                  |
| ---------------------------------------- | ------- | -------------------------- | ------------------------- |
| `From mboxrd@z Thu Jan  1 00:00:00 1970` | mboxrd  | any line "From WHO DATE"   | one `>` of each `>>From ` |
| `From SHA Mon Sep 17 00:00:00 2001`      | git     | that, after an empty line  | nothing                   |
| anything else                            | mboxo   | or before a header field   | one `>` of `>From ` only  |

mboxrd quotes every "From " line, so its separators need no empty line: public-inbox (Mbox.pm) adds one newline to each
mail, which is not an empty line when the mail lacked its last newline. That newline is taken off again, so the bytes
are those of the mail. `git format-patch` quotes nothing, and `git mailsplit` without --mboxrd unquotes nothing.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

from tracker.sources.base import BadInput, SourceError, Truncated

Variant = Literal["mboxrd", "mboxo", "git"]

CHUNK = 1 << 18
# Mails that are larger are attacks, or no mails: vger refuses 1 MB, the largest mail of 680,000 is below 20 MB.
MAX_MESSAGE = 64 << 20
_SNIFF = 1 << 13
_MAX_FROM_LINE = 1000
_LOOKAHEAD = 2000

_DATE = re.compile(
    rb"[ \t](?:Sun|Mon|Tue|Wed|Thu|Fri|Sat),?[ \t]+"
    rb"(?:[A-Z][a-z]{2}[ \t]+\d{1,2}[ \t]+\d{1,2}:\d\d\b[^\n]{0,40}?[ \t](?:19|20)\d\d\b"
    rb"|\d{1,2}[ \t]+[A-Z][a-z]{2}[ \t]+(?:19|20)\d\d[ \t]+\d{1,2}:\d\d\b)"
)
_MBOXRD = re.compile(rb"From \S*mboxrd\S* ")
_GIT_PATCH = re.compile(rb"From (?:[0-9a-f]{40}|[0-9a-f]{64}) Mon Sep 17 00:00:00 2001\b")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9_-]*[ \t]*:")
_MAIL_HEADER = re.compile(
    rb"^(?:From|Date|Subject|Message-ID|Received|Return-Path|To|Delivered-To|Reply-To)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED: dict[Variant, re.Pattern[bytes] | None] = {
    "mboxrd": re.compile(rb"^>(>*From )", re.MULTILINE),
    "mboxo": re.compile(rb"^>(From )", re.MULTILINE),
    "git": None,
}


def is_from_line(line: bytes) -> bool:
    """Whether *line* separates mails: "From ", somebody, and a date as asctime(3), date(1) or RFC 5322 write it.

    Stricter than `git mailsplit` (which looks for HH:MM:SS YYYY at the end), so that prose is not taken for one.
    """
    return len(line) <= _MAX_FROM_LINE and line.startswith(b"From ") and _DATE.search(line) is not None


def looks_like_mail(head: bytes) -> bool:
    """Whether *head*, the beginning of a file, is a mail's header: a field name first, and one that mails have."""
    if not _HEADER.match(head):
        return False
    end = re.search(rb"\r?\n\r?\n", head)
    return _MAIL_HEADER.search(head, 0, end.start() if end else len(head)) is not None


def variant_of(from_line: bytes) -> Variant:
    """The variant that a file's first "From " line tells; see the table above."""
    if _MBOXRD.match(from_line):
        return "mboxrd"
    return "git" if _GIT_PATCH.match(from_line) else "mboxo"


def no_mail(head: bytes) -> str:
    """What *head*, the beginning of something that is no mail, looks like instead."""
    head = head.lstrip()[:1000]
    if head.startswith(b"<"):
        return "this is a web page or XML, not mail"
    if b"\x00" in head or sum(byte < 9 for byte in head[:200]) > 2:
        return "this is binary data, neither an mbox nor a mail"
    begin = head[:40].decode("utf-8", "replace")
    return f"neither an mbox nor a mail: it begins with {begin!r}"


def _without_last_newline(raw: bytes, variant: Variant, crlf: bool) -> bytes:
    """*raw* without the newline that ends a mail in an mbox; outside of mboxrd only an empty line is one.

    crlf: whether its "From " line ended in CRLF, so that a CR in front of the newline is not the mail's.
    """
    if variant == "mboxrd":
        return raw.removesuffix(b"\r\n" if crlf and raw.endswith(b"\r\n") else b"\n")
    if raw.endswith(b"\n\r\n"):
        return raw[:-2]
    return raw[:-1] if raw.endswith(b"\n\n") else raw


class Splitter:
    """Cuts an mbox that arrives in pieces into mails. Holds one mail and one piece at a time.

    where, advice: for errors, what is read and what to do when it is no mail.
    Errors: BadInput when it is no mbox, or a mail is larger than 64 MiB.
    """

    def __init__(self, where: str = "", advice: str = "give an mbox or a mail") -> None:
        self._where = where
        self._advice = advice
        self._buffer = bytearray()
        self._scanned = 0
        self._variant: Variant | None = None
        self._single = False
        self._crlf = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The mails that *data* completes."""
        self._buffer += data
        if self._started(last=False):
            yield from self._cut(len(self._buffer) - _LOOKAHEAD)
        if len(self._buffer) > MAX_MESSAGE:
            raise BadInput(f"a mail of more than {MAX_MESSAGE >> 20} MiB; no mbox, or a damaged one", self._where)

    def finish(self) -> Iterator[bytes]:
        """The last mail: call this when the data ended where it should."""
        if self._started(last=True):
            yield from self._cut(len(self._buffer))
            yield from self._mail(bytes(self._buffer))
        self._buffer.clear()

    def cut_short(self) -> Iterator[bytes]:
        """The mails that are whole, when the data ended where it should not: all but the one it ended in."""
        with contextlib.suppress(BadInput):  # too little to tell what it is: no whole mail in any case
            if self._started(last=True):
                yield from self._cut(len(self._buffer))
        self._buffer.clear()

    def _started(self, last: bool) -> bool:
        """Whether the beginning was seen and understood; takes the first "From " line off."""
        if self._variant is not None:
            return True
        if len(self._buffer) < _SNIFF and not last:
            return False
        head = bytes(self._buffer[:_SNIFF]).lstrip()
        if not head:
            raise BadInput(f"there is nothing in it; {self._advice}", self._where)
        del self._buffer[: self._buffer.find(head[:1])]
        line, _, rest = head.partition(b"\n")
        if line.startswith(b"From ") and (is_from_line(line) or _MAIL_HEADER.search(rest[:_LOOKAHEAD])):
            self._variant, self._crlf = variant_of(line), line.endswith(b"\r")
            del self._buffer[: len(line) + 1]
        elif looks_like_mail(head):
            self._variant, self._single = "git", True
        else:
            raise BadInput(f"{no_mail(head)}; {self._advice}", self._where)
        return True

    def _cut(self, limit: int) -> Iterator[bytes]:
        """The mails that end before *limit*: behind it too little is known of what follows a "From " line."""
        buffer, start, at = self._buffer, 0, self._scanned
        while not self._single and 0 <= (hit := buffer.find(b"\nFrom ", at)) < limit:
            end = buffer.find(b"\n", hit + 1, hit + _MAX_FROM_LINE)
            if end >= 0 and self._separates(start, hit, end):
                yield from self._mail(bytes(buffer[start : hit + 1]))
                self._crlf = buffer[end - 1] == 0x0D
                start, at = end + 1, end
            else:
                at = hit + 1
        del buffer[:start]
        self._scanned = max(0, at - start, limit - start)

    def _separates(self, start: int, hit: int, end: int) -> bool:
        """Whether the line after *hit* (a newline), up to *end*, begins a mail; *start* is where this one began."""
        buffer = self._buffer
        if not is_from_line(bytes(buffer[hit + 1 : end])):
            return False
        after_empty = hit < start + 2 or buffer[hit - 1] == 0x0A or buffer[hit - 2 : hit] == b"\n\r"
        return after_empty or self._variant == "mboxrd" or _HEADER.match(buffer, end + 1) is not None

    def _mail(self, raw: bytes) -> Iterator[bytes]:
        """*raw* without what the mbox added; nothing when it is only white space."""
        assert self._variant is not None
        if not self._single:
            raw = _without_last_newline(raw, self._variant, self._crlf)
        quoted = _QUOTED[self._variant]
        if quoted is not None and b">From " in raw:
            raw = quoted.sub(rb"\1", raw)
        if raw and not raw.isspace():
            yield raw


def split_mbox(data: bytes, where: str = "") -> list[bytes]:
    """The mails of an mbox in memory, such as a server's answer; [] when it is empty. Errors: as `Splitter`."""
    if not data.strip():
        return []
    splitter = Splitter(where)
    return [*splitter.feed(data), *splitter.finish()]


def read_mbox(source: BinaryIO | Path | str) -> Iterator[bytes]:
    """The mails of an mbox, or of a file that is one mail. gzip, bzip2, xz and zstd are known by their first bytes.

    source: a path, or a binary stream (standard input). Memory: one mail and a piece of 256 kB.
    Errors: BadInput when it cannot be read or is no mbox; Truncated, after every mail that is whole, when it is cut.
    """
    if isinstance(source, Path | str):
        try:
            stream = open(source, "rb", buffering=0)  # noqa: SIM115 -- closed below; only opening is tried here
        except OSError as ex:
            raise BadInput(f"cannot be read: {ex.strerror}", source) from ex
        with stream:
            yield from _read(stream, str(source))
    else:
        name = getattr(source, "name", None)
        yield from _read(source, name if isinstance(name, str) and name != "<stdin>" else "standard input")


def _read(stream: Readable, where: str) -> Iterator[bytes]:
    splitter = Splitter(where)
    try:
        read = unpacked(stream.read)
        while data := read(CHUNK):
            yield from splitter.feed(data)
    except damage() as ex:
        yield from splitter.cut_short()
        raise _damaged(ex, where) from ex
    yield from splitter.finish()


# Unpacking


class Readable(Protocol):
    """What mails are read from: a file, a pipe."""

    def read(self, size: int, /) -> bytes | None: ...


# Bytes, at most as many as asked for; fewer when there are no more at once; b'' (or None) at the end.
Read = Callable[[int], bytes | None]


def unpacked(read: Read, layers: int = 2) -> Read:
    """Reads what *read* does with up to *layers* layers of packing undone (a packed file sent packed has two).

    Reading raises one of `damage()` when the packed data is cut or broken, after what came before the cut.
    """
    head = b""
    while len(head) < 6 and (more := read(6 - len(head))):
        head += more
    source = _Source(head, read)
    for magic, unpack in _UNPACKERS:
        if layers and head.startswith(magic):
            return unpacked(unpack(source).read1, layers - 1)
    return source.read


def damage() -> tuple[type[Exception], ...]:
    """What reading packed data may raise when it is cut or broken, and reading a file when the disk is."""
    from zstandard import ZstdError

    return EOFError, OSError, zlib.error, lzma.LZMAError, ZstdError


def _damaged(ex: Exception, where: str) -> SourceError:
    if isinstance(ex, OSError) and ex.errno is not None:
        return BadInput(f"cannot be read: {ex.strerror}", where)
    if isinstance(ex, EOFError):
        return Truncated("the packed data ends too early; mails before the cut were read; get the file again", where)
    return Truncated(f"the packed data is damaged ({ex}); mails before that were read; get the file again", where)


class _Source:
    """The bytes read ahead, then the rest, as a file for the unpackers: each read gives what there is at once."""

    def __init__(self, head: bytes, rest: Read) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        if not self._head:
            return self._rest(size) or b""
        data, self._head = self._head[:size], self._head[size:]
        return data


class _Zstd:
    """zstd frames one after the other. Fed in small steps: a step of 1 KiB unpacks to 32 MiB at the very most."""

    def __init__(self, packed: _Source) -> None:
        self._packed = packed
        self._frame: Any = None
        self._input = b""
        self._output = io.BytesIO()

    def read1(self, size: int, /) -> bytes:
        while not (data := self._output.read(size)) and self._fill():
            pass
        return data

    def _fill(self) -> bool:
        from zstandard import ZstdDecompressor

        data = self._input or self._packed.read(CHUNK)
        if not data:
            if self._frame is not None:
                raise EOFError("zstd frame cut")
            return False
        if self._frame is None:
            self._frame = ZstdDecompressor().decompressobj()
        step, self._input = data[:1024], data[1024:]
        self._output = io.BytesIO(self._frame.decompress(step))
        if self._frame.eof:
            self._input = self._frame.unused_data + self._input
            self._frame = None
        return True


class _Unpacker(Protocol):
    def read1(self, size: int, /) -> bytes: ...


_UNPACKERS: tuple[tuple[bytes, Callable[[Any], _Unpacker]], ...] = (
    (b"\x1f\x8b\x08", lambda packed: gzip.GzipFile(fileobj=packed, mode="rb")),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"\x28\xb5\x2f\xfd", _Zstd),
)
