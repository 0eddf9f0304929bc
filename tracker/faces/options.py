"""What the declarations of all commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable


class Unused:
    """Stands for a command that this command line does not name: its options need not be set up."""

    def add_argument(self, *_names: str, **_options: object) -> None:
        pass


Sub = argparse.ArgumentParser | Unused
Command = Callable[..., Sub]  # name, summary, examples, more text

TOPIC = "number, slug or message id"
FORMATS = ("text", "html", "markdown", "json", "eml", "atom")  # of a digest


def topic_argument(sub: Sub) -> None:
    """The argument TOPIC."""
    sub.add_argument("topic", metavar="TOPIC", help=TOPIC)


def json_option(sub: Sub) -> None:
    """The option --json."""
    sub.add_argument("--json", action="store_true", help="print JSON, schema 1")


def positive(text: str) -> int:
    """A number above 0."""
    if not text.isdecimal() or not 0 < int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return int(text)
