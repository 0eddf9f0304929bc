"""Git trees and followed topics: the story of a patch that was applied, rebased, merged, released, reverted, and after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.trees.build import Build
from tracker.config import Config, load_config
from tracker.faces.commands.reading import topic_json
from tracker.store import read
from tracker.store.forest import Tree
from tracker.store.mail import source
from tracker.sync import trees
from tracker.sync.follow import follow_known
from tracker.sync.landings import look_into_trees
from tracker.sync.reading import open_store
from tracker.sync.session import Session, add_mail
from tracker.trees.git import TreeError
from tracker.trees.index import Index

POSTED = 1_700_050_000  # the mail's Date; git am makes it the author date
BEFORE = {"exec.c": "int deny = 1;\n" + "".join(f"int line{n};\n" for n in range(20)), "other.c": "int other;\n"}
AFTER = {**BEFORE, "exec.c": BEFORE["exec.c"].replace("int deny = 1;\n", "int deny = 0;\nint allowed = 1;\n")}
TITLE = "exec: stop denying writes"
MAIL = f"""From: Ann <ann@example.org>
To: list@example.org
Subject: [PATCH] {TITLE}
Date: Wed, 15 Nov 2023 14:06:40 +0200
Message-ID: <v1@example.org>

They are in the way.

Signed-off-by: Ann <ann@example.org>
---
 exec.c | 3 ++-
 1 file changed, 2 insertions(+), 1 deletion(-)

diff --git a/exec.c b/exec.c
index 1111111..2222222 100644
--- a/exec.c
+++ b/exec.c
@@ -1,4 +1,5 @@
-int deny = 1;
+int deny = 0;
+int allowed = 1;
 int line0;
 int line1;
 int line2;
