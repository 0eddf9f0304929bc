"""MAINTAINERS in the store: what it says is in every judgement, and a change reaches the topics that it is about."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from tests.mails import START, diff_of, patch
from tracker.store import maintainers, past, public, read
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, reread, source
from tracker.store.prepare import Packer, prepare

TEXT = """\
ONE
M:	Olaf One <olaf@example.org>
F:	r1.c

TWO
M:	Tina Two <tina@example.org>
F:	r2.c

THE REST
M:	Linus Example <linus@example.org>
F:	*
"""
OLAF, TINA = "olaf@example.org", "tina@example.org"


@pytest.fixture
def con() -> Iterator[sqlite3.Connection]:
    """Two topics: one of r1.c, one of r2.c."""
    with contextlib.closing(connect(None, None)) as found:
        packer = Packer()
        raws = [patch(f"p{n}@x", f"[PATCH] demo: part {n}", diff=diff_of(n), at=START + n) for n in (1, 2)]
        with transaction(found):
            where = source(found, "lore", "demo", private=False)
            Writer(found, START).add([prepare(raw, "", packer) for raw in raws], where)
            derive(found)
        yield found


def save(con: sqlite3.Connection, text: str) -> tuple[bool, int]:
    """Whether there is news, and how many threads were looked at again."""
    with transaction(con):
        return maintainers.save(con, text.encode()), derive(con)


def topics(con: sqlite3.Connection) -> list[dict[str, Any]]:
    return [json.loads(row[0]) for row in con.execute("SELECT data FROM topic ORDER BY id")]


def who(con: sqlite3.Connection) -> list[list[str]]:
    return [[one["email"] for one in topic["turn_who"]] for topic in topics(con)]


def test_it_names_people(con: sqlite3.Connection) -> None:
    """Of every topic at once, until there is no such file any more."""
    assert who(con) == [[], []]
    assert save(con, TEXT) == (True, 2)
    assert who(con) == [[OLAF], [TINA]]
    assert [one["maintainers"][0]["role"] for one in topics(con)] == ["M", "M"]
    assert save(con, TEXT) == (False, 0)
    assert save(con, "") == (True, 2)
    assert who(con) == [[], []]
    assert maintainers.load(con) is None
    assert save(con, "") == (False, 0)


@pytest.mark.parametrize(
    ("old", "new", "looked", "found"),
    [
        (OLAF, "other@example.org", 1, [["other@example.org"], [TINA]]), ("r2.c", "r*.c", 2, [[OLAF, TINA], [TINA]]),
        ("linus@", "linux@", 0, [[OLAF], [TINA]]), ("F:\tr1.c", "F:\tr1.c\nL:\tdemo@lists.example.org", 2, [[OLAF], [TINA]]),
        ("TWO", "TWO\nS:\tOdd Fixes", 1, [[OLAF], [TINA]]),
    ],
)  # fmt: skip
def test_a_change_reaches_its_topics(con: sqlite3.Connection, old: str, new: str, looked: int, found: list[list[str]]) -> None:
    """Those that a changed section names, before or after; not of what names everything; all when other lists are known.

    What comes out is what the new file alone would give.
    """
    save(con, TEXT)
    assert save(con, TEXT.replace(old, new)) == (looked > 0, looked)
    assert who(con) == found
    with transaction(con):
        reread(con)
        derive(con)
    assert who(con) == found


def test_a_file_that_is_another_reaches_all(con: sqlite3.Connection) -> None:
    """With hundreds of changed sections everything is looked at again."""
    save(con, TEXT)
    many = "".join(f"S{n}\nM:\tNobody <n{n}@example.org>\nF:\tdir{n}/\n\n" for n in range(400))
    assert save(con, many + TEXT) == (True, 2)
    assert who(con) == [[OLAF], [TINA]]


def test_earlier_times_and_what_others_see_use_it(con: sqlite3.Connection) -> None:
    """A topic judged again names the same people."""
    save(con, TEXT)
    row = read.topic(con, 1)
    then = past.topic_at(con, row.number, START + 3_600, 30)
    shown = public.shared_row(con, row, START + 3_600, 30)
    assert then is not None
    assert shown is not None
    assert [[one["email"] for one in data["turn_who"]] for data in (then, shown.data)] == [[OLAF], [OLAF]]
