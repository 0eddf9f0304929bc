"""What one posting says about where it comes from: links to earlier versions, commits it carries, and small sketches.

A sketch is a sample of hashes (the smallest ones, "bottom-k") of a mail's changed lines or of its wording. Two sketches
tell how much of the lines two patches share without the patches themselves, and any of the hashes may serve as a key
to find likely relatives. A posting's hints take about 250 bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from zlib import crc32

from tracker.core.message import Message
from tracker.core.trailers import links

LINES_KEPT = 32  # hashes of changed lines, of each mail
WORDS_KEPT = 24  # hashes of three words in a row
_MAX_DIFF = 400_000  # bytes of a mail's diffs that are looked at
_MAX_TEXT = 60_000
_MAX_LINKS = 64
_MAX_LINE = 1_000


@dataclass(frozen=True, slots=True)
class Hints:
    """What a posting says about its origin. Ids have no angle brackets.

    previous: mails named as an earlier version. depends: mails named as what it needs. upstream: the commit it is a
    backport of. lines, words: sketches, ascending 32-bit hashes. quotes: titles of commits that its words name.
    """

    previous: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    upstream: str = ""
    lines: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    quotes: tuple[str, ...] = ()


def read_hints(message: Message) -> Hints:
    """The hints of *message*, which should be a posting or offer a patch. Never raises."""
    text = _before_diff(message.own_text[:_MAX_TEXT])
    prose = _prose(text)
    previous, depends = _named(text)
    upstream = _UPSTREAM.search(prose)
    carried = next(filter(None, upstream.groups())).lower() if upstream else ""
    return Hints(previous, depends, carried, _lines(message), _words(prose), _quotes(prose))


def _before_diff(text: str) -> str:
    end = text.find("\ndiff --git ")
    return text[:end] if end >= 0 else text


# --- commits and wording

_UPSTREAM = re.compile(
    r"^[ \t]*(?:commit ([0-9a-f]{12,40}) upstream\b|\[ ?upstream commit ([0-9a-f]{7,40}) ?\]"
    r"|upstream commit:? ([0-9a-f]{12,40})[ \t.]*$|\(cherry[- ]picked from commit ([0-9a-f]{12,40}))",
    re.MULTILINE | re.IGNORECASE,
)
_END_OF_PROSE = re.compile(r"\n(?=diff -|Index: |--- |---[ \t]*\n|-- ?\n)")
_NO_PROSE = re.compile(
    rb"^(?:[a-z][a-z-]*-(?:by|to|id|of)|cc|link|fixes|closes|from|subject|date)[ \t]*:.*$"
    rb"|^ [^\n|]*\|[ \t]+(?:\d+|bin).*$|https?://\S+",
    re.MULTILINE,
)
_WORD = re.compile(rb"[a-z\x80-\xff]{3,}")
_MAX_WORDS = 800
_ROLL = 1_000_003
_MASK = 0xFFFF_FFFF


# As Documentation/process/submitting-patches.rst wants commits named: 54a4f0239f2e ("KVM: MMU: make kvm_mmu_zap_page() …")
_QUOTED = re.compile(r"\b[0-9a-f]{7,40}\s{1,3}\(\s?[\"'“]([^\"“”()]{5,200}(?:\([^()]{0,40}\)[^\"“”()]{0,100})?)[\"'”]\s?\)")
_MAX_QUOTES = 8


def _quotes(prose: str) -> tuple[str, ...]:
    """The titles of the commits that the writer's words name, but for those of Fixes trailers."""
    found = (match for match in _QUOTED.finditer(prose) if not prose.endswith("Fixes: ", 0, match.start()))
    return tuple(dict.fromkeys(" ".join(match[1].split()) for match in islice(found, _MAX_QUOTES)))


def _prose(text: str) -> str:
    """The writer's words: up to the first line of a diff or "---"; of a cover letter all."""
    end = _END_OF_PROSE.search(text)
    return text[: end.start()] if end else text


def _words(prose: str) -> tuple[int, ...]:
    """The sketch of the wording: of each three words in a row, without trailers, links, addresses and diffstats."""
    bare = _NO_PROSE.sub(b"", prose.encode("utf-8", "replace").lower())
    words = [crc32(word) for word in _WORD.findall(bare)[:_MAX_WORDS]]
    threes = zip(words, words[1:], words[2:])  # noqa: B905 -- the last two begin no three
    return _smallest({((a * _ROLL + b) * _ROLL + c) & _MASK for a, b, c in threes}, WORDS_KEPT)


def _smallest(hashes: set[int], kept: int) -> tuple[int, ...]:
    return tuple(sorted(hashes)[:kept])


# --- changed lines

_BLANKS = b" \t\r"
_FILE = re.compile(rb"^---[^\n]*\n\+\+\+(?:[^\n]*/)?([^/\n]+)$", re.MULTILINE)
_CHANGED = re.compile(rb"^[+-][^\n]{9,}$", re.MULTILINE)  # shorter ones say too little


def _lines(message: Message) -> tuple[int, ...]:
    """The sketch of all unquoted diffs of a mail."""
    texts = [message.diff_source, *(part.utf8 for part in message.attached_patches)]
    return sketch(b"\n".join(texts) if len(texts) > 1 else texts[0])


