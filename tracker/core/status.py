"""From facts to the status of a topic, and whose turn it is. One table: the first rule that holds, from the top, decides.

The conditions are in landed.py and verdicts.py, each with its reason and evidence; what they look at is worked out in
debate.py (what was said about the newest revision) and fate.py (what became of each patch in the trees).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from tracker.core import landed, verdicts
from tracker.core.debate import WHOLE, Ask, Debate, hear
from tracker.core.fate import fates
from tracker.core.findings import Case, Finding, View
from tracker.core.landing import Evidence
from tracker.core.people import Person
from tracker.core.said import sent
from tracker.core.silence import OPEN
from tracker.core.talkrules import REFUSED
from tracker.core.who import People

__all__ = ["RULES", "Case", "Judgement", "Rule", "diagram", "judge"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A status with its reason, what proves it and how sure it is (0 to 1).

    turn: who acts next ('author', 'reviewer', 'maintainer', 'nobody', 'unknown'), who they are where known, since when.
    moved: when anything last moved. patches: message id of each patch of the newest revision -> its own status. asks: what
    waits for the author. lost_after: how many seconds after it stalled nobody can say what became of it (silence.py), None never.
    Times are seconds UTC.
    """

    status: str
    reason: str
    evidence: tuple[Evidence, ...]
    confidence: float
    turn: str
    turn_who: tuple[Person, ...] = ()
    turn_since: int | None = None
    moved: int | None = None
    patches: Mapping[str, str] | None = None
    asks: tuple[Ask, ...] = ()
    lost_after: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """status: the word; when: its condition in words; turn: whose turn it is then; find: whether it holds, and why."""

    status: str
    when: str
    turn: str
    find: Callable[[View], Finding | None]


RULES: tuple[Rule, ...] = (
    Rule("discussion", "no patch was posted", "unknown", verdicts.discussion),
    Rule("reverted", "reverted in its farthest tree for good", "nobody; author while something is open", landed.reverted),
    Rule("released", "every patch in a mainline release", "nobody; author while something is open", landed.released),
    Rule("merged", "every patch in mainline", "nobody; author while something is open", landed.merged),
    Rule("in-next", "every patch in linux-next", "nobody; author while something is open", landed.in_next),
    Rule("applied", "every patch in a maintainer's tree", "nobody; author while something is open", landed.applied),
    Rule("unknown", "commits are named for some patches, and nothing is told of the others", "unknown", landed.part_seen),
    Rule(
        "partly-applied", "some patches landed", "maintainer when the rest is reviewed, author when he is to act, else unknown",
        landed.partly_applied,
    ),
    Rule("dropped", "was applied and taken out again", "unknown", landed.dropped),
    Rule("unknown", "a newer version is answered but was not seen", "unknown", verdicts.newer_unseen),
    Rule("unknown", "somebody who is not known to keep a tree says that he applied it", "unknown", verdicts.claimed),
    Rule("superseded", "another topic took its place", "nobody", verdicts.superseded),
    Rule("rejected", "refused by a maintainer or withdrawn by the author", "nobody", verdicts.rejected),
    Rule(
        "changes-requested", "an open request, question, condition, refusal or build failure, or the author announced a change",
        "author", verdicts.changes_requested,
    ),
    Rule("reviewed", "tags of others on every patch", "maintainer", verdicts.reviewed),
    Rule("unknown", "announced for a stable release, and its end was not seen", "unknown", verdicts.stable_review),
    Rule("in-review", "answered by somebody else", "reviewer who was answered or promised, else unknown", verdicts.in_review),
    Rule("posted", "no answer", "reviewer", verdicts.posted),
)  # fmt: skip


def judge(case: Case) -> Judgement:
    """What the facts of one topic add up to. Never raises."""
    view = _view(case)
    for rule in RULES:
        found = rule.find(view)
        if found is not None:
            return Judgement(
                rule.status, found.reason, found.evidence, found.confidence, found.turn.word, found.turn.who, found.turn.since,
                _moved(view), _of_patches(view, rule.status), tuple(verdicts.open_asks(view)), found.lost_after,
            )  # fmt: skip
    raise AssertionError("one of the first and the last rule always holds")


def diagram() -> str:
    """The table as a mermaid flow chart: from the top, the first condition that holds gives the status."""
    lines = ["flowchart TD"]
    for number, rule in enumerate(RULES):
        lines.append(f'    q{number}{{"{rule.when}?"}} -- yes --> s{number}["{rule.status}<br/>turn: {rule.turn}"]')
        if number + 1 < len(RULES):
            lines.append(f"    q{number} -- no --> q{number + 1}")
    states = ", ".join(OPEN)
    lines.append(f'    stalled["stalled<br/>{states} without a move for stalled_after"]')
    lost = "the same, where the last answers are not understood, and long after it was reviewed or a change announced"
    lines.append(f'    lost["unknown<br/>{lost}"]')
    return "\n".join(lines) + "\n"


def _view(case: Case) -> View:
    aliases = case.aliases or {}
    if case.newest is None:
        return View(case, Debate(set(), People(aliases)), {}, ())
    patches = case.review.patches or case.newest.patches
    debate = hear(case.revisions, case.newest, case.review, case.mails, case.maintainers, aliases)
    found = fates(case.revisions, case.newest, patches, case.landings, case.mails)
    return View(case, debate, found, tuple(dict.fromkeys(one.msgid for one in patches)))


def _moved(view: View) -> int | None:
    dates = [sent(mail) for mail in view.case.mails.values() if not mail.robot]
    dates += [one.date or 0 for one in view.case.landings] + [event.at or 0 for event in view.case.events]
    return max(dates, default=0) or view.posted()


# --- each patch


_OF_TOPICS = ("discussion", "partly-applied", "unknown")


def _of_patches(view: View, status: str) -> dict[str, str]:
    """The status of every patch by itself: the same rules, with what was said about it and about all."""
    if view.case.newest is None:
        return {}
    if len(view.patches) == 1:
        return dict.fromkeys(view.patches, status)
    found = {}
    for msgid in view.patches:
        alone = _alone(view, msgid)
        found[msgid] = next((rule.status for rule in RULES if rule.status not in _OF_TOPICS and rule.find(alone)), "unknown")
    return found


def _alone(view: View, msgid: str) -> View:
    """The view of one patch: what was asked of the cover letter is asked of no patch alone, but its refusal is one of all."""
    debate = view.debate
    asks = [ask for ask in debate.asks if ask.place == msgid or (ask.place == WHOLE and ask.kind == REFUSED)]
    one = replace(
        debate, asks=asks, plans=[word for word in debate.plans if word.place == msgid],
        withdrawn=[word for word in debate.withdrawn if word.place in (msgid, WHOLE)],
        superseded=[word for word in debate.superseded if word.place in (msgid, WHOLE)],
        claims=[word for word in debate.claims if word.place in (msgid, WHOLE)], answers=debate.heard.get(msgid, []),
    )  # fmt: skip
    fate = {msgid: view.fates[msgid]} if msgid in view.fates else {}
    return replace(view, debate=one, fates=fate, patches=(msgid,), alone=True)
