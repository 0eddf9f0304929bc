"""A digest on its way: to a mail server, through sendmail, through Apprise; and what a run that is killed leaves behind."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
import types
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.conftest import ROOT, needs
from tests.faces.conftest import Run
from tests.faces.digests import Store
from tests.faces.smtp import Sink, serving
from tests.mails import START, mail, patch
from tracker.sync import postman
from tracker.sync.locks import locked

DAY = 86_400
NOW = START + 10 * DAY
ANNA = "anna@example.org"
TITLE = "demo: make the ring lockless"


def git(*settings: tuple[str, str]) -> None:
    """Settings in the user's own git configuration."""
    for key, value in settings:
        subprocess.run(["git", "config", "--global", key, value], check=True)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with serving() as found:
        git(
            ("sendemail.smtpserver", "127.0.0.1"), ("sendemail.smtpserverport", str(found.port)), ("user.email", ANNA),
            ("user.name", "Anna Author"),
        )  # fmt: skip
        yield found


@pytest.fixture
def now() -> int:
    return NOW


@pytest.fixture
def store() -> Store:
    """One followed topic."""
    found = Store(NOW)
    found.arrive(patch("1@example.org", f"[PATCH] {TITLE}"))
    found.follow("1@example.org")
    return found


def tag(name: str, sender: str = "Ben Reviewer <ben@example.org>") -> bytes:
    body = f"Fine.\n\nAcked-by: {sender}\n"
    return mail(f"{name}@example.org", f"Re: [PATCH] {TITLE}", body, refs="1@example.org", at=START + DAY, sender=sender)


def words(found: EmailMessage) -> str:
    part = found.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


# --- by mail


def test_a_mail_arrives_whole(store: Store, tracker: Run, sink: Sink) -> None:
    """Names in Cyrillic, CJK and with quotes survive in headers and text; nothing is printed; the next run is silent."""
    store.arrive(
        tag("cyrillic", '"Чен Дмитрий" <chen@example.org>'), tag("cjk", '"陳 大文" <wen@example.org>'),
        tag("quoted", '"O\'Neil, \\"Bob\\"" <bob@example.org>'),
    )  # fmt: skip
    to = ("--mail", '"陳 \\"Wen\\" Чен" <wen@example.org>', "--mail", "team@example.org")
    assert tracker("digest", *to) == (0, "", "")
    found = sink.parsed()[0]
    assert sink.mails[0][:2] == (ANNA, ["wen@example.org", "team@example.org"])
    assert [one.display_name for one in found["To"].addresses] == ['陳 "Wen" Чен', ""]
    assert found["From"].addresses[0].addr_spec == ANNA
    assert found["Subject"] == "[tracker] 1 new: as of 2024-06-08"
    text = " ".join(words(found).split())
    page = found.get_body(("html",))
    assert page is not None
    for name in ("Чен Дмитрий", "陳 大文", "O'Neil"):
        assert name in text
    assert "陳 大文" in page.get_content()
    assert tracker("digest", *to)[0] == 1
    assert len(sink.mails) == 1


def test_a_subject_of_any_script_survives(store: Store, tracker: Run, sink: Sink) -> None:
    """The profile's name stands in it, encoded by RFC 2047 and folded."""
    name = "Команда разработчиков файловых систем 檔案系統 " * 2
    folder = Path(os.environ["HOME"]) / ".config" / "tracker"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(f'[[profile]]\nname = "{name.strip()}"\nto = "{ANNA}"\n')
    assert tracker("digest", "--profile", name.strip())[0] == 0
    found = sink.parsed()[0]
    assert found["Subject"] == f"[tracker] 1 new ({name.strip()}): as of 2024-06-08"
    assert all(len(line) <= 78 and line.isascii() for line in sink.mails[0][2].partition(b"\r\n\r\n")[0].splitlines())


