"""What counts of what people said: each test is a small topic, written as mails."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mails import START, mail, patch
from tracker.core.facts import Facts, examine
from tracker.core.intent import Intent
from tracker.core.message import parse
from tracker.core.people import Person
from tracker.core.review import DAY, Review, Tag, review, tag_json, with_time
from tracker.core.said import tag_names
from tracker.core.scope import POSITION
from tracker.core.series import Series, find_series
from tracker.sources.mbox import split_mbox

ANNA = "Anna Author <anna@example.org>"
BEN = "Ben Reviewer <ben@example.org>"
CHEN = "Chen Maintainer <chen@example.org>"
RB = f"Reviewed-by: {BEN}\n"
ACK = f"Acked-by: {CHEN}\n"
TITLES = ("demo: count the readers", "demo: drop the lock", "demo: document the rules")


def diff(name: str, text: str) -> str:
    """A diff of one file; another *text* makes another patch-id."""
    return (
        f"diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}\n"
        f"@@ -1,2 +1,3 @@\n int first;\n+{text}\n int last;\n"
    )


def posting(
    v: int, texts: tuple[str, ...] = ("a", "b", "c"), *, logs: dict[int, str] | None = None, titles: tuple[str, ...] = TITLES,
    cover: str = "Hello.\n", day: float | None = None, label: str = "",
) -> list[bytes]:  # fmt: skip
    """Version *v*: cover `c<v>@x` and patches `p<v>.<n>@x`, ten days after the version before. texts: what they add."""
    at = START + int(DAY * (10 * v if day is None else day))
    mark = f" {label or f'v{v}'}" if v > 1 or label else ""
    total = len(texts)
    found = [mail(f"c{v}@x", f"[PATCH{mark} 0/{total}] demo: lockless", cover, at=at)]
    for n, text in enumerate(texts, 1):
        log = f"Why.\n\n{(logs or {}).get(n, '')}Signed-off-by: {ANNA}\n"
        subject = f"[PATCH{mark} {n}/{total}] {titles[n - 1]}"
        found.append(patch(f"p{v}.{n}@x", subject, diff=diff(f"{n}.c", text), refs=f"c{v}@x", at=at + n, log=log))
    return found


def reply(msgid: str, to: str, text: str, *, sender: str = BEN, days: float = 1, subject: str = "Re: [PATCH] demo") -> bytes:
    """An answer to `p<v>.<n>@x`, `c<v>@x` or any other id, *days* after START."""
    return mail(msgid, subject, f"> int first;\n\n{text}", refs=to, sender=sender, at=START + int(days * DAY))


def facts(*mails: bytes | list[bytes]) -> dict[str, Facts]:
    raws = [raw for some in mails for raw in (some if isinstance(some, list) else [some])]
    found = [examine(parse(raw)) for raw in raws]
    return {one.msgid: one for one in found}


def series_of(mails: dict[str, Facts]) -> tuple[Series, ...]:
    return find_series(mails.values())


def judged(*mails: bytes | list[bytes], now: int | None = None) -> Review:
    known = facts(*mails)
    return review(series_of(known), known, now=now)


def only(found: Review) -> Tag:
    assert len(found.tags) == 1, [(tag.name, tag.verdict, tag.msgid) for tag in found.tags]
    return found.tags[0]


# --- what a reply is about


def test_a_reply_to_a_patch_is_about_that_patch() -> None:
    """Also one further down in the thread; every field of the tag says where it comes from."""
    answer = reply("a@x", "p1.2@x", "Why count?\n", sender=CHEN, days=11)
    tag = only(judged(posting(1), answer, reply("b@x", "c1@x p1.2@x a@x", RB, days=12)))
    assert tag == Tag(
        name="Reviewed-by", who=Person("Ben Reviewer", "ben@example.org"), sender=Person("Ben Reviewer", "ben@example.org"),
        verdict="given", source="reply", confirmed_by=None, scope="patches", part=None, series="c1@x", patches=("p1.2@x",),
        msgid="b@x", date=START + 12 * DAY, quote=RB.strip(), current=True, newest=("p1.2@x",), holds=("p1.2@x",),
    )  # fmt: skip


def test_a_reply_to_the_cover_is_about_all_its_patches() -> None:
    """A cover stands for all its patches."""
    tag = only(judged(posting(1), reply("a@x", "c1@x", RB)))
    assert (tag.scope, tag.patches, tag.holds) == ("series", ("p1.1@x", "p1.2@x", "p1.3@x"), tag.patches)


@pytest.mark.parametrize(
    ("to", "words", "scope", "numbers"),
    [("c1@x", "For patches 1-2:\n\n", "patches", "12"), ("p1.3@x", "For the series:\n\n", "series", "123")],
)
def test_words_beat_position(to: str, words: str, scope: str, numbers: str) -> None:
    """Some patches named in an answer to the cover, the series in an answer to one patch."""
    tag = only(judged(posting(1), reply("a@x", to, words + RB)))
    assert (tag.scope, tag.patches) == (scope, tuple(f"p1.{n}@x" for n in numbers))


def test_a_reply_to_a_patch_that_is_not_at_hand_is_not_about_the_series() -> None:
    """The nearest known mail above is the cover, but the subject says 2/3; the tag counts, for a patch nobody has here."""
    mails = [raw for raw in posting(1) if b"p1.2@x" not in raw]
    tag = only(judged(mails, reply("a@x", "c1@x p1.2@x", RB, subject=f"Re: [PATCH 2/3] {TITLES[1]}")))
    assert (tag.scope, tag.patches, tag.current) == ("patches", (), True)


def test_a_reply_to_a_missing_cover_is_about_the_series() -> None:
    """The patches hang below the same missing mail, and the subject says 0/3; what says 2/3 is about that patch."""
    mails = posting(1)[1:]
    tag = only(judged(mails, reply("a@x", "c1@x", RB, subject="Re: [PATCH 0/3] demo: lockless")))
    assert (tag.scope, tag.patches) == ("series", ("p1.1@x", "p1.2@x", "p1.3@x"))
    tag = only(judged(mails, reply("a@x", "c1@x gone@x", RB, subject=f"Re: [PATCH 2/3] {TITLES[1]}")))
    assert (tag.scope, tag.patches) == ("patches", ("p1.2@x",))
    assert judged(mails, reply("a@x", "gone@x", RB, subject="Re: [PATCH 0/3] demo: lockless")).tags == ()
    lone = patch("p@x", "[PATCH] demo: one", refs="talk@x")
    assert judged(lone, reply("a@x", "talk@x", RB, subject="Re: [PATCH] demo: another")).tags == ()


def test_a_reply_to_a_version_that_is_not_at_hand_says_nothing_about_an_older_one() -> None:
    """v2 hangs below v1 and is missing; what answers it is no review of v1."""
    found = judged(posting(1), reply("a@x", "c1@x c2@x p2.1@x", RB, subject=f"Re: [PATCH v2 1/3] {TITLES[0]}"))
    assert found.tags == ()


def test_what_answers_another_topic_in_the_thread_is_not_ours() -> None:
    """A patch that somebody offers in a reply, and a posting of another series below ours."""
    offer = mail("o@x", "Re: [PATCH] demo", "How about this?\n\n" + diff("other.c", "x"), refs="p1.1@x", sender=CHEN, at=START)
    other = patch("q@x", "[PATCH] other: thing", diff=diff("q.c", "q"), refs="p1.1@x")
    cover = mail("w@x", "[PATCH 0/4] whole: other", refs="p1.1@x")
    answers = [
        reply(f"{name}@x", f"p1.1@x {to}@x", RB, days=11 + n) for n, (name, to) in enumerate((("a", "o"), ("b", "q"), ("d", "w")))
    ]
    known = facts(posting(1), offer, other, cover, answers)
    ours = [one for one in series_of(known) if one.id == "c1@x"]
    assert review(ours, known).tags == ()
    assert [tag.series for tag in review(series_of(known), known).tags] == ["o@x", "q@x", "w@x"]


def test_an_offer_is_never_the_newest_revision() -> None:
    """Nor is a tag lost in it, though it has the same title: it is no posting of the author's."""
    offer = mail(
        "o@x", f"Re: [PATCH 1/3] {TITLES[0]}", "So:\n\n" + diff("1.c", "x"), refs="p1.1@x", sender=CHEN, at=START + 12 * DAY
    )
    found = judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), offer)
    assert (found.newest, only(found).current, only(found).lost_in) == ("c1@x", True, ())


