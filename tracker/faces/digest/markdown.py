"""The digest as Markdown (CommonMark): what comes from mails is escaped, so that it is text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tracker.core.news import Digest, News
from tracker.faces.digest import words
from tracker.faces.plain import plain

# Those that mean something inside of a line; every line begins with words of our own.
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&])")


def markdown(digest: Digest) -> str:
    """The whole digest, ending in a newline."""
    lines = [f"# {escape(words.summary(digest))}", "", escape(words.period(digest))]
    for section, head in words.heads(digest):
        lines += ["", f"## {escape(head)}"]
        found = digest.section(section)
        for news in found:
            lines += [] if news.brief else _topic(news, digest)
        lines += [""] * any(news.brief for news in found)
        lines += [f"- {escape(words.in_brief(news))}" for news in found if news.brief]
    if not digest.news:
        lines += ["", "No news."]
    if more := words.more_words(digest):
        lines += ["", escape(more)]
    if quiet := words.quiet_words(digest):
        lines += ["", "## Quiet", *(line for sentence in quiet for line in ("", escape(sentence)))]
    if digest.unseen:
        lines += ["", "## Not seen", "", *(f"- {escape(words.unseen_words(one))}" for one in digest.unseen)]
    lines += ["", "---", "", "  \n".join(escape(line) for line in words.footer(digest))]
    return "\n".join(lines) + "\n"


def _topic(news: News, digest: Digest) -> list[str]:
    title, beside = words.heading(news)
    lines = ["", f"### {escape(title)}", ""]
    lines.append(f"**{escape(words.verdict(news))}**" + (f" · {escape(beside)}" if beside else ""))
    lines[-1] += _proofs(news.evidence[: 1 if news.items else 3], digest)
    if step := words.next_step(news, digest):
        lines += ["", f"Next: {escape(step)}"]
    if news.watched:
        lines += ["", f"Found by the watch {escape(plain(news.watched))}"]
    lines += [""] * bool(news.items)
    lines += [f"- {escape(words.item_words(item, digest))}{_proofs(item.evidence, digest)}" for item in news.items]
    for note in news.notes:
        lines += ["", f"Note: {escape(plain(note))}"]
    return lines


def _proofs(evidence: Sequence[Mapping[str, str]], digest: Digest) -> str:
    found, more = words.proofs(evidence, digest)
    told = [f"[{escape(one.text)}](<{one.url}>)" if one.url else escape(one.text) for one in found] + [more] * bool(more)
    return f" ({', '.join(told)})" if told else ""


def escape(text: str) -> str:
    """*text* so that Markdown shows it as it is."""
    return _MARKS.sub(r"\\\1", text)
