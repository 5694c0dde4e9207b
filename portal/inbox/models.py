"""Tables of the inbox: leads as they came, still sealed, and what staff did."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime


class InboxLead(SQLModel, table=True):
    """One received lead. It is opened only to be shown, so a copied database file tells no names."""

    __tablename__ = "inbox_lead"

    id: str = Field(primary_key=True)
    reference: str = Field(index=True)
    sealed: str
    quarantined: bool
    sent_at: datetime = Field(sa_type=UTCDateTime)
    received_at: datetime = Field(sa_type=UTCDateTime)
    #: first time that staff looked at it
    opened_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class InboxAudit(SQLModel, table=True):
    """Who did what: logins and every view of a lead."""

    __tablename__ = "inbox_audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str
    action: str
    lead_id: str | None = Field(default=None, index=True)


class StateChange(SQLModel, table=True):
    """A lead came into a state that its sender may know; the public side fetches these in the order of `seq`."""

    __tablename__ = "state_change"
    __table_args__ = {"sqlite_autoincrement": True}

    seq: int | None = Field(default=None, primary_key=True)
    lead_id: str = Field(index=True)
    state: str
    at: datetime = Field(sa_type=UTCDateTime)
    #: code of the desk, empty when none has it
    desk: str = ""
