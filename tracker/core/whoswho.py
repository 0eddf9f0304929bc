"""Which of many people are one, found at once and not pair by pair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tracker.core.address import plain_email
from tracker.core.people import Person

_TWO_WORDS = re.compile(r"([A-Z][a-z]{2,})([A-Z][a-z]{2,})")


class WhosWho:
    """People by number, in nearly linear time: one address, or one full name of two words or more, is one person.

    Two that a third one ties (the name of the one, the address of the other) are one, too. aliases: as for same_person.
    """

    def __init__(self, people: Iterable[Person], aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self._numbers: dict[str, int] = {}
        self._stands: list[int] = []  # the number that stands for each one, or leads to it
        self._people: list[Person] = []
        for who in people:
            self._meet(who)

    def _keys(self, who: Person) -> list[str]:
        words = _words(who)
        email = self._aliases.get(who.email.casefold()) or self._aliases.get(plain_email(who.email)) or who.email
        return [key for key in (plain_email(email), " ".join(words) if len(words) > 1 else "") if key]

    def _meet(self, who: Person) -> None:
        keys = self._keys(who)
        found = sorted({self._root(self._numbers[key]) for key in keys if key in self._numbers})
        if not found:
            found = [len(self._people)]
            self._people.append(who)
            self._stands.append(found[0])
        for other in found[1:]:
            self._stands[other] = found[0]
        for known in (*(self._people[other] for other in found[1:]), who):
            if len(self._people[found[0]].name.split()) < len(known.name.split()):
                self._people[found[0]] = known
        for key in keys:
            self._numbers[key] = found[0]

    def _root(self, number: int) -> int:
        while self._stands[number] != number:
            self._stands[number] = number = self._stands[self._stands[number]]
        return number

    def number(self, who: Person) -> int:
        """The number of one of these people; -1 for one without an address and a full name."""
        keys = self._keys(who)
        return self._root(self._numbers[keys[0]]) if keys else -1

    def person(self, number: int) -> Person:
        """By the name with the most words."""
        return self._people[number] if number >= 0 else Person("", "")


def _words(who: Person) -> list[str]:
    """A name's words without case; `NeilBrown` has two."""
    joined = _TWO_WORDS.fullmatch(who.name.strip())
    return [word.casefold() for word in (joined.groups() if joined else who.name.split())]
