"""What people say they did with patches: "Applied, thanks", "Queued for 5.15", "Dropped from my queue", "we'll revert this".

A verb makes a claim when the words in front of it in its clause say who did it, and the words behind it say to what; the
table `_RULES` has the pairs. Questions, conditions, negations, reports of a test and patches of other people are no claims.
A wrong claim is worse than a missed one: what fits no rule says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tracker.core.noticeform import HEX, Mail, Notice, quoted, version_in
from tracker.core.ownwords import Span, own_blocks, sentence_after, sentence_at
from tracker.core.scope import POSITION, scope_of
from tracker.core.stablemail import is_maintainer
from tracker.core.subject import Subject, parse_subject
from tracker.core.tagwords import lowered, one_of, plain
from tracker.core.whereto import NOWHERE, place_of_words

_MAX_TEXT = 60_000  # characters of a mail that are looked at
_MAX_PLACES = 40  # verbs that are looked at
_MAX_BLOCKS = 200
_MAX_BEFORE = 90  # characters in front of a verb that may say who did it
_MAX_AFTER = 300

# --- verbs

_DONE = "applied queued merged pushed committed staged picked pulled grabbed"
_MOVED = "added put taken took folded"  # say something only with a tree behind them
_DOING = "applying queueing queuing picking merging pulling taking grabbing"
_TO_DO = "apply queue merge push pick pull grab stage take"
_TO_PUT = "commit add put"
_GONE = "dropped dropping drop"
_BACK = "reverted revert reverting"
_HELD = r"in (?:my|our) (?:[\w./-]+ ){0,2}?(?:tree|queue|branch|patch queue)"
_VERB = re.compile(rf"\b(?:{one_of(_DONE, _MOVED, _DOING, _TO_DO, _TO_PUT, _GONE, _BACK)}|{_HELD})\b")
_WORTH = re.compile(r"appl[iy]|queu|push|pick|merg|add(?:ed)? |pull|drop|rever|t[oa]?[ok][oki]|grab|stag|commit|put |in (?:my|our) ")

# --- who

_POLITE = frozenset(
    """thanks thx cheers great good nice cool perfect awesome excellent ok okay yes yep yeah right sure fine alright indeed lgtm ack
    acked hi hey hello now also and so both all series the whole entire patchset this patch these it patches looks look great
    ok to me enough overall that makes sense good catch stuff work fix idea point sorry for delay late slow reply manually
    finally already just hand tentatively have been has is are reviewed tested fixed up then done here well oops whoops very
    much a lot again everyone anyway hmm ah oh too each everything reviewing review respin quick update updating following
    resend set changes change cleanup improvement improvements patience fixing doing kindly but still first two three four
    five last rest remaining was were by as usual v1 v2 v3 v4 v5 v6 v7 v8 i've we've""".split()
)
_ADVERBS = one_of("just now also already then finally only tentatively manually quickly today have went_ahead_and gone_ahead_and",
                  "indeed at_least hand provisionally temporarily simply therefore thus so both all either")  # fmt: skip
_NOUN = one_of("patch patches series set patchset patch-set fix fixes commit commits pair lot bunch batch ones change changes one")
_NUMBERS = r"#?\d{1,3}(?:/\d{1,3})?(?: ?(?:-|,|&|\+|to|and|through) ?#?\d{1,3}(?:/\d{1,3})?){0,8}(?![.\d])"
_SELF = re.compile(rf"(?:^|[\s(])(?:i|we)(?:'ve| have|'d)?(?: {_ADVERBS}){{0,4}}\Z")
_SELF_AND = re.compile(r"^\W*(?:i|i've|i have|we|we've) (?:\w+ ){1,8}and(?: then| have)?\Z")
_THING = re.compile(
    rf"(?:^|\b)(?:it|this|they|these|both|all|everything|(?:this|the|your|these|both|all|whole)"
    rf"(?: (?!updated|new|next|rebased|latest|v\d|fixed|following|other|old|previous)[\w-]+){{0,2}} {_NOUN}|patch(?:es)? {_NUMBERS})"
    rf"(?: both| all)?(?:'s| is| are|'re| has been| have been|'ve been| has| have)(?: {_ADVERBS}| been){{0,3}}\Z"
)
_I_WILL = re.compile(
    r"(?:\bi'll|\bi will|\bwe'll|\bwe will|\bi'm|\bi am|\bi'm going to|\bi am going to|\blet me|\bwe're going to|^\W*will|[,;] ?(?:and )?will)"
    r"(?: (?:go ahead and|just|now|also|then|at least|gladly|happily|definitely|simply|probably have to|have to|need to|going to)){0,2}\Z"
)


_NO_GERUND = ("for", "to", "of", "by")


def _bare(before: str) -> bool:
    """Nothing but polite words, numbers and the patches themselves in front of the verb."""
    words = before.replace("thank you", "thanks").replace("/", " ").split()
    return len(words) < 14 and (not words or words[-1] not in _NO_GERUND) and all(word in _POLITE or word.strip("#-,").isdigit() for word in (word.strip("*.'()") for word in words))


def _held(before: str) -> bool:
    """What stands in front of "in my tree": nothing, or the patches."""
    return before in ("", "now", "already", "currently") or _thing(before)


def _self(before: str) -> bool:
    return _SELF.search(before) is not None or _SELF_AND.match(before) is not None


def _thing(before: str) -> bool:
    found = _THING.search(before)
    return found is not None and _bare(before[: found.start()])


def _will(before: str) -> bool:
    return _I_WILL.search(before) is not None


# --- to what

_STOP = r"(?=\W*\Z|\s*[.,!;:)(-]| (?:thanks?|thank you|thx|cheers|now|here|already|as well|too|again|both|with|and|but|as|so|since|because|after|except|without)\b)"
_OBJECT = (
    rf"(?:it(?: all)?|this(?: one)?|that(?: one)?|them(?: all)?|these|those|both|all(?: of (?:them|these|it))?|everything"
    rf"|(?:(?:the|this|these|your|that|all|both|whole|entire|first|last|just|only|rest|remaining|second|of|two|three|four) ){{1,4}}(?:[\w/-]+ ){{0,2}}?{_NOUN}(?: {_NUMBERS})?"
    rf"|(?:patch(?:es)? )?{_NUMBERS}|(?:the )?(?:first|last|rest|remaining)(?: one| two| three| few)?)"
)
_PARTICLE = r"(?: (?:up|in|now|already|manually|all|both|as is|as-is|by hand|out)\b){0,3}"
_TREE = (
    r"(?:(?:(?:my|our|both|all|his|linus'?|stable|[\w./-]+'s|the (?!patch|commit|list|series|cover|next|right|wrong|same|end|top|head|work|request|io|block)[\w./-]+)"
    r" (?:(?!in )[\w./-]+ ){0,3}?(?:tree|trees|queue|queues|branch|branches|repo|next|fixes)\b"
    r"|(?:the )?(?:[\w./-]*(?:next|fixes|queue|linus|misc|devel|unstable|stable|testing|for-)[\w./-]*|[\w/-]+\.git(?:#\S+)?|#[\w./-]+|v?\d\.\d{1,2}[\w./-]*|-?rc\d|upstream|mainline|master|main"
    r"|trunk|tip|net|bpf|arm64|\w+/\w[\w./-]*|next merge window|this merge window|the next cycle|url))(?![\w/]| (?:version|revision|iteration|patch|round|spin|posting|builds|packages|tag\b|respin|patchset|series)))"
)
_INTO = rf" (?:(?:on|in)?to|in|into|for|via|through|on(?= (?:my|our) )) (?!test|try|see|check|verify){_TREE}"
_ENDS = re.compile(rf"{_PARTICLE}{_STOP}")
_TAKES = re.compile(rf"{_PARTICLE} {_OBJECT}{_PARTICLE}(?:{_STOP}|{_INTO}| for now\b)")
_GOES = re.compile(rf"{_PARTICLE}{_INTO}")
_TAKES_INTO = re.compile(rf"{_PARTICLE}(?: {_OBJECT}{_PARTICLE})?{_INTO}")
_NOW = r"(?: (?:today|tomorrow|shortly|soon|later|tonight|now)\b)"
_DOES = re.compile(rf"{_PARTICLE}(?: {_OBJECT}{_PARTICLE}(?:{_STOP}|{_INTO}| for now\b|{_NOW})|(?=\W*\Z|,? thank|\.)|{_INTO}|{_NOW})")
_TAKES_MAYBE = re.compile(rf"{_PARTICLE}(?: {_OBJECT}{_PARTICLE})?(?:{_STOP}|{_INTO}| for now\b|{_NOW})")
_OUT_OF = re.compile(
    rf"(?: {_OBJECT}(?: [\w-]+)?)?(?: out)? (?:from|of) (?!the (?:series|patch|set|list|cc)|this|v\d)(?:{_TREE}|(?:all|both|the|my|our) (?:[\w./-]+ )?(?:queues?|trees?|branch(?:es)?))"
)
_DROPS = re.compile(rf"(?: {_OBJECT})?(?: now)?(?: for now)?(?=\W*\Z|,? thanks|, sorry)")
_REVERTS = re.compile(
    rf" (?:{_OBJECT}|(?:the |that |this |your )?(?:[\w-]+ ){{0,2}}(?:change|commit|patch|series|merge)(?: {HEX})?|{HEX})"
    rf"(?={_STOP[3:-1]}| (?:in|from|on|for) (?:my|our|the|now|for-next|next|mainline)\b)"
)
_ANY = re.compile("")

# --- rules


@dataclass(frozen=True, slots=True)
class Rule:
    """A claim: one of *verbs*, with *who* in front and *what* behind. future: it is announced, not done."""

    kind: str
    verbs: frozenset[str]
    who: Callable[[str], bool]
    what: re.Pattern[str]
    future: bool = False


def _rule(kind: str, verbs: str, who: Callable[[str], bool], what: re.Pattern[str], *, future: bool = False) -> Rule:
    return Rule(kind, frozenset(verbs.split()), who, what, future)


_RULES = (
    _rule("applied", _DONE, _bare, _ENDS),  # "Looks good to me, applied, thanks", "now queued up"
    _rule("applied", _DONE, _bare, _TAKES),  # "Applied patches 1-3", "Merged this to for-next"
    _rule("applied", _DONE, _bare, _GOES),  # "Queued for 5.15", "Pushed to overlayfs-next"
    _rule("applied", _MOVED, _bare, _TAKES_INTO),  # "Added to misc-next, thanks"
    _rule("applied", _DONE + " taken took", _self, _TAKES),  # "I've queued these up", "I have applied it to my tree"
    _rule("applied", _DONE + " " + _MOVED, _self, _TAKES_INTO),  # "I added this to mm.git's mm-new branch"
    _rule("applied", _DONE, _thing, _ENDS),  # "It's now applied"
    _rule("applied", _DONE + " added", _thing, _GOES),  # "these are queued for 6.8"
    _rule("applied", "held", _held, _ANY),  # "now in my tree"
    _rule("applied", _DOING, _bare, _DOES, future=True),  # "Applying, thanks"
    _rule("applied", _TO_DO, _will, _TAKES_MAYBE, future=True),  # "I'll queue this up for 6.8"
    _rule("applied", _TO_PUT, _will, _TAKES_INTO, future=True),  # "I'll add this to my tree"
    _rule("applied", _DOING, _will, _TAKES_MAYBE, future=True),  # "I'm picking this up"
    _rule("dropped", _GONE, lambda before: _bare(before) or _self(before) or _will(before), _OUT_OF),
    _rule("dropped", "dropped", _bare, _DROPS),  # "Now dropped, thanks"
    _rule("reverted", "reverted", lambda before: _bare(before) or _self(before), _REVERTS),
    _rule("reverted", "revert reverting", _will, _REVERTS, future=True),  # "of course we'll revert the kernel change"
)
_PULLED = (
    _rule("pulled", "pulled merged applied", _bare, _ENDS),
    _rule("pulled", "pulled merged applied", _bare, _TAKES),
    _rule("pulled", "pulled merged applied", _bare, _GOES),
    _rule("pulled", "pulled merged", _self, _TAKES),
    _rule("pulled", "pulled merged", _thing, _ENDS),
)
_ASKED = (
    re.compile(
        rf"\b(?:please|pls)(?: (?:just|do|also|kindly|go ahead and|consider))* revert(?:ing)? "
        rf"(?:(?:commit |the |this |that |these |those )?(?:{HEX}\b|(?:[\w-]+ )?(?:commits?|patch(?:es)?|series|merge)\b)|(?:it|this|that)(?= ?[.,;!]|\Z| (?:for now|until|asap)))"
    ),
    re.compile(
        rf"\b(?:can|could|would|will) (?:you|someone|somebody|linus|we)(?: (?:please|just|kindly|also|maybe))* revert (?:(?:commit |the |this |that )?(?:{HEX}\b|(?:[\w-]+ )?(?:commit|patch|series|merge)\b)"
        r"|(?:it|this|that)(?= ?[.,;!?]|\Z| (?:for now|until|asap)))"
    ),
    re.compile(
        rf"\b(?:(?:commit )?{HEX}|(?:this|that|the) (?:[\w-]+ )?(?:commit|patch|series)) (?:should|must|needs to|has to|ought to)(?: (?:just|really|probably|definitely))? be reverted\b"
    ),
)  # fmt: skip

# --- what takes a claim back

_UNREAL = re.compile(
    r"\b(?:if|once|when|whenever|until|till|unless|before|after|while|should|would|could|might|may|can|can't|cannot|hope|hopefully|wish|want\w*|need\w*|ask\w*|whether|not|never"
    r"|suppose\w*|wait\w*|as soon as|instead of|rather than|why|how|maybe|perhaps|probably|think\w*|plan\w*|expect\w*|guess|unlikely|pending|prefer|happy to|let's|who|he|she|they've|ready|will be|than|where|what|which|that's|someone|somebody"
    r"|without|like|otherwise|as if|even though|although|no)\b|n't\b"
)
_IF_BEHIND = re.compile(
    r"\b(?:if (?!you (?:spot|see|find|notice|have any)|anything|there(?:'s| is| are) (?:any|other|more|further)|it breaks)|once|as soon as|unless|when (?:you|i get|the|v\d|it|that|this|applying|-?rc)|after (?:you|the|-?rc\d|testing|v\d|\d+\.\d+|some|a bit|review|it|that|i)"
    r"|assuming|provided|subject to|pending|until|in case|barring|depending|before (?:i|sending|applying|posting))\b"
)
_TESTING = re.compile(
    r"\b(?:test\w*|tried|try|ran|rerun\w*|running|run|boot\w*|built|build|builds|compil\w+|reproduc\w*|crash\w*|hang|hangs|works?|worked|fail\w*|benchmark\w*|locally|panic|result\w*|gone|conflict\w*|git am|cleanly|reject\w*"
    r"|difference|confirm\w*|verif\w+|measur\w+|on top of|still (?:see|happen)\w*|(?:my|our) (?:local|machine|laptop|box|setup|system|side|end|kernel|test)|it helps|helped|not|n't|resolve\w*|trigger\w*|problem|bisect\w*|error|patch -p\d|rebas\w+|v\d and|and (?:then )?(?:see|got|get|saw))\b"
)
_LOCALLY = re.compile(
    r"\b(?:locally|git am|reproduc\w*|to (?:test|try)|does ?n.t apply|(?:is|are) gone|still (?:see|fail|crash|happen)\w*|on my (?:local|machine|laptop|box|setup|system)|and (?:re)?(?:ran|tested|tried|booted|rebuilt|built|compiled)"
    r"|cleanly|kernel panic|on top of (?:v?\d|linus|linux|next|mainline|the latest|current|your|this|latest|a ))\b"
)
_CODE = re.compile(r"[{}=;|]|\w\(\)|_\w+\(|^\W*\+ |\$ |#!/|\b0x|<[^ >]+>|\bBUG\b")
_BOUNDARY = re.compile(r"[,;:!()](?: |\Z)|\.{2,}| [-—–]+ |\.(?= )|^\W+|(?<=\w) but ")
_SHA = re.compile(rf"\b({HEX})\b")
_VERBS_OF_NUMBERS = re.compile(r"\b(applied|queued|merged|pushed|picked|took|dropped|picking|queue|apply|take|pick)((?: up)?) (?=#?\d{1,3}(?:[-,/ ]|\Z))(?!\d+\.\d)")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence claims: a kind of notice, announced or done."""

    kind: str
    future: bool = False


