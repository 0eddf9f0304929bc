"""What the program says about review tags, beside what readers said who had not seen its answers.

    python -m benchmarks.tags LIST=ARCHIVE [LIST=ARCHIVE …]

LIST: linux-unionfs or io-uring; ARCHIVE: that list's public-inbox epoch. Prints every difference and how many there are.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from tracker.core.facts import examine
from tracker.core.message import parse
from tracker.sources.inbox import read_epoch

LABELS = Path(__file__).parent / "labels" / "tags.tsv"
Said = frozenset[tuple[str, str, bool]]


def labelled() -> dict[str, dict[str, tuple[Said, bool]]]:
    """List -> message id -> what the reader says of it, and whether he was in doubt. Agreements are no tags."""
    found: dict[str, dict[str, tuple[set[tuple[str, str, bool]], bool]]] = defaultdict(dict)
    with LABELS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            said, doubt = found[row["list"]].get(row["message_id"], (set(), False))
            names = ["Reviewed-by", "Tested-by"] if row["tag"] == "Reviewed-and-tested-by" else [row["tag"]]
            if row["verdict"] not in ("none", "agreement"):
                said.update((name, row["verdict"], row["mismatch"] == "yes") for name in names)
            found[row["list"]][row["message_id"]] = (said, doubt or bool(row["doubt"]))
    return {name: {one: (frozenset(said), doubt) for one, (said, doubt) in some.items()} for name, some in found.items()}


def main() -> None:
    """Compare and print."""
    wanted = labelled()
    total = wrong = doubtful = 0
    for name, _, path in (argument.partition("=") for argument in sys.argv[1:]):
        left = dict(wanted[name])
        for _, raw in read_epoch(path, report=lambda problem: print(problem, file=sys.stderr)):
            message = parse(raw)
            if message.msgid not in left:
                continue
            said, doubt = left.pop(message.msgid)
            found = frozenset((one.name, one.verdict, one.mismatch) for one in examine(message).intents if not one.agreement)
            total += 1
            if found != said:
                wrong += 1
                doubtful += doubt
                print(f"{message.msgid}\n  reader  {sorted(said)}{' (in doubt)' if doubt else ''}\n  program {sorted(found)}")
        print(f"{name}: {len(left)} labelled mails are not in this archive" if left else f"{name}: all found")
    print(f"{wrong} of {total} differ, the reader was in doubt about {doubtful} of them")


if __name__ == "__main__":
    main()
