"""Starting the UI: the first frame is printed from the store at once, then Textual is loaded and takes over the terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from tracker.config import Config
from tracker.faces.exits import Exit
from tracker.faces.tui.draw.line import to_ansi
from tracker.faces.tui.frame import View, first_view, home_lines
from tracker.faces.tui.library import Library


def start(config: Config, now: int) -> Exit:
    """Run the UI on the terminal until the user leaves. Raises StoreError when there is nothing to read."""
    with _terminal():
        columns, rows = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        library = None
        try:
            print("\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l opening the store …", end="", flush=True)
            library = Library(config, now)
            view = first_view(library, rows)
            _print_frame(view, columns, rows)
            from tracker.faces.tui.app import TrackerApp

            app = TrackerApp(config, library, view)
        except BaseException:
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


def _print_frame(view: View, columns: int, rows: int) -> None:
    colours = not os.environ.get("NO_COLOR")
    lines = home_lines(view, columns, rows)[:rows]
    print("\x1b[2J\x1b[H" + "\r\n".join(to_ansi(one, colours) for one in lines), end="", flush=True)


@contextlib.contextmanager
def _terminal() -> Iterator[None]:
    """The terminal without echo while Textual is loaded, so that early keys wait for it; as it was before at the end.

    SIGTERM and SIGHUP leave it clean too.
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
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
        for one, handler in old.items():
            signal.signal(one, handler)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
