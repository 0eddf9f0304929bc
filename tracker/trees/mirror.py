"""Bare mirrors of remote trees in the cache: branches and tags, without file contents where the server allows that."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tracker.trees.git import PROTOCOLS, Git, TreeError
from tracker.trees.reading import Progress

STALL = 300.0  # seconds of silence after which a server is given up
_SETTINGS = ("fetch.writeCommitGraph=true", "http.lowSpeedLimit=500", f"http.lowSpeedTime={STALL:.0f}")
_SCHEMES = frozenset(PROTOCOLS.split(":"))
_STEP = re.compile(rb"(?:remote: )?([A-Z][a-z]+(?: [a-z]+)*): +(?:\d+% \()?(\d+)(?:/(\d+)\))?")
_HOST = re.compile(r"[A-Za-z0-9_.\[\]:-]+")
# git's own leavings after it was killed; only ours write here, and one at a time.
_LEFT = ("*.lock", "refs/**/*.lock", "objects/pack/tmp_*", "objects/pack/*.lock", "objects/info/*.lock", "objects/**/tmp_obj_*")
_CONFIG = """[core]
	repositoryFormatVersion = {version}
	bare = true
{extension}[remote "origin"]
	url = "{url}"
	fetch = +refs/heads/*:refs/heads/*
	fetch = +refs/tags/*:refs/tags/*
	tagOpt = --no-tags
	promisor = true
	partialCloneFilter = blob:none
"""
_ALL_REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


def _no_progress(what: str, done: int, total: int | None) -> None:
    """Tells nobody."""


def is_url(text: str) -> bool:
    """Whether a tree's place is to be mirrored rather than read in place."""
    return "://" in text


def checked_url(url: str) -> str:
    """*url* when it may be fetched from, else TreeError: only https, http, git, ssh and file, and nothing like an option."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise TreeError(f"{url}: no URL: {error}; give https://HOST/PATH") from error
    if parts.scheme not in _SCHEMES:
        raise TreeError(f"{url}: only {', '.join(sorted(_SCHEMES))} URLs are mirrored; give one of these or a path")
    plain = url.isprintable() and not set(url) & set(' "\\')
    named = _HOST.fullmatch(host) is not None and not host.startswith("-") if parts.scheme != "file" else not parts.netloc
    if not plain or not named or len(parts.path) < 2 or (parts.username or "").startswith("-"):
        raise TreeError(f"{url}: not a repository's URL; give https://HOST/PATH")
    return url


def mirror(url: str, path: Path, name: str, progress: Progress = _no_progress) -> Path:
    """Makes or updates the bare repository at *path* from *url*; returns *path*.

    The main branch comes first and by itself, then the rest: what is complete is kept when it is ended early, and the
    next call goes on from there. Branches that the server no longer has are removed. Raises TreeError.
    """
    checked_url(url)
    with _alone(path, name):
        _prepare(path, url, name)
        git = Git(str(path), name, network=True, settings=_SETTINGS)
        head = _head(git)
        if head and not any((path / "objects" / "pack").glob("*.pack")):
            _fetch(git, progress, f"+{head}:{head}")
        _fetch(git, progress, *_ALL_REFS, prune=True)
        if head:
            (path / "HEAD").write_text(f"ref: {head}\n", "utf-8")
        progress("done", 1, 1)
    return path


@contextlib.contextmanager
def _alone(path: Path, name: str) -> Iterator[None]:
    """One process a mirror; the lock goes away with the process that held it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise TreeError(f"{name}: {path} cannot be written: {error.strerror}; check the cache folder") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise TreeError(f"{name}: another tracker is fetching it; wait for it to end") from error
    finally:
        os.close(handle)


def _prepare(path: Path, url: str, name: str) -> None:
    """The empty repository and its settings, and what a killed git left taken away."""
    try:
        for part in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
            (path / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        for pattern in _LEFT:
            for left in path.glob(pattern):
                left.unlink(missing_ok=True)
        if not (path / "HEAD").is_file():
            (path / "HEAD").write_text("ref: refs/heads/master\n", "utf-8")
        # Whether the server filters or not, a fetch with this extension takes what it gets.
        text = _CONFIG.format(version=1, extension="[extensions]\n\tpartialClone = origin\n", url=url)
        made = path / "config.new"
        made.write_text(text, "utf-8")
        made.replace(path / "config")
    except OSError as error:
        raise TreeError(f"{name}: {path} cannot be written: {error.strerror}; check the cache folder") from error


def _head(git: Git) -> str:
    """The server's main branch by its full name, '' when it names none."""
    said = git.read("ls-remote", "--symref", "origin", "HEAD", timeout=STALL).decode("utf-8", "replace")
    found = re.match(r"ref: (refs/heads/[^\s~^:?*\[\\]+)\tHEAD\n", said)
    return found[1] if found and ".." not in found[1] else ""


def _fetch(git: Git, progress: Progress, *refs: str, prune: bool = False) -> None:
    rest = b""

    def told(piece: bytes) -> None:
        nonlocal rest
        lines = re.split(rb"[\r\n]", (rest + piece)[-8_000:])
        rest = lines.pop()
        for line in lines:
            step = _STEP.match(line)
            if step:
                progress(step[1].decode("ascii").lower(), int(step[2]), int(step[3]) if step[3] else None)

    options = ["--progress", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--filter=blob:none", "--force"]
    options += ["--prune"] if prune else []
    git.watched("fetch", *options, "origin", *refs, told=told, stall=STALL)
