"""`set`, `snooze`, `note`: the user's own word about a topic, kept for good and shown as made by hand."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Iterator

from tracker.config import Config
from tracker.core.dates import day, parse_iso
from tracker.faces import rows
from tracker.faces.commands.reading import one_topic
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import plain
from tracker.faces.spans import span
from tracker.store import read
from tracker.sync import decide
from tracker.sync.locks import PATIENCE
from tracker.sync.marks import mark_topic
from tracker.sync.reading import open_store
from tracker.sync.session import Session, writing

_LONGEST = 3_650 * 86_400  # seconds
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@contextlib.contextmanager
def _topic(args: argparse.Namespace, config: Config, out: Out, now: int) -> Iterator[tuple[Session, int]]:
    with writing(config, PATIENCE, out.say), contextlib.closing(open_store(config)) as con:
        yield Session(con, config, now, out.say), one_topic(con, args.topic)


def set_status(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker set TOPIC status WORD`."""
    if args.clear == (args.value is not None):
        raise UsageError("give a status or --clear; see 'tracker set --help'")
    if args.value is not None and args.value not in rows.STATUS:
        raise UsageError(f"{plain(args.value)!r} is no status; one of: {', '.join(rows.STATUS)}")
    with _topic(args, config, out, now) as (session, number):
        decide.set_status(session, number, args.value)
        said = f"status set to {args.value} by hand" if args.value else "the status is judged from the evidence again"
        out.line(f"#{number}  {said}  {out.brief(read.topic(session.con, number).title)}")
    out.flush()
    return Exit.DONE


def snooze(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker snooze TOPIC --for 2w`."""
    given = [one for one in (args.span, args.until, args.clear or None) if one is not None]
    if len(given) != 1:
        raise UsageError("give one of --for, --until and --clear; see 'tracker snooze --help'")
    until = None if args.clear else waits_until(args.span, args.until, now)
    with _topic(args, config, out, now) as (session, number):
        decide.snooze(session, number, until)
        said = "awake" if until is None else f"snoozed until {day(until)}"
        out.line(f"#{number}  {said}  {out.brief(read.topic(session.con, number).title)}")
    out.flush()
    return Exit.DONE


def waits_until(how_long: str | None, until: str | None, now: int) -> int:
    """When `--for HOW_LONG` or `--until UNTIL` ends, seconds UTC. Raises UsageError."""
    if how_long is not None:
        seconds = span("--for", how_long)
        if not 0 < seconds <= _LONGEST:
            raise UsageError(f"--for: {plain(how_long)!r} is no time to wait; give one of an hour to ten years")
        return now + seconds
    until = until or ""
    at = parse_iso(f"{until}T00:00:00Z") if _DATE.fullmatch(until) else None
    if at is None or at <= now:
        raise UsageError(f"--until: {plain(until)!r} is no day to come; write it as 2027-01-31")
    return at


def note(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker note TOPIC TEXT…`."""
    text = " ".join(args.text).strip()
    if bool(text) == args.clear:
        raise UsageError("give the note's text or --clear; see 'tracker note --help'")
    with _topic(args, config, out, now) as (session, number):
        decide.note(session, number, text or None)
        out.line(f"#{number}  {'noted' if text else 'notes removed'}  {out.brief(read.topic(session.con, number).title)}")
    out.flush()
    return Exit.DONE


def mark(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker mark read|unread TOPIC`."""
    with _topic(args, config, out, now) as (session, number):
        changed = len(mark_topic(session, number, read=args.mark == "read"))
        mails = f"{changed} mail{'' if changed == 1 else 's'} marked as {args.mark}"
        out.line(f"#{number}  {mails}  {out.brief(read.topic(session.con, number).title)}")
    out.flush()
    return Exit.DONE
