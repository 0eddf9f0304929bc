"""A topic's revisions as TOPIC tells them: which of them were posted, and which is the newest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OFFERED = "alternative"  # the label of a patch that somebody offered in a reply

Json = Mapping[str, Any]


def is_offered(revision: Json) -> bool:
    """Whether a reply offered it; the others were posted."""
    return bool(revision["label"] == OFFERED)


def posted(topic: Json) -> list[Json]:
    """The posted revisions, oldest first; what replies offered, where nothing was posted."""
    return [one for one in topic["revisions"] if not is_offered(one)] or list(topic["revisions"])


def newest(topic: Json) -> Json | None:
    """The last of `posted`, None for a topic without patches."""
    return next(reversed(posted(topic)), None)
