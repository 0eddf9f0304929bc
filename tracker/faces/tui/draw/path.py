"""The way of a topic from its first posting to where it stands, oldest first; every step names its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.faces import rows
from tracker.faces.plain import pad, width
from tracker.faces.tui.draw.line import BAD, BOLD, DIM, GOOD, INFO, WARN, Line, Sheet, Span, line, safe, wrap

# glyph and colour of every kind of step.
LOOK = {
    "posted": ("○", ""), "revised": ("○", ""), "alternative": ("◇", ""), "linked": ("·", DIM), "set": ("!", WARN),
    "applied": ("◆", GOOD), "in-next": ("◆", GOOD), "pulled": ("◆", GOOD), "merged": ("✔", GOOD), "released": ("✔", GOOD),
    "backported": ("✔", GOOD), "replaced": ("⟳", WARN), "dropped": ("✘", BAD), "reverted": ("↶", BAD),
    "backport-failed": ("⚠", WARN), "regression": ("⚠", BAD), "build-report": ("⚠", WARN), "fixed": ("✔", GOOD),
    "superseded": ("→", DIM), "stalled": ("…", DIM), "agreement": ("·", ""), "rejected": ("✘", BAD),
}  # fmt: skip
# Events that stand in the path as steps of their own; the others belong to a revision, a tag or a landing.
_EVENTS = frozenset(LOOK) - {"posted", "revised", "alternative"}
_PARTS_OF_LANDINGS = {"applied", "merged", "in-next", "released", "backported", "pulled", "replaced", "reverted"}
# The states a patch goes through, for the chain above the steps.
STAGES = ("posted", "in-review", "reviewed", "applied", "in-next", "merged", "released")
_REACHED_BY = {
    "mainline": "merged", "next": "in-next", "maintainer": "applied",
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing that happened. at: ISO 8601 or None; kind: a key of LOOK; text: what, in words; evidence: EVIDENCE or {}.

    notes: lines below it with their evidence (a tag that was given, what a commit became).
    """

    at: str | None
    kind: str
    text: str
    evidence: Mapping[str, str]
    word: str = ""
    notes: tuple[tuple[str, str, Mapping[str, str]], ...] = ()


def steps(topic: Mapping[str, Any]) -> list[Step]:
    """All steps of a TOPIC (schema 1), oldest first, undated ones where they were found."""
    found = [_posting(topic, revision) for revision in topic["revisions"]]
    found += _landings(topic)
    known = {landing["commit"][:12] for landing in topic["landings"]} | {
        landing["reverted_by"][:12] for landing in topic["landings"] if landing["reverted_by"]
    }
    for event in topic["events"]:
        if event["kind"] in _EVENTS and not _told(event, known):
            found.append(Step(event["at"], event["kind"], safe(event["text"]), event["evidence"]))
    return sorted(found, key=lambda step: step.at or "")


def _told(event: Mapping[str, Any], known: set[str]) -> bool:
    """Whether a landing tells the same already."""
    if event["kind"] not in _PARTS_OF_LANDINGS:
        return str(event["kind"]) == "agreement"
    commit = str(event["evidence"].get("commit", ""))
    return (bool(commit) and commit[:12] in known) or any(one and one in event["text"] for one in known)


def _posting(topic: Mapping[str, Any], revision: Mapping[str, Any]) -> Step:
    inline = revision["label"] == "alternative"
    who = rows.person(revision["author"])
    words = [f"{who}, attached to a reply" if inline else who, rows.parts(revision)]
    tie = revision["link"]
    if tie and tie["manual"]:
        words.append("tied by hand")
    elif tie:
        words.append(f"the same idea: {tie['how']} {tie['confidence']:.0%}")
    notes = [
        (rows.tag_words(tag), _tag_colour(tag), {"msgid": tag["msgid"]})
        for tag in topic["tags"]
        if tag["series"] == revision["series"] and tag["source"] == "reply"
    ]
    for event in topic["events"]:
        if event["kind"] == "agreement" and _between(topic, revision, event["at"]):
            notes.append((f"· {safe(event['text'])}", "", event["evidence"]))
    subject = safe(revision["subject"])
    kind = "alternative" if inline else "posted"
    return Step(
        revision["date"], kind, f"{' · '.join(words)}: {subject}", {"msgid": revision["series"]}, safe(revision["label"]),
        tuple(notes),
    )  # fmt: skip


def _between(topic: Mapping[str, Any], revision: Mapping[str, Any], at: str | None) -> bool:
    """Whether *at* falls between this revision and the next one."""
    later = [one["date"] for one in topic["revisions"] if (one["date"] or "") > (revision["date"] or "")]
    return (revision["date"] or "") <= (at or "") < min(later, default="9")


def _tag_colour(tag: Mapping[str, Any]) -> str:
    if tag["mismatch"] or tag["verdict"] == "refused":
        return BAD
    return GOOD if tag["verdict"] in ("given", "kept") or tag["state"] == "kept" else WARN


def _landings(topic: Mapping[str, Any]) -> list[Step]:
    """A step for each place a series arrived at; its patches together, since they are applied together."""
    groups: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = {}
    for landing in topic["landings"]:
        day = (landing["date"] or "")[:10] + ("~" if landing["replaced_by"] else "")
        key = (landing["role"], landing["tree"], landing["branch"], day)
        groups.setdefault(key, []).append(landing)
    found = []
    for (role, tree, branch, _), some in groups.items():
        found += _arrival(role, tree, branch, some)
    return found


