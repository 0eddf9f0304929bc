"""Who vouches for a mail: the DKIM signature of the author's domain (RFC 6376), or the developer's own one (patatt).

The signatures are checked by what b4 checks them with, dkimpy and patatt, and the keys come from where b4 takes them. b4's
own `LoreMessage.attestors` is no help in a library: without DNS, with a key that was withdrawn, after the seven days that
Gmail writes into `x=`, behind a list's footer and below a changed Subject it says `badsig` for all; it wants the process-wide
configuration and takes header fields out of the message while it works. Here the parts are asked one by one:

1. Was the key had? No answer, no such record, a withdrawn or weak key: unchecked.
2. Does the signature hold for the header fields? It covers the body's hash, too. When it does not hold, then a field is
   missing or was changed by a list, or it never was one: unchecked. So a wrong body is only held against a mail whose every
   signed field is here, as it was signed: nobody but the signer can have written that hash.
3. Does the body have that hash, as it stands or without the footers that lists append? If not, and if the fields that say
   how the body is encoded were signed: bad.

When a signature expired (`x=`) is nothing to an archive, where mail is checked long after it was taken in; RFC 8301 rules out
rsa-sha1 and keys below 1024 bits. A signature speaks for the author when its domain is that of From, or above or below it;
domains side by side (a.example.org, b.example.org) may belong to different people, as in eu.org, and need a list of public
suffixes to tell. Google's *.gappssmtp.com and Microsoft's *.onmicrosoft.com are none of the author's, for DMARC as for us.

Text after the part that `l=` covers is as unsigned as a footer, and only a footer may stand there. A second Subject, From or
the like that the signature does not cover is refused: readers and verifiers choose different ones. Nothing here raises for
what a mail holds, and hostile ones (quadratic white space, huge keys, packed OpenPGP) cost milliseconds.
"""

from __future__ import annotations

import base64
import contextlib
import email.errors
import hashlib
import math
import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tracker.core.people import parse_addresses

if TYPE_CHECKING:
    import patatt

Result = Literal["dkim", "patatt", "none", "bad", "unchecked"]
Lookup = Callable[[bytes, int], bytes | None]
"""(name with a dot at its end, seconds) -> the TXT record, None when there is none.

Raises OSError or an error of dnspython or dkimpy when DNS does not answer.
"""

_SECONDS = 5  # for all questions about one mail
_HOUR, _MINUTE = 3600.0, 60.0
_MAX_SILENT = 3  # questions without an answer in a row before DNS is left alone for a minute
_MAX_KEYS = 10_000
_MAX_HEAD = 1 << 18
_MAX_FIELDS = 2_000
_MAX_SIGNATURE = 1 << 14
_MAX_SIGNATURES = 8
_MAX_NAMES = 256
_MAX_RECORD = 4096
_MAX_BITS = 8192
_MAX_EXPONENT = 1 << 32
_MAX_PATATT = 1 << 20  # its time grows with the square of the size: 1 MB takes seconds
_DIGEST = 32

_FIELD = re.compile(rb"^([!-9;-~]++)[ \t]*+:([^\n]*+\n(?:[ \t][^\n]*+\n)*+)", re.MULTILINE)
_LONG_GAP = re.compile(rb"\s{200}")
_BLANKS = re.compile(rb"[ \t]+")
_SPACES = re.compile(rb"\s+")
_DOMAIN = re.compile(rb"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,20}")
_SELECTOR = re.compile(rb"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20}")
_LENGTH = re.compile(rb"\d{1,18}")
_IDENTITY = re.compile(r"(?!\.{1,2}@)[^@/\\\s\x00]{1,200}@(?!\.{1,2}\Z)[^@/\\\s\x00]{1,200}")

_DKIM, _DEVELOPER, _ABRIDGED = b"dkim-signature", b"x-developer-signature", b"x-tracker-abridged"
# What readers take the author, the title, the place in the thread and the reading of the body from.
_READ = (b"from", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"content-type", b"content-transfer-encoding")
_ENCODING = (b"content-type", b"content-transfer-encoding", b"mime-version")

