"""public-inbox archives: epochs, whole inboxes, bundles, both formats, and repositories that are broken or hostile."""

from __future__ import annotations

import email.parser
import email.policy
import os
import subprocess
from itertools import islice
from pathlib import Path

import pytest

from tracker.sources.base import BadInput, NotFound, SourceError
from tracker.sources.inbox import HistoryRewritten, is_inbox, open_epoch, open_inbox, read_epoch

from .conftest import THREAD, make_mail


def git(repository: Path, *arguments: str, given: bytes = b"") -> str:
    command = ["git", f"--git-dir={repository}", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout.decode().strip()


def commit(changes: bytes, ref: str = "refs/heads/master", parent: str = "") -> bytes:
    """A commit for `git fast-import`; *parent* is only needed for the first one of a stream."""
    base = f"from {parent}\n".encode() if parent else b""
    return b"commit %s\ncommitter A <a@example.org> 1767614400 +0000\ndata 0\n%s%s\n" % (ref.encode(), base, changes)


def file(name: str, content: bytes) -> bytes:
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(content), content)


def epoch(path: Path, mails: list[bytes], parent: str = "") -> Path:
    """Adds one commit a mail to a v2 epoch, made when it is not there."""
    if not path.exists():
        subprocess.run(["git", "init", "-q", "--bare", "-b", "master", str(path)], check=True)
    stream = b"".join(commit(file("m", raw), parent="" if n else parent) for n, raw in enumerate(mails))
    git(path, "fast-import", "--quiet", "--force", given=stream)
    return path


def mails_of(path: Path) -> list[bytes]:
    return [raw for _, raw in read_epoch(path)]


def test_an_epoch_is_read_in_order(tmp_path: Path) -> None:
    """One mail for each commit, oldest first, with the commit's id, and the count is known before."""
    path = epoch(tmp_path / "0.git", THREAD)
    commits = git(path, "rev-list", "--reverse", "HEAD").split()
    assert list(read_epoch(path)) == list(zip(commits, THREAD, strict=True))
    opened = open_epoch(path)
    assert (opened.count(), opened.head, opened.version) == (len(THREAD), commits[-1], 2)


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    """With the last commit read, only those after it come; with the newest none."""
    path = epoch(tmp_path / "0.git", THREAD[:5])
    last = open_epoch(path).head
    epoch(path, THREAD[5:], parent="refs/heads/master^0")
    opened = open_epoch(path)
    assert [raw for _, raw in opened.read(last)] == THREAD[5:]
    assert (opened.count(last), opened.count(opened.head)) == (len(THREAD) - 5, 0)
    assert list(opened.read(opened.head)) == []


def test_a_rewritten_history_is_told(tmp_path: Path) -> None:
    """A last commit that is no ancestor any more, or unknown, is an error of its own; reading anew works."""
    path = epoch(tmp_path / "0.git", THREAD[:3])
    last = open_epoch(path).head
    epoch(path, THREAD[3:5])
    for since in (last, "1" * 40):
        with pytest.raises(HistoryRewritten, match="rewritten"):
            list(read_epoch(path, since=since))
    with pytest.raises(BadInput, match="not a commit id"):
        list(read_epoch(path, since="--all"))
    assert mails_of(path) == THREAD[3:5]


def test_a_removed_mail_is_no_mail(tmp_path: Path) -> None:
    """A commit that removes a mail gives nothing and is no problem, and reading goes on."""
    path = epoch(tmp_path / "0.git", THREAD[:1])
    removal = commit(b"D m\n" + file("d", THREAD[0]), parent="refs/heads/master^0")
    git(path, "fast-import", "--quiet", given=removal + commit(b"D d\n" + file("m", THREAD[1])))
    told: list[SourceError] = []
    assert [raw for _, raw in read_epoch(path, report=told.append)] == THREAD[:2]
    assert told == []


def test_a_missing_mail_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    """A blob that is gone, or a folder where the mail should be, costs that mail only, and is named."""
    path = epoch(tmp_path / "0.git", THREAD[:2])
    git(path, "fast-import", "--quiet", given=commit(b"D m\n" + file("m/x", b"x"), parent="refs/heads/master^0"))
    epoch(path, THREAD[2:4], parent="refs/heads/master^0")
    first, second, third, *_ = git(path, "rev-list", "--reverse", "HEAD").split()
    gone = git(path, "rev-parse", f"{second}:m")
    (path / "objects" / gone[:2] / gone[2:]).unlink()
    told: list[SourceError] = []
    assert [raw for _, raw in read_epoch(path, report=told.append)] == [THREAD[0], THREAD[2], THREAD[3]]
    assert [type(problem) for problem in told] == [NotFound, NotFound]
    assert f"{second}:m is missing" in str(told[0])
    assert f"{third}:m is a tree" in str(told[1])
    got: list[tuple[str, bytes]] = []
    with pytest.raises(NotFound, match="and 1 more like it"):
        got.extend(read_epoch(path))
    assert got[0] == (first, THREAD[0])
    assert len(got) == 3


