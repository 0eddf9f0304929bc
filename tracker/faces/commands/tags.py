"""`tags`: who said what about which patch, and what of it still counts."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.config import Config
from tracker.core.dates import day
from tracker.core.facts import Facts
from tracker.core.matrix import Mark, Matrix, Row, matrix
from tracker.core.people import Person
from tracker.core.review import Agreement, Review, Tag, review, tag_json
from tracker.core.series import Series, find_series
from tracker.core.topic import revision_label
from tracker.faces import rows
from tracker.faces.commands.reading import one_topic, print_json
from tracker.faces.exits import Exit
from tracker.faces.out import Out
from tracker.faces.plain import brief, cut, fold, pad, plain, width
from tracker.store import attestation, read
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
        data = [tag_json(tag) for tag in found.tags]
        attestation.fill(store.con, data)
    if args.json:
        print_json(out, {"schema": 1, "tags": data})
    elif not topic.revisions:
        out.say(f"#{topic.number} has no patches, so there is nothing to tag")
    elif not out.tty:
        _print_fields(out, topic, found, every=args.all)
    elif args.all:
        _print_history(out, topic, found)
    else:
        print_table(out, topic, found, now)
    if topic.revisions and not found.tags and not args.json:
        out.say(f"nobody gave a tag to #{topic.number} yet")
    out.flush()
    return Exit.DONE if found.tags else Exit.NOTHING


def print_table(out: Out, topic: Loaded, found: Review, now: int) -> None:
    """Patches x people of the newest revision of *topic*, and what stands below. found: the review of its revisions."""
    Table(out, matrix(found, topic.revisions), now).print()


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
    return short if alone else brief(person.name or person.email, rows.NAME)


def _initial(person: Person) -> str:
    words = brief(person.name, rows.NAME).split()
    if len(words) > 1:
        return f"{words[0]} {words[-1][0]}."
    return words[0] if words else brief(person.email.partition("@")[0], rows.NAME) or "(nobody)"


# --- the table


_COLOURS = {"given": "32", "refused": "31", "lost": "31", "withdrawn": "31", "conditional": "33", "promised": "33", "own": "2"}


_SAID = ("promised", "conditional", "refused")  # what the last column gives the words of


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
            return (
                f"refused: {_quoted(mark.tag.quote, 2 * _NOTE)}"
                if not mark.since
                else f"refused in {mark.since}, {mark.why or 'same patch'}"
            )
        case "lost":
            return f"{mark.letter} lost: {mark.why}" + (f" in {mark.lost}" if mark.lost else "")
        case "withdrawn":
            return f"{mark.letter} {mark.why}"
        case _:
            return f"{mark.letter} not carried in {label}" if mark.unlisted else ""


def _wrap(text: str, columns: int) -> list[str]:
    """*text* in lines of at most so many columns, broken between words."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width(joined) > columns:
            lines.append(cut(word, columns))
        else:
            lines[-1] = cut(joined, columns)
    return lines


