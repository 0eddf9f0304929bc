"""Diffs in bodies: files, sizes and patch ids, held against git."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.bodies import bodies_of, bundle_mails, folder_mails, git, git_patch_ids
from tracker.core.patch import Diff, FileDiff, parse_diff, patch_id
from tracker.core.patchid import patch_ids, stable_ids

ONE = b"""\
diff --git a/ring.c b/ring.c
index 1111111..2222222 100644
--- a/ring.c
+++ b/ring.c
@@ -1,3 +1,4 @@ int ring(void)
 int readers;
-int lock;
+int count;
+int depth;
 int end;
"""
TWO = b"""\
diff --git a/pool.c b/pool.c
new file mode 100644
index 0000000..3333333
--- /dev/null
+++ b/pool.c
@@ -0,0 +1,2 @@
+int pool;
+int size;
"""
BINARY = b"""\
diff --git a/logo.png b/logo.png
index 1234567..89abcde 100644
GIT binary patch
literal 3
KcmZQzWMT#Y01f~L

literal 0
HcmV?d00001

"""
MODE = b"diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
MOVED = b"""\
diff --git a/old/name.c b/new/name.c
similarity index 100%
rename from old/name.c
rename to new/name.c
"""
SIGNATURE = b"-- \n2.45.0\n"


def diff_of(data: bytes) -> Diff:
    """The diff in *data*, which has one."""
    diff = parse_diff(data)
    assert diff is not None
    return diff


def numstat(patch: bytes) -> list[tuple[str, int, int, bool]]:
    """What `git apply` reads in a patch: path, added, removed, binary."""
    rows = []
    for row in git("apply", "--numstat", "-z", stdin=patch).split(b"\0")[:-1]:
        added, removed, path = row.split(b"\t", 2)
        binary = added == b"-"
        rows.append((path.decode(), 0 if binary else int(added), 0 if binary else int(removed), binary))
    return rows


def stats(diff: Diff) -> list[tuple[str, int, int, bool]]:
    """The same of a parsed diff."""
    return [(file.path, file.added, file.removed, file.binary) for file in diff.files]


# --- what git writes


@pytest.fixture
def history(tmp_path: Path) -> list[bytes]:
    """Patches of a small history that has every kind of change, as `git format-patch` and `git diff` write them."""
    write = {
        "plain.c": b"".join(b"line %d\n" % n for n in range(40)),
        "no newline": b"one\ntwo",
        "grüße/你.txt": b"hello\n",
        'quote"back\\tab\t.c': b"x\n",
        "dashes.sql": b"- \n-- comment\n+ plus\n  \n",
        "logo.png": bytes(range(256)),
        "moved.c": b"".join(b"moved %d\n" % n for n in range(20)),
        "gone.c": b"bye\n",
        "crlf.txt": b"a\r\nb\r\nc\r\n",
        "mode.sh": b"#!/bin/sh\n",
        "looks.txt": b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\nend\n",
        "form\x0cfeed.c": b"a\x0cb\x0bc\n",
    }
    for name, content in write.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    git("init", "--quiet", cwd=tmp_path)
    git("add", "--all", cwd=tmp_path)
    git("commit", "--quiet", "-m", "one", cwd=tmp_path)
    for name, content in write.items():
        (tmp_path / name).write_bytes(content.replace(b"\n", b"\nnew\n", 1).replace(b"line 33", b"- line 33") + b"tail")
    (tmp_path / "gone.c").unlink()
    (tmp_path / "moved.c").rename(tmp_path / "elsewhere.c")
    (tmp_path / "mode.sh").chmod(0o755)
    (tmp_path / "empty").touch()
    (tmp_path / "dashes.sql").write_bytes(b"+ plus\n")
    git("add", "--all", cwd=tmp_path)
    git("commit", "--quiet", "-m", "two", cwd=tmp_path)
    ways = ["", "--binary", "--full-index", "-U0", "-U9", "-M -C --binary", "--no-prefix", "-R"]
    patches = [git("diff", *way.split(), "HEAD~1", cwd=tmp_path) for way in ways]
    names = sorted([*write, "elsewhere.c", "empty"])
    single = [git("diff", "--binary", "HEAD~1", "--", name, cwd=tmp_path) for name in names]
    return [*patches, *single, git("format-patch", "-1", "--stdout", cwd=tmp_path), git("show", cwd=tmp_path)]


def test_ids_of_all_kinds_of_changes_are_gits(history: list[bytes]) -> None:
    """Renames, modes, binaries, odd names, missing newlines, CRLF: each diff has the id that `git patch-id` prints."""
    assert [[patch_id(patch)] for patch in history] == git_patch_ids(history)


def test_files_of_all_kinds_of_changes_are_gits(history: list[bytes]) -> None:
    """Paths and line counts are what `git apply --numstat` reads (it cuts one folder off each path)."""
    for patch in history:
        if b"\n--- plain.c" in patch or b"Binary files" in patch:
            continue  # without a/ and b/ git apply would have to be told; without its data it takes no binary
        assert sorted(stats(diff_of(patch))) == sorted(numstat(patch))


def test_paths_without_prefix_and_of_binaries(history: list[bytes]) -> None:
    """`git diff --no-prefix` and a binary file without its data lead to the same paths as the usual form."""
    usual, no_prefix = diff_of(history[1]), diff_of(history[6])
    assert [file.path for file in usual.files] == [file.path for file in no_prefix.files]
    assert [file.path for file in diff_of(history[0]).files if file.binary] == ["logo.png"]


def test_offsets_cut_out_the_diff(history: list[bytes]) -> None:
    """start and end enclose the diff: cut out, it has the same id and files, and the signature is not in it."""
    mail = history[-2]
    diff = diff_of(mail)
    cut = mail[diff.start : diff.end]
    assert cut.startswith(b"diff --git ")
    assert mail[diff.end :].startswith(b"-- \n")
    assert diff_of(cut).files == diff.files
    assert patch_id(cut) == diff.patch_id


@pytest.mark.parametrize(
    ("data", "files"),
    [
        (ONE, (FileDiff("ring.c", "ring.c", 2, 1, False),)),
        (TWO, (FileDiff(None, "pool.c", 2, 0, False),)),
        (BINARY, (FileDiff("logo.png", "logo.png", 0, 0, True),)),
        (MODE, (FileDiff("run.sh", "run.sh", 0, 0, False),)),
        (MOVED, (FileDiff("old/name.c", "new/name.c", 0, 0, False),)),
        (
            MODE + MOVED + BINARY + ONE,
            (
                FileDiff("run.sh", "run.sh", 0, 0, False),
                FileDiff("old/name.c", "new/name.c", 0, 0, False),
                FileDiff("logo.png", "logo.png", 0, 0, True),
                FileDiff("ring.c", "ring.c", 2, 1, False),
            ),
        ),
        (
            b'diff --git "a/\\303\\244 b" "b/\\303\\244 b"\nold mode 100644\nnew mode 100755\n',
            (FileDiff("ä b", "ä b", 0, 0, False),),
        ),
        (
            b'diff --git a/plain "b/\\"\\t\\\\"\nsimilarity index 90%\ncopy from plain\ncopy to "\\"\\t\\\\"\n',
            (FileDiff("plain", '"\t\\', 0, 0, False),),
        ),
        (
            b"diff --git a/gone.c b/gone.c\ndeleted file mode 100644\nindex 1234567..0000000\n",
            (FileDiff("gone.c", None, 0, 0, False),),
        ),
        (  # a mailer wrapped the first line
            ONE.replace(b" b/ring.c\nindex", b"\nb/ring.c\nindex"),
            (FileDiff("ring.c", "ring.c", 2, 1, False),),
        ),
    ],
)
def test_git_headers(data: bytes, files: tuple[FileDiff, ...]) -> None:
    """Files that git describes in its extended header alone, in quotes, or together with others."""
    assert diff_of(data).files == files


# --- what others write


QUILT = b"Index: tree/lib/x.c\n=====\n--- tree.orig/lib/x.c\n+++ tree/lib/x.c\n"
SVN = b"Index: lib/x.c\n=====\n--- lib/x.c\t(revision 5)\n+++ lib/x.c\t(working copy)\n"
CVS = b"""\
Index: x.c
====
RCS file: /cvs/x.c,v
retrieving revision 1.1
diff -u -r1.1 x.c
--- x.c\t1 May 2024 10:00:00 -0000\t1.1
+++ x.c\t2 May 2024 10:00:00 -0000
"""
HG = b"diff -r 0123456789ab lib/x.c\n--- a/lib/x.c\tWed May 01 10:00:00 2024\n+++ b/lib/x.c\tWed May 01 10:01:00 2024\n"
GNU = b"""\
diff -urN one/lib/x.c two/lib/x.c
--- one/lib/x.c\t2024-05-01 10:00:00.000000000 +0200
+++ two/lib/x.c\t2024-05-01 10:01:00.000000000 +0200
"""
NEW = b"--- a/lib/x.c\t1970-01-01 00:00:00.000000000 +0000\n+++ b/lib/x.c\t2024-05-01 10:01:00.0 +0200\n"
SPACES = b"--- a/lib/x.c 2024-05-01 10:00:00.0 +0200\n+++ b/lib/x.c   Wed May  1 10:01:00 2024\n"


@pytest.mark.parametrize(
    ("header", "old", "new"),
    [
        (b"--- a/lib/x.c\n+++ b/lib/x.c\n", "lib/x.c", "lib/x.c"),
        (QUILT, "lib/x.c", "lib/x.c"),
        (SVN, "lib/x.c", "lib/x.c"),
        (CVS, "x.c", "x.c"),
        (HG, "lib/x.c", "lib/x.c"),
        (GNU, "lib/x.c", "lib/x.c"),
        (NEW, None, "lib/x.c"),
        (SPACES, "lib/x.c", "lib/x.c"),
        (b"--- /dev/null\n+++ b/lib/x.c\n", None, "lib/x.c"),
        (b"--- a/lib/x.c\n+++ /dev/null\n", "lib/x.c", None),
        (b"--- a/lib/\xe4.c\n+++ b/lib/\xe4.c\n", "lib/ä.c", "lib/ä.c"),  # Latin-1
    ],
)
def test_headers_of_other_tools(header: bytes, old: str | None, new: str | None) -> None:
    """Quilt, svn, cvs, hg and GNU diff: names without their first folder and without the time behind them."""
    diff = diff_of(b"Some words.\n\n" + header + ONE[ONE.index(b"@@") :] + b"\nMore words.\n")
    assert [(one.old, one.new, one.added, one.removed) for one in diff.files] == [(old, new, 2, 1)]


def test_a_diff_without_a_diff_line_has_no_id() -> None:
    """`git patch-id` wants a "diff " line, so a quilt patch has files and no id."""
    plain = ONE[ONE.index(b"---") :]
    assert diff_of(plain).patch_id is None
    assert git_patch_ids([plain]) == [[]]


def test_several_plain_files_are_all_found() -> None:
    """Files that follow each other with nothing but their two file lines are told apart."""
    plain = ONE[ONE.index(b"---") :]
    diff = diff_of(plain + plain.replace(b"ring", b"pool") + b"Index: x\n====\n" + plain.replace(b"ring", b"tail"))
    assert [(file.path, file.added) for file in diff.files] == [("ring.c", 2), ("pool.c", 2), ("tail.c", 2)]


# --- what is around a diff in a mail


@pytest.mark.parametrize(
    "behind",
    [
        b"",
        SIGNATURE,
        b"--\nTo unsubscribe from this list: send the line \"unsubscribe list\"\n",
        b"_______________________________________________\nlist mailing list\n",
        b"\nThoughts?\n\n- Anna\n",
        b"\n+1 from me\n",
        b"@@ in prose @@\n",
    ],
)
def test_what_follows_a_diff_is_not_in_it(behind: bytes) -> None:
    """Signatures, list footers and text behind the last hunk change neither files nor id nor end."""
    diff = diff_of(b"Log.\n---\n ring.c | 3 ++-\n\n" + ONE + behind)
    assert diff.files == diff_of(ONE).files
    assert [diff.patch_id] == git_patch_ids([ONE])[0]
    assert diff.end == diff.start + len(ONE)


def test_line_ends_do_not_matter() -> None:
    """A diff with CRLF has the files and the id of the one with LF."""
    crlf = diff_of((b"Log.\n---\n" + ONE + TWO + SIGNATURE).replace(b"\n", b"\r\n"))
    assert (crlf.files, crlf.patch_id) == (diff_of(ONE + TWO).files, patch_id(ONE + TWO))


def test_two_diffs_are_one_patch() -> None:
    """Diffs that follow each other have one id; the order of their files does not matter to it."""
    assert [patch_id(ONE + TWO)] == git_patch_ids([ONE + TWO])[0]
    assert patch_id(ONE + TWO) == patch_id(TWO + ONE)
    assert diff_of(ONE + TWO).added == 4


def test_text_between_two_diffs() -> None:
    """With text between them both belong to the patch; git prints an id for each, of which the first is its id."""
    text = ONE + b"\nand the other one:\n\n" + TWO
    diff = diff_of(text)
    assert [file.path for file in diff.files] == ["ring.c", "pool.c"]
    assert list(patch_ids(text)) == git_patch_ids([text])[0] == [patch_id(ONE), patch_id(TWO)]
    assert diff.patch_id == patch_id(ONE)


@pytest.mark.parametrize("line", [b"From %040x Mon Sep 17 00:00:00 2001\n", b"commit %040x\n", b"%040x\n"])
def test_the_next_patch_of_a_series_is_another_one(line: bytes) -> None:
    """A line with a commit id ends the patch, as it does for git."""
    diff = diff_of(ONE + SIGNATURE + b"\n" + line % 0xABC + TWO)
    assert [file.path for file in diff.files] == ["ring.c"]
    assert diff.patch_id == patch_id(ONE)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"No patch here, diff or not.\n",
        b"diff is attached.\n\nand index 5..6 says nothing\n",
        b"--- a/x\n+++ b/x\n",
        b"diff --git a/x b/x\n\nis what it prints\n",
        b"+++ pros\n--- cons\n@@ -1 +1 @@\n",
        b"> " + ONE.replace(b"\n", b"\n> "),
        b"| " + ONE.replace(b"\n", b"\n| "),
        b"    " + ONE.replace(b"\n", b"\n    "),
        b" ring.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n",
        b"@@ -1,3 +1,4 @@\n a\n-b\n+c\n",
        b"---\n+++\n---\n\n--- x ---\n+++ y +++\n @@ -1 +1 @@\n",
        b"diff --cc x.c\nindex 1,2..3\n--- a/x.c\n+++ b/x.c\n@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n",  # of a merge
        b"*** a/x.c\n--- b/x.c\n***************\n*** 1,2 ****\n--- 1,2 ----\n",  # a context diff
    ],
)
def test_what_is_no_diff(text: bytes) -> None:
    """Quoted and indented diffs, diffstat, prose, art, bare hunks, merges and context diffs are no patch."""
    assert parse_diff(b"Hello.\n\n" + text) is None
    assert patch_id(text) is None


# --- damage


def test_context_that_looks_like_a_diff() -> None:
    """Lines of a hunk that spell headers or signatures are lines of the hunk."""
    text = ONE.replace(b" int end;\n", b" diff --git a/z b/z\n--- a/z\n+++ b/z\n-- \n+- \n").replace(b"-1,3 +1,4", b"-1,5 +1,6")
    diff = diff_of(text)
    assert stats(diff) == numstat(text) == [("ring.c", 4, 3, False)]
    assert [diff.patch_id] == git_patch_ids([text])[0]


def test_a_truncated_diff_counts_what_is_there() -> None:
    """A diff cut off in a hunk keeps its file, and its id is the one git gives the rest."""
    text = ONE[: ONE.index(b"+int depth")]
    diff = diff_of(text)
    assert stats(diff) == [("ring.c", 1, 1, False)]
    assert [diff.patch_id] == git_patch_ids([text])[0]


@pytest.mark.parametrize(
    "counts", [b"-1,9 +1,9", b"-1 +1", b"-0,0 +0,0", b"-1,3 +1,3", b"-1,2 +1,4", b"-1,3 +1,99999999999999999999"]
)
def test_counts_that_lie(counts: bytes) -> None:
    """With wrong counts the id is still git's, the first file is known and the second one found."""
    text = ONE.replace(b"-1,3 +1,4", counts) + TWO + SIGNATURE
    diff = diff_of(text)
    assert diff.patch_id == git_patch_ids([text])[0][0]
    assert diff.files[0].path == "ring.c"
    assert diff.files[-1] == FileDiff(None, "pool.c", 2, 0, False)


