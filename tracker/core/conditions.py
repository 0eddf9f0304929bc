"""Whether words that give a tag do so on a condition, as tables of expressions over sentences in the plain form of tagwords.py.

A condition is something to be done first, or a route the patch has to take: `with that fixed`, `once the typo is gone`, `if you
apply it yourself`, `pending his ack`. An exception, `otherwise looks good` or `apart from the nit below`, counts as one: what is
excepted is still to be done. Words that only say when to write the tag down are none: `if you resend, add`, `if you want`.
"""

from __future__ import annotations

import re

from tracker.core.tagwords import one_of

# --- what is said of the patch

_GOOD = one_of(
    "good fine ok okay great sane reasonable correct right nice sensible legit solid happy safe clean perfect well",
    "sense",
)
_IS = one_of("looks? looking seems? appears? reads? sounds? is are am it's i'm all that's be works?")
_ASSENT_WORDS = (
    rf"(?:\b{_IS}\b(?: (?!not\b|as\b)[\w',-]+){{0,3}}? {_GOOD}\b"
    r"|\blgtm\b|\bacceptable\b|\bfee?l? free\b|\byou (?:can|may|could)\b|\bplease (?:add|include|take|feel|apply)\b"
    r"|\bmakes? (?:\w+ )?sense\b|\bno (?:other |further |more )?(?:objections?|issues|comments|concerns)\b|\bhere's\b|[RATK])"
)
_ASSENT = re.compile(_ASSENT_WORDS)
_GOOD_BEFORE = re.compile(rf"{_ASSENT_WORDS}[^,.;]{{0,15}} ?\Z")
_THEN = re.compile(r",|\bthen\b|(?= (?:please|you can|you may|feel free) )")

# --- if

_LIKE = one_of("want like wish care prefer think feel need disagree")
_ROUTE = one_of("apply take merge send route carry pick queue funnel land")
_SOFT_IF = (
    rf"(?: you(?:'d| would| don't)? {_LIKE}\b(?! to {_ROUTE})"
    r"| (?:needed|necessary|useful|helpful|it helps|that helps|desired|so desired|not\b|any\b|anything|possible|at all|only"
    r"|so inclined|people|this is (?:the )?direction"
    r"|(?:i|you) (?:understand|read|recall|remember|see|may|get|had|were|am not|haven't|wanted|could)"
    r"|(?:it|we|they|someone|anyone) (?:were|was|wanted|had|could))"
    r"| (?:[\w']+ ){0,5}?(?:re-?(?:submit|send|spin|post|roll)|for any reason)"
    r"| (?:[\w']+ ){1,4}?(?:another\b|v\d|(?:new|next|other) (?:version|revision|post|patch|spin|round|v\d)\b)"
    r"| you(?:'re| are)? (?:going to |do )?post (?:this|it|another|again))"
)
_NOT_IF = "".join(
    rf"(?<!{words} )"
    for words in ("even", "as", "see", "wonder", "wondering", "check", "sure", "know", "ask", "decide", "with me", "by me")
)
_IF = re.compile(rf"{_NOT_IF}\bif\b(?!{_SOFT_IF})")

# --- other conditions

