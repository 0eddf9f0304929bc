"""`stats`: how a list works, in numbers with small plots; the same numbers as JSON and CSV."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.config import Config
from tracker.core.dates import day, iso, parse_iso
from tracker.core.liststats import DEFINITIONS, Bucket, ListStats, Measure, Reviewer, Spread, list_stats
from tracker.core.people import Person
from tracker.core.versions import is_offered
from tracker.faces import rows
from tracker.faces.commands.reading import print_json
from tracker.faces.exits import Exit, NothingError
from tracker.faces.out import Out
from tracker.faces.plain import cut, pad, plain, width
from tracker.faces.spans import duration, moment
from tracker.store import liststats, outside, public
from tracker.store.read import TopicRow
from tracker.sync.reading import open_reading

_WIDTH = 80  # of a pipe
_BAR = 40
_LISTED = 10  # reviewers, and topics that wait
LANDED = "that landed"
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Sample:
    """The topics of a list that were first posted since then, and their numbers. name: '' for every list.

    since: seconds UTC, None for all. left_out: topics of which there is only mail from the user's own files. offered: topics
    left out because their patches were only offered in replies.
    """

    name: str
    since: int | None
    now: int
    stats: ListStats
    left_out: int
    offered: int


def stats(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker stats [--list L] [--since D] [--private]`."""
    since = moment(args.since, now, "--since") if args.since else None
    with open_reading(config, out.say, now) as store:
        found = sample(store.con, config, args.list_name, since, now, private=args.private)
    if args.json:
        print_json(out, {"schema": 1, "stats": stats_json(found)})
    elif args.csv:
        for line in _csv(found):
            out.line(line)
    else:
        _Screen(out, found).print()
    out.flush()
    return Exit.DONE


def sample(con: sqlite3.Connection, config: Config, name: str | None, since: int | None, now: int, *, private: bool) -> Sample:
    """The numbers of a list. private: also of topics from the user's own files. Raises NothingError when there are no topics."""
    left_out = offered = 0

    def rows_to_show() -> Iterator[TopicRow]:
        nonlocal left_out, offered
        found = (row for row in liststats.rows_of_list(con, name, since) if not _before(row, since))
        for row in found if private else public.shared(con, found, now, config.stalled_after):
            if row is None:
                left_out += 1
            elif all(map(is_offered, row.data["revisions"])):
                offered += 1
            else:
                yield row

    every = liststats.courses(con, rows_to_show(), private=private)
    courses = [one for one in every if since is None or one.posted is None or one.posted >= since]
    numbers = list_stats(courses, now, outside.aliases(con))
    if not numbers.courses:
        raise NothingError(_nothing(con, name, since, left_out, len(numbers.stable)))
    return Sample(name or "", since, now, numbers, left_out, offered)


def _before(row: TopicRow, since: int | None) -> bool:
    """Whether the first version says that it was posted before *since*."""
    posted = parse_iso(row.data["revisions"][0]["date"] or "")
    return since is not None and posted is not None and posted < since


def _nothing(con: sqlite3.Connection, name: str | None, since: int | None, left_out: int, stable: int) -> str:
    where = f" of the list {plain(name)!r}" if name else ""
    if stable:
        return f"the {stable} topics{where} are stable postings, of which there are no numbers"
    if left_out:
        return f"the {left_out} topics{where} came from your own files only; --private counts them"
    when = f" first posted since {day(since)}" if since is not None else ""
    here = ", ".join(plain(one) for one in liststats.lists(con, 5))
    return f"no topic{where}{when} is here" + (f"; lists with mail here: {here}" if name and here else "")


# --- words that the page has, too


def title(found: Sample) -> str:
    """What the numbers are about: the list and the time."""
    since = f" since {day(found.since)}" if found.since is not None else ""
    return f"{plain(found.name) or 'all lists'}{since}"


