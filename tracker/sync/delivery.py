"""A digest on its way: made once with its message id, kept until it was delivered, and told of only then.

The order of steps makes a run that is killed anywhere lose and double nothing: the digest is kept before anything leaves,
what was delivered is noted part by part, and what it tells counts as told in the same transaction as its last part. Between
the answer of a mail server that takes the mail and that note nothing can be held in one transaction: a run that is killed
in this moment sends the same mail again, with the same Message-ID.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from tracker.store import learned
from tracker.store.db import StoreLockedError, transaction
from tracker.store.learned import Post, Told
from tracker.sync import postman
from tracker.sync.locks import locked

_WAIT = 150  # tries: half a minute

Parts = Sequence[tuple[str, Sequence[str], bytes]]  # channel, targets, data


@contextlib.contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether this is the only digest that runs now; waits half a minute for another one."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(path, _WAIT, "another digest runs"))
        except StoreLockedError:
            yield False
            return
        yield True


class Delivery:
    """The deliveries of one profile. sender: the address that mail comes from."""

    def __init__(
        self, con: sqlite3.Connection, where: Path, profile: str, sender: str, now: int, say: Callable[[str], None]
    ) -> None:
        self._con = con
        self._where = where
        self._profile = profile
        self._sender = sender
        self._now = now
        self._say = say

    def keep(self, msgid: str, tells: Mapping[int, Told], parts: Parts) -> None:
        """Keep a new digest with all that is to be delivered of it."""
        with transaction(self._con, self._where):
            learned.make(self._con, self._profile, self._now, msgid, tells, parts)

    def printed(self, msgid: str, tells: Mapping[int, Told], *, mailed: bool = False) -> None:
        """A digest was printed: it counts as told, and what waits for delivery would only tell the same again.

        mailed: as a mail, which somebody else sends.
        """
        with transaction(self._con, self._where):
            for post in learned.waiting(self._con, self._profile):
                learned.discard(self._con, post.digest)
            made = learned.make(self._con, self._profile, self._now, msgid, tells, (), mailed=mailed)
            learned.finish(self._con, made, self._now)

    def discard_others(self, targets: Collection[str]) -> None:
        """Drop what waits for somebody else than *targets*: it is told anew to those who are asked for now."""
        with transaction(self._con, self._where):
            for post in learned.waiting(self._con, self._profile):
                if not set(post.targets) <= set(targets):
                    learned.discard(self._con, post.digest)

    def send(self) -> tuple[int, bool]:
        """Deliver what waits; returns how many digests were delivered whole, and whether all were."""
        done, every = 0, True
        posts = learned.waiting(self._con, self._profile)
        for digest in dict.fromkeys(post.digest for post in posts):
            for post in posts:
                if post.digest == digest:
                    self._deliver(post)
            with transaction(self._con, self._where):
                finished = learned.finish(self._con, digest, self._now)
            done += finished
            every = every and finished
        return done, every

    def _deliver(self, post: Post) -> None:
        try:
            left = hand_over(post.channel, self._sender, post.targets, post.data, self._say)
        except postman.DeliveryError as error:
            self._say(f"digest kept for the next run: {error}")
            return
        with transaction(self._con, self._where):
            learned.delivered(self._con, post, left)
            learned.finish(self._con, post.digest, self._now)


def hand_over(channel: str, sender: str, targets: Sequence[str], data: bytes, say: Callable[[str], None]) -> list[str]:
    """Deliver one part; returns the targets that are to be tried again. Raises DeliveryError when nobody was reached."""
    if channel == "mail":
        return postman.send_mail(postman.mailer(), sender, targets, data, say)
    words = json.loads(data)
    for url in targets:
        postman.notify(url, words["title"], words["body"])
    return []
