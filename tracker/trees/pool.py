"""The commits of one repository in memory, to choose from in `match`: what a tree that is not in the store is read into."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from tracker.core.commit import Commit, read_commit, subject_key
from tracker.core.people import Person
from tracker.trees.git import Repository, TreeError

_FIELDS = "%H%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00"
_RECORD = b"\x01\x02"  # no commit's message has these two control characters on its own behalf
_DIFF = re.compile(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?)\n", re.MULTILINE)
_CHUNK = 2_000  # commits whose diffs are asked for at once
_MAX_FAILURES = 200
_MAX_PATHS = 1_000  # of one commit; one that touches more is a move of the whole tree

Row = tuple[int, str]


def tips(repository: Repository, branch: str = "") -> list[str]:
    """The commits to start from. branch: a name or glob of branches, '' for the one that is checked out, else all.

    Raises TreeError when the repository has none of that name.
    """
    refs = repository.refs()
    if not branch and "HEAD" in refs:
        return [refs["HEAD"].sha]
    wanted = branch or "*"
    kinds = ("refs/heads/", "refs/remotes/*/", "refs/tags/", "")
    found = {ref.sha for name, ref in refs.items() if any(fnmatchcase(name, kind + wanted) for kind in kinds)}
    if not found:
        raise TreeError(f"{repository.name}: there is no branch {wanted!r}; `git -C {repository.path} branch -a` lists them")
    return sorted(found)


class MemoryPool:
    """All commits but merges that are reachable from *start* (full ids). Answers as `tracker.core.match.Pool` says.

    Takes 2 kB of memory a commit. Where trees or blobs of a partial clone are missing, paths or diffs are left out.
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
        self._failures = 0
        try:
            self._read(start, ("--name-only", "--no-renames"))
        except TreeError:
            self._read(start, ())
        for index in (self._authors, self._paths):
            for rows in index.values():
                rows.sort()

    def __len__(self) -> int:
        return len(self._commits)

    def _read(self, start: Sequence[str], names: Sequence[str]) -> None:
        form = f"--format=%x01%x02{_FIELDS}"
        given = [sha.encode() for sha in start]
        args = ("log", "--stdin", "--no-merges", "-z", "--encoding=UTF-8", *names, form)
        with self._repository.objects.output(*args, given=given) as out:
            rest = b""
            while chunk := out.read(1 << 20):
                *whole, rest = (rest + chunk).split(_RECORD)
                for record in whole:
                    self._take(record)
            self._take(rest)

    def _take(self, record: bytes) -> None:
        parts = record.split(b"\0")
        if len(parts) < 10:
            return
        sha, parents, an, ae, at, cn, ce, ct, message = (part.decode("utf-8", "replace") for part in parts[:9])
        if sha in self._commits or not (at.isdigit() and ct.isdigit()):
            return
        commit = read_commit(sha, tuple(parents.split()), Person(an, ae), int(at), Person(cn, ce), int(ct), message)
        self._commits[sha] = commit
        self._messages[sha] = message
        row = (commit.committed, sha)
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

    def touching(self, paths: Collection[str], since: int, until: int) -> Sequence[Commit]:
        return self._get(dict.fromkeys(sha for path in paths for sha in _between(self._paths.get(path, []), since, until)))

    def messages(self, shas: Collection[str]) -> Mapping[str, str]:
        return {sha: self._messages[sha] for sha in shas if sha in self._messages}

    def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        names = list(shas)
        todo = [names[at : at + _CHUNK] for at in range(0, len(names), _CHUNK)]
        while todo and self._failures < _MAX_FAILURES:
            some = todo.pop()
            try:
                found.update(self._diffs(some, algorithm))
            except TreeError:  # one of them lacks a blob
                self._failures += 1
                half = len(some) // 2
                todo += [part for part in (some[:half], some[half:]) if part and len(some) > 1]
        return found

    def _diffs(self, shas: Sequence[str], algorithm: str) -> dict[str, bytes]:
        args = ("diff-tree", "--stdin", "-p", "-M", "--root", "--no-ext-diff", "--no-textconv", "--no-color", "--full-index")
        out = self._repository.objects.read(*args, f"--diff-algorithm={algorithm}", given=[sha.encode() for sha in shas])
        pieces = _DIFF.split(out)
        return {sha.decode(): diff for sha, diff in zip(pieces[1::2], pieces[2::2], strict=True)}


def _between(rows: list[Row], since: int, until: int) -> list[str]:
    return [sha for _, sha in rows[bisect_left(rows, (since, "")) : bisect_right(rows, (until, "~"))]]
