"""What became of a topic's patches, as mails and records tell it: where they were applied, merged, reverted, and when.

A commit id in a mail is a hint: a rebase may have outdated it. So a commit is tied to a patch only by a statement that
names both (a robot's line, a maintainer's note, `SHA ("TITLE")`, "This reverts commit SHA" under the title), and a
statement about a tree counts only from a machine or from somebody who is known to maintain one. Commits that were found
in a git tree outrank records, and records outrank words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core.answered import settled
from tracker.core.facts import Facts
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.mailkeys import MAINLINE, SHORT, commit_of, mends, role_of
from tracker.core.notice import Notice
from tracker.core.patchline import Lineup, Place, is_offer, line_up
from tracker.core.retitled import same_patch
from tracker.core.series import Series
from tracker.core.spots import AGAIN, PATCH, REVERT, Record, Spot, Spots, release_of, same_commit
from tracker.core.thread import ancestors
from tracker.core.traits import peel

_PULLED_WITHIN = 300 * 86_400  # seconds after its posting that a pull request may list a patch under another title
_LATE = 2 * 86_400  # seconds that a statement may seem to be older than what it is about: clocks differ
# A title alone means a patch that was posted this many seconds ago at most: titles are used again for other work.
_TITLE_HOLDS = 2 * 365 * 86_400
_ANSWER_HOLDS = 180 * 86_400  # the same in a mail that answers another thread: of a cover sent apart, or a newer version
_OF_ANSWERED = ("applied", "dropped")  # statements about the patch that the mail answers
_TORVALDS = "torvalds@linux-foundation.org"
_ANY_TIME = 1 << 40
_WHOLE = re.compile(r"\b(?:series|both|all|patchset|patches|set|these|them|whole|entire)\b", re.IGNORECASE)
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
_STABLE_KINDS = ("stable-queued", "stable-review", "stable-failed")
_KEPT = ("merged", "folded-merged", "folded", "alternative-merged")  # why -mm removes a patch that is not lost
_TURNS = {"": PATCH, "revert": REVERT, "reapply": AGAIN}
# What a commit means for a patch, by what the patch's own title does and what the commit's title does to the same.
_DOES = {
    ("", ""): "", ("", "revert"): "revert", ("", "reapply"): "reapply",
    ("revert", "revert"): "", ("revert", "reapply"): "revert", ("reapply", "reapply"): "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Landings, by patch and then from the nearest tree to the farthest; events, oldest first."""

    landings: tuple[Landing, ...] = ()
    events: tuple[Event, ...] = ()


def aftermath(
    revisions: Sequence[Series], mails: Mapping[str, Facts], outside: Iterable[Facts] = (), *,
    records: Sequence[Record] = (), found: Sequence[Landing] = (), seen: Sequence[Event] = (),
    maintainers: Collection[str] = frozenset(),
) -> Aftermath:  # fmt: skip
    """What became of the patches of *revisions*, oldest first.

    mails: all of the topic's threads. outside: others that share a key with it (mailkeys). records: of commits with its
    titles or patches, or that undo or mend these. found, seen: what git trees show of it; they outrank everything.
    maintainers: lower-case addresses of people known to maintain a tree. Never raises.
    """
    if not revisions:
        return Aftermath()
    teller = _Teller(line_up(revisions, mails), mails, frozenset(maintainers))
    others = {mail.msgid: mail for mail in outside if mail.msgid not in mails}
    every = sorted((*mails.values(), *others.values()), key=lambda mail: (mail.date or 0, mail.msgid))
    facts = sorted(records, key=lambda one: (bool(one.reverts or one.fixes), one.date or 0, one.sha))
    for mail in every:  # which commits are meant, before what is said of them
        teller.learn(mail)
    for record in facts:
        teller.name(record)
    for mail in every:
        teller.hear(mail)
    for record in facts:
        teller.recall(record)
    return teller.tell(found, seen)


