"""Whether a tag in a reply is in the name of the reply's sender.

People write their own tags by hand, so this forgives more than people.same_person: a short first name, a slip of the pen, a
sender with one word for a name. It is no proof of anything: a mail's From is a claim like any other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher

from tracker.core.people import Person, same_person

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_REMARK = re.compile(r"\([^()]*\)|[\"']")
_MAX_NAME = 80
_MIN_USER = 5  # letters of a local part that make it unlikely to be shared by two people
_SIMILAR = 0.8  # of each word; short names have to be equal


def is_own(person: Person, sender: Person, aliases: Mapping[str, str]) -> bool:
    """Whether *person*, named by a trailer in a reply, is its *sender*. aliases: as for people.same_person."""
    if same_person(person, sender, aliases):
        return True
    user, sender_user = _user(person), _user(sender)
    same_user = len(user) >= _MIN_USER and user == sender_user
    names, own = _words(person.name), _words(sender.name)
    if not names or not own:
        return same_user
    if len(own) == 1 or len(names) == 1:
        return same_user or (own[0] in (names[0], names[-1], user) if len(own) == 1 else names[0] == own[0])
    if names[-1] == own[-1]:
        return same_user or _short_form(names[0], own[0]) or _similar(names, own)
    return sorted(names) == sorted(own) or (names[0] == own[0] and _initials(names, own)) or _similar(names, own)


def _user(person: Person) -> str:
    return person.email.partition("@")[0].partition("+")[0].casefold()


def _words(name: str) -> list[str]:
    """The words of a name, `Last, First` turned round and `First Last, Company` cut; two of one like `JaneDoe`."""
    name = _REMARK.sub(" ", name[:_MAX_NAME]).partition(" - ")[0]
    if not name.isascii():
        name = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    head, comma, tail = name.partition(",")
    if comma:
        name = head if len(head.split()) > 1 else f"{tail} {head}"
    return _CAMEL.sub(" ", name).casefold().split()


def _short_form(one: str, other: str) -> bool:
    """Whether one first name is the other's beginning, as Steve is of Steven."""
    short, long = sorted((one, other), key=len)
    return len(short) > 2 and long[:4].startswith(short[:4])


def _initials(one: list[str], other: list[str]) -> bool:
    """Whether the last name of one is short for the other's: KH of Kroah-Hartman."""
    short, long = sorted((one[-1], other[-1]), key=len)
    return len(short) <= 3 and short == "".join(part[:1] for part in long.split("-"))


def _similar(one: list[str], other: list[str]) -> bool:
    """Whether two full names differ by a slip or by spaces only; a number is no slip."""
    if "".join(one) == "".join(other):
        return True
    if len(one) != len(other) or any(char.isdigit() for word in one + other for char in word):
        return False
    return all(SequenceMatcher(None, a, b).ratio() >= _SIMILAR for a, b in zip(one, other, strict=True))