def sketch(data: bytes, kept: int = LINES_KEPT) -> tuple[int, ...]:
    """The *kept* smallest hashes of the changed lines of all diffs in *data*, ascending: with sign and file's name.

    White space is left out, so a change of indentation changes nothing.
    """
    start = data.find(b"\n--- ") + 1
    bare = data[start : start + _MAX_DIFF].translate(None, _BLANKS)
    files = list(_FILE.finditer(bare))
    found: set[int] = set()
    for at, match in enumerate(files):
        seed = crc32(match[1])
        end = files[at + 1].start() if at + 1 < len(files) else len(bare)
        found.update([crc32(line, seed) for line in _CHANGED.findall(bare, match.end(), end)])
    return _smallest(found, kept)


# --- links to other postings

# "v2: URL", "- Link to v1: URL" (b4), "RFC v3", "the v1 posting"
_PREVIOUS_LABEL = re.compile(
    r"^\W*(?:links? (?:to|for) )?(?:the )?(?:rfc|patch)?[ -]?v(?:ersion )?\d{1,2}(?:\.\d)?\b", re.IGNORECASE
)
_DEPENDS = re.compile(
    r"\bdepend|\bbased[ -]on\b|\bon top of\b|\bappl(?:y|ies) (?:on|to|after|over)\b|\bprerequisite"
    r"|\brequires\b|\bneeds\b|\bbuilds? on\b",
    re.IGNORECASE,
)
_PREVIOUS = re.compile(
    r"\bv\d{1,2}\b(?!\.\d)|^\W*(?:link to |the )*(?:\w+ )?rfc\b|\brfc (?:was|version|posting|patch|series)\b"
    r"|\b(?:previous|prior|earlier|last|first|initial|original|old) "
    r"(?:version|posting|post|series|submission|iteration|revision|attempt|patch|round|discussion of this)s?\b"
    r"|\bprevious(?:ly)?:?$|\bsupersede|\bobsoletes\b|\breplaces\b|\bre-?(?:send|post)|\bversion \d"
    r"|\bchange(?:s|log)?\b.{0,20}\b(?:since|from|in)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\bv\d", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:closes|fixes|report(?:ed|s)?|bug|syzbot|test case|discuss(?:ed|ion)?|suggest(?:ed|ion)?|follow[- ]?up"
    r"|review(?:ed)?[ -]?on|xfstests?)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"[^\W\d_]{3,}|\bv\d", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+|<[^<>\s@]+@[^<>\s@]+>|message-id:\s*\S+", re.IGNORECASE)
_FOOTNOTE = re.compile(r"^\W{0,3}\[(\w{1,3})\]|^\W{0,3}\((\d{1,2})\)|^(\d{1,2})[.:)] ")
_SUPERSEDES = re.compile(r"^[ \t]*(?:supersedes|obsoletes|replaces)[ \t]*:[ \t]*<?([^\s<>@:/]+@[^\s<>@]+)>?", re.IGNORECASE)
_BASED_ON = re.compile(r"^[ \t]*(?:based-on|depends-on)[ \t]*:[ \t]*<?([^\s<>@:/]+@[^\s<>@]+)>?", re.IGNORECASE)
_LINK_MARK = re.compile(r"https?://|essage-I[dD]:|upersedes:|bsoletes:|ased-[oO]n:|epends-[oO]n:")


def _named(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The mails that *text* names as earlier versions, and those it names as what it depends on."""
    previous: dict[str, None] = {}
    depends: dict[str, None] = {}
    end = 0
    for mark in islice(_LINK_MARK.finditer(text), _MAX_LINKS):
        if mark.start() < end:
            continue  # one more on the same line
        start = text.rfind("\n", 0, mark.start()) + 1
        end = text.find("\n", mark.end())
        end = len(text) if end < 0 else end
        kind, ids = _read_link(text, start, text[start : min(end, start + _MAX_LINE)])
        if kind:
            (previous if kind == "previous" else depends).update(dict.fromkeys(ids))
    return tuple(previous), tuple(one for one in depends if one not in previous)


def _read_link(text: str, start: int, line: str) -> tuple[str, tuple[str, ...]]:
    """What the line at *start* names: 'previous', 'depends' or '', and which mails."""
    for pattern, kind in ((_SUPERSEDES, "previous"), (_BASED_ON, "depends")):
        if found := pattern.match(line):
            return kind, (found[1],)
    ids = links(line)
    return (_kind_of_link(_context(text, start, line)) if ids else ""), ids


def _context(text: str, start: int, line: str) -> str:
    """What is said about the links of *line*: on it, else where its footnote mark stands, else in front of it."""
    words = _LINK.sub(" ", line)
    note = _FOOTNOTE.match(line)
    if note:
        mark = f"[{note[1]}]" if note[1] else f"({note[2]})" if note[2] else ""
        rest = words[note.end() :] if mark else words
        if _SAYS.search(rest):
            return rest
        at = text.find(mark) if mark else -1
        if 0 <= at < start:
            return " ".join(text[max(0, at - 90) : at + 40].split())
    if _SAYS.search(words) is None:
        before = text[max(0, start - 200) : start].rstrip()
        lines = [one for one in before.split("\n")[-3:] if one.strip()]
        return _LINK.sub(" ", lines[-1]) if lines else ""
    return words


def _kind_of_link(context: str) -> str:
    """'previous', 'depends' or '' for a link with these words around it."""
    if _PREVIOUS_LABEL.match(context):
        return "previous"
    if _DEPENDS.search(context):
        return "depends"
    if _OTHER.search(context) and _VERSION.search(context) is None:
        return ""
    return "previous" if _PREVIOUS.search(context) else ""
