"""Mails to topics to commits: what `match` does without a store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.core.facts import Facts, examine
from tracker.core.grouping import group
from tracker.core.message import parse
from tracker.core.posted import Posted, read_posted
from tracker.core.series import NEARBY, Series, find_series
from tracker.core.thread import components, find
from tracker.core.traits import traits

Revision = tuple[Posted, ...]
Topic = tuple[Revision, ...]


def topics_of(raws: Iterable[bytes]) -> list[Topic]:
    """The patches among these mails, by topic; of each its revisions, oldest first, with their patches in order."""
    facts: dict[str, Facts] = {}
    posted: dict[str, tuple[Posted, ...]] = {}
    for raw in raws:
        message = parse(raw)
        if message.msgid in facts:
            continue
        own = facts[message.msgid] = examine(message)
        if own.patches:
            posted[message.msgid] = read_posted(message, own)
    threads = _threads(facts.values())
    series = {one.id: (one, thread) for thread, mails in threads.items() for one in find_series(mails)}
    hints = {msgid: one.hints for msgid, one in facts.items() if one.hints is not None}
    lineage = group(traits(one, facts, hints, thread) for one, thread in series.values())
    return [_topic([series[one][0] for one in found.series], posted) for found in lineage.groups]


def _topic(series: Sequence[Series], posted: dict[str, tuple[Posted, ...]]) -> Topic:
    revisions = (tuple(one for msgid in dict.fromkeys(patch.msgid for patch in some.patches) for one in posted.get(msgid, ())) for some in series)
    return tuple(one for one in revisions if one)


def _threads(mails: Iterable[Facts]) -> dict[str, list[Facts]]:
    """The mails by thread; parts of one posting that were sent without references between them are put together."""
    top = components(mails := list(mails))
    found: dict[str, list[Facts]] = {}
    for mail in mails:
        found.setdefault(find(top, mail.msgid), []).append(mail)
    alone: dict[tuple[str, int], list[Facts]] = {}
    for several in found.values():
        posts = [mail for mail in several if mail.posting]
        if len(posts) == 1 and posts[0].subject.total and not posts[0].parents and posts[0].date is not None:
            alone.setdefault((posts[0].sender.email.lower(), posts[0].subject.total), []).append(posts[0])
    for parts in alone.values():
        parts.sort(key=lambda mail: (mail.date or 0, mail.msgid))
        for one, other in zip(parts, parts[1:], strict=False):
            a, b = find(top, one.msgid), find(top, other.msgid)
            if a != b and (other.date or 0) - (one.date or 0) <= 2 * NEARBY:
                top[b] = a
                found[a] += found.pop(b)
    return found
