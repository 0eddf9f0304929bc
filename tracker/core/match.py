"""Which commit each mailed patch became.

Exact keys come first (links to the mail, its date as author date, the title); what they find ties a topic to a place in
history, where its other patches are looked for with less to go by; only what is left is looked for by the files it touches.
"Unknown" is an answer: a commit that merely touches the same lines is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tracker.core.commit import Commit
from tracker.core.matchrules import ALONE, AMONG, BESIDE, RULES, SAME_DIFF, Rule, Seen, is_piece, is_split, score
from tracker.core.patch import patch_id
from tracker.core.pool import Asked, Pool
from tracker.core.posted import Posted
from tracker.core.similar import Likeness, Shape, common_share, shape
from tracker.core.traits import peel

Revision = Sequence[Posted]
Topic = Sequence[Revision]  # oldest first
Neighbours = Mapping[str, tuple[Commit, float]]  # id -> commit, and how near it is to others of the topic

_DAY = 86_400
_EARLY, _LATE = 180 * _DAY, 540 * _DAY  # around a mail's date, where its commit's author date may be
_BEFORE = 3 * _DAY  # a commit made so long before the mail is not what it became
_AROUND = 7 * _DAY  # around a topic's known commits, where its others were made
_WRITTEN = 60 * _DAY  # around their author dates, where those of the others are
_MOST = 40  # candidates of one patch that are compared
_MOST_PAIRS = 100_000  # of patches and commits that are compared because of one topic
_TIE = 0.3  # scores closer than this do not tell which commit it is
_WORSE = 1.5  # a commit that fits so much worse than the best one is not taken instead
_PART = 0.5  # of a patch's lines that are in a commit that another patch became, too, for both to be parts of it
_SAME = 0.9  # of the changed lines that two commits share when they are one change twice
_UNDECIDED = 0.5  # confidence where it became one of several equal commits
_CLOSE = 0.5  # of the changed lines that are shared when only the diff algorithm may differ
_ALGORITHMS = ("histogram", "patience", "minimal")


@dataclass(frozen=True, slots=True)
class Match:
    """What the patch of one mail became. commit: a full id, None when it is not known which one.

    commits: that one first; then the others that it was split into, and those that make the same change again (in another
    branch, or after a revert). Where two mails became two equal commits, and nothing tells which became which, commit is
    None and commits has both, by date. how: 'link', 'date', 'patch-id', 'subject', 'similar', None. confidence: 0 to 1.
    """

    msgid: str
    commit: str | None = None
    commits: tuple[str, ...] = ()
    how: str | None = None
    confidence: float = 0.0


class _Found(NamedTuple):
    sha: str
    rule: Rule
    score: float
    seen: Seen
    equals: tuple[str, ...] = ()  # commits that fit exactly as well


@dataclass(slots=True)
class _Matcher:
    """What is known so far. found: by `id` of the patch, since one mail may have several. ways: candidates of each."""

    pool: Pool
    links: bool
    commits: dict[str, Commit] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    posted: dict[int, Shape] = field(default_factory=dict)
    likes: dict[tuple[int, str], Likeness] = field(default_factory=dict)
    ways: dict[int, dict[str, float]] = field(default_factory=dict)
    found: dict[int, _Found] = field(default_factory=dict)

    def load(self, commits: Iterable[Commit]) -> None:
        """Make these commits ready for `judge`."""
        fresh = {one.sha: one for one in commits if one.sha not in self.commits}
        self.commits.update(fresh)
        new = {sha: one for sha, one in fresh.items() if len(one.parents) < 2}
        if not new:
            return
        messages, diffs = self.pool.messages(new), self.pool.diffs(new, "myers")
        for sha, one in new.items():
            body = messages.get(sha, "").lstrip("\n").partition("\n\n")[2].encode("utf-8", "replace")
            self.shapes[sha] = shape(one.subject, one.author, body, diffs.get(sha, b""))

    def shape_of(self, one: Posted) -> Shape:
        known = self.posted.get(id(one))
        if known is None:
            known = self.posted[id(one)] = shape(one.title, one.author, one.message, one.diff, one.patch_id, one.files)
        return known

    def judge(self, one: Posted, sha: str, near: float) -> _Found | None:
        """What can be said for *one* having become the commit *sha*."""
        commit = self.commits[sha]
        if len(commit.parents) > 1 or not _same_kind(one, commit):
            return None
        like = self.likes.get((id(one), sha))
        if like is None:
            like = self.likes[id(one), sha] = Likeness(self.shape_of(one), self.shapes[sha])
        late = (commit.committed - one.date) / _DAY if one.date is not None else 0.0
        seen = Seen(like, self.links and one.msgid in commit.links, commit.authored == one.date, late, near)
        rule = next((rule for rule in RULES if rule.holds(seen)), None)
        return _Found(sha, rule, score(seen), seen) if rule else None

    def judged(self, one: Posted) -> list[_Found]:
        """All candidates of *one* that a rule holds for, the best first."""
        found = (self.judge(one, sha, near) for sha, near in self.ways.get(id(one), {}).items())
        return sorted((one for one in found if one is not None), key=lambda found: (-found.score, found.sha))

    def add(self, one: Posted, commits: Iterable[tuple[Commit, float]]) -> None:
        """Further candidates of *one*, and how each stands to its topic's commits."""
        ways = self.ways.setdefault(id(one), {})
        for commit, near in commits:
            ways[commit.sha] = max(near, ways.get(commit.sha, ALONE))


