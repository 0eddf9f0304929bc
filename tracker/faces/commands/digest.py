"""`digest`: what was learned since the last one, printed, mailed or told elsewhere."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.config import Config, ConfigError, Profile
from tracker.core.address import plain_email
from tracker.core.news import Digest
from tracker.core.people import parse_addresses
from tracker.core.query import Span, parse_query
from tracker.faces.commands.reading import print_json
from tracker.faces.digest import words
from tracker.faces.digest.collect import Wish, collect
from tracker.faces.digest.data import data
from tracker.faces.exits import Exit, UsageError
from tracker.faces.options import FORMATS
from tracker.faces.out import Out
from tracker.faces.plain import plain
from tracker.faces.spans import moment, span
from tracker.sources.base import NotFound
from tracker.store import learned, read, standing
from tracker.store.learned import Told
from tracker.sync.delivery import Delivery, Parts, alone, hand_over
from tracker.sync.identity import Identity
from tracker.sync.learn import DEFAULT, learn_from
from tracker.sync.locks import writing
from tracker.sync.reading import open_reading, open_store

_WAIT = 600  # tries: a sync may take two minutes


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make, and where it goes. mail: addresses as written; notify: Apprise URLs; both empty: printed in *format*."""

    profile: Profile
    format: str
    mail: tuple[str, ...]
    notify: tuple[str, ...]
    sender: str
    me: tuple[str, ...]
    since: int | None
    until: int | None
    shared: bool
    always: bool
    peek: bool
    every: int

    @property
    def window(self) -> bool:
        """Whether a period is asked for by dates."""
        return self.since is not None or self.until is not None

    @property
    def leaves(self) -> bool:
        """Whether it is delivered rather than printed."""
        return bool(self.mail or self.notify)


