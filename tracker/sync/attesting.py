"""Who vouches for the mails that count: signatures of followed topics are checked once, while their keys can still be had."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tracker.store import read
from tracker.store.attestation import record
from tracker.store.db import StoreError, transaction
from tracker.store.mail import read_many
from tracker.sync.session import Session

if TYPE_CHECKING:
    from tracker.sources.domainkeys import Lookup

_MOST = 500  # mails of one run
_SECONDS = 10.0  # of one run; the mail that is being checked may take some more when DNS is slow
_AGAIN, _TRIES = 86_400, 5  # a mail that could not be checked is tried again on other days


def attest_followed(session: Session, lookup: Lookup | None = None) -> int:
    """Check mails with patches or tags in followed topics that were not checked yet; returns how many were.

    The newest first, in bounded number and time; the rest waits for the next run. Nothing is asked when the user is
    offline, and nothing ever about mail from local files. Never fails: what cannot be checked is kept as `unchecked`.
    lookup: asks DNS; None: the system's resolvers.
    """
    if session.config.offline:
        return 0
    wanted = read.unattested(session.con, session.now - _AGAIN, _TRIES, _MOST)
    if not wanted:
        return 0
    from tracker.sources.attest import attest

    end = time.monotonic() + _SECONDS
    rows = []
    for done, (number, msgid) in enumerate(wanted):
        if time.monotonic() > end:
            break
        session.progress("checking signatures", done, len(wanted))
        for raw in read_many(session.con, [number]).values():
            found = attest(raw, lookup=lookup)
            rows.append((msgid, found.result, found.identity, found.detail))
    try:
        with transaction(session.con, session.config.user_db):
            record(session.con, session.now, rows)
    except StoreError as error:
        session.say(str(error))
    return len(rows)
