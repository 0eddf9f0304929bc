"""Series to topics and their JSON."""

from __future__ import annotations

from tests.mails import START, mail, patch
from tracker.core.facts import Facts, examine
from tracker.core.message import parse
from tracker.core.topic import build_topic, revision_label, slug, split_threads, topic_json


def facts(*raws: bytes) -> list[Facts]:
    return [examine(parse(raw)) for raw in raws]


def test_a_thread_with_a_patch_is_a_topic() -> None:
    """Title, revisions and dates come from the mails; where it stands is not known, and is said so with the evidence."""
    topic = build_topic(
        facts(
            patch("1@x", "[RFC PATCH] demo: one", at=START),
            patch("2@x", "[PATCH v2] demo: one, renamed", refs="1@x", at=START + 86_400),
            mail("3@x", "Re: [PATCH v2] demo: one, renamed", refs="1@x 2@x", sender="Ben <ben@example.org>", at=START + 90_000),
        )
    )
    assert topic is not None
    assert (topic.title, topic.anchor) == ("demo: one, renamed", "1@x")
    assert [revision_label(one) for one in topic.series] == ["RFC", "v2"]
    assert (topic.first, topic.last) == (START, START + 90_000)
    assert (topic.judgement.status, topic.judgement.evidence) == ("unknown", ("2@x",))
    assert "answered by 1 person" in topic.judgement.reason


def test_a_thread_without_a_patch_is_no_topic_until_it_is_followed() -> None:
    """DESIGN: threads without patches are no topics until one is followed; then they are a discussion."""
    mails = facts(mail("1@x", "Question about demo"))
    assert build_topic(mails) is None
    topic = build_topic(mails, bare=True)
    assert topic is not None
    assert (topic.judgement.status, topic.title) == ("discussion", "Question about demo")


def test_json_has_every_key_of_the_contract() -> None:
    """The keys of TOPIC and REVISION that mail decides, always present."""
    topic = build_topic(facts(patch("1@x", "[PATCH] demo: one"), patch("2@x", "[PATCH v2] demo: one", refs="1@x")))
    assert topic is not None
    data = topic_json(topic)
    assert set(data) == {
        "slug", "title", "status", "status_reason", "confidence", "evidence", "manual", "turn", "turn_who", "turn_since",
        "lists", "revisions", "tags", "landings", "events", "related",
    }  # fmt: skip
    first, second = data["revisions"]
    assert set(first) == {
        "series", "version", "label", "rfc", "resend", "prefixes", "subject", "author", "date", "complete", "expected",
        "change_id", "base_commit", "cover", "replaces", "patches", "link",
    }  # fmt: skip
    assert set(first["patches"][0]) == {"n", "msgid", "subject", "patch_id", "files", "inline", "status"}
    assert first["link"] is None
    assert second["link"]["evidence"] == [{"msgid": "1@x"}, {"msgid": "2@x"}]
    assert [event["kind"] for event in data["events"]] == ["posted", "revised"]
    assert set(data["events"][0]) == {"id", "at", "seen_at", "kind", "text", "evidence"}


def test_slugs_are_one_word() -> None:
    """A title as something to type: lower case, dashes, at most 50 characters, never empty."""
    assert slug("fs: don't block i_writecount during exec") == "fs-don-t-block-i-writecount-during-exec"
    assert slug("…") == "untitled"
    assert len(slug("word " * 40)) <= 50


def test_threads_are_split_by_references() -> None:
    """Mails that no reference connects are apart."""
    mails = facts(mail("a@x", "a"), mail("b@x", "Re: a", refs="a@x"), mail("c@x", "c"))
    assert sorted(len(one) for one in split_threads(mails)) == [1, 2]
