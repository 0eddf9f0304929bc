"""A topic's panes: path, thread, review, versions, landings, notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.faces.test_review_commands import BEN, DEMO, answer
from tests.faces.tui.conftest import Stage, golden
from tests.mails import diff_of, patch
from tracker.faces.tui.draw.line import text_of
from tracker.faces.tui.draw.path import path_sheet
from tracker.faces.tui.draw.topic import landings_sheet, pane_tabs
from tracker.faces.tui.screens.topic import PANES

SIZES = [(80, 24), (140, 40)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pane", ["path", "thread", "review", "versions", "landings", "notes"])
def test_panes(pane: str, size: tuple[int, int], follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Each pane of a topic with two versions, tags, a promise, a lost tag and one in another's name."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        number = ["path", "thread", "review", "versions", "landings", "notes"].index(pane) + 1
        await stage.press("enter", str(number))
        golden(f"topic-{pane}-{size[0]}", stage.text())

    play(scene, size)


def landing(**given: Any) -> dict[str, Any]:
    return {
        "patch": "p1@x", "commit": "1" * 40, "merge": None, "tree": "vfs", "role": "maintainer", "branch": "vfs.misc",
        "by": {"name": "Chen Maintainer", "email": "chen@example.org"}, "date": "2024-06-03T13:52:25Z", "first_tag": None,
        "first_release": None, "how": "mail", "confidence": 0.95, "evidence": [{"msgid": "ty@x"}], "replaced_by": None,
        "reverted_by": None, "dropped": False,
    } | given  # fmt: skip


def event(kind: str, at: str, text: str, evidence: dict[str, str]) -> dict[str, Any]:
    name = evidence.get("msgid") or evidence.get("commit") or evidence.get("record")
    return {"id": f"{kind}:{name}", "at": at, "seen_at": None, "kind": kind, "text": text, "evidence": evidence, "open": False}


PERSON = {"name": "Anna Author", "email": "anna@example.org"}
STORY: dict[str, Any] = {
    "id": 7, "slug": "demo", "title": "demo: count instead of locking", "status": "reverted", "status_reason": "taken back",
    "confidence": 1.0, "evidence": [{"commit": "3" * 40, "tree": "mainline"}], "manual": False, "turn": "nobody", "turn_who": [],
    "turn_since": "2024-12-03T00:00:00Z", "age_days": 3, "followed": True, "mine": False, "my_roles": [], "unread": 0,
    "snoozed_until": None, "notes": [], "lists": ["demo.example.org"], "sources": [], "tags": [],
    "revisions": [
        {
            "series": "p1@x", "version": 1, "label": "v1", "rfc": False, "resend": False, "prefixes": ["PATCH"],
            "subject": "[PATCH] demo: count instead of locking", "author": PERSON, "date": "2024-05-31T13:01:43Z",
            "complete": True, "expected": 1, "change_id": None, "base_commit": None, "cover": None, "replaces": [], "link": None,
            "patches": [{"n": 1, "msgid": "p1@x", "subject": "demo: count instead of locking", "patch_id": "a" * 40,
                         "files": ["ring.c"], "inline": False, "status": "reverted"}],
        }
    ],
    "landings": [
        landing(replaced_by="2" * 40, reverted_by="3" * 40),
        landing(commit="2" * 40, tree="mainline", role="mainline", branch="", first_tag="v6.11-rc1", first_release="v6.11",
                date="2024-07-15T20:34:43Z", how="date", evidence=[{"commit": "2" * 40, "tree": "mainline"}],
                reverted_by="3" * 40, merge="b" * 40, by=None),
        landing(commit="4" * 40, tree="stable", role="stable", branch="6.10", first_release="v6.10.3",
                date="2024-07-29T00:00:00Z", how="record", evidence=[{"record": "stable queues"}], by=None),
    ],
    "events": [
        event("applied", "2024-06-03T13:52:25Z", "in vfs vfs.misc as 111111111111", {"msgid": "ty@x"}),
        event("replaced", "2024-07-15T20:34:43Z", "111111111111 in vfs vfs.misc was replaced by 222222222222", {"msgid": "ty@x"}),
        event("merged", "2024-07-15T20:34:43Z", "in mainline as 222222222222, first in v6.11-rc1",
              {"commit": "2" * 40, "tree": "mainline"}),
        event("backported", "2024-07-29T00:00:00Z", "in stable 6.10 as 444444444444", {"record": "stable queues"}),
        event("regression", "2024-10-28T11:15:09Z", "Rui Reporter: it broke my linker", {"msgid": "bug@x"}),
        event("reverted", "2024-11-27T16:14:06Z", "in mainline by 333333333333, first in v6.13-rc1",
              {"commit": "3" * 40, "tree": "mainline"}),
    ],
    "related": [{"topic": 9, "title": "demo: lock again", "kind": "follows", "by": "other", "confidence": 0.9, "evidence": []}],
}  # fmt: skip


@pytest.mark.parametrize("room", [78, 138])
def test_the_story_reads_from_the_path(room: int) -> None:
    """Posted, applied, replaced, merged, backported, broken, reverted, followed: each with the key of its evidence."""
    sheet = path_sheet(STORY, room)
    golden(f"path-story-{room}", "".join(f"{text_of(one).rstrip()}\n" for one in sheet.lines))
    assert sheet.keys is not None
    assert len(sheet.keys) == len(sheet.lines)
    proofs = [dict(key) for key in sheet.keys if isinstance(key, tuple)]
    assert {"msgid": "bug@x"}.items() <= next(one for one in proofs if one.get("msgid") == "bug@x").items()
    assert any(one.get("commit") == "3" * 40 for one in proofs)
    assert any(one.get("topic") == "9" for one in proofs)
    assert all(len(text_of(one)) <= room for one in sheet.lines)


@pytest.mark.parametrize("room", [78, 138])
def test_landings(room: int) -> None:
    """Trees in their order, each commit with how it was found, what replaced it and what took it back."""
    sheet = landings_sheet(STORY, room)
    golden(f"landings-story-{room}", "".join(f"{text_of(one).rstrip()}\n" for one in sheet.lines))


def test_unread_mail(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Tab goes from one unread mail to the next; opening one marks it read, moving over it does not."""
    follow(*DEMO)
    follow(*DEMO, answer("n1@x", "c3@x", "What of the tests?\n", BEN, 9), answer("n2@x", "c3@x p3.2@x", "And docs?\n", BEN, 10))

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "m")
        assert "2 Thread ●" in stage.text()
        await stage.press("2", "g", "tab")
        before = stage.app.screen.query_one("#panes")
        assert before is not None
        await stage.press("j", "k")
        unread = stage.text().count("● ")
        await stage.press("enter")
        await stage.press("q")
        assert stage.text().count("● ") < unread

    play(scene)


