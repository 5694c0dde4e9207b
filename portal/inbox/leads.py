"""The pages that show leads: the list, one lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from joserfc.jwk import KeySet
from sqlalchemy import Engine, func
from sqlmodel import col, select

from portal import db, envelope
from portal.inbox import audit
from portal.inbox.guard import Guard
from portal.inbox.models import InboxLead
from portal.inbox.people import Person
from portal.inbox.render import Render

PAGE_SIZE = 50
_ID = re.compile(r"^[0-9A-Za-z._:-]{1,64}$")
_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class View:
    """A lead as staff see it: times in Beijing time; `payload` is None when no key opens it."""

    id: str
    reference: str
    quarantined: bool
    received_at: datetime
    opened_at: datetime | None
    payload: Mapping[str, Any] | None


def open_lead(lead: InboxLead, keys: KeySet) -> View:
    """Unseal one lead for showing."""
    payload: dict[str, Any] | None
    try:
        payload = envelope.unseal(lead.id, lead.sealed, keys)
    except envelope.UnsealError:
        payload = None
    if payload is not None and not (
        isinstance(payload.get("answers"), dict) and isinstance(payload.get("privacy_notice"), dict)
    ):
        payload = None
    opened = lead.opened_at.astimezone(_BEIJING) if lead.opened_at else None
    return View(lead.id, lead.reference, lead.quarantined, lead.received_at.astimezone(_BEIJING), opened, payload)


def list_leads(engine: Engine, keys: KeySet, number: int) -> tuple[list[View], int, int]:
    """The leads of page `number` (1 = newest, clamped), that number, and how many pages there are."""
    with db.read(engine) as session:
        total = session.exec(select(func.count()).select_from(InboxLead)).one()
        pages = max(1, -(-total // PAGE_SIZE))
        number = min(max(number, 1), pages)
        newest = select(InboxLead).order_by(col(InboxLead.received_at).desc(), col(InboxLead.id).desc())
        rows = session.exec(newest.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    return [open_lead(row, keys) for row in rows], number, pages


def view_lead(engine: Engine, keys: KeySet, lead_id: str, person: Person, now: datetime) -> View | None:
    """One lead, None when there is none; the viewing is written down before it is shown."""
    if not _ID.match(lead_id):
        return None
    with db.write(engine) as session:
        lead = session.get(InboxLead, lead_id)
        if lead is None:
            return None
        lead.opened_at = lead.opened_at or now
        audit.record(session, person, "viewed", now, lead_id)
    return open_lead(lead, keys)


def router(
    engine: Engine, *, guard: Guard, keys: KeySet, render: Render, clock: Callable[[], datetime] = db.utcnow
) -> APIRouter:
    """The list and one lead, for everyone who may read."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/leads")
    async def leads(request: Request) -> Response:
        visit = await guard.enter(request, "read")
        if isinstance(visit, Response):
            return visit
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
        views, number, pages = await run_in_threadpool(list_leads, engine, keys, number)
        return render("leads.html", **visit.frame, leads=views, number=number, pages=pages)

    @routes.get("/leads/{lead_id}")
    async def lead(request: Request, lead_id: str) -> Response:
        visit = await guard.enter(request, "read")
        if isinstance(visit, Response):
            return visit
        found = await run_in_threadpool(view_lead, engine, keys, lead_id, visit.person, clock())
        if found is None:
            return render("missing.html", 404, **visit.frame)
        return render("lead.html", **visit.frame, lead=found)

    return routes
