"""`show`: the chain at a glance, every step with its evidence, missing steps visible; in a pipe and on a terminal."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faces.conftest import Run
from tests.mails import START, diff_of, mail, mbox, patch
from tests.notices import (
    BEN,
    CHEN,
    DAY,
    FIRST,
    MERGE,
    SECOND,
    UNDO,
    UNDO_MERGE,
    V1,
    asks_to_pull,
    pulled,
    queued,
    regression,
    series_of_two,
    stable_review,
    thanks,
)
from tracker.faces import cli
from tracker.faces.path import chain, steps
from tracker.faces.tui.draw.line import text_of
from tracker.faces.tui.draw.path import chain_line

NOW = START + 120 * DAY
REVIEW = mail("rb@x", "Re: [PATCH] demo: one", "Good.\n\nReviewed-by: Ben Stranger <ben@example.org>\n", refs="p@x", sender=BEN,
              at=START + DAY)  # fmt: skip
STORY = (
    V1, REVIEW, thanks(("demo: one", FIRST)), asks_to_pull("demo: one", "demo: else"), pulled(),
    queued("demo: one", SECOND, day=50), regression(SECOND),
    asks_to_pull('Revert "demo: one"', msgid="undo@x", head=UNDO, day=80, subject="Re: [REGRESSION] linker fails", refs="reg@x",
                 ref="tags/demo-6.12.revert"),
    pulled("undo@x", msgid="prt2@x", merge=UNDO_MERGE, day=81),
    stable_review('Revert "demo: one"', UNDO, log=f"This reverts commit {SECOND}.\n"),
)  # fmt: skip


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def store(tmp_path: Path, tracker: Run) -> Callable[..., dict[str, Any]]:
    """Imports mails; returns the topic of a message id as JSON."""

    def made(*raws: bytes, name: str = "p@x") -> dict[str, Any]:
        (tmp_path / "m.mbox").write_bytes(mbox(*raws))
        assert tracker("import", str(tmp_path / "m.mbox"))[0] == 0
        code, out, _ = tracker("show", name, "--json")
        assert code == 0
        found: dict[str, Any] = json.loads(out)["topic"]
        return found

    return made


def test_the_whole_story_on_one_page(store: Callable[..., dict[str, Any]], tracker: Run) -> None:
    """Status and reason, the chain, the dated steps with numbers, and what the numbers stand for."""
    store(*STORY)
    lines = tracker("show", "p@x")[1].splitlines()
    assert lines[0] == "demo: one #1"
    assert lines[1].startswith("↶ reverted · nobody's turn since 2024-08-18 · mainline had it as b2b2b2b2b2b2 and reverted it")
    assert lines[3] == "  posted → reviewed → demo.misc → linux-next ? → mainline → reverted"
    told = [re.sub(r"  \[\d+\](\[\d+\])*$", "", line) for line in lines if re.match(r"  (20|  {12})", line)]
    assert told == [
        "  2024-05-29  v1           Anna Author: 1 patch",
        "  2024-06-01  applied      demo/demo demo.misc a1a1a1a1a1a1",
        "  2024-06-18  pulled       Chen Maintainer asks to pull it: demo-6.11",
        "  2024-06-20  merged       mainline b2b2b2b2b2b2 by e5e5e5e5e5e5",
        "  2024-07-18  backported   stable 6.11",
        "  2024-07-28  ⚠ regression Ben Stranger: #regzbot introduced: " + SECOND,
        "  2024-08-17  pulled       Chen Maintainer asks to pull its revert: demo-6.12.revert",
        "  2024-08-18  ↶ reverted   mainline c3c3c3c3c3c3 by f6f6f6f6f6f6",
        "  2024-08-27  ↶ reverted   stable 6.11 (review)",
    ]
    assert any(line.startswith("              ✔ Reviewed-by Ben Stranger  [") for line in lines)
    assert any(line.startswith("              ⟳ replaced by b2b2b2b2b2b2  [") for line in lines)


def test_every_step_opens_its_evidence(store: Callable[..., dict[str, Any]], tracker: Run) -> None:
    """Each number is listed once, in order, with a message id that `thread` finds."""
    store(*STORY)
    out = tracker("show", "p@x")[1]
    listed = re.findall(r"^  \[(\d+)\] (\S+)$", out, re.MULTILINE)
    assert [number for number, _ in listed] == [str(n) for n in range(1, len(listed) + 1)]
    assert {number for number, _ in listed} == set(re.findall(r"\[(\d+)\](?=$|\[)", out, re.MULTILINE))
    proofs = ["p@x", "rb@x", "ty@x", "pull@x", "prt@x", "q@x", "reg@x", "undo@x", "prt2@x", "st@x"]
    assert {msgid for _, msgid in listed} == set(proofs)


def test_stages_that_were_not_seen_are_visible(store: Callable[..., dict[str, Any]]) -> None:
    """What must have been is asked for by a '?', what did not happen yet stands in brackets."""
    assert chain(store(V1)) == [
        ("posted", "done"), ("reviewed", "open"), ("maintainer's tree", "open"), ("linux-next", "open"), ("mainline", "open"),
    ]  # fmt: skip
    found = chain(store(V1, queued("demo: one", SECOND)))
    assert found[2:] == [("maintainer's tree", "unknown"), ("linux-next", "unknown"), ("mainline", "done")]


def test_a_review_of_some_patches_is_not_whole(store: Callable[..., dict[str, Any]], tracker: Run) -> None:
    """One tag on one of two patches: half a mark and the numbers; with the other one it is whole."""
    two = [
        patch(f"{n}@x", f"[PATCH {n}/2] demo: step {n}", diff=diff_of(n), refs="1@x" if n > 1 else "", at=START + n)
        for n in (1, 2)
    ]
    tags = [
        mail(f"r{n}@x", f"Re: [PATCH {n}/2] demo: step {n}", "Reviewed-by: Ben Stranger <ben@example.org>\n", refs=f"{n}@x",
             sender=BEN, at=START + DAY) for n in (1, 2)
    ]  # fmt: skip
    found = store(*two, tags[0], name="1@x")
    assert chain(found)[1] == ("reviewed 1/2", "part")
    assert text_of(chain_line(found)).startswith("● posted ─ ◐ reviewed 1/2 ─ ○ ")
    assert "posted → reviewed 1/2 → (maintainer's tree)" in tracker("show", "1@x")[1]
    assert chain(store(*two, *tags, name="1@x"))[1] == ("reviewed", "done")


def test_a_discussion_has_no_chain() -> None:
    """Nothing was posted."""
    assert chain({"revisions": [], "landings": [], "events": [], "tags": []}) == []


def test_a_patch_that_came_back_is_not_shown_as_reverted(store: Callable[..., dict[str, Any]]) -> None:
    """The last stage is the second landing."""
    again = asks_to_pull('Reapply "demo: one"', msgid="again@x", head="d4" * 20, day=100)
    data = store(*STORY, again, pulled("again@x", msgid="prt3@x", day=101))
    assert [words for words, _ in chain(data)][-2:] == ["reverted", "again mainline"]
    assert data["status"] == "merged"


def test_a_word_about_mainline_is_no_revert(store: Callable[..., dict[str, Any]]) -> None:
    """A maintainer who says that he will revert it in mainline has not done so."""
    words = mail("w@x", "Re: [PATCH] demo: one", "I'll revert this in mainline.\n", refs="p@x", sender=CHEN, at=START + 30 * DAY)
    data = store(V1, asks_to_pull("demo: one", "demo: else"), pulled(), words)
    assert "reverted" not in [word for word, _ in chain(data)]


def made(*events: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A TOPIC of one revision with these events."""
    revision = {
        "series": "p@x", "label": "v1", "author": {"name": "Anna", "email": "a@x"}, "date": "2024-05-29T00:00:00Z", "link": None,
        "patches": [{"n": 1, "patch_id": None}], "expected": 1, "complete": True,
    }  # fmt: skip
    return {"revisions": [revision], "tags": [], "landings": [], "events": list(events), **more}


