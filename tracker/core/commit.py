"""What a git commit says of itself: subject, links to mails, and its relations to other commits.

Facts only: a link is what the commit names, not proof that the linked mail is its origin, and the commits it names may
not exist. Relations are read from the forms that git, the kernel's documentation and its stable trees use.
"""

from __future__ import annotations

import re
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


_NOTHING = Relations()
_MAX_MESSAGE = 200_000  # characters; of longer ones the start and the end are read
_MAX_IDS = 200
_MAX_KEY = 400


def read_commit(
    sha: str, parents: tuple[str, ...], author: Person, authored: int, committer: Person, committed: int, message: str
) -> Commit:
    """The commit with these fields of its header and this message (lines end with \\n). Never raises."""
    text = _bounded(message)
    said = _relations(text)
    return Commit(
        sha, parents, author, authored, committer, committed, _subject(text),
        said.links, said.fixes, said.reverts, said.upstream, said.stable,
    )  # fmt: skip


def subject_of(message: str) -> str:
    """The subject of a commit's message: its first paragraph on one line, as git's %s."""
    return _subject(_bounded(message))


def relations(message: str) -> Relations:
    """What a commit's message names: mails, and other commits by what it does to them."""
    return _relations(_bounded(message))


def subject_key(subject: str) -> str:
    """A subject for looking commits up: letters and digits only, no case, no brackets in front.

    "[PATCH v2] fs: don't block" and stable's "fs: dont block" have one key. The key of a key is itself.
    """
    return normal_title(subject[: 4 * _MAX_KEY]).replace(" ", "").replace("_", "")[:_MAX_KEY]


def _bounded(message: str) -> str:
    if len(message) <= _MAX_MESSAGE:
        return message
    half = _MAX_MESSAGE // 2
    return f"{message[:half]}\n{message[-half:]}"


def _subject(text: str) -> str:
    text = text.lstrip("\n")
    first = text.partition("\n\n")[0]
    return " ".join(first.split("\n")).strip() if "\n" in first else first.strip()


# --- relations

_LINK_LINE = re.compile(
    r"^[ \t]*(?:\[\d{1,2}\][ \t]*)?"
    r"((?:Link|Message-ID|Lore|Lore-Link|Patch-Link|Patch|Submission|Archived-At|Reviewed-On|Discussion|References?|Ref"
    r"|See-also|Upstream-Link|URL)(?:[ \t]?\[\d{1,2}\])?[ \t]*:[ \t]*(?:\n[ \t]*)?[^\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_HEX = re.compile(r"\b(?:commit[ \t]+)?([0-9a-f]{7,64})\b", re.IGNORECASE)
_QUOTED_TITLE = re.compile(r'\("[^\n]{0,300}?"\)|"[^"\n]{0,300}"')
_FIXES = re.compile(r"^[ \t]*Fixes[ \t]*:[ \t]*([^\n]{0,500})", re.MULTILINE | re.IGNORECASE)
# "This reverts commit X", "This reverts commits X, Y and Z", also broken into lines. A partial revert is none.
_REVERTS = re.compile(
    r"\b(?:this(?: patch| commit| change)?\s{1,9}reverts|^reverts?(?=:| commits?\b)):?\s{1,9}"
    r"(?:(?:the )?(?:following )?(?:upstream )?commits?:?\s{1,9})?",
    re.MULTILINE | re.IGNORECASE,
)
_LISTED = re.compile(
    r"[\s,;&*-]{0,9}(?:and\s{1,9})?(?:commit\s{1,9})?(?:https?://[^\s<>\"]{1,200}?[/=])?\b([0-9a-f]{7,64})\b"
    r"(?:\s{0,3}\((?:\"|')?[^)]{0,300}\))?+",
    re.IGNORECASE,
)
_UPSTREAM = re.compile(
    r"^[ \t]*(?:\[ ?)?(?:commit:?[ \t]+([0-9a-f]{7,64})[ \t]+(?:from[ \t]+)?upstream\b"
    r"|upstream[ -]commit:?[ \t]+(?:id:?[ \t]+)?([0-9a-f]{7,64})\b"
    r"|\(?cherry[- ]picked from (?:commit )?([0-9a-f]{7,64})\b"
    r"|\(?backported from commit ([0-9a-f]{7,64})\b)",
    re.MULTILINE | re.IGNORECASE,
)
_STABLE = re.compile(r"^[ \t]*Cc[ \t]*:[^\n]{0,200}\bstable@(?:vger\.)?kernel\.org", re.MULTILINE | re.IGNORECASE)


def _relations(text: str) -> Relations:
    """Each expression runs only where a word it needs stands in the text: most commits have none of them."""
    folded = text.lower()
    linked = "://" in folded or "message-id" in folded
    fixing, reverting = "fixes" in folded, "revert" in folded
    upstream = "upstream" in folded or "cherry" in folded or "backported" in folded
    stable = "stable@" in folded
    if not (linked or fixing or reverting or upstream or stable):
        return _NOTHING
    return Relations(
        _links(text) if linked else (),
        _fixes(text) if fixing else (),
        _reverts(text) if reverting else (),
        _upstream(text) if upstream else "",
        stable and _STABLE.search(text) is not None,
    )


def _links(text: str) -> tuple[str, ...]:
    """Message ids in trailers about where the patch or its discussion is. A URL in the prose may mean anything."""
    lines = _LINK_LINE.findall(text)
    return links("\n".join(lines))[:_MAX_IDS] if lines else ()


def _plausible(digits: str) -> bool:
    """Whether hex digits are a commit's id and not a decimal number (a bug) or a word such as `defaced`."""
    return len(digits) >= 12 or (not digits.isdigit() and not digits.isalpha())


def _fixes(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for match in _FIXES.finditer(text):
        for one in _HEX.finditer(_QUOTED_TITLE.sub(" ", match[1])):
            if _plausible(one[1]):
                found[one[1].lower()] = None
    return tuple(found)[:_MAX_IDS]


def _reverts(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for start in _REVERTS.finditer(text):
        pos = start.end()
        while len(found) < _MAX_IDS and (one := _LISTED.match(text, pos)):
            if _plausible(one[1]):
                found[one[1].lower()] = None
            pos = one.end()
    return tuple(found)


def _upstream(text: str) -> str:
    found = _UPSTREAM.search(text)
    return next(filter(None, found.groups())).lower() if found else ""


# --- raw messages

_MARKS = (b"://", b"message-id", b"fixes", b"revert", b"upstream", b"cherry", b"backported", b"stable@")
_NOT_ALNUM = bytes(byte for byte in range(128) if not chr(byte).isalnum())


def relations_of(message: bytes) -> Relations:
    """`relations` of a message in UTF-8 (bytes that are none become U+FFFD), decoded only where it may have some."""
    folded = message.lower()
    for mark in _MARKS:
        if mark in folded:
            return relations(message.decode("utf-8", "replace"))
    return _NOTHING


def subject_with_key(message: bytes) -> tuple[str, str]:
    """The subject of a message in UTF-8, and its `subject_key`."""
    first = message[:_MAX_MESSAGE].lstrip(b"\n").partition(b"\n\n")[0]
    subject = _subject(first.decode("utf-8", "replace"))
    if first.isascii() and len(subject) <= _MAX_KEY and not subject.startswith(("[", " ", "\t")):
        return subject, subject.lower().encode("ascii").translate(None, _NOT_ALNUM).decode("ascii")
    return subject, subject_key(subject)
