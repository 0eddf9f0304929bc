"""`diff`: two versions of a series against each other, as `git range-diff` shows them, without a clone."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.config import Config
from tracker.core.dates import day
from tracker.core.facts import Facts
from tracker.core.mailinfo import offered_patch, split_mail
from tracker.core.message import Message, parse
from tracker.core.patchline import is_offer, line_up
from tracker.core.rangediff import PatchText, range_diff, render
from tracker.core.series import Series, SeriesPatch
from tracker.core.topic import revision_label
from tracker.faces.commands.tags import Loaded, load
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import brief, plain, plain_lines
from tracker.store import read
from tracker.store.mail import read_many
from tracker.sync.reading import open_reading


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two versions. patches: of a partial reroll those of the whole series."""

    series: Series
    patches: tuple[SeriesPatch, ...]

    @property
    def name(self) -> str:
        return f"{revision_label(self.series)} of {day(self.series.date)}"


def diff(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker diff TOPIC [vA..vB]`."""
    with open_reading(config, out.say, now) as store:
        topic = load(store.con, args.topic)
        found = painted(store.con, topic, args.versions, out)
    if found is None:
        out.say(f"#{topic.number} has fewer than two versions with patches here")
        return Exit.NOTHING
    if not found.lines:
        out.say(
            f"the diffs of {found.old} and {found.new} are not at hand (abridged mails); "
            f"'tracker follow {plain(found.series)}' fetches them"
        )
        return Exit.NOTHING
    if not args.versions:
        out.say(f"{found.old} against {found.new}")
    for line in found.lines:
        out.line(line)
    out.flush()
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class Painted:
    """A range-diff in colours. old, new: what was compared; series: of the newer one. lines: none when no diff is at hand."""

    old: str
    new: str
    series: str
    lines: tuple[str, ...]


def painted(con: sqlite3.Connection, topic: Loaded, versions: str | None, out: Out) -> Painted | None:
    """The range-diff of two versions in the colours of *out*; None when there are no two. Raises UsageError."""
    pair = _choose(topic, versions)
    if pair is None:
        return None
    lines = tuple(_coloured(out, line) for line in _lines(con, topic, pair))
    return Painted(pair[0].name, pair[1].name, pair[1].series.id, lines)


def compared(con: sqlite3.Connection, topic: Loaded, old: Series, new: Series) -> tuple[str, ...]:
    """The range-diff of two revisions of *topic* that have patches, safe to print; no lines when no diff is at hand."""
    sides = _sides(topic)
    return _lines(con, topic, (sides[old.id], sides[new.id]))


def _lines(con: sqlite3.Connection, topic: Loaded, pair: tuple[_Side, _Side]) -> tuple[str, ...]:
    texts = _texts(con, topic, pair)
    if texts is None:
        return ()
    old, new = texts
    # Lines of the diffs stand four blanks in; the others are titles.
    return tuple(plain_lines(line) if line.startswith("    ") else brief(line) for line in render(range_diff(old, new), old, new))


# --- which two versions


def _choose(topic: Loaded, versions: str | None) -> tuple[_Side, _Side] | None:
    """The two versions that are asked for: by default the last two with patches. Raises UsageError."""
    sides = _sides(topic)
    usable = [side.series for side in sides.values()]
    if len(usable) < 2:
        return None
    posted = [one for one in usable if not is_offer(one)]
    last = posted if len(posted) > 1 else usable
    old, new = last[-2], last[-1]
    if versions:
        first, dots, second = _split(versions, usable)
        new = _find(second, usable) if second else last[-1]
        old = _find(first, usable) if first else _before(new, usable)
        if not dots and old is new:
            old = _before(new, usable)
    if old is new:
        raise UsageError(f"{revision_label(new)} against itself shows nothing; versions here: {_listed(usable)}")
    return sides[old.id], sides[new.id]


def _sides(topic: Loaded) -> dict[str, _Side]:
    """The revisions that have patches, oldest first, by their id."""
    lineup = line_up(topic.revisions, topic.mails)
    return {
        one.id: _Side(one, tuple(lineup.patch(place) for place in lineup.whole[index]))
        for index, one in enumerate(topic.revisions)
        if one.patches
    }


def _split(versions: str, usable: Sequence[Series]) -> tuple[str, str, str]:
    """The parts of `A..B`. Message ids may hold dots, so every place is tried until both sides name a version."""
    at = versions.find("..")
    while at >= 0:
        first, second = versions[:at].strip(), versions[at + 2 :].strip()
        if all(not one or _matching(one, usable) for one in (first, second)):
            return first, "..", second
        at = versions.find("..", at + 1)
    if ".." in versions and not _matching(versions, usable):
        first, _, second = versions.partition("..")
        return first.strip(), "..", second.strip()
    return versions.strip(), "", ""


def _matching(text: str, usable: Sequence[Series]) -> list[Series]:
    name = text.strip().lower()
    number = f"v{name}" if name.replace(".", "").isdecimal() else name
    by_label = [one for one in usable if revision_label(one).lower() in (name, number)]
    return by_label or [one for one in usable if text.strip().strip("<>") in one.members]


def _find(text: str, usable: Sequence[Series]) -> Series:
    """The version called *text*; of several of that name the last one."""
    found = _matching(text, usable)
    if not found:
        raise UsageError(f"no version {plain(text)!r} with patches here; there are {_listed(usable)}")
    return found[-1]


def _before(one: Series, usable: Sequence[Series]) -> Series:
    at = usable.index(one)
    earlier = [other for other in usable[:at] if not is_offer(other)] or list(usable[:at])
    return earlier[-1] if earlier else one


def _listed(usable: Iterable[Series]) -> str:
    return ", ".join(dict.fromkeys(revision_label(one) for one in usable))


# --- their texts


def _texts(con: sqlite3.Connection, topic: Loaded, pair: tuple[_Side, _Side]) -> tuple[list[PatchText], list[PatchText]] | None:
    """The patches of both sides, None when a side has no diff at all."""
    rows = read.rows_by_id(con, topic.tids)
    wanted = {rows[patch.msgid].id: patch.msgid for side in pair for patch in side.patches if patch.msgid in rows}
    parsed = {wanted[number]: parse(raw) for number, raw in read_many(con, wanted).items()}
    old, new = ([_text(patch, topic.mails, parsed) for patch in side.patches] for side in pair)
    if not any(one.diff for one in old) or not any(one.diff for one in new):
        return None
    return old, new


def _text(patch: SeriesPatch, mails: Mapping[str, Facts], parsed: Mapping[str, Message]) -> PatchText:
    facts = mails[patch.msgid]
    written = [one.author for one in facts.patches if one.patch_id == patch.patch_id] or [facts.sender]
    author = f"{written[0].name} <{written[0].email}>"
    message = parsed.get(patch.msgid)
    said, changes = (b"", b"") if message is None or facts.abridged else _parts(patch, message)
    return PatchText(patch.n, patch.title, author, said, changes)


def _parts(patch: SeriesPatch, message: Message) -> tuple[bytes, bytes]:
    """The commit message as UTF-8, and the diff as it came."""
    if not patch.inline:
        return split_mail(message.body.encode("utf-8", "replace")).message, split_mail(message.diff_source).patch
    for source in (message.diff_source, *(part.payload for part in message.attached_patches)):
        offer = offered_patch(source)
        if offer is not None and offer.diff.patch_id == patch.patch_id:
            return offer.message, source[offer.diff.start :]
    return b"", b""


# --- colours


def _coloured(out: Out, line: str) -> str:
    """A line in the colours of `git range-diff`: the outer sign reversed, what only one version has dim or bold."""
    if not out.colours:
        return line
    if not line.startswith("    "):
        return _coloured_head(out, line)
    sign, rest = line[4:5], line[5:]
    if sign == "@":
        return f"    {out.paint('@@', '7;36')}{line[6:]}"
    inner = {"-": "31", "+": "32"}.get(rest[:1], "0")
    if rest[:1] == "@":
        return f"    {_sign(out, sign)}{out.paint(rest, '36')}"
    if sign == "-":
        return f"    {_sign(out, sign)}{out.paint(rest, '2' if inner == '0' else f'2;{inner}')}"
    if sign == "+":
        return f"    {_sign(out, sign)}{out.paint(rest, '1' if inner == '0' else f'1;{inner}')}"
    return f"    {sign}{out.paint(rest, inner)}"


def _sign(out: Out, sign: str) -> str:
    return out.paint(sign, {"-": "7;31", "+": "7;32"}.get(sign, "0"))


def _coloured_head(out: Out, line: str) -> str:
    """`1:  ------- ! 2:  ------- title`: what is gone red, what is new green, a change in both with yellow between."""
    words = line.split(None, 5)
    mark = next((word for word in words[1:4] if word in ("<", ">", "=", "!")), "")
    if mark == "!":
        left, _, right = line.partition(" ! ")
        new, title = right[: len(left)], right[len(left) :]
        return f"{out.paint(left, '31')} {out.paint('!', '33')} {out.paint(new, '32')}{out.paint(title, '33')}"
    return out.paint(line, {"<": "31", ">": "32"}.get(mark, "33"))
