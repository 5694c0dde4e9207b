"""Passwords of local accounts: argon2id hashes, the rule for new ones, and generated ones."""

from __future__ import annotations

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Length is what counts (NIST SP 800-63B): no rule asks for kinds of characters.
SHORTEST, LONGEST = 12, 200
_AT_ONCE = 4

_ALPHABET = "34679cdfghjkmnpqrtvwxy"


class WeakPasswordError(ValueError):
    """A new password that is refused; `code` says why: short, long, name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def generate() -> str:
    """A password of 111 bits without look-alike characters."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(5))


def check_new(password: str, login: str) -> None:
    """Refuse a new password that is too short, too long or made of the login name. Raises WeakPasswordError."""
    text = _normal(password)
    code = ""
    if len(text) < SHORTEST:
        code = "short"
    elif len(text) > LONGEST:
        code = "long"
    elif login.casefold() in text.casefold() and len(text) < len(login) + SHORTEST:
        code = "name"
    if code:
        raise WeakPasswordError(code)


class Passwords:
    """Hashes and checks; the default cost (64 MiB, some 50 ms to 100 ms) is argon2-cffi's, after RFC 9106."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Each check takes its 64 MiB: many logins at once wait for each other instead of filling the memory.
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        # What an unknown name is checked against, so that it takes as long as a known one.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    def hash(self, password: str) -> str:
        """A salted hash of the password."""
        with self._room:
            return self._hasher.hash(_normal(password))

    def matches(self, password: str, hashed: str | None) -> bool:
        """True when `hashed` was made of `password`; with None the same work is done and the answer is False."""
        try:
            with self._room:
                right = self._hasher.verify(hashed or self._nobody, _normal(password[: 2 * LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
        return right and hashed is not None

    def stale(self, hashed: str) -> bool:
        """True when the hash was made with another cost than today's."""
        return self._hasher.check_needs_rehash(hashed)


def _normal(password: str) -> str:
    # The same characters typed on another keyboard may come composed otherwise (RFC 8265).
    return unicodedata.normalize("NFC", password.encode("utf-8", "replace").decode("utf-8"))
