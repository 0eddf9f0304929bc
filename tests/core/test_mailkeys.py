"""Under which keys topics and mails about them find each other."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.mails import OTHER_DIFF, START, mail, patch
from tests.notices import (
    BEN,
    CHEN,
    FIRST,
    MERGE,
    SECOND,
    UNDO,
    V1,
    asks_to_pull,
    fixes,
    pulled,
    queued,
    regression,
    series_of_two,
    stable_review,
    thanks,
)
from tracker.core.facts import Facts, examine
from tracker.core.mailkeys import commit_of, further_keys, is_maintaining, mail_keys, mends, role_of, topic_keys
from tracker.core.message import parse
from tracker.core.series import find_series


def facts(raw: bytes) -> Facts:
    return examine(parse(raw))


def bare(keys: Iterable[str]) -> set[str]:
    """Without those of titles that were changed, which have tests of their own."""
    return {key for key in keys if not key.startswith("k:")}


PULL = "q:chen@example.org|demo for v611"  # Chen's request to pull "demo for v6.11", whichever version of it


def test_a_topic_is_found_by_its_mails_and_titles() -> None:
    """Every cover and patch, titles in their bare form; of an offer in a reply only the mail."""
    assert bare(topic_keys(find_series(map(facts, series_of_two())))) == {
        "m:c@x", "m:p1@x", "m:p2@x", "t:demo", "t:demo one", "t:demo two", "b:2222222:r1.c", "b:2222222:r2.c",
    }  # fmt: skip
    assert bare(topic_keys(find_series([facts(patch("r@x", '[PATCH] Revert "demo: one"'))]))) == {
        "m:r@x", "t:demo one", "b:2222222:ring.c",
    }  # fmt: skip
    text = f"How about this:\n\n{OTHER_DIFF}"
    offer = mail("o@x", "Re: [PATCH] demo: one", text, refs="p@x", sender=BEN, at=START + 9)
    offered = topic_keys(one for one in find_series([facts(V1), facts(offer)]) if one.id == "o@x")
    assert offered == {"m:o@x"}


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        (thanks(("Demo: one", FIRST)), {"t:demo one", "m:p@x", f"c:{FIRST[:7]}"}),
        (asks_to_pull("demo: one", 'Revert "demo: two"'), {"t:demo one", "t:demo two", "c:7777777", PULL}),
        (asks_to_pull("demo: one", subject="[GIT PULL v2] demo for v6.11"), {"t:demo one", "c:7777777", PULL}),
        (pulled(), {"m:pull@x", f"c:{MERGE[:7]}"}),
        (queued("demo: dont block", SECOND), {"t:demo dont block", f"c:{SECOND[:7]}"}),
        (regression(SECOND[:12]), {f"c:{SECOND[:7]}"}),
        (fixes(SECOND, "demo: one()"), {f"c:{SECOND[:7]}", "t:demo one", "b:1111111:r5.c"}),
        (V1, {"b:1111111:ring.c"}),
        (patch("p2@x", "[PATCH 2/2] demo: two"), set()),
        (patch("r@x", "[PATCH RFC] demo: one"), set()),
        (mail("t@x", "About locks", f"I looked at {FIRST} and at demo: one.\n"), set()),
    ],
)
def test_what_a_mail_is_about(raw: bytes, keys: set[str]) -> None:
    """Titles, mails, the first seven digits of commits, and the files it is made against, which the later ones of a series do not
    show; none for mere talk.
    """
    assert bare(mail_keys(facts(raw))) == keys


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Applied, thanks!", {"m:p@x", "p:chen@example.org", "h:chen@example.org"}),
        ("I'll queue it up.", {"m:p@x", "p:chen@example.org"}),
        ("Please revert it.", {"m:p@x", "p:chen@example.org"}),
    ],
)
def test_on_whose_word_it_depends(text: str, keys: set[str]) -> None:
    """A person's words wait for it to be known that he keeps a tree; that he applied something may tell it."""
    raw = mail("w@x", "Re: [PATCH] demo: one", text + "\n", refs="p@x", sender="Chen Maintainer <Chen@example.org>")
    assert set(mail_keys(facts(raw))) == keys


