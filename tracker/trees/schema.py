"""The database of one tree's index: a cache, made anew whenever it is outdated or damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from tracker.trees.git import TreeError

# Raised whenever what is stored, or what is read from a commit's message, changes its meaning.
FORMAT = 1
BUSY_SECONDS = 30.0

# n: the place in the history, smaller is newer; a parent's is always greater than its child's.
# commits.key, named.hash: CRC-32; what it finds is checked. said: what the message names, lines of a letter and a value.
# graph: parents by their n, and what follows from them. region: the set of branches. tag, release: n of the first tagged
# commit that has it. merge: n of the first commit on the main branch's first-parent chain that has it, its own when on it.
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, folded TEXT NOT NULL, UNIQUE (name, email));
CREATE TABLE commits (n INTEGER PRIMARY KEY, sha BLOB NOT NULL, author INTEGER NOT NULL, authored INTEGER NOT NULL,
    committer INTEGER NOT NULL, committed INTEGER NOT NULL, key INTEGER NOT NULL, subject TEXT NOT NULL, said TEXT);
CREATE TABLE graph (n INTEGER PRIMARY KEY, first INTEGER, more TEXT, region INTEGER NOT NULL, tag INTEGER, release INTEGER,
    merge INTEGER);
CREATE TABLE named (hash INTEGER, n INTEGER, PRIMARY KEY (hash, n)) WITHOUT ROWID;
CREATE TABLE branches (name TEXT PRIMARY KEY, bit INTEGER NOT NULL UNIQUE, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tags (name TEXT PRIMARY KEY, sha TEXT NOT NULL, peeled TEXT NOT NULL, time INTEGER, n INTEGER,
    version INTEGER NOT NULL, release INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX tags_n ON tags (n);
CREATE TABLE vanished (n INTEGER, branch TEXT, successor TEXT NOT NULL, how TEXT NOT NULL, PRIMARY KEY (n, branch)) WITHOUT ROWID;
CREATE TABLE regions (id INTEGER PRIMARY KEY, mask TEXT NOT NULL);
INSERT INTO regions VALUES (0, '0');
CREATE TEMP TABLE named_new (hash INTEGER, n INTEGER);
CREATE TEMP TABLE moved (old INTEGER PRIMARY KEY, new INTEGER);
"""
# Made after the first filling, when sorting once is cheaper than keeping them in order.
INDEXES = """
CREATE UNIQUE INDEX commits_sha ON commits (sha);
CREATE INDEX commits_key ON commits (key);
CREATE INDEX commits_authored ON commits (authored);
CREATE INDEX commits_author ON commits (author, authored);
CREATE INDEX people_folded ON people (folded);
"""


def connect(path: Path) -> sqlite3.Connection:
    """The database at *path*, empty when there was none or not this one. Readable by its owner only. Raises TreeError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        con = _open(path)
        if con is None:
            for name in (path.name, f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
            con = _open(path)
    except OSError as error:
        raise TreeError(f"{path} cannot be written: {error.strerror}; check the cache folder") from error
    except sqlite3.Error as error:
        raise TreeError(f"{path} cannot be opened: {error}; delete it and sync again") from error
    if con is None:
        raise TreeError(f"{path} cannot be used; delete it and sync again")
    return con


def _open(path: Path) -> sqlite3.Connection | None:
    """None when the file is no index of this format."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    con = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    try:
        if _state(con) == (0, True):
            con.execute("BEGIN IMMEDIATE")  # another process may be making it, too
            if _state(con) == (0, True):
                for statement in _statements():
                    if " TEMP " not in statement:
                        con.execute(statement)
                con.execute(f"PRAGMA user_version = {FORMAT}")
            con.execute("COMMIT")
        if _state(con) != (FORMAT, False):
            con.close()
            return None
        con.executescript("".join(f"{one};" for one in _statements() if " TEMP " in one))
        con.execute("PRAGMA synchronous = OFF")  # a cache: what a power cut damages is made anew
        con.execute("PRAGMA cache_size = -32000")
    except sqlite3.OperationalError:
        con.close()
        raise
    except sqlite3.DatabaseError:
        con.close()
        return None
    return con


def _statements() -> list[str]:
    return [one.strip() for one in SCHEMA.split(";") if one.strip()]


def _state(con: sqlite3.Connection) -> tuple[int, bool]:
    """The format, and whether nothing is in it."""
    version = int(con.execute("PRAGMA user_version").fetchone()[0])
    return version, con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0


def make_indexes(con: sqlite3.Connection) -> None:
    """Adds the indexes that are missing. Inside of the caller's transaction."""
    for statement in INDEXES.split(";"):
        if statement.strip():
            with contextlib.suppress(sqlite3.OperationalError):  # it exists
                con.execute(statement)
