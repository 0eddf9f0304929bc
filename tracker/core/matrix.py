"""Patches x people of the newest revision: one row a patch, one column a person, in a cell what that person's tags are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.core.people import Person
from tracker.core.review import OWN, Agreement, Review, Tag
from tracker.core.series import Series
from tracker.core.settle import CAME_ROUND, REFUSED, WITHDRAWN
from tracker.core.topic import revision_label

LETTERS = {"Reviewed-by": "R", "Acked-by": "A", "Tested-by": "T", "Nacked-by": "N"}
# What a cell shows, the best of one tag first.
_ORDER = ("refused", "given", "own", "conditional", "promised", "withdrawn", "lost")


@dataclass(frozen=True, slots=True)
class Mark:
    """What one tag is worth for one patch.

    letter: R, A, T, N, or 't' for a tag without a name. kind: 'given' (it counts), 'own' (its author's, does not count),
    'lost', 'withdrawn', 'promised', 'conditional' or 'refused'. since: the label of the revision it was said of, '' for
    the newest. carried: only postings have it, no reply is known. unlisted: it counts, but the newest posting leaves it
    out. why: of a lost or withdrawn one, and of a refusal of an older form of the patch. lost: label of the revision that
    lost it, '' for none.
    """

    letter: str
    kind: str
    since: str
    series: bool
    carried: bool
    unlisted: bool
    why: str
    lost: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Row:
    """One patch. cells: the marks of each person, in the order of `Matrix.people`."""

    n: int
    title: str
    msgid: str
    cells: tuple[tuple[Mark, ...], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table and what belongs below it.

    label: of the newest revision, which is one of `count`. expected: how many patches it should have. loose: what is open
    or counts but belongs to no row. mismatches: in another person's name. agreements: plain words about the newest.
    """

    title: str
    label: str
    count: int
    expected: int
    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    loose: tuple[Tag, ...]
    mismatches: tuple[Tag, ...]
    agreements: tuple[Agreement, ...]


def matrix(review: Review, revisions: Sequence[Series]) -> Matrix:
    """The table of *review*, which has to be that of *revisions*."""
    labels = {one.id: revision_label(one) for one in revisions}
    newest = next((one for one in revisions if one.id == review.newest), None)
    marks: dict[tuple[str, Person], list[Mark]] = {}
    loose = []
    for tag in review.tags:
        found = _marks(tag, labels, review.newest) if not tag.mismatch else {}
        for msgid, mark in found.items():
            marks.setdefault((msgid, tag.who), []).append(mark)
        if not found and _is_loose(tag):
            loose.append(tag)
    people = _people(review.tags, marks)
    rows = tuple(
        Row(patch.n, patch.title, patch.msgid, tuple(_best(marks.get((patch.msgid, person), ())) for person in people))
        for patch in review.patches
    )
    return Matrix(
        title=newest.title if newest else "", label=labels.get(review.newest or "", ""), count=len(revisions),
        expected=newest.expected if newest else 0, people=people, rows=rows, loose=tuple(loose),
        mismatches=tuple(tag for tag in review.tags if tag.mismatch),
        agreements=tuple(one for one in review.agreements if one.series == review.newest),
    )  # fmt: skip


def _marks(tag: Tag, labels: Mapping[str, str], newest: str | None) -> dict[str, Mark]:
    """Patch of the newest revision -> what *tag* is worth for it; without those for which it says nothing any more."""
    lost = dict(tag.lost)
    found = {}
    for msgid in tag.newest:
        kind = _kind(tag, msgid, lost.get(msgid))
        if kind:
            found[msgid] = Mark(
                LETTERS.get(tag.name, "t"), kind, "" if msgid in tag.patches else labels.get(tag.series, ""),
                tag.scope == "series", tag.source == "posting" and tag.confirmed_by is None, msgid in tag.unlisted,
                lost.get(msgid, ""), labels.get(tag.lost_in[0], "") if tag.lost_in else "", tag,
            )  # fmt: skip
    return found


def _kind(tag: Tag, msgid: str, why: str | None) -> str:
    if tag.state in ("open", "overdue"):
        return tag.verdict
    if tag.verdict == "refused":
        return "" if why in (CAME_ROUND, WITHDRAWN) else "refused"
    if msgid in tag.holds:
        return "given"
    if why is None:
        return ""
    return "own" if why == OWN else "withdrawn" if why in (WITHDRAWN, REFUSED) else "lost"


def _is_loose(tag: Tag) -> bool:
    return not tag.newest and (tag.state in ("open", "overdue") or tag.current)


def _people(tags: Sequence[Tag], marks: Mapping[tuple[str, Person], Sequence[Mark]]) -> tuple[Person, ...]:
    """Who has a mark: those with most of them first, of equals who spoke first."""
    counts: dict[Person, int] = {}
    for tag in tags:
        counts.setdefault(tag.who, 0)
    for (_, person), found in marks.items():
        counts[person] += len(found)
    return tuple(sorted((one for one, count in counts.items() if count), key=lambda one: -counts[one]))


def _best(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Of each tag of a person the mark that says most: what counts beats what was lost, a newer revision an older one."""
    best: dict[str, Mark] = {}
    for mark in marks:
        key = mark.letter + (mark.tag.part or "")
        if key not in best or _rank(mark) <= _rank(best[key]):
            best[key] = mark
    return tuple(sorted(best.values(), key=lambda mark: (_ORDER.index(mark.kind), "RATNt".index(mark.letter))))


def _rank(mark: Mark) -> tuple[int, bool, bool]:
    return (_ORDER.index(mark.kind), bool(mark.since), mark.carried)
