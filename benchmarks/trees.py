"""How long indexing a tree takes, against git itself, and how much memory a kernel-sized history takes.

    python -m benchmarks.trees GIT-REPOSITORY [BRANCH] [--commits N] [--runs N]

Prints medians: a first index beside `git log --format=%H%n%B` in the same run, by the clock and by processor time; an
update without news and one with about 100 new commits; then the peak memory for a made-up history of N commits (default
1,300,000; 0: leave it out), which needs about 400 MB in the temporary folder.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tracker.trees.index import Index

# Prints its own peak memory and git's, in kB.
_CHILD = """
import resource, sys, time
from pathlib import Path
from tracker.trees.index import Index
started = time.monotonic()
with Index.open(Path(sys.argv[1]), "tree", Path(sys.argv[2])) as index:
    update = index.update()
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(update.new, time.monotonic() - started, *(one.ru_maxrss for one in used), *(one.ru_utime + one.ru_stime for one in used))
"""


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time with that of the programs it ran."""
    wall, cpu = time.monotonic(), _cpu()
    work()
    return time.monotonic() - wall, _cpu() - cpu


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def git(repo: Path, *args: str) -> str:
    """What git prints."""
    done = subprocess.run(["git", f"--git-dir={repo}", *args], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def first(repo: Path, branch: str, runs: int) -> None:
    """A first index, beside git's log."""
    rows = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder, open(os.devnull, "wb") as nothing:
            command = ["git", f"--git-dir={repo}", "log", "--format=%H%n%B", branch]
            log = measured(partial(subprocess.run, command, stdout=nothing, check=True))
            with Index.open(Path(folder), "tree", repo, (branch,)) as index:
                own = measured(index.update)
                count = len(index)
        rows.append((log, own))
    for at, what in enumerate(("clock", "processor")):
        log_time, own_time = (statistics.median(row[side][at] for row in rows) for side in (0, 1))
        print(f"first index of {count} commits, {what}: {own_time:.2f} s, git log {log_time:.2f} s: {own_time / log_time:.2f} x")


def later(repo: Path, branch: str, runs: int) -> None:
    """Updates: without news, and with about 100 new commits."""
    tip = git(repo, "rev-parse", f"refs/heads/{branch}")
    old = tip
    while int(git(repo, "rev-list", "--count", f"{old}..{tip}")) < 100:
        old = git(repo, "rev-parse", f"{old}^")
    count = git(repo, "rev-list", "--count", f"{old}..{tip}")
    none, some = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder, "copy.git")
            subprocess.run(["git", "init", "-q", "--bare", str(copy)], check=True)
            (copy / "objects" / "info" / "alternates").write_text(f"{repo / 'objects'}\n")
            git(copy, "update-ref", f"refs/heads/{branch}", old)
            with Index.open(Path(folder), "tree", copy, (branch,)) as index:
                index.update()
                none.append(measured(index.update)[0])
                git(copy, "update-ref", f"refs/heads/{branch}", tip)
                some.append(measured(index.update)[0])
    print(f"update without news: {statistics.median(none) * 1000:.0f} ms; with {count} commits: {statistics.median(some):.2f} s")


def history(count: int) -> Iterator[bytes]:
    """Commands for `git fast-import`: a main line with a merge in about every fifteenth commit, and tags."""
    last, side = 0, 0
    for number in range(1, count + 1):
        merge = side and number % 15 == 0
        branch = b"side" if number % 15 in (13, 14) else b"master"
        who = b"Author %d <author%d@example.org> %d +0000" % (number % 20_011, number % 20_011, 1_100_000_000 + number * 400)
        text = b"sub%d: change number %d\n\n" % (number % 997, number) + b"Because this and that is so and was not before.\n" * 4
        text += b"\nLink: https://lore.kernel.org/r/%d.%d-1-author@example.org\n" % (number, number * 7_919)
        if number % 5 == 0:
            text += b'Fixes: %012x ("sub: change")\n' % (number * 2_654_435_761 % (1 << 48) | 1 << 47)
        text += b"Signed-off-by: Some Body <some.body@example.org>\n"
        yield b"commit refs/heads/%s\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n" % (
            branch,
            number,
            who,
            who,
            len(text),
            text,
        )
        if branch == b"side":
            yield b"from :%d\n" % (side if number % 15 == 14 and side else last)
            side = number
            continue
        if last:
            yield b"from :%d\n" % last
        if merge:
            yield b"merge :%d\n" % side
        last = number
        if number % 1_500 == 1_499 or number == count:
            yield b"reset refs/tags/v%d.%d\nfrom :%d\n\n" % (number // 150_000, number // 1_500 % 100, number)


def memory(count: int) -> None:
    """The peak memory of a first index of a history of *count* commits."""
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder, "repo.git")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "master", str(repo)], check=True)
        command = ["git", f"--git-dir={repo}", "fast-import", "--quiet", "--force"]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.writelines(history(count))
        done = subprocess.run([sys.executable, "-c", _CHILD, folder, str(repo)], capture_output=True, text=True, check=True)
        new, wall, own, its, cpu, git_cpu = done.stdout.split()
        size = Path(folder, "tree.db").stat().st_size
        print(
            f"first index of {new} made-up commits: peak memory {int(own) / 1024:.0f} MB (git {int(its) / 1024:.0f} MB), "
            f"{float(wall):.0f} s by the clock, processor {float(cpu):.0f} s (git {float(git_cpu):.0f} s), index {size >> 20} MB"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("branch", nargs="?", default="master")
    parser.add_argument("--commits", type=int, default=1_300_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    first(given.repository.resolve(), given.branch, given.runs)
    later(given.repository.resolve(), given.branch, given.runs)
    if given.commits:
        memory(given.commits)


if __name__ == "__main__":
    main()
