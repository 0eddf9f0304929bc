"""Two versions of a series paired and compared, held against `git range-diff`, `git diff` and git's own assignment."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.bodies import folder_mails, git
from tracker.core import rangediff
from tracker.core.mailinfo import split_mail
from tracker.core.message import Message, parse
from tracker.core.patch import parse_diff, patch_id
from tracker.core.rangediff import Pair, PatchText, range_diff, render
from tracker.core.subject import parse_subject

ANNA, BERT, EVA = "Anna Author <anna@example.org>", "Bért B. <bert@example.org>", "Eva <eva@example.com>"
Tree = dict[str, bytes | None]  # None: a file that is gone


class Commit(NamedTuple):
    """What a commit changes. changes: whole files by path; an executable one has "*" behind its path."""

    message: str
    changes: Tree
    author: str = ANNA


# --- a repository with two versions, and the mails of each


def history(folder: Path, base: Tree, old: list[Commit], new: list[Commit]) -> Path:
    """A repository with the branches base, v1 and v2."""
    git("init", "--quiet", str(folder))
    out: list[bytes] = []

    def commit(branch: str, parent: str, files: Tree, entry: Commit) -> None:
        message, who = entry.message.encode(), entry.author.encode()
        out.append(b"commit refs/heads/%s\nauthor %s %d +0000\n" % (branch.encode(), who, 1_717_000_000 + len(out)))
        out.append(b"committer %s 1717000000 +0000\ndata %d\n%s\n" % (ANNA.encode(), len(message), message))
        out.append((b"from refs/heads/%s\n" % parent.encode() if parent else b"") + b"deleteall\n")
        for name, data in files.items():
            if data is not None:
                mode, path = (b"100755", name[:-1]) if name.endswith("*") else (b"100644", name)
                out.append(b'M %s inline "%s"\ndata %d\n%s\n' % (mode, path.encode(), len(data), data))

    commit("base", "", base, Commit("base\n", {}))
    for branch, series in (("v1", old), ("v2", new)):
        files = dict(base)
        for index, entry in enumerate(series):
            files.update(entry.changes)
            commit(branch, "" if index else "base", files, entry)
    git("fast-import", "--quiet", cwd=folder, stdin=b"".join(out))
    return folder


def patch_text(message: Message, n: int, label: str) -> PatchText:
    """A patch mail as the program reads it. A signature and a base-commit footer stay behind the diff."""
    split = split_mail(message.diff_source)
    diff = parse_diff(split.patch)
    inbody = dict(split.inbody)
    author = inbody["From"].decode() if "From" in inbody else f"{message.sender.name} <{message.sender.email}>"
    title = parse_subject(message.subject).title
    return PatchText(n, title, author, split.message, split.patch[diff.start :] if diff else b"", label)


def posted(repo: Path, branch: str, *options: str) -> list[PatchText]:
    """The patches of a branch, out of the mails git makes of it; labels are git's abbreviated commit ids."""
    out = git("format-patch", "--stdout", "--abbrev=7", *options, f"base..{branch}", cwd=repo)
    mails = re.split(rb"(?m)^(?=From [0-9a-f]{40} Mon Sep 17 00:00:00 2001\n)", out)[1:]
    lines = [mail.partition(b"\n") for mail in mails]
    return [patch_text(parse(raw), n, line.split()[1][:7].decode()) for n, (line, _, raw) in enumerate(lines, 1)]


def git_lines(repo: Path, *options: str) -> list[str]:
    """What git says. Its abbreviated ids all have 7 digits: a repository of this size has no two that begin alike."""
    out = git("range-diff", "--no-color", "--abbrev=7", *options, "base..v1", "base..v2", cwd=repo)
    return out.decode("utf-8", "replace").split("\n")[:-1]


def our_lines(old: list[PatchText], new: list[PatchText], factor: int = 60) -> list[str]:
    return render(range_diff(old, new, creation_factor=factor), old, new)


# --- the story: each kind of change once


