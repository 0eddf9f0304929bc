"""Reports of robots and people that something broke, or is fixed."""

from __future__ import annotations

import pytest

from tests.mails import mail
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices

SHA = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
ROBOT = "kernel test robot <oliver.sang@intel.com>"
SYZBOT = "syzbot <syzbot+0123456789@syzkaller.appspotmail.com>"


def notices(
    body: str, subject: str = "Re: demo", sender: str = "Bert <bert@example.org>", refs: str = "p@x"
) -> tuple[Notice, ...]:
    message = parse(mail("r@x", subject, body, sender=sender, refs=refs))
    return read_notices(message, message.own_text)


# --- kernel test robot

ON_COMMIT = f"""
Hello,

kernel test robot noticed "ltp.creat07.fail" on:

commit: {SHA} ("demo: one")
https://git.example.org/next.git master

[test failed on linux-next/master {OTHER}]
"""
ON_PATCH = f"""
Hello,

kernel test robot noticed "demo.fail" on:

commit: {SHA} ("[PATCH 3/3] demo: one")
url: https://github.com/intel-lab-lkp/linux/commits/demo
patch link: https://lore.kernel.org/all/first%40x/
patch subject: [PATCH 3/3] demo: one
"""
BUILD = """
Hi Anna,

kernel test robot noticed the following build errors:

[auto build test ERROR on demo/next]

patch link:    https://lore.kernel.org/r/first%40x
patch subject: [PATCH v2 07/17] demo: one
"""
IN_TREE = f"""
tree:   https://git.example.org/demo.git demo-v4
head:   {OTHER}
commit: {SHA} [6/6] demo: one
config: arm64-allnoconfig

All errors (new ones prefixed by >>):
"""


@pytest.mark.parametrize(
    ("subject", "body", "wanted"),
    [
        (
            "[linux-next:master] [demo] 0123456789: ltp.creat07.fail", ON_COMMIT,
            ("regression", "bisected", SHA, "https://git.example.org/next.git", "master", ("p@x",)),
        ),
        ("Re: [PATCH 3/3] demo: one", ON_PATCH, ("build-report", "test", "", "", "", ("p@x", "first@x"))),
        ("Re: [PATCH v2 07/17] demo: one", BUILD, ("build-report", "build", "", "", "", ("p@x", "first@x"))),
        (
            "[demo:demo-v4 6/6] ring.c:9: error: no lock", IN_TREE,
            ("build-report", "build", SHA, "https://git.example.org/demo.git", "demo-v4", ("p@x",)),
        ),
    ],
)  # fmt: skip
def test_test_robot(subject: str, body: str, wanted: tuple[str, str, str, str, str, tuple[str, ...]]) -> None:
    """A commit in a tree is told from a posted patch, which has a link and no commit that anybody knows."""
    (one,) = notices(body, subject, ROBOT)
    assert (one.kind, one.reason, one.commit, one.tree, one.branch, one.refs) == wanted
    assert (one.source, one.titles) == ("lkp", ("demo: one",))


@pytest.mark.parametrize(
    "body", [f"tree: https://git.example.org/d.git\nHEAD: {SHA}\nelapsed time: 720m\n", "Thanks, the issue is gone.\n"]
)
def test_good_news_of_the_test_robot(body: str) -> None:
    """A successful build and an answer are no reports."""
    assert notices(body, f"[demo:next] BUILD SUCCESS {SHA}", ROBOT) == ()


# --- syzbot

BISECTED = (
    f"syzbot has bisected this issue to:\n\ncommit {SHA}\nAuthor: Anna Author <anna@example.org>\nDate:   Mon Jun 3"
    f" 10:00:00 2024 +0000\n\n    demo: one\n\nbisection log: https://x\n"
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (BISECTED, "regression"),
        (BISECTED.replace("syzbot has bisected this issue to:", "syzbot suspects this issue was fixed by commit:"), "fixed"),
    ],
)
def test_syzbot_bisection(body: str, kind: str) -> None:
    """The cause or the fix that syzbot found, with its title."""
    (one,) = notices(body, sender=SYZBOT)
    assert (one.kind, one.source, one.commit, one.titles, one.refs) == (kind, "syzbot", SHA, ("demo: one",), ("p@x",))


def test_syzbot_without_a_cause() -> None:
    """The HEAD that was tested is not blamed."""
    assert (
        notices(f"syzbot found the following issue on:\n\nHEAD commit:    {SHA[:12]} Merge\ngit tree: upstream\n", sender=SYZBOT)
        == ()
    )


def test_syz_fix() -> None:
    """A person tells syzbot the title of the fix."""
    (one,) = notices("#syz fix: demo: one\n", "Re: [syzbot] hung task")
    assert (one.kind, one.source, one.titles) == ("fixed", "syzbot", ("demo: one",))


