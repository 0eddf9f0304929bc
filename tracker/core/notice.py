"""What a mail says about what became of patches and commits: one entry for all its forms.

Runs on every mail of an import, so each reader stands behind a cheap look at the sender, the subject or a word of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tracker.core import applywords, mmnext, pulls, reports, robots, stablemail
from tracker.core.message import Message
from tracker.core.noticeform import Mail, Notice

__all__ = ["Notice", "read_notices"]

_Reader = Callable[[Mail], Iterator[Notice]]
_MAX_TEXT = 400_000
_MAX_SUBJECT = 2_000
_MAX_NOTICES = 5_000
# What the snapshot says of itself on top of an abridged mail; its last line ends with the bracket.
_ABRIDGED = re.compile(r"\n?\[Abridged:(?:[^\]]|\](?!\n)){0,4000}+\]\n")

# Whose mails are read in one way only, by the sender's address in lower case.
_SENDERS: tuple[tuple[tuple[str, ...], _Reader], ...] = (
    (("patchwork-bot",), robots.patchwork),
    (("pr-tracker-bot@",), robots.pull_tracker),
    (("tip-bot2@", "tip-bot@", "tipbot@", "tip-bot"), robots.tip),
    (("syzbot+", "syzbot@"), reports.syzbot),
    (
        ("lkp@intel.com", "oliver.sang@intel.com", "rong.a.chen@intel.com", "xiaolong.ye@intel.com", "fengguang.wu@intel.com",
         "ying.huang@intel.com", "ying.huang@linux.intel.com", "yujie.liu@intel.com", "philip.li@intel.com",
         "kernel.test.robot@intel.com", "kbuild@", "lkp@lists.01.org"),
        reports.test_robot,
    ),
)  # fmt: skip
_ROBOTS = tuple(start for starts, _ in _SENDERS for start in starts)
_SUBJECTS = re.compile(
    r'(?P<stable>[Pp]atch ".*(?:added to|dropped from|removed from)|FAILED: [Pp]atch )'
    r"|(?P<mm>\+ \S+\.patch added|\[[a-z -]+\] \S+\.patch removed|- \S+\.patch removed)"
    r"|(?P<next>linux-next: )|(?P<tip>\[tip:)"
)
_BY_SUBJECT: dict[str, _Reader] = {
    "stable": stablemail.by_subject,
    "mm": mmnext.mm,
    "next": mmnext.linux_next,
    "tip": robots.tip,
}
_POSTING = re.compile(r"(?:\[[^\[\]]{1,40}\] ?)?\[[^\[\]]*PATCH[^\[\]]*\]")
_COVER = re.compile(r"\[[^\[\]]*\b0+/\d")
_REGRESSION = re.compile(r"(?i:regression)(?!s)")
_STABLE = re.compile(r"\d\.\d|AUTOSEL|stable", re.IGNORECASE)


def read_notices(message: Message, own: str, sender: str = "") -> tuple[Notice, ...]:
    """What *message* says became of patches or commits, in its order; () for nearly all mails.

    own: its text without quoted lines (Message.own_text). sender: the address of who wrote it, where From is a list's. Never
    raises. Whether the sender may say so is for the caller to judge.
    """
    email = (sender or message.sender.email).lower()
    subject = message.subject[:_MAX_SUBJECT]
    if own.startswith(("[Abridged:", "\n[Abridged:")):
        remark = _ABRIDGED.match(own)
        own = own[remark.end() :] if remark else own
    mail = Mail(message, subject, own[:_MAX_TEXT], email)
    found: list[Notice] = []
    for one in _read(mail):
        found.append(one)
        if len(found) >= _MAX_NOTICES:
            break
    return tuple(found)


def _read(mail: Mail) -> Iterator[Notice]:
    if mail.email.startswith(_ROBOTS):
        for starts, reader in _SENDERS:
            if mail.email.startswith(starts):
                return reader(mail)
    subject = _SUBJECTS.match(mail.subject)
    if subject and subject.lastgroup:
        return _BY_SUBJECT[subject.lastgroup](mail)
    if _POSTING.match(mail.subject):
        return _of_posting(mail)
    return _of_talk(mail)


def _of_posting(mail: Mail) -> Iterator[Notice]:
    if _STABLE.search(mail.subject) or "pstream" in mail.own[:2_000]:
        yield from stablemail.postings(mail)
    if _COVER.match(mail.subject) and "fetch changes up to" in mail.own:
        yield from pulls.requests(mail)


def _of_talk(mail: Mail) -> Iterator[Notice]:
    own = mail.own
    told = False
    reply = mail.subject[:3].lower() == "re:" or mail.message.field("in-reply-to") is not None
    if "\n[" in own or own.startswith("[") or "merge commit: " in own:
        for one in robots.thanks(mail):
            told = True
            yield one
    if "changes up to " in own or ("PULL" in mail.subject and not reply):
        for one in pulls.requests(mail):
            told = True
            yield one
    seen: set[str] = set()
    if "#regzbot" in own:
        for one in reports.regzbot(mail):
            seen.add(one.commit[:7])
            yield one
    if "#syz fix" in own:
        yield from reports.syz_commands(mail)
    if "isect" in own or "irst bad commit" in own or _REGRESSION.search(mail.subject):
        yield from (one for one in reports.regressions(mail) if one.commit[:7] not in seen)
    if reply and not told:
        yield from applywords.read_words(mail)
