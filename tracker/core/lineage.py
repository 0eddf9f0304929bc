"""Whether two series are one idea: the strongest evidence for it, or how else they are related.

Evidence is judged by one table of rules, `_RULES`. A rule says how sure it is, from 0 (it does not apply) to 1; the
surest one counts. Signs of kinship are never enough when a title says that a patch takes another back, brings it back
or carries it to a stable release: that is a relation, however alike the patches are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from tracker.core.hints import LINES_KEPT, WORDS_KEPT
from tracker.core.traits import Piece, Traits, shared

HOUR = 3_600
DAY = 24 * HOUR
YEAR = 365 * DAY
ACCEPTED = 0.5  # links below this tie nothing on their own
SURE = 0.9  # links from this on tie series whatever else speaks against it
DOUBTED = 0.85  # at most, where both have a change-id of their own


@dataclass(frozen=True, slots=True)
class Link:
    """Two revisions of one idea, the earlier one first.

    how: 'change-id', 'link', 'reply', 'patch-id', 'cover', 'subject', 'similar' or 'manual'. evidence: message ids.
    """

    earlier: str
    later: str
    how: str
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """What *series* is to *other*; evidence: message ids.

    kind: 'reverts', 'reapplies', 'backports', 'fixes', 'depends', 'alternative' or 'follows'.
    """

    series: str
    other: str
    kind: str
    confidence: float
    evidence: tuple[str, ...]


class Pair:
    """Two series, the earlier one first, and what can be said about both; everything is looked at when asked for."""

    def __init__(self, one: Traits, two: Traits) -> None:
        a, b = (one, two) if (one.when, one.id) <= (two.when, two.id) else (two, one)
        self.a, self.b = a, b
        self.gap = b.when - a.when
        # Whether who sent one of them sent or wrote the other.
        self.same_people = not (a.sender.isdisjoint(b.people) and b.sender.isdisjoint(a.people))
        # The mail of the earlier one that the later one was sent below, and the one it names as an earlier version.
        self.below = _common(b.above, a.members)
        self.named = _common(b.previous, a.members)
        self.same_ids = len(a.patch_ids & b.patch_ids)
        self.same_titles = len(a.titles & b.titles)
        # Whether cover or only patch have the same title.
        self.same_title = bool(a.title) and a.title == b.title

    @cached_property
    def step(self) -> int:
        """1 when the later one says that it is a newer version, 0 when it says nothing, -1 when it has a lower number."""
        a, b = self.a, self.b
        if a.offered or b.offered:
            return 0
        if b.version != a.version and not (a.rfc and not b.rfc):
            return 1 if b.version > a.version else -1
        if a.rfc != b.rfc:
            return 1 if a.rfc else 0
        return 1 if b.resend or (b.label and b.label != a.label) else 0

    @cached_property
    def _sizes(self) -> tuple[int, int]:
        """How many patches each has. Of a part of a series only what was seen counts, but not against a lone patch."""
        a, b = self.a, self.b
        if min(a.expected, b.expected) == 1:
            return max(a.expected, len(a.pieces)), max(b.expected, len(b.pieces))
        return len(a.pieces) or 1, len(b.pieces) or 1

    @property
    def fewer(self) -> int:
        return min(self._sizes)

    @property
    def more(self) -> int:
        return max(self._sizes)

    @property
    def strangers(self) -> bool:
        """Whether nothing but what the patches look like could tie them, and other people sent them."""
        return not (self.same_people or self.below or self.named or self.same_ids or self.same_titles or self.same_title)

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
        """How alike the titles of cover or only patch are, 0 to 1, words in any order."""
        from rapidfuzz import fuzz

        return fuzz.token_sort_ratio(self.a.title, self.b.title) / 100 if self.a.title and self.b.title else 0.0

    @cached_property
    def alike(self) -> float:
        """How much of the smaller one is in the other, by whatever shows most of it."""
        lines = self.lines[0] if self.lines[2] >= 3 else 0.0
        return max(min(1.0, self.matched / self.fewer), lines)

    @cached_property
    def disagree(self) -> bool:
        """Whether the diffs of both are known and have not a line in common."""
        return len(self.a.lines) >= 4 and len(self.b.lines) >= 4 and not self.lines[2] and not self.same_ids

    @cached_property
    def touching(self) -> bool:
        """Whether there is any sign at all that both are about the same thing."""
        return (
            self.same_title
            or self.matched > 0
            or self.lines[2] > 0
            or self.words[2] >= 2
            or self.files > 0.3
            or self.titles_alike >= 0.6
        )


def _common(some: Sequence[str], others: Sequence[str]) -> str:
    return next((one for one in some if one in others), "") if some else ""


def _matched(some: Sequence[Piece], others: Sequence[Piece]) -> int:
    """How many of *some* have a counterpart of their own among *others*."""
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
    """The one of *others* that shares most changed lines with *piece*, at least half of the smaller one's; else -1."""
    counts: dict[int, int] = {}
    for line in piece.lines:
        for at in by_line.get(line, ()):
            if at not in taken:
                counts[at] = counts.get(at, 0) + 1
    best = max(counts, key=lambda at: (counts[at], -at), default=-1)
    if best < 0 or counts[best] < 2:
        return -1
    return best if shared(piece.lines, others[best].lines, LINES_KEPT)[0] >= 0.5 else -1