def test_digests_form_a_thread(store: Store, tracker: Run, sink: Sink) -> None:
    """Each answers the one before it, with the same List-Id."""
    tracker("digest", "--mail", ANNA)
    store.arrive(tag("a"))
    tracker("digest", "--mail", ANNA)
    first, second = sink.parsed()
    assert second["In-Reply-To"] == first["Message-ID"]
    assert first["List-Id"] == second["List-Id"]
    assert "Acked-by Ben Reviewer" in words(second)


def test_what_cannot_be_delivered_is_kept(store: Store, tracker: Run, sink: Sink) -> None:
    """One line and exit code 3; the next run sends the same mail, and what came in between after it."""
    sink.refuse[ANNA] = "451 try again later"
    code, out, err = tracker("digest", "--mail", ANNA)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert "kept for the next run" in err
    code, out, _ = tracker("--offline", "doctor")
    assert code == 1
    assert "BAD  digest of 2024-06-08 for profile default was not delivered" in out
    store.arrive(tag("a"))
    del sink.refuse[ANNA]
    assert tracker("digest", "--mail", ANNA)[0] == 0
    assert [found["Subject"].split(":")[0] for found in sink.parsed()] == ["[tracker] 1 new", "[tracker] 1 moved"]
    assert "ok   last digest for profile default: 2024-06-08" in tracker("--offline", "doctor")[1]
    assert tracker("digest", "--mail", ANNA)[0] == 1


def test_only_those_who_were_refused_are_tried_again(store: Store, tracker: Run, sink: Sink) -> None:
    """A mail that one of two took goes to the other one alone; who is refused for good is named and left out."""
    sink.refuse |= {"b@example.org": "451 later", "c@example.org": "550 no such user"}
    to = [word for one in "abc" for word in ("--mail", f"{one}@example.org")]
    code, _, err = tracker("digest", *to)
    assert code == 3
    assert "refused for good: c@example.org: 550 no such user" in err
    sink.refuse.clear()
    assert tracker("digest", *to)[0] == 0
    assert [recipients for _, recipients, _ in sink.mails] == [["a@example.org"], ["b@example.org"]]
    assert sink.mails[0][2] == sink.mails[1][2]


def test_a_mail_that_nobody_takes_for_good_fails(store: Store, tracker: Run, sink: Sink) -> None:
    """And is told anew to another address."""
    sink.refuse[ANNA] = "550 no such user"
    assert tracker("digest", "--mail", ANNA)[0] == 3
    assert tracker("digest", "--mail", "ben@example.org")[0] == 0
    assert [recipients for _, recipients, _ in sink.mails] == [["ben@example.org"]]
    assert tracker("digest", "--mail", ANNA)[0] == 1


def test_a_printed_digest_takes_the_place_of_one_that_waits(store: Store, tracker: Run, sink: Sink) -> None:
    """The same news are not mailed afterwards."""
    sink.refuse[ANNA] = "451 later"
    tracker("digest", "--mail", ANNA)
    assert TITLE in tracker("digest")[1]
    sink.refuse.clear()
    assert tracker("digest", "--mail", ANNA)[0] == 1
    assert sink.mails == []


def test_offline_sends_nothing(store: Store, tracker: Run, sink: Sink) -> None:
    """Wrong use, said in one line."""
    code, _, err = tracker("--offline", "digest", "--mail", ANNA)
    assert (code, sink.mails) == (2, [])
    assert "--offline sends nothing" in err


def test_a_wrong_address_is_named_before_anything_is_done(store: Store, tracker: Run, sink: Sink) -> None:
    """No mail to half of the people."""
    for wrong in ("nobody", "a@b, c@d", "x@y\r\nBcc: z@example.org", ""):
        code, _, err = tracker("digest", "--mail", wrong, "--mail", ANNA)
        assert (code, err.count("\n"), sink.mails) == (2, 1, [])


