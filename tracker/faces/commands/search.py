"""`search`: mails in the store, or on the server."""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
from typing import Any

from tracker.config import Config
from tracker.core.dates import iso
from tracker.core.query import Both, Either, Node, Not, Term, parse_query
from tracker.faces.commands.reading import print_json, refuse_strange
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import brief, cut, pad, plain, width
from tracker.faces.rows import NAME
from tracker.store.search import Found
from tracker.store.search import search as search_store
from tracker.sync.reading import open_reading

_WHO = 20
_WIDE = 60  # columns; on a narrower terminal the days are left out
_SNIPPET = 120


def search(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker search QUERY`."""
    text = " ".join(args.query)
    if args.remote:
        return _remote(args, config, out, text)
    query = parse_query(text, now)
    if query.node is None:
        raise UsageError(f"query: {query.problem or 'nothing to look for'}")
    words = _words(query.node)
    with open_reading(config, out.say, now) as store:
        found = search_store(store.con, query.node, args.limit)
        rows = [_row(one, _snippet(store.con, one.id, words) if args.json else "") for one in found]
    if not rows:
        refuse_strange(query)
    _print(out, rows, args.json)
    return Exit.DONE if rows else Exit.NOTHING


def _remote(args: argparse.Namespace, config: Config, out: Out, text: str) -> Exit:
    from tracker.sync.servers import Servers

    with contextlib.closing(Servers(config)) as servers:
        hits = servers.get(None).list_ids(text, limit=args.limit)
    rows = [
        {
            "msgid": hit.msgid, "date": iso(hit.date), "from": {"name": hit.author, "email": ""},
            "subject": hit.subject, "topic": None, "snippet": "",
        }
        for hit in hits
    ]  # fmt: skip
    _print(out, rows, args.json)
    return Exit.DONE if rows else Exit.NOTHING


def _row(found: Found, snippet: str) -> dict[str, Any]:
    return {
        "msgid": found.msgid, "date": iso(found.date), "from": {"name": found.name, "email": found.email},
        "subject": found.subject, "topic": found.topic, "snippet": snippet,
    }  # fmt: skip


def _print(out: Out, rows: list[dict[str, Any]], as_json: bool) -> None:
    if not rows:
        out.say("nothing found")
    if as_json:
        print_json(out, {"schema": 1, "messages": rows})
    for row in [] if as_json else rows:
        day = (row["date"] or "unknown   ")[:10]
        who = brief(row["from"]["name"] or row["from"]["email"], NAME)
        topic = f"#{row['topic']}" if row["topic"] is not None else "-"
        subject = brief(row["subject"])
        if not out.tty:
            out.line("\t".join((plain(row["msgid"]), day, who, topic, subject)))
            continue
        lead = f"{day} {pad(who, _WHO)} {pad(topic, 6)}" if out.columns >= _WIDE else f"{pad(topic, 6)} {pad(who, _WHO // 2)}"
        out.line(f"{lead} {cut(subject, out.columns - width(lead) - 1)}")
    out.flush()


def _words(node: Node) -> list[str]:
    """The words of a query that a snippet may show."""
    match node:
        case Term(prefix, text):
            return [text.lower()] if prefix in ("", "b", "nq", "q", "bs") else []
        case Both(parts) | Either(parts):
            return [word for part in parts for word in _words(part)]
        case Not():
            return []
        case _:
            return []


def _snippet(con: sqlite3.Connection, number: int, words: list[str]) -> str:
    """The text around the first word of the query that stands in the mail, on one line."""
    from tracker.core.message import parse
    from tracker.store.mail import read_raw

    raw = read_raw(con, number)
    text = " ".join(parse(raw).body.split()) if raw is not None else ""
    low = text.lower()
    at = min((place for word in words if (place := low.find(word)) >= 0), default=0)
    start = max(0, at - _SNIPPET // 3)
    return ("…" if start else "") + text[start : start + _SNIPPET].strip() + ("…" if len(text) > start + _SNIPPET else "")
