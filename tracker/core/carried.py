"""The review tags that postings list themselves, and which replies confirm them. (What replies say is in said.py.)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracker.core.said import REFUSAL, Case, Saying, sent, trailers_of


def from_postings(case: Case, said: Iterable[Saying]) -> list[Saying]:
    """Tags that postings list and no known reply gave to that patch, each where it was listed first."""
    replies: dict[int, list[Saying]] = {}
    for one in said:
        if not one.mismatch and one.verdict in ("given", "kept", "conditional", "refused"):
            replies.setdefault(one.series, []).append(one)
    covered: dict[tuple[str, int], set[int]] = {}
    gave: dict[tuple[str, int], list[Saying]] = {}
    found: list[Saying] = []
    for index, series in enumerate(case.lineup.revisions):
        for one in replies.get(index, ()):
            covered.setdefault(one.key, set()).update(case.lines(one.places))
            gave.setdefault(one.key, []).append(one)
        for msgid in dict.fromkeys(((series.cover,) if series.cover else ()) + tuple(one.msgid for one in series.patches)):
            found += _new_in(case, index, msgid, covered, gave)
    return found


def _new_in(
    case: Case, index: int, msgid: str, covered: dict[tuple[str, int], set[int]], gave: Mapping[tuple[str, int], list[Saying]]
) -> list[Saying]:
    """What the mail *msgid* lists for patches it was not known to be given for."""
    mail = case.mails.get(msgid)
    series = case.lineup.revisions[index]
    if mail is None:
        return []
    whole = msgid == series.cover
    places = [(index, at) for at, patch in enumerate(series.patches) if whole or patch.msgid == msgid]
    found = []
    for name, person, trailer in trailers_of(mail):
        key = (name, case.people.number(person))
        known = covered.setdefault(key, set())
        fresh = tuple(place for place in places if case.lineup.line(place) not in known)
        if not fresh:
            continue
        known.update(case.lines(fresh))
        scope = "series" if whole and len(fresh) == len(places) else "patches"
        one = Saying(
            name, key[1], "refused" if name == REFUSAL else "given", "posting", mail, sent(mail), index, fresh, scope,
            trailer.note or None, " ".join(f"{trailer.key}: {trailer.value}".split()),
            confirmed=_confirming(case, index, gave.get(key, ())),
        )  # fmt: skip
        found.append(one)
    return found


def _confirming(case: Case, index: int, gave: Iterable[Saying]) -> str | None:
    """The reply that gave a tag for a patch that has no successor in the revision *index*: it may have become any there."""
    there = case.lineup.there[index]
    return next((one.said.msgid for one in gave if any(line not in there for line in case.lines(one.places))), None)
