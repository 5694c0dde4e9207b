"""The outbox's rows as a queue: claim with a lease and a fence, settle, count. Same statements on both databases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, bindparam, func, insert, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from portal import db
from portal.envelope import Event
from portal.leads.models import STATES, ChainHead, LeadAudit, Outbox, State, Submission

#: Longer than one sending may last (30 s): a lease that runs out means that its worker is gone.
LEASE = timedelta(seconds=45)


_TABLE = Outbox.metadata.tables["outbox"]
_DELIVERED = (
    _TABLE.update()
    .where(_TABLE.c.submission_id == bindparam("lead"), _TABLE.c.delivered_at.is_(None))
    .values(
        delivered_at=bindparam("now"),
        dead_at=None,
        lease_until=None,
        last_attempt_at=bindparam("now"),
        last_error=None,
        attempts=bindparam("tries"),
    )
)
_AUDIT = insert(LeadAudit)


@dataclass(frozen=True)
class Claim:
    """A lead that this worker alone may try now."""

    event: Event
    fence: int
    attempts: int
    last_attempt_at: datetime | None


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Outbox.erased_at).is_(None),
        col(Outbox.delivered_at).is_(None),
        col(Outbox.dead_at).is_(None),
        col(Outbox.next_attempt_at) <= now,
        or_(col(Outbox.lease_until).is_(None), col(Outbox.lease_until) <= now),
    )


def any_due(engine: Engine, now: datetime) -> bool:
    """True when a lead waits to be tried; only reads, so an idle worker takes no write lock."""
    with db.read(engine) as session:
        return session.exec(select(Outbox.submission_id).where(*_due(now)).limit(1)).first() is not None


def claim(engine: Engine, now: datetime, most: int, lease: timedelta = LEASE) -> list[Claim]:
    """Lease up to `most` due leads, those that wait longest first, for as long as one sending may last at most."""
    with db.write(engine) as session:
        # On PostgreSQL other workers step over rows that are being claimed; SQLite has one writer at a time anyway.
        picked = session.exec(
            select(Outbox.submission_id)
            .where(*_due(now))
            .order_by(col(Outbox.next_attempt_at), col(Outbox.submission_id))
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        if not picked:
            return []
        session.exec(
            update(Outbox)
            .where(col(Outbox.submission_id).in_(picked), *_due(now))
            .values(lease_until=now + lease, fence=col(Outbox.fence) + 1)
            .execution_options(synchronize_session=False)
        )
        rows = session.exec(
            select(Submission, Outbox)
            .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
            .where(col(Submission.id).in_(picked))
            .order_by(col(Submission.id))
        ).all()
        return [
            Claim(
                Event(lead.id, lead.reference, lead.received_at, lead.sealed, lead.quarantined),
                box.fence,
                box.attempts,
                box.last_attempt_at,
            )
            for lead, box in rows
        ]


def last_delivery(engine: Engine) -> datetime | None:
    """When any lead was last delivered: the proof that the receiver works."""
    with db.read(engine) as session:
        query = select(Outbox.delivered_at).where(col(Outbox.delivered_at).is_not(None))
        return session.exec(query.order_by(col(Outbox.delivered_at).desc()).limit(1)).first()


def set_delivered(engine: Engine, taken: Claim, now: datetime) -> None:
    """The receiver has it. True whoever holds the lease by now, so the fence is not asked; counted once."""
    with db.write(engine) as session:
        # Plain statements, made once: while they run, no inquiry can be taken in.
        connection = session.connection()
        changed = connection.execute(_DELIVERED, {"lead": taken.event.id, "now": now, "tries": taken.attempts + 1})
        if changed.rowcount:
            connection.execute(
                _AUDIT, {"at": now, "submission_id": taken.event.id, "action": "delivered", "detail": ""}
            )


def set_failed(
    engine: Engine, taken: Claim, now: datetime, *, code: str, attempts: int, next_at: datetime | None
) -> bool:
    """Give the lead back to be tried at `next_at`, or declare it dead when that is None.

    False when the lease was lost in between: then its new holder's result counts and nothing is changed.
    """
    values: dict[str, Any] = {"lease_until": None, "last_attempt_at": now, "last_error": code, "attempts": attempts}
    values |= {"dead_at": now} if next_at is None else {"next_attempt_at": next_at}
    with db.write(engine) as session:
        changed = session.exec(
            update(Outbox)
            .where(
                col(Outbox.submission_id) == taken.event.id,
                col(Outbox.fence) == taken.fence,
                col(Outbox.delivered_at).is_(None),
            )
            .values(**values)
        )
        if not changed.rowcount:
            return False
        if next_at is None:
            session.add(LeadAudit(at=now, submission_id=taken.event.id, action="dead", detail=code))
        return True


def in_state(state: State, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which `Outbox.state` is `state`; for every row exactly one state's hold."""
    here = col(Outbox.erased_at).is_(None)
    open_ = (here, col(Outbox.delivered_at).is_(None), col(Outbox.dead_at).is_(None))
    conditions: dict[State, tuple[ColumnElement[bool], ...]] = {
        "ready": (*open_, or_(col(Outbox.lease_until).is_(None), col(Outbox.lease_until) <= now)),
        "leased": (*open_, col(Outbox.lease_until) > now),
        "delivered": (here, col(Outbox.delivered_at).is_not(None)),
        "dead": (here, col(Outbox.delivered_at).is_(None), col(Outbox.dead_at).is_not(None)),
        "erased": (col(Outbox.erased_at).is_not(None),),
    }
    return conditions[state]


def tally(engine: Engine, now: datetime) -> dict[str, int]:
    """How many leads are `accepted`, how many of them in each state, and how many receipts are `chained`.

    One statement: several would each see another moment, and the sum would be wrong while leads come in.
    """
    accepted = select(func.count()).select_from(Submission).scalar_subquery()
    chained = select(ChainHead.count).scalar_subquery()
    per_state = [func.count().filter(*in_state(state, now)) for state in STATES]
    with db.read(engine) as session:
        row = session.connection().execute(sa_select(accepted, *per_state, chained).select_from(Outbox)).one()
    return dict(zip(("accepted", *STATES, "chained"), (count or 0 for count in row), strict=True))


def counts(engine: Engine, now: datetime) -> dict[str, int]:
    """How many leads are `accepted` and how many of them `ready`, `leased`, `delivered`, `dead` and `erased`."""
    return {name: count for name, count in tally(engine, now).items() if name != "chained"}
