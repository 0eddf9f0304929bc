"""Running git on what others wrote: nothing of it runs, nothing of it changes."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.trees.build import Build
from tracker.trees.diffs import ALGORITHMS
from tracker.trees.git import Git, Repository, TreeError, fields, records
from tracker.trees.index import Index

# Settings that name a program, each of which git would run in some command.
PROGRAMS = (
    "core.pager", "pager.log", "core.fsmonitor", "core.sshCommand", "core.editor", "core.askPass", "core.gitProxy",
    "core.alternateRefsCommand", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean",
    "filter.evil.smudge", "filter.evil.process", "gpg.program", "credential.helper", "uploadpack.packObjectsHook",
    "remote.origin.uploadpack", "remote.origin.receivepack", "sequence.editor", "interactive.diffFilter",
)  # fmt: skip


def _snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(folder.rglob("*"))}


@pytest.fixture
def hostile(tmp_path: Path) -> tuple[Path, Path]:
    """A work tree whose every setting, hook and attribute touches a file; and that file."""
    build = Build(tmp_path / "work" / ".git")
    touched = tmp_path / "touched"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran $0 $* >> {touched}\ncat\n")
    script.chmod(0o755)
    first = build.on("master", "first", files={"a.c": "int a;\n", ".gitattributes": "* diff=evil filter=evil\n"})
    build.on("master", "second", files={"a.c": "int b;\n", ".gitattributes": "* diff=evil filter=evil\n"})
    build.tag("v1.0", first)
    build.git("config", "core.bare", "false")
    build.git("read-tree", "master")
    for name in PROGRAMS:
        build.git("config", name, str(script))
    for name in ("log", "rev-list", "diff-tree", "cat-file", "for-each-ref", "symbolic-ref", "config"):
        build.git("config", f"alias.{name}", f"!{script}")
    build.git("config", "log.showSignature", "true")
    build.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    build.git("config", "remote.origin.url", f"ext::{script} %S")
    build.git("config", "remote.origin.promisor", "true")
    build.git("config", "remote.origin.partialclonefilter", "blob:none")
    build.git("config", "protocol.ext.allow", "always")
    (tmp_path / "hooks").mkdir()
    for hook in ("post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"):
        (tmp_path / "hooks" / hook).symlink_to(script)
    (build.path / "info").mkdir(exist_ok=True)
    (build.path / "info" / "attributes").write_text("* diff=evil filter=evil\n")
    (tmp_path / "work" / ".gitattributes").write_text("* diff=evil filter=evil\n")
    touched.unlink(missing_ok=True)
    return tmp_path / "work", touched


def _use(path: Path, cache: Path) -> None:
    """All that the package does with a tree."""
    with Index.open(cache, "tree", path) as index:
        index.update()
        shas = [one.sha for one in index.authored_between(0, 1 << 40)]
        assert len(shas) == 2
        for algorithm in ALGORITHMS:
            diffs = dict(index.diffs(shas, algorithm))
            assert all(diff is not None and b"diff --git a/a.c b/a.c" in diff for diff in diffs.values())
        assert len(index.touching(["a.c"], 0, 1 << 40)) == 2


def test_the_traps_are_armed(hostile: tuple[Path, Path]) -> None:
    """Plain git does run the programs of this repository, so that the next test can fail."""
    work, touched = hostile
    subprocess.run(["git", "-C", str(work), "show", "--ext-diff"], capture_output=True, check=False, timeout=30)
    assert touched.exists()


def test_nothing_of_a_tree_runs_or_changes(hostile: tuple[Path, Path], tmp_path: Path) -> None:
    """Indexing and diffing run no program that the repository names, and leave every file as it is."""
    work, touched = hostile
    before = _snapshot(work)
    _use(work, tmp_path / "cache")
    assert not touched.exists()
    assert _snapshot(work) == before


def test_missing_objects_are_not_fetched(hostile: tuple[Path, Path], tmp_path: Path) -> None:
    """A blob that is not there is unknown; the promisor remote is not asked."""
    work, touched = hostile
    git_dir = work / ".git"
    blob = subprocess.run(
        ["git", "--git-dir", str(git_dir), "rev-parse", "master:a.c"], capture_output=True, text=True, check=True
    )
    name = blob.stdout.strip()
    (git_dir / "objects" / name[:2] / name[2:]).unlink()
    with Index.open(tmp_path / "cache", "tree", work) as index:
        index.update()
        second, first = (one.sha for one in index.authored_between(0, 1 << 40))
        diffs = dict(index.diffs([second, first]))
        assert diffs[second] is None
        assert diffs[first]
        pack = git_dir / "objects" / "pack" / "pack-1.promisor"
        pack.touch()
        assert dict(index.diffs([second, first])) == diffs
    assert not touched.exists()


def test_callers_environment_has_no_say(hostile: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that would send git elsewhere or make it run something are not handed on."""
    work, touched = hostile
    script = tmp_path / "script"
    for name in ("GIT_EXTERNAL_DIFF", "GIT_PAGER", "PAGER", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR"):
        monkeypatch.setenv(name, str(script))
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.pager")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(script))
    _use(work, tmp_path / "cache")
    assert not touched.exists()
    assert not (tmp_path / "trace").exists()


def test_replacements_and_grafts_change_nothing(tmp_path: Path) -> None:
    """refs/replace and grafts rewrite history for git, not for the index."""
    build = Build(tmp_path / "repo.git")
    first = build.on("master", "first")
    second = build.on("master", "second")
    build.git("replace", second, build.commit("other"))
    (build.path / "info").mkdir(exist_ok=True)
    (build.path / "info" / "grafts").write_text(f"{second}\n")
    with Index.open(tmp_path / "cache", "tree", build.path) as index:
        index.update()
        (found,) = index.by_sha(second)
    assert (found.subject, found.parents) == ("second", (first,))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_somebody_elses_repository(tmp_path: Path) -> None:
    """A repository of another user is read, since nothing in it can run."""
    build = Build(tmp_path / "repo.git")
    build.on("master", "first")
    for path in [build.path, *build.path.rglob("*")]:
        os.chown(path, 65534, 65534)
    with Index.open(tmp_path / "cache", "tree", build.path) as index:
        assert index.update().new == 1


def test_a_tree_that_makes_git_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that include a pipe nobody writes to hold nothing up for ever."""
    monkeypatch.setattr("tracker.trees.git._PATIENCE", 0.3)
    build = Build(tmp_path / "repo.git")
    build.on("master", "first")
    os.mkfifo(tmp_path / "pipe")
    with (build.path / "config").open("a") as file:
        file.write(f"[include]\n\tpath = {tmp_path / 'pipe'}\n")
    with pytest.raises(TreeError):
        Repository(build.path, "tree", tmp_path / "cache").refs()


def test_strange_paths(tmp_path: Path) -> None:
    """Colons, quotes, spaces and backslashes in a path are no list of paths and no options."""
    build = Build(tmp_path / '-a b:c"d\\e.git')
    build.on("master", "first")
    with Index.open(tmp_path / "cache", 'x/../"y', build.path) as index:
        assert index.update().new == 1
    assert len(list((tmp_path / "cache").glob("*.db"))) == 1


def test_ids_are_never_options(tmp_path: Path) -> None:
    """What is no id is no argument of git."""
    build = Build(tmp_path / "repo.git")
    sha = build.on("master", "first")
    with Index.open(tmp_path / "cache", "tree", build.path) as index:
        index.update()
        assert dict(index.diffs(["--output=/tmp/x", "HEAD", sha[:10], "f" * 40])) == dict.fromkeys(
            ["--output=/tmp/x", "HEAD", sha[:10], "f" * 40]
        )
        with pytest.raises(TreeError, match="no diff algorithm"):
            list(index.diffs([sha], "--output=x"))


def test_errors_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing git, a missing one and a folder that went away are told in one line each, without passwords."""
    build = Build(tmp_path / "repo.git")
    build.on("master", "first")
    repo = Repository(build.path, "tree", tmp_path / "cache")
    with pytest.raises(TreeError, match=r"^tree: git log failed: .*; see `git -C .*repo\.git fsck`$"):
        repo.objects.read("log", "f" * 40)
    said = repo.objects.error(["fetch"], b"fatal: unable to access 'https://me:secret@example.org/': no\n")
    assert "secret" not in str(said)
    with pytest.raises(TreeError, match="is gone"):
        Git(str(tmp_path / "nowhere"), "tree").read("version")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TreeError, match="git is not installed"):
        repo.refs()


