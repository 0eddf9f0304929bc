"""The mails of a topic as trees, drawn as the `thread` command draws them."""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import overload

from tracker.core.dates import day
from tracker.faces.commands import thread as command
from tracker.faces.plain import cut, pad, width
from tracker.faces.tui.draw.line import BOLD, DIM, INFO, WARN, Line, Sheet, line, safe
from tracker.store import browse, read


@dataclass(frozen=True)
class Thread:
    """The trees of a topic. order: message ids as they stand; above: the title above each; unread: those that were not read."""

    tree: command.Tree
    leads: dict[str, str]
    order: list[str]
    above: list[str]
    unread: set[str]

    @property
    def first(self) -> str | None:
        """Where to start: the first unread mail, else the first one."""
        return next((one for one in self.order if one in self.unread), self.order[0] if self.order else None)

    def next_unread(self, key: Hashable | None, by: int) -> str | None:
        """The unread mail after (by=1) or before *key*, going round; None when there is none."""
        at = self.order.index(key) if isinstance(key, str) and key in self.order else -1
        turn = self.order[at + 1 :] + self.order[: at + 1] if by > 0 else [*reversed(self.order[:at]), *reversed(self.order[at:])]
        return next((one for one in turn if one in self.unread and one != key), None)


def load_thread(con: sqlite3.Connection, number: int) -> Thread:
    """All threads of a topic."""
    tree = command.load_tree(con, read.threads_of(con, number))
    order = [node.msgid for node in tree.nodes]
    return Thread(tree, command.leads(tree.nodes), order, _titles_above(tree), browse.unread_ids(con, number))


def thread_sheet(thread: Thread, room: int) -> Sheet:
    """One line a mail: unread or not, who, when, its place, the subject where it differs from the one above."""
    return Sheet(_Rows(thread, room), thread.order)


class _Rows(Sequence[Line]):
    """The lines of a thread, drawn when they are looked at."""

    def __init__(self, thread: Thread, room: int) -> None:
        self._thread = thread
        self._room = room

    def __len__(self) -> int:
        return len(self._thread.order)

    @overload
    def __getitem__(self, at: int) -> Line: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Line]: ...

    def __getitem__(self, at: int | slice) -> Line | Sequence[Line]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        return _row(self._thread, at, self._room)


def _row(thread: Thread, at: int, room: int) -> Line:
    who = 14 if room < 70 else 18
    node = thread.tree.nodes[at]
    lead = cut(thread.leads[node.msgid], max(4, room // 3))
    if node.ghost:
        return line("  ", " " * (who + 12), lead, ("(not at hand)", DIM))
    mail = thread.tree.mails[node.msgid]
    fresh = node.msgid in thread.unread
    again = mail.subject.title == thread.above[at] and mail.subject.reply
    subject = "Re:" if again else safe(mail.subject.full) or "(no subject)"
    notes = "".join(f"  {note}" for note in command.notes(thread.tree, mail))
    taken = 2 + who + 1 + 10 + 1 + width(lead)
    subject = cut(subject, max(8, room - taken - (min(width(notes), room // 3))))
    name = safe(mail.sender.name or mail.sender.email or "(nobody)")
    return line(
        ("● " if fresh else "  ", WARN), (pad(name, who), BOLD if fresh else ""), (f" {day(mail.date)} ", DIM), (lead, DIM),
        (subject, BOLD if fresh else ""), (notes, INFO),
    )  # fmt: skip


def _titles_above(tree: command.Tree) -> list[str]:
    """The title of the mail above each one, of the nearest that is at hand."""
    titles: dict[str, str] = {}
    found = []
    for node in tree.nodes:
        found.append(titles.get(node.parent or "", ""))
        titles[node.msgid] = found[-1] if node.ghost else tree.mails[node.msgid].subject.title
    return found
