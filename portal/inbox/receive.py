"""`POST /leads`: take each event once, on the strength of its signature, and echo its id."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime

import structlog
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from portal import db, envelope
from portal.inbox.models import InboxLead

#: The largest valid form sealed is about 60 KiB.
MAX_BODY = 256 * 1024
#: CloudEvents' own, and what a proxy or a hand may make of it.
MEDIA_TYPES = (envelope.CONTENT_TYPE, "application/json")

_LEAD = insert(InboxLead)

log = structlog.get_logger(__name__)


class ConflictError(Exception):
    """Another lead is stored under the same id."""


def store_once(engine: Engine, event: envelope.Event, now: datetime) -> bool:
    """Keep `event`; False when it is here already. Raises ConflictError when the id holds another payload."""
    try:
        with db.write(engine) as session:
            lead = InboxLead(
                id=event.id,
                reference=event.reference,
                sealed=event.sealed,
                quarantined=event.quarantined,
                sent_at=event.time,
                received_at=now,
            )
            # A plain insert: after an outage leads arrive by the thousand, and each holds the one lock this long.
            session.connection().execute(_LEAD, lead.model_dump())
    except IntegrityError:
        with db.read(engine) as session:
            kept = session.get(InboxLead, event.id)
        if kept is not None and kept.erased_at is not None:
            return False  # delivered once more after its erasure: it was here, and does not come back
        if kept is None or kept.sealed != event.sealed:
            raise ConflictError(event.id) from None
        return False
    return True


async def read_capped(request: Request, most: int) -> bytes | None:
    """The body, or None when it is larger than `most` bytes, announced or not."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:12]) > most:
        return None
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            return None
    return bytes(body)


def router(engine: Engine, *, webhook_secret: str, clock: Callable[[], datetime] = db.utcnow) -> APIRouter:
    """The receiving route. Answers: 200 with our id, 400, 401, 409, 413, 415 as JSON, 503 when the database is away."""
    routes = APIRouter()

    @routes.post("/leads", include_in_schema=False)
    async def receive(request: Request) -> JSONResponse:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in MEDIA_TYPES:
            return _refusal(415, "media-type")
        body = await read_capped(request, MAX_BODY)
        if body is None:
            return _refusal(413, "too-big")
        try:
            signed_id = envelope.verify(webhook_secret, request.headers, body)
            event = envelope.parse_event(body)
        except envelope.SignatureInvalidError:
            return _refusal(401, "signature")
        except envelope.EventMalformedError as error:
            return _refusal(400, str(error))
        if signed_id != event.id:
            return _refusal(400, "webhook-id is not the event's id")
        try:
            fresh = await run_in_threadpool(store_once, engine, event, clock())
        except ConflictError:
            return _refusal(409, "id-conflict")
        except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
            log.error("inbox.storage", error=type(error).__name__)
            return _refusal(503, "storage")
        log.info("inbox.received", id=event.id, repeated=not fresh)
        return JSONResponse({"id": event.id, "status": "stored" if fresh else "duplicate"})

    return routes


def _refusal(status: int, code: str) -> JSONResponse:
    log.warning("inbox.refused", status=status, code=code)
    return JSONResponse({"error": code}, status_code=status)
