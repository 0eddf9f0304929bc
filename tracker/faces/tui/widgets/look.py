"""Lines of styled text as Textual's strips."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tracker.faces.plain import width
from tracker.faces.tui.draw.line import Line

_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ATTRIBUTES = {"1": "bold", "2": "dim", "3": "italic", "4": "underline", "7": "reverse"}


@lru_cache(maxsize=256)
def style(sgr: str) -> Style:
    """The style that an SGR string like "1;31" names; numbers that are not known are left out."""
    words: list[str] = []
    for code in sgr.split(";"):
        if code in _ATTRIBUTES:
            words.append(_ATTRIBUTES[code])
        elif len(code) == 2 and code[0] in "39" and code[1] in "01234567":
            words.append(("bright_" if code[0] == "9" else "") + _COLOURS[int(code[1])])
    return Style.parse(" ".join(words)) if words else Style.null()


CURSOR = Style(reverse=True, bold=True)
CURSOR_ELSEWHERE = Style(bold=True, underline=True)


def strip(one: Line, over: Style | None = None) -> Strip:
    """*one* as a strip; with *over* the whole line is in that style, whatever colours it had."""
    if over is not None:
        return Strip([Segment("".join(span.text for span in one), over)], sum(width(span.text) for span in one))
    return Strip([Segment(span.text, style(span.sgr)) for span in one], sum(width(span.text) for span in one))
