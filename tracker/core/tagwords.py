"""The words people use for review tags: where they stand in a text, and which of them are a trailer with a person.

For the rules in phrases.py a sentence is put into a plain form: lower case, single spaces, straight quotes, and a capital
letter in place of each tag word:

    R Reviewed-by, R-b, RVB    A Acked-by, A-b       T Tested-by, T-b         G "tag" behind "my"
    K ack, ACK                 L acked, acks         N NAK, NACK, self NAK    M NAKed, NACKs     X Not-reviewed-by
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.people import Person, parse_person

NAMES = {
    "R": "Reviewed-by", "A": "Acked-by", "K": "Acked-by", "L": "Acked-by", "T": "Tested-by",
    "N": "Nacked-by", "M": "Nacked-by", "G": "tag",
}  # fmt: skip

_VERB = r"(?:re?v[iewv]{2,5}d?|ac?ked|ack|tested|test|na(?:c?k)?ed|nac?k)"
_BY = (
    r"(?P<by>(?:[a-z]{2,12}-){0,3}?" + _VERB + r"(?:(?: ?[/+&,] ?|-?and-?| and | or |-)" + _VERB + r"){0,2}"
    r"[- ]{0,2}by(?:'?s)?)(?![\w-])"
)  # fmt: skip
_SHORT = r"(?P<short>(?:[rta]-b|rvb|r[-/]v?-?b|(?-i:RB|Rb|AB(?= tag)|TB(?= tag))|(?<=\bmy )rb)(?:'?s)?)(?![\w-]| ?tree)"
_ACK = r"(?P<ack>(?:ac?k(?!ed)|ack(?=ed|'ed|s\b|'s|ing))(?P<acked>'?e?d|'?s|ing)?)(?![\w(-])"
_NAK = (
    r"(?P<nak>(?:self[- ]?)?(?:n-?ack(?P<nacked>'?ed|'?s|ing)?|nak(?P<naked>'?s|'ed|'d)?|(?P<named>(?-i:NAKed|NAKED|NaKed))))"
    r"(?![\w(-])"
)
MENTION = re.compile(rf"(?<![\w@.-])(?<![^yb]/)(?:{_BY}|{_SHORT}|{_NAK}|{_ACK}|(?<=\bmy )(?P<tag>tags?)\b)", re.IGNORECASE | re.ASCII)
_VERBS = re.compile(r"(?:not|almost|un)-|re?v|ac?k|te|na", re.IGNORECASE)
_LETTERS = {"rev": "R", "rv": "R", "te": "T", "na": "N", "ac": "A", "ak": "A"}

_VALUE = re.compile(
    r"[ \t]*+(?P<colon>:?)[ \t]*+(?P<value>"
    r"[^\n<>:]{0,100}?(?:\n[ \t]*+)?<[^<>\n]{1,200}>"  # Name <mail>, the address maybe on the next line
    r"|[^\s<>@:,]{1,80}@[^\s<>@,]{1,120}"
    r"|[^\s<>@:][^\n<>@:]{0,60}?(?=[ \t]*(?:\n|\Z|[#(])))(?P<rest>[^\n]{0,200})"
)
_NOTE = re.compile(r"[ \t]*(?:#+[ \t]*(?P<hash>.*)|[(\[](?P<bracket>[^\])]*)[\])].*)")
_TAIL = re.compile(r"[ \t.,;:]*\Z")
_FULL_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){1,4}")


@dataclass(frozen=True, slots=True)
class TagTrailer:
    """A tag with a person in its value. names: one or two of NAMES; note: what is remarked behind it, else ''.

    start: of the tag word; end: behind the value and its note. mail: the value names an address.
    """

    names: tuple[str, ...]
    person: Person
    note: str
    start: int
    end: int


def letters_of(match: re.Match[str]) -> str:
    """The capital letters that stand for a match of MENTION."""
    if match["by"]:
        return _letters_of_by(match["by"].lower())
    if match["short"]:
        return {"t": "T", "a": "A"}.get(match["short"][0].lower(), "R")
    if match["nak"]:
        return "M" if match["nacked"] or match["naked"] or match["named"] else "N"
    if match["ack"]:
        return "L" if match["acked"] else "K"
    return "G"


def _letters_of_by(words: str) -> str:
    found = []
    for match in _VERBS.finditer(words):
        verb = match[0]
        if verb.endswith("-"):
            return "X"
        found.append("R" if verb[0] == "r" and "v" in verb else {"t": "T", "n": "N"}.get(verb[0], "A"))
    return "".join(dict.fromkeys(found))


def plain(text: str) -> str:
    """*text* in the plain form of the rules."""
    text = " ".join(text.split()).replace("*", "").replace('"', "")
    if not text.isascii():
        text = text.replace("’", "'").replace("‘", "'").replace("–", "-")
    parts = []
    at = 0
    for match in MENTION.finditer(text):
        parts += [text[at : match.start()].lower(), letters_of(match)]
        at = match.end()
    parts.append(text[at:].lower())
    return "".join(parts)


def trailer_at(text: str, match: re.Match[str], sender: Person) -> TagTrailer | None:
    """The trailer whose tag word is *match*, or None when the words are none.

    A value without an address counts when it is a full name, or one that *sender* has. Without a colon there has to be
    an address, and nothing before the tag word on its line.
    """
    if not match["by"]:
        return None
    found = _VALUE.match(text, match.end())
    if found is None or not (found["colon"] or ("@" in found["value"] and _starts_line(text, match.start()))):
        return None
    value = " ".join(found["value"].split())
    person = parse_person(value) if "@" in value else _named(value.strip(" .,;"), sender)
    if person is None:
        return None
    note = _NOTE.match(found["rest"])
    tail = _TAIL.match(found["rest"])
    end = found.end() if note or tail else found.end("value")
    names = tuple(NAMES[letter] for letter in letters_of(match) if letter in NAMES)
    remark = (note["hash"] or note["bracket"] or "").strip() if note else ""
    return TagTrailer(names, person, remark, match.start(), end) if names else None


def _starts_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t")


def _named(value: str, sender: Person) -> Person | None:
    """The person of a value without an address."""
    words = set(value.casefold().split())
    if words and words <= set(sender.name.casefold().replace(",", " ").split()):
        return Person(sender.name, "")
    return Person(value, "") if _FULL_NAME.fullmatch(value) else None
