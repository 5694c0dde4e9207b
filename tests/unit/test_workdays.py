"""The promise is counted in working days on the bureau's clock."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from portal.workdays import CHONGQING, due_at, promised_date, working_hours


def beijing(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """In November 2026: the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHONGQING)


@pytest.mark.parametrize(
    ("received", "promised"),
    [
        (beijing(23, 9), date(2026, 11, 25)),
        (beijing(26, 23, 59), date(2026, 11, 30)),
        (beijing(27, 9), date(2026, 12, 1)),
        (beijing(28, 9), date(2026, 12, 1)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), date(2026, 11, 26)),
    ],
)
def test_two_working_days_after_the_day_of_receipt(received: datetime, promised: date) -> None:
    assert promised_date(received) == promised
    assert due_at(received) == datetime.combine(promised + timedelta(days=1), time(), CHONGQING)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (beijing(23, 9), beijing(23, 17, 30), 8.5),
        (beijing(23, 9), beijing(24, 9), 24),
        (beijing(27, 18), beijing(30, 6), 12),
        (beijing(28, 1), beijing(29, 23), 0),
        (beijing(24, 9), beijing(23, 9), 0),
        (datetime(2026, 11, 23, 1, tzinfo=UTC), datetime(2026, 11, 23, 3, tzinfo=UTC), 2),
    ],
)
def test_weekends_do_not_count(start: datetime, end: datetime, hours: float) -> None:
    assert working_hours(start, end) == hours
