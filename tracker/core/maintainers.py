"""MAINTAINERS of the kernel, QEMU and their like: whose files these are.

The meaning of the letters is written at the top of the kernel's MAINTAINERS; where it is silent, the rules are those of
scripts/get_maintainer.pl. K: (words in a patch) is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tracker.core.people import Person, parse_addresses

_LINE = re.compile(r"([A-Z]):[ \t]*(.*)")
_Part = str | re.Pattern[str]
_STARS = re.compile(r"\*+")
_WILD = re.compile(r"\?|\[[^\]/]+\]")
_MAX_PATH, _MAX_PATTERN = 1_000, 400
_MAX_KNOWN = 50_000  # paths
_WILDCARD = re.compile(r"[*?\[]")
_RANGE = re.compile(r"(?<=\w)\\-(?=\w)")
_ROLES = ("M", "R")
_REST = -1  # depth of a pattern that begins with *: it names everything rather than something

# Expressions of N: come from anybody's file: repeated groups and many repetitions cost too much, and Python warns of sets
# inside of sets.
_BAD_EXPRESSION = re.compile(r"\)[*+?{]|\[[^\]]*(?:\[|--|&&|~~|\|\|)")
_REPETITION = re.compile(r"(?<![\\(])[*+?{]")
_MAX_REPETITIONS = 2


@dataclass(frozen=True, slots=True)
class Pattern:
    """What F: or X: names. dir: all below it; depth: levels, more is more specific, -1 for one that begins with a star.

    start, parts: what stands before the first star, and behind each one; no star crosses a `/`, unless the pattern is a dir
    or has `**` (deep).
    """

    text: str
    start: _Part
    parts: tuple[_Part, ...]
    slashes: int
    depth: int
    dir: bool
    deep: bool

    def matches(self, path: str) -> bool:
        """Whether it names the file. As in get_maintainer.pl a pattern for files may end before the file's name does."""
        if not (self.dir or self.deep) and path.count("/") != self.slashes:
            return path.startswith(f"{self.text}/")  # a directory that is named without its slash
        if isinstance(self.start, str):
            end = len(self.start) if path.startswith(self.start) else -1
        else:
            end = found.end() if (found := self.start.match(path)) else -1
        for part in self.parts:
            end = _behind(part, path, end) if end >= 0 else -1
        return end >= 0


@dataclass(frozen=True, slots=True)
class Section:
    """One subsystem. people: with their letter, M or R. lists (L:), trees (T:) and status (S:) as written."""

    name: str
    people: tuple[tuple[Person, str], ...]
    lists: tuple[str, ...]
    trees: tuple[str, ...]
    status: str
    files: tuple[Pattern, ...]
    excluded: tuple[Pattern, ...]
    names: tuple[re.Pattern[str], ...]

    def depth(self, path: str) -> int | None:
        """How exactly the section names a file: levels of the best pattern, 0 for N:, -1 for all files, None if it does not."""
        if any(one.matches(path) for one in self.excluded):
            return None
        found = [one.depth for one in self.files if one.matches(path)]
        found += [0] if any(one.search(path) for one in self.names) else []
        return max(found, default=None)


