"""The index of a tree: what is found, and where it is."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees.build import BOB, START, Build
from tracker.trees.git import TreeError
from tracker.trees.index import Index, Placed

MSGID = "20240531-x-v1-1-a@example.org"


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """An empty repository."""
    return Build(tmp_path / "repo.git")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Where indexes are kept."""
    return tmp_path / "cache"


class Story:
    """A patch's way: topic branch, merge, candidate, release, revert, stable."""

    def __init__(self, build: Build) -> None:
        self.base = build.on("master", "base")
        build.tag("v1.0", self.base)
        build.point("topic", self.base)
        self.patch = build.on("topic", f"fs: don't block\n\nWhy.\n\nLink: https://patch.msgid.link/{MSGID}\n", authored=START + 5)
        self.other = build.on("master", "mm: other")
        self.merge = build.on("master", "Merge branch 'topic'", self.patch)
        build.tag("v1.1-rc1", self.merge)
        self.direct = build.on("master", f'fs: repair\n\nFixes: {self.patch[:12]} ("fs: don\'t block")\n', author=BOB)
        build.tag("v1.1", self.direct, annotated=False)
        self.revert = build.on("master", f'Revert "fs: don\'t block"\n\nThis reverts commit {self.patch}.\n')
        build.tag("v1.2-rc1", self.revert)
        build.point("linux-1.1.y", self.direct)
        self.backport = build.on("linux-1.1.y", f'Revert "fs: dont block"\n\ncommit {self.revert} upstream.\n')
        build.tag("v1.1.1", self.backport)
        self.build = build


@pytest.fixture
def story(build: Build) -> Story:
    """The repository with a patch's whole way."""
    return Story(build)


@pytest.fixture
def index(story: Story, cache: Path) -> Iterator[Index]:
    """Its index, up to date."""
    with Index.open(cache, "tree", story.build.path) as found:
        found.update()
        yield found


def test_found_by_what_it_says(index: Index, story: Story) -> None:
    """Link, author date, subject, author, and the start of the id all lead to the commit."""
    for found in (
        index.by_link(MSGID), index.by_authored(START + 5), index.by_subject("[PATCH v2] FS: dont block"),
        index.by_subject("fsdontblock"), index.by_sha(story.patch[:8]), index.by_sha(story.patch[:7].upper()),
        index.by_author("ANN@example.org", START + 5, START + 5),
    ):  # fmt: skip
        assert [one.sha for one in found] == [story.patch]
    assert index.by_author("bob@example.org")[0].sha == story.direct
    assert index.by_link("nobody@example.org") == index.by_subject("nothing") == index.by_sha("zz") == index.by_sha("") == ()


def test_a_commit_is_told_whole(index: Index, story: Story) -> None:
    """Every field of a commit comes back from the index as it stands in git."""
    (merge,) = index.by_sha(story.merge)
    assert merge.parents == (story.other, story.patch)
    (patch,) = index.by_sha(story.patch)
    wanted = story.build.git("log", "-1", "--format=%H|%P|%an|%ae|%at|%cn|%ce|%ct|%s", story.patch).split("|")
    person, other = patch.author, patch.committer
    assert wanted == [
        patch.sha, *patch.parents, person.name, person.email, str(patch.authored), other.name, other.email,
        str(patch.committed), patch.subject,
    ]  # fmt: skip
    assert patch.links == (MSGID,)


def test_relations(index: Index, story: Story) -> None:
    """Reverts, fixes and backports are found from the commit that they are about, however short they name it."""
    assert [one.sha for one in index.reverts_of(story.patch)] == [story.revert]
    assert [one.sha for one in index.fixes_of(story.patch)] == [story.direct]
    assert [one.sha for one in index.fixes_of(story.patch[:9])] == [story.direct]
    assert [one.sha for one in index.backports_of(story.revert)] == [story.backport]
    assert index.fixes_of(story.patch[:11] + "f" * 29) == index.reverts_of("1234567") == index.fixes_of("12") == ()


