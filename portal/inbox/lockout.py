"""Makes whoever guesses wait: failures are counted in this process, by address or by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from portal import db

#: Wrong passwords from one address before it has to wait, and for how long.
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
_MAX_NAMES = 10_000


class Lockout:
    """Counts failures by a name: an address, or a login name that is no account."""

    def __init__(self, clock: Callable[[], datetime] = db.utcnow, most: int = MAX_FAILURES) -> None:
        self._clock = clock
        self._most = most
        self._failures: dict[str, list[datetime]] = {}

    def wait(self, name: str) -> int:
        """Seconds that `name` has to wait before it may try again; 0 when it may now."""
        now = self._clock()
        recent = [at for at in self._failures.get(name, []) if now - at < LOCK]
        if len(recent) < self._most:
            return 0
        return max(1, int((recent[-self._most] + LOCK - now).total_seconds()))

    def failed(self, name: str) -> None:
        """Count a failure."""
        now = self._clock()
        if len(self._failures) >= _MAX_NAMES:
            self._failures = {other: at for other, at in self._failures.items() if now - at[-1] < LOCK}
        recent = [at for at in self._failures.get(name, []) if now - at < LOCK]
        self._failures[name] = [*recent, now][-self._most :]

    def passed(self, name: str) -> None:
        """Forget the failures of a name that gave the right password."""
        self._failures.pop(name, None)