def size(found: Sample) -> str:
    """How many topics there are, and what was left out."""
    words = [f"{_topics(len(found.stats.courses))} first posted{f' since {day(found.since)}' if found.since is not None else ''}"]
    words += [f"as of {day(found.now)}"]
    words += [f"{len(found.stats.stable):,} stable postings, counted apart"] if found.stats.stable else []
    words += [f"{found.stats.undated} without a date left out"] if found.stats.undated else []
    words += [f"{found.left_out} from local files only left out"] if found.left_out else []
    return ", ".join(words)


def _topics(count: int) -> str:
    return f"{count:,} topic{'s' if count != 1 else ''}"


def share(count: int, total: int) -> str:
    """`52 %`, `<1 %`."""
    if not total or not count:
        return "0 %"
    percent = 100 * count / total
    return "<1 %" if percent < 0.5 else f"{percent:.0f} %"


def quartiles(spread: Spread, unit: str = "time") -> str:
    """`median 5.0 h, quartiles 58 min to 2.0 d, most 1.3 y`."""
    if not spread.n:
        return "no value"
    median, low, high, most = (
        duration(one) if unit == "time" else f"{one:g}" for one in (spread.median, spread.low, spread.high, spread.most)
    )
    return f"median {median}, quartiles {low} to {high}, most {most}"


def counted(measure: Measure, of: str) -> str:
    """`n = 502 of 655 topics`, `n = 86 of 124 that landed`. of: what those are that could have a value."""
    return f"n = {measure.spread.n:,} of {measure.spread.n + len(measure.without):,} {of}"


def half(found: Sample) -> str:
    """How the replies are spread over people."""
    people = len(found.stats.reviewers)
    if not people:
        return "nobody answered"
    replies = sum(one.replies for one in found.stats.reviewers)
    return f"{people:,} people wrote {replies:,} replies, half of them by {found.stats.half:,}"


def name(who: Person) -> str:
    """A person's name, else the address."""
    return plain(who.name or who.email or "(nobody)")


def turn(one: Sequence[Person], word: str) -> str:
    """Whose turn it is, by name where one is known."""
    return name(one[0]) if one else word


# --- JSON and CSV


def stats_json(found: Sample) -> dict[str, Any]:
    """The numbers with the topics behind each, and what each of them means."""
    numbers = found.stats
    return {
        "list": found.name or None, "since": iso(found.since), "until": iso(found.now), "topics": len(numbers.courses),
        "stable": {"n": len(numbers.stable), "topics": list(numbers.stable)},
        "left_out": {"local": found.left_out, "offered": found.offered, "undated": numbers.undated},
        "outcomes": [_bucket(one) for one in numbers.outcomes], "statuses": [_bucket(one) for one in numbers.statuses],
        "first_reply": _measure(numbers.first_reply, "seconds"), "landing": _measure(numbers.landing, "seconds"),
        "mainline": _measure(numbers.mainline, "seconds"), "versions": _measure(numbers.versions, "versions"),
        "reviewers": [_reviewer(one) for one in numbers.reviewers], "half_of_replies_by": numbers.half,
        "waiting": [
            {"topic": one.number, "turn": one.turn, "who": [_person(who) for who in one.who], "seconds": one.seconds}
            for one in numbers.waiting
        ],
        "periods": [
            {"period": label, **{word.label: count for word, count in zip(numbers.outcomes, counts, strict=True)}}
            for label, counts in numbers.periods
        ],
        "definitions": DEFINITIONS,
    }  # fmt: skip


def _person(who: Person) -> dict[str, str]:
    return {"name": who.name, "email": who.email}


def _bucket(one: Bucket) -> dict[str, Any]:
    return {"label": one.label, "n": len(one.topics), "topics": list(one.topics)}


def _measure(one: Measure, unit: str) -> dict[str, Any]:
    spread = one.spread
    return {
        "unit": unit, "n": spread.n, "least": spread.least, "q1": spread.low, "median": spread.median, "q3": spread.high,
        "most": spread.most, "buckets": [_bucket(bucket) for bucket in one.buckets], "without": list(one.without),
    }  # fmt: skip


