"""Message, help, add, log, trees, palette."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faces.test_review_commands import BEN, DEMO, answer
from tests.faces.tui.conftest import Stage, golden
from tests.mails import START, diff_of, mail, patch
from tracker.faces.tui.draw.line import cut_middle, text_of
from tracker.faces.tui.screens.message import MessagePage
from tracker.faces.tui.widgets.completion import Completion
from tracker.faces.tui.widgets.lines import Lines

SIZES = [(80, 24), (140, 40)]
QUOTE = "".join(f"> line {n} of the patch\n" for n in range(12))
LONG = mail(
    "long@x", "Re: [PATCH] demo: step", f"On Monday, Anna wrote:\n{QUOTE}This loop may never end.\n{QUOTE}"
    f"See https://example.org/doc for why.\nReviewed-by: {BEN}\n-- \nBen\n",
    sender=BEN, refs="one@x", at=START + 60, to=", ".join(f"p{n}@example.org" for n in range(9)),
)  # fmt: skip


@pytest.fixture
def mails(follow: Callable[..., None]) -> None:
    follow(patch("one@x", "[PATCH] demo: step", diff=diff_of(1)), LONG)


def lines_of(stage: Stage) -> Lines:
    page = stage.app.screen
    assert isinstance(page, MessagePage)
    return page.query_one("#text", Lines)


@pytest.mark.usefixtures("mails")
@pytest.mark.parametrize("size", SIZES)
def test_message(size: tuple[int, int], play: Callable[..., None]) -> None:
    """Headers and quotes are folded, the tag has its verdict below it."""

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2", "G", "enter")
        golden(f"message-{size[0]}", stage.text())
        await stage.press("h")
        assert "In-Reply-To: <one@x>" in stage.text()
        assert "p8@example.org" in stage.text()

    play(scene, size)


@pytest.mark.usefixtures("mails")
def test_folds(play: Callable[..., None]) -> None:
    """Space opens the first quote in sight, zR all and zM none; S skips to the next own words."""

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2", "G", "enter")
        count = len(lines_of(stage).sheet.lines)
        await stage.press("space")
        assert len(lines_of(stage).sheet.lines) == count + 10
        await stage.press("z", "R")
        assert len(lines_of(stage).sheet.lines) == count + 20
        await stage.press("S")
        lines = lines_of(stage)
        below = [text_of(one) for one in lines.sheet.lines[lines.scroll_offset.y :]]
        assert any("This loop may never end." in one for one in below[:3])
        await stage.press("z", "M")
        assert len(lines_of(stage).sheet.lines) == count

    play(scene)


@pytest.mark.usefixtures("mails")
def test_search_in_a_mail(play: Callable[..., None]) -> None:
    """/ finds, n and N go on and back, Esc ends the search; what is not there is said."""

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2", "G", "enter", "z", "R", "slash")
        await stage.type("line 7")
        await stage.press("enter")
        first = lines_of(stage).scroll_offset.y
        await stage.press("n")
        second = lines_of(stage).scroll_offset.y
        assert second > first
        await stage.press("N")
        assert lines_of(stage).scroll_offset.y == first
        await stage.press("escape", "slash")
        await stage.type("zebra")
        await stage.press("enter")
        assert "zebra is not in this mail" in stage.text()

    play(scene)


@pytest.mark.usefixtures("mails")
def test_raw_and_links(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """v shows the mail as it came; O opens its link."""
    monkeypatch.setenv("DISPLAY", ":0")

    async def scene(stage: Stage) -> None:
        opened: list[str] = []
        stage.app.open_url = lambda url, *, new_tab=True: opened.append(url)  # type: ignore[method-assign]
        await stage.press("enter", "2", "G", "enter", "O")
        assert opened == ["https://example.org/doc"]
        await stage.press("v")
        assert "Message-ID: <long@x>" in stage.text()
        await stage.press("v", "K")
        assert "mail 1 of 2" in stage.text()
        assert "+int_1 count;" in stage.text()

    play(scene)


def test_a_ghost(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A mail that is named but not at hand says so instead of failing."""
    follow(patch("one@x", "[PATCH] demo: step", diff=diff_of(1)), answer("r@x", "one@x gone@x", "Hm.\n", BEN, 1),
           answer("q@x", "one@x gone@x", "Hm!\n", BEN, 2))  # fmt: skip

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2", "g", "j")
        assert "(not at hand)" in stage.text()
        assert "gone@x is named here but not at hand" in stage.text()
        await stage.press("enter")
        assert "gone@x is named here but not at hand" in stage.text()
        await stage.press("c")
        assert "this mail is not at hand" in stage.text()

    play(scene)