def test_sendmail_gets_the_mail(store: Store, tracker: Run, tmp_path: Path) -> None:
    """A program in the place of a server: the addresses as words, the mail with plain line ends."""
    program, got = tmp_path / "sendmail", tmp_path / "got"
    program.write_text(f'#!/bin/sh\necho "$@" > {got}.args\ncat > {got}\n')
    program.chmod(0o755)
    git(("sendemail.smtpserver", str(program)), ("user.email", ANNA))
    assert tracker("digest", "--mail", "Ben <ben@example.org>")[0] == 0
    assert (tmp_path / "got.args").read_text() == f"-i -f {ANNA} -- ben@example.org\n"
    assert b"\r" not in got.read_bytes()
    store.arrive(tag("a"))
    program.write_text("#!/bin/sh\necho no way >&2\nexit 75\n")
    code, _, err = tracker("digest", "--mail", "ben@example.org")
    assert code == 3
    assert "no way" in err


@pytest.mark.parametrize("where", ["smtppass", "credential", "netrc"])
def test_tls_and_a_password_from_git_or_netrc(store: Store, tracker: Run, tmp_path: Path, where: str) -> None:
    """STARTTLS is used before the login, and the certificate is checked."""
    needs(shutil.which("openssl") is not None, "no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with serving(context) as sink:
        git(
            ("sendemail.smtpserver", "localhost"), ("sendemail.smtpserverport", str(sink.port)), ("user.email", ANNA),
            ("sendemail.smtpencryption", "tls"), ("sendemail.smtpuser", "anna"),
        )  # fmt: skip
        code, _, err = tracker("digest", "--mail", ANNA)
        assert code == 3
        assert "CERTIFICATE_VERIFY_FAILED" in err or "certificate verify failed" in err
        git(("sendemail.smtpsslcertpath", str(certificate)))
        assert "no password for anna" in tracker("digest", "--mail", ANNA)[2]
        home = Path(os.environ["HOME"])
        if where == "smtppass":
            git(("sendemail.smtppass", "a secret"))
        elif where == "credential":
            git(("credential.helper", f"store --file {home}/secrets"))
            (home / "secrets").write_text(f"smtp://anna:a%20secret@localhost%3a{sink.port}\n")
        else:
            (home / ".netrc").write_text('machine localhost login anna password "a secret"\n')
            (home / ".netrc").chmod(0o600)
        assert tracker("digest", "--mail", ANNA) == (0, "", "")
        assert sink.logins == [(b"anna", b"a secret")]
        assert sink.crypted == [True]


# --- elsewhere


def test_apprise_is_told(store: Store, tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subject and text go to every URL; a URL, which may hold a token, is never printed."""
    told: list[tuple[str, str, str]] = []

    class Apprise:
        def add(self, url: str) -> bool:
            self.url = url
            return not url.startswith("what:")

        def notify(self, *, body: str, title: str) -> bool:
            told.append((self.url, title, body))
            return "deaf" not in self.url

    monkeypatch.setitem(sys.modules, "apprise", types.SimpleNamespace(Apprise=Apprise))
    code, _, err = tracker("digest", "--notify", "json://ok/TOKEN", "--notify", "json://deaf/TOKEN")
    assert code == 3
    assert "TOKEN" not in err
    assert [one[:2] for one in told] == [(f"json://{name}/TOKEN", "[tracker] 1 new: as of 2024-06-08") for name in ("ok", "deaf")]
    assert TITLE in told[0][2]

    def hears(self: Apprise, *, body: str, title: str) -> bool:
        told.append((self.url, title, body))
        return True

    monkeypatch.setattr(Apprise, "notify", hears)
    assert tracker("digest", "--notify", "json://ok/TOKEN", "--notify", "json://deaf/TOKEN")[0] == 0
    assert told[-1][0] == "json://deaf/TOKEN"
    assert len(told) == 3


def test_without_apprise_it_is_said_how_to_get_it(store: Store, tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, exit code 3."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    code, _, err = tracker("digest", "--notify", "json://x")
    assert code == 3
    assert "pip install 'tracker[notify]'" in err


# --- several runs, and runs that are killed


def test_two_runs_at_once(store: Store, tracker: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one says so, sends nothing, and exits with 0."""
    monkeypatch.setattr("tracker.sync.delivery._WAIT", 1)
    with locked(store.config.digest_lock, 1, "busy"):
        code, out, err = tracker("digest")
    assert (code, out) == (0, "")
    assert "another digest is on its way" in err
    assert tracker("digest")[0] == 0


# Where a run is killed: a function, before or after its call. SENT: the server has the mail and nothing could note it.
_MODULES = {"command": "tracker.faces.commands.digest", "delivery": "tracker.sync.delivery", "learned": "tracker.store.learned"}
POINTS = [
    ("command.learn_from", "before", False), ("command.learn_from", "after", False), ("command.collect", "after", False),
    ("learned.make", "after", False), ("delivery.Delivery.keep", "after", False), ("delivery.hand_over", "before", False),
    ("delivery.hand_over", "after", True), ("learned.delivered", "after", True), ("learned.finish", "after", True),
    ("delivery.Delivery._deliver", "after", False), ("delivery.Delivery.send", "second", False),
]  # fmt: skip
_KILLER = """
import importlib, os, signal, sys, time
name, when, now = sys.argv[1:4]
time.time = lambda: int(now)
module, _, path = name.partition(".")
where = importlib.import_module({modules!r}[module])
*above, last = path.split(".")
for one in above:
    where = getattr(where, one)
real, calls = getattr(where, last), []
def stop(*args, **more):
    calls.append(1)
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = real(*args, **more)
    if when == "after" or len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return done
setattr(where, last, stop)
from tracker.faces.cli import run
sys.exit(run(sys.argv[4:]))
"""


@pytest.mark.parametrize(("name", "when", "sent"), POINTS)
def test_a_run_that_is_killed_loses_and_doubles_nothing(
    name: str, when: str, sent: bool, store: Store, tracker: Run, sink: Sink
) -> None:
    """Each piece of news is in exactly one mail; that mail comes twice, with one Message-ID, only in the window of SMTP."""
    tracker("digest", "--always")
    store.arrive(tag("a"))
    code = _KILLER.format(modules=_MODULES)
    command = [sys.executable, "-c", code, name, when, str(NOW), "digest", "--mail", ANNA]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    store.arrive(tag("b", "Chen <chen@example.org>"))
    for _ in range(3):
        assert tracker("digest", "--mail", ANNA)[0] in (0, 1)
    mails = {found["Message-ID"]: words(found) for found in sink.parsed()}
    assert len(sink.mails) == len(mails) + sent
    for person in ("Ben Reviewer", "Chen"):
        assert [f"tagged: Acked-by {person}" in text for text in mails.values()].count(True) == 1


def test_a_sync_that_is_killed_before_it_learned_loses_nothing(store: Store, tracker: Run) -> None:
    """Mail that was stored and not yet learned of is learned of by the digest itself."""
    from tracker.store.mail import source
    from tracker.sync.session import add_mail

    tracker("digest")
    with store.session() as session:
        add_mail(session, [tag("a")], source(session.con, "lore", "https://lists.example.org/all", private=False))
    assert "Acked-by Ben Reviewer" in tracker("digest")[1]


def test_settings_of_an_identity_come_first() -> None:
    """sendemail.identity as git-send-email(1) has it; a port and an encryption that are none are named."""
    git(
        ("sendemail.identity", "work"), ("sendemail.smtpserver", "one"), ("sendemail.work.smtpserver", "two"),
        ("sendemail.smtpencryption", "ssl"),
    )  # fmt: skip
    found = postman.mailer()
    assert (found.server, found.port, found.encryption) == ("two", 465, "ssl")
    git(("sendemail.smtpserverport", "many"))
    with pytest.raises(postman.DeliveryError, match="many"):
        postman.mailer()
    git(("sendemail.smtpserverport", "25"), ("sendemail.smtpencryption", "rot13"))
    with pytest.raises(postman.DeliveryError, match="rot13"):
        postman.mailer()
