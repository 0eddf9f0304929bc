"""People: address fields in every form, trailer values, who is who; compared with the standard library and git."""

from __future__ import annotations

import email.utils
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.charset import decode_header, unfold
from tracker.core.message import parse
from tracker.core.people import (
    Person,
    parse_addresses,
    parse_person,
    same_email,
    same_name,
    same_person,
    split_note,
    undo_via,
)

FIELDS: list[tuple[bytes, list[tuple[str, str]]]] = [
    (b" Jane Doe <jane@example.org>", [("Jane Doe", "jane@example.org")]),
    (b"jane@example.org", [("", "jane@example.org")]),
    (b"<jane@example.org>", [("", "jane@example.org")]),
    (b"jane@example.org (Jane Doe)", [("Jane Doe", "jane@example.org")]),
    (b'"Doe, Jane" <jane@example.org>, b@example.org', [("Doe, Jane", "jane@example.org"), ("", "b@example.org")]),
    (b"Evil, Mallory <m@evil.test>", [("Evil, Mallory", "m@evil.test")]),
    (b"Good Guy, m@evil.test", [("", "m@evil.test")]),
    (b"A B <a@example.org>,\n\tC D\n <c@example.org>", [("A B", "a@example.org"), ("C D", "c@example.org")]),
    (b"A B <a@example.org>, linux-kernel", [("A B", "a@example.org")]),
    (b"A B <a@example.org>,, ,<c@example.org>,", [("A B", "a@example.org"), ("", "c@example.org")]),
    (b"A B <a@example.org> C D <c@example.org>", [("A B", "a@example.org"), ("C D", "c@example.org")]),
    (b"A B <a@example.org>; C D <c@example.org>;", [("A B", "a@example.org"), ("C D", "c@example.org")]),
    (b"undisclosed-recipients:;", []),
    (b"unlisted-recipients:; (no To-header on input)", []),
    (b"Undisclosed recipients:", []),
    (b"team: a@example.org, C D <c@example.org>;, e@example.org",
     [("", "a@example.org"), ("C D", "c@example.org"), ("", "e@example.org")]),
    (b"Demo: the tool <demo@example.org>", [("Demo: the tool", "demo@example.org")]),
    (b"Jane (Acme) Doe <jane@example.org> (home)", [("Jane (Acme) Doe (home)", "jane@example.org")]),
    (b'(a \\(nested\\) (one)) "Jane Doe" <jane@example.org>', [("(a (nested) (one)) Jane Doe", "jane@example.org")]),
    (b"Jane (unclosed <jane@example.org>", [("Jane (unclosed", "jane@example.org")]),
    (b'"Jane \\"JD\\" Doe" <jane@example.org>', [('Jane "JD" Doe', "jane@example.org")]),
    (b'"jane doe"@example.org', [("", '"jane doe"@example.org')]),
    (b'"jane@example.org" <jane@example.org>', [("jane@example.org", "jane@example.org")]),
    (b"jane@home <jane@example.org>", [("jane@home", "jane@example.org")]),
    (b"Jane @ Home <jane@example.org>", [("Jane @ Home", "jane@example.org")]),
    (b"Jane Doe jane@example.org", [("Jane Doe", "jane@example.org")]),
    (b"Jane Doe <jane@example.org", [("Jane Doe", "jane@example.org")]),
    (b'"Jane Doe <jane@example.org>"', [("Jane Doe", "jane@example.org")]),
    (b"<@a.example,@b.example:jane@example.org>", [("", "jane@example.org")]),
    (b"jane @ example.org", [("", "jane@example.org")]),
    (b"< jane@example.org >", [("", "jane@example.org")]),
    (b"<mailto:jane@example.org>", [("", "jane@example.org")]),
    (b"jane at example.org (Jane Doe)", [("Jane Doe", "jane@example.org")]),
    (b"jane@example.org  Thu Aug 22 12:46:39 2002", [("", "jane@example.org")]),
    (b"Jane Doe", [("Jane Doe", "")]),
    (b"=?utf-8?q?Doe=2C_J=C3=A4ne?= <jane@example.org>", [("Doe, Jäne", "jane@example.org")]),
    (b"=?utf-8?q?Doe,_Jane?= <jane@example.org>, b@example.org",
     [("Doe, Jane", "jane@example.org"), ("", "b@example.org")]),
    (b"=?utf-8?b?SsOkbmU=?=\n =?utf-8?q?_Doe?= <jane@example.org>", [("Jäne Doe", "jane@example.org")]),
    (b'"=?utf-8?q?J=C3=A4ne?= Doe" <jane@example.org>', [("Jäne Doe", "jane@example.org")]),
    (b"=?utf-8?q?=22Doe=2C_J=C3=A4ne=22?= <jane@example.org>", [("Doe, Jäne", "jane@example.org")]),
    (b"=?utf-8?q?Jane_=3Cjane=40example.org=3E?=", [("Jane", "jane@example.org")]),
    ("Jäne, Doe <jane@example.org>".encode(), [("Jäne, Doe", "jane@example.org")]),
    ("Jäne Doe <jane@example.org>".encode("latin-1"), [("Jäne Doe", "jane@example.org")]),
    (b"", []),
    (b" , ;", []),
]  # fmt: skip


