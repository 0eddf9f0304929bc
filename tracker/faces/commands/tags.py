"""`tags`: who said what about which patch, and what of it still counts."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.config import Config
from tracker.core.dates import day
from tracker.core.facts import Facts
from tracker.core.matrix import LETTERS, Mark, Matrix, Row, matrix
from tracker.core.people import Person
from tracker.core.review import Agreement, Review, Tag, review, tag_json
from tracker.core.series import Series, find_series
from tracker.core.topic import revision_label
from tracker.faces import rows
from tracker.faces.commands.reading import one_topic, print_json
from tracker.faces.exits import Exit
from tracker.faces.out import Out
from tracker.faces.plain import cut, pad, plain, width
from tracker.store import read
from tracker.store.derive import facts_of
from tracker.sync.reading import open_reading

_TITLE = 16  # columns that a title keeps when everything else has given way
_WIDE_TITLE = 24
_CELL = 16
_NOTE = 24
_GAP = 2


@dataclass(frozen=True, slots=True)
class Loaded:
    """A topic with everything that tags and diffs of it are read from. revisions: oldest first."""

    number: int
    title: str
    revisions: tuple[Series, ...]
    mails: Mapping[str, Facts]
    tids: tuple[int, ...]


def load(con: sqlite3.Connection, text: str) -> Loaded:
    """The topic that *text* names. Raises UsageError."""
    number = one_topic(con, text)
    topic = read.topic(con, number)
    tids = tuple(read.threads_of(con, number))
    mails = {mail.msgid: mail for some in facts_of(con, tids).values() for mail in some}
    series = {one.id: one for one in find_series(mails.values())}
    ids = [one["series"] for one in topic.data["revisions"]]
    return Loaded(number, topic.title, tuple(series[one] for one in ids if one in series), mails, tids)


def tags(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker tags TOPIC`."""
    with open_reading(config, out.say, now) as store:
        topic = load(store.con, args.topic)
    found = review(topic.revisions, topic.mails, now=now)
    if args.json:
        print_json(out, {"schema": 1, "tags": [tag_json(tag) for tag in found.tags]})
    elif not topic.revisions:
        out.say(f"#{topic.number} has no patches, so there is nothing to tag")
    elif not out.tty:
        _print_fields(out, topic, found, every=args.all)
    elif args.all:
        _print_history(out, topic, found)
    else:
        _Table(out, matrix(found, topic.revisions), now).print()
    if topic.revisions and not found.tags and not args.json:
        out.say(f"nobody gave a tag to #{topic.number} yet")
    out.flush()
    return Exit.DONE if found.tags else Exit.NOTHING


# --- words


def _counter(n: int, expected: int) -> str:
    return f"{n}/{max(n, expected)}"


def _about(tag: Tag | Agreement, revisions: Mapping[str, Series]) -> str:
    """`series`, or the numbers of the patches: `2/3`, `1,2/3`; '' for the patch of a series of one."""
    if tag.scope == "series":
        return "series"
    series = revisions[tag.series]
    numbers = [patch.n for one in revisions.values() for patch in one.patches if patch.msgid in tag.patches]
    if series.expected <= 1 or not numbers:
        return "" if tag.patches else "patch not at hand"
    return ",".join(str(n) for n in dict.fromkeys(numbers)) + f"/{series.expected}"


def _standing(tag: Tag) -> str:
    """What a tag is worth today, in a few words."""
    if tag.mismatch:
        return "mismatch"
    if tag.state:
        return tag.state
    if tag.current:
        return "current"
    return tag.why or "-"


def _days(tag: Tag, now: int) -> str:
    age = rows.age_days(tag.date, now)
    return "of unknown age" if age is None else "1 day old" if age == 1 else f"{age} days old"


def _quoted(text: str, room: int) -> str:
    return f'"{cut(plain(text), room - 2)}"'


def _short(person: Person, others: Sequence[Person]) -> str:
    """`Ben R.`, or the whole name where two people would be that."""
    short = _initial(person)
    alone = sum(_initial(other) == short for other in others) == 1
    return short if alone else plain(person.name or person.email)


def _initial(person: Person) -> str:
    words = plain(person.name).split()
    if len(words) > 1:
        return f"{words[0]} {words[-1][0]}."
    return words[0] if words else plain(person.email.partition("@")[0]) or "(nobody)"


# --- the table


_COLOURS = {"given": "32", "refused": "31", "lost": "31", "withdrawn": "31", "conditional": "33", "promised": "33", "own": "2"}


def _mark_text(mark: Mark) -> str:
    """What a cell says of one tag: `R v2 ✓`, `A series`, `R v2 ✗`, `⌛ "will review"`."""
    if mark.kind == "promised":
        return f"⌛ {_quoted(mark.tag.quote, 3 * _CELL)}"
    if mark.kind == "refused":
        return "✋" + (f" {mark.since}" if mark.since else "")
    star = "*" if mark.carried else ""
    words = [f"({mark.letter})" if mark.kind == "own" else mark.letter + star, mark.since, "series" if mark.series else ""]
    words.append(plain(mark.tag.part or "")[:_CELL])
    tail = {"lost": "✗", "withdrawn": "↶", "conditional": "◇"}.get(mark.kind, "✓" if mark.since and mark.kind == "given" else "")
    return " ".join(word for word in (*words, tail) if word)


def _note(mark: Mark, now: int, label: str) -> str:
    """What the last column says of a mark, '' for nothing."""
    match mark.kind:
        case "promised":
            return f"promise {_days(mark.tag, now)}" + (", overdue" if mark.tag.state == "overdue" else "")
        case "conditional":
            what = "withdrawal" if mark.tag.withdraws else "refusal" if mark.letter == "N" else mark.letter
            return f"{what} on a condition: {_quoted(mark.tag.quote, 2 * _NOTE)}"
        case "refused":
            return f"refused: {_quoted(mark.tag.quote, 2 * _NOTE)}" if not mark.since else f"refused in {mark.since}, {mark.why or 'same patch'}"
        case "lost":
            return f"{mark.letter} lost: {mark.why}" + (f" in {mark.lost}" if mark.lost else "")
        case "withdrawn":
            return f"{mark.letter} {mark.why}"
        case _:
            return f"{mark.letter} not carried in {label}" if mark.unlisted else ""