def event(kind: str, text: str, at: str | None, msgid: str = "e@x") -> dict[str, Any]:
    return {"id": f"{kind}:{msgid}", "kind": kind, "text": text, "at": at, "evidence": {"msgid": msgid}}


def test_what_happened_at_an_unknown_time_stands_last() -> None:
    """A release of which only the name is known comes behind what led to it."""
    data = made(event("released", "mainline v6.11", None), event("merged", "mainline", "2024-07-15T00:00:00Z", "m@x"))
    assert [step.kind for step in steps(data)] == ["posted", "merged", "released"]


def test_a_replacement_stands_below_what_it_replaced_only_if_that_is_told() -> None:
    """It is a step of its own where the commit's application is not told of."""
    gone = event("replaced", "vfs vfs.misc a1a1a1a1a1a1 by b2b2b2b2b2b2", "2024-06-14T00:00:00Z", "robot@x")
    applied = event("applied", "vfs vfs.misc a1a1a1a1a1a1", "2024-06-03T00:00:00Z", "ty@x")
    (_, step) = steps(made(applied, gone))
    assert step.notes == (("⟳ replaced by b2b2b2b2b2b2", {"msgid": "robot@x"}),)
    other = event("applied", "vfs vfs.misc a1a1a1a1a1a1b", "2024-06-03T00:00:00Z", "ty@x")
    assert [one.kind for one in steps(made(other, gone))] == ["posted", "applied", "replaced"]
    assert [one.kind for one in steps(made(gone))] == ["posted", "replaced"]


