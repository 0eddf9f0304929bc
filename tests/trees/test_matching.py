"""Mails against a repository that git made: both kinds of pools, whole topics, clones that lack objects."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mails import mail
from tests.trees.build import ANN, BOB, START, Build
from tracker.core.commit import Commit
from tracker.core.match import match
from tracker.core.people import Person
from tracker.core.pool import Asked, Pool
from tracker.trees.index import Index
from tracker.trees.matching import topics_of
from tracker.trees.pool import IndexPool

DAY = 86_400
LINES = [f"int number_{line} = {line * line};" for line in range(40)]


def text(*changed: int) -> str:
    """A file with some of its lines changed."""
    return "".join(f"{'static ' if line in changed else ''}{words}\n" for line, words in enumerate(LINES))


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A base, and a series of two patches that was applied on top of it, with a merge."""
    build = Build(tmp_path / "repo.git")
    base = build.on("master", "base\n", files={"ring.c": text(), "pool.c": text()})
    build.point("topic", base)
    link = "Link: https://lore.kernel.org/r/v2-1@example.org"
    build.on(
        "topic",
        f"ring: first\n\nThe first one.\n\n{link}\n",
        files={"ring.c": text(3, 4), "pool.c": text()},
        authored=START - DAY,
    )
    build.on("topic", "ring: second\n\nThe second one.\n", files={"ring.c": text(3, 4, 20, 21), "pool.c": text()}, author=BOB)
    build.on("master", "pool: other\n\nAnother one.\n", files={"ring.c": text(), "pool.c": text(9)})
    build.on("master", "Merge branch 'topic'\n", build.tips["topic"], files={"ring.c": text(3, 4, 20, 21), "pool.c": text(9)})
    return build


@pytest.fixture
def pool(build: Build, tmp_path: Path) -> Iterator[Pool]:
    """The repository as a pool."""
    with open_pool(build.path, tmp_path) as pool:
        yield pool


@contextmanager
def open_pool(path: Path, cache: Path) -> Iterator[Pool]:
    """A pool of the repository at *path*."""
    with Index.open(cache, "test", path) as index:
        index.update()
        yield IndexPool(index)


def mailed(
    build: Build, rev: str, msgid: str, subject: str, *, at: int = START - 2 * DAY, refs: str = "", body: str = "Why.\n"
) -> bytes:
    """The change of a commit as a mail."""
    diff = build.git("diff-tree", "-p", "--no-commit-id", rev) + "\n"
    name, email = build.git("log", "-1", "--format=%an%x00%ae", rev).split("\0")
    return mail(f"{msgid}@example.org", subject, f"Why.\n---\n{diff}-- \n2.45.0\n", sender=f"{name} <{email}>", at=at, refs=refs)


def named(build: Build) -> dict[str, str]:
    """Subject -> commit."""
    rows = (row.split(" ", 1) for row in build.git("log", "--format=%H %s", "--all").splitlines())
    return {subject: sha for sha, subject in rows}


def test_a_series_and_its_earlier_version_are_found(build: Build, pool: Pool) -> None:
    """Patches of both versions became the two commits, the first by its link; covers and replies are no patches."""
    shas = named(build)
    mails = [
        mailed(build, shas["ring: first"], "v1-1", "[PATCH 1/2] ring: one", at=START - 9 * DAY),
        mailed(build, shas["ring: second"], "v1-2", "[PATCH 2/2] ring: second", at=START - 9 * DAY + 1, refs="v1-1@example.org"),
        mail("v2-0@example.org", "[PATCH v2 0/2] rings", "About rings.\n", at=START - 2 * DAY),
        mailed(build, shas["ring: first"], "v2-1", "[PATCH v2 1/2] ring: first", refs="v2-0@example.org"),
        mailed(build, shas["ring: second"], "v2-2", "[PATCH v2 2/2] ring: second", refs="v2-0@example.org"),
        mail("r@example.org", "Re: [PATCH v2 1/2] ring: first", "Fine.\n", refs="v2-1@example.org"),
    ]
    found = match(topics_of(mails), pool)
    assert {msgid: one.commit for msgid, one in found.items()} == {
        f"v{version}-{n}@example.org": shas[name] for version in (1, 2) for n, name in ((1, "ring: first"), (2, "ring: second"))
    }
    assert found["v2-1@example.org"].how == "link"
    assert match(topics_of(mails), pool, links=False)["v2-1@example.org"].how == "patch-id"


