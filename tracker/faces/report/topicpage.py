"""What the page of one topic shows, as plain values for its template."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from tracker.core.dates import day, parse_iso
from tracker.core.matrix import Mark, matrix
from tracker.core.people import Person
from tracker.core.review import Review, review
from tracker.core.topic import revision_label
from tracker.core.versions import newest
from tracker.faces import rows
from tracker.faces.commands.diff import compared
from tracker.faces.commands.tags import Loaded
from tracker.faces.path import Step, chain, steps
from tracker.faces.report import activity, charts
from tracker.faces.report.words import Links, Proof, several
from tracker.store import outside

DAY = 86_400
_MOST_LINES = 3_000  # of one range-diff
_MOST_DIFFS = 40
_MOST_NOTES = 1_000
_MOST_LANDINGS = 300
_MOST_COLUMNS = 12  # people in the matrix

# Lanes of the timeline, the topmost first, and which events stand on which.
LANES = ("posted", "review", "maintainer's tree", "linux-next", "mainline", "stable", "reports")
_LANE = {
    **dict.fromkeys(("posted", "revised"), 0),
    **dict.fromkeys(("tagged", "promised", "refused", "withdrawn", "agreement"), 1),
    **dict.fromkeys(("applied", "replaced", "dropped"), 2), "in-next": 3, **dict.fromkeys(("pulled", "merged", "released"), 4),
    **dict.fromkeys(("backported", "backport-failed"), 5),
    **dict.fromkeys(("regression", "build-report", "fixed", "revert-asked"), 6),
}  # fmt: skip
_LANDED = 4  # the last lane that a topic moves along; what stands below comes after
_FAR = 4  # how many times longer the whole may take before the way there gets a picture of its own
_TROUBLE = ("refused", "withdrawn", "dropped", "backport-failed", "regression", "build-report", "revert-asked", "reverted")


def values(con: sqlite3.Connection, data: Mapping[str, Any], topic: Loaded, links: Links, now: int) -> dict[str, Any]:
    """Everything that topic.html needs. data: TOPIC of schema 1; topic: the same topic's mails, which may be fewer."""
    said = review(topic.revisions, topic.mails, now=now, aliases=outside.aliases(con))
    found = steps(data, _MOST_NOTES)
    return {
        "title": data["title"], "status": data["status"], "reason": data["status_reason"], "turn": _turn(data),
        "evidence": links.proofs(data["evidence"]), "facts": _facts(data), "chain": chain(data), "timelines": _timelines(data),
        "steps": [
            {
                "day": (one.at or "unknown")[:10], "label": one.label, "text": one.text, "proofs": links.proofs(one.evidence),
                "notes": _notes(one, links),
            }
            for one in found
        ],
        "landings": [_landing(one, data, links) for one in data["landings"][:_MOST_LANDINGS]],
        "more_landings": max(0, len(data["landings"]) - _MOST_LANDINGS),
        "matrix": _matrix(said, topic, links), "said": list(_said(data, links)),
        "versions": list(_versions(con, data, topic, links)), "activity": activity.values(data, topic),
        "related": [_related(one, links) for one in data["related"]], "notes": data["notes"],
    }  # fmt: skip


def _notes(step: Step, links: Links) -> list[tuple[str, list[Proof]]]:
    """What belongs to a step; what somebody said of several patches in the same words stands once, with all its proofs."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for text, evidence in step.notes:
        found.setdefault(text, []).append(evidence)
    return [(f"{text} ({len(some)} times)" if len(some) > 1 else text, links.proofs(some)) for text, some in found.items()]


def _turn(data: Mapping[str, Any]) -> str:
    since = f" since {data['turn_since'][:10]}" if data["turn_since"] else ""
    if data["turn"] in ("nobody", "unknown"):
        return f"nobody's turn{since}" if data["turn"] == "nobody" else "whose turn is unknown"
    who = ", ".join(rows.person(one) for one in data["turn_who"][:3])
    return f"{data['turn']}'s turn{f' ({who})' if who else ''}{since}"


def _facts(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    authors = list(dict.fromkeys(rows.person(one["author"]) for one in data["revisions"]))
    posted = [one["date"][:10] for one in data["revisions"] if one["date"]]
    when = "" if not posted else f", {posted[0]}" if posted[0] == posted[-1] else f", {posted[0]} to {posted[-1]}"
    versions = f"{rows.version(data)}, {several(len(data['revisions']), 'posting')}{when}" if data["revisions"] else ""
    found = [
        ("Author" if len(authors) == 1 else "Authors", ", ".join(authors)),
        ("Lists", ", ".join(data["lists"])),
        ("Versions", versions),
        ("Tags", _tags(data["tags"]) if versions else ""),
        ("Status set by hand", "yes" if data["manual"] else ""),
    ]
    return [(name, text) for name, text in found if text]


def _tags(tags: Sequence[Mapping[str, Any]]) -> str:
    """How many people gave each of the tags that count today, and what is open: `2 Reviewed-by, 1 open promise`."""
    words = []
    for name in rows.LETTERS:
        people = {tag["who"]["email"] or tag["who"]["name"] for tag in tags if tag["name"] == name and rows.counts(tag)}
        words += [f"{len(people)} {name}"] if people else []
    promised = sum(tag["verdict"] == "promised" and tag["state"] in ("open", "overdue") for tag in tags)
    refused = sum(tag["verdict"] == "refused" and tag["current"] and not tag["settled_by"] for tag in tags)
    words += [several(promised, "open promise")] if promised else []
    words += [several(refused, "refusal")] if refused else []
    return ", ".join(words) or "none that counts today"


# --- the timeline


def _timelines(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The dated events on lanes, each picture with its name: of all, and before that of the way into a tree, where what came
    later would press it into a corner."""
    dots = list(_dots(data))
    if len(dots) < 2:
        return []
    early = [dot for dot in dots if dot.lane <= _LANDED]
    found = [("All steps", dots)]
    spans = [max(dot.at for dot in some) - min(dot.at for dot in some) for some in (early or dots, dots)]
    if early and spans[1] > _FAR * max(spans[0], DAY):
        found.insert(0, ("Until it landed", early))
    return [(name, _lanes(name, some)) for name, some in found]


