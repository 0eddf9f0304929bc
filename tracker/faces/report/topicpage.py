"""What the page of one topic shows, as plain values for its template."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tracker.core.dates import day, parse_iso
from tracker.core.matrix import Mark, matrix
from tracker.core.people import Person
from tracker.core.review import Review, review
from tracker.core.topic import revision_label
from tracker.faces import rows
from tracker.faces.commands.diff import compared
from tracker.faces.commands.tags import Loaded
from tracker.faces.path import chain, steps
from tracker.faces.report import charts
from tracker.faces.report.words import Links

DAY = 86_400
_MOST_LINES = 3_000  # of one range-diff
_MOST_DIFFS = 40
_MOST_PEOPLE = 20
_MOST_COLUMNS = 12  # people in the matrix

# Lanes of the timeline, the topmost first, and which events stand on which.
LANES = ("posted", "review", "maintainer's tree", "linux-next", "mainline", "stable", "reports")
_LANE = {
    **dict.fromkeys(("posted", "revised"), 0),
    **dict.fromkeys(("tagged", "promised", "refused", "withdrawn", "agreement"), 1),
    **dict.fromkeys(("applied", "replaced", "dropped"), 2), "in-next": 3, **dict.fromkeys(("pulled", "merged", "released"), 4),
    **dict.fromkeys(("backported", "backport-failed"), 5), **dict.fromkeys(("regression", "build-report", "fixed", "revert-asked"), 6),
}  # fmt: skip
_TROUBLE = ("refused", "withdrawn", "dropped", "backport-failed", "regression", "build-report", "revert-asked", "reverted")


def values(con: sqlite3.Connection, data: Mapping[str, Any], topic: Loaded, links: Links, now: int) -> dict[str, Any]:
    """Everything that topic.html needs. data: TOPIC of schema 1; topic: the same topic's mails, which may be fewer."""
    said = review(topic.revisions, topic.mails, now=now)
    found = steps(data)
    return {
        "title": data["title"], "status": data["status"], "reason": data["status_reason"], "turn": _turn(data),
        "evidence": links.proofs(data["evidence"]), "facts": _facts(data), "chain": chain(data), "timeline": _timeline(data),
        "steps": [
            {
                "day": (one.at or "unknown")[:10], "label": one.label, "text": one.text, "proofs": links.proofs(one.evidence),
                "notes": [(text, links.proofs((evidence,))) for text, evidence in one.notes],
            }
            for one in found
        ],
        "matrix": _matrix(said, topic, links), "said": list(_said(data, links)),
        "versions": list(_versions(con, data, topic, links)), "activity": _activity(data, topic),
        "related": [_related(one, links) for one in data["related"]], "notes": data["notes"],
    }  # fmt: skip


def _turn(data: Mapping[str, Any]) -> str:
    since = f" since {data['turn_since'][:10]}" if data["turn_since"] else ""
    if data["turn"] in ("nobody", "unknown"):
        return f"nobody's turn{since}" if data["turn"] == "nobody" else "whose turn is unknown"
    who = ", ".join(rows.person(one) for one in data["turn_who"][:3])
    return f"{data['turn']}'s turn{f' ({who})' if who else ''}{since}"


def _facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    authors = list(dict.fromkeys(rows.person(one["author"]) for one in data["revisions"]))
    posted = [one["date"][:10] for one in data["revisions"] if one["date"]]
    found = [
        ("Author" if len(authors) == 1 else "Authors", ", ".join(authors)),
        ("Lists", ", ".join(data["lists"])),
        ("Versions", f"{rows.version(data)}, {len(data['revisions'])} postings" + (f", {posted[0]} to {posted[-1]}" if posted else "")),
        ("Tags", rows.tag_counts(data["tags"])),
        ("Status set by hand", "yes" if data["manual"] else ""),
    ]
    return [(name, text) for name, text in found if text]


# --- the timeline


