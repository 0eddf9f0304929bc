"""set, snooze, note: what the user says of a topic, through the command line, for good."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.faces.conftest import Clock, Run
from tests.mails import START, diff_of, mail, mbox, patch

DAY = 86_400
NOW = START + 10 * DAY + 3_600  # 2024-06-08


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def two(tmp_path: Path, tracker: Run) -> None:
    """Two followed topics: #1 was answered, #2 was not."""
    answer = mail("a1@x.org", "Re: [PATCH] demo: one", refs="a@x.org", at=START + 60, sender="Ben <ben@example.org>")
    for name, mails in (
        ("a", [patch("a@x.org", "[PATCH] demo: one", diff=diff_of(1)), answer]),
        ("b", [patch("b@x.org", "[PATCH] other: two", diff=diff_of(2), at=START + 99)]),
    ):
        (tmp_path / f"{name}.mbox").write_bytes(mbox(*mails))
        assert tracker("follow", "-m", str(tmp_path / f"{name}.mbox"))[0] == 0


def topic(tracker: Run, name: str = "1") -> dict[str, Any]:
    code, out, _ = tracker("show", name, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)["topic"]
    return found


def listed(tracker: Run, query: str) -> list[int]:
    _, out, _ = tracker("list", "--json", query)
    return [one["id"] for one in json.loads(out)["topics"]] if out else []


def forget(sealed: Path) -> None:
    shutil.rmtree(sealed / ".cache")


# --- status


def test_a_status_by_hand_is_kept_and_taken_back(two: None, tracker: Run, sealed: Path) -> None:
    """It overrules what is judged, is shown as made by hand, outlives the cache, and --clear takes it back."""
    judged = topic(tracker)
    assert (judged["status"], judged["manual"]) == ("in-review", False)
    code, out, _ = tracker("set", "1", "status", "superseded")
    assert (code, out) == (0, "#1  status set to superseded by hand  demo: one\n")
    for _ in range(2):
        said = topic(tracker)
        assert (said["status"], said["manual"], said["confidence"]) == ("superseded", True, 1.0)
        assert said["status_reason"].startswith("set by hand on 2024-06-08; judged in-review: ")
        assert "set by hand" in tracker("show", "1")[1]
        assert (listed(tracker, "status:superseded"), listed(tracker, "status:in-review")) == ([1], [])
        forget(sealed)
    assert topic(tracker, "2")["status"] == "posted"
    assert tracker("set", "1", "status", "--clear")[0] == 0
    again = topic(tracker)
    assert (again["status"], again["status_reason"], again["manual"]) == ("in-review", judged["status_reason"], False)
    assert listed(tracker, "status:superseded") == []


def test_an_end_by_hand_is_nobodys_turn(two: None, tracker: Run) -> None:
    """Who says that a topic came to its end is not asked to act there, in the list, in queries and in JSON; taken back, he is."""
    before = topic(tracker, "2")
    assert before["turn"] == "reviewer"
    assert listed(tracker, "turn:reviewer") == [2]
    assert tracker("set", "2", "status", "changes-requested")[0] == 0
    assert topic(tracker, "2")["turn"] == "reviewer"
    assert tracker("set", "2", "status", "superseded")[0] == 0
    said = topic(tracker, "2")
    assert (said["turn"], said["turn_who"], said["turn_since"]) == ("nobody", [], "2024-06-08T17:26:40Z")
    assert (listed(tracker, "turn:reviewer"), listed(tracker, "turn:nobody")) == ([], [2])
    assert "nobody" in tracker("list")[1]
    assert tracker("set", "2", "status", "--clear")[0] == 0
    assert topic(tracker, "2") == before


def test_the_last_word_counts(two: None, tracker: Run) -> None:
    """A second status takes the place of the first."""
    assert tracker("set", "demo-one", "status", "rejected")[0] == 0
    assert tracker("set", "a1@x.org", "status", "merged")[0] == 0
    assert topic(tracker)["status"] == "merged"
    assert tracker("set", "1", "status", "--clear")[0] == 0
    assert topic(tracker)["manual"] is False


