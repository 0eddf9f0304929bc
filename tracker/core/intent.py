"""What a reply says about review tags: given, on a condition, promised, refused, taken back or kept, and for which patches.

Reads trailers of the reply's own words together with the sentences around them, and tags handed over in plain words.
Never counts quoted text, signatures, diffs, commit messages quoted without marks, questions, thanks for tags, robots'
suggestions. A trailer in another person's name is a mismatch: reported, never to be counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tracker.core import phrases
from tracker.core.ownwords import Span, own_blocks, sentence_after, sentence_at, sentence_before
from tracker.core.people import Person, same_person
from tracker.core.scope import POSITION, Scope, scope_of
from tracker.core.subject import Subject
from tracker.core.tagwords import MENTION, NAMES, TagTrailer, plain, trailer_at

_NO_ALIASES: Mapping[str, str] = {}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAX_MENTIONS = 300
_MAX_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a reply says about one tag.

    name: 'Reviewed-by', 'Acked-by', 'Tested-by', 'Nacked-by'; 'tag' where the words name none ("drop my tag"); 'agreement'
    for LGTM, "Ack." and the like in plain words, which are remarks and never tags. who: the sender; of a mismatch whom the
    trailer names. verdict: given, conditional, promised, refused, withdrawn, kept. quote: the deciding words, white space
    folded. line: 0-based. part: what a note behind a trailer limits it to ("arm64" of `# arm64`). withdraws: what stands on
    the condition is taking the tag back, not giving it.
    """

    name: str
    who: Person
    verdict: str
    scope: Scope
    quote: str
    line: int
    mismatch: bool = False
    part: str | None = None
    agreement: bool = False
    withdraws: bool = False


_ROBOT = re.compile(r"syzbot[+@]|lkp@intel\.com$|.*-?bot[+@]|.*no-?reply@", re.IGNORECASE)
_WORTH = ("-by", " by", "ack", "nak", "lgtm", "looks ", "r-b", "rvb", "rb", "t-b", "my tag", "will ", "'ll ")


def read_intents(
    text: str, sender: Person, *, aliases: Mapping[str, str] = _NO_ALIASES, subject: Subject | None = None
) -> tuple[Intent, ...]:
    """Everything *sender* says about review tags in *text*, the whole body of one reply, in its order.

    aliases: as for people.same_person. subject: of the reply; its k/N tells what "the last patch" and "all but 3/7" are.
    Robots say nothing. Never raises.
    """
    low = text.lower()
    if not any(word in low for word in _WORTH) or _ROBOT.match(sender.email):
        return ()
    reader = _Reader(text, sender, aliases, subject)
    for block in own_blocks(text):
        reader.read(block)
    return reader.result()


