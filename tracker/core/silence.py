"""What silence makes of a status: what nothing moves for long is stalled, or nobody can say what became of it.

Silence after a request to the author, a review or a bare posting says that nothing happened. Silence after an answer whose
meaning is not understood says nothing: such a patch was as often as not refused, replaced or taken in plain words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.core.people import Person
    from tracker.core.status import Judgement

STALLED_AFTER = 30 * 86_400  # seconds
STALLED, UNKNOWN = "stalled", "unknown"
OPEN = ("changes-requested", "reviewed", "in-review", "posted")  # states that silence ends


def silent(judged: Judgement) -> str | None:
    """The status that silence makes of a judgement; None when it does nothing to it."""
    if judged.status not in OPEN:
        return None
    return UNKNOWN if judged.unclear else STALLED


def aged(judged: Judgement, now: int, stalled_after: int = STALLED_AFTER) -> tuple[str, str, tuple[Person, ...]]:
    """Status, turn and people of a judgement at *now*, when an open state did not move for *stalled_after* seconds.

    The turn stays with what is stalled; of what is unknown nobody's is known.
    """
    end = silent(judged)
    if end is None or judged.moved is None or now - judged.moved < stalled_after:
        return judged.status, judged.turn, judged.turn_who
    return (end, UNKNOWN, ()) if end == UNKNOWN else (end, judged.turn, judged.turn_who)


def is_silent(status: str, moved: object) -> bool:
    """Whether silence made a topic what it is. moved: as in TOPIC, None where silence does nothing."""
    return status == STALLED or (status == UNKNOWN and moved is not None)


def why(status: str, moved: str, before: str, reason: str) -> str:
    """The reason for what silence made of a topic. moved: a day; before: the status until then, with its reason."""
    end = ", and how the talk ended is not understood here" if status == UNKNOWN else ""
    return f"nothing moved since {moved}{end}; before that {before}: {reason}"
