"""Every key that a screen, a dialog or a list answers to is pressed, and something is seen of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from tests.faces.test_review_commands import BEN, DEMO, answer
from tests.faces.tui.conftest import Stage
from tests.faces.tui.test_goldens import LINKS, OTHER, _Found, configure
from tests.faces.tui.test_screens import LONG
from tests.mails import START, diff_of, patch
from tracker.faces.exits import Exit
from tracker.faces.tui.app import TrackerApp
from tracker.faces.tui.screens import add, message, topic
from tracker.faces.tui.widgets.lines import Lines

DAY = 86_400
MANY = tuple(
    patch(f"{n}@example.org", f"[PATCH] demo: step {n:03}", diff=diff_of(n), at=START + n * DAY) for n in range(40)
)
FOUR = (patch("one@x", "[PATCH] demo: step", diff=diff_of(1)), LONG, LINKS, answer("last@x", "one@x", "Bye.\n", BEN, 3))
TABS = "".join(f'[[tab]]\nname = "{name}"\nquery = "s:003"\n' for name in ("Seventh", "Eighth", "Ninth"))
TREE = '[[tree]]\nname = "mainline"\npath = "/src/linux"\nrole = "mainline"\n'
# What is pressed, and what appears on the screen ("!…": goes away from it). Who answers: a class, '' for keys on the way.
Step = tuple[str, str, str]
Scene = tuple[tuple[bytes, ...], tuple[Step, ...]]


def by(owner: str, *pairs: tuple[str, str]) -> tuple[Step, ...]:
    """Steps that one class answers."""
    return tuple((owner, key, seen) for key, seen in pairs)


def way(*keys: str) -> tuple[Step, ...]:
    """Keys on the way."""
    return tuple(("", key, "") for key in keys)


SCENES: dict[str, Scene] = {
    "list": (MANY, by(
        "Lines", ("j", "· 2/40"), ("down", "· 3/40"), ("k", "· 2/40"), ("up", "· 1/40"), ("G", "· 40/40"), ("g", "· 1/40"),
        ("end", "· 40/40"), ("home", "· 1/40"), ("ctrl+d", "· 6/40"), ("ctrl+u", "· 1/40"), ("pagedown", "· 9/40"),
        ("ctrl+f", "· 17/40"), ("pageup", "· 9/40"), ("ctrl+b", "· 1/40"), ("enter", "1 Path"),
    )),
    "home": (MANY, (*by(
        "Home", ("right_square_bracket", "╭─ Needs review"), ("left_square_bracket", "╭─ Following"), ("1", "╭─ My turn"),
        ("2", "╭─ Mine"), ("3", "╭─ Following"), ("4", "╭─ Needs review"), ("5", "╭─ Landed"), ("6", "╭─ All"),
        ("7", "╭─ Seventh"), ("8", "╭─ Eighth"), ("9", "╭─ Ninth"), ("p", "!╭─ #4"), ("slash", "Esc clear"),
        ("escape", "!Esc clear"), ("s", "by oldest"), ("S", "!by oldest"), ("q", "Q quits"),
    ), *way("3", "slash", "'is:fo"), *by("QueryInput", ("tab", "Following /is:followed")))),
    "preview": (DEMO, by("Home", ("J", "!has a tag: Reviewed-by"), ("K", "has a tag: Reviewed-by"))),
    "acting": (DEMO, (
        *by("Acting", ("f", "Follow no more?")), *by("Ask", ("n", "!Follow no more?")), *by("Acting", ("m", "unread: 14 mails"),
            ("u", "14 mails read again"), ("z", "Snooze #1 for")),
        *by("Choose", ("escape", "!Snooze #1 for")), *by("Acting", ("x", "Status of #1")), *by("Choose", ("q", "!Status of #1")),
        *by("Acting", ("i", "Note on #1")), *by("Prompt", ("escape", "!Note on #1")), *by("Acting", ("l", "Link to")),
        *way("escape"), *by("Acting", ("w", "Save as mbox")), *way("escape"), *by("Acting", ("A", "Which version?")),
        *way("escape"), *by("Acting", ("y", "copied c3@x"), ("Y", "copied https://"), ("o", "no browser here"),
            ("e", " is done"), ("c", "draft kept:"), ("r", "no server to ask"), ("f", "Follow no more?")),
        *by("Ask", ("escape", "!Follow no more?")), *way("f"), *by("Ask", ("q", "!Follow no more?")), *way("f"),
        *by("Ask", ("y", "is followed no more")), *way("6", "u", "f"), *by("Ask", ("enter", "is followed no more")),
    )),
    "app": (DEMO, (
        *by("TrackerApp", ("R", "not everything could be asked"), ("T", "colours: ansi-light"), ("L", "╭─ Log")),
        *by("Page", ("escape", "!╭─ Log")), *by("TrackerApp", ("t", "╭─ Trees")), *by("TreesPage", ("plus", "Add a tree")),
        *way("escape"), *by("TreesPage", ("d", "Remove this tree?")), *way("n"), *by("Page", ("q", "!╭─ Trees")),
        *by("TrackerApp", ("question_mark", "╭─ Keys")), *way("q"), *by("TrackerApp", ("a", "╭─ Add")),
        *way("'ring", "enter"), *by("AddPage", ("slash x", "│x ")),
    )),
    "topic": ((*DEMO, OTHER), (*way("enter"), *by(
        "TopicPage", ("J", "other: thing"), ("K", "ring buffer"), ("right_square_bracket", "╭─ Thread"),
        ("left_square_bracket", "╭─ Path"), ("2", "╭─ Thread"), ("3", "╭─ Review"), ("4", "╭─ Versions"), ("5", "╭─ Landings"),
        ("6", "╭─ Notes"), ("1", "╭─ Path"), ("4", "╭─ Versions"), ("space", "◉"), ("3", "v3, 2 versions"),
        ("less_than_sign", "v2, 1 version"), ("greater_than_sign", "v3, 2 versions"), ("2", "╭─ Thread"), ("slash", "Esc cancel"),
    ), *way("'dora", "enter"), *by(
        "TopicPage", ("n", "╭─ Dora Kernel · 2024-06-06"), ("N", "╭─ Dora Kernel · 2024-06-04"), ("p", "!╭─ Dora Kernel"),
    ), *way("p", "escape", "1", "m"), *by(
        "TopicPage", ("tab", "╭─ Thread"), ("shift+tab", "│[PATCH v2 0/3]"),
    ))),
    "message": (FOUR, (*way("m", "enter", "2", "g", "j", "enter"), *by(
        "MessagePage", ("tab", "mail 3 of 4"), ("shift+tab", "mail 1 of 4"), ("J", "mail 2 of 4"), ("K", "mail 1 of 4"),
    ), *way("J"), *by(
        "MessagePage", ("space", "▾ 12 quoted lines"), ("z M", "!▾ 12 quoted lines"), ("h", "In-Reply-To"),
        ("v", "the mail as it came"),
    ), *way("v", "h", "z", "R"), *by("MessagePage", ("S", "!From: Ben")), *way("g"), *by(
        "MessagePage", ("slash", "Esc cancel"),
    ), *way("'line 7", "enter"), *by(
        "MessagePage", ("n", "Reviewed-by: Ben"), ("N", "!Reviewed-by: Ben"), ("O", "copied https://example.org/doc"),
    ))),
}  # fmt: skip


async def press(stage: Stage, steps: tuple[Step, ...]) -> None:
    """Press what the steps say; what they tell is on the screen after the key, and was not before."""
    for _, keys, seen in steps:
        before = stage.text()
        if keys.startswith("'"):
            await stage.type(keys[1:])
        else:
            await stage.press(*keys.split())
        gone, words = seen.startswith("!"), seen.removeprefix("!")
        if words:
            assert (words in before) is gone, f"before {keys}:\n{before}"
            assert (words in stage.text()) is not gone, f"after {keys}:\n{stage.text()}"


@pytest.mark.parametrize("name", SCENES)
def test_keys(
    name: str, follow: Callable[..., None], play: Callable[..., None], sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each key does what its screen says it does."""
    configure(sealed, TREE if name == "app" else TABS)
    monkeypatch.delenv("BROWSER", raising=False)
    monkeypatch.setattr(add, "Servers", _Found)
    monkeypatch.setattr(TrackerApp, "_outside", lambda *_command: 0)
    mails, steps = SCENES[name]
    follow(*mails)
    play(lambda stage: press(stage, steps))


