"""Notices of the real mails around the deny_write_access change, in full and as the snapshot has them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.core.bodies import folder_mails
from tracker.core.message import parse
from tracker.core.notice import Notice, read_notices

SNAPSHOT = Path(__file__).resolve().parents[2] / "cache" / "deny_write_access.mbox"
Short = tuple[str, str, str, str, str]

# Message id -> (kind, source, commit, tree or '', branch), as the mails read.
STORY: dict[str, list[Short]] = {
    "20240603-gewand-dezember-07697c3252d2@brauner": [
        ("applied", "ty", "244ebddd34a0", "https://git.kernel.org/pub/scm/linux/kernel/git/vfs/vfs.git", "vfs.misc")
    ],
    "f8586f0c-f62c-4d92-8747-0ba20a03f681@arm.com": [("regression", "human", "244ebddd34a0ab7b1ef865811864136873f4b67c", "", "")],
    "20240712-vfs-misc-c1dbbc5eaf82@brauner": [
        (
            "pull",
            "pull",
            "b80cc4df1124702c600fd43b784e423a30919204",
            "git@gitolite.kernel.org:pub/scm/linux/kernel/git/vfs/vfs",
            "tags/vfs-6.11.misc",
        )
    ],
    "CACKH++YAtEMYu2nTLUyfmxZoGO37fqogKMDkBpddmNaz5HE6ng@mail.gmail.com": [
        ("regression", "regzbot", "2a010c41285345da60cece35575b4e0af7e7bf44", "", "")
    ],
    "20241127-frisst-anekdote-3e6d724cb311@brauner": [
        (
            "pull",
            "pull",
            "3b832035387ff508fdcf0fba66701afc78f79e3d",
            "git@gitolite.kernel.org:pub/scm/linux/kernel/git/vfs/vfs",
            "tags/vfs-6.13.exec.deny_write_access.revert",
        )
    ],
    "CAHk-=wi+3qEU9S9sgRLesCMKJ1w_e6zwEt0f30=8NSKhN+2LjA@mail.gmail.com": [("reverted", "human", "", "", "")],
    "20241205125543.gxqjzyeakwbugqwk@quack3": [("applied", "human", "", "", "fsnotify_hsm")],
    "20241203144022.827574922@linuxfoundation.org": [
        ("stable-review", "stable", "3b832035387ff508fdcf0fba66701afc78f79e3d", "stable", "6.11"),
        ("reverted", "stable", "2a010c41285345da60cece35575b4e0af7e7bf44", "stable", "6.11"),
    ],
    "20241203144810.515726347@linuxfoundation.org": [
        ("stable-review", "stable", "3b832035387ff508fdcf0fba66701afc78f79e3d", "stable", "6.12"),
        ("reverted", "stable", "2a010c41285345da60cece35575b4e0af7e7bf44", "stable", "6.12"),
    ],
    "20260304054311.108543-1-rob_garcia@163.com": [
        ("stable-review", "stable", "90f601b497d76f40fa66795c3ecf625b6aced9fd", "stable", "6.12")
    ],
    "20260323134544.943936704@linuxfoundation.org": [
        ("stable-review", "stable", "90f601b497d76f40fa66795c3ecf625b6aced9fd", "stable", "6.6")
    ],
    "202406141431.2b72ca61-oliver.sang@intel.com": [
        (
            "regression",
            "lkp",
            "2a010c41285345da60cece35575b4e0af7e7bf44",
            "https://git.kernel.org/cgit/linux/kernel/git/next/linux-next.git",
            "master",
        )
    ],
}
MERGED = {
    "172107568327.4128.4279320775515079617.pr-tracker-bot@kernel.org": "b051320d6ab8cfdd77a48ef4e563584cd7681d2d",
    "173767336642.1527693.12225519054110794861.pr-tracker-bot@kernel.org": "8883957b3c9de2087fb6cf9691c1188cccf1ac9c",
}
# Threads in which people talk about these commits without reporting anything.
TALK = (
    "2025-08-O_DENY_WRITE.mbox",
    "2024-v1-list-copies.mbox",
    "2024-12-carpenter-binfmt_elf.mbox",
    "2021-04-hildenbrand-rfc.mbox",
)


def told(folder: Path) -> dict[str, tuple[Notice, ...]]:
    found = {}
    for raw in folder_mails(folder):
        message = parse(raw)
        found[message.msgid] = read_notices(message, message.own_text)
    return found


def shortly(found: tuple[Notice, ...]) -> list[Short]:
    return [(one.kind, one.source, one.commit, one.tree, one.branch) for one in found]


def test_story(real_data: Path) -> None:
    """Every step of the story that a mail tells is read from that mail, with commit, tree and branch."""
    found = told(real_data / "deny_write_access" / "threads")
    assert {msgid: shortly(found[msgid]) for msgid in STORY} == STORY
    assert {msgid: [one.merge for one in found[msgid]] for msgid in MERGED} == {msgid: [sha] for msgid, sha in MERGED.items()}


def test_revert_pull_is_its_only_patch(real_data: Path) -> None:
    """The pull request inside of the regression thread has one patch, so its head is that patch's commit."""
    (one,) = told(real_data / "deny_write_access" / "threads")["20241127-frisst-anekdote-3e6d724cb311@brauner"]
    assert (one.titles, one.numbers) == (('Revert "fs: don\'t block i_writecount during exec"',), ((1, 1),))


def test_quoted_commits_are_no_events(real_data: Path, tmp_path: Path) -> None:
    """Mails that merely quote the ids of these commits say nothing that became of them."""
    known = {"2a010c4", "3b83203", "244ebdd", "0357ef0"}
    threads = real_data / "deny_write_access" / "threads"
    for name in (*TALK, "2024-08-ltp-skip-6.11.mbox", "2025-12-setuid-scripts.mbox"):
        (tmp_path / name).mkdir()
        shutil.copy(threads / name, tmp_path / name)
        for msgid, found in told(tmp_path / name).items():
            assert not {notice.commit[:7] for notice in found} & known, msgid
            assert name not in TALK or not found, msgid


def test_snapshot_tells_what_its_text_holds() -> None:
    """Abridged mails give the notices of the full ones where their lines are left, and never another."""
    found = told(SNAPSHOT.parent)
    gone = {"f8586f0c-f62c-4d92-8747-0ba20a03f681@arm.com", "CAHk-=wi+3qEU9S9sgRLesCMKJ1w_e6zwEt0f30=8NSKhN+2LjA@mail.gmail.com"}
    for msgid, wanted in STORY.items():
        if found.get(msgid):
            assert shortly(found[msgid]) == wanted, msgid
    assert {msgid for msgid in STORY if msgid in found and not found[msgid]} <= gone | {"20241205125543.gxqjzyeakwbugqwk@quack3"}
    assert {msgid: [one.merge for one in found[msgid]] for msgid in MERGED} == {msgid: [sha] for msgid, sha in MERGED.items()}
    expected = set(STORY) | set(MERGED) | {"uuxkzulie4wewcbfdtdn6sx75ncm7tbhg3ptj3jpu2sh6q4lx3@zuahiyvmnigl"}
    assert {msgid for msgid, some in found.items() if some} <= expected
