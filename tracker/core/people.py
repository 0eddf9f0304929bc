"""People as mails name them: address fields, trailer values, and whether two names are one human being.

Address fields follow RFC 5322 section 3.4 and its obsolete forms, read as generously as git's mailinfo.c reads From:
names with commas, dots, @ and raw 8-bit bytes but without quotes, missing brackets, comments. Encoded words (RFC 2047)
are decoded after the splitting, so that a comma inside of one never cuts a name. Nothing here raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tracker.core.address import plain_email
from tracker.core.charset import decode_bytes, decode_header, unfold


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address as a mail writes them; either may be ''."""

    name: str
    email: str


# --- address fields

_MAX_FIELD = 1 << 16  # bytes of a field in unusual form that are looked at; real ones are below 20 kB
_MAX_PEOPLE = 5_000
_ATOM = rb"[^\s<>()\[\]\\,:;@\"]++"
# What nearly every From is, in plain ASCII with single spaces.
_WORD = rb"[^\s<>()\[\]\\,:;@\"=\x80-\xff]++"
_PLAIN_MAIL = rb"<([^\s<>()\[\]\\,:;@\"\x80-\xff]++@[^\s<>()\[\]\\,:;@\"\x80-\xff]++)>"
_COMMON = re.compile(rb"\s*+\"?(" + _WORD + rb"(?: " + _WORD + rb")*+)\"? ?" + _PLAIN_MAIL + rb"\s*+")
# The forms nearly all mails have: Name <a@b>, "Name" <a@b> and a@b, with a comma or the end after them.
_MAILBOX = re.compile(
    rb'\s*+(?:(?:"([^"\\]*+)"|([^"\\<>()\[\],:;@]*+))\s*+<(' + _ATOM + b"@" + _ATOM + b")>"
    rb"|(" + _ATOM + b"@" + _ATOM + rb"))\s*+(?:,|\Z)"
)
_TOKEN = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'  # quoted string
    rb"|=\?[^?\s]{1,80}\?[bBqQ]\?[^?]*+\?="  # encoded word: its commas and brackets are text
    rb"|<[^<>]*+>?"
    rb"|\\.|[(,;:]|\s++|[^\s\"\\=<(,;:]++|.",
    re.DOTALL,
)
_MBOX_DATE = re.compile(rb"[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d \d{4}")  # copied from a "From " line
_PAREN = re.compile(rb"\\.|[()]", re.DOTALL)
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_MAX_OPEN_COMMENTS = 8

_TEXT, _QUOTED, _COMMENT = 0, 1, 2


def parse_addresses(value: bytes) -> tuple[Person, ...]:
    """The people of one raw From, To, Cc or Reply-To value, in their order; () for "undisclosed-recipients:;".

    Pieces without an address belong to the name after them (`Evil, Mallory <m@evil.test>` is one person, as for git);
    where there is no such name they are left out, unless the field has nothing else: then they are one Person without
    an address. Comments stay in the name where they stand, as git has them, and are the name of a bare address.
    """
    match = _COMMON.fullmatch(value)
    if match is not None:
        return (Person(str(match[1], "ascii"), str(match[2], "ascii")),)
    if b"\n" in value:
        value = unfold(value)
    people: list[Person] = []
    pos, end = 0, len(value)
    while pos < end and len(people) < _MAX_PEOPLE:
        match = _MAILBOX.match(value, pos)
        if match is None:
            people.extend(_Splitter(value[pos : pos + _MAX_FIELD]).people(first=not people))
            break
        quoted, plain, mail, bare = match.groups()
        people.append(Person(_name(quoted or plain or b""), _ascii(mail or bare)))
        pos = match.end()
    return tuple(person for person in people[:_MAX_PEOPLE] if person.name or person.email)


def _ascii(value: bytes) -> str:
    return value.decode("ascii") if value.isascii() else decode_bytes(value, None)[0]


def _name(value: bytes) -> str:
    """A name on one line, decoded, without the quotes that some mailers put around or inside of encoded words."""
    if value.isascii() and b"=?" not in value:
        return " ".join(value.decode("ascii").split())
    text = " ".join(decode_header(value).split())
    return text[1:-1].replace('\\"', '"').strip() if len(text) > 1 and text[0] == text[-1] == '"' else text


