"""The real program in tmux against a local lore."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT, needs
from tests.mails import START, diff_of, mail, mbox, patch
from tests.sync.conftest import Lists, served

BEN = "Ben Reviewer <ben@example.org>"


class Terminal:
    """A tmux session with the program in it."""

    def __init__(self, socket: Path, command: list[str], environ: dict[str, str], size: tuple[int, int]) -> None:
        self._tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
        words = [f"{name}={value}" for name, value in environ.items()]
        shell = " ".join(f"'{one}'" for one in ["env", *words, *command])
        before = "trap : INT"  # Ctrl-C before the program reads raw keys reaches the shell too, which is to go on
        after = "echo exit=$?; stty -a | head -4; sleep 60"
        self._run("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), f"{before}; {shell}; {after}")

    def _run(self, *words: str) -> str:
        return subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True, timeout=20).stdout

    def press(self, *keys: str) -> None:
        """Keys by their tmux names, or letters."""
        for key in keys:
            self._run("send-keys", key)
            time.sleep(0.1)

    def type(self, text: str) -> None:
        """Text as it is."""
        self._run("send-keys", "-l", text)

    def screen(self, *options: str) -> str:
        """What stands on the screen."""
        return self._run("capture-pane", "-p", *options)

    def wait(self, *words: str, patience: float = 60) -> str:
        """The screen as soon as all *words* stand on it."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            text = self.screen()
            if all(word in text for word in words):
                return text
            time.sleep(0.1)
        raise AssertionError(f"{words} did not appear:\n{self.screen()}")

    def signal(self, number: str) -> None:
        """Send a signal to the program itself."""
        pid = self._run("display-message", "-p", "#{pane_pid}").strip()
        child = subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True, check=True).stdout.split()[0]
        subprocess.run(["kill", f"-{number}", child], check=True)

    def close(self) -> None:
        """End it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def terminal(tmp_path: Path, sealed: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts the program in tmux."""
    needs(shutil.which("tmux") is not None, "no tmux")
    open_ones: list[Terminal] = []

    def start(*args: str, size: tuple[int, int] = (100, 30), environ: Mapping[str, str] | None = None) -> Terminal:
        given = dict(environ or {}) | {
            "HOME": str(sealed), "PYTHONPATH": str(ROOT), "GIT_CONFIG_GLOBAL": os.environ["GIT_CONFIG_GLOBAL"],
            "GIT_CONFIG_NOSYSTEM": "1", "TERM": "screen-256color", "LC_ALL": "C.UTF-8", "ESCDELAY": "50",
        }  # fmt: skip
        found = Terminal(tmp_path / "s", [sys.executable, "-m", "tracker", *args], given, size)
        open_ones.append(found)
        return found

    yield start
    for one in open_ones:
        one.close()


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    folder = tmp_path / "lists"
    folder.mkdir()
    posted = patch("1@example.org", "[PATCH] demo: make the ring lockless", diff=diff_of(1))
    (folder / "demo.mbox").write_bytes(mbox(posted))
    with served(folder) as found:
        yield found


def test_follow_news_open(terminal: Callable[..., Terminal], lists: Lists) -> None:
    """Search and follow, new mail arrives, its dot appears, it is opened, the tag shows; leaving restores the terminal."""
    screen = terminal("--server", lists.url)
    screen.wait("snapshot", "All 7")
    screen.press("a")
    screen.wait("message id, URL")
    screen.type("s:lockless")
    screen.press("Enter")
    screen.wait("1 found", "Anna Author")
    screen.press("Enter")
    screen.wait("Follow this thread?", "1@example.org")
    screen.press("y")
    screen.wait("following #", "Following 1", "demo: make the ring lockless")
    trailer = f"Reviewed-by: {BEN}\n"
    lists.add("demo", mail("2@example.org", "Re: [PATCH] demo: make the ring lockless", trailer, refs="1@example.org",
                           sender=BEN, at=START + 600))  # fmt: skip
    screen.press("R")
    screen.wait("1 new mail", "(1 new)", "R1")
    screen.press("Enter", "Tab", "Enter")
    screen.wait("mail 2 of 2", "Reviewed-by: Ben Reviewer")
    screen.press("q", "q")
    text = screen.wait("Following 1")
    assert "(1 new)" not in text
    screen.press("Q")
    text = screen.wait("exit=0", "speed")
    assert "-echo " not in text
    assert "-icanon" not in text


