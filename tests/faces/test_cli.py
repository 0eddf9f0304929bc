"""The command line on the snapshot and on small stores of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faces.conftest import Run
from tests.mails import START, diff_of, mail, mbox, patch
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.plain import width

GOLDEN = ROOT / "tests" / "golden"
BEN = "Ben Reviewer <ben@example.org>"
CORA = "Cora Maintainer Verylongname <cora@example.org>"
DAN = "Dan <dan@example.org>"
NOW = 1_795_305_600  # 2026-11-22T00:00:00Z
TOPIC_KEYS = {
    "id", "slug", "title", "status", "status_reason", "confidence", "evidence", "manual", "turn", "turn_who", "turn_since",
    "age_days", "followed", "mine", "my_roles", "unread", "snoozed_until", "notes", "lists", "sources", "revisions", "tags",
    "landings", "events", "related", "moved", "superseded_by", "asks", "recipients", "maintainers",
}  # fmt: skip


class Terminal(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def own(tmp_path: Path, tracker: Run) -> Path:
    """A store with one hostile thread in it."""
    body = "> int lock;\n\x1b]0;pwned\x07Looks odd.\n\nReviewed-by: Ben Reviewer <ben@example.org>\n"
    file = tmp_path / "own.mbox"
    file.write_bytes(
        mbox(
            patch("1@example.org", "[PATCH] demo: \x1b[31mone\u202e"),
            mail("2@example.org", "Re: [PATCH] demo: one", body, refs="1@example.org", at=START + 60, sender=BEN),
            mail("3@example.org", "Re: [PATCH] demo: one", refs="1@example.org gone@example.org", at=START + 90),
        )
    )
    assert tracker("follow", "-m", str(file))[0] == 0
    return file


@pytest.mark.parametrize(
    ("name", "args", "columns"),
    [
        ("list-80", ["list"], 80),
        ("list-140", ["list"], 140),
        ("show-80", ["show", "1"], 80),
        ("thread-80", ["thread", "1"], 80),
        ("thread-200", ["thread", "1"], 200),
    ],
)
def test_golden(name: str, args: list[str], columns: int, tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a terminal of that width shows of the snapshot, without colours; each golden was read by a person."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TRACKER_PAGER", "cat")
    cli.run(args)
    text = screen.getvalue()
    assert all(len(line) <= columns for line in text.splitlines() if name.startswith("list"))
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


@pytest.fixture
def lengthy(tmp_path: Path, tracker: Run) -> None:
    """A store with a subject of 100 kB, a name of 50 kB, wide letters, a deep thread, and all kinds of tags."""
    long, words = "x" * 100_000, "long words " * 9_000
    raws = [
        patch("1@example.org", f"[PATCH] demo: {long}", sender=f"A{'n' * 50_000} <anna@example.org>", diff=diff_of(0)),
        mail("2@example.org", f"Re: [PATCH] demo: {long}", f"Reviewed-by: {BEN}\n", refs="1@example.org", sender=BEN),
        patch("w@example.org", "[PATCH] 内存：把环形缓冲区改成无锁的，这样读的人就不用等待了", sender="王小明 <w@example.org>"),
        mail("c@example.org", "[PATCH 0/2] ring: make it all lockless and faster for everybody who reads it"),
        patch("c1@example.org", f"[PATCH 1/2] ring: {words}", refs="c@example.org", diff=diff_of(1)),
        patch("c2@example.org", "[PATCH 2/2] ring: an ordinary title", refs="c@example.org", diff=diff_of(2)),
        mail("d1@example.org", "Re: [PATCH 2/2] ring: an ordinary title", f"NAK. It is wrong as a whole.\n\nNacked-by: {CORA}\n",
             refs="c@example.org c2@example.org", sender=CORA),
        mail("d2@example.org", "Re: [PATCH 2/2] ring: an ordinary title", f"With that, feel free to add:\n\nAcked-by: {DAN}\n",
             refs="c@example.org c2@example.org gone@example.org", sender=DAN),
    ]  # fmt: skip
    chain = "c@example.org"
    for n in range(30):
        raws.append(mail(f"r{n}@example.org", f"Re: another subject {n} of the same", refs=chain, at=START + n, sender=BEN))
        chain += f" r{n}@example.org"
    (tmp_path / "long.mbox").write_bytes(mbox(*raws))
    assert tracker("follow", "-m", str(tmp_path / "long.mbox"))[0] == 0


READING = (
    ["list"], ["show", "1@example.org"], ["show", "c@example.org"], ["thread", "1@example.org"], ["thread", "c@example.org"],
    ["tags", "c@example.org"], ["tags", "c@example.org", "--all"], ["search", "ring"], ["digest", "--peek"],
)  # fmt: skip


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_rows_fit_the_terminal(columns: int, lengthy: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a mail says, no line is wider than the terminal and none of the commands prints more than a few screens."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TRACKER_PAGER", "cat")
    for args in READING:
        screen = Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        assert cli.run(args) == 0, args
        lines = screen.getvalue().splitlines()
        assert not [line for line in lines if width(line) > max(columns, 72 if args[0] == "digest" else 0)], args
        assert 2 <= len(lines) < 100, args


def test_help_fits_the_terminal(monkeypatch: pytest.MonkeyPatch, tracker: Run) -> None:
    """But for the examples, which are there to be copied."""
    for columns in (40, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        for command in ([], ["search"], ["tree"], ["digest"], ["set"]):
            text = tracker(*command, "--help")[1].partition("examples:")[0]
            assert not [line for line in text.splitlines() if len(line) > columns], command


def test_long_subjects_are_cut_in_a_pipe_and_whole_in_json(lengthy: None, tracker: Run) -> None:
    """1,000 characters of one are enough to read; a program gets what there is."""
    for args in (*READING, ["unfollow", "1@example.org"], ["follow", "1@example.org"], ["note", "1@example.org", "x"]):
        code, out, err = tracker(*args)
        assert code == 0, args
        assert max(map(len, f"{out}{err}".splitlines())) < 1_300, args
    subjects = [one["subject"] for one in json.loads(tracker("search", "--json", "ring")[1])["messages"]]
    assert max(map(len, subjects)) > 5_000


def test_reading_commands_work_on_the_snapshot_and_say_so(tracker: Run) -> None:
    """With nothing synced every reading command answers, with one line about it on stderr."""
    for args in (["list"], ["show", "1"], ["thread", "1"], ["search", "i_writecount"], []):
        code, out, err = tracker(*args)
        assert (code, err.count("\n")) == (0, 1), args
        assert "snapshot" in err
        assert out


def test_abridged_mails_of_the_snapshot_are_shown_as_such(tracker: Run) -> None:
    """Only one mail of the story's thread is there in full."""
    messages = json.loads(tracker("thread", "20240530145810.GA2205585@perftesting", "--json")[1])["messages"]
    assert [one["msgid"] for one in messages if not one["abridged"]] == ["20240530145810.GA2205585@perftesting"]
    assert len(messages) == 24


