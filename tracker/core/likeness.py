"""Two series side by side: how much of their patches, lines, wording and titles they share. Measures only, no verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.core.hints import LINES_KEPT, WORDS_KEPT
from tracker.core.lazy import lazy
from tracker.core.traits import Piece, Traits


class Pair:
    """Two series, the earlier one first. What costs little is looked at once, the rest when it is asked for.

    a, b: the earlier and the later series. gap: seconds between them. same_people: who sent one of them sent or wrote
    the other. below: the mail of *a* that *b* was sent below; named: the mail of *a* that *b* calls an earlier version;
    '' where there is none. same_ids, same_titles: how many patches have the same patch-id or title. same_title: cover
    letter or only patch have the same title.
    """

    def __init__(self, one: Traits, two: Traits) -> None:
        a, b = (one, two) if (one.when, one.id) <= (two.when, two.id) else (two, one)
        self.a, self.b = a, b
        self.gap = b.when - a.when
        self.same_people = not (a.sender.isdisjoint(b.people) and b.sender.isdisjoint(a.people))
        self.below = first_common(b.above, a.members)
        self.named = first_common(b.previous, a.members)
        self.same_ids = len(a.patch_ids & b.patch_ids)
        self.same_titles = len(a.titles & b.titles)
        self.same_title = bool(a.title) and a.title == b.title

    @lazy
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

    @lazy
    def _sizes(self) -> tuple[int, int]:
        """How many patches each has. Of a part of a series only what was seen counts, but not against a lone patch."""
        a, b = self.a, self.b
        if min(a.expected, b.expected) == 1:
            return max(a.expected, len(a.pieces)), max(b.expected, len(b.pieces))
        return len(a.pieces) or 1, len(b.pieces) or 1

    @property
    def fewer(self) -> int:
        """How many patches the smaller one has."""
        return min(self._sizes)

    @property
    def more(self) -> int:
        """How many patches the larger one has."""
        return max(self._sizes)

    @property
    def strangers(self) -> bool:
        """Whether other people posted them, and nothing but what the patches look like could tie them."""
        tied = self.same_people or self.below or self.named or self.same_ids or self.same_titles or self.same_title
        return not (tied or self.a.offered)

    @lazy
    def lines(self) -> tuple[float, float, int]:
        """What they share of their changed lines, see `shared`."""
        return shared(self.a.lines, self.b.lines, LINES_KEPT)

    @lazy
    def taken_up(self) -> float:
        """Which part of the changed lines of the earlier one the later one has, too."""
        return self.lines[2] / len(self.a.lines) if self.a.lines else 0.0

    @lazy
    def words(self) -> tuple[float, float, int]:
        """What they share of the wording of the cover letter or the commit message, see `shared`."""
        return shared(self.a.words, self.b.words, WORDS_KEPT)

    @lazy
    def files(self) -> float:
        """Which share of the files of the one with fewer files both touch."""
        few = min(len(self.a.files), len(self.b.files))
        return len(self.a.files & self.b.files) / few if few else 0.0

    @lazy
    def matched(self) -> int:
        """How many patches have a counterpart: by patch-id, title or changed lines."""
        return _matched(self.a.pieces, self.b.pieces)

    @lazy
    def titles_alike(self) -> float:
        """How alike the titles of cover letter or only patch are, 0 to 1, words in any order."""
        from rapidfuzz import fuzz

        return fuzz.token_sort_ratio(self.a.title, self.b.title) / 100 if self.a.title and self.b.title else 0.0

    @lazy
    def alike(self) -> float:
        """How much of the smaller one is in the other, by whatever shows most of it."""
        lines = self.lines[0] if self.lines[2] >= 3 else 0.0
        return max(min(1.0, self.matched / self.fewer), lines)

    @lazy
    def disagree(self) -> bool:
        """Whether the diffs of both are known and have not a line in common."""
        return len(self.a.lines) >= 4 and len(self.b.lines) >= 4 and not self.lines[2] and not self.same_ids

    @lazy
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


def first_common(some: Sequence[str], others: Sequence[str]) -> str:
    """The first of *some* that is among *others*, else ''."""
    return next((one for one in some if one in others), "") if some else ""


def shared(one: tuple[int, ...], two: tuple[int, ...], kept: int) -> tuple[float, float, int]:
    """What two sketched sets share: which part of the smaller one, their Jaccard index, how many hashes of the sketches.

    The first two are estimates. kept: how many hashes a sketch has at most; one with fewer is the whole set. Only
    hashes that both sketches would have kept are compared (bottom-k sampling; Cohen and Kaplan, 2007).
    """
    if not one or not two:
        return 0.0, 0.0, 0
    bar = min(one[-1] if len(one) >= kept else 1 << 32, two[-1] if len(two) >= kept else 1 << 32)
    a, b = {x for x in one if x <= bar}, {x for x in two if x <= bar}
    both = len(a & b)
    return (both / min(len(a), len(b)), both / len(a | b), both) if both else (0.0, 0.0, 0)


def _matched(some: Sequence[Piece], others: Sequence[Piece]) -> int:
    """How many of *some* have a counterpart of their own among *others*."""
    by_key: dict[str, int] = {}
    by_line: dict[int, list[int]] = {}
    for at, piece in enumerate(others):
        for key in _names(piece):
            by_key.setdefault(key, at)
        for line in piece.lines:
            by_line.setdefault(line, []).append(at)
    taken: set[int] = set()
    for piece in some:
        at = next((by_key[key] for key in _names(piece) if key in by_key and by_key[key] not in taken), -1)
        if at < 0:
            at = _by_lines(piece, others, by_line, taken)
        if at >= 0:
            taken.add(at)
    return len(taken)


def _names(piece: Piece) -> list[str]:
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
