"""Whether two series are one idea: the strongest evidence for it, or how else they are related.

Evidence is judged by one table of rules, `_RULES`. A rule says how sure it is, from 0 (it does not apply) to 1; the
surest one counts. Signs of kinship are never enough when a title or a commit says that a patch takes another back,
brings it back or carries it to a stable release: that is a relation, however alike the patches are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.core.likeness import Pair, first_common
from tracker.core.traits import Traits

_HOUR = 3_600
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY
ACCEPTED = 0.5  # links below this tie nothing on their own
SURE = 0.9  # links from this on may tie groups that contradict each other a little
CERTAIN = 0.98  # and from this on whatever speaks against it
_DOUBTED = 0.85  # at most, where both have a change-id of their own
_TENTATIVE = 0.4
ANEW = 0.8  # a 'follows' that is this sure takes the earlier one's place


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


def link(one: Traits, two: Traits) -> Link | Relation | None:
    """The strongest evidence that two series are one idea, else how they are related, else None.

    A link below `ACCEPTED` ties a patch offered in a reply to what it was offered for: it counts when somebody adopts it.
    """
    pair = Pair(one, two)
    if _one_posting(pair):
        return Link(pair.a.id, pair.b.id, "reply", CERTAIN, (pair.a.id, pair.b.id))
    if _another_way(pair):
        return _direction(pair)
    confidence, how = _surest(pair)
    companion = _companion(pair) if confidence < SURE else None
    if companion is not None:
        return companion
    if confidence > 0.0:
        return Link(pair.a.id, pair.b.id, how, confidence, _evidence(pair, how))
    if pair.b.offered and pair.below:
        return Link(pair.a.id, pair.b.id, "reply", _TENTATIVE, _evidence(pair, "reply"))
    return _follower(pair)


# --- the rules


def _by_change_id(pair: Pair) -> float:
    """b4 keeps one id for all versions, and a branch's name in all message ids; names are used again for other work.

    Two ids that differ say that the branch of one name was begun anew.
    """
    if pair.a.change_id and pair.b.change_id:
        return 0.99 if pair.a.change_id == pair.b.change_id else 0.0
    same_branch = bool(pair.a.branch) and pair.a.branch == pair.b.branch
    return 0.85 if same_branch and pair.step > 0 and pair.same_people and pair.gap < _YEAR / 2 else 0.0


def _by_link(pair: Pair) -> float:
    """It names the other as an earlier version; what has nothing in common is a companion (tests of a feature).

    What shares little with it was split off, and may have gone its own way since; of other people, with a number that does not
    go on, it only tells a story.
    """
    if not pair.named or not pair.touching:
        return 0.0
    if pair.same_title or pair.matched / pair.more >= 0.5:
        return 0.97 if pair.same_people else 0.93
    close = pair.matched / pair.more >= 0.3 or pair.lines[1] >= 0.2 or pair.titles_alike >= 0.7
    if close:
        return 0.92
    return 0.8 if pair.step > 0 or pair.same_people else 0.0


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
    goes_on = pair.same_people and (pair.step > 0 or (least >= 1 and most > 0.3))
    return 0.75 if goes_on else 0.0


def _by_cover(pair: Pair) -> float:
    """The same cover title, or one changed a little over the same patches."""
    if pair.more < 2:
        return 0.0
    if not pair.same_title:
        close = pair.step > 0 and pair.same_people and pair.gap < 2 * _YEAR and pair.matched >= 2
        return 0.85 if close and pair.titles_alike >= 0.85 else 0.0
    if pair.same_people:
        if pair.step > 0 and pair.gap < 2 * _YEAR:
            return 0.93
        return 0.85 if pair.alike >= 0.4 and pair.gap < _YEAR and not pair.disagree else 0.0
    return 0.85 if pair.step > 0 and pair.alike >= 0.3 else 0.0


def _by_subject(pair: Pair) -> float:
    """The same titles: of single patches, or of half of the smaller and a third of the larger series."""
    if _rerolls(pair.a, pair.b) and pair.same_people:
        return 0.92
    titles = pair.same_titles
    if not pair.same_title and (titles / pair.fewer < 0.5 or titles / pair.more < 0.3):
        return _taken_in(pair)
    lines = pair.lines[0] if pair.lines[2] >= 2 else 0.0
    if pair.same_people:
        if pair.step > 0 and pair.gap < 2 * _YEAR:
            return 0.92 if pair.same_title or titles / pair.more >= 0.5 else 0.75
        return 0.85 if pair.step == 0 and pair.gap < _YEAR and lines >= 0.25 and _says_something_new(pair) else 0.0
    if pair.step > 0 and (lines >= 0.3 or pair.words[0] >= 0.5):
        return 0.8
    return 0.75 if lines >= 0.6 and pair.gap < _YEAR else 0.0


def _rerolls(a: Traits, b: Traits) -> bool:
    """Whether *b* posts some patches of *a* again under their numbers and titles."""
    if not b.partial or b.offered or not b.pieces or (a.version, a.expected) != (b.version, b.expected) or a.label == b.label:
        return False
    known = {(piece.n, piece.title) for piece in a.pieces}
    return all((piece.n, piece.title) in known for piece in b.pieces)


def _taken_in(pair: Pair) -> float:
    """A lone patch that soon after is one of a few of its author's: the idea grew into a series."""
    soon = pair.gap < 30 * _DAY and pair.same_people and pair.step >= 0
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
    """Other titles, but much the same lines, patches or words of the same people; or lines that another one offered."""
    if pair.step < 0 or (pair.a.files and pair.b.files and not pair.files):
        return 0.0
    lines, words = pair.lines, pair.words
    if pair.step == 0:
        known = pair.same_people or (pair.a.offered and not pair.b.offered and lines[0] >= 0.6)
        close = known and pair.gap < 60 * _DAY and lines[2] >= 4 and lines[0] >= 0.5 and lines[1] >= 0.3
        return 0.65 if close and not pair.same_title and pair.matched / pair.more >= 0.3 else 0.0
    if pair.gap > _YEAR or not pair.same_people:
        return 0.0
    if lines[2] >= 3 and lines[0] >= 0.3 and lines[1] >= 0.1:
        return 0.75
    if pair.matched / pair.fewer >= 0.5 and pair.matched / pair.more >= 0.25:
        return 0.75
    if words[2] >= 3 and words[1] >= 0.25 and pair.files > 0:
        return 0.7
    if pair.titles_alike >= 0.68 and (lines[2] or words[2] >= 2) and pair.files >= 0.5:
        return 0.7
    some_of_each = lines[2] >= 3 and words[2] >= 3 and lines[0] + words[1] + pair.titles_alike >= 1
    return 0.65 if some_of_each and pair.gap < 60 * _DAY else 0.0