def test_an_inbox_is_read_epoch_by_epoch(tmp_path: Path) -> None:
    """The epochs of an inbox come by number, not by name."""
    for number in (10, 0, 2):
        epoch(tmp_path / "git" / f"{number}.git", [make_mail(f"{number}@example.org", "x")])
    (tmp_path / "git" / "all.git").mkdir()
    assert [opened.path.name for opened in open_inbox(tmp_path)] == ["0.git", "2.git", "10.git"]
    assert is_inbox(tmp_path)
    assert is_inbox(tmp_path / "git" / "0.git")
    assert not is_inbox(tmp_path / "git")


def test_an_old_inbox_is_read(tmp_path: Path) -> None:
    """The first format: mails are added to one tree, several in a commit, changed, removed; other files are no mails."""
    path = epoch(tmp_path / "v1.git", [])
    names = [f"{n:02x}/{n:038x}" for n in range(4)]
    stream = (
        commit(file(names[0], THREAD[0]) + file(".gitattributes", b"x"))
        + commit(file(names[1], THREAD[1]) + file(names[2], THREAD[2]))
        + commit(b"D %s\n" % names[0].encode())
        + commit(file(names[3], THREAD[3]))
    )
    git(path, "fast-import", "--quiet", given=stream)
    commits = git(path, "rev-list", "--reverse", "HEAD").split()
    wanted = [commits[0], commits[1], commits[1], commits[3]]
    assert list(read_epoch(path)) == list(zip(wanted, THREAD[:4], strict=True))
    assert [raw for _, raw in read_epoch(path, since=commits[1])] == [THREAD[3]]
    assert open_epoch(path).version == 1


def test_a_bundle_is_read_through_a_clone(tmp_path: Path) -> None:
    """A bundle is cloned once below the folder given; a newer one of the same name replaces the clone."""
    path, bundle, work = epoch(tmp_path / "0.git", THREAD[:3]), tmp_path / "list.0.bundle", tmp_path / "work"
    work.mkdir()
    git(path, "bundle", "create", "--quiet", str(bundle), "HEAD", "master")
    (first,) = open_inbox(bundle, work)
    assert [raw for _, raw in first.read()] == THREAD[:3]
    assert open_inbox(bundle, work) == (first,)
    epoch(path, THREAD[3:], parent="refs/heads/master^0")
    git(path, "bundle", "create", "--quiet", str(bundle), "HEAD", "master")
    (second,) = open_inbox(bundle, work)
    assert [raw for _, raw in second.read(first.head)] == THREAD[3:]
    assert list(work.iterdir()) == [second.path]
    assert is_inbox(bundle)


def test_a_bundle_of_a_branch_alone_is_read(tmp_path: Path) -> None:
    """A bundle without HEAD has its one branch read."""
    path, bundle = epoch(tmp_path / "0.git", THREAD[:2]), tmp_path / "x.bundle"
    git(path, "branch", "-m", "master", "other")
    git(path, "bundle", "create", "--quiet", str(bundle), "other")
    (opened,) = open_inbox(bundle, tmp_path)
    assert [raw for _, raw in opened.read()] == THREAD[:2]


def test_bad_bundles_are_told(tmp_path: Path) -> None:
    """A bundle without a folder to clone to, one that is cut, and another file are errors, and no clone is left behind."""
    path, bundle, work = epoch(tmp_path / "0.git", THREAD), tmp_path / "x.bundle", tmp_path / "work"
    work.mkdir()
    git(path, "bundle", "create", "--quiet", str(bundle), "HEAD")
    with pytest.raises(BadInput, match="no folder for it"):
        open_inbox(bundle)
    bundle.write_bytes(bundle.read_bytes()[:500])
    with pytest.raises(BadInput, match=r"x\.bundle: git says: "):
        open_inbox(bundle, work)
    (tmp_path / "other").write_bytes(b"x")
    with pytest.raises(BadInput, match="not a git bundle"):
        open_inbox(tmp_path / "other", work)
    assert list(work.iterdir()) == []


def test_what_is_no_archive_of_mails_is_told(tmp_path: Path) -> None:
    """Other folders and repositories of other things are errors; a repository without a commit is just empty."""
    with pytest.raises(BadInput, match="no such folder"):
        open_epoch(tmp_path / "missing")
    with pytest.raises(BadInput, match="not a git repository"):
        open_epoch(tmp_path)
    path = epoch(tmp_path / "code.git", [])
    assert list(read_epoch(path)) == []
    assert open_epoch(path).count() == 0
    git(path, "fast-import", "--quiet", given=commit(file("README", b"x")))
    with pytest.raises(BadInput, match="not of mails"):
        open_epoch(path)


