"""What a reply says about the work on a patch, beyond review tags: questions, requests, announcements, taking back.

Only words are read here. Who the author is, what is still open and what it means for the status is judged in status.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.ownwords import own_blocks
from tracker.core.people import Person
from tracker.core.smalltalk import CODE, NO_PLAN, NO_QUESTION, NO_REQUEST
from tracker.core.subject import Subject
from tracker.core.talkrules import (
    NEW_VERSION,
    OF_AUTHORS,
    QUESTION,
    REQUEST,
    RULES,
    SUPERSEDED,
    WITHDRAWN,
    WORDS,
)
from tracker.core.trailers import links

_MAX_TEXT = 40_000  # characters; longer replies are logs
_MAX_SENTENCES = 150
_MAX_SENTENCE = 600  # characters
_MAX_QUOTE = 160
_LEAD = 30  # characters of a sentence that may stand before the deciding words
_CLAUSES = (", ", "; ", ": ", "... ", " - ", " -- ", " but ", " and ", " so ", " (")
_CALL = re.compile(r"@?\w{2,30}[,:] ")  # somebody is called by name; the quote shows whom
_MAX_CALL = 50  # characters of a line that calls somebody
_ADDRESS = re.compile(r"(?:(?:hi|hello|hey|dear) |@)?(?P<to>[^\W\d_]{2,30})(?: [^\W\d_]{2,30})?[,:]", re.IGNORECASE)
_ADDRESSED = re.compile(r"\s*(?:(?:hi|hello|hey|dear) )?@?([^\W\d_]{2,30})(?:, |,\n|: )", re.IGNORECASE)
_NOT_WORDS = ("--", "\n@@ ", "\n+++ ", "___", "From: ")  # a text without these has no diff and no signature
_CUT = "\0"  # stands between two sentences
_ENDS = tuple((end, end[0] + _CUT) for end in (". ", ".\n", "? ", "?\n", "! ", "!\n", ":\n"))

# Word -> bits of the rules that it can fit; the lowest bit is the first rule.
_BITS: dict[str, int] = {}
_KINDS: dict[str, int] = {}
for _number, _rule in enumerate(RULES):
    _KINDS[_rule.kind] = _KINDS.get(_rule.kind, 0) | 1 << _number
    for _word in _rule.words:
        _BITS[_word] = _BITS.get(_word, 0) | 1 << _number
_WORDS = frozenset(_BITS)
_PLANS = sum(_KINDS[_kind] for _kind in OF_AUTHORS)


@dataclass(frozen=True, slots=True)
class Talk:
    """One thing a reply says, at most one of each kind.

    kind: 'question' and 'request' (for a change; a fault found is one), 'new-version' (will be changed, was changed, will be
    sent again), 'withdrawn' (take no notice of the patch), 'superseded' (something else takes its place), 'conceded' (the
    matter is settled for the writer), 'refused' (will not be taken, without the word NAK), 'taking' (the writer will apply
    it), 'handed' (somebody else is asked to apply it). quote: the deciding sentence from its deciding clause, white space
    folded, at most 160 characters. refs: of 'superseded' the message ids that the mail links to. to: who is called by name
    in front of it ("Jon, can you …"), '' nobody.
    """

    kind: str
    quote: str
    refs: tuple[str, ...] = ()
    to: str = ""


_COMMIT = re.compile(r"(?:[?&;]id=|/c/|/commit/|\bcommit )([0-9a-f]{12,40})\b")


def _named(text: str) -> tuple[str, ...]:
    """The mails that a text links to, then the commits that it names."""
    return (*links(text), *dict.fromkeys(_COMMIT.findall(text)))


def read_talk(text: str, sender: Person, subject: Subject | None = None) -> tuple[Talk, ...]:
    """What *sender* says in a reply, at most one Talk of each kind, in the order of the text. Never raises.

    text: the reply's own words (Message.own_text), maybe with diffs and a signature. subject: a mail that is no reply says
    nothing. Linear in the length of *text*.
    """
    if subject is not None and not subject.reply:
        return ()
    text = text[:_MAX_TEXT]
    left = (1 << len(RULES)) - 1
    found: dict[str, Talk] = {}
    to = ""
    marked = _marked(text)
    words = marked.lower().replace("?", " ? ").translate(WORDS)
    for piece, low in zip(marked.split(_CUT, _MAX_SENTENCES), words.split(_CUT, _MAX_SENTENCES), strict=True):
        alone = _ADDRESS.fullmatch(piece[:_MAX_CALL].strip()) if len(piece) < _MAX_CALL else None
        to = alone["to"] if alone else to
        bits = 0
        for word in _WORDS.intersection(low.split()):
            bits |= _BITS[word]
        if bits & left:
            for kind, quote in _said(piece[:_MAX_SENTENCE], bits & left):
                call = _ADDRESSED.match(piece)
                found[kind] = Talk(kind, quote, _named(text) if kind == SUPERSEDED else (), call[1] if call else to)
                left &= ~_KINDS[kind]
    return tuple(found.values())


def _marked(text: str) -> str:
    """The writer's own words, without diffs and signature, with a mark between sentences."""
    text = text.replace(_CUT, " ")
    if any(mark in text for mark in _NOT_WORDS):
        text = _CUT.join(text[start:end] for start, end in own_blocks(text))
    if "’" in text:
        text = text.replace("’", "'")
    text = text.replace("\n\n", _CUT)
    if "\n- " in text or "\n* " in text:
        text = text.replace("\n- ", _CUT).replace("\n* ", _CUT)
    for end, cut in _ENDS:
        text = text.replace(end, cut)
    return text


def _said(piece: str, bits: int) -> Iterator[tuple[str, str]]:
    """The kind and quote of the first of some rules that fits a sentence: of those for authors' plans, and of the others."""
    text = " ".join(piece.split()).replace("*", "")
    sentence = text.lower()
    while bits:
        lowest = bits & -bits
        rule = RULES[lowest.bit_length() - 1]
        bits ^= lowest
        match = rule.expression.search(sentence)
        if match is None or _void(rule.kind, sentence, piece):
            continue
        bits &= ~_PLANS if rule.kind in OF_AUTHORS else _PLANS
        yield rule.kind, _quote(text, 0 if match[0].startswith("?") else match.start())


def _void(kind: str, sentence: str, piece: str) -> bool:
    """Whether something says that a sentence is no question, request or plan after all: thanks, small talk, code."""
    if kind == QUESTION:
        return NO_QUESTION.search(sentence) is not None or CODE.search(piece) is not None
    if kind == REQUEST:
        return NO_REQUEST.search(sentence) is not None or CODE.search(piece) is not None
    if kind in (WITHDRAWN, SUPERSEDED):
        return sentence.endswith("?")
    return kind == NEW_VERSION and NO_PLAN.search(sentence) is not None


def _quote(text: str, at: int) -> str:
    """The deciding words of a sentence: from the clause that holds the character *at*."""
    if at > _LEAD and not _CALL.match(text):
        ends = [text.rfind(mark, 0, at + len(mark)) + len(mark) for mark in _CLAUSES if mark in text[: at + len(mark)]]
        clause = min(max(ends, default=0), at)
        start = clause if at - clause <= _LEAD else text.rfind(" ", 0, at - _LEAD // 2) + 1
        text = "…" + text[start:] if start else text
    return text if len(text) <= _MAX_QUOTE else text[: _MAX_QUOTE - 1].rstrip() + "…"
