"""What commands paint for a terminal, as lines for a screen: the review matrix and range-diffs."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.core.matrix import Matrix, matrix
from tracker.core.review import review, tag_json
from tracker.faces import rows
from tracker.faces.commands.diff import painted
from tracker.faces.commands.tags import Table, load
from tracker.faces.exits import UsageError
from tracker.faces.out import Out
from tracker.faces.tui.draw.line import BOLD, DIM, Line, Sheet, from_ansi, line, safe, wrap


class _Paper(Out):
    """Takes what a command prints; colours always, as wide as wanted."""

    def __init__(self, columns: int) -> None:
        stream = io.StringIO()
        super().__init__(stream, stream, {"COLUMNS": str(columns)})
        self.tty = self.colours = True
        self.columns = columns

    @property
    def line_number(self) -> int:
        """Of the line that comes next, from 0."""
        return len(self._lines)

    def taken(self) -> list[Line]:
        """The lines so far."""
        return [from_ansi(one) for one in self._lines]


def painted_matrix(con: sqlite3.Connection, number: int, at: int, room: int, now: int) -> Sheet:
    """Patches x people of one revision (-1: the newest), as it stood with what had been posted up to then."""
    topic = load(con, str(number))
    if not topic.revisions:
        return Sheet(wrap("No patch was posted here, so there is nothing to review.", room))
    if 0 <= at < len(topic.revisions) - 1:
        topic = replace(topic, revisions=topic.revisions[: at + 1])
    found = review(topic.revisions, topic.mails, now=now)
    paper = _Paper(room)
    table = _Keyed(paper, matrix(found, topic.revisions), now)
    table.print()
    lines = paper.taken()
    if not found.tags:
        lines += [(), *wrap("Nobody gave a tag yet.", room, BOLD)]
    if len(topic.revisions) > 1 or at >= 0:
        lines += [(), line(("< and > show the review of older and newer versions", DIM))]
    return Sheet(lines, [table.keys.get(at) for at in range(len(lines))])


Opens = tuple[tuple[str, Any], ...]  # what a line opens, as pairs: 'msgid', and 'mails' with pairs of message id and words


class _Keyed(Table):
    """The matrix that knows which mails each of its lines tells of: `keys`, by line."""

    def __init__(self, paper: _Paper, table: Matrix, now: int) -> None:
        super().__init__(paper, table, now)
        self.keys: dict[int, Opens] = {}
        self._paper = paper
        tags = [one.msgid for one in (*table.loose, *table.mismatches)]
        self._said_below = iter([*tags, *(one.msgid for one in table.agreements)])

    def _row(self, at: int, title: str) -> None:
        row = self.table.rows[at]
        said = {mark.tag.msgid: safe(rows.tag_words(tag_json(mark.tag))) for cell in row.cells for mark in cell}
        self._key(msgid=row.msgid, mails=tuple(said.items()))
        super()._row(at, title)

    def _line(self, sign: str, text: str, colour: str, *, indent: int = 1) -> None:
        if sign in _SAID_BELOW:
            self._key(msgid=next(self._said_below, ""))
        super()._line(sign, text, colour, indent=indent)

    def _key(self, **pairs: Any) -> None:
        self.keys[self._paper.line_number] = (*pairs.items(), ("line", str(self._paper.line_number)))


_SAID_BELOW = ("⌛", "◇", "✗", "·")  # signs of the lines below the matrix that tell of one mail each


def painted_diff(
    con: sqlite3.Connection, number: int, topic: Mapping[str, Any], start: str | None, end: str
) -> tuple[list[Line], str]:
    """The range-diff of two series of a topic, from the older to the newer one, and its title. start None: the one before."""
    order = [one["series"] for one in topic["revisions"]]
    if start in order and end in order and order.index(start) > order.index(end):
        start, end = end, start
    labels = {one["series"]: safe(one["label"]) for one in topic["revisions"]}
    versions = f"{start}..{end}" if start and start != end else end
    try:
        found = painted(con, load(con, str(number)), versions, _Paper(200))
    except UsageError:
        return wrap(f"{labels.get(end, '?')} is the oldest version: mark another with Space to compare.", 70, DIM), "Range-diff"
    if found is None:
        return wrap("There is one version only, so there is nothing to compare.", 70, DIM), "Range-diff"
    if not found.lines:
        text = f"The diffs of {found.old} and {found.new} are not at hand: their mails are abridged. r fetches them."
        return wrap(text, 70), "Range-diff"
    return [from_ansi(one.replace("\t", "        ")) for one in found.lines], f"{found.old} → {found.new}"


def pieces(one: Line, room: int) -> list[Line]:
    """A painted line in pieces of the width there is."""
    if sum(len(span.text) for span in one) <= room:
        return [one]
    out: list[Line] = [()]
    left = room
    for span in one:
        text = span.text
        while text:
            head = text[:left]
            out[-1] = (*out[-1], *from_ansi(head)) if not span.sgr else (*out[-1], span._replace(text=head))
            left -= len(head)
            text = text[len(head) :]
            if not left:
                out.append(())
                left = room
    return out
