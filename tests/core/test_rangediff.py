"""Two versions of a series paired and compared, held against `git range-diff`, `git diff` and git's own assignment."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.bodies import folder_mails, git
from tracker.core import assignment, linediff, rangediff, sliding
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
                quoted = path.replace('"', '\\"').encode()
                out.append(b'M %s inline "%s"\ndata %d\n%s\n' % (mode, quoted, len(data), data))

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
BASE |= {"logo.png": b"\x89PNG\0" + bytes(range(256)), "run.sh": b"#!/bin/sh\n", 'dir/wörd "x".txt': b"one\n"}
SAME = Commit(
    signed("same: nothing happens to this patch\n\nWhy\tit is:\nsee\tü\tbelow."), {"same.c": source("same", "kick(w);")}
)
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
    Commit(
        signed("mode: executable, a picture, an odd name"), {"run.sh": None, "run.sh*": b"#!/bin/sh\n", "logo.png": b"\0\1" * 99}
    ),
    Commit(signed("gone: remove it"), {"gone.c": None, 'dir/wörd "x".txt': b"one\ntwo\n"}),
    Commit(signed("tail: no newline"), {"tail.c": source("tail") + b"/* end */"}),
]
NEW = [
    LATE,
    Commit(signed("edit: count arguments"), {"edit.c": source("edit", "w->a += arg;", "w->b -= arg;", "w->c = 1;")}),
    Commit(
        signed("text: the words changed\n\nNot so short:\n\n  - a list\n  - in two lines"),
        {"text.c": source("text", "w->lock++;")},
    ),
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
    assert {marks[name] for name in ("edit", "text", "tag", "move", "author", "gone", "tail")} == {"!"}
    said = "\n".join(our_lines(old, new, 900))
    for words in (
        "(mode change 100644 => 100755)",
        "gone.c (deleted)",
        ".h (new)",
        "move.c => lib/",
        "Binary files",
        "\\ No newline",
    ):
        assert words in said
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
            series[at : at + 1] = [
                patch._replace(places={key: patch.places[key] for key in part}) for part in (keys[:1], keys[1:])
            ]
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

# The row of each column of a table as git's linear-assignment.c (2.55, compiled on its own) gives it.
GIT_ASSIGNMENTS = {
    "several are cheapest": (
        [[6, 7, 2, 2, 2], [8, 3, 3, 3, 3], [6, 3, 3, 3, 3], [3, 3, 0, 0, 0], [3, 3, 0, 0, 0]],
        [2, 1, 4, 0, 3],
    ),
    "a column without a row": ([[14, 16, 10, 7, 7], [17, 6, 3, 1, 1], *[[4, 5, 1, 0, 0]] * 3], [3, 1, -1, 0, 4]),
    "costs 13, not 10": ([[6, 3, 4, 3, 3], [3, 7, 3, 3, 3], *[[4, 3, 4, 0, 0]] * 3], [-1, 4, 1, 3, 2]),
    "costs 113, not 92": (
        [[58, 49, 54, 7, 7, 7], [20, 15, 33, 11, 11, 11], [60, 56, 59, 21, 21, 21], *[[21, 25, 28, 0, 0, 0]] * 3],
        [-1, 5, 4, 2, 0, 3],
    ),
}


@pytest.mark.parametrize("case", GIT_ASSIGNMENTS)
def test_assignment_is_the_one_git_makes(case: str) -> None:
    """Ties, columns left without a row, and pairs that are not the cheapest come out as in git's own code."""
    table, rows = GIT_ASSIGNMENTS[case]
    assert assignment.Assignment(table).solve() == rows


def test_equal_diffs_stay_pairs_where_the_assignment_forgets_them() -> None:
    """A patch whose column git leaves without a row keeps the counterpart with the same diff that it had before."""
    table, _ = GIT_ASSIGNMENTS["costs 13, not 10"]
    assert rangediff._assigned(table, {0: 0}, 3, 2) == {0: 0, 1: 2}


