"""Messages to trees: who answers whom, with ghosts for mails that are named but not at hand.

A mail's own word (its last reference, else In-Reply-To) beats what the References of others suggest; those only order
ghosts. Loops, which broken and hostile mails make, are cut at their oldest member. The order of arrival changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Linked(Protocol):
    """What threading needs of a mail: its id, all ids it names as ancestors (oldest first), its date in seconds."""

    @property
    def msgid(self) -> str: ...
    @property
    def parents(self) -> tuple[str, ...]: ...
    @property
    def date(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Node:
    """One place in a tree. thread: the id at its root; ghost: the mail itself is not at hand."""

    msgid: str
    thread: str
    parent: str | None
    depth: int
    ghost: bool


def build_threads(mails: Iterable[Linked]) -> tuple[Node, ...]:
    """All trees in reading order: roots and siblings by date, every parent before its children."""
    known: dict[str, Linked] = {}
    for mail in sorted(mails, key=_when):
        known.setdefault(mail.msgid, mail)
    parent = _parents(known)
    _cut_loops(parent, known)
    _drop_idle_ghosts(parent, known)
    return _walk(parent, known)


def components(mails: Iterable[Linked]) -> dict[str, str]:
    """Every id, of mails and ghosts, to one id that stands for all ids connected with it."""
    top: dict[str, str] = {}
    for mail in mails:
        root = find(top, mail.msgid)
        for other in mail.parents:
            found = find(top, other)
            if found != root:
                root, found = min(root, found), max(root, found)
                top[found] = root
    return {msgid: find(top, msgid) for msgid in top}


def find(top: dict[str, str], msgid: str) -> str:
    """The representative of *msgid* in the union-find forest *top*, shortening the way for the next look-up."""
    path = []
    while (above := top.setdefault(msgid, msgid)) != msgid:
        path.append(msgid)
        msgid = above
    for seen in path:
        top[seen] = msgid
    return msgid


def _when(mail: Linked) -> tuple[int, str]:
    return (mail.date if mail.date is not None else 0, mail.msgid)


def _parents(known: Mapping[str, Linked]) -> dict[str, str | None]:
    """The parent of every id: of a mail its last named ancestor; of a ghost, what the first mail naming it suggests."""
    parent: dict[str, str | None] = {}
    for msgid, mail in known.items():
        parent[msgid] = mail.parents[-1] if mail.parents else None
    for mail in known.values():
        above: str | None = None
        for msgid in mail.parents:
            if msgid not in known and (parent.get(msgid) is None):
                parent[msgid] = above
            above = msgid
    return parent


def _cut_loops(parent: dict[str, str | None], known: Mapping[str, Linked]) -> None:
    """Make every loop a tree by taking the parent away from its oldest member (ghosts count as older than mails)."""
    done: set[str] = set()
    for start in list(parent):
        path: dict[str, None] = {}
        node: str | None = start
        while node is not None and node not in done and node not in path:
            path[node] = None
            node = parent[node]
        if node is not None and node in path:
            trail = list(path)
            loop = trail[trail.index(node) :]
            parent[min(loop, key=lambda msgid: _when(known[msgid]) if msgid in known else (-1, msgid))] = None
        done.update(path)


def _drop_idle_ghosts(parent: dict[str, str | None], known: Mapping[str, Linked]) -> None:
    """Leave out ghosts that no mail answers and that do not join branches: they would be rows without a meaning."""
    answered = {above for msgid, above in parent.items() if msgid in known}
    ghosts = [msgid for msgid in parent if msgid not in known and msgid not in answered]
    children: dict[str, list[str]] = {}
    for msgid, above in parent.items():
        if above is not None:
            children.setdefault(above, []).append(msgid)
    for ghost in ghosts:
        below = children.get(ghost, [])
        if len(below) > 1:
            continue
        above = parent.pop(ghost)
        for child in below:
            parent[child] = above
        if above is not None:
            children[above] = [msgid for msgid in children[above] if msgid != ghost] + below


def _walk(parent: Mapping[str, str | None], known: Mapping[str, Linked]) -> tuple[Node, ...]:
    children: dict[str | None, list[str]] = {}
    for msgid, above in parent.items():
        children.setdefault(above, []).append(msgid)
    dates = _first_dates(parent, known)
    for below in children.values():
        below.sort(key=lambda msgid: dates[msgid], reverse=True)
    out: list[Node] = []
    stack = [(msgid, msgid, 0) for msgid in children.get(None, ())]
    while stack:
        msgid, thread, depth = stack.pop()
        out.append(Node(msgid, thread, parent[msgid], depth, msgid not in known))
        stack.extend((child, thread, depth + 1) for child in children.get(msgid, ()))
    return tuple(out)


def _first_dates(parent: Mapping[str, str | None], known: Mapping[str, Linked]) -> dict[str, tuple[int, str]]:
    """The sort key of every id; a ghost takes the date of the oldest mail that hangs directly below it."""
    dates = {msgid: _when(known[msgid]) for msgid in parent if msgid in known}
    for msgid, above in parent.items():
        if msgid in known and above is not None and above not in known:
            dates[above] = min(dates.get(above, dates[msgid]), dates[msgid])
    return {msgid: dates.get(msgid, (0, msgid)) for msgid in parent}


def ancestors(msgid: str, mails: Mapping[str, Linked]) -> Sequence[str]:
    """The ids above *msgid*, nearest first, as its own References and those of its parents tell; no id twice."""
    seen: dict[str, None] = {}
    mail = mails.get(msgid)
    while mail is not None and mail.parents:
        fresh = [above for above in reversed(mail.parents) if above not in seen and above != msgid]
        if not fresh:
            break
        seen.update(dict.fromkeys(fresh))
        mail = mails.get(fresh[-1])
    return list(seen)
