"""Receipts: how far an inquiry is, for whoever has its reference and its access code, as a page and for programs."""

from __future__ import annotations

import json
import re
from typing import Protocol
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import Engine

from portal import l10n
from portal.leads import intake as intake_module
from portal.leads.intake import Accepted, Intake
from portal.leads.receipts import Receipt, find_receipt
from portal.web.bodies import read_form
from portal.web.limits import RateLimiter, same_site

#: for answers whose address holds the token: not kept, not passed on, not indexed
SECRET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_SPACE = re.compile(r"\s+")


class Pages(Protocol):
    """What the receipt needs of the site: a way to render, the languages, the names of desks."""

    def html(self, locale: str, template: str, **context: object) -> str:
        """The page `template` (such as `pages/receipt.html`) in `locale`."""
        ...

    def locales(self) -> tuple[str, ...]:
        """The languages that are published."""
        ...

    def desk(self, code: str, locale: str) -> str:
        """The name of a desk in `locale`; the code where the content knows no name."""
        ...


def receipt_path(locale: str, accepted: Accepted) -> str:
    """The address of a receipt page; whoever has it sees the state, but no personal data."""
    return intake_module.receipt_path(locale, accepted.reference, accepted.token)


def router(pages: Pages, intake: Intake, engine: Engine, *, limiter: RateLimiter | None = None) -> APIRouter:
    """`/{locale}/receipt/` asks for reference and code, `/{locale}/receipt/{reference}` answers; both for programs too.

    To be included before any catch-all route, and before that of the data collections. `limiter` counts the tries of
    the asking page.
    """
    routes = APIRouter(include_in_schema=False)
    limits = limiter or RateLimiter(burst=20, seconds=30.0)

    def known(locale: str) -> None:
        if locale not in pages.locales():
            raise HTTPException(404)

    async def find(reference: str, token: str) -> Receipt | None:
        try:
            return await run_in_threadpool(find_receipt, engine, intake, reference, token)
        except intake_module.StorageUnavailableError as error:
            raise HTTPException(503, headers={"Retry-After": "60"}) from error

    def asking(locale: str, status: int = 200, *, reference: str = "", notice: str = "", wait: int = 0) -> Response:
        content = pages.html(
            locale, "pages/status.html", action=f"/{quote(locale)}/receipt/", reference=reference, notice=notice
        )
        headers = {**SECRET, **({"Retry-After": str(wait)} if wait else {})}
        return HTMLResponse(content, status, headers=headers)

    @routes.get("/{locale}/receipt/")
    async def ask(locale: str) -> Response:
        known(locale)
        return asking(locale)

    @routes.get("/{locale}/receipt")
    async def ask_without_slash(locale: str) -> Response:
        known(locale)
        return RedirectResponse(f"/{quote(locale)}/receipt/", 308)

    @routes.post("/{locale}/receipt/")
    async def look_up(request: Request, locale: str) -> Response:
        known(locale)
        if not same_site(request):
            raise HTTPException(403, "sent from another site")
        posted = await read_form(request)
        reference = _SPACE.sub("", posted.get("reference", [""])[-1]).upper()[:32]
        code = _SPACE.sub("", posted.get("code", [""])[-1]).lower()[:200]
        wait = limits.wait(request)
        if wait:
            return asking(locale, 429, reference=reference, notice="rate", wait=wait)
        found = await find(reference, code)
        if found is None:
            return asking(locale, 422, reference=reference, notice="unknown")
        return RedirectResponse(intake_module.receipt_path(locale, found.reference, code), 303, headers=SECRET)

    @routes.api_route("/{locale}/receipt/{reference}", methods=["GET", "HEAD"])
    async def show(locale: str, reference: str, token: str = "") -> Response:
        known(locale)
        found = await find(reference, token)
        if found is None:
            raise HTTPException(404)
        times = ("received_at", "delivered_at", "assigned_at", "answered_at", "closed_at", "erased_at", "as_of")
        moments = {name: getattr(found, name) for name in times}
        content = pages.html(
            locale,
            "pages/receipt.html",
            receipt=found,
            code=token,
            shown={name: l10n.moment(moment, locale) for name, moment in moments.items() if moment},
            promised=l10n.partial_date(found.promised.isoformat(), locale),
            desk=pages.desk(found.desk, locale) if found.desk else "",
            signed_url=f"/{quote(locale)}/receipt/{found.reference}/signed.json?token={quote(token)}"
            if found.signed
            else "",
            status_url=f"/{quote(locale)}/receipt/",
        )
        return HTMLResponse(content, headers=SECRET)

    @routes.get("/{locale}/receipt/{reference}/signed.json")
    async def signed(locale: str, reference: str, token: str = "") -> Response:
        known(locale)
        found = await find(reference, token)
        if found is None or found.signed is None:
            raise HTTPException(404)
        text = json.dumps(found.signed.document(), indent=1) + "\n"
        disposition = f'attachment; filename="{found.reference}.json"'
        return Response(text, media_type="application/json", headers={**SECRET, "Content-Disposition": disposition})

    @routes.get("/api/v1/receipts/{reference}", include_in_schema=True, summary="How far an inquiry is")
    async def state(reference: str, token: str = "") -> Response:
        found = await find(reference, token)
        if found is None:
            raise HTTPException(404, "no receipt with this reference and token")
        return JSONResponse(found.document(), headers=SECRET)

    @routes.get("/api/v1/receipt-keys", include_in_schema=True, summary="Public keys that receipts are signed with")
    async def keys() -> Response:
        headers = {"Cache-Control": "public, max-age=3600"}
        return Response(intake.signer.public_document, media_type="application/jwk-set+json", headers=headers)

    return routes
