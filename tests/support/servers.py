"""Loopback servers for tests: a port to listen on, and an app served on one."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import uvicorn

#: below the ports that systems hand to outgoing connections (from 32768 on Linux, 49152 by RFC 6335): a port found
#: free must not be taken by some client of another test before its server listens, or while it is restarted
LOWEST, HIGHEST = 12_000, 32_000
#: how many workers of a test session have ports of their own
WORKERS = 20
_PORTS = (HIGHEST - LOWEST) // WORKERS
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
#: a process begins somewhere in its worker's ports, so that two sessions side by side seldom meet
_steps = count(os.getpid() * 7)


def free_port() -> int:
    """A loopback port that nobody listens on and that this process has not given out before, as far as they last.

    Raises:
        OSError: every port of this worker is taken.
    """
    for _ in range(_PORTS):
        port = LOWEST + _worker * _PORTS + next(_steps) % _PORTS
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = f"no port is free from {LOWEST + _worker * _PORTS} on"
    raise OSError(msg)


@contextmanager
def served(app: Any, port: int | None = None) -> Iterator[str]:
    """Serve `app` on a loopback port; gives the address without a slash at its end."""
    port = port or free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", lifespan="off", access_log=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        for _ in range(1000):
            if server.started or not thread.is_alive():
                break
            time.sleep(0.01)
        assert server.started, "the server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        assert not thread.is_alive()
