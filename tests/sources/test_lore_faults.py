"""Every way an answer can go wrong, made by a proxy before a real public-inbox, ends in the error that says so."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

from tracker.sources.base import NotFound, NotMail, RateLimited, Refused, SourceError, Truncated, Unavailable
from tracker.sources.lore import Lore

from .conftest import COVER, OTHERS, THREAD, Recorder, as_mboxrd, make_mail

Make = Callable[..., Lore]


@pytest.mark.parametrize(
    ("faults", "error", "words", "requests"),
    [
        ("429", RateLimited, "fewer requests", 3),
        ("500", Unavailable, "500", 3),
        ("502", Unavailable, "502", 3),
        ("503", Unavailable, "503", 3),
        ("reset", Unavailable, "reset by peer", 3),
        ("300", NotFound, "no mail", 2),
        ("challenge", NotMail, "web page", 1),
        ("bomb=4", NotMail, "binary", 1),
        ("loop", Refused, "circle", 6),
        ("empty", Truncated, "empty answer", 2),
    ],
)
def test_each_fault_is_told_apart(
    broken: str, lore: Make, faults: str, error: type[SourceError], words: str, requests: int
) -> None:
    """A fault that stays is its own kind of error, of one line, after a bounded number of requests."""
    server = lore(f"{broken}/~{faults}/all/")
    with pytest.raises(error, match=words) as caught:
        server.thread(COVER)
    assert "\n" not in str(caught.value)
    assert broken in str(caught.value)
    assert server.requests_made == requests


@pytest.mark.parametrize("faults", ["503*2", "429*1", "reset*2", "gz-cut*1", "body-cut*1", "reset-mid*1", "gz-crc*1"])
def test_a_fault_that_passes_is_not_noticed(broken: str, lore: Make, naps: list[float], faults: str) -> None:
    """After a fault that does not last the answer is the same as without it, and there was a wait before asking again."""
    assert sorted(lore(f"{broken}/~{faults}/all/").thread(COVER)) == sorted(THREAD)
    assert naps


@pytest.mark.parametrize("faults", ["plain", "encoded", "slow=0.1", "drip=200000", "challenge-ua"])
def test_unusual_answers_are_understood(broken: str, lore: Make, faults: str) -> None:
    """An mbox that is not packed, packed twice, or slow is the same mbox, and bot walls let our name through."""
    assert sorted(lore(f"{broken}/~{faults}/all/").thread(COVER)) == sorted(THREAD)


def test_other_line_ends_are_no_other_mails(broken: str, lore: Make) -> None:
    """An mbox with CRLF line ends has the same mails, their line ends as they came."""
    mails = lore(f"{broken}/~crlf/all/").thread(COVER)
    assert sorted(mails) == sorted(raw.replace(b"\n", b"\r\n") for raw in THREAD)


@pytest.mark.parametrize("faults", ["gz-cut", "body-cut", "chunk-cut", "reset-mid", "gz-crc", "encoded,gz-cut", "plain,body-cut"])
def test_a_cut_answer_gives_its_whole_mails(broken: str, lore: Make, faults: str) -> None:
    """An answer that is cut or fails its checksum is Truncated, asked for twice, with the mails that are whole."""
    server = lore(f"{broken}/~{faults}/all/")
    with pytest.raises(Truncated, match="damaged") as caught:
        server.thread(COVER)
    assert server.requests_made == 2
    assert 1 <= len(caught.value.messages) < len(THREAD)
    assert set(caught.value.messages) <= set(THREAD)


def test_a_small_answer_that_is_cut_gives_its_whole_mails_too(recorder: Recorder, lore: Make) -> None:
    """Of an answer too short to be looked at before its end all mails but the one with the cut are given."""
    recorder.answers["/all/x/raw"] = 200, {}, gzip.compress(as_mboxrd(THREAD[:4]))[:-12]
    with pytest.raises(Truncated) as caught:
        lore(f"{recorder.url}/all").message("x")
    assert caught.value.messages == tuple(THREAD[:3])


def test_an_answer_packed_twice_is_unpacked_twice(recorder: Recorder, lore: Make) -> None:
    """A packed mbox that is sent with Content-Encoding gzip, and so packed again, is the mbox."""
    twice = gzip.compress(gzip.compress(as_mboxrd(THREAD)))
    recorder.answers["/all/x/t.mbox.gz"] = 200, {"Content-Encoding": "gzip"}, twice
    assert lore(f"{recorder.url}/all").thread("x") == THREAD


def test_a_cut_page_of_hits_is_no_short_list(broken: str, lore: Make) -> None:
    """A result page that is cut is an error, not fewer hits; so is a bot wall and a fault."""
    for faults, error in (("body-cut", Truncated), ("challenge", NotMail), ("503", Unavailable)):
        with pytest.raises(error):
            lore(f"{broken}/~{faults}/all/").list_ids("ring")


def test_searches_and_single_mails_tell_faults_apart_too(broken: str, lore: Make) -> None:
    """`search` and `message` never return a web page as mail, nor a refusal as nothing found."""
    for faults, error in (("challenge", NotMail), ("429", RateLimited), ("503", Unavailable), ("gz-cut", Truncated)):
        with pytest.raises(error):
            lore(f"{broken}/~{faults}/all/").search("ring")
    for faults, error in (("challenge", NotMail), ("429", RateLimited), ("503", Unavailable), ("body-cut", Truncated)):
        with pytest.raises(error):
            lore(f"{broken}/~{faults}/all/").message(COVER)


def test_a_server_that_says_how_long_to_wait_is_obeyed(broken: str, lore: Make, naps: list[float]) -> None:
    """A short Retry-After is slept, a long one is an error at once that carries it."""
    with pytest.raises(RateLimited) as caught:
        lore(f"{broken}/~429=7/all/").thread(COVER)
    assert naps == [7.0, 7.0]
    assert caught.value.retry_after == 7.0
    naps.clear()
    with pytest.raises(RateLimited) as caught:
        lore(f"{broken}/~429=3600/all/").thread(COVER)
    assert naps == []
    assert caught.value.retry_after == 3600.0


def test_retry_after_may_be_a_date(recorder: Recorder, lore: Make) -> None:
    """A Retry-After that is a date is the seconds until then, one that is neither is none."""
    server = lore(f"{recorder.url}/all", retries=0)
    for value, low, high in (("Fri, 31 Dec 2100 23:59:59 GMT", 1e9, 1e10), ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0)):
        recorder.answers["/all/x/raw"] = 429, {"Retry-After": value}, b""
        with pytest.raises(RateLimited) as caught:
            server.message("x")
        assert caught.value.retry_after is not None
        assert low <= caught.value.retry_after <= high
    recorder.answers["/all/x/raw"] = 429, {"Retry-After": "soon"}, b""
    with pytest.raises(RateLimited) as caught:
        server.message("x")
    assert caught.value.retry_after is None


def test_a_server_that_hangs_is_left(broken: str, lore: Make) -> None:
    """No answer at all ends after the timeout (the test would hang otherwise), and is asked for again as often as said."""
    server = lore(f"{broken}/~hang/all/", timeout=(1.0, 0.2), retries=1)
    with pytest.raises(Unavailable, match="no answer in time"):
        server.thread(COVER)
    assert server.requests_made == 2


def test_an_answer_that_trickles_is_left(broken: str, lore: Make) -> None:
    """An answer that keeps coming, but not within the patience for one answer, is Unavailable."""
    ticks = iter(range(1000))
    server = lore(f"{broken}/~drip=3000/all/", patience=1.0, retries=0, clock=lambda: float(next(ticks)))
    with pytest.raises(Unavailable, match="too slowly"):
        server.thread(COVER)


def test_an_answer_that_unpacks_without_end_is_refused(recorder: Recorder, lore: Make) -> None:
    """Mail that unpacks to more than is allowed ends in an error that says so, before it is all unpacked."""
    bomb = gzip.compress(as_mboxrd([make_mail("big@example.org", "big", "x" * 99 + "\n")] * 40_000))
    recorder.answers["/all/x/raw"] = 200, {}, bomb
    with pytest.raises(NotMail, match="more than 1 MiB unpacked"):
        lore(f"{recorder.url}/all", max_unpacked=1 << 20).message("x")


def test_refusals_are_not_retried(recorder: Recorder, lore: Make, naps: list[float]) -> None:
    """401, 403 and other 4xx are Refused at once, and say who can change it."""
    for status, words in ((400, "check the URL"), (401, "ask its operator"), (403, "ask its operator"), (410, "check the URL")):
        recorder.answers["/all/x/raw"] = status, {}, b"no"
        with pytest.raises(Refused, match=rf"{status} .*{words}"):
            lore(f"{recorder.url}/all").message("x")
    assert naps == []


def test_mails_of_earlier_requests_are_not_lost_when_a_later_one_is_cut(recorder: Recorder, lore: Make) -> None:
    """When the second of two requests for ids is cut, the error has the mails of the first."""
    server = lore(f"{recorder.url}/all")
    recorder.answers["/all/?x=m&q=mid%3Aa%40example.org"] = 200, {}, gzip.compress(as_mboxrd(OTHERS))
    recorder.answers["/all/a%20b@example.org/raw"] = 200, {}, gzip.compress(as_mboxrd(THREAD))[:-300]
    with pytest.raises(Truncated) as caught:
        server.fetch_ids(["a@example.org", "a b@example.org"])
    found = caught.value.messages
    assert found[: len(OTHERS)] == tuple(OTHERS)
    assert found[len(OTHERS) :] == tuple(THREAD[: len(found) - len(OTHERS)])
    assert len(found) > len(OTHERS)


def test_an_error_never_shows_a_password(lore: Make) -> None:
    """A password in a server's URL is in no error."""
    with pytest.raises(Unavailable) as caught:
        lore("http://user:secret@127.0.0.1:1/all", retries=0).message("x@example.org")
    assert "secret" not in str(caught.value)
