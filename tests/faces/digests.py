"""A store that tests of digests fill: mail as a server would have brought it, without a server."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from tracker.config import Config, load_config
from tracker.store.mail import source
from tracker.sync.follow import follow_known
from tracker.sync.learn import learn, note_reached
from tracker.sync.reading import open_store
from tracker.sync.session import Session, add_mail, note_arrivals, writing

URL = "https://lists.example.org/all"


class Store:
    """The user's store at a time that the test sets."""

    def __init__(self, now: int) -> None:
        self.now = now

    @property
    def config(self) -> Config:
        return load_config(os.environ)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        with writing(self.config), contextlib.closing(open_store(self.config)) as con:
            yield Session(con, self.config, self.now, lambda _text: None)

    def arrive(self, *mails: bytes, private: bool = False, archive: bool = False) -> None:
        """Mail arrives, and what it says is learned. archive: with a public-inbox archive, not from a server."""
        with self.session() as session:
            kind, name = ("mbox", "own.mbox") if private else ("inbox", "demo/0") if archive else ("lore", URL)
            add_mail(session, mails, source(session.con, kind, name, private=private))
            note_arrivals(session, read=False)
            learn(session)

    def follow(self, *msgids: str) -> None:
        """Follow the topics of these mails."""
        with self.session() as session:
            for msgid in msgids:
                follow_known(session, msgid, None)
            learn(session)

    def fails(self, error: str) -> None:
        """The server does not answer."""
        with self.session() as session:
            note_reached(session, URL, error)

    def answers(self) -> None:
        """The server answers."""
        with self.session() as session:
            note_reached(session, URL)
