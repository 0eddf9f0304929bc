"""Text from mails made safe for a terminal, and cut or padded to columns.

Everything a mail says is hostile until it went through `plain`: escape sequences, carriage returns, bidirectional
overrides and other invisible controls become visible, so that no mail can draw over our own words.
"""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls, line and paragraph separators, bidi embeddings, overrides and isolates, zero-width joiners and marks
# of direction, interlinear annotations, byte order marks, lone surrogates, tags.
_BAD = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


def plain(text: str) -> str:
    """*text* on one line with every control shown: `^[` for an escape, `<U+202E>` for a bidi override, blanks for tabs."""
    return _BAD.sub(_visible, text) if _BAD.search(text) else text


MOST = 1_000  # characters of a subject or name that are shown where no terminal says how much room there is


def brief(text: str, most: int = MOST) -> str:
    """Like `plain`, and at most so many characters, with an ellipsis where something was cut."""
    shown = plain(text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


def plain_lines(text: str) -> str:
    """Like `plain`, for a text of several lines: line feeds and tabs stay."""
    return "\n".join("\t".join(plain(piece) for piece in line.split("\t")) for line in text.split("\n"))


def escape_controls(json_text: str) -> str:
    """JSON with the same value in which every invisible control inside of a string is written as an escape."""
    return _BAD.sub(lambda match: match[0] if match[0] == "\n" else _json_escape(ord(match[0])), json_text)


def _json_escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\n\t\r":
        return " "
    code = ord(char)
    if code < 32:
        return "^" + chr(code + 64)
    return "^?" if code == 127 else f"<U+{code:04X}>"


def width(text: str) -> int:
    """How many columns *text* takes: two for wide characters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, columns: int) -> str:
    """*text* in at most so many columns, with an ellipsis where something was cut."""
    if columns <= 0:
        return ""
    if width(text) <= columns:
        return text
    out: list[str] = []
    left = columns - 1
    for char in text:
        left -= _columns(char)
        if left < 0:
            break
        out.append(char)
    return "".join(out).rstrip() + "…"


def pad(text: str, columns: int) -> str:
    """*text* cut and filled with blanks to exactly so many columns."""
    text = cut(text, columns)
    return text + " " * (columns - width(text))


def fold(line: str, columns: int, first: str = "", further: str = "") -> list[str]:
    """*line* in lines of at most so many columns, what stands before the first and the others included.

    A word that is longer than a line is cut in pieces, but for an address.
    """
    found: list[str] = []
    now = first
    empty = True
    for word in line.split(" "):
        if not empty and width(now) + 1 + width(word) > columns:
            found.append(now.rstrip(" "))
            now, empty = further, True
        if not word and empty:
            continue
        while empty and width(now) + width(word) > columns and "://" not in word:
            head = cut(f"{word}…", max(3, columns - width(now) + 1)).removesuffix("…") or word[:1]
            found.append(now + head)
            now, word = further, word[len(head) :]
        now += word if empty else f" {word}"
        empty = False
    return [*found, now.rstrip()]
