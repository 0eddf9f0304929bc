"""Bytes of a mail to text: charsets as mails declare them, and RFC 2047 encoded words.

Nothing here raises: a charset that is unknown or wrong falls back to UTF-8, then to Windows-1252,
which is what real mail with a missing or wrong label is written in.
"""

from __future__ import annotations

import binascii
import codecs
import re

_WORD = re.compile(rb"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(rb"[ \t\r\n]*")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_NEWLINES = re.compile(rb"[\r\n]+")
# Labels of real mail that Python does not know, or knows as something narrower than what is meant.
_ALIASES = {
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "ascii": "ascii",
    "iso-8859-8-i": "iso-8859-8",
    "x-unknown": "ascii",
    "unknown-8bit": "ascii",
    "unknown": "ascii",
    "utf8": "utf-8",
    "cp-850": "cp850",
    "x-gbk": "gbk",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "windows-874": "cp874",
    "ks_c_5601-1987": "cp949",
}


def codec_name(charset: str | None) -> str | None:
    """The Python codec for a charset label of a mail, or None for an unknown or non-text one."""
    label = (charset or "ascii").strip().strip("\"'").lower()
    label = label.partition("*")[0]  # RFC 2231 section 5: =?us-ascii*en?…
    label = _ALIASES.get(label, label)
    try:
        info = codecs.lookup(label)
    except (LookupError, ValueError, UnicodeError):
        return None
    # "hex" or "zip" are codecs too, but turn bytes into bytes; "idna" and "punycode" are no charsets of a mail.
    if not getattr(info, "_is_text_encoding", True) or info.name in {"idna", "punycode", "undefined", "unicode_escape"}:
        return None
    return info.name


def decode_bytes(data: bytes, charset: str | None) -> tuple[str, bool]:
    """*data* as text, and whether the declared *charset* was right.

    None stands for the default, US-ASCII (RFC 2045 section 5.2); UTF-8 without a label counts as right since
    RFC 6532 and every list does it. The fallbacks: UTF-8, then Windows-1252 with Latin-1 for its five holes.
    """
    name = codec_name(charset)
    if name in ("ascii", "utf-8") and data.isascii():
        return data.decode("ascii"), True
    if name and name != "ascii":
        try:
            return data.decode(name), True
        except (UnicodeError, ValueError):
            pass
    try:
        return data.decode("utf-8"), charset is None or name == "ascii"
    except UnicodeDecodeError:
        return _western(data), False


def _western(data: bytes) -> str:
    """Windows-1252, which every byte string is once its five undefined bytes are read as Latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def unfold(value: bytes) -> bytes:
    """A raw header value on one line (RFC 5322 section 2.2.3): the line break goes, the white space after it stays."""
    value = value.strip(b" \t\r\n")
    return _NEWLINES.sub(b" ", _FOLD.sub(b"", value)) if b"\n" in value or b"\r" in value else value


def _word_bytes(encoding: bytes, text: bytes) -> bytes:
    """The bytes that one encoded word stands for; a broken base64 text gives what can be read of it."""
    if encoding in b"qQ":
        return binascii.a2b_qp(text, header=True)
    text = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:  # one character too many is left over
        return binascii.a2b_base64(text[: len(text) // 4 * 4])


def decode_header(value: bytes) -> str:
    """A raw header value as text: unfolded, RFC 2047 words decoded, raw 8-bit read as UTF-8 or Windows-1252.

    Words next to each other are joined, and decoded together where their charset is the same, since real mailers
    cut them inside of a character (against RFC 2047 section 5).
    """
    value = unfold(value)
    if b"=?" not in value:
        return value.decode("ascii") if value.isascii() else decode_bytes(value, None)[0]
    out: list[str] = []
    pending = b""
    charset = ""
    pos = 0
    for match in _WORD.finditer(value):
        label = match[1].decode("latin-1").lower()
        between = value[pos : match.start()]
        gap = between if _BETWEEN.fullmatch(between) is None or pos == 0 else b""
        if pending and (gap or label != charset):
            out.append(decode_bytes(pending, charset)[0])
            pending = b""
        if gap:
            out.append(decode_bytes(gap, None)[0])
        pending += _word_bytes(match[2], match[3])
        charset = label
        pos = match.end()
    if pending:
        out.append(decode_bytes(pending, charset)[0])
    out.append(decode_bytes(value[pos:], None)[0])
    return "".join(out).replace("\n", " ").replace("\r", " ")