def test_robots_give_no_tags() -> None:
    """The kernel test robot's suggestion, and syzbot's own trailer."""
    robots = [
        reply("a@x", "p1.1@x", "Tested-by: kernel test robot <lkp@intel.com>\n", sender="kernel test robot <lkp@intel.com>"),
        reply("b@x", "p1.1@x", "Tested-by: syzbot+1@syzkaller.example.org\n", sender="syzbot <syzbot+1@syzkaller.example.org>"),
    ]
    assert judged(posting(1), robots).tags == ()
    known = {msgid: replace(one, robot=msgid == "a@x") for msgid, one in facts(posting(1), reply("a@x", "p1.1@x", RB)).items()}
    assert review(series_of(known), known).tags == ()


def test_agreement_is_no_tag() -> None:
    """LGTM is kept with its place, apart from the tags; of the author, who answers a comment, it is none."""
    author = reply("b@x", "p1.2@x a@x", "LGTM\n", sender=ANNA)
    found = judged(posting(1), reply("a@x", "p1.2@x", "LGTM\n"), author)
    assert found.tags == ()
    assert [(one.who.name, one.patches, one.quote) for one in found.agreements] == [("Ben Reviewer", ("p1.2@x",), "LGTM")]


def test_a_tag_in_another_name_is_listed_and_never_counts() -> None:
    """It is no tag of the person named: it keeps no promise of his, and a posting that lists it stays unconfirmed."""
    promise = reply("a@x", "p1.1@x", "I'll review this tomorrow.\n", days=11)
    forged = reply("b@x", "p1.1@x", RB, sender="Mallory <mallory@example.net>", days=12)
    found = judged(posting(1), promise, forged, posting(2, logs={1: RB}))
    assert [(tag.msgid, tag.mismatch, tag.current, tag.source) for tag in found.tags] == [
        ("a@x", False, False, "reply"),
        ("b@x", True, False, "reply"),
        ("p2.1@x", False, True, "posting"),
    ]
    assert (found.tags[1].who.name, found.tags[1].sender.name) == ("Ben Reviewer", "Mallory")
    assert found.tags[0].settled_by == "p2.1@x"
    assert found.tags[2].confirmed_by is None


# --- people


def test_several_addresses_are_one_person() -> None:
    """By name, by a +tag, and by an alias of .mailmap; the tag has one spelling of its person."""
    two = reply("b@x", "p1.1@x", "Acked-by: Ben Reviewer <ben@work.example.com>\n", sender="Ben Reviewer <ben@work.example.com>")
    three = reply("c@x", "p1.1@x", "Tested-by: br <br@example.net>\n", sender="br <br@example.net>", days=2)
    known = facts(posting(1), reply("a@x", "p1.1@x", RB, sender="Ben Reviewer <ben+list@example.org>", days=0.5), two, three)
    found = review(
        series_of(known), known, aliases={"br@example.net": "ben@example.org", "ben+list@example.org": "ben@example.org"}
    )
    assert {tag.who for tag in found.tags} == {Person("Ben Reviewer", "ben+list@example.org")}


