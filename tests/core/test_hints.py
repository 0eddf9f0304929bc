"""What postings say about where they come from: links to earlier versions, commits, sketches of lines and words."""

from __future__ import annotations

import pytest

from tests.mails import DIFF, mail, patch
from tracker.core.hints import LINES_KEPT, WORDS_KEPT, Hints, read_hints, sketch
from tracker.core.message import parse

OLD = "https://lore.kernel.org/all/old@example.org/"


def hints(body: str, subject: str = "[PATCH v2 0/2] x") -> Hints:
    return read_hints(parse(mail("new@example.org", subject, body)))


@pytest.mark.parametrize(
    "text",
    [
        f"v1: {OLD}",
        f"- Link to v1: {OLD}",
        f"Changes since v1:\n- fixed it\n\nv1 -> {OLD}",
        f"Changes since v1 [1]:\n- fixed it\n\n[1] {OLD}",
        f"RFC: {OLD}",
        f"[1] v1: {OLD}",
        f"Link: {OLD} # v1",
        f"Link: [RFC v1] {OLD}",
        f"Previous version:\n{OLD}",
        f"The previous posting is at {OLD}",
        f"For v1 and its replies see here:\n\n{OLD}",
        "Supersedes: <old@example.org>",
        "Supersedes: old@example.org",
        f"This replaces {OLD}",
        f"Resend of {OLD}",
    ],
)
def test_earlier_versions_are_found_in_the_forms_that_people_use(text: str) -> None:
    """Every form names the old mail as an earlier version."""
    assert hints(f"Hello.\n\n{text}\n").previous == ("old@example.org",)


@pytest.mark.parametrize(
    "text",
    [
        f"This depends on v3 of the ring series [1].\n\n[1] {OLD}",
        f"Based on v2 of: {OLD}",
        f"Applies on top of {OLD}",
        "Based-on: <old@example.org>",
    ],
)
def test_what_a_series_needs_is_no_earlier_version(text: str) -> None:
    """A version number of something needed does not make it an earlier version."""
    found = hints(f"Hello.\n\n{text}\n")
    assert (found.previous, found.depends) == ((), ("old@example.org",))


@pytest.mark.parametrize(
    "text",
    [
        f"Link: {OLD}",
        f"Reported-by: Rita <rita@example.org>\nCloses: {OLD}",
        f"This was broken since v6.1, see {OLD}",
        f"as described in the following RFC by somebody else:\n\n{OLD}",
        f"After discussion in [1] this is what we do.\n\n[1] {OLD}",
        f"> v1: {OLD}",
    ],
)
def test_other_links_are_no_earlier_versions(text: str) -> None:
    """Reports, discussions, kernel releases and quoted lines say nothing about versions of this series."""
    assert hints(f"Hello.\n\n{text}\n") == Hints(words=hints(f"Hello.\n\n{text}\n").words)


@pytest.mark.parametrize(
    "line",
    [
        "commit 1234567890abcdef1234567890abcdef12345678 upstream.",
        "[ Upstream commit 1234567890abcdef1234567890abcdef12345678 ]",
        "Upstream commit: 1234567890abcdef1234567890abcdef12345678",
        "(cherry picked from commit 1234567890abcdef1234567890abcdef12345678)",
    ],
)
def test_the_commit_of_a_backport(line: str) -> None:
    """All ways of naming the upstream commit are read, and a mere mention of one is none."""
    raw = patch("b@example.org", "[PATCH 6.1.y] ring: count", log=f"{line}\n\nCount.\n")
    assert read_hints(parse(raw)).upstream == "1234567890abcdef1234567890abcdef12345678"
    raw = patch("b@example.org", "[PATCH] ring: count", log="As in commit 1234567890abcdef upstreams do.\n")
    assert read_hints(parse(raw)).upstream == ""


def changed(*lines: str, path: str = "ring.c") -> bytes:
    return (
        f"--- a/{path}\n+++ b/{path}\n@@ -1 +1,{len(lines) + 1} @@ int x;\n int end;\n".encode()
        + "".join(f"{line}\n" for line in lines).encode()
    )


