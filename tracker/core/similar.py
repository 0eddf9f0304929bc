"""How alike two forms of a patch are: a mail and a commit, or two mails.

Compared are sets of hashes of changed lines (Jiang, Adams and German, "Will my patch make it?", MSR 2013) and of word
triples of the messages; texts themselves only of small patches, as PaStA does (Ramsauer et al., "The list is the process",
ICSE 2019).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from zlib import crc32

from tracker.core.lazy import lazy
from tracker.core.patch import parse_diff
from tracker.core.people import Person, same_person
from tracker.core.subject import normal_title

_BLANKS = b" \t\r"
_FILE = re.compile(rb"^---[^\n]*\n\+\+\+(?:[^\n]*/)?([^/\n]+)$", re.MULTILINE)
_CHANGED = re.compile(rb"^[+-][^\n]{2,}$", re.MULTILINE)
_SHOWN = re.compile(rb"^[+-](?![+-]{2} )[^\n]*$", re.MULTILINE)
_BASE = re.compile(rb"^index ([0-9a-f]{7})[0-9a-f]*\.\.", re.MULTILINE)
_NO_BLOB = b"0000000"
_MAX_DIFF = 2_000_000  # bytes of a diff that are looked at
_WEIGHT = 40  # a line counts by its length, up to this many bytes
_SMALL = 600  # bytes of a diff's changed lines up to which they are compared as a text
_TRAILER = re.compile(
    rb"^(?:[a-z][a-z-]*-(?:by|to|id|of)|cc|link|fixes|closes)[ \t]*:.*$|https?://\S+|\b[0-9a-f]{7,64}\b", re.MULTILINE
)
_WORD = re.compile(rb"[a-z\x80-\xff]{3,}")
_MAX_WORDS = 3_000
_FEW = 6  # word triples that a message must have to tell something
_ROLL = 1_000_003
_MASK = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Shape:
    """A patch for comparing. title: normalised, '' for none.

    lines: hash of each changed line, with its sign and the file's name but without white space -> its weight, by length.
    size: sum of these. triples: hashes of each three words in a row of the message. bases: what the blobs that it changes
    begin with. text: the changed lines of a small patch, '' of another one.
    """

    title: str
    author: Person
    patch_id: str | None
    files: frozenset[str]
    lines: dict[int, int]
    size: int
    triples: frozenset[int]
    bases: frozenset[bytes]
    text: str


def shape(
    title: str, author: Person, message: bytes, diff: bytes, patch_id: str | None = None, files: tuple[str, ...] | None = None
) -> Shape:
    """The shape of a patch. message: without its title. patch_id, files: where known, else read from the diff."""
    if files is None:
        parsed = parse_diff(diff)
        patch_id = parsed.patch_id if parsed else None
        files = tuple(file.path for file in parsed.files) if parsed else ()
    diff = diff[:_MAX_DIFF]
    lines = _lines(diff)
    return Shape(
        normal_title(title), author, patch_id, frozenset(files), lines, sum(lines.values()), _triples(message),
        frozenset(_BASE.findall(diff)) - {_NO_BLOB}, _text(diff) if len(lines) < _SMALL // 10 else "",
    )  # fmt: skip


def _lines(diff: bytes) -> dict[int, int]:
    bare = diff.translate(None, _BLANKS)
    heads = list(_FILE.finditer(bare))
    found: dict[int, int] = {}
    for at, match in enumerate(heads):
        seed = crc32(match[1])
        end = heads[at + 1].start() if at + 1 < len(heads) else len(bare)
        for line in _CHANGED.findall(bare, match.end(), end):
            found[crc32(line, seed)] = min(len(line), _WEIGHT)
    return found


def _triples(message: bytes) -> frozenset[int]:
    said = [crc32(word) for word in _WORD.findall(_TRAILER.sub(b"", message.lower()))[:_MAX_WORDS]]
    threes = zip(said, said[1:], said[2:])  # noqa: B905 -- the last two begin no three
    return frozenset(((a * _ROLL + b) * _ROLL + c) & _MASK for a, b, c in threes)


def _text(diff: bytes) -> str:
    text = b"\n".join(_SHOWN.findall(diff))
    return text.decode("utf-8", "replace") if len(text) <= _SMALL else ""


class Likeness:
    """What two shapes have in common; all shares are 0 to 1.

    lines: shared changed lines of the larger one; inside: of the smaller one; mine, yours: of the first, of the second.
    files: shared paths of the smaller number; 0.1 when only folders are shared. said: shared word triples of the shorter
    message, -1 when it is too short to tell. bases: shared blobs that they change. same_author: as `same_person` says.
    """

    def __init__(self, one: Shape, other: Shape) -> None:
        self.one, self.other = one, other
        both = _shared(one, other)
        self.mine, self.yours = both / (one.size or 1), both / (other.size or 1)
        self.lines, self.inside = sorted((self.mine, self.yours))
        self.files = _shared_files(one.files, other.files)
        fewer = min(len(one.triples), len(other.triples))
        self.said = len(one.triples & other.triples) / fewer if fewer >= _FEW else -1.0
        self.bases = len(one.bases & other.bases) / (min(len(one.bases), len(other.bases)) or 1)
        self.same_title = bool(one.title) and one.title == other.title
        self.same_author = same_person(one.author, other.author)
        self.same_id = one.patch_id is not None and one.patch_id == other.patch_id

    @lazy
    def names(self) -> float:
        """How alike the titles are, words in any order."""
        from rapidfuzz import fuzz

        return fuzz.token_sort_ratio(self.one.title, self.other.title) / 100 if self.one.title and self.other.title else 0.0

    @lazy
    def text(self) -> float:
        """How alike the changed lines of two small patches are, words in any order; 0 when one is not small."""
        from rapidfuzz import fuzz

        return fuzz.token_sort_ratio(self.one.text, self.other.text) / 100 if self.one.text and self.other.text else 0.0


def _shared_files(some: frozenset[str], others: frozenset[str]) -> float:
    """A file may get another name in its folder; the same name in another folder may be that of another project."""
    both = len(some & others)
    if both:
        return both / min(len(some), len(others))
    return 0.1 if {path.rpartition("/")[0] for path in some} & {path.rpartition("/")[0] for path in others} else 0.0


def common_share(one: bytes, other: bytes) -> float:
    """How much two diffs share of all their lines, with context and places but without blob ids; 0 to 1."""
    a, b = ({line for line in diff[:_MAX_DIFF].split(b"\n") if not line.startswith(b"index ")} for diff in (one, other))
    return len(a & b) / (len(a | b) or 1)


def _shared(one: Shape, other: Shape) -> int:
    """The weight of the changed lines that both have."""
    if len(one.lines) > len(other.lines):
        one, other = other, one
    return sum(weight for line, weight in one.lines.items() if line in other.lines)
