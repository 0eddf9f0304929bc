"""Bringing a tree's index up to date: what is new, what it belongs to, and what vanished from its branches."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tracker.trees.choose import Tag, branches_of, main_branch, version_tags
from tracker.trees.git import Ref, Repository, TreeError
from tracker.trees.graph import NONE, Dense, Labels, Node, Regions, Sparse, label_all
from tracker.trees.reading import NewCommits, Progress, Reader
from tracker.trees.schema import make_indexes
from tracker.trees.tags import versions

_ALL = ("commits", "graph", "named", "people", "branches", "tags", "regions", "vanished", "meta")


@dataclass(frozen=True, slots=True)
class Lost:
    """A commit that is no longer in a branch."""

    place: int
    branch: str


@dataclass(slots=True)
class Changes:
    """What an update did. new: places of new commits. lost: newest first. started: the index was made anew."""

    new: array[int]
    lost: list[Lost]
    started: bool


@contextmanager
def transaction(con: sqlite3.Connection, name: str) -> Iterator[None]:
    """All or nothing. Raises TreeError when the index is in use elsewhere, or damaged."""
    try:
        con.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise TreeError(f"{name}: the tree's index cannot be written: {error}; try again") from error
    try:
        yield
        con.execute("COMMIT")
    except sqlite3.Error as error:
        con.execute("ROLLBACK")
        raise TreeError(f"{name}: the tree's index cannot be written: {error}; check the disk, or delete the index") from error
    except BaseException:
        con.execute("ROLLBACK")
        raise


class Updater:
    """One update of one index. The caller opens the transaction."""

    def __init__(self, con: sqlite3.Connection, repo: Repository, patterns: Sequence[str], progress: Progress) -> None:
        self._con = con
        self._repo = repo
        self._progress = progress
        self._refs: Mapping[str, Ref] = repo.refs()
        self.branches = branches_of(self._refs, patterns, repo.name)
        self._main = main_branch(self._refs, self.branches)
        self._shallow = repo.shallow
        self._patterns = json.dumps(sorted(patterns))
        known = sorted((ref, value.sha) for ref, value in self._refs.items() if ref.startswith("refs/tags/"))
        state = json.dumps([sorted(self.branches.items()), known, self._main, self._shallow, self._patterns])
        self._state = hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def news(self) -> bool:
        """Whether any ref that counts changed since the last update."""
        return self._meta("state") != self._state

    def run(self) -> Changes:
        """Reads, labels and stores what is new."""
        con = self._con
        if self._meta("shallow") != self._shallow:
            for table in _ALL:  # commits at the edge of a shallow clone get other parents when it is deepened
                con.execute(f"DELETE FROM {table}")
            con.execute("INSERT INTO regions VALUES (0, '0')")
        started = con.execute("SELECT 1 FROM commits LIMIT 1").fetchone() is None
        self._peel()
        reader = Reader(con, started, self._repo.id_size, self._progress)
        new = self._read(reader, started)
        if started:
            make_indexes(con)
        self._progress("labels", 0, None)
        lost = self._label(new, started)
        if self._meta("patterns") != self._patterns:  # what is no longer asked for did not vanish
            lost = [one for one in lost if one.branch in self.branches]
        values = {"state": self._state, "shallow": self._shallow, "main": self._main, "patterns": self._patterns}
        con.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
        return Changes(array("q", [new.places[slot] for slot in new.order]), lost, started)

    def _meta(self, key: str) -> str:
        row = self._con.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return "" if row is None else str(row[0])

    def _peel(self) -> None:
        """Follows tags that stand for branches to their commits."""
        peeled = self._repo.checked(self.branches.values(), "^{commit}")
        self.branches = {name: peeled[sha][0] for name, sha in self.branches.items() if sha in peeled}
        if not self.branches:
            raise TreeError(f"{self._repo.name}: the commits of its branches are missing; fetch it again")
        if self._main not in self.branches:
            self._main = next(iter(self.branches))

    def _read(self, reader: Reader, started: bool) -> NewCommits:
        if started:
            return reader.read(self._repo, self.branches.values(), ())
        tips = [sha for sha in self.branches.values() if self._place(sha) is None]
        if not tips:
            return reader.new
        before = [bytes(row[0]).hex() for row in self._con.execute("SELECT sha FROM commits JOIN branches USING (n)").fetchall()]
        return reader.read(self._repo, tips, self._repo.checked(before))

    def _place(self, sha: str) -> int | None:
        row = self._con.execute("SELECT n FROM commits WHERE sha = ?", (bytes.fromhex(sha),)).fetchone()
        return None if row is None else int(row[0])

    # --- labels

    def _label(self, new: NewCommits, started: bool) -> list[Lost]:
        old_branches = {str(name): (int(bit), int(n)) for name, bit, n in self._con.execute("SELECT * FROM branches")}
        tips = {name: place for name, sha in self.branches.items() if (place := self._place(sha)) is not None}
        old_tags, tags = self._store_tags()
        simple = (
            not started
            and old_branches.keys() == tips.keys()
            and self._meta("main") == self._main
            and old_tags.items() <= tags.items()
        )
        bits = _bits(old_branches, tips)
        if simple:
            self._insert_raw(new)
            added = {name: value for name, value in tags.items() if name not in old_tags}
            lost = self._label_some(old_branches, tips, added)
        else:
            lost = self._label_all(new, started, old_branches, tips, bits, tags)
        self._con.execute("DELETE FROM branches")
        self._con.executemany("INSERT INTO branches VALUES (?, ?, ?)", ((name, bits[name], tips[name]) for name in tips))
        return lost

    def _store_tags(self) -> tuple[dict[str, tuple[int, bool]], dict[str, tuple[int, bool]]]:
        """The version tags of the last time and of now: name -> place of the commit, whether it is a release."""
        rows = self._con.execute("SELECT name, sha, peeled, time, n, version, release FROM tags").fetchall()
        before = {row[0]: (int(row[4]), bool(row[6])) for row in rows if row[5]}
        known = {row[0]: Tag(row[0], row[1], row[2], row[3]) for row in rows}
        now = version_tags(self._repo, self._refs, known)
        places = {name: place for name, tag in now.items() if (place := self._place(tag.peeled)) is not None}
        chosen = versions(places)
        self._con.execute("DELETE FROM tags")
        self._con.executemany(
            "INSERT INTO tags VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (name, tag.sha, tag.peeled, tag.time, places.get(name), name in chosen, name in chosen and chosen[name].release)
                for name, tag in now.items()
            ),
        )
        return before, {name: (places[name], tag.release) for name, tag in chosen.items()}

    def _insert_raw(self, new: NewCommits) -> None:
        rows = []
        for slot in new.order:
            parents = new.parent_places(slot)
            rows.append((new.places[slot], parents[0] if parents else None, " ".join(map(str, parents[1:])) or None))
        self._con.executemany("INSERT INTO graph VALUES (?, ?, ?, 0, NULL, NULL, NULL)", rows)

    def _label_some(
        self, old: Mapping[str, tuple[int, int]], tips: Mapping[str, int], added: Mapping[str, tuple[int, bool]]
    ) -> list[Lost]:
        """Labels what moved branches and new tags reach; the rest of the history stays as it is."""
        graph = Sparse(self._load)
        regions = Regions({int(one): int(mask, 16) for one, mask in self._con.execute("SELECT id, mask FROM regions")})
        lost: list[Lost] = []
        for name, (bit, before) in old.items():
            left, gained = graph.difference(before, tips[name])
            for place in gained:
                graph[place].region = regions.id_of(regions.masks[graph[place].region] | 1 << bit)
            for place in left:
                graph[place].region = regions.id_of(regions.masks[graph[place].region] & ~(1 << bit))
            graph.changed.update(gained, left)
            lost += [Lost(place, name) for place in left]
            if name == self._main:
                graph.move_main(before, tips[name])
        for place, release in added.values():
            graph.spread(place, "tag", place)
            if release:
                graph.spread(place, "release", place)
        self._con.executemany(
            "UPDATE graph SET region = ?, tag = ?, release = ?, merge = ? WHERE n = ?",
            ((node.region, node.tag, node.release, node.merge, place) for place, node in graph.changed_nodes()),
        )
        self._store_regions(regions.masks)
        return lost

    def _load(self, place: int) -> Node:
        row = self._con.execute("SELECT first, more, region, tag, release, merge FROM graph WHERE n = ?", (place,)).fetchone()
        return Node(row[0], tuple(map(int, row[1].split(" "))) if row[1] else (), *row[2:])

    def _store_regions(self, masks: Mapping[int, int]) -> None:
        self._con.execute("DELETE FROM regions")
        self._con.executemany("INSERT INTO regions VALUES (?, ?)", ((one, f"{mask:x}") for one, mask in masks.items()))

    def _label_all(
        self, new: NewCommits, started: bool, old: Mapping[str, tuple[int, int]], tips: Mapping[str, int],
        bits: Mapping[str, int], tags: Mapping[str, tuple[int, bool]],
    ) -> list[Lost]:  # fmt: skip
        """Labels the whole history. Returns what vanished."""
        if not started:
            self._insert_raw(new)
        graph, before = _dense_of(new) if started else self._stored()
        regions = Regions()
        labels = label_all(
            graph, regions,
            [(graph.index(place), bits[name]) for name, place in tips.items()],
            [graph.index(place) for place, _ in tags.values()],
            [graph.index(place) for place, release in tags.values() if release],
            graph.index(tips[self._main]),
        )  # fmt: skip
        if started:
            self._con.executemany("INSERT INTO graph VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(graph, labels))
            self._store_regions(regions.masks)
            return []
        masks = {int(one): int(mask, 16) for one, mask in self._con.execute("SELECT id, mask FROM regions")}
        final = _kept_ids(before.region, labels.region, regions)
        lost = _lost(graph, before.region, labels.region, masks, regions.masks, old, tips)
        self._con.executemany(
            "UPDATE graph SET region = ?, tag = ?, release = ?, merge = ? WHERE n = ?", _changed(graph, before, labels, final)
        )
        self._store_regions({final[one]: mask for one, mask in regions.masks.items()})
        return lost

    def _stored(self) -> tuple[Dense, Labels]:
        """The graph in the database, with its labels of the last time."""
        con, graph = self._con, Dense()
        graph.places = array("q", (row[0] for row in con.execute("SELECT n FROM graph ORDER BY n")))
        count = len(graph.places)
        labels = Labels(*(array("i", [NONE]) * count for _ in range(4)))
        graph.first = array("i", [NONE]) * count
        for index, row in enumerate(con.execute("SELECT first, more, region, tag, release, merge FROM graph ORDER BY n")):
            graph.first[index] = graph.index(row[0]) if row[0] is not None else NONE
            if row[1]:
                graph.more[index] = tuple(graph.index(int(one)) for one in row[1].split(" "))
            labels.region[index] = row[2]
            for what, place in ((labels.tag, row[3]), (labels.release, row[4]), (labels.merge, row[5])):
                if place is not None:
                    what[index] = graph.index(place)
        return graph, labels


def _bits(old: Mapping[str, tuple[int, int]], tips: Iterable[str]) -> dict[str, int]:
    """A number for each branch: the one it had, else the next free one."""
    bits = {name: old[name][0] for name in tips if name in old}
    used = {bit for bit, _ in old.values()}  # those of branches that are gone, too: what they held is still compared
    free = (bit for bit in range(len(used) + 10_000) if bit not in used)
    for name in tips:
        if name not in bits:
            bits[name] = next(free)
    return bits


def _dense_of(new: NewCommits) -> tuple[Dense, Labels]:
    """A first reading as a graph, with empty labels."""
    order = sorted(new.order, key=new.places.__getitem__) if new.early else new.order
    index = array("i", [NONE]) * len(new.places)
    for at, slot in enumerate(order):
        index[slot] = at
    graph = Dense(array("q", (new.places[slot] for slot in order)))
    graph.first = array("i", (index[new.first[slot]] if new.first[slot] >= 0 else NONE for slot in order))
    for slot, more in new.more.items():
        known = tuple(index[one] for one in more if index[one] != NONE)
        if known and graph.first[index[slot]] != NONE:
            graph.more[index[slot]] = known
    return graph, Labels(*(array("i") for _ in range(4)))


def _rows(graph: Dense, labels: Labels) -> Iterator[tuple[object, ...]]:
    places = graph.places

    def at(indexes: array[int]) -> Iterator[int | None]:
        return (places[index] if index >= 0 else None for index in indexes)

    more = map(graph.more.get, range(len(places)))
    written = (" ".join([str(places[one]) for one in some]) if some else None for some in more)
    return zip(places, at(graph.first), written, labels.region, at(labels.tag), at(labels.release), at(labels.merge), strict=True)


def _kept_ids(before: array[int], after: array[int], regions: Regions) -> dict[int, int]:
    """New ids for the sets of branches: the old one where most of its commits stay together, so few rows change."""
    final = {0: 0}
    claimed = {0}
    for (old, new), _ in Counter(zip(before, after, strict=True)).most_common():
        if new not in final and old not in claimed:
            final[new] = old
            claimed.add(old)
    following = max(claimed) + 1
    for one in regions.masks:
        if one not in final:
            final[one] = following
            following += 1
    return final


def _lost(
    graph: Dense, before: array[int], after: array[int], masks: Mapping[int, int], new_masks: Mapping[int, int],
    old: Mapping[str, tuple[int, int]], tips: Mapping[str, int],
) -> list[Lost]:  # fmt: skip
    """What branches had and have no more; of branches that are gone only what no other branch has."""
    names = {bit: name for name, (bit, _) in old.items()}
    found = []
    gone: dict[tuple[int, int], list[str]] = {}
    for a, b in set(zip(before, after, strict=True)):
        bits = masks[a] & ~new_masks[b]
        gone[a, b] = [name for bit, name in names.items() if bits >> bit & 1 and (name in tips or not new_masks[b])]
    for place, a, b in zip(graph.places, before, after, strict=True):
        found += [Lost(place, name) for name in gone[a, b]]
    return found


def _changed(graph: Dense, before: Labels, after: Labels, final: Mapping[int, int]) -> Iterator[tuple[object, ...]]:
    places = graph.places

    def at(index: int) -> int | None:
        return places[index] if index >= 0 else None

    olds = zip(before.region, before.tag, before.release, before.merge, strict=True)
    news = zip(after.region, after.tag, after.release, after.merge, strict=True)
    for place, old, (region, tag, release, merge) in zip(places, olds, news, strict=True):
        if old != (final[region], tag, release, merge):
            yield final[region], at(tag), at(release), at(merge), place
