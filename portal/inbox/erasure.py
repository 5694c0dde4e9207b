"""Erasure: on request for one lead or one person, and by itself when a lead's time is over.

The row stays as a tombstone with time, person and reason, so that a late delivery of the same lead cannot bring it
back; everything that tells about its sender is overwritten, and the database is made to let go of the old bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import Engine, and_, delete, or_, update
from sqlmodel import Session, col, select

from portal import db
from portal.inbox import audit
from portal.inbox.cases import InboxCase, InboxEvent, InboxMail
from portal.inbox.matching import digests
from portal.inbox.models import InboxLead
from portal.inbox.people import Person
from portal.inbox.states import record_change
from portal.inbox.triage import Triage

Reason = Literal["requested", "retention"]
#: who is written into the audit trail for what the rules erase
JOB = "retention"
_AT_ONCE = 200
#: where what is overwritten stood
_TABLES = ("inbox_lead", "inbox_case", "inbox_event", "inbox_mail")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Retention:
    """How long a lead is kept: after it was closed, after it was closed as spam, and unanswered in quarantine.

    What is open and not in quarantine is never erased by itself: somebody has to answer it.
    """

    closed: timedelta
    spam: timedelta
    quarantine: timedelta


def find_person(triage: Triage, email: str) -> list[str]:
    """Ids of the leads, oldest first, whose sender gave this e-mail address; those erased are not among them."""
    triage.take_in()
    digest = digests({"email": email}, triage.vault.digest_key).email
    if digest is None:
        return []
    query = select(InboxCase.lead_id).where(InboxCase.email_digest == digest).order_by(col(InboxCase.sent_at))
    with db.read(triage.engine) as session:
        return list(session.exec(query).all())


def erase(engine: Engine, leads: Sequence[str], *, actor: Person | str, reason: Reason, now: datetime) -> int:
    """Erase these leads in one transaction, tell the public side, scrub the database; gives how many were not erased before."""
    erased = _erase(engine, leads, actor, reason, now)
    if erased:
        _scrub(engine)
    return erased


def erase_expired(engine: Engine, retention: Retention, now: datetime) -> int:
    """Erase what is past its time; gives how many leads. The scrubbing is repeated at every round."""
    case = InboxCase
    closed = and_(col(case.state) == "closed", col(case.reason) != "spam", col(case.closed_at) < now - retention.closed)
    spam = and_(col(case.state) == "closed", col(case.reason) == "spam", col(case.closed_at) < now - retention.spam)
    waiting = and_(col(case.held), col(case.state) != "closed", col(InboxLead.received_at) < now - retention.quarantine)
    query = select(InboxLead.id).join(case).where(col(InboxLead.erased_at).is_(None), or_(closed, spam, waiting))
    total = 0
    while True:
        with db.read(engine) as session:
            leads = session.exec(query.limit(_AT_ONCE)).all()
        if not leads:
            break
        total += _erase(engine, leads, JOB, "retention", now)
    _scrub(engine)
    if total:
        log.info("inbox.retention", erased=total)
    return total


def _erase(engine: Engine, leads: Sequence[str], actor: Person | str, reason: Reason, now: datetime) -> int:
    with db.write(engine) as session:
        query = select(InboxLead).where(col(InboxLead.id).in_(leads), col(InboxLead.erased_at).is_(None))
        rows = session.exec(query.order_by(col(InboxLead.id)).with_for_update()).all()
        for row in rows:
            _overwrite(session, row, actor, reason, now)
        for row in rows:
            # The public side erases its copy then, and the sender's page says so.
            record_change(session, row.id, "erased", "", now)
        return len(rows)


def _overwrite(session: Session, lead: InboxLead, actor: Person | str, reason: Reason, now: datetime) -> None:
    lead.sealed, lead.erased_at, lead.erased_why = "", now, reason
    lead.erased_by = actor.id if isinstance(actor, Person) else actor
    # No case is to be made of it any more, if none was.
    lead.taken_in = True
    case = session.exec(select(InboxCase).where(InboxCase.lead_id == lead.id).with_for_update()).first()
    if case is not None:
        case.summary, case.readable = "", False
        case.email_digest = case.phone_digest = case.company_digest = None
        case.version += 1  # a form that is open now must not write to it
        event = InboxEvent(lead_id=lead.id, version=case.version, at=now, actor=lead.erased_by, action="erased")
        if case.state != "closed":
            # Nobody can answer it any more: it must not fall due, nor wait in quarantine.
            event.old, case.state, case.closed_at = case.state, "closed", now
            case.reason = "withdrawn" if reason == "requested" else ""
            event.new = f"{case.state}:{case.reason}".rstrip(":")
        session.add(event)
    session.exec(update(InboxEvent).where(col(InboxEvent.lead_id) == lead.id).values(sealed_note=None))
    session.exec(delete(InboxMail).where(col(InboxMail.lead_id) == lead.id))
    audit.record(session, actor, "erased", now, lead.id, detail=reason)


def _scrub(engine: Engine) -> None:
    # Cases grow while they are worked on, and digests stand in indexes: overwriting alone does not reach every copy.
    db.scrub(engine, *_TABLES, rebuild=True)
