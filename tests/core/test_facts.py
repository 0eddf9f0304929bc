"""What one mail says."""

from __future__ import annotations

import pytest

from tests.mails import DIFF, mail, patch
from tracker.core.facts import Facts, examine
from tracker.core.message import parse

SHA = "0123456789abcdef0123456789abcdef01234567"


def facts(raw: bytes, *, trusted: bool = False) -> Facts:
    return examine(parse(raw), trusted=trusted)


THANKS = f"On Mon, Anna Author wrote:\n> Count.\n\n[...]\n\nApplied, thanks!\n\n[1/1] demo: one\n      commit: {SHA}\n"
PULL = "are available in the Git repository at:\n\n  https://example.org/demo.git tags/x\n"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (patch("a@x", "[PATCH] demo: one"), "patch"),
        (patch("a@x", "demo: one"), "patch"),  # a diff without a prefix
        (mail("a@x", "[PATCH 0/2] demo"), "cover"),
        (mail("a@x", "[RFC 0/3] demo"), "cover"),
        (mail("a@x", "[PATCH 1/2] demo: the diff was lost"), "patch"),
        (mail("a@x", "Re: [PATCH] demo: one", refs="p@x"), "reply"),
        (mail("a@x", "Re: [PATCH] demo: one", DIFF, refs="p@x"), "patch"),
        (mail("a@x", "[GIT PULL] demo"), "pull"),
        (mail("a@x", "Re: [REGRESSION] demo", PULL, refs="p@x"), "pull"),
        (mail("a@x", "[tip: x86/urgent] demo: one", f"Commit-ID: {SHA}\n---\n{DIFF}"), "notice"),
        (mail("a@x", "Re: [PATCH] demo: one", THANKS, refs="p@x"), "notice"),
        (mail("a@x", "+ demo-one.patch added to mm-unstable branch", DIFF), "notice"),
        (mail("a@x", "Re: [PATCH] demo", "Build failed.\n", sender="kernel test robot <lkp@intel.com>", refs="p@x"), "notice"),
        (mail("a@x", 'Patch "demo: one" has been added to the 6.1-stable tree', DIFF), "notice"),
        (mail("a@x", "demo is slow"), "other"),
    ],
)
def test_the_kind_of_a_mail(raw: bytes, kind: str) -> None:
    """Covers, patches, replies, pull requests, machine-written notices, and the rest."""
    assert facts(raw).kind == kind


def test_the_author_of_a_patch_is_the_in_body_from() -> None:
    """git am: a From line on top of the body names the author, the mail's sender stays the sender."""
    found = facts(
        patch("a@x", "[PATCH] demo: one", log="From: Dora Kernel <dora@example.org>\nSubject: demo: right title\n\nWhy.\n")
    )
    assert found.sender.email == "anna@example.org"
    assert found.patches[0].author.email == "dora@example.org"
    assert found.patches[0].title == "demo: right title"
    assert found.patches[0].files == ("ring.c",)
    assert (found.patches[0].added, found.patches[0].removed) == (2, 1)


def test_fields_of_the_snapshot_mean_nothing_in_other_mail() -> None:
    """Anybody can write X-Tracker fields: only the shipped snapshot is believed."""
    raw = mail("a@x", "[PATCH] demo: one", " ring.c | 3 ++-\n", headers=f"X-Tracker-Abridged: yes\nX-Tracker-Patch-Id: {SHA}")
    assert facts(raw).patches == ()
    assert not facts(raw).abridged
    believed = facts(raw, trusted=True)
    assert believed.abridged
    assert (believed.patches[0].patch_id, believed.patches[0].files) == (SHA, ("ring.c",))


def test_trailers_footers_and_links_are_read() -> None:
    """Trailers of the commit message, b4's footers, links to other mails; a trailer inside of a diff is none."""
    body = (
        "Why.\n\nLink: https://lore.kernel.org/r/first@example.org\nSigned-off-by: Anna Author <anna@example.org>\n---\n"
        + DIFF.replace("+int depth;", "+Reviewed-by: No One <no@example.org>")
        + f"---\nbase-commit: {SHA}\nchange-id: 20240531-demo-count-0123456789ab\n"
    )
    found = facts(mail("a@x", "[PATCH] demo: one", body))
    assert [one.key for one in found.trailers] == ["Link", "Signed-off-by"]
    assert found.base_commit == SHA
    assert found.change_id == "20240531-demo-count-0123456789ab"
    assert found.links == ("first@example.org",)


