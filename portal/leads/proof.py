"""Proof of work (altcha): a sender's machine spends a second or so, which costs a person nothing and a flood a lot.

No third party is asked. A challenge is signed, expires with the form key, and holds for that one key alone: as a key
takes one inquiry, a solution cannot be used for a second one, and nothing has to be remembered.
"""

from __future__ import annotations

import hmac
import json
import secrets
from typing import Literal

import altcha

from portal import db
from portal.leads.intake import KEY_LIFETIME, FormKey

#: One step is that many rounds of PBKDF2, which a browser does without hindering the page: about 1 ms.
ALGORITHM, ROUNDS = "PBKDF2/SHA-256", 2000
#: How many steps a solver needs, drawn anew for each challenge: bounded, so that no slow phone is stuck.
_FEWEST, _MOST = 100, 500
#: A solution is about 700 bytes.
_LONGEST = 4000

Flag = Literal["no-proof", "bad-proof"]


class Proofs:
    """Makes challenges and checks their solutions. `secret` (at least 32 bytes) may be the one of the form keys."""

    def __init__(self, secret: bytes) -> None:
        self._signing = hmac.digest(secret, b"proof:challenge", "sha256")
        self._solving = hmac.digest(secret, b"proof:solution", "sha256")

    def challenge(self, key: FormKey) -> str:
        """A challenge as JSON for the holder of `key`, in the form of altcha 2."""
        made = altcha.create_challenge(
            ALGORITHM,
            ROUNDS,
            counter=_FEWEST + secrets.randbelow(_MOST - _FEWEST),
            expires_at=db.utcnow() + KEY_LIFETIME,
            data={"key": key.digest},
            hmac_secret=self._signing,
            hmac_key_secret=self._solving,
        )
        return json.dumps(made.to_dict(), separators=(",", ":"))

    def flag(self, solution: str, key: FormKey) -> Flag | None:
        """None when `solution` (altcha's payload in base 64) solves a challenge made for `key`; else why not."""
        if not solution:
            return "no-proof"
        if len(solution) > _LONGEST:
            return "bad-proof"
        try:
            payload = altcha.Payload.from_base64(solution)
            result = altcha.verify_solution(payload, self._signing, hmac_key_secret=self._solving)
            data = payload.challenge.parameters.data
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return "bad-proof"
        # `data` counts only once its signature has been checked.
        return None if result.verified and data == {"key": key.digest} else "bad-proof"
