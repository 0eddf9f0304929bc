"""Commits that were seen in git trees, kept for good: a rebase or a removed tree takes the commit away, not what was seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from tracker.core.landing import Event, Evidence, Landing
from tracker.core.people import Person


def save(con: sqlite3.Connection, at: int, landings: Iterable[Landing], events: Iterable[tuple[str, Event]]) -> int:
    """Keep what was seen at *at* (seconds UTC) and wake the topics it is about; returns how much of it is new or changed.

    events: each with the message id of the patch it is about.
    """
    changed: set[str] = set()
    for one in landings:
        if one.patch is None:
            continue
        data = json.dumps(asdict(one), sort_keys=True)
        changed |= _put(con, "sighting", (one.patch, one.tree, one.commit), at, data)
    for patch, event in events:
        data = json.dumps(asdict(event), sort_keys=True)
        changed |= _put(con, "sighted_event", (patch, event.kind, event.evidence.commit), at, data)
    con.executemany("INSERT OR IGNORE INTO dirty SELECT tid FROM message WHERE msgid=?", [(one,) for one in changed])
    return len(changed)


_COLUMNS = {"sighting": "tree=? AND sha=?", "sighted_event": "kind=? AND sha=?"}


def _put(con: sqlite3.Connection, table: str, key: tuple[str, str, str], at: int, data: str) -> set[str]:
    row = con.execute(f"SELECT data, at FROM u.{table} WHERE patch=? AND {_COLUMNS[table]}", key).fetchone()
    if row is not None and row[0] == data:
        return set()
    first = row[1] if row is not None else at
    con.execute(f"INSERT OR REPLACE INTO u.{table} VALUES (?,?,?,?,?)", (*key, first, data))
    return {key[0]}


def of_patches(con: sqlite3.Connection, msgids: Sequence[str]) -> tuple[tuple[Landing, ...], tuple[Event, ...]]:
    """What was seen of the patches with these message ids."""
    names = json.dumps(list(msgids))
    landings = [
        _landing(json.loads(data))
        for (data,) in con.execute(
            "SELECT data FROM u.sighting WHERE patch IN (SELECT value FROM json_each(?)) ORDER BY patch, tree, sha", (names,)
        )
    ]
    events = {
        data: _event(json.loads(data))
        for (data,) in con.execute(
            "SELECT data FROM u.sighted_event WHERE patch IN (SELECT value FROM json_each(?)) ORDER BY data", (names,)
        )
    }
    return tuple(landings), tuple(events.values())


def _landing(values: dict[str, Any]) -> Landing:
    by = values.pop("by")
    evidence = tuple(Evidence(**one) for one in values.pop("evidence"))
    return Landing(**values, by=Person(**by) if by else None, evidence=evidence)


def _event(values: dict[str, Any]) -> Event:
    evidence = Evidence(**values.pop("evidence"))
    return Event(**values, evidence=evidence)
