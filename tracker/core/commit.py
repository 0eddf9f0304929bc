"""What a git commit says of itself: subject, links to mails, and its relations to other commits.

Facts only: a link is what the commit names, not proof that the linked mail is its origin, and the commits it names may
not exist. Relations are read from the forms that git, the kernel's documentation and its stable trees use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.people import Person
from tracker.core.subject import normal_title
from tracker.core.trailers import links


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. sha, parents: full ids in lower case. authored, committed: seconds since 1970 UTC.

    subject: the first paragraph on one line, as git's %s. links: message ids that its Link, Message-ID and like trailers
    name, %-decoded, without angle brackets. fixes: of Fixes: lines. reverts: of "This reverts commit …", all of them.
    upstream: the commit it is a backport of, '' for none. These ids are hex in lower case, as long as written (7 to 64).
    stable: it asks for a backport (Cc: stable@…).
    """

    sha: str
    parents: tuple[str, ...]
    author: Person
    authored: int
    committer: Person
    committed: int
    subject: str
    links: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    upstream: str = ""
    stable: bool = False


@dataclass(frozen=True, slots=True)
class Relations:
    """What a commit's message ties it to; the fields as in `Commit`."""

    links: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    upstream: str = ""
    stable: bool = False


NOTHING = Relations()  # the very object that messages without any have
_MAX_MESSAGE = 200_000  # bytes; of longer ones the start and the end are read
_MAX_IDS = 200
_MAX_KEY = 400
_MAX_LINE = 2_000


def read_commit(
    sha: str, parents: tuple[str, ...], author: Person, authored: int, committer: Person, committed: int, message: str
) -> Commit:
    """The commit with these fields of its header and this message (lines end with \\n). Never raises."""
    text = message.encode("utf-8", "replace")
    said = relations_of(text)
    return Commit(
        sha, parents, author, authored, committer, committed, subject_with_key(text)[0],
        said.links, said.fixes, said.reverts, said.upstream, said.stable,
    )  # fmt: skip


def subject_key(subject: str) -> str:
    """A subject for looking commits up: letters and digits only, no case, no brackets in front.

    "[PATCH v2] fs: don't block" and stable's "fs: dont block" have one key. The key of a key is itself.
    """
    return normal_title(subject[: 4 * _MAX_KEY]).replace(" ", "").replace("_", "")[:_MAX_KEY]


_NOT_ALNUM = bytes(byte for byte in range(128) if not chr(byte).isalnum())
_FOLDED = bytes(range(256)).lower()


def subject_with_key(message: bytes) -> tuple[str, str]:
    """The subject of a message in UTF-8 (its first paragraph on one line, as git's %s), and its `subject_key`."""
    first = message[:_MAX_MESSAGE].lstrip(b"\n").partition(b"\n\n")[0].rstrip(b"\n")
    text = first.decode("utf-8", "replace").strip()
    subject = " ".join(text.split("\n")) if "\n" in text else text
    if len(first) <= _MAX_KEY and subject[:1] != "[" and first.isascii():
        return subject, first.translate(_FOLDED, _NOT_ALNUM).decode("ascii")
    return subject, subject_key(subject)


# --- relations

# Seven hex digits in a row: without them no commit is named.
_HEX_DIGITS = bytes(ord("x") if chr(byte) in "0123456789abcdefABCDEF" else ord(".") for byte in range(256))
_HEX_RUN = b"x" * 7
_LINK_KEY = re.compile(
    rb"[ \t]*(?:\[\d{1,2}\][ \t]*)?(?:link|message-id|lore|lore-link|patch-link|patch|submission|archived-at|reviewed-on"
    rb"|discussion|references?|ref|see-also|upstream-link|url)(?:[ \t]?\[\d{1,2}\])?[ \t]*:"
)
_LINK_NOTE = re.compile(rb"[ \t]*\[\d{1,2}\]")
_HEX = re.compile(rb"\b(?:commit[ \t]+)?([0-9a-f]{7,64})\b")
_QUOTED_TITLE = re.compile(rb'\("[^\n]{0,300}?"\)|"[^"\n]{0,300}"')
_FIXES = re.compile(rb"[ \t]*fixes[ \t]*:")
# "This reverts commit X", "This reverts commits X, Y and Z", also broken into lines. A partial revert is none.
_REVERTING = re.compile(rb"\bthis(?: patch| commit| change)?\s{1,9}\Z")
_REVERTED = re.compile(rb"reverts\s{1,9}(?:(?:the )?(?:following )?(?:upstream )?commits?:?\s{1,9})?")
_REVERT_LINE = re.compile(rb"reverts?(?::| commits?\b:?)\s{1,9}(?:commits?:?\s{1,9})?")
_LISTED = re.compile(
    rb"[\s,;&*-]{0,9}(?:and\s{1,9})?(?:commit\s{1,9})?(?:https?://[^\s<>\"]{1,200}?[/=])?\b([0-9a-f]{7,64})\b"
    rb"(?:\s{0,3}\((?:\"|')?[^)]{0,300}\))?+"
)
_UPSTREAM = re.compile(
    rb"[ \t]*(?:\[ ?)?(?:commit:?[ \t]+([0-9a-f]{7,64})[ \t]+(?:from[ \t]+)?upstream\b"
    rb"|upstream[ -]commit:?[ \t]+(?:id:?[ \t]+)?([0-9a-f]{7,64})\b"
    rb"|\(?cherry[- ]picked from (?:commit )?([0-9a-f]{7,64})\b"
    rb"|\(?backported from commit ([0-9a-f]{7,64})\b)"
)
_STABLE = re.compile(rb"[ \t]*cc[ \t]*:.*\bstable@(?:vger\.)?kernel\.org")


