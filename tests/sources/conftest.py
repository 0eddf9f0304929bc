"""The real public-inbox over small lists of ours, a proxy that breaks its answers, and a server that only records."""

from __future__ import annotations

import contextlib
import http.server
import os
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import needs
from tracker.sources.lore import Lore

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = Path(os.environ.get("TRACKER_TEST_DATA", ROOT.parent / "shared" / "data")).parent / "tools"

COVER = "20260105-ring-v1-0-0a1b2c3d4e5f@example.org"
CHANGE_ID = "20260101-ring-lockless-0123456789ab"
COMMIT = "2a010c41285345da60cece35575b4e0af7e7bf44"
PAGES = 230


def make_mail(msgid: str, subject: str, body: str = "Text.\n", *, day: int = 5, parent: str = "") -> bytes:
    """A mail of January 2026; *parent* is the id of the one it answers."""
    thread = f"In-Reply-To: <{parent}>\nReferences: <{parent}>\n" if parent else ""
    date = f"{day:02} Jan 2026 12:00:00 +0000"
    return (
        f"Received: by lists.example.org; {date}\nFrom: Ann Author <ann@example.org>\nTo: demo@example.org\n"
        f"Date: {date}\nSubject: {subject}\nMessage-ID: <{msgid}>\n{thread}\n{body}"
    ).encode()


def as_mboxrd(mails: list[bytes]) -> bytes:
    """*mails*, none of which has a line to quote, as public-inbox writes them."""
    return b"".join(b"From mboxrd@z Thu Jan  1 00:00:00 1970\n" + raw + b"\n" for raw in mails)


def msgid_of(raw: bytes) -> str:
    """The id of a mail of `make_mail`."""
    return raw.split(b"Message-ID: <")[1].split(b">")[0].decode()


THREAD = [
    make_mail(COVER, "[PATCH 0/2] ring: make it lockless", f"Intro.\n\nchange-id: {CHANGE_ID}\n"),
    make_mail("20260105-ring-v1-1-0a1b2c3d4e5f@example.org", "[PATCH 1/2] ring: step 1", parent=COVER),
    make_mail("20260105-ring-v1-2-0a1b2c3d4e5f@example.org", "[PATCH 2/2] ring: step 2", parent=COVER),
    make_mail("a+b/c%25d=e@example.org", "Re: [PATCH 0/2] ring: make it lockless", day=7, parent=COVER),
]
for number in range(8):  # hardly to be packed, so that half of an answer holds whole mails
    noise = random.Random(number).randbytes(3000).hex() + "\n"
    THREAD.append(make_mail(f"reply-{number}@example.org", "Re: [PATCH 0/2] ring: make it lockless", noise, day=8, parent=COVER))
OTHERS = [
    make_mail("applied@example.org", "Applied elsewhere", f'commit {COMMIT[:12]} ("x")\n', day=9),
    make_mail("upstream@example.org", "Upstream", f"commit {COMMIT} upstream.\n", day=9),
    make_mail("link@example.org", "Another subject", f"See https://lore.kernel.org/r/{COVER}\n", day=10),
    make_mail("late@example.org", "Question about ring: make it lockless", day=20),
]
COPY = "copy@example.org"
COPIES = [make_mail(COPY, "Copied", f"Sent to list {n}.\n") for n in (1, 2)]
MANY = [make_mail(f"many-{n}@example.org", f"Report number {n}", "manymails\n", day=1 + n % 28) for n in range(PAGES)]


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A running public-inbox with the lists demo, copies and many (`LocalLore`: .url, .add)."""
    needs((TOOLS / "serve_lore.py").is_file(), f"no serve_lore.py in {TOOLS} (set TRACKER_TEST_DATA)")
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    from serve_lore import LocalLore, LoreError

    folder = tmp_path_factory.mktemp("lists")
    (folder / "demo.mbox").write_bytes(as_mboxrd([*THREAD, *OTHERS, COPIES[0]]))
    (folder / "copies.mbox").write_bytes(as_mboxrd([COPIES[1]]))
    (folder / "many.mbox").write_bytes(as_mboxrd(MANY))
    server = LocalLore(folder)
    try:
        with quiet_about_open_files():
            server.__enter__()
    except LoreError as ex:
        needs(False, f"no local public-inbox: {ex}")
    yield server
    server.close()


@contextlib.contextmanager
def quiet_about_open_files() -> Iterator[None]:
    """The server's tool leaves a pipe to the garbage collector, which is none of our tests' business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@pytest.fixture(scope="session")
def broken(inbox: Any) -> Iterator[str]:
    """The URL of a proxy before *inbox*; its path begins with the faults wanted (see fault_proxy.py)."""
    command = [sys.executable, str(TOOLS / "fault_proxy.py"), inbox.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        yield proxy.stdout.readline().strip()
        proxy.terminate()


@pytest.fixture
def naps() -> list[float]:
    """How long the `lore`s of a test would have slept."""
    return []


@pytest.fixture
def lore(naps: list[float]) -> Iterator[Callable[..., Lore]]:
    """Makes `Lore`s that never sleep."""
    made: list[Lore] = []

    def make(url: str | None, **options: Any) -> Lore:
        made.append(Lore(url, **{"sleep": naps.append, "timeout": (5.0, 5.0), "retries": 2, **options}))
        return made[-1]

    yield make
    for one in made:
        one.close()


class Recorder:
    """A server that answers what a test wants and keeps (method, path, User-Agent)."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                recorder.seen.append((self.command, self.path, self.headers.get("User-Agent", "")))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = recorder.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_POST = do_HEAD = do_GET  # noqa: N815 -- the names http.server wants

            def log_message(self, *_args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server that records; nothing is there until a test puts it into `.answers`."""
    server = Recorder()
    yield server
    server.close()