_URL, _ADDRESS = rb"https?://[!-~]{1,300}", rb"[!-~]{1,100}(?:@|\(at\))[!-~]{1,100}"
_FIRST_LINES = (  # mailman 2 and 3, its short form, vger, kvack, Google groups
    rb"[!-~]{1,100} mailing list(?: -- " + _ADDRESS + rb")?",
    rb"(?:Mailing list|List) [A-Za-z ]{1,30}: " + _URL,
    rb'To unsubscribe from this list: send the line "unsubscribe [!-~]{1,100}" in',
    rb"To unsubscribe, send a message with 'unsubscribe [!-~]{1,100}' in",
    rb'You received this message because you are subscribed to the Google Groups "[ -~]{1,100}" group\.',
)
_OTHER_LINES = (
    _URL, _ADDRESS, rb"",
    rb"To unsubscribe,? send an email to " + _ADDRESS,
    rb"the body of a message to " + _ADDRESS,
    rb"(?:More majordomo info at|Please read the FAQ at) {1,2}" + _URL,
    rb"the body to " + _ADDRESS + rb"\.  For more info on Linux MM,", rb"see: " + _URL + rb" ?\.",
    rb"Don't email: <a href=mailto:[!-~]{1,100}> " + _ADDRESS + rb" </a>",
    rb"To unsubscribe from this group and stop receiving emails from it, send an email to " + _ADDRESS,
    rb"(?:For more options, visit|To view this discussion(?: on the web)?,? visit) " + _URL,
)  # fmt: skip
_FOOTER = re.compile(
    rb"^(?:-- ?|_{20,80})\r\n(?:" + rb"|".join(_FIRST_LINES) + rb")(?:\r\n|\Z)"
    rb"(?:(?:" + rb"|".join((*_FIRST_LINES, *_OTHER_LINES)) + rb")\r\n)*+\Z",
    re.MULTILINE,
)
_FOOTER_ROOM = 2000  # bytes at the end that are searched for one
_MAX_FOOTERS = 3  # a list that feeds another leaves its own


@dataclass(frozen=True, slots=True)
class Attestation:
    """Who vouches for a mail as it is here.

    result: dkim, the domain of the author's address signed it; patatt, a developer whose key is in the keyring did; none,
    nobody who could speak for the author; bad, the signer signed another text; unchecked, none of these is proven.
    identity: the domain or the developer's address, '' for none; who *claims* to have signed when the result is neither dkim
    nor patatt. detail: the reason in plain words, one line.
    """

    result: Result
    identity: str
    detail: str

    def speaks_for(self, address: str) -> bool:
        """Whether it is good for words of the person with this address: his own signature, or that of his domain.

        A developer may sign a mail with somebody else's name in From: then the signature is good, and not for that name.
        """
        if self.result == "patatt":
            return self.identity.casefold() == address.casefold()
        return self.result == "dkim" and _aligned(self.identity, address)


def attest(
    raw: bytes,
    *,
    reduced: bool = False,
    local: bool = False,
    lookup: Lookup | None = None,
    keyring: Path | None = None,
) -> Attestation:
    """Who vouches for the mail *raw*. Usable from several threads; takes some seconds at most when DNS is slow.

    reduced: header fields were taken out; local: it was read from a file; both are never checked, nor is an abridged mail.
    lookup: asks DNS; None: the system's resolver, or those of git's `b4.attestation-dns-resolvers`; what it answers is kept
    for the process. keyring: folder of developers' keys as patatt has them (ed25519/DOMAIN/NAME/SELECTOR); None: b4's own,
    and those of git's `b4.keyringsrc` or `patatt.keyringsrc`.
    """
    if local:
        return Attestation("unchecked", "", "read from a local file")
    mail = _read(raw)
    if reduced or mail is None or mail.has(_ABRIDGED):
        return Attestation("unchecked", "", "not all of its header fields are here")
    if not mail.has(_DKIM) and not mail.has(_DEVELOPER):
        return Attestation("none", "", "no signature")
    developers = _check_developers(mail, keyring) if mail.has(_DEVELOPER) else []
    settled = _first(developers, "patatt") or _first(developers, "bad")
    if settled:
        return settled
    domain = _check_domains(mail, _Questions(lookup or _KEYS)) if mail.has(_DKIM) else None
    if domain and domain.result in ("dkim", "bad"):
        return domain
    return _first(developers, "unchecked") or domain or Attestation("none", "", "no signature")


def _first(found: list[Attestation], result: Result) -> Attestation | None:
    return next((one for one in found if one.result == result), None)


