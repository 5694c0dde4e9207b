"""What an operator may see and do about single leads: list, show, put dead ones back. Never personal data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, update
from sqlmodel import col, select

from portal import db
from portal.leads.models import LeadAudit, Outbox, Receipt, State, Submission
from portal.leads.outbox import in_state


@dataclass(frozen=True)
class Entry:
    """A lead as the operator sees it."""

    reference: str
    id: str
    state: State
    received_at: datetime
    attempts: int
    last_error: str | None
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    dead_at: datetime | None
    erased_at: datetime | None
    quarantined: bool
    position: int | None

    def document(self) -> dict[str, Any]:
        """The entry for JSON: times as text."""
        return {name: _plain(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Step:
    """One line of a lead's history."""

    at: datetime
    action: str
    detail: str

    def document(self) -> dict[str, Any]:
        """The step for JSON."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _entry(lead: Submission, box: Outbox, receipt: Receipt | None, now: datetime) -> Entry:
    state = box.state(now)
    return Entry(
        reference=lead.reference,
        id=lead.id,
        state=state,
        received_at=lead.received_at,
        attempts=box.attempts,
        last_error=box.last_error,
        last_attempt_at=box.last_attempt_at,
        next_attempt_at=box.next_attempt_at if state in ("ready", "leased") else None,
        delivered_at=box.delivered_at,
        dead_at=box.dead_at,
        erased_at=box.erased_at,
        quarantined=lead.quarantined,
        position=receipt.seq if receipt else None,
    )


def entries(engine: Engine, now: datetime, *, state: State | None = None, most: int = 50) -> list[Entry]:
    """The newest leads, at most `most`; of one state when it is named."""
    query = (
        select(Submission, Outbox, Receipt)
        .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
        .outerjoin(Receipt, col(Receipt.submission_id) == col(Submission.id))
        .order_by(col(Submission.received_at).desc(), col(Submission.id).desc())
        .limit(most)
    )
    if state is not None:
        query = query.where(*in_state(state, now))
    with db.read(engine) as session:
        return [_entry(lead, box, receipt, now) for lead, box, receipt in session.exec(query).all()]


def entry(engine: Engine, reference: str, now: datetime) -> tuple[Entry, list[Step]] | None:
    """One lead with its history, oldest first; None when there is no such reference."""
    query = (
        select(Submission, Outbox, Receipt)
        .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
        .outerjoin(Receipt, col(Receipt.submission_id) == col(Submission.id))
        .where(col(Submission.reference) == reference.upper())
    )
    with db.read(engine) as session:
        found = session.exec(query).one_or_none()
        if found is None:
            return None
        lead, box, receipt = found
        audit = select(LeadAudit).where(col(LeadAudit.submission_id) == lead.id).order_by(col(LeadAudit.id))
        steps = [Step(row.at, row.action, row.detail) for row in session.exec(audit).all()]
    return _entry(lead, box, receipt, now), steps


def replay(engine: Engine, now: datetime, reference: str | None = None) -> list[str]:
    """Put dead leads back, one by its reference or all; gives the references. The schedule begins anew."""
    query = (
        select(Submission.id, Submission.reference)
        .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
        .where(*in_state("dead", now))
        .order_by(col(Submission.received_at))
    )
    if reference is not None:
        query = query.where(col(Submission.reference) == reference.upper())
    with db.write(engine) as session:
        found = session.exec(query.with_for_update()).all()
        for lead, _ in found:
            session.exec(
                update(Outbox)
                .where(col(Outbox.submission_id) == lead)
                .values(dead_at=None, attempts=0, next_attempt_at=now, lease_until=None, last_attempt_at=None)
            )
            session.add(LeadAudit(at=now, submission_id=lead, action="replayed"))
        return [known for _, known in found]