_DONE = one_of(
    "fixed fixes fix fixups? addressed corrected corrections? changed changes? updated? updates removed added",
    "resolved done sorted clarified clarifications? tweaked tweaks? modified modifications? adjusted adjustments?",
    "replaced renamed rename dropped taken_care in_place squashed folded included improved improvements? reworded",
    "cleaned_up simplification moved split applied reverted mentioned documented explained answered incorporated",
    "switched converted reordered tested",
)
_DO = one_of(
    "that this those these the you your my some all a_few minor small nits? fix address remov add chang correct updat",
    "renam rebas clean resolv drop split squash mov tweak rewor rephras adjust convert mak replac clarif rename",
)
_OPENING = r"(?:^|[,;:(] ?|\b(?:and|but|so|then|also|again|or|otherwise|anyway|however|obviously|only) )"
_THAT = "(?:that|those|these|this|both|all that|all those)"
# With this patch something works: no condition.
_NO_PATCH = (
    r"(?! (?:this|that|the|your|these|those) (?:\w+ )?(?:patch|patches|series|patchset|set|version|branch|kernel"
    r"|fix(?! (?:applied|folded|squashed|included|added|in place)))\b)"
)
_FEW = r"(?:an?|one|two|some|few|minor|small|tiny|just|only|no)\b"
_HAND_OVER = "(?:you (?:can|may|could)|feel free)"
_CONDITIONS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(expression)
    for expression in (
        rf"\bin case\b(?!{_SOFT_IF}) \w+ (?:wants?|decides?|prefers?|goes|go|takes?)\b",
        rf"\bshould(?= (?:you|there|any)\b)(?!{_SOFT_IF})",
        r"\bonce (?:that|this|those|these|the|you|your|it|we|they|all|i|fixed|done|addressed|resolved|\w+ing)\b",
        r"(?:^|[,;(] ?|[RATK] )pending\b",
        r"\bprovid(?:ed|ing) (?:that|you|the|it|this|there|we|these|those|my|your|all|no|nobody|everyone)\b",
        r"\b(?:unless|assuming|as long as|so long as|as soon as|contingent|conditional(?:ly)?|modulo|subject to)\b",
        r"\bon (?:the )?(?:condition|proviso|assumption|understanding)\b",
        rf"(?:^\W*|[,;(] ?|\b(?:and|but|so|then|add|add it|stands?|[RATKG]|tags?) )after {_DO}\w*"
        r"(?! (?:patch|patches|series|explanation|discussion|change is|revert|look|review))",
        rf"{_OPENING}with\b(?! or without\b| my .{{0,20}}\bhat\b){_NO_PATCH}[^.;:]{{1,120}}?\b{_DONE}\b",
        rf"{_OPENING}with (?!{_FEW})[\w.']+\b{_NO_PATCH}[^.;:]{{0,80}}?\b(?:nits?|suggestions?|comments?|typos?)\b",
        rf"(?:[RATK]|\badd\b)[^.;]{{0,60}}\bwith (?:{_THAT}|the|above|my|minor)\b{_NO_PATCH}[^.;]{{0,80}}?\b{_DONE}\b",
        rf"^\W*(?:and |but |so )?with\b(?! or without\b| my ){_NO_PATCH}[^.;:]{{1,100}}?,? {_HAND_OVER}\b",
        rf"{_OPENING}with {_THAT}\b[,:;-]*"
        r"(?:\W*\Z| (?:please )?(?:you|feel|i'm|i am|this looks|it looks|looks|lgtm|add|it's|[RATK]))",
        r"\b(?:please|just|could you|can you)\b[^.]{0,20}\b(?:fix|change|address|remove|update|drop|rename|respin|correct|make)\b"
        r"[^.]{0,80}\band (?:then )?(?:you (?:can|may)|feel free|add)",
        rf"^when\b(?!{_SOFT_IF})",
        r"[RATK]\b[^.;]{0,40}\bwhen (?:you|that|this|the|it|those|these|all)\b",
    )
)
# A quick look: a sentence without one of these has no condition.
_HINT = re.compile(
    r"\b(?:in case|should|once|unless|provid|assuming|(?:long|soon) as|contingent|conditional|pending|modulo|subject to"
    r"|condition|proviso|assumption|understanding|after|with|when|and (?:then )?(?:you|feel|add))"
)
_EXCEPTION = re.compile(
    r"(?<!or )(?<!unless )(?<!nothing )\b(?:(?P<otherwise>oth?e?[hr]?wise)|other (?:than|that)|apart from|apar\w*t from"
    r"|aside(?: from| of)?|besides?|outside of|barring|minus|save for|nits? aside"
    r"|except(?: for)?(?! (?:for )?(?:patch(?:es)? |#?\d|the (?:first|last|second)|this one|that one)))\b"
)
_NOT_MET = re.compile(
    r"^(?:\W*(?:so|and|but|or))?\W*(?:if|unless|without|as long as|until)\b(?! (?:not\b|a doubt|i(?:'m| am)? (?:mis|wrong|not)))"
    r"|\bif (?:you|this|that|it|we|they)\b[^,.]*\Z"
)


def conditional(sentence: str) -> bool:
    """Whether *sentence*, which gives, keeps or takes back a tag, does so on a condition."""
    return _has_condition(sentence) or _IF.search(sentence) is not None or _excepts(sentence)


def leads_with_condition(sentence: str) -> bool:
    """Whether *sentence*, right before a trailer, makes it depend on something.

    It has to be about the tag: it either runs on into the trailer, or says that the patch is good.
    """
    if sentence[-1:] not in ".!?)" or sentence.startswith("with "):
        return conditional(sentence)
    if not _ASSENT.search(sentence):
        return False
    return _has_condition(sentence) or _good_if(sentence) or _excepts(sentence)


def unless_done(sentence: str) -> bool:
    """Whether *sentence*, which refuses or leads to a refusal, does so only if something is not done."""
    return _NOT_MET.search(sentence) is not None


def _has_condition(sentence: str) -> bool:
    return _HINT.search(sentence) is not None and any(rule.search(sentence) for rule in _CONDITIONS)


def _good_if(sentence: str) -> bool:
    """Whether a finished *sentence* calls the patch good only if something holds, and does not just talk about an if."""
    match = _IF.search(sentence)
    if match is None:
        return False
    then = _THEN.search(sentence, match.end())
    if then and _ASSENT.search(sentence, then.end()):
        return True
    return _GOOD_BEFORE.search(sentence, 0, match.start()) is not None


def _excepts(sentence: str) -> bool:
    """Whether *sentence* says that the patch is good but for something."""
    match = _EXCEPTION.search(sentence)
    if match is None:
        return False
    rest = sentence[match.end() :]
    if match["otherwise"]:
        return rest.strip(" ,.:;-") in ("", "though", "so") or _ASSENT.search(rest[:60]) is not None
    return rest[-1:] not in ".!?" or _ASSENT.search(sentence) is not None