def test_json_has_every_key(tracker: Run) -> None:
    """list and show print TOPIC of schema 1 with all its keys."""
    data = json.loads(tracker("list", "--json")[1])
    assert data["schema"] == 1
    for topic in data["topics"]:
        assert set(topic) == TOPIC_KEYS
    shown = json.loads(tracker("show", "1", "--json")[1])
    assert shown["schema"] == 1
    assert shown["topic"] == next(topic for topic in data["topics"] if topic["id"] == 1)
    keys = {"msgid", "thread", "parent", "depth", "from", "date", "subject", "kind", "series", "tags", "abridged"}
    messages = json.loads(tracker("thread", "1", "--json")[1])["messages"]
    assert all(set(one) == keys for one in messages)
    found = json.loads(tracker("search", "--json", "i_writecount")[1])["messages"]
    assert all(set(one) == {"msgid", "date", "from", "subject", "topic", "snippet"} for one in found)


def test_hostile_mail_is_shown_harmless(own: Path, tracker: Run) -> None:
    """Escapes and overrides of a mail never reach the terminal as what they are."""
    for args in (["list"], ["show", "1"], ["thread", "1"], ["thread", "1", "--text"], ["search", "odd"], ["list", "--json"]):
        _, out, _ = tracker(*args)
        assert not set(out) & set("\x1b\x07\x9b\u202e"), args
    assert "^[[31mone<U+202E>" in tracker("list")[1]


def test_the_tree_shows_ghosts_tags_and_patches(own: Path, tracker: Run) -> None:
    """Who, when, which tags and patches, and what is missing."""
    lines = tracker("thread", "1")[1].splitlines()
    assert "[v1]  1 file +2 -1" in lines[0]
    assert "├ Re: [PATCH] demo: one  ✔ Reviewed-by" in lines[1]
    assert "(not at hand) gone@example.org" in lines[2]
    assert lines[3].endswith("3@example.org")


