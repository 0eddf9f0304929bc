"""Landings in the making: one spot for each tree that a patch, its revert or its re-application was put into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.landing import ROLES, Event, Evidence, Landing
from tracker.core.people import Person

PATCH, REVERT, AGAIN = 0, 1, 2  # what stands in a spot: the patch, its revert, the patch after a revert
UNKNOWN = "unknown"  # in the place of a commit that is not named
_EVENT_OF = {"maintainer": "applied", "next": "in-next", "mainline": "merged", "stable": "backported"}
_DAY = 86_400
_TOLD, _HINTED, _RECORDED = 0.9, 0.8, 0.95
_NEVER = 1 << 40
_MAX_SAME = 24  # landings of one patch in trees of one role; a mail that names more of them says nothing


@dataclass(frozen=True, slots=True)
class Record:
    """A recorded fact about a commit; '' and () where nothing was. Ids of mails that prove it: seen, merged, tagged, reviewed."""

    sha: str
    subject: str
    tree: str
    role: str
    patch: str = ""
    branch: str = ""
    merge: str = ""
    first_tag: str = ""
    reverts: str = ""
    reverted_by: str = ""
    replaced_by: str = ""
    upstream: str = ""
    fixes: str = ""
    recorded: str = ""
    date: int | None = None
    seen: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    tagged: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()


def same_commit(one: str, two: str) -> bool:
    """Whether two abbreviations may be of one commit."""
    return bool(one and two) and (one.startswith(two) or two.startswith(one))


def release_of(branch: str) -> str:
    """The release a stable branch is for: 6.11, whether it is called 6.11, linux-6.11.y or 6.11.y."""
    return branch.removeprefix("linux-").removesuffix(".y")


@dataclass(slots=True)
class Spot:
    """line: of the patch. date: when it landed; told: when that was first said, if it is not known when it landed.

    recorded: the tag, or all of it, is known from a record only. review: nothing but a review that announces it is known.
    """

    line: int
    role: str
    tree: str
    branch: str
    commit: str
    turn: int
    merge: str = ""
    by: Person | None = None
    date: int | None = None
    told: int | None = None
    first_tag: str = ""
    recorded: bool = False
    how: str = "mail"
    confidence: float = _HINTED
    replaced_by: str = ""
    reverted_by: str = ""
    dropped: bool = False
    first_release: str = ""
    released: int | None = None
    evidence: dict[Evidence, None] = field(default_factory=dict)
    review: bool = False

    @property
    def proof(self) -> Evidence:
        """The first thing that proves it."""
        return next(iter(self.evidence), Evidence(record="recorded"))

    @property
    def seen(self) -> bool:
        """Whether it was found in a git tree."""
        return self.how not in ("mail", "record")

    def prove(self, *evidence: Evidence) -> None:
        """Add what proves it."""
        self.evidence.update(dict.fromkeys(evidence))

    def tell(self, at: int | None, evidence: Evidence, by: Person | None = None) -> None:
        """Somebody says that it landed, at the time when it did."""
        self.by, self.date, self.told = self.by or by, self.date or at, self.told or at
        self.confidence = max(self.confidence, _TOLD)
        self.evidence = {evidence: None, **self.evidence}  # it says so itself, what was a hint stands behind

    def hint(self, at: int | None, evidence: Evidence) -> None:
        """A mail shows that it had landed by then."""
        self.told = self.told or at
        self.prove(evidence)

    def recall(self, record: Record, evidence: Sequence[Evidence]) -> None:
        """A record tells of it."""
        if self.date is None and record.date is not None:  # it says when, what was a hint stands behind
            self.evidence = {**{Evidence(one): None for one in (*record.seen, *record.merged)}, **self.evidence}
        self.recorded = bool(evidence) or bool(record.first_tag and not self.first_tag and not record.tagged)
        self.merge, self.first_tag = self.merge or record.merge, self.first_tag or record.first_tag
        self.date, self.branch = self.date or record.date, self.branch or record.branch
        self.replaced_by = self.replaced_by or record.replaced_by
        self.reverted_by = self.reverted_by or record.reverted_by
        self.confidence = max(self.confidence, _RECORDED)
        self.prove(*evidence)

    @property
    def release(self) -> str:
        """The release that its stable branch is for."""
        return release_of(self.branch)

    @property
    def place(self) -> str:
        """The tree and branch in words."""
        if self.role == "stable":
            return f"stable {self.branch}".rstrip()
        return " ".join(filter(None, (_short(self.tree), self.branch))) or "a maintainer's tree"


def _short(tree: str) -> str:
    """The last two parts of a repository's URL, without its ".git"."""
    bare = tree.rstrip("/").removesuffix(".git")
    return "/".join(bare.split("/")[-2:]) if "//" in tree or ":" in tree else bare


