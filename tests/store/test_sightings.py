"""What was seen in git trees: kept for good, told once, and heard of by the topic it is about."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.mails import START
from tests.notices import DAY, FIRST, SECOND, UNDO, V1, thanks
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.people import Person
from tracker.store import read, sightings
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, source
from tracker.store.prepare import Packer, prepare

SEEN = Landing(
    "p@x", SECOND, "mainline", "mainline", merge="e5" * 20, by=Person("Chen", "chen@example.org"), date=START + 9 * DAY,
    first_tag="v6.11-rc1", how="date", confidence=0.99, evidence=(Evidence(commit=SECOND, tree="mainline"),),
)  # fmt: skip
UNDONE = Event("reverted", START + 20 * DAY, f"mainline {UNDO[:12]}", Evidence(commit=UNDO, tree="mainline"))


def add(con: sqlite3.Connection, *raws: bytes) -> None:
    packer = Packer()
    with transaction(con):
        rows = [prepare(raw, "", packer) for raw in raws]
        Writer(con, START).add(rows, source(con, "lore", "demo", private=False))
        derive(con)


def save(con: sqlite3.Connection, *landings: Landing, events: tuple[Event, ...] = (), at: int = START) -> int:
    with transaction(con):
        news = sightings.save(con, at, landings, [("p@x", event) for event in events])
        derive(con)
    return news


def topic(con: sqlite3.Connection) -> dict[str, Any]:
    number = read.topic_of_series(con, "p@x")
    assert number is not None
    return read.topic(con, number).data


def test_what_was_seen_comes_back_as_it_was() -> None:
    """All fields of landings and events, of the patches that are asked for only."""
    with contextlib.closing(connect(None, None)) as con:
        bare = Landing("q@x", FIRST, "vfs", "maintainer")
        save(con, SEEN, bare, events=(UNDONE,))
        assert sightings.of_patches(con, ["p@x"]) == ((SEEN,), (UNDONE,))
        assert sightings.of_patches(con, ["q@x", "p@x"]) == ((SEEN, bare), (UNDONE,))
        assert sightings.of_patches(con, ["r@x"]) == ((), ())


def test_the_same_again_is_no_news() -> None:
    """A change is; the day when it was first seen stays; a commit without a patch is not kept."""
    with contextlib.closing(connect(None, None)) as con:
        assert save(con, SEEN, events=(UNDONE,)) == 1
        assert save(con, SEEN, events=(UNDONE,), at=START + DAY) == 0
        assert save(con, replace(SEEN, first_release="v6.11"), at=START + 2 * DAY) == 1
        assert con.execute("SELECT at FROM u.sighting").fetchall() == [(START,)]
        assert save(con, replace(SEEN, patch=None, commit=FIRST)) == 0


def test_the_topic_is_told_and_mails_give_way() -> None:
    """What the tree shows is the landing; without the cache it is known still, also when the mail comes later."""
    with contextlib.closing(connect(None, None)) as con:
        add(con, V1, thanks(("demo: one", FIRST)))
        save(con, SEEN)
        data = topic(con)
        assert [(one["role"], one["commit"], one["how"]) for one in data["landings"]] == [
            ("maintainer", FIRST, "mail"), ("mainline", SECOND, "date"),
        ]  # fmt: skip
        assert data["landings"][0]["replaced_by"] == SECOND
        assert data["status"] == "merged"
        save(con, replace(SEEN, reverted_by=UNDO), events=(UNDONE,))
        assert topic(con)["status"] == "reverted"
        before = topic(con)
        with transaction(con):
            for table in ("topic", "series", "topic_thread"):
                con.execute(f"DELETE FROM {table}")
            con.execute("INSERT INTO dirty SELECT DISTINCT tid FROM message")
            derive(con)
        assert topic(con) == before


def test_sightings_outlive_the_cache(tmp_path: Path) -> None:
    """A rebased commit cannot be seen again: it is in the user's database."""
    with contextlib.closing(connect(tmp_path / "mail.db", tmp_path / "user.db")) as con:
        add(con, V1)
        save(con, SEEN, replace(SEEN, commit=FIRST, tree="vfs", role="maintainer", replaced_by=SECOND, merge=""))
        before = topic(con)
    for path in tmp_path.glob("mail.db*"):
        path.unlink()
    with contextlib.closing(connect(tmp_path / "mail.db", tmp_path / "user.db")) as con:
        add(con, V1)
        assert topic(con) == before
        assert [one["commit"] for one in before["landings"]] == [FIRST, SECOND]