# --- the rules


def _by_change_id(pair: Pair) -> float:
    """b4 keeps one id for all versions, and a branch's name in all message ids; names are used again for other work."""
    if pair.a.change_id and pair.a.change_id == pair.b.change_id:
        return 0.99
    same_branch = bool(pair.a.branch) and pair.a.branch == pair.b.branch
    unlike = pair.a.change_id and pair.b.change_id
    return 0.85 if same_branch and pair.step > 0 and pair.same_people and pair.gap < YEAR / 2 and not unlike else 0.0


def _by_link(pair: Pair) -> float:
    """It names the other as an earlier version; what has nothing in common is a companion (tests of a feature).

    What shares little with it was split off, and may have gone its own way since.
    """
    if not pair.named or not pair.touching:
        return 0.0
    if not (pair.same_title or pair.matched / pair.more >= 0.3 or pair.lines[1] >= 0.2 or pair.titles_alike >= 0.7):
        return 0.8
    return 0.97 if pair.same_people else 0.93


def _by_reply(pair: Pair) -> float:
    """Sent in answer to the other. Without a newer number it must be much the same patch: follow-ups are sent so, too."""
    if not pair.below:
        return 0.0
    if not pair.touching:
        return 0.8 if pair.same_people and pair.b.version == pair.a.version + 1 and not pair.a.offered else 0.0
    if pair.same_people:
        return 0.95 if pair.step > 0 else 0.9 if pair.alike >= 0.5 else 0.0
    return 0.85 if pair.step > 0 and pair.alike >= 0.3 else 0.0


def _by_patch_id(pair: Pair) -> float:
    """The same patches. A few of many are a collection that took them in, unless the numbers go on."""
    least, most = pair.same_ids / pair.fewer, pair.same_ids / pair.more
    if least < 0.5:
        return 0.0
    if most >= 0.5:
        return 0.95 if pair.same_people else 0.9
    if pair.same_people and (pair.step > 0 or (least >= 1 and most > 0.3)):
        return 0.75
    return 0.0


def _by_cover(pair: Pair) -> float:
    """The same cover title, or one changed a little over the same patches."""
    if pair.more < 2:
        return 0.0
    if not pair.same_title:
        close = pair.step > 0 and pair.same_people and pair.gap < 2 * YEAR and pair.matched >= 2
        return 0.85 if close and pair.titles_alike >= 0.85 else 0.0
    if pair.same_people:
        if pair.step > 0 and pair.gap < 2 * YEAR:
            return 0.93
        return 0.85 if pair.alike >= 0.4 and pair.gap < YEAR and not pair.disagree else 0.0
    return 0.85 if pair.step > 0 and pair.alike >= 0.3 else 0.0


