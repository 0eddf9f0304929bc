"""Errors of sources: one printable line each, and problems that are passed over but never lost."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tracker.sources.base import BadInput, NotFound, Problems, RateLimited, SourceError, Truncated


def test_an_error_is_one_printable_line_that_names_what_it_is_about() -> None:
    """Line ends and terminal controls of hostile texts and names are gone, and the place comes first."""
    error = NotFound("no\nsuch \x1b[31mmail", "a\x1b]0;title\x07\nb")
    assert str(error) == "a�]0;title� b: no such �[31mmail"
    assert (error.message, error.where) == ("no such �[31mmail", "a�]0;title� b")


def test_an_error_never_shows_a_password_and_never_fills_the_screen() -> None:
    """User and password of a URL are cut out, and a text of a megabyte is cut off."""
    assert str(SourceError("see http://u:p@example.org/x", "https://u:p@example.org/")) == (
        "https://example.org/: see http://example.org/x"
    )
    assert len(str(SourceError("x" * 1_000_000))) == 500


def test_errors_carry_what_a_caller_can_use() -> None:
    """RateLimited says how long to wait, Truncated has the mails that came."""
    assert RateLimited("slow down", "u", 3.0).retry_after == 3.0
    assert Truncated("cut", "u", (b"mail",)).messages == (b"mail",)


def test_problems_go_to_the_report_or_are_raised_at_the_end() -> None:
    """With a report each problem is told once and nothing raised; without it the first is raised, with how many more."""
    told: list[SourceError] = []
    problems = Problems(told.append)
    problems.tell(BadInput("one", "a"))
    problems.finish()
    assert [str(problem) for problem in told] == ["a: one"]
    problems = Problems()
    problems.finish()
    problems.tell(NotFound("one", "a"))
    problems.tell(BadInput("two", "b"))
    with pytest.raises(NotFound, match=r"^a: one \(and 1 more like it\)$"):
        problems.finish()


def test_sources_load_nothing_heavy() -> None:
    """Importing every source loads neither b4, liblore, requests nor zstandard: `tracker list` must start at once."""
    code = (
        "import sys, tracker.sources.base, tracker.sources.lore, tracker.sources.mbox, tracker.sources.maildir, "
        "tracker.sources.inbox, tracker.sources.snapshot\n"
        "print(*sorted({'b4', 'liblore', 'requests', 'urllib3', 'zstandard'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
