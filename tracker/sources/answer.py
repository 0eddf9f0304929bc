"""Answers of a mail server: which status they have, what is in them, and whether all of it arrived.

Nothing here knows liblore or b4. The bytes are taken as they come over the wire, and packing is undone by `mbox`:
requests and urllib3 unpack without a word about a cut.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tracker.sources.base import BadInput, NotMail, RateLimited, Refused, SourceError, Truncated, Unavailable
from tracker.sources.mbox import CHUNK, Splitter, damage, unpacked

if TYPE_CHECKING:
    import requests

MAX_UNPACKED = 512 << 20
_MAX_PAGE = 16 << 20
_SIGNS = {
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not valid",
    "imed out": "no answer in time",
    "IncompleteRead": "the connection ended too early",
    "end-of-stream": "the packed data ends too early",
    "CRC check": "its checksum is wrong",
}
_ADVICE = "open it in a browser to see what the server wants"
_ERRNO = re.compile(r"(?:\[Errno -?\d+\] |Error\(\d+, ')([\w ,]+)")


class Answer:
    """The body of a response with status 200.

    until: when, on *clock*, its patience ends. max_unpacked: bytes; more is refused.
    """

    def __init__(
        self,
        response: requests.Response,
        url: str,
        until: float,
        clock: Callable[[], float],
        max_unpacked: int = MAX_UNPACKED,
    ) -> None:
        self._url = url
        self._size = 0
        self._max_unpacked = max_unpacked
        self._raw = response.raw
        self._until = until
        self._clock = clock

    def mails(self, limit: int | None = None) -> list[bytes]:
        """The mails of an mbox, packed or not, at most *limit*.

        Errors: NotMail; Truncated with the mails that arrived whole (with a wrong checksum: all but the last).
        """
        splitter, mails, size = Splitter(self._url, _ADVICE), list[bytes](), 0
        try:
            read = unpacked(self._read)
            while data := read(CHUNK):
                size += len(data)
                mails += splitter.feed(data)
                if limit and len(mails) >= limit:
                    return mails[:limit]
                if size > self._max_unpacked:
                    raise NotMail(f"more than {self._max_unpacked >> 20} MiB unpacked; refused", self._url)
            if not self._size:
                raise Truncated("an empty answer; try again later", self._url)
            return (mails + list(splitter.finish()))[:limit] if size else []
        except BadInput as ex:
            raise NotMail(ex.message, self._url) from ex
        except _broken() as ex:
            mails += splitter.cut_short()
            message = f"the answer is damaged ({reason(ex)}), {len(mails)} mails of it are whole; try again later"
            raise Truncated(message, self._url, tuple(mails)) from ex

    def text(self) -> str:
        """A page of HTML or XML. Errors: NotMail when it is larger than any of these is, Truncated."""
        pieces, size = list[bytes](), 0
        try:
            read = unpacked(self._read)
            while data := read(CHUNK):
                pieces.append(data)
                size += len(data)
                if size > _MAX_PAGE:
                    raise NotMail(f"a page of more than {_MAX_PAGE >> 20} MiB; refused", self._url)
        except _broken() as ex:
            raise Truncated(f"the page is damaged ({reason(ex)}); try again later", self._url) from ex
        return b"".join(pieces).decode("utf-8", "replace")

    def _read(self, size: int, /) -> bytes:
        """What there is, at most *size* bytes. Errors: Unavailable when it stalls; those of `_broken`."""
        from urllib3.exceptions import ReadTimeoutError

        if self._clock() > self._until:
            raise Unavailable("the answer comes too slowly; try again later", self._url)
        try:
            data: bytes = self._raw.read1(size, decode_content=False)
        except ReadTimeoutError as ex:
            raise Unavailable("the answer stopped coming; try again later", self._url) from ex
        self._size += len(data)
        return data


def _broken() -> tuple[type[Exception], ...]:
    """What reading may raise when the connection or the packed data is cut."""
    from urllib3.exceptions import HTTPError

    return HTTPError, *damage()


def check_status(response: requests.Response, url: str) -> None:
    status = response.status_code
    if status == 200:
        return
    if status == 429:
        wait = _retry_after(response.headers.get("Retry-After"))
        asked = f", for {wait:.0f} seconds" if wait is not None else ""
        raise RateLimited(f"the server wants fewer requests (429){asked}; try again later", url, wait)
    if status >= 500:
        raise Unavailable(f"the server has a fault ({status} {response.reason}); try again later", url)
    if status in (401, 403):
        raise Refused(f"the server refuses to answer ({status} {response.reason}); ask its operator", url)
    raise Refused(f"the server does not take this request ({status} {response.reason}); check the URL or query", url)


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait, from a number or a date (RFC 9110, 10.2.3); None when it says neither."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


def reason(ex: BaseException) -> str:
    """What went wrong, in words: the innermost of the errors that libraries wrap in each other."""
    text = str(ex)
    if found := _ERRNO.findall(text):
        return str(found[-1]).strip()
    for sign, words in _SIGNS.items():
        if sign in text:
            return words
    cause = ex.__cause__ or ex.__context__
    return reason(cause) if cause and not isinstance(ex, SourceError) and len(text) > 100 else text
