"""Topics beside the truth, and whether the order in which mails arrive matters.

    python -m benchmarks.lineage truth DATA ARCHIVE      the series of DATA/series among 5,000 mails of a list
    python -m benchmarks.lineage set DIR [DIR …]         what lineage_eval.py gen wrote (truth.json and mails)
    python -m benchmarks.lineage order ARCHIVE           10,000 mails of a list, by date and in a random order

ARCHIVE is a public-inbox epoch. pairs-F1: of all pairs of postings, those that are put into one topic and should be.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from tracker.core.traits import Traits
from tracker.sources.inbox import read_epoch
from tracker.sources.mbox import read_mbox
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, source
from tracker.store.prepare import Packer, prepare

AROUND, IN_ORDER = 5_000, 10_000
BATCH = 500


def store(mails: Iterable[bytes]) -> sqlite3.Connection:
    """A store in memory that got *mails* in batches, as a user's gets them."""
    con = connect(None, None)
    packer = Packer()
    rest = iter(mails)
    writer = Writer(con, 0)
    where = source(con, "lore", "benchmark", private=False)
    while batch := list(islice(rest, BATCH)):
        with transaction(con):
            writer.add([prepare(raw, "", packer) for raw in batch], where)
            derive(con)
    return con


def topics(con: sqlite3.Connection) -> dict[str, int]:
    """Every cover and patch with the number of its topic."""
    return dict(con.execute("SELECT msgid, topic FROM member JOIN series ON series.id = member.series"))


def pairs(truth: Mapping[str, str], found: Mapping[str, int]) -> str:
    """Precision, recall and F1 over the pairs of the postings in *truth*; what is in no topic is alone."""
    label = {one: found.get(one, -number) for number, one in enumerate(truth, 1)}

    def count(several: Iterable[object]) -> int:
        return sum(n * (n - 1) // 2 for n in Counter(several).values())

    both, true, told = count((truth[one], label[one]) for one in truth), count(truth.values()), count(label.values())
    precision, recall = both / max(told, 1), both / max(true, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"pairs {true}, precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}"


def truth(data: Path, archive: Path) -> None:
    """The 18 series."""
    of: dict[str, str] = {}
    version: dict[str, str] = {}
    mails: list[bytes] = []
    for file in sorted(data.glob("series/*/*.truth.json")):
        for number, ids in json.loads(file.read_text())["versions"].items():
            of.update((one["msgid"], file.name) for one in ids)
            version.update((one["msgid"], number) for one in ids)
        mails += read_mbox(file.with_name(file.name.replace(".truth.json", ".mbox")))
    others = [raw for _, raw in read_epoch(archive, report=lambda problem: print(problem, file=sys.stderr))]
    middle = len(others) // 2
    con = store([*mails, *others[middle - AROUND // 2 : middle + AROUND // 2]])
    found = topics(con)
    numbers = dict(con.execute("SELECT msgid, traits FROM member JOIN series ON series.id = member.series"))
    at = next(n for n, name in enumerate(Traits.__slots__) if name == "version")
    wrong = [one for one, number in version.items() if one in numbers and str(json.loads(numbers[one])[at]) != number]
    print(f"wrong version numbers: {len(wrong)} of {len(version)}", *wrong[:5])
    print("series:", pairs(of, found))
    split = {name: {found.get(one) for one, its in of.items() if its == name} for name in dict.fromkeys(of.values())}
    for name, several in split.items():
        if len(several) > 1:
            print(f"  {name} is in {len(several)} topics")
    strangers = [one for one, number in found.items() if one not in of and number in {found.get(other) for other in of}]
    whole = sum(len(one) == 1 for one in split.values())
    print(f"  {len(split)} series, {whole} in one topic; {len(strangers)} more postings there")


def generated(folder: Path) -> None:
    """One generated set."""
    known = json.loads((folder / "truth.json").read_text())
    of: dict[str, str] = {}
    for name, one in known["series"].items():
        for version in one["versions"]:
            of.update((msgid.strip("<>"), name) for msgid in (version["cover"], *version["patches"]) if msgid)
    mails = [raw for file in sorted(folder.rglob("*.mbox")) for raw in read_mbox(file)]
    print(f"{folder.name}:", pairs(of, topics(store(mails))))


def order(archive: Path) -> None:
    """The same topics whatever the order."""
    mails = [raw for _, raw in islice(read_epoch(archive, report=print), IN_ORDER)]
    seen = []
    for seed in (None, 1):
        if seed is not None:
            random.Random(seed).shuffle(mails)
        began = time.process_time()
        found = topics(store(mails))
        groups: dict[int, list[str]] = {}
        for msgid, number in found.items():
            groups.setdefault(number, []).append(msgid)
        seen.append(sorted(sorted(one) for one in groups.values()))
        print(f"order {seed}: {len(seen[-1])} topics, {time.process_time() - began:.0f} s")
    print("the same topics" if seen[0] == seen[1] else "DIFFERENT topics")
    for one in [one for one in seen[0] if one not in seen[1]][:10]:
        print("  by date:", one[:4])


def main() -> None:
    """Run what the command line names."""
    what, *paths = sys.argv[1:]
    if what == "truth":
        truth(Path(paths[0]), Path(paths[1]))
    elif what == "order":
        order(Path(paths[0]))
    else:
        for path in paths:
            generated(Path(path))


if __name__ == "__main__":
    main()