"""
MESSAGE = f"{TITLE}\n\nThey are in the way.\n\nSigned-off-by: Ann <ann@example.org>\n"


class Story:
    """A store that follows the patch, three trees in one repository, and what the program says of it."""

    def __init__(self, config: Config, repo: Path) -> None:
        self.build = Build(repo)
        self.base = self.build.on("master", "base", files=BEFORE)
        self.build.tag("v6.10", self.base)
        self.build.point("vfs.misc", self.base)
        self.build.point("linux-6.11.y", self.base)
        self.session = Session(open_store(config), config, POSTED + 100, self.said)
        self.lines: list[str] = []
        add_mail(self.session, [MAIL.encode()], source(self.session.con, "lore", "http://127.0.0.1/all", private=False))
        self.number = follow_known(self.session, "v1@example.org", None)
        for name, role, branch in (
            ("vfs", "maintainer", "vfs.*"), ("mainline", "mainline", "master"), ("stable", "stable", "linux-*.y"),
        ):  # fmt: skip
            trees.add(self.session, Tree(name, str(repo), role, (branch,)))

    def said(self, line: str) -> None:
        self.lines.append(line)

    def look(self) -> dict[str, Any]:
        """What is known after another look into the trees."""
        self.session.now += 86_400
        look_into_trees(self.session)
        assert not self.session.failures, self.session.failures
        return self.now()

    def now(self) -> dict[str, Any]:
        return topic_json(self.session.con, read.topic(self.session.con, self.number), self.session.now)

    def commit(self, branch: str, message: str = MESSAGE, files: dict[str, str] | None = None, **rest: Any) -> str:
        return self.build.on(branch, message, files=files or AFTER, **rest)


@pytest.fixture
def story(tmp_path: Path, sealed: Path) -> Iterator[Story]:
    made = Story(load_config({"HOME": str(sealed)}), tmp_path / "linux.git")
    yield made
    made.session.con.close()


def landing(data: dict[str, Any], tree: str) -> dict[str, Any]:
    """The only landing in a tree."""
    (found,) = [one for one in data["landings"] if one["tree"] == tree]
    return dict(found)


def kinds(data: dict[str, Any]) -> list[str]:
    return [event["kind"] for event in data["events"]]


def applied(story: Story, base: str) -> str:
    """The patch on top of *base* in the maintainer's branch, as `git am` makes it: with the mail's date."""
    sha = story.build.commit(MESSAGE, base, files=AFTER, authored=POSTED)
    story.build.point("vfs.misc", sha)
    return sha


def test_nothing_is_claimed_before_it_is_there(story: Story) -> None:
    """Posted and in no tree: no landing, and the status says so."""
    data = story.look()
    assert (data["status"], data["landings"]) == ("posted", [])


def test_the_whole_way(story: Story) -> None:
    """Applied, rebased, merged, released, reverted in mainline, the revert in stable: each step with its commit as evidence."""
    first = applied(story, story.base)
    data = story.look()
    assert (data["status"], data["turn"]) == ("applied", "nobody")
    one = landing(data, "vfs")
    assert (one["commit"], one["branch"], one["how"], one["role"]) == (first, "vfs.misc", "date", "maintainer")
    assert one["by"]["email"] == "bob@example.org"
    assert one["evidence"][0] == {"commit": first, "tree": "vfs"}

    newer = story.commit("master", "other: more", {**BEFORE, "other.c": "int other, more;\n"})
    second = applied(story, newer)
    data = story.look()
    by_commit = {one["commit"]: one for one in data["landings"]}
    assert by_commit[first]["replaced_by"] == second
    assert by_commit[second]["replaced_by"] is None
    assert data["status"] == "applied"
    assert "replaced" in kinds(data)

    merge = story.build.on("master", "Merge tag 'vfs.misc'", second, files=AFTER)
    story.build.tag("v6.11-rc1", merge)
    data = story.look()
    assert data["status"] == "merged"
    main = landing(data, "mainline")
    assert (main["commit"], main["merge"], main["first_tag"], main["first_release"]) == (second, merge, "v6.11-rc1", None)
    final = story.commit("master", "more", {**AFTER, "other.c": "int last;\n"})
    story.build.tag("v6.11", final)
    story.build.point("linux-6.11.y", final)
    data = story.look()
    assert (data["status"], landing(data, "mainline")["first_release"]) == ("released", "v6.11")

    message = f'Revert "{TITLE}"\n\nThis reverts commit {second}.\n'
    revert = story.commit("master", message, {**BEFORE, "other.c": "int last;\n"})
    story.build.tag("v6.13-rc1", revert)
    data = story.look()
    assert (data["status"], landing(data, "mainline")["reverted_by"]) == ("reverted", revert)
    (event,) = [one for one in data["events"] if one["kind"] == "reverted"]
    assert event["evidence"] == {"commit": revert, "tree": "mainline"}
    assert "v6.13-rc1" in event["text"]

    text = f'Revert "{TITLE}"\n\ncommit {revert} upstream.\n\nThis reverts commit {second}.\n'
    stable = story.commit("linux-6.11.y", text, {**BEFORE, "other.c": "int last;\n"})
    story.build.tag("v6.11.11", stable)
    data = story.look()
    found = [one["evidence"] for one in data["events"] if one["kind"] == "reverted"]
    assert {"commit": stable, "tree": "stable"} in found
    assert data["status"] == "reverted"


def test_a_reapplication_ends_the_revert(story: Story) -> None:
    """Reverted and applied again: two landings in mainline, and the status is that of the second."""
    first = story.commit("master", authored=POSTED)
    story.build.tag("v6.11-rc1", first)
    revert = story.commit("master", f'Revert "{TITLE}"\n\nThis reverts commit {first}.\n', BEFORE)
    assert story.look()["status"] == "reverted"
    story.commit("master", f'Reapply "{TITLE}"\n\nThis reverts commit {revert}.\n', AFTER)
    data = story.look()
    assert data["status"] in ("merged", "released")
    assert landing(data, "mainline")["reverted_by"] is None


def test_what_a_rebase_leaves_out_was_dropped(story: Story) -> None:
    """Gone from the branch without a successor: dropped, and what was seen stays."""
    first = applied(story, story.base)
    assert story.look()["status"] == "applied"
    story.build.point("vfs.misc", story.commit("master", "other", {**BEFORE, "other.c": "int x;\n"}))
    data = story.look()
    assert landing(data, "vfs")["commit"] == first
    assert landing(data, "vfs")["dropped"]
    assert data["status"] == "dropped"


def test_a_backport_and_a_fix_are_told(story: Story) -> None:
    """A stable commit that names it upstream is a landing of role stable; a commit that mends it is an event."""
    sha = story.commit("master", authored=POSTED)
    backport = story.commit("linux-6.11.y", f"{TITLE}\n\ncommit {sha} upstream.\n\nThey are in the way.\n")
    mended = {**AFTER, "exec.c": AFTER["exec.c"] + "int z;\n"}
    fix = story.commit("master", f'exec: mend it\n\nFixes: {sha[:12]} ("{TITLE}")\n', mended)
    data = story.look()
    one = landing(data, "stable")
    assert (one["commit"], one["branch"], one["role"]) == (backport, "linux-6.11.y", "stable")
    assert {"commit": fix, "tree": "mainline"} in [event["evidence"] for event in data["events"] if event["kind"] == "fixed"]


def test_a_commit_with_the_same_title_and_another_change_is_not_claimed(story: Story) -> None:
    """The title alone proves nothing when the author, the date and the diff are others."""
    other = {**BEFORE, "other.c": "int quite, another;\n"}
    story.commit("master", f"{TITLE}\n", other, author=("Carl", "carl@example.org"))
    assert story.look()["landings"] == []


def test_a_second_look_without_news_changes_nothing(story: Story) -> None:
    """The same landings, and nothing counts as new."""
    applied(story, story.base)
    before = story.look()
    assert look_into_trees(story.session) == 0
    assert story.now()["landings"] == before["landings"]


def test_looking_at_everything_again_finds_no_news(story: Story) -> None:
    """What is known of a revert is not forgotten and found again."""
    first = story.commit("master", authored=POSTED)
    revert = story.commit("master", f'Revert "{TITLE}"\n\nThis reverts commit {first}.\n', BEFORE)
    assert landing(story.look(), "mainline")["reverted_by"] == revert
    assert story.session.con.execute("UPDATE source SET cursor=NULL WHERE kind='trees'").rowcount == 1
    assert look_into_trees(story.session) == 0
    assert landing(story.now(), "mainline")["reverted_by"] == revert


def test_what_was_seen_outlives_the_cache_and_the_tree(story: Story) -> None:
    """A removed tree takes no landing away, nor does a deleted cache."""
    sha = applied(story, story.base)
    story.look()
    for name in ("vfs", "mainline", "stable"):
        assert trees.remove(story.session, name)
    assert landing(story.look(), "vfs")["commit"] == sha


def test_a_tree_that_is_gone_is_one_failure(story: Story, tmp_path: Path) -> None:
    """The others are looked into all the same."""
    trees.add(story.session, Tree("gone", str(tmp_path / "nothing"), "maintainer", ()))
    assert len(story.session.failures) == 1
    story.session.failures.clear()
    sha = applied(story, story.base)
    look_into_trees(story.session)
    assert [str(error) for error in story.session.failures] == [line for line in story.lines if "nothing" in line][-1:]
    assert landing(story.now(), "vfs")["commit"] == sha


@pytest.mark.parametrize("broken", ["by_link", "backports_of", "fixes_of", "reverts_of"])
def test_a_tree_that_breaks_off_is_one_failure(story: Story, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """Whatever of one tree cannot be read, the others are looked into, and the next look tries again without other news."""
    sha = applied(story, story.base)
    story.look()
    real = getattr(Index, broken)

    def breaks(self: Index, *args: Any, **named: Any) -> Any:
        if self.repository.name == ("mainline" if broken == "by_link" else "stable"):
            raise TreeError(f"{self.repository.name}: damaged")
        return real(self, *args, **named)

    story.build.point("master", sha)
    with monkeypatch.context() as patched:
        patched.setattr(Index, broken, breaks)
        look_into_trees(story.session)
        (error,) = story.session.failures
        assert "damaged" in str(error)
        assert landing(story.now(), "vfs")["commit"] == sha
    story.session.failures.clear()
    look_into_trees(story.session)
    assert landing(story.now(), "mainline")["commit"] == sha
    assert not story.session.failures
