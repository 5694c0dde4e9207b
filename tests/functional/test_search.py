"""The search page and the search API, on the real templates and the published index."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI

from portal.catalog.loader import load
from portal.release.assets import collect
from portal.release.pages import Links
from portal.release.render import PageInfo, Renderer
from portal.release.serve import ReleaseError
from portal.web import errors, search
from portal.web.live import LiveSite
from search import Engine
from tests.support.servers import served

ROOT = Path(__file__).parents[2]
HOSTILE = [
    "*a*" * 8,
    "(" * 2000,
    "NOT " * 300,
    "x~9",
    "[a TO z]",
    "a" * 20_000,
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "<script>x</script>",
]


class Site:
    """The site as search sees it; `engines` may be taken away."""

    def __init__(self, engines: dict[str, Engine]) -> None:
        self.engines = engines
        catalog = load(ROOT / "content")
        self._links = Links(catalog)
        self._renderer = Renderer(
            catalog,
            templates=ROOT / "templates",
            messages=ROOT / "locales",
            assets=collect(ROOT / "static"),
            base_url="https://example.org",
        )

    def html(self, locale: str, template: str, **context: object) -> str:
        page = PageInfo("search", indexed=False, locales=self.locales())
        return self._renderer.html(locale, template, page, links=self._links, **context)

    def locales(self) -> tuple[str, ...]:
        return ("zh-Hans", "en")

    def engine(self, locale: str) -> Engine | None:
        return self.engines.get(locale)

    def release(self) -> None:
        raise ReleaseError("none here")


@pytest.fixture(scope="module")
def site(portal_engines: dict[str, Engine]) -> Site:
    return Site(dict(portal_engines))


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    app = FastAPI()
    errors.install(app, cast(LiveSite, site))
    app.include_router(search.router(site, engine=site.engine))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as made:
        yield made


def soup(client: httpx.Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.text, "html.parser")


# -- the API -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "text"), [("zh-Hans", "溅射靶材"), ("en", "sputtering targets")])
def test_first_hit_stands_for_the_plan_item(client: httpx.Client, locale: str, text: str) -> None:
    response = client.get("/api/v1/search", params={"q": text, "locale": locale})
    answer = response.json()
    assert list(answer) == ["query", "locale", "total", "took_ms", "suggestion", "hits", "facets"]
    assert list(answer["hits"][0]) == ["type", "slug", "title", "url", "locale", "plan", "snippet", "score"]
    assert "3.1.1#1" in answer["hits"][0]["plan"]
    assert (answer["query"], answer["locale"]) == (text, locale)
    assert answer["facets"]["type"]["opportunities"] >= 1
    assert response.headers["x-robots-tag"] == "noindex"


def test_answers_without_hits(client: httpx.Client) -> None:
    for text in ("", "   ", "。！", "😀", "flurbostan"):
        response = client.get("/api/v1/search", params={"q": text, "locale": "en"})
        assert response.status_code == 200
        assert (response.json()["total"], response.json()["hits"]) == (0, [])


def test_filters_page_and_size(client: httpx.Client) -> None:
    def found(**given: str | int) -> list[str]:
        given = {"q": "semiconductors", "locale": "en", **given}
        return [hit["slug"] for hit in client.get("/api/v1/search", params=given).json()["hits"]]

    whole = found()
    assert len(whole) > 3
    assert found(size=2) == whole[:2]
    assert found(size=2, page=2) == whole[2:4]
    assert set(found(type="sectors")) < set(whole)
    assert found(type="sectors", sector="next-generation-it") == ["next-generation-it"]
    assert found(type="bogus") == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"page": "-1"}, 200),
        ({"page": "0"}, 200),
        ({"size": "99999999"}, 200),
        ({"size": "-3"}, 200),
        ({"page": "99999999999999999999"}, 404),
        ({"page": "2", "size": "50"}, 404),
        ({"page": "x"}, 422),
        ({"page": "9" * 5000}, 422),
        ({"size": "1e9"}, 422),
        ({"locale": "xx"}, 400),
        ({"locale": "../en"}, 400),
    ],
)
def test_numbers_and_codes_are_clamped_or_refused(client: httpx.Client, given: dict[str, str], status: int) -> None:
    response = client.get("/api/v1/search", params={"q": "sputtering targets", "locale": "en", **given})
    assert response.status_code == status
    if status >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == status


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_a_plain_question(client: httpx.Client, text: str) -> None:
    for address in (f"/api/v1/search?locale=en&q={text}", f"/en/search?q={text}", f"/zh-Hans/search?q={text}"):
        assert client.get(address).status_code == 200


def test_api_is_described(client: httpx.Client) -> None:
    schema = client.get("/openapi.json").json()
    described = schema["paths"]["/api/v1/search"]["get"]
    assert {parameter["name"] for parameter in described["parameters"]} >= {
        "q",
        "locale",
        "type",
        "sector",
        "page",
        "size",
    }
    assert described["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith("SearchAnswer")


# -- the page ----------------------------------------------------------------------------------------------------


def test_results_page(client: httpx.Client) -> None:
    page = soup(client, "/en/search?q=sputtering+targets")
    assert page.select_one('meta[name="robots"]')["content"] == "noindex"  # type: ignore[index]
    assert len(page.select("h1")) == 1
    form = page.select_one('main form[role="search"]')
    assert form is not None
    assert form.select_one('input[name="q"]')["value"] == "sputtering targets"  # type: ignore[index]
    assert page.select_one(f'label[for="{form.select_one("input")["id"]}"]') is not None  # type: ignore[index]
    first = page.select_one("ol.results > li")
    assert first is not None
    assert first.select_one("a")["href"] == "/en/opportunities/semiconductors/#materials"  # type: ignore[index]
    assert [mark.text for mark in first.select("mark")] == ["sputtering", "targets"]
    assert "Opportunity" in first.text
    assert first.select_one("a.plan-ref") is not None
    assert not page.select("main script:not([type='application/ld+json']), style, [style], [onclick]")


def test_facets_and_pages_are_links(client: httpx.Client) -> None:
    page = soup(client, "/en/search?q=technology")
    link = page.find("a", href=re.compile(r"type=parks"))
    narrowed = soup(client, link["href"])  # type: ignore[index]
    assert {badge.text for badge in narrowed.select("ol.results .badge")} == {"Park"}
    chosen = narrowed.select_one('.facets [aria-current="true"]')
    assert "type=parks" not in chosen["href"]  # type: ignore[index]
    assert narrowed.select_one('main form input[name="type"]')["value"] == "parks"  # type: ignore[index]
    following = page.select_one('.pager a[rel="next"]')
    assert following is not None
    second = soup(client, str(following["href"]))
    assert second.select_one("ol.results")["start"] == "11"  # type: ignore[index]
    assert second.select_one('.pager a[rel="prev"]') is not None


@pytest.mark.parametrize("number", ["-1", "0", "99999", "9" * 50, "x", "１", "%00", ""])
def test_page_number_is_clamped(client: httpx.Client, number: str) -> None:
    assert soup(client, f"/en/search?q=technology&page={number}").select("ol.results > li")


@pytest.mark.parametrize(
    "address", ["/en/search", "/en/search?q=", "/en/search?q=flurbostan", "/zh-Hans/search?q=魑魅魍魉"]
)
def test_empty_answer_helps_on(client: httpx.Client, address: str) -> None:
    page = soup(client, address)
    locale = address.split("/")[1]
    assert page.find("a", href=f"/{locale}/sectors/next-generation-it/")
    if not address.endswith(("search", "q=")):
        assert page.select_one('main [role="status"]') is not None
        assert page.find("a", href=re.compile(rf"^/{locale}/invest\?.*message="))


def test_correction_is_told_with_a_link(client: httpx.Client) -> None:
    page = soup(client, "/en/search?q=semiconducters")
    assert page.find("a", href="/en/search?q=semiconductors", string="semiconductors")
    assert page.select("ol.results > li")


def test_query_is_escaped(client: httpx.Client) -> None:
    text = '"><script>alert(1)</script>{{7*7}}&amp;'
    response = client.get("/en/search", params={"q": text, "type": text, "sector": text})
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "49" not in BeautifulSoup(response.text, "html.parser").select_one("main").text  # type: ignore[union-attr]
    page = BeautifulSoup(response.text, "html.parser")
    assert page.select_one('main input[name="q"]')["value"] == text  # type: ignore[index]


def test_unknown_locale_is_not_found(client: httpx.Client) -> None:
    assert client.get("/xx/search?q=lifts").status_code == 404


def test_head_has_no_body(client: httpx.Client) -> None:
    response = client.head("/en/search?q=lifts")
    assert (response.status_code, response.content) == (200, b"")


def test_missing_index_is_said_plainly(client: httpx.Client, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "engines", {})
    page = client.get("/en/search?q=lifts")
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert "not available at the moment" in page.text
    assert 'value="lifts"' in page.text
    answer = client.get("/api/v1/search?q=lifts&locale=en")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")


# -- completing and counting -------------------------------------------------------------------------------------------


def test_suggestions_lead_to_pages(client: httpx.Client) -> None:
    answer = client.get("/api/v1/suggest", params={"q": "dianti", "locale": "en"}).json()
    assert (answer["query"], answer["locale"]) == ("dianti", "en")
    assert answer["suggestions"][0]["url"] == "/en/opportunities/lifts/"
    assert client.get("/api/v1/suggest", params={"q": "x", "locale": "xx"}).status_code == 400


def test_the_field_completes_by_script_only(client: httpx.Client) -> None:
    field = BeautifulSoup(client.get("/en/search").text, "html.parser").find("input", id="q")
    assert field is not None
    assert field["data-suggest"] == "/api/v1/suggest?locale=en"
    assert not field.has_attr("role")


def test_a_question_without_hits_is_counted_once_for_readers_only(site: Site) -> None:
    noted: list[tuple[str, str]] = []
    app = FastAPI()
    app.include_router(search.router(site, engine=site.engine, missed=lambda *miss: noted.append(miss)))
    with served(app) as address, httpx.Client(base_url=address, timeout=60) as asked:
        asked.get("/en/search", params={"q": "xyzzy plugh"})
        asked.get("/en/search", params={"q": "lifts"})
        asked.get("/en/search", params={"q": "lifts", "type": "none"})
        asked.get("/api/v1/search", params={"q": "xyzzy plugh", "locale": "en"})
    assert noted == [("en", "xyzzy plugh")]
