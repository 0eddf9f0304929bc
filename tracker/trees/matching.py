"""Mails to topics to commits, without a store: what `tracker match` does with the files it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from tracker.core.facts import Facts, examine
from tracker.core.grouping import group
from tracker.core.match import Topic
from tracker.core.message import parse
from tracker.core.posted import Posted, read_posted
from tracker.core.series import NEARBY, Series, find_series
from tracker.core.thread import components, find
from tracker.core.traits import traits
from tracker.trees.reading import Progress


def topics_of(raws: Iterable[bytes], progress: Progress = lambda what, done, total: None) -> list[Topic]:
    """The patches among these mails, by topic; of each its revisions, oldest first, with their patches in order.

    Whole threads and all versions tell more than single mails. progress: called with 'mails' and how many are read.
    """
    facts: dict[str, Facts] = {}
    posted: dict[str, tuple[Posted, ...]] = {}
    for count, raw in enumerate(raws, 1):
        message = parse(raw)
        if message.msgid not in facts:
            own = facts[message.msgid] = examine(message)
            if own.patches:
                posted[message.msgid] = read_posted(message, own)
        progress("mails", count, None)
    threads = _threads(list(facts.values()))
    series = {one.id: (one, thread) for thread, mails in threads.items() for one in find_series(mails)}
    hints = {msgid: one.hints for msgid, one in facts.items() if one.hints is not None}
    lineage = group(traits(one, facts, hints, thread) for one, thread in series.values())
    topics = [_topic([series[one][0] for one in found.series], posted) for found in lineage.groups]
    placed = {one.msgid for topic in topics for revision in topic for one in revision}
    return topics + [(patches,) for msgid, patches in posted.items() if patches and msgid not in placed]


def _topic(series: Sequence[Series], posted: Mapping[str, tuple[Posted, ...]]) -> Topic:
    mails = (dict.fromkeys(patch.msgid for patch in one.patches) for one in series)
    revisions = (tuple(one for msgid in some for one in posted.get(msgid, ())) for some in mails)
    return tuple(one for one in revisions if one)


def _threads(mails: Sequence[Facts]) -> dict[str, list[Facts]]:
    """The mails by thread; parts of one posting that were sent without references between them are put together."""
    top = components(mails)
    found: dict[str, list[Facts]] = {}
    for mail in mails:
        found.setdefault(find(top, mail.msgid), []).append(mail)
    alone: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for several in found.values():
        posts = [mail for mail in several if mail.posting]
        if len(posts) == 1 and posts[0].subject.total and not posts[0].parents and posts[0].date is not None:
            key = (posts[0].sender.email.lower(), posts[0].subject.total)
            alone.setdefault(key, []).append((posts[0].date, posts[0].msgid))
    for parts in alone.values():
        for (sent, one), (later, other) in pairwise(sorted(parts)):
            a, b = find(top, one), find(top, other)
            if a != b and later - sent <= 2 * NEARBY:
                top[b] = a
                found[a] += found.pop(b)
    return found
