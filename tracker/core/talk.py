"""What a reply says about the work on a patch, beyond review tags: questions, requests, announcements, taking back.

Only words are read here. Who the author is, what is still open and what it means for the status is judged in status.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.core.ownwords import Span, own_blocks, sentence_after
from tracker.core.people import Person
from tracker.core.subject import Subject
from tracker.core.talkrules import (
    CODE, NEW_VERSION, NO_PLAN, NO_QUESTION, NO_REQUEST, OF_AUTHORS, QUESTION, REQUEST, RULES, SUPERSEDED, Rule,
)  # fmt: skip
from tracker.core.trailers import links

_MAX_TEXT = 40_000  # characters; longer replies are logs
_MAX_SENTENCES = 150
_MAX_QUOTE = 160
_LEAD = 30  # characters of a sentence that may stand before the deciding words
_CLAUSES = (", ", "; ", ": ", "... ", " - ", " -- ", " but ", " and ", " so ", " (")


@dataclass(frozen=True, slots=True)
class Talk:
    """One thing a reply says, at most one of each kind.

    kind: 'question' and 'request' (for a change; a fault found is one), 'new-version' (will be changed, was changed, will be
    sent again), 'withdrawn' (take no notice of the patch), 'superseded' (something else takes its place), 'conceded' (the
    matter is settled for the writer), 'refused' (will not be taken, without the word NAK). quote: the deciding sentence,
    white space folded, at most 160 characters. refs: of 'superseded' the message ids that the mail links to.
    """

    kind: str
    quote: str
    refs: tuple[str, ...] = ()


def read_talk(text: str, sender: Person, subject: Subject | None = None) -> tuple[Talk, ...]:
    """What *sender* says in a reply, at most one Talk of each kind, in the order of the text. Never raises.

    text: the reply's own words (Message.own_text), maybe with diffs and a signature. subject: a mail that is no reply says
    nothing. Linear in the length of *text*.
    """
    if subject is not None and not subject.reply:
        return ()
    text = text[:_MAX_TEXT]
    low = text.lower().replace("\n", " ")
    rules = [rule for rule in RULES if any(word in low for word in rule.words)]
    found: dict[str, Talk] = {}
    if not rules:
        return ()
    for span in _sentences(text):
        piece = text[span[0] : span[1]]
        for kind, quote in _said(piece, rules):
            if kind not in found:
                found[kind] = Talk(kind, quote, tuple(links(text)) if kind == SUPERSEDED else ())
                rules = [rule for rule in rules if rule.kind != kind]
        if not rules:
            break
    return tuple(found.values())


def _sentences(text: str) -> Iterator[Span]:
    left = _MAX_SENTENCES
    for block in own_blocks(text):
        at = block[0]
        while left and at < block[1]:
            left -= 1
            span = sentence_after(text, block, at)
            if span[0] == span[1]:
                break
            yield span
            at = span[1]


def _said(piece: str, rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """The kind and quote of the first rule that fits a sentence: of those for authors' plans, and of the others."""
    text = " ".join(piece.split()).replace("’", "'").replace("*", "")
    sentence = text.lower()
    if len(sentence) < 3:
        return
    done = {True: False, False: False}
    for rule in rules:
        plan = rule.kind in OF_AUTHORS
        if done[plan] or not any(word in sentence for word in rule.words):
            continue
        match = rule.expression.search(sentence)
        if match is None or _void(rule.kind, sentence, piece):
            continue
        done[plan] = True
        yield rule.kind, _quote(text, match.start())


def _void(kind: str, sentence: str, piece: str) -> bool:
    """Whether something says that a sentence is no question, request or plan after all: thanks, small talk, code."""
    if kind == QUESTION:
        return NO_QUESTION.search(sentence) is not None or CODE.search(piece) is not None
    if kind == REQUEST:
        return NO_REQUEST.search(sentence) is not None or CODE.search(piece) is not None
    return kind == NEW_VERSION and NO_PLAN.search(sentence) is not None


def _quote(text: str, at: int) -> str:
    """The deciding words of a sentence: from the clause that holds the character *at*."""
    if at > _LEAD:
        ends = [text.rfind(mark, 0, at + len(mark)) + len(mark) for mark in _CLAUSES if mark in text[: at + len(mark)]]
        clause = min(max(ends, default=0), at)
        start = clause if at - clause <= _LEAD else text.rfind(" ", 0, at - _LEAD // 2) + 1
        text = "…" + text[start:] if start else text
    return text if len(text) <= _MAX_QUOTE else text[: _MAX_QUOTE - 1].rstrip() + "…"
