"""Making a case of each lead: desk by rules, points, due date, digests, and the mail that says it has arrived."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from joserfc.jwk import KeySet
from sqlalchemy import Engine, text, update
from sqlmodel import Session, col, select

from portal import db, envelope
from portal.inbox.cases import InboxCase, InboxEvent, InboxMail
from portal.inbox.desks import DeskTable
from portal.inbox.matching import digests
from portal.inbox.models import InboxLead
from portal.inbox.states import record_change
from portal.inbox.vault import Vault
from portal.workdays import due_at

ACKNOWLEDGEMENT = "acknowledgement"
BATCH = 50
#: what a case knows from the lead's own words
_SAID = ("readable", "summary", "sectors", "points", "weights", "email_digest", "phone_digest", "company_digest")
#: Two inboxes on one PostgreSQL take leads in one after the other, by this number.
_LOCK = 4_309_512_873

log = structlog.get_logger(__name__)


def unsealed(lead: InboxLead, keys: KeySet) -> dict[str, Any] | None:
    """The payload of a lead; None when no key opens it or it has no answers in it."""
    try:
        payload = envelope.unseal(lead.id, lead.sealed, keys)
    except envelope.UnsealError:
        return None
    sound = isinstance(payload.get("answers"), dict) and isinstance(payload.get("privacy_notice"), dict)
    return payload if sound else None


class Triage:
    """Makes cases. `desks` gives the plain values of the day; it may be slow, and is asked only when leads wait."""

    def __init__(
        self,
        engine: Engine,
        *,
        keys: KeySet,
        vault: Vault,
        desks: Callable[[], Mapping[str, Any]] = dict,
        clock: Callable[[], datetime] = db.utcnow,
    ) -> None:
        self.engine = engine
        self.keys = keys
        self.vault = vault
        self.clock = clock
        self._desks = desks

    def table(self) -> DeskTable:
        """The desks and rules of the day."""
        try:
            return DeskTable.from_plain(self._desks())
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # A kept copy from another version: leads go to the general queue rather than nowhere.
            log.error("desks.malformed", error=type(error).__name__)
            return DeskTable()

    def bureau(self) -> dict[str, str]:
        """The bureau's name by locale."""
        names = self._desks().get("bureau")
        return {str(tag): str(name) for tag, name in names.items()} if isinstance(names, dict) else {}

    def take_in(self) -> int:
        """Make a case of every lead that waits for one; gives how many. Safe in many processes at once."""
        total = 0
        while waiting := self._waiting():
            table = self.table()
            made = [self._case(lead, unsealed(lead, self.keys), table) for lead in waiting]
            with db.write(self.engine) as session:
                total += self._keep(session, made)
        return total

    def try_again(self) -> int:
        """Look again at leads that no key opened: a key may have been put back. Gives how many of them open now."""
        with db.read(self.engine) as session:
            closed = session.exec(select(InboxLead).join(InboxCase).where(~col(InboxCase.readable))).all()
        opened = [(lead, payload) for lead in closed if (payload := unsealed(lead, self.keys)) is not None]
        table = self.table() if opened else DeskTable()
        with db.write(self.engine) as session:
            for lead, payload in opened:
                kept = session.get_one(InboxLead, lead.id, with_for_update=True)
                case = session.get(InboxCase, lead.id)
                if kept.erased_at is not None:
                    continue  # while it was being opened: nothing of it may come back
                if case is not None and case.version > 1:
                    # Staff have worked on it: what they decided stays, what the lead says is added.
                    fresh, mail = self._case(lead, payload, table)
                    for name in _SAID:
                        setattr(case, name, getattr(fresh, name))
                    if mail and not case.held and case.state != "closed":
                        queue_acknowledgement(session, lead.id, self.clock())
                elif case is not None:
                    session.delete(case)
                    session.flush()
                    session.execute(update(InboxLead).where(col(InboxLead.id) == lead.id).values(taken_in=False))
        return len(opened)

    def _waiting(self) -> Sequence[InboxLead]:
        query = select(InboxLead).where(~col(InboxLead.taken_in)).order_by(col(InboxLead.received_at)).limit(BATCH)
        with db.read(self.engine) as session:
            return session.exec(query).all()

    def _case(self, lead: InboxLead, payload: Mapping[str, Any] | None, table: DeskTable) -> tuple[InboxCase, bool]:
        """The case of a lead, and whether its sender wants mail."""
        answers: Mapping[str, Any] = payload["answers"] if payload else {}
        desk, why = table.route(answers)
        weights = table.weigh(answers)
        found = digests(answers, self.vault.digest_key)
        words = {name: str(answers.get(name, "")) for name in ("company", "country")}
        case = InboxCase(
            lead_id=lead.id,
            desk=desk,
            why=why,
            held=lead.quarantined,
            readable=payload is not None,
            summary=self.vault.seal(lead.id, words) if payload else "",
            sectors="".join(f"|{code}" for code in table.sectors(answers)) + "|",
            points=sum(points for _, points in weights),
            weights=",".join(f"{rule}:{points}" for rule, points in weights),
            email_digest=found.email,
            phone_digest=found.phone,
            company_digest=found.company,
            sent_at=lead.sent_at,
            due_at=due_at(lead.sent_at),
        )
        return case, answers.get("consent_email") is True

    def _keep(self, session: Session, made: Sequence[tuple[InboxCase, bool]]) -> int:
        """Write cases whose leads still wait; gives how many."""
        if self.engine.dialect.name == "postgresql":
            session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        now, ids = self.clock(), [case.lead_id for case, _ in made]
        query = select(InboxLead).where(col(InboxLead.id).in_(ids), ~col(InboxLead.taken_in))
        # Locked: a lead that is being erased meanwhile must not get a case that tells of it.
        leads = {lead.id: lead for lead in session.exec(query.order_by(col(InboxLead.id)).with_for_update()).all()}
        fresh = [(case, mail) for case, mail in made if case.lead_id in leads]
        told = set(session.exec(select(InboxMail.lead_id).where(col(InboxMail.lead_id).in_(ids))).all())
        for case, mail in fresh:
            leads[case.lead_id].taken_in = True
            session.add(case)
            session.add(
                InboxEvent(
                    lead_id=case.lead_id,
                    version=1,
                    at=now,
                    actor="rules",
                    action="received",
                    new=case.desk,
                    old=case.why,
                )
            )
            if mail and not case.held and case.lead_id not in told:
                session.add(_acknowledgement(case.lead_id, now))
        session.flush()
        for case, _ in fresh:
            if not case.held:
                record_change(session, case.lead_id, *case.told(), now)
        return len(fresh)


def queue_acknowledgement(session: Session, lead_id: str, now: datetime) -> None:
    """Note in the caller's transaction that the sender is to be told of the arrival, once."""
    query = select(InboxMail).where(InboxMail.lead_id == lead_id, InboxMail.kind == ACKNOWLEDGEMENT)
    if session.exec(query).first() is None:
        session.add(_acknowledgement(lead_id, now))


def _acknowledgement(lead_id: str, now: datetime) -> InboxMail:
    return InboxMail(lead_id=lead_id, kind=ACKNOWLEDGEMENT, created_at=now, next_at=now)
