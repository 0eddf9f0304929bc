"""A .mailmap is read as git reads it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.core.mailmap import read_mailmap
from tracker.core.people import Person, same_person

CLONE = os.environ.get("TRACKER_TEST_GIT", "")  # read here, because every test gets an environment of its own
SAMPLE = """\
# a comment
 # none: it has no address
Joe Developer <joe@example.com>
Jane Doe <jane@example.com> <jane@laptop.(none)>
<jane@example.com> <JANE@desktop.example>
Jane Doe <jane@example.com> Jane <shared@example.org>
Joe Developer <joe@example.com> Joe <shared@example.org>
Joe Developer <joe@example.com> Joe <joe@old.example>
<jane@new.example> <jane@example.com>
Nobody <> <x@example.org>
<unclosed
Empty <e@example.org> <>
"""


def ask_git(folder: Path, text: str, people: list[Person]) -> list[Person]:
    """What `git check-mailmap` says of *people*."""
    if not (folder / ".git").exists():
        subprocess.run(["git", "init", "-q", folder], check=True)
    (folder / ".mailmap").write_text(text, "utf-8", newline="\n")
    lines = "".join(f"{one.name} <{one.email}>\n" for one in people)
    done = subprocess.run(
        ["git", "-C", folder, "check-mailmap", "--stdin"], input=lines.encode(), capture_output=True, check=True
    )
    found = []
    for line in done.stdout.decode().splitlines():
        name, _, email = line.partition("<")
        found.append(Person(name.strip(), email.removesuffix(">")))
    return found


def test_the_forms_of_the_manual(tmp_path: Path) -> None:
    """The four forms of a line, folded addresses, names that decide; as git does and as gitmailmap(5) says."""
    people = [
        Person("joe", "JOE@example.com"), Person("J", "jane@laptop.(none)"), Person("J", "jane@Desktop.example"),
        Person("JANE", "shared@example.org"), Person("joe", "shared@example.org"), Person("Else", "shared@example.org"),
        Person("Joe", "joe@old.example"), Person("Jo", "joe@old.example"), Person("x", "x@example.org"),
        Person("e", "e@example.org"),
    ]  # fmt: skip
    found = [read_mailmap(SAMPLE).resolve(one) for one in people]
    assert found == ask_git(tmp_path, SAMPLE, people)
    assert found[:3] == [
        Person("Joe Developer", "JOE@example.com"), Person("Jane Doe", "jane@example.com"), Person("J", "jane@example.com"),
    ]  # fmt: skip


def test_aliases_are_what_same_person_wants() -> None:
    """Old addresses lead to the newest one, one that several people share to nobody."""
    mailmap = read_mailmap(SAMPLE)
    aliases = mailmap.aliases
    assert aliases == {
        "jane@laptop.(none)": "jane@new.example", "jane@desktop.example": "jane@new.example",
        "jane@example.com": "jane@new.example", "joe@old.example": "joe@example.com",
    }  # fmt: skip
    assert same_person(Person("", "jane@laptop.(none)"), Person("", "Jane@example.com"), aliases)
    assert not same_person(Person("", "shared@example.org"), Person("", "joe@example.com"), aliases)
    assert mailmap.addresses(["Jane@Example.com"]) == (
        "jane@desktop.example", "jane@example.com", "jane@laptop.(none)", "jane@new.example",
    )  # fmt: skip
    assert mailmap.addresses(["new@example.net"]) == ("new@example.net",)


def test_a_circle_of_addresses_ends() -> None:
    """Two addresses that stand for each other are one owner's, and nothing hangs."""
    mailmap = read_mailmap("<a@example.org> <b@example.org>\n<b@example.org> <a@example.org>\n")
    assert mailmap.addresses(["a@example.org"]) == ("a@example.org", "b@example.org")


PIECES = st.sampled_from(
    ["Ann", "ann", "Ben B", " ", "\t", "<a@x>", "<A@X>", "<b@x>", "<c@y>", "<", ">", "<>", "#", "\n", "\n", "\n", "é", "É"]
)


def test_git_agrees_on_generated_tables(tmp_path: Path) -> None:
    """Whatever a file holds, git resolves people to the same names and addresses."""
    people = [Person(name, email) for name in ("Ann", "ben b", "É", "x") for email in ("a@x", "B@x", "c@y", "d@z")]

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(PIECES, max_size=30).map("".join))
    def agree(text: str) -> None:
        assert [read_mailmap(text).resolve(one) for one in people] == ask_git(tmp_path, text, people)

    agree()


def test_a_real_mailmap(tmp_path: Path) -> None:
    """git's own .mailmap, where a clone of git.git is named by TRACKER_TEST_GIT: every address of it resolves as git says."""
    if not CLONE:
        pytest.skip("no clone of git.git (set TRACKER_TEST_GIT)")
    done = subprocess.run(["git", "-C", CLONE, "show", "HEAD:.mailmap"], capture_output=True, check=True)
    text = done.stdout.decode("utf-8")
    parts = [part.partition("<") for line in text.split("\n") for part in line.split(">")[:-1]]
    people = [Person(name.strip() or "Somebody", email) for name, _, email in parts]
    people += [Person("Somebody", email.upper()) for _, _, email in parts]
    assert len(people) > 500
    assert [read_mailmap(text).resolve(one) for one in people] == ask_git(tmp_path, text, people)
