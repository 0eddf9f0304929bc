"""Mails of the stable trees, of -mm and of linux-next."""

from __future__ import annotations

import pytest

from tests.mails import DIFF, mail
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
GREG = "Greg Kroah-Hartman <gregkh@linuxfoundation.org>"


def notices(subject: str, body: str, sender: str = GREG, refs: str = "", headers: str = "") -> tuple[Notice, ...]:
    message = parse(mail("a@x", subject, body, sender=sender, refs=refs, headers=headers))
    return read_notices(message, message.own_text)


REVIEW = (
    f"6.11-stable review patch.\n\n------------------\n\nFrom: Anna Author <anna@example.org>\n\ncommit {SHA}"
    f" upstream.\n\nCount.\n\nLink: https://lore.kernel.org/r/first@x\n---\n{DIFF}"
)


def test_review() -> None:
    """The upstream commit, the title and the branch; the mails its message links to."""
    (one,) = notices("[PATCH 6.11 688/817] demo: one", REVIEW, refs="cover@x")
    assert (one.kind, one.source, one.titles, one.commit) == ("stable-review", "stable", ("demo: one",), SHA)
    assert (one.tree, one.branch, one.reason, one.refs) == ("stable", "6.11", "", ("first@x",))


def test_review_of_a_revert() -> None:
    """A revert in stable is reviewed like any patch, and it says which commit it takes back."""
    body = REVIEW.replace("Count.", f"This reverts commit {OTHER}.")
    review, reverted = notices('[PATCH 6.12 1/2] Revert "demo: one"', body)
    assert (review.kind, review.commit, review.titles) == ("stable-review", SHA, ('Revert "demo: one"',))
    assert (reverted.kind, reverted.commit, reverted.titles, reverted.branch) == ("reverted", OTHER, ("demo: one",), "6.12")


def test_revert_that_only_stable_has() -> None:
    """Of a commit of a stable tree the upstream one is named, where the message tells it."""
    body = f"This reverts commit {OTHER} which is commit\n{SHA} upstream.\n\n---\n{DIFF}"
    review, reverted = notices('[PATCH 6.12 1/2] Revert "demo: one"', body)
    assert (review.commit, reverted.commit) == ("", SHA)


@pytest.mark.parametrize(
    ("subject", "line", "sender", "branch", "reason"),
    [
        (
            "[PATCH AUTOSEL 5.7 040/274] demo: one",
            f"[ Upstream commit {SHA} ]",
            "Sasha Levin <sashal@kernel.org>",
            "5.7",
            "autosel",
        ),
        ("[PATCH 5.15.y] demo: one", f"[ Upstream commit {SHA} ]", "Bert <bert@example.org>", "5.15", "backport"),
        ("[PATCH 6.1 CANDIDATE 2/3] demo: one", f"commit {SHA} upstream", "Bert <bert@example.org>", "6.1", "backport"),
        ("[PATCH stable 4.19] demo: one", f"(cherry picked from commit {SHA})", "Bert <bert@example.org>", "4.19", "backport"),
    ],
)
def test_backports(subject: str, line: str, sender: str, branch: str, reason: str) -> None:
    """Who posts it tells AUTOSEL and a person's backport from the stable maintainers' review."""
    (one,) = notices(subject, f"From: Anna Author <anna@example.org>\n\n{line}\n\nCount.\n---\n{DIFF}", sender)
    assert (one.kind, one.commit, one.branch, one.reason) == ("stable-review", SHA, branch, reason)


def test_patches_for_stable_without_upstream_are_no_backports() -> None:
    """A patch with a kernel's number in its subject, or one that quotes a commit, is nothing but a patch."""
    body = f'Fixes: {SHA[:12]} ("demo")\n---\n{DIFF}'
    assert notices("[PATCH 5.15] demo: one", body, "Bert <bert@example.org>") == ()
    assert notices("[PATCH] demo: one", f"commit {SHA} upstream broke it.\n---\n{DIFF}", "Bert <bert@example.org>") == ()


def test_queued() -> None:
    """`Patch "TITLE" has been added to the X.Y-stable tree`, with the upstream commit from the patch below."""
    body = (
        f"This is a note to let you know\n\ncommit {OTHER}\nAuthor: Anna Author <anna@example.org>\n\n    demo: one\n\n   "
        f" [ Upstream commit {SHA} ]\n"
    )
    (one,) = notices('Patch "demo: it\'s "one"" has been added to the 6.1-stable tree', body)
    assert (one.kind, one.titles, one.commit, one.branch) == ("stable-queued", ('demo: it\'s "one"',), SHA, "6.1")


@pytest.mark.parametrize(
    ("subject", "branch"),
    [
        ('FAILED: patch "[PATCH] demo: one" failed to apply to 5.10-stable tree', "5.10"),
        ('FAILED: Patch "demo: one" failed to apply to v6.6-stable tree', "6.6"),
    ],
)
def test_failed(subject: str, branch: str) -> None:
    """A failed apply names title, branch and the original commit."""
    body = (
        f"The patch below does not apply.\n\n------------------ original commit ------\n\nFrom {SHA} Mon Sep 17 00:00:00"
        f" 2001\nFrom: Anna\n"
    )
    (one,) = notices(subject, body)
    assert (one.kind, one.titles, one.commit, one.branch) == ("stable-failed", ("demo: one",), SHA, branch)


