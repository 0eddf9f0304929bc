"""`list` and `show`."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tracker.config import Config
from tracker.core.dates import iso
from tracker.core.roles import roles
from tracker.core.silence import why
from tracker.faces import rows
from tracker.faces.exits import Exit, NothingError, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import brief, cut, escape_controls, pad, plain, width
from tracker.store import attestation, own, read
from tracker.sync.identity import Identity
from tracker.sync.reading import open_reading

if TYPE_CHECKING:
    from tracker.core.query import Query


def list_topics(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker list`: one line a topic."""
    query = " ".join(getattr(args, "query", ()))
    me = Identity(config)
    with open_reading(config, out.say, now) as store:
        every = getattr(args, "all", False) or store.snapshot
        topics = read.topics(store.con, every=every)
        if read.is_unsorted(store.con):
            out.say("mail is stored that is in no topic yet; 'tracker sync' puts it in order, if nothing does so now")
        if query:
            topics = _matching(store.con, query, now, me, topics)
        if getattr(args, "json", False):
            attestation.fill(store.con, [tag for topic in topics for tag in topic.data["tags"]])
            said = own.everything(store.con)
            listed = [topic_json(store.con, topic, now, me.emails, said.get(topic.number, own.Own())) for topic in topics]
            print_json(out, {"schema": 1, "topics": listed})
        elif topics:
            _tell_absent(store.con, out)
            for line in _table(topics, out, now, me):
                out.line(line)
        elif query:
            out.say("nothing found" if every else "nothing found among what is followed; --all looks at everything")
        elif read.followed(store.con):
            _tell_absent(store.con, out)
        else:
            out.say("nothing is followed yet; try 'tracker follow MESSAGE-ID', or 'tracker list --all'")
    out.flush()
    return Exit.DONE if topics or not query else Exit.NOTHING


def _tell_absent(con: sqlite3.Connection, out: Out) -> None:
    """Say when followed topics cannot be listed, because the cache that had their mail is gone."""
    absent = [row.title for row in read.followed(con) if row.number is None]
    if absent:
        more = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
        out.say(f"not at hand: {cut(plain(absent[0]), 60)}{more}; 'tracker sync' fetches what is followed")


def _matching(
    con: sqlite3.Connection, text: str, now: int, me: Identity, topics: list[read.TopicRow]
) -> list[read.TopicRow]:  # fmt: skip
    """The topics for which the query holds: what it says of topics, and what it says of one of their mails.

    Raises UsageError for a query that cannot be read, and when a prefix that is none is all that could be wrong.
    """
    from tracker.core.query import parse_query
    from tracker.store.browse import listing

    query = parse_query(text, now)
    if query.node is None:
        raise UsageError(f"query: {query.problem or 'nothing to look for'}")
    asks_me = any(word in text for word in ("turn:me", "is:mine"))
    if asks_me and not me.emails:
        raise UsageError("who are you? Set [me] emails in config.toml or git's user.email; see 'tracker config'")
    wanted = set(listing(con, query.node, me=me.emails if asks_me else ()))
    found = [topic for topic in topics if topic.number in wanted]
    if not found:
        refuse_strange(query)
    return found


def refuse_strange(query: Query) -> None:
    """Raise UsageError when a query that found nothing has a prefix that is none; one that finds something is a title."""
    if query.strange:
        from tracker.core.query import no_prefix

        raise UsageError(f"nothing found: {no_prefix(query.strange[0])}")


def one_topic(con: sqlite3.Connection, text: str) -> int:
    """The one topic that *text* names. Raises UsageError when it names none or several."""
    found = read.resolve(con, text)
    if len(found) == 1:
        return found[0]
    name = plain(text)
    if not found:
        raise NothingError(f"no topic {name!r} here; 'tracker list --all' shows what there is, 'tracker follow' fetches one")
    raise UsageError(f"{name!r} names several topics: {', '.join(f'#{number}' for number in found[:8])}; use a number")


