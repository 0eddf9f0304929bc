"""Patches that a committer gave another title: the same words but for the prefix, the spelling, or what was cut or added.

Titles alone are no proof: who uses this asks for the same author too, and that no other patch has the new title.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

from tracker.core.subject import normal_title

_PREFIX = re.compile(r"^(?:[\w./,*-]{1,40}(?: [\w./,*-]{1,20})?: ?)+")
_SMALL = frozenset(("a", "an", "the", "not", "in", "of", "on", "for", "to", "and", "is"))
_FEWEST = 3  # words below which a title says too little
_FEWEST_CUT = 4  # words of one that is the beginning of another
_LIKE = 0.7  # of two spellings of a word
_FEWEST_MIXED = 4  # words that two titles share in any order
_MIXED = 0.75  # of their words
_MUCH = 0.6
_LONG_NAME = 6
_AROUND = "()[]{}<>\"'`.,:;!?*&-"
_KEYS = 2


def title_keys(author: str, title: str) -> tuple[str, ...]:
    """Keys that the titles of one author's patch are likely to share: his name with each of the longest words."""
    who = " ".join(sorted(author.casefold().split()))
    longest = sorted(set(_words(title)), key=lambda word: (-len(word), word))[:_KEYS]
    return tuple(f"k:{who}|{word}" for word in longest) if who else ()


def same_patch(one: str, other: str) -> bool:
    """Whether two titles may be of one patch of the same author."""
    a, b = sorted((_words(one), _words(other)), key=len)
    if len(a) < _FEWEST:
        return False
    if a == b or (len(a) >= _FEWEST_CUT and b[: len(a)] == a):
        return True
    first = [word for word in a if word not in _SMALL]
    second = [word for word in b if word not in _SMALL]
    if len(first) == len(second) >= _FEWEST and all(map(_alike, first, second)):
        return True
    shared = (Counter(first) & Counter(second)).total()
    return shared >= _FEWEST_MIXED and 2 * shared / (len(first) + len(second)) >= _MIXED


def much_alike(one: str, other: str) -> bool:
    """Whether two titles name the same thing of the code (`ovl_rename()`) or have three words in five in common; much too little
    without further evidence.
    """
    a, b = ([word for word in _words(title) if word not in _SMALL] for title in (one, other))
    if any("_" in word and len(word) >= _LONG_NAME for word in {*a} & {*b}):
        return True
    shared = (Counter(a) & Counter(b)).total()
    return shared >= _FEWEST and 2 * shared / (len(a) + len(b)) >= _MUCH


@lru_cache(maxsize=16_384)
def _words(title: str) -> tuple[str, ...]:
    """The words of a title without the part of the tree it is about."""
    words = normal_title(_PREFIX.sub("", title[:400])).split()
    return tuple(filter(None, (word.strip(_AROUND) for word in words)))


def _alike(one: str, other: str) -> bool:
    """Whether two words are spellings of one; numbers and short words have none."""
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or any(map(str.isdigit, one + other)):
        return False
    return SequenceMatcher(None, one, other).ratio() >= _LIKE