def test_a_trailer_of_ones_own_makes_two_addresses_one_person() -> None:
    """A name of one word says nothing alone; in his own reply the sender names himself."""
    own = "Reviewed-by: BenReviewer <ben@brown.example.com>\n"
    answer = reply("a@x", "p1.1@x", own, sender="BenReviewer <ben.r@example.net>", days=11)
    tag = only(judged(posting(1), answer, posting(2, logs={1: own})))
    assert (tag.msgid, tag.who.email, tag.unlisted) == ("a@x", "ben.r@example.net", ())


def test_a_person_has_the_fullest_spelling() -> None:
    """The name and address that say most, whichever mail has them."""
    short = reply("a@x", "p1.1@x", "Reviewed-by: ben <ben@example.org>\n", sender="ben <ben@example.org>")
    found = judged(posting(1), short, reply("b@x", "p1.2@x", RB, days=2))
    assert {tag.who.name for tag in found.tags} == {"Ben Reviewer"}


def test_a_co_author_is_an_author() -> None:
    """Who developed the patch with its author does not count as its reviewer."""
    log = {1: f"Co-developed-by: {BEN}\nSigned-off-by: {BEN}\n"}
    tag = only(judged(posting(1, logs=log), reply("a@x", "c1@x", RB, days=11)))
    assert (tag.own, tag.holds, tag.lost) == (False, ("p1.2@x", "p1.3@x"), (("p1.1@x", "own patch"),))


def test_who_becomes_the_author_loses_nothing() -> None:
    """Ben reviewed v1 and wrote v2 of that patch."""
    two = [
        raw.replace(b"Why.", b"From: Ben Reviewer <ben@example.org>\n\nWhy.") if b"p2.1@x>\n" in raw else raw
        for raw in posting(2, ("A", "b", "c"))
    ]
    tag = only(judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), two))
    assert (tag.current, tag.why, tag.lost_in) == (False, "own patch", ())


def test_the_authors_own_tag_does_not_count() -> None:
    """On his own patch; the one who only sent it for him may review it."""
    own = reply("a@x", "p@x", f"Tested-by: {ANNA}\n", sender=ANNA)
    sender = reply("b@x", "p@x", RB)
    sent = patch("p@x", "[PATCH] demo: one", sender=BEN, log=f"From: {ANNA}\n\nWhy.\n\nSigned-off-by: {ANNA}\n")
    found = {tag.msgid: tag for tag in judged(sent, own, sender).tags}
    assert (found["a@x"].own, found["a@x"].current, found["a@x"].lost) == (True, False, (("p@x", "own patch"),))
    assert (found["b@x"].own, found["b@x"].current) == (False, True)
    assert only(judged(posting(1), reply("a@x", "p1.1@x", "NAK.\n", sender=ANNA))).current


# --- trailers in postings


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("Reviewed-by", "R"),
        ("Reviewed-and-tested-by", "RT"),
        ("Acked-and-Tested-by", "AT"),
        ("reviwed-by", "R"),
        ("NAKed-by", "N"),
        ("Nacked-by", "N"),
        ("Build-tested-by", "T"),
        ("Reported-and-tested-by", "T"),
        ("Signed-off-by", ""),
        ("Reported-by", ""),
        ("Suggested-by", ""),
        ("Not-reviewed-by", ""),
        ("Link", ""),
        ("Cc", ""),
        ("Attested-by", ""),
        ("Protested-by", ""),
    ],
)
def test_which_trailers_are_review(key: str, names: str) -> None:
    """Keys of two tags give two; credit and references give none."""
    full = {"R": "Reviewed-by", "A": "Acked-by", "T": "Tested-by", "N": "Nacked-by"}
    assert tag_names(key) == tuple(full[name] for name in names)


def test_a_carried_tag_is_one_tag() -> None:
    """Given in a reply to v1 and listed by v2 and v3: one row, of the reply, which counts."""
    found = judged(
        posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2, logs={1: RB}), posting(3, ("A", "b", "c"), logs={1: RB})
    )
    tag = only(found)
    assert (tag.msgid, tag.source, tag.current, tag.lost_in, tag.why) == ("a@x", "reply", True, (), "")
    assert (tag.newest, tag.holds) == (("p3.1@x",), ("p3.1@x",))


def test_a_tag_that_only_postings_have_is_unconfirmed() -> None:
    """One row for the first posting that lists it; a later one that leaves it out is where it was lost."""
    tag = only(judged(posting(1), posting(2, logs={2: ACK}), posting(3, logs={2: ACK}), posting(4, ("a", "B", "c"))))
    assert (tag.source, tag.confirmed_by, tag.series, tag.msgid) == ("posting", None, "c2@x", "p2.2@x")
    assert (tag.lost_in, tag.why, tag.current) == (("c4@x",), "patch changed", False)
    assert tag.quote == ACK.strip()


def test_a_cover_lists_for_all_its_patches() -> None:
    """A trailer in a cover is one row; patches that a reply gave it to are not in it."""
    found = judged(posting(1), reply("a@x", "p1.1@x", ACK, sender=CHEN, days=11), posting(2, cover=f"Hello.\n\n{ACK}"))
    assert [(tag.msgid, tag.scope, tag.patches) for tag in found.tags] == [
        ("a@x", "patches", ("p1.1@x",)),
        ("c2@x", "patches", ("p2.2@x", "p2.3@x")),
    ]
    whole = only(judged(posting(1, cover=f"Hello.\n\n{ACK}")))
    assert (whole.scope, whole.confirmed_by, whole.current) == ("series", None, True)


