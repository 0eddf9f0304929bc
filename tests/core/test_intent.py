"""What replies say about review tags. The phrases are made up; the real ones are read from the folder of real mail."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.intent import Intent, read_intents
from tracker.core.ownname import is_own
from tracker.core.people import Person
from tracker.core.scope import Scope
from tracker.core.subject import parse_subject

JANE = Person("Jane Roe", "jane@example.org")
# How a test writes a trailer of Jane's own.
TRAILERS = {
    "{R}": "\nReviewed-by: Jane Roe <jane@example.org>\n",
    "{A}": "\nAcked-by: Jane Roe <jane@example.org>\n",
    "{T}": "\nTested-by: Jane Roe <jane@example.org>\n",
    "{N}": "\nNacked-by: Jane Roe <jane@example.org>\n",
}


def read(words: str, sender: Person = JANE, subject: str = "Re: [PATCH 3/7] foo: bar") -> tuple[Intent, ...]:
    for sign, trailer in TRAILERS.items():
        words = words.replace(sign, trailer)
    return read_intents(words, sender, subject=parse_subject(subject))


def said(words: str) -> list[str]:
    """Names and verdicts, as `Reviewed-by given`."""
    return [f"{intent.name} {intent.verdict}" for intent in read(words) if not intent.agreement]


GIVEN = {
    "{R}": "Reviewed-by",
    "Nice work!\n{A}": "Acked-by",
    "    Tested-by: Jane Roe <jane@example.org>": "Tested-by",
    "Reviewed-by Jane Roe <jane@example.org>": "Reviewed-by",
    "Reviewed-by: Jane Roe": "Reviewed-by",
    "Reviewed-by: Jane": "Reviewed-by",
    "Reviewed-by: jane@example.org": "Reviewed-by",
    "Reviewed-by: Jane Roe <jane@example.org": "Reviewed-by",
    "Reviewed-by: Jane Roe jane@example.org": "Reviewed-by",
    "Acked-by: Jane Roe\n <jane@example.org>": "Acked-by",
    "Reviwed-by: Jane Roe <jane@example.org>": "Reviewed-by",
    "Looks right. Reviewed-by: Jane Roe <jane@example.org>": "Reviewed-by",
    "Some remarks above, none of them important.{R}": "Reviewed-by",
    "I was unsure if this may sleep, but it may. Looks good.{R}": "Reviewed-by",
    "If the disk is slow, this makes it worse. Not a big deal.{R}": "Reviewed-by",
    "With this patch the hang is gone.{T}": "Tested-by",
    "With the series applied, my box boots again\n{T}": "Tested-by",
    "After this patch the test passes.{T}": "Tested-by",
    "With or without that change, fine with me:{R}": "Reviewed-by",
    "Either way, looks good to me.{R}": "Reviewed-by",
    "If you like, feel free to add:{R}": "Reviewed-by",
    "In case you resend, please add:{R}": "Reviewed-by",
    "Nit: a space is missing. Up to you.{R}": "Reviewed-by",
    "{R}\nbut I'd wait for the others.": "Reviewed-by",
    "{R}\nIf Joe agrees, we can put it into next.": "Reviewed-by",
    "You can add my Tested-by.": "Tested-by",
    "Please add my R-b tag.": "Reviewed-by",
    "Feel free to add my ack to this one.": "Acked-by",
    "Could you add my Acked-by?": "Acked-by",
    "You have my ack.": "Acked-by",
    "Here is my RVB for this one.": "Reviewed-by",
    "Acked-by me as well.": "Acked-by",
    "Also reviewed by me.": "Reviewed-by",
    "It may go in with my Acked-by.": "Acked-by",
    "reviewed-by is fine.": "Reviewed-by",
    "R-b from me.": "Reviewed-by",
    "Please *do* add my Tested-by": "Tested-by",
}
CONDITIONAL = {
    "With that fixed:{R}": "Reviewed-by",
    "With this,{R}": "Reviewed-by",
    "Thanks. With the typos corrected, feel free to add:{A}": "Acked-by",
    "With a better changelog you can add{R}": "Reviewed-by",
    "Once the leak is gone, you may add:{R}": "Reviewed-by",
    "After fixing the above:{R}": "Reviewed-by",
    "{R}\nafter addressing the remark above.": "Reviewed-by",
    "{R}\nonce the second test passes.": "Reviewed-by",
    "If you drop the last hunk:{A}": "Acked-by",
    "Assuming it compiles without CONFIG_FOO, looks good to me.{R}": "Reviewed-by",
    "Provided that nobody needs the old name:{A}": "Acked-by",
    "Pending the answer of Joe:{A}": "Acked-by",
    "Looks good (modulo the typo):{R}": "Reviewed-by",
    "Please name it foo_get(). Otherwise looks good.{R}": "Reviewed-by",
    "Apart from that:{R}": "Reviewed-by",
    "Other than the nit above, this is fine.{A}": "Acked-by",
    "Besides the typo the patch is good. You can add:{R}": "Reviewed-by",
    "Fine with me. If it goes through your tree:{A}": "Acked-by",
    "Please fix the indentation and add my Reviewed-by.": "Reviewed-by",
    "You can stick my ack on it with that change.": "Acked-by",
    "If you rename it, feel free to add my R-b": "Reviewed-by",
    "My Reviewed-by still stands with that changed.": "Reviewed-by",
    "If the lock is not needed: NAK": "Nacked-by",
    "Without a test:{N}": "Nacked-by",
}
PROMISED = {
    "Send it as a patch and I'll gladly give you my Tested-by.": "Tested-by",
    "I will add a Reviewed-by once this is settled": "Reviewed-by",
    "I'll ack it then.": "Acked-by",
    "Happy with the idea, and I'd be happy to ack the next version.": "Acked-by",
    "You'll get my R-b in the next round.": "Reviewed-by",
    "I'll review this tomorrow.": "Reviewed-by",
    "Will test.": "Tested-by",
    "I'll try to test the new version on Monday": "Tested-by",
    "As soon as it is out I'll send my\n{T}": "Tested-by",
}
REFUSED = {
    "NAK.": "Nacked-by",
    "Sorry, but NAK": "Nacked-by",
    "Hard NACK on this one.": "Nacked-by",
    "nack, we had this before.": "Nacked-by",
    "This breaks every user we have. NAK.": "Nacked-by",
    "So this is a NAK from me.": "Nacked-by",
    "I have to NAK this.": "Nacked-by",
    "I'm inclined to NAK it.": "Nacked-by",
    "NAK until there is a test for it.": "Nacked-by",
    "Self-NAK, I sent the wrong file.": "Nacked-by",
    "That gets a NAK": "Nacked-by",
    "Consider it NAKed.": "Nacked-by",
    "Nacked-by: Jane Roe <jane@example.org>": "Nacked-by",
    "NAKed-by: Jane Roe <jane@example.org>": "Nacked-by",
    "My NAK still stands.": "Nacked-by",
}
WITHDRAWN = {
    "Please drop my Reviewed-by.": "Reviewed-by",
    "I withdraw my ack, sorry.": "Acked-by",
    "I have to retract that Tested-by.": "Tested-by",
    "NAK retracted.": "Nacked-by",
    "I take back my NAK": "Nacked-by",
    "I take my ack back.": "Acked-by",
}
KEPT = {
    "You can keep my Acked-by.": "Acked-by",
    "No need to drop my R-b for this.": "Reviewed-by",
    "Please don't remove my Tested-by tag": "Tested-by",
    "My Reviewed-by still stands.": "Reviewed-by",
    "The tested-by still applies": "Tested-by",
    "Feel free to carry my ack over:{A}": "Acked-by",
}
NOTHING = (
    "> Reviewed-by: Jane Roe <jane@example.org>\nThanks!",
    ">> NAK.\nWhy?",
    "Thanks!\n-- \nReviewed-by: Jane Roe <jane@example.org>",
    "Thanks for your Reviewed-by.",
    "I'll add your Reviewed-by, thanks!",
    "I've added Joe's Acked-by to all of them.",
    "Can I add your Tested-by?",
    "May I take that as an Acked-by?",
    "I'll take that as an ack.",
    "I can add a Tested-by for you.",
    "Joe, could you give your Acked-by?",
    "We need an ack from the owners of that code.",
    "Waiting for an ACK from Joe.",
    "I can't give my Reviewed-by yet.",
    "I would not have given my ack without the test.",
    "I'm not going to NAK this.",
    "This is no NAK.",
    "It was NAKed by Joe in spring.",
    "You can simply nack the patch.",
    "If Joe NAKs it we have to start again.",
    "I should share the blame in case this gets a NAK",
    "Why was it NAKed?",
    "The device answers with a NAK packet then.",
    "The peer has acked the data.",
    "The rb-tree is walked under the lock.",
    "This has been tested by the bot.",
    "I'd like to hear a word from Joe before I ack it.",
    "Did you mean your own Reviewed-by?",
    "    Reviewed-by: Joe Doe <joe@example.org>\n    Signed-off-by: Max Moe <max@example.org>",
    "Reviewed-by: Joe Doe <joe@example.org>\nSigned-off-by: Max Moe <max@example.org>",
    "Signed-off-by: J <j@example.org>\nReviewed-by: Jane Roe <jane@example.org>\n---\n a | 2 +-\n\ndiff --git a/a b/a\n",
    "  + Reviewed-by: Jane Roe <jane@example.org>",
    "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n foo\n+Reviewed-by: Jane Roe <jane@example.org>\n",
    "Not-reviewed-by: Jane Roe <jane@example.org>",
    "I dropped the Reviewed-by: Jane Roe",
    "I'll test this and send a v2.",
    "Will review, fold it in and post the series.",
)


def verdicts() -> list[tuple[str, str, str]]:
    tables = dict(given=GIVEN, conditional=CONDITIONAL, promised=PROMISED, refused=REFUSED, withdrawn=WITHDRAWN, kept=KEPT)
    return [(words, name, verdict) for verdict, table in tables.items() for words, name in table.items()]


@pytest.mark.parametrize(("words", "name", "verdict"), verdicts())
def test_what_words_say(words: str, name: str, verdict: str) -> None:
    """Each of many ways to say something about a tag is read as that, and as nothing else."""
    assert said(words) == [f"{name} {verdict}"]


@pytest.mark.parametrize("words", NOTHING)
def test_words_that_say_nothing(words: str) -> None:
    """Quotes, thanks, questions, talk about tags, negations and shown commit messages give no tag."""
    assert said(words) == []


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("LGTM", "given"),
        ("Looks good to me, thanks.", "given"),
        ("Ack.", "given"),
        ("ack from me, nice series", "given"),
        ("Apart from that LGTM.", "conditional"),
    ],
)
def test_agreement_is_no_tag(words: str, verdict: str) -> None:
    """LGTM and "Ack" in plain words are one remark of kind agreement, never a tag."""
    assert [(one.name, one.verdict, one.agreement) for one in read(words)] == [("agreement", verdict, True)]


@pytest.mark.parametrize(
    "words", ["Does it look good to you?", "It doesn't look good.", "Ack, will fix in v2.", "See if it looks good."]
)
def test_no_agreement(words: str) -> None:
    """Questions, negations and an author's Ack to a comment are no agreement."""
    assert read(words) == ()


