"""`cron`: the line and the units it prints, how they are installed, and a real cron daemon that runs them."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import needs
from tests.faces.conftest import Run
from tests.faces.smtp import Sink, serving
from tests.mails import mail, mbox, patch
from tests.sync.conftest import Lists, served

ANNA = "anna@example.org"
TITLE = "demo: make the ring lockless"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders, with letters that cron and systemd have to be told about."""
    for name in ("CONFIG", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / f"my {name.lower()} 100%"))
    return tmp_path


def crontab_line(out: str) -> str:
    return next(line for line in out.splitlines() if line[:1].isdecimal() or line[:1] == "*")


def exec_start(unit: str) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of a unit, as systemd reads them."""
    settings = dict(
        word.replace("%%", "%").partition("=")[::2]
        for line in unit.splitlines() if line.startswith("Environment=")
        for word in shlex.split(line.removeprefix("Environment="))
    )  # fmt: skip
    command = next(line.removeprefix("ExecStart=") for line in unit.splitlines() if line.startswith("ExecStart="))
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)], settings


def test_the_line_carries_what_cron_does_not_know(places: Path, tracker: Run) -> None:
    """The folders, quoted for sh and with cron's own meaning of % taken away; a delay that differs each time."""
    code, out, err = tracker("cron", "--mail", f"Anna O'Neil <{ANNA}>", "--every", "week")
    assert (code, err) == (0, "")
    line = crontab_line(out)
    assert line.split()[1:5] == ["6", "*", "*", "1"]
    assert "%" not in line.replace(r"\%", "")
    words = shlex.split(line.replace(r"\%", "%"))[5:]
    assert f"XDG_DATA_HOME={places}/my data 100%" in words
    assert words[-6:] == ["digest", "--sync", "--mail", f"Anna O'Neil <{ANNA}>", "--delay", "15"]


def test_units_say_the_same_and_take_silence_for_success(places: Path, tracker: Run) -> None:
    """SuccessExitStatus=1, a random delay, and the same command and folders."""
    out = tracker("cron", "--mail", f"Anna O'Neil <{ANNA}>")[1]
    assert "SuccessExitStatus=1" in out
    assert "RandomizedDelaySec=15min" in out
    command, settings = exec_start(out)
    assert command[-4:] == ["digest", "--sync", "--mail", f"Anna O'Neil <{ANNA}>"]
    assert settings["XDG_DATA_HOME"] == f"{places}/my data 100%"


def test_units_are_installed(places: Path, tracker: Run) -> None:
    """Where systemd looks for a user's units; again is the same."""
    for _ in range(2):
        assert tracker("cron", "--install", "systemd")[0] == 0
    folder = places / "my config 100%" / "systemd" / "user"
    assert sorted(path.name for path in folder.iterdir()) == ["tracker-digest.service", "tracker-digest.timer"]
    checker = shutil.which("systemd-analyze")
    if checker:
        units = [str(path) for path in folder.iterdir()]
        done = subprocess.run([checker, "--user", "verify", *units], capture_output=True, text=True, check=False)
        assert "tracker-digest" not in done.stderr, done.stderr


def test_units_that_mail_nobody_are_warned_of(places: Path, tracker: Run) -> None:
    """In one line that says what to add; not where the command or the profile names somebody."""
    err = tracker("cron", "--install", "systemd")[2]
    assert [line for line in err.splitlines() if "journal" in line and "--mail" in line] != []
    assert "journal" not in tracker("cron", "--install", "systemd", "--mail", "ben@example.org")[2]
    folder = places / "my config 100%" / "tracker"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text('[[profile]]\nname = "team"\nto = ["team@example.org"]\n')
    assert "journal" not in tracker("cron", "--install", "systemd", "--profile", "team")[2]


def test_the_crontab_keeps_its_other_lines(places: Path, tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installing twice leaves one line; what else is in the crontab stays as it is."""
    kept, folder = places / "crontab", places / "bin"
    folder.mkdir()
    program = folder / "crontab"
    program.write_text(f'#!/bin/sh\n[ "$1" = - ] && exec cat > {kept}\n[ -e {kept} ] && exec cat {kept}\n'
                       'echo "no crontab for you" >&2; exit 1\n')  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert tracker("cron", "--install", "crontab")[0] == 0
    kept.write_text("MAILTO=me\n0 1 * * * backup\n" + kept.read_text() + "0 2 * * * other\n")
    assert tracker("cron", "--install", "crontab", "--every", "hour")[0] == 0
    lines = kept.read_text().splitlines()
    assert lines[:3] == ["MAILTO=me", "0 1 * * * backup", "0 2 * * * other"]
    assert len(lines) == 5
    assert lines[4].split()[1:5] == ["*", "*", "*", "*"]


def test_an_unknown_profile_is_named(places: Path, tracker: Run) -> None:
    """Before anything is printed or written."""
    code, out, err = tracker("cron", "--profile", "nobody")
    assert (code, out) == (2, "")
    assert "nobody" in err


# --- a real daemon


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "demo.mbox").write_bytes(mbox(patch("1@example.org", f"[PATCH] {TITLE}", at=int(time.time()) - 3_600)))
    with served(folder) as found:
        yield found


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    settings = tmp_path / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    with serving() as found:
        settings.write_text(
            f"[sendemail]\nsmtpserver = 127.0.0.1\nsmtpserverport = {found.port}\n[user]\nemail = {ANNA}\n"
        )
        yield found


_DAEMON = """
set -e
mkdir -p "$1/tabs" "$1/run" "$1/etc"
: > "$1/crontab"
mount --make-rprivate /
mount --bind "$1/tabs" /var/spool/cron/crontabs
mount --bind "$1/run" /run
[ ! -e /etc/cron.d ] || mount --bind "$1/etc" /etc/cron.d
[ ! -e /etc/crontab ] || mount --bind "$1/crontab" /etc/crontab
exec env -i PATH=/usr/bin:/bin "$2" -f
"""


@pytest.fixture
def cron(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Starts Debian's cron with a spool of its own, in which root has this crontab and nobody else any."""
    needs(shutil.which("cron") is not None and os.geteuid() == 0, "no cron here that root could start (apt-get install cron)")
    probe = subprocess.run(["unshare", "--mount", "mount", "--make-rprivate", "/"], capture_output=True, check=False)
    needs(probe.returncode == 0, "no mount namespace for a spool of its own")
    home = tmp_path / "cron"
    started: list[subprocess.Popen[bytes]] = []

    def start(crontab: str) -> None:
        (home / "tabs").mkdir(parents=True)
        file = home / "tabs" / "root"
        file.write_text(crontab)
        file.chmod(0o600)
        command = ["unshare", "--mount", "sh", "-c", _DAEMON, "sh", str(home), str(shutil.which("cron"))]
        started.append(subprocess.Popen(command, start_new_session=True))

    yield start
    for process in started:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)


