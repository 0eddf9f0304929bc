"""The keys of a screen, read from its bindings."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen

from tracker.faces.plain import pad
from tracker.faces.tui.draw.line import BOLD, Line, Sheet, line
from tracker.faces.tui.keys import key_name, own_bindings, screen_bindings
from tracker.faces.tui.screens.base import Page
from tracker.faces.tui.widgets.lines import Lines


class HelpPage(Page):
    """Everything the screen below answers to."""

    keys = (("j k", "scroll"), ("q", "back"))

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        with Vertical(classes="framed") as box:
            box.border_title = "Keys"
            yield Lines(id="text")
        yield from self.foot()

    def on_mount(self) -> None:
        lines = self.query_one("#text", Lines)
        lines.show(lambda room: Sheet(help_lines(self._groups(), room)))
        lines.focus()

    def _groups(self) -> list[tuple[str, list[Binding]]]:
        own = screen_bindings(self._below)
        return [("This screen", own), ("In lists and texts", own_bindings(Lines)), ("Everywhere", own_bindings(type(self.app)))]


def help_lines(groups: list[tuple[str, list[Binding]]], room: int) -> list[Line]:
    """The keys of every group with what they do; a key that a nearer class took is left out."""
    lines: list[Line] = []
    seen: set[str] = set()
    for title, bindings in groups:
        lines += [line((title, BOLD))] if not lines else [(), line((title, BOLD))]
        rows: list[tuple[str, str]] = []
        for one in bindings:
            name = key_name(one.key, frozenset(seen))
            seen.update(one.key.split(","))
            if name and one.description and not one.description.startswith(("tab ", "pane ")):
                rows.append((name, one.description))
        numbered = [one.description.partition(" ")[0] for one in bindings if one.description.startswith(("tab ", "pane "))]
        if numbered:
            rows.append((f"1–{len(numbered)}", f"{numbered[0]} by its number"))
        if title == "Everywhere":
            rows.append(("^p", "palette: actions and topics"))
        lines += _in_columns(rows, room)
    return lines


def _in_columns(rows: list[tuple[str, str]], room: int) -> list[Line]:
    count = max(1, room // 38)
    size = room // count
    height = -(-len(rows) // count)
    lines = []
    for at in range(height):
        spans: list[tuple[str, str]] = []
        for key, what in rows[at::height]:
            spans += [(pad(f"  {key}", 10), BOLD), (pad(what, size - 10), "")]
        lines.append(line(*spans))
    return lines
