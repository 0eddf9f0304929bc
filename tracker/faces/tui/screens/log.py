"""What ran in the background, what it said, and which sources failed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tracker.core.dates import iso
from tracker.faces.tui.draw.line import BAD, BOLD, DIM, Line, Sheet, line, safe, wrap
from tracker.faces.tui.screens.base import Page
from tracker.faces.tui.widgets.lines import Lines


class LogPage(Page):
    """Newest last."""

    keys = (("R", "sync"), ("j k", "scroll"), ("?", "help"), ("q", "back"))

    def compose(self) -> ComposeResult:
        with Vertical(classes="framed") as box:
            box.border_title = "Log"
            yield Lines(id="text")
        yield from self.foot()

    def on_mount(self) -> None:
        self.refill()
        lines = self.query_one("#text", Lines)
        lines.focus()
        self.call_after_refresh(lines.action_last)

    def refill(self) -> None:
        entries = list(self.tracker.jobs.log)

        def make(room: int) -> Sheet:
            lines: list[Line] = []
            for entry in entries:
                at = (iso(entry.at) or "")[11:19]
                pieces = _entry(entry.text, entry.level, room - 9)
                lines += [line((f"{at} " if not n else " " * 9, DIM), *one) for n, one in enumerate(pieces)]
            teach = "Nothing ran yet. R syncs what is followed; what servers, archives and trees answer stands here then."
            return Sheet(lines or [(), *wrap(teach, room - 2, BOLD, "  ")])

        self.query_one("#text", Lines).show(make)


def _entry(text: str, level: str, room: int) -> list[Line]:
    return wrap(safe(text), room, BAD if level == "error" else "", "✘ " if level == "error" else "  ")
