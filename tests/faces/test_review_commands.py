"""`tags` and `diff` on small stores of their own."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mails import START, mail, mbox, patch
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.commands.diff import diff
from tracker.faces.commands.tags import tags
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import width

DAY = 86_400
NOW = START + 15 * DAY
ANNA = "Anna Author <anna@example.org>"
BEN = "Ben Reviewer <ben@example.org>"
CHEN = "Chen Maintainer <chen@example.org>"
DORA = "Dora Kernel <dora@example.org>"
RB = f"Reviewed-by: {BEN}\n"
TITLES = ("demo: count the readers", "demo: drop the lock", "demo: document the rules")

Show = Callable[..., tuple[int, str, str]]


class Screen(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def show() -> Show:
    """Runs `tags` or `diff` on the store; columns=0 is a pipe. Returns exit code, stdout, stderr."""

    def run(command: str, topic: str = "1", columns: int = 0, *, colour: bool = False, **options: object) -> tuple[int, str, str]:
        environ = {"COLUMNS": str(columns), "TRACKER_PAGER": "cat"} | ({} if colour else {"NO_COLOR": "1"})
        stdout, stderr = (Screen() if columns else io.StringIO()), io.StringIO()
        args = argparse.Namespace(**{"topic": topic, "all": False, "json": False, "versions": None} | options)
        handler = {"tags": tags, "diff": diff}[command]
        code = handler(args, load_config(os.environ), Out(stdout, stderr, environ), NOW)
        return code, stdout.getvalue(), stderr.getvalue()

    return run


@pytest.fixture
def store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Follows mails as one file."""

    def fill(*mails: bytes) -> None:
        (tmp_path / "own.mbox").write_bytes(mbox(*mails))
        assert cli.run(["follow", "-m", str(tmp_path / "own.mbox")]) == 0
        capsys.readouterr()

    return fill


def body(name: str, text: str) -> str:
    lines = "".join(f" line {n}\n" for n in range(3))
    return (
        f"diff --git a/{name} b/{name}\nindex 1111111..2222222 100644\n--- a/{name}\n+++ b/{name}\n"
        f"@@ -1,6 +1,7 @@\n{lines}+{text}\n{lines}"
    )


def version(v: int, day: int, texts: tuple[str, str, str], log: str = "") -> list[bytes]:
    """Version *v* of the demo series; *log*: trailers of its first patch."""
    at = START + day * DAY
    found = [mail(f"c{v}@x", f"[PATCH v{v} 0/3] demo: make the ring buffer lockless", at=at)]
    for n, text in enumerate(texts, 1):
        said = f"Why.\n\n{log if n == 1 else ''}Signed-off-by: {ANNA}\n"
        subject = f"[PATCH v{v} {n}/3] {TITLES[n - 1]}"
        found.append(patch(f"p{v}.{n}@x", subject, diff=body(f"{n}.c", text), refs=f"c{v}@x", at=at + n, log=said))
    return found


def answer(msgid: str, to: str, text: str, who: str, day: int) -> bytes:
    return mail(msgid, "Re: [PATCH] demo", f"> line 1\n\n{text}", refs=to, sender=who, at=START + day * DAY)


DEMO = (
    *version(2, 0, ("a", "b", "c")),
    answer("r1@x", "c2@x p2.1@x", RB, BEN, 1),
    answer("r2@x", "c2@x p2.2@x", RB, BEN, 1),
    *version(3, 5, ("a", "B", "c"), RB),
    answer("r3@x", "c3@x", "For the series:\n\nAcked-by: Chen Maintainer <chen@example.org>\n", CHEN, 6),
    answer("r4@x", "c3@x p3.3@x", "I will review this on Monday.\n", DORA, 6),
    answer("r5@x", "c3@x p3.1@x", f"Tested-by: {BEN}\n", "Mallory <mallory@example.net>", 7),
    answer("r6@x", "c3@x", "LGTM\n", DORA, 8),
)


# --- tags


