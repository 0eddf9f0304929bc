"""Decoded bodies of real mail for tests, read without the program: the standard library's email and git."""

from __future__ import annotations

import email
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_SEPARATOR = re.compile(rb"(?:\A|\n)From [^\n]*\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_ENV = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
for _who in ("AUTHOR", "COMMITTER"):
    _ENV |= {f"GIT_{_who}_NAME": "Anna", f"GIT_{_who}_EMAIL": "anna@example.org", f"GIT_{_who}_DATE": "1717000000 +0000"}


def git(*args: str, cwd: Path | None = None, stdin: bytes = b"") -> bytes:
    """What a git command prints, without anybody's configuration."""
    done = subprocess.run(["git", *args], cwd=cwd or Path("/"), input=stdin, capture_output=True, check=True, env=_ENV)
    return done.stdout


def bodies_of(raw: bytes) -> list[bytes]:
    """All leaves of a mail with their transfer encoding undone."""
    leaves = (part for part in email.message_from_bytes(raw).walk() if not part.is_multipart())
    payloads = (part.get_payload(decode=True) for part in leaves)
    return [payload for payload in payloads if isinstance(payload, bytes)]


def folder_mails(folder: Path) -> Iterator[bytes]:
    """The raw mails of all mbox and eml files below *folder*, in the order of their names."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".eml":
            yield path.read_bytes()
        elif path.suffix == ".mbox":
            for raw in _SEPARATOR.split(path.read_bytes())[1:]:
                yield _QUOTED_FROM.sub(rb"\1", raw)


def bundle_mails(bundle: Path, work: Path) -> list[bytes]:
    """The raw mails of a public-inbox epoch, oldest first."""
    clone = work / "archive.git"
    if not clone.exists():
        git("clone", "--quiet", "--mirror", str(bundle), str(clone))
    commits = git("rev-list", "--all", "--reverse", cwd=clone).split()
    out = git("cat-file", "--batch", cwd=clone, stdin=b"".join(commit + b":m\n" for commit in commits))
    mails, pos = [], 0
    while pos < len(out):
        line = out.index(b"\n", pos)
        fields = out[pos:line].split(b" ")
        pos = line + 1
        if fields[1] == b"blob":
            mails.append(out[pos : pos + int(fields[2])])
            pos += int(fields[2]) + 1
    return mails


def git_patch_ids(texts: Iterable[bytes]) -> list[list[str]]:
    """What `git patch-id --stable` prints for each text, in one process.

    In front of each text stands a patch of its own under the text's number as commit id; git starts afresh behind it.
    """
    texts = list(texts)
    stream = bytearray()
    for number, text in enumerate(texts, 1):
        stream += b"From %040x\ndiff marker\n#\n" % number + text
        stream += b"" if text.endswith(b"\n") else b"\n"
    found: list[list[str]] = [[] for _ in texts]
    at = -1
    for line in git("patch-id", "--stable", stdin=bytes(stream)).decode().splitlines():
        value, commit = line.split()
        if 0 < int(commit, 16) <= len(texts):
            at = int(commit, 16) - 1
        else:
            found[at].append(value)
    return found
