"""Pull requests, alone and inside of other threads."""

from __future__ import annotations

import pytest

from tests.mails import mail
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices

BASE = "89abcdef0123456789abcdef0123456789abcdef"
HEAD = "0123456789abcdef0123456789abcdef01234567"
REQUEST = f"""\
Hi,

here is something to pull.

The following changes since commit {BASE}:

  Merge demo (2024-06-01 10:00:00 +0200)

are available in the Git repository at:

  git@example.org:pub/demo.git tags/demo-6.11

for you to fetch changes up to {HEAD}:

  demo: three (2024-06-03 10:00:00 +0200)

----------------------------------------------------------------
demo changes for 6.11

----------------------------------------------------------------
Anna Author (2):
      demo: one
      demo: two, whose title goes on
        in the next line

Bert Builder (1):
      demo: three

 ring.c | 3 +++
 1 file changed, 3 insertions(+)
"""
TITLES = ("demo: one", "demo: two, whose title goes on in the next line", "demo: three")
SINGLE = REQUEST.replace(
    "Anna Author (2):\n      demo: one\n      demo: two, whose title goes on\n        in the next line\n\n", ""
)


def pulls(subject: str, body: str, refs: str = "") -> list[Notice]:
    message = parse(mail("pull@x", subject, body, refs=refs))
    return [one for one in read_notices(message, message.own_text) if one.kind == "pull"]


@pytest.mark.parametrize(("subject", "refs"), [("[GIT PULL] demo for v6.11", ""), ("Re: [REGRESSION] demo is slow", "report@x")])
def test_request(subject: str, refs: str) -> None:
    """Head, URL, ref and all titles of the shortlog, also in a reply to something else."""
    (one,) = pulls(subject, REQUEST, refs)
    assert (one.source, one.commit, one.tree, one.branch) == ("pull", HEAD, "git@example.org:pub/demo.git", "tags/demo-6.11")
    assert (one.titles, one.numbers, one.refs) == (TITLES, (), tuple(refs.split()))
    assert one.version == ("v6.11" if not refs else "")


def test_single_patch_is_the_head() -> None:
    """A shortlog of one patch makes the head its commit, which the numbers say."""
    (one,) = pulls("[GIT PULL] demo", SINGLE)
    assert (one.titles, one.numbers, one.commit) == (("demo: three",), ((1, 1),), HEAD)


def test_titles_without_indentation() -> None:
    """Mailers that strip leading blanks leave one title a line; as many are taken as the shortlog counts."""
    body = SINGLE.replace("      demo: three", "demo: three")
    assert pulls("[GIT PULL] demo", body)[0].titles == ("demo: three",)


def test_url_and_ref_on_two_lines() -> None:
    """git request-pull wraps a long URL."""
    (one,) = pulls("[GIT PULL] demo", REQUEST.replace(".git tags", ".git \\\n  tags"))
    assert (one.tree, one.branch) == ("git@example.org:pub/demo.git", "tags/demo-6.11")


def test_own_words_instead_of_request_pull() -> None:
    """Some write the request by hand: the URL with a ref is enough in a mail that says PULL."""
    body = (
        f"Please pull from\n\ngit://example.org/demo.git demo_for_6.11\n\nTop of the tree is {HEAD[:12]}. The"
        f" shortlog:\n\nAnna Author (1):\n      demo: one\n"
    )
    (one,) = pulls("[GIT PULL] demo", body)
    assert (one.tree, one.branch, one.titles) == ("git://example.org/demo.git", "demo_for_6.11", ("demo: one",))
    assert one.commit == HEAD[:12]


def test_abridged_request_keeps_what_it_has() -> None:
    """A mail of which facts are left has titles without authors; how many there were is not known, so no head is tied."""
    body = (
        f"[Abridged: facts only.\n Full text: https://example.org/pull@x]\n\n  git@example.org:pub/demo.git tags/x\n\nfor"
        f" you to fetch changes up to {HEAD}:\n\n      demo: three\n"
    )
    (one,) = pulls("[GIT PULL] demo", body)
    assert (one.commit, one.branch, one.titles, one.numbers) == (HEAD, "tags/x", ("demo: three",), ())


@pytest.mark.parametrize(
    "body", ["Please pull.\n", "I will send a pull request: https://example.org/demo.git\n", "> " + REQUEST.replace("\n", "\n> ")]
)
def test_talk_about_pulling(body: str) -> None:
    """Without a URL and a ref, or quoted, nothing is asked for."""
    assert pulls("Re: [GIT PULL] demo", body, "pull@x") == []