def test_the_table(store: Callable[..., None], show: Show) -> None:
    """What the newest version has, lost and waits for; each cell was filled in by hand."""
    store(*DEMO)
    code, out, err = show("tags", columns=100)
    assert (code, err) == (Exit.DONE, "")
    assert out == (
        "demo: make the ring buffer lockless  v3, 2 versions                    R Reviewed  A Acked  T Tested\n"
        "                               Chen M.   Ben R.  Dora K.           open\n"
        " 1/3 demo: count the readers   A series  R v2 ✓  –\n"
        " 2/3 demo: drop the lock       A series  R v2 ✗  –                 R lost: patch changed in v3\n"
        ' 3/3 demo: document the rules  A series  –       ⌛ "I will        promise 9 days old\n'
        "                                                 review this on\n"
        '                                                 Monday."\n'
        " ✗ Tested-by in the name of Ben Reviewer, from mallory@example.net, not counted\n"
        ' · Dora Kernel agrees, no tag: "LGTM"\n'
    )


@pytest.mark.parametrize("columns", [30, 40, 50, 60, 80, 120])
def test_columns_give_way(columns: int, store: Callable[..., None], show: Show) -> None:
    """No line is wider than the terminal, and everything is still said somewhere."""
    store(*DEMO)
    out = show("tags", columns=columns)[1]
    assert max(map(width, out.splitlines())) <= columns
    flat = " ".join(out.split())
    for word in ("A series", "R v2 ✓", "R v2 ✗", "R lost: patch changed in v3", "promise 9 days old", "not counted", "Dora K."):
        assert word in flat, word


def test_a_pipe_gets_a_line_a_tag(store: Callable[..., None], show: Show) -> None:
    """Ten fields between tabs; without --all only what concerns the newest version."""
    old = answer("r0@x", "c1@x p1.1@x", RB, BEN, -3)
    first = version(1, -5, ("a", "b", "c"))
    store(*[raw.replace(b"3] demo: count the readers", b"3] demo: thing").replace(b"/1.c", b"/9.c") for raw in first], old, *DEMO)
    out = show("tags")[1]
    rows = [line.split("\t") for line in out.splitlines()]
    assert rows[0] == [
        "Reviewed-by", "given", "Ben Reviewer", "ben@example.org", "v2", "1/3", "current", "2024-05-30", "r1@x", RB.strip(),
    ]  # fmt: skip
    assert [(row[0], row[5], row[6]) for row in rows[1:]] == [
        ("Reviewed-by", "2/3", "patch changed"),
        ("Acked-by", "series", "current"),
        ("Reviewed-by", "3/3", "open"),
        ("Tested-by", "1/3", "mismatch"),
    ]
    every = [line.split("\t") for line in show("tags", all=True)[1].splitlines()]
    assert every[1:] == rows
    assert (every[0][4], every[0][6], every[0][8]) == ("v1", "patch gone", "r0@x")


def test_the_history(store: Callable[..., None], show: Show) -> None:
    """--all tells what was said of every version and what became of it, oldest first."""
    store(*DEMO, answer("r7@x", "c3@x p3.3@x r4@x", f"Reviewed-by: {DORA}\n", DORA, 10))
    assert show("tags", columns=100, all=True)[1] == (
        "demo: make the ring buffer lockless  #1\n"
        "\n"
        "v2  2024-05-29  Anna Author, 3 patches\n"
        "  2024-05-30  ✔ Reviewed-by Ben Reviewer on 1/3\n"
        "  2024-05-30  ✔ Reviewed-by Ben Reviewer on 2/3  → lost in v3 (patch changed)\n"
        "\n"
        "v3  2024-06-03  Anna Author, 3 patches\n"
        "  2024-06-04  ✔ Acked-by Chen Maintainer for the series\n"
        '  2024-06-04  ⌛ promised Reviewed-by Dora Kernel on 3/3  "I will review this on Monday."  → kept\n'
        "              2024-06-08\n"
        "  2024-06-05  ✗ Tested-by Ben Reviewer on 1/3  from mallory@example.net, not counted\n"
        '  2024-06-06  · Dora Kernel agrees on the series, no tag  "LGTM"\n'
        "  2024-06-08  ✔ Reviewed-by Dora Kernel on 3/3\n"
    )


