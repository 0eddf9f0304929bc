"""What the user can do, as methods of the application: each asks where it should, runs as a job, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.core.dates import day, parse_iso
from tracker.core.landing import ROLES
from tracker.core.target import parse_target
from tracker.faces import rows
from tracker.faces.plain import cut
from tracker.faces.tui.draw.line import line, safe
from tracker.faces.tui.errands import Errands
from tracker.faces.tui.jobs import Task
from tracker.faces.tui.screens.base import telling
from tracker.faces.tui.screens.dialogs import Ask, Choose, Prompt
from tracker.store import read
from tracker.sync import decide as decisions
from tracker.sync import marks
from tracker.sync import trees as forest
from tracker.sync.decide import decide, representatives
from tracker.sync.follow import follow_known, follow_target
from tracker.sync.follow import unfollow as unfollow_topic
from tracker.sync.poll import sync as sync_all
from tracker.sync.servers import Servers
from tracker.sync.session import Session

if TYPE_CHECKING:
    from tracker.sync.follow import Followed

_Undo = tuple[str, Task]


class Deeds(Errands):
    """Part of `TrackerApp`; everything here is called from its thread."""

    _undos: list[_Undo]

    def _remember(self, label: str, task: Task) -> None:
        if not hasattr(self, "_undos"):
            self._undos = []
        self._undos = [*self._undos[-19:], (label, task)]

    def undo(self) -> None:
        """Take back the last change."""
        undos: list[_Undo] = getattr(self, "_undos", [])
        if not undos:
            self._app.tell("nothing to undo")
            return
        label, task = undos.pop()
        self._app.do(f"undo {label}", task)

    # --- sync and follow

    def sync(self, numbers: list[int]) -> None:
        """News for these topics, or for everything."""
        app = self._app
        if app.jobs.running:
            app.tell(f"{app.jobs.running} runs already")
            return

        def task(session: Session, servers: Servers) -> str:
            if not read.followed(session.con) and not read.archives(session.con):
                return "nothing is followed yet: press a"
            news = sync_all(session, servers, numbers)
            count = len(news.new)
            return f"{count} new mail{'' if count == 1 else 's'}" if count else "no news"

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
            self._remember(f"follow #{number}", _unfollow(number))
            app.do("follow", _follow(anchor, f"#{number} is followed: {title} · u undoes"))
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._remember(f"unfollow #{number}", _follow(anchor, f"#{number} is followed again"))
                app.do("unfollow", _unfollow(number))

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
            self._app.tell(f"a known name ({', '.join(forest.PRESETS)}), or NAME PLACE ROLE; ROLE: {', '.join(ROLES)}", bad=True)
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
        word = "read" if read else "unread"

        def task(session: Session, _servers: Servers) -> str:
            changed = marks.mark_topic(session, number, read=read)
            self._remember(f"mark {word}", _mark_back(changed, read))
            return f"#{number} {word}: {len(changed)} mails · u undoes" if changed else f"#{number}: nothing to mark"

        self._app.do(f"mark {word}", task)

    def mark_mails(self, msgids: list[str], *, read: bool, silent: bool = False) -> None:
        """Mark some mails; opening one does so without a word."""

        def task(session: Session, _servers: Servers) -> str:
            changed = marks.mark(session, msgids, read=read)
            if not silent:
                self._remember("mark", _mark_back(changed, read))
            return "" if silent else f"{len(changed)} marked {'read' if read else 'unread'} · u undoes"

        self._app.do("mark", task)

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

        def pair(session: Session) -> list[str]:
            return representatives(session, (str(number), text), (number, other))

        def task(session: Session, _servers: Servers) -> str:
            a, b = pair(session)
            one, _ = decide(session, "link", a, b)
            self._remember("link", _unlink(a, b))
            return f"linked: #{one} now holds both · u undoes"

        def answered(yes: bool | None) -> None:
            if yes:
                app.do("link", task)

        app.push_screen(Ask("One idea?", f"#{other} {title}\n\nboth become one topic, for good (u undoes it)."), answered)

    def ask_snooze(self, number: int, topic: Mapping[str, Any]) -> None:
        """Let a topic rest for a while."""
        app = self._app
        before = parse_iso(topic["snoozed_until"]) if topic["snoozed_until"] else None

        def chosen(days: str | None) -> None:
            if days is None:
                return
            until = int(app.clock()) + int(days) * 86_400 if int(days) else None
            words = f"#{number} snoozed until {day(until)}" if until else f"#{number} is awake"
            self._remember("snooze", _decided(lambda session: decisions.snooze(session, number, before), "snoozed as before"))
            app.do("snooze", _decided(lambda session: decisions.snooze(session, number, until), f"{words} · u undoes"))

        options = [(str(days), line(words)) for days, words in _SNOOZES]
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
            self._remember("set", _decided(lambda session: decisions.set_status(session, number, before), "status as before"))
            words = f"#{number}: {rows.status_words(word)}, set by hand" if word else f"#{number}: judged from the evidence"
            app.do("set", _decided(lambda session: decisions.set_status(session, number, status), f"{words} · u undoes"))

        options = [
            (word, line((f"{sign} {rows.status_words(word)}", "" if sgr == "0" else sgr)))
            for word, (sign, sgr) in rows.STATUS.items()
        ]
        judged = ("", line("as judged from the evidence"))
        app.push_screen(Choose(f"Status of #{number}, by hand", [judged, *options] if before else options), chosen)

    def ask_note(self, number: int, topic: Mapping[str, Any]) -> None:
        """Write a note."""
        app = self._app

        def answered(text: str | None) -> None:
            if text and text.strip():
                app.do("note", _decided(lambda session: decisions.note(session, number, text.strip()), f"#{number}: noted"))

        hint = f"{len(topic['notes'])} notes so far. Notes stay on this machine."
        app.push_screen(Prompt(f"Note on #{number}", hint), answered)


_SNOOZES = ((1, "a day"), (3, "three days"), (7, "a week"), (14, "two weeks"), (30, "a month"), (90, "three months"))


def _decided(change: Callable[[Session], None], words: str) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        change(session)
        return words

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


def _mark_back(msgids: list[str], read: bool) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        return f"{len(marks.mark(session, msgids, read=not read))} marks as before"

    return task


def _unlink(a: str, b: str) -> Task:
    def task(session: Session, _servers: Servers) -> str:
        decide(session, "unlink", a, b)
        return "the link is undone"

    return task
