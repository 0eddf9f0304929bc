"""The git trees that are looked at for landings."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tracker.faces.tui.draw.line import BOLD, DIM, Line, Sheet, line, safe, wrap
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
            return Sheet([_tree(one) for one in trees], [one[0] for one in trees])

        self.query_one("#text", Lines).show(make)


def _tree(one: tuple[str, ...]) -> Line:
    name, *rest = one
    return line((f"{safe(name):16} ", BOLD), " ".join(safe(word) for word in rest if word))
