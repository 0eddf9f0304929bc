"""How a mailing list works, in numbers: how soon patches are answered and land, in how many versions, who reviews, what waits.

Values in, values out. The sample is what the caller hands over: the topics of one list that were first posted in some time.
A topic is one idea with all of its versions. Every number knows the topics behind it; `DEFINITIONS` says of each what it
counts and what it leaves out, in the words that every face prints.

Quartiles are those of the values that are there, linearly interpolated between the closest ranks (R's type 7, the one
spreadsheets have); what has not happened yet has no value, is counted beside them and is in no quartile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.core.dates import day
from tracker.core.people import Person
from tracker.core.whoswho import WhosWho

HOUR, DAY = 3_600, 86_400

# Groups of statuses that a topic can have ended in; "silent" and "stalled" are told apart by whether anybody answered.
OUTCOMES = ("landed", "under way", "stalled", "silent", "turned down", "taken back", "unknown")
_LANDED = ("applied", "in-next", "merged", "released")
_OUTCOME = {
    **dict.fromkeys(_LANDED, "landed"),
    **dict.fromkeys(("partly-applied", "changes-requested", "reviewed", "in-review", "posted"), "under way"),
    **dict.fromkeys(("superseded", "rejected"), "turned down"), **dict.fromkeys(("reverted", "dropped"), "taken back"),
}  # fmt: skip
_WAITING = ("partly-applied", "changes-requested", "reviewed", "in-review", "posted", "stalled")

DEFINITIONS = {
    "topics": (
        "A topic is one idea with all of its versions. Counted are topics with a patch on the list whose first version was "
        "posted in the period. Threads without a patch are no topics. Left out are patches that somebody offered in a reply and "
        "nobody posted, topics whose first version has no date, and stable postings (newest version aimed at a stable "
        "release: AUTOSEL, reviews, backports), which are counted apart and are in no other number."
    ),
    "outcome": (
        "Every topic is in exactly one group, by its status today. Landed: every patch of the newest version is in a "
        "maintainer's tree, linux-next, mainline or a release, as far as that is known here. Under way: something moved "
        "lately. Stalled: somebody answered, then nothing moved for the configured time (30 days if not set). Silent: "
        "stalled, and nobody but its authors and robots ever wrote. Turned down: rejected, withdrawn, or another topic took "
        "its place. Taken back: dropped or reverted after it was applied. Unknown: what mails say of its end is missing or not "
        "understood; talk that ended in silence without a plain request, tag or refusal is among them."
    ),
    "status": "The status of each topic today, as 'tracker show' tells it with its reason.",
    "first_reply": (
        "From the first posting of a topic to the first answer to it by another person than who posted it; a word that it was "
        "applied counts; robots' mails do not, nor does what was said before the posting. Topics that nobody answered so far "
        "are in no quartile: they are counted beside them, so who posts now waits longer than the quartiles say."
    ),
    "landing": (
        "From the first posting of a topic, whatever its version, to the first time that one of its patches was in a "
        "maintainer's tree or further on, for topics that landed as a whole. The date is that of the commit, or of the mail that "
        "told of it; what landed before it was posted counts as at once. Left out are topics that did not land (yet), so it says "
        "nothing about the chance to land, and those of which only a backport tells that they landed, not when."
    ),
    "mainline": (
        "From the first posting of a topic to the first time that one of its patches was in mainline, for topics that landed "
        "as a whole and of which that is known. Left out is what landed but is in no mainline commit or mail known here."
    ),
    "versions": (
        "How many versions of a topic were posted so far. A version that was only sent again counts once; a patch that "
        "somebody offered in a reply is none. Topics under way may still get more."
    ),
    "reviewers": (
        "People who answered a topic that is not theirs. Topics: how many they answered; replies: their mails on them; tags: "
        "topics on which their Reviewed-by, Acked-by or Tested-by counts today; promised: topics for which they promised a "
        "tag that has not come; waiting: topics that wait for them by name. Addresses and spellings of the same full name "
        "are one person, as are those that a .mailmap ties; robots and answers to one's own topic do not count."
    ),
    "waiting": (
        "Topics that are not done and whose turn is known, by how long it has been that person's turn. Among them are those "
        "that stalled. Left out are topics that landed, were turned down or taken back, those of which somebody says that they "
        "are applied or whose status is unknown, and those where nobody is known to have the turn."
    ),
}  # fmt: skip

# Up to when (seconds, inclusive) a bucket takes values, and its label; the last takes the rest.
_SOON = ((HOUR, "up to 1 hour"), (6 * HOUR, "1 to 6 hours"), (DAY, "6 to 24 hours"), (3 * DAY, "1 to 3 days"),
         (7 * DAY, "3 to 7 days"), (30 * DAY, "7 to 30 days"), (90 * DAY, "30 to 90 days"), (1 << 62, "more"))  # fmt: skip
_LATE = ((DAY, "up to 1 day"), (7 * DAY, "1 to 7 days"), (14 * DAY, "7 to 14 days"), (30 * DAY, "14 to 30 days"),
         (90 * DAY, "30 to 90 days"), (180 * DAY, "90 to 180 days"), (365 * DAY, "180 to 365 days"),
         (1 << 62, "more"))  # fmt: skip
_MOST_VERSIONS = 6  # of more, one bucket


@dataclass(frozen=True, slots=True)
class Course:
    """How one topic went. Times are seconds UTC, None unknown.

    status, turn: as they stand today; turn_since: when the turn came to turn_who. posted: its first version. authors: of its
    versions, the one of the first in front. replies: the mails of people, robots left out: (who, when). landed, mainline:
    when the first of its patches was in any tree, in mainline. tags: (name, who) of those that count today; promises: who
    promised one that has not come. stable: its newest version is aimed at a stable release. claimed: what became of it is not
    known, or only said by somebody whose word is not enough.
    """

    number: int
    title: str
    msgid: str
    status: str
    turn: str
    turn_since: int | None
    turn_who: tuple[Person, ...]
    posted: int | None
    authors: tuple[Person, ...]
    replies: tuple[tuple[Person, int | None], ...]
    landed: int | None
    mainline: int | None
    versions: int
    tags: tuple[tuple[str, Person], ...] = ()
    promises: tuple[Person, ...] = ()
    stable: bool = False
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """n values: the least, first quartile, median, third quartile and most of them; None when there are none."""

    n: int
    least: float | None = None
    low: float | None = None
    median: float | None = None
    high: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some topics of a kind, by number."""

    label: str
    topics: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A value for each topic that has one. buckets: all topics with a value, once each, the smallest values first.

    values: by topic, in the order of the value. without: the topics that could have one and have none.
    """

    spread: Spread
    buckets: tuple[Bucket, ...]
    values: tuple[tuple[int, float], ...]
    without: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reviewer:
    """What one person did for topics of others, by their numbers. replies: mails; tags: name -> topics."""

    who: Person
    topics: tuple[int, ...]
    replies: int
    tags: tuple[tuple[str, tuple[int, ...]], ...]
    promised: tuple[int, ...]
    waiting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A topic that waits. seconds: for how long, None unknown."""

    number: int
    turn: str
    who: tuple[Person, ...]
    seconds: int | None


