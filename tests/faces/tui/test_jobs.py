"""Work in the background."""

from __future__ import annotations

import os
import sqlite3
import threading

from tracker.config import load_config
from tracker.faces.tui.jobs import Jobs
from tracker.sources.base import Unavailable
from tracker.store.db import StoreLockedError
from tracker.sync.servers import Servers
from tracker.sync.session import Session


def test_failures_become_outcomes() -> None:
    """Stores, sources, SQLite and disks that fail are told in one line each; the log keeps what failed as an error."""
    jobs = Jobs(load_config(os.environ))
    faults = [
        (StoreLockedError("locked"), "locked"), (Unavailable("down", "https://example.org"), "https://example.org"),
        (sqlite3.OperationalError("database or disk is full"), "the store: database or disk is full"),
        (OSError(28, "No space left on device", "x.db"), "x.db: No space left on device"),
    ]  # fmt: skip
    for fault, words in faults:

        def task(_session: Session, _servers: Servers, fault: Exception = fault) -> str:
            raise fault

        outcome = jobs.run("sync", task)
        assert outcome.failed
        assert words in outcome.text
        assert jobs.faulty
    assert [entry.level for entry in jobs.log] == ["error"] * len(faults)


def test_a_source_that_failed_is_counted_and_marked() -> None:
    """What arrived counts; the source that failed stands out in the log."""
    jobs = Jobs(load_config(os.environ))

    def task(session: Session, _servers: Servers) -> str:
        session.say("all well")
        session.fail(Unavailable("answers 503", "https://example.org/all/"))
        return "2 new mails"

    outcome = jobs.run("sync", task)
    assert (outcome.failed, outcome.faults) == (False, 1)
    assert [entry.level for entry in jobs.log] == ["info", "error", "error"]

    assert jobs.run("sync", lambda _session, _servers: "no news").faults == 0
    assert not jobs.faulty


def test_one_at_a_time() -> None:
    """Two jobs never write at once, whichever threads they are in."""
    jobs = Jobs(load_config(os.environ))
    inside: list[int] = []
    most: list[int] = []

    def task(_session: Session, _servers: Servers) -> str:
        inside.append(1)
        most.append(len(inside))
        inside.pop()
        return ""

    threads = [threading.Thread(target=jobs.run, args=("job", task)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 4
