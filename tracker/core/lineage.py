"""Whether two series are one idea: the strongest evidence for it, or how else they are related."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.core.hints import LINES_KEPT, WORDS_KEPT
from tracker.core.traits import Piece, Traits, shared

DAY = 86_400
YEAR = 365 * DAY


@dataclass(frozen=True, slots=True)
class Link:
    """Two revisions of one idea. how: 'change-id', 'link', 'reply', 'patch-id', 'cover', 'subject' or 'similar'."""

    earlier: str
    later: str
    how: str
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """What *series* does to *other*: 'reverts', 'reapplies', 'backports', 'fixes', 'depends', 'alternative', 'follows'."""

    series: str
    other: str
    kind: str
    confidence: float
    evidence: tuple[str, ...]


class _Pair:
    """Two series, the earlier one first, and what can be said about both; everything is looked at when asked for."""

    def __init__(self, a: Traits, b: Traits) -> None:
        self.a, self.b = (a, b) if (a.when, a.id) <= (b.when, b.id) else (b, a)

    @cached_property
    def gap(self) -> int:
        return self.b.when - self.a.when

    @cached_property
    def same_people(self) -> bool:
        return bool(self.a.sender & self.b.people or self.b.sender & self.a.people)

    @cached_property
    def step(self) -> int:
        """1 when the later one says that it is a newer version, 0 when it says nothing, -1 when it has a lower number."""
        a, b = self.a, self.b
        if b.resend and b.version >= a.version:
            return 1
        if a.rfc != b.rfc:
            return 1 if a.rfc or b.version > a.version else 0
        if b.version == a.version and b.label != a.label and b.label and a.label:
            return 1
        return (b.version > a.version) - (b.version < a.version)

    @cached_property
    def below(self) -> str:
        """The mail of the earlier one that the later one was sent below, '' when it was not."""
        return _common(self.b.above, self.a.members)

    @cached_property
    def named(self) -> str:
        return _common(self.b.previous, self.a.members)

    @cached_property
    def fewer(self) -> int:
        return min(len(self.a.pieces), len(self.b.pieces)) or 1

    @cached_property
    def more(self) -> int:
        return max(len(self.a.pieces), len(self.b.pieces)) or 1

    @cached_property
    def same_ids(self) -> int:
        return len(self.a.patch_ids & self.b.patch_ids)

    @cached_property
    def same_titles(self) -> int:
        return len(self.a.titles & self.b.titles)

    @cached_property
    def same_title(self) -> bool:
        return bool(self.a.title) and self.a.title == self.b.title

    @cached_property
    def lines(self) -> tuple[float, float, int]:
        return shared(self.a.lines, self.b.lines, LINES_KEPT)

    @cached_property
    def words(self) -> tuple[float, float, int]:
        return shared(self.a.words, self.b.words, WORDS_KEPT)

    @cached_property
    def files(self) -> float:
        """Which share of the files of the one with fewer files both touch."""
        few = min(len(self.a.files), len(self.b.files))
        return len(self.a.files & self.b.files) / few if few else 0.0

    @cached_property
    def matched(self) -> int:
        """How many patches have a counterpart: by patch-id, title or changed lines."""
        return _matched(self.a.pieces, self.b.pieces)

    @cached_property
    def titles_alike(self) -> float:
        from rapidfuzz import fuzz

        return fuzz.token_sort_ratio(self.a.title, self.b.title) / 100 if self.a.title and self.b.title else 0.0

    @cached_property
    def alike(self) -> float:
        """How much of the smaller one is in the other, by whatever shows most of it."""
        lines = self.lines[0] if self.lines[2] >= 3 else 0.0
        return max(self.matched / self.fewer, lines)

    @cached_property
    def touching(self) -> bool:
        """Whether there is any sign at all that both are about the same thing."""
        return (
            self.matched > 0
            or self.same_title
            or self.lines[2] > 0
            or self.words[2] >= 2
            or self.titles_alike >= 0.6
            or self.files > 0.3
        )


def _common(some: Sequence[str], others: Sequence[str]) -> str:
    known = set(others)
    return next((one for one in some if one in known), "")


def _matched(some: Sequence[Piece], others: Sequence[Piece]) -> int:
    by_key: dict[str, int] = {}
    by_line: dict[int, list[int]] = {}
    for at, piece in enumerate(others):
        for key in _piece_keys(piece):
            by_key.setdefault(key, at)
        for line in piece.lines:
            by_line.setdefault(line, []).append(at)
    taken: set[int] = set()
    for piece in some:
        at = next((by_key[key] for key in _piece_keys(piece) if key in by_key and by_key[key] not in taken), -1)
        if at < 0:
            at = _by_lines(piece, others, by_line, taken)
        if at >= 0:
            taken.add(at)
    return len(taken)


def _piece_keys(piece: Piece) -> list[str]:
    return [key for key in (piece.patch_id, piece.title) if key]


def _by_lines(piece: Piece, others: Sequence[Piece], by_line: dict[int, list[int]], taken: set[int]) -> int:
    counts: dict[int, int] = {}
    for line in piece.lines:
        for at in by_line.get(line, ()):
            if at not in taken:
                counts[at] = counts.get(at, 0) + 1
    best = max(counts, key=lambda at: (counts[at], -at), default=-1)
    if best < 0 or counts[best] < 2:
        return -1
    return best if shared(piece.lines, others[best].lines, LINES_KEPT)[0] >= 0.5 else -1


_Rule = tuple[str, Callable[[_Pair], float]]


def _by_link(pair: _Pair) -> float:
    if not pair.named:
        return 0.0
    return (0.97 if pair.same_people else 0.93) if pair.touching else 0.0


def _by_reply(pair: _Pair) -> float:
    if not pair.below or not pair.touching:
        return 0.0
    if pair.same_people:
        if pair.step > 0:
            return 0.95
        return 0.9 if pair.alike >= 0.5 else 0.0
    return 0.85 if pair.step > 0 and pair.alike >= 0.3 else 0.0


def _by_patch_id(pair: _Pair) -> float:
    if pair.same_ids / pair.fewer < 0.5:
        return 0.0
    most = pair.same_ids / pair.more
    if pair.same_people:
        return 0.95 if most >= 0.5 or pair.step > 0 else 0.75
    return 0.9 if most >= 0.5 else 0.0


def _by_cover(pair: _Pair) -> float:
    if not pair.same_title or pair.more < 2:
        return 0.0
    if pair.same_people:
        if pair.step > 0 and pair.gap < 2 * YEAR:
            return 0.93
        return 0.85 if pair.alike >= 0.4 else 0.0
    return 0.85 if pair.step > 0 and pair.alike >= 0.3 else 0.0


def _by_subject(pair: _Pair) -> float:
    if pair.same_titles / pair.fewer < 0.5 and not pair.same_title:
        return 0.0
    lines = pair.lines[0] if pair.lines[2] >= 2 else 0.0
    if pair.same_people:
        if pair.step > 0 and pair.gap < 2 * YEAR:
            return 0.92
        return 0.85 if lines >= 0.25 and pair.gap < YEAR and pair.step >= 0 else 0.0
    if pair.step > 0 and (lines >= 0.3 or pair.words[0] >= 0.5):
        return 0.8
    return 0.75 if lines >= 0.6 and pair.gap < YEAR else 0.0


def _by_likeness(pair: _Pair) -> float:
    lines, words = pair.lines, pair.words
    if not pair.same_people or pair.step < 0:
        return 0.0
    if pair.step > 0 and pair.gap < YEAR:
        if lines[2] >= 3 and lines[0] >= 0.3:
            return 0.75
        if pair.matched / pair.fewer >= 0.5 and pair.matched / pair.more >= 0.25:
            return 0.75
        if words[2] >= 3 and words[1] >= 0.25 and pair.files > 0:
            return 0.7
        if pair.titles_alike >= 0.75 and (lines[2] or words[2] >= 2):
            return 0.7
    if pair.step == 0 and pair.gap < 60 * DAY and lines[2] >= 4 and lines[0] >= 0.5:
        return 0.65
    return 0.0


_RULES: tuple[_Rule, ...] = (
    ("change-id", lambda pair: 0.99 if pair.a.change_id and pair.a.change_id == pair.b.change_id else 0.0),
    ("link", _by_link),
    ("reply", _by_reply),
    ("patch-id", _by_patch_id),
    ("cover", _by_cover),
    ("subject", _by_subject),
    ("similar", _by_likeness),
)


def link(one: Traits, two: Traits) -> Link | Relation | None:
    """The strongest evidence that two series are one idea, else how they are related, else None."""
    pair = _Pair(one, two)
    relation = _relation(pair)
    if relation is not None:
        return relation
    if _one_posting(pair):
        return Link(pair.a.id, pair.b.id, "reply", 0.98, (pair.a.id, pair.b.id))
    best = max(((rule(pair), -at) for at, (_, rule) in enumerate(_RULES)), default=(0.0, 0))
    if best[0] > 0.0:
        how = _RULES[-best[1]][0]
        return Link(pair.a.id, pair.b.id, how, best[0], _evidence(pair, how))
    return None


def _evidence(pair: _Pair, how: str) -> tuple[str, ...]:
    middle = {"link": pair.named, "reply": pair.below}.get(how, "")
    return tuple(dict.fromkeys(filter(None, (pair.a.id, middle, pair.b.id))))


def _one_posting(pair: _Pair) -> bool:
    """Whether both are parts of one posting: of the same thread, version and total, with other numbers."""
    a, b = pair.a, pair.b
    if a.expected != b.expected or a.expected < 2 or a.version != b.version or a.label != b.label or a.rfc != b.rfc:
        return False
    if not (a.partial and b.partial) or a.thread != b.thread or pair.gap > DAY:
        return False
    return not {piece.n for piece in a.pieces} & {piece.n for piece in b.pieces}


def _relation(pair: _Pair) -> Relation | None:
    a, b = pair.a, pair.b
    for one, other in ((b, a), (a, b)):
        if one.mark != other.mark and one.of:
            hit = (set(one.of) & other.titles) or (other.title in one.of)
            if hit and one.mark:
                kind = "reverts" if one.mark == "revert" else "reapplies"
                return Relation(one.id, other.id, kind, 0.9, (one.id, other.id))
    if a.mark != b.mark and (a.mark or b.mark):
        one, other = (b, a) if b.mark else (a, b)
        hit = pair.same_ids or set(one.of) & set(other.of)
        return Relation(one.id, other.id, "reapplies" if one.mark == "reapply" else "reverts", 0.8, (one.id, other.id)) if hit else None
    if a.stable != b.stable or bool(a.origin) != bool(b.origin):
        hit = pair.same_ids or pair.same_titles
        one, other = (b, a) if (b.stable or b.origin) else (a, b)
        return Relation(one.id, other.id, "backports", 0.9, (one.id, other.id)) if hit else None
    return None
