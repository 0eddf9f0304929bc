"""A parsed query as SQL over messages and the full-text index. Values are always bound, never pasted into SQL."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.query import Both, Either, Node, Not, Span, Term
from tracker.store import conditions

# Which columns of the full-text table a prefix looks in.
_COLUMNS = {
    "": "subject sender body quoted files", "s": "subject", "f": "sender", "t": "recipients", "c": "cc", "b": "body quoted",
    "nq": "body", "q": "quoted", "tc": "recipients cc", "tcf": "recipients cc sender", "a": "recipients cc sender",
    "bs": "body quoted subject", "dfn": "files",
}  # fmt: skip
_HAS_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that matched. date: seconds UTC; topic: its number or None."""

    id: int
    msgid: str
    date: int | None
    name: str
    email: str
    subject: str
    topic: int | None


def search(con: sqlite3.Connection, node: Node, limit: int, me: Sequence[str] = ()) -> list[Found]:
    """The newest *limit* mails that match. me: the user's addresses, for `is:mine` and `turn:me`."""
    values: list[Any] = []
    where = condition(node, values, me)
    rows = con.execute(
        "SELECT id, msgid, date, name, email, subject, (SELECT min(topic) FROM topic_thread t WHERE t.tid = message.tid) "
        f"FROM message WHERE {where} ORDER BY coalesce(date, 0) DESC, id LIMIT ?", (*values, limit),
    )  # fmt: skip
    return [Found(*row) for row in rows]


def condition(node: Node, values: list[Any], me: Sequence[str] = ()) -> str:
    """*node* as an expression about a row of the table `message`; the values it binds are added to *values*."""
    if conditions.is_about_topics(node):
        about = conditions.of_age(node, values) if isinstance(node, Span) else _about_topic(node, values, me)
        return f"tid IN (SELECT tid FROM topic_thread JOIN topic ON topic.id = topic_thread.topic WHERE {about})"
    match node:
        case Both(parts):
            return "(" + " AND ".join(condition(part, values, me) for part in parts) + ")"
        case Either(parts):
            return "(" + " OR ".join(condition(part, values, me) for part in parts) + ")"
        case Not(what):
            return f"NOT {condition(what, values, me)}"
        case Span(field, since, until):
            return _span(field, since, until, values)
        case Term(prefix, text, start):
            return _words(prefix, text, start, values) if prefix in _COLUMNS else _value(prefix, text, start, values)


def _about_topic(node: Node, values: list[Any], me: Sequence[str]) -> str:
    assert isinstance(node, Term)
    return conditions.of_term(node, values, me)


def _span(field: str, since: int | None, until: int | None, values: list[Any]) -> str:
    column = "coalesce(received, date)" if field == "received" else "date"
    values.extend((since if since is not None else 0, until if until is not None else 1 << 40))
    return f"({column} >= ? AND {column} < ?)"


def _words(prefix: str, text: str, start: bool, values: list[Any]) -> str:
    if not _HAS_WORD.search(text):  # nothing that is indexed: everything matches, as for Xapian
        return "1"
    quoted = '"' + text.replace('"', '""') + '"' + (" *" if start else "")
    values.append(f"{{{_COLUMNS[prefix]}}} : {quoted}")
    matched = "id IN (SELECT rowid FROM fts WHERE fts MATCH ?)"
    if prefix == "" and "@" in text:  # a message id stands in no column: look it up
        values.append(text.strip("<>"))
        return f"({matched} OR msgid = ?)"
    return matched


def _value(prefix: str, text: str, start: bool, values: list[Any]) -> str:
    if prefix in ("m", "mid"):
        values.append(text.strip("<>"))
        return "msgid = ?" if not start else _starts("msgid", values)
    if prefix in ("l", "lid"):
        values.append(text.lower().strip("<>"))
        values.append(text.lower().strip("<>") + ".%")
        return "id IN (SELECT message FROM list WHERE list = ? OR list LIKE ?)"
    if prefix == "patchid":
        values.append(text.lower())
        condition = "patch_id = ?" if len(text) == 40 and not start else _starts("patch_id", values)
        return f"id IN (SELECT message FROM patch WHERE {condition})"
    if prefix == "kind":
        values.append(text)
        return "kind = ?"
    raise ValueError(prefix)


def _starts(column: str, values: list[Any]) -> str:
    text = values.pop()
    values.extend((text, text + "\U0010ffff"))
    return f"{column} BETWEEN ? AND ?"
