"""Files that keep two runs apart: the kernel lets go of them with the process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tracker.config import Config
from tracker.store.db import StoreLockedError, make_private

_LOCK_TRIES, _LOCK_PAUSE = 15, 0.2  # three seconds: a short command of the user's waits for another one


@contextlib.contextmanager
def writing(config: Config, tries: int = _LOCK_TRIES) -> Iterator[None]:
    """Hold the lock that keeps two syncs or imports apart. Raises StoreLockedError when another one runs for long."""
    with locked(config.lock, tries, "another tracker syncs or imports; try again when it is done"):
        yield


@contextlib.contextmanager
def locked(path: Path, tries: int, busy: str) -> Iterator[None]:
    """Hold the lock file *path*; tries: five a second. Raises StoreLockedError with *busy* when somebody else holds it."""
    make_private(path)
    lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for left in range(tries, -1, -1):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if not left:
                    raise StoreLockedError(f"{path}: {busy}") from error
                time.sleep(_LOCK_PAUSE)
        yield
    finally:
        os.close(lock)
