"""Trailers, footers and links: made-up texts, hostile ones, and b4's own test mails with what b4 makes of them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.message import Message, parse
from tracker.core.people import Person
from tracker.core.trailers import Trailer, base_commit, change_id, links, parse_trailers

JANE = Person("Jane Doe", "jane@example.org")
R = "Reviewed-by: Jane Doe <jane@example.org>"


def one(text: str, quoted: bool = False) -> Trailer:
    """The only trailer of a text."""
    found = parse_trailers(text, quoted)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "key", "value", "note"),
    [
        (R, "Reviewed-by", "Jane Doe <jane@example.org>", ""),
        ("reviewed-By:Jane Doe <jane@example.org>", "Reviewed-by", "Jane Doe <jane@example.org>", ""),
        (f"{R}\r", "Reviewed-by", "Jane Doe <jane@example.org>", ""),
        (f"{R} # arm64", "Reviewed-by", "Jane Doe <jane@example.org>", "arm64"),
        (f"{R} [bcache]", "Reviewed-by", "Jane Doe <jane@example.org>", "bcache"),
        (f"{R} (for the tests)", "Reviewed-by", "Jane Doe <jane@example.org>", "for the tests"),
        (f"{R}\n[jane: did X\n on the way]", "Reviewed-by", "Jane Doe <jane@example.org>", "jane: did X on the way"),
        (f"{R} # xfs\n   [for v2]\n", "Reviewed-by", "Jane Doe <jane@example.org>", "xfs; for v2"),
        (f"{R}\n[1] https://example.org", "Reviewed-by", "Jane Doe <jane@example.org>", ""),
        ("Reviewed-by: Jane Doe\n<jane@example.org>", "Reviewed-by", "Jane Doe <jane@example.org>", ""),
        ("Reviewed-by: Jane Doe\n  <jane@example.org> # all", "Reviewed-by", "Jane Doe <jane@example.org>", "all"),
        ("Acked-by: Jäne Doe <jane@example.org<mailto:jane@example.org>>", "Acked-by",
         "Jäne Doe <jane@example.org>", ""),
        ("CC: stable@example.org # 6.1+", "Cc", "stable@example.org", "6.1+"),
        ("Fixes: 0123456789ab (\"demo: a 'long #2\ntitle'\")", "Fixes", "0123456789ab (\"demo: a 'long #2 title'\")", ""),
        ('Fixes: 0123456789ab ("demo: x") # 6.1', "Fixes", '0123456789ab ("demo: x")', "6.1"),
        ("Link: https://example.org/a#b [1]", "Link", "https://example.org/a#b", "1"),
        ("Link:\n https://example.org/a", "Link", "https://example.org/a", ""),
        ("Link: 0123456789ab (\"Merge tag 'x'\")", "Link", "0123456789ab (\"Merge tag 'x'\")", ""),
        ("Closes: #12", "Closes", "#12", ""),
        ("message-id: <a@example.org>", "Message-ID", "<a@example.org>", ""),
        ("change-id: 20240530-demo-0123456789ab", "Change-Id", "20240530-demo-0123456789ab", ""),
        ("Base-Commit: 0123456789abcdef", "base-commit", "0123456789abcdef", ""),
        ("prerequisite-patch-id: 0123456789abcdef", "prerequisite-patch-id", "0123456789abcdef", ""),
        ("Supersedes: <a@example.org>", "Supersedes", "<a@example.org>", ""),
        ("Addresses-Coverity: CID 1: demo", "Addresses-Coverity", "CID 1: demo", ""),
    ],
)  # fmt: skip
def test_forms(text: str, key: str, value: str, note: str) -> None:
    """Keys get the letter case of the table, folded and wrapped values one line, remarks their own place."""
    trailer = one(f"Some words before.\n\n{text}\n")
    assert (trailer.key, trailer.value, trailer.note, trailer.known) == (key, value, note, True)
    assert trailer.line == 2


def test_person() -> None:
    """The person is read out of the value; a full name alone is a person without an address, a word is nobody."""
    assert one(R).person == JANE
    assert one("Tested-by: Jane Doe").person == Person("Jane Doe", "")
    assert one("Link: https://example.org").person is None
    assert parse_trailers("Acked-by: me\n\nTested-by: on arm64\n\nReviewed-by: tags are missing") == ()


def test_unknown_keys() -> None:
    """Misspelt keys with a person are kept as unknown, spaces in place of hyphens too."""
    found = parse_trailers("reviwed-by: Jane Doe <jane@example.org>\nReviewed by: jane@example.org\nR-b: J <j@example.org>")
    assert [(trailer.key, trailer.known) for trailer in found] == [
        ("Reviwed-by", False), ("Reviewed by", False), ("R-b", False)]  # fmt: skip


def test_paragraph() -> None:
    """Keys that prove nothing on their own are trailers beside a sign-off, and nowhere else."""
    assert [trailer.key for trailer in parse_trailers(f"{R}\nBug: 1234 and more\nDemo-test: yes\nfs: words")] == [
        "Reviewed-by", "Bug", "Demo-test"]  # fmt: skip
    assert parse_trailers("Bug: when we do this\nRISC-V: it fails\n\nIssue: none") == ()
    assert [trailer.key for trailer in parse_trailers(f"RISC-V: add a thing\n\n{R}")] == ["Reviewed-by"]


def test_cc_of_several() -> None:
    """A Cc of several people gives one trailer for each, over folded lines, in one place."""
    found = parse_trailers('Cc: "Doe, Jane" <jane@example.org>, b@example.org,\n   C D <c@example.org>\n')
    assert [(trailer.value, trailer.line) for trailer in found] == [
        ("Doe, Jane <jane@example.org>", 0), ("b@example.org", 0), ("C D <c@example.org>", 0)]  # fmt: skip


def test_places() -> None:
    """Lines count from 0, indented trailers are found, and how far they are indented is told."""
    found = parse_trailers(f"{R}\n\nwords\n  {R}\n\t{R}")
    assert [(trailer.line, trailer.indent) for trailer in found] == [(0, 0), (3, 2), (4, 1)]


@pytest.mark.parametrize(
    "text",
    [
        f"> {R}",
        f">> {R}\n> > {R}",
        f"words\n-- \n{R}",
        f"words\n--\n{R}\nDemo Inc.",
        f"-----Original Message-----\n{R}",
        f"---------- Forwarded message ---------\n{R}",
        f"From: Jane Doe <jane@example.org>\nSent: Monday\nTo: B <b@example.org>\nSubject: demo\n\n{R}",
        "From: Jane <jane@example.org>\nSubject: demo\nCc: B <b@example.org>\n",
        "@@ -1,3 +1,3 @@ demo\n Reviewed-by: Jane Doe <jane@example.org>\n-a\n+b\n\n c",
        "+Reviewed-by: Jane Doe <jane@example.org>",
        "In-Reply-To: <jane@example.org>\nX-Demo: Jane Doe <jane@example.org>",
        "E-mail: jane@example.org\nhttps://example.org/a@b",
        "On Monday, Jane Doe <jane@example.org> wrote:\nauthor: Jane Doe <jane@example.org>",
        "Fixes: the bug that we saw\nLink: see below\nCloses: nothing\nbase-commit: none",
        "Reviewed-by:",
        "",
    ],
)
def test_no_trailers(text: str) -> None:
    """Quotes, signatures, originals without marks, diffs, fields of mails and prose have no trailers."""
    assert parse_trailers(text) == ()


def test_after_a_hunk() -> None:
    """What the writer says below a pasted hunk is his own again."""
    assert one(f"@@ -1,2 +1,2 @@ demo\n Acked-by: A B <a@example.org>\n-a\n+b\n {R}").line == 4
    assert one(f"words\n--\n{R}\n" + "more\n" * 12).person == JANE


def test_quoted_on_demand() -> None:
    """Quoted trailers are returned when asked for, marked as such."""
    trailer = one(f"> words\n>  {R}", quoted=True)
    assert (trailer.quoted, trailer.line, trailer.indent, trailer.person) == (True, 1, 2, JANE)
    assert [trailer.quoted for trailer in parse_trailers(f"> {R}\n\n{R}", quoted=True)] == [True, False]


def test_change_id() -> None:
    """b4's change-id is read in any case; Gerrit's and quoted ones are none."""
    assert change_id("words\n---\nbase-commit: x\nchange-id: 20240530-demo-0123\n\nBest\n") == "20240530-demo-0123"
    assert change_id(f"Change-Id: I{'0' * 40}\nchange-id: 20240530-demo\n") == "20240530-demo"
    assert change_id("> change-id: 20240530-demo") is None
    assert change_id("the change-id: is missing") is None


def test_base_commit() -> None:
    """The base is the commit, also behind a tag's name, in lower case."""
    assert base_commit(f"words\nbase-commit: {'0aB' * 13}0\n") == "0ab" * 13 + "0"
    assert base_commit(f"base-commit: v9.9 {'0' * 40}") == "0" * 40
    assert base_commit("base-commit: none\n> base-commit: 0123456789abcdef") is None


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("https://lore.kernel.org/r/a.1@example.org", ["a.1@example.org"]),
        ("see https://lore.kernel.org/all/a-1@example.org/T/#u.", ["a-1@example.org"]),
        ("(https://lore.kernel.org/demo-list/a@example.org/)", ["a@example.org"]),
        ("<https://patch.msgid.link/a@example.org>, and", ["a@example.org"]),
        ("https://lkml.kernel.org/r/a@example.org.", ["a@example.org"]),
        ("https://lore.kernel.org/r/a%2Fb%40example.org", ["a/b@example.org"]),
        ("https://lore.example.org/demo/a@example.org/raw", ["a@example.org"]),
        ("https://marc.info/?i=a@example.org", ["a@example.org"]),
        ("Message-ID: <a@example.org>\nMessage-Id: b@example.org", ["a@example.org", "b@example.org"]),
        ("https://lore.kernel.org/r/b@example.org https://lore.kernel.org/r/a@example.org\n"
         "Link: https://patch.msgid.link/b@example.org", ["b@example.org", "a@example.org"]),
        ("> https://lore.kernel.org/r/a@example.org", []),
        ("https://lore.kernel.org/all/?q=a@example.org", []),
        ("https://example.org/@jane https://github.com/a@b https://lore.kernel.org/all/", []),
        ("no links", []),
    ],
)  # fmt: skip
def test_links(text: str, ids: list[str]) -> None:
    """URLs of mail archives and Message-ID lines give ids once each, without encoding, views and punctuation."""
    assert links(text) == tuple(ids)


