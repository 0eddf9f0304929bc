"""`digest`: what it tells, to whom, when it is silent, and how it looks in every format."""

from __future__ import annotations

import email
import email.policy
import html.parser
import json
import os
import re
import sqlite3
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.browser import browser, find
from tests.conftest import ROOT, needs
from tests.faces.conftest import Clock, Run
from tests.faces.digests import URL, Store
from tests.mails import START, diff_of, mail, mbox, patch
from tracker.faces.digest.data import data
from tracker.faces.plain import width

DAY = 86_400
GOLDEN = ROOT / "tests" / "golden"
BEN = "Ben Reviewer <ben@example.org>"
MONTHS = ("2024-05", "2024-06", "2024-07", "2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2025-01", "2025-02")


@pytest.fixture
def now() -> int:
    return START + 10 * DAY


@pytest.fixture
def store(clock: Clock) -> Store:
    """Two followed topics."""
    found = Store(clock.now)
    found.arrive(
        patch("1@example.org", "[PATCH] demo: make the ring lockless"),
        patch("2@example.org", "[PATCH] other: count the readers", diff=diff_of(2), sender="Chen <chen@example.org>"),
    )
    found.follow("1@example.org", "2@example.org")
    return found


def review(n: int, body: str, *, at: int = START + DAY, name: str = "r", sender: str = BEN) -> bytes:
    subject = {1: "demo: make the ring lockless", 2: "other: count the readers"}[n]
    return mail(f"{name}@example.org", f"Re: [PATCH] {subject}", body, refs=f"{n}@example.org", at=at, sender=sender)


TAG = "Looks right.\n\nReviewed-by: Ben Reviewer <ben@example.org>\n"


def iam(emails: str, more: str = "") -> None:
    folder = Path(os.environ["HOME"]) / ".config" / "tracker"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(f"{more}\n[me]\nemails = [{emails}]\n")


def topics(out: str) -> dict[int, dict[str, object]]:
    return {one["id"]: one for one in json.loads(out)["topics"]}


# --- what is told, and when


def test_the_first_digest_tells_how_everything_stands(store: Store, tracker: Run) -> None:
    """Without news of the past: what was known when a topic was followed is background. Then nothing, with exit code 1."""
    code, out, err = tracker("digest", "--format", "json")
    assert (code, err) == (0, "")
    found = topics(out)
    assert [(one["section"], one["was"], one["news"]) for one in found.values()] == [("new", None, [])] * 2
    assert json.loads(out)["since"] is None
    assert tracker("digest") == (1, "", "")


def test_news_are_told_once(store: Store, tracker: Run, clock: Clock) -> None:
    """A tag that arrived since is told with the change it made, under its topic alone; the next digest is silent."""
    tracker("digest")
    store.arrive(review(1, TAG))
    clock.now += DAY
    code, out, _ = tracker("digest", "--format", "json")
    assert code == 0
    assert list(topics(out)) == [1]
    one = topics(out)[1]
    assert (one["was"], one["status"]) == ("posted", "reviewed")
    assert [event["kind"] for event in one["news"]] == ["replied", "tagged"]  # type: ignore[attr-defined]
    assert tracker("digest")[0] == 1


def test_a_late_mail_is_told_when_it_arrives(store: Store, tracker: Run, clock: Clock) -> None:
    """Arrival counts, not the date that a mail bears."""
    clock.now += 20 * DAY
    tracker("digest")
    store.arrive(review(1, TAG, at=START + 60))
    clock.now += DAY
    code, out, _ = tracker("digest", "--format", "json")
    assert code == 0
    assert topics(out)[1]["news"][0]["at"] == "2024-05-29T16:27:40Z"  # type: ignore[index]


def test_events_know_when_they_were_first_seen(store: Store, tracker: Run) -> None:
    """`seen_at` of EVENT, in `show` and in the digest."""
    store.now += DAY
    store.arrive(review(1, TAG))
    events = json.loads(tracker("show", "1", "--json")[1])["topic"]["events"]
    assert {(event["kind"], event["seen_at"]) for event in events} == {
        ("posted", "2024-06-08T16:26:40Z"), ("tagged", "2024-06-09T16:26:40Z"), ("replied", "2024-06-09T16:26:40Z"),
    }  # fmt: skip
    told = topics(tracker("digest", "--format", "json")[1])[1]["news"]
    assert {event["seen_at"] for event in told} == {"2024-06-09T16:26:40Z"}  # type: ignore[attr-defined]


