"""A patch whose place another one took: known once that one has landed, whichever came first."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence

import pytest

from tests.mails import DIFF, START, mail, patch
from tests.notices import BEN, DAY, FIRST, SECOND, thanks
from tests.store.test_outside import add, topic
from tracker.store.db import connect

ANOTHER_WAY = """\
diff --git a/ring.c b/ring.c
index 1111111..3333333 100644
--- a/ring.c
+++ b/ring.c
@@ -70,4 +70,6 @@ static void measure(void)
 \tstart();
-\tguess(9);
+\twidth = ruler();
+\tif (width < 0)
+\t\twidth = 0;
 \tstop();
 }
"""
SHORT_WAY = """\
diff --git a/ring.c b/ring.c
index 1111111..4444444 100644
--- a/ring.c
+++ b/ring.c
@@ -70,3 +70,3 @@ static void measure(void)
 \tstart();
-\tguess_it(9);
+\twidth = fixed_width();
 \tstop();
"""
OFFER = mail(
    "offer@x", "Re: [PATCH] demo: count readers", f"> int readers;\n\nI would do it like this:\n\n{ANOTHER_WAY}\nBen\n",
    refs="1@x", sender=BEN, at=START + DAY,
)  # fmt: skip
FIRST_WAY = patch("1@x", "[PATCH] demo: count readers")
POSTED = patch("2@x", "[PATCH] demo: measure width", diff=ANOTHER_WAY, sender=BEN, at=START + 2 * DAY)
TAKEN = thanks(("demo: measure width", FIRST), refs="2@x", day=3, subject="Re: [PATCH] demo: measure width")


@pytest.fixture
def con() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(connect(None, None)) as opened:
        yield opened


def test_an_alternative_that_landed(con: sqlite3.Connection) -> None:
    """The reason names it, its posting and its landing prove it, and nobody has to act."""
    add(con, FIRST_WAY, OFFER, POSTED)
    assert topic(con, "1@x")["status"] == "in-review"
    add(con, TAKEN)
    found = topic(con, "1@x")
    assert (found["status"], found["turn"]) == ("superseded", "nobody")
    assert '"demo: measure width" by Ben Stranger' in found["status_reason"]
    assert {"msgid": "ty@x"} in found["evidence"]
    assert found["superseded_by"]["title"] == "demo: measure width"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 3, 0, 1)])
def test_whichever_came_first(con: sqlite3.Connection, order: Sequence[int]) -> None:
    """The same mails in any order, one at a time."""
    several = (FIRST_WAY, OFFER, POSTED, TAKEN)
    for number in order:
        add(con, several[number])
    assert topic(con, "1@x")["status"] == "superseded"


def test_a_newer_version_is_alive(con: sqlite3.Connection) -> None:
    """What is posted after the other one landed is another matter."""
    again = patch("3@x", "[PATCH v2] demo: count readers", diff=DIFF.replace("count", "tally"), at=START + 9 * DAY, refs="1@x")
    add(con, FIRST_WAY, OFFER, POSTED, TAKEN, again)
    assert topic(con, "1@x")["status"] == "posted"


def test_what_landed_itself_is_not_superseded(con: sqlite3.Connection) -> None:
    add(con, FIRST_WAY, OFFER, POSTED, TAKEN, thanks(("demo: count readers", SECOND), refs="1@x", msgid="t1@x", day=4))
    assert topic(con, "1@x")["status"] == "applied"


def test_a_patch_on_top_takes_no_place(con: sqlite3.Connection) -> None:
    """One that only speaks of a real posting and changes the same file."""
    log = "This goes on from the series at https://lore.kernel.org/r/1@x\n\nSigned-off-by: Ben Reviewer <ben@example.org>\n"
    top = patch("4@x", "[PATCH] demo: use the count", diff=ANOTHER_WAY, sender=BEN, at=START + 5 * DAY, log=log)
    add(con, FIRST_WAY, top, thanks(("demo: use the count", FIRST), refs="4@x", day=6))
    assert topic(con, "1@x")["status"] == "posted"


def test_what_its_author_posts_anew(con: sqlite3.Connection) -> None:
    """The same change under another title takes the place of the first, landed or not; its own next version stays alive."""
    log = "Ask when it runs.\n\nSigned-off-by: Anna Author <anna@example.org>\n"
    diff = SHORT_WAY.replace("fixed_width", "ask_for_it")
    anew = patch("5@x", "[PATCH] tools: measure at run time", diff=diff, at=START + 2 * DAY, log=log)
    add(con, patch("1@x", "[PATCH] demo: count readers", diff=SHORT_WAY), anew)
    found = topic(con, "1@x")
    assert (found["status"], found["turn"], found["superseded_by"]["series"]) == ("superseded", "nobody", "5@x")
    assert found["status_reason"] == 'its author posted the change anew, 2024-05-31: "tools: measure at run time"'
    assert found["evidence"] == [{"msgid": "5@x"}]
    assert topic(con, "5@x")["status"] == "posted"
    diff = SHORT_WAY.replace("fixed", "given")
    add(con, patch("3@x", "[PATCH v2] demo: count readers", diff=diff, at=START + 9 * DAY, refs="1@x"))
    assert topic(con, "1@x")["status"] == "posted"


def test_an_offer_is_an_answer(con: sqlite3.Connection) -> None:
    """Who answers with a patch of his own has answered, though that patch is a topic of its own."""
    add(con, FIRST_WAY, OFFER)
    found = topic(con, "1@x")
    assert (found["status"], found["status_reason"]) == ("in-review", "answered by Ben Stranger, 2024-05-30")
    assert [one["text"] for one in found["events"] if one["kind"] == "replied"] == ["Ben Stranger"]


def test_an_offer_is_settled_when_its_base_lands(con: sqlite3.Connection) -> None:
    """Nobody has to look at what was offered instead once the patch itself is taken."""
    add(con, FIRST_WAY, OFFER)
    assert topic(con, "offer@x")["status"] == "posted"
    add(con, thanks(("demo: count readers", SECOND), refs="1@x", msgid="t1@x", day=4, subject="Re: [PATCH] demo: count readers"))
    assert (topic(con, "offer@x")["status"], topic(con, "offer@x")["turn"]) == ("superseded", "nobody")
    assert topic(con, "1@x")["status"] == "applied"