def _reviewer(one: Reviewer) -> dict[str, Any]:
    return {
        "who": _person(one.who), "topics": list(one.topics), "replies": one.replies,
        "tags": {tag: list(topics) for tag, topics in one.tags}, "promised": list(one.promised), "waiting": list(one.waiting),
    }  # fmt: skip


def _csv(found: Sample) -> list[str]:
    """A line a number: figure, what, unit, value, and the topics behind it."""
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("figure", "what", "unit", "value", "topics"))
    for figure, what, unit, value, topics in _figures(found):
        writer.writerow((figure, _cell(what), unit, value, " ".join(map(str, topics))))
    return text.getvalue().splitlines()


def _cell(text: str) -> str:
    """A name from a mail on one line, and never one that a spreadsheet takes for a formula."""
    text = plain(text)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "|", "%") else text


_Figure = tuple[str, str, str, object, Sequence[int]]


def _figures(found: Sample) -> Iterator[_Figure]:
    numbers = found.stats
    yield "topics", "all", "topics", len(numbers.courses), [one.number for one in numbers.courses]
    yield "topics", "stable", "topics", len(numbers.stable), numbers.stable
    for figure, buckets in (("outcome", numbers.outcomes), ("status", numbers.statuses)):
        for one in buckets:
            yield figure, one.label, "topics", len(one.topics), one.topics
    for figure, measure, unit in _measures(numbers):
        spread = measure.spread
        yield figure, "n", "topics", spread.n, ()
        named = {"least": spread.least, "q1": spread.low, "median": spread.median, "q3": spread.high, "most": spread.most}
        for what, value in named.items():
            yield figure, what, unit, "" if value is None else f"{value:g}" if unit == "versions" else round(value), ()
        for one in measure.buckets:
            yield figure, one.label, "topics", len(one.topics), one.topics
        yield figure, "without", "topics", len(measure.without), measure.without
    for who in numbers.reviewers:
        person = f"{who.who.name} <{who.who.email}>".strip()
        yield "reviewer topics", person, "topics", len(who.topics), who.topics
        yield "reviewer replies", person, "mails", who.replies, ()
        for tag, topics in (*who.tags, ("promised", who.promised), ("waiting", who.waiting)):
            yield f"reviewer {tag}", person, "topics", len(topics), topics
    for wait in numbers.waiting:
        yield "waiting", wait.turn, "seconds", "" if wait.seconds is None else wait.seconds, (wait.number,)


def _measures(numbers: ListStats) -> tuple[tuple[str, Measure, str], ...]:
    return (
        ("first reply", numbers.first_reply, "seconds"), ("landing", numbers.landing, "seconds"),
        ("mainline", numbers.mainline, "seconds"), ("versions", numbers.versions, "versions"),
    )  # fmt: skip


# --- the terminal


def bar(count: int, most: int, columns: int) -> str:
    """A bar of block characters, an eighth of a column exact; something, however little, is seen."""
    if not count or not most or columns < 1:
        return ""
    eighths = max(1, round(8 * columns * count / most))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


