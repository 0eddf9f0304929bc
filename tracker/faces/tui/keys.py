"""The keys of a screen with what they do, read from its bindings: for the help and the palette."""

from __future__ import annotations

from typing import Any

from textual.binding import Binding
from textual.screen import Screen

_NAMES = {
    "left_square_bracket": "[", "right_square_bracket": "]", "slash": "/", "question_mark": "?", "less_than_sign": "<",
    "greater_than_sign": ">", "plus": "+", "escape": "Esc", "enter": "↵", "space": "Space", "tab": "⇥", "shift+tab": "⇧⇥",
    "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "down": "↓", "up": "↑",
}  # fmt: skip
_SKIPPED = {"ctrl+c", "ctrl+q"}


def key_name(keys: str, without: frozenset[str] = frozenset()) -> str:
    """`j ↓` for "j,down"; keys in *without* are left out."""
    names = [key for key in keys.split(",") if key not in without and key not in _SKIPPED]
    return " ".join(_NAMES.get(key, key.replace("ctrl+", "^")) for key in names)


def own_bindings(kind: type) -> list[Binding]:
    """The bindings a class itself declares."""
    return [one for one in kind.__dict__.get("BINDINGS", ()) if isinstance(one, Binding)]


def screen_bindings(screen: Screen[Any]) -> list[Binding]:
    """The bindings of a screen's classes, the nearest first."""
    return [one for kind in type(screen).__mro__ if kind.__module__.startswith("tracker.") for one in own_bindings(kind)]


def bindings_of(screen: Screen[Any], app: type) -> list[Binding]:
    """What works on a screen, each key once: the screen's own keys, then those that work everywhere."""
    seen: set[str] = set()
    found = []
    for one in [*screen_bindings(screen), *own_bindings(app)]:
        if not set(one.key.split(",")) <= seen:
            found.append(one)
        seen.update(one.key.split(","))
    return found
