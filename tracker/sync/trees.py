"""The user's git trees: adding, listing and removing them."""

from __future__ import annotations

from tracker.sources.base import BadInput
from tracker.store import forest
from tracker.store.db import transaction
from tracker.store.forest import Tree
from tracker.sync.landings import configured, look_into_trees
from tracker.sync.session import Session
from tracker.trees.git import TreeError
from tracker.trees.mirror import checked_url, is_url
from tracker.trees.presets import PRESETS

__all__ = ["PRESETS", "Tree", "add", "check", "listed", "remove"]


def check(session: Session, tree: Tree) -> None:
    """Raises BadInput when *tree* cannot be added: its name stands in the configuration, its place is no URL or repository."""
    from pathlib import Path

    from tracker.trees.git import Repository

    if any(one.name == tree.name for one in session.config.trees):
        raise BadInput("a tree of that name stands in the configuration; change it there", session.config.file)
    try:
        if is_url(tree.place):
            checked_url(tree.place)
        else:
            Repository(Path(tree.place), tree.name, session.config.cache / "trees")
    except TreeError as error:
        raise BadInput(str(error), tree.place) from error


def add(session: Session, tree: Tree) -> int:
    """Keep *tree*, index it, and look for followed topics in it; returns how many landings are new."""
    with transaction(session.con, session.config.user_db):
        forest.add(session.con, tree, session.now)
    return look_into_trees(session)


def listed(session: Session) -> list[tuple[Tree, bool]]:
    """All trees, each with whether it was added by hand."""
    by_hand = {one.name for one in forest.trees(session.con)}
    in_file = {one.name for one in session.config.trees}
    return [(one, one.name in by_hand and one.name not in in_file) for one in configured(session)]


def remove(session: Session, name: str) -> bool:
    """Forget a tree that was added by hand; returns whether there was one. What was seen in it stays."""
    with transaction(session.con, session.config.user_db):
        return forest.remove(session.con, name)