@pytest.mark.parametrize("size", SIZES)
def test_help(size: tuple[int, int], play: Callable[..., None]) -> None:
    """The keys of the screen below, from its bindings."""

    async def scene(stage: Stage) -> None:
        await stage.press("question_mark")
        golden(f"help-{size[0]}", stage.text())

    play(scene, size)


@pytest.mark.parametrize("size", SIZES)
def test_add_log_and_trees(size: tuple[int, int], play: Callable[..., None]) -> None:
    """Each says what it is for while it is empty."""

    async def scene(stage: Stage) -> None:
        for key, name in (("a", "add"), ("L", "log"), ("t", "trees")):
            await stage.press(key)
            golden(f"{name}-{size[0]}", stage.text())
            await stage.press("escape")

    play(scene, size)


def test_add_says_what_is_wrong(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot be reached is a message, and a line in the log; the screen stays."""
    monkeypatch.setenv("TRACKER_SERVER", "http://127.0.0.1:9/all/")

    async def scene(stage: Stage) -> None:
        await stage.press("a")
        await stage.type("gone@x")
        await stage.press("enter")
        assert "✘" in stage.text()
        await stage.press("L")
        assert "127.0.0.1:9" in stage.text()

    play(scene)


def test_palette(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Ctrl+P finds an action by what it does, and a topic by words of its title."""
    follow(*DEMO)
    follow(patch("other@x", "[PATCH] other: thing", diff=diff_of(5)), name="other")

    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+p")
        await stage.type("lockless")
        await stage.settle(0.5)
        assert "#1 demo: make the ring buffer lockless" in stage.text()
        await stage.press("down", "enter")
        await stage.settle(0.3)
        assert "1 Path" in stage.text()

    play(scene)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("is:f", "is:followed"), ("s:ovl st", "s:ovl status:"), ("-is:m", "-is:mine"), ("status:chan", "status:changes-requested"),
     ("x", None), ("unheard-of", None)],
)  # fmt: skip
def test_completion(typed: str, completed: str | None) -> None:
    """The last word is completed to a prefix of the language or one of its values."""
    found = asyncio.run(Completion().get_suggestion(typed))
    assert (found.startswith(completed) if found and completed else found) in (True, completed)


@pytest.mark.parametrize("size", [(20, 6), (45, 12), (300, 80)])
def test_any_size(size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Every screen and pane stands in a tiny and in a huge terminal, and when it is resized while it is open."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        for keys in (("p", "p", "6"), ("enter", "1"), ("2",), ("3",), ("4",), ("5",), ("6",), ("2", "enter"), ("v", "h")):
            await stage.press(*keys)
            assert len(stage.text().split("\n")) == size[1] + 1
        await stage.pilot.resize_terminal(100, 30)
        await stage.settle()
        assert "Message-ID" in stage.text()
        await stage.press("q", "q", "question_mark", "q", "L", "q", "t", "q", "a", "escape", "f", "n", "z", "escape")
        assert "Following 1" in stage.text()

    play(scene, size)


def test_a_tree_that_cannot_be_read_says_so_on_its_row(
    follow: Callable[..., None], play: Callable[..., None], tmp_path: Path, sealed: Path
) -> None:
    """After a sync the row of a tree that is gone tells what is wrong, and the footer does not call that no news."""
    (sealed / ".config" / "tracker").mkdir(parents=True)
    (sealed / ".config" / "tracker" / "config.toml").write_text(
        f'[[tree]]\nname = "gone"\npath = "{tmp_path}/nowhere"\nrole = "mainline"\n'
    )
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("t")
        assert "✘" not in stage.text()
        await stage.press("R")
        assert "✘ not everything could be asked; 1 failed, L shows what" in stage.text()
        assert "✘ could not be read yet: " in stage.text()
        assert "gone             mainline" in stage.text()

    play(scene)


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short", 20, "short"),
        ("following #12 demo: make the ring lockless; 3 failed, L shows what", 50,
         "following #12 demo: make…; 3 failed, L shows what"),
        ("#3 is followed: demo: make the ring lockless · u undoes", 30, "#3 is followed: de… · u undoes"),
        ("/home/ann/mail.db: another tracker is writing", 44, "/home/ann/mail.…: another tracker is writing"),
        ("abcdefghijklmnopqrstuvwxyz", 11, "abcde…vwxyz"),
    ],
)  # fmt: skip
def test_the_end_of_a_message_is_not_cut(text: str, columns: int, shown: str) -> None:
    """What is too long for the footer loses its middle: the advice at its end stays."""
    assert cut_middle(text, columns) == shown
    assert len(shown) <= columns
