"""What people say they did with patches, and what they do not say."""

from __future__ import annotations

import pytest

from tests.mails import DIFF, mail
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices

SHA = "0123456789abcdef0123456789abcdef01234567"


def notices(body: str, subject: str = "Re: [PATCH 2/3] demo: one", sender: str = "Mara <mara@example.org>") -> tuple[Notice, ...]:
    message = parse(mail("w@x", subject, body, sender=sender, refs="cover@x patch@x"))
    return read_notices(message, message.own_text)


@pytest.mark.parametrize(
    ("words", "tree", "branch", "version"),
    [
        ("Applied, thanks.", "", "", ""),
        ("Thanks, applied!", "", "", ""),
        ("Looks good to me, applied.", "", "", ""),
        ("LGTM, queued up, thanks!", "", "", ""),
        ("Now queued up, thanks.", "", "", ""),
        ("Queued for 5.15", "", "", "5.15"),
        ("Applied for v6.3-rc2.", "", "", "v6.3-rc2"),
        ("Added to misc-next, thanks.", "", "misc-next", ""),
        ("Pushed to overlayfs-next.", "", "overlayfs-next", ""),
        ("Both patches applied to demo/demo.git#demo-next, thanks.", "demo/demo.git", "demo-next", ""),
        ("Thanks, I've added it to devel.", "", "devel", ""),
        ("I have queued this patch for 5.17", "", "", "5.17"),
        ("I added this to mm.git's mm-new branch for testing.", "mm.git", "mm-new", ""),
        ("OK, I've picked up the patch to demo_hsm branch with updated comments.", "", "demo_hsm", ""),
        ("Picked this up, thanks.", "", "", ""),
        ("It's now queued in next-integrity.", "", "next-integrity", ""),
        ("This is now in my tree.", "", "", ""),
        ("Now in my tree.", "", "", ""),
        ("I fixed the typos and applied to for-next/kunit, thanks!", "", "for-next/kunit", ""),
        ("With that fixed up, applied.", "", "", ""),
        ("Applied, but please test next time.", "", "", ""),
        ("Applied to the demo.misc branch of the demo/demo.git tree.", "demo/demo.git", "demo.misc", ""),
        ("I just merged this into my local demo/next and will be pushing it later tonight.", "", "", ""),
        ("No need to resend, I've merged it to for-next already.", "", "for-next", ""),
    ],
)
def test_done(words: str, tree: str, branch: str, version: str) -> None:
    """Statements that a patch was taken, with tree, branch and version where the words have them."""
    (one,) = notices(f"On Mon, Anna wrote:\n> Count.\n\n{words}\n\nMara\n")
    assert (one.kind, one.source, one.reason, one.refs, one.titles) == ("applied", "human", "", ("patch@x",), ())
    assert (one.tree, one.branch, one.version) == (tree, branch, version)


@pytest.mark.parametrize(
    "words",
    [
        "Applying, thanks.", "I'll queue this up.", "I'll queue this up for 6.8.", "Will push shortly to #overlayfs-next.",
        "I will pick this up.", "Thanks, I'll apply these for now.", "Let me queue this up.", "I'll add it to for-next, thanks.",
    ],
)  # fmt: skip
def test_announced(words: str) -> None:
    """What will be done is told as such."""
    (one,) = notices(words + "\n")
    assert (one.kind, one.reason) == ("applied", "will")


@pytest.mark.parametrize(
    "words",
    [
        # questions and wishes
        "Was this applied?", "Can this be applied?", "Has this been queued up for 5.15?", "Could you please queue this up?",
        "I would like to get this merged for -rc3.", "Mind picking this one?", "Jens, please pull.", "Feel free to queue this"
                                                                                                     " up.",
        # negations
        "This is not applied yet.", "This can't be applied.", "It doesn't apply.", "I haven't queued this up.",
        # conditions and suppositions
        "Once applied, the lock is gone.", "If applied to for-next, it breaks.", "I'll queue it up once Jan acks.",
        "I'll apply this unless somebody objects.", "Otherwise, I will queue it for the next update.", "Should be applied to"
                                                                                                       " stable.",
        "I'll pick this up when rc1 is out.", "After applying the diff it boots.", "Will fix this up when applying.",
        # tests
        "I applied the patch and tested it.", "I applied this patch on top of next-20230913 and see no warning.",
        "merged for 6.5 and then the thing would work.",
        "With this patch applied the test passes.", "I have applied this patch here and it does NOT resolve the issue.",
        "Applied your patch on top of v5.16 and rebooted.", "I applied the change but it still crashes.",
        # authors
        "I'll add this in the next version.", "Sure, will merge them.", "I'll apply it and other small nits.",
        "I'll pick it up and resend with the rest.", "I added this to the patch in my tree.", "I'll take this into account"
                                                                                              " for v3.",
        # other things
        "The queue is full.", "Jens already merged this last week, I think.", "Thanks for picking this up!",
        "Thank you for applying the patch.", "Applied patch is missing the lock.", "The page is added to the list.",
        "This is now merged as of today and backported to at least ring-utils 2.40.",
        "Taking this as an example, I would not.", "I pulled the cable.", "It was merged in 2022, see there.",
        "Reviewed-by: Mara <mara@example.org>", "The lock is taken here.", "the commit was reverted in 6.1.",
    ],
)  # fmt: skip
def test_no_claim(words: str) -> None:
    """Questions, negations, conditions, tests, promises of authors and talk claim nothing."""
    assert notices(f"Hi,\n\n{words}\n\nMara\n") == ()