def test_a_tag_for_a_patch_that_became_another_is_confirmed() -> None:
    """Patches 2 and 3 of v1 are squashed under a new title: the reply to 2 may be what the posting lists."""
    titles = (TITLES[0], "demo: lockless and documented")
    squashed = posting(2, ("a", "b and c"), titles=titles, logs={1: RB, 2: RB})
    found = judged(posting(1), reply("a@x", "p1.2@x", RB, days=11), squashed)
    assert [(tag.msgid, tag.confirmed_by, tag.why) for tag in found.tags] == [
        ("a@x", None, "patch gone"),
        ("p2.1@x", "a@x", ""),
        ("p2.2@x", "a@x", ""),
    ]


def test_a_tag_stretched_to_another_patch_is_unconfirmed() -> None:
    """Ben reviewed 2/3, which is still there; the posting lists him for 3/3 too."""
    found = judged(posting(1), reply("a@x", "p1.2@x", RB, days=11), posting(2, logs={2: RB, 3: RB}))
    assert [(tag.msgid, tag.confirmed_by) for tag in found.tags] == [("a@x", None), ("p2.3@x", None)]


def test_a_patch_offered_in_a_reply_has_trailers_of_its_own() -> None:
    """Trailers of the offered patch are carried; the reply's own words are about what it answers."""
    heading = f"From: {BEN}\nSubject: [PATCH] demo: more\n\nMore.\n\n{ACK}Signed-off-by: {BEN}\n---\n"
    offered = f"{RB}\nBut on top of it:\n\n-- >8 --\n{heading}"
    found = judged(posting(1), reply("o@x", "p1.1@x", offered + diff("more.c", "m"), days=11))
    assert [(tag.name, tag.source, tag.series) for tag in found.tags] == [
        ("Reviewed-by", "reply", "c1@x"),
        ("Acked-by", "posting", "o@x"),
    ]


# --- from version to version


def test_a_tag_holds_while_the_patch_is_the_same() -> None:
    """v2 does not list it: it counts all the same, and v2 is told to have lost it."""
    tag = only(judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2)))
    assert (tag.current, tag.holds, tag.unlisted) == (True, ("p2.1@x",), ("p2.1@x",))
    assert (tag.lost_in, tag.why) == (("c2@x",), "not carried")


def test_a_tag_is_lost_with_the_patch_it_was_given_for() -> None:
    """The patch changed and the author dropped the tag."""
    tag = only(judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2, ("A", "b", "c"))))
    assert (tag.current, tag.lost, tag.lost_in, tag.why) == (False, (("p2.1@x", "patch changed"),), ("c2@x",), "patch changed")


def test_a_tag_for_the_series_is_kept_by_what_stayed() -> None:
    """Of three patches one changed: it counts for two, and says for which."""
    tag = only(judged(posting(1), reply("a@x", "c1@x", RB, days=11), posting(2, ("a", "B", "c"), logs={1: RB, 3: RB})))
    assert (tag.current, tag.holds, tag.lost) == (True, ("p2.1@x", "p2.3@x"), (("p2.2@x", "patch changed"),))
    assert tag.lost_in == ("c2@x",)


def test_what_came_after_a_version_was_not_lost_in_it() -> None:
    """A late reply to v1, when v2 was out already."""
    tag = only(judged(posting(1), posting(2), reply("a@x", "p1.1@x", RB, days=25)))
    assert (tag.current, tag.lost_in, tag.unlisted) == (True, (), ())


def test_a_date_that_cannot_be_true_is_not_believed() -> None:
    """Sent in 2040 by its own word, taken by the list's server before v2 was posted."""
    taken = "Received: from a by b; Sun, 9 Jun 2024 16:26:40 +0000"
    late = mail("a@x", "Re: [PATCH] demo", RB, refs="p1.1@x", sender=BEN, at=2_208_988_800, headers=taken)
    assert only(judged(posting(1), late, posting(2))).lost_in == ("c2@x",)


def test_a_version_that_lists_it_again_brings_it_back() -> None:
    """v2 forgot it, v3 has it."""
    tag = only(judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2), posting(3, logs={1: RB})))
    assert (tag.current, tag.lost_in, tag.unlisted) == (True, ("c2@x",), ())


def test_a_renamed_and_moved_patch_is_followed() -> None:
    """By its patch-id under a new title and number, then by its title with another diff."""
    moved = posting(2, ("b", "a", "c"), titles=("demo: no lock any more", TITLES[0], TITLES[2]))
    moved = [raw.replace(b"1.c", b"X.c").replace(b"2.c", b"1.c").replace(b"X.c", b"2.c") for raw in moved]
    changed = posting(3, ("B", "a", "c"), titles=("demo: no lock any more", TITLES[0], TITLES[2]))
    found = judged(posting(1), reply("a@x", "p1.2@x", RB, days=11), moved)
    assert (only(found).current, only(found).holds) == (True, ("p2.1@x",))
    found = judged(posting(1), reply("a@x", "p1.2@x", RB, days=11), moved, changed)
    assert (only(found).current, only(found).lost) == (False, (("p3.1@x", "patch changed"),))


def test_a_patch_alone_is_the_same_patch_whatever_its_title() -> None:
    """A series of one by the same author, with another title and diff."""
    one = patch("1@x", "[PATCH] demo: count", diff=diff("a.c", "a"))
    two = patch("2@x", "[PATCH v2] demo: rather not", diff=diff("b.c", "b"), at=START + 2 * DAY)
    tag = only(judged(one, reply("a@x", "1@x", RB), two))
    assert (tag.lost, tag.lost_in) == ((("2@x", "patch changed"),), ("2@x",))