class _Screen:
    """The numbers on a terminal or in a pipe, no line wider than it."""

    def __init__(self, out: Out, found: Sample) -> None:
        self.out, self.found = out, found
        self.columns = out.columns or _WIDTH

    def print(self) -> None:
        """Print everything, the newest questions first."""
        numbers, found = self.found.stats, self.found
        self._line(title(found), "1")
        self._wrapped(size(found), "2")
        self._buckets("What became of them", "", numbers.outcomes)
        self._buckets("Status", "", numbers.statuses)
        self._measure("Time to first reply", numbers.first_reply)
        self._measure("Time to landing", numbers.landing, LANDED)
        self._measure("Time to mainline", numbers.mainline, LANDED)
        self._measure("Versions per topic", numbers.versions, unit="versions")
        self._reviewers()
        self._waiting()
        self._line()
        self._wrapped("What each number counts and leaves out: tracker stats --json | jq .stats.definitions", "2")

    def _line(self, text: str = "", colour: str = "0") -> None:
        self.out.line(self.out.paint(cut(text, self.columns), colour))

    def _wrapped(self, text: str, colour: str = "0", indent: str = "") -> None:
        from textwrap import wrap

        for line in wrap(text, max(10, self.columns), initial_indent=indent, subsequent_indent=indent) or [""]:
            self._line(line, colour)

    def _head(self, head: str, text: str) -> None:
        self._line()
        self._line(head, "1")
        if text:
            self._wrapped(text, indent="  ")

    def _measure(self, head: str, measure: Measure, of: str = "topics", unit: str = "time") -> None:
        text = f"{quartiles(measure.spread, unit)}; {counted(measure, of)}"
        self._buckets(head, text, measure.buckets)

    def _buckets(self, head: str, text: str, buckets: Sequence[Bucket]) -> None:
        self._head(head, text)
        total = sum(len(one.topics) for one in buckets)
        most = max((len(one.topics) for one in buckets), default=0)
        labels = [rows.status_words(one.label) for one in buckets]
        lead = min(max(map(width, labels), default=0), max(8, self.columns // 3))
        digits = len(str(most))
        room = min(_BAR, self.columns - lead - digits - 12)
        for label, one in zip(labels, buckets, strict=True):
            count = len(one.topics)
            drawn = pad(bar(count, most, room), room) if room >= 4 else ""
            figures = f"{count:>{digits}} {share(count, total):>5}"
            self.out.line(f"  {pad(label, lead)} {self.out.paint(drawn, '36')} {figures}")

    def _reviewers(self) -> None:
        self._head("Reviewers", half(self.found))
        people = self.found.stats.reviewers[:_LISTED]
        if not people:
            return
        heads = ["topics", "replies", "R", "A", "T", "promised", "waiting"]
        counts = [
            (len(one.topics), one.replies, *(len(topics) for _, topics in one.tags), len(one.promised), len(one.waiting))
            for one in people
        ]
        sizes = [max(len(head), *(len(str(row[at])) for row in counts)) + 1 for at, head in enumerate(heads)]
        while len(sizes) > 1 and self.columns - sum(sizes) < 20:
            sizes.pop()
        room = min(32, self.columns - sum(sizes) - 2)
        self._line("  " + pad("", room) + "".join(head.rjust(size) for head, size in zip(heads, sizes, strict=False)), "2")
        for one, row in zip(people, counts, strict=True):
            figures = "".join(str(count).rjust(size) for count, size in zip(row, sizes, strict=False))
            self._line(f"  {pad(name(one.who), room)}{figures}")
        more = len(self.found.stats.reviewers) - len(people)
        if more:
            self._line(f"  and {more:,} more", "2")

    def _waiting(self) -> None:
        waiting = self.found.stats.waiting
        turns = {word: sum(one.turn == word for one in waiting) for word in ("author", "reviewer", "maintainer")}
        text = ", ".join(f"{count:,} for their {word}s" for word, count in turns.items() if count)
        if len(waiting) == 1:
            text = f"for its {waiting[0].turn}"
        wait = "waits" if len(waiting) == 1 else "wait"
        self._head("Oldest waiting", f"{_topics(len(waiting))} {wait}: {text}" if waiting else "nothing waits")
        titles = {one.number: one.title for one in self.found.stats.courses}
        for one in [one for one in waiting if one.turn != "author"][:_LISTED]:
            lead = f"  {'#' + str(one.number):>6} {duration(one.seconds):>6} {pad(turn(one.who, one.turn), 16)} "
            self._line(lead + plain(titles[one.number]))
