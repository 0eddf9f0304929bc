"""Git trees brought up to date, and what they show of followed topics: landings, releases, reverts, fixes, backports.

What was seen is kept for good (store/sightings.py). A commit that a rebase took away is kept with its successor.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tracker.core.commit import Commit
from tracker.core.landing import Event, Evidence, Landing
from tracker.core.match import Match, match
from tracker.sources.base import SourceError
from tracker.store import forest, read, sightings
from tracker.store.db import transaction
from tracker.store.derive import derive
from tracker.store.forest import Tree
from tracker.store.mail import source
from tracker.sync.session import Session, private_dir
from tracker.trees.git import TreeError
from tracker.trees.index import Index, Placed
from tracker.trees.mirror import is_url, mirror
from tracker.trees.pool import IndexPool

_ORDER = {"mainline": 0, "maintainer": 1, "next": 2, "stable": 3}  # stable looks for backports of what mainline has


def configured(session: Session) -> list[Tree]:
    """All trees: those of the configuration file, then those added by hand."""
    from_file = [Tree(one.name, one.where, one.role, one.branches) for one in session.config.trees]
    names = {one.name for one in from_file}
    return [*from_file, *(one for one in forest.trees(session.con) if one.name not in names)]


def look_into_trees(session: Session, numbers: Sequence[int] | None = None) -> int:
    """Update every tree and look for the patches of topics (default: the followed ones); returns how much is new.

    A tree that cannot be read is told as a failure and does not stop the others.
    """
    trees = sorted(configured(session), key=lambda one: _ORDER[one.role])
    if not trees:
        return 0
    if numbers is None:
        numbers = sorted({row.number for row in read.followed(session.con) if row.number is not None})
    news = 0
    with contextlib.ExitStack() as stack:
        open_trees: list[tuple[Tree, Index]] = []
        tips: list[_Tips] = []
        for tree in trees:
            with _told(session, tree):
                index = stack.enter_context(opened(session, tree))
                tips.append((tree, sorted(index.tips.items())))
                open_trees.append((tree, index))
        if _seen_before(session, tips, numbers):
            return 0
        failed = len(session.failures)
        sound: list[tuple[Tree, Index]] = []
        for tree, index in open_trees:
            with _told(session, tree):
                _keep_vanished(session, tree, index)
                news += _look(session, tree, index, numbers)
                sound.append((tree, index))
        news += _look_after(session, sound, numbers)
        if len(session.failures) == failed:  # what broke off is looked at again, also when nothing has changed
            _remember(session, tips, numbers)
    return news


@contextlib.contextmanager
def _told(session: Session, tree: Tree) -> Iterator[None]:
    """A tree that cannot be read is told as a failure, and ends what is done with it here."""
    try:
        yield
    except TreeError as error:
        session.fail(SourceError(str(error), tree.place))


_Tips = tuple[Tree, list[tuple[str, str]]]  # a tree with its branches and tags and where they end
_LOOKED = "looked"  # the source under which it is kept what was looked at last


def _seen_before(session: Session, tips: Sequence[_Tips], numbers: Sequence[int]) -> bool:
    """Whether the same topics were looked for in the same trees before, and nothing has changed since."""
    where = source(session.con, "trees", _LOOKED, private=True)
    return where.cursor == _state(session, tips, numbers)


def _remember(session: Session, tips: Sequence[_Tips], numbers: Sequence[int]) -> None:
    where = source(session.con, "trees", _LOOKED, private=True)
    with transaction(session.con, session.config.mail_db):
        session.con.execute("UPDATE source SET cursor=? WHERE id=?", (_state(session, tips, numbers), where.id))


def _state(session: Session, tips: Sequence[_Tips], numbers: Sequence[int]) -> str:
    """A digest of what the trees have and of the patches and commits of the topics."""
    topics = []
    for number in numbers:
        data = read.topic(session.con, number).data
        topics.append([number, [one["series"] for one in data["revisions"]], [one["commit"] for one in data["landings"]]])
    text = json.dumps([*tips, *topics])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextlib.contextmanager
def opened(session: Session, tree: Tree) -> Iterator[Index]:
    """The index of *tree*, brought up to date; a URL is mirrored first, unless nothing may be asked. Raises TreeError."""
    place = Path(tree.place).expanduser()
    if is_url(tree.place):
        place = private_dir(session.config.cache / "mirrors") / tree.name
        if not session.config.offline:
            mirror(tree.place, place, tree.name, session.progress)
        elif not place.exists():
            raise TreeError(f"{tree.name}: it was not mirrored yet, and --offline asks no server")
    with Index.open(private_dir(session.config.cache / "trees"), tree.name, place, tree.branches) as index:
        index.update(session.progress)
        yield index


# --- the patches themselves


def _look(session: Session, tree: Tree, index: Index, numbers: Sequence[int]) -> int:
    """Find the commits of topics in one tree and keep them."""
    found: list[Landing] = []
    if tree.role == "stable":
        found = [one for number in numbers for one in _backports(session, tree, index, number)]
    else:
        topics = [topic for number in numbers if (topic := forest.posted(session.con, number))]
        session.progress(f"{tree.name}: looking for commits", 0, len(topics) or None)
        for one in match(topics, IndexPool(index)).values():
            # Without one commit that it became there are several alike, and which of them is whose is not known.
            found += [_landing(tree, index, one, sha) for sha in (one.commits if one.commit else ())]
    return _keep(session, [_as_known(session, one) for one in found])


def _as_known(session: Session, one: Landing) -> Landing:
    """*one* with what is known already of its revert."""
    known, _ = sightings.of_patches(session.con, [one.patch] if one.patch else [])
    old = next((old for old in known if (old.tree, old.commit) == (one.tree, one.commit)), None)
    return replace(one, reverted_by=old.reverted_by) if old else one


def _landing(tree: Tree, index: Index, one: Match, sha: str) -> Landing:
    """The landing of a matched patch."""
    commit = index.by_sha(sha)[0]
    placed = index.placed(sha) or Placed(())
    return _landed(tree, commit, placed, one.msgid, one.how or "similar", one.confidence)


def _landed(tree: Tree, commit: Commit, placed: Placed, patch: str, how: str, confidence: float) -> Landing:
    when = placed.merged if tree.role in ("mainline", "next") and placed.merged is not None else commit.committed
    return Landing(
        patch=patch, commit=commit.sha, tree=tree.name, role=tree.role, branch=_branch(tree, placed), merge=placed.merge,
        by=commit.committer, date=when, first_tag=placed.first_tag, first_release=placed.first_release, how=how,
        confidence=confidence, evidence=(Evidence(commit=commit.sha, tree=tree.name),), released=placed.released,
    )  # fmt: skip


def _branch(tree: Tree, placed: Placed) -> str:
    """The branch to name: of a maintainer's tree the one with the shortest name, of stable the release's."""
    if tree.role in ("mainline", "next"):
        return ""
    return min(placed.branches, key=lambda name: (len(name), name), default="")


def _backports(session: Session, tree: Tree, index: Index, number: int) -> Iterator[Landing]:
    """Commits of a stable tree that say they are a commit of the topic upstream."""
    known = forest.commits_of(session.con, number)
    for sha, patch in known.items():
        for commit in index.backports_of(sha):
            placed = index.placed(commit.sha) or Placed(())
            yield _landed(tree, commit, placed, patch, "link", 1.0)


def _keep(session: Session, landings: Iterable[Landing], events: Iterable[tuple[str, Event]] = ()) -> int:
    with transaction(session.con, session.config.user_db):
        news = sightings.save(session.con, session.now, landings, events)
        if news:
            derive(session.con)
    return news


def _keep_vanished(session: Session, tree: Tree, index: Index) -> None:
    """Mark what was seen in *tree* and is gone from all of its branches: replaced, or dropped."""
    seen = dict((sha, patch) for patch, sha in forest.sighted(session.con, tree.name))
    gone = index.vanished(seen)
    changed = []
    for one in gone:
        if one.elsewhere:
            continue
        known, _ = sightings.of_patches(session.con, [seen[one.sha]])
        changed += [
            replace(old, replaced_by=one.successor, dropped=not one.successor) for old in known if old.commit == one.sha
        ]
    if changed:
        _keep(session, changed)


# --- what happened to the commits afterwards


def _look_after(session: Session, trees: Sequence[tuple[Tree, Index]], numbers: Sequence[int]) -> int:
    """Reverts of the commits that were found, and what mends them. A tree that breaks off is told, and left out from there on."""
    landings: list[Landing] = []
    events: list[tuple[str, Event]] = []
    broken: set[str] = set()
    for number in numbers:
        for sha, patch in forest.commits_of(session.con, number).items():
            known, _ = sightings.of_patches(session.con, [patch])
            for tree, index in trees:
                if tree.name in broken:
                    continue
                try:
                    shas = [sha, *(one.sha for one in index.backports_of(sha))]
                    events += [(patch, event) for event in _mended(tree, index, sha)]
                    events += [(patch, event) for event in _reverted(tree, index, shas)]
                    landings += _marked(index, shas, [old for old in known if old.tree == tree.name])
                except TreeError as error:
                    session.fail(SourceError(str(error), tree.place))
                    broken.add(tree.name)
    return _keep(session, landings, events)


_MOST_REVERTS = 20  # reverts of reverts that are looked at


def _standing_revert(index: Index, sha: str, left: int = _MOST_REVERTS) -> Commit | None:
    """The newest commit in the tree that reverts *sha* and was not reverted itself."""
    for commit in index.reverts_of(sha) if left else ():
        if _standing_revert(index, commit.sha, left - 1) is None:
            return commit
    return None


def _marked(index: Index, shas: Sequence[str], known: Iterable[Landing]) -> list[Landing]:
    """Of a tree's *known* landings those of *shas*, a commit and its backports, whose revert there is new or gone."""
    found = []
    for old in known:
        if old.commit not in shas:
            continue
        revert = _standing_revert(index, old.commit) or (_standing_revert(index, shas[0]) if old.commit != shas[0] else None)
        undone = revert.sha if revert else ""
        if undone != old.reverted_by:
            found.append(replace(old, reverted_by=undone))
    return found


def _reverted(tree: Tree, index: Index, shas: Sequence[str]) -> Iterator[Event]:
    """Every revert in a tree of *shas*, a commit and its backports there."""
    for commit in dict.fromkeys(revert for one in shas for revert in index.reverts_of(one)):
        placed = index.placed(commit.sha) or Placed(())
        where = " ".join(filter(None, (tree.name, _branch(tree, placed))))
        merge = f" by {placed.merge[:12]}" if placed.merge else ""
        tag = f" · {placed.first_tag}" if placed.first_tag else ""
        at = placed.merged if placed.merged is not None else commit.committed
        yield Event("reverted", at, f"{where} {commit.sha[:12]}{merge}{tag}", Evidence(commit=commit.sha, tree=tree.name))


def _mended(tree: Tree, index: Index, sha: str) -> Iterator[Event]:
    for commit in index.fixes_of(sha):
        text = f"mended in {tree.name} by {commit.sha[:12]} {commit.subject}"
        yield Event("fixed", commit.committed, text, Evidence(commit=commit.sha, tree=tree.name))


