"""Watches: topics that match are followed by themselves, and appear in the digest as new."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mails import diff_of, mail, mbox, patch
from tests.sync.conftest import Lists, served
from tracker.faces.cli import run

Run = Callable[..., tuple[int, str, str]]
NOW = int(time.time())
DAY = 86_400
MAINTAINERS = """\
List of maintainers

RING FILESYSTEM
M:	Anna Author <anna@example.org>
S:	Maintained
F:	r7.c
F:	fs/ring/
X:	fs/ring/old.c

THE REST
M:	Linus <l@example.org>
F:	*
F:	*/
"""


@pytest.fixture
def tracker(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_(*args: str) -> tuple[int, str, str]:
        code = run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lists]:
    folder = tmp_path / "lists"
    folder.mkdir()
    old = patch("old@example.org", "[PATCH] ring: an old one", at=NOW - 90 * DAY, diff=diff_of(7))
    (folder / "demo.mbox").write_bytes(mbox(old, patch("other@example.org", "[PATCH] other: one", at=NOW - 89 * DAY)))
    with served(folder) as found:
        monkeypatch.setenv("TRACKER_SERVER", found.url)
        yield found


def config(text: str) -> None:
    folder = Path(os.environ["HOME"]) / ".config" / "tracker"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text)


def new(name: str, subject: str, number: int, **more: str) -> bytes:
    return patch(f"{name}@example.org", subject, at=int(time.time()) + 60, diff=diff_of(number), **more)


def titles(tracker: Run) -> list[str]:
    return sorted(topic["title"] for topic in json.loads(tracker("list", "--json")[1])["topics"] if topic["followed"])


def test_what_matches_and_is_new_is_followed(lists: Lists, tracker: Run) -> None:
    """Not what was posted before, no replies, nothing else; once; and the digest calls it new and names the watch."""
    code, out, _ = tracker("follow", "--watch", "s:ring")
    assert code == 0
    assert "watching: s:ring" in out
    assert tracker("sync")[0] == 0
    tracker("digest", "--always")
    lists.add(
        "demo", new("1", "[PATCH] ring: count", 1), new("2", "[PATCH] other: count", 2),
        mail("3@example.org", "Re: [PATCH] ring: an old one", "Ping?\n", refs="old@example.org", at=int(time.time()) + 90),
    )  # fmt: skip
    assert tracker("sync")[0] == 0
    assert titles(tracker) == ["ring: count"]
    found = json.loads(tracker("digest", "--format", "json")[1])["topics"]
    assert [(one["title"], one["section"], one["watched"]) for one in found] == [("ring: count", "new", "s:ring")]
    assert tracker("sync")[0] == 0
    assert tracker("digest")[0] == 1


def test_what_the_user_unfollows_stays_so(lists: Lists, tracker: Run) -> None:
    """A watch brings a topic once; an ended watch brings nothing."""
    tracker("follow", "--watch", "s:ring")
    lists.add("demo", new("1", "[PATCH] ring: count", 1))
    tracker("sync")
    assert tracker("unfollow", "1@example.org")[0] == 0
    tracker("sync")
    assert titles(tracker) == []
    assert tracker("unfollow", "--watch", "s:ring")[0] == 0
    lists.add("demo", new("2", "[PATCH] ring: more", 2))
    tracker("sync")
    assert titles(tracker) == []
    code, _, err = tracker("unfollow", "--watch", "s:ring")
    assert (code, "watched: nothing" in err) == (1, True)


def test_watches_of_the_configuration_and_of_a_section(lists: Lists, tracker: Run, tmp_path: Path) -> None:
    """The files of a section of MAINTAINERS, without those that it excludes; the path is a setting."""
    (tmp_path / "MAINTAINERS").write_text(MAINTAINERS)
    config(f'maintainers = "{tmp_path}/MAINTAINERS"\n[[watch]]\nquery = \'section:"ring filesystem"\'\n')
    assert tracker("sync")[0] == 0
    excluded = new("9", "[PATCH] third", 9).replace(b"r9.c", b"fs/ring/old.c")
    lists.add("demo", new("7", "[PATCH] first", 7), new("8", "[PATCH] second", 8), excluded)
    assert tracker("sync")[0] == 0
    assert titles(tracker) == ["first"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("d:never", "no date"), ("is:mine", "something about mails"), ("section:nothing", "no MAINTAINERS"), ("  ", "empty"),
        ("(s:x", "not closed"),
    ],
)  # fmt: skip
def test_wrong_queries_are_named_at_once(query: str, said: str, tracker: Run) -> None:
    """Nothing is kept of them."""
    code, out, err = tracker("follow", "--watch", query)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_server_that_fails_is_told_and_asked_again(lists: Lists, tracker: Run) -> None:
    """What was posted meanwhile is found by the next sync."""
    tracker("follow", "--watch", "s:ring")
    lists.add("demo", new("1", "[PATCH] ring: count", 1))
    assert tracker("--server", "http://127.0.0.1:9/all", "sync")[0] == 3
    assert tracker("sync")[0] == 0
    assert titles(tracker) == ["ring: count"]


def test_the_digest_names_the_server_of_a_watch_that_fails(lists: Lists, tracker: Run) -> None:
    """Also when nothing else is followed there; it is gone when the server answers again, or the watch ended."""
    away = ("--server", "http://127.0.0.1:9/all")
    tracker("follow", "--watch", "s:ring")
    code, out, _ = tracker(*away, "digest", "--sync", "--always")
    assert code == 3
    assert "NOT SEEN http://127.0.0.1:9/all not reached until now" in " ".join(out.split())
    unseen = json.loads(tracker("digest", "--always", "--format", "json")[1])["unseen"]
    assert [one["source"] for one in unseen] == ["http://127.0.0.1:9/all"]
    assert "NOT SEEN" not in tracker("digest", "--sync", "--always")[1]
    assert "NOT SEEN" in tracker(*away, "digest", "--sync", "--always")[1]
    tracker("unfollow", "--watch", "s:ring")
    assert "NOT SEEN" not in tracker(*away, "digest", "--sync", "--always")[1]


def test_offline_looks_at_the_store_alone(lists: Lists, tracker: Run) -> None:
    """No request is made for a watch."""
    tracker("follow", "--watch", "s:ring")
    lists.asked()
    tracker("--offline", "sync")
    assert lists.asked() == []
