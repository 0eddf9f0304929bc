"""Whom a checked signature speaks for: its signer's words, or those of people in the signer's domain, and nobody else's.

The words are those of TAG.attested: dkim, patatt, none, bad, unchecked. Whether a signature holds is asked elsewhere.
"""

from __future__ import annotations

from tracker.core.address import plain_email


def aligned(domain: str, address: str) -> bool:
    """Whether *domain* is that of the address, or above or below it; a top-level domain speaks for nobody."""
    domain, host = domain.casefold(), address.rpartition("@")[2].casefold()
    if "." not in domain or "." not in host:
        return False
    return domain == host or host.endswith("." + domain) or domain.endswith("." + host)


def speaks_for(result: str, identity: str, address: str) -> bool:
    """Whether a check with this result is good for words of the person with this address.

    identity: the domain that signed (dkim) or the developer's address (patatt). A developer may sign a mail with somebody
    else's name in From: then the signature is good, and not for that name.
    """
    if result == "patatt":
        return identity.casefold() == address.casefold()
    return result == "dkim" and aligned(identity, address)


def attested(result: str, identity: str, sender: str, who: str) -> str:
    """TAG.attested of what *who* says in a mail of *sender* (addresses) that was checked with this result.

    A good signature that speaks for somebody else is 'none': a domain like gmail.com has many people, so it vouches for the
    address in From and not for another one that the tag names, and neither does a list's signature.
    """
    if result not in ("dkim", "patatt"):
        return result
    good = plain_email(sender) == plain_email(who) and speaks_for(result, identity, sender)
    return result if good else "none"
