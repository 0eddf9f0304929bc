"""How long a digest takes: 1,000 followed topics, 50 of them with news. Prints seconds, the best of several.

    python -m benchmarks.digest [TOPICS [CHANGED]]
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.faces.digests import Store
from tests.mails import START, diff_of, mail, patch

NOW = START + 86_400 * 20
TRIES = 5
BEN = "Ben Reviewer <ben@example.org>"


def thread(number: int) -> list[bytes]:
    """A patch and six answers."""
    title = f"demo{number}: make part {number} lockless"
    first = f"{number}-0@example.org"
    answers = [
        mail(f"{number}-{n}@example.org", f"Re: [PATCH] {title}", "Why not so?\n" * 20, refs=first, at=START + n * 3_600,
             sender=f"Person {n} <p{n}@example.org>")
        for n in range(1, 7)
    ]  # fmt: skip
    return [patch(first, f"[PATCH] {title}", diff=diff_of(number)), *answers]


def news(number: int, round_: int) -> bytes:
    body = f"Fine.\n\nAcked-by: {BEN}\n"
    subject = f"Re: [PATCH] demo{number}: make part {number} lockless"
    return mail(f"{number}-n{round_}@example.org", subject, body, refs=f"{number}-0@example.org", at=NOW - 60, sender=BEN)


def best(what: str, action: Callable[[], object]) -> None:
    times = []
    for _ in range(TRIES):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    print(f"{what:<58} {min(times):6.3f} s  (worst {max(times):.3f})")


def main() -> None:
    topics, changed = (int(one) for one in (*sys.argv[1:3], "1000", "50")[:2]) if len(sys.argv) != 2 else (int(sys.argv[1]), 50)
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(HOME=home, GIT_CONFIG_GLOBAL=f"{home}/gitconfig", XDG_DATA_HOME=f"{home}/d", XDG_CACHE_HOME=f"{home}/c")
        os.environ.pop("XDG_CONFIG_HOME", None)
        Path(home, "gitconfig").write_text("[user]\nemail = anna@example.org\n")
        store = Store(NOW)
        store.arrive(*[raw for number in range(topics) for raw in thread(number)])
        store.follow(*[f"{number}-0@example.org" for number in range(topics)])
        print(f"{topics} followed topics, {changed} with news")

        import tracker.faces.cli as cli

        time.time = lambda: NOW

        def run(*args: str) -> None:
            with open(os.devnull, "w") as sink, contextlib.redirect_stdout(sink):
                cli.run(("digest", *args))

        run()
        store.arrive(*[news(number, 0) for number in range(changed)])
        for name in ("text", "json", "html", "eml"):
            best(f"digest --peek --format {name} (no process start)", lambda name=name: run("--peek", "--format", name))  # type: ignore[misc]
        best("learn: nothing new", lambda: store.arrive())
        code = f"import time; time.time = lambda: {NOW}\nfrom tracker.faces.cli import run; run(['digest', '--peek'])"
        peek = [sys.executable, "-c", code]
        best("digest --peek, a new process", lambda: subprocess.run(peek, stdout=subprocess.DEVNULL, check=True))
        command = [sys.executable, "-c", code.replace(", '--peek'", "")]
        saved = store.config.user_db.read_bytes()

        def told() -> None:
            store.config.user_db.write_bytes(saved)
            assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0

        best("digest, a new process, learning and cursor included", told)
        best("digest without news, a new process", lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False))


if __name__ == "__main__":
    main()
