"""Drafts of replies."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest

from tests.mails import mail
from tracker.core.draft import reply_draft
from tracker.core.message import parse


def drafted(raw: bytes, *me: str) -> EmailMessage:
    """A draft as the standard library reads it."""
    found = email.message_from_string(reply_draft(parse(raw), me), policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_group_reply() -> None:
    """To the sender, Cc everybody else but oneself, with the parent's References and its id (RFC 5322 section 3.6.4)."""
    raw = mail(
        "3@x", "Re: [PATCH] demo", "> old\nWhy?\n-- \nBen\n", sender="Ben Reviewer <ben@example.org>", refs="1@x 2@x",
        to="Anna Author <anna@example.org>, list@example.org",
        headers='Cc: "Maintainer, Chen" <chen@example.org>, LIST@example.org',
    )  # fmt: skip
    found = drafted(raw, "anna@example.org")
    assert found["From"] == "anna@example.org"
    assert found["To"] == "Ben Reviewer <ben@example.org>"
    assert found["Cc"] == 'list@example.org, "Maintainer, Chen" <chen@example.org>'
    assert found["Subject"] == "Re: [PATCH] demo"
    assert found["In-Reply-To"] == "<3@x>"
    assert found["References"].split() == ["<1@x>", "<2@x>", "<3@x>"]
    assert found.get_content() == "On 2024-05-29 16:26, Ben Reviewer wrote:\n>> old\n> Why?\n"


def test_reply_to_and_own_mail() -> None:
    """Reply-To goes before From; an answer to one's own mail goes where that went."""
    raw = mail("1@x", "Hello", sender="Ben <ben@example.org>", headers="Reply-To: team@example.org")
    assert drafted(raw)["To"] == "team@example.org"
    assert drafted(raw)["Subject"] == "Re: Hello"
    own = mail("1@x", "Hello", sender="Anna <anna@example.org>", to="ben@example.org")
    assert drafted(own, "Anna@example.org")["To"] == "ben@example.org"


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a\nSubject: x\r\n\n\nhi",
        mail("1@x\r\nBcc: evil@example.net", "[PATCH] x\nBcc: evil@example.net"),
        mail("1@x", "=?utf-8?q?x=0ABcc:_evil=40example=2Enet?=", sender="=?utf-8?q?A=0D=0ABcc:_e?= <a@example.org>"),
        mail("1@x", "x", refs="a@x> b@x", to="<evil@example.net\x00>, \u202e <b@example.org>"),
        b"",
    ],
)
def test_no_mail_adds_a_header(raw: bytes) -> None:
    """Line ends in names, subjects and ids make no field of the draft."""
    found = drafted(raw)
    assert set(found.keys()) <= {"From", "To", "Cc", "Subject", "In-Reply-To", "References"}
    assert not any("Bcc" in key for key in found)
