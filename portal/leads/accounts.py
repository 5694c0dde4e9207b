"""The books of the outbox: every accepted inquiry is in exactly one state, and none is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine

from portal.leads import outbox

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Accounts:
    """The counts of `outbox.counts`, and how many receipts the head of the chain knows of."""

    counts: dict[str, int]
    chained: int

    @property
    def balanced(self) -> bool:
        """accepted = ready + leased + delivered + dead + erased = receipts in the chain."""
        accepted = self.counts["accepted"]
        return accepted == sum(self.counts.values()) - accepted == self.chained

    @property
    def alarm(self) -> bool:
        """True when a person is needed: one dead lead is enough."""
        return self.counts["dead"] > 0


def accounts(engine: Engine, now: datetime) -> Accounts:
    """The books as they are, in one view of the database."""
    found = outbox.tally(engine, now)
    return Accounts({name: count for name, count in found.items() if name != "chained"}, found["chained"])


def close_books(engine: Engine, now: datetime) -> Accounts:
    """Count, and put what is wrong into the log as an error."""
    found = accounts(engine, now)
    if not found.balanced:
        log.error("leads.do_not_add_up", **found.counts, chained=found.chained)
    if found.alarm:
        log.error("leads.dead", dead=found.counts["dead"])
    return found
