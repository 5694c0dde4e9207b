"""Published pages from the live release, park comparison, and the redirects to them."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from portal.catalog.models import ParkFacts
from portal.locales import canonical, negotiate
from portal.release.build import DYNAMIC
from portal.release.serve import Body, Release
from portal.web.live import LiveSite

MAX_COMPARED = 4
_MAX_PATH = 1024
ENCODED_SLASH = b"%2f"


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

    @routes.get("/")
    def root(request: Request) -> Response:
        release = site.release()
        tag = negotiate(request.headers.get("accept-language"), release.locales, release.default_locale)
        return RedirectResponse(f"/{tag}/", 302, {"Vary": "Accept-Language", "Cache-Control": "no-cache"})

    @routes.get("/{path:path}")
    def page(request: Request, path: str) -> Response:
        if len(path) > _MAX_PATH:
            raise HTTPException(414)
        if has_encoded_slash(request):
            raise HTTPException(404)
        return published(site, request, f"/{path}")

    return routes


def published(site: LiveSite, request: Request, address: str) -> Response:
    """The published body of an address. Raises HTTPException 404 when there is none."""
    body = site.release().bodies.get(address)
    if body is not None and not address.endswith("/404.html"):
        return respond(request, body)
    raise HTTPException(404)


def has_encoded_slash(request: Request) -> bool:
    """Whether the address holds `%2f`: an encoded slash is no slash, so such an address leads nowhere."""
    return ENCODED_SLASH in bytes(request.scope.get("raw_path", b"")).lower()


def moved(release: Release, request: Request) -> str | None:
    """Where a plainly meant address leads: `/EN/`, `/zh_CN/…`, a missing last slash. Always an address of our own."""
    path = request.url.path.removeprefix("/")
    if request.method != "GET" or has_encoded_slash(request):
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    first, _, rest = path.partition("/")
    tag = first if first in release.locales else canonical(first)
    bare = rest.rstrip("/")
    if tag not in release.locales:
        return None
    for candidate in (f"/{tag}/{rest}", f"/{tag}/{bare}/" if bare else f"/{tag}/", f"/{tag}/{bare}"):
        known = candidate in release.bodies or candidate.removeprefix(f"/{tag}/") in DYNAMIC
        if known and candidate != f"/{path}":
            return f"{quote(candidate)}{query}"
    return None


def respond(request: Request, body: Body, status: int = 200) -> Response:
    """A stored body: 304 when the reader has it, gzip when the reader takes it."""
    content, etag = body.plain, body.etag
    headers = {"Cache-Control": body.cache, "Vary": "Accept-Encoding"}
    if body.gzipped is not None and takes_gzip(request.headers.get("accept-encoding", "")):
        content, etag = body.gzipped, body.gzip_etag
        headers["Content-Encoding"] = "gzip"
    headers["ETag"] = etag
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if status == 200 and (etag in known or "*" in known):
        headers.pop("Content-Encoding", None)
        return Response(status_code=304, headers=headers)
    return Response(content, status, headers, body.type)


def takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110 section 12.5.3)."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        try:
            weights[name.strip()] = float(parameter.partition("=")[2] or 1)
        except ValueError:
            weights[name.strip()] = 0
    return weights.get("gzip", weights.get("*", 0)) > 0
