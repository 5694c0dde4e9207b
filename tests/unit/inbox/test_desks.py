"""Routing and priority: the first rule that fits, and every point with its reason."""

from typing import Any

import pytest

from portal.inbox.desks import FALLBACK, DeskTable

VALUES: dict[str, Any] = {
    "default": "general",
    "desks": {slug: {"names": {"zh-Hans": f"{slug}队列", "en": f"{slug} queue"}} for slug in ("general", "it", "west")},
    "rules": [
        {"desk": "it", "when": {"sector": ["electronics", "software"], "ownership": ["foreign"]}},
        {"desk": "west", "when": {"park": ["west-park"]}},
        {"desk": "it", "when": {"kind": ["rnd"]}},
    ],
    "priority": [
        {"id": "large", "points": 30, "names": {"zh-Hans": "大", "en": "Large"}, "when": {"investment": ["over-1b"]}},
        {"id": "listed", "points": 15, "names": {"zh-Hans": "上市", "en": "Listed"}, "when": {"marks": ["listed"]}},
    ],
    "sector_of": {"chips": "electronics"},
    "names": {"sectors": {"electronics": {"zh-Hans": "电子", "en": "Electronics"}}},
}
TABLE = DeskTable.from_plain(VALUES)


@pytest.mark.parametrize(
    ("answers", "desk", "why"),
    [
        ({}, "general", "default"),
        ({"sectors": ["electronics"]}, "general", "default"),
        ({"sectors": ["cars", "electronics"], "ownership": "foreign"}, "it", "sector=electronics, ownership=foreign"),
        ({"opportunities": ["chips"], "ownership": "foreign"}, "it", "sector=electronics, ownership=foreign"),
        ({"parks": ["west-park"], "project_kind": "rnd"}, "west", "park=west-park"),
        ({"project_kind": "rnd"}, "it", "kind=rnd"),
        ({"sectors": {"odd": 1}, "parks": [7], "project_kind": True}, "general", "default"),
    ],
)
def test_the_first_rule_that_fits_decides(answers: dict[str, Any], desk: str, why: str) -> None:
    assert TABLE.route(answers) == (desk, why)


def test_points_come_with_their_rules() -> None:
    assert TABLE.weigh({"investment": "over-1b", "marks": ["fortune-500", "listed"]}) == (("large", 30), ("listed", 15))
    assert TABLE.weigh({"investment": "under-10m"}) == ()


def test_names_are_bilingual_and_fall_back_to_the_code() -> None:
    assert TABLE.name("desks", "it") == "it队列 / it queue"
    assert TABLE.name("weights", "large") == "大 / Large"
    assert TABLE.name("sectors", "electronics") == "电子 / Electronics"
    assert TABLE.name("parks", "gone") == "gone"


def test_without_content_everything_goes_to_one_queue() -> None:
    table = DeskTable.from_plain({})
    assert table.route({"sectors": ["electronics"]}) == (FALLBACK, "default")
    assert table.weigh({"investment": "over-1b"}) == ()
    assert FALLBACK in table.desks
