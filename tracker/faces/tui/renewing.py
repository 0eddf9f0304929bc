"""After an upgrade: every stored mail is read anew before anything is shown, and the user sees why and how far it is."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable

from tracker.config import Config
from tracker.store.db import connect, is_outdated
from tracker.store.schema import FORMAT

Tell = Callable[[str], None]
_ID_AT, _ID_END = 68, 72  # of the application id in a database file, https://sqlite.org/fileformat.html#application_id
_EVERY = 200  # mails between two looks at the progress


def renew(config: Config, tell: Tell) -> None:
    """Read all mails anew when another version of the parsers wrote the cache. tell: takes a line about it, again and again.

    Raises StoreError; StoreLockedError when another process is at it.
    """
    if not _may_be_outdated(config):
        return
    with contextlib.closing(connect(config.mail_db, config.user_db)) as con:
        if not is_outdated(con):
            return
        from tracker.sync.locks import writing
        from tracker.sync.session import reread_all

        with writing(config):
            _watch(con, tell)
            reread_all(con)


def _may_be_outdated(config: Config) -> bool:
    """Whether the file says so: a connection is not needed to see that nothing is to do."""
    try:
        with config.mail_db.open("rb") as file:
            return int.from_bytes(file.read(_ID_END)[_ID_AT:], "big") not in (0, FORMAT)
    except OSError:
        return False


def _watch(con: sqlite3.Connection, tell: Tell) -> None:
    """Tell of mails that are read, series and topics that are written, by triggers of this connection alone."""
    every = con.execute("SELECT count(*) FROM message").fetchone()[0]
    done = {"mails": 0, "series": 0, "topics": 0}

    def step(what: str) -> None:
        done[what] += 1
        if done[what] % _EVERY == 1:
            of = f"/{every:,}" if what == "mails" else ""
            tell(f"tracker is newer than its store: all mail is read anew, once … {what} {done[what]:,}{of}")

    con.create_function("step", 1, step)
    con.execute("CREATE TEMP TRIGGER read_anew AFTER UPDATE OF facts ON main.message BEGIN SELECT step('mails'); END")
    con.execute("CREATE TEMP TRIGGER joined_anew AFTER INSERT ON main.series BEGIN SELECT step('series'); END")
    con.execute("CREATE TEMP TRIGGER judged_anew AFTER INSERT ON main.topic BEGIN SELECT step('topics'); END")
