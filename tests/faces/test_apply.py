"""`apply` hands the mails of the store to b4, in a repository of the user's choice, after asking."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.test_landings import AFTER, BEFORE, MAIL
from tracker.faces.cli import run

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command line; its exit code, stdout and stderr, also of what it runs."""

    def call(*args: str) -> tuple[int, str, str]:
        code = run(["--offline", *args])
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def repository(tmp_path: Path, sealed: Path) -> Path:
    """A work tree that the patch applies to."""
    path = tmp_path / "work"
    path.mkdir()
    (sealed / "gitconfig").write_text("[user]\n\tname = Bob\n\temail = bob@example.org\n")
    for name, text in BEFORE.items():
        (path / name).write_text(text)
    for command in (["init", "-q", "-b", "master"], ["add", "."], ["commit", "-q", "-m", "base"]):
        subprocess.run(["git", *command], cwd=path, check=True)
    return path


def test_a_series_is_applied(cli: Run, repository: Path, tmp_path: Path) -> None:
    """The commit has the mail's author and changes what the patch changes."""
    mbox = tmp_path / "series.mbox"
    mbox.write_text("From mboxrd@z Thu Jan  1 00:00:00 1970\n" + MAIL)
    assert cli("follow", "-m", str(mbox))[0] == 0
    code, _, err = cli("apply", "1", "--repo", str(repository), "--yes")
    assert code == 0, err
    assert (repository / "exec.c").read_text() == AFTER["exec.c"]
    log = subprocess.run(["git", "log", "-1", "--format=%an %s"], cwd=repository, capture_output=True, text=True, check=True)
    assert log.stdout == "Ann exec: stop denying writes\n"


def test_it_asks_first(cli: Run, repository: Path, tmp_path: Path) -> None:
    """With nobody to answer nothing is done, and a revision that is not there is one line."""
    mbox = tmp_path / "series.mbox"
    mbox.write_text("From mboxrd@z Thu Jan  1 00:00:00 1970\n" + MAIL)
    cli("follow", "-m", str(mbox))
    code, _, err = cli("apply", "1", "--repo", str(repository))
    assert (code, "--yes" in err) == (2, True)
    code, _, err = cli("apply", "1", "--version", "7", "--repo", str(repository), "--yes")
    assert (code, err) == (2, "tracker: no v7 here; there is: v1\n")
    assert (repository / "exec.c").read_text() == BEFORE["exec.c"]
