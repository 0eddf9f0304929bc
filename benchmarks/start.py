"""How long a cold `tracker list` takes, beside `python -c pass`, on a store of its own or the snapshot.

    python -m benchmarks.start [--runs N] [--import ARCHIVE]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time


def median(command: list[str], environ: dict[str, str], runs: int) -> tuple[float, float]:
    """Median and spread in milliseconds."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found.append((time.perf_counter() - start) * 1000)
    return statistics.median(found), max(found) - min(found)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=25)
    options.add_argument("--import", dest="archive", help="a list archive to fill the store with")
    args = options.parse_args()
    tracker = [sys.executable, "-m", "tracker"]
    with tempfile.TemporaryDirectory() as home:
        environ = {"PATH": os.environ["PATH"], "HOME": home}
        bare, noise = median([sys.executable, "-c", "pass"], environ, args.runs)
        print(f"python -c pass                 {bare:6.1f} ms (spread {noise:.1f})")
        snapshot, noise = median([*tracker, "list"], environ, args.runs)
        print(f"tracker list, on the snapshot  {snapshot:6.1f} ms (spread {noise:.1f}), {snapshot - bare:+.1f}")
        if args.archive:
            subprocess.run([*tracker, "import", args.archive], env=environ, check=True)
            for words in (["list"], ["list", "--all"], ["search", "overlayfs"]):
                found, noise = median([*tracker, *words], environ, args.runs)
                print(f"tracker {' '.join(words):<22} {found:6.1f} ms (spread {noise:.1f}), {found - bare:+.1f}")


if __name__ == "__main__":
    main()
