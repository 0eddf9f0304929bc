"""Every screen, dialog and empty state as plain text, small and large: what a person saw and found right.

A step of a scene is a key; "'words" types them; "=name" compares the screen with the golden of that name.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.faces.test_review_commands import BEN, DEMO, answer
from tests.faces.tui.conftest import Stage, golden
from tests.faces.tui.test_screens import LONG
from tests.mails import START, diff_of, mail, mbox, patch
from tracker.faces import cli
from tracker.faces.tui.screens import add
from tracker.sources.listing import Hit

SIZES = [(80, 24), (140, 40)]
DAY = 86_400
OTHER = patch("other@x", "[PATCH] other: thing", diff=diff_of(5))
NEWS = (answer("n1@x", "c3@x", "What of the tests?\n", BEN, 9), answer("n2@x", "c3@x p3.2@x", "And docs?\n", BEN, 10))
LINKS = mail(
    "two@x", "Re: [PATCH] demo: step", "See https://example.org/doc and\nhttps://example.org/long/way/to/the/rules.\n",
    sender=BEN, refs="one@x", at=START + 90,
)  # fmt: skip
MANY = tuple(
    patch(f"{n}@example.org", f"[PATCH] demo: step {n:03}", diff=diff_of(n), at=START + n * DAY) for n in range(12)
)
TABS = '[[tab]]\nname = "Ring"\nquery = "s:003"\n[[tab]]\nname = "Broken"\nquery = "s:001 ("\n'
TREES = """
[[tree]]
name = "mainline"
path = "/src/linux"
role = "mainline"
[[tree]]
name = "vfs"
url = "https://git.example.org/pub/scm/linux/kernel/git/vfs/vfs.git"
role = "maintainer"
branch = ["vfs.misc", "vfs.fixes"]
"""
Steps = tuple[str, ...]


def words(text: str) -> Steps:
    """Steps that stand between blanks."""
    return tuple(text.split())


async def act(stage: Stage, steps: Steps, size: tuple[int, int]) -> None:
    """Go through the steps of a scene."""
    for step in steps:
        if step.startswith("="):
            if isinstance(stage.app.focused, Input):
                await stage.settle(0.3)  # what is typed filters when the keys rest
            golden(f"{step[1:]}-{size[0]}", stage.text())
        elif step.startswith("'"):
            await stage.type(step[1:])
        else:
            stage.app.message = None  # it was read; how long it would stay depends on how fast the keys come
            stage.app._renew_feet()
            await stage.press(step)


def configure(sealed: Path, text: str) -> None:
    (sealed / ".config" / "tracker").mkdir(parents=True, exist_ok=True)
    (sealed / ".config" / "tracker" / "config.toml").write_text(text)


HOME: dict[str, Steps] = {
    "list": words("=home-list p =home-no-preview p s =home-sorted"),
    "tabs": words("7 =home-own-tab 8 =home-broken-tab"),
    "filter": ("slash", "=home-filter-begun", "'s:007 OR s:003", "=home-filter", "' (", "=home-filter-problem"),
    "completion": ("slash", "'is:fo", "=home-filter-completion", "tab", "=home-filter-completed", "enter", "=home-filter-kept"),
    "nothing": ("slash", "'status:foo", "=home-filter-nothing", "enter", "=home-filter-nothing-kept"),
    "marks": ("m", "j", "z", "enter", "6", "=home-marks"),
    "empty": words("5 =home-empty"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", HOME)
def test_home(name: str, size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None], sealed: Path) -> None:
    """The list with its preview, tabs of the user's own, the filter with what it says, and what marks a row."""
    configure(sealed, TABS if name == "tabs" else "")
    follow(*MANY)
    play(lambda stage: act(stage, HOME[name], size), size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("known", [True, False])
def test_empty_tabs(known: bool, size: tuple[int, int], play: Callable[..., None], tmp_path: Path, sealed: Path) -> None:
    """Each tab of an empty store says why it is empty and what to do; what is about the user, too, when nobody is known."""
    configure(sealed, '[me]\nemails = ["ann@example.org"]\n' if known else "")
    (tmp_path / "talk.mbox").write_bytes(mbox(mail("t@example.org", "Hello")))
    assert cli.run(["import", str(tmp_path / "talk.mbox")]) == 0
    tabs = ("my-turn", "mine", "following", "needs-review", "landed", "all")
    shown = [(str(number), f"=empty-{tab}") for number, tab in enumerate(tabs, 1)]
    steps = sum(shown if known else [("1", "=empty-unknown-my-turn"), ("2", "=empty-unknown-mine")], ())
    play(lambda stage: act(stage, steps, size), size)


TOPIC: dict[str, Steps] = {
    "panes": words("enter m 2 =topic-thread-unread tab p =topic-thread-alone p 3 less_than_sign =topic-review-older"),
    "versions": words(
        "enter 4 j space =topic-versions-marked k =topic-versions-compared p =topic-versions-alone enter =topic-versions-diff"
    ),
    "notes": ("i", "'ask Ben", "enter", "enter", "6", "=topic-notes-written"),
    "search": ("enter", "2", "slash", "=topic-search-begun", "'mallory", "enter", "=topic-search-found", "escape", "slash",
               "'zebra", "enter", "=topic-search-nothing"),
    "neighbours": words("enter J =topic-no-neighbour"),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", TOPIC)
def test_topic(name: str, size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Panes with unread mail, an older review, two versions compared, a note, and a search in them."""
    follow(*DEMO)
    follow(*DEMO, *NEWS)
    play(lambda stage: act(stage, TOPIC[name], size), size)


MESSAGE: dict[str, Steps] = {
    "message": ("enter", "2", "G", "k", "enter", "h", "=message-headers", "h", "z", "R", "=message-unfolded", "slash",
                "=message-search-begun", "'line 7", "enter", "=message-search", "escape", "slash", "'zebra", "enter",
                "=message-search-nothing", "escape", "v", "=message-raw", "v", "K", "=message-patch", "K", "=message-first"),
    "links": words("enter 2 G enter O =dialog-links"),
    "ghost": words("enter 2 g j =topic-thread-ghost enter =message-ghost"),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", MESSAGE)
def test_message(name: str, size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A mail with all its headers, its quotes open, searched and raw; a patch; a choice of links; one that is not at hand."""
    ghost = (answer("r@x", "one@x gone@x", "Hm.\n", BEN, 1), answer("q@x", "one@x gone@x", "Hm!\n", BEN, 2))
    follow(patch("one@x", "[PATCH] demo: step", diff=diff_of(1)), *(ghost if name == "ghost" else (LONG, LINKS)))
    play(lambda stage: act(stage, MESSAGE[name], size), size)


DIALOGS: dict[str, Steps] = {
    "follow": words("f =dialog-unfollow y =said-unfollowed 6 f =said-followed"),
    "snooze": ("z", "=dialog-snooze", "G", "enter", "=dialog-snooze-typed", "'soon", "enter", "=said-no-time", "z", "enter",
               "=said-snoozed", "z", "=dialog-wake"),
    "status": words("x =dialog-status enter =said-status x =dialog-status-judged"),
    "note": ("i", "=dialog-note", "'ask Ben", "enter", "=said-noted", "u", "=said-undone", "u", "=said-nothing-to-undo"),
    "link": ("l", "=dialog-link", "'2", "enter", "=dialog-link-sure", "y", "=said-linked"),
    "mark": words("m =said-unread m =said-read"),
    "copy": words("y =said-copied o =said-no-browser"),
    "save": words("w =dialog-save enter =said-saved w enter =dialog-overwrite"),
    "mails": words("enter 3 enter =dialog-mails"),
    "apply": words("A =dialog-apply-version enter =dialog-apply-where"),
}  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs(
    name: str, size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Every question over a screen, and what the footer says when it was answered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BROWSER", raising=False)
    follow(*DEMO)
    follow(OTHER, name="other")
    monkeypatch.setattr(os, "getcwd", lambda: "/src/linux")
    play(lambda stage: act(stage, DIALOGS[name], size), size)


@pytest.mark.parametrize("size", SIZES)
def test_apply(
    size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The last question before b4 names version, folder and branch; a folder without a repository is refused."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "linux" / ".git").mkdir(parents=True)
    follow(*DEMO)
    monkeypatch.setattr("tracker.faces.tui.outside.branch_of", lambda _path: "on branch topic-7")

    async def scene(stage: Stage) -> None:
        for folder, shown in (("nowhere", "=said-no-repository"), ("linux", "=dialog-apply-sure")):
            await stage.press("A", "enter")
            stage.app.screen.query_one("Input").value = folder  # type: ignore[attr-defined]
            await act(stage, ("enter", shown), size)

    play(scene, size)


class _Found:
    """A server that found two mails, or nothing."""

    def __init__(self, _config: object) -> None:
        pass

    def get(self, _name: None) -> _Found:
        return self

    def close(self) -> None:
        pass

    def list_ids(self, text: str, *, limit: int) -> list[Hit]:
        assert limit > 1
        found = [
            Hit("a@example.org", "[PATCH v2 0/3] ring: make the buffer lockless", "Anna Author", START),
            Hit("b@example.org", "[PATCH] ring: a title that is rather long, as titles are when they say it all", "张三", None),
        ]  # fmt: skip
        return found if "ring" in text else []


@pytest.mark.parametrize("size", SIZES)
def test_add(size: tuple[int, int], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the server found, the question before one is followed, a search in vain, and f in the snapshot."""
    monkeypatch.setattr(add, "Servers", _Found)
    steps = ("a", "'zebra words", "enter", "=add-nothing", "escape", "a", "'ring buffer", "enter", "=add-found", "enter",
             "=add-follow", "n", "escape", "m", "=said-snapshot", "f", "=dialog-follow")  # fmt: skip
    play(lambda stage: act(stage, steps, size), size)


@pytest.mark.parametrize("size", SIZES)
def test_trees_and_log(size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None], sealed: Path) -> None:
    """Trees with what is wrong below their rows, their questions, and a log with good and bad lines."""
    configure(sealed, TREES)
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await act(stage, words("m t =trees-rows plus =dialog-tree"), size)
        await act(stage, ("'nonsense", "enter", "=said-tree", "d", "=dialog-tree-remove", "n"), size)
        stage.app.jobs.say("mainline /src/linux: could not be read", "error")
        await act(stage, words("escape L =log-lines"), size)

    play(scene, size)


@pytest.mark.parametrize("size", SIZES)
def test_help_and_palette(size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]) -> None:
    """The keys of a topic, a mail, the trees and the form; the palette before and while one types."""
    follow(*DEMO)
    steps = (
        "question_mark", "G", "=help-end", "q", "enter", "question_mark", "=help-topic", "q", "2", "enter", "question_mark",
        "=help-message", "q", "q", "q", "t", "question_mark", "=help-trees", "q", "q", "ctrl+p", "=palette", "'lockless",
        "=palette-topics", "escape",
    )  # fmt: skip
    play(lambda stage: act(stage, steps, size), size)
