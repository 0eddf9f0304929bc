"""The digest as plain text, 72 columns wide, fit for a mail: only a bare address may be longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.core.news import Digest, News
from tracker.faces import rows
from tracker.faces.digest import words
from tracker.faces.plain import cut, fold, pad, plain, width

COLUMNS = 72


def text(digest: Digest) -> str:
    """The whole digest, ending in a newline."""
    page = _Page(digest)
    page.head()
    for section, head in words.heads(digest):
        page.lines += ["", head.upper()]
        page.topics(digest.section(section))
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

    def topics(self, several: Sequence[News]) -> None:
        for news in several:
            if not news.brief:
                self._topic(news)
        self.lines += [""] * any(news.brief for news in several)
        self.lines += [_in_brief(news) for news in several if news.brief]

    def _topic(self, news: News) -> None:
        title, beside = words.heading(news)
        room = COLUMNS - width(beside) - 2
        self.lines += ["", f"{pad(title, room)}  {beside}" if beside else cut(title, COLUMNS)]
        self._fold(_sentence(words.verdict(news)) + self._refs(news.evidence[:1]), "    ", "    ")
        if step := words.next_step(news, self._digest):
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
        if more := words.more_words(digest):
            self.lines.append("")
            self._fold(more, "", "")
        for at, sentence in enumerate(words.quiet_words(digest)):
            self.lines += [""] * (at == 0)
            self._fold(sentence, "       " if at else "QUIET  ", "         " if at else "       ")
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
        """` [3][4]`; what they point to is listed at the end. Of many, ` [3][4][5][6] and 2 more`."""
        told, more = words.proofs(evidence, self._digest)
        numbers = [self._proofs.setdefault(one.url or one.text, len(self._proofs) + 1) for one in told]
        marks = "".join(f"[{number}]" for number in dict.fromkeys(numbers))
        return "".join(f" {words}" for words in (marks, more) if words)

    def _fold(self, line: str, first: str, further: str) -> None:
        self.lines += fold(line, COLUMNS, first, further)


def _in_brief(news: News) -> str:
    status = rows.status_words(news.status)
    return f"{pad(words.heading(news)[0], COLUMNS - width(status) - 2)}  {status}"


def _sentence(line: str) -> str:
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."
