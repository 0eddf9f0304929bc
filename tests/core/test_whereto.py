"""Tree and branch in the words of a sentence."""

from __future__ import annotations

import pytest

from tracker.core.whereto import place_of_lines, place_of_url, place_of_words


@pytest.mark.parametrize(
    ("sentence", "tree", "branch"),
    [
        ("Applied to the vfs.misc branch of the vfs/vfs.git tree", "vfs/vfs.git", "vfs.misc"),
        ("Applied to hid/hid.git (for-6.11/bpf), thanks!", "hid/hid.git", "for-6.11/bpf"),
        ("Applied to https://example.org/hid.git (for-6.5/fixes), thanks", "https://example.org/hid.git", "for-6.5/fixes"),
        ("Applied to https://example.org/sound.git for-next", "https://example.org/sound.git", "for-next"),
        ("Pushed to https://example.org/anna/linux/commits/ovl-revalidate:", "https://example.org/anna/linux", "ovl-revalidate"),
        ("Applied to net-next, thanks", "net-next", ""),
        ("Applied to powerpc/next.", "powerpc", "next"),
        ("Applied to kvm-arm64/misc-6.16, thanks!", "", "kvm-arm64/misc-6.16"),
        ("Applied to for-next/topic/execve/core, thanks!", "", "for-next/topic/execve/core"),
        ("Applied to kvm-x86 svm, with a tweak", "kvm-x86", "svm"),
        ("Applied to fscrypt.git#master for 5.19", "fscrypt.git", "master"),
        ("Applied (viro/vfs.git#work.statx2)", "viro/vfs.git", "work.statx2"),
        ("I added this to mm.git's mm-new branch", "mm.git", "mm-new"),
        ("this is queued in overlayfs-next", "", "overlayfs-next"),
        ("pushed to my rebased ovl-fixes branch", "", "ovl-fixes"),
        ("Added to 5.4 queue", "", ""),
        ("Applied to my tree", "", ""),
        ("Applied to the series", "", ""),
        ("Applied, thanks to all of you", "", ""),
    ],
)
def test_words(sentence: str, tree: str, branch: str) -> None:
    """What a sentence leaves open stays empty."""
    assert place_of_words(sentence) == (tree, branch)


def test_lines() -> None:
    """A branch in a line of its own counts beside a tree only."""
    assert place_of_lines("x\ntree:   https://example.org/x.git\nbranch: x.misc\n") == ("https://example.org/x.git", "x.misc")
    assert place_of_lines("branch: of the tree\n") == ("", "")


@pytest.mark.parametrize(
    ("url", "tree", "branch"),
    [
        ("https://example.org/vfs/vfs/c/0123456789ab", "https://example.org/vfs/vfs", ""),
        ("https://example.org/kvm/linux/commit/0123456789ab", "https://example.org/kvm/linux", ""),
        ("https://example.org/x.git/commit/?h=next&id=0123456789ab", "https://example.org/x.git", "next"),
        ("https://example.org/x.git/commit/?id=0123456789ab", "https://example.org/x.git", ""),
        ("https://example.org/x", "", ""),
    ],
)
def test_links_to_commits(url: str, tree: str, branch: str) -> None:
    """The repository in front of the commit; cgit's links may have the branch."""
    assert place_of_url(url) == (tree, branch)
