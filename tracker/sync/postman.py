"""Delivery of a finished digest: by sendmail or SMTP as git's sendemail.* says, or through Apprise. Nothing is stored here.

Settings are those of git-send-email(1): sendemail.smtpServer (a program when it begins with `/`), smtpServerPort,
smtpEncryption (tls or ssl), smtpUser, smtpPass, smtpSSLCertPath, from, identity. A password is taken from smtpPass, else from
git's credential helpers, else from ~/.netrc; never from the command line.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.sources.base import SourceError, one_line

if TYPE_CHECKING:
    import smtplib
    import ssl

_PROGRAMS = ("/usr/sbin/sendmail", "/usr/lib/sendmail")
_PORTS = {"": 25, "tls": 587, "ssl": 465}
_SECONDS = 60


class DeliveryError(SourceError):
    """A digest could not be delivered; it is kept, and the next run tries again."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """How mail leaves this machine. server: a host, or the path of a program that takes a mail as sendmail(8) does."""

    server: str
    port: int = 25
    encryption: str = ""
    user: str = ""
    password: str = ""
    certificates: str = ""
    sender: str = ""


def mailer() -> Mailer:
    """As git is set up. Raises DeliveryError for an encryption that nobody knows or a port that is none."""
    git = _settings()
    server = git.get("smtpserver", "") or next((one for one in _PROGRAMS if os.access(one, os.X_OK)), "localhost")
    encryption = git.get("smtpencryption", "").lower()
    encryption = "" if encryption == "none" else encryption
    if encryption not in _PORTS:
        raise DeliveryError(f"git's sendemail.smtpEncryption: {encryption!r} is neither tls nor ssl")
    port = git.get("smtpserverport", "") or str(_PORTS[encryption])
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise DeliveryError(f"git's sendemail.smtpServerPort: {port!r} is no port")
    return Mailer(
        server, int(port), encryption, git.get("smtpuser", ""), git.get("smtppass", ""), git.get("smtpsslcertpath", ""),
        git.get("from", ""),
    )  # fmt: skip


def _settings() -> dict[str, str]:
    """git's sendemail.* in lower case; those of sendemail.identity before the others."""
    try:
        done = subprocess.run(
            ["git", "config", "--null", "--get-regexp", r"^sendemail\."], capture_output=True, check=False, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    pairs = [entry.partition("\n") for entry in done.stdout.decode("utf-8", "replace").split("\0") if entry]
    every = {key.removeprefix("sendemail."): value for key, _, value in pairs}
    identity = every.get("identity", "")
    own = {key.removeprefix(f"{identity}."): value for key, value in every.items() if identity and key.startswith(f"{identity}.")}
    return {**every, **own}


def send_mail(how: Mailer, sender: str, targets: Sequence[str], data: bytes, say: Callable[[str], None]) -> list[str]:
    """Hand a mail (bytes with any line ends) over; returns those of *targets* that were refused for now.

    Who is refused for good is told. Raises DeliveryError when nobody takes it.
    """
    if how.server.startswith("/"):
        _by_program(how.server, sender, targets, data)
        return []
    import smtplib

    try:
        with _connected(how) as smtp:
            refused = smtp.sendmail(sender, list(targets), data)
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
        if not any(400 <= code < 500 for code, _ in refused.values()):
            raise DeliveryError(f"nobody was accepted: {_refusals(refused)}", _where(how)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError(_reason(error), _where(how)) from error
    later = [one for one, (code, _) in refused.items() if 400 <= code < 500]
    if never := {one: why for one, why in refused.items() if one not in later}:
        say(f"{_where(how)}: refused for good: {_refusals(never)}")
    if len(later) == len(targets):
        raise DeliveryError(f"refused for now: {_refusals(refused)}", _where(how))
    return later


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return one_line(text or type(error).__name__)


def _refusals(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return one_line("; ".join(f"{who}: {code} {why.decode('utf-8', 'replace')}" for who, (code, why) in refused.items()))


def _where(how: Mailer) -> str:
    return f"{how.server}:{how.port}"


def _by_program(program: str, sender: str, targets: Sequence[str], data: bytes) -> None:
    command = [program, "-i", "-f", sender, "--", *targets]
    try:
        done = subprocess.run(command, input=data.replace(b"\r\n", b"\n"), capture_output=True, check=False, timeout=_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise DeliveryError(_reason(error), program) from error
    if done.returncode:
        why = one_line(done.stderr.decode("utf-8", "replace")) or f"exit status {done.returncode}"
        raise DeliveryError(why, program)


def _connected(how: Mailer) -> smtplib.SMTP:
    import smtplib

    if how.encryption == "ssl":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(how.server, how.port, timeout=_SECONDS, context=_trust(how))
    else:
        smtp = smtplib.SMTP(how.server, how.port, timeout=_SECONDS)
    try:
        if how.encryption == "tls":
            smtp.starttls(context=_trust(how))
        if how.user:
            smtp.login(how.user, _password(how))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _trust(how: Mailer) -> ssl.SSLContext:
    import ssl

    if not how.certificates:
        return ssl.create_default_context()
    place = Path(how.certificates).expanduser()
    return ssl.create_default_context(capath=str(place)) if place.is_dir() else ssl.create_default_context(cafile=str(place))


def _password(how: Mailer) -> str:
    found = how.password or _from_git(how) or _from_netrc(how)
    if not found:
        raise DeliveryError(f"no password for {how.user}: set it with 'git credential' or in ~/.netrc", _where(how))
    return found


def _from_git(how: Mailer) -> str:
    """What git's credential helpers know, asked as git-send-email does, without a prompt."""
    question = f"protocol=smtp\nhost={how.server}:{how.port}\nusername={how.user}\n\n"
    environ = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true"}
    try:
        done = subprocess.run(
            ["git", "credential", "fill"], input=question, capture_output=True, text=True, check=False, env=environ, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return next((line.partition("=")[2] for line in done.stdout.splitlines() if line.startswith("password=")), "")


def _from_netrc(how: Mailer) -> str:
    import netrc

    try:
        found = netrc.netrc().authenticators(how.server)
    except (OSError, netrc.NetrcParseError):
        return ""
    return found[2] or "" if found and found[0] in ("", how.user) else ""


def notify(url: str, title: str, body: str) -> None:
    """Tell one Apprise URL. Raises DeliveryError, also when Apprise is not installed; the URL itself is never named."""
    try:
        import apprise
    except ImportError as error:
        raise DeliveryError("--notify needs Apprise: pip install 'tracker[notify]'") from error
    service = apprise.Apprise()
    if not service.add(url):
        raise DeliveryError("--notify: Apprise does not know this kind of URL", url.partition(":")[0])
    if not service.notify(body=body, title=title):
        raise DeliveryError("was not told of the digest", url.partition(":")[0])
