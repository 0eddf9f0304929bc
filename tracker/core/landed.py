"""The conditions of the table in status.py about what became of patches in the trees."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tracker.core.dates import day
from tracker.core.debate import WHOLE
from tracker.core.fate import DROPPED, LANDED, REVERTED, Fate
from tracker.core.findings import AUTHOR, MAINTAINER, NOBODY, REVIEWER, UNKNOWN, Finding, Turn, View, ask_turn, cut, name
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.talkrules import REFUSED
from tracker.core.verdicts import rejected, superseded, tags_that_hold

_LATER = 1 << 40


def _where(landing: Landing) -> str:
    branch = landing.branch if landing.branch and landing.branch not in landing.tree else ""
    return " ".join(filter(None, (landing.tree, branch))) or "a tree"


def _is_base(landing: Landing) -> bool:
    """Whether nobody says that it was applied: what others build on it shows it."""
    return landing.how == "mail" and not landing.commit and landing.date is None and landing.by is None


def _as(landing: Landing) -> str:
    return f" as {landing.commit[:12]}" if landing.commit else ""


def _by(landing: Landing) -> str:
    return f" by {name(landing.by)}" if landing.by else ""


def _landing_proof(landings: Iterable[Landing]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for one in landings:
        bare = Evidence(commit=one.commit, tree=one.tree) if one.commit else Evidence(record=_where(one))
        found += one.evidence or (bare,)
    return tuple(dict.fromkeys(found))


_OF_EVENT = {"regression": AUTHOR, "backport-failed": AUTHOR, "build-report": AUTHOR, "revert-asked": MAINTAINER}


def _open_event(view: View) -> Event | None:
    found = [event for event in view.case.events if event.open and event.kind in _OF_EVENT]
    return max(found, key=lambda event: event.at or 0, default=None)


def _landed_turn(view: View, since: int | None) -> Turn:
    event = _open_event(view)
    if event is None:
        return Turn(NOBODY, (), since)
    word = _OF_EVENT[event.kind]
    return Turn(word, view.author if word == AUTHOR else view.known_maintainers(), event.at)


def _with_event(view: View, reason: str) -> str:
    event = _open_event(view)
    return f"{reason}; open: {cut(event.text)}" if event else reason


def _all_landed(view: View) -> list[Fate]:
    """The fates of all patches when every one landed, else nothing."""
    found = [view.fates[msgid] for msgid in view.patches if msgid in view.fates]
    return found if found and len(found) == len(view.patches) and all(fate.landed for fate in found) else []


def _least(view: View) -> Fate | None:
    return min(_all_landed(view), key=lambda fate: LANDED.index(fate.word), default=None)


def _landed(view: View, word: str, text: str) -> Finding | None:
    least = _least(view)
    if least is None or least.word != word:
        return None
    base = word == LANDED[0] and _is_base(least.landing)
    if base and (superseded(view) or rejected(view)):
        return None  # an equal change may be there in its place
    if base:
        text = "in a tree that others make patches against"
    all_fates = _all_landed(view)
    one = least.landing
    whole = view.case.newest is None or view.case.newest.complete
    count = f"all {len(all_fates)} patches " if len(all_fates) > 1 else ""
    if not whole and view.case.newest is not None and len(all_fates) < view.case.newest.expected:
        count = f"{len(all_fates)} of {view.case.newest.expected} patches, all that are at hand, "
    reason = count + text.format(where=_where(one), sha=_as(one), by=_by(one), tag=one.first_tag, release=one.first_release)
    since = max((fate.landing.date or 0 for fate in all_fates), default=0) or None
    if word != LANDED[-1] and not base:
        reason += f", {day(since)}" if since else ""
    confidence = min(fate.landing.confidence for fate in all_fates)
    proof = _landing_proof(fate.landing for fate in all_fates)
    return Finding(_with_event(view, reason), proof, confidence, _landed_turn(view, since))


def reverted(view: View) -> Finding | None:
    found = [view.fates[msgid] for msgid in view.patches if msgid in view.fates]
    gone = [fate for fate in found if fate.word == REVERTED]
    if not gone or any(fate.landed for fate in found):
        return None
    one = gone[0].landing
    by = f" with {one.reverted_by[:12]}" if one.reverted_by != UNKNOWN else ""
    reason = f"{_where(one)} had it{_as(one)} and reverted it{by}; not applied again"
    proof = _landing_proof(fate.landing for fate in gone)
    events = [event for event in view.case.events if event.kind == "reverted"]
    seen = [fate.landing for fate in gone if fate.landing.how not in ("mail", "record")]  # a commit proves what a tree showed
    commits = [Evidence(commit=landing.reverted_by, tree=landing.tree) for landing in seen]
    proof = tuple(dict.fromkeys((*proof, *commits, *(event.evidence for event in events[:2]))))
    dates = (event.at for event in events if event.at)
    when = min((at for at in dates if at >= (one.date or 0)), default=None)
    return Finding(_with_event(view, reason), proof, min(fate.landing.confidence for fate in gone), _landed_turn(view, when))


def released(view: View) -> Finding | None:
    return _landed(view, "released", "released in {release}{sha}")


def merged(view: View) -> Finding | None:
    least = _least(view)
    backport = least is not None and least.landing.role == "stable" and least.word == "merged"
    return _landed(view, "merged", "in {where}, so in mainline before{sha}" if backport else "merged into {where}{sha}{by}")


def in_next(view: View) -> Finding | None:
    return _landed(view, "in-next", "in linux-next{sha}")


def applied(view: View) -> Finding | None:
    return _landed(view, "applied", "applied to {where}{by}{sha}")


def _some_landed(view: View) -> dict[str, Fate]:
    """The fates of the patches that landed when others did not, else nothing."""
    found = {msgid: view.fates[msgid] for msgid in view.patches if msgid in view.fates and view.fates[msgid].landed}
    return found if len(found) < len(view.patches) else {}


def _numbers(view: View, msgids: Collection[str]) -> str:
    numbers = [str(patch.n) for patch in view.case.review.patches if patch.msgid in msgids]
    return f"patch {numbers[0]}" if len(numbers) == 1 else f"patches {', '.join(numbers)}"


def part_seen(view: View) -> Finding | None:
    """Other mails name commits of some patches, which stand in a tree; series go in as a whole, so that is not all of it."""
    landed = _some_landed(view)
    if not landed or any(fate.landing.how != "mail" or fate.landing.date is not None for fate in landed.values()):
        return None
    one = next(iter(landed.values())).landing
    reason = f"{_numbers(view, landed)} of {len(view.patches)} in {_where(one)}{_as(one)}; no mail here tells of the others"
    return Finding(reason, _landing_proof(fate.landing for fate in landed.values()), 0.5, Turn(UNKNOWN))


def partly_applied(view: View) -> Finding | None:
    landed = _some_landed(view)
    if not landed:
        return None
    if all((fate.landing.date or _LATER) < (view.posted() or 0) and fate.word == LANDED[0] for fate in landed.values()):
        return None  # a whole new version was posted since: what was applied of an older one was taken out, or does not count
    one = next(iter(landed.values())).landing
    since = max((fate.landing.date or 0 for fate in landed.values()), default=0) or None
    count = f"{len(landed)} of {len(view.patches)}"
    reason = f"{count} patches landed: {_numbers(view, landed)} in {_where(one)}{_by(one)}, {day(since)}"
    gone = [msgid for msgid, fate in view.fates.items() if msgid in view.patches and fate.word == REVERTED]
    reason += f"; {_numbers(view, gone)} reverted" if gone else ""
    left = [msgid for msgid in view.patches if msgid not in landed]
    rest = [ask for ask in view.debate.asks if ask.place not in landed]
    turn = ask_turn(view, rest) if rest else _landed_turn(view, since)
    if all(_given_up(view, msgid) for msgid in left):
        turn = _landed_turn(view, since)
    elif turn.word in (NOBODY, REVIEWER):
        ready = all(tags_that_hold(view, msgid) for msgid in left)
        takers = view.known_maintainers() or ((one.by,) if one.by else ())
        planned = any(word.place in (*left, WHOLE) for word in view.debate.plans)
        others = Turn(AUTHOR, view.author, since) if planned else Turn(UNKNOWN, (), since)
        turn = Turn(MAINTAINER, takers, since) if ready else others
    return Finding(
        _with_event(view, reason), _landing_proof(fate.landing for fate in landed.values()),
        min(fate.landing.confidence for fate in landed.values()), turn,
    )  # fmt: skip


def _given_up(view: View, msgid: str) -> bool:
    """Whether a maintainer refused one patch or dropped it, or its author withdrew it."""
    if any(word.place == msgid for word in (*view.debate.withdrawn, *view.debate.dropped)):
        return True
    asks = (ask for ask in view.debate.asks if ask.kind == REFUSED and ask.place == msgid)
    return any(ask.person in view.debate.maintainers for ask in asks)


def dropped(view: View) -> Finding | None:
    found = [view.fates[msgid] for msgid in view.patches if msgid in view.fates]
    gone = [fate for fate in found if fate.word == DROPPED]
    if not gone or any(fate.landed for fate in found):
        return None
    one = gone[0].landing
    event = max((event for event in view.case.events if event.kind == "dropped"), key=lambda event: event.at or 0, default=None)
    reason = f"was in {_where(one)}{_as(one)} and was taken out again" + (f", {day(event.at)}" if event else "")
    proof = ((event.evidence,) if event else ()) + _landing_proof(fate.landing for fate in gone)
    return Finding(reason, proof, 0.8 if event else 0.6, Turn(UNKNOWN, (), event.at if event else None))
