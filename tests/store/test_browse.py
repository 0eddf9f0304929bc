"""Lists of topics as a screen asks for them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mails import START, diff_of, mail, mbox, patch
from tracker.config import load_config
from tracker.core.query import parse_query
from tracker.faces import cli
from tracker.store import browse
from tracker.sync import decide, marks
from tracker.sync.reading import open_reading, open_store
from tracker.sync.session import Session

DAY = 86_400
NOW = START + 20 * DAY
ANNA, BEN = "anna@example.org", "Ben Reviewer <ben@example.org>"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Session]:
    """Three topics: Anna's ring (followed, answered), Ben's lock (followed), Anna's old one (imported only)."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    followed = [
        patch("ring@x", "[PATCH] ring: count readers", diff=diff_of(1), at=START + 15 * DAY),
        mail("r1@x", "Re: [PATCH] ring: count readers", "Why not a spinlock?\n", refs="ring@x", at=START + 16 * DAY, sender=BEN),
        patch("lock@x", "[PATCH] lock: drop it", diff=diff_of(2), at=START + 18 * DAY, sender=BEN, log="Why.\n"),
    ]
    (tmp_path / "followed.mbox").write_bytes(mbox(*followed))
    (tmp_path / "old.mbox").write_bytes(mbox(patch("old@x", "[PATCH] Old: thing", diff=diff_of(3))))
    assert cli.run(["import", str(tmp_path / "old.mbox")]) == 0
    assert cli.run(["follow", "-m", str(tmp_path / "followed.mbox")]) == 0
    capsys.readouterr()
    config = load_config(os.environ)
    with contextlib.closing(open_store(config)) as con:
        yield Session(con, config, NOW, lambda _text: None)


def titles(query: str, sort: str = "newest", me: tuple[str, ...] = (ANNA,)) -> list[str]:
    """The first words of the titles that a query finds."""
    found = parse_query(query, NOW)
    assert found.problem == ""
    with open_reading(load_config(os.environ), print, NOW) as store:
        numbers = browse.listing(store.con, found.node, sort=sort, me=me)
        assert browse.count(store.con, found.node, me) == len(numbers)
        rows = browse.rows(store.con, numbers)
    return [rows[number].title.partition(":")[0] for number in numbers]


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["lock", "ring", "Old"]),
        ("is:followed", ["lock", "ring"]),
        ("is:mine", ["ring", "Old"]),
        ("-is:mine", ["lock"]),
        ("age<3d", ["lock"]),
        ("age>3d", ["ring", "Old"]),
        ("spinlock", ["ring"]),
        ("f:ben", ["lock", "ring"]),
        ("f:ben is:mine", ["ring"]),
        ("f:ben OR s:thing", ["lock", "ring", "Old"]),
        ("s:thing -is:followed", ["Old"]),
        ("status:posted", ["lock", "Old"]),
        ("is:snoozed", []),
        ("is:unread", []),
        ("is:nonsense", []),
    ],
)
def test_queries(query: str, found: list[str]) -> None:
    """What a query says of mail has to hold for a mail of the topic, what it says of topics for the topic."""
    assert titles(query) == found


@pytest.mark.usefixtures("session")
def test_whose_turn_it_is() -> None:
    """turn:me is what names the user, or his own topic when it is the author's turn and nobody is named."""
    assert "lock" not in titles("turn:me")
    assert titles("turn:me", me=()) == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("sort", "found"),
    [("newest", ["lock", "ring", "Old"]), ("oldest", ["Old", "ring", "lock"]), ("title", ["lock", "Old", "ring"])],
)
def test_orders(sort: str, found: list[str]) -> None:
    """By the newest mail, either way, and by title whatever its case."""
    assert titles("", sort) == found
    assert set(browse.SORTS) >= {sort}


def test_unread_and_snoozed(session: Session) -> None:
    """Marks show in the list, in the order and in the queries; changes are seen by another connection."""
    ring = browse.titles_like(session.con, "ring count", 5)[0][0]
    with contextlib.closing(open_store(session.config)) as other:
        before = browse.versions(other)
        assert sorted(marks.mark_topic(session, ring, read=False)) == ["r1@x", "ring@x"]
        assert marks.mark(session, ["r1@x"], read=True) == ["r1@x"]
        assert marks.mark(session, ["r1@x", "unheard@x"], read=True) == []
        assert browse.versions(other) != before
    assert titles("is:unread") == ["ring"]
    assert titles("", "unread")[0] == "ring"
    assert browse.unread_ids(session.con, ring) == {"ring@x"}
    assert browse.rows(session.con, [ring])[ring].unread == 1
    decide.snooze(session, ring, 1 << 35)
    assert titles("is:snoozed") == ["ring"]


def test_titles(session: Session) -> None:
    """Every word has to stand in the title; nothing is a wildcard."""
    assert [title for _, title in browse.titles_like(session.con, "DROP lock", 5)] == ["lock: drop it"]
    assert browse.titles_like(session.con, "%", 5) == []
    assert len(browse.titles_like(session.con, "", 2)) == 2