def _by_subject(pair: Pair) -> float:
    """The same titles: of single patches, or of half of the smaller and a third of the larger series."""
    titles = pair.same_titles
    if not pair.same_title and (titles / pair.fewer < 0.5 or titles / pair.more < 0.3):
        return _taken_in(pair)
    lines = pair.lines[0] if pair.lines[2] >= 2 else 0.0
    if pair.same_people:
        if pair.step > 0 and pair.gap < 2 * YEAR:
            return 0.92 if pair.same_title or titles / pair.more >= 0.5 else 0.75
        return 0.85 if pair.step == 0 and pair.gap < YEAR and lines >= 0.25 and _says_something_new(pair) else 0.0
    if pair.step > 0 and (lines >= 0.3 or pair.words[0] >= 0.5):
        return 0.8
    return 0.75 if lines >= 0.6 and pair.gap < YEAR else 0.0


def _taken_in(pair: Pair) -> float:
    """A lone patch that soon after is one of a few of its author's: the idea grew into a series."""
    soon = pair.gap < 30 * DAY and pair.same_people and pair.step >= 0
    return 0.7 if soon and pair.fewer == 1 and pair.more <= 5 and pair.same_titles and not pair.disagree else 0.0


def _says_something_new(pair: Pair) -> bool:
    """Whether a patch posted again under its title, without a new number, shows that it is a newer version.

    The same words with another diff may be twins: the same change made in two places.
    """
    if pair.more > 1 or pair.below:
        return True
    if pair.lines[1] >= 0.95 and pair.lines[2] >= 4:
        return True
    return bool(pair.a.words and pair.b.words) and pair.words[1] < 0.95


def _by_likeness(pair: Pair) -> float:
    lines, words = pair.lines, pair.words
    if not pair.same_people or pair.step < 0 or (pair.a.files and pair.b.files and not pair.files):
        return 0.0
    if pair.step > 0 and pair.gap < YEAR:
        if lines[2] >= 3 and lines[0] >= 0.3 and lines[1] >= 0.1:
            return 0.75
        if pair.matched / pair.fewer >= 0.5 and pair.matched / pair.more >= 0.25:
            return 0.75
        if words[2] >= 3 and words[1] >= 0.25 and pair.files > 0:
            return 0.7
        if pair.titles_alike >= 0.68 and (lines[2] or words[2] >= 2) and pair.files >= 0.5:
            return 0.7
    close = pair.gap < 60 * DAY and lines[2] >= 4 and lines[0] >= 0.5 and lines[1] >= 0.3
    return 0.65 if close and not pair.same_title and pair.matched / pair.more >= 0.3 else 0.0


_RULES: tuple[tuple[str, Callable[[Pair], float]], ...] = (
    ("change-id", _by_change_id),
    ("link", _by_link),
    ("reply", _by_reply),
    ("patch-id", _by_patch_id),
    ("cover", _by_cover),
    ("subject", _by_subject),
    ("similar", _by_likeness),
)


def link(one: Traits, two: Traits) -> Link | Relation | None:
    """The strongest evidence that two series are one idea, else how they are related, else None.

    A link below `ACCEPTED` ties an alternative to what it was offered for; it counts when somebody adopts it.
    """
    pair = Pair(one, two)
    if (found := _other_direction(pair)) is not False:
        return found
    if _one_posting(pair):
        return Link(pair.a.id, pair.b.id, "reply", 0.98, (pair.a.id, pair.b.id))
    confidence, how = _surest(pair)
    fixed = _companion(pair)
    if fixed is not None and confidence < SURE:
        return fixed
    if confidence > 0.0:
        return Link(pair.a.id, pair.b.id, how, confidence, _evidence(pair, how))
    if pair.b.offered and pair.below:
        return Link(pair.a.id, pair.b.id, "reply", 0.4, _evidence(pair, "reply"))
    return _follower(pair)


