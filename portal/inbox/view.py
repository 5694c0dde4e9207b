"""One lead as staff see it: answers, where it was sent and why, its points, its history, who may have written before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.jwk import KeySet
from sqlalchemy import or_
from sqlmodel import Session, col, select

from portal import db, envelope
from portal.inbox import audit
from portal.inbox.cases import InboxCase, InboxEvent, InboxMail, next_states
from portal.inbox.listing import Row, row_of
from portal.inbox.models import InboxLead
from portal.inbox.people import Person
from portal.inbox.triage import Triage, unsealed

#: More of the same sender are not listed: the reader has understood.
MOST_ALIKE = 20
_ID = re.compile(r"^[0-9A-Za-z._:-]{1,64}$")
_ALIKE = ("email_digest", "phone_digest", "company_digest")


@dataclass(frozen=True)
class Line:
    """A line of history; `note` is None where there is none, and empty when no key opens it."""

    event: InboxEvent
    note: str | None


@dataclass(frozen=True)
class Alike:
    """Another lead that may be the same one, and in what it is alike: email, phone, company."""

    row: Row
    reasons: Sequence[str]


@dataclass(frozen=True)
class View:
    """A lead with everything that its page shows; `payload` is None when no key opens it."""

    lead: InboxLead
    case: InboxCase
    payload: Mapping[str, Any] | None
    overdue: bool
    next_states: Sequence[str]
    #: rule and points
    weights: Sequence[tuple[str, int]]
    history: Sequence[Line] = ()
    alike: Sequence[Alike] = ()
    mails: Sequence[InboxMail] = field(default=())


def view_lead(triage: Triage, lead_id: str, person: Person) -> View | None:
    """One lead, None when there is none; the viewing is written down before it is shown."""
    if not _ID.match(lead_id):
        return None
    now = triage.clock()
    with db.write(triage.engine) as session:
        lead = session.get(InboxLead, lead_id)
        if lead is None:
            return None
        lead.opened_at = lead.opened_at or now
        audit.record(session, person, "viewed", now, lead_id)
    with db.read(triage.engine) as session:
        found = session.exec(select(InboxLead, InboxCase).join(InboxCase).where(InboxLead.id == lead_id)).first()
        if found is None:
            return None
        lead, case = found
        events = session.exec(select(InboxEvent).where(InboxEvent.lead_id == lead_id).order_by(col(InboxEvent.id)))
        mails = session.exec(select(InboxMail).where(InboxMail.lead_id == lead_id).order_by(col(InboxMail.id)))
        return View(
            lead=lead,
            case=case,
            payload=unsealed(lead, triage.keys),
            overdue=case.overdue(now),
            next_states=next_states(case),
            weights=[(rule, int(points)) for rule, _, points in (part.partition(":") for part in _parts(case.weights))],
            history=[Line(event, _note(event, triage.keys)) for event in events],
            alike=_alike(session, case, lambda lead, case: row_of(lead, case, triage.vault, now)),
            mails=mails.all(),
        )


def _parts(text: str) -> list[str]:
    return text.split(",") if text else []


def _note(event: InboxEvent, keys: KeySet) -> str | None:
    if event.sealed_note is None:
        return None
    try:
        return str(envelope.unseal(event.lead_id, event.sealed_note, keys).get("note", ""))
    except envelope.UnsealError:
        return ""


def _alike(session: Session, case: InboxCase, row: Callable[[InboxLead, InboxCase], Row]) -> list[Alike]:
    mine = {name: digest for name in _ALIKE if (digest := getattr(case, name)) is not None}
    if not mine:
        return []
    same = or_(*(col(getattr(InboxCase, name)) == digest for name, digest in mine.items()))
    query = select(InboxLead, InboxCase).join(InboxCase).where(same, InboxCase.lead_id != case.lead_id)
    found = session.exec(query.order_by(col(InboxCase.sent_at).desc()).limit(MOST_ALIKE)).all()
    return [
        Alike(
            row(lead, other),
            [name.removesuffix("_digest") for name, digest in mine.items() if getattr(other, name) == digest],
        )
        for lead, other in found
    ]
