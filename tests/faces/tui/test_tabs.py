"""The tabs of the home screen: the user's own, those that cannot be read, and a bar that is too narrow for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faces.tui.conftest import Stage
from tests.faces.tui.test_home import many
from tracker.faces.plain import width
from tracker.faces.tui.draw.home import Tab, shown_tabs


def test_own_tabs(follow: Callable[..., None], play: Callable[..., None], sealed: Path) -> None:
    """Tabs of the configuration stand behind the others."""
    (sealed / ".config" / "tracker").mkdir(parents=True)
    (sealed / ".config" / "tracker" / "config.toml").write_text('[[tab]]\nname = "Ring"\nquery = "s:003"\n')
    follow(*many(5))

    async def scene(stage: Stage) -> None:
        await stage.press("7")
        assert "Ring 1" in stage.text()
        assert "demo: step 003" in stage.app.home.shown_text()

    play(scene)


_OWN_TABS = "".join(f'[[tab]]\nname = "{name}"\nquery = "s:{at:03}"\n' for at, name in enumerate(("Rings", "Networking", "Nets")))


def own_tabs(sealed: Path, text: str) -> None:
    (sealed / ".config" / "tracker").mkdir(parents=True)
    (sealed / ".config" / "tracker" / "config.toml").write_text(text)


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_a_click_on_a_narrow_tab_bar_opens_what_is_under_it(
    columns: int, follow: Callable[..., None], play: Callable[..., None], sealed: Path
) -> None:
    """Nine tabs: where they do not fit, counts give way before names; each visible one opens by a click on its words."""
    own_tabs(sealed, _OWN_TABS)
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        for number, tab in enumerate(stage.app.home.tabs):
            await stage.press("9" if number < 8 else "1")  # from far away, so that the bar shows what it has room for
            bar = stage.text().split("\n")[0]
            shown = shown_tabs(stage.app.home.tabs, stage.app.home.active, columns)
            assert bar == "".join(words for _, words in shown)[:columns].rstrip()
            words = dict(shown).get(number)
            at = sum(width(text) for other, text in shown if other < number) + 1
            if words is None or at >= columns:
                continue
            assert words.split()[0].rstrip("…") in tab.name
            await stage.pilot.click("#tabs", offset=(at, 0))
            await stage.settle()
            assert stage.app.home.active == number

    play(scene, (columns, 24))


def test_counts_give_way_before_names() -> None:
    """As wide as it takes: everything; narrower: counts go, far ones first; then names are cut, never to the first word."""
    tabs = [Tab(name, "", 10) for name in ("My turn", "Mine", "Following", "Needs review", "Landed", "All")]

    def bar(columns: int) -> str:
        return "".join(words for _, words in shown_tabs(tabs, 2, columns))

    assert bar(80) == " My turn 10  Mine 10  Following 10  Needs review 10  Landed 10  All 10 "
    assert bar(69) == " My turn 10  Mine 10  Following 10  Needs review 10  Landed 10  All "
    assert bar(58) == " My turn  Mine  Following 10  Needs review  Landed  All "
    assert bar(54) == " My turn  Mine  Following 10  Needs re…  Landed  All "


def test_a_tab_of_ones_own_takes_the_place_of_another(
    follow: Callable[..., None], play: Callable[..., None], sealed: Path
) -> None:
    """One name stands for one tab: the user's."""
    own_tabs(sealed, '[[tab]]\nname = "Mine"\nquery = "s:001"\n')
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        assert [tab.name for tab in stage.app.home.tabs] == ["My turn", "Mine", "Following", "Needs review", "Landed", "All"]
        await stage.press("2")
        assert "demo: step 001" in stage.app.home.shown_text()

    play(scene)


def test_a_tab_that_cannot_be_read_says_so(follow: Callable[..., None], play: Callable[..., None], sealed: Path) -> None:
    """No rows and no count that would belong to another query, but what is wrong and where it stands."""
    own_tabs(sealed, '[[tab]]\nname = "Broken"\nquery = "s:001 ("\n[[tab]]\nname = "Odd"\nquery = "status:mergd"\n')
    follow(*many(3))

    async def scene(stage: Stage) -> None:
        await stage.press("7")
        assert "Broken 0" in stage.text()
        assert "The query of this tab cannot be read: a parenthesis is not closed." in stage.text()
        await stage.press("m")
        assert "no topic is selected" in stage.text()
        await stage.press("8")
        assert "status:mergd is none; did you mean merged?" in stage.text()
        await stage.press("3")
        assert "demo: step 002" in stage.app.home.shown_text()

    play(scene)
