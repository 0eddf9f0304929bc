"""What became of patches, as mails and records tell it; each test posts a few small mails and says what follows from them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from tests.mails import DIFF, OTHER_DIFF, START, diff_of, mail, patch
from tests.notices import (
    AGAIN,
    ANNA,
    BEN,
    CHEN,
    DAY,
    FIRST,
    GREG,
    LINUS,
    MERGE,
    SECOND,
    UNDO,
    UNDO_MERGE,
    V1,
    asks_to_pull,
    failed,
    fixes,
    pulled,
    queued,
    regression,
    series_of_two,
    stable_review,
    thanks,
)
from tracker.core.aftermath import Aftermath, aftermath
from tracker.core.facts import Facts, examine
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.message import parse
from tracker.core.series import find_series
from tracker.core.spots import Record

TRUSTED = frozenset({"chen@example.org"})


def facts(raws: Iterable[bytes]) -> dict[str, Facts]:
    return {one.msgid: one for one in map(examine, map(parse, raws))}


def after(own: Sequence[bytes], *elsewhere: bytes, **more: Any) -> Aftermath:
    """own: the topic's threads, all of whose series are its revisions; elsewhere: other mails."""
    mails = facts(own)
    return aftermath(find_series(mails.values()), mails, facts(elsewhere).values(), **{"maintainers": TRUSTED, **more})


def landed(found: Aftermath) -> list[tuple[str | None, str, str]]:
    return [(one.patch, one.role, one.commit) for one in found.landings]


def kinds(found: Aftermath) -> list[str]:
    return [one.kind for one in found.events]


def event(found: Aftermath, kind: str) -> Event:
    (one,) = [one for one in found.events if one.kind == kind]
    return one


# --- applied


def test_a_thanks_mail_of_b4_is_a_landing() -> None:
    """Tree, branch, commit, who, when, and the mail as the evidence of landing and event."""
    found = after([V1, thanks(("demo: one", FIRST))])
    (one,) = found.landings
    assert (one.patch, one.commit, one.tree, one.branch, one.role) == ("p@x", FIRST, "demo/demo", "demo.misc", "maintainer")
    assert (one.by.email if one.by else "", one.date, one.evidence) == ("chen@example.org", START + 3 * DAY, (Evidence("ty@x"),))
    assert event(found, "applied").evidence == Evidence("ty@x")
    assert FIRST[:12] in event(found, "applied").text


def test_a_robot_of_patchwork_is_believed() -> None:
    """It names patch, commit, tree and who applied it; the robot itself applied nothing."""
    body = (
        "Hello:\n\nThis patch was applied to demo/demo-next.git (main)\nby Chen Maintainer <chen@example.org>:\n\n"
        "On Wed, 29 May 2024 16:26:40 +0000 you wrote:\n> Count.\n\nHere is the summary with links:\n"
        f"  - demo: one\n    https://git.kernel.org/demo/demo-next/c/{FIRST[:12]}\n\nYou are awesome, thank you!\n"
    )
    robot = mail("pw@x", "Re: [PATCH] demo: one", body, refs="p@x", sender="patchwork-bot+demo@kernel.org", at=START + DAY)
    (one,) = after([V1, robot], maintainers=frozenset()).landings
    assert (one.commit, one.tree, one.branch, one.role) == (FIRST[:12], "demo/demo-next", "main", "maintainer")
    assert one.by is not None
    assert one.by.email == "chen@example.org"


@pytest.mark.parametrize(("who", "moves"), [(CHEN, True), (BEN, False), (ANNA, False)])
def test_words_count_from_whom_they_come(who: str, moves: bool) -> None:
    """"Applied, thanks!" of somebody who keeps a tree is a landing; of anybody else it moves nothing."""
    found = after([V1, mail("w@x", "Re: [PATCH] demo: one", "Applied, thanks!\n", refs="p@x", sender=who, at=START + DAY)])
    assert landed(found) == ([("p@x", "maintainer", "")] if moves else [])
    assert kinds(found) == (["applied"] if moves else [])


def test_a_promise_to_apply_moves_nothing() -> None:
    """"I'll queue it up" is about the future."""
    assert after([V1, mail("w@x", "Re: [PATCH] demo: one", "I'll queue it up.\n", refs="p@x", sender=CHEN)]) == Aftermath()


def test_a_subset_is_only_what_is_listed() -> None:
    """"(subset)" with one patch of two leaves the other where it was."""
    mails = [*series_of_two(), thanks(("demo: two", SECOND), refs="c@x", subject="Re: (subset) [PATCH 0/2] demo")]
    assert landed(after(mails)) == [("p2@x", "maintainer", SECOND)]


@pytest.mark.parametrize(
    ("text", "refs", "patches"),
    [
        ("Applied, thanks!", "c@x", ["p1@x", "p2@x"]),
        ("Applied, thanks!", "c@x p1@x", ["p1@x"]),
        ("Both applied, thanks!", "c@x p1@x", ["p1@x", "p2@x"]),
        ("Applied patch 2, thanks.", "c@x", ["p2@x"]),
    ],
)
def test_which_patches_words_are_about(text: str, refs: str, patches: list[str]) -> None:
    """The cover stands for all, a patch for itself, and numbers for what they name."""
    answer = mail("w@x", "Re: [PATCH] demo", text + "\n", refs=refs, sender=CHEN, at=START + DAY)
    assert [one.patch for one in after([*series_of_two(), answer]).landings] == patches


def test_a_thanks_mail_is_for_the_version_that_was_there() -> None:
    """What was applied before v2 was posted is v1's, though v2 has the same title; later it is v2's."""
    v2 = patch("p2@x", "[PATCH v2] demo: one", refs="p@x", at=START + 10 * DAY, diff=OTHER_DIFF)
    assert landed(after([V1, v2, thanks(("demo: one", FIRST))])) == [("p@x", "maintainer", FIRST)]
    assert landed(after([V1, v2, thanks(("demo: one", FIRST), day=12)])) == [("p2@x", "maintainer", FIRST)]


# --- pulled and merged


