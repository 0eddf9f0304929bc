"""Lines of styled text: what every screen is drawn from, and what the first frame is printed from.

A style is an SGR string as in `rows.STATUS` ("1;31"); the meaning of a line never depends on its colour.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.faces.plain import cut, plain, width

DIM, BOLD, REVERSE = "2", "1", "7"
GOOD, BAD, WARN, INFO = "32", "31", "33", "36"
LEFT_TO_RIGHT = "\u200e"
# A link in text from mail.
LINK = re.compile(r"https?://[^\s<>\"')\]]{4,}")
_SGR = re.compile("\x1b\\[([0-9;]*)m")


class Span(NamedTuple):
    """Text of one style. text: safe to print (see `safe`)."""

    text: str
    sgr: str = ""


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Sheet:
    """Lines with what they stand for. keys: one a line, None for a line the cursor skips; no keys at all: no cursor.

    folds: line -> what is folded there. marks: lines that a search or the next key may jump to.
    """

    lines: Sequence[Line]
    keys: Sequence[Hashable | None] | None = None
    folds: dict[int, Hashable] = field(default_factory=dict)
    marks: tuple[int, ...] = ()


def safe(text: str) -> str:
    """Text from mail for one line: controls shown; a right-to-left word cannot pull what follows it to its other side.

    Text that went through this once stays as it is.
    """
    text = plain(text.removesuffix(LEFT_TO_RIGHT))
    if text.isascii() or not any(unicodedata.bidirectional(char) in ("R", "AL") for char in text):
        return text
    return text + LEFT_TO_RIGHT


def line(*parts: str | Span | tuple[str, str]) -> Line:
    """A line of plain texts and (text, style) pairs."""
    return tuple(Span(part) if isinstance(part, str) else Span(*part) for part in parts if part)


def text_of(one: Line) -> str:
    """The text alone."""
    return "".join(span.text for span in one)


def width_of(one: Line) -> int:
    """How many columns a line takes."""
    return sum(width(span.text) for span in one)


def fit(one: Line, columns: int) -> Line:
    """*one* cut, or filled with blanks, to exactly so many columns."""
    out: list[Span] = []
    left = columns
    for span in one:
        size = width(span.text)
        if size > left:
            short = cut(span.text, left)
            out.append(Span(short, span.sgr))
            left -= width(short)
            break
        out.append(span)
        left -= size
    return (*out, Span(" " * left)) if left > 0 else tuple(out)


def cut_middle(text: str, columns: int) -> str:
    """*text* in at most so many columns; what gives way stands before its last part, since advice comes last.

    text: safe to print; its parts stand between semicolons, dots or colons.
    """
    if width(text) <= columns:
        return text
    at = max(text.rfind(one) for one in ("; ", " · ", ": "))
    tail = text[at:] if at > 0 else ""
    if not tail or width(tail) > columns * 2 // 3:
        tail = text[-(columns // 2) :]
    return cut(text[: len(text) - len(tail)], max(1, columns - width(tail))) + tail


def with_right(left: Line, right: Line, columns: int) -> Line:
    """*left* and, at the right edge, *right*; the left one gives way."""
    room = max(0, columns - width_of(right) - 1)
    return (*fit(left, room), Span(" "), *right) if width_of(right) < columns else fit(left, columns)


def wrap(text: str, columns: int, sgr: str = "", lead: str = "", hang: str | None = None) -> list[Line]:
    """*text* at word boundaries in lines of so many columns; *lead* stands before the first, *hang* before the others."""
    hang = " " * width(lead) if hang is None else hang
    lines: list[Line] = []
    now, used, before = "", 0, lead
    for word in text.split():
        size = width(word)
        room = max(8, columns - width(before))
        while (now and used + 1 + size > room) or size > room:
            if not now:
                head = _head(word, room)
                lines.append(line(before, (head, sgr)))
                word, size = word[len(head) :], width(word[len(head) :])
            else:
                lines.append(line(before, (now, sgr)))
                now, used = "", 0
            before = hang
            room = max(8, columns - width(before))
        now, used = (f"{now} {word}", used + 1 + size) if now else (word, size)
    if now or not lines:
        lines.append(line(before, (now, sgr)))
    return lines


def _head(word: str, room: int) -> str:
    """As much of *word* as fits, at least a character."""
    used = 0
    for at, char in enumerate(word):
        used += width(char)
        if used > room:
            return word[: max(1, at)]
    return word


def chop(text: str, columns: int) -> list[str]:
    """*text* in pieces of at most so many columns, wherever that cuts it: for diffs and other text with its own layout."""
    if len(text) <= columns and text.isascii():
        return [text]
    pieces = []
    while width(text) > columns:
        head = _head(text, columns)
        pieces.append(head)
        text = text[len(head) :]
    return [*pieces, text]


def from_ansi(text: str) -> Line:
    """A line that a command painted, whose only escapes are its own colours."""
    spans = []
    sgr = ""
    at = 0
    for match in _SGR.finditer(text):
        if match.start() > at:
            spans.append(Span(text[at : match.start()], sgr))
        sgr = "" if match[1] in ("", "0") else match[1]
        at = match.end()
    if at < len(text):
        spans.append(Span(text[at:], sgr))
    return tuple(spans)


def to_ansi(one: Line, colours: bool = True) -> str:
    """A line for the terminal itself; without colours bold, dim and reversed stay."""
    return "".join(f"\x1b[{sgr}m{text}\x1b[0m" if (sgr := _kept(code, colours)) else text for text, code in one)


def _kept(sgr: str, colours: bool) -> str:
    return sgr if colours else ";".join(code for code in sgr.split(";") if len(code) == 1)


def joined(parts: Iterable[Line], between: str, sgr: str = "") -> Line:
    """Several pieces on one line."""
    out: list[Span] = []
    for number, part in enumerate(parts):
        if number:
            out.append(Span(between, sgr))
        out.extend(part)
    return tuple(out)