def test_a_patch_alone_of_somebody_else_is_another_patch() -> None:
    """An alternative of another person takes the place of a series of one; it is not the same patch."""
    one = patch("1@x", "[RFC PATCH] demo: count", diff=diff("a.c", "a"))
    two = patch("2@x", "[PATCH] demo: rather not", diff=diff("b.c", "b"), sender=CHEN, at=START + 2 * DAY)
    assert only(judged(one, reply("a@x", "1@x", RB), two)).why == "patch gone"


def test_a_patch_in_its_place_with_the_same_files_is_the_same_patch() -> None:
    """In a series of three, with another title and diff; not when it changes another file."""
    titles = (TITLES[0], "demo: no lock any more", TITLES[2])
    answer = reply("a@x", "p1.2@x", RB, days=11)
    assert only(judged(posting(1), answer, posting(2, ("a", "B", "c"), titles=titles))).why == "patch changed"
    other = [raw.replace(b"2.c", b"9.c") for raw in posting(2, ("a", "B", "c"), titles=titles)]
    assert only(judged(posting(1), answer, other)).why == "patch gone"


def test_a_dropped_patch_loses_nothing() -> None:
    """Its tag is gone with it, which is no loss of the version that dropped it."""
    tag = only(judged(posting(1), reply("a@x", "p1.3@x", RB, days=11), posting(2, ("a", "b"))))
    assert (tag.current, tag.newest, tag.lost_in, tag.why) == (False, (), (), "patch gone")


def test_a_partial_reroll_replaces_one_patch() -> None:
    """[PATCH v2.1 2/3] in answer to v2: tags of the others hold, and the newest revision has three patches."""
    again = patch("r@x", f"[PATCH v2.1 2/3] {TITLES[1]}", diff=diff("2.c", "B"), refs="c2@x p2.2@x", at=START + 22 * DAY)
    found = judged(
        posting(2),
        reply("a@x", "c2@x", RB, days=21),
        again,
        reply("b@x", "c2@x p2.2@x r@x", f"For the series:\n\n{ACK}", sender=CHEN, days=23),
    )
    assert [one.msgid for one in found.patches] == ["p2.1@x", "r@x", "p2.3@x"]
    first, second = found.tags
    assert (first.holds, first.lost, first.lost_in) == (("p2.1@x", "p2.3@x"), (("r@x", "patch changed"),), ("r@x",))
    assert (second.patches, second.holds) == (("p2.1@x", "r@x", "p2.3@x"), ("p2.1@x", "r@x", "p2.3@x"))


def test_partial_rerolls_add_up() -> None:
    """v2.1 replaces 2/3 under a new title, v2.2 then 3/3, both in answer to the cover; one that moves a patch has it once."""
    one = patch("r@x", "[PATCH v2.1 2/3] demo: rather a mutex", diff=diff("9.c", "m"), refs="c2@x", at=START + 22 * DAY)
    two = patch("s@x", f"[PATCH v2.2 3/3] {TITLES[2]}", diff=diff("3.c", "C"), refs="c2@x", at=START + 23 * DAY)
    added_up = judged(posting(2), one, two)
    assert [each.msgid for each in added_up.patches] == ["p2.1@x", "r@x", "s@x"]
    assert added_up.replaces == ((), ("p2.2@x",), ("p2.3@x",))
    moved = patch("m@x", f"[PATCH v2.1 3/3] {TITLES[1]}", diff=diff("2.c", "B"), refs="c2@x", at=START + 22 * DAY)
    assert [each.msgid for each in judged(posting(2), moved).patches] == ["p2.1@x", "m@x"]
    assert judged(posting(2), moved).replaces == ((), ("p2.2@x", "p2.3@x"))


def test_a_patch_answered_by_its_next_version_is_a_partial_reroll() -> None:
    """[PATCH v2 2/3] sent as an answer to v1's 2/3, without the others; an incomplete v2 is none."""
    again = patch("p2.2@x", f"[PATCH v2 2/3] {TITLES[1]}", diff=diff("2.c", "B"), refs="c1@x p1.2@x", at=START + 22 * DAY)
    assert [one.msgid for one in judged(posting(1), again).patches] == ["p1.1@x", "p2.2@x", "p1.3@x"]
    lone = patch("p2.2@x", f"[PATCH v2 2/3] {TITLES[1]}", diff=diff("2.c", "B"), refs="c2@x", at=START + 22 * DAY)
    assert [one.msgid for one in judged(posting(1), lone).patches] == ["p2.2@x"]
    other = patch("r@x", f"[PATCH 2/4] {TITLES[1]}", diff=diff("2.c", "B"), refs="c1@x p1.2@x", at=START + 22 * DAY)
    assert [one.msgid for one in judged(posting(1), other).patches] == ["r@x"]


def test_a_posting_with_a_patch_missing_is_no_partial_reroll_of_its_rfc() -> None:
    """RFC and PATCH are both version 1; a cover says that all of it was posted again."""
    rfc = [raw.replace(b"[PATCH", b"[RFC PATCH") for raw in posting(1)]
    again = [raw.replace(b"[PATCH v2", b"[PATCH") for raw in posting(2)]
    assert [one.msgid for one in judged(rfc, again[1], again[3]).patches] == ["p2.1@x", "p2.3@x"]
    assert [one.msgid for one in judged(posting(1), again[0], again[1], again[3]).patches] == ["p2.1@x", "p2.3@x"]


# --- verdicts


