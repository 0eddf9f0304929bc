"""A mail server on this machine that keeps what it is given."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any


class Sink:
    """mails: (sender, recipients, bytes) in the order of arrival. refuse: address -> the answer to it, until it is removed."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.refuse: dict[str, str] = {}
        self.port = 0
        self.logins: list[tuple[bytes, bytes]] = []
        self.crypted: list[bool] = []

    async def handle_RCPT(  # noqa: N802 -- the name aiosmtpd wants
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- the name aiosmtpd wants
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        self.crypted.append(session.ssl is not None)
        return "250 OK"

    def parsed(self) -> list[EmailMessage]:
        """All mails, by Python's strict policy: a defect raises."""
        strict = email.policy.strict
        return [email.message_from_bytes(data, policy=strict) for _, _, data in self.mails]


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Sink]:
    """A server on a free port; with *tls* it wants STARTTLS and a login."""
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult

    sink = Sink()

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        sink.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"a secret")

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        sink.port = probe.getsockname()[1]
    more: dict[str, Any] = {}
    if tls is not None:
        more = {"tls_context": tls, "require_starttls": True, "authenticator": login, "auth_required": True}
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **more)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