def test_what_was_said_follows_a_topic_that_is_merged(two: None, tracker: Run, sealed: Path, clock: Clock) -> None:
    """Linked topics have the newest status, the newest snooze and the notes of both; unlinked ones have their own again."""
    assert tracker("set", "1", "status", "rejected")[0] == 0
    assert tracker("note", "1", "first")[0] == 0
    assert tracker("snooze", "1", "--for", "2d")[0] == 0
    clock.now += 60
    assert tracker("set", "2", "status", "superseded")[0] == 0
    assert tracker("note", "2", "second")[0] == 0
    assert tracker("link", "1", "2")[0] == 0
    for _ in range(2):
        both = topic(tracker, "a@x.org")
        assert len(both["revisions"]) == 2
        assert (both["status"], [note["text"] for note in both["notes"]]) == ("superseded", ["first", "second"])
        assert both["snoozed_until"] == "2024-06-10T17:26:40Z"
        forget(sealed)
    assert tracker("unlink", "a@x.org", "b@x.org")[0] == 0
    one, other = topic(tracker, "a@x.org"), topic(tracker, "b@x.org")
    assert [(each["status"], [note["text"] for note in each["notes"]]) for each in (one, other)] == [
        ("rejected", ["first"]), ("superseded", ["second"]),
    ]  # fmt: skip


def test_clearing_a_merged_topic_clears_all_of_it(two: None, tracker: Run) -> None:
    """What was said of either half is taken back."""
    for number, status in (("1", "rejected"), ("2", "superseded")):
        assert tracker("set", number, "status", status)[0] == 0
    assert tracker("link", "1", "2")[0] == 0
    assert tracker("set", "a@x.org", "status", "--clear")[0] == 0
    assert topic(tracker, "a@x.org")["manual"] is False


# --- snooze


@pytest.mark.parametrize(
    ("span", "until"),
    [("12h", "2024-06-09T05:26:40Z"), ("3d", "2024-06-11T17:26:40Z"), ("2w", "2024-06-22T17:26:40Z"),
     ("1m", "2024-07-08T17:26:40Z"), ("1y", "2025-06-08T17:26:40Z")],
)  # fmt: skip
def test_snooze_for_a_time(span: str, until: str, two: None, tracker: Run) -> None:
    """Hours, days, weeks, months of thirty days, years of 365."""
    code, out, _ = tracker("snooze", "1", "--for", span)
    assert (code, out) == (0, f"#1  snoozed until {until[:10]}  demo: one\n")
    assert topic(tracker)["snoozed_until"] == until


def test_snooze_until_a_day_and_wake(two: None, tracker: Run, sealed: Path) -> None:
    """The day begins at midnight UTC; it outlives the cache; --clear wakes."""
    assert tracker("snooze", "1", "--until", "2024-07-01")[0] == 0
    forget(sealed)
    assert topic(tracker)["snoozed_until"] == "2024-07-01T00:00:00Z"
    assert "snoozed until 2024-07-01" in tracker("show", "1")[1]
    assert tracker("snooze", "1", "--clear")[1] == "#1  awake  demo: one\n"
    assert topic(tracker)["snoozed_until"] is None


def test_a_snooze_that_is_over_is_not_shown(two: None, tracker: Run, clock: Clock) -> None:
    """The topic is awake by itself."""
    assert tracker("snooze", "1", "--for", "3d")[0] == 0
    clock.now += 2 * DAY
    assert "snoozed" in tracker("show", "1")[1]
    clock.now += DAY
    assert "snoozed" not in tracker("show", "1")[1]


# --- notes


def test_notes_are_kept_in_their_order(two: None, tracker: Run, sealed: Path) -> None:
    """Several of them, with their day, also without the cache; --clear removes those of this topic."""
    assert tracker("note", "1", "ask", "Ben")[1] == "#1  noted  demo: one\n"
    assert tracker("note", "1", "he \x1b[31manswered")[0] == 0
    assert tracker("note", "2", "another")[0] == 0
    forget(sealed)
    out = tracker("show", "1")[1]
    assert "  note 2024-06-08: ask Ben\n  note 2024-06-08: he ^[[31manswered\n" in out
    assert tracker("note", "1", "--clear")[1] == "#1  notes removed  demo: one\n"
    assert (topic(tracker)["notes"], len(topic(tracker, "2")["notes"])) == ([], 1)


