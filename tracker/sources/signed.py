"""What the checks of signatures share: their answer, a mail as signers see it, and the footers that lists append."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tracker.core.attestation import speaks_for

Result = Literal["dkim", "patatt", "none", "bad", "unchecked"]

# What readers take the author, the title, the place in the thread and the reading of the body from.
READ = (
    b"from", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"content-type", b"content-transfer-encoding",
)  # fmt: skip

_MAX_MAIL = 1 << 23
_MAX_HEAD = 1 << 18
_MAX_FIELDS = 2_000
_FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:([^\n]*+\n(?:[ \t][^\n]*+\n)*+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Attestation:
    """Who vouches for a mail as it is here.

    result: dkim, the domain of the author's address signed it; patatt, a developer whose key is in the keyring did; none,
    nobody who could speak for the author; bad, the signer signed another text; unchecked, none of these is proven.
    identity: the domain or the developer's address, '' for none; who *claims* to have signed when the result is neither dkim
    nor patatt. detail: the reason in plain words, one line.
    """

    result: Result
    identity: str
    detail: str

    def speaks_for(self, address: str) -> bool:
        """Whether it is good for words of the person with this address: his own signature, or that of his domain.

        A developer may sign a mail with somebody else's name in From: then the signature is good, and not for that name.
        """
        return speaks_for(self.result, self.identity, address)


# --- the mail


@dataclass(frozen=True, slots=True)
class SignedMail:
    """A mail as signers see it. raw: with lines ended by LF; fields: names and folded values, and body: ended by CRLF."""

    raw: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def values(self, name: bytes) -> list[bytes]:
        """The values of all fields of that name (lower case)."""
        return [value for field, value in self.fields if field.lower() == name]

    def has(self, name: bytes) -> bool:
        return bool(self.values(name))

    def ambiguous(self, names: Sequence[bytes], among: Collection[bytes] = READ) -> str:
        """A field of *among* that is here more often than in *names*, '' if none: readers and verifiers choose different ones."""
        found = (name for name in among if len(self.values(name)) > max(1, names.count(name)))
        return next(found, b"").decode("ascii")

    def uncovered(self, names: Collection[bytes], among: Collection[bytes] = READ) -> list[str]:
        """The fields of *among* that are here and not in *names*."""
        return [name.decode("ascii") for name in among if name not in names and self.has(name)]


def read_signed(raw: bytes) -> SignedMail | None:
    """None for a mail too large to be checked. Left out: a "From " line before the header, and lines in it that are no field."""
    if len(raw) > _MAX_MAIL:
        return None
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    raw = raw.replace(b"\r\n", b"\n")
    head, _, body = (b"", b"", raw[1:]) if raw.startswith(b"\n") else raw.partition(b"\n\n")
    if len(head) > _MAX_HEAD:
        return None
    fields = tuple((name, value.replace(b"\n", b"\r\n")) for name, value in _FIELD.findall(head + b"\n"))
    return SignedMail(raw, fields, body.replace(b"\n", b"\r\n")) if len(fields) <= _MAX_FIELDS else None


# --- footers of lists: known lines only, because nobody signed them and they must not be able to say anything

_URL, _ADDRESS = rb"https?://[!-~]{1,300}", rb"[!-~]{1,100}(?:@|\(at\))[!-~]{1,100}"
_FIRST_LINES = (  # mailman 2 and 3, its short form, vger, kvack, Google groups
    rb"[!-~]{1,100} mailing list(?: -- " + _ADDRESS + rb")?",
    rb"(?:Mailing list|List) [A-Za-z ]{1,30}: " + _URL,
    rb'To unsubscribe from this list: send the line "unsubscribe [!-~]{1,100}" in',
    rb"To unsubscribe, send a message with 'unsubscribe [!-~]{1,100}' in",
    rb'You received this message because you are subscribed to the Google Groups "[ -~]{1,100}" group\.',
)
_OTHER_LINES = (
    rb"",
    _URL,
    _ADDRESS,
    rb"To unsubscribe,? send an email to " + _ADDRESS,
    rb"the body of a message to " + _ADDRESS,
    rb"(?:More majordomo info at|Please read the FAQ at) {1,2}" + _URL,
    rb"the body to " + _ADDRESS + rb"\.  For more info on Linux MM,",
    rb"see: " + _URL + rb" ?\.",
    rb"Don't email: <a href=mailto:[!-~]{1,100}> " + _ADDRESS + rb" </a>",
    rb"To unsubscribe from this group and stop receiving emails from it, send an email to " + _ADDRESS + rb"\.?",
    rb"(?:For more options|To view this discussion(?: on the web)?),? visit " + _URL,
)
_FOOTER = re.compile(
    rb"^(?:-- ?|_{20,80})\r\n(?:" + b"|".join(_FIRST_LINES) + rb")\r\n"
    rb"(?:(?:" + b"|".join((*_FIRST_LINES, *_OTHER_LINES)) + rb")\r\n)*+\Z",
    re.MULTILINE,
)
_FOOTER_ROOM = 2_000  # bytes at the end that are searched for one
_MAX_FOOTERS = 3  # a list that feeds another leaves its own


def without_footers(body: bytes) -> Iterator[bytes]:
    """The body (lines ended by CRLF), then without the last footer of a list, without the one before that …"""
    yield body
    if not body.endswith(b"\n"):
        body += b"\r\n"
    for _ in range(_MAX_FOOTERS):
        match = _FOOTER.search(body, max(0, len(body) - _FOOTER_ROOM))
        if not match:
            return
        body = body[: match.start()].rstrip(b"\r\n") + b"\r\n"
        yield body


def is_footer(text: bytes) -> bool:
    """Whether a text is nothing but footers of lists, or blank."""
    return any(not rest.strip() for rest in without_footers(text))
