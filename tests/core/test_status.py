"""Status and turn of small topics, written as mails; landings and events are given as they are found elsewhere."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mails import DIFF, START, diff_of, mail, patch
from tracker.core.facts import Facts, examine
from tracker.core.fate import fate_of
from tracker.core.findings import Successor
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.message import parse
from tracker.core.people import Person
from tracker.core.review import DAY, review
from tracker.core.series import Series, find_series
from tracker.core.silence import AT_ONCE, LATE, OPEN, SOON, STALLED_AFTER, aged, why
from tracker.core.status import RULES, Case, Judgement, diagram, judge
from tracker.core.topic import newest

ANNA = "Anna Author <anna@example.org>"
BEN = "Ben Reviewer <ben@example.org>"
CHEN = "Chen Maintainer <chen@example.org>"
ROBOT = "kernel test robot <lkp@intel.com>"
RB = f"Reviewed-by: {BEN}\n"
CHEN_IS = frozenset(("chen@example.org",))
OTHER = Successor("o@x", "demo: another way", "Ben Reviewer", START + 9 * DAY, (Evidence(msgid="o@x"),))
A = Person("Anna Author", "anna@example.org")
B = Person("Ben Reviewer", "ben@example.org")
C = Person("Chen Maintainer", "chen@example.org")


def one(v: int = 1, day: float = 0, text: str = "depth") -> bytes:
    """A patch without a series: `p<v>@x`."""
    mark = f" v{v}" if v > 1 else ""
    return patch(f"p{v}@x", f"[PATCH{mark}] demo: one", diff=DIFF.replace("depth", text), at=START + int(day * DAY))


def three(v: int = 1, day: float = 0) -> list[bytes]:
    """A cover `c<v>@x` and patches `p<v>.<n>@x`."""
    mark = f" v{v}" if v > 1 else ""
    at = START + int(day * DAY)
    found = [mail(f"c{v}@x", f"[PATCH{mark} 0/3] demo: three", at=at)]
    for n in (1, 2, 3):
        found.append(patch(f"p{v}.{n}@x", f"[PATCH{mark} {n}/3] demo: part {n}", diff=diff_of(n), refs=f"c{v}@x", at=at + n))
    return found


def says(msgid: str, refs: str, text: str, *, who: str = BEN, day: float = 1, subject: str = "Re: [PATCH] demo: one") -> bytes:
    return mail(msgid, subject, f"> int readers;\n\n{text}\n", refs=refs, sender=who, at=START + int(day * DAY))


def facts_of(mails: Sequence[bytes | list[bytes]]) -> dict[str, Facts]:
    raws = [raw for some in mails for raw in (some if isinstance(some, list) else [some])]
    found = [examine(parse(raw)) for raw in raws]
    return {one.msgid: one for one in found}


def case_of(*mails: bytes | list[bytes], **more: Any) -> Case:
    known = facts_of(mails)
    series: tuple[Series, ...] = find_series(known.values())
    return Case(series, newest(series) if series else None, review(series, known), known, **{"maintainers": CHEN_IS, **more})


def judged(*mails: bytes | list[bytes], **more: Any) -> Judgement:
    return judge(case_of(*mails, **more))


def landing(patch: str | None = "p1@x", role: str = "maintainer", day: int = 5, **more: Any) -> Landing:
    tree = {"maintainer": "vfs/vfs.git", "next": "linux-next", "mainline": "torvalds/linux.git", "stable": "stable"}[role]
    base: dict[str, Any] = {"commit": "2a010c412853", "date": START + day * DAY, "evidence": (Evidence(msgid="ty@x"),)}
    return Landing(patch, role=role, **{"tree": tree, **base, **more})


def event(kind: str, day: float = 20, *, is_open: bool = True) -> Event:
    return Event(kind, START + int(day * DAY), f"{kind} by somebody", Evidence(msgid="e@x"), is_open)


# --- one row for each rule: mails, what else is known, status, turn, whose, since which day, words of the reason

Row = tuple[str, list[Any], dict[str, Any], str, str, tuple[Person, ...], float | None, str]

ROWS: tuple[Row, ...] = (
    ("no patch", [mail("m@x", "Question about demo")], {}, "discussion", "unknown", (), None, "no patch"),
    ("nobody answered", [one()], {}, "posted", "reviewer", (), 0, "v1 by Anna Author, 2024-05-29, has no answer here"),
    ("robots are nobody", [one(), says("r@x", "p1@x", "Why?", who=ROBOT)], {}, "posted", "reviewer", (), 0, ""),
    ("the author is nobody", [one(), says("a@x", "p1@x", "Ping.", who=ANNA)], {}, "posted", "reviewer", (), 0, ""),
    (
        "an answer to an older version is none", [one(), says("b@x", "p1@x", "Please split this."), one(2, 9, "width")], {},
        "posted", "reviewer", (), 9, "v2 by Anna Author",
    ),
    ("a remark", [one(), says("b@x", "p1@x", "Interesting.")], {}, "in-review", "unknown", (), 1, "answered by Ben Reviewer"),
    (
        "an answered question",
        [one(), says("b@x", "p1@x", "Why a counter?"), says("a@x", "p1@x b@x", "It is cheap.", who=ANNA, day=2)], {},
        "in-review", "reviewer", (B,), 2, "answered by Ben Reviewer",
    ),
    ("a promise", [one(), says("b@x", "p1@x", "I'll review this tomorrow.")], {}, "in-review", "reviewer", (B,), 1, ""),
    ("taken in words", [one(), says("c@x", "p1@x", "I'll queue it up.", who=CHEN)], {}, "in-review", "maintainer", (C,), 1, ""),
    (
        "a question", [one(), says("b@x", "p1@x", "Why a counter?")], {}, "changes-requested", "author", (A,), 1,
        'Ben Reviewer asks, 2024-05-30: "Why a counter?"',
    ),
    (
        "a request", [three(), says("c@x", "c1@x p1.2@x", "Please add a test.", who=CHEN)], {},
        "changes-requested", "author", (A,), 1,
        'Chen Maintainer asks for a change (2/3), 2024-05-30: "Please add a test."',
    ),
    (
        "a disputed request",
        [one(), says("b@x", "p1@x", "Please drop the counter."), says("a@x", "p1@x b@x", "No, it is needed.", who=ANNA, day=2)],
        {}, "in-review", "reviewer", (B,), 2, "answered by Ben Reviewer",
    ),
    (
        "a new version is announced", [one(), says("b@x", "p1@x", "Please add a test."), says("a@x", "p1@x b@x", "Will do in v2.",
        who=ANNA, day=2)], {}, "changes-requested", "author", (A,), 2, "Anna Author announces a change, 2024-05-31",
    ),
    (
        "a condition", [one(), says("b@x", "p1@x", f"With that fixed:\n{RB}")], {}, "changes-requested", "author", (A,), 1,
        "Ben Reviewer gives a tag on a condition, 2024-05-30",
    ),
    ("a refusal", [one(), says("b@x", "p1@x", "NAK")], {}, "changes-requested", "author", (A,), 1, "Ben Reviewer refuses it"),
    (
        "a build failure", [one()], {"events": (event("build-report", 3),)}, "changes-requested", "author", (A,), 3,
        "build-report by somebody, 2024-06-01",
    ),
    ("tags", [one(), says("b@x", "p1@x", RB)], {}, "reviewed", "maintainer", (), 1, "Reviewed-by Ben Reviewer, 2024-05-30"),
    (
        "a tag ends what its person asked", [one(), says("b@x", "p1@x", "Why?"), says("b2@x", "p1@x b@x", RB, day=3)], {},
        "reviewed", "maintainer", (), 3, "",
    ),
    (
        "tags on some patches", [three(), says("b@x", "c1@x p1.2@x", RB)], {}, "in-review", "reviewer", (), 0, "answered by",
    ),
    (
        "a maintainer's refusal", [one(), says("c@x", "p1@x", "NAK", who=CHEN)], {}, "rejected", "nobody", (), 1,
        'Chen Maintainer refuses it, 2024-05-30: "NAK"',
    ),
    (
        "a maintainer's refusal in other words", [one(), says("c@x", "p1@x", "Sorry, I won't take this.", who=CHEN)], {},
        "rejected", "nobody", (), 1, "won't take this",
    ),
    (
        "withdrawn", [one(), says("a@x", "p1@x", "Please ignore this patch.", who=ANNA)], {}, "rejected", "nobody", (), 1,
        "Anna Author takes it back",
    ),
    (
        "superseded in words", [one(), says("a@x", "p1@x", "Superseded by https://lore.kernel.org/r/o@x", who=ANNA)], {},
        "superseded", "nobody", (), 1, "Anna Author says so",
    ),
    ("superseded by what landed", [one()], {"overtaken": OTHER}, "superseded", "nobody", (), 9, "took its place and landed"),
    (
        "a newer version was not seen",
        [one(), says("b@x", "p1@x q@x", "Why?", subject="Re: [PATCH v3] demo: one", day=30)], {}, "unknown", "unknown", (), None,
        "v3 is answered",
    ),
    ("applied", [one()], {"landings": (landing(by=C),)}, "applied", "nobody", (), 5,
     "applied to vfs/vfs.git by Chen Maintainer as 2a010c412853, 2024-06-03"),
    ("in next", [one()], {"landings": (landing(), landing(role="next", day=6))}, "in-next", "nobody", (), 6, "in linux-next"),
    ("merged", [one()], {"landings": (landing(), landing(role="mainline", day=9))}, "merged", "nobody", (), 9, "merged into"),
    (
        "released", [one()], {"landings": (landing(role="mainline", first_release="v6.11"),)}, "released", "nobody", (), 5,
        "released in v6.11 as 2a010c412853",
    ),
    (
        "reverted", [one()], {"landings": (landing(), landing(role="mainline", day=9, reverted_by="3b832035387f")),
        "events": (event("reverted", is_open=False),)}, "reverted", "nobody", (), 20, "reverted it with 3b832035387f",
    ),
    (
        "dropped", [one()], {"landings": (landing(dropped=True),), "events": (event("dropped", is_open=False),)}, "dropped",
        "unknown", (), 20, "was taken out again, 2024-06-18",
    ),
    (
        "some patches", [three()], {"landings": (landing("p1.1@x", by=C), landing("p1.2@x", by=C))},
        "partly-applied", "unknown", (), 5, "2 of 3 patches landed: patches 1, 2 in vfs/vfs.git by Chen Maintainer",
    ),
    (
        "some patches, and the author will change the rest",
        [three(), says("c@x", "c1@x p1.3@x", "Hm.", who=CHEN), says("a@x", "c1@x p1.3@x c@x", "Will fix.", who=ANNA, day=2)],
        {"landings": (landing("p1.1@x", by=C), landing("p1.2@x", by=C))}, "partly-applied", "author", (A,), 5, "2 of 3",
    ),
    (
        "the commit of one is named elsewhere", [three()], {"landings": (landing("p1.2@x", tree="", date=None),)},
        "unknown", "unknown", (), None, "patch 2 of 3 in a tree as 2a010c412853; no mail here tells of the others",
    ),
    (
        "others build on it", [one()], {"landings": (landing(tree="", commit="", date=None),)}, "applied", "nobody", (), None,
        "in a tree that others make patches against",
    ),
    (
        "others build on what is equal to it",
        [one(), says("c@x", "p1@x", "This is already fixed in linux-next by another patch.", who=CHEN)],
        {"landings": (landing(tree="", commit="", date=None),)}, "superseded", "nobody", (), 1, "Chen Maintainer says so",
    ),
    (
        "some patches, one of them reverted", [three()],
        {"landings": (landing("p1.1@x", by=C), landing("p1.2@x", by=C, reverted_by="3b832035387f"))}, "partly-applied",
        "unknown", (), 5, "1 of 3 patches landed: patch 1 in vfs/vfs.git by Chen Maintainer, 2024-06-03; patch 2 reverted",
    ),
    (
        "some patches, the rest is reviewed", [three(), says("b@x", "c1@x p1.3@x", RB)],
        {"landings": (landing("p1.1@x", by=C), landing("p1.2@x", by=C))}, "partly-applied", "maintainer", (C,), 5, "2 of 3",
    ),
    (
        "somebody will put it in his queue after another asked", [
            one(), says("b@x", "p1@x", "Please add a test."),
            says("c@x", "p1@x", "I will add this to my queue for the next RC.", who=CHEN, day=2),
        ], {}, "in-review", "maintainer", (C,), 2, "answered by 2 people",
    ),
    (
        "somebody says that he applied it", [one(), says("b@x", "p1@x", "Thanks for your patch, merged.")], {}, "unknown",
        "unknown", (), 1, "Ben Reviewer, not known here to keep a tree, says it is applied",
    ),
    (
        "the author grants an objection", [
            one(), says("b@x", "p1@x", "The caller frees it."), says("a@x", "p1@x b@x", "I see, I missed that.", who=ANNA, day=2),
        ], {}, "changes-requested", "author", (A,), 2, "Anna Author grants an objection",
    ),
    (
        "a maintainer asks below the older version", [
            one(), one(2, 1, "width"), says("c@x", "p1@x", "Please show that it can happen.", who=CHEN, day=2),
        ], {}, "changes-requested", "author", (A,), 2, "Chen Maintainer asks",
    ),
    (
        "a suggestion is answered", [
            one(), says("b@x", "p1@x", "How about a macro?"), says("a@x", "p1@x b@x", "No.", who=ANNA, day=2),
        ], {}, "in-review", "reviewer", (B,), 2, "answered by Ben Reviewer",
    ),
    (
        "some patches, the rest to be changed", [three(), says("c@x", "c1@x p1.3@x", "Please add a test.", who=CHEN)],
        {"landings": (landing("p1.1@x"), landing("p1.2@x"))}, "partly-applied", "author", (A,), 1, "2 of 3",
    ),
    (
        "an open regression", [one()], {"landings": (landing(role="mainline"),), "events": (event("regression"),)}, "merged",
        "author", (A,), 20, "open: regression by somebody",
    ),
    (
        "a failed backport", [one()], {"landings": (landing(role="mainline"),), "events": (event("backport-failed"),)}, "merged",
        "author", (A,), 20, "open: backport-failed",
    ),
    (
        "a revert is asked for", [one(), says("c@x", "p1@x", "Hm.", who=CHEN)],
        {"landings": (landing(role="mainline"),), "events": (event("revert-asked"),)}, "merged", "maintainer", (C,), 20, "open:",
    ),
    (
        "a closed regression", [one()],
        {"landings": (landing(role="mainline"),), "events": (event("regression", is_open=False),)},
        "merged", "nobody", (), 5, "merged into",
    ),
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_one_situation_for_each_rule(row: Row) -> None:
    """Status, turn, people, date and words of the reason; and it never claims anything without evidence."""
    _, mails, more, status, turn, who, since, words = row
    found = judged(*mails, **more)
    assert (found.status, found.turn, found.turn_who) == (status, turn, who), found
    assert found.turn_since == (None if since is None else START + int(since * DAY)), found
    assert words in found.reason
    assert found.evidence
    assert 0 < found.confidence <= 1


def test_every_rule_has_a_situation() -> None:
    """No line of the table is without one above."""
    assert {row[3] for row in ROWS} == {rule.status for rule in RULES}


ORDER: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("a landing beats words", {"landings": (landing(),)}, "applied"),
    ("farther beats nearer", {"landings": (landing(), landing(role="next"), landing(role="mainline"))}, "merged"),
    ("a revert beats the landing", {"landings": (landing(role="mainline", reverted_by="aaaa"),)}, "reverted"),
    ("applied again after the revert", {"landings": (landing(role="mainline", reverted_by="aaaa"), landing(day=40))}, "applied"),
    ("there before the revert", {"landings": (landing(role="mainline", reverted_by="aaaa", day=40), landing())}, "reverted"),
    ("twice in mainline, once reverted", {"landings": (landing(role="mainline", reverted_by="aaaa"),
     landing(role="mainline", day=40))}, "merged"),
    ("a stable revert alone", {"landings": (landing(role="mainline"), landing(role="stable", reverted_by="aaaa"))}, "merged"),
    ("only stable is known", {"landings": (landing(role="stable"),)}, "merged"),
    ("replaced by a rebase", {"landings": (landing(replaced_by="bbbb"), landing(commit="bbbb"))}, "applied"),
    ("replaced by nothing at hand", {"landings": (landing(replaced_by="bbbb"),)}, "applied"),
    ("dropped from next only", {"landings": (landing(), landing(role="next", dropped=True))}, "applied"),
    ("a commit for the whole", {"landings": (landing(None),)}, "applied"),
    ("a landing of nothing here", {"landings": (landing("other@x"),)}, "changes-requested"),
    ("superseded beats review", {"overtaken": OTHER}, "superseded"),
    ("dropped beats superseded", {"overtaken": OTHER, "landings": (landing(dropped=True),)}, "dropped"),
)  # fmt: skip


@pytest.mark.parametrize(("more", "status"), [row[1:] for row in ORDER], ids=[row[0] for row in ORDER])
def test_the_first_rule_that_holds_decides(more: dict[str, Any], status: str) -> None:
    """A patch with an open request and, on top of it, other facts."""
    assert judged(one(), says("b@x", "p1@x", "Please add a test."), **more).status == status


def test_a_landing_of_an_older_version() -> None:
    """It is the newest one's when the diff is the same, when it came after the posting or is in mainline; else it is not."""
    new, same = one(2, 10, "width"), one(2, 10)
    assert judged(one(), new, landings=(landing(),)).status == "posted"
    assert judged(one(), same, landings=(landing(),)).status == "applied"
    assert judged(one(), new, landings=(landing(day=11),)).status == "applied"
    assert judged(one(), new, landings=(landing(role="mainline"),)).status == "merged"
    assert judged(one(), new, landings=(landing(None),)).status == "posted"
    again = three(2, 10)
    assert judged(three(), again, landings=(landing("p1.1@x", day=5),)).status == "posted"
    assert judged(three(), again, landings=(landing("p2.1@x", day=11),)).status == "partly-applied"


