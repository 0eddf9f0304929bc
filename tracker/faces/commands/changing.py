"""`follow`, `unfollow`, `sync`, `import`: what changes the store."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tracker.config import Config
from tracker.core.dates import day
from tracker.core.query import no_prefix, parse_query
from tracker.core.target import parse_target
from tracker.faces import rows
from tracker.faces.commands.reading import one_topic
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import plain
from tracker.sources.base import BadInput, NotFound, SourceError
from tracker.store import read
from tracker.store.mail import source
from tracker.store.standing import leave, stand
from tracker.sync import watches
from tracker.sync.attesting import attest_followed
from tracker.sync.decide import decide, representatives
from tracker.sync.follow import Followed, follow_file, follow_many, follow_target
from tracker.sync.follow import unfollow as unfollow_topic
from tracker.sync.importer import Imported, import_files, import_path, import_stream
from tracker.sync.learn import learn
from tracker.sync.locks import PATIENCE
from tracker.sync.poll import sync as sync_all
from tracker.sync.reading import open_reading, open_store
from tracker.sync.servers import Servers
from tracker.sync.session import Session, refresh, writing


@contextlib.contextmanager
def opened_session(config: Config, out: Out, now: int, *, quiet: bool = False) -> Iterator[tuple[Session, Servers]]:
    """The store for a command that changes it, alone; and the servers to ask. Waits for another such command to end."""
    with (
        writing(config, PATIENCE, None if quiet else out.say),
        contextlib.closing(open_store(config)) as con,
        contextlib.closing(Servers(config)) as servers,
    ):
        refresh(con, config, out.say)
        yield Session(con, config, now, out.say, out.progress, verbose=out.verbose), servers


def _end(session: Session, out: Out, done: bool) -> Exit:
    out.flush()
    if session.failures and not all(isinstance(error, NotFound) for error in session.failures):
        return Exit.SOURCE
    if session.failures:
        return Exit.NOTHING
    return Exit.DONE if done else Exit.NOTHING


_NUMBER = re.compile(r"#?\d{1,9}")


def follow(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker follow TARGET…`."""
    if not (args.targets or args.mail or args.search or args.watch):
        raise UsageError("follow what? Give a message id or URL, -m FILE or --search QUERY; see 'tracker follow --help'")
    targets = []
    for text in args.targets:
        target = parse_target(_listed(text, config, out, now) if _NUMBER.fullmatch(text) else text)
        if target.kind == "unknown":
            raise UsageError(f"{plain(text)!r}: {target.reason}")
        targets.append(target)
    done: list[Followed] = []
    with opened_session(config, out, now) as (session, servers):
        _watch(session, args.watch, out)
        for target in targets:
            _try(session, done, lambda target=target: follow_target(session, servers, target))  # type: ignore[misc]
        for name in args.mail:
            _try(session, done, lambda name=name: _follow_mail(session, name))  # type: ignore[misc]
        if args.search:
            _try(session, done, lambda: _follow_search(session, servers, args.search))
        for found in done:
            out.line(_status_line(session, found, now, out))
        out.flush()
        if args.targets or args.search:
            attest_followed(session)
        learn(session)
        return _end(session, out, bool(done or args.watch))


def _listed(number: str, config: Config, out: Out, now: int) -> str:
    """The message id of a topic that is listed under *number*."""
    with open_reading(config, out.say, now) as store:
        revisions = read.topic(store.con, one_topic(store.con, number)).data["revisions"]
    if not revisions:
        raise UsageError(f"{number}: give the id of one of its mails, 'tracker thread {number} --ids' lists them")
    return str(revisions[0]["series"])


def _watch(session: Session, queries: Sequence[str], out: Out) -> None:
    for query in queries:
        try:
            watches.add(session, query)
        except BadInput as error:
            raise UsageError(str(error)) from error
        for name in parse_query(query, session.now).strange:
            if name != "section":
                out.say(f"{no_prefix(name)} It is looked for as words")
        out.line(f"watching: {plain(query)}; 'tracker sync' follows what matches and is new")


def _try(session: Session, done: list[Followed], action: Callable[[], list[Followed]]) -> None:
    """One target; its failure is told and does not stop the others."""
    try:
        done.extend(action())
    except SourceError as error:
        session.fail(error)


def _follow_mail(session: Session, name: str) -> list[Followed]:
    done = Imported()
    if name == "-":
        from tracker.sources.mbox import read_mbox

        where = source(session.con, "stdin", "-", private=True)
        ids = _ids_of(session, lambda: import_stream(session, read_mbox(sys.stdin.buffer), where, done, "stdin"), done)
    else:
        path = Path(name).expanduser()
        if not path.exists():
            raise BadInput("no such file or folder", path)
        ids = _ids_of(session, lambda: import_files(session, path, done), done)
    if not ids:
        raise BadInput("no mail in it", name)
    return follow_file(session, ids)


