"""The terminal UI without a terminal: keys go in, the text of the screen comes out."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.console import Console
from textual.pilot import Pilot

from tests.conftest import ROOT
from tests.mails import mbox
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.exits import Exit
from tracker.faces.tui.app import TrackerApp
from tracker.faces.tui.frame import first_view
from tracker.faces.tui.library import Library

NOW = 1_795_305_600  # 2026-11-22T00:00:00Z
GOLDEN = ROOT / "tests" / "golden" / "tui"
Play = Callable[["Stage"], Awaitable[None]]


class Stage:
    """A running application and the hands on it."""

    def __init__(self, app: TrackerApp, pilot: Pilot[Exit]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until everything they set off is drawn."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Type letters into a field."""
        names = {" ": "space", ":": "colon", "/": "slash", "-": "minus", "@": "at", ".": "full_stop", "<": "less_than_sign"}
        for char in text:
            await self.pilot.press(names.get(char, char))
        await self.settle(0.2)

    async def settle(self, pause: float = 0.07) -> None:
        """Wait for jobs, loads and timers. pause: longer than the timers that a key sets off."""
        for wait in (0.01, pause):
            await self.pilot.pause(wait)
            while self.app.busy() or not all(worker.is_finished for worker in self.app.workers):
                await self.pilot.pause(0.01)
        await self.pilot.pause()

    def text(self) -> str:
        """The screen as plain text, a line a row, without blanks at the ends."""
        width, height = self.app.size
        console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, color_system=None, record=True)
        console.print(self.app.screen._compositor.render_update(full=True, screen_stack=self.app._background_screens))
        lines = console.export_text(styles=False).split("\n")
        return "".join(f"{line.rstrip()}\n" for line in lines[:height])


@pytest.fixture(autouse=True)
def quiet_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No animation, no mail client or browser of the machine, a fixed day for the command line."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    for name in ("MAILER", "EDITOR", "VISUAL", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(time, "time", lambda: NOW)


@pytest.fixture
def follow(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Follows mails as one file."""

    def run(*mails: bytes, name: str = "own") -> None:
        (tmp_path / f"{name}.mbox").write_bytes(mbox(*mails))
        assert cli.run(["follow", "-m", str(tmp_path / f"{name}.mbox")]) == 0
        capsys.readouterr()

    return run


@pytest.fixture
def play() -> Callable[..., None]:
    """Runs the application on the store there is, in so many columns and rows."""

    def run(scene: Play, size: tuple[int, int] = (80, 24)) -> None:
        async def show() -> None:
            config = load_config(os.environ)
            library = Library(config, NOW)
            app = TrackerApp(config, library, first_view(library, size[1]), clock=lambda: NOW, quiet=True)
            try:
                async with app.run_test(size=size) as pilot:
                    stage = Stage(app, pilot)
                    await stage.settle()
                    await scene(stage)
            finally:
                library.close()

        asyncio.run(show())

    return run


def golden(name: str, text: str) -> None:
    """*text* is what the golden says; with WRITE_GOLDEN=1 it is written, to be read by a person."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