def digest(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker digest`."""
    plan = _plan(args, config, now)
    if plan.leaves and config.offline:
        raise UsageError("--offline sends nothing at all; print the digest instead")
    if args.delay:
        now = _rest(60 * args.delay)
    if plan.peek or plan.window:
        return _once(args, plan, config, out, now)
    with alone(config.digest_lock) as free:
        if not free:
            out.say("another digest is on its way, and tells the news")
            return Exit.DONE
        return _next(args, plan, config, out, now)


def _rest(most: int) -> int:
    """Wait for a random time, so that not everybody asks a server in the same second; returns the time after that."""
    import random

    time.sleep(random.uniform(0, most))
    return int(time.time())


# --- what is asked for


def _plan(args: argparse.Namespace, config: Config, now: int) -> Plan:
    profile = _profile(args.profile, config)
    table = profile.table
    printed = args.format is not None or args.peek
    mail = tuple(args.mail) or (() if printed else profile.to)
    notify = tuple(args.notify) or (() if printed else _texts(table, "notify", config))
    if args.format is not None and (args.mail or args.notify):
        raise UsageError("--format is for printing; a mail has the text and the page")
    me = Identity(config).emails
    since = None if args.since in (None, "last") else moment(args.since, now, "--since")
    if since is not None and since > now:
        raise UsageError(f"--since {args.since} is in the future: nothing happened since then")
    plan = Plan(
        profile, args.format or _text(table, "format", config, "text"), mail, notify, _sender(table, config, me), me,
        since, None if args.until is None else _end(args.until, now),
        bool(mail or notify) and not (args.private or _flag(table, "private", config)),
        args.always or _flag(table, "always", config), args.peek,
        span("every", _text(table, "every", config, "0h")),
    )  # fmt: skip
    if plan.since is not None and plan.until is not None and plan.since >= plan.until:
        raise UsageError(f"--since {args.since} is not before --until {args.until}")
    if plan.format not in FORMATS:
        raise ConfigError(f"{config.file}: profile {profile.name}: format must be one of {', '.join(FORMATS)}")
    _check_addresses(plan)
    return plan


def _profile(name: str | None, config: Config) -> Profile:
    found = next((one for one in config.profiles if one.name == (name or DEFAULT)), None)
    if found is None and name not in (None, DEFAULT):
        known = ", ".join(one.name for one in config.profiles) or "none"
        raise UsageError(f"no profile {plain(name or '')!r} in {config.file}; there: {known}")
    return found or Profile(DEFAULT, "", (), {})


def _text(table: Mapping[str, Any], key: str, config: Config, default: str = "") -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise ConfigError(f"{config.file}: a profile's {key} must be a text")
    return value


def _texts(table: Mapping[str, Any], key: str, config: Config) -> tuple[str, ...]:
    value = table.get(key, ())
    several = [value] if isinstance(value, str) else value
    if not all(isinstance(one, str) for one in several):
        raise ConfigError(f"{config.file}: a profile's {key} must be a text or a list of texts")
    return tuple(several)


def _flag(table: Mapping[str, Any], key: str, config: Config) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{config.file}: a profile's {key} must be true or false")
    return value


def _sender(table: Mapping[str, Any], config: Config, me: tuple[str, ...]) -> str:
    """Whom a mail comes from: the profile's `from`, else the user, else this account."""
    written = _text(table, "from", config)
    if written or me:
        return written or me[0]
    import getpass
    import socket

    host = socket.getfqdn()
    return f"{getpass.getuser()}@{host if '.' in host else 'localhost.localdomain'}"


def _check_addresses(plan: Plan) -> None:
    if not plan.mail:
        return
    from tracker.faces.digest.eml import address

    for one in (*plan.mail, plan.sender):
        try:
            address(one)
        except ValueError as error:
            raise UsageError(str(error)) from error


def _end(text: str, now: int) -> int:
    """The end of the day, month or year that *text* names."""
    found = parse_query(f'd:"{text}"', now).node if '"' not in text and ".." not in text else None
    if not isinstance(found, Span) or found.until is None:
        raise UsageError(f"--until: {plain(text)!r} is no date; write 2024-05-31, 2024-05, or 3.days.ago")
    return found.until


# --- the run


def _once(args: argparse.Namespace, plan: Plan, config: Config, out: Out, now: int) -> Exit:
    """A look that leaves no trace: a period, or --peek."""
    failed = bool(args.sync) and _sync(config, out, now)
    with open_reading(config, out.say, now) as store:
        found, _ = collect(store.con, config, _wish(plan, now, store.snapshot))
        if not found.news and not plan.always:
            return _silent(plan, out, found, now, failed)
        if not plan.leaves:
            _print(plan, out, found, _msgid(plan, now), now)
            return Exit.SOURCE if failed else Exit.DONE
        targets = _bare(plan.mail)
        for channel, whom, body in _parts(plan, found, _msgid(plan, now), now):
            hand_over(channel, _bare([plan.sender])[0], targets if channel == "mail" else whom, body, out.say)
    return Exit.SOURCE if failed else Exit.DONE


def _next(args: argparse.Namespace, plan: Plan, config: Config, out: Out, now: int) -> Exit:
    """What is new since the last digest."""
    failed = bool(args.sync) and _sync(config, out, now)
    with contextlib.closing(open_store(config)) as con:
        if _is_empty(con, config, now) and not plan.leaves:
            return _once(args, plan, config, out, now)
        sender = _bare([plan.sender])[0] if plan.mail else ""
        delivery = Delivery(con, config.user_db, plan.profile.name, sender, now, out.say)
        done = 0
        if plan.leaves:
            delivery.discard_others((*_bare(plan.mail), *plan.notify))
            done, every = delivery.send()
            if not every:
                return Exit.SOURCE
        if _too_early(con, plan, now):
            return Exit.SOURCE if failed else Exit.DONE if done else Exit.NOTHING
        with writing(config, _WAIT):
            learn_from(con, config, now)
            standing.stand(con, now, config.stalled_after)
            found, tells = collect(con, config, _wish(plan, now))
            msgid = _msgid(plan, now)
            if plan.leaves and (found.news or plan.always):
                delivery.keep(msgid, tells, _parts(plan, found, msgid, now))
        if not found.news and not plan.always:
            return Exit.DONE if done and not failed else _silent(plan, out, found, now, failed)
        return _tell(plan, out, found, tells, msgid, delivery, now, failed)


def _is_empty(con: sqlite3.Connection, config: Config, now: int) -> bool:
    """Whether nothing was synced, is watched for, or failed to answer yet: then the snapshot shows what there could be."""
    if not read.is_empty(con) or learned.unseen(con):
        return False
    from tracker.sync.watches import watches  # here, because it brings the parsers with it

    return not watches(con, config, now)


def _tell(
    plan: Plan, out: Out, found: Digest, tells: Mapping[int, Told], msgid: str, delivery: Delivery, now: int, failed: bool
) -> Exit:
    if plan.leaves:
        _, every = delivery.send()
        failed = failed or not every
    else:
        _print(plan, out, found, msgid, now)
        delivery.printed(msgid, tells, mailed=plan.format == "eml")
    return Exit.SOURCE if failed else Exit.DONE


def _silent(plan: Plan, out: Out, found: Digest, now: int, failed: bool) -> Exit:
    """Nothing to tell: nothing is said, unless somebody sits there and would wonder; a feed is one without entries, too."""
    if plan.format == "atom" and not plan.leaves:
        _print(plan, out, found, "", now)
    elif out.tty:
        out.say("no news; --always prints the summary all the same")
    return Exit.SOURCE if failed else Exit.NOTHING


def _too_early(con: sqlite3.Connection, plan: Plan, now: int) -> bool:
    """Whether the profile wants to hear less often; a run may come up to a tenth of the time early."""
    before = learned.previous(con, plan.profile.name)
    return bool(plan.every and before and now - before[0] < plan.every - plan.every // 10)


def _sync(config: Config, out: Out, now: int) -> bool:
    """Bring everything up to date; returns whether a source failed, which was told on stderr."""
    from tracker.sync.poll import sync
    from tracker.sync.servers import Servers
    from tracker.sync.session import Session, refresh

    with (
        writing(config, _WAIT),
        contextlib.closing(open_store(config)) as con,
        contextlib.closing(Servers(config)) as servers,
    ):
        refresh(con, config)
        session = Session(con, config, now, out.say, verbose=out.verbose)
        sync(session, servers)
        return any(not isinstance(error, NotFound) for error in session.failures)


def _wish(plan: Plan, now: int, every: bool = False) -> Wish:
    readers = {plain_email(who.email) for one in plan.mail or plan.profile.to for who in parse_addresses(one.encode())}
    others = bool(readers) and readers.isdisjoint(map(plain_email, plan.me))
    return Wish(plan.profile, now, plan.me, plan.shared, plan.since, plan.until, every, others)


# --- how it looks


def _msgid(plan: Plan, now: int) -> str:
    from tracker.faces.digest.ids import message_id

    return message_id(plan.profile.name, plan.sender, now, os.urandom(6).hex())


def _bare(written: tuple[str, ...] | list[str]) -> list[str]:
    from tracker.faces.digest.eml import bare

    return [bare(one) for one in written]


def _parts(plan: Plan, found: Digest, msgid: str, now: int) -> Parts:
    """What is to be delivered: a mail to all addresses, and a message to each URL."""
    parts: list[tuple[str, list[str], bytes]] = []
    if plan.mail:
        from tracker.faces.digest.eml import eml

        parts.append(("mail", _bare(plan.mail), eml(found, msgid, plan.sender, plan.mail, now)))
    if plan.notify:
        from tracker.faces.digest.text import text

        body = json.dumps({"title": words.subject(found), "body": text(found)}).encode()
        parts += [("notify", [url], body) for url in plan.notify]
    return parts


def _print(plan: Plan, out: Out, found: Digest, msgid: str, now: int) -> None:
    if plan.format == "json":
        print_json(out, data(found))
    elif plan.format == "eml":
        from tracker.faces.digest.eml import eml

        mail = eml(found, msgid, plan.sender, plan.mail or (plan.sender,), now)
        out.line(mail.decode("ascii", "replace").replace("\r\n", "\n").removesuffix("\n"))
    else:
        out.line(_renderer(plan.format)(found).removesuffix("\n"))
    out.flush()


def _renderer(name: str) -> Callable[[Digest], str]:
    from importlib import import_module

    found: Callable[[Digest], str] = getattr(import_module(f"tracker.faces.digest.{name}"), name)
    return found
