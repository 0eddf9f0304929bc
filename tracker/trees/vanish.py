"""Commits that vanished from a branch, which is what a rebase does, and what took their place."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.core.commit import Commit, subject_key
from tracker.core.patchid import patch_ids
from tracker.core.people import Person
from tracker.trees.git import TreeError
from tracker.trees.update import Lost

if TYPE_CHECKING:
    from tracker.trees.index import Index

_MAX_DIFFS = 1_000  # commits whose diffs are compared, of the lost ones and of the new ones each
_MAX_TWINS = 50


@dataclass(frozen=True, slots=True)
class Vanished:
    """A commit that is no longer in a branch it was in. authored: seconds since 1970 UTC.

    successor: the commit in the branch that took its place, '' when there is none; how: 'date' (same author date and
    subject), 'patch-id' or 'subject' (and author). elsewhere: branches of the tree that still have it.
    """

    sha: str
    subject: str
    author: Person
    authored: int
    branch: str
    successor: str = ""
    how: str = ""
    elsewhere: tuple[str, ...] = ()


def record(index: Index, con: sqlite3.Connection, lost: Sequence[Lost], new: Sequence[int]) -> tuple[Vanished, ...]:
    """Finds the successors of what branches lost, and keeps both in the index. Merges have none and are left out.

    new: places of the commits the update brought.
    """
    if not lost:
        return ()
    commits = {place: one for place, one in index.commits_at(dict.fromkeys(one.place for one in lost)) if len(one.parents) < 2}
    wanted = [one for one in lost if one.place in commits]
    found: dict[Lost, tuple[str, str]] = {}
    rest = []
    for one in wanted:
        twin = _twin(index, commits[one.place], one.branch, dated=True)
        if twin:
            found[one] = twin, "date"
        else:
            rest.append(one)
    found.update(_by_diff(index, commits, rest, new))
    for one in rest:
        if one not in found:
            twin = _twin(index, commits[one.place], one.branch, dated=False)
            found[one] = (twin, "subject") if twin else ("", "")
    con.executemany(
        "INSERT OR REPLACE INTO vanished VALUES (?, ?, ?, ?)", ((one.place, one.branch, *found[one]) for one in wanted)
    )
    return tuple(_vanished(index, commits[one.place], one.branch, *found[one]) for one in wanted)


def vanished(index: Index, con: sqlite3.Connection, shas: Iterable[str] | None) -> tuple[Vanished, ...]:
    """What `record` kept and what is still not in the branch."""
    if shas is None:
        rows = con.execute("SELECT n, branch, successor, how FROM vanished ORDER BY n, branch").fetchall()
    else:
        wanted = {one.sha for sha in shas for one in index.by_sha(sha) if one.sha == sha}
        select = "SELECT n, branch, successor, how FROM commits JOIN vanished USING (n) WHERE sha = ? ORDER BY branch"
        rows = [row for sha in sorted(wanted) for row in con.execute(select, (bytes.fromhex(sha),))]
    commits = dict(index.commits_at(dict.fromkeys(row[0] for row in rows)))
    told = (_vanished(index, commits[place], branch, successor, how) for place, branch, successor, how in rows)
    return tuple(one for one in told if one.branch not in one.elsewhere)


def _vanished(index: Index, commit: Commit, branch: str, successor: str, how: str) -> Vanished:
    placed = index.placed(commit.sha)
    elsewhere = placed.branches if placed else ()
    return Vanished(commit.sha, commit.subject, commit.author, commit.authored, branch, successor, how, elsewhere)


def _there(index: Index, sha: str, branch: str) -> bool:
    """Whether the branch has it; of a branch that is gone, whether any has."""
    placed = index.placed(sha)
    return placed is not None and (branch in placed.branches or (bool(placed.branches) and branch not in index.branches))


def _twin(index: Index, commit: Commit, branch: str, *, dated: bool) -> str:
    """A commit of the branch with the same subject and author date or, not *dated*, the same subject and author."""
    key = subject_key(commit.subject)
    if dated:
        same = [one for one in index.by_authored(commit.authored) if subject_key(one.subject) == key]
    else:
        same = [one for one in index.by_subject(key) if one.author.email.casefold() == commit.author.email.casefold()]
        same.sort(key=lambda one: (abs(one.authored - commit.authored), one.sha))
    for one in same[:_MAX_TWINS]:
        if one.sha != commit.sha and _there(index, one.sha, branch):
            return one.sha
    return ""


def _by_diff(index: Index, commits: dict[int, Commit], lost: Sequence[Lost], new: Sequence[int]) -> dict[Lost, tuple[str, str]]:
    """Successors with the same patch-id among the new commits, where there are few enough to look."""
    if not 0 < len(lost) <= _MAX_DIFFS or not 0 < len(new) <= _MAX_DIFFS:
        return {}
    fresh = [one.sha for _, one in index.commits_at(new) if len(one.parents) < 2]
    ids: dict[str, list[str]] = defaultdict(list)
    try:
        for sha, diff in index.diffs(fresh):
            for patch_id in patch_ids(diff)[:1] if diff else ():
                ids[patch_id].append(sha)
        olds = {sha: patch_ids(diff)[:1] for sha, diff in index.diffs(commits[one.place].sha for one in lost) if diff}
    except TreeError:
        return {}
    found = {}
    for one in lost:
        for patch_id in olds.get(commits[one.place].sha, ()):
            twins = [sha for sha in sorted(ids[patch_id]) if _there(index, sha, one.branch)]
            if twins:
                found[one] = twins[0], "patch-id"
    return found
