"""The bureau's identity provider (OpenID Connect, code flow with PKCE); the inbox's only module that speaks HTTP out."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from portal.inbox.people import PERMISSIONS, Role

#: Signatures that only the provider can make: nothing symmetric, and never "none".
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
TIMEOUT = 10.0
#: Why a login did not work out: no connection, an answer that makes no sense, a token that is not for us, no role.
AWAY, ANSWER, TOKEN, ROLE = "away", "answer", "token", "role"
_MOST = 256 * 1024
_METADATA_SECONDS = 3600.0
#: A token with an unknown key makes us ask for new keys, though not more often than this.
_KEYS_SECONDS = 30.0
_LEEWAY = 60


class ProviderError(Exception):
    """The login at the provider did not work out; `code` is one of AWAY, ANSWER, TOKEN, ROLE."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True)
class Client:
    """How the inbox is known to the provider. `roles` says which value of `role_claim` gives which role."""

    issuer: str
    client_id: str
    redirect_uri: str
    client_secret: str = field(default="", repr=False)
    #: a claim of the ID token: text or a list; dots lead into nested claims, such as `realm_access.roles`
    role_claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=dict)
    #: what the login page calls the provider
    name: str = ""


@dataclass(frozen=True)
class Start:
    """A login that has begun: where to send the browser, and what has to come back or be known at the end."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who has logged in at the provider."""

    subject: str
    name: str
    role: Role


class Provider:
    """Talks to one provider. The methods block: call them in a thread."""

    def __init__(self, client: Client, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.client = client
        self._monotonic = monotonic
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def start(self) -> Start:
        """Begin a login. Raises ProviderError when the provider is away."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        url = prepare_grant_uri(
            self._endpoint("authorization_endpoint"),
            self.client.client_id,
            "code",
            redirect_uri=self.client.redirect_uri,
            scope="openid profile",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Start(str(url), state, nonce, verifier)

    def finish(self, code: str, *, nonce: str, verifier: str) -> Identity:
        """Change the code for a token and check it. Raises ProviderError."""
        body = prepare_token_request(
            "authorization_code", redirect_uri=self.client.redirect_uri, code=code, code_verifier=verifier
        )
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        method = "client_secret_basic" if self.client.client_secret else "none"
        auth = ClientAuth(self.client.client_id, self.client.client_secret, method)
        url, headers, body = auth.prepare("POST", self._endpoint("token_endpoint"), headers, body)
        answer = _fetch("POST", url, headers=headers, content=body)
        claims = self._claims(answer.get("id_token"), nonce, answer.get("access_token"))
        subject, name = claims.get("sub"), claims.get("name") or claims.get("preferred_username")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise ProviderError(TOKEN, "sub")
        return Identity(subject, " ".join(str(name or subject).split())[:200], self._role(claims))

    def _claims(self, token: object, nonce: str, access_token: object) -> Mapping[str, Any]:
        if not isinstance(token, str):
            raise ProviderError(ANSWER, "no id_token")
        try:
            try:
                decoded = _decode(token, self._key_set())
            except (InvalidKeyIdError, BadSignatureError, ValueError):
                # The provider may have changed its keys since they were fetched.
                decoded = _decode(token, self._key_set(again=True))
            client = self.client
            options = {
                "iss": {"essential": True, "value": client.issuer},
                "aud": {"essential": True, "value": client.client_id},
            }
            known = {"nonce": nonce, "client_id": client.client_id, "access_token": access_token}
            claims = CodeIDToken(decoded.claims, decoded.header, options, known)
            claims.validate(leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError(TOKEN, type(error).__name__) from error
        return dict(claims)

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """The highest role that the claim gives. Raises ProviderError when it gives none."""
        value: Any = claims
        for part in self.client.role_claim.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        given = {self.client.roles[name] for name in values if isinstance(name, str) and name in self.client.roles}
        for role in reversed(PERMISSIONS):
            if role in given:
                return role
        raise ProviderError(ROLE)

    def _endpoint(self, name: str) -> str:
        now = self._monotonic()
        if self._metadata is None or now - self._metadata[0] > _METADATA_SECONDS:
            document = _fetch("GET", f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self.client.issuer:
                raise ProviderError(ANSWER, "another issuer")
            self._metadata = now, document
        url = self._metadata[1].get(name)
        if not isinstance(url, str) or not trustworthy(url):
            raise ProviderError(ANSWER, name)
        return url

    def _key_set(self, *, again: bool = False) -> KeySet:
        now = self._monotonic()
        if (
            self._keys is None
            or now - self._keys[0] > _METADATA_SECONDS
            or (again and now - self._keys[0] > _KEYS_SECONDS)
        ):
            document = _fetch("GET", self._endpoint("jwks_uri"))
            try:
                self._keys = now, KeySet.import_key_set(document)  # type: ignore[arg-type]
            except (JoseError, ValueError, TypeError, KeyError) as error:
                raise ProviderError(ANSWER, "jwks") from error
        return self._keys[1]


def trustworthy(url: str) -> bool:
    """True for HTTPS, and for HTTP on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _decode(token: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(token, keys, registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False))


def _fetch(method: str, url: str, **request: Any) -> dict[str, Any]:
    """A JSON object from the provider. Raises ProviderError: no redirects, 10 s, 256 KiB."""
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, **request) as response,
        ):
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > _MOST:
                    raise ProviderError(ANSWER, "too large")
        if response.status_code != 200:
            raise ProviderError(ANSWER, str(response.status_code))
        document = httpx.Response(200, content=bytes(body)).json()
    except httpx.HTTPError as error:
        raise ProviderError(AWAY, type(error).__name__) from error
    except ValueError as error:
        raise ProviderError(ANSWER, "no JSON") from error
    if not isinstance(document, dict):
        raise ProviderError(ANSWER, "no object")
    return document
