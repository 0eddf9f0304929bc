"""Small questions over a screen: yes or no, a line of text, one of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tracker.faces.tui.draw.line import Line, Sheet, line, safe, wrap
from tracker.faces.tui.widgets.bars import Bar
from tracker.faces.tui.widgets.lines import Lines

_WIDTH = 64
_ROWS = 16  # of a choice, which fit on 24 with their frame


class Ask(ModalScreen[bool]):
    """A question with yes and no; Enter and y mean yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape,q", "answer(False)", "no"),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe(self._title))
            for one in self._text.split("\n"):
                for piece in wrap(safe(one), _WIDTH):
                    yield Static("".join(span.text for span in piece), markup=False)
            yield Static("")
            yield Static("y yes   n no", markup=False, classes="muted")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class Prompt(ModalScreen[str | None]):
    """A line of text; Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel")]

    def __init__(self, title: str, hint: str = "", value: str = "") -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe(self._title))
            for piece in wrap(safe(self._hint), _WIDTH) if self._hint else []:
                yield Static("".join(span.text for span in piece), markup=False, classes="muted")
            yield Input(self._value)
            yield Static("↵ done   Esc cancel", markup=False, classes="muted")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_cancel(self) -> None:
        self.dismiss(None)


class Choose(ModalScreen[str | None]):
    """One of several; Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "cancel", "cancel")]

    def __init__(self, title: str, options: Sequence[tuple[str, Line]]) -> None:
        super().__init__()
        self._title = title
        self._options = options

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = Content(safe(self._title))
            lines = Lines()
            lines.styles.height = min(len(self._options), _ROWS)
            yield lines
            more = f"   {len(self._options)} in all: j k" if len(self._options) > _ROWS else ""
            yield Bar(lambda _room: [line((f"↵ choose   Esc cancel{more}", "2"))])

    def on_mount(self) -> None:
        lines = self.query_one(Lines)
        lines.show(lambda _room: Sheet([one for _, one in self._options], [key for key, _ in self._options]))
        lines.focus()

    @on(Lines.Opened)
    def _chosen(self, event: Lines.Opened) -> None:
        self.dismiss(str(event.key))

    def action_cancel(self) -> None:
        self.dismiss(None)