def test_a_pull_request_elsewhere_and_its_answer() -> None:
    """The request names the title, the robot's answer the request only: merged, with the merge commit; both are evidence."""
    found = after([V1, thanks(("demo: one", FIRST))], asks_to_pull("demo: one", "demo: else"), pulled())
    assert landed(found) == [("p@x", "maintainer", FIRST), ("p@x", "mainline", "")]
    assert (found.landings[1].merge, found.landings[1].evidence) == (MERGE, (Evidence("prt@x"),))
    assert kinds(found) == ["applied", "pulled", "merged"]
    assert event(found, "pulled").evidence == Evidence("pull@x")
    assert event(found, "merged").at == START + 22 * DAY


def test_left_out_of_the_second_version_of_a_pull_request() -> None:
    """What only the first one told does not hold; what a note told, does."""
    again = asks_to_pull("demo: else", msgid="pull2@x", day=21, subject="[GIT PULL v2] demo for v6.11")
    (one,) = after([V1], asks_to_pull("demo: one", "demo: else"), again, pulled("pull2@x")).landings
    assert (one.role, one.dropped) == ("maintainer", True)
    told = after([V1, thanks(("demo: one", FIRST))], asks_to_pull("demo: one", "demo: else"), again)
    assert [one.dropped for one in told.landings] == [False]
    assert event(told, "dropped").evidence == Evidence("pull2@x")


def test_dropped_as_asked() -> None:
    """The bare word counts in answer to who asks for it; else it may be about a line of code."""
    asks = mail("a@x", "Re: [PATCH] demo: one", "Chen, please drop this patch.\n", refs="p@x ty@x", at=START + 5 * DAY)
    done = mail("d@x", "Re: [PATCH] demo: one", "Dropped.\n", refs="p@x ty@x a@x", sender=CHEN, at=START + 6 * DAY)
    aside = mail("d@x", "Re: [PATCH] demo: one", "Dropped.\n", refs="p@x ty@x", sender=CHEN, at=START + 6 * DAY)
    assert after([V1, thanks(("demo: one", FIRST)), asks, done]).landings[0].dropped
    assert not after([V1, thanks(("demo: one", FIRST)), asks, aside]).landings[0].dropped


def indexed(index: str) -> str:
    return DIFF.replace("1111111..2222222", index)


def built(msgid: str, *, sender: str = BEN, day: float = 30, subject: str = "[PATCH] other: go on", log: str = "Go on.\n",
          index: str = "2222222..3333333", file: str = "ring.c") -> bytes:  # fmt: skip
    """A patch that is made against ring.c as V1 leaves it."""
    diff = indexed(index).replace("ring.c", file)
    return patch(msgid, subject, diff=diff, sender=sender, at=START + int(day * DAY), log=log)


def test_what_others_build_on_is_in_a_tree() -> None:
    """A patch of somebody else is made against a file as this one leaves it; the first such patch proves it."""
    (one,) = after([V1], built("b2@x", day=40), built("b1@x")).landings
    assert (one.patch, one.role, one.tree, one.commit, one.date) == ("p@x", "maintainer", "", "", None)
    assert one.evidence == (Evidence("b1@x"),)
    assert landed(after([V1, thanks(("demo: one", FIRST))], built("b@x"))) == [("p@x", "maintainer", FIRST)]


@pytest.mark.parametrize(
    "other",
    [
        built("b@x", sender=ANNA),
        built("b@x", sender="Anna Author <anna@example.net>"),
        built("b@x", day=0.5),
        built("b@x", day=-3),
        built("b@x", index="4444444..3333333"),
        built("b@x", file="deep/ring.c"),
        built("b@x", subject="[PATCH 2/3] other: go on"),
        built("b@x", subject="[PATCH RFC] other: go on"),
        built("b@x", sender="kernel test robot <lkp@intel.com>"),
        built("b@x", log="On top of https://lore.kernel.org/r/p@x\n"),
    ],
    ids=["own", "own-address", "soon", "before", "changed", "elsewhere", "later-in-series", "rfc", "robot", "on-top"],
)
def test_what_may_stand_on_a_posting_is_no_proof(other: bytes) -> None:
    """Of the author, of who works with him, of the same series, of a file that was changed since, or of who names the posting."""
    assert after([V1], other).landings == ()


def test_what_the_last_patch_of_a_series_left() -> None:
    """It shows the patches before it, too. A new file is the same in one version only, a list of files in many."""
    two = [
        mail("c@x", "[PATCH 0/3] three", at=START),
        patch("p1@x", "[PATCH 1/3] demo: one", refs="c@x", diff=indexed("1111111..5555555"), at=START + 1),
        patch("p2@x", "[PATCH 2/3] demo: two", refs="c@x", diff=indexed("5555555..2222222"), at=START + 2),
        patch("p3@x", "[PATCH 3/3] demo: three", refs="c@x", diff=diff_of(3), at=START + 3),
    ]
    assert [one.patch for one in after(two, built("b@x")).landings] == ["p1@x", "p2@x"]
    assert after(two, built("b@x", index="5555555..3333333")).landings == ()  # as the first alone leaves it
    new = "diff --git a/new.c b/new.c\nnew file mode 100644\nindex 0000000..7777777\n--- /dev/null\n+++ b/new.c\n"
    new += "@@ -0,0 +1 @@\n+int a;\n"
    adds = patch("n@x", "[PATCH] demo: add a test", diff=DIFF + new)
    assert after([adds], built("b@x")).landings == ()
    assert [one.patch for one in after([adds], built("b@x", file="new.c", index="7777777..3333333")).landings] == ["n@x"]


def test_a_backport_is_no_base() -> None:
    """A file of a stable tree may be the same in mainline."""
    log = f"commit {FIRST} upstream.\n\nCount.\n"
    assert after([patch("p@x", "[PATCH 6.6] demo: one", log=log)], built("b@x")).landings == ()


