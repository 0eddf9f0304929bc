"""The offline snapshot and its recorded facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.sources import shipped
from tracker.sources.base import BadInput
from tracker.sources.snapshot import find_snapshot, read_facts, read_snapshot

from .conftest import THREAD, as_mboxrd

FACTS = """
format = 1

[[tree]]
name = "main"
role = "mainline"
url = "https://git.example.org/main.git"
mirror = "https://mirror.example.org"

[[commit]]
sha = "2a010c41285345da60cece35575b4e0af7e7bf44"
subject = "ring: make it \\"lockless\\""
patch = "1@example.org"
tree = "main"
date = 2026-01-05T13:00:00+01:00
first_tag = "v1.0"
reverted_by = "3b832035387f"
sha_seen = ["2@example.org", "3@example.org"]
weight = 3
extra = "kept"
"""


def write(folder: Path, text: str) -> Path:
    (folder / "facts.toml").write_text(text)
    return folder


def test_facts_are_read_into_values(tmp_path: Path) -> None:
    """Every field has its type, dates are seconds, what is not recorded is empty, what is not known is kept."""
    facts = read_facts(write(tmp_path, FACTS))
    (tree,), (commit,) = facts.trees, facts.commits
    assert (tree.name, tree.role, tree.url) == ("main", "mainline", "https://git.example.org/main.git")
    assert (commit.sha, commit.reverted_by) == ("2a010c41285345da60cece35575b4e0af7e7bf44", "3b832035387f")
    assert (commit.subject, commit.patch, commit.first_tag) == ('ring: make it "lockless"', "1@example.org", "v1.0")
    assert commit.date == 1767614400  # 2026-01-05 12:00 UTC
    assert commit.sha_seen == ("2@example.org", "3@example.org")
    assert (commit.merge, commit.tag_seen) == ("", ())
    assert (dict(facts.extra), dict(commit.extra)) == ({"format": 1}, {"weight": 3, "extra": "kept"})
    assert dict(tree.extra) == {"mirror": "https://mirror.example.org"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('role = "mainline"', 'role = "king"', r"tree\[0\]\.role: 'king' is none of"),
        ('role = "mainline"', "role = 1", r"tree\[0\]\.role: not text but int"),
        ('name = "main"', "", r"tree\[0\]\.name: missing"),
        ('sha = "2a01', 'sha = "xx01', r"commit\[0\]\.sha: not a commit"),
        ('tree = "main"', 'tree = "other"', r"commit\[0\]\.tree: no \[\[tree\]\] is named 'other'"),
        ("2026-01-05T13:00:00+01:00", "2026-01-05", r"commit\[0\]\.date: not a date with a zone"),
        ("2026-01-05T13:00:00+01:00", "2026-01-05T13:00:00", r"commit\[0\]\.date: not a date with a zone"),
        ('["2@example.org", "3@example.org"]', '["2@example.org", 3]', r"commit\[0\]\.sha_seen: not a list of texts"),
        ("[[commit]]", "[commit]", r"commit: not a list of tables"),
        ("[[commit]]", "[[commit", r"not TOML: .*line"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(tmp_path: Path, old: str, new: str, words: str) -> None:
    """An error in the file says which field of which table is wrong, and in which file."""
    assert old in FACTS
    with pytest.raises(BadInput, match=rf"facts\.toml: {words}"):
        read_facts(write(tmp_path, FACTS.replace(old, new, 1)))


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A missing file, a missing folder and a file that is no text are errors, not empty snapshots."""
    with pytest.raises(BadInput, match="No such file"):
        read_facts(tmp_path)
    with pytest.raises(BadInput, match="no such folder"):
        list(read_snapshot(tmp_path / "missing"))
    (tmp_path / "facts.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="not TOML"):
        read_facts(tmp_path)


def test_the_mails_of_every_mbox_are_read(tmp_path: Path) -> None:
    """All mboxes of the folder are read by name, other files are not."""
    (tmp_path / "b.mbox").write_bytes(as_mboxrd(THREAD[:2]))
    (tmp_path / "a.mbox").write_bytes(as_mboxrd(THREAD[2:]))
    (tmp_path / "README.md").write_text("text")
    assert list(read_snapshot(tmp_path)) == THREAD[2:] + THREAD[:2]


def test_the_snapshot_is_that_of_the_copy_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed copy uses the snapshot beside its code, a checkout its cache folder; without both there is none."""
    package = tmp_path / "tracker" / "sources"
    package.mkdir(parents=True)
    monkeypatch.setattr(shipped, "__file__", str(package / "shipped.py"))
    assert find_snapshot() is None
    for folder in (tmp_path / "cache", tmp_path / "tracker" / "_snapshot"):
        folder.mkdir()
        write(folder, FACTS)
        assert find_snapshot() == folder


def test_the_shipped_snapshot_reads() -> None:
    """The snapshot in this checkout has mails, and facts about commits whose trees are all known."""
    folder = find_snapshot()
    assert folder is not None
    facts = read_facts(folder)
    assert len(list(read_snapshot(folder))) > 10
    assert {commit.tree for commit in facts.commits} <= {tree.name for tree in facts.trees}
    assert all(not commit.extra for commit in facts.commits)
