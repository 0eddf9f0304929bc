"""The command palette: every action of the screen, and topics by their title, chosen in SQL before anything is matched."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tracker.faces.tui.draw.line import safe
from tracker.faces.tui.keys import bindings_of, key_name
from tracker.store import browse

if TYPE_CHECKING:
    from tracker.faces.tui.app import TrackerApp

_TOPICS = 200


class Actions(Provider):
    """What the keys of this screen do, by name."""

    def _found(self) -> list[Binding]:
        found = bindings_of(self.screen, type(self.app))
        return [one for one in found if one.description and not one.description.startswith(("tab ", "pane "))]

    async def discover(self) -> Hits:
        for one in self._found():
            yield DiscoveryHit(Content(one.description), partial(self._run, one.action), help=f"key {key_name(one.key)}")

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for one in self._found():
            score = matcher.match(one.description)
            if score > 0:
                shown = matcher.highlight(one.description)
                yield Hit(score, shown, partial(self._run, one.action), help=f"key {key_name(one.key)}")

    async def _run(self, action: str) -> None:
        screen = self.screen
        owner = screen if hasattr(screen, f"action_{action.partition('(')[0]}") else self.app
        await self.app.run_action(action, owner)


class Topics(Provider):
    """Topics whose titles hold the words typed, the newest first."""

    @property
    def _tracker(self) -> TrackerApp:
        from tracker.faces.tui.app import TrackerApp

        assert isinstance(self.app, TrackerApp)
        return self.app

    async def search(self, query: str) -> Hits:
        if len(query.strip()) < 2:
            return
        try:
            found = browse.titles_like(self._tracker.library.con, query, _TOPICS)
        except sqlite3.Error:
            return
        for place, (number, title) in enumerate(found):
            # Below the actions, in the order of time.
            score = 0.5 - place / (4 * _TOPICS)
            name = Content(f"#{number} {safe(title)}")
            yield Hit(score, name, partial(self._tracker.open_topic, number, [number]), help="topic")
