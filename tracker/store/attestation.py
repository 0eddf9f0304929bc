"""What was seen of signatures: an append-only record, and the reading of it into TAG.attested."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tracker.core.attestation import attested


class Seen(NamedTuple):
    """What the newest proof about a mail says. identity: the domain or developer; sender: the address in From."""

    result: str
    identity: str
    sender: str


def record(con: sqlite3.Connection, at: int, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Keep (message id, result, identity, detail) as seen *at* that time. Runs inside the caller's transaction."""
    con.executemany("INSERT OR IGNORE INTO u.attestation VALUES (?,?,?,?,?)", [(row[0], at, *row[1:]) for row in rows])


def seen(con: sqlite3.Connection, msgids: Iterable[str]) -> dict[str, Seen]:
    """What is known of these mails; a proof counts for more than a later check that came to no end."""
    rows = con.execute(
        "SELECT a.msgid, result, identity, email FROM u.attestation a JOIN message m USING (msgid) "
        "WHERE a.msgid IN (SELECT value FROM json_each(?)) ORDER BY result = 'unchecked' DESC, at",
        (json.dumps(list(dict.fromkeys(msgids))),),
    )
    return {msgid: Seen(*rest) for msgid, *rest in rows}


def fill(con: sqlite3.Connection, tags: Sequence[dict[str, Any]]) -> None:
    """Set "attested" of each TAG: what its own mail proves, or of a carried one the reply that confirms it. One query."""
    if not tags:
        return
    known = seen(con, (_witness(tag) for tag in tags))
    for tag in tags if known else ():
        found = known.get(_witness(tag))
        if found is not None:
            tag["attested"] = attested(found.result, found.identity, found.sender, tag["who"]["email"])


def _witness(tag: dict[str, Any]) -> str:
    return str(tag["confirmed_by"] or tag["msgid"])
