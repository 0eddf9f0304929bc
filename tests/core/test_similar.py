"""How alike two forms of a patch are."""

from __future__ import annotations

import pytest

from tests.mails import DIFF
from tracker.core.people import Person
from tracker.core.similar import Likeness, Shape, common_share, shape

ANNA = Person("Anna Author", "anna@example.org")
WORDS = b"the quick brown fox jumps over the lazy dog and runs away from here"


def of(diff: str, title: str = "ring: count", message: bytes = WORDS) -> Shape:
    return shape(title, ANNA, message, diff.encode())


def test_a_patch_is_like_itself() -> None:
    """Everything is shared."""
    like = Likeness(of(DIFF), of(DIFF))
    assert (like.lines, like.inside, like.mine, like.yours) == (1.0,) * 4
    assert (like.files, like.said, like.names, like.text, like.bases) == (1.0,) * 5
    assert like.same_title
    assert like.same_author
    assert like.same_id


def test_shares_are_of_the_larger_the_smaller_and_each() -> None:
    """Half of a patch is wholly inside of it; lines count by their length."""
    half = DIFF.replace("+int depth;\n", "").replace("-1,3 +1,4", "-1,3 +1,3")
    like = Likeness(of(half), of(DIFF))
    assert (like.mine, like.inside) == (1.0, 1.0)
    # -intlock; +intcount; and +intdepth; without white space: 9, 10 and 10 bytes.
    assert like.lines == like.yours == pytest.approx(19 / 29)


def test_indentation_changes_nothing_but_another_file_does() -> None:
    """Lines are compared without white space and with the name of their file, whatever its folder."""
    assert Likeness(of(DIFF), of(DIFF.replace("+int ", "+\tint  "))).lines == 1.0
    assert Likeness(of(DIFF), of(DIFF.replace("ring.c", "src/ring.c"))).lines == 1.0
    assert Likeness(of(DIFF), of(DIFF.replace("ring.c", "pool.c"))).lines == 0.0


def test_files_are_shared_by_path_or_a_little_by_folder() -> None:
    """The same path counts fully, another file of the folder a little, the same name elsewhere not at all."""
    here, *others = (of(DIFF.replace("ring.c", name)) for name in ("a/ring.c", "a/ring.c", "a/b.c", "b/ring.c"))
    assert [Likeness(here, other).files for other in others] == [1.0, 0.1, 0.0]


def test_trailers_and_short_messages_say_nothing() -> None:
    """Two patches that share trailers only share no wording; a message of few words cannot tell."""
    signed = b"Signed-off-by: Anna Author <anna@example.org>\nReviewed-by: Bert Reader <bert@example.org>\n" * 3
    assert Likeness(of(DIFF, message=signed), of(DIFF, message=signed)).said == -1.0
    assert Likeness(of(DIFF, message=b"Count them."), of(DIFF)).said == -1.0
    assert Likeness(of(DIFF, message=WORDS + b"\n" + signed), of(DIFF)).said == 1.0


def test_patches_without_a_title_have_no_title_in_common() -> None:
    """An offered patch without a title is not like another one because of that."""
    like = Likeness(of(DIFF, ""), of(DIFF, ""))
    assert not like.same_title
    assert like.names == 0.0


def test_nothing_at_all_is_like_nothing() -> None:
    """A commit without a diff at hand shares no lines, files, blobs or patch-id with another one."""
    like = Likeness(of(""), of(""))
    assert (like.lines, like.files, like.bases, like.text, like.same_id) == (0.0, 0.0, 0.0, 0.0, False)


def test_new_files_have_no_base() -> None:
    """The blob id of all zeroes is none that two patches could share."""
    new = DIFF.replace("index 1111111", "index 0000000")
    assert Likeness(of(new), of(new)).bases == 0.0


def test_common_share_sees_context_but_no_blob_ids() -> None:
    """Two diffs of the same change on another base differ in their context and places."""
    assert common_share(DIFF.encode(), DIFF.replace("1111111", "3333333").encode()) == 1.0
    assert common_share(DIFF.encode(), DIFF.replace(" int end", " int tail").encode()) < 1.0
