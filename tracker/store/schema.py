"""The two databases as numbered migrations, each applied in one transaction with its record.

`mail.db` (cache) holds what can be fetched or derived again. `user.db` (data) holds what cannot be had again: the user's
decisions, what was observed, and mail that came from the user's own files.
"""

from __future__ import annotations

import sqlite3

MAIL = (
    """
    CREATE TABLE source(
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, private INTEGER NOT NULL, cursor TEXT,
        UNIQUE(kind, name));
    CREATE TABLE dict(id INTEGER PRIMARY KEY, data BLOB NOT NULL);
    -- One row a message id. hash: of the raw bytes; origin: the commit of a list archive that brought it.
    CREATE TABLE message(
        id INTEGER PRIMARY KEY, msgid TEXT NOT NULL UNIQUE, tid INTEGER NOT NULL, date INTEGER, received INTEGER,
        arrived INTEGER NOT NULL, source INTEGER NOT NULL, private INTEGER NOT NULL, origin TEXT NOT NULL,
        kind TEXT NOT NULL, subject TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, hash BLOB NOT NULL,
        size INTEGER NOT NULL, abridged INTEGER NOT NULL, facts TEXT NOT NULL);
    CREATE INDEX message_tid ON message(tid);
    CREATE INDEX message_date ON message(date);
    CREATE INDEX message_posting ON message(email, date) WHERE kind IN ('cover', 'patch');
    CREATE TABLE raw(id INTEGER PRIMARY KEY, dict INTEGER, data BLOB NOT NULL);
    -- Further copies of a message id: other lists' versions, repeats in an archive. data is NULL for identical bytes.
    CREATE TABLE copy(
        id INTEGER PRIMARY KEY, message INTEGER NOT NULL, hash BLOB NOT NULL, source INTEGER NOT NULL,
        origin TEXT NOT NULL, same_body INTEGER NOT NULL, dict INTEGER, data BLOB, UNIQUE(message, hash, origin));
    -- Where a message was seen: more than one source for a cross-posted mail.
    CREATE TABLE seen_at(message INTEGER NOT NULL, source INTEGER NOT NULL, PRIMARY KEY(message, source)) WITHOUT ROWID;
    CREATE TABLE list(message INTEGER NOT NULL, list TEXT NOT NULL, PRIMARY KEY(message, list)) WITHOUT ROWID;
    CREATE INDEX list_list ON list(list);
    -- Message ids that are named as ancestors but not at hand.
    CREATE TABLE ghost(msgid TEXT PRIMARY KEY, tid INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE patch(message INTEGER NOT NULL, n INTEGER NOT NULL, patch_id TEXT, PRIMARY KEY(message, n)) WITHOUT ROWID;
    CREATE INDEX patch_patch_id ON patch(patch_id);
    CREATE TABLE defect(message INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY(message, word)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE fts USING fts5(
        subject, sender, recipients, cc, body, quoted, files,
        content='', columnsize=0, tokenize="unicode61 remove_diacritics 2 tokenchars '_'");
    -- Derived from the rows above: series of threads, and topics of series.
    CREATE TABLE dirty(tid INTEGER PRIMARY KEY);
    CREATE TABLE series(id TEXT PRIMARY KEY, tid INTEGER NOT NULL, topic INTEGER, traits TEXT NOT NULL) WITHOUT ROWID;
    -- The covers and patches of every series.
    CREATE TABLE member(msgid TEXT PRIMARY KEY, series TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX member_series ON member(series);
    CREATE INDEX series_tid ON series(tid);
    CREATE INDEX series_topic ON series(topic);
    -- Under which keys a series is looked for as a relative of another, in the order of time.
    CREATE TABLE series_key(
        key TEXT NOT NULL, at INTEGER NOT NULL, series TEXT NOT NULL, PRIMARY KEY(key, at, series)) WITHOUT ROWID;
    CREATE INDEX series_key_series ON series_key(series);
    -- How series of different topics are related.
    CREATE TABLE relation(
        series TEXT NOT NULL, other TEXT NOT NULL, kind TEXT NOT NULL, confidence REAL NOT NULL, evidence TEXT NOT NULL,
        PRIMARY KEY(series, other, kind)) WITHOUT ROWID;
    CREATE INDEX relation_other ON relation(other);
    CREATE TABLE topic(
        id INTEGER PRIMARY KEY, anchor TEXT NOT NULL UNIQUE, slug TEXT NOT NULL, title TEXT NOT NULL,
        status TEXT NOT NULL, turn TEXT NOT NULL, first INTEGER, last INTEGER, patches INTEGER NOT NULL, data TEXT NOT NULL);
    CREATE INDEX topic_last ON topic(last);
    CREATE INDEX topic_slug ON topic(slug);
    CREATE TABLE topic_thread(tid INTEGER NOT NULL, topic INTEGER NOT NULL, PRIMARY KEY(tid, topic)) WITHOUT ROWID;
    CREATE INDEX topic_thread_topic ON topic_thread(topic);
    """,
    """
    -- What mails say became of patches, by the keys of core/mailkeys.py, and which topics want to be told of which keys.
    CREATE TABLE notice_key(key TEXT NOT NULL, message INTEGER NOT NULL, PRIMARY KEY(key, message)) WITHOUT ROWID;
    CREATE INDEX notice_key_message ON notice_key(message);
    CREATE TABLE topic_key(key TEXT NOT NULL, topic INTEGER NOT NULL, PRIMARY KEY(key, topic)) WITHOUT ROWID;
    CREATE INDEX topic_key_topic ON topic_key(topic);
    -- Messages that no topic was told of yet.
    CREATE TABLE untold(message INTEGER PRIMARY KEY);
    -- Whose mails show that they maintain a tree, and one of these mails.
    CREATE TABLE maintainer(email TEXT PRIMARY KEY, msgid TEXT NOT NULL) WITHOUT ROWID;
    -- Recorded facts about commits, as JSON.
    CREATE TABLE record(data TEXT NOT NULL);
    -- Addresses of one person: each with the one that stands for all of them, as the user's .mailmap says.
    CREATE TABLE alias(email TEXT PRIMARY KEY, stands TEXT NOT NULL) WITHOUT ROWID;
    -- moved: when anything last moved in a topic whose status grows stale, NULL in another. people: whose turn it is.
    DROP TABLE topic;
    CREATE TABLE topic(
        id INTEGER PRIMARY KEY, anchor TEXT NOT NULL UNIQUE, slug TEXT NOT NULL, title TEXT NOT NULL,
        status TEXT NOT NULL, turn TEXT NOT NULL, first INTEGER, last INTEGER, patches INTEGER NOT NULL, moved INTEGER,
        data TEXT NOT NULL);
    CREATE INDEX topic_last ON topic(last);
    CREATE INDEX topic_slug ON topic(slug);
    """,
    """
    -- MAINTAINERS as it was read last, compressed; at most one row.
    CREATE TABLE maintainers(data BLOB NOT NULL);
    """,
    """
    -- lost_after: how many seconds after it stalled nobody can say what became of a topic, NULL never.
    ALTER TABLE topic ADD COLUMN lost_after INTEGER;
    """,
)

