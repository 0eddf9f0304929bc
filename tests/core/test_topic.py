"""Series to topics and their JSON."""

from __future__ import annotations

from tests.mails import START, mail, patch
from tracker.core.facts import Facts, examine
from tracker.core.landing import Evidence
from tracker.core.lineage import Link
from tracker.core.message import parse
from tracker.core.series import find_series
from tracker.core.topic import Topic, build_topic, revision_label, slug, topic_json


def facts(*raws: bytes) -> list[Facts]:
    return [examine(parse(raw)) for raw in raws]


def topic_of(*raws: bytes) -> Topic:
    """The topic that all series of these mails make."""
    mails = facts(*raws)
    series = find_series(mails)
    ties = [Link(series[0].id, one.id, "reply", 0.9, (series[0].id, one.id)) for one in series[1:]]
    return build_topic(series, [None, *ties][: len(series)], mails)


def test_a_thread_with_a_patch_is_a_topic() -> None:
    """Title, revisions and dates come from the mails, and so does where it stands, with the evidence."""
    topic = topic_of(
        patch("1@x", "[RFC PATCH] demo: one", at=START),
        patch("2@x", "[PATCH v2] demo: one, renamed", refs="1@x", at=START + 86_400),
        mail("3@x", "Re: [PATCH v2] demo: one, renamed", refs="1@x 2@x", sender="Ben <ben@example.org>", at=START + 90_000),
    )
    assert (topic.title, topic.anchor) == ("demo: one, renamed", "1@x")
    assert [revision_label(one) for one in topic.series] == ["RFC", "v2"]
    assert (topic.first, topic.last) == (START, START + 90_000)
    assert (topic.judgement.status, topic.judgement.evidence) == ("in-review", (Evidence("3@x"),))
    newer = topic_of(
        patch("1@x", "[PATCH] demo: one", at=START),
        mail("3@x", "Re: [PATCH] demo: one", refs="1@x", sender="Ben <ben@example.org>", at=START + 9),
        patch("2@x", "[PATCH v2] demo: one", refs="1@x", at=START + 86_400),
    )
    assert newer.judgement.status == "posted"  # nobody answered v2


def test_a_thread_without_a_patch_is_a_discussion() -> None:
    """It is a topic when it is followed, and that is all that is claimed about it."""
    topic = topic_of(mail("1@x", "Question about demo"), mail("2@x", "Re: Question about demo", refs="1@x", at=START + 9))
    assert (topic.judgement.status, topic.title, topic.anchor) == ("discussion", "Question about demo", "1@x")


def test_replies_below_another_topics_patch_are_not_ours() -> None:
    """Two ideas in one thread: a reply belongs to the posting it hangs below, one above both to either."""
    mails = facts(
        patch("1@x", "[PATCH] demo: one"),
        patch("2@x", "[PATCH] demo: quite another", refs="1@x", at=START + 9, sender="Ben <ben@example.org>"),
        mail("3@x", "Re: [PATCH] demo: one", refs="1@x", at=START + 20),
        mail("4@x", "Re: [PATCH] demo: quite another", refs="1@x 2@x", at=START + 30),
    )
    one, two = find_series(mails)
    assert [mail.msgid for mail in build_topic([one], [None], mails, {"2@x"}).replies] == ["3@x"]
    assert [mail.msgid for mail in build_topic([two], [None], mails, {"1@x"}).replies] == ["4@x"]


def test_json_has_every_key_of_the_contract() -> None:
    """The keys of TOPIC and REVISION that mail decides, always present."""
    topic = topic_of(patch("1@x", "[PATCH] demo: one"), patch("2@x", "[PATCH v2] demo: one", refs="1@x", at=START + 9))
    data = topic_json(topic)
    assert set(data) == {
        "slug", "title", "status", "status_reason", "confidence", "evidence", "manual", "turn", "turn_who", "turn_since",
        "moved", "superseded_by", "lists", "revisions", "tags", "landings", "events", "asks", "recipients",
            "maintainers",
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


def test_a_partial_reroll_says_what_it_replaces() -> None:
    """[PATCH v1.1 2/2] stands for the second patch of the last whole version."""
    topic = topic_of(
        mail("c@x", "[PATCH 0/2] demo"), patch("1@x", "[PATCH 1/2] demo: one", refs="c@x"),
        patch("2@x", "[PATCH 2/2] demo: two", refs="c@x"), patch("3@x", "[PATCH v1.1 2/2] demo: two", refs="2@x", at=START + 99),
    )  # fmt: skip
    assert [revision["replaces"] for revision in topic_json(topic)["revisions"]] == [[], ["2@x"]]
