"""What a sentence says about review tags: the rules, as tables of expressions.

Sentences are in the plain form of tagwords.py, so `[RATKLG]` is a tag word and `[NM]` a refusal. The first rule that fits
decides. A sentence that fits none says nothing: talk about tags is far more common than tags given in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.tagwords import NAMES

GIVEN, CONDITIONAL, PROMISED, REFUSED, WITHDRAWN, KEPT = "given", "conditional", "promised", "refused", "withdrawn", "kept"


@dataclass(frozen=True, slots=True)
class Saying:
    """What a sentence says. letters: of the tags, as in tagwords.NAMES. withdraws: what stands on a condition is taking back."""

    verdict: str
    letters: str
    withdraws: bool = False


_GAP = r"[^RATKLGNM.?!]"  # on the way to the tag, in the same sentence
_NEAR = r"(?: (?!and\b|but\b|so\b)[\w'/-]+,?){0,4}? "  # a few words on the way to the tag
_MY = r"\b(?:my|our)\b"
_TAGS = r"(?P<t>[RATKLG]+(?:(?: ?(?:/|,|&|\+|\band\b|\bor\b) ?(?:my |an? )?)+[RATK]+)*)"
_WORDS = (
    r"(?: (?!and\b|then\b|when\b|once\b|after\b|with\b|for\b|your\b|his\b|her\b|their\b|from\b|more\b|no\b|get\b|v\d|\w+ing\b|to\b)[\w'-]+)"
)

_KEEP = r"(?:keep|carry|retain|preserve|maintain|sustain|leave|reaffirm|re-?add|re-?instate)(?:ing)?"
_REMOVE = r"(?:drop|remove|ignore|disregard|discard|delete|strip|forget|omit|lose|un-?do)(?:p?ing)?"
_TAKE_BACK = r"(?:withdraw|rescind|retract|revoke|scratch|cancel|take back|pull back|renounce)(?:ing)?"
_ADD = (
    r"(?:add|include|put|stick|slap|append|attach|apply|use|record|insert|pick up|collect|count|take|tack|pop|have|throw|note"
    r"|squeeze|mark|consider)"
)
_SOON = (
    r"(?: (?:then|also|be|happy|happily|glad|gladly|to|definitely|certainly|probably|able|only|just|willing|try|soon|now|today"
    r"|tomorrow|likely|surely|again|still|promptly|formally|very|more|than|review|test|and|too|be|able|most|once again),?){0,6}"
)
_WILL = rf"\b(?:i|we)(?:'ll|'d| will| would| can| could| shall| plan to| intend to| hope to|'m going to| am going to|'m| am)\b{_SOON}"
_OFFER = r"(?:give|send|provide|offer|reply with|post|put|follow up with|repeat|issue|grant|slap)"

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (verdict, re.compile(expression))
    for verdict, expression in (
        (KEPT, rf"(?<!thanks for )(?<!already )\b{_KEEP}{_NEAR}(?:my|our){_NEAR}{_TAGS}"),
        (KEPT, rf"\b(?:you (?:can|may|could)|feel free to|please) (?:\w+ )?{_KEEP} (?:the|that|this) (?:\w+ )?{_TAGS}(?! (?:tag )?from (?!me\b))"),
        (KEPT, rf"\b(?:and|but|i) (?:maintain|sustain|stand by) (?:the|that) {_TAGS}"),
        (
            KEPT,
            rf"\b(?:no need|not necessary|don't|do not|needn't|not need|no reason|unnecessary|not required)\b{_GAP}{{0,30}}"
            rf"\b{_REMOVE}\b{_GAP}{{0,30}}\b(?:my|the|that)\b{_GAP}{{0,20}}{_TAGS}",
        ),
        (
            KEPT,
            rf"\b(?:my|our|the|that|this) (?:\w+ )?{_TAGS}(?: tags?)?(?: (?:of course|also|still|certainly))* "
            r"(?:stands?|holds?|still appl(?:y|ies)|applies|remains?|(?:is|are) still (?:valid|good|fine|ok)|still counts?)\b",
        ),
        (WITHDRAWN, rf"\b{_TAKE_BACK}\b{_GAP}{{0,20}}?(?P<t>[RATKLGNM]+)"),
        (WITHDRAWN, rf"\btak(?:e|ing) {_MY} (?:\w+ )?(?P<t>[RATKLGNM]+)(?: tags?)? back\b"),
        (WITHDRAWN, rf"\b{_REMOVE}{_NEAR}(?:my|our){_NEAR}(?P<t>[RATKLGNM]+)"),
        (WITHDRAWN, r"(?P<t>[RATKLGNM]+)(?: tags?)?,?(?: (?:is|are|hereby|has been|now))* (?:withdrawn|retracted|revoked|rescinded)\b"),
        (PROMISED, rf"{_WILL} {_OFFER}{_WORDS}{{0,4}} {_TAGS}"),
        (PROMISED, rf"{_WILL} (?:add|include){_WORDS}{{0,3}}? (?:my|our) (?:[\w-]+ ){{0,2}}{_TAGS}"),
        (PROMISED, rf"\bi(?:'ll| will| am|'m| can)\b{_SOON} (?:add|include) an? (?:[\w-]+ )?(?P<t>[RAK]+)(?! (?:tag )?(?:for you|from|if that))"),
        (
            PROMISED,
            r"\bi(?:'ll| will| can| plan to| intend to|'m going to| am going to|'d be| would be|'m| am)"
            rf"{_SOON} (?P<t>[KAR])(?=\W*$|/| (?:it|this|that|them|these|those|the|patch|your|when|once|if|both|all|after|in|v\d)\b)",
        ),
        (PROMISED, rf"\b(?:you|it|this|that|patch|series)(?:'ll| will)\b{_GAP}{{0,25}}?\b(?:get|have|receive)\b{_GAP}{{0,10}}?\b(?:my|an?)\b{_GAP}{{0,15}}?{_TAGS}"),
        (GIVEN, rf"\b{_ADD}\b{_GAP}{{0,40}}?{_MY}{_GAP}{{0,25}}?{_TAGS}"),
        (GIVEN, rf"\b(?:here(?:'s| is| are| comes)|have|has|gets)(?: (?:all|also|already|now|still|both))* (?:my|our) (?:[\w-]+ )?{_TAGS}"),
        (GIVEN, rf"\bhere(?:'s| is| comes) (?:an?|the) (?:\w+ )?{_TAGS}"),
        (GIVEN, rf"\b(?:with|under) {_MY} (?:\w+ )?{_TAGS}"),
        (
            GIVEN,
            rf"\b(?:fee?l? free to|you (?:can|may|could)) (?:\w+ ){{0,2}}?(?:add|include|put|use|have|take|apply)\b"
            rf"(?: (?:also|in|the|following|my|an?|this|me as|as|it|with|to (?:the|this) (?:patch|series)))*\W*{_TAGS}"
            r"(?! received| of\b| (?:tags? )?from (?!me\b))",
        ),
        (GIVEN, rf"\b(?:i|we|let me|allow me to)(?: (?:hereby|also|now|do|gladly|happily|can|to))* (?:give|offer|grant|provide) {_GAP}{{0,20}}?{_TAGS}"),
        (GIVEN, r"(?<!added a )(?<!added the )(?P<t>[RATG]+(?: ?(?:/|&|and) ?[RAT]+)*)(?: tags?)?(?: and [^RATKLGNM.]{0,15})?,? (?:from|by) (?:me|us|my side|my end)\b"),
        (GIVEN, r"^(?:\W*(?:also|and|fully|so|then|now|ok|yes))*\W*(?P<t>[RAT]+) ?(?:by )?(?:me|us)\b"),
        (GIVEN, r"^(?:\W*(?:yes|yep|yeah|sure|ok|okay|either|an?|my|of course|that|the|as))*\W*(?P<t>[RATK]+) (?:is|would be|works|sounds|will be|are)(?: \w+)? (?:fine|good|ok|okay|great)\b"),
        (GIVEN, rf"^\W*(?:so |and |then )?{_MY} {_TAGS} (?:to|for|on) (?:the|this|all|both|these|those|patch|series)\b"),
        (GIVEN, r"^(?:\W*(?:also|and|so|then|ok|yes|thanks|fully|still|otherwise))*\W*(?P<t>[RAT]+)\W*$"),
    )
)  # fmt: skip

# --- refusals

_LOUD = (
    r"(?:so|sorry|well|again|no way|hard|strong|big|huge|firm|total|complete|definite|definitely|clear|yeah|yes|and|but|then|also"
    r"|still|an?|this is|that is|that's|it's|thus|therefore|hence|no|nope|oh|ugh|full|another|absolute|very|strong|massive"
    r"|resounding|gentle|soft|weak|slight|explicit|my|just|as i said|like i said|for now|for the record|fwiw|imho|imo|from me"
    r"|sadly|unfortunately|i'd say|i say|i'm|the|it is|as is|ok|okay|please|thanks|hmm+|me too|ditto|same|same here|here|let's|say)"
)
_BUS = r"(?! ?(?:is sent|is received|packet|frame|bit|irq|status|resp|interrupt|signal|timeout|condition|message|handling|error|count))"
_IT = (
    r"(?:this|that|it|which|these|those|patch|patches|series|approach|change|all|both|one|everything|rest|idea|version|set|stuff"
    r"|part|bits?|\d)"
)
_REFUSALS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(expression)
    for expression in (
        rf"^(?:\W*\b{_LOUD}\b)*\W*(?P<t>N){_BUS}(?!\w|/)",
        r"^\W*(?P<t>M)(?=\W*$|[,.!:;-]| (?:with|for|because|as|until|due)\b)",
        rf"(?:[,;:.)-] ?|\b(?:so|thus|therefore|hence|it's|that's|is|still|but|an?|my|hard|big|strong|just|simply|hereby|again"
        rf"|gets?|deserves?|then|and|say|me|definitely) )(?P<t>N)\W*$",
        r"(?P<t>[NM])\b[^RATKLG.?!]{0,25}\b(?:from|by) (?:me|us|my side|my end|myself)\b|(?P<u>N) myself\b",
        r"\b(?:i|we)(?:'m|'ll|'d| am| will| would| must| do| should)?(?: (?:inclined|tempted|afraid|going|forced|have|to|be|also"
        r"|hereby|strongly|still|definitely|must|will|really|just|probably|likely|tend|want|need|do|i|again|absolutely|have))* (?P<t>N)\b",
        r"\b(?:restate|repeat|reiterate|maintain|renew|confirm|keep|stand by)(?:ing)? my (?P<p>(?:\w+ )?)(?P<t>N)\b",
        r"\bi(?:'ll| will)?(?: (?:just|have to|only|also|still))* (?:leave|give|send|post) (?:you |it |this )?(?:an?|my|another) (?:\w+ )?(?P<t>N)\b",
        r"\b(?:consider|count|take|treat|call|regard|mark)\b[^RATKLG.?!]{0,50}?(?P<t>[NM])\b",
        rf"\b{_IT}(?: [\w'-]+){{0,3}}? (?:is|are|gets?|deserves?|has|have|receives?|remains?|still)(?: [\w'-]+){{0,3}}? (?P<t>N)\b{_BUS}",
        rf"\b(?P<t>N),?(?: \w+)? (?:to|on|for|against|at|of) (?:this|that|these|those|all|the|both|every|any|your|using|patch|patches"
        rf"|series|it|anything|adding|now|\w+ing|[\w-]+ (?:bits?|parts?|changes?|patch))\b",
    )
)

# --- guards

_OTHERS = re.compile(
    r"(?:\b(?:your|his|her|their|whose|everyone's|any|no|more|other|additional|necessary|another)"
    r"|(?<!\bit)(?<!\bthat)(?<!\bhere)(?<!\blet)(?<!\bthis)(?<!\bthere)'s|[a-z]s')(?: (?!my\b)[\w'.-]+){0,2} \Z"
)
_NOT = re.compile(
    r"(?:\bnot\b|n't\b|\bcannot\b|\bnever\b|\bunable\b|\bno longer\b|\bhesita\w+\b|\bbefore\b|\bhold\w* (?:off|back)\b|\bno\b(?! way|,)"
    r"|\binstead of\b|\brather than\b|\bwould have\b|\bcould have\b|^why\b|\bwhy not\b|\bneither\b|\bnor\b|\bwhether\b|\bhad\b|\bi was\b|\bwhy i\b|\bi were\b|\bin the middle of\b|\bavoid\w*\b"
    r"|\bwithout (?:\w+ )?)(?! only\b| just\b)[^RATKLGNM.?!;:]{0,50}\Z"
)
_OTHER_AGENT = re.compile(r"\b(?:he|she|they|who|anyone|someone|somebody|nobody|people|maintainers?|others?|folks|\w+ed by)\b[^.;:]{0,40}\Z")
_UNREAL = re.compile(
    r"\b(?:in case|when|whenever|because of|despite|due to|after|avoid|risk|until|fear|expect(?:ing)?|afraid of|for fear of|(?<!my )previous"
    r"|(?<!my )earlier|got|been|was|were|being|since|the same)\b[^RATKLGNM.;:]{0,30}\Z|\bif\b(?! \w+ \w+,)[^RATKLGNM,.;:]{0,40}\Z"
)
_I_ADD = re.compile(r"\b(?:i|we)(?:'ll|'ve|'d| will| have| can| could| shall| may)?(?: (?!and\b|but\b|so\b|if\b|that\b)[\w',-]+){0,3} \Z")
_QUESTION = re.compile(r"\?\W*\Z")
_NEW_CLAUSE = re.compile(r" -+ |; |(?<![RATKLGNM]): |, (?:why|what|how|but|or|does|do|is|are)\b")
_YOU_ADD_MY = re.compile(r"\b(?:can|could|would|will) you\b.{0,60}\bmy\b")


_RUNS_ON = re.compile(rf"'ll\b|'d\b|\b(?:will|would|{_KEEP}|{_REMOVE}|{_TAKE_BACK}|stands?|no need|not?)\b")

_LATER = re.compile(r"\b(?:once|when|if|after|then|and|soon|later|next|tomorrow|before)\b.*\b(?:i'll|i will|i can|i'd)\b")


def runs_on(lead: str, name: str) -> str | None:
    """What *lead*, the sentence before a trailer with the tag *name*, says of it: kept, or promised, taken back by running on."""
    if not _RUNS_ON.search(lead):
        return None
    ended = lead[-1:] in ".!?"
    letter = next(letter for letter, full in NAMES.items() if full == name)
    saying = judge(lead if ended else f"{lead.rstrip(' :,-')} {letter}")
    if saying is None or all(NAMES[other] != name for other in saying.letters):
        return None
    if saying.verdict == PROMISED and not _LATER.search(lead):
        return None
    return saying.verdict if saying.verdict == KEPT or (not ended and saying.verdict in (PROMISED, WITHDRAWN)) else None


def judge(sentence: str) -> Saying | None:
    """What *sentence* says about its writer's tags, or None when it gives, promises, refuses and takes back nothing."""
    if _asks(sentence):
        return None
    saying = _refusal(sentence) if "N" in sentence or "M" in sentence else None
    for verdict, rule in _RULES:
        match = rule.search(sentence)
        if match and _counts(verdict, sentence, match):
            saying = Saying(verdict, _letters(match["t"]))
            break
    if saying is None:
        return None
    if saying.verdict == REFUSED:
        return Saying(CONDITIONAL, "N") if _IF_FIRST.search(sentence) else saying
    if saying.verdict != PROMISED and conditional(sentence):
        return Saying(CONDITIONAL, saying.letters, withdraws=saying.verdict == WITHDRAWN)
    return saying


