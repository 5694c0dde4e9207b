"""Service levels: how soon leads are answered, what waits and for how long, how often the promise is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Engine, and_
from sqlalchemy import select as select_columns
from sqlmodel import col

from portal import db
from portal.inbox.cases import InboxCase
from portal.workdays import working_hours

PERIOD_DAYS = 90
#: Fewer answered leads in the period than this tell too much about single ones: then nothing is published.
THRESHOLD = 20
#: Ages of what waits: up to so many working days; the last is everything older.
AGES = (1, 2, 5, math.inf)
#: These were no inquiries that could be answered.
_NOT_COUNTED = ("spam", "duplicate")


@dataclass(frozen=True)
class Levels:
    """The figures of one desk or of all. Hours are those of working days, each of which has 24; None without leads."""

    received: int
    answered: int
    median_hours: float | None
    p90_hours: float | None
    #: of the leads whose promised day is over or that are answered, the share answered in time, in percent
    within_promise: float | None
    overdue: int
    #: how many wait, by age: as many numbers as `AGES`
    backlog: Sequence[int]


@dataclass(frozen=True)
class Report:
    """The figures of the last `PERIOD_DAYS` days: all leads, and by desk."""

    at: datetime
    all: Levels
    desks: Mapping[str, Levels]


@dataclass(frozen=True)
class _Lead:
    desk: str
    state: str
    sent_at: datetime
    due_at: datetime
    contacted_at: datetime | None


def report(engine: Engine, now: datetime) -> Report:
    """The service levels now. Quarantine, spam, duplicates, and what was withdrawn before it fell due do not count."""
    since = now - timedelta(days=PERIOD_DAYS)
    columns = [col(getattr(InboxCase, name)) for name in _Lead.__dataclass_fields__]
    withdrawn = and_(
        col(InboxCase.reason) == "withdrawn",
        col(InboxCase.contacted_at).is_(None),
        col(InboxCase.closed_at) < col(InboxCase.due_at),
    )
    counted = ~col(InboxCase.held) & col(InboxCase.reason).not_in(_NOT_COUNTED) & ~withdrawn
    # What waits is counted however old it is; what is answered only within the period.
    wanted = (col(InboxCase.sent_at) >= since) | (col(InboxCase.state) == "new")
    with db.read(engine) as session:
        rows = session.connection().execute(select_columns(*columns).where(counted, wanted)).all()
    leads = [_Lead(*row) for row in rows]
    desks = sorted({lead.desk for lead in leads})
    by_desk = {desk: levels([lead for lead in leads if lead.desk == desk], since, now) for desk in desks}
    return Report(now, levels(leads, since, now), by_desk)


def levels(leads: Sequence[_Lead], since: datetime, now: datetime) -> Levels:
    """The figures of some leads."""
    recent = [lead for lead in leads if lead.sent_at >= since]
    hours = sorted(working_hours(lead.sent_at, lead.contacted_at) for lead in recent if lead.contacted_at)
    judged = [lead for lead in recent if lead.contacted_at or now >= lead.due_at]
    kept = sum(1 for lead in judged if lead.contacted_at and lead.contacted_at < lead.due_at)
    waiting = [lead for lead in leads if lead.state == "new"]
    days = [working_hours(lead.sent_at, now) / 24 for lead in waiting]
    edges = (0.0, *AGES)
    return Levels(
        received=len(recent),
        answered=len(hours),
        median_hours=round(median(hours), 1) if hours else None,
        p90_hours=round(hours[math.ceil(0.9 * len(hours)) - 1], 1) if hours else None,
        within_promise=round(100 * kept / len(judged), 1) if judged else None,
        overdue=sum(1 for lead in waiting if now >= lead.due_at),
        backlog=[
            sum(1 for age in days if (low < age or low == 0) and age <= high)
            for low, high in zip(edges, AGES, strict=False)
        ],
    )


def public(found: Report) -> dict[str, Any]:
    """What may be told to everyone: nothing below the threshold, else one rounded share over all desks."""
    total = found.all
    if total.answered < THRESHOLD or total.within_promise is None:
        return {}
    return {
        "period_days": PERIOD_DAYS,
        # To five percent, downwards: no single lead can be read out of it, and it promises no more than is kept.
        "within_promise_percent": math.floor(total.within_promise / 5) * 5,
        "as_of": found.at.date().isoformat(),
    }
