"""Whole archives into the store, also when the import is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.mails import START, diff_of, mail, patch
from tracker.faces.cli import run
from tracker.sync.importer import archive_name

MAILS = 1500


def write_epoch(path: Path, mails: list[bytes]) -> None:
    """A public-inbox v2 epoch: one commit a mail, its only file `m`."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "master", str(path)], check=True)
    stream = b"".join(
        b"commit refs/heads/master\ncommitter a <a@example.org> %d +0000\ndata 1\nx\nM 100644 inline m\ndata %d\n%s\n"
        % (START + number, len(raw), raw)
        for number, raw in enumerate(mails)
    )
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=stream, check=True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive with a series every third mail, replies, and a mail that came twice."""
    mails = []
    for number in range(0, MAILS - 1, 3):
        at, title, root = START + number * 600, f"Re: [PATCH] demo{number}: change", f"{number}@example.org"
        mails.append(patch(f"{number}@example.org", f"[PATCH] demo{number}: change", at=at, diff=diff_of(number)))
        mails.append(mail(f"{number}-r@example.org", title, refs=root, at=at + 9))
        mails.append(mail(f"{number}-s@example.org", title, refs=root, at=at + 99))
    mails.append(mails[0])
    path = tmp_path / "demo.0.git"
    write_epoch(path, mails)
    return path


def counts(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert run(["--offline", "doctor"]) == 0
    lines = [line.split(None, 1) for line in capsys.readouterr().out.splitlines() if line.startswith("     ")]
    return {name: count for count, name in lines}


def test_an_archive_is_imported_once(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All its mails and its repeat are recorded; a second run, and one over a clone, add nothing; new mail is added."""
    assert run(["import", str(archive)]) == 0
    assert f"{MAILS + 1} mails read, {MAILS} new messages, 1 further copies" in capsys.readouterr().out
    assert run(["import", str(archive)]) == 0
    assert "0 mails read, 0 new messages" in capsys.readouterr().out
    clone = archive.parent / "clone" / "elsewhere.git"
    subprocess.run(["git", "clone", "-q", "--mirror", str(archive), str(clone)], check=True)
    assert run(["import", str(clone)]) == 0
    assert f"{MAILS + 1} mails read, 0 new messages\n" in capsys.readouterr().out
    assert counts(capsys)["topics"] == "500"


def test_a_bundle_is_imported(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A git bundle of an epoch is read as the epoch."""
    bundle = archive.parent / "demo.0.bundle"
    subprocess.run(["git", "-C", str(archive), "bundle", "create", "-q", str(bundle), "--all"], check=True)
    assert run(["import", str(bundle)]) == 0
    assert f"{MAILS} new messages" in capsys.readouterr().out


def test_sync_brings_new_mail_of_an_archive(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An archive that was imported is looked at again by sync, from where the import ended."""
    assert run(["import", str(archive)]) == 0
    fresh = mail("fresh@example.org", "Re: [PATCH] demo0: change", refs="0@example.org", at=START + 10**7)
    stream = b"commit refs/heads/master\ncommitter a <a@example.org> %d +0000\ndata 1\nx\n" % (START + 10**7)
    stream += b"from refs/heads/master^0\nM 100644 inline m\ndata %d\n%s\n" % (len(fresh), fresh)
    subprocess.run(["git", "-C", str(archive), "fast-import", "--quiet"], input=stream, check=True)
    assert run(["--offline", "follow", "0@example.org"]) in (0, 3)
    assert run(["--offline", "sync"]) == 0
    capsys.readouterr()
    assert run(["list", "--json"]) == 0
    assert '"unread": 1' in capsys.readouterr().out


KILLED = """
import os, signal, sys
from tracker.sync import importer
importer.CHUNK, importer._COMMIT_EVERY = 50, 100
def progress(what, done, total, seen=[0]):
    seen[0] += 1
    if seen[0] == 9:
        os.kill(os.getpid(), signal.SIGKILL)
from tracker.faces import out
out.Out.progress = lambda self, *args: progress(*args)
from tracker.faces.cli import run
if __name__ == "__main__":
    run(["import", sys.argv[1]])
"""


def test_a_killed_import_is_completed_by_the_next(archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """kill -9 between two batches: what was committed stays, the rest comes next time, and no worker is left behind."""
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(script), str(archive)], env=environ, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    stored = int(counts(capsys)["messages"].replace(",", ""))
    assert 0 < stored < MAILS
    assert run(["import", str(archive)]) == 0
    read = int(capsys.readouterr().out.split(": ")[1].split()[0])
    assert stored + read == MAILS + 1
    found = counts(capsys)
    assert (found["messages"], found["copies"], found["topics"]) == ("1,500", "1", "500")
    for _ in range(50):
        if not subprocess.run(["pgrep", "-f", str(script)], capture_output=True, check=False).stdout:
            return
        time.sleep(0.1)
    pytest.fail("a worker outlived its killed parent")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/l/linux-unionfs.0.bundle", "linux-unionfs"),
        ("/l/linux-unionfs.git", "linux-unionfs"),
        ("/l/linux-unionfs/git/0.git", "linux-unionfs"),
        ("/l/demo.example.org.1", "demo.example.org"),
        ("/l/demo", "demo"),
    ],
)
def test_the_list_of_an_archive_is_in_its_path(path: str, name: str) -> None:
    """Bundles, clones, epochs of an inbox: the list's name without what git and public-inbox add."""
    assert archive_name(Path(path)) == name


def test_the_whole_unionfs_archive(real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """8,481 commits are 8,381 messages and 100 further copies; a second run adds nothing."""
    bundle = real_data / "archives/linux-unionfs.0.bundle"
    assert run(["import", str(bundle)]) == 0
    assert "8481 mails read, 8381 new messages, 100 further copies recorded" in capsys.readouterr().out
    assert run(["import", str(bundle)]) == 0
    assert "0 mails read, 0 new messages" in capsys.readouterr().out
