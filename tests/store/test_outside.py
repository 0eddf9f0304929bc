"""What mails elsewhere say of a topic, whichever came first; recorded facts; people who turn out to keep a tree."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mails import OTHER_DIFF, START, diff_of, mail, patch
from tests.notices import (
    BEN,
    CHEN,
    DAY,
    FIRST,
    MERGE,
    SECOND,
    UNDO,
    V1,
    asks_to_pull,
    failed,
    fixes,
    pulled,
    queued,
    regression,
    stable_review,
    thanks,
)
from tracker.core.spots import Record
from tracker.store import outside, read
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, reread, source
from tracker.store.prepare import Packer, prepare

Open = Callable[[Path | None, Path | None], sqlite3.Connection]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens databases and closes them when the test is over."""
    with contextlib.ExitStack() as stack:
        yield lambda mail_db, user_db: stack.enter_context(contextlib.closing(connect(mail_db, user_db)))


@pytest.fixture
def con(opened: Open) -> sqlite3.Connection:
    return opened(None, None)


def add(con: sqlite3.Connection, *raws: bytes, trusted: bool = False) -> None:
    packer = Packer()
    with transaction(con):
        where = source(con, "snapshot" if trusted else "lore", "demo", private=False)
        Writer(con, START).add([prepare(raw, "", packer, trusted=trusted) for raw in raws], where)
        derive(con)


def recall(con: sqlite3.Connection, *records: Record) -> bool:
    with transaction(con):
        news = outside.save_records(con, records)
        derive(con)
    return news


def topic(con: sqlite3.Connection, msgid: str) -> dict[str, Any]:
    number = read.topic_of_series(con, msgid)
    assert number is not None
    return read.topic(con, number).data


def everything(con: sqlite3.Connection) -> list[str]:
    """All topics as JSON, by their anchors; their numbers depend on what came first."""
    return [row[0] for row in con.execute("SELECT data FROM topic ORDER BY anchor")]


def kinds(con: sqlite3.Connection, msgid: str = "p@x") -> list[str]:
    return [event["kind"] for event in topic(con, msgid)["events"]]


UNDO_PULL = asks_to_pull('Revert "demo: one"', msgid="undo@x", head=UNDO, day=80, subject="Re: [REGRESSION] linker fails",
                         refs="reg@x")  # fmt: skip
STORY: Sequence[bytes] = (
    V1,
    mail("a@x", "Re: [PATCH] demo: one", "Applied, thanks!\n", refs="p@x", sender=CHEN, at=START + 2 * DAY),
    thanks(("demo: one", FIRST)),
    asks_to_pull("demo: one", "demo: else"),
    pulled(),
    regression(SECOND),
    queued("demo: one", SECOND, day=50),
    UNDO_PULL,
    pulled("undo@x", msgid="prt2@x", day=81),
    stable_review('Revert "demo: one"', UNDO, log=f"This reverts commit {SECOND}.\n"),
    failed("demo: one", SECOND, day=55),
    fixes(SECOND, "demo: one"),
    patch("v2@x", "[PATCH v2] demo: else", at=START + 4 * DAY, diff=OTHER_DIFF, refs=""),
    patch("z@x", "[PATCH] demo: one", at=START + 900 * DAY, diff=diff_of(9)),
)


def test_an_outside_mail_before_and_after_its_topic(con: sqlite3.Connection) -> None:
    """A pull request and its answer are heard of whether they came before the patch or after it."""
    add(con, pulled())
    add(con, asks_to_pull("demo: one", "demo: else"))
    add(con, V1)
    assert [one["role"] for one in topic(con, "p@x")["landings"]] == ["maintainer", "mainline"]
    add(con, patch("q@x", "[PATCH] demo: else", diff=diff_of(3)))
    assert [one["merge"] for one in topic(con, "q@x")["landings"]] == [None, MERGE]


def test_a_chain_of_hints_in_any_order(con: sqlite3.Connection) -> None:
    """A report by commit id waits for the mail that ties the commit to a title."""
    add(con, regression(SECOND))
    add(con, V1)
    assert "regression" not in kinds(con)
    add(con, queued("demo: one", SECOND, day=50))
    assert "regression" in kinds(con)


@settings(max_examples=12)
@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_order_of_arrival_does_not_matter(shuffler: random.Random, most: int) -> None:
    """All topics are the same, however the mails come: in any order, alone or some together."""
    want = _derived([STORY])
    raws = list(STORY)
    shuffler.shuffle(raws)
    groups = []
    while raws:
        size = shuffler.randint(1, most)
        groups.append(raws[:size])
        raws = raws[size:]
    assert _derived(groups) == want


def _derived(groups: Sequence[Sequence[bytes]]) -> list[str]:
    with contextlib.closing(connect(None, None)) as con:
        for group in groups:
            add(con, *group)
        return everything(con)