def _surest(pair: Pair) -> tuple[float, str]:
    best, how = 0.0, ""
    if pair.strangers and pair.a.change_id != pair.b.change_id:
        return best, how
    for name, rule in _RULES:
        confidence = rule(pair)
        if confidence > best:
            best, how = confidence, name
    renamed = pair.a.change_id and pair.b.change_id and pair.a.change_id != pair.b.change_id
    return (min(best, DOUBTED), how) if renamed else (best, how)


def _evidence(pair: Pair, how: str) -> tuple[str, ...]:
    middle = {"link": pair.named, "reply": pair.below}.get(how, "")
    return tuple(dict.fromkeys(filter(None, (pair.a.id, middle, pair.b.id))))


def _one_posting(pair: Pair) -> bool:
    """Whether both are parts of one posting: of the same thread and version, with other numbers of the same total.

    The total of a lone cover letter may be wrong.
    """
    a, b = pair.a, pair.b
    if (a.version, a.label, a.rfc) != (b.version, b.label, b.rfc) or a.thread != b.thread or pair.gap > DAY:
        return False
    if not (a.partial and b.partial) or min(a.expected, b.expected) < 2 or a.offered or b.offered:
        return False
    if a.expected != b.expected:
        return not a.pieces and bool(pair.below) and pair.same_people and pair.gap < HOUR
    return {piece.n for piece in a.pieces}.isdisjoint(piece.n for piece in b.pieces)


# --- relations


def _other_direction(pair: Pair) -> Relation | None | bool:
    """What titles and commits say about the direction of two series; False when they may be one idea."""
    a, b = pair.a, pair.b
    if a.mark != b.mark:
        one, other = (b, a) if b.mark else (a, b)
        if not (other.titles & set(one.of) or other.title in one.of or set(one.of) & set(other.of) or pair.same_ids):
            return None
        return Relation(one.id, other.id, "reapplies" if one.mark == "reapply" else "reverts", 0.9, (one.id, other.id))
    if a.mark and set(a.of) != set(b.of) and not set(a.of) & set(b.of):
        return None
    if (a.stable or b.stable) and not a.stable & b.stable or bool(a.origin) != bool(b.origin) and not (a.stable and b.stable):
        if a.stable and b.stable or not (pair.same_ids or pair.same_titles):
            return None
        one, other = (b, a) if b.stable or b.origin else (a, b)
        return Relation(one.id, other.id, "backports", 0.9, (one.id, other.id))
    return False


def _companion(pair: Pair) -> Relation | None:
    """Whether one says that it mends or needs the other."""
    for one, other in ((pair.b, pair.a), (pair.a, pair.b)):
        if not set(one.fixes).isdisjoint(other.titles) and not one.titles & other.titles:
            return Relation(one.id, other.id, "fixes", 0.9, (one.id, other.id))
        needed = one.needs & {*other.members, *other.patch_ids, other.change_id} - {""} or _common(one.depends, other.members)
        if needed:
            return Relation(one.id, other.id, "depends", 0.9, (one.id, other.id))
    return None


def _follower(pair: Pair) -> Relation | None:
    """Whether the later one takes up the earlier one without being its next version."""
    if pair.same_ids or (pair.same_title and pair.same_people and pair.gap < YEAR and pair.lines[2] >= 2):
        return Relation(pair.b.id, pair.a.id, "follows", 0.6, (pair.b.id, pair.a.id))
    tied = pair.below or _common(pair.b.mentions, pair.a.members)
    if tied and not pair.b.offered and pair.files > 0:
        return Relation(pair.b.id, pair.a.id, "follows", 0.5, (pair.b.id, pair.a.id))
    return None
