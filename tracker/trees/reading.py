"""From git's log to rows of the index: one pass over the new commits, with no more than their graph in memory."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from zlib import crc32

from tracker.core.commit import NOTHING, Relations, relations_of, subject_with_key
from tracker.trees.git import Repository, TreeError, records
from tracker.trees.graph import STEP, displaced

Progress = Callable[[str, int, "int | None"], None]

_FORMAT = "%H %P%x00%an <%ae>%x00%cn <%ce>%x00%at %ct%x00%B"
_BATCH = 2_000
_MAX_PEOPLE = 100_000  # names kept in memory
_MAX_NAME = 500
_MAX_SAID = 60_000
_MAX_EPOCH = 1 << 48
WINDOW = 1 << 32  # places for one update
UNKNOWN = -(1 << 62)
# Letters of what a message names, in the column `said` and in the keys of `named`.
LINK, FIXES, REVERTS, UPSTREAM, STABLE = "lfrus"
SHORT = 7  # digits of a commit's id that its key is made of


def key_of(letter: str, value: str) -> int:
    """The key under which a named mail (letter LINK) or commit is found. Of commits the first digits count."""
    return crc32((letter + (value if letter == LINK else value[:SHORT].lower())).encode("utf-8", "surrogatepass"))


def said_lines(said: Relations) -> str:
    """What a message names, for the database: a letter and a value a line."""
    lines = [f"{LINK}{one}" for one in said.links]
    lines += [f"{FIXES}{one}" for one in said.fixes]
    lines += [f"{REVERTS}{one}" for one in said.reverts]
    lines += [f"{UPSTREAM}{said.upstream}"] if said.upstream else []
    lines += [STABLE] if said.stable else []
    return "\n".join(lines)[:_MAX_SAID]


def read_said(text: str | None) -> Relations:
    """The reverse of `said_lines`."""
    if not text:
        return Relations()
    lines = text.split("\n")

    def of(letter: str) -> tuple[str, ...]:
        return tuple(line[1:] for line in lines if line.startswith(letter))

    return Relations(of(LINK), of(FIXES), of(REVERTS), next(iter(of(UPSTREAM)), ""), STABLE in lines)


@dataclass(slots=True)
class NewCommits:
    """The graph of what one reading found. Slots are numbers of commits in the order in which they were first named.

    places: slot -> place, UNKNOWN for a commit that was only named. order: slots in git's order. first: slot -> slot,
    -1 none. more: further parents of merges. old: slot -> place of a commit that was in the index before. early: slots
    that git listed after one of their parents.
    """

    places: array[int] = field(default_factory=lambda: array("q"))
    first: array[int] = field(default_factory=lambda: array("i"))
    more: dict[int, tuple[int, ...]] = field(default_factory=dict)
    order: array[int] = field(default_factory=lambda: array("i"))
    old: dict[int, int] = field(default_factory=dict)
    early: list[int] = field(default_factory=list)

    def parents(self, slot: int) -> tuple[int, ...]:
        """Slots of the parents that this reading brought."""
        first = self.first[slot]
        if first < 0:
            return ()
        more = (first, *self.more[slot]) if slot in self.more else (first,)
        return tuple(one for one in more if self.places[one] != UNKNOWN)

    def parent_places(self, slot: int) -> list[int]:
        """Places of all parents that the index has."""
        first = self.first[slot]
        if first < 0:
            return []
        more = (first, *self.more[slot]) if slot in self.more else (first,)
        found = (self.places[one] if self.places[one] != UNKNOWN else self.old.get(one, UNKNOWN) for one in more)
        return [one for one in found if one != UNKNOWN]


class Reader:
    """Puts new commits into the database. Everything in the caller's transaction."""

    def __init__(self, con: sqlite3.Connection, fresh: bool, id_size: int, progress: Progress) -> None:
        """fresh: the index is empty, so nothing has to be looked up. id_size: bytes of a commit's id."""
        self._con = con
        self._fresh = fresh
        self._id_size = id_size
        self._progress = progress
        self._people: dict[bytes, int] = {}
        self._slots: dict[bytes, int] = {}
        self.new = NewCommits()
        self._base = STEP
        if not fresh:
            lowest = con.execute("SELECT min(n) FROM commits").fetchone()[0]
            self._base = (lowest if lowest is not None else STEP) - WINDOW

    def read(self, repo: Repository, tips: Iterable[str], known: Iterable[str]) -> NewCommits:
        """Reads what *tips* have and *known* have not. Raises TreeError."""
        wanted = chain(tips, (f"^{sha}" for sha in known))
        found = self._records(repo, (one.encode() for one in wanted))
        named: list[tuple[int, int]] = []
        rows: list[tuple[object, ...]] = []
        for row in self._rows(found, named):
            rows.append(row)
            if len(rows) == _BATCH:
                self._write(rows, named)
        self._write(rows, named)
        self._settle()
        self._look_up()
        return self.new

    def _records(self, repo: Repository, wanted: Iterator[bytes]) -> Iterator[tuple[bytes, ...]]:
        with repo.objects.output("log", "-z", "--encoding=UTF-8", f"--format={_FORMAT}", "--stdin", given=wanted) as out:
            yield from records(out, 5)

    def _rows(self, found: Iterator[tuple[bytes, ...]], named: list[tuple[int, int]]) -> Iterator[tuple[object, ...]]:
        """A row for each commit that is new. The loop that all of a first index's time goes to."""
        place, size, people = self._base, self._id_size, self._people
        for ids_text, author, committer, dates, message in found:
            try:
                ids = bytes.fromhex(ids_text.decode("ascii"))
            except ValueError as error:
                raise TreeError("git's log has an unknown form; install a newer git") from error
            sha = ids[:size]
            if not self._fresh and self._place(sha) is not None:
                continue
            self._add(sha, ids, place)
            subject, key = subject_with_key(message)
            said = relations_of(message)
            lines = None
            if said is not NOTHING:
                lines = said_lines(said)
                named.extend((key_of(line[0], line[1:]), place) for line in lines.split("\n") if line != STABLE)
            authored, committed = _epochs(dates)
            yield (
                place, sha, people.get(author) or self._person(author), authored,
                people.get(committer) or self._person(committer), committed, crc32(key.encode()), subject, lines,
            )  # fmt: skip
            place += STEP

    def _add(self, sha: bytes, ids: bytes, place: int) -> None:
        """Puts a commit into the graph. ids: its own and its parents' in a row."""
        new, slots, size = self.new, self._slots, self._id_size
        places = new.places
        slot = slots.setdefault(sha, len(places))
        if slot == len(places):
            places.append(UNKNOWN)
            new.first.append(-1)
        places[slot] = place
        new.order.append(slot)
        for at in range(size, len(ids), size):
            parent = slots.setdefault(ids[at : at + size], len(places))
            if parent == len(places):
                places.append(UNKNOWN)
                new.first.append(-1)
            elif places[parent] != UNKNOWN:
                new.early.append(slot)
            if at == size:
                new.first[slot] = parent
            else:
                new.more[slot] = (*new.more.get(slot, ()), parent)

    def _person(self, text: bytes) -> int:
        """The number of a `Name <mail>`."""
        if len(self._people) > _MAX_PEOPLE:
            self._people.clear()
        name, _, mail = text.decode("utf-8", "replace").rpartition(" <")
        name, mail = name[:_MAX_NAME], mail.removesuffix(">")[:_MAX_NAME]
        row = self._con.execute("SELECT id FROM people WHERE name = ? AND email = ?", (name, mail)).fetchone()
        if row is None:
            added = self._con.execute("INSERT INTO people (name, email, folded) VALUES (?, ?, ?)", (name, mail, mail.casefold()))
            row = (added.lastrowid,)
        self._people[text] = int(row[0])
        return int(row[0])

    def _write(self, rows: list[tuple[object, ...]], named: list[tuple[int, int]]) -> None:
        self._con.executemany("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._con.executemany("INSERT INTO named_new VALUES (?, ?)", named)
        rows.clear()
        named.clear()
        self._progress("commits", len(self.new.order), None)

    def _settle(self) -> None:
        """Moves commits that git listed before one of their children, and files what commits name."""
        new, con = self.new, self._con
        moved = displaced(new.places, new.parents, new.order, new.early)
        pairs = [(new.places[slot], place) for slot, place in moved.items()]
        con.executemany("INSERT INTO moved VALUES (?, ?)", pairs)
        con.executemany("UPDATE commits SET n = ? WHERE n = ?", ((place, old) for old, place in pairs))
        for slot, place in moved.items():
            new.places[slot] = place
        con.execute(
            "INSERT OR IGNORE INTO named SELECT hash, coalesce(new, n) FROM named_new LEFT JOIN moved ON old = n ORDER BY 1, 2"
        )
        con.execute("DELETE FROM named_new")
        con.execute("DELETE FROM moved")

    def _look_up(self) -> None:
        """Finds the parents that were in the index before."""
        if not self._fresh:
            for sha, slot in self._slots.items():
                place = self._place(sha) if self.new.places[slot] == UNKNOWN else None
                if place is not None:
                    self.new.old[slot] = place

    def _place(self, sha: bytes) -> int | None:
        row = self._con.execute("SELECT n FROM commits WHERE sha = ?", (sha,)).fetchone()
        return None if row is None else int(row[0])


def _epochs(text: bytes) -> tuple[int, int]:
    """Both dates, seconds since 1970; 0 for a broken one."""
    try:
        authored, committed = map(int, text.split(b" "))
    except ValueError:
        authored, committed = (int(one) if one.isdigit() else 0 for one in text.partition(b" ")[::2])
    if 0 <= authored <= _MAX_EPOCH and 0 <= committed <= _MAX_EPOCH:
        return authored, committed
    return min(max(authored, 0), _MAX_EPOCH), min(max(committed, 0), _MAX_EPOCH)
