"""Folders of mail: Maildirs, nested ones, MH, and files of any name."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from tracker.sources.base import BadInput, SourceError
from tracker.sources.maildir import read_maildir

from .conftest import THREAD, as_mboxrd, make_mail


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_a_maildir_is_read_in_order_and_left_as_it_is(tmp_path: Path) -> None:
    """cur and new are read by their unique names, then mails beside them, tmp is not; keys have no flags; no file changes."""
    put(tmp_path / "cur/2.host:2,S", THREAD[1])
    put(tmp_path / "new/1.host", THREAD[0])
    put(tmp_path / "cur/3.host:2,", THREAD[2])
    put(tmp_path / "tmp/0.host", b"half a mail")
    put(tmp_path / "dovecot-uidlist", b"3 V1\n")
    put(tmp_path / "beside", THREAD[3])
    before = {path: path.stat() for path in tmp_path.rglob("*")}
    keys = ["1.host", "2.host", "3.host", "beside"]
    assert list(read_maildir(tmp_path)) == list(zip(keys, THREAD[:4], strict=True))
    after = {path: path.stat() for path in tmp_path.rglob("*")}
    assert {p: s.st_mtime_ns for p, s in before.items()} == {p: s.st_mtime_ns for p, s in after.items()}


def test_a_second_import_reads_only_what_is_new(tmp_path: Path) -> None:
    """Known keys are not read again, also after the mail was seen and moved from new to cur."""
    put(tmp_path / "new/1.host", THREAD[0])
    ((key, _),) = read_maildir(tmp_path)
    (tmp_path / "cur").mkdir()
    (tmp_path / "new/1.host").rename(tmp_path / "cur/1.host:2,S")
    put(tmp_path / "new/2.host", THREAD[1])
    assert list(read_maildir(tmp_path, known={key})) == [("2.host", THREAD[1])]


def test_an_mbox_that_grew_gives_its_new_mails(tmp_path: Path) -> None:
    """Of an mbox in a folder the mails that were added come with the next import; a mail that is known is not read."""
    put(tmp_path / "list.mbox", as_mboxrd(THREAD[:2]))
    put(tmp_path / "1", THREAD[5])
    known = dict(read_maildir(tmp_path))
    put(tmp_path / "list.mbox", as_mboxrd(THREAD[:4]))
    put(tmp_path / "1", THREAD[6])
    assert list(read_maildir(tmp_path, known=known)) == [("list.mbox#3", THREAD[2]), ("list.mbox#4", THREAD[3])]


def test_nested_folders_are_found(tmp_path: Path) -> None:
    """Maildir++ folders (.Sent) and folders of Maildirs are read, with their path in the key; other dot folders are not."""
    put(tmp_path / "a/cur/1.host:2,S", THREAD[0])
    put(tmp_path / "a/.Sent/cur/1.host:2,S", THREAD[1])
    put(tmp_path / "b/new/1.host", THREAD[2])
    put(tmp_path / ".git/config", b"no mail")
    put(tmp_path / "a/.notmuch/xapian", b"no mail")
    assert [key for key, _ in read_maildir(tmp_path)] == ["a/1.host", "a/.Sent/1.host", "b/1.host"]


def test_any_files_of_mail_are_read(tmp_path: Path) -> None:
    """MH numbers, .eml files, format-patch's files, mboxes and packed ones, in folders: each mail has a key of its own."""
    put(tmp_path / "mh/10", THREAD[0])
    put(tmp_path / "mh/.mh_sequences", b"cur: 10\n")
    put(tmp_path / "x.eml", THREAD[1])
    put(tmp_path / "0001-x.patch", b"From " + b"a" * 40 + b" Mon Sep 17 00:00:00 2001\n" + THREAD[2] + b"\n")
    put(tmp_path / "y.mbox.gz", gzip.compress(as_mboxrd(THREAD[3:6])))
    assert list(read_maildir(tmp_path)) == [
        ("0001-x.patch", THREAD[2]),
        ("mh/10", THREAD[0]),
        ("x.eml", THREAD[1]),
        ("y.mbox.gz", THREAD[3]),
        ("y.mbox.gz#2", THREAD[4]),
        ("y.mbox.gz#3", THREAD[5]),
    ]