class _Splitter:
    """Splits an address field that is not in one of the common forms: one pass over its tokens, no recursion."""

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._last_semicolon = value.rfind(b";")
        self._last = len(value.rstrip()) - 1
        self._open_comments = 0
        self._found: list[Person] = []
        self._pending: list[bytes] = []  # names of pieces without an address, waiting for one
        self._before: list[tuple[int, bytes]] = []
        self._after: list[tuple[int, bytes]] = []
        self._angle: bytes | None = None
        self._at = False  # an @ was seen in this piece, outside of quotes

    def people(self, first: bool) -> list[Person]:
        """Everybody named in the field. *first*: nobody was found before, so a name without an address counts too."""
        pos, end = 0, len(self._value)
        while pos < end:
            match = _TOKEN.match(self._value, pos)
            assert match is not None  # the last alternative takes any byte
            pos = self._take(match[0], pos, match.end())
        self._flush()
        if self._pending and first and not self._found:
            name = _name(b", ".join(self._pending))
            self._found.append(parse_person(name) or Person(name, ""))
        return self._found

    def _take(self, token: bytes, pos: int, end: int) -> int:
        """Adds one token to the piece at hand; returns where the next one starts."""
        first = token[:1]
        if first in b",;":
            self._flush()
        elif first == b":" and self._group_starts(pos):
            self._before, self._pending = [], []
        elif first == b"<":
            self._open_angle(token)
        elif first == b"(":
            close = self._comment_end(pos)
            if close:
                text = _QUOTED_PAIR.sub(rb"\1", self._value[pos:close])
                self._parts().append((_COMMENT, text))
                return close
            self._parts().append((_TEXT, token))
        elif first == b'"' and len(token) > 1:
            self._parts().append((_QUOTED, _QUOTED_PAIR.sub(rb"\1", token[1:-1])))
        elif first == b"\\":
            self._parts().append((_TEXT, token[1:]))
        else:
            self._at |= b"@" in token
            self._parts().append((_TEXT, token))
        return end

    def _parts(self) -> list[tuple[int, bytes]]:
        return self._before if self._angle is None else self._after

    def _group_starts(self, pos: int) -> bool:
        """Whether this colon ends a group's name (RFC 5322 section 3.4): a semicolon follows, no address precedes."""
        return self._angle is None and not self._at and (pos < self._last_semicolon or pos == self._last)

    def _open_angle(self, token: bytes) -> None:
        if self._angle is not None:  # a comma is missing: what stands between two addresses names the second
            rest, self._after = self._after, []
            self._flush()
            self._before = rest
        self._angle = token[1:].removesuffix(b">")

    def _comment_end(self, pos: int) -> int:
        """Where the comment that opens at *pos* ends; 0 when it never does."""
        if self._open_comments >= _MAX_OPEN_COMMENTS:
            return 0
        depth = 0
        for match in _PAREN.finditer(self._value, pos):
            depth += {b"(": 1, b")": -1}.get(match[0], 0)
            if depth == 0:
                return match.end()
        self._open_comments += 1
        return 0

    def _flush(self) -> None:
        """Ends a piece: a person when it has an address, else something for the name of the next one."""
        parts = self._before + self._after
        email = _address(self._angle) if self._angle is not None else ""
        if not email:
            email, parts = _bare_address(parts)
        name = _join(parts)
        if email:
            if self._pending and (name or self._angle is not None):
                name = b", ".join([*self._pending, name] if name else self._pending)
            self._found.append(Person(_name(name), email))
            self._pending = []
        elif name and any(kind != _COMMENT and text.strip() for kind, text in parts):
            self._pending.append(name)
        self._before, self._after, self._angle, self._at = [], [], None, False


def _join(parts: list[tuple[int, bytes]]) -> bytes:
    """The name that the parts of a piece make: a lone comment loses its parentheses."""
    shown = [(kind, text) for kind, text in parts if kind != _TEXT or text.strip()]
    if len(shown) == 1 and shown[0][0] == _COMMENT:
        return shown[0][1][1:-1].strip()
    return b"".join(text for _, text in parts).strip()


def _address(inner: bytes) -> str:
    """The address of what stands in angle brackets: obsolete routes, mailto: and stray white space go."""
    text = " ".join((decode_header(inner) if b"=?" in inner else _ascii(inner)).split()).removeprefix("mailto:")
    if text.startswith("@") and ":" in text:  # RFC 5322 section 4.4: <@a.example,@b.example:user@c.example>
        text = text.rpartition(":")[2]
    if "@" in text:
        return text if '"' in text else text.replace(" ", "")
    if " " not in text:
        return text
    return _spoken(text)