def test_output_that_is_not_wanted(tmp_path: Path) -> None:
    """Leaving early, by choice or by an error, ends git at once; too long a time does too."""
    build = Build(tmp_path / "repo.git")
    build.on("master", "first")
    repo = Repository(build.path, "tree", tmp_path / "cache")
    shas = [build.tips["master"].encode()] * 200_000
    started = time.monotonic()
    with repo.objects.output("cat-file", "--batch", given=shas) as out:
        assert out.read(10)
    with pytest.raises(ZeroDivisionError), repo.objects.output("cat-file", "--batch", given=shas) as out:
        raise ZeroDivisionError
    with pytest.raises(TreeError):
        repo.objects.read("cat-file", "--batch", given=shas * 10, timeout=0.1)
    assert time.monotonic() - started < 60


def test_fields(tmp_path: Path) -> None:
    """Fields are cut at NULs wherever the chunks end, and one that never ends takes no more than a megabyte."""
    path = tmp_path / "data"
    path.write_bytes(b"a\0\0" + b"b" * 300_000 + b"\0" + b"c" * 5_000_000 + b"\0d\0rest")
    with path.open("rb", buffering=0) as file:
        found = [len(one) for one in fields(file)]
    assert found[:3] == [1, 0, 300_000]
    assert 1 << 20 <= found[3] <= 2 << 20
    assert found[4:] == [1]
    with path.open("rb", buffering=0) as file:
        assert [tuple(map(len, one)) for one in records(file, 2)] == [(1, 0), (300_000, found[3])]
