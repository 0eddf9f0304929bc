"""Series with their traits and keys, so that adding one looks at its likely relatives only, and the groups they make."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from tracker.core.grouping import Decisions, Lineage, component, group, nearest
from tracker.core.series import Series
from tracker.core.traits import Piece, Traits, keys
from tracker.store.read import series_with

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_SETS = frozenset(one.name for one in fields(Traits) if "frozenset" in str(one.type))
_NAMES = tuple(one.name for one in fields(Traits))
# Where they stand in stored traits.
_FILES, TITLES, STABLE, ORIGIN = (f"$[{_NAMES.index(name)}]" for name in ("files", "titles", "stable", "origin"))
# When this share of all series changed, grouping everything in memory is faster than asking for relatives one by one.
_MOST = 0.5


class Relatives:
    """The traits of stored series, kept while a change is worked through."""

    def __init__(self, con: sqlite3.Connection) -> None:
        self._con = con
        self._known: dict[str, Traits] = {}

    def get(self, ids: Iterable[str]) -> list[Traits]:
        """The traits of these series, as far as they are stored."""
        wanted = list(dict.fromkeys(ids))
        missing = [one for one in wanted if one not in self._known]
        if missing:
            rows = self._con.execute(
                "SELECT traits FROM series WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(missing),)
            )
            for row in rows:
                found = load_traits(row[0])
                self._known[found.id] = found
        return [self._known[one] for one in wanted if one in self._known]

    def near(self, one: Traits) -> list[Traits]:
        """The series that share a key with *one*, the nearest in time before and behind it for each key."""
        found: dict[str, None] = {}
        for key in keys(one):
            for order, sign in (("DESC", "<"), ("ASC", ">")):
                rows = self._con.execute(
                    f"SELECT series FROM series_key WHERE key=? AND (at, series) {sign} (?, ?) "
                    f"ORDER BY at {order}, series {order} LIMIT ?",
                    (key, one.when, one.id, nearest(key)),
                )
                found.update((row[0], None) for row in rows)
        return self.get(found)


def save_series(con: sqlite3.Connection, tids: Iterable[int], rows: Sequence[tuple[int, Series, Traits]]) -> None:
    """Replace the series of the threads *tids* by *rows* (thread, series, traits)."""
    old = "(SELECT id FROM series WHERE tid IN (SELECT value FROM json_each(?)))"
    threads = json.dumps(list(tids))
    con.execute(f"DELETE FROM series_key WHERE series IN {old}", (threads,))
    con.execute(f"DELETE FROM member WHERE series IN {old}", (threads,))
    con.execute("DELETE FROM series WHERE tid IN (SELECT value FROM json_each(?))", (threads,))
    con.executemany(
        "INSERT OR REPLACE INTO series VALUES (?,?,NULL,?)", [(one.id, tid, dump_traits(traits)) for tid, one, traits in rows]
    )
    con.executemany(
        "INSERT OR REPLACE INTO member VALUES (?,?)", [(msgid, one.id) for _, one, _ in rows for msgid in one.members]
    )
    con.executemany(
        "INSERT OR IGNORE INTO series_key VALUES (?,?,?)",
        [(key, traits.when, one.id) for _, one, traits in rows for key in keys(traits)],
    )


def ids_of_threads(con: sqlite3.Connection, tids: Iterable[int]) -> list[str]:
    """The series that stand in these threads."""
    rows = con.execute("SELECT id FROM series WHERE tid IN (SELECT value FROM json_each(?))", (json.dumps(list(tids)),))
    return [row[0] for row in rows]


def regroup(con: sqlite3.Connection, relatives: Relatives, changed: Iterable[str], start: Iterable[Traits]) -> Lineage:
    """The groups that may have changed. changed: ids of series that are new; start: relatives of what is gone."""
    total = con.execute("SELECT count(*) FROM series").fetchone()[0]
    ids = list(dict.fromkeys(changed))
    if len(ids) > _MOST * total:
        everything = relatives.get(row[0] for row in con.execute("SELECT id FROM series"))
        return group(everything, decisions(con))
    fresh = relatives.get(ids)
    first = {one.id: one for one in (*fresh, *relatives.get(one.id for one in start))}
    for one in fresh:
        first.update((other.id, other) for other in relatives.near(one))
    links = [(series_with(con, a), series_with(con, b)) for a, b in decisions(con).links]

    def decided(one: Traits) -> list[Traits]:
        return relatives.get(other for pair in links if one.id in pair for other in pair if other is not None)

    return group(component(first.values(), relatives.near, decided), decisions(con))


def decisions(con: sqlite3.Connection) -> Decisions:
    """What the user decided about pairs of mails."""
    rows = con.execute("SELECT kind, a, b FROM u.decision ORDER BY at, a, b").fetchall()
    return Decisions(
        tuple((a, b) for kind, a, b in rows if kind == "link"), tuple((a, b) for kind, a, b in rows if kind == "unlink")
    )


def files_of(con: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """The files that these series touch."""
    rows = con.execute(
        f"SELECT json_extract(traits, '{_FILES}') FROM series WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {file for row in rows for file in json.loads(row[0])}


def files_of_topics(con: sqlite3.Connection) -> Iterator[tuple[int, list[str]]]:
    """(number of a topic, the files that one of its series touches)."""
    for number, files in con.execute(f"SELECT topic, json_extract(traits, '{_FILES}') FROM series WHERE topic IS NOT NULL"):
        yield number, json.loads(files)


def dump_traits(traits: Traits) -> str:
    """Traits as compact JSON, in the order of their fields."""
    values: list[Any] = []
    for name in _NAMES:
        value = getattr(traits, name)
        if name == "pieces":
            value = [[getattr(piece, one.name) for one in fields(piece)] for piece in value]
        elif name in _SETS:
            value = sorted(value)
        values.append(value)
    return _compact(values)


def _piece(values: list[Any]) -> Piece:
    plain: list[Any] = [tuple(one) if isinstance(one, list) else one for one in values]
    return Piece(*plain)


def load_traits(text: str) -> Traits:
    """What `dump_traits` wrote."""
    values: dict[str, Any] = dict(zip(_NAMES, json.loads(text), strict=True))
    for name, value in values.items():
        if name == "pieces":
            values[name] = tuple(_piece(piece) for piece in value)
        elif name in _SETS:
            values[name] = frozenset(value)
        elif isinstance(value, list):
            values[name] = tuple(value)
    return Traits(**values)