def test_json_is_schema_1(store: Callable[..., None], show: Show) -> None:
    """All tags of all versions, promises as old as they are now."""
    store(*DEMO)
    data = json.loads(show("tags", json=True)[1])
    assert data["schema"] == 1
    assert [(tag["name"], tag["verdict"], tag["current"], tag["state"]) for tag in data["tags"]] == [
        ("Reviewed-by", "given", True, None),
        ("Reviewed-by", "given", False, None),
        ("Acked-by", "given", True, None),
        ("Reviewed-by", "promised", False, "open"),
        ("Tested-by", "given", False, None),
    ]


def test_marks_are_explained(store: Callable[..., None], show: Show) -> None:
    """A carried tag, one of the author's own, a condition, a refusal: sign and words."""
    store(
        *version(1, 0, ("a", "b", "c"), RB),
        answer("r1@x", "c1@x p1.2@x", f"With that fixed:\n\nAcked-by: {CHEN}\n", CHEN, 1),
        answer("r2@x", "c1@x p1.3@x", "NAK.\n", DORA, 2),
        answer("r3@x", "c1@x p1.3@x", f"Tested-by: {ANNA}\n", ANNA, 3),
    )
    lines = show("tags", columns=140)[1].splitlines()
    assert lines[2].split()[-4:] == ["R*", "–", "–", "–"]
    assert 'A on a condition: "With that fixed: Acked-by: Chen' in lines[3]
    assert "A ◇" in lines[3]
    assert "✋" in lines[4]
    assert 'refused: "NAK."' in lines[4]
    assert "(T)" in lines[4]
    assert " * only in a posting: no reply that gives it is known" in lines
    assert " () on the author's own patch, not counted" in lines


def test_what_is_said_of_the_series_is_told_once(store: Callable[..., None], show: Show) -> None:
    """The mark stands in every row, the words behind the first."""
    store(*version(1, 0, ("a", "b", "c")), answer("r1@x", "c1@x", "I'll review this tomorrow.\n", DORA, 14))
    out = show("tags", columns=100)[1]
    assert out.count("⌛") == 3
    assert out.count("promise 1 day old") == 1


