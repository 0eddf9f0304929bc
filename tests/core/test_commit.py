"""Commits: what their messages name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.commit import Commit, Relations, read_commit, relations, relations_of, subject_key, subject_with_key
from tracker.core.people import Person

SHA = "2a010c41285345da60cece35575b4e0af7e7bf44"
OTHER = "3b832035387ff508fdcf0fba66701afc78f79e3d"
ANN = Person("Ann", "ann@example.org")
BOB = Person("Bob", "bob@example.org")


def test_read_commit() -> None:
    """A whole message gives every field at once."""
    message = (
        "fs: don't block\n\nWhy.\n\nLink: https://lore.kernel.org/r/20240531-x-v1-1-a%2Bb@example.org\n"
        f'Fixes: {SHA[:12]} ("fs: block")\nCc: <stable@vger.kernel.org> # 6.1+\nSigned-off-by: Ann <ann@example.org>\n'
    )
    commit = read_commit(SHA, (OTHER,), ANN, 100, BOB, 200, message)
    assert commit == Commit(
        SHA, (OTHER,), ANN, 100, BOB, 200, "fs: don't block", ("20240531-x-v1-1-a+b@example.org",), (SHA[:12],), (), "", True
    )


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ("", ""),
        ("one\n", "one"),
        ("\n\none\n\ntwo\n", "one"),
        ("a title that\ngoes on\n\nbody\n", "a title that goes on"),
        ("only one paragraph\nSigned-off-by: A", "only one paragraph Signed-off-by: A"),
    ],
)
def test_subject(message: str, subject: str) -> None:
    """The subject is git's %s: the first paragraph on one line."""
    assert subject_with_key(message.encode())[0] == subject


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Link: https://lore.kernel.org/all/a@example.org", ("a@example.org",)),
        ("Link: https://lore.kernel.org/linux-fsdevel/a@example.org/T/#u", ("a@example.org",)),
        ("Link: https://patch.msgid.link/a@example.org", ("a@example.org",)),
        ("LINK: https://lkml.kernel.org/r/a@example.org", ("a@example.org",)),
        ("Link:\n https://lore.kernel.org/r/a@example.org", ("a@example.org",)),
        ("Message-ID: <a@example.org>", ("a@example.org",)),
        ("Message-Id: a@example.org", ("a@example.org",)),
        ("Link: https://lore.kernel.org/r/a@example.org [1]\nLink: https://lore.kernel.org/r/b@example.org [2]",
         ("a@example.org", "b@example.org")),
        ("[1] Link: https://lore.kernel.org/r/a@example.org", ("a@example.org",)),
        ("Link[1]: https://lore.kernel.org/r/a@example.org", ("a@example.org",)),
        ('Link: 49624efa65ac ("Merge tag") [2]', ()),
        ("Link: https://bugzilla.example.org/show_bug.cgi?id=1", ()),
        # A report is not what the patch was posted as, and prose may cite anything.
        ("Closes: https://lore.kernel.org/r/a@example.org", ()),
        ("as seen in https://lore.kernel.org/r/a@example.org", ()),
    ],
)  # fmt: skip
def test_links(text: str, links: tuple[str, ...]) -> None:
    """Trailers that say where a patch was posted or talked about are links."""
    assert relations(f"t\n\nbody\n\n{text}\nSigned-off-by: Ann <ann@example.org>\n").links == links


@pytest.mark.parametrize(
    ("text", "fixes"),
    [
        (f'Fixes: {SHA[:12]} ("title")', (SHA[:12],)),
        (f'fixes: commit {SHA} ("title")', (SHA,)),
        (f"  Fixes: {SHA[:12].upper()}", (SHA[:12],)),
        (f'Fixes: {SHA[:12]} ("a")\nFixes: {OTHER[:12]} ("b deadbeef12")', (SHA[:12], OTHER[:12])),
        (f'Fixes: {SHA[:12]} ("a"), {OTHER[:12]} ("b")', (SHA[:12], OTHER[:12])),
        (f"Fixes: https://git.kernel.org/torvalds/c/{SHA}", (SHA,)),
        ("Fixes: 1234567", ()),
        ("Fixes: defaced walls", ()),
        (f"It fixes: nothing\nthis Fixes: {SHA}", ()),
    ],
)
def test_fixes(text: str, fixes: tuple[str, ...]) -> None:
    """Fixes: lines name commits in hex; numbers of bugs and words are none."""
    assert relations(f"t\n\n{text}\n").fixes == fixes


