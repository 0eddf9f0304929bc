"""The lines of a digest's news: events of one topic that belong together are told together, each line with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.versions import is_offered

Json = Mapping[str, Any]
_MAX_ASKS = 5
STILL_OPEN = "still open"

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


@dataclass(frozen=True, slots=True)
class Item:
    """One line of news. label: a word or two; text: in words, as mails say it; at: ISO 8601 or None; evidence: EVIDENCEs."""

    kind: str
    label: str
    text: str
    at: str | None
    evidence: tuple[Mapping[str, str], ...]
    weight: int


def name_of(person: Mapping[str, str]) -> str:
    """How a PERSON is called in a sentence."""
    return person["name"] or person["email"] or "somebody"


def numbers_of(topic: Json, patches: Collection[str]) -> str:
    """`2/3`, `1, 3, 5–9/14`: which patches of their postings, '' for all of one; of several postings each with its version."""
    found = []
    for revision in topic["revisions"]:
        own = [patch for patch in revision["patches"] if patch["msgid"] in patches]
        if own:
            some = f"{_ranges([patch['n'] for patch in own])}/{revision['expected']}"
            found.append(("" if len(own) == len(revision["patches"]) else some, revision["label"]))
    if len(found) > 1:
        return ", ".join(f"{some} of {label}" if some else f"all of {label}" for some, label in found)
    return found[0][0] if found else ""


def _ranges(numbers: Sequence[int]) -> str:
    """`1, 3, 5–9`."""
    runs: list[list[int]] = []
    for one in sorted(set(numbers)):
        if runs and one == runs[-1][1] + 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return ", ".join(str(a) if a == b else f"{a}, {b}" if b == a + 1 else f"{a}–{b}" for a, b in runs)


def items_of(topic: Json, fresh: Sequence[Json]) -> tuple[Item, ...]:
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


def waiting_of(topic: Json, since: str = "") -> list[Item]:
    """What else waits for an answer of the author, where it is his turn: the verdict tells one of it.

    since: ISO 8601, when the period that is told begins; what was asked before that is called so.
    """
    if topic["turn"] != "author":
        return []
    told = {one.get("msgid") for one in topic["evidence"][:1]}
    asks = [ask for ask in topic.get("asks", ()) if ask["evidence"]["msgid"] not in told]
    found = []
    for ask in asks[:_MAX_ASKS]:
        of = f" on {numbers}" if ask["patch"] and (numbers := numbers_of(topic, (ask["patch"],))) else ""
        label = STILL_OPEN if (ask["at"] or since) < since else ""
        found.append(_item("waiting", [ask], f"{name_of(ask['who'])}{of}: {ask['text']}", label))
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

    def words(tag: Json) -> tuple[str, str]:
        said = f": {tag['quote']}" if tag["verdict"] in ("conditional", "promised", "refused", "withdrawn") else ""
        state = {"conditional": " on a condition"}.get(tag["verdict"], "")
        kept = f" → {tag['state']}" if tag["state"] in ("kept", "overdue") else ""
        return f"{tag['name']} {name_of(tag['who'])}", state + said + kept

    return _folded(topic, events, words)


def _lost(topic: Json, events: Sequence[Json]) -> list[Item]:
    """Tags that a version does not carry on, with the patches they were about."""
    labels = {one["series"]: one["label"] for one in topic["revisions"]}

    def words(tag: Json) -> tuple[str, str]:
        why = f" ({tag['why']})" if tag.get("why") else ""
        there = labels.get(next(iter(tag["lost_in"]), ""), "a later version")
        return f"{tag['name']} of {name_of(tag['who'])}", f" is missing in {there}{why}"

    return _folded(topic, events, words)


def _folded(topic: Json, events: Sequence[Json], words: Callable[[Json], tuple[str, str]]) -> list[Item]:
    """A line for all events of tags that have the same words before and behind the numbers of their patches."""
    tags = {(tag["name"], tag["msgid"]): tag for tag in topic["tags"]}
    groups: dict[tuple[str, str, str], tuple[list[Json], list[str]]] = {}
    for event in events:
        tag = tags.get((event["id"].split(":")[1], event["evidence"].get("msgid", "")))
        key = (event["text"], "", event["id"]) if tag is None else (*words(tag), tag["who"]["email"].casefold())
        several, patches = groups.setdefault(key, ([], []))
        several.append(event)
        patches += tag["patches"] if tag is not None else ()
    found = []
    for (before, behind, _), (several, patches) in groups.items():
        of = f" on {numbers}" if (numbers := numbers_of(topic, patches)) else ""
        found.append(_item(several[0]["kind"], several, f"{before}{of}{behind}"))
    return found


def _revised(topic: Json, events: Sequence[Json]) -> list[Item]:
    """New versions, with what changed since the one before; a version of a number that was there before is posted again."""
    found = []
    revisions = topic["revisions"]
    places = {one["series"]: at for at, one in enumerate(revisions)}
    for event in events:
        at = places.get(event["evidence"].get("msgid", ""))
        if at is None:
            found += _each(topic, [event])
            continue
        revision = revisions[at]
        offered = is_offered(revision)
        again = not offered and any(one["label"] == revision["label"] for one in revisions[:at])
        text = f"{revision['label']} by {name_of(revision['author'])}{' in a reply' if offered else ''}: {_patches(revision)}"
        if at and (changes := _changes(revisions[at - 1], revision)):
            text += f"; {changes}"
        found.append(_item(event["kind"], [event], text, "posted again" if again else ""))
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
    same = before["label"] == after["label"]
    earlier = f"that of {before['date'][:10]}" if same and before["date"] else "the one before" if same else before["label"]
    return f"since {earlier}: {', '.join(told)}"


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
    "refused": _tagged, "withdrawn": _tagged, "lost": _lost, "replied": _replies,
}  # fmt: skip
