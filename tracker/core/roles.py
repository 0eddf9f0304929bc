"""What somebody is in a topic: author, reviewer, maintainer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tracker.core.address import plain_email

if TYPE_CHECKING:
    from tracker.core.topic import Topic


def roles(
    topic: Topic | Mapping[str, Any], emails: Iterable[str], *,
    writers: Iterable[str] = (), maintainers: Iterable[str] = (),
) -> tuple[str, ...]:  # fmt: skip
    """The roles in *topic* of the person whom all of *emails* belong to: of author, reviewer, maintainer, in this order.

    author: posted one of its series. reviewer: replied to what others posted, gave or promised a tag, or stands in
    To:; answers about his own patches make no reviewer of an author. maintainer: M: or R: of its files in MAINTAINERS, or
    committer of their tree, as the caller found out. topic: a Topic, or TOPIC of schema 1, which tells of replies
    only those with tags: for it writers are the senders of the topic's other mails. Addresses are compared without case and
    +tag; who has no address is nothing.
    """
    me = {plain_email(one) for one in emails} - {""}
    posted, reviewed = _in_json(topic, me) if isinstance(topic, Mapping) else _in_topic(topic, me)
    named = _named(topic)
    found = {
        "author": posted,
        "reviewer": reviewed or (not posted and any(_meet(me, some) for some in (writers, named["To"]))),
        "maintainer": _meet(me, maintainers) or _meet(me, named["M"]) or _meet(me, named["R"]),
    }
    return tuple(role for role, held in found.items() if held)


def _meet(me: set[str], others: Iterable[str]) -> bool:
    return any(plain_email(one) in me for one in others)


def _named(topic: Topic | Mapping[str, Any]) -> dict[str, list[str]]:
    """Addresses in To: of the newest revision, and those that MAINTAINERS has for its files as M and as R."""
    if isinstance(topic, Mapping):
        asked = [one["email"] for one in topic["recipients"]]
        owners = [(one["email"], one["role"]) for one in topic["maintainers"]]
    else:
        asked = [one.email for one in topic.asked]
        owners = [(one.person.email, one.letter) for one in topic.owners]
    return {"To": asked, **{letter: [email for email, held in owners if held == letter] for letter in ("M", "R")}}


def _in_json(data: Mapping[str, Any], me: set[str]) -> tuple[bool, bool]:
    """Whether one of *me* posted a series, and said something about review of what others wrote."""
    posted = _meet(me, (revision["author"]["email"] for revision in data["revisions"]))
    said = (tag["sender"]["email"] for tag in data["tags"] if tag["source"] == "reply" and not tag["own"])
    return posted, _meet(me, said)


def _in_topic(topic: Topic, me: set[str]) -> tuple[bool, bool]:
    """Whether one of *me* posted a series, and answered what others posted."""
    authors = {msgid: plain_email(one.author.email) for one in topic.series for msgid in one.members}
    reviewed = False
    for mail in topic.replies:
        if not mail.robot and plain_email(mail.sender.email) in me:
            answered = next((authors[above] for above in reversed(mail.parents) if above in authors), None)
            reviewed |= answered not in me
    return not me.isdisjoint(authors.values()), reviewed
