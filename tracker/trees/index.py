"""What a tree has: commits by what they say, the branches, tags and merges they are in, and what vanished.

with Index.open(cache / "trees", "vfs", Path("/src/linux"), ("vfs.*",)) as tree:
    tree.update()
    tree.by_link("20240531-x@example.org")
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zlib import crc32

from tracker.core.commit import Commit, subject_key
from tracker.core.people import Person
from tracker.trees import diffs
from tracker.trees.git import Repository, TreeError
from tracker.trees.reading import FIXES, LINK, REVERTS, SHORT, UPSTREAM, Progress, key_of, read_said
from tracker.trees.schema import connect
from tracker.trees.tags import best_name, read_tag
from tracker.trees.update import Updater, transaction
from tracker.trees.vanish import Vanished, record, vanished

_MANY = 500  # placeholders in one statement
_MAX_DIFF_BATCH = 4_000
_COLUMNS = "c.n, c.sha, a.name, a.email, c.authored, p.name, p.email, c.committed, c.subject, c.said, g.first, g.more, g.region"
_FROM = "commits c JOIN graph g USING (n) JOIN people a ON a.id = c.author JOIN people p ON p.id = c.committer"
_NO_PROGRESS: Progress = lambda what, done, total: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class Update:
    """What an update found. new: how many commits the index did not have. branches: short name -> commit.

    vanished: what branches lost since the last update, newest first. started: the index was made anew, so everything is
    new and nothing is known to have vanished.
    """

    new: int
    branches: Mapping[str, str]
    vanished: tuple[Vanished, ...]
    started: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a commit is. branches: those of the tree that have it, () when it vanished from all of them.

    first_tag: the first version tag that contains it (v6.11-rc1), first_release: the first that is no candidate (v6.11);
    '' for none, with the seconds since 1970 UTC at which the tag was made (of light tags: its commit). merge: the commit
    that brought it to the main branch, '' when it was committed there itself or is not in it; merged: that one's time.
    """

    branches: tuple[str, ...]
    first_tag: str = ""
    tagged: int | None = None
    first_release: str = ""
    released: int | None = None
    merge: str = ""
    merged: int | None = None