def test_the_story_says_what_it_should(con: sqlite3.Connection) -> None:
    """What the test of the orders compares is no empty thing: every kind of event is in it."""
    add(con, *STORY)
    told = set(kinds(con))
    assert told >= {"applied", "pulled", "merged", "regression", "backported", "backport-failed", "reverted", "fixed"}
    assert topic(con, "p@x")["status"] == "reverted"
    assert topic(con, "z@x")["landings"] == []


def test_a_cache_that_was_deleted_comes_back_the_same(tmp_path: Path, opened: Open) -> None:
    """The same mails make the same answers; so do facts that are read anew from the stored mails."""
    con = opened(tmp_path / "mail.db", tmp_path / "user.db")
    add(con, *STORY)
    before = [(one.number, one.data) for one in read.topics(con, every=True)]
    with transaction(con):
        reread(con)
        derive(con)
    assert [(one.number, one.data) for one in read.topics(con, every=True)] == before
    con.close()
    for path in tmp_path.glob("mail.db*"):
        path.unlink()
    con = opened(tmp_path / "mail.db", tmp_path / "user.db")
    for raw in reversed(STORY):
        add(con, raw)
    assert [(one.number, one.data) for one in read.topics(con, every=True)] == before


# --- people


def says(number: int, text: str, who: str = CHEN) -> list[bytes]:
    """A patch of its own thread, and what somebody answers to it."""
    return [
        patch(f"t{number}@x", f"[PATCH] part {number}: change it", diff=diff_of(number), at=START + number * DAY),
        mail(f"t{number}a@x", f"Re: [PATCH] part {number}: change it", f"{text}\n", refs=f"t{number}@x", sender=who,
             at=START + number * DAY + 9),
    ]  # fmt: skip


def test_a_maintainer_who_becomes_known_later(con: sqlite3.Connection) -> None:
    """His "Applied" moved nothing, until a pull request of his arrives."""
    add(con, *says(1, "Applied, thanks!"))
    assert topic(con, "t1@x")["landings"] == []
    add(con, asks_to_pull("quite: another", "and: more"))
    assert [one["by"]["email"] for one in topic(con, "t1@x")["landings"]] == ["chen@example.org"]
    assert outside.maintainers(con) == {"chen@example.org"}


def test_who_applies_much_keeps_a_tree(con: sqlite3.Connection) -> None:
    """With the fifth thread his word counts, for the earlier ones too."""
    for number in range(4):
        add(con, *says(number, "Applied, thanks!"))
    assert outside.maintainers(con) == frozenset()
    add(con, *says(4, "Applied, thanks!"))
    assert [topic(con, f"t{number}@x")["status"] for number in range(5)] == ["applied"] * 5


@pytest.mark.parametrize("text", ["Please revert it.", "I'll queue it up.", "I dropped this from my tree."])
def test_who_says_other_things_does_not(text: str, con: sqlite3.Connection) -> None:
    """Somebody who often asks for reverts, promises or drops is not known to apply patches."""
    for number in range(7):
        add(con, *says(number, text))
    add(con, *says(9, "Applied, thanks!"))
    assert outside.maintainers(con) == frozenset()
    assert topic(con, "t9@x")["landings"] == []


def test_threads_that_turn_out_to_be_one_are_counted_as_such(opened: Open) -> None:
    """Five answers below one cover that comes late are one thread, in every order."""
    cover = mail("c@x", "[PATCH 0/5] demo: five")
    answers = [
        mail(f"a{n}@x", f"Re: [PATCH {n}/5] demo: part {n}", "Applied, thanks!\n", refs=f"c@x c{n}@x", sender=BEN, at=START + n)
        for n in range(1, 6)
    ]
    for order in ([cover, *answers], [*answers, cover]):
        con = opened(None, None)
        for raw in order:
            add(con, raw)
        assert outside.maintainers(con) == frozenset()


# --- keys of mails that are replaced


def test_the_full_text_of_an_abridged_mail(con: sqlite3.Connection) -> None:
    """What the abridged one did not say is heard, what the full one does not say is forgotten."""
    short = mail("pull@x", "[GIT PULL] demo for v6.11", "[Abridged: by hand]\n\n      demo: one\n\n"
                 "The following changes since commit abc\n\nfor you to fetch changes up to " + "7" * 40 + ":\n",
                 sender=CHEN, at=START + 20 * DAY, headers="X-Tracker-Abridged: yes")  # fmt: skip
    add(con, V1)
    add(con, short, trusted=True)
    before = con.execute("SELECT count(*) FROM notice_key WHERE key='t:demo one'").fetchone()[0]
    add(con, asks_to_pull("quite: another", "demo: else"))
    assert con.execute("SELECT key FROM notice_key WHERE key LIKE 't:%' ORDER BY key").fetchall() == [
        ("t:demo else",), ("t:quite another",),
    ]  # fmt: skip
    assert topic(con, "p@x")["landings"] == []
    assert before == 1


