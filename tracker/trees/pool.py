"""Commits to choose from in `match`: those of an indexed tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from tracker.core.commit import Commit
from tracker.core.pool import Asked
from tracker.trees.git import TreeError, fields
from tracker.trees.index import Index
from tracker.trees.reading import Progress

_RECORD = b"\x01\x02"  # what no commit's message has for itself
_FORMAT = "--format=%x01%x02%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00"
_CHUNK = 1 << 20
_MAX_PATHS = 1_000  # of one commit; what touches more is a move of the whole tree

Row = tuple[int, str]


class IndexPool:
    """The commits of an indexed tree; answers as `tracker.core.pool.Pool` says. Raises TreeError as the index does.

    progress: called with 'diffs', how many are read, and of how many.
    """

    def __init__(self, index: Index, progress: Progress = lambda what, done, total: None) -> None:
        self._index = index
        self._progress = progress
        self._paths: dict[str, frozenset[str]] = {}

    def by_link(self, msgid: str) -> Sequence[Commit]:
        return self._index.by_link(msgid)

    def by_authored(self, when: int) -> Sequence[Commit]:
        return self._index.by_authored(when)

    def by_subject(self, title: str) -> Sequence[Commit]:
        return self._index.by_subject(title)

    def by_author(self, email: str, since: int, until: int) -> Sequence[Commit]:
        return self._index.by_author(email, since, until)

    def touching(self, asked: Sequence[Asked]) -> Sequence[Sequence[Commit]]:
        by_author: dict[str, list[Asked]] = {}
        for one in asked:
            by_author.setdefault(one.author.email.lower(), []).append(one)
        commits = {
            email: [commit for since, until in _spans(some) for commit in self._index.by_author(email, since, until)]
            for email, some in by_author.items() if email
        }  # fmt: skip
        self._learn_paths([commit for some in commits.values() for commit in some])
        return [
            [
                commit for commit in commits.get(one.author.email.lower(), ())
                if one.since <= commit.authored <= one.until and not self._paths[commit.sha].isdisjoint(one.paths)
            ]
            for one in asked
        ]  # fmt: skip

    def _learn_paths(self, commits: Iterable[Commit]) -> None:
        """What each of *commits* touches; nothing is known of merges and where the trees of a partial clone are missing."""
        new = [one.sha for one in commits if one.sha not in self._paths and len(one.parents) < 2]
        self._paths.update((one.sha, frozenset()) for one in commits if one.sha not in self._paths)
        arguments = ("diff-tree", "--stdin", "--root", "-r", "--name-only", "--no-renames", "-z", "--no-ext-diff")
        try:
            with self._index.repository.objects.output(*arguments, given=map(str.encode, new)) as out:
                sha, names = "", list[str]()
                for raw in fields(out):
                    name = raw.decode("utf-8", "replace")
                    if name in self._paths:
                        sha, names = name, []
                    else:
                        names.append(name)
                        self._paths[sha] = frozenset(names[:_MAX_PATHS])
        except TreeError:
            return

    def messages(self, shas: Collection[str]) -> Mapping[str, str]:
        out = self._index.repository.objects.read(
            "log", "--stdin", "--no-walk=unsorted", "--encoding=UTF-8", "--format=%x01%x02%H%x00%B", given=map(str.encode, shas)
        ) if shas else b""  # fmt: skip
        pairs = (record.split(b"\0", 1) for record in out.split(_RECORD)[1:])
        return {sha.decode(): message.decode("utf-8", "replace") for sha, message in pairs}

    def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        for count, (sha, diff) in enumerate(self._index.diffs(shas, algorithm), 1):
            self._progress("diffs", count, len(shas))
            if diff is not None:
                found[sha] = diff
        return found


def _spans(asked: Iterable[Asked]) -> list[tuple[int, int]]:
    """The times that *asked* ask for, each once."""
    found: list[tuple[int, int]] = []
    for since, until in sorted((one.since, one.until) for one in asked):
        if found and since <= found[-1][1]:
            since, until = found[-1][0], max(found.pop()[1], until)
        found.append((since, until))
    return found
