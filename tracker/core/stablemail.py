"""Mails of the stable trees: queued, under review, selected by AUTOSEL, failed to apply; and backports that people post.

The forms are those of the stable maintainers' scripts, see Documentation/process/stable-kernel-rules.rst.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core.noticeform import HEX, Mail, Notice, folded, quoted
from tracker.core.subject import parse_subject
from tracker.core.trailers import links

MAINTAINERS = ("gregkh@linuxfoundation.org", "gregkh@suse.de", "greg@kroah.com", "sashal@kernel.org", "alexander.levin@")
ADDED = re.compile(
    r'(?:Patch|patch) "?(?P<title>.*?)"? (?:has been|was|been) (?P<what>added to|removed from|dropped from) '
    r"(?:the )?(?:v?(?P<version>\d+\.\d+)[\w.-]* ?(?:stable|longterm)?|stable)[\w -]*(?: tree)?\Z"
)
FAILED = re.compile(r'FAILED: [Pp]atch "?(?:\[[^\]]*\] ?)*(?P<title>.*?)"? failed to apply to v?(?P<version>\d+\.\d+)\S*')
_UPSTREAM = re.compile(
    rf"^[ \t]*(?:commit ({HEX}) upstream\b|\[ ?upstream commit:? ({HEX}) ?\]|upstream commit:? ({HEX})[ \t.]*$"
    rf"|\(cherry[- ]picked from commit ({HEX})|this is (?:a backport of )?(?:upstream )?commit ({HEX}) upstream"
    rf"|commit ({HEX}) in mainline\b|backport of (?:upstream )?commit ({HEX})\b)",
    re.MULTILINE | re.IGNORECASE,
)
_REVERTS = re.compile(
    rf"\bThis reverts (?:upstream )?commit[\s:]+({HEX})\b(?:[\s,]+\(?(?:which is"
    rf"|is)\s+(?:upstream\s+)?commit\s+({HEX})\s+upstream)?"
)
_ORIGINAL = re.compile(rf"^(?:From ({HEX}) |[Cc]ommit ({HEX})$|git cherry-pick -x ({HEX})$)", re.MULTILINE)
_INNER_TITLE = re.compile(r'revert:? ?["“](.*)["”]?\Z', re.IGNORECASE)
_HEAD = 8_000  # characters of a mail that are looked at


def by_subject(mail: Mail) -> Iterator[Notice]:
    """`Patch "TITLE" has been added to the X.Y-stable tree` and `FAILED: patch "[PATCH] TITLE" failed to apply to X.Y-stable"
    " tree`."""
    head = mail.own[:_HEAD]
    failed = FAILED.match(mail.subject)
    if failed:
        original = _ORIGINAL.search(head)
        commit = next(filter(None, original.groups())) if original else _upstream(head)
        yield _notice(mail, "stable-failed", failed["title"], failed["version"], commit)
        return
    added = ADDED.match(mail.subject)
    if added:
        kind = "stable-queued" if added["what"] == "added to" else "stable-dropped"
        yield _notice(mail, kind, added["title"], added["version"] or "", _upstream(head))
        yield from _reverted(mail, head, added["title"], added["version"] or "")


def postings(mail: Mail) -> Iterator[Notice]:
    """A patch posted for a stable tree: in a review of the stable maintainers, by AUTOSEL, or as somebody's backport."""
    head = mail.own[:_HEAD].partition("\ndiff --git ")[0]
    commit = _upstream(head)
    subject = parse_subject(mail.subject)
    official = is_maintainer(mail.email) and "PATCH" in mail.subject
    branches = [name.removesuffix(".y") for name in subject.stables]
    if subject.reply or subject.n == 0 or not (commit or (official and branches and "This reverts commit" in head)):
        return
    if not branches and not official and "stable" not in mail.message.header("to") + mail.message.header("cc"):
        return
    reason = "autosel" if "AUTOSEL" in mail.subject else "" if official else "backport"
    for branch in branches or [""]:
        yield _notice(mail, "stable-review", subject.title, branch, commit, reason)
        yield from _reverted(mail, head, subject.title, branch, reason)


def is_maintainer(email: str) -> bool:
    """Whether an address in lower case is one that the stable maintainers' scripts send from."""
    return email.startswith(MAINTAINERS)


def _notice(mail: Mail, kind: str, title: str, version: str, commit: str, reason: str = "") -> Notice:
    head = mail.own[:_HEAD]
    return Notice(
        kind, "stable", titles=(folded(title),), commit=commit.lower(), tree="stable", branch=version,
        refs=tuple(dict.fromkeys(mail.parent if kind == "stable-dropped" else links(head.partition("\ndiff --git ")[0]))),
        reason=reason, quote=quoted(mail.subject),
    )  # fmt: skip


def _upstream(head: str) -> str:
    found = _UPSTREAM.search(head)
    return next(filter(None, found.groups())).lower() if found else ""


def _reverted(mail: Mail, head: str, title: str, branch: str, reason: str = "") -> Iterator[Notice]:
    """That the patch is itself a revert: of which commit, the upstream one where the message names it."""
    found = _REVERTS.search(head)
    inner = _INNER_TITLE.match(title)
    if found and inner:
        yield Notice(
            "reverted", "stable", titles=(inner[1].rstrip('"”'),), commit=(found[2] or found[1]).lower(), tree="stable",
            branch=branch, refs=mail.parent if mail.message.in_reply_to and reason == "backport" else (),
            reason=reason, quote=quoted(found[0]),
        )  # fmt: skip