def _ids_of(session: Session, action: Callable[[], object], done: Imported) -> list[str]:
    """The mails that a file brought, also those the store had already; a fault at the end of the file is told."""
    try:
        action()
    except SourceError as error:
        if not done.ids:
            raise
        session.fail(error)
    return done.ids


def _follow_search(session: Session, servers: Servers, query: str) -> list[Followed]:
    lore = servers.get(None)
    hits = lore.list_ids(query, limit=200)
    if not hits:
        session.say(f"the search found nothing on {lore.url}")
    return follow_many(session, servers, [hit.msgid for hit in hits], None)


def _status_line(session: Session, found: Followed, now: int, out: Out) -> str:
    stand(session.con, now, session.config.stalled_after)
    topic = read.topic(session.con, found.number)
    leave(session.con)
    series = len(topic.data["revisions"])
    what = f"{series} series" if series else "no patches"
    return (
        f"#{topic.number}  {rows.status_words(topic.status)}  {out.brief(topic.title)}  "
        f"({what}, {_count(found.mails, 'mail')} since {day(topic.first)}, {found.news} new here)"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def unfollow(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker unfollow TOPIC…`."""
    done = 0
    if not (args.topics or args.watch):
        raise UsageError("unfollow what? Name a topic, or --watch QUERY")
    with opened_session(config, out, now) as (session, _):
        for query in args.watch:
            if watches.remove(session, query):
                out.line(f"no longer watched: {plain(query)}")
                done += 1
            else:
                known = ", ".join(one.query for one in watches.watches(session.con, config, now)) or "nothing"
                session.say(f"{plain(query)} was not watched by hand; watched: {plain(known)}")
        for number in [one_topic(session.con, text) for text in args.topics]:
            title = out.brief(read.topic(session.con, number).title)
            if unfollow_topic(session, number):
                out.line(f"#{number}  no longer followed: {title}")
                done += 1
            else:
                session.say(f"#{number} was not followed: {title}")
        return _end(session, out, done > 0)


def sync(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker sync [TOPIC…]`."""
    with opened_session(config, out, now, quiet=args.quiet) as (session, servers):
        if args.quiet:
            session.progress = lambda _what, _done, _total: None
        numbers = [one_topic(session.con, text) for text in args.topics]
        idle = not (read.followed(session.con) or read.archives(session.con))
        if idle and not watches.watches(session.con, config, now):
            session.say("nothing is followed yet; try 'tracker follow MESSAGE-ID'")
            return Exit.NOTHING
        news = sync_all(session, servers, numbers)
        if not args.quiet:
            for number, count in read.count_by_topic(session.con, news.new).items():
                topic = read.topic(session.con, number)
                out.line(f"#{number}  {count} new  {out.brief(topic.title)}")
            requests = _count(news.requests, "request")
            new = f"{_count(len(news.new), 'new mail')} in {requests}" if news.new else f"no news, {requests}"
            own = sum(row.server is None for row in read.followed(session.con))
            if own and not numbers:  # news of these come with their files alone
                several = "s come" if own > 1 else " comes"
                new += f"; {own} topic{several} from your own files, which no server was asked about"
            session.say(new + ("; not everything could be asked" if session.failures else ""))
        return _end(session, out, True)


def import_(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker import PATH…`."""
    with opened_session(config, out, now) as (session, _):
        for name in args.paths:
            try:
                done = import_path(session, Path(name).expanduser(), args.list_name)
            except SourceError as error:
                session.fail(error)
                continue
            copies = f", {done.copies} further copies recorded" if done.copies else ""
            full = f", {done.completed} abridged ones completed" if done.completed else ""
            out.line(f"{plain(name)}: {done.read} mails read, {done.new} new messages{copies}{full}")
        return _end(session, out, True)


def link(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker link A B` and `tracker unlink A B`."""
    with opened_session(config, out, now) as (session, _):
        numbers = [one_topic(session.con, name) for name in (args.a, args.b)]
        if any(not read.topic(session.con, number).data["revisions"] for number in numbers):
            raise UsageError("only topics with patches can be linked")
        a, b = representatives(session, (args.a, args.b), numbers)
        if a == b:
            raise UsageError("both are the same series; name a message of each by its message id")
        one, two = decide(session, args.command, a, b)
        if one == two and one is not None:
            out.line(f"#{one}  one topic: {out.brief(read.topic(session.con, one).title)}")
        else:
            for number in (one, two):
                if number is not None:
                    out.line(f"#{number}  {out.brief(read.topic(session.con, number).title)}")
        return _end(session, out, True)
