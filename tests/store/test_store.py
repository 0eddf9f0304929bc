"""The store: adding, copies, threads, rebuilding."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import permutations
from pathlib import Path

import pytest

from tests.mails import DIFF, OTHER_DIFF, START, diff_of, mail, patch
from tracker.core.query import parse_query
from tracker.store import names, read
from tracker.store.db import StoreError, connect, is_outdated, transaction
from tracker.store.derive import derive
from tracker.store.mail import Added, Writer, read_raw, reread, source
from tracker.store.prepare import Packer, prepare, train
from tracker.store.search import search

Open = Callable[[Path | None, Path | None], sqlite3.Connection]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens databases and closes them when the test is over."""
    with contextlib.ExitStack() as stack:
        yield lambda mail_db, user_db: stack.enter_context(contextlib.closing(connect(mail_db, user_db)))


@pytest.fixture
def con(tmp_path: Path, opened: Open) -> sqlite3.Connection:
    return opened(tmp_path / "cache" / "mail.db", tmp_path / "data" / "user.db")


def add(con: sqlite3.Connection, *raws: bytes, name: str = "demo", private: bool = False, origin: str = "") -> Added:
    packer = Packer()
    with transaction(con):
        where = source(con, "lore", name, private=private)
        added = Writer(con, START).add([prepare(raw, origin, packer) for raw in raws], where)
        derive(con)
    return added


def titles(con: sqlite3.Connection) -> list[str]:
    return [topic.title for topic in read.topics(con, every=True)]


def found(con: sqlite3.Connection, text: str) -> list[str]:
    node = parse_query(text, START).node
    assert node is not None
    return [one.msgid for one in search(con, node, 100)]


V1 = patch("1@x", "[PATCH] demo: one")
REPLY = mail(
    "2@x", "Re: [PATCH] demo: one", "> int lock;\nLooks odd to me.\n", refs="1@x", at=START + 60, sender="Ben <ben@example.org>"
)
V2 = patch("3@x", "[PATCH v2] demo: one", refs="1@x", at=START + 120, diff=OTHER_DIFF)


def test_files_are_private(con: sqlite3.Connection, tmp_path: Path) -> None:
    """Databases are 0600 in folders 0700, also what SQLite puts beside them."""
    add(con, V1)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_mail_comes_back_byte_by_byte(con: sqlite3.Connection) -> None:
    """What was stored is what is read, with and without a dictionary."""
    add(con, V1)
    row = read.message_row(con, "1@x")
    assert row is not None
    assert read_raw(con, row.id) == V1
    dictionary = train([V1.replace(b"one", str(n).encode()) * 4 for n in range(500)])
    assert dictionary is not None
    packer = Packer(dictionary)
    assert packer.unpack(packer.pack(REPLY)) == REPLY


def test_adding_again_changes_nothing(con: sqlite3.Connection) -> None:
    """The same mail from the same or another source is one message, without a copy."""
    assert add(con, V1, REPLY).new == ["1@x", "2@x"]
    again = add(con, V1, REPLY, V1, name="other")
    assert (again.new, again.copies) == ([], 0)
    assert read.totals(con)["messages"] == 2
    assert read.sources_of(con, 1) == ["demo", "other"]


def test_copies_with_another_body_are_kept_and_told_apart(con: sqlite3.Connection) -> None:
    """A list's footer makes a copy, a reused id another mail: both are recorded, the earlier received stands for the id."""
    footer = V1 + b"-- \nSent through the demo list\n"
    header_only = b"List-Id: <demo.example.org>\n" + V1
    assert add(con, V1).copies == 0
    assert add(con, footer).copies == 1
    assert add(con, header_only).copies == 1
    assert add(con, footer, header_only).copies == 0
    assert read.different_copies(con) == [("1@x", 1)]
    assert con.execute("SELECT list FROM list").fetchall() == [("demo.example.org",)]


