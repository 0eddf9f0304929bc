"""What reviewers say in plain words without naming a tag: agreement (LGTM, "looks good", "Ack.") and promises to review or test.

Sentences are in the plain form of tagwords.py; K is an ack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.core.tagwords import one_of

# Where in a text, in lower case, such words may stand.
_PLACES = re.compile(r"lgtm\b|look(?:s|ing)? \w")
_PROMISE_PLACES = re.compile(r"\b(?:re-?)?(?:review|test)(?:ing)?\b")

_LOOKS_GOOD = re.compile(
    r"\blgtm\b|\b(?:looks|look|looking)(?: (?:all|very|really|pretty|quite|so|just|perfectly|mostly|generally|still|now|much))* "
    r"(?:good|fine|great|ok|okay|sane|reasonable|correct|right|nice|sensible|solid)\b(?! (?:idea|enough|if|but|place|way|time))"
)
_OTHER_THINGS = re.compile(r"\b(?:numbers?|results?|performance|output|guess|logs?|mails?)\b[^.,;]{0,40}\Z")
_UNSURE = re.compile(
    r"(?:\b(?:most|if|when|whether|until|not|make sure|hope|once|before|how|what|would|should|might|could|to)\b|n't\b)"
    r"[^.;]{0,40}\Z"
)
_YES = one_of(
    "ok okay yes yeah yep ah hm+ right sure great thanks indeed agreed big full so also fwiw an? and well for_me my",
    "then cool nice",
)
_ACK = re.compile(
    rf"^(?:\W*+\b{_YES}\b)*+\W*+K\b"
    r"|\bK,?(?: \w+)? (?:from|by) (?:me|us|my side)\b|\bK (?:on|for|to) (?:the|this|all|both|these|that|patch)\b"
)
# What follows the Ack of an author who agrees with a comment.
_DOING = one_of(
    "will i'll i_will i_can fixed done understood noted let_me changed removed on_it yeah this_was we'll i've",
    "i'm going_to ok makes_sense thanks then that_was good_point i_see right got_it sure",
)
_ACK_OF_COMMENT = re.compile(rf"\W*{_DOING}\b")
_I_WILL = r"(?:\b(?:i'll|i will|i'm going to|i am going to|i plan to|i intend to|we'll|we will)|(?:^|[.,!;] |\band )will)"
_SOON = one_of(
    "try_to also definitely then now properly fully formally more soon still go give_it_a do_a do_the just finish",
    "continue_to be again certainly happily gladly try_and take_a_look_and have_a_look_and do_some run_some",
)
_PROMISE = re.compile(
    rf"{_I_WILL}(?: {_SOON}){{0,3}} (?P<what>(?:re-?)?(?:reviewing|review|testing|test))"
    r"(?! (?:case|suite|program|bot|server|report|box|results?))(?P<rest>[^.?!]{0,120})"
)
_PATCH = one_of("patch patches series set patchset rest next new other latest v\\d code changes? fix work branch")
_THESE = one_of(
    "this it that them these those both all others? next tomorrow today soon later more patch patches v\\d and_report",
    "asap again on",
)
_OF_PATCH = re.compile(rf"\W*(?:$|[,;-]|(?:{_THESE}|the (?:proposed )?{_PATCH}|the \w+ (?:bits|parts|patches)|your {_PATCH})\b)")
_OF_AUTHOR = re.compile(
    r"\b(?:send|resend|re-?spin|spin|post|submit|resubmit|fold|push|repost|queue|apply|to see|my (?:patch|series|fix)|v\d)\b"
)


def places(low: str, start: int, end: int) -> Iterator[int]:
    """Where agreement may be said in a text in lower case."""
    return (match.start() for match in _PLACES.finditer(low, start, end))


def promise_places(low: str, start: int, end: int) -> Iterator[int]:
    """Where a review or a test may be promised in a text in lower case."""
    return (match.start() for match in _PROMISE_PLACES.finditer(low, start, end))


def looks_good(sentence: str) -> bool:
    """Whether *sentence* says that the patch is fine, without a tag word."""
    match = _LOOKS_GOOD.search(sentence)
    if match is None or sentence.endswith("?"):
        return False
    return not (_UNSURE.search(sentence, 0, match.start()) or _OTHER_THINGS.search(sentence, 0, match.start()))


def acks(sentence: str, following: str) -> bool:
    """Whether *sentence* is an "Ack" to the patch; *following*: the next sentence, which may show that it is to a comment."""
    if _ACK.search(sentence) is None:
        return False
    rest = sentence.partition("K")[2].lstrip(" .!,:;-")
    return _ACK_OF_COMMENT.match(rest or following) is None


def promised(sentence: str) -> str | None:
    """The tag that *sentence* will lead to (`I'll review v2`), None when it promises none."""
    match = _PROMISE.search(sentence)
    if match is None or not _OF_PATCH.match(match["rest"]) or _OF_AUTHOR.search(match["rest"]):
        return None
    return "Reviewed-by" if "review" in match["what"] else "Tested-by"
