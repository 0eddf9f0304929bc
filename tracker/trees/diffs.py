"""Diffs of commits, and the paths they touch. What a partial clone has not is unknown; nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO

from tracker.trees.git import SHA, Repository, TreeError, fields

ALGORITHMS = ("myers", "minimal", "patience", "histogram")
MAX_DIFF = 16 << 20  # bytes of one commit's diff; larger ones are unknown
_CHUNK = 1 << 20
_HEAD = re.compile(rb"^([0-9a-f]{40}(?:[0-9a-f]{24})?)\n", re.MULTILINE)
_NULL = re.compile(r"0+")
_MAX_ALONE = 100


def diffs(repo: Repository, parents: Mapping[str, str], algorithm: str, renames: bool) -> Iterator[tuple[str, bytes | None]]:
    """Each commit with its diff, as format-patch makes it without context changes; None: unknown. In any order.

    parents: commit -> its first parent, '' for a root. Raises TreeError for an algorithm that git does not have.
    """
    if algorithm not in ALGORITHMS:
        raise TreeError(f"{repo.name}: no diff algorithm {algorithm}; use one of {' '.join(ALGORITHMS)}")
    wanted = {sha: parent for sha, parent in parents.items() if SHA.fullmatch(sha)}
    yield from ((sha, None) for sha in parents if sha not in wanted)
    options = ["-p", f"--diff-algorithm={algorithm}", "-M" if renames else "--no-renames"]
    done: set[str] = set()
    try:
        if not repo.partial:
            for sha, diff in _run(repo, wanted, options):
                done.add(sha)
                yield sha, diff
            return
    except TreeError:
        pass  # an object is missing; those that are complete are found one by one below
    rest = {sha: parent for sha, parent in wanted.items() if sha not in done}
    complete = _complete(repo, rest)
    yield from ((sha, None) for sha in rest if sha not in complete)
    try:
        for sha, diff in _run(repo, {sha: rest[sha] for sha in complete}, options):
            done.add(sha)
            yield sha, diff
    except TreeError:
        yield from _alone(repo, {sha: rest[sha] for sha in complete if sha not in done}, options)


def _alone(repo: Repository, parents: Mapping[str, str], options: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """The commits of a damaged repository one by one, as far as that is worth it."""
    for count, (sha, parent) in enumerate(parents.items()):
        try:
            yield from list(_run(repo, {sha: parent}, options)) if count < _MAX_ALONE else [(sha, None)]
        except TreeError:
            yield sha, None


def _given(parents: Mapping[str, str]) -> Iterator[bytes]:
    """Lines for diff-tree: a commit, and the parent to compare it with."""
    return ((f"{sha} {parent}" if parent else sha).encode() for sha, parent in parents.items())


def _run(repo: Repository, parents: Mapping[str, str], options: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
    """Commits with their diffs, in order. Yields nothing for the one at which git fails, and then raises."""
    if not parents:
        return
    arguments = ["diff-tree", "--stdin", "--root", "--always", "-r", "--no-color", "--no-ext-diff", "--no-textconv",
                 "--no-relative", "--src-prefix=a/", "--dst-prefix=b/", *options]  # fmt: skip
    with repo.objects.output(*arguments, given=_given(parents)) as out:
        current, pieces, size = "", [b""], 0
        for line_block in _blocks(out):
            at = 0
            for head in _HEAD.finditer(line_block):
                pieces.append(line_block[at : head.start()])
                if current:
                    yield current, _whole(pieces, size + head.start() - at)
                current, pieces, size, at = head[1].decode("ascii"), [], 0, head.end()
            size += len(line_block) - at
            if size <= MAX_DIFF:
                pieces.append(line_block[at:])
    if current:
        yield current, _whole(pieces, size)


def _whole(pieces: list[bytes], size: int) -> bytes | None:
    return b"".join(pieces) if size <= MAX_DIFF else None


def _blocks(out: IO[bytes]) -> Iterator[bytes]:
    """Output in pieces that end with a line, the last one as it is."""
    rest = b""
    while piece := out.read(_CHUNK):
        end = piece.rfind(b"\n") + 1
        if end:
            yield rest + piece[:end]
            rest = piece[end:]
        elif len(rest) < MAX_DIFF:
            rest += piece
    if rest:
        yield rest


def _complete(repo: Repository, parents: Mapping[str, str]) -> set[str]:
    """The commits whose diffs need no object that is missing."""
    try:
        trees = repo.checked({one for pair in parents.items() for one in pair if one}, "^{tree}")
        able = {sha: parent for sha, parent in parents.items() if sha in trees and (not parent or parent in trees)}
        blobs = dict(_blobs(repo, able))
    except TreeError:
        return set()
    there = repo.checked({blob for some in blobs.values() for blob in some})
    return {sha for sha in able if all(blob in there for blob in blobs.get(sha, ()))}


def _blobs(repo: Repository, parents: Mapping[str, str]) -> Iterator[tuple[str, set[str]]]:
    """The blobs on both sides of each commit's change."""
    for sha, raw in _run(repo, parents, ["--raw", "--no-abbrev", "--no-renames"]):
        found: set[str] = set()
        for line in (raw or b"").decode("utf-8", "replace").split("\n"):
            words = line.split(" ", 4)
            if line.startswith(":") and len(words) == 5:
                modes, ids = (words[0][1:], words[1]), words[2:4]
                found.update(one for mode, one in zip(modes, ids, strict=True) if mode != "160000" and not _NULL.fullmatch(one))
        yield sha, found


def touching(repo: Repository, parents: Mapping[str, str], paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Of these commits those that change one of *paths* (files or folders): commit -> the files among them it changes.

    parents: as for `diffs`. Merges and commits whose trees are missing touch nothing that is known.
    """
    wanted = [path.strip("/") for path in paths if path.strip("/") and "\0" not in path]
    if not wanted or not parents:
        return {}
    arguments = ["diff-tree", "--stdin", "--root", "-r", "--name-only", "--no-renames", "-z", "--no-ext-diff", "--"]
    found: dict[str, tuple[str, ...]] = {}
    given = {sha: parent for sha, parent in parents.items() if SHA.fullmatch(sha)}
    with repo.objects.output(*arguments, *wanted, given=_given(given)) as out:
        current = ""
        files: list[str] = []
        for raw in fields(out):
            field = raw.decode("utf-8", "surrogateescape")
            if SHA.fullmatch(field) and field in given:
                if current:
                    found[current] = tuple(files)
                current, files = field, []
            else:
                files.append(field)
        if current:
            found[current] = tuple(files)
    return found
