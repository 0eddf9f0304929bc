"""Robots that say a patch was applied: b4 ty, patchwork-bot, tip-bot, pr-tracker-bot."""

from __future__ import annotations

import pytest

from tests.mails import mail
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices
from tracker.core.people import Person

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
QUOTE = "On Mon, 03 Jun 2024 10:00:00 +0200, Anna Author wrote:\n> Count.\n> [...]\n\n"


def notices(raw: bytes) -> tuple[Notice, ...]:
    message = parse(raw)
    return read_notices(message, message.own_text)


def thanked(body: str, subject: str = "Re: [PATCH v2 0/2] demo") -> tuple[Notice, ...]:
    sender = "Mara Maintainer <mara@example.org>"
    return notices(mail("t.b4-ty@example.org", subject, QUOTE + body, sender=sender, refs="cover@x"))


def test_thanks_name_each_patch() -> None:
    """One notice a line, with counter, title over two lines, commit in lower case, and what it answers."""
    one, two = thanked(
        f"Applied, thanks!\n\n[1/2] demo: one\n      commit: {SHA.upper()}\n[2/2] demo: two, whose title is\n      long\n"
        f"      commit: {OTHER}\n\nBest regards,\n-- \nMara\n"
    )
    assert (one.kind, one.source, one.titles, one.numbers, one.commit) == ("applied", "ty", ("demo: one",), ((1, 2),), SHA)
    assert (two.titles, two.numbers, two.commit) == (("demo: two, whose title is long",), ((2, 2),), OTHER)
    assert (one.refs, one.tree, one.branch, one.quote, one.subset) == (("cover@x",), "", "", "Applied, thanks!", False)


def test_thanks_without_commits_and_for_a_part() -> None:
    """`(no commit info)` leaves the commit open; patches said to be left out are none; `(subset)` is kept."""
    subject = "Re: (subset) [PATCH 0/3] demo"
    body = (
        f"Applied, thanks!\n\n[1/3] demo: one\n      (no commit info)\n[2/3] demo: two\n      (not applied)\n[3/3] demo:"
        f" three\n      commit: {SHA}\n"
    )
    found = thanked(body.replace("      (not applied)\n", "      (not applied)\n\n"), subject)
    assert [(one.titles, one.commit, one.subset) for one in found] == [(("demo: one",), "", True), (("demo: three",), SHA, True)]


@pytest.mark.parametrize(
    ("words", "line", "tree", "branch"),
    [
        ("Applied to powerpc/next.", f"commit: {SHA}", "powerpc", "next"),
        ("Applied to hid/hid.git (for-6.11/bpf), thanks!", f"commit: {SHA}", "hid/hid.git", "for-6.11/bpf"),
        ("Applied to arm64 (for-next/gcs), thanks! I dropped a comment.", f"commit: {SHA}", "arm64", "for-next/gcs"),
        ("Applied to kvm-x86 selftests, thanks!", f"commit: {SHA}", "kvm-x86", "selftests"),
        ("Applied 2-9 to kvm-x86 selftests.  The rest can wait.", f"commit: {SHA}", "kvm-x86", "selftests"),
        ("Applied to the demo.misc branch of the demo/demo.git tree.", f"commit: {SHA}", "demo/demo.git", "demo.misc"),
        (
            "Applied to\n\n   https://example.org/demo.git for-next\n\nThanks!",
            f"commit: {SHA}",
            "https://example.org/demo.git",
            "for-next",
        ),
        (
            "Applied to 6.11/scsi-queue, thanks!",
            f"https://example.org/mkp/c/{SHA[:12]}",
            "https://example.org/mkp",
            "6.11/scsi-queue",
        ),
        ("Applied to selftests, thank you!", f"https://example.org/pci/c/{SHA[:12]}", "https://example.org/pci", "selftests"),
        ("Applied to selftests, thank you!", f"commit: {SHA}", "", ""),
        ("Applied to for-next/seccomp, thanks!", f"commit: {SHA}", "", "for-next/seccomp"),
        ("Applied, thanks!", f"https://example.org/d.git/commit/?h=next&id={SHA}", "https://example.org/d.git", "next"),
        (
            "Applied to the demo.misc branch of the demo/demo.git tree.\n\ntree:   https://example.org/demo.git\nbranch:"
            " demo.misc",
            f"https://example.org/demo/c/{SHA[:12]}",
            "https://example.org/demo.git",
            "demo.misc",
        ),
    ],
)
def test_thanks_say_where(words: str, line: str, tree: str, branch: str) -> None:
    """Tree and branch come from lines of their own, the sentence above the list, the link to the commit, in this order."""
    (one,) = thanked(f"{words}\n\n[1/1] demo: one\n      {line}\n")
    assert (one.tree, one.branch) == (tree, branch)
    assert SHA.startswith(one.commit)


def test_thanks_for_a_pull_request() -> None:
    """A merge commit instead of a list says that a pull request was taken."""
    (one,) = thanked(f"Merged, thanks!\n\nmerge commit: {SHA}\n", "Re: [GIT PULL] demo")
    assert (one.kind, one.source, one.merge, one.commit, one.refs) == ("pulled", "ty", SHA, "", ("cover@x",))


