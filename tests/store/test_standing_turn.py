"""Whose turn it is once nothing moves: the view of topics says what core/silence.py says."""

from __future__ import annotations

import contextlib

from tests.mails import START, mail, patch
from tests.notices import BEN, DAY
from tests.store.test_outside import add
from tracker.store import read
from tracker.store.db import connect
from tracker.store.standing import leave, stand


def test_what_was_reviewed_waits_for_the_maintainer() -> None:
    """With nothing left open; in the columns and in the JSON, and only in the view."""
    with contextlib.closing(connect(None, None)) as con:
        answer = mail("b@x", "Re: [PATCH] demo: one", "Hm.\n", refs="p@x", sender=BEN, at=START)
        add(con, patch("p@x", "[PATCH] demo: one"), answer)
        stand(con, START + 20 * DAY, 30)
        assert (read.topic(con, 1).status, read.topic(con, 1).data["turn"]) == ("in-review", "unknown")
        stand(con, START + 40 * DAY, 30)
        assert (read.topic(con, 1).status, read.topic(con, 1).data["turn"]) == ("stalled", "maintainer")
        assert con.execute("SELECT turn FROM topic").fetchone() == ("maintainer",)
        leave(con)
        assert con.execute("SELECT status, turn FROM topic").fetchone() == ("in-review", "unknown")
