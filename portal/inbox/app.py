"""The inbox as an application of its own: handed values, it reads no settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from joserfc.jwk import KeySet
from sqlalchemy import Engine
from starlette.middleware.trustedhost import TrustedHostMiddleware

from portal import db
from portal.inbox import export, jobs, leads, levels_page, login, privacy, receive, single, states, styles, trail
from portal.inbox.accounts import Accounts
from portal.inbox.auth import Sessions
from portal.inbox.erasure import Retention
from portal.inbox.guard import Guard
from portal.inbox.lockout import Lockout
from portal.inbox.postman import make_postman
from portal.inbox.provider import Provider
from portal.inbox.render import make_render
from portal.inbox.transports import ConsoleTransport, Transport
from portal.inbox.triage import Triage
from portal.inbox.vault import Vault


def create_inbox(
    engine: Engine,
    *,
    private_keys: KeySet,
    webhook_secret: str,
    accounts: Accounts,
    session_secret: bytes,
    triage_secret: bytes,
    templates: Path,
    desks: Callable[[], Mapping[str, Any]] = dict,
    mail: Transport | None = None,
    mail_from: str = "no-reply@localhost",
    base_url: str = "http://localhost:8000",
    retention: Retention | None = None,
    provider: Provider | None = None,
    local_login: bool = True,
    secure_cookies: bool = False,
    allowed_hosts: Sequence[str] = ("*",),
    clock: Callable[[], datetime] = db.utcnow,
) -> FastAPI:
    """The internal lead queue: `POST /leads` and `GET /states` for the public side, login and leads for staff, health.

    `engine` must have been upgraded; `secure_cookies` belongs on wherever the inbox is reached by HTTPS.
    `triage_secret` keys summaries and digests; `desks` gives the plain values of `desks.yaml`. Mails leave by
    `mail` (None: a line in the log) in the name of `mail_from` and link to the site at `base_url`.
    `retention` says when leads are erased by themselves (None: never).
    Raises ValueError when one of the secrets is shorter than 32 bytes.
    """
    if len(session_secret) < 32:
        message = "the session secret needs 32 bytes"
        raise ValueError(message)
    render = make_render(templates)
    sessions = Sessions(engine, session_secret, secure=secure_cookies, clock=clock)
    guard = Guard(sessions, render)
    triage = Triage(engine, keys=private_keys, vault=Vault(triage_secret), desks=desks, clock=clock)
    postman = make_postman(triage, mail or ConsoleTransport(), templates=templates, sender=mail_from, base_url=base_url)
    app = FastAPI(
        title="Lead queue",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=jobs.lifespan(triage, postman, retention),
    )
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
    app.include_router(
        login.router(
            accounts,
            guard=guard,
            sessions=sessions,
            render=render,
            lockout=Lockout(clock),
            local=local_login,
            provider=provider.client.name if provider else None,
        )
    )
    if provider:
        app.include_router(
            single.router(
                accounts,
                provider=provider,
                sessions=sessions,
                render=render,
                secret=session_secret,
                secure=secure_cookies,
            )
        )
    app.include_router(trail.router(engine, guard=guard, render=render, clock=clock))
    app.include_router(privacy.router(triage, guard=guard, render=render))
    app.include_router(leads.router(triage, guard=guard, render=render, accounts=accounts))
    app.include_router(export.router(triage, guard=guard, render=render, accounts=accounts))
    app.include_router(levels_page.router(triage, guard=guard, render=render, webhook_secret=webhook_secret))
    return app
