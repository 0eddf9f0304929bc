"""Words and links of a page. Everything from a mail passes `safe`; no link is made but to a page of a known archive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from tracker.faces.plain import plain

LORE = "https://lore.kernel.org/r/"
MAINLINE = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git"
_MAINLINE = ("mainline", "torvalds/linux.git")
_KERNEL_ORG = re.compile(r"(?:https?|git)://git\.kernel\.org/(?:pub/scm/)?([\w.+/-]{1,200}?)(?:\.git)?/?")
_SHA = re.compile(r"[0-9a-f]{7,40}")
# What a page cannot hold (noncharacters), and towers of combining marks, which draw over other lines.
_NONE = re.compile("[\ufdd0-\ufdef\ufffe\uffff]|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0010fffe\U0010ffff]")
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(f"({_MARK}{{3}}){_MARK}+")
_LONGEST = 2_000  # characters of one text


def safe(text: str) -> str:
    """*text* on one line with every control shown, without what HTML and XML cannot hold, and not longer than a page bears."""
    text = plain(text[: _LONGEST + 1])
    if not text.isascii():
        text = _MARKS.sub(r"\1", _NONE.sub("\ufffd", text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def several(count: int, what: str) -> str:
    """`1 reply`, `2,000 replies`."""
    many = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what if count == 1 else many}"


class Proof(NamedTuple):
    """What proves something. href: '' when there is no public page of it."""

    text: str
    href: str


class Links:
    """Where mails and commits can be read. hidden: message ids that no archive has, because they came from local files.

    trees: name -> place of the user's trees, a path or a URL.
    """

    def __init__(self, hidden: frozenset[str], trees: Mapping[str, str]) -> None:
        self._hidden = hidden
        self._trees = trees

    def mail(self, msgid: str) -> str:
        """The page of a mail, '' for one that came from a local file."""
        return "" if msgid in self._hidden or not msgid else LORE + quote(msgid, safe="@:!$()*,=~+", errors="replace")

    def commit(self, sha: str, tree: str) -> str:
        """The page of a commit, '' where the tree's address on git.kernel.org is not known."""
        base = kernel_org(self._trees.get(tree, MAINLINE if tree in _MAINLINE else tree))
        return f"{base}/commit/?id={sha}" if base and _SHA.fullmatch(sha) else ""

    def proof(self, evidence: Mapping[str, str]) -> Proof | None:
        """An EVIDENCE of schema 1 as a text with its link; None for none."""
        if evidence.get("msgid"):
            return Proof(evidence["msgid"], self.mail(evidence["msgid"]))
        if evidence.get("commit"):
            tree = evidence.get("tree", "")
            name = evidence["commit"][:12] + (f" in {tree}" if tree else "")
            return Proof(name, self.commit(evidence["commit"], tree))
        return Proof(f"recorded: {evidence['record']}", "") if evidence.get("record") else None

    def proofs(self, several: object) -> list[Proof]:
        """All proofs of some EVIDENCEs, each once."""
        assert isinstance(several, (list, tuple))
        return list(dict.fromkeys(found for one in several if (found := self.proof(one)) is not None))


def kernel_org(place: str) -> str:
    """The web page of a repository on git.kernel.org, '' for any other place."""
    found = _KERNEL_ORG.fullmatch(place)
    if found is None or ".." in found[1] or "//" in found[1]:
        return ""
    return f"https://git.kernel.org/pub/scm/{found[1]}.git"
