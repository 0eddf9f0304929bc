"""Which of the events that somebody has to act on were answered by what came later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tracker.core.landing import Event
from tracker.core.spots import REVERT, Spots


@dataclass(frozen=True, slots=True)
class _Answers:
    """fixed: when (seconds UTC) the last fix was posted or told of; reverted: when the patch was last reverted in mainline,
    None if never; back: it came to mainline again after that; revised: when each version was posted."""

    fixed: int
    reverted: int | None
    back: bool
    revised: Sequence[int]


def settled(events: Sequence[Event], spots: Spots, revised: Sequence[int]) -> list[Event]:
    """*events*, those closed that got what they ask for: a fix, a revert, a newer version, a stable landing.

    What a robot could not build of a posting is closed, too, by somebody's taking it afterwards.

    revised: when each version of the patch was posted.
    """
    answers = _answers(events, spots, revised)
    return [replace(one, open=not _is_answered(one, spots, answers)) if one.open else one for one in events]


def _answers(events: Iterable[Event], spots: Spots, revised: Sequence[int]) -> _Answers:
    fixed, shown = 0, 0
    for event in events:
        if event.kind == "fixed":
            fixed = max(fixed, event.at or 0)
        elif event.kind == "reverted" and event.evidence.commit:  # a git tree shows it
            shown = max(shown, event.at or 0)
    here = [spot for spot in spots if spot.role == "mainline"]
    undone = [spot for spot in here if spot.turn == REVERT]
    reverted = bool(undone) or any(spot.reverted_by for spot in here)
    when = max((spot.date or spot.told or 0 for spot in undone), default=0)
    back = any(spot.turn != REVERT and not spot.reverted_by for spot in here)
    return _Answers(fixed, max(when, shown) if reverted else None, back, revised)


def _is_answered(event: Event, spots: Spots, answers: _Answers) -> bool:
    at = event.at or 0
    if event.kind == "build-report":
        taken = (one.date or one.told or 0 for one in spots if one.role in ("maintainer", "mainline") and one.turn != REVERT)
        return any(at < one for one in (*answers.revised, *taken))
    if event.kind == "backport-failed":
        named = event.text.split()
        return any(one.role == "stable" and one.release in named and (one.date or 0) > at for one in spots)
    undone = answers.reverted is not None and (at <= answers.reverted or not answers.back)
    return undone or (event.kind == "regression" and at < answers.fixed)