def test_a_patch_for_a_stable_tree() -> None:
    """Its original in mainline is another patch; only the stable tree tells what became of it."""
    raw = patch("p1@x", "[PATCH 6.1.y] demo: one")
    both = (landing(role="mainline", first_release="v6.11"), landing(role="stable"))
    assert judged(raw, landings=both).status == "applied"
    assert judged(raw, landings=(*both, landing(role="stable", first_release="v6.1.9", day=9))).status == "released"
    assert judged(raw, landings=(landing(role="stable", reverted_by="aaaa"),)).status == "reverted"


def test_every_patch_has_its_own_status() -> None:
    """A series of three: one landed, one is asked about, one has no answer; what the cover got is nobody's alone."""
    found = judged(
        three(), says("c@x", "c1@x p1.2@x", "Please add a test."), says("d@x", "c1@x", "Please shorten the series."),
        landings=(landing("p1.1@x"),),
    )  # fmt: skip
    assert found.patches == {"p1.1@x": "applied", "p1.2@x": "changes-requested", "p1.3@x": "posted"}
    more = judged(three(), says("b@x", "c1@x p1.2@x", RB), says("c@x", "c1@x p1.3@x", "Interesting."))
    assert more.patches == {"p1.1@x": "posted", "p1.2@x": "reviewed", "p1.3@x": "in-review"}
    refused = judged(three(), says("c@x", "c1@x", "NAK", who=CHEN))
    assert (refused.status, set((refused.patches or {}).values())) == ("rejected", {"rejected"})
    built = event("build-report", 3)
    robot = says("e@x", "c1@x p1.3@x", "It does not build.", who=ROBOT, day=3)
    assert judged(three(), robot, events=(built,)).patches == {
        "p1.1@x": "posted", "p1.2@x": "posted", "p1.3@x": "changes-requested",
    }  # fmt: skip
    assert judged(one()).patches == {"p1@x": "posted"}
    assert judged(mail("m@x", "Question about demo")).patches == {}


