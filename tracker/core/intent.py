"""What a reply says about review tags: given, on a condition, promised, refused, taken back or kept, and for which patches.

Reads trailers of the reply's own words together with the sentences around them, and tags handed over in plain words.
Never counts quoted text, signatures, diffs, commit messages shown without quote marks, questions, thanks for tags, robots'
suggestions. A trailer in another person's name is a mismatch: reported, never to be counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tracker.core import remarks
from tracker.core.conditions import conditional, leads_with_condition, unless_done
from tracker.core.ownname import is_own
from tracker.core.ownwords import Span, own_blocks, sentence_after, sentence_at, sentence_before
from tracker.core.people import Person
from tracker.core.phrases import CONDITIONAL, GIVEN, PROMISED, REFUSED, WITHDRAWN, judge, runs_on
from tracker.core.scope import POSITION, Scope, part_of, scope_of
from tracker.core.subject import Subject
from tracker.core.tagwords import NAMES, Mention, TagTrailer, lowered, mentions, one_of, plain, trailer_at

_NO_ALIASES: Mapping[str, str] = {}
_MAX_MENTIONS = 100  # tag words that are looked at
_MAX_BLOCKS = 1_000  # runs of own lines between quotes
_MAX_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a reply says about one tag.

    name: 'Reviewed-by', 'Acked-by', 'Tested-by', 'Nacked-by'; 'tag' where the words name none ("drop my tag"); 'agreement'
    for LGTM, "Ack." and the like in plain words, which are remarks and never tags. who: the sender; of a mismatch whom the
    trailer names. verdict: given, conditional, promised, refused, withdrawn, kept. quote: the deciding words, white space
    folded. line: 0-based, of the trailer or the sentence. part: what the words limit it to ("arm64" of `# arm64`, "bpf bits").
    withdraws: what stands on the condition is taking the tag back, not giving it.
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


_ROBOT = re.compile(r"syzbot[+@]|lkp@intel\.com$|(?:[^@]*[-_.])?bot[+@]|[^@]*no-?reply@", re.IGNORECASE)
_FUTURE = ("'ll ", "will ", "going to", "plan to")
_GOOD = ("look", "lgtm")
_WORTH = ("-b", "ack", "d by", "nak", "look", "lgtm", "rvb", "review", " test", "my tag", " rb")


def read_intents(
    text: str, sender: Person, *, aliases: Mapping[str, str] = _NO_ALIASES, subject: Subject | None = None
) -> tuple[Intent, ...]:
    """Everything *sender* says about review tags in *text*, the whole body of one reply, in its order.

    aliases: as for people.same_person. subject: of the reply; its k/N tells what "the last patch" and "all but 3/7" are.
    Robots say nothing. Never raises.
    """
    low = lowered(text)
    if not any(word in low for word in _WORTH) or _ROBOT.match(sender.email):
        return ()
    return _Reader(text, low, sender, aliases, subject).read()


_OTHER_TRAILER = re.compile(
    r"[ \t]*(?:fixes|link|closes|cc|reported[\w-]*-by|suggested-by|signed-off-by|co-developed-by|message-id|reviewed-on"
    r"|depends-on|change-id|debugged-by|bisected-by|reviewed-by|acked-by|tested-by)[ \t]*:.*"
)
# Sentences that are polite or hand a tag over and nothing more: what is said about the tag stands before them.
_POLITE = one_of(
    "thanks? thank_you thx cheers hi hey hello dear so and nice great cool neat awesome well_done",
    "good_(?:work|catch|point|job|idea)",
)
_THIN = re.compile(rf"\W*(?:{_POLITE}\b[^RATKLGNM.?!]{{0,40}})?[\W\d]*")
_LINKS = one_of("so and also then thus hence therefore please ok okay thanks for_(?:that|this|it|them) this")
_HANDOVER = re.compile(
    rf"(?:\W*+{_LINKS}\b)*+\W*+(?:(?:you (?:can|may|could)|fee?l? ?free to|go ahead and|kindly)?(?: also| then| now)?"
    r" ?(?:add|include|take|use|consider|have|here(?:'s| is) my|my)(?: my| it| this| a| an| the)?"
    r"(?: (?:[RATK]|tag|following)+)?)?\W*"
)
# A posting shown below a trailer: further trailers, `---`, a diff.
_POSTING_BELOW = re.compile(
    r"\s*+(?:[ \t]*+(?:[A-Z][\w-]*+: .*|\[.*\])\n\s*+){0,40}+"
    r"(?:---[ \t]*$(?=(?:\n.*+){0,200}?\n(?:diff --git |--- a/|Index: ))|diff --git )",
    re.MULTILINE,
)
_SHOWN = ("+", "#")  # in front of a trailer that a tool or a comment shows
_TALKED_OF = re.compile(r"\b(?:removed|dropped|added|kept|collected|picked up|carried)\b[^.,:\n]{0,40}\Z")
_GOES_ON = re.compile(
    r"(?:\(|-+ |\.{2,3} ?)?(?:(?:but|and|also|only) )?"
    r"(?:for|to|on|once|after|if|with|provided|assuming|as long as|pending|modulo|when|unless|in case)\b"
)
_GOES_ON_ANEW = ("for ", "on ", "to ")
_MAIN_CLAUSE = re.compile(r", (?:we|i|you|it|this|that|the|then|there|please|they)\b")
_MAX_AFTER = 200  # characters of what goes on behind a trailer
_MAX_GROUP = 40  # trailers below each other


@dataclass(slots=True)
class _Reader:
    """Collects the intents of one reply, block by block of the writer's own words."""

    text: str
    low: str
    sender: Person
    aliases: Mapping[str, str]
    subject: Subject | None
    found: list[Intent] = field(default_factory=list)
    remarks: list[Intent] = field(default_factory=list)
    seen: int = 0
    sentences: dict[Span, str] = field(default_factory=dict)
    said: set[int] = field(default_factory=set)  # where sentences start that were made an intent of

    def read(self) -> tuple[Intent, ...]:
        blocks = own_blocks(self.text)[:_MAX_BLOCKS]
        for block in blocks:
            self._tags(block)
        if self._has(blocks, _FUTURE):
            self._promises(blocks)
        if all(intent.mismatch or intent.verdict == PROMISED for intent in self.found):
            if self._has(blocks, _GOOD):
                self._looks_good(blocks)
            self.found += self.remarks[:1]
        return tuple(sorted(dict.fromkeys(self.found), key=lambda intent: intent.line))

    def _has(self, blocks: Sequence[Span], words: Sequence[str]) -> bool:
        """Whether one of *words* stands in the writer's own words; a cheap look before a dear one."""
        return any(self.low.find(word, *block) >= 0 for block in blocks for word in words)

    def _tags(self, block: Span) -> None:
        trailers: list[TagTrailer] = []
        words: list[Mention] = []
        for mention in mentions(self.text, self.low, *block):
            self.seen += 1
            if self.seen > _MAX_MENTIONS:
                break
            trailer = trailer_at(self.text, mention, self.sender)
            if trailer:
                trailers.append(trailer)
            elif not trailers or mention.start >= trailers[-1].end:
                words.append(mention)
        leads: dict[int, set[str]] = {}
        for index in range(len(trailers)):
            self._trailer(block, trailers, index, leads)
        self._prose(block, trailers, words, leads)

    def _plain(self, span: Span) -> str:
        if span[0] == span[1]:
            return ""
        sentence = self.sentences.get(span)
        if sentence is None:
            sentence = self.sentences[span] = plain(self.text[span[0] : span[1]])
        return sentence

    # --- trailers

    def _trailer(self, block: Span, trailers: Sequence[TagTrailer], index: int, leads: dict[int, set[str]]) -> None:
        trailer = trailers[index]
        own = is_own(trailer.person, self.sender, self.aliases)
        if self._carried(block, trailer, own) or _TALKED_OF.search(self.low, max(block[0], trailer.start - 60), trailer.start):
            return
        start = self._group_start(block, trailers, index)
        low = max((other.end for other in trailers[:index] if other.end <= start), default=block[0])
        before = self._leads(low, start)
        if not own and any(self.text[slice(*span)].endswith("?") for span in before):
            return
        after = self._after(block, trailers, index)
        said = [self._plain(span) for span in before]
        later = self._plain(after)
        scope, part = self._limits([text for text in (trailer.note.lower(), later, *said) if text])
        words = (min(before[-1][0], trailer.start) if before else trailer.start, max(trailer.end, after[1]))
        for span in before:
            leads.setdefault(span[0], set()).update(trailer.names)
        for name in trailer.names:
            verdict = self._verdict(name, said, later, trailer.note) if own else GIVEN
            self._add(
                name, verdict, words, trailer.start, scope=scope, part=trailer.note or part,
                mismatch=None if own else trailer.person,
            )  # fmt: skip

    def _limits(self, sentences: Sequence[str]) -> tuple[Scope, str | None]:
        """The first scope and the first part that *sentences* name."""
        scope, part = POSITION, None
        for sentence in sentences:
            if scope == POSITION:
                scope = self._scope(sentence)
            part = part or part_of(sentence)
        return scope, part

    def _verdict(self, name: str, said: Sequence[str], later: str, note: str) -> str:
        if name == "Nacked-by":
            return CONDITIONAL if any(map(unless_done, said)) else REFUSED
        run_on = runs_on(said[0], name) if said else None
        if run_on:
            return run_on
        if any(map(leads_with_condition, said)) or (later and conditional(later)):
            return CONDITIONAL
        return CONDITIONAL if " " in note and conditional(plain(note)) else GIVEN

    def _carried(self, block: Span, trailer: TagTrailer, own: bool) -> bool:
        """Whether a trailer belongs to a commit message or posting that the reply shows."""
        low = max(self.low.rfind("\n\n", block[0], trailer.start), block[0])
        high = self.low.find("\n\n", trailer.end, block[1])
        high = high if high >= 0 else block[1]
        prefix = self.text[self.text.rfind("\n", 0, trailer.start) + 1 : trailer.start]
        if prefix.strip() in _SHOWN:
            return True
        if self.low.find("signed-off-by:", low, high) < 0:
            return False
        indented = len(prefix) >= 2 and not prefix.strip()
        return not own or indented or _POSTING_BELOW.match(self.text, trailer.end) is not None

    def _group_start(self, block: Span, trailers: Sequence[TagTrailer], index: int) -> int:
        """Where the group of trailers starts that stand below each other."""
        start = trailers[index].start
        for _ in range(_MAX_GROUP):
            end = _stripped(self.text, block[0], start)
            line = max(self.text.rfind("\n", 0, end) + 1, block[0])
            above = next((other for other in reversed(trailers[:index]) if other.start < end <= other.end), None)
            if above:
                start = above.start
            elif end > line and _OTHER_TRAILER.fullmatch(self.low, line, end):
                start = line
            else:
                break
        return start

    def _leads(self, low: int, start: int) -> list[Span]:
        """The sentences before a trailer that are about it, the nearest first."""
        spans: list[Span] = []
        for _ in range(4):
            span = sentence_before(self.text, (low, start), spans[-1][0] if spans else start)
            if span[0] == span[1]:
                break
            spans.append(span)
            words = self._plain(span)
            if not (_THIN.fullmatch(words) or _HANDOVER.fullmatch(words)):
                break
        return spans

    def _after(self, block: Span, trailers: Sequence[TagTrailer], index: int) -> Span:
        """The sentence behind a trailer that goes on about it (`for the series`, `once that is fixed`), or an empty span."""
        end = trailers[index].end
        for other in trailers[index + 1 :]:
            if self.text[end : other.start].strip():
                break
            end = other.end
        span = sentence_after(self.text, block, end)
        if not _GOES_ON.match(self.low, *span) or span[1] - span[0] > _MAX_AFTER:
            return end, end
        first = self.text[span[0]]
        goes_on = first.islower() or first in "(-." or self.low.startswith(_GOES_ON_ANEW, span[0])
        return span if goes_on and not _MAIN_CLAUSE.search(self._plain(span)) else (end, end)

    # --- plain words

    def _prose(
        self, block: Span, trailers: Sequence[TagTrailer], words: Sequence[Mention], leads: Mapping[int, set[str]]
    ) -> None:
        done = 0
        for mention in words:
            if mention.start < done:
                continue
            low = max((trailer.end for trailer in trailers if trailer.end <= mention.start), default=block[0])
            high = min((trailer.start for trailer in trailers if trailer.start >= mention.end), default=block[1])
            span = sentence_at(self.text, (low, high), mention.start, mention.end)
            done = span[1]
            self._sentence(block, span, leads.get(span[0], set()), high)

    def _sentence(self, block: Span, span: Span, named: set[str], high: int) -> None:
        """Takes what a sentence with a tag word says. named: tags of the trailer it leads to, which says it all."""
        sentence = self._plain(span)
        saying = judge(sentence)
        if saying is None:
            if not named and remarks.acks(sentence, self._plain(sentence_after(self.text, (span[1], high), span[1]))):
                self._agree(span)
            return
        scope = self._scope(sentence)
        if scope == POSITION and _HANDOVER.fullmatch(sentence):
            scope = self._scope(self._plain(sentence_before(self.text, block, span[0])))
        for name in dict.fromkeys(NAMES[letter] for letter in saying.letters):
            if name not in named or saying.verdict in (REFUSED, WITHDRAWN):
                part = part_of(sentence)
                self._add(name, saying.verdict, span, span[0], scope=scope, part=part, withdraws=saying.withdraws)

    def _promises(self, blocks: Sequence[Span]) -> None:
        """Promises that name no tag: "I'll review v2"."""
        for span in self._sentences(blocks, remarks.promise_places):
            name = remarks.promised(self._plain(span)) if span[0] not in self.said else None
            if name and all(intent.name != name or intent.verdict != PROMISED for intent in self.found):
                self._add(name, PROMISED, span, span[0], scope=self._scope(self._plain(span)))

    def _looks_good(self, blocks: Sequence[Span]) -> None:
        for span in self._sentences(blocks, remarks.places):
            if remarks.looks_good(self._plain(span)):
                self._agree(span)
                break

    def _sentences(self, blocks: Sequence[Span], places: Callable[[str, int, int], Iterator[int]]) -> Iterator[Span]:
        """The sentences around *places*, each once."""
        left = _MAX_MENTIONS
        for block in blocks:
            done = 0
            for at in places(self.low, *block):
                if at < done:
                    continue
                left -= 1
                if left < 0:
                    return
                span = sentence_at(self.text, block, at, at + 1)
                done = span[1]
                yield span

    def _agree(self, span: Span) -> None:
        sentence = self._plain(span)
        verdict = CONDITIONAL if conditional(sentence) else GIVEN
        self._add("agreement", verdict, span, span[0], scope=self._scope(sentence))

    def _scope(self, sentence: str) -> Scope:
        return scope_of(sentence, self.subject.n, self.subject.total) if self.subject else scope_of(sentence)

    def _add(
        self, name: str, verdict: str, span: Span, at: int, *, scope: Scope, part: str | None = None,
        mismatch: Person | None = None, withdraws: bool = False,
    ) -> None:  # fmt: skip
        """Keeps an intent that the words of *span* express. mismatch: in whose name it is, when not in the sender's."""
        quote = " ".join(self.text[span[0] : span[1]].split())
        if len(quote) > _MAX_QUOTE:
            quote = "…" + quote[1 - _MAX_QUOTE :] if at > span[0] else quote[: _MAX_QUOTE - 1] + "…"
        line = self.text.count("\n", 0, at)
        remark = name == "agreement"
        intent = Intent(name, mismatch or self.sender, verdict, scope, quote, line, mismatch is not None, part, remark, withdraws)
        (self.remarks if remark else self.found).append(intent)
        self.said.add(span[0])


def _stripped(text: str, start: int, end: int) -> int:
    """Where the text before *end* ends without white space and commas."""
    low = max(start, end - 500)
    return low + len(text[low:end].rstrip(" \t\r\n,"))
