"""Which revisions of a topic were posted, and which is the newest."""

from __future__ import annotations

from tracker.core.versions import newest, posted

RFC, V1, OFFER = {"label": "RFC"}, {"label": "v1"}, {"label": "alternative"}


def test_what_a_reply_offered_is_no_version_beside_posted_ones() -> None:
    """An alternative in a reply to v1 is the newest mail with a patch, v1 the newest version."""
    topic = {"revisions": [RFC, V1, OFFER]}
    assert posted(topic) == [RFC, V1]
    assert newest(topic) is V1


def test_topics_without_a_posting() -> None:
    """Where a reply alone offered a patch, that is the newest; a topic without patches has none."""
    assert newest({"revisions": [OFFER]}) is OFFER
    assert (posted({"revisions": []}), newest({"revisions": []})) == ([], None)
