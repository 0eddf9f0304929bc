"""Keys one after the other: what is typed ahead goes to the screen that the keys before it opened.

Textual hands every key to the widget that has the focus at that moment and looks for its binding when the key has bubbled
back to the application; by then the next keys may be on their way to the old screen.
"""

from __future__ import annotations

from collections import deque
from functools import partial

from textual import events, on
from textual.app import App
from textual.message import Message

from tracker.faces.exits import Exit

# Where a key posts a message (a list tells that a row was opened), that has to arrive before the next key is taken.
_ROUNDS = 2
_AGAIN = 0.01  # seconds between looks whether it is settled
_PATIENCE = 0.5  # seconds after which a key counts as done, should its marker be lost with a widget


class KeyDone(Message):
    """Follows a key through the widgets; when it arrives at the application, the key has been handled."""

    def __init__(self, turn: int, rounds: int) -> None:
        super().__init__()
        self.turn = turn
        self.rounds = rounds


class InOrder(App[Exit]):
    """An application that takes the next key when the one before was handled."""

    _held: deque[events.Event]
    _turn = 0
    _busy = False

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
        elif self._busy:
            self._waiting().append(event)
        else:
            await self._take(event)

    def _waiting(self) -> deque[events.Event]:
        if not hasattr(self, "_held"):
            self._held = deque()
        return self._held

    async def _take(self, event: events.Event) -> None:
        self._busy = True
        self._turn += 1
        await super().on_event(event)
        self.set_timer(_PATIENCE, partial(self._finish, self._turn))
        self._follow(_ROUNDS)

    def _follow(self, rounds: int) -> None:
        (self.focused or self.screen).post_message(KeyDone(self._turn, rounds))

    @on(KeyDone)
    async def _arrived(self, message: KeyDone) -> None:
        message.stop()
        if message.turn != self._turn:
            return
        if message.rounds > 1:
            self._follow(message.rounds - 1)
        elif self.unsettled():
            self.set_timer(_AGAIN, partial(self._look, message.turn))
        else:
            await self._finish(message.turn)

    def unsettled(self) -> bool:
        """Whether what the last key asked for is still on its way, so that the next one would mean something else."""
        return False

    def _look(self, turn: int) -> None:
        if turn == self._turn and self._busy:
            self._follow(1)

    async def _finish(self, turn: int) -> None:
        if turn != self._turn or not self._busy:
            return
        self._busy = False
        if self._waiting():
            await self._take(self._waiting().popleft())
