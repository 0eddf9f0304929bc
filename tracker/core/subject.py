"""Subjects of mails: what people write in brackets, read as people read it.

What counts as a patch: `patch` is True when a word in brackets is PATCH (PATCHSET, PATCHES, PATCHv2 …), or when brackets
have a counter (1/3) or a posting version (v2) and nothing says that they are something else: a report ([Bug 1],
[linux-next:master 3/9], [REGRESSION 0/4]), an announcement or a pull request. `[RFC] Convention` and `[RESEND] title`
are `rfc` and `resend` and nothing more: only the mail's diff can tell whether they are patches.

What is a version: v2, V3, v2a, -v2, v5.1, v9r2d1. A dotted one that names a kernel release is none: v5.10.y, v5.4-rc1,
"for v5.15", v5.15 (from .10 on), v6.15 beside a v2, several at once. Of several versions the highest counts.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tracker.core.brackets import MEANING, NOTICE, PATCH, PULL, RESEND, RFC, STABLE, Group


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject in its parts.

    full: on one line. title: without reply marks and brackets. counter: n/total as written ("0/4", "1.1/15"), else ''.
    n of a patch put between others ("0.5/5", "1.1/15") is the number before the dot, but at least 1.
    version_label: in lower case, '' where no version is written; version is 1 then.
    prefixes: words in brackets but for versions and counters, as written. lists: brackets of one word of their own in
    front ([LTP], [f2fs-dev]); those behind the patch's ([next], [media]) are trees or parts of one, and in prefixes.
    stables: kernel releases the patch is meant for ("6.1.y", "6.11"). tip_branch: "x86/urgent" of [tip: x86/urgent].
    """

    full: str
    title: str
    reply: bool
    forward: bool
    patch: bool
    rfc: bool
    resend: bool
    pull: bool
    subset: bool
    version: int
    version_label: str
    n: int | None
    total: int | None
    counter: str
    prefixes: tuple[str, ...]
    lists: tuple[str, ...]
    stables: tuple[str, ...]
    tip_branch: str | None
    revert: bool
    reapply: bool

    @property
    def explicit_version(self) -> bool:
        return bool(self.version_label)

    @property
    def is_cover(self) -> bool:
        """Whether it is numbered as a cover letter: 0/m."""
        return self.n == 0

    @property
    def stable(self) -> str | None:
        """The first of `stables`."""
        return self.stables[0] if self.stables else None


_MAX_LENGTH = 10_000  # characters; RFC 5322 section 2.1.1 allows 998 in a line
_MAX_GROUPS = 24

# Reply and forward marks. Short words that could also name a subsystem count only in front of a bracket.
_MARK = re.compile(
    r"(?:(?P<reply>re|antw|antwort|回复|回覆|答复|答覆|返信|ответ|отв|(?-i:A[Ww]|S[Vv])"
    r"|(?-i:V[Ss]|V[áÁ]|O[Dd][Pp]|Y[Nn][Tt]|R[Ee][Ss]|R|Н[Аа]|Α[Ππ])(?= ?: ?\[))"
    r"|(?P<forward>fwd|转发|轉寄|(?-i:F[Ww]|W[Gg])|(?-i:T[Rr]|R[Vv]|V[Bb]|V[Ll]|E[Nn][Cc])(?= ?: ?\[)))"
    r" ?(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4})? ?[:：] ?",
    re.IGNORECASE,
)
_SUBSET = re.compile(r"\(subset\) ?(?=\[)", re.IGNORECASE)
_PLAIN_GROUP = re.compile(r"\[([^\[\]]*)\]")
_BRACKET = re.compile(r"[\[\]]")
_FORWARDED = re.compile(r"[^\s\[\]@]++@[^\s\[\]@:]++: ")  # mutt forwards as [sender@host: subject]
# Without brackets: "PATCH v2: title", "RFC: title", "GIT PULL: title".
_BARE = re.compile(
    r"((?:(?:RFC|RESEND|REPOST)[ /:-]{1,2})*PATCH(?:SET)?(?:[ -]?[vV]\d{1,3}(?:\.\d{1,2})?)?(?: \d{1,4}/\d{1,4})?"
    r"|RFC(?: ?[vV]\d{1,3})?|GIT PULL|RESEND)(?: ?: ?| -+ |(?<=\d) )"
)
_GAP = re.compile(r"[ :;,-]*+(?=\[)| ?(?:[:;,] ?|-+ )*+")

