"""`portal serve`: the web server in this process, inbox and delivery worker as children that are started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

import structlog
import uvicorn
from starlette.types import ASGIApp

log = structlog.get_logger()

#: seconds before a child that ended is started again; doubled each time up to the last
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
#: a child that ran this long is taken as healthy: the wait begins anew
_HEALTHY = 60.0


async def keep_running(arguments: Sequence[str], stop: asyncio.Event) -> None:
    """Run `portal <arguments>` until `stop`; start it again whenever it ends; end it with SIGTERM."""
    wait = _FIRST_WAIT
    loop = asyncio.get_running_loop()
    while not stop.is_set():
        started = loop.time()
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", "portal.cli", *arguments)
        ended = asyncio.create_task(child.wait())
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if stop.is_set():
            if child.returncode is None:
                child.terminate()
                try:
                    await asyncio.wait_for(ended, 15)
                except TimeoutError:
                    child.kill()
                    await child.wait()
            return
        log.error("child.ended", child=arguments[0], code=child.returncode, again_in=wait)
        if loop.time() - started > _HEALTHY:
            wait = _FIRST_WAIT
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            wait = min(wait * 2, _LONGEST_WAIT)


def server(app: ASGIApp, host: str, port: int, *, forwarded_allow_ips: str = "") -> uvicorn.Server:
    """A uvicorn server for an app. X-Forwarded-* is believed only from the addresses given."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(forwarded_allow_ips),
        forwarded_allow_ips=forwarded_allow_ips or None,
        timeout_keep_alive=15,
        limit_concurrency=1000,
    )
    return uvicorn.Server(config)


async def serve(app: ASGIApp, host: str, port: int, children: Sequence[Sequence[str]], *, forwarded: str) -> None:
    """Serve `app` with its children until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(keep_running(child, stop)) for child in children]
    web = server(app, host, port, forwarded_allow_ips=forwarded)
    try:
        await web.serve()
    finally:
        stop.set()
        await asyncio.gather(*tasks, return_exceptions=True)


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set `stop` on SIGINT and SIGTERM; also when the parent that started this process is gone."""
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    if os.environ.get("PORTAL_CHILD"):
        parent = os.getppid()

        def look() -> None:
            if os.getppid() != parent:
                stop.set()
            elif not stop.is_set():
                loop.call_later(1.0, look)

        look()


async def run_until_stopped(running: uvicorn.Server) -> None:
    """Run a server of its own process until a signal, or until the parent is gone."""
    stop = asyncio.Event()
    task = asyncio.create_task(running.serve())
    await asyncio.sleep(0)
    stop_on_signals(stop)
    stopper = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopper}, return_when=asyncio.FIRST_COMPLETED)
    stopper.cancel()
    running.should_exit = True
    await task
