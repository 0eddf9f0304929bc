"""What of a topic is news: pure functions from TOPIC (schema 1) and what was learned since to lines for a digest.

A digest tells, for each topic, where it stands now and who acts next, and below that what is new, each with its evidence.
The words for a face are in the tables here; nothing is escaped yet, so a face has to make texts from mails safe itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tracker.core.dates import iso, parse_iso

DAY = 86_400
PATIENCE = 14 * DAY  # as in review.py, which takes a while to import
Json = Mapping[str, Any]
YOURS, MOVED, NEW = "yours", "moved", "new"

# How much a piece of news weighs, by the kind of its event; the label that stands before it.
KINDS: Mapping[str, tuple[int, str]] = {
    "reverted": (100, "reverted"), "regression": (95, "regression"), "revert-asked": (94, "revert asked for"),
    "dropped": (90, "dropped"), "backport-failed": (85, "backport failed"), "refused": (80, "refused"),
    "build-report": (75, "build report"), "released": (70, "released"), "merged": (65, "merged"),
    "withdrawn": (62, "withdrawn"), "woken": (60, "awake again"), "superseded": (58, "superseded"), "in-next": (56, "in next"),
    "applied": (55, "applied"), "revised": (52, "new version"), "posted": (52, "posted"), "fixed": (50, "fixed"),
    "stalled": (48, "gone silent"), "overdue": (47, "overdue"), "lost": (46, "tag lost"), "backported": (45, "backported"),
    "pulled": (44, "pull request"), "tagged": (40, "tagged"), "promised": (35, "promised"), "replaced": (30, "replaced"),
    "waiting": (25, "waits for an answer"), "agreement": (20, "agreement"), "linked": (15, "linked"),
    "set": (15, "set by hand"), "replied": (10, "replies"),
}  # fmt: skip
# What a status weighs when a topic comes to have it.
_STATUS_WEIGHT = {
    "reverted": 100, "dropped": 90, "rejected": 85, "released": 70, "merged": 65, "changes-requested": 64, "superseded": 58,
    "in-next": 56, "applied": 55, "partly-applied": 55, "reviewed": 50, "stalled": 48,
}  # fmt: skip
_MAX_ASKS = 5
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
class Item:
    """One line of news. label: a word or two; text: in words, as mails say it; at: ISO 8601 or None; evidence: EVIDENCEs."""

    kind: str
    label: str
    text: str
    at: str | None
    evidence: tuple[Mapping[str, str], ...]
    weight: int


@dataclass(frozen=True, slots=True)
class News:
    """What a digest says of one topic.

    section: YOURS (the user's turn), MOVED, or NEW (told of for the first time). was: the status that was told last, None
    when none was. turn, who, since, action: who acts next, PERSONs, ISO 8601, in words what is to be done ('' nothing).
    age: whole days since the turn, else since the newest mail; None unknown. events: EVENTs behind the items.
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
    many topics have no news; stalled: numbers of those of them that nothing moves. previous: when the last digest was made
    and its message id. shared: it goes to others, so that what came from the user's own files is left out. links: message
    id -> where that mail can be read.
    """

    profile: str
    since: int | None
    until: int
    window: bool
    news: tuple[News, ...]
    waiting: tuple[tuple[int, str], ...] = ()
    silent: int = 0
    stalled: tuple[int, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    previous: tuple[int, str] | None = None
    shared: bool = False
    links: Mapping[str, str] = field(default_factory=dict)

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
            of = f" on {numbers}" if (numbers := _numbers(topic, tag["patches"])) else ""
            why = f" ({tag['why']})" if tag.get("why") else ""
            text = f"{tag['name']} of {_name(tag['who'])}{of} is missing in {revisions[series]['label']}{why}"
            yield _event("lost", f"{tag['name']}:{tag['msgid']}", revisions[series]["date"], text, {"msgid": tag["msgid"]})


def _numbers(topic: Json, patches: Collection[str]) -> str:
    """`2/3, 3/3`: which patches of their posting, '' for all of them."""
    for revision in topic["revisions"]:
        own = [patch for patch in revision["patches"] if patch["msgid"] in patches]
        if own and len(own) < len(revision["patches"]):
            return ", ".join(f"{patch['n']}/{revision['expected']}" for patch in own)
    return ""


def _overdue(topic: Json, now: int) -> Iterable[dict[str, Any]]:
    for tag in topic["tags"]:
        at = parse_iso(tag["date"]) if tag["date"] else None
        if tag["verdict"] == "promised" and tag["state"] in ("open", "overdue") and at is not None and at + PATIENCE <= now:
            text = f"{_name(tag['who'])} promised {tag['name']} on {tag['date'][:10]}: {tag['quote']}"
            yield _event("overdue", f"{tag['name']}:{tag['msgid']}", iso(at + PATIENCE), text, {"msgid": tag["msgid"]})


def _stalled(topic: Json) -> Iterable[dict[str, Any]]:
    moved = topic.get("moved")
    if topic["status"] == "stalled" and moved:
        evidence = topic["evidence"][0] if topic["evidence"] else {"record": "no mail since"}
        yield _event("stalled", moved, None, f"nothing moved since {moved[:10]}", evidence)


def _woken(topic: Json, now: int) -> Iterable[dict[str, Any]]:
    until = topic.get("snoozed_until")
    if until and (parse_iso(until) or 0) <= now:
        yield _event("woken", until, until, f"snoozed until {until[:10]}", {"record": "snoozed by hand"})


# --- one topic


def tell(
    topic: Json, fresh: Sequence[Json], was: tuple[str, str] | None, *, mine: bool, now: int, window: bool = False
) -> News | None:  # fmt: skip
    """The news of one topic, None when there is none.

    fresh: the events that are news, of `occurrences`. was: status and turn as they were told last, None when the topic was
    never told of: then it is NEW, whatever is fresh. mine: it is the user's turn. window: a period is told, in which a
    topic is new only when it was posted.
    """
    turned = was is not None and was[1] != topic["turn"] and mine
    moved = was is not None and was[0] != topic["status"]
    if not fresh and not moved and not turned and (was is not None or window):
        return None
    items = (*_items(topic, fresh), *_waiting(topic))
    if window:  # a story is told in the order of time
        items = tuple(sorted(items, key=lambda item: item.at or ""))
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
    rank = {YOURS: 0, MOVED: 1, NEW: 2}
    return tuple(sorted(news, key=lambda one: (rank[one.section], -one.weight, one.id)))


def action(topic: Json) -> str:
    """What whoever has the turn is to do, '' when it is nobody's or not known."""
    return _ACTIONS.get((topic["turn"], topic["status"])) or _ACTIONS.get((topic["turn"], ""), "")


def _label(topic: Json) -> str:
    labels = [one["label"] for one in topic["revisions"]]
    posted = [label for label in labels if label != "alternative"]
    return str((posted or labels or [""])[-1])


def _name(person: Mapping[str, str]) -> str:
    return person["name"] or person["email"] or "somebody"


# --- its items


def _items(topic: Json, fresh: Sequence[Json]) -> tuple[Item, ...]:
    """The fresh events as lines, those told together that belong together; the heaviest first, and of equals the oldest."""
    by_kind: dict[str, list[Json]] = {}
    said = {event["evidence"].get("msgid") for event in fresh if event["kind"] != "replied"}
    for event in fresh:
        if event["kind"] == "replied" and event["evidence"].get("msgid") in said:
            continue  # what it says is a line of its own
        by_kind.setdefault(event["kind"], []).append(event)
    found: list[Item] = []
    for kind, events in by_kind.items():
        found += _TELLERS.get(kind, _each)(topic, events)
    return tuple(sorted(found, key=lambda item: (-item.weight, item.at or "")))


def _waiting(topic: Json) -> list[Item]:
    """What else waits for an answer of the author, where it is his turn: the verdict tells one of it."""
    if topic["turn"] != "author":
        return []
    told = {one.get("msgid") for one in topic["evidence"][:1]}
    asks = [ask for ask in topic.get("asks", ()) if ask["evidence"]["msgid"] not in told]
    found = []
    for ask in asks[:_MAX_ASKS]:
        of = f" on {numbers}" if ask["patch"] and (numbers := _numbers(topic, (ask["patch"],))) else ""
        found.append(_item("waiting", [ask], f"{_name(ask['who'])}{of}: {ask['text']}"))
    if len(asks) > _MAX_ASKS:
        found.append(_item("waiting", asks[_MAX_ASKS:], f"{len(asks) - _MAX_ASKS} more"))
    return found


def _item(kind: str, events: Sequence[Json], text: str, label: str = "") -> Item:
    weight, word = KINDS.get(kind, (25, kind.replace("-", " ")))
    at = min((event["at"] for event in events if event["at"]), default=None)
    evidence = tuple({tuple(event["evidence"].items()): event["evidence"] for event in events if event["evidence"]}.values())
    return Item(kind, label or word, text, at, evidence, weight)


def _each(_topic: Json, events: Sequence[Json]) -> list[Item]:
    return [_item(event["kind"], [event], event["text"]) for event in events]


def _places(_topic: Json, events: Sequence[Json]) -> list[Item]:
    """What happened in several trees at once, in one line."""
    texts = list(dict.fromkeys(event["text"] for event in events))
    more = f"; and {len(texts) - 6} more" if len(texts) > 6 else ""
    return [_item(events[0]["kind"], events, "; ".join(texts[:6]) + more)]


def _tagged(topic: Json, events: Sequence[Json]) -> list[Item]:
    """Tags with the patches they are about; of a condition the words."""
    tags = {(tag["name"], tag["msgid"]): tag for tag in topic["tags"]}
    found = []
    for event in events:
        tag = tags.get((event["id"].split(":")[1], event["evidence"].get("msgid", "")))
        if tag is None:
            found.append(_item(event["kind"], [event], event["text"]))
            continue
        of = f" on {numbers}" if (numbers := _numbers(topic, tag["patches"])) else ""
        said = f": {tag['quote']}" if tag["verdict"] in ("conditional", "promised", "refused", "withdrawn") else ""
        state = {"conditional": " on a condition"}.get(tag["verdict"], "")
        text = f"{tag['name']} {_name(tag['who'])}{of}{state}{said}"
        kept = f" → {tag['state']}" if tag["state"] in ("kept", "overdue") else ""
        found.append(_item(event["kind"], [event], text + kept))
    return found


def _revised(topic: Json, events: Sequence[Json]) -> list[Item]:
    """New versions, with what changed since the one before."""
    found = []
    places = {one["series"]: at for at, one in enumerate(topic["revisions"])}
    for event in events:
        at = places.get(event["evidence"].get("msgid", ""))
        if at is None:
            found += _each(topic, [event])
            continue
        revision = topic["revisions"][at]
        offered = " in a reply" if revision["label"] == "alternative" else ""
        text = f"{revision['label']} by {_name(revision['author'])}{offered}: {_patches(revision)}"
        if at and (changes := _changes(topic["revisions"][at - 1], revision)):
            text += f"; {changes}"
        found.append(_item(event["kind"], [event], text))
    return found


def _patches(revision: Json) -> str:
    have, expected = len(revision["patches"]), revision["expected"]
    if have < expected:
        return f"{have} of {expected} patches at hand"
    return "1 patch" if have == 1 else f"{have} patches"


def _changes(before: Json, after: Json) -> str:
    """`since v2: 1 as before, 1 changed, 1 new, 1 gone`, by patch-id and then by title."""
    old, new = list(before["patches"]), list(after["patches"])
    if not old or not new:
        return ""
    counts = {"as before": 0, "changed": 0}
    for word, key in (("as before", "patch_id"), ("changed", "subject")):
        for patch in list(new):
            twin = next((one for one in old if patch[key] and one[key] == patch[key]), None)
            if twin is not None:
                old.remove(twin)
                new.remove(patch)
                counts[word] += 1
    if old and len(before["patches"]) == len(after["patches"]) == 1:  # one patch of another title in the place of one
        counts["changed"] += 1
        old, new = [], []
    told = [f"{number} {word}" for word, number in (*counts.items(), ("new", len(new)), ("gone", len(old))) if number]
    if len(after["patches"]) == 1 and len(told) == 1:
        told = [{"1 as before": "the same patch", "1 changed": "changed"}.get(told[0], told[0])]
    return f"since {before['label']}: {', '.join(told)}"


def _replies(_topic: Json, events: Sequence[Json]) -> list[Item]:
    """How many answers, and of whom; the proof is the newest."""
    counts: dict[str, int] = {}
    for event in events:
        counts[event["text"]] = counts.get(event["text"], 0) + 1
    names = [f"{name} ({count})" if count > 1 else name for name, count in counts.items()]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    many = f"{len(events)} replies" if len(events) > 1 else "1 reply"
    return [_item("replied", events[-1:], ", ".join(names[:5]) + more, many)]


_TELLERS: Mapping[str, Callable[[Json, Sequence[Json]], list[Item]]] = {
    "reverted": _places, "backported": _places, "revised": _revised, "posted": _revised, "tagged": _tagged, "promised": _tagged,
    "refused": _tagged, "withdrawn": _tagged, "replied": _replies,
}  # fmt: skip
