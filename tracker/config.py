"""Where things are and who the user is: command line, environment, config.toml, git's configuration, in this order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROLES = ("maintainer", "next", "mainline", "stable")
STALLED_AFTER = 30  # days


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file and the key."""


class Setting(NamedTuple):
    """A value and where it came from, for `config` and `doctor`."""

    value: str
    origin: str


class TreeSetting(NamedTuple):
    """`[[tree]]`: where to look for landings. where: a path or a URL; branches: globs, () for all."""

    name: str
    where: str
    role: str
    branches: tuple[str, ...]


class NamedQuery(NamedTuple):
    """`[[tab]]` and `[[watch]]`: a query and its name, '' when it has none."""

    name: str
    query: str


class Profile(NamedTuple):
    """`[[profile]]`: a digest for somebody. to: addresses; table: everything that the file says of it."""

    name: str
    query: str
    to: tuple[str, ...]
    table: Mapping[str, Any]


class SourceSetting(NamedTuple):
    """`[[source]]`: mail to read. where: a path or a URL; list_name: of its mail, '' to be found out."""

    name: str
    where: str
    list_name: str


class Config(NamedTuple):
    """What is in force. cache, data: folders; server: the base URL of the public-inbox, or None when git must be asked.

    emails: as the file says, () when git must be asked (see sync.identity). mailmap: the file that `me.mailmap` names.
    stalled_after: days. maintainers: the MAINTAINERS that says who stands for files. given: the keys that the file has; unknown:
    those of them that mean nothing here.
    """

    cache: Path
    data: Path
    file: Path
    server_setting: Setting | None
    emails: tuple[str, ...]
    offline: bool = False
    mailmap: Path | None = None
    stalled_after: int = STALLED_AFTER
    maintainers: Path | None = None
    trees: tuple[TreeSetting, ...] = ()
    watches: tuple[NamedQuery, ...] = ()
    profiles: tuple[Profile, ...] = ()
    tabs: tuple[NamedQuery, ...] = ()
    sources: tuple[SourceSetting, ...] = ()
    given: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def mail_db(self) -> Path:
        return self.cache / "mail.db"

    @property
    def user_db(self) -> Path:
        return self.data / "user.db"

    @property
    def lock(self) -> Path:
        return self.data / "lock"

    @property
    def digest_lock(self) -> Path:
        return self.data / "digest.lock"


def load_config(environ: Mapping[str, str], *, server: str | None = None, offline: bool = False) -> Config:
    """Read the configuration. Raises ConfigError for a file that is no TOML or has a wrong value, naming file and key."""
    home = Path(environ.get("HOME") or "~").expanduser()
    file = _xdg(environ, "XDG_CONFIG_HOME", home / ".config") / "tracker" / "config.toml"
    base = Config(
        cache=_xdg(environ, "XDG_CACHE_HOME", home / ".cache") / "tracker",
        data=_xdg(environ, "XDG_DATA_HOME", home / ".local" / "share") / "tracker",
        file=file, server_setting=None, emails=(), offline=offline,
    )  # fmt: skip
    table = _Table(_read(file), file, home)
    written = table.text("server", "a URL")
    base = base._replace(server_setting=_server(environ, server, written, file))
    return _from_file(base, table) if table.data else base


def _from_file(base: Config, table: _Table) -> Config:
    me = table.table("me")
    emails = me.texts("emails", "a list of addresses")
    if not all("@" in one for one in emails):
        raise me.wrong("emails", "a list of addresses")
    mailmap = me.text("mailmap", "the path of a file")
    maintainers = table.text("maintainers", "the path of a MAINTAINERS")
    found = base._replace(
        emails=emails, mailmap=Path(me.path(mailmap)) if mailmap else None,
        stalled_after=table.days("stalled_after", STALLED_AFTER),
        maintainers=Path(table.path(maintainers)) if maintainers else None,
        trees=tuple(_tree(one) for one in table.tables("tree")),
        watches=tuple(NamedQuery(one.text("name"), one.need("query")) for one in table.tables("watch")),
        profiles=tuple(_profile(one) for one in table.tables("profile")),
        tabs=tuple(NamedQuery(one.need("name"), one.need("query")) for one in table.tables("tab")),
        sources=tuple(SourceSetting(one.text("name"), one.where(), one.text("list")) for one in table.tables("source")),
    )  # fmt: skip
    for kind, names in (("tree", found.trees), ("profile", found.profiles), ("tab", found.tabs)):
        table.distinct(kind, [one.name for one in names])
    return found._replace(given=tuple(table.given()), unknown=tuple(table.unknown()))


