"""What became of a topic's patches, as mails and records tell it: where they were applied, merged, reverted, and when.

Which patch a statement is about is in meaning.py. A statement about a tree counts only from a machine or from somebody who
is known to maintain one. Commits that were found in a git tree outrank records, and records outrank words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from tracker.core.answered import settled
from tracker.core.facts import Facts
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.mailkeys import MAINLINE, commit_of, pull_key, role_of
from tracker.core.meaning import LATE, Meaning, line_of
from tracker.core.notice import Notice
from tracker.core.patchline import line_up
from tracker.core.series import Series
from tracker.core.shortlog import Known, listed
from tracker.core.spots import AGAIN, PATCH, REVERT, Record, Spot, Spots, release_of
from tracker.core.talkrules import WITHDRAWN

_TORVALDS = "torvalds@linux-foundation.org"
# Who writes for a machine or keeps the stable and -mm trees: nobody else's mail in their form is believed. (b4's notes are
# people's, each from his own address.)
_MACHINES: Mapping[str, re.Pattern[str]] = {
    "ty": re.compile(r".*"),
    "pwbot": re.compile(r"patchwork-bot\+[^@]*@kernel\.org"),
    "tip": re.compile(r"tip-?bot2?@(?:linutronix\.de|zytor\.com)"),
    "prt": re.compile(r"pr-tracker-bot@kernel\.org"),
    "stable": re.compile(
        r"greg(?:kh)?@(?:linuxfoundation\.org|kroah\.com|kernel\.org)|sashal@kernel\.org"
        r"|(?:alexander|sasha)\.levin@(?:microsoft|oracle|verizon)\.com"
    ),
    "mm": re.compile(r"akpm@(?:linux-foundation|kernel)\.org"),
}  # fmt: skip
_KEPT = ("merged", "folded-merged", "folded", "alternative-merged")  # why -mm removes a patch that is not lost
_TURNS = {"": PATCH, "revert": REVERT, "reapply": AGAIN}


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Landings, by patch and then from the nearest tree to the farthest; events, oldest first."""

    landings: tuple[Landing, ...] = ()
    events: tuple[Event, ...] = ()


def aftermath(
    revisions: Sequence[Series], mails: Mapping[str, Facts], outside: Iterable[Facts] = (), *,
    records: Sequence[Record] = (), found: Sequence[Landing] = (), seen: Sequence[Event] = (),
    maintainers: Collection[str] = frozenset(), titles: Mapping[str, int] = MappingProxyType({}),
) -> Aftermath:  # fmt: skip
    """What became of the patches of *revisions*, oldest first.

    mails: all of the topic's threads. outside: others that share a key with it (mailkeys). records: of commits with its
    titles or patches, or that undo or mend these. found, seen: what git trees show of it; they outrank everything.
    maintainers: lower-case addresses of people known to maintain a tree. titles: those in pull requests that patches were posted
    under, these or others, in the form to compare, and when that was first. Never raises.
    """
    if not revisions:
        return Aftermath()
    meaning = Meaning(line_up(revisions, mails), mails)
    teller = _Teller(meaning, frozenset(maintainers), titles)
    others = {mail.msgid: mail for mail in outside if mail.msgid not in mails}
    every = sorted((*mails.values(), *others.values()), key=lambda mail: (mail.date or 0, mail.msgid))
    facts = sorted(records, key=lambda one: (bool(one.reverts or one.fixes), one.date or 0, one.sha))
    for mail in every:  # which commits are meant, before what is said of them
        meaning.learn(mail)
    for record in facts:
        meaning.name(record)
    for mail in every:
        teller.hear(mail)
    for record in facts:
        teller.recall(record)
    return teller.tell(found, seen)


