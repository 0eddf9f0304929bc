"""What a list says when there are no topics in it: why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.faces.tui.draw.line import BOLD, Line, safe, wrap

# Of a saved query, by its name. days: after which a topic is stalled.
_EMPTY = {
    "My turn": "Nothing waits for you.",
    "Mine": "No series of yours is in the store. Your addresses come from [me] emails in config.toml, else from git.",
    "Following": "Nothing is followed yet. Press a to follow a thread by its message id or URL, or f on a topic in All.",
    "Needs review": "Nothing of others is posted or in review. What nothing moved for {days} days is stalled: "
    "6 shows everything, and there /status:stalled turn:reviewer what waits for a reviewer.",
    "Landed": "Nothing landed in the last 30 days.",
    "All": "The store is empty. Press a to follow a thread, or run 'tracker import' on a list archive.",
}
_ABOUT_ME = ("My turn", "Mine", "Needs review")
_NOBODY = "Nobody is known as you: set [me] emails in config.toml, or git's user.email."
_BUSY = "Another tracker syncs or imports: what it brings is shown when it is done."


def of_tab(name: str, *, builtin: bool, known: bool, busy: bool, days: int) -> list[str]:
    """Of a tab. builtin: not the user's own; known: it is known who the user is; busy: another process writes."""
    said = _EMPTY[name].format(days=days) if builtin else "No topic matches this query."
    return [_BUSY if busy else said, *([_NOBODY] if builtin and not known and name in _ABOUT_ME else [])]


def of_filter(strange: str) -> list[str]:
    """Of a filter. strange: what is wrong with it."""
    return ["Nothing matches the filter. Esc clears it.", strange]


def of_broken(problem: str) -> list[str]:
    """Of a tab whose query cannot be read."""
    return [f"The query of this tab cannot be read: {problem}. It stands as [[tab]] in config.toml."]


def empty_lines(texts: Sequence[str], room: int) -> list[Line]:
    """The texts one below the other, the first one bold."""
    lines: list[Line] = []
    for number, text in enumerate(one for one in texts if one):
        lines += [(), *wrap(safe(text), room - 2, "" if number else BOLD, "  ")]
    return lines
