"""The way of a topic from its first posting to where it stands: a chain of stages, and dated steps with their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.versions import is_offered, posted
from tracker.faces import rows
from tracker.faces.plain import brief, plain

# Events that are steps of their own; the others belong to a revision.
SIGNS = {
    "applied": "", "replaced": "⟳", "in-next": "", "pulled": "", "merged": "", "released": "", "backported": "",
    "backport-failed": "⚠", "reverted": "↶", "dropped": "✘", "fixed": "", "regression": "⚠", "build-report": "⚠",
    "revert-asked": "⚠", "superseded": "→",
}  # fmt: skip
_LAST = "9"  # behind every date: what happened at an unknown time
_MAX_NOTES = 6  # tags and words shown below a revision


@dataclass(frozen=True, slots=True)
class Step:
    """One dated fact. at: ISO 8601 or None; label: a short word; text: in words, safe to print; evidence: EVIDENCEs.

    notes: what belongs to it, each with its evidence.
    """

    at: str | None
    label: str
    text: str
    evidence: tuple[Mapping[str, str], ...]
    notes: tuple[tuple[str, Mapping[str, str]], ...] = ()
    kind: str = "posted"


def steps(data: Mapping[str, Any], most: int = _MAX_NOTES) -> list[Step]:
    """All steps of a TOPIC (schema 1), oldest first. most: how many tags and words stand below a revision."""
    found = [_posting(data, number, most) for number in range(len(data["revisions"]))]
    landed = [event for event in data["events"] if event["kind"] in ("applied", "in-next")]
    below = {id(one): event for one in data["events"] if one["kind"] == "replaced" for event in landed if _replaces(one, event)}
    above = {id(event): one for one in data["events"] if (event := below.get(id(one))) is not None}
    for event in data["events"]:
        if event["kind"] not in SIGNS or id(event) in below:
            continue
        again = above.get(id(event))
        note = ((f"⟳ replaced by {plain(again['text'].rpartition(' by ')[2])}", again["evidence"]),) if again else ()
        label = f"{SIGNS[event['kind']]} {rows.status_words(event['kind'])}".lstrip()
        found.append(Step(event["at"], label, brief(event["text"]), (event["evidence"],), note, event["kind"]))
    return sorted(found, key=lambda step: step.at or ("" if step.kind == "posted" else _LAST))


def _replaces(one: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether a replacement is of the commits that an event tells of, so that it is told with them."""
    return f"{event['text']} ".startswith(f"{one['text'].rpartition(' by ')[0]} ")


def _posting(data: Mapping[str, Any], number: int, most: int) -> Step:
    revision = data["revisions"][number]
    tie = revision["link"]
    who = rows.person(revision["author"])
    words = [f"{who}, attached to a reply" if is_offered(revision) else f"{who}: {rows.parts(revision)}"]
    if tie:
        words.append(_tie(tie, revision["patches"]))
    tags = [tag for tag in data["tags"] if tag["series"] == revision["series"] and tag["source"] == "reply"]
    notes = [(rows.tag_words(tag), {"msgid": tag["msgid"]}) for tag in tags]
    until = min((one["date"] or "" for one in data["revisions"][number + 1 :]), default=_LAST)
    for event in data["events"]:
        if event["kind"] == "agreement" and (revision["date"] or "") <= (event["at"] or "") < until:
            notes.append((f"· {brief(event['text'].partition(':')[0], rows.NAME)} agrees (no tag)", event["evidence"]))
    more = len(notes) - most
    shown = (*notes[:most], *([(f"and {more} more; see 'tracker tags'", {})] if more > 0 else []))
    return Step(revision["date"], plain(revision["label"]), " · ".join(words), ({"msgid": revision["series"]},), shown)


def _tie(tie: Mapping[str, Any], patches: Sequence[Mapping[str, Any]]) -> str:
    """How a revision is tied to the one before it."""
    if tie["manual"]:
        return "tied by hand"
    if tie["how"] == "patch-id" and patches and patches[0]["patch_id"]:
        return f"same patch-id {patches[0]['patch_id'][:12]}"
    return f"{tie['how']}, {tie['confidence']:.0%}"


_STAGES = (("maintainer", "maintainer's tree"), ("next", "linux-next"), ("mainline", "mainline"))


def chain(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The stages in their order, as (words, 'done' | 'part' | 'unknown' | 'open' | 'undone'); a stage that must have been and
    was not seen is 'unknown'; 'part' is `reviewed 7/25`, with tags on some patches only."""
    if not data["revisions"]:
        return []
    found = [("posted", "done"), _reviewed(data)]
    roles = [role for role, _ in _STAGES]
    farthest = max((roles.index(one["role"]) for one in data["landings"] if one["role"] in roles), default=-1)
    elsewhere = any(one["role"] == "mainline" and one["tree"] != "mainline" for one in data["landings"])
    for at, (role, name) in enumerate(_STAGES):
        here = [one for one in data["landings"] if one["role"] == role]
        if not here and elsewhere:
            continue  # a project of its own has no maintainers' trees and no linux-next
        words = _place(here) or name
        found.append((words, "done" if here else "unknown" if at < farthest else "open"))
    for one in data["landings"]:
        if one["first_release"]:
            found.append((f"released {plain(one['first_release'])}", "done"))
            break
    return found + _turned_back(data)


def _reviewed(data: Mapping[str, Any]) -> tuple[str, str]:
    """The stage of the review: how many patches of the newest revision have a tag that holds."""
    counted = [tag for tag in data["tags"] if rows.counts(tag)]
    if not counted:
        return "reviewed", "open"
    revision = posted(data)[-1]
    covered = {patch for tag in counted for patch in tag["holds"]}
    every = max(revision["expected"], len(revision["patches"]), 1)
    return ("reviewed", "done") if len(covered) >= every else (f"reviewed {len(covered)}/{every}", "part")


def _turned_back(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The stages behind mainline: that it was reverted there, and that it came back."""
    here = [one for one in data["landings"] if one["role"] == "mainline"]
    if not any(one["reverted_by"] for one in here):
        return []
    told = [event for event in data["events"] if event["kind"] == "reverted" and event["text"].startswith("mainline")]
    tag = plain(told[-1]["text"]).partition(" · ")[2] if told else ""
    found = [(f"reverted {tag}".rstrip(), "undone")]
    back = max((one for one in here if not one["reverted_by"]), key=lambda one: one["date"] or "", default=None)
    gone = max(one["date"] or "" for one in here if one["reverted_by"])
    if back is not None and (back["date"] or "") > gone:
        found.append((" ".join(filter(None, ("again", plain(back["tree"]), plain(back["first_tag"] or "")))), "done"))
    return found


def _place(some: Sequence[Mapping[str, Any]]) -> str:
    """Where and since which tag, of the newest landing of a role."""
    if not some:
        return ""
    one = max(some, key=lambda landing: landing["date"] or "")
    name = one["branch"] or one["tree"] if one["role"] == "maintainer" else "linux-next" if one["role"] == "next" else one["tree"]
    return plain(" ".join(filter(None, (name, one["first_tag"] if one["role"] == "mainline" else None)))) or "maintainer's tree"