def test_where_it_is(index: Index, story: Story) -> None:
    """Branches, first tag, first release with their dates, and the merge that brought a commit to the main branch."""
    merged = index.by_sha(story.merge)[0].committed
    patch = index.placed(story.patch)
    assert patch is not None
    assert patch.branches == ("linux-1.1.y", "master", "topic")
    assert (patch.first_tag, patch.first_release) == ("v1.1-rc1", "v1.1")
    assert (patch.merge, patch.merged) == (story.merge, merged)
    assert patch.tagged == int(story.build.git("for-each-ref", "--format=%(taggerdate:unix)", "refs/tags/v1.1-rc1"))
    assert patch.released == index.by_sha(story.direct)[0].committed  # a light tag has no date of its own
    direct, revert, backport = (index.placed(sha) for sha in (story.direct, story.revert, story.backport))
    assert direct is not None
    assert (direct.first_tag, direct.merge) == ("v1.1", "")
    assert revert is not None
    assert (revert.branches, revert.first_tag, revert.first_release) == (("master",), "v1.2-rc1", "")
    assert backport is not None
    assert (backport.branches, backport.first_release) == (("linux-1.1.y",), "v1.1.1")
    assert index.placed("0" * 40) is index.placed("no id") is None
    assert index.holds(story.patch, "topic")
    assert not index.holds(story.revert, "topic")


def test_branch_globs(story: Story, cache: Path) -> None:
    """Only branches that a glob names are read and told; a glob that names none is an error."""
    with Index.open(cache, "stable", story.build.path, ("linux-*.y",)) as index:
        assert index.update().branches == {"linux-1.1.y": story.backport}
        assert index.by_sha(story.revert) == ()
        assert index.placed(story.patch) == Placed(
            ("linux-1.1.y",), "v1.1-rc1", _made(story, "v1.1-rc1"), "v1.1", index.by_sha(story.direct)[0].committed,
            story.merge, index.by_sha(story.merge)[0].committed,
        )  # fmt: skip
    with Index.open(cache, "none", story.build.path, ("vfs.*",)) as index, pytest.raises(TreeError, match="no branch matches"):
        index.update()


def _made(story: Story, tag: str) -> int:
    return int(story.build.git("for-each-ref", "--format=%(taggerdate:unix)", f"refs/tags/{tag}"))


def test_clone_counts_its_remote(story: Story, tmp_path: Path, cache: Path) -> None:
    """In a clone the branches of origin count, not the user's own ones; both names of a path lead to it."""
    work = tmp_path / "work"
    subprocess.run(["git", "clone", "-q", str(story.build.path), str(work)], check=True)
    subprocess.run(["git", "-C", str(work), "-c", "user.name=x", "-c", "user.email=x@example.org",
                    "commit", "-q", "--allow-empty", "-m", "mine"], check=True)  # fmt: skip
    linked = tmp_path / "linked"
    subprocess.run(["git", "-C", str(work), "worktree", "add", "-q", "--detach", str(linked)], check=True)
    for path in (work, work / ".git", linked):
        with Index.open(cache, "clone", path) as index:
            update = index.update()
            assert sorted(update.branches) == ["origin/linux-1.1.y", "origin/master", "origin/topic"]
            assert index.by_subject("mine") == ()


def test_update_without_news(index: Index) -> None:
    """A second update finds nothing, and reads nothing of the history."""
    update = index.update()
    assert (update.new, update.vanished, update.started) == (0, (), False)


def test_update_with_news(index: Index, story: Story, cache: Path) -> None:
    """After new commits, merges, tags and moved branches the index tells what a fresh one tells."""
    build = story.build
    build.point("late", story.other)
    late = build.on("late", "net: late")
    one = build.on("master", "one", late)
    build.tag("v1.2", one)
    build.on("topic", "topic goes on")
    build.on("linux-1.1.y", "stable goes on")
    update = index.update()
    assert update.new == 4
    placed = index.placed(late)
    assert placed is not None
    assert (placed.branches, placed.first_tag, placed.merge) == (("late", "master"), "v1.2", one)
    _same_as_fresh(index, build, cache)


def _same_as_fresh(index: Index, build: Build, cache: Path) -> None:
    with Index.open(cache, "fresh", build.path) as fresh:
        fresh.update()
        for sha in build.git("rev-list", "--branches").split():
            assert index.placed(sha) == fresh.placed(sha), sha
            assert index.by_sha(sha) == fresh.by_sha(sha)


