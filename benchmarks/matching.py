"""How well and how fast patch mails are matched to commits.

    python -m benchmarks.matching list EPOCH TREE TRUTH.tsv [--index CACHE]
    python -m benchmarks.matching lineage DIR [--index CACHE]

list: a list archive (public-inbox epoch) against a repository and a table of commit, message id. Prints recall and
precision over the patch mails in that table, with and without links, every difference, and what is claimed for other
mails. lineage: a folder made by `lineage_eval.py gen`; writes DIR/pred.json for its `score`. The tree's main branch counts.
--index: the folder of its index, to use it again; without, it is made anew.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tracker.core.match import Match, Topic, match
from tracker.core.pool import Pool
from tracker.sources.base import SourceError
from tracker.sources.inbox import read_epoch
from tracker.sources.mbox import read_mbox
from tracker.trees.choose import branches_of, main_branch
from tracker.trees.git import Repository
from tracker.trees.index import Index
from tracker.trees.matching import topics_of
from tracker.trees.pool import IndexPool


@contextmanager
def told(what: str) -> Iterator[None]:
    """Prints the CPU seconds that something takes: our own, and those of git."""
    before = os.times()
    yield
    after = os.times()
    own = after.user + after.system - before.user - before.system
    git = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{what}: {own:.1f} s, git {git:.1f} s")


@contextmanager
def opened(path: Path, cache: Path | None) -> Iterator[Pool]:
    """The main branch of the repository at *path* as a pool."""
    with tempfile.TemporaryDirectory() as folder:
        refs = Repository(path, path.name, Path(folder)).refs()
        branch = main_branch(refs, branches_of(refs, (), path.name))
        with Index.open(cache or Path(folder), path.name, path, (branch,)) as index:
            with told("index"):
                index.update()
            yield IndexPool(index)


def patches(topics: Sequence[Topic]) -> dict[str, str]:
    """Message id -> title."""
    return {one.msgid: one.title for topic in topics for revision in topic for one in revision}


def real(epoch: Path, tree: Path, table: Path, cache: Path | None) -> None:
    """A list against a tree."""
    with told("mails to topics"):
        topics = topics_of(archive(epoch))
    titles = patches(topics)
    rows = [row.split("\t") for row in table.read_text("utf-8").splitlines()[1:]]
    truth: dict[str, set[str]] = {}
    for row in rows:
        truth.setdefault(row[1], set()).add(row[0])
    here = {msgid: shas for msgid, shas in truth.items() if msgid in titles}
    print(f"{len(titles)} patches in {len(topics)} topics; of {len(truth)} mails in the table {len(here)} have a patch")
    with opened(tree, cache) as pool:
        for links in (True, False):
            with told(f"match, links {links}"):
                found = match(topics, pool, links=links)
            right = [msgid for msgid, shas in here.items() if found[msgid].commit in shas]
            said = [msgid for msgid in here if found[msgid].commit is not None]
            print(f"  recall {len(right) / len(here):.4f}, precision {len(right) / max(len(said), 1):.4f}")
            for msgid in here.keys() - set(right):
                print(f"    {msgid} {titles[msgid]!r}: {found[msgid].commit}, table {here[msgid]}")
            others = Counter((one.how, one.confidence) for msgid, one in found.items() if one.commits and msgid not in truth)
            print(f"  other mails: {sum(others.values())} {dict(others.most_common())}")


def lineage(folder: Path, cache: Path | None) -> None:
    """What `lineage_eval.py gen` made."""
    meta = json.loads((folder / "truth.json").read_text("utf-8"))["meta"]
    with told("mails to topics"):
        topics = topics_of(raw for path in sorted((folder / "mbox").glob("*.mbox")) for raw in read_mbox(path))
    with opened(Path(meta["repo"]), cache) as pool, told(f"match of {len(patches(topics))} patches"):
        found = match(topics, pool)
    (folder / "pred.json").write_text(json.dumps({f"<{msgid}>": one.commit for msgid, one in found.items()}), "utf-8")
    print(f"wrote {folder / 'pred.json'}; {undecided(found)} undecided between equal commits")


def undecided(found: dict[str, Match]) -> int:
    """How many became one of several equal commits."""
    return sum(one.commit is None and bool(one.commits) for one in found.values())


def archive(epoch: Path) -> Iterator[bytes]:
    """The mails of an archive, as far as they are at hand."""
    try:
        for _, raw in read_epoch(epoch):
            yield raw
    except SourceError as error:  # comes after every mail that could be read
        print(f"  {error}")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one, other = commands.add_parser("list"), commands.add_parser("lineage")
    for name in ("epoch", "tree", "table"):
        one.add_argument(name, type=Path)
    other.add_argument("folder", type=Path)
    for command in (one, other):
        command.add_argument("--index", type=Path)
    args = parser.parse_args()
    if args.command == "list":
        real(args.epoch, args.tree, args.table, args.index)
    else:
        lineage(args.folder, args.index)


if __name__ == "__main__":
    main()
