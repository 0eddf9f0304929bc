"""The words of talk.py, as one table of expressions over sentences in lower case with single spaces.

The first rule that fits a sentence decides, from the top: what is settled, refusals, requests, questions; plans of an author are
looked for apart from these. A `_` in a list of words stands for a space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.core.tagwords import one_of

QUESTION, REQUEST, NEW_VERSION = "question", "request", "new-version"
WITHDRAWN, SUPERSEDED, CONCEDED, REFUSED, TAKING = "withdrawn", "superseded", "conceded", "refused", "taking"
HANDED = "handed"
OF_AUTHORS = (WITHDRAWN, SUPERSEDED, NEW_VERSION)

# Makes a sentence in lower case into words for `Rule.words` that white space divides; a `?` is a word, too.
WORDS = str.maketrans('.,;:!()[]{}<>"*_-/=', " " * 19)


@dataclass(frozen=True, slots=True)
class Rule:
    """kind: what a sentence says in which *expression* is found. words: it can only be found where one of these stands."""

    kind: str
    words: tuple[str, ...]
    expression: re.Pattern[str]


def _rule(kind: str, words: str, *expressions: str) -> Rule:
    return Rule(kind, tuple(words.split()), re.compile("|".join(expressions)))


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
    "come_up work_on do_(?:that|it|so|this) follow_your make_(?:it|that|this|the) put try_(?:that|it|this) resubmit",
    "check_(?:it|this|that|for|on|into)",
    "roll reroll look_into go_(?:for|with) revert_to note_that clarify expand amend separate implement mention restore",
)
_BESIDE = one_of(
    "separate follow-?up followup additional incremental pull reply link reproducer details more x?fstests? test(?:s|case)?",
    "report comment",
)
_SOON = (
    r"(?: "
    + one_of(
        "also then definitely certainly probably just try_(?:to|and) now go_ahead_and have_to need_to make_sure_to be simply",
        "happily gladly soon likely still better",
    )
    + r"){0,3}"
)
_PATCH = r"(?:patch(?:es|set|-set)?|series|set|version|posting|submission|rfc|one|pull request|v\d+|thread)"
_OBJECT = rf"(?:this|the|my|that|these|those|both)(?: [\w/.-]+){{0,2}}? {_PATCH}\b"
_THIS = (
    r"(?:(?:this|it|that|these|those|them|v\d+)(?=\W*(?:\Z|for now\b|as\b|since\b|because\b|then\b|[,.;:!-]))"
    rf"|{_OBJECT})"
)
_DID = one_of("fixed done changed updated dropped added removed renamed addressed folded corrected reworded")
_AFTER_DID = one_of("it this that them both all locally now up in_my_(?:tree|branch) thanks thank_you accordingly as_suggested")
_SENT = one_of("sent posted included folded merged resent reposted incorporated contained squashed")
_WILL = one_of("i'll i_will i_shall i'm_going_to i_am_going_to i_plan_to i_intend_to let_me")
_TAKER = one_of(
    "i'd_like_to i'll i_will i_can i'm i_am i'm_going_to i_am_going_to we'll we_can let_me i_plan_to",
    "happy_to (?<![\\w,;]_)will",
)
_TAKE_SOON = one_of("just also then now soon probably go_ahead_and gonna be try_to plan_to")
_TAKES = one_of("queu(?:e|ing) pick(?:ing)? tak(?:e|ing) apply(?:ing)? merg(?:e|ing) pull(?:ing)? push(?:ing)?")
_NOT_TAKEN = one_of(
    "a_look another care a_closer some time your_(?:advice|suggestion|comment) look off on out back into_account",
    "(?:it_)?from_here for_a_(?:test|spin|ride) as_an?",
)
_TAKE_END = one_of("up for into in to via through with as on once after patch(?:es)? series set fix one tomorrow soon and now")
_TOUCH = one_of(
    "fix fixed do did change changed tweak tweaked update adjust adjusted amend amended make made squash fold add added drop",
    "handle correct corrected edit edited touch",
)
_SETTLED = one_of(
    "fair_(?:enough|point) (?:that_|this_)?makes_sense got_it never_?mind you(?:'re|_are)_(?:absolutely_|totally_"
    "|completely_)?right",
    "i_see\\b(?!_(?:no|any|an?|the|that|why|how|two|some|this|you|in|on)\\b) works_for_me understood that_works no_problem",
    "sounds_(?:good|great|reasonable|fine|sane|like_a_plan|ok) agreed?\\b(?=\\W*\\Z) that's_fine fine_(?:by|with|for)_me "
    "good_point",
    "that_explains",
)
_THING = one_of(
    "this that it you we these those there patch patches series message msg changelog comment function helper code line",
    "lines test check title subject name field variable description log commit",
)
_ASKED = one_of(
    "be use have go(?!_in) return check call do get add drop remove move take not set come look make(?!_sure) explain describe",
    "mention",
    "include say document test handle keep live split rename put an? some more updating fixing documentation rebase respin "
    "change",
    "fix at_least its proper better",
)
_FINE = one_of("fine ok okay safe good enough noted able possible easy sufficient no_problem clear")
_NEEDED = one_of(
    "tests? documentation documenting comment changelog rebas(?:e|ing) fixing splitting explanation justification description",
    "commit fixes_tag sob signed-off selftest testcase updat(?:e|ing) cleanup work",
)
_YOU_COULD = one_of(
    "should need must ought could_(?:just|also|simply|use|instead|probably|rather|do) might_want probably_want",
    "want_to don't_(?:need|want|have_to) forgot missed leak "
    "are_missing",
    "can't cannot",
)
_WISH = one_of(
    "rather prefer like_to_see suggest say recommend split move drop make call use put keep go remove add do like_you "
    "name",
    "rename like_this like_it appreciate_if leave avoid be_happier",
)
_QUALITY = one_of(
    "better nice nicer good cleaner simpler clearer great useful helpful preferable easier worth",
    "more_(?:sense|readable|appropriate|consistent|natural|logical|robust|efficient|obvious|useful|helpful)",
)
_FAULT = one_of(
    "wrong broken incorrect racy buggy bogus bug crash deadlock leaks? oops overflow breaks? ugly overkill hacky a_hack hack",
    "not_(?:right|correct|safe) unsafe problematic misleading confusing use-after-free regression race redundant unnecessary",
    "moot pointless superfluous unneeded too_(?:big|large|long|complicated|much|complex|late|early|fragile)",
)
_RATHER = one_of(
    "an? completely totally just clearly obviously still a_bit very potentially also really quite to_be be likely have "
    "has",
)
_IMPERATIVE = one_of(
    "use drop remove add move rename split fix replace change rebase resend respin put make fold squash document avoid convert",
    "don't do_not keep try return check call wrap same_here ditto same_comment same_as_above",
)
_FAILS = one_of("doesn't does_not won't will_not didn't did_not fails_to failed_to no_longer")
_WORK = one_of("compile build apply work boot pass make_sense look_right seem_right handle fix help solve belong")
_LACK = one_of("needed necessary required right correct a_good_idea good_idea safe sufficient enough true valid")
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
_NUMBERS = " ".join(f"v{number}" for number in range(1, 40))
_ASKS = one_of("what which why how when who where is are does do did was were has have any or_(?:is|are|do|does)")

RULES: tuple[Rule, ...] = (
    _rule(
        WITHDRAWN, "ignore disregard discard forget scratch skip nak nack",
        rf"(?:(?<!\bto )(?<!not )(?<!n't )|(?<=free to ))\b(?:ignore|disregard|discard|nack|nak) {_THIS}",
        r"^\W*(?:(?:please|pls|sorry|oops|ok|so|actually)\W+)*disregard(?=\W*(?:\Z|[,;:(-]| that\b))",
        rf"^\W*(?:(?:please|pls|so|ok|okay|just|actually)\W+)*(?:(?:forget(?: about)?|scratch|skip) {_OBJECT}"
        r"|forget (?:about )?(?:it|this)\b(?=\W*\Z|,))",
        r"\bself[- ]?(?:nak|nack)\b",
    ),
    _rule(
        WITHDRAWN, "drop dropped withdraw withdrew withdrawn abandon abandoned retract retracted ditch revoke obsolete needed "
        "required "
        "necessary relevant attempting pursuing trying",
        r"(?:\b(?:please|pls|kindly|let's|let me|i'll|i will|i'd|i've|i have|i'm going to)"
        r"(?: just| also| then| now| probably| have to)? |^\W*)"
        rf"(?:(?:drop|dropped|ditch) {_OBJECT}|(?:withdraw|abandon|retract|revoke) {_THIS})",
        r"^\W*drop (?:it|them|this|these)(?: for now)?\W*$",
        r"\bi (?:hereby )?(?:withdraw|withdrew)\b|\b(?:no longer|not) (?:be )?(?:attempting|pursuing|trying) to get (?:this|it"
        r"|these)\b",
        r"\bi(?:'m| am) (?:ok|okay|fine|happy) (?:to|with) (?:drop|abandon|withdraw)(?:ping|ing)?"
        r" (?:mine|my (?:patch|series|one))\b",
        r"^(?:(?:fwiw|ok|so|fyi)\W+)?i(?:'ve| have)? dropped (?:this|it)(?: one| patch| series)?\b(?! from)",
        r"\b(?:i'll|i will|i would|i'd|i've|i have|let's) ditch(?:ed)? (?:the|this|my)(?: \w+)?"
        r" (?:proposal|patch|series|idea|approach)\b",
        r"\b(?:patch|series|set) (?:is|has been) (?:withdrawn|abandoned|obsolete|retracted)\b",
        r"\b(?:this|the|my) (?:patch|series) is (?:no longer|not) (?:needed|required|necessary|relevant)\b",
    ),
    _rule(
        SUPERSEDED, "already fixed fix patch",
        r"\b(?:is|was|has been|been|got|issue|problem|bug) already (?:been )?(?:fixed|addressed|solved) (?:in|by|with"
        r"|upstream)\b",
        r"\balready (?:fixed|addressed|solved) (?:this|it|that)(?: (?:in|by|with)\b|\W*\Z)",
        r"^\W*already (?:been )?(?:fixed|addressed|solved) (?:in|by|with|on|upstream)\b(?! v ?\d)",
        r"\b(?:fix|patch) for (?:this|it|that)(?: issue| bug| problem)? (?:was|is|has been|got) (?:already |just )?"
        r"(?:merged|applied|queued|posted|sent)\b",
        r"\balready (?:been )?folded (?:this |it |the fix )?(?:in|into) the original\b",
        r"\b(?:it|this|that|issue|problem|bug)(?: was| is|'s| got| has been)(?: just)? fixed (?:yesterday|today|recently"
        r"|last week|upstream|in (?:mainline|linus'?|the (?:current|latest)|linux-next))\b",
    ),
    _rule(
        SUPERSEDED, "superseded superceded obsoleted replaced sent posted included folded merged resent reposted incorporated "
        "contained squashed instead",
        r"\b(?:superseded|superceded|obsoleted) (?:by|with|in) |\breplaced (?:by|with) (?:v\d|https?:|<|\[|this (?:patch"
        r"|series))",
        rf"\b{_SENT} (?:it |this |them )?(?:as |is )?(?:already )?(?:a )?(?:part of|in|into) (?:my |this |a |another |that )"
        r"(?:new |other |larger |bigger |next |following )?(?:series|patch ?set|thread)\b",
        r"\b(?:please |just )(?:use|take|look at|review|see|consider) (?:this|that|the|my) [^.?!]{0,60}\binstead\b",
    ),
    _rule(
        NEW_VERSION, "i'll will shall going plan intend let",
        rf"\b{_WILL}{_SOON} {_CHANGE}\b(?!(?: you| it| out)? (?:an? |some )?{_BESIDE})",
        rf"{_OK}(?:(?:and|so|then|but|i|we)\b\W*)?(?:will|shall){_SOON} (?:{_CHANGE}|do)\b(?!(?: you)? (?:an? |some )?{_BESIDE})",
    ),
    _rule(
        NEW_VERSION, f"{_NUMBERS} v next new updated another second third",
        rf"\b(?:will|fixed|done|changed|updated|added|removed|dropped|addressed)\b[^.?!]{{0,60}}"
        rf"\b(?:in|for|with|as) (?:the )?{_VERSION}\b",
        rf"\b{_VERSION} (?:is )?(?:coming|soon|shortly|to follow|on (?:its|the) way|will (?:follow|come|be (?:sent|posted)))\b",
    ),
    _rule(
        NEW_VERSION, "fixed done changed updated dropped added removed renamed addressed folded corrected reworded",
        rf"{_OK}(?:(?:i've|i have|now|all|both|already|will be)\b\W*)*+{_DID}(?:,? {_AFTER_DID})*+\W*\Z",
    ),
    _rule(
        NEW_VERSION, "catch bad mistake will",
        r"^\W*(?:(?:oops|ah|oh|yeah|yes|right|thanks|great)\W+)*+(?:good|nice) catch\b",
        r"^\W*(?:(?:sure|ok|okay|yes|right|yep)\W+)?(?:my bad|my mistake|will do|will fix)\b",
    ),
    _rule(
        TAKING, "queue queuing pick picking take taking apply applying merge merging push pushing pull pulling applied queued "
        "picked "
        "merged folded squashed added updated add put stage",
        r"\bi(?:'ve| have)(?: now| just| already| also)?+ (?:applied|queued|picked|merged|folded|squashed|added (?:it|this"
        r"|them) to"
        r"|updated (?:the|my|your) (?:patch|tree|branch|commit))\b",
        rf"\b{_TAKER}(?: {_TAKE_SOON})*+ {_TAKES}\b(?: (?:this|it|that|these|them|the|up|your|both|all|in)\b){{0,2}}+(?!"
        rf" {_NOT_TAKEN})"
        rf"(?=[^.?!]{{0,60}}?(?:\W*\Z|\b{_TAKE_END}\b))",
        rf"\b{_TAKER}(?: {_TAKE_SOON})*+ (?:add|put|stage|queue) (?:it|this|that|these|them|both|all) (?:in|to|into|on)"
        r" (?:my|our|the) (?:[\w./-]+ )?(?:queue|tree|branch)\b",
    ),
    _rule(
        TAKING, "apply applying applied merge merging commit committing queue queueing queuing pull pulling push pushing pick "
        "picking",
        rf"\bi(?:'ll| will| can|'ve| have|'d)(?: just| also| simply| already)? {_TOUCH}\b"
        r"[^.?!]{0,60}\b(?:when|while|on|during|before|upon|as i|at) (?:i )?(?:appl|merg|commit|queu|pull|push|pick)",
    ),
    _rule(
        HANDED, "apply take merge queue pick pull mind",
        rf"\b(?:(?:please|pls|kindly)|(?:can|could|would|will) you{_MAY}+) (?:just |also |do |go ahead and |consider )?"
        rf"(?:apply|tak(?:e|ing)|merg(?:e|ing)|queue|pick(?:ing)?(?: up)?|pull) "
        rf"(?:(?:this|it|that|these|them|both|the|my|your|up|in|all)\b|via\b|through\b|to\b)(?! (?:{_NOT_TAKEN}|look)\b)",
        r"\bwould you mind (?:picking|taking|applying|queue?ing|merging)(?: up)? (?:this|it|these|the)\b",
    ),
    _rule(
        CONCEDED, "re resend respin repost resubmit send change new v2 v3 v4 v5 apply applying applied merge merging commit "
        "committing queue "
        "queueing queuing pull pulling push pushing pick picking",
        r"\bno (?:need|reason) (?:to|for(?: you to)?) (?:\w+ )?(?:re-?send|re-?spin|re-?post|re-?submit|change|send|an? (?:new"
        r"|v\d|re))",
    ),
    _rule(
        CONCEDED, "fair sense got see nevermind never right sounds works understood problem agree agreed fine that's point "
        "explains",
        rf"^(?:\W*+\b(?:ok|okay|ah|oh|yes|right|hm+|yeah|well|thanks)\b)*+\W*+{_SETTLED}(?!.*\?\W*\Z)",
    ),
    _rule(
        CONCEDED, "ok okay alright right",
        r"^\W*(?:ah,? )?(?:ok|okay|alright|all right)(?:[,.]? (?:thanks|thank you|then|good|fine|great|cool|got it|i see"
        r"|sounds good|no problem|that's fine))*+\W*\Z",
    ),
    _rule(
        CONCEDED, "corrected ignore noise scratch happy fine good okay ok up big blocker stopper showstopper feel strong mind",
        r"\bi stand corrected\b|\bignore (?:me|my (?:comments?|question|remark|previous|last|suggestion|noise|mail))\b"
        r"|\bsorry for the noise\b|\bscratch that\b|\bi(?:'m| am) (?:ok|okay|fine|good|happy) with\b|\bup to you\b"
        r"|\bfeel free to ignore\b|\bnot a (?:big deal|blocker|show ?stopper)\b|\bi don't (?:feel strongly|have a strong|mind)\b",
    ),
    _rule(
        REFUSED, "apply applying take taking merge merging accept accepting pull pulling acceptable unacceptable rejected",
        rf"\b(?:i'm|i am|we're|we are) (?:really |certainly |definitely )?not (?:going to |gonna |willing to |prepared to"
        rf" )?{_TAKE} "
        r"(?:this|it|that|these|any|your|such)\b",
        rf"\b(?:i|we) (?:won't|will not|can't|cannot|refuse to) {_TAKE} (?:this|it|that|these|the (?:patch|series)|your|such)\b",
        r"\b(?:is|are) (?:totally |completely |just |simply )?(?:not |un)acceptable\b|^\W*(?:rejected|not applying|not"
        r" merging)\b",
    ),
    _rule(
        QUESTION, "?",
        rf"^(?:\W*+\b(?:so|and|but|also|hm+|well|then|ok|okay|out of curiosity|just curious)\b)*+\W*+{_ASKS}\b"
        r"(?! (?:about|not|don't|doesn't|you missing|you forget)).*\?[\"')\]]*\W*\Z",
    ),
    _rule(
        QUESTION, "please pls kindly",
        r"\b(?:please|pls|kindly) (?:also |just )?(?:describe|paste|provide|post|attach|send|share|show)(?: us| me)? "
        r"(?:the |your |an? |some )?(?:exact |full |whole |complete )?(?:\w+ )?(?:setup|output|log|logs|dmesg|config|trace"
        r"|backtrace|steps|details|numbers|results|reproducer|use-?case|scenario|workload)\b",
    ),
    _rule(
        REQUEST, "please pls kindly",
        rf"\b(?:please|pls|kindly)\b(?!,? {_NOT_ASKED})(?=,? \w)",
    ),
    _rule(
        REQUEST, "you",
        rf"\b(?:can|could|would|will) you{_MAY}+ (?!{_ONLY_TALK})\w+",
    ),
    _rule(
        REQUEST, "should need needs ought must",
        rf"\b{_THING}(?:'s)?(?: [\w()'-]+)?? (?:really |probably |also |still |certainly |definitely )?(?:should|needs?|ought"
        rf"|must)"
        r"(?: to)?(?: (?:probably|also|really|just|definitely|at least|not|now|still)){0,2}"
        rf" (?!be {_FINE}\b)(?:to )?{_ASKED}\b",
        rf"\b(?:needs?) (?:an? |some |more |the |to )?{_NEEDED}\b",
    ),
    _rule(
        REQUEST, "should need must ought could might want don't forgot missed leak missing can't cannot want",
        rf"(?:^|[,;(] ?|\band |\balso |\bbut )(?:you|we) {_YOU_COULD}\b",
    ),
    _rule(
        REQUEST, "nit nits picnit piconit piconits nitpick nitpicks nitpicking typo typos",
        r"\b(?:nits?|pico-?nits?|nitpick(?:s|ing)?|nit-pick|(?<!fixes a )(?<!fixes )(?<!fix a )(?<!fixed a )(?<!fix"
        r" )typos?)\b(?! (?:was|were|fixed|aside|fix))",
    ),
    _rule(
        REQUEST, "i'd would we'd prefer suggest propose recommend preference suggestion concern nit comment complaint request",
        rf"\b(?:i'd|i would|we'd)(?: really| much| personally| probably| also| strongly| still| just)* {_WISH}",
        r"\b(?:i|we)(?: really| still| would| also)? (?:prefer|suggest|propose|recommend)\b",
        r"\bmy (?:preference|suggestion|only (?:concern|nit|comment|complaint|request))\b",
    ),
    _rule(
        REQUEST, "better nice nicer good cleaner simpler clearer great useful helpful preferable easier worth sense readable "
        "appropriate consistent natural logical robust efficient obvious best safer",
        r"\b(?:would|might|may|could)(?: probably| perhaps| also| make| then)* (?:be |look |read )?(?:a bit |a lot |much "
        r"|slightly "
        rf"|even |more |probably )*{_QUALITY}\b",
        r"\b(?:better|best|cleaner|simpler|nicer|easier|safer) (?:to(?! me\b)|if|would be|off)\b",
        r"\bmakes? (?:more|better) sense to\b",
    ),
    _rule(
        REQUEST, "missing forgot forget s",
        r"\b(?:is|are|looks|seems|you're|you are|still) missing\b|^\W*missing\b|\b(?:you|patch|it) (?:forgot|forget)\b"
        r"|\bforgot to\b"
        r"|\bs/[^\s/]{1,40}/[^/\n]{0,60}/",
    ),
    _rule(
        REQUEST, "doesn't does won't will didn't did fails failed longer",
        rf"\b(?:this|that|it|patch|series|which|code)(?: patch| series| code| one)? {_FAILS}(?: even| cleanly| currently|"
        rf" actually)*"
        rf" {_WORK}\b",
    ),
    _rule(
        REQUEST, "moot wrong broken incorrect racy buggy bogus bug crash deadlock leak leaks oops overflow break breaks ugly "
        "overkill hacky "
        "hack right correct safe unsafe problematic misleading confusing use regression race redundant unnecessary pointless "
        "superfluous unneeded too",
        r"\b(?:this|that|it|patch|series|which|code|change|check|here|you|there)(?: patch| series| code| change| one|"
        r" check| argument)?(?:'s|'re"
        r"| is| are| looks| look| seems| seem| will| would| can| could| also| still| just)*+"
        rf"(?: {_RATHER})*+ {_FAULT}\b",
    ),
    _rule(
        REQUEST, "needed necessary required right correct idea safe sufficient enough true valid unnecessary redundant need",
        rf"^(?!\W*no,).*\b(?:not|isn't|is not|don't) (?:really |strictly |actually |a )?{_LACK}\b",  # "No, it's not" answers
        r"\bunnecessary\b|\bredundant\b|\bno need (?:to|for)\b(?! (?:rush|worry|hurry|apolog|re-?s|re-?p))|\bbad idea\b",
    ),
    _rule(
        REQUEST, "don't",
        r"\b(?:i|we) don't (?:think|like|want|believe|see (?:the (?:point|value|benefit|need)|any (?:point|value|reason)|a reason"
        r"|why we need))\b",
    ),
    _rule(
        REQUEST, "use drop remove add move rename split fix replace change rebase resend respin put make fold squash document "
        "avoid "
        "convert don't not keep try return check call wrap same ditto",
        rf"{_LEAD}{_IMPERATIVE}\b(?! (?:it )?(?:away|sure|easy))",
    ),
    _rule(
        QUESTION, "about why can't can shouldn't should couldn't wouldn't cannot",
        r"\b(?:how|what) about\b|\bwhy not\b|\bwhy don't (?:you|we)\b|\b(?:shouldn't|should not|couldn't|wouldn't) (?:this"
        r"|that|it|you"
        r"|we|the|there)\b|\bshould (?:this|that|it|we|you)\b",
        r"\bcan(?:'t we|not we| we| we just) (?:use|just|instead|drop|remove|move|do|avoid|simply|also|make|get rid|rename"
        r"|have|add"
        r"|please)\b",
    ),
    _rule(
        QUESTION, "?",
        r"\?[\"')\]]*\W*\Z",
    ),
    _rule(
        QUESTION, "wonder wondering curious sure unsure confused explain clarify elaborate describe don't missing",
        r"\bi(?:'m| am)?(?: still| just| also)? (?:wonder|wondering|curious|not sure|unsure|confused)\b"
        r"|\b(?:please|can you|could you|care to|need to) (?:\w+ )?(?:explain|clarify|elaborate|describe)\b"
        r"|\bi don't (?:understand|get|see how|see why|know why|follow)\b|\bwhat am i missing\b|\bam i missing\b",
    ),
)  # fmt: skip
