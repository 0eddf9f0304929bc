"""What lineage needs to know of one series, as a small value, and the keys under which its relatives are found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.core.facts import Facts
from tracker.core.hints import LINES_KEPT, Hints
from tracker.core.people import Person
from tracker.core.series import Series
from tracker.core.subject import normal_title
from tracker.core.thread import ancestors

_NO_HINTS = Hints()
_MAX_PATCHES = 300
_MAX_IDS = 40  # of mails that a series names or hangs below
_MAX_TITLE = 400
_MAX_QUOTES = 8
_DATE_TRUST = 2 * 86_400  # seconds that a Date may be away from when the list's server took the mail


@dataclass(frozen=True, slots=True)
class Piece:
    """One patch of a series. title: normalised, '' when it has none of its own. lines: the sketch of its changed lines."""

    n: int
    msgid: str
    title: str
    patch_id: str | None
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Traits:
    """One series for comparing. Made by `traits`; ids have no angle brackets, titles are normalised.

    members: its mails, the first 300. when: seconds UTC, the list server's time where the Date cannot be true.
    sender: addresses and names of who sent it; people: also of who wrote at least half of its patches.
    title: of the cover letter, else of the only patch, else ''. offered: in a reply. partial: some of its numbers are
    missing. branch: the name that b4 builds into message ids. stable: releases it is a backport for; origin: the commit
    it is a backport of. mark: 'revert' or 'reapply' when that is what it does, and of: titles of what.
    above: what its first mail hangs below, nearest first. previous, depends, mentions: mails that it names as earlier
    versions, as what it needs, or otherwise. needs: ids that its prerequisite lines have. fixes: titles of its Fixes.
    words, lines: sketches. titles, patch_ids, files: of all its patches.
    """

    id: str
    members: tuple[str, ...]
    thread: str
    when: int
    sender: frozenset[str]
    people: frozenset[str]
    version: int
    label: str
    rfc: bool
    resend: bool
    offered: bool
    partial: bool
    expected: int
    title: str
    pieces: tuple[Piece, ...]
    change_id: str
    branch: str
    stable: frozenset[str]
    origin: str
    mark: str
    of: tuple[str, ...]
    above: tuple[str, ...]
    previous: tuple[str, ...]
    depends: tuple[str, ...]
    mentions: tuple[str, ...]
    needs: frozenset[str]
    fixes: tuple[str, ...]
    quotes: tuple[str, ...]
    words: tuple[int, ...]
    lines: tuple[int, ...]
    titles: frozenset[str]
    patch_ids: frozenset[str]
    files: frozenset[str]


def traits(series: Series, mails: Mapping[str, Facts], hints: Mapping[str, Hints], thread: str = "") -> Traits:
    """The traits of *series*.

    mails: the facts of at least its members, better of its thread (what it hangs below). hints: of its members, as far
    as they are at hand. thread: any name that all series of one thread share.
    """
    own = [mails[msgid] for msgid in series.members if msgid in mails]
    said = [hints[msgid] for msgid in series.members if msgid in hints]
    pieces = _pieces(series, mails, hints)
    previous = _joined(one.previous for one in said)
    depends = tuple(one for one in _joined(one.depends for one in said) if one not in previous)
    origin = next((one.upstream for one in said if one.upstream), "")
    mark, of = _mark(series)
    sender = frozenset(identities(series.author))
    offered = bool(series.patches) and all(patch.inline for patch in series.patches)
    return Traits(
        id=series.id, members=series.members[:_MAX_PATCHES], thread=thread, when=_when(series, mails.get(series.id)),
        sender=sender, people=sender | _authors(own), version=series.version, label=series.label.lower(),
        rfc=series.rfc, resend=series.resend, offered=offered, partial=not series.complete, expected=series.expected,
        title=_title(series, pieces), pieces=pieces, change_id=series.change_id or "", branch=_branch(series.id),
        stable=_stable(series, own, bool(origin)), origin=origin, mark=mark, of=of,
        above=tuple(ancestors(series.id, mails))[:_MAX_IDS], previous=previous, depends=depends,
        mentions=_mentions(own, {*previous, *depends}), needs=_needs(own), fixes=_fixes(own),
        quotes=tuple(dict.fromkeys(peel(title)[1] for one in said for title in one.quotes))[:_MAX_QUOTES],
        # The words of a reply are no commit message.
        words=() if offered else hints.get(series.id, _NO_HINTS).words,
        lines=_whole([one.lines for one in said]),
        titles=frozenset(piece.title for piece in pieces if piece.title),
        patch_ids=frozenset(piece.patch_id for piece in pieces if piece.patch_id),
        files=frozenset(path for patch in series.patches for path in patch.files),
    )  # fmt: skip


def _pieces(series: Series, mails: Mapping[str, Facts], hints: Mapping[str, Hints]) -> tuple[Piece, ...]:
    found = []
    for one in series.patches[:_MAX_PATCHES]:
        # A patch in a reply without a title of its own: the subject is another's.
        untitled = one.inline and one.msgid in mails and one.title == mails[one.msgid].subject.title
        title = "" if untitled else _normal(one.title)
        found.append(Piece(one.n, one.msgid, title, one.patch_id, hints.get(one.msgid, _NO_HINTS).lines))
    return tuple(found)


def _normal(title: str) -> str:
    return normal_title(title[:_MAX_TITLE])


def _title(series: Series, pieces: Sequence[Piece]) -> str:
    if series.cover:
        return _normal(series.title)
    return pieces[0].title if len(pieces) == 1 else ""


def _when(series: Series, first: Facts | None) -> int:
    date = series.date
    received = first.received if first is not None else None
    if received is not None and (date is None or abs(date - received) > _DATE_TRUST):
        return received
    return date or 0


def _joined(several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for some in several for one in some))[:_MAX_IDS]


def _mentions(own: Sequence[Facts], known: set[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for mail in own for one in mail.links if one not in known))[:_MAX_IDS]


# --- people

_NOT_NAME = re.compile(r"[^\w\s]+")


def identities(person: Person) -> tuple[str, ...]:
    """What stands for a person in comparisons: the address without its +tag, and the words of a full name in any order."""
    found = []
    user, at, host = person.email.casefold().rpartition("@")
    if at:
        found.append(f"{user.partition('+')[0] or user}@{host}")
    words = _NOT_NAME.sub(" ", person.name[:_MAX_TITLE].casefold()).split()
    if len(words) > 1:
        found.append(" ".join(sorted(words)))
    return tuple(found)


def _authors(own: Sequence[Facts]) -> frozenset[str]:
    """Who wrote at least half of the patches: a maintainer's collection has many authors, and is none of theirs."""
    written = [identities(patch.author) for mail in own for patch in mail.patches]
    counts: dict[str, int] = {}
    for names in written:
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return frozenset(name for name, count in counts.items() if 2 * count >= len(written))


