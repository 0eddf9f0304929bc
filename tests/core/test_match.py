"""Mailed patches and the commits they became: exact keys, second signs, whole topics, and what is no match."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha1

import pytest

from tests.mails import START
from tracker.core.commit import Commit, read_commit, subject_key
from tracker.core.match import Match, match
from tracker.core.patch import parse_diff
from tracker.core.people import Person, same_person
from tracker.core.pool import Asked
from tracker.core.posted import Posted

ANNA, BERT, CARL = (Person(f"{name} Author", f"{name.lower()}@example.org") for name in ("Anna", "Bert", "Carl"))
DAY = 86_400
LINK = "Link: https://lore.kernel.org/r/m@example.org\n"
WHY = "The readers of the ring are counted now, since a lock makes every one of them wait for the slowest writer.\n"


def diff(path: str, *added: str, removed: Sequence[str] = ("int old_lock_of_the_ring;",), base: str = "1111111") -> str:
    """A diff of one file with these lines."""
    lines = [f"-{line}" for line in removed] + [f"+{line}" for line in added]
    head = f"diff --git a/{path} b/{path}\nindex {base}..2222222 100644\n--- a/{path}\n+++ b/{path}\n"
    return f"{head}@@ -1,{len(removed) + 1} +1,{len(added) + 1} @@\n int first;\n" + "\n".join(lines) + "\n"


def body(number: int, count: int = 6) -> tuple[str, ...]:
    """Lines of code that share nothing with those of another number."""
    words = [sha1(f"{number} {line}".encode()).hexdigest() for line in range(count)]
    return tuple(f"\t{word[:9]}({word[9:16]}, {word[16:25]});" for word in words)


def posted(msgid: str, title: str, text: str, *, at: int = START, author: Person = ANNA, message: str = WHY) -> Posted:
    """A patch as it was mailed."""
    parsed = parse_diff(text.encode())
    assert parsed is not None
    files = tuple(file.path for file in parsed.files)
    name = f"{msgid}@example.org"
    return Posted(name, title, author, author, at, parsed.patch_id, files, message.encode(), text.encode(), False)


@dataclass
class Tree:
    """A pool of commits that are made as the test goes; each is the child of the one before."""

    commits: dict[str, Commit] = field(default_factory=dict)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(
        self, title: str, text: str, *, at: int = START + DAY, authored: int | None = None, author: Person = ANNA,
        message: str = WHY,
    ) -> str:  # fmt: skip
        """A commit; its id."""
        sha = f"{len(self.commits) + 1:040x}"
        whole = f"{title}\n\n{message}"
        parents = (f"{len(self.commits):040x}",)
        when = at - 3600 if authored is None else authored
        self.commits[sha] = read_commit(sha, parents, author, when, CARL, at, whole)
        self.texts[sha] = (whole, text)
        return sha

    def by_link(self, msgid: str) -> Sequence[Commit]:
        return [one for one in self.commits.values() if msgid in one.links]

    def by_authored(self, when: int) -> Sequence[Commit]:
        return [one for one in self.commits.values() if one.authored == when]

    def by_subject(self, title: str) -> Sequence[Commit]:
        return [one for one in self.commits.values() if subject_key(one.subject) == subject_key(title)]

    def by_author(self, email: str, since: int, until: int) -> Sequence[Commit]:
        return [one for one in self.commits.values() if one.author.email == email and since <= one.authored <= until]

    def touching(self, asked: Sequence[Asked]) -> Sequence[Sequence[Commit]]:
        return [
            [
                one for sha, one in self.commits.items()
                if ask.since <= one.authored <= ask.until and same_person(one.author, ask.author)
                and any(f"+++ b/{path}\n" in self.texts[sha][1] for path in ask.paths)
            ]
            for ask in asked
        ]  # fmt: skip

    def messages(self, shas: Collection[str]) -> Mapping[str, str]:
        return {sha: self.texts[sha][0] for sha in shas}

    def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
        return {sha: self.texts[sha][1].encode() for sha in shas if self.texts[sha][1]}


def alone(one: Posted, tree: Tree, *, links: bool = True) -> Match:
    """What became of a patch that is a topic for itself."""
    return match([[[one]]], tree, links=links)[one.msgid]


# --- one patch


def test_a_link_with_a_second_sign_is_the_origin() -> None:
    """The commit that names the mail is its commit even when title and most of the diff were changed."""
    tree = Tree()
    tree.add("other", diff("b.c", *body(2)))
    sha = tree.add("rings: count readers", diff("a.c", *body(1, 2), *body(3)), message=LINK)
    found = alone(posted("m", "ring: count the readers", diff("a.c", *body(1))), tree)
    assert (found.commit, found.commits, found.how) == (sha, (sha,), "link")
    assert found.confidence > 0.9


def test_a_link_to_a_discussion_is_no_origin() -> None:
    """A commit that names the mail of a patch for another project, where it was discussed, is not what that patch became."""
    tree = Tree()
    tree.add("test: close at once", diff("test/close.c", *body(1)), author=BERT, message=LINK)
    one = posted("m", "io_uring: run task work in time", diff("io_uring/poll.c", *body(2)))
    assert alone(one, tree) == Match("m@example.org")


def test_a_link_to_the_patch_that_is_mended_is_no_origin() -> None:
    """The author's later fix names the mail and touches the same file; the patch itself is not in this tree."""
    tree = Tree()
    tree.add("ring: init the counter", diff("a.c", *body(2), removed=["int zero;"]), message=f"It was not set.\n\n{LINK}")
    assert alone(posted("m", "ring: count", diff("a.c", *body(1))), tree).commit is None


