"""Adding mail: messages, copies, threads, the full-text index. Everything here runs inside the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tracker.store.outside import forget_keys, save_keys, save_maintainers
from tracker.store.prepare import Packer, Prepared, prepare, words_of
from tracker.store.schema import FORMAT

_INSERT_FTS = "INSERT INTO fts(rowid, subject, sender, recipients, cc, body, quoted, files) VALUES (?,?,?,?,?,?,?,?)"
_DELETE_FTS = (
    "INSERT INTO fts(fts, rowid, subject, sender, recipients, cc, body, quoted, files) VALUES ('delete',?,?,?,?,?,?,?,?)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where mail came from. private: the user's own file, of which nothing may go to a server."""

    id: int
    kind: str
    name: str
    private: bool
    cursor: str | None


@dataclass(slots=True)
class Added:
    """What a batch brought: all its ids, those of new messages, counts of further copies and of abridged mails now in full."""

    ids: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    copies: int = 0
    completed: int = 0


@dataclass(slots=True)
class _Known:
    """A message that the store has already."""

    id: int
    tid: int
    hash: bytes
    origin: str
    abridged: bool
    private: bool
    order: tuple[int, bytes]


def source(con: sqlite3.Connection, kind: str, name: str, *, private: bool) -> Source:
    """The source of that name, made when it is new."""
    con.execute("INSERT OR IGNORE INTO source(kind, name, private) VALUES (?,?,?)", (kind, name, private))
    row = con.execute("SELECT id, kind, name, private, cursor FROM source WHERE kind=? AND name=?", (kind, name)).fetchone()
    return Source(row[0], row[1], row[2], bool(row[3]), row[4])