def test_agreement_beside_a_tag_is_not_told() -> None:
    """A reply that gives its tag says LGTM with it, and nothing of its own."""
    assert [one.name for one in read("LGTM, thanks!\n{R}")] == ["Reviewed-by"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Reviewed-and-tested-by: Jane Roe <jane@example.org>", ["Reviewed-by", "Tested-by"]),
        ("Reviewed and Tested by: Jane Roe <jane@example.org>", ["Reviewed-by", "Tested-by"]),
        ("Reported-and-tested-by: Jane Roe <jane@example.org>", ["Tested-by"]),
        ("{A}{T}", ["Acked-by", "Tested-by"]),
        ("You can add my Reviewed-by and Tested-by to it.", ["Reviewed-by", "Tested-by"]),
        ("Please add my acked-by/tested-by.", ["Acked-by", "Tested-by"]),
        ("Reported-by: Jane Roe <jane@example.org>", []),
        ("Signed-off-by: Jane Roe <jane@example.org>", []),
    ],
)
def test_which_tags(words: str, names: list[str]) -> None:
    """Joined tags are several; credit and sign-offs are no review."""
    assert [one.name for one in read(words)] == names


def test_several_verdicts_in_one_reply() -> None:
    """Sentences are judged one by one, and a condition binds only the trailer it leads to."""
    words = "Please drop my old Acked-by.\n\n> a\n\nWith that fixed:\n{R}\n> b\n\nThe rest was easy.\n{T}"
    assert said(words) == ["Acked-by withdrawn", "Reviewed-by conditional", "Tested-by given"]