def _asks(sentence: str) -> bool:
    """Whether the words about the tag are a question, and not one that hands it over (`could you add my R?`)."""
    if not _QUESTION.search(sentence) or _YOU_ADD_MY.search(sentence) or "let's" in sentence:
        return False
    last = max(sentence.rfind(letter) for letter in "RATKLGNM")
    return _NEW_CLAUSE.search(sentence, last) is None


def _letters(words: str) -> str:
    return "".join(dict.fromkeys(char for char in words if char in "RATKLGNM"))


def _counts(verdict: str, sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing around a match says that it is about somebody else's tag, or about none."""
    left = sentence[: match.start("t")]
    if _OTHERS.search(left):
        return False
    if verdict in (KEPT, WITHDRAWN):
        return verdict == KEPT or not _NOT.search(left[: match.start() + 1])
    return not _NOT.search(left) and not (verdict == GIVEN and _taken_by_writer(sentence, match))


def _taken_by_writer(sentence: str, match: re.Match[str]) -> bool:
    """Whether it is the writer who adds a tag that he does not call his own: a maintainer at work."""
    return " my " not in match[0] and " our " not in match[0] and bool(_I_ADD.search(sentence[: match.start()]))


def _refusal(sentence: str) -> Saying | None:
    for rule in _REFUSALS:
        match = rule.search(sentence)
        if match is None:
            continue
        left = sentence[: match.start("t") if match["t"] else match.start("u")]
        if not (_OTHERS.search(left) or _NOT.search(left) or _UNREAL.search(left) or _OTHER_AGENT.search(left)):
            return Saying(REFUSED, "N")
    return None


# --- conditions

ASSENT = (
    r"(?:\b(?:looks?|looking|seems?|appears?|reads?|sounds?|is|are|am|it's|i'm|all|that's|be|works?)\b(?: (?!not\b|as\b)[\w',-]+){0,3}?"
    r" (?:good|fine|ok|okay|great|sane|reasonable|correct|right|nice|sensible|legit|solid|happy|safe|clean|perfect|well|sense)\b"
    r"|\blgtm\b|\bacceptable\b|\bfee?l? free\b|\byou (?:can|may|could)\b|\bplease (?:add|include|take|feel|apply)\b|\bmakes? (?:\w+ )?sense\b"
    r"|\bno (?:other |further |more )?(?:objections?|issues|comments|concerns)\b|\bhere's\b|[RATK])"
)
_LEADS = r"[^.?!]*[^.?!\w)]?\s*\Z"
# Words that say when to write a tag down, or that leave it to the reader, and no open condition.
_SOFT_IF = (
    r"(?: you(?:'d| would| don't)? (?:want|like|wish|care|prefer|think|feel|need|disagree)\b(?! to (?:apply|take|merge|send|route|carry|pick|queue|funnel|land))"
    r"| (?:needed|necessary|useful|helpful|it helps|that helps|desired|so desired|not\b|any\b|anything|possible|at all|only|so inclined"
    r"|(?:i|you) (?:understand|read|recall|remember|see|may|get|had|were|am not|haven't|wanted|could)|(?:it|we|they|someone|anyone) (?:were|was|wanted|had|could)"
    r"|people|this is (?:the )?direction)"
    r"| (?:[\w']+ ){0,5}?(?:re-?(?:submit|send|spin|post|roll)|for any reason)"
    r"| (?:[\w']+ ){1,4}?(?:another\b|v\d|(?:new|next|other) (?:version|revision|post|patch|spin|round|v\d)\b)"
    r"| you(?:'re| are)? (?:going to |do )?post (?:this|it|another|again))"
)
_IF = re.compile(
    r"(?<!even )(?<!as )(?<!see )(?<!wonder )(?<!wondering )(?<!check )(?<!sure )(?<!know )(?<!ask )(?<!with me )(?<!by me )(?<!decide )"
    rf"\bif\b(?!{_SOFT_IF})"
)
_PARTICIPLE = (
    r"\b(?:fixed|fixes|fixups?|addressed|corrected|corrections?|changed|changes?|updated?|updates|removed|added|resolved|done|sorted"
    r"|clarified|clarifications?|tweaked|tweaks?|modified|modifications?|adjusted|adjustments?|replaced|renamed|rename|dropped|taken care"
    r"|in place|squashed|folded|included|improved|improvements?|reworded|cleaned up|simplification|moved|split|fix"
    r"|applied|reverted|mentioned|documented|explained|answered|incorporated|switched|converted|reordered|tested)\b"
)
_OPENING = r"(?:^|[,;:(] ?|\b(?:and|but|so|then|also|again|or|otherwise|anyway|however|obviously|only) )"
_NO_PATCH = r"(?! (?:this|that|the|your|these|those) (?:\w+ )?(?:patch|patches|series|patchset|set|version|branch|kernel|fix(?! (?:applied|folded|squashed|included|added|in place)))\b)"
_CONDITIONS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(expression)
    for expression in (
        rf"\bin case\b(?!{_SOFT_IF}) \w+ (?:wants?|decides?|prefers?|goes|go|takes?)\b|\bshould(?= (?:you|there|any)\b)(?!{_SOFT_IF})",
        r"\bonce (?:that|this|those|these|the|you|your|it|we|they|all|i|fixed|done|addressed|resolved|\w+ing)\b",
        r"(?:^|[,;(] ?|[RATK] )pending\b",
        r"\bprovid(?:ed|ing) (?:that|you|the|it|this|there|we|these|those|my|your|all|no|nobody|everyone)\b",
        r"\b(?:unless|assuming|as long as|so long as|as soon as|contingent|conditional(?:ly)?|modulo|subject to|on (?:the )?(?:condition|proviso|assumption|understanding))\b",
        r"(?:^\W*|[,;(] ?|\b(?:and|but|so|then|add|add it|stands?|[RATKG]|tags?) )after (?:that|this|those|these|the|you|your|my|some|all|a few|minor|small|nits?|fix|address|remov|add|chang|correct|updat|renam"
        r"|rebas|clean|resolv|drop|split|squash|mov|tweak|rewor|rephras|adjust|convert|mak|replac|clarif|rename)\w*"
        r"(?! (?:patch|patches|series|explanation|discussion|change is|revert|look|review))",
        rf"{_OPENING}with\b(?! or without\b| my .{{0,20}}\bhat\b){_NO_PATCH}[^.;:]{{1,120}}?{_PARTICIPLE}",
        rf"{_OPENING}with (?!an?\b|one\b|two\b|some\b|few\b|minor\b|small\b|tiny\b|just\b|only\b|no\b)[\w.']+\b{_NO_PATCH}[^.;:]{{0,80}}?\b(?:nits?|suggestions?|comments?|typos?)\b",
        rf"(?:[RATK]|\badd\b|\back)[^.;]{{0,60}}\bwith (?:that|this|those|these|the|above|my|minor)\b{_NO_PATCH}[^.;]{{0,80}}?{_PARTICIPLE}",
        rf"^\W*(?:and |but |so )?with\b(?! or without\b| my ){_NO_PATCH}[^.;:]{{1,100}}?,? (?:you (?:can|may|could)|feel free)\b",
        rf"{_OPENING}with (?:that|those|these|this|both|all that|all those)\b[,:;-]*(?:\W*\Z| (?:please )?(?:you|feel|i'm|i am|this looks|it looks|looks|lgtm|add|it's|[RATK]))",
        r"\b(?:please|just|could you|can you)\b[^.]{0,20}\b(?:fix|change|address|remove|update|drop|rename|respin|correct|make)\b[^.]{0,80}\band (?:then )?(?:you (?:can|may)|feel free|add)",
        rf"^when\b(?!{_SOFT_IF})",
        r"[RATK]\b[^.;]{0,40}\bwhen (?:you|that|this|the|it|those|these|all)\b",
    )
)
# The patch is good but for something named before or below; the last thing to be done before the tag stands.
_EXCEPTION = re.compile(
    r"(?<!or )(?<!unless )(?<!nothing )\b(?:oth?e?[hr]?wise|other (?:than|that)|apart from|apar\w*t from|aside(?: from| of)?|besides?|except(?: for)?(?! (?:for )?(?:patch(?:es)? |#?\d|the (?:first|last|second)|this one|that one))"
    r"|outside of|barring|minus|save for|nits? aside)\b"
)
_IF_FIRST = re.compile(r"^(?:\W*(?:so|and|but|or))?\W*(?:if|unless|without|as long as|until)\b(?! (?:not\b|a doubt|i(?:'m| am)? (?:mis|wrong|not)))|\bif (?:you|this|that|it|we|they)\b[^,.]*\Z")
_ASSENT = re.compile(ASSENT)
_THEN = re.compile(r",|\bthen\b|(?= (?:please|you can|you may|feel free) )")
_GOOD_BEFORE = re.compile(rf"{ASSENT}[^,.;]{{0,15}} ?\Z")


