"""`match`: which commit of a repository each patch mail of some files became, without a store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tracker.config import Config
from tracker.core.match import Match, match
from tracker.sources.base import BadInput
from tracker.sources.mbox import read_mbox
from tracker.sync.importer import is_archive
from tracker.sync.session import private_dir
from tracker.trees.git import TreeError
from tracker.trees.index import Index
from tracker.trees.matching import topics_of
from tracker.trees.pool import IndexPool
from tracker.trees.reading import Progress


def match_files(
    config: Config, tree: Path, files: Sequence[Path], *, branch: str, links: bool,
    progress: Progress,
) -> list[Match]:  # fmt: skip
    """What the patches in *files* (mbox, maildir, folder, epoch) became in the repository *tree*, by message id.

    branch: a glob of branches, '' for all. progress: called with what, how many, of how many (None: unknown). Raises SourceError.
    """
    topics = topics_of(_mails(files, config), progress)
    name = f"match-{hashlib.sha256(f'{tree.resolve()}|{branch}'.encode()).hexdigest()[:16]}"
    try:
        folder = private_dir(config.cache / "trees")
        with Index.open(folder, name, tree, (branch,) if branch else ()) as index:
            index.update(progress)
            found = match(topics, IndexPool(index, progress), links=links)
    except TreeError as error:
        raise BadInput(str(error), tree) from error
    return [found[msgid] for msgid in sorted(found)]


def _mails(files: Sequence[Path], config: Config) -> Iterator[bytes]:
    """The mails of mboxes, maildirs, folders and list archives, in this order."""
    from tracker.sources.inbox import open_inbox
    from tracker.sources.maildir import read_maildir

    for file in files:
        if not file.exists():
            raise BadInput("no such file or folder", file)
        if is_archive(file):
            for epoch in open_inbox(file, private_dir(config.cache / "archives")):
                yield from (raw for _, raw in epoch.read(None, lambda _problem: None))
        elif file.is_dir():
            yield from (raw for _, raw in read_maildir(file, report=lambda _problem: None))
        else:
            yield from read_mbox(file)
