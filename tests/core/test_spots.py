"""Which statements are about the same landing, and what one landing means for another."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mails import START
from tracker.core.landing import Evidence, Landing
from tracker.core.spots import AGAIN, PATCH, REVERT, Record, Spot, Spots, release_of, same_commit

DAY = 86_400
A, B, C = "a1" * 20, "b2" * 20, "c3" * 20


def landings(spots: Spots) -> list[Landing]:
    spots.settle()
    return spots.landings(lambda spot: f"line{spot.line}@x")


def put(
    spots: Spots, role: str = "mainline", commit: str = "", turn: int = PATCH, day: int = 1, *, line: int = 0, branch: str = ""
) -> Spot:
    tree = {"maintainer": "demo/demo", "next": "linux-next"}.get(role, role)
    spot = spots.at(line, role, tree, branch, commit, turn)
    spot.tell(START + day * DAY, Evidence(f"{role}{day}@x"))
    return spot


@pytest.mark.parametrize(
    ("one", "two", "same"), [(A, A[:7], True), (A[:7], A, True), (A, B, False), ("", A, False), ("", "", False), (A, "", False)]
)
def test_abbreviations_may_be_of_one_commit(one: str, two: str, same: bool) -> None:
    """When one begins with the other; an unknown commit is like none."""
    assert same_commit(one, two) is same


@pytest.mark.parametrize(("branch", "release"), [("6.11", "6.11"), ("linux-6.11.y", "6.11"), ("6.11.y", "6.11"), ("", "")])
def test_the_release_of_a_stable_branch(branch: str, release: str) -> None:
    """However it is called."""
    assert release_of(branch) == release


def test_the_longest_form_of_a_commit_is_kept() -> None:
    """A short one and a long one are one landing."""
    spots = Spots()
    assert put(spots, commit=A[:12]) is put(spots, commit=A, day=2)
    assert put(spots, commit=A[:7], day=3).commit == A
    assert len(landings(spots)) == 1


def test_another_commit_is_another_landing() -> None:
    """In the same tree, too."""
    spots = Spots()
    put(spots, "maintainer", A)
    put(spots, "maintainer", B, day=2)
    assert [one.commit for one in landings(spots)] == [A, B]


def test_a_thousand_commits_for_one_patch_are_not_believed() -> None:
    """What is kept of a mail that lists one title again and again is bounded."""
    spots = Spots()
    for number in range(1_000):
        put(spots, "maintainer", f"{number:040x}")
    assert len(landings(spots)) == 24


def test_a_statement_without_a_commit_is_about_the_tree() -> None:
    """The one landing there is in that tree, else a new one; trees, lines, turns and stable branches are kept apart."""
    spots = Spots()
    first = put(spots, "maintainer", A)
    assert spots.at(0, "maintainer", "", "", "", PATCH) is first
    assert spots.at(0, "maintainer", "other/other", "", "", PATCH) is not first
    assert spots.at(1, "maintainer", "", "", "", PATCH) is not first
    assert spots.at(0, "maintainer", "demo/demo", "", "", REVERT) is not first
    stable = put(spots, "stable", branch="6.11")
    assert spots.at(0, "stable", "stable", "6.11", "", PATCH) is stable
    assert spots.at(0, "stable", "stable", "6.12", "", PATCH) is not stable


def test_a_hint_says_by_when_and_stands_behind_the_word() -> None:
    """The date of a hint is not the date of the landing; its evidence comes after that of a statement."""
    spot = Spot(0, "mainline", "mainline", "", A, PATCH)
    spot.hint(START + 9 * DAY, Evidence("hint@x"))
    assert (spot.date, spot.told) == (None, START + 9 * DAY)
    spot.tell(START + DAY, Evidence("word@x"))
    assert spot.date == START + DAY
    assert [one.msgid for one in spot.evidence] == ["word@x", "hint@x"]


def test_a_record_adds_what_is_missing_and_overrules_nothing() -> None:
    """Branch, tag and merge where none are known; its mails stand first only when it alone says when."""
    record = Record(
        A, "demo: one", "mainline", "mainline", merge=B, first_tag="v6.11-rc1", date=START + 5 * DAY, seen=("seen@x",)
    )
    spot = Spot(0, "mainline", "mainline", "", A, PATCH, merge=C)
    spot.hint(START + 9 * DAY, Evidence("hint@x"))
    spot.recall(record, (Evidence(record="told"),))
    assert (spot.date, spot.merge, spot.first_tag, spot.recorded) == (START + 5 * DAY, C, "v6.11-rc1", True)
    assert list(spot.evidence) == [Evidence("seen@x"), Evidence("hint@x"), Evidence(record="told")]
    spot = Spot(0, "mainline", "mainline", "", A, PATCH)
    spot.tell(START + DAY, Evidence("word@x"))
    spot.recall(record, ())
    assert (spot.date, next(iter(spot.evidence))) == (START + DAY, Evidence("word@x"))


def test_what_is_reverted_by_what() -> None:
    """A revert takes back what is in its own tree, and not what was applied again after it."""
    spots = Spots()
    put(spots, "mainline", A, day=1)
    put(spots, "stable", day=2, branch="6.11")
    put(spots, "mainline", B, REVERT, day=5)
    put(spots, "mainline", C, AGAIN, day=9)
    found = landings(spots)
    assert [(one.role, one.commit, one.reverted_by) for one in found] == [
        ("mainline", A, B), ("mainline", C, ""), ("stable", "", ""),
    ]  # fmt: skip
    put(spots, "mainline", "d4" * 20, REVERT, day=12)
    assert [one.reverted_by for one in landings(spots)][1] == "d4" * 20


def test_what_is_replaced_by_what() -> None:
    """A commit on its way is replaced by the one that mainline has, not by its own abbreviation."""
    spots = Spots()
    put(spots, "maintainer", A)
    put(spots, "next", B[:12], day=3)
    put(spots, "mainline", B, day=9)
    assert [(one.role, one.replaced_by) for one in landings(spots)] == [("maintainer", B), ("next", ""), ("mainline", "")]
    (event,) = [one for one in spots.events() if one.kind == "replaced"]
    assert (event.at, event.evidence) == (START + 3 * DAY, Evidence("next3@x"))


def test_a_mainline_commit_is_named_when_only_one_is_known() -> None:
    """The merge says nothing of the commit: one that is proven to be in mainline is it, two are none."""
    for proven, commit in (((A,), A), ((A[:12], A), A), ((A, B), "")):
        spots = Spots()
        put(spots)
        spots.name_mainline(dict.fromkeys(proven, 0), {sha: Evidence("q@x") for sha in proven})
        assert spots.several[0].commit == commit, proven
    spots = Spots()
    put(spots)
    spots.name_mainline({A: 1}, {A: Evidence("q@x")})
    assert spots.several[0].commit == ""


def test_what_a_tree_shows_stands_for_what_was_said() -> None:
    """Of the same commit, and of mainline and the same stable branch; other trees and branches stay."""
    spots = Spots()
    put(spots, "maintainer", A)
    put(spots, "mainline", B, day=3)
    put(spots, "stable", day=4, branch="6.11")
    put(spots, "stable", day=5, branch="6.12")
    seen: dict[str, Any] = {"how": "date", "date": START + 2 * DAY}
    spots.take_found(
        [
            (0, Landing("line0@x", C, "mainline", "mainline", **seen)),
            (0, Landing("line0@x", B, "linux-stable", "stable", "linux-6.11.y", **seen)),
        ]
    )
    found = landings(spots)
    assert [(one.role, one.branch, one.commit, one.how) for one in found] == [
        ("maintainer", "", A, "mail"), ("mainline", "", C, "date"), ("stable", "linux-6.11.y", B, "date"),
        ("stable", "6.12", "", "mail"),
    ]  # fmt: skip
    assert [one.msgid for one in found[1].evidence] == ["mainline3@x"]
    assert found[0].replaced_by == C


def test_what_went_together_is_told_together() -> None:
    """Patches that one mail says were applied are one event, with three commits by name."""
    spots = Spots()
    for line in range(5):
        spot = spots.at(line, "maintainer", "demo/demo", "main", f"{line}" * 40, PATCH)
        spot.tell(START, Evidence("ty@x"))
    (event,) = spots.events()
    assert event.text == "demo/demo main 000000000000, 111111111111, 222222222222 and 2 more"
    assert (event.kind, event.at, event.evidence) == ("applied", START, Evidence("ty@x"))
