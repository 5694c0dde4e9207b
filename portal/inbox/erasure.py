"""Erasure: on request for one lead or one person, and by itself when a lead's time is over.

The row stays as a tombstone with time, person and reason, so that a late delivery of the same lead cannot bring it
back; everything that tells about its sender is overwritten, and the database is made to let go of the old bytes.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import Engine, and_, delete, or_, text, update
from sqlmodel import Session, col, select

from portal import db
from portal.inbox import audit
from portal.inbox.cases import InboxCase, InboxEvent, InboxMail
from portal.inbox.matching import digests
from portal.inbox.models import InboxLead
from portal.inbox.people import Person
from portal.inbox.triage import Triage

Reason = Literal["requested", "retention"]
#: who is written into the audit trail for what the rules erase
JOB = "retention"
_AT_ONCE = 200
#: How often the log of SQLite is asked to be emptied while others read from it.
_TRIES = 20

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
    """Erase these leads in one transaction and scrub the database; gives how many were not erased before."""
    with db.write(engine) as session:
        query = select(InboxLead).where(col(InboxLead.id).in_(leads), col(InboxLead.erased_at).is_(None))
        rows = session.exec(query.with_for_update()).all()
        for row in rows:
            _overwrite(session, row, actor, reason, now)
    if rows and not scrub(engine):
        log.warning("inbox.not_scrubbed")
    return len(rows)


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
        total += erase(engine, leads, actor=JOB, reason="retention", now=now)
    if total:
        log.info("inbox.retention", erased=total)
    else:
        scrub(engine)
    return total


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
    session.exec(update(InboxEvent).where(col(InboxEvent.lead_id) == lead.id).values(sealed_note=None))
    session.exec(delete(InboxMail).where(col(InboxMail.lead_id) == lead.id))
    audit.record(session, actor, "erased", now, lead.id, detail=reason)


def scrub(engine: Engine) -> bool:
    """Make the database let go of overwritten bytes; False when others use it, so that it has to be done again.

    SQLite overwrites freed bytes itself (`secure_delete`) and empties its write-ahead log here. PostgreSQL gives old
    row versions free by VACUUM; its own log and backups keep them as long as they are kept.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("SET statement_timeout = 0"))
            try:
                connection.execute(text("VACUUM inbox_lead, inbox_case, inbox_event, inbox_mail"))
            finally:
                connection.execute(text("RESET statement_timeout"))
        return True
    for _ in range(_TRIES):
        pooled = engine.raw_connection()
        try:
            raw = pooled.driver_connection
            if raw is not None and not raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                return True
        finally:
            pooled.close()
        time.sleep(0.05)
    return False