# --- the mail


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail as verifiers see it, lines ended by CRLF. fields: name and folded value, in their order."""

    raw: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def has(self, name: bytes) -> bool:
        return self.count(name) > 0

    def count(self, name: bytes) -> int:
        return sum(field.lower() == name for field, _ in self.fields)

    def values(self, name: bytes) -> list[bytes]:
        return [value for field, value in self.fields if field.lower() == name]


def _read(raw: bytes) -> _Mail | None:
    """None when the header is larger than any real one."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    raw = raw.replace(b"\r\n", b"\n")
    head, _, body = raw.partition(b"\n\n") if not raw.startswith(b"\n") else (b"", b"", raw[1:])
    if len(head) > _MAX_HEAD:
        return None
    fields = tuple((name, value.replace(b"\n", b"\r\n")) for name, value in _FIELD.findall(head + b"\n"))
    return _Mail(raw, fields, body.replace(b"\n", b"\r\n")) if len(fields) <= _MAX_FIELDS else None


def _ambiguous(mail: _Mail, names: list[bytes]) -> bytes:
    """A field that is there more often than the signature covers, so that readers may see another one; b'' if none."""
    return next((name for name in _READ if mail.count(name) > max(1, names.count(name))), b"")


def _less_and_less(body: bytes) -> Iterator[bytes]:
    """The body, then without the last footer of a list, without the one before that …"""
    yield body
    for _ in range(_MAX_FOOTERS):
        match = _FOOTER.search(body, max(0, len(body) - _FOOTER_ROOM))
        if not match:
            return
        body = body[: match.start()].rstrip(b"\r\n") + b"\r\n"
        yield body


def _is_footer(text: bytes) -> bool:
    """Whether a text is nothing but footers of lists."""
    return len(text) <= _MAX_FOOTERS * _FOOTER_ROOM and any(not rest.strip() for rest in _less_and_less(text))


# --- DKIM


@dataclass(frozen=True, slots=True)
class _Signature:
    """A usable DKIM-Signature. field: itself; names: the fields it covers, in lower case."""

    field: tuple[bytes, bytes]
    tags: dict[bytes, bytes]
    names: list[bytes]
    domain: str


def _check_domains(mail: _Mail, ask: Lookup) -> Attestation:
    """What the domains' signatures say about the author. One good one of his domain is enough (RFC 6376, 6.1)."""
    addresses = [person.email for value in mail.values(b"from") for person in parse_addresses(value)]
    own: list[_Signature] = []
    others: list[_Signature] = []
    for field in mail.fields:
        signature = _signature(field) if field[0].lower() == _DKIM else None
        if signature:
            by_author = bool(addresses) and all(_aligned(signature.domain, address) for address in addresses)
            (own if by_author else others).append(signature)
    checked: list[Attestation] = []
    for signature in own[:_MAX_SIGNATURES]:
        checked.append(_check_domain(mail, signature, ask))
        if checked[-1].result == "dkim":
            return checked[-1]
    if checked:
        return _first(checked, "unchecked") or checked[0]
    return _check_others(mail, others[:_MAX_SIGNATURES], ask)


def _check_others(mail: _Mail, signatures: list[_Signature], ask: Lookup) -> Attestation:
    """The signatures of domains that are not the author's: at best they tell who passed the mail on."""
    found = Attestation("unchecked", "", "its DKIM signature is malformed or of a kind that proves nothing")
    for number, signature in enumerate(signatures):
        one = _check_domain(mail, signature, ask)
        if one.result != "unchecked":
            holds = "signed" if one.result == "dkim" else "signed in another form"
            return Attestation("none", one.identity, f"{holds} by {one.identity}, which is not the author's domain")
        found = one if not number else found
    return found


def _check_domain(mail: _Mail, signature: _Signature, ask: Lookup) -> Attestation:
    """dkim, bad or unchecked, whosever domain it is."""
    domain = signature.domain
    key = _public_key(signature, ask)
    if isinstance(key, str):
        return Attestation("unchecked", domain, key)
    if not _holds(mail, signature, key):
        reason = f"the signature of {domain} does not fit the header: a field was changed or is missing, or it is forged"
        return Attestation("unchecked", domain, reason)
    second = _ambiguous(mail, signature.names)
    if second:
        return Attestation("unchecked", domain, f"there is more than one {second.decode()}, and {domain} signed one")
    fit = _fit(mail.body, signature.tags)
    if fit == "no":
        encoding = next((name for name in _ENCODING if mail.has(name) and name not in signature.names), None)
        if encoding:
            return Attestation("unchecked", domain, f"the body is not as signed; {encoding.decode()} is unsigned, it may be re-encoded")
        return Attestation("bad", domain, f"{domain} signed this header with another body")
    if fit == "more":
        return Attestation("unchecked", domain, f"text follows after what {domain} signed")
    left = [name.decode() for name in _READ if mail.has(name) and name not in signature.names]
    detail = f"signed by {domain}" + (", and a list added its footer" if fit == "footer" else "")
    return Attestation("dkim", domain, detail + (f"; does not cover {', '.join(left)}" if left else ""))