def test_a_robot_is_one_behind_a_list_too() -> None:
    """A list that puts its own address into From takes nothing from what the robot says in its own form."""
    body = (
        "The pull request you sent on Tue, 18 Jun 2024 12:00:00 +0200:\n\n> https://git.example.org/demo.git tags/demo-6.11\n\n"
        f"has been merged into torvalds/linux.git:\nhttps://git.kernel.org/torvalds/c/{SHA}\n\nThank you!\n"
    )
    headers = "List-Id: <demo.lists.example.org>\nList-Post: <mailto:demo@lists.example.org>\nReply-To: pr-tracker-bot@kernel.org"
    sender = "pr-tracker-bot--- via demo <demo@lists.example.org>"
    found = facts(mail("a@x", "Re: [GIT PULL] demo", body, refs="pull@x", sender=sender, headers=headers))
    assert found.sender.email == "pr-tracker-bot@kernel.org"
    assert [(one.kind, one.source, one.merge) for one in found.notices] == [("pulled", "prt", SHA)]


def test_a_sender_rewritten_by_a_list_is_undone() -> None:
    """ "NAME via LIST" with the list's address: Reply-To and the list's own field tell who wrote it."""
    raw = mail(
        "a@x", "Re: [PATCH] demo", sender="Ben Reviewer via demo <demo@lists.example.org>",
        headers="List-Id: <demo.lists.example.org>\nReply-To: Ben Reviewer <ben@example.org>",
    )  # fmt: skip
    assert facts(raw).sender.email == "ben@example.org"
    assert facts(raw).lists == ("demo.lists.example.org",)


def test_the_snapshots_own_words_are_not_the_senders() -> None:
    """The notice on top of an abridged mail is no part of what its sender says."""
    notice = "[Abridged: facts only. In short: gives a tag.\n Full text: https://example.org/x]\n\n"
    body = notice + "Reviewed-by: Ben Reviewer <ben@example.org>\n"
    raw = mail(
        "a@x", "Re: [PATCH] demo", body, refs="p@x", sender="Ben Reviewer <ben@example.org>", headers="X-Tracker-Abridged: yes"
    )
    (intent,) = facts(raw, trusted=True).intents
    assert (intent.verdict, intent.quote) == ("given", "Reviewed-by: Ben Reviewer <ben@example.org>")


def test_the_author_of_an_abridged_patch() -> None:
    """The From line below the notice names who wrote it, as in a whole mail; else its sender did."""
    notice = "[Abridged: facts only. In short: a patch.\n Full text: https://example.org/x]\n\n"
    headers = f"X-Tracker-Abridged: yes\nX-Tracker-Patch-Id: {SHA}"
    for line, author in (("From: Ben <ben@example.org>\n", "ben@example.org"), ("", "anna@example.org")):
        raw = mail("a@x", "[PATCH] demo", f"{notice}{line}[ Upstream commit {SHA} ]\n", headers=headers)
        assert facts(raw, trusted=True).patches[0].author.email == author


def test_whom_a_series_is_sent_to() -> None:
    """To: of the cover, the first patch and one without a number, lists too; not of other patches and not of replies."""
    to = "Ben <ben@example.org>, demo@lists.example.org"
    for subject in ("[PATCH 0/2] demo", "[PATCH 1/2] demo", "[PATCH] demo"):
        body = DIFF if "0/2" not in subject else "Two.\n"
        assert [one.email for one in facts(mail("a@x", subject, body, to=to)).to] == ["ben@example.org", "demo@lists.example.org"]
    for subject, body in (("[PATCH 2/2] demo", DIFF), ("Re: [PATCH] demo", DIFF), ("Question", "Why?\n")):
        assert facts(mail("a@x", subject, body, to=to)).to == ()
    crowd = ", ".join(f"p{n}@example.org" for n in range(200))
    assert len(facts(mail("a@x", "[PATCH] demo", DIFF, to=crowd)).to) == 40
