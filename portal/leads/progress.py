"""How far the bureau is with each inquiry: asked of the inbox, kept here, so that a receipt tells the truth.

An inbox that is away does no harm: the last state is kept, with the time at which the inbox was last heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Engine, or_, update
from sqlmodel import col, select

from portal import db
from portal.leads.models import InboxContact, LeadProgress, Submission
from portal.leads.retention import erase_told, scrub
from portal.leads.transport import DeliveryError, NoStatesError
from portal.states import MAX_PAGE, Change, Page, StatesMalformedError

#: How often the inbox is asked; after a failure; when it has no such route at all.
ASK_SECONDS, AWAY_SECONDS, DEAF_SECONDS = 10.0, 30.0, 3600.0
#: Of several workers one asks: it takes the turn, which is free again a little before the next is due.
_TURN = timedelta(seconds=ASK_SECONDS - 1)
#: Full pages taken in one go, 50,000 changes.
_MOST_PAGES = 100

log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where changes come from; `portal.leads.transport.HttpSender` is the real one."""

    async def fetch_states(self, after: int) -> Page:
        """The next page. Raises DeliveryError or StatesMalformedError."""
        ...


def take_turn(engine: Engine, now: datetime) -> int | None:
    """The cursor to ask with, or None when another worker has asked a moment ago."""
    free = or_(col(InboxContact.asked_at).is_(None), col(InboxContact.asked_at) <= now - _TURN)
    with db.write(engine) as session:
        if not session.exec(update(InboxContact).where(free).values(asked_at=now)).rowcount:
            return None
        return session.exec(select(InboxContact.cursor)).one()


def take_in(engine: Engine, page: Page, now: datetime) -> int:
    """Keep what a page says and move the cursor; gives how many changes were of leads known here.

    What the inbox has erased is erased here too: who asked for it need not ask twice.
    """
    with db.write(engine) as session:
        ids = {change.id for change in page.changes}
        known = set(session.exec(select(Submission.id).where(col(Submission.id).in_(ids))).all()) if ids else set()
        rows = session.exec(select(LeadProgress).where(col(LeadProgress.submission_id).in_(known))).all() if ids else []
        kept = {row.submission_id: row for row in rows}
        taken = [change for change in page.changes if change.id in known]
        for change in taken:
            row = kept.setdefault(change.id, LeadProgress(submission_id=change.id))
            _advance(row, change)
        session.add_all(kept.values())
        gone = {change.id for change in taken if change.state == "erased"}
        erased = erase_told(session, gone, now) if gone else 0
        session.exec(update(InboxContact).values(cursor=page.cursor, heard_at=now))
    if erased:
        log.info("leads.erased", reason="inbox", erased=erased, scrubbed=scrub(engine))
    return len(taken)


def _advance(row: LeadProgress, change: Change) -> None:
    """The first assignment and the first answer count; a lead that goes on after it was closed is open again."""
    if change.desk:
        row.desk = change.desk
    if change.state == "erased":
        row.erased_at = row.erased_at or change.at
        return
    if change.state == "closed":
        row.closed_at = change.at
        return
    if row.closed_at is not None and change.at > row.closed_at:
        row.closed_at = None
    if change.state == "assigned":
        row.assigned_at = row.assigned_at or change.at
    else:
        row.answered_at = row.answered_at or change.at


class Listener:
    """Asks the inbox for changes and keeps them; one per worker."""

    def __init__(self, engine: Engine, source: Source, *, clock: Callable[[], datetime] = db.utcnow) -> None:
        self._engine = engine
        self._source = source
        self._clock = clock
        self._silent = False

    async def run_once(self) -> float:
        """Ask until there is nothing new; gives the seconds until it is time to ask again."""
        cursor = await asyncio.to_thread(take_turn, self._engine, self._clock())
        if cursor is None:
            return ASK_SECONDS
        try:
            for _ in range(_MOST_PAGES):
                page = await self._source.fetch_states(cursor)
                taken = await asyncio.to_thread(take_in, self._engine, page, self._clock())
                if taken:
                    log.info("states.taken", changes=taken)
                if len(page.changes) < MAX_PAGE or page.cursor == cursor:
                    break
                cursor = page.cursor
        except NoStatesError:
            log.info("states.not_offered")
            return DEAF_SECONDS
        except (DeliveryError, StatesMalformedError) as failure:
            if not self._silent:
                log.warning("states.unheard", error=str(failure))
            self._silent = True
            return AWAY_SECONDS
        if self._silent:
            self._silent = False
            log.info("states.heard_again")
        return ASK_SECONDS
