"""A digest for its readers: others than the user, of very many topics, of archives; what is quiet, and what was so by then."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.faces.conftest import Clock, Run
from tests.faces.digests import Store
from tests.mails import START, diff_of, mail, patch
from tests.store.test_overtaken import FIRST_WAY, OFFER, POSTED, TAKEN

DAY = 86_400
BEN = "Ben Reviewer <ben@example.org>"


@pytest.fixture
def now() -> int:
    return START + 10 * DAY


@pytest.fixture
def store(clock: Clock) -> Store:
    return Store(clock.now)


def config(text: str) -> None:
    folder = Path(os.environ["HOME"]) / ".config" / "tracker"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


def ask(n: int, name: str, *, at: int = START + DAY) -> bytes:
    subject = f"Re: [PATCH] demo: number {n}"
    return mail(f"{name}@example.org", subject, "Please add a test.\n", refs=f"{n}@example.org", at=at, sender=BEN)


def numbered(n: int) -> bytes:
    return patch(f"{n}@example.org", f"[PATCH] demo: number {n}", diff=diff_of(n), at=START + n)


def test_others_are_not_called_you(store: Store, tracker: Run) -> None:
    """Where none of those who get it is the user, he is called by his name; where he is among them, it speaks to him."""
    config("""
[me]
emails = ["anna@example.org"]
[[profile]]
name = "team"
to = "team@example.org"
[[profile]]
name = "mine"
to = ["ben@example.org", "Anna <Anna@example.org>"]
""")
    store.arrive(numbered(1), numbered(2), ask(1, "a"), ask(2, "b"))
    store.follow("1@example.org", "2@example.org")
    for kind in ("text", "html", "markdown"):
        out = tracker("digest", "--profile", "team", "--format", kind, "--peek")[1]
        assert "2 wait" in out
        assert "WAITING FOR ANNA AUTHOR" in out.upper()
        assert "Next: Anna Author: answer, or post a new version" in out
        assert "you" not in out.lower().split()
        assert "your turn" not in out.lower()
    assert "[tracker] 2 wait (team): " in tracker("digest", "--profile", "team", "--format", "eml", "--peek")[1]
    assert "2 wait for you (mine)" in tracker("digest", "--profile", "mine", "--peek")[1]
    tracker("digest", "--profile", "team", "--format", "text")
    assert "Still waiting (2): #1 demo: number 1; #2" in tracker("digest", "--profile", "team", "--format", "text", "--always")[1]


@pytest.mark.parametrize("kind", ["text", "html", "markdown"])
def test_the_first_digest_of_many_topics_is_short(store: Store, tracker: Run, kind: str) -> None:
    """25 in full, those that moved last; a line for each other one, and where to see them; JSON has all there is."""
    store.arrive(*(numbered(n) for n in range(1, 41)))
    store.follow(*(f"{n}@example.org" for n in range(1, 41)))
    out = tracker("digest", "--format", kind, "--peek")[1]
    assert out.count("v1 by Anna Author") == 25
    words = " ".join(out.replace("\\", "").split())
    assert "40 topics are told for the first time: 25 in full, 15 in a line each" in words
    assert all(f"demo: number {n}" in words for n in range(1, 41))
    full = json.loads(tracker("digest", "--format", "json")[1])["topics"]
    assert len([one for one in full if one["status_reason"]]) == 40
    store.arrive(*(ask(n, f"a{n}") for n in range(1, 41)))
    assert "in a line each" not in tracker("digest", "--format", kind)[1]


@pytest.mark.parametrize("kind", ["text", "html", "markdown", "eml", "atom"])
def test_mail_of_an_archive_has_its_links(store: Store, tracker: Run, kind: str) -> None:
    """As in a report; a mail that only a local file has is not linked."""
    store.arrive(numbered(1), archive=True)
    store.follow("1@example.org")
    tracker("digest")
    store.arrive(ask(1, "public"), archive=True)
    store.arrive(ask(1, "private", at=START + 2 * DAY), private=True)
    out = tracker("digest", "--format", kind)[1].replace("=\n", "")
    assert "https://lore.kernel.org/r/public@example.org" in out
    assert "private@example.org" in out
    assert "/private@example.org" not in out


def test_many_proofs_are_counted(store: Store, tracker: Run) -> None:
    """A line of tags has a few of them and says how many more there are."""
    cover = mail("0@example.org", "[PATCH 0/6] demo: six patches")
    titles = [f"[PATCH {n}/6] demo: number {n}" for n in range(1, 7)]
    six = [patch(f"{n}@example.org", title, diff=diff_of(n), refs="0@example.org") for n, title in enumerate(titles, 1)]
    store.arrive(cover, *six)
    store.follow("0@example.org")
    tracker("digest")
    for n, title in enumerate(titles[:5], 1):
        refs = f"0@example.org {n}@example.org"
        store.arrive(mail(f"r{n}@x", f"Re: {title}", f"Reviewed-by: {BEN}\n", refs=refs, at=START + DAY + n, sender=BEN))
    out = tracker("digest")[1]
    assert out.count("Reviewed-by Ben Reviewer") == 1
    assert "tagged: Reviewed-by Ben Reviewer on 1–5/6 [2][3][4][5] and 1 more" in " ".join(out.split())


def test_what_nothing_moves_is_named_once(store: Store, tracker: Run, clock: Clock) -> None:
    """By number and title; the user's own are told as his turn, and the subject counts these."""
    config('[me]\nemails = ["anna@example.org"]\n')
    other = patch("2@example.org", "[PATCH] other: count", diff=diff_of(2), sender="Chen <chen@example.org>")
    store.arrive(numbered(1), ask(1, "a"))
    store.arrive(other)
    store.follow("1@example.org", "2@example.org")
    clock.now += 60 * DAY
    tracker("digest")
    out = " ".join(tracker("digest", "--always")[1].split())
    assert out.startswith("tracker: 1 waits for you")
    assert "Still your turn (1): #1 demo: number 1. Nothing moves (1): #2 other: count." in out
    assert out.count("#1") == 1


def test_the_snapshot_says_that_nothing_is_kept(tracker: Run) -> None:
    """It is the same each time."""
    first, second = tracker("digest")[1], tracker("digest")[1]
    assert first == second
    assert "nothing counts as told" in first
    assert "first digest" not in first


def test_what_was_superseded_by_then(store: Store, tracker: Run) -> None:
    """From the day on which the other patch landed, and not before."""
    store.arrive(FIRST_WAY, OFFER, POSTED, TAKEN)
    store.follow("1@x")
    landed = time.strftime("%Y-%m-%d", time.gmtime(START + 3 * DAY))
    before = time.strftime("%Y-%m-%d", time.gmtime(START + 2 * DAY))

    def status(until: str) -> list[tuple[str | None, str]]:
        out = tracker("digest", "--since", "2024-05-31", "--until", until, "--format", "json", "--always")[1]
        return [(one["was"], one["status"]) for one in json.loads(out)["topics"] if one["title"] == "demo: count readers"]

    assert status(before) == []
    assert status(landed) == [("in-review", "superseded")]