@dataclass(slots=True)
class _Teller:
    """pulls: id of a pull request -> what of the topic it asks to pull, as (line, what is done to it, commit). asked: the key of
    a pull request -> the lines that its newest version so far lists. bases: line -> the first patch of somebody else that is made
    against it.
    """

    meaning: Meaning
    maintainers: frozenset[str]
    titles: Mapping[str, int]
    pulls: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    asked: dict[str, set[int]] = field(default_factory=dict)
    bases: dict[int, Facts] = field(default_factory=dict)
    spots: Spots = field(default_factory=Spots)
    events: list[Event] = field(default_factory=list)

    # --- what is said

    def hear(self, mail: Facts) -> None:
        """Take in what *mail* says about the topic's patches."""
        for notice in mail.notices:
            handler = _HANDLERS.get(notice.kind)
            if handler is not None:
                handler(self, mail, notice)
        if mail.posting and mail.msgid not in self.meaning.mails and self.meaning.mended_by(mail):
            self._event("fixed", mail, f"{_who(mail)} posts a fix: {mail.subject.title}")
        if mail.posting and mail.msgid not in self.meaning.mails:
            for line in self.meaning.below(mail):
                self.bases.setdefault(line, mail)

    def _event(self, kind: str, mail: Facts, text: str, *, open: bool = False) -> None:
        self.events.append(Event(kind, mail.date, text, Evidence(mail.msgid), open))

    def _trusted(self, mail: Facts, notice: Notice) -> bool:
        """A machine, or a person known to maintain a tree; somebody's mere word moves nothing."""
        address = mail.sender.email.lower()
        machine = _MACHINES.get("stable" if notice.kind.startswith("stable-") else notice.source)
        return (machine is not None and machine.fullmatch(address) is not None) or address in self.maintainers | {_TORVALDS}

    def applied(self, mail: Facts, notice: Notice) -> None:
        if notice.reason == "will" or not self._trusted(mail, notice) or self._offers_branch(mail):
            return
        linus = mail.sender.email.lower() == _TORVALDS and notice.source == "human"
        role = role_of(notice.tree) if notice.tree else "mainline" if linus else "maintainer"
        for line, mark in self.meaning.targets(notice, mail):
            spot = self.spots.at(line, role, notice.tree, notice.branch, notice.commit, _TURNS[mark])
            spot.tell(mail.date, Evidence(mail.msgid), notice.by or mail.sender)
            spot.dropped = False

    def _offers_branch(self, mail: Facts) -> bool:
        """Whether an author says where his own RFC can be had: "Pushed these patches to URL"."""
        newest = [one for one in self.meaning.lineup.revisions if (one.date or 0) <= (mail.date or 0)]
        return bool(newest) and newest[-1].rfc and newest[-1].author.email.lower() == mail.sender.email.lower()

    def pull(self, mail: Facts, notice: Notice) -> None:
        if mail.posting:
            return  # a series that can be pulled from its author is not in anybody's tree yet
        alone = commit_of(notice)
        known = Known(self.spots, self.maintainers, self.titles, frozenset(self.pulls), self._pulled_before())
        meant, renamed, together = listed(self.meaning, known, mail, notice)
        asked = [*((line, mark, alone) for line, mark in meant), *((line, "", alone) for line in renamed)]
        asked += [(line, "", "") for line in sorted(together)]
        self._leave_out(mail, notice, {line for line, _, _ in asked})
        for line, mark, commit in asked:
            if not self.spots.has(line, "maintainer", _TURNS[mark]):
                spot = self.spots.at(line, "maintainer", notice.tree, notice.branch, commit, _TURNS[mark])
                spot.tell(mail.date, Evidence(mail.msgid), mail.sender)
        if asked:
            self.pulls[mail.msgid] = asked
            what = "its revert" if all(mark == "revert" for _, mark, _ in asked) else "it"
            where = notice.branch.removeprefix("tags/") or mail.subject.title
            names = "".join(f', as "{title}"' for title in renamed.values())
            self._event("pulled", mail, f"{_who(mail)} asks to pull {what}: {where}{names}")

    def _pulled_before(self) -> frozenset[int]:
        return frozenset(line for several in self.pulls.values() for line, mark, _ in several if not mark)

    def _leave_out(self, mail: Facts, notice: Notice, lines: set[int]) -> None:
        """A new version of a pull request that leaves patches out: what only the older one told of them does not hold."""
        key = pull_key(mail)
        gone = self.asked.get(key, set()) - lines if mail.subject.version > 1 and notice.titles else set()
        self.asked[key] = lines
        for one in self.spots:
            if one.line in gone and one.role == "maintainer" and all(proof.msgid in self.pulls for proof in one.evidence):
                one.dropped = True
                one.prove(Evidence(mail.msgid))
        if gone:
            self._event("dropped", mail, f"{_who(mail)} leaves it out of {mail.subject.title} {mail.subject.version_label}")

    def pulled(self, mail: Facts, notice: Notice) -> None:
        where = notice.reason if notice.source == "prt" else notice.tree
        if not self._trusted(mail, notice) or not (MAINLINE.search(where) or mail.sender.email.lower() == _TORVALDS):
            return
        for line, mark, commit in (one for ref in notice.refs for one in self.pulls.get(ref, ())):
            spot = self.spots.at(line, "mainline", "mainline", "", commit, _TURNS[mark])
            spot.merge = spot.merge or notice.merge
            spot.tell(mail.date, Evidence(mail.msgid))

    def unpulled(self, mail: Facts, notice: Notice) -> None:
        """Who pulled it thinks better of it."""
        if mail.sender.email.lower() != _TORVALDS:
            return
        gone = {(line, _TURNS[mark]) for ref in notice.refs for line, mark, _ in self.pulls.get(ref, ())}
        if gone:
            told = {("mainline", line, turn) for line, turn in gone}
            self.spots.several = [one for one in self.spots if (one.role, one.line, one.turn) not in told or one.merge]
            self._event("dropped", mail, f"{_who(mail)} does not pull it after all: {notice.quote}")

    def stable(self, mail: Facts, notice: Notice) -> None:
        """A stable review or queue: proof that the commit it names is in mainline, and that it goes to a stable branch.

        A backport is not the commit in mainline: it is told of its own branch only, and its own posting tells nothing of it.
        A review is a plan: it says so. What somebody picks automatically (AUTOSEL) is not queued yet.
        """
        if not self._trusted(mail, notice):
            return
        own = mail.posting and mail.msgid in self.meaning.mails
        for line, mark in self.meaning.targets(notice, mail) if not own else ():
            aims = self.meaning.aims(line)
            if notice.commit and not aims:
                spot = self.spots.at(line, "mainline", "mainline", "", notice.commit, _TURNS[mark])
                spot.hint(mail.date, Evidence(mail.msgid))
            if notice.reason not in ("backport", "will", "autosel") and (not aims or notice.branch in aims):
                spot = self.spots.at(line, "stable", "stable", notice.branch, "", _TURNS[mark])
                spot.review = notice.kind == "stable-review" and (spot.review or not spot.evidence)
                spot.tell(mail.date, Evidence(mail.msgid))

    def stable_failed(self, mail: Facts, notice: Notice) -> None:
        if self.meaning.targets(notice, mail):
            self._event("backport-failed", mail, f"does not apply to stable {notice.branch}".rstrip(), open=True)

    def dropped(self, mail: Facts, notice: Notice) -> None:
        role = "stable" if notice.kind == "stable-dropped" else "maintainer"  # the first is said by stable maintainers only
        believed = role == "stable" or self._trusted(mail, notice)
        if notice.reason == "asked" and not self._was_asked_to_drop(mail):
            return
        if notice.reason == "own" and not self._had_applied(mail):
            return
        if not believed or notice.reason == "will" or (notice.kind == "mm-removed" and notice.reason in _KEPT):
            return
        lines = {line for line, mark in self.meaning.targets(notice, mail) if not mark}
        hit = [one for one in self.spots if one.line in lines and one.role == role and one.turn == PATCH]
        if role == "stable" and notice.branch:
            hit = [one for one in hit if one.release == release_of(notice.branch)]
        for one in hit:
            one.dropped = True
            one.prove(Evidence(mail.msgid))
        if hit:
            self._event("dropped", mail, f"{_who(mail)} dropped it from {hit[0].place}")

    def _was_asked_to_drop(self, mail: Facts) -> bool:
        above = self.meaning.mails.get(mail.parents[-1]) if mail.parents else None
        return above is not None and any(one.kind == WITHDRAWN for one in above.talk)

    def _had_applied(self, mail: Facts) -> bool:
        """Whether the sender said before in the same thread that he applied it."""
        own = {one.msgid for one in self.meaning.mails.values() if one.sender.email.lower() == mail.sender.email.lower()}
        return any(proof.msgid in own for one in self.spots if one.role == "maintainer" for proof in one.evidence)

    def report(self, mail: Facts, notice: Notice) -> None:
        if not self.meaning.targets(notice, mail):
            return
        kind = "build-report" if notice.kind == "build-report" else "regression"
        found = not (notice.source == "syzbot" and kind == "regression")  # its bisections often end at the wrong commit
        self._event(kind, mail, f"{_who(mail)}: {notice.quote or mail.subject.title}", open=found)
        if notice.tree and role_of(notice.tree) in ("next", "mainline"):
            self._seen_in(role_of(notice.tree), mail, notice)

    def trouble(self, mail: Facts, notice: Notice) -> None:
        self._seen_in("next", mail, notice)

    def _seen_in(self, role: str, mail: Facts, notice: Notice) -> None:
        line = line_of(notice.commit, self.meaning.commits)
        if line is not None and not self.meaning.aims(line):
            tree = "mainline" if role == "mainline" else "linux-next"
            self.spots.at(line, role, tree, "", notice.commit, PATCH).hint(mail.date, Evidence(mail.msgid))

    def fixed(self, mail: Facts, notice: Notice) -> None:
        itself = line_of(notice.commit, self.meaning.commits) is not None  # "fixed by" this patch: it is the fix
        if not itself and self.meaning.targets(notice, mail):
            self._event("fixed", mail, f"{_who(mail)}: {notice.quote}")

    def reverted(self, mail: Facts, notice: Notice) -> None:
        """A person's word that it was or will be reverted; a commit message's is heard with its tree."""
        if notice.source == "human" and self._trusted(mail, notice) and self.meaning.targets(notice, mail):
            self._event("reverted", mail, f"{_who(mail)}: {notice.quote}")

    def revert_asked(self, mail: Facts, notice: Notice) -> None:
        if self.meaning.targets(notice, mail):
            self._event("revert-asked", mail, f"{_who(mail)} asks for a revert: {notice.quote}", open=True)

    # --- what is recorded

    def recall(self, record: Record) -> None:
        """Take in a recorded fact."""
        proof = Evidence(record=f"{record.sha[:12]} in {record.tree}: {record.recorded or 'recorded with the snapshot'}")
        found = self.meaning.recorded(record)
        if found is None:
            if line_of(record.fixes, self.meaning.commits) is not None:
                self.events.append(Event("fixed", record.date, f"mended by {record.sha[:12]} {record.subject}", proof))
            return
        line, turn = found[0], _TURNS[found[1]]
        spot = self.spots.at(line, record.role, record.tree, record.branch, record.sha, turn)
        known = bool(spot.evidence)
        spot.recall(record, () if record.seen or record.merged else (proof,))
        spot.prove(*(Evidence(one) for one in (*record.seen, *record.merged, *record.tagged, *record.reviewed)))
        if not known or record.first_tag:
            spot.prove(proof)
        spot.how = spot.how if known else "record"

    # --- what it adds up to

    def tell(self, found: Sequence[Landing], seen: Sequence[Event]) -> Aftermath:
        """Everything together, what trees show in the place of what was said."""
        lines = {msgid: self.meaning.lineup.line(places[-1]) for msgid, places in self.meaning.by_msgid.items()}
        for sha, mail in self.meaning.mended.items():  # what has a commit stands in some tree
            line = self.meaning.commits[sha]
            if not any(spot.line == line for spot in self.spots) and not self.meaning.aims(line):
                self.spots.at(line, "maintainer", "", "", sha, PATCH).hint(mail.date, Evidence(mail.msgid))
        self._stand_on_bases()
        self.spots.name_mainline(self.meaning.commits, self.meaning.mainline)
        self.spots.take_found([(lines[one.patch], one) for one in found if one.patch in lines])
        self.spots.settle()
        self.spots.drop_told_reverts(seen)
        newest = {line: self.meaning.lineup.patch(place).msgid for line, place in self.meaning.lineup.current.items()}
        landings = self.spots.landings(lambda spot: self._patch_of(spot, newest))
        events = [*self.events, *self.spots.events(), *seen]
        events = settled(events, self.spots, [one.date or 0 for one in self.meaning.lineup.revisions])
        unique = {(one.kind, one.at, one.text, one.evidence): one for one in events}
        return Aftermath(tuple(landings), tuple(sorted(unique.values(), key=lambda one: (one.at or 0, one.kind, one.text))))

    def _stand_on_bases(self) -> None:
        """What nobody told of but others build on: in some tree, or where the others of its series are by then."""
        merged = [one.date or one.told or 0 for one in self.spots if (one.role, one.turn) == ("mainline", PATCH)]
        told = {spot.line for spot in self.spots}
        for line, mail in self.bases.items():
            if line not in told:
                there = bool(merged) and max(merged) < (mail.date or 0)
                role, tree = ("mainline", "mainline") if there else ("maintainer", "")
                self.spots.at(line, role, tree, "", "", PATCH).hint(mail.date, Evidence(mail.msgid))

    def _patch_of(self, spot: Spot, newest: Mapping[int, str]) -> str | None:
        """The mail of a landing: the newest form of its patch that was posted before it landed."""
        places = [(s, row[spot.line]) for s, row in enumerate(self.meaning.lineup.there) if spot.line in row]
        when = spot.date or spot.told
        before = [place for place in places if when is None or self.meaning.posted(place[0]) <= when + LATE]
        return self.meaning.lineup.patch((before or places)[-1]).msgid if places else newest.get(spot.line)


def _who(mail: Facts) -> str:
    return mail.sender.name or mail.sender.email


_HANDLERS: Mapping[str, Callable[[_Teller, Facts, Notice], None]] = {
    "applied": _Teller.applied, "mm-added": _Teller.applied, "pull": _Teller.pull, "pulled": _Teller.pulled,
    "unpulled": _Teller.unpulled,
    "stable-queued": _Teller.stable, "stable-review": _Teller.stable, "stable-failed": _Teller.stable_failed,
    "stable-dropped": _Teller.dropped, "dropped": _Teller.dropped, "mm-removed": _Teller.dropped, "next": _Teller.trouble,
    "regression": _Teller.report, "build-report": _Teller.report, "fixed": _Teller.fixed, "reverted": _Teller.reverted,
    "revert-asked": _Teller.revert_asked,
}  # fmt: skip
