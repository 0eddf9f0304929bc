"""NAK in its forms: which sentences refuse a patch, as expressions over the plain form of tagwords.py.

N is NAK, NACK or self NAK, M is NAKed, NACKs and the like. Talk about other people's refusals, questions, suppositions and the
NAK of a bus protocol are none.
"""

from __future__ import annotations

import re

from tracker.core.tagwords import one_of

_LOUD = one_of(
    "so sorry well again no_way hard strong big huge firm total complete definite definitely clear yeah yes and but",
    "then also still an? this_is that_is that's it's thus therefore hence no nope oh ugh full another absolute very",
    "massive resounding gentle soft weak slight explicit my just as_i_said like_i_said for_now for_the_record fwiw",
    "imho imo from_me sadly unfortunately i'd_say i_say i'm the it_is as_is ok okay please thanks hmm+ me_too ditto",
    "same here let's say",
)
_BUS = (
    "(?! ?"
    + one_of("is_sent is_received packet frame bit irq status resp interrupt signal timeout condition message error count")
    + ")"
)
_THING = one_of(
    "this that it which these those patch patches series approach change all both one everything rest idea version",
    "set stuff part bits? \\d",
)
_ON = one_of("this that these those all the both every any your using patch patches series it anything adding now \\w+ing")
_WORD = r"(?: [\w'-]+)"
_TO_DO = one_of(
    "inclined tempted afraid going forced have to be also hereby strongly still definitely must will really just",
    "probably likely tend want need do i again absolutely",
)
_REFUSALS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(expression)
    for expression in (
        rf"^(?:\W*+\b{_LOUD}\b)*+\W*+(?P<t>N){_BUS}(?!\w|/)",
        r"^\W*+(?P<t>M)(?=\W*\Z|[,.!:;-]| (?:with|for|because|as|until|due)\b)",
        r"(?:[,;:.)-] ?|\b(?:so|thus|therefore|hence|it's|that's|is|still|but|an?|my|hard|big|strong|just|simply|hereby|again"
        r"|gets?|deserves?|then|and|say|me|definitely) )(?P<t>N)\W*\Z",
        r"(?P<t>[NM])\b[^RATKLG.?!]{0,25}\b(?:from|by) (?:me|us|my side|my end|myself)\b",
        r"(?P<t>N) myself\b",
        rf"\b(?:i|we)(?:'m|'ll|'d| am| will| would| must| do| should)?(?: {_TO_DO}){{0,6}} (?P<t>N)\b",
        r"\b(?:restate|repeat|reiterate|maintain|renew|confirm|keep|stand by)(?:ing)? my (?:\w+ )?(?P<t>N)\b",
        r"\bi(?:'ll| will)?(?: (?:just|have to|only|also|still)){0,3} (?:leave|give|send|post) (?:you |it |this )?"
        r"(?:an?|my|another) (?:\w+ )?(?P<t>N)\b",
        r"\b(?:consider|count|take|treat|call|regard|mark)\b[^RATKLG.?!]{0,50}?(?P<t>[NM])\b",
        rf"\b{_THING}{_WORD}{{0,3}}? (?:is|are|gets?|deserves?|has|have|receives?|remains?|still)"
        rf"{_WORD}{{0,3}}? (?P<t>N)\b{_BUS}",
        rf"\b(?P<t>N),?(?: \w+)? (?:to|on|for|against|at|of) (?:{_ON}|[\w-]+ (?:bits?|parts?|changes?|patch))\b",
    )
)
_UNREAL = re.compile(
    r"\b(?:in case|when|whenever|because of|despite|due to|after|avoid|risk|until|fear|expect(?:ing)?|afraid of|(?<!my )previous"
    r"|(?<!my )earlier|got|been|was|were|being|since|the same)\b[^RATKLGNM.;:]{0,30}\Z|\bif\b(?! \w+ \w+,)[^RATKLGNM,.;:]{0,40}\Z"
)
_OTHER_AGENT = re.compile(
    r"\b(?:he|she|they|who|anyone|someone|somebody|nobody|people|maintainers?|others?|folks|\w+ed by)\b[^.;:]{0,40}\Z"
)


def words_of_refusal(sentence: str) -> list[str]:
    """What stands before each word of *sentence* that may refuse; whether somebody else's is meant is for the caller to see."""
    if "N" not in sentence and "M" not in sentence:
        return []
    found = []
    for rule in _REFUSALS:
        match = rule.search(sentence)
        if match:
            left = sentence[: match.start("t")]
            if not (_UNREAL.search(left) or _OTHER_AGENT.search(left)):
                found.append(left)
    return found
