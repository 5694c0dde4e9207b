"""A running site while releases come, go and break: the last good release answers."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.release import serve
from portal.release.build import switch
from tests.support.content import PARK, STORY, Content, tiny
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


def test_a_lost_search_index_costs_search_only(content: Content, var: Path) -> None:
    release = content.publish(var)
    shutil.rmtree(release / "search" / "en")
    with running(var) as site:
        for path in ("/en/", "/en/invest", "/api/v1/parks", "/zh-Hans/search?q=x", "/readyz"):
            assert site.get(path).status_code == 200


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