def test_lines_that_a_mailer_wrapped() -> None:
    """The rest of a wrapped line is no end of the hunk; the lines behind it still count."""
    long = b"@@ -1,3 +1,4 @@ static int a_function_with_a_name(struct ring *ring, \nunsigned int flags)\n"
    text = ONE.replace(b"@@ -1,3 +1,4 @@ int ring(void)\n", long) + TWO
    diff = diff_of(text)
    assert stats(diff) == [("ring.c", 2, 1, False), ("pool.c", 2, 0, False)]
    assert [diff.patch_id] == git_patch_ids([text])[0]


def test_blank_context_lines_that_lost_their_space() -> None:
    """An empty line in a hunk is context, as for `git apply`; git's patch id does not count it, nor does ours."""
    text = ONE.replace(b" int end;\n", b"\n") + TWO
    diff = diff_of(text)
    assert stats(diff) == numstat(text)
    assert [diff.patch_id] == git_patch_ids([text])[0]


@pytest.mark.parametrize(
    "text",
    [
        ONE + TWO * 20_000,
        ONE + b"\n" * 2_000_000,
        ONE.replace(b"+1,4", b"+1,9999999") + b"+x\n" * 300_000,
        b"--- " * 500_000 + b"\n@@ -1 +1 @@\n",
        b"--- a\n+++ b\n" * 200_000 + b"@@ -1 +1 @@\n",
        b"diff --git a/x b/x\n" * 100_000,
        b"diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n" * 20_000,
        b"Index: x\n" * 100_000 + b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n",
        b"--- a/x" + b" " * 1_000_000 + b"\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
        b'diff --git "a/' + b"\\" * 1_000_001 + b"\nindex 1..2\n",
        b"diff --git a/x b/x\nindex 1..2\nGIT binary patch\n" + b"literal 1\n" * 200_000,
    ],
    ids=range(11),
)
def test_huge_bodies(text: bytes) -> None:
    """Megabytes of hostile text are read to the end (in quadratic time this test would not finish)."""
    diff = parse_diff(text)
    assert diff is None or 0 <= diff.start <= diff.end <= len(text)


