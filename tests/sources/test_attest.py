"""Attestation: DKIM with keys made here, patatt with keys made here and on its own samples, and what must never be bad."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import dkim  # type: ignore[import-untyped]
import dns.resolver
import nacl.signing
import patatt
import pytest
from dkim.canonicalization import CanonicalizationPolicy  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tracker.sources import domainkeys
from tracker.sources.attest import Attestation, attest
from tracker.sources.domainkeys import Keys, Lookup, ask_dns
from tracker.sources.mbox import split_mbox

KEY = nacl.signing.SigningKey(b"a seed of a throw-away key ....!")
RECORD = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(KEY.verify_key))
NAMES = b"from:to:subject:date:message-id:mime-version:content-type:content-transfer-encoding"
HEAD = b"""\
From: Ann Author <ann@example.org>
To: list@lists.example.com
Subject: [PATCH] ring: make it
 lockless
Date: Mon, 05 Jan 2026 12:00:00 +0000
Message-ID: <1@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit
"""
BODY = b"Locks are slow.\n\nSigned-off-by: Ann Author <ann@example.org>\n---\n ring.c | 2 +-\n"
MAIL = HEAD + b"\n" + BODY

FOOTERS = {
    "mailman": b"_______________________________________________\nlinux-demo mailing list\nlinux-demo@lists.example.com\n"
    b"http://lists.example.com/mailman/listinfo/linux-demo\n",
    "mailman3": b"_______________________________________________\ndemo mailing list -- demo@lists.example.com\n"
    b"To unsubscribe send an email to demo-leave@lists.example.com\n",
    "short": b"\n-- \nMailing list info: https://lists.example.com/listinfo/demo\n",
    "vger": b'--\nTo unsubscribe from this list: send the line "unsubscribe linux-demo" in\n'
    b"the body of a message to majordomo@vger.example.com\n"
    b"More majordomo info at  http://vger.example.com/majordomo-info.html\n",
    "google": b'\n-- \nYou received this message because you are subscribed to the Google Groups "demo" group.\n'
    b"To unsubscribe from this group and stop receiving emails from it, send an email to demo+unsubscribe@groups.example.com.\n"
    b"To view this discussion on the web visit https://groups.example.com/d/msgid/demo/1%40example.org.\n",
}
FOOTERS["two lists"] = FOOTERS["mailman"] + FOOTERS["short"]


def published(_name: bytes, _seconds: int) -> bytes | None:
    """DNS in which every domain has the key."""
    return RECORD


def answering(record: bytes | None) -> Lookup:
    """DNS that has the same record everywhere."""
    return lambda _name, _seconds: record


def no_dns(name: bytes, seconds: int) -> bytes | None:
    """A test that must not ask."""
    raise AssertionError(f"asked for {name!r}")


def signed(
    raw: bytes = MAIL,
    *,
    domain: bytes = b"example.org",
    names: bytes = NAMES,
    canon: bytes = b"relaxed/relaxed",
    extra: Iterable[tuple[bytes, bytes]] = (),
    length: int | None = None,
) -> bytes:
    """*raw* with a DKIM-Signature by dkimpy. extra: further tags; length: l=, which the body hash then covers."""
    signer = dkim.DKIM(raw, signature_algorithm=b"ed25519-sha256", linesep=b"\n")
    policy = CanonicalizationPolicy.from_c_value(canon)
    signer.hasher = dkim.HASH_ALGORITHMS[b"ed25519-sha256"]
    digest = signer.hasher(policy.canonicalize_body(signer.body)[:length]).digest()
    fields = [
        (b"v", b"1"), (b"a", b"ed25519-sha256"), (b"c", canon), (b"d", domain), (b"s", b"sel"), *extra,
        *([(b"l", b"%d" % length)] if length is not None else []),
        (b"h", names.replace(b":", b" : ")), (b"bh", base64.b64encode(digest)), (b"b", b"0" * 60),
    ]  # fmt: skip
    value = signer.gen_header(fields, names.split(b":"), policy, b"DKIM-Signature", KEY)
    return bytes(b"DKIM-Signature: " + value.strip() + b"\n" + raw)


# --- DKIM: what holds


def test_the_signature_of_the_authors_domain_holds() -> None:
    """A mail signed by the domain of its From is attested by it: in LF and CRLF, behind a "From " line, in both forms of c=."""
    good = Attestation("dkim", "example.org", "signed by example.org")
    assert attest(signed(), lookup=published) == good
    assert attest(signed().replace(b"\n", b"\r\n"), lookup=published) == good
    assert attest(b"From ann@example.org Mon Jan  5 12:00:00 2026\n" + signed(), lookup=published) == good
    assert attest(signed(canon=b"simple/simple"), lookup=published) == good


def test_dkimpy_agrees_about_what_holds() -> None:
    """What `signed` makes is a signature for dkimpy itself, so these tests are about mails as they are sent."""
    assert dkim.verify(signed(), dnsfunc=lambda name, timeout=5: RECORD)


def test_rsa_holds(tmp_path: Path) -> None:
    """An RSA key made by openssl and a signature by dkimpy's own sign() hold; 512 bits and SHA-1 prove nothing (RFC 8301)."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl")
    kinds = ((2048, b"rsa-sha256", "dkim"), (512, b"rsa-sha256", "unchecked"), (1024, b"rsa-sha1", "unchecked"))
    for bits, algorithm, result in kinds:
        pem = tmp_path / "key.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", pem, str(bits)], check=True, capture_output=True)
        command = ["openssl", "rsa", "-in", str(pem), "-pubout", "-outform", "DER"]
        public = subprocess.run(command, check=True, capture_output=True).stdout
        header = dkim.sign(MAIL, b"sel", b"example.org", pem.read_bytes(), signature_algorithm=algorithm)
        assert attest(header + MAIL, lookup=answering(b"v=DKIM1; k=rsa; p=" + base64.b64encode(public))).result == result


