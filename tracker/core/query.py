"""The query language of `search`: words, "phrases", lore's prefixes, AND (implied), OR, NOT or `-`, parentheses.

Parsing gives a tree of plain values; the store turns it into SQL. Prefixes and their meaning follow public-inbox
(the help page of any list, `_/text/help/`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Prefixes that look for words, with what they mean.
WORDS = {
    "s": "subject", "f": "sender", "t": "recipients", "c": "cc", "b": "body", "nq": "body, not quoted", "q": "quoted text",
    "tc": "to or cc", "tcf": "to, cc or from", "a": "any address", "bs": "body or subject", "dfn": "file name of a diff",
}  # fmt: skip
# Prefixes that compare values.
VALUES = {
    "d": "date sent", "dt": "date sent", "rt": "date received", "m": "message id", "mid": "message id", "l": "list id",
    "lid": "list id", "patchid": "git patch-id --stable", "status": "status of the topic", "turn": "whose turn, or me",
    "is": "followed, unread, mine or snoozed", "age": "of the topic's newest mail: age<30d, age>2w",
    "kind": "cover, patch, reply, pull, notice or other", "tree": "tree or branch that the topic landed in",
}  # fmt: skip
# Longer names of prefixes.
_ALIASES = {"list": "l", "to": "t", "from": "f", "subject": "s"}
# Prefixes of public-inbox that only the server answers.
ELSEWHERE = ("dfa", "dfb", "dfhh", "dfctx", "dfpre", "dfpost", "dfblob", "z", "n", "changeid", "forpatchid")
_TOKEN = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<minus>-)?(?:(?P<prefix>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>(?(prefix)[^\s()"]*|[^\s()"]+))))'
)
_AGE = re.compile(r"age([<>])(\d{1,6})([hdwmy]?)")
_AGE_SECONDS = {"h": 3_600, "d": 86_400, "": 86_400, "w": 7 * 86_400, "m": 30 * 86_400, "y": 365 * 86_400}
_RELATIVE = re.compile(r"(\d+)\.(hour|day|week|month|year)s?\.ago|(yesterday|today)")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_MAX_TOKENS = 2_000
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase. prefix: '' for anywhere; start: the word may go on (`foo*`)."""

    prefix: str
    text: str
    start: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds UTC from, inclusive, to, exclusive; None is open. field: 'date' or 'received' of a mail, 'age' of a topic."""

    field: str
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Not:
    what: Node


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Node, ...]


Node = Term | Span | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Query:
    """node: None for an empty query or a wrong one; problem: what is wrong, '' when nothing is.

    strange: what looks like a prefix with its value and is none, as `stauts` of `stauts:merged`; looked for as words.
    """

    node: Node | None
    problem: str
    strange: tuple[str, ...] = ()


class _WrongError(Exception):
    """Carries the reason out of the recursive descent; never leaves this module."""


def parse_query(text: str, now: int) -> Query:
    """Read *text*; *now* (seconds UTC) is what `3.days.ago` counts from. Never raises."""
    try:
        tokens = _tokens(text)
        node, rest = _either(tokens, 0, now, 0)
        if rest < len(tokens):
            raise _WrongError("a closing parenthesis without an opening one")
    except _WrongError as wrong:
        return Query(None, str(wrong))
    return Query(node, "", tuple(dict.fromkeys(token["prefix"] for token in tokens if _is_strange(token))))


def no_prefix(name: str) -> str:
    """`stauts: is no prefix; did you mean status:?`, or all prefixes there are when none is near."""
    from difflib import get_close_matches

    known = [*WORDS, *VALUES, *_ALIASES]
    near = get_close_matches(name.lower(), [one for one in known if len(one) > 1], 2, 0.6)
    if near:
        return f"{name}: is no prefix; did you mean {' or '.join(f'{one}:' for one in near)}?"
    return f"{name}: is no prefix; there are {' '.join(f'{one}:' for one in known if one not in ('dt', 'mid', 'lid'))}"


def _is_strange(token: re.Match[str]) -> bool:
    """Whether a word looks like a prefix that is not there. Titles have a blank behind the colon, or more before it."""
    prefix, text = token["prefix"] or "", token["phrase"] or token["word"] or ""
    known = prefix in WORDS or prefix in VALUES or prefix in _ALIASES or prefix in ELSEWHERE
    return bool(prefix and text) and not known and prefix.islower() and prefix.isascii() and not text.startswith("//")


def _tokens(text: str) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    pos = 0
    text = text.rstrip()
    while pos < len(text):
        match = _TOKEN.match(text, pos)
        if match is None or match.end() == pos:
            raise _WrongError(f"cannot read {text[pos : pos + 20]!r}")
        found.append(match)
        pos = match.end()
        if len(found) > _MAX_TOKENS:
            raise _WrongError("too many words")
    return found


def _either(tokens: list[re.Match[str]], pos: int, now: int, depth: int) -> tuple[Node | None, int]:
    if depth > _MAX_DEPTH:
        raise _WrongError("too many parentheses")
    parts: list[Node] = []
    node, pos = _both(tokens, pos, now, depth)
    while True:
        if node is not None:
            parts.append(node)
        if pos < len(tokens) and _is(tokens[pos], "OR"):
            node, pos = _both(tokens, pos + 1, now, depth)
            continue
        break
    return (parts[0] if len(parts) == 1 else Either(tuple(parts)) if parts else None), pos


def _both(tokens: list[re.Match[str]], pos: int, now: int, depth: int) -> tuple[Node | None, int]:
    parts: list[Node] = []
    while pos < len(tokens) and not tokens[pos]["close"] and not _is(tokens[pos], "OR"):
        if _is(tokens[pos], "AND"):
            pos += 1
            continue
        node, pos = _one(tokens, pos, now, depth)
        if node is not None:
            parts.append(node)
    return (parts[0] if len(parts) == 1 else Both(tuple(parts)) if parts else None), pos


def _one(tokens: list[re.Match[str]], pos: int, now: int, depth: int) -> tuple[Node | None, int]:
    token = tokens[pos]
    if _is(token, "NOT"):
        if pos + 1 >= len(tokens):
            raise _WrongError("NOT needs something after it")
        node, pos = _one(tokens, pos + 1, now, depth)
        return (Not(node) if node is not None else None), pos
    if token["open"]:
        node, pos = _either(tokens, pos + 1, now, depth + 1)
        if pos >= len(tokens) or not tokens[pos]["close"]:
            raise _WrongError("a parenthesis is not closed")
        return node, pos + 1
    found = _term(token, now)
    return (Not(found) if token["minus"] else found), pos + 1


def _is(token: re.Match[str], word: str) -> bool:
    return token["word"] == word and not token["prefix"] and not token["minus"]


def _term(token: re.Match[str], now: int) -> Node:
    prefix = (token["prefix"] or "").lower()
    prefix = _ALIASES.get(prefix, prefix)
    text = token["phrase"] if token["phrase"] is not None else token["word"] or ""
    age = _AGE.fullmatch(f"{prefix}{text}")
    if age is not None:
        at = now - int(age[2]) * _AGE_SECONDS[age[3]]
        return Span("age", at, None) if age[1] == "<" else Span("age", None, at)
    if prefix and prefix not in WORDS and prefix not in VALUES:
        if text.startswith("//"):  # a URL is no prefix
            return Term("", f"{token['prefix']}:{text}")
        if prefix in ELSEWHERE:
            raise _WrongError(f"{prefix}: is not looked for here; 'tracker search --remote' asks the server")
        return Term("", f"{token['prefix']} {text}".rstrip())  # "ovl: fix" is a subject, as for public-inbox
    if prefix == "age":
        raise _WrongError(f"age: {text!r} is no age; write age<30d or age>2w")
    if prefix in ("d", "dt", "rt"):
        return _span("received" if prefix == "rt" else "date", text, now)
    if prefix and not text:
        raise _WrongError(f"{prefix}: needs a value")
    start = token["phrase"] is None and text.endswith("*") and len(text) > 1
    return Term(prefix, text.rstrip("*") if start else text, start)


def _span(field: str, text: str, now: int) -> Span:
    """`2024-05-01..2024-06-01`, `20240501..`, `..3.days.ago`, a single day; ends count as whole days."""
    first, dots, last = text.partition("..")
    if not dots:
        since, until = _moment(first, now)
        return Span(field, since, until)
    return Span(field, _moment(first, now)[0] if first else None, _moment(last, now)[1] if last else None)


def _moment(text: str, now: int) -> tuple[int, int]:
    """The first second of what *text* names, and the first one after it."""
    relative = _RELATIVE.fullmatch(text.lower())
    if relative is not None:
        return _back(relative, now)
    digits = text.replace("-", "")
    if not digits.isdecimal() or not digits.isascii():
        raise _WrongError(f"{text!r} is no date; write 2024-05-31, 20240531, or 3.days.ago")
    if len(digits) in (9, 10) and "-" not in text:
        return int(digits), int(digits) + 1
    form = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d"}.get(len(digits))
    try:
        if form is None:
            raise ValueError
        start = datetime.strptime(digits, form).replace(tzinfo=UTC)
        end = {4: _next_year, 6: _next_month, 8: _next_day}[len(digits)](start)
    except (ValueError, OverflowError):
        raise _WrongError(f"{text!r} is no date; write 2024-05-31, 20240531, or 3.days.ago") from None
    return int(start.timestamp()), int(end.timestamp())


def _back(relative: re.Match[str], now: int) -> tuple[int, int]:
    if relative[3]:
        start = now - now % 86_400 - (86_400 if relative[3] == "yesterday" else 0)
        return start, start + 86_400
    amount = min(int(relative[1]), 100_000)
    at = now - amount * (3_600 if relative[2] == "hour" else _DAYS[relative[2]] * 86_400)
    return at, at + 1


def _next_day(start: datetime) -> datetime:
    return start + timedelta(days=1)


def _next_month(start: datetime) -> datetime:
    return (start + timedelta(days=31)).replace(day=1)


def _next_year(start: datetime) -> datetime:
    return start.replace(year=start.year + 1)
