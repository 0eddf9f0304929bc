"""The words of talk.py, as one table of expressions over sentences in lower case with single spaces.

The first rule that fits a sentence decides, from the top: plans of an author, what is settled, refusals, requests, questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.tagwords import one_of

QUESTION, REQUEST, NEW_VERSION = "question", "request", "new-version"
WITHDRAWN, SUPERSEDED, CONCEDED, REFUSED = "withdrawn", "superseded", "conceded", "refused"


@dataclass(frozen=True, slots=True)
class Rule:
    """kind: what a sentence says in which *expression* is found. words: it can only fit where one of these stands."""

    kind: str
    words: tuple[str, ...]
    expression: re.Pattern[str]


def _rule(kind: str, words: str, *expressions: str) -> Rule:
    return Rule(kind, tuple(word.replace("_", " ") for word in words.split()), re.compile("|".join(expressions)))


_AGREEING = one_of(
    "ok okay sure yes yep yup yeah ack right indeed agreed thanks thank_you oops ah oh ugh hm+ great nice cool got_it well",
    "understood makes_sense fair_enough will_do no_problem of_course true exactly good_(?:catch|point|idea|suggestion|call)",
)
_OK = rf"^(?:\W*+\b{_AGREEING}\b)*+\W*+"
_LEADING = one_of("so and also then now but maybe perhaps just or ok okay yes yeah well again otherwise btw nit nits minor")
_LEAD = rf"^(?:\W*+\b{_LEADING}\b)*+\W*+"
_VERSION = (
    r"(?:v ?\d+|(?:the |a |my )?(?:next|new|updated|another|second|third) "
    r"(?:version|revision|spin|respin|re-spin|iteration|posting|round|series|patch|patchset|submission|one))"
)
_CHANGE = one_of(
    "fix change update add send resend re-send respin re-spin post repost rework revise address incorporate drop remove rename",
    "split rebase include correct adjust modify move use switch fold squash spin prepare submit rewrite replace improve clean",
    "document reword rephrase convert simplify factor refactor tweak reorder redo reduce extend integrate take_care get_rid",
    "come_up work_on do_(?:that|it|so|this|the|a) follow_your make_(?:it|that|this|the) put try_(?:to|that|it|this) resubmit",
    "roll reroll look_into revert_to note_that clarify expand amend separate implement mention restore merge_it",
)
_BESIDE = one_of(
    "separate follow-?up followup additional incremental pull reply link reproducer details more x?fstests? test(?:s|case)? report",
    "comment",
)
_SOON = (
    r"(?: "
    + one_of(
        "also then definitely certainly probably just try_(?:to|and) now go_ahead_and have_to need_to make_sure_to be simply",
        "happily gladly soon likely still better",
    )
    + r"){0,3}"
)
_PATCH = r"(?:patch(?:es|set|-set)?|series|set|version|posting|submission|rfc|mail|email|one|pull request|v\d+|thread)"
_OBJECT = rf"(?:this|the|my|that|these|those|both)(?: [\w/.-]+){{0,2}}? {_PATCH}\b"
_THIS = (
    r"(?:(?:this|it|that|these|those|them|v\d+)(?=\W*(?:\Z|for now\b|as\b|since\b|because\b|then\b|[,.;:!-]))"
    rf"|{_OBJECT})"
)
_THING = one_of(
    "this that it you we these those they there patch patches series message msg changelog comment function helper code line",
    "lines test check title subject name field variable description log commit",
)
_ASKED = one_of(
    "be use have go return check call do get add drop remove move take not set come look make explain describe mention include",
    "say document test handle keep live split rename put an? some more updating fixing documentation rebase respin change fix",
    "at_least its proper better",
)
_QUALITY = one_of(
    "better nice nicer good cleaner simpler clearer great useful helpful preferable easier worth",
    "more_(?:sense|readable|appropriate|consistent|natural|logical|robust|efficient|obvious|useful|helpful)",
)
_FAULT = one_of(
    "wrong broken incorrect racy buggy bogus bug crash deadlock leaks? oops overflow breaks? ugly overkill hacky a_hack",
    "not_(?:right|correct|safe) unsafe problematic misleading confusing use-after-free regression race redundant unnecessary",
    "pointless superfluous unneeded too_(?:big|large|long|complicated|much|complex|late|early|fragile)",
)
_IMPERATIVE = one_of(
    "use drop remove add move rename split fix replace change rebase resend respin put make fold squash document avoid convert",
    "don't do_not keep try return check call wrap same_here ditto same_comment same_as_above",
)
_TAKE = r"(?:be )?(?:apply|applying|tak(?:e|ing)|merg(?:e|ing)|accept(?:ing)?|pull(?:ing)?)"
_NOT_ASKED = one_of(
    "let_(?:me|us)_know feel find see\\b note apply consider ignore disregard review take_(?:a|another)_look have_a_look take",
    "pull merge queue pick correct_me keep_in_mind bear accept advise comment help share tell explain clarify elaborate confirm",
    "forgive excuse add_my include_my add: add\\W*\\Z add_reviewed add_acked add_the_following add_tested",
)
_ONLY_TALK = one_of(
    "explain elaborate clarify tell confirm share describe point take apply pull pick merge queue ack review help let say give",
    "show comment remind imagine see be\\b think do_that have",
)
_MAY = r"(?: (?:please|also|just|maybe|perhaps|possibly|instead)){0,3}"

OF_AUTHORS = (WITHDRAWN, SUPERSEDED, NEW_VERSION)

RULES: tuple[Rule, ...] = (
    _rule(
        WITHDRAWN, "ignore disregard discard forget scratch skip nak nack",
        rf"\b(?:ignore|disregard|discard|nack|nak) {_THIS}|\b(?:forget(?: about)?|scratch|skip) {_OBJECT}",
        r"\bself[- ]?(?:nak|nack)\b",
    ),
    _rule(
        WITHDRAWN, "drop withdr abandon retract ditch revoke obsolete needed required necessary relevant",
        r"(?:\b(?:please|pls|kindly|let's|let me|i'll|i will|i would|i'd|i've|i have|i'm going to|just|so|should|can|could)"
        rf"(?: just| also| then| now| probably| have to)? |^\W*)(?:(?:drop|dropped|ditch) {_OBJECT}|(?:withdraw|abandon|retract|revoke) {_THIS})",
        r"\bi (?:hereby )?(?:withdraw|withdrew)\b",
        r"\b(?:patch|series|set) (?:is|has been) (?:withdrawn|abandoned|obsolete|retracted)\b",
        r"\b(?:this|the|my) (?:patch|series) is (?:no longer|not) (?:needed|required|necessary|relevant)\b",
    ),
    _rule(
        SUPERSEDED, "supersed superced obsoleted replaced part_of series patch instead",
        r"\b(?:superseded|superceded|obsoleted|replaced) (?:by|with|in) (?:the |this |my |a |another |v\d|https?:|<|\[)",
        r"\b(?:sent|posted|included|folded|merged|resent|reposted|incorporated|contained|squashed) (?:it |this |them )?(?:as |is )?"
        r"(?:already )?(?:a )?(?:part of|in|into) (?:my |this |the |a |another |that )(?:new |other |larger |bigger |next |following )?"
        r"(?:series|patch ?set|patch|one|thread)\b",
        r"\b(?:please |just )(?:use|take|look at|review|see|consider) (?:this|that|the|my) [^.?!]{0,60}\binstead\b",
    ),
    _rule(
        NEW_VERSION, "i'll i_will will_ i_can i_shall i'm i_am i_plan i_intend let_me we'll going_to i_have_to i_need i_should",
        r"\b(?:i'll|i will|i can|i shall|i'm going to|i am going to|i plan to|i intend to|let me|we'll|we will|i have to"
        rf"|i need to|i should){_SOON} {_CHANGE}\b(?!(?: you| it| out)? (?:an? |some )?{_BESIDE})",
        rf"{_OK}(?:(?:and|so|then|but|i|we)\b\W*)?(?:will|'ll|shall|can){_SOON} (?:{_CHANGE}|do\b)",
    ),
    _rule(
        NEW_VERSION, "v1 v2 v3 v4 v5 v6 v7 v8 v9 next_ new_ updated_ another_",
        rf"\b(?:will|fixed|done|changed|updated|added|removed|dropped|addressed|fix|do|change|add|posted|sent)\b[^.?!]{{0,60}}"
        rf"\b(?:in|for|with|as|to) (?:the )?{_VERSION}\b",
        rf"\b{_VERSION} (?:is )?(?:coming|soon|shortly|to follow|on (?:its|the) way|will (?:follow|come|be (?:sent|posted)))\b",
    ),
    _rule(
        NEW_VERSION, "fixed done changed updated dropped added removed renamed addressed folded corrected reworded",
        rf"{_OK}(?:(?:i've|i have|now|all|both|already|will be)\b\W*)*(?:fixed|done|changed|updated|dropped|added|removed|renamed"
        r"|addressed|folded|corrected|reworded)(?:,? (?:it|this|that|them|both|all|locally|now|up|in my (?:tree|branch)|thanks"
        r"|thank you|accordingly|as suggested))*\W*\Z",
    ),
    _rule(
        NEW_VERSION, "catch oops my_bad my_mistake will_do will_fix",
        r"^\W*(?:(?:oops|ah|oh|yeah|yes|right|thanks|great)\W+)*(?:good|nice) catch\b",
        r"^\W*(?:(?:sure|ok|okay|yes|right|yep)\W+)?(?:oops|my bad|my mistake|will do|will fix)\b",
    ),
    _rule(
        CONCEDED, "no_need no_reason i'll i_will i_can i've i_have i'd",
        r"\bno (?:need|reason) (?:to|for(?: you to)?) (?:\w+ )?(?:re-?send|re-?spin|re-?post|re-?submit|change|send|an? (?:new|v\d|re))",
        r"\bi(?:'ll| will| can|'ve| have|'d)(?: just| also| simply| already)? (?:fix|fixed|do|did|change|changed|tweak|tweaked|update"
        r"|adjust|adjusted|amend|amended|make|made|squash|fold|add|added|drop|handle|correct|corrected|edit|edited|touch)\b"
        r"[^.?!]{0,60}\b(?:when|while|on|during|before|upon|as i|at) (?:i )?(?:appl|merg|commit|queu|pull|push|pick)",
    ),
    _rule(
        CONCEDED, "fair_ sense got_it i_see never right sounds works understood problem agree fine good_point explains",
        r"^(?:\W*+\b(?:ok|okay|ah|oh|yes|right|hm+|yeah|well|thanks)\b)*+\W*+(?:fair (?:enough|point)|(?:that |this )?makes sense|got it"
        r"|i see\b(?! (?:no|any|a|the|that|why|how|two|some|this|you|in|on)\b)|never ?mind"
        r"|you(?:'re| are) (?:absolutely |totally |completely )?right|sounds (?:good|great|reasonable|fine|sane|like a plan|ok)"
        r"|works for me|understood|that works|no problem|agreed?\b(?=\W*\Z)|that's fine|fine (?:by|with|for) me|good point"
        r"|that explains)(?!.*\?\W*\Z)",
    ),
    _rule(
        CONCEDED, "ok_ ok, ok. okay alright all_right ok\n",
        r"^\W*(?:ah,? )?(?:ok|okay|alright|all right)(?:[,.]? (?:thanks|thank you|then|good|fine|great|cool|got it|i see|sounds good"
        r"|no problem|that's fine))*\W*\Z",
    ),
    _rule(
        CONCEDED, "corrected ignore noise scratch_that i'm i_am up_to_you not_a_ i_don't",
        r"\bi stand corrected\b|\bignore (?:me|my (?:comments?|question|remark|previous|last|suggestion|noise|mail))\b"
        r"|\bsorry for the noise\b|\bscratch that\b|\bi(?:'m| am) (?:ok|okay|fine|good|happy) with\b|\bup to you\b"
        r"|\bfeel free to ignore\b|\bnot a (?:big deal|blocker|show ?stopper)\b|\bi don't (?:feel strongly|have a strong|mind)\b",
    ),
    _rule(
        REFUSED, "not_ won't can't cannot refuse unacceptable rejected",
        rf"\b(?:i'm|i am|we're|we are) (?:really |certainly |definitely )?not (?:going to |gonna |willing to |prepared to )?{_TAKE} "
        r"(?:this|it|that|these|any|your|such)\b",
        rf"\b(?:i|we) (?:won't|will not|can't|cannot|refuse to) {_TAKE} (?:this|it|that|these|the (?:patch|series)|your|such)\b",
        r"\b(?:is|are) (?:totally |completely |just |simply )?(?:not |un)acceptable\b|^\W*(?:rejected|not applying|not merging)\b",
    ),
    _rule(
        QUESTION, "?",
        r"^(?:\W*+\b(?:so|and|but|also|hm+|well|then|ok|okay|out of curiosity|just curious)\b)*+\W*+(?:what|which|why|how|when|who|where|is"
        r"|are|does|do|did|was|were|has|have|any|or (?:is|are|do|does))\b(?! (?:about|not|don't|doesn't|you missing|you forget))"
        r".*\?[\"')\]]*\W*\Z",
    ),
    _rule(
        REQUEST, "please pls kindly",
        rf"\b(?:please|pls|kindly)\b(?!,? {_NOT_ASKED})(?=,? \w)",
    ),
    _rule(
        REQUEST, "_you_",
        rf"\b(?:can|could|would|will) you{_MAY} (?!{_MAY}{_ONLY_TALK})\w+",
    ),
    _rule(
        REQUEST, "should need ought must has_ have_",
        rf"\b{_THING}(?:'s)?(?: [\w()'-]+)?? (?:really |probably |also |still |certainly |definitely )?(?:should|needs?|ought|must"
        r"|ha(?:s|ve)(?= to))(?: to)?(?: (?:probably|also|really|just|definitely|at least|not|now|still)){0,2} (?!be (?:fine|ok|okay"
        r"|safe|good|enough|noted|able|possible|easy|sufficient|no problem|clear)\b)(?:to )?"
        rf"{_ASKED}\b",
        r"\b(?:needs?|wants?|lacks?) (?:an? |some |more |the |to )?(?:tests?|documentation|documenting|comment|changelog|rebas(?:e|ing)"
        r"|fixing|splitting|explanation|justification|description|commit|fixes tag|sob|signed-off|selftest|testcase|updat(?:e|ing)"
        r"|cleanup|work)\b",
    ),
    _rule(
        REQUEST, "you_ we_",
        r"(?:^|[,;(] ?|\band |\balso |\bbut )(?:you|we) (?:should|need|must|have to|ought|could (?:just|also|simply|use|instead|probably"
        r"|rather|do)|can (?:just|also|simply|use|drop|remove|avoid|instead|do)|may want|might want|probably want|want to"
        r"|don't (?:need|want|have to)|forgot|missed|leak|are missing|can't|cannot)\b",
    ),
    _rule(
        REQUEST, "nit typo",
        r"\b(?:nits?|pico-?nits?|nitpick(?:s|ing)?|nit-pick|typos?)\b(?! (?:was|were|fixed|aside))",
    ),
    _rule(
        REQUEST, "i'd would prefer suggest propose recommend my_",
        r"\b(?:i'd|i would|we'd)(?: really| much| personally| probably| also| strongly| still| just)* (?:rather|prefer|like to see"
        r"|suggest|say|expect|recommend|split|move|drop|make|call|use|put|keep|go|remove|add|do|like you|name|rename|like this|like it"
        r"|appreciate if|leave|avoid|be happier)",
        r"\b(?:i|we)(?: really| still| would| also)? (?:prefer|suggest|propose|recommend)\b",
        r"\bmy (?:preference|suggestion|only (?:concern|nit|comment|complaint|request))\b",
    ),
    _rule(
        REQUEST, "would might may_ could better best_ clean simpl nicer easier safer sense",
        r"\b(?:would|might|may|could)(?: probably| perhaps| also| make| then)* (?:be |look |read )?(?:a bit |a lot |much |slightly |even "
        rf"|more |probably )*{_QUALITY}\b",
        r"\b(?:better|best|cleaner|simpler|nicer|easier|safer) (?:to|if|would be|off|is to|way|name)\b",
        r"\bmakes? (?:more|better) sense to\b",
    ),
    _rule(
        REQUEST, "missing forg s/",
        r"\b(?:is|are|looks|seems|you're|you are|still) missing\b|^\W*missing\b|\b(?:you|patch|it) (?:forgot|forget)\b|\bforgot to\b"
        r"|\bs/[^\s/]{1,40}/[^/\n]{0,60}/",
    ),
    _rule(
        REQUEST, "doesn't does_not won't will_not didn't did_not fails failed no_longer",
        r"\b(?:this|that|it|patch|series|which|code)(?: patch| series| code| one)? (?:doesn't|does not|won't|will not|didn't|did not"
        r"|fails to|failed to|no longer)(?: even| cleanly| currently| actually)* (?:compile|build|apply|work|boot|pass|make sense"
        r"|look right|seem right|handle|fix|help|solve|belong)\b",
    ),
    _rule(
        REQUEST, "wrong broken correct racy bug bogus crash deadlock leak oops overflow break ugly overkill hack right safe problem "
        "confusing misleading use-after regression race redundant unnec pointless superfl unneeded too_",
        r"\b(?:this|that|it|patch|series|which|code|change|check|here|you|there)(?: patch| series| code| change| one| check)?(?:'s|'re"
        r"| is| are| looks| look| seems| seem| will| would| can| could| also| still| just)*(?: (?:an?|completely|totally|just|clearly"
        rf"|obviously|still|a bit|very|potentially|also|really|quite|to be|be|likely|racy|have|has))* {_FAULT}\b",
    ),
    _rule(
        REQUEST, "need necessary required right correct idea safe sufficient enough redundant true valid",
        r"\b(?:not|isn't|is not|don't) (?:really |strictly |actually |a )?(?:needed|necessary|required|right|correct|a good idea"
        r"|good idea|safe|sufficient|enough|true|valid)\b|\bunnecessary\b|\bredundant\b|\bno need (?:to|for)\b|\bbad idea\b",
    ),
    _rule(
        REQUEST, "don't_",
        r"\b(?:i|we) don't (?:think|like|want|believe|see (?:the (?:point|value|benefit|need)|any (?:point|value|reason)|a reason"
        r"|why we need))\b",
    ),
    _rule(
        REQUEST, "use drop remove add move rename split fix replace change rebase resend respin put make fold squash document avoid "
        "convert don't do_not keep try return check call wrap same ditto",
        rf"{_LEAD}{_IMPERATIVE}\b(?! (?:it )?(?:away|sure|easy))",
    ),
    _rule(
        REQUEST, "about why_not why_don't can't can_ shouldn't should couldn't wouldn't cannot",
        r"\b(?:how|what) about\b|\bwhy not\b|\bwhy don't (?:you|we)\b|\b(?:shouldn't|should not|couldn't|wouldn't) (?:this|that|it|you"
        r"|we|the|there)\b|\bshould (?:this|that|it|we|you)\b",
        r"\bcan(?:'t we|not we| we| we just) (?:use|just|instead|drop|remove|move|do|avoid|simply|also|make|get rid|rename|have|add"
        r"|please)\b",
    ),
    _rule(
        QUESTION, "?",
        r"\?[\"')\]]*\W*\Z",
    ),
    _rule(
        QUESTION, "wonder curious not_sure unsure confused explain clarify elaborate describe i_don't missing",
        r"\bi(?:'m| am)?(?: still| just| also)? (?:wonder|wondering|curious|not sure|unsure|confused)\b"
        r"|\b(?:please|can you|could you|care to|need to) (?:\w+ )?(?:explain|clarify|elaborate|describe)\b"
        r"|\bi don't (?:understand|get|see how|see why|know why|follow)\b|\bwhat am i missing\b|\bam i missing\b",
    ),
)  # fmt: skip

NO_PLAN = re.compile(
    r"\bif (?:you|we|that|this|it|so|needed|necessary|there|people|everyone|nobody|no one|desired|anyone|someone|miklos)\b|\?\W*\Z"
    r"|\b(?:not|never|n't)\b[^,.;]{0,20}\Z"
)
# Small talk, and what asks for nothing but a tag, a merge or an answer in general.
NO_QUESTION = re.compile(
    r"^\W*(?:huh|eh|hello|hi|(?:gentle |friendly )?ping|really|remember|any (?:update|news|progress)s?)\W*\Z|\bhow are you\b|\bping\b"
    r"|\bcan i (?:add|have|get|carry|keep)\b"
)
NO_REQUEST = re.compile(r"\b(?:sorry|thanks for|thank you for|apologi[sz]e|would be (?:great|nice|good) (?:to hear|if you (?:could|can) (?:review|take|apply|merge|pick)))\b")
# Lines that are code or output, not sentences.
CODE = re.compile(r"[;{}][ \t]*(?:\n|\Z)|^\s*(?:(?:if|for|while|return|static|int|struct)\b ?[(\w]*\(|[#$|+\[/])", re.MULTILINE)