def test_fast_forward_labels_only_what_it_reaches(index: Index, story: Story, cache: Path) -> None:
    """A moved branch and a new tag, without new branches, take the short way and agree with a fresh index."""
    build = story.build
    build.point("side", build.tips["master"])
    index.update()
    for count in range(4):
        side = build.on("side", f"side {count}")
        merge = build.on("master", f"merge {count}", side)
        build.tag(f"v1.{count + 2}", merge)
        index.update()
    build.point("topic", build.tips["master"])  # forward to commits that are known
    index.update()
    _same_as_fresh(index, build, cache)


def test_wrong_clocks(build: Build, cache: Path) -> None:
    """Commits older than their parents by the clock are in the right order all the same."""
    shas = [build.on("master", "0", committed=START)]
    for number in range(1, 30):
        shas.append(build.on("master", str(number), committed=START + 3_600 * (number * 7 % 30)))
        if number % 3 == 0:
            side = build.commit(f"side {number}", shas[-2], committed=START + 3_600 * (number * 11 % 30))
            shas.append(build.on("master", f"merge {number}", side, committed=START + 3_600 * (number * 5 % 30)))
        if number % 5 == 0:
            build.tag(f"v1.{number}", shas[-1])
    with Index.open(cache, "tree", build.path) as index:
        index.update()
        for sha in build.git("rev-list", "master").split():
            placed = index.placed(sha)
            assert placed is not None
            tags = build.git("tag", "--contains", sha, "--sort=version:refname").split()
            assert placed.first_tag == (tags[0] if tags else "")
            assert placed.branches == ("master",)


def test_moved_and_deleted_tags(index: Index, story: Story, cache: Path) -> None:
    """A tag that goes away or moves takes its commits with it."""
    build = story.build
    build.git("tag", "-d", "v1.1-rc1")
    build.git("tag", "-f", "v1.1", build.tips["master"])
    index.update()
    placed = index.placed(story.patch)
    assert placed is not None
    assert (placed.first_tag, placed.first_release) == ("v1.1", "v1.1")  # a release before a candidate on the same commit
    _same_as_fresh(index, build, cache)


def test_tags_that_are_no_versions(story: Story, cache: Path) -> None:
    """Other tags, of commits or not, are no releases."""
    build = story.build
    build.tag("vfs-1.1.misc", story.patch)
    build.tag("key", build.git("hash-object", "-w", "--stdin", given="a key"))
    build.tag("v0.9", build.git("hash-object", "-w", "--stdin", given="no commit"))
    with Index.open(cache, "tree", build.path) as index:
        index.update()
        placed = index.placed(story.patch)
        assert placed is not None
        assert placed.first_tag == "v1.1-rc1"


def test_private_and_rebuilt(index: Index, story: Story, cache: Path) -> None:
    """The database is its owner's only; a damaged or outdated one is made anew."""
    path = cache / "tree.db"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    index.close()
    for damage in (b"no database at all" * 100, b""):
        path.write_bytes(damage)
        with Index.open(cache, "tree", story.build.path) as again:
            assert again.update().started
            assert len(again.by_link(MSGID)) == 1
    import sqlite3

    with sqlite3.connect(path) as con:
        con.execute("PRAGMA user_version = 99")
    con.close()
    with Index.open(cache, "tree", story.build.path) as again:
        assert again.update().started


