"""The one figure of the bureau's service that everyone may see, as the inbox gives it: rounded, and only of many leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine
from sqlmodel import Field, SQLModel

from portal import db
from portal.db import UTCDateTime
from portal.leads.transport import DeliveryError

ASK_SECONDS, AWAY_SECONDS = 3600.0, 300.0
#: A figure that could not be renewed for so long is shown no more.
STALE = timedelta(days=7)

log = structlog.get_logger(__name__)


class ServiceLevel(SQLModel, table=True):
    """The one row: what the inbox told last. `percent` is None while too few leads were answered to tell."""

    __tablename__ = "service_level"

    id: int = Field(default=1, primary_key=True)
    percent: int | None = None
    period_days: int = 0
    as_of: str = ""
    heard_at: datetime = Field(sa_type=UTCDateTime)


class Source(Protocol):
    """Where the figure comes from; `portal.leads.transport.HttpSender` is the real one."""

    async def fetch_levels(self) -> Mapping[str, Any]:
        """What the inbox tells. Raises DeliveryError."""
        ...


def keep(engine: Engine, told: Mapping[str, Any], now: datetime) -> None:
    """Keep what the inbox told; anything that is no figure takes the old one away."""
    percent, days, as_of = (told.get(name) for name in ("within_promise_percent", "period_days", "as_of"))
    row = ServiceLevel(heard_at=now)
    if _whole(percent, 0, 100) and _whole(days, 1, 366) and _is_date(as_of):
        row = ServiceLevel(percent=int(str(percent)), period_days=int(str(days)), as_of=str(as_of), heard_at=now)
    with db.write(engine) as session:
        session.merge(row)


def shown(engine: Engine, now: datetime) -> ServiceLevel | None:
    """The figure that may be shown now; None when there is none, or it is older than a week."""
    with db.read(engine) as session:
        row = session.get(ServiceLevel, 1)
    return row if row is not None and row.percent is not None and now - row.heard_at < STALE else None


class LevelListener:
    """Asks the inbox for the figure each hour; one per worker."""

    def __init__(self, engine: Engine, source: Source, *, clock: Callable[[], datetime] = db.utcnow) -> None:
        self._engine = engine
        self._source = source
        self._clock = clock

    async def run_once(self) -> float:
        """Ask and keep; gives the seconds until it is time to ask again."""
        try:
            told = await self._source.fetch_levels()
        except DeliveryError as failure:
            log.info("levels.unheard", error=str(failure))
            return AWAY_SECONDS
        await asyncio.to_thread(keep, self._engine, told, self._clock())
        return ASK_SECONDS


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
