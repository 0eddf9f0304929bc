"""The digest as one HTML file: no script, nothing remote, light and dark, readable on a phone and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tracker.core.news import Digest, News
from tracker.faces import rows
from tracker.faces.digest import words
from tracker.faces.plain import plain

_TONES = {"31": "bad", "32": "good", "33": "ask", "36": "talk"}  # the terminal's colours of a status (rows.STATUS)


def html(digest: Digest) -> str:
    """The whole page. Everything that comes from mails is escaped, and only http(s) addresses become links."""
    import jinja2

    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    sections = [
        {
            "head": head, "news": [_news(one, digest) for one in digest.section(section) if not one.brief],
            "brief": [words.in_brief(one) for one in digest.section(section) if one.brief],
        }
        for section, head in words.heads(digest)
    ]  # fmt: skip
    return environment.get_template("digest.html.j2").render(
        summary=words.summary(digest), period=words.period(digest), sections=sections,
        more=words.more_words(digest), quiet=words.quiet_words(digest), unseen=[words.unseen_words(one) for one in digest.unseen],
        footer=words.footer(digest),
    )  # fmt: skip


def _news(news: News, digest: Digest) -> dict[str, Any]:
    title, beside = words.heading(news)
    return {
        "id": news.id, "title": title, "beside": beside, "verdict": words.verdict(news), "step": words.next_step(news, digest),
        "glyph": rows.glyph(news.status), "tone": _TONES.get(rows.colour(news.status), "plain"), "watched": plain(news.watched),
        "notes": [plain(note) for note in news.notes],
        "items": [
            {
                "label": item.label, "text": words.shorten(item.text), "day": (item.at or "")[:10],
                "proofs": words.proofs(item.evidence, digest),
            }
            for item in news.items
        ],
        "proofs": words.proofs(news.evidence[: 1 if news.items else 3], digest),
    }  # fmt: skip
