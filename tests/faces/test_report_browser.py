"""The pages in a real browser: nothing is asked for, nothing is logged, everything fits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import Browser, browser, find
from tests.conftest import needs
from tests.faces.pages import NOW, fill
from tests.faces.test_report import DEMO, HOSTILE, hostile_topic
from tracker.faces import cli


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Browser]:
    """A headless Chromium."""
    program = find()
    needs(program is not None, "no chromium to open pages with")
    assert program is not None
    with browser(program, tmp_path / "chromium") as found:
        yield found


def test_pages_in_a_browser(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Light and dark, 400 and 1400 pixels wide: no request but for the page, an empty console, no page wider than the window.

    Words have the colours of the scheme, every picture is drawn, and a click on a number opens and reaches its topics.
    """
    monkeypatch.setattr(time, "time", lambda: NOW)
    fill(*DEMO)
    for number, word in enumerate(("W" * 5_000, *HOSTILE[:5])):
        fill(*(raw.replace(b"@x>", f"@{number}.y>".encode()) for raw in hostile_topic(word)))
    pages = []
    for name, words in (("topic", ["1"]), ("hostile", ["2"]), ("list", ["--list", "demo"])):
        pages.append(tmp_path / f"{name}.html")
        assert cli.run(["report", *words, "-o", str(pages[-1])]) == 0
    for page in pages:
        for width in (400, 1400):
            for dark in (False, True):
                chromium.open(page, width=width, dark=dark)
                assert chromium.requests == [page.as_uri()]
                assert chromium.logged == []
                assert chromium.evaluate("document.documentElement.scrollWidth") <= width
                paper = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
                assert paper == ("rgb(15, 19, 24)" if dark else "rgb(255, 255, 255)")
                sizes = chromium.evaluate("[...document.querySelectorAll('svg')].map(one => one.getBoundingClientRect().width)")
                assert sizes
                assert all(300 < size <= 1400 for size in sizes)
        assert chromium.evaluate("document.scripts.length + performance.getEntriesByType('resource').length") == 0


def test_pages_without_scripts_allowed(chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on a page needs a script: the details open by themselves, and print as they are."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    fill(*DEMO)
    page = tmp_path / "list.html"
    assert cli.run(["report", "--list", "demo", "-o", str(page)]) == 0
    chromium.open(page, script=False)
    chromium.call("Page.printToPDF")
    chromium.call("Emulation.setScriptExecutionDisabled", value=False)
    place = "(() => {const r = document.querySelector('td summary').getBoundingClientRect(); return [r.x + 5, r.y + 5]})()"
    chromium.evaluate("document.querySelector('td summary').scrollIntoView()")
    x, y = chromium.evaluate(place)
    for kind in ("mousePressed", "mouseReleased"):
        chromium.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    assert chromium.evaluate("document.querySelector('td details').open") is True
    assert chromium.logged == []


def test_the_browser_would_tell(chromium: Browser, tmp_path: Path) -> None:
    """What the other tests do not want to see is seen where it is: a request, a refused script, a word on the console."""
    page = tmp_path / "bad.html"
    page.write_text("<!DOCTYPE html><img src='http://127.0.0.1:9/x.png'><script>console.log('here')</script>")
    chromium.open(page)
    assert "http://127.0.0.1:9/x.png" in chromium.requests
    assert any("here" in one for one in chromium.logged)
    policy = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"
    page.write_text(f"<!DOCTYPE html>{policy}<img src='http://127.0.0.1:9/x.png'><script>console.log('here')</script>")
    chromium.open(page)
    assert any("Content Security Policy" in one for one in chromium.logged)