def test_a_condition_is_open_until_a_version_lists_the_tag() -> None:
    """Then it counts as that version has it: v3 changed the patch again and leaves it out."""
    first = [*posting(1), reply("a@x", "p1.1@x", f"With that fixed:\n\n{RB}", days=11)]
    tag = only(judged(first))
    assert (tag.verdict, tag.state, tag.settled_by, tag.current, tag.lost_in) == ("conditional", "open", None, False, ())
    tag = only(judged(first, posting(2, ("A", "b", "c"))))
    assert (tag.state, tag.current, tag.lost_in) == ("open", False, ())
    second = posting(2, ("A", "b", "c"), logs={1: RB})
    tag = only(judged(first, second))
    assert (tag.verdict, tag.state, tag.settled_by, tag.current) == ("conditional", "kept", "p2.1@x", True)
    tag = only(judged(first, second, posting(3, ("AA", "b", "c"))))
    assert (tag.state, tag.current, tag.lost_in, tag.why) == ("kept", False, ("c3@x",), "patch changed")
    tag = only(judged(first, second, posting(3, ("A", "b", "c"))))
    assert (tag.state, tag.current, tag.lost_in, tag.why) == ("kept", True, ("c3@x",), "not carried")
    tag = only(judged(first, posting(2, ("A", "b", "c")), posting(3, ("A", "b", "c"), logs={1: RB})))
    assert (tag.settled_by, tag.current, tag.lost_in) == ("p3.1@x", True, ())


def test_a_tag_for_a_later_series_settles_what_is_gone() -> None:
    """A condition on a patch that the next version dropped waits for nothing once Ben gave the tag for all of it."""
    condition = reply("a@x", "p1.3@x", f"With that fixed:\n\n{RB}", days=11)
    found = judged(posting(1), condition, posting(2, ("a", "b")), reply("b@x", "c2@x", RB, days=21)).tags
    assert (found[0].state, found[0].settled_by) == ("kept", "b@x")
    found = judged(posting(1), condition, posting(2, ("a", "b")), reply("b@x", "p2.1@x", RB, days=21)).tags
    assert (found[0].state, found[0].settled_by) == ("open", None)


def test_a_version_from_before_the_condition_does_not_meet_it() -> None:
    """v2 listed the tag already when Ben made a condition on v1."""
    late = reply("a@x", "p1.1@x", f"With that fixed:\n\n{RB}", days=25)
    assert only(judged(posting(1), posting(2, ("A", "b", "c"), logs={1: RB}), late)).state == "open"


def test_what_met_a_condition_first_settled_it() -> None:
    """Its person's word, or the version that lists it, whichever came first."""
    condition = reply("a@x", "c1@x", f"With that fixed:\n\n{RB}", days=11)
    listed = posting(2, ("A", "b", "c"), logs={1: RB})
    words = [reply("b@x", "p1.1@x", RB, days=12), reply("c@x", "p1.2@x", RB, days=13)]
    assert judged(posting(1), condition, words, listed).tags[0].settled_by == "b@x"
    assert judged(posting(1), condition, listed, reply("b@x", "p2.1@x", RB, days=21)).tags[0].settled_by == "p2.1@x"


def test_a_condition_that_is_taken_back_cannot_be_met() -> None:
    """Its state is none, also when a later version lists the tag."""
    condition = reply("a@x", "p1.1@x", f"With that fixed:\n\n{RB}", days=11)
    back = reply("b@x", "p1.1@x", "Please drop my Reviewed-by.\n", days=12)
    tag = judged(posting(1), condition, back, posting(2, logs={1: RB})).tags[0]
    assert (tag.state, tag.settled_by, tag.current, tag.why) == (None, None, False, "withdrawn")


def test_a_withdrawal_on_a_condition_takes_nothing_back_yet() -> None:
    """No posting meets it; its person's next word does."""
    known = facts(posting(1), reply("a@x", "p1.1@x", RB, days=11), reply("b@x", "p1.1@x", RB, days=12), posting(2, logs={1: RB}))
    threat = Intent("Reviewed-by", Person("Ben Reviewer", "ben@example.org"), "conditional", POSITION, "…", 0, withdraws=True)
    known["b@x"] = replace(known["b@x"], intents=(threat,))
    first, second = review(series_of(known), known).tags
    assert (first.current, second.state, second.withdraws, second.current) == (True, "open", True, False)
    known |= facts(reply("c@x", "p2.1@x", "You can keep my Reviewed-by.\n", days=22))
    assert [tag.settled_by for tag in review(series_of(known), known).tags] == [None, "c@x", None]


def test_a_condition_is_met_when_its_person_says_so() -> None:
    """The later tag counts; the condition tells which mail met it."""
    condition = reply("a@x", "p1.1@x", f"With that fixed:\n\n{RB}", days=11)
    first, second = judged(posting(1), condition, posting(2, ("A", "b", "c")), reply("b@x", "p2.1@x", RB, days=21)).tags
    assert (first.state, first.settled_by, first.current) == ("kept", "b@x", False)
    assert (second.msgid, second.current, second.state) == ("b@x", True, None)


def test_a_condition_on_a_squashed_patch_is_met_by_what_it_became() -> None:
    """The posting lists the tag for a patch under a new title."""
    squashed = posting(2, ("b and c",), titles=("demo: lockless and documented",), logs={1: RB})
    first, second = judged(posting(1), reply("a@x", "p1.2@x", f"With that fixed:\n\n{RB}", days=11), squashed).tags
    assert (first.state, first.settled_by) == ("kept", "p2.1@x")
    assert (second.source, second.confirmed_by, second.current) == ("posting", "a@x", True)


