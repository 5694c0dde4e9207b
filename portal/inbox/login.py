"""Login, logout, and the page where staff change their own password."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from portal.inbox.accounts import Accounts
from portal.inbox.auth import Sessions
from portal.inbox.guard import Guard, Visit, read_form, trusted
from portal.inbox.lockout import Lockout
from portal.inbox.passwords import SHORTEST, WeakPasswordError
from portal.inbox.render import Render


def router(
    accounts: Accounts,
    *,
    guard: Guard,
    sessions: Sessions,
    render: Render,
    lockout: Lockout,
    local: bool = True,
    provider: str | None = None,
) -> APIRouter:
    """`/` leads to the leads; `/login` and `/logout` begin and end a session; `/account` changes the password.

    `local` says whether local accounts may log in; `provider` is what the login page calls the identity provider,
    None when there is none.
    """
    routes = APIRouter(include_in_schema=False)

    def login_page(status: int, error: str, wait: int = 0) -> Response:
        # The token has to be known before the page is made, and the cookie needs the page.
        session = sessions.anonymous()
        response = render(
            "login.html", status, csrf=session.csrf, error=error, wait=wait, local=local, provider=provider
        )
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
        if not local:
            return render("missing.html", 404)
        form = await read_form(request)
        session = await sessions.of(request)
        if session is None or not trusted(request, session, form):
            return login_page(403, "expired")
        address = request.client.host if request.client else ""
        wait = lockout.wait(address)
        if wait:
            return login_page(429, "locked", wait)
        lockout.failed(address)  # counted before the slow check, so that many at once do not slip through
        name, password = (form.get(field, ("",))[0] for field in ("login", "password"))
        found = await run_in_threadpool(accounts.check, name, password)
        if found.wait:
            return login_page(429, "locked", found.wait)
        if found.person is None:
            return login_page(401, "wrong")
        lockout.passed(address)
        response = RedirectResponse("/leads", 303)
        sessions.put(response, await run_in_threadpool(sessions.begin, found.person))
        return response

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        visit = await guard.form(request)
        if isinstance(visit, Response):
            return visit
        await run_in_threadpool(sessions.end, visit.token, visit.person)
        response = RedirectResponse("/login", 303)
        sessions.forget(response)
        return response

    def account_page(visit: Visit, status: int = 200, error: str = "", done: bool = False) -> Response:
        login = accounts.login_of(visit.person)
        return render("account.html", status, **visit.frame, login=login, error=error, done=done, shortest=SHORTEST)

    @routes.get("/account")
    async def account(request: Request) -> Response:
        visit = await guard.enter(request)
        if isinstance(visit, Response):
            return visit
        return await run_in_threadpool(account_page, visit)

    @routes.post("/account")
    async def change_password(request: Request) -> Response:
        visit = await guard.form(request)
        if isinstance(visit, Response):
            return visit
        return await run_in_threadpool(changed, visit)

    def changed(visit: Visit) -> Response:
        login = accounts.login_of(visit.person)
        if not login:
            return guard.forbidden(visit)
        found = accounts.check(login, visit.fields.get("password", ("",))[0])
        new, again = (visit.fields.get(field, ("",))[0] for field in ("new", "again"))
        if found.wait:
            return account_page(visit, 429, "locked")
        if found.person is None:
            return account_page(visit, 422, "wrong")
        if new != again:
            return account_page(visit, 422, "differ")
        if new == visit.fields.get("password", ("",))[0]:
            return account_page(visit, 422, "same")
        try:
            accounts.set_password(login, new, actor=visit.person)
        except WeakPasswordError as error:
            return account_page(visit, 422, error.code)
        # Every session has ended, also this one: the browser that knows the new password gets a fresh one.
        person = replace(found.person, must_change=False)
        session = sessions.begin(person)
        fresh = Visit(person, session.csrf, token=session.token)
        response = account_page(fresh, done=True)
        sessions.put(response, session)
        return response

    return routes
