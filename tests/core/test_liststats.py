"""The numbers of a list on small samples that were counted by hand."""

from __future__ import annotations

import statistics

from hypothesis import given
from hypothesis import strategies as st

from tests.mails import START
from tracker.core.liststats import DEFINITIONS, OUTCOMES, Course, list_stats, outcome, spread
from tracker.core.people import Person

HOUR, DAY = 3_600, 86_400
ANNA = Person("Anna Author", "anna@example.org")
BEN = Person("Ben Reviewer", "ben@example.org")
CHEN = Person("Chen Maintainer", "chen@example.org")
NOW = START + 100 * DAY


def course(number: int, status: str = "in-review", **values: object) -> Course:
    """A topic of Anna's, posted *number* days after the start."""
    base: dict[str, object] = {
        "number": number, "title": f"topic {number}", "msgid": f"{number}@x", "status": status, "turn": "unknown",
        "turn_since": None, "turn_who": (), "posted": START + number * DAY, "authors": (ANNA,), "replies": (), "landed": None,
        "mainline": None, "versions": 1,
    }  # fmt: skip
    return Course(**(base | values))  # type: ignore[arg-type]


def after(number: int, seconds: int, who: Person = BEN) -> tuple[Person, int]:
    return who, START + number * DAY + seconds


# --- quartiles


def test_quartiles_by_hand() -> None:
    """1 2 3 4: the quartiles lie a quarter of the way between their neighbours; one value is all of them; none is nothing."""
    found = spread([4, 1, 3, 2])
    assert (found.n, found.least, found.low, found.median, found.high, found.most) == (4, 1, 1.75, 2.5, 3.25, 4)
    assert spread([7]) == spread([7.0])
    assert spread([7]).low == spread([7]).high == 7
    assert spread([]).n == 0
    assert spread([]).median is None


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=60))
def test_quartiles_are_the_standard_librarys(values: list[int]) -> None:
    """Type 7 of R, which Python's statistics calls inclusive."""
    found = spread(values)
    expected = statistics.quantiles(values, n=4, method="inclusive")
    assert [round(one or 0, 3) for one in (found.low, found.median, found.high)] == [round(one, 3) for one in expected]


# --- first reply


def test_the_first_reply_is_of_another_person_after_the_posting() -> None:
    """Not the author under another address, not what was said before, not the later ones; without any there is no value."""
    anna_at_work = Person("Anna Author", "anna@work.example.com")
    sample = [
        course(1, replies=(after(1, -HOUR), after(1, 600, anna_at_work), after(1, 5 * HOUR), after(1, 2 * HOUR, CHEN))),
        course(2, replies=(after(2, 60, ANNA),)),
        course(3, replies=((BEN, None),)),
        course(4, replies=(after(4, HOUR),)),
        course(5, replies=(after(5, HOUR + 1),)),
    ]
    found = list_stats(sample, NOW).first_reply
    assert list(found.values) == [(4, HOUR), (5, HOUR + 1), (1, 2 * HOUR)]
    assert found.without == (3, 2)
    assert {one.label: one.topics for one in found.buckets if one.topics} == {"up to 1 hour": (4,), "1 to 6 hours": (5, 1)}
    assert (found.spread.n, found.spread.median) == (3, HOUR + 1)


def test_who_takes_a_topic_over_answered_it_first() -> None:
    """An answer by somebody who posts a later version is a first reply; that is no review, and the topic may stay silent."""
    found = list_stats([course(1, "stalled", authors=(ANNA, BEN), replies=(after(1, 60), after(1, 30, ANNA)))], NOW)
    assert list(found.first_reply.values) == [(1, 60)]
    assert found.reviewers == ()
    assert outcome(found.courses[0]) == "silent"


# --- landing