def source(name: str, *ops: str, count: int = 9) -> bytes:
    """A file with *count* functions, and a line of *ops* in the first ones."""
    out = [f"/* {name} */", "#include <linux/kernel.h>", ""]
    for i in range(count):
        out += [f"static int {name}_op{i}(struct {name} *w, int arg)", "{", f"\tint ret = {name}_check(w, arg);", ""]
        out += ["\tif (ret < 0)", "\t\treturn ret;", *([f"\t{ops[i]}"] if i < len(ops) else []), "\treturn 0;", "}", ""]
    return "\n".join(out).encode()


def signed(text: str, *more: str) -> str:
    return "\n".join([text, "", f"Signed-off-by: {ANNA}", *more, ""])


NAMES = ("edit", "text", "tag", "move", "drop", "split", "left", "right", "same", "late", "author", "mode", "gone", "tail")
BASE: Tree = {f"{name}.c": source(name) for name in NAMES}
BASE |= {"logo.png": b"\x89PNG\0" + bytes(range(256)), "run.sh": b"#!/bin/sh\n", "dir/wörd \"x\".txt": b"one\n"}
SAME = Commit(signed("same: nothing happens to this patch\n\nWhy\tit is:\nsee\tü\tbelow."), {"same.c": source("same", "kick(w);")})
LATE = Commit(signed("late: goes to the front"), {"late.c": source("late", "first(w);", "second(w);")})
OLD = [
    Commit(signed("edit: count arguments"), {"edit.c": source("edit", "w->a += arg;", "w->b += arg;")}),
    Commit(signed("text: the words change\n\nShort."), {"text.c": source("text", "w->lock++;")}),
    Commit(signed("tag: gets a trailer"), {"tag.c": source("tag", "w->tag = arg;")}),
    Commit(signed("move: to a folder"), {"move.c": None, "lib/move.c": source("move", "moved(w);")}),
    Commit(signed("drop: nobody liked it"), {"drop.c": source("drop", "a(w);", "b(w);", "c(w);")}),
    Commit(
        signed("split: two things at once"),
        {"split.c": source("split", *(f"x{i}(w);" for i in range(6))), "new1.h": source("h", "e(w);"), "new2.h": source("i")},
    ),
    Commit(signed("left: one half"), {"left.c": source("left", "l1(w);", "l2(w);")}),
    Commit(signed("right: other half"), {"right.c": source("right", "r1(w);")}),
    SAME,
    LATE,
    Commit(signed("author: changes hands"), {"author.c": source("author", "own(w);")}),
    Commit(signed("mode: executable, a picture, an odd name"), {"run.sh": None, "run.sh*": b"#!/bin/sh\n", "logo.png": b"\0\1" * 99}),
    Commit(signed("gone: remove it"), {"gone.c": None, 'dir/wörd "x".txt': b"one\ntwo\n"}),
    Commit(signed("tail: no newline"), {"tail.c": source("tail") + b"/* end */"}),
]
NEW = [
    LATE,
    Commit(signed("edit: count arguments"), {"edit.c": source("edit", "w->a += arg;", "w->b -= arg;", "w->c = 1;")}),
    Commit(signed("text: the words changed\n\nNot so short:\n\n  - a list\n  - in two lines"), {"text.c": source("text", "w->lock++;")}),
    Commit(signed("tag: gets a trailer", "Reviewed-by: Rita <rita@example.com>"), {"tag.c": source("tag", "w->tag = arg;")}),
    Commit(signed("move: to a folder"), {"move.c": None, "lib/sub/move.c": source("move", "moved(w);")}),
    Commit(signed("split: first thing"), {"split.c": source("split", *(f"x{i}(w);" for i in range(6)))}),
    Commit(signed("split: second thing"), {"new1.h": source("h", "e(w);"), "new2.h": source("i")}),
    Commit(
        signed("left, right: both halves"), {"left.c": source("left", "l1(w);", "l2(w);"), "right.c": source("right", "r1(w);")}
    ),
    SAME,
    Commit(signed("author: changes hands"), {"author.c": source("author", "own(w);")}, BERT),
    Commit(signed("fresh: a patch nobody saw before"), {"fresh.c": source("fresh", "hello(w);", count=5)}),
    Commit(
        signed("mode: executable, a picture, an odd name"),
        {"run.sh": None, "run.sh*": b"#!/bin/sh\nexit 0\n", "logo.png": b"\1\0\2" * 99},
    ),
    Commit(signed("gone: remove it"), {"gone.c": None, 'dir/wörd "x".txt': b"one\nthree\n"}),
    Commit(signed("tail: no newline"), {"tail.c": source("tail") + b"/* the end */"}),
]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return history(tmp_path_factory.mktemp("story") / "repo", BASE, OLD, NEW)


