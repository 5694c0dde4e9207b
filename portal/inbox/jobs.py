"""What the inbox does by itself, beside answering: make cases of new leads, send mails, erase what is past its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import FastAPI

from portal.inbox.erasure import Retention, erase_expired
from portal.inbox.postman import Postman
from portal.inbox.triage import Triage

IDLE_SECONDS = 2.0
#: how often leads whose time is over are looked for
RETENTION_SECONDS = 3600.0

log = structlog.get_logger(__name__)


async def work(triage: Triage, postman: Postman, stop: asyncio.Event, retention: Retention | None = None) -> None:
    """Work until `stop` is set. A database that is away, or a fault in one round, does not end it."""
    again, hourly, clock = True, 0.0, asyncio.get_running_loop().time
    while not stop.is_set():
        try:
            if again:
                again = False
                await asyncio.to_thread(triage.try_again)
            await asyncio.to_thread(triage.take_in)
            if retention is not None and clock() >= hourly:
                hourly = clock() + RETENTION_SECONDS
                await asyncio.to_thread(erase_expired, triage.engine, retention, triage.clock())
            busy = await postman.run_once()
        except Exception as error:
            # Values of variables may be personal: only the kind of the error is logged.
            log.error("inbox.round_failed", error=type(error).__name__)
            busy = 0
        if not busy:
            try:
                await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
            except TimeoutError:
                continue


def lifespan(
    triage: Triage, postman: Postman, retention: Retention | None = None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A lifespan for the application: the work runs while it serves, and a mail in flight is finished."""

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(work(triage, postman, stop, retention))
        try:
            yield
        finally:
            stop.set()
            await task

    return running