def test_many_tags_are_cut_short(store: Callable[..., dict[str, Any]], tracker: Run) -> None:
    """Six of them stand below a revision, the rest is a number and a command."""
    tags = [
        mail(f"t{n}@x", "Re: [PATCH] demo: one", f"Acked-by: P{n} <p{n}@example.org>\n", refs="p@x",
             sender=f"P{n} <p{n}@example.org>", at=START + n)
        for n in range(1, 10)
    ]  # fmt: skip
    store(V1, *tags)
    out = tracker("show", "p@x")[1]
    assert out.count("✔ Acked-by P") == 6
    assert "and 3 more; see 'tracker tags'" in out


def test_the_patches_of_a_series_have_their_own_status(store: Callable[..., dict[str, Any]], tracker: Run) -> None:
    """One of two was applied: each line says its patch's."""
    data = store(
        *series_of_two(), thanks(("demo: two", SECOND), refs="c@x", subject="Re: (subset) [PATCH 0/2] demo"), name="c@x"
    )
    assert data["status"] == "partly-applied"
    out = tracker("show", "c@x")[1]
    assert re.search(r"^  1/2 demo: one  ○ posted$", out, re.MULTILINE)
    assert re.search(r"^  2/2 demo: two  ◆ applied$", out, re.MULTILINE)


class Terminal(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_a_terminal_is_not_overrun(
    columns: int, store: Callable[..., dict[str, Any]], tracker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines are folded; only evidence, which is to be copied whole, may be longer."""
    store(*STORY, patch("n@x", "[PATCH] other: " + "long words " * 30, at=START + 9, diff=diff_of(3)))
    for name in ("p@x", "n@x"):
        screen = Terminal()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", screen)
            patched.setenv("COLUMNS", str(columns))
            patched.setenv("NO_COLOR", "1")
            patched.setenv("TRACKER_PAGER", "cat")
            assert cli.run(["show", name]) == 0
        lines = [line for line in screen.getvalue().splitlines() if not re.match(r"  \[\d+\] ", line)]
        assert max(map(len, lines)) <= columns


def test_hostile_words_are_harmless(store: Callable[..., dict[str, Any]], tracker: Run) -> None:
    """Names, titles and branches of a stranger's pull request cannot draw on the terminal."""
    evil = asks_to_pull("demo: one", "demo: else", who="\x1b[2J\u202eEvil <evil@example.org>", ref="tags/\x9b31mred")
    store(V1, evil)
    assert not set(tracker("show", "p@x")[1]) & set("\x1b\x9b\u202e\x07")
    assert MERGE