def test_where_to_look_next() -> None:
    """A pull request that has the title leads to its answer and its other versions, a commit with the one title to reports.

    Others lead nowhere.
    """
    keys = {"m:p@x", "t:demo one"}
    both = asks_to_pull("demo: one", "demo: two")
    assert further_keys(keys, [facts(both)]) == {"m:pull@x", PULL}
    assert further_keys(keys, [facts(asks_to_pull("demo: one", head=FIRST))]) == {"m:pull@x", PULL, f"c:{FIRST[:7]}"}
    assert further_keys(keys, [facts(thanks(("demo: one", FIRST)))]) == {f"c:{FIRST[:7]}"}
    assert further_keys(keys, [facts(thanks(("demo: two", FIRST)))]) == frozenset()
    assert further_keys(keys, [facts(regression(SECOND))]) == frozenset()
    assert further_keys({*keys, f"c:{FIRST[:7]}"}, [facts(thanks(("demo: one", FIRST)))]) == frozenset()


def test_which_commit_a_statement_ties_to_a_title() -> None:
    """The head of a pull request with several patches, or with an unknown number of them, is none of theirs."""
    (one,) = facts(asks_to_pull("demo: one", head=FIRST)).notices
    (two,) = facts(asks_to_pull("demo: one", "demo: two", head=FIRST)).notices
    assert (commit_of(one), commit_of(two)) == (FIRST, "")
    assert [commit_of(notice) for notice in facts(thanks(("a: b", FIRST), ("c: d", SECOND))).notices] == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("trailer", "found"),
    [
        (f'Fixes: {FIRST[:12]} ("demo: one")', ((FIRST[:12], "demo: one"),)),
        (f'Fixes: {FIRST[:12].upper()} ("demo: one()")', ((FIRST[:12], "demo: one()"),)),
        (f"Fixes: {FIRST[:12]}", ((FIRST[:12], ""),)),
        (f'Fixes: {UNDO[:12]} ("Revert "demo: one"")', ((UNDO[:12], 'Revert "demo: one'),)),
        (f'Fixes: {FIRST[:12]} ("a")\nFixes: {SECOND[:12]} ("b")', ((FIRST[:12], "a"), (SECOND[:12], "b"))),
        ("Fixes: https://example.org/1", ()),
        ("Fixes: abc12", ()),
    ],
)
def test_what_a_patch_mends(trailer: str, found: tuple[tuple[str, str], ...]) -> None:
    """Commit and title of each Fixes trailer, the title as it is written."""
    assert mends(facts(patch("f@x", "[PATCH] mend it", log=f"It broke.\n\n{trailer}\nSigned-off-by: {BEN}\n"))) == found


def test_a_quoted_fixes_trailer_is_none() -> None:
    """What somebody quotes he does not say."""
    assert mends(facts(mail("q@x", "Re: [PATCH] x", f'> Fixes: {FIRST[:12]} ("demo: one")\n\nWrong commit.\n', refs="f@x"))) == ()


@pytest.mark.parametrize(
    ("raw", "maintains"),
    [
        (asks_to_pull("demo: one"), True),
        (asks_to_pull("demo: one", subject="Re: [GIT PULL] demo", refs="x@x"), False),
        (thanks(("demo: one", FIRST)), True),
        (pulled(), False),
        (stable_review("demo: one", FIRST), False),
        (mail("w@x", "Re: [PATCH] demo: one", "Applied, thanks!\n", refs="p@x", sender=CHEN, at=START), False),
        (asks_to_pull("demo: one", subject="[PATCH 0/1] demo"), False),
    ],
)
def test_who_shows_that_he_keeps_a_tree(raw: bytes, maintains: bool) -> None:
    """Who asks to pull it or names commits he made of patches; a robot never, and words alone do not."""
    assert is_maintaining(facts(raw)) is maintains


@pytest.mark.parametrize(
    ("tree", "role"),
    [
        ("torvalds/linux.git", "mainline"),
        ("https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git", "mainline"),
        ("mainline", "mainline"),
        ("Linus' tree", "mainline"),
        ("linux-next", "next"),
        ("git://git.kernel.org/pub/scm/linux/kernel/git/next/linux-next.git", "next"),
        ("stable", "stable"),
        ("https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git", "stable"),
        ("netdev/net-next.git", "maintainer"),
        ("vfs/vfs.git", "maintainer"),
        ("tip", "maintainer"),
        ("mm", "maintainer"),
    ],
)
def test_the_role_of_a_tree_by_its_name(tree: str, role: str) -> None:
    """Mainline, linux-next and stable are known by name, every other is somebody's own."""
    assert role_of(tree) == role
