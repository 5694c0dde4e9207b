"""A running site while releases come, go and break: the last good release answers."""

import asyncio
import errno
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import jinja2
import pytest

from portal import envelope
from portal.app import create_app, portal_engine
from portal.release import serve
from portal.release.build import publish, switch
from portal.settings import Settings
from portal.web.gaps import listed
from search import EngineMissingError, open_engine
from search.backend import ENGINES
from tests.support.content import BASE_URL, PARK, STORY, Content, tiny
from tests.support.site import Site, running


@pytest.fixture(autouse=True)
def _always_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "_LOOK_EVERY", 0.0)


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return tiny(tmp_path)


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def live(content: Content, var: Path) -> Iterator[Site]:
    content.publish(var)
    with running(var) as site:
        yield site


def test_a_new_release_is_served_without_a_restart(live: Site, content: Content, var: Path) -> None:
    before = live.get(f"/en/{STORY}/")
    assert "Battery headquarters" in before.text
    content.replace(f"{STORY}/en.md", "Battery headquarters", "Renamed headquarters")
    release = content.publish(var)
    after = live.get(f"/en/{STORY}/", If_None_Match=before.headers["etag"])
    assert after.status_code == 200
    assert "Renamed headquarters" in after.text
    assert live.get("/readyz").json()["release"] == release.name
    assert live.get("/api/v1/stories?locale=en").json()["items"][0]["title"] == "Renamed headquarters"


def test_no_reader_waits_for_a_template_to_be_compiled(live: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live.get("/readyz").status_code == 200
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_, **__: pytest.fail("compiled while a reader waits"))
    for path in ("search?q=park", "invest", "parks/compare", "parks/?level=national", "shortlist", "policies/check"):
        for tag in ("en", "zh-Hans"):
            assert live.get(f"/{tag}/{path}").status_code == 200, path


@pytest.mark.parametrize("damage", ["page missing", "page cut short", "content broken", "manifest broken"])
def test_a_damaged_new_release_is_refused(live: Site, content: Content, var: Path, damage: str) -> None:
    good = live.get("/readyz").json()["release"]
    bad = content.publish(var)
    assert live.get("/readyz").json()["release"] == bad.name
    switch(var / "current", var / "releases" / good)
    assert live.get("/readyz").json()["release"] == good
    page = bad / "en" / "parks" / "index.html"
    if damage == "page missing":
        page.unlink()
    elif damage == "page cut short":
        page.write_bytes(page.read_bytes()[:500])
    elif damage == "content broken":
        (bad / "content" / PARK / "facts.yaml").write_text("level: [")
    else:
        (bad / "manifest.json").write_text("{")
    switch(var / "current", bad)
    assert live.get("/readyz").json()["release"] == good
    assert live.get("/en/parks/").status_code == 200


def test_a_release_that_goes_missing_is_still_served(live: Site, var: Path) -> None:
    assert live.get("/readyz").status_code == 200
    shutil.rmtree(var / "releases")
    (var / "current").unlink()
    for path in ("/en/", "/en/parks/compare", "/api/v1/parks", "/readyz"):
        assert live.get(path).status_code == 200


def found(site: Site, text: str, locale: str = "en") -> list[str]:
    """The pages that a search gives."""
    answer = site.client.get("/api/v1/search", params={"q": text, "locale": locale})
    assert answer.status_code == 200
    return [hit["url"].removeprefix(f"/{locale}/").rstrip("/") for hit in answer.json()["hits"]]


@pytest.mark.parametrize("damage", ["lost", "cut short", "columns broken"])
def test_a_damaged_search_index_is_written_anew(content: Content, var: Path, damage: str) -> None:
    release = content.publish(var)
    index = release / "search" / "en"
    if damage == "lost":
        shutil.rmtree(index)
    elif damage == "cut short":
        largest = max(index.iterdir(), key=lambda file: file.stat().st_size)
        largest.write_bytes(largest.read_bytes()[:100])
    else:
        (index / "columns.json").write_text("{")
    with running(var) as site:
        for path in ("/en/", "/en/invest", "/api/v1/parks", "/zh-Hans/search?q=x", "/readyz"):
            assert site.get(path).status_code == 200
        assert found(site, "battery headquarters")[0] == STORY
    assert open_engine(index).search("battery headquarters").hits[0].id == STORY


