"""The git trees that are looked at for landings."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tracker.faces.plain import cut, pad
from tracker.faces.tui.draw.line import BAD, BOLD, DIM, GOOD, Line, Sheet, line, safe, wrap
from tracker.faces.tui.screens.base import Page, telling
from tracker.faces.tui.screens.dialogs import Prompt
from tracker.faces.tui.widgets.lines import Lines
from tracker.sync.trees import PRESETS

_TEACH = (
    "No tree is set up. Landings are told by mails then: thank-you mails of b4, the patchwork and pull-request robots, "
    "stable review. With a clone, tracker finds the commits themselves.",
    "Press + and write a known name (mainline, next, stable, …), or NAME PATH ROLE.",
)


class TreesPage(Page):
    """One tree a line."""

    keys = (("+", "add"), ("d", "remove"), ("R", "sync"), ("?", "help"), ("q", "back"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "new", "add a tree"),
        Binding("d", "drop", "remove the tree"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="framed") as box:
            box.border_title = "Trees"
            yield Lines(id="text")
        yield from self.foot()

    def on_mount(self) -> None:
        self.refill()
        self.query_one("#text", Lines).focus()

    def refill(self) -> None:
        trees: list[tuple[str, ...]] = []
        with telling(self.tracker):
            trees = self.tracker.library.trees()

        def make(room: int) -> Sheet:
            if not trees:
                return Sheet([(), *wrap(_TEACH[0], room - 4, BOLD, "  "), (), *wrap(_TEACH[1], room - 4, DIM, "  ")])
            lines: list[Line] = []
            keys: list[str | None] = []
            for one in trees:
                rows = _tree(one, room)
                lines += rows
                keys += [one[0], *([None] * (len(rows) - 1))]
            return Sheet(lines, keys)

        self.query_one("#text", Lines).show(make)

    def action_new(self) -> None:
        hint = f"A known name ({', '.join(PRESETS)}), or NAME PATH-or-URL ROLE (maintainer, next, mainline, stable)."
        self.app.push_screen(Prompt("Add a tree", hint), lambda text: self.tracker.add_tree(text) if text else None)

    def action_drop(self) -> None:
        key = self.query_one("#text", Lines).key
        if isinstance(key, str):
            self.tracker.remove_tree(key)


def _tree(one: tuple[str, ...], room: int) -> list[Line]:
    """A row, and below it what is wrong with the tree."""
    name, role, branches, where, fault = (safe(word) for word in one)
    side = max(12, (room - 32) // 2)
    row = line((pad(name, 16), BOLD), " ", (pad(role, 11), GOOD), " ", pad(branches, side), " ", (cut(where, side), DIM))
    return [row, *(wrap(f"✘ {fault}", room - 2, BAD, "  ") if fault else [])]
