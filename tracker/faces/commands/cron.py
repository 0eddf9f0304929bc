"""`cron`: a crontab line and systemd user units that bring everything up to date and send the digest."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

from tracker.config import Config
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.store.db import make_private

# cron and systemd start with next to no environment: what decides where tracker looks is written into the line.
_KEPT = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "TRACKER_SERVER", "GIT_CONFIG_GLOBAL")
_DELAY = 15  # minutes
_CALENDAR = {"hour": "*-*-* *:{minute:02}:00", "day": "*-*-* 06:{minute:02}:00", "week": "Mon *-*-* 06:{minute:02}:00"}
_CRONTAB = {"hour": "{minute} * * * *", "day": "{minute} 6 * * *", "week": "{minute} 6 * * 1"}


def cron(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker cron [--install crontab|systemd]`."""
    if args.profile and args.profile not in [one.name for one in config.profiles]:
        raise UsageError(f"no profile {args.profile!r} in {config.file}")
    plan = _Plan(args, config)
    if args.install == "crontab":
        _install_crontab(plan, out)
    elif args.install == "systemd":
        _install_units(plan, out)
        _warn_of_nobody(plan, config, out)
    else:
        _show(plan, out)
    out.flush()
    return Exit.DONE


class _Plan:
    """What runs when. minute: the same for a user every time, another one for others, so that servers are not asked at once."""

    def __init__(self, args: argparse.Namespace, config: Config) -> None:
        self.every: str = args.every
        self.profile: str = args.profile or "default"
        self.name = "tracker-digest" + (f"-{args.profile}" if args.profile else "")
        self.minute = zlib.crc32(str(config.data).encode()) % 60
        self.words = [*_program(), "digest", "--sync"]
        self.words += ["--profile", args.profile] if args.profile else []
        for address in args.mail:
            self.words += ["--mail", address]
        self.kept = [(name, os.environ[name]) for name in _KEPT if os.environ.get(name)]

    @property
    def mark(self) -> str:
        return f"# tracker digest, profile {self.profile}; written by 'tracker cron'"

    @property
    def line(self) -> str:
        """The crontab line: crontab(5) makes a newline of every bare %."""
        settings = [f"{name}={shlex.quote(value)}" for name, value in self.kept]
        command = " ".join([*settings, shlex.join([*self.words, "--delay", str(_DELAY)])])
        return f"{_CRONTAB[self.every].format(minute=self.minute)} {command}".replace("%", r"\%")

    @property
    def service(self) -> str:
        settings = "".join(f"Environment={_unit_word(f'{name}={value}')}\n" for name, value in self.kept)
        command = " ".join(_unit_word(word).replace("$", "$$") for word in self.words)
        return (
            "[Unit]\nDescription=tracker: news of followed patches\nDocumentation=man:tracker(1)\n\n"
            f"[Service]\nType=oneshot\n{settings}ExecStart={command}\n"
            "# Exit code 1 says that there are no news.\nSuccessExitStatus=1\n"
        )

    @property
    def timer(self) -> str:
        return (
            "[Unit]\nDescription=tracker: news of followed patches\n\n"
            f"[Timer]\nOnCalendar={_CALENDAR[self.every].format(minute=self.minute)}\nRandomizedDelaySec={_DELAY}min\n"
            "Persistent=true\n\n[Install]\nWantedBy=timers.target\n"
        )


def _program() -> list[str]:
    """How this program was started, with full paths, so that it starts from any folder without a PATH."""
    started = Path(sys.argv[0])
    if started.name == "tracker" and started.is_file():
        return [str(started.absolute())]
    return [sys.executable, "-m", "tracker"]


def _unit_word(word: str) -> str:
    """One word of a unit file (systemd.syntax(7)): quoted, and % means itself."""
    quoted = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{quoted}"' if not quoted or any(char in quoted for char in " \t;'\"\\") else quoted


def _units(plan: _Plan) -> dict[Path, str]:
    home = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(home if os.path.isabs(home) else Path("~/.config").expanduser()) / "systemd" / "user"
    return {folder / f"{plan.name}.service": plan.service, folder / f"{plan.name}.timer": plan.timer}


def _show(plan: _Plan, out: Out) -> None:
    out.line("# crontab -e (or: tracker cron --install crontab); cron mails what is printed to MAILTO")
    out.line(plan.line)
    for path, text in _units(plan).items():
        out.line()
        out.line(f"# {path}")
        for line in text.splitlines():
            out.line(line)
    out.line()
    out.line(f"# tracker cron --install systemd, then: systemctl --user enable --now {plan.name}.timer")


def _install_units(plan: _Plan, out: Out) -> None:
    for path, text in _units(plan).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
        path.write_text(text, "utf-8")
        out.line(str(path))
    out.say(f"now: systemctl --user daemon-reload && systemctl --user enable --now {plan.name}.timer")


def _warn_of_nobody(plan: _Plan, config: Config, out: Out) -> None:
    """Say so when nobody would read the digest: cron mails what is printed, systemd puts it into its journal."""
    profile = next((one for one in config.profiles if one.name == plan.profile), None)
    if "--mail" in plan.words or (profile is not None and (profile.to or profile.table.get("notify"))):
        return
    out.say(
        "nobody gets this digest: it goes to the journal and counts as told; add --mail ADDRESS, "
        f'or to = ["ADDRESS"] to the profile {plan.profile!r} in {config.file}'
    )


def _install_crontab(plan: _Plan, out: Out) -> None:
    """Put the line into the user's crontab, in the place of the one that was put there before."""
    lines = _without(_crontab(["-l"], missing="no crontab").splitlines(), plan.mark)
    _crontab(["-"], "\n".join([*lines, plan.mark, plan.line]) + "\n")
    out.line(plan.line)
    out.say("written to your crontab; 'crontab -l' shows it")


def _without(lines: Sequence[str], mark: str) -> list[str]:
    """The lines but for *mark* and the one below it."""
    kept: list[str] = []
    skip = False
    for line in lines:
        if not skip and line != mark:
            kept.append(line)
        skip = line == mark
    return kept


def _crontab(words: Sequence[str], text: str = "", missing: str = "") -> str:
    """Run crontab(1). Raises UsageError when it is not there or says no; *missing*: what it says when there is nothing yet."""
    try:
        done = subprocess.run(["crontab", *words], input=text, capture_output=True, text=True, check=False)
    except OSError as error:
        raise UsageError("no crontab program here; 'tracker cron --install systemd' may work") from error
    if done.returncode and not (missing and missing in done.stderr):
        raise UsageError(f"crontab: {' '.join(done.stderr.split())}")
    return done.stdout if not done.returncode else ""
