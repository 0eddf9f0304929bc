"""How long the pages and numbers of a whole list take, cold, and how big the pages are.

    python -m benchmarks.report [--runs N] [--keep FOLDER] NAME=ARCHIVE …

NAME is the list, ARCHIVE a public-inbox epoch of it (a git repository).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_BIGGEST = (
    "SELECT id, title FROM topic ORDER BY patches * json_array_length(data, '$.revisions') DESC, id LIMIT 1",
    "SELECT id, title FROM topic ORDER BY json_array_length(data, '$.events') DESC, id LIMIT 1",
)


def main() -> None:
    """Import, measure, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--keep", type=Path, help="a folder to keep the stores in, and to find them in again")
    options.add_argument("archives", metavar="NAME=ARCHIVE", nargs="+")
    args = options.parse_args()
    with contextlib.ExitStack() as stack:
        base = args.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for pair in args.archives:
            name, _, archive = pair.partition("=")
            _measure(base / name, name, archive, args.runs)


def _measure(folder: Path, name: str, archive: str, runs: int) -> None:
    home = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder)}
    environ = {**os.environ, **home}
    database = folder / "cache" / "tracker" / "mail.db"
    if not database.exists():
        _run(["--offline", "import", archive, "--list", name], environ)
    with contextlib.closing(sqlite3.connect(database)) as con:
        topics, mails = (con.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("topic", "message"))
        biggest = [con.execute(query).fetchone() for query in _BIGGEST]
    print(f"{name}: {topics:,} topics, {mails:,} mails")
    page = folder / "page.html"
    commands = [["report", "--list", name, "-o", str(page)], ["stats", "--list", name], ["stats", "--list", name, "--json"]]
    commands += [["report", str(number), "-o", str(page)] for number, _ in biggest]
    for words in commands:
        page.unlink(missing_ok=True)
        seconds = [_run(words, environ) for _ in range(runs)]
        size = f"  {page.stat().st_size / 1024:,.0f} kB" if page.exists() else ""
        shown = " ".join(words[:2] if words[0] == "report" and words[1] != "--list" else words[:3])
        print(f"  {shown:<32} {statistics.median(seconds):6.2f} s (most {max(seconds):.2f}){size}")


def _run(words: list[str], environ: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "tracker", *words], env=environ, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