def test_condition_on_taking_back() -> None:
    """`Drop my tag if you …` stands on a condition, and what it would do is to take a tag of any name back."""
    (intent,) = read("Just drop my tag if you decide to use the other idea.")
    assert (intent.name, intent.verdict, intent.withdraws) == ("tag", "conditional", True)


def test_a_withdrawn_remark_keeps_the_tag() -> None:
    """Taking back a comment is not taking back a tag."""
    assert said("I withdraw the remark, but maintain the R-b.") == ["Reviewed-by kept"]
    assert said("I'll take this back, you need it in patch 3. So this looks good as it is:{R}") == ["Reviewed-by given"]


# --- scope


@pytest.mark.parametrize(
    ("words", "kind", "numbers"),
    [
        ("{R}", "position", ()),
        ("For the series:{R}", "series", ()),
        ("For the whole patchset:{A}", "series", ()),
        ("{R}\nfor the series.", "series", ()),
        ("You can add{R}\nTo all the patches.", "series", ()),
        ("Both patches look good.{R}", "series", ()),
        ("The series looks good to me.{R}", "series", ()),
        ("Reviewed-by: Jane Roe <jane@example.org> (for the whole series)", "series", ()),
        ("For patches 1-3:{R}", "patches", (1, 2, 3)),
        ("Patches 2, 4 and 6 are simple fixes, so:{A}", "patches", (2, 4, 6)),
        ("for patches 1 to 3 and 5:{A}", "patches", (1, 2, 3, 5)),
        ("Up to patch 4:{A}", "patches", (1, 2, 3, 4)),
        ("As for 1/7 and 3/7, you can add my R-b.", "patches", (1, 3)),
        ("The first two patches look good:{R}", "patches", (1, 2)),
        ("For the last patch:{R}", "patches", (7,)),
        ("For this and the previous patch:{T}", "patches", (2, 3)),
        ("Please add my ack to all patches except 4/7.", "patches", (1, 2, 3, 5, 6, 7)),
        ("NAK on the whole series.", "series", ()),
        ("Fine with the changes to patch 2.{R}", "position", ()),
        ("After fixing the nit noted in patch 1:{R}", "position", ()),
        ("Tested on 4/8 cores, works on 6.11 and for all users.{T}", "position", ()),
        ("Thanks for the series.{R}", "position", ()),
        ("This sets the flag on a set operation.{R}", "position", ()),
    ],
)
def test_scope(words: str, kind: str, numbers: tuple[int, ...]) -> None:
    """Words about the tag's patches beat the place of the reply; other numbers and sets are none."""
    assert [one.scope for one in read(words)] == [Scope(kind, numbers)]


