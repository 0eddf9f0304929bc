"""What the program says of topics that a person labelled before it was asked: status and turn, soon after the last mail and
much later.

    python -m benchmarks.status --labels benchmarks/labels/status.tsv LIST=ARCHIVE …

ARCHIVE is a public-inbox epoch (a git repository). Prints every difference, and whether the reader named the program's
answer as one that he could accept, too.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tracker.store import read
from tracker.store.db import connect
from tracker.store.standing import stand

NOW = 1_793_491_200  # 2026-11-01, the day of the labels in status_now
STALLED_AFTER = 30


def main() -> None:
    """Import, ask, compare."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    options.add_argument("--labels", type=Path, default=Path(__file__).parent / "labels" / "status.tsv")
    options.add_argument("--keep", type=Path, help="a folder to keep the stores in, and to find them in again")
    options.add_argument("archives", metavar="LIST=ARCHIVE", nargs="+")
    args = options.parse_args()
    with args.labels.open(newline="") as file:
        labels = list(csv.DictReader(file, delimiter="\t"))
    with contextlib.ExitStack() as stack:
        base = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for pair in args.archives:
            name, _, archive = pair.partition("=")
            con = _store(base / name, name, archive)
            _compare(name, con, [one for one in labels if one["list"] == name])


def _store(folder: Path, name: str, archive: str):  # type: ignore[no-untyped-def]
    mail, user = folder / "cache" / "tracker" / "mail.db", folder / "data" / "tracker" / "user.db"
    if not mail.exists():
        env = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder)}
        command = [sys.executable, "-m", "tracker", "--offline", "import", archive, "--list", name]
        subprocess.run(command, env={**os.environ, **env}, check=False)
    return connect(mail, user)


def _compare(name: str, con, labels: list[dict[str, str]]) -> None:  # type: ignore[no-untyped-def]
    stand(con, NOW, STALLED_AFTER)
    wrong = {"then": 0, "now": 0}
    unknown = nobody = 0
    moments = ("now",) if labels and "status" in labels[0] else ("then", "now")
    for label in labels:
        label.setdefault("status_now", label.get("status", ""))
        label.setdefault("turn_now", label.get("turn", ""))
        number = read.topic_of(con, label["anchor"])
        if number is None:
            print(f"{name}: {label['anchor']} is in no topic")
            continue
        topic = read.topic(con, number)
        data = topic.data
        said = f"label {label['status_now']}/{label['turn_now']}"
        if topic.status == "unknown":
            unknown += 1
            print(f"unknown #{number} {label['anchor']}: {said}\n      {data['status_reason']}")
            continue
        if data["turn"] == "unknown" and _differs(label, "now", "status", topic.status) != "firm":
            if _differs(label, "now", "turn", "unknown"):
                nobody += 1
                print(f"unknown turn #{number} {label['anchor']}: {topic.status}, {said}\n      {data['status_reason']}")
            continue
        for moment, status in ((one, data["status"] if one == "then" else topic.status) for one in moments):
            differs = [_differs(label, moment, "status", status), _differs(label, moment, "turn", data["turn"])]
            if any(differs):
                firm = any(one == "firm" for one in differs)
                wrong[moment] += firm
                print(
                    f"{'WRONG' if firm else 'doubt'} {moment} #{number} {label['anchor']}: {status}/{data['turn']}"
                    f" label {label[f'status_{moment}']}/{label[f'turn_{moment}']}\n      ours: {data['status_reason']}"
                    f"\n      reader: {label['reason']} [{label['doubt']}]"
                )
    print(f"{name}: {len(labels)} topics, firmly wrong then {wrong['then']}, now {wrong['now']}, "
          f"unknown {unknown}, turn unknown {nobody}")


def _differs(label: dict[str, str], moment: str, what: str, ours: str) -> str:
    """'' when both agree, 'doubt' when the reader names ours as acceptable, else 'firm'."""
    theirs = label[f"{what}_{moment}"]
    if ours == theirs or {ours, theirs} == {"merged", "released"}:
        return ""
    return "doubt" if ours in label["doubt"] else "firm"


if __name__ == "__main__":
    main()
