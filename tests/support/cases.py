"""Factories for the work on leads: events of investors, staff, a triage whose clock is turned by hand."""

from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import Engine
from sqlmodel import select

from portal import db, envelope
from portal.inbox.cases import InboxCase, InboxEvent, InboxMail
from portal.inbox.changes import Desk
from portal.inbox.people import Person
from portal.inbox.receive import store_once
from portal.inbox.triage import Triage
from portal.inbox.vault import Vault
from tests.support.leads import SECRET, Clock, answers

ADA = Person("ada", "Ada Officer", "officer")
BO = Person("bo", "Bo Admin", "admin")
PEOPLE = {person.id: person.name for person in (ADA, BO)}
DESKS: dict[str, Any] = {
    "default": "general",
    "desks": {
        "general": {"names": {"zh-Hans": "综合", "en": "General queue"}},
        "chips": {"names": {"zh-Hans": "芯片", "en": "Chips queue"}},
    },
    "rules": [{"desk": "chips", "when": {"sector": ["ic"]}}],
    "priority": [
        {
            "id": "listed",
            "points": 15,
            "names": {"zh-Hans": "上市", "en": "Listed firm"},
            "when": {"marks": ["listed"]},
        },
        {"id": "large", "points": 30, "names": {"zh-Hans": "大", "en": "Large"}, "when": {"investment": ["over-1b"]}},
    ],
    "sector_of": {"power-semiconductors": "ic"},
    "names": {"sectors": {"ic": {"zh-Hans": "集成电路", "en": "Integrated circuits"}}},
}


def event(
    keys: envelope.Keys, number: int, at: datetime, *, quarantined: bool = False, locale: str = "en", **changes: Any
) -> envelope.Event:
    """A lead as the public side sends it; `changes` are answers."""
    lead, reference = f"lead-{number:05}", f"CQ-{number:04}-7777"
    payload = {
        "version": 1,
        "id": lead,
        "reference": reference,
        "locale": locale,
        "answers": {**answers(consent_email=True), **changes},
        "flags": ["honeypot"] if quarantined else [],
        "privacy_notice": {"version": "2026-01", "locale": locale},
        "receipt": f"/{locale}/receipt/{reference}?token=abc",
    }
    return envelope.Event(lead, reference, at, envelope.seal(payload, keys.public), quarantined)


def make_triage(engine: Engine, keys: envelope.Keys, clock: Clock, desks: dict[str, Any] | None = None) -> Triage:
    values = DESKS if desks is None else desks
    return Triage(engine, keys=keys.private, vault=Vault(SECRET), desks=lambda: values, clock=clock)


def receive(engine: Engine, clock: Clock, *events: envelope.Event) -> None:
    """Store events as if they had come in now."""
    for sent in events:
        assert store_once(engine, sent, clock())


def desk_of(keys: envelope.Keys) -> Desk:
    return Desk(DESKS["desks"], PEOPLE, ECKey.import_key(keys.private.keys[0].as_dict(private=False)))


def case(engine: Engine, number: int) -> InboxCase:
    with db.read(engine) as session:
        return session.exec(select(InboxCase).where(InboxCase.lead_id == f"lead-{number:05}")).one()


def history(engine: Engine, number: int) -> list[InboxEvent]:
    with db.read(engine) as session:
        query = select(InboxEvent).where(InboxEvent.lead_id == f"lead-{number:05}").order_by(InboxEvent.id)  # type: ignore[arg-type]
        return list(session.exec(query).all())


def mails(engine: Engine) -> list[InboxMail]:
    with db.read(engine) as session:
        return list(session.exec(select(InboxMail).order_by(InboxMail.id)).all())  # type: ignore[arg-type]