def test_which_copy_stands_for_an_id_does_not_depend_on_the_order(tmp_path: Path, opened: Open) -> None:
    """The copy that was received first is the message, whichever came to us first."""
    head = "Received: from a by b; {}\n"
    early = head.format("Wed, 29 May 2024 16:26:40 +0000").encode() + V1
    late = head.format("Thu, 30 May 2024 16:26:40 +0000").encode() + V1 + b"footer\n"
    kept = []
    for number, order in enumerate([(early, late), (late, early)]):
        con = opened(tmp_path / f"{number}.db", None)
        for raw in order:
            add(con, raw)
        row = read.message_row(con, "1@x")
        assert row is not None
        kept.append(read_raw(con, row.id))
        assert con.execute("SELECT count(*) FROM copy").fetchone() == (1,)
    assert kept == [early, early]


def test_an_archive_that_repeats_a_mail_is_recorded(con: sqlite3.Connection) -> None:
    """The same bytes under another commit of an archive are a further copy, once."""
    add(con, V1, origin="a" * 40)
    assert add(con, V1, origin="b" * 40).copies == 1
    assert add(con, V1, origin="b" * 40).copies == 0
    assert add(con, V1, origin="a" * 40).copies == 0


def test_a_full_mail_replaces_its_abridged_one(con: sqlite3.Connection) -> None:
    """The snapshot's facts give way to the mail itself, in search too."""
    short = mail("1@x", "[PATCH] demo: one", "[Abridged]\n", headers="X-Tracker-Abridged: yes")
    with transaction(con):
        where = source(con, "snapshot", "snapshot", private=False)
        Writer(con, START).add([prepare(short, "", Packer(), trusted=True)], where)
        derive(con)
    assert add(con, V1).completed == 1
    row = read.message_row(con, "1@x")
    assert row is not None
    assert not row.abridged
    assert found(con, "abridged") == []
    assert found(con, "locking") == ["1@x"]
    assert titles(con) == ["demo: one"]


def test_threads_merge_when_the_missing_mail_arrives(con: sqlite3.Connection) -> None:
    """Two answers that share nothing but a missing ancestor's parent become one thread, and one topic, in the end."""
    late_reply = mail("9@x", "Re: elsewhere", refs="8@x", at=START + 300)
    add(con, V1, late_reply)
    before = {read.message_row(con, one).tid for one in ("1@x", "9@x")}  # type: ignore[union-attr]
    assert len(before) == 2
    add(con, mail("8@x", "Re: [PATCH] demo: one", refs="1@x", at=START + 200))
    after = {read.message_row(con, one).tid for one in ("1@x", "8@x", "9@x")}  # type: ignore[union-attr]
    assert len(after) == 1
    assert con.execute("SELECT count(*) FROM ghost").fetchone() == (0,)
    assert read.count_mails(con, 1) == 3


def test_the_order_of_arrival_does_not_matter(opened: Open) -> None:
    """Shuffled mail, one by one or together, makes the same threads and topics."""
    raws = [
        V1,
        REPLY,
        V2,
        mail("8@x", "Re: a", refs="7@x"),
        mail("9@x", "Re: a", refs="7@x 8@x"),
        patch("c1@x", "[PATCH 1/2] demo: a", diff=diff_of(7)),
    ]
    raws.append(patch("c2@x", "[PATCH 2/2] demo: b", at=START + 9, diff=diff_of(8)))  # no reference ties it to its first part
    answers = set()
    for seed in range(6):
        random.Random(seed).shuffle(raws)
        con = opened(None, None)
        for raw in raws if seed % 2 else []:
            add(con, raw)
        add(con, *raws)
        rows = con.execute("SELECT anchor, title, first, last, data FROM topic ORDER BY anchor").fetchall()
        threads = sorted(
            tuple(sorted(row[0].split(","))) for row in con.execute("SELECT group_concat(msgid) FROM message GROUP BY tid")
        )
        answers.add((tuple(rows), tuple(threads)))
    assert len(answers) == 1
    topics, _ = answers.pop()
    assert [row[0] for row in topics] == ["1@x", "c1@x"]


def test_the_cache_can_be_deleted_and_topics_keep_their_numbers(tmp_path: Path, opened: Open) -> None:
    """The same mail again gives the same answers, whatever order it comes in now."""
    mail_db, user_db = tmp_path / "mail.db", tmp_path / "user.db"
    con = opened(mail_db, user_db)
    add(con, patch("z@x", "[PATCH] demo: other", at=START - 9, diff=diff_of(9)))
    add(con, V1, REPLY)
    before = [(one.number, one.title, one.data) for one in read.topics(con, every=True)]
    con.close()
    for path in tmp_path.glob("mail.db*"):
        path.unlink()
    con = opened(mail_db, user_db)
    assert read.is_empty(con)
    add(con, REPLY, V1)
    add(con, patch("z@x", "[PATCH] demo: other", at=START - 9, diff=diff_of(9)))
    assert [(one.number, one.title, one.data) for one in read.topics(con, every=True)] == before