@dataclass(slots=True)
class Spots:
    """All spots of a topic, in the order in which they were told of."""

    several: list[Spot] = field(default_factory=list)

    def __iter__(self) -> Iterator[Spot]:
        return iter(self.several)

    def at(self, line: int, role: str, tree: str, branch: str, commit: str, turn: int) -> Spot:
        """The spot that a statement is about: the one with its commit, else of its tree; a new one when there is none."""
        same = [one for one in self.several if (one.line, one.role, one.turn) == (line, role, turn)]
        spot = next((one for one in same if same_commit(one.commit, commit)), None)
        spot = spot or next((one for one in same if _fits(one, tree, branch, commit)), None)
        if spot is None:
            spot = Spot(line, role, tree, branch, commit, turn)
            if len(same) < _MAX_SAME:
                self.several.append(spot)
        spot.commit = max(spot.commit, commit, key=len)
        spot.tree, spot.branch = spot.tree or tree, spot.branch or branch
        return spot

    def has(self, line: int, role: str, turn: int) -> bool:
        """Whether a tree of that role has it."""
        return any((one.line, one.role, one.turn) == (line, role, turn) for one in self.several)

    def name_mainline(self, commits: Mapping[str, int], proven: Mapping[str, Evidence]) -> None:
        """Give a mainline spot without a commit the only one that mails name as mainline's for that patch."""
        for spot in self.several:
            named = [sha for sha in proven if commits.get(sha) == spot.line]
            distinct = [sha for sha in named if not any(other != sha and other.startswith(sha) for other in named)]
            if spot.role == "mainline" and spot.turn == PATCH and not spot.commit and len(distinct) == 1:
                spot.commit = distinct[0]
                spot.prove(proven[distinct[0]])

    def take_found(self, found: Sequence[tuple[int, Landing]]) -> None:
        """What git trees show takes the place of what was said of the same commit, or of mainline and linux-next."""
        for line, landing in found:
            if any(one.seen and (one.line, one.tree, one.commit) == (line, landing.tree, landing.commit) for one in self.several):
                continue  # found for another version of the patch, too
            spot = _found_spot(line, landing)
            kept = []
            for one in self.several:
                named = one.role == landing.role or (not one.tree and bool(one.commit))  # "Applied" without saying where
                about = (one.line, one.turn) == (line, PATCH) and named and not one.seen
                whole = landing.role in ("mainline", "next") or (landing.role == "stable" and one.release == spot.release)
                same = same_commit(one.commit, landing.commit) or (whole and not one.commit)
                if about and (same or (landing.role == "mainline" and one.role == "mainline")):
                    spot.prove(*(proof for proof in one.evidence if proof.msgid))
                    spot.reverted_by = spot.reverted_by or one.reverted_by
                else:
                    kept.append(one)
            self.several = [*kept, spot]

    def drop_told_reverts(self, seen: Sequence[Event]) -> None:
        """Leave out what mails tell of reverts that a git tree shows."""
        shown = [event for event in seen if event.kind == "reverted" and event.evidence.commit]
        self.several = [
            one
            for one in self.several
            if one.turn != REVERT
            or not any(
                same_commit(one.commit, event.evidence.commit)
                or (one.role == "stable" and not one.commit and one.release and f"linux-{one.release}.y" in event.text.split())
                for event in shown
            )
        ]

    def settle(self) -> None:
        """What one spot means for another: reverted by, replaced by."""
        for undo in [one for one in self.several if one.turn == REVERT]:
            for spot in self.several:
                if spot.turn != REVERT and spot.line == undo.line and _undone(spot, undo):
                    spot.reverted_by = spot.reverted_by or undo.commit or UNKNOWN
        for spot in self.several:
            final = self._final(spot.line)
            early = spot.role in ("maintainer", "next") and spot.turn == PATCH and spot.commit
            if early and final and not same_commit(spot.commit, final):
                spot.replaced_by = spot.replaced_by or final

    def _final(self, line: int) -> str:
        """The commit of a patch in mainline, '' unknown; what a tree shows before what was said."""
        named = [one for one in self.several if (one.line, one.role, one.turn) == (line, "mainline", PATCH) and one.commit]
        return next((one.commit for one in sorted(named, key=lambda one: not one.seen)), "")

    def _first(self, commit: str) -> Spot | None:
        """Where a commit was first known to stand."""
        named = [one for one in self.several if same_commit(one.commit, commit)]
        return min(named, key=lambda one: one.date or one.told or _NEVER, default=None)

    def landings(self, patch_of: Callable[[Spot], str | None]) -> list[Landing]:
        """As landings; reverts are told by what they revert."""
        told = [
            Landing(
                patch_of(one), one.commit, _short(one.tree), one.role, one.branch, one.merge, one.by, one.date, one.first_tag,
                one.first_release, one.how, one.confidence, tuple(one.evidence), one.replaced_by, one.reverted_by,
                one.dropped, one.released,
            )
            for one in self.several
            if one.turn != REVERT
        ]  # fmt: skip
        return sorted(told, key=lambda one: (one.patch or "", ROLES.index(one.role), one.date or 0, one.commit))

    def events(self) -> list[Event]:
        """What happened in which tree, patches that went together told together, and what replaced what."""
        together: dict[tuple[str, str, int | None, str, str], list[Spot]] = {}
        for one in self.several:
            if one.turn == REVERT and one.role == "maintainer":
                continue  # a revert on its way: the pull request is an event of its own
            kind = "reverted" if one.turn == REVERT else _EVENT_OF[one.role]
            at = one.date if one.date is not None else one.told
            # What a tree shows has a commit each for proof: those of one day are told together, with the first as proof.
            when = f"{at and at // _DAY} {one.first_tag} {bool(one.replaced_by)}" if one.seen else repr(one.proof)
            together.setdefault((kind, one.place, None if one.seen else at, one.merge, when), []).append(one)
        found = []
        for (kind, *_), some in together.items():
            first = min(some, key=lambda one: one.date or one.told or 0)
            at, proof = first.date if first.date is not None else first.told, first.proof
            found.append(Event(kind, at, _text(some), proof))
            if first.first_release and first.first_release != first.first_tag:
                found.append(Event("released", first.released, f"{first.place} {first.first_release}", proof))
            gone = [one for one in some if one.replaced_by]
            if gone:
                commits = f"{_commits(gone)} by {', '.join(one.replaced_by[:12] for one in gone[:3])}"
                by = self._first(gone[0].replaced_by)
                since = (by.date or by.told) if by else None
                after = next(iter(by.evidence), proof) if by else proof
                found.append(Event("replaced", since or at, f"{gone[0].place} {commits}", after))
        return found


