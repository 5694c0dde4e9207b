"""Tables of the public side: what was sent (sealed), what has still to be delivered, and what happened to it."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import datetime
from typing import Literal, get_args

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime

State = Literal["ready", "leased", "delivered", "dead", "erased"]

STATES: tuple[State, ...] = get_args(State)

#: No letter or digit that can be taken for another (0 O, 1 I L, 2 Z, 5 S, 8 B, U V) and no vowels, so no words.
REFERENCE_ALPHABET = "34679CDFGHJKMNPQRTVWXY"


def new_id() -> str:
    """A UUID of version 7 (RFC 9562): ordered by time, 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_reference() -> str:
    """What an investor can read out on the phone, such as `CQ-7K4M-9XHT`."""
    picked = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))
    return f"CQ-{picked[:4]}-{picked[4:]}"


class Submission(SQLModel, table=True):
    """One inquiry as received. Personal data stands only inside `sealed`, which this side cannot open."""

    id: str = Field(primary_key=True)
    reference: str = Field(unique=True)
    #: digest of the one-use key; the unique constraint is what makes a double click one lead
    form_key: str = Field(unique=True)
    #: keyed digest of the answers, to tell a repeated sending from another inquiry under the same key
    fingerprint: str
    sealed: str
    locale: str
    origin: str
    quarantined: bool
    received_at: datetime = Field(sa_type=UTCDateTime)


class Outbox(SQLModel, table=True):
    """What delivery knows about a submission. Its state is derived from the timestamps, never stored."""

    submission_id: str = Field(primary_key=True, foreign_key="submission.id")
    #: tries that count against the schedule; those at an unreachable receiver do not
    attempts: int = 0
    #: grows with every claim; a worker whose lease ran out cannot overwrite its successor's result
    fence: int = 0
    next_attempt_at: datetime = Field(sa_type=UTCDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_attempt_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_error: str | None = None
    delivered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    dead_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: the payload is gone; whatever was before, this is the last state
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    def state(self, now: datetime) -> State:
        """`erased`, `delivered`, `dead`, `leased` (a worker has it) or `ready` (waiting for its time)."""
        if self.erased_at is not None:
            return "erased"
        if self.delivered_at is not None:
            return "delivered"
        if self.dead_at is not None:
            return "dead"
        return "leased" if self.lease_until is not None and self.lease_until > now else "ready"


class Receipt(SQLModel, table=True):
    """What was vouched for when an inquiry was taken in; see `portal.leads.chain`. It outlives the payload."""

    submission_id: str = Field(primary_key=True, foreign_key="submission.id")
    #: place in the chain, from 1 without gaps
    seq: int = Field(unique=True)
    payload_sha256: str
    #: hash over this receipt and the link before it
    link: str
    #: None for what came before receipts were signed, until the next start
    signature: str | None = None
    key_id: str | None = None


class ChainHead(SQLModel, table=True):
    """The one row that says how many receipts there are and which link is the last."""

    __tablename__ = "chain_head"

    id: int = Field(default=1, primary_key=True)
    count: int = 0
    last: str
    signature: str | None = None
    key_id: str | None = None


class LeadProgress(SQLModel, table=True):
    """How far the bureau is with an inquiry, as the inbox told."""

    __tablename__ = "lead_progress"

    submission_id: str = Field(primary_key=True, foreign_key="submission.id")
    assigned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    #: code of the desk that has it, empty when not told
    desk: str = ""


class InboxContact(SQLModel, table=True):
    """The one row that says what was last heard of the inbox."""

    __tablename__ = "inbox_contact"

    id: int = Field(default=1, primary_key=True)
    #: where to go on asking
    cursor: int = 0
    asked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    heard_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class LeadAudit(SQLModel, table=True):
    """One event in a submission's life; `detail` holds codes only."""

    __tablename__ = "lead_audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    submission_id: str = Field(foreign_key="submission.id", index=True)
    action: str
    detail: str = ""