def test_who_applied_it_drops_it() -> None:
    """`I'll drop this one` counts from who said that he has it; from another it may be about a line of code."""
    words = "I took a closer look and this isn't necessary.\n\nI'll drop this one.\n"
    told = mail("d@x", "Re: [PATCH] demo: one", words, refs="p@x ty@x", sender=CHEN, at=START + 6 * DAY)
    assert after([V1, thanks(("demo: one", FIRST)), told]).landings[0].dropped
    other = told.replace(b"Chen Maintainer <chen@", b"Dora Maintainer <dora@")
    both = TRUSTED | {"dora@example.org"}
    assert not after([V1, thanks(("demo: one", FIRST)), other], maintainers=both).landings[0].dropped


def test_an_author_says_where_his_rfc_can_be_had() -> None:
    """A branch of his own is no landing, though he maintains a tree; of a patch he asks to take it is one."""
    words = "Pushed these patches to https://git.example.org/demo/commits/for-next\n"
    told = mail("a@x", "Re: [PATCH RFC] demo: one", words, refs="p@x", at=START + DAY)
    rfc = patch("p@x", "[PATCH RFC] demo: one")
    assert after([rfc, told], maintainers={"anna@example.org"}).landings == ()
    assert after([V1, told], maintainers={"anna@example.org"}).landings


def test_a_backport_is_not_what_was_pulled() -> None:
    """A pull request of those days lists the commit that the patch carries to a stable tree."""
    log = f"commit {FIRST} upstream.\n\nCount.\n\nSigned-off-by: {ANNA}\n"
    carried = patch("b@x", "[PATCH] demo: one", log=log, at=START + 21 * DAY)
    assert after([carried], asks_to_pull("demo: one"), pulled()).landings == ()


def test_linus_says_that_the_robot_missed_a_pull() -> None:
    """He has pulled it then; from anybody else it is a question."""
    words = "I'm not sure why pr-tracker-bot didn't like your pull request.\n"
    told = mail("l@x", "Re: [GIT PULL] demo for v6.11", words, refs="pull@x", sender=LINUS, at=START + 21 * DAY)
    assert [role for _, role, _ in landed(after([V1], asks_to_pull("demo: one"), told))] == ["maintainer", "mainline"]
    other = told.replace(LINUS.encode(), BEN.encode())
    assert [role for _, role, _ in landed(after([V1], asks_to_pull("demo: one"), other))] == ["maintainer"]


@pytest.mark.parametrize("title", ["demo: remove redundant tab space", "demo: remove another space"])
def test_pulled_under_a_title_that_is_much_alike(title: str) -> None:
    """What the sender of a pull request has applied is found there under a title that others would not be found under."""
    v1 = patch("p@x", "[PATCH] demo: remove redundant tap space")
    asks, own = asks_to_pull(title), thanks(("demo: remove redundant tap space", FIRST), day=3)
    assert [role for _, role, _ in landed(after([v1], asks, pulled()))] == []
    found = [role for _, role, _ in landed(after([v1, own], asks, pulled()))]
    assert found == (["maintainer", "mainline"] if "tab" in title else ["maintainer"])


def test_one_line_of_a_shortlog_is_one_patch() -> None:
    """Two patches of a series with one title but for the tree: the pull request of one tree lists it once."""
    two = [
        mail("c@x", "[PATCH 0/2] two", at=START),
        patch("p1@x", "[PATCH 1/2] fs: remove a duplicate header", refs="c@x", diff=diff_of(1), at=START + 1),
        patch("p2@x", "[PATCH 2/2] net: remove a duplicate header", refs="c@x", diff=diff_of(2), at=START + 2),
    ]
    assert after(two, asks_to_pull("mm: remove a duplicate header"), pulled()).landings == ()


def test_a_pull_that_was_taken_back() -> None:
    """Linus pulls, and thinks better of it."""
    subject, words = "Re: [GIT PULL] demo for v6.11", "Actually, I take that back.\n"
    asked = asks_to_pull("demo: one")
    yes = mail("yes@x", subject, "I've pulled this.\n", refs="pull@x", sender=LINUS, at=START + 21 * DAY)
    no = mail("no@x", subject, words, refs="pull@x yes@x", sender=LINUS, at=START + 21 * DAY + 9)
    assert [role for _, role, _ in landed(after([V1], asked, yes))] == ["maintainer", "mainline"]
    assert [role for _, role, _ in landed(after([V1], asked, yes, no))] == ["maintainer"]
    assert [role for _, role, _ in landed(after([V1], asked, yes, no, pulled()))] == ["maintainer", "mainline"]


def test_the_rest_of_a_series_under_other_titles() -> None:
    """A pull request lists one patch of two by its title, and just one more of their author."""
    two = series_of_two()
    found = after(two, asks_to_pull("demo: one", "demo: quite another title"), pulled())
    assert [one.patch for one in found.landings if one.role == "mainline"] == ["p1@x", "p2@x"]
    more = after(two, asks_to_pull("demo: one", "demo: quite another title", "demo: and more"), pulled())
    assert [one.patch for one in more.landings if one.role == "mainline"] == ["p1@x"]


def test_the_rest_of_what_was_applied_together() -> None:
    """A pull request that lists most of what its sender applied at one time has the rest, too, but for what he dropped."""
    three = [mail("c@x", "[PATCH 0/3] three", at=START)]
    for n, word in ((1, "one"), (2, "two"), (3, "three")):
        three.append(patch(f"p{n}@x", f"[PATCH {n}/3] demo: {word}", refs="c@x", diff=diff_of(n), at=START + n))
    note = thanks(("demo: one", FIRST), ("demo: two", SECOND), ("demo: three", UNDO), refs="c@x", subject="Re: [PATCH 0/3] three")
    asks = asks_to_pull("demo: one", "demo: two", "demo: quite another", "demo: and more")

    def merged(*more: bytes) -> list[str | None]:
        return [one.patch for one in after([*three, *more], asks, pulled()).landings if one.role == "mainline"]

    assert merged() == ["p1@x", "p2@x"]
    assert merged(note) == ["p1@x", "p2@x", "p3@x"]
    gone = mail("d@x", "Re: [PATCH 3/3] demo: three", "I'll drop this one.\n", refs="p3@x", sender=CHEN, at=START + 6 * DAY)
    assert merged(note, gone) == ["p1@x", "p2@x"]


