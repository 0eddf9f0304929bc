"""The digest as plain text, 72 columns wide, fit for a mail: only a bare address may be longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.core.news import Digest, News
from tracker.faces.digest import words
from tracker.faces.plain import cut, pad, plain, width

COLUMNS = 72


def text(digest: Digest) -> str:
    """The whole digest, ending in a newline."""
    page = _Page(digest)
    page.head()
    for section, head in words.HEADS:
        if found := digest.section(section):
            page.lines += ["", head.upper()]
            for news in found:
                page.topic(news)
    page.rest()
    return "\n".join(page.lines) + "\n"


class _Page:
    """The lines so far, and the proofs they point to."""

    def __init__(self, digest: Digest) -> None:
        self.lines: list[str] = []
        self._digest = digest
        self._proofs: dict[str, int] = {}

    def head(self) -> None:
        self.lines += [cut(f"tracker: {words.summary(self._digest)}", COLUMNS), words.period(self._digest)]

    def topic(self, news: News) -> None:
        title, beside = words.heading(news)
        room = COLUMNS - width(beside) - 2
        self.lines += ["", f"{pad(title, room)}  {beside}" if beside else cut(title, COLUMNS)]
        self._fold(_sentence(words.verdict(news)) + self._refs(news.evidence[:1]), "    ", "    ")
        if step := words.next_step(news):
            self._fold(f"Next: {_sentence(step)}", "    ", "      ")
        if news.watched:
            self._fold(f"Found by the watch {plain(news.watched)}", "    ", "      ")
        for item in news.items:
            self._fold(words.item_words(item, self._digest) + self._refs(item.evidence), "    - ", "      ")
        for note in news.notes:
            self._fold(f"Note: {plain(note)}", "    ", "      ")

    def rest(self) -> None:
        digest = self._digest
        if not digest.news:
            self.lines += ["", "No news."]
        if quiet := words.quiet_words(digest):
            self.lines.append("")
            self._fold(" ".join(quiet), "QUIET  ", "       ")
        if digest.unseen:
            self.lines.append("")
            for one in digest.unseen:
                self._fold(words.unseen_words(one), "NOT SEEN  ", "          ")
        if self._proofs:
            self.lines.append("")
            self.lines += [f"[{number}] {where}" for where, number in self._proofs.items()]
        self.lines += ["", "-- "]
        for line in words.footer(digest):
            self._fold(line, "", "  ")

    def _refs(self, evidence: Sequence[Mapping[str, str]]) -> str:
        """` [3][4]`; what they point to is listed at the end."""
        proofs = [words.proof(one, self._digest.links) for one in evidence[:4]]
        numbers = [self._proofs.setdefault(one.url or one.text, len(self._proofs) + 1) for one in proofs if one.url or one.text]
        return "".join([" ", *(f"[{number}]" for number in dict.fromkeys(numbers))]) if numbers else ""

    def _fold(self, line: str, first: str, further: str) -> None:
        self.lines += fold(line, first, further)


def _sentence(line: str) -> str:
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."


def fold(line: str, first: str, further: str, columns: int = COLUMNS) -> list[str]:
    """*line* in lines of at most so many columns, what stands before the first and the others included.

    A word that is longer than a line is cut in pieces, but for an address.
    """
    found: list[str] = []
    now = first
    empty = True
    for word in line.split(" "):
        if not empty and width(now) + 1 + width(word) > columns:
            found.append(now)
            now, empty = further, True
        while empty and width(now) + width(word) > columns and "://" not in word:
            head = cut(word, columns - width(now) + 1).removesuffix("…")
            found.append(now + head)
            now, word = further, word[len(head) :]
        now += word if empty else f" {word}"
        empty = False
    return [*found, now.rstrip()]