# b4, ez.py: 20240531-vfs-i_writecount-v1-1-a17bea7ee36b@kernel.org
_B4_ID = re.compile(r"\d{8}-(.{3,100})-v\d{1,3}-\d{1,4}-[0-9a-f]{12}@")


def _branch(msgid: str) -> str:
    found = _B4_ID.match(msgid)
    return found[1] if found else ""


# --- reverts, backports, needs

_MARK = re.compile(r"(?:[\w./, -]{1,40}+: )?\"?(revert|re-?apply):? ?[\"'“”„‘’«`]+", re.IGNORECASE)
_QUOTES = "\"'“”„‘’«»` "


@lru_cache(maxsize=65_536)
def peel(title: str) -> tuple[str, str]:
    """What a title does to another patch, and the normalised title of that: ('revert' | 'reapply' | '', title)."""
    mark = ""
    for _ in range(8):
        found = _MARK.match(title)
        if found is None:
            break
        again = found[1].lower() != "revert" or mark == "revert"
        mark = "reapply" if again else "revert"
        title = title[found.end() :]
    return mark, _normal(title.strip(_QUOTES) if mark else title)


def _mark(series: Series) -> tuple[str, tuple[str, ...]]:
    """Whether all patches revert or re-apply something; and the titles of what some of them revert or re-apply."""
    peeled = [peel(patch.title) for patch in series.patches] or [peel(series.title)]
    of = tuple(dict.fromkeys(title for mark, title in peeled if mark and title))[:_MAX_IDS]
    return (peeled[0][0] if len({mark for mark, _ in peeled}) == 1 else ""), of


