"""Postings to series: one mbox of tests/situations for each way people send patches."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tracker.core.facts import Facts, examine
from tracker.core.message import parse
from tracker.core.series import find_series
from tracker.sources.mbox import split_mbox

SITUATIONS = ROOT / "tests" / "situations"

# What a person reads in each mbox: label or v1, the cover (c) and patch numbers found, "!" when parts are missing.
EXPECTED = {
    "cover-and-patches": ["v1 c12"],
    "parts-in-any-order": ["v1 c12"],
    "deep-threading": ["v1 c12"],
    "no-cover": ["v1 12"],
    "no-references-at-all": ["v1 c12"],
    "missing-patch": ["v1 c13!"],
    "missing-cover": ["v1 12"],
    "cover-without-patches": ["v1 c!"],
    "two-versions-in-one-thread": ["v1 c12", "v2 c12"],
    "two-people-in-one-thread": ["v1 c12", "v1 12"],
    "resent-without-a-word": ["v1 c12", "v1 c12"],
    "resent-with-a-word": ["v1 c12", "v1 c12"],
    "version-on-the-cover-only": ["v3 c12"],
    "one-patch-more-than-announced": ["v1 c123"],
    "one-patch-replaced": ["v1 c12", "v1.1 2!"],
    "unnumbered-patch-in-a-series-thread": ["v1 c12", "v1 1"],
    "patch-attached-to-a-reply": ["v1 1", "v1 1"],
    "patch-below-scissors-in-a-reply": ["v1 1", "v1 1"],
    "quoted-patch-is-no-offer": ["v1 1"],
    "whole-patch-pasted-below-a-reply-is-no-offer": ["v1 1"],
    "cover-with-another-total": ["v1 c12!"],
    "cover-with-another-version": ["v5 c12"],
    "version-on-one-patch-only": ["v2 12"],
    "cover-that-can-be-pulled": ["v5 c1"],
    "cover-without-a-counter": ["v4 c12"],
    "cover-that-asks-to-pull": ["v3 c12"],
    "patch-number-zero": ["v1 01"],
    "no-patches": [],
    "pull-request-is-no-series": [],
}


def load(path: Path) -> list[Facts]:
    return [examine(parse(raw)) for raw in split_mbox(path.read_bytes())]


def drawn(mails: list[Facts]) -> list[str]:
    return [
        f"{one.label or 'v1'} {'c' if one.cover else ''}{''.join(str(patch.n) for patch in one.patches)}"
        f"{'' if one.complete else '!'}"
        for one in find_series(mails)
    ]


def test_every_situation_is_expected() -> None:
    """No mbox without an expectation, no expectation without an mbox."""
    assert {path.stem for path in SITUATIONS.glob("*.mbox")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_situation(name: str) -> None:
    """The series of this mbox are those that a person reads in it, in whatever order the mails come."""
    mails = load(SITUATIONS / f"{name}.mbox")
    assert drawn(mails) == EXPECTED[name]
    shuffled = mails[:]
    for seed in range(5):
        random.Random(seed).shuffle(shuffled)
        assert find_series(shuffled) == find_series(mails)


def test_an_attached_patch_has_its_own_title_author_and_patch_id() -> None:
    """The alternative that a reply attaches is a series of the replier, with what the attachment says."""
    alternative = find_series(load(SITUATIONS / "patch-attached-to-a-reply.mbox"))[1]
    assert alternative.title == "demo: use the depth"
    assert alternative.author.email == "ben@example.org"
    assert alternative.patches[0].inline
    assert alternative.patches[0].files == ("ring.c",)
    assert alternative.patches[0].patch_id is not None


def test_the_series_id_is_the_cover_else_the_first_patch() -> None:
    """DESIGN: its id is the message id of its cover, else of its first patch."""
    assert find_series(load(SITUATIONS / "parts-in-any-order.mbox"))[0].id == "c@x"
    assert find_series(load(SITUATIONS / "no-cover.mbox"))[0].id == "1@x"


# Series of patchwork's own test data, as its test suite expects them: covers and patches of each series by date.
# Where the two differ, the reason stands beside it.
PATCHWORK = {
    "base-single-patch": [(0, 1)],
    "base-cover-letter": [(1, 2)],
    "base-no-cover-letter": [(0, 2)],
    "base-deep-threaded": [(1, 2)],
    "base-out-of-order": [(1, 2)],
    "base-different-versions": [(1, 4)],
    "base-no-references": [(0, 2)],
    "base-no-references-no-cover": [(1, 2)],
    "base-incomplete": [(1, 1)],
    "base-extra-patches": [(1, 3)],
    "bugs-multiple-references": [(1, 4)],
    "bugs-multiple-content-types": [(0, 1)],
    "bugs-mixed-versions": [(0, 1), (0, 1)],
    "bugs-nocover": [(0, 2), (0, 2)],
    "bugs-nocover-noversion": [(0, 2), (0, 2)],
    "bugs-spamming": [(0, 1), (0, 1), (0, 1)],
    "bugs-unnumbered": [(1, 1), (0, 1)],
    "mercurial-cover-letter": [(1, 2)],
    "mercurial-no-cover-letter": [(0, 2)],
    "revision-basic": [(1, 2), (1, 2)],
    "revision-no-cover-letter": [(1, 2), (0, 2)],
    "revision-out-of-order": [(1, 2), (1, 2)],
    "revision-threaded-to-cover": [(1, 2), (1, 2)],
    "revision-threaded-to-patch": [(1, 2), (1, 2)],
    "revision-threaded-to-single-patch": [(0, 1), (0, 1)],
    "revision-unlabeled": [(1, 2), (1, 2)],
    "revision-unlabeled-noreferences": [(0, 2), (0, 2)],
    "dependency-base-patch": [(1, 2)],
}


@pytest.mark.parametrize("name", sorted(PATCHWORK))
def test_patchwork_sample(name: str, real_data: Path) -> None:
    """Our series are those that patchwork's tests expect of the same mails."""
    path = real_data / "corpora/patchwork/patchwork/tests/data/series" / f"{name}.mbox"
    found = [(1 if one.cover else 0, len(one.patches)) for one in find_series(load(path))]
    assert found == PATCHWORK[name]


def test_every_patchwork_sample_is_covered(real_data: Path) -> None:
    """Every mbox of that folder has its expectation (templates are no mboxes)."""
    folder = real_data / "corpora/patchwork/patchwork/tests/data/series"
    assert {path.stem for path in folder.glob("*.mbox")} == set(PATCHWORK)


def test_the_story_has_three_series(real_data: Path) -> None:
    """The RFC, the alternative attached to a reply, and v1, whose patch-id is the alternative's."""
    rfc, alternative, first = find_series(load(real_data / "deny_write_access/threads/CORE-2024-05_rfc-and-v1.mbox"))
    assert (rfc.author.name, rfc.rfc, rfc.title) == ("Josef Bacik", True, "fs: add levels to inode write access")
    assert alternative.id == "20240530-atheismus-festland-c11c1d3b7671@brauner"
    assert alternative.title == "fs: don't deny writes to executables"
    assert first.id == "20240531-vfs-i_writecount-v1-1-a17bea7ee36b@kernel.org"
    assert first.change_id == "20240531-vfs-i_writecount-ee88353b2d7f"
    assert first.base_commit == "1613e604df0cd359cf2a7fbd9be7a0bcfacfabd0"
    assert alternative.patches[0].patch_id == first.patches[0].patch_id
    assert re.match("de1f433cc0c3", first.patches[0].patch_id or "")