def test_topics_are_named_by_number_slug_and_message_id(own: Path, tracker: Run) -> None:
    """7, #7, the slug, its beginning, and any message id in the topic."""
    for name in ("1", "#1", "demo-31mone", "demo", "2@example.org", "<3@example.org>"):
        assert tracker("show", name)[0] == 0, name
    code, _, err = tracker("show", "no-such-topic")
    assert (code, err.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["follow"], 2),
        (["follow", "not an id"], 2),
        (["show"], 2),
        (["frobnicate"], 2),
        (["search", "dfhh:1"], 2),
        (["search", "no-such-word-anywhere"], 1),
        (["list", "no-such-word-anywhere"], 1),
        (["--server", "gopher://example.org", "list"], 2),
        (["import", "/no/such/file"], 3),
        (["follow", "-m", "/no/such/file"], 3),
        (["--offline", "follow", "a@example.org"], 3),
        (["--offline", "sync"], 1),
        (["--version"], 0),
        (["follow", "--help"], 0),
    ],
)
def test_exit_codes(args: list[str], code: int, tracker: Run) -> None:
    """0 done, 1 nothing, 2 wrong use, 3 a source failed; an error is one line."""
    found, _, err = tracker(*args)
    assert found == code
    of_the_snapshot = 1 if args[0] in ("search", "list") and code == 1 else 0
    assert err.count("\n") == (0 if code == 0 else 1 + of_the_snapshot)


