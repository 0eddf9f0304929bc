"""Mails that say what became of the patches of tests/mails.py, in the forms of b4, git, the robots and the stable maintainers."""

from __future__ import annotations

from tests.mails import DIFF, START, diff_of, mail, patch

DAY = 86_400
ANNA = "Anna Author <anna@example.org>"
BEN = "Ben Stranger <ben@example.org>"
CHEN = "Chen Maintainer <chen@example.org>"
LINUS = "Linus Torvalds <torvalds@linux-foundation.org>"
GREG = "Greg Kroah-Hartman <gregkh@linuxfoundation.org>"
PRT = "pr-tracker-bot@kernel.org"
FIRST, SECOND, UNDO, AGAIN = "a1" * 20, "b2" * 20, "c3" * 20, "d4" * 20
MERGE, UNDO_MERGE = "e5" * 20, "f6" * 20
V1 = patch("p@x", "[PATCH] demo: one")


def series_of_two(*, at: int = START, title: str = "demo") -> list[bytes]:
    return [
        mail("c@x", f"[PATCH 0/2] {title}", at=at),
        patch("p1@x", "[PATCH 1/2] demo: one", refs="c@x", diff=diff_of(1), at=at + 1),
        patch("p2@x", "[PATCH 2/2] demo: two", refs="c@x", diff=diff_of(2), at=at + 2),
    ]


def thanks(
    *items: tuple[str, str], msgid: str = "ty@x", refs: str = "p@x", day: float = 3, who: str = CHEN,
    subject: str = "Re: [PATCH] demo: one",
) -> bytes:  # fmt: skip
    """What `b4 ty` sends. items: (title, commit)."""
    listed = "".join(f"[{n}/{len(items)}] {title}\n      commit: {sha}\n" for n, (title, sha) in enumerate(items, 1))
    body = f"On Wed, 29 May 2024, Anna Author wrote:\n> Count.\n\nApplied to demo/demo.git (demo.misc), thanks!\n\n{listed}\n"
    return mail(msgid, subject, body, refs=refs, sender=who, at=START + int(day * DAY))


def asks_to_pull(
    *titles: str, msgid: str = "pull@x", head: str = "7" * 40, day: float = 20, who: str = CHEN, refs: str = "",
    subject: str = "[GIT PULL] demo for v6.11", ref: str = "tags/demo-6.11", more: str = "",
    files: str = "ring.c r1.c r2.c r3.c r4.c r5.c",
) -> bytes:  # fmt: skip
    """What `git request-pull` writes, in a mail."""
    listed = "".join(f"      {title}\n" for title in titles)
    body = (
        f"Hi Linus,\n\n{more}The following changes since commit {'8' * 40}:\n\n  Linux 6.10-rc1 (2024-05-26 15:20:12 -0700)\n\n"
        "are available in the Git repository at:\n\n"
        f"  https://git.kernel.org/pub/scm/linux/kernel/git/demo/demo.git {ref}\n\n"
        f"for you to fetch changes up to {head}:\n\n  demo (2024-06-18 12:00:00 +0200)\n\n"
        f"----------------------------------------------------------------\nAnna Author ({len(titles)}):\n{listed}\n"
        + "".join(f" {name} | 3 ++-\n" for name in files.split())
        + " 6 files changed, 12 insertions(+), 6 deletions(-)\n"
    )
    return mail(msgid, subject, body, sender=who, at=START + int(day * DAY), refs=refs)


def pulled(ref: str = "pull@x", *, msgid: str = "prt@x", merge: str = MERGE, day: float = 22) -> bytes:
    """The answer of pr-tracker-bot."""
    body = (
        "The pull request you sent on Tue, 18 Jun 2024 12:00:00 +0200:\n\n"
        "> https://git.kernel.org/pub/scm/linux/kernel/git/demo/demo.git tags/demo-6.11\n\n"
        f"has been merged into torvalds/linux.git:\nhttps://git.kernel.org/torvalds/c/{merge}\n\nThank you!\n"
    )
    return mail(msgid, "Re: [GIT PULL] demo for v6.11", body, refs=ref, sender=PRT, at=START + int(day * DAY))


def stable_review(
    title: str, commit: str, *, msgid: str = "st@x", branch: str = "6.11", day: float = 90, log: str = "Count.\n"
) -> bytes:
    """A patch of a stable review, under its number in the review."""
    body = (
        f"{branch}-stable review patch.  If anyone has any objections, please let me know.\n\n------------------\n\n"
        f"From: {ANNA}\n\ncommit {commit} upstream.\n\n{log}\nSigned-off-by: {GREG}\n---\n{DIFF}"
    )
    return mail(msgid, f"[PATCH {branch} 7/9] {title}", body, sender=GREG, at=START + int(day * DAY), refs="review@x")


def queued(title: str, commit: str, *, msgid: str = "q@x", branch: str = "6.11", day: float = 88) -> bytes:
    body = (
        f"\nThis is a note to let you know that I've just added the patch titled\n\n    {title}\n\n"
        f"to the {branch}-stable tree\n\ncommit {commit} upstream.\n\nCount.\n"
    )
    subject = f'Patch "{title}" has been added to the {branch}-stable tree'
    return mail(msgid, subject, body, sender=GREG, at=START + int(day * DAY))


def failed(title: str, commit: str, *, msgid: str = "failed@x", branch: str = "6.6", day: float = 86) -> bytes:
    body = (
        f"The patch below does not apply to the {branch}-stable tree.\n\nthanks,\n\ngreg k-h\n\n"
        f"------------------ original commit in Linus's tree ------------------\n\nFrom {commit} Mon Sep 17 00:00:00 2001\n"
    )
    subject = f'FAILED: patch "[PATCH] {title}" failed to apply to {branch}-stable tree'
    return mail(msgid, subject, body, sender=GREG, at=START + int(day * DAY))


def regression(commit: str, *, msgid: str = "reg@x", day: float = 60, who: str = BEN, refs: str = "") -> bytes:
    body = f"Hello,\n\nthe linker fails since this commit.\n\n#regzbot introduced: {commit}\n"
    return mail(msgid, "[REGRESSION] linker fails", body, sender=who, at=START + int(day * DAY), refs=refs)


def fixes(commit: str, title: str, *, msgid: str = "fix@x", day: float = 70, subject: str = "[PATCH] other: mend it") -> bytes:
    log = f'It broke.\n\nFixes: {commit[:12]} ("{title}")\nSigned-off-by: {BEN}\n'
    return patch(msgid, subject, diff=diff_of(5), at=START + int(day * DAY), sender=BEN, log=log)
