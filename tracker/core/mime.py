"""The MIME tree of a mail (RFC 2045, 2046) as a flat row of its leaves."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from tracker.core.charset import codec_name, decode_bytes, decode_header, unfold
from tracker.core.html import html_to_text
from tracker.core.lazy import lazy

# attribute=value pairs of Content-Type and Content-Disposition (RFC 2045 section 5.1), quoted or not.
_PARAM = re.compile(rb';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))', re.DOTALL)
_TYPE = re.compile(rb"\s*([^\s;/]+/[^\s;]+)")
_WORD = re.compile(rb"\s*([^\s;]+)")
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
_NON64 = re.compile(rb"[^A-Za-z0-9+/=]")
_PATCH_NAME = re.compile(r"\.(?:patch|diff|mbox)(?:\.txt)?$|^\d{4}-.*\.txt$", re.IGNORECASE)
_LINE_FEED = 10
_MAX_DEPTH, _MAX_PARTS = 20, 1_000

Fields = Callable[[str], "bytes | None"]


@dataclass(frozen=True)
class Part:
    """One leaf. payload: its bytes with the transfer encoding undone. content_type: lower case `type/subtype`.

    charset as declared or None; disposition: 'inline', 'attachment' or ''; defects: what was odd.
    """

    content_type: str
    charset: str | None
    filename: str
    disposition: str
    flowed: bool
    delsp: bool
    payload: bytes
    defects: tuple[str, ...] = ()

    @lazy
    def text(self) -> str:
        """The payload as text with \\n line ends; format=flowed paragraphs joined (RFC 3676), HTML read as text."""
        text, _ = decode_bytes(self.payload, self.charset)
        if "\r" in text:
            text = text.replace("\r\n", "\n")
        if self.is_html:
            return html_to_text(text)
        return unflow(text, self.delsp) if self.flowed else text

    @lazy
    def utf8(self) -> bytes:
        """The payload as UTF-8 where its charset can be read, else as it is (what `git mailinfo` hands to `git apply`)."""
        if self.payload.isascii() or codec_name(self.charset) == "utf-8":
            return self.payload
        return decode_bytes(self.payload, self.charset)[0].encode("utf-8", "replace")

    @property
    def is_patch(self) -> bool:
        """A patch that came as an attachment: text/x-patch and its like, or a file named as `git format-patch` does."""
        if self.content_type in ("text/x-patch", "text/x-diff", "application/x-patch"):
            return True
        return bool(self.filename and _PATCH_NAME.search(self.filename))

    @property
    def is_text(self) -> bool:
        """Plain text that a reader shows in the mail itself."""
        return (
            self.content_type == "text/plain" and not self.is_patch and not (self.filename and self.disposition == "attachment")
        )

    @property
    def is_html(self) -> bool:
        """An HTML body, not an attached page."""
        return self.content_type == "text/html" and self.disposition != "attachment"


class Parts(NamedTuple):
    """All leaves and what was odd about the tree."""

    parts: tuple[Part, ...]
    defects: tuple[str, ...]


def split_parts(field: Fields, body: bytes) -> Parts:
    """The leaves below a body whose header fields *field* looks up."""
    out: list[Part] = []
    defects: list[str] = []
    _walk(field, body, 0, out, defects)
    return Parts(tuple(out), tuple(defects))


def _walk(field: Fields, body: bytes, depth: int, out: list[Part], defects: list[str]) -> None:
    header = field("content-type")
    kind, params = _content_type(header)
    if kind.startswith("multipart/") and depth < _MAX_DEPTH and len(out) < _MAX_PARTS:
        boundary = params.get("boundary", b"").rstrip()
        pieces = _pieces(body, boundary, defects) if boundary else []
        if pieces:
            for piece in pieces:
                inner, start = _part_fields(piece)
                _walk(inner, piece[start:], depth + 1, out, defects)
            return
        defects.append("multipart-without-parts")
        kind = "text/plain"
    if len(out) < _MAX_PARTS:
        out.append(_leaf(kind, params, field, body))


def _leaf(kind: str, params: dict[str, bytes], field: Fields, body: bytes) -> Part:
    transfer = field("content-transfer-encoding")
    payload, defect = (body, "") if transfer is None else decode_transfer(body, unfold(transfer).lower())
    defects = [defect] if defect else []
    disposition = field("content-disposition")
    shown, name = "", params.get("name")
    if disposition is not None:
        match = _WORD.match(disposition)
        shown = match[1].decode("latin-1").lower() if match else ""
        name = parameters(disposition).get("filename", name)
    charset = params["charset"].decode("latin-1").strip().strip("'\"") if "charset" in params else None
    if not payload.isascii():
        if charset is None:
            defects.append("8bit-without-charset")
        elif codec_name(charset) is None:
            defects.append("unknown-charset")
        elif kind.startswith("text/") and not decode_bytes(payload, charset)[1]:
            defects.append("wrong-charset")
    flowed = kind == "text/plain" and params.get("format", b"").lower() == b"flowed"
    delsp = params.get("delsp", b"").lower() == b"yes"
    return Part(kind, charset, decode_header(name) if name else "", shown, flowed, delsp, payload, tuple(defects))


def _content_type(header: bytes | None) -> tuple[str, dict[str, bytes]]:
    """Type and parameters; without the field, or with nonsense in it, it is text/plain (RFC 2045 section 5.2)."""
    if header is None:
        return "text/plain", {}
    match = _TYPE.match(header)
    kind = match[1].decode("latin-1").lower() if match else "text/plain"
    return kind, parameters(header)


def parameters(value: bytes) -> dict[str, bytes]:
    """The parameters of a structured field by lower-case name; RFC 2231 pieces and percent escapes put together."""
    found: dict[str, bytes] = {}
    extended: dict[str, list[tuple[int, bool, bytes]]] = {}
    for match in _PARAM.finditer(value):
        name = match[1].decode("latin-1").lower()
        text = match[2].replace(b"\\", b"") if match[2] is not None else match[3].strip()
        base, star, rest = name.partition("*")
        if not star:
            found.setdefault(name, text)
            continue
        number = rest.rstrip("*")
        extended.setdefault(base, []).append((int(number) if number.isdecimal() else 0, name.endswith("*"), text))
    for base, pieces in extended.items():
        found[base] = _join_2231(sorted(pieces))
    return found


def _join_2231(pieces: list[tuple[int, bool, bytes]]) -> bytes:
    """`name*0*=utf-8''a%20b; name*1=c` as UTF-8 bytes (RFC 2231 sections 3 and 4)."""
    charset = b""
    data = b""
    for index, (_, encoded, text) in enumerate(pieces):
        if encoded and index == 0 and text.count(b"'") >= 2:
            charset, _, text = text.split(b"'", 2)
        data += unquote_to_bytes(text) if encoded else text
    return decode_bytes(data, charset.decode("latin-1") or "utf-8")[0].encode("utf-8", "replace")


def _pieces(body: bytes, boundary: bytes, defects: list[str]) -> list[bytes]:
    """The parts between boundary lines; the line break before a boundary belongs to it (RFC 2046 section 5.1.1)."""
    line = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
    pieces: list[bytes] = []
    start = -1
    for match in line.finditer(body):
        at = match.start()
        if at and body[at - 1] != _LINE_FEED:
            continue
        if start >= 0:
            end = at - 2 if body[at - 2 : at] == b"\r\n" else at - 1
            pieces.append(body[start : max(start, end)])
        if match[1]:
            return pieces
        start = match.end() + 1
        if len(pieces) > _MAX_PARTS:
            break
    if start >= 0:
        defects.append("multipart-not-closed")
        pieces.append(body[start:])
    return pieces


def _part_fields(piece: bytes) -> tuple[Fields, int]:
    """A look-up over the header of a part, and where its body starts."""
    found: dict[str, bytes] = {}
    pos = 0
    while (match := _FIELD.match(piece, pos)) is not None:
        found.setdefault(match[1].decode("ascii").lower(), match[2])
        pos = match.end()
    if piece.startswith(b"\r\n", pos):
        pos += 2
    elif piece.startswith(b"\n", pos):
        pos += 1
    return found.get, pos


def decode_transfer(body: bytes, encoding: bytes) -> tuple[bytes, str]:
    """*body* with the transfer encoding undone, and a defect word or ''. Broken base64 gives what can be read of it."""
    encoding = encoding.partition(b";")[0].strip()
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(body), ""
    if encoding == b"base64":
        return _base64(body)
    if encoding in (b"x-uuencode", b"uuencode", b"uue", b"x-uue"):
        return _uudecode(body)
    known = encoding in (b"7bit", b"8bit", b"binary", b"")
    return body, "" if known else "unknown-transfer-encoding"


def _base64(body: bytes) -> tuple[bytes, str]:
    try:
        return binascii.a2b_base64(body), ""
    except binascii.Error:
        text = _NON64.sub(b"", body).rstrip(b"=")
        text = text[: len(text) - 1] if len(text) % 4 == 1 else text
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4)), "broken-base64"


def _uudecode(body: bytes) -> tuple[bytes, str]:
    begin = re.search(rb"^begin \d+ [^\n]*\n", body, re.MULTILINE)
    if begin is None:
        return body, "broken-uuencode"
    out: list[bytes] = []
    for line in body[begin.end() :].splitlines():
        if line.strip() == b"end":
            return b"".join(out), ""
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            return b"".join(out), "broken-uuencode"
    return b"".join(out), "broken-uuencode"


def unflow(text: str, delsp: bool = False) -> str:
    """Lines of format=flowed joined into paragraphs (RFC 3676): space-stuffing undone, quote depths kept apart."""
    out: list[str] = []
    open_depth = -1  # quote depth of the paragraph that the next line may continue
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        if open_depth == depth and content != "-- ":
            out[-1] += content
        else:
            out.append(">" * depth + (" " if depth else "") + content if depth else content)
        open_depth = depth if flows else -1
        if flows and delsp:
            out[-1] = out[-1][:-1]
    return "\n".join(out)
