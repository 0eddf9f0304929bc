"""What one mail says, as plain values: the row that threads, series and topics are derived from.

Only facts stand here (who, when, which patch, which trailers); what they mean for a topic is judged elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.core.blobs import read_blobs
from tracker.core.charset import decode_header
from tracker.core.hints import Hints, read_hints
from tracker.core.intent import Intent, read_intents
from tracker.core.mailinfo import Offer, offered_patch, split_mail
from tracker.core.message import Message
from tracker.core.notice import Notice, read_notices
from tracker.core.patch import Diff, parse_diff
from tracker.core.people import Person, parse_addresses, undo_via
from tracker.core.subject import Subject, parse_subject
from tracker.core.talk import Talk, read_talk
from tracker.core.trailers import Trailer, base_commit, change_id, links, parse_trailers

# Addresses of programs; their mails are facts about commits and builds, never review (see also `Precedence: bulk` of none).
_ROBOTS = re.compile(
    r"^(?:lkp@intel\.com|oliver\.sang@intel\.com|patchwork-bot\+.*|pr-tracker-bot@.*|syzbot[+@].*|tip-?bot2?@.*"
    r"|kernelci.*@.*|bot@kernelci\.org|.*buildbot.*@.*|regressions-bot@.*|noreply@.*|no-reply@.*"
    r"|patchew-devel@.*|no-reply@patchew\.org)$",
    re.IGNORECASE,
)
_MM_SUBJECT = re.compile(
    r"^(?:\+ \S+\.patch added to "
    r"|\[(?:merged|obsolete|to-be-updated|nacked|folded|withdrawn|dropped|alternative-merged)[^\]]*\] \S+\.patch)"
)
_STABLE_ADDED = re.compile(r'^(?:Patch ".*" has been added to the \S+ tree|FAILED: patch )', re.IGNORECASE)
_APPLIED = re.compile(
    r"^(?:(?:Applied|Merged|Queued)[^\n]{0,60}[,!.]|This (?:patch|series|pull request) was applied to )", re.MULTILINE
)
_COMMIT_LINE = re.compile(r"^ {6,}commit: [0-9a-f]{12,40}$|/c/[0-9a-f]{12,40}$", re.MULTILINE)
_PULL = "are available in the Git repository at:"
_PULL_BODY = re.compile(r"^are available in the Git repository at:", re.MULTILINE)
_LIST_POST = re.compile(r"<mailto:([^<>?\s]+)")
_LIST_ID = re.compile(r"<([^<>\s]+)>")
# What the snapshot says of itself on top of an abridged mail; these are not the sender's words.
_NOTICE = re.compile(r"^\[Abridged:.*?\]$\n?", re.MULTILINE | re.DOTALL)
_MAX_TEXT = 400_000
_MAX_TO = 40


@dataclass(frozen=True, slots=True)
class PatchFacts:
    """One diff of a mail. inline: it came inside of or attached to a reply. title: without prefixes; author as it says.

    blobs: as blobs.read_blobs gives them for *files*.
    """

    patch_id: str | None
    files: tuple[str, ...]
    added: int
    removed: int
    inline: bool
    title: str
    author: Person
    sha: str | None = None
    blobs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What one mail says. Dates are seconds since 1970 UTC; ids have no angle brackets.

    kind: 'cover', 'patch', 'reply', 'pull', 'notice' (a robot's or a tree's report) or 'other'.
    patches: the diffs it posts or offers, never quoted ones. abridged: only facts of the mail are at hand, not its text.
    hints: of a posting or an offer, where it says it comes from. intents: of a reply, what it says about review tags.
    talk: of a person's reply, what it asks, wants or announces. notices: what it says became of patches or commits.
    to: the addresses in To: of a cover, of the first or of an unnumbered patch, lists among them; at most 40.
    """

    msgid: str
    parents: tuple[str, ...]
    date: int | None
    received: int | None
    sender: Person
    subject: Subject
    kind: str
    patches: tuple[PatchFacts, ...]
    trailers: tuple[Trailer, ...]
    change_id: str | None
    base_commit: str | None
    links: tuple[str, ...]
    lists: tuple[str, ...]
    robot: bool
    abridged: bool
    hints: Hints | None = None
    intents: tuple[Intent, ...] = ()
    talk: tuple[Talk, ...] = ()
    notices: tuple[Notice, ...] = ()
    to: tuple[Person, ...] = ()

    @property
    def posting(self) -> bool:
        """Whether this mail belongs to a series as a cover or a patch of its own."""
        return self.kind in ("cover", "patch")


