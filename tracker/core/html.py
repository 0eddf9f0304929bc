"""HTML bodies as plain text, for the mails that have nothing else."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BREAKS = {"p", "div", "br", "tr", "li", "ul", "ol", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "hr"}
_HIDDEN = {"script", "style", "head", "title"}
_SPACE = re.compile(r"[ \t\r\f\v]*\n[ \t\r\f\v]*")
_BLANKS = re.compile(r"\n{3,}")
_MAX = 2_000_000


class _Text(HTMLParser):
    """Collects the text between the tags; block elements break lines, quotes are marked as mails do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._hidden = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        if tag == "pre":
            self._pre += 1
        if tag in _BREAKS:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        if tag == "pre":
            self._pre = max(0, self._pre - 1)
        if tag in _BREAKS and tag != "br":
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if self._hidden == 0:
            self.out.append(data if self._pre else " ".join(data.split("\n")))


def html_to_text(html: str) -> str:
    """The words of an HTML body, a line a block; scripts, styles and the head are left out. Never raises."""
    parser = _Text()
    try:
        parser.feed(html[:_MAX])
        parser.close()
    except (AssertionError, ValueError):  # what html.parser raises on broken declarations
        return re.sub(r"<[^<>]*>", " ", html[:_MAX])
    return _BLANKS.sub("\n\n", _SPACE.sub("\n", "".join(parser.out))).strip("\n") + "\n"