@pytest.mark.parametrize(("value", "people"), FIELDS, ids=[repr(value) for value, _ in FIELDS])
def test_fields(value: bytes, people: list[tuple[str, str]]) -> None:
    """Every form of address field, proper or broken, names the people that a reader of the mail sees."""
    assert [(person.name, person.email) for person in parse_addresses(value)] == people


VALUES: list[tuple[str, tuple[str, str] | None]] = [
    ("Jane Doe <jane@example.org>", ("Jane Doe", "jane@example.org")),
    ("Jane Doe <jane@example.org> # arm64", ("Jane Doe", "jane@example.org")),
    ("Jane Doe <jane@example.org> [bcache]", ("Jane Doe", "jane@example.org")),
    ("Jane Doe (Acme) <jane@example.org>", ("Jane Doe (Acme)", "jane@example.org")),
    ('"Evil, Mallory" <m@evil.test>', ("Evil, Mallory", "m@evil.test")),
    ("Evil, Mallory <m@evil.test>", ("Evil, Mallory", "m@evil.test")),
    ('Jane "JD" Doe <jane@example.org>', ("Jane JD Doe", "jane@example.org")),
    ("jane@example.org", ("", "jane@example.org")),
    ("<jane@example.org>", ("", "jane@example.org")),
    ("jane@example.org (Jane Doe)", ("Jane Doe", "jane@example.org")),
    ("Jane Doe jane@example.org", ("Jane Doe", "jane@example.org")),
    ("Jane Doe <jane@example.org", ("Jane Doe", "jane@example.org")),
    ("Jane Doe <jane@example.org<mailto:jane@example.org>>", ("Jane Doe", "jane@example.org")),
    ("Jane Doe <jane at example.org>", ("Jane Doe", "jane@example.org")),
    ("=?utf-8?q?J=C3=A4ne?= Doe <jane@example.org>", ("Jäne Doe", "jane@example.org")),
    ("stable@example.org v6.1+", ("", "stable@example.org")),
    ("Jäne Doe <jane@example.org>", ("Jäne Doe", "jane@example.org")),
    ("Jane Doe", None),
    ("", None),
    ("#regzbot", None),
]


@pytest.mark.parametrize(("text", "person"), VALUES)
def test_trailer_values(text: str, person: tuple[str, str] | None) -> None:
    """A trailer's value names one person, whatever is remarked behind it; without an address nobody."""
    found = parse_person(text)
    assert (found and (found.name, found.email)) == person


def test_notes() -> None:
    """Both forms of remark are taken off a value, and a # inside of a word is none."""
    assert split_note("Jane <j@example.org> # arm64 # two") == ("Jane <j@example.org>", "# arm64 # two")
    assert split_note("Jane <j@example.org> [xfs, ext4]") == ("Jane <j@example.org>", "[xfs, ext4]")
    assert split_note("https://example.org/a#b") == ("https://example.org/a#b", "")
    assert split_note("[all of it]") == ("[all of it]", "")


