"""The delivery worker: at least once, with one stable id, until the receiver confirms.

Two kinds of trouble are told apart. A receiver that is away (refused, timeouts, 5xx) opens a breaker: one lead is
tried every ten seconds at most, nothing is counted against the leads, and with the first success all go out. A lead
that fails while others get through is itself the trouble: its attempts are counted, and it follows the schedule.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

import structlog
from sqlalchemy import Engine

from portal import db
from portal.envelope import Event
from portal.leads import outbox
from portal.leads.chores import Chore, kept
from portal.leads.transport import NotAcknowledgedError, RejectedError, RetryableError

#: Waits before each try, in seconds: 10 tries within about 76 hours, then a person is needed.
SCHEDULE = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
JITTER = 0.1
#: How often an unreachable receiver is probed at the latest, unless it asked for more patience itself.
PROBE_SECONDS = 10.0
#: Retry-After is honoured up to this; a mistaken "next month" does not stop deliveries.
LONGEST_RETRY_AFTER = 300.0
#: Leads in flight at once, and how often an idle worker looks. After a day's outage thousands wait, and most of a
#: sending's time is waiting for the receiver's disk and this one's.
BATCH = 32
IDLE_SECONDS = 1.0

_random = secrets.SystemRandom()
log = structlog.get_logger(__name__)


class Sender(Protocol):
    """What the worker needs of a transport; `portal.leads.transport.HttpSender` is the real one."""

    async def __aenter__(self) -> Self:
        """Open connections."""
        ...

    async def __aexit__(self, *details: object) -> None:
        """Close them."""
        ...

    async def send(self, event: Event) -> None:
        """Return when the receiver confirmed the event's id; else raise RejectedError or RetryableError."""
        ...


@dataclass
class Breaker:
    """Open while the receiver is away; `until` is when the next probe is due."""

    until: datetime | None = None

    def room(self, now: datetime) -> int:
        """How many leads may be tried now: all that fit when closed, one as a probe, none before its time."""
        if self.until is None:
            return BATCH
        return 1 if now >= self.until else 0

    def trip(self, now: datetime, retry_after: float | None) -> datetime:
        """Open; gives the time of the next probe."""
        wait = PROBE_SECONDS * _random.uniform(0.7, 1.0)
        if retry_after is not None:
            wait = max(1.0, min(retry_after, LONGEST_RETRY_AFTER))
        self.until = now + timedelta(seconds=wait)
        return self.until

    def close(self) -> bool:
        """Close; True when it was open."""
        was_open, self.until = self.until is not None, None
        return was_open


def next_try(attempts: int, now: datetime, retry_after: float | None) -> datetime | None:
    """When to try again after `attempts` counted failures; None when the schedule is used up."""
    if attempts >= len(SCHEDULE):
        return None
    wait = SCHEDULE[attempts] * _random.uniform(1 - JITTER, 1 + JITTER)
    if retry_after is not None:
        wait = max(wait, min(retry_after, LONGEST_RETRY_AFTER))
    return now + timedelta(seconds=wait)


class Worker:
    """Delivers what is in the outbox of `engine` through `sender`. Any number may run, in any number of processes.

    `lease` must be longer than `sender` may take for one sending. `chores` are done beside, while `run` runs.
    """

    def __init__(
        self,
        engine: Engine,
        sender: Sender,
        *,
        lease: timedelta = outbox.LEASE,
        clock: Callable[[], datetime] = db.utcnow,
        chores: Sequence[Chore] = (),
    ) -> None:
        self._lease = lease
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._breaker = Breaker()
        self._chores = chores

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set. Outlives a database that is away; what is in flight at the end is finished."""
        async with self._sender, kept(self._chores, stop):
            while not stop.is_set():
                try:
                    tried = await self.run_once()
                except Exception as error:
                    # The database is away, or there is a fault in here: either way the other leads must go out.
                    # The leases of this round run out by themselves.
                    log.error("delivery.round_failed", error=type(error).__name__)
                    tried = 0
                if not tried:
                    try:
                        await asyncio.wait_for(stop.wait(), IDLE_SECONDS)
                    except TimeoutError:
                        continue

    async def run_once(self) -> int:
        """Try what is due now, as far as the breaker allows, and give how many were tried. Needs an open sender."""
        now = self._clock()
        room = self._breaker.room(now)
        if not room or not await asyncio.to_thread(outbox.any_due, self._engine, now):
            return 0
        claims = await asyncio.to_thread(outbox.claim, self._engine, now, room, self._lease)
        results = await asyncio.gather(*(self._try(taken) for taken in claims), return_exceptions=True)
        for failure in (result for result in results if isinstance(result, BaseException)):
            raise failure
        return len(claims)

    async def _try(self, taken: outbox.Claim) -> None:
        started, begun = self._clock(), time.perf_counter()
        lead = taken.event.id
        try:
            await self._sender.send(taken.event)
        except RejectedError as refused:
            self._breaker.close()  # it answers, and with knowledge of the lead
            await self._settle(taken, refused.code, taken.attempts + 1, None)
        except RetryableError as failure:
            await self._retry(taken, failure, started)
        else:
            await asyncio.to_thread(outbox.set_delivered, self._engine, taken, self._clock())
            if self._breaker.close():
                log.info("delivery.receiver_back")
            log.info("delivery.delivered", id=lead, ms=round((time.perf_counter() - begun) * 1000, 1))

    async def _retry(self, taken: outbox.Claim, failure: RetryableError, started: datetime) -> None:
        now = self._clock()
        proof = await asyncio.to_thread(outbox.last_delivery, self._engine)
        since = taken.last_attempt_at or started
        if isinstance(failure, NotAcknowledgedError) and proof is not None and proof >= since:
            attempts = taken.attempts + 1
            await self._settle(taken, failure.code, attempts, next_try(attempts, now, failure.retry_after))
            return
        # Due again at the next probe, behind those that have not been tried: one bad lead does not block the others.
        probe = self._breaker.trip(now, failure.retry_after)
        log.warning("delivery.receiver_away", id=taken.event.id, error=failure.code)
        await self._settle(taken, failure.code, taken.attempts, min(probe, now + timedelta(seconds=PROBE_SECONDS)))

    async def _settle(self, taken: outbox.Claim, code: str, attempts: int, next_at: datetime | None) -> None:
        kept = await asyncio.to_thread(
            outbox.set_failed, self._engine, taken, self._clock(), code=code, attempts=attempts, next_at=next_at
        )
        entry = log.bind(id=taken.event.id, error=code, attempts=attempts)
        if not kept:
            entry.warning("delivery.lease_lost")
        elif next_at is None:
            entry.error("delivery.dead")
        else:
            entry.info("delivery.postponed")