def test_scope_without_a_subject() -> None:
    """Without the reply's k/N "all but patch 2" can only mean the series, and nothing fails."""
    (intent,) = read_intents("Please add my ack to all patches except patch 2.", JANE)
    assert intent.scope == Scope("series")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("Acked-by: Jane Roe <jane@example.org> # arm64", "arm64"),
        ("Acked-by: Jane Roe <jane@example.org> #foo*", "foo*"),
        ("Acked-by: Jane Roe <jane@example.org> (LSM)", "LSM"),
        ("For the foo bits:{A}", "foo bits"),
        ("{A}\non the arch/foo changes here.", "arch/foo changes"),
        ("Nack to the foo bits.", "foo bits"),
        ("Fixed the code that changes it.{A}", None),
    ],
)
def test_part_of_a_patch(words: str, part: str | None) -> None:
    """A note behind a trailer, or words like `for the foo bits`, limit the tag to a part."""
    assert [one.part for one in read(words)] == [part]


# --- whose


def test_trailer_in_another_name_is_a_mismatch() -> None:
    """A tag in somebody else's name is told with his name and marked."""
    (intent,) = read("Please add:\nTested-by: Joe Doe <joe@example.org>")
    assert (intent.who, intent.mismatch, intent.name) == (Person("Joe Doe", "joe@example.org"), True, "Tested-by")


