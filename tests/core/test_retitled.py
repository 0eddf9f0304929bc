"""Titles of one patch before and after a committer changed them, and titles of two patches."""

from __future__ import annotations

import pytest

from tracker.core.retitled import much_alike, same_patch, title_keys


@pytest.mark.parametrize(
    ("posted", "committed"),
    [
        ("overlay: return required size of the buffer", "ovl: return required size of the buffer"),
        ("ovl: remove not necessary lock check.", "ovl: remove unnecessary lock check"),
        ("demo: fix NULL pointer dereference", "demo: fix NULL pointer dereference in copy up warning"),
        ("demo: Fix speling mistakes in the comments", "demo: fix spelling mistakes in the comments"),
        ("drivers: demo: stop the clock first", "demo: stop the clock first"),
    ],
)
def test_the_same_patch_under_another_title(posted: str, committed: str) -> None:
    """Another prefix, another spelling, words cut off or added at the end; either way round, and with a key in common."""
    assert same_patch(posted, committed)
    assert same_patch(committed, posted)
    assert set(title_keys("Ann Author", posted)) & set(title_keys("Author Ann", committed))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo: fix the lock in copy up", "demo: fix the lock in copy down"),
        ("demo: add support for v1 headers", "demo: add support for v2 headers"),
        ("demo: fix typo", "demo: fix typo in the documentation"),
        ("demo: count the readers", "demo: count the writers"),
        ("demo: enable the clock early", "demo: disable the clock early"),
        ("", ""),
        ("demo:", "demo: "),
    ],
)
def test_two_patches(one: str, other: str) -> None:
    """A word that means something else, a number, or too little to go by."""
    assert not same_patch(one, other)
    assert not same_patch(other, one)


def test_words_in_another_order() -> None:
    """Enough of the same words, wherever they stand."""
    assert same_patch("overlayfs: ovl_lookup(): Use only one state", "ovl: use only one state in ovl_lookup()")
    assert not same_patch("demo: add a lock to the ring reader", "demo: add a lock to the queue writer")
    assert much_alike("ovl: fix oops in ovl_rename", "ovl: fix missing negative dentry check in ovl_rename()")
    assert not much_alike("ovl: fix oops in rename", "ovl: fix missing check in rename")
    assert much_alike("demo: remove redundant tap space", "demo: remove redundant tab space")
    assert much_alike("demo: update ctime when changing file attribution", "demo: update ctime when changing fileattr")
    assert not much_alike("demo: remove redundant lock", "demo: remove redundant space")
