"""Who is what in a topic."""

from __future__ import annotations

import pytest

from tests.core.test_topic import topic_of
from tests.mails import mail, patch
from tracker.core.roles import roles
from tracker.core.topic import Topic, topic_json

ANNA, BEN, CLEO, DORA = "anna@example.org", "ben@example.org", "cleo@example.org", "dora@example.org"


@pytest.fixture
def topic() -> Topic:
    """Anna's RFC, a v1 by Ben in answer to it, a tag by Anna for v1, a promise by Cleo, a question by Dora, Ben's answers."""
    title = "[PATCH] demo: one"
    return topic_of(
        patch("1@x", "[RFC PATCH] demo: one"),
        patch("2@x", title, refs="1@x", sender=f"Ben <{BEN}>", at=1_717_100_000, log="Locks are slow.\n\n"),
        mail("3@x", f"Re: {title}", f"Reviewed-by: Anna Author <{ANNA}>\n", refs="1@x 2@x", at=1_717_100_100),
        mail("4@x", f"Re: {title}", "Once it builds you can add my Reviewed-by.\n", refs="2@x", sender=f"Cleo <{CLEO}>",
             at=1_717_100_200),
        mail("5@x", f"Re: {title}", "Why?\n", refs="2@x", sender=f"Dora <{DORA}>", at=1_717_100_300),
        mail("6@x", f"Re: {title}", "Because.\n", refs="2@x 5@x", sender=f"Ben <{BEN}>", at=1_717_100_400),
        mail("7@x", f"Re: {title}", "Built.\n", refs="2@x", sender="kernel test robot <lkp@intel.com>", at=1_717_100_500),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("email", "found"),
    [
        (ANNA, ("author", "reviewer")), ("Ben+lists@example.org", ("author",)), (CLEO, ("reviewer",)), (DORA, ("reviewer",)),
        ("lkp@intel.com", ()), ("else@example.org", ()), ("", ()),
    ],
)  # fmt: skip
def test_roles_of_a_topic(topic: Topic, email: str, found: tuple[str, ...]) -> None:
    """Posting makes authors, words about others' patches make reviewers, answers about one's own do not."""
    assert roles(topic, [email]) == found


def test_roles_of_its_json(topic: Topic) -> None:
    """The JSON knows who posted and tagged; who else wrote is given."""
    data = topic_json(topic)
    assert [roles(data, [one]) for one in (ANNA, BEN, CLEO, DORA)] == [("author", "reviewer"), ("author",), ("reviewer",), ()]
    writers = [ANNA, BEN, CLEO, DORA]
    assert [roles(data, [one], writers=writers) for one in (BEN, DORA)] == [("author",), ("reviewer",)]


def test_maintainers(topic: Topic) -> None:
    """Maintainers are who the caller says; without an address nobody is anything."""
    assert roles(topic, [ANNA], maintainers=[ANNA]) == ("author", "reviewer", "maintainer")
    assert roles(topic, [], writers=[""], maintainers=[""]) == ()
