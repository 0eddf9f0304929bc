"""The words that people put in brackets in front of a subject: what one pair of brackets says.

The rules for versions and releases are told in subject.py, which puts the groups of a subject together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MAX_WORDS = 60
_MAX_WORD = 60  # characters; longer ones are plain words
# What a word says. NOTICE: no patch, whatever is numbered. STABLE: releases beside it are meant for stable.
# STATE: nothing but that it is no list's name. FOR: the release behind it is one it applies to, and no version.
PATCH, RFC, RESEND, PULL, NOTICE, STABLE, STATE, FOR = range(1, 9)
MEANING = {
    word: meaning
    for meaning, words in (
        (PATCH, "patch patches patchset patchsets megapatchset patchseries patchbomb patchblizzard patchriver patchi"),
        (RFC, "rfc rfcrap"),
        (RESEND, "resend resent repost reposted reresend resedn re-send"),
        (PULL, "pull pullbomb pullreq"),
        (NOTICE, "announce announcement ann summit topic attend regression regressions bug bugreport report syzbot"),
        (NOTICE, "interdiff reminder cfp status question problem oops bisected"),
        (STABLE, "stable candidate backport autosel manualsel"),
        (STATE, "wip poc fyi ping committed commited merged bonus user draft ot spam optional help rft next"),
        (FOR, "for on onto against"),
    )
    for word in words.split()
}
_COUNTER = re.compile(r"\(?((\d{1,5})(?:\.\d{1,3})?/(\d{1,5}))[):.]*")
# The letters after a number: v2a, v3b, v2alx, v9r2d1, v5-fix, v2/TEST; not those of [v4l] and [v9fs].
_VERSION = re.compile(
    r"[-=(#]*v(?!4l|9fs)(\d{1,4})((?:\.\d{1,4})*)(?!\d)((?:[a-z]{0,3}|r\d[\w.]*)(?:\.?[^\w.):][^):]*|\.[yx])?)[):.]*",
    re.IGNORECASE,
)
_RELEASE_SUFFIX = re.compile(r"\.[yx]\b|-rc|-v\d|-stable", re.IGNORECASE)
_RELEASE = re.compile(
    r"(for-|stable-|linux-)?(v)?((?:[3-9]|1\d|2\.6)\.\d{1,3})(\.[yx])?(-stable)?"
    r"(?:([-/])(\d{1,2}\.\d{1,3}(?:\.[yx])?))?",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(patch(?:es|sets?)?|rfc|resend|repost)[-_=]?(v\d.*|\d+/\d+.*)", re.IGNORECASE)
# A version glued to the name of a tree: nextv2, net-nextv3, -nextv2, bpf-v2. Other names end in a version of their own:
# ipv4, cgroup-v2, btrfsv1; and tpmdd-next-v6.2 is a branch for a release.
_TREE_GLUED = re.compile(r"((?:[\w-]{0,30}-)?next|net|bpf)[-_]?(v\d{1,2})", re.IGNORECASE)
_PIECES = re.compile(r"[-/|]")
_MARKS = " :.()\"'"
_LIST_TAG = re.compile(r"[A-Za-z][\w.+-]+")
_TREE_TAG = re.compile(r"(?:.*[-_])?next(?:-\d+)?|for-.*", re.IGNORECASE)


@dataclass(slots=True)
class Group:
    """One pair of brackets: its words and what they say."""

    words: list[str] = field(default_factory=list)
    said: set[int] = field(default_factory=set)
    counter: re.Match[str] | None = None
    versions: list[tuple[int, str]] = field(default_factory=list)  # without a dot, or with letters after it
    dotted: list[tuple[int, int, str]] = field(default_factory=list)
    releases: list[tuple[bool, tuple[str, ...]]] = field(default_factory=list)  # sure to be meant for stable?
    of_repository: bool = False

    @property
    def of_patch(self) -> bool:
        return PATCH in self.said or self.counter is not None or bool(self.versions or self.dotted)

    @property
    def list_tag(self) -> bool:
        return (
            len(self.words) == 1
            and not (self.said or self.of_patch or self.releases)
            and _LIST_TAG.fullmatch(self.words[0]) is not None
            and _TREE_TAG.fullmatch(self.words[0]) is None
        )

    def read(self, content: str) -> None:
        """Takes the words of *content*, the text between the brackets."""
        if "," in content or ";" in content or "[" in content or "]" in content:
            content = content.translate(_SEPARATORS)
        words = content.split()
        if len(words) > 2 and "of" in words:  # Mercurial writes [PATCH 1 of 3]
            words = _OF.sub(r"\1/\2", content).split()
        for word in words[:_MAX_WORDS]:
            self._read_word(word)

    def _read_word(self, word: str) -> None:
        meaning = MEANING.get(word.lower())
        if meaning is not None:
            self._say(meaning, word)
            return
        if len(word) > _MAX_WORD:
            self.words.append(word)
            return
        if word[-1:].isdigit() or word[-1:] in "):." or word[:1] in "vV-=(#":
            found = _COUNTER.fullmatch(word)
            if found:
                self.counter = self.counter or found
                return
            found = _VERSION.fullmatch(word)
            if found and self._version(word, found):
                return
        release = _RELEASE.fullmatch(word)
        if release:
            self._release(word, release)
        else:
            self._odd_word(word)

    def _say(self, meaning: int, word: str) -> None:
        self.said.add(meaning)
        self.words.append(word)

    def _version(self, word: str, found: re.Match[str]) -> bool:
        """Takes a word like v2; False when it names a kernel release instead."""
        major, minor, suffix = int(found[1]), found[2], found[3]
        if _RELEASE_SUFFIX.match(suffix) or (minor and self._after_for()):
            if _RELEASE.fullmatch(word) is None:
                self.words.append(word)
                return True
            return False
        if "resend" in suffix.lower():
            self.said.add(RESEND)
            suffix = ""
        label = f"v{found[1]}{minor}{_LABEL_END.split(suffix, maxsplit=1)[0]}".rstrip("-+~").lower()
        if minor and not suffix:
            self.dotted.append((major, int(minor[1:].partition(".")[0]), label))
        else:
            self.versions.append((major, label))
        return True

    def _after_for(self) -> bool:
        return bool(self.words) and MEANING.get(self.words[-1].lower()) == FOR

    def _release(self, word: str, found: re.Match[str]) -> None:
        """Takes a word like 6.1.y: sure to mean stable with .y or a stable in it, else when it stands alone."""
        where, v, number, branch, stable, between, second = found.groups()
        name = number + (branch or "")
        names = (name,) if not second else (name, second) if between == "/" else (f"{name}-{second}",)
        sure = bool(branch or stable or (where and where.lower() != "for-"))
        self.words.append(word)
        if sure or not (where or v):
            self.releases.append((sure or not (len(self.words) > 1 and self._for_before()), names))

    def _for_before(self) -> bool:
        return MEANING.get(self.words[-2].lower()) == FOR

    def _odd_word(self, word: str) -> None:
        """Words with something glued to them: PATCHv2, RFC/PATCH, PATCH-next, (resend), RFC:."""
        bare = word.strip(_MARKS)
        glued = _GLUED.fullmatch(word) or _TREE_GLUED.fullmatch(bare)
        pieces = _PIECES.split(bare) if ":" not in bare else []
        if glued:
            self._read_word(glued[1])
            self._read_word(glued[2])
        elif bare.lower() in MEANING:
            self._say(MEANING[bare.lower()], bare)
        elif len(pieces) > 1 and (_keyword(pieces[0]) or _keyword(pieces[-1])):
            for piece in filter(None, pieces[:8]):
                self._read_word(piece)
        elif bare.lower().startswith("rfc") and not bare[3:4].isascii():
            self._say(RFC, bare)
        elif bare:
            self.of_repository |= ":" in bare
            self.words.append(word.rstrip(":"))


_SEPARATORS = str.maketrans(",;", "  ", "[]")
_LABEL_END = re.compile(r"[/.'\"]")
_OF = re.compile(r"\b(\d{1,4}) of (\d{1,4})\b")


def _keyword(word: str) -> bool:
    return MEANING.get(word.lower(), STATE) in (PATCH, RFC, RESEND, PULL)