def test_same_email() -> None:
    """Letter case and a +tag make no difference; nothing is like an empty address."""
    assert same_email("Jane+kernel@Example.org", "jane@example.org")
    assert not same_email("jane@example.org", "jane@example.com")
    assert not same_email("", "")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (("Jane Doe", "jane@example.org"), ("J. D.", "JANE+x@example.org"), True),
        (("", "jane@linux.example.org"), ("", "jane@example.org"), True),
        (("", "jane@a.b.example.org"), ("", "jane@example.org"), False),
        (("", "jane@example.org"), ("", "jane@org"), False),
        (("", "jane@badexample.org"), ("", "jane@example.org"), False),
        (("Jane Doe", "jane@example.org"), ("JANE DOE", "jane@example.com"), True),
        (("Doe, Jane", "jane@example.org"), ("Jane Doe", "jane@example.com"), True),
        (("Jäne Doe", "jane@example.org"), ("Jane Doe (Acme)", "jane@example.com"), True),
        (("Jane-Ann Doe", "jane@example.org"), ("Jane Ann Doe", ""), True),
        (("Jane", "jane@example.org"), ("Jane", "jane@example.com"), False),
        (("Jane Doe", "jane@example.org"), ("Joan Doe", "joan@example.org"), False),
        (("", ""), ("", ""), False),
        (("Jane Doe", "old@example.net"), ("J", "jane@example.org"), True),
        (("X", "OLD@example.net"), ("J", "jane+tag@example.org"), True),
        (("Good Guy", "good@example.org"), ("Evil, Mallory", "m@evil.test"), False),
    ],
)
def test_same_person(a: tuple[str, str], b: tuple[str, str], same: bool) -> None:
    """Addresses, their known aliases, sub-domains one label deep and full names tie two mentions, in both directions."""
    aliases = {"old@example.net": "jane@example.org"}
    assert same_person(Person(*a), Person(*b), aliases) is same
    assert same_person(Person(*b), Person(*a), aliases) is same


def test_names_with_list() -> None:
    """A name that a list added itself to is still that name."""
    assert same_name("Jane Doe via demo-list", "Jane Doe")
    assert not same_name("Jane via demo-list", "Jane")


LIST = "demo@lists.example.org"


def test_undo_via_list() -> None:
    """Behind a known list's address the author is found in X-Original-From, else in Reply-To by name, else by name only."""
    sender = Person("Jane Doe via demo", LIST)
    jane = Person("Jane Doe", "jane@example.org")
    other = Person("Other One", "other@example.org")
    assert undo_via(sender, jane, (), [LIST]) == jane
    assert undo_via(sender, None, (Person("", LIST), other, jane), [LIST]) == jane
    assert undo_via(sender, None, (Person("", "jane@example.org"),), [LIST]) == jane
    assert undo_via(sender, None, (Person("", LIST),), [LIST]) == Person("Jane Doe", "")
    assert undo_via(Person("'Jane Doe' via demo", LIST), None, (), [LIST]) == Person("Jane Doe", "")


def test_undo_via_is_no_disguise() -> None:
    """Who sends from an address of his own keeps it, whatever name, Reply-To and X-Original-From he writes."""
    good = Person("Good Guy", "good@example.org")
    mallory = Person("Good Guy via demo", "m@evil.test")
    assert undo_via(mallory, good, (good,), [LIST]) == Person("Good Guy", "m@evil.test")
    assert undo_via(good, Person("X", "x@example.org"), (), [LIST]) == good


def test_undo_relay() -> None:
    """b4's relay spells the author's address in its own, so only that author can be behind it."""
    sender = Person("Jane Doe via B4 Relay", "devnull+jane.example.org@kernel.org")
    jane = Person("Jane Doe", "jane@example.org")
    assert undo_via(sender, jane, ()) == jane
    assert undo_via(sender, None, (Person("", "Jane@Example.org"),)) == Person("Jane Doe", "Jane@Example.org")
    assert undo_via(sender, Person("Good Guy", "good@example.org")).email == sender.email


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet='aB "(),:;<>@\\=?q_.\n\u00e9', max_size=60).map(str.encode))
def test_never_raises(value: bytes) -> None:
    """Any bytes give people whose names are folded, and any text gives a person or nobody."""
    for person in parse_addresses(value):
        assert person.name == " ".join(person.name.split())
        assert person.name or person.email
    text = value.decode("latin-1")
    found = parse_person(text)
    assert found is None or "@" in found.email
    assert same_person(Person(text, text), Person("", ""), {}) is False