def _dots(data: Mapping[str, Any]) -> Iterator[charts.Dot]:
    labels = {one["series"]: one["label"] for one in data["revisions"]}
    for event in data["events"]:
        at, lane = parse_iso(event["at"] or ""), _lane(event)
        if at is not None and lane is not None:
            short = labels.get(event["evidence"].get("msgid", ""), "") if lane == 0 else ""
            told = f"{event['at'][:10]} {short or rows.status_words(event['kind'])}: {event['text']}"
            yield charts.Dot(at, lane, short, told, event["kind"] in _TROUBLE)


def _lanes(name: str, dots: Sequence[charts.Dot]) -> str:
    shown = sorted({dot.lane for dot in dots})
    first, last = (day(end(dot.at for dot in dots)) for end in (min, max))
    about = f"{len(dots)} steps from {first} to {last} on the lanes {', '.join(LANES[lane] for lane in shown)}; a table follows."
    return charts.lanes(name, about, [LANES[lane] for lane in shown], [replace(dot, lane=shown.index(dot.lane)) for dot in dots])


def _lane(event: Mapping[str, Any]) -> int | None:
    if event["kind"] == "reverted":
        return 5 if "stable" in event["text"] else 4
    return _LANE.get(event["kind"])


# --- commits

_HOW = {"mail": "told by a mail", "record": "recorded", "link": "linked by the commit"}


def _landing(one: Mapping[str, Any], data: Mapping[str, Any], links: Links) -> dict[str, Any]:
    """One commit that a patch became, where it was seen, and what became of it."""
    titles = {patch["msgid"]: patch["subject"] for revision in data["revisions"] for patch in revision["patches"]}
    fates = [("replaced by", one["replaced_by"]), ("reverted by", one["reverted_by"])]
    words = [f"{what} {sha[:12]}" for what, sha in fates if sha] + (["dropped"] if one["dropped"] else [])
    return {
        "title": titles.get(one["patch"], "the series"), "href": links.mail(one["patch"] or ""), "commit": one["commit"][:12],
        "page": links.commit(one["commit"], one["tree"]), "place": " ".join(filter(None, (one["tree"], one["branch"]))),
        "role": one["role"], "day": (one["date"] or "unknown")[:10], "fate": ", ".join(words),
        "release": " · ".join(dict.fromkeys(filter(None, (one["first_tag"], one["first_release"])))),
        "how": _HOW.get(one["how"], f"found by {one['how']}"), "proofs": links.proofs(one["evidence"]),
    }  # fmt: skip


# --- review

_SIGNS = {
    "given": ("✔", "good"), "own": ("·", "soft"), "conditional": ("◇", "warn"), "promised": ("⌛", "warn"),
    "refused": ("✋", "bad"), "withdrawn": ("↶", "bad"), "lost": ("✗", "bad"),
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
            words = f"{(tag['date'] or 'unknown')[:10]} {rows.tag_words(tag)}: “{tag['quote']}”"
            yield words, links.proofs([{"msgid": tag["msgid"]}])


# --- versions


def _versions(con: sqlite3.Connection, data: Mapping[str, Any], topic: Loaded, links: Links) -> Iterator[dict[str, Any]]:
    """Every revision, newest first, with what changed since the one before it."""
    diffs = dict(_diffs(con, topic))
    last = newest(data)
    for one in reversed(data["revisions"]):
        tie = one["link"]
        yield {
            "label": one["label"], "day": (one["date"] or "unknown")[:10], "author": rows.person(one["author"]),
            "subject": one["subject"], "href": links.mail(one["series"]), "size": rows.parts(one),
            "tie": f"tied to the one before by {tie['how']}, {tie['confidence']:.0%}" if tie and not tie["manual"] else "",
            "newest": one is last, "diff": diffs.get(one["series"]),
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
        if not lines:
            yield new.id, {"old": revision_label(old), "words": "", "lines": [], "more": 0}
        else:
            heads = [line.split(None, 5)[2:3] for line in lines if not line.startswith("    ")]
            changed = sum(mark in (["!"], ["<"], [">"]) for mark in heads)
            yield new.id, {
                "old": revision_label(old),
                "words": f"{changed} of {len(heads)} patches differ" if changed else "nothing but the mail",
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


# --- the rest


def _related(one: Mapping[str, Any], links: Links) -> dict[str, str]:
    return {
        "how": rows.relation(one["kind"], one["by"]), "title": one["title"], "href": links.mail(one["msgid"]),
        "status": one["status"],
    }  # fmt: skip


def _name(person: Person) -> str:
    return rows.person({"name": person.name, "email": person.email})
