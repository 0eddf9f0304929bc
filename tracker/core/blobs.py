"""The blobs that a git diff names: its `index` lines say what each file was before a patch and what it is after it.

Who makes a patch against a file as another patch leaves it has that other patch in his tree (gitformat-diff, "Generating patch
text with -p"). Ids are cut to 7 hex digits, as git prints at least that many.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

DIGITS = 7
_NONE = "0" * DIGITS  # the file is new, or gone
_INDEX = re.compile(
    rb"^diff --git a/(\S+) b/(\S+)\n(?:(?:old|new|deleted|similarity|dissimilarity|rename|copy) [^\n]*\n)*+"
    rb"index ([0-9a-f]{7,64})\.\.([0-9a-f]{7,64})", re.MULTILINE,
)  # fmt: skip
_MAX_FILES = 60


def read_blobs(diff: bytes, files: Sequence[str]) -> tuple[str, ...]:
    """For each of *files* "BEFORE..AFTER" of 7 digits each, '' where the diff does not say; () when it says nothing.

    A side that does not exist is empty.
    """
    found: dict[str, str] = {}
    for one in islice(_INDEX.finditer(diff.replace(b"\r\n", b"\n")), _MAX_FILES):
        before, after = (blob[:DIGITS].decode() for blob in one.group(3, 4))
        path = (one[1] if after == _NONE else one[2]).decode("utf-8", "replace")
        found[path] = f"{'' if before == _NONE else before}..{'' if after == _NONE else after}"
    return tuple(found.get(path, "") for path in files) if found else ()


def before(files: Sequence[str], blobs: Sequence[str]) -> dict[str, str]:
    """File -> what it was before the patch, where that is known."""
    return {path: one.partition("..")[0] for path, one in zip(files, blobs, strict=False) if not one.startswith("..") and one}


def after(files: Sequence[str], blobs: Sequence[str]) -> dict[str, str]:
    """File -> what it is after the patch, where that is known."""
    return {path: one.partition("..")[2] for path, one in zip(files, blobs, strict=False) if one and not one.endswith("..")}


def blob_keys(several: dict[str, str]) -> frozenset[str]:
    """b: a blob with the name of its file: under which a patch and what is made against it find each other."""
    return frozenset(f"b:{blob}:{path.rpartition('/')[2]}" for path, blob in several.items())