def test_a_broken_file_loses_nothing(tmp_path: Path, tracker: Run) -> None:
    """Truncated gzip: what arrived whole is kept, and one line says what happened."""
    import gzip

    noise = [os.urandom(3000).hex() + "\n" for _ in range(20)]
    mails = [patch(f"{n}@example.org", f"[PATCH] demo: number {n}", diff=diff_of(n) + noise[n]) for n in range(20)]
    packed = gzip.compress(mbox(*mails))
    (tmp_path / "cut.mbox.gz").write_bytes(packed[: len(packed) // 2])
    code, _, err = tracker("import", str(tmp_path / "cut.mbox.gz"))
    assert (code, err.count("\n")) == (3, 1)
    assert 3 <= len(json.loads(tracker("list", "--all", "--json")[1])["topics"]) < 20


def test_a_damaged_cache_is_one_line(tmp_path: Path, sealed: Path, tracker: Run) -> None:
    """Exit code 4, and the line says that the cache may be deleted."""
    folder = sealed / ".cache" / "tracker"
    folder.mkdir(parents=True)
    (folder / "mail.db").write_bytes(b"junk" * 1000)
    code, _, err = tracker("list")
    assert (code, err.count("\n")) == (4, 1)
    assert "delete it, it is a cache" in err


def test_two_writers_are_kept_apart(tmp_path: Path, sealed: Path, tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync while another one runs says whom it waits for, and ends with exit code 4 when that one does not end."""
    from tracker.faces.commands import changing
    from tracker.sync.session import writing

    monkeypatch.setattr(changing, "PATIENCE", 6)
    with writing(load_config(os.environ)):
        code, _, err = tracker("import", str(tmp_path))
    who = f"(pid {os.getpid()}, since {time.strftime('%H:%M', time.localtime(NOW))})"
    assert err.splitlines()[0] == f"tracker: waiting for another tracker {who} …"
    assert (code, err.count("\n")) == (4, 2)
    assert f"another tracker {who} syncs or imports" in err


def test_a_writer_waits_for_another_one(tmp_path: Path, own: Path, tracker: Run) -> None:
    """It goes on when the other one is done, and can be interrupted before."""

    from tracker.sync.session import writing

    lock = contextlib.ExitStack()
    lock.enter_context(writing(load_config(os.environ)))
    timer = threading.Timer(1.5, lock.close)
    timer.start()
    code, out, err = tracker("note", "1", "later")
    timer.join()
    assert (code, out.count("\n"), err.count("waiting for another tracker")) == (0, 1, 1)


def test_a_prefix_that_is_none_is_named(own: Path, tracker: Run) -> None:
    """Where nothing is found, on one line, with the nearest one or all; what is found is a title, colon or not."""
    for command in (["list"], ["search"], ["search", "--json"]):
        code, out, err = tracker(*command, "stauts:merged")
        assert (code, out, err) == (2, "", "tracker: nothing found: stauts: is no prefix; did you mean status:?\n")
        code, out, err = tracker(*command, "demo", "qqq:bar")
        assert (code, out) == (2, "")
        assert err.startswith("tracker: nothing found: qqq: is no prefix; there are s: f: t: ")
        for title in ("demo: \x1b[31mone", "demo:", "demo: ^[", '"demo: "'):
            assert tracker(*command, title)[0] == 0, title
        for title in ("ovl: fix x", "net/core:fix", "Re:fix", "https://example.org/x", '"qqq:bar"'):
            code, _, err = tracker(*command, title)
            assert (code, err.count("\n"), "prefix" in err) == (1, 1, False), title


def test_a_query_may_leave_out(own: Path, tracker: Run) -> None:
    """`-s:demo` is a part of the query and no option."""
    assert tracker("list", "is:followed", "-s:nothing")[0] == 0
    assert tracker("list", "is:followed", "-s:demo")[0] == 1
    assert tracker("--offline", "search", "-age<1d")[0] == 0
    assert tracker("list", "-frob")[0] == 2


def test_offline_follows_what_is_there(own: Path, tracker: Run) -> None:
    """What the store has is followed with a word that no server was asked; what it has not is one line and exit code 3."""
    tracker("unfollow", "1")
    code, out, err = tracker("--offline", "follow", "2@example.org")
    assert (code, err.count("\n")) == (0, 1)
    assert out.startswith("#1 ")
    assert "from a file of yours" in err
    code, out, err = tracker("--offline", "follow", "gone@example.com")
    assert (code, out) == (3, "")
    assert err == "tracker: gone@example.com is not in the store, and --offline asks no server\n"
    code, _, err = tracker("--offline", "follow", "1234567890ab")
    assert (code, err) == (3, "tracker: commit 1234567890ab is not in the store, and --offline asks no server\n")


def test_a_wrong_configuration_names_the_file(sealed: Path, tracker: Run) -> None:
    """A value of the wrong type is one line with the key in it."""
    folder = sealed / ".config" / "tracker"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("[me]\nemails = 3\n")
    code, _, err = tracker("list")
    assert (code, err.count("\n")) == (2, 1)
    assert "me.emails" in err


def test_doctor_tells_what_is_there(own: Path, tracker: Run) -> None:
    """Counts, defects with an example, and exit code 0 when all is well."""
    code, out, _ = tracker("--offline", "doctor")
    assert code == 0
    assert "3 messages" in out
    assert "1 missing ancestors" in out
    assert "raw-8bit-header" in out
    assert tracker("doctor", "--defects")[1].startswith("1@example.org\t")


def test_mail_from_stdin_is_followed(monkeypatch: pytest.MonkeyPatch, tracker: Run) -> None:
    """`-m -` reads one mail or a whole mbox."""

    class Stdin:
        buffer = io.BytesIO(patch("s@example.org", "[PATCH] demo: piped"))

    monkeypatch.setattr(sys, "stdin", Stdin)
    code, out, _ = tracker("follow", "-m", "-")
    assert code == 0
    assert "demo: piped" in out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script(shell: str, tracker: Run, tmp_path: Path) -> None:
    """Every command and option is in it; bash can read its own."""
    code, out, _ = tracker("completion", shell)
    assert code == 0
    for word in ("follow", "search", "-l list" if shell == "fish" else "--list"):
        assert word in out
    if shell == "bash":
        script = tmp_path / "t.bash"
        script.write_text(out + '\nCOMP_WORDS=(tracker fo); COMP_CWORD=1; _tracker; echo "${COMPREPLY[@]}"\n')
        done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["follow"]


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`tracker list | true` ends without a traceback."""
    command = f"'{sys.executable}' -m tracker thread 1 | true"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "Traceback" not in done.stderr


def test_an_interrupted_import_is_put_in_order(tmp_path: Path, sealed: Path, tracker: Run) -> None:
    """Mail that was stored and not looked at: reading says so, the next command that writes makes topics of it."""
    assert sealed
    file = tmp_path / "list.mbox"
    file.write_bytes(mbox(patch("1@example.org", "[PATCH] demo: one")))
    assert tracker("import", str(file))[0] == 0
    with contextlib.closing(sqlite3.connect(load_config(os.environ).mail_db, isolation_level=None)) as con:
        con.execute("INSERT INTO dirty SELECT DISTINCT tid FROM message")
        con.execute("DELETE FROM topic")
    code, out, err = tracker("list", "--all")
    assert (code, out) == (0, "")
    assert "'tracker sync' puts it in order" in err
    assert "putting in order" in tracker("--offline", "sync")[2]
    code, out, err = tracker("list", "--all")
    assert "demo: one" in out
    assert "in order" not in err


def test_follow_what_is_listed(tmp_path: Path, sealed: Path, tracker: Run) -> None:
    """By its number, as every other command names it."""
    assert sealed
    file = tmp_path / "list.mbox"
    file.write_bytes(mbox(patch("1@example.org", "[PATCH] demo: one")))
    assert tracker("import", str(file))[0] == 0
    assert tracker("--offline", "follow", "1")[0] == 0
    assert "demo: one" in tracker("list")[1]
    code, _, err = tracker("--offline", "follow", "99")
    assert (code, "no topic '99' here" in err) == (1, True)