def test_a_sketch_knows_lines_and_not_where_they_stand() -> None:
    """Indentation, context and order change nothing; sign, file and words of a line do; short lines say nothing."""
    one = b"\n" + changed("+\tcount_all_readers(ring);", "+\tdrop_the_lock(ring);")
    two = b"\n" + changed("+drop_the_lock(ring);", " context here;", "+  count_all_readers( ring );", "+\t}")
    assert sketch(one) == sketch(two)
    assert len(sketch(one)) == 2
    for other in ("-\tcount_all_readers(ring);", "+\tcount_all_writers(ring);"):
        assert not set(sketch(b"\n" + changed(other))) & set(sketch(one))
    assert not set(sketch(b"\n" + changed("+count_all_readers(ring);", path="lib/list.c"))) & set(sketch(one))
    assert sketch(b"\n" + changed("+count_all_readers(ring);", path="lib/ring.c"))[0] in sketch(one)


def test_a_sketch_is_small_and_comparable() -> None:
    """Of many lines the smallest hashes stay, so two sketches of nearly the same lines share nearly all."""
    lines = [f"+\tcall_number_{n}(ring);" for n in range(500)]
    whole, most = sketch(b"\n" + changed(*lines)), sketch(b"\n" + changed(*lines[:480]))
    assert len(whole) == len(most) == LINES_KEPT
    assert list(whole) == sorted(whole)
    assert len(set(whole) & set(most)) > LINES_KEPT * 0.8


def test_wording_leaves_out_trailers_links_and_diffs() -> None:
    """The same words with other trailers, links and patches have the same sketch; other words have another."""
    log = "The lock is held for too long and readers starve.\n\n{}: Rita Reviewer <rita@example.org>\nLink: {}\n"
    one = read_hints(parse(patch("a@example.org", "[PATCH] a", log=log.format("Reviewed-by", OLD))))
    other_log = log.format("Tested-by", "https://x.example/")
    two = read_hints(parse(patch("b@example.org", "[PATCH] b", log=other_log, diff=DIFF.replace("depth", "w"))))
    assert one.words == two.words
    assert 0 < len(one.words) <= WORDS_KEPT
    other = read_hints(parse(patch("c@example.org", "[PATCH] c", log="Something else entirely is wrong here.\n")))
    assert not set(one.words) & set(other.words)


def test_a_mail_without_patch_or_words_has_empty_hints() -> None:
    """Nothing in, nothing out."""
    assert hints("\n") == Hints()
    assert sketch(b"") == sketch(b"\n--- a\n+++ b\n") == ()


@pytest.mark.parametrize(
    "body",
    ["https://" * 20_000, "v1: https://lore.kernel.org/a@b\n" * 5_000, "[" * 50_000, "a-" * 60_000 + ":", "<" * 60_000],
)
def test_hostile_bodies_are_read(body: str) -> None:
    """Long lines, thousands of links and runs of marks neither raise nor take long."""
    found = read_hints(parse(mail("h@example.org", "[PATCH] x", body + "\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + "+x" * 100_000)))
    assert len(found.previous) <= 64


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ('Since 3b832035387f ("demo: one") readers starve.', ("demo: one",)),
        ('Since commit 3b832035387f ("demo: drop\n  the big lock") readers starve.', ("demo: drop the big lock",)),
        ('As 3b832035387f ("demo: count()") does.', ("demo: count()",)),
        ("As 3b832035387f ('demo: one') and 2a010c412853 (\"other: two\") do.", ("demo: one", "other: two")),
        ('Twice 3b832035387f ("demo: one"), 3b832035387ff508 ("demo: one").', ("demo: one",)),
        ('Fixes: 3b832035387f ("demo: one")', ()),
        ("See 3b832035387f.", ()),
        ('See "demo: one" (3b832035387f).', ()),
        ('See abc ("demo: one").', ()),
        ('> Since 3b832035387f ("demo: one") readers starve.', ()),
    ],
)
def test_the_commits_that_the_words_name(text: str, quotes: tuple[str, ...]) -> None:
    """Their titles, in the form that the kernel's documentation wants; not those of Fixes trailers and not quoted ones."""
    assert hints(f"Hello.\n\n{text}\n").quotes == quotes


def test_commits_below_the_words_are_not_looked_at() -> None:
    """What stands behind "---" is no reason for the patch; eight titles are enough."""
    assert hints('Hello.\n---\nSee 3b832035387f ("demo: one").\n').quotes == ()
    many = "".join(f'{n:012x} ("demo: number {n}")\n' for n in range(3_000))
    assert len(hints(many).quotes) == 8
    assert hints(f'Fixes: {"a" * 12} ("demo: one")\n' * 3_000).quotes == ()
