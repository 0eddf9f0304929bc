"""What of a topic is news: pure functions from TOPIC (schema 1) and what was learned since to lines for a digest.

A digest tells, for each topic, where it stands now and who acts next, and below that what is new, each with its evidence.
The words for a face are in the tables here; nothing is escaped yet, so a face has to make texts from mails safe itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tracker.core.dates import iso, parse_iso
from tracker.core.newslines import STILL_OPEN, Item, items_of, name_of, numbers_of, waiting_of
from tracker.core.silence import is_silent
from tracker.core.versions import newest

DAY = 86_400
PATIENCE = 14 * DAY  # as in review.py, which takes a while to import
Json = Mapping[str, Any]
YOURS, MOVED, NEW = "yours", "moved", "new"
_RANK = {YOURS: 0, MOVED: 1, NEW: 2}

# What a status weighs when a topic comes to have it.
_STATUS_WEIGHT = {
    "reverted": 100, "dropped": 90, "rejected": 85, "released": 70, "merged": 65, "changes-requested": 64, "superseded": 58,
    "in-next": 56, "applied": 55, "partly-applied": 55, "reviewed": 50, "stalled": 48,
}  # fmt: skip
# Who is to do what, by whose turn it is and how the topic stands; '' stands for every other status.
_ACTIONS: Mapping[tuple[str, str], str] = {
    ("author", "changes-requested"): "answer, or post a new version", ("author", "stalled"): "post it again, or ask",
    ("author", "partly-applied"): "answer what is open", ("author", "dropped"): "find out why, and post again",
    ("author", "reverted"): "answer what is open", ("author", ""): "look at what is open",
    ("reviewer", "posted"): "review", ("reviewer", "in-review"): "answer, or give a tag", ("reviewer", "stalled"): "review",
    ("reviewer", ""): "review", ("maintainer", "reviewed"): "apply it", ("maintainer", "stalled"): "apply it, or say why not",
    ("maintainer", "partly-applied"): "apply the rest", ("maintainer", "merged"): "revert it, or say why not",
    ("maintainer", "released"): "revert it, or say why not", ("maintainer", ""): "decide",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """What a digest says of one topic.

    section: YOURS (the user's turn), MOVED, or NEW (told of for the first time). was: the status that was told last, None
    when none was. turn, who, since, action: who acts next, PERSONs, ISO 8601, in words what is to be done ('' nothing).
    age: whole days since the turn, else since the newest mail; None unknown. events: EVENTs behind the items. brief: there
    are so many that this one is told in one line.
    """

    id: int
    title: str
    label: str
    status: str
    was: str | None
    reason: str
    evidence: tuple[Mapping[str, str], ...]
    turn: str
    who: tuple[Mapping[str, str], ...]
    since: str | None
    action: str
    age: int | None
    section: str
    items: tuple[Item, ...]
    events: tuple[Json, ...]
    weight: int
    notes: tuple[str, ...] = ()
    watched: str = ""
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """A source that does not answer. at: when it last did, failed: since when it does not, seconds UTC, None unknown."""

    source: str
    at: int | None
    failed: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest. since, until: the period, seconds UTC; since None: the present state. window: asked for by dates.

    news: in the order to be told. waiting: (number, title) of topics without news where it is the user's turn; silent: how
    many topics have no news; stalled: those of them, not waiting ones, that nothing moves. previous: when the last digest was
    made and its message id, '' when it was not mailed; thread: the message id of the last one that was. shared: it goes to
    others, so that what came from the user's own files is left out. links: message id -> where that mail can be read.
    whose: None when the user reads it, else the user's name ('' unknown): those who read it are others. query: that of the
    profile. kept: what it tells counts as told; the snapshot that comes with the program is the same every time.
    """

    profile: str
    since: int | None
    until: int
    window: bool
    news: tuple[News, ...]
    waiting: tuple[tuple[int, str], ...] = ()
    silent: int = 0
    stalled: tuple[tuple[int, str], ...] = ()
    unseen: tuple[Unseen, ...] = ()
    previous: tuple[int, str] | None = None
    shared: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    thread: str = ""
    whose: str | None = None
    query: str = ""
    kept: bool = True

    def section(self, name: str) -> tuple[News, ...]:
        """The news of one section."""
        return tuple(one for one in self.news if one.section == name)


def occurrences(topic: Json, now: int) -> list[dict[str, Any]]:
    """EVENTs of *topic*, and those that come of time or of a comparison: a tag lost, a promise overdue, gone silent, awake again.

    topic: TOPIC with the status of today; snoozed_until may be missing.
    """
    return [*topic["events"], *_lost(topic), *_overdue(topic, now), *_stalled(topic), *_woken(topic, now)]


def _event(kind: str, key: str, at: str | None, text: str, evidence: Mapping[str, str]) -> dict[str, Any]:
    return {"id": f"{kind}:{key}", "at": at, "seen_at": None, "kind": kind, "text": text, "evidence": dict(evidence)}


def _lost(topic: Json) -> Iterable[dict[str, Any]]:
    """Tags that a revision does not carry on."""
    revisions = {one["series"]: one for one in topic["revisions"]}
    for tag in topic["tags"]:
        if tag["source"] != "reply" or tag["verdict"] not in ("given", "kept") or tag["mismatch"] or tag.get("own"):
            continue
        for series in tag["lost_in"][:1]:
            if series not in revisions:
                continue
            of = f" on {numbers}" if (numbers := numbers_of(topic, tag["patches"])) else ""
            why = f" ({tag['why']})" if tag.get("why") else ""
            text = f"{tag['name']} of {name_of(tag['who'])}{of} is missing in {revisions[series]['label']}{why}"
            yield _event("lost", f"{tag['name']}:{tag['msgid']}", revisions[series]["date"], text, {"msgid": tag["msgid"]})


def _overdue(topic: Json, now: int) -> Iterable[dict[str, Any]]:
    for tag in topic["tags"]:
        at = parse_iso(tag["date"]) if tag["date"] else None
        if tag["verdict"] == "promised" and tag["state"] in ("open", "overdue") and at is not None and at + PATIENCE <= now:
            text = f"{name_of(tag['who'])} promised {tag['name']} on {tag['date'][:10]}: {tag['quote']}"
            yield _event("overdue", f"{tag['name']}:{tag['msgid']}", iso(at + PATIENCE), text, {"msgid": tag["msgid"]})


def _stalled(topic: Json) -> Iterable[dict[str, Any]]:
    moved = topic.get("moved")
    if moved and is_silent(topic["status"], moved):
        evidence = topic["evidence"][0] if topic["evidence"] else {"record": "no mail since"}
        yield _event("stalled", moved, None, f"nothing moved since {moved[:10]}", evidence)


def _woken(topic: Json, now: int) -> Iterable[dict[str, Any]]:
    until = topic.get("snoozed_until")
    if until and (parse_iso(until) or 0) <= now:
        yield _event("woken", until, until, f"snoozed until {until[:10]}", {"record": "snoozed by hand"})


# --- one topic


def tell(
    topic: Json, fresh: Sequence[Json], was: tuple[str, str] | None, *, mine: bool, now: int, window: bool = False,
    begin: int | None = None,
) -> News | None:  # fmt: skip
    """The news of one topic, None when there is none.

    fresh: the events that are news, of `occurrences`. was: status and turn as they were told last, None when the topic was
    never told of: then it is NEW, whatever is fresh. mine: it is the user's turn. window: a period is told, in which a
    topic is new only when it was posted; begin: its first second, None when it has none.
    """
    turned = was is not None and was[1] != topic["turn"] and mine
    moved = was is not None and was[0] != topic["status"]
    if not fresh and not moved and not turned and (was is not None or window):
        return None
    items = (*items_of(topic, fresh), *waiting_of(topic, iso(begin) or ""))
    if window:  # a story is told in the order of time, and what is older than it comes after it
        items = tuple(sorted(items, key=lambda item: (item.label == STILL_OPEN, item.at is None, item.at or "")))
    section = YOURS if mine else NEW if was is None else MOVED
    weights = [item.weight for item in items] + ([_STATUS_WEIGHT.get(topic["status"], 30)] if moved else [])
    since = topic["turn_since"]
    last = max((event["at"] for event in topic["events"] if event["at"]), default=None)
    counted = parse_iso(since or last or "")
    return News(
        topic["id"], topic["title"], _label(topic), topic["status"], was[0] if was else None, topic["status_reason"],
        tuple(topic["evidence"][:3]), topic["turn"], tuple(topic["turn_who"]), since, action(topic),
        None if counted is None else max(0, now - counted) // DAY, section, items, tuple(fresh), max(weights, default=0),
        tuple(note["text"] for note in topic.get("notes", ())),
    )  # fmt: skip


def order(news: Iterable[News]) -> tuple[News, ...]:
    """The user's turn first, then what moved, then what is new; the heaviest first, and of equals the oldest number."""
    return tuple(sorted(news, key=lambda one: (_RANK[one.section], -one.weight, one.id)))


def shorten(news: Sequence[News], most: int) -> tuple[News, ...]:
    """*news* with all but *most* made brief; those of a section that moved last stand first and keep their words."""
    if len(news) <= most:
        return tuple(news)
    never = 1 << 40  # days: an age that is not known comes last
    found = sorted(news, key=lambda one: (_RANK[one.section], never if one.age is None else one.age, -one.weight, one.id))
    return tuple(replace(one, brief=at >= most) for at, one in enumerate(found))


def action(topic: Json) -> str:
    """What whoever has the turn is to do, '' when it is nobody's or not known."""
    return _ACTIONS.get((topic["turn"], topic["status"])) or _ACTIONS.get((topic["turn"], ""), "")


def _label(topic: Json) -> str:
    revision = newest(topic)
    return str(revision["label"]) if revision else ""
