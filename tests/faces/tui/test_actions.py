"""What keys do to the store and to the outside: each asks where it should, and can be undone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faces.test_review_commands import BEN, DEMO, answer
from tests.faces.tui.conftest import NOW, Stage
from tests.mails import diff_of, mbox, patch
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.tui import deeds, outside
from tracker.faces.tui.library import Library
from tracker.sources.base import SourceError
from tracker.sync import decide
from tracker.sync.poll import News
from tracker.sync.session import Session

Shown = Callable[[int], dict[str, Any]]


@pytest.fixture
def shown() -> Shown:
    """TOPIC as the store has it now."""

    def show(number: int) -> dict[str, Any]:
        library = Library(load_config(os.environ), NOW)
        try:
            return library.topic(number)
        finally:
            library.close()

    return show


def test_follow_and_undo(follow: Callable[..., None], play: Callable[..., None], shown: Shown) -> None:
    """f asks before it unfollows; u follows again; without undo nothing is left to undo."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("f")
        await stage.press("n")
        assert shown(1)["followed"] is True
        await stage.press("f", "y")
        assert shown(1)["followed"] is False
        assert "followed no more" in stage.text()
        await stage.press("6", "u")
        assert shown(1)["followed"] is True
        await stage.press("u")
        assert "nothing to undo" in stage.text()

    play(scene)


def test_marks(follow: Callable[..., None], play: Callable[..., None], shown: Shown) -> None:
    """m marks all read or unread, and u takes that back."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("m")
        count = shown(1)["unread"]
        assert count == len(DEMO)
        assert "new)" in stage.text()
        await stage.press("m")
        assert shown(1)["unread"] == 0
        await stage.press("u")
        assert shown(1)["unread"] == count

    play(scene)


def test_snooze_set_and_note(follow: Callable[..., None], play: Callable[..., None], shown: Shown) -> None:
    """z lets a topic rest, x overrules its status, i writes a note; the first two can be undone."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("z")
        await stage.press("j", "enter")
        assert shown(1)["snoozed_until"] == "2026-11-25T00:00:00Z"
        await stage.press("u")
        assert shown(1)["snoozed_until"] is None
        await stage.press("x", "enter")
        assert (shown(1)["status"], shown(1)["manual"]) == ("reverted", True)
        assert "set by hand" in stage.text()
        await stage.press("u")
        assert shown(1)["manual"] is False
        await stage.press("i")
        await stage.type("ask Ben")
        await stage.press("enter")
        assert [one["text"] for one in shown(1)["notes"]] == ["ask Ben"]
        await stage.press("enter", "6")
        assert "ask Ben" in stage.text()

    play(scene)


def test_undo_takes_back_the_last_change_only(follow: Callable[..., None], play: Callable[..., None], shown: Shown) -> None:
    """A note is a step of its own, what changed nothing is none, and every message names its topic."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("x", "enter", "i")
        await stage.type("ask Ben")
        await stage.press("enter")
        assert "#1: noted · u undoes" in stage.text()
        await stage.press("u")
        assert "#1: the note is gone" in stage.text()
        assert (shown(1)["notes"], shown(1)["manual"]) == ([], True)
        await stage.press("u")
        assert "#1: judged from the evidence, as before" in stage.text()
        assert shown(1)["manual"] is False
        await stage.press("u")
        assert "· nothing to undo" in stage.text()

    play(scene)


def test_marks_that_change_nothing_are_no_step(tmp_path: Path, play: Callable[..., None], shown: Shown) -> None:
    """Imported mail is not followed, so nothing of it is unread: m says so, and u has nothing to take back."""
    (tmp_path / "list.mbox").write_bytes(mbox(*DEMO))
    assert cli.run(["import", str(tmp_path / "list.mbox")]) == 0

    async def scene(stage: Stage) -> None:
        await stage.press("m")
        assert "· #1: nothing to mark" in stage.text()
        await stage.press("u")
        assert "· nothing to undo" in stage.text()
        await stage.press("enter", "tab")
        assert "· no unread mail" in stage.text()

    play(scene)


@pytest.mark.parametrize(
    ("text", "until"), [("36h", "2026-11-23T12:00:00Z"), ("2027-01-31", "2027-01-31T00:00:00Z"), ("soon", None)]
)
def test_snooze_for_a_time_that_is_typed(
    text: str, until: str | None, follow: Callable[..., None], play: Callable[..., None], shown: Shown
) -> None:
    """A length of time or a day, as the command line takes them; else what is wrong with it."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("z", "G", "enter")
        await stage.type(text)
        await stage.press("enter")
        assert shown(1)["snoozed_until"] == until
        assert until or "✘ 'soon' is no time; write 3d, 2w or 1m" in stage.text()

    play(scene)


