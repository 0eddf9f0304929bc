"""The MAINTAINERS in force, through the command line: whose turn it is, and what the user is in a topic."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.mails import START, diff_of, mail, mbox, patch
from tracker.faces.cli import run

Run = Callable[..., tuple[int, str, str]]
TEXT = """\
ONE
M:	Me Myself <me@example.org>
F:	r1.c

TWO
R:	Me Myself <me@example.org>
M:	Tina Two <tina@example.org>
F:	r2.c
"""


@pytest.fixture
def tracker(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(time, "time", lambda: START + 3_600)

    def run_(*args: str) -> tuple[int, str, str]:
        code = run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_


def config(text: str) -> None:
    folder = Path(os.environ["HOME"]) / ".config" / "tracker"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(f'{text}\n[me]\nemails = ["me@example.org"]\n')


@pytest.fixture
def three(tmp_path: Path, tracker: Run) -> None:
    """Three patches nobody answered, of r1.c, r2.c and r3.c, and a tag for the second; no MAINTAINERS yet."""
    config("")
    mails = [patch(f"p{n}@example.org", f"[PATCH] demo: part {n}", diff=diff_of(n), at=START + n) for n in (1, 2, 3)]
    mails[2] = mails[2].replace(b"Message-ID:", b"To: Me <me@example.org>, demo@lists.example.org\nMessage-ID:", 1)
    tag = mail("t@example.org", "Re: [PATCH] demo: part 2", "Reviewed-by: Ben <ben@example.org>\n", refs="p2@example.org",
               sender="Ben <ben@example.org>", at=START + 60)  # fmt: skip
    (tmp_path / "three.mbox").write_bytes(mbox(*mails, tag))
    assert tracker("import", str(tmp_path / "three.mbox"))[0] == 0


def topics(tracker: Run) -> dict[str, Any]:
    listed = json.loads(tracker("list", "--all", "--json")[1])["topics"]
    return {one["title"][-1]: one for one in listed}


def mine(tracker: Run, query: str = "turn:me") -> list[str]:
    listed = json.loads(tracker("list", "--all", "--json", query)[1])["topics"]
    return sorted(one["title"][-1] for one in listed)


@pytest.mark.usefixtures("three")
def test_turns_and_roles(tracker: Run, tmp_path: Path) -> None:
    """M: waits for the user and and R: makes him maintainer; To: asks him; a change of the file is taken up."""
    assert mine(tracker) == ["3"]
    (tmp_path / "MAINTAINERS").write_text(TEXT)
    config(f'maintainers = "{tmp_path}/MAINTAINERS"')
    tracker("sync")
    found = topics(tracker)
    assert {name: one["my_roles"] for name, one in found.items()} == {"1": ["maintainer"], "2": ["maintainer"], "3": ["reviewer"]}
    assert {name: [who["email"] for who in one["turn_who"]] for name, one in found.items()} == {
        "1": ["me@example.org"], "2": ["tina@example.org"], "3": ["me@example.org"],
    }  # fmt: skip
    assert mine(tracker) == ["1", "3"]
    assert mine(tracker, "turn:me status:posted") == ["1", "3"]
    (tmp_path / "MAINTAINERS").write_text(TEXT.replace("r1.c", "r9.c").replace("R:", "M:"))
    tracker("sync")
    assert mine(tracker) == ["2", "3"]
    assert topics(tracker)["2"]["my_roles"] == ["maintainer"]


@pytest.mark.usefixtures("three")
def test_a_file_that_cannot_be_read_is_named(tracker: Run, tmp_path: Path) -> None:
    """The one that the configuration names; what is only looked at stays as it was."""
    config(f'maintainers = "{tmp_path}/gone"')
    code, _, err = tracker("sync")
    assert (code, err.count("\n")) == (2, 1)
    assert f"maintainers: cannot read {tmp_path}/gone" in err
    assert mine(tracker) == ["3"]


@pytest.mark.usefixtures("three")
def test_a_tree_has_one(tracker: Run, tmp_path: Path) -> None:
    """Without the setting that of the first tree with a work tree, mainline before others."""
    for name, role, person in (("a", "maintainer", "olaf@example.org"), ("b", "mainline", "me@example.org")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "MAINTAINERS").write_text(TEXT.replace("me@example.org", person))
        who = ("-c", "user.name=Anna", "-c", "user.email=anna@example.org")
        for command in (("init", "-q"), (*who, "commit", "-q", "--allow-empty", "-m", "demo")):
            subprocess.run(["git", "-C", str(tmp_path / name), *command], check=True)
        assert tracker("tree", "add", name, str(tmp_path / name), "--role", role)[0] == 0
    tracker("sync")
    assert mine(tracker) == ["1", "3"]
