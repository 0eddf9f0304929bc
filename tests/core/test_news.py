"""What of a topic is news, as pure functions."""

from __future__ import annotations

from typing import Any

from tracker.core import news, review
from tracker.core.dates import iso
from tracker.core.news import MOVED, NEW, YOURS, News, action, occurrences, order, shorten, tell
from tracker.faces import rows

DAY = 86_400
NOW = 1_717_000_000
ANNA = {"name": "Anna Author", "email": "anna@example.org"}
BEN = {"name": "Ben Reviewer", "email": "ben@example.org"}


def revision(number: int, *patches: tuple[str, str], at: int = NOW, expected: int = 0) -> dict[str, Any]:
    """Version *number* with (title, patch-id) pairs; its message ids are `v1-0@example.org` for the series, `v1-1` …"""
    return {
        "series": f"v{number}-0@example.org", "label": f"v{number}", "author": ANNA, "date": iso(at),
        "expected": expected or len(patches),
        "patches": [
            {"n": n, "msgid": f"v{number}-{n}@example.org", "subject": title, "patch_id": patch_id}
            for n, (title, patch_id) in enumerate(patches, 1)
        ],
    }  # fmt: skip


def event(kind: str, name: str, text: str = "", at: int = NOW) -> dict[str, Any]:
    return {
        "id": f"{kind}:{name}", "at": iso(at), "seen_at": None, "kind": kind, "text": text, "evidence": {"msgid": name},
    }  # fmt: skip


def tag(verdict: str, msgid: str, *patches: str, at: int = NOW, **more: Any) -> dict[str, Any]:
    return {
        "name": "Reviewed-by", "who": BEN, "verdict": verdict, "source": "reply", "patches": list(patches), "msgid": msgid,
        "date": iso(at), "quote": "I will look at it.", "mismatch": False, "own": False, "lost_in": [], "state": None,
        "why": "", **more,
    }  # fmt: skip


def topic(**more: Any) -> dict[str, Any]:
    return {
        "id": 7, "title": "demo: make it lockless", "status": "in-review", "status_reason": "answered by Ben Reviewer",
        "evidence": [{"msgid": "1@example.org"}], "turn": "reviewer", "turn_who": [BEN], "turn_since": iso(NOW - 3 * DAY),
        "moved": None, "revisions": [revision(1, ("one", "a"))], "tags": [], "events": [], "notes": [], **more,
    }  # fmt: skip


def told(data: dict[str, Any], *events: dict[str, Any], was: tuple[str, str] | None = ("in-review", "reviewer")) -> News:
    found = tell(data, events, was, mine=False, now=NOW)
    assert found is not None
    return found


def test_nothing_new_is_no_news() -> None:
    """A topic that stands as it was told, with no fresh event, has no news."""
    assert tell(topic(), [], ("in-review", "reviewer"), mine=False, now=NOW) is None


def test_a_topic_never_told_of_is_new() -> None:
    """Then its state is told, also when nothing is fresh; in a period that needs an event."""
    assert told(topic(), was=None).section == NEW
    assert tell(topic(), [], None, mine=False, now=NOW, window=True) is None


def test_a_change_of_status_is_news_and_keeps_what_it_was() -> None:
    """Without any event; the reason and its evidence are told."""
    found = told(topic(status="merged", turn="nobody", turn_who=[]))
    assert (found.was, found.status, found.section, found.items) == ("in-review", "merged", MOVED, ())
    assert found.evidence == ({"msgid": "1@example.org"},)


def test_a_turn_that_comes_to_the_user_is_news_and_one_of_others_is_not() -> None:
    """Only the user's own turn is worth a line when nothing else happened."""
    now_author = topic(turn="author", turn_who=[ANNA])
    assert tell(now_author, [], ("in-review", "reviewer"), mine=False, now=NOW) is None
    found = tell(now_author, [], ("in-review", "reviewer"), mine=True, now=NOW)
    assert found is not None
    assert found.section == YOURS


def test_age_counts_from_the_turn() -> None:
    """Whole days since the turn is somebody's; without one since the newest event."""
    assert told(topic(), event("replied", "2@example.org")).age == 3
    assert told(topic(turn_since=None, events=[event("replied", "2@example.org", at=NOW - 9 * DAY)]), was=None).age == 9


