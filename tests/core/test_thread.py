"""Messages to trees."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.thread import ancestors, build_threads, components


@dataclass(frozen=True)
class Mail:
    msgid: str
    parents: tuple[str, ...] = ()
    date: int | None = 0


def drawn(mails: list[Mail]) -> list[str]:
    return [f"{'  ' * node.depth}{'?' if node.ghost else ''}{node.msgid}" for node in build_threads(mails)]


def test_replies_stand_below_what_they_answer_by_date() -> None:
    """Siblings are sorted by date, whatever the order of arrival."""
    mails = [Mail("c", ("a",), 3), Mail("d", ("a", "b"), 4), Mail("b", ("a",), 2), Mail("a", (), 1)]
    assert drawn(mails) == ["a", "  b", "    d", "  c"]


def test_a_missing_parent_is_a_ghost() -> None:
    """Two answers to a mail that is not at hand stand together below its ghost."""
    assert drawn([Mail("b", ("a",), 2), Mail("c", ("a",), 3)]) == ["?a", "  b", "  c"]


def test_a_chain_of_missing_ancestors_shows_only_the_answered_one() -> None:
    """Ghosts that join nothing are left out."""
    assert drawn([Mail("d", ("a", "b", "c"), 2)]) == ["?c", "  d"]


def test_a_ghost_between_known_mails_keeps_the_branch_together() -> None:
    """References tie a mail to its grandparent when the parent is missing."""
    assert drawn([Mail("a", (), 1), Mail("c", ("a", "b"), 3)]) == ["a", "  ?b", "    c"]


def test_what_a_mail_says_beats_what_others_say_of_it() -> None:
    """A root stays a root although a reply's References put something above it."""
    assert drawn([Mail("b", (), 1), Mail("c", ("a", "b"), 2)]) == ["b", "  c"]


def test_loops_are_cut_at_the_oldest() -> None:
    """Two mails that each claim to answer the other are a tree with the older one on top."""
    assert drawn([Mail("a", ("b",), 1), Mail("b", ("a",), 2)]) == ["a", "  b"]


def test_connected_ids_are_one_component() -> None:
    """Threads are what any chain of references connects, also over mails that are not at hand."""
    top = components([Mail("b", ("a",)), Mail("c", ("a", "x")), Mail("z", ("y",))])
    assert top["b"] == top["c"] == top["x"]
    assert top["z"] == top["y"] != top["b"]


def test_ancestors_go_up_through_known_mails() -> None:
    """The way up continues with what the parent says when a mail names only its parent."""
    mails = {one.msgid: one for one in (Mail("c", ("b",)), Mail("b", ("a",)), Mail("a"))}
    assert ancestors("c", mails) == ["b", "a"]
    assert ancestors("nobody", mails) == []


def test_a_thread_ten_thousand_deep_is_drawn() -> None:
    """Depth costs no recursion."""
    mails = [Mail(str(n), (str(n - 1),) if n else (), n) for n in range(10_000)]
    assert build_threads(mails)[-1].depth == 9_999


ids = st.sampled_from("abcdefgh")
anything = st.lists(st.builds(Mail, ids, st.lists(ids, max_size=4).map(tuple), st.integers(0, 5)), max_size=12)


@given(anything, st.randoms())
def test_any_mails_make_trees_in_any_order(mails: list[Mail], random: object) -> None:
    """Every mail stands once, below a node printed before it; shuffling changes nothing."""
    unique = list({mail.msgid: mail for mail in mails}.values())
    nodes = build_threads(unique)
    seen: set[str] = set()
    for node in nodes:
        assert node.msgid not in seen
        assert node.parent is None or node.parent in seen
        seen.add(node.msgid)
    assert {mail.msgid for mail in unique} <= seen
    random.shuffle(unique)  # type: ignore[attr-defined]
    assert build_threads(unique) == nodes