@pytest.mark.parametrize("options", [(), ("--base=base", "--no-signature"), ("--no-stat", "--cover-letter", "--numbered")])
def test_the_story_reads_as_git_tells_it(story: Path, options: tuple[str, ...]) -> None:
    """Reordered, edited, renamed, split, squashed, dropped and added patches come out byte for byte as git prints them."""
    keep = [*options, "--binary"]
    cover = "--cover-letter" in options
    old, new = (posted(story, branch, *keep)[cover:] for branch in ("v1", "v2"))
    old, new = ([replace(patch, n=n) for n, patch in enumerate(patches, 1)] for patches in (old, new))
    assert our_lines(old, new) == git_lines(story)


@pytest.mark.parametrize("factor", [0, 20, 59, 95, 100, 150, 900])
def test_creation_factor_decides_as_git_does(story: Path, factor: int) -> None:
    """How different patches may be before they count as unrelated follows git for every factor."""
    expected = git_lines(story, f"--creation-factor={factor}")
    assert our_lines(posted(story, "v1"), posted(story, "v2"), factor) == expected


def test_the_story_has_every_mark(story: Path) -> None:
    """What the story is about is seen: each patch once, the moved one first, the dropped and the new one alone."""
    old, new = posted(story, "v1"), posted(story, "v2")
    pairs = range_diff(old, new)
    check_complete(pairs, old, new)
    marks = {(old[p.old].title if p.old is not None else new[p.new or 0].title).partition(":")[0]: p.mark for p in pairs}
    assert marks["late"] == marks["same"] == "="
    assert marks["drop"] == "<"
    assert marks["fresh"] == ">"
    assert {marks[name] for name in ("edit", "text", "tag", "move", "author", "mode", "tail")} == {"!"}
    trailer = next(p for p in pairs if p.old == 2)
    assert "    +    Reviewed-by: Rita <rita@example.com>" in trailer.lines


def check_complete(pairs: tuple[Pair, ...], old: list[PatchText], new: list[PatchText]) -> None:
    """Every patch of both versions is listed once, with the mark that fits, the new ones in order."""
    assert sorted(pair.old for pair in pairs if pair.old is not None) == list(range(len(old)))
    assert [pair.new for pair in pairs if pair.new is not None] == list(range(len(new)))
    for pair in pairs:
        assert (pair.mark == "<") == (pair.new is None)
        assert (pair.mark == ">") == (pair.old is None)
        assert bool(pair.lines) == (pair.mark == "!")


# --- series made at random

WORDS = ["lock", "ring", "pool", "queue", "node", "walk", "free", "put", "get", "map"]
FILES = ("fs/a.c", "mm/b.c", "doc/c.rst", "d e.txt", "ü.c")


def some_lines(rng: random.Random, most: int) -> list[str]:
    """Lines like a program's: few different ones, blank ones, braces, and depths."""
    kinds = ["", "}", "\t}", "{", "\treturn 0;", "\t\tgoto out;"]
    out = []
    for _ in range(rng.randint(1, most)):
        word = rng.choice(WORDS)
        special = f"{rng.choice(['', chr(9), chr(9) * 2])}{word}_{rng.choice(WORDS)}({word}, {rng.randrange(40)});"
        out.append(rng.choice([*kinds, special, special, f"static int {word}{rng.randrange(9)}(void)", "  " + word]))
    return out