def test_the_next_step_names_who_acts() -> None:
    """By whose turn it is and how the topic stands; nobody's turn has none."""
    assert action(topic(turn="author", status="changes-requested")) == "answer, or post a new version"
    assert action(topic(turn="maintainer", status="reviewed")) == "apply it"
    assert action(topic(turn="nobody", status="merged")) == ""


def test_a_new_version_tells_what_changed() -> None:
    """By patch-id the same, by title changed, the rest new and gone."""
    first = revision(1, ("one", "a"), ("two", "b"), ("three", "c"))
    second = revision(2, ("one", "a"), ("two", "B"), ("four", "d"))
    item = told(topic(revisions=[first, second]), event("revised", "v2-0@example.org")).items[0]
    assert item.text == "v2 by Anna Author: 3 patches; since v1: 1 as before, 1 changed, 1 new, 1 gone"


def test_a_lone_patch_is_the_same_or_changed() -> None:
    """One patch in the place of one is never called new and gone."""
    same = topic(revisions=[revision(1, ("one", "a")), revision(2, ("other title", "a"))])
    assert told(same, event("revised", "v2-0@example.org")).items[0].text.endswith("since v1: the same patch")
    other = topic(revisions=[revision(1, ("one", "a")), revision(2, ("other title", "b"))])
    assert told(other, event("revised", "v2-0@example.org")).items[0].text.endswith("since v1: changed")


def test_missing_patches_are_said() -> None:
    """A posting of which not all is at hand says so."""
    data = topic(revisions=[revision(1, ("one", "a"), expected=3)])
    assert "1 of 3 patches at hand" in told(data, event("posted", "v1-0@example.org")).items[0].text


def test_a_lost_tag_becomes_an_event() -> None:
    """With whom it is of, for which patch, in which version and why."""
    revisions = [revision(1, ("one", "a"), ("two", "b")), revision(2, ("one", "a"), ("two", "B"), at=NOW + DAY)]
    lost = tag("given", "r@example.org", "v1-2@example.org", lost_in=["v2-0@example.org"], why="patch changed")
    found = [one for one in occurrences(topic(revisions=revisions, tags=[lost]), NOW) if one["kind"] == "lost"]
    assert [one["text"] for one in found] == ["Reviewed-by of Ben Reviewer on 2/2 is missing in v2 (patch changed)"]
    assert found[0]["at"] == iso(NOW + DAY)


def test_a_tag_in_another_name_is_never_lost() -> None:
    """What never counted cannot be missing."""
    lost = tag("given", "r@example.org", "v1-1@example.org", lost_in=["v1-0@example.org"], mismatch=True)
    assert [one for one in occurrences(topic(tags=[lost]), NOW) if one["kind"] == "lost"] == []


def test_a_promise_grows_overdue_with_time_alone() -> None:
    """After 14 days, once, and not when it was kept."""
    promise = tag("promised", "p@example.org", state="open", at=NOW)
    data = topic(tags=[promise])
    assert [one["kind"] for one in occurrences(data, NOW + 14 * DAY - 1)] == []
    late = occurrences(data, NOW + 14 * DAY)
    assert [one["id"] for one in late] == ["overdue:Reviewed-by:p@example.org"]
    assert late == occurrences(data, NOW + 90 * DAY)
    assert occurrences(topic(tags=[{**promise, "state": "kept"}]), NOW + 90 * DAY) == []


def test_silence_is_an_event_for_each_time_it_begins() -> None:
    """Its id holds since when nothing moved, so a second silence is told again."""
    first = occurrences(topic(status="stalled", moved="2024-05-01T00:00:00Z"), NOW)
    second = occurrences(topic(status="stalled", moved="2024-06-01T00:00:00Z"), NOW)
    assert [one["kind"] for one in first + second] == ["stalled", "stalled"]
    assert first[0]["id"] != second[0]["id"]


def test_a_snooze_that_ended_is_an_event() -> None:
    """One that lasts is none."""
    assert occurrences(topic(snoozed_until=iso(NOW + 1)), NOW) == []
    assert [one["kind"] for one in occurrences(topic(snoozed_until=iso(NOW)), NOW)] == ["woken"]


