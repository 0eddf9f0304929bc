"""`tree` and `match` on the command line, with a repository that the test builds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sync.test_landings import AFTER, BEFORE, MAIL, MESSAGE, POSTED
from tests.trees.build import Build
from tracker.faces.cli import run

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command line; its exit code, stdout and stderr."""

    def call(*args: str) -> tuple[int, str, str]:
        code = run(["--offline", *args])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def built(tmp_path: Path) -> tuple[Build, str]:
    """A repository with the patch in it, and the commit."""
    build = Build(tmp_path / "linux.git")
    build.on("master", "base", files=BEFORE)
    sha = build.on("master", MESSAGE, files=AFTER, authored=POSTED)
    return build, sha


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    """The patch as an mbox."""
    path = tmp_path / "series.mbox"
    path.write_text("From mboxrd@z Thu Jan  1 00:00:00 1970\n" + MAIL)
    return path


def test_match_names_the_commit(cli: Run, built: tuple[Build, str], mbox: Path) -> None:
    """A line for each patch mail; with --json every patch mail has its key."""
    build, sha = built
    code, out, _ = cli("match", "--tree", str(build.path), str(mbox))
    assert (code, out.split("\t")[:3]) == (0, ["v1@example.org", sha[:12], "date"])
    data = json.loads(cli("match", "--tree", str(build.path), str(mbox), "--json")[1])
    assert data["schema"] == 1
    assert data["matches"]["v1@example.org"]["commit"] == sha
    assert set(data["matches"]["v1@example.org"]) == {"commit", "commits", "how", "confidence"}


def test_match_finds_nothing_and_says_so_by_its_exit_code(cli: Run, tmp_path: Path, mbox: Path) -> None:
    """No commit for any patch: exit code 1, and the patch is listed without one."""
    build = Build(tmp_path / "other.git")
    build.on("master", "something else", files={"a.c": "int a;\n"})
    code, out, _ = cli("match", "--tree", str(build.path), str(mbox))
    assert (code, out) == (1, "v1@example.org\t-\t-\t0.00\n")


def test_match_with_what_is_no_repository_is_one_line(cli: Run, tmp_path: Path, mbox: Path) -> None:
    """What is wrong, with what."""
    code, out, err = cli("match", "--tree", str(tmp_path / "nothing"), str(mbox))
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "nothing" in err
    code, out, err = cli("match", "--tree", str(tmp_path), str(tmp_path / "no.mbox"))
    assert (code, err.count("\n")) == (3, 1)


def test_a_tree_is_added_listed_and_removed(cli: Run, built: tuple[Build, str], mbox: Path) -> None:
    """What is followed is looked for at once; removing the tree leaves what was seen."""
    build, sha = built
    assert cli("follow", "-m", str(mbox))[0] == 0
    code, out, _ = cli("tree", "add", "mainline", str(build.path), "--role", "mainline", "--branch", "master")
    assert (code, "1 landings found" in out) == (0, True)
    assert cli("tree", "list")[1] == f"mainline\tmainline\tmaster\t{build.path}\n"
    topic = json.loads(cli("list", "--json")[1])["topics"][0]
    assert (topic["status"], topic["landings"][0]["commit"]) == ("merged", sha)
    assert cli("tree", "remove", "mainline")[0] == 0
    assert cli("tree", "list")[0] == 1
    assert json.loads(cli("list", "--json")[1])["topics"][0]["status"] == "merged"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("tree", "add"), "which tree"),
        (("tree", "add", "a/b", "."), "no name for a tree"),
        (("tree", "add", "unheard-of"), "no tree is known"),
        (("tree", "add", "mine", "."), "--role is missing"),
        (("tree", "add", "mine", "ext::sh -c id://x", "--role", "mainline"), "URLs are mirrored"),
        (("tree", "add", "mine", "/nowhere", "--role", "mainline"), "/nowhere"),
        (("tree", "remove", "mine"), "no tree"),
    ],
)
def test_wrong_use_is_one_line(cli: Run, args: tuple[str, ...], said: str) -> None:
    """What is wrong and what to do, and nothing is kept."""
    code, out, err = cli(*args)
    assert (code, out, err.count("\n")) == (code or 2, "", 1)
    assert said in err
    assert cli("tree", "list")[0] == 1
