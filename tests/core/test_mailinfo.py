"""Bodies taken apart as `git mailinfo` does, and patches that replies offer."""

from __future__ import annotations

import email
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.bodies import bodies_of, bundle_mails, folder_mails, git
from tests.core.test_patch import ONE, SIGNATURE, TWO
from tracker.core.mailinfo import Offer, Split, is_scissors_line, offered_patch, split_mail
from tracker.core.patch import parse_diff, patch_id

SHA = b"0123456789abcdef0123456789abcdef01234567"
FROM_LINE = b"From " + SHA + b" Mon Sep 17 00:00:00 2001\n"
STAT = b"---\n ring.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n\n"
OPTIONS: list[tuple[list[str], dict[str, bool]]] = [
    (["--no-scissors"], {}),
    (["--scissors"], {"scissors": True}),
    (["--no-inbody-headers", "--no-scissors"], {"inbody": False}),
    (["--no-inbody-headers", "--scissors"], {"inbody": False, "scissors": True}),
]


def mailinfo(body: bytes, options: list[str], work: Path) -> tuple[bytes, bytes]:
    """Message and patch that `git mailinfo` makes of a body."""
    head = b"From: Anna <anna@example.org>\nSubject: s\nContent-Type: text/plain; charset=utf-8\n\n"
    git("mailinfo", *options, "message", "patch", cwd=work, stdin=head + body)
    return (work / "message").read_bytes(), (work / "patch").read_bytes()


def parts(split: Split) -> tuple[bytes, bytes]:
    """The same of a split body."""
    return split.message, split.patch


def test_message_and_patch() -> None:
    """The message ends at "---", which opens the patch; headers in front of the message are taken off it."""
    body = b"\nFrom: Bo <bo@example.com>\nSubject: ring: count\n readers\n\nWhy.\n\nSigned-off-by: Bo\n" + STAT + ONE
    split = split_mail(body)
    assert split.inbody == (("From", b"Bo <bo@example.com>"), ("Subject", b"ring: count readers"))
    assert split.message == b"Why.\n\nSigned-off-by: Bo\n"
    assert split.patch == STAT + ONE
    assert not split.scissors


def test_scissors_drop_what_is_above() -> None:
    """Behind a scissors line headers count anew; without --scissors the line is text."""
    body = b"Date: old\n\nHow about this?\n-- >8 --\nSubject: cut\n\nWhy.\n" + STAT + ONE
    assert split_mail(body, scissors=True) == Split((("Subject", b"cut"),), b"Why.\n", STAT + ONE, True)
    split = split_mail(body)
    assert split.inbody == (("Date", b"old"),)
    assert split.message.startswith(b"How about this?\n-- >8 --\n")


@pytest.mark.parametrize(
    ("line", "cuts"),
    [
        (b"-- >8 --\n", True),
        (b"---- 8< ---- cut here ---- 8< ----\n", True),
        (b"- - - >% - - -\n", True),
        (b"->8-\n", False),  # too short
        (b"a long line of words with -- >8 -- somewhere in it\n", False),
        (b"-  -  -  >8  -  -\n", False),  # more gaps than dashes
        (b"-----------\n", False),  # no scissors
    ],
)
def test_scissors_lines(line: bytes, cuts: bool, tmp_path: Path) -> None:
    """What is a scissors line is what git cuts at."""
    assert is_scissors_line(line) is cuts
    assert (mailinfo(b"above\n" + line + b"below\n", ["--scissors"], tmp_path)[0] == b"below\n") is cuts


def test_odd_bodies_are_split_as_git_does(tmp_path: Path) -> None:
    """120 bodies of headers, scissors, separators and prose, each with four sets of options."""
    odd = [
        b"From: A <a@example.org>", b"from: b", b"Subject: hello", b"SUBJECT:", b"Date:", b" folded", b"\tfolded",
        b"", b"", b"text", b"\r", b"a\0b", b"From: x\0y", b"[PATCH] title", b"[PATCH]title", b">From me",
        b">" + FROM_LINE.strip(), b"-- >8 --", b"--- >8 --- cut", b" - - >8 - -", b">8------", b"> -- >8 --",
        b"-- %< --", b"------ >8", b"8<8<8<8<", b"---", b"--- ", b"--- x", b"---  x", b"---\t", b"---\r",
        b"diff -u", b"diff x", b"Index: f",
    ]  # fmt: skip
    dice = random.Random(7)
    for _ in range(120):
        body = b"\n".join(dice.choices(odd, k=dice.randint(1, 9))) + dice.choice([b"", b"\n"])
        for options, choice in OPTIONS:
            assert parts(split_mail(body, **choice)) == mailinfo(body, options, tmp_path), (body, options)


NEAR_TEXTS = st.text("-<>8% \nFrom:Subject[PATCH]diff\0\r", max_size=200).map(str.encode)


