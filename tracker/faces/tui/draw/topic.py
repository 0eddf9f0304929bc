"""A topic's header, its preview beside the list, and the panes that are lists: versions, landings, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.faces import rows
from tracker.faces.path import steps
from tracker.faces.plain import pad, width
from tracker.faces.tui.draw.line import BOLD, DIM, GOOD, INFO, REVERSE, WARN, Line, Sheet, line, safe, with_right, wrap
from tracker.faces.tui.draw.path import chain_line, step_colour


def status_line(topic: Mapping[str, Any], me: Sequence[str]) -> Line:
    """`✎ changes requested · your turn since 2024-06-03`."""
    status = topic["status"]
    colour = rows.colour(status)
    sgr = BOLD if colour == "0" else f"{BOLD};{colour}"
    manual = " (set by hand)" if topic["manual"] else ""
    parts: list[str | tuple[str, str]] = [(f"{rows.glyph(status)} {rows.status_words(status)}", sgr), (manual, DIM)]
    addresses = {one.lower() for one in me}
    since = f" since {topic['turn_since'][:10]}" if topic["turn_since"] else ""
    if any(one["email"].lower() in addresses for one in topic["turn_who"]):
        parts += [" · ", (f"your turn{since}", f"{BOLD};{WARN}")]
    elif topic["turn_who"]:
        names = ", ".join(safe(rows.person(one)) for one in topic["turn_who"][:2])
        parts.append(f" · turn of {names}{since}")
    elif topic["turn"] == "nobody":
        parts.append(f" · nobody's turn{since}")
    elif topic["turn"] != "unknown":
        parts.append(f" · {topic['turn']}'s turn{since}")
    return line(*(part for part in parts if part not in ("", ("", DIM))))


def facts_line(topic: Mapping[str, Any]) -> Line:
    """Lists, followed or not, unread, snoozed."""
    words = [safe(", ".join(topic["lists"])) or "no list named", "followed" if topic["followed"] else "not followed"]
    words += [f"{topic['unread']} unread"] if topic["unread"] else []
    words += [f"snoozed until {topic['snoozed_until'][:10]}"] if topic["snoozed_until"] else []
    return line((" · ".join(words), DIM))


def header(topic: Mapping[str, Any], room: int, me: Sequence[str]) -> list[Line]:
    """Three lines: title and number, status and turn, reason."""
    number = f"#{topic['id']}"
    title = with_right(line((safe(topic["title"]), BOLD)), line((number, DIM)), room)
    version = line((safe(rows.version(topic)), BOLD))
    return [title, with_right(status_line(topic, me), version, room), line(safe(topic["status_reason"]))]


def pane_tabs(panes: Sequence[str], topic: Mapping[str, Any] | None, room: int) -> list[str]:
    """The tabs of a topic's panes, as wide as they are drawn: with what is in each, where *room* columns allow it."""
    plain = [f" {number} {pane.capitalize()} " for number, pane in enumerate(panes, 1)]
    if topic is None:
        return plain
    counts = {name: str(len(topic[key])) for name, key in _COUNTED.items() if topic[key]}
    if topic["unread"]:
        counts["thread"] = f"●{topic['unread']}"
    full = [f"{tab}{counts[pane]} " if pane in counts else tab for tab, pane in zip(plain, panes, strict=True)]
    return full if sum(map(width, full)) <= room else plain


_COUNTED = {"versions": "revisions", "landings": "landings", "notes": "notes"}


def pane_bar(tabs: Sequence[str], chosen: int) -> Line:
    """The tabs in one line, the chosen one reversed."""
    return line(*((tab, f"{BOLD};{REVERSE}" if number == chosen else "") for number, tab in enumerate(tabs)))


def gone_sheet(of_snapshot: bool, room: int) -> Sheet:
    """What stands where a topic was. of_snapshot: the snapshot's, from before there was a store."""
    return Sheet(wrap(_REPLACED if of_snapshot else _GONE, room))


_GONE = "This topic is gone: its mail may belong to another one now. q goes back."
_REPLACED = (
    "This was a topic of the snapshot that ships with tracker. A store of your own has taken its place; q goes back to that."
)


def preview(topic: Mapping[str, Any], room: int, me: Sequence[str]) -> list[Line]:
    """What to know before opening it: status, reason, chain, tags, versions, the last steps, who wrote what is unread."""
    lines = [status_line(topic, me)]
    lines += wrap(safe(topic["status_reason"]), room, DIM)
    lines.append(facts_line(topic))
    tags = rows.tag_counts(topic["tags"])
    labels = ", ".join(safe(one["label"]) for one in topic["revisions"][-6:]) or "no patches"
    lines.append(line((f"{labels}", BOLD), f" · tags {tags}" if tags != "–" else " · no tags"))
    compact = chain_line(topic)
    if sum(width(span.text) for span in compact) <= room:
        lines.append(compact)
    for tag in topic["tags"]:
        if tag["verdict"] in ("refused", "promised", "conditional") and tag["state"] != "kept" and not tag["settled_by"]:
            lines += wrap(rows.tag_words(tag), room, WARN)[:2]
    for note in topic["notes"][-2:]:
        lines += wrap(f"note {note['at'][:10]}: {safe(note['text'])}", room, INFO)[:2]
    lines.append(())
    for step in reversed(steps(topic)[-12:]):
        lines.append(line((f"{(step.at or '')[:10]:10} ", DIM), (pad(step.label, 13) + " ", step_colour(step)), step.text))
    for one in topic["related"][:4]:
        how = rows.relation(one["kind"], one.get("by", "this"))
        lines.append(line(("↔ ", DIM), f"{how} #{one['topic']} ", safe(one["title"])))
    return lines