_RULES: tuple[tuple[str, Callable[[Pair], float]], ...] = (
    ("change-id", _by_change_id),
    ("link", _by_link),
    ("reply", _by_reply),
    ("patch-id", _by_patch_id),
    ("cover", _by_cover),
    ("subject", _by_subject),
    ("similar", _by_likeness),
)


def _surest(pair: Pair) -> tuple[float, str]:
    """The confidence of the surest rule, of equals the first in the table, and its name."""
    if pair.strangers and pair.a.change_id != pair.b.change_id:
        return 0.0, ""
    best, how = 0.0, ""
    for name, rule in _RULES:
        confidence = rule(pair)
        if confidence > best:
            best, how = confidence, name
    two_ids = pair.a.change_id and pair.b.change_id and pair.a.change_id != pair.b.change_id
    return (min(best, _DOUBTED) if two_ids else best), how


def _evidence(pair: Pair, how: str) -> tuple[str, ...]:
    middle = {"link": pair.named, "reply": pair.below}.get(how, "")
    return tuple(dict.fromkeys(filter(None, (pair.a.id, middle, pair.b.id))))


def _one_posting(pair: Pair) -> bool:
    """Whether both are parts of one posting: of the same thread and version, with other numbers of the same total.

    The total of a lone cover letter may be wrong.
    """
    a, b = pair.a, pair.b
    if (a.version, a.label, a.rfc) != (b.version, b.label, b.rfc) or a.thread != b.thread or pair.gap > _DAY:
        return False
    if not (a.partial and b.partial) or min(a.expected, b.expected) < 2 or a.offered or b.offered:
        return False
    if a.expected != b.expected:
        return not a.pieces and bool(pair.below) and pair.same_people and pair.gap < _HOUR
    return {piece.n for piece in a.pieces}.isdisjoint(piece.n for piece in b.pieces)


