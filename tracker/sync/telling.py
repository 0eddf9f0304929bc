"""Errors of servers in few words: which server, what it was asked for, what went wrong."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from tracker.sources.base import SourceError

COLUMNS = 111  # with the name of the program before it, a line of 120
_LEAST = 16  # fewer characters tell nothing of what was asked
_PHRASE = re.compile(r'"([^"]+)"')
_SINCE = re.compile(r"\brt:(\d{9,10})\.\.")
_MAIL = re.compile(r"(.*)/([^/]+@[^/]+)/(raw|t\.mbox\.gz)")


def in_brief(error: SourceError) -> str:
    """*error* on one line of at most COLUMNS characters when it is about one request to a server, else as it is.

    The URL of a search is long and written in codes: the server and the words of the search are told in its place.
    """
    parts = urlsplit(error.where) if error.where.startswith(("http://", "https://")) else None
    mail = _MAIL.fullmatch(parts.path) if parts is not None else None
    if parts is None or not (parts.query or mail):
        return str(error)
    place = f"{parts.hostname or ''}{f':{_port(parts)}' if _port(parts) else ''}{(mail[1] if mail else parts.path).rstrip('/')}"
    asked = f"the {'mail' if mail[3] == 'raw' else 'thread of'} {unquote(mail[2])}" if mail else _search(parts.query)
    room = COLUMNS - len(place) - len(error.message) - 4
    if room >= _LEAST:
        place = f"{place}: {_cut(asked, room)}"
    return _cut(f"{place}: {error.message}", COLUMNS)


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def _search(query: str) -> str:
    """`a search for "demo make it lockless" and others since 2024-05-31`, of a URL's part behind the question mark."""
    text = " ".join(parse_qs(query, max_num_fields=20).get("q", []))
    phrases = dict.fromkeys(_PHRASE.findall(text))
    since = _SINCE.search(text)
    day = f" since {datetime.fromtimestamp(int(since[1]), UTC):%Y-%m-%d}" if since else ""
    if not phrases:
        return f"a search for {text}" if text else "a page"
    others = " and others" if len(phrases) > 1 else ""
    return f'a search for "{_cut(next(iter(phrases)), 30)}"{others}{day}'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
