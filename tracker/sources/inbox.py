"""Mail from public-inbox archives: git repositories with one commit for each mail.

Formats (public-inbox-v2-format(5), public-inbox-v1-format(5)):
v2: an inbox has epochs `git/0.git`, `git/1.git`, …; each commit's only file `m` is the mail. A file `d` instead says
    that the mail in it was removed again. `git bundle`s of an epoch are read through a clone.
v1 (ssoma): one repository whose tree holds all mails as `xx/` and 38 more hex digits; a commit adds mails.

git runs as a reader only: no hooks, no fetching of what is missing, no replaced objects, no shell, and none of the
caller's GIT_* variables but its configuration (which may hold the `safe.directory` a foreign repository needs).
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.sources.base import BadInput, NotFound, Problems, Report, SourceError

_SAFE = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "protocol.allow=never")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEX_FOLDER = re.compile(rb"[0-9a-f]{2}")
_V1_ADDED = re.compile(rb":\d+ 100\d+ [0-9a-f]+ ([0-9a-f]+) [AM]\t[0-9a-f]{2}/[0-9a-f]{38}")
_BUNDLE = re.compile(rb"# v[23] git bundle\n")
_PIPE = 1 << 20
_MAX_MAIL = 64 << 20


class HistoryRewritten(SourceError):  # noqa: N818 -- as its siblings in base
    """The commit read up to is no longer part of the history: read again from the start."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One repository of mails. path: its git directory; version: 1 or 2; head: its newest commit, '' when empty."""

    path: Path
    version: int
    head: str

    def count(self, since: str | None = None) -> int:
        """How many commits `read` goes through; cheap. Errors: HistoryRewritten, BadInput."""
        return int(_git(self.path, "rev-list", "--count", *_range(self, since))) if self.head else 0

    def read(self, since: str | None = None, report: Report | None = None) -> Iterator[tuple[str, bytes]]:
        """(commit, mail) in the order of the commits after *since*, or of all; removals give nothing.

        Mails that are missing (a partial clone, damage) are told to *report*, and without it raised as NotFound
        after the last mail. Errors: HistoryRewritten, BadInput. Closing the generator early ends git.
        """
        if not self.head:
            return
        commits, blobs = _blobs(self, _range(self, since))
        passed_over: list[bytes] = []
        with _Contents(self.path, blobs) as contents:
            for commit, blob in zip(io.BytesIO(commits), io.BytesIO(blobs), strict=True):
                raw = contents.next()
                if raw is None:
                    passed_over.append(blob)
                else:
                    yield commit[:-1].decode(), raw
        problems = Problems(report)
        for message in _why_not(self.path, passed_over):
            problems.tell(NotFound(message, self.path))
        problems.finish()


def read_epoch(path: Path | str, *, since: str | None = None, report: Report | None = None) -> Iterator[tuple[str, bytes]]:
    """(commit, mail) of one repository, oldest first; see `Epoch.read`. Errors: also those of `open_epoch`."""
    yield from open_epoch(path).read(since, report)


def open_inbox(path: Path | str, workdir: Path | None = None) -> tuple[Epoch, ...]:
    """The epochs at *path*, oldest first: an inbox's folder, one repository, or a bundle of one.

    workdir: an existing folder where bundles are cloned to; the clone of an unchanged bundle is used again.
    Errors: BadInput when it is none of these, or a bundle without *workdir*.
    """
    place = Path(path).resolve()
    if place.is_file():
        return (open_epoch(_unbundle(place, workdir)),)
    numbered = [p for p in place.glob("git/*.git") if p.stem.isdecimal()]
    return tuple(open_epoch(p) for p in sorted(numbered, key=lambda p: int(p.stem)) or [place])


def open_epoch(path: Path | str) -> Epoch:
    """The repository at *path*, bare or not. Errors: BadInput when it is no repository of mails."""
    place = Path(path).resolve()
    if not place.is_dir():
        raise BadInput("no such folder", place)
    git_dir = place / ".git" if (place / ".git").is_dir() else place
    if not (git_dir / "HEAD").is_file() or not (git_dir / "objects").is_dir():
        raise BadInput("not a git repository; give a public-inbox folder, one of its git/N.git, or a bundle", place)
    head = _head(git_dir)
    return Epoch(git_dir, _version(git_dir, head) if head else 2, head)


