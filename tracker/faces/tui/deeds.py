"""What the user can do, as methods of the application: each asks where it should, runs as a job, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.core.dates import day, parse_iso
from tracker.core.landing import ROLES
from tracker.core.target import parse_target
from tracker.faces import rows
from tracker.faces.exits import UsageError
from tracker.faces.plain import cut
from tracker.faces.tui.draw.line import line, safe
from tracker.faces.tui.errands import Errands
from tracker.faces.tui.jobs import Idle, Outcome, Task
from tracker.faces.tui.screens.base import telling
from tracker.faces.tui.screens.dialogs import Ask, Choose, Prompt
from tracker.store import own, read
from tracker.store.db import transaction
from tracker.sync import decide as decisions
from tracker.sync import marks
from tracker.sync import trees as forest
from tracker.sync.decide import decide, representatives
from tracker.sync.follow import follow_known, follow_target
from tracker.sync.follow import unfollow as unfollow_topic
from tracker.sync.poll import News
from tracker.sync.poll import sync as sync_all
from tracker.sync.servers import Servers
from tracker.sync.session import Session

if TYPE_CHECKING:
    from tracker.sync.follow import Followed

_Undo = tuple[str, Task]


class Deeds(Errands):
    """Part of `TrackerApp`; everything here is called from its thread."""

    _undos: list[_Undo]

    def _steps(self) -> list[_Undo]:
        """What can be taken back, the last change last."""
        if not hasattr(self, "_undos"):
            self._undos = []
        return self._undos

    def undo(self) -> None:
        """Take back the last change."""
        steps = self._steps()
        if not steps:
            self._app.tell("nothing to undo", idle=True)
            return
        step = steps.pop()

        def ended(outcome: Outcome) -> None:
            if outcome.failed:
                steps.append(step)

        self._app.do(f"undo {step[0]}", step[1], ended)

    def _change(self, label: str, task: Task, back: Task, failed: Callable[[], None] | None = None) -> None:
        """Run *task*, which *back* takes back. failed: called when it was not done.

        It can be taken back from now on, since jobs wait for one another; what was not done, or did nothing, is no step.
        """
        steps, step = self._steps(), (label, back)
        steps.append(step)

        def ended(outcome: Outcome) -> None:
            if (outcome.failed or outcome.idle) and step in steps:
                steps.remove(step)
            if outcome.failed and failed is not None:
                failed()

        self._app.do(label, task, ended)

    # --- sync and follow

    def sync(self, numbers: list[int]) -> None:
        """News for these topics, or for everything."""
        app = self._app
        if app.jobs.running:
            app.tell(f"{app.jobs.running} runs already", idle=True)
            return

        def task(session: Session, servers: Servers) -> str:
            if not numbers and not read.followed(session.con) and not read.archives(session.con):
                return Idle("nothing is followed yet: press a")
            return _news_words(session, sync_all(session, servers, numbers), numbers)

        app.do("sync", task)

    def action_sync_all(self) -> None:
        self.sync([])

    def follow(self, text: str, *, trust_file: bool = False) -> bool:
        """Follow what a user pasted: an id, a URL, a change-id or a commit. False when it cannot be read."""
        app = self._app
        target = parse_target(text.strip())
        if target.kind == "unknown":
            app.tell(f"{safe(text.strip())}: {target.reason}", bad=True)
            return False

        def task(session: Session, servers: Servers) -> str:
            found = follow_target(session, servers, target)
            return _followed_words(session, found)

        app.do("follow", task)
        return True

    def ask_follow(self, msgid: str, title: str) -> None:
        """In the snapshot: fetch this thread from the server and follow it."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.follow(msgid)

        text = f"{title}\n\nIts thread is fetched from the server, and a store of your own begins."
        self._app.push_screen(Ask("Follow this?", text), answered)

    def toggle_follow(self, number: int, topic: Mapping[str, Any]) -> None:
        """Follow a topic of the store, or follow it no more after a question."""
        app, title = self._app, cut(safe(topic["title"]), 40)
        anchor = topic["revisions"][0]["series"] if topic["revisions"] else topic["evidence"][0]["msgid"]
        if not topic["followed"]:
            self._change(f"follow #{number}", _follow(anchor, f"#{number} is followed: {title} · u undoes"), _unfollow(number))
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._change(f"unfollow #{number}", _unfollow(number), _follow(anchor, f"#{number} is followed again"))

        app.push_screen(Ask("Follow no more?", f"#{number} {safe(topic['title'])}\n\nIts mail stays."), answered)

    def server_name(self) -> str:
        """The server that is asked when nothing names another, for people."""
        setting = self._app.config.server_setting
        return setting.value if setting else "https://lore.kernel.org/all/ (or git's b4.midmask)"

    def add_tree(self, text: str) -> None:
        """Look for landings in another tree: `NAME` of a known one, or `NAME PATH-or-URL ROLE`."""
        words = text.split()
        known = forest.PRESETS.get(words[0]) if len(words) == 1 else None
        if known is not None:
            tree = forest.Tree(words[0], known.url, known.role, known.branches)
        elif len(words) == 3 and words[2] in ROLES:
            place = words[1] if "://" in words[1] else str(Path(words[1]).expanduser().resolve())
            tree = forest.Tree(words[0], place, words[2], ())
        else:
            self._app.tell(f"no known tree, nor NAME PLACE ROLE ({', '.join(ROLES)})", bad=True)
            return

        def task(session: Session, _servers: Servers) -> str:
            forest.check(session, tree)
            return f"{tree.name} is looked at: {forest.add(session, tree)} landings found"

        self._app.do(f"tree {tree.name}", task)

    def remove_tree(self, name: str) -> None:
        """Look there no more, after a question."""

        def task(session: Session, _servers: Servers) -> str:
            gone = forest.remove(session, name)
            return f"{name} is removed" if gone else f"{name} stands in the configuration; change it there"

        def answered(yes: bool | None) -> None:
            if yes:
                self._app.do("tree", task)

        self._app.push_screen(Ask("Remove this tree?", f"{name}\n\nWhat was seen in it stays."), answered)

    # --- marks

    def mark_topic(self, number: int, *, read: bool, title: str) -> None:
        """Mark all mails of a topic."""
        changed: list[str] = []

        def task(session: Session, _servers: Servers) -> str:
            changed.extend(marks.mark_topic(session, number, read=read))
            words = f"#{number} {'read' if read else 'unread'}: {_mails(changed)} · u undoes"
            return words if changed else Idle(f"#{number}: nothing to mark")

        self._change(f"mark #{number}", task, _mark_back(f"#{number}: ", changed, read))

    def mark_mails(self, msgids: list[str], *, read: bool, silent: bool = False) -> None:
        """Mark some mails; opening one does so without a word."""
        changed: list[str] = []

        def task(session: Session, _servers: Servers) -> str:
            changed.extend(marks.mark(session, msgids, read=read))
            words = f"{_mails(changed)} marked {'read' if read else 'unread'} · u undoes" if changed else Idle("nothing to mark")
            return "" if silent else words

        if silent:
            self._app.do("mark", task)
        else:
            self._change("mark", task, _mark_back("", changed, read))

    # --- decisions by hand

    def ask_link(self, number: int, topic: Mapping[str, Any]) -> None:
        """Say that another topic is the same idea."""
        app = self._app

        def answered(text: str | None) -> None:
            if not text:
                return
            with telling(app):
                found = read.resolve(app.library.con, text)
                if len(found) != 1 or found[0] == number:
                    app.tell(f"{safe(text)}: {'several topics' if len(found) > 1 else 'no other topic'}", bad=True)
                    return
                other = app.library.topic(found[0])
                if not topic["revisions"] or not other["revisions"]:
                    app.tell("only topics with patches can be linked", bad=True)
                    return
                self._confirm_link(number, found[0], text, safe(other["title"]))

        app.push_screen(Prompt("Link to", "Number, slug or message id of the topic that is the same idea."), answered)

    def _confirm_link(self, number: int, other: int, text: str, title: str) -> None:
        app = self._app

        pair: list[str] = []

        def task(session: Session, _servers: Servers) -> str:
            pair[:] = representatives(session, (str(number), text), (number, other))
            one, _ = decide(session, "link", *pair)
            return f"linked: #{one} now holds both · u undoes"

        def answered(yes: bool | None) -> None:
            if yes:
                self._change(f"link #{number}", task, _unlink(pair))

        app.push_screen(Ask("One idea?", f"#{other} {title}\n\nBoth become one topic; u undoes it."), answered)

    def ask_snooze(self, number: int, topic: Mapping[str, Any]) -> None:
        """Let a topic rest for a while."""
        app = self._app
        before = parse_iso(topic["snoozed_until"]) if topic["snoozed_until"] else None

        def rest(until: int | None) -> None:
            words = f"#{number} snoozed until {day(until)}" if until else f"#{number} is awake"
            again = f"#{number} snoozed until {day(before)}, as before" if before else f"#{number} is awake, as before"
            self._change(
                f"snooze #{number}", _decided(lambda session: decisions.snooze(session, number, until), f"{words} · u undoes"),
                _decided(lambda session: decisions.snooze(session, number, before), again),
            )  # fmt: skip

        def typed(text: str | None) -> None:
            if text and text.strip():
                with telling(app):
                    rest(_typed_time(text.strip(), int(app.clock())))

        def chosen(how: str | None) -> None:
            if how == _TYPED:
                app.push_screen(Prompt(f"Snooze #{number}", _HOW_LONG), typed)
            elif how is not None:
                rest(int(app.clock()) + int(how) * 86_400 if int(how) else None)

        options = [*((str(days), line(words)) for days, words in _SNOOZES), (_TYPED, line("another time …"))]
        wake = [("0", line("wake it"))] if before is not None else []
        app.push_screen(Choose(f"Snooze #{number} for", [*wake, *options]), chosen)

    def ask_status(self, number: int, topic: Mapping[str, Any]) -> None:
        """Overrule the status."""
        app = self._app
        before = topic["status"] if topic["manual"] else None

        def chosen(word: str | None) -> None:
            if word is None:
                return
            status = word or None
            words, again = _status_words(number, status), _status_words(number, before)
            self._change(
                f"set #{number}", _decided(lambda session: decisions.set_status(session, number, status), f"{words} · u undoes"),
                _decided(lambda session: decisions.set_status(session, number, before), f"{again}, as before"),
            )  # fmt: skip

        options = [
            (word, line((f"{sign} {rows.status_words(word)}", "" if sgr == "0" else sgr)))
            for word, (sign, sgr) in rows.STATUS.items()
        ]
        judged = ("", line("as judged from the evidence"))
        app.push_screen(Choose(f"Status of #{number}, by hand", [judged, *options] if before else options), chosen)

    def ask_note(self, number: int, topic: Mapping[str, Any], begun: str = "") -> None:
        """Write a note. begun: its text so far; a note that could not be stored is asked for again with its text."""
        app = self._app

        def answered(given: str | None) -> None:
            text = (given or "").strip()
            if text:
                noted = _decided(lambda session: decisions.note(session, number, text), f"#{number}: noted · u undoes")
                self._change(f"note #{number}", noted, _drop_note(number, text), lambda: self.ask_note(number, topic, text))

        count = len(topic["notes"])
        hint = f"{count} note{'' if count == 1 else 's'} so far. Notes stay on this machine."
        app.push_screen(Prompt(f"Note on #{number}", hint, begun), answered)


