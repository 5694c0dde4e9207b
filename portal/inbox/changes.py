"""Changing a case: state, desk, person, note; all in one transaction, and never over someone else's change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from joserfc.jwk import ECKey
from sqlalchemy import Engine
from sqlmodel import Session, select

from portal import db, envelope
from portal.inbox import audit
from portal.inbox.cases import REASONS, InboxCase, InboxEvent, next_states
from portal.inbox.models import InboxLead
from portal.inbox.people import Person
from portal.inbox.states import record_change
from portal.inbox.triage import queue_acknowledgement

MAX_NOTE = 5000


class ChangeError(Exception):
    """Base of the reasons for which a change is not made; nothing of it was."""


class LeadMissingError(ChangeError):
    """There is no such case."""


class ConflictError(ChangeError):
    """Someone has changed the case since the form was opened; `version` is what it has now."""

    def __init__(self, version: int) -> None:
        super().__init__("changed meanwhile")
        self.version = version


class RefusedError(ChangeError):
    """The change makes no sense; `code` says why: nothing, state, reason, won, desk, assignee, note, held, erased."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Change:
    """What a form asks for: the wanted state, desk and person (as they are shown, changed or not), and a note."""

    version: int
    state: str
    desk: str
    assignee: str
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Desk:
    """What a change has to know: the desks and people there are, and the key that notes are sealed to."""

    desks: Mapping[str, object]
    people: Mapping[str, str]
    key: ECKey


def seal_note(lead_id: str, note: str, key: ECKey) -> str:
    """A note as it is stored."""
    return envelope.seal({"id": lead_id, "note": note}, key)


def apply(engine: Engine, lead_id: str, change: Change, *, person: Person, at: Desk, now: datetime) -> int:
    """Make the change and give the case's new version. Raises LeadMissingError, ConflictError, RefusedError."""
    with db.write(engine) as session:
        case = _locked(session, lead_id, change.version)
        if case.held:
            _refuse("held")
        before = case.told()
        events = _events(case, change, at, now)
        if not events:
            _refuse("nothing")
        _write(session, case, events, person, now)
        if case.told() != before:
            record_change(session, lead_id, *case.told(), now)
        return case.version


def release(
    engine: Engine, lead_id: str, version: int, *, person: Person, mail: Callable[[], bool], now: datetime
) -> None:
    """Take a lead out of quarantine: it is routed, and its sender is written to when `mail()` says so."""
    wanted = mail()
    with db.write(engine) as session:
        case = _locked(session, lead_id, version)
        if not case.held:
            _refuse("nothing")
        case.held = False
        if case.state == "closed":
            case.state, case.reason, case.closed_at = "new", "", None
        _write(
            session, case, [InboxEvent(lead_id=lead_id, version=0, at=now, actor="", action="released")], person, now
        )
        if wanted:
            queue_acknowledgement(session, lead_id, now)
        session.flush()
        record_change(session, lead_id, *case.told(), now)


def mark_spam(engine: Engine, lead_id: str, version: int, *, person: Person, now: datetime) -> None:
    """Close a lead in quarantine as spam; its sender is told nothing."""
    with db.write(engine) as session:
        case = _locked(session, lead_id, version)
        if not case.held or case.state == "closed":
            _refuse("nothing")
        case.state, case.reason, case.closed_at = "closed", "spam", now
        _write(session, case, [InboxEvent(lead_id=lead_id, version=0, at=now, actor="", action="spam")], person, now)


def _refuse(code: str) -> NoReturn:
    raise RefusedError(code)


def _locked(session: Session, lead_id: str, version: int) -> InboxCase:
    case = session.exec(select(InboxCase).where(InboxCase.lead_id == lead_id).with_for_update()).first()
    if case is None:
        raise LeadMissingError(lead_id)
    if session.get_one(InboxLead, lead_id).erased_at is not None:
        _refuse("erased")  # a note would be personal data again, which nobody would erase
    if case.version != version:
        raise ConflictError(case.version)
    return case


def _events(case: InboxCase, change: Change, at: Desk, now: datetime) -> list[InboxEvent]:
    """Apply the change to the row and give the lines of history that it makes."""
    found: list[InboxEvent] = []

    def event(action: str, old: str, new: str, note: str | None = None) -> None:
        found.append(
            InboxEvent(
                lead_id=case.lead_id, version=0, at=now, actor="", action=action, old=old, new=new, sealed_note=note
            )
        )

    if change.desk != case.desk:
        if change.desk not in at.desks:
            _refuse("desk")
        event("desk", case.desk, change.desk)
        case.desk = change.desk
    if change.assignee != case.assignee:
        if change.assignee and change.assignee not in at.people:
            _refuse("assignee")
        event("assignee", case.assignee, change.assignee)
        case.assignee = change.assignee
    if change.state != case.state:
        event("state", _shown(case), _move(case, change, now))
    if change.note:
        if len(change.note) > MAX_NOTE:
            _refuse("note")
        event("note", "", "", seal_note(case.lead_id, change.note, at.key))
    return found


def _move(case: InboxCase, change: Change, now: datetime) -> str:
    """Bring the case into the wanted state; the first step beyond `new` is the answer that was promised."""
    if change.state not in next_states(case):
        _refuse("state")
    if change.state == "closed":
        if change.reason not in REASONS:
            _refuse("reason")
        if change.reason == "won" and case.contacted_at is None:
            _refuse("won")
        case.reason, case.closed_at = change.reason, now
    else:
        case.reason, case.closed_at = "", None
        if change.state != "new":
            case.contacted_at = case.contacted_at or now
    case.state = change.state
    return _shown(case)


def _shown(case: InboxCase) -> str:
    return f"{case.state}:{case.reason}" if case.reason else case.state


def _write(session: Session, case: InboxCase, events: list[InboxEvent], person: Person, now: datetime) -> None:
    case.version += 1
    for event in events:
        event.version, event.actor = case.version, person.id
        session.add(event)
        codes = f"{event.old} -> {event.new}" if event.old or event.new else ""
        audit.record(session, person, f"changed-{event.action}", now, case.lead_id, detail=codes)
    session.add(case)
    session.flush()
