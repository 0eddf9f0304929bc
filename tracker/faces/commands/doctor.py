"""`doctor`: what is set up and what is wrong with it."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tracker import __version__
from tracker.config import Config, ConfigError
from tracker.core.dates import day
from tracker.faces.commands.config import how_to_tell
from tracker.faces.exits import Exit
from tracker.faces.out import Out
from tracker.faces.plain import plain
from tracker.sources.base import SourceError
from tracker.store import read
from tracker.store.db import StoreError

_Check = tuple[bool, str]


def doctor(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker doctor`. Exit code 1 when something is wrong."""
    wrong = 0
    if not args.defects:
        for good, text in (*_programs(), *_settings(config), *_queries(config, now)):
            wrong += not good
            out.line(f"{out.paint('ok  ', '32') if good else out.paint('BAD ', '31')} {text}")
    wrong += _store(args, config, out, now)
    out.flush()
    return Exit.NOTHING if wrong else Exit.DONE


def _programs() -> Iterator[_Check]:
    yield True, f"tracker {__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"
    for name in ("b4", "liblore", "requests", "zstandard"):
        try:
            yield True, f"{name} {version(name)}"
        except PackageNotFoundError:
            yield False, f"{name} is not installed; reinstall tracker with pip"
    git = shutil.which("git")
    yield (True, f"git at {git}") if git else (False, "git is not installed; list archives and settings of b4 need it")
    with contextlib.closing(sqlite3.connect(":memory:")) as con:
        try:
            con.execute("CREATE VIRTUAL TABLE probe USING fts5(x)")
            yield True, "SQLite has full-text search"
        except sqlite3.OperationalError:
            yield False, "this SQLite has no FTS5; search cannot work"


def _settings(config: Config) -> Iterator[_Check]:
    shown = f"{config.file}" if config.file.exists() else f"no {config.file} (none is needed)"
    yield True, f"configuration: {shown}"
    for key in config.unknown:
        yield False, f"configuration: nothing is called {plain(key)!r}; see 'man tracker' for what there is"
    yield _identity(config)
    yield from _server(config)
    for name, path in (("cache", config.cache), ("data", config.data)):
        yield _folder(name, path)


def _queries(config: Config, now: int) -> Iterator[_Check]:
    """Queries of the configuration that cannot be read, or ask for what does not exist."""
    from tracker.core.query import parse_query
    from tracker.faces.doubts import doubt

    queries = [("tab", one.name, one.query) for one in config.tabs]
    for kind, name, text in (*queries, *(("profile", one.name, one.query) for one in config.profiles)):
        wrong = parse_query(text, now).problem or doubt(text, now)
        if wrong:
            yield False, f"{kind} {plain(name)}: {plain(wrong)}"


def _server(config: Config) -> Iterator[_Check]:
    from tracker.sync.servers import Servers

    with contextlib.closing(Servers(config)) as servers:
        where = servers.setting
        yield True, f"server: {plain(where.value)} (from {plain(where.origin)})"
        if config.offline:
            return
        try:
            servers.get(None).list_ids("d:..19700102", limit=1)
            yield True, "the server answers"
        except SourceError as error:
            yield False, f"the server does not answer: {error}"


def _identity(config: Config) -> _Check:
    from tracker.sync.identity import Identity

    try:
        emails = Identity(config).emails
    except ConfigError as error:
        return False, f"who you are: {error}"
    return True, f"who you are: {plain(', '.join(emails)) or 'not known; ' + how_to_tell(config)}"


def _folder(name: str, path: Path) -> _Check:
    if not path.exists():
        return True, f"{name}: {path} (made when it is needed)"
    if path.stat().st_mode & 0o077:
        return False, f"{name}: {path} can be read by others; chmod 700 it"
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return True, f"{name}: {path}, {size / 1e6:.1f} MB"


def _store(args: argparse.Namespace, config: Config, out: Out, now: int) -> int:
    from tracker.sync.reading import open_store

    if not config.mail_db.exists() and not config.user_db.exists():
        out.line("nothing was synced yet; reading commands show the snapshot that ships with tracker")
        return 0
    try:
        con = open_store(config)
    except StoreError as error:
        out.line(f"{out.paint('BAD ', '31')} store: {error}")
        return 1
    with contextlib.closing(con):
        if args.defects:
            for msgid, words in read.mails_with_defects(con):
                out.line(f"{plain(msgid)}\t{words}")
            return 0
        bad = _contents(con, out)
        for good, text in _digests(con, config, now):
            bad += not good
            out.line(f"{out.paint('ok  ', '32') if good else out.paint('BAD ', '31')} {text}")
        return bad


def _digests(con: sqlite3.Connection, config: Config, now: int) -> Iterator[_Check]:
    """What runs by itself: digests that were not delivered, sources that did not answer, watches."""
    from tracker.faces.digest.words import unseen_words
    from tracker.store import learned
    from tracker.sync.watches import watches

    for profile, at, waiting in learned.overview(con):
        if waiting:
            yield False, f"digest of {day(waiting)} for profile {plain(profile)} was not delivered; the next run tries again"
        elif at:
            yield True, f"last digest for profile {plain(profile)}: {day(at)}"
    for one in learned.unseen(con):
        yield False, unseen_words(one)
    for watch in watches(con, config, now):
        looked = f"last looked {day(watch.looked)}" if watch.looked else "'tracker sync' will look"
        yield True, f"watch {plain(watch.query)}: {looked}"


def _contents(con: sqlite3.Connection, out: Out) -> int:
    problems = con.execute("PRAGMA main.quick_check(1)").fetchone()[0]
    good = problems == "ok"
    state = "sound" if good else f"damaged ({problems}); delete the cache"
    out.line(f"{out.paint('ok  ', '32') if good else out.paint('BAD ', '31')} store: {state}")
    for name, count in read.totals(con).items():
        out.line(f"     {count:>9,} {name}")
    different = read.different_copies(con)
    if different:
        out.line(f"     {len(different):,} message ids came with another body too, such as {plain(different[0][0])}")
    absent = [row for row in read.followed(con) if row.number is None]
    if absent:
        out.line(f"     {len(absent):,} followed topics have no mail here; 'tracker sync' fetches them again")
    odd = read.defects(con)
    if odd:
        out.line("     what was odd in the mail ('--defects' lists every one):")
    for word, count, msgid in odd:
        out.line(f"     {count:>9,} {word:<28} {plain(msgid)}")
    return 0 if good else 1