# --- regzbot


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (f"#regzbot introduced: {SHA}", ("regression", "introduced", SHA, "", ())),
        (f"#regzbot ^introduced {SHA[:12]}", ("regression", "introduced", SHA[:12], "", ())),
        ("#regzbot introduced: v6.3..v6.4-rc6", ("regression", "introduced", "", "v6.4-rc6", ())),
        (f"#regzbot fix: {SHA[:12]}", ("fixed", "", SHA[:12], "", ())),
        ("#regzbot fix: 'demo: one'", ("fixed", "", "", "", ("demo: one",))),
        ("#regzbot fixed-by: demo: two, whose title\nis long", ("fixed", "", "", "", ("demo: two, whose title is long",))),
        ("#regzbot invalid: not a regression", ("fixed", "invalid", "", "", ())),
    ],
)
def test_regzbot(command: str, wanted: tuple[str, str, str, str, tuple[str, ...]]) -> None:
    """Commands name a commit, a range of versions or a title."""
    (one,) = notices(f"Thanks for the report.\n\n{command}\n\nBye\n")
    assert (one.kind, one.reason, one.commit, one.version, one.titles) == wanted
    assert (one.source, one.refs) == ("regzbot", ("p@x",))


@pytest.mark.parametrize(("command", "reason"), [("link:", "link"), ("monitor:", "link"), ("dup-of:", "dup")])
def test_regzbot_names_mails(command: str, reason: str) -> None:
    """Links and duplicates are told by the mail they name, before the one they answer."""
    (one,) = notices(f"#regzbot {command} https://lore.kernel.org/demo/first@x/\n")
    assert (one.kind, one.reason, one.refs) == ("regression", reason, ("first@x", "p@x"))


@pytest.mark.parametrize(
    "body", ["#regzbot poke\n", "#regzbot title: slow\n", f"> #regzbot introduced: {SHA}\n", "I told regzbot.\n"]
)
def test_regzbot_housekeeping(body: str) -> None:
    """Commands about the report itself, and quoted ones, say nothing."""
    assert notices(body) == ()


# --- people


@pytest.mark.parametrize(
    ("body", "commit"),
    [
        (f"A bisect identified {SHA} as the\nfirst bad commit. Bisected it on next.\n", SHA),
        (f'I bisected this down to commit {SHA[:12]} ("demo: one").\n', SHA[:12]),
        (f"git bisect says:\n\n{SHA} is the first bad commit\n", SHA),
        (
            f"It hangs.\n\ngit bisect start\n# bad: [{OTHER}] Linux 6.9\ngit bisect bad {OTHER}\n# first bad commit: [{SHA}]"
            f" demo: one\n",
            SHA,
        ),
        (f"Bisection points to {SHA[:12]} here.\n", SHA[:12]),
    ],
)
def test_bisections(body: str, commit: str) -> None:
    """The commit that a bisection found, not those it tried on the way."""
    (one,) = notices(body, "Re: [PATCH] demo: one")
    assert (one.kind, one.source, one.reason, one.commit) == ("regression", "human", "bisected", commit)


@pytest.mark.parametrize(
    "body",
    [
        f"Could you bisect between {OTHER[:12]} and {SHA[:12]}?\n",
        f"The bisection is wrong, {SHA[:12]} is not the first bad commit.\n",
        f"I bisected it to the first good commit: {SHA}\n",
        f'This was done in commit {SHA[:12]} ("demo: one"), see there.\n',
        f"> bisected to {SHA[:12]}\nThanks, I will look.\n",
        "I bisected it, but 10000000 runs were not enough.\n",
    ],
)
def test_talk_about_commits(body: str) -> None:
    """Questions, doubts, fixes, quotes and mere mentions blame nothing."""
    assert notices(body, "Re: [PATCH] demo: one") == ()


@pytest.mark.parametrize(
    ("subject", "body", "commit"),
    [
        ("[REGRESSION] demo hangs", f'Since commit {SHA[:12]} ("demo: one") it hangs.\n', SHA[:12]),
        ("[REGRESSION] demo hangs", f"The kernel changed (https://git.example.org/l.git/commit/?id={SHA[:12]}).\n", SHA[:12]),
        ("demo regression in 6.9 caused by 0123456789abc", "It hangs.\n", "0123456789abc"),
        ("[REGRESSION] demo hangs", f'Commit {SHA[:12]} ("one") or {OTHER[:12]} ("two"), I do not know.\n', ""),
        ("Re: [REGRESSION] demo hangs", f'That is {SHA[:12]} ("demo: one") of Anna.\n', ""),
        ("demo: fix a regression", "It is slow.\n", ""),
    ],
)
def test_titled_regressions(subject: str, body: str, commit: str) -> None:
    """A mail titled as a regression names its commit when it is the only one or is said to be the cause; replies must say so."""
    assert [one.commit for one in notices(body, subject, refs="")] == ([commit] if commit else [])


def test_a_command_and_words_about_one_commit_are_one_report() -> None:
    """What regzbot is told is not reported twice."""
    found = notices(f"Broken since commit {SHA[:12]}.\n\n#regzbot introduced: {SHA}\n", "[REGRESSION] demo hangs", refs="")
    assert [(one.source, one.commit) for one in found] == [("regzbot", SHA)]