def test_replies_are_told_together_with_the_newest_as_proof() -> None:
    """Names with how often each wrote."""
    events = [event("replied", f"{n}@example.org", name) for n, name in enumerate(("Ben", "Chen", "Ben"))]
    item = told(topic(), *events).items[0]
    assert (item.label, item.text, item.evidence) == ("3 replies", "Ben (2), Chen", ({"msgid": "2@example.org"},))


def test_a_reply_that_says_something_is_told_once() -> None:
    """A tag's mail is not counted among the replies."""
    events = [event("replied", "1@x", "Ben"), event("replied", "2@x", "Chen"), event("refused", "2@x", "Chen")]
    assert [(item.kind, item.text) for item in told(topic(), *events).items] == [("refused", "Chen"), ("replied", "Ben")]


def test_what_happened_in_several_trees_is_one_line() -> None:
    """Reverts and backports name their places, each with its proof."""
    events = [event("reverted", f"{n}@example.org", f"stable 6.{n}") for n in (11, 12)]
    item = told(topic(), *events).items[0]
    assert item.text == "stable 6.11; stable 6.12"
    assert len(item.evidence) == 2


def test_a_condition_is_told_with_its_words() -> None:
    """A plain tag without them."""
    condition = tag("conditional", "c@example.org", "v1-1@example.org", quote="With that fixed: Reviewed-by")
    data = topic(tags=[condition, tag("given", "g@example.org", "v1-1@example.org")])
    events = [
        {**event("tagged", name), "id": f"tagged:Reviewed-by:{name}"} for name in ("c@example.org", "g@example.org")
    ]
    texts = [item.text for item in told(data, *events).items]
    assert texts == ["Reviewed-by Ben Reviewer on a condition: With that fixed: Reviewed-by", "Reviewed-by Ben Reviewer"]


def test_tags_of_one_person_are_one_line() -> None:
    """With ranges of patches and all proofs; another tag, another person and other words have lines of their own."""
    patches = [(f"title {n}", str(n)) for n in range(1, 15)]
    several = [tag("given", f"{n}@x", f"v1-{n}@example.org") for n in (1, 3, 5, 6, 7, 8, 9)]
    several += [
        tag("given", "anna@x", "v1-2@example.org", who=ANNA), {**tag("given", "ack@x", "v1-2@example.org"), "name": "Acked-by"},
        tag("conditional", "if@x", "v1-2@example.org", quote="With that fixed"),
    ]  # fmt: skip
    events = [{**event("tagged", one["msgid"]), "id": f"tagged:{one['name']}:{one['msgid']}"} for one in several]
    found = told(topic(revisions=[revision(1, *patches)], tags=several), *events).items
    assert [item.text for item in found] == [
        "Reviewed-by Ben Reviewer on 1, 3, 5–9/14", "Reviewed-by Anna Author on 2/14", "Acked-by Ben Reviewer on 2/14",
        "Reviewed-by Ben Reviewer on 2/14 on a condition: With that fixed",
    ]  # fmt: skip
    assert found[0].evidence == tuple({"msgid": f"{n}@x"} for n in (1, 3, 5, 6, 7, 8, 9))


def test_tags_of_two_versions_name_them() -> None:
    """Numbers alone would not say which patches they are."""
    revisions = [revision(1, ("one", "a"), ("two", "b")), revision(2, ("one", "a"), ("two", "b"))]
    several = [tag("given", "1@x", "v1-2@example.org"), tag("given", "2@x", "v2-1@example.org", "v2-2@example.org")]
    events = [{**event("tagged", one["msgid"]), "id": f"tagged:Reviewed-by:{one['msgid']}"} for one in several]
    items = told(topic(revisions=revisions, tags=several), *events).items
    assert [item.text for item in items] == ["Reviewed-by Ben Reviewer on 2/2 of v1, all of v2"]


def test_lost_tags_of_one_person_are_one_line() -> None:
    """As those that were given."""
    revisions = [revision(1, ("one", "a"), ("two", "b")), revision(2, ("one", "A"), ("two", "B"), ("three", "c"))]
    several = [
        tag("given", f"{n}@x", f"v1-{n}@example.org", lost_in=["v2-0@example.org"], why="patch changed") for n in (1, 2)
    ]
    data = topic(revisions=revisions, tags=several)
    items = told(data, *[one for one in occurrences(data, NOW) if one["kind"] == "lost"]).items
    assert [item.text for item in items] == ["Reviewed-by of Ben Reviewer is missing in v2 (patch changed)"]
    assert len(items[0].evidence) == 2


