"""The index of a tree as a pool of commits to match patches with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tracker.core.commit import Commit
from tracker.trees.git import TreeError
from tracker.trees.index import Index


class IndexPool:
    """Answers as core.match.Pool says, from the index; messages and diffs come from git. What is missing is left out."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def by_link(self, msgid: str) -> Sequence[Commit]:
        return _single(self._index.by_link(msgid))

    def by_authored(self, when: int) -> Sequence[Commit]:
        return _single(self._index.by_authored(when))

    def by_subject(self, title: str) -> Sequence[Commit]:
        return _single(self._index.by_subject(title))

    def by_author(self, email: str, since: int, until: int) -> Sequence[Commit]:
        return _single(self._index.by_author(email, since, until))

    def touching(self, paths: Collection[str], since: int, until: int) -> Sequence[Commit]:
        try:
            found = self._index.touching(paths, since, until)
        except TreeError:  # a clone without trees cannot tell
            return ()
        return [commit for sha in found for commit in self._index.by_sha(sha, gone=False)]

    def messages(self, shas: Collection[str]) -> Mapping[str, str]:
        given = [sha.encode() for sha in shas]
        if not given:
            return {}
        args = ("log", "--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", "--format=%H%n%B")
        out = self._index.repository.objects.read(*args, given=given).decode("utf-8", "replace")
        pairs = (record.partition("\n")[::2] for record in out.split("\0") if record)
        return {sha: message for sha, message in pairs}

    def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
        return {sha: diff for sha, diff in self._index.diffs(shas, algorithm) if diff is not None}


def _single(commits: Sequence[Commit]) -> list[Commit]:
    """Without merges, which nobody mailed."""
    return [one for one in commits if len(one.parents) < 2]