def test_an_update_that_is_ended_leaves_all_as_it_was(index: Index, story: Story) -> None:
    """An error in the middle of an update changes nothing; the next one does it all."""
    story.build.on("master", "news")

    def stop(what: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.update(stop)
    assert index.by_subject("news") == ()
    assert index.update().new == 1
    assert len(index.by_subject("news")) == 1


def test_progress(story: Story, cache: Path) -> None:
    """The caller is told how many commits were read."""
    told: list[tuple[str, int, int | None]] = []
    with Index.open(cache, "tree", story.build.path) as index:
        index.update(lambda *step: told.append(step))
    assert ("commits", 7, None) in told


def test_committers(index: Index) -> None:
    """Who commits to a tree is known, since when is asked."""
    assert index.committers() == {"bob@example.org": 7}
    assert index.committers(START + 10_000_000) == {}


def test_touching(build: Build, cache: Path) -> None:
    """Commits of a window that change a file are found with the files; merges and other files are not."""
    first = build.on("master", "first", files={"a": "1", "b": "1"})
    second = build.on("master", "second", files={"a": "2", "b": "1"})
    third = build.on("master", "third", files={"a": "2", "b": "2"})
    with Index.open(cache, "tree", build.path) as index:
        index.update()
        assert index.touching(["a"], 0, 1 << 40) == {first: ("a",), second: ("a",)}
        assert index.touching(["a", "b"], START + 61, 1 << 40) == {second: ("a",), third: ("b",)}
        assert index.touching(["*", "--all", "c"], 0, 1 << 40) == {}
        assert index.touching([], 0, 1 << 40) == {}


def test_strange_names_and_messages(build: Build, cache: Path) -> None:
    """Latin-1 messages, empty ones, wrong dates and odd people are read as git shows them."""
    empty = build.on("master", "", files={"a": ""})
    latin = build.commit("x", empty)
    raw = build.git("cat-file", "commit", latin).encode().replace(b"\n\nx", b"\nencoding ISO-8859-1\n\nGr\xfc\xdfe\n")
    grusse = build.git("hash-object", "-w", "-t", "commit", "--stdin", given=raw)
    odd = raw.replace(b"author Ann <ann@example.org>", b"author <>").replace(b"encoding ISO-8859-1\n", b"")
    odd = b"\n".join(b"author <> 99999999999999999999 +0000" if line.startswith(b"author") else line for line in odd.split(b"\n"))
    strange = build.git("hash-object", "-w", "-t", "commit", "--literally", "--stdin", given=odd)
    build.point("master", grusse)
    build.point("odd", strange)
    with Index.open(cache, "tree", build.path) as index:
        index.update()
        assert index.by_sha(grusse)[0].subject == "Grüße"
        assert index.by_subject("grüße")[0].sha == grusse
        (found,) = index.by_sha(strange)
        assert found.author.name == found.author.email == ""
        assert found.authored >= 0
        assert index.by_sha(empty)[0].subject == ""


def test_sha256(tmp_path: Path, cache: Path) -> None:
    """A repository with longer ids works like any other."""
    path = tmp_path / "long.git"
    subprocess.run(["git", "init", "-q", "--bare", "--object-format=sha256", "-b", "master", str(path)], check=True)
    build = Build(path)
    one = build.on("master", "one")
    two = build.on("master", f"two\n\nFixes: {one[:12]}\n")
    with Index.open(cache, "tree", path) as index:
        index.update()
        assert [found.sha for found in index.fixes_of(one)] == [two]
        assert len(two) == 64
        assert dict(index.diffs([two]))[two]


def test_shallow_clone(story: Story, tmp_path: Path, cache: Path) -> None:
    """A shallow clone is read as far as it goes; deepening it gives the whole history."""
    work = tmp_path / "work.git"
    url = f"file://{story.build.path}"
    subprocess.run(["git", "clone", "-q", "--bare", "--depth=2", "--branch=master", url, str(work)], check=True)
    with Index.open(cache, "tree", work) as index:
        assert index.update().new == 2
        assert index.by_sha(story.direct)[0].parents == ()
        subprocess.run(["git", "-C", str(work), "fetch", "-q", "--unshallow"], check=True)
        index.update()
        assert index.by_sha(story.direct)[0].parents == (story.merge,)
        assert len(index.by_link(MSGID)) == 1


def test_errors(tmp_path: Path, cache: Path, build: Build) -> None:
    """A wrong path, a folder that is no repository and one without commits are one plain error each."""
    with pytest.raises(TreeError, match="is not there"):
        Index.open(cache, "tree", tmp_path / "nowhere")
    with pytest.raises(TreeError, match="no git repository"):
        Index.open(cache, "tree", tmp_path)
    with Index.open(cache, "tree", build.path) as index, pytest.raises(TreeError, match="no branches"):
        index.update()
