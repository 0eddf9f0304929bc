"""Work in the background: one job at a time, with a store connection of its own; what it said and what failed is kept."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tracker.config import Config
from tracker.sources.base import SourceError
from tracker.store.db import StoreError
from tracker.sync.reading import open_store
from tracker.sync.servers import Servers
from tracker.sync.session import Session, writing

Task = Callable[[Session, Servers], str]


@dataclass(frozen=True)
class Entry:
    """One line of the log. at: seconds UTC; level: 'info' or 'error'."""

    at: int
    level: str
    text: str


class Idle(str):
    """What a job says when there was nothing to do."""

    __slots__ = ()


@dataclass(frozen=True)
class Outcome:
    """How a job ended. text: one line for the user; failed: it did not do what was asked; faults: sources that failed.

    idle: there was nothing to do.
    """

    text: str
    failed: bool = False
    faults: int = 0
    idle: bool = False


@dataclass
class Jobs:
    """Runs tasks and remembers what they said. faulty: in the last sync a source failed."""

    config: Config
    log: deque[Entry] = field(default_factory=lambda: deque(maxlen=1_000))
    running: str = ""
    progress: str = ""
    faulty: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, text: str, level: str = "info") -> None:
        """Keep a line in the log."""
        self.log.append(Entry(int(time.time()), level, text))

    def run(self, name: str, task: Task) -> Outcome:
        """Run *task* in this thread, after the one that runs now. Errors of stores, sources and disks become an outcome."""
        with self._lock:
            self.running, self.progress = name, ""
            try:
                outcome = self._guarded(name, task)
            finally:
                self.running, self.progress = "", ""
        if name == "sync":
            self.faulty = outcome.failed or bool(outcome.faults)
        if outcome.text:
            self.say(f"{name}: {outcome.text}", "error" if outcome.failed or outcome.faults else "info")
        return outcome

    def _guarded(self, name: str, task: Task) -> Outcome:
        try:
            with (
                writing(self.config), contextlib.closing(open_store(self.config)) as con,
                contextlib.closing(Servers(self.config)) as servers,
            ):  # fmt: skip
                session = Session(con, self.config, int(time.time()), self.say, self._progress)
                try:
                    text = task(session, servers)
                finally:
                    self._mark_faults({str(error) for error in session.failures})
                return Outcome(text, faults=len(session.failures), idle=isinstance(text, Idle))
        except (StoreError, SourceError) as error:
            return Outcome(str(error), failed=True)
        except sqlite3.Error as error:
            return Outcome(f"the store: {error}", failed=True)
        except OSError as error:
            return Outcome(f"{error.filename or 'disk'}: {error.strerror or error}", failed=True)

    def _mark_faults(self, said: set[str]) -> None:
        """What sources failed with stands out among the lines of this job."""
        for at in range(len(self.log) - 1, max(-1, len(self.log) - 100), -1):
            if self.log[at].text in said:
                self.log[at] = replace(self.log[at], level="error")

    def _progress(self, what: str, done: int, total: int | None) -> None:
        self.progress = f"{what} {done:,}" + (f"/{total:,}" if total else "")