@settings(deadline=None)
@given(st.one_of(st.binary(), NEAR_TEXTS), st.booleans())
def test_any_bytes_are_split(body: bytes, scissors: bool) -> None:
    """Nothing raises; message and patch together are the end of the body."""
    split = split_mail(body, scissors=scissors)
    assert body.endswith(split.message + split.patch)
    offered_patch(body + b"\n" + ONE)
    offered_patch(body)


@pytest.mark.parametrize(
    "body",
    [
        b"-- >8 --\n" * 50_000,
        b"[PATCH] x\n\n" * 200_000,
        b"Subject: x\n" + b" folded\n" * 100_000,
        b"From: a\n\n" * 100_000,
        b"- " * 500_000 + b">8\n",
        b"---" + b" " * 1_000_000 + b"x\n" + b"--- 8< \n" * 100_000,
        b"> quoted\n" * 100_000 + FROM_LINE * 20_000,
        b"\n\n[" + b"PATCH" * 200_000,
        b"commit " + SHA + b"\nAuthor: a" + b"x" * 1_000_000 + b"\n" + b"y" * 1_000_000,
        b"\n" + b"-" * 1_000_000 + b"\n" + b" " * 1_000_000 + b"From:",
    ],
    ids=range(10),
)
def test_huge_bodies(body: bytes) -> None:
    """Megabytes of hostile text are split and searched (in quadratic time this test would not finish)."""
    assert body.endswith(split_mail(body, scissors=True).patch)
    assert offered_patch(body + b"\n" + ONE) is not None


# --- offers


def offer_of(body: bytes) -> Offer:
    """The offer in *body*, which has one."""
    offer = offered_patch(body)
    assert offer is not None
    return offer


def fields(offer: Offer) -> tuple[str | None, str | None, str | None, str | None]:
    """What is said about the patch."""
    return offer.subject, offer.author, offer.date, offer.sha


REPLY = b"On Monday Bo wrote:\n> Subject: old\n> diff --git a/x b/x\n> @@ -1 +1 @@\n\n"


def test_an_attached_patch_file() -> None:
    """The output of `git format-patch`: folded and encoded headers, the id in its first line, only its first patch."""
    head = (
        FROM_LINE + b"From: =?UTF-8?q?J=C3=BCrgen?= <j@example.org>\nDate: Thu, 30 May 2024 09:35:44 +0200\n"
        b"Subject: [PATCH 1/2] ring: count readers =?utf-8?q?f=C3=BCr?=\n =?utf-8?q?_alle?=\nMIME-Version: 1.0\n"
        b"Content-Type: text/plain; charset=UTF-8\n\nWhy.\n"
    )
    second = b"\n" + FROM_LINE.replace(b"0", b"f") + b"Subject: [PATCH 2/2] other\n\n" + STAT + TWO
    first = head + STAT + ONE
    for text in (first + SIGNATURE + second, first.replace(b"\n", b"\r\n"), b">" + first):
        offer = offer_of(text)
        assert offer.subject == "[PATCH 1/2] ring: count readers für alle"
        assert fields(offer)[1:] == ("Jürgen <j@example.org>", "Thu, 30 May 2024 09:35:44 +0200", SHA.decode())
        assert offer.message == b"Why.\n"
        assert [file.path for file in offer.diff.files] == ["ring.c"]
        assert offer.diff.patch_id == patch_id(ONE)


def test_the_author_in_the_body_of_a_patch_file_counts() -> None:
    """Where the sender is not the author, format-patch writes the author into the body."""
    text = FROM_LINE + b"From: Sender <s@example.org>\nSubject: t\n\nFrom: Author <a@example.org>\n\nWhy.\n" + STAT + ONE
    assert fields(offer_of(text)) == ("t", "Author <a@example.org>", None, SHA.decode())


@pytest.mark.parametrize(
    "line", [b"-- >8 --\n", b"----8<----\n", b"---------- 8< ---------- cut ----------\n", b">8-------\n"]
)
def test_a_patch_behind_scissors(line: bytes) -> None:
    """Headers and message of an offer start behind the last scissors line that is not quoted."""
    patch = b"Subject: [PATCH] ring: count\nFrom: Bo <bo@example.com>\n\nWhy.\n" + STAT + ONE
    offer = offer_of(REPLY + b"> -- >8 --\nWhat about this?\n" + line + patch)
    assert fields(offer) == ("[PATCH] ring: count", "Bo <bo@example.com>", None, None)
    assert offer.message == b"Why.\n"


def test_a_patch_pasted_with_its_headers() -> None:
    """A paragraph behind the quoted text that starts with headers is the patch's own."""
    body = REPLY + b"As a patch:\n\nFrom: Bo <bo@example.com>\nDate: today\nSubject: ring: count\n\nWhy.\n" + STAT + ONE
    assert fields(offer_of(body)) == ("ring: count", "Bo <bo@example.com>", "today", None)
    assert offer_of(body).message == b"Why.\n"