@dataclass(frozen=True, slots=True)
class ListStats:
    """All numbers of a sample of topics, which are in `courses`, newest first.

    outcomes, statuses: every topic once. half: how many reviewers, the busiest first, wrote half of all replies. periods:
    topics by when they were first posted, each (label, count of every one of OUTCOMES). undated: topics left out. stable:
    those posted for stable releases, which are in no other number.
    """

    courses: tuple[Course, ...]
    outcomes: tuple[Bucket, ...]
    statuses: tuple[Bucket, ...]
    first_reply: Measure
    landing: Measure
    mainline: Measure
    versions: Measure
    reviewers: tuple[Reviewer, ...]
    half: int
    waiting: tuple[Waiting, ...]
    periods: tuple[tuple[str, tuple[int, ...]], ...]
    undated: int
    stable: tuple[int, ...] = ()


def list_stats(courses: Iterable[Course], now: int, aliases: Mapping[str, str] | None = None) -> ListStats:
    """The numbers of *courses* as of *now* (seconds UTC). aliases: as for people.same_person. Never raises."""
    every = list(courses)
    everything = [one for one in every if not one.stable]
    sample = sorted((one for one in everything if one.posted is not None), key=lambda one: (-(one.posted or 0), one.number))
    landed = [one for one in sample if one.status in _LANDED]
    known = _people(sample, aliases or {})
    reviewers = _reviewers(sample, known)
    return ListStats(
        courses=tuple(sample),
        outcomes=_grouped(sample, lambda one: _outcome(one, known), OUTCOMES),
        statuses=_grouped(sample, lambda one: one.status),
        first_reply=_measure(sample, lambda one: _first_reply(one, known), _SOON),
        landing=_measure(landed, lambda one: _until(one, one.landed), _LATE),
        mainline=_measure(landed, lambda one: _until(one, one.mainline), _LATE),
        versions=_versions(sample),
        reviewers=reviewers, half=_half(reviewers), waiting=_waiting(sample, now), periods=_periods(sample, known),
        undated=len(everything) - len(sample), stable=tuple(one.number for one in every if one.stable),
    )  # fmt: skip


