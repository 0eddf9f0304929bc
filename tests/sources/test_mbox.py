"""mbox files of every kind become the mails that were put in."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mailbox
import random
import re
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.sources import mbox
from tracker.sources.base import BadInput, Truncated
from tracker.sources.mbox import Splitter, is_from_line, read_mbox, split_mbox

from .conftest import THREAD, as_mboxrd, make_mail

RD = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"
PLAIN = b"From ann@example.org Mon Jan  5 12:00:00 2026\n"
GIT = b"From 2a010c41285345da60cece35575b4e0af7e7bf44 Mon Sep 17 00:00:00 2001\n"


def read(data: bytes) -> list[bytes]:
    return list(read_mbox(io.BytesIO(data)))


def mail(body: bytes) -> bytes:
    return b"From: Ann <ann@example.org>\nSubject: x\n\n" + body


def mboxrd(mails: list[bytes]) -> bytes:
    """As public-inbox's Mbox.pm writes it."""
    return b"".join(RD + re.sub(rb"^(>*From )", rb">\1", raw, flags=re.MULTILINE) + b"\n" for raw in mails)


# Separators


@pytest.mark.parametrize(
    "line",
    [
        b"From mboxrd@z Thu Jan  1 00:00:00 1970",
        b"From a@example.org Fri Jul  8 12:08:34 2011\r",
        b"From a@example.org  Fri Jul 08 12:08 2011",
        b"From a at example.org Fri Jul  8 12:08:34 MEST 2011",
        b"From - Fri Jul  8 12:08:34 2011 +0200",
        b"From MAILER-DAEMON Fri, 8 Jul 2011 12:08:34 -0700",
    ],
)
def test_from_lines_as_programs_write_them(line: bytes) -> None:
    """A separator has somebody and a date as asctime, date or RFC 5322 write it."""
    assert is_from_line(line)


@pytest.mark.parametrize(
    "line",
    [
        b"From: Ann <ann@example.org>",
        b"From the beginning of 2011 until 12:08 on Friday",
        b"From Monday, Jul 8 2011 at 12:08 we meet",
        b"From a@example.org",
        b">From a@example.org Fri Jul  8 12:08:34 2011",
        b"From a@example.org Fri Jul  8 12:08:34" + b" " * 2000 + b"2011",
    ],
)
def test_prose_is_no_from_line(line: bytes) -> None:
    """A line of text that begins with From, even with a time or a weekday, is none."""
    assert not is_from_line(line)


def test_lines_made_to_confuse_are_read_in_a_moment() -> None:
    """A megabyte of almost-separators is one mail, found in linear time (the test would hang otherwise)."""
    evil = b"From " + b" Mon " * 190 + b"\n"
    (raw,) = read(PLAIN + mail(b"\n" + evil * 1100))
    assert len(raw) > 1_000_000


def test_text_that_begins_with_from_separates_nothing() -> None:
    """Without a date, or within a paragraph of text, a From line is text; after an empty line or before a field it is not."""
    body = b"So\n\nFrom here on\nFrom a@example.org Mon Jan  5 12:00:00 2026\nit is text.\n"
    assert read(PLAIN + mail(body) + b"\n" + PLAIN + mail(b"2\n")) == [mail(body), mail(b"2\n")]
    assert read(PLAIN + mail(b"1\n") + PLAIN + mail(b"2\n")) == [mail(b"1\n"), mail(b"2\n")]


# Variants


def test_mboxrd_loses_one_level_of_quoting_and_its_one_newline() -> None:
    """Each quoted From line loses one >, quoted text stays, and a mail without a last newline gets none."""
    first, second = mail(b">From here\n>>From there\n> From me\n>>>>From all\n"), mail(b"no newline")
    unquoted = mail(b"From here\n>From there\n> From me\n>>>From all\n")
    assert read(RD + first + b"\n" + RD + second + b"\n" + RD + first + b"\n") == [unquoted, second, unquoted]


def test_mboxo_loses_the_quoting_that_it_has() -> None:
    """What Python's mailbox module writes comes back as it was; a >>From line never was quoted."""
    body = b"\nFrom here\n>>From there\n"
    quoted = body.replace(b"\nFrom", b"\n>From")
    assert read(PLAIN + mail(quoted) + b"\n" + PLAIN + mail(quoted) + b"\n") == [mail(body)] * 2


