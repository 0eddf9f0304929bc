"""Which of a topic's patches a pull request lists: by their titles, or under others that who pulled them in gave them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tracker.core.facts import Facts
from tracker.core.meaning import Meaning
from tracker.core.notice import Notice
from tracker.core.retitled import much_alike, same_patch
from tracker.core.spots import PATCH, Spots
from tracker.core.traits import peel

_PULLED_WITHIN = 300 * 86_400  # seconds after its posting that a pull request may list a patch under another title
_PULLED_SOON = 120 * 86_400  # seconds within which a maintainer asks to pull what he applied
_MOST_LEFT = 3  # patches of a series that a pull request may list under titles with nothing in common
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Known:
    """What was told before a pull request. maintainers, titles: as for aftermath. pulls: ids of earlier requests; pulled: the
    lines that they list.
    """

    spots: Spots
    maintainers: frozenset[str]
    titles: Mapping[str, int]
    pulls: frozenset[str]
    pulled: frozenset[int]


class Listed(NamedTuple):
    """by_title: lines with what is done to them ('', 'revert' or 'reapply'). renamed: lines with the title they are listed under.
    together: lines that must be there with the others.
    """

    by_title: list[tuple[int, str]]
    renamed: dict[int, str]
    together: set[int]


def listed(meaning: Meaning, known: Known, mail: Facts, notice: Notice) -> Listed:
    """What the pull request *notice* of *mail* lists of the patches of *meaning*."""
    meant = meaning.targets(notice, mail) if notice.titles else []
    meant = [(line, mark) for line, mark in meant if mark or not _is_another(meaning, line, notice)]
    sure = [(line, mark) for line, mark in meant if mark or _is_author(meaning, line, notice)]
    if any(not mark for _, mark in sure):  # with others of its series it is the same, whoever is named as its author
        sure = meant
    lines = {line for line, _ in sure}
    renamed = _retitled(meaning, known, mail, notice, lines)
    plain = {line for line, mark in sure if not mark} | renamed.keys()
    return Listed(sure, renamed, _applied_with(known, mail, plain))


def _is_another(meaning: Meaning, line: int, notice: Notice) -> bool:
    """Whether a pull request cannot mean a patch by its title: it carries a commit that is there already, or touches none of the
    files. A test may have the title of what it tests.
    """
    if meaning.is_backport(line):
        return True
    touched = frozenset().union(*(_names(one.files) for one in meaning.versions(line)))
    return bool(notice.files and touched) and touched.isdisjoint(notice.files)


def _is_author(meaning: Meaning, line: int, notice: Notice) -> bool:
    """Whether a shortlog lists a patch under its author: another's patch may have the same title."""
    if not notice.authors:
        return True
    patches = meaning.versions(line)
    titles = {peel(one.title)[1] for one in patches}
    named = {_letters(who) for who, title in zip(notice.authors, notice.titles, strict=True) if peel(title)[1] in titles}
    own = {_letters(one.author) for one in patches}
    return not named or "" in named | own or not named.isdisjoint(own)


def _retitled(meaning: Meaning, known: Known, mail: Facts, notice: Notice, asked: set[int]) -> dict[int, str]:
    """The lines whose patches a pull request lists under another title of the same author, and that title.

    Only of people who keep a tree, soon after the posting, when just one title of the author fits that nobody posted, and when
    the request touches the files.
    """
    found: dict[int, str] = {}
    if not notice.authors or mail.sender.email.lower() not in known.maintainers:
        return found
    current = meaning.lineup.current
    by_author = _by_author(notice.authors, notice.titles)
    authors = {patch.author.casefold() for patch in map(meaning.lineup.patch, current.values())}
    others = {who: [one for one in by_author.get(who, ()) if peel(one)[1] not in meaning.by_title] for who in authors}
    settled = asked | known.pulled
    for line, place in current.items():
        patch, posted = meaning.lineup.patch(place), meaning.posted(place[0])
        if line in settled or patch.inline or not posted <= (mail.date or 0) <= posted + _PULLED_WITHIN:
            continue
        if notice.files and not _names(patch.files).issubset(notice.files):
            continue
        own = [title for title in others[patch.author.casefold()] if not _is_posted(known, title, mail)]
        fitting = [title for title in own if same_patch(patch.title, title)]
        if not fitting and _was_applied(known, mail, line):
            fitting = [title for title in own if much_alike(patch.title, title)]
        if len(fitting) == 1:
            found[line] = fitting[0]
    times = Counter(found.values())  # a title that fits several patches says of none that it is its
    found = {line: title for line, title in found.items() if times[title] == 1}
    return {**found, **_rest_of_series(meaning, known, mail, others, settled | found.keys(), {*found.values()})}


def _rest_of_series(
    meaning: Meaning, known: Known, mail: Facts, titles: Mapping[str, Sequence[str]], seen: set[int], used: set[str]
) -> dict[int, str]:
    """The other patches of a series that a pull request lists in part, if it lists just as many more of its one author."""
    current = meaning.lineup.current
    soon = all(0 <= (mail.date or 0) - meaning.posted(place[0]) <= _PULLED_SOON for place in current.values())
    if not soon or len(titles) != 1 or not seen.intersection(current):
        return {}
    left = [line for line, _ in sorted(current.items(), key=lambda one: one[1]) if line not in seen]
    others = [title for own in titles.values() for title in own if title not in used]
    if not len(left) == len(others) <= _MOST_LEFT or any(_is_posted(known, title, mail) for title in others):
        return {}
    return dict(zip(left, others, strict=True))


def _is_posted(known: Known, title: str, mail: Facts) -> bool:
    """Whether a patch was posted under a title before *mail*."""
    return known.titles.get(peel(title)[1], _NEVER) <= (mail.date or 0)


def _applied_with(known: Known, mail: Facts, lines: set[int]) -> set[int]:
    """The patches that the sender of a pull request applied at one time with most of *lines*, and has not dropped.

    He lists them under other titles: a branch holds what was put there before.
    """
    several: dict[str, set[int]] = {}
    for one in known.spots:
        own = one.by is not None and one.by.email.lower() == mail.sender.email.lower()
        if (one.role, one.turn) == ("maintainer", PATCH) and own and not one.dropped:
            for proof in one.evidence:
                if proof.msgid not in known.pulls:
                    several.setdefault(proof.msgid, set()).add(one.line)
    together = (some for some in several.values() if 2 * len(some & lines) > len(some))
    return {line for some in together for line in some - lines}


def _was_applied(known: Known, mail: Facts, line: int) -> bool:
    """Whether the sender of a pull request said not long before that he had applied the patch."""
    rows = (one for one in known.spots if (one.line, one.role, one.turn) == (line, "maintainer", PATCH) and one.by)
    soon = (one for one in rows if 0 <= (mail.date or 0) - (one.date or one.told or 0) <= _PULLED_SOON)
    return any(one.by is not None and one.by.email.lower() == mail.sender.email.lower() for one in soon)


@lru_cache(maxsize=256)
def _by_author(authors: tuple[str, ...], titles: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """The titles of a shortlog by author in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for who, title in zip(authors, titles, strict=True):
        found[who.casefold()] = (*found.get(who.casefold(), ()), title)
    return found


def _names(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path.rpartition("/")[2] for path in paths)


def _letters(name: str) -> str:
    """A name without what a mail program may have spoilt."""
    return "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalpha())