def reworked(rng: random.Random, lines: list[str]) -> list[str]:
    out = list(lines)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(out) + 1)
        out[at : at + rng.choice([0, 0, 1, 3])] = some_lines(rng, 6) if rng.random() < 0.7 else []
    return out


class Draft(NamedTuple):
    """A patch over a text that is cut into places: what stands at some of them afterwards."""

    title: str
    body: str
    author: str
    places: dict[tuple[str, int], list[str]]


def drafts_of(rng: random.Random, base: dict[str, list[list[str]]]) -> Callable[[], Draft]:
    def draft() -> Draft:
        places = {}
        for _ in range(rng.choice([1, 1, 2, 3, 5])):
            name = rng.choice(list(base))
            place = rng.randrange(len(base[name]))
            places[name, place] = reworked(rng, base[name][place])
        if rng.random() < 0.2:
            places[f"new{rng.randrange(4)}.c", 0] = some_lines(rng, 25)
        body = "\n".join(" ".join(rng.choices([*WORDS, "\tand", "ü\t"], k=5)) for _ in range(rng.randrange(4)))
        return Draft(f"{rng.choice(WORDS)}: {' '.join(rng.sample(WORDS, 3))}", body, rng.choice([ANNA, BERT]), places)

    return draft


def revise(rng: random.Random, series: list[Draft], draft: Callable[[], Draft]) -> None:
    """One change to a series."""
    at = rng.randrange(len(series))
    patch = series[at]
    match rng.randrange(9):
        case 0:
            series.insert(at, draft())
        case 1 if len(series) > 1:
            series.pop(at)
        case 2:
            series.insert(rng.randrange(len(series)), series.pop(at))
        case 3:
            series[at] = patch._replace(body=patch.body + "\n\nWords that came later.")
        case 4:
            series[at] = patch._replace(author=EVA, title=patch.title + " again")
        case 5 if len(patch.places) > 1:
            keys = list(patch.places)
            series[at : at + 1] = [patch._replace(places={key: patch.places[key] for key in part}) for part in (keys[:1], keys[1:])]
        case 6 if at + 1 < len(series):
            series[at] = patch._replace(places=patch.places | series.pop(at + 1).places)
        case _:
            series[at] = patch._replace(places={key: reworked(rng, lines) for key, lines in patch.places.items()})


def commits_of(base: dict[str, list[list[str]]], series: list[Draft]) -> list[Commit]:
    """The drafts as commits; one that changes nothing is left out, as `git format-patch` does."""
    text = {name: dict(enumerate(places)) for name, places in base.items()}
    out = []
    for draft in series:
        before = {name: dict(places) for name, places in text.items()}
        for (name, place), lines in draft.places.items():
            text.setdefault(name, {})[place] = lines
        changes: Tree = {name: joined(text[name]) for name, _ in draft.places if text[name] != before.get(name)}
        if any(data != joined(before.get(name, {})) for name, data in changes.items()):
            out.append(Commit(signed(f"{draft.title}\n\n{draft.body}".strip()), changes, draft.author))
    return out


def joined(places: dict[int, list[str]]) -> bytes:
    return "".join(f"{line}\n" for _, lines in sorted(places.items()) for line in lines).encode()


@pytest.mark.parametrize("seed", range(24))
def test_random_series_read_as_git_tells_them(seed: int, tmp_path: Path) -> None:
    """Series with several changes to each other, and patches that look alike, come out byte for byte as git prints them."""
    rng = random.Random(seed)
    base = {name: [some_lines(rng, 25) for _ in range(rng.randint(2, 7))] for name in rng.sample(FILES, rng.randint(1, 5))}
    draft = drafts_of(rng, base)
    old = [draft() for _ in range(rng.randint(1, 11))]
    new = list(old)
    for _ in range(rng.randint(1, 7)):
        revise(rng, new, draft)
    tree: Tree = {name: joined(dict(enumerate(places))) for name, places in base.items()}
    repo = history(tmp_path / "repo", tree, commits_of(base, old), commits_of(base, new))
    factor = rng.choice([60, 60, 30, 120])
    assert our_lines(posted(repo, "v1"), posted(repo, "v2"), factor) == git_lines(repo, f"--creation-factor={factor}")


