"""DKIM (RFC 6376) as a witness of who wrote a mail, long after it came; what `attest` says about it, and why, stands there.

dkimpy reads keys and verifies; what is decided here is what a failure means. Hostile mails cost milliseconds: dkimpy's
expressions take quadratic time for long white space, and its RSA as long as a key wants.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import math
import re
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tracker.core.attestation import aligned
from tracker.core.people import parse_addresses
from tracker.sources.signed import Attestation, SignedMail, is_footer, without_footers

Lookup = Callable[[bytes, int], bytes | None]
"""(name of a TXT record, ending in a dot; seconds) -> the record, None when there is none.

Raises OSError, or an error of dnspython or dkimpy, when DNS does not answer.
"""

DKIM = b"dkim-signature"

_SECONDS = 5  # for all questions about one mail
_HOUR, _MINUTE = 3600.0, 60.0
_MAX_SILENT = 3  # questions without an answer in a row before DNS is left alone for a minute
_MAX_KEPT = 10_000

_MAX_SIGNATURE = 1 << 14
_MAX_SIGNATURES = 4
_MAX_NAMES = 256
_MAX_NAME = 253
_MAX_RECORD = 4096
_MAX_BITS = 8192
_MAX_EXPONENT = 1 << 32

_LONG_GAP = re.compile(rb"\s{200}")
_BLANKS = re.compile(rb"[ \t]+")
_SPACES = re.compile(rb"\s+")
_NAME = re.compile(rb"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){0,20}")
_LENGTH = re.compile(rb"\d{1,18}")

# How the body is to be read. A relay that re-encodes it has to change these.
_ENCODING = (b"content-type", b"content-transfer-encoding")


@dataclass(frozen=True, slots=True)
class _Signature:
    """A usable DKIM-Signature. field: itself; names: the fields it covers, in lower case; key_at: the key's DNS name."""

    field: tuple[bytes, bytes]
    tags: dict[bytes, bytes]
    names: list[bytes]
    domain: str
    key_at: bytes


def check_domains(mail: SignedMail, lookup: Lookup | None) -> Attestation:
    """dkim, bad, unchecked or none; one good signature of the author's domain is enough (RFC 6376 section 6.1).

    lookup: asks DNS; None: the process's own `Keys`.
    """
    ask = _Questions(lookup or _KEYS)
    authors = [person.email for value in mail.values(b"from") for person in parse_addresses(value)]
    usable = [signature for field in mail.fields if field[0].lower() == DKIM and (signature := _signature(field))]
    own = [one for one in usable if authors and all(aligned(one.domain, author) for author in authors)]
    checked: list[Attestation] = []
    for signature in own[:_MAX_SIGNATURES]:
        checked.append(_check(mail, signature, ask))
        if checked[-1].result == "dkim":
            return checked[-1]
    if checked:
        return next((one for one in checked if one.result == "unchecked"), checked[0])
    return _check_others(mail, usable[:_MAX_SIGNATURES], ask)


def _check_others(mail: SignedMail, signatures: list[_Signature], ask: Lookup) -> Attestation:
    """The signatures of domains that are not the author's: at best they tell who passed the mail on."""
    found = None
    for signature in signatures:
        one = _check(mail, signature, ask)
        if one.result == "dkim":
            return Attestation("none", one.identity, f"signed by {one.identity}, which is not the author's domain")
        if one.result == "bad":
            return Attestation("none", one.identity, f"{one.identity}, not the author's domain, signed it with another body")
        found = found or one
    return found or Attestation("unchecked", "", "its DKIM signature is malformed, or of a kind that proves nothing")


def _check(mail: SignedMail, signature: _Signature, ask: Lookup) -> Attestation:
    """dkim, bad or unchecked, whosever domain it is."""
    domain = signature.domain
    key = _public_key(signature, ask)
    if isinstance(key, str):
        return Attestation("unchecked", domain, key)
    if not _holds(mail, signature, key):
        reason = f"the signature of {domain} does not fit the header: a field was changed or is missing, or it is forged"
        return Attestation("unchecked", domain, reason)
    second = mail.ambiguous(signature.names)
    if second:
        return Attestation("unchecked", domain, f"there is more than one {second} field, not all of them signed by {domain}")
    return _body_verdict(mail, signature)


def _body_verdict(mail: SignedMail, signature: _Signature) -> Attestation:
    """What the body says when the header is as signed."""
    domain, fit = signature.domain, _fit(mail.body, signature.tags)
    if fit == "more":
        return Attestation("unchecked", domain, f"more text follows after what {domain} signed")
    if fit == "no":
        unsigned = mail.uncovered(signature.names, _ENCODING)
        if unsigned:
            reason = f"the body is another one than {domain} signed, maybe re-encoded: {unsigned[0]} is not signed"
            return Attestation("unchecked", domain, reason)
        return Attestation("bad", domain, f"{domain} signed this header with another body")
    footer = ", and a list added its footer" if fit == "footer" else ""
    left = ", ".join(mail.uncovered(signature.names))
    return Attestation("dkim", domain, f"signed by {domain}{footer}" + (f"; does not cover {left}" if left else ""))


