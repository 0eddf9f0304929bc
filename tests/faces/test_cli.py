"""The command line on the snapshot and on small stores of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.mails import START, diff_of, mail, mbox, patch
from tracker.faces import cli

Run = Callable[..., tuple[int, str, str]]
GOLDEN = ROOT / "tests" / "golden"
BEN = "Ben Reviewer <ben@example.org>"
NOW = 1_795_305_600  # 2026-11-22T00:00:00Z
TOPIC_KEYS = {
    "id", "slug", "title", "status", "status_reason", "confidence", "evidence", "manual", "turn", "turn_who", "turn_since",
    "age_days", "followed", "mine", "my_roles", "unread", "snoozed_until", "notes", "lists", "sources", "revisions", "tags",
    "landings", "events", "related", "moved", "asks",
}  # fmt: skip


@pytest.fixture
def tracker(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line on 2026-11-22; returns (exit code, stdout, stderr)."""
    monkeypatch.setattr(time, "time", lambda: NOW)

    def run(*args: str) -> tuple[int, str, str]:
        code = cli.run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


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


def test_two_writers_are_kept_apart(tmp_path: Path, sealed: Path, tracker: Run) -> None:
    """A sync while another one runs ends at once with one line and exit code 4."""
    from tracker.config import load_config
    from tracker.sync.session import writing

    with writing(load_config(os.environ)):
        code, _, err = tracker("import", str(tmp_path))
    assert (code, err.count("\n")) == (4, 1)


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
