"""config.toml: every value, every mistake, and where each value comes from."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tracker.config import Config, ConfigError, NamedQuery, Profile, SourceSetting, TreeSetting, load_config
from tracker.faces.cli import run
from tracker.sync.identity import Identity

WHOLE = """\
server = "https://inbox.example.org/all/"
stalled_after = "6w"
[me]
emails = ["You@Example.org"]
mailmap = "people"
[[tree]]
name = "vfs"
path = "~/linux"
role = "maintainer"
branch = ["vfs.*", "fixes"]
[[tree]]
name = "mainline"
url = "https://git.example.org/linux.git"
role = "mainline"
branch = "master"
[[watch]]
query = "dfn:ring.c"
[[profile]]
name = "team"
query = "list:demo"
to = "team@example.org"
hour = 7
[[tab]]
name = "Mine"
query = "is:mine"
[[source]]
path = "demo.mbox"
list = "demo"
"""


@pytest.fixture
def write(sealed: Path) -> Callable[[str], Path]:
    """Writes config.toml and returns its path."""

    def write(text: str) -> Path:
        file = sealed / ".config" / "tracker" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    return write


def load(sealed: Path) -> Config:
    return load_config({"HOME": str(sealed)})


def test_every_key_is_read(sealed: Path, write: Callable[[str], Path]) -> None:
    """All tables at once; ~ is the home, other relative paths begin at the file."""
    folder = write(WHOLE).parent
    config = load(sealed)
    assert config.server_setting is not None
    assert config.server_setting.value == "https://inbox.example.org/all/"
    assert (config.stalled_after, config.emails, config.mailmap) == (42, ("You@Example.org",), folder / "people")
    assert config.trees == (
        TreeSetting("vfs", str(sealed / "linux"), "maintainer", ("vfs.*", "fixes")),
        TreeSetting("mainline", "https://git.example.org/linux.git", "mainline", ("master",)),
    )
    assert config.watches == (NamedQuery("", "dfn:ring.c"),)
    table = {"name": "team", "query": "list:demo", "to": "team@example.org", "hour": 7}
    assert config.profiles == (Profile("team", "list:demo", ("team@example.org",), table),)
    assert config.tabs == (NamedQuery("Mine", "is:mine"),)
    assert config.sources == (SourceSetting("", str(folder / "demo.mbox"), "demo"),)
    assert config.unknown == ()


def test_nothing_is_needed(sealed: Path) -> None:
    """Without a file the defaults hold."""
    config = load(sealed)
    assert (config.stalled_after, config.emails, config.trees, config.given) == (30, (), (), ())


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("server = 3", "server must be a URL"), ('server = "lore"', "'lore' is no http(s) URL"),
        ("me = 3", "me must be a table"), ('me.emails = "you@example.org"', "me.emails must be a list of addresses"),
        ('me.emails = ["you"]', "me.emails must be"), ("me.mailmap = true", "me.mailmap must be"),
        ("stalled_after = 0", "stalled_after must be"), ('stalled_after = "6 weeks"', "stalled_after must be"),
        ("stalled_after = true", "stalled_after must be"), ('stalled_after = "99999999999w"', "stalled_after must be"),
        ('stalled_after = "d"', "stalled_after must be"), ("stalled_after = 2.5", "stalled_after must be"),
        ("tree = 3", "tree must be a list of tables"), ("[tree]\nname = 'x'", "tree must be a list of tables"),
        ("[[tree]]\nrole = 'next'\npath = 'x'", "tree[1].name is missing"),
        ("[[tree]]\nname = 'x'\npath = 'x'", "tree[1].role is missing"),
        ("[[tree]]\nname = 'x'\npath = 'x'\nrole = 'mine'", "tree[1].role must be one of maintainer, next, mainline, stable"),
        ("[[tree]]\nname = 'x'\nrole = 'next'", "tree[1].path or tree[1].url is needed"),
        ("[[tree]]\nname = 'x'\nrole = 'next'\npath = 'a'\nurl = 'b'", "tree[1].path or tree[1].url is needed"),
        ("[[tree]]\nname = 'x'\nrole = 'next'\nurl = 'b'", "tree[1].url must be a URL"),
        ("[[tree]]\nname = 'x'\nrole = 'next'\npath = 'a'\nbranch = 3", "tree[1].branch must be"),
        ("[[watch]]\nname = 'x'", "watch[1].query is missing"), ("[[tab]]\nname = 'x'", "tab[1].query is missing"),
        ("[[tab]]\nname = 'x'\nquery = 'a'\n[[tab]]\nname = 'x'\nquery = 'b'", "tab[2].name: 'x' is there twice"),
        ("[[profile]]\nquery = 'x'", "profile[1].name is missing"), ("[[profile]]\nname = 'x'\nto = 3", "profile[1].to must be"),
        ("[[source]]\nlist = 'x'", "source[1].path or source[1].url"), ("x = ", "Invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(sealed: Path, write: Callable[[str], Path], text: str, key: str) -> None:
    """It names the file and the key."""
    file = write(text)
    with pytest.raises(ConfigError) as caught:
        load(sealed)
    assert str(caught.value).startswith(f"{file}: ")
    assert key in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_keys_are_told_by_doctor(write: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt key hurts nothing else, and doctor names it with its table."""
    write("colour = 1\n[me]\nemail = 'x'\n[[tab]]\nname = 'a'\nquery = 'b'\nicon = 1\n[[profile]]\nname = 'p'\nany = 1\n")
    assert run(["--offline", "doctor"]) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if "nothing is called" in line]
    assert [line.split("'")[1] for line in told] == ["colour", "me.email", "tab[1].icon"]