def test_without_links_other_signs_have_to_do() -> None:
    """links=False leaves the trailer out, and the same commit is found by its title."""
    tree = Tree()
    sha = tree.add("ring: count", diff("a.c", *body(1), "new"), message=LINK)
    found = alone(posted("m", "ring: count", diff("a.c", *body(1))), tree, links=False)
    assert (found.commit, found.how) == (sha, "subject")


def test_the_author_date_of_git_am_is_a_key() -> None:
    """A commit whose author date is the mail's Date is its commit though a committer gave it another title."""
    tree = Tree()
    tree.add("ring: drop it", diff("a.c", *body(2)), authored=START)
    sha = tree.add("kernel/ring: make readers wait less", diff("a.c", *body(1)), authored=START)
    found = alone(posted("m", "ring: count", diff("a.c", *body(1))), tree)
    assert (found.commit, found.how, found.confidence) == (sha, "date", 1.0)


def test_a_date_alone_says_nothing() -> None:
    """Another patch of the same author that was committed in the same second is not taken."""
    tree = Tree()
    tree.add("ring: drop it", diff("a.c", *body(2)), authored=START, message="Nobody needs it any more at all.\n")
    assert alone(posted("m", "poll: wake up", diff("a.c", *body(1))), tree).commit is None


def test_the_same_diff_under_another_title() -> None:
    """A patch-id is found without title, where the author is the same."""
    tree = Tree()
    sha = tree.add("kernel/ring: make readers wait less", diff("a.c", *body(1)), message="")
    found = alone(posted("m", "Count", diff("a.c", *body(1)), message=""), tree)
    assert (found.commit, found.how) == (sha, "patch-id")


def test_a_diff_made_with_another_algorithm_has_a_patch_id_too() -> None:
    """Where the usual diff of the commit differs from the mail's, the other algorithms are tried."""

    class Histogram(Tree):
        def diffs(self, shas: Collection[str], algorithm: str) -> Mapping[str, bytes]:
            if algorithm == "histogram":
                return {sha: diff("a.c", *body(1)).encode() for sha in shas}
            return super().diffs(shas, algorithm)

    tree = Histogram()
    sha = tree.add("ring: count", diff("a.c", *body(1), "\tmoved_the_line();"))
    assert (found := alone(posted("m", "ring: count", diff("a.c", *body(1))), tree)).how == "patch-id"
    assert found.commit == sha


def test_siblings_are_not_taken_for_each_other() -> None:
    """Same title, author and file, but another diff: unknown, unless the diff shows which one it is."""
    tree = Tree()
    tree.add("ring: fix build", diff("a.c", *body(2)))
    assert alone(posted("m", "ring: fix build", diff("a.c", *body(1))), tree).commit is None
    sha = tree.add("ring: fix build", diff("a.c", *body(1), "\tmore();"))
    assert alone(posted("m", "ring: fix build", diff("a.c", *body(1))), tree).commit == sha


def test_the_same_lines_of_somebody_else_are_no_match() -> None:
    """A commit that merely makes the same change, by another author under another title, is not what the patch became."""
    tree = Tree()
    tree.add("all: convert", diff("a.c", *body(1)), author=BERT, message="Converts everything at once.\n")
    assert alone(posted("m", "ring: count", diff("a.c", *body(1), "\tmine();")), tree).commit is None


def test_the_same_lines_elsewhere_belong_to_another_project() -> None:
    """A kernel patch is not the commit by which its author brings the same lines into a library's own folder."""
    tree = Tree()
    tree.add("ring: sync the header", diff("src/include/ring.h", *body(1)))
    assert alone(posted("m", "ring: extend the header", diff("include/uapi/linux/ring.h", *body(1))), tree).commit is None


