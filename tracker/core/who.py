"""Which names and addresses of one topic belong to the same human being."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.core.people import Person, same_person

_NO_ALIASES: Mapping[str, str] = {}
_MAX_PEOPLE = 300
_MAX_SPELLINGS = 8


class People:
    """The people of a topic by number: addresses and spellings of one human being have the same one.

    Everybody is compared with everybody; of more than `_MAX_PEOPLE` the later ones are known by their address alone.
    """

    def __init__(self, aliases: Mapping[str, str] = _NO_ALIASES) -> None:
        self._aliases = aliases
        self._numbers: dict[tuple[str, str], int] = {}
        self._emails: dict[str, int] = {}
        self._spellings: list[list[Person]] = []
        self._best: list[Person] = []

    def number(self, person: Person) -> int:
        key = (person.name, person.email.lower())
        found = self._numbers.get(key)
        if found is None:
            found = self._emails.get(key[1]) if key[1] else None
            if found is None:
                found = self._alike(person)
            self._remember(person, key, found)
        return found

    def tie(self, one: Person, other: Person) -> None:
        """Make one person of two, whatever their names and addresses are."""
        kept, gone = self.number(one), self.number(other)
        if kept != gone:
            self._numbers = {key: kept if number == gone else number for key, number in self._numbers.items()}
            self._emails = {key: kept if number == gone else number for key, number in self._emails.items()}
            self._spellings[kept] += self._spellings[gone]
            self._spellings[gone] = []
            if _fullness(self._best[gone]) > _fullness(self._best[kept]):
                self._best[kept] = self._best[gone]

    def person(self, number: int) -> Person:
        """The first spelling with a full name and an address, as far as there is one."""
        return self._best[number]

    def _alike(self, person: Person) -> int:
        """The number of somebody known under another address or name, else a new one."""
        if len(self._best) <= _MAX_PEOPLE:
            for number, known in enumerate(self._spellings):
                if any(same_person(person, one, self._aliases) for one in known):
                    return number
        return len(self._best)

    def _remember(self, person: Person, key: tuple[str, str], number: int) -> None:
        if number == len(self._best):
            self._best.append(person)
            self._spellings.append([])
        elif _fullness(person) > _fullness(self._best[number]):
            self._best[number] = person
        if len(self._spellings[number]) < _MAX_SPELLINGS:
            self._spellings[number].append(person)
        self._numbers[key] = number
        if key[1]:
            self._emails[key[1]] = number


def _fullness(person: Person) -> tuple[bool, bool]:
    return (" " in person.name.strip(), bool(person.email))
