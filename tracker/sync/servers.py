"""One client a server, made when it is first asked; the default one comes from the configuration, else from git's."""

from __future__ import annotations

from tracker.config import Config, Setting
from tracker.sources.base import Unavailable
from tracker.sources.lore import LORE, Lore, default_server, server_url


class Servers:
    """The public-inbox servers of one run, side by side."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._open: dict[str, Lore] = {}

    @property
    def default(self) -> str:
        """The server that is asked when a target names none. Raises BadInput when git's b4.midmask is no URL."""
        return self.setting.value

    @property
    def setting(self) -> Setting:
        """The default server and where it comes from. Raises BadInput as `default` does."""
        written = self._config.server_setting
        if written is not None:
            return Setting(server_url(written.value, written.origin), written.origin)
        url = default_server()
        return Setting(url, "default" if url == LORE else "git's b4.midmask")

    def get(self, url: str | None) -> Lore:
        """The client for *url*, None for the default server. Raises Unavailable when nothing may be sent."""
        where = server_url(url) if url else self.default
        if self._config.offline:
            raise Unavailable("--offline: nothing is asked of a server", where)
        if where not in self._open:
            self._open[where] = Lore(where)
        return self._open[where]

    def close(self) -> None:
        """Let go of all connections."""
        for lore in self._open.values():
            lore.close()

    @property
    def requests(self) -> int:
        """How many requests were made in this run."""
        return sum(lore.requests_made for lore in self._open.values())
