"""What one run of a command works with: the store, the configuration, a clock, and a way to talk to the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracker.config import Config
from tracker.sources.base import SourceError
from tracker.store import read
from tracker.store.db import transaction
from tracker.store.derive import derive
from tracker.store.mail import Added, Source, Writer, reread, source
from tracker.store.outside import save_aliases
from tracker.store.prepare import Packer, Prepared, prepare, train
from tracker.store.read import FOLLOWED_TOPICS
from tracker.sync.identity import Identity
from tracker.sync.locks import writing as writing  # where every command that writes looks for it
from tracker.sync.owners import take_up
from tracker.sync.recorded import recall
from tracker.sync.telling import in_brief

# A dictionary is worth its 110 KiB once there are this many mails to learn from.
_ENOUGH_TO_LEARN = 400


@dataclass(slots=True)
class Session:
    """now: seconds since 1970 UTC. say: one line for the user (stderr). failures: what no source could give.

    verbose: failures are told with their whole URLs.
    """

    con: sqlite3.Connection
    config: Config
    now: int
    say: Callable[[str], None]
    progress: Callable[[str, int, int | None], None] = lambda _what, _done, _total: None
    failures: list[SourceError] = field(default_factory=list)
    verbose: bool = True

    def fail(self, error: SourceError) -> None:
        """Tell of a source that failed, and remember it for the exit code."""
        self.failures.append(error)
        self.say(str(error) if self.verbose else in_brief(error))


def add_mail(session: Session, mails: Iterable[bytes], where: Source, *, trusted: bool = False) -> Added:
    """Store *mails* and bring topics up to date, in one transaction. Mail of a private source is kept for good."""
    con = session.con
    raws = [raw for raw in mails if raw.strip()]
    with transaction(con, session.config.mail_db):
        writer = Writer(con, session.now)
        rows = pack(writer, [("", raw) for raw in raws], trusted=trusted)
        if where.private:
            keep_local(con, raws, where, session.now)
        added = writer.add(rows, where, packed_with=writer.dict_id)
        derive(con)
    return added


def pack(writer: Writer, mails: Sequence[tuple[str, bytes]], *, trusted: bool = False) -> list[Prepared]:
    """Prepare (origin, raw) pairs, learning a dictionary from the first big batch."""
    if writer.dictionary is None and len(mails) >= _ENOUGH_TO_LEARN:
        found = train([raw for _, raw in mails[:1000]])
        if found:
            writer.learn(found)
    packer = Packer(writer.dictionary)
    return [prepare(raw, origin, packer, trusted=trusted) for origin, raw in mails]


def keep_local(con: sqlite3.Connection, raws: Sequence[bytes], where: Source, at: int) -> None:
    """Keep the user's own mail in the database that is never thrown away."""
    packer = Packer()
    rows = [(prepare(raw, "", packer).hash, where.kind, where.name, at, packer.pack(raw)) for raw in raws]
    con.executemany("INSERT OR IGNORE INTO u.local_mail VALUES (?,?,?,?,?)", rows)


def restore_local(con: sqlite3.Connection) -> None:
    """Index the user's own mail again after the cache was deleted."""
    packer = Packer()
    with transaction(con):
        for kind, name in con.execute("SELECT DISTINCT kind, name FROM u.local_mail").fetchall():
            where = source(con, kind, name, private=True)
            rows = con.execute("SELECT at, data FROM u.local_mail WHERE kind=? AND name=? ORDER BY at", (kind, name)).fetchall()
            writer = Writer(con, rows[0][0])
            writer.add([prepare(packer.unpack(data), "", packer) for _, data in rows], where)
        derive(con)


def reread_all(con: sqlite3.Connection) -> None:
    """Bring a cache that another version of the program wrote up to date, from the mails in it."""
    with transaction(con):
        reread(con)
        derive(con)


def refresh(con: sqlite3.Connection, config: Config, say: Callable[[str], None] | None = None) -> None:
    """Take up the facts of this version's snapshot, the user's .mailmap and MAINTAINERS, and look again at topics for news.

    Mail that is in no topic yet, because an import was interrupted, is put in order; say tells so.
    """
    aliases = Identity(config).aliases
    with transaction(con):
        news = [recall(con), save_aliases(con, aliases), take_up(con, config)]
        left = read.is_unsorted(con)
        if left and say is not None:
            say("putting in order what an interrupted import left …")
        if any(news) or left:
            derive(con)


def note_arrivals(session: Session, *, read: bool) -> list[str]:
    """Record mails of followed topics that were not seen before; returns their ids. read: they count as read at once."""
    con = session.con
    fresh = [
        row[0]
        for row in con.execute(
            f"SELECT msgid FROM message WHERE tid IN (SELECT tid FROM topic_thread WHERE topic IN ({FOLLOWED_TOPICS})) "
            "AND msgid NOT IN (SELECT msgid FROM u.arrival) ORDER BY date"
        )
    ]
    with transaction(con, session.config.user_db):
        con.executemany("INSERT OR IGNORE INTO u.arrival VALUES (?,?,?)", [(one, session.now, read) for one in fresh])
    return fresh


def private_dir(path: Path) -> Path:
    """A folder that only its owner can enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
