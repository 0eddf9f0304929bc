"""Home: saved queries as tabs, the topics of one, and a preview of the selected topic."""

from __future__ import annotations

import contextlib
from array import array
from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from tracker.faces.doubts import doubt
from tracker.faces.plain import width
from tracker.faces.tui.draw import empty
from tracker.faces.tui.draw.home import WIDE, Tab, heading, shown_tabs, tab_bar
from tracker.faces.tui.draw.line import Line, Sheet, text_of
from tracker.faces.tui.frame import KEYS, View, list_title, preview_lines, preview_title, sizes
from tracker.faces.tui.library import ALL, FOLLOWING, TABS, Wish
from tracker.faces.tui.lists import Lists, unread_topics, while_wanted
from tracker.faces.tui.screens.acting import Acting
from tracker.faces.tui.screens.base import set_title, telling
from tracker.faces.tui.screens.rows import Rows
from tracker.faces.tui.widgets.bars import Bar
from tracker.faces.tui.widgets.completion import Completion, QueryInput
from tracker.faces.tui.widgets.frame import Frame
from tracker.faces.tui.widgets.lines import Lines
from tracker.store import browse

SORTS = tuple(browse.SORTS)
_REST = 0.05  # seconds


class Home(Acting):
    """The first screen."""

    keys = KEYS
    typing = (("↵", "keep"), ("⇥", "complete"), ("↓", "list"), ("Esc", "clear"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "tab(-1)", "previous tab"),
        Binding("right_square_bracket", "tab(1)", "next tab"),
        *(Binding(str(n), f"tab_at({n - 1})", f"tab {n}", show=False) for n in range(1, 10)),
        Binding("p", "preview", "preview on or off"),
        Binding("slash", "filter", "filter"),
        Binding("s", "sort(1)", "next order"),
        Binding("S", "sort(-1)", "previous order"),
        Binding("J", "scroll_preview(3)", "scroll the preview down"),
        Binding("K", "scroll_preview(-3)", "scroll the preview up"),
        Binding("escape", "clear", "clear the filter"),
        Binding("q", "leave", "", show=False),
    ]

    def __init__(self, view: View) -> None:
        super().__init__()
        self.tabs: list[Tab] = view.tabs
        self.active = view.active
        self.numbers = view.numbers
        self.total = view.total
        self.sort = "newest"
        self.filter = ""
        self.previewed = True
        self._wanted = view.numbers[view.at] if view.numbers else None
        self._topic: dict[str, Any] | None = view.topic
        self._place: dict[int, int] = {}
        self._fresh = False
        self._lists = Lists()

    # --- composition

    def compose(self) -> ComposeResult:
        yield Bar(lambda room: [tab_bar(self.tabs, self.active, room)], id="tabs")
        with Container(id="body"):
            with Frame(id="list"):
                yield Bar(lambda room: [heading(room)], id="heading")
                yield Lines(id="topics")
                hint = "filter: words, s: f: status: turn: is:followed age<30d …   ⇥ completes"
                yield QueryInput(placeholder=hint, suggester=Completion(), id="filter", classes="gone")
            with Frame(id="beside"):
                yield Lines(id="preview")
        yield from self.foot()

    def on_mount(self) -> None:
        self.query_one("#preview", Lines).can_focus = False
        self._arrange()
        self._fill(key=self._wanted)
        self.query_one("#topics", Lines).focus()
        self.call_after_refresh(self.refresh_list)

    def on_resize(self, _event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        columns, rows = self.app.size
        wide, high, beside, below = sizes(columns, rows, self.previewed)
        self.set_class(columns >= WIDE, "wide")
        one, two = self.query_one("#list"), self.query_one("#beside")
        one.styles.width, one.styles.height = wide, high
        two.display = bool(below)
        if below:
            two.styles.width, two.styles.height = beside, below

    # --- filling

    def _wish(self) -> tuple[Wish, str]:
        """What the list shows; with what is wrong with the query of the tab, or else the filter, it is a list of nothing."""
        library, query = self.tracker.library, self.tabs[self.active].query
        wish, problem = library.wish(query, self.sort)
        if problem or not self.filter.strip():
            return wish, problem
        return library.wish(f"({query}) ({self.filter})" if query.strip() else self.filter, self.sort)

    def refresh_list(self) -> None:
        """Ask for the list and all counts anew, in the background."""
        wish, _ = self._wish()
        library = self.tracker.library
        wishes = [library.wish(tab.query)[0] for tab in self.tabs]
        self._lists.forget()
        if library.snapshot:
            with telling(self.tracker):
                self._listed(wish, library.listing(wish), self._lists.renewed)
                self._counted([library.listing(one) for one in wishes], unread_topics(library.con, library.me))
        else:
            self._load_all(wish, wishes, self._lists.renewed)

    @work(thread=True, exclusive=True, group="counts", exit_on_error=False)
    def _load_all(self, first: Wish, wishes: list[Wish], asked: int) -> None:
        """The list that is shown, then those of all tabs: their lengths are the counts."""
        with self.tracker.reader() as con:
            if con is None:
                return
            me = self.tracker.library.me
            with while_wanted(con):
                found: dict[Wish, array[int]] = {}
                for wish in [first, *wishes]:
                    if wish not in found:
                        found[wish] = browse.listing(con, wish.node, sort=wish.sort, me=me)
                        self.app.call_from_thread(self._listed, wish, found[wish], asked)
                self.app.call_from_thread(self._counted, [found[wish] for wish in wishes], unread_topics(con, me))

    @work(thread=True, exclusive=True, group="listing", exit_on_error=False)
    def _load(self, wish: Wish, asked: int) -> None:
        with self.tracker.reader() as con:
            if con is not None:
                with while_wanted(con):
                    numbers = browse.listing(con, wish.node, sort=wish.sort, me=self.tracker.library.me)
                    self.app.call_from_thread(self._listed, wish, numbers, asked)

    def _listed(self, wish: Wish, numbers: array[int], asked: int) -> None:
        self._lists.put(wish, numbers, asked)
        if wish != self._wish()[0]:  # another tab or filter was chosen meanwhile
            return
        self.numbers = numbers
        self.total = len(numbers)
        self._fill(key=self._wanted, top=self._fresh)
        self._fresh = False

    def _counted(self, lists: Sequence[array[int]], unread: set[int]) -> None:
        counts = [(len(one), len(unread.intersection(one)) if unread else 0) for one in lists]
        self.tabs = [Tab(tab.name, tab.query, *count) for tab, count in zip(self.tabs, counts, strict=True)]
        self.query_one("#tabs", Bar).renew()

    def _fill(self, *, key: int | None = None, top: bool = False) -> None:
        numbers = self.numbers
        lines = self.query_one("#topics", Lines)

        def make(room: int) -> Sheet:
            if not numbers:
                return Sheet(self._teach(room))
            return Sheet(Rows(self, numbers, room), numbers)

        lines.show(make, key=key, top=top)
        if not numbers:
            self._show_topic(None)
        self._titles()

    def _teach(self, room: int) -> list[Line]:
        """What stands where there are no topics: why, and what to do."""
        library, tab = self.tracker.library, self.tabs[self.active]
        problem = library.wish(tab.query)[1]
        if problem:
            texts = empty.of_broken(problem)
        elif self.filter:
            texts = empty.of_filter(self._wish()[1] or doubt(self.filter, library.now))
        else:
            days, builtin = self.tracker.config.stalled_after, Tab(tab.name, tab.query) in TABS
            busy, known = self.tracker.others_write, bool(library.me)
            texts = empty.of_tab(tab.name, builtin=builtin, known=known, busy=busy, days=days)
            texts.append(doubt(tab.query, library.now))
        return empty.empty_lines(texts, room)

    def renew_words(self) -> None:
        """What an empty list says may be another thing now."""
        if not self.numbers:
            self._fill()

    @property
    def tells_followed(self) -> bool:
        """Whether rows tell that their topic is followed: not where all are."""
        return self.tabs[self.active].query != TABS[FOLLOWING].query

    @property
    def awaits_list(self) -> bool:
        """Whether another list was asked for and is not shown yet: keys are about its rows."""
        return self._fresh and not isinstance(self.focused, Input)

    def _titles(self) -> None:
        lines = self.query_one("#topics", Lines)
        words = "".join(f" {one}" for one in (f"/{self.filter}" if self.filter else "",) if one)
        words += f" by {self.sort}" if self.sort != "newest" else ""
        title = list_title(self.tabs[self.active].name, max(lines.cursor, 0), self.total, words)
        set_title(self.query_one("#list"), title)
        set_title(self.query_one("#beside"), preview_title(self._topic))

    @on(Lines.Moved, "#topics")
    def _moved(self, event: Lines.Moved) -> None:
        number = event.key if isinstance(event.key, int) else None
        if number is not None:
            self._wanted = number
        if self._topic is None or self._topic["id"] != number:
            # The row follows the key at once; the preview follows when the keys rest: longer than a held key takes to repeat.
            self.set_timer(_REST, lambda: self._settled(number))
        else:
            self._show_topic(self._topic)
        self._titles()

    def _settled(self, number: int | None) -> None:
        if number != self._wanted or not self.is_attached:
            return
        self._show_topic(self._read(number) if number is not None else None)
        self._titles()

    def _read(self, number: int) -> dict[str, Any] | None:
        """A topic as it stands; None when it is gone."""
        with telling(self.tracker), contextlib.suppress(KeyError):
            return self.tracker.library.topic(number)
        return None

    def _show_topic(self, topic: dict[str, Any] | None) -> None:
        again = topic is not None and self._topic is not None and topic["id"] == self._topic["id"]
        self._topic = topic
        library = self.tracker.library
        me, snapshot = library.me, library.snapshot
        self.query_one("#preview", Lines).show(
            lambda room: Sheet(preview_lines(topic, room, me, snapshot)), top=not again
        )

    def refill(self) -> None:
        """Something changed: same tab, same cursor."""
        self.tracker.library.forget()
        self._settled(self._wanted)
        self.refresh_list()

    def restart(self) -> None:
        """Another store was opened: start over where something is followed."""
        self.active = self.tracker.library.first_tab() if not self.tracker.library.snapshot else ALL
        self._topic, self._wanted, self._fresh = None, None, True
        self._place.clear()
        self.refresh_list()
        self.query_one("#tabs", Bar).renew()

    # --- tabs, order, filter

    def action_tab(self, by: int) -> None:
        self.action_tab_at((self.active + by) % len(self.tabs))

    def action_tab_at(self, number: int) -> None:
        if number >= len(self.tabs) or number == self.active:
            return
        if self._wanted is not None:
            self._place[self.active] = self._wanted
        self.active = number
        self._wanted = self._place.get(number)
        self._fresh = True
        self.query_one("#tabs", Bar).renew()
        self._switch()

    def _switch(self) -> None:
        """Another list: show it when it is known, else as soon as it was asked for."""
        wish, _ = self._wish()
        numbers = self._lists.get(wish)
        if numbers is not None:
            self._listed(wish, numbers, self._lists.renewed)
        elif self.tracker.library.snapshot:
            self.refresh_list()
        else:
            self._load(wish, self._lists.renewed)
        self._titles()

    def action_sort(self, by: int) -> None:
        self.sort = SORTS[(SORTS.index(self.sort) + by) % len(SORTS)]
        self._switch()

    def action_preview(self) -> None:
        self.previewed = not self.previewed
        self._arrange()

    def action_scroll_preview(self, by: int) -> None:
        self.query_one("#preview", Lines).scroll_relative(y=by, animate=False)

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.remove_class("gone")
        field.value = self.filter
        field.focus()

    def action_clear(self) -> None:
        """Esc: leave the filter, and clear it."""
        field = self.query_one("#filter", Input)
        if self.filter or not field.has_class("gone"):
            field.add_class("gone")
            field.value = ""
            self.filter = ""
            self.query_one("#topics", Lines).focus()
            self._switch()

    def action_leave(self) -> None:
        self.tracker.tell("Q quits", idle=True)

    def on_key(self, event: events.Key) -> None:
        if event.key == "down" and self.query_one("#filter", Input).has_focus:
            self.query_one("#topics", Lines).focus()

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        text = event.value
        self.set_timer(0.12, lambda: self._use_filter(text))

    def _use_filter(self, text: str) -> None:
        field = self.query_one("#filter", Input)
        if field.value != text or text == self.filter or field.has_class("gone"):
            return
        before, self.filter = self.filter, text
        problem = self._wish()[1]
        if problem:
            self.filter = before
            self.tracker.tell(f"filter: {problem}", bad=True)
            return
        self._fresh, self._wanted = True, None
        self._switch()

    @on(Input.Submitted, "#filter")
    def _filtered(self, event: Input.Submitted) -> None:
        self._use_filter(event.value)
        strange = doubt(self.filter, self.tracker.library.now)
        if strange:
            self.tracker.tell(strange, idle=True)
        field = self.query_one("#filter", Input)
        if not field.value:
            field.add_class("gone")
        self.query_one("#topics", Lines).focus()

    # --- opening

    @on(Lines.Opened, "#topics")
    def _opened(self, event: Lines.Opened) -> None:
        if isinstance(event.key, int) and not self._fresh:
            self.tracker.open_topic(event.key, list(self._around(event.key)))

    def _around(self, number: int) -> array[int]:
        """The topics beside this one, for J and K."""
        at = self.query_one("#topics", Lines).cursor
        return self.numbers[max(0, at - 500) : at + 500]

    @on(Bar.Clicked, "#tabs")
    def _tab_clicked(self, event: Bar.Clicked) -> None:
        at = 0
        for number, words in shown_tabs(self.tabs, self.active, event.bar.size.width):
            at += width(words)
            if event.x < at:
                self.action_tab_at(number)
                return

    def subject(self) -> tuple[int | None, str | None]:
        """The row under the cursor, whatever the preview still shows."""
        number = self.query_one("#topics", Lines).key
        if not isinstance(number, int) or self._fresh:
            return None, None
        topic = self._topic
        if topic is None or topic["id"] != number:
            topic = self._read(number)
        if topic is None:
            return number, None
        revisions, evidence = topic["revisions"], topic["evidence"]
        return number, revisions[-1]["series"] if revisions else evidence[0].get("msgid") if evidence else None

    def shown_text(self) -> str:
        """The text of the row under the cursor, for tests."""
        lines = self.query_one("#topics", Lines)
        return text_of(lines.sheet.lines[lines.cursor]) if lines.cursor >= 0 else ""
