"""`apply`: hand a series to `b4 shazam`, which applies it to the current branch of a repository."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tracker.config import Config
from tracker.core.versions import is_offered
from tracker.faces.commands.reading import one_topic
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import plain
from tracker.faces.tui.outside import apply_command, private_file, raws, write_mbox
from tracker.store import read
from tracker.sync.reading import open_reading


def apply(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker apply TOPIC`: asks first, and no server is asked for anything."""
    repository = Path(args.repo or os.getcwd()).expanduser().resolve()
    with open_reading(config, out.say, now) as store:
        number = one_topic(store.con, args.topic)
        data = read.topic(store.con, number).data
        revision = _revision(data, args.version)
        mails = raws(store.con, number)
    if not (revision["complete"] and revision["patches"]):
        raise UsageError(f"{plain(revision['label'])} is not here in full; 'tracker sync {number}' fetches it again")
    question = f"apply {plain(revision['label'])} of {out.brief(data['title'])!r} to the current branch of {repository}?"
    if not args.yes and not _agrees(question):
        out.say("nothing was applied")
        return Exit.NOTHING
    mbox = private_file(".mbox")
    try:
        write_mbox(mbox, mails)
        done = subprocess.run(apply_command(revision["series"], revision["version"], mbox), cwd=repository, check=False)
    finally:
        mbox.unlink(missing_ok=True)
    if done.returncode:
        out.say(f"b4 shazam failed in {repository}; what it said stands above")
        return Exit.SOURCE
    return Exit.DONE


def _revision(data: Mapping[str, Any], wanted: int | None) -> Mapping[str, Any]:
    """The newest posted revision of that number, or of all. Raises UsageError."""
    posted = [one for one in data["revisions"] if not is_offered(one)]
    fitting = [one for one in posted if wanted is None or one["version"] == wanted]
    if not fitting:
        have = ", ".join(plain(one["label"]) for one in posted) or "no patches"
        raise UsageError(f"no v{wanted} here; there is: {have}" if wanted else "there are no patches in this topic")
    found: Mapping[str, Any] = fitting[-1]
    return found


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("it asks before it applies; use --yes where nobody can answer")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
