"""Repositories made for tests, commit by commit, with dates of their own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ANN = ("Ann", "ann@example.org")
BOB = ("Bob", "bob@example.org")
START = 1_700_000_000


@dataclass
class Build:
    """A bare repository at *path*. Each commit is a minute younger than the one before, unless told otherwise."""

    path: Path
    clock: int = START
    tips: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (self.path / "HEAD").exists():
            self.path.mkdir(parents=True, exist_ok=True)
            self.git("init", "-q", "--bare", "-b", "master", ".")

    def git(self, *args: str, given: str | bytes = "") -> str:
        """Runs git there; returns what it prints."""
        data = given.encode() if isinstance(given, str) else given
        environ = {**os.environ, "GIT_DIR": str(self.path) if args[0] != "init" else "", **self.env}
        if args[0] == "init":
            environ.pop("GIT_DIR")
        done = subprocess.run(["git", *args], cwd=self.path, env=environ, input=data, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def tree(self, files: dict[str, str]) -> str:
        """The id of a tree with these files; folders are not needed here."""
        lines = []
        for name, text in sorted(files.items()):
            blob = self.git("hash-object", "-w", "--stdin", given=text)
            lines.append(f"100644 blob {blob}\t{name}\n")
        return self.git("mktree", given="".join(lines))

    def commit(
        self,
        message: str,
        *parents: str,
        files: dict[str, str] | None = None,
        author: tuple[str, str] = ANN,
        committer: tuple[str, str] = BOB,
        authored: int | None = None,
        committed: int | None = None,
    ) -> str:
        """A commit; of no files it gets one that its message names."""
        self.clock += 60
        when = self.clock if committed is None else committed
        self.env = {
            "GIT_AUTHOR_NAME": author[0], "GIT_AUTHOR_EMAIL": author[1],
            "GIT_AUTHOR_DATE": f"{self.clock if authored is None else authored} +0200",
            "GIT_COMMITTER_NAME": committer[0], "GIT_COMMITTER_EMAIL": committer[1],
            "GIT_COMMITTER_DATE": f"{when} +0000",
        }  # fmt: skip
        tree = self.tree(files if files is not None else {"file": message})
        return self.git("commit-tree", tree, *(word for one in parents for word in ("-p", one)), given=message)

    def on(self, branch: str, message: str, *more: str, **rest: object) -> str:
        """A commit on top of a branch; *more*: what it merges."""
        tip = self.tips.get(branch)
        sha = self.commit(message, *((tip,) if tip else ()), *more, **rest)  # type: ignore[arg-type]
        self.point(branch, sha)
        return sha

    def point(self, branch: str, sha: str) -> None:
        """Makes a branch, or moves it."""
        self.git("update-ref", f"refs/heads/{branch}", sha)
        self.tips[branch] = sha

    def tag(self, name: str, sha: str, annotated: bool = True) -> None:
        """A tag, a minute younger than the last commit."""
        self.clock += 60
        self.env["GIT_COMMITTER_DATE"] = f"{self.clock} +0000"
        self.git("tag", *(("-a", "-m", name) if annotated else ()), name, sha)
