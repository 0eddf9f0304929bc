"""When two addresses are one mailbox."""

from __future__ import annotations


def plain_email(email: str) -> str:
    """An address for comparing: case folded, without the +tag of its local part."""
    user, at, host = email.strip().casefold().rpartition("@")
    return f"{user.partition('+')[0] or user}@{host}" if at else host