WHOLE = [ONE, TWO, BINARY, MODE, MOVED, ONE + SIGNATURE]
ODD = [
    b"", b" ", b"text", b"diff text", b"\ttab", b"\r", b"\x0c", b"+a", b"-b", b" c", b"+\0x", b"-- ",
    b"\\ No newline at end of file", b"\\ x", b"@@", b"@@ -1 +1 @@", b"@@ -1,2 +1,2 @@", b"@@ -1,3 @@", b"@@ -1,-5 +1,2 @@",
    b"@@ -,5 +,5 @@", b"@@ -1, 2 +1,2 @@", b"@@ -1,4294967296 +1 @@", b"@@ -1,99999999999999999999 +1 @@",
    b"index 1..2 100644", b"index 1..2", b"--- a/x", b"+++ b/x", b"old mode 100644", b"Index: x",
    b"index 1..2\nBinary files", b"index 1 ..2\r\nGIT binary patch",
    b"From " + b"a" * 40, b"commit " + b"B" * 40, b"c" * 40, ONE, TWO, ONE + SIGNATURE,
]  # fmt: skip
LINES = st.lists(st.sampled_from(ODD + [line for patch in WHOLE for line in patch.splitlines()]), max_size=20)
TEXTS = st.one_of(
    st.binary(),
    LINES.map(b"\n".join),
    st.tuples(LINES, LINES).map(lambda two: b"\n".join([*two[0], ONE + TWO, *two[1]])),
)