@pytest.mark.parametrize(
    "body",
    [
        "> Applied, thanks.\n\nGood.\n",
        f"How about this?\n\n{DIFF}+applied to my tree\n",
        "Hm.\n\n-- \nApplied to my tree, thanks.\n",
    ],
)
def test_not_the_writers_words(body: str) -> None:
    """Quotes, diffs and signatures are not said."""
    assert notices(body) == ()


@pytest.mark.parametrize(
    ("words", "numbers", "subset"),
    [
        ("Applied 1-2, thanks.", ((1, 3), (2, 3)), True),
        ("1 and 2 added to devel, thanks.", ((1, 3), (2, 3)), True),
        ("Applied patches 1-3 to net-next.", ((1, 3), (2, 3), (3, 3)), False),
        ("I've queued up patch 1 as well.", ((1, 3),), True),
        ("Applied to 5.11/scsi-queue except for patch #2.", ((1, 3), (3, 3)), True),
        ("Applied, thanks.", (), False),
    ],
)
def test_which_patches(words: str, numbers: tuple[tuple[int, int], ...], subset: bool) -> None:
    """Words that name patches of a series name them by number; some of all is a subset."""
    (one,) = notices(words + "\n", "Re: [PATCH 0/3] demo")
    assert (one.kind, one.numbers, one.subset) == ("applied", numbers, subset)


@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        ("Dropped from my queue, thanks.", "dropped", ""),
        ("I've dropped it from for-next.", "dropped", ""),
        ("I'm dropping this patch from my tree.", "dropped", ""),
        ("I've reverted this.", "reverted", ""),
        ("Reverted this in my tree, sorry.", "reverted", ""),
        ("Ok, unfortunate, so of\ncourse we'll revert the kernel change.", "reverted", "will"),
        ("I am going to revert this patch for now.", "reverted", "will"),
        ("Please revert this commit.", "revert-asked", ""),
        (f"Can you revert {SHA[:12]}, please?", "revert-asked", ""),
        ("This commit should be reverted.", "revert-asked", ""),
        ("I am just dropping this patch from the series.", "", ""),
        ("Dropped.", "dropped", "asked"),
        ("I reverted the commit and the problem is gone.", "", ""),
        ("I will revert that and send v3.", "", ""),
        ("Reverting it makes no difference.", "", ""),
        ("If we revert this, it breaks again.", "", ""),
        ("Please do not revert this commit.", "", ""),
        ("Please revert to the old name.", "", ""),
    ],
)
def test_taken_out(words: str, kind: str, reason: str) -> None:
    """Maintainers take patches out of trees; authors drop things from their series, testers revert to see."""
    assert [(one.kind, one.reason) for one in notices(words + "\n")] == ([(kind, reason)] if kind else [])


def test_revert_names_its_commit() -> None:
    """The commit that the words name."""
    assert notices(f"Please revert commit {SHA[:12]} for now.\n")[0].commit == SHA[:12]


@pytest.mark.parametrize(
    ("words", "tree", "branch"),
    [
        ("Pulled, thanks.", "", ""),
        ("I've pulled this, but I do not like it.", "", ""),
        ("I've pushed out my merge of this thing, but please look. There is no point in even testing it.", "", ""),
        ("Pulled into the vfs.fixes branch of the vfs/vfs.git tree.", "vfs/vfs.git", "vfs.fixes"),
        ("Merged, thanks.", "", ""),
    ],
)
def test_pulled(words: str, tree: str, branch: str) -> None:
    """In answer to a pull request it is the request that was taken."""
    (one,) = notices(words + "\n", "Re: [GIT PULL] demo for v6.11")
    assert (one.kind, one.source, one.tree, one.branch, one.refs) == ("pulled", "human", tree, branch, ("patch@x",))


def test_pulled_and_thrown_out_again() -> None:
    """Linus takes some pulls back in the same breath."""
    (one,) = notices("I've pulled this, but it makes no sense, so I unpulled it again.\n", "Re: [GIT PULL] demo")
    assert one.kind == "unpulled"


def test_thanks_of_b4_without_a_list() -> None:
    """b4's mail without a list of patches is its user's word, told as b4's."""
    message = parse(mail("1.b4-ty@example.org", "Re: [PATCH] demo: one", "Applied, thanks!\n", refs="p@x"))
    assert [(one.kind, one.source) for one in read_notices(message, message.own_text)] == [("applied", "ty")]


def test_only_replies_speak() -> None:
    """A mail that answers nothing says nothing about patches of others."""
    message = parse(mail("n@x", "demo news", "Applied, thanks!\n"))
    assert read_notices(message, message.own_text) == ()


@pytest.mark.parametrize(
    "words", ["Updated and pushed.", "Folded and pushed out.", "Applied on top, thanks.", "Applied to the 'next' branch."]
)
def test_more_ways_to_say_it_is_done(words: str) -> None:
    """Each is one statement that the patch was applied."""
    raw = f"From: Chen <chen@example.org>\nSubject: Re: [PATCH] demo: one\nMessage-ID: <a@x>\nIn-Reply-To: <p@x>\n\n{words}\n"
    message = parse(raw.encode())
    assert [(one.kind, one.reason) for one in read_notices(message, message.own_text)] == [("applied", "")]
