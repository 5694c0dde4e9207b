"""Login at the bureau's identity provider: away from here with a state, back with a code."""

from __future__ import annotations

import hmac

import structlog
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from portal.inbox.accounts import Accounts
from portal.inbox.auth import Sessions
from portal.inbox.provider import ANSWER, AWAY, ROLE, TOKEN, Provider, ProviderError
from portal.inbox.render import Render

COOKIE = "inbox_provider"
PATH = "/login/provider"
#: A login at the provider that takes longer begins again.
SECONDS = 600

log = structlog.get_logger(__name__)


def router(
    accounts: Accounts, *, provider: Provider, sessions: Sessions, render: Render, secret: bytes, secure: bool
) -> APIRouter:
    """`/login/provider` sends the browser away, `/login/provider/callback` takes it back."""
    routes = APIRouter(include_in_schema=False)
    signer = URLSafeTimedSerializer(secret, salt="inbox-provider")

    def refused(status: int, reason: str) -> Response:
        response = render("refused.html", status, reason=reason)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    @routes.get(PATH)
    async def start() -> Response:
        try:
            begun = await run_in_threadpool(provider.start)
        except ProviderError as error:
            log.error("provider.failed", reason=str(error))
            return refused(503, "provider")
        response = RedirectResponse(begun.url, 303)
        # Lax, for the way back comes from another site. State, nonce and PKCE verifier bind it to this browser.
        response.set_cookie(
            COOKIE,
            str(signer.dumps([begun.state, begun.nonce, begun.verifier])),
            max_age=SECONDS,
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    def finish(code: str, nonce: str, verifier: str) -> Response:
        try:
            person = accounts.admit(provider.client.issuer, provider.finish(code, nonce=nonce, verifier=verifier))
        except ProviderError as error:
            log.error("provider.failed", reason=str(error))
            if error.code in (TOKEN, ROLE):
                accounts.refused()
            return refused(
                {AWAY: 503, ANSWER: 502}.get(error.code, 403), "no-role" if error.code == ROLE else "provider"
            )
        if person is None:
            return refused(403, "no-role")
        # A page, not a redirect: a browser sends no Strict cookie along a redirect that another site began.
        response = render("welcome.html", person=person)
        sessions.put(response, sessions.begin(person))
        response.delete_cookie(COOKIE, path=PATH)
        return response

    @routes.get(f"{PATH}/callback")
    async def callback(request: Request) -> Response:
        query = request.query_params
        try:
            state, nonce, verifier = signer.loads(request.cookies.get(COOKIE, ""), max_age=SECONDS)
        except (BadSignature, ValueError, TypeError):
            return refused(403, "expired")
        if not hmac.compare_digest(str(state).encode(), query.get("state", "").encode("utf-8", "replace")):
            return refused(403, "expired")
        if query.get("iss", provider.client.issuer) != provider.client.issuer or not query.get("code"):
            return refused(403, "provider")
        return await run_in_threadpool(finish, query["code"], str(nonce), str(verifier))

    return routes
