"""`config`: what is in force, and where each value comes from."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from tracker.config import Config, Setting
from tracker.faces.commands.reading import print_json
from tracker.faces.exits import Exit
from tracker.faces.out import Out
from tracker.faces.plain import pad, plain, width
from tracker.sync.identity import Identity
from tracker.sync.servers import Servers

_MAX_KEY, _MAX_VALUE = 24, 60  # columns that are aligned on a terminal


class _Row(NamedTuple):
    """A line of output. value: what JSON tells; shown: the same in words."""

    key: str
    value: Any
    shown: str
    origin: str


def show_config(args: argparse.Namespace, config: Config, out: Out, _now: int) -> Exit:
    """`tracker config`."""
    identity = Identity(config)
    rows = [*_places(config), *_identity(identity), *_lists(config)]
    if args.json:
        settings = [{"key": row.key, "value": row.value, "origin": row.origin} for row in rows]
        print_json(out, {"schema": 1, "settings": settings})
    else:
        _print(out, rows)
    out.flush()
    if not identity.emails:
        out.say(f"it is not known who you are, so nothing is yours and no turn is yours; {how_to_tell(config)}")
    return Exit.DONE


def how_to_tell(config: Config) -> str:
    """How the user can say who he is."""
    return f"set emails = [\"YOU@HOST\"] below [me] in {config.file}, or 'git config --global user.email YOU@HOST'"


def _text(key: str, setting: Setting) -> _Row:
    return _Row(key, setting.value, setting.value, setting.origin)


def _places(config: Config) -> Iterator[_Row]:
    exists = "" if config.file.exists() else " (not there, none is needed)"
    yield _text("file", Setting(str(config.file), f"$XDG_CONFIG_HOME or ~/.config{exists}"))
    yield _text("cache", Setting(str(config.cache), "$XDG_CACHE_HOME or ~/.cache"))
    yield _text("data", Setting(str(config.data), "$XDG_DATA_HOME or ~/.local/share"))
    with contextlib.closing(Servers(config)) as servers:
        yield _text("server", servers.setting)
    origin = str(config.file) if "stalled_after" in config.given else "default"
    yield _Row("stalled_after", config.stalled_after, f"{config.stalled_after} days", origin)
    if config.maintainers is not None:
        yield _text("maintainers", Setting(str(config.maintainers), str(config.file)))


def _identity(identity: Identity) -> Iterator[_Row]:
    for one in identity.settings:
        yield _text("me.emails", one)
    if identity.mailmap is not None:
        yield _text("me.mailmap", identity.mailmap)


def _lists(config: Config) -> Iterator[_Row]:
    origin = str(config.file)
    for tree in config.trees:
        branches = f", branches {' '.join(tree.branches)}" if tree.branches else ""
        yield _Row("tree", _plain(tree), f"{tree.name}: {tree.role}, {tree.where}{branches}", origin)
    for watch in config.watches:
        yield _Row("watch", _plain(watch), f"{watch.name}: {watch.query}".removeprefix(": "), origin)
    for profile in config.profiles:
        to = f" to {', '.join(profile.to)}" if profile.to else ""
        yield _Row("profile", _jsonable(profile.table), f"{profile.name}: {profile.query or 'everything'}{to}", origin)
    for tab in config.tabs:
        yield _Row("tab", _plain(tab), f"{tab.name}: {tab.query}", origin)
    for source in config.sources:
        name = f" ({source.list_name})" if source.list_name else ""
        yield _Row("source", _plain(source), f"{source.name}: {source.where}{name}".removeprefix(": "), origin)


def _plain(setting: Any) -> dict[str, Any]:
    """A named tuple as JSON."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in setting._asdict().items()}


def _jsonable(value: Any) -> Any:
    """What TOML may hold as JSON: dates and times become text."""
    if isinstance(value, dict):
        return {key: _jsonable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_jsonable(one) for one in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _print(out: Out, rows: list[_Row]) -> None:
    cells = [(plain(row.key), plain(row.shown), plain(row.origin)) for row in rows]
    if not out.tty:
        for cell in cells:
            out.line("\t".join(cell))
        return
    keys = min(_MAX_KEY, max(width(key) for key, _, _ in cells))
    values = min(_MAX_VALUE, max(width(value) for _, value, _ in cells))
    for key, value, origin in cells:
        shown = value if width(value) > values else pad(value, values)
        out.line(f"{out.paint(pad(key, keys), '1')}  {shown}  {out.paint(origin, '2')}")