def read_words(mail: Mail) -> Iterator[Notice]:
    """What the sender of a reply says to have done with the patches it answers; at most one notice of a kind."""
    text = mail.message.body[:_MAX_TEXT]
    if not _WORTH.search(mail.own.lower()):
        return
    subject = parse_subject(mail.subject)
    said: set[str] = set()
    for words, sentence, after in _sentences(text, lowered(text)):
        claim = judge(sentence, after, pull=subject.pull)
        if claim and claim.kind not in said:
            said.add(claim.kind)
            yield _notice(mail, subject, claim, sentence, words)


def _sentences(text: str, low: str) -> Iterator[tuple[str, str, str]]:
    """The sentences with a verb in the writer's own lines: as written, in plain form, and the next one in plain form."""
    left = _MAX_PLACES
    for block in own_blocks(text)[:_MAX_BLOCKS]:
        done = 0
        for place in _VERB.finditer(low, *block):
            if place.start() < done:
                continue
            left -= 1
            if left < 0:
                return
            span: Span = sentence_at(text, block, place.start(), place.end())
            done = span[1]
            words = text[slice(*span)]
            if words and not _CODE.search(words):
                after = sentence_after(text, block, span[1])
                yield words, plain(words), plain(text[slice(*after)][:_MAX_AFTER])


