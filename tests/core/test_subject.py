"""Subjects: hand-labelled forms, hostile ones, and every pattern seen on real lists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.core.subject import Subject, _common, _read, normal_title, parse_subject

NOTHING: dict[str, Any] = {
    "reply": False, "forward": False, "patch": False, "rfc": False, "resend": False, "pull": False, "subset": False,
    "version": 1, "version_label": "", "n": None, "total": None, "lists": (), "stables": (), "tip_branch": None,
    "revert": False, "reapply": False,
}  # fmt: skip

# Subject, title, and what it says besides NOTHING. Titles are made up; the labels are what a person reads.
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("[PATCH] demo: add a ring", "demo: add a ring", {"patch": True}),
    ("[patch] demo: add a ring", "demo: add a ring", {"patch": True}),
    ("[PATCH v2 3/5] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2", "n": 3, "total": 5}),
    ("[PATCH  V3] demo: x", "demo: x", {"patch": True, "version": 3, "version_label": "v3"}),
    ("[PATCH v4 00/12] demo: x", "demo: x",
     {"patch": True, "version": 4, "version_label": "v4", "n": 0, "total": 12}),
    ("[PATCH 2/3 v4] demo: x", "demo: x", {"patch": True, "version": 4, "version_label": "v4", "n": 2, "total": 3}),
    ("[PATCH v2] [2/3] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2", "n": 2, "total": 3}),
    ("[v3,1/2] demo: x", "demo: x", {"patch": True, "version": 3, "version_label": "v3", "n": 1, "total": 2}),
    ("[PATCHv3] demo: x", "demo: x", {"patch": True, "version": 3, "version_label": "v3"}),
    ("[PATCH-v2] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2"}),
    ("[PATCH -V6 0/3] demo: x", "demo: x",
     {"patch": True, "version": 6, "version_label": "v6", "n": 0, "total": 3}),
    ("[PATCH =v2] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2"}),
    ("[PATCH0/8 v3] demo: x", "demo: x", {"patch": True, "version": 3, "version_label": "v3", "n": 0, "total": 8}),
    ("[RFCv2] demo: x", "demo: x", {"patch": True, "rfc": True, "version": 2, "version_label": "v2"}),
    ("[RFC] Convention for naming", "Convention for naming", {"rfc": True}),
    ("[RFC]: Convention for naming", "Convention for naming", {"rfc": True}),
    ("RFC: Convention for naming", "Convention for naming", {"rfc": True}),
    ("[RFC PATCH] demo: x", "demo: x", {"patch": True, "rfc": True}),
    ("[PATCH][RFC] demo: x", "demo: x", {"patch": True, "rfc": True}),
    ("[PATCH/RFC] demo: x", "demo: x", {"patch": True, "rfc": True}),
    ("[PATCH-RFC] demo: x", "demo: x", {"patch": True, "rfc": True}),
    ("[RFC/RFT v2 0/2] demo: x", "demo: x",
     {"patch": True, "rfc": True, "version": 2, "version_label": "v2", "n": 0, "total": 2}),
    ("[PATCHSET RFC[RAP] 2/3] demo: x", "demo: x", {"patch": True, "rfc": True, "n": 2, "total": 3}),
    ("[PATCH nextv2] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2"}),
    ("[PATCH net-nextv3 1/2] demo: x", "demo: x", {"patch": True, "version": 3, "version_label": "v3", "n": 1, "total": 2}),
    ("[PATCH -nextv2] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2"}),
    ("[PATCH bpf-v4] demo: x", "demo: x", {"patch": True, "version": 4, "version_label": "v4"}),
    ("[PATCH ipv4] demo: x", "demo: x", {"patch": True}),
    ("[PATCH cgroup-v2] demo: x", "demo: x", {"patch": True}),
    ("[PATCH btrfsv1] demo: x", "demo: x", {"patch": True}),
    ("[PATCH contextv2] demo: x", "demo: x", {"patch": True}),
    ("[PATCH demo-next-v6.2] demo: x", "demo: x", {"patch": True}),
    ("[PATCH v2 net-next] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2"}),
    ("[PATCHSET v5.1] demo: x", "demo: x", {"patch": True, "version": 5, "version_label": "v5.1"}),
    ("[PATCH v2.1 4/6] demo: x", "demo: x",
     {"patch": True, "version": 2, "version_label": "v2.1", "n": 4, "total": 6}),
    ("[PATCH v4a 0/3] demo: x", "demo: x", {"patch": True, "version": 4, "version_label": "v4a", "n": 0, "total": 3}),
    ("[PATCHSET v9r2d1] demo: x", "demo: x", {"patch": True, "version": 9, "version_label": "v9r2d1"}),
    ("[PATCH v8] [v7,2/2] demo: x", "demo: x",
     {"patch": True, "version": 8, "version_label": "v8", "n": 2, "total": 2}),
    ("[net-next v3 2/5] demo: x", "demo: x", {"patch": True, "version": 3, "version_label": "v3", "n": 2, "total": 5}),
    ("[PATCH 1.5/5] demo: x", "demo: x", {"patch": True, "n": 1, "total": 5}),
    ("[PATCH 0.5/5] demo: x", "demo: x", {"patch": True, "n": 1, "total": 5}),
    ("[PATCH 1 of 3] demo: x", "demo: x", {"patch": True, "n": 1, "total": 3}),
    ("Re: [PATCH] demo: x", "demo: x", {"patch": True, "reply": True}),
    ("RE: AW: Re[2]: [PATCH] demo: x", "demo: x", {"patch": True, "reply": True}),
    ("回复: [PATCH] demo: x", "demo: x", {"patch": True, "reply": True}),
    ("SV: demo", "demo", {"reply": True}),
    ("Antw: [EXT] demo", "demo", {"reply": True}),
    ("Fwd: [PATCH] demo: x", "demo: x", {"patch": True, "forward": True}),
    ("[a@example.org: Re: [PATCH v4] demo: x]", "demo: x",
     {"patch": True, "reply": True, "forward": True, "version": 4, "version_label": "v4"}),
    ("sv: fix a typo", "sv: fix a typo", {}),
    ("R: a routing question", "R: a routing question", {}),
    ("Re: (subset) [PATCH 1/2] demo: x", "demo: x",
     {"patch": True, "reply": True, "subset": True, "n": 1, "total": 2}),
    ("Re: [LTP] Re: [PATCH] demo: x", "demo: x", {"patch": True, "reply": True, "lists": ("LTP",)}),
    ("[LTP] [PATCHv2 1/2] demo: x", "demo: x",
     {"patch": True, "version": 2, "version_label": "v2", "n": 1, "total": 2, "lists": ("LTP",)}),
    ("[f2fs-dev] [PATCH] demo: x", "demo: x", {"patch": True, "lists": ("f2fs-dev",)}),
    ("[for-next][PATCH 1/2] demo: x", "demo: x", {"patch": True, "n": 1, "total": 2}),
    ("[PATCH][next] demo: x", "demo: x", {"patch": True}),
    ("[PATCH RESEND v2] demo: x", "demo: x", {"patch": True, "resend": True, "version": 2, "version_label": "v2"}),
    ("[REPOST PATCH] demo: x", "demo: x", {"patch": True, "resend": True}),
    ("[PATCH v2-resend] demo: x", "demo: x", {"patch": True, "resend": True, "version": 2, "version_label": "v2"}),
    ("[PATCH (resend)] demo: x", "demo: x", {"patch": True, "resend": True}),
    ("[RESEND] demo: x", "demo: x", {"resend": True}),
    ("[GIT PULL] demo for 9.9", "demo for 9.9", {"pull": True}),
    ("[GIT PULL 1/2] demo for 9.9", "demo for 9.9", {"pull": True, "n": 1, "total": 2}),
    ("[PATCH net-next 0/8][pull request] demo", "demo", {"patch": True, "pull": True, "n": 0, "total": 8}),
    ("[PATCH 6.1.y] demo: x", "demo: x", {"patch": True, "stables": ("6.1.y",)}),
    ("[PATCH 6.11 688/817] demo: x", "demo: x", {"patch": True, "n": 688, "total": 817, "stables": ("6.11",)}),
    ("[PATCH AUTOSEL 5.7 040/274] demo: x", "demo: x", {"patch": True, "n": 40, "total": 274, "stables": ("5.7",)}),
    ("[PATCH stable-5.15.y] demo: x", "demo: x", {"patch": True, "stables": ("5.15.y",)}),
    ("[PATCH v5.10.y] demo: x", "demo: x", {"patch": True, "stables": ("5.10.y",)}),
    ("[PATCH STABLE v5.10] demo: x", "demo: x", {"patch": True, "stables": ("5.10",)}),
    ("[PATCH 4.19-stable] demo: x", "demo: x", {"patch": True, "stables": ("4.19",)}),
    ("[PATCH 5.4,4.19] demo: x", "demo: x", {"patch": True, "stables": ("5.4", "4.19")}),
    ("[PATCH v2 for 5.2] demo: x", "demo: x", {"patch": True, "version": 2, "version_label": "v2"}),
    ("[PATCH for-6.2/block] demo: x", "demo: x", {"patch": True}),
    ("[PATCH for v5.9] demo: x", "demo: x", {"patch": True}),
    ("[PATCH v5.2-rc2 0/2] demo: x", "demo: x", {"patch": True, "n": 0, "total": 2}),
    ("[PATCH v6.15 v2] demo: x", "demo: x",
     {"patch": True, "version": 2, "version_label": "v2", "stables": ("6.15",)}),
    ("[PATCH glibc 2.31 1/5] demo: x", "demo: x", {"patch": True, "n": 1, "total": 5}),
    ("[tip: x86/urgent] demo: x", "demo: x", {"tip_branch": "x86/urgent"}),
    ("[tip:x86/mm] demo: x", "demo: x", {"tip_branch": "x86/mm"}),
    ("[PATCH tip:irq/core v1] demo: x", "demo: x", {"patch": True, "version": 1, "version_label": "v1"}),
    ("[[PATCH v3] 0/4] demo", "demo", {"patch": True, "version": 3, "version_label": "v3", "n": 0, "total": 4}),
    ("[[PATCH 1/3] demo: x", "demo: x", {"patch": True, "n": 1, "total": 3}),
    ("[PATCH][for stable [4.14, 5.10] 0/3] demo", "demo",
     {"patch": True, "n": 0, "total": 3, "stables": ("4.14", "5.10")}),
    ("[PATCH v4][ 1/2] demo", "demo", {"patch": True, "version": 4, "version_label": "v4", "n": 1, "total": 2}),
    ("[PATCH 3/7] [media] demo: x", "demo: x", {"patch": True, "n": 3, "total": 7}),
    ("[PATCH demo] - x.sh: y", "x.sh: y", {"patch": True}),
    ("PATCH v2: demo", "demo", {"patch": True, "version": 2, "version_label": "v2"}),
    ("PATCH 1/2 demo", "demo", {"patch": True, "n": 1, "total": 2}),
    ("Patch things up before winter", "Patch things up before winter", {}),
    ('[PATCH] Revert "demo: x"', 'Revert "demo: x"', {"patch": True, "revert": True}),
    ('[PATCH] demo: Revert "demo: x"', 'demo: Revert "demo: x"', {"patch": True, "revert": True}),
    ('[PATCH] Revert "Revert "demo: x""', 'Revert "Revert "demo: x""',
     {"patch": True, "revert": True, "reapply": True}),
    ('[PATCH] Reapply "demo: x"', 'Reapply "demo: x"', {"patch": True, "reapply": True}),
    ("[PATCH] revert to the old way", "revert to the old way", {"patch": True}),
    ("[Bug 12345] demo crashes", "demo crashes", {}),
    ("[syzbot] [ext4?] WARNING in demo", "WARNING in demo", {}),
    ("[syzbot] [v9fs?] WARNING in demo", "WARNING in demo", {}),
    ("[ANNOUNCE] demo 1.0", "demo 1.0", {}),
    ("[ANNOUNCE 1/2] demo 1.0", "demo 1.0", {"n": 1, "total": 2}),
    ("[LTP] a question", "a question", {}),
    ("[bug report] demo", "demo", {}),
    ("[REGRESSION 0/4] demo", "demo", {"n": 0, "total": 4}),
    ("[v6.4 Regression] demo", "demo", {}),
    ("[LSF/MM/BPF TOPIC] demo", "demo", {}),
    ("[MAINTAINERS SUMMIT] [0/4] demo", "demo", {"n": 0, "total": 4}),
    ("[linux-next:master] [fs] 0123456789: ltp.x.fail", "0123456789: ltp.x.fail", {}),
    ("[linux-next:master 7161/9861] a.c:1: error", "a.c:1: error", {"n": 7161, "total": 9861}),
    ("[QUESTION] demo", "demo", {}),
    ("[v4l] demo", "demo", {}),
    ("no brackets at all", "no brackets at all", {}),
    ("array[PATCH] in the middle", "array[PATCH] in the middle", {}),
    ("", "", {}),
    ("Re:", "", {"reply": True}),
    ("[", "[", {}),
    ("[]", "", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "title", "says"), CASES, ids=[case[0] or "empty" for case in CASES])
def test_forms(text: str, title: str, says: dict[str, Any]) -> None:
    """Every form of subject gives exactly the facts that a person reads in it."""
    subject = parse_subject(text)
    expected = {**NOTHING, **says}
    assert {name: getattr(subject, name) for name in expected} == expected
    assert subject.title == title
    assert subject.full == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("[PATCH net-next v3 2/5] demo", ("PATCH", "net-next")),
        ("[RFC,PATCHv2] demo", ("RFC", "PATCH")),
        ("[PATCH net-nextv2] demo", ("PATCH", "net-next")),
        ("[PATCH -nextv2] demo", ("PATCH", "-next")),
        ("[PATCH -next] demo", ("PATCH", "-next")),
        ("[PATCH][next] demo", ("PATCH", "next")),
        ("[LTP] [COMMITTED][PATCH] demo", ("COMMITTED", "PATCH")),
        ("[PATCH 6.1.y v2] demo", ("PATCH", "6.1.y")),
        ("[PATCH 3/7] [media] demo", ("PATCH", "media")),
        ("[ima-evm-utils: PATCH 0/3] demo", ("ima-evm-utils", "PATCH")),
        ("[PATCH v2] [PATCH] demo", ("PATCH",)),
        ("[PATCH v5.10] demo", ("PATCH", "v5.10")),
    ],
)
def test_prefixes(text: str, prefixes: tuple[str, ...]) -> None:
    """Words in brackets are kept as written and in order, without list tags, versions, counters and repeats."""
    assert parse_subject(text).prefixes == prefixes


def test_covers() -> None:
    """0/m is a cover, whatever its zeros; a patch put in before the first is none."""
    found = {text: parse_subject(text).is_cover for text in ("[PATCH 00/12] x", "[PATCH 0.5/5] x", "[PATCH] x")}
    assert found == {"[PATCH 00/12] x": True, "[PATCH 0.5/5] x": False, "[PATCH] x": False}


def test_properties() -> None:
    """The counter keeps its spelling, a written v1 is told from none, and stable is the first release named."""
    subject = parse_subject("[PATCH STABLE 5.10 5.15 v1 01.1/12] demo")
    assert (subject.counter, subject.explicit_version, subject.stable) == ("01.1/12", True, "5.10")
    assert not parse_subject("[PATCH] demo").explicit_version
    assert parse_subject("[PATCH] demo").stable is None


def test_normal_title() -> None:
    """Titles that differ in case, white space, brackets in front or in what stable's mails drop are the same."""
    assert normal_title("demo: don't block  “writers”") == "demo dont block writers"
    assert normal_title("[media] Demo: dont block writers.") == "demo dont block writers"
    assert normal_title("demo: block writers") != normal_title("demo: dont block writers")
    assert normal_title("[unclosed demo") == "unclosed demo"


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(list('[]()/:.,v123 PATCHRFCRe-"@\u00e9\n')), max_size=80) | st.text(max_size=200))
def test_never_raises(text: str) -> None:
    """Any text gives a Subject whose title is part of the folded text."""
    subject = parse_subject(text)
    assert subject.title in subject.full
    assert subject.version >= 0
    assert normal_title(text) == " ".join(normal_title(text).split())


