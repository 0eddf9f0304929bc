"""Textual's way to the terminal, which gives the terminal to other programs as the shell gave it to us."""

from __future__ import annotations

from typing import Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver


def driver_for(shell: list[Any]) -> type[Driver]:
    """A driver that brings back *shell*, the terminal's state as termios has it, whenever it lets go of the terminal.

    By itself Textual brings back what it finds when it starts, and that is without echo and lines: see `start`.
    """

    class _Borrowed(LinuxDriver):
        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            if self.attrs_before is not None:
                self.attrs_before = list(shell)

    return _Borrowed