# --- one signature


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
    domain, selector = tags.get(b"d", b""), tags.get(b"s", b"")
    key_at = selector + b"._domainkey." + domain + b"."
    usable = (
        tags.get(b"v") == b"1"
        and tags.get(b"a") in (b"rsa-sha256", b"ed25519-sha256")
        and {b"b", b"bh"} <= tags.keys()
        and _NAME.fullmatch(domain)
        and _NAME.fullmatch(selector)
        and len(key_at) <= _MAX_NAME
        and _LENGTH.fullmatch(tags.get(b"l", b"0"))
        and b"from" in names
        and len(names) <= _MAX_NAMES
    )
    return _Signature(field, tags, names, domain.decode("ascii").lower(), key_at) if usable else None


def _public_key(signature: _Signature, ask: Lookup) -> tuple[Any, ...] | str:
    """The key as dkimpy has it, or why there is none."""
    import dkim  # type: ignore[import-untyped]

    record = ask(signature.key_at, _SECONDS)
    where = signature.key_at.decode("ascii").rstrip(".")
    if record is None:
        return f"no key at {where}, or DNS does not answer"
    if len(record) > _MAX_RECORD:
        return f"the key at {where} is too large"
    try:
        key: tuple[Any, ...] = dkim.evaluate_pk(signature.key_at, record)
    except (dkim.DKIMException, ValueError, LookupError, TypeError):
        return f"the key at {where} was withdrawn or cannot be read"
    number, bits, kind, _ = key
    if kind == b"rsa" and (bits > _MAX_BITS or number["publicExponent"] > _MAX_EXPONENT):
        return f"the key at {where} is too large"
    return key


def _holds(mail: SignedMail, signature: _Signature, key: tuple[Any, ...]) -> bool:
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
    """How the body fits to its hash; footer: without that of a list; more: unsigned text follows (`l=`).

    `_holds` has accepted the c= of the tags.
    """
    from dkim.canonicalization import CanonicalizationPolicy  # type: ignore[import-untyped]

    policy = CanonicalizationPolicy.from_c_value(tags.get(b"c", b"simple/simple"))
    relaxed = policy.body_algorithm.name == b"relaxed"
    length = int(tags[b"l"]) if b"l" in tags else None
    with contextlib.suppress(ValueError):  # a bh= that is no base64
        wanted = base64.b64decode(_SPACES.sub(b"", tags[b"bh"]))
        for number, text in enumerate(without_footers(body)):
            # Runs of blanks become one blank anyway; dkimpy needs quadratic time to see that no line ends after them.
            canonical = policy.canonicalize_body(_BLANKS.sub(b" ", text) if relaxed else text)
            if hashlib.sha256(canonical[:length]).digest() == wanted:
                return "footer" if number else _beyond(canonical, length)
    return "no"


def _beyond(text: bytes, length: int | None) -> Literal["whole", "footer", "more"]:
    """What stands after the signed length of a body."""
    rest = b"" if length is None else text[length:]
    if not rest.strip():
        return "whole"
    return "footer" if is_footer(rest) and (not length or text[:length].endswith(b"\r\n")) else "more"


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
        """The record of *name*; None when there is none or no answer."""
        name, now = name.lower(), self._clock()
        with self._lock:
            until, record = self._kept.get(name, (-math.inf, None))
            if now < until or now < self._quiet_until:
                return record if now < until else None
        try:
            record, silent = self._ask(name, seconds), False
        except dns_errors():
            record, silent = None, True
        self._keep(name, record, silent)
        return record

    def _keep(self, name: bytes, record: bytes | None, silent: bool) -> None:
        now = self._clock()
        with self._lock:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[name] = (now + (_MINUTE if silent else _HOUR), record)
            self._silent = self._silent + 1 if silent else 0
            if self._silent >= _MAX_SILENT:
                self._silent, self._quiet_until = 0, now + _MINUTE


class _Questions:
    """One mail's questions: each is asked once, and all together have `_SECONDS`. A `Lookup`."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._answers: dict[bytes, bytes | None] = {}
        self._end = time.monotonic() + _SECONDS

    def __call__(self, name: bytes, _seconds: int) -> bytes | None:
        left = self._end - time.monotonic()
        if name not in self._answers and left > 0:
            try:
                self._answers[name] = self._lookup(name, max(1, round(left)))
            except dns_errors():
                self._answers[name] = None
        return self._answers.get(name)


def dns_errors() -> tuple[type[Exception], ...]:
    """What a `Lookup` may raise."""
    import dkim
    import dns.exception

    return (OSError, dns.exception.DNSException, dkim.DKIMException)


def ask_dns(name: bytes, seconds: int) -> bytes | None:
    """The `Lookup` of the system's resolvers, or of those that git's `b4.attestation-dns-resolvers` names, as b4 does."""
    import dns.resolver

    servers = git_config("b4.attestation-dns-resolvers")
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [server.strip() for server in servers[-1].split(",")]
    try:
        answer = resolver.resolve(name.decode("ascii"), "TXT", lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    records = [b"".join(record.strings) for record in answer]
    return next((record for record in records if b"p=" in record), None)


def git_config(key: str) -> list[str]:
    """All values of a key of git's configuration; [] without git."""
    try:
        done = subprocess.run(["git", "config", "-z", "--get-all", key], capture_output=True, check=False)
    except OSError:
        return []
    return [value for value in done.stdout.decode("utf-8", "replace").split("\0") if value]


_KEYS = Keys(ask_dns)
