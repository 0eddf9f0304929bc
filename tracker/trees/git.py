"""The only place that runs git.

Somebody else's repository is material, and nothing of it may run or change. Its refs are listed in place by a command
that runs nothing. Everything else runs in an empty repository of our own (`Shell`) that borrows the objects: hooks,
filters, aliases, pagers, textconv and diff drivers, replacements, grafts and promisor remotes of the tree stand in its
configuration and refs, which git then never reads. Missing objects of a partial clone are missing, never fetched.
The user's own settings are left out too, so that they change no answer, except for mirroring (`network=True`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import select
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_CHUNK = 1 << 18
_PIPE = 1 << 18
_MAX_FIELD = 1 << 20  # bytes of one field of a record that are kept
_MAX_ERROR = 4_000
_PATIENCE = 120.0  # seconds for what runs in the tree itself: its settings may name a file that never ends
_KEPT = ("PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
# What reaching a server may need: the user's own settings, agents and proxies.
_KEPT_FOR_NETWORK = re.compile(
    r"HOME|USER|LOGNAME|XDG_CONFIG_HOME|XDG_RUNTIME_DIR|SSH_AUTH_SOCK|SSH_AGENT_PID|GIT_SSH(?:_COMMAND|_VARIANT)?"
    r"|GIT_CONFIG_(?:NOSYSTEM|GLOBAL|SYSTEM)|GIT_SSL_\w+|GIT_PROXY_COMMAND|KRB5\w*|(?:http|https|all|no|ftp)_proxy",
    re.IGNORECASE,
)
_OFF = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat", "core.alternateRefsCommand=true",
    "core.attributesFile=/dev/null", "log.showSignature=false", "gc.auto=0", "maintenance.auto=false",
    "submodule.recurse=false", "advice.graftFileDeprecated=false", "core.packedGitWindowSize=32m", "core.packedGitLimit=256m",
)  # fmt: skip
PROTOCOLS = "https:http:git:ssh:file"
_USERINFO = re.compile(r"(?<=://)[^/@\s]*@")


class TreeError(Exception):
    """A tree cannot be read: the message says what, which tree, and what to do."""


def _environment(network: bool) -> dict[str, str]:
    """Variables for git, made from nothing: a GIT_DIR, GIT_TRACE or GIT_EXTERNAL_DIFF of the caller has no say."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    fixed = {
        "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": "/dev/null/none", "GIT_LITERAL_PATHSPECS": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never", "GIT_FLUSH": "0", "GIT_PAGER": "cat", "GIT_ATTR_NOSYSTEM": "1",
    }  # fmt: skip
    if network:
        kept |= {name: value for name, value in os.environ.items() if _KEPT_FOR_NETWORK.fullmatch(name)}
        return kept | fixed | {"GIT_ALLOW_PROTOCOL": PROTOCOLS}
    # Older gits know no GIT_CONFIG_GLOBAL and no GIT_NO_LAZY_FETCH; no home and no protocol have the same effect.
    own = {"HOME": "/dev/null", "XDG_CONFIG_HOME": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    return kept | fixed | own | {"GIT_ALLOW_PROTOCOL": ""}


@dataclass(frozen=True, slots=True)
class Git:
    """How to run git for one tree. git_dir: where it runs. what, shown: the tree's name and path, for errors.

    network: it may reach servers, with the user's settings. extra: more environment. settings: key=value.
    """

    git_dir: str
    what: str
    network: bool = False
    extra: tuple[tuple[str, str], ...] = ()

    settings: tuple[str, ...] = ()
    shown: str = ""

    def start(self, args: Sequence[str], stdin: IO[bytes] | None, stderr: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """A running git with its output in a pipe, in a session of its own: nothing can ask on the terminal."""
        settings = [word for setting in (*_OFF, *self.settings) for word in ("-c", setting)]
        command = ["git", "--no-pager", "--no-replace-objects", f"--git-dir={self.git_dir}", *settings, *args]
        try:
            return subprocess.Popen(
                command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, bufsize=0, pipesize=_PIPE,
                cwd=self.git_dir, env=_environment(self.network) | dict(self.extra), start_new_session=True,
            )  # fmt: skip
        except FileNotFoundError as error:
            if not os.path.isdir(self.git_dir):
                raise TreeError(f"{self.what}: {self.git_dir} is gone; `tracker tree remove` or add it again") from error
            raise TreeError("git is not installed, and trees cannot be read without it; install git") from error
        except OSError as error:
            raise TreeError(f"{self.what}: git cannot be started in {self.git_dir}: {error.strerror}") from error

    @contextlib.contextmanager
    def output(
        self, *args: str, given: Iterable[bytes] = (), ok: tuple[int, ...] = (0,), timeout: float | None = None
    ) -> Iterator[IO[bytes]]:
        """git's output to read from; *given*: lines of its input, which may be many. timeout: seconds for all of it.

        Leaving early ends git. Raises TreeError when git fails; what was read until then was right.
        """
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
            stdin.writelines(line + b"\n" for line in given)
            stdin.seek(0)
            process = self.start(args, stdin, stderr)
            assert process.stdout is not None
            timer = threading.Timer(timeout, _end, (process, False)) if timeout else None
            try:
                if timer:
                    timer.start()
                yield process.stdout
                finished = not process.stdout.read(1)
            except BaseException:
                _end(process)
                raise
            finally:
                if timer:
                    timer.cancel()
            if not finished:
                _end(process)
                return
            process.stdout.close()
            if process.wait() not in ok:
                stderr.seek(0)
                raise self.error(args, stderr.read(_MAX_ERROR))

    def read(self, *args: str, given: Iterable[bytes] = (), ok: tuple[int, ...] = (0,), timeout: float | None = None) -> bytes:
        """All of git's output. For output that is known to be small."""
        with self.output(*args, given=given, ok=ok, timeout=timeout) as out:
            pieces = []
            while piece := out.read(_CHUNK):
                pieces.append(piece)
            return b"".join(pieces)

    def watched(self, *args: str, told: Callable[[bytes], None], stall: float) -> None:
        """Runs git and hands over what it says about its progress; ends it after *stall* seconds of silence.

        Raises TreeError when it fails.
        """
        process = self.start([*args], None, subprocess.STDOUT)
        assert process.stdout is not None
        last = b""
        try:
            while True:
                if not select.select([process.stdout], [], [], stall)[0]:
                    raise TreeError(f"{self.what}: the server was silent for {stall:.0f} seconds; try again later")
                piece = os.read(process.stdout.fileno(), _CHUNK)
                if not piece:
                    break
                told(piece)
                last = (last + piece)[-_MAX_ERROR:]
        except BaseException:
            _end(process)
            raise
        process.stdout.close()
        if process.wait() != 0:
            raise self.error(args, last)

    def error(self, args: Sequence[str], said: bytes) -> TreeError:
        """What git said, on one line and without passwords in URLs."""
        lines = [line.strip() for line in re.split(r"[\r\n]", said.decode("utf-8", "replace"))]
        told = [line for line in lines if line.startswith(("fatal:", "error:"))] or [line for line in lines if line]
        why = _USERINFO.sub("", told[0].partition(": ")[2] or told[0]) if told else "no reason given"
        todo = "check the URL and the network" if self.network else f"see `git -C {self.shown or self.git_dir} fsck`"
        return TreeError(f"{self.what}: git {args[0]} failed: {why[:300]}; {todo}")


def _end(process: subprocess.Popen[bytes], close: bool = True) -> None:
    """Ends git and what it started. close: also our end of its output."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 15)
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
    if close and process.stdout is not None:
        process.stdout.close()


def fields(out: IO[bytes]) -> Iterator[bytes]:
    """The NUL-terminated fields of an output, each cut after a megabyte. Holds no more than a chunk and a field."""
    for some in _field_lists(out):
        yield from some


def records(out: IO[bytes], width: int) -> Iterator[tuple[bytes, ...]]:
    """`fields`, *width* at a time; what is left over at the end is dropped."""
    rest: list[bytes] = []
    for some in _field_lists(out):
        rest += some
        full = len(rest) - len(rest) % width
        yield from zip(*(rest[at:full:width] for at in range(width)), strict=True)
        del rest[:full]


def _field_lists(out: IO[bytes]) -> Iterator[list[bytes]]:
    rest = b""
    while chunk := out.read(_CHUNK):
        parts = chunk.split(b"\0")
        if len(parts) == 1:
            rest = (rest + chunk)[:_MAX_FIELD]
            continue
        parts[0] = rest + parts[0]
        rest = parts.pop()
        yield parts


# --- one repository


@dataclass(frozen=True, slots=True)
class Ref:
    """What one ref points to. sha: of a commit or a tag. symref: the ref it stands for, '' when it is none."""

    sha: str
    symref: str = ""


class Repository:
    """One repository, read only.

    path: as given, a work tree or a bare repository. objects: runs git on its objects without its settings.
    """

    def __init__(self, path: Path, name: str, shells: Path) -> None:
        """Raises TreeError when there is no repository at *path*. shells: a folder of ours for empty repositories."""
        self.path = path
        self.name = name
        self.git_dir = _find(path, name)
        self.common = _common(self.git_dir)
        if not (self.common / "objects").is_dir():
            raise TreeError(f"{name}: {path} is no git repository; name a clone or a bare repository")
        self._place = Git(str(self.git_dir), name, shown=str(path))
        self.hash_name = self._hash_name()
        shell = _shell(shells, self.hash_name)
        extra = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", _quoted(str(self.common / "objects")))]
        if (self.common / "shallow").is_file():
            extra.append(("GIT_SHALLOW_FILE", str(self.common / "shallow")))
        self.objects = Git(str(shell), name, extra=tuple(extra), shown=str(path))

    def _hash_name(self) -> str:
        """'sha1' or 'sha256'."""
        if not (self.common / "config").is_file():
            return "sha1"
        config = str(self.common / "config")
        found = self._place.read("config", f"--file={config}", "--get", "extensions.objectFormat", ok=(0, 1), timeout=_PATIENCE)
        return "sha256" if found.strip() == b"sha256" else "sha1"

    def refs(self) -> dict[str, Ref]:
        """Every branch, remote branch and tag by its full name, HEAD's branch as `HEAD`."""
        found: dict[str, Ref] = {}
        out = self._place.read(
            "for-each-ref", "--format=%(objectname) %(refname)%00%(symref)", "refs/heads", "refs/remotes", "refs/tags",
            timeout=_PATIENCE,
        )  # fmt: skip
        for line in out.decode("utf-8", "surrogateescape").split("\n"):
            sha, _, rest = line.partition(" ")
            name, _, symref = rest.partition("\0")
            if SHA.fullmatch(sha):
                found[name] = Ref(sha, symref)
        said = self._place.read("symbolic-ref", "-q", "HEAD", ok=(0, 1, 128), timeout=_PATIENCE)
        head = said.decode("utf-8", "surrogateescape").strip()
        if head in found:
            found["HEAD"] = Ref(found[head].sha, head)
        return found

    def checked(self, names: Iterable[str], suffix: str = "") -> dict[str, tuple[str, str, int]]:
        """Object id -> (id, type, size) of what it leads to; ids that are not there are left out.

        suffix: `^{commit}` follows tags. names that are no full ids are left out too.
        """
        wanted = [name for name in dict.fromkeys(names) if SHA.fullmatch(name)]
        if not wanted:
            return {}
        out = self.objects.read("cat-file", "--batch-check", "--buffer", given=((one + suffix).encode() for one in wanted))
        found = {}
        for name, line in zip(wanted, out.decode("ascii", "replace").split("\n"), strict=False):
            words = line.split(" ")
            if len(words) == 3 and words[2].isdigit():
                found[name] = (words[0], words[1], int(words[2]))
        return found

    @property
    def id_size(self) -> int:
        """Bytes of an object's id."""
        return 32 if self.hash_name == "sha256" else 20

    @property
    def shallow(self) -> str:
        """What tells a shallow clone's edge from another one's; '' when the clone has all."""
        try:
            return hashlib.sha256((self.common / "shallow").read_bytes()).hexdigest()
        except OSError:
            return ""

    @property
    def partial(self) -> bool:
        """Whether objects may be missing on purpose."""
        return any((self.common / "objects" / "pack").glob("*.promisor"))


def _find(path: Path, name: str) -> Path:
    """The git directory of a work tree, a linked work tree, a submodule or a bare repository."""
    try:
        path = path.resolve()
        dot = path / ".git"
        if dot.is_dir():
            return dot
        if dot.is_file():
            head, _, where = dot.read_text("utf-8", "surrogateescape")[:5_000].partition(": ")
            if head == "gitdir":
                return (path / where.rstrip("\n")).resolve()
        if (path / "HEAD").is_file():
            return path
    except (OSError, ValueError) as error:
        raise TreeError(f"{name}: {path} cannot be read: {error}; check the path and its permissions") from error
    what = "no git repository" if path.exists() else "not there"
    raise TreeError(f"{name}: {path} is {what}; name a clone or a bare repository")


def _common(git_dir: Path) -> Path:
    """Where the objects and settings are: another folder for a linked work tree (gitrepository-layout, commondir)."""
    with contextlib.suppress(OSError, ValueError):
        where = (git_dir / "commondir").read_text("utf-8", "surrogateescape")[:5_000].rstrip("\n")
        if where:
            return (git_dir / where).resolve()
    return git_dir


def _quoted(path: str) -> str:
    """A path for a list with colons between: in double quotes, as git reads C strings (git(1), GIT_ALTERNATE_…)."""
    escaped = "".join(f"\\{char}" if char in '"\\' else char for char in path)
    return f'"{escaped}"'


def _shell(folder: Path, hash_name: str) -> Path:
    """An empty bare repository of ours; made when it is not there."""
    shell = folder / f"empty-{hash_name}.git"
    version, extension = (0, "") if hash_name == "sha1" else (1, f"[extensions]\n\tobjectFormat = {hash_name}\n")
    wanted = {
        "config": f"[core]\n\trepositoryFormatVersion = {version}\n\tbare = true\n{extension}",
        "HEAD": "ref: refs/heads/none\n",
    }
    try:
        for part in ("objects/pack", "objects/info", "refs/heads"):
            (shell / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in wanted.items():
            file = shell / name
            if not file.is_file() or file.read_text("utf-8", "replace") != text:
                made = shell / f"{name}.{os.getpid()}.{time.monotonic_ns()}"
                made.write_text(text, "utf-8")
                made.replace(file)
    except OSError as error:
        raise TreeError(f"{shell} cannot be written: {error.strerror}; check the cache folder") from error
    return shell
