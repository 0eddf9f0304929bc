"""Mails elsewhere that say what became of a topic's patches: found by the keys that both have (core/mailkeys.py).

Both sides' keys are kept, so a new mail wakes the topics it speaks of, and a new topic finds the mails that came first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tracker.core.facts import Facts
from tracker.core.mailkeys import SHORT, further_keys
from tracker.core.retitled import title_keys
from tracker.core.series import Series
from tracker.core.spots import Record
from tracker.core.traits import peel
from tracker.store.codec import load
from tracker.store.lineage import ORIGIN, STABLE, TITLES

_COLUMNS = "m.facts, m.msgid, m.date, m.received, m.name, m.email, m.subject, m.kind, m.abridged"
_ROUNDS = 3
# Who says of this many threads that he applied their patches keeps a tree, also when he never asks on the list to pull it.
_HABIT = 5


def save_keys(con: sqlite3.Connection, rows: Iterable[tuple[int, Collection[str]]]) -> None:
    """Under which keys messages (by row number) are found, and that no topic was told of them yet."""
    several = [(number, keys) for number, keys in rows if keys]
    con.executemany("INSERT OR IGNORE INTO notice_key VALUES (?,?)", [(key, number) for number, keys in several for key in keys])
    con.executemany("INSERT OR IGNORE INTO untold VALUES (?)", [(number,) for number, _ in several])


def forget_keys(con: sqlite3.Connection, number: int) -> None:
    """A message that is replaced by another copy says nothing any more; the topics it spoke of are looked at again."""
    con.execute(
        "INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM notice_key JOIN topic_key USING (key) "
        "JOIN topic_thread USING (topic) WHERE message=?", (number,),
    )  # fmt: skip
    con.execute("DELETE FROM notice_key WHERE message=?", (number,))


def save_maintainers(con: sqlite3.Connection, rows: Iterable[tuple[str, str]]) -> None:
    """People whose mail (address, message id) shows that they maintain a tree."""
    for email, msgid in rows:
        _promote(con, email.lower(), msgid)


def _promote(con: sqlite3.Connection, email: str, msgid: str) -> None:
    if email and con.execute("INSERT OR IGNORE INTO maintainer VALUES (?,?)", (email, msgid)).rowcount:
        con.execute(
            "INSERT OR IGNORE INTO dirty SELECT tid FROM notice_key JOIN message ON message.id = notice_key.message WHERE key=?",
            (f"p:{email}",),
        )


def maintainers(con: sqlite3.Connection) -> frozenset[str]:
    """The addresses, in lower case, of everybody known to maintain a tree."""
    return frozenset(row[0] for row in con.execute("SELECT email FROM maintainer"))


def wake(con: sqlite3.Connection) -> None:
    """Mark the topics that new mails speak of, and find people who turn out to maintain a tree."""
    if con.execute("SELECT 1 FROM untold LIMIT 1").fetchone() is None:
        return
    habitual = con.execute(
        # Threads by the root that a mail names, since what is found to be one thread depends on what came so far.
        "SELECT substr(key, 3), min(msgid) FROM notice_key JOIN message ON message.id = notice_key.message WHERE key IN "
        "(SELECT DISTINCT key FROM untold JOIN notice_key USING (message) WHERE key LIKE 'h:%' "
        "AND substr(key, 3) NOT IN (SELECT email FROM maintainer)) "
        "GROUP BY key HAVING count(DISTINCT coalesce(json_extract(facts, '$.p[0]'), msgid)) >= ?", (_HABIT,),
    ).fetchall()  # fmt: skip
    for email, msgid in habitual:
        _promote(con, email, msgid)
    con.execute(
        "INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM untold JOIN notice_key USING (message) "
        "JOIN topic_key USING (key) JOIN topic_thread USING (topic)"
    )
    con.execute("DELETE FROM untold")


def gather(con: sqlite3.Connection, wanted: Mapping[str, Collection[str]]) -> dict[str, list[Facts]]:
    """For each name in *wanted* the mails that share a key with it, and what these lead to; and keeps nothing.

    A pull request leads to the answer that says it was merged, a commit that is tied to a title to what names the commit.
    """
    known = _named_by_records(con)
    keys = {name: {*own, *_recorded(known, own)} for name, own in wanted.items()}
    asked: set[str] = set()
    by_key: dict[str, list[Facts]] = {}
    for _ in range(_ROUNDS):
        fresh = {key for own in keys.values() for key in own} - asked
        if not fresh:
            break
        asked |= fresh
        by_key.update(_mails(con, fresh))
        for own in keys.values():
            own |= further_keys(own, _of(own, by_key))
    return {name: list({mail.msgid: mail for mail in _of(own, by_key)}.values()) for name, own in keys.items()}


def posted_elsewhere(con: sqlite3.Connection, mails: Iterable[Facts]) -> dict[str, frozenset[str]]:
    """For those of *mails* that say in answer to postings at hand what was applied or dropped: the series these belong to.

    A title in such a mail means the patch of that posting, whoever else posted one of that title.
    """
    saying = (mail for mail in mails if any(one.kind in ("applied", "dropped") for one in mail.notices))
    answers = {mail.msgid: mail.parents for mail in saying if mail.parents}
    above = json.dumps(sorted({msgid for parents in answers.values() for msgid in parents}))
    series: dict[str, set[str]] = {}
    for msgid, one in con.execute("SELECT msgid, series FROM member WHERE msgid IN (SELECT value FROM json_each(?))", (above,)):
        series.setdefault(msgid, set()).add(one)
    found = {msgid: frozenset(one for above in parents for one in series.get(above, ())) for msgid, parents in answers.items()}
    return {msgid: several for msgid, several in found.items() if several}


def posted_titles(con: sqlite3.Connection, mails: Iterable[Facts]) -> dict[str, int]:
    """The titles in pull requests among *mails* that patches at hand were posted under, in the form to compare, and when first.

    Backports are no postings of their own.
    """
    titles = {peel(title)[1] for mail in mails for one in mail.notices if one.kind == "pull" for title in one.titles}
    rows = con.execute(
        "SELECT substr(s.key, 3), min(s.at) FROM series_key s JOIN series ON series.id = s.series "
        "WHERE s.key IN (SELECT 't:' || value FROM json_each(?)) "
        f"AND json_extract(traits, '{STABLE}') = '[]' AND json_extract(traits, '{ORIGIN}') = '' "
        f"AND EXISTS (SELECT 1 FROM json_each(json_extract(traits, '{TITLES}')) WHERE value = substr(s.key, 3)) GROUP BY 1",
        (json.dumps(sorted(titles)),),
    )  # fmt: skip
    return dict(rows)


def beside(con: sqlite3.Connection, fresh: Iterable[Series]) -> set[int]:
    """The threads of topics that a pull request may seem to list under the title of one of the series *fresh*."""
    named = {peel(patch.title)[1]: title_keys(patch.author, patch.title) for one in fresh for patch in one.patches}
    rows = con.execute(
        "SELECT DISTINCT substr(key, 3) FROM notice_key JOIN message ON message.id = notice_key.message "
        "WHERE message.kind = 'pull' AND notice_key.key IN (SELECT 't:' || value FROM json_each(?))",
        (json.dumps(sorted(named)),),
    )
    keys = {key for (title,) in rows for key in named[title]}
    found = con.execute(
        "SELECT DISTINCT tid FROM topic_key JOIN topic_thread USING (topic) WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(keys)),),
    )
    return {row[0] for row in found}


def keys_after(wanted: Collection[str], mails: Sequence[Facts]) -> frozenset[str]:
    """All keys under which a topic is told of news: its own and those that *mails* lead to."""
    keys = frozenset(wanted)
    for _ in range(_ROUNDS):
        keys |= further_keys(keys, mails)
    return keys


def _of(keys: Iterable[str], by_key: Mapping[str, list[Facts]]) -> list[Facts]:
    return [mail for key in sorted(keys) for mail in by_key.get(key, ())]


def _mails(con: sqlite3.Connection, keys: Collection[str]) -> dict[str, list[Facts]]:
    rows = con.execute(
        "SELECT key, message FROM notice_key WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(sorted(keys)),)
    ).fetchall()
    numbers = sorted({number for _, number in rows})
    facts = {
        number: load(*columns)
        for number, *columns in con.execute(
            f"SELECT m.id, {_COLUMNS} FROM message m WHERE m.id IN (SELECT value FROM json_each(?))", (json.dumps(numbers),)
        )
    }
    found: dict[str, list[Facts]] = {}
    for key, number in rows:
        found.setdefault(key, []).append(facts[number])
    return found


def save_topic_keys(con: sqlite3.Connection, topic: int, keys: Collection[str]) -> None:
    """Under which keys a topic is told of news."""
    con.execute("DELETE FROM topic_key WHERE topic=?", (topic,))
    found = {*keys, *_recorded(_named_by_records(con), keys)}
    con.executemany("INSERT OR IGNORE INTO topic_key VALUES (?,?)", [(key, topic) for key in found])


def _named_by_records(con: sqlite3.Connection) -> Mapping[str, frozenset[str]]:
    """The key of a patch or of a title -> those of the commits that records tie to it."""
    return _by_patch(tuple(row[0] for row in con.execute("SELECT data FROM record ORDER BY data")))


@lru_cache(maxsize=2)
def _by_patch(rows: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in map(_record, rows):
        for key in (f"m:{one.patch}", f"t:{peel(one.subject)[1]}"):
            found.setdefault(key, set()).add(f"c:{one.sha[:SHORT]}")
    return {key: frozenset(some) for key, some in found.items()}


def _recorded(known: Mapping[str, frozenset[str]], keys: Collection[str]) -> set[str]:
    return {sha for key in known.keys() & set(keys) for sha in known[key]}


# --- recorded facts


def save_records(con: sqlite3.Connection, records: Sequence[Record]) -> bool:
    """Replace the recorded facts by *records*; returns whether any are new, and then every topic is looked at again."""
    old = {row[0] for row in con.execute("SELECT data FROM record")}
    new = {json.dumps([getattr(one, name) for name in Record.__slots__]) for one in records}
    if old == new:
        return False
    con.execute("DELETE FROM record")
    con.executemany("INSERT INTO record VALUES (?)", [(one,) for one in sorted(new)])
    con.execute("INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM topic_thread")
    return True


def records(con: sqlite3.Connection) -> tuple[Record, ...]:
    """All recorded facts."""
    return tuple(_record(data) for (data,) in con.execute("SELECT data FROM record ORDER BY data"))


def _record(data: str) -> Record:
    values: list[Any] = [tuple(one) if isinstance(one, list) else one for one in json.loads(data)]
    return Record(*values)


# --- people


def save_aliases(con: sqlite3.Connection, known: Mapping[str, str]) -> bool:
    """Replace the addresses that belong together; returns whether they changed, and then every topic is looked at again."""
    if aliases(con) == known:
        return False
    con.execute("DELETE FROM alias")
    con.executemany("INSERT INTO alias VALUES (?,?)", known.items())
    con.execute("INSERT OR IGNORE INTO dirty SELECT DISTINCT tid FROM topic_thread")
    return True


def aliases(con: sqlite3.Connection) -> dict[str, str]:
    """Address -> the one that stands for its owner, as people.same_person takes it."""
    return dict(con.execute("SELECT email, stands FROM alias"))
