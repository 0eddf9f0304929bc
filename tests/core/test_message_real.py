"""Our parsing against the standard library's `email`, on real mail. VIOLATIONS.md explains every kind of difference."""

from __future__ import annotations

import email
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as StandardMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tracker.core.message import Message, parse
from tracker.sources.inbox import read_epoch

FIELDS = ("subject", "from", "to", "cc", "message-id", "references", "in-reply-to", "date", "list-id")
# Folders of odd mail beside the archive.
EXPLAINED = (
    "blanks around encoded words", "email raises", "undecodable bytes", "multipart without parts", "forwarded mail inside",
    "payload, base64", "content type with bytes above 127", "date out of 1970 to 2100",
)  # fmt: skip
ODD = ("lore-sampler", "notmuch", "aerc", "public-inbox", "patchwork/patchwork/tests/data/fuzz")


def standard_text(value: object) -> str | None:
    """A header value as `email` decodes it on one line; None where it raises."""
    try:
        text = str(make_header(decode_header(re.sub(r"\r?\n(?=[ \t])", "", str(value)))))
    except (UnicodeError, LookupError, ValueError, MessageError):
        return None
    return " ".join(text.split())


def field_differences(ours: Message, theirs: StandardMessage) -> Iterator[str]:
    for name in FIELDS:
        value = theirs.get(name)
        if (value is None) != (ours.field(name) is None):
            yield f"{name}: only one has it"
        elif value is not None:
            text = " ".join(ours.header(name).split())
            other = standard_text(value)
            if text != other:
                yield f"{name}: {why(text, other)}"


def why(ours: str, theirs: str | None) -> str:
    """The kind of difference between two readings of a header."""
    if theirs is None:
        return "email raises"
    if ours.replace(" ", "") == theirs.replace(" ", ""):
        return "blanks around encoded words"
    if "\ufffd" in theirs:
        return "undecodable bytes"
    return f"{ours!r} is not {theirs!r}"


def part_differences(ours: Message, theirs: StandardMessage) -> Iterator[str]:
    leaves = [part for part in theirs.walk() if not part.is_multipart()]
    if any(part.get_content_type() == "message/rfc822" for part in theirs.walk()):
        yield "forwarded mail inside"
        return
    if len(leaves) != len(ours.parts):
        yield f"{len(ours.parts)} parts are not {len(leaves)}"
        return
    for mine, other in zip(ours.parts, leaves, strict=True):
        if other.get_content_maintype() == "multipart":
            yield "multipart without parts"
            continue
        if mine.content_type != other.get_content_type():
            yield "content type with bytes above 127" if not mine.content_type.isascii() else f"type {mine.content_type}"
        payload = other.get_payload(decode=True) or b""
        if mine.payload != payload:
            encoding = str(other.get("content-transfer-encoding", "")).strip().lower()
            yield f"payload, {encoding}"


def date_differences(ours: Message, theirs: StandardMessage) -> Iterator[str]:
    value = theirs.get("date")
    try:
        other = int(parsedate_to_datetime(str(value)).timestamp()) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        other = None
    if ours.date != other:
        yield "date out of 1970 to 2100" if ours.date is None else f"date {ours.date} is not {other}"


def compare(raws: Iterator[bytes]) -> tuple[int, Counter[str]]:
    count, found = 0, Counter[str]()
    for raw in raws:
        count += 1
        ours, theirs = parse(raw), email.message_from_bytes(raw)
        for differences in (field_differences, part_differences, date_differences):
            found.update(differences(ours, theirs))
    return count, found


def test_the_unionfs_archive(real_data: Path, tmp_path: Path) -> None:
    """8,481 mails: nine fields, every part and the date read alike, but for what VIOLATIONS.md lists."""
    clone = tmp_path / "epoch.git"
    bundle = real_data / "archives/linux-unionfs.0.bundle"
    subprocess.run(["git", "clone", "-q", "--mirror", str(bundle), str(clone)], check=True)
    count, found = compare(raw for _, raw in read_epoch(clone))
    assert count == 8481
    explained = {
        "from: blanks around encoded words", "to: blanks around encoded words", "cc: blanks around encoded words",
        "subject: email raises", "forwarded mail inside", "date out of 1970 to 2100", "multipart without parts",
        "payload, base64",
    }  # fmt: skip
    assert set(found) <= explained, found
    assert sum(found.values()) < 20


@pytest.mark.parametrize("folder", ODD)
def test_odd_mail(folder: str, real_data: Path) -> None:
    """Mails picked for what they do wrong: every difference is of a kind that VIOLATIONS.md explains."""
    every = sorted((real_data / "corpora" / folder).rglob("*"))
    files = [path for path in every if path.is_file() and path.suffix != ".json"]
    count, found = compare(path.read_bytes() for path in files)
    assert count > 10
    odd = {kind for kind in found if not kind.endswith(EXPLAINED)}
    if folder.endswith(("fuzz", "public-inbox")):  # lone CRs, which `email` takes for line ends, and cut fields
        fuzzed = ("only one has it", "payload", "is not", "parts are not")
        odd = {kind for kind in odd if not any(word in kind for word in fuzzed)}
    assert odd == set()
