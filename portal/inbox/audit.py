"""The audit trail: who saw or changed what, and when. Rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from portal.inbox.models import InboxAudit
from portal.inbox.people import Person


def record(session: Session, actor: Person | str, action: str, now: datetime, lead_id: str | None = None) -> None:
    """Add a row in the caller's transaction, so that nothing is shown or changed without its trace.

    `actor` is a person, or a word for what has none (a failed login, a job). No personal data of investors belongs
    into `action`.
    """
    name = actor.id if isinstance(actor, Person) else actor
    session.add(InboxAudit(at=now, actor=name, action=action, lead_id=lead_id))
