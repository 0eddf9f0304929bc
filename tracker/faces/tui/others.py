"""Whether another process, such as an import or cron's sync, writes to the store at the moment."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def at_work(lock: Path) -> bool:
    """Whether somebody holds the lock file of those who write; the look itself holds it up for no time worth telling."""
    try:
        file = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False