def _signature(field: tuple[bytes, bytes]) -> _Signature | None:
    """The parts of a signature that may prove something; None for a malformed or too weak one (RFC 6376 3.5, RFC 8301)."""
    from dkim.util import InvalidTagValueList, parse_tag_value  # type: ignore[import-untyped]

    if len(field[1]) > _MAX_SIGNATURE or _LONG_GAP.search(field[1]):
        return None
    try:
        tags: dict[bytes, bytes] = parse_tag_value(field[1])
    except InvalidTagValueList:
        return None
    names = [name.strip().lower() for name in tags.get(b"h", b"").split(b":")]
    usable = (
        tags.get(b"v") == b"1"
        and tags.get(b"a") in (b"rsa-sha256", b"ed25519-sha256")
        and {b"b", b"bh"} <= tags.keys()
        and _DOMAIN.fullmatch(tags.get(b"d", b""))
        and _SELECTOR.fullmatch(tags.get(b"s", b""))
        and _LENGTH.fullmatch(tags.get(b"l", b"0"))
        and b"from" in names
        and len(names) <= _MAX_NAMES
    )
    return _Signature(field, tags, names, tags[b"d"].decode("ascii").lower()) if usable else None


def _public_key(signature: _Signature, ask: Lookup) -> tuple[Any, ...] | str:
    """The key as dkimpy has it, or why there is none."""
    import dkim

    tags = signature.tags
    name = tags[b"s"] + b"._domainkey." + tags[b"d"] + b"."
    record = ask(name)
    where = name.decode("ascii").rstrip(".")
    if record is None:
        return f"there is no key at {where}, or DNS does not answer"
    try:
        key: tuple[Any, ...] = dkim.evaluate_pk(name, record[: _MAX_RECORD + 1])
    except (dkim.DKIMException, ValueError, LookupError, TypeError):
        return f"the key at {where} was withdrawn or cannot be read"
    number, bits, kind, _ = key
    too_large = kind == b"rsa" and (bits > _MAX_BITS or number["publicExponent"] > _MAX_EXPONENT)
    if too_large or len(record) > _MAX_RECORD or tags[b"a"] != kind + b"-sha256":
        return f"the key at {where} is of another kind than the signature, or too large"
    return key


def _holds(mail: _Mail, signature: _Signature, key: tuple[Any, ...]) -> bool:
    """Whether the signature is good for the header fields, the body left aside."""
    import dkim

    checker = dkim.DKIM()
    checker.headers = list(mail.fields)
    checker.pk, checker.keysize, checker.ktag, checker.seqtlsrpt = key
    tags = {name: value for name, value in signature.tags.items() if name in (b"a", b"b", b"c")}
    try:
        return bool(checker.verify_sig_process(tags, list(signature.names), signature.field, None))
    except (dkim.DKIMException, ValueError, TypeError):
        return False


def _fit(body: bytes, tags: dict[bytes, bytes]) -> Literal["whole", "footer", "more", "no"]:
    """How the body fits to the hash; footer: without the footer of a list; more: unsigned text follows (`l=`).

    The policies of c= were known when `_holds` used them.
    """
    from dkim.canonicalization import CanonicalizationPolicy  # type: ignore[import-untyped]

    policy = CanonicalizationPolicy.from_c_value(tags.get(b"c", b"simple/simple"))
    blanks = policy.body_algorithm.name == b"relaxed"
    length = int(tags[b"l"]) if b"l" in tags else None
    with contextlib.suppress(ValueError):  # a bh= that is no base64
        wanted = base64.b64decode(_SPACES.sub(b"", tags[b"bh"]))
        for number, text in enumerate(_less_and_less(body)):
            # dkimpy's expressions take quadratic time for long runs of blanks; it makes them one blank anyway
            text = policy.canonicalize_body(_BLANKS.sub(b" ", text) if blanks else text)
            if hashlib.sha256(text[:length]).digest() == wanted:
                return "footer" if number else _rest(text, length)
    return "no"


def _rest(text: bytes, length: int | None) -> Literal["whole", "footer", "more"]:
    rest = b"" if length is None else text[length:]
    if not rest.strip():
        return "whole"
    return "footer" if text[:length].endswith(b"\r\n") and _is_footer(rest) else "more"


