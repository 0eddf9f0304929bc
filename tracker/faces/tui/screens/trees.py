"""The git trees that are looked at for landings."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tracker.faces.plain import cut, pad
from tracker.faces.tui.draw.line import BOLD, DIM, GOOD, Line, Sheet, line, safe, wrap
from tracker.faces.tui.screens.base import Page
from tracker.faces.tui.widgets.lines import Lines

_TEACH = (
    "No tree is set up. Landings are told by mails then: thank-you mails of b4, the patchwork and pull-request robots, "
    "stable review. With a clone, tracker finds the commits themselves.",
    "tracker tree add mainline ~/src/linux --role mainline",
)


class TreesPage(Page):
    """One tree a line."""

    keys = (("R", "sync"), ("j k", "move"), ("?", "help"), ("q", "back"))

    def compose(self) -> ComposeResult:
        with Vertical(classes="framed") as box:
            box.border_title = "Trees"
            yield Lines(id="text")
        yield from self.foot()

    def on_mount(self) -> None:
        self.refill()
        self.query_one("#text", Lines).focus()

    def refill(self) -> None:
        trees = self.tracker.trees()

        def make(room: int) -> Sheet:
            if not trees:
                return Sheet([(), *wrap(_TEACH[0], room - 4, BOLD, "  "), (), line((f"  {_TEACH[1]}", DIM))])
            return Sheet([_tree(one, room) for one in trees], [one[0] for one in trees])

        self.query_one("#text", Lines).show(make)


def _tree(one: tuple[str, ...], room: int) -> Line:
    name, role, branches, where = (safe(word) for word in one)
    side = max(12, (room - 32) // 2)
    return line((pad(name, 16), BOLD), " ", (pad(role, 11), GOOD), " ", pad(branches, side), " ", (cut(where, side), DIM))
