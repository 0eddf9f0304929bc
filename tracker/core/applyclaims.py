"""The claims people make about patches in plain words, as a table: "applied", "I've queued this up for 6.8", "we'll revert it".

A verb makes a claim when the words in front of it in its clause say who did it, and the words behind it say to what.
Sentences are in the plain form of tagwords.py. Questions, conditions, negations, reports of a test and what other people
did are no claims. A wrong claim is worse than a missed one: what fits no rule says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from tracker.core.noticeform import HEX, word_set
from tracker.core.tagwords import one_of

_MAX_BEFORE = 90  # characters in front of a verb that may say who did it
_MAX_VERBS = 8  # of one sentence

# --- verbs

DONE = "applied queued merged pushed committed staged picked pulled grabbed"
MOVED = "added put taken took folded"  # say something only with a tree behind them
DOING = "applying queueing queuing picking merging pulling taking grabbing"
TO_DO = "queue push pick pull grab stage take"
TO_DO_OFTEN = "apply merge"  # what authors also say of remarks
TO_PUT = "commit add put"
_GONE = "dropped dropping drop"
_BACK = "reverted revert reverting"
HELD = (
    r"in(?:-tree(?=[.,!\n]|\Z)| (?:(?:my|our) (?:[\w./-]+ ){0,2}?(?:tree|queue|branch|patch queue)"
    r"|(?!linux-next)(?:[\w.-]+/(?:dev|next|fixes|misc|main|master|for-[\w.-]+)|[\w.]+-(?:next|fixes|misc))(?![\w/.-]*\w)))"
)
_VERBS = " ".join((DONE, MOVED, DOING, TO_DO, TO_DO_OFTEN, TO_PUT, _GONE, _BACK)).split()


def _by_first_letter(words: Sequence[str]) -> str:
    """An expression for any of *words*, quick to leave at a letter that none begins with."""
    first = sorted({word[0] for word in words})
    return "|".join(f"{letter}{one_of(*(word[1:] for word in words if word[0] == letter))}" for letter in first)


# Whole words only, which the caller sees to in front: an expression that begins with a letter is much quicker than \b.
VERB = re.compile(rf"(?:{_by_first_letter(_VERBS)}|{HELD})\b")

# --- who

POLITE = word_set(
    """thanks thx cheers great good nice cool perfect awesome excellent ok okay yes yep yeah right sure fine alright indeed lgtm
    ack acked hi hey hello now also and so both all series the whole entire patchset this patch these it patches looks look great
    ok to me enough overall that makes sense good catch stuff work fix idea point sorry for delay late slow reply manually
    finally already just hand tentatively have been has is are reviewed tested fixed up then done here well oops whoops very
    much a lot again everyone anyway hmm ah oh too each everything reviewing review respin quick update updating following
    resend set changes change cleanup improvement improvements patience fixing doing kindly but still first two three four
    five last rest remaining was were by as usual v1 v2 v3 v4 v5 v6 v7 v8 i've we've renamed rebased
    tweaked adjusted edited amended squashed cleaned reworded massaged patch updated folded"""
)
_ADVERBS = one_of("just now also already then finally only tentatively manually quickly today have went_ahead_and gone_ahead_and",
                  "indeed at_least hand provisionally temporarily simply therefore thus so both all either")  # fmt: skip
_NOUN = one_of(
    "patch patches series set patchset patch-set fix fixes commit commits pair lot bunch batch ones change changes"
    " one backport backports"
)
_NUMBERS = r"#?\d{1,3}(?:/\d{1,3})?(?: ?(?:-|,|&|\+|to|and|through) ?#?\d{1,3}(?:/\d{1,3})?){0,8}(?![.\d])"
_SELF = re.compile(rf"(?:^|[\s(])(?:i|we)(?:'ve| have|'d)?(?: {_ADVERBS}){{0,4}}\Z")
_SELF_AND = re.compile(r"^\W*(?:i|i've|i have|we|we've) (?:\w+ ){1,8}and(?: then| have)?\Z")
_THING = re.compile(
    rf"(?:^|\b)(?:it|this|they|these|both|all|everything|(?:this|the|your|these|both|all|whole)"
    rf"(?: (?!updated|new|next|rebased|latest|v\d|fixed|following|other|old|previous)[\w-]+){{0,2}} {_NOUN}|patch(?:es)?"
    rf" {_NUMBERS})"
    rf"(?: both| all)?(?:'s| is| are|'re| has been| have been|'ve been| has| have)(?: {_ADVERBS}| been){{0,3}}\Z"
)
_I_WILL = re.compile(
    r"(?:\bi'll|\bi will|\bwe'll|\bwe will|\bi'm|\bi am|\bi'm going to|\bi am going to|\blet me|\bwe're going to|^\W*will"
    r"|[,;] ?(?:and )?will)"
    r"(?: (?:go ahead and|just|now|also|then|at least|gladly|happily|definitely|simply|probably have to|have to|need to|going"
    r" to)){0,2}\Z"
)

_NO_PARTICIPLE = ("for", "to", "of", "by")  # "thanks for picking this up"
_MAX_POLITE = 13


def _bare(before: str) -> bool:
    """Nothing but polite words, numbers and the patches themselves in front of the verb."""
    words = before.replace("thank you", "thanks").replace("/", " ").split()
    if len(words) > _MAX_POLITE or (words and words[-1] in _NO_PARTICIPLE):
        return False
    return all(word in POLITE or word.strip("#-,").isdigit() for word in (word.strip("*.'()") for word in words))


def _held(before: str) -> bool:
    """What stands in front of "in my tree": nothing, or the patches."""
    return before in ("", "now", "already", "currently", "fixed", "done", "updated", "changed") or _thing(before)


def _self(before: str) -> bool:
    return _SELF.search(before) is not None or _SELF_AND.match(before) is not None


def _doing(before: str) -> bool:
    """As `_bare`, but not what somebody is thanked for."""
    return _bare(before) and " for " not in f" {before} "


def _thing(before: str) -> bool:
    found = _THING.search(before)
    return found is not None and _bare(before[: found.start()])


def _will(before: str) -> bool:
    return _I_WILL.search(before) is not None


# --- to what

_STOP = (
    r"(?=\W*\Z|\s*[.,!;:)(-]| (?:thanks?|thank you|thx|cheers|now|here|already|as well|too|again|both|with|and|but|as|so"
    r"|since|because|after|except|without)\b)"
)
_FULL_STOP = r"(?=\W*\Z|\s*[.,!;:)](?!\w)| (?:thanks?|thank you|thx|now|here)\b)"
_OBJECT = (
    rf"(?:it(?: all)?|this(?: one)?|that(?: one)?|them(?: all)?|these|those|both|all(?: of (?:them|these|it))?|everything"
    rf"|(?:(?:the|this|these|your|that|all|both|whole|entire|first|last|just|only|rest|remaining|second|of|two|three|four)"
    rf" ){{1,4}}(?:(?!to |in |into |on |for )[\w/-]+ ){{0,2}}?{_NOUN}(?: {_NUMBERS})?"
    rf"|(?:patch(?:es)? )?{_NUMBERS}|(?:the )?(?:first|last|rest|remaining)(?: one| two| three| few)?)"
)
_PARTICLE = r"(?: (?:up|in|now|already|manually|all|both|as is|as-is|by hand|out|on top)\b){0,3}"
_TREE = (
    r"(?:(?:(?:my|our|both|all|his|linus'?|stable|[\w./-]+'s|the (?!patch|commit|list|series|cover|next|right|wrong|same|end"
    r"|top|head|work|request|io|block)[\w./-]+)"
    r" (?:(?!in )[\w./-]+ ){0,3}?(?:tree|trees|queue|queues|branch|branches|repo|(?:[\w.-]+/)?(?:next|fixes))\b"
    r"|(?:the )?(?!(?:device|source|work|io|request|this|that|rb|radix|maple|extent|log|fs|patch|test)\b)[\w./-]{2,}"
    r" (?:branch|tree"
    r"|queue)\b"
    r"|(?:the )?(?:[\w./-]*(?:next|fixes|queue|linus|misc|devel|unstable|stable|testing|for-)[\w./-]*|[\w/-]+\.git(?:#\S+)?"
    r"|#[\w./-]+|v?\d\.\d{1,2}[\w./-]*|-?rc\d|upstream|mainline|master|main"
    r"|trunk|tip|net|bpf|arm64|\w+/\w[\w./-]*|next merge window|this merge window|the next cycle|url))(?![\w/]| (?:version"
    r"|revision|iteration|patch|round|spin|posting|attempt|builds|packages|tag\b|respin|patchset|series)))"
)
_INTO = rf" (?:(?:on|in)?to|in|into|for|via|through|on(?= (?:my|our) )) (?!test|try|see|check|verify){_TREE}"
_ENDS = re.compile(rf"{_PARTICLE}{_STOP}")
_TAKES = re.compile(rf"{_PARTICLE} {_OBJECT}{_PARTICLE}(?:{_STOP}|{_INTO}| for now\b)")
_GOES = re.compile(rf"{_PARTICLE}{_INTO}")
_TAKES_INTO = re.compile(rf"{_PARTICLE}(?: {_OBJECT}{_PARTICLE})?{_INTO}")
_NOW = r"(?: (?:today|tomorrow|shortly|soon|later|tonight|now)\b)"
_DOES = re.compile(
    rf"{_PARTICLE}(?: {_OBJECT}{_PARTICLE}(?:{_FULL_STOP}|{_INTO}| for now\b|{_NOW})|(?=\W*\Z|,? thank|\.)"
    rf"|{_INTO}|{_NOW})"
)
_THESE = (
    rf"(?:this(?: one)?|these|(?:the|this|these|your|both|all|first|last) (?:(?!to |in |into |on |for )[\w/-]+"
    rf" ){{0,3}}?{_NOUN}(?: {_NUMBERS})?"
    rf"|patch(?:es)? {_NUMBERS})"
)
_TAKES_SURE = re.compile(rf"{_PARTICLE} (?:{_THESE}{_PARTICLE}(?:{_STOP}|{_INTO}| for now\b|{_NOW})|{_OBJECT}{_PARTICLE}{_INTO})")
_TAKES_MAYBE = re.compile(rf"{_PARTICLE}(?: {_OBJECT}{_PARTICLE})?(?:{_STOP}|{_INTO}| for now\b|{_NOW})")
_OUT_OF = re.compile(
    rf"(?: {_OBJECT}(?: [\w-]+)?)?(?: out)? (?:from|of) (?!the (?:series|patch|set|list|cc)|this|v\d)(?:{_TREE}|(?:all|both"
    rf"|the|my|our) (?:[\w./-]+ )?(?:queues?|trees?|branch(?:es)?))"
)
_DROPS = re.compile(rf"(?: {_OBJECT})?(?: now)?(?: for now)?(?=,? thanks|, sorry)")
_DROPS_ALONE = re.compile(rf"(?: {_OBJECT})?(?: now)?(?: for now)?(?=\W*\Z|,? thanks|, sorry)")
_DROPS_IT = re.compile(rf" (?:{_THESE}|it|them)(?: now| again| for now)?{_FULL_STOP}")
_REVERTS = re.compile(
    rf" (?:{_OBJECT}|(?:the |that |this |your )?(?:[\w-]+ ){{0,2}}(?:change|commit|patch|series|merge)(?: {HEX})?|{HEX})"
    rf"(?={_FULL_STOP[3:-1]}| (?:in|from|on|for) (?:my|our|the|now|for-next|next|mainline)\b)"
)
_OUT = re.compile(r"(?: this| it)? out (?:my|the) (?:merge|result)\b")
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


RULES = (
    _rule("applied", DONE, _bare, _ENDS),  # "Looks good to me, applied, thanks", "now queued up"
    _rule("applied", DONE, _bare, _TAKES),  # "Applied patches 1-3", "Merged this to for-next"
    _rule("applied", DONE, _bare, _GOES),  # "Queued for 5.15", "Pushed to overlayfs-next"
    _rule("applied", MOVED, _bare, _TAKES_INTO),  # "Added to misc-next, thanks"
    _rule("applied", DONE + " taken took", _self, _TAKES),  # "I've queued these up", "I have applied it to my tree"
    _rule("applied", DONE + " " + MOVED, _self, _TAKES_INTO),  # "I added this to mm.git's mm-new branch"
    _rule("applied", DONE, _thing, _ENDS),  # "It's now applied"
    _rule("applied", DONE + " added", _thing, _GOES),  # "these are queued for 6.8"
    _rule("applied", "held", _held, _ANY),  # "now in my tree"
    _rule("applied", DOING, _doing, _DOES, future=True),  # "Applying, thanks"
    _rule("applied", TO_DO, _will, _TAKES_MAYBE, future=True),  # "I'll queue this up for 6.8"
    _rule("applied", TO_DO_OFTEN, _will, _TAKES_SURE, future=True),  # "I'll apply this"
    _rule("applied", TO_PUT, _will, _TAKES_INTO, future=True),  # "I'll add this to my tree"
    _rule("applied", DOING, _will, _TAKES_MAYBE, future=True),  # "I'm picking this up"
    _rule("dropped", _GONE, lambda before: _bare(before) or _self(before) or _will(before), _OUT_OF),
    _rule("dropped", "dropped", _bare, _DROPS),  # "Now dropped, thanks"
    _rule("asked", "dropped", lambda before: before in ("", "ok", "now", "done"), _DROPS_ALONE),  # "Dropped.", as asked
    _rule("own", "drop", _will, _DROPS_IT),  # "I'll drop this one", of what he has applied
    _rule("reverted", "reverted", lambda before: _bare(before) or _self(before), _REVERTS),
    _rule("reverted", "revert reverting", _will, _REVERTS, future=True),  # "of course we'll revert the kernel change"
)
PULLED = (
    _rule("pulled", "pulled merged applied", _bare, _ENDS),
    _rule("pulled", "pulled merged applied", _bare, _TAKES),
    _rule("pulled", "pulled merged applied", _bare, _GOES),
    _rule("pulled", "pulled merged", _self, _TAKES),
    _rule("pulled", "pulled merged", _thing, _ENDS),
    _rule("pulled", "pushed", _self, _OUT),  # "I've pushed out my merge of this thing"
)
# The stable maintainers answer mails about their queues only, so their words need no tree.
STABLE = (
    _rule("dropped", "dropped", lambda before: _bare(before) or _self(before), _DROPS_ALONE),
    _rule("dropped", "drop dropping", _will, _DROPS_ALONE, future=True),
)
_ASKED = (
    re.compile(
        rf"\b(?:please|pls)(?: (?:just|do|also|kindly|go ahead and|consider))* revert(?:ing)? "
        rf"(?:(?:commit |the |this |that |these |those )?(?:{HEX}\b|(?:[\w-]+ )?(?:commits?|patch(?:es)?|series|merge)\b)"
        rf"|(?:it|this|that)(?= ?[.,;!]|\Z| (?:for now|until|asap)))"
    ),
    re.compile(
        rf"\b(?:can|could|would|will) (?:you|someone|somebody|linus|we)(?: (?:please|just|kindly|also|maybe))* revert"
        rf" (?:(?:commit |the |this |that )?(?:{HEX}\b|(?:[\w-]+ )?(?:commit|patch|series|merge)\b)"
        r"|(?:it|this|that)(?= ?[.,;!?]|\Z| (?:for now|until|asap)))"
    ),
    re.compile(
        rf"\b(?:(?:commit )?{HEX}|(?:this|that|the) (?:[\w-]+ )?(?:commit|patch|series)) (?:should|must|needs to|has to|ought"
        rf" to)(?: (?:just|really|probably|definitely))? be reverted\b"
    ),
)  # fmt: skip

# --- what takes a claim back

_UNREAL = re.compile(
    r"\b(?:if|once|when|whenever|until|till|unless|before|after|while|should|would|could|might|may|can|can't|cannot|hope"
    r"|hopefully|wish|want\w*|need\w*|ask\w*|whether|not|never"
    r"|suppose\w*|wait\w*|as soon as|instead of|rather than|why|how|maybe|perhaps|probably|think\w*|plan\w*|expect\w*|guess"
    r"|unlikely|pending|prefer|happy to|let's|who|he|she|they've|ready|will be|than|where|what|which|that's|someone|somebody"
    r"|without|like|otherwise|as if|even though|although|no)\b|n't\b"
)
_IF_BEHIND = re.compile(
    r"\b(?:if (?!you (?:spot|see|find|notice|have any)|anything|there(?:'s| is| are) (?:any|other|more|further)|it breaks)"
    r"|once|as soon as|unless|when (?:you|i get|the|v\d|it|that|this|applying|-?rc)|after (?:you|the|-?rc\d|testing|v\d"
    r"|\d+\.\d+|some|a bit|review|it|that|i)"
    r"|assuming|provided|subject to|pending|until|in case|barring|depending|then\b[^.]{0,30}\bwould|before (?:i|sending"
    r"|applying|posting))\b"
)
_TESTING = re.compile(
    r"\b(?:test\w*|tried|try|ran|rerun\w*|running|run|boot\w*|built|build|builds|compil\w+|reproduc\w*|crash\w*|hang|hangs"
    r"|works?|worked|fail\w*|benchmark\w*|locally|panic|result\w*|gone|conflict\w*|git am|cleanly|reject\w*"
    r"|difference|confirm\w*|verif\w+|measur\w+|on top of|still (?:see|happen)\w*|(?:my|our) (?:local|machine|laptop|box"
    r"|setup|system|side|end|kernel|test)|it helps|helped|not|n't|resolve\w*|trigger\w*|problem|bisect\w*|error|patch -p\d"
    r"|rebas\w+|v\d and|and (?:then )?(?:see|got|get|saw))\b"
)
_LOCALLY = re.compile(
    r"\b(?:locally|git am|reproduc\w*|to (?:test|try)|does ?n.t apply|(?:is|are) gone|still (?:see|fail|crash|happen)\w*|on"
    r" my (?:local|machine|laptop|box|setup|system)|and (?:re)?(?:ran|tested|tried|booted|rebuilt|built|compiled)"
    r"|cleanly|kernel panic|on top of (?:v?\d|linus|linux|next|mainline|the latest|current|your|this|latest|a ))\b"
)
_BOUNDARY = re.compile(r"[,;:!()](?: |\Z)|\.{2,}| [-—–]+ |\.(?= )|^\W+|(?<=\w) but ")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence claims: a kind of notice, announced or done."""

    kind: str
    future: bool = False