def test_time_alone_makes_news(store: Store, tracker: Run, clock: Clock) -> None:
    """A promise grows overdue after two weeks and a topic falls silent after 30 days; each is told once."""
    store.arrive(review(1, "I will review this next week.\n"))
    tracker("digest")
    clock.now = START + 16 * DAY
    out = tracker("digest", "--format", "json")[1]
    assert [event["kind"] for event in topics(out)[1]["news"]] == ["overdue"]  # type: ignore[attr-defined]
    assert tracker("digest")[0] == 1
    clock.now = START + 40 * DAY
    out = tracker("digest", "--format", "json")[1]
    assert {one["status"] for one in topics(out).values()} == {"stalled"}
    assert tracker("digest")[0] == 1


def test_the_users_turn_comes_first(store: Store, tracker: Run) -> None:
    """And is called so, with what is to be done; topics of his without news are named at the end."""
    iam('"anna@example.org", "chen@example.org"')
    store.arrive(review(2, "Why not use a counter?\n", name="q"))
    tracker("digest")
    store.arrive(review(1, "Please add a test.\n"))
    out = tracker("digest")[1]
    assert "\nYOUR TURN\n" in out
    assert "Next: you: answer, or post a new version" in out
    assert "Still your turn (1): #2 other: count the readers." in out
    assert out.startswith("tracker: 2 wait for you\n")


def test_a_snoozed_topic_is_told_of_when_it_wakes(store: Store, tracker: Run, clock: Clock) -> None:
    """What happened while it slept is not lost, and that it woke is news."""
    tracker("digest")
    tracker("snooze", "1", "--for", "3d")
    store.arrive(review(1, TAG))
    clock.now += DAY
    assert tracker("digest")[0] == 1
    clock.now += 3 * DAY
    kinds = [event["kind"] for event in topics(tracker("digest", "--format", "json")[1])[1]["news"]]  # type: ignore[attr-defined]
    assert kinds == ["replied", "tagged", "woken"]


def test_peek_tells_the_same_again(store: Store, tracker: Run) -> None:
    """It leaves no trace."""
    assert tracker("digest", "--peek")[1] == tracker("digest", "--peek")[1] == tracker("digest")[1]
    assert tracker("digest")[0] == 1


def test_always_prints_the_quiet_summary(store: Store, tracker: Run) -> None:
    """Nothing new: how much is quiet, and no topic."""
    tracker("digest")
    code, out, _ = tracker("digest", "--always")
    assert code == 0
    assert "No news." in out
    assert "2 topics without news." in out


def test_the_footer_names_the_last_digest(store: Store, tracker: Run, clock: Clock) -> None:
    """By its day, and by its message id when it became a mail; and says how to mute."""
    first = json.loads(tracker("digest", "--format", "json")[1])
    assert first["previous"] is None
    store.arrive(review(1, TAG))
    clock.now += DAY
    second = tracker("digest", "--format", "eml")[1].replace("\n ", " ")
    assert "\nPrevious digest: 2024-06-08\n" in second
    assert "In-Reply-To" not in second
    assert "tracker snooze 1 --for 2w" in second
    msgid = re.findall(r"^Message-ID: <(.+)>$", second, re.MULTILINE)[0]
    clock.now += DAY
    third = tracker("digest", "--always")[1]
    assert f"Previous digest: 2024-06-09 <{msgid}>" in " ".join(third.split())
    clock.now += DAY
    assert f"In-Reply-To: <{msgid}>" in tracker("digest", "--always", "--format", "eml")[1].replace("\n ", " ")


