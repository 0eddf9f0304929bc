"""Names that mails of digests go by: each of them, and their list."""

from __future__ import annotations

import re

from tracker.core.dates import iso

_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


def message_id(profile: str, sender: str, at: int, random: str) -> str:
    """A message id, without brackets. random: what tells two digests of a second apart."""
    stamp = "".join(char for char in iso(at) or "" if char.isdecimal())
    return f"{stamp}.{label(profile)}.{random}.tracker@{domain(sender)}"


def label(profile: str) -> str:
    """A profile's name as a part of an id."""
    return _NOT_IN_IDS.sub("-", profile.lower()).strip("-") or "other"


def domain(sender: str) -> str:
    """What stands behind the @ of `NAME <ADDRESS>` or of a bare address."""
    return sender.rstrip("> ").rpartition("@")[2] or "localhost"
