"""Where the snapshot that ships with the program is. A module of its own, because every `tracker list` may ask for it."""

from __future__ import annotations

from pathlib import Path

FACTS = "facts.toml"


def find_snapshot() -> Path | None:
    """The snapshot's folder: the installed copy's, else the checkout's; None when there is none."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_snapshot", package.parent / "cache"):
        if (folder / FACTS).is_file():
            return folder
    return None
