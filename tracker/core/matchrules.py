"""What it takes for a commit to be what a mailed patch became: one table of rules.

A single key proves nothing: a revert or re-application shares its title with another patch, siblings share title, author
and files, a commit may name a mail for its discussion. So each key is checked by a second sign.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tracker.core.similar import Likeness

# How a commit stands to the others of its topic.
ALONE, BESIDE, AMONG = 0, 1, 2


class Seen(NamedTuple):
    """One mailed patch beside one commit.

    link: the commit names the mail. date: its author date is the mail's. late: days from the mail to the commit. near:
    AMONG or more when parents tie it to commits of the same topic, the more the closer; BESIDE when it is by the topic's
    authors and was made at that time.
    """

    like: Likeness
    link: bool
    date: bool
    late: float
    near: float

    @property
    def after(self) -> bool:
        """Whether the commit was made after the mail, as far as clocks tell."""
        return self.late > -2

    @property
    def titled(self) -> bool:
        return self.like.same_title or self.like.names >= 0.6


class Rule(NamedTuple):
    """how: a word of LANDING.how. confidence: 0 to 1."""

    how: str
    confidence: float
    holds: Callable[[Seen], bool]


# The first that holds counts. Those below the line trust a commit only because others of its topic are known beside it.
RULES = (
    Rule("link", 1.0, lambda s: s.link and (s.like.same_title or (_placed(s) and s.like.lines >= 0.3))),
    Rule("link", 0.98, lambda s: s.link and _placed(s) and _alike(s) and (s.like.same_author or s.titled)),
    Rule("date", 1.0, lambda s: s.date and (s.like.same_title or s.like.lines >= 0.3 or (s.titled and _alike(s)))),
    Rule("date", 0.98, lambda s: s.date and s.like.same_author and _placed(s) and _alike(s)),
    Rule("patch-id", 1.0, lambda s: s.like.same_id and s.like.same_title and s.like.same_author),
    Rule("patch-id", 0.98, lambda s: s.like.same_id and s.after and (s.titled or s.like.same_author or s.like.said >= 0.3)),
    Rule("subject", 0.97, lambda s: _own(s) and s.like.same_title and (s.like.lines >= 0.3 or s.like.inside >= 0.6)),
    Rule("subject", 0.95, lambda s: s.after and _placed(s) and s.like.same_title and s.like.lines >= 0.5),
    Rule("subject", 0.9, lambda s: _own(s) and s.like.same_title and s.like.text >= 0.7),
    Rule("similar", 0.93, lambda s: _own(s) and s.like.lines >= 0.5 and _worded(s)),
    Rule("similar", 0.9, lambda s: _own(s) and s.like.lines >= 0.6),
    Rule("similar", 0.9, lambda s: _own(s) and s.like.said >= 0.5 and s.like.inside >= 0.15),
    Rule("similar", 0.88, lambda s: _own(s) and s.like.text >= 0.85 and s.like.bases > 0 and _worded(s)),
    # ---
    Rule("subject", 0.9, lambda s: _beside(s) and s.like.same_title and (_placed(s) or s.like.said >= 0.3)),
    Rule("similar", 0.88, lambda s: _beside(s) and _placed(s) and s.like.said >= 0.3 and _some_lines(s)),
    Rule("similar", 0.88, lambda s: _beside(s) and _placed(s) and s.like.inside >= 0.4 and s.like.lines >= 0.2),
    Rule("similar", 0.85, lambda s: _among(s) and _placed(s) and s.like.inside >= 0.3),
    Rule("similar", 0.85, lambda s: _among(s) and _placed(s) and s.like.lines >= 0.1),
    Rule("similar", 0.8, lambda s: _among(s) and _placed(s) and s.like.said >= 0.1 and _some_lines(s)),
)


def _placed(s: Seen) -> bool:
    """Whether both change files of the same place: the same lines elsewhere may be another project's."""
    return s.like.files > 0


def _own(s: Seen) -> bool:
    return s.like.same_author and s.after and _placed(s)


def _worded(s: Seen) -> bool:
    return s.titled or s.like.said >= 0.2


def _beside(s: Seen) -> bool:
    return s.near >= BESIDE and s.like.same_author and s.after


def _among(s: Seen) -> bool:
    return s.near >= AMONG and s.like.same_author and s.after


def _alike(s: Seen) -> bool:
    """Whether diff or message say the same; patches that were committed in one second are told apart by this."""
    return s.like.inside >= 0.15 or s.like.said >= 0.2


def _some_lines(s: Seen) -> bool:
    """Whether the diffs have anything in common; of a small patch every line may have changed."""
    return s.like.inside > 0 or s.like.bases > 0 or s.like.text >= 0.5


# For a commit that another rule holds for, and of which another diff algorithm makes the mail's patch.
SAME_DIFF = Rule("patch-id", 0.99, lambda s: s.like.same_id)


def score(s: Seen) -> float:
    """How well a commit fits, to choose among several that a rule holds for; one point is a clear difference."""
    like = s.like
    keys = 8 * s.link + 6 * s.date + like.same_id + 2 * like.same_title + like.same_author
    shares = 4 * like.lines + 2 * like.inside + 2 * like.names + 2 * max(like.said, 0.0) + like.files + 1.5 * like.bases
    return keys + shares + s.near - (0 if s.after else 2) - min(abs(s.late), 400) / 400


# --- patches that were split


_LEFT = 0.02  # of a patch's lines that its commit lacks when it may have been split
_INSIDE = 0.6  # of a commit's lines that are in a patch it is a piece of
_TITLED, _SOME = 0.8, 0.4  # of a piece's title that tells it, and of its lines that are enough then


def is_split(own: Likeness) -> bool:
    """Whether a patch may have become more than one commit. own: it beside the commit that it became."""
    return own.mine < 1 - _LEFT and (own.yours >= _INSIDE or own.names < _TITLED)


def is_piece(piece: Likeness, own: Likeness) -> bool:
    """Whether another commit is a further piece of a patch. piece: the patch beside it; own: beside the one it became."""
    by_lines = own.yours >= _INSIDE and piece.yours >= _INSIDE
    return by_lines or (own.names < _TITLED <= piece.names and piece.yours >= _SOME)