def reply(name: str, sender: str) -> bytes:
    body = f"Fine.\n\nAcked-by: {sender}\n"
    return mail(f"{name}@example.org", f"Re: [PATCH] {TITLE}", body, refs="1@example.org", at=int(time.time()), sender=sender)


def wait(condition: Callable[[], bool], what: str, seconds: int = 110) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.2)


def test_a_real_cron_daemon(
    lists: Lists, sink: Sink, cron: Callable[[str], None], places: Path, tracker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute without news sends nothing, one with news sends exactly these; the unit's command line does the same."""
    monkeypatch.setenv("TRACKER_SERVER", lists.url)
    monkeypatch.chdir("/")
    assert tracker("follow", "1@example.org")[0] == 0
    assert tracker("digest", "--mail", ANNA)[0] == 0
    out = tracker("cron", "--mail", ANNA)[1]
    line = crontab_line(out).removesuffix(" --delay 15")
    codes = places / "codes"
    errors = places / "errors"
    cron(f"MAILTO=\"\"\n* * * * * {line.split(' ', 5)[5]} 2>>{errors}; echo $? >>{codes}\n")

    def ran(times: int) -> bool:
        return codes.exists() and len(codes.read_text().split()) >= times

    wait(lambda: ran(1), "cron's first minute")
    assert (codes.read_text().split(), len(sink.mails)) == (["1"], 1), errors.read_text()
    lists.add("demo", reply("a", "Ben Reviewer <ben@example.org>"))
    wait(lambda: ran(2), "cron's second minute")
    assert (codes.read_text().split(), len(sink.mails)) == (["1", "0"], 2), errors.read_text()
    first, second = sink.parsed()
    body = second.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "- tagged: Acked-by Ben Reviewer" in text
    assert text.count("\n    - ") == 1
    assert second["In-Reply-To"] == first["Message-ID"]
    assert errors.read_text() == ""

    command, settings = exec_start(out)
    assert subprocess.run(command, env=settings, cwd="/", check=False).returncode in (0, 1)
    lists.add("demo", reply("b", "Chen <chen@example.org>"))
    done = subprocess.run(command, env=settings, cwd="/", capture_output=True, text=True, check=False)
    wait(lambda: len(sink.mails) == 3, "the third mail")
    assert (done.returncode, done.stdout, done.stderr) in [(0, "", ""), (1, "", "")]  # cron's next minute may have been faster
    body = sink.parsed()[2].get_body(("plain",))
    assert body is not None
    assert "Acked-by Chen" in body.get_content()
    assert sys.executable in command


def test_a_source_that_fails_is_one_line_and_code_3(
    lists: Lists, sink: Sink, places: Path, tracker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could be had is told all the same, and the digest names the server that does not answer."""
    monkeypatch.setenv("TRACKER_SERVER", lists.url)
    assert tracker("follow", "1@example.org")[0] == 0
    assert tracker("digest", "--sync", "--mail", ANNA)[0] == 0
    lists._counting.close()
    monkeypatch.setattr(lists._counting, "close", lambda: None)
    code, out, err = tracker("digest", "--sync", "--mail", ANNA)
    assert (code, out, err.count("\n"), len(sink.mails)) == (3, "", 1, 1)
    code, _, err = tracker("digest", "--sync", "--mail", ANNA, "--always")
    assert (code, err.count("\n")) == (3, 1)
    body = sink.parsed()[1].get_body(("plain",))
    assert body is not None
    assert "NOT SEEN" in body.get_content()
    assert "not reached since" in " ".join(body.get_content().split())


def test_a_server_that_is_asked_no_more_is_not_missed(
    lists: Lists, places: Path, tracker: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed once and is not followed any more is no gap in what can be seen."""
    monkeypatch.setenv("TRACKER_SERVER", lists.url)
    assert tracker("follow", "1@example.org")[0] == 0
    lists._counting.close()
    monkeypatch.setattr(lists._counting, "close", lambda: None)
    assert tracker("sync")[0] == 3
    assert "NOT SEEN" in tracker("digest", "--peek", "--always")[1]
    assert tracker("unfollow", "1")[0] == 0
    tracker("follow", "--watch", "status:merged s:x")
    tracker("--offline", "sync")
    assert "NOT SEEN" not in tracker("digest", "--peek", "--always")[1]
