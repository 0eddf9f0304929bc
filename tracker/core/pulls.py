"""Pull requests wherever they stand: what `git request-pull` writes (git's contrib script git-request-pull.sh)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tracker.core.noticeform import HEX, Mail, Notice, bare_title, quoted, version_in

_HEAD = re.compile(
    rf"^[ \t]*(?:(?:for you to fetch )?changes up to (?:commit )?|Top of the tree is )({HEX})\b", re.MULTILINE | re.IGNORECASE
)
_AT = re.compile(r"^[ \t]*are available in the \w{0,20} ?(?:git )?repository at:?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_REMOTE = re.compile(
    r"^[ \t]*((?:https?|git|ssh)://[^\s<>]+|[\w.-]+@[\w.-]+:[^\s<>]+|/[\w./-]+)(?:[ \t]+\\?(?:\n[ \t]+)?((?!for you\b"
    r"|for$)[^\s:<>]+))?[ \t]*$",
    re.MULTILINE,
)
# "NAME (n):" with the titles below.
_AUTHOR = re.compile(r"^[^\s>|+-][^\n|]{0,150}? \((\d{1,4})\):[ \t]*$", re.MULTILINE)
_BLOCK = re.compile(r"(?:\n[^\S\n]*+\S[^\n]*+)++")
_BARE_TITLE = re.compile(r"^ {6}(\S[^\n|]*(?:\n {8,}\S[^\n|]*)*)$", re.MULTILINE)
# " fs/ring.c | 12 ++-", also of what was renamed: " fs/{old.c => new.c} | 0".
_STAT = re.compile(r"^ (\S[^\n|]{0,300}?) +\| +(?:\d|Bin)", re.MULTILINE)
_MAX_TITLES = 5_000
_MAX_FILES = 5_000
_MAX_BARE = 2_000  # characters of a mail that may be an abridged one
_NEAR = 1_500  # characters behind the line that announces the URL
_FAR = 8_000  # the same without such a line


def requests(mail: Mail) -> Iterator[Notice]:
    """What a mail asks to be pulled: one notice, with the titles of its shortlog.

    A shortlog with exactly one patch makes the head that patch's commit: numbers are ((1, 1),) then.
    """
    own = mail.own
    head = _HEAD.search(own)
    at = _AT.search(own)
    if at:
        start, end = at.end(), at.end() + _NEAR
    elif head:
        start, end = max(0, head.start() - _FAR), head.start()
    else:
        start, end = 0, _FAR
    remote = _remote(own, start, end)
    start = head.end() if head and at else start
    titles, authors, count = _shortlog(own, start)
    if head is None and not remote[0] and not titles:
        return
    yield Notice(
        "pull", "pull", titles=titles, numbers=((1, 1),) if count == len(titles) == 1 else (),
        commit=head[1].lower() if head else "", tree=remote[0], branch=remote[1], version=version_in(mail.subject),
        refs=mail.parent, quote=quoted(" ".join(remote).strip() or mail.subject), authors=authors, files=_files(own, start),
    )  # fmt: skip


def _remote(own: str, start: int, end: int) -> tuple[str, str]:
    """URL and REF between two offsets, nearest to the end where several could be meant."""
    found = None
    for found in _REMOTE.finditer(own, start, end):
        if found[2]:
            break
    return (found[1], found[2] or "") if found else ("", "")


def _shortlog(own: str, start: int) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """The titles, their authors, and how many patches the shortlog counts; -1 where the lines with the authors are missing."""
    titles: list[str] = []
    names: list[str] = []
    count = 0
    for author in _AUTHOR.finditer(own, start):
        count += int(author[1])
        titles.extend(_titles(_BLOCK.match(own, author.end()), int(author[1])))
        name = " ".join(own[author.start() : author.start(1)].rstrip(" (").split())
        names.extend([name] * (len(titles) - len(names)))
        if len(titles) > _MAX_TITLES:
            break
    if count:
        return tuple(titles[:_MAX_TITLES]), tuple(names[:_MAX_TITLES]), count
    found = _BARE_TITLE.findall(own, start) if len(own) < _MAX_BARE else []  # an abridged mail has some titles alone
    return tuple(bare_title(one) for one in found), (), -1


def _files(own: str, start: int) -> tuple[str, ...]:
    """The names of the diffstat behind the shortlog: git cuts long paths from the left, so only what follows the last slash."""
    found = (line[1].rstrip("} ").rpartition("/")[2] for line in islice(_STAT.finditer(own, start), _MAX_FILES))
    return tuple(sorted({name.rpartition("=> ")[2] for name in found} - {""}))


def _titles(block: re.Match[str] | None, count: int) -> list[str]:
    """The titles below an author: one a line, longer ones go on in lines with more indentation."""
    lines = block[0].strip("\n").split("\n") if block else []
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    joined: list[str] = []
    for line in lines:
        if joined and len(line) - len(line.lstrip()) > indent:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    return [bare_title(one) for one in joined[:count]]
