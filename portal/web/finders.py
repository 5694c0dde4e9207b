"""Finders, policy check and shortlist: everything they know stands in the address; nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from portal.catalog.store import Entry
from portal.release import matching, policycheck
from portal.release.finders import Found
from portal.release.pages import Links
from portal.release.view import View
from portal.web.live import LiveSite
from portal.web.pages import has_encoded_slash, published

#: what a shortlist holds at the most: an address stays short enough for every mail program
MOST = 12
#: parameter of the shortlist -> collection
SHORTLIST = {"o": "opportunities", "p": "parks"}
_MAX_VALUES = 50
_CACHE = {"Cache-Control": "no-cache"}

Finder = Callable[[View, Mapping[str, Sequence[str]], Links], Found]
FINDERS: dict[str, Finder] = {
    "parks": matching.parks,
    "opportunities": lambda view, given, _links: matching.opportunities(view, given),
    "policies": lambda view, given, _links: matching.policies(view, given),
}


def router(site: LiveSite) -> APIRouter:
    """The finders' routes. To be included before the published pages, whose addresses they share."""
    routes = APIRouter(include_in_schema=False)

    def known(locale: str) -> None:
        if locale not in site.locales():
            raise HTTPException(404)

    def page(locale: str, template: str, **context: object) -> Response:
        return HTMLResponse(site.html(locale, template, **context), headers=_CACHE)

    def finder(collection: str) -> None:
        @routes.get(f"/{{locale}}/{collection}/", response_class=HTMLResponse)
        def found(request: Request, locale: str) -> Response:
            known(locale)
            if has_encoded_slash(request):
                raise HTTPException(404)
            given = parameters(request)
            if not given:
                return published(site, request, f"/{locale}/{collection}/")
            made = site.made()
            answer = FINDERS[collection](made.renderer.views[locale], given, made.links)
            return page(locale, f"pages/{collection}.html", answer=answer, chosen=kept(site, given))

    for collection in FINDERS:
        finder(collection)

    @routes.get("/{locale}/policies/check", response_class=HTMLResponse)
    def check(request: Request, locale: str) -> Response:
        known(locale)
        checked = policycheck.check(site.made().renderer.views[locale], parameters(request))
        return page(locale, "pages/policycheck.html", checked=checked)

    @routes.get("/{locale}/shortlist", response_class=HTMLResponse)
    def shortlist(request: Request, locale: str) -> Response:
        known(locale)
        given = parameters(request)
        chosen = kept(site, given)
        catalog = site.made().catalog
        entries = [entry for name, slug in chosen[:MOST] if (entry := catalog.get(SHORTLIST[name], slug))]
        asked = [slug for name in SHORTLIST for slug in given.get(name, ())]

        def without(entry: Entry) -> str:
            rest = [(name, slug) for name, slug in chosen[:MOST] if (SHORTLIST[name], slug) != key(entry)]
            return f"?{urlencode(rest)}" if rest else ""

        return page(
            locale,
            "pages/shortlist.html",
            opportunities=[entry for entry in entries if entry.collection == "opportunities"],
            parks=[entry for entry in entries if entry.collection == "parks"],
            unknown=[slug[:80] for slug in dict.fromkeys(asked) if slug not in {slug for _, slug in chosen}],
            dropped=len(chosen) > MOST,
            most=MOST,
            without=without,
            query=f"?{urlencode(chosen[:MOST])}" if chosen else "",
        )

    return routes


def key(entry: Entry) -> tuple[str, str]:
    """Collection and slug."""
    return entry.collection, entry.slug


def parameters(request: Request) -> dict[str, list[str]]:
    """The address's parameters by name, the first fifty values of them."""
    found: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items()[:_MAX_VALUES]:
        found.setdefault(name, []).append(value)
    return found


def kept(site: LiveSite, given: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The shortlist in the address as (parameter, slug): known entries, each once."""
    catalog = site.made().catalog
    return [
        (name, slug)
        for name, collection in SHORTLIST.items()
        for slug in dict.fromkeys(given.get(name, ()))
        if catalog.get(collection, slug)
    ]
