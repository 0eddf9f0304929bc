"""`thread`: who answered whom, drawn as trees."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.config import Config
from tracker.core.dates import iso
from tracker.core.facts import Facts, PatchFacts
from tracker.core.thread import Node, build_threads
from tracker.faces.commands.reading import one_topic, print_json
from tracker.faces.exits import Exit, UsageError
from tracker.faces.out import Out
from tracker.faces.plain import brief, cut, pad, plain, plain_lines, width
from tracker.faces.rows import NAME, person
from tracker.store import read
from tracker.store.derive import facts_of
from tracker.sync.reading import open_reading

_SUBJECT, _NOTE = 10, 6  # the fewest columns of a subject, and of a note behind it


@dataclass(frozen=True, slots=True)
class Tree:
    """Threads with what is drawn beside their mails. labels: series -> label of its revision; texts: bodies, where wanted."""

    nodes: tuple[Node, ...]
    mails: Mapping[str, Facts]
    series: Mapping[str, str]
    labels: Mapping[str, str]
    tags: Sequence[Mapping[str, Any]]
    texts: Mapping[str, str]


def thread(args: argparse.Namespace, config: Config, out: Out, now: int) -> Exit:
    """`tracker thread TOPIC`."""
    with open_reading(config, out.say, now) as store:
        tids = _threads(store.con, args.topic)
        tree = load_tree(store.con, tids, args.text)
    if args.json:
        print_json(out, {"schema": 1, "messages": [_message(node, tree) for node in tree.nodes if not node.ghost]})
    else:
        _draw(out, tree, ids=args.ids)
        if args.text:
            _print_texts(out, tree)
    out.flush()
    return Exit.DONE


def _threads(con: sqlite3.Connection, text: str) -> list[int]:
    """The threads that *text* names: of a message id its own, of a topic all."""
    row = read.message_row(con, text.strip().strip("<>"))
    if row is not None:
        return [row.tid]
    tids = read.threads_of(con, one_topic(con, text))
    if not tids:
        raise UsageError(f"no mail of {plain(text)!r} is at hand; 'tracker sync' fetches it")
    return tids


def load_tree(con: sqlite3.Connection, tids: Sequence[int], texts: bool = False) -> Tree:
    """Everything that drawing these threads needs."""
    mails = {mail.msgid: mail for some in facts_of(con, tids).values() for mail in some}
    labels = {}
    tags: list[dict[str, Any]] = []
    for number in read.topics_of_threads(con, tids):
        data = read.topic(con, number).data
        labels.update({revision["series"]: revision["label"] for revision in data["revisions"]})
        tags += data["tags"]
    bodies: dict[str, str] = {}
    if texts:
        from tracker.core.message import parse
        from tracker.store.mail import read_many

        rows = read.rows_by_id(con, tids)
        names = {row.id: msgid for msgid, row in rows.items()}
        bodies = {names[number]: parse(raw).body for number, raw in read_many(con, names).items()}
    return Tree(build_threads(mails.values()), mails, read.series_of_thread(con, tids), labels, tags, bodies)


def _message(node: Node, tree: Tree) -> dict[str, Any]:
    mail = tree.mails[node.msgid]
    return {
        "msgid": mail.msgid, "thread": node.thread, "parent": node.parent, "depth": node.depth,
        "from": {"name": mail.sender.name, "email": mail.sender.email}, "date": iso(mail.date),
        "subject": mail.subject.full, "kind": mail.kind, "series": tree.series.get(mail.msgid),
        "tags": [tag for tag in tree.tags if tag["msgid"] == mail.msgid],
        "abridged": mail.abridged,
    }  # fmt: skip


def _draw(out: Out, tree: Tree, *, ids: bool) -> None:
    lead = leads(tree.nodes, min(_DEEPEST, max(2, out.columns // 6)) if out.tty else _DEEPEST)
    titles: dict[str, str] = {}
    for node in tree.nodes:
        above = titles.get(node.parent or "", "")
        if node.ghost:
            titles[node.msgid] = above
            blank = f"{_when(out, None)} {' ' * _who(out)} {lead[node.msgid]}"
            room = out.columns - width(blank) - len(" (not at hand)")
            msgid = cut(plain(node.msgid), max(0, room)) if out.tty and not ids else plain(node.msgid)
            out.line(f"{blank}{out.paint('(not at hand)', '2')} {msgid}".rstrip())
            continue
        mail = tree.mails[node.msgid]
        titles[node.msgid] = mail.subject.title
        out.line(_line(out, tree, mail, lead[node.msgid], repeated=mail.subject.title == above, ids=ids))


def _line(out: Out, tree: Tree, mail: Facts, lead: str, *, repeated: bool, ids: bool) -> str:
    """Date, sender, place in the tree, subject where it differs from the parent's, and what the mail brings."""
    who = brief(mail.sender.name or mail.sender.email or "(nobody)", NAME)
    head = f"{_when(out, mail)} {pad(who, _who(out))} {lead}"
    subject = "Re:" if repeated and mail.subject.reply else brief(mail.subject.full) or "(no subject)"
    said = notes(tree, mail)
    tail = "".join(f"  {note}" for note in said)
    if out.tty and not ids:
        # The subject is worth more than the notes behind it: the last ones give way first.
        room = out.columns - width(head)
        least = min(width(subject), max(_SUBJECT, room * 2 // 3))
        while len(said) > 1 and least + width(tail) > room:
            said.pop()
            tail = "".join(f"  {note}" for note in said)
        subject = cut(subject, max(min(_SUBJECT, room), room - width(tail)))
        tail = cut(tail, room - width(subject)) if room - width(subject) >= _NOTE else ""
    line = head + subject + (out.paint(tail, "36") if tail else "")
    return line + (f"  {plain(mail.msgid)}" if ids or not out.tty else "")


def _narrow(out: Out) -> bool:
    return out.tty and out.columns < 100


def _who(out: Out) -> int:
    """The columns of a name."""
    return 20 if not _narrow(out) else 16 if out.columns >= 60 else 8


def _when(out: Out, mail: Facts | None) -> str:
    """The column of the date: without the time where there is little room."""
    text = "" if mail is None else (iso(mail.date) or "unknown")
    return pad(text[:10] if _narrow(out) else text[:16].replace("T", " "), 10 if _narrow(out) else 16)


def notes(tree: Tree, mail: Facts) -> list[str]:
    """What stands behind the subject: the revision a mail opens, patches, trailers of a reply, its kind."""
    found = []
    label = tree.labels.get(mail.msgid)
    if label:
        found.append(f"[{label}]")
    if mail.patches:
        found += _size(mail.patches[0], mail.abridged)
    found += [_tag_note(tag) for tag in tree.tags if tag["msgid"] == mail.msgid and tag["source"] == "reply"]
    if mail.kind in ("pull", "notice"):
        found.append(f"[{mail.kind}]")
    if mail.abridged:
        found.append("[abridged]")
    return found


def _tag_note(tag: Mapping[str, Any]) -> str:
    """A tag where it was said: `✔ Reviewed-by`, `⌛ promised`, `✋ refused`."""
    if tag["mismatch"]:
        return f"✗ {plain(tag['name'])} of {person(tag['who'])}"
    name = plain(tag["name"])
    words = {"given": f"✔ {name}", "kept": f"✔ {name} kept", "conditional": f"~ {name}", "promised": f"⌛ {name} promised"}
    return words.get(tag["verdict"], f"✋ {tag['verdict']}" if tag["verdict"] == "refused" else f"↩ {name} {tag['verdict']}")


def _size(patch: PatchFacts, abridged: bool) -> list[str]:
    """`3 files +12 -4`; nothing where the diff is not at hand."""
    if not patch.files:
        return []
    files = f"{len(patch.files)} file" + ("" if len(patch.files) == 1 else "s")
    return [files if abridged else f"{files} +{patch.added} -{patch.removed}"]


_DEEPEST = 24


def leads(nodes: Sequence[Node], deepest: int = _DEEPEST) -> dict[str, str]:
    """The branches drawn before every row. What is deeper than that is drawn with a number instead of ever more blanks."""
    last_child: dict[str | None, str] = {}
    for node in nodes:
        last_child[node.parent] = node.msgid
    found: dict[str, str] = {}
    below: dict[str, str] = {}
    for node in nodes:
        if node.parent is None:
            found[node.msgid], below[node.msgid] = "", ""
            continue
        last = last_child[node.parent] == node.msgid
        stem = below[node.parent]
        if node.depth > deepest:
            stem = f"…{node.depth} "
            found[node.msgid], below[node.msgid] = stem, stem
            continue
        found[node.msgid] = stem + ("└ " if last else "├ ")
        below[node.msgid] = stem + ("  " if last else "│ ")
    return found


def _print_texts(out: Out, tree: Tree) -> None:
    for node in tree.nodes:
        if node.ghost:
            continue
        mail = tree.mails[node.msgid]
        out.line()
        out.line(out.paint(f"From: {out.brief(mail.sender.name)} <{out.brief(mail.sender.email)}>", "1"))
        out.line(f"Date: {iso(mail.date) or 'unknown'}")
        out.line(f"Subject: {out.brief(mail.subject.full)}")
        out.line(f"Message-ID: <{plain(mail.msgid)}>")
        if mail.abridged:
            out.line("(abridged: the full text comes with 'tracker follow' of this mail)")
        out.line()
        for line in plain_lines(tree.texts.get(mail.msgid, "")).rstrip("\n").split("\n"):
            out.line(out.paint(line, "2") if line.startswith(">") else line)
