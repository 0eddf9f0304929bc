"""Whom a signature speaks for."""

from __future__ import annotations

import pytest

from tracker.core.attestation import aligned, attested, speaks_for


@pytest.mark.parametrize(
    ("domain", "address", "good"),
    [
        ("example.org", "ann@example.org", True), ("Example.ORG", "ann@mail.example.org", True),
        ("mail.example.org", "ann@example.org", True), ("org", "ann@example.org", False),
        ("ample.org", "ann@example.org", False), ("a.example.org", "ann@b.example.org", False), ("example.org", "ann", False),
    ],
)  # fmt: skip
def test_domains_above_and_below_are_aligned(domain: str, address: str, good: bool) -> None:
    """Whole labels only, in both directions, and never a top-level domain."""
    assert aligned(domain, address) is good


def test_who_a_result_speaks_for() -> None:
    """A domain for its addresses, a developer for his own one, everything else for nobody."""
    assert speaks_for("dkim", "example.org", "ann@example.org")
    assert speaks_for("patatt", "Ann@example.org", "ann@example.org")
    assert not speaks_for("patatt", "ben@example.org", "ann@example.org")
    assert not any(speaks_for(result, "example.org", "ann@example.org") for result in ("none", "bad", "unchecked"))


@pytest.mark.parametrize(
    ("result", "identity", "sender", "who", "word"),
    [
        ("dkim", "example.org", "ann@example.org", "Ann+lists@example.org", "dkim"),
        ("dkim", "example.org", "ben@example.org", "ann@example.org", "none"),  # one of many people at a mail provider
        ("dkim", "lists.example.net", "ann@example.org", "ann@example.org", "none"),
        ("patatt", "ann@example.org", "ann@example.org", "ann@example.org", "patatt"),
        ("patatt", "ben@example.org", "ann@example.org", "ann@example.org", "none"),
        ("bad", "example.org", "ann@example.org", "ann@example.org", "bad"),
        ("unchecked", "", "ann@example.org", "ben@example.org", "unchecked"),
    ],
)
def test_the_word_of_a_tag(result: str, identity: str, sender: str, who: str, word: str) -> None:
    """A good signature counts for its sender's own words only; the other results stand as they are."""
    assert attested(result, identity, sender, who) == word