def is_robot(email: str) -> bool:
    """Whether a program sends from this address."""
    return bool(_ROBOTS.match(email))


def examine(message: Message, *, trusted: bool = False) -> Facts:
    """The facts of *message*. Never raises.

    trusted: it comes from the snapshot that ships with the program, so its `X-Tracker-` fields are ours. Of any other
    mail these fields mean nothing, since anybody can write them.
    """
    subject = parse_subject(message.subject)
    lists = _lists(message)
    sender = _true_sender(message, lists)
    abridged = trusted and message.header("x-tracker-abridged") == "yes"
    own = message.own_text[:_MAX_TEXT]
    robot = is_robot(sender.email)
    patches = _recorded(message, subject, sender) if abridged else _patches(message, subject, sender)
    kind = _kind(subject, own, patches, robot)
    if kind in ("notice", "pull", "other"):
        patches = ()
    return Facts(
        msgid=message.msgid, parents=message.parents, date=message.date, received=message.received, sender=sender,
        subject=subject, kind=kind, patches=patches,
        trailers=_trailers(message) if kind != "other" else (),
        change_id=change_id(own) if "ange-" in own else None, base_commit=base_commit(own) if "base-commit" in own else None,
        links=links(own) if "://" in own or "essage-" in own else (), lists=lists, robot=robot, abridged=abridged,
        hints=read_hints(message) if kind in ("cover", "patch") else None,
        intents=_intents(message, sender, subject, abridged) if subject.reply and kind in ("reply", "patch") else (),
        talk=read_talk(own, sender, subject) if kind == "reply" and not robot else (),
        notices=read_notices(message, _NOTICE.sub("", own, count=1) if abridged else own, sender.email),
        to=_to(message, subject) if kind in ("cover", "patch") else (),
    )  # fmt: skip


def _to(message: Message, subject: Subject) -> tuple[Person, ...]:
    """Whom a series is sent to: its other patches say the same, or are not needed for it."""
    if subject.reply or (subject.n or 0) > 1:
        return ()
    return tuple(one for one in message.people("to")[:_MAX_TO] if one.email)


def _intents(message: Message, sender: Person, subject: Subject, abridged: bool) -> tuple[Intent, ...]:
    text = message.body[:_MAX_TEXT]
    return read_intents(_NOTICE.sub("", text, count=1) if abridged else text, sender, subject=subject)


def _trailers(message: Message) -> tuple[Trailer, ...]:
    """The trailers of the mail's words; a diff and what follows it has none of its own."""
    text = message.body[:_MAX_TEXT]
    diff = text.find("\ndiff --git ")
    return parse_trailers(text if diff < 0 else text[: diff + 1])


def _true_sender(message: Message, lists: Sequence[str]) -> Person:
    """Who wrote the mail, also when a list rewrote From ("NAME via LIST", DMARC); the list's address is in its own fields.

    A sender can write these fields too, but gains nothing by it that writing another From would not give him.
    """
    sender = message.sender
    post = message.field("list-post") or b""
    own = {name.replace(".", "@", 1) for name in lists}
    of_the_list = sender.email.lower() in own or (sender.email and sender.email.encode() in post)
    relayed = " via " in sender.name or sender.email.startswith("devnull+") or message.field("x-original-from") is not None
    if not (of_the_list or relayed):
        return sender
    own.update(match[1] for match in _LIST_POST.finditer(decode_header(post)))
    return undo_via(sender, _first(message.people("x-original-from")), message.people("reply-to"), own)


def _first(people: Sequence[Person]) -> Person | None:
    return people[0] if people else None


def _lists(message: Message) -> tuple[str, ...]:
    """The ids of the lists that carried it (RFC 2919), without repeats."""
    found = [match[1].lower() for value in message.headers("list-id") for match in _LIST_ID.finditer(value)]
    return tuple(dict.fromkeys(found))