def test_a_commit_made_long_before_the_mail_is_not_its_result() -> None:
    """What is similar but older than the mail is something else."""
    tree = Tree()
    tree.add("ring: count", diff("a.c", *body(1), "\tmore();"), at=START - 30 * DAY)
    assert alone(posted("m", "ring: count", diff("a.c", *body(1))), tree).commit is None


def test_committers_change_titles_and_lines() -> None:
    """Author, half of the lines and the wording are enough for a similar commit, with less confidence."""
    tree = Tree()
    sha = tree.add("kernel/ring: count all readers", diff("a.c", *body(1), *body(2, 3)))
    found = alone(posted("m", "ring: count readers", diff("a.c", *body(1))), tree)
    assert (found.commit, found.how) == (sha, "similar")
    assert 0.8 < found.confidence < 1


def test_an_author_is_known_by_name_where_the_address_changed() -> None:
    """Mail from home, commit from work: still the same person."""
    tree = Tree()
    sha = tree.add("ring: count", diff("a.c", *body(1), "x();"), author=Person(ANNA.name, "a@work.example"))
    assert alone(posted("m", "ring: count", diff("a.c", *body(1))), tree).commit == sha


def test_a_commit_without_a_diff_at_hand_is_unknown_but_for_exact_keys() -> None:
    """In a clone without blobs the title alone proves nothing; the date beside it does."""
    tree = Tree()
    tree.add("ring: count", "")
    assert alone(posted("m", "ring: count", diff("a.c", *body(1))), tree).commit is None
    sha = tree.add("ring: count", "", authored=START)
    assert alone(posted("m", "ring: count", diff("a.c", *body(1))), tree).commit == sha


# --- relations


@pytest.mark.parametrize("title", ['Revert "ring: count"', 'Reapply "ring: count"', 'Revert "Revert "ring: count""'])
def test_reverts_and_reapplications_are_not_the_patch(title: str) -> None:
    """A mail that takes a commit back or again is not that commit, though all its lines are the same; nor the other way round."""
    tree = Tree()
    sha = tree.add("ring: count", diff("a.c", *body(1)))
    one = posted("m", title, diff("a.c", *body(1)), at=START)
    assert alone(one, tree).commit is None
    other = Tree()
    marked = other.add(title, diff("a.c", *body(1)))
    assert alone(replace(one, title="ring: count"), other).commit is None
    assert (alone(one, other).commit, alone(replace(one, title="ring: count"), tree).commit) == (marked, sha)


def test_a_backport_is_the_commit_that_names_the_same_upstream() -> None:
    """A stable posting became the stable commit, not the original; an original did not become a backport."""
    tree = Tree()
    original = tree.add("ring: count", diff("a.c", *body(1)))
    backport = tree.add("ring: count", diff("a.c", *body(1)), at=START + 2 * DAY, message=f"commit {original} upstream.\n\n{WHY}")
    one = posted("m", "ring: count", diff("a.c", *body(1)))
    assert alone(one, tree).commits == (original,)
    assert alone(replace(one, upstream=original), tree).commits == (backport,)
    assert alone(replace(one, upstream="f" * 40), tree).commits == ()


# --- several commits, several mails


def test_a_change_that_was_committed_twice_has_two_landings() -> None:
    """The mail became the first of two equal commits; the other is a further landing."""
    tree = Tree()
    first = tree.add("ring: count", diff("a.c", *body(1)), at=START + DAY, authored=START + 60)
    second = tree.add("ring: count", diff("a.c", *body(1)), at=START + 9 * DAY, authored=START + 60)
    found = alone(posted("m", "ring: count", diff("a.c", *body(1))), tree)
    assert (found.commit, found.commits) == (first, (first, second))


def test_two_postings_of_two_equal_commits_stay_undecided() -> None:
    """Nothing tells which posting became which commit: none is named, both are listed."""
    tree = Tree()
    shas = tuple(tree.add("ring: count", diff("a.c", *body(1)), at=START + day * DAY, authored=START + 60) for day in (1, 9))
    one, other = (posted(msgid, "ring: count", diff("a.c", *body(1))) for msgid in ("m", "n"))
    found = match([[[one]], [[other]]], tree)
    assert {(one.commit, one.commits, one.confidence) for one in found.values()} == {(None, shas, 0.5)}


def test_the_base_of_the_diff_tells_equal_commits_apart() -> None:
    """Of two commits with the same change the mail became the one that changes the same blob."""
    tree = Tree()
    tree.add("ring: count", diff("a.c", *body(1), base="3333333"), authored=START + 60)
    sha = tree.add("ring: count", diff("a.c", *body(1), base="4444444"), authored=START + 60)
    assert alone(posted("m", "ring: count", diff("a.c", *body(1), base="44444440")), tree).commit == sha


