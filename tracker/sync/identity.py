"""Who the user is: the addresses of config.toml, else what git knows, and what a .mailmap ties to that."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.config import Config, ConfigError, Setting

if TYPE_CHECKING:
    from tracker.core.mailmap import Mailmap

# What git is asked for, at once. sendemail.IDENTITY.from: git-send-email(1) has several senders.
_KEYS = r"^(user\.email|sendemail\.(.*\.)?from|mailmap\.file)$"
_MAX_MAILMAP = 1 << 24  # bytes


class _Fact(NamedTuple):
    """One value of git's configuration and the file it stands in."""

    key: str
    value: str
    file: str


class Identity:
    """The user's addresses and everybody's aliases. git is asked when something is first wanted of it, and once."""

    def __init__(self, config: Config) -> None:
        self._config = config

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The user's addresses in lower case, each once, with where it comes from; () when nobody knows.

        Raises ConfigError when the .mailmap that the configuration names cannot be read.
        """
        if self._config.emails:
            origin = f"{self._config.file}: me.emails"
            return _distinct([Setting(one.strip().lower(), origin) for one in self._config.emails])
        known = [
            Setting(email.lower(), f"git's {fact.key} in {fact.file}")
            for fact in self._git
            if fact.key != "mailmap.file" and (email := _address(fact.value))
        ]
        if not known or self.mailmap is None:
            return _distinct(known)
        tied = self._mailmap.addresses(one.value for one in known)
        return _distinct([*known, *(Setting(email, self.mailmap.value) for email in tied)])

    @cached_property
    def emails(self) -> tuple[str, ...]:
        """The user's addresses in lower case."""
        return tuple(one.value for one in self.settings)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Address -> the one that stands for its owner, as people.same_person wants it. Raises ConfigError as `settings`."""
        return self._mailmap.aliases

    @cached_property
    def mailmap(self) -> Setting | None:
        """The path of the .mailmap in force: `me.mailmap`, else git's mailmap.file when there is such a file."""
        if self._config.mailmap is not None:
            return Setting(str(self._config.mailmap), f"{self._config.file}: me.mailmap")
        for fact in reversed(self._git):  # git's last value counts
            if fact.key == "mailmap.file":
                path = os.path.expanduser(fact.value)
                return Setting(path, f"git's mailmap.file in {fact.file}") if os.path.isfile(path) else None
        return None

    @cached_property
    def _mailmap(self) -> Mailmap:
        from tracker.core.mailmap import read_mailmap

        if self.mailmap is None:
            return read_mailmap("")
        try:
            with Path(self.mailmap.value).open("rb") as file:
                data = file.read(_MAX_MAILMAP)
        except OSError as error:
            raise ConfigError(f"{self.mailmap.origin}: cannot read {self.mailmap.value}: {error.strerror}") from error
        return read_mailmap(data.decode("utf-8", "replace"))

    @cached_property
    def _git(self) -> tuple[_Fact, ...]:
        """What git's configuration says, in the order of its files; () without git or when it is broken."""
        import subprocess

        command = ["git", "config", "--null", "--show-origin", "--get-regexp", _KEYS]
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=10)
        except (OSError, subprocess.SubprocessError):
            return ()
        words = done.stdout.decode("utf-8", "replace").split("\0")
        pairs = zip(words[0::2], words[1::2], strict=False)
        return tuple(_Fact(*entry.partition("\n")[::2], origin.removeprefix("file:")) for origin, entry in pairs)


def _address(text: str) -> str:
    """The address in `NAME <ADDRESS>` or of a bare one, '' when there is none."""
    from tracker.core.people import parse_addresses

    return next((one.email for one in parse_addresses(text.encode()) if "@" in one.email), "")


def _distinct(settings: list[Setting]) -> tuple[Setting, ...]:
    found: dict[str, Setting] = {}
    for one in settings:
        found.setdefault(one.value, one)
    return tuple(found.values())
