"""Which MAINTAINERS is in force, and taking it up: it says who stands for the files that patches touch."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tracker.config import Config, ConfigError
from tracker.store import forest, maintainers

MAX_FILE = 1 << 23  # bytes; the kernel's has less than one MiB


def find(con: sqlite3.Connection, config: Config) -> Path | None:
    """MAINTAINERS as the configuration names it, else of the first tree with a work tree that has one, mainline before others."""
    if config.maintainers is not None:
        return config.maintainers
    trees = [(one.role, one.where) for one in config.trees] + [(one.role, one.place) for one in forest.trees(con)]
    trees.sort(key=lambda tree: tree[0] != "mainline")
    files = [Path(place) / "MAINTAINERS" for _, place in trees if "://" not in place]
    return next((file for file in files if file.is_file()), None)


def take_up(con: sqlite3.Connection, config: Config) -> bool:
    """Bring what the store knows of MAINTAINERS up to date, inside the caller's transaction.

    Returns whether topics have to be looked at again. Raises ConfigError when the file that the configuration names cannot
    be read.
    """
    file = find(con, config)
    try:
        text = read(file) if file is not None else b""
    except OSError as error:
        if config.maintainers is None:
            return False
        raise ConfigError(f"{config.file}: maintainers: cannot read {file}: {error.strerror}") from error
    return maintainers.save(con, text)


def read(file: Path) -> bytes:
    """The file, at most 8 MiB of it. Raises OSError."""
    with file.open("rb") as stream:
        return stream.read(MAX_FILE)
