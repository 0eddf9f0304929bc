"""The offline snapshot: mails, and recorded facts of git trees, that the program reads when nothing was synced yet.

It is a folder of data, never written to: `cache/` of a checkout, `tracker/_snapshot` of an installed copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tracker.sources.base import BadInput
from tracker.sources.shipped import FACTS, find_snapshot

__all__ = ["FACTS", "CommitFact", "Facts", "TreeFact", "find_snapshot", "read_facts", "read_snapshot"]

ROLES = ("maintainer", "next", "mainline", "stable")

_SHA = re.compile(r"[0-9a-f]{7,40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TreeFact:
    """A git tree. role: one of ROLES; url '' when not recorded; extra: keys this version does not know."""

    name: str
    role: str
    url: str
    extra: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CommitFact:
    """What was recorded of a commit; '' and () where nothing was.

    sha, merge, reverts, reverted_by, replaced_by, upstream, fixes: commits, 7 to 40 hex digits. patch: message id of
    the mail it came from. tree: name of a TreeFact. date: seconds since 1970 UTC, None when not recorded. sha_seen,
    merge_seen, tag_seen, review_seen: ids of the mails that name the commit, its merge, its release, that review it.
    recorded: where else it was found, told and not verified here. extra: keys this version does not know.
    """

    sha: str
    subject: str
    tree: str
    patch: str
    branch: str
    merge: str
    first_tag: str
    reverts: str
    reverted_by: str
    replaced_by: str
    upstream: str
    fixes: str
    recorded: str
    note: str
    date: int | None
    sha_seen: tuple[str, ...]
    merge_seen: tuple[str, ...]
    tag_seen: tuple[str, ...]
    review_seen: tuple[str, ...]
    extra: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of a facts file. extra: tables and keys this version does not know."""

    trees: tuple[TreeFact, ...]
    commits: tuple[CommitFact, ...]
    extra: Mapping[str, object]


def read_snapshot(path: Path) -> Iterator[bytes]:
    """The mails of every `*.mbox` in the folder *path*, by file name. Errors: BadInput."""
    if not path.is_dir():
        raise BadInput("no such folder", path)
    from tracker.sources.mbox import read_mbox  # here, so that finding the snapshot costs nothing

    for file in sorted(path.glob("*.mbox")):
        yield from read_mbox(file)


def read_facts(path: Path) -> Facts:
    """The recorded facts in *path*, the snapshot's folder or a facts file.

    Errors: BadInput that names the path to the field, as in `facts.toml: commit[2].date: not a date with a zone`.
    """
    import tomllib

    file = path / FACTS if path.is_dir() else path
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as ex:
        raise BadInput(f"cannot be read: {ex.strerror}", file) from ex
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as ex:
        raise BadInput(f"not TOML: {ex}", file) from ex
    trees = tuple(_tree(table) for table in _tables(data, "tree", file))
    names = {tree.name for tree in trees}
    commits = tuple(_commit(table, names) for table in _tables(data, "commit", file))
    return Facts(trees, commits, MappingProxyType({k: v for k, v in data.items() if k not in ("tree", "commit")}))


class _Table:
    """One table of the file; every error names the path to the field."""

    def __init__(self, values: dict[str, Any], path: str, file: Path) -> None:
        self._values = values
        self._path = path
        self._file = file

    def wrong(self, key: str, what: str) -> BadInput:
        return BadInput(f"{self._path}.{key}: {what}", self._file)

    def text(self, key: str, needed: bool = False) -> str:
        value = self._values.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, f"not text but {type(value).__name__}")
        if needed and not value:
            raise self.wrong(key, "missing")
        return value

    def sha(self, key: str, needed: bool = False) -> str:
        value = self.text(key, needed)
        if value and not _SHA.fullmatch(value):
            raise self.wrong(key, f"not a commit: {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "not a list of texts")
        return tuple(value)

    def date(self, key: str) -> int | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self.wrong(key, "not a date with a zone, as in 2024-06-03T13:52:25Z")
        return int(value.timestamp())

    def extra(self, kind: type[TreeFact] | type[CommitFact]) -> Mapping[str, object]:
        known = {field.name for field in fields(kind)} - {"extra"}
        return MappingProxyType({key: value for key, value in self._values.items() if key not in known})


def _tables(data: dict[str, Any], name: str, file: Path) -> list[_Table]:
    tables = data.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadInput(f"{name}: not a list of tables, written [[{name}]]", file)
    return [_Table(table, f"{name}[{number}]", file) for number, table in enumerate(tables)]


def _tree(table: _Table) -> TreeFact:
    role = table.text("role", needed=True)
    if role not in ROLES:
        raise table.wrong("role", f"{role!r} is none of {', '.join(ROLES)}")
    return TreeFact(table.text("name", needed=True), role, table.text("url"), table.extra(TreeFact))


def _commit(table: _Table, trees: set[str]) -> CommitFact:
    tree = table.text("tree", needed=True)
    if tree not in trees:
        raise table.wrong("tree", f"no [[tree]] is named {tree!r}")
    return CommitFact(
        sha=table.sha("sha", needed=True),
        subject=table.text("subject", needed=True),
        tree=tree,
        patch=table.text("patch"),
        branch=table.text("branch"),
        merge=table.sha("merge"),
        first_tag=table.text("first_tag"),
        reverts=table.sha("reverts"),
        reverted_by=table.sha("reverted_by"),
        replaced_by=table.sha("replaced_by"),
        upstream=table.sha("upstream"),
        fixes=table.sha("fixes"),
        recorded=table.text("recorded"),
        note=table.text("note"),
        date=table.date("date"),
        sha_seen=table.texts("sha_seen"),
        merge_seen=table.texts("merge_seen"),
        tag_seen=table.texts("tag_seen"),
        review_seen=table.texts("review_seen"),
        extra=table.extra(CommitFact),
    )
