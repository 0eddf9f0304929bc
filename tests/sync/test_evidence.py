"""What became of a followed topic, looked for on its server: in few searches, and nothing private among them."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.mails import START, diff_of, mail, mbox, patch
from tests.notices import CHEN, DAY, FIRST, SECOND, UNDO, V1, asks_to_pull, pulled, queued, regression, stable_review, thanks
from tests.sync.conftest import Lists, served
from tracker.faces.cli import run
from tracker.store import read
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, source
from tracker.store.prepare import Packer, prepare
from tracker.sync import evidence

STORY_V1 = "20240531-vfs-i_writecount-v1-1-a17bea7ee36b@kernel.org"
ELSEWHERE = (asks_to_pull("demo: one", "demo: else"), pulled(), regression(SECOND), queued("demo: one", SECOND, day=50))
UNDO_PULL = asks_to_pull('Revert "demo: one"', msgid="undo@x", head=UNDO, day=80, subject="Re: [REGRESSION] linker fails",
                         refs="reg@x")  # fmt: skip
REVERT = stable_review('Revert "demo: one"', UNDO, log=f"This reverts commit {SECOND}.\n")


def tracker(*args: str) -> int:
    return run(args)


def shown(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, Any]:
    capsys.readouterr()
    assert tracker("show", name, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)["topic"]
    return found


def proofs(topic: dict[str, Any], *kinds: str) -> set[str]:
    return {event["evidence"].get("msgid", "record") for event in topic["events"] if event["kind"] in kinds}


def searches(lists: Lists) -> list[str]:
    """The queries since the last call, decoded."""
    return [unquote_plus(path) for _, path, _ in lists.asked() if "q=" in path]


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "demo.mbox").write_bytes(mbox(V1, thanks(("demo: one", FIRST))))
    (folder / "pulls.mbox").write_bytes(mbox(*ELSEWHERE))
    noise = [patch(f"n{n}@x", f"[PATCH] noise {n}: another thing", diff=diff_of(n), at=START + n * DAY) for n in range(20, 60)]
    (folder / "noise.mbox").write_bytes(mbox(*noise))
    with served(folder) as found:
        yield found


def test_follow_finds_what_became_of_it(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """Pull request, answer, stable queue and the report by the commit id, none of them in the patch's thread; nothing else."""
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    asked = lists.asked()
    assert len(asked) <= 12
    topic = shown(capsys, "p@x")
    assert proofs(topic, "pulled") == {"pull@x"}
    assert proofs(topic, "merged") == {"prt@x"}
    assert proofs(topic, "regression") == {"reg@x"}
    assert proofs(topic, "backported") == {"q@x"}
    assert topic["turn"] == "author"
    assert tracker("list", "--all", "--json") == 0
    titles = [one["title"] for one in json.loads(capsys.readouterr().out)["topics"]]
    assert not [title for title in titles if "noise" in title]


