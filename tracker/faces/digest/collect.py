"""From the store to a Digest: what was learned since the last one, or what happened between two dates."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.config import Config, Profile
from tracker.core.dates import iso
from tracker.core.news import YOURS, Digest, News, occurrences, order, shorten, tell
from tracker.core.query import Node, Term, parse_query
from tracker.core.silence import is_silent
from tracker.faces import rows
from tracker.faces.commands.reading import standing
from tracker.faces.exits import UsageError
from tracker.store import browse, learned, names, own, read
from tracker.store.learned import Told

_LORE = "https://lore.kernel.org/r/"  # where public mails can be read that no server brought: archives', the snapshot's
_FULL = 25  # topics that the first digest tells in full
_ALL = Term("is", "followed")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. since, until: seconds UTC, None: since the last digest, until now. me: the user's addresses.

    others: none of these is among those who will read it.
    """

    profile: Profile
    now: int
    me: tuple[str, ...]
    shared: bool = False
    since: int | None = None
    until: int | None = None
    every: bool = False
    others: bool = False

    @property
    def window(self) -> bool:
        """Whether a period is asked for by dates."""
        return self.since is not None or self.until is not None


def collect(con: sqlite3.Connection, config: Config, wish: Wish) -> tuple[Digest, dict[int, Told]]:
    """The digest, and what counts as told once it is delivered (nothing for a period). Raises UsageError for a wrong query."""
    scope = _scope(con, wish)
    if wish.shared:
        private = _private_topics(con)
        scope = [number for number in scope if number not in private]
    if wish.window:
        return _named(_between(con, config, wish, scope), wish), {}
    found, tells = _since_last(con, wish, scope)
    return _named(found, wish), tells


def _named(digest: Digest, wish: Wish) -> Digest:
    """With the user's name, where others read it."""
    if not wish.others:
        return digest
    mine = [who["name"] for one in digest.section(YOURS) for who in one.who if who["name"] and who["email"].lower() in wish.me]
    return replace(digest, whose=max(mine, key=mine.count, default=""))


def _scope(con: sqlite3.Connection, wish: Wish) -> list[int]:
    """The topics that the digest is about: those of the profile's query, else the followed ones (of the snapshot: all)."""
    node: Node | None = None if wish.every else _ALL
    if wish.profile.query:
        query = parse_query(wish.profile.query, wish.now)
        if query.node is None:
            raise UsageError(f"profile {wish.profile.name}: query: {query.problem or 'nothing to look for'}")
        node = query.node
    return list(browse.listing(con, node, me=wish.me))


def _since_last(con: sqlite3.Connection, wish: Wish, scope: Sequence[int]) -> tuple[Digest, dict[int, Told]]:
    told, said = learned.told(con, wish.profile.name), own.everything(con)
    fresh = learned.fresh(con, wish.profile.name, scope)
    asleep = {number for number, one in said.items() if (one.until or 0) > wish.now}
    stands = _stands(con, scope)
    wanted = [
        number
        for number, stand in stands.items()
        if number not in asleep and (number not in told or number in fresh or told[number][1:] != stand)
    ]
    hidden = _private_mails(con) if wish.shared else set()
    upto, seen = learned.upto(con), learned.known(con, wanted)
    found: list[News] = []
    tells: dict[int, Told] = {}
    for number, row in browse.rows(con, wanted).items():
        topic = _topic(row, said.get(number, own.Own()), wish, hidden)
        new = fresh.get(number, set())
        events = [_seen(event, seen.get(number, {})) for event in occurrences(topic, wish.now) if event["id"] in new]
        was = told.get(number)
        news = tell(
            topic, _visible(events, hidden), was and (was.status, was.turn), mine=rows.is_my_turn(topic, wish.me), now=wish.now
        )
        tells[number] = Told(upto, topic["status"], topic["turn"])
        if news is not None:
            found.append(news)
    previous = learned.previous(con, wish.profile.name)
    told_now = order(found) if previous else shorten(order(found), _FULL)
    digest = Digest(
        wish.profile.name, previous[0] if previous else None, wish.now, False, _watched(con, told_now),
        unseen=learned.unseen(con), previous=previous, shared=wish.shared, thread=learned.mailed(con, wish.profile.name),
        query=wish.profile.query, kept=not wish.every,
    )  # fmt: skip
    mine = set(browse.listing(con, Term("turn", "me"), me=wish.me)) if wish.me else set()
    silent = [number for number in scope if number not in asleep]
    still = _still(con, scope)
    rest = {number: (number in still, number in mine) for number in silent if number in stands}
    return _with_rest(con, digest, rest), tells


