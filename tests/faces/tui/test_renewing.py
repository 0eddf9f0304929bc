"""A cache that another version of the parsers wrote is renewed before the first frame, in sight of the user."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable

import pytest

from tests.faces.tui.test_home import many
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.tui.renewing import renew
from tracker.store.db import StoreLockedError
from tracker.store.schema import FORMAT
from tracker.sync import locks
from tracker.sync.locks import writing


def outdate() -> None:
    """Let the cache be of another version, without its facts."""
    with contextlib.closing(sqlite3.connect(load_config(os.environ).mail_db, isolation_level=None)) as con:
        con.execute("PRAGMA application_id = 12345")
        con.execute("UPDATE message SET subject='gone'")
        con.execute("DELETE FROM topic")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_it_tells_why_and_how_far(follow: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    """The reason, mails out of all mails, then topics; a second start has nothing to do."""
    follow(*many(3))
    assert cli.run(["list"]) == 0
    before = capsys.readouterr().out
    outdate()
    told: list[str] = []
    config = load_config(os.environ)
    renew(config, told.append)
    why = "tracker is newer than its store: all mail is read anew, once … "
    assert told == [f"{why}mails 1/3", f"{why}series 1", f"{why}topics 1"]
    with contextlib.closing(sqlite3.connect(config.mail_db)) as con:
        assert con.execute("PRAGMA application_id").fetchone()[0] == FORMAT
    assert cli.run(["list"]) == 0
    assert capsys.readouterr().out == before
    renew(config, told.append)
    assert len(told) == 3


def test_two_do_not_renew_at_once(follow: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process holds the store, the message says so and names a file."""
    monkeypatch.setattr(locks, "_LOCK_PAUSE", 0.0)
    follow(*many(1))
    outdate()
    config = load_config(os.environ)
    with writing(config), pytest.raises(StoreLockedError, match=r"lock: another tracker .*syncs or imports"):
        renew(config, lambda _text: None)
