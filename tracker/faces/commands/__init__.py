"""What each command does. A command gets its arguments, the configuration, where to print and the time; returns an exit code."""

from __future__ import annotations

import argparse
from importlib import import_module

from tracker.config import Config
from tracker.faces.exits import Exit
from tracker.faces.out import Out

# Command -> module of this package, function. Imported when it runs, because `list` must not pay for what `follow` needs.
COMMANDS: dict[str, tuple[str, str]] = {
    "follow": ("changing", "follow"),
    "unfollow": ("changing", "unfollow"),
    "sync": ("changing", "sync"),
    "import": ("changing", "import_"),
    "link": ("changing", "link"),
    "unlink": ("changing", "link"),
    "set": ("deciding", "set_status"),
    "snooze": ("deciding", "snooze"),
    "note": ("deciding", "note"),
    "mark": ("deciding", "mark"),
    "digest": ("digest", "digest"),
    "cron": ("cron", "cron"),
    "tree": ("trees", "tree"),
    "match": ("trees", "match"),
    "apply": ("apply", "apply"),
    "list": ("reading", "list_topics"),
    "show": ("show", "show"),
    "thread": ("thread", "thread"),
    "tags": ("tags", "tags"),
    "diff": ("diff", "diff"),
    "report": ("report", "report"),
    "stats": ("stats", "stats"),
    "search": ("search", "search"),
    "config": ("config", "show_config"),
    "doctor": ("doctor", "doctor"),
    "completion": ("completion", "completion"),
}


def dispatch(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """Run the command of *args*; without one the terminal UI, or `list` where nobody sits in front of it."""
    if args.command is None and out.interactive:
        from tracker.faces.tui.start import start

        return start(config, now)
    module, function = COMMANDS[args.command or "list"]
    run = getattr(import_module(f"tracker.faces.commands.{module}"), function)
    code: Exit = run(args, config, out, now)
    return code
