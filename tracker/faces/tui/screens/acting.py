"""Keys that act on the selected topic or mail, on every screen that has one."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tracker.faces.plain import cut
from tracker.faces.tui.draw.line import safe
from tracker.faces.tui.screens.base import Page, telling


class Acting(Page):
    """A screen with a subject: a topic, or a mail of one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "follow", "follow or unfollow"),
        Binding("m", "mark", "mark read or unread"),
        Binding("z", "snooze", "snooze"),
        Binding("x", "set_status", "set the status by hand"),
        Binding("i", "note", "write a note"),
        Binding("l", "link", "link to another topic"),
        Binding("u", "undo", "undo"),
        Binding("y", "copy_id", "copy the message id"),
        Binding("Y", "copy_url", "copy the URL"),
        Binding("o", "browse", "open in the browser"),
        Binding("e", "mail_client", "open in the mail client"),
        Binding("c", "reply", "reply: write a draft"),
        Binding("w", "save", "save as mbox"),
        Binding("A", "apply", "apply with b4"),
        Binding("r", "renew", "refresh this topic"),
    ]

    def _need(self) -> tuple[int | None, dict[str, Any] | None]:
        """The selected topic; tells when there is none."""
        number, _ = self.subject()
        if number is None:
            self.tracker.tell("no topic is selected", bad=True)
            return None, None
        with telling(self.tracker):
            try:
                return number, self.tracker.library.topic(number)
            except KeyError:
                self.tracker.tell(f"#{number} is gone", bad=True)
        return None, None

    def _need_mail(self) -> str | None:
        _, msgid = self.subject()
        if msgid is None:
            self.tracker.tell("no mail is selected", bad=True)
        return msgid

    def _changes(self) -> bool:
        """Whether the store can be changed: the snapshot cannot."""
        if self.tracker.library.snapshot:
            self.tracker.tell("this is the snapshot: press a to follow a topic of your own", bad=True)
            return False
        return True

    # --- decisions

    def action_follow(self) -> None:
        number, topic = self._need()
        if number is None or topic is None:
            return
        if self.tracker.library.snapshot:
            msgid = topic["revisions"][0]["series"] if topic["revisions"] else topic["evidence"][0]["msgid"]
            self.tracker.ask_follow(msgid, safe(topic["title"]))
            return
        self.tracker.toggle_follow(number, topic)

    def action_mark(self) -> None:
        number, topic = self._need()
        if number is None or topic is None or not self._changes():
            return
        self.tracker.mark_topic(number, read=bool(topic["unread"]), title=cut(safe(topic["title"]), 40))

    def action_snooze(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None and self._changes():
            self.tracker.ask_snooze(number, topic)

    def action_set_status(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None and self._changes():
            self.tracker.ask_status(number, topic)

    def action_note(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None and self._changes():
            self.tracker.ask_note(number, topic)

    def action_link(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None and self._changes():
            self.tracker.ask_link(number, topic)

    def action_undo(self) -> None:
        self.tracker.undo()

    # --- the mail

    def action_copy_id(self) -> None:
        msgid = self._need_mail()
        if msgid:
            self.tracker.copy(msgid)

    def action_copy_url(self) -> None:
        msgid = self._need_mail()
        if msgid:
            with telling(self.tracker):
                self.tracker.copy(self.tracker.url(msgid))

    def action_browse(self) -> None:
        msgid = self._need_mail()
        if msgid:
            with telling(self.tracker):
                self.tracker.browse(self.tracker.url(msgid))

    def action_mail_client(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None:
            self.tracker.open_mail_client(number)

    def action_reply(self) -> None:
        msgid = self._need_mail()
        if msgid:
            self.tracker.reply(msgid)

    def action_save(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None:
            self.tracker.ask_save(number, topic)

    def action_apply(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None:
            self.tracker.ask_apply(topic)

    def action_renew(self) -> None:
        number, topic = self._need()
        if number is not None and topic is not None and self._changes():
            self.tracker.sync([number])