@pytest.mark.parametrize("footer", FOOTERS.values(), ids=FOOTERS)
def test_a_lists_footer_is_set_aside(footer: bytes) -> None:
    """What lists append does no harm to a signature, and is told."""
    found = attest(signed() + footer, lookup=published)
    assert found == Attestation("dkim", "example.org", "signed by example.org, and a list added its footer")


@pytest.mark.parametrize(
    "text",
    [
        b"Reviewed-by: Linus Torvalds <torvalds@example.com>\n",
        b"-- \nReviewed-by: Linus Torvalds <torvalds@example.com>\n",
        FOOTERS["mailman"] + b"Acked-by: Linus Torvalds <torvalds@example.com>\n",
        FOOTERS["vger"].replace(b"--\n", b"--\nAcked-by: Linus Torvalds <torvalds@example.com>\n"),
        b"____________________\nThis mailing list is fine with it.\n",
    ],
)
def test_other_text_at_the_end_is_no_footer(text: bytes) -> None:
    """A tag cannot be smuggled into a signed mail in the disguise of a footer."""
    assert attest(signed() + text, lookup=published).result == "bad"


def test_oversigned_fields_are_not_missing() -> None:
    """h= may name fields that never were there, once more than they are, so that nobody can add them."""
    assert attest(signed(names=NAMES + b":from:subject:reply-to:cc"), lookup=published).result == "dkim"


def test_a_signature_that_leaves_out_from_is_none() -> None:
    """From is the one field that every signature has to cover."""
    assert attest(signed(names=b"subject:date"), lookup=no_dns).result == "unchecked"


def test_expired_signatures_hold() -> None:
    """x= is about taking a mail in, not about an archive; Gmail's signatures expire after a week."""
    raw = signed(extra=((b"t", b"1767614400"), (b"x", b"1767614401")))
    assert attest(raw, lookup=published).result == "dkim"
    with pytest.raises(dkim.ValidationError, match="x= value is past"):
        dkim.DKIM(raw).verify(dnsfunc=lambda name, timeout=5: RECORD)


def test_what_is_not_signed_is_told() -> None:
    """The detail names fields that a reader relies on and the signature does not cover."""
    assert attest(signed(names=b"from:date"), lookup=published).detail == (
        "signed by example.org; does not cover subject, message-id, content-type, content-transfer-encoding"
    )


# --- DKIM: what is bad


@pytest.mark.parametrize("canon", [b"relaxed/relaxed", b"simple/simple"])
def test_another_body_under_a_signed_header_is_bad(canon: bytes) -> None:
    """The signer signed this header, with the hash of another body: the one case that is held against a mail."""
    raw = signed(canon=canon).replace(b"Locks are slow", b"Locks are good")
    assert attest(raw, lookup=published) == Attestation("bad", "example.org", "example.org signed this header with another body")
    assert attest(signed(canon=canon)[:-30], lookup=published).result == "bad"


# --- DKIM: what proves nothing


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda raw: raw.replace(b"Subject: [PATCH]", b"Subject: [demo] [PATCH]"), id="list-prefix"),
        pytest.param(lambda raw: raw.replace(b"Message-ID: <1@example.org>\n", b""), id="missing-field"),
        pytest.param(lambda raw: raw.replace(b"To: list", b"To: other"), id="other-recipient"),
        pytest.param(lambda raw: re.sub(rb"Message-ID: .*\n", b"", raw).replace(b"slow", b"good"), id="missing-and-body"),
        pytest.param(lambda raw: raw.replace(b": 8bit", b": 7bit").replace(b"slow", b"good"), id="recoded"),
        pytest.param(lambda raw: re.sub(rb" b=\w\w\w", b" b=AAA", raw), id="forged"),
        pytest.param(lambda raw: raw.replace(b"v=1;", b"v=2;"), id="version"),
        pytest.param(lambda raw: raw.replace(b"a=ed25519-sha256", b"a=rsa-sha256"), id="algorithm-of-another-key"),
        pytest.param(lambda raw: raw.replace(b"a=ed25519-sha256", b"a=rsa-sha1"), id="sha1"),
        pytest.param(lambda raw: raw.replace(b"c=relaxed", b"c=relaxes"), id="canonicalization"),
        pytest.param(lambda raw: re.sub(rb"bh=[^;]*", b"bh=A", raw), id="hash"),
        pytest.param(lambda raw: raw.replace(b"s=sel", b"s=../sel"), id="selector"),
        pytest.param(lambda raw: raw.replace(b"DKIM-Signature: v=1;", b"DKIM-Signature: junk"), id="junk"),
        pytest.param(lambda raw: b"Subject: [PATCH] another\n" + raw, id="second-subject"),
        pytest.param(lambda raw: raw.replace(b"Subject: [", b"Subject: [PATCH] another\nSubject: ["), id="second-subject-inside"),
    ],
)
def test_a_changed_header_proves_nothing(change: Callable[[bytes], bytes]) -> None:
    """Where the header is not as signed, whoever changed it, the mail is unchecked whatever its body."""
    raw = change(signed())
    assert raw != signed()
    assert attest(raw, lookup=published).result == "unchecked"


