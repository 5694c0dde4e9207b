"""Search: a page that works without JavaScript, and the JSON interface. Any text is a plain question, never syntax."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel

from search.document import FACETS
from search.engine import Engine, Hits
from search.query import clean

PAGE_SIZE = 10
MAX_SIZE = 50
SUGGESTIONS = 8
#: Nobody reads further; the address of such a page comes from a program.
MAX_PAGE = 1000
_HEADERS = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
_PLANNED_BREAK = {"Retry-After": "60", "Cache-Control": "no-store"}


class Pages(Protocol):
    """What search needs of the site: a way to render, and the languages."""

    def html(self, locale: str, template: str, **context: object) -> str:
        """The page `template` in `locale`."""
        ...

    def locales(self) -> tuple[str, ...]:
        """The languages that are published."""
        ...


class HitAnswer(BaseModel):
    """One hit. `plan` holds the ids of the plan blocks it stands for."""

    type: str
    slug: str
    title: str
    url: str
    locale: str
    plan: list[str]
    snippet: str
    score: float


class SearchAnswer(BaseModel):
    """The answer to a query. `suggestion` is what was probably meant when the query itself finds nothing."""

    query: str
    locale: str
    total: int
    took_ms: float
    suggestion: str | None
    hits: list[HitAnswer]
    facets: dict[str, dict[str, int]]


class SuggestionAnswer(BaseModel):
    """A page whose name begins like what was typed."""

    title: str
    type: str
    url: str


class SuggestAnswer(BaseModel):
    """What may be meant while somebody types."""

    query: str
    locale: str
    suggestions: list[SuggestionAnswer]


@dataclass(frozen=True)
class Choice:
    """One value of a facet as a link that sets it, or takes it away when it is set."""

    value: str
    count: int
    url: str
    chosen: bool


def router(
    pages: Pages,
    *,
    engine: Callable[[str], Engine | None],
    missed: Callable[[str, str], None] = lambda _locale, _text: None,
) -> APIRouter:
    """`/{locale}/search`, `/api/v1/search` and `/api/v1/suggest`. To be included before any catch-all route.

    `engine` gives the engine of a locale from the live release, None when its index cannot be used; `missed` is told
    locale and text of every question of a reader that finds nothing.
    """
    routes = APIRouter()

    @routes.api_route("/{locale}/search", methods=["GET", "HEAD"], include_in_schema=False)
    def page(request: Request, locale: str) -> HTMLResponse:
        if locale not in pages.locales():
            raise HTTPException(404)
        asked = request.query_params
        filters = {name: asked[name] for name in FACETS if asked.get(name)}
        text = asked.get("q", "")
        found = engine(locale)
        if found is None:
            html = pages.html(
                locale, "pages/search.html", **_context(locale, Hits(text[:100]), filters, 1, failed=True)
            )
            return HTMLResponse(html, 503, _PLANNED_BREAK)
        number = _number(asked.get("page", ""))
        hits = found.search(text, filters=filters, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        if not hits.total and not filters:
            missed(locale, hits.query)
        last = _last(hits.total, PAGE_SIZE)
        if number > last:
            number = last
            hits = found.search(text, filters=filters, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        html = pages.html(locale, "pages/search.html", **_context(locale, hits, filters, number))
        return HTMLResponse(html, headers=_HEADERS)

    @routes.get("/api/v1/search", response_model=SearchAnswer, tags=["search"], summary="Search everything")
    def answer(
        q: Annotated[str, Query(description="Any text; 100 characters and 10 words of it count")] = "",
        locale: Annotated[str, Query(description="Language of the pages to be found")] = "zh-Hans",
        type: Annotated[str, Query(description="Only this type of hit, such as `opportunities`")] = "",  # noqa: A002
        sector: Annotated[str, Query(description="Only hits of this sector")] = "",
        region: Annotated[str, Query(description="Only hits of this region")] = "",
        level: Annotated[str, Query(description="Only parks and policies of this level")] = "",
        page: Annotated[int, Query(description="From 1; past the end is 404")] = 1,
        size: Annotated[int, Query(description="Hits per page, at most 50")] = PAGE_SIZE,
    ) -> JSONResponse:
        started = time.perf_counter()
        if locale not in pages.locales():
            raise HTTPException(400, f"locale must be one of {', '.join(pages.locales())}")
        found = engine(locale)
        if found is None:
            raise HTTPException(503, "search is not available at the moment", _PLANNED_BREAK)
        size, number = min(max(size, 1), MAX_SIZE), max(page, 1)
        given = {"type": type, "sector": sector, "region": region, "level": level}
        filters = {name: value for name, value in given.items() if value}
        offset = (min(number, MAX_PAGE + 1) - 1) * size
        hits = found.search(q, filters=filters, offset=offset, limit=size)
        if number > (last := _last(hits.total, size)):
            raise HTTPException(404, f"the last page is {last}")
        content = _json(hits, locale, round((time.perf_counter() - started) * 1000, 2))
        return JSONResponse(content, headers={**_HEADERS, "Access-Control-Allow-Origin": "*"})

    @routes.get("/api/v1/suggest", response_model=SuggestAnswer, tags=["search"], summary="Complete what is typed")
    def suggest(
        q: Annotated[str, Query(description="How a name begins, in any language or in pinyin")] = "",
        locale: Annotated[str, Query(description="Language of the pages to be found")] = "zh-Hans",
    ) -> JSONResponse:
        if locale not in pages.locales():
            raise HTTPException(400, f"locale must be one of {', '.join(pages.locales())}")
        found = engine(locale)
        if found is None:
            raise HTTPException(503, "search is not available at the moment", _PLANNED_BREAK)
        query = clean(q)
        listed = [
            SuggestionAnswer(title=item.title, type=item.type, url=item.url)
            for item in found.suggest(query, SUGGESTIONS)
        ]
        content = SuggestAnswer(query=query, locale=locale, suggestions=listed).model_dump()
        return JSONResponse(content, headers={**_HEADERS, "Access-Control-Allow-Origin": "*"})

    return routes


def _json(hits: Hits, locale: str, took: float) -> dict[str, object]:
    answer = SearchAnswer(
        query=hits.query,
        locale=locale,
        total=hits.total,
        took_ms=took,
        suggestion=hits.suggestion,
        hits=[
            HitAnswer(
                type=hit.type,
                slug=hit.slug,
                title=hit.title,
                url=hit.url,
                locale=hit.locale,
                plan=list(hit.plan),
                snippet=hit.snippet.text,
                score=hit.score,
            )
            for hit in hits.hits
        ],
        facets={name: dict(values) for name, values in hits.facets.items()},
    )
    return answer.model_dump()


def _number(text: str) -> int:
    """A page number out of an address; 1 for what is none."""
    return min(max(int(text), 1), MAX_PAGE) if text.isdecimal() and len(text) < 10 else 1


def _last(total: int, size: int) -> int:
    return min(max(1, math.ceil(total / size)), MAX_PAGE)


def _context(
    locale: str, hits: Hits, filters: Mapping[str, str], number: int, *, failed: bool = False
) -> dict[str, object]:
    """What the template shows: the hits, and every way on as an address."""

    def address(changed: Mapping[str, str] | None = None, page: int = 1) -> str:
        chosen = {**filters, **(changed or {})}
        values = {"q": hits.query, **{name: chosen[name] for name in FACETS if chosen.get(name)}}
        return f"/{locale}/search?" + urlencode(values | ({"page": str(page)} if page > 1 else {}))

    facets = {
        name: [
            Choice(
                value, count, address({name: "" if filters.get(name) == value else value}), filters.get(name) == value
            )
            for value, count in hits.facets.get(name, {}).items()
        ]
        for name in FACETS
        if len(hits.facets.get(name, ())) > 1 or name in filters
    }
    last = _last(hits.total, PAGE_SIZE)
    return {
        "q": hits.query,
        "results": hits,
        "failed": failed,
        "filters": dict(filters),
        "facets": {name: choices for name, choices in facets.items() if choices},
        "unfiltered_url": address(dict.fromkeys(FACETS, "")),
        "suggestion_url": f"/{locale}/search?" + urlencode({"q": hits.suggestion}) if hits.suggestion else "",
        "first": (number - 1) * PAGE_SIZE + 1,
        "number": number,
        "last": last,
        "previous_url": address(page=number - 1) if number > 1 else "",
        "next_url": address(page=number + 1) if number < last else "",
        "query_string": urlencode({"q": hits.query}),
        "inquiry_string": urlencode(
            {name: filters[name] for name in ("sector", "region") if name in filters} | {"message": hits.query}
        ),
    }
