"""Exit codes: what a script can rely on."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """0 done, 1 found nothing, 2 wrong use, 3 some source failed (what arrived is kept), 4 store locked or damaged."""

    DONE = 0
    NOTHING = 1
    USAGE = 2
    SOURCE = 3
    STORE = 4
    INTERRUPTED = 130


class UsageError(Exception):
    """The command line asks for something that cannot be; the message says what to write instead."""


class NothingError(UsageError):
    """What the command line names is not here."""
