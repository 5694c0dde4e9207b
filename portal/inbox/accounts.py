"""Local accounts of the staff: made, changed and checked; the first one made at the first start."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from sqlalchemy import Engine, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from portal import db
from portal.inbox import audit, passwords
from portal.inbox.lockout import LOCK, Lockout
from portal.inbox.models import InboxSession, InboxStaff
from portal.inbox.passwords import Passwords
from portal.inbox.people import PERMISSIONS, Person, Role
from portal.inbox.provider import Identity

#: Wrong passwords for one account before it has to wait. More than for an address: whoever knows a name could else
#: lock its owner out with a few clicks.
MAX_FAILURES = 10
FIRST = "admin"

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccountError(ValueError):
    """An account cannot be made or changed; the message says why."""


@dataclass(frozen=True)
class Checked:
    """What came of a login: the person, or how many seconds the account is locked, or neither: wrong."""

    person: Person | None = None
    wait: int = 0


def person_of(row: InboxStaff) -> Person:
    """The person behind a row."""
    return Person(row.id, row.name, cast(Role, row.role), row.must_change)


def normal_login(login: str) -> str:
    """The name as it is kept: no capitals, no full-width forms, no spaces around it."""
    return unicodedata.normalize("NFKC", login.encode("utf-8", "replace").decode()).strip().casefold()


class Accounts:
    """The accounts in one database. `first_password` is the file of the first start, removed once it is worthless.

    `actor` in the methods is who is written into the audit trail: a person, or "cli" for the command line.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        hasher: Passwords,
        first_password: Path | None = None,
        clock: Callable[[], datetime] = db.utcnow,
    ) -> None:
        self._engine = engine
        self._passwords = hasher
        self._file = first_password
        self._clock = clock
        # A name that is no account is locked as an account would be, or the answer would tell which names there are.
        self._unknown = Lockout(clock, MAX_FAILURES)

    def add(
        self, login: str, name: str, role: Role, password: str, *, actor: Person | str, generated: bool = False
    ) -> Person:
        """Make an account. Raises AccountError (name taken or malformed, unknown role) and WeakPasswordError.

        A `generated` password has to be changed at the first login.
        """
        login = normal_login(login)
        if not _LOGIN.fullmatch(login):
            message = "a login name has letters a-z, digits and . _ @ - only, at most 64"
            raise AccountError(message)
        _check_role(role)
        passwords.check_new(password, login)
        row = InboxStaff(
            id=secrets.token_hex(8),
            login=login,
            name=" ".join(name.split())[:200] or login,
            role=role,
            password_hash=self._passwords.hash(password),
            must_change=generated,
            created_at=self._clock(),
        )
        try:
            with db.write(self._engine) as session:
                session.add(row)
                audit.record(session, actor, "staff-added", self._clock(), detail=f"{row.id} {role}")
        except IntegrityError as error:
            message = f"there is an account {login} already"
            raise AccountError(message) from error
        return person_of(row)

    def all(self) -> list[InboxStaff]:
        """Every account, oldest first."""
        with db.read(self._engine) as session:
            return list(session.exec(select(InboxStaff).order_by(col(InboxStaff.created_at), col(InboxStaff.id))).all())

    def names(self, *, able: bool = False) -> dict[str, str]:
        """Names by id; only of those who may be given a lead (account open, role above reader) when `able`."""
        rows = self.all()
        return {row.id: row.name for row in rows if not able or (row.disabled_at is None and row.role != "reader")}

    def login_of(self, person: Person) -> str:
        """The name a person of the local accounts logs in with; empty for one of the identity provider."""
        with db.read(self._engine) as session:
            row = session.get(InboxStaff, person.id)
        return row.login if row and row.password_hash else ""

    def set_role(self, login: str, role: Role, *, actor: Person | str) -> None:
        """Change the role and end the account's sessions. Raises AccountError."""
        _check_role(role)
        with db.write(self._engine) as session:
            row = _row(session, login)
            row.role = role
            self._changed(session, row, actor, "staff-role", role)

    def set_password(self, login: str, password: str, *, actor: Person | str, generated: bool = False) -> None:
        """Set a password, lift a lock, end the account's sessions. Raises AccountError and WeakPasswordError.

        A `generated` password has to be changed at the next login.
        """
        login = normal_login(login)
        passwords.check_new(password, login)
        hashed = self._passwords.hash(password)
        with db.write(self._engine) as session:
            row = _row(session, login)
            if row.password_hash is None:
                message = f"{login} logs in at the identity provider and has no password here"
                raise AccountError(message)
            row.password_hash, row.failures, row.failed_at = hashed, 0, None
            row.must_change = generated
            self._changed(session, row, actor, "staff-password")
        self._forget_first(login)

    def set_disabled(self, login: str, disabled: bool, *, actor: Person | str) -> None:
        """Close an account, which ends its sessions, or open it again. Raises AccountError."""
        with db.write(self._engine) as session:
            row = _row(session, login)
            row.disabled_at = self._clock() if disabled else None
            self._changed(session, row, actor, "staff-disabled" if disabled else "staff-enabled")
        if disabled:
            self._forget_first(row.login)

    def check(self, login: str, password: str) -> Checked:
        """Check a login; unknown, closed and foreign accounts take the same work and give the same answer as wrong.

        The failure is counted before the slow check, so that many guesses at once do not slip through.
        """
        now, login = self._clock(), normal_login(login)
        with db.write(self._engine) as session:
            # The row is locked: of many guesses at once each has to see the count of the one before it.
            row = session.exec(select(InboxStaff).where(InboxStaff.login == login).with_for_update()).first()
            wait = self._unknown.wait(login) if row is None else _wait(row, now)
            if wait:
                return Checked(wait=wait)
            if row is None:
                self._unknown.failed(login)
            else:
                row.failures, row.failed_at = row.failures + 1, now
        hashed = row.password_hash if row and row.disabled_at is None else None
        right = self._passwords.matches(password, hashed)
        renewed = self._passwords.hash(password) if right and hashed and self._passwords.stale(hashed) else hashed
        with db.write(self._engine) as session:
            if row is None or not right:
                audit.record(session, row.id if row else "nobody", "login-failed", now)
                return Checked()
            found = session.get_one(InboxStaff, row.id)
            # Someone may have closed the account or set its password while the slow check ran.
            if found.disabled_at is not None or found.password_hash != hashed:
                return Checked()
            found.password_hash, found.failures, found.failed_at = renewed, 0, None
            return Checked(person_of(found))

    def admit(self, issuer: str, identity: Identity) -> Person | None:
        """The person behind a login at the identity provider, made at the first one; None when the account is closed.

        Name and role are those that the provider gives today; another role ends older sessions.
        """
        # A digest, so that no subject can look like a local name, and another issuer's cannot be the same person.
        login = f"oidc:{hashlib.sha256(f'{issuer} {identity.subject}'.encode()).hexdigest()[:40]}"
        with db.write(self._engine) as session:
            row = session.exec(select(InboxStaff).where(InboxStaff.login == login).with_for_update()).first()
            if row is None:
                row = InboxStaff(
                    id=secrets.token_hex(8),
                    login=login,
                    name=identity.name,
                    role=identity.role,
                    created_at=self._clock(),
                )
                session.add(row)
                audit.record(session, "provider", "staff-added", self._clock(), detail=f"{row.id} {row.role}")
            if row.disabled_at is not None:
                audit.record(session, row.id, "login-refused", self._clock())
                return None
            row.name = identity.name
            if row.role != identity.role:
                row.role = identity.role
                self._changed(session, row, "provider", "staff-role", row.role)
            return person_of(row)

    def refused(self) -> None:
        """Write down that someone came from the identity provider and was not let in."""
        with db.write(self._engine) as session:
            audit.record(session, "nobody", "login-refused", self._clock())

    def make_first(self) -> str | None:
        """When there is no account yet, make an administrator; gives the password, which the file keeps too (0600)."""
        if self._file is None:
            message = "no file for the first password"
            raise AccountError(message)
        with db.read(self._engine) as session:
            if session.exec(select(func.count()).select_from(InboxStaff)).one():
                return None
        # The file comes first: a password that a crash keeps from being said can still be read there.
        password = _kept(self._file)
        try:
            self.add(FIRST, "Administrator", "admin", password, actor="first-start", generated=True)
        except AccountError:
            return None  # another process was first
        return password

    def _changed(self, session: Session, row: InboxStaff, actor: Person | str, action: str, detail: str = "") -> None:
        session.exec(delete(InboxSession).where(col(InboxSession.staff_id) == row.id))
        audit.record(session, actor, action, self._clock(), detail=f"{row.id} {detail}".strip())

    def _forget_first(self, login: str) -> None:
        if login == FIRST and self._file is not None:
            self._file.unlink(missing_ok=True)


def _wait(row: InboxStaff, now: datetime) -> int:
    """Seconds that the account is locked; an old failure is forgotten."""
    if row.failed_at is None or now - row.failed_at >= LOCK:
        row.failures = 0
        return 0
    if row.failures < MAX_FAILURES:
        return 0
    return max(1, int((row.failed_at + LOCK - now).total_seconds()))


def _row(session: Session, login: str) -> InboxStaff:
    row = session.exec(select(InboxStaff).where(InboxStaff.login == normal_login(login))).first()
    if row is None:
        message = f"there is no account {normal_login(login)}"
        raise AccountError(message)
    return row


def _check_role(role: str) -> None:
    if role not in PERMISSIONS:
        message = f"a role is one of {', '.join(PERMISSIONS)}"
        raise AccountError(message)


def _kept(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    password = passwords.generate()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{password}\n")
        stream.flush()
        os.fsync(stream.fileno())
    return password
