import json
from datetime import UTC, datetime

import pytest

from portal.states import MAX_PAGE, Change, Page, StatesMalformedError, is_desk, parse_page

AT = datetime(2026, 3, 2, 1, 2, 3, tzinfo=UTC)
GOOD = {"id": "0190-a", "state": "assigned", "at": "2026-03-02T09:02:03+08:00", "desk": "electronics"}


def page(**changes: object) -> bytes:
    return json.dumps({"cursor": 7, "states": [{**GOOD, **changes}]}).encode()


def test_a_page_survives_the_way() -> None:
    sent = Page(7, (Change("0190-a", "assigned", AT, "electronics"), Change("0190-b", "closed", AT)))
    assert parse_page(sent.to_json()) == sent
    assert parse_page(Page(0).to_json()) == Page(0)


def test_times_of_any_zone_become_utc() -> None:
    assert parse_page(page()).changes == (Change("0190-a", "assigned", AT, "electronics"),)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": "x" * 65},
        {"id": "a b"},
        {"id": 5},
        {"state": "lost"},
        {"state": ["assigned"]},
        {"at": "2026-03-02T09:02:03"},
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": None},
        {"desk": "<b>"},
        {"desk": "x" * 41},
        {"desk": None},
    ],
)
def test_a_change_that_is_none(changes: dict[str, object]) -> None:
    with pytest.raises(StatesMalformedError, match=r"states\[0\]"):
        parse_page(page(**changes))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"states": []}',
        b'{"cursor": true, "states": []}',
        b'{"cursor": -1, "states": []}',
        b'{"cursor": 9223372036854775808, "states": []}',
        b'{"cursor": 1, "states": {}}',
        b'{"cursor": 1, "states": [1]}',
        b'{"cursor": 1, "states": []}' + b" " * 300_000,
        json.dumps({"cursor": 1, "states": [GOOD] * (MAX_PAGE + 1)}).encode(),
    ],
)
def test_a_page_that_is_none(body: bytes) -> None:
    with pytest.raises(StatesMalformedError):
        parse_page(body)


def test_codes_of_desks() -> None:
    assert is_desk("general")
    assert is_desk("biotech-2")
    assert not any(map(is_desk, ("", "General", "-a", "a b", "电子", "a" * 41)))
