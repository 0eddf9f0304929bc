"""Who stands for the files of a topic in MAINTAINERS: people to name as those whose turn it is, and who may refuse or apply.

THE REST stands for everything, so for nothing in particular, and is left out. A file of another project says nothing: one
whose sections name lists belongs to a topic only if one of them carried its mails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from tracker.core.address import plain_email
from tracker.core.maintainers import Maintainers
from tracker.core.people import Person
from tracker.core.recipients import is_person

MAINTAINER, REVIEWER = "M", "R"
_MOST = 40


class Owner(NamedTuple):
    """letter: M or R."""

    person: Person
    letter: str


def addresses(owners: Iterable[Owner], senders: Iterable[Person], aliases: Mapping[str, str]) -> frozenset[str]:
    """From where those who are M may write, in lower case: their own addresses, and what *senders* of the same name use.

    aliases: as for people.same_person.
    """
    known = [one.person for one in owners if one.letter == MAINTAINER]
    if not known:
        return frozenset()
    own = {one.email.lower() for one in known}
    mine = own | {aliases[email] for email in own if email in aliases}
    names = {one.name.casefold() for one in known if " " in one.name}
    others = ((one, one.email.lower()) for one in senders)
    return frozenset(mine.union(email for one, email in others if one.name.casefold() in names or aliases.get(email) in mine))


class Owners:
    """The people of a MAINTAINERS, as far as they are people and not lists. lists: of the topic, ids in lower case."""

    def __init__(self, maintainers: Maintainers, lists: Collection[str] = ()) -> None:
        self._maintainers = maintainers
        known = maintainers.list_ids
        self._ours = not lists or not known or not known.isdisjoint(lists)

    def of(self, files: Iterable[str]) -> tuple[Owner, ...]:
        """The people for these files, each once, those of the sections that name most of them first, then the most specific.

        Who is M in one section and R in another is M. At most 40.
        """
        if not self._ours:
            return ()
        count: dict[int, int] = {}
        best: dict[int, int] = {}
        for path in dict.fromkeys(files):
            for number, depth in self._maintainers.depths(path).items():
                if depth >= 0:
                    count[number] = count.get(number, 0) + 1
                    best[number] = max(depth, best.get(number, 0))
        found: dict[str, Owner] = {}
        for number in sorted(count, key=lambda number: (-count[number], -best[number], number)):
            for person, letter in self._maintainers.sections[number].people:
                key = plain_email(person.email)
                if key in found and letter == MAINTAINER:
                    found[key] = Owner(found[key].person, MAINTAINER)
                elif key not in found and is_person(person, self._maintainers.list_ids):
                    found[key] = Owner(person, letter)
        several = sorted(found.values(), key=lambda one: one.letter != MAINTAINER)
        return tuple(several[:_MOST])
