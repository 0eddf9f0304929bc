"""Topics for a screen: the order of a whole list as numbers, and the few rows of it that are seen.

A list of 100,000 topics is an array of their numbers; the JSON of a topic is read when its row is drawn.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Sequence
from typing import Any

from tracker.core.query import Both, Either, Node, Not, Span, Term
from tracker.store import conditions
from tracker.store.read import FOLLOWED_TOPICS, TopicRow
from tracker.store.search import condition as mail_condition

# How a list can be ordered: the first one is newest mail first.
SORTS = {
    "newest": "coalesce(topic.last, 0) DESC, topic.id",
    "oldest": "coalesce(topic.last, 0), topic.id",
    "status": "topic.status, coalesce(topic.last, 0) DESC, topic.id",
    "turn": "topic.turn, coalesce(topic.last, 0) DESC, topic.id",
    "title": "topic.title COLLATE NOCASE, topic.id",
    "unread": "(SELECT count(*) FROM u.arrival JOIN message USING (msgid) JOIN topic_thread t USING (tid) "
    "WHERE NOT read AND t.topic = topic.id) DESC, coalesce(topic.last, 0) DESC, topic.id",
}


def listing(
    con: sqlite3.Connection, node: Node | None, *, sort: str = "newest", me: Sequence[str] = (), limit: int = -1
) -> array[int]:
    """The numbers of the topics for which *node* holds (None: all), in the order *sort*; at most *limit*, -1 for all."""
    values: list[Any] = []
    where = topic_condition(node, values, me)
    rows = con.execute(f"SELECT topic.id FROM topic WHERE {where} ORDER BY {SORTS[sort]} LIMIT ?", (*values, limit))
    return array("q", [row[0] for row in rows])


def count(con: sqlite3.Connection, node: Node | None, me: Sequence[str] = ()) -> int:
    """For how many topics *node* holds."""
    values: list[Any] = []
    where = topic_condition(node, values, me)
    return int(con.execute(f"SELECT count(*) FROM topic WHERE {where}", values).fetchone()[0])


def rows(con: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, TopicRow]:
    """The topics with these numbers; those that are gone are left out."""
    wanted = json.dumps(list(numbers))
    unread = dict(
        con.execute(
            "SELECT topic, count(*) FROM topic_thread JOIN message USING (tid) JOIN u.arrival USING (msgid) "
            "WHERE NOT read AND topic IN (SELECT value FROM json_each(?)) GROUP BY topic",
            (wanted,),
        )
    )
    found = con.execute(
        f"SELECT id, slug, title, status, turn, first, last, id IN ({FOLLOWED_TOPICS}), data FROM topic "
        "WHERE id IN (SELECT value FROM json_each(?))",
        (wanted,),
    )
    return {
        number: TopicRow(number, slug, title, status, turn, first, last, bool(own), unread.get(number, 0), json.loads(data))
        for number, slug, title, status, turn, first, last, own, data in found
    }


def topic_condition(node: Node | None, values: list[Any], me: Sequence[str]) -> str:
    """*node* as a condition on topics: what it says about mail has to hold for one mail of the topic."""
    if node is None:
        return "1"
    if not _asks_topics(node):
        return (
            "topic.id IN (SELECT topic FROM topic_thread WHERE tid IN (SELECT tid FROM message WHERE "
            f"{mail_condition(node, values)}))"
        )
    match node:
        case Both(parts):
            about_mail = [part for part in parts if not _asks_topics(part)]
            merged: list[Node] = [part for part in parts if _asks_topics(part)]
            if about_mail:
                merged.append(about_mail[0] if len(about_mail) == 1 else Both(tuple(about_mail)))
            return "(" + " AND ".join(topic_condition(part, values, me) for part in merged) + ")"
        case Either(parts):
            return "(" + " OR ".join(topic_condition(part, values, me) for part in parts) + ")"
        case Not(what):
            return f"NOT {topic_condition(what, values, me)}"
        case Span():
            return conditions.of_age(node, values)
        case Term():
            return conditions.of_term(node, values, me)


def _asks_topics(node: Node) -> bool:
    match node:
        case Both(parts) | Either(parts):
            return any(_asks_topics(part) for part in parts)
        case Not(what):
            return _asks_topics(what)
        case _:
            return conditions.is_about_topics(node)


def titles_like(con: sqlite3.Connection, text: str, limit: int) -> list[tuple[int, str]]:
    """Numbers and titles of the newest topics whose title holds every word of *text* (no wildcards)."""
    words = text.split()[:8]
    where = " AND ".join(["instr(lower(title), lower(?))"] * len(words)) or "1"
    found = con.execute(f"SELECT id, title FROM topic WHERE {where} ORDER BY coalesce(last, 0) DESC LIMIT ?", (*words, limit))
    return list(found)


def versions(con: sqlite3.Connection) -> tuple[int, int]:
    """Two numbers of which one changes when another connection wrote to the cache or to the user's data."""
    main, user = (int(con.execute(f"PRAGMA {one}.data_version").fetchone()[0]) for one in ("main", "u"))
    return main, user


def unread_ids(con: sqlite3.Connection, number: int) -> set[str]:
    """The message ids of a topic's mails that were not read."""
    return {
        row[0]
        for row in con.execute(
            "SELECT msgid FROM topic_thread JOIN message USING (tid) JOIN u.arrival USING (msgid) WHERE NOT read AND topic=?",
            (number,),
        )
    }