# --- wrong use


@pytest.mark.parametrize(
    "args",
    [
        ["set", "1", "status"],
        ["set", "1", "status", "merged", "--clear"],
        ["set", "1", "status", "finished"],
        ["set", "1", "colour", "red"],
        ["snooze", "1"],
        ["snooze", "1", "--for", "soon"],
        ["snooze", "1", "--for", "2d", "--clear"],
        ["snooze", "1", "--for", "9999y"],
        ["snooze", "1", "--for", "0d"],
        ["snooze", "1", "--until", "2024-06-08"],
        ["snooze", "1", "--until", "2024-13-01"],
        ["snooze", "1", "--until", "2025-02-31"],
        ["snooze", "1", "--until", "٢٠٢٥-01-01"],
        ["snooze", "1", "--until", "tomorrow"],
        ["note", "1"],
        ["note", "1", "  "],
        ["note", "1", "text", "--clear"],
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(args: list[str], two: None, tracker: Run) -> None:
    """Exit code 2."""
    before = topic(tracker)
    code, out, err = tracker(*args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert topic(tracker) == before


def test_a_topic_that_is_not_here(two: None, tracker: Run) -> None:
    """Exit code 1, whatever is to be said of it."""
    for args in (["set", "9", "status", "merged"], ["snooze", "9", "--for", "2d"], ["note", "9", "text"]):
        code, _, err = tracker(*args)
        assert (code, err.count("\n")) == (1, 1)


# --- stalled by today's date


def test_what_nothing_moves_is_stalled_by_today(two: None, tracker: Run, clock: Clock) -> None:
    """Thirty days after the last mail; what is shown and what `status:` finds agree, and nothing is written down."""
    clock.now = START + 99 + 30 * DAY - 1
    assert topic(tracker, "2")["status"] == "posted"
    assert listed(tracker, "status:posted") == [2]
    clock.now += 1
    said = topic(tracker, "2")
    assert said["status"] == "stalled"
    assert said["status_reason"].startswith("nothing moved since 2024-05-29; before that posted: ")
    assert (listed(tracker, "status:stalled"), listed(tracker, "status:posted")) == ([2], [])
    assert "stalled" in tracker("show", "2")[1]
    clock.now -= 1
    assert topic(tracker, "2")["status"] == "posted"


def test_what_was_answered_somehow_is_lost_sight_of(two: None, tracker: Run, clock: Clock) -> None:
    """After the same time: what an answer says that is not understood, and so whose turn it is, is not claimed."""
    clock.now = START + 60 + 30 * DAY - 1
    assert topic(tracker)["status"] == "in-review"
    assert (listed(tracker, "status:unknown"), listed(tracker, "status:in-review")) == ([], [1])
    clock.now += 1
    said = topic(tracker)
    assert (said["status"], said["turn"], said["turn_who"]) == ("unknown", "unknown", [])
    assert said["status_reason"].startswith("no word of what became of it since 2024-05-29; before that in-review: answered by ")
    assert (listed(tracker, "status:unknown"), listed(tracker, "status:in-review")) == ([1], [])
    assert "no word of what became of it" in tracker("show", "1")[1]


def test_how_long_until_stalled_is_the_users(two: None, tracker: Run, clock: Clock, sealed: Path) -> None:
    """stalled_after in the configuration, in days."""
    folder = sealed / ".config" / "tracker"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("stalled_after = 5\n")
    assert (listed(tracker, "status:stalled"), listed(tracker, "status:unknown")) == ([2], [1])
    assert [topic(tracker, name)["status"] for name in ("1", "2")] == ["unknown", "stalled"]


def test_the_users_word_does_not_grow_stale(two: None, tracker: Run, clock: Clock) -> None:
    """A status by hand stays what it is."""
    assert tracker("set", "1", "status", "in-review")[0] == 0
    clock.now += 300 * DAY
    assert topic(tracker)["status"] == "in-review"
    assert (listed(tracker, "status:in-review"), listed(tracker, "status:stalled")) == ([1], [2])
