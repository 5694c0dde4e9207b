"""The portal's own signature under receipts: Ed25519, checked by anyone who has the public keys.

The private key stays on the web node, apart from the database: whoever changes rows there cannot sign for them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from portal.keyfiles import KeyFileError, create_private, read_private, replace

PRIVATE_FILE = "receipt.private.jwk.json"
PUBLIC_FILE = "receipt.public.jwks.json"

#: A receipt is some 400 bytes; what is larger is none.
MAX_RECEIPT = 64 * 1024

Keys = Mapping[str, Ed25519PublicKey]


class ReceiptMalformedError(Exception):
    """The text is no signed receipt; the message says what is wrong with it."""


@dataclass(frozen=True)
class Statement:
    """What a receipt vouches for: this sealed payload arrived under this reference at this time."""

    reference: str
    received_at: datetime
    payload_sha256: str

    def signed_bytes(self) -> bytes:
        """The exact bytes under the signature: four lines, the time in UTC with microseconds."""
        lines = ("invest-chongqing receipt v1", self.reference, stamp(self.received_at), self.payload_sha256)
        return "\n".join(lines).encode()


@dataclass(frozen=True)
class SignedReceipt:
    """A statement with its signature (base64url) and the id of the key that made it."""

    statement: Statement
    signature: str
    key_id: str

    def document(self) -> dict[str, str]:
        """The receipt as it is given to the investor."""
        return {
            "type": "invest-chongqing receipt v1",
            "reference": self.statement.reference,
            "received_at": stamp(self.statement.received_at),
            "payload_sha256": self.statement.payload_sha256,
            "key_id": self.key_id,
            "signature": self.signature,
        }

    def genuine(self, keys: Keys) -> bool:
        """True when one of our keys signed exactly this statement."""
        return verified(keys, self.key_id, self.signature, self.statement.signed_bytes())


@dataclass(frozen=True)
class Signer:
    """Signs with the current key; `public` holds this and every earlier one."""

    key_id: str
    private: Ed25519PrivateKey
    public: Keys
    public_document: str

    def sign(self, message: bytes) -> str:
        """A signature in base64url."""
        return base64.urlsafe_b64encode(self.private.sign(message)).decode().rstrip("=")


def stamp(moment: datetime) -> str:
    """A time as it is hashed and signed: UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def verified(keys: Keys, key_id: str, signature: str, message: bytes) -> bool:
    """True when `signature` is that of the key `key_id` over `message`."""
    key = keys.get(key_id)
    if key is None:
        return False
    try:
        key.verify(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def load_or_create_signer(folder: Path) -> Signer:
    """The key under `folder`, made at the first start (mode 0600), its public half added to the public file.

    The public file keeps the halves of earlier keys, so that old receipts can still be checked. Raises KeyFileError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    private_file, public_file = folder / PRIVATE_FILE, folder / PUBLIC_FILE
    if not private_file.exists():
        fresh = OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519"}, auto_kid=True)
        create_private(private_file, json.dumps(fresh.as_dict(private=True)))
    try:
        key = OKPKey.import_key(json.loads(read_private(private_file)))
        private, key_id = key.private_key, str(key.kid)
        own = key.as_dict(private=False)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        message = f"{private_file}: no Ed25519 key"
        raise KeyFileError(message) from error
    if not isinstance(private, Ed25519PrivateKey):
        message = f"{private_file}: no private Ed25519 key"
        raise KeyFileError(message)
    known = _read_set(public_file) if public_file.exists() else []
    if not any(entry.get("kid") == key_id for entry in known):
        known = [own, *known]
        replace(public_file, json.dumps({"keys": known}, indent=1), 0o644)
    return Signer(key_id, private, load_public_keys(public_file), public_file.read_text())


def load_public_keys(file: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys of a JWK set by their ids. Raises KeyFileError."""
    keys: dict[str, Ed25519PublicKey] = {}
    try:
        for key in KeySet.import_key_set({"keys": _read_set(file)}).keys:
            if isinstance(key, OKPKey) and isinstance(key.public_key, Ed25519PublicKey):
                keys[str(key.kid)] = key.public_key
    except (JoseError, ValueError, KeyError, TypeError) as error:
        message = f"{file}: no set of public keys"
        raise KeyFileError(message) from error
    if not keys:
        message = f"{file}: holds no Ed25519 key"
        raise KeyFileError(message)
    return keys


def _read_set(file: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        message = f"{file}: cannot be read"
        raise KeyFileError(message) from error
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        message = f"{file}: no set of public keys"
        raise KeyFileError(message)
    return [entry for entry in document["keys"] if isinstance(entry, dict)]


def parse_receipt(text: str) -> SignedReceipt:
    """The receipt in a downloaded file, or in an answer of the interface under `signed`. Raises ReceiptMalformedError."""
    try:
        document = json.loads(text) if len(text) <= MAX_RECEIPT else None
    except (ValueError, RecursionError) as error:
        message = "not JSON"
        raise ReceiptMalformedError(message) from error
    if isinstance(document, dict) and isinstance(document.get("signed"), dict):
        document = document["signed"]
    names = ("reference", "received_at", "payload_sha256", "signature", "key_id")
    if not isinstance(document, dict) or not all(isinstance(document.get(name), str) for name in names):
        message = f"a receipt has {', '.join(names)}"
        raise ReceiptMalformedError(message)
    try:
        received = datetime.fromisoformat(document["received_at"])
    except ValueError as error:
        message = "received_at is no time"
        raise ReceiptMalformedError(message) from error
    if received.tzinfo is None:
        message = "received_at has no zone"
        raise ReceiptMalformedError(message)
    statement = Statement(document["reference"], received, document["payload_sha256"])
    return SignedReceipt(statement, document["signature"], document["key_id"])
