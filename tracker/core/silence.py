"""What silence makes of a status: what nothing moves for long is stalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.core.people import Person

STALLED_AFTER = 30 * 86_400  # seconds
LEFT_OPEN = ("in-review", "unknown")  # status and turn that silence turns into the maintainer's turn
OPEN = ("changes-requested", "reviewed", "in-review", "posted")  # states that silence turns into 'stalled'


def aged(
    status: str, turn: str, turn_who: tuple[Person, ...], moved: int | None, now: int, stalled_after: int = STALLED_AFTER
) -> tuple[str, str, tuple[Person, ...]]:
    """Status, turn and people of a judgement at *now*: 'stalled' when an open state did not move for *stalled_after* seconds.

    The turn stays, but what was reviewed with nothing left open waits for the maintainer then.
    """
    if status in OPEN and moved is not None and now - moved >= stalled_after:
        return "stalled", "maintainer" if (status, turn) == LEFT_OPEN else turn, turn_who
    return status, turn, turn_who