def test_a_build_failure_of_an_older_version_is_nobodys() -> None:
    """Also when the robot was late."""
    robot = says("e@x", "p1@x", "It does not build.", who=ROBOT, day=20)
    assert judged(one(), robot, events=(event("build-report"),)).status == "changes-requested"
    assert judged(one(), one(2, 9, "width"), robot, events=(event("build-report"),)).status == "posted"


@pytest.mark.parametrize(
    ("mails", "status"),
    [
        ([says("b2@x", "p1@x b@x a@x", "Fair enough.", day=3)], "in-review"),
        ([says("b2@x", "p1@x b@x a@x", "Interesting.", day=3)], "in-review"),
        ([says("b2@x", "p1@x b@x a@x", "Please do it anyway.", day=3)], "changes-requested"),
        ([says("b2@x", "p1@x b@x a@x", "Looks good to me then.", day=3)], "in-review"),
        ([says("b2@x", "p1@x", RB, day=3)], "reviewed"),
        ([says("c@x", "p1@x b@x a@x", "Please do it anyway.", who=CHEN, day=3)], "changes-requested"),
        ([says("c@x", "p1@x", RB.replace(BEN, CHEN), who=CHEN, day=3)], "reviewed"),
        ([one(2, 9, "width")], "posted"),
        ([says("b2@x", "p1@x b@x a@x", "I'll fix it up when applying.", day=3)], "in-review"),
    ],
)
def test_what_ends_a_request(mails: list[bytes], status: str) -> None:
    """The author answers it; it is open again when somebody insists."""
    asked = says("b@x", "p1@x", "Please drop the counter.")
    answered = says("a@x", "p1@x b@x", "It is needed for the reader.", who=ANNA, day=2)
    assert judged(one(), asked, answered, *mails).status == status


