"""A reply's own words: without quotes, diffs and signature, and cut into sentences.

Nothing is judged here. Every span is a pair of offsets into the text as given, so that a caller can quote it as it stands.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_QUOTES = re.compile(r"^[ \t]{0,3}+>.*+(?:\n[ \t]{0,3}+>.*+)*+", re.MULTILINE)
# The first lines of a diff and all hunk lines below; white space at the end of a hunk may be lost, so empty lines belong
# to it while more of it follows.
_DIFF = re.compile(
    r"^(?:diff --git .*|--- [^\n]++\n\+\+\+ .*|@@+ -\d.*)"
    r"(?:\n(?:[-+@\\ ].*|index .*|(?:new|deleted|old) .*|(?:similarity|rename|copy|Binary) .*|(?=\n[-+@\\ ]))){0,20000}+",
    re.MULTILINE,
)
# A signature's mark (RFC 3676 section 4.3), also without its space; an original below the reply without quote marks.
_END = re.compile(r"^(?:-- ?$|_{20,}+$|-{3,}+ ?(?:Original|Forwarded) [Mm]essage|From: .*\n(?:Sent|To|Date): )", re.MULTILINE)
_BARE_MARK_LINES = 8  # without its space the mark counts only this near to the end
_QUOTE_LINE = re.compile(r"^[ \t]{0,3}>", re.MULTILINE)
_EMPTY_LINE = re.compile(r"\n[ \t\r]*(?=\n)")
_MAX_HEAD = 2_500  # characters of the header of an original
_ATTRIBUTION = re.compile(
    r"^(?:On .*\n)?.*(?:wrote|writes|said|schrieb|a écrit|escribió|写道|さんは)[^\n:：]{0,60}[:：]?\s*\Z"
    r"|^(?:On|Le|Am) .*\d{2}:\d{2}.*:\s*\Z",
    re.MULTILINE,
)
_BREAK = re.compile(
    r"[.!?]++[\"')\]*_]*+(?=\s)"
    r"|[:;]-?[)(D](?=\s)"
    r"|:[ \t]*+(?=\n)"
    r"|\n[ \t]*+(?=\n)"
    r"|\n(?=[ \t]*+(?:[-*•+]|\d{1,2}[.)])[ \t])"
)
_ABBREVIATIONS = frozenset(("e.g.", "i.e.", "vs.", "cf.", "etc.", "incl.", "approx.", "a.k.a.", "w.r.t."))
MAX_SENTENCE = 600  # characters; nobody writes longer ones about tags, and it bounds the work on hostile text


def own_blocks(text: str) -> list[Span]:
    """The runs of the writer's own lines between quotes and diffs, without the signature and what follows it."""
    gaps = [match.span() for match in _QUOTES.finditer(text)] if ">" in text else []
    if "\n@@ " in text or "\n+++ " in text:
        gaps = sorted(gaps + [match.span() for match in _DIFF.finditer(text)])
    blocks = []
    start = 0
    for low, high in [*gaps, (len(text), len(text))]:
        if low > start:
            end = _end_of_words(text, start, low)
            stop = _without_attribution(text, start, end) if end == low < high else end
            if not text[start:stop].isspace() and stop > start:
                blocks.append((start, stop))
            if end < low:
                break
        start = max(start, high)
    return blocks


def _end_of_words(text: str, start: int, end: int) -> int:
    """Where the signature or an original starts between two offsets, else the second one."""
    for match in _END.finditer(text, start, end):
        if match[0] == "--":
            ends = text.count("\n", match.end(), match.end() + 2_000) <= _BARE_MARK_LINES
        else:
            ends = match[0] == "-- " or not _quoted_below(text, match.start())
        if ends:
            return match.start()
    return end


def _quoted_below(text: str, at: int) -> bool:
    """Whether the header of an original at an offset stands where others write `NAME wrote:`, with quoted lines below."""
    quote = _QUOTE_LINE.search(text, at, at + _MAX_HEAD)
    return quote is not None and len(_EMPTY_LINE.findall(text, at, quote.start())) <= 2


def _without_attribution(text: str, start: int, end: int) -> int:
    """Where the words end before a line like `On DATE, NAME wrote:`, which mailers put above a quote."""
    tail = text[max(start, end - 400) : end].rstrip()
    if not tail.endswith((":", "：", "...")):
        return end
    match = _ATTRIBUTION.search(text, max(start, end - 400), end)
    return match.start() if match else end


def sentence_at(text: str, block: Span, at: int, upto: int) -> Span:
    """The sentence that holds the words from *at* to *upto*, inside of *block*."""
    low = max(block[0], at - MAX_SENTENCE)
    start = low
    for match in _BREAK.finditer(text, low, at):
        if not _is_abbreviation(text, match):
            start = match.end()
    high = min(block[1], upto + MAX_SENTENCE)
    return _trimmed(text, start, _next_break(text, upto, high))


def sentence_before(text: str, block: Span, at: int) -> Span:
    """The last sentence of *block* that ends before *at*; an empty span when there is none."""
    low = max(block[0], at - MAX_SENTENCE)
    end = low + len(text[low:at].rstrip())
    start = low
    for match in _BREAK.finditer(text, low, end):
        if match.end() < end and not text[match.end() : end].isspace() and not _is_abbreviation(text, match):
            start = match.end()
    return _trimmed(text, start, end)


def sentence_after(text: str, block: Span, at: int) -> Span:
    """The first sentence of *block* that starts at or after *at*; an empty span when there is none."""
    high = min(block[1], at + MAX_SENTENCE)
    while at < high and text[at].isspace():
        at += 1
    return _trimmed(text, at, _next_break(text, at, high))


def _next_break(text: str, at: int, high: int) -> int:
    for match in _BREAK.finditer(text, at, high):
        if not _is_abbreviation(text, match):
            return match.end()
    return high


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    if match[0] != ".":
        return False
    word = text[max(0, match.end() - 8) : match.end()].rsplit(None, 1)[-1]
    return word.lstrip("(\"'").lower() in _ABBREVIATIONS


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    bare = piece.strip()
    if not bare:
        return end, end
    start += piece.index(bare[0])
    return start, start + len(bare)
