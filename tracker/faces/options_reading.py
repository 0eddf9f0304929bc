"""The declarations of commands that read: what can be typed behind them, and their help."""

from __future__ import annotations

from tracker.faces.options import TOPIC, Command, Sub, json_option, positive, topic_argument


def add_reading(command: Command) -> None:
    """`list`, `show`, `thread`, `tags`, `diff`, `report`, `stats`, `search`."""
    _add_topics(command)
    _add_diff(command)
    _add_pages(command)
    _add_search(command)


def _add_topics(command: Command) -> None:
    sub = command(
        "list",
        "followed topics, a line each",
        [
            "tracker list",
            "tracker list turn:me",
            "tracker list --all 's:overlayfs status:posted,in-review'",
            "tracker list --json | jq '.topics[].title'",
        ],
        "QUERY as in 'tracker search': topics for which it holds themselves (status: turn: is: age tree:) or that have a mail "
        "that matches.",
    )
    sub.add_argument("query", metavar="QUERY", nargs="*", help="only these topics")
    sub.add_argument("-a", "--all", action="store_true", help="every topic in the store, not just followed ones")
    json_option(sub)
    sub = command(
        "show",
        "a topic: status, revisions, what happened",
        ["tracker show 7", "tracker show fs-don-t-block --json"],
        "The numbers in brackets lead to the mails and commits at the end that prove each line.",
    )
    topic_argument(sub)
    json_option(sub)
    sub = command(
        "thread",
        "the mails of a topic as trees",
        ["tracker thread 7", "tracker thread 20240530145810.GA2205585@perftesting", "tracker thread 7 --ids"],
        "A message id shows its thread; a topic all of its threads, oldest first.",
    )
    topic_argument(sub)
    sub.add_argument("--ids", action="store_true", help="print the message id of every mail")
    sub.add_argument("--text", action="store_true", help="print the mails themselves below the tree")
    json_option(sub)
    sub = command(
        "tags",
        "who said what about which patch",
        ["tracker tags 7", "tracker tags 7 --all", "tracker tags 7 --json"],
        "Patches of the newest revision and people; tags that were lost in it, promises and refusals stand beside them.",
    )
    topic_argument(sub)
    sub.add_argument("-a", "--all", action="store_true", help="everything that was said in all versions, oldest first")
    json_option(sub)


def _add_diff(command: Command) -> None:
    sub = command(
        "diff",
        "range-diff of two versions, without a clone",
        ["tracker diff 7", "tracker diff 7 v1..v3", "tracker diff 7 RFC..v1"],
        "As git range-diff shows them. vB alone is compared with the version before it.",
    )
    topic_argument(sub)
    sub.add_argument("versions", metavar="vA..vB", nargs="?", help="which two (default: the last two)")


def _add_pages(command: Command) -> None:
    sub = command(
        "report",
        "a page to share: how a topic went, or how a list works",
        [
            "tracker report 7 -o topic.html",
            "tracker report --list linux-unionfs --since 2024-01-01 -o list.html",
            "tracker report --list linux-unionfs --since 1y > list.html",
        ],
        "One file without scripts that loads nothing. Topics that came from your own files only, and notes, are left out.",
    )
    sub.add_argument("topic", metavar="TOPIC", nargs="?", help=TOPIC)
    _sample(sub)
    sub.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: stdout)")
    sub = command(
        "stats",
        "how a list works, in numbers",
        ["tracker stats --list linux-unionfs --since 1y", "tracker stats --csv > stats.csv"],
        "How soon patches are answered and land, in how many versions, who reviews, what waits.",
    )
    _sample(sub)
    sub.add_argument("--csv", action="store_true", help="print a line a number, for spreadsheets")
    json_option(sub)


def _sample(sub: Sub) -> None:
    sub.add_argument("--list", metavar="NAME", dest="list_name", help="topics of this list")
    sub.add_argument("--since", metavar="DATE", help="topics first posted since then: 2024-05-31, 2024, 3.days.ago, 90d, 1y")
    sub.add_argument("--private", action="store_true", help="also topics that came from your own files only, and notes")


def _add_search(command: Command) -> None:
    sub = command(
        "search",
        "mails in the store",
        [
            "tracker search i_writecount",
            "tracker search 'f:brauner s:\"during exec\" d:2024-05-01..'",
            "tracker search --remote 'dfn:fs/exec.c rt:7.days.ago..'",
        ],
        "Prefixes are lore's: s: (subject:) f: (from:) t: (to:) c: a: tc: tcf: b: nq: q: bs: dfn: d: rt: m: l: (list:) "
        "patchid:, and of topics status: turn: is: kind: tree: age<30d. AND is implied; OR, NOT, parentheses and - before a "
        "prefix work.",
    )
    sub.add_argument("query", metavar="QUERY", nargs="+", help='words, "phrases" and prefixes')
    sub.add_argument("-n", "--limit", metavar="N", type=positive, default=50, help="at most so many mails (default 50)")
    sub.add_argument("--remote", action="store_true", help="ask the server instead; the query goes there as it is")
    json_option(sub)