USER = (
    """
    -- A topic's number for good: it belongs to one message of the topic, so it outlives every rebuild of the cache.
    CREATE TABLE topic_id(id INTEGER PRIMARY KEY AUTOINCREMENT, anchor TEXT NOT NULL UNIQUE);
    CREATE TABLE followed(msgid TEXT PRIMARY KEY, title TEXT NOT NULL, server TEXT, since INTEGER NOT NULL);
    -- When a mail of a followed topic was first seen here, and whether it was read.
    CREATE TABLE arrival(msgid TEXT PRIMARY KEY, at INTEGER NOT NULL, read INTEGER NOT NULL) WITHOUT ROWID;
    -- What the user says of two mails: their series are one idea ('link'), or are not ('unlink').
    CREATE TABLE decision(kind TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(a, b));
    CREATE TABLE archive(path TEXT PRIMARY KEY, list TEXT NOT NULL);
    -- Mail from the user's own files, which no server can give back.
    CREATE TABLE local_mail(
        hash BLOB PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL, data BLOB NOT NULL);
    """,
    """
    -- Who vouched for a mail when it was looked at: keys are withdrawn, so this cannot be asked again later.
    -- result: dkim, patatt, none, bad, unchecked; identity: the domain or the developer's address.
    CREATE TABLE attestation(
        msgid TEXT NOT NULL, at INTEGER NOT NULL, result TEXT NOT NULL, identity TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY(msgid, at)) WITHOUT ROWID;
    """,
    """
    -- What the user says of a topic, by a message of it: its status, that it may wait, what he wants to remember.
    CREATE TABLE manual(msgid TEXT PRIMARY KEY, status TEXT NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE snooze(msgid TEXT PRIMARY KEY, until INTEGER NOT NULL, at INTEGER NOT NULL);
    CREATE TABLE note(id INTEGER PRIMARY KEY AUTOINCREMENT, msgid TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL);
    -- Git trees to look for landings in. branches: globs, a line each.
    CREATE TABLE tree(
        name TEXT PRIMARY KEY, place TEXT NOT NULL, role TEXT NOT NULL, branches TEXT NOT NULL, at INTEGER NOT NULL);
    -- Commits seen in a tree that came of a patch (by its message id), and what was seen of them later; data: as JSON.
    CREATE TABLE sighting(
        patch TEXT NOT NULL, tree TEXT NOT NULL, sha TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY(patch, tree, sha)) WITHOUT ROWID;
    CREATE TABLE sighted_event(
        patch TEXT NOT NULL, kind TEXT NOT NULL, sha TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
        PRIMARY KEY(patch, kind, sha)) WITHOUT ROWID;
    """,
    """
    -- When an event of a topic (its id in the JSON) was first seen here, in the order of seeing. background: it was there when
    -- the topic was looked at for the first time, so it is no news.
    CREATE TABLE learned(
        n INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL, event TEXT NOT NULL, seen_at INTEGER NOT NULL,
        background INTEGER NOT NULL, UNIQUE(topic, event));
    -- How a topic stood since when: a row a change.
    CREATE TABLE stood(
        n INTEGER PRIMARY KEY AUTOINCREMENT, topic INTEGER NOT NULL, at INTEGER NOT NULL, status TEXT NOT NULL,
        turn TEXT NOT NULL);
    CREATE INDEX stood_topic ON stood(topic);
    -- What the digests of a profile have told of a topic: all that was learned up to n, and how it stood then.
    CREATE TABLE told(
        profile TEXT NOT NULL, topic INTEGER NOT NULL, n INTEGER NOT NULL, status TEXT NOT NULL, turn TEXT NOT NULL,
        PRIMARY KEY(profile, topic)) WITHOUT ROWID;
    -- A digest that was made. told: as JSON, becomes rows of the table when all of it was delivered; done: when that was.
    CREATE TABLE digest(
        id INTEGER PRIMARY KEY AUTOINCREMENT, profile TEXT NOT NULL, at INTEGER NOT NULL, msgid TEXT NOT NULL UNIQUE,
        told TEXT NOT NULL, done INTEGER);
    -- What of a digest has still to be delivered: channel 'mail' or 'notify', targets as JSON.
    CREATE TABLE outbox(
        id INTEGER PRIMARY KEY AUTOINCREMENT, digest INTEGER NOT NULL, channel TEXT NOT NULL, targets TEXT NOT NULL,
        data BLOB NOT NULL);
    -- When a source last answered; failed: since when it does not, NULL while it does.
    CREATE TABLE reached(source TEXT PRIMARY KEY, at INTEGER, failed INTEGER, error TEXT NOT NULL) WITHOUT ROWID;
    -- Queries whose future topics are followed by themselves, and the postings that were found by them.
    CREATE TABLE watch(query TEXT PRIMARY KEY, server TEXT, since INTEGER NOT NULL, looked INTEGER) WITHOUT ROWID;
    CREATE TABLE watched(msgid TEXT PRIMARY KEY, query TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    -- Whether a digest was made to be mailed: only then can the next one answer it.
    ALTER TABLE u.digest ADD COLUMN mailed INTEGER NOT NULL DEFAULT 0;
    """,
)


