"""The declarations of commands that change the store, look into trees, report by themselves, and set up."""

from __future__ import annotations

from tracker.core.landing import ROLES
from tracker.faces import rows
from tracker.faces.options import FORMATS, TOPIC, Command, json_option, positive, topic_argument


def add_changing(command: Command) -> None:
    """`follow`, `unfollow`, `sync`, `import`, the user's own decisions, `tree`, `match`, `apply`."""
    _add_follow(command)
    _add_sync(command)
    _add_deciding(command)
    _add_own(command)
    _add_tree(command)
    _add_patches(command)


def add_rest(command: Command) -> None:
    """`digest`, `cron`, `mark`, `doctor`, `config`, `completion`."""
    _add_digest(command)
    _add_setup(command)


def _add_follow(command: Command) -> None:
    sub = command(
        "follow",
        "fetch a thread and follow its topic",
        [
            "tracker follow 20240530145810.GA2205585@perftesting",
            "tracker follow https://patch.msgid.link/20240530145810.GA2205585@perftesting",
            "tracker follow -m ~/mail/thread.mbox",
            "formail -s < inbox | tracker follow -m -",
            "tracker follow --search 's:\"i_writecount\" d:2024-05-01..2024-06-30'",
            "tracker follow --watch 'section:\"OVERLAY FILESYSTEM\"'",
        ],
        "TARGET is a message id, a URL of a mail on any public-inbox server, a change-id, "
        "or a commit id that a mail reports as applied.",
    )
    sub.add_argument("targets", metavar="TARGET", nargs="*", help="message id, URL, change-id or commit id")
    sub.add_argument(
        "-m",
        "--mail",
        metavar="FILE",
        action="append",
        default=[],
        help="follow what an mbox, a maildir or - (stdin) holds; it stays on this machine",
    )
    sub.add_argument("--search", metavar="QUERY", help="follow every thread that a search on the server finds (at most 20)")
    sub.add_argument(
        "--watch", metavar="QUERY", action="append", default=[], help="follow what will match it: 's:overlayfs', 'dfn:fs/exec.c'"
    )


def _add_sync(command: Command) -> None:
    sub = command(
        "unfollow",
        "follow a topic no more; its mail stays",
        ["tracker unfollow 7", "tracker unfollow --watch dfn:fs/exec.c"],
    )
    sub.add_argument("topics", metavar="TOPIC", nargs="*", help=TOPIC)
    sub.add_argument("--watch", metavar="QUERY", action="append", default=[], help="watch this query no more")
    sub = command(
        "sync",
        "bring what is followed up to date",
        ["tracker sync", "tracker sync --quiet", "tracker sync 7"],
        "With TOPICs, their whole threads are fetched again.",
    )
    sub.add_argument("topics", metavar="TOPIC", nargs="*", help="number, slug or message id; default: everything")
    sub.add_argument("-q", "--quiet", action="store_true", help="say nothing but failures")
    sub = command(
        "import",
        "store whole archives: mbox, maildir, public-inbox git epochs and bundles",
        [
            "tracker import ~/lists/linux-unionfs",
            "tracker import linux-unionfs.0.bundle --list linux-unionfs",
            "tracker import ~/Maildir old.mbox.gz",
        ],
        "Importing again adds what is new. Mail of mboxes and maildirs stays on this machine.",
    )
    sub.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="mbox (also .gz .bz2 .xz .zst), maildir, folder of mails, git epoch, inbox or bundle",
    )
    sub.add_argument(
        "--list",
        metavar="NAME",
        dest="list_name",
        help="name of the list an archive belongs to (default: from its path)",
    )


def _add_deciding(command: Command) -> None:
    for name, summary in (
        ("link", "say that two topics are one idea, for good"),
        ("unlink", "say that two series are not one idea, for good"),
    ):
        sub = command(
            name,
            summary,
            [
                f"tracker {name} 7 12",
                f"tracker {name} 20240530145810.GA2205585@perftesting 20240531-demo-v1-1-a17bea7ee36b@example.org",
            ],
            "The newest word about two series counts; what lineage finds by itself gives way to it.",
        )
        sub.add_argument("a", metavar="A", help=TOPIC)
        sub.add_argument("b", metavar="B", help=TOPIC)


def _add_own(command: Command) -> None:
    sub = command(
        "set",
        "overrule the status of a topic by hand",
        ["tracker set 7 status superseded", "tracker set 7 status --clear"],
        "Kept whatever new mail says, and shown as made by hand.",
    )
    topic_argument(sub)
    sub.add_argument("field", choices=("status",), help="what to set")
    sub.add_argument("value", metavar="WORD", nargs="?", help=", ".join(rows.STATUS))
    sub.add_argument("--clear", action="store_true", help="judge it from the evidence again")
    sub = command(
        "snooze",
        "let a topic wait",
        ["tracker snooze 12 --for 2w", "tracker snooze 12 --until 2027-01-31", "tracker snooze 12 --clear"],
    )
    topic_argument(sub)
    sub.add_argument("--for", metavar="TIME", dest="span", help="how long: 12h, 3d, 2w, 1m")
    sub.add_argument("--until", metavar="DATE", help="until that day, as 2027-01-31 (UTC)")
    sub.add_argument("--clear", action="store_true", help="wake it at once")
    sub = command(
        "note",
        "keep a note about a topic",
        ["tracker note 12 ask Ben about the locking", "tracker note 12 --clear"],
        "Notes stay on this machine.",
    )
    topic_argument(sub)
    sub.add_argument("text", metavar="TEXT", nargs="*", help="the note")
    sub.add_argument("--clear", action="store_true", help="remove all notes of the topic")