def test_derived_tables_can_be_made_again(con: sqlite3.Connection) -> None:
    """Series and topics are a cache of the cache."""
    add(con, V1, REPLY, V2)

    def derived() -> list[tuple[object, ...]]:
        return [*con.execute("SELECT * FROM topic"), *con.execute("SELECT * FROM series ORDER BY id")]

    before = derived()
    with transaction(con):
        for table in ("topic", "series", "topic_thread"):
            con.execute(f"DELETE FROM {table}")
        con.execute("INSERT INTO dirty SELECT DISTINCT tid FROM message")
        derive(con)
    assert derived() == before


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("locking", ["3@x", "1@x"]),
        ("f:ben", ["2@x"]),
        ("s:demo NOT f:ben", ["3@x", "1@x"]),
        ("q:lock", ["2@x"]),
        ("nq:odd", ["2@x"]),
        ('"odd to me"', ["2@x"]),
        ("dfn:ring.c", ["3@x", "1@x"]),
        ("m:1@x", ["1@x"]),
        ("2@x", ["2@x"]),
        ("kind:reply", ["2@x"]),
        ("status:posted", ["3@x", "2@x", "1@x"]),
        ("status:merged", []),
        ("d:2024-05-29", ["3@x", "2@x", "1@x"]),
        ("d:..2023", []),
        ("anna*", ["3@x", "2@x", "1@x"]),
        ("'; DROP TABLE message; --", []),
    ],
)
def test_search(con: sqlite3.Connection, query: str, ids: list[str]) -> None:
    """Each prefix looks where lore looks; newest first."""
    add(con, V1, REPLY, V2)
    if query == "anna*":
        query = "tcf:ann* OR f:b*"
    assert found(con, query) == ids


def test_search_by_patch_id(con: sqlite3.Connection) -> None:
    """patchid: takes the whole id, or its beginning with a star."""
    add(con, V1, V2)
    (full,) = con.execute("SELECT patch_id FROM patch JOIN message ON id = message WHERE msgid='1@x'").fetchone()
    assert found(con, f"patchid:{full}") == ["1@x"]
    assert found(con, f"patchid:{full[:12]}*") == ["1@x"]
    assert DIFF != OTHER_DIFF


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """The message names the file and says whether it may be deleted."""
    (tmp_path / "mail.db").write_bytes(b"this is no database, not at all" * 100)
    with pytest.raises(StoreError, match=r"mail\.db: not a database; delete it, it is a cache"):
        connect(tmp_path / "mail.db", tmp_path / "user.db")


def test_a_database_of_the_future_is_left_alone(tmp_path: Path, opened: Open) -> None:
    """A newer schema is not touched."""
    con = opened(tmp_path / "mail.db", tmp_path / "user.db")
    con.execute("PRAGMA main.user_version = 999")
    con.close()
    with pytest.raises(StoreError, match="newer"):
        connect(tmp_path / "mail.db", tmp_path / "user.db")


def test_a_failed_batch_leaves_nothing(con: sqlite3.Connection) -> None:
    """An error inside of a transaction rolls back both databases."""

    def interrupted() -> None:
        with transaction(con):
            Writer(con, START).add([prepare(V1, "", Packer())], source(con, "lore", "demo", private=False))
            derive(con)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert read.is_empty(con)
    assert con.execute("SELECT count(*) FROM u.topic_id").fetchone() == (0,)


def test_names_for_servers_leave_private_mail_out(con: sqlite3.Connection) -> None:
    """Titles and ids of mail that came from a local file only are never offered to a query."""
    add(con, V1)
    add(con, patch("secret@x", "[PATCH v2] demo: secret", refs="1@x", at=START + 9), private=True, name="file")
    assert names.public_names(con, 1) == (("demo: one",), ("1@x",))
    assert names.unknown(con, ["1@x", "secret@x", "n@x"]) == ["secret@x", "n@x"]