def _stands(con: sqlite3.Connection, scope: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Status and turn of today."""
    found = con.execute(
        "SELECT id, status, turn FROM topic WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(scope)),)
    )
    return {number: (status, turn) for number, status, turn in found}


def _still(con: sqlite3.Connection, scope: Sequence[int]) -> set[int]:
    """Those that fell silent."""
    found = con.execute(
        "SELECT id, status, moved FROM topic WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(scope)),)
    )
    return {number for number, status, moved in found if is_silent(status, moved)}


def _topic(row: read.TopicRow, said: own.Own, wish: Wish, hidden: Collection[str]) -> dict[str, Any]:
    topic = {
        **row.data, **standing(row, said, wish.now), "id": row.number, "snoozed_until": iso(said.until),
        "notes": [] if wish.shared else [{"at": iso(at), "text": text} for at, text in said.notes],
    }  # fmt: skip
    return _without(topic, hidden)


def _without(topic: dict[str, Any], hidden: Collection[str]) -> dict[str, Any]:
    """TOPIC without what the mails *hidden* say; where they have a part in the verdict only the status word is left of it."""
    events = [*topic["events"], *topic.get("asks", ())]
    proofs = [*topic["evidence"], *(one["evidence"] for one in events), *({"msgid": tag["msgid"]} for tag in topic["tags"])]
    if not any(one.get("msgid") in hidden for one in proofs):
        return topic
    public = [one for one in topic["revisions"] if one["series"] not in hidden]
    title = names.public_title(public[-1]) if public and len(public) < len(topic["revisions"]) else topic["title"]
    return {
        **topic, "title": title, "revisions": public, "status_reason": "", "evidence": [], "turn_who": [],
        "events": _visible(topic["events"], hidden), "asks": _visible(topic.get("asks", ()), hidden),
        "tags": [tag for tag in topic["tags"] if tag["msgid"] not in hidden],
    }  # fmt: skip


def _seen(event: Mapping[str, Any], known: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    at = known.get(event["id"])
    return {**event, "seen_at": iso(at[0]) if at else None}


def _visible(events: Iterable[dict[str, Any]], hidden: Collection[str]) -> list[dict[str, Any]]:
    return [event for event in events if event["evidence"].get("msgid") not in hidden]


def _watched(con: sqlite3.Connection, news: Sequence[News]) -> tuple[News, ...]:
    """With the query that found a topic."""
    found = con.execute(
        "SELECT topic, query FROM u.watched JOIN member USING (msgid) JOIN series ON series.id = member.series "
        "WHERE topic IN (SELECT value FROM json_each(?))", (json.dumps([one.id for one in news]),),
    )  # fmt: skip
    by_topic: dict[int, str] = dict(found)
    return tuple(replace(one, watched=by_topic.get(one.id, "")) for one in news)


def _with_rest(con: sqlite3.Connection, digest: Digest, stands: Mapping[int, tuple[bool, bool]]) -> Digest:
    """With what has no news, and where the mails can be read. stands: of all topics, whether they fell silent, and whether it is
    his turn.
    """
    told = {one.id for one in digest.news}
    rest = {number: stand for number, stand in stands.items() if number not in told}
    mine = [number for number, (_, is_mine) in rest.items() if is_mine]
    stalled = [number for number, (still, is_mine) in rest.items() if still and not is_mine]
    proofs = [one for news in digest.news for one in (*news.evidence, *(proof for item in news.items for proof in item.evidence))]
    return replace(
        digest, waiting=_titles(con, mine, shared=digest.shared), stalled=_titles(con, stalled, shared=digest.shared),
        silent=len(rest), links=_links(con, {one["msgid"] for one in proofs if "msgid" in one}),
    )  # fmt: skip


def _titles(con: sqlite3.Connection, numbers: Sequence[int], *, shared: bool) -> tuple[tuple[int, str], ...]:
    """Topics with their titles, as others may read them where it is *shared*."""
    wanted = json.dumps(list(numbers))
    found = dict(con.execute("SELECT id, title FROM topic WHERE id IN (SELECT value FROM json_each(?))", (wanted,)))
    if shared:
        from tracker.store import public  # here, because it brings the parsers with it

        hidden = public.all_local(con)
        some = browse.rows(con, sorted(public.touched(con) & found.keys()))
        found.update((number, _without(row.data, hidden)["title"]) for number, row in some.items())
    return tuple(sorted(found.items()))


def _links(con: sqlite3.Connection, msgids: Collection[str]) -> dict[str, str]:
    """Where public mails can be read: on the server they came from, else where all archives are."""
    from urllib.parse import quote

    found = con.execute(
        "SELECT m.msgid, s.kind, s.name FROM message m JOIN seen_at a ON a.message = m.id JOIN source s ON s.id = a.source "
        "WHERE NOT m.private AND NOT s.private AND m.msgid IN (SELECT value FROM json_each(?)) "
        "ORDER BY s.kind = 'lore', s.id DESC", (json.dumps(list(msgids)),),
    )  # fmt: skip
    links: dict[str, str] = {}
    for msgid, kind, name in found:
        server = kind == "lore" and name.startswith(("http://", "https://"))
        base = name.rstrip("/") + "/" if server else _LORE
        links[msgid] = base + quote(msgid, safe="@:!$()*,=~+", errors="replace") + ("/" if server else "")
    return links


# --- privacy


def _private_topics(con: sqlite3.Connection) -> set[int]:
    """Topics of which every mail came from the user's own files."""
    found = con.execute("SELECT topic FROM topic_thread JOIN message USING (tid) GROUP BY topic HAVING min(private)")
    return {row[0] for row in found}


def _private_mails(con: sqlite3.Connection) -> Collection[str]:
    """Every mail that came from the user's own files: one of another topic may have a part in a verdict, too."""
    from tracker.store import public  # here, because it brings the parsers with it

    return public.all_local(con)


# --- a period


def _between(con: sqlite3.Connection, config: Config, wish: Wish, scope: Sequence[int]) -> Digest:
    from tracker.store import past  # here, because it brings the parsers with it

    since, until = wish.since or 0, min(wish.until if wish.until is not None else wish.now, wish.now)
    hidden = _private_mails(con) if wish.shared else set()
    said = own.everything(con)
    found: list[News] = []
    stands: dict[int, tuple[bool, bool]] = {}
    for number in past.numbers_before(con, scope, until):
        topic: dict[str, Any] | None
        if until >= wish.now:
            topic = _topic(browse.rows(con, [number])[number], said.get(number, own.Own()), wish, hidden)
        else:
            topic = past.topic_at(con, number, until, config.stalled_after)
            topic = topic and _without(topic, hidden)
        if topic is None:
            continue
        stands[number] = (is_silent(topic["status"], topic.get("moved")), rows.is_my_turn(topic, wish.me))
        if news := _period(con, config, wish, topic, since, until, hidden):
            found.append(news)
    digest = Digest(wish.profile.name, since or None, until, True, order(found), shared=wish.shared, unseen=learned.unseen(con))
    return _with_rest(con, digest, stands)


def _period(
    con: sqlite3.Connection, config: Config, wish: Wish, topic: dict[str, Any], since: int, until: int, hidden: Collection[str]
) -> News | None:
    from tracker.store import past

    before = past.topic_at(con, topic["id"], since, config.stalled_after) if since else None
    known = {mark for event in occurrences(before, since) for mark in _marks(event)} if before else set()
    last = iso(until) or ""
    events = [event for event in occurrences(topic, until) if (event["at"] or "") < last and known.isdisjoint(_marks(event))]
    was = (before["status"], before["turn"]) if before else None
    mine = rows.is_my_turn(topic, wish.me)
    return tell(topic, _visible(events, hidden), was, mine=mine, now=until, window=True, begin=since or None)


def _marks(event: Mapping[str, Any]) -> tuple[str, ...]:
    """By what an event is known again: its id; of what may be better proven later also its words or its time."""
    if event["kind"] not in learned.PROVEN:
        return (event["id"],)
    return event["id"], f"{event['kind']} {event['text']}", f"{event['kind']} {event['at'] or event['id']}"