def judge(sentence: str, after: str = "", *, pull: bool = False) -> Claim | None:
    """What *sentence*, in the plain form of tagwords.py, claims; None when nothing. after: the one behind it.

    pull: it answers a pull request.
    """
    if any(form.search(sentence) and not _IF_BEHIND.search(sentence) and not re.search(r"\bnot\b|n't\b", sentence) for form in _ASKED):
        return Claim("revert-asked")
    if sentence.rstrip(" .!)").endswith("?") or "?" in sentence[-3:]:
        return None
    rules = (*_PULLED, *_RULES) if pull else _RULES
    for verb in _VERB.finditer(sentence):
        low = max(0, verb.start() - _MAX_BEFORE)
        start = max([low, *(one.end() for one in _BOUNDARY.finditer(sentence, low, verb.start()))])
        before = sentence[start : verb.start()].rstrip()
        word = "held" if verb[0].startswith("in ") else verb[0]
        for rule in rules:
            if word in rule.verbs and rule.who(before):
                what = rule.what.match(sentence, verb.end())
                if what and not _taken_back(rule, sentence, start, verb, what.end(), after):
                    return Claim(rule.kind, rule.future)
    return None


def _taken_back(rule: Rule, sentence: str, start: int, verb: re.Match[str], end: int, after: str) -> bool:
    """Whether words around the claim make it a condition, a negation or the report of a test."""
    before = sentence[: verb.start()]
    if _UNREAL.search(before) and not _harmless(before):
        return True
    behind = sentence[end:]
    if _IF_BEHIND.search(behind if rule.future else behind[:40]):
        return True
    personal = rule.who is _self or rule.kind == "reverted" or re.match(r" (?:the|your|that|this) (?:\w+ )?(?:patch|series|fix|change)", sentence[verb.end() :])
    tests = _TESTING if personal and not _TREE_BEHIND.search(sentence, verb.end(), end) else _LOCALLY
    said = sentence[start : verb.start()] + " " + behind
    return bool(tests.search(said) or (tests is _TESTING and not rule.future and tests.search(after)))


