"""Files that keep two runs apart: the kernel lets go of them with the process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.config import Config
from tracker.store.db import StoreLockedError, make_private

_LOCK_TRIES, _LOCK_PAUSE = 15, 0.2  # three seconds: short commands need less
PATIENCE = 9_000  # tries of a command of the user's, who can leave: half an hour, as an import of large archives may take
_SOON = 5  # tries, after which the user is told what is waited for


@contextlib.contextmanager
def writing(config: Config, tries: int = _LOCK_TRIES, say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock that keeps two syncs or imports apart. Raises StoreLockedError when another one runs for long.

    tries: five a second. say: told once, after a second, who is waited for.
    """
    with locked(config.lock, tries, "another tracker{} syncs or imports; try again when it is done", say):
        yield


@contextlib.contextmanager
def locked(path: Path, tries: int, busy: str, say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock file *path*; tries, say: as for `writing`. Raises StoreLockedError with *busy* when somebody else holds it.

    busy: with {} where the other's process and its start are put in.
    """
    make_private(path)
    lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for left in range(tries, -1, -1):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if not left:
                    raise StoreLockedError(f"{path}: {busy.format(_holder(lock))}") from error
                if say is not None and left == tries - _SOON:
                    say(f"waiting for another tracker{_holder(lock)} …")
                time.sleep(_LOCK_PAUSE)
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()} {int(time.time())}\n".encode(), 0)
        yield
    finally:
        os.close(lock)


def _holder(lock: int) -> str:
    """` (pid 4711, since 14:05)`, local time, as whoever took the lock wrote it down; '' when that is not known."""
    words = os.pread(lock, 64, 0).split()
    if len(words) != 2 or not all(word.isdigit() and len(word) < 12 for word in words):
        return ""
    return f" (pid {int(words[0])}, since {time.strftime('%H:%M', time.localtime(int(words[1])))})"
