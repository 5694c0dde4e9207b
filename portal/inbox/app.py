"""The inbox as an application of its own: handed values, it reads no settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from joserfc.jwk import KeySet
from sqlalchemy import Engine
from starlette.middleware.trustedhost import TrustedHostMiddleware

from portal import db
from portal.inbox import leads, login, receive, states, styles, trail
from portal.inbox.accounts import Accounts
from portal.inbox.auth import Sessions
from portal.inbox.guard import Guard
from portal.inbox.lockout import Lockout
from portal.inbox.render import make_render


def create_inbox(
    engine: Engine,
    *,
    private_keys: KeySet,
    webhook_secret: str,
    accounts: Accounts,
    session_secret: bytes,
    templates: Path,
    secure_cookies: bool = False,
    allowed_hosts: Sequence[str] = ("*",),
    clock: Callable[[], datetime] = db.utcnow,
) -> FastAPI:
    """The internal lead queue: `POST /leads` and `GET /states` for the public side, login and leads for staff, health.

    `engine` must have been upgraded; `secure_cookies` belongs on wherever the inbox is reached by HTTPS.
    Raises ValueError when `session_secret` is shorter than 32 bytes.
    """
    if len(session_secret) < 32:
        message = "the session secret needs 32 bytes"
        raise ValueError(message)
    render = make_render(templates)
    sessions = Sessions(engine, session_secret, secure=secure_cookies, clock=clock)
    guard = Guard(sessions, render)
    app = FastAPI(title="Lead queue", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        ready = await run_in_threadpool(db.writable, engine)
        return JSONResponse({"status": "ok" if ready else "database"}, 200 if ready else 503)

    app.include_router(receive.router(engine, webhook_secret=webhook_secret, clock=clock))
    app.include_router(states.router(engine, webhook_secret=webhook_secret))
    app.include_router(styles.router(templates))
    # Every router of the staff side is handed the same guard: it alone says who may come in.
    app.include_router(login.router(accounts, guard=guard, sessions=sessions, render=render, lockout=Lockout(clock)))
    app.include_router(trail.router(engine, guard=guard, render=render, clock=clock))
    app.include_router(leads.router(engine, guard=guard, keys=private_keys, render=render, clock=clock))
    return app