_TYPED = "typed"
_HOW_LONG = "For how long (36h, 5d, 2w, 1m), or until which day (2027-01-31)?"
_SNOOZES = ((1, "a day"), (3, "three days"), (7, "a week"), (14, "two weeks"), (30, "a month"), (90, "three months"))


def _decided(change: Callable[[Session], None], words: str) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        change(session)
        return words

    return task


def _news_words(session: Session, news: News, numbers: list[int]) -> str:
    """What a sync brought; when nobody was asked, why. numbers: the topics it was for, none: all."""
    count = len(news.new)
    if count:
        return f"{count} new mail{'' if count == 1 else 's'}"
    if session.failures:
        return "not everything could be asked"
    asked = [row for row in read.followed(session.con) if not numbers or row.number in numbers]
    if numbers and not asked:
        return Idle(f"#{numbers[0]} is not followed, so no server was asked: f follows it")
    own = sum(row.server is None for row in asked)
    if not own:
        return "no news"
    come = f"#{numbers[0]} comes" if numbers else f"{own} topics come" if own > 1 else "1 topic comes"
    why = f"{come} from your own archives: import again"
    return f"no news; {why}" if news.requests else Idle(f"no server to ask; {why}")


def _typed_time(text: str, now: int) -> int:
    """When `2w` or `2027-01-31` ends, seconds UTC. Raises UsageError."""
    from tracker.faces.commands.deciding import waits_until

    try:
        return waits_until(None, text, now) if "-" in text else waits_until(text, None, now)
    except UsageError as error:
        raise UsageError(str(error).partition(": ")[2]) from error


