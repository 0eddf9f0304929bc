"""The store as the screens see it: one connection for the thread that draws, rows and topics read when they are seen."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

from tracker.config import Config
from tracker.core.dates import day
from tracker.core.query import Node, Term, parse_query
from tracker.faces.commands.reading import standing, topic_json
from tracker.faces.tui.draw.home import Tab
from tracker.store import attestation, browse, own, read
from tracker.store.read import TopicRow
from tracker.store.standing import stand
from tracker.sync.identity import Identity
from tracker.sync.reading import Reading, open_reading

_PAGE = 64
_KEPT = 500
_IN_A_ROW = ("turn", "turn_who", "tags", "lists", "snoozed")
TABS = (
    Tab("My turn", "turn:me -is:snoozed"), Tab("Mine", "is:mine"), Tab("Following", "is:followed"),
    Tab("Needs review", "status:posted,in-review -is:mine"), Tab("Landed", "status:applied,in-next,merged,released age<30d"),
    Tab("All", ""),
)  # fmt: skip
FOLLOWING, ALL = 2, 5
NOTHING = Term("is", "nothing")
# The mail that the snapshot's story starts from.
_STORY = "20240530145810.GA2205585@perftesting"


class Wish(NamedTuple):
    """What a list shows: a query that was read, the order, at most so many."""

    node: Node | None
    sort: str = "newest"


class Library:
    """Reads for the screens. Every method may raise sqlite3.Error or StoreError; nothing here writes."""

    def __init__(self, config: Config, now: int) -> None:
        self.config = config
        self.now = now
        self.me: tuple[str, ...] = Identity(config).emails
        self._stack = contextlib.ExitStack()
        self._rows: OrderedDict[int, TopicRow] = OrderedDict()
        self.reading: Reading
        self.open()

    def open(self) -> None:
        """Open the store, or the snapshot while there is nothing in it."""
        self.close()
        self.reading = self._stack.enter_context(open_reading(self.config, lambda _text: None, self.now))

    def close(self) -> None:
        """Let go of the store."""
        self._rows.clear()
        self._stack.close()

    @property
    def con(self) -> sqlite3.Connection:
        """The connection of the thread that draws."""
        return self.reading.con

    @property
    def snapshot(self) -> bool:
        """Whether this is the snapshot that ships with the program."""
        return self.reading.snapshot

    def forget(self) -> None:
        """Read rows anew, as they stand now: something was written."""
        self._rows.clear()
        stand(self.con, self.now, self.config.stalled_after)

    def tabs(self) -> list[Tab]:
        """The saved queries, the user's own last; those that have the name of another stand in its place."""
        own_ones = {one.name.casefold(): Tab(one.name, one.query) for one in self.config.tabs}
        found = [own_ones.pop(one.name.casefold(), one) for one in TABS]
        return [*found, *own_ones.values()]

    def first_tab(self) -> int:
        """Where to start: with what is followed, else with everything."""
        return FOLLOWING if browse.count(self.con, parse_query("is:followed", self.now).node) else ALL

    def parse(self, text: str) -> tuple[Node | None, str]:
        """A query, and what is wrong with it."""
        query = parse_query(text, self.now)
        return query.node, query.problem

    def wish(self, text: str, sort: str = "newest") -> tuple[Wish, str]:
        """What a query asks for; one that cannot be read asks for nothing, and what is wrong with it is told."""
        node, problem = self.parse(text)
        return Wish(NOTHING if node is None and problem else node, sort), problem if node is None else ""

    def listing(self, wish: Wish, limit: int = -1) -> array[int]:
        """The numbers of the topics of a list."""
        return browse.listing(self.con, wish.node, sort=wish.sort, me=self.me, limit=limit)

    def row(self, numbers: Sequence[int], at: int) -> TopicRow | None:
        """The topic at a place of a list; its neighbours are read with it. None when it is gone."""
        number = numbers[at]
        found = self._rows.get(number)
        if found is None:
            start = max(0, at - _PAGE // 2)
            wanted = [one for one in numbers[start : start + _PAGE] if one not in self._rows]
            said = own.everything(self.con)
            for one in browse.rows(self.con, wanted).values():
                differs = standing(one, said.get(one.number, own.Own()), self.now)
                until = said.get(one.number, own.Own()).until
                data = one.data | differs | {"snoozed": until is not None and until > self.now}
                self._rows[one.number] = one._replace(status=data["status"], data=_of_a_row(data))
            while len(self._rows) > max(_KEPT, len(wanted)):
                self._rows.popitem(last=False)
            found = self._rows.get(number)
        return found

    def topic(self, number: int) -> dict[str, Any]:
        """TOPIC of schema 1. Raises KeyError when there is none."""
        found = browse.rows(self.con, [number])[number]
        attestation.fill(self.con, found.data["tags"])
        return topic_json(self.con, found, self.now, self.me)

    def trees(self) -> list[tuple[str, ...]]:
        """Name, role, branches and place of every tree that is looked at, and why it could not be read, '' when it could.

        Those of the configuration come first, then those added by hand.
        """
        from tracker.store import forest, learned  # they parse mail: too much for the first frame

        in_file = [(one.name, one.role, one.branches, one.where) for one in self.config.trees]
        by_hand = [(one.name, one.role, one.branches, one.place) for one in forest.trees(self.con)]
        known = {one[0] for one in in_file}
        every = [*in_file, *(one for one in by_hand if one[0] not in known)]
        unseen = learned.unseen(self.con)
        faults = {one.source: f"{_since(one.at)}: {one.error.removeprefix(f'{one.source}: ')}" for one in unseen}
        return [(name, role, " ".join(branches) or "*", where, faults.get(where, "")) for name, role, branches, where in every]

    def story(self) -> int | None:
        """The topic to show first in the snapshot."""
        return read.topic_of(self.con, _STORY)

    def synced(self) -> int | None:
        """When a server was last asked for news, seconds UTC."""
        times = [
            json.loads(row[0]).get("polled") for row in self.con.execute("SELECT cursor FROM source WHERE cursor IS NOT NULL")
            if row[0].startswith("{")
        ]  # fmt: skip
        return max((one for one in times if isinstance(one, int)), default=None)


def _of_a_row(data: dict[str, Any]) -> dict[str, Any]:
    """What a row shows of a topic: all of it, for hundreds of topics, would keep the garbage collector busy."""
    small: dict[str, Any] = {name: data[name] for name in _IN_A_ROW}
    small["events"] = [{"at": one["at"]} for one in data["events"]]
    small["revisions"] = [{"label": one["label"]} for one in data["revisions"]]
    return small


def _since(at: int | None) -> str:
    return f"not read since {day(at)}" if at is not None else "could not be read yet"
