"""The real story of an idea, from its mails and with the facts that ship with the snapshot; read by hand, not from the program.

Truth: STORY.md beside the mails. Topics are named by the message id of their (first) patch.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import data_root
from tracker.sources.mbox import split_mbox
from tracker.store import read
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, source
from tracker.store.prepare import Packer, Prepared, prepare
from tracker.sync.recorded import recall

V1 = "20240531-vfs-i_writecount-v1-1-a17bea7ee36b@kernel.org"
RFC = "72fc22ebeaf50fabf9d14f90f6f694f88b5fc359.1717015144.git.josef@toxicpanda.com"
HSM = "20241128142532.465176-1-amir73il@gmail.com"
THANKS = "20240603-gewand-dezember-07697c3252d2@brauner"
PULL, PULLED = "20240712-vfs-misc-c1dbbc5eaf82@brauner", "172107568327.4128.4279320775515079617.pr-tracker-bot@kernel.org"
REPORT = "CACKH++YAtEMYu2nTLUyfmxZoGO37fqogKMDkBpddmNaz5HE6ng@mail.gmail.com"
UNDO_PULL = "20241127-frisst-anekdote-3e6d724cb311@brauner"
STABLE_6_11, STABLE_6_12 = "20241203144022.827574922@linuxfoundation.org", "20241203144810.515726347@linuxfoundation.org"
HSM_PULL, HSM_PULLED = "uuxkzulie4wewcbfdtdn6sx75ncm7tbhg3ptj3jpu2sh6q4lx3@zuahiyvmnigl", (
    "173767336642.1527693.12225519054110794861.pr-tracker-bot@kernel.org"
)
APPLIED, FINAL, MERGE = "244ebddd34a0", "2a010c412853", "b051320d6ab8"
UNDO, UNDO_MERGE = "3b832035387f", "b5287c55deda"
STABLE_COMMITS = {"bb973c144d57", "b3361fc46e90"}
QUOTING = ("2024-08-ltp-skip-6.11.mbox", "2025-08-O_DENY_WRITE.mbox", "2025-12-setuid-scripts.mbox")


@cache
def _prepared(folder: Path) -> tuple[tuple[str, Prepared], ...]:
    """All mails of the story's threads with the file they come from."""
    packer = Packer()
    files = [(path.name, split_mbox(path.read_bytes())) for path in sorted(folder.glob("*.mbox"))]
    return tuple((name, prepare(raw, "", packer)) for name, raws in files for raw in raws)


def _store(folder: Path, *, records: bool) -> sqlite3.Connection:
    con = connect(None, None)
    with transaction(con):
        writer, where = Writer(con, 0), source(con, "lore", "all", private=False)
        writer.add([row for _, row in _prepared(folder)], where)
        if records:
            recall(con)
        derive(con)
    return con


@pytest.fixture(scope="module")
def recorded() -> Iterator[sqlite3.Connection]:
    """The story's mails and the recorded facts."""
    folder = data_root() / "deny_write_access/threads"
    if not folder.is_dir():
        pytest.skip(f"no real mail at {folder} (set TRACKER_TEST_DATA)")
    with contextlib.closing(_store(folder, records=True)) as con:
        yield con


@pytest.fixture(scope="module")
def alone() -> Iterator[sqlite3.Connection]:
    """The story's mails without any recorded fact."""
    folder = data_root() / "deny_write_access/threads"
    if not folder.is_dir():
        pytest.skip(f"no real mail at {folder} (set TRACKER_TEST_DATA)")
    with contextlib.closing(_store(folder, records=False)) as con:
        yield con


def topic(con: sqlite3.Connection, msgid: str) -> dict[str, Any]:
    number = read.topic_of_series(con, msgid)
    assert number is not None
    return {"id": number, **read.topic(con, number).data}


def events(data: dict[str, Any], *kinds: str) -> list[tuple[str, str, str]]:
    """(day, kind, evidence) of events of these kinds."""
    wanted = [event for event in data["events"] if event["kind"] in kinds]
    return [(event["at"][:10], event["kind"], next(iter(event["evidence"].values()))) for event in wanted]


def landings(data: dict[str, Any]) -> list[tuple[str, str, str, str, str, str]]:
    """(role, branch, commit, replaced by, reverted by, first tag), commits by their first twelve digits."""
    return [
        (one["role"], one["branch"], one["commit"][:12], (one["replaced_by"] or "")[:12], (one["reverted_by"] or "")[:12],
         one["first_tag"] or "")
        for one in data["landings"]
    ]  # fmt: skip


def test_the_rfc_its_answer_and_v1_are_one_topic(recorded: sqlite3.Connection) -> None:
    """Three revisions; everything else is a topic of its own."""
    data = topic(recorded, V1)
    assert [one["series"] for one in data["revisions"]] == [RFC, "20240530-atheismus-festland-c11c1d3b7671@brauner", V1]


