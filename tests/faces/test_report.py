"""`report`: what stands on the pages, what stays off them, and that no mail breaks them."""

from __future__ import annotations

import itertools
import os
import re
import stat
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.faces.pages import BEN, CHEN, DAY, LIST, NOW, answer, check, elements, encoded, fill, parsed, skeleton, text_of
from tests.mails import DIFF, OTHER_DIFF, START, mail, patch
from tracker.config import load_config
from tracker.faces import cli
from tracker.faces.report.words import Links, kernel_org, safe
from tracker.store.db import connect, transaction
from tracker.store.derive import derive

Page = Callable[..., str]
MERGED = "2a010c412853d0d2a0ea0c8f1bde0e7a3a26f2b9"


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)


@pytest.fixture
def page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Page:
    """Runs `report` with these words and returns the page, which is checked."""

    def run(*words: str) -> str:
        file = tmp_path / "page.html"
        assert cli.run(["report", *words, "-o", str(file)]) == 0
        capsys.readouterr()
        found = file.read_text("utf-8")
        check(found)
        return found

    return run


ANNA = "Anna Author <anna@example.org>"


def test_many_proofs_of_a_step_are_folded(page: Page) -> None:
    """Three are seen, the others open, so that a narrow column stays short; each leads to its mail."""
    cover = mail("c@x", "[PATCH 0/6] demo: six", headers=LIST.strip())
    several = [posted(f"p{n}@x", f"[PATCH {n}/6] demo: {n}", diff=DIFF.replace("ring", f"r{n}"), refs="c@x") for n in range(1, 7)]
    tags = [answer(f"t{n}@x", f"p{n}@x", f"Reviewed-by: {BEN}\n", at=START + DAY + n) for n in range(1, 7)]
    fill(cover, *several, *tags)
    found = page("1")
    cell = next(cell for cell in re.findall(r'<td class="proof">.*?</td>', found, re.DOTALL) if "t6@x" in cell)
    seen, _, more = cell.partition("<details><summary>and 3 more</summary>")
    assert [len(re.findall(r'<a href="https://lore.kernel.org/r/t\d@x">', part)) for part in (seen, more)] == [3, 3]


def posted(
    msgid: str, subject: str, *, at: int = START, diff: str = DIFF, sender: str = ANNA, refs: str = "",
    log: str = f"Count.\n\nSigned-off-by: {ANNA}\n",
) -> bytes:  # fmt: skip
    """A patch on the demo list."""
    raw = patch(msgid, subject, diff=diff, refs=refs, at=at, sender=sender, log=log)
    return LIST.encode() + raw


DEMO = (
    posted("v1@x", "[PATCH] demo: count the readers"),
    answer("r1@x", "v1@x", "Please count the writers, too.\n", at=START + DAY),
    posted("v2@x", "[PATCH v2] demo: count the readers", diff=OTHER_DIFF, at=START + 5 * DAY),
    answer("r2@x", "v2@x", f"Nice.\n\nReviewed-by: {BEN}\n", at=START + 6 * DAY),
    answer("r3@x", "v2@x", "I will test this next week.\n", CHEN, at=START + 6 * DAY + 60),
)


# --- a topic


def test_the_page_of_a_topic(page: Page) -> None:
    """Status with reason and turn, each step with the mail that proves it, the matrix, versions and what changed between."""
    fill(*DEMO)
    found = page("1")
    text = text_of(found)
    assert "demo: count the readers" in text
    assert "stalled" in text
    assert "nothing moved since 2024-06-04" in text
    for msgid in ("v1@x", "v2@x", "r2@x", "r3@x"):
        assert f'href="https://lore.kernel.org/r/{msgid}"' in found, msgid
    assert "✔ Reviewed-by" in text
    assert re.search(r"What changed since v1: 1 of 1 patches differ", text)
    root = parsed(found)
    lines = [node.text for name, node in elements(root) if name == "span" and node.get("class") in ("add", "del")]
    assert any("+int width;" in (line or "") for line in lines)
    assert any("+int depth;" in (line or "") for line in lines)
    assert sum(name == "svg:svg" for name, _ in elements(root)) == 2  # the timeline and the activity
    dots = [node for name, node in elements(root) if name == "svg:circle"]
    assert len(dots) >= 4