def _timeline(data: Mapping[str, Any]) -> str:
    """The dated events on lanes; '' when there is nothing to draw."""
    dots = []
    labels = {one["series"]: one["label"] for one in data["revisions"]}
    for event in data["events"]:
        at, lane = parse_iso(event["at"] or ""), _lane(event)
        if at is not None and lane is not None:
            short = labels.get(event["evidence"].get("msgid", ""), "") if lane == 0 else ""
            told = f"{event['at'][:10]} {short or rows.status_words(event['kind'])}: {event['text']}"
            dots.append((at, lane, short, told, event["kind"] in _TROUBLE))
    if not dots:
        return ""
    shown = sorted({lane for _, lane, *_ in dots})
    about = f"{len(dots)} steps from {day(min(one[0] for one in dots))} to {day(max(one[0] for one in dots))}; the table below has them all."
    return charts.lanes(
        "The way of this topic in time", about, [LANES[lane] for lane in shown],
        [charts.Dot(at, shown.index(lane), short, told, trouble) for at, lane, short, told, trouble in dots],
    )  # fmt: skip


def _lane(event: Mapping[str, Any]) -> int | None:
    if event["kind"] == "reverted":
        return 5 if "stable" in event["text"] else 4
    return _LANE.get(event["kind"])


# --- review

_SIGNS = {
    "given": ("✔", "good"), "own": ("·", "soft"), "conditional": ("◇", "warn"), "promised": ("⌛", "warn"), "refused": ("✋", "bad"),
    "withdrawn": ("↶", "bad"), "lost": ("✗", "bad"),
}  # fmt: skip


def _matrix(said: Review, topic: Loaded, links: Links) -> dict[str, Any]:
    table = matrix(said, topic.revisions)
    people = table.people[:_MOST_COLUMNS]
    return {
        "label": table.label, "expected": max(table.expected, len(table.rows)), "people": [_name(one) for one in people],
        "rows": [
            {
                "n": row.n, "title": row.title, "href": links.mail(row.msgid),
                "cells": [[_mark(mark, links) for mark in cell] for cell in row.cells[: len(people)]],
            }
            for row in table.rows
        ],
    }  # fmt: skip


def _mark(mark: Mark, links: Links) -> dict[str, str]:
    sign, tone = _SIGNS[mark.kind]
    words = [mark.tag.name, f"# {mark.tag.part}" if mark.tag.part else "", f"of {mark.since}" if mark.since else ""]
    words += ["for the series" if mark.series else "", "(only in the posting)" if mark.carried else ""]
    words += ["(own patch, not counted)" if mark.kind == "own" else mark.kind if mark.kind not in ("given", "lost") else ""]
    words += [f"lost: {mark.why}" if mark.kind == "lost" else ""]
    href = links.mail(mark.tag.confirmed_by or mark.tag.msgid)
    return {"sign": sign, "tone": tone, "words": " ".join(word for word in words if word), "href": href}


def _said(data: Mapping[str, Any], links: Links) -> Iterator[tuple[str, list[Any]]]:
    """What a matrix of the newest version does not show: refusals, promises, conditions, and names that were misused."""
    for tag in data["tags"]:
        if tag["mismatch"] or (tag["verdict"] != "given" and tag["verdict"] != "kept"):
            yield f"{(tag['date'] or 'unknown')[:10]} {rows.tag_words(tag)}: “{tag['quote']}”", links.proofs([{"msgid": tag["msgid"]}])


# --- versions


def _versions(con: sqlite3.Connection, data: Mapping[str, Any], topic: Loaded, links: Links) -> Iterator[dict[str, Any]]:
    """Every revision, newest first, with what changed since the one before it."""
    diffs = dict(_diffs(con, topic))
    newest = [one["series"] for one in data["revisions"] if one["label"] != "alternative"][-1:]
    for one in reversed(data["revisions"]):
        tie = one["link"]
        yield {
            "label": one["label"], "day": (one["date"] or "unknown")[:10], "author": rows.person(one["author"]),
            "subject": one["subject"], "href": links.mail(one["series"]), "size": rows.parts(one),
            "tie": f"tied to the one before by {tie['how']}, {tie['confidence']:.0%}" if tie and not tie["manual"] else "",
            "newest": [one["series"]] == newest, "diff": diffs.get(one["series"]),
            "patches": [
                {"n": patch["n"], "title": patch["subject"], "href": links.mail(patch["msgid"]), "status": patch["status"]}
                for patch in one["patches"]
            ],
        }  # fmt: skip


