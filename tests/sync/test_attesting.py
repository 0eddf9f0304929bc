"""Signatures are checked by `sync` and `follow`, kept, and read back into the tags."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import dkim  # type: ignore[import-untyped]
import nacl.signing
import pytest

from tests.mails import START, mail, mbox, patch
from tests.sync.conftest import Lists, served
from tracker.faces.cli import run
from tracker.sources import domainkeys

KEY = nacl.signing.SigningKey(b"a seed of a throw-away key ....!")
RECORD = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(KEY.verify_key))
BEN = "Ben Reviewer <ben@example.com>"
TITLE = "[PATCH] ring: make it lockless"
KEY_OF_BEN = b"sel._domainkey.example.com."

Dns = dict[bytes, bytes | None]


def signed(raw: bytes, domain: bytes = b"example.com") -> bytes:
    """*raw* with a DKIM signature of *domain*."""
    pem = base64.b64encode(bytes(KEY))
    headers = [b"From", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References"]
    field = dkim.sign(
        raw, b"sel", domain, pem, canonicalize=(b"relaxed", b"relaxed"), include_headers=headers,
        signature_algorithm=b"ed25519-sha256", linesep=b"\n",
    )  # fmt: skip
    return bytes(field.replace(b"\r\n", b"\n")) + raw


def tagged(name: str, trailer: str, *, sender: str = BEN, domain: bytes = b"example.com") -> bytes:
    """A signed reply with a tag."""
    raw = mail(f"{name}@example.org", f"Re: {TITLE}", f"Fine.\n\n{trailer}\n", refs="p@example.org", at=START + 60, sender=sender)
    return signed(raw, domain)


@pytest.fixture
def lists(tmp_path: Path) -> Iterator[Lists]:
    folder = tmp_path / "lists"
    folder.mkdir()
    talk = mail("talk@example.org", f"Re: {TITLE}", "Why?\n", refs="p@example.org", at=START + 90, sender=BEN)
    (folder / "demo.mbox").write_bytes(mbox(patch("p@example.org", TITLE), tagged("own", f"Reviewed-by: {BEN}"), signed(talk)))
    with served(folder) as found:
        yield found


def tracker(*args: str) -> int:
    return run(args)


def observed(home: Path) -> list[tuple[str, str, str]]:
    """(message id, result, identity) in the order of the record."""
    con = sqlite3.connect(home / ".local/share/tracker/user.db")
    try:
        return con.execute("SELECT msgid, result, identity FROM attestation ORDER BY at, msgid").fetchall()
    finally:
        con.close()


def attested(capsys: pytest.CaptureFixture[str], *command: str) -> list[str]:
    capsys.readouterr()
    tracker(*command, "--json")
    data = json.loads(capsys.readouterr().out)
    if "messages" in data:
        return [tag["attested"] for one in data["messages"] for tag in one["tags"]]
    topics = data.get("topics", [data.get("topic", data)])
    return [tag["attested"] for topic in topics for tag in topic["tags"]]


def test_follow_checks_patches_and_tags(lists: Lists, sealed: Path, dns: Dns, capsys: pytest.CaptureFixture[str]) -> None:
    """The patch and the tag are checked once, talk is not; every JSON of the tag tells it, also when the key is gone later."""
    dns[KEY_OF_BEN] = RECORD
    assert tracker("--server", lists.url, "follow", "p@example.org") == 0
    assert observed(sealed) == [("own@example.org", "dkim", "example.com"), ("p@example.org", "none", "")]
    dns[KEY_OF_BEN] = None
    assert tracker("sync") == 0
    assert len(observed(sealed)) == 2
    for command in (("show", "1"), ("list",), ("tags", "1"), ("thread", "1")):
        assert attested(capsys, *command) == ["dkim"], command


def test_sync_checks_new_mail(lists: Lists, sealed: Path, dns: Dns, capsys: pytest.CaptureFixture[str]) -> None:
    """A tag that arrives later; the signature of a list speaks for nobody."""
    dns[KEY_OF_BEN] = dns[b"sel._domainkey.lists.example.net."] = RECORD
    assert tracker("--server", lists.url, "follow", "p@example.org") == 0
    lists.add(
        "demo", tagged("two", "Acked-by: Ben Reviewer <ben@example.net>"),
        tagged("three", "Tested-by: Cleo Tester <cleo@example.edu>", sender="Cleo Tester <cleo@example.edu>",
               domain=b"lists.example.net"),
    )  # fmt: skip
    assert tracker("sync") == 0
    assert observed(sealed)[2:] == [
        ("three@example.org", "none", "lists.example.net"),
        ("two@example.org", "dkim", "example.com"),
    ]
    capsys.readouterr()
    assert tracker("show", "1", "--json") == 0
    tags = json.loads(capsys.readouterr().out)["topic"]["tags"]
    assert {(tag["msgid"].partition("@")[0], tag["who"]["email"], tag["attested"]) for tag in tags} == {
        ("own", "ben@example.com", "dkim"), ("two", "ben@example.com", "dkim"), ("three", "cleo@example.edu", "none"),
    }  # fmt: skip


def test_without_dns_it_is_unchecked_and_tried_again(
    lists: Lists, sealed: Path, dns: Dns, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer fails nothing; the mail is tried again on another day, and the proof counts from then on."""
    dns[KEY_OF_BEN] = None
    assert tracker("--server", lists.url, "follow", "p@example.org") == 0
    assert tracker("sync") == 0
    assert observed(sealed) == [("own@example.org", "unchecked", "example.com"), ("p@example.org", "none", "")]
    assert attested(capsys, "show", "1") == ["unchecked"]
    dns[KEY_OF_BEN] = RECORD
    monkeypatch.setattr("tracker.faces.cli.time.time", lambda: START + 10 * 365 * 86_400)
    assert tracker("sync") == 0
    assert [row[1] for row in observed(sealed)] == ["unchecked", "none", "dkim"]
    assert attested(capsys, "show", "1") == ["dkim"]


