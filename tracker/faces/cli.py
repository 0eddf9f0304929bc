"""The command line: what can be typed, and where errors become one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from tracker import __version__
from tracker.config import ConfigError, load_config
from tracker.faces.exits import Exit, NothingError, UsageError
from tracker.faces.out import Out, standard

_EPILOG = """\
examples:
  tracker follow 20240530145810.GA2205585@perftesting
  tracker follow https://lore.kernel.org/r/20240530145810.GA2205585@perftesting
  tracker sync
  tracker list
  tracker show 7
"""


# Commands that are typed so often that setting up the others would be felt.
_OFTEN = ("list", "show", "thread", "search", "sync", "digest")


class _Parser(argparse.ArgumentParser):
    """Errors are one line on stderr; the usage stays in --help."""

    def error(self, message: str) -> NoReturn:
        self.exit(Exit.USAGE, f"tracker: {message}; see '{self.prog} --help'\n")


class _Unused:
    """Stands for a command that this command line does not name: its options need not be set up."""

    def add_argument(self, *_names: str, **_options: object) -> None:
        pass


def parser(only: str | None = None) -> argparse.ArgumentParser:
    """All commands with their options, as `completion` and the tests of the docs read them too; or *only* one of them."""
    shared = _Parser(add_help=False)
    where = shared.add_argument_group("where to ask")
    where.add_argument(
        "--server",
        metavar="URL",
        default=argparse.SUPPRESS,
        help="public-inbox server (default: $TRACKER_SERVER, the configuration, b4.midmask, lore.kernel.org)",
    )
    where.add_argument("--offline", action="store_true", default=argparse.SUPPRESS, help="ask no server at all")
    top = _Parser(
        prog="tracker",
        description="Where does every patch stand, and whose turn is it?",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
    )
    top.add_argument("--version", action="version", version=f"tracker {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)

    def command(name: str, summary: str, examples: Sequence[str], text: str = "") -> argparse.ArgumentParser | _Unused:
        if only is not None and name != only:
            return _Unused()
        return commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.{' ' + text if text else ''}",
            parents=[shared],
            epilog="examples:\n" + "\n".join(f"  {one}" for one in examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    _add_follow(command)
    _add_deciding(command)
    _add_own(command)
    _add_trees(command)
    _add_reading(command)
    _add_digest(command)
    _add_setup(command)
    return top


_Command = Callable[..., argparse.ArgumentParser | _Unused]


def _json(sub: argparse.ArgumentParser | _Unused) -> None:
    sub.add_argument("--json", action="store_true", help="print JSON, schema 1")


def _add_follow(command: _Command) -> None:
    sub = command(
        "follow",
        "fetch a thread and follow its topic",
        [
            "tracker follow 20240530145810.GA2205585@perftesting",
            "tracker follow https://patch.msgid.link/20240530145810.GA2205585@perftesting",
            "tracker follow -m ~/mail/thread.mbox",
            "formail -s < inbox | tracker follow -m -",
            "tracker follow --search 's:\"i_writecount\" d:2024-05-01..2024-06-30'",
            "tracker follow --watch 'section:\"OVERLAY FILESYSTEM\"'",
        ],
        "TARGET is a message id, a URL of a mail on any public-inbox server, a change-id, "
        "or a commit id that a mail reports as applied.",
    )
    sub.add_argument("targets", metavar="TARGET", nargs="*", help="message id, URL, change-id or commit id")
    sub.add_argument(
        "-m",
        "--mail",
        metavar="FILE",
        action="append",
        default=[],
        help="follow what an mbox, a maildir or - (stdin) holds; it stays on this machine",
    )
    sub.add_argument("--search", metavar="QUERY", help="follow every thread that a search on the server finds (at most 20)")
    sub.add_argument(
        "--watch", metavar="QUERY", action="append", default=[], help="follow what will match it: 's:overlayfs', 'dfn:fs/exec.c'"
    )
    sub = command(
        "unfollow",
        "follow a topic no more; its mail stays",
        ["tracker unfollow 7", "tracker unfollow --watch dfn:fs/exec.c"],
    )
    sub.add_argument("topics", metavar="TOPIC", nargs="*", help="number, slug or message id")
    sub.add_argument("--watch", metavar="QUERY", action="append", default=[], help="watch this query no more")
    sub = command(
        "sync",
        "bring what is followed up to date",
        ["tracker sync", "tracker sync --quiet", "tracker sync 7"],
        "With TOPICs, their whole threads are fetched again.",
    )
    sub.add_argument("topics", metavar="TOPIC", nargs="*", help="number, slug or message id; default: everything")
    sub.add_argument("-q", "--quiet", action="store_true", help="say nothing but failures")
    sub = command(
        "import",
        "store whole archives: mbox, maildir, public-inbox git epochs and bundles",
        [
            "tracker import ~/lists/linux-unionfs",
            "tracker import linux-unionfs.0.bundle --list linux-unionfs",
            "tracker import ~/Maildir old.mbox.gz",
        ],
        "Importing again adds what is new. Mail of mboxes and maildirs stays on this machine.",
    )
    sub.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="mbox (also .gz .bz2 .xz .zst), maildir, folder of mails, git epoch, inbox or bundle",
    )
    sub.add_argument(
        "--list",
        metavar="NAME",
        dest="list_name",
        help="name of the list an archive belongs to (default: from its path)",
    )


def _add_deciding(command: _Command) -> None:
    for name, summary in (
        ("link", "say that two topics are one idea, for good"),
        ("unlink", "say that two series are not one idea, for good"),
    ):
        sub = command(
            name,
            summary,
            [
                f"tracker {name} 7 12",
                f"tracker {name} 20240530145810.GA2205585@perftesting 20240531-demo-v1-1-a17bea7ee36b@example.org",
            ],
            "The newest word about two series counts; what lineage finds by itself gives way to it.",
        )
        sub.add_argument("a", metavar="A", help="number, slug or message id")
        sub.add_argument("b", metavar="B", help="number, slug or message id")


def _add_own(command: _Command) -> None:
    sub = command(
        "set",
        "overrule the status of a topic by hand",
        ["tracker set 7 status superseded", "tracker set 7 status --clear"],
        "Kept whatever new mail says, and shown as made by hand.",
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("field", choices=("status",), help="what to set")
    sub.add_argument("value", metavar="WORD", nargs="?", help="a status word")
    sub.add_argument("--clear", action="store_true", help="judge it from the evidence again")
    sub = command(
        "snooze",
        "let a topic wait",
        ["tracker snooze 12 --for 2w", "tracker snooze 12 --until 2027-01-31", "tracker snooze 12 --clear"],
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("--for", metavar="TIME", dest="span", help="how long: 12h, 3d, 2w, 1m")
    sub.add_argument("--until", metavar="DATE", help="until that day, as 2027-01-31 (UTC)")
    sub.add_argument("--clear", action="store_true", help="wake it at once")
    sub = command(
        "note",
        "keep a note about a topic",
        ["tracker note 12 ask Ben about the locking", "tracker note 12 --clear"],
        "Notes stay on this machine.",
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("text", metavar="TEXT", nargs="*", help="the note")
    sub.add_argument("--clear", action="store_true", help="remove all notes of the topic")


def _add_trees(command: _Command) -> None:
    sub = command(
        "tree",
        "git trees to look for landings in",
        [
            "tracker tree add mainline",
            "tracker tree add vfs ~/src/linux --role maintainer --branch 'vfs.*'",
            "tracker tree list",
            "tracker tree remove vfs",
        ],
        "A path is used in place and never written to; a URL is mirrored into the cache without file contents. Well-known "
        "trees are added by their names alone.",
    )
    sub.add_argument("what", choices=("add", "list", "remove"), help="what to do")
    sub.add_argument("name", metavar="NAME", nargs="?", default="", help="name of the tree")
    sub.add_argument("place", metavar="PATH-or-URL", nargs="?", help="where it is")
    sub.add_argument("--role", choices=("maintainer", "next", "mainline", "stable"), help="what the tree is for")
    sub.add_argument("--branch", metavar="GLOB", action="append", default=[], help="only branches that match (repeatable)")
    sub = command(
        "match",
        "which commit each patch mail became",
        [
            "tracker match --tree ~/src/liburing series.mbox",
            "tracker match --tree ~/src/git --branch master --no-links ~/lists/git --json",
        ],
        "Reads mboxes, maildirs, folders of mails and list archives; stores nothing but an index of the tree in the cache.",
    )
    sub.add_argument("files", metavar="FILE", nargs="+", help="mails")
    sub.add_argument("--tree", metavar="PATH", required=True, help="git repository to look in")
    sub.add_argument("--branch", metavar="GLOB", help="only branches that match")
    sub.add_argument("--no-links", action="store_true", help="do without Link and Message-ID trailers")
    _json(sub)
    sub = command(
        "apply",
        "apply a series with b4 shazam",
        ["tracker apply 12", "tracker apply 12 --version 2 --repo ~/src/linux"],
        "Takes the mails of the store, asks no server, and asks you first.",
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("--version", metavar="N", type=_positive, help="which revision (default: the newest)")
    sub.add_argument("--repo", metavar="PATH", help="repository whose current branch takes it (default: here)")
    sub.add_argument("-y", "--yes", action="store_true", help="do not ask")


def _add_reading(command: _Command) -> None:
    sub = command(
        "list",
        "followed topics, a line each",
        ["tracker list", "tracker list --all 's:overlayfs'", "tracker list --json | jq '.topics[].title'"],
        "QUERY is a search as in 'tracker search'; topics with a matching mail are shown.",
    )
    sub.add_argument("query", metavar="QUERY", nargs="*", help="only topics with a mail that matches")
    sub.add_argument("-a", "--all", action="store_true", help="every topic in the store, not just followed ones")
    _json(sub)
    sub = command("show", "a topic: status, revisions, what happened", ["tracker show 7", "tracker show fs-don-t-block --json"])
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    _json(sub)
    sub = command(
        "thread",
        "the mails of a topic as trees",
        ["tracker thread 7", "tracker thread 20240530145810.GA2205585@perftesting", "tracker thread 7 --ids"],
        "A message id shows its thread; a topic all of its threads, oldest first.",
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("--ids", action="store_true", help="print the message id of every mail")
    sub.add_argument("--text", action="store_true", help="print the mails themselves below the tree")
    _json(sub)
    sub = command(
        "tags",
        "who said what about which patch",
        ["tracker tags 7", "tracker tags 7 --all", "tracker tags 7 --json"],
        "Patches of the newest revision and people; tags that were lost in it, promises and refusals stand beside them.",
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("-a", "--all", action="store_true", help="everything that was said in all versions, oldest first")
    _json(sub)
    sub = command(
        "diff",
        "range-diff of two versions, without a clone",
        ["tracker diff 7", "tracker diff 7 v1..v3", "tracker diff 7 RFC..v1"],
    )
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")
    sub.add_argument("versions", metavar="vA..vB", nargs="?", help="which two (default: the last two)")
    sub = command(
        "report",
        "a page to share: how a topic went, or how a list works",
        [
            "tracker report 7 -o topic.html",
            "tracker report --list linux-unionfs --since 2024-01-01 -o list.html",
            "tracker report --list linux-unionfs --since 1y > list.html",
        ],
        "One file without scripts that loads nothing. Topics that came from your own files only, and notes, are left out.",
    )
    sub.add_argument("topic", metavar="TOPIC", nargs="?", help="number, slug or message id")
    _sample(sub)
    sub.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: stdout)")
    sub = command(
        "stats",
        "how a list works, in numbers",
        ["tracker stats --list linux-unionfs --since 1y", "tracker stats --csv > stats.csv"],
        "How soon patches are answered and land, in how many versions, who reviews, what waits.",
    )
    _sample(sub)
    sub.add_argument("--csv", action="store_true", help="print a line a number, for spreadsheets")
    _json(sub)
    sub = command(
        "search",
        "mails in the store",
        [
            "tracker search i_writecount",
            "tracker search 'f:brauner s:\"during exec\" d:2024-05-01..'",
            "tracker search --remote 'dfn:fs/exec.c rt:7.days.ago..'",
        ],
        "Prefixes are lore's: s: f: t: c: a: tc: tcf: b: nq: q: bs: dfn: d: rt: m: l: patchid:, and status: turn: kind:. "
        "AND is implied; OR, NOT and parentheses work.",
    )
    sub.add_argument("query", metavar="QUERY", nargs="+", help='words, "phrases" and prefixes')
    sub.add_argument("-n", "--limit", metavar="N", type=_positive, default=50, help="at most so many mails (default 50)")
    sub.add_argument("--remote", action="store_true", help="ask the server instead; the query goes there as it is")
    _json(sub)


def _sample(sub: argparse.ArgumentParser | _Unused) -> None:
    sub.add_argument("--list", metavar="NAME", dest="list_name", help="topics of this list")
    sub.add_argument("--since", metavar="DATE", help="topics first posted since then: 2024-05-31, 2024, 3.days.ago, 90d, 1y")
    sub.add_argument("--private", action="store_true", help="also topics that came from your own files only, and notes")


def _add_digest(command: _Command) -> None:
    sub = command(
        "digest",
        "what was learned since the last one",
        [
            "tracker digest",
            "tracker digest --sync --mail you@example.org",
            "tracker digest --since 2024-05 --until 2024-06 --format markdown",
            "tracker digest --profile team --always",
        ],
        "Silent, with exit code 1, when nothing changed. With dates it tells what happened between them, and the next one is "
        "not touched.",
    )
    sub.add_argument("--since", metavar="DATE", help="'last' (default), or a day, month or year")
    sub.add_argument("--until", metavar="DATE", help="up to the end of that day, month or year")
    sub.add_argument("--format", choices=("text", "html", "markdown", "json", "eml", "atom"), help="how to print it")
    sub.add_argument("--mail", metavar="TO", action="append", default=[], help="mail it, by sendmail or git's sendemail.*")
    sub.add_argument("--notify", metavar="URL", action="append", default=[], help="tell a chat or phone, through Apprise")
    sub.add_argument("--profile", metavar="P", help="a [[profile]] of the configuration, with a memory of its own")
    sub.add_argument("--always", action="store_true", help="print the summary also when nothing changed")
    sub.add_argument("--peek", action="store_true", help="print it, and tell the same again next time")
    sub.add_argument("--private", action="store_true", help="mail also what came from your own files, and your notes")
    sub.add_argument("--sync", action="store_true", help="bring everything up to date first")
    sub.add_argument("--delay", metavar="MINUTES", type=_positive, help="wait for a random time of at most so many minutes")
    sub = command(
        "cron",
        "a crontab line and systemd units for the digest",
        ["tracker cron", "tracker cron --mail you@example.org --every week", "tracker cron --install systemd"],
    )
    sub.add_argument("--mail", metavar="TO", action="append", default=[], help="whom to mail the digest to (else cron mails it)")
    sub.add_argument("--profile", metavar="P", help="a [[profile]] of the configuration")
    sub.add_argument("--every", choices=("hour", "day", "week"), default="day", help="how often (default: day)")
    sub.add_argument("--install", choices=("crontab", "systemd"), help="write it where it works")
    sub = command("mark", "mark the mails of a topic as read or unread", ["tracker mark read 7", "tracker mark unread 7"])
    sub.add_argument("mark", choices=("read", "unread"), help="how to mark them")
    sub.add_argument("topic", metavar="TOPIC", help="number, slug or message id")


def _add_setup(command: _Command) -> None:
    sub = command(
        "doctor",
        "what is set up, what is wrong with it, and what was odd in the mail",
        ["tracker doctor", "tracker doctor --offline", "tracker doctor --defects"],
    )
    sub.add_argument("--defects", action="store_true", help="every odd mail with its message id")
    sub = command(
        "config",
        "the settings in force and where each comes from",
        ["tracker config", "tracker config --json | jq -r '.settings[] | select(.key == \"server\").value'"],
        "They are read from the command line, the environment, config.toml and git's configuration, in this order.",
    )
    _json(sub)
    sub = command(
        "completion",
        "the completion script of a shell",
        ["tracker completion bash > ~/.local/share/bash-completion/completions/tracker"],
    )
    sub.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)


def run(argv: Sequence[str]) -> int:
    """Run one command line; never raises."""
    out = standard()
    try:
        args = parser(argv[0] if argv and argv[0] in _OFTEN else None).parse_args(argv)
    except SystemExit as ex:  # argparse's way of saying --help, --version or wrong use
        return int(ex.code or 0) if not isinstance(ex.code, str) else Exit.USAGE
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
        out.say(str(error))
        return Exit.NOTHING if isinstance(error, NotFound) else Exit.SOURCE
