"""How well machine-written notices are read, against a list of what they say; and how long a mail takes.

    python -m benchmarks.notices GROUND_TRUTH.tsv.gz LIST=ARCHIVE [LIST=ARCHIVE …]

LIST: as in the column `list`; ARCHIVE: that list's public-inbox epoch. Prints the rows right for each kind, the first wrong
ones, and the microseconds a mail takes: of all mails, and of those that say nothing.
"""

from __future__ import annotations

import csv
import gzip
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping

from tracker.core.message import Message, parse
from tracker.core.notice import Notice, read_notices
from tracker.sources.inbox import read_epoch

_SHOWN = 10
Row = Mapping[str, str]


def right(row: Row, one: Notice, message: Message) -> bool:
    """Whether a notice says what its row says: commit, title and counter; tree and branch where the row has them."""
    if one.source != row["kind"]:
        return False
    if row["kind"] == "prt":
        return one.merge == row["sha"] and f"{one.tree} {one.branch}".strip() == row["extra"].strip()
    if row["kind"] == "tip":
        return one.commit == row["sha"] and message.subject.endswith(one.titles[0])
    numbers = ((int(row["index"]), int(row["total"])),) if row["index"] else ()
    same = (one.titles, one.numbers, one.commit or one.merge) == ((row["title"],), numbers, row["sha"])
    if row["kind"] == "pwbot":
        return same and row["extra"] == f"was applied to {one.tree} ({one.branch})"
    return same and ("branch:" not in row["extra"] or row["extra"].endswith(f"branch:{one.branch}"))


def wanted(path: str) -> dict[str, dict[str, list[Row]]]:
    """List -> message id -> the rows about that mail."""
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["list"]][row["notice_msgid"]].append(row)
    return found


def main() -> None:
    """Compare and print."""
    truth = wanted(sys.argv[1])
    good: Counter[str] = Counter()
    wrong: list[Row] = []
    for name, _, path in (argument.partition("=") for argument in sys.argv[2:]):
        rows = truth[name]
        spent = silent = 0.0
        mails = silents = 0
        for _, raw in read_epoch(path, report=lambda problem: print(problem, file=sys.stderr)):
            message = parse(raw)
            own = message.own_text
            _ = message.sender, message.subject, message.in_reply_to  # what an import has read anyway
            start = time.process_time()
            found = read_notices(message, own)
            taken = time.process_time() - start
            spent, mails = spent + taken, mails + 1
            if not found:
                silent, silents = silent + taken, silents + 1
            for row in rows.pop(message.msgid, ()):
                if any(right(row, one, message) for one in found):
                    good[row["kind"]] += 1
                else:
                    wrong.append(row)
        each, quiet = spent / max(mails, 1) * 1e6, silent / max(silents, 1) * 1e6
        print(f"{name}: {mails} mails, {each:.1f} µs each; {silents} say nothing, {quiet:.1f} µs each")
        print(f"  {len(rows)} mails of the ground truth are not in this archive")
    bad = Counter(row["kind"] for row in wrong)
    for kind in sorted(good | bad):
        total = good[kind] + bad[kind]
        print(f"{kind}: {good[kind]} of {total} rows right ({good[kind] / total:.2%})")
    for row in wrong[:_SHOWN]:
        print(f"  wrong: {row['kind']} {row['notice_msgid']} {row['title']!r}")


if __name__ == "__main__":
    main()