def test_a_promise_is_kept_by_any_later_tag() -> None:
    """Not by one of the same mail, nor by somebody else's; open without one, overdue after a fortnight."""
    promise = reply("a@x", "p1.1@x", "I'll review this tomorrow.\n", days=11)
    tag = only(judged(posting(1), promise))
    assert (tag.name, tag.verdict, tag.state, tag.current) == ("Reviewed-by", "promised", "open", False)
    late = START + 25 * DAY + 1
    assert with_time([tag], late)[0].state == "overdue"
    assert with_time([tag], late - 2)[0].state == "open"
    assert only(judged(posting(1), promise, now=late)).state == "overdue"
    other = reply("b@x", "p1.1@x", ACK, sender=CHEN, days=12)
    kept = judged(posting(1), promise, other, reply("c@x", "p1.2@x", f"Tested-by: {BEN}\n", days=30), now=late + 30 * DAY)
    assert (kept.tags[0].state, kept.tags[0].settled_by) == ("kept", "c@x")
    both = reply("a@x", "p1.1@x", f"I'll review the rest tomorrow.\n\nFor this one:\n\n{RB}", days=11)
    assert {tag.verdict: tag.state for tag in judged(posting(1), both).tags} == {"promised": "open", "given": None}


def test_a_tag_that_is_taken_back_does_not_count() -> None:
    """Also when the next version lists it; given again, it does."""
    given_ = reply("a@x", "p1.1@x", RB, days=11)
    back = reply("b@x", "p1.1@x", "Please drop my Reviewed-by.\n", days=12)
    first, second = judged(posting(1), given_, back, posting(2, logs={1: RB}), posting(3)).tags
    assert (first.current, first.lost, first.why, first.lost_in) == (False, (("p3.1@x", "withdrawn"),), "withdrawn", ())
    assert (second.verdict, second.current) == ("withdrawn", False)
    again = judged(posting(1), given_, back, reply("c@x", "p1.1@x", RB, days=13)).tags
    assert [(tag.msgid, tag.current) for tag in again] == [("a@x", False), ("b@x", False), ("c@x", True)]


def test_taking_back_without_a_name_or_elsewhere_takes_back_all() -> None:
    """ "Drop my tag" names none; said of another mail of the topic it means the only one there is."""
    given_ = reply("a@x", "p1.1@x", RB, days=11)
    back = reply("b@x", "p1.3@x", "Please drop my tag.\n", days=12)
    assert judged(posting(1), given_, back).tags[0].why == "withdrawn"
    other = reply("c@x", "p1.3@x", f"Acked-by: {BEN}\n", days=11)
    tags = {tag.msgid: tag for tag in judged(posting(1), given_, other, back).tags}
    assert (tags["a@x"].current, tags["c@x"].why) == (True, "withdrawn")


def test_a_kept_tag_counts_for_the_patch_it_is_kept_for() -> None:
    """ "You can keep my Reviewed-by" in answer to a changed v2."""
    keeps = reply("b@x", "p2.1@x", "You can keep my Reviewed-by.\n", days=21)
    first, second = judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2, ("A", "b", "c")), keeps).tags
    assert (first.current, first.why) == (False, "patch changed")
    assert (second.name, second.verdict, second.current, second.holds) == ("Reviewed-by", "kept", True, ("p2.1@x",))
    nameless = judged(posting(1, logs={1: RB}), reply("b@x", "p1.1@x", "You can keep my tag.\n", days=21))
    assert [(tag.name, tag.verdict) for tag in nameless.tags] == [("Reviewed-by", "kept")]


def test_a_refusal_stands_until_the_patch_changes_or_its_person_comes_round() -> None:
    """It is nobody else's to end: not by a trailer that the author adds in that name."""
    nak = reply("a@x", "p1.1@x", "NAK.\n", days=11)
    tag = only(judged(posting(1), nak, posting(2)))
    assert (tag.name, tag.verdict, tag.current, tag.lost_in) == ("Nacked-by", "refused", True, ())
    assert only(judged(posting(1), nak, posting(2, ("A", "b", "c")))).why == "patch changed"
    first, _ = judged(posting(1), nak, reply("b@x", "p1.1@x", RB, days=12)).tags
    assert (first.current, first.why, first.settled_by) == (False, "given later", "b@x")
    assert judged(posting(1), nak, posting(2, logs={1: RB})).tags[0].current
    assert only(judged(posting(1), nak, posting(2, ("A", "b", "c"), logs={1: f"Nacked-by: {BEN}\n"}))).current
    twice = judged(posting(1), nak, posting(2), reply("b@x", "p2.1@x", "Still NAK.\n", days=21)).tags
    assert [(tag.msgid, tag.verdict, tag.current) for tag in twice] == [("a@x", "refused", True), ("b@x", "refused", True)]


def test_a_refusal_ends_the_tag_of_its_person() -> None:
    """Whoever refuses what he reviewed does not count as its reviewer, for that patch."""
    first, second = judged(posting(1), reply("a@x", "c1@x", RB, days=11), reply("b@x", "p1.2@x", "NAK.\n", days=12)).tags
    assert (first.holds, first.lost) == (("p1.1@x", "p1.3@x"), (("p1.2@x", "refused later"),))
    assert (second.verdict, second.holds) == ("refused", ("p1.2@x",))


def test_the_same_said_twice_is_said_once() -> None:
    """By one person of one patch in one version; of the next version it is another tag."""
    found = judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), reply("b@x", "p1.1@x a@x", RB, days=12))
    assert only(found).msgid == "a@x"
    found = judged(
        posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2, ("A", "b", "c")), reply("b@x", "p2.1@x", RB, days=21)
    )
    assert [(tag.msgid, tag.current) for tag in found.tags] == [("a@x", False), ("b@x", True)]


