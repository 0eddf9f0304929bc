"""One mail on the whole screen."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tracker.faces.tui.draw.line import DIM, Line, Sheet, line, safe, wrap
from tracker.faces.tui.draw.mail import Folds, links_of, mail_sheet
from tracker.faces.tui.mails import Mail, load_mail
from tracker.faces.tui.screens.acting import Acting
from tracker.faces.tui.screens.base import set_title, telling
from tracker.faces.tui.screens.dialogs import Choose
from tracker.faces.tui.widgets.bars import Bar
from tracker.faces.tui.widgets.frame import Frame
from tracker.faces.tui.widgets.lines import Lines
from tracker.store import browse


class MessagePage(Acting):
    """Opening a mail marks it read. order: the mails of its thread, for J, K and the next unread one."""

    keys = (("j k", "scroll"), ("J K", "mail"), ("⇥", "next unread"), ("c", "reply"), ("?", "help"), ("q", "back"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J", "beside(1)", "next mail"),
        Binding("K", "beside(-1)", "previous mail"),
        Binding("tab", "unread(1)", "next unread mail", priority=True),
        Binding("shift+tab", "unread(-1)", "previous unread mail", priority=True),
        Binding("space", "fold", "open or fold the next quote"),
        Binding("S", "skip", "skip to the next own words"),
        Binding("z", "prefix", "za zM zR: fold one, all, none", show=False),
        Binding("h", "headers", "all headers, or few"),
        Binding("v", "raw", "the mail as it came"),
        Binding("slash", "find", "search in the mail"),
        Binding("n", "again(False)", "next match"),
        Binding("N", "again(True)", "previous match"),
        Binding("O", "link_of_mail", "open a link of the mail"),
    ]

    def __init__(self, msgid: str, order: list[str]) -> None:
        super().__init__()
        self.msgid = msgid
        self.order = order
        self.mail: Mail | None = None
        self.folds = Folds()
        self._prefixed = False

    def compose(self) -> ComposeResult:
        yield Bar(lambda room: [self._where(room)], id="where")
        with Frame(id="list"):
            yield Lines(id="text")
            yield Input(placeholder="search", id="filter", classes="gone")
        yield from self.foot()

    def on_mount(self) -> None:
        self.query_one("#list").styles.height = "1fr"
        self._open(self.msgid)
        self.query_one("#text", Lines).focus()

    def _where(self, room: int) -> Line:
        at = self.order.index(self.msgid) + 1 if self.msgid in self.order else 1
        number = self.mail.number if self.mail else None
        topic = f" · #{number}" if number is not None else ""
        del room
        return line((f" mail {at} of {len(self.order)}{topic} · {safe(self.msgid)}", DIM))

    def _open(self, msgid: str) -> None:
        self.msgid = msgid
        self.folds = Folds()
        with telling(self.tracker):
            self.mail = load_mail(self.tracker.library.con, msgid)
        self._draw(top=True)
        self.query_one("#where", Bar).renew()
        if self.mail is not None and self.mail.number is not None:
            with telling(self.tracker):
                if msgid in browse.unread_ids(self.tracker.library.con, self.mail.number):
                    self.tracker.mark_mails([msgid], read=True, silent=True)

    def _draw(self, *, top: bool = False) -> None:
        mail, lines = self.mail, self.query_one("#text", Lines)
        box = self.query_one("#list")
        if mail is None:
            set_title(box, "")
            text = f"{safe(self.msgid)} is named here but not at hand. Y copies its URL."
            lines.show(lambda room: Sheet(wrap(text, room)), top=top)
            return
        lines.show(lambda room: mail_sheet(mail, self.folds, room), top=top)
        set_title(box, "the mail as it came" if self.folds.raw else mail.message.sender.name or "mail")

    # --- keys

    def action_beside(self, by: int) -> None:
        at = self.order.index(self.msgid) + by if self.msgid in self.order else -1
        if 0 <= at < len(self.order):
            self._open(self.order[at])
        else:
            self.tracker.tell("no further mail", idle=True)

    def action_unread(self, by: int) -> None:
        number = self.mail.number if self.mail else None
        if number is None:
            return
        with telling(self.tracker):
            fresh = browse.unread_ids(self.tracker.library.con, number) - {self.msgid}
            at = self.order.index(self.msgid) if self.msgid in self.order else 0
            turn = self.order[at + 1 :] + self.order[:at]
            found = next((one for one in (turn if by > 0 else reversed(turn)) if one in fresh), None)
            if found is None:
                self.tracker.tell("no unread mail in this topic", idle=True)
            else:
                self._open(found)

    def _fold_at_top(self) -> None:
        """Open or fold the first quote that can be seen."""
        lines = self.query_one("#text", Lines)
        top = lines.scroll_offset.y
        quotes = sorted(at for at in lines.sheet.folds if top <= at < top + lines.size.height)
        if not quotes:
            lines.action_page(1)
            return
        number = lines.sheet.folds[quotes[0]]
        assert isinstance(number, int)
        self.folds.quotes ^= {number}
        self._draw()

    def action_fold(self) -> None:
        self._fold_at_top()

    def action_prefix(self) -> None:
        self._prefixed = True

    def on_key(self, event: object) -> None:
        key = getattr(event, "key", "")
        if self._prefixed and key in ("a", "M", "R"):
            if key == "a":
                self._fold_at_top()
            else:
                self.folds.quotes.clear()
                self.folds.all_open = key == "R"
                self._draw()
            event.prevent_default()  # type: ignore[attr-defined]
            event.stop()  # type: ignore[attr-defined]
        if key != "z":
            self._prefixed = False

    def action_skip(self) -> None:
        lines = self.query_one("#text", Lines)
        below = [at for at in lines.sheet.marks if at > lines.scroll_offset.y + 1]
        if below:
            lines.scroll_to(0, max(0, below[0] - 1), animate=False)
        else:
            lines.action_last()

    def action_headers(self) -> None:
        self.folds.headers = not self.folds.headers
        self._draw()

    def action_raw(self) -> None:
        self.folds.raw = not self.folds.raw
        self._draw(top=True)

    def action_find(self) -> None:
        field = self.query_one("#filter", Input)
        field.remove_class("gone")
        field.focus()

    @on(Input.Submitted, "#filter")
    def _found(self, event: Input.Submitted) -> None:
        lines = self.query_one("#text", Lines)
        self.query_one("#filter", Input).add_class("gone")
        lines.focus()
        if event.value and not lines.search(event.value, again=False):
            self.tracker.tell(f"{safe(event.value)} is not in this mail", bad=True)

    def action_again(self, back: bool) -> None:
        lines = self.query_one("#text", Lines)
        if not lines.needle:
            self.action_find()
        elif not lines.search(lines.needle, back=back):
            self.tracker.tell(f"{safe(lines.needle)} is not in this mail", bad=True)

    def action_link_of_mail(self) -> None:
        links = links_of(self.mail) if self.mail else []
        if not links:
            self.tracker.tell("no link in this mail", idle=True)
        elif len(links) == 1:
            self.tracker.browse(links[0])
        else:
            options = [(one, line(safe(one))) for one in links[:100]]
            self.app.push_screen(Choose("Open which link?", options), lambda url: self.tracker.browse(url) if url else None)

    def action_back(self) -> None:
        field = self.query_one("#filter", Input)
        lines = self.query_one("#text", Lines)
        if not field.has_class("gone") or lines.needle:
            field.add_class("gone")
            lines.search("")
            lines.focus()
            return
        super().action_back()

    def refill(self) -> None:
        if self.mail is None or self.mail.abridged:
            with telling(self.tracker):
                self.mail = load_mail(self.tracker.library.con, self.msgid)
            self._draw()

    def subject(self) -> tuple[int | None, str | None]:
        return (self.mail.number if self.mail else None), self.msgid
