"""Who vouches for a mail: the DKIM signature of the author's domain (RFC 6376), or the developer's own one (patatt).

The signatures are checked by what b4 checks them with, dkimpy and patatt, and keys come from where b4 takes them. b4's own
`LoreMessage.attestors` is no help in a library: without DNS, with a key that was withdrawn, after the seven days that Gmail
writes into `x=`, behind a list's footer and below a changed Subject it says `badsig` for all of them; it depends on b4's
process-wide configuration, and takes header fields out of the message while it works. Here the parts are asked one by one:

1. Was the key had? No answer, no such record, a withdrawn or weak key: unchecked.
2. Does the signature hold for the header fields? It covers the body's hash, too. When it does not hold, then a field is
   missing or was changed by a list, or it never was one: unchecked. So a wrong body is held only against a mail whose every
   signed field is here as it was signed, and nobody but the signer can have written that hash.
3. Does the body have that hash, as it stands or without the footers that lists append? If not, and if the fields that say
   how the body is encoded were signed: bad.

When a signature expired (`x=`) means nothing to an archive, where mail is checked long after it was taken in. RFC 8301 rules
out rsa-sha1 and keys below 1024 bits. A signature speaks for the author when its domain is that of From, or above or below
it; domains side by side (a.example.org, b.example.org) may belong to different people, as in eu.org, and only a list of
public suffixes could tell. Google's *.gappssmtp.com and Microsoft's *.onmicrosoft.com are no author's, for DMARC as for us.

Text after the part that `l=` covers is as unsigned as a footer, and only a footer may stand there. A second Subject, From or
the like that the signature does not cover is refused: readers and verifiers choose different ones.

A developer's signature covers what `git mailinfo` makes of the mail, so re-encoding does not hurt it. It is bad when its key
is in the keyring and it does not hold, unless that may be the doing of a list or of an expired key, and unless the author's
domain signed the mail as it is: one in 250 is edited between b4 and the mail server. b4 also asks the user's own GnuPG
keyring, which may hold anybody's key; that is left out here.
"""

from __future__ import annotations

import base64
import contextlib
import email.errors
import os
import re
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.sources.domainkeys import DKIM, Lookup, check_domains, git_config
from tracker.sources.signed import Attestation, Result, SignedMail, is_footer, read_signed

if TYPE_CHECKING:
    import patatt

__all__ = ["Attestation", "Lookup", "Result", "attest"]

_DEVELOPER, _ABRIDGED = b"x-developer-signature", b"x-tracker-abridged"

# What a developer's signature covers, and what `git mailinfo` reads the body by.
_DEVELOPER_READ = (b"from", b"subject", b"message-id", b"content-type", b"content-transfer-encoding")

_MAX_MAIL = 1 << 18  # patatt's time grows with the square of the lines: seconds for this much
_MAX_SIGNATURE = 1 << 14
_MAX_SIGNATURES = 4
_SECONDS = 5
_DIGEST = 32
_LENGTH = re.compile(rb"\d{1,18}")
_IDENTITY = re.compile(r"(?!\.{1,2}@)[^@/\\\s\x00]{1,200}@(?!\.{1,2}\Z)[^@/\\\s\x00]{1,200}")


def attest(
    raw: bytes,
    *,
    reduced: bool = False,
    local: bool = False,
    lookup: Lookup | None = None,
    keyring: Path | None = None,
) -> Attestation:
    """Who vouches for the mail *raw*. Usable from several threads; takes some seconds at most when DNS is slow.

    reduced: header fields were taken out of it; local: it was read from a file; such mails, and abridged ones, are never
    checked. lookup: asks DNS; None: the system's resolvers, whose answers are kept for the process. keyring: a folder of
    developers' keys as patatt has them (ed25519/DOMAIN/NAME/SELECTOR); None: the keyrings of b4. Raises nothing, whatever
    the mail holds.
    """
    if local:
        return Attestation("unchecked", "", "read from a local file")
    mail = read_signed(raw)
    if mail is None:
        return Attestation("unchecked", "", "too large to be checked")
    if reduced or mail.has(_ABRIDGED):
        return Attestation("unchecked", "", "not all of its header fields are here")
    developers = _check_developers(mail, keyring) if mail.has(_DEVELOPER) else []
    if good := _first(developers, "patatt"):
        return good
    domain = check_domains(mail, lookup) if mail.has(DKIM) else Attestation("none", "", "no signature")
    wrong = _first(developers, "bad")
    if domain.result == "dkim":
        return replace(domain, detail=f"{domain.detail}; {wrong.detail}") if wrong else domain
    return wrong or _first([domain], "bad") or _first(developers, "unchecked") or domain


def _first(found: list[Attestation], result: Result) -> Attestation | None:
    return next((one for one in found if one.result == result), None)


# --- developers' signatures


def _check_developers(mail: SignedMail, keyring: Path | None) -> list[Attestation]:
    """patatt, bad or unchecked for each X-Developer-Signature."""
    import patatt

    if len(mail.raw) > _MAX_MAIL or any(len(value) > _MAX_SIGNATURE for value in mail.values(_DEVELOPER)):
        return [Attestation("unchecked", "", "too large for patatt")]
    if second := mail.ambiguous((), _DEVELOPER_READ):
        return [Attestation("unchecked", "", f"there is more than one {second} field")]
    sources = [str(keyring)] if keyring else _keyrings()
    try:
        message = patatt.PatattMessage(mail.raw)
        signatures = message.get_sigs()[:_MAX_SIGNATURES]
    except _odd_input():
        signatures = []
    if not signatures:
        return [Attestation("unchecked", "", "its developer signature cannot be read")]
    return [_check_developer(message, signature, sources) for signature in signatures]


