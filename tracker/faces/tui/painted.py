"""What commands paint for a terminal, as lines for a screen: the review matrix and range-diffs."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracker.core.review import review
from tracker.faces.commands.diff import painted
from tracker.faces.commands.tags import load, print_table
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
    print_table(paper, topic, found, now)
    lines = paper.taken()
    if not found.tags:
        lines += [(), *wrap("Nobody gave a tag yet.", room, BOLD)]
    if len(topic.revisions) > 1 or at >= 0:
        lines += [(), line(("< and > show the review of older and newer versions", DIM))]
    return Sheet(lines)


def painted_diff(
    con: sqlite3.Connection, number: int, topic: Mapping[str, Any], start: str | None, end: str
) -> tuple[list[Line], str]:
    """The range-diff of two series of a topic (start None: from the one before), and its title."""
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