def _tree(table: _Table) -> TreeSetting:
    role = table.need("role")
    if role not in ROLES:
        raise table.wrong("role", "one of " + ", ".join(ROLES))
    return TreeSetting(table.need("name"), table.where(), role, table.texts("branch", "a name or a list of names"))


def _profile(table: _Table) -> Profile:
    to = table.texts("to", "an address or a list of addresses")
    table.known.update(table.data)
    return Profile(table.need("name"), table.text("query"), to, table.data)


class _Table:
    """One table of the file: typed reading, errors that name file and key, and which keys were never asked for."""

    def __init__(self, data: Mapping[str, Any], file: Path, home: Path, name: str = "") -> None:
        self.data = data
        self.file = file
        self.home = home
        self.name = name
        self.known: set[str] = set()
        self.below: list[_Table] = []

    def wrong(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self.file}: {self.name}{key} must be {what}")

    def get(self, key: str) -> Any:
        self.known.add(key)
        return self.data.get(key)

    def text(self, key: str, what: str = "a text") -> str:
        """The text of *key*, '' when it is not there."""
        value = self.get(key)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise self.wrong(key, what)
        return value or ""

    def need(self, key: str) -> str:
        """The text of *key*, which has to be there."""
        if not (value := self.text(key)):
            raise ConfigError(f"{self.file}: {self.name}{key} is missing")
        return value

    def texts(self, key: str, what: str) -> tuple[str, ...]:
        """A list of texts, or one text where a list may be one; () when it is not there."""
        value = self.get(key)
        if isinstance(value, str) and not what.startswith("a list"):
            value = [value]
        if value is not None and not (isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)):
            raise self.wrong(key, what)
        return tuple(value or ())

    def days(self, key: str, default: int) -> int:
        """A number of days, or a length like "30d" or "6w", in days."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, str) and value[-1:] in ("d", "w") and value[:-1].isascii() and value[:-1].isdecimal():
            value = int(value[:-1][:9]) * (7 if value.endswith("w") else 1)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 36_500:
            raise self.wrong(key, 'a number of days or a length such as "30d" or "6w"')
        return value

    def path(self, text: str) -> str:
        """A path as the file means it: `~` is the user's home, a relative one begins where the file is."""
        if text == "~" or text.startswith("~/"):
            text = str(self.home) + text[1:]
        return str(self.file.parent / text)

    def where(self) -> str:
        """What `path` or `url` names: one of them has to be there."""
        path, url = self.text("path"), self.text("url", "a URL")
        if bool(path) == bool(url):
            raise ConfigError(f"{self.file}: {self.name}path or {self.name}url is needed, one of them")
        if url and "://" not in url:
            raise self.wrong("url", "a URL")
        return url or self.path(path)

    def table(self, key: str) -> _Table:
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(key, "a table")
        return self._sub(value or {}, f"{key}.")

    def tables(self, key: str) -> list[_Table]:
        value = self.get(key)
        if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            raise self.wrong(key, f"a list of tables, each below [[{key}]]")
        return [self._sub(one, f"{key}[{number}].") for number, one in enumerate(value or (), 1)]

    def _sub(self, data: Mapping[str, Any], name: str) -> _Table:
        self.below.append(_Table(data, self.file, self.home, name))
        return self.below[-1]

    def distinct(self, key: str, names: list[str]) -> None:
        for number, name in enumerate(names):
            if name in names[:number]:
                raise ConfigError(f"{self.file}: {key}[{number + 1}].name: {name!r} is there twice")

    def given(self) -> list[str]:
        """The keys that are there, those of a table with its name."""
        own = [f"{self.name}{key}" for key in self.data]
        return own + [key for one in self.below for key in one.given()]

    def unknown(self) -> list[str]:
        """The keys that nobody asked for."""
        own = [f"{self.name}{key}" for key in self.data if key not in self.known]
        return own + [key for one in self.below for key in one.unknown()]


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


def _server(environ: Mapping[str, str], option: str | None, written: str, file: Path) -> Setting | None:
    for found, origin in ((option, "--server"), (environ.get("TRACKER_SERVER"), "$TRACKER_SERVER"), (written, str(file))):
        if found:
            if not found.startswith(("http://", "https://")):
                raise ConfigError(f"{origin}: {found!r} is no http(s) URL")
            return Setting(found, origin)
    return None
