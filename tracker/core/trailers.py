"""Trailers of commit messages and replies, change-ids, base commits and links to mails: what stands in a text.

Facts only: whether a trailer counts, for what and on which condition is judged elsewhere. What is a trailer:

1. `Key: value` on a line of its own, maybe indented, where the key is in the table below and the value is of the kind
   the key asks for (b4, LoreMessage.find_trailers with followup=True, is as strict with the values);
2. any other key that ends in -by or has a hyphen, where the value is a person (`Reviwed-by: A <a@example.org>`);
3. any key with a hyphen and any in the table, whatever the value, in a paragraph where 1. or 2. found a person or a
   commit (git interpret-trailers and b4 take the last paragraph as a whole).

No trailers are: quoted lines, what follows a signature mark or the header of an unquoted original, hunks of a diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from tracker.core.people import Person, parse_addresses, parse_person, split_note


@dataclass(frozen=True, slots=True)
class Trailer:
    """One trailer. line: 0-based line of the text it starts at. note: a remark without its `#` or brackets, else ''.

    key: letter case as in the table below; keys that are not in it are `known=False` and keep their spelling.
    person: whom the value names, for keys about people. indent: white space in front, quote marks not counted.
    """

    key: str
    value: str
    person: Person | None
    note: str
    line: int
    quoted: bool = False
    known: bool = True
    indent: int = 0


# What the value of a key has to be: a person; a reference to something on the web, in git or in mail; a commit; one
# word; anything. WEAK: anything, but only beside other trailers, since the key is also a common word.
_PERSON, _REFERENCE, _COMMIT, _WORD, _ANY, _WEAK = range(6)
_TABLE: tuple[tuple[int, str], ...] = (
    (
        _PERSON,
        "Signed-off-by Reviewed-by Acked-by Tested-by Reported-by Suggested-by Co-developed-by Nacked-by Cc "
        "Co-authored-by Reported-and-tested-by Reviewed-and-tested-by Tested-and-reviewed-by Acked-and-tested-by "
        "Tested-and-acked-by Reviewed-and-acked-by Acked-and-reviewed-by Reported-and-suggested-by "
        "Reported-and-reviewed-by Reported-and-acked-by Build-tested-by Compile-tested-by Bisected-by Debugged-by "
        "Diagnosed-by Analyzed-by Analysed-by Originally-by Originally-from Original-patch-by Based-on-patch-by "
        "Based-on-a-patch-by Based-on-work-by Helped-by Inspired-by Requested-by Found-by Fixed-by Written-by "
        "Cowritten-by Improved-by Improvements-suggested-by Enhanced-by Proposed-by Pointed-out-by Noticed-by "
        "Mentored-by Assisted-by Discovered-by Committed-by Merged-by Verified-by Approved-by Thanks-to "
        "Not-signed-off-by",
    ),
    (
        _REFERENCE,
        "Link Closes Message-ID BugLink Bug-Link Bugzilla Buglink-to References-to Reported-in Reviewed-on "
        "Lore-link Patchwork Patch-link Supersedes Obsoletes Obsoleted-by Based-on Depends-on Follow-up-to Follow-up "
        "Cherry-picked-from Cherry-picked-for Bug-Debian Bug-Ubuntu Kernel-code-ref Discussion Syzbot-link",
    ),
    (_COMMIT, "Fixes Stable-dep-of Upstream-commit Introduced-by Broken-by Reverts base-commit base-tree"),
    (_WORD, "Change-Id prerequisite-patch-id prerequisite-message-id prerequisite-change-id prerequisite-commit"),
    (
        _ANY,
        "Addresses-Coverity Addresses-Coverity-ID Coverity-id Google-Bug-Id Lustre-bug-id HPE-bug-id Lustre-change "
        "Lustre-commit CVE-ID Bugzilla-ID Jira-ID",
    ),
    (_WEAK, "Bug Issue Issues Resolves CVE JIRA Ref Refs References See-also Tests Upstream Origin Author"),
)
_KEYS = {name.casefold(): (name, kind) for kind, names in _TABLE for name in names.split()}
# Fields of mails and lines of signatures that have a person as their value, or stand beside them.
_NOT_KEY_NAMES = (
    "from to sent subject date e-mail email mail phone tel reply-to in-reply-to delivered-to return-path envelope-to "
    "errors-to mail-followup-to mailing-list disposition-notification-to e-mail-adresse authentication-results "
    "received-spf mime-version message-from"
)
_NOT_KEYS = frozenset(_NOT_KEY_NAMES.split())
_NOT_PREFIXES = ("x-", "list-", "arc-", "resent-", "dkim-", "content-")
_HEADER_KEYS = frozenset(("from", "to", "sent", "subject", "date"))


_KEY = r"([A-Za-z][A-Za-z0-9_-]*+(?:(?: [Oo]ff)?+ [Bb][Yy])?+)[ \t]*+:[ \t\xa0]*+([^\n]*)"
_LINE = re.compile(r"\n([ \t\xa0]*+)" + _KEY)
_ANY_LINE = re.compile(r"\n((?:[ \t\xa0]*+>)*+[ \t\xa0]*+)" + _KEY)  # quoted ones too
_BLANK = re.compile(r"\n[ \t\xa0\r>]*+(?=\n)")
_SIGNATURE = re.compile(r"\n-- ?\r?(?=\n)")
_ORIGINAL = re.compile(r"\n-{3,}+ ?(?:Original|Forwarded) message ?-{3,}", re.IGNORECASE)
_HUNK = re.compile(r"\n@@+ -\d+(?:,(\d{1,9}))? \+\d+(?:,(\d{1,9}))? @@[^\n]*")
_MAIL = r"[^<>\s@]++@[^<>\s@]++"
_MAIL_LINE = re.compile(rf"<{_MAIL}>(?:\s*+[#\[].*)?")
_WITH_PERSON = re.compile(rf"[^<>]*+<(?:mailto:)?{_MAIL}|{_MAIL}(?:\s*\Z|\s+[(\[#])")
_DOUBLED = re.compile(r"(?<=[^\s<])<mailto:[^<>]*+>")  # <a@b<mailto:a@b>>, made by mailers that write HTML
_FULL_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*+(?: [^\W\d_a-z][\w.'’-]*+){1,4}")
_COMMIT_VALUE = re.compile(r"(?:commit )?[0-9a-fA-F]{6,64}\b|v\d")
_REFERENCE_VALUE = re.compile(r"\S+://|<?[^\s@]++@\S|#\d|[0-9a-fA-F]{7,64}\b|[A-Z]{2,}-\d|\d{4,}\s*\Z")
_MAX_CANDIDATES = 20_000
_MAX_WRAP = 4  # lines that a note or the title of a commit may go on for


@dataclass(slots=True)
class _Candidate:
    """A line that may be a trailer, with what its following lines add to it."""

    line: int
    start: int
    end: int
    prefix: str
    key: str
    value: str
    notes: list[str] = field(default_factory=list)

    @property
    def quoted(self) -> bool:
        return ">" in self.prefix

    @property
    def entry(self) -> tuple[str, int] | None:
        return _KEYS.get(self.key.casefold())


def parse_trailers(text: str, quoted: bool = False) -> tuple[Trailer, ...]:
    """The trailers of a commit message or of a reply's body, in their order; with *quoted* those of quoted lines too.

    *text*: the part of a posting above its `---`, or a whole body; lines end with \\n. A Cc of several people makes
    one trailer for each.
    """
    padded = f"\n{text}\n"
    pattern = _ANY_LINE if quoted else _LINE
    matches = [match for match in pattern.finditer(padded) if _possible(match[2], match[3])]
    if not matches:
        return ()
    found: list[Trailer] = []
    for block in _blocks(padded, matches[:_MAX_CANDIDATES]):
        header = {candidate.key.casefold() for candidate in block if not candidate.quoted} & _HEADER_KEYS
        if "from" in header and header & {"sent", "to"}:  # the header of a mail: below is an original without marks
            break
        found.extend(_of_block(block, in_header=len(header) > 1))
    return tuple(found)


def _possible(key: str, value: str) -> bool:
    """A first look, cheap enough for every line with a colon."""
    folded = key.casefold()
    return folded in _KEYS or folded in _HEADER_KEYS or (len(key) < 50 and ("-" in key or " " in key or "_" in key))


# --- lines


def _blocks(text: str, matches: list[re.Match[str]]) -> Iterator[list[_Candidate]]:
    """The candidates of each paragraph, without those in hunks of a diff and below the end of the writer's words."""
    limit = _end_of_words(text)
    hunks = iter(_hunks(text) if "\n@@" in text else [])
    low, high = next(hunks, (len(text), len(text)))
    block: list[_Candidate] = []
    line, counted = 0, 0
    for match in matches:
        start = match.start()
        if start >= limit:
            break
        while high <= start:
            low, high = next(hunks, (len(text), len(text) + 1))
        if low < start:
            continue
        line += text.count("\n", counted, start)
        counted = start
        if block and _BLANK.search(text, block[-1].end, start + 1):
            yield block
            block = []
        if not block or start >= block[-1].end:
            block.append(_completed(text, _Candidate(line, start, match.end(), match[1], match[2], match[3].strip())))
    if block:
        yield block