def test_what_ends_a_condition() -> None:
    """Its person is content with the answer, or gives the tag."""
    first = [one(), says("b@x", "p1@x", f"With that fixed:\n{RB}"), says("a@x", "p1@x b@x", "It is on purpose.", who=ANNA, day=2)]
    assert judged(*first).status == "changes-requested"
    assert judged(*first, says("b2@x", "p1@x b@x a@x", "Fine with me.", day=3)).status == "in-review"
    assert judged(*first, says("b2@x", "p1@x b@x a@x", RB, day=3)).status == "reviewed"


def test_words_for_others_ask_the_author_nothing() -> None:
    """A question to another reviewer, and one that calls another by name."""
    talk = [says("b@x", "p1@x", "Interesting."), says("c@x", "p1@x b@x", "Why, Ben?", who=CHEN, day=2)]
    assert judged(one(), *talk).status == "in-review"
    called = says("c@x", "p1@x", "Ben, could you test this one?", who=CHEN, day=2)
    assert judged(one(), talk[0], called).status == "in-review"


def test_only_a_maintainer_takes_patches() -> None:
    """His word ends what he asked and what the author planned; another's is only an answer."""
    asked = [one(), says("c@x", "p1@x", "Please fix the typo.", who=CHEN)]
    plan = says("a@x", "p1@x c@x", "Will do.", who=ANNA, day=2)
    taken = judged(*asked, plan, says("c2@x", "p1@x c@x a@x", "I'll fix that myself.", who=CHEN, day=3))
    assert (taken.status, taken.turn, taken.turn_who) == ("in-review", "maintainer", (C,))
    other = judged(one(), says("b@x", "p1@x", "I'll take this into my distribution."))
    assert (other.status, other.turn) == ("in-review", "unknown")