_STABLE_WORD = re.compile(r"autosel|manualsel|stable|backport", re.IGNORECASE)


def _stable(series: Series, own: Sequence[Facts], carried: bool) -> frozenset[str]:
    """The releases a backport is for, without their ".y"; 'stable' when it names none.

    A bare number may also be the release that a new patch aims at ([PATCH 5.12]): with the commit it carries, the name
    of a stable tree or as an automatic pick it is a stable release.
    """
    names = [name.lower() for mail in own[:1] for name in mail.subject.stables]
    word = any(_STABLE_WORD.search(word) for word in series.prefixes)
    if not (word or carried or any(name.endswith((".y", ".x")) for name in names)):
        return frozenset()
    return frozenset(name.removesuffix(".y").removesuffix(".x") for name in names) or frozenset({"stable"} if word else ())


_PREREQUISITES = {"prerequisite-patch-id", "prerequisite-message-id", "prerequisite-change-id"}
_TITLE_OF_COMMIT = re.compile(r"[0-9a-fA-F]{6,40}\W+?\(?[\"'](.+)[\"']\)?")


def _needs(own: Sequence[Facts]) -> frozenset[str]:
    """Patch-ids, change-ids and message ids that it names as prerequisites."""
    values = [trailer.value for mail in own for trailer in mail.trailers if trailer.key in _PREREQUISITES]
    return frozenset(value.partition(":v")[0].strip("<> ") for value in values[:_MAX_IDS]) - {""}


def _fixes(own: Sequence[Facts]) -> tuple[str, ...]:
    """The titles of the commits that it mends."""
    values = [trailer.value[:_MAX_TITLE] for mail in own for trailer in mail.trailers if trailer.key == "Fixes"]
    found = (match for value in values[:_MAX_IDS] if (match := _TITLE_OF_COMMIT.match(value)) is not None)
    return tuple(dict.fromkeys(_normal(match[1]) for match in found))


# --- sketches and keys


def _whole(sketches: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """One sketch of all lines together: what every one of *sketches* would have kept."""
    bar = min((one[-1] for one in sketches if len(one) >= LINES_KEPT), default=1 << 32)
    return tuple(sorted({line for one in sketches for line in one if line <= bar}))


_MAX_KEYS = 400
_SHA = re.compile(r"[0-9a-f]{40}")


def keys(t: Traits) -> tuple[str, ...]:
    """The keys under which *t* is found and finds: two series without a common one are not compared.

    c: change-id; b: branch in b4's message ids; h: its thread; m: its mails and those it names; p: patch-id; t: title;
    l: changed line; w: wording; a: person and file. At most 400, on average 25.
    """
    named = (("c", t.change_id), ("b", t.branch), ("h", t.thread))
    found = dict.fromkeys(f"{kind}:{name}" for kind, name in named if name)
    found.update(dict.fromkeys(f"m:{one}" for one in (*t.members[:100], *t.previous, *t.depends, *t.mentions)))
    found.update(dict.fromkeys(f"p:{one}" for one in sorted(t.patch_ids)[:200]))
    found.update(dict.fromkeys(f"{'m' if '@' in one else 'p' if _SHA.fullmatch(one) else 'c'}:{one}" for one in sorted(t.needs)))
    titles = {t.title, *t.titles, *t.of, *t.fixes, *t.quotes} - {""}
    found.update(dict.fromkeys(f"t:{one}" for one in sorted(titles)[:200]))
    found.update(dict.fromkeys(f"l:{one:x}" for one in t.lines[:6]))
    for piece in t.pieces[:60]:
        found.update(dict.fromkeys(f"l:{one:x}" for one in piece.lines[:2]))
    found.update(dict.fromkeys(f"w:{one:x}" for one in t.words[:6]))
    who = min(t.sender, key=lambda one: ("@" in one, one), default="")
    found.update(dict.fromkeys(f"a:{who}:{path}" for path in sorted(t.files)[:6]))
    return tuple(found)[:_MAX_KEYS]
