"""What staff make of a lead: tables of cases, their history and the mails they cause; which state may follow which."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlmodel import Field, SQLModel

from portal.db import UTCDateTime
from portal.states import State as Told

#: A case walks from left to right; it may skip a state, be closed from anywhere, and be opened again.
STATES: Final = ("new", "contacted", "qualified", "handed-over", "closed")
REASONS: Final = ("won", "not-a-fit", "no-answer", "duplicate", "spam", "withdrawn")


class InboxCase(SQLModel, table=True):
    """The work on one lead. Codes, times and keyed digests only; names stand sealed in `summary`."""

    __tablename__ = "inbox_case"

    lead_id: str = Field(primary_key=True, foreign_key="inbox_lead.id", ondelete="CASCADE")
    #: grows with every change; a form that carries an older one is told what has changed meanwhile
    version: int = 1
    state: str = "new"
    reason: str = ""
    desk: str
    #: the condition that chose the desk, such as `sector=electronics`
    why: str
    assignee: str = ""
    #: in quarantine: nobody answers it, nothing is sent, until someone has looked
    held: bool
    #: False while no key of this inbox opens it
    readable: bool
    summary: str = ""
    #: sector codes between bars, to be filtered by: `|electronics|new-materials|`
    sectors: str = ""
    points: int = 0
    #: which rules gave them: `listed:15,decided:20`
    weights: str = ""
    email_digest: str | None = Field(default=None, index=True)
    phone_digest: str | None = Field(default=None, index=True)
    company_digest: str | None = Field(default=None, index=True)
    sent_at: datetime = Field(sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)
    contacted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    def overdue(self, now: datetime) -> bool:
        """True when nobody has answered and the promised day is over; quarantine is no excuse."""
        return self.state == "new" and now >= self.due_at

    def told(self) -> tuple[Told, str]:
        """(state, desk) as the sender may know them."""
        if self.state == "closed":
            return "closed", self.desk
        return ("answered" if self.contacted_at else "assigned"), self.desk


class InboxEvent(SQLModel, table=True):
    """One line of a case's history: who changed what, when. A note's text is sealed as the lead is."""

    __tablename__ = "inbox_event"

    id: int | None = Field(default=None, primary_key=True)
    lead_id: str = Field(index=True, foreign_key="inbox_lead.id", ondelete="CASCADE")
    #: the version that the case had afterwards
    version: int
    at: datetime = Field(sa_type=UTCDateTime)
    #: id of a person, or "rules" for what happened by itself
    actor: str
    #: received, state, desk, assignee, note, released, spam, erased
    action: str
    old: str = ""
    new: str = ""
    sealed_note: str | None = None


class InboxMail(SQLModel, table=True):
    """A mail to be sent. It is written when it is sent: neither address nor text is kept here."""

    __tablename__ = "inbox_mail"

    id: int | None = Field(default=None, primary_key=True)
    lead_id: str = Field(foreign_key="inbox_lead.id", ondelete="CASCADE")
    kind: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    next_at: datetime = Field(sa_type=UTCDateTime, index=True)
    attempts: int = 0
    fence: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    dead_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_error: str | None = None


def next_states(case: InboxCase) -> tuple[str, ...]:
    """States that the case may come into: a later one, or, when it is closed, the one it had reached."""
    if case.state == "closed":
        return ("contacted" if case.contacted_at else "new",)
    return STATES[STATES.index(case.state) + 1 :]