class Writer:
    """Adds batches of prepared mail. Keeps the running numbers, so one writer serves a whole import."""

    def __init__(self, con: sqlite3.Connection, at: int) -> None:
        self.con = con
        self.at = at
        self._next = (con.execute("SELECT max(id) FROM message").fetchone()[0] or 0) + 1
        top = con.execute("SELECT max(max(tid), (SELECT coalesce(max(tid),0) FROM ghost)) FROM message").fetchone()[0]
        self._next_tid = (top or 0) + 1
        self.dictionary, self.dict_id = _newest_dict(con)

    def learn(self, dictionary: bytes) -> None:
        """Keep a compression dictionary and use it from now on."""
        self.dict_id = self.con.execute("INSERT INTO dict(data) VALUES (?)", (dictionary,)).lastrowid
        self.dictionary = dictionary

    def add(self, rows: Sequence[Prepared], where: Source, *, packed_with: int | None = None) -> Added:
        """Store *rows*: new messages, further copies, full texts of abridged ones. Adding the same again changes nothing."""
        added = Added(ids=[row.msgid for row in rows])
        known, tids = self._look_up(rows)
        threads = _Threads(tids, self._next_tid)
        fresh: list[tuple[int, int, Prepared]] = []
        for row in rows:
            again = known.get(row.msgid)
            if again is None:
                tid = threads.join(row)
                fresh.append((self._next, tid, row))
                known[row.msgid] = _Known(self._next, tid, row.hash, row.origin, row.abridged, where.private, _order(row))
                added.new.append(row.msgid)
                self._next += 1
        self._insert(fresh, where, packed_with)
        self._again(rows, known, {id(row) for _, _, row in fresh}, where, packed_with, added, threads)
        self._insert_ghosts(threads, fresh)
        threads.apply(self.con)
        self._next_tid = threads.next_tid
        return added

    def _look_up(self, rows: Sequence[Prepared]) -> tuple[dict[str, _Known], dict[str, int]]:
        """The messages of *rows* that are stored, and the thread of every id that is named in them."""
        con = self.con
        ids = json.dumps([row.msgid for row in rows])
        known = {
            msgid: _Known(number, tid, digest, origin, bool(abridged), bool(private), (received, digest))
            for msgid, number, tid, digest, origin, abridged, private, received in con.execute(
                "SELECT msgid, id, tid, hash, origin, abridged, private, coalesce(received, date, 0) FROM message "
                "WHERE msgid IN (SELECT value FROM json_each(?))", (ids,))
        }  # fmt: skip
        names = json.dumps(list(dict.fromkeys(one for row in rows for one in (row.msgid, *row.parents))))
        tids: dict[str, int] = dict(
            con.execute("SELECT msgid, tid FROM ghost WHERE msgid IN (SELECT value FROM json_each(?))", (names,))
        )
        tids.update(con.execute("SELECT msgid, tid FROM message WHERE msgid IN (SELECT value FROM json_each(?))", (names,)))
        return known, tids

    def _insert(self, fresh: Sequence[tuple[int, int, Prepared]], where: Source, packed_with: int | None) -> None:
        con, at = self.con, self.at
        con.executemany(
            "INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (number, row.msgid, tid, row.date, row.received, at, where.id, where.private, row.origin, row.kind,
                 row.subject, row.name, row.email, row.hash, row.size, row.abridged, row.facts)
                for number, tid, row in fresh
            ],
        )  # fmt: skip
        if not where.private:
            con.executemany("INSERT INTO raw VALUES (?,?,?)", [(number, packed_with, row.data) for number, _, row in fresh])
        con.executemany(_INSERT_FTS, [(number, *row.words) for number, _, row in fresh])
        self._insert_details([(number, row) for number, _, row in fresh])
        con.executemany("INSERT OR IGNORE INTO seen_at VALUES (?,?)", [(number, where.id) for number, _, _ in fresh])
        con.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", {(tid,) for _, tid, _ in fresh})

    def _insert_details(self, fresh: Sequence[tuple[int, Prepared]]) -> None:
        con = self.con
        con.executemany("INSERT OR IGNORE INTO list VALUES (?,?)", [(number, one) for number, row in fresh for one in row.lists])
        con.executemany(
            "INSERT INTO patch VALUES (?,?,?)",
            [(number, n, one) for number, row in fresh for n, one in enumerate(row.patch_ids)],
        )
        con.executemany("INSERT INTO defect VALUES (?,?)", [(number, word) for number, row in fresh for word in row.defects])
        save_keys(con, [(number, row.keys) for number, row in fresh])
        save_maintainers(con, [(row.email, row.msgid) for _, row in fresh if row.maintains])

    def _insert_ghosts(self, threads: _Threads, fresh: Sequence[tuple[int, int, Prepared]]) -> None:
        arrived = {row.msgid for _, _, row in fresh}
        self.con.executemany("DELETE FROM ghost WHERE msgid=?", [(one,) for one in arrived & threads.old])
        self.con.executemany(
            "INSERT OR IGNORE INTO ghost VALUES (?,?)",
            [(one, threads.tids[one]) for one in threads.named if one not in arrived],
        )

    def _again(
        self, rows: Sequence[Prepared], known: dict[str, _Known], fresh: set[int], where: Source,
        packed_with: int | None, added: Added, threads: _Threads,
    ) -> None:  # fmt: skip
        """Mails whose id is stored already: the same bytes, a full text for an abridged one, or another copy."""
        for row in rows:
            if id(row) in fresh:
                continue
            old = known[row.msgid]
            self.con.execute("INSERT OR IGNORE INTO seen_at VALUES (?,?)", (old.id, where.id))
            self.con.executemany("INSERT OR IGNORE INTO list VALUES (?,?)", [(old.id, one) for one in row.lists])
            if old.private and not where.private:
                self._publish(old, row, where, packed_with)
            if (row.hash == old.hash and row.origin == old.origin) or (row.abridged and not old.abridged):
                continue
            if old.abridged and not row.abridged:
                self._replace(old, row, packed_with, threads)
                added.completed += 1
            else:
                added.copies += self._copy(old, row, where, packed_with, threads)

    def _publish(self, old: _Known, row: Prepared, where: Source, packed_with: int | None) -> None:
        """A mail that was known from a local file only is on a server too: it is no secret any more."""
        self.con.execute("UPDATE message SET private=0 WHERE id=?", (old.id,))
        if row.hash == old.hash:
            self.con.execute("INSERT OR REPLACE INTO raw VALUES (?,?,?)", (old.id, packed_with, row.data))
        old.private = False

    def _replace(self, old: _Known, row: Prepared, packed_with: int | None, threads: _Threads) -> None:
        """Let *row* stand for its message id, in the place of what stood there."""
        con = self.con
        before = read_raw(con, old.id)
        if before is not None:
            con.execute(_DELETE_FTS, (old.id, *words_of(before, trusted=old.abridged)))
        for table in ("patch", "defect"):
            con.execute(f"DELETE FROM {table} WHERE message=?", (old.id,))
        forget_keys(con, old.id)
        con.execute(
            "UPDATE message SET date=?, received=?, kind=?, subject=?, name=?, email=?, hash=?, size=?, abridged=?, "
            "facts=?, origin=? WHERE id=?",
            (row.date, row.received, row.kind, row.subject, row.name, row.email, row.hash, row.size, row.abridged,
             row.facts, row.origin, old.id),
        )  # fmt: skip
        con.execute("INSERT OR REPLACE INTO raw VALUES (?,?,?)", (old.id, packed_with, row.data))
        con.execute(_INSERT_FTS, (old.id, *row.words))
        self._insert_details([(old.id, row)])
        old.hash, old.origin, old.abridged, old.order = row.hash, row.origin, row.abridged, _order(row)
        tid = threads.join(row)
        con.execute("UPDATE message SET tid=? WHERE id=?", (tid, old.id))
        con.execute("INSERT OR IGNORE INTO dirty VALUES (?)", (tid,))

    def _copy(self, old: _Known, row: Prepared, where: Source, packed_with: int | None, threads: _Threads) -> int:
        """Record a further copy. The one received first stands for the id, whichever came to us first."""
        con = self.con
        if row.hash == old.hash:
            if not row.origin or not old.origin:
                return 0
            values: tuple[object, ...] = (old.id, row.hash, where.id, row.origin, True, None, None)
        else:
            before = read_raw(con, old.id)
            same = before is not None and same_body(before, _unpack(con, packed_with, row.data))
            kept = con.execute("SELECT dict, data FROM raw WHERE id=?", (old.id,)).fetchone()
            if _order(row) < old.order and kept is not None and not old.private:
                values = (old.id, old.hash, where.id, old.origin, same, *kept)
                self._replace(old, row, packed_with, threads)
            else:
                values = (old.id, row.hash, where.id, row.origin, same, packed_with, row.data)
        return con.execute("INSERT OR IGNORE INTO copy(message,hash,source,origin,same_body,dict,data) VALUES (?,?,?,?,?,?,?)",
                           values).rowcount  # fmt: skip


