"""People are told from lists, teams and robots by their addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.people import Person, parse_addresses
from tracker.core.recipients import is_person, people_among


@pytest.mark.parametrize(
    "field",
    [
        "Anna Author <anna@example.org>", "anna@example.org", "Ben <linux@example.org>",
        "Ben Reviewer <ben.list@example.org>", "ben.dev@example.org", "anna+lists@example.org",
        '"anna@example.org" <anna@example.org>', "Cleo (ACME group) <c@example.org>", "Cleo <lkml@example.dev>",
        "Anna <penguin-kernel@example.org>", "maciej.one-two@example.org", "Anna <a@netfilter.org>",
    ],
)  # fmt: skip
def test_people(field: str) -> None:
    """With a name nearly any address is somebody's, without one those that have the look of it."""
    assert [is_person(one) for one in parse_addresses(field.encode())] == [True]


@pytest.mark.parametrize(
    "field",
    [
        "linux-demo@vger.kernel.org", "Demo Filesystem <linux-demo@example.org>", "demo@lists.example.org",
        "demo@googlegroups.com", "demo@groups.io", "demo-devel@example.org", "Demo <demo-devel@example.org>",
        "demo-linux@example.org", "x86@example.org", "kernel@example.org", "Demo Kernel Team <kernel@example.org>",
        "ACME kernel review list <acme@example.org>", "the DEMO maintainers <demo@example.org>", "patches@example.org",
        "stable@example.org", "storagedev@example.com", "acme-linuxdrv.pdl@example.com", "demo@demo.example.org",
        "demo@bugs.example.org", "linux-x@st-mailman.example.com", "support.opensource@example.com",
        "demo-discuss+tag@example.org", "coreteam@example.org", "1234@debbugs.example.org",
        "syzbot+1a2b@syzkaller.appspotmail.com", "kernel test robot <lkp@intel.com>", "undisclosed-recipients:;",
        "root@localhost", "Ring developers <ring@example.org>", "anna", "@example.org", "Anna Author",
    ],
)  # fmt: skip
def test_others(field: str) -> None:
    """Hosts of lists, names of lists and teams, words that stand where a person's name would, robots, no addresses."""
    assert not any(is_person(one) for one in parse_addresses(field.encode()))


def test_known_lists_are_lists() -> None:
    """By their List-Id; and so is an address without a name that a list has elsewhere."""
    lists = ("ring.example.org",)
    assert is_person(Person("", "ring@example.com"))
    assert not is_person(Person("Ring", "Ring@example.org"), lists)
    assert not is_person(Person("", "ring@example.com"), lists)
    assert is_person(Person("Rosa Ring", "ring@example.com"), lists)


def test_each_is_named_once() -> None:
    """In the order of the field, the first 40."""
    anna, ben = Person("Anna", "anna@example.org"), Person("Ben", "ben@example.org")
    assert people_among([anna, Person("", "demo@lists.example.org"), ben, Person("A.", "Anna+x@example.org")]) == (anna, ben)
    assert len(people_among(Person("", f"p{n}@example.org") for n in range(100))) == 40


@given(st.text(max_size=80), st.text(alphabet="-.@+list_devl \0é", max_size=80))
def test_any_address_is_looked_at(name: str, email: str) -> None:
    """Nothing makes it fail."""
    is_person(Person(name, email), (email,))


def test_a_hostile_address_takes_linear_time() -> None:
    """Dashes, dots and brackets by the thousand; what is longer than an address can be is none."""
    for text in ("-" * 50_000, "a-" * 50_000, "linux" * 20_000, "." * 50_000):
        assert not is_person(Person("(" * 50_000, f"{text}@{text}"))
