"""Headers every answer carries: nothing from third parties, no framing, no sniffing."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.web.pages import takes_gzip

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """ASGI middleware that adds `HEADERS` where a route has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer's headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, complete)


class Compressed:
    """ASGI middleware that compresses what is made on demand; published bodies are compressed already.

    No answer holds both a secret that lasts and words of the reader, so its size tells nothing (BREACH).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        excluded = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf")
        self._zipped = GZipMiddleware(app, minimum_size=1000, compresslevel=6, exclude_content_types=excluded)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, through gzip where the reader takes it (`gzip;q=0` is a refusal)."""
        accepted = Headers(scope=scope).get("accept-encoding", "") if scope["type"] == "http" else ""
        await (self._zipped if takes_gzip(accepted) else self.app)(scope, receive, send)


class HeadAsGet:
    """ASGI middleware that answers HEAD as GET without the body, on every route (RFC 9110 section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; cut the body of an answer to HEAD."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, bodiless)
