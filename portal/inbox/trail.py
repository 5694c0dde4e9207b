"""The page of the audit trail, for administrators: filtered by person, lead and day, newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy import Engine, or_
from sqlmodel import col, select

from portal import db
from portal.inbox import audit
from portal.inbox.guard import Guard, Visit
from portal.inbox.models import InboxAudit, InboxLead, InboxStaff
from portal.inbox.render import Render

PAGE_SIZE = 100
#: Of a list or an export so many leads are shown; the row keeps all of them, and the filter finds each.
MOST_SHOWN = 50
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Filters:
    """What to show; empty means everything. `lead` is an id or a reference, days are Beijing's, both included."""

    person: str = ""
    lead: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """The filters in an address; what cannot be read is left out."""
        before = query.get("before", "")
        return cls(
            person=query.get("person", "").replace("\0", "").strip()[:64],
            lead=query.get("lead", "").replace("\0", "").strip()[:64],
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        )

    def older(self, before: int) -> str:
        """The query of the page that begins below row `before`."""
        values = {"person": self.person, "lead": self.lead, "since": self.since, "until": self.until, "before": before}
        return urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Trail:
    """One page: the rows, the names of people by id, references by lead id, and where the next page begins."""

    rows: Sequence[InboxAudit]
    names: Mapping[str, str]
    references: Mapping[str, str]
    next_before: int | None

    def told(self, row: InboxAudit) -> str:
        """A row's detail with names and references in the place of ids; of a long list the beginning."""
        words = row.detail.split()
        shown = [self.names.get(word) or self.references.get(word) or word for word in words[:MOST_SHOWN]]
        return " ".join(shown + ([f"… +{len(words) - MOST_SHOWN}"] if len(words) > MOST_SHOWN else []))


def read_trail(engine: Engine, filters: Filters) -> Trail:
    """The newest rows that fit."""
    query = select(InboxAudit).order_by(col(InboxAudit.id).desc()).limit(PAGE_SIZE + 1)
    if filters.person:
        query = query.where(InboxAudit.actor == filters.person)
    if filters.since:
        query = query.where(col(InboxAudit.at) >= _midnight(filters.since))
    if filters.until:
        query = query.where(col(InboxAudit.at) < _midnight(filters.until + timedelta(days=1)))
    if filters.before is not None:
        query = query.where(col(InboxAudit.id) < filters.before)
    with db.read(engine) as session:
        if filters.lead:
            ids = session.exec(
                select(InboxLead.id).where(
                    or_(col(InboxLead.id) == filters.lead, col(InboxLead.reference) == filters.lead)
                )
            ).all()
            wanted = list(ids) or [filters.lead]
            shown = [col(InboxAudit.detail).contains(f" {lead} ", autoescape=True) for lead in wanted]
            query = query.where(or_(col(InboxAudit.lead_id).in_(wanted), *shown))
        rows = session.exec(query).all()
        names = {row.id: row.name for row in session.exec(select(InboxStaff)).all()}
        leads = {row.lead_id for row in rows if row.lead_id}
        leads |= {word for row in rows for word in row.detail.split()[:MOST_SHOWN]} - names.keys()
        found = session.exec(select(InboxLead.id, InboxLead.reference).where(col(InboxLead.id).in_(leads))).all()
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return Trail(rows, names, {str(lead): str(reference) for lead, reference in found}, rows[-1].id if more else None)


def router(engine: Engine, *, guard: Guard, render: Render, clock: Callable[[], datetime] = db.utcnow) -> APIRouter:
    """`/audit`; looking at it is written down too."""
    routes = APIRouter(include_in_schema=False)

    def page(visit: Visit, filters: Filters) -> Response:
        with db.write(engine) as session:
            audit.record(session, visit.person, "audit-viewed", clock())
        found = read_trail(engine, filters)
        return render("audit.html", **visit.frame, trail=found, filters=filters, zone=_BEIJING)

    @routes.get("/audit")
    async def trail(request: Request) -> Response:
        visit = await guard.enter(request, "manage")
        if isinstance(visit, Response):
            return visit
        return await run_in_threadpool(page, visit, Filters.of(request.query_params))

    return routes


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    # The edge of the calendar has no midnight in another zone.
    return found if 1900 < found.year < 9000 else None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=_BEIJING)