@settings(deadline=None)
@given(TEXTS)
@example(ONE)
def test_any_bytes_are_read(text: bytes) -> None:
    """Nothing raises, offsets are inside of the text, and the quick way to an id and the slow one agree."""
    patch_ids(text)
    diff = parse_diff(text)
    if diff is None:
        return
    assert 0 <= diff.start < diff.end <= len(text)
    assert diff.files
    assert diff.added == sum(file.added for file in diff.files)
    assert (diff.patch_id,) == (stable_ids(text, diff.start, 1) or (None,))


def test_odd_texts_have_gits_ids() -> None:
    """2,000 texts put together from headers, odd hunks and prose have all the ids that git prints for them."""
    dice = random.Random(2024)
    heads = [b"", ONE[: ONE.index(b"@@")] + b"@@ -1,2 +1,3 @@\n"]
    texts = [dice.choice(heads) + b"\n".join(dice.choices(ODD, k=dice.randint(1, 12))) for _ in range(2_000)]
    assert [list(patch_ids(text)) for text in texts] == git_patch_ids(texts)


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"", b" ", b"\t", b"  \t", b"\r"]), min_size=10, max_size=10))
def test_white_space_at_line_ends_does_not_change_the_id(ends: list[bytes]) -> None:
    """As for git, white space is nothing in a patch id, so what mailers do at line ends leaves it alone."""
    lines = [line + end for line, end in zip(ONE.splitlines(), ends, strict=True)]
    assert patch_id(b"\n".join(lines) + b"\n") == patch_id(ONE)