def test_patches_that_are_equal_within_a_version_pair_as_git_pairs_them(tmp_path: Path) -> None:
    """Of several equal diffs in the old version git takes the last one first, and so do we."""
    on, off = source("same", "kick(w);"), source("same")
    old = [Commit(signed(f"same: {word}"), {"same.c": data}) for word, data in zip("abcd", (on, off, on, off), strict=True)]
    new = [Commit(signed(f"same: {word}"), {"same.c": data}) for word, data in zip("axcyz", (on, off, on, off, on), strict=True)]
    repo = history(tmp_path / "repo", BASE, old, new)
    ours = our_lines(posted(repo, "v1"), posted(repo, "v2"))
    assert ours == git_lines(repo)
    assert ours[0].startswith("3:")


# --- the parts, each against another program

# Tables and the row of each column as git's linear-assignment.c (2.55, compiled on its own) gives them.
GIT_ASSIGNMENTS = json.loads("""@@TABLES@@""")


@pytest.mark.parametrize(("table", "rows"), GIT_ASSIGNMENTS)
def test_assignment_is_the_one_git_makes(table: list[list[int]], rows: list[int]) -> None:
    """Ties, columns left without a row, and pairs that are not the cheapest come out as in git's own code."""
    assert rangediff._Assignment(table).solve() == rows


def changes_of(old: list[bytes], new: list[bytes], steps: int, *, indents: bool = False) -> list[rangediff._Change]:
    numbers: dict[bytes, int] = {}
    sides = rangediff._Lines(old, numbers), rangediff._Lines(new, numbers)
    depths = {numbers[line]: rangediff._indent(line) for line in (*old, *new)} if indents else None
    return rangediff._align(*sides, rangediff._Work(steps), depths)


def marked(old: list[bytes], new: list[bytes], changes: list[rangediff._Change]) -> list[bytes]:
    """A diff with the whole of both texts as context."""
    out, pos = [], 0
    for change in changes:
        out += [b" " + line for line in new[pos : change.new]]
        out += [b"-" + line for line in old[change.old : change.old + change.removed]]
        pos = change.new + change.added
        out += [b"+" + line for line in new[change.new : pos]]
    return out + [b" " + line for line in new[pos:]]


@pytest.mark.parametrize("indents", [False, True])
def test_changes_are_the_ones_git_finds(indents: bool, tmp_path: Path) -> None:
    """Which lines a diff calls changed, and where it places them, is what `git diff` says for random texts of all sizes."""
    rng = random.Random(7)
    for size in [*range(1, 40), *range(50, 600, 25), 2000]:
        old = [line.encode() for line in some_lines(rng, size)]
        new = list(old) if size % 5 else [line.encode() for line in some_lines(rng, size)]
        for _ in range(rng.choice([1, 3, size // 4 + 1])):
            at, to = rng.randrange(len(new) + 1), rng.randrange(len(new) + 1)
            moved = new[at : at + rng.choice([0, 1, 2, 8])]
            new[at : at + rng.choice([0, 1, 5])] = [rng.choice(old), *(line.encode() for line in some_lines(rng, 3))][: rng.randrange(4)]
            new[to:to] = moved
        for name, lines in (("old", old), ("new", new)):
            (tmp_path / name).write_bytes(b"".join(line + b"\n" for line in lines))
        option = "--indent-heuristic" if indents else "--no-indent-heuristic"
        shell = 'git diff --no-index --no-color -U9999 "$1" old new || true'
        done = git("-c", f"alias.show-all=!{shell} #", "show-all", option, cwd=tmp_path) if False else diff_of(tmp_path, option)
        assert marked(old, new, changes_of(old, new, 10**8, indents=indents)) == done or old == new
