"""Conditions on topics as SQL: what the user follows, has not read, wrote; whose turn it is; how old a topic is.

Every condition is an expression about a row of the table `topic`. Values are bound, never pasted into SQL.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tracker.core.query import Span, Term
from tracker.store.read import FOLLOWED_TOPICS

# Prefixes that ask about a topic, not about a mail.
PREFIXES = ("status", "turn", "is", "tree")

_UNREAD = "SELECT topic FROM u.arrival JOIN message USING (msgid) JOIN topic_thread USING (tid) WHERE NOT read"
_MINE = (
    "SELECT series.topic FROM message JOIN member USING (msgid) JOIN series ON series.id = member.series "
    "WHERE kind IN ('cover', 'patch') AND message.email IN (SELECT value FROM json_each(?))"
)
# The text is looked through before the JSON is read: most topics name nobody, and there may be 100,000.
_NAMES_ME = (
    "EXISTS (SELECT 1 FROM json_each(?) me WHERE instr(topic.data, me.value) AND EXISTS (SELECT 1 FROM "
    "json_each(topic.data, '$.turn_who') who WHERE lower(json_extract(who.value, '$.email')) = lower(me.value)))"
)


def is_about_topics(node: object) -> bool:
    """Whether a single term or span asks about the topic itself."""
    return (isinstance(node, Term) and node.prefix in PREFIXES) or (isinstance(node, Span) and node.field == "age")


def of_term(term: Term, values: list[Any], me: Sequence[str]) -> str:
    """The condition for `status:`, `turn:`, `tree:` or `is:`. me: the user's addresses; with none, nothing is `mine`."""
    if term.prefix == "is":
        return _is(term.text, values, me)
    if term.prefix == "tree":
        values += [term.text.lower(), term.text.lower()]
        return (
            "EXISTS (SELECT 1 FROM json_each(topic.data, '$.landings') one WHERE lower(json_extract(one.value, '$.tree')) = ? "
            "OR lower(json_extract(one.value, '$.branch')) = ?)"
        )
    if term.prefix == "turn" and term.text == "me":
        values += [json.dumps(_spellings(me)), json.dumps(_spellings(me))]
        nameless = "json_array_length(topic.data, '$.turn_who') = 0"
        return f"((topic.turn = 'author' AND topic.id IN ({_MINE}) AND {nameless}) OR (topic.turn <> 'nobody' AND {_NAMES_ME}))"
    values.append(json.dumps(term.text.split(",")))
    return f"topic.{term.prefix} IN (SELECT value FROM json_each(?))"


def of_age(span: Span, values: list[Any]) -> str:
    """The condition for `age<30d` and `age>2w`."""
    values.extend((span.since if span.since is not None else 0, span.until if span.until is not None else 1 << 40))
    return "(coalesce(topic.last, 0) >= ? AND coalesce(topic.last, 0) < ?)"


def _is(word: str, values: list[Any], me: Sequence[str]) -> str:
    if word == "followed":
        return f"topic.id IN ({FOLLOWED_TOPICS})"
    if word == "unread":
        return f"topic.id IN ({_UNREAD})"
    if word == "snoozed":
        return "topic.anchor IN (SELECT msgid FROM u.snooze WHERE until > CAST(strftime('%s', 'now') AS INTEGER))"
    if word == "mine":
        values.append(json.dumps(_spellings(me)))
        return f"topic.id IN ({_MINE})"
    return "0"


def _spellings(me: Sequence[str]) -> list[str]:
    """Addresses as given and in lower case: the index of senders knows them as they were written."""
    return list(dict.fromkeys([*me, *(one.lower() for one in me)]))
