"""What the page about a list shows, as plain values for its template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.core.dates import day
from tracker.core.liststats import DEFINITIONS, OUTCOMES, Measure, Waiting
from tracker.faces.commands import stats
from tracker.faces.commands.stats import LANDED, Sample
from tracker.faces.plain import plain
from tracker.faces.report import charts
from tracker.faces.report.words import Links
from tracker.faces.spans import duration

_PEOPLE = 60
_BUSIEST = 12
_LISTED = 25
_COLOURS = {"landed": 4, "under way": 0, "stalled": 1, "silent": 3, "turned down": 2, "taken back": 5, "unknown": 6}
_SECTIONS = (
    ("outcome", "What became of them"), ("status", "Status"), ("first-reply", "Time to first reply"),
    ("landing", "Time to landing"), ("mainline", "Time to mainline"), ("versions", "Versions per topic"),
    ("reviewers", "Reviewers"), ("waiting", "Oldest waiting"), ("topics", "The topics"),
)  # fmt: skip


def values(found: Sample, links: Links, looked: str) -> dict[str, Any]:
    """Everything that list.html needs. looked: where commits were looked for."""
    numbers = found.stats
    people = numbers.reviewers
    return {
        "title": _title(found),
        "size": f"{stats.size(found)}.", "total": len(numbers.courses), "looked": looked, "definitions": DEFINITIONS,
        "share": stats.share, "cards": _cards(found), "sections": [{"anchor": one, "name": name} for one, name in _SECTIONS],
        "outcomes": numbers.outcomes, "statuses": numbers.statuses, "periods": _periods(found), "legend": _legend(found),
        "table": numbers.periods,
        "measures": _measures(found), "half": stats.half(found), "load": _load(found), "others": max(0, len(people) - _PEOPLE),
        "reviewers": [
            {
                "name": stats.name(one.who), "topics": one.topics, "replies": one.replies,
                "more": [*(topics for _, topics in one.tags), one.promised, one.waiting],
            }
            for one in people[:_PEOPLE]
        ],
        "waiting": _waiting(found), "topics": _topics(found, links),
    }  # fmt: skip


def _title(found: Sample) -> str:
    name = plain(found.name) or "all lists"
    return f"How {name} works" if found.since is None else f"How {name} worked since {day(found.since)}"


def _cards(found: Sample) -> list[dict[str, str]]:
    numbers, total = found.stats, len(found.stats.courses)
    groups = {one.label: len(one.topics) for one in numbers.outcomes}
    waiting = numbers.waiting
    reply, landing, versions = (one.spread for one in (numbers.first_reply, numbers.landing, numbers.versions))
    cards = [
        ("outcome", "Landed", stats.share(groups["landed"], total), f"{groups['landed']:,} of {total:,} topics"),
        ("outcome", "Silent", stats.share(groups["silent"], total), f"{groups['silent']:,} that nobody else answered"),
        ("first-reply", "First reply", duration(reply.median), f"median of {reply.n:,}"),
        ("landing", "Landing", duration(landing.median), f"median of {landing.n:,}"),
        ("versions", "Versions", f"{versions.median or 0:g}", f"median, at most {versions.most or 0:g}"),
        ("reviewers", "Reviewers", f"{len(numbers.reviewers):,}", f"half of the replies by {numbers.half:,}"),
        ("waiting", "Waiting", f"{len(waiting):,}", f"the oldest for {duration(waiting[0].seconds)}" if waiting else "nothing"),
    ]
    return [{"anchor": anchor, "name": name, "value": value, "more": more} for anchor, name, value, more in cards]


def _legend(found: Sample) -> list[tuple[str, int]]:
    """The outcomes that are there, each with the number of its colour."""
    return [(one.label, _COLOURS[one.label]) for one in found.stats.outcomes if one.topics]


def _periods(found: Sample) -> str:
    periods = found.stats.periods
    if len(periods) < 2:
        return ""
    series = [(colour, [counts[OUTCOMES.index(word)] for _, counts in periods]) for word, colour in _legend(found)]
    about = f"{len(found.stats.courses)} topics from {periods[0][0]} to {periods[-1][0]}; the numbers are in the table below."
    return charts.bars("Topics by when they were first posted", about, [label for label, _ in periods], series)


def _measures(found: Sample) -> list[dict[str, Any]]:
    numbers = found.stats
    return [
        _measure("first-reply", "first_reply", numbers.first_reply, "topics", "Nobody answered {}."),
        _measure("landing", "landing", numbers.landing, LANDED, "Of {} that landed no such date is known."),
        _measure("mainline", "mainline", numbers.mainline, LANDED, "Of {} that landed no such date is known."),
        _measure("versions", "versions", numbers.versions, "topics", ""),
    ]


def _measure(anchor: str, key: str, measure: Measure, of: str, missing: str) -> dict[str, Any]:
    name = dict(_SECTIONS)[anchor]
    pairs = [(one.label, len(one.topics)) for one in measure.buckets]
    about = ", ".join(f"{label}: {count}" for label, count in pairs)
    return {
        "anchor": anchor, "name": name, "definition": DEFINITIONS[key], "counted": stats.counted(measure, of),
        "n": measure.spread.n, "points": _points(measure, bare=key == "versions"), "buckets": measure.buckets,
        "without": measure.without, "missing": missing.format(f"{len(measure.without):,} topics"),
        "drawing": charts.rows(name, about, pairs) if measure.spread.n else "",
        "head": "Versions" if key == "versions" else "Time",
    }  # fmt: skip


def _points(measure: Measure, *, bare: bool) -> list[dict[str, Any]]:
    """Median, quartiles and ends, each with the topic whose value is closest."""
    spread = measure.spread
    named = (
        ("median", spread.median), ("first quartile", spread.low), ("third quartile", spread.high), ("least", spread.least),
        ("most", spread.most),
    )  # fmt: skip
    return [
        {"name": name, "value": f"{value:g}" if bare else duration(value), "topic": _closest(measure.values, value)}
        for name, value in named
        if value is not None
    ]


def _closest(pairs: Sequence[tuple[int, float]], value: float) -> int:
    return min(pairs, key=lambda pair: abs(pair[1] - value))[0]


def _load(found: Sample) -> str:
    pairs = [(stats.name(one.who), len(one.topics)) for one in found.stats.reviewers[:_BUSIEST]]
    return charts.rows("Topics answered", ", ".join(f"{name}: {count}" for name, count in pairs), pairs) if pairs else ""


def _waiting(found: Sample) -> list[dict[str, Any]]:
    titles = {one.number: one.title for one in found.stats.courses}
    tables = []
    for turns, who in ((("reviewer", "maintainer"), "reviewers and maintainers"), (("author",), "their authors")):
        some = [one for one in found.stats.waiting if one.turn in turns]
        if some:
            shown = some[:_LISTED]
            oldest = f", the oldest {len(shown)}" if len(shown) < len(some) else ""
            caption = f"Waiting for {who}: {len(some):,} topic{'s' if len(some) != 1 else ''}{oldest}"
            tables.append({"caption": caption, "rows": [_wait(one, titles) for one in shown]})
    return tables


def _wait(one: Waiting, titles: dict[int, str]) -> dict[str, Any]:
    return {"seconds": one.seconds, "who": stats.turn(one.who, one.turn), "number": one.number, "title": titles[one.number]}


def _topics(found: Sample, links: Links) -> list[dict[str, Any]]:
    replies, landings = dict(found.stats.first_reply.values), dict(found.stats.landing.values)
    return [
        {
            "number": one.number, "title": one.title, "href": links.mail(one.msgid), "status": one.status, "day": day(one.posted),
            "reply": duration(replies[one.number]) if one.number in replies else "none",
            "landed": duration(landings[one.number]) if one.number in landings else "–", "versions": one.versions,
        }
        for one in found.stats.courses
    ]  # fmt: skip