# --- who the user is


def git(sealed: Path, *settings: tuple[str, str]) -> None:
    for key, value in settings:
        subprocess.run(["git", "config", "--global", "--add", key, value], check=True, cwd=sealed)


def test_git_says_who_the_user_is(sealed: Path) -> None:
    """user.email, the senders of send-email, and what a .mailmap ties to them; each once, each with its origin."""
    (sealed / "people").write_text("New <new@example.org> <you@example.org>\n<new@example.org> <old@example.org>\n")
    git(
        sealed, ("user.email", "You@example.org"), ("sendemail.from", "You <you@example.org>"),
        ("sendemail.work.from", "Me <me@work.example>"), ("sendemail.to", "list@example.org"), ("mailmap.file", "~/people"),
    )  # fmt: skip
    me = Identity(load(sealed))
    assert me.emails == ("you@example.org", "me@work.example", "new@example.org", "old@example.org")
    assert [one.origin.split(" in ")[0] for one in me.settings[:2]] == ["git's user.email", "git's sendemail.work.from"]
    assert me.aliases == {"you@example.org": "new@example.org", "old@example.org": "new@example.org"}


def test_the_configuration_counts_for_more_than_git(sealed: Path, write: Callable[[str], Path]) -> None:
    """With me.emails git is not asked for them; me.mailmap says who is who."""
    (write(WHOLE).parent / "people").write_text("<a@example.org> <b@example.org>\n")
    git(sealed, ("user.email", "else@example.org"))
    me = Identity(load(sealed))
    assert me.emails == ("you@example.org",)
    assert me.aliases == {"b@example.org": "a@example.org"}


def test_git_is_asked_once(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at all until somebody wants to know, and not again."""
    asked: list[object] = []
    real = subprocess.run

    def counted(command: list[str], **options: Any) -> subprocess.CompletedProcess[Any]:
        asked.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    me = Identity(load(sealed))
    assert not asked
    assert (me.emails, me.aliases, me.mailmap, me.emails) == ((), {}, None, ())
    assert len(asked) == 1


def test_a_mailmap_that_cannot_be_read(sealed: Path, write: Callable[[str], Path]) -> None:
    """The one the configuration names is an error that says so; git's is left out, as git does."""
    file = write("me.mailmap = 'nowhere'\n")
    with pytest.raises(ConfigError, match=r"me\.mailmap: cannot read .*nowhere"):
        _ = Identity(load(sealed)).aliases
    file.unlink()
    git(sealed, ("mailmap.file", "nowhere"), ("user.email", "you@example.org"))
    assert Identity(load(sealed)).emails == ("you@example.org",)


def test_without_git(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is known then, and nothing fails."""
    monkeypatch.setenv("PATH", str(sealed))
    assert Identity(load(sealed)).emails == ()


# --- tracker config


def test_config_prints_what_is_in_force(
    sealed: Path, write: Callable[[str], Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Key, value and origin of everything; the environment counts for more than the file."""
    file = write(WHOLE)
    (file.parent / "people").touch()
    monkeypatch.setenv("TRACKER_SERVER", "https://other.example.org/all/")
    assert run(["config"]) == 0
    captured = capsys.readouterr()
    rows = [tuple(line.split("\t")) for line in captured.out.splitlines()]
    assert ("server", "https://other.example.org/all", "$TRACKER_SERVER") in rows
    assert ("stalled_after", "42 days", str(file)) in rows
    assert ("me.emails", "you@example.org", f"{file}: me.emails") in rows
    assert ("tree", f"vfs: maintainer, {sealed}/linux, branches vfs.* fixes", str(file)) in rows
    assert captured.err == ""
    assert run(["config", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == 1
    assert all(set(one) == {"key", "value", "origin"} for one in data["settings"])
    found = {one["key"]: one["value"] for one in data["settings"]}
    assert found["stalled_after"] == 42
    assert found["profile"] == {"name": "team", "query": "list:demo", "to": "team@example.org", "hour": 7}


def test_config_says_once_that_nobody_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """In plain words, with what to set and where."""
    assert run(["config"]) == 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "config.toml" in err
    assert "user.email" in err
