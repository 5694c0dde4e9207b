"""What a receipt page may show: reference, times, promised date and how far the inquiry is. No personal data."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from portal import db
from portal.leads.intake import Intake, StorageUnavailableError
from portal.leads.models import REFERENCE_ALPHABET, Outbox, Submission
from portal.workdays import CHONGQING, promised_date

Progress = Literal["received", "delivered"]

_REFERENCE = re.compile(f"^CQ-[{REFERENCE_ALPHABET}]{{4}}-[{REFERENCE_ALPHABET}]{{4}}$")


@dataclass(frozen=True)
class Receipt:
    """An inquiry as its sender may see it; `received_at` and `delivered_at` are in the bureau's zone."""

    reference: str
    received_at: datetime
    promised: date
    progress: Progress
    delivered_at: datetime | None


def find_receipt(engine: Engine, intake: Intake, reference: str, token: str) -> Receipt | None:
    """The receipt of `reference`, or None when there is none or `token` is not its own.

    Raises StorageUnavailableError when the database does not answer.
    """
    reference = reference.upper()
    if not _REFERENCE.match(reference):
        return None
    query = (
        select(Submission, Outbox)
        .join(Outbox, col(Outbox.submission_id) == col(Submission.id))
        .where(col(Submission.reference) == reference)
    )
    try:
        with db.read(engine) as session:
            found = session.exec(query).one_or_none()
    except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
        raise StorageUnavailableError(type(error).__name__) from error
    if found is None or not intake.check_token(found[0].id, token):
        return None
    submission, outbox = found
    delivered = outbox.delivered_at
    return Receipt(
        reference=submission.reference,
        received_at=submission.received_at.astimezone(CHONGQING),
        promised=promised_date(submission.received_at),
        progress="delivered" if delivered else "received",
        delivered_at=delivered.astimezone(CHONGQING) if delivered else None,
    )
