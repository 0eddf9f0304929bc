"""What replies say about the work on a patch: one sentence each, in the words people use."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.people import Person
from tracker.core.subject import parse_subject
from tracker.core.talk import Talk, read_talk
from tracker.core.talkrules import RULES, WORDS

BEN = Person("Ben Reviewer", "ben@example.org")
REPLY = parse_subject("Re: [PATCH] demo: one")


def kinds(text: str) -> set[str]:
    return {talk.kind for talk in read_talk(text, BEN, REPLY)}


def quote(text: str, kind: str) -> str:
    return next(talk.quote for talk in read_talk(text, BEN, REPLY) if talk.kind == kind)


SAID = {
    "question": (
        "Why is the lock taken here?",
        "What happens when the queue is full?",
        "So this is only for the ring case?",
        "Did you test it on arm64?",
        "I wonder whether the counter can wrap.",
        "I don't understand how the reader gets here.",
        "Can you explain the second hunk",
        "How about a macro?",
        "Why not use the existing helper?",
        "Should we return an error instead?",
        "Wouldn't it block?",
    ),
    "request": (
        "Please split this up.",
        "Could you split this into two patches?",
        "This should be a separate patch.",
        "You should check the return value here.",
        "This needs a test.",
        "nit: the comment is longer than the line",
        "I'd rather see that in the caller.",
        "I would prefer a helper.",
        "A Fixes tag is missing.",
        "This doesn't compile with the option off.",
        "This is wrong, the reader may still hold it.",
        "It would be better to count in the caller.",
        "Drop this.",
        "Use min() here.",
        "s/recieve/receive/",
        "I don't think this is the right place.",
        "The check is redundant.",
    ),
    "new-version": (
        "Will fix in v2.",
        "I'll send a v3 next week.",
        "OK, will do.",
        "I will respin.",
        "Let me resend with that changed.",
        "Good catch, thanks!",
        "Fixed, thanks.",
        "Done.",
        "Sure, I'll add that.",
        "v3 coming soon.",
        "Changed as you say for the next version.",
    ),
    "withdrawn": (
        "Please ignore this patch.",
        "Please disregard this series, it breaks the build.",
        "Self-NAK.",
        "I'll drop this patch.",
        "Please drop this one.",
        "Ignore this, wrong branch.",
        "I withdraw it.",
        "This patch is no longer needed.",
        "Please forget it, thanks for your attention.",
        "I am ok to drop mine.",
        "FWIW, I dropped this one.",
        "I would ditch the original proposal.",
    ),
    "superseded": (
        "Superseded by https://lore.kernel.org/r/new@example.org",
        "This was sent as part of another series.",
        "This is already fixed in linux-next.",
        "Thanks for sending a patch, but Chen already fixed it:",
        "Most likely it was fixed yesterday.",
        "Please use this one from Chen instead.",
    ),
    "conceded": (
        "Fair enough.",
        "Ah, makes sense.",
        "OK, thanks.",
        "Never mind.",
        "You're right.",
        "No need to resend.",
        "I stand corrected.",
        "Sounds good.",
    ),
    "handed": (
        "Could you apply this?",
        "Jon, can you please pick up this patch?",
        "If you agree with this fix, please apply to demo-next.",
    ),
    "refused": ("I'm not going to apply this.", "We won't take this patch.", "This is not acceptable."),
    "taking": (
        "I'll queue it up for 6.12.",
        "I'll take this through my tree.",
        "I will pick this up tomorrow.",
        "I've folded that in.",
        "I will add them to the queue for the next RC.",
        "I'll fix that up when applying.",
        "Some minor issues inline, and I can fix them up on commit.",
    ),
}


@pytest.mark.parametrize(("kind", "words"), [(kind, words) for kind, some in SAID.items() for words in some])
def test_what_the_words_say(kind: str, words: str) -> None:
    """Usual phrasings of each kind."""
    assert kind in kinds(words)


NOTHING = (
    "Looks good to me.",
    "Thanks for the patch!",
    "Reviewed-by: Ben Reviewer <ben@example.org>",
    "Please feel free to add my tag.",
    "Please let me know.",
    "Please find below the log.",
    "That should work.",
    "It should be fine.",
    "See https://example.org/log?id=3 for the log.",
    "Hi Anna,",
    "Sorry, I should have looked.",
    "Can I add your tag?",
    "Ping?",
    "That looks way cleaner to me, thanks!",
)


@pytest.mark.parametrize("words", NOTHING)
def test_small_talk_says_nothing(words: str) -> None:
    """Thanks, tags, greetings, links and polite words ask for nothing."""
    assert not kinds(words) - {"conceded"}


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Please ignore my previous mail.", "withdrawn"),
        ("Please drop the second hunk.", "withdrawn"),
        ("We can drop that one.", "withdrawn"),
        ("Shall I drop this patch?", "withdrawn"),
        ("I folded it into the patch.", "superseded"),
        ("I assumed that Chen will pick it up.", "taking"),
        ("I'll send a separate patch for the other driver.", "new-version"),
        ("I'll change it if you want.", "new-version"),
        ("I'll take a look.", "taking"),
        ("I will take it for a test drive.", "taking"),
        ("2a010c412853 - demo: remove unnecessary check", "request"),
        ("I see no reason for this.", "conceded"),
        ("Fair enough, but why?", "conceded"),
    ],
)
def test_what_only_sounds_like_it(words: str, kind: str) -> None:
    """Near misses of the kinds that move a status."""
    assert kind not in kinds(words)


def test_code_quotes_and_signatures_are_not_the_writers_words() -> None:
    """A ternary, a diff and what stands below the signature's mark ask nothing."""
    assert not kinds("if (a) ? b : c;\n")
    assert not kinds("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-why?\n+Please fix this.\n")
    assert not kinds("Thanks.\n-- \nWhy not? Please fix this.\n")


