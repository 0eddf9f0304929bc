"""What each command does. A command gets its arguments, the configuration, where to print and the time; returns an exit code."""

from __future__ import annotations

import argparse

from tracker.config import Config
from tracker.faces.exits import Exit
from tracker.faces.out import Out


def dispatch(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """Run the command of *args*; without one, list."""
    # Imported here, because `list` must not pay for what `follow` needs.
    match args.command:
        case "follow" | "unfollow" | "sync" | "import" | "link" | "unlink":
            from tracker.faces.commands import changing

            return changing.COMMANDS[args.command](args, config, out, now)
        case "set" | "snooze" | "note":
            from tracker.faces.commands import deciding

            return deciding.COMMANDS[args.command](args, config, out, now)
        case "doctor":
            from tracker.faces.commands.doctor import doctor

            return doctor(args, config, out, now)
        case "config":
            from tracker.faces.commands.config import show_config

            return show_config(args, config, out)
        case "completion":
            from tracker.faces.commands.completion import completion

            return completion(args, out)
        case "search":
            from tracker.faces.commands.search import search

            return search(args, config, out, now)
        case "thread":
            from tracker.faces.commands.thread import thread

            return thread(args, config, out, now)
        case "tags":
            from tracker.faces.commands.tags import tags

            return tags(args, config, out, now)
        case "diff":
            from tracker.faces.commands.diff import diff

            return diff(args, config, out, now)
        case "show":
            from tracker.faces.commands.show import show

            return show(args, config, out, now)
        case None if out.interactive:
            from tracker.faces.tui.start import start

            return start(config, now)
        case _:
            from tracker.faces.commands.reading import list_topics

            return list_topics(args, config, out, now)
