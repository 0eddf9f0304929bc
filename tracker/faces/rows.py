"""Values to cells: glyphs, status words, ages, people. Shared by every face, so that they all speak alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.core.dates import iso
from tracker.core.versions import newest
from tracker.faces.plain import brief, plain

DAY = 86_400
NAME = 100  # characters of a name that are shown

# glyph and colour (an SGR number) of every status; the word itself always stands beside them.
STATUS = {
    "reverted": ("↶", "31"), "released": ("✔", "32"), "merged": ("✔", "32"), "in-next": ("◆", "32"), "applied": ("◆", "32"),
    "partly-applied": ("◈", "32"), "dropped": ("✘", "31"), "superseded": ("→", "2"), "rejected": ("✘", "31"),
    "changes-requested": ("✎", "33"), "reviewed": ("★", "36"), "in-review": ("◷", "36"), "stalled": ("…", "2"),
    "posted": ("○", "0"), "discussion": ("¶", "0"), "unknown": ("?", "0"),
}  # fmt: skip


def glyph(status: str) -> str:
    """The sign that stands before a status word."""
    return STATUS.get(status, STATUS["unknown"])[0]


def colour(status: str) -> str:
    """The SGR number of a status."""
    return STATUS.get(status, STATUS["unknown"])[1]


def status_words(status: str) -> str:
    """A status as people write it: `changes requested`."""
    return status.replace("-", " ")


def age(seconds: int | None, now: int) -> str:
    """How long ago: `3h`, `12d`, `2y`; `?` when it is not known."""
    if seconds is None:
        return "?"
    days = max(0, now - seconds) // DAY
    if days == 0:
        return f"{max(0, now - seconds) // 3600}h"
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def age_days(seconds: int | None, now: int) -> int | None:
    """Whole days since then, or None when it is not known."""
    return None if seconds is None else max(0, now - seconds) // DAY


def person(value: Mapping[str, str]) -> str:
    """The name of a PERSON, else the address, safe to print; very long ones are cut."""
    return brief(value["name"] or value["email"] or "(nobody)", NAME)


# A promise older than this without its tag is overdue (seconds).
PATIENCE = 14 * DAY
LETTERS = {"Reviewed-by": "R", "Acked-by": "A", "Tested-by": "T"}


def aged(tags: Sequence[Mapping[str, Any]], now: int) -> list[dict[str, Any]]:
    """TAGs as they stand today: an open promise becomes overdue by itself."""
    limit = iso(now - PATIENCE) or ""
    late = [dict(tag) for tag in tags]
    for tag in late:
        if tag["verdict"] == "promised" and tag["state"] == "open" and tag["date"] and tag["date"] < limit:
            tag["state"] = "overdue"
    return late


def tag_counts(tags: Sequence[Mapping[str, Any]]) -> str:
    """`R2 A1 ✋1 ⌛1`: people whose tags count today by letter, open refusals, open promises; `–` for nothing."""
    found = []
    for name, letter in LETTERS.items():
        people = {tag["who"]["email"] or tag["who"]["name"] for tag in tags if tag["name"] == name and counts(tag)}
        found += [f"{letter}{len(people)}"] if people else []
    refused = sum(tag["verdict"] == "refused" and tag["current"] and not tag["settled_by"] for tag in tags)
    promised = sum(tag["verdict"] == "promised" and tag["state"] in ("open", "overdue") for tag in tags)
    found += [f"✋{refused}"] if refused else []
    found += [f"⌛{promised}"] if promised else []
    return " ".join(found) or "–"


def counts(tag: Mapping[str, Any]) -> bool:
    """Whether a TAG is an endorsement that holds for the newest revision."""
    given = tag["verdict"] in ("given", "kept") or (tag["verdict"] == "conditional" and tag["state"] == "kept")
    return bool(given and tag["current"] and not tag["mismatch"] and not tag.get("own"))


def tag_words(tag: Mapping[str, Any]) -> str:
    """One TAG in words: `✔ Reviewed-by Josef Bacik`, `⌛ Josef Bacik promised Reviewed-by → kept`."""
    who, name = person(tag["who"]), plain(tag["name"])
    part = f" # {plain(tag['part'])}" if tag["part"] else ""
    if tag["mismatch"]:
        return f"✗ {name} {who}{part}: in another person's name, not counted"
    state = f" → {tag['state']}" if tag["state"] else ""
    words = {
        "given": f"✔ {name} {who}{part}", "kept": f"✔ {name} {who}{part} kept",
        "conditional": f"~ {name} {who}{part}, on a condition{state}", "promised": f"⌛ {who} promised {name}{state}",
        "refused": f"✋ {who} refused{part}", "withdrawn": f"↩ {who} took back {name}",
    }  # fmt: skip
    return words.get(tag["verdict"], f"{name} {who}")


_DONE_TO = {
    "reverts": "reverted by", "reapplies": "re-applied by", "backports": "backported by", "fixes": "fixed by",
    "depends": "needed by", "alternative": "has an alternative in", "follows": "followed by",
}  # fmt: skip
_DOES = {"depends": "depends on", "alternative": "an alternative to"}


def relation(kind: str, by: str) -> str:
    """How a topic is related to another, seen from the first: `reverts`, or `reverted by` when the other does it."""
    return _DOES.get(kind, kind) if by == "this" else _DONE_TO.get(kind, kind)


_BARS = "▁▂▃▄▅▆▇█"
_WEEK = 7 * DAY


def sparkline(dates: Sequence[int], now: int, weeks: int = 8) -> str:
    """How lively the last weeks were, a bar a week, the newest last; blank weeks are blanks. dates: seconds UTC."""
    counts = [0] * weeks
    for date in dates:
        back = (now - date) // _WEEK
        if 0 <= back < weeks:
            counts[weeks - 1 - back] += 1
    most = max(counts)
    return "".join(_BARS[(one * len(_BARS) - 1) // most] if one else " " for one in counts) if most else " " * weeks


def version(data: Mapping[str, Any]) -> str:
    """The label of a topic's newest posted revision, `-` when it has none."""
    revision = newest(data)
    return str(revision["label"]) if revision else "-"


def turn_words(turn: str, who: Sequence[Mapping[str, str]]) -> str:
    """Whose turn it is, by name where one is known."""
    return person(who[0]) if who else turn


def is_my_turn(data: Mapping[str, Any], me: Sequence[str]) -> bool:
    """Whether the user has to act next. me: his addresses in lower case."""
    if data["turn"] == "author":
        return any(revision["author"]["email"].lower() in me for revision in data["revisions"][-1:])
    return any(who["email"].lower() in me for who in data["turn_who"])


def parts(revision: Mapping[str, Any]) -> str:
    """How much of a revision is at hand: `3 patches`, `2 of 3 patches`, `cover only`."""
    have, expected = len(revision["patches"]), revision["expected"]
    if not have:
        return f"cover only, {expected} expected"
    if revision["complete"]:
        return f"{have} patch" if have == 1 else f"{have} patches"
    return f"{have} of {expected} patches"