def judge(sentence: str, after: str = "", rules: Sequence[Rule] = RULES) -> Claim | None:
    """What *sentence*, in the plain form of tagwords.py, claims; None when nothing. after: the one behind it."""
    if any(form.search(sentence) for form in _ASKED) and not (_IF_BEHIND.search(sentence) or _NOT.search(sentence)):
        return Claim("revert-asked")
    if sentence.rstrip(" .!)").endswith("?") or "?" in sentence[-3:]:
        return None
    for verb in islice(VERB.finditer(sentence), _MAX_VERBS):
        if sentence[verb.start() - 1 : verb.start()].isalnum():
            continue
        low = max(0, verb.start() - _MAX_BEFORE)
        start = max([low, *(one.end() for one in _BOUNDARY.finditer(sentence, low, verb.start()))])
        before = sentence[start : verb.start()].rstrip()
        word = "held" if verb[0].startswith(("in ", "in-")) else verb[0]
        for rule in rules:
            if word in rule.verbs and rule.who(before):
                what = rule.what.match(sentence, verb.end())
                if what and not _taken_back(rule, sentence, start, verb, what.end(), after):
                    return Claim(rule.kind, rule.future)
    return None


def _taken_back(rule: Rule, sentence: str, start: int, verb: re.Match[str], end: int, after: str) -> bool:
    """Whether words around the claim make it a condition, a negation or the report of a test."""
    before = sentence[: verb.start()]
    if _ANOTHER.search(before):
        return True
    if _UNREAL.search(before) and not _harmless(before):
        return True
    behind = sentence[end:]
    if "unpull" in behind or "backported" in behind or (rule.future and _OF_AUTHOR.search(behind)):
        return True
    if _IF_BEHIND.search(behind if rule.future else behind[:40]):
        return True
    if rule.kind == "pulled":  # nobody pulls a tree to test it and says so in answer to the request
        return False
    personal = rule.who is _self or rule.kind == "reverted" or _THE_PATCH.match(sentence, verb.end())
    tests = _TESTING if personal and not _TREE_BEHIND.search(sentence, verb.end(), end) else _LOCALLY
    said = sentence[start : verb.start()] + " " + behind
    return bool(tests.search(said) or (tests is _TESTING and not rule.future and tests.search(after)))


_ANOTHER = re.compile(r"\b(?:fix|patch|change|commit) for (?:this|it|that|the same)\b|\banother (?:fix|patch)\b")  # is applied
# An author who announces what the next version will have.
_OF_AUTHOR = re.compile(
    r"\b(?:resend|re-?spin|repost|(?:next|new) (?:version|spin|revision|iteration|round)|in v\d(?!\.)|send v\d|for"
    r" v\d(?![\d.])|with patch|nits|my (?:next|series|patch))\b"
)
_THE_PATCH = re.compile(r" (?:the|your|that|this) (?:\w+ )?(?:patch|series|fix|change)")  # as testers say
_NOT = re.compile(r"\bnot\b|n't\b")
_TREE_BEHIND = re.compile(rf"{_INTO}|thanks")
_HARMLESS = re.compile(
    r"(?:no (?:worries|problem|objections?|need|more comments?)|why not|can't see (?:any|a)|not (?:sure|a"
    r" big)|when applying|thank\w* for [^,.]*|if (?:you|there)[^,]*, let me know|nothing else)\b"
)


def _harmless(before: str) -> bool:
    """Whether the doubtful words in front belong to another clause that takes nothing back."""
    return _UNREAL.search(_HARMLESS.sub("", before)) is None
