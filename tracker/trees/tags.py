"""Names of tags that are versions, and which of a repository's tags name its releases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

# v6.11, v6.11-rc1, v6.11.11, liburing-2.6, v1.0rc3, v0.99.9a, curl-8_8_0, 20240129, next-20240606, release/3.2-beta1
_VERSION = re.compile(
    r"(\D{0,60})(\d{1,14}(?:[._]\d{1,9}){0,6})(?:[-._]?(rc|pre|alpha|beta|test|dev|a|b)[-._]?(\d{1,4}))?([a-z])?"
)
_SNAPSHOTS = ("next-",)  # daily states of linux-next: they name a day, not a release
_MINORITY = 4


@dataclass(frozen=True, slots=True)
class VersionTag:
    """A tag read as a version. family: what stands before the digits ('v', 'liburing-'). release: no candidate of one."""

    name: str
    family: str
    release: bool


def read_tag(name: str) -> VersionTag | None:
    """The version a tag names (without refs/tags/), None for other tags (`vfs-6.11.misc`, `block-6.11-20240719`)."""
    found = _VERSION.fullmatch(name)
    if found is None:
        return None
    return VersionTag(name, found[1], found[3] is None and found[1] not in _SNAPSHOTS)


def versions(tags: Mapping[str, int]) -> dict[str, VersionTag]:
    """The tags that name this repository's versions. tags: name -> where its commit is in the history, newest first.

    Parts with versions of their own inside the same history (gitgui-0.20 in git, pm-6.11 in a maintainer's tree) do not
    count: a family of names far smaller than the main one counts only when it ended before or began after it.
    """
    read = {name: tag for name in tags if (tag := read_tag(name)) is not None}
    sizes = Counter(tag.family for tag in read.values())
    if not sizes:
        return {}
    main = max(sizes, key=lambda family: (sizes[family], family))
    spans: dict[str, tuple[int, int]] = {}
    for name, tag in read.items():
        newest, oldest = spans.get(tag.family, (tags[name], tags[name]))
        spans[tag.family] = min(newest, tags[name]), max(oldest, tags[name])
    newest, oldest = spans[main]
    kept = {
        family
        for family, (first, last) in spans.items()
        if family in _SNAPSHOTS or sizes[family] * _MINORITY >= sizes[main] or first > oldest or last < newest
    }
    return {name: tag for name, tag in read.items() if tag.family in kept}


def best_name(names: list[VersionTag], sizes: Mapping[str, int]) -> str:
    """Of several tags on one commit the one to show: of the biggest family, a release before a candidate, the shortest."""
    return min(names, key=lambda tag: (-sizes.get(tag.family, 0), not tag.release, len(tag.name), tag.name)).name
