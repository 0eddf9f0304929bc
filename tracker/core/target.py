"""What a user means by the text given to `follow`: a message id, a change-id or a commit, however it was copied.

Forms: RFC 5322 ids with or without <>, `Message-ID:` and `Link:` lines, notmuch's `id:`, public-inbox's `mid:`, URLs of
public-inbox servers (public-inbox's WWW.pm: /LIST/ID/, /LIST/ID/raw, T/, t/, t.mbox.gz, t.atom), the redirectors
patch.msgid.link and lkml.kernel.org/r, patchwork's /project/X/patch/ID/, b4's change-ids, and commits, also as URLs of
cgit and GitHub.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

Kind = Literal["msgid", "change-id", "commit", "unknown"]

LORE = "https://lore.kernel.org/all"

_PREFIX = re.compile(r"(?:message-id|msgid|rfc822msgid|mid|id|link|closes|change-id|commit)\s*:\s*", re.IGNORECASE)
_COMMIT_WORD = re.compile(r"commit\s+", re.IGNORECASE)
_URL = re.compile(r"https?://", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{7,40}|[0-9a-f]{64}", re.IGNORECASE)
_COMMIT_PATH = re.compile(r"/(?:c|commit)/([0-9a-f]{7,64})(?:\.patch|\.diff|/|$)", re.IGNORECASE)
_COMMIT_QUERY = re.compile(r"(?:^|[&;])(?:id|h)=([0-9a-f]{7,64})(?:[&;]|$)", re.IGNORECASE)
# b4: a date, words of the title, the first 12 digits of a random number.
_CHANGE_ID = re.compile(r"\d{8}-[\w.+-]*[\w.+]-[0-9a-f]{12}", re.ASCII)
_PATCHWORK = re.compile(r"/project/[^/]+/(?:patch|cover)/([^/]+)")
# Kernel.org's redirectors have nothing but an id in the path.
_REDIRECTORS = {"patch.msgid.link": "/", "msgid.link": "/", "lkml.kernel.org": "/r/"}
# Parts of a public-inbox's path behind the id, and pages that are no mail.
_BEHIND = re.compile(r"/(?:raw|[tT]/?|t\.mbox(?:\.gz)?|t\.atom|[Rf]/?|s/?|)$")
_NO_MAIL = re.compile(
    r"/(?:_/.*|[0-9a-f]{7,40}/s/.*|new\.(?:html|atom)|atom\.xml|description|manifest\.js\.gz|\d+(?:\.git)?/?)?$"
)
_MAX_ID = 998  # RFC 5322: the longest line


@dataclass(frozen=True, slots=True)
class Target:
    """What to look for. value: the id without angle brackets, the change-id, or the commit in lower case.

    server: the URL of the public-inbox the text names, without a slash at the end; None: the configured default.
    reason: for 'unknown', why the text was not understood and what would be; else ''.
    """

    kind: Kind
    value: str
    server: str | None = None
    reason: str = ""


def parse_target(text: str) -> Target:
    """The target that *text* names; of kind 'unknown' with a reason when it names none. Never raises."""
    text = text.strip()
    if len(text) > 4 * _MAX_ID:
        return _unknown(text[:80] + "…", "too long for a message id")
    bare = _COMMIT_WORD.sub("", _PREFIX.sub("", text, count=1), count=1).strip().strip('"').strip("<>").strip()
    if _URL.match(bare):
        return _from_url(text, bare)
    if "@" in bare or "%40" in bare:
        return _msgid(text, bare if "@" in bare else unquote(bare))
    if _CHANGE_ID.fullmatch(bare):
        return Target("change-id", bare)
    if _COMMIT.fullmatch(bare):
        return Target("commit", bare.lower())
    if text.startswith("<") and text.endswith(">"):  # ids without an @ exist; the brackets say that this is one
        return _msgid(text, bare)
    return _unknown(text, "not a message id, URL, change-id or commit id (7 to 40 hex digits)")


def _from_url(text: str, url: str) -> Target:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return _unknown(text, "not a valid URL")
    if not host:
        return _unknown(text, "a URL without a server")
    if "@" not in parts.path and (commit := _commit_of(parts)):
        return Target("commit", commit)
    if prefix := _REDIRECTORS.get(host):
        if not parts.path.startswith(prefix):
            return _unknown(text, f"not a link to a mail: those begin with {host}{prefix}")
        return _msgid(text, _id_of(parts.path.removeprefix(prefix)), LORE)
    if match := _PATCHWORK.search(parts.path):
        if "@" not in unquote(match[1]):
            return _unknown(text, "an old link of patchwork, without the message id; open it and copy the id")
        return _msgid(text, unquote(match[1]))
    if host == "lore.kernel.org":
        return _from_lore(text, parts.path)
    return _from_inbox(text, parts, f"[{host}]" if ":" in host else host, port)


def _commit_of(parts: SplitResult) -> str:
    """The commit a URL of cgit (`/commit/?id=SHA`, `/c/SHA`), gitweb (`;h=SHA`) or GitHub names, else ''."""
    if match := _COMMIT_PATH.search(parts.path):
        return match[1].lower()
    if "commit" not in parts.path and "commit" not in parts.query:
        return ""
    match = _COMMIT_QUERY.search(parts.query)
    return match[1].lower() if match else ""


def _id_of(path: str) -> str:
    """The id that *path*, the part behind the list's name, begins with. It may have slashes, escaped or not."""
    if "@" not in unquote(path):
        return unquote(path.partition("/")[0])
    while (shorter := _BEHIND.sub("", path)) != path and "@" in unquote(shorter):
        path = shorter
    return unquote(path).strip("/")


def _from_lore(text: str, path: str) -> Target:
    name, _, rest = path.lstrip("/").partition("/")
    if "@" in unquote(name):  # lore finds /ID/ on any list
        return _msgid(text, _id_of(path.lstrip("/")), LORE)
    if not name or _NO_MAIL.match("/" + rest):
        return _unknown(text, "a page of lore, but not of one mail; to follow a search use --search")
    return _msgid(text, _id_of(rest), LORE)


def _from_inbox(text: str, parts: SplitResult, host: str, port: int | None) -> Target:
    """A public-inbox somewhere: the first part of the path with an @ is the id, what is before it the list."""
    folders = parts.path.strip("/").split("/")
    for number, folder in enumerate(folders):
        if "@" in unquote(folder):
            server = "/".join([f"{parts.scheme.lower()}://{host}" + (f":{port}" if port else ""), *folders[:number]])
            return _msgid(text, unquote(folder), server)
    return _unknown(text, "no message id in this URL")


def _msgid(text: str, value: str, server: str | None = None) -> Target:
    value = value.strip().strip("<>")
    if not value or len(value) > _MAX_ID:
        return _unknown(text, "no message id in it" if not value else "too long for a message id")
    if any(char.isspace() or not char.isprintable() or char in "<>" for char in value):
        return _unknown(text, "a message id has no spaces, brackets or control characters")
    return Target("msgid", value, server)


def _unknown(text: str, reason: str) -> Target:
    return Target("unknown", text, None, reason)