_TIP = re.compile(r"tip: ?(\S+)", re.IGNORECASE)


class _Reader:
    """Walks over a subject's marks and brackets; where it stops, the title starts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.groups: list[Group] = []
        self.reply = self.forward = self.subset = False
        self.tip_branch: str | None = None
        self.pos = 0
        for _ in range(_MAX_GROUPS):
            if not self._step():
                break
        self.title = self.text[self.pos :].strip()

    def _step(self) -> bool:
        char = self.text[self.pos : self.pos + 1]
        if char == "[":
            return self._group()
        found = _MARK.match(self.text, self.pos)
        if found:
            self.reply |= found.lastgroup == "reply"
            self.forward |= found.lastgroup == "forward"
            self.pos = found.end()
            return True
        if char == "(":
            found = _SUBSET.match(self.text, self.pos)
            self.subset |= found is not None
        elif char in ("P", "R", "G"):
            found = _BARE.match(self.text, self.pos)
            if found:
                self._take(found[1].replace("/", " ", 1) if found[1].startswith("R") else found[1])
        if found:
            self.pos = found.end()
        return found is not None

    def _group(self) -> bool:
        """Reads the brackets at hand; nested ones are one group, and one that is never closed ends at the next ]."""
        found = _PLAIN_GROUP.match(self.text, self.pos)
        start, end = found.span() if found else (self.pos, self._balanced())
        if end <= start:
            return False
        content = self.text[start + 1 : end - 1]
        if "@" in content:
            head = _FORWARDED.match(content)
            if head:
                self.forward = True
                self.text, self.pos = content[head.end() :].strip(), 0
                return True
        self._take(content)
        gap = _GAP.match(self.text, end)
        self.pos = gap.end() if gap else end
        return True

    def _balanced(self) -> int:
        depth = 0
        first = 0
        for found in _BRACKET.finditer(self.text, self.pos):
            depth += 1 if found[0] == "[" else -1
            if found[0] == "]":
                first = first or found.end()
            if depth == 0:
                return found.end()
        return first

    def _take(self, content: str) -> None:
        tip = _TIP.fullmatch(content.strip()) if "tip" in content else None
        if tip:
            self.tip_branch = tip[1]
        group = Group()
        group.read(content)
        self.groups.append(group)


# Four of five subjects of patch lists: one bracket with PATCH, maybe a tree, a version and a counter, in this order.
_COMMON = re.compile(
    r"(Re: )?(?:\[([A-Z]{3})\] )?\[(?:(RFC) )?(PATCH)(?: (?!v\d)([a-z]++(?:-next)?))?(?: [vV](\d{1,3}))?"
    r"(?: ((\d{1,4})/(\d{1,4})))?\] (?!(?i:re|fwd?|antw|antwort|aw|sv|wg|res|odp|ynt|enc|r|tr|rv|v[sbl]) ?[:(\[^]"
    r"|PATCH|RFC|RESEND|REPOST|GIT)([A-Za-z0-9_].*)"
)


def _common(full: str) -> Subject | None:
    """The parts of a subject in the common form, None for others."""
    found = _COMMON.fullmatch(full)
    if found is None:
        return None
    reply, tag, rfc, patch, tree, version, counter, n, total, title = found.groups()
    if (tree or tag) and ((tree or "").lower() in MEANING or (tag or "").lower() in MEANING):
        return None
    if "evert" in title or "eapply" in title:
        return None
    return Subject(
        full, title, reply is not None, False, True, rfc is not None, False, False, False,
        int(version) if version else 1, f"v{version}" if version else "",
        int(n) if n else None, int(total) if total else None, counter or "",
        tuple(filter(None, (rfc, patch, tree))), (tag,) if tag else (), (), None, False, False,
    )  # fmt: skip


def parse_subject(text: str) -> Subject:
    """A decoded, unfolded subject in its parts. Takes any text; of very long ones (10,000 characters) the start."""
    full = " ".join(text[:_MAX_LENGTH].split())
    return _common(full) or _read(full)


def _read(full: str) -> Subject:
    reader = _Reader(full)
    groups = reader.groups
    version, label = _version_of(groups)
    counter = next((group.counter for group in groups if group.counter), None)
    n = int(counter[2]) if counter else None
    if counter and n == 0 and "." in counter[1]:
        n = 1
    said = {meaning for group in groups for meaning in group.said}
    lists, prefixes = _tags(groups)
    title = reader.title
    revert = _REVERT.match(title) if title[:300].lower().find("rever") >= 0 else None
    return Subject(
        full=full,
        title=title,
        reply=reader.reply,
        forward=reader.forward,
        patch=PATCH in said or _numbered(groups, said),
        rfc=RFC in said,
        resend=RESEND in said,
        pull=PULL in said,
        subset=reader.subset,
        version=version,
        version_label=label,
        n=n,
        total=int(counter[3]) if counter else None,
        counter=counter[1] if counter else "",
        prefixes=prefixes,
        lists=lists,
        stables=_stables(groups, said),
        tip_branch=reader.tip_branch,
        revert=revert is not None,
        reapply=_REAPPLY.match(title) is not None or bool(revert and _REVERT.match(title, revert.end())),
    )


_QUOTES = "\"'“”„‘’«`"
_REVERT = re.compile(rf"(?:[\w./, -]{{1,40}}+: )?\"?revert:? ?[{_QUOTES}]", re.IGNORECASE)
_REAPPLY = re.compile(rf"(?:[\w./, -]{{1,40}}+: )?re-?apply:? ?[{_QUOTES}]", re.IGNORECASE)


def _numbered(groups: list[Group], said: set[int]) -> bool:
    """Whether a counter or a version makes it a patch without the word."""
    if said & {NOTICE, PULL} or any(group.of_repository for group in groups):
        return False
    return any(group.counter or group.versions for group in groups)


def _version_of(groups: list[Group]) -> tuple[int, str]:
    """The version and how it is written; (1, '') when there is none. Dotted ones that are no version become releases."""
    plain = [version for group in groups for version in group.versions]
    dotted = [(group, *version) for group in groups for version in group.dotted]
    if len(dotted) == 1 and not plain:
        group, major, minor, label = dotted[0]
        of_kernel = 3 <= major < 20 and (minor >= 10 or label.count(".") > 1)
        if not of_kernel and not group.said & {STABLE, NOTICE}:
            return major, label
    for group, _, _, label in dotted:
        group.words.append(label)
        group.releases.append((True, (label[1:],)))
    return max(plain, key=lambda version: version[0], default=(1, ""))


def _stables(groups: list[Group], said: set[int]) -> tuple[str, ...]:
    """The releases meant: all named for stable, and plain numbers where it is no pull request or report."""
    plain = not said & {PULL, NOTICE}
    found = [names for group in groups for sure, names in group.releases if (sure and plain) or STABLE in said]
    return tuple(dict.fromkeys(name for names in found for name in names))


def _tags(groups: list[Group]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The list tags and the prefixes. Without a patch's brackets nothing tells a list's tag from other ones."""
    lists: list[str] = []
    prefixes: list[str] = []
    of_patch = [index for index, group in enumerate(groups) if group.of_patch or RFC in group.said]
    first = of_patch[0] if of_patch else 0
    for index, group in enumerate(groups):
        (lists if index < first and group.list_tag else prefixes).extend(group.words)
    return tuple(lists), tuple(dict.fromkeys(prefixes))


_LEADING_GROUPS = re.compile(r"\s*+(?:\[[^\[\]]*+\]\s*+)++")
_PUNCTUATION = re.compile(r"[^\w\s]+")


def normal_title(title: str) -> str:
    """A title for comparing: no case, no punctuation, no brackets in front, single spaces.

    Stable's mails drop apostrophes and quotes ("dont block"), committers change letter case and dots; words stay apart.
    """
    found = _LEADING_GROUPS.match(title)
    bare = title[found.end() :] if found else title
    if not bare.isascii():
        bare = unicodedata.normalize("NFKC", bare)
    return " ".join(_PUNCTUATION.sub("", bare.casefold()).split())
