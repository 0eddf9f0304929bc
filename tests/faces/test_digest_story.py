"""The story as its mails arrived, month by month: what each digest tells is news, and told once."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faces.digests import Store
from tracker.core.message import parse
from tracker.faces.cli import run
from tracker.sources.mbox import read_mbox

FIRST, SECOND = "20240530-atheismus-festland-c11c1d3b7671@brauner", "20241128142532.465176-1-amir73il@gmail.com"
COUNTS, PRE_CONTENT = "fs: don't block i_writecount during exec", "fs: don't block write during exec on pre-content watched files"
# (title, section, status that was told before, status) as Christian Brauner should have been told of them, without git trees.
TOLD = {
    "2024-05": [(COUNTS, "new", None, "reviewed")],
    "2024-06": [(COUNTS, "yours", "reviewed", "in-next")],  # LTP fails in linux-next
    "2024-07": [(COUNTS, "yours", "in-next", "merged")],
    "2024-08": [(COUNTS, "yours", "merged", "merged")],  # late replies
    "2024-09": [(COUNTS, "yours", "merged", "merged")],
    "2024-10": [(COUNTS, "yours", "merged", "merged")],  # mold depends on ETXTBSY
    "2024-11": [(COUNTS, "yours", "merged", "merged"), (PRE_CONTENT, "new", None, "in-review")],  # a revert is to be pulled
    "2024-12": [(COUNTS, "moved", "merged", "reverted"), (PRE_CONTENT, "moved", "in-review", "applied")],
    "2025-01": [(PRE_CONTENT, "moved", "applied", "merged")],
    "2025-02": [],
}  # fmt: skip


def arrivals(folder: Path) -> list[tuple[int, str, bytes]]:
    """(date, message id, mail) of all mails of the story, each once, in the order of time."""
    found: dict[str, tuple[int, str, bytes]] = {}
    for path in sorted(folder.glob("*.mbox")):
        with path.open("rb") as file:
            for raw in read_mbox(file):
                mail = parse(raw)
                found.setdefault(mail.msgid, (mail.date or 0, mail.msgid, raw))
    return sorted(found.values())


def test_the_story_as_it_arrived(
    real_data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What moved in which month, whose turn it was, and no event in two digests."""
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[user]\nemail = brauner@kernel.org\n")
    mails = arrivals(real_data / "deny_write_access" / "threads")
    store = Store(0)
    monkeypatch.setattr(time, "time", lambda: store.now)
    told: dict[str, list[tuple[str, str, str | None, str]]] = {}
    events: Counter[tuple[int, str]] = Counter()
    start = 0
    for month in TOLD:
        year, number = (int(part) for part in month.split("-"))
        end = int(datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp())
        store.now = end - 3_600
        store.arrive(*[raw for date, _, raw in mails if start <= date < end])
        store.follow(*[msgid for date, msgid, _ in mails if msgid in (FIRST, SECOND) and start <= date < end])
        start = end
        capsys.readouterr()
        assert run(["digest", "--format", "json"]) == (0 if TOLD[month] else 1)
        out = capsys.readouterr().out
        topics = json.loads(out)["topics"] if out else []
        told[month] = [(one["title"], one["section"], one["was"], one["status"]) for one in topics]
        events.update((one["id"], event["id"]) for one in topics for event in one["news"])
    assert told == TOLD
    assert [event for event, times in events.items() if times > 1] == []
    kinds = Counter(name.partition(":")[0] for _, name in events)
    assert (kinds["regression"], kinds["merged"], kinds["replaced"]) == (4, 2, 1)
