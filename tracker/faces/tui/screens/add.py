"""Follow something: paste an id or a URL, or search the server."""

from __future__ import annotations

import contextlib
import threading
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from tracker.core.dates import day
from tracker.core.target import parse_target
from tracker.faces.plain import pad
from tracker.faces.tui.draw.line import BOLD, DIM, Line, Sheet, line, safe, wrap
from tracker.faces.tui.screens.base import Page
from tracker.faces.tui.screens.dialogs import Ask
from tracker.faces.tui.widgets.lines import Lines
from tracker.sources.base import SourceError
from tracker.sync.servers import Servers

_HOW = (
    "A message id, a URL of a mail on any public-inbox server, a change-id or a commit id is fetched and followed.",
    "Anything else is searched for on the server: words and lore's prefixes (s: f: dfn: d:…). Nothing is sent before ↵.",
)


class AddPage(Page):
    """A line to type in and, after a search, what the server found."""

    keys = (("↵", "follow"), ("/", "type again"), ("?", "help"), ("q", "back"))
    typing = (("↵", "follow, or search"), ("Esc", "back"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "type", "type again"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._titles: dict[str, str] = {}  # of what was found, by message id

    def compose(self) -> ComposeResult:
        with Vertical(classes="framed") as box:
            box.border_title = "Add"
            yield Input(placeholder="message id, URL, change-id, commit, or words to search for", id="what")
            yield Lines(id="hits")
        yield from self.foot()

    def on_mount(self) -> None:
        self._teach()
        self.query_one("#what", Input).focus()

    def _teach(self) -> None:
        server = self.tracker.server_name()
        self.query_one("#hits", Lines).show(
            lambda room: Sheet(
                [(), *(piece for text in _HOW for piece in wrap(text, room, "")), (), line((f"server: {safe(server)}", DIM))]
            )
        )

    def action_type(self) -> None:
        self.query_one("#what", Input).focus()

    @on(Input.Submitted, "#what")
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            return
        if parse_target(text).kind != "unknown":
            if self.tracker.follow(text):
                self.app.pop_screen()
            return
        if self.tracker.config.offline:
            self.tracker.tell("offline: no server is asked", bad=True)
            return
        self.tracker.tell(f"asking {self.tracker.server_name()} …", idle=True)
        threading.Thread(target=self._search, args=(text,), daemon=True).start()

    def _search(self, text: str) -> None:
        try:
            with contextlib.closing(Servers(self.tracker.config)) as servers:
                hits = servers.get(None).list_ids(text, limit=100)
            self.app.call_from_thread(self._found, hits)
        except SourceError as error:
            self.app.call_from_thread(partial(self.tracker.tell, str(error), bad=True))

    def _found(self, hits: list[Any]) -> None:
        if not self.is_attached:
            return
        lines = self.query_one("#hits", Lines)
        if not hits:
            self.tracker.tell("the server found nothing", idle=True)
            return

        def make(room: int) -> Sheet:
            rows: list[Line] = [
                line((pad(day(hit.date), 11), DIM), (pad(safe(hit.author), 20), BOLD), f" {safe(hit.subject)}") for hit in hits
            ]
            del room
            return Sheet(rows, [hit.msgid for hit in hits])

        self._titles = {hit.msgid: safe(hit.subject) for hit in hits}
        lines.show(make, top=True)
        lines.focus()
        self.tracker.tell(f"{len(hits)} found; ↵ follows one")

    @on(Lines.Opened, "#hits")
    def _chosen(self, event: Lines.Opened) -> None:
        msgid = str(event.key)

        def answered(yes: bool | None) -> None:
            if yes and self.tracker.follow(msgid):
                self.app.pop_screen()

        self.app.push_screen(Ask("Follow this thread?", f"{self._titles[msgid]}\n{msgid}"), answered)
