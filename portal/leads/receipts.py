"""What a receipt page may show: reference, times, promised date and how far the inquiry is. No personal data."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from portal import db
from portal.leads import models
from portal.leads.chain import statement_of
from portal.leads.intake import Intake, StorageUnavailableError
from portal.leads.models import REFERENCE_ALPHABET, InboxContact, LeadProgress, Outbox, Submission
from portal.leads.signing import SignedReceipt
from portal.workdays import CHONGQING, promised_date

Progress = Literal["received", "delivered", "assigned", "answered", "closed", "erased"]

#: The inbox is asked every ten seconds; when nothing was heard for this long, the page says as of when it speaks.
STALE = timedelta(minutes=5)

_REFERENCE = re.compile(f"^CQ-[{REFERENCE_ALPHABET}]{{4}}-[{REFERENCE_ALPHABET}]{{4}}$")


@dataclass(frozen=True)
class Receipt:
    """An inquiry as its sender may see it; all times are in the bureau's zone."""

    reference: str
    received_at: datetime
    promised: date
    progress: Progress
    delivered_at: datetime | None
    assigned_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    erased_at: datetime | None
    #: code of the desk that has it; empty when none is known
    desk: str
    #: the staff's side was last heard then, which is a while ago; None while it is heard
    as_of: datetime | None
    #: None until `portal serve` has signed what came before receipts were signed
    signed: SignedReceipt | None

    def document(self) -> dict[str, Any]:
        """The receipt for programs."""
        times = ("received_at", "delivered_at", "assigned_at", "answered_at", "closed_at", "erased_at", "as_of")
        moments = {name: getattr(self, name) for name in times}
        return {
            "reference": self.reference,
            "state": self.progress,
            "promised": self.promised.isoformat(),
            **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
            "desk": self.desk or None,
            "signed": self.signed.document() if self.signed else None,
        }


def find_receipt(
    engine: Engine, intake: Intake, reference: str, token: str, *, now: datetime | None = None
) -> Receipt | None:
    """The receipt of `reference`, or None when there is none or `token` is not its own.

    Raises StorageUnavailableError when the database does not answer.
    """
    reference = reference.upper()
    if not _REFERENCE.match(reference):
        return None
    query: Any = (
        select(Submission, Outbox, models.Receipt, LeadProgress)
        .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
        .outerjoin(models.Receipt, col(models.Receipt.submission_id) == col(Submission.id))
        .outerjoin(LeadProgress, col(LeadProgress.submission_id) == col(Submission.id))
        .where(col(Submission.reference) == reference)
    )
    try:
        with db.read(engine) as session:
            found = session.exec(query).one_or_none()
            heard = session.exec(select(InboxContact.heard_at)).one_or_none()
    except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
        raise StorageUnavailableError(type(error).__name__) from error
    if found is None or not intake.check_token(found[0].id, token):
        return None
    lead, box, row, told = found
    return _receipt(lead, box, row, told, heard, now or db.utcnow())


def _receipt(
    lead: Submission,
    box: Outbox,
    row: models.Receipt | None,
    told: LeadProgress | None,
    heard: datetime | None,
    now: datetime,
) -> Receipt:
    told = told or LeadProgress(submission_id=lead.id)
    # Whatever is known of the desk's work proves that it arrived, also when the confirmation was lost.
    delivered = box.delivered_at or told.assigned_at or told.answered_at or told.closed_at or told.erased_at
    progress = _progress(box, told, delivered)
    waits_for_news = delivered is not None and progress not in ("closed", "erased")
    signed = None
    if row is not None and row.signature is not None and row.key_id is not None:
        signed = SignedReceipt(statement_of(lead, row), row.signature, row.key_id)
    return Receipt(
        reference=lead.reference,
        received_at=lead.received_at.astimezone(CHONGQING),
        promised=promised_date(lead.received_at),
        progress=progress,
        delivered_at=_local(delivered),
        assigned_at=_local(told.assigned_at),
        answered_at=_local(told.answered_at),
        closed_at=_local(told.closed_at),
        erased_at=_local(told.erased_at or box.erased_at),
        desk=told.desk,
        as_of=_local(heard) if waits_for_news and heard is not None and heard < now - STALE else None,
        signed=signed,
    )


def _progress(box: Outbox, told: LeadProgress, delivered: datetime | None) -> Progress:
    """The furthest step. Erasing a payload here that the staff have is no step of the inquiry; theirs is the last."""
    if told.erased_at is not None:
        return "erased"
    if told.closed_at is not None:
        return "closed"
    if told.answered_at is not None:
        return "answered"
    if told.assigned_at is not None:
        return "assigned"
    if delivered is not None:
        return "delivered"
    return "erased" if box.erased_at is not None else "received"


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(CHONGQING) if moment else None