# What the parsers make of a mail and how it is written down. A cache with another number is read anew from its raw mails.
FORMAT = 11


class NewerSchemaError(Exception):
    """The database was written by a newer version of the program."""


def migrate(con: sqlite3.Connection, schema: str, steps: tuple[str, ...]) -> None:
    """Bring the attached database *schema* up to date. Each step and its number are one transaction."""
    at = con.execute(f"PRAGMA {schema}.user_version").fetchone()[0]
    if at > len(steps):
        raise NewerSchemaError(f"database version {at}, this program knows {len(steps)}")
    for number, step in enumerate(steps[at:], at + 1):
        con.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been faster while this one waited for the lock.
            if con.execute(f"PRAGMA {schema}.user_version").fetchone()[0] < number:
                for statement in _statements(step):
                    con.execute(
                        statement.replace("CREATE TABLE ", f"CREATE TABLE {schema}.")
                        .replace("CREATE INDEX ", f"CREATE INDEX {schema}.")
                        .replace("CREATE VIRTUAL TABLE ", f"CREATE VIRTUAL TABLE {schema}.")
                    )
                con.execute(f"PRAGMA {schema}.user_version = {number}")
            con.execute("COMMIT")
        except BaseException:
            if con.in_transaction:  # a full disk has already rolled it back
                con.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    lines = [line for line in script.splitlines() if not line.strip().startswith("--")]
    return [statement.strip() for statement in "\n".join(lines).split(";") if statement.strip()]
