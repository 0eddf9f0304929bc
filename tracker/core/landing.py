"""What became of patches after their posting: landings (a patch found as a commit in a tree) and dated events."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.core.people import Person

ROLES = ("maintainer", "next", "mainline", "stable")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves a claim: one of a message id, a commit (with the tree it was seen in), or a recorded fact's words."""

    msgid: str = ""
    commit: str = ""
    tree: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class Landing:
    """A patch as a commit in a tree. commit: 40 hex where known, else as quoted, '' when only words say it was applied.

    patch: message id, None for a commit that stands for the whole series or belongs to no mail at hand. merge: the commit
    that brought it there. date: seconds UTC, when it was applied or merged. first_tag, first_release: '' unknown.
    how: 'link', 'date', 'patch-id', 'subject', 'similar' (found in a tree), 'mail' (told) or 'record'.
    replaced_by, reverted_by: commits, '' when not.
    dropped: it was taken out of its branch again, and nothing took its place.
    """

    patch: str | None
    commit: str
    tree: str
    role: str
    branch: str = ""
    merge: str = ""
    by: Person | None = None
    date: int | None = None
    first_tag: str = ""
    first_release: str = ""
    how: str = "mail"
    confidence: float = 1.0
    evidence: tuple[Evidence, ...] = ()
    replaced_by: str = ""
    reverted_by: str = ""
    dropped: bool = False
    released: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A dated fact about a topic. kind: a word of EVENT in the JSON schema. at: seconds UTC.

    open: somebody still has to act on it (a regression report without a fix, a failed stable apply, a revert asked for).
    """

    kind: str
    at: int | None
    text: str
    evidence: Evidence
    open: bool = False
