"""Names of tags."""

from __future__ import annotations

import pytest

from tracker.trees.tags import read_tag, versions


@pytest.mark.parametrize(
    ("name", "family", "release"),
    [
        ("v6.11", "v", True),
        ("v6.11-rc1", "v", False),
        ("v6.11.11", "v", True),
        ("liburing-2.6", "liburing-", True),
        ("v2.45.0", "v", True),
        ("v1.0rc3", "v", False),
        ("v0.99.9a", "v", True),
        ("curl-8_8_0", "curl-", True),
        ("20240129", "", True),
        ("next-20240606", "next-", False),
        ("release/3.2-beta1", "release/", False),
    ],
)
def test_versions_are_read(name: str, family: str, release: bool) -> None:
    """Releases and their candidates in the forms that projects use."""
    tag = read_tag(name)
    assert tag is not None
    assert (tag.family, tag.release) == (family, release)


@pytest.mark.parametrize(
    "name", ["vfs-6.11.misc", "block-6.11-20240719", "for-6.11/io_uring-20240714", "junio-gpg-pub", "v6.12-rc1-dontuse", "", "v"]
)
def test_other_names(name: str) -> None:
    """What maintainers call their pull requests, and other names, are no versions."""
    assert read_tag(name) is None


def test_which_families_count() -> None:
    """Names of a part in the same history do not count; an older or newer scheme, and linux-next's days, do."""
    tags = {f"v1.{number}": number * 10 for number in range(20)}
    tags |= {"gitgui-0.1": 50, "gitgui-0.2": 60, "old-0.1": 1_000, "new-2": -5, "next-20240606": 77, "other": 3}
    assert set(tags) - set(versions(tags)) == {"gitgui-0.1", "gitgui-0.2", "other"}
    assert versions({}) == {}
