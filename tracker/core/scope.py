"""For which patches a reviewer's words are meant, where the words say so themselves.

The sentences given here are in the plain form of tagwords.py. Only words that are about the tag count: `for patches 1-3`,
`patches 2-4 look good`, but not `after fixing the nits noted in patch 1` or `the same as in 2/5`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """kind: 'position' (the patch or cover replied to), 'series' or 'patches'; numbers: of patches, ascending."""

    kind: str = "position"
    numbers: tuple[int, ...] = ()


POSITION = Scope()
_MAX_NUMBER = 500

_HINT = re.compile(r"patch|\d|series|\bset\b|\ball\b|\bboth\b|\beach\b|everything|cover|whole|entire|\brest\b")
_ITEM = r"#?\d{1,3}(?:/\d{1,3})?(?:\s?(?:-|\.\.|to|through|thru)\s?#?\d{1,3}(?:/\d{1,3})?)?(?![\d.]*\.\d)"
_LIST = rf"{_ITEM}(?:(?:\s?(?:,|&|\+|\band\b|\bor\b))+\s?(?:patch(?:es)? )?{_ITEM})*"
_COUNT = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)"
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_SET = r"(?:(?:patch[ -]?)?series|patch[ -]?set|(?<=\bthis )set|(?<=\bthe )set(?=\W*\Z|[,:;.)]))(?!\w)"
_FOR = r"\b(?:for|to|on|only|just|cover(?:s|ing)?|reviewed|tested|checked) (?:the |all |your )?"
_GOOD = r"(?: \w+){0,2}? ?(?:[:,]|-(?!\d)|\b(?:is|are|look|looks|lgtm|seem|seems|have|has|get|gets|can|all)\b)"
_START = r"(?:^|[,;:(.-] ?|\b(?:and|but|so|also|then|otherwise|ok|okay|thanks|think|that) )"
# What may stand before `for patch 3` when it is not the tag that is for it.
_NOT_ABOUT = re.compile(
    r"\b(?:changes?|fix(?:es)?|comments?|nits?|similar|due|questions?|discussions?|compared|moved?|repl(?:y|ied)|respect|related|prior|relative|regards?"
    r"|thanks?|you|messages?|changelogs?|subjects?|titles?|descriptions?|typos?|updates?|according|next|belongs?) (?:made )?\Z"
)
_EXCEPT = re.compile(
    rf"\b(?:all|series|set|rest|everything)\b[^.]{{0,40}}?\b(?:except|but|apart from|other than|without)\b(?: for)? (?:the )?"
    rf"(?:patch(?:es)? ?)?({_LIST})"
)
_UP_TO = re.compile(r"\bup to (?:and including )?(?:patch )?#?(\d{1,3})\b(?!\.\d)")
_PATCHES = re.compile(
    rf"{_FOR}(?:first )?patch(?:es)? ?(?:no\.? ?|numbers? ?|#)?({_LIST})"
    rf"|{_START}(?:the )?patch(?:es)? ?({_LIST}){_GOOD}"
    rf"|{_FOR}((?=[^ ]*/){_LIST}|(?={_ITEM}(?: ?[,&+-]| and| to| through))(?=\S*\d){_LIST}(?= ?(?:[:,.)]|$|[RATKLN])))"
    rf"|{_START}((?=[^ ]*/){_LIST}){_GOOD}"
)
_FIRST = re.compile(
    rf"(?:{_FOR}|{_START}(?:the )?)(?:first|initial) ({_COUNT}) (?:\w+ )?patches\b|\b(?:the )?first ({_COUNT}) patches\b{_GOOD}"
)
_ONE = re.compile(rf"(?:{_FOR}|{_START}(?:the )?)(first|last|final) patch\b(?! (?:in|of) (?:\w+ )?(?:fixes|bug))")
_PREVIOUS = re.compile(
    r"\b(?:this|that) (?:patch )?and (?:the )?(?:previous|preceding|prior) (?:one|patch)\b"
    r"|\b(?:previous|preceding) (?:patch|one) and this\b"
)
_SERIES = re.compile(
    rf"\b(?:whole|entire|full|complete|rest of (?:the|this)) (?:\w+ )?(?:{_SET}|set|patches|lot|thing|pile|bunch)\b"
    rf"|{_FOR}(?:this |these |rest of the )?(?:v\d+ )?(?:\w+ )?{_SET}"
    r"|\b(?:for|to|on) (?:all|both|each|everything)"
    r"(?= of (?:these|them|those|this|it)\b|\W*\Z| ?[:,;.)]| (?:\w+ ){0,2}patches\b| [RATKN])"
    r"|\b(?:all|both) (?:of )?(?:\w+ ){0,2}patches\b|\b(?:both|all|all \w+) of (?:them|these|those)\b"
    rf"|{_START}(?:this|the|whole|entire|your) (?:\w+ )?{_SET}(?: as a whole| itself)?,?{_GOOD}"
    rf"|^\W*(?:\w+ )?{_SET}(?:-wide)? ?[:,-]"
    r"|\b(?:to|on) the cover[- ]?letter\b"
)
_NUMBER = re.compile(r"(\d{1,3})(?:/(\d{1,3}))?(?:\s?(-|\.\.|to|through|thru)\s?#?(\d{1,3}))?")
_PART = re.compile(
    r"\b(?:for|on|to|of) (?:the |your )?((?:[\w/.+-]+,? (?:and )?){1,3}?)"
    r"(bits?|parts?|portions?|pieces?|hunks?|side|drivers?|changes)\b(?! below| above)"
    r"|\b(?:for|on|to) ([\w/+-]+\.(?:[chS]|rst|rs|py|sh|txt|yaml|dtsi?))\b"
)
_PART_HINT = re.compile(r"bit|part|port|piece|hunk|side|driver|change|code|\.[chrsptyd]")
_NO_PART = re.compile(r"(?:this|that|these|those|all|above|below|such|any|requested|suggested|minor|other|same|both)\b")


def scope_of(sentence: str, n: int | None = None, total: int | None = None) -> Scope:
    """What *sentence* says about patches; POSITION when nothing.

    n, total: place and number of the patch replied to, from its subject, None where unknown.
    """
    if not _HINT.search(sentence):
        return POSITION
    match = _found(_EXCEPT, sentence)
    if match:
        return _all_but(match[1], total)
    numbers = {number for number in _numbers_in(sentence, n, total) if not total or number <= total}
    if numbers:
        return Scope("patches", tuple(sorted(numbers)))
    return Scope("series") if _found(_SERIES, sentence) else POSITION


def part_of(sentence: str) -> str | None:
    """The part of a patch that *sentence* limits a tag to: "bpf bits" of `nack to bpf bits`, None when it limits nothing."""
    match = _PART.search(sentence) if _PART_HINT.search(sentence) else None
    if match is None:
        return None
    words = match[3] or match[1] + match[2]
    return None if _NO_PART.match(words) else words


def _found(rule: re.Pattern[str], sentence: str) -> re.Match[str] | None:
    """The first match of *rule* that is about the tag."""
    return next((match for match in rule.finditer(sentence) if not _NOT_ABOUT.search(sentence, 0, match.start())), None)


def _numbers_in(sentence: str, n: int | None, total: int | None) -> set[int]:
    match = _found(_UP_TO, sentence)
    if match:
        return set(range(1, int(match[1]) + 1))
    match = _found(_PATCHES, sentence)
    if match:
        return _expand(next(filter(None, match.groups())), total)
    match = _found(_FIRST, sentence)
    if match:
        count = match[1] or match[2]
        return set(range(1, (_WORDS.get(count) or int(count)) + 1))
    match = _found(_ONE, sentence)
    if match:
        return {1} if match[1] == "first" else {total} if total else set()
    return {n - 1, n} if n and n > 1 and _found(_PREVIOUS, sentence) else set()


def _all_but(excluded: str, total: int | None) -> Scope:
    out = _expand(excluded, total)
    for match in _NUMBER.finditer(excluded):
        total = total or (int(match[2]) if match[2] else None)
    rest = tuple(number for number in range(1, min(total or 0, _MAX_NUMBER) + 1) if number not in out)
    return Scope("patches", rest) if rest else Scope("series")


def _expand(words: str, total: int | None) -> set[int]:
    """The numbers of `1-3, 5 and 7/9`; not those of 4/8 when the series has nine patches."""
    numbers: set[int] = set()
    for match in _NUMBER.finditer(words):
        if match[2] and total and int(match[2]) != total:
            continue
        low = int(match[1])
        high = int(match[4]) if match[3] else low
        if low <= high <= _MAX_NUMBER:
            numbers.update(range(low, high + 1))
    return numbers - {0}