def test_the_pool_answers(pool: Pool, build: Build) -> None:
    """Each question with the commits it asks for; messages and diffs as git has them."""
    everything = START * 2
    assert subjects(pool.by_link("v2-1@example.org")) == ["ring: first"]
    assert subjects(pool.by_authored(START - DAY)) == ["ring: first"]
    assert subjects(pool.by_subject("[PATCH v7] Ring first")) == ["ring: first"]
    assert subjects(pool.by_author("ANN@example.org", START - DAY, START - DAY)) == ["ring: first"]
    assert subjects(pool.by_author("bob@example.org", 0, everything)) == ["ring: second"]
    asked = [
        Asked(Person(*BOB), ["ring.c"], 0, everything), Asked(Person(*BOB), ["pool.c"], 0, everything),
        Asked(Person(*ANN), ["no.c", "ring.c"], START - DAY - 1, START - DAY + 1),
    ]  # fmt: skip
    assert [subjects(some) for some in pool.touching(asked)] == [["ring: second"], [], ["ring: first"]]
    shas = [sha for name, sha in named(build).items() if not name.startswith("Merge")]
    assert {sha: text.strip() for sha, text in pool.messages(shas).items()} == {
        sha: build.git("log", "-1", "--format=%B", sha).strip() for sha in shas
    }
    assert {sha: diff.decode().strip() for sha, diff in pool.diffs(shas, "histogram").items()} == {
        sha: build.git("diff-tree", "-p", "--root", "--no-commit-id", "--histogram", sha).strip() for sha in shas
    }
    assert pool.messages([]) == {}


def subjects(commits: Sequence[Commit]) -> list[str]:
    return sorted(one.subject for one in commits)


def test_a_clone_without_blobs_still_matches_by_exact_keys(build: Build, tmp_path: Path) -> None:
    """Where no diff can be made nothing is fetched: the author date finds the commit, a title alone does not."""
    shas = named(build)
    build.git("config", "uploadpack.allowFilter", "true")
    bare = tmp_path / "partial.git"
    subprocess.run(["git", "clone", "-q", "--bare", "--filter=blob:none", build.path.as_uri(), str(bare)], check=True)
    mails = [
        mailed(build, shas["ring: first"], "a", "[PATCH] ring: first", at=START - DAY),
        mailed(build, shas["ring: second"], "b", "[PATCH] ring: second"),
    ]
    with open_pool(bare, tmp_path) as pool:
        found = match(topics_of(mails), pool)
    assert (found["a@example.org"].commit, found["a@example.org"].how) == (shas["ring: first"], "date")
    assert found["b@example.org"].commit is None


def test_patches_of_other_repositories_are_unknown(build: Build, pool: Pool) -> None:
    """A patch of another project in the same thread has its key and no commit."""
    sha = named(build)["ring: first"]
    raw = mailed(build, sha, "k", "[PATCH 1/2] kernel: first").replace(b"ring.c", b"fs/ring.c")
    found = match(topics_of([raw, mailed(build, sha, "l", "[PATCH 2/2] ring: first")]), pool)
    assert {msgid: one.commit for msgid, one in found.items()} == {"k@example.org": None, "l@example.org": sha}


def test_scattered_and_repeated_mails_make_one_series() -> None:
    """Parts sent without references are one revision, a mail that comes twice counts once, and progress is told."""
    told: list[tuple[str, int, int | None]] = []
    diffs = [f"diff --git a/{n}.c b/{n}.c\n--- a/{n}.c\n+++ b/{n}.c\n@@ -1 +1 @@\n-old_{n}\n+new_{n}\n" for n in (1, 2)]
    mails = [
        mail(f"{n}@example.org", f"[PATCH {n}/2] part {n}", f"Why.\n---\n{diff}", at=START + n) for n, diff in enumerate(diffs, 1)
    ]
    (topic,) = topics_of([*mails, mails[0]], lambda *how_far: told.append(how_far))
    assert [[one.msgid for one in revision] for revision in topic] == [["1@example.org", "2@example.org"]]
    assert told == [("mails", n, None) for n in (1, 2, 3)]


def test_progress_of_the_diffs_is_told(build: Build, tmp_path: Path) -> None:
    """Reading them is most of the work."""
    told: list[tuple[str, int, int | None]] = []
    with Index.open(tmp_path, "test", build.path) as index:
        index.update()
        shas = [sha for subject, sha in named(build).items() if not subject.startswith("Merge")][:2]
        assert len(IndexPool(index, lambda *how_far: told.append(how_far)).diffs(shas, "myers")) == 2
    assert told == [("diffs", 1, 2), ("diffs", 2, 2)]
