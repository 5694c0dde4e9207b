"""Taking an inquiry in: one-use form keys, sealing, and one transaction for submission, outbox row and audit row."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import structlog
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc.jwk import ECKey
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from portal import db, envelope
from portal.leads import chain
from portal.leads.forms import Inquiry, Notice
from portal.leads.ledger import Entry, Known, Ledger
from portal.leads.models import Submission, new_id, new_reference
from portal.leads.signing import Signer, Statement

#: Long enough to ask a colleague overnight; after that the page is stale anyway.
KEY_LIFETIME = timedelta(hours=24)
#: A person needs longer than this from opening the form to sending it.
TOO_FAST = timedelta(seconds=3)
_TRIES = 5

log = structlog.get_logger(__name__)


class IntakeError(Exception):
    """Base of the reasons for which an inquiry is not taken."""


class FormKeyInvalidError(IntakeError):
    """The form key is missing or not ours."""


class FormKeyExpiredError(IntakeError):
    """The form key is ours but too old, and nothing was sent with it."""


class FormKeyReusedError(IntakeError):
    """Another inquiry was already taken under this key; it stays as it is."""


class StorageUnavailableError(IntakeError):
    """The database is locked, full, read-only or away. Nothing was stored."""


@dataclass(frozen=True)
class FormKey:
    """An opened key: its digest (what is stored) and its age. Keys of programs have no age."""

    nonce: str
    digest: str
    age: timedelta | None


@dataclass(frozen=True)
class Accepted:
    """What the sender gets: the reference, the token that opens its receipt page, the time of receipt."""

    id: str
    reference: str
    token: str
    received_at: datetime
    repeated: bool


class Intake:
    """Takes inquiries in; safe to use from many threads and processes.

    `secret` (at least 32 bytes) signs form keys and receipts: with a new one, old receipt addresses stop working.
    `public_key` is the bureau's, `signer` the portal's own, for receipts. `engine` must have been upgraded.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        public_key: ECKey,
        secret: bytes,
        signer: Signer,
        clock: Callable[[], datetime] = db.utcnow,
    ) -> None:
        if len(secret) < 32:
            message = "the secret needs 32 bytes"
            raise ValueError(message)
        self._ledger = Ledger(engine, signer)
        self._public_key = public_key
        self.signer = signer
        self._secret = secret
        self._clock = clock
        self._signer = URLSafeTimedSerializer(secret, salt="form-key")

    def new_form_key(self) -> str:
        """A signed one-use key of 256 random bits for one showing of the form."""
        return str(self._signer.dumps(secrets.token_urlsafe(32)))

    def open_form_key(self, token: str) -> FormKey:
        """The key in `token`, of whatever age. Raises FormKeyInvalidError."""
        try:
            nonce, issued = self._signer.loads(token, return_timestamp=True)
        except (BadSignature, ValueError) as error:
            message = "not a form key of ours"
            raise FormKeyInvalidError(message) from error
        return FormKey(nonce, _digest(f"form:{nonce}"), self._clock() - issued)

    def api_key(self, idempotency_key: str) -> FormKey:
        """A program's own Idempotency-Key in the place of a form key."""
        return FormKey(idempotency_key, _digest(f"api:{idempotency_key}"), None)

    def accept(
        self,
        inquiry: Inquiry,
        *,
        key: FormKey,
        locale: str,
        privacy_version: str,
        privacy_text: str = "",
        flags: tuple[str, ...] = (),
    ) -> Accepted:
        """Store `inquiry` sealed, once per key, and give its receipt; it is on disk when this returns.

        `privacy_version` and `privacy_text` (a digest) say which notice the consents were given under.
        `flags` put it into quarantine: kept, but apart. The same answers under the same key give the same receipt.
        Raises FormKeyReusedError (other answers under the key), FormKeyExpiredError, StorageUnavailableError.
        """
        started = time.perf_counter()
        fingerprint = self._fingerprint(inquiry, key)
        with _storage():
            if key.age is not None and key.age > KEY_LIFETIME:
                found = self._find(key, fingerprint)
                if found is None:
                    message = "the form key has expired"
                    raise FormKeyExpiredError(message)
            else:
                found = self._store(inquiry, key, fingerprint, locale, Notice(privacy_version, privacy_text), flags)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        log.info("lead.accepted", id=found.id, repeated=found.repeated, flags=list(flags), ms=milliseconds)
        return found

    def check_token(self, submission_id: str, token: str) -> bool:
        """True when `token` is the one of this submission's receipt page."""
        return hmac.compare_digest(self._token(submission_id).encode(), token.encode("utf-8", "replace"))

    def _find(self, key: FormKey, fingerprint: str) -> Accepted | None:
        known = self._ledger.find(key.digest)
        return None if known is None else self._accepted(known, fingerprint)

    def _accepted(self, known: Known, fingerprint: str) -> Accepted:
        if not hmac.compare_digest(known.fingerprint, fingerprint):
            message = "other answers under a used key"
            raise FormKeyReusedError(message)
        token = self._token(known.id)
        return Accepted(known.id, known.reference, token, known.received_at, repeated=not known.fresh)

    def _store(
        self,
        inquiry: Inquiry,
        key: FormKey,
        fingerprint: str,
        locale: str,
        notice: Notice,
        flags: tuple[str, ...],
    ) -> Accepted:
        now, origin = self._clock(), "api" if key.age is None else "form"
        for _ in range(_TRIES):
            lead, reference = new_id(), new_reference()
            payload = {
                "version": 1,
                "id": lead,
                "reference": reference,
                "received_at": now.isoformat(),
                "locale": locale,
                "origin": origin,
                "answers": dict(inquiry.answers),
                "flags": [*flags, *inquiry.flags],
                "privacy_notice": {"version": notice.version, "locale": locale, "sha256": notice.text},
                # Sealed with the rest: the inbox's mail to the sender links to it.
                "receipt": receipt_path(locale, reference, self._token(lead)),
            }
            row = Submission(
                id=lead,
                reference=reference,
                form_key=key.digest,
                fingerprint=fingerprint,
                sealed=envelope.seal(payload, self._public_key),
                locale=locale,
                origin=origin,
                quarantined=bool(flags),
                received_at=now,
            )
            # Sealed, hashed and signed before the transaction: it holds the one lock that all others wait for.
            statement = Statement(reference, now, chain.payload_hash(row.sealed))
            receipt = chain.Signed(lead, statement, self.signer.sign(statement.signed_bytes()))
            try:
                return self._accepted(self._ledger.write(Entry(row, receipt, flags)), fingerprint)
            except SQLAlchemyError as error:
                # Someone was faster with the same key, or it is a repeated sending, which only has to be read; or,
                # once in 50,000 million, the reference is taken: then try again.
                found = self._find(key, fingerprint)
                if found is not None:
                    return found
                if not isinstance(error, IntegrityError):
                    raise
        message = "no free reference"
        raise StorageUnavailableError(message)

    def _fingerprint(self, inquiry: Inquiry, key: FormKey) -> str:
        # Keyed with the nonce, of which only a digest is stored: nobody can test guesses against the database.
        keyed = hmac.digest(self._secret, f"fingerprint:{key.nonce}".encode(), "sha256")
        return hmac.new(keyed, inquiry.canonical(), hashlib.sha256).hexdigest()

    def _token(self, submission_id: str) -> str:
        return hmac.new(self._secret, f"receipt:{submission_id}".encode(), hashlib.sha256).hexdigest()[:40]


def receipt_path(locale: str, reference: str, token: str) -> str:
    """The address of a receipt page; whoever has it sees the state, but no personal data."""
    return f"/{quote(locale)}/receipt/{reference}?{urlencode({'token': token})}"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


@contextmanager
def _storage() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, db.DatabaseMisconfiguredError, OSError) as error:
        log.error("lead.storage_unavailable", error=type(error).__name__)
        raise StorageUnavailableError(type(error).__name__) from error