def test_the_page_of_a_discussion(page: Page) -> None:
    """A followed thread without patches has a page, with nothing on it that only patches have."""
    fill(mail("d1@x", "How to count?", headers=LIST.strip()), answer("d2@x", "d1@x", "By hand.\n"))
    config = load_config(os.environ)
    with closing(connect(config.mail_db, config.user_db)) as con, transaction(con):
        con.execute("INSERT INTO u.followed VALUES ('d1@x', 'How to count?', NULL, 0)")
        con.execute("INSERT OR IGNORE INTO dirty SELECT tid FROM message")
        derive(con)
    text = text_of(page("1"))
    assert "discussion" in text
    assert "Versions" not in text


def test_every_table_is_a_real_one(page: Page) -> None:
    """Captions, header cells with a scope, and headings in order."""
    fill(*DEMO)
    for found in (page("1"), page("--list", "demo")):
        root = parsed(found)
        tables = [node for name, node in elements(root) if name == "table"]
        assert tables
        for table in tables:
            names = [name for name, _ in elements(table)]
            assert "caption" in names
            assert "th" in names
            assert all(node.get("scope") for name, node in elements(table) if name == "th")
        levels = [int(name[1]) for name, _ in elements(root) if re.fullmatch(r"h[1-6]", name)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_the_commits_of_a_topic(page: Page) -> None:
    """What a mail says was applied stands with tree, branch and day; without a link where no address of the tree is known."""
    thanks = f"Applied to the vfs.misc branch of the vfs/vfs.git tree.\n\n[1/1] demo: count the readers\n      commit: {MERGED}\n"
    fill(*DEMO, answer("ty@x", "v2@x", thanks, CHEN, START + 8 * DAY, "Re: [PATCH v2] demo: count the readers"))
    found = page("1")
    lines = [node for name, node in elements(parsed(found)) if name == "tr"]
    rows = [[" ".join("".join(cell.itertext()).split()) for cell in node] for node in lines]
    row = ["demo: count the readers", MERGED[:12], "vfs/vfs vfs.misc", "2024-06-06", "unknown", "", "told by a mail: ty@x"]
    assert row in rows
    assert "git.kernel.org" not in found


def test_the_story_that_ships_with_the_program(page: Page) -> None:
    """The page of the snapshot's topic: reverted, each step with its proof, commits of mainline with their pages."""
    found = page("1")
    text = text_of(found)
    assert "mainline had it as 2a010c412853 and reverted it with 3b832035387f" in text
    for words in ("RFC Josef Bacik", "applied vfs/vfs vfs.misc", "merged mainline", "regression Rui Ueyama", "stable 6.12"):
        assert words.replace(" ", "") in text.replace(" ", ""), words
    assert "/torvalds/linux.git/commit/?id=2a010c41285345" in found


def test_commits_are_linked_where_their_tree_is_known() -> None:
    """Mainline and trees of the user that are on git.kernel.org; never a place that only a mail names elsewhere."""
    base = "https://git.kernel.org/pub/scm/linux/kernel/git"
    links = Links(frozenset(), {"vfs": f"{base}/vfs/vfs.git", "own": "/home/anna/linux", "odd": "https://evil.example/x.git"})
    assert links.commit(MERGED, "vfs") == f"{base}/vfs/vfs.git/commit/?id={MERGED}"
    assert links.commit(MERGED, "mainline") == f"{base}/torvalds/linux.git/commit/?id={MERGED}"
    assert [links.commit(MERGED, tree) for tree in ("own", "odd", "unheard", "", "vfs/vfs.git")] == [""] * 5
    assert links.commit("javascript:1", "vfs") == ""
    assert kernel_org("git://git.kernel.org/pub/scm/utils/b4/b4.git") == "https://git.kernel.org/pub/scm/utils/b4/b4.git"
    for place in ("https://git.kernel.org.evil.example/x.git", "https://git.kernel.org/pub/../x", 'https://git.kernel.org/"x'):
        assert kernel_org(place) == ""


def test_message_ids_become_one_path(page: Page) -> None:
    """A slash, a quote, a percent sign and a question mark in a message id are part of the name, not of the URL."""
    links = Links(frozenset({"own@x"}), {})
    assert links.mail('a/b"c?d#e%f@x') == "https://lore.kernel.org/r/a%2Fb%22c%3Fd%23e%25f@x"
    assert links.mail("own@x") == ""


def test_wrong_uses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each with one line that says what to write instead."""
    fill(*DEMO)
    for words, said in (
        (["report"], "needs a TOPIC or --list"),
        (["report", "1", "--list", "demo"], "one of them"),
        (["report", "1", "--since", "2024"], "--since belongs to --list"),
        (["report", "--list", "demo", "--since", "soon"], "no date"),
    ):
        assert cli.run(words) == 2
        assert said in capsys.readouterr().err
    assert cli.run(["report", "99", "-o", str(tmp_path / "x.html")]) == 1
    assert cli.run(["report", "--list", "nolist", "-o", str(tmp_path / "x.html")]) == 1
    assert "lists with mail here: demo.lists.example.org" in capsys.readouterr().err
    assert cli.run(["report", "1", "-o", str(tmp_path / "none" / "x.html")]) == 3
    assert cli.run(["report", "1", "-o", "."]) == 3
    assert cli.run(["report", "1", "-o", str(tmp_path)]) == 3
    assert list(tmp_path.iterdir()) == []
    capsys.readouterr()
    assert cli.run(["report", "1"]) == 0
    check(capsys.readouterr().out)


def test_a_page_is_written_in_one_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It replaces the one before; a private one is for its owner's eyes; nothing else is left in the folder."""
    fill(*DEMO)
    file = tmp_path / "page.html"
    file.write_text("old")
    assert cli.run(["report", "1", "--private", "-o", str(file)]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().startswith("<!DOCTYPE html>")
    assert [one.name for one in tmp_path.iterdir() if "page" in one.name] == ["page.html"]


# --- a list


def test_the_page_of_a_list(page: Page) -> None:
    """Every number leads to the topics behind it, which stand on the page with a link to their thread."""
    fill(*DEMO, posted("w1@x", "[PATCH] demo: write it down", at=START + 2 * DAY, diff=DIFF.replace("ring.c", "doc.c")))
    found = page("--list", "demo", "--since", "2024-05")
    text = text_of(found)
    assert "How demo worked since 2024-05-01" in text
    assert "2 topics first posted since 2024-05-01, as of 2024-08-27" in text
    assert "n = 1 of 2 topics : median 1.0 d" in text.replace("topics:", "topics :")
    for anchor in ("t1", "t2"):
        assert found.count(f'id="{anchor}"') == 1
        assert found.count(f'href="#{anchor}"') > 5
    assert 'href="https://lore.kernel.org/r/v2@x"' in found
    assert "stalled" in text
    assert "silent" in text


def test_since_is_the_first_posting(page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A topic that was posted before and got a new version since is not in the sample."""
    fill(*DEMO)
    assert cli.run(["report", "--list", "demo", "--since", "2024-06-01", "-o", str(tmp_path / "x.html")]) == 1
    assert "no topic of the list 'demo' first posted since 2024-06-01 is here" in capsys.readouterr().err


# --- privacy


def test_topics_from_local_files_stay_out(page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page of one is refused, a page of the list counts and does not name it; --private takes it, without links to a server."""
    fill(*DEMO)
    fill(posted("secret@x", "[PATCH] demo: a secret thing", at=START + DAY, diff=DIFF.replace("ring.c", "s.c")), private=True)
    assert cli.run(["report", "2", "-o", str(tmp_path / "x.html")]) == 1
    assert "came from your own files only; --private" in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()
    found = page("--list", "demo")
    assert "secret" not in found
    assert "1 from local files only left out" in text_of(found)
    every = page("--list", "demo", "--private")
    assert "a secret thing" in every
    assert "r/secret@x" not in every
    own = page("2", "--private")
    assert "a secret thing" in own
    assert "lore.kernel.org" not in own


def test_a_public_topic_is_told_as_if_local_mail_never_came(page: Page) -> None:
    """Neither a reply nor a new version from a local file is named, counted, or judged by; nor are notes."""
    fill(*DEMO)
    before = page("1")
    mole = "Mole <mole@example.net>"
    fill(
        answer("mole@x", "v2@x", f"NAK, whisper whisper.\n\nNacked-by: {mole}\n", mole, START + 7 * DAY),
        posted("hidden@x", "[PATCH v3] demo: count the readers quietly", at=START + 8 * DAY, refs="v2@x", diff=OTHER_DIFF),
        private=True,
    )  # fmt: skip
    assert cli.run(["note", "1", "ask", "the", "mole"]) == 0
    assert page("1") == before
    listed = page("--list", "demo")
    for word in ("Mole", "mole", "whisper", "hidden@x", "quietly"):
        assert word not in before
        assert word not in listed
    private = page("1", "--private")
    assert "quietly" in private
    assert "ask the mole" in private
    assert "r/hidden@x" not in private
    assert "r/mole@x" not in private
    assert "Mole" in page("--list", "demo", "--private")


def test_related_topics_from_local_files_stay_out(page: Page) -> None:
    """A revert that only a local file has is not named on the page of what it reverts."""
    fill(*DEMO)
    before = page("1")
    log = f'This reverts commit {MERGED} ("demo: count the readers").\n\nSigned-off-by: {ANNA}\n'
    fill(posted("rev@x", '[PATCH] Revert "demo: count the readers"', at=START + 20 * DAY, log=log, diff=OTHER_DIFF), private=True)
    assert page("1") == before
    assert "reverted by" in text_of(page("1", "--private"))


def test_news_from_local_files_stay_out(page: Page) -> None:
    """What only a local file says became of a patch is no step on its page, and does not change its status."""
    fill(*DEMO)
    before = page("1")
    title = "demo: count the readers"
    body = (
        f"This is a note to let you know that I've just added the patch titled\n\n    {title}\n\nto the 6.1-stable tree.\n\n"
        f"commit {MERGED} upstream.\n"
    )
    stable = mail("stable@x", f'Patch "{title}" has been added to the 6.1-stable tree', body,
                  sender="gregkh@linuxfoundation.org", at=START + 40 * DAY, headers="X-stable: commit")  # fmt: skip
    fill(stable, private=True)
    assert page("1") == before
    assert "stalled" in text_of(page("--list", "demo"))
    assert "stable 6.1" in text_of(page("1", "--private"))


# --- hostile mail

HOSTILE = (
    "<script>alert(1)</script>", '"><img src=https://evil.example/x onerror=alert(1)>', "javascript:alert(1)",
    "</style><style>*{}", "' onmouseover='alert(1)", "{{ 7 * 7 }}{% for x in y %}", "]]><!--", "&lt;b&gt;&#60;b&#62;",
    "\u202egnp.exe", "\x00\x07\x1b[31m\x7f\x9b", "\ufffe\uffff\ufdd0", "ﷺ" * 60, "e" + "\u0301" * 5_000, "W" * 5_000,
    "\u2028\u2029\u0085", "</title></svg></main></body></html>",
)  # fmt: skip


def hostile_topic(word: str, signed: str | None = None) -> list[bytes]:
    """A thread in which everything that a mail can say has *word*; names in trailers have *signed*, if given."""
    name = encoded(f"Mallory {word} M")
    who, ben = f"{name} <mallory@example.net>", f"{name} <ben@example.org>"
    text = word.encode("utf-8", "replace").decode()
    signed = text if signed is None else signed
    log = f"Say {text}.\n\nFixes: 2a010c412853 (\"{text}\")\nSigned-off-by: {signed} <mallory@example.net>\n"
    utf8 = "Content-Type: text/plain; charset=utf-8\n"
    mails = []
    for v, diff in ((1, DIFF), (2, OTHER_DIFF)):
        at = START + v * DAY
        raw = posted(f"v{v}@x", f"[PATCH v{v}] " + encoded(f"demo: {word} thing"), at=at, sender=who, log=log,
                     diff=diff.replace("int count;", f"int count; /* {text} */"))  # fmt: skip
        mails.append(utf8.encode() + raw)
        said = f"{text}\n\nReviewed-by: {signed} <ben@example.org>\nI will test {text} next week.\n"
        mails.append(utf8.encode() + answer(f"r{v}@x", f"v{v}@x", said, ben, at + 60))
        said = f"NAK {text}.\n\nNacked-by: Mallory <mallory@example.org>\n"
        mails.append(utf8.encode() + answer(f"n{v}@x", f"v{v}@x", said, CHEN, at + 90))
    return mails


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_no_mail_breaks_a_page(word: str, page: Page) -> None:
    """Whatever the mails say, the page is valid, has the elements of a harmless one, loads nothing and shows what was said."""
    fill(*hostile_topic(word))
    topic, listed = page("1"), page("--list", "demo")
    assert "Mallory" in topic
    assert "demo:" in topic
    assert "demo:" in listed
    longest = max(len(piece) for piece in re.split(r"\s", text_of(topic)))
    assert longest <= 2_100


def test_the_elements_do_not_depend_on_words(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread with markup in every place makes the same elements as one with plain words."""
    found = []
    for number, word in enumerate(("plain", "<b>&amp;</b><script>'\"", "</td></table><h1>{{ 1 }}")):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache{number}"))
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / f"data{number}"))
        fill(*hostile_topic(word, "Ben B"))
        found.append((skeleton(page("1")), skeleton(page("--list", "demo"))))
    assert found[0] == found[1] == found[2]


def test_safe_text() -> None:
    """Controls are shown, what no page can hold is replaced, towers of marks and endless texts are cut."""
    assert safe("a\x00b\u202ec") == "a^@b<U+202E>c"
    assert safe("\ufffe\U0001ffff") == "\ufffd\ufffd"
    assert safe("e" + "\u0301" * 50 + "x") == "e" + "\u0301" * 3 + "x"
    assert len(safe("W" * 5_000)) == len(safe("\u202e" * 5_000)) == 2_000
    assert safe("Łukasz 山田 Ünal ไทย") == "Łukasz 山田 Ünal ไทย"


@given(st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_made_safe(text: str) -> None:
    """Whatever it was, XML takes it, nothing in it is invisible or turns the line around, and once more changes nothing."""
    found = safe(text)
    assert ElementTree.fromstring(f"<a>{escape(found)}</a>").text == (found or None)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]", found)
    assert safe(found) == found


# --- colours


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast(scheme: int) -> None:
    """Words have 4.5:1 on every ground they stand on, shapes of pictures 3:1 (WCAG 2.2, 1.4.3 and 1.4.11)."""
    css = (ROOT / "tracker" / "faces" / "report" / "style.css").read_text("utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css.split(":root {")[scheme + 1]))
    for words in ("ink", "soft", "link", "good", "bad", "warn", "calm"):
        for ground in ("paper", "sheet"):
            assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
    for ground in ("add", "del"):
        assert contrast(colours["ink"], colours[ground]) >= 4.5
    for number in range(7):
        assert contrast(colours[f"c{number}"], colours["paper"]) >= 3, number