def test_nothing_to_show(store: Callable[..., None], show: Show, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A topic without tags and one without patches end with code 1 and one line each."""
    store(*version(1, 0, ("a", "b", "c")))
    code, out, err = show("tags", columns=80)
    assert (code, err) == (Exit.NOTHING, "tracker: nobody gave a tag to #1 yet\n")
    assert "1/3 demo: count the readers" in out
    assert show("tags")[:2] == (Exit.NOTHING, "")
    store(mail("talk@x", "Question"))
    assert show("tags", "talk@x")[2] == "tracker: #2 has no patches, so there is nothing to tag\n"
    assert show("diff", "talk@x")[:2] == (Exit.NOTHING, "")


def test_mail_cannot_draw_on_the_terminal(store: Callable[..., None], show: Show) -> None:
    """Escapes in names, titles and quotes are shown, in every form."""
    evil = "=?utf-8?q?Eve=1B[31m?= <eve@example.org>"
    store(
        patch("p@x", "[PATCH] demo: \x1b[31mred", diff=body("ring.c", "green"), log=f"Why.\n\n{RB}"),
        answer("a@x", "p@x", "I will review this \x1b[32mtomorrow\u202e.\n", evil, 1),
        answer("b@x", "p@x", "LGTM \x1b[33m\n", evil, 2),
        answer("c@x", "p@x", "Acked-by: Some\x1bbody Else <else@example.com>\n", evil, 3),
        patch("q@x", "[PATCH v2] demo: \x1b[31mred", diff=body("ring.c", "\x1b[34mblue"), at=START + DAY),
    )
    for options in ({"columns": 80}, {"columns": 80, "all": True}, {}, {"json": True}):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", show("tags", **options)[1])
    out = show("diff")[1]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", out)
    assert "^[[34mblue" in out


def test_an_unknown_topic_is_wrong_use(store: Callable[..., None], show: Show) -> None:
    """The error names it."""
    store(*DEMO)
    with pytest.raises(UsageError, match="no-such"):
        show("tags", "no-such")


# --- diff


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with two versions of a series on the branches one and two."""
    folder = tmp_path / "repo"
    script = r"""
    set -e
    export GIT_AUTHOR_DATE='2024-05-01T10:00:00Z' GIT_COMMITTER_DATE='2024-05-01T10:00:00Z'
    git init -q . && git config user.name 'Anna Author' && git config user.email anna@example.org
    seq 1 60 > a.c; seq 100 160 > b.c; git add .; git commit -qm base; git branch base
    git checkout -q -b one
    sed -i 's/^10$/ten/; s/^20$/twenty/; s/^30$/thirty/' a.c
    git commit -qa -m 'demo: words in a' -m 'Words are better.' -m 'Signed-off-by: Anna Author <anna@example.org>'
    sed -i 's/^120$/hundred/; s/^130$/more/' b.c; git commit -qa -m 'demo: words in b'
    echo gone > c.c; git add c.c; git commit -qm 'demo: gone'
    export GIT_AUTHOR_DATE='2024-05-08T10:00:00Z' GIT_COMMITTER_DATE='2024-05-08T10:00:00Z'
    git checkout -q -b two base
    sed -i 's/^10$/ten/; s/^20$/TWENTY/; s/^30$/thirty/; s/^40$/forty/' a.c
    git commit -qa -m 'demo: words in a' -m 'Words are much better.' -m "Reviewed-by: Ben Reviewer <ben@example.org>
Signed-off-by: Anna Author <anna@example.org>"
    sed -i 's/^120$/hundred/; s/^130$/more/' b.c; git commit -qa -m 'demo: words in b'
    seq 1 30 > d.c; git add d.c; git commit -qm 'demo: fresh'
    git format-patch -q --thread -o v1 base..one; git format-patch -q -v2 --thread -o v2 base..two
    """
    folder.mkdir()
    subprocess.run(["/bin/sh", "-c", script], cwd=folder, check=True)
    return folder


def posted(repo: Path) -> list[bytes]:
    files = sorted(repo.glob("v[12]/*.patch"))
    return [file.read_bytes().split(b"\n", 1)[1].replace(b"\nMessage-Id:", b"\nMessage-ID:") for file in files]


def git_range_diff(repo: Path, colour: str) -> str:
    command = ["git", "range-diff", f"--color={colour}", "base", "one", "two"]
    out = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=True).stdout
    return re.sub(r"(:  )[0-9a-f]{7}(?= |\x1b)", r"\1-------", out)


def seen(text: str) -> list[list[tuple[str, frozenset[str]]]]:
    """What a terminal shows: each character with the colours and styles in force."""
    lines = []
    for line in text.splitlines():
        cells: list[tuple[str, frozenset[str]]] = []
        style: frozenset[str] = frozenset()
        for piece in re.split(r"(\x1b\[[0-9;]*m)", line):
            if piece.startswith("\x1b["):
                for code in piece[2:-1].split(";"):
                    style = style | {code} if code.strip("0") else frozenset()
            else:
                cells += [(char, frozenset() if char == " " else style) for char in piece]
        lines.append(cells)
    return lines


def test_diff_is_what_git_prints(repo: Path, store: Callable[..., None], show: Show) -> None:
    """Byte for byte but for the ids of commits, which mails have not."""
    store(*posted(repo))
    code, out, _ = show("diff", versions="v1..v2")
    assert code == Exit.DONE
    assert out == git_range_diff(repo, "never")
    assert " ! " in out
    assert " < " in out


def test_diff_has_gits_colours(repo: Path, store: Callable[..., None], show: Show) -> None:
    """Every character on a terminal looks as git shows it."""
    store(*posted(repo))
    assert seen(show("diff", columns=80, colour=True)[1]) == seen(git_range_diff(repo, "always"))