def test_versions_in_threads_of_their_own_are_one_topic(con: sqlite3.Connection) -> None:
    """A new version without any reference joins the topic, whichever came first; its number stays."""
    new = patch("n@x", "[PATCH v2] demo: one", at=START + 9 * 86_400, diff=OTHER_DIFF)
    add(con, new)
    add(con, patch("o@x", "[PATCH] demo: one"))
    (topic,) = read.topics(con, every=True)
    assert [revision["series"] for revision in topic.data["revisions"]] == ["o@x", "n@x"]
    assert topic.number == 1
    assert topic.data["revisions"][1]["link"]["evidence"]


def test_a_revert_is_related_and_apart(con: sqlite3.Connection) -> None:
    """What takes a patch back is a topic of its own, tied by a relation that names its evidence."""
    add(con, V1)
    back = DIFF.replace("-int lock", "~").replace("+int", "-int").replace("~", "+int lock")
    log = 'This reverts commit 0123456789ab ("demo: one").\n\nIt broke.\n'
    add(con, patch("r@x", 'Revert "demo: one"', at=START + 9 * 86_400, diff=back, log=log))
    assert len(read.topics(con, every=True)) == 2
    (relation,) = read.related(con, 1)
    assert (relation["topic"], relation["kind"], relation["by"]) == (2, "reverts", "other")
    assert read.related(con, 2)[0]["by"] == "this"


def test_a_cache_of_another_version_is_read_anew(tmp_path: Path, opened: Open) -> None:
    """Facts that other parsers wrote are made again from the mails, and the answers are today's."""
    con = opened(tmp_path / "mail.db", tmp_path / "user.db")
    add(con, V1, REPLY)
    before = [topic.data for topic in read.topics(con, every=True)]
    con.execute("UPDATE message SET facts='{\"h\": 17}', kind='other'")
    con.execute("UPDATE topic SET title='nonsense'")
    con.execute("PRAGMA main.application_id = 12345")
    assert is_outdated(con)
    with transaction(con):
        reread(con)
        derive(con)
    assert [topic.data for topic in read.topics(con, every=True)] == before
    assert not is_outdated(con)


PARTS = (
    mail("c@x", "[PATCH 0/3] demo: count", at=START),
    patch("1@x", "[PATCH 1/3] demo: one", at=START + 1),
    patch("2@x", "[PATCH 2/3] demo: two", refs="1@x", at=START + 2, diff=OTHER_DIFF),
    patch("3@x", "[PATCH 3/3] demo: three", refs="1@x", at=START + 3),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_posting_in_several_threads_is_one_in_any_order(con: sqlite3.Connection, order: tuple[int, ...]) -> None:
    """A cover sent alone and patches below each other, one mail after the other: one series, whichever came first."""
    for number in order:
        add(con, PARTS[number])
    assert con.execute("SELECT id FROM series").fetchall() == [("c@x",)]
    assert titles(con) == ["demo: count"]


def test_a_second_connection_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """Another program that comes and goes leaves the log of a running one in its place."""
    mail_db, user_db = tmp_path / "mail.db", tmp_path / "user.db"
    with contextlib.closing(connect(mail_db, user_db)) as first, contextlib.closing(connect(mail_db, user_db)) as second:
        first.execute("INSERT INTO dirty VALUES (1)")
        second.execute("SELECT * FROM dirty").fetchall()
        script = (
            "import sys; from pathlib import Path; from tracker.store.db import connect\n"
            "connect(*map(Path, sys.argv[1:])).close()"
        )
        subprocess.run([sys.executable, "-c", script, str(mail_db), str(user_db)], check=True)
        assert (tmp_path / "mail.db-wal").exists()
        assert first.execute("SELECT * FROM dirty").fetchall() == [(1,)]
        second.execute("INSERT INTO dirty VALUES (2)")
        assert len(first.execute("SELECT * FROM dirty").fetchall()) == 2


def test_mail_without_topics_is_known(con: sqlite3.Connection) -> None:
    """What an import stored before it was interrupted."""
    assert not read.is_unsorted(con)
    con.execute("INSERT INTO dirty VALUES (1)")
    assert read.is_unsorted(con)