def _arrival(role: str, tree: str, branch: str, some: Sequence[Mapping[str, Any]]) -> list[Step]:
    one = some[0]
    kind = {"stable": "backported"}.get(role) or _REACHED_BY.get(role, "applied")
    where = " ".join(safe(word) for word in (tree, branch) if word) or "a tree"
    commits = ", ".join(safe(landing["commit"][:12]) for landing in some[:3] if landing["commit"])
    more = f" and {len(some) - 3} more" if len(some) > 3 else ""
    words = [f"{where} {commits}{more}".rstrip()]
    words += [f"by {rows.person(one['by'])}"] if one["by"] else []
    words += [f"merge {safe(one['merge'][:12])}"] if one["merge"] else []
    words += [safe(tag) for tag in (one["first_tag"], one["first_release"]) if tag]
    words += [f"({len(some)} patches)"] if len(some) > 1 else []
    words += ["(recorded)"] if one["how"] == "record" else []
    notes: list[tuple[str, str, Mapping[str, str]]] = []
    for other in some:
        if other["replaced_by"]:
            notes.append((f"⟳ replaced by {safe(other['replaced_by'][:12])}", WARN, _commit(other["replaced_by"], tree)))
        if other.get("dropped"):
            notes.append(("✘ taken out of the branch again", BAD, _evidence(other, tree)))
    steps_ = [Step(one["date"], kind, " · ".join(words), _evidence(one, tree), "", tuple(notes))]
    for commit in dict.fromkeys(other["reverted_by"] for other in some if other["reverted_by"]):
        steps_.append(Step(None, "reverted", f"{where} {safe(commit[:12])} takes back {commits}{more}", _commit(commit, tree)))
    return steps_


def _evidence(landing: Mapping[str, Any], tree: str) -> Mapping[str, str]:
    if landing["evidence"]:
        return dict(landing["evidence"][0])
    return _commit(landing["commit"], tree)


def _commit(commit: str, tree: str) -> Mapping[str, str]:
    return {"commit": commit, "tree": tree}


def chain(topic: Mapping[str, Any]) -> Line:
    """`● posted ─ ● in review ─ ● reviewed ─ ○ applied …`: how far it came, and what took it back."""
    status = topic["status"]
    reached = _reached(topic)
    spans: list[Span] = []
    for number, stage in enumerate(STAGES):
        if number:
            spans.append(Span(" ─ ", DIM))
        done = number <= reached
        now = STAGES[min(reached, len(STAGES) - 1)] == stage and status == stage
        sgr = f"{BOLD};{GOOD}" if now else GOOD if done else DIM
        spans.append(Span(f"{'●' if done else '○'} {rows.status_words(stage)}", sgr))
    if status not in STAGES and status not in ("unknown", "discussion"):
        words = f"{rows.glyph(status)} {rows.status_words(status)}"
        spans += [Span(" ─ ", DIM), Span(words, f"{BOLD};{_sgr(rows.colour(status))}")]
    return tuple(spans)


def _sgr(colour: str) -> str:
    return "37" if colour == "0" else colour


def _reached(topic: Mapping[str, Any]) -> int:
    """The number of the last stage that was reached."""
    best = 0 if topic["revisions"] else -1
    for event in topic["events"]:
        if event["kind"] in ("replied", "tagged"):
            best = max(best, 1)
        if event["kind"] in STAGES:
            best = max(best, STAGES.index(event["kind"]))
    for landing in topic["landings"]:
        best = max(best, STAGES.index(_REACHED_BY.get(landing["role"], "applied")) if landing["role"] != "stable" else best)
        if landing["role"] == "mainline" and landing["first_release"]:
            best = STAGES.index("released")
    if any(rows.counts(tag) for tag in topic["tags"]):
        best = max(best, 2 if topic["status"] == "reviewed" else 1)
    return max(best, STAGES.index(topic["status"])) if topic["status"] in STAGES else best


def path_sheet(topic: Mapping[str, Any], room: int) -> Sheet:
    """The pane: the chain, then the steps. The key of a step is its evidence, as a sorted tuple of pairs."""
    lines: list[Line] = []
    keys: list[Any] = []

    def add(some: Sequence[Line], evidence: Mapping[str, str] | None) -> None:
        lines.extend(some)
        keys.extend([tuple(sorted(evidence.items())) if evidence else None] + [None] * (len(some) - 1))

    add(_folded_chain(chain(topic), room), None)
    add([()], None)
    for step in steps(topic):
        glyph, colour = LOOK[step.kind]
        day = (step.at or "          ")[:10]
        word = pad(step.word or rows.status_words(step.kind), 12)
        body = wrap(step.text, room - 26)
        strong = f"{BOLD};{colour}" if colour else BOLD
        add([line((f" {day} ", DIM), (f"{glyph} ", colour), (word, strong), *body[0])], step.evidence)
        add([line(" " * 26, *more) for more in body[1:]], None)
        for text, sgr, evidence in step.notes:
            add(wrap(text, room, sgr, " " * 26), evidence)
    for one in topic["related"]:
        words = f"{rows.relation(one['kind'], one.get('by', 'this'))} #{one['topic']} {safe(one['title'])}"
        add(wrap(words, room, INFO, "            ↔ "), {"topic": str(one["topic"])})
    if not topic["revisions"]:
        add([line((" No patch was posted here yet: this is a discussion.", DIM))], None)
    return Sheet(lines, keys)


def _folded_chain(one: Line, room: int) -> list[Line]:
    """The chain on as many lines as it needs, broken between stages."""
    lines: list[list[Span]] = [[Span(" ")]]
    used = 1
    for span in one:
        size = width(span.text)
        if used + size > room - 1 and span.text != " ─ ":
            lines.append([Span("   ")])
            used = 3
        lines[-1].append(span)
        used += size
    return [tuple(some) for some in lines]
