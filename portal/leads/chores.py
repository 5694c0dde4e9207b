"""What a worker does beside delivering, each at its own pace: books, retention, asking the inbox."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

#: after a chore that failed
_AGAIN_SECONDS = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Chore:
    """`run` does it once and gives the seconds until it is due again."""

    name: str
    run: Callable[[], Awaitable[float]]


def every(name: str, seconds: float, work: Callable[[], object]) -> Chore:
    """A chore that calls a blocking function, in a thread, every so many seconds."""

    async def run() -> float:
        await asyncio.to_thread(work)
        return seconds

    return Chore(name, run)


async def repeat(chore: Chore, stop: asyncio.Event) -> None:
    """Do a chore until `stop` is set; a failure goes to the log and costs one turn."""
    while not stop.is_set():
        try:
            wait = await chore.run()
        except Exception as error:
            log.error("chore.failed", chore=chore.name, error=type(error).__name__)
            wait = _AGAIN_SECONDS
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            continue


@asynccontextmanager
async def kept(chores: Sequence[Chore], stop: asyncio.Event) -> AsyncIterator[None]:
    """Chores run inside this block; at its end those that are at work are let finish, the others end."""
    tasks = [asyncio.create_task(repeat(chore, stop)) for chore in chores]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)
