"""The home screen: tabs, rows of topics, and the footer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.dates import parse_iso
from tracker.faces import rows
from tracker.faces.plain import cut, pad, width
from tracker.faces.tui.draw.line import BOLD, DIM, REVERSE, WARN, Line, Span, fit, line, safe, with_right
from tracker.store.read import TopicRow

WIDE = 130  # from so many columns on, the preview stands beside the list
PREVIEW_LINES = 9  # of the preview below the list, with its frame


@dataclass(frozen=True)
class Tab:
    """A saved query. count: None while it is not known."""

    name: str
    query: str
    count: int | None = None
    unread: int = 0


@dataclass(frozen=True)
class Columns:
    """How wide each column of the list is; 0: not shown."""

    status: int
    turn: int
    age: int
    spark: int
    title: int
    version: int
    tags: int
    lists: int


def columns(room: int) -> Columns:
    """The columns for a list of so many columns: the title gets what is left, and at narrow widths others give way."""
    status = 19 if room >= 84 else 16 if room >= 64 else 14 if room >= 50 else 2
    turn = 10 if room >= 60 else 0
    spark = 8 if room >= 96 else 0
    tags = 10 if room >= 70 else 0
    lists = 14 if room >= 130 else 0
    version = 6 if room >= 40 else 0
    taken = 2 + sum(one + 1 for one in (status, turn, 4, spark, version, tags, lists) if one)
    return Columns(status, turn, 4, spark, max(8, room - taken), version, tags, lists)


def heading(room: int) -> Line:
    """The line above the rows."""
    plan = columns(room)
    cells = [
        ("  STATUS", plan.status), ("TURN", plan.turn), (" AGE", plan.age), ("ACTIVITY", plan.spark), ("TOPIC", plan.title),
        ("V", plan.version), ("TAGS", plan.tags), ("LIST", plan.lists),
    ]  # fmt: skip
    return fit(line(("  " + " ".join(pad(name, size) for name, size in cells if size), BOLD)), room)


def topic_row(topic: TopicRow, room: int, now: int, me: Sequence[str] = (), *, tell_followed: bool = False) -> Line:
    """One topic as a row: what is unread, glyph and status word, turn, age, activity, title, version, tags, list.

    tell_followed: a letter stands before one that is followed.
    """
    plan = columns(room)
    data = topic.data
    colour = rows.colour(topic.status)
    mark = "● " if topic.unread else "z " if data.get("snoozed") else "f " if tell_followed and topic.followed else "  "
    spans = [Span(mark, WARN if topic.unread else DIM)]
    spans.append(Span(pad(f"{rows.glyph(topic.status)} {rows.status_words(topic.status)}", plan.status) + " ", _sgr(colour)))
    if plan.turn:
        who, mine = turn(data, me)
        spans.append(Span(pad(who, plan.turn) + " ", f"{BOLD};{WARN}" if mine else ""))
    spans.append(Span(rows.age(topic.last, now).rjust(plan.age) + " "))
    if plan.spark:
        spans.append(Span(rows.sparkline(activity(data), now, plan.spark) + " ", "36"))
    new = f" ({topic.unread} new)" if topic.unread else ""
    title = pad(cut(safe(topic.title), plan.title - len(new)) + new, plan.title)
    spans.append(Span(title, BOLD if topic.unread else ""))
    if plan.version:
        spans.append(Span(" " + pad(safe(rows.version(data)).replace("alternative", "alt"), plan.version)))
    if plan.tags:
        spans.append(Span(" " + pad(rows.tag_counts(rows.aged(data["tags"], now)), plan.tags)))
    if plan.lists:
        name = data["lists"][0].partition(".")[0] if data["lists"] else ""
        spans.append(Span(" " + pad(safe(name), plan.lists), DIM))
    return tuple(spans)


def _sgr(colour: str) -> str:
    return "" if colour == "0" else colour


def turn(data: Mapping[str, Any], me: Sequence[str]) -> tuple[str, bool]:
    """Whose turn it is in a few letters, and whether it is the user's."""
    addresses = {one.lower() for one in me}
    if any(one["email"].lower() in addresses for one in data["turn_who"]):
        return "you", True
    if not data["turn_who"]:
        return data["turn"].replace("unknown", "?").replace("nobody", "–"), False
    words = safe(data["turn_who"][0]["name"] or data["turn_who"][0]["email"]).split() or ["?"]
    return (f"{words[0]} {words[-1][0]}." if len(words) > 1 else words[0].partition("@")[0]), False


def activity(data: Mapping[str, Any]) -> list[int]:
    """When something happened in a topic, seconds UTC."""
    found = (parse_iso(event["at"]) for event in data["events"] if event["at"])
    return [at for at in found if at is not None]


def tab_bar(tabs: Sequence[Tab], active: int, columns: int) -> Line:
    """The saved queries with their counts, the active one reversed."""
    shown = shown_tabs(tabs, active, columns)
    return fit(tuple(Span(words, f"{BOLD};{REVERSE}" if at == active else "") for at, words in shown), columns)


def tab_words(tab: Tab) -> str:
    """` Following 31 ●2 `: name, topics, and how many of them have unread mail."""
    count = "…" if tab.count is None else f"{tab.count:,}"
    return f" {tab.name} {count}{f' ●{tab.unread}' if tab.unread else ''} "


_NAMES = (12, 9, 7, 5, 4)  # columns that a name of another tab may take, the first that is enough


def shown_tabs(tabs: Sequence[Tab], active: int, columns: int) -> list[tuple[int, str]]:
    """The tabs that can be seen, each with its number and words. Where it is narrow, counts give way first, those far from the
    active tab before the near ones, then the names, and last whole tabs."""
    words = [tab_words(tab) for tab in tabs]

    def fits() -> bool:
        return sum(map(width, words)) <= columns

    far = sorted((at for at in range(len(tabs)) if at != active), key=lambda at: -abs(at - active))
    for at in far:
        if fits():
            break
        words[at] = f" {tabs[at].name}{' ●' if tabs[at].unread else ''} "
    for room in _NAMES:
        for at in far:
            if fits():
                break
            words[at] = f" {cut(tabs[at].name, room)} "
    first = 0
    while first < active and sum(map(width, words[first : active + 1])) > columns:
        first += 1
    return list(enumerate(words))[first:]


def footer(keys: Sequence[tuple[str, str]], state: Line, columns: int) -> Line:
    """At most six keys with what they do, and at the right what goes on."""
    spans: list[Span] = []
    for key, what in keys[:6]:
        spans += [Span(f" {key}", BOLD), Span(f" {what} ", DIM)]
    return with_right(tuple(spans), state, columns) if state else fit(tuple(spans), columns)


def framed(lines: Sequence[Line], title: str, columns: int, rows_: int, sgr: str = "") -> list[Line]:
    """*lines* in a frame of so many columns and rows with a title in its upper edge, as the screens draw it."""
    inner = columns - 2
    name = cut(title, inner - 4)
    head = f"╭─ {name} " if name else "╭"
    out = [line((head + "─" * (columns - 1 - width(head)) + "╮", sgr))]
    for at in range(rows_ - 2):
        body = lines[at] if at < len(lines) else ()
        out.append((Span("│", sgr), *fit(body, inner), Span("│", sgr)))
    return [*out, line(("╰" + "─" * inner + "╯", sgr))]