def test_a_patch_pasted_with_its_title() -> None:
    """A paragraph that starts with [PATCH] is the title."""
    offer = offer_of(REPLY + b"Like so?\n\n[PATCH RFC] ring: count\n\nWhy.\n" + STAT + ONE)
    assert (offer.subject, offer.message) == ("[PATCH RFC] ring: count", b"Why.\n")


def test_a_bare_diff_in_a_reply() -> None:
    """Without headers there is the unquoted text in front of the diff, and text behind it does no harm."""
    offer = offer_of(REPLY + b"How about this:\n\n" + ONE + b"\nThanks,\nAnna\n")
    assert fields(offer) == (None, None, None, None)
    assert offer.message == b"How about this:\n"
    assert offer.diff.files[0].path == "ring.c"


def test_a_commit_as_git_show_prints_it() -> None:
    """The indented message of `git show` with its author and id."""
    shown = (
        b"commit " + SHA + b" (HEAD -> main)\nAuthor: Bo <bo@example.com>\nDate:   Thu May 30 09:35:44 2024 +0200\n"
        b"\n    ring: count readers\n    \n    Why.\n\n" + ONE
    )
    offer = offer_of(REPLY + b"Already there:\n\n" + shown)
    assert fields(offer) == ("ring: count readers", "Bo <bo@example.com>", "Thu May 30 09:35:44 2024 +0200", SHA.decode())
    assert offer.message == b"Why.\n\n"


def test_a_changeset_of_hg() -> None:
    """`hg export` says who, when and which in comment lines."""
    comments = b"# HG changeset patch\n# User Bo <bo@example.com>\n# Date 1717000000 0\n# Node ID " + SHA + b"\n# Parent  0\n"
    offer = offer_of(comments + b"ring: count\n\nWhy.\n\n" + ONE)
    assert fields(offer) == ("ring: count", "Bo <bo@example.com>", "1717000000 0", SHA.decode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"No patch, but a diff in prose.\n",
        b"".join(b"> " + line for line in ONE.splitlines(keepends=True)) + b"\nLooks good.\n",
        b" ring.c | 3 ++-\n 1 file changed, 2 insertions(+), 1 deletion(-)\n",
        b"-- >8 --\nSubject: no diff here\n\nText.\n",
        b"Fine with me.\n\n-----Original Message-----\nFrom: Bo\nSubject: [PATCH] ring\n\n" + ONE,
        b"Fine.\n\n______________\nFrom: Bo <bo@example.com>\nSent: Monday\nTo: Anna\nSubject: [PATCH] ring\n\n" + ONE,
        b"FYI\n\n------ Forwarded message -----\nFrom: Bo <bo@example.com>\nDate: Monday\nSubject: x\n\n" + ONE,
        b"From: Bo <bo@example.com>\nDate: Monday\nTo: Anna\nSubject: [PATCH] ring\n\n" + ONE,
    ],
)
def test_what_is_no_offer(body: bytes) -> None:
    """Quoted diffs, text without a diff, and mails that were forwarded or quoted without quote marks."""
    assert offered_patch(body) is None


# --- git's own tests and real mail


@pytest.fixture
def samples(real_data: Path, tmp_path: Path) -> Path:
    """The mails of git's t5100, split by `git mailsplit` as its test does."""
    git("mailsplit", f"-o{tmp_path}", str(real_data / "corpora" / "git" / "t" / "t5100" / "sample.mbox"))
    return tmp_path


# Of git's t5100: mail 12 also has --message-id output, which differs in a line that git adds to the message.
VARIANTS = [
    *[(number, "") for number in range(1, 19)],
    (14, "--scissors"), (15, "--no-inbody-headers"), (16, "--no-inbody-headers"), (18, "--no-inbody-headers"),
]  # fmt: skip


def sample_body(raw: bytes) -> tuple[bytes, bytes]:
    """The body of a sample as git reads its message (as UTF-8), and as it copies the patch (as it came).

    In a multipart mail git keeps the newline in front of a boundary and adds one at the last.
    """
    message = email.message_from_bytes(raw)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    ends = b"\n\n" if message.is_multipart() else b""
    bodies = bodies_of(raw)
    charsets = [part.get_content_charset("utf-8") for part in leaves]
    texts = [body.decode(charset, "surrogateescape") for body, charset in zip(bodies, charsets, strict=True)]
    return b"".join(text.encode("utf-8", "surrogateescape") + ends for text in texts), b"".join(body + ends for body in bodies)


def headers_of(info: bytes) -> dict[str, str]:
    """What `git mailinfo` tells about a mail."""
    return dict(line.split(": ", 1) for line in info.decode().splitlines() if ": " in line)