def _spoken(text: str) -> str:
    """The address of `user at host.example`, '' for any other text."""
    user, _, host = text.partition(" at ")
    return f"{user}@{host}" if "." in host and " " not in user + host else ""


_HIDE = bytes.maketrans(b" @", b"\0\1")
_SHOW = bytes.maketrans(b"\0\1", b" @")


def _bare_address(parts: list[tuple[int, bytes]]) -> tuple[str, list[tuple[int, bytes]]]:
    """The address of a piece without angle brackets, and what is left of the piece; '' when there is none.

    Also `user at host.example (Name)`, as the archives of GNU Mailman write From.
    """
    plain = b"".join(
        b" " if kind == _COMMENT else text.translate(_HIDE) if kind == _QUOTED else text for kind, text in parts
    )
    comments = [part for part in parts if part[0] == _COMMENT]
    words = plain.split()
    if b"@" not in plain:
        spoken = len(words) == 3 and words[1] == b"at" and b"." in words[2]
        return (_ascii(words[0] + b"@" + words[2]), comments) if spoken else ("", parts)
    at = next(index for index, word in enumerate(words) if b"@" in word)
    low, high = at, at + 1
    if words[at].startswith(b"@") and at:  # RFC 5322 section 4.4 allows white space around the @
        low -= 1
    if words[at].endswith(b"@") and high < len(words):
        high += 1
    email = b"".join(words[low:high]).strip(b"<>\"'.").removeprefix(b"mailto:")
    if b"\0" in email:  # a quoted local part
        email = b'"' + email.translate(_SHOW).replace(b"@", b'"@', 1)
    rest = b" ".join(words[:low] + words[high:]).translate(_SHOW)
    name = [(_TEXT, rest)] if rest and not _MBOX_DATE.fullmatch(rest) else []
    return (_ascii(email), name + comments) if email.strip(b"@") else ("", parts)


# --- one person in plain text

_EMAIL = re.compile(r"[^\s<>@\"(),;:]++@[^\s<>@\"(),;]++")
_IN_QUOTES = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
_NOTE = re.compile(r"\s#")
_TAG = re.compile(r"\[[^\[\]]*+\]\s*+\Z")
_MAX_TEXT = 4_000


def split_note(value: str) -> tuple[str, str]:
    """A trailer's value without what its writer remarks at its end: `# note` (with its sign) or `[note]`.

    Both forms are those b4 reads (LoreMessage.find_trailers), the second also on the same line (`[bcache]`).
    """
    found = _NOTE.search(value)
    if found:
        return value[: found.start()].rstrip(), value[found.start() :].strip()
    value = value.rstrip()
    if value.endswith("]"):
        start = value.rfind("[")
        if start > 0 and value[start - 1].isspace() and _TAG.match(value, start):
            return value[:start].rstrip(), value[start:]
    return value, ""


def parse_person(text: str) -> Person | None:
    """The person of a trailer's value, or None when it holds no address.

    Reads `Name <mail>`, `mail`, `mail (Name)`, `Name mail`, quoted names, the doubled addresses that HTML mailers
    make (`<a@b<mailto:a@b>>`), `user at host` of list archives, and ignores notes (`split_note`).
    """
    value = split_note(text[:_MAX_TEXT])[0]
    head, bracket, tail = value.partition("<")
    if bracket:
        inner = tail.replace("<", ">").partition(">")[0].strip().removeprefix("mailto:")
        email = _spoken(inner) or inner.replace(" ", "")
        if _EMAIL.fullmatch(email):
            return Person(_plain_name(head), email.rstrip("."))
    match = _EMAIL.search(value) if "@" in value else None
    if match is None:
        return None
    name, behind = value[: match.start()].strip(" ,;:<"), value[match.end() :].strip(" ,;>")
    if behind.startswith("(") and behind.endswith(")") and not name:
        name = behind[1:-1]
    return Person(_plain_name(name), match[0].rstrip(".").removeprefix("mailto:"))


def _plain_name(text: str) -> str:
    if "=?" in text:
        text = decode_header(text.encode("utf-8", "replace"))
    if '"' in text:
        text = _IN_QUOTES.sub(lambda match: match[1].replace('\\"', '"').replace("\\\\", "\\"), text)
    return " ".join(text.split())