def test_fields_for_slow_expressions_are_refused() -> None:
    """Long white space and long lists of names, over which dkimpy's expressions take their time, are not given to it."""
    start = b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=sel; bh=AAAA; b=AAAA; h=from"
    assert "no key" in attest(start + b"\n" + MAIL, lookup=answering(None)).detail
    for junk in (b"; z=" + b" " * 300 + b"1", b"; z=" + b"x" * 20_000, b":x" * 300):
        found = attest(start + junk + b"\n" + MAIL, lookup=no_dns)
        assert found.detail == "its DKIM signature is malformed, or of a kind that proves nothing"


def test_a_body_that_may_be_reencoded_is_not_bad() -> None:
    """Lists turn 8bit into base64; when the field that says so is unsigned, it is not known whether that happened."""
    raw = signed(names=b"from:subject:date:message-id:content-type")
    recoded = raw.replace(b": 8bit", b": base64").replace(BODY, base64.encodebytes(BODY))
    found = attest(recoded, lookup=published)
    assert found.result == "unchecked"
    assert "content-transfer-encoding is not signed" in found.detail


@pytest.mark.parametrize(
    ("added", "result"),
    [(b"", "dkim"), (b"\n\n", "dkim"), (FOOTERS["short"], "dkim"), (b"Acked-by: M <m@evil.test>\n", "unchecked")],
)
def test_only_a_footer_may_follow_after_the_signed_length(added: bytes, result: str) -> None:
    """With l= the hash holds whatever is appended, so appended text is looked at."""
    assert attest(signed(length=len(BODY.replace(b"\n", b"\r\n"))) + added, lookup=published).result == result


def test_a_length_of_nothing_signs_nothing() -> None:
    """l=0 lets anybody write the body; a length within a line lets him end the line, be it with what looks like a footer."""
    assert attest(signed(length=0), lookup=published).result == "unchecked"
    assert attest(signed(length=5), lookup=published).result == "unchecked"
    within_a_line = signed(HEAD + b"\nAcked", length=5)
    assert attest(within_a_line, lookup=published).result == "dkim"
    assert attest(within_a_line + FOOTERS["short"].strip(), lookup=published).result == "unchecked"


@pytest.mark.parametrize(
    "record",
    [
        b"", b"v=DKIM1; p=", b"junk", b"\xff\xfe", b";;;", b"k=ed25519", b"k=ed25519; p=AAAA", b"k=ed25519; p=!", b"p=AAAA",
        b"k=foo; p=AAAA", b"k=rsa; p=AAAA", b"v=DKIM2; " + RECORD[9:], RECORD + b" " * 5000,
        b"k=ed25519; p=" + base64.b64encode(bytes(nacl.signing.SigningKey(bytes(32)).verify_key)),
    ],
)  # fmt: skip
def test_without_the_signers_key_nothing_is_known(record: bytes) -> None:
    """A withdrawn (p=), broken, oversized or other key: unchecked, for a good mail as for a changed one."""
    for raw in (signed(), signed() + b"more\n", signed().replace(b"ed25519-", b"rsa-")):
        assert attest(raw, lookup=answering(record)).result == "unchecked"


def der(tag: int, content: bytes) -> bytes:
    """An ASN.1 value."""
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + content