def outcome(one: Course) -> str:
    """The group of OUTCOMES that a topic is in."""
    return _outcome(one, _people([one], {}))


def _outcome(one: Course, known: WhosWho) -> str:
    if one.status == "stalled":
        return "stalled" if _answers(one, one.authors, known) else "silent"
    return _OUTCOME.get(one.status, "unknown")


# --- measures


def spread(values: Iterable[float]) -> Spread:
    """Least, quartiles and most of *values*, in any order."""
    found = sorted(values)
    if not found:
        return Spread(0)
    low, median, high = (_quantile(found, quarter / 4) for quarter in (1, 2, 3))
    return Spread(len(found), found[0], low, median, high, found[-1])


def _quantile(ordered: Sequence[float], part: float) -> float:
    place = (len(ordered) - 1) * part
    at = int(place)
    above = ordered[min(at + 1, len(ordered) - 1)]
    return ordered[at] + (above - ordered[at]) * (place - at)


def _measure(sample: Sequence[Course], value: Callable[[Course], int | None], edges: Sequence[tuple[int, str]]) -> Measure:
    found = {one.number: seconds for one in sample if (seconds := value(one)) is not None}
    ordered = sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
    buckets = []
    last = -1
    for edge, label in edges:
        buckets.append(Bucket(label, tuple(number for number, seconds in ordered if last < seconds <= edge)))
        last = edge
    without = tuple(one.number for one in sample if one.number not in found)
    return Measure(spread(found.values()), tuple(buckets), tuple(ordered), without)


def _first_reply(one: Course, known: WhosWho) -> int | None:
    dates = [at for _, at in _answers(one, one.authors[:1], known) if at is not None]
    return min(dates) - (one.posted or 0) if dates else None


def _until(one: Course, at: int | None) -> int | None:
    return max(0, at - (one.posted or 0)) if at is not None else None


def _versions(sample: Sequence[Course]) -> Measure:
    ordered = sorted(((one.number, one.versions) for one in sample), key=lambda pair: (pair[1], pair[0]))
    buckets = [
        Bucket(f"{count} version{'s' if count > 1 else ''}", tuple(number for number, has in ordered if has == count))
        for count in range(1, _MOST_VERSIONS)
    ]
    buckets.append(Bucket(f"{_MOST_VERSIONS} or more", tuple(number for number, has in ordered if has >= _MOST_VERSIONS)))
    return Measure(spread(count for _, count in ordered), tuple(buckets), tuple(ordered), ())


def _grouped(sample: Sequence[Course], key: Callable[[Course], str], order: Sequence[str] = ()) -> tuple[Bucket, ...]:
    """The topics by *key*: all of *order*, or those that are there, the most frequent first."""
    found: dict[str, list[int]] = {name: [] for name in order}
    for one in sample:
        found.setdefault(key(one), []).append(one.number)
    names = list(found) if order else sorted(found, key=lambda name: (-len(found[name]), name))
    return tuple(Bucket(name, tuple(found[name])) for name in names)


# --- people


