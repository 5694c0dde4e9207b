"""Tables of the inbox: leads as they came, still sealed, the staff, their sessions, and what they did."""

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
    #: a case was made of it: it has a desk, points and a due date
    taken_in: bool = False
    #: when, by whom (an id, or a word for a job) and why its content was erased; the row stays, `sealed` is empty
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    erased_by: str | None = None
    erased_why: str | None = None


class InboxStaff(SQLModel, table=True):
    """Someone of the staff: a local account (with a password hash) or one of the identity provider (with a subject)."""

    __tablename__ = "inbox_staff"

    id: str = Field(primary_key=True)
    #: name to log in with; for accounts of the provider its subject, prefixed, so that no local name can equal it
    login: str = Field(unique=True)
    name: str
    role: str
    password_hash: str | None = None
    #: the password was generated and told: nothing else opens before its owner has chosen another
    must_change: bool = False
    created_at: datetime = Field(sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failures: int = 0
    failed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class InboxSession(SQLModel, table=True):
    """A login that lasts; the row is kept under a digest, so a copied table opens nothing."""

    __tablename__ = "inbox_session"

    digest: str = Field(primary_key=True)
    staff_id: str = Field(foreign_key="inbox_staff.id", index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    seen_at: datetime = Field(sa_type=UTCDateTime)


class InboxAudit(SQLModel, table=True):
    """Who did what: logins and every view of a lead."""

    __tablename__ = "inbox_audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    #: id of a person of the staff, or a word for what has none
    actor: str
    action: str
    lead_id: str | None = Field(default=None, index=True)
    #: what more there is to say, without personal data of investors; of a list: the ids of the leads on it
    detail: str = ""


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