def test_applied_replaced_merged_reverted(recorded: sqlite3.Connection) -> None:
    """In vfs.misc as 244ebddd34a0, replaced by 2a010c412853, which v6.11-rc1 has and 3b832035387f reverts."""
    data = topic(recorded, V1)
    assert data["status"] == "reverted"
    found = landings(data)
    assert ("maintainer", "vfs.misc", APPLIED, FINAL, UNDO, "") in found
    assert ("mainline", "", FINAL, "", UNDO, "v6.11-rc1") in found
    assert {one["patch"] for one in data["landings"]} == {V1}
    (mainline,) = [one for one in data["landings"] if one["role"] == "mainline"]
    assert mainline["merge"].startswith(MERGE)
    assert {"msgid": PULLED} in mainline["evidence"]


def test_the_events_in_their_order(recorded: sqlite3.Connection) -> None:
    """Each with the mail that proves it: the report by the commit id alone, the pull request of the revert in its thread."""
    data = topic(recorded, V1)
    assert ("2024-06-03", "applied", THANKS) in events(data, "applied")
    assert [day for day, *_ in events(data, "replaced")] == ["2024-06-14"]
    assert events(data, "pulled") == [("2024-07-12", "pulled", PULL), ("2024-11-27", "pulled", UNDO_PULL)]
    assert events(data, "merged") == [("2024-07-15", "merged", PULLED)]
    assert ("2024-10-28", "regression", REPORT) in events(data, "regression")
    told = [event for event in data["events"] if event["kind"] == "reverted"]
    assert (told[0]["at"], told[0]["evidence"]) == ("2024-11-27T16:14:06Z", {"msgid": UNDO_PULL})
    assert all(word in told[0]["text"] for word in ("mainline", UNDO, UNDO_MERGE, "v6.13-rc1", "recorded"))
    places = {event["text"].partition(" (")[0] for event in told[1:]}
    assert places == {"stable 6.11", "stable 6.12", *(f"stable {sha}" for sha in STABLE_COMMITS)}
    assert {event["evidence"]["msgid"] for event in told[1:] if "msgid" in event["evidence"]} == {STABLE_6_11, STABLE_6_12}


def test_nothing_is_open_any_more(recorded: sqlite3.Connection) -> None:
    """Every report was answered by the revert, so it is nobody's turn."""
    data = topic(recorded, V1)
    assert [event["text"] for event in data["events"] if event.get("open")] == []
    assert data["turn"] == "nobody"


def test_from_mails_alone_less_is_known(alone: sqlite3.Connection) -> None:
    """The release with the revert and the commits in the stable trees stay unknown, all else is the same."""
    data = topic(alone, V1)
    assert data["status"] == "reverted"
    assert {(role, commit, gone) for role, _, commit, _, gone, _ in landings(data)} >= {
        ("maintainer", APPLIED, UNDO), ("mainline", FINAL, UNDO),
    }  # fmt: skip
    told = [event["text"] for event in data["events"] if event["kind"] == "reverted"]
    assert told == [f"mainline {UNDO} (by then)", "stable 6.11 (review)", "stable 6.12 (review)"]
    everything = str(data)
    assert "v6.13-rc1" not in everything
    assert not [sha for sha in (*STABLE_COMMITS, UNDO_MERGE) if sha in everything]


def test_mails_that_quote_a_commit_are_no_events(recorded: sqlite3.Connection, real_data: Path) -> None:
    """LTP's skip, O_DENY_WRITE and the thread about setuid name the commits and say nothing about what became of the patch."""
    rows = _prepared(real_data / "deny_write_access/threads")
    quoting = {row.msgid for name, row in rows if name in QUOTING}
    assert len(quoting) == 5 + 38 + 72
    for msgid in (V1, HSM):
        data = topic(recorded, msgid)
        assert not [event["evidence"] for event in data["events"] if event["evidence"].get("msgid") in quoting]
        assert not [one for one in data["landings"] for proof in one["evidence"] if proof.get("msgid") in quoting]


def test_goldsteins_patch_follows(recorded: sqlite3.Connection, alone: sqlite3.Connection) -> None:
    """It takes the need up again half a day after the revert: related, not another version."""
    for con in (recorded, alone):
        first, second = topic(con, V1), topic(con, HSM)
        assert first["id"] != second["id"]
        assert [(one["kind"], one["by"]) for one in read.related(con, first["id"]) if one["topic"] == second["id"]] == [
            ("follows", "other")
        ]