@pytest.mark.parametrize("trailer", ["Joe Doe", "Joe Doe <joe@example.org>"])
def test_the_comma_in_a_name_lets_nobody_through(trailer: str) -> None:
    """`"Evil, Mallory"` cannot give a tag as Joe Doe."""
    (intent,) = read(f"Reviewed-by: {trailer}", sender=Person("Evil, Mallory", "m@evil.test"))
    assert intent.mismatch
    assert intent.who.name == "Joe Doe"


def test_other_address_of_the_sender() -> None:
    """An address from the .mailmap, a +tag, or the same full name make a trailer the sender's own."""
    trailer = "Reviewed-by: J. Roe <roe@other.example>"
    assert [one.mismatch for one in read_intents(trailer, JANE)] == [True]
    assert [one.mismatch for one in read_intents(trailer, JANE, aliases={"roe@other.example": "jane@example.org"})] == [False]
    assert not read("Reviewed-by: Jane Roe <roe@other.example>")[0].mismatch
    assert not read("Reviewed-by: J. Roe <jane+list@example.org>")[0].mismatch


@pytest.mark.parametrize(
    ("trailer", "sender", "own"),
    [
        (Person("Steven Moe", "s@a.example"), Person("Steve Moe", "moe@b.example"), True),
        (Person("JaneRoe", "jane@a.example"), Person("JaneRoe", "roe@b.example"), True),
        (Person("Greg Moe-Hall", "g@a.example"), Person("Greg MH", "gmh@b.example"), True),
        (Person("Petra Muster", "pmuster@a.example"), Person("pmuster", "petra@b.example"), True),
        (Person("Roe Jane", "r@a.example"), Person("Roe, Jane", "j@b.example"), True),
        (Person("Jörg Mustermann", "j@a.example"), Person("Joerg Mustermann", "jm@b.example"), True),
        (Person("Jane Reo", "jr@a.example"), Person("Jane Roe", "jane@b.example"), False),
        (Person("Christian Moe", "cm@a.example"), Person("Christian Roe", "cr@b.example"), False),
        (Person("Reviewer One1", "r1@a.example"), Person("Reviewer One", "r@b.example"), False),
        (Person("Joe Doe", "joe@a.example"), Person("Mallory", "m@evil.test"), False),
        (Person("Joe Doe", "joe@a.example"), Person("", "m@evil.test"), False),
        (Person("", ""), Person("", ""), False),
    ],
)
def test_own_name(trailer: Person, sender: Person, own: bool) -> None:
    """People write their own names in several ways; a different last name or number is another person."""
    assert is_own(trailer, sender, {}) is own


def test_robots_say_nothing() -> None:
    """A robot's "please add the following tag" gives nothing; a person whose address ends in bot does."""
    words = "please add the following tag:\nTested-by: syzbot@example.org"
    assert read_intents(words, Person("syzbot", "syzbot+1f@example.org")) == ()
    assert read_intents("Reviewed-by: Al Talbot <atalbot@example.org>", Person("Al Talbot", "atalbot@example.org")) != ()


