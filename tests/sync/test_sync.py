"""follow, sync, unfollow against a running public-inbox, through the command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mails import START, diff_of, mail, mbox, patch
from tests.sync.conftest import Lists, served
from tracker.faces.cli import run

TOPICS = 20


def thread(number: int) -> list[bytes]:
    """A small thread of its own."""
    at = START + number * 86_400
    return [
        patch(
            f"{number}-1@example.org",
            f"[PATCH] demo{number}: make part {number} lockless",
            at=at,
            diff=diff_of(number),
        ),
        mail(
            f"{number}-2@example.org",
            f"Re: [PATCH] demo{number}: make part {number} lockless",
            refs=f"{number}-1@example.org",
            at=at + 60,
        ),
    ]


def reply(number: int, name: str, *, subject: str = "", at: int = 0, body: str = "News.\n") -> bytes:
    title = subject or f"Re: [PATCH] demo{number}: make part {number} lockless"
    return mail(f"{name}@example.org", title, body, refs=f"{number}-1@example.org", at=at or START + 40 * 86_400)


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "demo.mbox").write_bytes(mbox(*[raw for number in range(TOPICS) for raw in thread(number)]))
    (folder / "other.mbox").write_bytes(mbox(mail("o@example.org", "Something else")))
    with served(folder) as found:
        yield found


def tracker(*args: str) -> int:
    return run(args)


def test_new_mail_arrives_once_and_in_few_requests(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """20 followed topics: without news a sync asks little and fetches nothing; news in three of them are three mails, once."""
    server = ("--server", lists.url)
    assert tracker(*server, "follow", *[f"{number}-1@example.org" for number in range(TOPICS)]) == 0
    assert len(lists.asked()) <= 3 * TOPICS  # the thread, and a search for other versions of it
    assert capsys.readouterr().out.count("\n") == TOPICS

    assert tracker(*server, "sync") == 0
    asked = lists.asked()
    assert len(asked) <= 5
    assert all(method == "GET" for method, _, _ in asked)  # listings only; mails come by POST or from a thread's mbox

    lists.add("demo", *[reply(number, f"news-{number}") for number in (3, 7, 11)])
    lists.asked()
    capsys.readouterr()
    assert tracker(*server, "sync") == 0
    assert len(lists.asked()) <= 5 + 3
    out = capsys.readouterr()
    assert [line.split("\t")[0].split("  ")[1] for line in out.out.splitlines()] == ["1 new"] * 3
    assert "3 new mails" in out.err

    assert tracker(*server, "sync") == 0
    assert "no news" in capsys.readouterr().err
    assert len(lists.asked()) <= 5
    assert tracker("list", "--json") == 0
    topics = json.loads(capsys.readouterr().out)["topics"]
    assert sum(topic["unread"] for topic in topics) == 3


def test_a_late_mail_with_an_old_date_arrives(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """What arrives now may say that it was sent before the newest mail that is known."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    lists.add("demo", reply(5, "late", at=START + 5 * 86_400 + 30))
    assert tracker("--server", lists.url, "sync") == 0
    assert "1 new mail" in capsys.readouterr().err


def test_an_answer_under_another_subject_is_fetched_with_its_thread(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """A mail that answers one we never saw makes the whole thread be fetched."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    lists.add(
        "demo",
        reply(5, "renamed", subject="Something quite different"),
        mail(
            "after@example.org",
            "Re: [PATCH] demo5: make part 5 lockless",
            refs="5-1@example.org renamed@example.org",
            at=START + 41 * 86_400,
        ),
    )
    assert tracker("--server", lists.url, "sync") == 0
    assert "2 new mails" in capsys.readouterr().err
    assert tracker("thread", "renamed@example.org") == 0
    assert "Something quite different" in capsys.readouterr().out


def test_a_mail_that_only_quotes_an_id_is_looked_at_once(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """It is stored, belongs to its own thread, and is not fetched again."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    lists.add(
        "other",
        mail("quote@example.org", "About locks", "See https://lore.kernel.org/r/5-1@example.org/\n", at=START + 50 * 86_400),
    )
    assert tracker("--server", lists.url, "sync") == 0
    assert "no news" in capsys.readouterr().err
    lists.asked()
    assert tracker("--server", lists.url, "sync") == 0
    assert all(method == "GET" for method, _, _ in lists.asked())
    assert tracker("search", "m:quote@example.org") == 0


