"""Which of a repository's refs count: the branches of a tree, its main branch, and the tags that name versions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tracker.trees.git import Ref, Repository, TreeError
from tracker.trees.tags import read_tag

MAX_BRANCHES = 2_000
_USUAL = ("master", "main", "trunk")
_TAGGER = re.compile(rb"^tagger [^\n]*?> (\d{1,12}) ", re.MULTILINE)
_MAX_TAG = 1 << 16


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag whose name may be a version's. sha: what the ref points to. peeled: the commit. time: seconds, None unknown."""

    name: str
    sha: str
    peeled: str
    time: int | None


def short(ref: str) -> str:
    """A branch as people name it: `master`, `origin/master`, `tags/next-20240606`."""
    for prefix in ("refs/heads/", "refs/remotes/", "refs/"):
        if ref.startswith(prefix):
            return ref[len(prefix) :]
    return ref


def branches_of(refs: Mapping[str, Ref], patterns: Sequence[str], name: str) -> dict[str, str]:
    """The branches that count: short name -> object id, in the order of their names. Raises TreeError.

    patterns: globs of short or full names; `tags/next-*` takes tags for branches. Without any: a bare repository's
    branches; of a clone those of its remote `origin` (else of all remotes), since its own ones are somebody's work.
    """
    usable = {ref: value for ref, value in refs.items() if ref != "HEAD" and not value.symref}
    if patterns:
        found = {ref for ref in usable if _wanted(ref, patterns)}
    else:
        remote = {ref for ref in usable if ref.startswith("refs/remotes/")}
        origin = {ref for ref in remote if ref.startswith("refs/remotes/origin/")}
        found = origin or remote or {ref for ref in usable if ref.startswith("refs/heads/")}
    if not found:
        what = f"no branch matches {' '.join(patterns)}" if patterns else "the repository has no branches"
        raise TreeError(f"{name}: {what}; see `git branch -a`")
    if len(found) > MAX_BRANCHES:
        raise TreeError(f"{name}: {len(found)} branches; name fewer than {MAX_BRANCHES} with --branch")
    return {short(ref): usable[ref].sha for ref in sorted(found)}


def _wanted(ref: str, patterns: Sequence[str]) -> bool:
    names = [ref, short(ref)]
    return any(
        fnmatchcase(one, pattern)
        for pattern in patterns
        for one in names
        if not ref.startswith("refs/tags/") or pattern.startswith(("tags/", "refs/tags/"))
    )


def main_branch(refs: Mapping[str, Ref], branches: Mapping[str, str]) -> str:
    """The branch whose merges count: HEAD's, the remote's HEAD's, else one with a usual name, else the first."""
    heads = [refs[ref].symref for ref in ("HEAD", "refs/remotes/origin/HEAD") if ref in refs]
    names = [short(ref) for ref in heads]
    for name in [*names, *_USUAL, *(f"origin/{one}" for one in _USUAL)]:
        if name in branches:
            return name
    return next(iter(branches))


def version_tags(repo: Repository, refs: Mapping[str, Ref], known: Mapping[str, Tag]) -> dict[str, Tag]:
    """The tags that may name versions. known: those of the last time; only others are looked at."""
    named = {ref.removeprefix("refs/tags/"): value.sha for ref, value in refs.items() if ref.startswith("refs/tags/")}
    wanted = {name: sha for name, sha in named.items() if read_tag(name) is not None}
    found = {name: known[name] for name, sha in wanted.items() if name in known and known[name].sha == sha}
    fresh = {name: sha for name, sha in wanted.items() if name not in found}
    peeled = repo.checked(fresh.values(), "^{commit}")
    annotated = [sha for sha, (commit, _, _) in peeled.items() if commit != sha]
    times = _times(repo, annotated)
    for name, sha in fresh.items():
        if sha in peeled:
            found[name] = Tag(name, sha, peeled[sha][0], times.get(sha))
    return found


def _times(repo: Repository, tags: Sequence[str]) -> dict[str, int]:
    """Tag object -> when it was made, where it says so."""
    sizes = repo.checked(tags)
    small = [sha for sha, (_, kind, size) in sizes.items() if kind == "tag" and size <= _MAX_TAG]
    times: dict[str, int] = {}
    with repo.objects.output("cat-file", "--batch", "--buffer", given=(sha.encode() for sha in small)) as out:
        rest = b""
        for sha in small:
            while b"\n" not in rest:
                rest += out.read(_MAX_TAG) or b"\n"
            size = sizes[sha][2]
            start = rest.index(b"\n") + 1
            while len(rest) < start + size + 1:
                piece = out.read(_MAX_TAG)
                if not piece:
                    return times
                rest += piece
            when = _TAGGER.search(rest[start : start + size].partition(b"\n\n")[0])
            if when:
                times[sha] = int(when[1])
            rest = rest[start + size + 1 :]
    return times