def test_joining_two_topics_tells_nothing_again(store: Store, tracker: Run) -> None:
    """What was told of a part stays told when the part becomes one topic with another."""
    store.arrive(review(2, TAG))
    tracker("digest")
    assert tracker("link", "1", "2")[0] == 0
    news = topics(tracker("digest", "--format", "json")[1]).get(1, {"news": []})["news"]
    assert [event["kind"] for event in news] in ([], ["revised"])  # type: ignore[attr-defined]


def test_a_status_by_hand_is_told(store: Store, tracker: Run) -> None:
    """As what it was and is."""
    tracker("digest")
    tracker("set", "1", "status", "superseded")
    one = topics(tracker("digest", "--format", "json")[1])[1]
    assert (one["was"], one["status"]) == ("posted", "superseded")


def test_the_cache_can_be_deleted(store: Store, tracker: Run) -> None:
    """What was told is no cache: after the same mail arrived again, nothing is told again."""
    store.arrive(review(1, TAG))
    tracker("digest")
    for name in ("mail.db", "mail.db-wal", "mail.db-shm"):
        (store.config.cache / name).unlink(missing_ok=True)
    store.arrive(
        patch("1@example.org", "[PATCH] demo: make the ring lockless"),
        patch("2@example.org", "[PATCH] other: count the readers", diff=diff_of(2), sender="Chen <chen@example.org>"),
        review(1, TAG),
    )
    assert tracker("digest")[0] == 1


# --- profiles


def test_profiles_have_a_memory_of_their_own(store: Store, tracker: Run) -> None:
    """What one was told is news for the other; a query names its topics, also those that are not followed."""
    iam("", '[[profile]]\nname = "rings"\nquery = "s:ring"\n')
    tracker("digest")
    found = topics(tracker("digest", "--profile", "rings", "--format", "json")[1])
    assert list(found) == [1]
    assert tracker("digest", "--profile", "rings")[0] == 1
    store.arrive(
        patch("3@example.org", "[PATCH] more about the ring", diff=diff_of(3), at=START + DAY),
        mail("4@example.org", "Re: [PATCH] more about the ring", TAG, refs="3@example.org", at=START + 2 * DAY, sender=BEN),
    )
    assert list(topics(tracker("digest", "--profile", "rings", "--format", "json")[1])) == [3]
    assert tracker("digest")[0] == 1


def test_a_profile_may_want_to_hear_less_often(store: Store, tracker: Run, clock: Clock) -> None:
    """`every`: what comes in between waits, and a run may come a little early."""
    iam("", '[[profile]]\nname = "weekly"\nevery = "1w"\n')
    assert tracker("digest", "--profile", "weekly")[0] == 0
    store.arrive(review(1, TAG))
    clock.now += 3 * DAY
    assert tracker("digest", "--profile", "weekly")[0] == 1
    clock.now += 4 * DAY - 3_600
    assert tracker("digest", "--profile", "weekly")[0] == 0


def test_wrong_profiles_are_named(store: Store, tracker: Run) -> None:
    """An unknown one, a query that cannot be read, values of the wrong kind: one line, exit code 2."""
    iam("", '[[profile]]\nname = "a"\nquery = "d:never"\n[[profile]]\nname = "b"\nalways = "yes"\n')
    for name, said in (("x", "no profile 'x'"), ("a", "query:"), ("b", "always must be true or false")):
        code, out, err = tracker("digest", "--profile", name)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert said in err


# --- what could not be seen


def test_a_source_that_does_not_answer_is_named(store: Store, tracker: Run) -> None:
    """With when it last did; it is gone when it answers again."""
    store.answers()
    store.now += DAY
    store.fails(f"{URL}: 503")
    out = " ".join(tracker("digest")[1].split())
    assert "NOT SEEN https://lists.example.org/all not reached since 2024-06-08 16:26 UTC: 503" in out
    assert json.loads(tracker("digest", "--format", "json", "--always")[1])["unseen"] == [
        {"source": URL, "reached": "2024-06-08T16:26:40Z", "failed": "2024-06-09T16:26:40Z", "error": f"{URL}: 503"}
    ]
    store.answers()
    assert "NOT SEEN" not in tracker("digest", "--always")[1]


# --- privacy