# --- the whole


def test_json_has_every_key_of_the_contract() -> None:
    """TAG of schema 1, times in ISO 8601, and the keys added to it."""
    data = tag_json(only(judged(posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2, ("A", "b", "c")))))
    contract = {
        "name", "who", "verdict", "source", "confirmed_by", "scope", "part", "series", "patches", "msgid", "date", "quote",
        "mismatch", "attested", "current", "lost_in", "state", "settled_by",
    }  # fmt: skip
    assert set(data) == contract | {"sender", "withdraws", "own", "newest", "holds", "lost", "unlisted", "why"}
    assert (data["date"], data["who"], data["attested"]) == (
        "2024-06-09T16:26:40Z", {"name": "Ben Reviewer", "email": "ben@example.org"}, "unchecked",
    )  # fmt: skip
    assert data["lost"] == [{"patch": "p2.1@x", "why": "patch changed"}]


def test_nothing_to_review() -> None:
    """No revisions, or a cover without patches: no tags without a series, and one that counts for what is not at hand."""
    assert review((), {}) == Review()
    tag = only(judged(posting(1)[:1], reply("a@x", "c1@x", RB)))
    assert (tag.scope, tag.patches, tag.current) == ("series", (), True)
    tag = only(judged(posting(1)[:1], reply("a@x", "c1@x", f"Tested-by: {ANNA}\n", sender=ANNA)))
    assert (tag.own, tag.current) == (True, False)


WORDS = (
    RB, ACK, "NAK.\n", "LGTM\n", f"With that fixed:\n\n{RB}", "I'll review this tomorrow.\n", "Please drop my tag.\n",
    "You can keep my Reviewed-by.\n", f"For patches 2-9:\n\n{RB}", f"For the series:\n\n{ACK}",
)  # fmt: skip
TARGETS = ("c1@x", "c2@x", "gone@x", *(f"p{v}.{n}@x" for v in (1, 2, 3) for n in (1, 2, 3)))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(TARGETS), st.sampled_from(WORDS), st.sampled_from((BEN, CHEN, ANNA))), max_size=12),
    st.randoms(),
)
def test_the_order_of_mails_changes_nothing(said: list[tuple[str, str, str]], chance: random.Random) -> None:
    """Any replies to three versions, in any order: the same review; what counts counts for patches of the newest revision."""
    mails = [*posting(1), *posting(2, ("a", "B", "c"), logs={1: RB}), *posting(3, ("a", "B", "C"), cover=f"Hi.\n\n{ACK}")]
    mails += [reply(f"r{n}@x", to, text, sender=who, days=8 + 2 * n) for n, (to, text, who) in enumerate(said)]
    known = facts(mails)
    found = review(series_of(known), known, now=START + 90 * DAY)
    shuffled = list(known.items())
    chance.shuffle(shuffled)
    assert review(series_of(known), dict(shuffled), now=START + 90 * DAY) == found
    for tag in found.tags:
        assert set(tag.holds) <= set(tag.newest) <= {one.msgid for one in found.patches}
        assert set(tag.holds).isdisjoint(msgid for msgid, _ in tag.lost)
        assert not (tag.current and (tag.mismatch or tag.verdict in ("promised", "withdrawn")))
        assert (tag.state == "kept") == (tag.settled_by is not None) or tag.verdict == "refused"


def test_a_great_many_tags_of_a_great_many_people() -> None:
    """A hostile topic is read to its end: 2,000 trailers of different people, and 400 replies that take things back."""
    many = "".join(f"Reviewed-by: P{n} <p{n}@example.org>\n" for n in range(2_000))
    replies = [reply(f"r{n}@x", "c1@x", WORDS[n % len(WORDS)], days=11 + n / 100) for n in range(400)]
    found = judged(posting(1, logs={1: many}), replies)
    assert sum(tag.source == "posting" for tag in found.tags) == 2_000


# --- real mail


def _real(path: Path) -> Review:
    found = [examine(parse(raw)) for raw in split_mbox(path.read_bytes())]
    return review(find_series(found), {one.msgid: one for one in found}, now=1_720_000_000)


def test_the_story_of_the_rfc(real_data: Path) -> None:
    """A promise of 2024-05-30 is kept the day after; "Ack." in plain words is an agreement and no tag."""
    found = _real(real_data / "deny_write_access" / "threads" / "CORE-2024-05_rfc-and-v1.mbox")
    promised, kept = found.tags
    assert (promised.who.name, promised.verdict, promised.msgid) == (
        "Josef Bacik",
        "promised",
        "20240530145810.GA2205585@perftesting",
    )
    assert promised.quote == "Turn it into a real patch and I'll happily add my reviewed-by."
    assert (promised.state, promised.settled_by) == ("kept", "20240531220844.GA2233362@perftesting")
    assert (kept.verdict, kept.msgid, kept.current) == ("given", "20240531220844.GA2233362@perftesting", True)
    assert kept.series == "20240531-vfs-i_writecount-v1-1-a17bea7ee36b@kernel.org"
    assert [one.who.name for one in found.agreements if one.quote.startswith("Ack.")] == ["Linus Torvalds"]


def test_the_story_of_the_hsm_patch(real_data: Path) -> None:
    """One Acked-by; other agreement in that thread is no tag."""
    found = _real(real_data / "deny_write_access" / "threads" / "CORE-2024-11_goldstein-hsm-patch.mbox")
    tags = [(tag.name, tag.who.name, tag.msgid) for tag in found.tags if tag.current]
    assert tags == [("Acked-by", "Christian Brauner", "20241204-felswand-filmverleih-b5a694ca46a4@brauner")]
