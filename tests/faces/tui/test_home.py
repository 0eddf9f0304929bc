"""The home screen: tabs, list, preview, filter, order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faces.tui.conftest import NOW, Stage, golden
from tests.mails import START, diff_of, mail, patch
from tracker.config import load_config
from tracker.faces.tui.draw.line import text_of
from tracker.faces.tui.frame import first_view, home_lines
from tracker.faces.tui.library import Library

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
        golden("home-filter-80", stage.text())
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
        golden("home-empty-80", stage.text())
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


def test_hostile_mail_is_harmless(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Escapes, markup, overrides, wide and right-to-left names: shown, and every row ends where it should."""
    follow(
        patch("h1@example.org", f"[PATCH] {HOSTILE}", sender="[/] \u5f20\u4e09\u4e30 <a@example.org>"),
        mail("h2@example.org", "Re: [PATCH] x", "\x1b[2J[link=x]y[/link]\n", refs="h1@example.org", sender=HEBREW),
    )

    async def scene(stage: Stage) -> None:
        golden("home-hostile-80", stage.text())
        assert "\x1b" not in stage.text()
        await stage.press("enter", "2")
        golden("thread-hostile-80", stage.text())
        await stage.press("G", "enter")
        golden("message-hostile-80", stage.text())

    play(scene)


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


def test_own_tabs(follow: Callable[..., None], play: Callable[..., None], sealed: Path) -> None:
    """Tabs of the configuration stand behind the others."""
    (sealed / ".config" / "tracker").mkdir(parents=True)
    (sealed / ".config" / "tracker" / "config.toml").write_text('[[tab]]\nname = "Ring"\nquery = "s:003"\n')
    follow(*many(5))

    async def scene(stage: Stage) -> None:
        await stage.press("7")
        assert "Ring 1" in stage.text()
        assert "demo: step 003" in stage.app.home.shown_text()

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
        await stage.pilot.press("j", "j", "j", key)
        await stage.settle()
        assert "demo: step 002" in stage.app.home.shown_text()
        about = acted[0]["id"] if isinstance(acted[0], dict) else acted[0]
        assert about == {"y": "2@example.org", "c": "2@example.org", "r": [3]}.get(key, 3)

    play(scene)