def test_quoted_links() -> None:
    """Links in quoted lines are given when asked for."""
    assert links("> https://lore.kernel.org/r/a@example.org", quoted=True) == ("a@example.org",)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"\n\n :<>@#[]()-\té", "Fixes: ", "Cc: ", R, "Link: ", "@@ -1 +1 @@", "-- \n"])).map("".join))
def test_never_raises(text: str) -> None:
    """Any text gives trailers whose lines start with their keys, and footers and links or nothing."""
    lines = text.split("\n")
    for trailer in parse_trailers(text, quoted=True):
        assert trailer.key.casefold() in lines[trailer.line].casefold()
        assert trailer.value
    assert change_id(text) is None
    assert base_commit(text) is None
    assert links(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Fixes: 0123456 (\n" * 50_000, "Cc: a@b.example,\n c@d.example,\n" * 30_000, f"{R}\n[x\n" * 20_000,
        "@@ -1,999999999 +1,999999999 @@\n" * 30_000 + f" x\n{R}", f"{R}\n" + "\n--\n" * 100_000, "\n" * 1_000_000 + R,
        "Cc: " + "a@b.example, " * 50_000, "Reviewed-by: <" + "a@" * 400_000, "https://lore.kernel.org/" * 40_000,
        "Message-ID: <a" * 60_000, "a-" * 400_000 + ":", f"{R}\n" + "-----Original" * 60_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_hostile(text: str) -> None:
    """Large texts made of one piece are read in one pass, with a bounded number of trailers."""
    assert len(parse_trailers(text)) <= 60_000
    assert len(parse_trailers(text, quoted=True)) <= 60_000
    assert len(links(text)) <= 1
    assert change_id(text) is None
    assert base_commit(text) is None


# --- b4's test mails

SAMPLES = "corpora/b4/src/tests/samples"
# Trailers that b4 writes itself when it applies a series: its user's sign-off, and with options To, Cc and the mail.
BY_B4 = re.compile(
    r"Signed-off-by: Test Override <|Link: https://patch.msgid.link/(orig|patch-\d)-message@|"
    r"Cc: (Dev Eloper\d|Some List) <(dev-eloper\d|list-1)@"
)
# Trailers in replies that are facts to us and that b4 leaves out of its result: sample, trailer, reason.
LEFT_OUT = {
    ("trailers-followup-already-present", "Tested-by: Someone Else <someone-else@example.com>"):
        "in another person's name",
    ("trailers-followup-bare-address", "Reviewed-by: Mismatched Reviewer1 <mismatched-reviewer1@example.net>"):
        "of another address than the sender's",
    ("trailers-followup-name-parens", "Reviewed-by: Mismatched Reviewer1 <mismatched-reviewer1@example.net>"):
        "of another address than the sender's",
    ("trailers-followup-partial-reroll", "Reviewed-by: Followup Reviewer1 <followup-reviewer1@example.com>"):
        "for a patch that a newer one replaces",
}  # fmt: skip


def _mails(mbox: Path) -> list[Message]:
    return [parse(b"From " + raw) for raw in re.split(rb"(?m)^From ", mbox.read_bytes()) if raw.strip()]


def _own_words(message: Message) -> list[str]:
    return [f"{trailer.key}: {trailer.value}" for trailer in parse_trailers(message.body)]


def _expected(folder: Path, stem: str) -> set[str]:
    """The trailer lines in b4's expected output for a sample, without those b4 adds and without remarks."""
    wanted = set()
    for file in [*folder.glob(f"{stem}-ref-*.txt"), *folder.glob(f"{stem}*.verify")]:
        for line in file.read_text(encoding="utf-8").splitlines():
            if re.match(r"(?!Message-I|MIME|Content|From|Subject|Date)[A-Z][\w-]+: \S", line) and not BY_B4.match(line):
                wanted.add(re.sub(r"\s+#.*", "", line))
    return wanted


def test_all_that_b4_accepts(real_data: Path) -> None:
    """Every trailer in the results of b4's own tests is found, with its person, in the mails b4 made them from."""
    checked = 0
    for mbox in sorted((real_data / SAMPLES).glob("trailers-*.mbox")):
        mails = _mails(mbox)
        found = {line for mail in mails for line in _own_words(mail)}
        wanted = _expected(mbox.parent, mbox.stem)
        assert wanted <= found, mbox.stem
        people = [t for mail in mails for t in parse_trailers(mail.body) if t.key.endswith("-by")]
        assert all(trailer.person and trailer.person.email for trailer in people), mbox.stem
        checked += len(wanted)
    assert checked > 60


def test_nothing_that_b4_refuses(real_data: Path) -> None:
    """In replies of b4's samples no more people's trailers are found than b4 accepts, but for explained ones."""
    more = set()
    for mbox in sorted((real_data / SAMPLES).glob("trailers-*.mbox")):
        mails = _mails(mbox)
        known = _expected(mbox.parent, mbox.stem) | {line for line in _own_words(mails[0])}
        replies = [mail for mail in mails[1:] if mail.subject.startswith("Re:") or mail.subject == mails[0].subject]
        for line in {line for mail in replies for line in _own_words(mail) if "-by: " in line} - known:
            more.add((mbox.stem, line))
    assert more == set(LEFT_OUT)


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("trailers-test-simple.txt", [
            ("Reported-by", '"Doe, Jane" <jane@example.com>', Person("Doe, Jane", "jane@example.com"), ""),
            ("Reviewed-by", "Bogus Bupkes <bogus@example.com>", Person("Bogus Bupkes", "bogus@example.com"), ""),
            ("Fixes", "abcdef01234567890", None, ""),
            ("Link", "https://msgid.link/some@msgid.here", None, ""),
        ]),
        ("trailers-test-extinfo.txt", [
            ("Reported-by", "Some, One <somewhere@example.com>", Person("Some, One", "somewhere@example.com"), ""),
            ("Reviewed-by", "Bogus Bupkes <bogus@example.com>", Person("Bogus Bupkes", "bogus@example.com"),
             "for the parts that are bogus"),
            ("Fixes", "abcdef01234567890", None, ""),
            ("Tested-by", "Some Person <bogus2@example.com>", Person("Some Person", "bogus2@example.com"),
             "this person visually indented theirs"),
            ("Link", "https://msgid.link/some@msgid.here", None, "initial submission"),
            ("Signed-off-by", "Wrapped Persontrailer <broken@example.com>",
             Person("Wrapped Persontrailer", "broken@example.com"), ""),
        ]),
    ],
)  # fmt: skip
def test_b4_texts(
    real_data: Path, sample: str, expected: list[tuple[str, str, Person | None, str]]
) -> None:
    """b4's two texts for its trailer parser give the trailers, people and remarks that b4's tests ask for."""
    message = parse((real_data / SAMPLES / sample).read_bytes())
    found = [(trailer.key, trailer.value, trailer.person, trailer.note) for trailer in parse_trailers(message.body)]
    assert found == expected


def _by_git(text: str) -> list[str]:
    result = subprocess.run(
        ["git", "interpret-trailers", "--parse", "--no-divider"],
        input=f"title\n\n{text}\n".encode(), capture_output=True, check=True,
    )  # fmt: skip
    return result.stdout.decode("utf-8", "replace").splitlines()


def test_all_that_git_finds(real_data: Path) -> None:
    """Every trailer that git interpret-trailers reads in the messages of real patches is found with the same key."""
    missing = {}
    checked = 0
    for mbox in sorted((real_data / "series").glob("*/*.mbox")):
        for mail in _mails(mbox)[::3]:
            message, divider, diff = mail.body.partition("\n---\n")
            if not divider or "\n+++ " not in diff or mail.subject.lower().startswith("re:"):
                continue
            ours = {(trailer.key.lower(), trailer.value[:12].lower()) for trailer in parse_trailers(message)}
            for line in _by_git(message):
                key, _, value = line.partition(": ")
                checked += 1
                if (key.lower(), value[:12].lower()) not in ours and not value.startswith("//"):  # a bare URL
                    missing[mail.msgid] = line
    assert missing == {}
    assert checked > 100
