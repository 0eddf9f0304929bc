"""Patches x people of the newest revision, from small topics written as mails."""

from __future__ import annotations

from tests.core.test_review import ACK, ANNA, BEN, CHEN, RB, facts, posting, reply, series_of
from tests.mails import START
from tracker.core.matrix import Matrix, matrix
from tracker.core.review import DAY, review

DORA = "Dora Kernel <dora@example.org>"


def table(*mails: bytes | list[bytes]) -> Matrix:
    known = facts(*mails)
    revisions = series_of(known)
    return matrix(review(revisions, known, now=START + 60 * DAY), revisions)


def words(found: Matrix) -> list[list[str]]:
    """Each cell as `letter kind since`, with what else it is in brackets."""
    rows = []
    for row in found.rows:
        cells = []
        for cell in row.cells:
            marks = []
            for mark in cell:
                flags = [name for name in ("series", "carried", "unlisted") if getattr(mark, name)]
                marks.append(" ".join([mark.letter, mark.kind, *filter(None, [mark.since]), *(f"({one})" for one in flags)]))
            cells.append(", ".join(marks))
        rows.append(cells)
    return rows


def test_the_table_of_the_newest_revision() -> None:
    """Held, lost, series-wide, promised: as a person would fill the table in."""
    found = table(
        posting(2),
        reply("a@x", "p2.1@x", RB, days=21),
        reply("b@x", "p2.2@x", RB, days=21.1),
        posting(3, ("a", "B", "c"), logs={1: RB}),
        reply("c@x", "c3@x", ACK, sender=CHEN, days=31),
        reply("d@x", "p3.3@x", "I'll review this tomorrow.\n", sender=DORA, days=32),
    )
    assert [one.name for one in found.people] == ["Chen Maintainer", "Ben Reviewer", "Dora Kernel"]
    assert words(found) == [
        ["A given (series)", "R given v2", ""],
        ["A given (series)", "R lost v2", ""],
        ["A given (series)", "", "R promised"],
    ]
    assert (found.label, found.count, found.expected, [row.n for row in found.rows]) == ("v3", 2, 3, [1, 2, 3])
    lost = found.rows[1].cells[1][0]
    assert (lost.why, lost.lost) == ("patch changed", "v3")


def test_the_best_of_a_tag_is_shown() -> None:
    """A tag given again for the changed patch hides the lost one; another tag of the same person stands beside it."""
    found = table(
        posting(1),
        reply("a@x", "p1.1@x", RB, days=11),
        posting(2, ("A", "b", "c")),
        reply("b@x", "p2.1@x", f"{RB}Tested-by: {BEN}\n", days=21),
    )
    assert words(found)[0] == ["R given, T given"]


def test_what_only_the_author_claims_is_marked() -> None:
    """A trailer without a known reply is carried; one that the newest posting left out is unlisted."""
    carried = table(posting(1, logs={1: ACK}))
    assert words(carried)[0] == ["A given (carried)"]
    unlisted = table(posting(1), reply("a@x", "p1.1@x", RB, days=11), posting(2))
    assert words(unlisted)[0] == ["R given v1 (unlisted)"]


def test_refusals_never_vanish_silently() -> None:
    """Of an older form of the patch it is still shown; of somebody who came round it is not."""
    nak = reply("a@x", "p1.1@x", "NAK.\n", days=11)
    assert words(table(posting(1), nak))[0] == ["N refused"]
    assert words(table(posting(1), nak, posting(2, ("A", "b", "c"))))[0] == ["N refused v1"]
    assert words(table(posting(1), nak, reply("b@x", "p1.1@x", RB, days=12)))[0] == ["R given"]


def test_other_marks() -> None:
    """A condition, a tag taken back, the author's own."""
    found = table(
        posting(1),
        reply("a@x", "p1.1@x", f"With that fixed:\n\n{RB}", days=11),
        reply("b@x", "p1.2@x", ACK, sender=CHEN, days=11.1),
        reply("c@x", "p1.2@x", "Please drop my ack.\n", sender=CHEN, days=12),
        reply("d@x", "p1.3@x", f"Tested-by: {ANNA}\n", sender=ANNA, days=13),
    )
    assert words(found) == [["R conditional", "", ""], ["", "A withdrawn", ""], ["", "", "T own"]]


def test_what_has_no_row_is_not_lost() -> None:
    """An open promise for a patch that is gone, a tag in another person's name, agreement: below the table."""
    found = table(
        posting(1),
        reply("a@x", "p1.3@x", "I'll review this tomorrow.\n", sender=DORA, days=11),
        posting(2, ("a", "b")),
        reply("b@x", "p2.1@x", RB, sender="Mallory <mallory@example.net>", days=21),
        reply("c@x", "p2.1@x", "LGTM\n", sender=CHEN, days=22),
    )
    assert [(tag.who.name, tag.state) for tag in found.loose] == [("Dora Kernel", "overdue")]
    assert [tag.sender.email for tag in found.mismatches] == ["mallory@example.net"]
    assert [one.who.name for one in found.agreements] == ["Chen Maintainer"]
    assert (found.people, words(found)) == ((), [[], []])


def test_an_empty_topic_has_an_empty_table() -> None:
    """No revisions, no rows."""
    assert table() == Matrix("", "", 0, 0, (), (), (), (), ())