def is_inbox(path: Path | str) -> bool:
    """Whether *path* is worth trying `open_inbox` on: a bundle, a git repository or a folder of epochs."""
    place = Path(path)
    if place.is_file():
        with contextlib.suppress(OSError), place.open("rb") as file:
            return _BUNDLE.match(file.read(32)) is not None
        return False
    bare = (place / "HEAD").is_file() and (place / "objects").is_dir()
    return bare or (place / ".git" / "HEAD").is_file() or any(place.glob("git/[0-9]*.git"))


def _head(git_dir: Path) -> str:
    """The newest commit: HEAD's, else of the only branch (a mirror's HEAD may name one that does not exist), or ''."""
    with contextlib.suppress(_SaysNo):
        return _git(git_dir, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip().decode()
    heads = _git(git_dir, "for-each-ref", "--format=%(objectname)", "refs/heads").decode().split()
    if len(heads) > 1:
        raise BadInput(f"HEAD names no commit, and there are {len(heads)} branches; point HEAD at one", git_dir)
    return heads[0] if heads else ""


def _version(git_dir: Path, head: str) -> int:
    names = _git(git_dir, "ls-tree", "--name-only", head).splitlines()
    if set(names) <= {b"m", b"d"}:
        return 2
    if any(_HEX_FOLDER.fullmatch(name) for name in names):
        return 1
    raise BadInput("a git repository, but not of mails: it has neither a file `m` nor folders `00` to `ff`", git_dir)


def _range(epoch: Epoch, since: str | None) -> tuple[str, ...]:
    """Arguments of rev-list for the commits after *since*."""
    if since is None:
        return (epoch.head,)
    if not _COMMIT.fullmatch(since):
        raise BadInput(f"not a commit id: {since!r}", epoch.path)
    try:
        _git(epoch.path, "merge-base", "--is-ancestor", since, epoch.head)
    except (_SaysNo, BadInput):
        message = f"its history was rewritten, {since[:12]} is no longer part of it; read it again from the start"
        raise HistoryRewritten(message, epoch.path) from None
    return epoch.head, f"^{since}"


def _unbundle(bundle: Path, workdir: Path | None) -> Path:
    """A clone of *bundle* below *workdir*, made now or when the same file was read before."""
    if not is_inbox(bundle):
        raise BadInput("not a git bundle", bundle)
    if workdir is None:
        raise BadInput("a bundle is read through a clone, and no folder for it was given", bundle)
    stat = bundle.stat()
    name = f"{bundle.stem}-{_digest(str(bundle))}-"
    clone = workdir / f"{name}{_digest(f'{stat.st_size} {stat.st_mtime_ns}')}.git"
    if clone.is_dir():
        return clone
    with tempfile.TemporaryDirectory(prefix="clone-", dir=workdir, ignore_cleanup_errors=True) as folder:
        fresh = Path(folder) / "new.git"
        allow = ("-c", "protocol.file.allow=always")
        _git(None, *allow, "clone", "--quiet", "--mirror", "--template=", "--", str(bundle), str(fresh), where=bundle)
        for older in workdir.glob(f"{name}*.git"):
            shutil.rmtree(older, ignore_errors=True)
        with contextlib.suppress(FileExistsError):  # another process was faster: its clone is the same
            fresh.rename(clone)
    return clone


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


# git


class _SaysNo(Exception):  # noqa: N818
    """git answered a question with no, by its exit code."""


def _git(git_dir: Path | None, *arguments: str, where: Path | None = None, given: bytes = b"") -> bytes:
    """What git prints when *given* is typed. Errors: _SaysNo for exit code 1, BadInput with git's words for others."""
    # The directory is named, so git neither searches for one nor asks whose it is.
    command = ["git", *([f"--git-dir={git_dir}"] if git_dir else []), *_SAFE, *arguments]
    try:
        done = subprocess.run(command, input=given, capture_output=True, env=_environment(), check=False)
    except OSError as ex:
        raise BadInput(f"git cannot be run ({ex.strerror}); install git", where or git_dir or "") from ex
    if done.returncode == 1 and not done.stderr:
        raise _SaysNo
    if done.returncode:
        raise BadInput(_words(done.stderr), where or git_dir or "")
    return done.stdout


def _environment() -> dict[str, str]:
    def kept(name: str) -> bool:
        return name.startswith("GIT_CONFIG") or not name.startswith("GIT_")

    return {name: value for name, value in os.environ.items() if kept(name)} | {
        "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }  # fmt: skip


def _words(stderr: bytes) -> str:
    """The line of git's complaint that says why."""
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return f"git says: {(fatal or lines or ['nothing, it just failed'])[0]}"


def _blobs(epoch: Epoch, commits: tuple[str, ...]) -> tuple[bytes, bytes]:
    """The commits, oldest first, and the name of the mail's blob for each: lines of the same number in both."""
    history = _git(epoch.path, "rev-list", "--reverse", *commits)
    if epoch.version == 2:
        return history, history.replace(b"\n", b":m\n")
    options = ("--stdin", "-r", "--root", "--raw", "--no-renames", "--full-index")
    changes = _git(epoch.path, "diff-tree", *options, given=history)
    commit, found, blobs = b"", [], []
    for line in changes.splitlines():
        if added := _V1_ADDED.fullmatch(line):
            found.append(commit)
            blobs.append(added[1])
        elif not line.startswith(b":"):
            commit = line
    return b"".join(b"%s\n" % name for name in found), b"".join(b"%s\n" % name for name in blobs)


class _Contents:
    """What is in *blobs* (their names, one a line), one after the other, from one `git cat-file --batch`.

    git reads the names from a file: it never waits for us to write while we wait for it, and may buffer what it prints.
    Leaving the `with` ends git whatever it is doing.
    """

    def __init__(self, git_dir: Path, blobs: bytes) -> None:
        self._where = git_dir
        with contextlib.ExitStack() as stack:
            names = stack.enter_context(tempfile.TemporaryFile())
            names.write(blobs)
            names.seek(0)
            self._errors = stack.enter_context(tempfile.TemporaryFile())
            command = ["git", f"--git-dir={git_dir}", *_SAFE, "cat-file", "--batch", "--buffer"]
            self._child = subprocess.Popen(
                command, stdin=names, stdout=subprocess.PIPE, stderr=self._errors, bufsize=_PIPE, env=_environment()
            )
            names.close()
            stack.pop_all()
        assert self._child.stdout is not None
        self._output = self._child.stdout

    def __enter__(self) -> _Contents:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._child.kill()
        self._output.close()
        self._child.wait()
        self._errors.close()

    def next(self) -> bytes | None:
        """The next mail, None when git has no such object or it cannot be a mail. Errors: BadInput when git fails.

        git answers "ID blob SIZE", the bytes and a newline; or "NAME missing".
        """
        head = self._output.readline()
        if head.endswith(b" missing\n"):
            return None
        words = head.split()
        if len(words) != 3:
            raise self._died()
        size = int(words[2])
        if words[1] != b"blob" or size > _MAX_MAIL:
            self._skip(size + 1)
            return None
        raw = self._output.read(size)
        if not self._output.read(1):
            raise self._died()
        return raw

    def _skip(self, size: int) -> None:
        while size and (part := self._output.read(min(size, _PIPE))):
            size -= len(part)

    def _died(self) -> BadInput:
        self._child.kill()
        self._child.wait()
        self._errors.seek(0)
        said = self._errors.read()
        if b"promisor" in said:  # git 2.39 gives up where others say "missing"
            return BadInput("a partial clone, mails are missing in it; clone it again without --filter", self._where)
        return BadInput(f"{_words(said)}; run git fsck", self._where)


def _why_not(git_dir: Path, blobs: list[bytes]) -> Iterator[str]:
    """Why nothing was read for *blobs*; nothing is said of a v2 commit that removes a mail."""
    asked = b"".join(b"%s%s" % (blob, blob.replace(b":m", b":d")) for blob in blobs)
    answers = _git(git_dir, "cat-file", "--batch-check", given=asked).splitlines()
    for blob, mail, removal in zip(blobs, answers[::2], answers[1::2], strict=True):
        name = blob.decode().rstrip()
        if not mail.endswith(b" missing"):
            kind, size = mail.decode().split()[1:]
            yield f"{name} is a {kind} of {size} bytes, no mail"
        elif removal.endswith(b" missing"):
            yield f"the mail {name} is missing (a partial clone?); run git fsck"
