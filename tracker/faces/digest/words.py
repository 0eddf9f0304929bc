"""The words of a digest that every format shares: subject, period, verdict, evidence. Everything here is safe to print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tracker.core.dates import day, iso
from tracker.core.news import MOVED, NEW, YOURS, Digest, Item, News, Unseen
from tracker.faces import rows
from tracker.faces.plain import plain

HEADS = ((YOURS, "Your turn"), (MOVED, "Moved"), (NEW, "New"))
_LINUS = "https://git.kernel.org/linus/"
_MAX_TEXT = 240


class Proof(NamedTuple):
    """What proves a line. text: in words; url: where to read it, '' nowhere."""

    text: str
    url: str


def subject(digest: Digest) -> str:
    """`[tracker] 2 wait for you, 3 moved: 2026-11-16 .. 2026-11-22`."""
    return f"[tracker] {summary(digest)}: {period(digest)}"


def summary(digest: Digest) -> str:
    """How much there is to tell."""
    yours = len(digest.section(YOURS)) + len(digest.waiting)
    counts = (
        (yours, "waits for you" if yours == 1 else "wait for you"),
        (len(digest.section(MOVED)), "moved"), (len(digest.section(NEW)), "new"),
    )  # fmt: skip
    told = [f"{number} {word}" for number, word in counts if number]
    named = f" ({plain(digest.profile)})" if digest.profile != "default" else ""
    return (", ".join(told) or "no news") + named


def period(digest: Digest) -> str:
    """The days that the digest is about; both ends count."""
    last = day(digest.until - 1 if digest.window else digest.until)
    if digest.since is None:
        return f"until {last}" if digest.window else f"as of {last}"
    first = day(digest.since)
    return first if first == last else f"{first} .. {last}"


def heading(news: News) -> tuple[str, str]:
    """`#12 demo: make the ring buffer lockless`, and `v3, 3 days`."""
    age = "" if news.age is None else "today" if news.age == 0 else "1 day" if news.age == 1 else f"{news.age} days"
    return f"#{news.id} {shorten(news.title)}", ", ".join(filter(None, (plain(news.label), age)))


def verdict(news: News) -> str:
    """How the topic stands, and how it stood when it was told of last."""
    status = rows.status_words(news.status)
    if news.was is not None and news.was != news.status:
        status = f"{rows.status_words(news.was)} → {status}"
    reason = shorten(news.reason)
    return f"{status}: {reason}" if reason else status


def next_step(news: News) -> str:
    """Who acts next, what is to be done and since when; '' when it is nobody's turn or not known."""
    if not news.action:
        return ""
    names = ", ".join(rows.person(one) for one in news.who[:3])
    who = "you" if news.section == YOURS else names or news.turn
    since = f" (since {news.since[:10]})" if news.since else ""
    return f"{who}: {news.action}{since}"


def item_words(item: Item, digest: Digest) -> str:
    """One line of news without its evidence, with its day in a period, and where it is older than the last digest."""
    text = shorten(item.text)
    said = f"{item.label}: {text}" if text else item.label
    late = item.at and (digest.window or (digest.since is not None and item.at < (iso(digest.since) or "")))
    return f"{(item.at or '')[:10]} {said}" if late else said


def shorten(text: str) -> str:
    """Words of a mail on one line, cut where they grow long."""
    text = " ".join(plain(text).split())
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1].rstrip() + "…"


def proof(one: Mapping[str, str], links: Mapping[str, str]) -> Proof:
    """An EVIDENCE in words, and its address when it is public."""
    if "msgid" in one:
        return Proof(plain(one["msgid"]), links.get(one["msgid"], ""))
    if "commit" in one:
        sha, tree = one["commit"], plain(one.get("tree", ""))
        known = tree in ("mainline", "linux", "torvalds/linux") and all(char in "0123456789abcdef" for char in sha)
        return Proof(f"commit {plain(sha[:12])}" + (f" in {tree}" if tree else ""), f"{_LINUS}{sha}" if known and sha else "")
    return Proof(f"recorded: {shorten(one.get('record', ''))}", "")


def unseen_words(one: Unseen) -> str:
    """`lore not reached since …`: what could not be looked at."""
    when = f"since {_minute(one.at)}" if one.at else f"until now (first tried {_minute(one.failed)})" if one.failed else "yet"
    return f"{plain(one.source)} not reached {when}: {shorten(one.error.removeprefix(f'{one.source}: '))}"


def _minute(at: int | None) -> str:
    return (iso(at) or "")[:16].replace("T", " ") + " UTC"


def quiet_words(digest: Digest) -> list[str]:
    """What has no news: how much, what still waits for the user, what nothing moves."""
    if not digest.silent:
        return []
    lines = [f"{digest.silent} topic{'' if digest.silent == 1 else 's'} without news."]
    if digest.waiting:
        lines.append(f"Still your turn: {_numbers([number for number, _ in digest.waiting])}.")
    if digest.stalled:
        lines.append(f"Nothing moves: {_numbers(digest.stalled)}.")
    return lines


def _numbers(several: list[int] | tuple[int, ...]) -> str:
    more = f" and {len(several) - 12} more" if len(several) > 12 else ""
    return ", ".join(f"#{number}" for number in several[:12]) + more


def footer(digest: Digest) -> list[str]:
    """The digest before this one, and how to hear no more of a topic."""
    lines = []
    if digest.previous:
        lines.append(f"Previous digest: {day(digest.previous[0])} <{plain(digest.previous[1])}>")
    elif not digest.window:
        lines.append("The first digest: it tells how everything stands.")
    one = digest.news[0].id if digest.news else digest.waiting[0][0] if digest.waiting else 7
    lines.append(f"Mute: tracker snooze {one} --for 2w · tracker unfollow {one}")
    return lines
