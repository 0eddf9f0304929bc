"""What is written to and read from a public-inbox's search: queries in Xapian's language, pages of hits. No network here.

Sources: public-inbox's Search.pm and SearchView.pm, https://xapian.org/docs/queryparser.html. Checked on the real server:
`rt:EPOCH..` with 14 digits or a date's form is something else; ids and commits are indexed as words; a page has 200 hits.
"""

from __future__ import annotations

import html
import re
from calendar import timegm
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote

PAGE = 200
# A URL's length that every server and proxy takes is 8 kB with all of the request; half of it is left to the others.
MAX_QUERY = 5500
_MAX_IDS = 200
_MAX_PHRASE = 150

# What an unquoted boolean term of Xapian may have; `mid:` takes the rest of the word literally. A colon is left out
# because public-inbox looks for `d:`, `dt:` and `rt:` in words.
_SAFE_ID = re.compile(r"[A-Za-z0-9._=+@$~/!#-]{1,200}")
_NO_PHRASE = re.compile(r'[\x00-\x20"“”:%*()\x7f]+')
_WORD = re.compile(r"\w{2,}")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")

_HIT = re.compile(
    r'<b><a\s+href="(?P<href>[^"<>]+)">(?P<subject>[^<]*)</a></b>\s*- by (?P<author>[^\n]{0,300}?) @ '
    r"(?P<date>\d{4}-\d\d-\d\d +\d{1,2}:\d\d) UTC"
)
_RECENT = re.compile(
    r"^<a\s+href=\"(?P<href>[^\"<>]+)/T/#\w\">(?P<subject>[^<]*)</a>[^\n]*\n (?P<date>\d{4}-\d\d-\d\d +\d{1,2}:\d\d) UTC",
    re.MULTILINE,
)
_NEXT = re.compile(r"<a\s+href=\"[^\"]*\"\s+rel=next>")
_ENTRY_LINK = re.compile(r'<link\s+href="([^"]+)"')
_ENTRY_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>")
_ENTRY_AUTHOR = re.compile(r"<author><name>([^<]*)</name>")
_ENTRY_DATE = re.compile(r"<updated>([^<]*)</updated>")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T| +)(\d{1,2}):(\d\d)(?::(\d\d))?")


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of a result list. author: a name; date: seconds since 1970 UTC to the minute, None when unreadable."""

    msgid: str
    subject: str
    author: str
    date: int | None


# Pages


def parse_page(page: str) -> tuple[list[Hit], bool] | None:
    """The hits of a result page and whether there is a next one; None when it is no page of public-inbox's search."""
    hits = [_hit(found["href"], found["subject"], found["author"], found["date"]) for found in _HIT.finditer(page)]
    if not hits and "Atom feed" not in page:
        return None
    return hits, _NEXT.search(page) is not None


def parse_recent(page: str) -> list[Hit]:
    """The threads on a server's front page: the id and date of each one's newest mail, the subject of its first."""
    page = page.replace("<pre><a\n", "<pre>\n<a\n")
    return [_hit(found["href"], found["subject"], "", found["date"]) for found in _RECENT.finditer(page)]


def parse_feed(feed: str) -> list[Hit] | None:
    """The hits of the Atom feed of a search; None when it is none."""
    if "<feed" not in feed[:1000]:
        return None
    return [hit for entry in feed.split("<entry>")[1:] if (hit := _from_entry(entry.partition("</entry>")[0]))]


def _from_entry(entry: str) -> Hit | None:
    if not (link := _ENTRY_LINK.search(entry)):
        return None
    subject, author, date = (
        found[1] if (found := part.search(entry)) else "" for part in (_ENTRY_TITLE, _ENTRY_AUTHOR, _ENTRY_DATE)
    )
    return _hit(link[1], subject, author, date)


def _hit(href: str, subject: str, author: str, date: str) -> Hit:
    msgid = unquote(html.unescape(href).rstrip("/").rpartition("/")[2])
    subject = html.unescape(subject)
    return Hit(msgid, "" if subject == "(no subject)" else subject, html.unescape(author), _date(date))


def _date(text: str) -> int | None:
    if not (found := _DATE.match(text)):
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24):
        return None
    return timegm((year, month, day, hour, minute, second))


# Queries