@pytest.mark.parametrize("key", ["Q", "ctrl+q", "ctrl+c"])
def test_keys_that_leave(key: str, play: Callable[..., None]) -> None:
    """The program ends, from whatever screen."""

    async def scene(stage: Stage) -> None:
        await stage.press("t")
        await stage.pilot.press(key)
        await stage.pilot.pause()
        assert stage.app.return_value == Exit.DONE

    play(scene)


def test_suspend(play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+Z stops the process as the shell's user expects."""
    stopped: list[str] = []
    monkeypatch.setattr(TrackerApp, "action_suspend_process", lambda _app: stopped.append("stopped"))

    async def scene(stage: Stage) -> None:
        await stage.press("ctrl+z")
        assert stopped == ["stopped"]

    play(scene)


def _kinds(kind: type) -> Iterator[type]:
    below: list[type] = kind.__subclasses__()
    for one in below:
        yield one
        yield from _kinds(one)


def test_no_key_is_left_out() -> None:
    """The scenes above press every key that a class of the terminal UI binds."""
    loaded: set[type] = {topic.TopicPage, message.MessagePage}  # which the application loads late
    bound = {
        (kind.__name__, key)
        for kind in loaded | set(_kinds(DOMNode))
        if kind.__module__.startswith("tracker.")
        for one in kind.__dict__.get("BINDINGS", ())
        if isinstance(one, Binding)
        for key in one.key.split(",")
    }
    pressed = {(owner, keys.split()[0]) for _, steps in SCENES.values() for owner, keys, _ in steps if owner}
    elsewhere = {("TrackerApp", key) for key in ("Q", "ctrl+q", "ctrl+c", "ctrl+z")}
    assert bound - elsewhere == pressed


def test_the_mouse_marks_text(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A drag over a mail marks its text as it stands there; Ctrl+C copies it and the program goes on."""
    follow(*FOUR)

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2", "g", "j", "enter")
        assert isinstance(stage.app.screen.query_one("#text"), Lines)
        await stage.pilot.mouse_down("#text", offset=(6, 1))
        await stage.pilot.hover("#text", offset=(12, 2))
        await stage.pilot.mouse_up("#text", offset=(12, 2))
        await stage.settle()
        assert stage.app.screen.get_selected_text() == "Ben Reviewer <ben@example.org>\nDate: 2024-05"
        await stage.press("ctrl+c")
        assert stage.app.clipboard == "Ben Reviewer <ben@example.org>\nDate: 2024-05"
        assert stage.app.return_value is None
        assert not stage.app.screen.get_selected_text()

    play(scene)
    assert os.environ["TEXTUAL_ANIMATIONS"] == "none"


def test_what_is_hidden_is_up_to_date_when_it_comes_back(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """The cursor moves while the preview, the mail or the range-diff beside is away: what comes back is about the new row."""
    follow(*DEMO)
    follow(OTHER, name="other")

    async def scene(stage: Stage) -> None:
        await stage.press("p", "j", "p")
        assert "╭─ #2 other: thing" in stage.text()
        assert "posted: v1 by Anna Author" in " ".join(stage.text().replace("│", " ").split())
        await stage.press("k", "enter", "2", "p", "j", "j", "p")
        assert "╭─ Ben Reviewer · 2024-05-30" in stage.text()
        assert "From: Ben Reviewer" in stage.text()
        await stage.press("4", "p", "j", "k", "p")
        assert "demo: count the readers" in stage.text()
        await stage.press("p", "j", "k", "enter")
        assert "demo: count the readers" in stage.text()

    play(scene)
