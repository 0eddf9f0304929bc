"""The command line as tests run it: in this process, at a time of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tracker.faces import cli

Run = Callable[..., tuple[int, str, str]]
NOW = 1_795_305_600  # 2026-11-22T00:00:00Z


@dataclass
class Clock:
    """What the program takes for the time, in seconds UTC; a test may move it."""

    now: int


@pytest.fixture
def now() -> int:
    """When tests begin; a module may have a fixture of this name of its own."""
    return NOW


@pytest.fixture
def clock(now: int, monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock(now)
    monkeypatch.setattr(time, "time", lambda: found.now)
    return found


@pytest.fixture
def tracker(clock: Clock, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line at the time of the clock; returns (exit code, stdout, stderr)."""
    assert clock

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
