"""Series and topics from the stored facts: only threads that changed, and their likely relatives, are looked at again.

What stands in `series`, `topic` and their like can be deleted at any time; `derive` makes it anew, and a topic keeps its
number because `topic_id` in the user's database remembers which message the number belongs to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tracker.core.facts import Facts
from tracker.core.grouping import Group, Lineage
from tracker.core.mailkeys import topic_keys
from tracker.core.series import NEARBY, find_series
from tracker.core.topic import Known, Topic, build_topic, topic_json
from tracker.core.traits import Traits, traits
from tracker.store import maintainers, outside, overtaken, sightings
from tracker.store.codec import load
from tracker.store.lineage import Relatives, ids_of_threads, regroup, save_series

_COLUMNS = "facts, msgid, date, received, name, email, subject, kind, abridged"
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BATCH = 500


def facts_of(con: sqlite3.Connection, tids: Iterable[int]) -> dict[int, list[Facts]]:
    """The facts of every message in these threads, by thread."""
    out: dict[int, list[Facts]] = {}
    wanted = json.dumps(list(tids))
    for tid, *columns in con.execute(
        f"SELECT tid, {_COLUMNS} FROM message WHERE tid IN (SELECT value FROM json_each(?))", (wanted,)
    ):
        out.setdefault(tid, []).append(load(*columns))
    return out


def derive(con: sqlite3.Connection) -> int:
    """Bring series and topics up to date with the changed threads; returns how many were looked at."""
    outside.wake(con)
    threads, numbers = _derive_dirty(con)
    again = overtaken.changed(con, numbers)  # only now it is known what landed
    for start in range(0, len(again), _BATCH):
        _write_groups(con, again[start : start + _BATCH])
    return len(threads)


def _derive_dirty(con: sqlite3.Connection) -> tuple[set[int], set[int]]:
    """Look at the changed threads and all that belongs to them once; returns the threads, and the topics that were written."""
    relatives = Relatives(con)
    changed: set[str] = set()
    gone: dict[str, Traits] = {}
    threads: set[int] = set()
    numbers: set[int] = set()
    while tids := [row[0] for row in con.execute("SELECT tid FROM dirty ORDER BY tid LIMIT ?", (_BATCH,))]:
        done = _derive_series(con, relatives, tids, changed, gone, threads)
        threads |= done
        con.executemany("DELETE FROM dirty WHERE tid=?", [(tid,) for tid in done])
    if threads:
        start = [other for one in gone.values() for other in (one, *relatives.near(one))]
        for one in gone.keys() - changed:
            con.execute("DELETE FROM relation WHERE series=?1 OR other=?1", (one,))
        lineage = regroup(con, Relatives(con), changed, start)
        numbers = _write_topics(con, lineage, threads)
    return threads, numbers


def _derive_series(
    con: sqlite3.Connection, relatives: Relatives, tids: Sequence[int], changed: set[str], gone: dict[str, Traits],
    threads: set[int],
) -> set[int]:  # fmt: skip
    """The series of some threads; returns these threads and those that hold scattered parts of the same postings.

    threads: what was looked at before; others that the new series say something about are dirty then.
    """
    tids = _with_scattered(con, tids)
    posting = _posting(con, tids)
    rows = []
    done = set(tids)
    seen: set[int] = set()
    for tid, mails in facts_of(con, posting).items():
        if tid in seen:
            continue
        several = {tid: mails, **_scattered(con, tid, mails)}
        seen.update(several)
        known = {mail.msgid: mail for some in several.values() for mail in some}
        home = min(several)
        hints = {mail.msgid: mail.hints for mail in known.values() if mail.hints is not None}
        rows += [(home, one, traits(one, known, hints, str(home))) for one in find_series(known.values())]
    done |= seen
    for one in relatives.get(ids_of_threads(con, done)):
        gone[one.id] = one
    save_series(con, done, rows)
    changed.update(one.id for _, one, _ in rows)
    con.executemany(
        "INSERT OR IGNORE INTO dirty VALUES (?)",
        [(tid,) for tid in outside.beside(con, [one for _, one, _ in rows if one.id not in gone]) - done - threads],
    )
    return done


def _with_scattered(con: sqlite3.Connection, tids: Sequence[int]) -> list[int]:
    """*tids* and the threads that their series were scattered over until now: what made one posting may not do so again."""
    found = set(tids)
    while True:
        rows = con.execute(
            "SELECT s.tid, m.tid FROM message m JOIN member USING (msgid) JOIN series s ON s.id = member.series "
            "WHERE s.tid <> m.tid AND (m.tid IN (SELECT value FROM json_each(?1)) OR s.tid IN (SELECT value FROM json_each(?1)))",
            (json.dumps(sorted(found)),),
        )
        more = {tid for row in rows for tid in row} - found
        if not more:
            return sorted(found)
        found |= more


def _posting(con: sqlite3.Connection, tids: Sequence[int]) -> list[int]:
    rows = con.execute(
        "SELECT DISTINCT tid FROM message WHERE kind IN ('cover','patch') AND tid IN (SELECT value FROM json_each(?))",
        (json.dumps(list(tids)),),
    )
    return [row[0] for row in rows]


def _scattered(con: sqlite3.Connection, tid: int, mails: Sequence[Facts]) -> dict[int, list[Facts]]:
    """Threads that may hold parts of the same postings, sent without references between them: the facts of each.

    One of two such threads is a lone numbered posting that answers nothing. Whichever is looked at first, the same threads
    come together.
    """
    found = {tid: list(mails)}
    todo = [tid]
    while todo:
        own = [mail for mail in found[todo.pop()] if mail.posting]
        alone = _is_alone(own)
        near = {other for mail in own for other in _near(con, mail)} - found.keys()
        for other, others in facts_of(con, near).items():
            theirs = [mail for mail in others if mail.posting]
            totals = {mail.subject.total for mail in (*own, *theirs)}
            if len(totals) == 1 and (alone or _is_alone(theirs)):
                found[other] = others
                todo.append(other)
    del found[tid]
    return found


def _is_alone(postings: Sequence[Facts]) -> bool:
    return len(postings) == 1 and bool(postings[0].subject.total) and not postings[0].parents


def _near(con: sqlite3.Connection, mail: Facts) -> list[int]:
    """The threads with a posting of the same sender and total at about the same time."""
    if not mail.subject.total or mail.date is None:
        return []
    rows = con.execute(
        "SELECT DISTINCT tid, subject FROM message WHERE kind IN ('cover','patch') AND email=? AND date BETWEEN ? AND ?",
        (mail.sender.email, mail.date - 2 * NEARBY, mail.date + 2 * NEARBY),
    )
    return [tid for tid, subject in rows if f"/{mail.subject.total}" in subject]


def _write_topics(con: sqlite3.Connection, lineage: Lineage, threads: set[int]) -> set[int]:
    """Replace the topics of the changed threads and of everything that was grouped again; returns their numbers."""
    grouped = [one for group in lineage.groups for one in group.series]
    old = _topics_of(con, threads, grouped)
    con.executemany("DELETE FROM topic_thread WHERE topic=?", [(number,) for number in old])
    names = json.dumps(grouped)
    con.execute(
        "DELETE FROM relation WHERE series IN (SELECT value FROM json_each(?1)) AND other IN (SELECT value FROM json_each(?1))",
        (names,),
    )
    con.executemany(
        "INSERT OR REPLACE INTO relation VALUES (?,?,?,?,?)",
        [(one.series, one.other, one.kind, one.confidence, json.dumps(one.evidence)) for one in lineage.related],
    )
    kept = set()
    groups = _by_date(con, lineage.groups)
    for start in range(0, len(groups), _BATCH):
        kept |= _write_groups(con, groups[start : start + _BATCH])
    kept |= _write_discussions(con, threads)
    con.executemany("DELETE FROM topic WHERE id=?", [(one,) for one in old - kept])
    con.executemany("DELETE FROM topic_key WHERE topic=?", [(one,) for one in old - kept])
    return kept


def _by_date(con: sqlite3.Connection, groups: Sequence[Group]) -> list[Group]:
    """*groups* by the date of their first series, so that new topics are numbered in the order of time."""
    first = json.dumps([group.series[0] for group in groups])
    dates = dict(
        con.execute("SELECT msgid, coalesce(date, 0) FROM message WHERE msgid IN (SELECT value FROM json_each(?))", (first,))
    )
    return sorted(groups, key=lambda group: (dates.get(group.series[0], 0), group.series[0]))


def _topics_of(con: sqlite3.Connection, threads: Iterable[int], series: Iterable[str]) -> set[int]:
    """The topics that stand in these threads or have had one of these series until now."""
    rows = con.execute(
        "SELECT topic FROM topic_thread WHERE tid IN (SELECT value FROM json_each(?)) UNION "
        "SELECT topic FROM series WHERE topic IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(threads)), json.dumps(list(series))),
    )
    return {row[0] for row in rows}


def _write_groups(con: sqlite3.Connection, groups: Sequence[Group]) -> set[int]:
    """The topics of some groups; returns their numbers."""
    ids = [one for group in groups for one in group.series]
    rows = con.execute("SELECT id, tid FROM series WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))
    home: dict[str, int] = dict(rows)
    pools = _pools(con, set(home.values()))
    facts = facts_of(con, {tid for pool in pools.values() for tid in pool})
    found = {tid: find_series(mail for one in pool for mail in facts.get(one, ())) for tid, pool in pools.items()}
    every = {one.id: one for several in found.values() for one in several}
    wanted = {group.series[0]: topic_keys(every[one] for one in group.series) for group in groups}
    told = outside.gather(con, wanted)
    titles = outside.posted_titles(con, {mail.msgid: mail for mails in told.values() for mail in mails}.values())
    posted = outside.posted_elsewhere(con, {mail.msgid: mail for mails in told.values() for mail in mails}.values())
    common = Known(
        titles=titles, maintainers=outside.maintainers(con), records=outside.records(con), aliases=outside.aliases(con),
        files=maintainers.load(con),
    )  # fmt: skip
    numbers = set()
    for group in groups:
        homes = {home[one] for one in group.series}
        series = {one.id: one for tid in homes for one in found[tid]}
        tids = {one for tid in homes for one in pools[tid]}
        mails = [mail for tid in tids for mail in facts.get(tid, ())]
        foreign = {msgid for one in series.values() if one.id not in group.series for msgid in one.members}
        own = [series[one] for one in group.series]
        landings, events = sightings.of_patches(con, [patch.msgid for one in own for patch in one.patches])
        own_series = frozenset(group.series)
        elsewhere = [mail for mail in told[group.series[0]] if posted.get(mail.msgid, own_series) & own_series]
        other = overtaken.successor_of(con, own)
        known = replace(common, outside=tuple(elsewhere), found=landings, seen=events, overtaken=other)
        number = _write_topic(con, tids, build_topic(own, group.links, mails, foreign, known))
        outside.save_topic_keys(con, number, outside.keys_after(wanted[group.series[0]], elsewhere))
        numbers.add(number)
    return numbers


def _pools(con: sqlite3.Connection, homes: set[int]) -> dict[int, set[int]]:
    """The threads that were looked at together with each of these, because parts of one posting are scattered over them."""
    found: dict[int, set[int]] = {tid: {tid} for tid in homes}
    rows = con.execute(
        "SELECT DISTINCT s.tid, m.tid FROM series s JOIN member ON member.series = s.id JOIN message m USING (msgid) "
        "WHERE s.tid IN (SELECT value FROM json_each(?))", (json.dumps(list(homes)),),
    )  # fmt: skip
    for tid, other in rows:
        found[tid].add(other)
    return found


def _write_discussions(con: sqlite3.Connection, threads: set[int]) -> set[int]:
    """Threads without a patch are topics while they are followed."""
    rows = con.execute(
        "SELECT DISTINCT tid FROM message WHERE msgid IN (SELECT msgid FROM u.followed) "
        "AND tid IN (SELECT value FROM json_each(?)) AND tid NOT IN (SELECT tid FROM topic_thread)",
        (json.dumps(list(threads)),),
    ).fetchall()
    return {
        _write_topic(con, {tid}, build_topic((), (), mails)) for tid, mails in facts_of(con, [row[0] for row in rows]).items()
    }


def _write_topic(con: sqlite3.Connection, tids: set[int], topic: Topic) -> int:
    number = _number(con, topic)
    con.execute(
        "INSERT OR REPLACE INTO topic VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (number, topic.anchor, topic.slug, topic.title, topic.judgement.status, topic.judgement.turn, topic.first,
         topic.last, topic.patches, topic.moved, _compact(topic_json(topic)), topic.judgement.lost_after),
    )  # fmt: skip
    con.executemany("INSERT OR REPLACE INTO topic_thread VALUES (?,?)", [(tid, number) for tid in tids])
    con.executemany("UPDATE series SET topic=? WHERE id=?", [(number, one.id) for one in topic.series])
    return number


def _number(con: sqlite3.Connection, topic: Topic) -> int:
    """The number of a topic: the lowest that any of its mails has had, if no other topic has it now; else a new one."""
    anchors = [topic.anchor, *(member for one in topic.series for member in one.members)]
    row = con.execute(
        "SELECT min(id) FROM u.topic_id WHERE anchor IN (SELECT value FROM json_each(?))", (json.dumps(anchors),)
    ).fetchone()
    if row[0] is not None:
        return int(row[0])
    number = con.execute("INSERT INTO u.topic_id(anchor) VALUES (?)", (topic.anchor,)).lastrowid
    assert number is not None
    return number