_MAY_BE_CONDITION = re.compile(
    r"\b(?:if|in case|should|once|unless|provid|assuming|long as|soon as|conting|condition|pending|modulo|subject|on|after|with|when|please|just|could|can)"
)


def conditional(sentence: str) -> bool:
    """Whether *sentence*, which gives or keeps a tag, does so on a condition."""
    if _MAY_BE_CONDITION.search(sentence) and any(rule.search(sentence) for rule in (_IF, *_CONDITIONS)):
        return True
    return excepts(sentence)


def leads_with_condition(sentence: str) -> bool:
    """Whether *sentence*, right before a trailer, makes it depend on something.

    It has to be about the tag: it either runs on into the trailer, or says that the patch is good.
    """
    if sentence[-1:] not in ".!?)" or sentence.startswith("with "):
        return conditional(sentence)
    if not _ASSENT.search(sentence):
        return False
    if _MAY_BE_CONDITION.search(sentence) and any(rule.search(sentence) for rule in _CONDITIONS):
        return True
    return _good_if(sentence) or excepts(sentence)


def _good_if(sentence: str) -> bool:
    """Whether a finished *sentence* calls the patch good only if something holds, and does not just talk about an if."""
    match = _IF.search(sentence)
    if match is None:
        return False
    then = _THEN.search(sentence, match.end())
    return bool(then and _ASSENT.search(sentence, then.end())) or bool(_GOOD_BEFORE.search(sentence, 0, match.start()))


def excepts(sentence: str) -> bool:
    """Whether *sentence* says that the patch is good but for something: `otherwise looks good`, `apart from that`."""
    match = _EXCEPTION.search(sentence)
    if match is None:
        return False
    rest = sentence[match.end() :]
    if match[0].startswith("ot") and match[0].endswith("wise"):
        return bool(_ASSENT.search(rest[:60])) or not rest.strip(" ,.:;-") or rest.strip(" ,.:;-") in ("though", "so")
    return bool(_ASSENT.search(sentence)) or rest[-1:] not in ".!?"


def refuses_on_condition(sentence: str) -> bool:
    """Whether *sentence*, which refuses or leads to a refusal, does so only if something is not done."""
    return bool(_IF_FIRST.search(sentence))