class _Index:
    """Which patterns of which sections may name a file: by the folder in which the literal start of the pattern ends."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._patterns: dict[str, list[tuple[int, Pattern]]] = {}
        self._names: list[tuple[int, re.Pattern[str]]] = []
        for number, section in enumerate(sections):
            for one in section.files:
                self._patterns.setdefault(_folder(one.text), []).append((number, one))
            self._names += [(number, one) for one in section.names]
        self._known: dict[str, dict[int, int]] = {}
        words = [one.split(maxsplit=1)[0] for section in sections for one in section.lists]
        self.lists = frozenset(one.lower().replace("@", ".") for one in words if "@" in one)

    def depths(self, path: str) -> dict[int, int]:
        """The sections that name a file, each with its Section.depth. What was asked before is known."""
        found = self._known.get(path)
        if found is None:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            found = self._known[path] = self._look(path)
        return found

    def _look(self, path: str) -> dict[int, int]:
        found: dict[int, int] = {}
        end = 0
        while True:
            for number, one in self._patterns.get(path[:end], ()):
                if one.depth > found.get(number, _REST - 1) and one.matches(path):
                    found[number] = one.depth
            end = path.find("/", end) + 1
            if not end:
                break
        for number, name in self._names:
            if found.get(number, _REST) < 0 and name.search(path):
                found[number] = 0
        return {
            number: depth for number, depth in found.items()
            if not any(one.matches(path) for one in self._sections[number].excluded)
        }  # fmt: skip


def _folder(pattern: str) -> str:
    """The folder, with its slash, that everything a pattern names is below; '' for the top."""
    folder, slash, _ = _WILDCARD.split(pattern, maxsplit=1)[0].rpartition("/")
    return folder + slash


@dataclass(frozen=True, slots=True)
class Maintainers:
    """All sections, in the order of the file."""

    sections: tuple[Section, ...]
    _index: _Index = field(init=False, repr=False, compare=False)

    @property
    def list_ids(self) -> frozenset[str]:
        """The lists of all sections, as ids in lower case (RFC 2919): demo@lists.example.org is demo.lists.example.org."""
        return self._index.lists

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", _Index(self.sections))

    def sections_for(self, paths: Iterable[str]) -> list[Section]:
        """The sections that name at least one of these files, the most specific first.

        Those that name all files there are (THE REST) only when there is no other one.
        """
        depths: dict[int, int] = {}
        for path in filter(None, dict.fromkeys(paths)):
            for index, depth in self.depths(path).items():
                depths[index] = max(depth, depths.get(index, _REST))
        some = [index for index, depth in depths.items() if depth != _REST] or list(depths)
        return [self.sections[index] for index in sorted(some, key=lambda index: (-depths[index], index))]

    def depths(self, path: str) -> dict[int, int]:
        """The places in `sections` of those that name a file -> how exactly (Section.depth). Quick also for many sections."""
        return self._index.depths(path[:_MAX_PATH]) if path else {}

    def people_for(self, paths: Iterable[str]) -> list[tuple[Person, str, str]]:
        """(person, M or R, section) for these files, the most specific section first, each once a section and letter."""
        found = [(*one, section.name) for section in self.sections_for(paths) for one in section.people]
        return list(dict.fromkeys(found))


def read_maintainers(text: str) -> Maintainers:
    """The sections of a MAINTAINERS file. Lines that mean nothing are left out; never raises."""
    sections = []
    name = ""
    lines: list[tuple[str, str]] = []
    for line in text.split("\n"):
        found = _LINE.match(line)
        if found:
            lines.append((found[1], found[2].strip()))
        elif line.strip() and not line.lstrip().startswith("#"):  # the next section's name
            sections.append(_section(name, lines))
            name, lines = line.strip(), []
    sections.append(_section(name, lines))
    return Maintainers(tuple(one for one in sections if one.files or one.names))


def _section(name: str, lines: list[tuple[str, str]]) -> Section:
    def of(letter: str) -> list[str]:
        return [value for key, value in lines if key == letter and value]

    people = tuple((person, key) for key, value in lines if key in _ROLES for person in _people(value))
    return Section(
        name=name, people=people, lists=tuple(of("L")), trees=tuple(of("T")), status=" ".join(of("S")),
        files=tuple(filter(None, map(_pattern, of("F")))), excluded=tuple(filter(None, map(_pattern, of("X")))),
        names=tuple(_expressions(of("N"))),
    )  # fmt: skip


def _people(value: str) -> list[Person]:
    return [one for one in parse_addresses(value.encode("utf-8", "replace")) if one.email]


def _pattern(text: str) -> Pattern | None:
    if len(text) > _MAX_PATTERN:
        return None
    slashes, is_dir = text.count("/"), text.endswith("/")
    depth = _REST if text.startswith("*") else slashes + (not is_dir)
    start, *parts = map(_part, _STARS.split(text))
    return Pattern(text, start, tuple(parts), slashes, depth, is_dir, "**" in text)


def _part(text: str) -> _Part:
    """A piece without a star: itself, or an expression where it has a `?` or a list of characters."""
    if "?" not in text and "[" not in text:
        return text
    out, end = "", 0
    for wild in _WILD.finditer(text):
        out += re.escape(text[end : wild.start()]) + ("." if wild[0] == "?" else _one_of(wild[0]))
        end = wild.end()
    return re.compile(out + re.escape(text[end:]))


def _behind(part: _Part, path: str, at: int) -> int:
    """Where the first *part* at or behind *at* ends, -1 when there is none. Later ones would leave less for what follows."""
    if isinstance(part, str):
        found = path.find(part, at)
        return found + len(part) if found >= 0 else -1
    match = part.search(path, at)
    return match.end() if match else -1


def _one_of(text: str) -> str:
    """`[a-c]` as an expression; itself, taken literally, when it is no list of characters."""
    negated = "^" if text.startswith("[^") else ""
    listed = f"[{negated}{_RANGE.sub('-', re.escape(text[1 + len(negated) : -1]))}]"
    try:
        re.compile(listed)
    except re.error:
        return re.escape(text)
    return listed


def _expressions(texts: Iterable[str]) -> Iterator[re.Pattern[str]]:
    """N:'s expressions, blanks in them meaning nothing; those that are none or too costly are left out."""
    for text in texts:
        if len(text) > _MAX_PATTERN or _BAD_EXPRESSION.search(text) or len(_REPETITION.findall(text)) > _MAX_REPETITIONS:
            continue
        try:
            yield re.compile(text, re.VERBOSE)
        except (re.error, OverflowError, RecursionError):
            continue