def _end_of_words(text: str) -> int:
    """Where the signature or an original without quote marks starts.

    The mark is `-- ` (RFC 3676 section 4.3); without its space, as some mailers send it, it counts near the end only.
    """
    original = _ORIGINAL.search(text)
    end = original.start() if original else len(text)
    for match in _SIGNATURE.finditer(text, 0, end):
        if match[0].startswith("\n-- ") or text.count("\n", match.end(), match.end() + 2_000) <= 8:
            return match.start()
    return end


def _hunks(text: str) -> list[tuple[int, int]]:
    """Where hunks of diffs are, by the line counts in their headers."""
    found = []
    end = 0
    for match in _HUNK.finditer(text):
        if match.start() < end:
            continue
        old, new, end = int(match[1] or 1), int(match[2] or 1), match.end()
        while (old > 0 or new > 0) and end < len(text) - 1 and text[end + 1] in " +-\\\n":
            mark = text[end + 1]
            old -= mark in " \n-"
            new -= mark in " \n+"
            end = text.find("\n", end + 1)
        found.append((match.start(), end))
    return found


def _next_line(text: str, end: int) -> tuple[str, int]:
    """The line after the newline at *end*, and the newline that ends it; ('', end) when there is none."""
    stop = text.find("\n", end + 1)
    return (text[end + 1 : stop].rstrip(), stop) if stop >= 0 else ("", end)


