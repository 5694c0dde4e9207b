"""Who may read leads: one access key for staff, a signed session, a token in every form, a lock after failures."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal import db
from portal.inbox.people import PERMISSIONS, Person

COOKIE = "inbox_session"
SESSION_HOURS = 8
#: Wrong keys from one address before it has to wait, and for how long.
MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
_MAX_ADDRESSES = 10_000

#: Cost of one check: 16 MiB and some 50 ms.
_N, _R, _P = 2**14, 8, 1
_ALPHABET = "34679cdfghjkmnpqrtvwxy"


def load_or_create_access_key(file: Path) -> tuple[str, bool]:
    """The staff access key in `file` (mode 0600) and whether it was made just now, at the first start.

    The bureau may write its own into the file. Raises ValueError when it has fewer than 12 characters.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    created = False
    if not file.exists():
        key = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(5))  # 111 bits
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w") as stream:
                stream.write(f"{key}\n")
            created = True
    key = file.read_text().strip()
    if len(key) < 12:
        message = f"{file}: the staff access key needs at least 12 characters"
        raise ValueError(message)
    return key, created


def hash_access_key(key: str) -> str:
    """A salted scrypt hash of the key, for `create_inbox`."""
    salt = secrets.token_bytes(16)
    return f"scrypt:{salt.hex()}:{_scrypt(key, salt).hex()}"


def check_access_key(key: str, hashed: str) -> bool:
    """True when `key` is the one that `hashed` was made of; compares in constant time."""
    _, salt, wanted = hashed.split(":")
    return hmac.compare_digest(_scrypt(key[:200], bytes.fromhex(salt)), bytes.fromhex(wanted))


def _scrypt(key: str, salt: bytes) -> bytes:
    return hashlib.scrypt(key.strip().encode("utf-8", "replace"), salt=salt, n=_N, r=_R, p=_P)


@dataclass(frozen=True)
class Session:
    """A browser's session: its token for forms, and who has logged in with it, if anybody has."""

    csrf: str
    person: Person | None

    @classmethod
    def fresh(cls, person: Person | None) -> Session:
        """A new session; made at login too, so that an older cookie is worth nothing."""
        return cls(secrets.token_urlsafe(24), person)

    def owns(self, token: str) -> bool:
        """True when a form carries this session's token."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))


class Sessions:
    """Sessions in a signed cookie: HttpOnly, SameSite=Strict, eight hours. `secure` needs HTTPS (or localhost)."""

    def __init__(self, secret: bytes, *, secure: bool) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="inbox-session")
        self._secure = secure

    def of(self, request: Request) -> Session | None:
        """The request's session, None when it has none that is valid and fresh."""
        try:
            content = self._signer.loads(request.cookies.get(COOKIE, ""), max_age=SESSION_HOURS * 3600)
            return Session(str(content["csrf"]), _person(content["person"]))
        except (BadSignature, KeyError, TypeError, ValueError):
            return None

    def put(self, response: Response, session: Session) -> None:
        """Set the cookie of `session`."""
        person = asdict(session.person) if session.person else None
        response.set_cookie(
            COOKIE,
            str(self._signer.dumps({"csrf": session.csrf, "person": person})),
            max_age=SESSION_HOURS * 3600,
            httponly=True,
            samesite="strict",
            secure=self._secure,
        )

    def end(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=self._secure)


def _person(content: Any) -> Person | None:
    if content is None:
        return None
    person = Person(**content)
    if person.role not in PERMISSIONS:
        raise ValueError(person.role)
    return person


class Lockout:
    """Counts wrong keys by address, in this process."""

    def __init__(self, clock: Callable[[], datetime] = db.utcnow) -> None:
        self._clock = clock
        self._failures: dict[str, list[datetime]] = {}

    def wait(self, address: str) -> int:
        """Seconds that `address` has to wait before it may try again; 0 when it may now."""
        now = self._clock()
        recent = [at for at in self._failures.get(address, []) if now - at < LOCK]
        if len(recent) < MAX_FAILURES:
            return 0
        return max(1, int((recent[-MAX_FAILURES] + LOCK - now).total_seconds()))

    def failed(self, address: str) -> None:
        """Count a wrong key."""
        now = self._clock()
        if len(self._failures) >= _MAX_ADDRESSES:
            self._failures = {name: at for name, at in self._failures.items() if now - at[-1] < LOCK}
        recent = [at for at in self._failures.get(address, []) if now - at < LOCK]
        self._failures[address] = [*recent, now][-MAX_FAILURES:]

    def passed(self, address: str) -> None:
        """Forget the failures of an address that gave the right key."""
        self._failures.pop(address, None)