def test_two_patches_of_a_series_with_one_title() -> None:
    """A note that lists both tells them apart by their numbers."""
    two = [
        mail("c@x", "[PATCH 0/2] two", at=START),
        patch("p1@x", "[PATCH 1/2] demo: tidy up", refs="c@x", diff=diff_of(1), at=START + 1),
        patch("p2@x", "[PATCH 2/2] demo: tidy up", refs="c@x", diff=diff_of(2), at=START + 2),
    ]
    note = thanks(("demo: tidy up", FIRST), ("demo: tidy up", SECOND), refs="c@x", subject="Re: [PATCH 0/2] two")
    assert landed(after([*two, note])) == [("p1@x", "maintainer", FIRST), ("p2@x", "maintainer", SECOND)]


def test_a_test_with_the_title_of_what_it_tests() -> None:
    """A pull request that touches none of a patch's files lists another patch; one that touches some may be given to a twin."""
    assert after([V1], asks_to_pull("demo: one", files="other.c"), pulled()).landings == ()
    assert landed(after([V1], asks_to_pull("demo: one", files="other.c .../deep/down/ring.c"), pulled()))
    v1 = patch("p@x", "[PATCH liburing] test: add test cases for hybrid poll", diff=diff_of(7))
    own = thanks(("test: add test cases for hybrid poll", FIRST), day=3)
    asks = asks_to_pull("demo: add support for hybrid poll")
    assert [role for _, role, _ in landed(after([v1, own], asks, pulled()))] == ["maintainer"]


def test_a_title_that_another_patch_has_is_no_new_one() -> None:
    """What was posted under a title is no patch with a title alike; nor is one looked for after it was pulled."""
    v1, asks = patch("p@x", "[PATCH] demo: use the task work of the ring"), asks_to_pull("demo: use the task work of a ring")
    assert landed(after([v1], asks, pulled()))
    assert after([v1], asks, pulled(), titles={"demo use the task work of a ring": START}).landings == ()
    assert landed(after([v1], asks, pulled(), titles={"demo use the task work of a ring": START + 30 * DAY}))
    own = asks_to_pull("demo: use the task work of the ring", msgid="pull0@x", day=10)
    found = after([v1], own, asks, pulled("pull0@x", day=11))
    assert [one.evidence.msgid for one in found.events if one.kind == "pulled"] == ["pull0@x"]


def test_the_patches_of_a_series_under_another_name() -> None:
    """A pull request names the maintainer as the author of one patch, and lists the others of its series."""
    two = series_of_two()
    listed = asks_to_pull("demo: one").decode().replace("\n\n ring.c", "\n\nChen Maintainer (1):\n      demo: two\n\n ring.c")
    found = after(two, listed.encode(), pulled())
    assert [one.patch for one in found.landings if one.role == "mainline"] == ["p1@x", "p2@x"]


def test_what_others_mend_has_landed() -> None:
    """A Fixes trailer ties commit and title; the author's own, soon after, may be of a tree that nobody else has."""
    (one,) = after([V1], fixes(FIRST, "demo: one")).landings
    assert (one.patch, one.role, one.tree, one.commit) == ("p@x", "maintainer", "", FIRST[:12])
    assert one.evidence == (Evidence("fix@x"),)
    own = fixes(FIRST, "demo: one", day=3).replace(b"From: Ben Stranger <ben@", b"From: Anna Author <anna@")
    assert after([V1], own).landings == ()
    assert landed(after([V1, thanks(("demo: one", SECOND))], fixes(FIRST, "demo: one"))) == [("p@x", "maintainer", SECOND)]


def test_a_pull_request_with_another_author_s_patch() -> None:
    """Two people may fix the same thing under the same title; a name that was spoilt on its way is no other."""
    theirs = asks_to_pull("demo: one").replace(b"Anna Author (1)", b"Ben Other (1)")
    assert after([V1], theirs, pulled()).landings == ()
    spoilt = asks_to_pull("demo: one").replace(b"Anna Author (1)", b"Anna Author? (1)")
    assert landed(after([V1], spoilt, pulled()))


def test_a_pull_request_that_was_not_answered_is_no_merge() -> None:
    """It shows that the patch is in the tree of who asks."""
    found = after([V1], asks_to_pull("demo: one"))
    assert [(one.role, one.branch) for one in found.landings] == [("maintainer", "tags/demo-6.11")]


def test_the_head_of_a_pull_request_is_no_commit_of_a_patch() -> None:
    """Unless it says that it has one patch only."""
    assert after([V1], asks_to_pull("demo: one", "demo: else", head=FIRST)).landings[0].commit == ""
    assert after([V1], asks_to_pull("demo: one", head=FIRST)).landings[0].commit == FIRST


def test_a_series_that_can_be_pulled_from_its_author_landed_nowhere() -> None:
    """A cover letter with `git request-pull` in it asks for review."""
    cover, one, two = series_of_two()
    asking = asks_to_pull("demo: one", "demo: two", msgid="c@x", subject="[PATCH 0/2] demo", who=ANNA, day=0)
    assert after([asking, one, two]) == Aftermath()
    assert cover


# --- replaced


def test_a_rebased_commit_is_replaced() -> None:
    """The commit of the thanks mail never reached mainline: another one did, which a report in mainline's tree names."""
    found = after([V1, thanks(("demo: one", FIRST))], *MERGED, stable_review("demo: one", SECOND))
    assert [(one.role, one.commit, one.replaced_by) for one in found.landings] == [
        ("maintainer", FIRST, SECOND),
        ("mainline", SECOND, ""),
        ("stable", "", ""),
    ]
    assert SECOND[:12] in event(found, "replaced").text
    assert event(found, "replaced").evidence == Evidence("prt@x")


# --- reverted and applied again