@pytest.mark.parametrize(("modulus", "exponent"), [(2047, 9000), (14000, 17)])
def test_keys_that_would_take_minutes_are_refused(modulus: int, exponent: int) -> None:
    """RSA with an enormous modulus or exponent is a way to keep the program busy."""
    numbers = b"".join(der(2, ((1 << bits) + 1).to_bytes(bits // 8 + 2, "big")) for bits in (modulus, exponent))
    algorithm = der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
    record = b"k=rsa; p=" + base64.b64encode(der(0x30, algorithm + der(3, b"\0" + der(0x30, numbers))))
    found = attest(signed().replace(b"a=ed25519", b"a=rsa"), lookup=answering(record))
    assert (found.result, found.detail) == ("unchecked", "the key at sel._domainkey.example.org is too large")


@pytest.mark.parametrize("error", [None, TimeoutError, dns.resolver.NoNameservers, dkim.DnsTimeoutError])
def test_no_dns_no_verdict(error: type[Exception] | None) -> None:
    """An answer that does not come is no answer about the mail, changed or not."""

    def silent(_name: bytes, _seconds: int) -> bytes | None:
        if error:
            raise error
        return None

    for raw in (signed(), signed() + b"more\n"):
        found = attest(raw, lookup=silent)
        assert (found.result, found.identity) == ("unchecked", "example.org")
        assert "DNS does not answer" in found.detail


# --- DKIM: whose signature


@pytest.mark.parametrize(
    ("domain", "sender", "result"),
    [
        (b"example.org", b"ann@EXAMPLE.org", "dkim"),
        (b"example.org", b"ann@mail.example.org", "dkim"),
        (b"mail.example.org", b"ann@example.org", "dkim"),
        (b"a.example.org", b"ann@b.example.org", "none"),
        (b"example.com", b"ann@example.org", "none"),
        (b"ample.org", b"ann@example.org", "none"),
        (b"org", b"ann@example.org", "none"),
        (b"example-org.20230601.gappssmtp.com", b"ann@example.org", "none"),
        (b"example.org", b"ann@org", "none"),
    ],
)
def test_only_the_authors_domain_speaks_for_him(domain: bytes, sender: bytes, result: str) -> None:
    """The signing domain is that of From, or above or below it; a good signature of another one attests nothing."""
    raw = signed(MAIL.replace(b"ann@example.org>", sender + b">", 1), domain=domain)
    found = attest(raw, lookup=published)
    assert (found.result, found.identity) == (result, domain.decode())
    assert (found.result == "dkim") or found.detail == f"signed by {domain.decode()}, which is not the author's domain"
    assert attest(raw, lookup=answering(None)).result == "unchecked"


@pytest.mark.parametrize(
    "sender",
    [b'"ann@example.org" <m@evil.test>', b"Ann <ann@example.org>, M <m@evil.test>", b"ann@example.org <m@evil.test>", b"", b"<>"],
)
def test_the_author_is_whom_from_means(sender: bytes) -> None:
    """A domain in a display name, or of one author out of two, is not the author's."""
    raw = signed(MAIL.replace(b"Ann Author <ann@example.org>", sender, 1))
    assert attest(raw, lookup=published).result == "none"


def test_a_second_from_is_refused() -> None:
    """Two From fields are two authors, also when both are signed."""
    for other in (b"From: M <m@evil.test>\n", b"From: Ann <ann@example.org>\n"):
        assert attest(signed(other + MAIL), lookup=published).result == "unchecked"
        assert attest(other + signed(), lookup=published).result == "unchecked"
    assert attest(signed(b"From: M <m@evil.test>\n" + MAIL, names=b"from:" + NAMES), lookup=published).result == "none"


def test_one_good_signature_is_enough() -> None:
    """A signature that a relay broke does no harm beside one that holds; without that the unknown one decides."""
    broken = signed().split(b"\nFrom: ")[0].replace(b"s=sel", b"s=old") + b"\n"

    def only_sel(name: bytes, _seconds: int) -> bytes | None:
        return RECORD if name.startswith(b"sel.") else None

    assert attest(broken + signed(domain=b"evil.test"), lookup=only_sel).result == "unchecked"
    for raw in (broken + signed(), signed().replace(b"\nFrom: ", b"\n" + broken + b"From: ", 1)):
        assert attest(raw, lookup=only_sel).result == "dkim"
        assert attest(raw + b"more\n", lookup=only_sel).result == "unchecked"
    assert attest(signed(domain=b"evil.test") + b"more\n", lookup=published).result == "none"


def test_speaks_for() -> None:
    """A domain's signature is good for its addresses only, a developer's for his own, and nothing else for anybody."""
    domain = Attestation("dkim", "example.org", "")
    assert domain.speaks_for("Ann@Example.org")
    assert not domain.speaks_for("ann@example.com")
    developer = Attestation("patatt", "ann@example.org", "")
    assert developer.speaks_for("Ann@example.org")
    assert not developer.speaks_for("bob@example.org")
    assert not Attestation("unchecked", "example.org", "").speaks_for("ann@example.org")
    assert not Attestation("bad", "example.org", "").speaks_for("ann@example.org")


# --- what is not checked at all


def test_no_signature() -> None:
    """A mail without any signature says so, and DNS is not asked."""
    assert attest(MAIL, lookup=no_dns) == Attestation("none", "", "no signature")
    assert attest(b"", lookup=no_dns).result == "none"


def test_local_reduced_and_abridged_mails_are_not_checked() -> None:
    """Files are anybody's, and reduced headers prove nothing; no question goes to DNS about them."""
    for raw in (MAIL, signed(), signed() + b"more\n"):
        assert attest(raw, local=True, lookup=no_dns).result == "unchecked"
        assert attest(raw, reduced=True, lookup=no_dns).result == "unchecked"
        assert attest(b"X-Tracker-Abridged: yes\n" + raw, lookup=no_dns).result == "unchecked"


def test_enormous_mails_are_not_checked() -> None:
    """A header or a mail beyond any real one is left alone."""
    assert attest(b"X: y\n" * 100_000 + signed(), lookup=no_dns).result == "unchecked"
    assert attest(signed() + b"x" * 9_000_000, lookup=no_dns).result == "unchecked"


def test_no_changed_character_passes() -> None:
    """Whichever single character of a signed mail is changed, it is not attested any more, and nothing is raised."""
    raw = signed()
    first, last = raw.index(b" b="), raw.index(b"==\nFrom:") - 1
    for at in range(len(raw)):
        # White space in b= means nothing, nor do the last bits of its last digit.
        if at != last and not (first < at < last and raw[at : at + 1].isspace()):
            changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            assert attest(changed, lookup=published).result != "dkim", (at, changed[at - 20 : at + 20])


@given(st.binary(max_size=300), st.binary(max_size=100), st.binary(max_size=100))
def test_nothing_is_raised(signature: bytes, header: bytes, record: bytes) -> None:
    """Whatever stands in the fields and in DNS, there is an answer, and it is no praise."""
    raw = b"DKIM-Signature: " + signature + b"\n" + header + b"\n" + signed()[:-5]
    assert attest(raw, lookup=answering(record)).result in ("none", "unchecked")


def test_threads_do_not_disturb_each_other() -> None:
    """The same mails checked by several threads at once have the same answers."""
    mails = [signed(), signed() + b"more\n", MAIL, signed(domain=b"evil.test")] * 20
    expected = ["dkim", "bad", "none", "none"] * 20
    found: list[list[str]] = []
    workers = [
        threading.Thread(target=lambda: found.append([attest(raw, lookup=published).result for raw in mails])) for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [expected] * 6


# --- DNS


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_keys_are_kept_for_an_hour() -> None:
    """A name is asked for once an hour, whatever its case; that there is no key is kept, too."""
    clock, asked = Clock(), []

    def ask(name: bytes, _seconds: int) -> bytes | None:
        asked.append(name)
        return RECORD if name == b"a." else None

    keys = Keys(ask, clock)
    assert [keys(b"A.", 5), keys(b"a.", 5), keys(b"b.", 5), keys(b"b.", 5)] == [RECORD, RECORD, None, None]
    assert asked == [b"a.", b"b."]
    clock.now += 3601
    assert keys(b"a.", 5) == RECORD
    assert asked == [b"a.", b"b.", b"a."]


def test_dns_that_is_silent_is_left_alone_for_a_minute() -> None:
    """Three questions without an answer, and nobody waits for a fourth; what is known is still told."""
    clock, asked = Clock(), []

    def ask(name: bytes, _seconds: int) -> bytes | None:
        asked.append(name)
        if name == b"known.":
            return RECORD
        raise dns.resolver.NoNameservers

    keys = Keys(ask, clock)
    names = [b"known.", b"1.", b"2.", b"3.", b"4.", b"5.", b"known."]
    assert [keys(name, 5) for name in names] == [RECORD, None, None, None, None, None, RECORD]
    assert asked == [b"known.", b"1.", b"2.", b"3."]
    clock.now += 61
    keys(b"4.", 5)
    keys(b"1.", 5)
    assert asked[4:] == [b"4.", b"1."]


def test_a_mail_asks_for_each_name_once_within_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two signatures with one key are one question, and when the time is up no more are asked."""
    asked: list[tuple[bytes, int]] = []

    def ask(name: bytes, seconds: int) -> bytes | None:
        asked.append((name, seconds))
        clock.now += 4
        return None

    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    fields = b"".join(signed(domain=domain).split(b"\nFrom: ")[0] + b"\n" for domain in (b"example.org", b"example.org"))
    more = b"".join(signed(domain=b"%d.example.org" % n).split(b"\nFrom: ")[0] + b"\n" for n in range(2))
    assert attest(fields + more + MAIL, lookup=ask).result == "unchecked"
    assert asked == [(b"sel._domainkey.example.org.", 5), (b"sel._domainkey.0.example.org.", 1)]


def test_the_systems_dns_is_asked_as_b4_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """TXT records by dnspython, strings joined, at the servers that b4's configuration names; no such name is no record."""
    asked: list[tuple[list[object], str, float]] = []

    class Record:
        def __init__(self, *strings: bytes) -> None:
            self.strings = strings

    def resolve(self: dns.resolver.Resolver, name: str, kind: str, *, lifetime: float, search: bool) -> list[Record]:
        asked.append((list(self.nameservers), kind, lifetime))
        if name.startswith("none"):
            raise dns.resolver.NXDOMAIN
        return [Record(b"other"), Record(RECORD[:30], RECORD[30:])]

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    subprocess.run(["git", "config", "--global", "b4.attestation-dns-resolvers", "192.0.2.1, 192.0.2.2"], check=True)
    assert ask_dns(b"sel._domainkey.example.org.", 4) == RECORD
    assert ask_dns(b"none._domainkey.example.org.", 4) is None
    assert asked == [(["192.0.2.1", "192.0.2.2"], "TXT", 4)] * 2
    assert attest(signed(domain=b"default-lookup.example.org")).result == "dkim"


def test_dns_out_of_reach_is_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a lookup the system's DNS is asked; its failure is no verdict and no error."""

    def resolve(*_args: object, **_options: object) -> None:
        raise dns.resolver.NoNameservers

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", resolve)
    subprocess.run(["git", "config", "--global", "b4.attestation-dns-resolvers", "192.0.2.1"], check=True)
    assert attest(signed(domain=b"out-of-reach.example.org")).result == "unchecked"


# --- developers' signatures


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    """Ann's key, as patatt keeps keys."""
    folder = tmp_path / "keys" / "ed25519" / "example.org" / "ann"
    folder.mkdir(parents=True)
    (folder / "default").write_bytes(base64.b64encode(bytes(KEY.verify_key)))
    return tmp_path / "keys"


def by_developer(raw: bytes = MAIL, identity: str = "ann@example.org") -> bytes:
    """*raw* signed by patatt."""
    return patatt.sign_message(raw, "ed25519", base64.b64encode(bytes(KEY)), identity, "default")


def test_a_developers_signature_holds(keyring: Path) -> None:
    """A mail signed with a key of the keyring is attested by its owner, without DNS; also when it was re-encoded on its way."""
    good = Attestation("patatt", "ann@example.org", "signed by ann@example.org")
    assert attest(by_developer(), keyring=keyring, lookup=no_dns) == good
    recoded = by_developer().replace(b": 8bit", b": base64").replace(BODY, base64.encodebytes(BODY))
    assert attest(recoded, keyring=keyring, lookup=no_dns) == good


def test_a_developers_signature_holds_above_a_footer(keyring: Path) -> None:
    """A list's footer after the signed length is set aside, other text is not."""
    found = attest(by_developer() + FOOTERS["short"], keyring=keyring, lookup=no_dns)
    assert found == Attestation("patatt", "ann@example.org", "signed by ann@example.org, and a list added its footer")
    assert attest(by_developer() + b"Acked-by: M <m@evil.test>\n", keyring=keyring, lookup=no_dns).result == "bad"


@pytest.mark.parametrize(
    ("change", "result"),
    [
        pytest.param(lambda raw: raw.replace(b"slow", b"good"), "bad", id="body"),
        pytest.param(lambda raw: raw.replace(b"ring: make", b"ring: break"), "bad", id="subject"),
        pytest.param(lambda raw: raw.replace(b"Ann Author <ann@", b"Eve <eve@", 1), "bad", id="author"),
        pytest.param(lambda raw: raw.replace(b"Ann Author <ann@", b"Ann via demo <demo@", 1), "unchecked", id="via"),
        pytest.param(lambda raw: raw.replace(b"Subject: ", b"Subject: [demo] "), "patatt", id="list-prefix"),
        pytest.param(lambda raw: raw.replace(b"Message-ID: <1@example.org>\n", b""), "unchecked", id="missing-field"),
        pytest.param(lambda raw: b"Subject: another\n" + raw, "unchecked", id="second-subject"),
        pytest.param(lambda raw: b"In-Reply-To: <1@x>\nIn-Reply-To: <2@x>\n" + raw, "patatt", id="second-parent"),
        pytest.param(lambda raw: raw.replace(b"i=ann@example.org", b"i=../..@example.org"), "unchecked", id="path"),
        pytest.param(lambda raw: raw.replace(b"i=ann@example.org", b"i=..@.."), "unchecked", id="path-in-address"),
        pytest.param(lambda raw: raw.replace(b"i=ann@example.org", b"i=bob@example.org"), "unchecked", id="no-key"),
        pytest.param(lambda raw: raw.replace(b"a=ed25519-sha256", b"a=rot13-sha256"), "unchecked", id="algorithm"),
        pytest.param(lambda raw: re.sub(rb" t=\d+;", b"", raw), "unchecked", id="no-time"),
        pytest.param(lambda raw: raw.replace(b"h=from:subject", b"h=date:subject"), "unchecked", id="from-unsigned"),
        pytest.param(lambda raw: re.sub(rb" b=[^;]*\nX-Dev", b" b=AAAA\nX-Dev", raw), "bad", id="forged"),
        pytest.param(lambda raw: re.sub(rb"\n b=[^;]*\nX-Dev", b"\nX-Dev", raw), "unchecked", id="cut"),
        pytest.param(lambda raw: raw.replace(b"Signature: v=1;", b"Signature: \xff=\xfe;"), "unchecked", id="bytes"),
    ],
)  # fmt: skip
def test_a_changed_mail_of_a_developer(keyring: Path, change: Callable[[bytes], bytes], result: str) -> None:
    """Another text, title or author is bad; what a list does, what is missing and what cannot be read is not."""
    raw = change(by_developer())
    assert raw != by_developer()
    assert attest(raw, keyring=keyring, lookup=no_dns).result == result


def test_keys_outside_of_the_keyring_are_not_read(keyring: Path) -> None:
    """An identity made of dots names a file above the keyring's folder."""
    shutil.copy(keyring / "ed25519" / "example.org" / "ann" / "default", keyring.parent / "default")
    assert attest(by_developer(identity="..@.."), keyring=keyring, lookup=no_dns).result == "unchecked"


def test_a_developer_may_sign_for_another_from(keyring: Path) -> None:
    """The answer is whose key it was, and it does not speak for the name in From."""
    raw = by_developer(MAIL.replace(b"Ann Author <ann@", b"Bob <bob@", 1))
    found = attest(raw, keyring=keyring, lookup=no_dns)
    assert (found.result, found.identity) == ("patatt", "ann@example.org")
    assert found.speaks_for("ann@example.org")
    assert not found.speaks_for("bob@example.org")


def test_without_the_developers_key_the_domain_decides(tmp_path: Path) -> None:
    """A key that is not at hand leaves the question to DKIM: dkim and bad as ever, and never none."""
    raw = signed(by_developer())
    assert attest(by_developer(), keyring=tmp_path, lookup=no_dns).result == "unchecked"
    assert attest(raw, keyring=tmp_path, lookup=published).result == "dkim"
    assert attest(raw + b"more\n", keyring=tmp_path, lookup=published).result == "bad"
    other = attest(signed(by_developer(), domain=b"evil.test"), keyring=tmp_path, lookup=published)
    assert (other.result, other.identity) == ("unchecked", "ann@example.org")


def test_the_authors_domain_outranks_a_developers_broken_signature(keyring: Path) -> None:
    """What the author's server signed as it is was edited before, by him or his relay: not bad, but told."""
    raw = signed(by_developer() + b"PS: one more line.\n")
    found = attest(raw, keyring=keyring, lookup=published)
    assert (found.result, found.identity) == ("dkim", "example.org")
    assert found.detail.endswith("; ann@example.org signed another text")
    for answer in (None, b"p="):
        assert attest(raw, keyring=keyring, lookup=answering(answer)).result == "bad"


def test_b4s_keyrings_are_the_default(keyring: Path, sealed: Path, tmp_path: Path) -> None:
    """Without a keyring the folder that b4 keeps and the one that its configuration names are looked at."""
    assert attest(by_developer(), lookup=no_dns).result == "unchecked"
    subprocess.run(["git", "config", "--global", "b4.keyringsrc", str(keyring)], check=True)
    assert attest(by_developer(), lookup=no_dns).result == "patatt"
    subprocess.run(["git", "config", "--global", "b4.keyringsrc", str(tmp_path / "nowhere")], check=True)
    shutil.copytree(keyring, sealed / ".local" / "share" / "b4" / "keyring")
    assert attest(by_developer(), lookup=no_dns).result == "patatt"


def test_packed_openpgp_is_not_unpacked(keyring: Path) -> None:
    """A signature that unfolds to megabytes is turned away before patatt takes it in."""
    if shutil.which("gpg") is None:
        pytest.skip("no gpg")
    folder = keyring / "openpgp" / "example.org" / "ann"
    folder.mkdir(parents=True)
    (folder / "default").write_bytes(b"a key")
    literal = b"b\0\0\0\0\0" + bytes(4_000_000)
    packet = b"\xcb\xff" + len(literal).to_bytes(4, "big") + literal
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"\xa3\x01" + packer.compress(packet) + packer.flush()
    raw = b"X-Developer-Signature: v=1; a=openpgp-sha256; i=ann@example.org; h=from:subject; bh=AAAA; b=" + base64.b64encode(bomb)
    found = attest(raw + b"\n" + MAIL, keyring=keyring, lookup=no_dns)
    assert (found.result, found.detail) == ("unchecked", "its developer signature is no signed digest")


# --- real mails

SAMPLES = {"ed25519-signed.txt": "mricon@kernel.org", "ed25519-signed-byhash.txt": "mricon@kernel.org"}
WITH_PROGRAM = {"openssh-signed.txt": "ssh-keygen", "pgp-signed.txt": "gpg"}


@pytest.mark.parametrize("name", [*SAMPLES, *WITH_PROGRAM])
def test_patatts_own_samples(real_data: Path, name: str, tmp_path: Path) -> None:
    """patatt's samples hold with its keys; another text or title is bad, and without the keys nothing is known."""
    if name in WITH_PROGRAM and shutil.which(WITH_PROGRAM[name]) is None:
        pytest.skip(f"no {WITH_PROGRAM[name]}")
    folder = real_data / "corpora" / "patatt"
    raw = (folder / "samples" / name).read_bytes()
    signer = SAMPLES.get(name, "konstantin@linuxfoundation.org")
    found = attest(raw, keyring=folder / ".keys", lookup=no_dns)
    assert (found.result, found.identity) == ("patatt", signer)
    for change in ((b"+Hello attested world.", b"+Hello evil world."), (b"subset of the world", b"superset of the world")):
        changed = raw.replace(*change)
        assert changed != raw
        assert attest(changed, keyring=folder / ".keys", lookup=no_dns).result == "bad"
    assert attest(raw, keyring=tmp_path, lookup=no_dns).result == "unchecked"
    assert attest(raw, keyring=folder / ".keys", local=True).result == "unchecked"


def test_an_expired_or_other_pgp_key_is_not_bad(real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """patatt calls it BADSIG when the key has expired; nobody changed the mail."""
    if shutil.which("gpg") is None:
        pytest.skip("no gpg")
    folder = real_data / "corpora" / "patatt"
    raw = (folder / "samples" / "pgp-signed.txt").read_bytes()
    other = tmp_path / "openpgp" / "linuxfoundation.org" / "konstantin"
    other.mkdir(parents=True)
    shutil.copy(folder / ".keys" / "openpgp" / "chromium.org" / "keescook" / "default", other)
    assert attest(raw, keyring=tmp_path, lookup=no_dns).result == "unchecked"
    expired = (False, True, False, "", "")  # what patatt reads from EXPKEYSIG: valid, and not good
    monkeypatch.setattr(patatt.DevsigHeader, "_check_gpg_status", lambda _status: expired)
    assert patatt.validate_message(raw, [str(folder / ".keys")])[0][0] == patatt.RES_BADSIG
    assert attest(raw, keyring=folder / ".keys", lookup=no_dns).result == "unchecked"


def test_patatts_unsigned_sample(real_data: Path) -> None:
    """A mail without a signature has none, also with a keyring."""
    folder = real_data / "corpora" / "patatt"
    assert attest((folder / "samples" / "unsigned.txt").read_bytes(), keyring=folder / ".keys", lookup=no_dns).result == "none"


def never_bad(mails: Iterable[bytes]) -> list[str]:
    """How mails end as the program has them, having asserted that no key and no missing key makes one bad."""
    found: list[str] = []
    for raw in mails:
        for reduced in (True, False):
            for lookup in (published, answering(None)):
                result = attest(raw, reduced=reduced, lookup=lookup).result
                assert result in (("unchecked",) if reduced else ("none", "unchecked"))
        found.append(attest(raw, local=True, lookup=no_dns).result)
    return found


def test_the_snapshot_is_unchecked() -> None:
    """The mails that ship with the program are never bad: not the full one with its signature, not the abridged."""
    mails = split_mbox((ROOT / "cache" / "deny_write_access.mbox").read_bytes())
    assert sum(b"\nDKIM-Signature:" in b"\n" + raw for raw in mails) == 1
    assert set(never_bad(mails)) == {"unchecked"}


def test_mails_with_reduced_headers_are_unchecked(real_data: Path) -> None:
    """The story's threads, from which header fields were taken, are never bad, some of them signed."""
    files = sorted((real_data / "deny_write_access" / "threads").glob("CORE-*.mbox"))
    mails = [raw for file in files for raw in split_mbox(file.read_bytes())]
    assert len(mails) == 57
    assert set(never_bad(mails)) == {"unchecked"}


# Gmail's key since June 2023, as DNS has it.
GMAIL = (
    b"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAntvSKT1hkqhKe0xcaZ0x+QbouDsJuBfby/S82jxsoC/SodmfmVs2D1KAH3mi"
    b"1AqdMdU12h2VfETeOJkgGYq5ljd996AJ7ud2SyOLQmlhaNHH7Lx+Mdab8/zDN1SdxPARDgcM7AsRECHwQ15R20FaKUABGu4NTbR2fDKnYwiq5jQyBkLWP+LgGOgfUF"
    b"4T4HZb2PY2bQtEP6QeqOtcW4rrsH24L7XhD+HSZb1hsitrE0VPbhJzxDwI4JF815XMnSVjZgYUXP8CxI1Y0FONlqtQYgsorZ9apoW1KPQe8brSSlRsi9sXB/tu56"
    b"LmG7tEDNmrZ5XUwQYUUADBOu7t1niwXwIDAQAB"
)


def test_real_mail_of_gmail(real_data: Path) -> None:
    """What kernel.org's server found good when it came (Authentication-Results) is good here years later; another body is not."""

    def gmail(name: bytes, _seconds: int) -> bytes | None:
        return GMAIL if name == b"20230601._domainkey.gmail.com." else None

    passed = 0
    for file in sorted((real_data / "deny_write_access" / "threads").glob("2*.mbox")):
        for raw in split_mbox(file.read_bytes()):
            found = attest(raw, lookup=gmail)
            assert found.result != "bad"
            head = raw.partition(b"\n\n")[0]
            if re.search(rb"dkim=pass[^\n]*\n?[^\n]*header\.d=gmail\.com", head) and b"s=20230601" in head:
                assert (found.result, found.identity) == ("dkim", "gmail.com")
                assert attest(raw + b"Acked-by: M <m@evil.test>\n", lookup=gmail).result in ("bad", "unchecked")
                passed += 1
    assert passed == 9


def test_footers_of_a_real_list_are_known(real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a mailman list with a footer, header signatures taken for granted, the bodies fit their hashes once it is set aside."""
    monkeypatch.setattr(domainkeys, "_public_key", lambda *_args: (None, 0, b"rsa", False))
    monkeypatch.setattr(domainkeys, "_holds", lambda *_args: True)
    file = real_data / "deny_write_access" / "threads" / "2025-03-ltp-fanotify24-range.mbox"
    details = [attest(raw, lookup=no_dns).detail for raw in split_mbox(file.read_bytes())]
    assert sum(", and a list added its footer" in detail for detail in details) >= len(details) // 2