def test_neighbours_and_versions(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """J and K go to the next topic; > and < choose the version that is reviewed; Space marks one to compare."""
    follow(*DEMO)
    follow(patch("other@x", "[PATCH] other: thing", diff=diff_of(5)), name="other")

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        assert "demo: make the ring buffer lockless" in stage.text()
        await stage.press("3", "less_than_sign")
        assert "v2, 1 version" in stage.text()
        await stage.press("greater_than_sign")
        assert "v3, 2 versions" in stage.text()
        await stage.press("J")
        assert "other: thing" in stage.text()
        await stage.press("J")
        assert "no further topic" in stage.text()
        await stage.press("K", "4", "j", "space")
        assert "◉" in stage.text()

    play(scene)


def test_evidence_opens(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Enter on a step of the path opens the mail that proves it."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "j", "enter")
        assert "mail 1 of 1" in stage.text()
        assert "Ben Reviewer" in stage.text()
        await stage.press("q", "q")
        assert "Following" in stage.text()

    play(scene)


def test_the_review_opens_mails(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """In the review j goes from patch to patch; Enter opens the mail that gave the tag, of several the one that is chosen."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "3")
        assert stage.app.screen.subject()[1] == "p3.1@x"  # type: ignore[attr-defined]
        await stage.press("enter")
        assert "Which mail?" in stage.text()
        assert "✔ Reviewed-by Ben Reviewer" in stage.text()
        assert "✔ Acked-by Chen Maintainer" in stage.text()
        await stage.press("j", "enter")
        assert "mail 1 of 1" in stage.text()
        assert "╭─ Ben Reviewer" in stage.text()
        await stage.press("q", "G", "enter")
        assert "LGTM" in stage.text()
        assert "Dora Kernel" in stage.text()

    play(scene)


def test_a_comparison_goes_from_old_to_new(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """Whichever of two versions is marked, the range-diff is from the older to the newer one."""
    follow(*DEMO)

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "4", "space", "j")
        assert "─ v2 of 2024-05-29 → v3 of 2024-06-03 ─" in stage.text()
        await stage.press("space", "k")
        assert "─ v2 of 2024-05-29 → v3 of 2024-06-03 ─" in stage.text()

    play(scene)


def test_tabs_are_told_without_counts_where_they_would_not_fit() -> None:
    """Each is as wide as it is drawn, since a click is placed by it."""
    topic = STORY | {"unread": 12, "notes": ["one"]}
    full = [" 1 Path ", " 2 Thread ●12 ", " 3 Review ", " 4 Versions 1 ", " 5 Landings 3 ", " 6 Notes 1 "]
    plain = [" 1 Path ", " 2 Thread ", " 3 Review ", " 4 Versions ", " 5 Landings ", " 6 Notes "]
    wide = sum(map(len, full))
    assert [pane_tabs(PANES, topic, room) for room in (wide, wide - 1)] == [full, plain]
    assert pane_tabs(PANES, None, wide) == plain
