"""The bureau's clock and its promise: working days, the day by which an inquiry is answered, hours that count.

Public side and inbox both ask here, so that the date on the receipt is the date staff work by. Public holidays are not
known here and count as working days; pages that name a date say so.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

#: The bureau's clock. China has had no summer time since 1991, so the offset is the zone.
CHONGQING = timezone(timedelta(hours=8))
PROMISED_WORKING_DAYS = 2


def is_working_day(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def promised_date(received_at: datetime) -> date:
    """The day by which the bureau answers: two working days after the day of receipt (`received_at` is aware)."""
    day, left = received_at.astimezone(CHONGQING).date(), PROMISED_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def due_at(received_at: datetime) -> datetime:
    """The moment at which the promise is broken: the end of the promised day, on the bureau's clock."""
    return _midnight(promised_date(received_at) + timedelta(days=1))


def working_hours(start: datetime, end: datetime) -> float:
    """Hours from `start` to `end` that fall on working days; each such day counts 24. Zero when `end` is not later."""
    start, end = start.astimezone(CHONGQING), end.astimezone(CHONGQING)
    total, day = timedelta(), start.date()
    while day <= end.date():
        if is_working_day(day):
            morning, night = _midnight(day), _midnight(day + timedelta(days=1))
            total += max(min(end, night) - max(start, morning), timedelta())
        day += timedelta(days=1)
    return total.total_seconds() / 3600


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHONGQING)
