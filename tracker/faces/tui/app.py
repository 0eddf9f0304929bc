"""The application: opens the screens, runs jobs in the background, and notices what other processes write."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import Screen

from tracker.config import Config
from tracker.faces.exits import Exit
from tracker.faces.tui.deeds import Deeds
from tracker.faces.tui.draw.line import BAD, DIM, Line, line, safe
from tracker.faces.tui.frame import View
from tracker.faces.tui.jobs import Jobs, Outcome, Task
from tracker.faces.tui.library import Library
from tracker.faces.tui.others import at_work
from tracker.faces.tui.palette import Actions, Topics
from tracker.faces.tui.screens.base import Page
from tracker.faces.tui.screens.home import Home
from tracker.faces.tui.typeahead import InOrder
from tracker.faces.tui.widgets.lines import Lines
from tracker.store import browse
from tracker.store.db import StoreError
from tracker.store.standing import stand

_THROBBER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_LOOK_AGAIN = 2.0  # seconds between looks at what other processes wrote
_SETTLED = 0.3  # seconds after which the first screen stands and other screens are loaded
_SYNC_EVERY = 600  # seconds after which what is followed is asked for again


class TrackerApp(Deeds, InOrder):
    """tracker on a terminal. clock: seconds UTC, replaced in tests; quiet: no sync by itself.

    driver: how to speak to the terminal, when not as Textual does.
    """

    CSS_PATH = "tracker.tcss"
    TITLE = "tracker"
    COMMANDS: ClassVar[set[Any]] = {Actions, Topics}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("Q,ctrl+q", "leave_all", "quit"),
        Binding("ctrl+c", "copy_or_leave", "copy what the mouse marked, else quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "suspend: back with fg", show=False),
        Binding("R", "sync_all", "sync everything"),
        Binding("a", "add", "add: follow something"),
        Binding("t", "trees", "trees"),
        Binding("L", "log", "log of syncs"),
        Binding("question_mark", "help", "help"),
        Binding("T", "next_theme", "next colours"),
    ]

    def __init__(
        self, config: Config, library: Library, view: View, *, clock: Callable[[], float] = time.time, quiet: bool = False,
        driver: type[Driver] | None = None,
    ) -> None:  # fmt: skip
        # The terminal's own palette, which is light or dark as the user wants it.
        super().__init__(driver_class=driver, ansi_color=True)
        self.config = config
        self.library = library
        self.jobs = Jobs(config)
        self.clock = clock
        self.message: tuple[str, str] | None = None  # text and sign
        self.others_write = False  # another process syncs or imports
        self._quiet = quiet
        self._view = view
        self._versions = (0, 0)
        self._phase = 0
        self._told_at = 0.0
        self._threads: list[threading.Thread] = []
        self.theme = "ansi-dark"

    def on_mount(self) -> None:
        self.push_screen(Home(self._view))
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                # The exit code of a shell's child that a signal ended.
                asyncio.get_running_loop().add_signal_handler(number, partial(self.exit, return_code=128 + number))
        with contextlib.suppress(sqlite3.Error, StoreError):
            self._versions = browse.versions(self.library.con)
        self.set_interval(_LOOK_AGAIN, self._look_again)
        self.set_interval(0.15, self._tick)
        if not self._quiet:
            self.set_timer(0.5, self._sync_when_due)
            self.set_timer(_SETTLED, self._load_screens)

    def _load_screens(self) -> None:
        """The screens that are opened from the first one, before a key asks for them."""

        def load() -> None:
            from tracker.faces.tui.screens import message, topic

            del message, topic
            gc.freeze()  # see start.keep_heap

        threading.Thread(target=load, daemon=True).start()

    @property
    def home(self) -> Home:
        """The home screen."""
        for screen in self.screen_stack:
            if isinstance(screen, Home):
                return screen
        raise LookupError("no home screen")

    def unsettled(self) -> bool:
        return isinstance(self.screen, Home) and self.screen.awaits_list

    def pages(self) -> list[Page]:
        """The screens that are open, without dialogs."""
        return [screen for screen in self.screen_stack if isinstance(screen, Page)]

    # --- messages and state

    def tell(self, text: str, *, bad: bool = False, idle: bool = False) -> None:
        """One line in the footer, until the next key or for some seconds. idle: nothing was done, so no tick stands before it."""
        self.message = (text, "✘" if bad else "·" if idle else "✔")
        if bad:
            self.jobs.say(text, "error")
        self._told_at = time.monotonic()
        self._renew_feet()

    def _renew_feet(self) -> None:
        for page in self.pages():
            page.renew_foot()

    def on_key(self) -> None:
        if self.message is not None and time.monotonic() - self._told_at > 0.3:
            self.message = None
            self._renew_feet()

    def _tick(self) -> None:
        if self.message is not None and time.monotonic() - self._told_at > 6:
            self.message = None
            self._renew_feet()
        if self.jobs.running:
            self._phase += 1
            self._renew_feet()

    def state_line(self) -> Line:
        """What goes on, for the footer's right edge: the job that runs, else when a server was last asked."""
        if self.jobs.running:
            sign = _THROBBER[self._phase % len(_THROBBER)]
            return line((f"{sign} {safe(self.jobs.running)} {safe(self.jobs.progress)} ", DIM))
        if self.others_write:
            return line(("another tracker is at work ", DIM))
        if self.library.snapshot:
            return line(("snapshot ", DIM))
        if self.config.offline:
            return line(("offline ", DIM))
        synced = None
        with contextlib.suppress(sqlite3.Error):
            synced = self.library.synced()
        words = "never synced" if synced is None else f"synced {_ago(int(self.clock()) - synced)}"
        return line((f"{words} · L shows faults ", BAD)) if self.jobs.faulty else line((f"{words} ", DIM))

    @on(Lines.Link)
    def _link(self, event: Lines.Link) -> None:
        self.browse(event.url)

    # --- jobs

    def do(self, name: str, task: Task, then: Callable[[Outcome], None] | None = None) -> None:
        """Run *task* in the background; its outcome is told, then *then* is called with it.

        Leaving does not wait for it: what it did not finish, its transaction takes back.
        """
        self._threads = [one for one in self._threads if one.is_alive()]
        thread = threading.Thread(target=self._run_job, args=(name, task, then), daemon=True)
        self._threads.append(thread)
        thread.start()

    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return any(one.is_alive() for one in self._threads)

    def _run_job(self, name: str, task: Task, then: Callable[[Outcome], None] | None) -> None:
        outcome = self.jobs.run(name, task)
        with contextlib.suppress(RuntimeError):  # the application ended meanwhile
            self.call_from_thread(self._done, outcome, then)

    def _done(self, outcome: Outcome, then: Callable[[Outcome], None] | None) -> None:
        if outcome.text:
            faults = f"; {outcome.faults} failed, L shows what" if outcome.faults else ""
            self.tell(outcome.text + faults, bad=outcome.failed or bool(outcome.faults), idle=outcome.idle)
        self._take_in()
        if then is not None:
            then(outcome)

    def _take_in(self) -> None:
        """Show what was written, by us or by others."""
        self.library.now = int(self.clock())
        try:
            if self.library.snapshot:
                self._open_again()
            self._versions = browse.versions(self.library.con)
        except (sqlite3.Error, StoreError) as error:
            self.tell(str(error), bad=True)
            return
        self.library.forget()
        for page in self.pages():
            page.refill()
        self._renew_feet()

    def _open_again(self) -> None:
        """The snapshot was all there was: look whether there is a store now."""
        self.library.open()
        if not self.library.snapshot:
            self.home.restart()

    def _look_again(self) -> None:
        """Another process, such as cron, may have synced."""
        if self.jobs.running:
            return
        self._look_at_others()
        try:
            if self.library.snapshot:
                if self.config.mail_db.exists() or self.config.user_db.exists():
                    self._take_in()
                    self._tell_of_own_store()
                return
            versions = browse.versions(self.library.con)
        except (sqlite3.Error, StoreError):
            return
        if versions != self._versions:
            self._versions = versions
            self._take_in()

    def _tell_of_own_store(self) -> None:
        if not self.library.snapshot:
            self.tell("a store of your own has taken the snapshot's place", idle=True)

    def _look_at_others(self) -> None:
        write = at_work(self.config.lock)
        if write != self.others_write:
            self.others_write = write
            self.home.renew_words()
            self._renew_feet()

    @contextlib.contextmanager
    def reader(self) -> Iterator[sqlite3.Connection | None]:
        """A connection for another thread; None, and a message, when the store cannot be read."""
        from tracker.store.db import connect

        try:
            con = connect(self.config.mail_db, self.config.user_db)
        except StoreError as error:
            self.call_from_thread(partial(self.tell, str(error), bad=True))
            yield None
            return
        with contextlib.closing(con):
            try:
                stand(con, self.library.now, self.config.stalled_after)
                yield con
            except sqlite3.Error as error:
                self.call_from_thread(partial(self.tell, f"the store: {error}", bad=True))

    def _sync_when_due(self) -> None:
        self.set_interval(60, self._sync_when_due_again)
        self._sync_when_due_again()

    def _sync_when_due_again(self) -> None:
        if self.config.offline or self.library.snapshot or self.jobs.running:
            return
        with contextlib.suppress(sqlite3.Error):
            synced = self.library.synced()
            if synced is not None and self.clock() - synced > _SYNC_EVERY:
                self.sync([])

    # --- screens

    def open_topic(self, number: int, around: list[int], pane: str = "path") -> None:
        """A topic over what is shown. around: its neighbours, for J and K."""
        from tracker.faces.tui.screens.topic import TopicPage

        self.push_screen(TopicPage(number, around, pane))

    def open_mail(self, msgid: str, order: list[str] | None = None) -> None:
        """A mail over what is shown. order: the mails of its thread as they stand there."""
        from tracker.faces.tui.screens.message import MessagePage

        self.push_screen(MessagePage(msgid, order or [msgid]))

    async def _show_page(self, page: Screen[Any]) -> None:
        """Open *page* and wait until it stands, so that keys typed ahead go to it."""
        if type(self.screen) is not type(page):
            await self.push_screen(page)

    async def action_add(self) -> None:
        from tracker.faces.tui.screens.add import AddPage

        await self._show_page(AddPage())

    async def action_trees(self) -> None:
        from tracker.faces.tui.screens.trees import TreesPage

        await self._show_page(TreesPage())

    async def action_log(self) -> None:
        from tracker.faces.tui.screens.log import LogPage

        await self._show_page(LogPage())

    async def action_help(self) -> None:
        from tracker.faces.tui.screens.help import HelpPage

        await self._show_page(HelpPage(self.screen))

    def action_command_palette(self) -> None:
        from textual.command import CommandPalette

        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="an action, or words of a topic's title", id="--command-palette"))

    def action_next_theme(self) -> None:
        names = ("ansi-dark", "ansi-light", "textual-dark", "textual-light")
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]
        self.tell(f"colours: {self.theme}")

    def action_copy_or_leave(self) -> None:
        """Ctrl+C: what the mouse marked goes to the clipboard; with nothing marked it quits."""
        marked = self.screen.get_selected_text()
        if marked:
            self.copy(marked)
            self.screen.clear_selection()
        else:
            self.exit(Exit.DONE)

    def action_leave_all(self) -> None:
        self.exit(Exit.DONE)


def _ago(seconds: int) -> str:
    if seconds < 90:
        return "just now"
    minutes = seconds // 60
    return f"{minutes} min ago" if minutes < 100 else f"{minutes // 60} h ago" if minutes < 6_000 else f"{minutes // 1440} d ago"
