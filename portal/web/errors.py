"""Errors as pages in the reader's language, or as problem+json under /api/ (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from portal.locales import negotiate
from portal.release.labels import N_
from portal.release.serve import ReleaseError
from portal.web.live import LiveSite
from portal.web.pages import moved, respond

log = structlog.get_logger()

#: status -> heading and text of the page
_WORDS = {
    400: (N_("This request was not understood"), N_("Go back, check what you typed, and try again.")),
    403: (N_("This request was refused"), N_("It seems to come from another site. Open the page here and try again.")),
    405: (N_("This request was not understood"), N_("This address does not take that kind of request.")),
    413: (N_("Too much was sent"), N_("Shorten the text and try again.")),
    414: (N_("This address is too long"), N_("Shorten the address and try again.")),
    422: (N_("This request was not understood"), N_("Go back, check what you typed, and try again.")),
    429: (N_("Too many requests"), N_("Wait a little, then try again.")),
    500: (N_("Something went wrong on our side"), N_("It has been noted. Try again later.")),
    503: (N_("Not available at the moment"), N_("Try again in a few minutes.")),
}


def install(app: FastAPI, site: LiveSite) -> None:
    """Give the app its error pages."""

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        return answer(request, site, error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def bad_parameters(request: Request, error: RequestValidationError) -> Response:
        where = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
        return answer(request, site, 422, f"not acceptable: {where}")

    @app.exception_handler(ReleaseError)
    async def no_release(request: Request, error: ReleaseError) -> Response:
        log.error("release.none", error=str(error))
        return PlainTextResponse("No release is live yet.\n", 503, {"Retry-After": "30", "Cache-Control": "no-store"})

    @app.exception_handler(Exception)
    async def failure(request: Request, error: Exception) -> Response:
        log.error("request.failed", path=request.url.path, error=type(error).__name__, exc_info=error)
        return answer(request, site, 500, "")


def answer(
    request: Request, site: LiveSite, status: int, detail: str, headers: dict[str, str] | None = None
) -> Response:
    """An error as the reader can use it."""
    headers = {**(headers or {}), "Cache-Control": "no-store"}
    if request.url.path.startswith("/api/"):
        body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
        return JSONResponse(body, status, headers, "application/problem+json")
    try:
        release = site.release()
        first = request.url.path.split("/")[1]
        language = request.headers.get("accept-language")
        tag = first if first in release.locales else negotiate(language, release.locales, release.default_locale)
        if status == 404:
            if target := moved(release, request):
                return RedirectResponse(target, 301)
            return respond(request, release.bodies[f"/{tag}/404.html"], 404)
        heading, text = _WORDS.get(status, _WORDS[500 if status >= 500 else 400])
        view = site.made().renderer.views[tag]
        html = site.html(tag, "pages/error.html", heading=view._(heading), text=view._(text))
        return HTMLResponse(html, status, headers)
    except ReleaseError:
        return PlainTextResponse(f"{HTTPStatus(status).phrase}\n", status, headers)
