"""A topic: its header, and panes for its path, threads, review, versions, landings and notes."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import accumulate
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from tracker.core.dates import day
from tracker.faces.plain import width
from tracker.faces.tui.draw import thread as thread_pane
from tracker.faces.tui.draw.home import WIDE
from tracker.faces.tui.draw.line import DIM, Line, Sheet, line, safe, wrap
from tracker.faces.tui.draw.mail import Folds, mail_sheet
from tracker.faces.tui.draw.path import path_sheet
from tracker.faces.tui.draw.topic import gone_sheet, header, landings_sheet, notes_sheet, pane_bar, pane_tabs, versions_sheet
from tracker.faces.tui.mails import Mail, load_mail
from tracker.faces.tui.painted import painted_diff, painted_matrix, pieces
from tracker.faces.tui.screens.acting import Acting
from tracker.faces.tui.screens.base import set_title, telling
from tracker.faces.tui.widgets.bars import Bar
from tracker.faces.tui.widgets.frame import Frame
from tracker.faces.tui.widgets.lines import Lines
from tracker.store import read

PANES = ("path", "thread", "review", "versions", "landings", "notes")
_SPLIT = ("thread", "versions")
_MANY = 150  # mails from which on a thread and its review are made in the background
_READING = Sheet([line(("reading …", DIM))])


class TopicPage(Acting):
    """One topic. around: the topics beside it, for J and K."""

    keys = (("↵", "open"), ("[ ]", "pane"), ("J K", "topic"), ("c", "reply"), ("?", "help"), ("q", "back"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "pane(-1)", "previous pane"),
        Binding("right_square_bracket", "pane(1)", "next pane"),
        *(Binding(str(n), f"pane_at({n - 1})", f"pane {n}: {PANES[n - 1]}", show=False) for n in range(1, 7)),
        Binding("J", "beside(1)", "next topic"),
        Binding("K", "beside(-1)", "previous topic"),
        Binding("tab", "unread(1)", "next unread mail", priority=True),
        Binding("shift+tab", "unread(-1)", "previous unread mail", priority=True),
        Binding("space", "fold", "mark a version, page a mail"),
        Binding("less_than_sign", "version(-1)", "review of an older version"),
        Binding("greater_than_sign", "version(1)", "review of a newer version"),
        Binding("slash", "find", "search in the pane"),
        Binding("n", "again(False)", "next match"),
        Binding("N", "again(True)", "previous match"),
        Binding("p", "preview", "mail or diff beside: on, off"),
    ]

    def __init__(self, number: int, around: list[int], pane: str = "path") -> None:
        super().__init__()
        self.number = number
        self.around = around
        self.pane = pane
        self.topic: dict[str, Any] | None = None
        self.thread: thread_pane.Thread | None = None
        self.mail: Mail | None = None
        self.marked: str | None = None
        self.version = -1
        self._beside = True
        self._big = False
        self._of_snapshot = False
        self._asked: set[tuple[int, int, int]] = set()
        self._matrices: dict[tuple[int, int, int], Sheet] = {}

    def compose(self) -> ComposeResult:
        yield Bar(self._header, id="header")
        yield Bar(lambda room: [pane_bar(self._tabs(room), PANES.index(self.pane))], id="panes")
        with Container(id="body"):
            with Frame(id="list"):
                yield Lines(id="main")
                yield Input(placeholder="search", id="find", classes="gone")
            with Frame(id="beside"):
                yield Lines(id="detail")
        yield from self.foot()

    def on_mount(self) -> None:
        self._of_snapshot = self.tracker.library.snapshot
        self.query_one("#header").styles.height = 3
        self._load()
        self._show(top=True)
        self.query_one("#main", Lines).focus()

    def on_resize(self, _event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        columns, rows = self.app.size
        body = rows - 5
        split = self.pane in _SPLIT and self._beside and self.topic is not None
        self.set_class(columns >= WIDE, "wide")
        one, two = self.query_one("#list"), self.query_one("#beside")
        two.display = split
        left, upper = columns // 2, max(5, body * 2 // 5)
        first, second = ((left, body), (columns - left, body)) if columns >= WIDE else ((columns, upper), (columns, body - upper))
        one.styles.width, one.styles.height = first if split else (columns, body)
        two.styles.width, two.styles.height = second

    # --- what is shown

    def _load(self) -> None:
        library = self.tracker.library
        if library.snapshot != self._of_snapshot:  # the same number is another topic in the store that took its place
            self.topic = None
            return
        with telling(self.tracker):
            try:
                self.topic = library.topic(self.number)
            except KeyError:
                self.topic = None
                self.tracker.tell(f"#{self.number} is no topic any more", bad=True)
            self._asked.clear()
            self._big = not library.snapshot and read.count_mails(library.con, self.number) > _MANY
            if self._big:
                self._read_thread(self.number)

    def _header(self, room: int) -> list[Line]:
        return header(self.topic, room, self.tracker.library.me) if self.topic else [line((f"#{self.number}", DIM))]

    def _tabs(self, room: int) -> list[str]:
        return pane_tabs(PANES, self.topic, room)

    def _show(self, *, top: bool = False) -> None:
        self._arrange()
        topic = self.topic
        main = self.query_one("#main", Lines)
        for bar in ("#header", "#panes"):
            self.query_one(bar, Bar).renew()
        titles = {"thread": "Thread", "versions": "Versions: Space marks one, ↵ compares"}
        set_title(main.parent, titles.get(self.pane, self.pane.capitalize()))
        if topic is None:
            main.show(lambda room: gone_sheet(self._of_snapshot, room), top=top)
            return
        makers = {
            "path": lambda room: path_sheet(topic, room), "thread": self._thread_sheet, "review": self._review_sheet,
            "versions": lambda room: versions_sheet(topic, self.marked, room),
            "landings": lambda room: landings_sheet(topic, room), "notes": lambda room: notes_sheet(topic, room),
        }  # fmt: skip
        if self.pane == "thread" and self.thread is None and not self._big:
            self._load_thread()
        key = self.thread.first if top and self.pane == "thread" and self.thread else None
        main.show(makers[self.pane], key=key, top=top)
        if self.pane == "versions":
            self._show_diff(main.key)

    def _load_thread(self) -> None:
        with telling(self.tracker):
            self.thread = thread_pane.load_thread(self.tracker.library.con, self.number)

    @work(thread=True, exclusive=True, group="thread", exit_on_error=False)
    def _read_thread(self, number: int) -> None:
        """Ahead of being looked at."""
        with self.tracker.reader() as con:
            if con is not None:
                self.app.call_from_thread(self._thread_came, number, thread_pane.load_thread(con, number))

    def _thread_came(self, number: int, thread: thread_pane.Thread) -> None:
        if self.is_attached and number == self.number:
            first, self.thread = self.thread is None, thread
            if self.pane == "thread":
                self._show(top=first)

    def _thread_sheet(self, room: int) -> Sheet:
        if self.thread:
            return thread_pane.thread_sheet(self.thread, room)
        return _READING if self._big else Sheet([line(("no mail is at hand", DIM))])

    @work(thread=True, exclusive=True, group="review", exit_on_error=False)
    def _paint(self, number: int, version: int, room: int) -> None:
        with self.tracker.reader() as con:
            if con is not None:
                sheet = painted_matrix(con, number, version, room, self.tracker.library.now)
                self.app.call_from_thread(self._painted, number, version, room, sheet)

    def _painted(self, number: int, version: int, room: int, sheet: Sheet) -> None:
        if self.is_attached and number == self.number:
            self._matrices[number, version, room] = sheet
            if self.pane == "review":
                self._show()

    def _review_sheet(self, room: int) -> Sheet:
        if self._big:
            wanted = (self.number, self.version, room)
            if wanted not in self._asked:
                self._asked.add(wanted)
                self._paint(*wanted)
            return self._matrices.get(wanted, _READING)
        sheet = Sheet(())
        with telling(self.tracker):
            library = self.tracker.library
            sheet = painted_matrix(library.con, self.number, self.version, room, library.now)
        return sheet

    # --- beside

    @on(Lines.Moved, "#main")
    def _moved(self, event: Lines.Moved) -> None:
        key = event.key
        if self.pane == "thread" and self._beside:
            self.set_timer(0.03, lambda: self._settled(key))
        elif self.pane == "versions":
            self.set_timer(0.05, lambda: self._settled(key))

    def _settled(self, key: Hashable | None) -> None:
        if not self.is_attached or key != self.query_one("#main", Lines).key:
            return
        if self.pane == "thread" and isinstance(key, str):
            self._show_mail(key)
        elif self.pane == "versions":
            self._show_diff(key)

    def _show_mail(self, msgid: str) -> None:
        if self.mail is not None and self.mail.msgid == msgid:
            return
        with telling(self.tracker):
            self.mail = load_mail(self.tracker.library.con, msgid)
        detail = self.query_one("#detail", Lines)
        mail = self.mail
        if mail is None:
            detail.show(lambda room: Sheet(wrap(f"{safe(msgid)} is named here but not at hand.", room, DIM)), top=True)
            set_title(detail.parent, "")
            return
        detail.show(lambda room: mail_sheet(mail, Folds(), room), top=True)
        set_title(detail.parent, f"{mail.message.sender.name or mail.message.sender.email} · {day(mail.message.date)}")

    def _show_diff(self, key: Hashable | None) -> None:
        """The range-diff that ends in the selected version: from the marked one, else from the one before."""
        topic, detail = self.topic, self.query_one("#detail", Lines)
        if topic is None or not isinstance(key, str):
            detail.show(lambda room: Sheet(()))
            return
        self.mail = None
        number, marked, library = self.number, self.marked, self.tracker.library
        if library.snapshot:
            with telling(self.tracker):
                self._show_painted(key, *painted_diff(library.con, number, topic, marked, key))
        else:
            detail.show(lambda room: Sheet([line(("comparing …", DIM))]), top=True)
            set_title(detail.parent, "Range-diff")
            self._compare(number, topic, marked, key)

    @work(thread=True, exclusive=True, group="compare", exit_on_error=False)
    def _compare(self, number: int, topic: dict[str, Any], marked: str | None, key: str) -> None:
        """Long series take a while to compare; the screen goes on meanwhile."""
        with self.tracker.reader() as con:
            if con is not None:
                lines, title = painted_diff(con, number, topic, marked, key)
                self.app.call_from_thread(self._show_painted, key, lines, title)

    def _show_painted(self, key: str, lines: list[Line], title: str) -> None:
        if self.is_attached and self.pane == "versions" and self.query_one("#main", Lines).key == key:
            detail = self.query_one("#detail", Lines)
            detail.show(lambda room: Sheet([piece for one in lines for piece in pieces(one, room)]), top=True)
            set_title(detail.parent, title)

    # --- keys

    def action_pane(self, by: int) -> None:
        self.action_pane_at((PANES.index(self.pane) + by) % len(PANES))

    def action_pane_at(self, number: int) -> None:
        self.pane = PANES[number]
        self.mail = None
        self._show(top=True)
        self.query_one("#main", Lines).focus()

    def action_beside(self, by: int) -> None:
        at = self.around.index(self.number) + by if self.number in self.around else -1
        if not 0 <= at < len(self.around):
            self.tracker.tell("no further topic", idle=True)
            return
        self.number, self.mail, self.thread, self.marked, self.version = self.around[at], None, None, None, -1
        self._load()
        self._show(top=True)

    def action_preview(self) -> None:
        self._beside = not self._beside
        self._arrange()
        self._settled(self.query_one("#main", Lines).key)

    def action_fold(self) -> None:
        if self.pane == "versions":
            key = self.query_one("#main", Lines).key
            self.marked = None if self.marked == key else str(key)
            self._show()
        else:
            self.query_one("#detail" if self.pane == "thread" else "#main", Lines).action_page(1)

    def action_version(self, by: int) -> None:
        if self.pane != "review" or self.topic is None:
            return
        last = len(self.topic["revisions"]) - 1
        self.version = min(max((self.version if self.version >= 0 else last) + by, 0), last)
        self._show()

    def action_find(self) -> None:
        field = self.query_one("#find", Input)
        field.remove_class("gone")
        field.focus()

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        self.query_one("#find", Input).add_class("gone")
        lines = self._searched()
        lines.focus()
        if event.value and not lines.search(event.value, again=False):
            self.tracker.tell(f"not here: {safe(event.value)}", bad=True)

    def _searched(self) -> Lines:
        """What is searched: the range-diff, else the pane."""
        return self.query_one("#detail" if self.pane == "versions" else "#main", Lines)

    def action_again(self, back: bool) -> None:
        lines = self._searched()
        if not lines.needle:
            self.action_find()
        elif not lines.search(lines.needle, back=back):
            self.tracker.tell(f"not here: {safe(lines.needle)}", bad=True)

    @on(Bar.Clicked, "#panes")
    def _pane_clicked(self, event: Bar.Clicked) -> None:
        ends = accumulate(map(width, self._tabs(event.bar.size.width)))
        found = next((number for number, end in enumerate(ends) if event.x < end), None)
        if found is not None:
            self.action_pane_at(found)

    def action_unread(self, by: int) -> None:
        if self.topic is None or not self.is_mounted:
            return
        if self.pane != "thread":
            self.pane = "thread"
            self._show(top=True)
        found = self.thread.next_unread(self.query_one("#main", Lines).key, by) if self.thread else None
        if found is None:
            self.tracker.tell("reading …" if self._big and self.thread is None else "no unread mail here", idle=True)
            return
        self.query_one("#main", Lines).show(self._thread_sheet, key=found)

    @on(Lines.Opened, "#main")
    def _opened(self, event: Lines.Opened) -> None:
        if self.pane == "thread" and self.thread is not None:
            self.tracker.open_mail(str(event.key), self.thread.order)
        elif self.pane == "versions":
            self._beside = True
            self._arrange()
            self.query_one("#detail", Lines).focus()
        elif isinstance(event.key, tuple):
            self.tracker.open_evidence(dict(event.key))

    def action_back(self) -> None:
        field, lines = self.query_one("#find", Input), self._searched()
        if not field.has_class("gone") or lines.needle:
            field.add_class("gone")
            lines.search("")
            lines.focus()
        elif self.query_one("#detail", Lines).has_focus:
            self.query_one("#main", Lines).focus()
        else:
            super().action_back()

    def refill(self) -> None:
        self.thread = self.thread if self._big else None
        self._load()
        self._show()

    def subject(self) -> tuple[int | None, str | None]:
        if self.topic is None:
            return None, None
        key = self.query_one("#main", Lines).key
        if self.pane in _SPLIT and isinstance(key, str):
            return self.number, key
        if isinstance(key, tuple) and dict(key).get("msgid"):
            return self.number, dict(key)["msgid"]
        revisions = self.topic["revisions"]
        return self.number, revisions[-1]["series"] if revisions else None
