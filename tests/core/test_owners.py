"""Who stands for the files of a topic, and what follows for roles, turns and status."""

from __future__ import annotations

import pytest

from tests.core.test_topic import facts
from tests.mails import DIFF, START, diff_of, mail, patch
from tracker.core.lineage import Link
from tracker.core.maintainers import read_maintainers
from tracker.core.owners import Owner, Owners, addresses
from tracker.core.people import Person
from tracker.core.roles import roles
from tracker.core.series import find_series
from tracker.core.topic import Known, Topic, build_topic, topic_json

MAINTAINERS = """\
RING
M:	Rosa Ring <rosa@example.org>
R:	Rolf Reader <rolf@example.org>
R:	the ring team <ring-team@example.org>
L:	ring@lists.example.org (moderated for non-subscribers)
F:	ring.c
F:	drivers/ring/

RING NET
M:	Nora Net <nora@example.org>
M:	Rolf Reader <rolf@example.org>
M:	ring@lists.example.org
L:	ring@lists.example.org
F:	drivers/ring/net.c

ONE
M:	Olaf One <olaf@example.org>
F:	r1.c

THE REST
M:	Linus Example <linus@example.org>
L:	all@lists.example.org
F:	*
F:	*/
"""
FILES = read_maintainers(MAINTAINERS)
ROSA, ROLF = Person("Rosa Ring", "rosa@example.org"), Person("Rolf Reader", "rolf@example.org")
NORA, OLAF = Person("Nora Net", "nora@example.org"), Person("Olaf One", "olaf@example.org")
BEN = Person("Ben Reviewer", "ben@example.org")
TITLE = "Re: [PATCH] demo: one"


def topic_of(*raws: bytes, **more: object) -> Topic:
    mails = facts(*raws)
    series = find_series(mails)
    ties = [Link(series[0].id, one.id, "reply", 0.9, (series[0].id, one.id)) for one in series[1:]]
    return build_topic(series, [None, *ties][: len(series)], mails, also=Known(**{"files": FILES, **more}))  # type: ignore[arg-type]


def posted(to: str = "", *, sender: str = "Anna Author <anna@example.org>", diff: str = DIFF, headers: str = "") -> bytes:
    raw = patch("p@x", "[PATCH] demo: one", sender=sender, diff=diff)
    extra = "".join(f"{line}\n" for line in (f"To: {to}" if to else "", headers) if line)
    return raw.replace(b"Message-ID:", extra.encode() + b"Message-ID:", 1)


def says(text: str, who: Person = BEN, msgid: str = "r@x") -> bytes:
    return mail(msgid, TITLE, f"> int readers;\n\n{text}\n", refs="p@x", sender=f"{who.name} <{who.email}>", at=START + 9_000)


def names(topic: Topic) -> list[str]:
    return [one.name or one.email for one in topic.judgement.turn_who]


# --- the files


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["ring.c"], [(ROSA, "M"), (ROLF, "R")]), (["r1.c"], [(OLAF, "M")]), (["else.c"], []), ([], []),
        (["drivers/ring/net.c"], [(NORA, "M"), (ROLF, "M"), (ROSA, "M")]),
        (["drivers/ring/net.c", "ring.c"], [(ROSA, "M"), (ROLF, "M"), (NORA, "M")]),
    ],
)  # fmt: skip
def test_people_of_files(paths: list[str], found: list[tuple[Person, str]]) -> None:
    """M before R, who has most of the files first, then the exact section; no lists, no teams, and not THE REST."""
    assert list(Owners(FILES).of(paths)) == found


def test_another_project_has_none() -> None:
    """Where sections name lists, one of them has to have carried the topic's mails."""
    assert Owners(FILES, ["ring.lists.example.org", "else.example.org"]).of(["ring.c"])
    assert Owners(FILES, ["all.lists.example.org"]).of(["ring.c"])
    assert not Owners(FILES, ["else.example.org"]).of(["ring.c"])
    bare = read_maintainers("RING\nM:\tRosa Ring <rosa@example.org>\nF:\tring.c\n")
    assert Owners(bare, ["else.example.org"]).of(["ring.c"])


def test_where_they_write_from() -> None:
    """Their own addresses, what the .mailmap ties to these, and what senders of the same full name use; not those of R."""
    owners = [Owner(ROSA, "M"), Owner(ROLF, "R"), Owner(Person("Bo", "bo@example.org"), "M")]
    senders = [Person("Rosa Ring", "RR@example.com"), Person("R. R.", "r@example.net"), Person("Bo", "b@example.com"), ROLF]
    found = addresses(owners, senders, {"r@example.net": "rosa@example.com", "rosa@example.org": "rosa@example.com"})
    assert found == {"rosa@example.org", "rosa@example.com", "rr@example.com", "r@example.net", "bo@example.org"}
    assert not addresses(owners[1:2], senders, {})


# --- turns


def test_who_is_asked_to_look() -> None:
    """The people in To:, those who stand for the files first, then these; no author, no list, no robot; since the posting."""
    to = "ring@lists.example.org, Ben Reviewer <ben@example.org>, rolf@example.org, anna+x@example.org, syzbot+1@example.org"
    topic = topic_of(posted(to))
    assert (topic.judgement.status, topic.judgement.turn, topic.judgement.turn_since) == ("posted", "reviewer", START)
    assert names(topic) == ["Rolf Reader", "Ben Reviewer", "Rosa Ring"]
    assert [proof.msgid for proof in topic.judgement.evidence] == ["p@x"]
    assert names(topic_of(posted(to), files=None)) == ["Ben Reviewer", "rolf@example.org"]
    assert names(topic_of(posted("linux-demo@vger.kernel.org"), files=None)) == []


