"""The digest as a mail: multipart/alternative of text and HTML, with the headers that other robots respect.

RFC 5322, 2045-2047 and 2231 by the standard library; Auto-Submitted of RFC 3834; List-Id of RFC 2919.
"""

from __future__ import annotations

from collections.abc import Sequence
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, getaddresses

from tracker.core.news import Digest
from tracker.faces.digest import words
from tracker.faces.digest.html import html
from tracker.faces.digest.ids import domain, label
from tracker.faces.digest.text import text

_POLICY = SMTP.clone(max_line_length=76)


def eml(digest: Digest, msgid: str, sender: str, targets: Sequence[str], at: int) -> bytes:
    """The whole mail with CRLF line ends. at: when it was made, seconds UTC.

    sender, targets: `NAME <ADDRESS>` or bare addresses; raises ValueError for anything else.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = address(sender, "tracker")
    mail["To"] = [address(one) for one in targets]
    mail["Subject"] = words.subject(digest)
    mail["Date"] = formatdate(at, usegmt=True)
    mail["Message-ID"] = f"<{msgid}>"
    if digest.thread:
        mail["In-Reply-To"] = f"<{digest.thread}>"
        mail["References"] = f"<{digest.thread}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"tracker digest <{label(digest.profile)}.digest.tracker.{domain(sender)}>"
    mail.set_content(text(digest), charset="utf-8", cte="quoted-printable")
    mail.add_alternative(html(digest), subtype="html", charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def address(written: str, name: str = "") -> Address:
    """One address as the standard library wants it. name: when none is written. Raises ValueError when it is none."""
    several = getaddresses([written]) if written.isprintable() else []
    display, bare = several[0] if len(several) == 1 else ("", "")
    if "@" not in bare or any(char in bare for char in "<>, "):
        raise ValueError(f"{written!r} is not one address")
    try:
        return Address(display_name=display or name, addr_spec=bare)
    except (ValueError, IndexError, HeaderParseError) as error:  # each was seen from the standard library's parser
        raise ValueError(f"{written!r} is not one address: {error}") from error


def bare(written: str) -> str:
    """The address alone. Raises ValueError when it is none."""
    return address(written).addr_spec
