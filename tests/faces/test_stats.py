"""`stats`: the numbers of a list in the terminal, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from argparse import Namespace
from collections.abc import Callable

import pytest

from tests.faces.pages import CHEN, NOW, answer, fill
from tests.faces.test_report import DEMO, posted
from tests.mails import DIFF, OTHER_DIFF, START
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.commands.stats import bar, stats
from tracker.faces.exits import UsageError
from tracker.faces.out import Out
from tracker.faces.plain import width
from tracker.faces.spans import duration, moment

HOUR, DAY = 3_600, 86_400
FORMULA = "=HYPERLINK(1) <mallory@example.net>"
SAMPLE = (*DEMO, posted("w1@x", "[PATCH] demo: write it down", at=START + 2 * DAY, diff=DIFF.replace("ring.c", "doc.c")))
Show = Callable[..., str]


class Screen(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


@pytest.fixture
def show() -> Show:
    """Runs `stats` in so many columns, 0 for a pipe, and returns what it prints."""

    def run(columns: int = 0, *, colour: bool = False, **options: object) -> str:
        stdout = Screen() if columns else io.StringIO()
        environ = {"TRACKER_PAGER": "cat"} | ({} if colour else {"NO_COLOR": "1"})
        environ |= {"COLUMNS": str(columns)} if columns else {}
        base = {"list_name": "demo", "since": None, "private": False, "json": False, "csv": False}
        assert stats(Namespace(**base | options), load_config(os.environ), Out(stdout, io.StringIO(), environ), NOW) == 0
        return stdout.getvalue()

    return run


def test_in_the_terminal(show: Show) -> None:
    """Two topics: one answered after a day in two versions, one that nobody answered; counted by hand."""
    fill(*SAMPLE)
    out = show(80)
    assert out.startswith("demo\n2 topics first posted, as of 2024-08-27\n")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    for line in (
        "stalled ████████████████████████████████████████ 1 50 %",
        "silent ████████████████████████████████████████ 1 50 %",
        "landed 0 0 %",
        "median 1.0 d, quartiles 1.0 d to 1.0 d, most 1.0 d; n = 1 of 2 topics",
        "no value; n = 0 of 0 that landed",
        "median 1.5, quartiles 1.25 to 1.75, most 2; n = 2 of 2 topics",
        "2 people wrote 3 replies, half of them by 1",
        "Ben Reviewer 1 2 1 0 0 0 0",
    ):
        assert line in lines, line
    assert [line for line in lines if line.startswith("Chen Maintainer 1 1 0 0 0")]
    assert "\x1b" not in out


@pytest.mark.parametrize("columns", [20, 30, 40, 60, 80, 200])
def test_no_line_is_too_wide(columns: int, show: Show) -> None:
    """In any terminal, with colours or without."""
    fill(*SAMPLE)
    plain = show(columns)
    assert max(map(width, plain.splitlines())) <= columns
    coloured = show(columns, colour=True)
    assert "\x1b[1m" in coloured


def test_a_pipe_gets_80_columns(show: Show) -> None:
    """Without colours, and the bars with it."""
    fill(*SAMPLE)
    out = show(colour=True)
    assert "\x1b" not in out
    assert "█" in out
    assert max(map(width, out.splitlines())) <= 80


def test_bars() -> None:
    """An eighth of a column exact, and a little is never nothing."""
    assert [bar(count, 16, 2) for count in (0, 1, 2, 8, 9, 16)] == ["", "▏", "▎", "█", "█▏", "██"]
    assert bar(1, 1_000_000, 40) == "▏"
    assert bar(5, 0, 10) == bar(5, 5, 0) == ""


def test_json_has_the_topics_behind_every_number(show: Show) -> None:
    """And says what each number means."""
    fill(*SAMPLE)
    data = json.loads(show(json=True))
    assert data["schema"] == 1
    found = data["stats"]
    assert (found["list"], found["since"], found["topics"]) == ("demo", None, 2)
    assert {one["label"]: one["topics"] for one in found["outcomes"] if one["n"]} == {"stalled": [1], "silent": [2]}
    reply = found["first_reply"]
    assert (reply["unit"], reply["n"], reply["median"], reply["without"]) == ("seconds", 1, DAY, [2])
    assert [one["topics"] for one in reply["buckets"] if one["n"]] == [[1]]
    assert found["versions"]["buckets"][1] == {"label": "2 versions", "n": 1, "topics": [1]}
    ben = found["reviewers"][0]
    assert (ben["who"]["name"], ben["topics"], ben["replies"], ben["tags"]["Reviewed-by"]) == ("Ben Reviewer", [1], 2, [1])
    assert set(found["definitions"]) >= {"first_reply", "landing", "reviewers", "waiting"}


def test_csv_can_be_opened_in_a_spreadsheet(show: Show) -> None:
    """Five fields a line; a name that begins like a formula is none."""
    fill(*SAMPLE, answer("f@x", "v2@x", "Hm.\n", FORMULA))
    table = list(csv.reader(io.StringIO(show(csv=True))))
    assert table[0] == ["figure", "what", "unit", "value", "topics"]
    assert {len(line) for line in table} == {5}
    assert ["first reply", "median", "seconds", str(DAY), ""] in table
    assert ["outcome", "silent", "topics", "1", "2"] in table
    assert ["reviewer topics", "'=HYPERLINK(1) <mallory@example.net>", "topics", "1", "1"] in table
    assert not [line for line in table for cell in line if cell[:1] in "=+-@" and cell]


def test_local_files_do_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --private they are left out, and it is said."""
    fill(*SAMPLE, private=True)
    assert cli.run(["stats", "--list", "demo"]) == 1
    assert "the 2 topics of the list 'demo' came from your own files only; --private counts them" in capsys.readouterr().err
    assert cli.run(["stats", "--list", "demo", "--private"]) == 0
    assert "2 topics first posted" in capsys.readouterr().out


