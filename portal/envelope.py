"""What crosses from the public side to the inbox: the event's shape, its sealing (JWE) and its signature.

An event is CloudEvents 1.0 in JSON; its data is the lead, sealed to the bureau's public key (RFC 7516, ECDH-ES and
A256GCM); its HTTP headers are those of Standard Webhooks. The public side is handed the public key only.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from standardwebhooks import Webhook, WebhookVerificationError

from portal.keyfiles import KeyFileError, create_private, read_private, replace

EVENT_TYPE = "invest-chongqing.inquiry.v1"
EVENT_SOURCE = "/invest-chongqing/portal"
CONTENT_TYPE = "application/cloudevents+json"
SEALED_TYPE = "application/jose"

_ALGORITHMS = ["ECDH-ES", "A256GCM"]
_MAX_ID, _MAX_REFERENCE = 64, 32


class EnvelopeError(Exception):
    """Base of what can be wrong with an event; the message never quotes its content."""


class EventMalformedError(EnvelopeError):
    """The bytes are not an event of this type."""


class SignatureInvalidError(EnvelopeError):
    """The webhook's signature is missing, wrong, too old or too new."""


class UnsealError(EnvelopeError):
    """The payload cannot be opened: other key, damaged, or not the lead that the event names."""


@dataclass(frozen=True)
class Event:
    """One lead on its way. The same id and bytes are sent at every try, so a receiver can store it once."""

    id: str
    reference: str
    time: datetime
    sealed: str
    quarantined: bool = False

    def to_json(self) -> bytes:
        """The event as CloudEvents JSON in UTF-8; equal events give equal bytes."""
        document = {
            "specversion": "1.0",
            "id": self.id,
            "source": EVENT_SOURCE,
            "type": EVENT_TYPE,
            "subject": self.reference,
            "time": self.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": SEALED_TYPE,
            "quarantined": self.quarantined,
            "data": self.sealed,
        }
        return json.dumps(document, separators=(",", ":")).encode()


def parse_event(body: bytes) -> Event:
    """The event in `body`. Raises EventMalformedError; unknown attributes are passed over, as CloudEvents asks."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        message = "not JSON"
        raise EventMalformedError(message) from error
    if not isinstance(document, dict):
        message = "not a JSON object"
        raise EventMalformedError(message)
    for name, value in (("specversion", "1.0"), ("type", EVENT_TYPE), ("datacontenttype", SEALED_TYPE)):
        if document.get(name) != value:
            message = f"{name} is not {value!r}"
            raise EventMalformedError(message)
    try:
        time = datetime.fromisoformat(_text(document, "time", 40))
    except ValueError as error:
        message = "time is not RFC 3339"
        raise EventMalformedError(message) from error
    if time.tzinfo is None:
        message = "time has no zone"
        raise EventMalformedError(message)
    return Event(
        id=_text(document, "id", _MAX_ID),
        reference=_text(document, "subject", _MAX_REFERENCE),
        time=time.astimezone(UTC),
        sealed=_text(document, "data", len(body)),
        quarantined=document.get("quarantined") is True,
    )


def _text(document: Mapping[str, Any], name: str, longest: int) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isascii() or not value.isprintable():
        message = f"{name} is missing or malformed"
        raise EventMalformedError(message)
    return value


def seal(payload: Mapping[str, Any], key: ECKey) -> str:
    """`payload` (JSON-able) as a JWE in compact form, readable only with the private half of `key`."""
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.kid, "cty": "application/json"}
    plain = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return jwe.encrypt_compact(header, plain, key, algorithms=_ALGORITHMS)


def unseal(event_id: str, sealed: str, keys: KeySet) -> dict[str, Any]:
    """The payload of the event `event_id`. Raises UnsealError, also when the payload names another event."""
    try:
        plain = jwe.decrypt_compact(sealed, keys, algorithms=_ALGORITHMS).plaintext
        payload = json.loads(plain or b"null")
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        message = "cannot be unsealed"
        raise UnsealError(message) from error
    if not isinstance(payload, dict) or payload.get("id") != event_id:
        message = "belongs to another event"
        raise UnsealError(message)
    return payload


def sign(secret: str, event_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The Standard Webhooks headers for `body`, sent `at` (aware)."""
    at = at.astimezone(UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, at, body.decode()),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """The webhook id, when the signature is ours and at most five minutes old. Raises SignatureInvalidError."""
    wanted = {name: headers.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")}
    try:
        Webhook(secret).verify(body, wanted, json_parse=False)
    except (WebhookVerificationError, ValueError) as error:
        raise SignatureInvalidError(str(error) or "malformed") from error
    return wanted["webhook-id"]


# Key files: the private set and the public key lie apart, so that the public side can be given only the latter.

PRIVATE_FILE = "private.jwks.json"
PUBLIC_FILE = "public.jwk.json"


@dataclass(frozen=True)
class Keys:
    """The bureau's keys: `private` opens leads (inbox only), `public` seals them; `created` when made just now."""

    private: KeySet
    public: ECKey
    created: bool


def load_or_create_keys(folder: Path) -> Keys:
    """The key pair under `folder`, made at the first start (private file mode 0600). Raises KeyFileError.

    The first key of the private set is the current one: its public half is what `public.jwk.json` holds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    private_file, public_file = folder / PRIVATE_FILE, folder / PUBLIC_FILE
    created = False
    if not private_file.exists():
        fresh = KeySet([_new_key()])
        created = create_private(private_file, json.dumps(fresh.as_dict(private=True)))
    try:
        private = KeySet.import_key_set(json.loads(read_private(private_file)))
        public = ECKey.import_key(private.keys[0].as_dict(private=False))
    except (JoseError, ValueError, KeyError, IndexError, TypeError) as error:
        message = f"{private_file}: not a set of keys"
        raise KeyFileError(message) from error
    wanted = json.dumps(public.as_dict(private=False))
    if not public_file.exists() or public_file.read_text() != wanted:
        replace(public_file, wanted, 0o644)
    return Keys(private, public, created)


def rotate_keys(folder: Path) -> Keys:
    """A new key pair made current; the old keys stay for opening. The public file is renewed. Raises KeyFileError."""
    old = load_or_create_keys(folder).private
    fresh = _new_key()
    replace(folder / PRIVATE_FILE, json.dumps(KeySet([fresh, *old.keys]).as_dict(private=True)), 0o600)
    return load_or_create_keys(folder)


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "enc", "alg": "ECDH-ES"}, auto_kid=True)


def load_public_key(file: Path) -> ECKey:
    """The key to seal with, from `public.jwk.json`. Raises KeyFileError, also when the file holds a private key."""
    try:
        document = json.loads(file.read_text())
        key = ECKey.import_key(document)
    except (OSError, JoseError, ValueError, KeyError, TypeError) as error:
        message = f"{file}: no public key"
        raise KeyFileError(message) from error
    if "d" in document:
        message = f"{file}: holds a private key; the public side must not have it"
        raise KeyFileError(message)
    return key


def load_or_create_secret(file: Path) -> str:
    """A 256-bit shared secret in the form `whsec_…` from `file`, made at first (mode 0600). Raises KeyFileError.

    Serves as Standard Webhooks secret and, by its bytes, for signing form keys and sessions.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        create_private(file, "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
    secret = read_private(file).strip()
    if not secret.startswith("whsec_") or len(secret) < 38:
        message = f"{file}: not a secret"
        raise KeyFileError(message)
    return secret
