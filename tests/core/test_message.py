"""Raw bytes to messages."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mails import DIFF, mail
from tracker.core.message import parse
from tracker.core.mime import unflow


def test_fields_are_found_folded_and_by_any_case() -> None:
    """Names are looked up without case, folded values come unfolded, repeats keep their order."""
    message = parse(b"SUBJECT: one\n two\nX-A: 1\nx-a: 2\n\nbody\n")
    assert message.header("Subject") == "one two"
    assert message.headers("X-A") == ("1", "2")
    assert message.field("x-b") is None
    assert message.body == "body\n"


def test_line_ends_do_not_matter() -> None:
    """A mail with CRLF says the same as one with LF."""
    raw = mail("a@example.org", "s", "one\ntwo\n", refs="r@example.org")
    crlf = parse(raw.replace(b"\n", b"\r\n"))
    assert (crlf.msgid, crlf.subject, crlf.parents, crlf.body) == ("a@example.org", "s", ("r@example.org",), "one\ntwo\n")


@pytest.mark.parametrize(
    ("head", "parents"),
    [
        ("References: <a@x> <b@x>\nIn-Reply-To: <b@x>", ("a@x", "b@x")),
        ("References: <a@x>\nIn-Reply-To: <b@x>", ("a@x", "b@x")),
        ("References: <a@x> <b@x>\nIn-Reply-To: <a@x>", ("a@x", "b@x")),
        ("In-Reply-To: Message of Friday <b@x>", ("b@x",)),
        ("In-Reply-To: b@x", ("b@x",)),
        ("In-Reply-To: your mail of friday", ()),
        ("References: <me@x> <a@x>", ("a@x",)),  # an id cannot be its own ancestor
        ("References: <a@\n x>", ("a@x",)),  # folded inside of an id
        ("References:", ()),
    ],
)
def test_ancestors_are_read_as_public_inbox_does(head: str, parents: tuple[str, ...]) -> None:
    """References oldest first, then In-Reply-To where References lacks it; the last one is the parent."""
    assert parse(f"Message-ID: <me@x>\n{head}\n\n.".encode()).parents == parents


def test_a_thousand_references_are_bounded() -> None:
    """A hostile list of ancestors keeps its first and last ones."""
    ids = " ".join(f"<{n}@x>" for n in range(5000))
    parents = parse(f"References: {ids}\n\n".encode()).parents
    assert len(parents) == 1000
    assert (parents[0], parents[-1]) == ("0@x", "4999@x")


def test_a_mail_without_an_id_gets_one_from_its_bytes() -> None:
    """The same bytes always have the same id, and the defect is told."""
    one, two = parse(b"Subject: a\n\n"), parse(b"Subject: a\n\n")
    assert one.msgid == two.msgid
    assert one.msgid.endswith("@no-message-id.invalid")
    assert "no-message-id" in one.defects


def test_text_parts_are_joined_and_patches_kept_apart() -> None:
    """multipart/mixed: the text is the body, an attached patch is a patch and not text."""
    body = (
        "--b1\nContent-Type: text/plain\n\nLook at this.\n--b1\nContent-Type: text/x-patch; charset=us-ascii\n"
        f'Content-Disposition: attachment; filename="0001-count.patch"\n\n{DIFF}\n--b1--\n'
    )
    message = parse(mail("a@example.org", "s", body, headers='Content-Type: multipart/mixed; boundary="b1"'))
    assert message.body == "Look at this.\n"
    assert [part.filename for part in message.attached_patches] == ["0001-count.patch"]
    assert message.attached_patches[0].payload == DIFF.encode()
    assert message.defects == ()


def test_transfer_encodings_are_undone() -> None:
    """quoted-printable and base64, the latter also when it is broken."""
    quoted = parse(
        mail(
            "a@x",
            "s",
            "gr=C3=BCn =\nline\n",
            headers="Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable",
        )
    )
    assert quoted.body == "grün line\n"
    text = base64.b64encode(b"hello world\n").decode()
    head = "Content-Transfer-Encoding: base64"
    assert parse(mail("a@x", "s", text, headers=head)).body == "hello world\n"
    broken = parse(mail("a@x", "s", text[:-3], headers=head))
    assert broken.body.startswith("hello wor")
    assert "broken-base64" in broken.defects


def test_html_alone_is_read_as_text() -> None:
    """A mail with nothing but HTML shows its words, without scripts, and is marked."""
    html = "<html><head><title>t</title></head><body><p>One &amp; two</p><script>alert(1)</script><br>three</body></html>"
    message = parse(mail("a@x", "s", html, headers="Content-Type: text/html"))
    assert message.body.split() == ["One", "&", "two", "three"]
    assert "html-only" in message.defects


def test_the_plain_alternative_wins() -> None:
    """multipart/alternative shows its text/plain part."""
    body = "--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>html</p>\n--b--\n"
    assert parse(mail("a@x", "s", body, headers="Content-Type: multipart/alternative; boundary=b")).body == "plain\n"


def test_flowed_paragraphs_are_joined_by_quote_depth() -> None:
    """RFC 3676: soft breaks join lines of the same depth, space-stuffing goes, the signature line stays."""
    assert (
        unflow("one \ntwo\n>> a \n>> b\n> c \nnot c\n From here\n-- \nsig") == "one two\n>> a b\n> c \nnot c\nFrom here\n-- \nsig"
    )


def test_names_of_attachments_in_rfc_2231_pieces() -> None:
    """filename*0*=utf-8''… pieces are put together and decoded."""
    name = "filename*0*=utf-8''gr%C3%BC; filename*1*=n.patch"
    body = f"--b\nContent-Type: text/plain\nContent-Disposition: attachment;\n {name}\n\nx\n--b--\n"
    message = parse(mail("a@x", "s", body, headers="Content-Type: multipart/mixed; boundary=b"))
    assert message.parts[0].filename == "grün.patch"


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (b"Subject: a\nbody without a blank line\n", "no-blank-line-after-headers"),
        (b"From: a@x\nDate: never\nMessage-ID: <a@x>\n\n", "bad-date"),
        (b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", "multipart-not-closed"),
        (b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\nno parts\n", "multipart-without-parts"),
        (b"Subject: a\nContent-Type: text/plain; charset=utf-8\n\n\xff\n", "wrong-charset"),
        (b"Subject: a\n\n\xff\n", "8bit-without-charset"),
        (b"Subject: a\nContent-Type: text/plain; charset=mars\n\n\xff\n", "unknown-charset"),
        (b"Message-ID: <a@x>\nReferences: <a@x>\n\n", "references-itself"),
        (b"Subject: caf\xe9\n\n", "raw-8bit-header"),
        (b"From: a@x\nFrom: b@x\n\n", "repeated-from"),
    ],
)
def test_oddities_are_recorded(raw: bytes, defect: str) -> None:
    """Each thing that real mail does wrong has its word."""
    assert defect in parse(raw).defects


def test_an_mbox_line_in_front_is_no_field() -> None:
    """A "From " line before the first field is passed over; one inside of the header ends it."""
    assert parse(b"From a@x Thu Jan  1 00:00:00 1970\nSubject: s\n\nb\n").subject == "s"
    inside = parse(b"Subject: s\nFrom here on it is body\n")
    assert inside.body == "From here on it is body\n"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    """Nothing raises, whatever is looked at."""
    message = parse(raw)
    assert message.msgid
    _ = (message.subject, message.sender, message.date, message.received, message.parents, message.body, message.defects)
    _ = (message.own_text, message.quoted_text, message.diff_source, message.attached_patches)


def test_quoted_and_own_words_are_told_apart() -> None:
    """Lines behind a quote mark are the other's, everything else is the sender's."""
    message = parse(mail("a@x", "s", "On Monday Ben wrote:\n> old\n>> older\nnew\n"))
    assert message.own_text == "On Monday Ben wrote:\nnew\n"
    assert message.quoted_text == "> old\n>> older\n"