def match(topics: Sequence[Topic], pool: Pool, *, links: bool = True) -> dict[str, Match]:
    """What became of every patch in *topics*, by message id.

    links: whether commits that name their mails are believed; without, the answers measure all other signs.
    """
    matcher = _Matcher(pool, links)
    patches = [one for topic in topics for revision in topic for one in revision]
    _widen(matcher, {id(one): (one, _keyed(one, pool, links)) for one in patches})
    _settle(matcher, topics, ties=False)
    _look_beside(matcher, topics)
    _widen(matcher, _touching([one for one in patches if id(one) not in matcher.found], pool))
    _settle(matcher, topics, ties=False)
    _look_beside(matcher, topics)
    _settle(matcher, topics, ties=True)
    _try_algorithms(matcher, patches)
    return _answers(matcher, topics)


def _same_kind(one: Posted, commit: Commit) -> bool:
    """Whether neither is a revert, a re-application or a backport of what the other one is."""
    if bool(one.upstream) != bool(commit.upstream) or (one.upstream and not _same_sha(one.upstream, commit.upstream)):
        return False
    if peel(one.title)[0] == peel(commit.subject)[0]:
        return True
    return any(_same_sha(a, b) for a in one.reverts for b in commit.reverts)


def _same_sha(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


# --- candidates


def _widen(matcher: _Matcher, several: Mapping[int, tuple[Posted, Sequence[Commit]]]) -> None:
    matcher.load(commit for _, commits in several.values() for commit in commits)
    for one, commits in several.values():
        matcher.add(one, ((commit, ALONE) for commit in commits))


def _keyed(one: Posted, pool: Pool, links: bool) -> list[Commit]:
    """The commits that share an exact key with *one*."""
    found = list(pool.by_link(one.msgid)) if links else []
    if one.date is not None:
        found += pool.by_authored(one.date)
    if one.title:
        found += pool.by_subject(one.title)
    return _nearest(one, found)


def _touching(patches: Sequence[Posted], pool: Pool) -> dict[int, tuple[Posted, list[Commit]]]:
    """The commits of the same author that touch the same files and were made when the patch can have been applied."""
    dated = [(one, one.date) for one in patches if one.date is not None and one.files]
    several = pool.touching([Asked(one.author, one.files, date - _EARLY, date + _LATE) for one, date in dated])
    found: dict[int, tuple[Posted, list[Commit]]] = {}
    for (one, date), commits in zip(dated, several, strict=True):
        found[id(one)] = (one, _nearest(one, [commit for commit in commits if commit.committed > date - _BEFORE]))
    return found


def _nearest(one: Posted, commits: Iterable[Commit]) -> list[Commit]:
    known = {commit.sha: commit for commit in commits}
    when = one.date or 0
    return sorted(known.values(), key=lambda commit: (abs(commit.committed - when), commit.sha))[:_MOST]


# --- one commit to one patch


def _settle(matcher: _Matcher, topics: Sequence[Topic], *, ties: bool) -> None:
    for topic in topics:
        for revision in topic:
            _assign(matcher, revision, ties)


def _assign(matcher: _Matcher, revision: Revision, ties: bool) -> None:
    """Give the patches of a revision their commits, the best fit first. ties: also where several fit equally well."""
    rows: list[tuple[_Found, int, Posted, float]] = []
    for at, one in enumerate(revision):
        judged = matcher.judged(one) if id(one) not in matcher.found else []
        rivals = _rivals(judged)
        if len(rivals) > 1:
            judged = [_break_tie(matcher, one, rivals)] if ties else []
        rows += [(found, at, one, judged[0].score) for found in judged]
    rows.sort(key=lambda row: (-row[0].score, row[1], row[0].sha))
    taken = {matcher.found[id(one)].sha for one in revision if id(one) in matcher.found}
    for found, _, one, best in rows:
        if id(one) in matcher.found or found.score < best - _WORSE:
            continue
        if found.sha not in taken or (found.score == best and found.seen.like.mine >= _PART):
            matcher.found[id(one)] = found
            taken.add(found.sha)


def _rivals(judged: Sequence[_Found]) -> list[_Found]:
    """The best of *judged*, and those that fit as well."""
    return [found for found in judged if found.score > judged[0].score - _TIE]


def _break_tie(matcher: _Matcher, one: Posted, rivals: Sequence[_Found]) -> _Found:
    """Of commits that fit equally well the one that is nearest to its topic's, whose author date is nearest to the mail's,
    and whose diff has most of its context; with the others, if there are any left, that do not differ in this."""
    diffs = matcher.pool.diffs([found.sha for found in rivals], "myers")

    def fit(found: _Found) -> tuple[float, int, float]:
        away = abs(matcher.commits[found.sha].authored - (one.date or 0))
        return (found.seen.near, -away, common_share(one.diff, diffs.get(found.sha, b"")))

    best = max(map(fit, rivals))
    left = _by_date(matcher, [found.sha for found in rivals if fit(found) == best])
    first = next(found for found in rivals if found.sha == left[0])
    return first._replace(equals=tuple(left[1:]))


def _by_date(matcher: _Matcher, shas: Iterable[str]) -> list[str]:
    return sorted(shas, key=lambda sha: (matcher.commits[sha].committed, sha))


# --- beside the commits of the same topic


def _look_beside(matcher: _Matcher, topics: Sequence[Topic]) -> None:
    """Look for the patches that are left near the commits that others of their topic became."""
    places: list[tuple[Topic, Neighbours]] = []
    for topic in topics:
        patches = [one for revision in topic for one in revision]
        anchors = {matcher.found[id(one)].sha for one in patches if id(one) in matcher.found}
        if anchors and any(id(one) not in matcher.found for one in patches):
            places.append((topic, _neighbours(matcher, patches, anchors)))
    matcher.load(commit for _, near in places for commit, _ in near.values())
    for topic, near in places:
        for revision in reversed(topic):
            for one in revision:
                if id(one) not in matcher.found:
                    matcher.add(one, near.values())
            _assign(matcher, revision, ties=False)


def _neighbours(matcher: _Matcher, patches: Sequence[Posted], anchors: Collection[str]) -> Neighbours:
    """The commits of the topic's authors that were made when *anchors* were, and how they stand to them; of very many,
    or for very many patches, the nearest."""
    known = [matcher.commits[sha] for sha in anchors]
    found = {commit.sha: commit for commit in known}
    people = {one.author for one in patches} | {commit.author for commit in known}
    emails = {person.email.lower() for person in people} - {""}
    made = _spans([commit.committed for commit in known], _AROUND)
    for since, until in _spans([commit.authored for commit in known], _WRITTEN):
        for email in sorted(emails):
            for commit in matcher.pool.by_author(email, since, until):
                if any(first <= commit.committed <= last for first, last in made):
                    found[commit.sha] = commit
    steps = _steps(found, anchors)
    near = {sha: AMONG + 1 / (1 + count) for sha, count in steps.items()}
    most = max(_MOST, _MOST_PAIRS // len(patches))
    order = sorted(found.items(), key=lambda item: (-near.get(item[0], BESIDE), -item[1].committed, item[0]))
    return {sha: (commit, near.get(sha, BESIDE)) for sha, commit in order[:most]}


def _spans(times: Iterable[int], around: int) -> list[tuple[int, int]]:
    """The times around *times*, each once."""
    spans: list[tuple[int, int]] = []
    for time in sorted(times):
        since, until = time - around, time + around
        if spans and since <= spans[-1][1]:
            since = spans.pop()[0]
        spans.append((since, until))
    return spans


def _steps(commits: Mapping[str, Commit], anchors: Collection[str]) -> dict[str, int]:
    """How many steps from parent to child those of *commits* are away from *anchors* that can be reached through others."""
    beside: dict[str, list[str]] = {}
    for sha, commit in commits.items():
        for parent in commit.parents:
            if parent in commits:
                beside.setdefault(parent, []).append(sha)
                beside.setdefault(sha, []).append(parent)
    steps = dict.fromkeys(anchors, 0)
    edge, count = list(steps), 0
    while edge:
        count += 1
        edge = [sha for sha in dict.fromkeys(other for one in edge for other in beside.get(one, ())) if sha not in steps]
        steps.update(dict.fromkeys(edge, count))
    return steps


def _try_algorithms(matcher: _Matcher, patches: Iterable[Posted]) -> None:
    """See whether another diff algorithm makes the patches of the mails from the commits that are only similar so far."""
    close: dict[str, list[Posted]] = {}
    for one in patches:
        found = matcher.found.get(id(one))
        if found is not None and found.rule.how in ("subject", "similar") and found.seen.like.lines >= _CLOSE:
            close.setdefault(found.sha, []).append(one)
    for algorithm in _ALGORITHMS:
        for sha, diff in matcher.pool.diffs(close, algorithm).items():
            name = patch_id(diff)
            for one in close[sha]:
                if name is not None and name == one.patch_id:
                    matcher.found[id(one)] = matcher.found[id(one)]._replace(rule=SAME_DIFF)


# --- answers


def _answers(matcher: _Matcher, topics: Sequence[Topic]) -> dict[str, Match]:
    out: dict[str, Match] = {}
    pieces = _pieces(matcher, topics)
    claims = _claims(matcher, topics)
    for topic in topics:
        for revision in topic:
            for one in revision:
                found = matcher.found.get(id(one))
                known = out.setdefault(one.msgid, Match(one.msgid))
                if found is not None and found.rule.confidence > known.confidence:
                    undecided = found.equals and max(claims[sha, one.version] for sha in (found.sha, *found.equals)) > 1
                    out[one.msgid] = _answer(matcher, one, found, pieces.get(id(one), ()), bool(undecided))
    return out


def _claims(matcher: _Matcher, topics: Sequence[Topic]) -> dict[tuple[str, int], int]:
    """Commit and version of a posting -> how many mails of such a version may have become it."""
    claims: dict[tuple[str, int], int] = {}
    for one in (one for topic in topics for revision in topic for one in revision):
        found = matcher.found.get(id(one))
        for sha in (found.sha, *found.equals) if found else ():
            claims[sha, one.version] = claims.get((sha, one.version), 0) + 1
    return claims


def _answer(matcher: _Matcher, one: Posted, found: _Found, pieces: Sequence[str], undecided: bool) -> Match:
    """undecided: as many mails as equal commits are known, and nothing tells which became which. Else a mail became the
    first of equal commits, and the others are further landings."""
    if undecided:
        return Match(one.msgid, None, (found.sha, *found.equals), found.rule.how, _UNDECIDED)
    commits = dict.fromkeys((found.sha, *pieces, *found.equals, *_twins(matcher, one, found)))
    return Match(one.msgid, found.sha, tuple(commits), found.rule.how, found.rule.confidence)


def _twins(matcher: _Matcher, one: Posted, found: _Found) -> list[str]:
    """The other commits that make the same change under the same title, by date."""
    own = matcher.shapes[found.sha]
    twins = [
        other.sha for other in matcher.judged(one)
        if other.sha != found.sha and matcher.shapes[other.sha].title == own.title
        and Likeness(own, matcher.shapes[other.sha]).lines >= _SAME
    ]  # fmt: skip
    return _by_date(matcher, twins)


def _pieces(matcher: _Matcher, topics: Sequence[Topic]) -> dict[int, list[str]]:
    """For each patch that was split: the further commits beside its own that are made of its lines, or have its title."""
    split: list[tuple[Posted, set[str], Neighbours, Likeness]] = []
    for topic in topics:
        patches = [one for revision in topic for one in revision if id(one) in matcher.found]
        for revision in topic:
            taken = {matcher.found[id(one)].sha for one in revision if id(one) in matcher.found}
            for one in revision:
                found = matcher.found.get(id(one))
                if found is not None and is_split(found.seen.like):
                    split.append((one, taken, _neighbours(matcher, patches, {found.sha}), found.seen.like))
    matcher.load(commit for _, _, near, _ in split for commit, how in near.values() if how >= AMONG)
    return {
        id(one): [
            sha for sha, (commit, how) in near.items()
            if how >= AMONG and sha not in taken and sha in matcher.shapes and _same_kind(one, commit)
            and is_piece(Likeness(matcher.shape_of(one), matcher.shapes[sha]), like)
        ]
        for one, taken, near, like in split
    }  # fmt: skip