def test_a_plan_after_a_refusal_is_newer() -> None:
    """Refused by the maintainer, but the author goes on."""
    refused = says("c@x", "p1@x", "NAK", who=CHEN)
    found = judged(one(), refused, says("a@x", "p1@x c@x", "OK, I'll send a v2 without it.", who=ANNA, day=2))
    assert (found.status, found.turn) == ("changes-requested", "author")


def test_a_robots_tag_is_no_review() -> None:
    """A posting that lists a robot's Tested-by, and one for a stable tree that lists the tags of its original."""
    log = "Count.\n\nTested-by: syzbot+1@example.com\nSigned-off-by: Anna Author <anna@example.org>\n"
    assert judged(patch("p1@x", "[PATCH] demo: one", log=log)).status == "posted"
    log = f"Count.\n\n{RB}Signed-off-by: Anna Author <anna@example.org>\n"
    assert judged(patch("p1@x", "[PATCH] demo: one", log=log)).status == "reviewed"
    assert judged(patch("p1@x", "[PATCH 6.1.y] demo: one", log=log)).status == "posted"


def test_one_patch_taken_back_is_not_the_series() -> None:
    """Only that patch is rejected."""
    found = judged(three(), says("a@x", "c1@x p1.2@x", "Please ignore this patch.", who=ANNA))
    assert found.status == "posted"
    assert found.patches == {"p1.1@x": "posted", "p1.2@x": "rejected", "p1.3@x": "posted"}