def test_landing_counts_topics_that_landed_as_a_whole() -> None:
    """A part of a series that landed, or one that was reverted, has a date and no time to landing."""
    sample = [
        course(1, "merged", landed=START + 3 * DAY, mainline=START + 41 * DAY),
        course(2, "applied", landed=START + 12 * DAY),
        course(3, "partly-applied", landed=START + 4 * DAY),
        course(4, "reverted", landed=START + 5 * DAY, mainline=START + 6 * DAY),
        course(5, "released"),
    ]
    found = list_stats(sample, NOW)
    assert list(found.landing.values) == [(1, 2 * DAY), (2, 10 * DAY)]
    assert list(found.mainline.values) == [(1, 40 * DAY)]
    assert (found.landing.without, found.mainline.without) == ((5,), (5, 2))
    assert [one.label for one in found.landing.buckets if one.topics] == ["1 to 7 days", "7 to 14 days"]


# --- what became of them


def test_every_topic_has_one_outcome() -> None:
    """Each status belongs to one group; what stalled is silent when nobody but its author wrote."""
    groups = {
        "landed": ("applied", "in-next", "merged", "released"), "taken back": ("reverted", "dropped"),
        "under way": ("partly-applied", "changes-requested", "reviewed", "in-review", "posted"),
        "turned down": ("superseded", "rejected"), "unknown": ("unknown", "discussion", "a word of tomorrow"),
    }  # fmt: skip
    for group, statuses in groups.items():
        assert {outcome(course(1, status)) for status in statuses} == {group}
    assert outcome(course(1, "stalled", replies=(after(1, HOUR, ANNA),))) == "silent"
    assert outcome(course(1, "stalled", replies=(after(1, HOUR),))) == "stalled"
    sample = [course(number, status) for number, status in enumerate(("merged", "posted", "stalled", "merged", "dropped"), 1)]
    found = list_stats(sample, NOW)
    assert {one.label: one.topics for one in found.outcomes if one.topics} == {
        "landed": (4, 1), "under way": (2,), "silent": (3,), "taken back": (5,),
    }  # fmt: skip
    assert [one.label for one in found.outcomes] == list(OUTCOMES)
    assert next((one.label, one.topics) for one in found.statuses) == ("merged", (4, 1))


def test_versions() -> None:
    """One bucket a number, the last for all above."""
    sample = [course(number, versions=count) for number, count in enumerate((1, 1, 2, 6, 11), 1)]
    found = list_stats(sample, NOW).versions
    assert {one.label: one.topics for one in found.buckets if one.topics} == {
        "1 version": (1, 2), "2 versions": (3,), "6 or more": (4, 5),
    }  # fmt: skip
    assert (found.spread.median, found.spread.most) == (2, 11)


def test_a_topic_without_a_date_is_left_out_and_counted() -> None:
    """It is in no number but that one."""
    found = list_stats([course(1), course(2, posted=None)], NOW)
    assert (found.undated, [one.number for one in found.courses]) == (1, [1])
    assert list_stats([], NOW).periods == ()


# --- people


def test_reviewers_and_their_load() -> None:
    """Topics of others that somebody answered under any of his names, the tags that count, and what waits for him."""
    ben_at_home = Person("ben reviewer", "ben@home.example.net")
    sample = [
        course(1, replies=(after(1, 10), after(1, 20), after(1, 30, CHEN)), tags=(("Reviewed-by", BEN),)),
        course(2, replies=(after(2, 10, ben_at_home), after(2, 20, ANNA)), promises=(BEN,), turn="reviewer", turn_who=(BEN,)),
        course(3, "applied", authors=(BEN,), replies=(after(3, 10), after(3, 20, ANNA)), turn="reviewer", turn_who=(BEN,)),
    ]
    found = list_stats(sample, NOW)
    ben, *others = found.reviewers
    assert (ben.who, ben.topics, ben.replies) == (BEN, (1, 2), 3)
    assert dict(ben.tags) == {"Reviewed-by": (1,), "Acked-by": (), "Tested-by": ()}
    assert (ben.promised, ben.waiting) == ((2,), (2,))
    assert [(one.who, one.topics, one.replies) for one in others] == [(ANNA, (3,), 1), (CHEN, (1,), 1)]
    assert found.half == 1  # 3 of 5


def test_two_people_of_one_given_name_stay_two() -> None:
    """A name of one word is no full name."""
    sample = [course(1, replies=(after(1, 10, Person("Ben", "ben@a.example")), after(1, 20, Person("Ben", "ben@b.example"))))]
    assert len(list_stats(sample, NOW).reviewers) == 2


