"""`show`: where a topic stands, how it came there, and what proves every step."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from tracker.config import Config
from tracker.core.dates import iso
from tracker.core.versions import newest
from tracker.faces import rows
from tracker.faces.commands.reading import one_topic, print_json, topic_json
from tracker.faces.exits import Exit
from tracker.faces.out import Out
from tracker.faces.path import Step, chain, steps
from tracker.faces.plain import brief, cut, fold, pad, plain, width
from tracker.store import read
from tracker.sync.identity import Identity
from tracker.sync.reading import open_reading

_MARKS = {"done": ("", ""), "part": ("", "33"), "unknown": (" ?", "33"), "open": ("", "2"), "undone": ("", "31")}
_LABEL = 12
_PROOFS = 3  # of the status; the steps have the others
_INDENT = " " * 14


def show(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker show TOPIC`."""
    with open_reading(config, out.say, now) as store:
        number = one_topic(store.con, args.topic)
        data = topic_json(store.con, read.topic(store.con, number), now, Identity(config).emails)
    if args.json:
        print_json(out, {"schema": 1, "topic": data})
    else:
        _Page(out, now).print(data)
    out.flush()
    return Exit.DONE


class _Page:
    """One topic on the terminal; in a pipe nothing is cut or folded."""

    def __init__(self, out: Out, now: int) -> None:
        self._out = out
        self._now = iso(now) or ""
        self._proofs: dict[str, int] = {}

    def print(self, data: Mapping[str, Any]) -> None:
        self._head(data)
        self._chain(data)
        for step in steps(data):
            self._step(step)
        self._patches(data)
        self._rest(data)
        for text, number in self._proofs.items():
            self._line(f"  [{number}] {text}", "2")

    def _line(self, text: str, colour: str = "") -> None:
        self._out.line(self._out.paint(text, colour) if colour else text)

    def _folded(self, text: str, indent: str) -> list[str]:
        if not self._out.tty or width(text) <= self._out.columns:
            return [text]
        words = text.lstrip(" ")
        return fold(words, self._out.columns, text[: len(text) - len(words)], indent[: self._out.columns // 2])

    def _head(self, data: Mapping[str, Any]) -> None:
        out, number = self._out, f"#{data['id']}"
        title = out.brief(data["title"])
        out.line(out.paint(pad(title, (out.columns or 100) - len(number) - 1) if out.tty else title, "1") + f" {number}")
        status = f"{rows.glyph(data['status'])} {rows.status_words(data['status'])}"
        proof = self._proof(tuple(data["evidence"][:_PROOFS]))
        first = self._folded(f"{status} · {_turn(data)} · {out.brief(data['status_reason'])}  {proof}".rstrip(), "  ")
        out.line(first[0].replace(status, out.paint(status, rows.colour(data["status"])), 1))
        facts = [plain(", ".join(data["lists"])) or "no list named", "followed" if data["followed"] else "not followed"]
        facts += ["set by hand"] if data["manual"] else []
        facts += [f"{data['unread']} new"] if data["unread"] else []
        until = data["snoozed_until"] or ""
        facts += [f"snoozed until {until[:10]}"] if until > self._now else []
        for line in (*first[1:], *self._folded(" · ".join(facts), "  ")):
            out.line(line)

    def _chain(self, data: Mapping[str, Any]) -> None:
        stages = chain(data)
        if not stages:
            self._out.line()
            return
        text = "  " + " → ".join(f"{words}{_MARKS[state][0]}" if state != "open" else f"({words})" for words, state in stages)
        for line in self._folded(text, "    "):
            self._line(line)
        self._out.line()

    def _step(self, step: Step) -> None:
        day = (step.at or "unknown   ")[:10]
        proof = self._proof(step.evidence)
        first = f"  {day}  {pad(step.label, _LABEL)} {step.text}"
        for line in self._folded(f"{first}  {proof}".rstrip(), " " * 27):
            self._line(line)
        for text, evidence in step.notes:
            for line in self._folded(f"{_INDENT}{text}  {self._proof((evidence,))}".rstrip(), _INDENT + "  "):
                self._line(line)

    def _proof(self, evidence: tuple[Mapping[str, str], ...]) -> str:
        """`[3]`, and the evidence is listed at the end."""
        numbers = []
        for one in evidence:
            text = _evidence(one)
            if text:
                numbers.append(self._proofs.setdefault(text, len(self._proofs) + 1))
        return "".join(f"[{number}]" for number in numbers)

    def _patches(self, data: Mapping[str, Any]) -> None:
        """The patches of the newest posted revision, when there are several."""
        revision = newest(data)
        if revision is None or len(revision["patches"]) < 2:
            return
        self._out.line()
        for patch in revision["patches"]:
            status = patch["status"]
            text = f"  {patch['n']}/{revision['expected']} {self._out.brief(patch['subject'])}"
            known = f"{rows.glyph(status)} {rows.status_words(status)}"
            room = self._out.columns - width(known) - 2
            text = pad(cut(text, room), room) if self._out.tty else text
            self._out.line(f"{text}  {self._out.paint(known, rows.colour(status))}")

    def _rest(self, data: Mapping[str, Any]) -> None:
        out = self._out
        replies = [event for event in data["events"] if event["kind"] == "replied"]
        out.line()
        if replies:
            names = list(dict.fromkeys(brief(event["text"], rows.NAME) for event in replies))
            listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
            last = (replies[-1]["at"] or "unknown")[:10]
            count = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
            self._put(f"  {count}, the last {last}: {listed}")
        for one in data["related"]:
            more = f" · {rows.status_words(one['status'])}" if one.get("status") else ""
            self._put(f"  {rows.relation(one['kind'], one['by'])} #{one['topic']} {out.brief(one['title'])}{more}")
        for note in data["notes"]:
            self._put(f"  note {note['at'][:10]}: {plain(note['text'])}")
        if data["sources"]:
            self._put(f"  from {plain(', '.join(data['sources']))}")

    def _put(self, text: str) -> None:
        for line in self._folded(text, "    "):
            self._line(line)


def _turn(data: Mapping[str, Any]) -> str:
    since = f" since {data['turn_since'][:10]}" if data["turn_since"] else ""
    if data["turn"] == "nobody":
        return f"nobody's turn{since}"
    if data["turn"] == "unknown":
        return "whose turn is unknown"
    who = ", ".join(rows.person(one) for one in data["turn_who"][:3])
    return f"{data['turn']}'s turn{f' ({who})' if who else ''}{since}"


def _evidence(one: Mapping[str, str]) -> str:
    if "msgid" in one:
        return plain(one["msgid"])
    if "commit" in one:
        return f"commit {plain(one['commit'])} in {plain(one.get('tree', ''))}"
    return f"recorded: {plain(one['record'])}" if "record" in one else ""
