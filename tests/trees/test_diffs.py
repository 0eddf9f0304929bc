"""Diffs of commits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.trees.build import Build
from tracker.core.patchid import patch_ids
from tracker.trees.index import Index

TEXT = "".join(f"line {number}\n" for number in range(30))


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A repository with a root, a change, a rename, a merge and an empty commit."""
    build = Build(tmp_path / "repo.git")
    root = build.on("master", "root", files={"a": TEXT})
    build.on("master", "change", files={"a": TEXT.replace("line 7\n", "line seven\n")})
    build.on("master", "rename", files={"b": TEXT.replace("line 7\n", "line seven\n")})
    side = build.commit("side", root, files={"a": TEXT, "c": "c\n"})
    build.on("master", "merge", side, files={"b": TEXT, "c": "c\n"})
    build.on("master", "empty", files={"b": TEXT, "c": "c\n"})
    build.on("master", "ids", files={"b": TEXT, "c": "c\n" + "f" * 40 + "\n"})
    return build


def test_as_format_patch_has_them(build: Build, tmp_path: Path) -> None:
    """Every diff has the patch-id that git gives the patch file of its commit; a merge's is against its first parent."""
    with Index.open(tmp_path / "cache", "tree", build.path) as index:
        index.update()
        commits = {one.sha: one for one in index.authored_between(0, 1 << 40)}
        diffs = dict(index.diffs(commits))
    assert len(diffs) == 7
    for sha, diff in diffs.items():
        assert diff is not None
        subject = commits[sha].subject
        if subject == "merge":
            wanted = build.git("diff", "-M", commits[sha].parents[0], sha)
        else:
            wanted = build.git("format-patch", "-1", "--stdout", "--root", sha)
        assert list(patch_ids(diff)) == [line.split()[0] for line in build.git("patch-id", "--stable", given=wanted).splitlines()]
        assert (diff == b"") == (subject == "empty")
        assert (b"rename from a" in diff) == (subject == "rename")


def test_without_renames(build: Build, tmp_path: Path) -> None:
    """Renames are told as such or as a new file and an old one."""
    with Index.open(tmp_path / "cache", "tree", build.path) as index:
        index.update()
        (rename,) = index.by_subject("rename")
        ((_, diff),) = index.diffs([rename.sha], "histogram", renames=False)
    assert diff is not None
    assert b"deleted file mode" in diff


def test_blobless_clone(build: Build, tmp_path: Path) -> None:
    """In a clone without file contents every diff is unknown, but for one that needs none; paths are known."""
    build.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone.git"
    command = ["git", "clone", "-q", "--bare", "--filter=blob:none", f"file://{build.path}", str(clone)]
    subprocess.run(command, check=True)
    with Index.open(tmp_path / "cache", "tree", clone) as index:
        index.update()
        commits = {one.sha: one.subject for one in index.authored_between(0, 1 << 40)}
        diffs = {commits[sha]: diff for sha, diff in index.diffs(commits)}
        assert diffs == {**dict.fromkeys(commits.values()), "empty": b""}
        assert {commits[sha] for sha in index.touching(["c"], 0, 1 << 40)} == {"side", "ids"}
    assert not list(clone.glob("objects/??/*"))


def test_treeless_clone(build: Build, tmp_path: Path) -> None:
    """In a clone of commits only every diff is unknown, and git's failure is no error."""
    build.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--filter=tree:0", f"file://{build.path}", str(clone)], check=True)
    with Index.open(tmp_path / "cache", "tree", clone) as index:
        index.update()
        shas = [one.sha for one in index.authored_between(0, 1 << 40)]
        assert dict(index.diffs(shas)) == dict.fromkeys(shas)


def test_big_diffs_are_unknown(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A diff above the bound is not kept; those around it are."""
    monkeypatch.setattr("tracker.trees.diffs.MAX_DIFF", 1_000)
    with Index.open(tmp_path / "cache", "tree", build.path) as index:
        index.update()
        big = build.on("master", "big", files={"b": "x" * 3_000 + "\n"})
        small = build.on("master", "small", files={"b": "y\n" * 20})
        last = build.on("master", "last", files={"b": "z\n" * 20})
        index.update()
        found = dict(index.diffs([big, small, last]))
    assert found[big] is None
    assert found[small] is None
    assert found[last]
