"""A mail as the screens show it: parsed, with the tags that were found in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.core.message import Message, parse
from tracker.store import attestation, browse, read
from tracker.store.mail import read_raw


@dataclass(frozen=True)
class Mail:
    """msgid; subject; the parsed mail; tags: TAGs that stand in it; number: its topic; abridged: not the full text."""

    msgid: str
    subject: str
    message: Message
    tags: tuple[Mapping[str, Any], ...]
    number: int | None
    abridged: bool


def load_mail(con: sqlite3.Connection, msgid: str) -> Mail | None:
    """The mail with that id; None when it is not at hand."""
    row = read.message_row(con, msgid)
    raw = read_raw(con, row.id) if row is not None else None
    if row is None or raw is None:
        return None
    number = read.topic_of(con, msgid)
    tags = _tags(con, number) if number is not None else []
    message = parse(raw)
    own = tuple(tag for tag in tags if tag["msgid"] == msgid)
    return Mail(msgid, message.subject, message, own, number, row.abridged)


def _tags(con: sqlite3.Connection, number: int) -> list[dict[str, Any]]:
    found = browse.rows(con, [number])
    if number not in found:
        return []
    tags: list[dict[str, Any]] = found[number].data["tags"]
    attestation.fill(con, tags)
    return tags
