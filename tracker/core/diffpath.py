"""File names in unified diffs: quoted, with a time behind them, with the folders in front that tools put there."""

from __future__ import annotations

import re

from tracker.core.charset import decode_bytes

RENAME = re.compile(rb"^(?:rename|copy) (from|to|old|new) ([^\n]*)", re.MULTILINE)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_QUOTED = re.compile(rb'"((?:[^"\\]+|\\.)*+)"')
_SIMPLE_ESCAPES = dict(zip(b"abtnvfr", b"\a\b\t\n\v\f\r", strict=True))
# The time behind a file name; some mailers make a space of the tab in front of it.
_STAMP = re.compile(
    rb"(?:\t| (?=\d{4}-\d\d-\d\d \d\d:\d\d|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d))[^\n]*\Z"
)
_PATH_MAX = 4096  # bytes of a path that are kept
# GNU diff -N names a file that does not exist and gives it the first second of 1970 (git: apply.c).
_EPOCH = re.compile(rb"[\t ](?:1970-01-01|1969-12-31) \d\d:\d\d:00")


def file_name(raw: bytes) -> str | None:
    """The name on a "---" or "+++" line, None for a file that is not there."""
    raw = raw.rstrip(b"\r")
    quoted = _QUOTED.match(raw)
    if quoted is not None:
        return _unquote(quoted[1])
    if _EPOCH.search(raw):
        return None
    raw = _STAMP.sub(b"", raw).rstrip(b" ")
    return None if raw == b"/dev/null" else text_of(raw)


def text_of(raw: bytes) -> str:
    """A path as text; git knows no charset of paths, nearly all of them are UTF-8."""
    try:
        return raw[:_PATH_MAX].decode()
    except UnicodeDecodeError:
        return decode_bytes(raw[:_PATH_MAX], None)[0]


def _unquote(raw: bytes) -> str:
    r"""A C-quoted name as git writes it (quote.c): \t, \", \\ and octal bytes like \303\244."""
    if b"\\" not in raw:
        return text_of(raw)
    return text_of(_ESCAPE.sub(_unescape, raw))


def _unescape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 8) & 255])
    code = match[2][0]
    return bytes([_SIMPLE_ESCAPES.get(code, code)])


def plain_paths(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Both names without the folder in front that tools put there: a/ and b/, i/ and w/, linux.orig/ and linux/."""
    if old is None or new is None:
        return _strip_letter(old), _strip_letter(new)
    old_head, _, old_tail = old.partition("/")
    new_head, _, new_tail = new.partition("/")
    letters = len(old_head) == len(new_head) == 1
    if old_tail and new_tail and (letters or (old_head != new_head and old_tail == new_tail)):
        return old_tail, new_tail
    return old, new


def _strip_letter(name: str | None) -> str | None:
    return name[2:] if name is not None and name[1:2] == "/" and len(name) > 2 else name


def git_paths(names: bytes, extended: bytes) -> tuple[str | None, str | None]:
    """The paths of a file whose header has no "---" line, from its "diff --git" line and the extended header."""
    moved = {key: _moved_name(value) for key, value in RENAME.findall(extended)}
    old, new = moved.get(b"from", moved.get(b"old")), moved.get(b"to", moved.get(b"new"))
    if old is None or new is None:
        old, new = plain_paths(*_split_names(names.rstrip(b"\r")))
    if b"new file mode" in extended:
        return None, new
    if b"deleted file mode" in extended:
        return old, None
    return old, new


def _moved_name(raw: bytes) -> str:
    raw = raw.rstrip(b"\r")
    quoted = _QUOTED.fullmatch(raw)
    return _unquote(quoted[1]) if quoted is not None else text_of(raw)


def _split_names(names: bytes) -> tuple[str, str]:
    """Both names of a "diff --git" line. Without quotes, both halves of it are as long."""
    if names.startswith(b'"') and (quoted := _QUOTED.match(names)) is not None:
        old, rest = _unquote(quoted[1]), names[quoted.end() :].lstrip(b" ")
        return old, _moved_name(rest)
    if names.endswith(b'"') and b' "' in names:
        head, _, tail = names.partition(b' "')
        return text_of(head), _moved_name(b'"' + tail)
    middle = len(names) // 2
    if names[middle : middle + 1] != b" ":
        middle = names.find(b" b/")
    if middle < 0:
        return text_of(names), text_of(names)
    return text_of(names[:middle]), text_of(names[middle + 1 :])