_OTHER_TRAILER = re.compile(
    r"[ \t]*(?:Fixes|Link|Closes|Cc|Reported[\w-]*-by|Suggested-by|Signed-off-by|Co-developed-by|Message-Id|Reviewed-on"
    r"|Depends-on|Change-Id|Debugged-by|Bisected-by|Reviewed-by|Acked-by|Tested-by)[ \t]*:.*",
    re.IGNORECASE,
)
_THIN = re.compile(
    r"\W*(?:(?:thanks?(?: you)?|thx|cheers|hi|hey|hello|dear|so|and|nice|great|cool|neat|awesome|well done|good (?:work|catch|point|job|idea))\b"
    r"[^RATKLGNM.?!]{0,40})?[\W\d]*"
)
_HANDOVER = re.compile(
    r"(?:\W*(?:so|and|also|then|thus|hence|therefore|please|ok|okay|thanks|for (?:that|this|it|them)|this))*\W*"
    r"(?:(?:you (?:can|may|could)|feel free to|fee free to|free to|go ahead and|please|kindly)?(?: also| then| now)?"
    r" ?(?:add|include|take|use|consider|have|here(?:'s| is) my|my)(?: my| it| this| a| an| the)?(?: (?:[RATK]|tag|following)+)?)?\W*"
)
_CARRIED_AFTER = re.compile(r"\s*(?:^[ \t]*[A-Z][\w-]+: .*\n|^[ \t]*\[.*\]\n|\s)*(?:^---[ \t]*$|^diff --git )", re.MULTILINE)
_AFTER = re.compile(r"^(?:\(|-+ |\.{2,3} ?)?(?:(?:but|and|also|only) )?(?:for|to|on|once|after|if|with|provided|assuming|as long as|pending|modulo|when|unless|in case)\b")
_MAIN_CLAUSE = re.compile(r", (?:we|i|you|it|this|that|the|then|there|please|they)\b")
_PLAIN_PROMISE = re.compile(
    r"(?:\b(?:i'll|i will|i'm going to|i am going to|i plan to|i intend to|we'll|we will)|(?:^|[.,!;] |\band )will)"
    r"(?: (?:try to|also|definitely|then|now|properly|fully|formally|more|soon|still|go|give it a|do a|do the|just|finish|continue to|be"
    r"|again|certainly|happily|gladly|try and|take a look and|have a look and|do some|run some)){0,3} (?P<what>(?:re-?)?(?:reviewing|review|testing|test))"
    r"(?! (?:case|suite|program|bot|server|report|box|results?))(?P<rest>[^.?!]{0,120})"
)
_OBJECT = re.compile(
    r"^\W*(?:$|[,;-]|(?:this|it|that|them|these|those|your|both|all|the (?:patch|patches|series|set|patchset|rest|next|new|other|latest|v\d|code"
    r"|change|changes|fix|proposed|io\S* (?:bits|parts))|the \w+ (?:bits|parts|patches)|others?|next|tomorrow|today|soon|later|more|patch|patches|v\d|and report|asap|again|on)\b)"
)
_AUTHOR = re.compile(r"\b(?:send|resend|re-?spin|spin|post|submit|resubmit|fold|push|repost|queue|apply|my (?:patch|series|fix)|v\d)\b")
_LOOKS_GOOD = re.compile(
    r"\blgtm\b|\b(?:looks|look|looking|seems|seem)(?: (?:all|very|really|pretty|quite|so|just|perfectly|mostly|generally))* "
    r"(?:good|fine|great|ok|okay|sane|reasonable|correct|right|nice|sensible|solid)\b(?! (?:idea|enough|if|but|place|way|time))"
)
_UNSURE = re.compile(r"\b(?:if|when|whether|until|not|n't|make sure|hope|once|doesn't|don't|didn't|before|how|what|would|should|might)\b[^.;]{0,40}\Z|n't\b[^.;]{0,30}\Z")
_ACK_SAID = re.compile(
    r"^(?:\W*(?:ok|okay|yes|yeah|yep|ah|hm+|right|sure|great|thanks|indeed|agreed|big|full|so|also|fwiw|an?|and|well|for me|my|then|cool|nice))*\W*K\b"
    r"|\bK,?(?: \w+)? (?:from|by) (?:me|us|my side)\b|\bK (?:on|for|to) (?:the|this|all|both|these|that|patch)\b"
)
_ACK_BUT = re.compile(r"^\W*(?:will|i'll|i will|i can|fixed|done|understood|noted|let me|let's|changed|removed|on it|yeah|this was|we'll|i've|i'm|going to|ok|makes sense|thanks)\b")


def _first_and_last(name: str) -> tuple[str, str] | None:
    """The first and the last word of a name; two from one like `JaneDoe`."""
    words = _CAMEL.sub(" ", name).casefold().split()
    return (words[0], words[-1]) if len(words) > 1 and "," not in name else None