def test_a_version_of_the_same_number_is_posted_again() -> None:
    """It is told apart by its date from the one it is compared with."""
    again = {**revision(1, ("one", "a"), at=NOW + DAY), "series": "again@example.org"}
    item = told(topic(revisions=[revision(1, ("one", "a")), again]), event("revised", "again@example.org")).items[0]
    assert (item.label, item.text) == ("posted again", "v1 by Anna Author: 1 patch; since that of 2024-05-29: the same patch")


def test_what_was_asked_before_the_period_is_still_open() -> None:
    """It comes after what happened in the period, whatever its date."""
    ask = {"kind": "request", "who": BEN, "text": "Add a test.", "patch": None}
    asks = [{**ask, "at": iso(NOW - at), "evidence": {"msgid": f"{at}@x"}} for at in (9 * DAY, DAY)]
    found = tell(
        topic(asks=asks, turn="author"), [event("agreement", "9@x")], None, mine=False, now=NOW, window=True, begin=NOW - 2 * DAY
    )
    assert found is not None
    labels = [item.label for item in found.items]
    assert labels == ["waits for an answer", "agreement", "still open"]


def test_of_many_topics_a_few_are_told_in_full() -> None:
    """Those of each section that moved last; none is left out, and few topics stay as they are."""
    several = [told(topic(id=n, turn_since=iso(NOW - n * DAY)), was=None) for n in range(1, 6)]
    found = shorten(tuple(reversed(several)), 2)
    assert [(one.id, one.brief) for one in found] == [(1, False), (2, False), (3, True), (4, True), (5, True)]
    assert shorten(several, 5) == tuple(several)


def test_the_heaviest_item_comes_first() -> None:
    """A refusal before a tag, a tag before replies."""
    found = told(topic(), event("replied", "1@x"), event("refused", "2@x"), event("agreement", "3@x"))
    assert [item.kind for item in found.items] == ["refused", "agreement", "replied"]


def test_the_users_turn_comes_first_then_the_weight() -> None:
    """A light topic of the user's before a heavy one of others; of those the heaviest, new ones last."""

    def of(number: int, kind: str, *, mine: bool = False, was: tuple[str, str] | None = ("in-review", "reviewer")) -> News:
        found = tell(topic(id=number), [event(kind, f"{number}@x")], was, mine=mine, now=NOW)
        assert found is not None
        return found

    several = [of(1, "replied"), of(2, "reverted"), of(3, "replied", mine=True), of(4, "reverted", was=None)]
    assert [one.id for one in order(several)] == [3, 2, 1, 4]


def test_what_else_waits_for_an_answer_is_named() -> None:
    """Of the author's turn all that was asked, but for what the verdict tells already; of others' turns nothing."""

    def ask(name: str, patch: str | None) -> dict[str, Any]:
        return {"kind": "request", "who": BEN, "text": "Add a test.", "at": iso(NOW), "patch": patch, "evidence": {"msgid": name}}

    asks = [ask("1@example.org", None), ask("2@x", "v1-2@example.org"), ask("3@x", None)]
    data = topic(revisions=[revision(1, ("one", "a"), ("two", "b"))], asks=asks, turn="author")
    found = [item.text for item in told(data, event("agreement", "9@x")).items if item.kind == "waiting"]
    assert found == ["Ben Reviewer on 2/2: Add a test.", "Ben Reviewer: Add a test."]
    assert [item.kind for item in told({**data, "turn": "reviewer"}, event("agreement", "9@x")).items] == ["agreement"]
    many = [ask(f"{n}@y", None) for n in range(9)]
    assert told({**data, "asks": many}, event("agreement", "9@x")).items[-1].text == "4 more"


def test_patience_is_the_same_everywhere() -> None:
    """A promise is overdue for the digest when it is for the tags of a topic."""
    assert (news.PATIENCE, rows.PATIENCE) == (review.PATIENCE, review.PATIENCE)
