"""The store for commands that only read: the real one, or the snapshot when nothing was synced yet."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tracker.config import Config
from tracker.store import read
from tracker.store.db import StoreError, connect


@dataclass(frozen=True, slots=True)
class Reading:
    """A store to read from. snapshot: it is the one that ships with the program."""

    con: sqlite3.Connection
    snapshot: bool


@contextlib.contextmanager
def open_reading(config: Config, say: Callable[[str], None], now: int) -> Iterator[Reading]:
    """The store to answer from. Tells the user once when the answer comes from the snapshot. Raises StoreError."""
    from tracker.sync.session import open_store

    if config.mail_db.exists() or config.user_db.exists():
        con = open_store(config)
        if not read.is_empty(con):
            with contextlib.closing(con):
                yield Reading(con, False)
            return
        con.close()
    with contextlib.closing(open_snapshot(now)) as con:
        say("nothing synced yet: this is the snapshot that ships with tracker; 'tracker follow MESSAGE-ID' starts your own")
        yield Reading(con, True)


def open_snapshot(now: int) -> sqlite3.Connection:
    """The snapshot as a store in memory; its own folder is never written to. Raises StoreError when it is missing."""
    from tracker.sources.snapshot import find_snapshot, read_snapshot
    from tracker.store.db import transaction
    from tracker.store.derive import derive
    from tracker.store.mail import Writer, source
    from tracker.store.prepare import Packer, prepare

    folder = find_snapshot()
    if folder is None:
        raise StoreError("nothing synced yet, and this installation has no snapshot; try 'tracker follow MESSAGE-ID'")
    con = connect(None, None)
    packer = Packer()
    with transaction(con):
        writer = Writer(con, now)
        rows = [prepare(raw, "", packer, trusted=True) for raw in read_snapshot(folder)]
        writer.add(rows, source(con, "snapshot", "snapshot", private=False))
        derive(con)
    return con