class _Reader:
    """Collects the intents of one reply, block by block."""

    def __init__(self, text: str, sender: Person, aliases: Mapping[str, str], subject: Subject | None) -> None:
        self.text = text
        self.sender = sender
        self.aliases = aliases
        self.place = (subject.n, subject.total) if subject else (None, None)
        self.found: list[Intent] = []
        self.agreements: list[Intent] = []
        self.mentions = 0
        self.said: set[int] = set()

    def read(self, block: Span) -> None:
        trailers: list[TagTrailer] = []
        words: list[re.Match[str]] = []
        for match in MENTION.finditer(self.text, *block):
            if self.mentions >= _MAX_MENTIONS:
                break
            self.mentions += 1
            trailer = trailer_at(self.text, match, self.sender)
            if trailer:
                trailers.append(trailer)
            else:
                words.append(match)
        leads: list[tuple[Span, str]] = []
        for index, trailer in enumerate(trailers):
            self._trailer(block, trailers, index, leads)
        self._prose(block, trailers, words, leads)
        self._without_tag(block)

    def result(self) -> tuple[Intent, ...]:
        tagged = any(intent.verdict != phrases.PROMISED and not intent.mismatch for intent in self.found)
        found = self.found if tagged else self.found + self.agreements[:1]
        return tuple(sorted(dict.fromkeys(found), key=lambda intent: intent.line))

    # --- trailers

    def _trailer(self, block: Span, trailers: list[TagTrailer], index: int, leads: list[tuple[Span, str]]) -> None:
        trailer = trailers[index]
        own = self._is_sender(trailer.person)
        if self._carried(block, trailer, own):
            return
        start = self._group_start(block, trailers, index)
        low = max((other.end for other in trailers[:index] if other.end <= start), default=block[0])
        before = self._leads(low, start)
        if not own and any(self.text[slice(*span)].endswith("?") for span in before):
            return
        after = self._after(block, trailers, index)
        said = [plain(self.text[slice(*span)]) for span in before]
        later = plain(self.text[slice(*after)])
        scope = self._first_scope([trailer.note.lower(), later, *said])
        first = min([trailer.start, *(span[0] for span in before)])
        for name in trailer.names:
            verdict = self._verdict(name, said, later, trailer.note) if own else phrases.GIVEN
            leads += [(span, name) for span in before]
            self._add(
                name, verdict, scope, (first, max(trailer.end, after[1])), trailer.start,
                who=self.sender if own else trailer.person, mismatch=not own, part=trailer.note or None,
            )  # fmt: skip

    def _is_sender(self, person: Person) -> bool:
        """Whether a trailer's person is the sender, who may write his first name shorter or use another address."""
        if same_person(person, self.sender, self.aliases):
            return True
        first, last = _first_and_last(person.name), _first_and_last(self.sender.name)
        if not first or not last or first[1] != last[1]:
            return False
        users = {person.email.partition("@")[0].lower(), self.sender.email.partition("@")[0].lower()}
        short, long = sorted((first[0], last[0]), key=len)
        return (len(users) == 1 and len(users.pop()) > 4) or (len(short) > 2 and long[:4].startswith(short[:4]))

    def _verdict(self, name: str, said: list[str], later: str, note: str) -> str:
        if name == "Nacked-by":
            unless = any(phrases.refuses_on_condition(sentence) for sentence in said)
            return phrases.CONDITIONAL if unless else phrases.REFUSED
        verdict = self._run_on(name, said[0]) if said else None
        if verdict:
            return verdict
        conditions = [*map(phrases.leads_with_condition, said), bool(later) and phrases.conditional(later)]
        if note and " " in note:
            conditions.append(phrases.conditional(plain(note)))
        return phrases.CONDITIONAL if any(conditions) else phrases.GIVEN

    def _run_on(self, name: str, lead: str) -> str | None:
        """What the sentence before a trailer says, when the trailer is its last word or it keeps the same tag."""
        letter = next(letter for letter, full in NAMES.items() if full == name)
        saying = phrases.judge(lead if lead[-1:] in ".!?" else f"{lead.rstrip(' :,-')} {letter}")
        if saying and any(NAMES[other] == name for other in saying.letters):
            if saying.verdict == phrases.KEPT or (lead[-1:] not in ".!?" and saying.verdict in (phrases.PROMISED, phrases.WITHDRAWN)):
                return saying.verdict
        return None

    def _carried(self, block: Span, trailer: TagTrailer, own: bool) -> bool:
        """Whether a trailer belongs to a commit message or posting that the reply shows."""
        low = self.text.rfind("\n\n", block[0], trailer.start) + 1 or block[0]
        high = self.text.find("\n\n", trailer.end, block[1])
        paragraph = self.text[low : high if high >= 0 else block[1]].lower()
        signed = "signed-off-by:" in paragraph or "co-developed-by:" in paragraph
        if not own and signed:
            return True
        line = self.text.rfind("\n", 0, trailer.start) + 1
        indented = trailer.start - line >= 2 and not self.text[line : trailer.start].strip()
        return (signed and indented) or _CARRIED_AFTER.match(self.text, trailer.end, block[1]) is not None

    def _group_start(self, block: Span, trailers: list[TagTrailer], index: int) -> int:
        """Where the group of trailers starts that stand below each other."""
        start = trailers[index].start
        for _ in range(40):
            end = block[0] + len(self.text[block[0] : start].rstrip(" \t\r\n,"))
            line = max(self.text.rfind("\n", 0, end) + 1, block[0])
            above = next((other for other in trailers[:index] if other.start < end <= other.end), None)
            if above:
                start = above.start
            elif end > line and _OTHER_TRAILER.fullmatch(self.text, line, end):
                start = line
            else:
                break
        return start

    def _leads(self, low: int, start: int) -> list[Span]:
        """The sentences before a trailer that are about it, the nearest first."""
        spans: list[Span] = []
        for _ in range(4):
            span = sentence_before(self.text, (low, start), spans[-1][0] if spans else start)
            words = plain(self.text[slice(*span)])
            if span[0] == span[1] or words.endswith("wrote:"):
                break
            spans.append(span)
            if not (_THIN.fullmatch(words) or _HANDOVER.fullmatch(words)):
                break
        return spans

    def _after(self, block: Span, trailers: list[TagTrailer], index: int) -> Span:
        """The sentence behind a trailer that goes on about it (`for the series`, `once that is fixed`), or an empty span."""
        end = trailers[index].end
        for other in trailers[index + 1 :]:
            if self.text[end : other.start].strip():
                break
            end = other.end
        span = sentence_after(self.text, block, end)
        words = plain(self.text[slice(*span)])
        starts = self.text[span[0] : span[0] + 1]
        elliptic = starts.islower() or starts in "(-." or words.startswith(("for ", "on ", "to "))
        if len(words) < 160 and elliptic and _AFTER.match(words) and not _MAIN_CLAUSE.search(words):
            return span
        return end, end

    def _first_scope(self, sentences: list[str]) -> Scope:
        for sentence in sentences:
            scope = scope_of(sentence, *self.place)
            if scope != POSITION:
                return scope
        return POSITION

    # --- plain words

    def _prose(self, block: Span, trailers: list[TagTrailer], words: list[re.Match[str]], leads: list[tuple[Span, str]]) -> None:
        done = 0
        for match in words:
            if match.start() < done or any(trailer.start <= match.start() < trailer.end for trailer in trailers):
                continue
            low = max((trailer.end for trailer in trailers if trailer.end <= match.start()), default=block[0])
            high = min((trailer.start for trailer in trailers if trailer.start >= match.end()), default=block[1])
            span = sentence_at(self.text, (low, high), match.start(), match.end())
            done = span[1]
            self._sentence(block, span, {name for lead, name in leads if lead[0] == span[0]}, high)

    def _sentence(self, block: Span, span: Span, named: set[str], high: int) -> None:
        sentence = plain(self.text[slice(*span)])
        saying = phrases.judge(sentence)
        if saying is None:
            if _ACK_SAID.search(sentence) and not named:
                self._agree(sentence, span, high)
            return
        scope = self._scope_near(sentence, span, block)
        for letter in saying.letters:
            name = NAMES[letter]
            if name not in named or saying.verdict in (phrases.REFUSED, phrases.WITHDRAWN):
                self._add(name, saying.verdict, scope, span, span[0], withdraws=saying.withdraws)

    def _scope_near(self, sentence: str, span: Span, block: Span) -> Scope:
        scope = scope_of(sentence, *self.place)
        if scope == POSITION and _HANDOVER.fullmatch(sentence):
            before = sentence_before(self.text, block, span[0])
            scope = scope_of(plain(self.text[slice(*before)]), *self.place)
        return scope

    def _agree(self, sentence: str, span: Span, high: int) -> None:
        rest = sentence.partition("K")[2] if "K" in sentence else ""
        if not rest.strip(" .!,:;-") and "K" in sentence:
            rest = plain(self.text[slice(*sentence_after(self.text, (span[1], high), span[1]))])
        if _ACK_BUT.match(rest.lstrip(" .!,:;-")):
            return
        verdict = phrases.CONDITIONAL if phrases.conditional(sentence) else phrases.GIVEN
        self._add("agreement", verdict, scope_of(sentence, *self.place), span, span[0])

    def _without_tag(self, block: Span) -> None:
        """Agreement and promises that name no tag: LGTM, "I'll review v2"."""
        low = self.text[slice(*block)].lower()
        if "look" not in low and "lgtm" not in low and "seem" not in low and "review" not in low and "test" not in low:
            return
        for match in re.finditer(r"\blgtm\b|\blook(?:s|ing)? \w|\bseems? \w|\b(?:review|test)(?:ing)?\b", low):
            at = block[0] + match.start()
            span = sentence_at(self.text, block, at, at + 1)
            sentence = plain(self.text[slice(*span)])
            if match[0][0] in "ls":
                self._looks_good(sentence, span)
            else:
                self._plain_promise(sentence, span)

    def _looks_good(self, sentence: str, span: Span) -> None:
        match = _LOOKS_GOOD.search(sentence)
        if match and not self.agreements and not sentence.endswith("?") and not _UNSURE.search(sentence[: match.start()]):
            self._agree(sentence, span, span[1])

    def _plain_promise(self, sentence: str, span: Span) -> None:
        match = _PLAIN_PROMISE.search(sentence)
        if span[0] in self.said or match is None or not _OBJECT.match(match["rest"]) or _AUTHOR.search(match["rest"]):
            return
        name = "Reviewed-by" if "review" in match["what"] else "Tested-by"
        if all(intent.name != name or intent.verdict != phrases.PROMISED for intent in self.found):
            self._add(name, phrases.PROMISED, scope_of(sentence, *self.place), span, span[0])

    def _add(self, name: str, verdict: str, scope: Scope, span: Span, at: int, *, who: Person | None = None,
             mismatch: bool = False, part: str | None = None, withdraws: bool = False) -> None:  # fmt: skip
        self.said.add(span[0])
        quote = " ".join(self.text[slice(*span)].split())
        if len(quote) > _MAX_QUOTE:
            quote = "…" + quote[-_MAX_QUOTE + 1 :] if at > span[0] else quote[: _MAX_QUOTE - 1] + "…"
        intent = Intent(
            name, who or self.sender, verdict, scope, quote, self.text.count("\n", 0, at), mismatch, part,
            name == "agreement", withdraws,
        )  # fmt: skip
        (self.agreements if intent.agreement else self.found).append(intent)
