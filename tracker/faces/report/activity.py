"""How lively a topic was: postings and replies in time, and who wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.core.dates import day
from tracker.core.facts import Facts
from tracker.faces.commands.tags import Loaded
from tracker.faces.report import charts
from tracker.faces.report.words import several
from tracker.faces.rows import person

DAY = 86_400
_MOST_PEOPLE = 20
_MOST_STEPS = 60
_MONDAY = 4 * DAY  # 1970-01-05
_MONTHS = 5 * 365 * DAY  # what is drawn by months at most


@dataclass(frozen=True, slots=True)
class Scale:
    """Time in steps of a day, a week, a month or a year, without gaps. labels: of the steps, each with its first day."""

    step: str
    labels: tuple[str, ...]
    first: int

    def place(self, at: int) -> int:
        """The step that *at* (seconds UTC) falls into."""
        if self.step == "day":
            return at // DAY - self.first
        if self.step == "week":
            return (at - _MONDAY) // (7 * DAY) - self.first
        date = day(at)
        return (int(date[:4]) if self.step == "year" else int(date[:4]) * 12 + int(date[5:7]) - 1) - self.first


def scale(dates: Sequence[int]) -> Scale:
    """The finest steps that hold all of *dates* in a picture."""
    if not dates:
        return Scale("day", (), 0)
    start, end = min(dates), max(dates)
    for step, length, zero in (("day", DAY, 0), ("week", 7 * DAY, _MONDAY)):
        first, last = ((at - zero) // length for at in (start, end))
        if last - first < _MOST_STEPS:
            return Scale(step, tuple(day(at * length + zero) for at in range(first, last + 1)), first)
    years = [int(day(at)[:4]) for at in (start, end)]
    if end - start > _MONTHS:
        return Scale("year", tuple(str(year) for year in range(years[0], years[1] + 1)), years[0])
    first, last = (int(day(at)[:4]) * 12 + int(day(at)[5:7]) - 1 for at in (start, end))
    return Scale("month", tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)), first)


@dataclass(slots=True)
class _Writer:
    postings: int = 0
    replies: int = 0
    dates: list[int] = field(default_factory=list)


def values(data: Mapping[str, Any], topic: Loaded) -> dict[str, Any]:
    """What the section of the page needs. data: TOPIC of schema 1; topic: its mails."""
    members = dict.fromkeys(msgid for one in topic.revisions for msgid in one.members)
    replied = dict.fromkeys(event["evidence"]["msgid"] for event in data["events"] if event["kind"] == "replied")
    posted = [topic.mails[one] for one in members if one in topic.mails]
    replies = [topic.mails[one] for one in replied if one in topic.mails]
    steps = scale([mail.date for mail in (*posted, *replies) if mail.date is not None])
    people = _people(posted, replies)
    return {
        "drawing": _drawing(steps, posted, replies), "step": steps.step,
        "size": f"{several(len(posted), 'posting')} and {several(len(replies), 'reply')}",
        "others": max(0, len(people) - _MOST_PEOPLE),
        "people": [
            {
                "name": name, "postings": one.postings, "replies": one.replies,
                "first": day(min(one.dates, default=None)), "last": day(max(one.dates, default=None)),
            }
            for name, one in people[:_MOST_PEOPLE]
        ],
    }  # fmt: skip


def _drawing(steps: Scale, posted: Sequence[Facts], replies: Sequence[Facts]) -> str:
    """'' for less than two steps."""
    if len(steps.labels) < 2:
        return ""
    series = []
    for colour, mails in enumerate((posted, replies)):
        counts = [0] * len(steps.labels)
        for mail in mails:
            if mail.date is not None:
                counts[steps.place(mail.date)] += 1
        series.append((colour, counts))
    about = f"{several(len(posted), 'posting')} and {several(len(replies), 'reply')} by {steps.step}; a table says who wrote."
    return charts.bars("Mails over time", about, steps.labels, series)


def _people(posted: Sequence[Facts], replies: Sequence[Facts]) -> list[tuple[str, _Writer]]:
    """Who wrote, the busiest first."""
    found: dict[str, _Writer] = {}
    for which, mails in (("postings", posted), ("replies", replies)):
        for mail in mails:
            one = found.setdefault(person({"name": mail.sender.name, "email": mail.sender.email}), _Writer())
            setattr(one, which, getattr(one, which) + 1)
            one.dates += [mail.date] if mail.date is not None else []
    return sorted(found.items(), key=lambda pair: (-pair[1].postings - pair[1].replies, pair[0]))