# --- who is who

_VIA = re.compile(r"\s(?:via|through)\s", re.IGNORECASE)
_REMARK = re.compile(r"\([^()]*+\)|\[[^\[\]]*+\]")
_NOT_NAME = re.compile(r"[^\w\s,]+")


def same_email(a: str, b: str) -> bool:
    """Whether two addresses reach the same mailbox: letter case and a +tag make no difference. '' is like nothing."""
    return bool(a) and plain_email(a) == plain_email(b)


def _related_hosts(a: str, b: str) -> bool:
    """Whether one address is the other with one more label before its domain (foo@linux.intel.com, b4's rule)."""
    user_a, _, host_a = plain_email(a).rpartition("@")
    user_b, _, host_b = plain_email(b).rpartition("@")
    if not user_a or user_a != user_b:
        return False
    long, short = (host_a, host_b) if len(host_a) > len(host_b) else (host_b, host_a)
    return "." in short and long.partition(".")[2] == short


def _name_key(name: str) -> str:
    """A full name for comparing: no case, accents, remarks, quotes or "via LIST"; `Last, First` turned round.

    '' for a name of fewer than two words: those are shared by too many people.
    """
    name = _VIA.split(_REMARK.sub(" ", name.replace("=", " "))[:500], maxsplit=1)[0]
    last, comma, first = name.partition(",")
    if comma and "," not in first and len(last.split()) == 1:
        name = f"{first} {last}"
    if not name.isascii():
        name = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    words = _NOT_NAME.sub("", name.casefold().replace(".", " ").replace("-", " ")).replace(",", " ").split()
    return " ".join(words) if len(words) > 1 else ""


def same_name(a: str, b: str) -> bool:
    """Whether two full names are the same; a name of one word never is."""
    key = _name_key(a)
    return bool(key) and key == _name_key(b)


def same_person(a: Person, b: Person, aliases: Mapping[str, str] | None = None) -> bool:
    """Whether two people are one: same address, known other address, sub-domain, or the same full name.

    aliases: address in lower case -> the address that stands for its owner, as read from a .mailmap.
    The name is only what the mail claims; whether a mail is attested is asked elsewhere.
    """
    if a.email and b.email:
        if same_email(a.email, b.email) or _related_hosts(a.email, b.email):
            return True
        if aliases and same_email(_main_email(a.email, aliases), _main_email(b.email, aliases)):
            return True
    return same_name(a.name, b.name)


def _main_email(email: str, aliases: Mapping[str, str]) -> str:
    return aliases.get(email.casefold()) or aliases.get(plain_email(email)) or email


def undo_via(
    sender: Person,
    original_from: Person | None = None,
    reply_to: tuple[Person, ...] = (),
    list_addresses: Collection[str] = (),
) -> Person:
    """Who wrote a mail whose From was rewritten by a list or relay: `NAME via LIST <list@…>`, DMARC, b4's web relay.

    original_from: the X-Original-From field. list_addresses: addresses of lists known from somewhere else than this
    mail (its writer chooses its To and Cc). Only a From that is such an address, or a b4 relay address that spells the
    author's (`devnull+user.host@kernel.org`), lets other fields name another address; everybody else keeps the address
    he sent from. The email is '' when the author's cannot be known: many people share the list's.
    """
    via = _VIA.split(sender.name, maxsplit=1)
    name = via[0].strip().strip("\"'") if len(via) > 1 else sender.name
    candidates = ([original_from] if original_from is not None else []) + list(reply_to)
    if any(same_email(sender.email, address) for address in list_addresses):
        candidates = [
            person
            for person in candidates
            if person.email and not any(same_email(person.email, address) for address in list_addresses)
        ]
        named = [person for person in candidates if same_name(person.name, name)]
        author = named[0] if named else candidates[0] if candidates else Person("", "")
        return Person(author.name or name, author.email)
    relayed = [person for person in candidates if _relay_address(person.email) == sender.email.casefold()]
    if relayed:
        return Person(relayed[0].name or name, relayed[0].email)
    return Person(name, sender.email) if name else sender


def _relay_address(email: str) -> str:
    """The From address that b4's web relay makes of an author's address."""
    return f"devnull+{email.casefold().replace('@', '.')}@kernel.org" if "@" in email else ""
