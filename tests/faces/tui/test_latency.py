"""What keys do not have to wait for: drawing what did not change, questions that were answered before, long threads."""

from __future__ import annotations

import gc
import os
import sqlite3
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from textual.geometry import Region
from textual.strip import Strip
from textual.worker import Worker, WorkerCancelled

from tests.faces.tui.conftest import NOW, Stage
from tests.faces.tui.test_home import many
from tests.mails import START, mail, patch
from tracker.config import load_config
from tracker.faces.tui.draw.home import topic_row
from tracker.faces.tui.library import Library, Wish
from tracker.faces.tui.lists import Lists, while_wanted
from tracker.faces.tui.screens import topic as topic_screen
from tracker.faces.tui.start import keep_heap
from tracker.faces.tui.widgets.lines import Lines
from tracker.store import browse


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The orders of the lists that the store is asked for from now on."""
    found: list[str] = []
    listing = browse.listing

    def note(*args: Any, **options: Any) -> array[int]:
        found.append(options.get("sort", "newest"))
        return listing(*args, **options)

    monkeypatch.setattr(browse, "listing", note)
    return found


def test_a_key_draws_what_changed(
    follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving the cursor draws the two rows it stood on and stands on now, not the others."""
    follow(*many(12))
    drawn: list[int] = []
    render = Lines.render_line

    def note(self: Lines, y: int) -> Strip:
        if self.id == "topics":
            drawn.append(y)
        return render(self, y)

    async def scene(stage: Stage) -> None:
        monkeypatch.setattr(Lines, "render_line", note)
        await stage.press("j")
        assert set(drawn) == {0, 1}
        assert "Following · 2/12" in stage.text()

    play(scene)


def test_a_title_draws_the_edge(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """A frame's new title marks its upper edge for drawing, and nothing when it is the old one; a resize marks all."""
    follow(*many(2))

    async def scene(stage: Stage) -> None:
        from tracker.faces.tui.widgets.frame import Frame

        frame = stage.app.home.query_one("#list", Frame)
        await stage.settle()
        frame._exchange_repaint_regions()
        frame.entitle("[bold]x[/]")
        assert frame._exchange_repaint_regions() == {Region(0, 0, frame.outer_size.width, 1)}
        frame.entitle("[bold]x[/]")
        assert not frame._exchange_repaint_regions()
        await stage.settle()
        assert "╭─ [bold]x[/] ─" in stage.text()
        frame.refresh()
        assert frame._exchange_repaint_regions() == {frame.outer_size.region}

    play(scene)


def test_tabs_are_asked_for_once(follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A tab that was counted opens without a question to the store; another order asks once; after a change all is asked anew."""
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        orders = asked(monkeypatch)
        await stage.press("6", "3", "4", "6")
        assert orders == []
        assert "demo: step 002" in stage.text()
        await stage.press("s", "S", "s")
        assert orders == ["oldest"]
        follow(patch("new@example.org", "[PATCH] demo: new", at=START + 86_400 * 9), name="new")
        stage.app._look_again()
        await stage.settle()
        assert "oldest" in orders[1:]
        assert "newest" in orders
        assert "All 4" in stage.text()

    play(scene, (140, 40))


def test_lists_that_were_asked_for_before_a_change() -> None:
    """What was asked for before something was written is not kept."""
    lists = Lists()
    before = lists.renewed
    lists.forget()
    lists.put(Wish(None), array("q", [1]), before)
    assert lists.get(Wish(None)) is None
    lists.put(Wish(None), array("q", [2]), lists.renewed)
    assert lists.get(Wish(None)) == array("q", [2])
    for number in range(100):
        lists.put(Wish(None, str(number)), array("q"), lists.renewed)
    assert lists.get(Wish(None)) is None
    assert lists.get(Wish(None, "99")) is not None


def test_an_answer_that_nobody_wants(follow: Callable[..., None], play: Callable[..., None]) -> None:
    """The query of a worker that was cancelled ends by itself, and says nothing."""
    ended: list[bool] = []

    def count() -> None:
        con = sqlite3.connect(":memory:")
        with while_wanted(con):
            con.execute("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n").fetchone()
        con.close()
        ended.append(True)

    async def scene(stage: Stage) -> None:
        worker: Worker[None] = stage.app.run_worker(count, thread=True, exit_on_error=False)
        await stage.pilot.pause(0.1)
        assert ended == []
        worker.cancel()
        with pytest.raises(WorkerCancelled):
            await worker.wait()
        for _ in range(100):
            await stage.pilot.pause(0.02)
            if ended:
                break
        assert ended == [True]

    follow(*many(1))
    play(scene)


def test_rows_hold_what_they_show(follow: Callable[..., None]) -> None:
    """A row drawn from what the library keeps of a topic is the one drawn from all of it."""
    ben = "B <b@example.org>"
    review = mail("r@example.org", "Re: [PATCH] x", f"Reviewed-by: {ben}\n", refs="0@example.org", sender=ben)
    follow(*many(1), review)
    library = Library(load_config(os.environ), NOW)
    numbers = library.listing(Wish(None))
    kept = library.row(numbers, 0)
    full = browse.rows(library.con, numbers)[numbers[0]]
    library.close()
    assert kept is not None
    assert "R1" in "".join(span.text for span in topic_row(full, 140, NOW))
    assert topic_row(kept, 140, NOW) == topic_row(full._replace(data=full.data | {"snoozed": False}), 140, NOW)
    assert len(kept.data) < len(full.data)


def long(count: int) -> list[bytes]:
    """A patch with so many answers, each to the one before."""
    answers = [
        mail(f"{n}@example.org", "Re: demo", f"Answer {n}.\n", refs=f"0@example.org {n - 1}@example.org", at=START + n)
        for n in range(1, count)
    ]
    return [patch("0@example.org", "[PATCH] demo: long"), *answers]


def test_long_threads(follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Thread and review of a long topic are made in the background, look as those of a short one, and stay when it is renewed."""
    follow(*long(12))
    monkeypatch.setattr(topic_screen, "_MANY", 5)
    texts: dict[bool, list[str]] = {}

    async def scene(stage: Stage) -> None:
        await stage.press("enter")
        page = stage.app.screen
        assert isinstance(page, topic_screen.TopicPage)
        seen = texts.setdefault(page._big, [])
        for keys in (("2",), ("j", "j"), ("3",), ("2", "tab", "tab")):
            await stage.press(*keys)
            seen.append(stage.text())
        thread = page.thread
        page.refill()
        assert page.thread is (thread if page._big else page.thread)
        await stage.settle()
        assert stage.text() == seen[-1]

    play(scene, (140, 40))
    monkeypatch.setattr(topic_screen, "_MANY", 500)
    play(scene, (140, 40))
    assert texts[True] == texts[False]
    assert "Answer" in texts[True][1]


def test_a_thread_that_is_still_read(
    follow: Callable[..., None], play: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until a long thread is there, its pane says so and the keys that need it tell why nothing happens."""
    follow(*long(12))
    monkeypatch.setattr(topic_screen, "_MANY", 5)
    monkeypatch.setattr(topic_screen.TopicPage, "_read_thread", lambda self, number: None)

    async def scene(stage: Stage) -> None:
        await stage.press("enter", "2")
        assert "reading …" in stage.text()
        await stage.press("tab")
        assert "reading …" in stage.text().rstrip("\n").split("\n")[-1]

    play(scene)


def test_what_stays_is_not_looked_at_again() -> None:
    """After the start the garbage collector works again, and passes over what was made until then."""
    gc.disable()
    try:
        keep_heap()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 1_000
    finally:
        gc.enable()
        gc.unfreeze()
