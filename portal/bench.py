"""`portal bench`: the live release under our server and under a peer, in one run on this machine.

Pages: our app against Starlette's StaticFiles over the same folder, both under uvicorn on loopback, one keep-alive
connection. Ratios compare; single figures depend on the machine.
"""

from __future__ import annotations

import contextlib
import http.client
import statistics
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from portal.app import create_app
from portal.settings import Settings

_ROUNDS = 200
_PATHS = ("/en/", "/zh-Hans/opportunities/semiconductors/", "/en/plan/priorities/")
_HEADERS = {"Accept-Encoding": "gzip", "Host": "localhost"}


@contextlib.contextmanager
def _running(app: ASGIApp) -> Iterator[int]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
        if not thread.is_alive():
            msg = "the server under test did not start"
            raise RuntimeError(msg)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def _times(ports: list[int], path: str) -> list[list[float]]:
    """Milliseconds per request for each port, asked in turn so that both see the same machine."""
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=10) for port in ports]
    found: list[list[float]] = [[] for _ in ports]
    for _ in range(_ROUNDS):
        for connection, times in zip(connections, found, strict=True):
            begun = time.perf_counter()
            connection.request("GET", path, headers=_HEADERS)
            response = connection.getresponse()
            response.read()
            times.append((time.perf_counter() - begun) * 1000)
            if response.status != 200:
                msg = f"{path} answered {response.status}"
                raise RuntimeError(msg)
    for connection in connections:
        connection.close()
    return found


def run(settings: Settings) -> list[dict[str, object]]:
    """Time the live release. Raises `ReleaseError` when none is live."""
    peer = Starlette(routes=[Mount("/", StaticFiles(directory=settings.current.resolve(), html=True))])
    peer.add_middleware(GZipMiddleware, compresslevel=6)
    rows: list[dict[str, object]] = []
    with _running(create_app(settings)) as ours, _running(peer) as theirs:
        for path in _PATHS:
            mine, other = _times([ours, theirs], path)
            rows.append(
                {
                    "what": f"GET {path}",
                    "ours_ms": round(statistics.median(mine), 3),
                    "ours_p95_ms": round(statistics.quantiles(mine, n=20)[-1], 3),
                    "peer": "Starlette StaticFiles + gzip",
                    "peer_ms": round(statistics.median(other), 3),
                    "peer_p95_ms": round(statistics.quantiles(other, n=20)[-1], 3),
                    "ratio": round(statistics.median(mine) / statistics.median(other), 2),
                }
            )
    return rows