# --- real mail


def check_real(bodies: list[bytes]) -> int:
    """All ids of all bodies are git's, and the diff's id is the first of them; the number of ids.

    But for prose in front of it that begins with "diff ", and for the merges and the prose that are no diffs here.
    """
    expected = git_patch_ids(bodies)
    assert [list(patch_ids(body)) for body in bodies] == expected
    for body, ids in zip(bodies, expected, strict=True):
        diff = parse_diff(body)
        prose = re.search(rb"^diff (?!-)|^diff --c", body if diff is None else body[: diff.start], re.MULTILINE)
        if diff is None:
            assert not ids or prose
        else:
            assert diff.patch_id == (ids[0] if ids else None) or (prose and diff.patch_id in ids)
    return sum(map(len, expected))


@pytest.mark.parametrize(
    ("folder", "ids"), [("series", 287), ("corpora/lore-sampler", 118), ("deny_write_access/threads", 56)]
)
def test_real_patches_have_gits_ids(real_data: Path, folder: str, ids: int) -> None:
    """Each patch mail of a folder has the id that `git patch-id --stable` prints for its decoded body."""
    assert check_real([body for raw in folder_mails(real_data / folder) for body in bodies_of(raw)]) == ids


def test_the_storys_attached_patch_has_its_known_id(real_data: Path) -> None:
    """The alternative that came as an attachment has the id that v1 was posted with."""
    mails = folder_mails(real_data / "deny_write_access" / "threads")
    raw = next(raw for raw in mails if b"\nMessage-ID: <20240530-atheismus-festland-c11c1d3b7671@brauner>" in raw)
    diff = diff_of(bodies_of(raw)[1])
    assert diff.patch_id is not None
    assert diff.patch_id.startswith("de1f433cc0c3")
    assert len(diff.files) == 5


def test_a_whole_list_has_gits_ids_and_files(real_data: Path, tmp_path: Path) -> None:
    """All mails of a list: ids are git's for every body, files and counts for 100 patches drawn with a fixed seed."""
    raws = bundle_mails(real_data / "archives" / "linux-unionfs.0.bundle", tmp_path)
    bodies = [body for raw in raws for body in bodies_of(raw)]
    assert (len(raws), check_real(bodies)) == (8481, 2585)
    patches = [body for body in bodies if b"\n-- \n" in body and b"\ndiff --git a/" in body and b"\n>" not in body]
    for body in random.Random(1).sample(patches, 100):
        diff = diff_of(body)
        assert sorted(stats(diff)) == sorted(numstat(body[diff.start : diff.end]))
