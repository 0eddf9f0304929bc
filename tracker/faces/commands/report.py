"""`report`: one self-contained page about a topic, or about how a list works."""

from __future__ import annotations

import argparse
import os
import sqlite3
from pathlib import Path
from typing import Any

from tracker.config import Config
from tracker.faces.commands.reading import one_topic, topic_json
from tracker.faces.commands.stats import sample
from tracker.faces.commands.tags import Loaded
from tracker.faces.exits import Exit, NothingError, UsageError
from tracker.faces.out import Out
from tracker.faces.spans import moment
from tracker.store import attestation, forest, own, public, read
from tracker.sync.reading import open_reading


def report(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker report TOPIC|--list L [--since D] [-o FILE]`."""
    from tracker.faces.report.page import render

    if bool(args.topic) == bool(args.list_name):
        raise UsageError("report needs a TOPIC or --list NAME, one of them")
    if args.topic and args.since:
        raise UsageError("--since belongs to --list; a topic is told from its first posting on")
    if not args.output and out.tty:
        raise UsageError("a page is no text for a terminal: -o FILE.html writes it to a file")
    since = moment(args.since, now, "--since") if args.since else None
    with open_reading(config, out.say, now) as store:
        if args.topic:
            page = render("topic.html", _topic(store.con, config, args.topic, now, private=args.private), now)
        else:
            page = render("list.html", _list(store.con, config, args.list_name, since, now, private=args.private), now)
    if args.output and args.output != "-":
        _write(Path(args.output), page, private=args.private)
        out.say(f"{args.output}: {len(page.encode('utf-8', 'replace')) / 1024:.0f} kB")
    else:
        out.stdout.write(page)
        out.flush()
    return Exit.DONE


def _topic(con: sqlite3.Connection, config: Config, text: str, now: int, *, private: bool) -> dict[str, Any]:
    """What topic.html needs. Raises UsageError for a topic that there is only local mail of, without *private*."""
    from tracker.faces.report import topicpage

    number = one_topic(con, text)
    row: read.TopicRow | None = read.topic(con, number)
    assert row is not None
    if not private and number in public.touched(con):
        row = public.shared_row(con, row, now, config.stalled_after)
        if row is None:
            raise NothingError(f"#{number} came from your own files only; --private makes a page of it all the same")
        attestation.fill(con, row.data["tags"])
    data = topic_json(con, row, now)
    held = public.material(con, row, private=private)
    data["related"] = _related(con, config, data["related"], now, private=private)
    data["notes"] = data["notes"] if private else []
    topic = Loaded(number, row.title, held.revisions, held.mails, tuple(read.threads_of(con, number)))
    left_out = "" if private else "Mail that came from local files only, and notes, are left out."
    return {**topicpage.values(con, data, topic, _links(con, config), now), "left_out": left_out}


def _related(con: sqlite3.Connection, config: Config, related: list[Any], now: int, *, private: bool) -> list[dict[str, Any]]:
    """Related topics with their status, as others may see them."""
    some = public.touched(con)
    said = own.everything(con)
    found = []
    for one in related:
        row: read.TopicRow | None = read.topic(con, one["topic"])
        if not private and row is not None and row.number in some:
            row = public.shared_row(con, row, now, config.stalled_after)
        if row is not None and row.data["revisions"]:
            status = said.get(row.number, own.Own()).status or row.status
            found.append({**one, "title": row.title, "status": status, "msgid": row.data["revisions"][-1]["series"]})
    return found


def _list(
    con: sqlite3.Connection, config: Config, name: str, since: int | None, now: int, *, private: bool
) -> dict[str, Any]:  # fmt: skip
    from tracker.faces.report import listpage

    found = sample(con, config, name, since, now, private=private)
    trees = len(_trees(con, config))
    looked = "What landed is known from what mails say, since no git tree was looked into: more may have landed than is told."
    if trees:
        several = "git trees, which were" if trees > 1 else "git tree, which was"
        looked = f"What landed is known from {trees} {several} looked into for followed topics, and from what mails say."
    left_out = f"Left out: {found.left_out:,} topics that came from local files only." if found.left_out else ""
    return {**listpage.values(found, _links(con, config), looked), "left_out": left_out}


def _trees(con: sqlite3.Connection, config: Config) -> dict[str, str]:
    """The user's trees: name -> a path or a URL."""
    return {one.name: one.place for one in forest.trees(con)} | {one.name: one.where for one in config.trees}


def _links(con: sqlite3.Connection, config: Config) -> Any:
    from tracker.faces.report.words import Links

    return Links(public.all_local(con), _trees(con, config))


def _write(path: Path, page: str, *, private: bool) -> None:
    """The whole page or nothing. Raises OSError."""
    made = path.parent / f".{path.name}.{os.getpid()}"
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(made, flags, 0o600 if private else 0o666)
        with open(descriptor, "wb") as file:
            file.write(page.encode("utf-8", "replace"))
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