def test_what_came_from_the_users_own_files_stays_at_home(store: Store, tracker: Run) -> None:
    """A digest that leaves says nothing of a private topic, reply, new version or note, unless it is allowed to."""
    from tracker.faces.commands import digest as command
    from tracker.faces.digest.collect import Wish, collect
    from tracker.faces.digest.html import html as page
    from tracker.faces.digest.text import text

    secrets = ("nobody knows", "private-reply", "hidden flaw", "Hidden Henry", "quite another title", "ask Ben in")
    store.arrive(patch("9@example.org", "[PATCH] secret: nobody knows", diff=diff_of(9), at=START + DAY), private=True)
    store.follow("9@example.org")
    store.now += DAY
    store.arrive(
        review(1, "Please repair the hidden flaw.\n", name="private-reply", sender="Hidden Henry <h@example.org>"),
        patch("private-v2@example.org", "[PATCH v2] other: quite another title", refs="2@example.org", diff=diff_of(2),
              sender="Chen <chen@example.org>", at=START + 2 * DAY),
        private=True,
    )  # fmt: skip
    store.arrive(review(1, TAG), review(2, TAG, name="t", at=START + 3 * DAY))
    tracker("note", "1", "ask Ben in secret")
    profile = command._profile(None, store.config)
    for since in (None, START + DAY):
        for until in (None, START + 4 * DAY):
            for shared in (True, False):
                with store.session() as session:
                    wish = Wish(profile, store.now, (), shared, since, until)
                    found, _ = collect(session.con, store.config, wish)
                for words in (text(found), page(found), json.dumps(data(found))):
                    assert "make the ring lockless" in words
                    known = [secret for secret in secrets if secret in words]
                    assert known == [] if shared else len(known) >= 3


# --- formats


@pytest.fixture
def hostile(store: Store, tracker: Run) -> Store:
    """News with everything that a mail may try."""
    tracker("digest")
    body = "\x1b]0;pwned\x07 <script>alert(1)</script>\n\nNacked-by: Ben <b>Reviewer</b> <ben@example.org>\n" + "x" * 5_000 + "\n"
    store.arrive(
        review(1, body, sender='"<img src=x onerror=alert(1)>" <ben@example.org>'),
        review(2, "[a](javascript:alert(1)) Reviewed-by: Чен 陳 <b@example.org>\n", name="w", sender="Чен 陳 <b@example.org>"),
        patch(
            "5@example.org", "[PATCH v2] demo: make the ring lockless </title><script>alert(2)</script> " + "y" * 3_000,
            refs="1@example.org", at=START + 2 * DAY, diff=diff_of(5),
        ),
    )  # fmt: skip
    return store


def test_text_fits_a_mail(hostile: Store, tracker: Run) -> None:
    """No line but a bare address is wider than 72 columns, and no control of a mail gets through."""
    out = tracker("digest")[1]
    assert out.endswith("\n")
    assert all(width(line) <= 72 or re.fullmatch(r"\[\d+\] \S+", line) for line in out.splitlines())
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", out)