def news_query(
    since: int, titles: Iterable[str], msgids: Iterable[str], commits: Iterable[str] = (), room: int = MAX_QUERY
) -> list[str]:
    """Queries that together find the mails received from *since* (seconds since 1970 UTC) on that belong to something.

    That is: with one of *titles* (without prefixes; see `searchable`) in the subject or in words that are not quoted, as a
    pull request has them, with one of *msgids* as their own id or in their text, as in links, or with one of *commits*.
    A mail that answers under another subject and quotes no id is not found. room: how long a query may get in a URL. []
    when there is nothing to look for.
    """
    wanted = [clause for title in titles if (phrase := searchable(title)) for clause in (f's:"{phrase}"', f'nq:"{phrase}"')]
    wanted += [f'"{phrase}"' for msgid in msgids if (phrase := _phrase(msgid))]
    wanted += filter(None, map(commit_query, commits))
    before, after = f"rt:{int(since)}.. AND (", ")"
    groups = _grouped(wanted, room - len(quote_plus(before + after)))
    return [f"{before}{' OR '.join(group)}{after}" for group in groups]


def versions_query(titles: Iterable[str], people: Iterable[str], change_ids: Iterable[str], room: int = MAX_QUERY) -> list[str]:
    """Queries that together find other postings of something: one of *titles* by one of *people* (addresses), a change-id."""
    froms = " OR ".join(f'f:"{phrase}"' for mail in people if (phrase := _phrase(mail)))
    phrases = [phrase for title in titles if (phrase := searchable(title))]
    wanted = [f's:"{phrase}" AND ({froms})' for phrase in phrases] if froms else []
    wanted = [f"({clause})" for clause in wanted] + [change_id_query(one) for one in change_ids if _phrase(one)]
    return [" OR ".join(group) for group in _grouped(wanted, room)]


def aftermath_query(titles: Iterable[str], commits: Iterable[str], room: int = MAX_QUERY) -> list[str]:
    """Queries that together find what became of patches: their titles in subjects and unquoted words, and the commits."""
    wanted = [clause for title in titles if (phrase := searchable(title)) for clause in (f's:"{phrase}"', f'nq:"{phrase}"')]
    return [" OR ".join(group) for group in _grouped([*wanted, *filter(None, map(commit_query, commits))], room)]


def searchable(title: str) -> str:
    """*title* as the inside of a phrase; '' when it has fewer than two words of two letters and would find too much.

    Of a long title its first words, which any subject with that title has.
    """
    phrase = _phrase(title)
    if len(phrase) > _MAX_PHRASE:
        phrase = phrase[:_MAX_PHRASE].rpartition(" ")[0]
    return phrase if len(_WORD.findall(phrase)) >= 2 else ""


def ids_query(msgids: Iterable[str], room: int = MAX_QUERY) -> list[str]:
    """Queries that together find exactly the mails with these ids; each of them must be a `safe_id`."""
    return [" OR ".join(group) for group in _grouped([f"mid:{msgid}" for msgid in msgids], room)]


def safe_id(msgid: str) -> bool:
    """Whether *msgid* can be searched for by `mid:`."""
    return _SAFE_ID.fullmatch(msgid) is not None


def change_id_query(change_id: str) -> str:
    """A query for the mails that have *change_id* in them: public-inbox has no index of its own for it."""
    return f'"{_phrase(change_id)}"'


def commit_query(sha: str) -> str:
    """A query for the mails that name the commit *sha* (7 to 40 hex digits), '' when it is none.

    A commit is one word in the index, so it is looked for by what all abbreviations of 12 digits and more begin with.
    """
    sha = sha.lower()
    return f"{sha[:12]}*" if _COMMIT.fullmatch(sha) else ""


def _phrase(text: str) -> str:
    """*text* as the inside of a phrase: nothing in it that ends the phrase or that public-inbox looks for itself."""
    return _NO_PHRASE.sub(" ", text).strip()


def _grouped(clauses: Sequence[str], room: int) -> Iterator[list[str]]:
    """*clauses* without repeats in groups that fit, joined with OR, into *room* characters of a URL."""
    group: list[str] = []
    used = 0
    for clause in dict.fromkeys(clauses):
        size = len(quote_plus(clause)) + len("+OR+")
        if group and (used + size > room or len(group) == _MAX_IDS):
            yield group
            group, used = [], 0
        if size <= room:
            group.append(clause)
            used += size
    if group:
        yield group
