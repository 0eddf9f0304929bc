"""How fast a list archive is imported, beside reading it raw and beside other indexers.

    python -m benchmarks.import_list ARCHIVE [--runs N]

ARCHIVE: a public-inbox epoch (bare git repository). Each figure is the median of N runs, with the spread; everything is
measured in this one run, so ratios can be compared between machines. mu and notmuch are used where they are installed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def timed(action: Callable[[], object], runs: int) -> list[float]:
    """Seconds that each of *runs* runs took."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return found


def commits(archive: Path) -> list[str]:
    """All commits of the archive, oldest first."""
    command = ["git", "-C", str(archive), "rev-list", "--reverse", "--all"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def read_raw(archive: Path, wanted: bytes) -> bytes:
    """Every mail through one `git cat-file --batch`."""
    command = ["git", "-C", str(archive), "cat-file", "--batch"]
    return subprocess.run(command, input=wanted, capture_output=True, check=True).stdout


def import_once(archive: Path, home: Path, peaks: list[float]) -> None:
    """`tracker import` in a process of its own, with an empty store; the memory of its largest process goes to *peaks*."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    environ = {"PATH": os.environ["PATH"], "HOME": str(home)}
    command = [sys.executable, "-m", "tracker", "import", str(archive)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    peaks.append(usage.ru_maxrss / 1024)


def write_maildir(data: bytes, folder: Path) -> int:
    """The mails of a cat-file stream as a maildir, for indexers that read files."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    pos = count = 0
    while pos < len(data):
        end = data.index(b"\n", pos)
        size = int(data[pos:end].split()[2])
        (folder / "cur" / f"{count}.bench:2,S").write_bytes(data[end + 1 : end + 1 + size])
        pos = end + size + 2
        count += 1
    return count


def others(mail: Path, work: Path) -> list[tuple[str, Callable[[], object]]]:
    """mu and notmuch over the same mails, as far as they are installed; each starts from nothing every time."""
    found: list[tuple[str, Callable[[], object]]] = []
    if shutil.which("mu"):

        def mu() -> None:
            shutil.rmtree(work / "mu", ignore_errors=True)
            environ = {**os.environ, "MUHOME": str(work / "mu")}
            subprocess.run(["mu", "init", f"--maildir={mail}"], env=environ, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["mu", "index", "--quiet"], env=environ, check=True, stdout=subprocess.DEVNULL)

        found.append(("mu index", mu))
    if shutil.which("notmuch"):

        def notmuch() -> None:
            shutil.rmtree(mail / ".notmuch", ignore_errors=True)
            config = work / "notmuch-config"
            config.write_text(f"[database]\npath={mail}\n[new]\ntags=\n")
            environ = {**os.environ, "NOTMUCH_CONFIG": str(config)}
            subprocess.run(["notmuch", "new", "--quiet"], env=environ, check=True, stdout=subprocess.DEVNULL)

        found.append(("notmuch new", notmuch))
    return found


def show(name: str, seconds: list[float], mails: int) -> None:
    """One line: mails a second, median and spread."""
    middle = statistics.median(seconds)
    spread = f"{mails / max(seconds):,.0f} to {mails / min(seconds):,.0f}"
    print(f"{name:<28} {mails / middle:>8,.0f} mails/s   ({spread}; {middle:.2f} s)")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("archive", type=Path)
    options.add_argument("--runs", type=int, default=3)
    args = options.parse_args()
    ids = commits(args.archive)
    wanted = "".join(f"{commit}:m\n" for commit in ids).encode()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        home = work / "home"
        peaks: list[float] = []
        import_once(args.archive, home, peaks)  # first, while this process is small: a child's peak starts with its parent's
        data = read_raw(args.archive, wanted)
        print(f"{len(ids):,} mails, {len(data) / len(ids):,.0f} bytes each, {os.cpu_count()} cores")
        show("raw git cat-file --batch", timed(lambda: read_raw(args.archive, wanted), args.runs), len(ids))
        show("tracker import", timed(lambda: import_once(args.archive, home, []), args.runs), len(ids))
        size = sum(path.stat().st_size for path in home.rglob("*.db*"))
        print(f"{'':<28} {size / len(ids):>8,.0f} bytes a mail on disk, {max(peaks):,.0f} MB peak memory of the largest process")
        mail = work / "mail"
        count = write_maildir(data, mail)
        for name, action in others(mail, work):
            show(name, timed(action, args.runs), count)


if __name__ == "__main__":
    main()
