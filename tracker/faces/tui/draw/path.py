"""The way of a topic as lines: the chain of stages, then dated steps; every step opens its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tracker.faces import rows
from tracker.faces.path import Step, chain, steps
from tracker.faces.plain import pad, width
from tracker.faces.tui.draw.line import BAD, BOLD, DIM, GOOD, INFO, WARN, Line, Sheet, Span, line, safe, wrap

_COLOURS = {
    "applied": GOOD, "in-next": GOOD, "pulled": GOOD, "merged": GOOD, "released": GOOD, "backported": GOOD, "fixed": GOOD,
    "replaced": WARN, "backport-failed": WARN, "build-report": WARN, "revert-asked": WARN,
    "dropped": BAD, "reverted": BAD, "regression": BAD,
}  # fmt: skip
# A stage's sign and colour by how it was reached; the sign says it without the colour.
_STATES = {"done": ("●", GOOD), "part": ("◐", GOOD), "unknown": ("?", WARN), "open": ("○", DIM), "undone": ("↶", BAD)}
_LABEL = 15
_PROOFS = 6  # of what the status rests on, the first ones
_INDENT = 12 + _LABEL


def chain_line(topic: Mapping[str, Any]) -> Line:
    """`● posted ─ ● reviewed ─ ● vfs.misc ─ ? linux-next ─ ● mainline v6.11-rc1 ─ ↶ reverted`."""
    spans: list[Span] = []
    for words, state in chain(topic):
        sign, colour = _STATES[state]
        spans += [Span(" ─ ", DIM)] if spans else []
        spans.append(Span(f"{sign} {words}", colour))
    return tuple(spans)


def step_colour(step: Step) -> str:
    """The colour of a step's word."""
    return _COLOURS.get(step.kind, "")


def note_colour(text: str) -> str:
    """The colour of a note by the sign it starts with."""
    return {"✔": GOOD, "✗": BAD, "✋": BAD, "⌛": WARN, "~": WARN, "⟳": WARN}.get(text[:1], "")


def path_sheet(topic: Mapping[str, Any], room: int) -> Sheet:
    """The pane: the chain, then the steps. The key of a line is its evidence, as sorted pairs, with the line's number."""
    lines: list[Line] = []
    keys: list[Any] = []

    def add(some: Sequence[Line], evidence: Mapping[str, str] | None) -> None:
        keys.extend([(*sorted(evidence.items()), ("line", str(len(lines)))) if evidence else None] + [None] * (len(some) - 1))
        lines.extend(some)

    if topic["revisions"]:
        add(_folded(chain_line(topic), room), None)
        add([()], None)
    for step in steps(topic):
        colour = step_colour(step)
        label = pad(step.label, _LABEL)
        body = wrap(step.text, room - _INDENT)
        evidence = step.evidence[0] if step.evidence else None
        head = line((f" {(step.at or 'unknown')[:10]:10} ", DIM), (label, f"{BOLD};{colour}" if colour else BOLD), *body[0])
        add([head, *(line(" " * _INDENT, *more) for more in body[1:])], evidence)
        for text, proof in step.notes:
            add(wrap(text, room, note_colour(text), " " * _INDENT), proof or None)
    for one in topic["related"]:
        words = f"{rows.relation(one['kind'], one.get('by', 'this'))} #{one['topic']} {safe(one['title'])}"
        add(wrap(words, room, INFO, f" {'related':10} ↔ "), {"topic": str(one["topic"])})
    for proof in topic["evidence"][:_PROOFS]:
        add(wrap(_proof(proof), room, DIM, f" {'evidence':10} "), proof)
    if not topic["revisions"]:
        add(wrap("No patch was posted here: this is a discussion.", room, DIM), None)
    return Sheet(lines, keys)


def _proof(evidence: Mapping[str, str]) -> str:
    """What the status rests on, in words."""
    if evidence.get("msgid"):
        return f"mail {safe(evidence['msgid'])}"
    if evidence.get("commit"):
        return f"commit {safe(evidence['commit'][:12])} in {safe(evidence.get('tree', '') or 'a tree')}"
    return f"recorded: {safe(evidence.get('record', ''))}"


def _folded(one: Line, room: int) -> list[Line]:
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
