"""The record of checked signatures, and what it makes of tags."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mails import START, mail, patch
from tracker.store import attestation
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, source
from tracker.store.prepare import Packer, prepare
from tracker.store.schema import USER, migrate

BEN, CLEO = "ben@example.org", "cleo@example.org"


@pytest.fixture
def con() -> Iterator[sqlite3.Connection]:
    """A store with a patch and a reply of Ben's."""
    with contextlib.closing(connect(None, None)) as con, transaction(con):
        raws = [
            patch("1@x", "[PATCH] demo: one"),
            mail("2@x", "Re: [PATCH] demo: one", "Fine.\n", refs="1@x", at=START + 60, sender=f"Ben <{BEN}>"),
        ]
        Writer(con, START).add([prepare(raw, "", Packer()) for raw in raws], source(con, "lore", "demo", private=False))
        derive(con)
        yield con


def tag(msgid: str, who: str, confirmed_by: str | None = None) -> dict[str, Any]:
    return {"msgid": msgid, "who": {"name": "", "email": who}, "confirmed_by": confirmed_by, "attested": "unchecked"}


def filled(con: sqlite3.Connection, *tags: dict[str, Any]) -> list[str]:
    attestation.fill(con, tags)
    return [one["attested"] for one in tags]


def test_a_tag_is_as_good_as_its_mail(con: sqlite3.Connection) -> None:
    """Of a reply its own mail counts, of a carried tag the reply that confirms it; another's tag in Ben's mail is nobody's."""
    assert filled(con, tag("2@x", BEN)) == ["unchecked"]
    attestation.record(con, START, [("2@x", "dkim", "example.org", "signed by example.org"), ("1@x", "none", "", "no signature")])
    assert filled(con, tag("2@x", BEN), tag("1@x", BEN, "2@x"), tag("1@x", BEN), tag("2@x", CLEO), tag("3@x", BEN)) == [
        "dkim", "dkim", "none", "none", "unchecked",
    ]  # fmt: skip


def test_a_proof_outlives_later_failures(con: sqlite3.Connection) -> None:
    """Of several observations the newest that came to an end counts; all of them stay."""
    for at, result in ((1, "unchecked"), (2, "dkim"), (3, "unchecked")):
        attestation.record(con, at, [("2@x", result, "example.org", "")])
    assert filled(con, tag("2@x", BEN)) == ["dkim"]
    attestation.record(con, 2, [("2@x", "bad", "example.org", "")])
    assert con.execute("SELECT at, result FROM u.attestation ORDER BY at").fetchall() == [
        (1, "unchecked"), (2, "dkim"), (3, "unchecked"),
    ]  # fmt: skip


def test_an_older_database_gets_the_table(tmp_path: Path) -> None:
    """What the user decided before stays as it is."""
    with contextlib.closing(sqlite3.connect(tmp_path / "user.db", isolation_level=None)) as old:
        migrate(old, "main", USER[:1])
        old.execute("INSERT INTO archive VALUES ('/a', 'demo')")
    with contextlib.closing(connect(tmp_path / "mail.db", tmp_path / "user.db")) as con:
        assert con.execute("SELECT * FROM u.archive").fetchall() == [("/a", "demo")]
        assert con.execute("SELECT count(*) FROM u.attestation").fetchone() == (0,)
        assert con.execute("PRAGMA u.user_version").fetchone() == (len(USER),)