def test_a_deleted_cache_is_fetched_again(lists: Lists, sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Followed topics survive without their mail, and sync brings the same answers back."""
    server = ("--server", lists.url)
    assert tracker(*server, "follow", "5-1@example.org", "6-1@example.org") == 0
    assert tracker("list", "--json") == 0
    before = json.loads(capsys.readouterr().out.partition("{")[2].join(["{", ""]))
    shutil.rmtree(sealed / ".cache")
    assert tracker(*server, "sync") == 0
    capsys.readouterr()
    assert tracker("list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == before


def test_a_failing_server_is_told_and_loses_nothing(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, one line, the store as it was, and the next sync has the news."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    lists.add("demo", reply(5, "news"))
    capsys.readouterr()
    assert tracker("--offline", "sync") == 3
    assert capsys.readouterr().err.count("\n") == 2
    assert tracker("sync") == 0
    assert "1 new mail" in capsys.readouterr().err


def test_unfollowed_topics_are_not_asked_for(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """unfollow keeps the mail, and sync has nothing left to do."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    assert tracker("unfollow", "1") == 0
    lists.asked()
    assert tracker("--server", lists.url, "sync") == 1
    assert lists.asked() == []
    capsys.readouterr()
    assert tracker("list", "--all") == 0
    assert "demo5" in capsys.readouterr().out


def test_mail_from_a_file_stays_here(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A topic that came from a local file is never named to a server, though it is followed."""
    (tmp_path / "own.mbox").write_bytes(mbox(patch("own@example.org", "[PATCH] demo: my private idea")))
    assert tracker("--server", lists.url, "follow", "-m", str(tmp_path / "own.mbox")) == 0
    assert tracker("--server", lists.url, "sync") == 0
    assert tracker("--server", lists.url, "follow", "own@example.org") == 0
    assert lists.asked() == []
    assert "my private idea" in capsys.readouterr().out


def test_a_private_cache_is_rebuilt_without_a_server(tmp_path: Path, sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mail of the user's own files cannot be had again: it lives in the data folder."""
    (tmp_path / "own.mbox").write_bytes(mbox(patch("own@example.org", "[PATCH] demo: my idea")))
    assert tracker("follow", "-m", str(tmp_path / "own.mbox")) == 0
    (tmp_path / "own.mbox").unlink()
    shutil.rmtree(sealed / ".cache")
    capsys.readouterr()
    assert tracker("thread", "own@example.org", "--text") == 0
    assert "int depth;" in capsys.readouterr().out


def test_follow_what_is_not_there(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """One line that names the id, exit code 1, nothing stored; the other targets are followed all the same."""
    assert tracker("--server", lists.url, "follow", "nobody@example.org", "5-1@example.org") == 1
    out = capsys.readouterr()
    assert "nobody@example.org" in out.err
    assert out.err.count("\n") == 1
    assert out.out.count("\n") == 1


def test_offline_a_known_thread_is_followed(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """What was unfollowed is followed again from the store, by its id or URL, with exit code 0 and a word about it."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    lists.asked()
    for target in ("5-2@example.org", f"{lists.url}5-1@example.org/"):
        assert tracker("unfollow", "1") == 0
        capsys.readouterr()
        assert tracker("--server", lists.url, "--offline", "follow", target) == 0
        out = capsys.readouterr()
        assert "demo5" in out.out
        assert out.err == "tracker: --offline: followed as it is in the store, no server was asked for news of it\n"
    assert lists.asked() == []
    lists.add("demo", reply(5, "news"))
    assert tracker("sync") == 0  # it is asked for where it came from
    assert "1 new mail" in capsys.readouterr().err


def test_a_dead_server_does_not_take_a_topic_over(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """Following a known topic by the URL of a server that does not answer leaves it with the server that does."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    assert tracker("follow", "http://127.0.0.1:9/all/5-1@example.org/") == 3
    lists.add("demo", reply(5, "news"))
    capsys.readouterr()
    assert tracker("sync") == 0
    assert "1 new mail" in capsys.readouterr().err


def test_a_list_that_does_not_exist_is_not_kept_as_the_server(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """A mail found although the list in its URL is wrong: news are asked for where it was found."""
    assert tracker("follow", lists.url.replace("/all/", "/nolist/") + "5-1@example.org/") == 0
    lists.add("demo", reply(5, "news"))
    capsys.readouterr()
    assert tracker("sync") == 0
    assert "1 new mail" in capsys.readouterr().err


def test_mail_of_the_users_own_is_asked_for_by_url_only(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id is no permission to name it to a server, the URL of a server is; and it is said."""
    (tmp_path / "own.mbox").write_bytes(mbox(*thread(5)))
    assert tracker("import", str(tmp_path / "own.mbox")) == 0
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    assert lists.asked() == []
    assert "no server is asked" in capsys.readouterr().err
    assert tracker("follow", f"{lists.url}5-1@example.org/") == 0
    assert lists.asked()


def test_unfollow_is_all_or_nothing(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is not here leaves the others followed."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    assert tracker("unfollow", "1", "99") == 1
    capsys.readouterr()
    assert tracker("list") == 0
    assert "demo5" in capsys.readouterr().out


def test_followed_topics_without_their_mail_are_told(lists: Lists, sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After the cache was deleted, `list` says what is missing and which command brings it."""
    assert tracker("--server", lists.url, "follow", "5-1@example.org") == 0
    shutil.rmtree(sealed / ".cache")
    capsys.readouterr()
    assert tracker("list") == 0
    assert "tracker sync" in capsys.readouterr().err


def test_follow_a_search(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """Every thread that the server's search finds is followed."""
    assert tracker("--server", lists.url, "follow", "--search", "s:demo5 OR s:demo6") == 0
    assert capsys.readouterr().out.count("\n") == 2


def test_the_story(tmp_path: Path, real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One message id of the real thread brings its 27 mails and three series; the tree and the JSON tell them."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for name in ("CORE-2024-05_rfc-and-v1", "2024-v1-list-copies", "CORE-2024-10_mold-regression-and-revert-pull"):
        (folder / f"{name}.mbox").symlink_to(real_data / "deny_write_access/threads" / f"{name}.mbox")
    with served(folder) as lists:
        assert tracker("--server", lists.url, "follow", "20240530145810.GA2205585@perftesting") == 0
    capsys.readouterr()
    assert tracker("show", "1", "--json") == 0
    topic = json.loads(capsys.readouterr().out)["topic"]
    assert [(one["label"], one["author"]["name"], one["patches"][0]["patch_id"][:12]) for one in topic["revisions"]] == [
        ("RFC", "Josef Bacik", "997b146fc34a"),
        ("alternative", "Christian Brauner", "de1f433cc0c3"),
        ("v1", "Christian Brauner", "de1f433cc0c3"),
    ]
    assert tracker("thread", "1", "--json") == 0
    messages = json.loads(capsys.readouterr().out)["messages"]
    assert len(messages) == 27
    assert {one["depth"] for one in messages if one["parent"] is None} == {0}


def test_topics_are_linked_and_unlinked_for_good(sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the user says of two series outlives new mail and the cache, and can be taken back."""
    (tmp_path / "a.mbox").write_bytes(mbox(patch("a@x.org", "[PATCH] demo: one", diff=diff_of(1))))
    (tmp_path / "b.mbox").write_bytes(mbox(patch("b@x.org", "[PATCH] other: two", diff=diff_of(2), at=START + 99)))
    assert tracker("import", str(tmp_path / "a.mbox"), str(tmp_path / "b.mbox")) == 0

    def topics() -> list[tuple[int, int, bool]]:
        capsys.readouterr()
        assert tracker("list", "--all", "--json") == 0
        found = json.loads(capsys.readouterr().out)["topics"]
        return [(one["id"], len(one["revisions"]), bool(one["revisions"][-1]["link"])) for one in found]

    assert topics() == [(2, 1, False), (1, 1, False)]
    assert tracker("link", "1", "2") == 0
    assert topics() == [(1, 2, True)]
    shutil.rmtree(sealed / ".cache")
    assert topics() == [(1, 2, True)]
    assert tracker("unlink", "a@x.org", "b@x.org") == 0
    assert topics() == [(2, 1, False), (1, 1, False)]
    assert tracker("unlink", "1", "1") == 2


def test_other_versions_are_found_on_the_server(tmp_path: Path, real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Following the last version brings the RFC and v1 too, three threads without a reference between them."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for name in ("2021-04-hildenbrand-rfc", "2021-08-hildenbrand-v1", "2021-08-hildenbrand-v2"):
        (folder / f"{name}.mbox").symlink_to(real_data / "deny_write_access/threads" / f"{name}.mbox")
    with served(folder) as lists:
        assert tracker("--server", lists.url, "follow", "20210816194840.42769-1-david@redhat.com") == 0
        assert len(lists.asked()) <= 8
    capsys.readouterr()
    assert tracker("list", "--json") == 0
    (topic,) = json.loads(capsys.readouterr().out)["topics"]
    assert [(one["label"], one["complete"]) for one in topic["revisions"]] == [("RFC", True), ("v1", True), ("v2", True)]