class Table:
    """The matrix on a terminal. Of too narrow a one first the notes give way, to lines of their own, then people."""

    def __init__(self, out: Out, table: Matrix, now: int) -> None:
        self.out, self.table, self.now = out, table, now
        self.names = [_short(person, table.people) for person in table.people]
        self.texts = [[", ".join(map(_mark_text, cell)) or "–" for cell in row.cells] for row in table.rows]
        told: set[str] = set()
        self.notes = ["; ".join(self._notes(row, told)) for row in table.rows]
        self.counters = [_counter(row.n, table.expected) for row in table.rows]
        self.widths = [
            min(_CELL, max(width(name), *(width(row[at]) for row in self.texts))) for at, name in enumerate(self.names)
        ]
        self.lead = max((len(one) for one in self.counters), default=0) + 2
        self.shown, self.note_width = self._fit()
        longest = max((width(brief(row.title)) for row in table.rows), default=0)
        self.title_width = max(1, min(longest, self._room(self.shown, self.note_width)))

    def _notes(self, row: Row, told: set[str]) -> list[str]:
        """What is open on a patch; what somebody said of the whole series is told once."""
        found: dict[str, None] = {}
        for mark in (mark for cell in row.cells for mark in cell):
            note = _note(mark, self.now, self.table.label)
            if note and not (mark.kind in _SAID and mark.series and mark.tag.msgid in told):
                found[note] = None
                told.add(mark.tag.msgid)
        return list(found)

    def _room(self, people: int, note_width: int) -> int:
        taken = sum(one + _GAP for one in self.widths[:people]) + (note_width + _GAP if note_width else 0)
        return self.out.columns - self.lead - taken

    def _fit(self) -> tuple[int, int]:
        """How many people get a column, and how wide the notes are; 0: they stand below."""
        people = len(self.names)
        notes = max(map(width, self.notes), default=0)
        for note_width in (notes, min(notes, _NOTE)):
            if self._room(people, note_width) >= _WIDE_TITLE:
                return people, note_width
        while people and self._room(people, 0) < _TITLE:
            people -= 1
        return people, 0

    def print(self) -> None:
        """Print the table and what stands below it."""
        self._head()
        for at, row in enumerate(self.table.rows):
            self._row(at, brief(row.title))
        for at in range(self.shown, len(self.names)):
            said = [f"{counter} {row[at]}" for counter, row in zip(self.counters, self.texts, strict=True) if row[at] != "–"]
            self._line("", f"{self.names[at]}: {' · '.join(said)}", "0")
        self._below()

    def _head(self) -> None:
        out, table = self.out, self.table
        left = f"{brief(table.title)}  {table.label}, {table.count} version{'s' if table.count > 1 else ''}"
        legend = "R Reviewed  A Acked  T Tested"
        gap = out.columns - width(left) - width(legend)
        out.line(out.paint(cut(left, out.columns), "1") + (" " * gap + legend if gap >= 2 else ""))
        if len(table.rows) < table.expected:
            out.line(f" {len(table.rows)} of {table.expected} patches are at hand")
        names = [" " * (self.lead + self.title_width)]
        names += [pad(name, size) for name, size in zip(self.names[: self.shown], self.widths, strict=False)]
        names += ["open"] if self.note_width else []
        if len(names) > 1:
            out.line(out.paint((" " * _GAP).join(names).rstrip(), "2"))

    def _row(self, at: int, title: str) -> None:
        cells = [_wrap(text, size) for text, size in zip(self.texts[at][: self.shown], self.widths, strict=False)]
        note = _wrap(self.notes[at], self.note_width) if self.note_width else [""]
        for number in range(max([len(note), *map(len, cells)])):
            first = f" {pad(self.counters[at], self.lead - 1)}{pad(title, self.title_width)}" if not number else ""
            parts = [pad(first, self.lead + self.title_width)]
            for column, lines in enumerate(cells):
                text = pad(lines[number] if number < len(lines) else "", self.widths[column])
                marks = self.table.rows[at].cells[column]
                parts.append(self.out.paint(text, _COLOURS[marks[0].kind]) if marks else text)
            parts.append(note[number] if number < len(note) else "")
            self.out.line((" " * _GAP).join(parts).rstrip())
        if not self.note_width and self.notes[at]:
            self._line("", self.notes[at], "33", indent=self.lead)

    def _line(self, sign: str, text: str, colour: str, *, indent: int = 1) -> None:
        """A line below the table, or as many as it takes."""
        hang = indent + (width(sign) + 1 if sign else 0)
        for number, line in enumerate(_wrap(text, max(20, self.out.columns - hang))):
            lead = " " * indent + sign + " " if sign and not number else " " * hang
            self.out.line(self.out.paint(lead + line, colour))

    def _below(self) -> None:
        marks = [mark for row in self.table.rows for cell in row.cells for mark in cell]
        if any(mark.carried for mark in marks):
            self._line("*", "only in a posting: no reply that gives it is known", "2")
        if any(mark.kind == "own" for mark in marks):
            self._line("()", "on the author's own patch, not counted", "2")
        for tag in self.table.loose:
            self._line("⌛" if tag.verdict == "promised" else "◇", self._loose(tag), "33")
        for tag in self.table.mismatches:
            text = f"{tag.name} in the name of {_name(tag.who)}, from {_sender(tag)}, not counted"
            self._line("✗", text, "31")
        for one in self.table.agreements:
            self._line("·", f"{_name(one.who)} agrees, no tag: {_quoted(one.quote, 60)}", "0")

    def _loose(self, tag: Tag) -> str:
        state = f"{_days(tag, self.now)}, {tag.state}" if tag.state else "for a patch that is not at hand"
        return f"{_name(tag.who)}: {tag.name} {tag.verdict}, {state}: {_quoted(tag.quote, 60)}"


def _name(person: Person) -> str:
    return brief(person.name or person.email or "(nobody)", rows.NAME)


def _sender(tag: Tag) -> str:
    return brief(tag.sender.email or tag.sender.name, rows.NAME)


# --- fields for a pipe, and the history


