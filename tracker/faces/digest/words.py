"""The words of a digest that every format shares: subject, period, verdict, evidence. Everything here is safe to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tracker.core.dates import day, iso
from tracker.core.news import MOVED, NEW, YOURS, Digest, News, Unseen
from tracker.core.newslines import Item
from tracker.faces import rows
from tracker.faces.plain import cut, plain

_LINUS = "https://git.kernel.org/linus/"
_MAINLINE = ("mainline", "linux", "torvalds/linux", "torvalds/linux.git")
_MAX_TEXT = 240
_MAX_PROOFS = 4
_MAX_NAMED = 260  # characters of topics that are named in one sentence
_MAX_TITLE = 56


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
        (yours, ("waits" if yours == 1 else "wait") + (" for you" if digest.whose is None else "")),
        (len(digest.section(MOVED)), "moved"), (len(digest.section(NEW)), "new"),
    )  # fmt: skip
    told = [f"{number} {word}" for number, word in counts if number]
    named = f" ({plain(digest.profile)})" if digest.profile != "default" else ""
    return (", ".join(told) or "no news") + named


def heads(digest: Digest) -> tuple[tuple[str, str], ...]:
    """The sections that have news, each with its head: whose turn it is by name, where others than the user read it."""
    whose = f"Waiting for {plain(digest.whose)}" if digest.whose else "Waiting"
    every = ((YOURS, "Your turn" if digest.whose is None else whose), (MOVED, "Moved"), (NEW, "New"))
    return tuple((section, head) for section, head in every if digest.section(section))


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


def in_brief(news: News) -> str:
    """A topic in one line: its title and how it stands."""
    return f"{heading(news)[0]}: {rows.status_words(news.status)}"


def more_words(digest: Digest) -> str:
    """How many topics are told in one line each, and where to see all of them; '' when none is."""
    brief = [one for one in digest.news if one.brief]
    if not brief:
        return ""
    every = f"tracker list '{plain(digest.query)}'" if digest.query else "tracker list"
    return (
        f"{len(digest.news)} topics are told for the first time: {len(digest.news) - len(brief)} in full, "
        f"{len(brief)} in a line each. One in full: tracker show {brief[0].id}; all: {every}"
    )


def next_step(news: News, digest: Digest) -> str:
    """Who acts next, what is to be done and since when; '' when it is nobody's turn or not known."""
    if not news.action:
        return ""
    names = ", ".join(rows.person(one) for one in news.who[:3])
    who = "you" if news.section == YOURS and digest.whose is None else names or news.turn
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


def proofs(several: Sequence[Mapping[str, str]], digest: Digest) -> tuple[list[Proof], str]:
    """EVIDENCEs in words, each once, of many the first few; and `and 3 more`, '' where these are all."""
    found = [one for one in dict.fromkeys(proof(one, digest.links) for one in several) if one.text]
    more = len(found) - _MAX_PROOFS
    return found[:_MAX_PROOFS], f"and {more} more" if more > 0 else ""


def proof(one: Mapping[str, str], links: Mapping[str, str]) -> Proof:
    """An EVIDENCE in words, and its address when it is public."""
    if "msgid" in one:
        return Proof(plain(one["msgid"]), links.get(one["msgid"], ""))
    if "commit" in one:
        sha, tree = one["commit"], plain(one.get("tree", ""))
        known = tree in _MAINLINE and all(char in "0123456789abcdef" for char in sha)
        return Proof(f"commit {plain(sha[:12])}" + (f" in {tree}" if tree else ""), f"{_LINUS}{sha}" if known and sha else "")
    return Proof(f"recorded: {shorten(one.get('record', ''))}", "")


def unseen_words(one: Unseen) -> str:
    """`lore not reached since …`: what could not be looked at."""
    when = f"since {_minute(one.at)}" if one.at else f"until now (first tried {_minute(one.failed)})" if one.failed else "yet"
    return f"{plain(one.source)} not reached {when}: {shorten(one.error.removeprefix(f'{one.source}: '))}"


def _minute(at: int | None) -> str:
    return (iso(at) or "")[:16].replace("T", " ") + " UTC"


def quiet_words(digest: Digest) -> list[str]:
    """What has no news, a sentence each: how much, what still waits for the user, what nothing moves."""
    if not digest.silent:
        return []
    lines = [f"{digest.silent} topic{'' if digest.silent == 1 else 's'} without news."]
    if digest.waiting:
        still = "Still your turn" if digest.whose is None else f"Still waiting for {plain(digest.whose)}".removesuffix(" for ")
        lines.append(f"{still} ({len(digest.waiting)}): {_named(digest.waiting)}.")
    if digest.stalled:
        lines.append(f"Nothing moves ({len(digest.stalled)}): {_named(digest.stalled)}.")
    return lines


def _named(several: Sequence[tuple[int, str]]) -> str:
    """Topics by number and title, as many as fit into a few lines; one at least."""
    told: list[str] = []
    room = _MAX_NAMED
    for number, title in several:
        words = f"#{number} {cut(' '.join(plain(title).split()), _MAX_TITLE)}"
        if told and room < len(words):
            break
        told.append(words)
        room -= len(words) + 2
    more = len(several) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def footer(digest: Digest) -> list[str]:
    """The digest before this one, and how to hear no more of a topic."""
    if not digest.kept:
        return ["The mail that comes with tracker: nothing counts as told, so it is the same each time. Begin: tracker follow ID"]
    lines = []
    if digest.previous:
        msgid = f" <{plain(digest.previous[1])}>" if digest.previous[1] else ""
        lines.append(f"Previous digest: {day(digest.previous[0])}{msgid}")
    elif not digest.window:
        lines.append("The first digest: it tells how everything stands.")
    one = digest.news[0].id if digest.news else digest.waiting[0][0] if digest.waiting else 7
    lines.append(f"Mute: tracker snooze {one} --for 2w · tracker unfollow {one}")
    return lines
