"""People's addresses and names as a .mailmap ties them (gitmailmap(5), read as git's mailmap.c reads it)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tracker.core.people import Person

_BLANK = " \t\n\r"  # what git takes for a space
_MAX_STEPS = 10
_FOLD = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}  # as strcasecmp does: ASCII letters only


@dataclass(slots=True)
class _Entry:
    """What stands for one address: the proper name and address (None: as it is), and those for some of its names only."""

    name: str | None = None
    email: str | None = None
    by_name: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)


class Mailmap:
    """The table of a .mailmap. Made by `read_mailmap`."""

    def __init__(self, entries: Mapping[str, _Entry]) -> None:
        self._entries = entries

    def resolve(self, person: Person) -> Person:
        """The proper name and address of *person*, as `git check-mailmap` tells them."""
        entry = self._entries.get(_fold(person.email))
        if entry is None:
            return person
        name, email = entry.by_name.get(_fold(person.name), (entry.name, entry.email))
        return Person(name if name is not None else person.name, email if email is not None else person.email)

    @property
    def aliases(self) -> dict[str, str]:
        """Address in lower case -> the address that stands for its owner, as people.same_person wants it.

        Unlike in git, an owner's address may itself be an alias of a newer one. An address that the file gives to several
        people by their names (root@localhost) is left out.
        """
        direct = {old: new for old, entry in self._entries.items() if (new := _owner(old, entry)) is not None}
        found = {}
        for old, new in direct.items():
            for _ in range(_MAX_STEPS):
                new = direct.get(_fold(new), new)
            if old and _fold(new) != old:
                found[old.lower()] = new
        return found

    def addresses(self, emails: Iterable[str]) -> tuple[str, ...]:
        """*emails* and all other addresses of their owners, in lower case, sorted."""
        aliases = self.aliases
        given = {email.lower() for email in emails}
        owners = {aliases.get(email, email).lower() for email in given}
        tied = {old for old, new in aliases.items() if new.lower() in owners}
        return tuple(sorted(given | owners | tied))


def _owner(old: str, entry: _Entry) -> str | None:
    """The one address that *old* leads to, None when there is none or more than one."""
    named = {email for _, email in entry.by_name.values()}
    owners = {email for email in {*named, entry.email} if email is not None and _fold(email) != old}
    plain = entry.email is not None or None not in named
    return owners.pop() if len(owners) == 1 and plain else None


def read_mailmap(text: str) -> Mailmap:
    """The table in *text*. Lines that mean nothing are left out, as git does; never raises."""
    entries: dict[str, _Entry] = {}
    for line in text.split("\n"):
        if line.startswith("#"):
            continue
        first = _name_and_email(line)
        if first is None or not first[1]:
            continue
        second = _name_and_email(first[2])
        _add(entries, first[:2], second[:2] if second else None)
    return Mailmap(entries)


def _name_and_email(text: str) -> tuple[str | None, str, str] | None:
    """`Name <email>` at the start of *text*: the name (None when empty), the email, the rest; None when there is none."""
    name, opened, rest = text.partition("<")
    email, closed, rest = rest.partition(">")
    return (name.strip(_BLANK) or None, email, rest) if opened and closed else None


def _add(entries: dict[str, _Entry], new: tuple[str | None, str], old: tuple[str | None, str] | None) -> None:
    """One line: the proper name and address, and what they stand for; without that, the name of the address itself."""
    name, email = new
    if old is None:
        _entry(entries, email).name = name or _entry(entries, email).name
        return
    old_name, old_email = old
    entry = _entry(entries, old_email)
    if old_name is not None:
        entry.by_name[_fold(old_name)] = (name, email)
        return
    entry.name = name or entry.name
    entry.email = email


def _entry(entries: dict[str, _Entry], email: str) -> _Entry:
    return entries.setdefault(_fold(email), _Entry())


def _fold(text: str) -> str:
    return text.translate(_FOLD)
