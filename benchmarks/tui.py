"""The terminal UI with 100, 10,000 and 100,000 topics: first paint, how long a key takes, memory.

First paint: from the start of the process to the first frame on a pseudo-terminal, and to the frame of Textual.
Keys: from pressing one to the first output, among all topics, on a screen of 140x40; also in a thread of 2,000 mails and a
diff of 5,000 lines.
The stores are made up: a topic is one patch and two replies.
"""

from __future__ import annotations

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

from tests.mails import START, diff_of, mail, patch
from tracker.config import Config, load_config
from tracker.core.dates import iso
from tracker.store.db import connect, transaction

SIZES = (100, 10_000, 100_000)
_DAY = 86_400
_STATUS = ("posted", "in-review", "reviewed", "merged", "stalled", "changes-requested")


def main() -> None:
    """Print the figures, a line a size."""
    print("topics   first frame   Textual's frame   key median      p99   slowest    memory")
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, _home(Path(folder)):
            make(size)
            first, second = zip(*(_start() for _ in range(5)), strict=True)
            median, p99, slowest, memory = keys()
            print(
                f"{size:7,} {statistics.median(first) * 1000:9.0f} ms {statistics.median(second) * 1000:15.0f} ms "
                f"{median * 1000:10.1f} ms {p99 * 1000:7.1f} ms {slowest * 1000:7.1f} ms {memory / 1024:8.0f} MB",
                flush=True,
            )
    long_thread()


def long_thread() -> None:
    """A thread of 2,000 mails below a patch of 5,000 lines: opening it, keys in its tree, paging through the diff."""
    with tempfile.TemporaryDirectory() as folder, _home(Path(folder)):
        files = "".join(
            f"diff --git a/f{n}.c b/f{n}.c\n--- a/f{n}.c\n+++ b/f{n}.c\n@@ -1,20 +1,30 @@\n" + "+\tint added;\n int old;\n" * 20
            for n in range(120)
        )
        mails = [patch("0@x", "[PATCH] demo: everything", diff=files)]
        for n in range(1, 2_001):
            above = f"0@x {max(0, n - 1 - n % 7)}@x"
            mails.append(mail(f"{n}@x", "Re: [PATCH] demo: everything", "> int added;\nWhy?\n", refs=above, at=START + n))
        _store(mails)
        with _running() as (_, fd):
            _until(fd, b"offline")
            _quiet(fd, 2.0)
            os.write(fd, b"\r")
            _quiet(fd, 1.0)
            before = time.perf_counter()
            os.write(fd, b"2")
            opened = _until(fd, b"Anna Author") - before
            _quiet(fd, 1.0)
            tree = _keys(fd, (b"j", b"j", b"G", b"k", b"g") * 20)
            os.write(fd, b"g\r")
            _quiet(fd, 1.0)
            diff = _keys(fd, (b"\x04", b"j", b"G", b"k", b"g") * 20)
    print(f"a thread of 2,001 mails: opened in {opened * 1000:.0f} ms; a key in its tree {_told(tree)}")
    print(f"a diff of 5,000 lines: a key {_told(diff)}")


def _told(took: list[float]) -> str:
    took.sort()
    return f"{statistics.median(took) * 1000:.1f} ms, p99 {took[len(took) * 99 // 100 - 1] * 1000:.1f} ms"


@contextlib.contextmanager
def _home(folder: Path) -> Iterator[None]:
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
    config = _store(
        [
            patch("0@example.org", "[PATCH] demo: step 0", diff=diff_of(0)),
            mail("0.1@example.org", "Re: [PATCH] demo: step 0", "Looks odd.\n", refs="0@example.org", at=START + 60),
            mail("0.2@example.org", "Re: [PATCH] demo: step 0", "No.\n", refs="0@example.org 0.1@example.org", at=START + 90),
        ]
    )
    with contextlib.closing(connect(config.mail_db, config.user_db)) as con, transaction(con):
        _copy(con, size)


def _store(mails: list[bytes]) -> Config:
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
def _running() -> Iterator[tuple[int, int]]:
    """The program on a pseudo-terminal of 140x40: its process and the terminal's end. Q ends it."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [sys.executable, "-m", "tracker", "--offline"])
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
    with _running() as (_, fd):
        first = _until(fd, b"Following") - at
        return first, _until(fd, b"offline") - at


def _until(fd: int, mark: bytes, patience: float = 60) -> float:
    """When *mark* came."""
    seen, end = b"", time.perf_counter() + patience
    while time.perf_counter() < end:
        if select.select([fd], [], [], 0.05)[0]:
            with contextlib.suppress(OSError):
                seen += os.read(fd, 1 << 16)
            if mark in seen:
                return time.perf_counter()
    raise SystemExit(f"{mark!r} did not come: {seen[-300:]!r}")


def keys() -> tuple[float, float, float, int]:
    """Median, 99th percentile and slowest of 200 keys, in seconds from a key to the first output; peak of memory in KiB."""
    with _running() as (pid, fd):
        _until(fd, b"offline")
        os.write(fd, b"6")
        _quiet(fd, 3.0)
        took = _keys(fd, (b"j", b"j", b"j", b"\x04", b"j", b"G", b"k", b"\x15", b"g", b"j") * 20)
        status = Path(f"/proc/{pid}/status").read_text()
    peak = next(int(one.split()[1]) for one in status.split("\n") if one.startswith("VmHWM"))
    took.sort()
    return statistics.median(took), took[len(took) * 99 // 100 - 1], took[-1], peak


def _keys(fd: int, pressed: Sequence[bytes]) -> list[float]:
    """Seconds from each key to the first output."""
    took = []
    for key in pressed:
        before = time.perf_counter()
        os.write(fd, key)
        select.select([fd], [], [], 5)
        took.append(time.perf_counter() - before)
        _quiet(fd, 0.15)
    return took


def _quiet(fd: int, pause: float) -> None:
    """Read until nothing came for so many seconds."""
    while select.select([fd], [], [], pause)[0]:
        os.read(fd, 1 << 16)


if __name__ == "__main__":
    main()
