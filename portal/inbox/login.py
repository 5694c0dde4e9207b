"""Login and logout of the staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Engine

from portal import db
from portal.inbox import audit
from portal.inbox.auth import Lockout, Session, Sessions, check_access_key
from portal.inbox.guard import Guard, read_form, trusted
from portal.inbox.people import Person
from portal.inbox.render import Render

_KEY_HOLDER = Person("staff", "staff", "admin")


def note(engine: Engine, actor: Person | str, action: str, now: datetime) -> None:
    """Write a login or logout into the audit trail."""
    with db.write(engine) as session:
        audit.record(session, actor, action, now)


def router(
    engine: Engine,
    *,
    guard: Guard,
    access_key_hash: str,
    sessions: Sessions,
    render: Render,
    clock: Callable[[], datetime] = db.utcnow,
) -> APIRouter:
    """`/` leads to the leads; `/login` and `/logout` begin and end a session."""
    routes = APIRouter(include_in_schema=False)
    lockout = Lockout(clock)

    def login_page(status: int, error: str, wait: int = 0) -> Response:
        # The token has to be known before the page is made, and the cookie needs the page.
        session = Session.fresh(None)
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
        return RedirectResponse("/leads", 303) if await guard.person(request) else login_page(200, "")

    @routes.post("/login")
    async def login(request: Request) -> Response:
        form = await read_form(request)
        session = sessions.of(request)
        if session is None or not trusted(request, session, form):
            return login_page(403, "expired")
        address = request.client.host if request.client else ""
        wait = lockout.wait(address)
        if wait:
            return login_page(429, "locked", wait)
        lockout.failed(address)  # counted before the slow check, so that many at once do not slip through
        if not await run_in_threadpool(check_access_key, form.get("key", ("",))[0], access_key_hash):
            await run_in_threadpool(note, engine, "nobody", "login-failed", clock())
            return login_page(401, "wrong")
        lockout.passed(address)
        await run_in_threadpool(note, engine, _KEY_HOLDER, "login", clock())
        response = RedirectResponse("/leads", 303)
        sessions.put(response, Session.fresh(_KEY_HOLDER))
        return response

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        visit = await guard.form(request)
        if isinstance(visit, Response):
            return visit
        response = RedirectResponse("/login", 303)
        sessions.end(response)
        return response

    return routes
