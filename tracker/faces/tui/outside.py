"""What leaves the program: URLs for a browser, mailboxes and drafts for a mail client, patches for b4."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from tracker.store import read
from tracker.store.mail import read_many


def url(server: str, msgid: str) -> str:
    """The page of a mail on a public-inbox server."""
    return f"{server.rstrip('/')}/{quote(msgid, safe='@!$()*,:=~+')}/"


def raws(con: sqlite3.Connection, number: int) -> list[bytes]:
    """The mails of a topic's threads, by date."""
    found = sorted(read.rows_by_id(con, read.threads_of(con, number)).values(), key=lambda row: (row.date or 0, row.id))
    texts = read_many(con, [row.id for row in found])
    return [texts[row.id] for row in found if row.id in texts]


def write_mbox(path: Path, mails: Sequence[bytes]) -> None:
    """Write an mboxrd that only the user can read. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        for raw in mails:
            file.write(_as_mboxrd(raw))


def _as_mboxrd(raw: bytes) -> bytes:
    """One mail with its separator; lines that look like one are quoted, as Postfix and public-inbox do."""
    lines = raw.replace(b"\r\n", b"\n").split(b"\n")
    if lines and lines[0].startswith(b"From "):
        lines = lines[1:]
    quoted = [b">" + one if one.lstrip(b">").startswith(b"From ") else one for one in lines]
    return b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + b"\n".join(quoted).rstrip(b"\n") + b"\n\n"


def private_file(suffix: str) -> Path:
    """A new file that only the user can read, in a folder that is cleaned up by the system. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix="tracker-", suffix=suffix)
    os.close(descriptor)
    return Path(name)


def mailbox_command(path: Path, environ: Mapping[str, str]) -> list[str]:
    """What opens a mailbox: $MAILER, else mutt, neomutt or aerc, else the pager.

    `{}` in $MAILER stands for the file; without it mutt's `-f FILE` or the file alone is added.
    """
    for command in (environ.get("MAILER", ""), "mutt", "neomutt", "aerc"):
        words = shlex.split(command) if command else []
        if not words or shutil.which(words[0]) is None:
            continue
        if any("{}" in word for word in words):
            return [word.replace("{}", str(path)) for word in words]
        name = Path(words[0]).name
        more = {"mutt": ["-R", "-f", str(path)], "neomutt": ["-R", "-f", str(path)], "aerc": [f"mbox:{path}"]}
        return [*words, *more.get(name, [str(path)])]
    return [*shlex.split(environ.get("PAGER") or "less"), str(path)]


def draft_command(path: Path, environ: Mapping[str, str]) -> list[str]:
    """What takes up a draft: mutt and neomutt with `-H`, else the user's editor. Nothing is sent by us."""
    words = shlex.split(environ.get("MAILER", ""))
    name = Path(words[0]).name if words else next((one for one in ("mutt", "neomutt") if shutil.which(one)), "")
    if words and shutil.which(words[0]) and any("{}" in word for word in words):
        return [word.replace("{}", str(path)) for word in words]
    if name in ("mutt", "neomutt"):
        return [*(words or [name]), "-H", str(path)]
    return [*shlex.split(environ.get("VISUAL") or environ.get("EDITOR") or "vi"), str(path)]


def drafts_folder(data: Path) -> Path:
    """Where drafts are kept, 0700. Raises OSError."""
    folder = data / "drafts"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_draft(data: Path, text: str) -> Path:
    """A draft as a file of its own, 0600. Raises OSError."""
    path = drafts_folder(data) / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.eml"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return path


def branch_of(repository: Path) -> str:
    """`on branch NAME`, or that none is checked out."""
    name = _git("-C", str(repository), "symbolic-ref", "--quiet", "--short", "HEAD")
    return f"on branch {name}" if name else "on no branch (detached HEAD)"


def senders(addresses: Sequence[str]) -> tuple[str, ...]:
    """The user's addresses with, before them, the first one as a mail names its sender: with git's user.name."""
    name = " ".join(_git("config", "user.name").split())
    if not addresses or not name:
        return tuple(addresses)
    if not name.replace(" ", "").replace("-", "").isalnum() or not name.isascii():
        name = '"' + name.replace("\\", "").replace('"', "") + '"'
    return (f"{name} <{addresses[0]}>", *addresses)


def _git(*words: str) -> str:
    """What git answers, '' when it does not."""
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def apply_command(msgid: str, version: int, mbox: Path) -> list[str]:
    """`b4 shazam` of one version in a local mailbox, to be run in a repository. msgid: of the series.

    `--offline-mode`: else b4 looks on lore for newer versions and trailers, by titles and patch-ids.
    """
    # b4 of the same installation; a folder of that name in the repository must not be taken for it (-P).
    return [sys.executable, "-P", "-m", "b4.command", "--offline-mode", "shazam", "-m", str(mbox), "-v", str(version), msgid]