_TREE_BEHIND = re.compile(rf"{_INTO}|thanks")
_HARMLESS = re.compile(r"(?:no (?:worries|problem|objections?|need to resend|more comments?)|why not|can't see (?:any|a)|not (?:sure|a big)|when applying|thank\w* for [^,.]*|if (?:you|there)[^,]*, let me know|nothing else)\b")


def _harmless(before: str) -> bool:
    """Whether the doubtful words in front belong to another clause that takes nothing back."""
    return _UNREAL.search(_HARMLESS.sub("", before)) is None


def _notice(mail: Mail, subject: Subject, claim: Claim, sentence: str, words: str) -> Notice:
    line = " ".join(words.split())
    placed = claim.kind in ("applied", "pulled", "dropped")
    tree, branch = place_of_words(line) if placed else NOWHERE
    about = _VERBS_OF_NUMBERS.sub(r"\1\2 for patches ", sentence)
    scope = scope_of(about, subject.n, subject.total) if placed else POSITION
    numbers = tuple((number, subject.total or 0) for number in scope.numbers)
    kind = claim.kind
    if is_maintainer(mail.email) and (subject.stables or "stable" in mail.subject or "AUTOSEL" in mail.subject):
        kind = {"applied": "stable-queued", "dropped": "stable-dropped"}.get(kind, kind)
        if kind.startswith("stable"):
            tree, branch = "stable", subject.stables[0].removesuffix(".y") if len(subject.stables) == 1 else ""
    sha = _SHA.search(line) if kind.startswith("revert") else None
    return Notice(
        kind, "ty" if ".b4-ty@" in mail.message.msgid else "human", numbers=numbers,
        commit=sha[1] if sha and any(char.isdigit() for char in sha[1]) else "", tree=tree, branch=branch,
        version=version_in(line), refs=mail.parent, subset=subject.subset or bool(numbers and subject.total != len(numbers)),
        reason="will" if claim.future else "", quote=quoted(words),
    )  # fmt: skip
