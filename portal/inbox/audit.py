"""The audit trail: who saw or changed what, and when. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from portal.inbox.models import InboxAudit
from portal.inbox.people import Person


def record(
    session: Session,
    actor: Person | str,
    action: str,
    now: datetime,
    lead_id: str | None = None,
    *,
    detail: str = "",
    leads: Iterable[str] = (),
) -> None:
    """Add a row in the caller's transaction, so that nothing is shown or changed without its trace.

    `actor` is a person, or a word for what has none (a failed login, a job). `leads` are the ids of the leads that a
    list or an export showed. No personal data of investors belongs into `action` or `detail`.
    """
    name = actor.id if isinstance(actor, Person) else actor
    # Spaces around every id let one be looked for without meeting a part of another.
    shown = "".join(f" {lead}" for lead in leads)
    text = f"{detail}{shown} " if shown else detail
    session.add(InboxAudit(at=now, actor=name, action=action, lead_id=lead_id, detail=text))
