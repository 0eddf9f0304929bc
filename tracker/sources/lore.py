"""Mail from public-inbox servers over HTTP, lore.kernel.org above all.

Requests go through liblore's node, so the servers, mirrors and probing of the user's git configuration hold here as in
b4. Statuses, checksums and sizes are checked here: liblore answers 403 and 429 with "nothing new", and hands out web
pages as mails. Every fault ends in one of the errors of `base`; what is not one of them is a bug.

public-inbox, as its WWW.pm and Mbox.pm have it: /LIST/ID/t.mbox.gz is a thread as mboxrd, /LIST/ID/raw a mail (several
when copies with the same id differ), POST /LIST/?x=m&q=QUERY the mails that match, GET /LIST/?q=QUERY a page of 200 of
them. 404 is an answer: nothing matches. A body of a POST changes its meaning, so none is sent.
"""

from __future__ import annotations

import logging
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, quote_plus, urlsplit

import tracker
from tracker.sources.answer import MAX_UNPACKED, Answer, check_status, reason
from tracker.sources.base import BadInput, NotFound, NotMail, RateLimited, Refused, Truncated, Unavailable
from tracker.sources.listing import (
    PAGE,
    Hit,
    aftermath_query,
    change_id_query,
    commit_query,
    ids_query,
    news_query,
    parse_feed,
    parse_page,
    parse_recent,
    safe_id,
    versions_query,
)
from tracker.sources.mbox import damage, split_mbox

if TYPE_CHECKING:
    import requests

__all__ = ["LORE", "Hit", "Lore", "aftermath_query", "default_server", "news_query", "server_url", "versions_query"]

LORE = "https://lore.kernel.org/all"

_MAX_PAGES = 100
_MAX_REDIRECTS = 5
_NO_ANSWER = (404, 300)  # 300: "partial matches" for an id that is not there
_T = TypeVar("_T")


def default_server() -> str:
    """The server to use when none is configured here: git's `b4.midmask` as b4 reads it, else lore.kernel.org's /all/.

    Errors: BadInput when b4.midmask is no URL.
    """
    try:
        done = subprocess.run(["git", "config", "--get", "b4.midmask"], capture_output=True, check=False)
    except OSError:
        return LORE
    mask = done.stdout.decode("utf-8", "replace").strip()
    return server_url(mask.replace("/%s", ""), "git's b4.midmask") if mask else LORE


def server_url(url: str, what: str = "the server") -> str:
    """*url* as it is used: no slash at the end, /all for a server without a list, as in b4. Errors: BadInput."""
    url = url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
    except ValueError:
        usable = False
    if not usable:
        raise BadInput(f"{what} must be a URL such as https://lore.kernel.org/all/", url)
    if not parts.path or (parts.hostname == "lore.kernel.org" and parts.path == "/r"):
        return f"{parts.scheme}://{parts.netloc}/all"
    return url


