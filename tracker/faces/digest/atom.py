"""The digest as an Atom feed (RFC 4287): an entry a topic, its id made of the topic and of what is told of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from urllib.parse import quote
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
    _add(feed, "id", f"urn:tracker:digest:{quote(digest.profile)}")
    _add(feed, "title", f"tracker: {words.summary(digest)}")
    _add(feed, "updated", iso(digest.until) or "")
    _add(SubElement(feed, "author"), "name", "tracker")
    told = [*words.quiet_words(digest), *(words.unseen_words(one) for one in digest.unseen)]
    if told:
        _add(feed, "subtitle", " ".join(told))
    for news in digest.news:
        _entry(SubElement(feed, "entry"), news, digest)
    indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _entry(entry: Element, news: News, digest: Digest) -> None:
    title, _ = words.heading(news)
    dates = [item.at for item in news.items if item.at]
    _add(entry, "id", f"urn:tracker:digest:{quote(digest.profile)}:{news.id}:{digest.until}")
    _add(entry, "title", f"{title}: {words.verdict(news)}")
    _add(entry, "updated", max(dates, default=iso(digest.until) or ""))
    proofs = [words.proof(one, digest.links) for one in (*(one for item in news.items for one in item.evidence), *news.evidence)]
    urls = list(dict.fromkeys(_NO_XML.sub("", one.url) for one in proofs if one.url))
    for url in urls[:1]:
        SubElement(entry, "link", rel="alternate", href=url)
    for url in urls:
        SubElement(entry, "link", rel="related", href=url)
    content = SubElement(entry, "content", type="html")
    content.text = _NO_XML.sub("\ufffd", _page(news, digest))


def _page(news: News, digest: Digest) -> str:
    """What is told of a topic, as HTML with its evidence."""
    lines = [f"<p>{escape(words.verdict(news))}{_proofs(news.evidence[: 1 if news.items else 3], digest)}</p>"]
    lines += [f"<p>{escape(line)}</p>" for line in (words.heading(news)[1], words.next_step(news, digest)) if line]
    if news.items:
        found = [f"<li>{escape(words.item_words(one, digest))}{_proofs(one.evidence, digest)}</li>" for one in news.items]
        lines += ["<ul>", *found, "</ul>"]
    return "\n".join(lines + [f"<p>Note: {escape(plain(note))}</p>" for note in news.notes])


def _proofs(evidence: Sequence[Mapping[str, str]], digest: Digest) -> str:
    found, more = words.proofs(evidence, digest)
    told = [f'<a href="{escape(one.url)}">{escape(one.text)}</a>' if one.url else escape(one.text) for one in found]
    return f" ({', '.join(told + [more] * bool(more))})" if told else ""


def _add(parent: Element, name: str, value: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("\ufffd", value)