UNDO_PULL = asks_to_pull(
    'Revert "demo: one"', msgid="undo@x", head=UNDO, day=80, subject="Re: [REGRESSION] linker fails", refs="reg@x",
    ref="tags/demo-6.12.revert",
)  # fmt: skip
MERGED = (asks_to_pull("demo: one", "demo: else"), pulled())
UNDONE = (UNDO_PULL, pulled("undo@x", msgid="prt2@x", merge=UNDO_MERGE, day=81))
COME_BACK = (
    asks_to_pull('Reapply "demo: one"', msgid="again@x", head=AGAIN, day=100),
    pulled("again@x", msgid="prt3@x", day=101),
)


def test_a_revert_that_was_pulled() -> None:
    """The pull request stands inside of the report's thread; with its answer the patch is reverted in mainline."""
    found = after([V1], *MERGED, *UNDONE)
    mainline = found.landings[-1]
    assert (mainline.role, mainline.reverted_by) == ("mainline", UNDO)
    assert event(found, "reverted").text.startswith(f"mainline {UNDO[:12]} by {UNDO_MERGE[:12]}")
    asked = [one.text for one in found.events if one.kind == "pulled"]
    assert asked == ["Chen Maintainer asks to pull it: demo-6.11", "Chen Maintainer asks to pull its revert: demo-6.12.revert"]


def test_a_revert_that_is_asked_for_only_is_none_yet() -> None:
    """As long as nobody says that it was pulled the patch stands in mainline."""
    found = after([V1], *MERGED, UNDO_PULL)
    assert [one.reverted_by for one in found.landings if one.role == "mainline"] == [""]


def test_a_stable_review_of_a_revert_proves_it_for_mainline() -> None:
    """"commit SHA upstream" in it names the revert in mainline, and the stable branch has it too."""
    log = f"This reverts commit {SECOND}.\n"
    found = after([V1], *MERGED, stable_review('Revert "demo: one"', UNDO, log=log))
    assert [(one.role, one.commit, one.reverted_by) for one in found.landings[-1:]] == [("mainline", SECOND, UNDO)]
    told = [one.text for one in found.events if one.kind == "reverted"]
    assert told == [f"mainline {UNDO[:12]} (by then)", "stable 6.11 (review)"]


def test_applied_again_after_a_revert() -> None:
    """The later landing stands beside the reverted one, and is not reverted itself."""
    found = after([V1], *MERGED, *UNDONE, *COME_BACK)
    rows = [(one.commit, one.reverted_by) for one in found.landings if one.role == "mainline"]
    assert rows == [("", UNDO), (AGAIN, "")]
    assert [one.text.partition(" by")[0] for one in found.events if one.kind == "merged"] == [
        "mainline", f"again mainline {AGAIN[:12]}"
    ]  # fmt: skip


def test_a_reverts_own_topic_is_not_told_of_the_patch() -> None:
    """What happened to the patch before is the patch's; the revert's own landing is the revert's."""
    log = f'This reverts commit {SECOND} ("demo: one").\n'
    revert = patch("r@x", '[PATCH] Revert "demo: one"', at=START + 79 * DAY, log=log)
    mend = fixes(SECOND, "demo: one", day=82)
    found = after([revert], thanks(("demo: one", FIRST), day=81), queued("demo: one", SECOND), regression(FIRST), mend)
    assert found == Aftermath()
    found = after([revert], asks_to_pull('Revert "demo: one"', head=UNDO, day=80))
    assert landed(found) == [("r@x", "maintainer", UNDO)]


def test_a_fix_of_the_revert_is_no_fix_of_the_patch() -> None:
    """`Fixes:` with the revert's title is the revert's matter."""
    found = after([V1], fixes(UNDO, 'Revert "demo: one"'), regression(UNDO, day=75))
    assert found == Aftermath()


# --- dropped


def drops(who: str) -> bytes:
    text = "I dropped this from my tree.\n"
    return mail("d@x", "Re: [PATCH] demo: one", text, refs="p@x ty@x", sender=who, at=START + 5 * DAY)


def test_a_maintainer_takes_a_patch_out_again() -> None:
    """The landing is dropped and says so; when it is applied again it is not."""
    gone = drops(CHEN)
    found = after([V1, thanks(("demo: one", FIRST)), gone])
    assert [one.dropped for one in found.landings] == [True]
    assert event(found, "dropped").evidence == Evidence("d@x")
    back = thanks(("demo: one", SECOND), msgid="ty2@x", day=9)
    found = after([V1, thanks(("demo: one", FIRST)), gone, back])
    assert (SECOND, False) in [(one.commit, one.dropped) for one in found.landings]


def test_a_stranger_cannot_drop_a_patch() -> None:
    """Only who keeps a tree takes out of it."""
    found = after([V1, thanks(("demo: one", FIRST)), drops(BEN)])
    assert [one.dropped for one in found.landings] == [False]


# --- stable


def test_a_stable_queue_names_the_commit_in_mainline() -> None:
    """It was in mainline by then, and goes to that stable branch."""
    found = after([V1], queued("demo: one", SECOND))
    assert [(one.role, one.commit, one.branch) for one in found.landings] == [("mainline", SECOND, ""), ("stable", "", "6.11")]
    assert kinds(found) == ["backported", "merged"]
    assert event(found, "merged").text == f"mainline {SECOND[:12]} (by then)"


def test_queue_and_review_of_one_branch_are_one_landing() -> None:
    """And each branch is one of its own."""
    found = after(
        [V1], queued("demo: one", SECOND), stable_review("demo: one", SECOND),
        stable_review("demo: one", SECOND, msgid="st2@x", branch="6.12"),
    )  # fmt: skip
    assert [one.branch for one in found.landings if one.role == "stable"] == ["6.11", "6.12"]


def test_a_failed_stable_apply_is_open_until_it_is_there() -> None:
    """It waits for somebody; a landing in that branch ends it, one in another branch does not."""
    assert event(after([V1], failed("demo: one", SECOND)), "backport-failed").open
    other = queued("demo: one", SECOND, branch="6.11")
    assert event(after([V1], failed("demo: one", SECOND), other), "backport-failed").open
    same = queued("demo: one", SECOND, branch="6.6")
    assert not event(after([V1], failed("demo: one", SECOND), same), "backport-failed").open
    seen = Landing("p@x", AGAIN, "stable", "stable", "linux-6.6.y", date=START + 88 * DAY, how="subject")
    assert not event(after([V1], failed("demo: one", SECOND), found=[seen]), "backport-failed").open