def changes_of(old: list[bytes], new: list[bytes], steps: int, *, indents: bool = False) -> list[linediff.Change]:
    numbers: dict[bytes, int] = {}
    sides = linediff.Lines(old, numbers), linediff.Lines(new, numbers)
    depths = {numbers[line]: sliding.indent_of(line) for line in (*old, *new)} if indents else None
    return linediff.align(*sides, sliding.Work(steps), depths)


def marked(old: list[bytes], new: list[bytes], changes: list[linediff.Change]) -> list[bytes]:
    """A diff with the whole of both texts as context."""
    out, pos = [], 0
    for change in changes:
        out += [b" " + line for line in new[pos : change.new]]
        out += [b"-" + line for line in old[change.old : change.old + change.removed]]
        pos = change.new + change.added
        out += [b"+" + line for line in new[change.new : pos]]
    return out + [b" " + line for line in new[pos:]]


def two_texts(rng: random.Random, size: int) -> tuple[list[bytes], list[bytes]]:
    """Two texts of about *size* lines: unrelated ones, or the second with lines of the first replaced and moved."""
    old = [line.encode() for line in some_lines(rng, size)]
    if size % 5 == 0:
        return old, [line.encode() for line in some_lines(rng, size)]
    new = list(old)
    for _ in range(rng.choice([1, 3, size // 4 + 1])):
        at, to = rng.randrange(len(new) + 1), rng.randrange(len(new) + 1)
        moved = new[at : at + rng.choice([0, 1, 2, 8])]
        new[at : at + rng.choice([0, 1, 5])] = [line.encode() for line in some_lines(rng, 3)]
        new[to:to] = moved
    return old, new


def blocks(rng: random.Random) -> tuple[list[bytes], list[bytes]]:
    """A text of few different blocks, and the same with blocks added or removed, which fits in several places."""
    depths = ["", "", "  ", "\t", "\t\t"]
    kinds = []
    for _ in range(rng.randint(1, 3)):
        lines = [rng.choice(depths) + rng.choice("ab{}") for _ in range(rng.randint(1, 6))]
        blanks = [""] * rng.choice([0, 1, 1, 2, 19, 20, 25]) + [" \t"] * rng.choice([0, 0, 1])
        kinds.append([line.encode() for line in rng.choice([lines + blanks, blanks + lines, [*lines[:2], *blanks, *lines[2:]]])])
    old = [rng.choice(kinds) for _ in range(rng.choice([1, 3, 8, 30]))]
    new = list(old)
    for _ in range(rng.randint(1, 2)):
        at = rng.randrange(len(new) + 1)
        new[at : at + rng.choice([0, 0, 1])] = [rng.choice(kinds)] * rng.randint(0, 2)
    both = [[line for block in text for line in block] for text in (old, new)]
    return both[0], both[1]


GitDiff = Callable[[list[bytes], list[bytes], bool], list[bytes]]


@pytest.fixture
def git_diff(tmp_path: Path) -> GitDiff:
    """The diff of two texts as `git diff` prints it with the whole of them as context."""
    git("init", "--quiet", cwd=tmp_path)

    def diff(old: list[bytes], new: list[bytes], indents: bool) -> list[bytes]:
        for name, lines in (("old", old), ("new", new)):
            (tmp_path / name).write_bytes(b"".join(line + b"\n" for line in lines))
        blobs = git("hash-object", "-w", "old", "new", cwd=tmp_path).decode().split()
        option = "--indent-heuristic" if indents else "--no-indent-heuristic"
        shown = git("diff", "--no-color", "-U99999", option, *blobs, cwd=tmp_path).split(b"\n")[:-1]
        return shown[next(i for i, line in enumerate(shown) if line.startswith(b"@@")) + 1 :]

    return diff


@pytest.mark.parametrize("indents", [False, True])
def test_changes_are_the_ones_git_finds(indents: bool, git_diff: GitDiff) -> None:
    """Which lines of two texts differ is what `git diff` says, for few lines and many, related texts and unrelated ones."""
    rng = random.Random(7)
    for size in [*range(1, 40), *range(50, 600, 25), 2000]:
        old, new = two_texts(rng, size)
        if old != new:
            assert marked(old, new, changes_of(old, new, 10**9, indents=indents)) == git_diff(old, new, indents), size


def test_changes_that_fit_in_several_places_are_where_git_puts_them(git_diff: GitDiff) -> None:
    """Blank lines and indents decide where an added or removed block begins, as for `git diff`."""
    rng = random.Random(8)
    moved = 0
    for _ in range(250):
        old, new = blocks(rng)
        if old != new:
            expected = git_diff(old, new, True)
            assert marked(old, new, changes_of(old, new, 10**9, indents=True)) == expected
            moved += marked(old, new, changes_of(old, new, 10**9)) != expected
    assert moved > 50


def test_names_of_sections_are_cut_where_git_cuts_them(tmp_path: Path) -> None:
    """A function name too long for a hunk header ends after 80 bytes, before a letter that would be cut in two."""
    for pad in range(3):
        name = f"int {'x' * pad}{'ü' * 30}(void)"
        text = "\n".join([name, *(f"\tline({n});" for n in range(90)), ""])
        base: Tree = {f"{'d' * 40}.c": text.encode()}
        texts = [text.replace("(17)", "(17 + 1)").replace("(25)", word).encode() for word in ("(x)", "(y)")]
        repo = history(tmp_path / str(pad), base, *([Commit("f: g\n", dict.fromkeys(base, data))] for data in texts))
        lines = our_lines(posted(repo, "v1"), posted(repo, "v2"), 500)
        assert lines == git_lines(repo, "--creation-factor=500")
        assert 80 - 1 <= len(lines[1].encode()) - len("    @@ ") <= 80


@given(
    st.lists(st.sampled_from([b"a", b"b", b"", b" c"])), st.lists(st.sampled_from([b"a", b"b", b"", b" d"])), st.integers(-1, 60)
)
def test_changes_are_true_whatever_the_budget(old: list[bytes], new: list[bytes], steps: int) -> None:
    """However early the search ends, what is not marked is equal on both sides, and runs of changes do not touch."""
    pos = (0, 0)
    changes = changes_of(old, new, steps, indents=True)
    for index, change in enumerate(changes):
        assert old[pos[0] : change.old] == new[pos[1] : change.new]
        assert index == 0 or change.old > pos[0]
        assert change.removed + change.added > 0
        pos = change.old + change.removed, change.new + change.added
    assert old[pos[0] :] == new[pos[1] :]


@given(st.lists(st.sampled_from("abcdefg"), max_size=30), st.lists(st.sampled_from("abcdefgh"), max_size=30))
def test_the_bound_is_no_higher_than_the_cost(old: list[str], new: list[str]) -> None:
    """A pair that is left out because its bound is too high would have cost too much."""
    numbers: dict[bytes, int] = {}
    left, right = (linediff.Lines([line.encode() for line in lines], numbers) for lines in (old, new))
    cost = rangediff._diff_cost(left, right, sliding.Work(10**6))
    assert cost == 0 if old == new else rangediff._least_cost(left, right) <= cost


# --- what no git sees

DIFF = b"diff --git a/x.c b/x.c\nindex 1..2 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@ int f(void)\n a\n-b\n+c\n \n"
PLAIN = PatchText(1, "x: change b", ANNA, b"Why.\n", DIFF)


@pytest.mark.parametrize(
    "diff",
    [
        DIFF.replace(b"index 1..2 100644", b"index 3..4 100644"),
        DIFF.replace(b"-1,3 +1,3", b"-71,3 +72,3"),
        DIFF + b"-- \n2.45.0\n\nbase-commit: 0123\n",
        DIFF.replace(b"\n \n", b"\n\n"),
        DIFF.replace(b"\n", b"\r\n"),
        DIFF.replace(b"a/x.c", b"i/x.c").replace(b"b/x.c", b"w/x.c"),
        DIFF.partition(b"\n")[2].partition(b"\n")[2],
    ],
    ids=["blob ids", "line numbers", "footer", "lost space", "CRLF mail", "other prefixes", "not from git"],
)
def test_what_mail_and_time_do_to_a_patch_is_no_change(diff: bytes) -> None:
    """Blob ids, line numbers, signatures, footers, line ends and prefixes make no difference."""
    assert [pair.mark for pair in range_diff([PLAIN], [replace(PLAIN, diff=diff)])] == ["="]


@pytest.mark.parametrize(
    "changes",
    [
        {"message": b"Because.\n"},
        {"title": "x: change c"},
        {"author": EVA},
        {"diff": DIFF.replace(b"int f", b"int g")},
        {"diff": DIFF.replace(b"x.c", b"y.c")},
        {"diff": DIFF.replace(b"index", b"old mode 100644\nnew mode 100755\nindex")},
    ],
    ids=["message", "title", "author", "function", "file", "mode"],
)
def test_every_other_difference_is_one(changes: dict[str, bytes]) -> None:
    """What git compares and only that makes a patch a changed one."""
    (pair,) = range_diff([PLAIN], [replace(PLAIN, **changes)], creation_factor=200)  # type: ignore[arg-type]
    assert (pair.old, pair.new, pair.mark) == (0, 0, "!")
    assert any(line.startswith("    +") for line in pair.lines)


def test_lines_without_a_counterpart_have_dashes_as_wide_as_the_labels() -> None:
    """Numbers and labels stand in columns as git sets them, numbers being those of the patches."""
    old = [replace(PLAIN, n=n, label="0123abc", diff=DIFF.replace(b"x.c", b"%d" % n * 9)) for n in (8, 9)]
    new = [replace(old[1], n=10, label="4567def"), replace(PLAIN, n=11, label="89abcde", title="y", diff=b"")]
    assert render(range_diff(old, new), old, new) == [
        " 8:  0123abc <  -:  ------- x: change b",
        " 9:  0123abc = 10:  4567def x: change b",
        " -:  ------- > 11:  89abcde y",
    ]


def test_series_too_long_to_weigh_pair_by_diff_and_title() -> None:
    """Beyond the limit equal diffs are pairs, then equal titles in their order; the rest stays alone."""
    count = rangediff._MAX_PATCHES // 2 + 1
    old = [replace(PLAIN, n=n, title=f"t{n}", diff=DIFF.replace(b"-b", b"-%d" % n)) for n in range(count)]
    new = [replace(old[0], title="other"), *(replace(patch, diff=DIFF.replace(b"+c", b"+%d" % patch.n)) for patch in old[1:-1])]
    pairs = range_diff(old, [*new, replace(old[1], diff=b"")])
    assert [(p.old, p.new, p.mark) for p in pairs[:2]] == [(0, 0, "!"), (1, 1, "!")]
    assert [(p.old, p.new, p.mark) for p in pairs[-2:]] == [(count - 1, None, "<"), (None, count - 1, ">")]
    check_complete(pairs, old, [*new, new[0]])


patch_texts = st.builds(
    PatchText,
    st.integers(0, 12),
    st.text(max_size=8),
    st.text(max_size=8),
    st.binary(max_size=20) | st.sampled_from([b"\t\xff\t", b"a\tb\n\n\n c \n"]),
    st.lists(
        st.sampled_from([*DIFF.splitlines(keepends=True), b"\\ No\n", b"GIT binary patch\n", b"\xff\r\n", b"--- /dev/null\n"])
    )
    .map(b"".join)
    .map(lambda data: data[:400]),
    st.sampled_from(["", "abc", "-------"]),
)


@settings(deadline=None)
@given(st.lists(patch_texts, max_size=6), st.lists(patch_texts, max_size=6), st.integers(-5, 300))
@example([PLAIN], [], 60)
@example([], [replace(PLAIN, title="\ud800", author="\n")], 60)
def test_nothing_raises_and_no_patch_is_lost(old: list[PatchText], new: list[PatchText], factor: int) -> None:
    """Whatever the texts, each patch is listed once and each list prints in one line a patch and those of its diff."""
    pairs = range_diff(old, new, creation_factor=factor)
    check_complete(pairs, old, new)
    lines = render(pairs, old, new)
    assert len(lines) == len(pairs) + sum(len(pair.lines) for pair in pairs)
    assert not any("\n" in line for line in lines)


@given(st.lists(patch_texts, max_size=6))
def test_a_version_is_equal_to_itself(patches: list[PatchText]) -> None:
    """Compared with itself, a version with different diffs has only equal patches."""
    distinct = list({patch.diff: patch for patch in patches if b"@@ -" in patch.diff and patch.diff.startswith(b"diff")}.values())
    texts = [replace(patch, diff=DIFF.replace(b"+c", b"+%d" % n) + patch.diff) for n, patch in enumerate(distinct)]
    assert [(pair.old, pair.new, pair.mark) for pair in range_diff(texts, texts)] == [(n, n, "=") for n in range(len(texts))]


# --- bounds


def long_patch(rng: random.Random, n: int, lines: list[bytes]) -> PatchText:
    body = b"".join(rng.choice([b"+", b"+", b"-"]) + line + b"\n" for line in lines)
    size = b"@@ -1,%d +1,%d @@\n" % (body.count(b"\n-") + body.startswith(b"-"), body.count(b"\n+") + body.startswith(b"+"))
    return PatchText(n, f"long {n}", ANNA, b"", DIFF.partition(b"@@")[0] + size + body)


@pytest.mark.parametrize("few", [1, 50], ids=["one line", "few lines"])
def test_long_diffs_take_linear_time(few: int) -> None:
    """A patch of 100,000 lines whose lines are all alike, or of a few kinds, is compared within seconds."""
    rng = random.Random(3)
    old, new = (long_patch(rng, 1, [b"%d" % rng.randrange(few) for _ in range(100_000)]) for _ in range(2))
    start = time.process_time()
    pairs = range_diff([old], [new])
    assert time.process_time() - start < 20  # takes about 2
    check_complete(pairs, [old], [new])


def test_fifty_patches_that_are_alike_take_a_second_or_two() -> None:
    """50 by 50 patches of 500 lines, each pair of them similar, find their counterparts."""
    rng = random.Random(4)
    common = [b"%s %d" % (rng.choice(WORDS).encode(), rng.randrange(99)) for _ in range(500)]

    def edited(lines: list[bytes], share: float, word: bytes) -> list[bytes]:
        return [b"%s %d" % (word, rng.randrange(99)) if rng.random() < share else line for line in lines]

    bodies = [edited(common, 0.3, b"own%d" % n) for n in range(50)]
    old = [long_patch(random.Random(n), n + 1, body) for n, body in enumerate(bodies)]
    new = [long_patch(random.Random(n), n + 1, edited(body, 0.1, b"later")) for n, body in enumerate(bodies)]
    start = time.process_time()
    pairs = range_diff(old, new)
    assert time.process_time() - start < 15  # takes about 1.5
    assert [(pair.old, pair.new, pair.mark) for pair in pairs] == [(n, n, "!") for n in range(50)]


# --- real series


def versions_of(truth: Path, mails: dict[str, Message]) -> list[list[PatchText]]:
    """The patches of each version that a truth file lists, oldest version first."""
    versions = json.loads(truth.read_text())["versions"]
    out = []
    for version in sorted(versions, key=float):
        found = [mails[entry["msgid"]] for entry in versions[version] if entry["msgid"] in mails]
        out.append([text for n, mail in enumerate(found) if (text := patch_text(mail, n, "-------")).diff])
    return out


def test_real_versions_pair_their_equal_patches(real_data: Path) -> None:
    """In real series a patch with the same patch id as before has a counterpart, and with the same words it is equal."""
    mails = {message.msgid: message for message in map(parse, folder_mails(real_data / "series"))}
    same = 0
    for truth in sorted((real_data / "series").rglob("*.truth.json")):
        versions = versions_of(truth, mails)
        for old, new in pairwise(versions):
            pairs = range_diff(old, new)
            check_complete(pairs, old, new)
            marks = {pair.new: pair.mark for pair in pairs}
            before = {patch_id(text.diff): text for text in old}
            for j, text in enumerate(new):
                earlier = before.pop(patch_id(text.diff), None)  # a version may have a patch twice
                if earlier is not None:
                    words = [(one.title, one.author, one.message) for one in (earlier, text)]
                    assert marks[j] == ("=" if words[0] == words[1] else "!"), text.title
                    same += 1
    assert same >= 90