def test_goldsteins_patch_was_merged(recorded: sqlite3.Connection) -> None:
    """By 8883957b3c9d for v6.14-rc1, with Brauner's Acked-by; other commits before were replaced."""
    data = topic(recorded, HSM)
    assert data["status"] == "merged"
    (mainline,) = [one for one in data["landings"] if one["role"] == "mainline"]
    assert (mainline["commit"][:12], mainline["merge"][:12]) == ("0357ef03c94e", "8883957b3c9d")
    assert mainline["first_tag"] == "v6.14-rc1"
    assert {"msgid": HSM_PULLED} in mainline["evidence"]
    assert ("next", "", "871387b27c20", "0357ef03c94e", "", "") in landings(data)
    acks = [tag for tag in data["tags"] if tag["name"] == "Acked-by" and tag["verdict"] == "given"]
    assert [(tag["who"]["email"], tag["msgid"], tag["mismatch"]) for tag in acks] == [
        ("brauner@kernel.org", "20241204-felswand-filmverleih-b5a694ca46a4@brauner", False)
    ]
    assert events(data, "pulled", "merged") == [("2025-01-21", "pulled", HSM_PULL), ("2025-01-23", "merged", HSM_PULLED)]


def test_goldsteins_patch_from_mails_alone(alone: sqlite3.Connection) -> None:
    """Merged by the pull request's answer; its commit and its release are in no mail's word about it."""
    data = topic(alone, HSM)
    assert data["status"] == "merged"
    (mainline,) = [one for one in data["landings"] if one["role"] == "mainline"]
    assert (mainline["merge"][:12], mainline["first_tag"]) == ("8883957b3c9d", None)


def test_its_later_fixes(recorded: sqlite3.Connection) -> None:
    """Carpenter's of 2024-12-11, Brauner's of 2026-07, and the one that the record tells of."""
    data = topic(recorded, HSM)
    found = events(data, "fixed")
    assert ("2024-12-11", "fixed", "5952b626-ef08-4293-8a73-f1496af4e987@stanley.mountain") in found
    assert any(msgid.startswith("20260710-work-binfmt_misc-locking-v") for *_, msgid in found)
    assert [event["at"][:10] for event in data["events"] if "35441d52362a" in event["text"]] == ["2026-07-17"]


def test_a_revert_for_stable_is_told_of_its_own_branch(recorded: sqlite3.Connection) -> None:
    """The reviews for 6.11 and 6.12 are topics that revert; a review is no landing of itself, nor of the other branch."""
    for msgid, branch in ((STABLE_6_11, "6.11"), (STABLE_6_12, "6.12")):
        data = topic(recorded, msgid)
        assert (data["landings"], data["status"]) == ([], "unknown"), branch
        assert f"announced for stable {branch}" in data["status_reason"]
        assert [one["kind"] for one in read.related(recorded, data["id"])] == ["reverts"]


def test_zilins_fix_and_its_backports(recorded: sqlite3.Connection) -> None:
    """90f601b497d7 in mainline, named by its backports; for 6.6 there is a review, for 6.12 only somebody's posting."""
    data = topic(recorded, "20251105022923.1813587-1-zilin@seu.edu.cn")
    assert [(one["role"], one["branch"], one["commit"][:12]) for one in data["landings"]] == [
        ("mainline", "", "90f601b497d7"), ("stable", "6.6", ""),
    ]  # fmt: skip
    assert data["status"] == "merged"
    backport = topic(recorded, "20260304054311.108543-1-rob_garcia@163.com")
    assert (backport["landings"], backport["status"]) == ([], "posted")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_arrival_does_not_matter(recorded: sqlite3.Connection, real_data: Path, seed: int) -> None:
    """All mails of all threads in a random order, some at a time, with the facts somewhere between: the same topics."""
    rows = [row for _, row in _prepared(real_data / "deny_write_access/threads")]
    shuffler = random.Random(seed)
    shuffler.shuffle(rows)
    with contextlib.closing(connect(None, None)) as con:
        told = shuffler.randrange(len(rows))
        for start in range(0, len(rows), 25):
            with transaction(con):
                Writer(con, 0).add(rows[start : start + 25], source(con, "lore", "all", private=False))
                if start <= told < start + 25:
                    recall(con)
                derive(con)
        assert _everything(con) == _everything(recorded)


def _everything(con: sqlite3.Connection) -> dict[str, Any]:
    """All topics by their anchors, and what they are to each other."""
    anchors = dict(con.execute("SELECT id, anchor FROM topic"))
    found: dict[str, Any] = {one.data["revisions"][0]["series"]: one.data for one in read.topics(con, every=True)}
    for number, anchor in anchors.items():
        related = [(anchors[one["topic"]], one["kind"], one["by"]) for one in read.related(con, number)]
        found[f"related to {anchor}"] = sorted(related)
    return found
