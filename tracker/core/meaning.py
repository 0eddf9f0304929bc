"""Which patches of a topic a mail or a record means: by its message id, its title, its number in a series, or its commit.

A commit id in a mail is a hint: a rebase may have outdated it. So a commit is tied to a patch only by a statement that names
both (a robot's line, a maintainer's note, `SHA ("TITLE")`, "This reverts commit SHA" under the title).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tracker.core.blobs import after, before
from tracker.core.facts import Facts
from tracker.core.landing import Evidence
from tracker.core.mailkeys import SHORT, base_of, commit_of, mends, role_of
from tracker.core.notice import Notice
from tracker.core.patchline import Lineup, Place, is_offer
from tracker.core.series import SeriesPatch
from tracker.core.spots import Record, release_of, same_commit
from tracker.core.thread import ancestors
from tracker.core.traits import identities, peel

LATE = 2 * 86_400  # seconds that a statement may seem to be older than what it is about: clocks differ
# A title alone means a patch that was posted this many seconds ago at most: titles are used again for other work.
_TITLE_HOLDS = 2 * 365 * 86_400
_ANSWER_HOLDS = 180 * 86_400  # the same in a mail that answers another thread: of a cover sent apart, or a newer version
_OF_ANSWERED = ("applied", "dropped")  # statements about the patch that the mail answers
_DAY = 86_400
_SOON = 14 * _DAY
_ANY_TIME = 1 << 40
ALL = re.compile(r"\b(?:series|both|all|patchset|patches|set|these|them|whole|entire)\b", re.IGNORECASE)
_WHOLE = re.compile(rf"{ALL.pattern}|\bin-tree\b", re.IGNORECASE)  # who has one of a series in his tree has them all
_STABLE_KINDS = ("stable-queued", "stable-review", "stable-failed")
# What a commit means for a patch, by what the patch's own title does and what the commit's title does to the same.
_DOES = {
    ("", ""): "", ("", "revert"): "revert", ("", "reapply"): "reapply",
    ("revert", "revert"): "", ("revert", "reapply"): "revert", ("reapply", "reapply"): "",
}  # fmt: skip


@dataclass(slots=True)
class Meaning:
    """The patches of a topic, and which of them a statement means.

    commits, undoing: hex as named of commits that a patch became, of those that revert it -> line of the patch. mainline: those
    that somebody says stand in mainline, with the proof. mended: commits that a patch elsewhere says to mend, by their title ->
    the first such patch.
    """

    lineup: Lineup
    mails: Mapping[str, Facts]
    by_title: dict[str, list[Place]] = field(default_factory=dict)
    by_msgid: dict[str, list[Place]] = field(default_factory=dict)
    covers: dict[str, int] = field(default_factory=dict)
    commits: dict[str, int] = field(default_factory=dict)
    undoing: dict[str, int] = field(default_factory=dict)
    mainline: dict[str, Evidence] = field(default_factory=dict)
    mended: dict[str, Facts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, series in enumerate(self.lineup.revisions):
            for at, patch in enumerate(series.patches):
                self.by_msgid.setdefault(patch.msgid, []).append((index, at))
                if not patch.inline:
                    self.by_title.setdefault(peel(patch.title)[1], []).append((index, at))
            if series.cover:
                self.covers[series.cover] = index

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
                    if not self._of_own_tree(place, mail):
                        self.mended.setdefault(sha, mail)

    def _of_own_tree(self, place: Place, mail: Facts) -> bool:
        """Whether the author of a patch mends it so soon that he may name the commit of a tree of his own."""
        soon = (mail.date or 0) - self.posted(place[0]) < _SOON
        return soon and mail.sender.name.casefold() == self.lineup.patch(place).author.casefold()

    def name(self, record: Record) -> None:
        """Which commit a record ties to the topic's patches."""
        found = self.recorded(record)
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
        if place is not None and len(notice.numbers) == 1:
            place = self._of_number(place, notice.numbers[0][0])
        if place is None or mail.msgid in self.mails:
            return does, place
        answers = notice.kind in _OF_ANSWERED and bool(mail.parents)
        others = answers and not any(one in self.mails for one in (*mail.parents, *notice.refs))
        old = self._is_old(place, mail.date, does, notice.commit, holds=_ANSWER_HOLDS if others else _TITLE_HOLDS)
        if old and notice.source == "stable" and notice.commit:  # old commits are often backported; are there two of them?
            old = any(line == self.lineup.line(place) for sha, line in self._named_for(does).items())
        return ("", None) if old else (does, place)

    def _of_number(self, place: Place, n: int) -> Place:
        """Of the patches of a series that have one title, that with a number; *place* where there is none."""
        twins = self.by_title[peel(self.lineup.patch(place).title)[1]]
        return next((one for one in twins if one[0] == place[0] and self.lineup.patch(one).n == n), place)

    def _named_for(self, does: str) -> dict[str, int]:
        """The commits in mainline that are known so far, or those that revert, by line."""
        if does == "revert":
            return self.undoing
        return {sha: line for sha, line in self.commits.items() if sha in self.mainline}

    def _is_old(self, place: Place, date: int | None, does: str, *commits: str, holds: int = _TITLE_HOLDS) -> bool:
        """Whether the patch at *place* was posted too long before *date* to be meant by its title, without its commit."""
        if (date or 0) - self.posted(place[0]) <= holds:
            return False
        known = self.undoing if does == "revert" else self.commits
        return not any(line_of(commit, known) == self.lineup.line(place) for commit in commits)

    def _placed(self, title: str, date: int | None) -> tuple[str, Place | None]:
        """What a title does to a patch ('' it is the patch, 'revert', 'reapply'), and the newest place of that before *date*."""
        mark, name = peel(title)
        for place in reversed(self.by_title.get(name, ())):
            does = self._does(mark, place)
            if does is not None and self.posted(place[0]) <= (date or 0) + LATE:
                return does, place
        return "", None

    def _does(self, mark: str, place: Place) -> str | None:
        """What a commit with this *mark* does to the patch of that title; None when it is another's matter."""
        return _DOES.get((peel(self.lineup.patch(place).title)[0], mark))

    def posted(self, index: int) -> int:
        return self.lineup.revisions[index].date or 0

    def targets(self, notice: Notice, mail: Facts) -> list[tuple[int, str]]:
        """The lines that a statement is about, each with what is done to it ('', 'revert' or 'reapply')."""
        if notice.titles:
            marked = [self._titled(title, notice, mail) for title in notice.titles]
            found = list(dict.fromkeys((self.lineup.line(place), mark) for mark, place in marked if place is not None))
            return found or [(line, "") for line in self._numbered(notice, mail)]
        for known, mark in ((self.commits, ""), (self.undoing, "revert")):
            line = line_of(notice.commit, known)
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

    def recorded(self, record: Record) -> tuple[int, str] | None:
        """The line that a record is about, and what its commit does to it; None for another topic's."""
        found = self._meant(record)
        aims = self.aims(found[0]) if found is not None else frozenset()
        here = not aims or (record.role == "stable" and release_of(record.branch) in aims)
        return found if here else None

    def _meant(self, record: Record) -> tuple[int, str] | None:
        """A record that names its patch is about no other with that title."""
        if record.patch in self.by_msgid:
            return self.lineup.line(self.by_msgid[record.patch][-1]), ""
        for known, mark in ((self.commits, ""), (self.undoing, "revert")):
            line = line_of(record.sha, known)
            if line is not None:
                return line, mark
        does, place = self._placed(record.subject, record.date or _ANY_TIME)
        if place is not None and (does or not record.patch):
            old = self._is_old(place, record.date, does, record.upstream, record.reverts)
            if not old or record.date is None:
                return self.lineup.line(place), does
        undone = line_of(record.reverts, self.commits)
        return None if undone is None else (undone, "revert")

    def below(self, mail: Facts) -> set[int]:
        """The lines of patches in the tree that somebody else's patch is made against: a file is there as they leave it.

        What comes before such a patch in its series is there, too. Nobody's word for it is needed; but who names them, or is as
        quick as who works with the author, may have put them there himself.
        """
        base = base_of(mail)
        if not base or not self.mails.keys().isdisjoint(mail.links):
            return set()
        found: set[int] = set()
        who = {*identities(mail.sender), *(one for patch in mail.patches for one in identities(patch.author))}
        for index, series in enumerate(self.lineup.revisions):
            if series.rfc or is_offer(series) or series.stable is not None or (mail.date or 0) < self.posted(index) + _DAY:
                continue
            if not who.isdisjoint(identities(series.author)):
                continue
            left = {path: (blob, at) for at, patch in enumerate(series.patches) for path, blob in _tells(patch).items()}
            last = max((left[path][1] for path, blob in base.items() if left.get(path, ("", 0))[0] == blob), default=-1)
            found.update(self.lineup.lines[index][: last + 1])
        return {line for line in found if not self.is_backport(line)}

    def versions(self, line: int) -> list[SeriesPatch]:
        """All that was posted of a patch, oldest first."""
        return [self.lineup.patch((index, row[line])) for index, row in enumerate(self.lineup.there) if line in row]

    def aims(self, line: int) -> frozenset[str]:
        """The stable releases that a patch was posted for, as a backport; none for a patch that is not."""
        several = self._backports(line)
        return frozenset(name.removesuffix(".y") for mail in several for name in mail.subject.stables)

    def is_backport(self, line: int) -> bool:
        """Whether a patch was posted as that of a commit upstream, of which mails by its title speak as well."""
        return bool(self._backports(line))

    def _backports(self, line: int) -> list[Facts]:
        several = (self.mails.get(patch.msgid) for patch in self.versions(line))
        return [mail for mail in several if mail is not None and mail.hints is not None and mail.hints.upstream]

    def mended_by(self, mail: Facts) -> bool:
        """Whether a posting says in Fixes: that it mends one of the patches."""
        for sha, title in mends(mail):
            mark, place = self._placed(title, mail.date) if title else ("", None)
            if line_of(sha, self.commits) is not None or (place is not None and not mark):
                return True
        return False


def _tells(patch: SeriesPatch) -> dict[str, str]:
    """What the files of a patch are after it; of one that brings new files these only: its lists may name any version of them."""
    left = after(patch.files, patch.blobs)
    new = left.keys() - before(patch.files, patch.blobs).keys()
    return {path: left[path] for path in new} if new else left


def line_of(commit: str, known: Mapping[str, int]) -> int | None:
    """The line of a commit named in any length."""
    if len(commit) < SHORT:
        return None
    return next((line for sha, line in known.items() if same_commit(sha, commit)), None)
