"""Patches of mails as `git am` would take them."""

from __future__ import annotations

from tests.mails import DIFF, OTHER_DIFF, START, mail, patch
from tracker.core.facts import examine
from tracker.core.message import parse
from tracker.core.people import Person
from tracker.core.posted import Posted, read_posted


def read(raw: bytes) -> tuple[Posted, ...]:
    message = parse(raw)
    return read_posted(message, examine(message))


def test_a_posting_is_taken_apart() -> None:
    """Title, message, author, date, files and the diff itself, without what stands below it."""
    (one,) = read(patch("p@example.org", "[PATCH v3 2/4] ring: count"))
    assert (one.msgid, one.title, one.date, one.files) == ("p@example.org", "ring: count", START, ("ring.c",))
    assert (one.author, one.version, one.inline) == (Person("Anna Author", "anna@example.org"), 3, False)
    assert one.message.startswith(b"Count instead of locking.")
    assert one.diff == DIFF.encode()
    assert one.patch_id is not None


def test_an_author_and_a_title_in_the_body_count() -> None:
    """A patch that somebody passes on is its author's, as git am takes it."""
    (one,) = read(patch("p@example.org", "[PATCH] x", log="From: Bert <bert@example.org>\nSubject: [PATCH] ring: y\n\nWhy.\n"))
    assert (one.author, one.sender.email, one.title) == (Person("Bert", "bert@example.org"), "anna@example.org", "ring: y")


def test_a_reply_offers_a_patch_without_a_title() -> None:
    """The subject of a reply is another's title."""
    text = f"> why?\n\nHow about this?\n\n{DIFF}"
    (one,) = read(mail("r@example.org", "Re: [PATCH v2] ring: count", text, refs="p@example.org"))
    assert (one.title, one.inline, one.version, one.diff) == ("", True, 1, DIFF.encode())


def test_an_offered_patch_with_a_title_has_that() -> None:
    """Headers behind scissors belong to the patch."""
    text = f"How about this?\n\n-- >8 --\nSubject: [PATCH] ring: better\n\nBecause.\n---\n{OTHER_DIFF}"
    (one,) = read(mail("r@example.org", "Re: [PATCH] ring: count", text, refs="p@example.org"))
    assert (one.title, one.message.strip()) == ("ring: better", b"Because.")


def test_relations_are_read_from_the_message() -> None:
    """A backport names its original, a revert what it reverts."""
    (one,) = read(patch("p@example.org", "[PATCH 6.1.y] ring: count", log=f"commit {'a' * 40} upstream.\n\nWhy.\n"))
    (other,) = read(patch("q@example.org", '[PATCH] Revert "x"', log=f"This reverts commit {'b1' * 20}.\n"))
    assert (one.upstream, other.reverts) == ("a" * 40, ("b1" * 20,))


def test_mails_without_a_patch_of_their_own_have_none() -> None:
    """Quoted diffs, covers and replies are no patches."""
    assert read(mail("c@example.org", "[PATCH 0/2] rings")) == ()
    quoted = "".join(f"> {line}\n" for line in DIFF.splitlines())
    assert read(mail("r@example.org", "Re: [PATCH] ring: count", quoted, refs="p@example.org")) == ()
