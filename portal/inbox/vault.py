"""One secret of the inbox, two uses: sealing the few words that lists show, and digests that find duplicates.

Opening a lead itself costs a millisecond; a list of thousands is searched by these summaries, which cost a fiftieth.
They are as closed to whoever copies the database as the leads are.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Vault:
    """Seals and opens summaries under keys made from `secret`. Raises ValueError when it is shorter than 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            message = "the secret needs 32 bytes"
            raise ValueError(message)
        self.digest_key = hmac.digest(secret, b"inbox-digests", hashlib.sha256)
        self._cipher = AESGCM(hmac.digest(secret, b"inbox-summaries", hashlib.sha256))

    def seal(self, lead_id: str, words: Mapping[str, str]) -> str:
        """`words` sealed, bound to the lead."""
        nonce = secrets.token_bytes(_NONCE)
        plain = json.dumps(dict(words), ensure_ascii=False).encode("utf-8", "replace")
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, plain, lead_id.encode())).decode()

    def open(self, lead_id: str, sealed: str) -> dict[str, str]:
        """The words; none when the summary is empty, damaged, another lead's or under another secret."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            words = json.loads(self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], lead_id.encode()))
        except (InvalidTag, ValueError):
            return {}
        return {str(name): str(value) for name, value in words.items()} if isinstance(words, dict) else {}