@pytest.mark.parametrize(
    ("versions", "names"),
    [
        (None, ("v2", "v3")),
        ("v1..v2", ("v1", "v2")),
        ("1..3", ("v1", "v3")),
        ("v3..v1", ("v3", "v1")),
        ("v1", ("v1", "v3")),
        ("v3", ("v2", "v3")),
        ("v1..", ("v1", "v3")),
        ("..v2", ("v1", "v2")),
        ("..", ("v2", "v3")),
        ("p1.1@x..<c3@x>", ("v1", "v3")),
        ("rfc..v1", ("RFC", "v1")),
    ],
)
def test_versions_are_named_as_people_do(
    versions: str | None, names: tuple[str, str], store: Callable[..., None], show: Show
) -> None:
    """Labels, numbers, message ids; what is left out is the version before, or the last."""
    texts = {"RFC": "rfc", "v1": "one", "v2": "two", "v3": "three"}
    rfc = [
        raw.replace(b"[PATCH v1", b"[RFC PATCH").replace(b"1@x", b"0@x").replace(b"p1.", b"p0.")
        for raw in version(1, -9, ("rfc", "b", "c"))
    ]
    store(*rfc, *(raw for v in (1, 2, 3) for raw in version(v, v, (texts[f"v{v}"], "b", "c"))))
    code, out, _ = show("diff", versions=versions)
    assert code == Exit.DONE
    old, new = (texts[name] for name in names)
    assert f"-+{old}\n" in out
    assert f"++{new}\n" in out


def test_a_wrong_version_is_named_with_those_there_are(store: Callable[..., None], show: Show) -> None:
    """Unknown, or the same twice."""
    store(*DEMO)
    with pytest.raises(UsageError, match=r"no version 'v9' .* v2, v3"):
        show("diff", versions="v2..v9")
    with pytest.raises(UsageError, match="against itself"):
        show("diff", versions="v3..v3")


def test_the_default_says_what_it_compares(store: Callable[..., None], show: Show) -> None:
    """On stderr, since stdout is what git would print; nothing when the versions were named."""
    store(*DEMO)
    assert show("diff")[2] == "tracker: v2 of 2024-05-29 against v3 of 2024-06-03\n"
    assert show("diff", versions="v2..v3")[2] == ""


def test_one_version_has_no_diff(store: Callable[..., None], show: Show) -> None:
    """Code 1 and a line that says so."""
    store(*version(1, 0, ("a", "b", "c")))
    assert show("diff") == (Exit.NOTHING, "", "tracker: #1 has fewer than two versions with patches here\n")


def test_a_partial_reroll_is_compared_as_a_whole(store: Callable[..., None], show: Show) -> None:
    """[PATCH v2.1 2/3] against v2: one patch changed, two are the same."""
    again = patch("r@x", f"[PATCH v2.1 2/3] {TITLES[1]}", diff=body("2.c", "B"), refs="c2@x p2.2@x", at=START + DAY)
    store(*version(2, 0, ("a", "b", "c")), again)
    marks = re.findall(r"^\d:  -{7} (.) \d:", show("diff", versions="v2..v2.1")[1], re.MULTILINE)
    assert marks == ["=", "!", "="]


def test_a_patch_offered_in_a_reply_can_be_compared(store: Callable[..., None], show: Show) -> None:
    """Inline below scissors, adopted by v2: the same diff with another message."""
    offer = f"How about this?\n\n-- >8 --\nFrom: {BEN}\nSubject: [PATCH] demo: better\n\nBetter.\n---\n{body('1.c', 'better')}"
    store(
        patch("p1@x", "[PATCH] demo: better", diff=body("1.c", "good"), log=f"Good.\n\nSigned-off-by: {ANNA}\n"),
        mail("o@x", "Re: [PATCH] demo: better", offer, refs="p1@x", sender=BEN, at=START + DAY),
        patch("p2@x", "[PATCH v2] demo: better", diff=body("1.c", "better"), refs="p1@x o@x", at=START + 2 * DAY, log="Best.\n"),
    )
    code, out, _ = show("diff", versions="alternative..v2")
    assert code == Exit.DONE
    assert "-    Better.\n" in out
    assert "+    Best.\n" in out


def test_abridged_mails_have_no_diff(show: Show) -> None:
    """In the snapshot the story's patches are facts without text: code 1 and what to do about it."""
    code, out, err = show("diff", "20240530145810.GA2205585@perftesting")
    assert (code, out) == (Exit.NOTHING, "")
    assert "tracker follow" in err