def test_an_index_that_cannot_be_written_costs_search_only(
    content: Content, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = content.publish(var)
    shutil.rmtree(release / "search" / "en")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("portal.web.live.rebuild_index", full)
    with running(var) as site:
        for path in ("/en/", "/en/invest", "/api/v1/parks", "/readyz"):
            assert site.get(path).status_code == 200
        page = site.client.get("/en/search", params={"q": "battery"})
        assert page.status_code == 503
        assert "Search is not available" in page.text
        assert site.client.get("/zh-Hans/search", params={"q": "电池"}).status_code == 200


def test_either_engine_serves_the_same_answers(content: Content, var: Path) -> None:
    answers = {}
    for engine in ENGINES:
        publish(content.paths(var), base_url=BASE_URL, keep=1, engine=engine)
        with running(var) as site:
            answers[engine] = [
                found(site, text, locale)
                for locale, text in (
                    ("en", "battery headquarters"),
                    ("en", "电池"),
                    ("zh-Hans", "电池"),
                    ("en", "qwxzv"),
                )
            ]
    assert answers["whoosh"] == answers["tantivy"]
    assert answers["whoosh"][0][0] == STORY
    assert answers["whoosh"][-1] == []


def test_an_unknown_engine_changes_nothing(content: Content, var: Path) -> None:
    good = content.publish(var)
    with pytest.raises(EngineMissingError, match="no search engine 'lucene'; one of whoosh, tantivy"):
        publish(content.paths(var), base_url=BASE_URL, keep=1, engine="lucene")
    assert (var / "current").resolve() == good.resolve()


def test_what_was_searched_in_vain_is_written_when_the_server_stops(content: Content, var: Path) -> None:
    content.publish(var)
    settings = Settings(var=var, base_url=BASE_URL)
    envelope.load_or_create_keys(settings.public_key.parent)
    app = create_app(settings)

    async def visit() -> None:
        # As a server does: the end of the lifespan is the end of the process.
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client,
        ):
            for _ in range(2):
                assert (await client.get("/en/search", params={"q": "qwxzv jkvbq"})).status_code == 200

    asyncio.run(visit())
    ((text, locale, count, _),) = listed(portal_engine(settings))
    assert (text, locale, count) == ("qwxzv jkvbq", "en", 2)


def test_before_the_first_release_the_site_says_so(content: Content, var: Path) -> None:
    with running(var) as site:
        for path in ("/", "/en/", "/en/invest", "/en/parks/compare", "/api/v1/parks", "/sitemap.xml"):
            answer = site.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["retry-after"]
            assert answer.headers["cache-control"] == "no-store"
        ready = site.get("/readyz")
        assert (ready.status_code, ready.json()["release"]) == (503, None)
        assert site.get("/healthz").status_code == 200
        content.publish(var)
        assert site.get("/en/").status_code == 200
        assert site.get("/readyz").status_code == 200


@pytest.mark.parametrize("damage", ["content broken", "page missing", "manifest a list"])
def test_a_site_that_starts_on_a_damaged_release_is_not_ready(content: Content, var: Path, damage: str) -> None:
    release = content.publish(var)
    if damage == "content broken":
        (release / "content" / PARK / "facts.yaml").write_text("level: [")
    elif damage == "page missing":
        (release / "en" / "index.html").unlink()
    else:
        (release / "manifest.json").write_text(json.dumps([]))
    with running(var) as site:
        ready = site.get("/readyz")
        assert (ready.status_code, ready.json()["release"]) == (503, None)
        assert site.get("/en/").status_code == 503
        assert site.get("/healthz").status_code == 200
        content.publish(var)
        assert site.get("/en/").status_code == 200
