"""What is strange about queries, told by `doctor` for those of the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.faces import cli
from tracker.faces.doubts import doubt

NOW = 1_795_305_600


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("status:foo", "status:foo is none; there are reverted,"),
        ("status:posted,mergd", "status:mergd is none; did you mean merged"),
        ("is:bogus", "is:bogus is none; there are followed, unread, mine, snoozed"), ("turn:auhtor", "did you mean author?"),
        ("age<zz", "age<zz: no such age; write age<30d or age>2w"), ("s:x OR -(-is:bogus f:y)", "is:bogus is none"),
        ("stauts:merged", "stauts: is no prefix; did you mean status:?"),
    ],
)  # fmt: skip
def test_what_is_strange_is_named(text: str, told: str) -> None:
    """Values and prefixes that do not exist, with what to write, however deep they stand."""
    assert told in doubt(text, NOW)


@pytest.mark.parametrize("text", ["", "status:posted,in-review", "is:mine OR turn:me", "fs: do not block", "age<30d kind:patch"])
def test_nothing_is_strange_about_a_good_query(text: str) -> None:
    """Titles with a colon are words, and known values pass."""
    assert doubt(text, NOW) == ""


def test_doctor_names_queries_that_find_nothing(sealed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tab that cannot be read and a profile with a status that is none are named; a good tab is not."""
    (sealed / ".config" / "tracker").mkdir(parents=True)
    (sealed / ".config" / "tracker" / "config.toml").write_text(
        '[[tab]]\nname = "Broken"\nquery = "s:a ("\n[[tab]]\nname = "Good"\nquery = "is:mine"\n'
        '[[profile]]\nname = "team"\nquery = "status:mergd"\n'
    )
    assert cli.run(["--offline", "doctor"]) == 1
    out = capsys.readouterr().out
    assert "BAD  tab Broken: a parenthesis is not closed\n" in out
    assert "BAD  profile team: status:mergd is none; did you mean merged?\n" in out
    assert "Good" not in out