def test_who_offers_a_patch_or_applies_one_has_answered(show: Show) -> None:
    """A patch in a reply and a word that the patch was applied are first replies, whatever else they are; a robot's is none."""
    subject = "Re: [PATCH] demo: write it down"
    thanks = "Applied to the vfs.misc branch of the vfs/vfs.git tree.\n\n[1/1] demo: write it down\n      commit: 2a010c412853\n"
    mine = posted("own@x", "Re: [PATCH] demo: count the readers", refs="v1@x", at=START + HOUR, sender=CHEN, diff=OTHER_DIFF)
    fill(
        *SAMPLE, mine,
        answer("bot@x", "w1@x", thanks, "kernel test robot <lkp@intel.com>", START + 2 * DAY + 60, subject),
        answer("ty@x", "w1@x", thanks, CHEN, START + 2 * DAY + 2 * HOUR, subject),
    )  # fmt: skip
    found = json.loads(show(json=True))["stats"]
    assert {one["label"]: one["topics"] for one in found["first_reply"]["buckets"] if one["n"]} == {
        "up to 1 hour": [1], "1 to 6 hours": [2],
    }  # fmt: skip


def test_a_patch_that_was_only_offered_is_no_topic_here(show: Show) -> None:
    """It has a number and a status of its own, but nobody asked for it to be applied."""
    mine = posted("own@x", "Re: [PATCH] demo: count the readers", refs="v1@x", at=START + HOUR, sender=CHEN,
                  diff=DIFF.replace("ring.c", "own.c"))  # fmt: skip
    fill(*SAMPLE, mine)
    found = json.loads(show(json=True))["stats"]
    assert (found["topics"], found["left_out"]) == (2, {"local": 0, "offered": 1, "undated": 0})


def test_stable_postings_are_a_class_of_their_own(show: Show) -> None:
    """A backport, a review and AUTOSEL are said to be there, and are in no number."""
    fill(*SAMPLE)
    before = json.loads(show(json=True))["stats"]
    for number, prefix in enumerate(("PATCH AUTOSEL 6.1 12/34", "PATCH 5.10.y", "PATCH 6.6 012/345")):
        other = DIFF.replace("ring.c", f"s{number}.c").replace("lock", f"lock{number}")
        fill(posted(f"s{number}@x", f"[{prefix}] other: number {number}", at=START + DAY, diff=other))
    after = json.loads(show(json=True))["stats"]
    assert (before.pop("stable"), after.pop("stable")["n"]) == ({"n": 0, "topics": []}, 3)
    assert after == before
    assert "3 stable postings, counted apart" in show()


def test_what_somebody_says_is_applied_is_not_among_the_oldest(show: Show) -> None:
    """Whoever says so, he takes it that it is done."""
    fill(*SAMPLE)
    assert "2 topics wait" in " ".join(show().split())
    fill(answer("said@x", "w1@x", "Applied, thanks.\n", CHEN, START + 3 * DAY, "Re: [PATCH] demo: write it down"))
    assert "1 topic waits: for its" in " ".join(show().split())


def test_local_answers_do_not_count(show: Show) -> None:
    """Nor does a patch that only a local file offers in reply to a public one."""
    fill(*SAMPLE)
    before = json.loads(show(json=True))["stats"]
    mine = posted("own@x", "Re: [PATCH] demo: count the readers", refs="v1@x", at=START + HOUR, sender=CHEN,
                  diff=DIFF.replace("ring.c", "own.c"))  # fmt: skip
    fill(mine, private=True)
    after = json.loads(show(json=True))["stats"]
    assert after.pop("left_out") == {"local": 1, "offered": 0, "undated": 0}  # it is a topic, too
    del before["left_out"]
    assert after == before
    assert json.loads(show(json=True, private=True))["stats"]["first_reply"]["median"] == HOUR


def test_names_of_lists(capsys: pytest.CaptureFixture[str]) -> None:
    """By short name, List-Id or address; a part of a name is no name."""
    fill(*SAMPLE)
    for name in ("demo", "demo.lists.example.org", "DEMO@lists.example.org"):
        assert cli.run(["stats", "--list", name]) == 0, name
    for name in ("dem", "%", "demo."):
        assert cli.run(["stats", "--list", name]) == 1, name
    assert cli.run(["stats"]) == 0
    assert "all lists" in capsys.readouterr().out


def test_spans() -> None:
    """Lengths in the unit that says most; dates as people type them."""
    day = 86_400
    assert [duration(one) for one in (None, 0, 90, 3_600, 5.25 * 3_600, day, 9.96 * day, 38 * day, 1_500 * day)] == [
        "?", "0 min", "2 min", "1.0 h", "5.2 h", "1.0 d", "10.0 d", "38 d", "4.1 y",
    ]  # fmt: skip
    assert moment("2024-05-31", NOW, "--since") == 1_717_113_600
    assert moment("2024", NOW, "--since") == 1_704_067_200
    assert moment("90d", NOW, "--since") == NOW - 90 * day
    assert moment("2.weeks.ago", NOW, "--since") == NOW - 14 * day
    for text in ("", "soon", "2024-13-01", "2024..2025", '2024" OR "', "5x"):
        with pytest.raises(UsageError, match="--since"):
            moment(text, NOW, "--since")
