"""A reply as a draft: whom it goes to, what it answers, the text quoted. Nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.core.dates import iso
from tracker.core.message import Message
from tracker.core.people import Person

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_SPECIAL = re.compile(r"[^\w !#$%&'*+/=?^`{|}~-]", re.ASCII)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_ODD_ID = re.compile(r"[\s<>]")


def reply_draft(message: Message, me: Sequence[str], *, group: bool = True) -> str:
    """The draft of an answer to *message*: header, attribution and quoted text, as mutt's group reply makes them.

    To: Reply-To, else From. Cc: everybody else in To and Cc (RFC 5322 section 3.6.3), without the user's own addresses.
    References: those of the parent and its id (section 3.6.4).
    """
    mine = {one.lower() for one in me}
    to = _others(message.people("reply-to") or ((message.sender,) if message.sender.email else ()), mine, set())
    if not to:  # an answer to a mail of one's own goes where that went
        to = _others(message.people("to"), mine, set())
    seen = {person.email.lower() for person in to}
    cc = _others((*message.people("to"), *message.people("cc")), mine, seen) if group else []
    references = [one for one in (*message.parents, message.msgid) if not _ODD_ID.search(one)]
    lines = [f"From: {_clean(me[0])}"] if me else []
    lines += [f"To: {_folded(to)}"] if to else []
    lines += [f"Cc: {_folded(cc)}"] if cc else []
    lines.append(f"Subject: {_subject(message.subject)}")
    if not message.msgid.endswith(".invalid") and not _ODD_ID.search(message.msgid):
        lines.append(f"In-Reply-To: <{message.msgid}>")
        lines.append("References: " + "\n ".join(f"<{one}>" for one in references))
    who = _clean(message.sender.name or message.sender.email or "somebody")
    when = (iso(message.date) or "an unknown day")[:16].replace("T", " ")
    return "\n".join(lines) + f"\n\nOn {when}, {who} wrote:\n{_quoted(message.body)}\n"


def _subject(subject: str) -> str:
    text = _clean(subject)
    return text if text.lower().startswith("re:") else f"Re: {text}"


def _clean(text: str) -> str:
    """On one line and without controls: a header must not grow another one."""
    return _CONTROLS.sub(" ", text.replace("\n", " ").replace("\t", " ")).strip()


def _others(people: Sequence[Person], mine: set[str], seen: set[str]) -> list[Person]:
    found = []
    for person in people:
        address = person.email.lower()
        if "@" in address and address not in mine and address not in seen and not _ODD_ID.search(address):
            seen.add(address)
            found.append(person)
    return found


def _folded(people: Sequence[Person]) -> str:
    return ",\n ".join(_address(person) for person in people)


def _address(person: Person) -> str:
    name, email = _clean(person.name), _clean(person.email)
    if not name:
        return email
    if _SPECIAL.search(name) and name.isascii():
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif not name.isascii():
        name = '"' + name.replace("\\", "").replace('"', "") + '"'
    return f"{name} <{email}>"


def _quoted(body: str) -> str:
    """The text with `> ` before each line, without the signature."""
    end = _SIGNATURE.search(body)
    text = (body[: end.start()] if end else body).rstrip()
    return "\n".join(">" + one if one.startswith(">") else f"> {one}".rstrip() for one in text.split("\n"))
