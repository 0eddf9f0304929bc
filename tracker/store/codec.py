"""Facts of a mail as compact JSON and back; the columns of `message` hold the rest."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from tracker.core.facts import Facts, PatchFacts
from tracker.core.hints import Hints
from tracker.core.intent import Intent
from tracker.core.notice import Notice
from tracker.core.people import Person
from tracker.core.scope import Scope
from tracker.core.subject import parse_subject
from tracker.core.talk import Talk
from tracker.core.trailers import Trailer

_NO_HINTS = Hints()
_HINTS = tuple(one.name for one in fields(Hints))
_INTENT = tuple(one.name for one in fields(Intent))
_TALK = tuple(one.name for one in fields(Talk))
_NOTICE = tuple(one.name for one in fields(Notice))
_BY = _NOTICE.index("by")
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def dump(facts: Facts) -> str:
    """What `load` needs beside the columns. Keys with nothing to say are left out."""
    data: dict[str, Any] = {}
    if facts.parents:
        data["p"] = facts.parents
    if facts.patches:
        data["d"] = [_plain_patch(one) for one in facts.patches]
    if facts.trailers:
        data["t"] = [
            (
                one.key,
                one.value,
                one.person and (one.person.name, one.person.email),
                one.note,
                one.line,
                one.quoted,
                one.known,
                one.indent,
            )
            for one in facts.trailers
        ]
    for key, value in (("c", facts.change_id), ("b", facts.base_commit), ("l", facts.links), ("L", facts.lists)):
        if value:
            data[key] = value
    if facts.robot:
        data["r"] = 1
    if facts.hints is not None and facts.hints != _NO_HINTS:
        data["h"] = [getattr(facts.hints, name) for name in _HINTS]
    said = {
        "i": [_plain_intent(one) for one in facts.intents],
        "k": [[getattr(one, name) for name in _TALK] for one in facts.talk],
        "n": [_plain_notice(one) for one in facts.notices],
    }
    data.update((key, value) for key, value in said.items() if value)
    if facts.to:
        data["o"] = [(one.name, one.email) for one in facts.to]
    return clean(_compact(data))


def load(
    text: str,
    msgid: str,
    date: int | None,
    received: int | None,
    name: str,
    email: str,
    subject: str,
    kind: str,
    abridged: int,
) -> Facts:
    """The facts of one row of `message`."""
    data = json.loads(text)
    return Facts(
        msgid=msgid, parents=tuple(data.get("p", ())), date=date, received=received, sender=Person(name, email),
        subject=parse_subject(subject), kind=kind,
        patches=tuple(
            PatchFacts(pid, tuple(files), added, removed, inline, title, Person(author, mail), sha, tuple(blobs))
            for pid, files, added, removed, inline, title, author, mail, sha, blobs in data.get("d", ())
        ),
        trailers=tuple(
            Trailer(key, value, Person(*person) if person else None, *rest) for key, value, person, *rest in data.get("t", ())
        ),
        change_id=data.get("c"), base_commit=data.get("b"), links=tuple(data.get("l", ())),
        lists=tuple(data.get("L", ())), robot="r" in data, abridged=bool(abridged),
        hints=_hints(data["h"]) if "h" in data else _NO_HINTS if kind in ("cover", "patch") else None,
        intents=tuple(_intent(*one) for one in data.get("i", ())), talk=tuple(_talk(one) for one in data.get("k", ())),
        notices=tuple(_notice(one) for one in data.get("n", ())), to=tuple(Person(*one) for one in data.get("o", ())),
    )  # fmt: skip


def _plain_patch(one: PatchFacts) -> tuple[Any, ...]:
    who = one.author
    return (one.patch_id, one.files, one.added, one.removed, one.inline, one.title, who.name, who.email, one.sha, one.blobs)


def _plain_intent(one: Intent) -> list[Any]:
    values = [getattr(one, name) for name in _INTENT]
    values[1], values[3] = (one.who.name, one.who.email), (one.scope.kind, one.scope.numbers)
    return values


def _hints(values: list[Any]) -> Hints:
    plain: list[Any] = [tuple(one) if isinstance(one, list) else one for one in values]
    return Hints(*plain)


def _intent(name: str, who: list[str], verdict: str, scope: list[Any], *rest: Any) -> Intent:
    return Intent(name, Person(*who), verdict, Scope(scope[0], tuple(scope[1])), *rest)


def _talk(values: list[Any]) -> Talk:
    plain: list[Any] = [tuple(one) if isinstance(one, list) else one for one in values]
    return Talk(*plain)


def _plain_notice(one: Notice) -> list[Any]:
    values = [getattr(one, name) for name in _NOTICE]
    values[_BY] = one.by and (one.by.name, one.by.email)
    return values


def _notice(values: list[Any]) -> Notice:
    plain: list[Any] = [tuple(_frozen(item) for item in one) if isinstance(one, list) else one for one in values]
    plain[_BY] = Person(*values[_BY]) if values[_BY] else None
    return Notice(*plain)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def clean(text: str) -> str:
    """*text* with what SQLite cannot hold in a TEXT column (lone surrogates, NUL) replaced."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