def test_no_more_than_five_are_named() -> None:
    """Of a crowd in To: those who stand for the files, then the first."""
    crowd = ", ".join(f"Person Number{n} <p{n}@example.org>" for n in range(9))
    assert names(topic_of(posted(f"{crowd}, rosa@example.org"))) == ["Rosa Ring", *(f"Person Number{n}" for n in range(4))]


def test_a_series_is_sent_to_whom_its_cover_names() -> None:
    """Without people there, to whom its first patch names; what the others say is not looked at; the newest revision counts."""

    def series(v: int, cover: str, first: str, second: str) -> list[bytes]:
        mark = f" v{v}" if v > 1 else ""
        at = START + v * 86_400
        mails = [mail(f"c{v}@x", f"[PATCH{mark} 0/2] demo: two", at=at, to=cover)]
        for n, to in ((1, first), (2, second)):
            raw = patch(f"p{v}.{n}@x", f"[PATCH{mark} {n}/2] demo: part {n}", diff=diff_of(n), refs=f"c{v}@x", at=at + n)
            mails.append(raw.replace(b"Message-ID:", f"To: {to}\nMessage-ID:".encode(), 1))
        return mails

    one = series(1, "Ben Reviewer <ben@example.org>", "Cleo <cleo@example.org>", "Dora <dora@example.org>")
    assert names(topic_of(*one, files=None)) == ["Ben Reviewer"]
    two = series(2, "demo@lists.example.org", "Cleo <cleo@example.org>", "Dora <dora@example.org>")
    assert names(topic_of(*one, *two, files=None)) == ["Cleo"]
    assert names(topic_of(*two)) == ["Cleo", "Olaf One"]


def test_reviewed_waits_for_those_who_stand_for_the_files() -> None:
    """Unless somebody who has a tree took part; R: is nobody to wait for, and an author only when there is no other."""
    tag = says("Reviewed-by: Ben Reviewer <ben@example.org>")
    topic = topic_of(posted(), tag)
    assert (topic.judgement.status, topic.judgement.turn, names(topic)) == ("reviewed", "maintainer", ["Rosa Ring"])
    assert names(topic_of(posted(), tag, files=None)) == []
    assert names(topic_of(posted(), tag, maintainers=frozenset(["ben@example.org"]))) == ["Ben Reviewer"]
    assert names(topic_of(posted(), says(f"Reviewed-by: {ROSA.name} <{ROSA.email}>", ROSA))) == ["Rosa Ring"]
    hers = {"sender": "Rosa Ring <rosa@example.org>"}
    assert names(topic_of(posted(**hers), tag)) == ["Rosa Ring"]
    net = DIFF.replace("ring.c", "drivers/ring/net.c")
    assert names(topic_of(posted(diff=net, **hers), tag)) == ["Nora Net", "Rolf Reader"]


@pytest.mark.parametrize(("who", "status"), [(ROSA, "rejected"), (ROLF, "changes-requested"), (BEN, "changes-requested")])
def test_a_refusal_by_who_stands_for_the_file(who: Person, status: str) -> None:
    """M: of the files touched rejects; R: and anybody else only asks for a change."""
    assert topic_of(posted(), says(f"Nacked-by: {who.name} <{who.email}>", who)).judgement.status == status


def test_a_refusal_from_another_address() -> None:
    """The same full name is the same person, and another file's owner is nobody here."""
    rosa = Person("Rosa Ring", "rr@example.com")
    assert topic_of(posted(), says(f"Nacked-by: Rosa Ring <{rosa.email}>", rosa)).judgement.status == "rejected"
    assert topic_of(posted(diff=diff_of(1)), says(f"Nacked-by: Rosa Ring <{ROSA.email}>", ROSA)).judgement.status != "rejected"


def test_their_word_that_it_is_applied_counts() -> None:
    """As that of other people who keep a tree does."""
    text = "Applied to ring-next, thanks."
    assert topic_of(posted(), says(text, ROSA)).judgement.status == "applied"
    assert topic_of(posted(), says(text, ROSA), files=None).judgement.status != "applied"


# --- roles


def test_roles_by_files_and_to() -> None:
    """M and R are maintainers, who stands in To: is a reviewer, the same from the topic and from its JSON."""
    topic = topic_of(posted("Ben Reviewer <ben@example.org>"))
    data = topic_json(topic)
    assert data["recipients"] == [{"name": "Ben Reviewer", "email": "ben@example.org"}]
    assert data["maintainers"] == [
        {"name": "Rosa Ring", "email": "rosa@example.org", "role": "M"},
        {"name": "Rolf Reader", "email": "rolf@example.org", "role": "R"},
    ]
    for one in (topic, data):
        held = [roles(one, [person.email]) for person in (ROSA, ROLF, BEN, NORA)]
        assert held == [("maintainer",), ("maintainer",), ("reviewer",), ()]
    mine = topic_of(posted("rosa@example.org", sender="Rosa Ring <rosa@example.org>"))
    assert roles(mine, ["rosa@example.org"]) == ("author", "maintainer")
