"""Sessions of the staff: kept in the database, found by what a signed cookie says."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Engine
from sqlmodel import col, delete, or_, select

from portal import db
from portal.inbox import audit
from portal.inbox.accounts import person_of
from portal.inbox.models import InboxSession, InboxStaff
from portal.inbox.people import Person

COOKIE = "inbox_session"
#: A session ends this long after its last request, and this long after the login at the latest.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
#: A request within this time of the last one is not written down: reading pages should not write each time.
_SEEN = timedelta(minutes=1)


@dataclass(frozen=True)
class Session:
    """A browser's session: its token for forms, and who has logged in with it, if anybody has."""

    token: str
    csrf: str
    person: Person | None

    def owns(self, token: str) -> bool:
        """True when a form carries this session's token."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))


class Sessions:
    """Sessions in the database, found by a random token in a signed cookie: HttpOnly, SameSite=Strict.

    `secure` needs HTTPS (or localhost). Before the login a session is the cookie alone, without a row.
    """

    def __init__(
        self, engine: Engine, secret: bytes, *, secure: bool, clock: Callable[[], datetime] = db.utcnow
    ) -> None:
        self._engine = engine
        self._secret = secret
        self._signer = URLSafeSerializer(secret, salt="inbox-session")
        self._secure = secure
        self._clock = clock

    async def of(self, request: Request) -> Session | None:
        """The request's session; its person is None before the login and after the session has ended."""
        try:
            token = self._signer.loads(request.cookies.get(COOKIE, ""))
        except BadSignature:
            return None
        if not isinstance(token, str):
            return None
        return self._session(token, await run_in_threadpool(self._person, token))

    def anonymous(self) -> Session:
        """A session for the login page: a token for its form and nobody behind it."""
        return self._session(secrets.token_urlsafe(32), None)

    def begin(self, person: Person) -> Session:
        """A session for someone who has just logged in: always a new token, so that an older cookie is worth nothing."""
        session = self._session(secrets.token_urlsafe(32), person)
        now = self._clock()
        with db.write(self._engine) as write:
            gone = or_(col(InboxSession.seen_at) < now - IDLE, col(InboxSession.created_at) < now - LONGEST)
            write.exec(delete(InboxSession).where(gone))
            row = InboxSession(digest=_digest(session.token), staff_id=person.id, created_at=now, seen_at=now)
            write.add(row)
            audit.record(write, person, "login", now)
        return session

    def end(self, token: str, person: Person) -> None:
        """End one session: its cookie opens nothing any more."""
        with db.write(self._engine) as write:
            write.exec(delete(InboxSession).where(col(InboxSession.digest) == _digest(token)))
            audit.record(write, person, "logout", self._clock())

    def put(self, response: Response, session: Session) -> None:
        """Set the cookie of `session`."""
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps(session.token)),
            max_age=int(LONGEST.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )

    def forget(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=self._secure)

    def _session(self, token: str, person: Person | None) -> Session:
        csrf = hmac.new(self._secret, f"csrf:{token}".encode(), hashlib.sha256).hexdigest()
        return Session(token, csrf, person)

    def _person(self, token: str) -> Person | None:
        now, digest = self._clock(), _digest(token)
        with db.read(self._engine) as session:
            found = session.exec(
                select(InboxSession, InboxStaff)
                .join(InboxStaff, col(InboxStaff.id) == InboxSession.staff_id)
                .where(InboxSession.digest == digest, col(InboxStaff.disabled_at).is_(None))
            ).first()
        if found is None:
            return None
        row, staff = found
        if now - row.seen_at >= IDLE or now - row.created_at >= LONGEST:
            return None
        if now - row.seen_at >= _SEEN:
            with db.write(self._engine) as session:
                kept = session.get(InboxSession, digest)
                if kept is None:
                    return None
                kept.seen_at = now
        return person_of(staff)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
