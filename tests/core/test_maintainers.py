"""MAINTAINERS is read as get_maintainer.pl reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.maintainers import read_maintainers
from tracker.core.people import Person

TEXT = """\
List of maintainers
===================

	M: *Mail* patches to: FullName <address@domain>
	F: *Files* and directories wildcard patterns.

Maintainers List
----------------

RING BUFFERS
M:	Anna Author <anna@example.org>
M:	"Ben B. Reviewer" <ben@example.org>
R:	Cleo Tester <cleo@example.org>
L:	ring@lists.example.org (moderated for non-subscribers)
S:	Supported

T:	git git://git.example.org/ring.git for-next
# a comment between
F:	drivers/ring/
F:	include/*/ring*.h
X:	drivers/ring/test/
K:	ring_buffer

RING NET DRIVER
M:	Dora Driver <dora@example.org>
S:	Maintained
F:	drivers/ring/net.c
F:	drivers/net/ring[0-9].c
F:	Documentation/ring
N:	[^a-z]rnet

EVERYTHING IN C BELOW LIB
M:	Emil Example <emil@example.org>
F:	lib/**/?db.c

THE REST
M:	Linus Example <linus@example.org>
L:	all@lists.example.org
S:	Buried alive in reporters
F:	*
F:	*/
"""
RING, NET, LIB, REST = "RING BUFFERS", "RING NET DRIVER", "EVERYTHING IN C BELOW LIB", "THE REST"


@pytest.mark.parametrize(
    ("path", "sections"),
    [
        ("drivers/ring/main.c", [RING]), ("drivers/ring/deep/er.c", [RING]), ("drivers/ring/test/x.c", [REST]),
        ("drivers/ring/net.c", [NET, RING]), ("drivers/ring.c", [REST]),
        ("include/linux/ring_buffer.h", [RING]), ("include/linux/more/ring.h", [REST]), ("include/ring.h", [REST]),
        ("drivers/net/ring4.c", [NET]), ("drivers/net/ringx.c", [REST]), ("arch/x/rnet.c", [NET]), ("arch/x/arnet.c", [REST]),
        ("Documentation/ring/index.rst", [NET]), ("Documentation/ring", [NET]), ("Documentation/rings/x", [REST]),
        ("lib/adb.c", [REST]), ("lib/a/adb.c", [LIB]), ("lib/a/b/c/adb.c", [LIB]), ("Kbuild", [REST]), ("", []),
    ],
)  # fmt: skip
def test_whose_file_it_is(path: str, sections: list[str]) -> None:
    """Directories are trees, a star stays in its level, the exact file comes first, THE REST only when nobody else does."""
    assert [one.name for one in read_maintainers(TEXT).sections_for([path])] == sections


def test_people_of_a_patch() -> None:
    """Everybody of the sections that its files belong to, each once a section, with the letter."""
    maintainers = read_maintainers(TEXT)
    anna, ben = Person("Anna Author", "anna@example.org"), Person("Ben B. Reviewer", "ben@example.org")
    cleo, dora = Person("Cleo Tester", "cleo@example.org"), Person("Dora Driver", "dora@example.org")
    assert maintainers.people_for(["drivers/ring/main.c", "drivers/ring/net.c", "Kbuild"]) == [
        (dora, "M", NET), (anna, "M", RING), (ben, "M", RING), (cleo, "R", RING),
    ]  # fmt: skip
    assert maintainers.people_for(["Kbuild"]) == [(Person("Linus Example", "linus@example.org"), "M", REST)]
    assert maintainers.people_for([]) == []


def test_what_a_section_says() -> None:
    """Lists, trees and status are there; the text above the sections is none."""
    sections = read_maintainers(TEXT).sections
    assert [one.name for one in sections] == [RING, NET, LIB, REST]
    ring = sections[0]
    assert ring.lists == ("ring@lists.example.org (moderated for non-subscribers)",)
    assert (ring.trees, ring.status) == (("git git://git.example.org/ring.git for-next",), "Supported")


@pytest.mark.parametrize("expression", ["(a+)+$", "(", "a*b*c*d", "[[a]]", "[z-a]", "a?" * 50])
def test_an_odd_expression_costs_nothing(expression: str) -> None:
    """An N: that is none, or that could take long, is left out; the section stays."""
    text = f"DEMO\nM:\tAnna <anna@example.org>\nF:\tdemo/\nN:\t{expression}\n"
    maintainers = read_maintainers(text)
    assert maintainers.sections_for(["a" * 5_000 + "!"]) == []
    assert len(maintainers.sections_for(["demo/x.c"])) == 1


PATTERNS = st.lists(st.text(alphabet="ab/*?[]-", min_size=1, max_size=8), max_size=4)


@given(st.lists(st.tuples(PATTERNS, PATTERNS, PATTERNS), max_size=4), st.text(alphabet="ab/-", max_size=9))
def test_the_index_finds_what_the_sections_say(several: list[tuple[list[str], ...]], path: str) -> None:
    """Looking a file up gives the same as asking each section, and does so again."""
    lines = [f"S{n}\nM:\tAnna <anna@example.org>" for n in range(len(several))]
    for n, kinds in enumerate(several):
        lines[n] += "".join(f"\n{letter}:\t{one}" for letter, some in zip("FXN", kinds, strict=True) for one in some)
    maintainers = read_maintainers("\n".join(lines))
    depths = ((n, one.depth(path)) for n, one in enumerate(maintainers.sections))
    expected = {n: depth for n, depth in depths if depth is not None} if path else {}
    assert maintainers.depths(path) == maintainers.depths(path) == expected


@given(st.text(alphabet="MFXN:\t *?[]a/-\n#()", max_size=200), st.text(alphabet="a/*[", max_size=20))
def test_any_text_is_read(text: str, path: str) -> None:
    """Nothing in a file or a path makes it fail."""
    read_maintainers(text).people_for([path])


def test_hostile_patterns_take_linear_time() -> None:
    """Hundreds of stars against a long path are quick: no part of a pattern is looked for twice."""
    text = f"DEMO\nM:\tAnna <anna@example.org>\nF:\t{'*a' * 190}!\nF:\t{'?' * 390}*!\n"
    assert read_maintainers(text).sections_for(["a" * 1_000]) == []