def _completed(text: str, candidate: _Candidate) -> _Candidate:
    """Adds the lines a trailer goes on for: folded values, wrapped addresses and titles, `[notes]` below it."""
    if candidate.quoted:
        return candidate
    for _ in range(_MAX_WRAP):
        line, stop = _next_line(text, candidate.end)
        if not line.strip() or not _goes_on(candidate, line):
            break
        candidate.value = f"{candidate.value} {line.strip()}".strip()
        candidate.end = stop
    while note := _note_below(text, candidate):
        candidate.notes.append(note)
    return candidate


def _goes_on(candidate: _Candidate, line: str) -> bool:
    """Whether *line* is still part of the value."""
    entry, value, rest = candidate.entry, candidate.value, line.strip()
    kind = entry[1] if entry else _PERSON
    folded = line[0] in " \t" and not rest.startswith("[") and _LINE.match("\n" + line) is None
    if kind == _PERSON:
        if value.endswith(","):
            return folded and "@" in rest
        return "@" not in value and _MAIL_LINE.fullmatch(rest) is not None
    if kind in (_COMMIT, _REFERENCE):
        if not value:
            return _REFERENCE_VALUE.match(rest) is not None
        return value.count("(") > value.count(")")
    return folded


def _note_below(text: str, candidate: _Candidate) -> str:
    """A remark in brackets on lines of its own below a trailer: `[name: did X]`, `[for the foo bits]`."""
    line, stop = _next_line(text, candidate.end)
    note = line.strip()
    if not note.startswith("["):
        return ""
    for _ in range(_MAX_WRAP):
        if "]" in note:
            break
        line, stop = _next_line(text, stop)
        if not line:
            return ""
        note = f"{note} {line.strip()}"
    if not note.endswith("]") or (note.find("]") < len(note) - 1 and "[" not in note[1:]):
        return ""
    candidate.end = stop
    return note[1:-1].strip()


