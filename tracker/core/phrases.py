"""What a sentence says about review tags, as tables of expressions.

Sentences are in the plain form of tagwords.py, so `[RATKLG]` is a tag word and `[NM]` a refusal. The first rule that fits
decides. A sentence that fits none says nothing: talk about tags is far more common than tags given in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.conditions import conditional, unless_done
from tracker.core.refusals import words_of_refusal
from tracker.core.tagwords import NAMES, one_of

GIVEN, CONDITIONAL, PROMISED, REFUSED, WITHDRAWN, KEPT = "given", "conditional", "promised", "refused", "withdrawn", "kept"


@dataclass(frozen=True, slots=True)
class Saying:
    """What a sentence says. letters: of the tags, as in tagwords.NAMES. withdraws: what stands on a condition is taking back."""

    verdict: str
    letters: str
    withdraws: bool = False


_KEEP = one_of("keep carry retain preserve maintain sustain leave reaffirm re-?add re-?instate") + "(?:ing)?"
_REMOVE = one_of("drop remove ignore disregard discard delete strip forget omit lose un-?do") + "(?:p?ing)?"
_TAKE_BACK = one_of("withdraw rescind retract revoke scratch cancel take_back pull_back renounce") + "(?:ing)?"
_ADD = one_of(
    r"add include put stick slap append attach apply use record insert pick_up collect count take tack pop have throw",
    r"note squeeze mark consider",
)
_OFFER = one_of("give send provide offer reply_with post put follow_up_with repeat issue grant slap")
_SOON = (
    "(?: "
    + one_of(
        "then also be happy happily glad gladly to definitely certainly probably able only just willing try soon now",
        "today tomorrow likely surely again still promptly formally very more than review test and too most once_again",
    )
    + ",?){0,6}"
)
_WILL = (
    rf"\b(?:i|we)(?:'ll|'d| will| would| can| could| shall| plan to| intend to| hope to|'m going to| am going to|'m| am)\b{_SOON}"
)
_I_WILL = rf"\bi(?:'ll| will| can| plan to| intend to|'m going to| am going to|'d be| would be|'m| am)\b{_SOON}"

# On the way to the tag: characters of the same sentence; a few words of the same clause; words that lead to one's own tag.
_GAP = r"[^RATKLGNM.?!]"
_NEAR = r"(?: (?!and\b|but\b|so\b)[\w'/-]+,?){0,4}? "
_OWN = r"(?: (?!(?:and|then|when|once|after|with|for|your|his|her|their|from|more|no|get|to)\b|v\d|\w+ing\b)[\w'-]+)"
_MY = r"\b(?:my|our)\b"
_ANY = r"(?P<t>[RATKLGNM]+)"
_TAGS = r"(?P<t>[RATKLG]+(?:(?: ?(?:/|,|&|\+|\band\b|\bor\b) ?(?:my |an? )?)+[RATK]+)*)"
_NOT_FROM = r"(?! (?:tags? )?from (?!me\b))"
_START = r"^(?:\W*+\b(?:also|and|fully|so|then|now|ok|yes|thanks|still|otherwise)\b)*+\W*+"
_YES = r"^(?:\W*+\b(?:yes|yep|yeah|sure|ok|okay|either|an?|my|of course|that|the|as)\b)*+\W*+"

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (verdict, re.compile(expression))
    for verdict, expression in (
        (KEPT, rf"(?<!thanks for )(?<!already )\b{_KEEP}{_NEAR}(?:my|our){_NEAR}{_TAGS}"),
        (
            KEPT,
            rf"\b(?:you (?:can|may|could)|feel free to|please) (?:\w+ )?{_KEEP} (?:the|that|this) (?:\w+ )?{_TAGS}{_NOT_FROM}",
        ),
        (KEPT, rf"\b(?:and|but|i) (?:maintain|sustain|stand by) (?:the|that) {_TAGS}"),
        (
            KEPT,
            rf"\b(?:no need|not necessary|don't|do not|needn't|not need|no reason|unnecessary|not required)\b{_GAP}{{0,30}}"
            rf"\b{_REMOVE}\b{_GAP}{{0,30}}\b(?:my|the|that)\b{_GAP}{{0,20}}{_TAGS}",
        ),
        (
            KEPT,
            rf"\b(?:my|our|the|that|this) (?:\w+ )?{_TAGS}(?: tags?)?(?: (?:of course|also|still|certainly)){{0,3}} "
            r"(?:stands?|holds?|still appl(?:y|ies)|applies|remains?|(?:is|are) still (?:valid|good|fine|ok)|still counts?)\b",
        ),
        (WITHDRAWN, rf"\b{_TAKE_BACK}\b{_GAP}{{0,20}}?{_ANY}"),
        (WITHDRAWN, rf"\btak(?:e|ing) {_MY} (?:\w+ )?{_ANY}(?: tags?)? back\b"),
        (WITHDRAWN, rf"\b{_REMOVE}{_NEAR}(?:my|our){_NEAR}{_ANY}"),
        (
            WITHDRAWN,
            rf"{_ANY}(?: tags?)?,?(?: (?:is|are|hereby|has been|now)){{0,3}} (?:withdrawn|retracted|revoked|rescinded)\b",
        ),
        (PROMISED, rf"{_WILL} {_OFFER}{_OWN}{{0,4}} {_TAGS}"),
        (PROMISED, rf"{_WILL} (?:add|include){_OWN}{{0,3}}? (?:my|our) (?:[\w-]+ ){{0,2}}{_TAGS}"),
        (
            PROMISED,
            rf"\bi(?:'ll| will| am|'m| can)\b{_SOON} (?:add|include) an? (?:[\w-]+ )?(?P<t>[RAK]+)"
            r"(?! (?:tag )?(?:for you|from|if that))",
        ),
        (
            PROMISED,
            rf"{_I_WILL} (?P<t>[KAR])"
            r"(?=\W*\Z|/| (?:it|this|that|them|these|those|the|patch|your|when|once|if|both|all|after|in|v\d)\b)",
        ),
        (
            PROMISED,
            rf"\b(?:you|it|this|that|patch|series)(?:'ll| will)\b{_GAP}{{0,25}}?\b(?:get|have|receive)\b{_GAP}{{0,10}}?"
            rf"\b(?:my|an?)\b{_GAP}{{0,15}}?{_TAGS}",
        ),
        (GIVEN, rf"\b{_ADD}\b{_GAP}{{0,40}}?{_MY}{_GAP}{{0,25}}?{_TAGS}"),
        (
            GIVEN,
            r"\b(?:here(?:'s| is| are| comes)|have|has|gets)(?: (?:all|also|already|now|still|both)){0,3} (?:my|our) (?:[\w-]+ )?"
            rf"{_TAGS}",
        ),
        (GIVEN, rf"\bhere(?:'s| is| comes) (?:an?|the) (?:\w+ )?{_TAGS}"),
        (GIVEN, rf"\b(?:with|under) {_MY} (?:\w+ )?{_TAGS}"),
        (
            GIVEN,
            rf"\b(?:fee?l? free to|you (?:can|may|could)) (?:\w+ ){{0,2}}?(?:add|include|put|use|have|take|apply)\b"
            rf"(?: (?:also|in|the|following|my|an?|this|me as|as|it|with|to (?:the|this) (?:patch|series))){{0,6}}\W*{_TAGS}"
            rf"(?! received| of\b){_NOT_FROM}",
        ),
        (
            GIVEN,
            r"\b(?:i|we|let me|allow me to)(?: (?:hereby|also|now|do|gladly|happily|can|to)){0,4} (?:give|offer|grant|provide) "
            rf"{_GAP}{{0,20}}?{_TAGS}",
        ),
        (
            GIVEN,
            r"(?<!added a )(?<!added the )(?P<t>[RATG]+(?: ?(?:/|&|and) ?[RAT]+)*)(?: tags?)?(?: and [^RATKLGNM.]{0,15})?,? "
            r"(?:from|by) (?:me|us|my side|my end)\b",
        ),
        (GIVEN, rf"{_START}(?P<t>[RAT]+)(?: ?(?:by )?(?:me|us)\b|\W*\Z)"),
        (GIVEN, rf"{_YES}(?P<t>[RATK]+) (?:is|would be|works|sounds|will be|are)(?: \w+)? (?:fine|good|ok|okay|great)\b"),
        (GIVEN, rf"^\W*(?:so |and |then )?{_MY} {_TAGS} (?:to|for|on) (?:the|this|all|both|these|those|patch|series)\b"),
    )
)

# --- guards: what stands before a tag word that is somebody else's, or nobody's

_OTHERS = re.compile(
    r"(?:\b(?:your|his|her|their|whose|everyone's|any|no|more|other|additional|necessary|another)"
    r"|(?<!\bit)(?<!\bthat)(?<!\bhere)(?<!\blet)(?<!\bthis)(?<!\bthere)'s|[a-z]s')(?: (?!my\b)[\w'.-]+){0,2} \Z"
)
_NOT_WORDS = one_of(
    r"not\b cannot\b never\b unable\b no_longer\b hesita\w+\b before\b hold\w*_(?:off|back)\b no\b(?!_way|,)",
    r"instead_of\b rather_than\b would_have\b could_have\b why_not\b why_i\b neither\b nor\b whether\b had\b i_was\b",
    r"i_were\b in_the_middle_of\b avoid\w*\b",
)
_NOT = re.compile(rf"(?:\b{_NOT_WORDS}|n't\b|^why\b|\bwithout (?:\w+ )?)(?! only\b| just\b)[^RATKLGNM.?!;:]{{0,50}}\Z")
_I_ADD = re.compile(
    r"\b(?:i|we)(?:'ll|'ve|'d| will| have| can| could| shall| may)?(?: (?!and\b|but\b|so\b|if\b|that\b)[\w',-]+){0,3} \Z"
)
_QUESTION = re.compile(r"\?\W*\Z")
_NEW_CLAUSE = re.compile(r" -+ |; |(?<![RATKLGNM]): |, (?:why|what|how|but|or|does|do|is|are)\b")
_YOU_ADD_MY = re.compile(r"\b(?:can|could|would|will) you\b.{0,60}\bmy\b|\blet's\b")
_RUNS_ON = re.compile(rf"'ll\b|'d\b|\b(?:will|would|{_KEEP}|{_REMOVE}|{_TAKE_BACK}|stands?|no need|not?)\b")
_LATER = re.compile(r"\b(?:once|when|if|after|then|and|soon|later|next|tomorrow|before)\b.*\b(?:i'll|i will|i can|i'd)\b")


def judge(sentence: str) -> Saying | None:
    """What *sentence* says about its writer's tags, or None when it gives, promises, refuses and takes back nothing."""
    if _asks(sentence):
        return None
    saying = _saying(sentence)
    if saying is None or saying.verdict == PROMISED:
        return saying
    if saying.verdict == REFUSED:
        return Saying(CONDITIONAL, saying.letters) if unless_done(sentence) else saying
    return Saying(CONDITIONAL, saying.letters, saying.verdict == WITHDRAWN) if conditional(sentence) else saying


