"""Patches as they were mailed: what `git am` would make a commit of, for finding the commit that somebody did make."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.core.charset import decode_header
from tracker.core.commit import relations
from tracker.core.facts import Facts
from tracker.core.mailinfo import Offer, offered_patch, split_mail
from tracker.core.message import Message
from tracker.core.patch import Diff, parse_diff
from tracker.core.people import Person, parse_addresses
from tracker.core.subject import parse_subject

_MAX_TITLE = 1_000
_MAX_MESSAGE = 60_000  # bytes of a commit message that are looked at


@dataclass(frozen=True, slots=True)
class Posted:
    """One patch of a mail.

    msgid: of the mail, which has several of these when a reply offers several patches. title: without brackets, '' when
    an offered patch has none of its own. author: of the in-body From where there is one. sender: of the mail. date: of
    the mail, seconds UTC; `git am` makes it the commit's author date. message: what the commit's message would be,
    without the title. diff: from the first header line on. files: paths after the change. inline: offered in a reply.
    version: of the posting. upstream: the commit that it is a backport of, '' for none; reverts: those it reverts; hex as
    written.
    """

    msgid: str
    title: str
    author: Person
    sender: Person
    date: int | None
    patch_id: str | None
    files: tuple[str, ...]
    message: bytes
    diff: bytes
    inline: bool
    version: int = 1
    upstream: str = ""
    reverts: tuple[str, ...] = ()


def read_posted(message: Message, facts: Facts) -> tuple[Posted, ...]:
    """The patches of *message*, whose facts are given: those it posts, or those it offers as a reply. Never raises."""
    if not facts.patches:
        return ()
    source = message.diff_source
    found: list[Posted] = []
    if not facts.subject.reply:
        diff = parse_diff(source)
        if diff is not None:
            found.append(_posting(message, facts, source, diff))
        offers = [part.payload for part in message.attached_patches]
    else:
        offers = [source, *(part.payload for part in message.attached_patches)]
    for text in offers:
        offer = offered_patch(text)
        if offer is not None and offer.diff.patch_id not in {one.patch_id for one in found} - {None}:
            found.append(_offered(message, facts, text, offer))
    return tuple(found)


def _posting(message: Message, facts: Facts, source: bytes, diff: Diff) -> Posted:
    split = split_mail(source)
    inbody = dict(split.inbody)
    authors = parse_addresses(inbody["From"]) if "From" in inbody else ()
    title = parse_subject(decode_header(inbody["Subject"])).title if "Subject" in inbody else facts.subject.title
    return _make(message, facts, source, diff, split.message, title, authors[0] if authors else facts.sender, False)


def _offered(message: Message, facts: Facts, source: bytes, offer: Offer) -> Posted:
    authors = parse_addresses(offer.author.encode()) if offer.author else ()
    own = parse_subject(offer.subject).title if offer.subject else ""
    title = own or ("" if facts.subject.reply else facts.subject.title)
    author = authors[0] if authors else facts.sender
    return _make(message, facts, source, offer.diff, offer.message, title, author, facts.subject.reply)


def _make(
    message: Message, facts: Facts, source: bytes, diff: Diff, said: bytes, title: str, author: Person, inline: bool
) -> Posted:
    said = said[:_MAX_MESSAGE]
    known = relations(said.decode("utf-8", "replace"))
    return Posted(
        message.msgid, title[:_MAX_TITLE], author, facts.sender, facts.date, diff.patch_id,
        tuple(dict.fromkeys(file.path for file in diff.files)), said, source[diff.start : diff.end], inline,
        1 if inline else facts.subject.version, known.upstream, known.reverts,
    )  # fmt: skip