def test_superseded_by_the_next_version_here() -> None:
    """A link to a mail of the same topic names no other topic."""
    words = "Superseded by https://lore.kernel.org/r/p1@x"
    assert judged(one(), says("a@x", "p1@x", words, who=ANNA)).status == "posted"


def test_when_anything_last_moved() -> None:
    """The newest mail of a person, landing or event; robots do not move anything."""
    assert judged(one(), says("r@x", "p1@x", "Hm.", who=ROBOT, day=50)).moved == START
    assert judged(one(), says("b@x", "p1@x", "Hm.", day=7)).moved == START + 7 * DAY
    assert judged(one(), landings=(landing(day=30),)).moved == START + 30 * DAY


@pytest.mark.parametrize("status", [rule.status for rule in RULES])
def test_only_open_states_grow_stale(status: str) -> None:
    """At the limit and not a second before; the turn stays, and without a date nothing is claimed."""
    who = (B,)
    stale = "stalled" if status in OPEN else status
    state = Judgement(status, "", (), 1.0, "reviewer", who, moved=START)
    assert aged(state, START + STALLED_AFTER) == (stale, "reviewer", who)
    assert aged(state, START + STALLED_AFTER - 1) == (status, "reviewer", who)
    assert aged(replace(state, moved=None), START + STALLED_AFTER) == (status, "reviewer", who)
    assert aged(state, START + 10, 10)[0] == stale
    assert aged(state, START + 1000 * DAY)[0] == stale


