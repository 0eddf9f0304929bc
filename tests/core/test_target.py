"""What `follow` understands: ids, URLs, change-ids and commits as people copy them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.target import LORE, Target, parse_target

ID = "20240530145810.GA2205585@example.org"
SHA = "2a010c41285345da60cece35575b4e0af7e7bf44"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"<{ID}>",
        f"  {ID}\n",
        f"id:{ID}",
        f'id:"{ID}"',
        f"mid:{ID.replace('@', '%40')}",
        f"Message-ID: <{ID}>",
        f"msgid: {ID}",
    ],
)
def test_ids_are_understood_however_they_are_written(text: str) -> None:
    """With or without brackets, white space, a field's name or a program's prefix it is the same id, of no server."""
    assert parse_target(text) == Target("msgid", ID)


@pytest.mark.parametrize(
    "url",
    [
        f"https://lore.kernel.org/all/{ID}/",
        f"https://lore.kernel.org/all/{ID}",
        f"HTTPS://LORE.kernel.org/r/{ID}",
        f"https://lore.kernel.org/linux-fsdevel/{ID.replace('@', '%40')}/",
        f"http://lore.kernel.org/all/{ID}/raw",
        f"https://lore.kernel.org/all/{ID}/T/#u",
        f"https://lore.kernel.org/all/{ID}/t/#m0123456789abcdef",
        f"https://lore.kernel.org/all/{ID}/t.mbox.gz",
        f"https://lore.kernel.org/all/{ID}/t.atom",
        f"https://lore.kernel.org/{ID}/",
        f"https://patch.msgid.link/{ID}",
        f"https://lkml.kernel.org/r/{ID}",
        f"Link: https://lkml.kernel.org/r/{ID}",
        f"<https://lore.kernel.org/r/{ID}>",
    ],
)
def test_links_of_the_kernel_mean_lore(url: str) -> None:
    """Every form of link that stands in mails and commits is the id, on lore's list of all lists."""
    assert parse_target(url) == Target("msgid", ID, LORE)


@pytest.mark.parametrize(
    ("url", "msgid"),
    [
        ("https://lore.kernel.org/r/a/b@example.org", "a/b@example.org"),
        ("https://lore.kernel.org/all/a%2Fb@example.org/T/", "a/b@example.org"),
        ("https://lore.kernel.org/all/a%252Fb%20c@example.org/", None),
        ("https://lore.kernel.org/all/a%25b+c@example.org/raw", "a%b+c@example.org"),
        ("https://lore.kernel.org/git/no-at-sign/T/", "no-at-sign"),
        ("https://lore.kernel.org/all/2a010c412853.x@example.org/", "2a010c412853.x@example.org"),
    ],
)
def test_odd_ids_in_links_are_unquoted_once(url: str, msgid: str | None) -> None:
    """Slashes, percent and plus signs and ids without an @ come out right; what cannot be an id is not one."""
    target = parse_target(url)
    assert (target.kind, target.value) == (("msgid", msgid) if msgid else ("unknown", url))


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (f"http://127.0.0.1:8080/list/{ID}/T/", "http://127.0.0.1:8080/list"),
        (f"https://inbox.example.org/pub/list/{ID}/raw", "https://inbox.example.org/pub/list"),
        (f"https://user:secret@inbox.example.org/list/{ID}/", "https://inbox.example.org/list"),
        (f"http://[::1]:81/list/{ID}", "http://[::1]:81/list"),
        (f"https://inbox.example.org/{ID}/", "https://inbox.example.org"),
    ],
)
def test_links_of_other_servers_name_the_server(url: str, server: str) -> None:
    """The server and list are what stands before the id, without a password."""
    assert parse_target(url) == Target("msgid", ID, server)


def test_links_of_patchwork_are_ids_without_a_server() -> None:
    """Patchwork's links have the id; patchwork itself is no archive."""
    assert parse_target(f"https://patchwork.example.org/project/demo/patch/{ID}/") == Target("msgid", ID)
    assert parse_target(f"https://patchwork.example.org/project/demo/cover/{ID}/") == Target("msgid", ID)
    assert "without the message id" in parse_target("https://patchwork.example.org/project/demo/patch/123/").reason


@pytest.mark.parametrize("text", ["20240531-vfs-i_writecount-ee88353b2d7f", "change-id: 20240531-vfs-i_writecount-ee88353b2d7f"])
def test_change_ids_are_understood(text: str) -> None:
    """b4's change-ids have a date, words and twelve digits, and no @."""
    assert parse_target(text) == Target("change-id", "20240531-vfs-i_writecount-ee88353b2d7f")


@pytest.mark.parametrize(
    ("text", "sha"),
    [
        (SHA, SHA),
        (SHA.upper(), SHA),
        (SHA[:7], SHA[:7]),
        (f"commit {SHA[:12]}", SHA[:12]),
        (f"https://git.example.org/linux.git/commit/?h=main&id={SHA}", SHA),
        (f"https://git.example.org/vfs/c/{SHA[:12]}", SHA[:12]),
        (f"https://example.org/?p=linux.git;a=commit;h={SHA}", SHA),
        (f"https://github.com/a/b/commit/{SHA}.patch", SHA),
    ],
)
def test_commits_are_understood(text: str, sha: str) -> None:
    """7 to 40 hex digits, or a link of cgit, gitweb or GitHub to a commit, are that commit."""
    assert parse_target(text) == Target("commit", sha)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a message id"),
        ("7", "not a message id"),
        ("2a010c", "not a message id"),
        ("some words", "not a message id"),
        ("two ids@example.org", "no spaces"),
        ("a@b\x1b[0m", "control characters"),
        ("x" * 1000 + "@example.org", "too long"),
        ("x" * 100_000, "too long"),
        ("https://", "without a server"),
        ("http://[::1/all/x@y", "not a valid URL"),
        ("http://h:port/all/x@y", "not a valid URL"),
        ("https://lore.kernel.org/all/", "not of one mail"),
        ("https://lore.kernel.org/all/?q=x", "not of one mail"),
        ("https://lore.kernel.org/all/new.html", "not of one mail"),
        ("https://lore.kernel.org/all/_/text/help/", "not of one mail"),
        (f"https://lore.kernel.org/git/{SHA[:10]}/s/", "not of one mail"),
        ("https://lkml.kernel.org/", "lkml.kernel.org/r/"),
        ("https://example.org/list/", "no message id"),
    ],
)
def test_other_texts_are_unknown_with_a_reason(text: str, reason: str) -> None:
    """What is understood as nothing says why, and keeps what was given."""
    target = parse_target(text)
    assert (target.kind, target.server) == ("unknown", None)
    assert reason in target.reason
    assert target.value[:80] == text[:80]


@given(st.one_of(st.text(), st.text(alphabet="/:@%<>[]?#. abc0").map("https://lore.kernel.org/".__add__)))
def test_no_text_raises(text: str) -> None:
    """Whatever is given, the answer is a target, and an id in it has neither spaces nor brackets."""
    target = parse_target(text)
    assert target.kind != "unknown" or target.reason
    if target.kind == "msgid":
        assert target.value
        assert not set(target.value) & set(" <>\n\t")


def test_hostile_texts_take_no_time() -> None:
    """Texts of the greatest length, made of what links are made of, are understood (a slow search would hang here)."""
    for piece in ("/t", "@/raw/T", "commit ", "%", "id:", "[", "/s/", "a-0"):
        for text in ("https://lore.kernel.org/all/" + piece * 4000, piece * 4000):
            assert parse_target(text[:3990]).kind in ("msgid", "unknown")
