"""`GET /states`: how far the leads are, for the public side to fetch; and the function that writes each change down."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import structlog
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response
from sqlalchemy import Engine, func, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from portal import db, envelope
from portal.inbox.models import StateChange
from portal.states import MAX_CURSOR, MAX_PAGE, STATES, Change, Page, State, is_desk

#: Writers of changes wait for each other on PostgreSQL by this number.
_ORDER_LOCK = 4_309_512_872

log = structlog.get_logger(__name__)


def record_change(session: Session, lead_id: str, state: State, desk: str, at: datetime) -> None:
    """Note in the caller's write transaction that `lead_id` came into `state` (one of `portal.states.STATES`).

    `desk` is a code or empty. Call it after the transaction's other writes: from here to the commit other recorders
    wait, because a page must never hold a number while a smaller one is still to be committed.
    Raises ValueError for another state or a desk that is no code.
    """
    if state not in STATES:
        message = f"no state that is told: {state}"
        raise ValueError(message)
    if desk and not is_desk(desk):
        message = "a desk's code is of lower-case letters, digits, '-', '_' and '.', at most 40"
        raise ValueError(message)
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ORDER_LOCK})
    session.add(StateChange(lead_id=lead_id, state=state, at=at, desk=desk))
    session.flush()


def changes_after(engine: Engine, cursor: int) -> Page:
    """The next changes after `cursor`, at most 500.

    A cursor beyond the newest change comes from before a restored backup: then the page begins anew. Whoever asks
    can take a change twice without harm.
    """
    with db.read(engine) as session:
        newest = session.exec(select(func.max(StateChange.seq))).one() or 0
        start = cursor if cursor <= newest else 0
        query = select(StateChange).where(col(StateChange.seq) > start).order_by(col(StateChange.seq)).limit(MAX_PAGE)
        rows = session.exec(query).all()
    changes = tuple(Change(row.lead_id, _state(row.state), row.at, row.desk) for row in rows)
    return Page(rows[-1].seq or start if rows else start, changes)


def _state(stored: str) -> State:
    return next(state for state in STATES if state == stored)


def router(engine: Engine, *, webhook_secret: str) -> APIRouter:
    """The route. Answers: 200 with a page, 400 for a bad cursor, 401 without our signature, 503 without database."""
    routes = APIRouter()

    @routes.get("/states", include_in_schema=False)
    async def states(request: Request) -> Response:
        try:
            envelope.verify(webhook_secret, request.headers, b"")
        except envelope.SignatureInvalidError:
            return _refusal(401, "signature")
        asked = request.query_params.get("after", "0")
        if not (asked.isascii() and asked.isdigit() and len(asked) <= 19 and int(asked) <= MAX_CURSOR):
            return _refusal(400, "after")
        try:
            page = await run_in_threadpool(changes_after, engine, int(asked))
        except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
            log.error("inbox.storage", error=type(error).__name__)
            return _refusal(503, "storage")
        return Response(page.to_json(), media_type="application/json", headers={"Cache-Control": "no-store"})

    return routes


def _refusal(status: int, code: str) -> JSONResponse:
    log.warning("inbox.states_refused", status=status, code=code)
    return JSONResponse({"error": code}, status_code=status)