@pytest.mark.parametrize("status", [rule.status for rule in RULES])
def test_what_is_lost_sight_of(status: str) -> None:
    """Nobody's turn is claimed then; what is no open state stays what it is."""
    lost = ("unknown", "unknown", ()) if status in OPEN else (status, "reviewer", (B,))
    at_once = Judgement(status, "", (), 1.0, "reviewer", (B,), moved=START, lost_after=0)
    assert aged(at_once, START + STALLED_AFTER) == lost
    assert aged(at_once, START + STALLED_AFTER - 1) == (status, "reviewer", (B,))
    later = replace(at_once, lost_after=60 * DAY)
    assert aged(later, START + STALLED_AFTER + 60 * DAY - 1)[0] == ("stalled" if status in OPEN else status)
    assert aged(later, START + STALLED_AFTER + 60 * DAY) == lost


def test_the_reason_for_silence_says_since_when_and_what_was_before() -> None:
    """With what is not known, where that is why nothing is claimed."""
    assert why("stalled", "2024-05-30", "posted", "no answer") == "nothing moved since 2024-05-30; before that posted: no answer"
    words = why("unknown", "2024-05-30", "in-review", "answered by Ben Reviewer")
    assert words == (
        "no word of what became of it since 2024-05-30; before that in-review: answered by Ben Reviewer"
    )


