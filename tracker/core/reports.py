"""Reports that something broke or is fixed again: syzbot, kernel test robot, regzbot commands, [REGRESSION], bisections.

regzbot: https://gitlab.com/knurd42/regzbot/-/blob/main/docs/reference.md; syzbot: google/syzkaller, docs/syzbot.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core.noticeform import HEX, NAMED_COMMIT, Mail, Notice, bare_title, folded, quoted, version_in
from tracker.core.ownwords import Span, own_blocks
from tracker.core.trailers import links

_HEAD = 12_000  # characters of a report that are looked at
_HEX = re.compile(rf"\b({HEX})\b", re.IGNORECASE)


def _is_id(word: str) -> bool:
    """Whether hex digits are a commit id and not a number or a word: letters and digits, or all 40 of them."""
    return len(word) == 40 or (any(char.isdigit() for char in word) and any(char.isalpha() for char in word))


# --- syzbot

_SYZ_COMMIT = r"\s+commit ([0-9a-f]{40})\nAuthor:[^\n]*\nDate:[^\n]*\n+((?:[ \t]{4}\S[^\n]*\n?)+)"
_SYZ = (
    ("regression", "bisected", re.compile(r"(?:issue|bug) (?:was bisected|(?:is |was )?caused by|to):" + _SYZ_COMMIT)),
    ("fixed", "bisected", re.compile(r"(?:was|is) fixed by commit:" + _SYZ_COMMIT)),
    ("regression", "bisected", re.compile(r"was bisected to:" + _SYZ_COMMIT)),
)
_SYZ_MARKED = re.compile(r"This bug is marked as fixed by commit:\n(\S[^\n]*)\n")
_SYZ_CI = re.compile(r"syzbot ci has tested the following series\s+\[[^\]]*\] ([^\n]+)\n(https?://\S+)")
_SYZ_CI_PATCH = re.compile(r"^\* (\[[^\n]+)$", re.MULTILINE)
_SYZ_FOUND = re.compile(r"\n(?:and found the following issues?|and found)")
_SYZ_FIX = re.compile(r"^#syz fix: ?(\S[^\n]*)$", re.MULTILINE)


def syzbot(mail: Mail) -> Iterator[Notice]:
    """What syzbot says about commits: that one is the cause or the fix; what its CI found in a posted series."""
    head = mail.own[:_HEAD]
    for kind, reason, form in _SYZ:
        found = form.search(head)
        if found:
            title = bare_title(found[2].partition("\n")[0])
            yield Notice(
                kind, "syzbot", titles=(title,), commit=found[1], refs=mail.parent, reason=reason, quote=quoted(found[0])
            )
            return
    marked = _SYZ_MARKED.search(head)
    if marked:
        yield Notice("fixed", "syzbot", titles=(bare_title(marked[1]),), refs=mail.parent, quote=quoted(marked[0]))
    ci = _SYZ_CI.search(head)
    if ci and _SYZ_FOUND.search(head):
        titles = tuple(bare_title(one) for one in _SYZ_CI_PATCH.findall(head)[:200])
        refs = tuple(dict.fromkeys(mail.parent + links(ci[2])))
        titles = titles or (bare_title(ci[1]),)
        yield Notice("build-report", "syzbot", titles=titles, refs=refs, reason="test", quote=quoted(mail.subject))


def syz_commands(mail: Mail) -> Iterator[Notice]:
    """`#syz fix: TITLE` of a person."""
    for found in _SYZ_FIX.finditer(mail.own[:_HEAD]):
        yield Notice("fixed", "syzbot", titles=(bare_title(found[1]),), refs=mail.parent, quote=quoted(found[0]))


# --- kernel test robot

_LKP_LINK = re.compile(r"^patch link:[ \t]*(\S+)", re.MULTILINE)
_LKP_SUBJECT = re.compile(r"^patch subject:[ \t]*(\S[^\n]*)", re.MULTILINE)
_LKP_COMMIT = re.compile(
    rf'^commit:[ \t]*({HEX})[ \t]*(?:\("([^\n]*(?:\n[^\n"]+)?)"\)|\[\d+/\d+\][ \t]*(\S[^\n]*))?', re.MULTILINE
)
_LKP_TREE = re.compile(r"^(?:tree:[ \t]*|(?=https?://git\.|git://))((?:https?|git)://\S+)(?:[ \t]+(\S+))?$", re.MULTILINE)
_LKP_BUILD = re.compile(
    r"Yet something to improve|Perhaps something to improve|build (?:errors?|warnings?)|auto build test (?:ERROR|WARNING)"
    r"|All (?:errors|warnings|error/warnings|errors/warnings)|\b(?:sparse|smatch|coccicheck|cocci|dtcheck\w*) warnings|htmldocs"
)
_LKP_FOUND = re.compile(
    r"\bnoticed (?:\"|the following|a[n ]|\S+ )|We noticed|FYI, we noticed|caused below changes|noticed the following"
)
_LKP_GOOD = re.compile(r"\b(?:BUILD|build) (?:SUCCESS|success)\b")


def test_robot(mail: Mail) -> Iterator[Notice]:
    """What the kernel test robot reports: about a posted patch ('build-report') or about a commit of a tree.

    A test that fails with a commit is a 'regression', a build that fails a 'build-report' with reason build.
    """
    head = mail.own[:_HEAD]
    builds = _LKP_BUILD.search(head)
    found = builds or _LKP_FOUND.search(head)
    if found is None or _LKP_GOOD.search(mail.subject):
        return
    link, subject, commit, tree = (form.search(head) for form in (_LKP_LINK, _LKP_SUBJECT, _LKP_COMMIT, _LKP_TREE))
    title = (subject[1] if subject else "") or (folded(commit[2] or commit[3] or "") if commit else "")
    posted = link is not None or title.startswith("[") or (commit is None and "PATCH" in mail.subject)
    refs = tuple(dict.fromkeys(mail.parent + (links(link[1]) if link else ())))
    if not posted and commit is None:
        return
    in_tree = tree is not None and not posted
    yield Notice(
        "build-report" if builds or posted else "regression", "lkp", titles=(bare_title(title),) if title else (),
        commit=commit[1].lower() if commit and not posted else "", tree=tree[1] if tree and in_tree else "",
        branch=(tree[2] or "") if tree and in_tree else "", refs=refs if posted else mail.parent,
        reason="build" if builds else "test" if posted else "bisected", quote=quoted(mail.subject),
    )  # fmt: skip


# --- regzbot

_COMMAND = re.compile(
    r"^#regzbot[ \t]+(?:\^?[ \t]?)([a-z-]+)[ \t]*:?[ \t]*([^\n]*(?:\n(?![#\s>]|$)[^\n:]{1,72}$)?)", re.MULTILINE | re.IGNORECASE
)
_RANGE = re.compile(r"([^\s.]+(?:\.\d+)*[^\s.]*)\.\.+([^\s]+)")
_COMMANDS = {
    "introduced": ("regression", "introduced"),
    "introduce": ("regression", "introduced"),
    "fix": ("fixed", ""),
    "fixed-by": ("fixed", ""),
    "fixed": ("fixed", ""),
    "resolve": ("fixed", ""),
    "resolved": ("fixed", ""),
    "invalid": ("fixed", "invalid"),
    "inconclusive": ("fixed", "inconclusive"),
    "link": ("regression", "link"),
    "monitor": ("regression", "link"),
    "dup": ("regression", "dup"),
    "dup-of": ("regression", "dup"),
    "duplicate": ("regression", "dup"),
}
_MAX_COMMANDS = 30


def regzbot(mail: Mail) -> Iterator[Notice]:
    """The commands of a mail to regzbot that name a commit, a title, a mail, or say that there is no regression."""
    for number, found in enumerate(_COMMAND.finditer(mail.own)):
        meaning = _COMMANDS.get(found[1].lower())
        if number >= _MAX_COMMANDS:
            return
        if meaning is None:
            continue
        kind, reason = meaning
        value = found[2].strip()
        first = value.split("\n")[0]
        if reason in ("link", "dup"):
            linked = links(first)
            if linked:
                refs = tuple(dict.fromkeys((*linked, *mail.parent)))
                yield Notice(kind, "regzbot", refs=refs, reason=reason, quote=quoted(found[0]))
            continue
        yield _command(mail, found[1].lower(), value, quoted(f"#regzbot {found[1]}: {first}"))


def _command(mail: Mail, word_of: str, value: str, quote: str) -> Notice:
    first = value.split("\n")[0]
    kind, reason = _COMMANDS[word_of]
    commit, version = "", ""
    if ".." in first and not first.startswith(("'", '"')):
        ends = _RANGE.match(first)
        version = version_in(ends[2]) if ends else ""
    else:
        word = first.split()[0].strip("(),;:'\"") if first.split() else ""
        if re.fullmatch(HEX, word.lower()) and _is_id(word.lower()):
            commit = word.lower()
        elif kind == "fixed" and not reason and value and word_of.startswith("fix"):
            title = folded(value).strip("'\"")
            return Notice(kind, "regzbot", titles=(bare_title(title),), refs=mail.parent, reason=reason, quote=quote)
        else:
            version = version_in(first)
    return Notice(kind, "regzbot", commit=commit, version=version, refs=mail.parent, reason=reason, quote=quote)


# --- people

_CULPRIT = (
    r"(?:\s+(?:to|down to|it|this|the|that|problem|issue|regression|failure|as|is|was|be|at|in|of|back|and|found|shows?|says"
    r"|it's"
    r"|commit|the commit|caused by|introduced by|being|points?|pointed|pointing|lands?|landed|ended|ends|up|on|me|us|gives?"
    r"|gave|identified"
    r"|identifies|leads?|led|results?|resulted|culprit|first bad|bad|following|offending|upstream|patch|change|which|comes"
    r"|came|from)\b){0,12}"
)
_ID = rf"[\s:,=\"'<([`*-]{{1,6}}(?:https?://\S{{1,120}}(?:/|id=))?({HEX})\b"
_BISECTED = (
    re.compile(
        rf"\b({HEX})\s+(?:\(\"[^\n]{{0,200}}(?:\n[^\n]{{1,200}})?\"\)\s+)?(?:is|as|was)\s+the\s+(?:first\s+bad\s+commit|culprit"
        rf"|offending\s+commit)",
        re.IGNORECASE,
    ),
    re.compile(rf"\bbisect(?:ed|ion|ing)?\b[^\n.:]{{0,60}}?{_CULPRIT}{_ID}", re.IGNORECASE),
    re.compile(
        rf"\b(?:first bad commit|offending commit|culprit|bad commit)\b(?:\s+(?:is|was|here is|could be|seems to be"
        rf"|appears to be|commit|being))*{_ID}",
        re.IGNORECASE,
    ),
)
_CAUSED = (
    re.compile(
        rf"\b(?:regress(?:ed|ion)|introduced|caused|broken?|broke|triggered|started|fails?|failing|appeared|happens|happening"
        rf"|seen|occurs)\b"
        rf"(?:[^\n.?!]|\n(?!\n)|\.(?=\d)){{0,100}}?\b(?:by|since|with|in|after|from|at|to|on)\b(?:\s+(?:the|upstream|mainline"
        rf"|kernel|this|my|patch|change))*"
        rf"(?:\s+commit)?{_ID}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\bcommit{_ID}(?:\s+\(\"[^\n]{{0,200}}(?:\n[^\n]{{1,200}})?\"\))?,?\s+(?:\w+\s+){{0,4}}?(?:broke|breaks|introduced"
        rf"|introduces|caused|causes|regressed|regresses|changed|changes)\b",
        re.IGNORECASE,
    ),
)
_DENIED = re.compile(r"\b(?:wrong|incorrect|bogus|invalid|unrelated|(?:is|was) not|isn't|wasn't)\b", re.IGNORECASE)
_LOG_LINE = re.compile(r"^[ \t]*(?:# |git bisect|\$)", re.IGNORECASE)
_FIRST_BAD = re.compile(rf"^[ \t]*# first bad commit: \[({HEX})\]", re.MULTILINE)
_DOUBT = re.compile(
    r"\b(?:not|isn't|wasn't|never|wrong|incorrect|bogus|fixed|fixes|reverting a|should|could you|can you"
    r"|please|try to|if you|would you|need to|have to)\b[^.\n]{0,40}\Z",
    re.IGNORECASE,
)
_COMMIT_LINK = re.compile(rf"https?://\S*?/(?:c|commit)/(?:\?(?:\S*?&)?id=)?({HEX})\b")
_COMMIT_WORD = re.compile(rf"\bcommit[\s:]+({HEX})\b", re.IGNORECASE)
_IN_SUBJECT = re.compile(r"\A(?=[^\n]{0,300}\Z)[^\n]*?\b([0-9a-f]{10,40})\b")  # of one line only
_TITLED = re.compile(r"(?i:\bregression\b)")
_BLOCK_LIMIT = 20


def regressions(mail: Mail) -> Iterator[Notice]:
    """What a person reports: the commit that a bisection found, or that a mail titled as a regression blames."""
    titled = _TITLED.search(mail.subject) is not None and not mail.subject[:4].lower().startswith(("re:", "aw:", "fwd", "fw:"))
    text = mail.own[:_HEAD]
    found = _blamed(text, mail.subject, titled)
    for sha, words, bisected in found:
        title = next((folded(one[2]) for one in NAMED_COMMIT.finditer(text) if one[1].lower() == sha), "")
        yield Notice(
            "regression", "human", titles=(title,) if title else (), commit=sha, version="", refs=mail.parent,
            reason="bisected" if bisected else "report", quote=words,
        )  # fmt: skip


def _blamed(text: str, subject: str, titled: bool) -> list[tuple[str, str, bool]]:
    """The commits that *text* blames: id, deciding words, whether by bisection."""
    found: dict[str, tuple[str, bool]] = {}
    blocks = own_blocks(text)[:_BLOCK_LIMIT]
    for block in blocks:
        for forms, bisected in ((_BISECTED, True), (_CAUSED, False)):
            if bisected or titled:
                for form in forms:
                    _collect(text, block, form, bisected, found)
    log = _FIRST_BAD.search(text)
    if log and not found:
        found[log[1].lower()] = (quoted(log[0]), True)
    if not found and titled:
        found.update(_only_one(subject) or _only_one(text))
    best = [one for one in found.items() if one[1][1]] or list(found.items())
    return [(sha, words, bisected) for sha, (words, bisected) in best[:3]]


def _collect(text: str, block: Span, form: re.Pattern[str], bisected: bool, found: dict[str, tuple[str, bool]]) -> None:
    for match in form.finditer(text, *block):
        sha = match[1].lower()
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
        doubt = _DOUBT.search(text, max(block[0], match.start() - 80), match.start())
        doubt = doubt or _DENIED.search(text, match.start(), min(block[1], match.end() + 30))
        if doubt or not _is_id(sha) or " good commit" in match[0] or _LOG_LINE.match(line):
            continue
        if not any(known.startswith(sha) or sha.startswith(known) for known in found):
            found[sha] = (quoted(match[0]), bisected)


def _only_one(text: str) -> dict[str, tuple[str, bool]]:
    """The one commit that a mail titled as a regression names as a commit."""
    named = [one for form in (NAMED_COMMIT, _COMMIT_LINK, _COMMIT_WORD, _IN_SUBJECT) for one in form.finditer(text)]
    ids = {one[1].lower()[:7] for one in named if _is_id(one[1].lower())}
    if len(ids) != 1:
        return {}
    best = max((one for one in named if _is_id(one[1].lower())), key=lambda one: len(one[1]))
    return {best[1].lower(): (quoted(best[0]), False)}