def test_a_list_of_patches_alone_says_nothing() -> None:
    """Counters and titles without a commit below them are an overview, as of a cover letter or a discussion."""
    assert thanked("[1/2] demo: one\n[2/2] demo: two\nI like both.\n") == ()


PATCHWORK = """\
Hello:

This series was applied to demo/demo-next.git (main)
by Mara Maintainer <mara@example.org>:

On Mon,  3 Jun 2024 10:00:00 +0200 you wrote:
> Count.

Here is the summary with links:
  - [v2,demo-next,1/3] demo: one
    https://example.org/demo/demo-next/c/0123456789ab
  - [v2,demo-next,2/3] demo: two
    (no matching commit)
  - [v2,demo-next,3/3] demo: [x] three
    https://example.org/demo-next.git/commit/?id=89abcdef0123

You are awesome, thank you!
"""


def test_patchwork() -> None:
    """One notice a patch: title, counter and commit, the repository with its branch, and who applied it."""
    raw = mail("p@x", "Re: [PATCH v2 0/3] demo", PATCHWORK, sender="patchwork-bot+demo@kernel.org", refs="cover@x")
    found = notices(raw)
    assert [(one.titles, one.numbers, one.commit) for one in found] == [
        (("demo: one",), ((1, 3),), "0123456789ab"),
        (("demo: two",), ((2, 3),), ""),
        (("demo: [x] three",), ((3, 3),), "89abcdef0123"),
    ]
    assert {(one.kind, one.source, one.tree, one.branch, one.by, one.refs) for one in found} == {
        ("applied", "pwbot", "demo/demo-next.git", "main", Person("Mara Maintainer", "mara@example.org"), ("cover@x",))
    }


def test_patchwork_of_a_pull_request() -> None:
    """A pull request has a merge commit."""
    body = (
        PATCHWORK.replace("This series", "This pull request")
        .replace("[v2,demo-next,1/3] ", "[GIT,PULL] ")
        .partition("  - [v2")[0]
    )
    (one,) = notices(mail("p@x", "Re: [GIT PULL] demo", body, sender="patchwork-bot+demo@kernel.org", refs="cover@x"))
    assert (one.kind, one.merge, one.commit, one.reason) == ("pulled", "0123456789ab", "", "demo/demo-next.git")


TIP = f"""\
The following commit has been merged into the core/rcu branch of tip:

Commit-ID:     {SHA}
Gitweb:        https://git.kernel.org/tip/{SHA}
Author:        Anna Author <anna@example.org>
AuthorDate:    Mon, 03 Jun 2024 10:00:00 +02:00
Committer:     Mara Maintainer <mara@example.org>
CommitterDate: Mon, 03 Jun 2024 11:00:00 +02:00

demo: one

Link: https://lore.kernel.org/r/first@example.org
---
 ring.c | 1 +
"""


def test_tip() -> None:
    """Branch, commit, committer, and the mails it is from."""
    sender = '"tip-bot2 for Anna Author" <tip-bot2@linutronix.de>'
    (one,) = notices(mail("t@x", "[tip: core/rcu] demo: one", TIP, sender=sender, refs="patch@x"))
    assert (one.kind, one.source, one.titles, one.commit, one.tree) == ("applied", "tip", ("demo: one",), SHA, "tip")
    assert (one.branch, one.by) == ("core/rcu", Person("Mara Maintainer", "mara@example.org"))
    assert one.refs == ("patch@x", "first@example.org")


def test_old_tip_has_its_commit_in_the_id() -> None:
    """Before 2019 the message id named the commit."""
    sender = "tip-bot for Anna Author <tipbot@zytor.com>"
    raw = mail(f"tip-{SHA}@git.kernel.org", "[tip:x86/urgent] demo: one", "Count.\n---\n", sender=sender)
    (one,) = notices(raw)
    assert (one.commit, one.branch, one.titles) == (SHA, "x86/urgent", ("demo: one",))


TRACKED = f"""\
The pull request you sent on Mon, 3 Jun 2024 10:00:00 +0200:

> git://example.org/demo.git tags/demo-6.11

has been merged into torvalds/linux.git:
https://git.kernel.org/torvalds/c/{OTHER}

Thank you!
"""
FIELDS = f"""\
X-PR-Tracked-Message-Id: <pull@x>
X-PR-Tracked-Remote: git://example.org/demo.git
 tags/demo-6.11
X-PR-Tracked-Commit-Id: {SHA}
X-PR-Merge-Tree: torvalds/linux.git
X-PR-Merge-Refname: refs/heads/master
X-PR-Merge-Commit-Id: {OTHER}"""


@pytest.mark.parametrize(("headers", "commit"), [(FIELDS, SHA), ("", "")])
def test_pull_tracker(headers: str, commit: str) -> None:
    """Merge commit, URL and ref come from the fields of the mail, else from its text."""
    sender = "pr-tracker-bot@kernel.org"
    (one,) = notices(mail("r@x", "Re: [GIT PULL] demo", TRACKED, sender=sender, refs="pull@x", headers=headers))
    assert (one.kind, one.source, one.merge, one.commit, one.refs) == ("pulled", "prt", OTHER, commit, ("pull@x",))
    assert (one.tree, one.branch, one.reason) == ("git://example.org/demo.git", "tags/demo-6.11", "torvalds/linux.git")