SAID: tuple[tuple[str, list[bytes], int | None], ...] = (
    ("no answer", [one()], None),
    ("a remark", [one(), says("b@x", "p1@x", "Interesting.")], AT_ONCE),
    ("an answered question", [one(), says("b@x", "p1@x", "Why?"), says("a@x", "p1@x b@x", "Cheap.", who=ANNA, day=2)], AT_ONCE),
    ("a promised review", [one(), says("b@x", "p1@x", "I'll review this tomorrow.")], None),
    ("who said he will take it", [one(), says("c@x", "p1@x", "I'll queue it up.", who=CHEN)], AT_ONCE),
    ("a request", [one(), says("b@x", "p1@x", "Please add a test.")], None),
    ("a question", [one(), says("b@x", "p1@x", "Why a counter?")], None),
    (
        "a request, and others talk on",
        [one(), says("b@x", "p1@x", "Please add a test."), says("c@x", "p1@x b@x", "There is one.", who=CHEN, day=2)], AT_ONCE,
    ),
    (
        "a question, and others talk on",
        [one(), says("b@x", "p1@x", "Why a counter?"), says("c@x", "p1@x b@x", "It is cheap.", who=CHEN, day=2)], None,
    ),
    ("a plan", [one(), says("b@x", "p1@x", "Please add a test."), says("a@x", "p1@x b@x", "Will do.", who=ANNA, day=2)], LATE),
    ("one granted", [one(), says("b@x", "p1@x", "It leaks."), says("a@x", "p1@x b@x", "Agreed.", who=ANNA, day=2)], None),
    ("a tag", [one(), says("b@x", "p1@x", RB)], SOON),
    ("a tag, who will take it", [one(), says("b@x", "p1@x", RB), says("c@x", "p1@x", "I'll queue it.", who=CHEN)], AT_ONCE),
)  # fmt: skip


@pytest.mark.parametrize(("mails", "lost_after"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_what_silence_says(mails: list[bytes], lost_after: int | None) -> None:
    """After plain words, or none, that nothing happened; after words that are not understood nothing; after review it fades."""
    assert judged(*mails).lost_after == lost_after


def test_the_diagram_shows_every_rule() -> None:
    """Every condition, status and turn of the table, in its order."""
    text = diagram()
    at = 0
    for rule in RULES:
        at = text.index(f'{{"{rule.when}?"}} -- yes --> ', at)
        assert text.index(f'["{rule.status}<br/>turn: {rule.turn}"]', at) > at


WORDS = ("Why?", "Please fix it.", RB, "NAK", "Will do.", "Please ignore this patch.", "OK.", "I'll take it.", "LGTM", "")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_any_topic_can_be_judged(seed: int) -> None:
    """Random talk about one or two versions with random landings: never raises, evidence unless nothing is known, same twice."""
    rng = random.Random(seed)
    mails: list[Any] = [three() if rng.random() < 0.5 else one(), *([one(2, 9)] if rng.random() < 0.5 else [])]
    targets = ["c1@x", "p1@x", "p1.1@x", "p2@x", "gone@x"]
    for number in range(rng.randrange(8)):
        who = rng.choice((ANNA, BEN, CHEN, ROBOT))
        mails.append(says(f"m{number}@x", rng.choice(targets), rng.choice(WORDS), who=who, day=rng.uniform(0, 20)))
        targets.append(f"{targets[rng.randrange(len(targets))].split()[-1]} m{number}@x")
    landings = tuple(
        landing(rng.choice((None, "p1@x", "p1.1@x", "p2@x")), rng.choice(("maintainer", "next", "mainline", "stable")),
                rng.randrange(30), reverted_by=rng.choice(("", "", "aaaa")), dropped=rng.random() < 0.2)
        for _ in range(rng.choice((0, 0, 1, 3)))
    )  # fmt: skip
    kinds = ("regression", "dropped", "reverted", "build-report")
    events = tuple(event(rng.choice(kinds), is_open=rng.random() < 0.5) for _ in "12")
    case = case_of(*mails, landings=landings, events=events if rng.random() < 0.5 else ())
    found = judge(case)
    assert found.evidence
    assert found.reason
    assert found == judge(case)
    assert set(found.patches or {}) == {patch.msgid for patch in case.review.patches}


def test_deep_threads_are_judged() -> None:
    """Two thousand answers, each to the one before, end (each mail climbs a bounded way)."""
    refs = ["p1@x", *(f"p1@x m{n}@x" for n in range(2000))]
    chain = [says(f"m{n}@x", refs[n], "Why?", who=(BEN, ANNA)[n % 2], day=n / 100) for n in range(2000)]
    assert judged(one(), *chain).status in ("in-review", "changes-requested")


def test_nothing_known_of_a_patch() -> None:
    """Without landings there is no fate."""
    assert fate_of(()) is None