@pytest.mark.parametrize(("number", "variant"), VARIANTS)
def test_gits_samples(samples: Path, real_data: Path, number: int, variant: str) -> None:
    """Message and patch of each sample of t5100 are the expected ones, and so are in-body headers."""
    expected = real_data / "corpora" / "git" / "t" / "t5100"
    name = f"{number:04}{variant}"
    as_utf8, as_is = sample_body((samples / f"{number:04}").read_bytes())
    choice = {"scissors": variant == "--scissors", "inbody": variant != "--no-inbody-headers"}
    assert split_mail(as_utf8, **choice).message == (expected / f"msg{name}").read_bytes()
    split = split_mail(as_is, **choice)
    assert split.patch == (expected / f"patch{name}").read_bytes()
    info = headers_of((expected / f"info{name}").read_bytes())
    for key, value in split.inbody if split.patch else ():
        text = " ".join(value.decode().split())
        if key == "From":
            assert f"{info['Author']} <{info['Email']}>" == text or text == "bogosity - a list - of stuff"
        else:
            assert re.sub(r"^\[PATCH\] ", "", text) == info[key].strip()


@pytest.mark.parametrize(
    "name", ["embed-from", "quoted-from", "rfc2047-samples", "info-from", "quoted-string", "comment", "nul-plain", "nul-b64"]
)
def test_gits_other_samples(real_data: Path, tmp_path: Path, name: str) -> None:
    """The further samples of t5100 (embedded and quoted From lines, NUL bytes, no body) are split as git does it."""
    folder = real_data / "corpora" / "git" / "t" / "t5100"
    source = next(path for path in (folder / f"{name}{end}" for end in (".in", ".mbox", "")) if path.exists())
    count = int(git("mailsplit", f"-o{tmp_path}", str(source)))
    assert count
    for number in range(1, count + 1):
        raw = (tmp_path / f"{number:04}").read_bytes()
        git("mailinfo", "message", "patch", cwd=tmp_path, stdin=raw)
        split = split_mail(sample_body(raw)[1])
        assert parts(split) == ((tmp_path / "message").read_bytes(), (tmp_path / "patch").read_bytes())


def test_gits_mboxrd_samples(real_data: Path, tmp_path: Path) -> None:
    """Mails unescaped from an mboxrd have the expected messages."""
    folder = real_data / "corpora" / "git" / "t" / "t5100"
    git("mailsplit", "--mboxrd", f"-o{tmp_path}", str(folder / "sample.mboxrd"))
    for name in ("0001", "0002"):
        split = split_mail(sample_body((tmp_path / name).read_bytes())[0])
        assert split.message == (folder / f"{name}mboxrd").read_bytes()


def test_gits_quoted_cr_samples(real_data: Path, tmp_path: Path) -> None:
    """CRLF that was hidden in base64 stays in message and patch, as it does for git without --quoted-cr=strip."""
    folder = real_data / "corpora" / "git" / "t" / "t5100"
    git("mailsplit", f"-o{tmp_path}", str(folder / "quoted-cr.mbox"))
    split = split_mail(sample_body((tmp_path / "0002").read_bytes())[0])
    expected = ((folder / f"quoted-cr-{name}").read_bytes() for name in ("msg", "patch"))
    assert parts(split) == tuple(text.replace(b"%%", b"\r") for text in expected)


def test_real_bodies_are_split_as_git_does(real_data: Path, tmp_path: Path) -> None:
    """300 bodies of a list, drawn with a fixed seed, two thirds of them with a diff, with and without scissors."""
    raws = bundle_mails(real_data / "archives" / "linux-unionfs.0.bundle", tmp_path)
    dice = random.Random(5100)
    bodies = [body for raw in dice.sample(raws, 2_500) for body in bodies_of(raw)]
    patches = [body for body in bodies if parse_diff(body)][:200]
    for body in patches + bodies[:100]:
        for options, choice in OPTIONS[:2]:
            assert parts(split_mail(body, **choice)) == mailinfo(body, options, tmp_path)


def test_the_storys_attachment_is_an_offer(real_data: Path) -> None:
    """The alternative patch of the story is offered by its attachment, not by the text of the mail."""
    mails = folder_mails(real_data / "deny_write_access" / "threads")
    raw = next(raw for raw in mails if b"\nMessage-ID: <20240530-atheismus-festland-c11c1d3b7671@brauner>" in raw)
    text, attachment = bodies_of(raw)
    assert offered_patch(text) is None
    offer = offer_of(attachment)
    assert offer.subject == "[PATCH] [RFC UNTESTED]: fs: don't deny writes to executables"
    assert offer.author == "Christian Brauner <brauner@kernel.org>"
    assert offer.date == "Thu, 30 May 2024 09:35:44 +0200"
    assert (offer.diff.patch_id or "").startswith("de1f433cc0c3")