def test_an_address_and_a_name_tie_people() -> None:
    """Ben's two addresses are one person because a third mail has the name of one and the address of the other."""
    names = (("BenReviewer", "b@old.example"), ("Ben Reviewer", "b@new.example"), ("r", "b@new.example"), ("b", "b@old.example"))
    sample = [course(1, replies=tuple(after(1, n, Person(*one)) for n, one in enumerate(names)))]
    assert [(one.who.name, one.replies) for one in list_stats(sample, NOW).reviewers] == [("Ben Reviewer", 4)]


def test_a_mailmap_ties_addresses() -> None:
    """As everywhere else."""
    sample = [course(1, replies=(after(1, 1, Person("Ben", "b@a.example")), after(1, 2, Person("ben", "b@b.example"))))]
    assert len(list_stats(sample, NOW).reviewers) == 2
    assert len(list_stats(sample, NOW, {"b@a.example": "b@b.example"}).reviewers) == 1


# --- postings for stable releases


def test_stable_postings_are_counted_apart() -> None:
    """In no other number."""
    stable = course(2, "merged", stable=True, landed=START + 3 * DAY, replies=(after(2, 5),), turn="reviewer")
    both, without = list_stats([course(1), stable], NOW), list_stats([course(1)], NOW)
    assert both.stable == (2,)
    assert (both.outcomes, both.landing, both.reviewers, both.courses) == (
        without.outcomes, without.landing, without.reviewers, without.courses,
    )  # fmt: skip


# --- waiting


def test_what_somebody_says_is_applied_does_not_wait() -> None:
    """Nor does that of which nothing is known."""
    known = course(1, "in-review", turn="reviewer", turn_since=START)
    assert [one.number for one in list_stats([known, course(2, "stalled", turn="reviewer", claimed=True)], NOW).waiting] == [1]


def test_what_waits_the_longest_comes_first() -> None:
    """Open topics with a known turn; what landed, was turned down or is nobody's turn does not wait."""
    since = START + 50 * DAY
    sample = [
        course(1, "stalled", turn="reviewer", turn_since=since),
        course(2, "reviewed", turn="maintainer", turn_who=(CHEN,), turn_since=since - DAY),
        course(3, "changes-requested", turn="author", turn_since=None),
        course(4, "merged", turn="author", turn_since=START),
        course(5, "in-review", turn="unknown", turn_since=START),
        course(6, "rejected", turn="nobody", turn_since=START),
    ]
    found = list_stats(sample, NOW).waiting
    assert [(one.number, one.turn, one.seconds) for one in found] == [
        (2, "maintainer", 51 * DAY), (1, "reviewer", 50 * DAY), (3, "author", None),
    ]  # fmt: skip


# --- periods


def test_periods_have_no_gaps_and_are_few() -> None:
    """Months, then quarters, then years; every topic is in one."""
    near = list_stats([course(1), course(70, "merged")], NOW)  # 2024-05-30 and 2024-08-07
    assert [label for label, _ in near.periods] == ["2024-05", "2024-06", "2024-07", "2024-08"]
    assert near.periods[0][1] == (0, 1, 0, 0, 0, 0, 0)
    assert near.periods[3][1] == (1, 0, 0, 0, 0, 0, 0)
    far = list_stats([course(1), course(900)], NOW).periods  # to 2026-11-15
    assert (far[0][0], far[-1][0], len(far)) == ("2024 Q2", "2026 Q4", 11)
    years = list_stats([course(1), course(9_000)], NOW).periods  # to 2049-01
    assert (years[0][0], years[-1][0], len(years)) == ("2024", "2049", 26)
    assert sum(map(sum, (counts for _, counts in years))) == 2


def test_every_number_is_defined() -> None:
    """The keys that the faces print."""
    assert set(DEFINITIONS) == {
        "topics", "outcome", "status", "first_reply", "landing", "mainline", "versions", "reviewers", "waiting",
    }  # fmt: skip