def _diffs(con: sqlite3.Connection, topic: Loaded) -> Iterator[tuple[str, dict[str, Any]]]:
    """The range-diff of each revision and the one before it; the newest ones where there are many."""
    usable = [one for one in topic.revisions if one.patches]
    for old, new in list(pairwise(usable))[-_MOST_DIFFS:]:
        lines = compared(con, topic, old, new)
        if lines:
            heads = [line.split(None, 5)[2:3] for line in lines if not line.startswith("    ")]
            changed = sum(mark in (["!"], ["<"], [">"]) for mark in heads)
            yield new.id, {
                "old": revision_label(old), "words": f"{changed} of {len(heads)} patches differ" if changed else "nothing but the mail",
                "lines": [{"kind": _kind(line), "text": line.expandtabs(8)} for line in lines[:_MOST_LINES]],
                "more": max(0, len(lines) - _MOST_LINES),
            }  # fmt: skip


def _kind(line: str) -> str:
    """The class of a line of a range-diff, by its outer sign, else by its inner one."""
    if not line.startswith("    "):
        return "head"
    if line[4:5] == "@" or line[5:6] == "@":
        return "hunk"
    return {"+": "add", "-": "del"}.get(line[4:5], "same")


# --- activity


def _activity(data: Mapping[str, Any], topic: Loaded) -> dict[str, Any]:
    members = [msgid for one in topic.revisions for msgid in one.members]
    replied = [event["evidence"]["msgid"] for event in data["events"] if event["kind"] == "replied"]
    posted = [topic.mails[one] for one in dict.fromkeys(members) if one in topic.mails]
    replies = [topic.mails[one] for one in dict.fromkeys(replied) if one in topic.mails]
    step, labels, at = _steps_of([mail.date for mail in (*posted, *replies) if mail.date is not None])
    counts = [[0] * len(labels), [0] * len(labels)]
    for which, mails in enumerate((posted, replies)):
        for mail in mails:
            if mail.date is not None:
                counts[which][at(mail.date)] += 1
    people: dict[str, list[Any]] = {}
    for which, mails in enumerate((posted, replies)):
        for mail in mails:
            entry = people.setdefault(_name(mail.sender), [0, 0, []])
            entry[which] += 1
            entry[2] += [mail.date] if mail.date is not None else []
    busiest = sorted(people.items(), key=lambda pair: (-pair[1][0] - pair[1][1], pair[0]))
    drawing = charts.bars("Mails over time", f"{len(posted)} postings and {len(replies)} replies by {step}; the table below says who wrote.",
                          labels, (("postings", counts[0]), ("replies", counts[1]))) if len(labels) > 1 else ""  # fmt: skip
    return {
        "drawing": drawing, "step": step, "postings": len(posted), "replies": len(replies),
        "others": max(0, len(busiest) - _MOST_PEOPLE),
        "people": [
            {"name": name, "postings": one[0], "replies": one[1], "first": day(min(one[2], default=None)), "last": day(max(one[2], default=None))}
            for name, one in busiest[:_MOST_PEOPLE]
        ],
    }  # fmt: skip


def _steps_of(dates: Sequence[int]) -> tuple[str, list[str], Any]:
    """'day', 'week', 'month' or 'year', the labels of all of them without gaps, and which of them a date belongs to."""
    if not dates:
        return "day", [], None
    first, last = min(dates), max(dates)
    for step, length in (("day", DAY), ("week", 7 * DAY)):
        begin = first // length if step == "day" else (first - 4 * DAY) // length  # 1970-01-05 was a Monday
        offset = 0 if step == "day" else 4 * DAY
        size = (last - offset) // length - begin + 1
        if size <= 60:
            return step, [day((begin + at) * length + offset) for at in range(size)], lambda at: (at - offset) // length - begin
    cut = 7 if last - first < 5 * 365 * DAY else 4
    names = _months(day(first), day(last)) if cut == 7 else [str(year) for year in range(int(day(first)[:4]), int(day(last)[:4]) + 1)]
    places = {name: at for at, name in enumerate(names)}
    return ("month" if cut == 7 else "year"), names, lambda at: places[day(at)[:cut]]


def _months(first: str, last: str) -> list[str]:
    begin, end = (int(one[:4]) * 12 + int(one[5:7]) - 1 for one in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(begin, end + 1)]


# --- the rest


def _related(one: Mapping[str, Any], links: Links) -> dict[str, str]:
    return {
        "how": rows.relation(one["kind"], one["by"]), "title": one["title"], "href": links.mail(one["msgid"]),
        "status": one["status"],
    }  # fmt: skip


def _name(person: Person) -> str:
    return rows.person({"name": person.name, "email": person.email})
