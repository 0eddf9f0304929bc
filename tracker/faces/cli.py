"""The command line: where errors become one line and an exit code. What can be typed is declared in options_*.py."""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from tracker import __version__
from tracker.config import ConfigError, load_config
from tracker.faces.exits import Exit, NothingError, UsageError
from tracker.faces.options import Sub, Unused
from tracker.faces.options_reading import add_reading
from tracker.faces.out import Out, standard

_EPILOG = """\
examples:
  tracker follow 20240530145810.GA2205585@perftesting
  tracker follow https://lore.kernel.org/r/20240530145810.GA2205585@perftesting
  tracker sync
  tracker list
  tracker show 7
"""
_ABOUT = (
    "Where does every patch stand, and whose turn is it? Without a COMMAND: the screens of a terminal, and in a pipe what "
    "'tracker list' prints."
)
_EXITS = (
    "Exit codes: 0 done, 1 nothing found or no news, 2 wrong use, 3 a source failed (what arrived is kept), "
    "4 the store is locked or damaged."
)


# Commands that are typed so often that setting up the others would be felt.
_READING = ("list", "show", "thread", "search")
_OFTEN = (*_READING, "sync", "digest")


class _Parser(argparse.ArgumentParser):
    """Errors are one line on stderr; the usage stays in --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(Exit.USAGE, f"tracker: {message}; see '{self.prog} --help'\n")


class _Help(argparse.HelpFormatter):
    """Text is wrapped to the terminal, examples stay as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return "".join(indent + line for line in text.splitlines(keepends=True))
        from textwrap import fill

        return fill(text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """All commands with their options, as `completion` and the tests of the docs read them too; or *only* one of them."""
    shared = _shared()
    top = _Parser(
        prog="tracker",
        description=f"{_ABOUT} {_EXITS}",
        epilog=_EPILOG,
        formatter_class=_Help,
        parents=[shared],
    )
    top.add_argument("--version", action="version", version=f"tracker {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def command(name: str, summary: str, examples: Sequence[str], text: str = "") -> Sub:
        if only is not None and name != only:
            return Unused()
        return commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.{' ' + text if text else ''}",
            parents=[shared],
            epilog="examples:\n" + "\n".join(f"  {one}" for one in examples),
            formatter_class=_Help,
        )

    if only in _READING:
        add_reading(command)
    else:
        from tracker.faces.options_changing import add_changing, add_rest

        add_changing(command)
        add_reading(command)
        add_rest(command)
    return top


def _shared() -> _Parser:
    """The options of every command, before its name or behind it."""
    shared = _Parser(add_help=False)
    group = shared.add_argument_group("for all commands")
    group.add_argument(
        "--server",
        metavar="URL",
        default=argparse.SUPPRESS,
        help="public-inbox server (default: $TRACKER_SERVER, the configuration, b4.midmask, lore.kernel.org)",
    )
    group.add_argument("--offline", action="store_true", default=argparse.SUPPRESS, help="ask no server at all")
    group.add_argument("-v", "--verbose", action="store_true", default=argparse.SUPPRESS, help="tell errors with whole URLs")
    return shared


_MINUS = re.compile(r"-[a-z]+[:<>]\S*")  # what a query leaves out; no option looks like it


def _as_query(argv: Sequence[str]) -> list[str]:
    """The command line with `-is:mine` of a query in a form that argparse takes for no option."""
    takes = any(name in argv for name in ("list", "search"))
    return [f" {word}" if takes and _MINUS.fullmatch(word) else word for word in argv]


def run(argv: Sequence[str]) -> int:
    """Run one command line; never raises."""
    out = standard()
    argv = _as_query(argv)
    try:
        args = parser(argv[0] if argv and argv[0] in _OFTEN else None).parse_args(argv)
    except SystemExit as ex:  # argparse's way of saying --help, --version or wrong use
        return int(ex.code or 0) if not isinstance(ex.code, str) else Exit.USAGE
    out.verbose = getattr(args, "verbose", False)
    try:
        return _guarded(args, out)
    except KeyboardInterrupt:
        out.say("interrupted; what was stored stays")
        return Exit.INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except OSError as error:  # a full disk, an output that cannot be written
        out.say(f"{error.filename or 'output'}: {error.strerror or error}")
        return Exit.SOURCE


def _guarded(args: argparse.Namespace, out: Out) -> int:
    from tracker.faces.commands import dispatch
    from tracker.store.db import StoreError

    try:
        config = load_config(os.environ, server=getattr(args, "server", None), offline=getattr(args, "offline", False))
        return dispatch(args, config, out, int(time.time()))
    except (UsageError, ConfigError) as error:
        out.say(str(error))
        return Exit.NOTHING if isinstance(error, NothingError) else Exit.USAGE
    except StoreError as error:
        out.say(str(error))
        return Exit.STORE
    except sqlite3.DatabaseError as error:
        out.say(f"{config.mail_db}: damaged ({error}); delete it, it is a cache, and run 'tracker sync'")
        return Exit.STORE
    except Exception as error:
        from tracker.sources.base import NotFound, SourceError

        if not isinstance(error, SourceError):
            raise
        from tracker.sync.telling import in_brief

        out.say(str(error) if out.verbose else in_brief(error))
        return Exit.NOTHING if isinstance(error, NotFound) else Exit.SOURCE
