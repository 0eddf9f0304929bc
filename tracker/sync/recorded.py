"""The facts about git trees that ship with the snapshot: a standing source of landings, told as recorded."""

from __future__ import annotations

import sqlite3

from tracker.core.spots import Record
from tracker.sources.shipped import find_snapshot
from tracker.store.outside import save_records


def recall(con: sqlite3.Connection) -> bool:
    """Bring the recorded facts in the store up to date, inside the caller's transaction; returns whether any are new.

    Raises BadInput for a broken file.
    """
    from tracker.sources.snapshot import FACTS, read_facts

    folder = find_snapshot()
    if folder is None or not (folder / FACTS).exists():
        return False
    facts = read_facts(folder)
    roles = {tree.name: tree.role for tree in facts.trees}
    return save_records(
        con,
        [
            Record(
                sha=one.sha, subject=one.subject, tree=one.tree, role=roles[one.tree], patch=one.patch, branch=one.branch,
                merge=one.merge, first_tag=one.first_tag, reverts=one.reverts, reverted_by=one.reverted_by,
                replaced_by=one.replaced_by, upstream=one.upstream, fixes=one.fixes, recorded=one.recorded, date=one.date,
                seen=one.sha_seen, merged=one.merge_seen, tagged=one.tag_seen, reviewed=one.review_seen,
            )
            for one in facts.commits
        ],
    )  # fmt: skip
