"""The store for commands that only read: the real one, or the snapshot when nothing was synced yet.

What is imported here decides how fast `tracker list` starts: parsers are imported where mail is parsed.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import tracker
from tracker.config import Config
from tracker.store import read
from tracker.store.db import StoreError, connect, connect_copy, is_outdated
from tracker.store.standing import stand


class Reading(NamedTuple):
    """A store to read from. snapshot: it is the one that ships with the program."""

    con: sqlite3.Connection
    snapshot: bool


def open_store(config: Config) -> sqlite3.Connection:
    """The real store, made when it is not there. Raises StoreError."""
    con = connect(config.mail_db, config.user_db)
    try:
        if read.lacks_local_mail(con):
            from tracker.sync.session import restore_local

            restore_local(con)
        if is_outdated(con):
            from tracker.sync.session import reread_all

            reread_all(con)
    except BaseException:
        con.close()
        raise
    return con


@contextlib.contextmanager
def open_reading(config: Config, say: Callable[[str], None], now: int) -> Iterator[Reading]:
    """The store to answer from. Tells the user once when the answer comes from the snapshot. Raises StoreError."""
    if config.mail_db.exists() or config.user_db.exists():
        con = open_store(config)
        if not read.is_empty(con):
            with contextlib.closing(con):
                stand(con, now, config.stalled_after)
                yield Reading(con, False)
            return
        con.close()
    with contextlib.closing(open_snapshot(config, now)) as con:
        stand(con, now, config.stalled_after)
        say("nothing synced yet: this is the snapshot that ships with tracker; 'tracker follow MESSAGE-ID' starts your own")
        yield Reading(con, True)


def open_snapshot(config: Config, now: int) -> sqlite3.Connection:
    """The snapshot as a store that cannot be written to. Raises StoreError when it is missing.

    It is indexed once and kept in the cache; where that cannot be written, it is indexed in memory every time. The
    snapshot's own folder is never written to.
    """
    from tracker.sources.shipped import find_snapshot

    folder = find_snapshot()
    if folder is None:
        raise StoreError("nothing synced yet, and this installation has no snapshot; try 'tracker follow MESSAGE-ID'")
    stamps = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir())
    indexed = config.cache / f"snapshot-{tracker.__version__}-{_digest(repr(stamps))}.db"
    if indexed.exists():
        try:
            return connect_copy(indexed)
        except StoreError:  # cut off or damaged: it is made again below
            indexed.unlink(missing_ok=True)
    con = _index_snapshot(folder, now)
    with contextlib.suppress(StoreError):  # a cache that cannot be written costs time, nothing else
        _keep(con, indexed)
    return con


def _digest(text: str) -> str:
    import zlib

    return f"{zlib.crc32(text.encode()):08x}"


def _index_snapshot(folder: Path, now: int) -> sqlite3.Connection:
    from tracker.sources.snapshot import read_snapshot
    from tracker.store.db import transaction
    from tracker.store.derive import derive
    from tracker.store.mail import Writer, source
    from tracker.store.prepare import Packer, prepare
    from tracker.sync.recorded import recall

    con = connect(None, None)
    packer = Packer()
    with transaction(con):
        writer = Writer(con, now)
        rows = [prepare(raw, "", packer, trusted=True) for raw in read_snapshot(folder)]
        writer.add(rows, source(con, "snapshot", "snapshot", private=False))
        recall(con)
        derive(con)
    return con


def _keep(con: sqlite3.Connection, indexed: Path) -> None:
    """Write the index down under its name in one step, and drop those of other versions. Raises StoreError."""
    from tracker.store.db import copy_to

    copy_to(con, indexed)
    for path in indexed.parent.glob("snapshot-*.db"):
        if path != indexed:
            path.unlink(missing_ok=True)
