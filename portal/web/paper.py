"""PDFs of opportunities, sectors, parks and shortlists, and share cards: made on demand, kept per release."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from portal.catalog.store import Entry
from portal.release import cards, leaflets
from portal.release.addresses import CARDS, LEAFLETS
from portal.release.labels import N_
from portal.release.press import Order, Press, PressBusyError, PressError, PressUnavailableError
from portal.web.finders import MOST, SHORTLIST, kept, parameters
from portal.web.live import LiveSite, Made

#: seconds a reader waits; then 503 with Retry-After while the work goes on
PATIENCE = 20.0
_BUSY = (N_("This is being made"), N_("It is not ready yet. Try again in a few seconds."))
_FAILED = (N_("Not available at the moment"), N_("Try again in a few minutes."))
_UNAVAILABLE = (
    N_("PDFs are not available at the moment"),
    N_("This server lacks a part that makes them; it has been noted. Print the page itself instead."),
)


class Wanted:
    """Something to be made: its key on the shelf, how it is ordered, and as what it is sent."""

    def __init__(self, release: str, key: str, order: Callable[[], Order], kind: str, names: tuple[str, str]) -> None:
        self.release, self.key, self.order, self.kind, self.names = release, key, order, kind, names


def router(site: LiveSite, press: Press, css: Path) -> APIRouter:
    """Routes of what is made on demand; to be included before the published pages. `css` is the leaflets' stylesheet."""
    routes = APIRouter(include_in_schema=False)

    def made_for(locale: str) -> Made:
        if locale not in site.locales():
            raise HTTPException(404)
        return site.made()

    def entry_of(made: Made, collection: str, slug: str) -> Entry:
        entry = made.catalog.get(collection, slug)
        if entry is None:
            raise HTTPException(404)
        return entry

    def paper(made: Made, locale: str, key: str, title: str, slug: str, html: Callable[[], str]) -> Wanted:
        static = site.release().folder / "static"

        def order() -> Order:
            return leaflets.order(made.renderer, html(), locale, css=css, static=static)

        name = f"{made.renderer.views[locale].site_name} {title}.pdf"
        return Wanted(
            made.renderer.release, key, order, "application/pdf", (f"invest-chongqing-{slug}-{locale}.pdf", name)
        )

    @routes.get("/{locale}/shortlist.pdf")
    async def shortlist(request: Request, locale: str) -> Response:
        def wanted() -> Wanted:
            made = made_for(locale)
            known = kept(site, parameters(request))[:MOST]
            if not known:
                raise HTTPException(404)
            entries = [entry_of(made, SHORTLIST[name], slug) for name, slug in known]
            query = urlencode(known)
            title = made.renderer.views[locale]._("Your shortlist")

            def html() -> str:
                return leaflets.shortlist(made.renderer, made.links, locale, entries, query)

            return paper(made, locale, f"{locale}/shortlist.pdf?{query}", title, "shortlist", html)

        return await deliver(request, locale, wanted)

    @routes.get("/{locale}/{collection}/{slug}.pdf")
    async def leaflet(request: Request, locale: str, collection: str, slug: str) -> Response:
        def wanted() -> Wanted:
            made = made_for(locale)
            if collection not in LEAFLETS:
                raise HTTPException(404)
            entry = entry_of(made, collection, slug)

            def html() -> str:
                return leaflets.leaflet(made.renderer, made.links, locale, entry)

            return paper(made, locale, f"{locale}/{collection}/{slug}.pdf", entry.prose(locale).title, slug, html)

        return await deliver(request, locale, wanted)

    @routes.get("/{locale}/card.png")
    async def home_card(request: Request, locale: str) -> Response:
        return await deliver(request, locale, lambda: picture(made_for(locale), locale, None))

    @routes.get("/{locale}/{collection}/{slug}/card.png")
    async def entry_card(request: Request, locale: str, collection: str, slug: str) -> Response:
        def wanted() -> Wanted:
            made = made_for(locale)
            if collection not in CARDS:
                raise HTTPException(404)
            return picture(made, locale, entry_of(made, collection, slug))

        return await deliver(request, locale, wanted)

    def picture(made: Made, locale: str, entry: Entry | None) -> Wanted:
        place = f"{entry.collection}/{entry.slug}/" if entry else ""

        def order() -> Order:
            return cards.order(made.renderer, locale, entry)

        return Wanted(made.renderer.release, f"{locale}/{place}card.png", order, "image/png", ("card.png", "card.png"))

    async def deliver(request: Request, locale: str, wanted: Callable[[], Wanted]) -> Response:
        # Everything that reads files or renders happens in threads: the event loop serves the pages.
        found, body = await run_in_threadpool(look, wanted)
        if body is None:
            try:
                waiting = asyncio.wrap_future(press.ask(found.release, found.key, found.order))
                waiting.add_done_callback(lambda future: future.cancelled() or future.exception())
                body = await asyncio.wait_for(asyncio.shield(waiting), PATIENCE)
            except (PressBusyError, TimeoutError):
                return await run_in_threadpool(refused, locale, _BUSY, 10)
            except PressUnavailableError:
                return await run_in_threadpool(refused, locale, _UNAVAILABLE, 3600)
            except PressError:
                return await run_in_threadpool(refused, locale, _FAILED, 60)
        return send(request, found, body)

    def look(wanted: Callable[[], Wanted]) -> tuple[Wanted, bytes | None]:
        found = wanted()
        return found, press.shelf.find(found.release, found.key)

    def refused(locale: str, words: tuple[str, str], seconds: int) -> Response:
        view = site.made().renderer.views[locale]
        html = site.html(locale, "pages/error.html", heading=view._(words[0]), text=view._(words[1]))
        return HTMLResponse(html, 503, {"Retry-After": str(seconds), "Cache-Control": "no-store"})

    return routes


def send(request: Request, wanted: Wanted, body: bytes) -> Response:
    """What was made; 304 when the reader has it. Search engines keep the page, not its paper."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    plain, full = wanted.names
    headers["Content-Disposition"] = f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(full)}"
    if wanted.kind == "application/pdf":
        headers["X-Robots-Tag"] = "noindex"
    return Response(body, 200, headers, wanted.kind)
