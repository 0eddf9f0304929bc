"""The digest as an Atom feed (RFC 4287): an entry a topic, its id made of the topic and of what is told of it."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tracker.core.dates import iso
from tracker.core.news import Digest, News
from tracker.faces.digest import words
from tracker.faces.plain import plain

_NAMESPACE = "http://www.w3.org/2005/Atom"
# What XML 1.0 has no place for.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(digest: Digest) -> str:
    """The whole feed."""
    feed = Element("feed", xmlns=_NAMESPACE)
    _add(feed, "id", f"urn:tracker:digest:{digest.profile}")
    _add(feed, "title", f"tracker: {words.summary(digest)}")
    _add(feed, "updated", iso(digest.until) or "")
    _add(SubElement(feed, "author"), "name", "tracker")
    for news in digest.news:
        _entry(SubElement(feed, "entry"), news, digest)
    indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _entry(entry: Element, news: News, digest: Digest) -> None:
    title, beside = words.heading(news)
    dates = [item.at for item in news.items if item.at]
    _add(entry, "id", f"urn:tracker:digest:{digest.profile}:{news.id}:{digest.until}")
    _add(entry, "title", f"{title}: {words.verdict(news)}")
    _add(entry, "updated", max(dates, default=iso(digest.until) or ""))
    lines = [words.verdict(news), beside, words.next_step(news), *(words.item_words(item, digest) for item in news.items)]
    _add(entry, "summary", "\n".join(line for line in lines if line))
    proofs = [words.proof(one, digest.links) for item in news.items for one in item.evidence] or [
        words.proof(one, digest.links) for one in news.evidence
    ]
    for url in dict.fromkeys(one.url for one in proofs if one.url):
        SubElement(entry, "link", rel="related", href=_NO_XML.sub("", url))
    first = next((one.url for one in proofs if one.url), "")
    if first:
        SubElement(entry, "link", rel="alternate", href=_NO_XML.sub("", first))
    if news.notes:
        _add(entry, "content", "\n".join(plain(note) for note in news.notes))


def _add(parent: Element, name: str, value: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("\ufffd", value)
