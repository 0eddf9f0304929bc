"""Postings to series: which covers and patches were sent as one version.

The mails may come in any order, late, twice, wrongly threaded or with parts missing. Nothing here guesses at lineage:
which series are versions of one idea is the topic's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.facts import Facts, PatchFacts
from tracker.core.people import Person
from tracker.core.thread import ancestors

# Parts that name no common ancestor are one series when they were sent within this many seconds of each other
# (patchwork: SERIES_DELAY_INTERVAL, ten minutes).
NEARBY = 600


@dataclass(frozen=True, slots=True)
class SeriesPatch:
    """One patch of a series. n: its number, 1 when it has none. inline: offered inside of or attached to a reply.

    author: the name of who wrote it, which may not be who sent it. blobs: as blobs.read_blobs gives them for *files*.
    """

    n: int
    msgid: str
    title: str
    subject: str
    patch_id: str | None
    files: tuple[str, ...]
    inline: bool
    author: str = ""
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One posting of one version. id: the message id of its cover, else of its first patch. date in seconds UTC."""

    id: str
    version: int
    label: str
    rfc: bool
    resend: bool
    prefixes: tuple[str, ...]
    title: str
    subject: str
    author: Person
    date: int | None
    expected: int
    cover: str | None
    patches: tuple[SeriesPatch, ...]
    change_id: str | None
    base_commit: str | None
    lists: tuple[str, ...]
    stable: str | None

    @property
    def complete(self) -> bool:
        """Whether every patch 1 to `expected` is at hand."""
        return {patch.n for patch in self.patches} >= set(range(1, self.expected + 1))

    @property
    def members(self) -> tuple[str, ...]:
        """The message ids of cover and patches."""
        cover = (self.cover,) if self.cover else ()
        return tuple(dict.fromkeys(cover + tuple(patch.msgid for patch in self.patches)))


@dataclass(slots=True)
class _Group:
    """A series being put together: its mails by number."""

    mails: dict[int, Facts] = field(default_factory=dict)
    last: int = 0

    def take(self, mail: Facts, number: int) -> None:
        self.mails[number] = mail
        if mail.date is not None:
            self.last = max(self.last, mail.date)


def find_series(mails: Iterable[Facts]) -> tuple[Series, ...]:
    """The series among *mails*, oldest first. Give whole threads, and mails of other threads that may belong to them."""
    known: dict[str, Facts] = {}
    for mail in mails:
        known.setdefault(mail.msgid, mail)
    postings = sorted((mail for mail in known.values() if mail.posting), key=_order)
    found = [_offer_series(mail, known) for mail in postings if _is_offer(mail)]
    plain = [mail for mail in postings if not _is_offer(mail)]
    found += [_series([mail]) for mail in plain if _place(mail) is None]
    found += [_series(list(group.mails.values())) for group in _groups([m for m in plain if _place(m) is not None], known)]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.date or 0, one.id)))


def _place(mail: Facts) -> int | None:
    """The number of a posting: 0 of a cover letter, also of one without a counter; None of a lone patch."""
    return 0 if mail.kind == "cover" else mail.subject.n


def _order(mail: Facts) -> tuple[int, int, str]:
    """Covers and low numbers come first among mails of the same second."""
    return (mail.date or 0, _place(mail) or 0, mail.msgid)


def _is_offer(mail: Facts) -> bool:
    return mail.subject.reply and bool(mail.patches)


def _groups(mails: Sequence[Facts], known: Mapping[str, Facts]) -> list[_Group]:
    """Numbered postings put together: below a posting of the same version, else beside one sent at the same time."""
    groups: list[_Group] = []
    home: dict[str, _Group] = {}
    waiting = []
    for mail in sorted(mails, key=lambda mail: (_place(mail) != 0, *_order(mail))):
        group = _above(mail, known, home)
        if group is None and _place(mail) != 0:
            waiting.append(mail)
            continue
        if group is None:
            group = _Group()
            groups.append(group)
        group.take(mail, _place(mail) or 0)
        home[mail.msgid] = group
    for mail in waiting:
        group = _above(mail, known, home) or _beside(mail, groups)
        if group is None:
            group = _Group()
            groups.append(group)
        group.take(mail, _place(mail) or 0)
        home[mail.msgid] = group
    return groups