@dataclass(slots=True)
class _Teller:
    """commits, undoing: hex as named of commits that a patch became, of those that revert it -> line of the patch.

    pulls: id of a pull request -> what of the topic it asks to pull, as (line, what is done to it, commit).
    """

    lineup: Lineup
    mails: Mapping[str, Facts]
    maintainers: frozenset[str]
    by_title: dict[str, list[Place]] = field(default_factory=dict)
    by_msgid: dict[str, list[Place]] = field(default_factory=dict)
    covers: dict[str, int] = field(default_factory=dict)
    commits: dict[str, int] = field(default_factory=dict)
    undoing: dict[str, int] = field(default_factory=dict)
    mainline: dict[str, Evidence] = field(default_factory=dict)
    pulls: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    spots: Spots = field(default_factory=Spots)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        for index, series in enumerate(self.lineup.revisions):
            for at, patch in enumerate(series.patches):
                self.by_msgid.setdefault(patch.msgid, []).append((index, at))
                if not patch.inline:
                    self.by_title.setdefault(peel(patch.title)[1], []).append((index, at))
            if series.cover:
                self.covers[series.cover] = index

    # --- what is meant

    def learn(self, mail: Facts) -> None:
        """Which commits a mail ties to the topic's patches, by naming both."""
        for notice in mail.notices:
            if commit_of(notice):
                mark, place = self._titled(notice.titles[0], notice, mail)
                lines = self._numbered(notice, mail) if place is None else [self.lineup.line(place)]
                for line in lines:
                    self._name(mark, line, notice, mail)
        if mail.posting and mail.msgid not in self.mails:
            for sha, title in mends(mail):
                mark, place = self._placed(title, mail.date) if title else ("", None)
                if place is not None and not mark:
                    self.commits.setdefault(sha, self.lineup.line(place))

    def name(self, record: Record) -> None:
        """Which commit a record ties to the topic's patches."""
        found = self._recorded(record)
        if found is not None:
            (self.undoing if found[1] == "revert" else self.commits)[record.sha] = found[0]

    def _name(self, mark: str, line: int, notice: Notice, mail: Facts) -> None:
        if mark == "revert" and notice.kind != "reverted":
            self.undoing.setdefault(notice.commit, line)
            return
        self.commits.setdefault(notice.commit, line)
        if notice.kind in _STABLE_KINDS or notice.kind == "reverted" or (notice.tree and role_of(notice.tree) == "mainline"):
            self.mainline.setdefault(notice.commit, Evidence(mail.msgid))

    def _titled(self, title: str, notice: Notice, mail: Facts) -> tuple[str, Place | None]:
        """As `_placed`, of what a mail says; in a mail elsewhere an old patch is meant only if its commit is named, too."""
        does, place = self._placed(title, mail.date)
        if place is None or mail.msgid in self.mails:
            return does, place
        answers = notice.kind in _OF_ANSWERED and bool(mail.parents)
        others = answers and not any(one in self.mails for one in (*mail.parents, *notice.refs))
        old = self._is_old(place, mail.date, does, notice.commit, holds=_ANSWER_HOLDS if others else _TITLE_HOLDS)
        if old and notice.source == "stable" and notice.commit:  # old commits are often backported; are there two of them?
            old = any(line == self.lineup.line(place) for sha, line in self._named_for(does).items())
        return ("", None) if old else (does, place)

    def _named_for(self, does: str) -> dict[str, int]:
        """The commits in mainline that are known so far, or those that revert, by line."""
        if does == "revert":
            return self.undoing
        return {sha: line for sha, line in self.commits.items() if sha in self.mainline}

    def _is_old(self, place: Place, date: int | None, does: str, *commits: str, holds: int = _TITLE_HOLDS) -> bool:
        """Whether the patch at *place* was posted too long before *date* to be meant by its title, without its commit."""
        if (date or 0) - self._posted(place[0]) <= holds:
            return False
        known = self.undoing if does == "revert" else self.commits
        return not any(_line_of(commit, known) == self.lineup.line(place) for commit in commits)

    def _placed(self, title: str, date: int | None) -> tuple[str, Place | None]:
        """What a title does to a patch ('' it is the patch, 'revert', 'reapply'), and the newest place of that before *date*."""
        mark, name = peel(title)
        for place in reversed(self.by_title.get(name, ())):
            does = self._does(mark, place)
            if does is not None and self._posted(place[0]) <= (date or 0) + _LATE:
                return does, place
        return "", None

    def _does(self, mark: str, place: Place) -> str | None:
        """What a commit with this *mark* does to the patch of that title; None when it is another's matter."""
        return _DOES.get((peel(self.lineup.patch(place).title)[0], mark))

    def _posted(self, index: int) -> int:
        return self.lineup.revisions[index].date or 0

    def targets(self, notice: Notice, mail: Facts) -> list[tuple[int, str]]:
        """The lines that a statement is about, each with what is done to it ('', 'revert' or 'reapply')."""
        if notice.titles:
            marked = [self._titled(title, notice, mail) for title in notice.titles]
            found = list(dict.fromkeys((self.lineup.line(place), mark) for mark, place in marked if place is not None))
            return found or [(line, "") for line in self._numbered(notice, mail)]
        for known, mark in ((self.commits, ""), (self.undoing, "revert")):
            line = _line_of(notice.commit, known)
            if line is not None:
                return [(line, mark)]
        if notice.commit or mail.msgid not in self.mails:
            return []
        return [(line, "") for line in self._answered(notice, mail)]

    def _numbered(self, notice: Notice, mail: Facts) -> list[int]:
        """The patch that a robot's `[i/n] TITLE` means in answer to a series of n, when the committer changed the title."""
        if notice.kind != "applied" or len(notice.numbers) != 1 or mail.msgid not in self.mails:
            return []
        (n, total) = notice.numbers[0]
        for above in ancestors(mail.msgid, self.mails):
            index = self.covers.get(above, self.by_msgid[above][0][0] if above in self.by_msgid else None)
            if index is not None:
                series = self.lineup.revisions[index]
                fits = series.expected == total and not is_offer(series)
                pairs = zip(self.lineup.lines[index], series.patches, strict=True)
                return [line for line, patch in pairs if patch.n == n] if fits else []
        return []

    def _answered(self, notice: Notice, mail: Facts) -> list[int]:
        """The lines of what a mail answers: the patch, or all of the series when it answers the cover or says so.

        Of a series only the patches whose numbers it names; none when it says that it is about a part without naming any.
        """
        for above in ancestors(mail.msgid, self.mails):
            index = self.covers.get(above)
            if index is None and above in self.by_msgid:
                places = self.by_msgid[above]
                whole = bool(notice.numbers) or (not notice.subset and _WHOLE.search(notice.quote) is not None)
                if not whole or is_offer(self.lineup.revisions[places[0][0]]):
                    return [self.lineup.line(place) for place in places]
                index = places[0][0]
            if index is not None:
                return self._of_series(index, notice)
        return []

    def _of_series(self, index: int, notice: Notice) -> list[int]:
        """The lines of a series that a statement about all or a part of it means."""
        lines, patches = self.lineup.lines[index], self.lineup.revisions[index].patches
        if notice.numbers:
            named = {n for n, _ in notice.numbers}
            return [line for line, patch in zip(lines, patches, strict=True) if patch.n in named]
        return [] if notice.subset else list(lines)

    # --- what is said

    def hear(self, mail: Facts) -> None:
        """Take in what *mail* says about the topic's patches."""
        for notice in mail.notices:
            handler = _HANDLERS.get(notice.kind)
            if handler is not None:
                handler(self, mail, notice)
        if mail.posting and mail.msgid not in self.mails and self._mended_by(mail):
            self._event("fixed", mail, f"{_who(mail)} posts a fix: {mail.subject.title}")

    def _mended_by(self, mail: Facts) -> bool:
        for sha, title in mends(mail):
            mark, place = self._placed(title, mail.date) if title else ("", None)
            if _line_of(sha, self.commits) is not None or (place is not None and not mark):
                return True
        return False

    def _event(self, kind: str, mail: Facts, text: str, *, open: bool = False) -> None:
        self.events.append(Event(kind, mail.date, text, Evidence(mail.msgid), open))

    def _trusted(self, mail: Facts, notice: Notice) -> bool:
        """A machine, or a person known to maintain a tree; somebody's mere word moves nothing."""
        address = mail.sender.email.lower()
        machine = _MACHINES.get("stable" if notice.kind.startswith("stable-") else notice.source)
        return (machine is not None and machine.fullmatch(address) is not None) or address in self.maintainers | {_TORVALDS}

    def applied(self, mail: Facts, notice: Notice) -> None:
        if notice.reason == "will" or not self._trusted(mail, notice):
            return
        linus = mail.sender.email.lower() == _TORVALDS and notice.source == "human"
        role = role_of(notice.tree) if notice.tree else "mainline" if linus else "maintainer"
        for line, mark in self.targets(notice, mail):
            spot = self.spots.at(line, role, notice.tree, notice.branch, notice.commit, _TURNS[mark])
            spot.tell(mail.date, Evidence(mail.msgid), notice.by or mail.sender)
            spot.dropped = False

    def pull(self, mail: Facts, notice: Notice) -> None:
        if mail.posting:
            return  # a series that can be pulled from its author is not in anybody's tree yet
        alone = commit_of(notice)
        asked = [(line, mark, alone) for line, mark in (self.targets(notice, mail) if notice.titles else ())]
        renamed = self._retitled(notice, mail, {line for line, _, _ in asked})
        asked += [(line, "", alone) for line in renamed]
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

    def _retitled(self, notice: Notice, mail: Facts, asked: set[int]) -> dict[int, str]:
        """The lines whose patches a pull request lists under another title of the same author, and that title.

        Only of people who keep a tree, soon after the posting, and when just one title of the author fits.
        """
        found: dict[int, str] = {}
        if not notice.authors or mail.sender.email.lower() not in self.maintainers:
            return found
        taken = {name for name, places in self.by_title.items() if places}
        titles = [(who, title) for who, title in zip(notice.authors, notice.titles, strict=True) if peel(title)[1] not in taken]
        for line, place in self.lineup.current.items():
            patch, posted = self.lineup.patch(place), self._posted(place[0])
            if line in asked or patch.inline or not posted <= (mail.date or 0) <= posted + _PULLED_WITHIN:
                continue
            author = patch.author.casefold()
            fitting = [title for who, title in titles if who.casefold() == author and same_patch(patch.title, title)]
            if len(fitting) == 1:
                found[line] = fitting[0]
        return found

    def pulled(self, mail: Facts, notice: Notice) -> None:
        where = notice.reason if notice.source == "prt" else notice.tree
        if not self._trusted(mail, notice) or not (MAINLINE.search(where) or mail.sender.email.lower() == _TORVALDS):
            return
        for line, mark, commit in (one for ref in notice.refs for one in self.pulls.get(ref, ())):
            spot = self.spots.at(line, "mainline", "mainline", "", commit, _TURNS[mark])
            spot.merge = spot.merge or notice.merge
            spot.tell(mail.date, Evidence(mail.msgid))

    def stable(self, mail: Facts, notice: Notice) -> None:
        """A stable review or queue: proof that the commit it names is in mainline, and that it goes to a stable branch.

        A backport is not the commit in mainline: it is told of its own branch only, and its own posting tells nothing of it.
        A review is a plan: it says so. What somebody picks automatically (AUTOSEL) is not queued yet.
        """
        if not self._trusted(mail, notice):
            return
        own = mail.posting and mail.msgid in self.mails
        for line, mark in self.targets(notice, mail) if not own else ():
            aims = self._aims(line)
            if notice.commit and not aims:
                spot = self.spots.at(line, "mainline", "mainline", "", notice.commit, _TURNS[mark])
                spot.hint(mail.date, Evidence(mail.msgid))
            if notice.reason not in ("backport", "will", "autosel") and (not aims or notice.branch in aims):
                spot = self.spots.at(line, "stable", "stable", notice.branch, "", _TURNS[mark])
                spot.review = notice.kind == "stable-review" and (spot.review or not spot.evidence)
                spot.tell(mail.date, Evidence(mail.msgid))

    def _aims(self, line: int) -> frozenset[str]:
        """The stable releases that a patch was posted for, as a backport; none for a patch that is not."""
        found: set[str] = set()
        for index, row in enumerate(self.lineup.there):
            mail = self.mails.get(self.lineup.patch((index, row[line])).msgid) if line in row else None
            if mail is not None and (mail.hints is not None and mail.hints.upstream):
                found.update(name.removesuffix(".y") for name in mail.subject.stables)
        return frozenset(found)

    def stable_failed(self, mail: Facts, notice: Notice) -> None:
        if self.targets(notice, mail):
            self._event("backport-failed", mail, f"does not apply to stable {notice.branch}".rstrip(), open=True)

    def dropped(self, mail: Facts, notice: Notice) -> None:
        role = "stable" if notice.kind == "stable-dropped" else "maintainer"  # the first is said by stable maintainers only
        believed = role == "stable" or self._trusted(mail, notice)
        if not believed or notice.reason == "will" or (notice.kind == "mm-removed" and notice.reason in _KEPT):
            return
        lines = {line for line, mark in self.targets(notice, mail) if not mark}
        hit = [one for one in self.spots if one.line in lines and one.role == role and one.turn == PATCH]
        if role == "stable" and notice.branch:
            hit = [one for one in hit if one.release == release_of(notice.branch)]
        for one in hit:
            one.dropped = True
            one.prove(Evidence(mail.msgid))
        if hit:
            self._event("dropped", mail, f"{_who(mail)} dropped it from {hit[0].place}")

    def report(self, mail: Facts, notice: Notice) -> None:
        if not self.targets(notice, mail):
            return
        kind = "build-report" if notice.kind == "build-report" else "regression"
        self._event(kind, mail, f"{_who(mail)}: {notice.quote or mail.subject.title}", open=True)
        if notice.tree and role_of(notice.tree) in ("next", "mainline"):
            self._seen_in(role_of(notice.tree), mail, notice)

    def trouble(self, mail: Facts, notice: Notice) -> None:
        self._seen_in("next", mail, notice)

    def _seen_in(self, role: str, mail: Facts, notice: Notice) -> None:
        line = _line_of(notice.commit, self.commits)
        if line is not None and not self._aims(line):
            tree = "mainline" if role == "mainline" else "linux-next"
            self.spots.at(line, role, tree, "", notice.commit, PATCH).hint(mail.date, Evidence(mail.msgid))

    def fixed(self, mail: Facts, notice: Notice) -> None:
        itself = _line_of(notice.commit, self.commits) is not None  # "fixed by" this patch: it is the fix
        if not itself and self.targets(notice, mail):
            self._event("fixed", mail, f"{_who(mail)}: {notice.quote}")

    def reverted(self, mail: Facts, notice: Notice) -> None:
        """A person's word that it was or will be reverted; a commit message's is heard with its tree."""
        if notice.source == "human" and self._trusted(mail, notice) and self.targets(notice, mail):
            self._event("reverted", mail, f"{_who(mail)}: {notice.quote}")

    def revert_asked(self, mail: Facts, notice: Notice) -> None:
        if self.targets(notice, mail):
            self._event("revert-asked", mail, f"{_who(mail)} asks for a revert: {notice.quote}", open=True)

    # --- what is recorded

    def recall(self, record: Record) -> None:
        """Take in a recorded fact."""
        proof = Evidence(record=f"{record.sha[:12]} in {record.tree}: {record.recorded or 'recorded with the snapshot'}")
        found = self._recorded(record)
        if found is None:
            if _line_of(record.fixes, self.commits) is not None:
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

    def _recorded(self, record: Record) -> tuple[int, str] | None:
        """The line that a record is about, and what its commit does to it; None for another topic's."""
        found = self._meant(record)
        aims = self._aims(found[0]) if found is not None else frozenset()
        here = not aims or (record.role == "stable" and release_of(record.branch) in aims)
        return found if here else None

    def _meant(self, record: Record) -> tuple[int, str] | None:
        """A record that names its patch is about no other with that title."""
        if record.patch in self.by_msgid:
            return self.lineup.line(self.by_msgid[record.patch][-1]), ""
        for known, mark in ((self.commits, ""), (self.undoing, "revert")):
            line = _line_of(record.sha, known)
            if line is not None:
                return line, mark
        does, place = self._placed(record.subject, record.date or _ANY_TIME)
        if place is not None and (does or not record.patch):
            old = self._is_old(place, record.date, does, record.upstream, record.reverts)
            if not old or record.date is None:
                return self.lineup.line(place), does
        undone = _line_of(record.reverts, self.commits)
        return None if undone is None else (undone, "revert")

    # --- what it adds up to

    def tell(self, found: Sequence[Landing], seen: Sequence[Event]) -> Aftermath:
        """Everything together, what trees show in the place of what was said."""
        lines = {msgid: self.lineup.line(places[-1]) for msgid, places in self.by_msgid.items()}
        self.spots.name_mainline(self.commits, self.mainline)
        self.spots.take_found([(lines[one.patch], one) for one in found if one.patch in lines])
        self.spots.settle()
        self.spots.drop_told_reverts(seen)
        newest = {line: self.lineup.patch(place).msgid for line, place in self.lineup.current.items()}
        landings = self.spots.landings(lambda spot: self._patch_of(spot, newest))
        events = [*self.events, *self.spots.events(), *seen]
        events = settled(events, self.spots, [one.date or 0 for one in self.lineup.revisions])
        unique = {(one.kind, one.at, one.text, one.evidence): one for one in events}
        return Aftermath(tuple(landings), tuple(sorted(unique.values(), key=lambda one: (one.at or 0, one.kind, one.text))))

    def _patch_of(self, spot: Spot, newest: Mapping[int, str]) -> str | None:
        """The mail of a landing: the newest form of its patch that was posted before it landed."""
        places = [(s, row[spot.line]) for s, row in enumerate(self.lineup.there) if spot.line in row]
        when = spot.date or spot.told
        before = [place for place in places if when is None or self._posted(place[0]) <= when + _LATE]
        return self.lineup.patch((before or places)[-1]).msgid if places else newest.get(spot.line)


def _line_of(commit: str, known: Mapping[str, int]) -> int | None:
    """The line of a commit named in any length."""
    if len(commit) < SHORT:
        return None
    return next((line for sha, line in known.items() if same_commit(sha, commit)), None)


def _who(mail: Facts) -> str:
    return mail.sender.name or mail.sender.email


_HANDLERS: Mapping[str, Callable[[_Teller, Facts, Notice], None]] = {
    "applied": _Teller.applied, "mm-added": _Teller.applied, "pull": _Teller.pull, "pulled": _Teller.pulled,
    "stable-queued": _Teller.stable, "stable-review": _Teller.stable, "stable-failed": _Teller.stable_failed,
    "stable-dropped": _Teller.dropped, "dropped": _Teller.dropped, "mm-removed": _Teller.dropped, "next": _Teller.trouble,
    "regression": _Teller.report, "build-report": _Teller.report, "fixed": _Teller.fixed, "reverted": _Teller.reverted,
    "revert-asked": _Teller.revert_asked,
}  # fmt: skip
