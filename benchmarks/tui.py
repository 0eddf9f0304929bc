"""The terminal UI: first paint, how long a key takes, memory; beside `b4 review tui` where both do the same.

    python -m benchmarks.tui [--sizes 100 10000 100000] [--archive FOLDER ...] [--b4]

First paint: from the start of the process to the first frame on a pseudo-terminal of 140x40, and to the frame of Textual.
Keys: from pressing one to the first output. On a busy machine the clock says little, so the processor time of the process
stands beside it. The stores are made up: a topic is one patch and two replies; a thread of 2,000 mails below a patch of 5,000
lines. --archive: also the biggest thread of list archives (public-inbox epochs). --b4: see `benchmarks.tui_b4`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import NamedTuple

from benchmarks.biggest import biggest_thread
from tests.mails import START, diff_of, mail, patch
from tracker.config import Config, load_config
from tracker.core.dates import iso
from tracker.store.db import connect, transaction

SIZES = (100, 10_000, 100_000)
TRACKER = (sys.executable, "-m", "tracker", "--offline")
_STATUS = ("posted", "in-review", "reviewed", "merged", "stalled", "changes-requested")
# What is pressed in a list of all topics: a name, the keys, how often.
_LIST_KEYS = (
    ("j", b"j", 40), ("k", b"k", 20), ("half pages", b"\x04\x04\x15", 12), ("g and G", b"Gg", 10), ("tabs", b"3646", 5),
    ("order", b"s", 6),
)  # fmt: skip


class Took(NamedTuple):
    """Seconds from a key to the first output: by the clock, and of processor time of the whole process."""

    clock: float
    cpu: float


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    options.add_argument("--archive", type=Path, nargs="*", default=[], help="public-inbox epochs: their biggest thread too")
    options.add_argument("--b4", action="store_true", help="beside b4 review tui")
    args = options.parse_args()
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder, home(Path(folder)):
            make(size)
            topics(size)
    thread(long_thread(), "made up")
    for archive in args.archive:
        thread(biggest_thread(archive), archive.parent.name)
    if args.b4:
        from benchmarks.tui_b4 import beside

        beside(biggest_thread(args.archive[0]) if args.archive else long_thread()[:301])


def topics(size: int) -> None:
    """First paint, keys among all topics, memory."""
    first, second = zip(*(_start() for _ in range(5)), strict=True)
    print(
        f"{size:,} topics: first frame {statistics.median(first) * 1000:.0f} ms, "
        f"Textual's {statistics.median(second) * 1000:.0f} ms"
    )
    every: list[Took] = []
    with running(TRACKER) as (pid, fd):
        until(fd, b"offline")
        os.write(fd, b"6")
        quiet(fd, 3.0)
        for name, keys, times in _LIST_KEYS:
            every += report(f"  {name}", press(pid, fd, [bytes([one]) for one in keys] * times))
        status = Path(f"/proc/{pid}/status").read_text()
    report("  all of them", every)
    peak = next(int(one.split()[1]) for one in status.split("\n") if one.startswith("VmHWM"))
    print(f"  memory: {peak / 1024:.0f} MB", flush=True)


def thread(mails: list[bytes], name: str) -> None:
    """A thread: opening its topic, its tree and its first mail, keys in both."""
    print(f"a thread of {len(mails):,} mails, {name}:")
    with tempfile.TemporaryDirectory() as folder, home(Path(folder)):
        store(mails)
        with running(TRACKER) as (pid, fd):
            until(fd, b"offline")
            quiet(fd, 2.0)
            for what, key in (("the topic", b"\r"), ("its thread", b"2")):
                opening(f"  opening {what}", pid, fd, key)
            report("  keys in the thread", press(pid, fd, (b"j", b"j", b"\x04", b"G", b"k", b"g") * 15))
            os.write(fd, b"g")
            quiet(fd, 1.0)
            opening("  opening its first mail", pid, fd, b"\r")
            report("  keys in the mail", press(pid, fd, (b"j", b"\x04", b"j", b"G", b"k", b"\x15", b"g") * 15))
            report("  next mail", press(pid, fd, (b"J",) * 20))


def long_thread() -> list[bytes]:
    """2,000 mails below a patch of 5,000 lines."""
    files = "".join(
        f"diff --git a/f{n}.c b/f{n}.c\n--- a/f{n}.c\n+++ b/f{n}.c\n@@ -1,20 +1,30 @@\n" + "+\tint added;\n int old;\n" * 20
        for n in range(120)
    )
    mails = [patch("0@x", "[PATCH] demo: everything", diff=files)]
    for n in range(1, 2_001):
        above = f"0@x {max(0, n - 1 - n % 7)}@x"
        mails.append(mail(f"{n}@x", "Re: [PATCH] demo: everything", "> int added;\nWhy?\n", refs=above, at=START + n))
    return mails


def report(name: str, took: list[Took]) -> list[Took]:
    """Print median, 99th percentile and slowest."""
    words = []
    for what, times in (("clock", sorted(one.clock for one in took)), ("processor", sorted(one.cpu for one in took))):
        p99 = times[max(0, len(times) * 99 // 100 - 1)]
        words.append(f"{what} {statistics.median(times) * 1000:5.1f} ms, p99 {p99 * 1000:5.1f}, most {times[-1] * 1000:5.1f}")
    print(f"{name:24} {len(took):4} keys: {'; '.join(words)}", flush=True)
    return took


@contextlib.contextmanager
def home(folder: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(
        XDG_CACHE_HOME=str(folder / "cache"), XDG_DATA_HOME=str(folder / "data"), XDG_CONFIG_HOME=str(folder / "config"),
        TERM="xterm-256color", GIT_CONFIG_GLOBAL=str(folder / "gitconfig"), GIT_CONFIG_NOSYSTEM="1",
    )  # fmt: skip
    (folder / "gitconfig").write_text("[user]\n\temail = anna@example.org\n")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def make(size: int) -> None:
    """A store with so many topics: one is parsed from mails, the others are copies of its rows."""
    config = store(
        [
            patch("0@example.org", "[PATCH] demo: step 0", diff=diff_of(0)),
            mail("0.1@example.org", "Re: [PATCH] demo: step 0", "Looks odd.\n", refs="0@example.org", at=START + 60),
            mail("0.2@example.org", "Re: [PATCH] demo: step 0", "No.\n", refs="0@example.org 0.1@example.org", at=START + 90),
        ]
    )
    with contextlib.closing(connect(config.mail_db, config.user_db)) as con, transaction(con):
        _copy(con, size)


def store(mails: list[bytes]) -> Config:
    """A new store with these mails, the first one followed."""
    from tracker.store.mail import source
    from tracker.sync.follow import follow_file
    from tracker.sync.session import Session, add_mail

    config = load_config(os.environ)
    with contextlib.closing(connect(config.mail_db, config.user_db)) as con:
        session = Session(con, config, int(time.time()), lambda _text: None)
        added = add_mail(session, mails, source(con, "lore", "https://example.org/all/", private=False))
        follow_file(session, added.new[:1])
    return config


def _copy(con: object, size: int) -> None:
    import sqlite3

    assert isinstance(con, sqlite3.Connection)
    columns = [row[1] for row in con.execute("PRAGMA main.table_info(message)")]
    mails = [dict(zip(columns, row, strict=True)) for row in con.execute("SELECT * FROM main.message ORDER BY id")]
    names = [row[1] for row in con.execute("PRAGMA main.table_info(topic)")]
    topic = dict(zip(names, con.execute("SELECT * FROM main.topic").fetchone(), strict=True))
    marks, slots = ",".join("?" * len(columns)), ",".join("?" * len(names))
    for n in range(1, size):
        at = START + n * 600
        for k, one in enumerate(mails):
            msgid = one["msgid"].replace("0", str(n), 1)
            row = one | {"id": 3 * n + k + 1, "msgid": msgid, "tid": n + 1, "date": at, "subject": f"demo: step {n}"}
            con.execute(f"INSERT INTO main.message VALUES ({marks})", tuple(row.values()))
        data = json.loads(topic["data"])
        data["title"], data["status"] = f"demo: step {n}, and what a title of the usual length says", _STATUS[n % len(_STATUS)]
        for event in data["events"]:
            event["at"] = iso(at)
        made = topic | {
            "id": topic["id"] + n, "anchor": f"{n}@example.org", "slug": f"demo-step-{n}", "title": data["title"],
            "status": data["status"], "first": at, "last": at, "data": json.dumps(data),
        }  # fmt: skip
        con.execute(f"INSERT INTO main.topic VALUES ({slots})", tuple(made.values()))
        con.execute("INSERT INTO topic_thread VALUES (?,?)", (n + 1, made["id"]))
        con.execute("INSERT INTO series(id, tid, topic, traits) VALUES (?,?,?,'')", (f"{n}@example.org", n + 1, made["id"]))
        con.execute("INSERT INTO member VALUES (?,?)", (f"{n}@example.org", f"{n}@example.org"))


@contextlib.contextmanager
def running(command: Sequence[str], folder: Path | None = None) -> Iterator[tuple[int, int]]:
    """A program in *folder* on a pseudo-terminal of 140x40: its process and the terminal's end. Q ends it."""
    pid, fd = pty.fork()
    if pid == 0:
        if folder is not None:
            os.chdir(folder)
        os.execv(command[0], [*command])
    ioctl(fd, TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    try:
        yield pid, fd
    finally:
        os.write(fd, b"Q")
        with contextlib.suppress(OSError):
            while os.read(fd, 1 << 16):
                pass
        os.close(fd)
        os.waitpid(pid, 0)


def _start() -> tuple[float, float]:
    """Seconds from the start of the process to its first frame and to the first one that Textual drew."""
    at = time.perf_counter()
    with running(TRACKER) as (_, fd):
        first = until(fd, b"Following") - at
        return first, until(fd, b"offline") - at


def until(fd: int, mark: bytes, patience: float = 60) -> float:
    """When *mark* came."""
    seen, end = b"", time.perf_counter() + patience
    while time.perf_counter() < end:
        if select.select([fd], [], [], 0.05)[0]:
            with contextlib.suppress(OSError):
                seen += os.read(fd, 1 << 16)
            if mark in seen:
                return time.perf_counter()
    raise SystemExit(f"{mark!r} did not come: {seen[-300:]!r}")


def press(pid: int, fd: int, keys: Sequence[bytes]) -> list[Took]:
    """What each key took; those that change nothing on the screen are left out."""
    took = []
    for key in keys:
        spent, before = _cpu(pid), time.perf_counter()
        os.write(fd, key)
        if select.select([fd], [], [], 1.0)[0]:
            took.append(Took(time.perf_counter() - before, _cpu(pid) - spent))
        quiet(fd, 0.15)
    return took


def opening(name: str, pid: int, fd: int, key: bytes) -> tuple[float, float]:
    """Print, and give back, the seconds from *key* to the first output and to the last one."""
    spent, before = _cpu(pid), time.perf_counter()
    os.write(fd, key)
    select.select([fd], [], [], 60)
    first = time.perf_counter() - before
    last = quiet(fd, 1.0, 60) - before
    spent = _cpu(pid) - spent
    print(f"{name:24} first output {first * 1000:.0f} ms, last {last * 1000:.0f} ms; processor {spent * 1000:.0f} ms", flush=True)
    return first, last


def _cpu(pid: int) -> float:
    """Seconds of processor time of all threads of a process; 0 where the system does not tell (it has no /proc)."""
    found = 0
    for one in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            found += int(one.read_text().split()[0])
    return found / 1e9


def quiet(fd: int, pause: float, patience: float = 5) -> float:
    """Read until nothing came for so many seconds, or for *patience*; when the last output came."""
    last = time.perf_counter()
    end = last + patience
    while time.perf_counter() < end and select.select([fd], [], [], pause)[0]:
        os.read(fd, 1 << 16)
        last = time.perf_counter()
    return last


if __name__ == "__main__":
    main()
