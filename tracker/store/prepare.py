"""One raw mail to everything the store writes of it: facts, compressed bytes, words for the full-text index.

Pure apart from the compressor, so that an import can spread it over processes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tracker.core.facts import Facts, examine
from tracker.core.mailkeys import is_maintaining, mail_keys
from tracker.core.message import Message, parse
from tracker.store.codec import clean, dump

if TYPE_CHECKING:
    import zstandard

LEVEL = 3
# Text past this many characters of one mail is not indexed for search: 200,000 is a diff of some 5,000 lines.
_MAX_INDEXED = 200_000


class Prepared(NamedTuple):
    """A row of the store in the making. words: the columns of the full-text table in their order.

    keys: what it says something about (core/mailkeys.py); maintains: it shows that its sender maintains a tree.
    """

    msgid: str
    parents: tuple[str, ...]
    date: int | None
    received: int | None
    kind: str
    subject: str
    name: str
    email: str
    hash: bytes
    size: int
    abridged: bool
    origin: str
    lists: tuple[str, ...]
    patch_ids: tuple[str | None, ...]
    keys: tuple[str, ...]
    maintains: bool
    defects: tuple[str, ...]
    facts: str
    data: bytes
    words: tuple[str, str, str, str, str, str, str]


class Packer:
    """zstandard with an optional trained dictionary, kept for many mails."""

    def __init__(self, dictionary: bytes | None = None) -> None:
        import zstandard

        self._dict = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._pack: zstandard.ZstdCompressor | None = None
        self._unpack: zstandard.ZstdDecompressor | None = None

    def pack(self, raw: bytes) -> bytes:
        """The compressed bytes."""
        import zstandard

        if self._pack is None and self._dict is not None:
            self._dict.precompute_compress(level=LEVEL)
            self._pack = zstandard.ZstdCompressor(dict_data=self._dict)
        elif self._pack is None:
            self._pack = zstandard.ZstdCompressor(level=LEVEL)
        return self._pack.compress(raw)

    def unpack(self, data: bytes) -> bytes:
        """The bytes again. Raises `zstandard.ZstdError` when the database was damaged."""
        import zstandard

        if self._unpack is None:
            self._unpack = (
                zstandard.ZstdDecompressor(dict_data=self._dict) if self._dict is not None else zstandard.ZstdDecompressor()
            )
        return self._unpack.decompress(data)


def train(samples: Sequence[bytes]) -> bytes | None:
    """A compression dictionary of 110 KiB from some hundred mails, or None when they are too few to learn from."""
    import zstandard

    try:
        # Fixed parameters take 0.1 s where the search for the best ones takes ten times that, for 1 % in size.
        found = zstandard.train_dictionary(
            112_640, [one[:16_000] for one in samples], k=1000, d=8, f=20, accel=5, split_point=1.0
        )
    except zstandard.ZstdError:
        return None
    return found.as_bytes()


def prepare(raw: bytes, origin: str, packer: Packer, *, trusted: bool = False) -> Prepared:
    """Everything the store writes of *raw*. origin: the archive's commit that brought it, else ''. Never raises."""
    message = parse(raw)
    facts = examine(message, trusted=trusted)
    return Prepared(
        msgid=clean(facts.msgid), parents=tuple(clean(one) for one in facts.parents), date=facts.date,
        received=facts.received, kind=facts.kind, subject=clean(message.subject), name=clean(facts.sender.name),
        email=clean(facts.sender.email), hash=hashlib.sha256(raw).digest()[:16], size=len(raw), abridged=facts.abridged,
        origin=origin, lists=facts.lists, patch_ids=tuple(one.patch_id for one in facts.patches),
        keys=tuple(clean(one) for one in mail_keys(facts)), maintains=is_maintaining(facts),
        defects=message.defects, facts=dump(facts), data=packer.pack(raw), words=_words(message, facts),
    )  # fmt: skip


def prepare_many(mails: Iterable[tuple[str, bytes]], dictionary: bytes | None, *, trusted: bool = False) -> list[Prepared]:
    """`prepare` for (origin, raw) pairs, as a worker process runs it."""
    packer = _packer(dictionary)
    return [prepare(raw, origin, packer, trusted=trusted) for origin, raw in mails]


_packers: dict[bytes | None, Packer] = {}


def _packer(dictionary: bytes | None) -> Packer:
    """The packer of a dictionary; setting one up costs more than packing a mail, so a process keeps its last one."""
    if dictionary not in _packers:
        _packers.clear()
        _packers[dictionary] = Packer(dictionary)
    return _packers[dictionary]


def _words(message: Message, facts: Facts) -> tuple[str, str, str, str, str, str, str]:
    own, quoted = message.own_text[:_MAX_INDEXED], message.quoted_text[:_MAX_INDEXED]
    attached = "".join(part.text[:_MAX_INDEXED] for part in message.attached_patches)
    files = " ".join(path for patch in facts.patches for path in patch.files)
    return (
        clean(message.subject), clean(f"{facts.sender.name} {facts.sender.email}"), clean(message.header("to")),
        clean(message.header("cc")), clean(own + attached), clean(quoted), clean(files),
    )  # fmt: skip


def words_of(raw: bytes, *, trusted: bool = False) -> tuple[str, str, str, str, str, str, str]:
    """The full-text columns of a stored mail, which a contentless index wants back when the mail is replaced."""
    message = parse(raw)
    return _words(message, examine(message, trusted=trusted))