def _above(mail: Facts, known: Mapping[str, Facts], home: Mapping[str, _Group]) -> _Group | None:
    """The group of the nearest posting that *mail* hangs below, when *mail* can be a further part of it."""
    for msgid in ancestors(mail.msgid, known):
        group = home.get(msgid)
        if group is not None:
            fits = _place(mail) not in group.mails and _same_posting(mail, known[msgid], threaded=True)
            return group if fits else None
    return None


def _beside(mail: Facts, groups: Sequence[_Group]) -> _Group | None:
    """The group that *mail* was sent with, though no reference ties them: the nearest in time."""
    if mail.date is None:
        return None
    fitting = []
    for group in groups:
        if _place(mail) in group.mails:
            continue
        away = (
            min(abs(mail.date - other.date) for other in group.mails.values() if other.date is not None)
            if group.last
            else NEARBY + 1
        )
        if away <= NEARBY and all(_same_posting(mail, other, threaded=False) for other in group.mails.values()):
            fitting.append((away, group.last, group))
    return min(fitting, key=lambda row: row[:2])[2] if fitting else None


def _same_posting(mail: Facts, other: Facts, *, threaded: bool) -> bool:
    """Whether two numbered mails can be parts of one posting: same sender, same total, same version.

    Sent below each other within a day, one of these may differ, as people make mistakes: another sender (a series posted
    by two), a cover with another total or version than its patches, a version that only some of them carry.
    """
    one, two = mail.subject, other.subject
    sender = mail.sender.email.lower() == other.sender.email.lower() or mail.sender.name == other.sender.name
    total = one.total == two.total
    version = one.version_label.lower() == two.version_label.lower()
    if sender and total and version:
        return True
    if not threaded or not _within_a_day(mail, other):
        return False
    if other.kind == "cover" and sender:
        return total or version or not one.explicit_version
    unlabelled = not (one.explicit_version and two.explicit_version)
    return total and (version or (sender and unlabelled))


def _within_a_day(mail: Facts, other: Facts) -> bool:
    return mail.date is not None and other.date is not None and abs(mail.date - other.date) < 86_400


def _offer_series(mail: Facts, known: Mapping[str, Facts]) -> Series | None:
    """The patches a reply offers, without those that an ancestor already posted (they are quoted, not offered)."""
    seen = {patch.patch_id for msgid in ancestors(mail.msgid, known) if msgid in known for patch in known[msgid].patches}
    fresh = [patch for patch in mail.patches if patch.patch_id is None or patch.patch_id not in seen]
    if not fresh:
        return None
    patches = tuple(_patch(mail, patch, n) for n, patch in enumerate(fresh, 1))
    return _make(mail, None, patches, len(patches), title=fresh[0].title)


def _series(mails: list[Facts]) -> Series:
    mails.sort(key=lambda mail: _place(mail) or 0)
    cover = mails[0] if mails[0].kind == "cover" else None  # a diff under the number 0 is a patch
    bodies = [mail for mail in mails if mail is not cover]
    patches = tuple(
        _patch(mail, mail.patches[0] if mail.patches else None, 1 if mail.subject.n is None else mail.subject.n)
        for mail in bodies
    )
    first = mails[0]
    totals = [mail.subject.total for mail in mails if mail.subject.total]
    expected = first.subject.total or max([*totals[:1], 1, len(patches)])
    return _make(first, cover, patches, expected, title=first.subject.title)


def _number(mail: Facts) -> int:
    return 1 if mail.subject.n is None else mail.subject.n


def _patch(mail: Facts, patch: PatchFacts | None, n: int) -> SeriesPatch:
    if patch is None:
        return SeriesPatch(n, mail.msgid, mail.subject.title, mail.subject.full, None, (), False, mail.sender.name)
    return SeriesPatch(
        n, mail.msgid, patch.title, mail.subject.full, patch.patch_id, patch.files, patch.inline, patch.author.name, patch.blobs
    )


def _make(first: Facts, cover: Facts | None, patches: tuple[SeriesPatch, ...], expected: int, *, title: str) -> Series:
    subject = first.subject
    offered = bool(patches) and patches[0].inline
    return Series(
        id=first.msgid, version=1 if offered else subject.version, label="" if offered else subject.version_label,
        rfc=subject.rfc, resend=subject.resend and not offered, prefixes=subject.prefixes, title=title,
        subject=subject.full, author=first.sender, date=first.date, expected=expected,
        cover=cover.msgid if cover else None, patches=patches, change_id=first.change_id,
        base_commit=first.base_commit, lists=first.lists, stable=subject.stable,
    )  # fmt: skip
