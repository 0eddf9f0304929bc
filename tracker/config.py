"""Where things are and who the user is: command line, environment, config.toml, git's configuration, in this order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file and the key."""


class Setting(NamedTuple):
    """A value and where it came from, for `doctor`."""

    value: str
    origin: str


class Config(NamedTuple):
    """What is in force. cache, data: folders; server: the base URL of the public-inbox, or None when git must be asked."""

    cache: Path
    data: Path
    file: Path
    server_setting: Setting | None
    emails: tuple[str, ...]
    offline: bool = False

    @property
    def mail_db(self) -> Path:
        return self.cache / "mail.db"

    @property
    def user_db(self) -> Path:
        return self.data / "user.db"

    @property
    def lock(self) -> Path:
        return self.data / "lock"


def load_config(environ: Mapping[str, str], *, server: str | None = None, offline: bool = False) -> Config:
    """Read the configuration. Raises ConfigError for a file that is no TOML or has a value of the wrong type."""
    home = Path(environ.get("HOME") or "~").expanduser()
    file = _xdg(environ, "XDG_CONFIG_HOME", home / ".config") / "tracker" / "config.toml"
    table = _read(file)
    me = _table(table, "me", file)
    emails = me.get("emails", [])
    if not isinstance(emails, list) or not all(isinstance(one, str) for one in emails):
        raise ConfigError(f"{file}: me.emails must be a list of addresses")
    return Config(
        cache=_xdg(environ, "XDG_CACHE_HOME", home / ".cache") / "tracker",
        data=_xdg(environ, "XDG_DATA_HOME", home / ".local" / "share") / "tracker",
        file=file, server_setting=_server(environ, server, table, file), emails=tuple(emails), offline=offline,
    )  # fmt: skip


def _xdg(environ: Mapping[str, str], name: str, default: Path) -> Path:
    """A base folder; a relative value is to be ignored (XDG Base Directory Specification)."""
    value = environ.get(name, "")
    return Path(value) if os.path.isabs(value) else default


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    import tomllib

    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error


def _table(table: Mapping[str, Any], key: str, file: Path) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ConfigError(f"{file}: {key} must be a table")
    return value


def _server(environ: Mapping[str, str], option: str | None, table: Mapping[str, Any], file: Path) -> Setting | None:
    value = table.get("server")
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{file}: server must be a URL")
    for found, origin in ((option, "--server"), (environ.get("TRACKER_SERVER"), "$TRACKER_SERVER"), (value, str(file))):
        if found:
            if not found.startswith(("http://", "https://")):
                raise ConfigError(f"{origin}: {found!r} is no http(s) URL")
            return Setting(found, origin)
    return None
