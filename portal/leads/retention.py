"""Erasure on the public side: sealed payloads that have done their work, and those whose sender asks for it.

The row stays as a tombstone, with its hash and its place in the chain; the payload is overwritten, and the database is
made to let go of the old bytes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from portal import db
from portal.leads.models import LeadAudit, Outbox, Submission

#: How long a delivered payload is kept here, in case the inbox loses it.
KEPT = timedelta(days=30)
_ROWS_AT_ONCE = 500

#: asked for here, its time is over, or the inbox has erased what it had
Reason = Literal["requested", "retention", "inbox"]

log = structlog.get_logger(__name__)


class BeingDeliveredError(Exception):
    """A worker is sending this lead at the moment; within a minute it is delivered or free again."""


def erase(engine: Engine, reference: str, now: datetime) -> bool:
    """Erase the payload of `reference` on request; one that waits is then never delivered. False when it was erased.

    Raises KeyError when there is no such reference, BeingDeliveredError while a worker has it.
    """
    query = (
        select(Submission.id, Outbox)
        .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
        .where(col(Submission.reference) == reference.upper())
    )
    with db.write(engine) as session:
        found = session.exec(query.with_for_update()).one_or_none()
        if found is None:
            raise KeyError(reference)
        lead, box = found
        if box.erased_at is not None:
            return False
        if box.state(now) == "leased":
            raise BeingDeliveredError(reference)
        _overwrite(session, [lead], now, "requested")
    log.info("lead.erased", id=lead, reason="requested")
    return True


def erase_expired(engine: Engine, now: datetime) -> int:
    """Erase payloads that were delivered more than 30 days ago; gives how many."""
    total = 0
    while True:
        with db.write(engine) as session:
            query = (
                select(Outbox.submission_id)
                .where(col(Outbox.delivered_at) < now - KEPT, col(Outbox.erased_at).is_(None))
                .limit(_ROWS_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            leads = list(session.exec(query).all())
            if leads:
                _overwrite(session, leads, now, "retention")
        total += len(leads)
        if len(leads) < _ROWS_AT_ONCE:
            return total


def erase_told(session: Session, leads: Collection[str], now: datetime) -> int:
    """Erase, in the caller's write transaction, what the inbox has erased; gives how many payloads were still here."""
    query = select(Outbox.submission_id).where(col(Outbox.submission_id).in_(leads), col(Outbox.erased_at).is_(None))
    found = list(session.exec(query.order_by(col(Outbox.submission_id)).with_for_update()).all())
    if found:
        _overwrite(session, found, now, "inbox")
    return len(found)


def _overwrite(session: Session, leads: list[str], now: datetime, reason: Reason) -> None:
    session.exec(update(Submission).where(col(Submission.id).in_(leads)).values(sealed=""))
    session.exec(update(Outbox).where(col(Outbox.submission_id).in_(leads)).values(erased_at=now, lease_until=None))
    session.add_all(LeadAudit(at=now, submission_id=lead, action="erased", detail=reason) for lead in leads)


def scrub(engine: Engine) -> bool:
    """Let go of the overwritten bytes; False when that has to be done again (`db.scrub`)."""
    return db.scrub(engine, "submission")


def enforce(engine: Engine, now: datetime) -> int:
    """The hourly round: erase what is past its time, and let go of the bytes. Gives how many were erased.

    Also when there is nothing to erase: an earlier scrubbing may have found others at work.
    """
    erased, scrubbed = erase_expired(engine, now), scrub(engine)
    if erased:
        log.info("leads.retention", erased=erased, scrubbed=scrubbed)
    return erased