class _Threads:
    """Which thread every id belongs to, while a batch is added; threads that turn out to be one are merged at the end."""

    def __init__(self, tids: dict[str, int], next_tid: int) -> None:
        self.tids = tids
        self.old = set(tids)
        self.named: dict[str, None] = {}
        self.next_tid = next_tid
        self._merged: dict[int, int] = {}

    def join(self, row: Prepared) -> int:
        """The thread of *row*: the oldest of those its ids belong to, or a new one."""
        ids = (row.msgid, *row.parents)
        found = {self._top(self.tids[one]) for one in ids if one in self.tids}
        if found:
            tid = min(found)
            for other in found - {tid}:
                self._merged[other] = tid
        else:
            tid = self.next_tid
            self.next_tid += 1
        for one in ids:
            if one not in self.tids:
                self.named[one] = None
            self.tids[one] = tid
        return tid

    def _top(self, tid: int) -> int:
        while tid in self._merged:
            tid = self._merged[tid]
        return tid

    def apply(self, con: sqlite3.Connection) -> None:
        """Write the merges down."""
        pairs = [(self._top(tid), tid) for tid in self._merged]
        for table in ("message", "ghost"):
            con.executemany(f"UPDATE {table} SET tid=? WHERE tid=?", pairs)
        con.executemany("UPDATE series SET tid=? WHERE tid=?", pairs)
        con.executemany("UPDATE OR REPLACE topic_thread SET tid=? WHERE tid=?", pairs)
        con.executemany("DELETE FROM dirty WHERE tid=?", [(old,) for _, old in pairs])
        con.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", [(new,) for new, _ in pairs])