def _add_tree(command: Command) -> None:
    sub = command(
        "tree",
        "git trees to look for landings in",
        [
            "tracker tree add mainline",
            "tracker tree add vfs ~/src/linux --role maintainer --branch 'vfs.*'",
            "tracker tree list",
            "tracker tree remove vfs",
        ],
        "A path is used in place and never written to; a URL is mirrored into the cache without file contents. Well-known "
        "trees (mainline, next, stable, vfs, net-next, mm, git, qemu, …) are added by their names alone.",
    )
    sub.add_argument("what", choices=("add", "list", "remove"), help="what to do")
    sub.add_argument("name", metavar="NAME", nargs="?", default="", help="name of the tree")
    sub.add_argument("place", metavar="PATH-or-URL", nargs="?", help="where it is")
    sub.add_argument("--role", metavar="ROLE", choices=ROLES, help="what the tree is for: " + ", ".join(ROLES))
    sub.add_argument("--branch", metavar="GLOB", action="append", default=[], help="only branches that match (repeatable)")


def _add_patches(command: Command) -> None:
    sub = command(
        "match",
        "which commit each patch mail became",
        [
            "tracker match --tree ~/src/liburing series.mbox",
            "tracker match --tree ~/src/git --branch master --no-links ~/lists/git --json",
        ],
        "Reads mboxes, maildirs, folders of mails and list archives; stores nothing but an index of the tree in the cache.",
    )
    sub.add_argument("files", metavar="FILE", nargs="+", help="mails")
    sub.add_argument("--tree", metavar="PATH", required=True, help="git repository to look in")
    sub.add_argument("--branch", metavar="GLOB", help="only branches that match")
    sub.add_argument("--no-links", action="store_true", help="do without Link and Message-ID trailers")
    json_option(sub)
    sub = command(
        "apply",
        "apply a series to a git repository, with b4 shazam",
        ["tracker apply 12", "tracker apply 12 --version 2 --repo ~/src/linux"],
        "Takes the mails of the store, asks no server, and asks you first.",
    )
    topic_argument(sub)
    sub.add_argument("--version", metavar="N", type=positive, help="which revision (default: the newest)")
    sub.add_argument("--repo", metavar="PATH", help="repository whose current branch takes it (default: here)")
    sub.add_argument("-y", "--yes", action="store_true", help="do not ask")


def _add_digest(command: Command) -> None:
    sub = command(
        "digest",
        "what was learned since the last one",
        [
            "tracker digest",
            "tracker digest --sync --mail you@example.org",
            "tracker digest --since 2024-05 --until 2024-06 --format markdown",
            "tracker digest --profile team --always",
        ],
        "Silent, with exit code 1, when nothing changed. With dates it tells what happened between them, and the next one is "
        "not touched.",
    )
    sub.add_argument("--since", metavar="DATE", help="'last' (default), or a day, month or year, 3.days.ago, 90d")
    sub.add_argument("--until", metavar="DATE", help="up to the end of that day, month or year")
    sub.add_argument("--format", metavar="FORMAT", choices=FORMATS, help="how to print it: " + ", ".join(FORMATS))
    sub.add_argument("--mail", metavar="TO", action="append", default=[], help="mail it, by sendmail or git's sendemail.*")
    sub.add_argument("--notify", metavar="URL", action="append", default=[], help="tell a chat or phone, through Apprise")
    sub.add_argument("--profile", metavar="P", help="a [[profile]] of the configuration, with a memory of its own")
    sub.add_argument("--always", action="store_true", help="print the summary also when nothing changed")
    sub.add_argument("--peek", action="store_true", help="print it, and tell the same again next time")
    sub.add_argument("--private", action="store_true", help="mail also what came from your own files, and your notes")
    sub.add_argument("--sync", action="store_true", help="bring everything up to date first")
    sub.add_argument("--delay", metavar="MINUTES", type=positive, help="wait for a random time of at most so many minutes")
    sub = command(
        "cron",
        "a crontab line and systemd units for the digest",
        ["tracker cron", "tracker cron --mail you@example.org --every week", "tracker cron --install systemd"],
        "Printed only, unless --install says where to write them.",
    )
    sub.add_argument("--mail", metavar="TO", action="append", default=[], help="whom to mail the digest to (else cron mails it)")
    sub.add_argument("--profile", metavar="P", help="a [[profile]] of the configuration")
    sub.add_argument("--every", choices=("hour", "day", "week"), default="day", help="how often (default: day)")
    sub.add_argument("--install", choices=("crontab", "systemd"), help="write the line into your crontab, or the units")
    sub = command("mark", "mark the mails of a topic as read or unread", ["tracker mark read 7", "tracker mark unread 7"])
    sub.add_argument("mark", choices=("read", "unread"), help="how to mark them")
    topic_argument(sub)


def _add_setup(command: Command) -> None:
    sub = command(
        "doctor",
        "what is set up, what is wrong with it, and what was odd in the mail",
        ["tracker doctor", "tracker doctor --offline", "tracker doctor --defects"],
    )
    sub.add_argument("--defects", action="store_true", help="every odd mail with its message id")
    sub = command(
        "config",
        "the settings in force and where each comes from",
        ["tracker config", "tracker config --json | jq -r '.settings[] | select(.key == \"server\").value'"],
        "They are read from the command line, the environment, config.toml and git's configuration, in this order.",
    )
    json_option(sub)
    sub = command(
        "completion",
        "the completion script of a shell",
        ["tracker completion bash > ~/.local/share/bash-completion/completions/tracker"],
    )
    sub.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")
