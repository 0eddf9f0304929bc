"""Whose turn it is once nothing moves: the view of topics says what core/silence.py says."""

from __future__ import annotations

import contextlib

from tests.mails import START, mail, patch
from tests.notices import BEN, DAY
from tests.store.test_outside import add
from tracker.store import read
from tracker.store.db import connect
from tracker.store.standing import leave, stand


def test_nobody_is_known_to_have_the_turn_after_words_that_are_not_understood() -> None:
    """In the columns and in the JSON, and only in the view."""
    with contextlib.closing(connect(None, None)) as con:
        answer = mail("b@x", "Re: [PATCH] demo: one", "Hm.\n", refs="p@x", sender=BEN, at=START)
        add(con, patch("p@x", "[PATCH] demo: one"), answer)
        stand(con, START + 20 * DAY, 30)
        assert (read.topic(con, 1).status, read.topic(con, 1).data["turn"]) == ("in-review", "unknown")
        stand(con, START + 40 * DAY, 30)
        assert (read.topic(con, 1).status, read.topic(con, 1).data["turn"]) == ("unknown", "unknown")
        assert read.topic(con, 1).data["turn_who"] == []
        assert con.execute("SELECT status, turn FROM topic").fetchone() == ("unknown", "unknown")
        leave(con)
        assert con.execute("SELECT status, turn FROM topic").fetchone() == ("in-review", "unknown")
