"""stdout is data, stderr is talk: colours, the pager, progress, and one place that knows about the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import TextIO

from tracker.faces.plain import MOST, brief

_ON_TERMINAL = 240  # characters


class Out:
    """What a command prints to. Colours and glyph columns only on a terminal, and never with NO_COLOR.

    verbose: whole URLs are told where the first words of them would do.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str]) -> None:
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ
        self.verbose = False
        self.tty = stdout.isatty()
        self.colours = self.tty and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self.columns = self._width()
        self._lines: list[str] = []
        self._drawn = 0.0
        self._progress = False

    @property
    def interactive(self) -> bool:
        """Whether somebody sits at a terminal that can be drawn on: all three streams are one."""
        tty = self.tty and self.stderr.isatty() and sys.stdin is not None and sys.stdin.isatty()
        return tty and self.environ.get("TERM", "dumb") != "dumb"

    def _width(self) -> int:
        if self.environ.get("COLUMNS", "").isdecimal():
            return max(20, int(self.environ["COLUMNS"]))
        return max(20, self._terminal().columns) if self.tty else 0

    def brief(self, text: str) -> str:
        """Words of a mail, safe to print: what a few lines hold on a terminal, as long as any sane subject elsewhere."""
        return brief(text, _ON_TERMINAL if self.tty else MOST)

    def line(self, text: str = "") -> None:
        """One line of data."""
        self._lines.append(text)

    def paint(self, text: str, colour: str) -> str:
        """*text* in a colour, where colours are wanted."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colours and colour != "0" else text

    def say(self, text: str) -> None:
        """One line of talk."""
        self._clear_progress()
        print(f"tracker: {text}", file=self.stderr)

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Tell how far a long job is, on a terminal only, at most ten times a second."""
        if not self.stderr.isatty() or time.monotonic() - self._drawn < 0.1:
            return
        self._drawn = time.monotonic()
        self._progress = True
        text = f"{what}: {done:,}" + (f" of {total:,} ({100 * done // max(1, total)} %)" if total else "")
        print(f"\r\x1b[K{text[: max(20, self.columns or 80) - 1]}", end="", file=self.stderr, flush=True)

    def _clear_progress(self) -> None:
        if self._progress:
            print("\r\x1b[K", end="", file=self.stderr, flush=True)
            self._progress = False

    def flush(self) -> None:
        """Print what was collected; through the pager when it is longer than the screen, as git does."""
        self._clear_progress()
        text = "".join(f"{line}\n" for line in self._lines)
        self._lines.clear()
        if self.tty and text.count("\n") >= self._height() and self._page(text):
            return
        self.stdout.write(text)
        self.stdout.flush()

    def _height(self) -> int:
        if self.environ.get("LINES", "").isdecimal():
            return int(self.environ["LINES"])
        return self._terminal().lines

    def _terminal(self) -> os.terminal_size:
        try:
            return os.get_terminal_size(self.stdout.fileno())
        except (OSError, ValueError):  # a terminal that does not know its size
            return os.terminal_size((80, 24))

    def _page(self, text: str) -> bool:
        import subprocess

        pager = self.environ.get("TRACKER_PAGER") or _git_pager()
        if not pager or pager == "cat":
            return False
        environ = {**os.environ, "LESS": self.environ.get("LESS", "FRX"), "LV": self.environ.get("LV", "-c")}
        try:
            # The pager is a shell command by git's convention ("less -S"), from the user's own configuration.
            with subprocess.Popen(["/bin/sh", "-c", pager], stdin=subprocess.PIPE, env=environ) as process:
                process.communicate(text.encode("utf-8", "replace"))
        except OSError:
            return False
        return process.returncode != 127


def _git_pager() -> str:
    """What git would page with: $GIT_PAGER, core.pager, $PAGER, less."""
    import subprocess

    try:
        done = subprocess.run(["git", "var", "GIT_PAGER"], capture_output=True, text=True, check=False)
    except OSError:
        return os.environ.get("PAGER", "less")
    return done.stdout.strip()


def standard() -> Out:
    """The process's own streams; names from mails may hold what the terminal's charset has not."""
    if sys.stdout is None or sys.stderr is None:  # closed by the caller, as `>&-` does
        sink = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- for the life of the process
        sys.stdout, sys.stderr = sys.stdout or sink, sys.stderr or sink
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    return Out(sys.stdout, sys.stderr, os.environ)
