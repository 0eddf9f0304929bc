"""What became of each patch in the trees: the one word that its landings add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.facts import Facts
from tracker.core.landing import Landing
from tracker.core.patchline import line_up
from tracker.core.said import sent
from tracker.core.series import Series, SeriesPatch

APPLIED, IN_NEXT, MERGED, RELEASED, REVERTED, DROPPED = "applied", "in-next", "merged", "released", "reverted", "dropped"
LANDED = (APPLIED, IN_NEXT, MERGED, RELEASED)  # by how far it came
_WAY = {"maintainer": 0, "next": 1, "mainline": 2}


@dataclass(frozen=True, slots=True)
class Fate:
    """word: one of LANDED, REVERTED or DROPPED; landing: the one that decides."""

    word: str
    landing: Landing

    @property
    def landed(self) -> bool:
        return self.word in LANDED


def fates(
    revisions: Sequence[Series], newest: Series, patches: Sequence[SeriesPatch], landings: Iterable[Landing],
    mails: Mapping[str, Facts],
) -> dict[str, Fate]:  # fmt: skip
    """The fate of each of *patches*, those of the newest revision, by message id; none for those that landed nowhere."""
    wanted = {patch.msgid for patch in patches}
    successor = _successors(revisions, patches, landings, mails)
    posted = sent(mails.get(newest.id)) or newest.date or 0
    rows: dict[str, list[Landing]] = {}
    for landing in landings:
        if landing.patch in wanted:
            rows.setdefault(landing.patch or "", []).append(landing)
            continue
        early = landing.date is not None and landing.date < posted and landing.role != "mainline"
        if landing.patch is None:
            whole = wanted if not early or len(revisions) == 1 else ()
            for msgid in whole:
                rows.setdefault(msgid, []).append(landing)
        elif landing.patch in successor:
            msgid, same = successor[landing.patch]
            if same or not early:
                rows.setdefault(msgid, []).append(landing)
    aimed = bool(newest.stable)
    return {msgid: fate for msgid, some in rows.items() if (fate := fate_of(some, stable=aimed)) is not None}


def _successors(
    revisions: Sequence[Series], patches: Sequence[SeriesPatch], landings: Iterable[Landing], mails: Mapping[str, Facts]
) -> dict[str, tuple[str, bool]]:
    """Patches of older revisions -> what they are in the newest, and whether the diff is the same."""
    wanted = {patch.msgid for patch in patches}
    if all(landing.patch is None or landing.patch in wanted for landing in landings):
        return {}
    lineup = line_up(revisions, mails)
    current = {}
    for line, place in lineup.current.items():
        patch = lineup.patch(place)
        if patch.msgid in wanted:
            current[line] = patch
    found: dict[str, tuple[str, bool]] = {}
    for index, one in enumerate(lineup.revisions):
        for at, patch in enumerate(one.patches):
            now = current.get(lineup.lines[index][at])
            if now is not None:
                found.setdefault(patch.msgid, (now.msgid, patch.patch_id is not None and patch.patch_id == now.patch_id))
    return found


def fate_of(landings: Sequence[Landing], *, stable: bool = False) -> Fate | None:
    """What the landings of one patch add up to. stable: the patch was posted for a stable tree.

    Only the trees it was meant for count, if it is in any of them: in a stable tree means merged before, and a patch for a
    stable tree was in mainline before. Of the farthest tree: alive there, else reverted unless it was applied again later;
    dropped when it is alive nowhere.
    """
    rows = [one for one in landings if not one.replaced_by] or list(landings)
    rows = [one for one in rows if (one.role == "stable") == stable] or rows
    if not rows:
        return None
    rows.sort(key=lambda one: (_rank(one, stable), one.date or 0), reverse=True)
    level = max(_level(one) for one in rows)
    alive = [one for one in rows if not (one.reverted_by or one.dropped)]
    reverted = [one for one in rows if one.reverted_by]
    if reverted and not any(_level(one) == level for one in alive):
        when = max(one.date or 0 for one in reverted)
        again = [one for one in alive if (one.date or 0) > when]
        return Fate(LANDED[_rank(again[0], stable)], again[0]) if again else Fate(REVERTED, reverted[0])
    if alive:
        return Fate(LANDED[_rank(alive[0], stable)], alive[0])
    return Fate(DROPPED, rows[0])


def _level(landing: Landing) -> int:
    return _WAY.get(landing.role, 0)


def _rank(landing: Landing, stable: bool) -> int:
    """How far a landing is on its way: the index of its word in LANDED."""
    if landing.role == "stable":
        if not stable:
            return LANDED.index(MERGED)
        return LANDED.index(RELEASED if landing.first_release else APPLIED)
    level = _level(landing)
    return LANDED.index(RELEASED) if level == LANDED.index(MERGED) and landing.first_release else level
