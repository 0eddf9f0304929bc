"""What every source shares: the errors it can end in, and how it tells about what it had to pass over.

Each error is one line: what is wrong, with what, and what to do. Sources raise these and `ValueError`s for wrong use,
nothing else: callers catch `SourceError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

_USERINFO = re.compile(r"(?<=://)[^/@\s]*@")
_MAX_TEXT = 500


class SourceError(Exception):
    """A source cannot give what was asked. message: what is wrong and what to do; where: the URL or path it is about.

    Both are made one line that is safe to print: texts of servers and names of files are hostile.
    """

    def __init__(self, message: str, where: str | Path = "") -> None:
        self.message = one_line(message)
        self.where = one_line(str(where))
        super().__init__(f"{self.where}: {self.message}" if self.where else self.message)


class NotFound(SourceError):  # noqa: N818 -- these names are read in `except` clauses, where "Error" says nothing
    """The server or folder answers, and does not have it."""


class RateLimited(SourceError):  # noqa: N818
    """The server wants fewer requests. retry_after: seconds it asked to wait, None when it did not say."""

    def __init__(self, message: str, where: str | Path = "", retry_after: float | None = None) -> None:
        super().__init__(message, where)
        self.retry_after = retry_after


class Unavailable(SourceError):  # noqa: N818
    """No usable answer: 5xx, connection refused or reset, a timeout. Later it may work."""


class Refused(SourceError):  # noqa: N818
    """The server will not answer this request (4xx, a redirect loop), now or later."""


class NotMail(SourceError):  # noqa: N818
    """An answer that is something else than mail: an HTML page, a bot wall, junk."""


class Truncated(SourceError):  # noqa: N818
    """The data ends too early or does not match its checksum. messages: mails that arrived whole, not given yet."""

    def __init__(self, message: str, where: str | Path = "", messages: tuple[bytes, ...] = ()) -> None:
        super().__init__(message, where)
        self.messages = messages


class BadInput(SourceError):  # noqa: N818
    """A local file, folder, repository or argument that cannot be read as what it should be."""


Report = Callable[[SourceError], None]


class Problems:
    """Collects what a source passed over, so that one bad file or object does not stop the rest.

    With a *report* function each problem goes there at once. Without one the first problem is raised by `finish`,
    after everything readable was given: nothing is lost silently.
    """

    def __init__(self, report: Report | None = None) -> None:
        self._report = report
        self._first: SourceError | None = None
        self._count = 0

    def tell(self, problem: SourceError) -> None:
        self._count += 1
        if self._report is not None:
            self._report(problem)
        elif self._first is None:
            self._first = problem

    def finish(self) -> None:
        """Raises the first problem that nobody was told about."""
        if self._first is None:
            return
        more = f" (and {self._count - 1} more like it)" if self._count > 1 else ""
        raise type(self._first)(self._first.message + more, self._first.where)


def one_line(text: str) -> str:
    """*text* as one printable line of at most 500 characters, passwords of URLs left out."""
    text = _USERINFO.sub("", " ".join(text[: 4 * _MAX_TEXT].split()))
    text = "".join(char if char.isprintable() else "�" for char in text)
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
