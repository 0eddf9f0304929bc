"""What a rebase takes from a branch, and what takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees.build import ANN, BOB, START, Build
from tracker.trees.index import Index


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A repository with a main branch of two commits."""
    build = Build(tmp_path / "repo.git")
    build.on("master", "one", files={"a": "1\n"})
    build.on("master", "two", files={"a": "2\n"})
    return build


@pytest.fixture
def index(build: Build, tmp_path: Path) -> Iterator[Index]:
    """Its index, not yet filled."""
    with Index.open(tmp_path / "cache", "tree", build.path) as found:
        yield found


def test_rebased_branch(build: Build, index: Index, tmp_path: Path) -> None:
    """Each lost commit has its successor by author date, by diff, or by subject and author; or it has none."""
    base = build.tips["master"]
    build.point("vfs.misc", base)
    by_date = build.on("vfs.misc", "fs: same date", files={"a": "2\n", "b": "1\n"}, authored=START + 7)
    by_diff = build.on("vfs.misc", "fs: old title", files={"a": "2\n", "b": "1\n", "c": "1\n2\n"})
    by_title = build.on("vfs.misc", "fs: same title", files={"a": "2\n", "b": "1\n", "c": "1\n2\n", "d": "1\n"}, author=BOB)
    dropped = build.on("vfs.misc", "fs: dropped", files={"a": "2\n", "b": "1\n", "c": "1\n2\n", "d": "1\n", "e": "1\n"})
    assert index.update().vanished == ()
    build.point("vfs.misc", build.on("master", "three", files={"a": "3\n"}))
    new_date = build.on("vfs.misc", "fs: same date\n\nAcked-by: Bob\n", files={"a": "3\n", "b": "other\n"}, authored=START + 7)
    new_diff = build.on("vfs.misc", "fs: new title", files={"a": "3\n", "b": "other\n", "c": "1\n2\n"})
    new_title = build.on("vfs.misc", "fs: same title", files={"a": "3\n", "b": "other\n", "c": "1\n2\n", "d": "2\n"}, author=BOB)
    found = index.update().vanished
    assert [(one.sha, one.successor, one.how) for one in found] == [
        (dropped, "", ""),
        (by_title, new_title, "subject"),
        (by_diff, new_diff, "patch-id"),
        (by_date, new_date, "date"),
    ]
    assert {one.branch for one in found} == {"vfs.misc"}
    assert (found[0].subject, found[0].author.email, found[0].elsewhere) == ("fs: dropped", ANN[1], ())
    assert index.by_subject("fs: dropped") == ()
    assert [one.sha for one in index.by_subject("fs: dropped", gone=True)] == [dropped]
    placed = index.placed(dropped)
    assert placed is not None
    assert placed.branches == ()
    assert index.vanished() == found
    assert index.vanished([by_diff]) == (found[2],)
    assert index.update().vanished == ()
    with Index.open(tmp_path / "cache", "fresh", build.path) as fresh:
        fresh.update()
        for sha in (base, new_date, new_diff, new_title):
            assert index.placed(sha) == fresh.placed(sha)


def test_commit_that_comes_back(build: Build, index: Index) -> None:
    """A branch that is put back to where it was has lost nothing."""
    lost = build.on("master", "three")
    index.update()
    build.git("update-ref", "refs/heads/master", f"{lost}~1")
    assert [one.sha for one in index.update().vanished] == [lost]
    build.git("update-ref", "refs/heads/master", lost)
    assert index.update().new == 0
    assert index.vanished() == ()
    assert index.holds(lost, "master")


def test_moved_to_another_branch(build: Build, index: Index) -> None:
    """What left one branch for another one vanished from the first only."""
    build.point("misc", build.tips["master"])
    build.point("fixes", build.tips["master"])
    build.point("third", build.tips["master"])
    moved = build.on("misc", "moved")
    index.update()
    build.point("misc", build.tips["master"])
    build.point("fixes", moved)
    (found,) = index.update().vanished
    assert (found.sha, found.branch, found.elsewhere, found.successor) == (moved, "misc", ("fixes",), "")


@pytest.mark.parametrize("pruned", [False, True])
def test_deleted_branch(build: Build, index: Index, pruned: bool) -> None:
    """A branch that is gone has lost its commits; where they were applied elsewhere the new ones are named."""
    build.point("topic", build.tips["master"])
    kept = build.on("topic", "kept", authored=START + 9)
    index.update()
    build.git("update-ref", "-d", "refs/heads/topic")
    if pruned:
        build.git("reflog", "expire", "--expire=now", "--all")
        build.git("prune", "--expire=now")
    new = build.on("master", "kept", authored=START + 9)
    (found,) = index.update().vanished
    assert (found.sha, found.branch, found.successor, found.how) == (kept, "topic", new, "date")


def test_rewound_and_pruned(build: Build, index: Index) -> None:
    """A rewound branch whose old commits are gone from the repository is told from what the index kept."""
    lost = build.on("master", "lost")
    index.update()
    build.git("update-ref", "refs/heads/master", f"{lost}~1")
    build.git("prune", "--expire=now")
    build.tips["master"] = build.git("rev-parse", "master")
    build.on("master", "new")
    update = index.update()
    assert [(one.sha, one.successor) for one in update.vanished] == [(lost, "")]
    assert update.new == 1


def test_rebuilt_main_branch(build: Build, index: Index, tmp_path: Path) -> None:
    """A main branch that is merged anew each day (linux-next) has new merges for what it keeps; merges are no losses."""
    base = build.tips["master"]
    build.point("topic", base)
    topic = build.on("topic", "topic")
    build.on("master", "merge of Monday", topic)
    build.on("master", "more of Monday")
    index.update()
    build.point("master", base)
    build.on("master", "a fix first")
    tuesday = build.on("master", "merge of Tuesday", topic)
    update = index.update()
    assert [one.subject for one in update.vanished] == ["more of Monday"]
    placed = index.placed(topic)
    assert placed is not None
    assert placed.merge == tuesday
    with Index.open(tmp_path / "cache", "fresh", build.path) as fresh:
        fresh.update()
        for sha in (base, topic, tuesday):
            assert index.placed(sha) == fresh.placed(sha)


def test_branches_no_longer_asked_for(build: Build, index: Index, tmp_path: Path) -> None:
    """Other globs than last time are no losses."""
    build.point("topic", build.tips["master"])
    build.on("topic", "topic")
    index.update()
    index.close()
    with Index.open(tmp_path / "cache", "tree", build.path, ("master",)) as narrow:
        assert narrow.update().vanished == ()
        assert narrow.by_subject("topic") == ()
