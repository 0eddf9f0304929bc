"""What a mail says about the fate of patches: the one entry for all its forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mails import DIFF, mail, patch
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices

SHA = "0123456789abcdef0123456789abcdef01234567"


def notices(raw: bytes) -> tuple[Notice, ...]:
    message = parse(raw)
    return read_notices(message, message.own_text)


@pytest.mark.parametrize(
    "raw",
    [
        patch("a@x", "[PATCH] demo: one"),
        mail("a@x", "[PATCH 0/2] demo", f'Fixes the thing of {SHA[:12]} ("zero").\n\n[1/2] one\n[2/2] two\n'),
        mail(
            "a@x",
            "Re: [PATCH] demo: one",
            f'See commit {SHA} ("zero") for why.\n\nReviewed-by: Bert <b@example.org>\n',
            refs="p@x",
        ),
        mail(
            "a@x",
            "Re: [PATCH] demo: one",
            "On Mon, Anna wrote:\n> Applied, thanks.\n> #regzbot introduced: v6.1\n\nGood.\n",
            refs="p@x",
        ),
        patch("a@x", f"[PATCH] demo: fix\n commit {SHA}"),
        mail("a@x", "demo news", "What is new in demo.\n"),
    ],
)
def test_nearly_all_mails_say_nothing(raw: bytes) -> None:
    """Postings, reviews, quotes and talk about commits give no notice."""
    assert notices(raw) == ()


def test_a_human_word_beside_a_list_is_not_told_twice() -> None:
    """A list of patches says all that the sentence above it says."""
    found = notices(
        mail("t@x", "Re: [PATCH] demo: one", f"Applied, thanks!\n\n[1/1] demo: one\n      commit: {SHA}\n", refs="p@x")
    )
    assert [(one.source, one.commit) for one in found] == [("ty", SHA)]


def test_the_snapshots_own_remark_is_nobodys_word() -> None:
    """What stands on top of an abridged mail is not read as its sender's."""
    body = (
        f"[Abridged: facts only. In short: Applied to demo.misc.\n Full text:"
        f" https://example.org/a@x]\n\nHello.\n\n#regzbot introduced: {SHA}\n"
    )
    assert [one.kind for one in notices(mail("a@x", "Re: demo", body, refs="p@x"))] == ["regression"]


def test_values_are_bounded() -> None:
    """A quote has at most 200 characters on one line, and a mail at most some thousand notices."""
    long = mail("t@x", "Re: demo", "Applied to " + "x" * 5_000 + "\n\n" + f"[1/1] demo\n  commit: {SHA}\n" * 10_000, refs="p@x")
    found = notices(long)
    assert 0 < len(found) <= 5_000
    assert all(len(one.quote) <= 200 and "\n" not in one.quote for one in found)


_SUBJECTS = (
    "Re: [PATCH] demo",
    "[PATCH 6.1 1/2] demo",
    'Patch "demo" has been added to the 6.1-stable tree',
    "linux-next: manual merge of the x tree",
    "[GIT PULL] demo",
    "[REGRESSION] demo",
    "+ demo.patch added to mm-unstable branch",
    "[tip: x/y] demo",
    "Re: [syzbot] demo",
    "demo",
)
_SENDERS = (
    "a@example.org",
    "patchwork-bot+x@kernel.org",
    "pr-tracker-bot@kernel.org",
    "lkp@intel.com",
    "syzbot+1@syzkaller.appspotmail.com",
    "tip-bot2@linutronix.de",
    "gregkh@linuxfoundation.org",
)
_PIECES = (
    "applied",
    "I've",
    "queued",
    "to",
    "the",
    " ",
    "\n",
    "\n\n",
    "\n[1/2] ",
    "commit: ",
    SHA,
    "(",
    ")",
    '("',
    '")',
    "bisected",
    "to ",
    ".",
    ",",
    "#regzbot introduced: ",
    "#regzbot fix: ",
    "for you to fetch changes up to ",
    "Anna (2):\n",
    "      ",
    "diff --git a/x b/x\n",
    "in my tree",
    "first bad commit",
    "https://lore.kernel.org/r/a@x",
    "https://example.org/x/c/0123456789ab",
    "> ",
    "I'll",
    "if",
    "tree: x\nbranch: y\n",
    "This patch was applied to a/b.git (c)\nby ",
    "  - [v2,1/2] x\n    ",
    "has been merged into t:\n",
    "[ Upstream commit ",
    "upstream.",
    "The patch titled\n     ",
    "commit ",
    "revert",
    "please ",
    "[Abridged: ",
    "]",
)


@given(
    st.sampled_from(_SUBJECTS), st.sampled_from(_SENDERS), st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=60)
)
def test_any_text_is_read(subject: str, sender: str, pieces: list[str]) -> None:
    """Whatever a mail says, reading it ends without an error, in values of their kinds."""
    raw = mail("a@x", subject, "".join(pieces).encode("utf-8", "replace").decode(), sender=sender, refs="p@x")
    for one in notices(raw):
        assert one.kind
        assert len(one.quote) <= 200
        assert one.commit == one.commit.lower()
        assert not one.numbers or not one.titles or len(one.numbers) == len(one.titles)


_HOSTILE = (
    "applied " * 20_000,
    "I've applied to " * 20_000,
    "(" * 100_000,
    f'{SHA} ("' * 10_000,
    "bisected to " * 20_000,
    "\n[1/1] x" * 30_000,
    "[1/1] " + "x\n" * 100_000,
    "#regzbot fix: " * 20_000,
    "\n#regzbot link: x" * 20_000,
    "a (1):\n" * 40_000,
    " " * 300_000,
    "for you to fetch changes up to 0123456\n" * 10_000,
    "This patch was applied to " * 10_000,
    "  - [x] y\n" * 30_000,
    "commit 0123456 " * 20_000,
    "please revert " * 20_000,
    "in my " * 50_000,
    "\n" * 300_000,
    "with the " * 40_000,
    "Applied to " + "a/" * 100_000,
    "applied to the " + "a-" * 100_000,
    "regression introduced by the " * 15_000,
    "x" * 1_000_000,
    "0" * 1_000_000,
    "[Abridged: " * 30_000,
    "tree: x\n" * 40_000,
    "This reverts commit " * 20_000,
    "The patch titled\n   x\n" * 20_000,
    f"commit {SHA} upstream " * 8_000,
    "git://" * 50_000,
)


@pytest.mark.parametrize("text", _HOSTILE, ids=range(len(_HOSTILE)))
def test_long_repetitions_end(text: str) -> None:
    """Repetitions that would keep careless expressions busy for hours are read, for every subject and sender."""
    cases = [(subject, _SENDERS[0]) for subject in _SUBJECTS] + [(_SUBJECTS[0], sender) for sender in _SENDERS]
    for subject, sender in cases:
        assert len(notices(mail("a@x", subject, text + "\n", sender=sender, refs="p@x"))) <= 5_000


def test_postings_do_not_speak() -> None:
    """A patch that adds such words says nothing about itself."""
    assert notices(patch("a@x", "[PATCH] demo: applied to my tree", diff=DIFF)) == ()
