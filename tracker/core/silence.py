"""What silence makes of a status: what nothing moves for long is stalled, or nobody can say what became of it.

Silence after a request to the author, a question or a bare posting says that nothing happened. Silence after an answer whose
meaning is not understood says nothing: such a patch was as often as not refused, replaced or taken in plain words. Who waits long
for a patch that is reviewed has often missed that it was taken without a mail; and what an author announced long ago often came
under another title, or he gave it up. In labelled topics of two lists a quarter and more of such claims were wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.core.people import Person
    from tracker.core.status import Judgement

_DAY = 86_400
STALLED_AFTER = 30 * _DAY  # seconds
STALLED, UNKNOWN = "stalled", "unknown"
OPEN = ("changes-requested", "reviewed", "in-review", "posted")  # states that silence ends
# How many seconds after it stalled a topic is lost sight of.
AT_ONCE, SOON, LATE = 0, 60 * _DAY, 335 * _DAY


def aged(judged: Judgement, now: int, stalled_after: int = STALLED_AFTER) -> tuple[str, str, tuple[Person, ...]]:
    """Status, turn and people of a judgement at *now*, when an open state did not move for *stalled_after* seconds.

    The turn stays with what is stalled; of what is unknown nobody's is known.
    """
    if judged.status not in OPEN or judged.moved is None or now < judged.moved + stalled_after:
        return judged.status, judged.turn, judged.turn_who
    if judged.lost_after is not None and now >= judged.moved + stalled_after + judged.lost_after:
        return UNKNOWN, UNKNOWN, ()
    return STALLED, judged.turn, judged.turn_who


def is_silent(status: str, moved: object) -> bool:
    """Whether silence made a topic what it is. moved: as in TOPIC, None where silence does nothing."""
    return status == STALLED or (status == UNKNOWN and moved is not None)


def why(status: str, moved: str, before: str, reason: str) -> str:
    """The reason for what silence made of a topic. moved: a day; before: the status until then, with its reason."""
    known = f"no word of what became of it since {moved}" if status == UNKNOWN else f"nothing moved since {moved}"
    return f"{known}; before that {before}: {reason}"