def _status_words(number: int, status: str | None) -> str:
    return f"#{number}: {rows.status_words(status)}, set by hand" if status else f"#{number}: judged from the evidence"


def _mails(msgids: Sequence[str]) -> str:
    return f"{len(msgids)} mail{'' if len(msgids) == 1 else 's'}"


def _drop_note(number: int, text: str) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        with transaction(session.con, session.config.user_db):
            gone = own.drop_note(session.con, number, text)
        return f"#{number}: the note is gone" if gone else Idle(f"#{number}: no such note any more")

    return task


def _followed_words(session: Session, found: list[Followed]) -> str:
    titles = [cut(safe(read.topic(session.con, one.number).title), 50) for one in found]
    return f"following #{found[0].number} {titles[0]}" + (f" and {len(found) - 1} more" if len(found) > 1 else "")


def _follow(anchor: str, words: str) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        row = session.con.execute(
            "SELECT s.name FROM message m JOIN seen_at a ON a.message = m.id JOIN source s ON s.id = a.source "
            "WHERE m.msgid=? AND s.kind='lore' ORDER BY s.id LIMIT 1", (anchor,),
        ).fetchone()  # fmt: skip
        follow_known(session, anchor, row[0] if row else None)
        return words

    return task


def _unfollow(number: int) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        return f"#{number} is followed no more · u undoes" if unfollow_topic(session, number) else f"#{number} was not followed"

    return task


def _mark_back(what: str, msgids: list[str], read: bool) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        return f"{what}{_mails(marks.mark(session, msgids, read=not read))} {'unread' if read else 'read'} again"

    return task


def _unlink(pair: list[str]) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        one, other = decide(session, "unlink", *pair)
        return f"the link is undone: #{one} and #{other}"

    return task
