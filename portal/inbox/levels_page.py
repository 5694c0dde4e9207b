"""The service levels as a page for staff and as one rounded figure for the public side."""

from __future__ import annotations

import sqlite3

import structlog
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import SQLAlchemyError

from portal import db, envelope
from portal.inbox.guard import Guard
from portal.inbox.levels import PERIOD_DAYS, public, report
from portal.inbox.render import Render
from portal.inbox.triage import Triage

log = structlog.get_logger(__name__)


def router(triage: Triage, *, guard: Guard, render: Render, webhook_secret: str) -> APIRouter:
    """`/levels` for everyone who may read leads; `/levels/public` signed for, like `/states`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/levels")
    async def page(request: Request) -> Response:
        visit = await guard.enter(request, "read")
        if isinstance(visit, Response):
            return visit
        found = await run_in_threadpool(report, triage.engine, triage.clock())
        table = await run_in_threadpool(triage.table)
        return render("levels.html", **visit.frame, report=found, table=table, days=PERIOD_DAYS)

    @routes.get("/levels/public")
    async def figure(request: Request) -> Response:
        try:
            envelope.verify(webhook_secret, request.headers, b"")
        except envelope.SignatureInvalidError:
            return JSONResponse({"error": "signature"}, 401)
        try:
            found = await run_in_threadpool(report, triage.engine, triage.clock())
        except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
            log.error("inbox.storage", error=type(error).__name__)
            return JSONResponse({"error": "storage"}, 503)
        return JSONResponse(public(found), headers={"Cache-Control": "no-store"})

    return routes