def test_what_pythons_mailbox_writes_is_read_back(tmp_path: Path) -> None:
    """Mails with From lines in the text, written by the standard library, are the same mails."""
    box = mailbox.mbox(tmp_path / "box")
    mails = [mail(b"\nFrom here\n"), mail(b"text\n"), mail(b"\n\nFrom there\n\n")]
    for raw in mails:
        box.add(raw)
    box.close()
    assert list(read_mbox(tmp_path / "box")) == mails


def test_patches_of_git_are_not_unquoted() -> None:
    """`git format-patch` quotes nothing, so >From in its files is what the author wrote."""
    body = b">From here\n---\n x | 1 +\n"
    assert read(GIT + mail(body) + b"\n" + GIT + mail(body) + b"\n") == [mail(body)] * 2


def test_one_mail_without_a_from_line_is_one_mail() -> None:
    """A file that is a mail is that mail, byte by byte, whatever lines are in it."""
    raw = mail(b">From here\n\nFrom a@example.org Mon Jan  5 12:00:00 2026\nFrom: text\n\n")
    assert read(raw) == [raw]
    assert read(b"Received: by x\n  with y\n" + raw) == [b"Received: by x\n  with y\n" + raw]


def test_crlf_files_are_split_the_same() -> None:
    """Line ends of CRLF separate and quote like others and stay in the mails."""
    mails = [mail(b"From here\n\n1\n"), mail(b"2\n")]
    for data in (mboxrd(mails), (PLAIN + mail(b">From here\n\n1\n") + b"\n" + PLAIN + mail(b"2\n") + b"\n")):
        assert read(data.replace(b"\n", b"\r\n")) == [raw.replace(b"\n", b"\r\n") for raw in mails]


def test_each_mail_has_line_ends_of_its_own() -> None:
    """public-inbox ends each mail with a newline of its own; a CR in front of it is only taken off in a file of CRLF."""
    crlf, bare = mail(b"1\n").replace(b"\n", b"\r\n"), mail(b"text\r")
    data = RD.replace(b"\n", b"\r\n") + crlf + b"\n" + RD + bare + b"\n" + RD.replace(b"\n", b"\r\n") + crlf + b"\n"
    assert read(data) == [crlf, bare, crlf]


def test_an_mboxrd_separates_before_anything() -> None:
    """What follows a separator of an mboxrd need not be a field, as with mails whose headers are broken."""
    broken = b"no field\nSubject: x\n\ntext\n"
    assert read(RD + mail(b"no newline") + b"\n" + RD + broken + b"\n") == [mail(b"no newline"), broken]


def test_a_missing_end_and_empty_lines_around_are_no_matter() -> None:
    """A last mail without newline is given, white space in front and mails of nothing are not."""
    assert read(b"\n \n" + PLAIN + mail(b"1\n") + b"\n" + PLAIN + b"\n" + PLAIN + mail(b"end")) == [mail(b"1\n"), mail(b"end")]


_LINES = st.sampled_from(
    [
        b"From ",
        b">From x",
        b">>From ",
        b"From a@x Mon Jan  5 12:00:00 2026",
        b"",
        b"> ",
        b"text",
        b"Subject: y",
        b"\r",
        b"\x00\xff",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(_LINES, max_size=8), min_size=1, max_size=4), st.integers(1, 60))
def test_any_mails_survive_an_mboxrd_in_any_pieces(bodies: list[list[bytes]], size: int) -> None:
    """Whatever is in mails, and wherever the pieces are cut, an mboxrd gives back exactly them."""
    mails = [mail(b"\n".join(lines)) for lines in bodies]
    data, splitter = mboxrd(mails), Splitter()
    got = [raw for at in range(0, len(data), size) for raw in splitter.feed(data[at : at + size])]
    assert [*got, *splitter.finish()] == mails
    assert split_mbox(data) == mails


# Packing

PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gz", gzip.compress),
    ("bz2", lambda data: bz2.compress(data, 1)),
    ("xz", lambda data: lzma.compress(data, preset=0)),
    ("zst", zstandard.ZstdCompressor().compress),
]


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_packed_files_are_known_by_their_content(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    """gz, bz2, xz and zst are unpacked whatever the file is called, also several in one file and one in another."""
    half, other = as_mboxrd(THREAD[:5]), as_mboxrd(THREAD[5:])
    for number, data in enumerate((pack(half + other), pack(half) + pack(other), gzip.compress(pack(half + other)))):
        path = tmp_path / f"{number}.dat"
        path.write_bytes(data)
        assert list(read_mbox(path)) == THREAD, f"{name} {number}"


@pytest.mark.parametrize(("name", "pack"), PACKERS)
def test_a_cut_file_gives_its_whole_mails_and_then_an_error(name: str, pack: Callable[[bytes], bytes]) -> None:
    """Of packed data that ends early the mails before the cut are given, and then Truncated is raised."""
    mails = [make_mail(f"{n}@example.org", "noise", random.Random(n).randbytes(10_000).hex() + "\n") for n in range(40)]
    data = pack(as_mboxrd(mails))
    got: list[bytes] = []
    with pytest.raises(Truncated, match=r"too early|damaged"):
        got.extend(read_mbox(io.BytesIO(data[: len(data) // 2])))
    assert got == mails[: len(got)]
    assert len(got) >= 10, name


def test_a_source_that_gives_single_bytes_is_read() -> None:
    """A pipe may give few bytes at a time, also within the headers that packed data has in its middle."""

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1, size or 0))

    for _, pack in PACKERS:
        assert list(read_mbox(Slow(pack(as_mboxrd(THREAD[:1])) + pack(as_mboxrd(THREAD[1:4]))))) == THREAD[:4]


def test_a_wrong_checksum_is_an_error() -> None:
    """A file whose checksum is wrong is not taken for whole."""
    data = gzip.compress(as_mboxrd(THREAD))
    with pytest.raises(Truncated, match="damaged"):
        read(data[:-8] + bytes([data[-8] ^ 1]) + data[-7:])


def test_memory_is_bounded() -> None:
    """30 MB of packed mails are read with 3 MB of memory."""
    raw = as_mboxrd(THREAD)
    data = gzip.compress(raw * (30_000_000 // len(raw)), 1)
    tracemalloc.start()
    count = sum(1 for _ in read_mbox(io.BytesIO(data)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 30_000_000 // len(raw) * len(THREAD)
    assert peak < 3_000_000


# What is no mbox


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing in it"),
        (b"\n \n", "nothing in it"),
        (b"<!doctype html><html>\n\nFrom a@x Mon Jan  5 12:00:00 2026\n", "web page"),
        (bytes(range(256)) * 40, "binary"),
        (b"key: value\nother: 7\n\n", "neither an mbox nor a mail"),
        (b"From here on it is text.\n", "neither an mbox nor a mail"),
        (gzip.compress(b"not a mail", mtime=0), "neither an mbox nor a mail"),
    ],
)
def test_what_is_no_mail_is_told_in_one_line(data: bytes, words: str) -> None:
    """Nothing, a page, junk and other texts are BadInput that names the input and what it is."""
    with pytest.raises(BadInput, match=words) as caught:
        read(data)
    assert str(caught.value).startswith("standard input: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file and a folder are BadInput with the system's words."""
    with pytest.raises(BadInput, match="No such file"):
        list(read_mbox(tmp_path / "missing"))
    with pytest.raises(BadInput, match="Is a directory"):
        list(read_mbox(tmp_path))


def test_a_mail_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail larger than any mail ends reading instead of filling memory; those before it are given."""
    monkeypatch.setattr(mbox, "MAX_MESSAGE", 1 << 20)
    got: list[bytes] = []
    with pytest.raises(BadInput, match="more than 1 MiB"):
        got.extend(read_mbox(io.BytesIO(PLAIN + mail(b"1\n") + b"\n" + PLAIN + mail(b"x\n" * 3_000_000))))
    assert got == [mail(b"1\n")]


# Real files


def test_real_files_are_split_as_git_does(real_data: Path, tmp_path: Path) -> None:
    """On every mbox of the test data the mails are those of `git mailsplit`, but for the mbox's own newline."""
    files = [path for path in sorted(real_data.rglob("*.mbox")) if path.stat().st_size]
    assert len(files) > 100
    for number, path in enumerate(files):
        ours, theirs = list(read_mbox(path)), _mailsplit(path, tmp_path / str(number))
        assert len(ours) == len(theirs), path
        for mine, other in zip(ours, theirs, strict=True):
            assert mine in (other, other.removesuffix(b"\n")), path


def _mailsplit(path: Path, folder: Path) -> list[bytes]:
    folder.mkdir()
    first = path.read_bytes()[:200].split(b"\n")[0]
    quoted = ["--mboxrd"] if b"mboxrd" in first else []
    subprocess.run(
        ["git", "mailsplit", "-b", "--keep-cr", *quoted, f"-o{folder}", "--", str(path)], check=True, capture_output=True
    )
    mails = [file.read_bytes() for file in sorted(folder.iterdir())]
    return [raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw for raw in mails]