def test_a_backport_is_not_told_of_other_branches() -> None:
    """A patch posted for one stable release is not in another one because the same commit was queued there."""
    log = f"commit {SECOND} upstream.\n\nCount.\n"
    own = patch("b@x", "[PATCH 6.6.y] demo: one", log=log, at=START + 80 * DAY)
    found = after([own], queued("demo: one", SECOND, branch="6.11"), queued("demo: one", SECOND, msgid="q2@x", branch="6.6"))
    assert [(one.role, one.branch) for one in found.landings] == [("stable", "6.6")]


def test_a_stable_maintainers_words_about_a_backport() -> None:
    """"Now queued up" is a landing in the branch that the patch is for; anybody else's words are none."""
    own = patch("b@x", "[PATCH 6.6.y] demo: one", log=f"commit {SECOND} upstream.\n\nCount.\n")

    def says(text: str, who: str) -> bytes:
        return mail("w@x", "Re: [PATCH 6.6.y] demo: one", f"{text}\n", refs="b@x", sender=who, at=START + DAY)

    found = after([own, says("Now queued up, thanks.", GREG)], maintainers=frozenset())
    assert [(one.role, one.branch, one.evidence) for one in found.landings] == [("stable", "6.6", (Evidence("w@x"),))]
    assert after([own, says("Now queued up, thanks.", BEN)]) == Aftermath()
    assert after([own, says("I'll queue it up.", GREG)]).landings == ()


def test_what_is_dropped_from_one_stable_tree_stays_in_others() -> None:
    """Each branch has its own queue."""
    gone = mail("g@x", 'Patch "demo: one" has been dropped from the 6.6-stable tree', sender=GREG, at=START + 89 * DAY)
    queues = [queued("demo: one", SECOND, branch=branch, msgid=f"q{branch}@x") for branch in ("6.6", "6.11")]
    found = after([V1], *queues, gone, maintainers=frozenset())
    assert {one.branch: one.dropped for one in found.landings if one.role == "stable"} == {"6.6": True, "6.11": False}


# --- regressions and fixes


def test_a_regression_is_tied_by_the_commit_alone() -> None:
    """No title, no reference, another thread: a mail that ties title and commit is between them."""
    found = after([V1, thanks(("demo: one", FIRST))], regression(FIRST[:12]))
    assert (event(found, "regression").evidence, event(found, "regression").open) == (Evidence("reg@x"), True)
    assert "regression" not in kinds(after([V1], regression(FIRST)))


def test_a_regression_is_closed_by_a_fix_or_a_revert() -> None:
    """A patch with `Fixes:` posted later, or the revert in mainline; a fix that came before does not."""
    start = [V1, thanks(("demo: one", FIRST))]
    assert not event(after(start, regression(FIRST), fixes(FIRST, "demo: one")), "regression").open
    assert event(after(start, regression(FIRST), fixes(FIRST, "demo: one", day=50)), "regression").open
    undone = stable_review('Revert "demo: one"', UNDO, log=f"This reverts commit {FIRST}.\n")
    assert not event(after(start, regression(FIRST), undone), "regression").open


def test_a_regression_after_the_patch_came_back_is_open() -> None:
    """The old revert does not answer it."""
    late = regression(FIRST, msgid="reg2@x", day=120)
    found = after([V1, thanks(("demo: one", FIRST))], *MERGED, regression(FIRST), *UNDONE, *COME_BACK, late)
    reports = [one for one in found.events if one.kind == "regression"]
    assert [(one.evidence.msgid, one.open) for one in reports] == [("reg@x", False), ("reg2@x", True)]


def test_a_patch_elsewhere_that_mends_it() -> None:
    """`Fixes:` by title and commit, or by a commit that is known."""
    assert event(after([V1], fixes(FIRST, "demo: one")), "fixed").evidence == Evidence("fix@x")
    assert "fixed" in kinds(after([V1, thanks(("demo: one", FIRST))], fixes(FIRST, "a title: mistyped")))
    assert kinds(after([V1], fixes(FIRST, "demo: another"))) == []


def test_a_newer_version_ends_a_build_report() -> None:
    """A robot's failure of v1 is nobody's business when v2 is there."""
    body = f"Hi Anna,\n\nkernel test robot noticed the following build errors:\n\npatch link: https://lore.kernel.org/r/p@x\n\n{FIRST}\n"
    robot = mail("lkp@x", "Re: [PATCH] demo: one", body, refs="p@x", sender="kernel test robot <lkp@intel.com>", at=START + DAY)
    v2 = patch("p2@x", "[PATCH v2] demo: one", refs="p@x", at=START + 10 * DAY, diff=OTHER_DIFF)
    assert event(after([V1, robot]), "build-report").open
    assert not event(after([V1, robot, v2]), "build-report").open


def test_taking_a_patch_ends_a_build_report_of_its_posting() -> None:
    """Who takes it afterwards has seen to it; what was reported of the commit stays open."""
    body = f"Hi Anna,\n\nkernel test robot noticed the following build errors:\n\npatch link: https://lore.kernel.org/r/p@x\n\n{FIRST}\n"
    robot = mail("lkp@x", "Re: [PATCH] demo: one", body, refs="p@x", sender="kernel test robot <lkp@intel.com>", at=START + DAY)
    assert not event(after([V1, robot, thanks(("demo: one", FIRST), day=3)]), "build-report").open
    assert event(after([V1, robot, thanks(("demo: one", FIRST), day=0.5)]), "build-report").open


# --- nothing


@pytest.mark.parametrize(
    "text",
    [
        "I looked at {sha} and wonder about locks.",
        'As {short} ("demo: one") shows, counting works.',
        "See commit {sha}, which was merged in 6.11.",
        "> #regzbot introduced: {sha}\n\nNo, it was not.",
    ],
)
def test_a_mail_that_quotes_a_commit_says_nothing(text: str) -> None:
    """People name commits in any discussion."""
    words = text.format(sha=FIRST, short=FIRST[:12]) + "\n"
    talk = mail("t@x", "Re: [RFC] quite another thing", words, sender=CHEN, refs="else@x", at=START + 50 * DAY)
    start = [V1, thanks(("demo: one", FIRST))]
    assert after(start, talk) == after(start)


