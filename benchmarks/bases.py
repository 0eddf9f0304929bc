"""Patches that nobody says to have taken but others make patches against: are they in the project's tree?

    python -m benchmarks.bases LIST=ARCHIVE TREE [--keep FOLDER] [--prefix erofs-utils]

ARCHIVE is a public-inbox epoch, TREE a repository of the project with its blobs. Counts the patches whose title a commit has,
and of the others those whose blobs the tree has; prints the rest. --prefix: only titles that begin so, of a list of two projects.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from benchmarks.status import NOW, STALLED_AFTER, _store
from tracker.core.blobs import after
from tracker.core.facts import examine
from tracker.core.message import parse
from tracker.core.subject import normal_title
from tracker.store.mail import read_raw
from tracker.store.standing import stand

_BASED = "SELECT p.value ->> 'msgid', p.value ->> 'subject' FROM topic, json_each(data, '$.revisions[#-1].patches') p "
_BASED += "WHERE data ->> 'status' = 'applied' AND data ->> 'status_reason' LIKE '%others make patches against%'"


def main() -> None:
    """Import, ask, look."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    options.add_argument("--keep", type=Path, help="a folder to keep the store in, and to find it in again")
    options.add_argument("--prefix", default="", help="only patches whose titles begin so")
    options.add_argument("archive", metavar="LIST=ARCHIVE")
    options.add_argument("tree", type=Path)
    args = options.parse_args()
    name, _, archive = args.archive.partition("=")
    with tempfile.TemporaryDirectory() as scratch:
        con = _store((args.keep or Path(scratch)) / name, name, archive)
        stand(con, NOW, STALLED_AFTER)
        claimed = [(msgid, title) for msgid, title in con.execute(_BASED) if title.startswith(args.prefix)]
        titles = {normal_title(one) for one in _git(args.tree, "log", "--all", "--format=%s").splitlines()}
        others = [(msgid, title) for msgid, title in claimed if normal_title(title) not in titles]
        missing = [(msgid, title) for msgid, title in others if not _has_blobs(con, args.tree, msgid)]
    print(f"{len(claimed)} patches, {len(claimed) - len(others)} by title, {len(others) - len(missing)} by a blob")
    for msgid, title in missing:
        print(f"  not there: {msgid} {title}")


def _has_blobs(con, tree: Path, msgid: str) -> bool:  # type: ignore[no-untyped-def]
    number = con.execute("SELECT id FROM message WHERE msgid=?", (msgid,)).fetchone()[0]
    patches = examine(parse(read_raw(con, number) or b"")).patches
    blobs = [blob for one in patches for blob in after(one.files, one.blobs).values()]
    return any(subprocess.run(["git", "-C", tree, "cat-file", "-e", blob], capture_output=True).returncode == 0 for blob in blobs)


def _git(tree: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", tree, *words], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