def test_two_mails_squashed_into_one_commit() -> None:
    """Both halves became the commit."""
    tree = Tree()
    sha = tree.add("ring: count", diff("a.c", *body(1)) + diff("b.c", *body(2, 3)))
    halves = [
        posted("1", "ring: count", diff("a.c", *body(1))),
        posted("2", "ring: count in b", diff("b.c", *body(2, 3)), message=""),
    ]
    assert {one.commit for one in match([[halves]], tree).values()} == {sha}


def test_one_mail_split_into_two_commits() -> None:
    """The mail became the commit with its title, and the one beside it that is made of its other lines."""
    tree = Tree()
    first = tree.add("ring: count", diff("a.c", *body(1)))
    second = tree.add("ring: prepare b", diff("b.c", *body(2)), at=START + DAY + 60, message="")
    tree.add("ring: something else", diff("c.c", *body(3)), at=START + DAY + 120, message="")
    found = alone(posted("m", "ring: count", diff("a.c", *body(1)) + diff("b.c", *body(2))), tree)
    assert (found.commit, found.commits) == (first, (first, second))


def test_a_commit_with_the_title_is_a_piece_of_what_was_split() -> None:
    """The mail became the commit with most of its lines; the one beside it has its title and half of what is left of it."""
    tree = Tree()
    style = tree.add("ring: style of all conditions", diff("a.c", *body(1, 12), *body(4, 8)), message="")
    named = tree.add("ring: enable it on arm64", diff("a.c", body(2)[0], body(3)[0], removed=()), at=START + DAY + 60, message="")
    other = tree.add("ring: another thing", diff("a.c", body(2)[1], body(3)[1], removed=()), at=START + DAY + 120, message="")
    mail = posted("m", "ring: enable it on aarch64", diff("a.c", *body(1, 12), *body(2, 2)))
    found = alone(mail, tree)
    assert (found.commit, found.commits) == (style, (style, named))
    assert other not in found.commits


def test_earlier_versions_are_found_through_the_final_one() -> None:
    """A rewritten patch of v1 is found among the commits of its topic, where alone it would be unknown."""
    tree = Tree()
    shas = [tree.add(f"ring: step {step}", diff(f"{step}.c", *body(step)), at=START + 30 * DAY + step) for step in (1, 2, 3)]
    first = [posted(f"v1-{step}", f"ring: step {step}", diff(f"{step}.c", *body(step))) for step in (1, 3)]
    rough = posted("v1-2", "ring: draft", diff("2.c", *body(2, 2), *body(9, 9)), message="A first idea.\n")
    last = [posted(f"v2-{step}", f"ring: step {step}", diff(f"{step}.c", *body(step)), at=START + 29 * DAY) for step in (1, 2, 3)]
    assert alone(rough, tree).commit is None
    found = match([[[first[0], rough, first[1]], last]], tree)
    assert [found[f"v1-{step}@example.org"].commit for step in (1, 2, 3)] == shas
    assert found["v1-2@example.org"].confidence < 0.9


def test_a_patch_dropped_from_its_series_stays_unknown() -> None:
    """The commits of its neighbours are not given to a patch that shares nothing with them."""
    tree = Tree()
    tree.add("ring: step 1", diff("1.c", *body(1)))
    tree.add("ring: step 2", diff("2.c", *body(2)))
    series = [posted(str(step), f"ring: step {step}", diff(f"{step}.c", *body(step)), message="") for step in (1, 2, 3)]
    found = match([[series]], tree)
    assert [found[f"{step}@example.org"].commit is None for step in (1, 2, 3)] == [False, False, True]


def test_every_mail_gets_an_answer() -> None:
    """Mails without a date, a title or files are unknown, not missing; of a mail with two patches the surer one counts."""
    tree = Tree()
    sha = tree.add("ring: count", diff("a.c", *body(1)))
    bare = replace(posted("bare", "", diff("x.c", *body(8))), date=None, files=())
    two = [posted("two", "", diff("y.c", *body(7))), posted("two", "ring: count", diff("a.c", *body(1)))]
    found = match([[[bare]], [two]], tree)
    assert found["bare@example.org"] == Match("bare@example.org", None, (), None, 0.0)
    assert found["two@example.org"].commit == sha


def test_the_order_of_topics_changes_nothing() -> None:
    """The same answers whichever topic comes first."""
    tree = Tree()
    for number in range(6):
        tree.add("ring: fix", diff("a.c", *body(number), "\tx();"), at=START + number * 3600 + DAY)
    topics = [[[posted(str(number), "ring: fix", diff("a.c", *body(number)))]] for number in range(6)]
    assert match(topics, tree) == match(topics[::-1], tree)
    assert len({one.commit for one in match(topics, tree).values()}) == 6