def test_damage_is_told_in_gits_words(tmp_path: Path) -> None:
    """A mail whose object is damaged ends reading with git's reason, after the mails before it."""
    path = epoch(tmp_path / "0.git", [*THREAD[:2], *THREAD[-2:]])
    third = git(path, "rev-list", "--reverse", "HEAD").split()[2]
    blob = git(path, "rev-parse", f"{third}:m")
    broken = path / "objects" / blob[:2] / blob[2:]
    broken.chmod(0o644)
    broken.write_bytes(broken.read_bytes()[:-500] + bytes(500))
    got: list[tuple[str, bytes]] = []
    with pytest.raises(BadInput, match=r"git says: .*; run git fsck"):
        got.extend(read_epoch(path))
    assert [raw for _, raw in got] == THREAD[:2]


def test_a_partial_clone_is_told_and_nothing_is_fetched(tmp_path: Path) -> None:
    """A clone without the mails themselves is an error that says so; git does not go and fetch them."""
    path, part = epoch(tmp_path / "0.git", THREAD), tmp_path / "part.git"
    git(path, "config", "uploadpack.allowFilter", "true")
    command = ["git", "clone", "-q", "--bare", "--filter=blob:none", f"file://{path}", str(part)]
    subprocess.run(command, check=True, capture_output=True)
    before = sorted(part.rglob("*"))
    with pytest.raises((BadInput, NotFound), match="a partial clone"):
        list(read_epoch(part))
    assert sorted(part.rglob("*")) == before


def test_stopping_early_ends_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When only some mails are wanted no git is left running, though it had more to say than a pipe holds."""
    path = epoch(tmp_path / "0.git", [make_mail(f"{n}@example.org", "x", "y" * 100_000) for n in range(30)])
    started: list[subprocess.Popen[bytes]] = []

    class Kept(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr("subprocess.Popen", Kept)
    reading = open_epoch(path).read()
    assert len(list(islice(reading, 3))) == 3
    assert started[-1].poll() is None
    reading.close()  # type: ignore[attr-defined]
    assert all(child.poll() is not None for child in started)


def test_a_hostile_repository_runs_nothing(tmp_path: Path) -> None:
    """Commands in a repository's own configuration and hooks are never run."""
    path, marker = epoch(tmp_path / "0.git", THREAD), tmp_path / "ran"
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "diff.external", "core.editor"):
        git(path, "config", key, f"touch {marker}")
    git(path, "config", "log.showSignature", "true")
    (path / "hooks").mkdir(exist_ok=True)
    for hook in ("post-checkout", "reference-transaction", "fsmonitor-watchman"):
        (path / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {marker}\n")
        (path / "hooks" / hook).chmod(0o755)
    assert mails_of(path) == THREAD
    assert not marker.exists()


def test_the_callers_git_variables_do_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With GIT_DIR and the like set for another repository, the one asked for is read."""
    path, other = epoch(tmp_path / "0.git", THREAD[:2]), epoch(tmp_path / "other.git", THREAD[2:])
    monkeypatch.setenv("GIT_DIR", str(other))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other / "objects"))
    assert mails_of(path) == THREAD[:2]


def test_a_path_that_looks_like_an_option_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository and a bundle whose names begin with a dash are read."""
    epoch(tmp_path / "--upload-pack=x", THREAD[:2])
    monkeypatch.chdir(tmp_path)
    assert mails_of(Path("--upload-pack=x")) == THREAD[:2]
    git(tmp_path / "--upload-pack=x", "bundle", "create", "--quiet", str(tmp_path / "-b.bundle"), "HEAD")
    (opened,) = open_inbox("-b.bundle", tmp_path)
    assert [raw for _, raw in opened.read()] == THREAD[:2]


def test_a_repository_of_somebody_else_is_read(tmp_path: Path) -> None:
    """git's question about dubious ownership does not stop reading, which runs nothing of that repository."""
    if os.getuid() != 0:
        pytest.skip("only root can give a repository to somebody else")
    path = epoch(tmp_path / "0.git", THREAD)
    for folder, _, files in os.walk(path):
        for name in ("", *files):
            os.chown(Path(folder, name), 12345, 12345)
    assert mails_of(path) == THREAD


def test_a_real_list_is_read_to_the_last_commit(real_data: Path, tmp_path: Path) -> None:
    """The whole archive of a list: as many mails, ids and bytes as git says there are."""
    (opened,) = open_inbox(real_data / "archives" / "linux-unionfs.0.bundle", tmp_path)
    assert opened.count() == 8481
    parser = email.parser.BytesHeaderParser(policy=email.policy.compat32)
    commits, size, ids = [], 0, set()
    for name, raw in opened.read():
        commits.append(name)
        size += len(raw)
        ids.add(str(parser.parsebytes(raw)["Message-ID"]).strip())
    assert commits == git(opened.path, "rev-list", "--reverse", "HEAD").split()
    asked = "".join(f"{name}:m\n" for name in commits).encode()
    assert size == sum(map(int, git(opened.path, "cat-file", "--batch-check=%(objectsize)", given=asked).split()))
    assert len(ids) == 8381
