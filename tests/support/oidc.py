"""A small OpenID Connect provider on loopback, whose keys, claims and faults a test sets."""

import base64
import hashlib
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey


class OidcProvider:
    """Logs everybody in as `claims` say. `issuer` has to be set once the address is known."""

    def __init__(self, client_id: str = "inbox", client_secret: str = "very secret") -> None:
        self.issuer = ""
        self.client_id, self.client_secret = client_id, client_secret
        self.claims: dict[str, Any] = {"sub": "u-1", "name": "王芳", "roles": ["invest-officer"]}
        #: changes to the claims of the token; None takes one away
        self.faults: dict[str, Any] = {}
        self.algorithm = "ES256"
        self.sign_with: Any = None
        self.token_answer: Any = None
        self.keys: list[Any] = []
        self.rotate()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.app = self._app()

    def rotate(self) -> None:
        """A new key; the old one is no longer published."""
        made = (
            RSAKey.generate_key(2048, auto_kid=True)
            if self.algorithm == "RS256"
            else ECKey.generate_key("P-256", auto_kid=True)
        )
        self.keys = [made]

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.claims,
        }
        claims = {name: value for name, value in {**claims, **self.faults}.items() if value is not None}
        key = self.sign_with or self.keys[0]
        header = {"alg": self.algorithm}
        if not isinstance(key, OctKey):
            header["kid"] = key.kid
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def log(request: Request, call_next: Any) -> Response:
            self.asked.append(request.url.path)
            answer: Response = await call_next(request)
            return answer

        @app.get("/.well-known/openid-configuration")
        async def configuration() -> JSONResponse:
            return JSONResponse(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/jwks",
                }
            )

        @app.get("/jwks")
        async def jwks() -> JSONResponse:
            return JSONResponse(KeySet(self.keys).as_dict(private=False))

        @app.get("/authorize")
        async def authorize(request: Request) -> Response:
            query = dict(request.query_params)
            assert query["response_type"] == "code"
            assert query["client_id"] == self.client_id
            assert query["code_challenge_method"] == "S256"
            assert "openid" in query["scope"].split()
            code = secrets.token_urlsafe(16)
            self.codes[code] = query
            back = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
            return RedirectResponse(f"{query['redirect_uri']}?{back}", 303)

        @app.post("/token")
        async def token(request: Request) -> Response:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            basic = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
            if basic != f"{self.client_id}:{self.client_secret}":
                return JSONResponse({"error": "invalid_client"}, 401)
            begun = self.codes.pop(form.get("code", ""), None)
            challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            if (
                begun is None
                or begun["code_challenge"] != challenge.rstrip(b"=").decode()
                or begun["redirect_uri"] != form.get("redirect_uri")
            ):
                return JSONResponse({"error": "invalid_grant"}, 400)
            if self.token_answer is not None:
                return Response(self.token_answer, media_type="application/json")
            return JSONResponse(
                {
                    "access_token": "at",
                    "token_type": "Bearer",
                    "expires_in": 300,
                    "id_token": self.token(begun["nonce"]),
                }
            )

        return app