@pytest.mark.parametrize(
    ("text", "reverts"),
    [
        (f"This reverts commit {SHA}.", (SHA,)),
        (f"This reverts\ncommit {SHA[:12]}", (SHA[:12],)),
        (f"This reverts commits {SHA[:12]},\n{OTHER[:12]} and {SHA}.", (SHA[:12], OTHER[:12], SHA)),
        (f'This reverts commit {SHA[:12]} ("one") and\ncommit {OTHER[:12]} ("two").', (SHA[:12], OTHER[:12])),
        (f"This reverts the following commits:\n - {SHA[:12]}\n - {OTHER[:12]}\n", (SHA[:12], OTHER[:12])),
        (f"This reverts {SHA[:8]}.\n\nAnd this reverts commit {OTHER}.", (SHA[:8], OTHER)),
        (f"This reverts commit {SHA}, reversing\nchanges made to {OTHER}.", (SHA,)),
        (f"Reverts: {SHA[:12]}", (SHA[:12],)),
        (f"Revert commit {SHA[:12]}.", (SHA[:12],)),
        (f"This partially reverts commit {SHA}.", ()),
        (f"One could revert {SHA}.", ()),
    ],
)
def test_reverts(text: str, reverts: tuple[str, ...]) -> None:
    """git's sentence, for one commit and for many; a partial revert and talk about one are none."""
    assert relations(f'Revert "x"\n\n{text}\n').reverts == reverts


@pytest.mark.parametrize(
    ("text", "upstream"),
    [
        (f"commit {SHA} upstream.", SHA),
        (f"[ Upstream commit {SHA} ]", SHA),
        (f"[Upstream commit {SHA[:12].upper()}]", SHA[:12]),
        (f"Upstream commit {SHA}.", SHA),
        (f"Upstream-commit: {SHA}", SHA),
        (f"(cherry picked from commit {SHA})", SHA),
        (f"(backported from commit {SHA})", SHA),
        (f"commit {SHA} upstream.\n\n(cherry picked from commit {OTHER})", SHA),
        (f"Since commit {SHA} upstream tools break.", ""),
        (f"commit {SHA} is upstream.", ""),
    ],
)
def test_upstream(text: str, upstream: str) -> None:
    """The forms of stable trees and of `git cherry-pick -x` name the commit a backport comes from."""
    assert relations(f"t\n\n{text}\n\nbody\n").upstream == upstream


@pytest.mark.parametrize(
    ("text", "stable"),
    [
        ("Cc: stable@vger.kernel.org", True),
        ("cc: <stable@kernel.org> # v6.1", True),
        ("Cc: Stable Team <stable@vger.kernel.org>", True),
        ("To: stable@vger.kernel.org", False),
        ("Cc: unstable@kernel.org", False),
        ("we asked stable@vger.kernel.org", False),
    ],
)
def test_stable(text: str, stable: bool) -> None:
    """Cc: stable@ is the wish for a backport."""
    assert relations(f"t\n\n{text}\n").stable is stable


def test_plain_message() -> None:
    """A message without any relation has none."""
    assert relations("t\n\nNothing to see here.\n\nSigned-off-by: Ann <ann@example.org>\n") == Relations()


@pytest.mark.parametrize(
    "subject",
    ["fs: don't block", "[PATCH 6.11 1/2] fs: dont block", "[RFC][v2] FS: don't  block.", "fs:don’t block", "fsdontblock"],
)
def test_subject_key(subject: str) -> None:
    """What stable mails, committers and lists do to a subject leaves its key alone, and both ways make the same key."""
    assert subject_key(subject) == "fsdontblock"
    assert subject_with_key(f"{subject}\n\nbody".encode())[1] == "fsdontblock"
    assert subject_key("fsdontblock") == "fsdontblock"


@given(st.text(max_size=80))
def test_both_ways_make_one_key(subject: str) -> None:
    """The fast way for plain ASCII agrees with the general one."""
    text, key = subject_with_key(subject.encode("utf-8", "replace"))
    assert key == subject_key(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message(message: bytes) -> None:
    """Nothing in a message raises an error."""
    relations_of(message)
    subject_with_key(message)


def test_subject_key_tells_apart() -> None:
    """Different words and reverts have different keys."""
    assert len({subject_key(title) for title in ("fs: block", "fs: unblock", 'Revert "fs: block"', "fs: block 2")}) == 4


@pytest.mark.parametrize(
    "text",
    [
        "This reverts commit " + "deadbeef1 " * 100_000,
        "Fixes: " * 100_000,
        'Fixes: ("' * 50_000,
        "\n".join(["This reverts"] * 50_000),
        "This reverts commit deadbeef12 (" + "(" * 300_000,
        "Link:" + " \n" * 200_000,
        "commit " * 100_000 + "upstream",
        "[ Upstream commit " * 30_000,
        "Cc: " + "stable@" * 100_000,
        "\t" * 300_000 + "Link: x",
    ],
)
def test_hostile_messages_take_linear_time(text: str) -> None:
    """Megabytes made to confuse the expressions are read within a second and without an error."""
    started = time.process_time()
    relations("t\n\n" + text)
    read_commit(SHA, (), ANN, 0, BOB, 0, text)
    subject_key(text)
    assert time.process_time() - started < 2