class _Checker(html.parser.HTMLParser):
    """Notes what a page opens, closes and refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "action", "data")]
        if tag not in ("meta", "br", "img", "hr", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_whole_and_harmless(hostile: Store, tracker: Run) -> None:
    """Every element is closed, nothing runs or loads, and links lead to the server that had the mail."""
    out = tracker("digest", "--format", "html")[1]
    checker = _Checker()
    checker.feed(out)
    assert checker.open == []
    assert not checker.tags & {"script", "img", "iframe", "object", "link", "form", "base", "svg"}
    assert not [name for name in checker.attributes if name.startswith("on")]
    assert checker.links
    assert all(link.startswith(f"{URL}/") for link in checker.links)
    assert "url(" not in out
    assert "@import" not in out
    assert "prefers-color-scheme: dark" in out


def test_markdown_shows_text_and_nothing_else(hostile: Store, tracker: Run) -> None:
    """What a mail says is escaped: the only links are those of evidence."""
    out = tracker("digest", "--format", "markdown")[1]
    links = re.findall(r"(?<!\\)\]\(<?([^)>]*)", out)
    assert links
    assert all(link.startswith(f"{URL}/") for link in links)
    assert not re.search(r"(?<!\\)<(?!http)", out)


def test_atom_can_be_read(hostile: Store, tracker: Run) -> None:
    """A feed with an entry a topic, each with an id, a date and a title."""
    root = ET.fromstring(tracker("digest", "--format", "atom")[1])
    space = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{space}entry")
    assert len(entries) == 2
    for one in (root, *entries):
        assert all(one.findtext(f"{space}{name}") for name in ("id", "title", "updated"))
    assert len({one.findtext(f"{space}id") for one in entries}) == 2
    for one in entries:
        page = one.findtext(f"{space}content") or ""
        checker = _Checker()
        checker.feed(page)
        assert checker.open == []
        assert checker.tags <= {"p", "ul", "li", "a"}
        assert f'<a href="{URL}/' in page


def test_a_feed_of_a_quiet_day_is_one(store: Store, tracker: Run) -> None:
    """Without entries, and with the exit code of no news; it says how much is quiet."""
    tracker("digest")
    code, out, _ = tracker("digest", "--format", "atom")
    assert code == 1
    root = ET.fromstring(out)
    space = "{http://www.w3.org/2005/Atom}"
    assert root.findall(f"{space}entry") == []
    assert root.findtext(f"{space}subtitle") == "2 topics without news."


def test_a_mail_parses_back_without_defects(hostile: Store, tracker: Run, clock: Clock) -> None:
    """Under the strict policy: both parts, the headers other robots respect, the thread of digests."""
    raw = tracker("digest", "--format", "eml", "--peek")[1].encode()
    found = email.message_from_bytes(raw, policy=email.policy.strict)
    assert found.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["List-Id"].startswith("tracker digest <default.digest.tracker.")
    assert found["Message-ID"].endswith(">")
    assert found["In-Reply-To"] == found["References"]
    assert "flowed" not in raw.decode()
    plain, page = found.iter_parts()
    assert plain.get_content().startswith("tracker: ")
    assert "陳" in plain.get_content()
    assert "陳" in page.get_content()
    assert all(len(line) <= 998 for line in raw.splitlines())


def test_json_has_every_key(hostile: Store, tracker: Run) -> None:
    """Schema 1 of the digest."""
    found = json.loads(tracker("digest", "--format", "json")[1])
    assert {"schema", "since", "until", "topics"} <= set(found)
    for one in found["topics"]:
        assert {"id", "title", "status", "was", "turn", "news"} <= set(one)
        for event in one["news"]:
            assert {"id", "at", "seen_at", "kind", "text", "evidence"} <= set(event)


# --- between two dates


def test_a_period_leaves_the_next_digest_alone(store: Store, tracker: Run) -> None:
    """What happened in it is told as it stood then, and the first digest is still to come."""
    store.arrive(review(1, TAG, at=START + 5 * DAY))
    found = topics(tracker("digest", "--since", "2024-05-29", "--until", "2024-05-31", "--format", "json")[1])
    assert {one["status"] for one in found.values()} == {"posted"}
    later = topics(tracker("digest", "--since", "2024-06-01", "--until", "2024-06-07", "--format", "json")[1])
    assert [(one["was"], one["status"]) for one in later.values()] == [("posted", "reviewed")]
    assert tracker("digest", "--since", "2024-06-07", "--until", "2024-06-07")[0] == 1
    assert "The first digest" in tracker("digest")[1]


def test_wrong_dates_are_named(store: Store, tracker: Run) -> None:
    """A date that is none, and an end before its beginning."""
    wrong = (
        ("--since", "yore"), ("--since", "2024-06", "--until", "2024-05"), ("--until", "2024-05-01..2024-05-02"),
        ("--since", "2030-01-01"),
    )  # fmt: skip
    for args in wrong:
        code, out, err = tracker("digest", *args)
        assert (code, out, err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("month", MONTHS)
def test_golden_story_of_the_snapshot(month: str, tracker: Run, clock: Clock) -> None:
    """The story by months on the snapshot that ships with the program; each golden was read against what really happened."""
    clock.now = 1_795_305_600
    code, out, _ = tracker("digest", "--since", month, "--until", month)
    _compare(f"snapshot-{month}", code, out)


@pytest.fixture(scope="module")
def story_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story")


@pytest.fixture
def story(real_data: Path, story_home: Path, tracker: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real mails of the story imported once, its two topics followed."""
    clock.now = 1_795_305_600
    for name in ("DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(story_home / name))
    if not (story_home / "DATA").exists():
        mboxes = sorted(str(path) for path in (real_data / "deny_write_access" / "threads").glob("*.mbox"))
        assert tracker("import", *mboxes)[0] == 0
        for msgid in ("20240531-vfs-i_writecount-v1-1-a17bea7ee36b@kernel.org", "20241128142532.465176-1-amir73il@gmail.com"):
            assert tracker("--offline", "follow", msgid)[0] == 0


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.usefixtures("story")
def test_golden_story_of_the_real_mails(month: str, tracker: Run) -> None:
    """The same on all real mails of the story, with the reports and late replies that the snapshot leaves out."""
    code, out, _ = tracker("digest", "--since", month, "--until", month)
    _compare(f"threads-{month}", code, out)


def _compare(name: str, code: int, out: str) -> None:
    """A silent month has no golden."""
    file = GOLDEN / "digest" / f"{name}.txt"
    if os.environ.get("WRITE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        if out:
            file.write_text(out)
    assert (code, out) == ((0, file.read_text()) if file.exists() else (1, ""))


# --- read marks


def test_mark(store: Store, tracker: Run) -> None:
    """All mails of a topic, both ways."""
    store.arrive(review(1, TAG))
    assert json.loads(tracker("show", "1", "--json")[1])["topic"]["unread"] == 1
    assert "1 mail marked as read" in tracker("mark", "read", "1")[1]
    assert json.loads(tracker("show", "1", "--json")[1])["topic"]["unread"] == 0
    assert "2 mails marked as unread" in tracker("mark", "unread", "1")[1]


def test_what_was_learned_is_kept_with_every_change_of_status(store: Store) -> None:
    """The user's database has a row a change, and each event once."""
    store.arrive(review(1, TAG))
    store.arrive(review(1, TAG))
    with sqlite3.connect(store.config.user_db) as con:
        rows = con.execute("SELECT status, turn FROM stood WHERE topic=1 ORDER BY n").fetchall()
        events = con.execute("SELECT event FROM learned WHERE topic=1 ORDER BY n").fetchall()
    con.close()
    assert rows == [("posted", "reviewer"), ("reviewed", "maintainer")]
    assert len(events) == len(set(events)) == 3


def test_an_archive_of_the_users_own_is_told_on_paper_only(tmp_path: Path, tracker: Run) -> None:
    """`follow -m` and a digest that is printed."""
    file = tmp_path / "own.mbox"
    file.write_bytes(mbox(patch("1@example.org", "[PATCH] demo: one")))
    assert tracker("follow", "-m", str(file))[0] == 0
    assert "demo: one" in tracker("digest")[1]


# --- in a browser


def test_the_page_in_a_browser(hostile: Store, tracker: Run, tmp_path: Path) -> None:
    """Light and dark, 400 and 1400 pixels wide: nothing but the page is asked for, nothing is logged, nothing is too wide."""
    program = find()
    needs(program is not None, "no chromium to open pages with")
    assert program is not None
    page = tmp_path / "digest.html"
    page.write_text(tracker("digest", "--format", "html")[1])
    with browser(program, tmp_path / "chromium") as chromium:
        for wide in (400, 1400):
            for dark in (False, True):
                chromium.open(page, width=wide, dark=dark)
                assert chromium.requests == [page.as_uri()]
                assert chromium.logged == []
                assert chromium.evaluate("document.documentElement.scrollWidth") <= wide
                paper = chromium.evaluate("getComputedStyle(document.body).backgroundColor")
                assert paper == ("rgb(13, 17, 23)" if dark else "rgb(255, 255, 255)")
        assert chromium.evaluate("document.scripts.length") == 0
