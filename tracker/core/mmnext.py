"""Mails of the -mm tree (Andrew Morton's scripts) and reports about linux-next (Stephen Rothwell and those who stand in)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core.noticeform import NAMED_COMMIT, Mail, Notice, bare_title, folded, quoted
from tracker.core.trailers import links

# --- -mm

MM_ADDED = re.compile(r"\+ (\S+\.patch) added to (\S+)(?: branch| tree)?")
MM_REMOVED = re.compile(
    r"(?:\[(?P<why>[a-z][a-z -]*)\]|-) (?P<name>\S+\.patch) removed from (?:the )?(?:-mm|mm-\S+)(?: tree|"
    r" branch)?"
)
_MM_TITLE = re.compile(r"^The (?:quilt )?patch titled\n[ \t]+(?:Subject: )?(\S[^\n]*(?:\n[ \t]+\S[^\n]*)*)", re.MULTILINE)
_MERGED_INTO = re.compile(r"merged into the (mm-\S+) branch")


def mm(mail: Mail) -> Iterator[Notice]:
    """What a mail of the -mm tree says: that a patch came in, or why it left."""
    added = MM_ADDED.match(mail.subject)
    removed = MM_REMOVED.match(mail.subject)
    title = _MM_TITLE.search(mail.own[:4_000])
    if title is None or not (added or removed):
        return
    head = mail.own.partition("\ndiff --git ")[0][:20_000]
    branch, reason = "", ""
    if added:
        branch = "" if added[2] == "-mm" else added[2]
    elif removed:
        reason = (removed["why"] or "dropped").split()[0]
        into = _MERGED_INTO.search(head)
        branch = into[1] if into else ""
    yield Notice(
        "mm-added" if added else "mm-removed", "mm", titles=(bare_title(title[1]),), tree="mm", branch=branch,
        refs=tuple(dict.fromkeys(mail.parent + links(head))), reason=reason, quote=quoted(mail.subject),
    )  # fmt: skip


# --- linux-next

_TROUBLE = (
    ("manual merge", "conflict"),
    ("duplicate", "duplicate"),
    ("fixes tag", "fixes-tag"),
    ("signed-off-by", "signed-off"),
    ("build failure", "build"),
    ("build warning", "warning"),
    ("boot", "boot"),
    ("runtime", "boot"),
    ("qemu", "boot"),
    ("error", "build"),
    ("unexpected file", "other"),
)
_OF_TREE = re.compile(r"\s*(?:from|in|of) (?:the )?([\w.-]+(?:/[\w.-]+)?)(?:'s?)? tree")
_NEXT_TREE = re.compile(r"\b(?:in|of) the (\S+) tree")
_END = re.compile(
    r"^(?:diff --|From: |---$|-- $|I (?:have )?(?:applied|reverted|fixed|added) |This (?:is|was) (?:introduced|caused) by"
    r" nothing)",
    re.MULTILINE,
)
_FIXES = re.compile(r"\b(?:Fixes(?: tag)?:?|fixes)\s*$")
_MAX_PAIRS = 200
_HEAD = 30_000


def linux_next(mail: Mail) -> Iterator[Notice]:
    """What a report about linux-next says: a notice for each `SHA ("TITLE")` it blames or compares, with the tree it is from."""
    if not mail.subject.startswith("linux-next: "):
        return
    low = mail.subject.lower()
    reason = next((word for words, word in _TROUBLE if words in low), "")
    if not reason:
        return
    head = mail.own[:_HEAD]
    end = _END.search(head)
    head = head[: end.start()] if end else head
    pairs = [one for one in NAMED_COMMIT.finditer(head) if not _FIXES.search(head, max(0, one.start() - 40), one.start())]
    named = _NEXT_TREE.search(mail.subject)
    for at, pair in enumerate(pairs[:_MAX_PAIRS]):
        tree = _tree_of(head, pairs, at) or (named[1] if named and len(pairs) == 1 else "")
        yield Notice(
            "next", "next", titles=(folded(pair[2]),), commit=pair[1].lower(), tree=tree, branch="", refs=(), reason=reason,
            quote=quoted(mail.subject),
        )  # fmt: skip


def _tree_of(head: str, pairs: list[re.Match[str]], at: int) -> str:
    """The tree named behind a pair, or behind the last of the pairs that stand below each other."""
    while at + 1 < len(pairs) and not head[pairs[at].end() : pairs[at + 1].start()].strip():
        at += 1
    found = _OF_TREE.match(head, pairs[at].end())
    return found[1].removesuffix("'s").rstrip("'") if found else ""