def test_a_posting_that_quotes_a_commit_says_nothing() -> None:
    """A patch for another tree that explains itself with the commit is no event."""
    log = f'Skip the test since {FIRST[:12]} ("demo: one").\n\nSigned-off-by: {BEN}\n'
    skip = patch("s@x", "[PATCH] tests: skip on new kernels", log=log, diff=diff_of(8), at=START + 40 * DAY, sender=BEN)
    start = [V1, thanks(("demo: one", FIRST))]
    assert after(start, skip) == after(start)


def test_the_same_title_in_another_time() -> None:
    """Two topics with one title, years apart: neither is told of the other's thanks mail, pull request and stable mails."""
    later = START + 900 * DAY
    other = patch("n@x", "[PATCH] demo: one", at=later, diff=diff_of(6))
    early = (thanks(("demo: one", FIRST)), *MERGED, queued("demo: one", FIRST, msgid="q1@x"))
    late = (
        thanks(("demo: one", SECOND), msgid="ty2@x", refs="n@x", day=903),
        asks_to_pull("demo: one", "demo: else", msgid="pull2@x", day=920), pulled("pull2@x", msgid="prt2@x", day=922),
        queued("demo: one", SECOND, day=930),
    )  # fmt: skip
    assert after([V1], *early, *late) == after([V1], *early)
    assert after([other, late[0]], *early, *late[1:]) == after([other, late[0]], *late[1:])


def test_a_thanks_mail_in_another_thread() -> None:
    """It answers a cover that was sent apart: the titles in it are this topic's, unless the patch is long gone."""
    answer = thanks(("demo: one", FIRST), refs="cover-elsewhere@x", day=90)
    assert landed(after([V1], answer)) == [("p@x", "maintainer", FIRST)]
    assert after([V1], thanks(("demo: one", FIRST), refs="cover-elsewhere@x", day=400)) == Aftermath()


def test_an_old_patch_that_is_backported() -> None:
    """Years later a stable queue names its commit: it is meant as long as no other commit is known for it."""
    late = queued("demo: one", SECOND, day=1_200)
    assert [(one.role, one.commit) for one in after([V1], late).landings] == [("mainline", SECOND), ("stable", "")]
    early = queued("demo: one", FIRST, day=30, msgid="q1@x")
    assert after([V1], early, late) == after([V1], early)


def test_no_revisions_no_aftermath() -> None:
    """A discussion has none."""
    assert aftermath((), {}) == Aftermath()


# --- records and trees

TOLD = Record(
    FIRST, "demo: one", "demo", "maintainer", patch="p@x", branch="demo.misc", replaced_by=SECOND, date=START + 3 * DAY,
    seen=("ty@x",),
)  # fmt: skip
MAIN = Record(
    SECOND, "demo: one", "mainline", "mainline", patch="p@x", merge=MERGE, first_tag="v6.11-rc1", reverted_by=UNDO,
    date=START + 22 * DAY, recorded="push log",
)  # fmt: skip
BACK = Record(
    UNDO, 'Revert "demo: one"', "mainline", "mainline", merge=UNDO_MERGE, first_tag="v6.13-rc1", reverts=SECOND,
    date=START + 81 * DAY, recorded="push log",
)  # fmt: skip


def test_records_alone_tell_a_story() -> None:
    """Applied, replaced, merged with its tag, reverted; every event has the record as evidence."""
    found = after([V1], records=(TOLD, MAIN, BACK))
    assert [(one.role, one.commit, one.first_tag, one.how) for one in found.landings] == [
        ("maintainer", FIRST, "", "record"), ("mainline", SECOND, "v6.11-rc1", "record"),
    ]  # fmt: skip
    assert [one.replaced_by for one in found.landings] == [SECOND, ""]
    assert found.landings[1].reverted_by == UNDO
    assert kinds(found) == ["applied", "merged", "replaced", "reverted"]
    assert event(found, "reverted").text == f"mainline {UNDO[:12]} by {UNDO_MERGE[:12]} · v6.13-rc1 (recorded)"
    assert event(found, "merged").evidence.record


def test_records_and_mails_make_one_landing() -> None:
    """The mail stays the evidence, the record adds what no mail says."""
    mails = ([V1, thanks(("demo: one", FIRST))], *MERGED)
    found = after(*mails, records=(MAIN, TOLD, BACK))
    assert [(one.role, one.commit, one.how) for one in found.landings] == [
        ("maintainer", FIRST, "mail"), ("mainline", SECOND, "mail"),
    ]  # fmt: skip
    assert found.landings[0].evidence == (Evidence("ty@x"),)
    assert found.landings[1].evidence[0] == Evidence("prt@x")
    assert (found.landings[1].first_tag, found.landings[1].merge) == ("v6.11-rc1", MERGE)
    assert after(*mails).landings[1].first_tag == ""


def test_the_order_of_records_does_not_matter() -> None:
    """Also when a revert has another title and is tied by the commit it reverts."""
    plain = Record(UNDO, "demo: take it back", "mainline", "mainline", reverts=SECOND, date=START + 81 * DAY)
    mend = Record(AGAIN, "demo: mend it", "mainline", "mainline", fixes=SECOND, date=START + 91 * DAY)
    want = after([V1], records=(TOLD, MAIN, plain, mend))
    assert (want.landings[-1].reverted_by, kinds(want)[-2:]) == (UNDO, ["reverted", "fixed"])
    rows = [TOLD, MAIN, plain, mend]
    for seed in range(6):
        random.Random(seed).shuffle(rows)
        assert after([V1], records=rows) == want


def test_a_record_of_another_patch_with_that_title() -> None:
    """A record names its patch: it is not told of a topic that does not have it."""
    other = Record(FIRST, "demo: one", "mainline", "mainline", patch="else@x", date=START + 9 * DAY)
    assert after([V1], records=(other,)) == Aftermath()