# --- what is quoted and where


def test_quote_and_line() -> None:
    """The quote holds the deciding words on one line; the line is the trailer's."""
    (intent,) = read_intents("> a\n> b\n\nWith that\nfixed:\n\nReviewed-by: Jane Roe <jane@example.org>\n", JANE)
    assert intent.quote == "With that fixed: Reviewed-by: Jane Roe <jane@example.org>"
    assert intent.line == 6


def test_long_words_are_cut() -> None:
    """A quote has at most 200 characters and keeps the end with the trailer."""
    (intent,) = read("I think " + "very " * 100 + "highly of it:{R}")
    assert len(intent.quote) <= 200
    assert intent.quote.endswith("<jane@example.org>")


@pytest.mark.parametrize(
    "head",
    [
        "On Mon, 1 Jan 2024, Joe Doe wrote:\n> a\n\n",
        "Joe Doe <joe@example.org> wrote:\n\n> a\n\n",
        "From: Joe Doe <joe@example.org>\nDate: Mon, 1 Jan 2024\n\n> a\n\n",
        "----- Original Message -----\n> From: Joe Doe <joe@example.org>\n> a\n\n",
        "-----Original Message-----\nFrom: Joe Doe <joe@example.org>\nSent: Monday\nTo: a list\nSubject: b\n\n> a\n\n",
    ],
)
def test_words_below_a_quote_are_read(head: str) -> None:
    """However a mailer introduces the quote, what stands below is the writer's."""
    assert said(head + "Fine.{R}") == ["Reviewed-by given"]


def test_words_of_an_unmarked_original_are_not_the_writers() -> None:
    """Below the header of an original without quote marks nothing is the writer's."""
    original = "\n-----Original Message-----\nFrom: Joe Doe <joe@example.org>\nSent: Monday\nTo: a list\nSubject: b\n\n"
    assert said("Thanks." + original + "NAK.\n" + "Bye.\n" * 20) == []


@pytest.mark.parametrize(
    "text",
    [
        "Reviewed-by: Jane Roe <jane@example.org>\n" * 5_000,
        "ack " * 50_000,
        "please add my " * 15_000 + "ack",
        "> a\nack\n" * 25_000,
        "same here so sorry " * 10_000 + "NAK",
        "I will review " * 15_000,
        "look a " * 30_000,
        "for patches " + "1," * 80_000 + " ack",
        "Reviewed-by: " + "<" * 200_000,
        "with that " * 20_000 + "fixed, add my ack",
        "reviewed/" * 20_000 + "by",
        "İ’ack \ud800" * 10_000,
    ],
)
def test_hostile_text_ends(text: str) -> None:
    """Text made to be slow is read in one pass, with a bounded number of results and quotes."""
    found = read(text)
    assert len(found) <= 100
    assert all(len(one.quote) <= 200 for one in found)


JUMBLE = "my R-b NAK ack Acked-by: add with if > \n . , : ( ) # <a@b> Jane Roe 1-3 for patch --- ' \u0130"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(JUMBLE.split(" "))))
def test_never_raises(words: list[str]) -> None:
    """Any jumble of the words that matter gives some result, with lines inside of the text."""
    text = " ".join(words)
    assert all(0 <= one.line <= text.count("\n") for one in read(text))


# --- real phrases


def test_real_phrases(real_data: Path) -> None:
    """Every phrase of the collected real ones classifies as the people who read its mail said."""
    with (real_data / "phrases.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) > 50
    wrong = []
    for row in rows:
        name = re.search(r"-by:? ([A-Z][\w.]+(?: [A-Z][\w.]+)+)", row["phrase"])
        sender = Person(name[1] if name else "Jane Roe", "jane@example.org")
        found = read_intents(row["phrase"].replace(" / ", "\n"), sender)
        verdicts = {one.verdict for one in found if not one.agreement} or {"none"}
        if verdicts != {row["class"]}:
            wrong.append((row["phrase"], row["class"], verdicts))
    assert wrong == []