def _found_spot(line: int, landing: Landing) -> Spot:
    return Spot(
        line, landing.role, landing.tree, landing.branch, landing.commit, PATCH, landing.merge, landing.by, landing.date,
        landing.date, landing.first_tag, False, landing.how, landing.confidence, landing.replaced_by, landing.reverted_by,
        landing.dropped, landing.first_release, landing.released, dict.fromkeys(landing.evidence),
    )  # fmt: skip


def _fits(spot: Spot, tree: str, branch: str, commit: str) -> bool:
    """Whether a statement without a commit that tells them apart is about *spot*."""
    if commit and spot.commit:
        return False
    if spot.role == "stable":
        return spot.branch == branch
    return spot.role == "mainline" or not (tree and spot.tree) or (spot.tree, spot.branch) == (tree, branch)


def _undone(spot: Spot, undo: Spot) -> bool:
    """Whether *undo* reverts *spot*: it is in the same tree, and a re-application came before it."""
    same = spot.role == undo.role and (spot.role != "stable" or spot.branch == undo.branch)
    return same and (spot.turn == PATCH or (spot.date or 0) < (undo.date or undo.told or 0))


def _text(some: Sequence[Spot]) -> str:
    one = some[0]
    again = "again " if one.turn == AGAIN else ""
    merge = f" by {one.merge[:12]}" if one.merge else ""
    tag = f" · {one.first_tag}" if one.first_tag else ""
    how = " (recorded)" if one.recorded else " (by then)" if one.date is None else " (review)" if one.review else ""
    return f"{again}{one.place} {_commits(some)}".rstrip() + f"{merge}{tag}{how}"


def _commits(some: Sequence[Spot]) -> str:
    """The first three commits and how many more there are."""
    named = [one.commit[:12] for one in some if one.commit]
    more = f" and {len(some) - 3} more" if len(some) > 3 else ""
    return (", ".join(named[:3]) or (f"{len(some)} patches" if len(some) > 1 else "")) + (more if named else "")
