"""Service levels by hand: hours of working days, the promise, the backlog, and nothing public about few."""

from datetime import datetime, timedelta

from portal.inbox.levels import PERIOD_DAYS, THRESHOLD, Report, _Lead, levels, public
from portal.workdays import CHONGQING, due_at

MONDAY = datetime(2026, 11, 23, 9, tzinfo=CHONGQING)
NOW = MONDAY + timedelta(days=7)
SINCE = NOW - timedelta(days=PERIOD_DAYS)


def lead(hours: float | None, *, sent: datetime = MONDAY, state: str = "contacted", desk: str = "general") -> _Lead:
    contacted = sent + timedelta(hours=hours) if hours is not None else None
    return _Lead(desk, state if contacted else "new", sent, due_at(sent), contacted)


def test_without_leads_there_are_no_figures() -> None:
    found = levels([], SINCE, NOW)
    assert (found.received, found.median_hours, found.p90_hours, found.within_promise) == (0, None, None, None)
    assert list(found.backlog) == [0, 0, 0, 0]


def test_median_p90_and_the_promise() -> None:
    found = levels([lead(hours) for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100)], SINCE, NOW)
    assert (found.received, found.answered, found.median_hours, found.p90_hours) == (10, 10, 5.5, 9)
    assert found.within_promise == 90.0, "the promise ends on Wednesday at midnight, 63 hours after"
    friday = MONDAY + timedelta(days=4)
    assert levels([lead(72, sent=friday)], SINCE, NOW).median_hours == 24, "the weekend does not count"


def test_the_backlog_by_age() -> None:
    friday = MONDAY + timedelta(days=4)
    waiting = [lead(None), lead(None, sent=friday), lead(None, sent=NOW), lead(None, sent=NOW - timedelta(days=60))]
    found = levels(waiting, SINCE, NOW)
    assert list(found.backlog) == [2, 0, 1, 1]
    assert found.overdue == 2
    assert found.within_promise == 0.0


def test_a_lead_that_is_not_due_yet_breaks_no_promise() -> None:
    assert levels([lead(1), lead(None, sent=NOW)], SINCE, NOW).within_promise == 100.0


def test_few_are_not_told_and_many_are_rounded_down() -> None:
    few = levels([lead(1)] * (THRESHOLD - 1), SINCE, NOW)
    assert public(Report(NOW, few, {})) == {}
    many = levels([lead(1)] * (THRESHOLD - 1) + [lead(150)], SINCE, NOW)
    assert many.within_promise == 95.0
    assert public(Report(NOW, many, {})) == {"period_days": 90, "within_promise_percent": 95, "as_of": "2026-11-30"}
    more = levels([lead(1)] * 28 + [lead(150)] * 2, SINCE, NOW)
    assert public(Report(NOW, more, {}))["within_promise_percent"] == 90
