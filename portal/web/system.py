"""Whether the process is up (`/healthz`) and ready (`/readyz`)."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import Engine

from portal import db
from portal.leads.accounts import accounts
from portal.release.serve import ReleaseError
from portal.web.live import LiveSite

_NO_STORE = {"Cache-Control": "no-store"}


def router(site: LiveSite, engine: Engine) -> APIRouter:
    """Health routes. Ready means: a release is loaded, the leads' database can be written, and
    every accepted lead is accounted for."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"}, headers=_NO_STORE)

    @routes.get("/readyz")
    def readyz() -> JSONResponse:
        state: dict[str, object] = {"release": None, "database": db.writable(engine)}
        with suppress(ReleaseError):
            state["release"] = site.release().id
        if state["database"]:
            books = accounts(engine, db.utcnow())
            # A dead lead needs a person, not another server: it is shown, and the process stays in service.
            state |= {"outbox": books.counts, "balanced": books.balanced, "alarm": books.alarm}
        ready = bool(state["release"] and state["database"] and state.get("balanced"))
        return JSONResponse({"status": "ready" if ready else "not ready", **state}, 200 if ready else 503, _NO_STORE)

    return routes
