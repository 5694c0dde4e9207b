"""Pages for what people may ask of the bureau: their data as a file, and its erasure. For administrators."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from joserfc.jwk import KeySet
from sqlmodel import Session, col, select

from portal import db, envelope
from portal.inbox import audit, erasure
from portal.inbox.cases import InboxCase, InboxEvent
from portal.inbox.guard import Guard, Visit
from portal.inbox.models import InboxLead
from portal.inbox.people import Person
from portal.inbox.render import HEADERS, Render
from portal.inbox.triage import Triage, unsealed


def export_person(triage: Triage, email: str, person: Person) -> dict[str, Any]:
    """Everything the inbox keeps about the person behind an e-mail address; the export is written down first."""
    leads, now = erasure.find_person(triage, email), triage.clock()
    with db.write(triage.engine) as session:
        audit.record(session, person, "person-exported", now, leads=leads)
    with db.read(triage.engine) as session:
        found = [_lead(session, lead, triage.keys) for lead in leads]
    return {"exported_at": _time(now), "email": email, "leads": found}


def _lead(session: Session, lead_id: str, keys: KeySet) -> dict[str, Any]:
    lead, case = session.get_one(InboxLead, lead_id), session.get_one(InboxCase, lead_id)
    payload = unsealed(lead, keys) or {}
    events = session.exec(select(InboxEvent).where(InboxEvent.lead_id == lead_id).order_by(col(InboxEvent.id))).all()
    return {
        "id": lead.id,
        "reference": lead.reference,
        "sent_at": _time(lead.sent_at),
        "received_at": _time(lead.received_at),
        "quarantined": case.held,
        "locale": payload.get("locale"),
        "answers": payload.get("answers"),
        "privacy_notice": payload.get("privacy_notice"),
        "state": case.state,
        "reason": case.reason,
        "desk": case.desk,
        "history": [
            {
                "at": _time(event.at),
                "action": event.action,
                "old": event.old,
                "new": event.new,
                "note": _note(event, keys),
            }
            for event in events
            if event.action != "assignee"  # ids of staff are not the sender's data
        ],
    }


def _note(event: InboxEvent, keys: KeySet) -> str | None:
    if event.sealed_note is None:
        return None
    try:
        return str(envelope.unseal(event.lead_id, event.sealed_note, keys).get("note", ""))
    except envelope.UnsealError:
        return None


def _time(value: datetime) -> str:
    return value.isoformat(timespec="seconds")


def router(triage: Triage, *, guard: Guard, render: Render) -> APIRouter:
    """`/people` finds, exports and erases a person by e-mail; `/leads/{id}/erase` erases one lead."""
    routes = APIRouter(include_in_schema=False)

    def page(visit: Visit, status: int = 200, **more: Any) -> Response:
        shown: dict[str, Any] = {"email": "", "leads": None, "erased": None, "error": "", **more}
        return render("people.html", status, **visit.frame, **shown)

    def rows(leads: Sequence[str]) -> list[tuple[InboxLead, InboxCase]]:
        query = select(InboxLead, InboxCase).join(InboxCase).where(col(InboxLead.id).in_(leads))
        with db.read(triage.engine) as session:
            return list(session.exec(query.order_by(col(InboxCase.sent_at))).all())

    def find(visit: Visit) -> Response:
        email = visit.first("email")[:254]
        leads = erasure.find_person(triage, email)
        with db.write(triage.engine) as session:
            audit.record(session, visit.person, "person-found", triage.clock(), leads=leads)
        return page(visit, email=email, leads=rows(leads))

    def export(visit: Visit) -> Response:
        document = export_person(triage, visit.first("email")[:254], visit.person)
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="person.json"'}
        content = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        return Response(content, media_type="application/json", headers=headers)

    def erase_person(visit: Visit) -> Response:
        email = visit.first("email")[:254]
        leads = erasure.find_person(triage, email)
        if visit.first("sure") != "yes":
            return page(visit, 422, email=email, leads=rows(leads), error="sure")
        now = triage.clock()
        return page(visit, erased=erasure.erase(triage.engine, leads, actor=visit.person, reason="requested", now=now))

    def erase_page(visit: Visit, lead_id: str, status: int = 200, error: str = "") -> Response:
        found = rows([lead_id])
        if not found:
            return render("missing.html", 404, **visit.frame)
        return render("erase.html", status, **visit.frame, lead=found[0][0], error=error)

    def erase_lead(visit: Visit, lead_id: str) -> Response:
        if visit.first("sure") != "yes":
            return erase_page(visit, lead_id, 422, "sure")
        triage.take_in()
        erasure.erase(triage.engine, [lead_id], actor=visit.person, reason="requested", now=triage.clock())
        return erase_page(visit, lead_id)

    @routes.get("/people")
    async def people(request: Request) -> Response:
        visit = await guard.enter(request, "erase")
        return visit if isinstance(visit, Response) else page(visit)

    # The address goes by POST: an address in a URL would stand in logs and histories.
    @routes.post("/people")
    async def people_found(request: Request) -> Response:
        visit = await guard.form(request, "erase")
        return visit if isinstance(visit, Response) else await run_in_threadpool(find, visit)

    @routes.post("/people/export")
    async def people_export(request: Request) -> Response:
        visit = await guard.form(request, "erase")
        return visit if isinstance(visit, Response) else await run_in_threadpool(export, visit)

    @routes.post("/people/erase")
    async def people_erase(request: Request) -> Response:
        visit = await guard.form(request, "erase")
        return visit if isinstance(visit, Response) else await run_in_threadpool(erase_person, visit)

    @routes.get("/leads/{lead_id}/erase")
    async def ask(request: Request, lead_id: str) -> Response:
        visit = await guard.enter(request, "erase")
        return visit if isinstance(visit, Response) else await run_in_threadpool(erase_page, visit, lead_id)

    @routes.post("/leads/{lead_id}/erase")
    async def erase(request: Request, lead_id: str) -> Response:
        visit = await guard.form(request, "erase")
        return visit if isinstance(visit, Response) else await run_in_threadpool(erase_lead, visit, lead_id)

    return routes