def test_a_record_of_a_commit_that_a_mail_ties_to_a_backport() -> None:
    """Only the one in its own branch is told: another's is the patch's it is a backport of, or of an unknown branch."""
    own = patch("b@x", "[PATCH 6.6.y] demo: one", log=f"commit {SECOND} upstream.\n\nCount.\n", at=START + 80 * DAY)
    elsewhere = Record(AGAIN, "demo: one", "stable", "stable", upstream=SECOND, date=START + 85 * DAY)
    here = Record("9" * 40, "demo: one", "stable", "stable", branch="linux-6.6.y", upstream=SECOND, date=START + 85 * DAY)
    found = after([own], records=(MAIN, elsewhere, here))
    assert [(one.role, one.commit) for one in found.landings] == [("stable", "9" * 40)]


def test_a_git_tree_outranks_records_and_mails() -> None:
    """Of one commit or of mainline only what the tree shows is left, with the mails as further evidence."""
    seen = Landing(
        "p@x", SECOND, "mainline", "mainline", merge=MERGE, date=START + 21 * DAY, first_tag="v6.11-rc1", first_release="v6.11",
        how="date", evidence=(Evidence(commit=SECOND, tree="mainline"),),
    )  # fmt: skip
    wrong = Record("9" * 40, "demo: one", "mainline", "mainline", patch="p@x", date=START + 30 * DAY)
    found = after([V1, thanks(("demo: one", FIRST))], *MERGED, records=(wrong,), found=[seen])
    assert [(one.role, one.commit, one.how) for one in found.landings] == [
        ("maintainer", FIRST, "mail"), ("mainline", SECOND, "date"),
    ]  # fmt: skip
    assert found.landings[1].evidence[:2] == (Evidence(commit=SECOND, tree="mainline"), Evidence("prt@x"))
    assert found.landings[0].replaced_by == SECOND
    assert [one.text for one in found.events if one.kind == "released"] == ["mainline v6.11"]


def test_a_revert_that_a_tree_shows_is_told_once() -> None:
    """The event of the tree stands for what mails tell of the same commit."""
    seen = Landing("p@x", SECOND, "mainline", "mainline", date=START + 21 * DAY, how="date", reverted_by=UNDO)
    shown = Event("reverted", START + 81 * DAY, f"mainline {UNDO[:12]}", Evidence(commit=UNDO, tree="mainline"))
    told = stable_review('Revert "demo: one"', UNDO, log=f"This reverts commit {SECOND}.\n")
    found = after([V1], told, found=[seen], seen=[shown])
    assert [(one.text, one.evidence.commit) for one in found.events if one.kind == "reverted"] == [
        (f"mainline {UNDO[:12]}", UNDO), ("stable 6.11 (review)", ""),
    ]  # fmt: skip


def test_a_report_stays_closed_when_a_tree_shows_the_revert() -> None:
    """What the tree shows takes the place of what mails tell, and answers a report as well."""
    seen = Landing("p@x", SECOND, "mainline", "mainline", date=START + 21 * DAY, how="date", reverted_by=UNDO)
    shown = Event("reverted", START + 81 * DAY, f"mainline {UNDO[:12]}", Evidence(commit=UNDO, tree="mainline"))
    told = stable_review('Revert "demo: one"', UNDO, log=f"This reverts commit {SECOND}.\n")
    found = after([V1, thanks(("demo: one", FIRST))], regression(FIRST), told, found=[seen], seen=[shown])
    assert not event(found, "regression").open


def test_the_order_of_mails_does_not_matter() -> None:
    """What follows is told by dates, not by the order in which the mails are given."""
    own = [V1, thanks(("demo: one", FIRST))]
    elsewhere = [
        *MERGED, regression(FIRST), UNDO_PULL, stable_review('Revert "demo: one"', UNDO), queued("demo: one", SECOND),
        fixes(FIRST, "demo: one"), failed("demo: one", SECOND),
    ]  # fmt: skip
    want = after(own, *elsewhere, records=(MAIN, TOLD))
    for seed in range(8):
        random.Random(seed).shuffle(elsewhere)
        assert after(own, *elsewhere, records=(MAIN, TOLD)) == want


def test_a_title_that_the_committer_changed_is_known_by_its_number() -> None:
    """`[2/2] ANOTHER TITLE` in answer to a series of two is its second patch; in answer to one of three it says nothing."""
    note = thanks(("demo: one", FIRST), ("quite another title", SECOND), refs="c@x p1@x")
    assert ("p2@x", "maintainer", SECOND) in landed(after([*series_of_two(), note]))
    alone = thanks(("quite another title", FIRST), refs="1@x")
    assert landed(after([patch("1@x", "[PATCH] demo: one"), alone])) == [("1@x", "maintainer", FIRST)]
    other = thanks(("another", FIRST), ("quite another title", SECOND), ("a third", UNDO), refs="c@x p1@x")
    assert landed(after([*series_of_two(), other])) == []


def test_a_robots_form_is_believed_from_the_robot_alone() -> None:
    """The answer to a pull request and a stable queue, in the same words from another domain, are nothing."""
    asked = [V1, asks_to_pull("demo: one", msgid="pull@x")]
    told = pulled("pull@x")
    forged = told.replace(b"pr-tracker-bot@kernel.org", b"pr-tracker-bot@kernel.org.example.org")
    assert forged != told
    assert "merged" in kinds(after(asked[:1], asked[1], told))
    assert "merged" not in kinds(after(asked[:1], asked[1], forged))
    note = queued("demo: one", FIRST)
    fake = note.replace(b"gregkh@linuxfoundation.org", b"gregkh@example.org")
    assert fake != note
    assert after([V1], note).landings
    assert after([V1], fake).landings == ()


def test_a_stable_review_is_no_landing_of_itself() -> None:
    """What announces a backport proves the commit upstream, and of the backport only that it was announced."""
    review = stable_review("demo: one", SECOND)
    found = after([V1], review)
    assert [one.text for one in found.events if one.kind == "backported"] == ["stable 6.11 (review)"]
    assert [one.role for one in after([review]).landings] == []
