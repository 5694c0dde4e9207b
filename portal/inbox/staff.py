"""The pages of the staff: login and logout, the list of leads, one lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from joserfc.jwk import KeySet
from sqlalchemy import Engine, func
from sqlmodel import col, select

from portal import db, envelope
from portal.inbox.auth import Lockout, Session, Sessions, check_access_key
from portal.inbox.models import InboxAudit, InboxLead
from portal.inbox.receive import read_capped
from portal.inbox.render import Render

PAGE_SIZE = 50
_MAX_FORM = 4096
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


def view_lead(engine: Engine, keys: KeySet, lead_id: str, now: datetime) -> View | None:
    """One lead, None when there is none; the viewing is written down before it is shown."""
    if not _ID.match(lead_id):
        return None
    with db.write(engine) as session:
        lead = session.get(InboxLead, lead_id)
        if lead is None:
            return None
        lead.opened_at = lead.opened_at or now
        session.add(InboxAudit(at=now, actor="staff", action="viewed", lead_id=lead_id))
    return open_lead(lead, keys)


def note(engine: Engine, action: str, now: datetime) -> None:
    """Write a login or logout into the audit trail."""
    with db.write(engine) as session:
        session.add(InboxAudit(at=now, actor="staff", action=action))


def same_origin(request: Request) -> bool:
    """False when a browser says that another site made this request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


def router(
    engine: Engine,
    *,
    keys: KeySet,
    access_key_hash: str,
    sessions: Sessions,
    render: Render,
    clock: Callable[[], datetime] = db.utcnow,
) -> APIRouter:
    """The staff routes; everything that shows a lead leads to the login page first."""
    routes = APIRouter(include_in_schema=False)
    lockout = Lockout(clock)

    def staff(request: Request) -> Session | None:
        session = sessions.of(request)
        return session if session and session.staff else None

    def login_page(status: int, error: str, wait: int = 0) -> Response:
        # The token has to be known before the page is made, and the cookie needs the page.
        session = Session.fresh(staff=False)
        response = render("login.html", status, csrf=session.csrf, error=error, wait=wait)
        sessions.put(response, session)
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    @routes.get("/")
    async def home() -> Response:
        return RedirectResponse("/leads", 303)

    @routes.get("/login")
    async def login_form(request: Request) -> Response:
        return RedirectResponse("/leads", 303) if staff(request) else login_page(200, "")

    @routes.post("/login")
    async def login(request: Request) -> Response:
        form = await _form(request)
        session = sessions.of(request)
        if not same_origin(request) or session is None or not session.owns(form.get("csrf", "")):
            return login_page(403, "expired")
        address = request.client.host if request.client else ""
        wait = lockout.wait(address)
        if wait:
            return login_page(429, "locked", wait)
        lockout.failed(address)  # counted before the slow check, so that many at once do not slip through
        if not await run_in_threadpool(check_access_key, form.get("key", ""), access_key_hash):
            await run_in_threadpool(note, engine, "login-failed", clock())
            return login_page(401, "wrong")
        lockout.passed(address)
        await run_in_threadpool(note, engine, "login", clock())
        response = RedirectResponse("/leads", 303)
        sessions.put(response, Session.fresh(staff=True))
        return response

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        session = staff(request)
        form = await _form(request)
        if session is None or not same_origin(request) or not session.owns(form.get("csrf", "")):
            return login_page(403, "expired")
        response = RedirectResponse("/login", 303)
        sessions.end(response)
        return response

    @routes.get("/leads")
    async def leads(request: Request) -> Response:
        session = staff(request)
        if session is None:
            return RedirectResponse("/login", 303)
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1
        views, number, pages = await run_in_threadpool(list_leads, engine, keys, number)
        return render("leads.html", leads=views, number=number, pages=pages, csrf=session.csrf)

    @routes.get("/leads/{lead_id}")
    async def lead(request: Request, lead_id: str) -> Response:
        session = staff(request)
        if session is None:
            return RedirectResponse("/login", 303)
        found = await run_in_threadpool(view_lead, engine, keys, lead_id, clock())
        if found is None:
            return render("missing.html", 404, csrf=session.csrf)
        return render("lead.html", lead=found, csrf=session.csrf)

    return routes


async def _form(request: Request) -> dict[str, str]:
    body = await read_capped(request, _MAX_FORM)
    try:
        parsed = parse_qs((body or b"").decode("ascii"), max_num_fields=10, errors="strict")
    except ValueError:
        return {}
    return {name: values[0] for name, values in parsed.items()}
