"""Screens of the terminal UI on the snapshot, as text, for the README.

    python -m benchmarks.screens                 print them
    python -m benchmarks.screens --write         put them into README.md, between its two `<!-- screens -->` lines
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import tempfile
import time
from pathlib import Path

from rich.console import Console

from tracker.config import load_config

_MARK = "<!-- screens -->\n"
# What to show: a title, the keys that lead there from the screen before.
_SCENES = (
    ("Home, on the first run", ()),
    ("A topic: its path", ("enter",)),
    ("Its thread, with the mail beside it", ("2", "j", "j", "j", "j", "j", "j", "j")),
)  # fmt: skip


def main() -> None:
    """Capture and print, or write."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--write", action="store_true", help="put the screens into README.md")
    options.add_argument("--columns", type=int, default=100)
    options.add_argument("--rows", type=int, default=30)
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            os.environ[name] = home
        os.environ.update(TEXTUAL_ANIMATIONS="none", GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1")
        screens = asyncio.run(captured(args.columns, args.rows))
    text = "".join(f"{title}:\n\n```\n{screen}```\n\n" for title, screen in screens)
    if not args.write:
        print(text, end="")
        return
    readme = Path(__file__).resolve().parent.parent / "README.md"
    before, first, rest = readme.read_text("utf-8").partition(_MARK)
    _, second, after = rest.partition(_MARK)
    if not first or not second:
        raise SystemExit(f"README.md has no two lines {_MARK.strip()}")
    readme.write_text(f"{before}{_MARK}\n{text}{_MARK}{after}", "utf-8")


async def captured(columns: int, rows: int) -> list[tuple[str, str]]:
    """Every scene as (title, text)."""
    from tracker.faces.tui.app import TrackerApp
    from tracker.faces.tui.frame import first_view
    from tracker.faces.tui.library import Library

    config = load_config(os.environ, offline=True)
    library = Library(config, int(time.time()))
    app = TrackerApp(config, library, first_view(library, rows), quiet=True)
    found = []
    async with app.run_test(size=(columns, rows)) as pilot:
        await pilot.pause(0.5)
        for title, keys in _SCENES:
            await pilot.press(*keys)
            await pilot.pause(0.3)
            console = Console(width=columns, height=rows, file=io.StringIO(), force_terminal=True, color_system=None, record=True)
            console.print(app.screen._compositor.render_update(full=True))
            lines = console.export_text(styles=False).split("\n")[:rows]
            found.append((title, "".join(f"{one.rstrip()}\n" for one in lines)))
    library.close()
    return found


if __name__ == "__main__":
    main()
