"""What people say in replies to have done with patches: reads a mail's own sentences and asks applyclaims.py about each."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core import applyclaims as claims
from tracker.core.applyclaims import PULLED, RULES, STABLE, Claim, judge
from tracker.core.noticeform import HEX, Mail, Notice, quoted, version_in, word_set
from tracker.core.ownwords import Span, own_blocks, sentence_after, sentence_at
from tracker.core.scope import POSITION, Scope, scope_of
from tracker.core.stablemail import is_maintainer
from tracker.core.subject import Subject, parse_subject
from tracker.core.tagwords import lowered, plain
from tracker.core.whereto import NOWHERE, place_of_words

# The name of a branch in quotes: applied to the 'next' branch.
_QUOTED = re.compile(r"(?<![\w'])'([\w./#-]{1,60})'(?![\w'])")
_MAX_TEXT = 30_000  # characters of a mail that are looked at
_MAX_PLACES = 40  # verbs that are looked at
_MAX_BLOCKS = 200
_MAX_AFTER = 300
_MAX_PARENTS = 10
_UNPULLED = re.compile(
    r"\bI (?:take|took) (?:that|it|this) back\b|\b(?:I|I've|I have)(?: \w+)?? (?:unpulled|un-pulled|undone (?:the|that|this)"
    r" (?:pull|merge))\b"
)
# Linus says so of what he has pulled.
_UNANSWERED = re.compile(r"\bpr-tracker-bot (?:didn't|did not|doesn't|hasn't|failed|missed|seems to have)", re.IGNORECASE)
_NEAR = 40  # characters behind the verb in which code makes a sentence code
_DIGITS = tuple("#123456789")
_EXCEPT = re.compile(
    r"\b(?:except|minus|apart from|other than|without|excluding)(?: for)?(?: the)?(?: patch(?:es)?)? "
    r"(#?\d{1,3}(?: ?(?:-|,|&|and) ?#?\d{1,3}){0,8})(?!\.?\d)"
)
_CODE = re.compile(r"[{}=|]|;(?! )|\w\(\)|_\w+\(|^\W*\+ |\$ |#!/|\b0x|<[^ >]+>|\bBUG\b")
_SHA = re.compile(rf"\b({HEX})\b")
_VERBS_OF_NUMBERS = re.compile(
    r"\b(applied|queued|merged|pushed|picked|took|dropped|picking|queue|apply|take|pick)((?: up)?)"
    r" (?:patch(?:es)? )?(?=#?\d{1,3}(?:[-,/. ]|\Z))(?!\d+\.\d)"
)


def read_words(mail: Mail) -> Iterator[Notice]:
    """What the sender of a reply says to have done with the patches it answers; at most one notice of a kind."""
    if "PULL" in mail.subject.upper():
        back = _UNPULLED.search(mail.own[:_MAX_TEXT])
        if back:
            yield Notice("unpulled", "human", refs=mail.message.parents[-_MAX_PARENTS:], quote=quoted(back[0]))
            return
        missed = _UNANSWERED.search(mail.own[:_MAX_TEXT])
        if missed:
            yield Notice("pulled", "human", refs=mail.message.parents[-_MAX_PARENTS:], quote=quoted(missed[0]))
            return
    if not _worth_reading(mail.own[:_MAX_TEXT]):
        return
    text = mail.message.body[:_MAX_TEXT]
    subject = parse_subject(mail.subject)
    rules = (*PULLED, *RULES) if subject.pull else (*STABLE, *RULES) if _about_stable(mail, subject) else RULES
    said: set[str] = set()
    for words, sentence, after in _sentences(text, lowered(text)):
        claim = judge(sentence, after, rules)
        if claim and claim.kind not in said:
            said.add(claim.kind)
            yield _notice(mail, subject, claim, sentence, words)


# A quick look at all words of a text: a verb, with a word directly in front that a claim may have there.
_MARKS = ("", ",", ".", "!", ";", ":", ")")
_END_MARKS = tuple(".,;:!?()[]{}<>*-–—\"'/")
_FRONT_OF_DONE = (claims.POLITE - word_set("the to of a for by as work not")) | word_set(
    """i we it's they're that's it this they these those i'd fyi gone ahead provisionally temporarily simply therefore either only
    today went patch series"""
)
_FRONT_OF_DOING = _FRONT_OF_DONE | {"i'm", "am", "me", "be"}
_FRONT_OF_FUTURE = word_set("i'll we'll will me just now also then gladly happily definitely simply going")
_FRONT_OF_REVERT = _FRONT_OF_FUTURE | word_set("please pls kindly you someone somebody linus we be should must")
_FRONTS = (
    (f"{claims.DONE} {claims.MOVED} dropped", _FRONT_OF_DONE),
    (f"{claims.DOING} dropping", _FRONT_OF_DOING),
    (f"{claims.TO_DO} {claims.TO_DO_OFTEN} {claims.TO_PUT} drop", _FRONT_OF_FUTURE),
    ("revert", _FRONT_OF_REVERT),
    ("reverted reverting", _FRONT_OF_DOING | _FRONT_OF_REVERT),
)
_FRONT_OF = {verb + mark: fronts for verbs, fronts in _FRONTS for verb in verbs.split() for mark in _MARKS}
_SPEAKING = frozenset(_FRONT_OF)
# Which words may stand directly behind the verb of a claim, where no punctuation and no number does.
_BEHIND = word_set(
    """up in to into for it this that them these those both all everything the your patch patches with and but as so
    now here already too again thanks thank thx thnanks cheers manually by first last rest remaining via through
    since because after except without from of out commit each whole entire just only also shortly soon later today
    tomorrow directly on over off minus modulo as-is v1 v2 v3 series"""
)
_ENDS = ".,!;:)"
_HELD_MARKS = ("in-tree", "in my ", "in our ", "-next", "-fixes", "-misc", "/dev", "/next", "/fixes", "/misc", "/ma", "/for-")
_HELD_AT = re.compile(claims.HELD)
_TWO_IN_FRONT = {"to": ("going", "have", "need"), "and": ("ahead", "just")}


def _worth_reading(text: str) -> bool:
    """Whether a verb stands somewhere in *text* behind a word that a claim may have in front of it."""
    low = text.lower()
    if any(low.find(held) >= 0 for held in _HELD_MARKS) and _HELD_AT.search(low):
        return True
    words = low.replace("\n\n", " . ").split()
    for spoken in _SPEAKING.intersection(words):
        fronts = _FRONT_OF[spoken]
        at = -1
        for _ in range(min(words.count(spoken), _MAX_PLACES)):
            at = words.index(spoken, at + 1)
            behind = words[at + 1] if at + 1 < len(words) else "."
            if spoken[-1].isalpha() and behind[0].isalpha() and behind.rstrip(_ENDS) not in _BEHIND:
                continue
            front = words[at - 1] if at else "."
            numbered = front[-1].isdigit() and fronts is _FRONT_OF_DONE  # "1 and 2 added to devel"
            if numbered or front.lstrip('(*"') in fronts or (front.endswith(_END_MARKS) and fronts is not _FRONT_OF_FUTURE):
                return True
            if front in _TWO_IN_FRONT and at > 1 and words[at - 2] in _TWO_IN_FRONT[front]:
                return True
    return False


def _sentences(text: str, low: str) -> Iterator[tuple[str, str, str]]:
    """The sentences with a verb in the writer's own lines: as written, in plain form, and the next one in plain form."""
    left = _MAX_PLACES
    for block in own_blocks(text)[:_MAX_BLOCKS]:
        done = 0
        for place in claims.VERB.finditer(low, *block):
            if place.start() < done or low[place.start() - 1 : place.start()].isalnum():
                continue
            left -= 1
            if left < 0:
                return
            span: Span = sentence_at(text, block, place.start(), place.end())
            done = span[1]
            words = text[slice(*span)]
            if words and not _CODE.search(words, 0, place.end() - span[0] + _NEAR):
                after = sentence_after(text, block, span[1])
                yield words, _QUOTED.sub(r"\1", plain(words)), plain(text[slice(*after)][:_MAX_AFTER])