def versions_sheet(topic: Mapping[str, Any], marked: str | None, room: int) -> Sheet:
    """The revisions, newest first; *marked*: the series that the next range-diff starts from."""
    lines: list[Line] = []
    keys: list[str | None] = []
    for one in reversed(topic["revisions"]):
        sign = "◉ " if one["series"] == marked else "  "
        tie = one["link"]
        how = "" if not tie else "by hand" if tie["manual"] else f"{tie['how']} {tie['confidence']:.0%}"
        given = rows.tag_counts([tag for tag in topic["tags"] if tag["series"] == one["series"]])
        head = line(
            (sign, WARN), (f"{(one['date'] or 'unknown   ')[:10]} ", DIM), (pad(safe(one["label"]), 12), BOLD),
            f"{pad(safe(rows.person(one['author'])), 22 if room > 90 else 14)} ", f"{pad(rows.parts(one), 10)} ",
            (pad(how, 14 if room > 70 else 0), DIM), " ", given,
        )  # fmt: skip
        lines.append(head)
        keys.append(one["series"])
        lines.append(line((" " * 13 + safe(one["subject"]), DIM)))
        keys.append(None)
    if not lines:
        lines = [line(("No version with patches is at hand.", DIM))]
        keys = [None]
    return Sheet(lines, keys)


def landings_sheet(topic: Mapping[str, Any], room: int) -> Sheet:
    """Every commit in every tree, by tree; says what it means when there is none."""
    if not topic["landings"]:
        return Sheet(_teach_landings(topic, room))
    lines: list[Line] = []
    keys: list[Any] = []
    order = {"maintainer": 0, "next": 1, "mainline": 2, "stable": 3}
    subjects = {patch["msgid"]: patch["subject"] for one in topic["revisions"] for patch in one["patches"]}
    before = None
    by_place = sorted(
        topic["landings"], key=lambda one: (order.get(one["role"], 9), one["tree"], one["branch"], one["date"] or "")
    )
    for one in by_place:
        place = " ".join(safe(word) for word in (one["role"], one["tree"], one["branch"]) if word)
        if place != before:
            lines += [line((place, f"{BOLD};{GOOD}"))] if before is None else [(), line((place, f"{BOLD};{GOOD}"))]
            keys += [None] if before is None else [None, None]
            before = place
        lines.append(
            line(
                (f"  {(one['date'] or 'unknown   ')[:10]} ", DIM), (pad(safe(one["commit"][:12]) or "(no commit id)", 14), BOLD),
                pad(" ".join(safe(tag) for tag in (one["first_tag"], one["first_release"]) if tag) or "in no release", 20),
                f" {safe(subjects.get(one['patch'], ''))}",
            )
        )  # fmt: skip
        evidence = one["evidence"][0] if one["evidence"] else {"commit": one["commit"], "tree": one["tree"]}
        keys.append(tuple(sorted(evidence.items())))
        for more in _landing_notes(one):
            lines += wrap(more, room, DIM, " " * 13)
            keys += [None] * (len(lines) - len(keys))
    return Sheet(lines, keys)


def _landing_notes(one: Mapping[str, Any]) -> list[str]:
    how = {"record": "a recorded fact, not verified here", "mail": "told by a mail"}.get(one["how"], f"found by {one['how']}")
    words = [f"{how}, {one['confidence']:.0%} sure"] + ([f"by {rows.person(one['by'])}"] if one["by"] else [])
    words += [f"merge {safe(one['merge'])}"] if one["merge"] else []
    found = [" · ".join(words)]
    found += [f"⟳ replaced by {safe(one['replaced_by'])}"] if one["replaced_by"] else []
    found += [f"↶ reverted by {safe(one['reverted_by'])}"] if one["reverted_by"] else []
    found += ["✘ taken out of the branch again"] if one.get("dropped") else []
    return found


def _teach_landings(topic: Mapping[str, Any], room: int) -> list[Line]:
    lines = [line(("No commit of this topic is known in any tree.", BOLD)), ()]
    lines += wrap(
        "Landings come from mails (b4 ty, the patchwork and pull-request robots, stable review) and from git trees. "
        "Press t to see the trees that are looked at and how to add one.", room,
    )  # fmt: skip
    return lines


def notes_sheet(topic: Mapping[str, Any], room: int) -> Sheet:
    """The user's notes, newest last."""
    lines: list[Line] = []
    for note in topic["notes"]:
        for number, piece in enumerate(note["text"].split("\n")):
            lines += wrap(safe(piece), room, "", f"{note['at'][:10]:10}  " if not number else " " * 12)
    if not lines:
        lines = [line(("No notes.", BOLD)), (), *wrap("i writes one. Notes stay on this machine and out of every report.", room)]
    return Sheet(lines)
