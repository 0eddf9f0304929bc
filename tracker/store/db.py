"""Opening the two databases: files 0600 in folders 0700, migrated, one writer at a time.

`mail.db` lives in the cache and may be deleted; `user.db` holds what cannot be had again and is attached as `u`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from tracker.store.schema import FORMAT, MAIL, USER, NewerSchemaError, migrate

BUSY_SECONDS = 5.0
_LEAST_FREE = 1 << 18  # bytes; a transaction wants some pages of log and an index of it


class StoreError(Exception):
    """The store cannot be used; the message says what is wrong and what to do."""


class StoreLockedError(StoreError):
    """Another process writes to the store."""


def connect(mail: Path | None, user: Path | None) -> sqlite3.Connection:
    """A connection to both databases, made and migrated where needed; None stands for one in memory.

    Raises StoreError when a file is no database, was written by a newer program, or cannot be opened.
    """
    for path in (mail, user):
        if path is not None:
            make_private(path)
    where = mail or user
    try:
        con = sqlite3.connect(mail or ":memory:", timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    except sqlite3.Error as error:
        raise StoreError(f"{where}: cannot open the store: {error}") from error
    try:
        con.execute("ATTACH DATABASE ? AS u", (str(user) if user else ":memory:",))
        _settings(con)
        if con.execute("PRAGMA main.user_version").fetchone()[0] == 0:
            con.execute(f"PRAGMA main.application_id = {FORMAT}")
        migrate(con, "main", MAIL)
        migrate(con, "u", USER)
    except NewerSchemaError as error:
        con.close()
        raise StoreError(f"{where}: {error}; install the newer tracker") from error
    except sqlite3.OperationalError as error:
        con.close()
        raise _told(error, where) from error
    except sqlite3.DatabaseError as error:
        con.close()
        raise StoreError(_damaged(mail, user, error)) from error
    return con


def connect_copy(path: Path) -> sqlite3.Connection:
    """A database that `copy_to` wrote, read-only, leaving no files beside it; no user data. Raises StoreError."""
    try:
        con = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, isolation_level=None)
        con.execute("ATTACH DATABASE ':memory:' AS u")
        migrate(con, "u", USER)
        if con.execute("PRAGMA main.user_version").fetchone()[0] != len(MAIL) or is_outdated(con):
            raise StoreError(f"{path}: of another version")
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error
    return con


def is_outdated(con: sqlite3.Connection) -> bool:
    """Whether the facts in the cache were written by another version of the parsers."""
    return bool(con.execute("PRAGMA main.application_id").fetchone()[0] != FORMAT)


def copy_to(con: sqlite3.Connection, path: Path) -> None:
    """The mail database as a file of its own, complete or not there at all. Raises StoreError when it cannot be written."""
    made = path.with_suffix(f".{os.getpid()}")
    make_private(made)
    try:
        con.execute("VACUUM main INTO ?", (str(made),))
        made.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error
    finally:
        made.unlink(missing_ok=True)


def _settings(con: sqlite3.Connection) -> None:
    if con.execute("PRAGMA main.journal_mode").fetchone()[0] not in ("wal", "memory"):
        con.execute("PRAGMA main.journal_mode = WAL")
    if con.execute("PRAGMA u.journal_mode").fetchone()[0] not in ("wal", "memory"):
        con.execute("PRAGMA u.journal_mode = WAL")
    con.execute("PRAGMA main.synchronous = NORMAL")
    con.execute("PRAGMA u.synchronous = FULL")
    con.execute("PRAGMA main.cache_size = -32000")
    con.execute("PRAGMA temp_store = MEMORY")
    con.execute("PRAGMA main.wal_autocheckpoint = 8000")  # 32 MB: an import copies its pages less often


def _damaged(mail: Path | None, user: Path | None, error: sqlite3.Error) -> str:
    """Which of the two files is broken, and what that means: the cache may go, the other may not."""
    for path in (mail, user):
        if path is not None and (why := _unsound(path)):
            hint = "delete it, it is a cache" if path == mail else "restore it from a backup"
            return f"{path}: {why}; {hint}"
    return f"{mail}: damaged ({error}); delete it, it is a cache, and run 'tracker sync'"


def _unsound(path: Path) -> str:
    """What is wrong with one database file, '' when it can be read."""
    try:
        with contextlib.closing(sqlite3.connect(path)) as con:
            con.execute("SELECT count(*) FROM sqlite_master").fetchone()
            found = con.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return "not a database" if "not a database" in str(error) else f"damaged ({error})"
    return "" if found == "ok" else "damaged"


def _told(error: sqlite3.Error, where: Path | None) -> StoreError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreLockedError(f"{where}: another tracker is writing; try again when it is done")
    if "disk" in text and ("full" in text or _is_full(where)):
        return StoreError(f"{where}: the disk is full; what was stored before stays")
    return StoreError(f"{where}: {text}")


def _is_full(where: Path | None) -> bool:
    """Whether there is no room left beside a file; SQLite may tell that as an I/O error."""
    if where is None:
        return False
    try:
        room = os.statvfs(where.parent)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize < _LEAST_FREE


def make_private(path: Path) -> None:
    """Make sure that *path* is a file only its owner can read, in a folder only its owner can enter.

    A file that is there is never opened: closing it would drop the locks that SQLite has on it for other connections of this
    process (POSIX advisory locks, https://sqlite.org/howtocorrupt.html), and the next process would remove their log.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; tracker needs to write there") from error


@contextlib.contextmanager
def transaction(con: sqlite3.Connection, where: Path | None = None) -> Iterator[None]:
    """One write transaction over both databases; rolled back on any error. Raises StoreError in plain words."""
    try:
        con.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise _told(error, where or Path(con.execute("PRAGMA database_list").fetchone()[2] or "the store")) from error
    try:
        yield
        con.execute("COMMIT")
    except sqlite3.Error as error:
        _rollback(con)
        raise (_told(error, where) if isinstance(error, sqlite3.OperationalError) else error) from error
    except BaseException:
        _rollback(con)
        raise


def _rollback(con: sqlite3.Connection) -> None:
    with contextlib.suppress(sqlite3.Error):  # a full disk already rolled it back
        con.execute("ROLLBACK")