def _check_developer(message: patatt.PatattMessage, signature: patatt.DevsigHeader, sources: list[str]) -> Attestation:
    """patatt, bad or unchecked."""
    import patatt

    identity = ""
    try:
        identity = signature.get_field_as_str("i") or ""
        obstacle, key = _developer_key(signature, identity, sources)
        if obstacle:
            return Attestation("unchecked", identity, obstacle)
        message.git_canonicalize()
        obstacle = _missing(message, signature)
        if obstacle:
            return Attestation("unchecked", identity, obstacle)
        footer = _validate(signature, message.canon_body or b"", key)
    except patatt.BodyValidationError:
        return Attestation("bad", identity, f"{identity} signed another text")
    except patatt.ValidationError as error:
        return _does_not_hold(identity, message, error)
    except _odd_input():
        return Attestation("unchecked", identity, "its developer signature cannot be read")
    return Attestation("patatt", identity, f"signed by {identity}" + (", and a list added its footer" if footer else ""))


def _developer_key(signature: patatt.DevsigHeader, identity: str, sources: list[str]) -> tuple[str, bytes]:
    """(why the signature cannot be checked, else ''; the public key). Errors: `_odd_input`.

    Names of keys come from the mail: none may leave the folder of the keyring.
    """
    import patatt

    algorithm = (signature.get_field_as_str("a") or "").removesuffix("-sha256")
    selector = signature.get_field_as_str("s") or "default"
    needed = ("b", "bh", "h") if algorithm == "openpgp" else ("b", "bh", "h", "t")
    usable = algorithm in ("ed25519", "openssh", "openpgp") and all(signature.get_field_as_bytes(name) for name in needed)
    if not usable or not _IDENTITY.fullmatch(identity) or selector in (".", ".."):
        return "its developer signature is malformed", b""
    key = b""
    for source in sources:
        with contextlib.suppress(KeyError, OSError, patatt.ConfigurationError):
            key = key or patatt.get_public_key(source, algorithm, identity, selector)[0]
    if not key:
        return f"no key of {identity} in the keyring", b""
    if algorithm == "openpgp" and not _holds_digest(signature.get_field_as_bytes("b") or b""):
        return "its developer signature is no signed digest", b""
    return "", key


def _missing(message: patatt.PatattMessage, signature: patatt.DevsigHeader) -> str:
    """Takes over the signed header fields; says when one is missing. Errors: patatt.ValidationError."""
    headers = message.canon_headers or []
    here = {header.partition(b":")[0].strip().lower() for header in headers}
    wanted = (signature.get_field_as_bytes("h") or b"").split(b":")
    if not {b"from", b"subject"} <= set(wanted):
        return "its developer signature covers no From and Subject"
    if not here.issuperset(wanted):
        return "not all header fields that the developer signed are here"
    signature.set_headers(headers, mode="validate")
    return ""


def _validate(signature: patatt.DevsigHeader, body: bytes, key: bytes) -> bool:
    """Whether a footer was set aside for the signature to hold. Errors: patatt.ValidationError, `_odd_input`."""
    import patatt

    signature.set_body(body)
    try:
        signature.validate(key)
    except patatt.BodyValidationError:
        length = signature.get_field_as_bytes("l") or b""
        rest = body[int(length) :] if _LENGTH.fullmatch(length) else b""
        if not rest or not is_footer(rest):
            raise
        signature.set_body(body, maxlen=int(length))
        signature.validate(key)
        return True
    return False


def _does_not_hold(identity: str, message: patatt.PatattMessage, error: patatt.ValidationError) -> Attestation:
    """A signature for this body that does not hold: bad, unless its key has expired or is missing, or From was rewritten.

    gpg says the same of an expired key and of a broken signature, and patatt's errors differ by their words alone.
    """
    import patatt

    if isinstance(error, patatt.NoKeyError) or "PGP" in str(error) or "GnuPG" in str(error):
        return Attestation("unchecked", identity, f"the key of {identity} is another one or has expired")
    if any(header.lower().startswith(b"from:") and b" via " in header for header in message.headers):
        return Attestation("unchecked", identity, f"a list or relay rewrote From, and {identity} signed the one before")
    return Attestation("bad", identity, f"{identity} signed another header, or it is forged")


def _keyrings() -> list[str]:
    """Where b4 looks for keys: what git's configuration names, and the folder that b4 keeps."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return [*(git_config("b4.keyringsrc") or git_config("patatt.keyringsrc")), os.path.join(data, "b4", "keyring")]


def _holds_digest(signature: bytes) -> bool:
    """Whether an OpenPGP message holds no more than a digest: patatt takes in all that a packed one unfolds to."""
    import patatt

    gpg, _ = patatt.set_bin_paths(None)
    with tempfile.TemporaryDirectory(suffix=".tracker") as home:
        command = [gpg, "--homedir", home, "--batch", "--no-autostart", "--max-output", str(2 * _DIGEST), "--output", "-"]
        packed = base64.b64decode(signature)
        done = subprocess.run([*command, "--decrypt"], input=packed, capture_output=True, timeout=_SECONDS, check=False)
    return len(done.stdout) == _DIGEST


def _odd_input() -> tuple[type[Exception], ...]:
    """What patatt raises for odd signatures, and when git, gpg or ssh-keygen are missing."""
    import nacl.exceptions

    errors = (RuntimeError, ValueError, LookupError, TypeError, OSError, subprocess.SubprocessError)
    return (*errors, email.errors.MessageError, nacl.exceptions.CryptoError)
