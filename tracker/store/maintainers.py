"""MAINTAINERS in the store: its text as it was read last, so that every judgement is made from the same one."""

from __future__ import annotations

import json
import sqlite3
import zlib
from functools import lru_cache

from tracker.core.maintainers import Maintainers, read_maintainers
from tracker.store.lineage import files_of_topics

# Of a project that has another file now, or of most of one, all topics are looked at again.
_FEW = 300


def load(con: sqlite3.Connection) -> Maintainers | None:
    """Who stands for which files, None when no MAINTAINERS is known. Read once in a process."""
    row = con.execute("SELECT data FROM maintainers").fetchone()
    return _read(row[0]) if row else None


@lru_cache(maxsize=2)
def _read(data: bytes) -> Maintainers:
    return read_maintainers(zlib.decompress(data).decode("utf-8", "replace"))


def save(con: sqlite3.Connection, text: bytes) -> bool:
    """Keep what a MAINTAINERS says (b'': there is none); returns whether topics have to be looked at again for it.

    Those are marked: with a few changed sections the topics whose files they name, else all.
    """
    row = con.execute("SELECT data FROM maintainers").fetchone()
    if text == (zlib.decompress(row[0]) if row else b""):
        return False
    con.execute("DELETE FROM maintainers")
    data = zlib.compress(text)
    if text:
        con.execute("INSERT INTO maintainers VALUES (?)", (data,))
    changed = _changed(_read(row[0]), _read(data)) if row and text else None
    if changed is None:
        marked = con.execute("INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM topic_thread")
        return marked.rowcount > 0
    touched = [number for number, files in files_of_topics(con) if any(_names(changed, file) for file in files)]
    con.execute(
        "INSERT OR IGNORE INTO dirty SELECT tid FROM topic_thread WHERE topic IN (SELECT value FROM json_each(?))",
        (json.dumps(touched),),
    )
    return bool(touched)


def _changed(old: Maintainers, new: Maintainers) -> Maintainers | None:
    """The sections that only one of the two has; None when these are many, or when other addresses are known to be lists."""
    several = set(old.sections) ^ set(new.sections)
    return None if len(several) > _FEW or old.list_ids != new.list_ids else Maintainers(tuple(several))


def _names(changed: Maintainers, file: str) -> bool:
    """Whether a section names it, and not just because it names everything."""
    return max(changed.depths(file).values(), default=-1) >= 0
