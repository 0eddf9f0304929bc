"""What makes a sentence that fits a rule of talkrules.py no question, request or plan after all. Sentences as there."""

from __future__ import annotations

import re

# What is no plan after all: one on a condition, a question. Small talk, and what asks for nothing but a tag or a merge.
NO_PLAN = re.compile(
    r"\bif (?:you|we|that|this|it|so|needed|necessary|there|people|everyone|nobody|no one|desired|anyone|someone)\b|\?\W*\Z"
)
NO_QUESTION = re.compile(
    r"^\W*(?:huh|eh|hello|hi|(?:gentle |friendly )?ping|really|remember|any (?:update|news|progress)s?)\W*\Z|\bhow are you\b"
    r"|\bping\b|\bcan i (?:add|have|get|carry|keep)\b"
    r"|\b(?:can|could|would|will) you (?:please |also |maybe )?(?:apply|take|merge|queue|pick|pull|review|ack)\b"
)
NO_REQUEST = re.compile(
    r"^\W*(?:yes|yeah|yep|yup|exactly)\b(?!.*\b(?:please|should|could|you|needs?|must)\b)|"
    r"\b[0-9a-f]{10,40} (?:- |\()|\b(?:sorry|not saying|thanks for|thank you for|apologi[sz]e"
    r"|would be (?:great|nice|good) (?:to hear|if you (?:could|can) (?:review|take|apply|merge|pick)))\b"
)
# Lines that are code or output, not sentences.
CODE = re.compile(
    r"[;{}][ \t]*(?:\n|\Z)|^\s*(?:(?:if|for|while|return|static|int|struct)\b ?[(\w]*\(|[#$|+\[/])", re.MULTILINE
)