def test_offline_and_local_mail_ask_nothing(lists: Lists, sealed: Path, tmp_path: Path, dns: Dns) -> None:
    """Mail from a file is never looked up, and offline no mail is."""
    (tmp_path / "own.mbox").write_bytes(mbox(signed(patch("own@example.net", "[PATCH] demo: mine"), b"example.org")))
    assert tracker("--server", lists.url, "follow", "-m", str(tmp_path / "own.mbox")) == 0
    assert tracker("--server", lists.url, "sync") == 0
    assert tracker("--offline", "sync") == 0
    assert dns == {}
    assert observed(sealed) == []


def test_a_run_ends_in_time(lists: Lists, sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the seconds of a run are over, the rest waits for the next one."""
    from tracker.sync import attesting

    monkeypatch.setattr(attesting, "_SECONDS", -1.0)
    assert tracker("--server", lists.url, "follow", "p@example.org") == 0
    assert observed(sealed) == []
    monkeypatch.setattr(attesting, "_SECONDS", 10.0)
    monkeypatch.setattr(attesting, "_MOST", 1)
    assert tracker("sync") == 0
    assert len(observed(sealed)) == 1
    assert tracker("sync") == 0
    assert len(observed(sealed)) == 2


def test_the_story_is_checked(tmp_path: Path, sealed: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the real thread its patches and tags are checked, only keys of domains that signed are asked for, and none is bad."""
    asked: set[bytes] = set()

    def ask(name: bytes, _seconds: int) -> bytes | None:
        asked.add(name.partition(b"._domainkey.")[2])
        return None

    monkeypatch.setattr(domainkeys, "_KEYS", ask)
    folder = tmp_path / "lists"
    folder.mkdir()
    name = "CORE-2024-05_rfc-and-v1.mbox"
    (folder / name).symlink_to(real_data / "deny_write_access/threads" / name)
    with served(folder) as lists:
        assert tracker("--server", lists.url, "follow", "20240530145810.GA2205585@perftesting") == 0
    found = {msgid: (result, identity) for msgid, result, identity in observed(sealed)}
    assert {result for result, _ in found.values()} <= {"none", "unchecked"}
    assert found["20240531220844.GA2233362@perftesting"] == ("unchecked", "toxicpanda-com.20230601.gappssmtp.com")
    assert b"kernel.org." in asked
    assert len(found) < 27
