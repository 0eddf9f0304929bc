"""`tree` and `match`: where to look for landings, and which commit each patch mail became."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from tracker.config import Config
from tracker.core.landing import ROLES
from tracker.core.match import Match
from tracker.faces.commands.changing import opened_session
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import pad, plain, width
from tracker.sync import matching
from tracker.sync import trees as forest

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")


def tree(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker tree add|list|remove`."""
    if args.what != "list" and not args.name:
        raise UsageError(f"which tree? 'tracker tree {args.what} NAME'; see 'tracker tree --help'")
    return _TREE[args.what](args, config, out, now)


def _add(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    if not _NAME.fullmatch(args.name):
        raise UsageError(f"{plain(args.name)!r} is no name for a tree: letters, digits and . _ + - only")
    wanted = _wanted(args)
    with opened_session(config, out, now) as (session, _):
        forest.check(session, wanted)
        news = forest.add(session, wanted)
        failed = bool(session.failures)
        out.line(f"{wanted.name}  {wanted.role}  {plain(wanted.place)}" + (f"  {news} landings found" if news else ""))
    out.flush()
    return Exit.SOURCE if failed else Exit.DONE


def _wanted(args: argparse.Namespace) -> forest.Tree:
    known = forest.PRESETS.get(args.name)
    place = args.place or (known.url if known else "")
    role = args.role or (known.role if known and not args.place else "")
    branches = tuple(args.branch) or (known.branches if known and not args.place else ())
    if not place:
        raise UsageError(f"no tree is known as {plain(args.name)!r}; give its path or URL. Known: {', '.join(forest.PRESETS)}")
    if not role:
        raise UsageError(f"--role is missing: one of {', '.join(ROLES)}")
    if "://" not in place:
        place = str(Path(place).expanduser().resolve())
    return forest.Tree(args.name, place, role, branches)


def _list(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    with opened_session(config, out, now) as (session, _):
        rows = [
            (one.name, one.role, " ".join(one.branches) or "*", plain(one.place), "" if by_hand else "(configuration)")
            for one, by_hand in forest.listed(session)
        ]
    if not rows:
        out.say("no trees yet; try 'tracker tree add mainline', or 'tracker tree add NAME PATH --role maintainer'")
    widths = [max((width(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = [pad(cell, size) for cell, size in zip(row, widths, strict=False)] if out.tty else list(row[:3])
        out.line(("  " if out.tty else "\t").join([*cells, *row[3:]]).rstrip())
    out.flush()
    return Exit.DONE if rows else Exit.NOTHING


def _remove(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    with opened_session(config, out, now) as (session, _):
        if not forest.remove(session, args.name):
            raise UsageError(f"no tree {plain(args.name)!r} was added here; 'tracker tree list' shows what there is")
        out.line(f"{args.name} removed; what was seen in it stays")
    out.flush()
    return Exit.DONE


_TREE: dict[str, Callable[[argparse.Namespace, Config, Out, int], Exit]] = {"add": _add, "list": _list, "remove": _remove}


def match(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker match --tree PATH FILE…`."""
    found = matching.match_files(
        config, Path(args.tree), [Path(one) for one in args.files], branch=args.branch or "", links=not args.no_links,
        progress=out.progress,
    )  # fmt: skip
    if args.json:
        from tracker.faces.commands.reading import print_json

        matches = {one.msgid: _match(one) for one in found}
        print_json(out, {"schema": 1, "matches": matches})
    else:
        for one in found:
            commits = " ".join(sha[:12] for sha in one.commits) or "-"
            out.line(f"{plain(one.msgid)}\t{commits}\t{one.how or '-'}\t{one.confidence:.2f}")
    out.flush()
    return Exit.DONE if any(one.commit for one in found) else Exit.NOTHING


def _match(one: Match) -> dict[str, object]:
    sure = round(one.confidence, 3)
    return {"commit": one.commit, "commits": list(one.commits), "how": one.how, "confidence": sure}
