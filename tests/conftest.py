"""What every test gets: a home of its own, no network but loopback, and the folder of real mail when it is there."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Property tests are about values, never about time; CI draws the same examples every time.
settings.register_profile("tracker", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("tracker")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def sealed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with nothing in it, git without the user's settings, and no way out but to 127.0.0.1."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("XDG_", "GIT_", "TRACKER_")) and name != "TRACKER_TEST_DATA":
            monkeypatch.delenv(name)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "PAGER", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    (home / "gitconfig").touch()
    monkeypatch.setenv("TZ", "UTC")

    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(f"test tried to reach {address[0]}: only loopback is open here")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    return home


def data_root() -> Path:
    """Where real mail for tests is looked for."""
    return Path(os.environ.get("TRACKER_TEST_DATA", ROOT.parent / "shared" / "data"))


def needs(condition: bool, what: str) -> None:
    """Skips the test when something it needs is not there, and fails it on the machine that must have all."""
    if not condition:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(what)


@pytest.fixture
def real_data() -> Path:
    """The folder of real mail; the test is skipped where it is not at hand."""
    root = data_root()
    if not root.is_dir():
        pytest.skip(f"no real mail at {root} (set TRACKER_TEST_DATA)")
    return root


@pytest.fixture
def tools() -> Path:
    """The folder of serve_lore.py and its like; the test is skipped where it is not at hand."""
    folder = data_root().parent / "tools"
    if not folder.is_dir():
        pytest.skip(f"no test tools at {folder}")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return folder