def relations(message: str) -> Relations:
    """What a commit's message names: mails, and other commits by what it does to them. Never raises."""
    return relations_of(message.encode("utf-8", "replace"))


def relations_of(message: bytes) -> Relations:
    """`relations` of a message in UTF-8; bytes that are none become U+FFFD.

    Only lines with a word that a relation needs are looked at: most commits have none.
    """
    if not (
        b"://" in message or b"essage-" in message or b"table@" in message or _HEX_RUN in message.translate(_HEX_DIGITS)
    ):
        return NOTHING
    if len(message) > _MAX_MESSAGE:
        message = message[: _MAX_MESSAGE // 2] + b"\n" + message[-_MAX_MESSAGE // 2 :]
    folded = message.lower()  # of ASCII letters only, so that places stay the same
    links = _links(message, folded) if b"://" in folded or b"message-id" in folded else ()
    fixes = _fixes(folded) if b"fixes" in folded else ()
    reverts = _reverts(folded) if b"revert" in folded else ()
    upstream = _upstream(folded)
    stable = b"stable@" in folded and any(_STABLE.match(folded, *span) for span in _lines(folded, b"stable@"))
    if links or fixes or reverts or upstream or stable:
        return Relations(links, fixes, reverts, upstream, stable)
    return NOTHING


def _lines(text: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    """Where the lines with *mark* start and end, of long ones the start."""
    at = text.find(mark)
    while at >= 0:
        start = text.rfind(b"\n", 0, at) + 1
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        yield start, min(end, start + _MAX_LINE)
        at = text.find(mark, end)


def _links(message: bytes, folded: bytes) -> tuple[str, ...]:
    """Message ids in trailers about where the patch or its discussion is. A URL in the prose may mean anything."""
    found: list[tuple[int, str]] = []
    for mark in (b"://", b"message-id"):
        for start, end in _lines(folded, mark):
            if not _LINK_KEY.match(folded, start, end):
                above = folded.rfind(b"\n", 0, max(start - 1, 0)) + 1
                key = _LINK_KEY.match(folded, above, start)
                if mark != b"://" or not key or folded[key.end() : start].strip():
                    continue
            note = _LINK_NOTE.match(folded, start, end)
            line = message[note.end() if note else start : end].decode("utf-8", "replace")
            found += [(start, one) for one in links(line)]
    return tuple(dict.fromkeys(one for _, one in sorted(found, key=lambda pair: pair[0])))[:_MAX_IDS]


def _plausible(digits: bytes) -> bool:
    """Whether hex digits are a commit's id and not a decimal number (a bug) or a word such as `defaced`."""
    return len(digits) >= 12 or (not digits.isdigit() and not digits.isalpha())


def _fixes(folded: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for start, end in _lines(folded, b"fixes"):
        key = _FIXES.match(folded, start, end)
        if key:
            for one in _HEX.finditer(_QUOTED_TITLE.sub(b" ", folded[key.end() : end])):
                if _plausible(one[1]):
                    found[one[1].decode("ascii")] = None
    return tuple(found)[:_MAX_IDS]


def _reverts(folded: bytes) -> tuple[str, ...]:
    found: dict[str, None] = {}
    at = folded.find(b"revert")
    while at >= 0 and len(found) < _MAX_IDS:
        start = _REVERTED.match(folded, at) if _REVERTING.search(folded[max(0, at - 24) : at]) else None
        if start is None and folded[at - 1 : at] in (b"", b"\n"):
            start = _REVERT_LINE.match(folded, at)
        at += 6
        while start and len(found) < _MAX_IDS and (one := _LISTED.match(folded, max(at, start.end()))):
            if _plausible(one[1]):
                found[one[1].decode("ascii")] = None
            at = one.end()
        at = folded.find(b"revert", at)
    return tuple(found)


def _upstream(folded: bytes) -> str:
    found = [
        (start, match)
        for mark in (b"upstream", b"cherry", b"backported")
        if mark in folded
        for start, end in _lines(folded, mark)
        if (match := _UPSTREAM.match(folded, start, end)) is not None
    ]
    if not found:
        return ""
    first = min(found, key=lambda pair: pair[0])[1]
    return first[first.lastindex or 0].decode("ascii")
