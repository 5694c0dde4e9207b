"""Who may post, and how often: no other site on a visitor's behalf, and no flood from one address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable

from fastapi import Request

_MAX_ADDRESSES = 20_000


def same_site(request: Request) -> bool:
    """False when the browser says that another site made this request (Sec-Fetch-Site, else Origin).

    Programs send neither and pass; the form key stops those that would forge a person's form.
    """
    fetched_by = request.headers.get("sec-fetch-site")
    if fetched_by is not None:
        return fetched_by in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


class RateLimiter:
    """A token bucket for each address, in this process: `burst` at once, then one in `seconds`.

    IPv6 addresses count by their /64, which is what one customer has. `burst` 0 switches it off.
    """

    def __init__(self, burst: int = 60, seconds: float = 10.0, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, request: Request) -> int:
        """Take a token for the request's address: 0 when there was one, else the seconds until there is."""
        if self._burst <= 0:
            return 0
        address, now = _network(request.client.host if request.client else ""), self._clock()
        tokens, at = self._buckets.get(address, (float(self._burst), now))
        tokens = min(float(self._burst), tokens + (now - at) / self._seconds)
        if tokens < 1:
            self._buckets[address] = (tokens, now)
            return math.ceil((1 - tokens) * self._seconds)
        if len(self._buckets) >= _MAX_ADDRESSES:
            self._forget(now)
        self._buckets[address] = (tokens - 1, now)
        return 0

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again; if that frees nothing, all: better lenient than out of memory."""
        full_after = self._burst * self._seconds
        self._buckets = {name: bucket for name, bucket in self._buckets.items() if now - bucket[1] < full_after}
        if len(self._buckets) >= _MAX_ADDRESSES:
            self._buckets.clear()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