@pytest.mark.parametrize("piece", [b"(", b"()", b'"', b'"\\', b"<", b"a,", b"a@", b":", b"a:;", b"=?a?q?", b"<a@b> ", b"\\"])
def test_hostile(piece: bytes) -> None:
    """A megabyte of any one piece is read in one pass, with a bounded number of people."""
    value = piece * (1_000_000 // len(piece))
    assert len(parse_addresses(value)) <= 5_000
    found = parse_person(value.decode())
    assert found is None or len(found.email) <= 4_000


# --- real mail


def _mails(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every mail of the folder with where it is from; mboxes are split at their "From " lines."""
    for file in sorted(root.rglob("*")):
        if not file.is_file() or file.suffix in {".bundle", ".gz", ".tsv", ".json", ".key", ".pub"}:
            continue
        raw = file.read_bytes()
        name = str(file.relative_to(root))
        if raw.startswith(b"From "):
            yield from ((name, b"From " + mail) for mail in re.split(rb"(?m)^From (?=.*\d\d:\d\d)", raw) if mail.strip())
        elif re.match(rb"[A-Za-z-]+:", raw):
            yield name, raw


def _standard(value: bytes) -> list[tuple[str, str]]:
    """The same field by the standard library: split first, words decoded after."""
    line = unfold(value)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    found = [(" ".join(decode_header(name.encode()).split()), mail) for name, mail in email.utils.getaddresses([text])]
    return [(name, mail) for name, mail in found if name or mail]


# Why a field may be read in another way than the standard library does. The first that fits explains it.
REASONS: dict[str, str] = {
    r"\d\d:\d\d:\d\d \d{4}$": "the rest of a 'From ' line behind the address: the library glues it to the host",
    r"\(": "comments: we keep them in the name where they stand, as git does; the library moves or drops some",
    r"^[^@]*$": "no address at all: we show what stands there as a name, the library takes its first word for an address",
    r",\s*[^@,]*$": "a last piece without an address: we leave it out",
}


def _reason(value: bytes) -> str:
    text = unfold(value).decode("latin-1")
    return next((pattern for pattern in REASONS if re.search(pattern, text)), "")


def test_like_the_standard_library(real_data: Path) -> None:
    """All address fields of real mail are read as email.utils.getaddresses reads them but for explained differences."""
    seen: set[bytes] = set()
    differing: dict[str, list[bytes]] = {}
    for name, raw in _mails(real_data):
        if "/fuzz/" in name:  # damaged on purpose: no reading is right
            continue
        message = parse(raw)
        for value in {value for field in ("from", "to", "cc", "reply-to") for value in message.fields(field)} - seen:
            seen.add(value)
            if [(person.name, person.email) for person in parse_addresses(value)] != _standard(value):
                differing.setdefault(_reason(value), []).append(value)
    assert sorted(differing) == sorted(REASONS)
    assert len(seen) > 1_500
    assert sum(map(len, differing.values())) < len(seen) // 15


def test_from_like_git(real_data: Path, tmp_path: Path) -> None:
    """The author of every kind of From in git's own mailinfo tests and in the sampler is the one git mailinfo prints."""
    values: set[bytes] = set()
    for folder in ("corpora/git/t/t5100", "corpora/lore-sampler", "series/linux-ext4"):
        for _, raw in _mails(real_data / folder):
            fields = parse(raw).fields("from")
            if len(fields) == 1 and b"\n  -" not in fields[0]:  # a list in a body of t5100 that looks like a field
                values.add(fields[0].replace(b"\r\n", b"\n").rstrip())
    wrong = {}
    for value in sorted(values):
        people = parse_addresses(value)
        ours = (people[0].name or people[0].email, people[0].email) if people else ("", "")
        if ours != _git_author(value, tmp_path):
            wrong[value] = (ours, _git_author(value, tmp_path))
    assert wrong == {}
    assert len(values) > 150


def _git_author(value: bytes, folder: Path) -> tuple[str, str]:
    """Author and Email that git mailinfo prints for a mail with this From; white space as we fold it."""
    result = subprocess.run(
        ["git", "mailinfo", "--no-inbody-headers", str(folder / "msg"), str(folder / "patch")],
        input=b"From:" + value + b"\nSubject: demo\n\ntext\n", capture_output=True, check=True,
    )  # fmt: skip
    found = dict(line.split(": ", 1) for line in result.stdout.decode().splitlines() if ": " in line)
    return " ".join(found.get("Author", "").split()), found.get("Email", "")
