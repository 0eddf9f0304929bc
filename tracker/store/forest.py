"""The git trees that the user named, and the patches of topics for finding their commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tracker.core.facts import examine
from tracker.core.message import parse
from tracker.core.posted import Posted, read_posted
from tracker.store import read
from tracker.store.mail import read_raw


class Tree(NamedTuple):
    """place: a path or a URL; role: of landing.ROLES; branches: globs, () for all."""

    name: str
    place: str
    role: str
    branches: tuple[str, ...]


def trees(con: sqlite3.Connection) -> list[Tree]:
    """The trees that were added by hand, oldest first."""
    rows = con.execute("SELECT name, place, role, branches FROM u.tree ORDER BY at, name")
    return [Tree(name, place, role, tuple(branches.split("\n")) if branches else ()) for name, place, role, branches in rows]


def add(con: sqlite3.Connection, tree: Tree, at: int) -> None:
    """Keep a tree; one of the same name is replaced."""
    row = (tree.name, tree.place, tree.role, "\n".join(tree.branches), at)
    con.execute("INSERT OR REPLACE INTO u.tree VALUES (?,?,?,?,?)", row)


def remove(con: sqlite3.Connection, name: str) -> bool:
    """Forget a tree; what was seen in it stays. Returns whether there was one."""
    return con.execute("DELETE FROM u.tree WHERE name=?", (name,)).rowcount > 0


def posted(con: sqlite3.Connection, number: int) -> list[tuple[Posted, ...]]:
    """The patches of a topic as they were mailed: its revisions, oldest first; those whose diffs are at hand."""
    found = []
    for revision in read.topic(con, number).data["revisions"]:
        ids = dict.fromkeys(patch["msgid"] for patch in revision["patches"])
        patches = tuple(one for msgid in ids for one in _of_mail(con, msgid))
        if patches:
            found.append(patches)
    return found


def _of_mail(con: sqlite3.Connection, msgid: str) -> Sequence[Posted]:
    row = con.execute("SELECT id, abridged FROM message WHERE msgid=?", (msgid,)).fetchone()
    raw = read_raw(con, row[0]) if row is not None and not row[1] else None
    if raw is None:
        return ()
    message = parse(raw)
    return read_posted(message, examine(message))


def commits_of(con: sqlite3.Connection, number: int) -> dict[str, str]:
    """Full commit ids that are known of a topic's patches -> the patch (message id); from words, records and trees."""
    found = {}
    for landing in read.topic(con, number).data["landings"]:
        if landing["patch"] and len(landing["commit"]) == 40:
            found[landing["commit"]] = landing["patch"]
    return found


def sighted(con: sqlite3.Connection, tree: str) -> Iterable[tuple[str, str]]:
    """(patch, commit) of everything that was seen in a tree."""
    return con.execute("SELECT patch, sha FROM u.sighting WHERE tree=? ORDER BY patch, sha", (tree,)).fetchall()
