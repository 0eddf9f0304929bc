"""What is strange about a query that can be read: prefixes and values that do not exist, so that nothing can be found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from tracker.core.query import Both, Either, Node, Not, Term, no_prefix, parse_query
from tracker.faces.rows import STATUS

TURNS = ("me", "author", "reviewer", "maintainer", "nobody", "unknown")
STATES = ("followed", "unread", "mine", "snoozed")
KINDS = ("cover", "patch", "reply", "pull", "notice", "other")
# The values of prefixes that have few, and whether several may stand between commas.
_VALUES = {"status": (tuple(STATUS), True), "turn": (TURNS, True), "is": (STATES, False), "kind": (KINDS, False)}
_AGE = re.compile(r"age[<>]")


def doubt(text: str, now: int) -> str:
    """The first thing in a query that is strange, with what to write instead; '' when nothing is. now: seconds UTC."""
    query = parse_query(text, now)
    for term in _terms(query.node):
        found = _about(term)
        if found:
            return found
    return no_prefix(query.strange[0]) if query.strange else ""


def _terms(node: Node | None) -> Iterator[Term]:
    match node:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _terms(part)
        case Not(what):
            yield from _terms(what)
        case Term():
            yield node


def _about(term: Term) -> str:
    if not term.prefix:
        return f"{term.text}: no such age; write age<30d or age>2w" if _AGE.match(term.text) else ""
    values, several = _VALUES.get(term.prefix, ((), False))
    wrong = next((one for one in (term.text.split(",") if several else [term.text]) if values and one not in values), None)
    if wrong is None:
        return ""
    near = get_close_matches(wrong.lower(), values, 2, 0.6)
    advice = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(values)}"
    return f"{term.prefix}:{wrong} is none; {advice}"
