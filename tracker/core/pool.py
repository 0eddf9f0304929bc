"""What matching wants to know of a repository's commits; `tracker.trees.pool` answers it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from tracker.core.commit import Commit
from tracker.core.people import Person


class Asked(NamedTuple):
    """An author, paths, and the first and last author date (seconds UTC) of commits that touch any of them."""

    author: Person
    paths: Collection[str]
    since: int
    until: int


class Pool(Protocol):
    """Commits to choose from, merges left out or not."""

    def by_link(self, msgid: str) -> Sequence[Commit]:
        """Those whose Link, Message-ID … trailers name the mail."""

    def by_authored(self, when: int) -> Sequence[Commit]:
        """Those with this author date, seconds UTC."""

    def by_subject(self, title: str) -> Sequence[Commit]:
        """Those whose subject has the same `subject_key`."""

    def by_author(self, email: str, since: int, until: int) -> Sequence[Commit]:
        """Those of this author, by address in any case, with an author date from *since* to *until*, both included."""

    def touching(self, asked: Sequence[Asked]) -> Sequence[Sequence[Commit]]:
        """For each of *asked* the commits of that author, at least those with the same address, that touch any of the paths;
        none where paths are not known. All are asked for at once, since it costs."""

    def messages(self, shas: Collection[str]) -> Mapping[str, str]:
        """Their whole messages, as far as they are at hand."""

    def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
        """Their diffs (`git diff-tree -p -M --root`), as far as they are at hand. algorithm: of `--diff-algorithm`."""
