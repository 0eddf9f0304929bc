"""The words people use for review tags: where they stand in a text, and which of them are a trailer with a person.

For the rules in phrases.py a sentence is put into a plain form: lower case, single spaces, straight quotes, and a capital
letter in place of each tag word:

    R Reviewed-by, R-b, RVB    A Acked-by, A-b       T Tested-by, T-b         G "tag" behind "my"
    K ack, ACK                 L acked, acks         N NAK, NACK, self NAK    M NAKed, NACKs     X Not-reviewed-by
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.core.people import Person, parse_person

NAMES = {
    "R": "Reviewed-by", "A": "Acked-by", "K": "Acked-by", "L": "Acked-by", "T": "Tested-by",
    "N": "Nacked-by", "M": "Nacked-by", "G": "tag",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A tag word. letters: as above; by: it is written out, as a trailer's key is."""

    start: int
    end: int
    letters: str
    by: bool


@dataclass(frozen=True, slots=True)
class TagTrailer:
    """A tag with a person in its value. names: some of NAMES; note: what is remarked behind it, else ''.

    start: of the tag word; end: behind the value and its note.
    """

    names: tuple[str, ...]
    person: Person
    note: str
    start: int
    end: int


# Lower case. What stands before a match is looked at afterwards: an expression that starts with letters is searched fast.
_VERB = r"(?:re?v[iewv]{2,5}d?|ac?ked|ack|tested|test|na(?:c?k)?ed|nac?k)"
_WORD = re.compile(
    rf"(?:(?P<by>{_VERB}(?:(?: ?[/+&,] ?|-?and-?| and | or |-){_VERB}){{0,2}}(?: ?- ?|(?<=d) {{0,2}})by(?:'?s)?)"
    r"|(?P<short>(?:rvb|r-v?-?b|r/v?b|rb|t-b|tb|a-b|ab)(?:'?s)?(?! ?-?tree))"
    r"|(?P<nak>(?:self[- ]?)?(?:n-?ack|nak)(?P<nacked>'?ed|'?s|'d|ing)?)"
    r"|(?P<ack>ac?k(?P<acked>'?ed|'?s|'d|ing)?)"
    r"|(?P<tag>tags?))(?![\w(-])"
)
_CANDIDATE = re.compile(r"by|[-r/]v?b|ack|nak|y tag| ak")
_PREFIX = re.compile(r"(?:[a-z]{2,12}-){1,3}\Z")
_NEGATIONS = frozenset(("not-", "almost-", "un-"))
_VERBS = re.compile(r"re?v|ac?k|te|na")

_BY_OTHERS = re.compile(r" by (?!me\b|us\b|myself\b)\w")  # "tested by the bot"
_URL = re.compile(r"\bhttps?://\S+")
# What may stand behind a key: `Name <mail>`, with the address on the next line or its bracket not closed; `Name mail`;
# a name.
_VALUE = re.compile(
    r"[ \t]*+(?P<colon>(?::[ \t]*+){0,2}+)(?P<value>"
    r"[^\n<>:]{0,100}?(?:\n[ \t]*+)?<[^<>\n]{1,200}?(?:<[^<>\n]{1,200}>)?(?:>|(?=[ \t]*+$))"
    r"|(?:[^\s<>@:]{1,60} ){0,5}[^\s<>@:,]{1,80}@[^\s<>@,]{1,120}"
    r"|[^\s<>@:][^\n<>@:]{0,60}?(?=[ \t]*(?:\n|\Z|[#(])))(?P<rest>[^\n]{0,200})",
    re.MULTILINE,
)
_NOTE = re.compile(r"[ \t]*(?:#+[ \t]*(?P<hash>.*)|[(\[](?P<bracket>[^\])]*)[\])].*)")
_TAIL = re.compile(r"[ \t.,;:]*\Z")
_FULL_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){1,4}")


def one_of(*words: str) -> str:
    """An expression that matches any of *words*, which spaces divide; a `_` in a word stands for a space."""
    return f"(?:{'|'.join(' '.join(words).split())})".replace("_", " ")


