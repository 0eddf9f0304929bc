"""What a run learned: events seen for the first time, how topics stand now, which sources answered; in one transaction.

Called at the end of `sync` and `follow`, and by `digest`, since time alone makes news too: a promise grows overdue.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tracker.config import Config, Profile
from tracker.core.dates import iso
from tracker.core.news import occurrences
from tracker.core.query import parse_query
from tracker.sources.base import one_line
from tracker.store import browse, learned, own, read, standing
from tracker.store.db import transaction
from tracker.sync.identity import Identity

if TYPE_CHECKING:
    from tracker.sync.session import Session

DEFAULT = "default"


def learn(session: Session) -> int:
    """As `learn_from`, of a run."""
    return learn_from(session.con, session.config, session.now)


def learn_from(con: sqlite3.Connection, config: Config, now: int) -> int:
    """Keep what is new of all topics that a digest may tell of; returns how many events are. Raises StoreError.

    What is known when a topic is looked at for the first time is background: it is no news.
    """
    with transaction(con, config.user_db):
        learned.rehome(con)
        standing.stand(con, now, config.stalled_after)
        try:
            topics = _topics(con, config, now)
        finally:
            standing.leave(con)
        return sum(1 for topic in topics for _ in _new(con, topic, now))


def _topics(con: sqlite3.Connection, config: Config, now: int) -> list[dict[str, Any]]:
    """The followed topics and those that a profile asks for, as they stand today, with what was known of them."""
    rows = {row.number: row for row in read.topics(con, every=False)}
    further = scope(con, config, config.profiles, now) - rows.keys()
    rows.update(browse.rows(con, sorted(further)))
    said = own.everything(con)
    before, stood = learned.known(con, rows), learned.stands(con)
    return [
        {
            **row.data, "id": number, "status": row.status, "snoozed_until": iso(said.get(number, own.Own()).until),
            "known": before.get(number), "stood": stood.get(number),
        }
        for number, row in rows.items()
    ]  # fmt: skip


def _new(con: sqlite3.Connection, topic: Mapping[str, Any], now: int) -> Iterable[str]:
    """Keep what is new of one topic, and yield its ids."""
    number, known = topic["id"], topic["known"]
    stands = (topic["status"], topic["turn"])
    if topic["stood"] != stands:
        learned.stand(con, number, now, *stands)
    ids = {event["id"]: event["kind"] for event in occurrences(topic, now)}
    new = [one for one in ids if one not in (known or ())]
    if known:
        for kind in learned.PROVEN:
            gone = [one for one in known if one not in ids and one.startswith(f"{kind}:")]
            for old, better in zip(gone, [one for one in new if ids[one] == kind], strict=False):
                learned.rename(con, number, old, better)
                new.remove(better)
    first = topic["stood"] is None
    learned.add(con, number, new, now, background=first)
    yield from () if first else new


def scope(con: sqlite3.Connection, config: Config, profiles: Iterable[Profile], now: int) -> set[int]:
    """The topics that the queries of these profiles ask for; what is wrong with a query is for the digest to say."""
    found: set[int] = set()
    me = Identity(config)
    for profile in profiles:
        node = parse_query(profile.query, now).node if profile.query else None
        if node is not None:
            found.update(browse.listing(con, node, me=me.emails))
    return found


def note_reached(session: Session, source: str, error: str = "") -> None:
    """Keep that a source answered in this run, or what was wrong with it; with --offline none was asked."""
    if session.config.offline:
        return
    with transaction(session.con, session.config.user_db):
        learned.reached(session.con, source, session.now, error)


def note_trees(session: Session, servers: Sequence[str] | None) -> None:
    """Keep which of the user's trees could be read in this run.

    servers: all that are asked for news; what is known of others is dropped. None: not all of them were asked.
    """
    from tracker.store import forest  # here, because it brings the parsers with it

    failed = {error.where: str(error) for error in session.failures}
    places = [one.where for one in session.config.trees] + [one.place for one in forest.trees(session.con)]
    with transaction(session.con, session.config.user_db):
        for place in places:
            learned.reached(session.con, place, session.now, failed.get(one_line(place), ""))
        if servers is not None:
            learned.forget_sources(session.con, (*places, *servers))