# --- what a candidate says


def _of_block(block: list[_Candidate], in_header: bool) -> Iterator[Trailer]:
    """The trailers of one paragraph. *in_header*: it has fields of a mail in it, so a Cc there is one as well."""
    judged = [_judged(candidate) for candidate in block]
    anchored = any(sure and anchors for sure, anchors in judged)
    for candidate, (sure, _) in zip(block, judged, strict=True):
        folded = candidate.key.casefold()
        if not candidate.value or folded in _NOT_KEYS or folded.startswith(_NOT_PREFIXES):
            continue
        if (sure or anchored) and not (in_header and folded in ("cc", "message-id")):
            yield from _trailers(candidate)


def _judged(candidate: _Candidate) -> tuple[bool, bool]:
    """Whether the value is of the key's kind, and whether that makes the paragraph one of trailers."""
    entry, value = candidate.entry, candidate.value
    if candidate.key.casefold() in _NOT_KEYS:
        return False, False
    if entry is None:
        return _WITH_PERSON.match(value) is not None, True
    name, kind = entry
    if kind == _PERSON:
        named = name != "Cc" and _FULL_NAME.fullmatch(value) is not None
        return named or _WITH_PERSON.match(value) is not None, True
    if kind == _COMMIT:
        return _COMMIT_VALUE.match(value) is not None, True
    if kind == _REFERENCE:
        return _REFERENCE_VALUE.match(value) is not None, False
    if kind == _WORD:
        return len(value) >= 8 and " " not in value, True
    return kind == _ANY, False


def _trailers(candidate: _Candidate) -> Iterator[Trailer]:
    entry, value = candidate.entry, " ".join(candidate.value.split())
    known, (key, kind) = entry is not None, entry or (_tidy(candidate.key), _PERSON)
    closed = value.rfind(")") + 1 if kind == _COMMIT else 0
    rest, *notes = _without_notes(value[closed:])
    note = "; ".join(filter(None, [*notes, *candidate.notes]))
    value = value[:closed] + rest
    indent = len(candidate.prefix.rpartition(">")[2])
    if kind == _PERSON and ">" in value and not (key == "Cc" and value.count("@") > 1):
        value, remark = _remark_split(_DOUBLED.sub("", value))
        note = "; ".join(filter(None, (remark, note)))
    people: list[tuple[str, Person | None]] = [(value, parse_person(value) if kind == _PERSON else None)]
    if kind == _PERSON and "@" not in value and _FULL_NAME.fullmatch(value):
        people = [(value, Person(value, ""))]
    elif key == "Cc" and "," in value and value.count("@") > 1:
        several = parse_addresses(value.encode("utf-8", "replace"))
        people = [(f"{one.name} <{one.email}>" if one.name else one.email, one) for one in several]
    for text, person in people:
        yield Trailer(key, text, person, note, candidate.line, candidate.quoted, known, indent)


def _without_notes(value: str) -> list[str]:
    """A value without its remarks, and the remarks without their marks."""
    value, last = split_note(value)
    value, first = split_note(value)
    return [value, *(note.strip("#[] ") for note in (first, last) if note)]


