"""The digest as JSON, schema 1."""

from __future__ import annotations

from typing import Any

from tracker.core.dates import iso
from tracker.core.news import Digest, News, Unseen


def data(digest: Digest) -> dict[str, Any]:
    """`{"schema":1,"since","until","topics":[…]}`; news are EVENTs, kinds `lost`, `overdue` and `woken` among them."""
    return {
        "schema": 1, "profile": digest.profile, "since": iso(digest.since), "until": iso(digest.until),
        "topics": [_topic(one) for one in digest.news],
        "waiting": [{"id": number, "title": title} for number, title in digest.waiting],
        "quiet": digest.silent, "stalled": [number for number, _ in digest.stalled],
        "unseen": [_unseen(one) for one in digest.unseen],
        "previous": {"at": iso(digest.previous[0]), "msgid": digest.previous[1] or None} if digest.previous else None,
    }  # fmt: skip


def _topic(news: News) -> dict[str, Any]:
    return {
        "id": news.id, "title": news.title, "label": news.label, "section": news.section, "status": news.status,
        "was": news.was, "status_reason": news.reason, "evidence": [dict(one) for one in news.evidence], "turn": news.turn,
        "turn_who": [dict(one) for one in news.who], "turn_since": news.since, "action": news.action, "age_days": news.age,
        "weight": news.weight, "watched": news.watched or None, "notes": list(news.notes),
        "news": [dict(event) for event in news.events],
    }  # fmt: skip


def _unseen(one: Unseen) -> dict[str, Any]:
    return {"source": one.source, "reached": iso(one.at), "failed": iso(one.failed), "error": one.error}
