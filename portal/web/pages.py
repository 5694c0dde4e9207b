"""Published pages from the live release, park comparison, and the redirects to them."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from portal.catalog.models import ParkFacts
from portal.locales import canonical, negotiate
from portal.release.serve import Body, Release
from portal.web.live import LiveSite

MAX_COMPARED = 4
_MAX_PATH = 1024


def router(site: LiveSite) -> APIRouter:
    """Every published address. To be included last: it answers whatever no other route took."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/{locale}/parks/compare", response_class=HTMLResponse)
    def compare(locale: str, p: list[str] = Query(default=[])) -> HTMLResponse:
        if locale not in site.locales():
            raise HTTPException(404)
        catalog = site.made().catalog
        wanted = list(dict.fromkeys(p))[:50]
        parks = [park for slug in wanted if (park := catalog.get("parks", slug))]
        chosen = parks[:MAX_COMPARED]
        keys = list(
            dict.fromkeys(f.key for park in chosen if isinstance(park.facts, ParkFacts) for f in park.facts.facts)
        )
        unknown = [slug for slug in wanted if catalog.get("parks", slug) is None]
        html = site.html(
            locale,
            "pages/compare.html",
            chosen=chosen,
            keys=keys,
            unknown=unknown,
            dropped=len(parks) > MAX_COMPARED,
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-cache"})

    @routes.api_route("/", methods=["GET", "HEAD"])
    def root(request: Request) -> Response:
        release = site.release()
        tag = negotiate(request.headers.get("accept-language"), release.locales, release.default_locale)
        return RedirectResponse(f"/{tag}/", 302, {"Vary": "Accept-Language", "Cache-Control": "no-cache"})

    @routes.api_route("/{path:path}", methods=["GET", "HEAD"])
    def page(request: Request, path: str) -> Response:
        if len(path) > _MAX_PATH:
            raise HTTPException(414)
        release = site.release()
        address = f"/{path}"
        body = release.bodies.get(address)
        if body is not None and not address.endswith("/404.html"):
            return respond(request, body)
        target = _moved(release, path)
        if target:
            return RedirectResponse(quote(target), 301)
        raise HTTPException(404)

    return routes


def _moved(release: Release, path: str) -> str | None:
    """Where a plainly meant address leads: `/EN/`, `/zh_CN/…`, a missing last slash. Always an address of our own."""
    first, _, rest = path.partition("/")
    tag = first if first in release.locales else canonical(first)
    for candidate in (f"/{tag}/{rest}", f"/{tag}/{rest.rstrip('/')}/" if rest else f"/{tag}/"):
        if tag in release.locales and candidate != f"/{path}" and candidate in release.bodies:
            return candidate
    return None


def respond(request: Request, body: Body, status: int = 200) -> Response:
    """A stored body: 304 when the reader has it, gzip when the reader takes it."""
    headers = {"ETag": body.etag, "Cache-Control": body.cache, "Vary": "Accept-Encoding"}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if status == 200 and (body.etag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    content = body.plain
    if body.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = body.gzipped, "gzip"
    return Response(content, status, headers, body.type)