def test_a_later_sync_asks_little_and_finds_news_elsewhere(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """Two requests without news; a revert on another list is found by the next sync, and told."""
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    assert shown(capsys, "p@x")["status"] == "merged"
    lists.asked()
    assert tracker("--server", lists.url, "sync") == 0
    assert len(lists.asked()) <= 2
    lists.add("noise", REVERT)
    lists.asked()
    assert tracker("--server", lists.url, "sync") == 0
    assert len(lists.asked()) <= 6
    topic = shown(capsys, "p@x")
    assert topic["status"] == "reverted"
    assert proofs(topic, "reverted") == {"st@x"}
    lists.asked()
    assert tracker("--server", lists.url, "sync") == 0
    assert len(lists.asked()) <= 2


def test_a_pull_request_in_a_thread_that_is_known(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """The revert is asked for inside of the report's thread; that alone is no revert."""
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    lists.add("pulls", UNDO_PULL)
    assert tracker("--server", lists.url, "sync") == 0
    assert "undo@x" in proofs(shown(capsys, "p@x"), "pulled")
    assert shown(capsys, "p@x")["status"] == "merged"


def test_pull_requests_without_an_answer_are_awaited() -> None:
    """By their titles, until somebody says that they were pulled; those of the user's own files never."""
    with contextlib.closing(connect(None, None)) as con:
        packer = Packer()

        def add(*raws: bytes, private: bool = False) -> None:
            with transaction(con):
                where = source(con, "mbox" if private else "lore", "demo", private=private)
                Writer(con, START).add([prepare(raw, "", packer) for raw in raws], where)
                derive(con)

        add(V1, UNDO_PULL, asks_to_pull("demo: one", "demo: else"))
        add(asks_to_pull("demo: one", "demo: more", msgid="own@x", subject="[GIT PULL] my own", day=90), private=True)
        number = read.topic_of_series(con, "p@x")
        assert number is not None
        assert evidence.awaited(con, number) == ("linker fails", "demo for v6.11")
        add(pulled())
        assert evidence.awaited(con, number) == ("linker fails",)


def test_the_thread_of_a_stable_review_is_not_fetched(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """It has hundreds of mails about everything else: the one about the topic is enough."""
    others = [stable_review(f"other {n}: another", "9" * 40, msgid=f"other{n}@x", day=91) for n in range(3)]
    lists.add("noise", *[raw.replace(b" 7/9]", b" 7/817]") for raw in (REVERT, *others)])
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    assert not [path for _, path, _ in lists.asked() if "st@x/t.mbox" in path]
    topic = shown(capsys, "p@x")
    assert (topic["status"], [one["kind"] for one in topic["related"]]) == ("reverted", ["reverts"])
    assert tracker("list", "--all", "--json") == 0
    assert "another" not in capsys.readouterr().out


def test_nothing_private_is_asked_for(lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Title, ids and commits of the user's own mail are in no request, though a followed public topic is related to it."""
    log = f"Never to be told.\n\nFixes: {FIRST[:12]} (\"demo: one\")\nSigned-off-by: Anna Author <anna@example.org>\n"
    own = patch("secret@x", "[PATCH] secret: plan of mine", log=log, diff=diff_of(7), at=START + 5 * DAY)
    told = mail("told@x", "Re: [PATCH] secret: plan of mine", f"[1/1] secret: plan of mine\n      commit: {'abcdef12' * 5}\n",
                refs="secret@x", sender=CHEN, at=START + 6 * DAY)  # fmt: skip
    (tmp_path / "own.mbox").write_bytes(mbox(own, told))
    assert tracker("follow", "-m", str(tmp_path / "own.mbox")) == 0
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    assert tracker("--server", lists.url, "sync") == 0
    asked = unquote_plus(" ".join(path for _, path, _ in lists.asked()))
    assert "p@x" in asked
    assert not [word for word in ("secret", "plan of mine", "told@x", "abcdef12") if word in asked]


def test_a_commit_that_only_private_mail_names_is_not_asked_for(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The user's own copy of a thanks mail ties a commit to a public topic; the commit stays here."""
    own = thanks(("demo: one", "abcdef12" * 5), msgid="own@x", day=9)
    (tmp_path / "own.mbox").write_bytes(mbox(own))
    assert tracker("import", str(tmp_path / "own.mbox")) == 0
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    assert "own@x" in proofs(shown(capsys, "p@x"), "applied")
    assert tracker("--server", lists.url, "sync") == 0
    asked = " ".join(path for _, path, _ in lists.asked())
    assert "abcdef12" not in asked
    assert FIRST[:12] in asked


def test_offline_nothing_is_asked(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """Not even of a topic that is followed."""
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    lists.asked()
    assert tracker("--server", lists.url, "--offline", "sync") == 3
    assert lists.asked() == []


def test_the_cache_can_be_deleted(lists: Lists, sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next sync brings the topic with its thread; following it again tells the same as before."""
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    before = shown(capsys, "p@x")
    shutil.rmtree(sealed / ".cache")
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    after = shown(capsys, "p@x")
    assert (after["landings"], after["status"], after["turn"]) == (before["landings"], before["status"], before["turn"])


def test_the_story(tmp_path: Path, real_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """v1's id alone brings the pull request, the robot's answer, the regression's thread with the revert's pull request, the
    stable mails and Goldstein's patch with its landing, in few requests."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for file in (real_data / "deny_write_access/threads").glob("*.mbox"):
        (folder / file.name.replace("_", "-")).symlink_to(file)
    with served(folder) as lists:
        assert tracker("--server", lists.url, "follow", STORY_V1) == 0
        asked = lists.asked()
        assert tracker("--server", lists.url, "sync") == 0
        later = lists.asked()
    topic = shown(capsys, STORY_V1)
    assert topic["status"] == "reverted"
    assert proofs(topic, "pulled") == {"20240712-vfs-misc-c1dbbc5eaf82@brauner", "20241127-frisst-anekdote-3e6d724cb311@brauner"}
    assert proofs(topic, "merged") == {"172107568327.4128.4279320775515079617.pr-tracker-bot@kernel.org"}
    assert "CACKH++YAtEMYu2nTLUyfmxZoGO37fqogKMDkBpddmNaz5HE6ng@mail.gmail.com" in proofs(topic, "regression")
    assert "20241203144810.515726347@linuxfoundation.org" in proofs(topic, "reverted")
    related = {one["title"]: one["kind"] for one in topic["related"]}
    assert related["fs: don't block write during exec on pre-content watched files"] == "follows"
    other = shown(capsys, "20241128142532.465176-1-amir73il@gmail.com")
    assert (other["status"], other["followed"]) == ("merged", False)
    assert len(asked) <= 18
    assert len(later) <= 2
def test_the_answer_to_a_pull_request_is_found(lists: Lists, capsys: pytest.CaptureFixture[str]) -> None:
    """It names neither title nor commit: the next sync looks for it under the title of the request, and no more after that."""
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    lists.add("pulls", UNDO_PULL)
    assert tracker("--server", lists.url, "sync") == 0
    answer = pulled("undo@x", msgid="prt2@x", day=81)
    lists.add("pulls", answer.replace(b"[GIT PULL] demo for v6.11", b"[REGRESSION] linker fails"))
    assert tracker("--server", lists.url, "sync") == 0
    assert shown(capsys, "p@x")["status"] == "reverted"
    lists.asked()
    assert tracker("--server", lists.url, "sync") == 0
    asked = lists.asked()
    assert len(asked) <= 2
    assert "linker+fails" not in " ".join(path for _, path, _ in asked)


def test_a_revert_that_only_private_mail_names_is_not_asked_for(
    lists: Lists, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though the landing that it reverts is public."""
    (tmp_path / "own.mbox").write_bytes(mbox(REVERT))
    assert tracker("import", str(tmp_path / "own.mbox")) == 0
    assert tracker("--server", lists.url, "follow", "p@x") == 0
    assert tracker("--server", lists.url, "sync") == 0
    assert shown(capsys, "p@x")["status"] == "reverted"
    asked = " ".join(path for _, path, _ in lists.asked())
    assert UNDO[:12] not in asked
    assert SECOND[:12] in asked
