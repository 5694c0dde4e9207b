"""The outbox of mails: each is sent once within reason, and none is lost while the server is away.

A row is claimed for two minutes by a conditional UPDATE with a fencing number, as leads are on the public side. A
server that is away costs the mail nothing: it waits. A server that turns a mail away now is asked again, ten times
within three days; one that will never take it ends the matter, and the lead's page says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, or_, update
from sqlmodel import col, select

from portal import db
from portal.inbox.cases import InboxMail
from portal.inbox.mail import MailImpossibleError, Stationery, acknowledgement
from portal.inbox.models import InboxLead
from portal.inbox.render import make_text
from portal.inbox.transports import MailRefusedError, MailRetryError, ServerAwayError, Transport
from portal.inbox.triage import Triage, unsealed

BATCH = 20
LEASE = timedelta(minutes=2)
#: Waits after counted tries, in minutes.
SCHEDULE = (1, 5, 30, 120, 300, 600, 840, 1200, 1440)
#: A server that is away is asked again after this.
AWAY = timedelta(minutes=1)

log = structlog.get_logger(__name__)

#: (lead id, payload, sent at, now) -> mail; raises MailImpossibleError
Compose = Callable[[str, Mapping[str, Any], datetime, datetime], EmailMessage]


@dataclass(frozen=True)
class Claim:
    """A mail that this postman may send until its lease ends."""

    id: int
    lead_id: str
    fence: int
    attempts: int


class Postman:
    """Sends what is in the outbox of `engine`. `unsealed` opens a lead (None when no key does)."""

    def __init__(
        self,
        engine: Engine,
        transport: Transport,
        *,
        compose: Compose,
        unsealed: Callable[[InboxLead], Mapping[str, Any] | None],
        clock: Callable[[], datetime] = db.utcnow,
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._compose = compose
        self._unsealed = unsealed
        self._clock = clock

    async def run_once(self) -> int:
        """Send what is due now; gives how many mails have left. After the first sign of a server away, the rest wait."""
        sent = 0
        for claim in await asyncio.to_thread(self.claim):
            message = await asyncio.to_thread(self._made, claim)
            if message is None:
                continue
            try:
                await self._transport.send(message)
            except ServerAwayError as error:
                log.warning("mail.server_away", error=str(error))
                await asyncio.to_thread(
                    self._settle, claim, {"next_at": self._clock() + AWAY, "last_error": str(error)}
                )
                return sent
            except MailRetryError as error:
                await asyncio.to_thread(self._again, claim, str(error))
            except MailRefusedError as error:
                await asyncio.to_thread(self._bury, claim, str(error))
            else:
                await asyncio.to_thread(self._settle, claim, {"sent_at": self._clock(), "last_error": None})
                sent += 1
        return sent

    def claim(self) -> list[Claim]:
        """Mails that are due, now this postman's for two minutes."""
        now = self._clock()
        free = or_(col(InboxMail.lease_until).is_(None), col(InboxMail.lease_until) <= now)
        due = (col(InboxMail.sent_at).is_(None), col(InboxMail.dead_at).is_(None), col(InboxMail.next_at) <= now, free)
        with db.read(self._engine) as session:
            rows = session.exec(select(InboxMail).where(*due).order_by(col(InboxMail.next_at)).limit(BATCH)).all()
        claims = []
        for row in rows:
            with db.write(self._engine) as session:
                taken = session.execute(
                    update(InboxMail)
                    .where(col(InboxMail.id) == row.id, col(InboxMail.fence) == row.fence, *due)
                    .values(fence=row.fence + 1, lease_until=now + LEASE)
                )
            if getattr(taken, "rowcount", 0) == 1 and row.id is not None:
                claims.append(Claim(row.id, row.lead_id, row.fence + 1, row.attempts))
        return claims

    def _made(self, claim: Claim) -> EmailMessage | None:
        with db.read(self._engine) as session:
            lead = session.get(InboxLead, claim.lead_id)
        if lead is None:
            return None
        try:
            payload = self._unsealed(lead)
            if payload is None:
                raise MailImpossibleError("unreadable")  # noqa: EM101 - a code
            return self._compose(lead.id, payload, lead.sent_at, self._clock())
        except MailImpossibleError as error:
            self._bury(claim, str(error))
            return None

    def _again(self, claim: Claim, code: str) -> None:
        attempts = claim.attempts + 1
        if attempts > len(SCHEDULE):
            self._bury(claim, code)
            return
        wait = timedelta(minutes=SCHEDULE[attempts - 1])
        self._settle(claim, {"attempts": attempts, "next_at": self._clock() + wait, "last_error": code})

    def _bury(self, claim: Claim, code: str) -> None:
        log.error("mail.dead", lead=claim.lead_id, error=code)
        self._settle(claim, {"dead_at": self._clock(), "attempts": claim.attempts + 1, "last_error": code})

    def _settle(self, claim: Claim, values: Mapping[str, Any]) -> None:
        """Write the outcome, unless the lease ran out and another postman has the mail."""
        with db.write(self._engine) as session:
            session.execute(
                update(InboxMail)
                .where(col(InboxMail.id) == claim.id, col(InboxMail.fence) == claim.fence)
                .values(lease_until=None, **values)
            )


def make_postman(triage: Triage, transport: Transport, *, templates: Path, sender: str, base_url: str) -> Postman:
    """The postman of an inbox: its mails are in the name of `sender` and link to the site at `base_url`."""
    text = make_text(templates)

    def compose(lead_id: str, payload: Mapping[str, Any], sent_at: datetime, now: datetime) -> EmailMessage:
        paper = Stationery(sender, base_url.rstrip("/"), triage.bureau())
        return acknowledgement(lead_id, payload, sent_at=sent_at, now=now, paper=paper, text=text)

    def opened(lead: InboxLead) -> Mapping[str, Any] | None:
        return unsealed(lead, triage.keys)

    return Postman(triage.engine, transport, compose=compose, unsealed=opened, clock=triage.clock)