def lowered(text: str) -> str:
    """*text* in lower case and of the same length, whatever letters it has."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def mentions(text: str, low: str, start: int, end: int) -> Iterator[Mention]:
    """The tag words of *text* between two offsets; *low*: the same text `lowered`."""
    hit = _CANDIDATE.search(low, start, end)
    while hit:
        line = max(low.rfind("\n", start, hit.start()) + 1, start)
        start = low.find("\n", hit.start(), end)
        start = end if start < 0 else start
        for match in _WORD.finditer(low, line, start):
            mention = _mention(text, low, match)
            if mention:
                yield mention
        hit = _CANDIDATE.search(low, start, end)


def _mention(text: str, low: str, match: re.Match[str]) -> Mention | None:
    """The tag word of a match; None when it is part of another word, an address or a path."""
    start, end = match.span()
    left = low[start - 1] if start else " "
    if left.isalnum() or left in "_@." or (left == "/" and low[start - 2 : start - 1] not in ("y", "b")):
        return None
    if match["by"]:
        letters = _letters_of_by(match["by"])
        if left == "-":
            prefix = _PREFIX.search(low, max(0, start - 40), start)
            if prefix is None:
                return None
            start = prefix.start()
            letters = "X" if prefix[0] in _NEGATIONS else letters
        return Mention(start, end, letters, True)
    if left == "-":
        return None
    letters = _letters_of(text[start:end], match, low[max(0, start - 3) : start])
    return Mention(start, end, letters, False) if letters else None


def _letters_of(written: str, match: re.Match[str], before: str) -> str:
    if match["short"]:
        bare = "-" not in written and "/" not in written and "v" not in written.lower()
        if bare and not (before == "my " or (written[0] == "R" and written[1] in "bB")):
            return ""
        return {"t": "T", "a": "A"}.get(written[0].lower(), "R")
    if match["nak"]:
        if written == "naked":
            return ""
        return "M" if match["nacked"] and not written.lower().startswith("self") else "N"
    if match["ack"]:
        return "L" if match["acked"] else "K" if written[1] in "cC" else ""
    return "G" if before == "my " else ""


def _letters_of_by(words: str) -> str:
    verbs = (match[0] for match in _VERBS.finditer(words))
    return "".join(dict.fromkeys({"r": "R", "t": "T", "n": "N"}.get(verb[0], "A") for verb in verbs))


def plain(text: str) -> str:
    """*text* in the plain form of the rules."""
    if "://" in text:
        text = _URL.sub("url", text)
    text = " ".join(text.split()).replace("*", "").replace('"', "")
    if not text.isascii():
        text = text.replace("’", "'").replace("‘", "'").replace("–", "-")
    low = lowered(text)
    parts = []
    at = 0
    for mention in mentions(text, low, 0, len(text)):
        if mention.by and _BY_OTHERS.match(low, mention.end - 3):
            continue
        parts += [low[at : mention.start], mention.letters]
        at = mention.end
    return "".join(parts) + low[at:] if parts else low


def trailer_at(text: str, mention: Mention, sender: Person) -> TagTrailer | None:
    """The trailer whose tag word is *mention*, or None when the words are none.

    A value without an address counts when it is a full name, or one that *sender* has. Without a colon there has to be
    an address, and nothing before the tag word on its line.
    """
    found = _VALUE.match(text, mention.end) if mention.by else None
    if found is None or not (found["colon"] or ("@" in found["value"] and _starts_line(text, mention.start))):
        return None
    value = " ".join(found["value"].split())
    person = parse_person(value) if "@" in value else _named(value.partition("<")[0].strip(" .,;"), sender)
    names = tuple(NAMES[letter] for letter in mention.letters if letter in NAMES)
    if person is None or not names:
        return None
    note = _NOTE.match(found["rest"])
    end = found.end() if note or _TAIL.match(found["rest"]) else found.end("value")
    remark = (note["hash"] or note["bracket"] or "").strip() if note else ""
    return TagTrailer(names, person, remark, mention.start, end)


def _starts_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t")


def _named(value: str, sender: Person) -> Person | None:
    """The person of a value without an address."""
    words = set(value.casefold().split())
    if words and words <= set(sender.name.casefold().replace(",", " ").split()):
        return Person(sender.name, "")
    return Person(value, "") if _FULL_NAME.fullmatch(value) else None
