"""Mail from folders: Maildir (with Maildir++ and nested folders), MH, or just files of mail.

A folder with `cur` or `new` in it is a Maildir (https://cr.yp.to/proto/maildir.html): every file in these is one mail,
`tmp` is never looked at, nothing is moved and no flag changed. Beside these, files are read when they look like mail. In
any other folder each file is looked into: a mail (`*.eml`, MH's numbers, whatever its name is) or an mbox (`git
format-patch` writes one for each patch), packed or not.
Names that begin with a dot are passed over, but for Maildir++ folders (`.Sent/cur`).

Keys are stable, so that a second import reads only what is new: the path below the folder without `new`, `cur` and the
flags after the colon, which change when a mail client shows a mail.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Container, Iterator
from pathlib import Path

from tracker.sources.base import BadInput, Problems, Report, SourceError
from tracker.sources.mbox import looks_like_mail, read_mbox

_MAX_DEPTH = 32


def read_maildir(path: Path | str, *, known: Container[str] = (), report: Report | None = None) -> Iterator[tuple[str, bytes]]:
    """(key, mail) of every mail below *path* whose key is not in *known*; in the order of folders and names.

    A file of several mails gives the keys `NAME`, `NAME#2`, … . Files that cannot be read or hold no mail are told to
    *report*, and without it the first of them is raised after the last mail. Errors: BadInput when *path* is no
    folder, or holds no file at all and is no Maildir.
    """
    root = Path(path)
    if not root.is_dir():
        raise BadInput("no such folder" if not root.exists() else "not a folder", root)
    problems = Problems(report)
    found = is_maildir(root)
    for file, key, alone in _files(root, root, problems, 0):
        found = True
        if key in known and (alone or _like_mail(file)):  # an mbox may have grown
            continue
        try:
            if alone:
                yield key, _one_mail(file)
            else:
                for number, raw in enumerate(_some_mails(file), 1):
                    name = key if number == 1 else f"{key}#{number}"
                    if name not in known:
                        yield name, raw
        except SourceError as problem:
            problems.tell(problem)
    if not found:
        raise BadInput("no mail in it: neither a Maildir nor a folder of mail files", root)
    problems.finish()


def is_maildir(path: Path) -> bool:
    """Whether *path* is one Maildir."""
    return (path / "cur").is_dir() or (path / "new").is_dir()


def _files(root: Path, folder: Path, problems: Problems, depth: int) -> Iterator[tuple[Path, str, bool]]:
    """(file, key, whether it is one mail whatever is in it) of *folder* and the folders in it, in order of the keys."""
    maildir = is_maildir(folder)
    if maildir:
        for file in sorted(_inside(folder / "new", problems) + _inside(folder / "cur", problems), key=_unique):
            if not file.name.startswith(".") and not file.is_dir():
                yield file, _key(root, folder / _unique(file)), True
    for entry in sorted(_inside(folder, problems), key=lambda p: p.name):
        if entry.is_dir():
            if depth < _MAX_DEPTH and not entry.is_symlink() and _worth(entry, maildir):
                yield from _files(root, entry, problems, depth + 1)
        elif not entry.name.startswith(".") and (not maildir or _like_mail(entry)):
            yield entry, _key(root, entry), entry.suffix == ".eml"


def _worth(folder: Path, inside_maildir: bool) -> bool:
    """Whether to look for mail in *folder*."""
    if inside_maildir and folder.name in ("cur", "new", "tmp"):
        return False
    return is_maildir(folder) or not (inside_maildir or folder.name.startswith("."))


def _like_mail(file: Path) -> bool:
    """Whether *file* is, by its beginning, one mail: no mbox, and none of the data that programs keep in a Maildir."""
    with contextlib.suppress(SourceError, OSError):
        _check(file)
        with file.open("rb") as opened:
            return looks_like_mail(opened.read(8192))
    return False


def _inside(folder: Path, problems: Problems) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []  # a Maildir without `new` or `cur`
    except OSError as ex:
        problems.tell(BadInput(f"cannot be read: {ex.strerror}", folder))
        return []


def _unique(file: Path) -> str:
    return file.name.partition(":")[0]


def _key(root: Path, file: Path) -> str:
    """The path below *root*, always valid text: file names are bytes."""
    return os.fsencode(file.relative_to(root)).decode("utf-8", "backslashreplace")


def _one_mail(file: Path) -> bytes:
    """The mail in *file*; a "From " line that a delivery program left in front is taken off."""
    raw = _content(file)
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    if not raw.strip():
        raise BadInput("there is nothing in it", file)
    return raw


def _some_mails(file: Path) -> Iterator[bytes]:
    _check(file)
    yield from read_mbox(file)


def _content(file: Path) -> bytes:
    _check(file)
    try:
        return file.read_bytes()
    except OSError as ex:
        raise BadInput(f"cannot be read: {ex.strerror}", file) from ex


def _check(file: Path) -> None:
    """Raises BadInput unless *file* is a plain file: reading a pipe or a device could wait for ever."""
    try:
        found = file.stat()
    except OSError as ex:
        raise BadInput(f"cannot be read: {ex.strerror}", file) from ex
    if not stat.S_ISREG(found.st_mode):
        raise BadInput("not a plain file", file)
