"""Starting the UI: the first frame is printed from the store at once, then Textual is loaded and takes over the terminal."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from tracker.config import Config
from tracker.faces.exits import Exit
from tracker.faces.plain import cut
from tracker.faces.tui.draw.line import to_ansi
from tracker.faces.tui.frame import View, first_view, home_lines
from tracker.faces.tui.library import Library
from tracker.faces.tui.renewing import renew


def start(config: Config, now: int) -> Exit:
    """Run the UI on the terminal until the user leaves. Raises StoreError when there is nothing to read."""
    with _terminal() as shell:
        columns, rows = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        library = None
        try:
            print("\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l opening the store …", end="", flush=True)
            renew(config, lambda text: print(f"\x1b[H\x1b[2K {cut(text, columns - 2)}", end="", flush=True))
            gc.disable()  # while all is made that stays
            library = Library(config, now)
            view = first_view(library, rows)
            _print_frame(view, columns, rows)
            from tracker.faces.tui.app import TrackerApp
            from tracker.faces.tui.driver import driver_for

            app = TrackerApp(config, library, view, driver=driver_for(shell))
            keep_heap()
        except BaseException:
            gc.enable()
            print("\x1b[?1049l\x1b[?25h", end="", flush=True)
            if library is not None:
                library.close()
            raise
        try:
            done = app.run()  # Textual gives the screen back by itself
        finally:
            library.close()
    if app.return_code and done is None:  # a fault of ours: Textual has printed where
        raise SystemExit(app.return_code)
    return Exit.DONE if done is None else done


def keep_heap() -> None:
    """Modules, styles and what else stays: the garbage collector need not look at it again and again between keys."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _print_frame(view: View, columns: int, rows: int) -> None:
    colours = not os.environ.get("NO_COLOR")
    lines = home_lines(view, columns, rows)[:rows]
    print("\x1b[2J\x1b[H" + "\r\n".join(to_ansi(one, colours) for one in lines), end="", flush=True)


@contextlib.contextmanager
def _terminal() -> Iterator[list[Any]]:
    """The terminal without echo while Textual is loaded, so that early keys wait for it; as it was before at the end.

    Yields how it was before, as termios has it. SIGTERM and SIGHUP leave it clean too.
    """
    import termios

    fd = sys.__stdin__.fileno() if sys.__stdin__ else 0
    before = termios.tcgetattr(fd)
    quiet = termios.tcgetattr(fd)
    quiet[0] &= ~termios.ICRNL  # Enter stays a carriage return, as Textual reads it
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(fd, termios.TCSANOW, quiet)
    old = {one: signal.signal(one, _leave) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield before
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        for one, handler in old.items():
            signal.signal(one, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