def topic_json(
    con: sqlite3.Connection, topic: read.TopicRow, now: int, me: Sequence[str] = (), said: own.Own | None = None
) -> dict[str, Any]:
    """TOPIC of schema 1: what mail says as it stands today, and what is the user's own.

    me: the user's addresses. said: what he says of the topic, when it is known already.
    """
    from tracker.store.learned import seen_at  # here, because a plain list has no use for it

    seen = seen_at(con, topic.number)
    said = own.everything(con).get(topic.number, own.Own()) if said is None else said
    committers = [landing["by"]["email"] for landing in topic.data["landings"] if landing["by"] and landing["commit"]]
    held = roles(topic.data, me, writers=read.writers(con, topic.number), maintainers=committers) if me else ()
    return {
        "id": topic.number, **topic.data, **standing(topic, said, now), "tags": rows.aged(topic.data["tags"], now),
        "age_days": rows.age_days(topic.last, now), "followed": topic.followed,
        "mine": "author" in held, "my_roles": list(held), "unread": topic.unread, "snoozed_until": iso(said.until),
        "notes": [{"at": iso(at), "text": text} for at, text in said.notes],
        "sources": read.sources_of(con, topic.number), "related": read.related(con, topic.number),
        "events": [{**event, "seen_at": seen.get(event["id"])} for event in topic.data["events"]],
    }  # fmt: skip


def standing(topic: read.TopicRow, said: own.Own, now: int) -> dict[str, Any]:
    """What differs today from what was judged: a state that nothing moved, or the user's word."""
    judged = topic.data["status"]
    if said.status:
        day = (iso(said.status_at) or "")[:10]
        return {
            "status": said.status, "status_reason": f"set by hand on {day}; judged {judged}: {topic.data['status_reason']}",
            "manual": True, "confidence": 1.0,
        }  # fmt: skip
    if topic.status != judged:
        reason = why(topic.status, (topic.data["moved"] or "")[:10], judged, topic.data["status_reason"])
        return {"status": topic.status, "status_reason": reason}
    return {}


def print_json(out: Out, data: Any) -> None:
    """JSON that reads well and is safe on a terminal: letters of any script as they are, invisible controls escaped."""
    import json

    out.line(escape_controls(json.dumps(data, ensure_ascii=False, indent=1)))


def _table(topics: list[read.TopicRow], out: Out, now: int, me: Identity) -> list[str]:
    """Columns on a terminal, the title taking what is left, and some giving way to it; fields between tabs in a pipe."""
    cells = [_cells(topic, now, me) for topic in topics]
    if not out.tty:
        return ["\t".join(row) for row in cells]
    widths = [max(width(row[column]) for row in cells) for column in (0, 1, 2, 3, 5, 6)]
    widths = [max(have, least) for have, least in zip(widths, (2, 8, 4, 4, 2, 4), strict=True)]
    room_of = {
        "#": widths[0], "STATUS": widths[1] + 2, "TURN": widths[2], "AGE": widths[3], "TOPIC": _LEAST, "V": widths[4],
        "TAGS": widths[5],
    }  # fmt: skip
    for name in _GIVE_WAY:
        if sum(room_of.values()) + len(room_of) - 1 > out.columns:
            del room_of[name]
    room = room_of["TOPIC"] = max(_LEAST, out.columns - sum(room_of.values()) - len(room_of) + 1 + _LEAST)
    heads = {name: name for name in room_of} | {"#": "#".rjust(widths[0]), "STATUS": "  STATUS"}
    lines = [out.paint(" ".join(pad(heads[name], columns) for name, columns in room_of.items()).rstrip(), "1")]
    for topic, (number, status, turn, age, title, version, tags) in zip(topics, cells, strict=True):
        unread = f" ({topic.unread} new)" if topic.unread else ""
        row = {
            "#": number.rjust(widths[0]),
            "STATUS": out.paint(f"{rows.glyph(topic.status)} {pad(status, widths[1])}", rows.colour(topic.status)),
            "TURN": pad(turn, widths[2]), "AGE": age.rjust(widths[3]),
            "TOPIC": pad(cut(title, room - len(unread)) + unread, room), "V": pad(version, widths[4]), "TAGS": tags,
        }  # fmt: skip
        lines.append(" ".join(row[name] for name in room_of).rstrip())
    return lines


_LEAST = 16  # columns of a title, for which other columns give way
_GIVE_WAY = ("V", "TAGS", "AGE", "TURN")
_MAX_TURN = 14


def _cells(topic: read.TopicRow, now: int, me: Identity) -> tuple[str, ...]:
    """Number, status, turn, age, title, version, tags."""
    data = topic.data
    somebody = data["turn"] not in ("nobody", "unknown")  # git is asked who the user is only when it matters
    turn = "you" if somebody and rows.is_my_turn(data, me.emails) else rows.turn_words(data["turn"], data["turn_who"])
    return (
        str(topic.number), rows.status_words(topic.status), cut(turn, _MAX_TURN), rows.age(topic.last, now), brief(topic.title),
        rows.version(data), rows.tag_counts(rows.aged(data["tags"], now)),
    )  # fmt: skip