def _kind(subject: Subject, own: str, patches: tuple[PatchFacts, ...], robot: bool) -> str:
    if _is_notice(subject, own, robot):
        return "notice"
    if subject.patch and not (subject.reply or patches) and (subject.is_cover or _is_bare_cover(subject)):
        return "cover"  # also of a series that can be pulled
    if (subject.pull and not subject.reply) or (_PULL in own and _PULL_BODY.search(own)):
        return "pull"
    if patches or (subject.patch and not subject.reply and subject.n):
        return "patch"  # a counter says so, also when the diff is missing
    if subject.reply:
        return "reply"
    return "cover" if subject.is_cover and (subject.patch or subject.rfc) else "other"


_SEVERAL = re.compile(r"^(?:mega)?patch(?:es|-?sets?|-?series|bomb)", re.IGNORECASE)


def _is_bare_cover(subject: Subject) -> bool:
    """A cover letter without a counter: [PATCHSET v4] TITLE."""
    return subject.n is None and not subject.pull and any(_SEVERAL.match(word) for word in subject.prefixes)


def _is_notice(subject: Subject, own: str, robot: bool) -> bool:
    """Machine-written reports of trees and robots, by what they always carry (not by their sender alone)."""
    if subject.tip_branch or _MM_SUBJECT.match(subject.full) or _STABLE_ADDED.match(subject.full):
        return True
    if robot and (subject.reply or not subject.patch):
        return True
    named = subject.reply and ("commit: " in own or "/c/" in own)
    return named and bool(_COMMIT_LINE.search(own)) and bool(_APPLIED.search(own))


def _recorded(message: Message, subject: Subject, sender: Person) -> tuple[PatchFacts, ...]:
    """The patches of an abridged mail, as the snapshot records them: patch-id, diffstat, title of an attachment."""
    patch_id = message.header("x-tracker-patch-id")
    if patch_id:
        inbody = dict(split_mail(_NOTICE.sub("", message.body, count=1).encode("utf-8", "replace")).inbody)
        named = parse_addresses(inbody["From"]) if "From" in inbody else ()
        author = named[0] if named else sender
        return (PatchFacts(patch_id, _diffstat(message.body), 0, 0, subject.reply, subject.title, author),)
    attached_id, _, title = message.header("x-tracker-attached-patch").partition(" ")
    if attached_id:
        return (PatchFacts(attached_id, (), 0, 0, True, parse_subject(title).title, sender),)
    return ()


_STAT = re.compile(r"^ (\S+) +\| +(?:\d+ [+-]*|Bin .*)$", re.MULTILINE)


def _diffstat(text: str) -> tuple[str, ...]:
    return tuple(_STAT.findall(text))


def _patches(message: Message, subject: Subject, sender: Person) -> tuple[PatchFacts, ...]:
    """The diffs a mail carries: in its text when it is a posting, offered in its text or attached when it is a reply."""
    source = message.diff_source
    found: list[PatchFacts] = []
    if not subject.reply:
        diff = parse_diff(source)
        if diff is not None:
            found.append(_posted(source, diff, subject, sender))
    else:
        offer = offered_patch(source)
        if offer is not None:
            found.append(_offered(offer, subject, sender))
    for part in message.attached_patches:
        offer = offered_patch(part.payload)
        known = {other.patch_id for other in found} - {None}
        if offer is not None and offer.diff.patch_id not in known:
            found.append(_offered(offer, subject, sender, inline=subject.reply))
    return tuple(found)


def _posted(source: bytes, diff: Diff, subject: Subject, sender: Person) -> PatchFacts:
    inbody = dict(split_mail(source).inbody)
    author = parse_addresses(inbody["From"]) if "From" in inbody else ()
    title = parse_subject(decode_header(inbody["Subject"])).title if "Subject" in inbody else subject.title
    one = _patch_facts(diff, inline=False, title=title, author=author[0] if author else sender)
    return replace(one, blobs=read_blobs(source[diff.start : diff.end], one.files))


def _offered(offer: Offer, subject: Subject, sender: Person, *, inline: bool = True) -> PatchFacts:
    author = parse_addresses(offer.author.encode()) if offer.author else ()
    title = parse_subject(offer.subject).title if offer.subject else subject.title
    return _patch_facts(offer.diff, inline=inline, title=title, author=author[0] if author else sender, sha=offer.sha)


def _patch_facts(diff: Diff, *, inline: bool, title: str, author: Person, sha: str | None = None) -> PatchFacts:
    files = tuple(dict.fromkeys(file.path for file in diff.files))
    return PatchFacts(diff.patch_id, files, diff.added, diff.removed, inline, title, author, sha)