def _notice(mail: Mail, subject: Subject, claim: Claim, sentence: str, words: str) -> Notice:
    line = " ".join(words.split())
    placed = claim.kind in ("applied", "pulled", "dropped")
    tree, branch = place_of_words(line) if placed else NOWHERE
    scope = _patches_named(sentence, subject) if placed else POSITION
    numbers = tuple((number, subject.total or 0) for number in scope.numbers)
    if_so = claim.kind if claim.kind in ("asked", "own") else ""  # it counts if he was asked to, or had applied it himself
    kind = "dropped" if if_so else claim.kind
    if _about_stable(mail, subject):
        kind = {"applied": "stable-queued", "dropped": "stable-dropped"}.get(kind, kind)
        if kind.startswith("stable"):
            tree, branch = "stable", subject.stables[0].removesuffix(".y") if len(subject.stables) == 1 else ""
    about_some = kind == "stable-dropped" and subject.n == 0  # in answer to a review's cover nobody drops all of it
    partly = subject.subset or about_some or bool(numbers and subject.total != len(numbers))
    sha = _SHA.search(line) if kind.startswith("revert") else None
    return Notice(
        kind, "ty" if ".b4-ty@" in mail.message.msgid else "human", numbers=numbers,
        commit=sha[1] if sha and any(char.isdigit() for char in sha[1]) else "", tree=tree, branch=branch,
        version=version_in(line), refs=mail.parent, subset=partly,
        reason="will" if claim.future else if_so, quote=quoted(words),
    )  # fmt: skip


def _patches_named(sentence: str, subject: Subject) -> Scope:
    """The patches that the words name: "applied 1-3", "1 and 2 added", "all except for patch 5"."""
    left_out = _EXCEPT.search(sentence)
    if left_out:
        return scope_of(f"for all patches except {left_out[1]}", subject.n, subject.total)
    if sentence.startswith(_DIGITS):
        sentence = "for patches " + sentence
    return scope_of(_VERBS_OF_NUMBERS.sub(r"\1\2 for patches ", sentence), subject.n, subject.total)


def _about_stable(mail: Mail, subject: Subject) -> bool:
    """Whether a stable maintainer answers a mail about the stable trees."""
    return is_maintainer(mail.email) and bool(subject.stables or "stable" in mail.subject or "AUTOSEL" in mail.subject)
