"""The docs say what the program does."""

from __future__ import annotations

import argparse
import inspect
import re

import pytest

import tracker
from tests.conftest import ROOT
from tracker.core import message, mime
from tracker.core.status import diagram
from tracker.faces.cli import parser

README = (ROOT / "README.md").read_text("utf-8")
MAN = (ROOT / "tracker" / "share" / "tracker.1").read_text("utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    """All commands of the command line."""
    for action in parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    raise AssertionError("no commands")


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_documented(name: str) -> None:
    """In the README's table, in the man page, and with examples that name it in its own help."""
    assert re.search(rf"^\| `tracker {name}\b", README, re.MULTILINE)
    assert re.search(rf'^\.BI? "?{name}\b', MAN, re.MULTILINE)
    text = commands()[name].format_help()
    examples = text.partition("examples:\n")[2]
    assert f"tracker {name}" in examples


def test_no_command_is_invented() -> None:
    """Every command the README's table names exists."""
    named = re.findall(r"^\| `tracker (\w+)", README, re.MULTILINE)
    assert sorted(named) == sorted(commands())


def test_examples_in_help_can_be_parsed() -> None:
    """What the help shows is what the parser takes."""
    import shlex

    for name, sub in commands().items():
        for line in sub.format_help().partition("examples:\n")[2].splitlines():
            words = shlex.split(line.rpartition("< inbox | ")[2].partition(" > ")[0].partition(" | jq")[0])
            assert words[0] == "tracker"
            assert parser().parse_args(words[1:]).command == name


def test_the_readme_has_one_command_to_run_and_one_to_test() -> None:
    """Each is one line that does all of its set-up."""
    lines = [line for line in README.splitlines() if line.startswith("    test -x ")]
    assert len(lines) == 2
    assert lines[0].endswith("tracker list")
    assert lines[1].endswith("pytest -q")
    assert all("python3 -m venv .venv" in line and "pip install" in line for line in lines)


def test_every_defect_is_explained() -> None:
    """VIOLATIONS.md has every word that parsing can record, and no other."""
    sources = "".join(inspect.getsource(module) for module in (message, mime))
    words = set(re.findall(r'"((?:no|bad|raw|stray|references|multipart|broken|unknown|wrong|8bit|html)-[a-z0-9-]+)"', sources))
    words = {word for word in words if word != "no-" and not word.startswith("x-")}
    words |= {f"no-{name}" for name in ("message-id", "from", "date")}
    words |= {f"repeated-{name}" for name in ("message-id", "from", "date", "subject")}
    table = (ROOT / "VIOLATIONS.md").read_text("utf-8").partition("## Where")[0]
    assert set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", table)) == words


def test_the_changelog_knows_this_version() -> None:
    """The version of the package has its chapter, and the man page names it."""
    assert re.search(rf"^## {re.escape(tracker.__version__)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert f"tracker {tracker.__version__}" in MAN


def test_the_readme_draws_the_table_of_rules() -> None:
    """The picture of the states is the one that the rules draw."""
    assert f"```mermaid\n{diagram()}```" in README