class Index:
    """The index of one tree. All methods raise TreeError, and only that, when the tree or the index cannot be read.

    Queries return commits newest first; vanished ones only with `gone=True`. Ids are hex in lower case.
    """

    def __init__(self, con: sqlite3.Connection, repo: Repository, patterns: Sequence[str]) -> None:
        self._con = con
        self.repository = repo
        self._patterns = tuple(patterns)

    @classmethod
    def open(cls, folder: Path, name: str, path: Path, patterns: Sequence[str] = ()) -> Index:
        """The index of the repository at *path*, kept in *folder*. patterns: globs of branches, see `branches_of`."""
        repo = Repository(path, name, folder)
        return cls(connect(folder / f"{quote(name, safe='')[:200]}.db"), repo, patterns)

    def close(self) -> None:
        """Ends the use of the database."""
        self._con.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- update

    def update(self, progress: Progress = _NO_PROGRESS) -> Update:
        """Takes in what is new in the repository. progress: called with what, how many, of how many (None: unknown).

        All or nothing: when it is ended early the index stays as it was. Without news it costs one listing of refs.
        """
        with self._told():
            updater = Updater(self._con, self.repository, self._patterns, progress)
            if not updater.news:
                return Update(0, updater.branches, (), False)
            with transaction(self._con, self.repository.name):
                changes = updater.run()
                progress("vanished", 0, len(changes.lost))
                lost = record(self, self._con, changes.lost, changes.new)
            return Update(len(changes.new), updater.branches, lost, changes.started)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise TreeError(f"{self.repository.name}: the tree's index cannot be read now: {error}; try again") from error
        except sqlite3.Error as error:
            where = f"{self.repository.name}: the tree's index"
            raise TreeError(f"{where} is damaged: {error}; delete it and sync again") from error

    # --- queries

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches the index knows."""
        with self._told():
            return tuple(str(row[0]) for row in self._con.execute("SELECT name FROM branches ORDER BY name"))

    @property
    def tips(self) -> dict[str, str]:
        """The branches the index knows, with the commits they ended at, and the tags (as `tags/NAME`) with theirs."""
        with self._told():
            rows = self._con.execute(
                "SELECT b.name, c.sha FROM branches b JOIN commits c ON c.n = b.n UNION ALL "
                "SELECT 'tags/' || t.name, c.sha FROM tags t JOIN commits c ON c.n = t.n"
            )
            return {str(name): bytes(sha).hex() for name, sha in rows}

    def __len__(self) -> int:
        with self._told():
            return int(self._con.execute("SELECT count(*) FROM commits").fetchone()[0])

    def by_sha(self, prefix: str, *, gone: bool = True) -> tuple[Commit, ...]:
        """The commits whose id starts with *prefix*: 4 to 64 hex digits, else nothing."""
        digits = prefix.lower()
        if not 4 <= len(digits) <= 64 or not set(digits) <= set("0123456789abcdef"):
            return ()
        low, high = bytes.fromhex(digits + "0" * (len(digits) % 2)), bytes.fromhex((digits + "f" * 65)[:64])
        return self._select("c.sha >= ? AND c.sha <= ?", (low, high), gone)

    def by_link(self, msgid: str, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits with a Link or Message-ID trailer for this mail."""
        return tuple(one for one in self._named(LINK, msgid, gone) if msgid in one.links)

    def by_authored(self, epoch: int, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits with this author date."""
        return self._select("c.authored = ?", (epoch,), gone)

    def by_subject(self, subject: str, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits with this subject or key of one, as `subject_key` compares."""
        key = subject_key(subject)
        found = self._select("c.key = ?", (crc32(key.encode("utf-8", "surrogatepass")),), gone)
        return tuple(one for one in found if subject_key(one.subject) == key)

    def by_author(self, email: str, since: int = 0, until: int = 1 << 62, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits of an author with an author date between *since* and *until*, both included."""
        people = [row[0] for row in self._rows("SELECT id FROM people WHERE folded = ?", (email.casefold(),))]
        marks = ", ".join("?" * len(people[:_MANY]))
        where = f"c.author IN ({marks}) AND c.authored BETWEEN ? AND ?"
        return self._select(where, (*people[:_MANY], since, until), gone) if people else ()

    def authored_between(self, since: int, until: int, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits with an author date between *since* and *until*, both included."""
        return self._select("c.authored BETWEEN ? AND ?", (since, until), gone)

    def reverts_of(self, sha: str, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits that say they revert this one. sha: at least 7 digits; they may name fewer or more."""
        return tuple(one for one in self._named(REVERTS, sha, gone) if _names(one.reverts, sha))

    def fixes_of(self, sha: str, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits with a Fixes: for this one."""
        return tuple(one for one in self._named(FIXES, sha, gone) if _names(one.fixes, sha))

    def backports_of(self, sha: str, *, gone: bool = False) -> tuple[Commit, ...]:
        """The commits that say they are a backport of this one."""
        return tuple(one for one in self._named(UPSTREAM, sha, gone) if _names((one.upstream,), sha))

    def _named(self, letter: str, value: str, gone: bool) -> tuple[Commit, ...]:
        if letter != LINK and len(value) < SHORT:
            return ()
        return self._select("c.n IN (SELECT n FROM named WHERE hash = ?)", (key_of(letter, value),), gone)

    def committers(self, since: int = 0) -> dict[str, int]:
        """Address in lower case -> how many commits it committed since then: who maintains the tree."""
        rows = self._rows(
            "SELECT folded, count(*) FROM commits c JOIN people p ON p.id = c.committer WHERE committed >= ? GROUP BY folded",
            (since,),
        )
        return {str(row[0]): int(row[1]) for row in rows}

    def placed(self, sha: str) -> Placed | None:
        """Where the commit with this full id is; None when the index does not have it."""
        row = next(iter(self._rows(
            "SELECT g.region, g.tag, g.release, g.merge, n FROM commits JOIN graph g USING (n) WHERE sha = ?", (_raw(sha),)
        )), None)  # fmt: skip
        if row is None:
            return None
        region, tag, release, merge, place = row
        first_tag, tagged = self._tag(tag, release=False)
        first_release, released = self._tag(release, release=True)
        by = self._rows("SELECT sha, committed FROM commits WHERE n = ?", (merge,)) if merge not in (None, place) else []
        sha_of_merge, merged = (bytes(by[0][0]).hex(), int(by[0][1])) if by else ("", None)
        return Placed(self._branches_of(region), first_tag, tagged, first_release, released, sha_of_merge, merged)

    def _tag(self, place: int | None, release: bool) -> tuple[str, int | None]:
        if place is None:
            return "", None
        rows = self._rows(
            "SELECT name, time, committed FROM tags JOIN commits USING (n) WHERE n = ? AND version AND release >= ?",
            (place, release),
        )
        read = [tag for row in rows if (tag := read_tag(row[0])) is not None]
        if not read:
            return "", None
        sizes = {tag.family: self._family_size(tag.family) for tag in read} if len(read) > 1 else {}
        name = best_name(read, sizes)
        return next((name, row[2] if row[1] is None else row[1]) for row in rows if row[0] == name)

    def _family_size(self, family: str) -> int:
        rows = self._rows("SELECT name FROM tags WHERE version", ())
        return sum(tag.family == family for row in rows if (tag := read_tag(row[0])) is not None)

    def _branches_of(self, region: int) -> tuple[str, ...]:
        mask = int(self._rows("SELECT mask FROM regions WHERE id = ?", (region,))[0][0], 16)
        return tuple(row[0] for row in self._rows("SELECT name, bit FROM branches ORDER BY name", ()) if mask >> row[1] & 1)

    def holds(self, sha: str, branch: str) -> bool:
        """Whether the branch has this commit (full id)."""
        placed = self.placed(sha)
        return placed is not None and branch in placed.branches

    def vanished(self, shas: Iterable[str] | None = None) -> tuple[Vanished, ...]:
        """What vanished in any update and did not come back; of *shas* only, when given (full ids)."""
        with self._told():
            return vanished(self, self._con, shas)

    # --- contents

    def diffs(self, shas: Iterable[str], algorithm: str = "myers", *, renames: bool = True) -> Iterator[tuple[str, bytes | None]]:
        """Each commit (full id) with its diff against its first parent, like format-patch's; None: unknown.

        algorithm: myers, minimal, patience or histogram. In any order; `dict(index.diffs(…))` where they fit in memory.
        """
        rest = iter(dict.fromkeys(shas))
        while batch := list(islice(rest, _MAX_DIFF_BATCH)):
            parents = self._parents(batch)
            yield from ((sha, None) for sha in batch if sha not in parents)
            yield from diffs.diffs(self.repository, parents, algorithm, renames)

    def touching(self, paths: Iterable[str], since: int, until: int) -> dict[str, tuple[str, ...]]:
        """Commits (no merges) authored from *since* to *until* that change files or folders of *paths* -> files of those.

        Costs about 30 µs for each commit of the window. Raises TreeError where the trees of commits are missing.
        """
        with self._told():
            rows = self._con.execute(
                "SELECT c.sha, f.sha FROM commits c JOIN graph g USING (n) LEFT JOIN commits f ON f.n = g.first"
                " WHERE c.authored BETWEEN ? AND ? AND g.more IS NULL AND g.region != 0",
                (since, until),
            )
            parents = {bytes(sha).hex(): bytes(first).hex() if first else "" for sha, first in rows}
        return diffs.touching(self.repository, parents, paths)

    def _parents(self, shas: Sequence[str]) -> dict[str, str]:
        """Commit -> its first parent, '' for a root."""
        found = {}
        for start in range(0, len(shas), _MANY):
            some = [_raw(sha) for sha in shas[start : start + _MANY]]
            rows = self._rows(
                "SELECT c.sha, f.sha FROM commits c JOIN graph g USING (n) LEFT JOIN commits f ON f.n = g.first"
                f" WHERE c.sha IN ({', '.join('?' * len(some))})",
                some,
            )
            found.update({bytes(sha).hex(): bytes(first).hex() if first else "" for sha, first in rows})
        return found

    # --- rows

    def _rows(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._told():
            return self._con.execute(statement, values).fetchall()

    def _select(self, where: str, values: Sequence[object], gone: bool) -> tuple[Commit, ...]:
        there = "" if gone else " AND g.region != 0"
        rows = self._rows(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where}{there} ORDER BY c.n", values)
        return tuple(self._commit(row) for row in rows)

    def commits_at(self, places: Iterable[int]) -> Iterator[tuple[int, Commit]]:
        """Commits by their place in the history, for the modules of this package."""
        rest = iter(places)
        while batch := list(islice(rest, _MANY)):
            where = f"c.n IN ({', '.join('?' * len(batch))})"
            for row in self._rows(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where} ORDER BY c.n", batch):
                yield int(row[0]), self._commit(row)

    def _commit(self, row: Sequence[Any]) -> Commit:
        _, sha, author, mail, authored, committer, committer_mail, committed, subject, said, first, more, _ = row
        places = [first, *map(int, more.split(" "))] if more else [first] if first is not None else []
        parents = tuple(bytes(self._rows("SELECT sha FROM commits WHERE n = ?", (one,))[0][0]).hex() for one in places)
        named = read_said(said)
        return Commit(
            sha.hex(), parents, Person(author, mail), authored, Person(committer, committer_mail), committed, subject,
            named.links, named.fixes, named.reverts, named.upstream, named.stable,
        )  # fmt: skip


def _raw(sha: str) -> bytes:
    try:
        return bytes.fromhex(sha)
    except ValueError:
        return b""


def _names(written: Iterable[str], sha: str) -> bool:
    """Whether one of the ids as written is this commit's: one is the start of the other."""
    sha = sha.lower()
    return any(one and (sha.startswith(one) or one.startswith(sha)) for one in written)
