"""Mirrors of remote trees."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.trees.build import Build
from tracker.trees.git import Git, TreeError
from tracker.trees.index import Index
from tracker.trees.mirror import checked_url, is_url, mirror
from tracker.trees.presets import PRESETS


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """The repository on the other side."""
    build = Build(tmp_path / "server.git")
    build.on("master", "first", files={"a": "1"})
    build.point("topic", build.on("master", "second", files={"a": "2"}))
    build.tag("v1.0", build.tips["master"])
    build.git("update-ref", "refs/pull/1/head", build.commit("pull"))
    return build


def _refs(path: Path) -> dict[str, str]:
    lines = Git(str(path), "test").read("for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines()
    return dict(line.split(" ") for line in lines)


def test_mirror_and_update(build: Build, tmp_path: Path) -> None:
    """Branches and tags come, go and move as on the server; other refs stay there. The index reads the mirror."""
    path, url = tmp_path / "cache" / "tree.git", f"file://{build.path}"
    told: list[tuple[str, int, int | None]] = []
    assert mirror(url, path, "tree", lambda *step: told.append(step)) == path
    tag = build.git("rev-parse", "v1.0")
    assert _refs(path) == {
        "refs/heads/master": build.tips["master"],
        "refs/heads/topic": build.tips["topic"],
        "refs/tags/v1.0": tag,
    }
    assert told[-1] == ("done", 1, 1)
    assert any(what == "receiving objects" and total for what, _, total in told)
    build.git("update-ref", "-d", "refs/heads/topic")
    build.git("tag", "-d", "v1.0")
    build.git("update-ref", "refs/heads/master", f"{build.tips['master']}~1")
    build.tips["master"] = build.git("rev-parse", "master")
    third = build.on("master", "third")
    mirror(url, path, "tree")
    assert _refs(path) == {"refs/heads/master": third}
    with Index.open(tmp_path / "cache", "tree", path) as index:
        assert index.update().new == 2
        assert index.holds(third, "master")


def test_without_contents_where_the_server_allows(build: Build, tmp_path: Path) -> None:
    """A server that filters sends no file contents, and they stay unknown; one that does not sends all."""
    path, url = tmp_path / "cache" / "tree.git", f"file://{build.path}"
    mirror(url, path, "whole")
    with Index.open(tmp_path / "cache", "whole", path) as index:
        index.update()
        assert dict(index.diffs([build.tips["master"]]))[build.tips["master"]]
    build.git("config", "uploadpack.allowFilter", "true")
    build.git("config", "uploadpack.allowAnySHA1InWant", "true")
    path = tmp_path / "cache" / "small.git"
    mirror(url, path, "small")
    with Index.open(tmp_path / "cache", "small", path) as index:
        index.update()
        assert dict(index.diffs([build.tips["master"]])) == {build.tips["master"]: None}


def test_head_follows_the_server(build: Build, tmp_path: Path) -> None:
    """The main branch is the server's, whatever its name."""
    path = tmp_path / "tree.git"
    build.git("symbolic-ref", "HEAD", "refs/heads/topic")
    mirror(f"file://{build.path}", path, "tree")
    assert (path / "HEAD").read_text() == "ref: refs/heads/topic\n"


def test_goes_on_after_being_killed(build: Build, tmp_path: Path) -> None:
    """Locks and half packs of a git that was killed are in nobody's way; what it completed is kept."""
    path, url = tmp_path / "tree.git", f"file://{build.path}"
    mirror(url, path, "tree")
    build.on("master", "more")
    for left in ("HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/master.lock", "objects/pack/tmp_pack_x1"):
        (path / left).write_text("half")
    mirror(url, path, "tree")
    assert _refs(path)["refs/heads/master"] == build.tips["master"]
    assert not list(path.rglob("*.lock"))
    assert not list(path.rglob("tmp_*"))


def test_a_failure_keeps_what_is_there(build: Build, tmp_path: Path) -> None:
    """A server that is gone is one plain error, and the mirror stays as it was."""
    path, url = tmp_path / "tree.git", f"file://{build.path}"
    mirror(url, path, "tree")
    before = _refs(path)
    build.path.rename(tmp_path / "elsewhere.git")
    with pytest.raises(TreeError, match=r"^tree: git ls-remote failed: .*; check the URL and the network$"):
        mirror(url, path, "tree")
    assert _refs(path) == before


def test_one_at_a_time(build: Build, tmp_path: Path) -> None:
    """While one process fetches another one is told so."""
    path = tmp_path / "tree.git"
    with (tmp_path / "tree.git.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(TreeError, match="another tracker is fetching"):
            mirror(f"file://{build.path}", path, "tree")
    mirror(f"file://{build.path}", path, "tree")


def test_the_other_sides_programs_do_not_run(build: Build, tmp_path: Path) -> None:
    """Neither settings and hooks of the repository fetched from nor those left in the mirror run anything here."""
    touched, script = tmp_path / "touched", tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch {touched}\n")
    script.chmod(0o755)
    for name in ("uploadpack.packObjectsHook", "core.fsmonitor", "core.sshCommand", "credential.helper"):
        build.git("config", name, str(script))
    path = tmp_path / "tree.git"
    mirror(f"file://{build.path}", path, "tree")
    (path / "hooks").mkdir()
    for hook in ("reference-transaction", "post-merge", "pre-auto-gc"):
        (path / "hooks" / hook).symlink_to(script)
    with (path / "config").open("a") as file:
        file.write(f'[core]\n\tsshCommand = {script}\n\tgitProxy = {script}\n[remote "origin"]\n\tuploadpack = {script}\n')
    build.on("master", "more")
    mirror(f"file://{build.path}", path, "tree")
    assert not touched.exists()
    assert _refs(path)["refs/heads/master"] == build.tips["master"]


@pytest.fixture
def http(build: Build) -> Iterator[str]:
    """The repository over plain HTTP, as a folder of files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    build.git("update-server-info")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(build.path.parent)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/server.git"
    server.shutdown()
    server.server_close()
    thread.join()


def test_over_http(build: Build, http: str, tmp_path: Path) -> None:
    """HTTP servers are fetched from, without a question to anybody; what is not there is told."""
    path = tmp_path / "tree.git"
    mirror(http, path, "tree")
    assert _refs(path)["refs/heads/master"] == build.tips["master"]
    with pytest.raises(TreeError, match="git ls-remote failed"):
        mirror(f"{http}x", tmp_path / "other.git", "other")


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% /tmp/x", "ext://x/y", "ftp://example.org/x", "ssh://-oProxyCommand=x/y", "https://-x/y",
        "ssh://-x@example.org/y", "https://example.org", "file://host/x", "-u://x/y", "https://exa mple.org/x",
        'https://example.org/"x', "https://example.org/x\n[core]", "https://[::1/x", "git@example.org:x", "/some/path",
    ],
)  # fmt: skip
def test_urls_that_are_not_fetched_from(url: str, tmp_path: Path) -> None:
    """Other protocols, and what could be an option, a setting or a command, are refused before anything happens."""
    with pytest.raises(TreeError):
        mirror(url, tmp_path / "cache" / "tree.git", "tree")
    assert os.listdir(tmp_path) == []


def test_presets() -> None:
    """Every preset has a URL that may be fetched from and a role that exists."""
    assert len(PRESETS) > 12
    for preset in PRESETS.values():
        assert checked_url(preset.url) == preset.url
        assert is_url(preset.url)
        assert preset.role in ("maintainer", "next", "mainline", "stable")
    assert not is_url("/src/linux")
