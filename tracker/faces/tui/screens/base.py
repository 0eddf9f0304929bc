"""What all screens share: the footer with keys and state, messages in it, and the keys that work everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from tracker.faces.tui.draw.home import footer
from tracker.faces.tui.draw.line import BAD, BOLD, GOOD, Line, cut_middle, fit, line, safe, width_of, with_right
from tracker.faces.tui.widgets.bars import Bar
from tracker.faces.tui.widgets.frame import Frame

if TYPE_CHECKING:
    from tracker.faces.tui.app import TrackerApp


class Page(Screen[None]):
    """A full screen with a footer. keys: what the footer names, at most six; typing: the same while a field has the focus."""

    keys: Sequence[tuple[str, str]] = ()
    typing: Sequence[tuple[str, str]] = (("↵", "search"), ("Esc", "cancel"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "back", show=False),
    ]

    @property
    def tracker(self) -> TrackerApp:
        """The application."""
        from tracker.faces.tui.app import TrackerApp

        assert isinstance(self.app, TrackerApp)
        return self.app

    def foot(self) -> ComposeResult:
        """The footer, to be yielded last."""
        yield Bar(lambda room: [self._foot(room)], id="foot")

    def _foot(self, room: int) -> Line:
        state = self.tracker.state_line()
        message = self.tracker.message
        if message is None:
            return footer(self.typing if isinstance(self.focused, Input) else self.keys, state, room)
        text, sign = message
        colour = {"✘": f";{BAD}", "✔": f";{GOOD}"}.get(sign, "")
        said = line((f" {sign} {cut_middle(safe(text), room - 4)}", f"{BOLD}{colour}"))
        # What was just said matters more than the state of syncs.
        return with_right(said, state, room) if width_of(said) + width_of(state) < room else fit(said, room)

    def on_descendant_focus(self) -> None:
        self.renew_foot()

    def renew_foot(self) -> None:
        """Draw the footer again: a message came, a job moved on."""
        for bar in self.query("#foot").results(Bar):
            bar.renew()

    def action_back(self) -> None:
        """One screen back; the home screen stays."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()

    def refill(self) -> None:
        """Something in the store changed: show it, keeping cursor and viewport."""

    def subject(self) -> tuple[int | None, str | None]:
        """The topic and the message id that actions are about."""
        return None, None


@contextmanager
def telling(app: TrackerApp) -> Iterator[None]:
    """Errors of the store and the disk become a message."""
    import sqlite3

    from tracker.faces.exits import UsageError
    from tracker.store.db import StoreError

    try:
        yield
    except (StoreError, UsageError) as error:
        app.tell(str(error), bad=True)
    except sqlite3.Error as error:
        app.tell(f"the store: {error}", bad=True)
    except OSError as error:
        app.tell(f"{error.filename or 'disk'}: {error.strerror or error}", bad=True)


def set_title(widget: Any, title: str) -> None:
    """A title in a frame, as text: brackets in it are no markup."""
    from textual.content import Content

    if isinstance(widget, Frame):
        widget.entitle(safe(title))
    else:
        widget.border_title = Content(safe(title))