@pytest.mark.parametrize(("how", "codes"), [("TERM", {143}), ("HUP", {129}), ("C-c", {0, 130})])
def test_signals_leave_the_terminal_clean(how: str, codes: set[int], terminal: Callable[..., Terminal]) -> None:
    """SIGTERM, SIGHUP and Ctrl-C: the main screen is back, with echo and cursor, and the exit code tells the signal."""
    screen = terminal("--offline")
    screen.wait("snapshot", "All 7")
    if how == "C-c":
        screen.press("C-c")
    else:
        screen.signal(how)
    text = screen.wait("exit=", "speed")
    assert int(text.partition("exit=")[2].split()[0]) in codes  # before Textual is loaded Ctrl-C interrupts
    assert "All 7" not in text
    assert "-echo " not in text
    assert "-icanon" not in text


def test_other_programs_get_the_terminal_of_the_shell(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    """An editor sees lines, echo and Enter as the shell has them, reads a line, and afterwards the keys are ours again."""
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\nstty -a > {tmp_path}/stty\necho write:\nread word\necho $word > {tmp_path}/word\n")
    editor.chmod(0o700)
    screen = terminal("--offline", environ={"MAILER": f"{editor} {{}}"})
    screen.wait("snapshot", "All 7")
    screen.press("c")
    screen.wait("write:")
    screen.press("h", "i", "Enter")
    screen.wait("draft kept")
    assert (tmp_path / "word").read_text() == "hi\n"
    words = (tmp_path / "stty").read_text().replace(";", " ").split()
    assert {"icanon", "echo", "icrnl", "isig", "opost"} <= set(words)
    screen.press("L")
    screen.wait("╭─ Log")


def test_follow_by_id(terminal: Callable[..., Terminal], lists: Lists) -> None:
    """A pasted id is fetched and followed; nothing is sent for one that is not there but the question for it."""
    screen = terminal("--server", lists.url)
    screen.wait("snapshot", "All 7")
    screen.press("a")
    screen.type("gone@example.org")
    screen.press("Enter")
    screen.wait("✘")
    screen.press("a")
    screen.wait("message id, URL")
    screen.type("<1@example.org>")
    screen.press("Enter")
    screen.wait("following #", "Following 1", "demo: make the ring lockless")


def test_keys_pressed_early_are_kept(terminal: Callable[..., Terminal]) -> None:
    """What is typed while the UI is being loaded goes, in order, to the screens it opens; nothing is lost or echoed."""
    screen = terminal("--server", "http://127.0.0.1:9/all/")
    screen.wait("loading…")
    screen.press("L", "q", "a")
    screen.type("gone@example.org")
    screen.press("Enter")
    screen.press("L")
    screen.wait("127.0.0.1:9", "Log")


def test_no_color(terminal: Callable[..., Terminal]) -> None:
    """With NO_COLOR there are bold and reversed words, and no colour at all, neither in the first frame nor later."""
    screen = terminal("--offline", environ={"NO_COLOR": "1"})
    for words in ("loading…", "Following 0"):
        screen.wait(words)
        text = screen.screen("-e")
        codes = {code for found in re.findall(r"\x1b\[([0-9;]*)m", text) for code in found.split(";")}
        assert "7" in codes
        assert codes <= {"", "0", "1", "2", "4", "7", "39", "49"}


def test_a_pipe_gets_the_list() -> None:
    """Without a terminal `tracker` prints what `tracker list` does."""
    done = subprocess.run([sys.executable, "-m", "tracker"], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "\x1b" not in done.stdout
    assert done.stdout.count("\n") == 7
