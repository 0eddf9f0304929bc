"""Which patch of one revision is which patch of another, and what the newest revision consists of.

Revisions come oldest first. A line is one patch through all revisions: its places are named by (index of the revision,
index of the patch in it), because a reply that offers several patches has one message id for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.people import same_person
from tracker.core.series import Series, SeriesPatch
from tracker.core.subject import normal_title
from tracker.core.thread import Linked

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Lineup:
    """All patches of a topic by what they are.

    lines: for each revision the number of the line of each of its patches. there: for each revision line -> index of its
    patch. whole: for each revision the places of all its patches; of a partial reroll (`[PATCH v5.1 3/7]`) those of the
    series it belongs to, with the replaced ones in their stead. replaces: for each revision the message ids of the patches
    that it puts others in the place of. newest: index of the newest revision, -1 without any.
    """

    revisions: tuple[Series, ...]
    lines: tuple[tuple[int, ...], ...]
    there: tuple[Mapping[int, int], ...]
    whole: tuple[tuple[Place, ...], ...]
    replaces: tuple[tuple[str, ...], ...]
    newest: int

    def patch(self, place: Place) -> SeriesPatch:
        return self.revisions[place[0]].patches[place[1]]

    def line(self, place: Place) -> int:
        return self.lines[place[0]][place[1]]

    @property
    def current(self) -> dict[int, Place]:
        """Line -> place of every patch of the newest revision, in its order."""
        return {self.line(place): place for place in self.whole[self.newest]} if self.revisions else {}


def is_offer(series: Series) -> bool:
    """Whether a reply offered it: an alternative, no posting of its own."""
    return bool(series.patches) and series.patches[0].inline


def line_up(revisions: Sequence[Series], mails: Mapping[str, Linked]) -> Lineup:
    """Follow every patch through *revisions*. mails: facts of at least their members, for what answers what."""
    follower = _Follower()
    lines = tuple(follower.follow(one) for one in revisions)
    there = tuple({line: at for at, line in enumerate(row)} for row in lines)
    whole: list[tuple[Place, ...]] = []
    replaces: list[tuple[str, ...]] = []
    for index, one in enumerate(revisions):
        own = tuple((index, at) for at in range(len(one.patches)))
        base = _base(index, revisions, whole, mails)
        whole.append(own if base is None else _replaced(whole[base], own, revisions, lines))
        gone = () if base is None else (place for place in whole[base] if place not in whole[index])
        replaces.append(tuple(revisions[s].patches[at].msgid for s, at in gone))
    return Lineup(tuple(revisions), lines, there, tuple(whole), tuple(replaces), _newest(revisions))


def _newest(revisions: Sequence[Series]) -> int:
    """The last one that has patches and was posted, else the last that has patches, else the last."""
    posted = [at for at, one in enumerate(revisions) if one.patches and not is_offer(one)]
    some = [at for at, one in enumerate(revisions) if one.patches]
    return (posted or some or [len(revisions) - 1])[-1]


# --- partial rerolls


def _base(index: int, revisions: Sequence[Series], whole: Sequence[Sequence[Place]], mails: Mapping[str, Linked]) -> int | None:
    """The revision that *index* replaces some patches of, None when it stands on its own. whole: of those before it."""
    one = revisions[index]
    if one.cover or one.complete or not one.patches:
        return None
    for at in range(index - 1, -1, -1):
        other = revisions[at]
        if other.expected == one.expected and len(whole[at]) > len(one.patches):
            again = (one.version, one.rfc) == (other.version, other.rfc)
            return at if again or _answers(one, other, mails) else None
    return None


def _answers(one: Series, other: Series, mails: Mapping[str, Linked]) -> bool:
    """Whether every patch of *one* was sent as an answer to the patch of *other* with the same number."""
    by_number = {patch.n: patch.msgid for patch in other.patches}
    above = {patch.n: mails[patch.msgid].parents if patch.msgid in mails else () for patch in one.patches}
    return all(parents and parents[-1] == by_number.get(n) for n, parents in above.items())


def _replaced(
    base: tuple[Place, ...], own: tuple[Place, ...], revisions: Sequence[Series], lines: Sequence[Sequence[int]]
) -> tuple[Place, ...]:
    """*base* with the patches of *own* in the place of those that they are a newer form of, by number or by line."""
    numbers = {revisions[s].patches[at].n for s, at in own}
    renewed = {lines[s][at] for s, at in own}
    kept = [(s, at) for s, at in base if revisions[s].patches[at].n not in numbers and lines[s][at] not in renewed]
    return tuple(sorted((*kept, *own), key=lambda place: revisions[place[0]].patches[place[1]].n))


# --- one patch through the revisions


@dataclass(slots=True)
class _Follower:
    """Gives every patch the number of its line: that of an earlier patch with the same diff, else with the same title."""

    ids: dict[str, list[int]] = field(default_factory=dict)
    titles: dict[str, list[int]] = field(default_factory=dict)
    count: int = 0
    before: Series | None = None
    lines_before: tuple[int, ...] = ()

    def follow(self, series: Series) -> tuple[int, ...]:
        titles = [normal_title(patch.title) for patch in series.patches]
        found: dict[int, int] = {}
        used: set[int] = set()
        for at, patch in enumerate(series.patches):
            self._take(found, used, at, self.ids.get(patch.patch_id or "", ()))
        for at, title in enumerate(titles):
            self._take(found, used, at, self.titles.get(title, ()) if title else ())
        self._by_place(series, found, used)
        for at in range(len(titles)):
            if at not in found:
                found[at] = self.count
                self.count += 1
        lines = tuple(found[at] for at in range(len(titles)))
        self._remember(series, titles, lines)
        return lines

    def _take(self, found: dict[int, int], used: set[int], at: int, known: Sequence[int]) -> None:
        if at in found:
            return
        for line in reversed(known):
            if line not in used:
                found[at] = line
                used.add(line)
                return

    def _by_place(self, series: Series, found: dict[int, int], used: set[int]) -> None:
        """A patch with another title and diff is the one before it in its place, if both are alone or have the same files."""
        before = self.before
        if before is None or is_offer(series) or not same_person(before.author, series.author):
            return
        alone = series.expected == before.expected == 1
        by_number = {patch.n: (patch, line) for patch, line in zip(before.patches, self.lines_before, strict=True)}
        for at, patch in enumerate(series.patches):
            other, line = by_number.get(patch.n, (None, -1))
            if at in found or other is None or line in used:
                continue
            same_files = bool(patch.files) and set(patch.files) == set(other.files)
            if alone or (series.expected == before.expected and same_files):
                found[at] = line
                used.add(line)

    def _remember(self, series: Series, titles: Sequence[str], lines: tuple[int, ...]) -> None:
        for patch, title, line in zip(series.patches, titles, lines, strict=True):
            for key, index in ((patch.patch_id, self.ids), (title, self.titles)):
                known = index.setdefault(key, []) if key else []
                if line in known[-8:]:
                    known.remove(line)
                known.append(line)
        if series.patches and not is_offer(series):
            self.before, self.lines_before = series, lines
