"""Whole archives into the store: mbox, maildir, list archives in git. Resumable: what was committed is never read again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from tracker.sources.base import BadInput, SourceError
from tracker.store.db import transaction
from tracker.store.derive import derive
from tracker.store.mail import Added, Source, Writer, source
from tracker.store.prepare import Prepared, prepare_many, train
from tracker.sync.session import Session, add_mail, private_dir

CHUNK = 256
# Mails between two commits: what a kill can cost, and what a transaction holds in the page cache.
_COMMIT_EVERY = 4096
_WORKERS = 2
# Starting the workers costs 0.2 s; below this many mails one process is faster.
_WORTH_WORKERS = 600


@dataclass(slots=True)
class Imported:
    """What an import did: mails read, new messages, further copies, and of a list archive its commits."""

    read: int = 0
    new: int = 0
    copies: int = 0
    completed: int = 0
    ids: list[str] = field(default_factory=list)

    def count(self, added: Added, read: int) -> None:
        self.read += read
        self.new += len(added.new)
        self.copies += added.copies
        self.completed += added.completed
        if len(self.ids) < _COMMIT_EVERY:
            self.ids.extend(added.ids)


def import_path(session: Session, path: Path, list_name: str | None = None) -> Imported:
    """Import one mbox, maildir, folder of mails, list archive or bundle. Raises SourceError when it is none of them."""
    if not path.exists():
        raise BadInput("no such file or folder", path)
    if is_archive(path):
        return import_archive(session, path, list_name)
    done = Imported()
    import_files(session, path, done)
    return done


def is_archive(path: Path) -> bool:
    """A git repository, an inbox with epochs, or a bundle; anything else is read as mail."""
    if path.is_file():
        with path.open("rb") as file:
            return file.read(16).startswith(b"# v2 git bundle")
    return any((path / one).exists() for one in ("objects", ".git", "git"))


def import_files(session: Session, path: Path, done: Imported) -> None:
    """The user's own mail, kept for good and never told to a server; counted in *done*, also when the file ends badly."""
    from tracker.sources.maildir import read_maildir
    from tracker.sources.mbox import read_mbox

    if path.is_dir():
        where = source(session.con, "maildir", str(path.resolve()), private=True)
        mails: Iterator[bytes] = (raw for _, raw in read_maildir(path, report=session.fail))
    else:
        where = source(session.con, "mbox", str(path.resolve()), private=True)
        mails = read_mbox(path)
    import_stream(session, mails, where, done, str(path))


def import_stream(session: Session, mails: Iterable[bytes], where: Source, done: Imported, name: str) -> None:
    """Store a stream of mails in batches; what came before a fault in the stream is kept, and the fault is raised."""
    stream = iter(mails)
    fault: SourceError | None = None
    while fault is None:
        batch: list[bytes] = []
        try:
            for raw in islice(stream, 1000):
                batch.append(raw)
        except SourceError as error:
            fault = error
            batch.extend(getattr(error, "messages", ()))
        if batch:
            done.count(add_mail(session, batch, where), len(batch))
            session.progress(name, done.read, None)
        elif fault is None:
            return
    raise fault


def import_archive(session: Session, path: Path, list_name: str | None = None) -> Imported:
    """A public-inbox archive in git, from where the last import of it ended."""
    from tracker.sources.inbox import HistoryRewritten, open_inbox

    done = Imported()
    name = list_name or archive_name(path)
    for number, epoch in enumerate(open_inbox(path, private_dir(session.config.cache / "archives"))):
        where = source(session.con, "inbox", f"{name}/{number}", private=False)
        try:
            total = epoch.count(where.cursor)
            since = where.cursor
        except HistoryRewritten as error:
            session.say(f"{error}; reading all of it again")
            total, since = epoch.count(None), None
        _import_epoch(session, epoch.read(since, session.fail), total, where, done)
    with transaction(session.con, session.config.user_db):
        session.con.execute("INSERT OR REPLACE INTO u.archive VALUES (?,?)", (str(path.resolve()), list_name or ""))
    return done


def archive_name(path: Path) -> str:
    """The list an archive belongs to, as its path says: `linux-unionfs` for linux-unionfs.0.bundle, linux-unionfs.git …"""
    path = path.resolve()
    if path.name.removesuffix(".git").isdecimal() and path.parent.name == "git":
        path = path.parent.parent
    name = path.name.removesuffix(".bundle").removesuffix(".git")
    base, dot, epoch = name.rpartition(".")
    return base if dot and epoch.isdecimal() else name


def _import_epoch(session: Session, mails: Iterator[tuple[str, bytes]], total: int, where: Source, done: Imported) -> None:
    con = session.con
    writer = Writer(con, session.now)
    first = list(islice(mails, 1000))
    if writer.dictionary is None and len(first) >= 400:
        found = train([raw for _, raw in first])
        if found:
            with transaction(con, session.config.mail_db):
                writer.learn(found)
    chunks = _chunks(first, mails)
    begun = 0
    with _pool() if total >= _WORTH_WORKERS else nullcontext() as pool:
        prepared = _prepared(pool, chunks, writer.dictionary)
        while (first_chunk := next(prepared, None)) is not None:
            with transaction(con, session.config.mail_db):
                for rows, last in chain([first_chunk], islice(prepared, _COMMIT_EVERY // CHUNK - 1)):
                    done.count(writer.add(rows, where, packed_with=writer.dict_id), len(rows))
                    begun += len(rows)
                    con.execute("UPDATE source SET cursor=? WHERE id=?", (last, where.id))
                    session.progress(where.name, begun, total)
    with transaction(con, session.config.mail_db):
        derive(con)


def _chunks(first: list[tuple[str, bytes]], rest: Iterator[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    for start in range(0, len(first), CHUNK):
        yield first[start : start + CHUNK]
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _prepared(
    pool: ProcessPoolExecutor | None, chunks: Iterator[list[tuple[str, bytes]]], dictionary: bytes | None
) -> Iterator[tuple[list[Prepared], str]]:
    """Prepared rows of each chunk with the commit it ends at, in order; a few chunks ahead in other processes."""
    if pool is None:
        for chunk in chunks:
            yield prepare_many(chunk, dictionary), chunk[-1][0]
        return
    waiting: list[tuple[Future[list[Prepared]], str]] = []
    for chunk in chunks:
        waiting.append((pool.submit(prepare_many, chunk, dictionary), chunk[-1][0]))
        if len(waiting) > 2 * _WORKERS:
            future, last = waiting.pop(0)
            yield future.result(), last
    for future, last in waiting:
        yield future.result(), last


def _pool() -> ProcessPoolExecutor:
    """Workers that leave Ctrl-C to the main process, which rolls back and stops them, and that end when it is killed."""
    from multiprocessing import get_context

    return ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn"), initializer=_be_a_worker)


def _be_a_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker of a killed process would wait for work for ever: it holds both ends of its own queue."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
