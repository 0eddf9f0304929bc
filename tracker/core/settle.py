"""What became of what was said: promises kept, conditions met, tags taken back, refusals that fell.

Sayings pass by once, oldest first; whatever is in force waits under its person, tag and patch for what ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tracker.core.patchline import Place
from tracker.core.said import NAMELESS, REFUSAL, Case, Saying, sent

WITHDRAWN, REFUSED, CAME_ROUND = "withdrawn", "refused later", "given later"
GIVING = ("given", "kept")


@dataclass(slots=True)
class Settled:
    """One saying with what came after it. base: line -> the place it counts from; dropped: line -> why it does not.

    met: a posting met its condition, so it counts like a given one.
    """

    said: Saying
    lines: tuple[int, ...]
    base: dict[int, Place]
    dropped: dict[int, str] = field(default_factory=dict)
    state: str | None = None
    settled_by: str | None = None
    met: bool = False

    @property
    def counts(self) -> bool:
        """Whether it can count for a patch at all."""
        return not self.said.mismatch and (self.said.verdict in (*GIVING, "refused") or self.met)


def settle(case: Case, said: Sequence[Saying]) -> list[Settled]:
    """*said*, oldest first, with what became of each."""
    ledger = _Ledger()
    found = []
    for one in said:
        lines = tuple(case.lines(one.places))
        entry = Settled(one, lines, dict(zip(lines, one.places, strict=True)))
        if not one.mismatch:
            entry.state = "open" if one.verdict in ("promised", "conditional") else None
            ledger.take(entry)
        found.append(entry)
    taken = {(entry.said.key, entry.said.confirmed): entry.said.said.msgid for entry in reversed(found) if entry.said.confirmed}
    for entry in found:
        if entry.said.verdict == "conditional" and not entry.said.withdraws and not entry.said.mismatch:
            _met_by_posting(case, entry)
            if entry.state == "open" and (entry.said.key, entry.said.said.msgid) in taken:  # for what its patches became
                entry.state, entry.settled_by = "kept", taken[entry.said.key, entry.said.said.msgid]
        if entry.lines and entry.state == "open" and all(line in entry.dropped for line in entry.lines):
            entry.state = None
    return found


def _met_by_posting(case: Case, entry: Settled) -> None:
    """A condition is met when a later posting lists the tag; from then on the tag counts as that posting has it."""
    said = entry.said
    for index in range(said.series + 1, len(case.lineup.revisions)):
        there = case.lineup.there[index]
        places = {line: (index, there[line]) for line in entry.lines if line in there and line not in entry.dropped}
        places = {line: place for line, place in places.items() if said.key in case.listed.get(place, ())}
        if not places:
            continue
        mail = case.listed[next(iter(places.values()))][said.key].mail
        if sent(mail) >= said.when:
            entry.base, entry.met = places, True
            if entry.state != "kept" or sent(mail) <= sent(case.mails.get(entry.settled_by or "")):
                entry.state, entry.settled_by = "kept", mail.msgid
            return


_Waiting = dict[tuple[str, int], dict[int, list[Settled]]]


@dataclass(slots=True)
class _Ledger:
    """What is in force. given, pending: (name, person) -> line -> tags and refusals, conditions. promises: by person."""

    given: _Waiting = field(default_factory=dict)
    pending: _Waiting = field(default_factory=dict)
    promises: dict[int, list[Settled]] = field(default_factory=dict)

    def take(self, one: Settled) -> None:
        """The next saying; those of other people's names never come here."""
        said = one.said
        if said.verdict == "promised":
            self.promises.setdefault(said.person, []).append(one)
        elif said.verdict == "withdrawn":
            self._withdraw(one)
        else:
            self._keep_promises(one)
            if said.source == "reply":  # an author's word ends nobody else's refusal or condition here
                self._answer(one)
            _put(self.given, one)

    def _answer(self, one: Settled) -> None:
        said = one.said
        if said.verdict == "conditional":
            _put(self.pending, one)
            return
        if said.verdict == "refused":
            for key in self._keys(said.person):
                if key[0] != REFUSAL:
                    self._drop(key, one.lines, REFUSED)
            return
        pending = self.pending.get(said.key, {})
        # Who gives his tag for the whole of a later version does not wait for patches that are gone.
        gone = (
            [line for line, waiting in pending.items() if waiting[0].said.series < said.series] if said.scope == "series" else []
        )
        for met in _pull(pending, dict.fromkeys((*one.lines, *gone))):
            if met.state == "open":
                met.state, met.settled_by = "kept", said.said.msgid
        for fallen in self._drop((REFUSAL, said.person), one.lines, CAME_ROUND):
            fallen.settled_by = said.said.msgid

    def _keep_promises(self, one: Settled) -> None:
        """Any tag of a person keeps his promises, but for those of the same mail."""
        left = []
        for promise in self.promises.pop(one.said.person, ()):
            if promise.said.said.msgid == one.said.said.msgid:
                left.append(promise)
            else:
                promise.state, promise.settled_by = "kept", one.said.said.msgid
        if left:
            self.promises[one.said.person] = left

    def _withdraw(self, one: Settled) -> None:
        """Take back what the same person said of these patches; if that was nothing, what he said of any."""
        said = one.said
        keys = [key for key in self._keys(said.person) if key[0] == said.name or (said.name == NAMELESS and key[0] != REFUSAL)]
        if not any([self._drop(key, one.lines, WITHDRAWN) for key in keys]):
            for key in keys:
                self._drop(key, list(self.given[key]), WITHDRAWN)

    def _keys(self, person: int) -> list[tuple[str, int]]:
        names = ("Reviewed-by", "Acked-by", "Tested-by", NAMELESS, REFUSAL)
        return [(name, person) for name in names if (name, person) in self.given]

    def _drop(self, key: tuple[str, int], lines: Iterable[int], why: str) -> list[Settled]:
        known = self.given.get(key, {})
        found = []
        for line in lines:
            for one in known.pop(line, ()):
                one.dropped[line] = why
                found.append(one)
        return found


def _put(waiting: _Waiting, one: Settled) -> None:
    by_line = waiting.setdefault(one.said.key, {})
    for line in one.lines:
        by_line.setdefault(line, []).append(one)


def _pull(by_line: dict[int, list[Settled]], lines: Iterable[int]) -> list[Settled]:
    return [one for line in lines for one in by_line.pop(line, ())]
