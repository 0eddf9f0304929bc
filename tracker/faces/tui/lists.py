"""Which topics each list holds, found in the background and kept until something is written."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from textual.worker import get_current_worker

from tracker.core.query import Term
from tracker.faces.tui.library import Wish
from tracker.store import browse

_OFTEN = 20_000  # steps of SQLite between looks whether the answer is still wanted
_KEPT = 64  # lists; of 100,000 topics each takes 800 kB


class Lists:
    """Lists by what was wished for. `renewed` is counted up when they are forgotten: what was asked for before is too old."""

    def __init__(self) -> None:
        self.renewed = 0
        self._lists: dict[Wish, array[int]] = {}

    def forget(self) -> None:
        """Something was written."""
        self.renewed += 1
        self._lists.clear()

    def get(self, wish: Wish) -> array[int] | None:
        """The numbers of the topics; None when they are not known."""
        return self._lists.get(wish)

    def put(self, wish: Wish, numbers: array[int], asked: int) -> None:
        """Keep a list. asked: `renewed` when it was asked for."""
        if asked == self.renewed:
            while len(self._lists) >= _KEPT:
                del self._lists[next(iter(self._lists))]
            self._lists[wish] = numbers


def unread_topics(con: sqlite3.Connection, me: Sequence[str]) -> set[int]:
    """The topics with unread mail."""
    return set(browse.listing(con, Term("is", "unread"), me=me))


@contextmanager
def while_wanted(con: sqlite3.Connection) -> Iterator[None]:
    """In a worker: a query ends early when the worker was cancelled, as it is when something else is wished for."""
    worker = get_current_worker()
    con.set_progress_handler(lambda: worker.is_cancelled, _OFTEN)
    try:
        yield
    except sqlite3.OperationalError:
        if not worker.is_cancelled:
            raise
