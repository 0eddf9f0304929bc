"""A mail for reading: headers and long quotes folded, diffs coloured, tags marked where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tracker.core.dates import iso
from tracker.core.people import Person
from tracker.faces import rows
from tracker.faces.plain import plain_lines
from tracker.faces.tui.draw.line import BAD, BOLD, DIM, GOOD, INFO, LINK, WARN, Line, Sheet, Span, chop, line, safe, wrap
from tracker.faces.tui.mails import Mail

_QUOTE = re.compile(r"^[ \t]{0,3}>")
_TRAILER = re.compile(r"^[ \t]{0,3}([A-Za-z][A-Za-z-]{2,40}-by|Fixes|Closes|Link|Cc|Change-Id):", re.IGNORECASE)
_DIFF_START = re.compile(r"^(?:diff --git |--- \S|Index: )")
_LONG_QUOTE = 6  # lines from which on a quote is folded
_SHOWN = 2  # lines of it that stay
_PEOPLE = 3  # addresses shown while the header is folded


@dataclass
class Folds:
    """What the user opened. quotes: open ones, by their number in the mail; all_open; headers: all fields; raw: the source."""

    quotes: set[int] = field(default_factory=set)
    all_open: bool = False
    headers: bool = False
    raw: bool = False


def mail_sheet(mail: Mail, folds: Folds, room: int) -> Sheet:
    """The mail in lines of so many columns. Sheet.folds: line -> number of the quote that opens there; marks: own words."""
    room = max(room, 20)
    if folds.raw:
        return _raw(mail, room)
    lines = _header(mail, folds, room)
    folded: dict[int, int] = {}
    marks: list[int] = []
    text = plain_lines(mail.message.body).rstrip("\n").split("\n")
    if mail.abridged:
        lines.append(line(("Abridged: f, or 'tracker follow' of this mail, fetches its full text.", WARN)))
    at, number, in_diff = 0, 0, False
    noted = _noted(mail, text)
    while at < len(text):
        one = text[at]
        if _QUOTE.match(one) and not in_diff:
            end = at
            while end < len(text) and _QUOTE.match(text[end]):
                end += 1
            _quote(lines, folded, text[at:end], number, folds, room)
            number += 1
            at = end
            marks.append(len(lines))
            continue
        in_diff = in_diff or bool(_DIFF_START.match(one) and _starts_diff(text, at))
        in_diff = in_diff and one != "-- "
        sgr = _diff_colour(one) if in_diff else _word_colour(one)
        lines += _text(one, sgr, room, links=not in_diff)
        lines += noted.get(at, [])
        at += 1
    lines += noted.get(-1, [])
    for part in mail.message.parts:
        if not part.is_text and (part.filename or not part.is_html):
            lines.append(line((f"[attachment: {safe(part.filename or 'unnamed')}, {safe(part.content_type)}]", DIM)))
    return Sheet(lines, None, dict(folded), tuple(marks))


def _starts_diff(text: list[str], at: int) -> bool:
    return text[at].startswith("diff --git ") or (at + 1 < len(text) and text[at + 1].startswith("+++ "))


def _header(mail: Mail, folds: Folds, room: int) -> list[Line]:
    message = mail.message
    sender = message.sender
    lines = [line((safe(message.subject) or "(no subject)", BOLD))] if len(message.subject) <= room else []
    lines = lines or wrap(safe(message.subject), room, BOLD)
    who = f"{safe(sender.name)} <{safe(sender.email)}>" if sender.name else safe(sender.email) or "(nobody)"
    lines.append(line(("From: ", DIM), who))
    lines.append(line(("Date: ", DIM), (iso(message.date) or "unknown").replace("T", " ").replace("Z", " UTC")))
    for name in ("To", "Cc"):
        people = message.people(name)
        if people:
            lines += _people(name, people, folds, room)
    if folds.headers:
        lines += wrap(f"<{safe(mail.msgid)}>", room, "", "Message-ID: ")
        for name in ("In-Reply-To", "References", "List-Id", "Reply-To", "X-Mailer", "User-Agent"):
            for value in message.headers(name):
                lines += wrap(safe(value), room, DIM, f"{name}: ")
        for word in message.defects:
            lines.append(line((f"odd: {safe(word)}", WARN)))
    lines.append(line(("─" * room, DIM)))
    return lines


def _people(name: str, people: tuple[Person, ...], folds: Folds, room: int) -> list[Line]:
    names = [safe(f"{one.name} <{one.email}>" if folds.headers and one.name else one.name or one.email) for one in people]
    if folds.headers:
        return wrap(", ".join(names), room, "", f"{name}: ")
    more = f" and {len(names) - _PEOPLE} more" if len(names) > _PEOPLE else ""
    return [line((f"{name}: ", DIM), ", ".join(names[:_PEOPLE]), (more, DIM))]


def _quote(lines: list[Line], folded: dict[int, int], text: list[str], number: int, folds: Folds, room: int) -> None:
    """A quote: short ones as they are; of long ones the last lines, which the answer below is about."""
    is_open = folds.all_open != (number in folds.quotes)
    if len(text) < _LONG_QUOTE:
        shown = text
    elif is_open:
        folded[len(lines)] = number
        lines.append(line((f"▾ {len(text)} quoted lines", INFO)))
        shown = text
    else:
        folded[len(lines)] = number
        lines.append(line((f"▸ {len(text) - _SHOWN} more quoted lines (Space opens)", INFO)))
        shown = text[-_SHOWN:]
    for one in shown:
        lines.extend(line((piece, f"{DIM};{INFO}")) for piece in chop(one, room))


def _text(one: str, sgr: str, room: int, *, links: bool) -> list[Line]:
    one = one.replace("\t", "        ")
    if not links:
        return [line((piece, sgr)) for piece in chop(one, room)]
    if "://" not in one:
        lead = one[: len(one) - len(one.lstrip())][: room // 2]
        return [line((one, sgr))] if len(one) <= room and one.isascii() else wrap(one, room, sgr, lead)
    spans: list[Span] = []
    at = 0
    for match in LINK.finditer(one):
        spans += [Span(one[at : match.start()], sgr), Span(match[0], "4;34")]
        at = match.end()
    spans.append(Span(one[at:], sgr))
    return [tuple(spans)] if len(one) <= room else [line((piece, sgr)) for piece in chop(one, room)]


def _word_colour(one: str) -> str:
    return GOOD if _TRAILER.match(one) else ""


def _diff_colour(one: str) -> str:
    if one.startswith(("+++", "---", "diff ", "index ", "new file", "deleted file", "rename ", "similarity ")):
        return BOLD
    return {"+": GOOD, "-": BAD, "@": INFO}.get(one[:1], "")


def _noted(mail: Mail, text: list[str]) -> dict[int, list[Line]]:
    """What the program made of a mail's words: the number of a line -> the verdicts that stand below it."""
    found: dict[int, list[Line]] = {}
    keys = {at: _key(one) for at, one in enumerate(text) if not _QUOTE.match(one)} if mail.tags else {}
    for tag in mail.tags:
        if tag["source"] == "posting" and not tag["mismatch"]:
            continue
        colour = BAD if tag["mismatch"] or tag["verdict"] == "refused" else GOOD if rows.counts(tag) else WARN
        lost = f", lost in {len(tag['lost_in'])} later version(s)" if tag["lost_in"] else ""
        verdict = line((f"  ╰ {rows.tag_words(tag)}{lost}", colour))
        found.setdefault(_place(keys, _key(tag["quote"]), tag["name"].lower()), []).append(verdict)
    return found


def _place(keys: dict[int, str], quote: str, name: str) -> int:
    """The line that the deciding words stand on: of those that are part of the quote the one with the tag's name, or the last."""
    parts = [at for at, key in keys.items() if key and (key in quote or quote in key)]
    named = [at for at in parts if name in keys[at]]
    long_enough = [at for at in parts if len(keys[at]) > 5]
    return (named or long_enough or [-1])[-1]


def _key(text: str) -> str:
    return " ".join(safe(text).lower().split())


def _raw(mail: Mail, room: int) -> Sheet:
    text = plain_lines(mail.message.raw.decode("utf-8", "replace").replace("\r\n", "\n"))
    pieces = (piece for one in text.split("\n") for piece in chop(one.replace("\t", "        "), room))
    return Sheet([line(piece) for piece in pieces])


def links_of(mail: Mail) -> list[str]:
    """The links of a mail's own words, then of its quotes, each once."""
    own = LINK.findall(mail.message.own_text) + LINK.findall(mail.message.quoted_text)
    return list(dict.fromkeys(one.rstrip(".,;:!?>") for one in own))
