"""From facts to the status of a topic. One table: the first rule that holds, from the top, decides.

The rules for landings, reviews and refusals belong above `unknown`. Until commits are looked for, nothing can be said
about where a patch stands, and `unknown` with what is known as its reason is the honest answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.core.dates import day
from tracker.core.facts import Facts
from tracker.core.series import Series


@dataclass(frozen=True, slots=True)
class Judgement:
    """A status with its reason, the message ids that prove it, and how sure it is (0 to 1); turn: who acts next."""

    status: str
    reason: str
    evidence: tuple[str, ...]
    confidence: float
    turn: str


@dataclass(frozen=True, slots=True)
class _Case:
    series: tuple[Series, ...]
    replies: tuple[Facts, ...]

    @property
    def answers(self) -> list[Facts]:
        """Replies to the newest revision of people other than its author."""
        author = self.series[-1].author.email.lower() if self.series else ""
        members = set(self.series[-1].members) if self.series else set()
        people = [mail for mail in self.replies if mail.kind == "reply" and not mail.robot]
        return [mail for mail in people if mail.sender.email.lower() != author and members & set(mail.parents)]


_Rule = tuple[str, str, Callable[[_Case], bool], Callable[[_Case], str]]

RULES: tuple[_Rule, ...] = (
    ("discussion", "unknown", lambda case: not case.series, lambda case: "no patch was posted in this thread"),
    ("unknown", "unknown", lambda case: True, lambda case: _posted(case)),
)


def judge(series: Sequence[Series], replies: Sequence[Facts]) -> Judgement:
    """What *series* and *replies* of one topic add up to."""
    case = _Case(tuple(series), tuple(replies))
    for status, turn, holds, reason in RULES:
        if holds(case):
            evidence = (series[-1].id,) if series else tuple(mail.msgid for mail in replies[:1])
            return Judgement(status, reason(case), evidence, 1.0 if status == "discussion" else 0.0, turn)
    raise AssertionError("the last rule always holds")


def _posted(case: _Case) -> str:
    newest = case.series[-1]
    people = len({mail.sender.email.lower() for mail in case.answers})
    answered = f"answered by {people} {'person' if people == 1 else 'people'}" if people else "without an answer seen here"
    return f"posted {day(newest.date)}, {answered}; commits are not looked for yet"
