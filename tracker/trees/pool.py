"""Commits to choose from in `match`: of an indexed tree, or of a repository that is read into memory for once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence

from tracker.core.commit import Commit, read_commit, subject_key
from tracker.core.people import Person, same_person
from tracker.core.pool import Asked
from tracker.trees import diffs
from tracker.trees.choose import branches_of, main_branch
from tracker.trees.git import Repository, TreeError, fields
from tracker.trees.index import Index

_RECORD = b"\x01\x02"  # what no commit's message has for itself
_FORMAT = "--format=%x01%x02%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00"
_CHUNK = 1 << 20
_MAX_PATHS = 1_000  # of one commit; what touches more is a move of the whole tree

Row = tuple[int, str]


class IndexPool:
    """The commits of an indexed tree; answers as `tracker.core.pool.Pool` says. Raises TreeError as the index does."""

    def __init__(self, index: Index) -> None:
        self._index = index
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
        return {sha: diff for sha, diff in self._index.diffs(shas, algorithm) if diff is not None}


def _spans(asked: Iterable[Asked]) -> list[tuple[int, int]]:
    """The times that *asked* ask for, each once."""
    found: list[tuple[int, int]] = []
    for since, until in sorted((one.since, one.until) for one in asked):
        if found and since <= found[-1][1]:
            since, until = found[-1][0], max(found.pop()[1], until)
        found.append((since, until))
    return found


def tips(repository: Repository, patterns: Sequence[str] = ()) -> list[str]:
    """The commits to start from. patterns: globs of branches, see `branches_of`; without any the main branch.

    Raises TreeError when the repository has no such branch.
    """
    refs = repository.refs()
    branches = branches_of(refs, patterns, repository.name)
    return sorted(set(branches.values())) if patterns else [branches[main_branch(refs, branches)]]


class MemoryPool:
    """All commits but merges that are reachable from *start* (full ids). Answers as `tracker.core.pool.Pool` says.

    Takes about 2 kB of memory a commit. Where the trees or blobs of a partial clone are missing, so are paths or diffs.
    """

    def __init__(self, repository: Repository, start: Sequence[str]) -> None:
        """Raises TreeError when git cannot read the commits."""
        self._repository = repository
        self._commits: dict[str, Commit] = {}
        self._messages: dict[str, str] = {}
        self._links: dict[str, list[str]] = {}
        self._authored: dict[int, list[str]] = {}
        self._subjects: dict[str, list[str]] = {}
        self._authors: dict[str, list[Row]] = {}
        self._paths: dict[str, list[Row]] = {}
        try:
            self._read(start, ("--name-only", "--no-renames"))
        except TreeError:  # without trees there are no names
            self._read(start, ())
        for index in (self._authors, self._paths):
            for rows in index.values():
                rows.sort()

    def __len__(self) -> int:
        return len(self._commits)

    def _read(self, start: Sequence[str], names: Sequence[str]) -> None:
        arguments = ("log", "--stdin", "--no-merges", "-z", "--encoding=UTF-8", *names, _FORMAT)
        with self._repository.objects.output(*arguments, given=map(str.encode, start)) as out:
            rest = b""
            while chunk := out.read(_CHUNK):
                *whole, rest = (rest + chunk).split(_RECORD)
                for record in whole:
                    self._take(record)
            self._take(rest)

    def _take(self, record: bytes) -> None:
        """Add the commit of one record of the log, and the paths behind it."""
        parts = record.split(b"\0")
        if len(parts) < 9:
            return
        sha, parents, an, ae, at, cn, ce, ct, message = (part.decode("utf-8", "replace") for part in parts[:9])
        if sha in self._commits or not (at.isdigit() and ct.isdigit()):
            return
        commit = read_commit(sha, tuple(parents.split()), Person(an, ae), int(at), Person(cn, ce), int(ct), message)
        self._commits[sha] = commit
        self._messages[sha] = message
        row = (commit.authored, sha)
        for link in commit.links:
            self._links.setdefault(link, []).append(sha)
        self._authored.setdefault(commit.authored, []).append(sha)
        self._subjects.setdefault(subject_key(commit.subject), []).append(sha)
        self._authors.setdefault(ae.lower(), []).append(row)
        for name in parts[9 : 9 + _MAX_PATHS]:
            path = name.strip(b"\n").decode("utf-8", "replace")
            if path:
                self._paths.setdefault(path, []).append(row)

    def _get(self, shas: Iterable[str]) -> list[Commit]:
        return [self._commits[sha] for sha in shas]

    def by_link(self, msgid: str) -> Sequence[Commit]:
        return self._get(self._links.get(msgid, ()))

    def by_authored(self, when: int) -> Sequence[Commit]:
        return self._get(self._authored.get(when, ()))

    def by_subject(self, title: str) -> Sequence[Commit]:
        return self._get(self._subjects.get(subject_key(title), ()))

    def by_author(self, email: str, since: int, until: int) -> Sequence[Commit]:
        return self._get(_between(self._authors.get(email.lower(), []), since, until))

    def touching(self, asked: Sequence[Asked]) -> Sequence[Sequence[Commit]]:
        return [self._touching(one) for one in asked]

    def _touching(self, asked: Asked) -> list[Commit]:
        rows = (_between(self._paths.get(path, []), asked.since, asked.until) for path in asked.paths)
        found = self._get(dict.fromkeys(sha for some in rows for sha in some))
        return [one for one in found if same_person(one.author, asked.author)]

    def messages(self, shas: Collection[str]) -> Mapping[str, str]:
        return {sha: self._messages[sha] for sha in shas if sha in self._messages}

    def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
        parents = {one.sha: one.parents[0] if one.parents else "" for one in self._get(shas)}
        return {sha: diff for sha, diff in diffs.diffs(self._repository, parents, algorithm, True) if diff is not None}


def _between(rows: list[Row], since: int, until: int) -> list[str]:
    return [sha for _, sha in rows[bisect_left(rows, (since, "")) : bisect_right(rows, (until, "~"))]]
