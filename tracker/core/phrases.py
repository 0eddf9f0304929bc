"""What a sentence says about review tags: the rules, as tables of expressions.

Sentences are in the plain form of tagwords.py, so `[RATKLG]` is a tag word and `[NM]` a refusal. The first rule that fits
decides. A sentence that fits none says nothing: talk about tags is far more common than tags given in words.
"""

from __future__ import annotations

import re

GIVEN, CONDITIONAL, PROMISED, REFUSED, WITHDRAWN, KEPT = "given", "conditional", "promised", "refused", "withdrawn", "kept"

_TAG = "[RATKLG]+"
_ANY = "[RATKLGNM]"
_GAP = r"[^RATKLGNM.?!]"  # up to the tag, in the same sentence
_MY = r"\b(?:my|our)\b"
_TAGS_TAIL = r"(?:(?: ?(?:/|,|&|\+|\band\b|\bor\b) ?(?:my |an? )?)+[RATK]+)*"

# --- whose tag, and whether anybody's

_OTHERS = re.compile(
    rf"(?:\b(?:your|his|her|their|whose|everyone's|any|no|more|other|additional|explicit|necessary|formal|another)\b|\w's|\w\w+s')"
    rf"(?: (?!my\b)[\w'.-]+){{0,3}} ?{_TAG}"
)
_QUESTION = re.compile(r"\?\W*\Z")
_YOU_ADD_MY = re.compile(r"\b(?:can|could|would|will) you\b.*\bmy\b")
_NOT = re.compile(
    r"(?:\bnot\b|n't\b|\bcannot\b|\bnever\b|\bunable\b|\bno longer\b|\bhesita\w+\b|\bbefore\b|\bunless\b|\bhold\w* (?:off|back)\b"
    r"|\binstead of\b|\brather than\b|\bwould have\b|\bcould have\b|\bwhy\b|\bwithout\b|\bneither\b|\bnor\b|\bwhether\b|\bhad\b)"
    rf"(?! only\b)[^RATKLGNM.?!;:]{{0,60}}\Z"
)
