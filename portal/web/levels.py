"""`GET /api/v1/service-levels`, and the same figure for the form page."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from portal import db
from portal.leads.levels import ServiceLevel, shown
from portal.workdays import PROMISED_WORKING_DAYS

_FRESH_SECONDS = 60.0


class Figure:
    """The figure for pages: read in a thread of its own each minute, so that no page ever waits for the database."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = db.utcnow) -> None:
        self._engine = engine
        self._clock = clock
        self._value: ServiceLevel | None = None
        self._read_at = float("-inf")

    def __call__(self) -> ServiceLevel | None:
        """What was read last; None before the first reading, when there is none, or while the database is away."""
        now = time.monotonic()
        if now - self._read_at >= _FRESH_SECONDS:
            self._read_at = now
            threading.Thread(target=self.refresh, daemon=True).start()
        return self._value

    def refresh(self) -> ServiceLevel | None:
        """Read it now."""
        try:
            self._value = shown(self._engine, self._clock())
        except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError):
            self._value = None
        return self._value


def router(figure: Figure) -> APIRouter:
    """The route; the figure is absent while too few inquiries were answered to tell it."""
    routes = APIRouter(prefix="/api/v1", tags=["service"])

    @routes.get("/service-levels", summary="How often inquiries are answered within the promised time")
    def service_levels() -> JSONResponse:
        document: dict[str, object] = {"promised_working_days": PROMISED_WORKING_DAYS}
        found = figure.refresh()
        if found is not None:
            document |= {
                "within_promise_percent": found.percent,
                "period_days": found.period_days,
                "as_of": found.as_of,
            }
        return JSONResponse(document, headers={"Cache-Control": "public, max-age=300"})

    return routes