def _remark_split(value: str) -> tuple[str, str]:
    """A person and what is remarked behind the address: `Name <mail> (for the tests)`."""
    end = value.find(">") + 1
    remark = value[end:].strip(" ,;")
    return value[:end], remark[1:-1] if remark.startswith("(") and remark.endswith(")") else remark


def _tidy(key: str) -> str:
    """An unknown key with the letter case that known ones have."""
    return key[:1].upper() + key[1:].lower() if key.casefold().endswith("by") else key


# --- footers and links

_FOOTER = r"^{}:[ \t]+(\S+)[ \t\r]*$"
_CHANGE_ID = re.compile(_FOOTER.format("change-id"), re.MULTILINE | re.IGNORECASE)
_GERRIT_ID = re.compile(r"I[0-9a-f]{40}")
_BASE_COMMIT = re.compile(r"^base-commit:[ \t]+(?:\S+[ \t]+)?([0-9a-f]{12,64})\b", re.MULTILINE | re.IGNORECASE)
_URL = re.compile(r"https?://([A-Za-z0-9.-]++)/([^\s<>\"]++)")
_ARCHIVE_HOSTS = ("lore.", "inbox.", "public-inbox.")
_ARCHIVES = ("patch.msgid.link", "msgid.link", "lkml.kernel.org", "mid.gmane.org", "mid.mail-archive.com", "marc.info")
_ID = re.compile(r"[^\s<>/#?&@]++@[^\s<>/#?&@,;)\]'`\"]++")
_MESSAGE_ID = re.compile(r"^[ \t]*Message-Id:[ \t]*<?([^\s<>@]+@[^\s<>@]+)>?", re.MULTILINE | re.IGNORECASE)
_QUOTED_LINES = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def change_id(text: str) -> str | None:
    """The id that b4 writes below a cover or single patch (`change-id: 20240530-…`); Gerrit's Change-Id is none."""
    for match in _CHANGE_ID.finditer(text):
        if _GERRIT_ID.fullmatch(match[1]) is None:
            return match[1]
    return None


def base_commit(text: str) -> str | None:
    """The commit named by a `base-commit:` line (git format-patch --base, b4), 12 to 64 hex digits in lower case."""
    match = _BASE_COMMIT.search(text)
    return match[1].lower() if match else None


def links(text: str, quoted: bool = False) -> tuple[str, ...]:
    """The message ids that URLs of mail archives and Message-ID lines name, each once, in their order.

    Reads lore.kernel.org/{r,all,LIST}/ID, patch.msgid.link/ID, lkml.kernel.org/r/ID, public-inbox servers and
    marc.info/?i=ID; takes `%`-encoding, `/T/#u` and punctuation off. Quoted lines are another's words.
    """
    if "://" not in text and "essage-" not in text:
        return ()
    if not quoted and ">" in text:
        text = _QUOTED_LINES.sub("", text)
    found = [(match.start(), _id_of_url(match[1].lower(), match[2])) for match in _URL.finditer(text)]
    found += [(match.start(), match[1]) for match in _MESSAGE_ID.finditer(text)]
    return tuple(dict.fromkeys(msgid for _, msgid in sorted(found) if msgid))


def _id_of_url(host: str, path: str) -> str:
    """The message id in the path of a mail archive's URL, '' when there is none or the host is no mail archive.

    The id is the first part with an @, so a list or year before it and `/T/#u` after it do not matter.
    """
    if host not in _ARCHIVES and not host.startswith(_ARCHIVE_HOSTS):
        return ""
    if host == "marc.info":
        path = path.removeprefix("?i=")
    for part in path.split("/", 4)[:4]:
        match = _ID.match(part.partition("#")[0].replace("%40", "@"))
        if match:
            return unquote(match[0].rstrip(".,:!*_|")).strip("<>")
        if "?" in part:
            return ""
    return ""
