"""Raw bytes to a `Message`: header fields found by compiled expressions, everything else decoded when it is asked for.

`parse` never raises. What a mail does wrong is recorded as short words in `Message.defects`; VIOLATIONS.md lists them.
Where this differs from the standard library's `email`, VIOLATIONS.md says why.
"""

from __future__ import annotations

import hashlib
import re

from tracker.core.charset import decode_header, unfold
from tracker.core.dates import parse_date
from tracker.core.lazy import lazy
from tracker.core.mime import Part, split_parts
from tracker.core.people import Person, parse_addresses

# One field with its folded lines (RFC 5322 section 2.2). A field name is any printable ASCII but the colon;
# white space before the colon is the obsolete form of section 4.5. Nothing is ever tried twice (possessive).
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
# Lines that local mail software puts between or before fields: mbox separators and their quoted form.
_STRAY = re.compile(rb"(?:>?From [^\n]*|[ \t]+[^\n]*)(?:\n|\Z)")
_ANGLE = re.compile(r"<([^<>]*)>")
_BARE_ID = re.compile(rb"[^\s<>@]+@[^\s<>@]+")
_F = ord("F")
_MAX_REFERENCES = 1_000


class Message:
    """One mail. Made by `parse`; never changes.

    raw: the bytes as given. defects: what was odd, as short words, so far as it was looked at (bodies are read lazily).
    """

    def __init__(self, raw: bytes, fields: dict[bytes, list[tuple[int, int]]], body_at: int, oddities: list[str]) -> None:
        self.raw = raw
        self._fields = fields
        self._body_at = body_at
        self._oddities = oddities

    # --- fields

    def field(self, name: str) -> bytes | None:
        """The raw value of the first field of that name, folded as it stands, or None."""
        spans = self._fields.get(name.lower().encode("ascii", "replace"))
        return self.raw[slice(*spans[0])] if spans else None

    def fields(self, name: str) -> tuple[bytes, ...]:
        """The raw values of all fields of that name, in their order."""
        spans = self._fields.get(name.lower().encode("ascii", "replace"), ())
        return tuple(self.raw[start:end] for start, end in spans)

    def header(self, name: str) -> str:
        """The decoded value of the first field of that name, '' when there is none."""
        value = self.field(name)
        return decode_header(value) if value is not None else ""

    def headers(self, name: str) -> tuple[str, ...]:
        """The decoded values of all fields of that name, in their order."""
        return tuple(decode_header(value) for value in self.fields(name))

    # --- identity and place in the thread

    @lazy
    def msgid(self) -> str:
        """The Message-ID without angle brackets; a mail without one gets an id made from its bytes (never on the wire)."""
        for value in self.fields("message-id"):
            ids = _message_ids(value)
            if ids:
                return ids[0]
            bare = unfold(value).strip()
            if bare:
                return _as_id(bare)
        return f"{hashlib.sha256(self.raw).hexdigest()[:40]}@no-message-id.invalid"

    @lazy
    def in_reply_to(self) -> tuple[str, ...]:
        """The message ids of In-Reply-To. Old mailers put prose and addresses there: without brackets only a lone id counts."""
        return self._ids("in-reply-to")

    @lazy
    def references(self) -> tuple[str, ...]:
        """The message ids of References, oldest first, without repeats; of very many the first and the last are kept."""
        return self._ids("references")

    @lazy
    def parents(self) -> tuple[str, ...]:
        """All ancestors named by the mail, oldest first; the last one is the parent.

        References, then In-Reply-To where References does not have it (public-inbox, Smsg.pm: parse_references).
        """
        ids = dict.fromkeys(self.references + self.in_reply_to)
        ids.pop(self.msgid, None)
        return tuple(ids)

    def _ids(self, name: str) -> tuple[str, ...]:
        ids: dict[str, None] = {}
        for value in self.fields(name):
            found = _message_ids(value)
            if not found:
                bare = unfold(value)
                found = [_as_id(bare)] if _BARE_ID.fullmatch(bare) else []
            ids.update(dict.fromkeys(found))
        if len(ids) > _MAX_REFERENCES:
            some = list(ids)
            return tuple(some[: _MAX_REFERENCES // 2] + some[-_MAX_REFERENCES // 2 :])
        return tuple(ids)

    # --- what people read

    @lazy
    def subject(self) -> str:
        """The decoded Subject on one line."""
        return self.header("subject")

    @lazy
    def sender(self) -> Person:
        """The first person of From, else of Sender; empty when there is neither."""
        for name in ("from", "sender"):
            people = self.people(name)
            if people:
                return people[0]
        return Person("", "")

    def people(self, name: str) -> tuple[Person, ...]:
        """The people of an address field (From, To, Cc, Reply-To …), over all fields of that name."""
        return tuple(person for value in self.fields(name) for person in parse_addresses(value))

    @lazy
    def date(self) -> int | None:
        """The Date in seconds since 1970 UTC, or None when it is missing or no date."""
        value = self.field("date")
        return parse_date(value) if value is not None else None

    @lazy
    def received(self) -> int | None:
        """When the list's server took it: the date of the topmost Received field, as public-inbox orders mail."""
        value = self.field("received")
        return parse_date(value.rpartition(b";")[2]) if value is not None else None

    @lazy
    def parts(self) -> tuple[Part, ...]:
        """The leaves of the MIME tree in their order; a mail that is not multipart has one."""
        found = split_parts(self.field, self.raw[self._body_at :])
        self._oddities.extend(found.defects)
        return found.parts

    @lazy
    def body(self) -> str:
        """What a reader sees: the text parts joined; HTML as text only when there is no plain text. Newlines are \\n."""
        plain = [part for part in self.parts if part.is_text]
        if not plain:
            plain = [part for part in self.parts if part.is_html][:1]
        return "\n".join(part.text.removesuffix("\n") for part in plain) + "\n" if plain else ""

    @lazy
    def _split_body(self) -> tuple[str, str]:
        """Own words and quoted lines of the body."""
        text = self.body
        if ">" not in text:
            return text, ""
        lines = text.split("\n")
        lines[:-1] = [line + "\n" for line in lines[:-1]]
        return "".join([line for line in lines if line[:1] != ">"]), "".join([line for line in lines if line[:1] == ">"])

    @property
    def own_text(self) -> str:
        """The body without the lines that quote somebody."""
        return self._split_body[0]

    @property
    def quoted_text(self) -> str:
        """Only the lines of the body that quote somebody."""
        return self._split_body[1]

    @lazy
    def diff_source(self) -> bytes:
        """The text parts as `git mailinfo` hands them to `git apply`: transfer-decoded, in the mail's own charset.

        A mail that is CRLF throughout, as some servers give it, is read with LF.
        """
        source = b"\n".join(part.payload for part in self.parts if part.is_text)
        return source.replace(b"\r\n", b"\n") if self.raw[: self._body_at].endswith(b"\r\n") else source

    @property
    def attached_patches(self) -> tuple[Part, ...]:
        """Parts that carry a patch as an attachment: by their type or by their file name."""
        return tuple(part for part in self.parts if part.is_patch)

    @lazy
    def defects(self) -> tuple[str, ...]:
        """Everything odd about this mail, as sorted words. Reads the whole mail."""
        words = set(self._oddities)
        parts = self.parts
        words.update(self._oddities)
        words.update(defect for part in parts for defect in part.defects)
        if not any(part.is_text for part in parts) and any(part.is_html for part in parts):
            words.add("html-only")
        words.update(self._field_defects())
        return tuple(sorted(words))

    def _field_defects(self) -> list[str]:
        found = []
        for name in (b"message-id", b"from", b"date"):
            if name not in self._fields:
                found.append(f"no-{name.decode()}")
        for name in (b"message-id", b"from", b"date", b"subject"):
            if len(self._fields.get(name, ())) > 1:
                found.append(f"repeated-{name.decode()}")
        if b"date" in self._fields and self.date is None:
            found.append("bad-date")
        if self.msgid in self.references + self.in_reply_to:
            found.append("references-itself")
        if not self.raw[: self._body_at].isascii():
            found.append("raw-8bit-header")
        return found


def _as_id(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _message_ids(value: bytes) -> list[str]:
    """The ids in angle brackets; white space inside of one comes from folding and goes (public-inbox, MID.pm)."""
    found: list[str] = _ANGLE.findall(_as_id(value))
    return [one for one in ("".join(one.split()) for one in found) if one]


def parse(raw: bytes) -> Message:
    """*raw* as a `Message`. Takes CRLF and LF, an mbox "From " line in front, and any bytes at all."""
    oddities: list[str] = []
    fields: dict[bytes, list[tuple[int, int]]] = {}
    pos = _read_fields(raw, 0, fields)
    while pos < len(raw) and not raw.startswith((b"\n", b"\r\n"), pos):
        stray = _STRAY.match(raw, pos)
        if stray is None or (fields and raw[pos] == _F):  # "From " after the first field is the start of a body
            oddities.append("no-blank-line-after-headers")
            return Message(raw, fields, pos, oddities)
        if fields or raw[pos] != _F:
            oddities.append("stray-line-in-headers")
        pos = _read_fields(raw, stray.end(), fields)
    blank = 2 if raw.startswith(b"\r\n", pos) else 1
    return Message(raw, fields, min(len(raw), pos + blank), oddities)


def _read_fields(raw: bytes, pos: int, fields: dict[bytes, list[tuple[int, int]]]) -> int:
    """Add the fields that start at *pos* by their lower-case names; returns where something else stands."""
    match = _FIELD.match(raw, pos)
    while match is not None:
        fields.setdefault(match[1].lower(), []).append(match.span(2))
        pos = match.end()
        match = _FIELD.match(raw, pos)
    return pos
