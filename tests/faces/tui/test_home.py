"""The home screen: tabs, list, preview, filter, order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from tests.faces.tui.conftest import NOW, Stage, golden
from tests.mails import START, diff_of, mail, mbox, patch
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.doubts import doubt
from tracker.faces.tui.draw.line import text_of
from tracker.faces.tui.frame import first_view, home_lines
from tracker.faces.tui.library import Library
from tracker.store import browse
from tracker.sync.locks import writing

BEN = "Ben Reviewer <ben@example.org>"
DAY = 86_400
HOSTILE = "[bold]x[/bold] \x1b[31mred\x1b]0;pwned\x07 \u202egnp"
HEBREW = "\u05d0\u05d1\u05d2 12 <b@example.org>"


def many(count: int) -> list[bytes]:
    """So many topics, a patch each, the newest last."""
    return [
        patch(f"{n}@example.org", f"[PATCH] demo: step {n:03}", diff=diff_of(n), at=START + n * DAY) for n in range(count)
    ]


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_first_run(size: tuple[int, int], play: Callable[..., None]) -> None:
    """Nothing synced yet: the snapshot opens on its story and says how to follow one's own."""

    async def scene(stage: Stage) -> None:
        golden(f"home-snapshot-{size[0]}", stage.text())

    play(scene, size)


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (300, 80), (60, 16)])
def test_the_first_frame_is_the_screen(size: tuple[int, int], play: Callable[..., None]) -> None:
    """What is printed before Textual is loaded is what Textual draws then, but for counts and the state."""

    async def scene(stage: Stage) -> None:
        library = Library(load_config(os.environ), NOW)
        lines = [text_of(one).rstrip() for one in home_lines(first_view(library, size[1]), *size)]
        library.close()
        assert stage.text().split("\n")[1 : size[1] - 1] == lines[1 : size[1] - 1]

    play(scene, size)