# --- records

TOLD = Record(SECOND, "demo: one", "mainline", "mainline", patch="p@x", merge=MERGE, first_tag="v6.11-rc1", date=START + 9 * DAY)


def test_records_are_a_standing_source(con: sqlite3.Connection) -> None:
    """They count with mails and without, for topics that come later, and only once."""
    assert recall(con, TOLD)
    add(con, V1)
    (landing,) = topic(con, "p@x")["landings"]
    assert (landing["commit"], landing["first_tag"], landing["how"]) == (SECOND, "v6.11-rc1", "record")
    assert not recall(con, TOLD)
    assert outside.records(con) == (TOLD,)
    add(con, asks_to_pull("demo: one", "demo: else"), pulled())
    assert topic(con, "p@x")["landings"][-1]["how"] == "mail"
    assert topic(con, "p@x")["landings"][-1]["first_tag"] == "v6.11-rc1"


def test_records_that_change_wake_every_topic(con: sqlite3.Connection) -> None:
    """Those of an older version of the program are gone with it."""
    add(con, V1)
    assert recall(con, TOLD)
    assert topic(con, "p@x")["status"] == "merged"
    assert recall(con)
    assert topic(con, "p@x")["status"] == "posted"


def test_a_commit_that_only_a_record_ties_to_a_patch(con: sqlite3.Connection) -> None:
    """A report that names it is heard."""
    add(con, regression(SECOND), V1)
    recall(con, TOLD)
    assert "regression" in kinds(con)


def test_addresses_of_one_person_are_kept(con: sqlite3.Connection) -> None:
    """They replace those before; nothing is looked at again when they did not change."""
    add(con, V1)
    with transaction(con):
        assert outside.save_aliases(con, {"a@x": "b@x"})
        assert derive(con)
        assert not outside.save_aliases(con, {"a@x": "b@x"})
        assert not derive(con)
    assert outside.aliases(con) == {"a@x": "b@x"}


def test_the_json_of_a_topic_is_compact(con: sqlite3.Connection) -> None:
    """Nothing of a hostile title in a pull request breaks it."""
    add(con, V1, asks_to_pull("demo: one", "\x1b[31mdemo\u202e: \"else'"))
    assert json.loads(everything(con)[0])["landings"][0]["role"] == "maintainer"


def test_a_note_in_answer_to_another_posting(con: sqlite3.Connection) -> None:
    """What is said to be applied in answer to one series is that series' patch, not another one of the same title."""
    other = patch("z@x", "[PATCH] demo: one", diff=diff_of(7), sender=BEN, at=START + 40 * DAY)
    add(con, V1, other, thanks(("demo: one", FIRST), refs="z@x", day=43))
    assert topic(con, "z@x")["status"] == "applied"
    assert topic(con, "p@x")["landings"] == []


NAMESAKES = (
    patch("old@x", "[PATCH] demo: use the task work of the ring", diff=diff_of(1)),
    asks_to_pull("demo: use the task work of a ring", day=20),
    pulled(day=22),
    patch("new@x", "[PATCH] demo: use the task work of a ring", diff=diff_of(2), at=START + 9 * DAY),
)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 2, 0, 3), (1, 3, 2, 0), (0, 3, 1, 2)])
def test_a_title_in_a_pull_request_is_whose_who_posted_it(con: sqlite3.Connection, order: Sequence[int]) -> None:
    """A patch with a title alike seems to be meant until the one of that very title turns up; whichever came first."""
    for number in order:
        add(con, NAMESAKES[number])
        if order[:3] == (0, 1, 2) and number == 2:
            assert topic(con, "old@x")["status"] == "merged"
    assert (topic(con, "old@x")["status"], topic(con, "new@x")["status"]) == ("posted", "merged")


BUILT = patch(
    "built@x", "[PATCH] other: go on", sender=BEN, at=START + 30 * DAY, log="Go on.\n",
    diff=diff_of(1).replace("1111111..2222222", "2222222..3333333").replace("count", "go_on").replace("lock", "stop"),
)  # fmt: skip


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_what_is_built_on_a_patch(con: sqlite3.Connection, first: bool) -> None:
    """Whichever came first; the patch is no mail of the topic, and its evidence can be opened."""
    posted = patch("p@x", "[PATCH] demo: one", diff=diff_of(1))
    for raw in (posted, BUILT) if first else (BUILT, posted):
        add(con, raw)
    found = topic(con, "p@x")
    assert (found["status"], found["status_reason"]) == ("applied", "in a tree that others make patches against")
    assert found["evidence"] == [{"msgid": "built@x"}]
    assert topic(con, "built@x")["status"] == "posted"
