"""A local public-inbox that new mail can be added to, behind a proxy that counts what is asked of it."""

from __future__ import annotations

import contextlib
import gc
import http.client
import http.server
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import data_root, needs
from tracker.sources import domainkeys


@pytest.fixture(autouse=True)
def dns(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, bytes | None]:
    """A DNS that has nothing but what a test puts into it: name of a TXT record -> the record; None: no answer is given."""
    records: dict[bytes, bytes | None] = {}

    def ask(name: bytes, _seconds: int) -> bytes | None:
        found = records.setdefault(name, b"")
        if found is None:
            raise OSError("DNS does not answer")
        return found or None

    monkeypatch.setattr(domainkeys, "_KEYS", ask)
    return records


class Counting:
    """Forwards to *upstream* and keeps every (method, path) that was asked, with the size of the answer."""

    def __init__(self, upstream: str) -> None:
        self.asked: list[tuple[str, str, int]] = []
        counting = self
        host = upstream.removeprefix("http://")

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with contextlib.closing(http.client.HTTPConnection(host, timeout=20)) as con:
                    con.request(self.command, self.path, body, {"User-Agent": self.headers.get("User-Agent", "")})
                    answer = con.getresponse()
                    data = answer.read()
                counting.asked.append((self.command, self.path, len(data)))
                self.send_response(answer.status)
                for name in ("Content-Type", "Location"):
                    if answer.headers[name]:
                        self.send_header(name, answer.headers[name].replace(upstream, counting.url))
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

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


class Lists:
    """Some lists on a local public-inbox. url: of /all/, through the counting proxy."""

    def __init__(self, server: Any, counting: Counting) -> None:
        self._server = server
        self._counting = counting
        self.url = f"{counting.url}/all/"

    def add(self, name: str, *mails: bytes) -> None:
        """New mail on the list *name*."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            self._server.add(name, list(mails))
            gc.collect()
        # A process of public-inbox may search the index it has open for another half minute; this makes it look anew.
        os.kill(self._server._server.pid, signal.SIGHUP)
        time.sleep(0.3)

    def asked(self) -> list[tuple[str, str, int]]:
        """What was asked since the last call."""
        found = list(self._counting.asked)
        self._counting.asked.clear()
        return found


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Lists]:
    """The mboxes of *folder* as lists of a running public-inbox."""
    tools = data_root().parent / "tools"
    needs((tools / "serve_lore.py").is_file(), f"no serve_lore.py in {tools} (set TRACKER_TEST_DATA)")
    if str(tools) not in sys.path:
        sys.path.append(str(tools))
    from serve_lore import LocalLore, LoreError

    server = LocalLore(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # the tool leaves a pipe to the garbage collector
            server.__enter__()
            gc.collect()
    except LoreError as error:
        needs(False, f"no local public-inbox: {error}")
    counting = Counting(server.url)
    try:
        yield Lists(server, counting)
    finally:
        counting.close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            server.close()
            gc.collect()