def _print_fields(out: Out, topic: Loaded, found: Review, *, every: bool) -> None:
    """One line a tag: name, verdict, name and address of its person, revision, patches, standing, date, message id, quote."""
    revisions = {one.id: one for one in topic.revisions}
    for tag in found.tags:
        if not every and not (tag.newest or tag.current or tag.mismatch or tag.state in ("open", "overdue")):
            continue
        out.line(
            "\t".join(
                (
                    tag.name, tag.verdict, brief(tag.who.name), brief(tag.who.email), revision_label(revisions[tag.series]),
                    _about(tag, revisions) or "1/1", _standing(tag), day(tag.date), plain(tag.msgid), brief(tag.quote),
                )
            )
        )  # fmt: skip


_SIGNS = {
    "given": ("✔", "32"), "kept": ("✔", "32"), "conditional": ("◇", "33"), "promised": ("⌛", "33"),
    "refused": ("✋", "31"), "withdrawn": ("↶", "31"),
}  # fmt: skip


def _print_history(out: Out, topic: Loaded, found: Review) -> None:
    """What was said of every revision, oldest first."""
    revisions = {one.id: one for one in topic.revisions}
    labels = {one.id: revision_label(one) for one in topic.revisions}
    dates = {msgid: day(mail.date) for msgid, mail in topic.mails.items()}
    number = f"  #{topic.number}"
    out.line(out.paint(cut(brief(topic.title), out.columns - len(number)) + number, "1"))
    for series in topic.revisions:
        size = rows.parts({"patches": series.patches, "expected": series.expected, "complete": series.complete})
        out.line()
        _put(out, f"{labels[series.id]}  {day(series.date)}  {_name(series.author)}, {size}", "", " " * 4)
        said = [(one.date or 0, _said(one, revisions, labels, dates)) for one in found.tags if one.series == series.id]
        said += [(one.date or 0, _agreed(one, revisions)) for one in found.agreements if one.series == series.id]
        for _, line in sorted(said, key=lambda pair: pair[0]):
            _put(out, line, "  ", _HANG)


_HANG = " " * 14  # behind the day
_PAINTED = {"✗": "31", **dict(_SIGNS.values())}


def _put(out: Out, text: str, first: str, further: str) -> None:
    """A line in as many as it takes, with its sign in colour."""
    head, *rest = fold(text, out.columns, first, further)
    sign = next((word for word in head.split()[1:2] if word in _PAINTED), "")
    out.line(head.replace(sign, out.paint(sign, _PAINTED[sign]), 1) if sign else head)
    for line in rest:
        out.line(line)


def _said(tag: Tag, revisions: Mapping[str, Series], labels: Mapping[str, str], dates: Mapping[str, str]) -> str:
    sign = "✗" if tag.mismatch else _SIGNS[tag.verdict][0]
    words = [_name(tag.who), _where(tag, revisions), plain(f"({tag.part})") if tag.part else ""]
    what = tag.name if tag.verdict in ("given", "refused") and not tag.withdraws else f"{tag.verdict} {tag.name}"
    fates = [_fate(tag, labels, dates)]
    if tag.source == "posting":
        fates.insert(0, "in the posting" + ("" if tag.confirmed_by else ", no reply known"))
    if tag.verdict not in ("given", "refused") and not tag.mismatch:
        fates.insert(0, _quoted(tag.quote, 60))
    head = f"{day(tag.date)}  {sign} {what} " + " ".join(word for word in words if word)
    return head + "".join(f"  {fate}" for fate in fates if fate)


def _fate(tag: Tag, labels: Mapping[str, str], dates: Mapping[str, str]) -> str:
    """What became of it: `→ kept 2024-05-31`, `→ lost in v3 (patch changed)`."""
    if tag.mismatch:
        return f"from {_sender(tag)}, not counted"
    if tag.state:
        return f"→ {tag.state}" + (f" {dates.get(tag.settled_by, '')}".rstrip() if tag.settled_by else "")
    if tag.lost_in:
        missing = ", ".join(labels.get(one, "?") for one in tag.lost_in)
        return f"→ lost in {missing} ({tag.why})" + (", still counts" if tag.current else "")
    if tag.current or tag.verdict == "withdrawn":
        return ""
    return f"→ {tag.why}" if tag.why else ""


def _agreed(one: Agreement, revisions: Mapping[str, Series]) -> str:
    words = [_name(one.who), "agrees", _where(one, revisions).replace("for the", "on the")]
    return f"{day(one.date)}  · {' '.join(word for word in words if word)}, no tag  {_quoted(one.quote, 60)}"


def _where(tag: Tag | Agreement, revisions: Mapping[str, Series]) -> str:
    about = _about(tag, revisions)
    return "for the series" if about == "series" else f"on {about}" if about[:1].isdecimal() else about
