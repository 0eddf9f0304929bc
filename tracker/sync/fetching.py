"""One thread from a server into the store."""

from __future__ import annotations

from tracker.sources.base import Truncated
from tracker.store.mail import source
from tracker.sync.servers import Servers
from tracker.sync.session import Session, add_mail


def fetch_thread(session: Session, servers: Servers, msgid: str, url: str) -> list[str]:
    """Store the thread of *msgid*; returns the ids that are new. What arrived of a cut answer is kept, and told."""
    lore = servers.get(url)
    where = source(session.con, "lore", lore.url, private=False)
    try:
        return add_mail(session, lore.thread(msgid), where).new
    except Truncated as error:
        added = add_mail(session, error.messages, where)
        session.fail(error)
        return added.new