def test_one_of_each_kind_with_its_deciding_words() -> None:
    """The first sentence of a kind gives the quote, from the clause that decides, on one line and never long."""
    text = "Nice work.\n\nPlease add a\ntest. Please rename it. Why is it\nhere?\n"
    assert read_talk(text, BEN, REPLY) == (Talk("request", "Please add a test."), Talk("question", "Why is it here?"))
    lead = "It took me a while to see what the second of these three patches does, so please add a comment."
    assert quote(lead, "request") == "…please add a comment."
    assert len(quote("Please " + "really " * 200, "request")) <= 160


def test_links_are_kept_of_what_takes_the_place() -> None:
    """Only 'superseded' needs to say by what."""
    talk = read_talk("Superseded by\nhttps://lore.kernel.org/r/new@example.org\n", BEN, REPLY)
    assert talk[0].refs == ("new@example.org",)
    assert read_talk("Why? See https://lore.kernel.org/r/new@example.org", BEN, REPLY)[0].refs == ()


def test_a_posting_says_nothing() -> None:
    """Only replies are read; a mail of unknown subject is taken for one."""
    assert read_talk("Please fix this.", BEN, parse_subject("[PATCH] demo: one")) == ()
    assert read_talk("Please fix this.", BEN)


def test_no_rule_fits_without_its_words() -> None:
    """The words that are looked for first never hide a sentence that a rule fits."""
    for words in (*NOTHING, *(words for some in SAID.values() for words in some)):
        sentence = words.lower()
        found = set(sentence.replace("?", " ? ").translate(WORDS).split())
        for rule in RULES:
            assert rule.expression.search(sentence) is None or found & set(rule.words), (words, rule.words)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("aeiou pls?.!,:'\n-> will you should not fix v2"), max_size=400) | st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """It never raises, and says each kind once at most."""
    found = [talk.kind for talk in read_talk(text, BEN, REPLY)]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("piece", ["ok ", "and so ", "i'll just ", "this is still ", "please ", "?", ". ", "a", "\n\n"])
def test_hostile_text_ends(piece: str) -> None:
    """Megabytes of repeated words of the expressions are read (in quadratic time this test would not finish)."""
    assert len(read_talk(piece * (4_000_000 // len(piece)), BEN, REPLY)) <= 8


def test_a_fix_elsewhere_is_named_with_its_commit() -> None:
    """"Already fixed on …" with a link to a commit: something else takes its place; "fixed in v2" does not."""
    said = read_talk("Already fixed on vfs.fixes, see:\nhttps://git.example.org/x/commit/?h=fixes&id=800d0b9b6a8b1\n", BEN)
    assert [(one.kind, one.refs) for one in said] == [("superseded", ("800d0b9b6a8b1",))]
    assert [one.kind for one in read_talk("Already fixed in v2.\n", BEN)] == ["new-version"]


def test_drop_it_in_a_sentence_of_its_own() -> None:
    """Of the author it takes the patch back."""
    assert "withdrawn" in [one.kind for one in read_talk("This patchset is messed up.\nDrop it for now.\n", BEN)]


@pytest.mark.parametrize(
    "words",
    [
        "And let's even forget this patch which fixes the real problem.",
        "You do not need every fs to respect this flag, you only need them to ignore this flag.",
    ],
)
def test_talk_about_dropping_is_no_dropping(words: str) -> None:
    """Rhetoric and infinitives take nothing back."""
    assert "withdrawn" not in [one.kind for one in read_talk(f"{words}\n", BEN)]
