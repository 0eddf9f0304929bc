"""Pull requests wherever they stand: what `git request-pull` writes (git's contrib script git-request-pull.sh)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core.noticeform import HEX, Mail, Notice, bare_title, quoted, version_in

_HEAD = re.compile(rf"^[ \t]*(?:for you to fetch )?changes up to (?:commit )?({HEX})\b", re.MULTILINE | re.IGNORECASE)
_AT = re.compile(r"^[ \t]*are available in the \w{0,20} ?(?:git )?repository at:?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_REMOTE = re.compile(
    r"^[ \t]*((?:https?|git|ssh)://[^\s<>]+|[\w.-]+@[\w.-]+:[^\s<>]+|/[\w./-]+)(?:[ \t]+\\?(?:\n[ \t]+)?((?!for you\b|for$)[^\s:<>]+))?[ \t]*$",
    re.MULTILINE,
)
# "NAME (n):" with the titles below, which are indented; longer ones wrap with more indentation.
_AUTHOR = re.compile(r"^[^\s>|+-][^\n|]{0,150}? \((\d{1,4})\):[ \t]*$", re.MULTILINE)
_TITLES = re.compile(r"(?:\n[ \t]{2,8}\S[^\n]*(?:\n[ \t]{9,}\S[^\n]*)*)+")
_TITLE = re.compile(r"\n[ \t]{2,8}(\S[^\n]*(?:\n[ \t]{9,}\S[^\n]*)*)")
_BARE_TITLE = re.compile(r"^ {6}(\S[^\n|]*(?:\n {8,}\S[^\n|]*)*)$", re.MULTILINE)
_MAX_TITLES = 5_000
_NEAR = 1_500  # characters between URL and head


def requests(mail: Mail) -> Iterator[Notice]:
    """What a mail asks to be pulled: one notice, with the titles of its shortlog.

    A shortlog with exactly one patch makes the head that patch's commit: numbers are ((1, 1),) then.
    """
    own = mail.own
    head = _HEAD.search(own)
    at = _AT.search(own)
    if head is None and at is None and not mail.message.header("x-tracker-abridged"):
        return
    start = head.end() if head else at.end() if at else 0
    remote = _remote(own, at.end() if at else max(0, start - _NEAR), head.start() if head else start + _NEAR)
    titles = _shortlog(own, start)
    if head is None and not remote[0] and not titles:
        return
    yield Notice(
        "pull", "pull", titles=titles, numbers=((1, 1),) if len(titles) == 1 else (),
        commit=head[1].lower() if head else "", tree=remote[0], branch=remote[1], version=version_in(mail.subject),
        refs=mail.parent, quote=quoted(" ".join(remote).strip() or mail.subject),
    )  # fmt: skip


def _remote(own: str, start: int, end: int) -> tuple[str, str]:
    """URL and REF between two offsets, nearest to the end where several could be meant."""
    found = None
    for found in _REMOTE.finditer(own, start, end):
        if found[2]:
            break
    return (found[1], found[2] or "") if found else ("", "")


def _shortlog(own: str, start: int) -> tuple[str, ...]:
    titles: list[str] = []
    for author in _AUTHOR.finditer(own, start):
        block = _TITLES.match(own, author.end())
        if block:
            titles.extend(bare_title(one) for one in _TITLE.findall(block[0]))
        if len(titles) > _MAX_TITLES:
            break
    if not titles:  # an abridged mail keeps the titles without their authors
        titles = [bare_title(one) for one in _BARE_TITLE.findall(own, start)] if _is_short(own) else []
    return tuple(titles[:_MAX_TITLES])


def _is_short(own: str) -> bool:
    return len(own) < 2_000 and _AUTHOR.search(own) is None
