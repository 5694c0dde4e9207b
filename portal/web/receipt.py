"""The receipt page of an inquiry: how far it is, for whoever has its reference and its token."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Engine

from portal import l10n
from portal.leads import intake as intake_module
from portal.leads.intake import Accepted, Intake
from portal.leads.receipts import find_receipt

#: for answers whose address holds the token: not kept, not passed on, not indexed
SECRET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class Pages(Protocol):
    """What the receipt needs of the site: a way to render, the languages."""

    def html(self, locale: str, template: str, **context: object) -> str:
        """The page `template` (such as `pages/receipt.html`) in `locale`."""
        ...

    def locales(self) -> tuple[str, ...]:
        """The languages that are published."""
        ...


def receipt_path(locale: str, accepted: Accepted) -> str:
    """The address of a receipt page; whoever has it sees the state, but no personal data."""
    return intake_module.receipt_path(locale, accepted.reference, accepted.token)


def router(pages: Pages, intake: Intake, engine: Engine) -> APIRouter:
    """`/{locale}/receipt/{reference}`. To be included before any catch-all route."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/{locale}/receipt/{reference}", methods=["GET", "HEAD"])
    async def receipt(locale: str, reference: str, token: str = "") -> Response:
        if locale not in pages.locales():
            raise HTTPException(404)
        try:
            found = await run_in_threadpool(find_receipt, engine, intake, reference, token)
        except intake_module.StorageUnavailableError as error:
            raise HTTPException(503, headers={"Retry-After": "60"}) from error
        if found is None:
            raise HTTPException(404)
        content = pages.html(
            locale,
            "pages/receipt.html",
            receipt=found,
            received=l10n.moment(found.received_at, locale),
            promised=l10n.partial_date(found.promised.isoformat(), locale),
            delivered=l10n.moment(found.delivered_at, locale) if found.delivered_at else "",
        )
        return HTMLResponse(content, headers=SECRET)

    return routes
