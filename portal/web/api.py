"""The data interface: every collection and entry as JSON, from the live release."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from portal.catalog.store import Entry
from portal.release import data
from portal.web.live import LiveSite


def router(site: LiveSite) -> APIRouter:
    """`GET /api/v1/{collection}` and `/api/v1/{collection}/{slug}`. To be included after the other API routes."""
    routes = APIRouter(prefix="/api/v1", tags=["data"])

    def entries(collection: str, locale: str) -> list[Entry]:
        if locale not in site.locales():
            raise HTTPException(404, f"locale must be one of {', '.join(site.locales())}")
        catalog = site.made().catalog
        if collection not in catalog.entries:
            raise HTTPException(404, f"collection must be one of {', '.join(catalog.entries)}")
        return catalog.all(collection)

    @routes.get("/{collection}", summary="All entries of a collection")
    def listing(
        collection: str,
        locale: str = "zh-Hans",
        page: Annotated[int, Query(ge=1, le=10_000)] = 1,
        size: Annotated[int, Query(ge=1, le=200)] = 100,
    ) -> JSONResponse:
        found = entries(collection, locale)
        view = site.made().renderer.views[locale]
        items = [data.record(view, entry) for entry in found[(page - 1) * size : page * size]]
        content: dict[str, Any] = {"total": len(found), "page": page, "size": size, "items": items}
        return JSONResponse(content, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"})

    @routes.get("/{collection}/{slug}", summary="One entry")
    def one(collection: str, slug: str, locale: str = "zh-Hans") -> JSONResponse:
        for entry in entries(collection, locale):
            if entry.slug == slug:
                record = data.record(site.made().renderer.views[locale], entry)
                return JSONResponse(record, headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"})
        raise HTTPException(404, "no such entry")

    return routes
