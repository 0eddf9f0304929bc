"""A store with mail that a server has and mail that it has not, and what every page has to keep to."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from xml.etree import ElementTree

import html5lib

from tests.mails import START, mail
from tracker.config import load_config
from tracker.store.db import connect, transaction
from tracker.store.derive import derive
from tracker.store.mail import Writer, source
from tracker.store.prepare import Packer, prepare

DAY = 86_400
NOW = START + 90 * DAY
LIST = "List-Id: <demo.lists.example.org>\n"
BEN = "Ben Reviewer <ben@example.org>"
CHEN = "Chen Maintainer <chen@example.org>"

# What an element may have; everything else would be a way out of the page.
_ATTRIBUTES = {
    "*": {"class", "id", "role", "aria-label", "aria-labelledby", "aria-hidden", "tabindex"},
    "html": {"lang"}, "meta": {"charset", "http-equiv", "content", "name"}, "a": {"href"}, "th": {"scope"}, "li": {"value"},
    "time": {"datetime"}, "details": {"open"},
}  # fmt: skip
_SVG = {"viewBox", "cx", "cy", "d", "dx", "dy", "height", "r", "rx", "ry", "transform", "width", "x", "x1", "x2", "y", "y1", "y2"}
_SVG |= {"class", "role", "aria-label"}
_NEVER = ("script", "img", "iframe", "object", "embed", "link", "base", "form", "svg:script", "svg:a", "svg:style", "svg:image")
_HTML = "{http://www.w3.org/1999/xhtml}"


def fill(*raws: bytes, private: bool = False) -> None:
    """Store mails as a server or a local file would have brought them."""
    config = load_config(os.environ)
    packer = Packer()
    with closing(connect(config.mail_db, config.user_db)) as con, transaction(con):
        where = source(con, "mbox" if private else "lore", "own" if private else "https://lore.example.org/all/", private=private)
        Writer(con, START).add([prepare(raw, "", packer) for raw in raws], where)
        derive(con)


def encoded(text: str) -> str:
    """*text* as an encoded word, so that every character of it gets into a header."""
    pieces = [text[at : at + 10] for at in range(0, len(text), 10)]
    return "\n ".join(f"=?utf-8?b?{b64encode(piece.encode('utf-8', 'surrogatepass')).decode()}?=" for piece in pieces)


def answer(msgid: str, to: str, text: str, who: str = BEN, at: int = START + DAY, subject: str = "Re: [PATCH] demo") -> bytes:
    """A reply on the demo list."""
    return mail(msgid, subject, f"> int lock;\n\n{text}", refs=to, sender=who, at=at, headers=LIST.strip())


def parsed(page: str) -> ElementTree.Element:
    """The page as a browser reads it. Fails on anything that HTML 5 calls an error."""
    root: ElementTree.Element = html5lib.HTMLParser(tree=html5lib.treebuilders.getTreeBuilder("etree"), strict=True).parse(page)
    return root


def elements(root: ElementTree.Element) -> Iterator[tuple[str, ElementTree.Element]]:
    """Every element with its name; those of SVG begin with `svg:`."""
    for node in root.iter():
        if isinstance(node.tag, str):
            space, _, name = node.tag.rpartition("}")
            yield (f"svg:{name}" if space.endswith("svg") else name), node


def skeleton(page: str) -> Counter[str]:
    """How many of each element a page has."""
    return Counter(name for name, _ in elements(parsed(page)))


def text_of(page: str) -> str:
    """What a reader sees and hears."""
    root = parsed(page)
    body = root.find(f"{_HTML}body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def check(page: str) -> None:
    """A page is valid, has only known elements' attributes, loads nothing, and leads nowhere but to known archives and itself."""
    root = parsed(page)
    ids = [node.get("id") for _, node in elements(root) if node.get("id")]
    assert len(ids) == len(set(ids))
    for name, node in elements(root):
        assert name not in _NEVER
        allowed = _SVG if name.startswith("svg:") else _ATTRIBUTES["*"] | _ATTRIBUTES.get(name, set())
        assert set(node.attrib) <= allowed, (name, node.attrib)
        href = node.get("href")
        if href is not None:
            assert re.fullmatch(r"https://(lore\.kernel\.org/r|git\.kernel\.org/pub)/[!-~]+|#[\w-]+", href), href
            assert not href.startswith("#") or href[1:] in ids, href
        if name == "svg:svg":
            assert node.get("role") == "img"
            assert node.get("aria-label")
    for style in root.iter(f"{_HTML}style"):
        assert not re.search(r"url\(|@import|expression", style.text or "")
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", page)
