"""Under which keys topics and the mails that say what became of them find each other, wherever these mails stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import lru_cache

from tracker.core.blobs import after, before, blob_keys
from tracker.core.facts import Facts
from tracker.core.notice import Notice
from tracker.core.patchline import is_offer
from tracker.core.retitled import title_keys
from tracker.core.series import Series
from tracker.core.traits import peel

SHORT = 7  # hex digits that a commit is looked up by; git prints no fewer
MAINLINE = re.compile(r"\btorvalds/linux|^mainline$|^linus\b", re.IGNORECASE)
_NEXT = re.compile(r"linux-next", re.IGNORECASE)
_STABLE = re.compile(r"\bstable\b(?!/linux-)", re.IGNORECASE)
_FIXES = re.compile(r"([0-9a-f]{7,40})\b(?:\W{0,4}(.+))?", re.IGNORECASE)


def topic_keys(revisions: Iterable[Series]) -> frozenset[str]:
    """What a mail about these revisions may name: t: a title, m: one of their mails, b: a file as they leave it."""
    found: set[str] = set()
    for one in revisions:
        found.update(f"m:{msgid}" for msgid in one.members)
        found.update(f"t:{title}" for title in _titles(one))
        if not is_offer(one):
            found.update(key for patch in one.patches for key in title_keys(patch.author, patch.title))
            if one.stable is None:
                found.update(*(blob_keys(after(patch.files, patch.blobs)) for patch in one.patches))
    return frozenset(found)


def mail_keys(mail: Facts) -> tuple[str, ...]:
    """What a mail says something about: t: a title, k: a word of a title with its author, m: a mail, c: a commit's beginning.

    p: on whom it depends whether that counts, h: who says in it to have applied something. q: see pull_key. b: what a file is
    that it makes a patch against.
    """
    found: dict[str, None] = {}
    for notice in mail.notices:
        found.update((key, None) for key in sorted(_of_titles(notice.titles, notice.authors)))
        found.update((f"m:{one}", None) for one in notice.refs)
        if notice.kind == "pull":
            found[pull_key(mail)] = None
        found.update((f"c:{sha[:SHORT]}", None) for sha in (notice.commit, notice.merge) if len(sha) >= SHORT)
        if notice.source == "human":
            found[f"p:{mail.sender.email.lower()}"] = None
            if notice.kind == "applied" and notice.reason != "will":
                found[f"h:{mail.sender.email.lower()}"] = None
    if mail.posting:
        found.update((f"c:{sha[:SHORT]}", None) for sha, _ in mends(mail))
        found.update((f"t:{peel(title)[1]}", None) for _, title in mends(mail))
        found.update(dict.fromkeys(sorted(blob_keys(base_of(mail)))))
    found.pop("t:", None)
    return tuple(found)


@lru_cache(maxsize=4_096)  # a pull request has hundreds of titles, and is asked about for every topic that it names
def _of_titles(titles: tuple[str, ...], authors: tuple[str, ...]) -> frozenset[str]:
    """t: of titles, and of those of a pull request k:, under which patches that were given another title may be found."""
    renamed = (key for author, title in zip(authors, titles, strict=False) for key in title_keys(author, title))
    return frozenset((*(f"t:{peel(title)[1]}" for title in titles), *renamed))


def further_keys(keys: Set[str], mails: Iterable[Facts]) -> frozenset[str]:
    """What *mails*, found by *keys*, tell to look for next: commits that they tie to a title, and pull requests."""
    found: set[str] = set()
    for mail in mails:
        for notice in mail.notices:
            if keys.isdisjoint(_of_titles(notice.titles, notice.authors)):
                continue
            if notice.kind == "pull":
                found.update((f"m:{mail.msgid}", pull_key(mail)))
            if len(named := commit_of(notice)) >= SHORT:
                found.add(f"c:{named[:SHORT]}")
    return frozenset(found - set(keys))


def pull_key(mail: Facts) -> str:
    """q: whose pull request it is, and of what: a second version of it has the same."""
    return f"q:{mail.sender.email.lower()}|{peel(mail.subject.title)[1]}"


def commit_of(notice: Notice) -> str:
    """The commit that a statement ties to its one title; '' when it names none. The head of a pull request is no patch's
    commit, unless it says that there is just one (an abridged one may list one of many)."""
    alone = len(notice.titles) == 1 and (notice.kind != "pull" or notice.numbers == ((1, 1),))
    return notice.commit if alone else ""


def mends(mail: Facts) -> tuple[tuple[str, str], ...]:
    """The commits that a patch's Fixes trailers name: (hex, title as written or '')."""
    found = []
    for trailer in mail.trailers:
        if trailer.key == "Fixes" and not trailer.quoted and (match := _FIXES.match(trailer.value)):
            found.append((match[1].lower(), (match[2] or "").strip("() ").strip("\"'“”")))
    return tuple(found)


def base_of(mail: Facts) -> dict[str, str]:
    """File -> what it is in the tree that a person's patch is made against; nothing of the later patches of a series."""
    if mail.robot or not mail.posting or mail.subject.rfc or (mail.subject.n or 1) != 1:
        return {}
    return {path: blob for one in mail.patches if not one.inline for path, blob in before(one.files, one.blobs).items()}


def is_maintaining(mail: Facts) -> bool:
    """Whether a mail shows that its sender maintains a tree: he asks to pull it, or names commits he made of patches."""
    if mail.robot:
        return False
    asks = mail.kind == "pull" and not mail.subject.reply
    return any(
        (one.kind == "pull" and asks) or (one.kind == "applied" and one.source == "ty" and bool(one.commit))
        for one in mail.notices
    )


def _titles(series: Series) -> list[str]:
    own = [] if is_offer(series) else [peel(patch.title)[1] for patch in series.patches]
    return [*own, *([peel(series.title)[1]] if series.cover else [])]


def role_of(tree: str) -> str:
    """The role of a tree by the name that mails give it: 'mainline', 'next', 'stable' or 'maintainer'."""
    if MAINLINE.search(tree):
        return "mainline"
    if _NEXT.search(tree):
        return "next"
    return "stable" if _STABLE.search(tree) else "maintainer"