class Lore:
    """One public-inbox: a list, or all of a server's lists. Usable from several threads.

    url: such as https://lore.kernel.org/all/; None: `default_server()`.
    timeout: seconds to wait for a connection and for each piece of an answer; None: git's liblore.requesttimeout.
    retries: how often a request is repeated, after *backoff* seconds, twice that, four times that, less a random part.
    max_wait: the longest wait that a server may ask for with Retry-After before it is an error at once.
    patience: seconds that one answer may take to arrive in all.
    sleep, clock: time.sleep and time.monotonic, or a test's.

    Errors of all methods: Unavailable, RateLimited, NotMail, Truncated, Refused. NotFound where it is said.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        user_agent: str = f"tracker/{tracker.__version__}",
        timeout: tuple[float, float] | None = None,
        retries: int = 3,
        backoff: float = 1.0,
        max_wait: float = 60.0,
        patience: float = 900.0,
        max_unpacked: int = MAX_UNPACKED,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = server_url(url) if url else default_server()
        self.answers_at = self.url  # where threads were found last, when the list in the URL was another one
        self.requests_made = 0
        self._retries = retries
        self._backoff = backoff
        self._max_wait = max_wait
        self._patience = patience
        self._max_unpacked = max_unpacked
        self._sleep = sleep
        self._clock = clock
        self._count_lock = threading.Lock()
        self._node, self._session = self._connect(user_agent, timeout)

    def __enter__(self) -> Lore:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._node.close()
        self._session.close()

    # Threads and mails

    def thread(self, msgid: str) -> list[bytes]:
        """All mails of the thread that *msgid* is in. Errors: also NotFound."""
        mails = self._ask("GET", f"{self.url}/{_quoted(msgid)}/t.mbox.gz", Answer.mails)
        self.answers_at = self.url
        if mails:
            return mails
        found = self._thread_elsewhere(msgid)
        self.answers_at = server_url("/".join(self.url.split("/")[:3]))
        return found

    def message(self, msgid: str) -> list[bytes]:
        """The mail *msgid*; more than one when copies of it differ. Errors: also NotFound."""
        if not (mails := self._raw(msgid)):
            raise _not_found(msgid, self.url)
        return mails

    def fetch_ids(self, msgids: Iterable[str]) -> list[bytes]:
        """The mails with these ids, as far as the server has them: one request for each 200 or so.

        Ids that no query can have are asked for one by one. A Truncated has the mails of the requests before it, too.
        """
        wanted = dict.fromkeys(msgid.strip() for msgid in msgids)
        mails: list[bytes] = []
        try:
            for query in ids_query(filter(safe_id, wanted)):
                mails += self.search(query)
            for msgid in wanted:
                if msgid and not safe_id(msgid):
                    mails += self._raw(msgid)
        except Truncated as ex:
            raise Truncated(ex.message, ex.where, (*mails, *ex.messages)) from ex
        return mails

    def _raw(self, msgid: str) -> list[bytes]:
        return self._ask("GET", f"{self.url}/{_quoted(msgid)}/raw", Answer.mails) or []

    # Searching

    def search(self, query: str, *, limit: int | None = None) -> list[bytes]:
        """The mails that match, not their threads; newest first, at most *limit*. [] when there are none."""
        url = f"{self.url}/?x=m&q={self._query(query)}"
        return self._ask("POST", url, lambda answer: answer.mails(limit)) or []

    def list_ids(self, query: str, *, limit: int | None = None) -> list[Hit]:
        """What matches, newest first, without the mails: one request for each 200. [] when nothing does."""
        hits: dict[str, Hit] = {}
        quoted = self._query(query)
        for page in range(_MAX_PAGES):
            found, more = self._page(f"{self.url}/?q={quoted}" + (f"&o={page * PAGE}" if page else ""))
            before = len(hits)
            hits |= {hit.msgid: hit for hit in found if hit.msgid not in hits}
            if not more or len(hits) == before or (limit and len(hits) >= limit):
                break
        return list(hits.values())[:limit]

    def recent(self) -> list[Hit]:
        """The threads with the newest mail, some 200: that mail's id and date, the thread's subject. [] when none is shown.

        One request. Unlike the search index, which a server may read anew only every half minute, it is never behind.
        """
        return parse_recent(self._ask("GET", f"{self.url}/", Answer.text) or "")

    def by_change_id(self, change_id: str) -> list[Hit]:
        """The mails that have a change-id of b4 in them: candidates, people quote them, too."""
        return self.list_ids(change_id_query(change_id))

    def by_commit(self, sha: str) -> list[Hit]:
        """The mails that name a commit, by 12 digits or more of it: candidates. Errors: BadInput for no commit id."""
        if not (query := commit_query(sha)):
            raise BadInput("a commit id has 7 to 40 hex digits", sha)
        return self.list_ids(query)

    def _page(self, url: str) -> tuple[list[Hit], bool]:
        page = self._ask("GET", url, Answer.text)
        if page is None:
            return [], False
        parsed = parse_page(page)
        if parsed is None:
            raise NotMail("a web page that is no list of results (a bot wall?); try again later", url)
        if parsed[0]:
            return parsed
        feed = parse_feed(self._ask("GET", f"{url}&x=A", Answer.text) or "")
        if feed is None:
            raise NotMail("a list of results in a form this version does not know; please report it", url)
        return feed, len(feed) >= PAGE

    def _query(self, query: str) -> str:
        if not query.strip():
            raise BadInput("an empty search would fetch all of the archive", self.url)
        return quote_plus(query)

    # Requests

    def _connect(self, agent: str, timeout: tuple[float, float] | None) -> tuple[Any, requests.Session]:
        """liblore's node, and our session in it: it counts, and redirects end early."""
        import liblore
        import requests
        from requests.adapters import HTTPAdapter

        logging.getLogger("liblore").addHandler(logging.NullHandler())  # what it warns of comes out as errors here
        options: dict[str, Any] = {} if timeout is None else {"request_timeout": timeout}
        try:
            node = liblore.LoreNode.from_git_config(self.url, **options)
        except (liblore.LibloreError, ValueError) as ex:
            raise BadInput(f"git's liblore settings for it cannot be used: {ex}", self.url) from ex
        node.set_user_agent(*agent.partition("/")[::2])
        full_agent = f"{agent}+{node.user_agent_plus}" if node.user_agent_plus else agent
        lore = self

        class Counting(HTTPAdapter):
            def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
                with lore._count_lock:
                    lore.requests_made += 1
                # What tells this installation apart is for the operator of these servers, not for where they point.
                trusted = str(request.url).startswith(tuple(f"{origin}/" for origin in node.origins))
                request.headers["User-Agent"] = full_agent if trusted else agent
                return super().send(request, *args, **kwargs)

        session = requests.Session()
        session.max_redirects = _MAX_REDIRECTS
        session.headers["Accept-Encoding"] = "gzip"
        for scheme in ("http://", "https://"):
            session.mount(scheme, Counting())
        node.set_requests_session(session)
        return node, session

    def _ask(self, method: str, url: str, read: Callable[[Answer], _T]) -> _T | None:
        """What *read* makes of the answer, None for 404; with the patience this has."""
        cut: Truncated | None = None
        for attempt in range(self._retries + 1):
            last = attempt == self._retries
            try:
                return self._ask_once(method, url, read)
            except RateLimited as ex:
                if last or (ex.retry_after or 0) > self._max_wait:
                    raise
                self._sleep(self._pause(attempt) if ex.retry_after is None else ex.retry_after)
            except Truncated as ex:
                if last or cut:
                    raise
                cut = ex
                self._sleep(self._pause(attempt))
            except Unavailable as ex:
                if last:
                    raise cut or ex from None
                self._sleep(self._pause(attempt))
        raise AssertionError("the last attempt returns or raises")

    def _pause(self, attempt: int) -> float:
        return self._backoff * 2.0**attempt * random.uniform(0.5, 1.0)

    def _ask_once(self, method: str, url: str, read: Callable[[Answer], _T]) -> _T | None:
        import liblore
        import requests

        body = {"data": b""} if method == "POST" else {}
        try:
            response = self._node.request(method, url, stream=True, **body)
        except requests.TooManyRedirects as ex:
            raise Refused("the server redirects in a circle; check its URL", url) from ex
        except (liblore.LibloreError, requests.RequestException, ValueError) as ex:
            raise Unavailable(f"{reason(ex)}; try again later", url) from ex
        try:
            if response.status_code in _NO_ANSWER:
                return None
            check_status(response, url)
            return read(Answer(response, url, self._clock() + self._patience, self._clock, self._max_unpacked))
        finally:
            response.close()

    def _thread_elsewhere(self, msgid: str) -> list[bytes]:
        """The thread from where liblore finds it: another list of the server, the archive that a mirror mirrors."""
        import liblore
        import requests

        try:
            mails = split_mbox(self._node.get_mbox_by_msgid(msgid, nocache=True), self.url)
        except liblore.RemoteError as ex:
            if ex.status_code is None or ex.status_code >= 500:
                raise Unavailable(f"{reason(ex)}; try again later", self.url) from ex
            mails = []
        except requests.RequestException as ex:
            raise Unavailable(f"{reason(ex)}; try again later", self.url) from ex
        except BadInput as ex:
            raise NotMail(f"no mail in the answer: {ex.message}", self.url) from ex
        except damage() as ex:
            raise Truncated(f"the answer is damaged ({reason(ex)}); try again later", self.url) from ex
        if not mails:
            raise _not_found(msgid, self.url)
        return mails


def _not_found(msgid: str, url: str) -> NotFound:
    return NotFound(f"it has no mail {msgid}; check the id, or name the server that has it", url)


def _quoted(msgid: str) -> str:
    """*msgid* as one part of a path."""
    return quote(msgid, safe="@")