def _order(row: Prepared) -> tuple[int, bytes]:
    """What decides which copy of a message id stands for it: when it was received, then its bytes."""
    return (row.received or row.date or 0, row.hash)


def _newest_dict(con: sqlite3.Connection) -> tuple[bytes | None, int | None]:
    row = con.execute("SELECT id, data FROM dict ORDER BY id DESC LIMIT 1").fetchone()
    return (row[1], row[0]) if row else (None, None)


def _unpack(con: sqlite3.Connection, dict_id: int | None, data: bytes) -> bytes:
    found = con.execute("SELECT data FROM dict WHERE id=?", (dict_id,)).fetchone() if dict_id is not None else None
    return Packer(found[0] if found else None).unpack(data)


def read_raw(con: sqlite3.Connection, number: int) -> bytes | None:
    """The raw bytes of a stored message, from the cache or from the user's own mail."""
    row = con.execute("SELECT dict, data FROM raw WHERE id=?", (number,)).fetchone()
    if row is not None:
        return _unpack(con, row[0], row[1])
    row = con.execute("SELECT data FROM u.local_mail WHERE hash=(SELECT hash FROM message WHERE id=?)", (number,)).fetchone()
    return Packer().unpack(row[0]) if row is not None else None


def read_many(con: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, bytes]:
    """The raw bytes of several messages by their row numbers."""
    packers: dict[int | None, Packer] = {}
    out: dict[int, bytes] = {}
    for number in numbers:
        row = con.execute("SELECT dict, data FROM raw WHERE id=?", (number,)).fetchone()
        if row is None:
            raw = read_raw(con, number)
            if raw is not None:
                out[number] = raw
            continue
        if row[0] not in packers:
            found = con.execute("SELECT data FROM dict WHERE id=?", (row[0],)).fetchone()
            packers[row[0]] = Packer(found[0] if found else None)
        out[number] = packers[row[0]].unpack(row[1])
    return out


def same_body(one: bytes, two: bytes) -> bool:
    """Whether two copies say the same: equal but for header fields, line ends and blank lines at the end."""
    return _body(one) == _body(two)


def _body(raw: bytes) -> bytes:
    raw = raw.replace(b"\r\n", b"\n")
    return raw.partition(b"\n\n")[2].rstrip()


def reread(con: sqlite3.Connection) -> None:
    """Parse every stored mail anew: the facts in the cache are of another version of the program."""
    packer = Packer()
    for table in ("notice_key", "maintainer", "untold"):
        con.execute(f"DELETE FROM {table}")
    rows = con.execute("SELECT id, origin, abridged FROM message ORDER BY id").fetchall()
    for number, origin, abridged in rows:
        raw = read_raw(con, number)
        if raw is None:
            continue
        row = prepare(raw, origin, packer, trusted=bool(abridged))
        con.execute(
            "UPDATE message SET date=?, received=?, kind=?, subject=?, name=?, email=?, facts=? WHERE id=?",
            (row.date, row.received, row.kind, row.subject, row.name, row.email, row.facts, number),
        )
        for table in ("patch", "defect"):
            con.execute(f"DELETE FROM {table} WHERE message=?", (number,))
        con.executemany("INSERT INTO patch VALUES (?,?,?)", [(number, n, one) for n, one in enumerate(row.patch_ids)])
        con.executemany("INSERT INTO defect VALUES (?,?)", [(number, word) for word in row.defects])
        save_keys(con, [(number, row.keys)])
        save_maintainers(con, [(row.email, row.msgid)] if row.maintains else [])
    for table in ("series", "member", "series_key", "relation", "topic", "topic_thread", "topic_key"):
        con.execute(f"DELETE FROM {table}")
    con.execute("INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM message")
    con.execute(f"PRAGMA main.application_id = {FORMAT}")
