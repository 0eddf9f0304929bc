"""To which tree and branch a patch was applied, as the words around it say.

Forms met: "to the vfs.misc branch of the vfs/vfs.git tree", "to hid/hid.git (for-6.11/bpf)", "to arm64 (for-next/gcs)",
"to URL for-next", "to powerpc/next", "to kvm-x86 selftests", "to 6.11/scsi-queue", "to for-next", "tree: URL" with
"branch: NAME". What the words leave open stays ''.
"""

from __future__ import annotations

import re
from itertools import islice

from tracker.core.noticeform import word_set

Place = tuple[str, str]  # tree, branch
NOWHERE: Place = ("", "")
_MAX_NAMES = 8  # behind a "to", of one sentence

_TREE_LINE = re.compile(r"^[ \t]*tree:[ \t]*(\S+)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_BRANCH_LINE = re.compile(r"^[ \t]*branch:[ \t]*(\S+)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_NAME = r"[A-Za-z0-9][\w./+-]*[\w+-]"
_URL = r"(?:https?|git|ssh)://[^\s,()<>]+|git@[^\s,()<>]+"
_TO = r"\b(?:in|on)?to[ ](?:my |our |the )?"
_HASHED = re.compile(r"(?:([\w./-]+\.git|https?://[^\s#()]+) ?)?#([A-Za-z][\w./-]*[\w-])")
_WEB_BRANCH = re.compile(r"(https?://[^\s/]+/[^\s/]+/[^\s/]+)/(?:commits|tree|commit)/([A-Za-z][\w./-]*?)/?")
_MY_BRANCH = re.compile(r"\b(?:to|in|into|on) (?:(?:my|our|the) )?(?:[\w-]+ )?({NAME}) branch\b".replace("{NAME}", _NAME))
_IN_BRANCH = re.compile(
    r"\b(?:in|for|into|via) (?:my |our |the )?((?:[\w.]+-)+(?:next|fixes|misc|queue)|for-(?:next|linus"
    r"|\d\.\d+)[\w./-]*|next-[a-z][\w-]*|for_next)(?![\w/])"
)
_FORMS = (
    re.compile(
        rf"\b(?:to|into|in|on) (?:my |our |the )?'?\"?({_NAME})'?\"? branch (?:of|in) (?:my |our |the )?({_URL}"
        rf"|{_NAME})(?: tree)?"
    ),
    re.compile(rf"{_TO}({_URL})(?: (?:on |in )?(?:branch )?\(?({_NAME})\)?)?"),
    re.compile(rf"{_TO}({_NAME})(?: tree)? \(({_NAME})\)(?=$|[\s.,;:!])"),
    re.compile(rf"{_TO}({_NAME})(?:'s| tree's) ({_NAME})(?: branch)?"),
    re.compile(rf"\b(?:in|on)?to (?:my |our |the )?({_NAME})(?: ({_NAME}))?(?=$|[\s.,;:!])"),
)
_BRANCH_WORD = re.compile(
    r"(?:(?:for|to)-[\w./-]+|next|fixes|master|main|mainline-next|misc|devel|dev|topic/\S+|queue|urgent|testing|staging|pending"
    r"|\w+-(?:next|fixes|misc|queue|for-next|linus|testing|devel|\d+\.\d+)|v?\d+\.\d+[-/]\S+|\S+[-/.]v?\d+\.\d+(?:[-/.]\S+)?"
    r"|(?:misc|next|fixes|for-next|testing|devel)-\S+)"
)
_TREE_WORD = re.compile(
    r"(?:(?:net|bpf|wireless|drm|bluetooth)(?:-next|-misc)?|drm-misc(?:-next|-fixes)?|\S+\.git|linux-[\w-]+|arm64|kvm-x86|tip|mm)"
)
_PLAIN_BRANCH = re.compile(r"(?:next|fixes|for-next|for-linus|for-\S+|main|master|misc|devel|queue|urgent|stable|testing)")
_OWNER_BRANCH = re.compile(r"([A-Za-z0-9][\w.-]*)/(next|fixes|for-[\w./-]+|main|master|misc|queue|urgent|topic/\S+)")
_NO_NAME = word_set(
    "the my our this that it them these those be have get see make do fix me you us him her all both each one a an stable"
    " upstream mainline "
    "linus avoid use keep add apply patch patches series tree branch queue test support allow thanks thank"
)
_AFTER_URL = re.compile(r"(?:with|and|for|on|as|in|thanks?|branch|tree|after|but|which|of|since|so|once)", re.IGNORECASE)
_BRANCH_PREFIX = re.compile(r"(?:for-|v?\d|(?:next|topic|fixes)\Z)")
_RELEASE = re.compile(r"v?\d+\.\d+(?:-rc\d*)?")
_LONE = re.compile(r"\bto ([a-z][\w-]*)(?=,? thank|[.!]*\Z)")
_COMMIT_URL = re.compile(r"(https?://[^\s<>]+?)/(?:c|commit)/(?:\?(?:h=([^\s&]+)&)?(?:\S*?&)?id=)?[0-9a-f]{7,40}")


def place_of_lines(text: str) -> Place:
    """What lines `tree: URL` and `branch: NAME` say."""
    tree, branch = _TREE_LINE.search(text), _BRANCH_LINE.search(text)
    return (tree[1] if tree else "", branch[1] if branch and tree else "")


def place_of_words(sentence: str) -> Place:
    """What the words of one sentence, on one line, say."""
    hashed = _HASHED.search(sentence) if "#" in sentence else None
    if hashed:
        return hashed[1] or "", hashed[2]
    branch_of, url, bracketed, owned = (form.search(sentence) for form in _FORMS[:-1])
    if branch_of:
        return _tidy(branch_of[2]), branch_of[1]
    if url:
        web = _WEB_BRANCH.fullmatch(_tidy(url[1]))
        if web:
            return web[1], web[2]
        branch = "" if not url[2] or _AFTER_URL.fullmatch(url[2]) else url[2]
        return _tidy(url[1]), branch
    if bracketed and bracketed[1].lower() not in _NO_NAME:
        return _tidy(bracketed[1]), bracketed[2]
    if owned and (owned[1].endswith(".git") or _BRANCH_WORD.fullmatch(owned[2])):
        return _tidy(owned[1]), owned[2]
    mine = _MY_BRANCH.search(sentence)
    if mine:
        return "", mine[1]
    places = (_of_names(one[1], one[2] or "") for one in islice(_FORMS[-1].finditer(sentence), _MAX_NAMES))
    place = next((one for one in places if one != NOWHERE), NOWHERE)
    inside = _IN_BRANCH.search(sentence) if place == NOWHERE else None
    return ("", inside[1]) if inside else place


def lone_branch(sentence: str) -> str:
    """The single name in "Applied to misc, thanks", which is a branch where the tree is known from elsewhere."""
    found = _LONE.search(sentence)
    return found[1] if found and found[1] not in _NO_NAME else ""


def _of_names(first: str, second: str) -> Place:
    """One or two bare names behind "to"."""
    if first.lower() in _NO_NAME:
        return NOWHERE
    if _RELEASE.fullmatch(first):
        return NOWHERE  # "to the 5.4 queue" names a version
    owner = _OWNER_BRANCH.fullmatch(first)
    if owner and not _BRANCH_PREFIX.match(owner[1]):
        return owner[1], owner[2]
    if _TREE_WORD.fullmatch(first):
        return first, second if _is_branch_of(first, second) else ""
    if _BRANCH_WORD.fullmatch(first) or "/" in first:
        return "", first
    if second and _PLAIN_BRANCH.fullmatch(second):
        return first, second
    return NOWHERE


def _is_branch_of(tree: str, word: str) -> bool:
    """Whether *word* behind a tree's name is its branch; the branches of some trees are plain words."""
    if tree in ("kvm-x86", "linux-kselftest"):
        return bool(word) and word not in ("with", "and", "for", "as", "though", "but", "tree", "branch", "thanks", "minus")
    return bool(word) and _PLAIN_BRANCH.fullmatch(word) is not None


def place_of_url(url: str) -> Place:
    """The repository of a link to a commit, and the branch that a cgit link may have (`?h=next&id=SHA`)."""
    found = _COMMIT_URL.match(url)
    return (found[1], found[2] or "") if found else NOWHERE


def _tidy(name: str) -> str:
    return name.rstrip(".,;:")


def joined(first: Place, second: Place) -> Place:
    """*first*, completed by *second*: a tree named by either, a branch only where the trees do not contradict."""
    return first[0] or second[0], first[1] or (second[1] if not first[0] or first[0] == second[0] else "") or ""