@settings(deadline=None)
@given(
    st.sampled_from(["", "Re: "]),
    st.sampled_from(["", "[LTP] ", "[RFC] ", "[BUG] "]),
    st.sampled_from(["PATCH", "RFC PATCH", "PATCH net-next", "PATCH stable", "PATCH rfc"]),
    st.sampled_from(["", " v2", " V10"]),
    st.sampled_from(["", " 0/3", " 02/13"]),
    st.sampled_from(["demo: x", "Re: x", "vs: [x]", "RFC: x", 'Revert "x"', "PATCH 1/2 x", "a[0] is b]"]),
)
def test_short_cut(mark: str, tag: str, words: str, version: str, counter: str, title: str) -> None:
    """The short cut for common subjects gives what the full reading gives, or steps aside."""
    full = f"{mark}{tag}[{words}{version}{counter}] {title}"
    found = _common(full)
    assert found is None or found == _read(full)


@pytest.mark.parametrize("piece", ["[", "[]", "[[]", "]", "Re: ", "[a@example.org: ", "[1/", "[PATCH ", "(subset) [", "[v1r."])
def test_hostile(piece: str) -> None:
    """A megabyte of any one piece is read in one pass and cut to what a subject can hold."""
    subject = parse_subject(piece * (1_000_000 // len(piece)))
    assert len(subject.full) <= 10_000
    assert len(subject.prefixes) < 2_000


# --- every pattern of real lists

# Patterns where the simple reading below is wrong, each with what is meant.
EXCEPTIONS = {
    "[PATCH, pre-N/N #N]": "pre-03/20 is no counter: it comes before patch 3",
    "[PATCHSET vN.[": "v29 with the output of a broken script behind it",
    "[PATCH] [Regression, vN.N]": "the kernel release that has the regression",
    "[vN.N Regression]": "the kernel release that has the regression",
    "[vN.N.N]": "the release of the program that fails",
    "[syzbot] [vNfs?] [extN?]": "v9fs is a file system",
    "[Interdiff vN~vN N/N]": "what changed between two versions: no posting of either",
    "[Interdiff vN~vN]": "what changed between two versions: no posting of either",
}
RELEASES = re.compile(r"(?i)v\d+\.\d+(\.\d+)?([.](y|x)|-rc|-v\d)|(for|on|FOR|STABLE|CANDIDATE) v\d+\.\d+|for-\S*v\d+\.\d+")
REPOSITORY = re.compile(r"\[[\w.-]+:[\w./-]+( \d+/\d+)?\]")


def _head(pattern: str, example: str) -> str:
    """The part of the example that the pattern stands for, with its rest of brackets where the pattern was cut."""
    match = re.match(re.escape(pattern).replace("N", r"(?:N|\d+)"), example)
    assert match, pattern
    head = match[0]
    if head.count("[") > head.count("]") and "]" in example[len(head) :]:
        head = example[: example.index("]", len(head)) + 1]
    return REPOSITORY.sub("", head)


def _simple(head: str) -> tuple[bool, int, int | None, int | None]:
    """An independent reading: the word, the highest vN, the first N/N; dotted versions count by their first number."""
    plain = [int(v) for v in re.findall(r"(?i)(?:patch-?|rfc-?|[^\w.]|^)v(\d+)(?![\d.])", head)]
    dotted = re.findall(r"(?i)(?:[^\w.])v(\d+)\.(\d+)", RELEASES.sub("", head))
    counter = re.search(r"(?<![\w.])(?:PATCH)?(\d+)(?:\.\d+)?/(\d+)(?![\w.])", head)
    versions = plain or [int(major) for major, minor in dotted if len(dotted) == 1 and int(minor) < 10]
    n = int(counter[1]) if counter else None
    if counter and n == 0 and "." in counter[0]:
        n = 1
    return "patch" in head.lower(), max(versions, default=1), n, int(counter[2]) if counter else None


def test_real_patterns(real_data: Path) -> None:
    """All subject patterns of real lists with PATCH, a version or a counter are read as the simple reading has them."""
    lines = (real_data / "stats" / "subject-tags.tsv").read_text(encoding="utf-8").splitlines()[1:]
    wrong: dict[str, tuple[Any, Any]] = {}
    checked = 0
    for line in lines:
        pattern, _, example = line.split("\t")
        head = _head(pattern, example)
        word, version, n, total = _simple(head)
        if not (word or version > 1 or n is not None):
            continue
        checked += 1
        subject = parse_subject(example)
        got = (subject.patch if word else False, subject.version, subject.n, subject.total)
        if got != (word, version, n, total) and pattern.partition("'")[0] not in EXCEPTIONS:
            wrong[pattern] = ((word, version, n, total), got)
    assert wrong == {}
    assert checked > 1_150


NO_PATCH = re.compile(
    r"(?i)\[(bug\b|bugreport|bugzilla|syzbot|announce|ann\b|.*(summit|topic|attend|report|regress|regession)|.*oops|possible|spam|question|"
    r"help|status|interdiff|reminder|(git )?pull|tip: ?|kernel.org|\w[\w.-]*:[\w./-]+)"
)


def test_real_patches(real_data: Path) -> None:
    """On real patterns without PATCH, a counter or version in brackets means a patch unless a known notice says other."""
    lines = (real_data / "stats" / "subject-tags.tsv").read_text(encoding="utf-8").splitlines()[1:]
    wrong: dict[str, Subject] = {}
    for line in lines:
        pattern, _, example = line.split("\t")
        head = _head(pattern, example)
        if "patch" in head.lower() or pattern in EXCEPTIONS or re.match(r" ?Re:", example[len(head) :]):
            continue  # behind "[tag] Re:" another subject starts
        notice = NO_PATCH.match(example.removeprefix("[LTP] ")) is not None or "REGRESSION" in head.upper()
        numbered = re.search(r"(?i)(?<![\w.:])(?:v\d+(?:r\d+d\d+)?|rfc-?v\d+|\d+/\d+)(?![\w.-])", head) is not None
        subject = parse_subject(example)
        if subject.patch != (numbered and not notice):
            wrong[pattern] = subject
    assert wrong == {}
