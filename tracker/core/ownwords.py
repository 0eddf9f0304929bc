"""A reply's own words: no quotes, no diffs, no signature; cut into sentences and trailers, in their order.

Nothing is judged here. Positions are offsets into the text as given, so that a caller can quote it as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_QUOTE = re.compile(r"^[ \t]{0,3}>.*\n?", re.MULTILINE)
_HUNK = re.compile(
    r"^(?:diff --git .*+\n(?:(?:index|new file|deleted file|old mode|new mode|similarity|rename) .*+\n)*+"
    r"(?:--- .*+\n\+\+\+ .*+\n)?+|--- .*+\n\+\+\+ .*+\n)?+@@ .*+\n(?:(?:[ +\\-].*+)?+(?:\n|\Z)(?=[ +\\-]|\n[ +\\-]|@@ |\Z))*+"
    r"(?:[ +\\-].*+(?:\n|\Z))?+",
    re.MULTILINE,
)
