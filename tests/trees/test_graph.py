"""Places and labels in histories of any shape."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from tracker.trees import graph
from tracker.trees.graph import NONE, STEP, Dense, Node, Regions, Sparse, displaced, label_all

# parents[i]: of commit i, all younger than i's children: numbers below i.
histories = st.integers(1, 25).flatmap(
    lambda count: st.tuples(*(st.lists(st.integers(0, max(number - 1, 0)), max_size=3, unique=True) for number in range(count)))
)


def _ancestors(parents: list[list[int]], tip: int) -> set[int]:
    found, stack = set(), [tip]
    while stack:
        one = stack.pop()
        if one not in found:
            found.add(one)
            stack += parents[one]
    return found


@given(histories, st.randoms(use_true_random=False), st.booleans())
def test_displaced(history: tuple[list[int], ...], random: object, always_sort: bool) -> None:
    """Whatever the order in which git lists commits, parents end up behind their children, at places of their own."""
    parents = [[] if number == 0 else list(own) for number, own in enumerate(history)]
    order = array("i", range(len(parents)))
    random.shuffle(order)  # type: ignore[attr-defined]
    places = array("q", [0]) * len(parents)
    for at, slot in enumerate(order):
        places[slot] = 1_000 + STEP * at
    early = [slot for slot in order if any(places[one] <= places[slot] for one in parents[slot])]
    if always_sort:
        moved = graph._sorted(places, lambda slot: parents[slot], order)
    else:
        moved = displaced(places, lambda slot: parents[slot], order, early)
    final = [moved.get(slot, place) for slot, place in enumerate(places)]
    assert len(set(final)) == len(final)
    assert all(final[one] > final[slot] for slot in order for one in parents[slot])
    if not early:
        assert moved == {}


@given(histories, st.data())
def test_labels(history: tuple[list[int], ...], data: st.DataObject) -> None:
    """Labels of the whole pass are what a search from every tip gives, and the short way gives the same."""
    parents = [[] if number == 0 else list(own) for number, own in enumerate(history)]
    count = len(parents)
    spot = st.integers(0, count - 1)
    old_tips, new_tips = data.draw(st.lists(spot, min_size=3, max_size=3)), data.draw(st.lists(spot, min_size=3, max_size=3))
    old_tags = data.draw(st.sets(spot, max_size=3))
    new_tags = old_tags | data.draw(st.sets(spot, max_size=3))
    dense = Dense(array("q", range(1, count + 1)))
    flipped = [[count - 1 - one for one in own] for own in reversed(parents)]  # index 0 is the newest
    dense.first = array("i", (own[0] if own else NONE for own in flipped))
    dense.more = {index: tuple(own[1:]) for index, own in enumerate(flipped) if len(own) > 1}
    regions = Regions()
    before = label_all(dense, regions, list(zip(old_tips, range(3), strict=True)), old_tags, old_tags, old_tips[0])
    after = label_all(dense, regions, list(zip(new_tips, range(3), strict=True)), new_tags, new_tags, new_tips[0])
    for index in range(count):
        holding = {bit for bit, tip in enumerate(new_tips) if index in _ancestors(flipped, tip)}
        assert regions.masks[after.region[index]] == sum(1 << bit for bit in holding)
        assert after.tag[index] == max((one for one in new_tags if index in _ancestors(flipped, one)), default=NONE)

    def load(place: int) -> Node:
        index = place - 1
        own = [one + 1 for one in flipped[index]]
        tag, release, merge = (
            what[index] + 1 if what[index] != NONE else None for what in (before.tag, before.release, before.merge)
        )
        return Node(own[0] if own else None, tuple(own[1:]), before.region[index], tag, release, merge)

    sparse = Sparse(load)
    for old, new in zip(old_tips, new_tips, strict=True):
        lost, gained = sparse.difference(old + 1, new + 1)
        assert {one - 1 for one in lost} == _ancestors(flipped, old) - _ancestors(flipped, new)
        assert {one - 1 for one in gained} == _ancestors(flipped, new) - _ancestors(flipped, old)
    for tag in new_tags - old_tags:
        sparse.spread(tag + 1, "tag", tag + 1)
    sparse.move_main(old_tips[0] + 1, new_tips[0] + 1)
    for index in range(count):
        assert (sparse[index + 1].tag or 0) == after.tag[index] + 1
        assert (sparse[index + 1].merge or 0) == after.merge[index] + 1
