"""People among the addresses of a To: field or of MAINTAINERS, told apart from lists, teams and robots.

No list says of itself that it is one, so this goes by what addresses of lists look like. Calling a list somebody would be worse
than missing somebody: an address that stands without a name has to look like a person's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from tracker.core.address import plain_email
from tracker.core.facts import is_robot
from tracker.core.people import Person

_HOST = re.compile(
    r"(?:.+\.)?(?:lists?(?:-[a-z]+)?|(?:[a-z-]+-)?mailman|listserv|googlegroups|groups|vger|freelists|debbugs|bugs)\..+"
    r"|(?:.+\.)?(?:sourceware|gcc\.gnu|alsa-project|nongnu|public-inbox)\.org"
)
# The local part of lists and of whole teams, whatever name stands with it.
_LOCAL = re.compile(
    r"(?:linux|bug|help|info)-.+|kernel-(?:team|list|janitors|hardening)|.+\.pdl|(?:.+-)?patches|maintainers?|coreteam"
    r"|.+-(?:devel|devs?|developers|lists?|discuss|announce|commits?|users|maint|maintainers|team|bugs|ml|reviewers)"
)
# The same of an address without a name, where a word is enough: `qat-linux`, `kernel`, `storagedev`, `support`.
_WORD = re.compile(
    r"(?:^|[-_])(?:linux|kernel|lkml|lists?|team|dev|devel|upstream|drivers?|firmware|mm|fs|scu|oss|nic)(?:[-_]|$)"
    r"|linux|(?<!\.)(?:list|team|dev|drv|devel)$"
    r"|^(?:x86|soc|arm|stable|security|support|help|info|admin|root|git|bugs?|netdev|devicetree|bpf|kvm|selinux|audit|cocci|coda"
    r"|tools|users|workflows|meta|ltp|ci|build|test|all|undisclosed|unlisted)(?:[.\d]|$)"
)
_NAME = re.compile(
    r"\b(?:mailing|lists?|ml|team|maintain(?:ers?|ance)|developers|devel|reviewers|group|support|drivers?|patches|robot|bot)\b",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\([^()]*\)")
_MAX_KEPT = 40
_MAX_EMAIL, _MAX_NAME = 320, 400  # RFC 5321, section 4.5.3.1: 64 and 255 octets around the @


def is_person(one: Person, lists: Collection[str] = ()) -> bool:
    """Whether this is surely one human being's address. lists: ids of lists (RFC 2919, lower case) that are known."""
    email = plain_email(one.email)
    local, _, host = email.rpartition("@")
    if not local or "." not in host or len(email) > _MAX_EMAIL or is_robot(one.email) or f"{local}.{host}" in lists:
        return False
    if _HOST.fullmatch(host) or _LOCAL.fullmatch(local):
        return False
    name = _REMARK.sub("", one.name[:_MAX_NAME]).strip(" '\"").casefold()
    if name and "@" not in name and name != local:
        return not _NAME.search(name)
    return not (_WORD.search(local) or host.partition(".")[0] == local or any(known.startswith(f"{local}.") for known in lists))


def people_among(several: Iterable[Person], lists: Collection[str] = ()) -> tuple[Person, ...]:
    """The people among *several*, each once, the first 40."""
    found: dict[str, Person] = {}
    for one in several:
        if len(found) >= _MAX_KEPT:
            break
        if is_person(one, lists):
            found.setdefault(plain_email(one.email), one)
    return tuple(found.values())