@pytest.mark.parametrize(
    ("subject", "words", "kind", "branch"),
    [
        ("Re: [PATCH 5.15.y] demo: one", "Now queued up, thanks.", "stable-queued", "5.15"),
        ("Re: [PATCH 6.1 000/200] 6.1.9-rc1 review", "Now dropped, thanks.", "stable-dropped", "6.1"),
        ("Re: [PATCH AUTOSEL 5.7 11/53] demo: one", "I've dropped it, thanks!", "stable-dropped", "5.7"),
        ('Re: Patch "demo: one" has been added to the 5.4-stable tree', "I'll go drop this from all queues.", "", ""),
    ],
)
def test_words_of_stable_maintainers(subject: str, words: str, kind: str, branch: str) -> None:
    """In threads about stable their "queued" and "dropped" are about the stable tree."""
    found = notices(subject, words + "\n\ngreg k-h\n", refs="p@x")
    assert [(one.kind, one.tree, one.branch) for one in found] == ([(kind, "stable", branch)] if kind else [])


MM = (
    "The {quilt}patch titled\n     Subject: demo: one, whose title\n     is long\nhas been {what}.  Its filename {was}\n   "
    "  demo-one.patch\n\n{why}\n------------------------------------------------------\nFrom: Anna Author"
    " <anna@example.org>\n\nCount.\n\nLink: https://lkml.kernel.org/r/first@x\n"
)


@pytest.mark.parametrize(
    ("subject", "body", "kind", "branch", "reason"),
    [
        (
            "+ demo-one.patch added to mm-unstable branch",
            MM.format(quilt="", what="added", was="is", why=""),
            "mm-added",
            "mm-unstable",
            "",
        ),
        ("+ demo-one.patch added to -mm tree", MM.format(quilt="", what="added", was="is", why=""), "mm-added", "", ""),
        (
            "[merged mm-stable] demo-one.patch removed from -mm tree",
            MM.format(
                quilt="quilt ",
                what="removed",
                was="was",
                why="This patch was dropped because it was merged into the mm-stable branch\nof git://",
            ),
            "mm-removed",
            "mm-stable",
            "merged",
        ),
        (
            "[to-be-updated] demo-one.patch removed from -mm tree",
            MM.format(quilt="quilt ", what="removed", was="was", why=""),
            "mm-removed",
            "",
            "to-be-updated",
        ),
        (
            "[obsolete] demo-one.patch removed from -mm tree",
            MM.format(quilt="quilt ", what="removed", was="was", why=""),
            "mm-removed",
            "",
            "obsolete",
        ),
    ],
)
def test_mm(subject: str, body: str, kind: str, branch: str, reason: str) -> None:
    """Title and linked mail; the branch it came to, or why it left."""
    (one,) = notices(subject, body, "Andrew Morton <akpm@linux-foundation.org>")
    assert (one.kind, one.source, one.titles, one.tree) == (kind, "mm", ("demo: one, whose title is long",), "mm")
    assert (one.branch, one.reason, one.refs) == (branch, reason, ("first@x",))


CONFLICT = f"""Hi all,

Today's linux-next merge of the demo tree got a conflict in:

  ring.c

between commit:

  {SHA[:12]} ("demo: one, whose title
    is long")

from the origin tree and commit:

  {OTHER[:12]} ("demo: two")

from the demo tree.

I fixed it up (see below) and can carry the fix.

diff --cc ring.c
"""
DUPLICATE = f"""The following commits are also in Linus Torvalds' tree as different
commits (but the same patches):

  {SHA[:12]} ("demo: one")
  {OTHER[:12]} ("demo: two")

These are commits

  aaaaaaa11111 ("demo: one")

in Linus' tree.
"""
FIXES = (
    f'In commit\n\n  {SHA[:12]} ("demo: one")\n\nFixes tag\n\n  Fixes: {OTHER[:12]} ("demo: zero")\n\nhas these'
    f" problem(s):\n\n  - Target SHA1 does not exist\n"
)


@pytest.mark.parametrize(
    ("subject", "body", "wanted"),
    [
        (
            "linux-next: manual merge of the demo tree with the origin tree",
            CONFLICT,
            [("conflict", SHA[:12], "origin", "demo: one, whose title is long"), ("conflict", OTHER[:12], "demo", "demo: two")],
        ),
        (
            "linux-next: duplicate patches in the demo tree",
            DUPLICATE,
            [
                ("duplicate", SHA[:12], "", "demo: one"),
                ("duplicate", OTHER[:12], "", "demo: two"),
                ("duplicate", "aaaaaaa11111", "Linus", "demo: one"),
            ],
        ),
        ("linux-next: Fixes tag needs some work in the demo tree", FIXES, [("fixes-tag", SHA[:12], "demo", "demo: one")]),
        ("linux-next: Tree for Jul 22", CONFLICT, []),
        ("Re: linux-next: manual merge of the demo tree", CONFLICT, []),
    ],
)
def test_linux_next(subject: str, body: str, wanted: list[tuple[str, str, str, str]]) -> None:
    """A notice for each commit that is blamed or compared, with its tree; the target of a Fixes tag is none."""
    found = notices(subject, body, "Stephen Rothwell <sfr@example.org>")
    assert [(one.reason, one.commit, one.tree, one.titles[0]) for one in found] == wanted
    assert all((one.kind, one.source) == ("next", "next") for one in found)