def _aligned(domain: str, address: str) -> bool:
    """Whether *domain* is that of the address, or above or below it; a top-level domain speaks for nobody."""
    domain, host = domain.casefold(), address.rpartition("@")[2].casefold()
    if "." not in domain or "." not in host:
        return False
    return domain == host or host.endswith("." + domain) or domain.endswith("." + host)


# --- DNS


class Keys:
    """The TXT records of DNS, kept for an hour; DNS that does not answer is left alone for a minute. A `Lookup`.

    ask: a `Lookup` that may raise; clock: time.monotonic or a test's. Usable from several threads.
    """

    def __init__(self, ask: Lookup, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[bytes, tuple[float, bytes | None]] = {}
        self._silent = 0
        self._quiet_until = -math.inf

    def __call__(self, name: bytes, seconds: int) -> bytes | None:
        """The record of *name* in lower or upper case; None when there is none or no answer."""
        name, now = name.lower(), self._clock()
        with self._lock:
            until, record = self._kept.get(name, (now, None))
            if now < until or now < self._quiet_until:
                return record if now < until else None
        try:
            record, silent = self._ask(name, seconds), False
        except _dns_errors():
            record, silent = None, True
        self._keep(name, record, silent)
        return record

    def _keep(self, name: bytes, record: bytes | None, silent: bool) -> None:
        now = self._clock()
        with self._lock:
            if len(self._kept) >= _MAX_KEYS:
                self._kept.clear()
            self._kept[name] = (now + (_MINUTE if silent else _HOUR), record)
            self._silent = self._silent + 1 if silent else 0
            if self._silent >= _MAX_SILENT:
                self._silent, self._quiet_until = 0, now + _MINUTE


class _Questions:
    """One mail's questions: each is asked once, and all together have `_SECONDS`."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._answers: dict[bytes, bytes | None] = {}
        self._end = time.monotonic() + _SECONDS

    def __call__(self, name: bytes, _seconds: int = 0) -> bytes | None:
        left = self._end - time.monotonic()
        if name not in self._answers and left > 0:
            try:
                self._answers[name] = self._lookup(name, max(1, round(left)))
            except _dns_errors():
                self._answers[name] = None
        return self._answers.get(name)


def _dns_errors() -> tuple[type[Exception], ...]:
    import dkim
    import dns.exception

    return (OSError, dns.exception.DNSException, dkim.DKIMException)


def _ask_dns(name: bytes, seconds: int) -> bytes | None:
    """The `Lookup` of the system's resolver."""
    import dns.resolver

    servers = _git_config("b4.attestation-dns-resolvers")
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [server.strip() for server in servers[-1].split(",")]
    try:
        answer = resolver.resolve(name.decode("ascii"), "TXT", lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    records = [b"".join(record.strings) for record in answer]
    return next((record for record in records if b"p=" in record), None)


_KEYS = Keys(_ask_dns)


def _git_config(key: str) -> list[str]:
    """All values of a key of git's configuration; [] without git."""
    try:
        done = subprocess.run(["git", "config", "-z", "--get-all", key], capture_output=True, check=False)
    except OSError:
        return []
    return [value for value in done.stdout.decode("utf-8", "replace").split("\0") if value]


# --- developers' signatures


def _check_developers(mail: _Mail, keyring: Path | None) -> list[Attestation]:
    """patatt, bad or unchecked for each X-Developer-Signature."""
    import patatt

    too_large = len(mail.raw) > _MAX_PATATT or any(len(value) > _MAX_SIGNATURE for value in mail.values(_DEVELOPER))
    if too_large or _ambiguous(mail, []):
        return [Attestation("unchecked", "", "too large for patatt, or a header field is there twice")]
    sources = [str(keyring)] if keyring else _keyrings()
    try:
        message = patatt.PatattMessage(mail.raw)
        return [_check_developer(message, signature, sources) for signature in message.get_sigs()[:_MAX_SIGNATURES]]
    except _odd_input():
        return [Attestation("unchecked", "", "its developer signature cannot be read")]


def _check_developer(message: patatt.PatattMessage, signature: patatt.DevsigHeader, sources: list[str]) -> Attestation:
    """patatt, bad or unchecked. Errors: `_odd_input`."""
    import patatt

    identity, algorithm = signature.get_field_as_str("i") or "", (signature.get_field_as_str("a") or "").partition("-")[0]
    key = _developer_key(sources, algorithm, identity, signature.get_field_as_str("s") or "default")
    if not key:
        return Attestation("unchecked", identity, f"no key of {identity or 'the developer'} in the keyring")
    if algorithm == "openpgp" and not _holds_digest(signature.get_field_as_bytes("b") or b""):
        return Attestation("unchecked", identity, "the developer signature is no signed digest")
    message.git_canonicalize()
    here = {header.partition(b":")[0].strip().lower() for header in message.canon_headers or []}
    if not set((signature.get_field_as_bytes("h") or b"").lower().split(b":")) <= here:
        return Attestation("unchecked", identity, f"not all header fields that {identity} signed are here")
    try:
        signature.set_headers(message.canon_headers or [], mode="validate")
        aside = _validate(signature, message.canon_body or b"", key)
    except patatt.BodyValidationError:
        return Attestation("bad", identity, f"{identity} signed another text")
    except patatt.ValidationError as error:
        return _not_valid(identity, message, error)
    return Attestation("patatt", identity, f"signed by {identity}" + aside)


def _validate(signature: patatt.DevsigHeader, body: bytes, key: bytes) -> str:
    """What was set aside for the signature to hold. Errors: patatt's ValidationError."""
    import patatt

    signature.set_body(body)
    try:
        signature.validate(key)
    except patatt.BodyValidationError:
        length = signature.get_field_as_bytes("l") or b""
        rest = body[int(length) :] if _LENGTH.fullmatch(length) else b""
        if not rest or not _is_footer(rest):
            raise
        signature.set_body(body, maxlen=int(length))
        signature.validate(key)
        return ", and a list added its footer"
    return ""


def _not_valid(identity: str, message: patatt.PatattMessage, error: patatt.ValidationError) -> Attestation:
    """A signature over this body that does not hold: bad, unless its key is expired or missing, or From was rewritten.

    patatt's errors of a kind differ by their words alone; gpg says the same of an expired key and of a broken signature.
    """
    import patatt

    sender = message.canon_identity or ""
    if isinstance(error, patatt.NoKeyError) or "PGP" in str(error) or "GnuPG" in str(error):
        return Attestation("unchecked", identity, f"the key of {identity} is another one, has expired, or gpg cannot tell")
    if "field" in str(error) or "not signed" in str(error) or "Unknown algorithm" in str(error):
        return Attestation("unchecked", identity, "its developer signature is malformed")
    if any(b" via " in header for header in message.headers if header.lower().startswith(b"from:")):
        return Attestation("unchecked", identity, f"{sender} is the address of a list or relay: {identity} signed another From")
    return Attestation("bad", identity, f"{identity} signed another header, or it is forged")


def _developer_key(sources: list[str], algorithm: str, identity: str, selector: str) -> bytes:
    """The developer's public key, b'' when no keyring has it. Names come from the mail: none may leave the keyring's folder."""
    import patatt

    if algorithm not in ("ed25519", "openpgp", "openssh") or not _IDENTITY.fullmatch(identity) or selector in (".", ".."):
        return b""
    for source in sources:
        with contextlib.suppress(KeyError, OSError, patatt.ConfigurationError):
            return patatt.get_public_key(source, algorithm, identity, selector)[0]
    return b""


def _keyrings() -> list[str]:
    """Where b4 looks for keys: what git's configuration names, and the folder that b4 keeps."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return [*(_git_config("b4.keyringsrc") or _git_config("patatt.keyringsrc")), os.path.join(data, "b4", "keyring")]


def _holds_digest(signature: bytes) -> bool:
    """Whether an OpenPGP message holds no more than a digest. patatt would take in all that a packed one unfolds to."""
    import patatt

    gpg, _ = patatt.set_bin_paths(None)
    with tempfile.TemporaryDirectory(suffix=".tracker") as home:
        command = [gpg, "--homedir", home, "--batch", "--no-autostart", "--max-output", str(2 * _DIGEST), "--output", "-", "--decrypt"]
        done = subprocess.run(command, input=base64.b64decode(signature), capture_output=True, timeout=_SECONDS, check=False)
    return len(done.stdout) == _DIGEST


def _odd_input() -> tuple[type[Exception], ...]:
    """What patatt raises for odd signatures, and when git, gpg or ssh-keygen are missing."""
    import nacl.exceptions

    errors = (RuntimeError, ValueError, LookupError, TypeError, OSError, subprocess.SubprocessError)
    return (*errors, email.errors.MessageError, nacl.exceptions.CryptoError)