def _people(sample: Iterable[Course], aliases: Mapping[str, str]) -> WhosWho:
    """Everybody whom these topics name."""
    found: dict[Person, None] = {}
    for one in sample:
        said = (*(who for _, who in one.tags), *(who for who, _ in one.replies))
        found.update(dict.fromkeys((*one.authors, *one.turn_who, *one.promises, *said)))
    return WhosWho(found, aliases)


def _answers(one: Course, but: Sequence[Person], known: WhosWho) -> list[tuple[Person, int | None]]:
    """The replies of other people than *but*; a discussion that a posting came out of is no reply to it."""
    left_out = {known.number(who) for who in but}
    later = [reply for reply in one.replies if reply[1] is None or one.posted is None or reply[1] >= one.posted]
    return [reply for reply in later if known.number(reply[0]) not in left_out]


def _reviewers(sample: Sequence[Course], known: WhosWho) -> tuple[Reviewer, ...]:
    """Everybody who answered a topic of others, the busiest first."""
    replies: dict[int, list[int]] = {}
    also: dict[tuple[int, str], dict[int, None]] = {}
    for one in reversed(sample):
        for who, _ in _answers(one, one.authors, known):
            replies.setdefault(known.number(who), []).append(one.number)
        said = [(who, name) for name, who in one.tags] + [(who, "promised") for who in one.promises]
        said += [(who, "waiting") for who in one.turn_who] if one.turn in ("reviewer", "maintainer") and _waits(one) else []
        for who, what in said:
            also.setdefault((known.number(who), what), {})[one.number] = None
    found = [_reviewer(known.person(number), number, mails, also) for number, mails in replies.items()]
    return tuple(sorted(found, key=lambda one: (-len(one.topics), -one.replies, one.who.name, one.who.email)))


def _reviewer(who: Person, number: int, mails: Sequence[int], also: dict[tuple[int, str], dict[int, None]]) -> Reviewer:
    def topics(what: str) -> tuple[int, ...]:
        return tuple(also.get((number, what), ()))

    tags = tuple((name, topics(name)) for name in ("Reviewed-by", "Acked-by", "Tested-by"))
    return Reviewer(who, tuple(dict.fromkeys(mails)), len(mails), tags, topics("promised"), topics("waiting"))


def _half(reviewers: Sequence[Reviewer]) -> int:
    """How few people wrote at least half of all replies."""
    counts = sorted((one.replies for one in reviewers), reverse=True)
    total, so_far = sum(counts), 0
    for at, count in enumerate(counts, 1):
        so_far += count
        if 2 * so_far >= total:
            return at
    return 0


# --- time


def _waits(one: Course) -> bool:
    return one.status in _WAITING and one.turn not in ("nobody", "unknown") and not one.claimed


def _waiting(sample: Sequence[Course], now: int) -> tuple[Waiting, ...]:
    """What waits, the longest first; those of which it is not known since when come last."""
    found = [
        Waiting(one.number, one.turn, one.turn_who, None if one.turn_since is None else max(0, now - one.turn_since))
        for one in sample
        if _waits(one)
    ]
    return tuple(sorted(found, key=lambda one: (one.seconds is None, -(one.seconds or 0), one.number)))


_FORMS = (("month", 1, 24), ("quarter", 3, 24), ("year", 12, 1_000))  # months in a step, and how many steps at most


def _month(one: Course) -> int:
    """The months since the year 0 at the first posting."""
    date = day(one.posted)
    return int(date[:4]) * 12 + int(date[5:7]) - 1


def _periods(sample: Sequence[Course], known: WhosWho) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Topics by month, quarter or year of their first posting, in at most 24 steps if years allow it, without gaps."""
    if not sample:
        return ()
    first, last = _month(sample[-1]), _month(sample[0])
    form, size = next((form, size) for form, size, most in _FORMS if last // size - first // size < most)
    begin, end = first // size, last // size
    counts = {step: [0] * len(OUTCOMES) for step in range(begin, end + 1)}
    for one in sample:
        counts[_month(one) // size][OUTCOMES.index(_outcome(one, known))] += 1
    return tuple((_label(step * size, form), tuple(several)) for step, several in counts.items())


def _label(month: int, form: str) -> str:
    year, month = divmod(month, 12)
    return {"month": f"{year}-{month + 1:02}", "quarter": f"{year} Q{month // 3 + 1}", "year": str(year)}[form]
