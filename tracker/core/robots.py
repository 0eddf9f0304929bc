"""Machine-written mails that say a patch was applied: b4 ty, patchwork-bot, tip-bot2 and pr-tracker-bot.

The forms are those of b4 (`ty.py`: DEFAULT_PR_TEMPLATE, DEFAULT_AM_TEMPLATE), korg-helpers (`git-patchwork-bot.py`,
`pr-tracker-bot.py`) and tip-bot2; older tip-bot mails have their commit in the message id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tracker.core.noticeform import HEX, Mail, Notice, bare_title, folded, quoted, version_in
from tracker.core.people import parse_person
from tracker.core.trailers import links
from tracker.core.whereto import NOWHERE, Place, joined, lone_branch, place_of_lines, place_of_url, place_of_words

_MAX_ITEMS = 2_000

# --- b4 ty

# `[i/n] TITLE`, which may wrap, and below it what it became; maintainers write their own link in place of `commit: SHA`.
_WRAP = r"(?:\n(?![ \t]*(?:commit|https?):|[ \t]*\(no |\[ ?\d{1,4}/\d)[ \t]*+(?=\S)[^\n]{1,200}){0,3}?"
_ITEM = re.compile(
    rf"^\[ ?(\d{{1,4}})/(\d{{1,4}})\][ \t]+([^\n]+{_WRAP})\n"
    rf"[ \t]*(?:commit:[ \t]*({HEX})|(https?://\S+?/(?:c|commit)/(?:\?\S*?id=)?({HEX}))\b|(\(no commit info\)))",
    re.MULTILINE | re.IGNORECASE,
)
_MERGE = re.compile(rf"^[ \t]*merge commit: ({HEX})[ \t]*$", re.MULTILINE)
_APPLIED = re.compile(
    r"\b(?:applied|merged|queued|applying|pushed|picked up|pulled|grabbed|took|taken|staged|added|committed)\b"
    r"(?:[ \t]+to[ \t]*\n(?=\n))?[^\n]*(?:\n(?=[ \t]*\S)[^\n]+){0,3}",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_MAX_WORDS = 3_000  # characters of words above the list that are looked at


def thanks(mail: Mail) -> Iterator[Notice]:
    """What a mail in the form of `b4 ty` says: a notice for each patch of its list, or one for a pull request."""
    own = mail.own
    merge = _MERGE.search(own) if "merge commit: " in own else None
    if merge:
        words, place = _words_above(own, merge.start())
        yield Notice(
            "pulled", "ty", merge=merge[1], tree=place[0], branch=place[1], refs=mail.parent, quote=words or quoted(merge[0])
        )
        return
    words, place = "", NOWHERE
    for number, item in enumerate(islice(_ITEM.finditer(own), _MAX_ITEMS)):
        if number == 0:
            words, place = _words_above(own, item.start())
        yield _thanked(mail, item, words, place)


def _thanked(mail: Mail, item: re.Match[str], words: str, place: Place) -> Notice:
    tree, branch = joined(place, place_of_url(item[5])) if item[5] else place
    branch = branch or (lone_branch(words) if tree and item[5] else "")
    subset = "(subset)" in mail.subject[:60]
    return Notice(
        "applied", "ty", titles=(bare_title(item[3]),), numbers=((int(item[1]), int(item[2])),),
        commit=(item[4] or item[6] or "").lower(), tree=tree, branch=branch, version=version_in(words), refs=mail.parent,
        subset=subset, quote=words or quoted(item[0]),
    )  # fmt: skip


def _words_above(own: str, end: int) -> tuple[str, Place]:
    """The sentence above the list that says it was applied, and where to; tree and branch also from lines of their own."""
    head = own[max(0, end - _MAX_WORDS) : end]
    lines = place_of_lines(head)
    quote = ""
    for found in _APPLIED.finditer(head):
        said = folded(found[0])
        stop = _SENTENCE_END.search(said)
        sentence = said[: stop.end()] if stop else said
        place = place_of_words(sentence.rstrip(".!?"))
        quote = quote or quoted(sentence)
        if place != NOWHERE:
            return quoted(sentence), joined(lines, place)
    return quote, lines


# --- patchwork-bot

_PW_HEAD = re.compile(
    r"^This (patch|series|pull request) was applied to (\S+)(?: \(([^()\n]+)\))?[ \t]*(?:\nby ([^\n]+?):?[ \t]*$)?", re.MULTILINE
)
_PW_ITEM = re.compile(
    rf"^  - (?:\[([^\]\n]*)\][ \t]*)?([^\n]+(?:\n(?!    |  - |\n)[^\n]+)*)\n    (?:https?://\S+[/=]({HEX})\b|\(no matching"
    rf" commit\))",
    re.MULTILINE,
)
_COUNTER = re.compile(r"(\d{1,4})/(\d{1,4})\Z")


def patchwork(mail: Mail) -> Iterator[Notice]:
    """What patchwork-bot says: a notice for each patch of its list, or one for a pull request."""
    head = _PW_HEAD.search(mail.own)
    if head is None:
        return
    by = parse_person(head[4]) if head[4] else None
    pull = head[1] == "pull request"
    for item in islice(_PW_ITEM.finditer(mail.own, head.end()), _MAX_ITEMS):
        sha = (item[3] or "").lower()
        counter = _COUNTER.search((item[1] or "").strip())
        yield Notice(
            "pulled" if pull else "applied", "pwbot", titles=(bare_title(item[2]),),
            numbers=((int(counter[1]), int(counter[2])),) if counter else (), commit="" if pull else sha,
            merge=sha if pull else "", tree=head[2], branch=head[3] or "", by=by, refs=mail.parent,
            subset="(subset)" in mail.subject[:60], reason=head[2] if pull else "", quote=quoted(head[0]),
        )  # fmt: skip


# --- tip-bot

_TIP_SUBJECT = re.compile(r"\[tip: ?([^\]\s]+)\] (.+)")
_TIP_COMMIT = re.compile(rf"^Commit-ID:[ \t]+({HEX})$", re.MULTILINE)
_TIP_BRANCH = re.compile(r"merged into the (\S+) branch of tip")
_TIP_COMMITTER = re.compile(r"^Committer:[ \t]+(\S.*)$", re.MULTILINE)
_TIP_ID = re.compile(r"tip-([0-9a-f]{40})@")


def tip(mail: Mail) -> Iterator[Notice]:
    """What tip-bot and tip-bot2 say: one patch in one branch of the tip tree."""
    subject = _TIP_SUBJECT.match(mail.subject)
    if subject is None:
        return
    head = mail.own[:6_000]
    commit = _TIP_COMMIT.search(head) or _TIP_ID.match(mail.message.msgid)
    branch = _TIP_BRANCH.search(head)
    committer = _TIP_COMMITTER.search(head)
    message = head.partition("\n---\n")[0]
    yield Notice(
        "applied", "tip", titles=(folded(subject[2]),), commit=commit[1] if commit else "", tree="tip",
        branch=branch[1] if branch else subject[1].replace("tip:", ""), by=parse_person(committer[1]) if committer else None,
        refs=tuple(dict.fromkeys(mail.parent + links(message))), quote=quoted(branch[0] if branch else mail.subject),
    )  # fmt: skip


# --- pr-tracker-bot

_PR_ID = re.compile(r"<([^<>\s]+)>")
_PR_MERGE = re.compile(rf"has been merged into (\S+?):\s+https?://\S+/({HEX})\b")
_PR_REMOTE = re.compile(r"^>[ \t]*((?:https?|git|ssh)://\S+|git@\S+)(?:[ \t]+(\S+))?", re.MULTILINE)


def pull_tracker(mail: Mail) -> Iterator[Notice]:
    """What pr-tracker-bot says: from its X-PR- fields, from the text where they are missing."""
    message = mail.message
    merged = _PR_MERGE.search(mail.own)
    merge = message.header("x-pr-merge-commit-id").strip().lower() or (merged[2] if merged else "")
    if not merge:
        return
    remote, _, branch = folded(message.header("x-pr-tracked-remote")).partition(" ")
    if not remote:
        asked = _PR_REMOTE.search(message.quoted_text)
        remote, branch = (asked[1], asked[2] or "") if asked else ("", "")
    tracked = _PR_ID.findall(message.header("x-pr-tracked-message-id"))
    tree = message.header("x-pr-merge-tree").strip() or (merged[1] if merged else "")
    yield Notice(
        "pulled", "prt", commit=message.header("x-pr-tracked-commit-id").strip().lower(), merge=merge, tree=remote,
        branch=branch.strip(), refs=tuple(dict.fromkeys((*tracked, *mail.parent))), reason=tree,
        quote=quoted(merged[0] if merged else f"merged into {tree}"),
    )  # fmt: skip
