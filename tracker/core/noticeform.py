"""What a mail says about the fate of patches, as a value; and what all its readers share. Imported through notice.py."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.message import Message
from tracker.core.people import Person

MAX_QUOTE = 200
HEX = r"[0-9a-f]{7,40}"
# `SHA ("TITLE")`, as commits are named in prose; titles wrap.
NAMED_COMMIT = re.compile(rf"\b({HEX}) \(\"([^\n]{{0,300}}?(?:\n[ \t]*[^\n]{{1,300}}?)??)\"\)", re.IGNORECASE)
_BRACKETS = re.compile(r"(?:\[[^\[\]]*+\]\s*+)++")
_VERSION = re.compile(r"(?<![\w.-])v?\d{1,2}\.\d{1,3}(?:-rc\d{1,2})?(?![\w.]*\w)")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing a mail says about what became of patches or commits.

    kind: 'applied'; 'pull' (asks to pull: titles are those of the shortlog, commit its head, tree and branch URL and REF);
    'pulled' (a pull request was merged: refs begin with the request, tree and branch are what was pulled, where the mail
    says so, reason the tree that took it); 'stable-queued', 'stable-review', 'stable-failed', 'stable-dropped' (tree
    'stable', branch '6.11', commit the upstream commit); 'mm-added', 'mm-removed'; 'next' (trouble in linux-next);
    'regression'; 'build-report'; 'fixed'; 'dropped'; 'reverted' (were or will be); 'revert-asked'.
    source: 'ty', 'pwbot', 'tip', 'prt', 'pull', 'stable', 'mm', 'next', 'syzbot', 'lkp', 'regzbot' or 'human'.
    titles: without prefixes, as quoted; () stands for the patches of the mail it answers. numbers: (i, n) beside each title;
    without titles the patches that the words name, n = 0 where unknown. commit, merge: lower-case hex as quoted (7 to 40),
    '' when none is named. tree: as named: a URL, 'vfs/vfs.git', 'tip', 'stable', 'mm'; branch: 'vfs.misc', '6.11',
    'tags/vfs-6.11.misc'; '' unknown. version: a kernel version the words name, else ''. by: who applied it, where that is
    not the sender. refs: message ids, what it answers first. subset: "(subset)", or words that name some patches only.

    reason: of 'applied', 'reverted' and 'stable-queued' 'will' when it is announced; of 'stable-review' 'autosel' or
    'backport' (posted by a person, not queued yet); of 'mm-removed' merged, obsolete, to-be-updated …; of 'next' conflict,
    build, warning, boot, duplicate, fixes-tag, signed-off; of 'regression' introduced, bisected, report, link, dup; of
    'fixed' also invalid and inconclusive; of 'dropped' 'asked' or 'own' where it counts only of somebody who was asked to or
    had applied it himself; of 'build-report' build or test; else ''. quote: the deciding words, at most 200
    characters. authors: of a pull request, the names beside its titles, where the shortlog has them; files: the names, without
    folders, in its diffstat.
    """

    kind: str
    source: str
    titles: tuple[str, ...] = ()
    numbers: tuple[tuple[int, int], ...] = ()
    commit: str = ""
    merge: str = ""
    tree: str = ""
    branch: str = ""
    version: str = ""
    by: Person | None = None
    refs: tuple[str, ...] = ()
    subset: bool = False
    reason: str = ""
    quote: str = ""
    authors: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail while its notices are read. own: without quoted lines; email: of the sender, in lower case."""

    message: Message
    subject: str
    own: str
    email: str

    @property
    def parent(self) -> tuple[str, ...]:
        """The mail it answers: In-Reply-To, else the last of References."""
        return self.message.in_reply_to[:1] or self.message.references[-1:]


def word_set(text: str) -> frozenset[str]:
    """The words of *text*, which spaces divide."""
    return frozenset(text.split())


def folded(text: str) -> str:
    """*text* on one line."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """*text* on one line and no longer than a notice's quote may be."""
    line = folded(text[: 4 * MAX_QUOTE])
    return line if len(line) <= MAX_QUOTE else line[: MAX_QUOTE - 1] + "…"


def bare_title(text: str) -> str:
    """A title on one line without brackets in front."""
    line = folded(text)
    found = _BRACKETS.match(line)
    return line[found.end() :] if found and found.end() < len(line) else line


def version_in(text: str) -> str:
    """The kernel version that *text* names when it names exactly one ("v6.11-rc1", "6.11"), else ''."""
    found = set(_VERSION.findall(text))
    return found.pop() if len(found) == 1 else ""
