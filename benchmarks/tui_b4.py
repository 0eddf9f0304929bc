"""The terminal UI beside `b4 review tui`, in one run on the same terminal.

What both do: a list of 200 series (b4: its own database, filled here; tracker: topics), from the start of the process to the
first row, and `j` in it; one thread as a tree, from the key to the last output, and `j` in it; the first mail of it, opened
from there, and a page down.
Not the same: b4 asks a server for the thread each time (here one of this machine), tracker has it in its store; tracker shows
the mail beside the tree while the cursor moves, b4 does not; b4's row has no sparkline and no counts of tags by person.
"""

from __future__ import annotations

import contextlib
import gzip
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.tui import TRACKER, Took, home, make, opening, press, quiet, report, running, store, until
from tests.mails import mbox

_LISTED = 200
_B4 = (sys.executable, "-c", "from b4.command import cmd; cmd()", "review", "tui", "-i", "bench", "--no-mouse")
_ROW = b"demo: step"


def beside(mails: list[bytes]) -> None:
    """Print both programs' figures and how many times as long b4 takes."""
    print(f"beside b4 review tui: a list of {_LISTED:,}, a thread of {len(mails):,} mails")
    ours, theirs = _ours(mails), _b4(mails)
    for name, took in ours.items():
        print(f"  {name:24} tracker {took * 1000:7.1f} ms, b4 {theirs[name] * 1000:7.1f} ms: {theirs[name] / took:.1f} times")


def _ours(mails: list[bytes]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, home(Path(folder)):
        make(_LISTED)
        found = {"start to the first row": statistics.median(_start(TRACKER) for _ in range(5))}
        with running(TRACKER) as (pid, fd):
            until(fd, b"offline")
            press(pid, fd, [b"6"])
            quiet(fd, 2.0)
            found["j in the list"] = _median("tracker: j in the list", press(pid, fd, [b"j"] * 60))
    with tempfile.TemporaryDirectory() as folder, home(Path(folder)):
        store(mails)
        with running(TRACKER) as (pid, fd):
            until(fd, b"offline")
            quiet(fd, 2.0)
            opening("tracker: the topic", pid, fd, b"\r")
            found["opening the thread"] = opening("tracker: the thread", pid, fd, b"2")[1]
            found["j in the thread"] = _median("tracker: j in the thread", press(pid, fd, [b"j"] * 60))
            press(pid, fd, [b"g"])
            quiet(fd, 1.0)
            found["opening a mail"] = opening("tracker: a mail", pid, fd, b"\r")[0]
            found["a page of the mail"] = _median("tracker: pages of it", press(pid, fd, [b"\x06", b"\x02"] * 20))
    return found


def _b4(mails: list[bytes]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, home(Path(folder)), _server(mails) as url:
        repo = _enrolled(Path(folder), url, mails)
        found = {"start to the first row": statistics.median(_start(_B4, repo) for _ in range(5))}
        with running(_B4, repo) as (pid, fd):
            until(fd, _ROW)
            quiet(fd, 2.0)
            found["j in the list"] = _median("b4: j in the list", press(pid, fd, [b"j"] * 60))
            found["opening the thread"] = opening("b4: the thread", pid, fd, b"e")[1]
            found["j in the thread"] = _median("b4: j in the thread", press(pid, fd, [b"j"] * 60))
            press(pid, fd, [b"k"] * 60)
            found["opening a mail"] = opening("b4: a mail", pid, fd, b"\r")[0]
            found["a page of the mail"] = _median("b4: pages of it", press(pid, fd, [b" ", b"-"] * 20))
            press(pid, fd, [b"q", b"q"])
    return found


def _median(name: str, took: list[Took]) -> float:
    return statistics.median(one.clock for one in report(name, took)) if took else float("nan")


def _start(command: tuple[str, ...], folder: Path | None = None) -> float:
    """Seconds from the start of the process to the first row of the list."""
    at = time.perf_counter()
    with running(command, folder) as (_, fd):
        return until(fd, _ROW) - at


def _enrolled(folder: Path, url: str, mails: list[bytes]) -> Path:
    """A repository that b4 reviews in, with its series; each one's thread is that of *mails*."""
    import email

    from b4.review import tracking

    with (folder / "gitconfig").open("a") as config:
        config.write(f"\tname = Anna\n[b4]\n\tmidmask = {url}/all/%s\n\tlinkmask = {url}/all/%s\n")
    repo = folder / "repo"
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    subprocess.run(["git", "-C", str(repo), "commit", "-q", "--allow-empty", "-m", "start"], check=True)
    root = str(email.message_from_bytes(mails[0])["Message-ID"]).strip("<> ")
    with contextlib.closing(tracking.init_db("bench")) as con:
        con.execute("PRAGMA synchronous=OFF")
        for n in range(_LISTED):
            sent = f"2024-05-{n % 28 + 1:02}T10:00:00+00:00"
            tracking.add_series_to_db(
                con, f"c{n}", 1, f"[PATCH] demo: step {n}", "Somebody", "s@example.org", sent, root, 1, added_at=sent
            )
    tracking.save_repo_metadata(str(repo / ".git"), "bench")
    return repo


class _Thread(BaseHTTPRequestHandler):
    """Answers every question with one thread."""

    def __init__(self, *args: object, data: bytes) -> None:
        self._data = data
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self._data)))
        self.end_headers()
        self.wfile.write(self._data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the terminal is another program's."""


@contextlib.contextmanager
def _server(mails: list[bytes]) -> Iterator[str]:
    """A server of this machine that has the thread."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Thread, data=gzip.compress(mbox(*mails))))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    from benchmarks.tui import long_thread

    beside(long_thread()[:301])