# --- relations


def _another_way(pair: Pair) -> bool:
    """Whether one of both reverts, re-applies or backports, and the other does not do the same to the same."""
    a, b = pair.a, pair.b
    # A revert has the opposite diff of what it reverts: one with the same diff is the same revert under another title.
    undone = {*a.of, *b.of}
    retitled = pair.same_ids and "reapply" not in (a.mark, b.mark) and undone.isdisjoint(a.titles | b.titles)
    if (a.mark != b.mark and not retitled) or (a.mark and b.mark and set(a.of).isdisjoint(b.of)):
        return True
    if a.stable or b.stable:
        return a.stable.isdisjoint(b.stable)
    says_so = pair.same_people and pair.step > 0 and (pair.named or pair.below)
    return bool(a.origin) != bool(b.origin) and not says_so


def _direction(pair: Pair) -> Relation | None:
    """What the one that reverts, re-applies or backports does to the other, None when it is not about it."""
    a, b = pair.a, pair.b
    if a.mark != b.mark:
        one, other = (b, a) if b.mark else (a, b)
        named = not set(one.of).isdisjoint({*other.titles, other.title, *other.of})
        kind = "reapplies" if one.mark == "reapply" else "reverts"
        return Relation(one.id, other.id, kind, 0.9, (one.id, other.id)) if named or pair.same_ids else None
    if a.mark or (a.stable and b.stable) or not (pair.same_ids or pair.same_titles):
        return None
    one, other = (b, a) if b.stable or b.origin else (a, b)
    return Relation(one.id, other.id, "backports", 0.9, (one.id, other.id))


def _companion(pair: Pair) -> Relation | None:
    """Whether one says that it mends or needs the other."""
    for one, other in ((pair.b, pair.a), (pair.a, pair.b)):
        if one.fixes and not other.titles.isdisjoint(one.fixes) and one.titles.isdisjoint(other.titles):
            return Relation(one.id, other.id, "fixes", 0.9, (one.id, other.id))
        needed = one.needs and one.needs & {*other.members, *other.patch_ids, other.change_id}
        if needed or first_common(one.depends, other.members):
            return Relation(one.id, other.id, "depends", 0.9, (one.id, other.id))
    return None


def _follower(pair: Pair) -> Relation | None:
    """Whether the later one takes up the earlier one without being its next version."""
    if (again := anew(pair)) is not None:
        return again
    if pair.same_ids or (pair.same_title and pair.same_people and pair.gap < _YEAR and pair.lines[2] >= 2):
        return Relation(pair.b.id, pair.a.id, "follows", 0.6, (pair.b.id, pair.a.id))
    # It speaks of the commit that the earlier one became, and changes the same files.
    if pair.files > 0 and not pair.a.titles.isdisjoint(pair.b.quotes) and pair.a.titles.isdisjoint(pair.b.titles):
        return Relation(pair.b.id, pair.a.id, "follows", 0.6, (pair.b.id, pair.a.id))
    tied = pair.below or first_common(pair.b.mentions, pair.a.members)
    if tied and not pair.b.offered and pair.files > 0:
        return Relation(pair.b.id, pair.a.id, "follows", 0.5, tuple(dict.fromkeys((pair.b.id, tied))))
    return None


def anew(pair: Pair) -> Relation | None:
    """That an author makes the same change again under another title: at least half of the changed lines are the same.

    What is touched again much later, or but a line or two of it, may be so for another reason. The same diff again is a part of
    what stands on it.
    """
    if pair.same_ids or pair.a.offered or pair.b.offered or not pair.same_people or not pair.files or pair.taken_up < 0.5:
        return None
    patience = _YEAR if first_common(pair.b.mentions, pair.a.members) else 90 * _DAY
    soon = pair.gap < (7 * _DAY if pair.lines[2] < 3 else patience)
    return Relation(pair.b.id, pair.a.id, "follows", ANEW, (pair.b.id, pair.a.id)) if soon else None