def test_bad_files_are_told_and_the_rest_is_read(tmp_path: Path) -> None:
    """A pipe, a broken link, junk and an empty file are reported with their path; every mail is given all the same."""
    put(tmp_path / "good.eml", THREAD[0])
    put(tmp_path / "junk.bin", bytes(range(256)) * 10)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    put(tmp_path / "box/cur/1:2,S", b"")
    put(tmp_path / "box/cur/2:2,S", THREAD[1])
    told: list[SourceError] = []
    assert [raw for _, raw in read_maildir(tmp_path, report=told.append)] == [THREAD[1], THREAD[0]]
    assert [problem.where.rpartition("/")[2] for problem in told] == ["1:2,S", "gone", "junk.bin", "pipe"]


def test_without_a_report_the_first_problem_is_raised_last(tmp_path: Path) -> None:
    """Nobody listening, bad files raise an error after the last mail, with how many there are."""
    put(tmp_path / "1.txt", b"no mail\n")
    put(tmp_path / "2.txt", b"no mail\n")
    put(tmp_path / "3.eml", THREAD[0])
    got: list[tuple[str, bytes]] = []
    with pytest.raises(BadInput, match=r"1\.txt: .*\(and 1 more like it\)"):
        got.extend(read_maildir(tmp_path))
    assert got == [("3.eml", THREAD[0])]


def test_a_from_line_in_a_maildir_is_no_part_of_the_mail(tmp_path: Path) -> None:
    """A delivery program's From line is taken off, and the file is one mail whatever else is in it."""
    raw = make_mail("x@example.org", "x", "\nFrom a@example.org Mon Jan  5 12:00:00 2026\nSubject: y\n\n>From z\n")
    put(tmp_path / "new/1", b"From ann@example.org Mon Jan  5 12:00:00 2026\n" + raw)
    assert list(read_maildir(tmp_path)) == [("1", raw)]


def test_a_file_called_eml_is_one_mail(tmp_path: Path) -> None:
    """An .eml file with an mbox in it as an attachment is one mail, though other names would make it an mbox."""
    raw = make_mail("x@example.org", "x", "--part\n\nFrom a@example.org Mon Jan  5 12:00:00 2026\nSubject: y\n\n--part--\n")
    put(tmp_path / "x.eml", b"From ann@example.org Mon Jan  5 12:00:00 2026\n" + raw)
    assert list(read_maildir(tmp_path)) == [("x.eml", raw)]


def test_names_that_are_no_text_are_keys_that_are(tmp_path: Path) -> None:
    """A file name that is not UTF-8 gives a key that can be stored as text."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / os.fsdecode(b"caf\xe9")).write_bytes(THREAD[0])
    assert list(read_maildir(tmp_path)) == [("caf\\xe9", THREAD[0])]


def test_what_is_no_folder_of_mail_is_told(tmp_path: Path) -> None:
    """A missing folder, a file and an empty folder are errors; an empty Maildir is just empty."""
    with pytest.raises(BadInput, match="no such folder"):
        list(read_maildir(tmp_path / "missing"))
    put(tmp_path / "file", b"x")
    with pytest.raises(BadInput, match="not a folder"):
        list(read_maildir(tmp_path / "file"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no mail in it"):
        list(read_maildir(tmp_path / "empty"))
    (tmp_path / "box" / "new").mkdir(parents=True)
    assert list(read_maildir(tmp_path / "box")) == []


def test_real_folders_are_read_to_the_last_mail(real_data: Path) -> None:
    """Every .eml of the sample folder and every file of notmuch's corpora is read, with keys of their own."""
    corpora = real_data / "corpora"
    told: list[SourceError] = []
    sampler = list(read_maildir(corpora / "lore-sampler", report=told.append))
    assert sorted(key for key, _ in sampler) == sorted(path.name for path in (corpora / "lore-sampler").glob("*.eml"))
    notmuch = dict(read_maildir(corpora / "notmuch", report=told.append))
    files = [path for path in (corpora / "notmuch").rglob("*") if path.is_file()]
    assert sorted(problem.where.rpartition("/")[2] for problem in told) == ["COPYING", "INDEX.json", "README"]
    assert len(notmuch) == len(files) - 2