def test_nobody_to_ask(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Topics from files of one's own: R and r ask no server, and say why instead of telling that there is no news."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("R")
        assert "· no server to ask; 1 topic comes from your own archives: import again" in stage.text()
        await stage.press("r")
        assert "· no server to ask; #1 comes from your own archives: import again" in stage.text()
        await stage.press("f", "y", "6", "r")
        assert "· #1 is not followed, so no server was asked: f follows it" in stage.text()

    play(scene)


def test_no_good_news_of_a_sync_that_failed(
    follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a source fails and nothing new came, the footer does not say that there is no news."""
    follow(*DEMO)

    def broken(session: Session, *_rest: object) -> News:
        session.fail(SourceError("no answer", "http://lists.example.org/"))
        return News([])

    monkeypatch.setattr(deeds, "sync_all", broken)

    async def scene(stage: Stage) -> None:
        await stage.press("R")
        assert "✘ not everything could be asked; 1 failed, L shows what" in stage.text()

    play(scene)


def test_link(follow: Callable[..., None], play: Callable[..., None], shown: Shown) -> None:
    """l joins two topics after a question, and u parts them again."""
    follow(*DEMO)
    follow(patch("other@x", "[PATCH] other: thing", diff=diff_of(5)), name="other")

    async def scene(stage: Stage) -> None:
        await stage.press("l")
        await stage.type("2")
        await stage.press("enter")
        assert "other: thing" in stage.text()
        await stage.press("y")
        assert len(shown(1)["revisions"]) == 3
        await stage.press("u")
        assert len(shown(1)["revisions"]) == 2

    play(scene)


def test_copy(follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """y copies the message id, Y its URL on the server it came from, o opens it, or copies it where there is no browser."""
    follow(*DEMO)
    monkeypatch.delenv("BROWSER", raising=False)

    async def scene(stage: Stage) -> None:
        await stage.press("y")
        assert stage.app.clipboard == "c3@x"
        await stage.press("Y")
        assert stage.app.clipboard == "https://lore.kernel.org/all/c3@x/"
        opened: list[str] = []
        stage.app.open_url = lambda url, *, new_tab=True: opened.append(url)  # type: ignore[method-assign]
        await stage.press("o")
        assert opened == []
        assert "no browser here" in stage.text()
        monkeypatch.setenv("DISPLAY", ":0")
        await stage.press("o")
        assert opened == ["https://lore.kernel.org/all/c3@x/"]

    play(scene)


def test_save(follow: Callable[..., None], play: Callable[..., None], tmp_path: Path) -> None:
    """w saves all mails where the user says, readable by the user only, and asks before it overwrites."""
    follow(*DEMO)
    target = tmp_path / "out.mbox"

    async def scene(stage: Stage) -> None:
        await stage.press("w")
        field = stage.app.screen.query_one("Input")
        field.value = str(target)  # type: ignore[attr-defined]
        await stage.press("enter")
        assert target.read_bytes().count(b"\nMessage-ID: <") == len(DEMO)
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
        await stage.press("w")
        field = stage.app.screen.query_one("Input")
        field.value = str(target)  # type: ignore[attr-defined]
        await stage.press("enter")
        assert "Overwrite?" in stage.text()
        await stage.press("n")

    play(scene)
    assert cli.run(["import", str(target)]) == 0


class Outside:
    """Stands for the programs that would be started on the terminal."""

    def __init__(self) -> None:
        self.ran: list[tuple[list[str], str]] = []

    def __call__(self, command: list[str], cwd: Path | None = None, *, wait: bool = False) -> int:
        del cwd, wait
        files = [word for word in command if os.path.isfile(word) and word != sys.executable]
        self.ran.append((command, Path(files[0]).read_text() if files else ""))
        return 0


def test_mail_client_and_reply(
    follow: Callable[..., None], play: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """e hands a mailbox to $MAILER, c a draft with headers and quotes; the draft is private and kept; nothing is sent."""
    monkeypatch.setenv("MAILER", f"{sys.executable} -f {{}}")
    monkeypatch.chdir(tmp_path)
    for key, value in (("user.name", "Ann O. Tester"), ("user.email", "anna@example.org")):
        subprocess.run(["git", "config", "--file", os.environ["GIT_CONFIG_GLOBAL"], key, value], check=True)
    follow(*DEMO, answer("n1@x", "c3@x", "What of the tests?\n", BEN, 9))

    async def scene(stage: Stage) -> None:
        outside = Outside()
        stage.app._outside = outside  # type: ignore[method-assign]
        await stage.press("e")
        command, text = outside.ran[0]
        assert command[:2] == [sys.executable, "-f"]
        assert text.count("From mboxrd@z") == len(DEMO) + 1
        assert not os.path.exists(command[2])
        await stage.press("enter", "2", "G", "c")
        command, text = outside.ran[1]
        assert "In-Reply-To: <n1@x>\nReferences: <c3@x>\n <n1@x>\n" in text
        assert text.startswith('From: "Ann O. Tester" <anna@example.org>\nTo: Ben Reviewer <ben@example.org>\n')
        assert "> What of the tests?\n" in text
        assert stat.S_IMODE(os.stat(command[2]).st_mode) == 0o600
        assert "draft kept" in stage.text()

    play(scene)


def test_apply(follow: Callable[..., None], play: Callable[..., None], tmp_path: Path) -> None:
    """A asks which version, where, and whether; b4 gets the mails of the store, so no server is asked."""
    follow(*DEMO)
    subprocess.run(["git", "init", "-q", "-b", "topic-7", str(tmp_path / "linux")], check=True)

    async def scene(stage: Stage) -> None:
        outside = Outside()
        stage.app._outside = outside  # type: ignore[method-assign]
        await stage.press("A", "enter")
        stage.app.screen.query_one("Input").value = str(tmp_path)  # type: ignore[attr-defined]
        await stage.press("enter")
        assert "no git repository: " in stage.text()
        await stage.press("A", "enter")
        stage.app.screen.query_one("Input").value = str(tmp_path / "linux")  # type: ignore[attr-defined]
        await stage.press("enter")
        assert outside.ran == []
        words = " ".join(stage.text().replace("│", " ").split())
        assert "v3 of demo: make the ring buffer lockless" in words
        assert "on branch topic-7" in words
        await stage.press("y")
        assert "v3 is applied in" in stage.text()
        command, text = outside.ran[0]
        assert command[3:6] == ["b4.command", "--offline-mode", "shazam"]
        assert command[-3:] == ["-v", "3", "c3@x"]
        assert "Message-ID: <p3.1@x>" in text

    play(scene)


def test_b4_applies_the_version_that_was_chosen(tmp_path: Path, sealed: Path) -> None:
    """b4 itself takes the mails that we write and applies the older one of two versions in one thread."""
    repository = tmp_path / "linux"
    repository.mkdir()
    git = ["git", "-C", str(repository), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    for number in (1, 2, 3):
        (repository / f"{number}.c").write_text("line 0\nline 1\nline 2\n" * 2)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "base"], check=True)
    mbox = tmp_path / "thread.mbox"
    outside.write_mbox(mbox, list(DEMO))
    environ = {**os.environ, "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", "HOME": str(sealed)}
    command = outside.apply_command("c2@x", 2, mbox)
    done = subprocess.run(command, cwd=repository, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "OFFLINE" in done.stdout + done.stderr
    assert (repository / "2.c").read_text() == "line 0\nline 1\nline 2\nb\nline 0\nline 1\nline 2\n"


def test_the_snapshot_cannot_be_changed(play: Callable[..., None]) -> None:
    """Keys that write say so; f offers to follow the thread from the server."""

    async def scene(stage: Stage) -> None:
        for key in ("m", "z", "x", "i", "l"):
            await stage.press(key)
            assert "this is the snapshot" in stage.text(), key
        await stage.press("f")
        assert "fetched from the server" in stage.text()
        await stage.press("n")

    play(scene)


def test_a_locked_store_is_a_message(
    follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another tracker at work, or a full disk: a line in the footer and in the log, and the screen goes on."""
    from tracker.store.db import StoreLockedError
    from tracker.sync import marks

    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        def locked(*_args: object, **_options: object) -> list[str]:
            raise StoreLockedError("another tracker is writing; try again when it is done")

        monkeypatch.setattr(marks, "mark_topic", locked)
        await stage.press("m")
        assert "✘ another tracker is writing" in stage.text()

        def full(*_args: object, **_options: object) -> list[str]:
            raise OSError(28, "No space left on device", "user.db")

        monkeypatch.setattr(marks, "mark_topic", full)
        await stage.press("m")
        assert "✘ user.db: No space left on device" in stage.text()
        await stage.press("u")
        assert "· nothing to undo" in stage.text()
        monkeypatch.setattr(decide, "note", full)
        await stage.press("i")
        await stage.type("ask Ben")
        await stage.press("enter")
        assert "Note on #1" in stage.text()
        assert "ask Ben" in stage.text()
        await stage.press("escape")
        await stage.press("j", "L")
        assert "No space left on device" in stage.text()

    play(scene)