def runs_on(lead: str, name: str) -> str | None:
    """The verdict of *lead*, the sentence before a trailer with the tag *name*, where it is about that very tag.

    That is when it keeps the tag, or when the trailer is its last word: `once it works I will add my` + Tested-by.
    """
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


def _asks(sentence: str) -> bool:
    """Whether the words about the tag are a question, and not one that hands it over (`could you add my R?`)."""
    if not _QUESTION.search(sentence) or _YOU_ADD_MY.search(sentence):
        return False
    last = max(sentence.rfind(letter) for letter in "RATKLGNM")
    return _NEW_CLAUSE.search(sentence, last) is None


def _saying(sentence: str) -> Saying | None:
    for verdict, rule in _RULES:
        match = rule.search(sentence)
        if match and _counts(verdict, sentence, match):
            return Saying(verdict, "".join(dict.fromkeys(char for char in match["t"] if char in NAMES)))
    refused = any(not (_OTHERS.search(left) or _NOT.search(left)) for left in words_of_refusal(sentence))
    return Saying(REFUSED, "N") if refused else None


def _counts(verdict: str, sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing around a match says that it is about somebody else's tag, or about none."""
    left = sentence[: match.start("t")]
    if _OTHERS.search(left):
        return False
    if verdict == KEPT:
        return True
    if verdict == WITHDRAWN:
        return not _NOT.search(sentence[: match.start() + 1])
    return not _NOT.search(left) and not (verdict == GIVEN and _taken_by_writer(sentence, match))


def _taken_by_writer(sentence: str, match: re.Match[str]) -> bool:
    """Whether it is the writer who adds a tag that he does not call his own: a maintainer at work."""
    return " my " not in match[0] and " our " not in match[0] and _I_ADD.search(sentence[: match.start()]) is not None