def test_filter(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A filter narrows the list while it is typed, says what is wrong with it, and Esc clears it."""
    follow(*many(12))

    async def scene(stage: Stage) -> None:
        await stage.press("slash")
        await stage.type("s:007 OR s:003")
        assert "demo: step 007" in stage.text()
        assert "demo: step 004" not in stage.text()
        await stage.type(" (")
        assert "parenthesis" in stage.text()
        await stage.press("escape")
        assert "demo: step 004" in stage.text()

    play(scene)


def test_order_and_cursor(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Another order keeps the cursor on its topic; g and G go to the ends."""
    follow(*many(30))

    async def scene(stage: Stage) -> None:
        await stage.press("j", "j")
        assert "demo: step 027" in stage.app.home.shown_text()
        await stage.press("s")
        assert "demo: step 027" in stage.app.home.shown_text()
        assert "by oldest · 28/30" in stage.text()
        await stage.press("G")
        assert "demo: step 029" in stage.app.home.shown_text()
        await stage.press("g")
        assert "demo: step 000" in stage.app.home.shown_text()

    play(scene)


def test_tabs(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Brackets and numbers change the tab; a tab remembers its place; an empty one teaches."""
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        assert "Following 3" in stage.text()
        await stage.press("j", "6", "3")
        assert "demo: step 001" in stage.app.home.shown_text()
        await stage.press("5")
        await stage.press("left_square_bracket")
        assert "Needs review ·" in stage.text()

    play(scene)


def test_preview(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """p takes the preview away and brings it back."""
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        assert "╭─ #3 demo: step 002" in stage.text()
        await stage.press("p")
        assert "╭─ #3 demo: step 002" not in stage.text()
        await stage.press("p", "j")
        assert "╭─ #2 demo: step 001" in stage.text()

    play(scene)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_hostile_mail_is_harmless(size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Escapes, markup, overrides, wide and right-to-left names: shown, and every row ends where it should."""
    follow(
        patch("h1@example.org", f"[PATCH] {HOSTILE}", sender="[/] \u5f20\u4e09\u4e30 <a@example.org>"),
        mail("h2@example.org", "Re: [PATCH] x", "\x1b[2J[link=x]y[/link]\n", refs="h1@example.org", sender=HEBREW),
    )

    async def scene(stage: Stage) -> None:
        golden(f"home-hostile-{size[0]}", stage.text())
        assert "\x1b" not in stage.text()
        await stage.press("enter", "2")
        golden(f"thread-hostile-{size[0]}", stage.text())
        await stage.press("G", "enter")
        golden(f"message-hostile-{size[0]}", stage.text())

    play(scene, size)


def test_resize(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Narrow, wide and back: the cursor stays on its topic and the screen is whole."""
    follow(*many(40))

    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+d", "j")
        before = stage.app.home.subject()
        await stage.pilot.resize_terminal(200, 50)
        await stage.settle()
        assert stage.app.home.subject() == before
        assert stage.text().count("╭") == 2
        assert stage.text().split("\n")[1].count("╭") == 2
        await stage.pilot.resize_terminal(80, 24)
        await stage.settle()
        assert stage.app.home.subject() == before
        assert len(stage.text().split("\n")) == 25

    play(scene)


def test_another_process_is_noticed(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """What another process stores shows by itself, and the cursor stays where it was."""
    follow(*many(5))

    async def scene(stage: Stage) -> None:
        await stage.press("j")
        follow(patch("late@example.org", "[PATCH] demo: late", diff=diff_of(77), at=START + 90 * DAY), name="late")
        for _ in range(60):
            await stage.pilot.pause(0.1)
            if "demo: late" in stage.text():
                break
        await stage.settle()
        assert "demo: late" in stage.text()
        assert "demo: step 003" in stage.app.home.shown_text()

    play(scene)
    assert time.time() == NOW


def test_mouse(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A click selects a row or a tab, a second one opens."""
    follow(*many(5))

    async def scene(stage: Stage) -> None:
        await stage.pilot.click("#topics", offset=(20, 2))
        await stage.settle()
        assert "demo: step 002" in stage.app.home.shown_text()
        await stage.pilot.click("#tabs", offset=(3, 0))
        await stage.settle()
        assert "My turn ·" in stage.text()
        await stage.press("3")
        await stage.pilot.click("#topics", offset=(20, 1), times=2)
        await stage.settle()
        assert "1 Path" in stage.text()
        await stage.pilot.click("#panes", offset=(12, 0))
        await stage.settle()
        assert "╭─ Thread" in stage.text()

    play(scene)


_DEEDS = {
    "f": "toggle_follow", "m": "mark_topic", "z": "ask_snooze", "x": "ask_status", "i": "ask_note", "l": "ask_link", "r": "sync",
    "e": "open_mail_client", "w": "ask_save", "A": "ask_apply", "y": "copy", "c": "reply",
}  # fmt: skip


@pytest.mark.parametrize("key", _DEEDS)
def test_keys_in_one_burst_act_on_the_row_under_the_cursor(
    key: str, follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """jjj and a letter, faster than the preview follows: the letter is about the fourth row, which is topic 3."""
    follow(*many(6))

    async def scene(stage: Stage) -> None:
        acted: list[object] = []
        monkeypatch.setattr(stage.app, _DEEDS[key], lambda *found, **_rest: acted.append(found[0]))
        for one in ("j", "j", "j", key):
            stage.app.post_message(events.Key(one, one))
        await stage.settle()
        assert "demo: step 002" in stage.app.home.shown_text()
        about = acted[0]["id"] if isinstance(acted[0], dict) else acted[0]
        assert about == {"y": "2@example.org", "c": "2@example.org", "r": [3]}.get(key, 3)

    play(scene)


def test_an_empty_review_tab_says_what_it_leaves_out(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Needs review holds what is posted or in review; the text names the stalled topics and how to see them, and that works."""
    follow(*many(2))

    async def scene(stage: Stage) -> None:
        await stage.press("4")
        words = " ".join(stage.text().replace("│", " ").split())
        assert "Nothing of others is posted or in review. What nothing moved for 30 days is stalled" in words
        await stage.press("6", "slash")
        await stage.type("status:stalled turn:reviewer")
        assert "demo: step 001" in stage.app.home.shown_text()

    play(scene)


@pytest.mark.parametrize("text", ["status:foo", "is:bogus", "age<zz", "stauts:merged"])
def test_what_is_strange_about_a_filter_is_told(text: str, follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A filter that finds nothing says what is strange about it; on Enter the footer does, too."""
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        await stage.press("slash")
        stage.app.home.query_one("#filter", Input).value = text
        await stage.settle(0.2)
        assert "Nothing matches the filter. Esc clears it." in stage.text()
        assert f"│  {doubt(text, NOW)[:20]}" in stage.text()
        await stage.press("enter")
        assert f"\n · {doubt(text, NOW)[:20]}" in stage.text()

    play(scene)


def test_tab_completes_and_a_new_filter_starts_at_its_top(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Tab takes up what is suggested and stays in the field; the cursor goes to the first row of what was found."""
    follow(*many(12))

    async def scene(stage: Stage) -> None:
        await stage.press("j", "j", "j", "slash")
        await stage.type("is:fo")
        await stage.press("tab")
        field = stage.app.home.query_one("#filter", Input)
        assert (field.value, field.has_focus) == ("is:followed", True)
        await stage.settle(0.2)
        assert "demo: step 011" in stage.app.home.shown_text()
        assert stage.app.home.subject()[0] == 12
        await stage.press("enter", "j", "escape")
        assert "demo: step 010" in stage.app.home.shown_text()

    play(scene)


def test_keys_after_a_filter_wait_for_what_it_finds(
    follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter in the filter and f in one burst: the key is about the list that was asked for, however long that takes."""
    follow(*many(6))
    listing = browse.listing

    def slow(*given: Any, **more: Any) -> Any:
        time.sleep(0.15)
        return listing(*given, **more)

    async def scene(stage: Stage) -> None:
        acted: list[int] = []
        monkeypatch.setattr(stage.app, "toggle_follow", lambda number, _topic: acted.append(number))
        monkeypatch.setattr(browse, "listing", slow)
        await stage.press("slash")
        stage.app.home.query_one("#filter", Input).value = "s:002"
        await stage.pilot.press("enter", "f")
        await stage.settle(0.5)
        assert acted == [3]

    play(scene)


def test_rows_tell_what_is_followed(follow: Callable[..., None], play: Callable[..., None], tmp_path: Path) -> None:
    """In All a letter stands before followed topics; in Following, where all are, it does not."""
    follow(*many(1))
    (tmp_path / "list.mbox").write_bytes(mbox(*many(2)))
    assert cli.run(["import", str(tmp_path / "list.mbox")]) == 0

    async def scene(stage: Stage) -> None:
        assert stage.app.home.shown_text().startswith("  …")
        await stage.press("6")
        assert "demo: step 001" in stage.app.home.shown_text()
        assert stage.app.home.shown_text().startswith("  …")
        await stage.press("G")
        assert stage.app.home.shown_text().startswith("f …")

    play(scene)


async def appears(stage: Stage, words: str) -> None:
    """Wait until the application looked at what others do."""
    for _ in range(60):
        await stage.pilot.pause(0.1)
        if words in stage.text():
            return
    raise AssertionError(f"{words!r} did not appear:\n{stage.text()}")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_a_store_begins_while_the_snapshot_is_shown(
    size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]
) -> None:
    """A topic of the snapshot says what became of it, in every pane, and keys do nothing to the store's topic of its number."""

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2")
        follow(*many(8))
        await appears(stage, "This was a topic of the snapshot")
        for key, name in (("4", "Versions"), ("5", "Landings"), ("2", "Thread"), ("1", "Path")):
            await stage.press(key)
            assert f"╭─ {name}" in stage.text()
            assert "This was a topic of the snapshot" in stage.text()
        stage.app.message = None
        await stage.press("1")
        golden(f"topic-gone-{size[0]}", stage.text())
        await stage.press("x")
        assert "no topic is selected" in stage.text()
        await stage.press("q")
        assert "Following 8" in stage.text()
        assert "demo: step 007" in stage.app.home.shown_text()

    play(scene, size)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
def test_what_an_empty_store_says_during_an_import(
    size: tuple[int, int], tmp_path: Path, play: Callable[..., None]
) -> None:
    """While another process writes, an empty list says that topics are on their way, and the footer who is at work."""
    (tmp_path / "talk.mbox").write_bytes(mbox(mail("t@example.org", "Hello")))
    assert cli.run(["import", str(tmp_path / "talk.mbox")]) == 0

    async def scene(stage: Stage) -> None:
        assert "The store is empty." in stage.text()
        with writing(load_config(os.environ)):
            await appears(stage, "another tracker is at work")
            assert "Another tracker syncs or imports: what it brings is shown when it is done." in " ".join(stage.text().split())
            golden(f"empty-busy-{size[0]}", stage.text())
        await appears(stage, "The store is empty.")
        assert "another tracker" not in stage.text()

    play(scene, size)
